"""A studio's engine alone, for tests that kill it: a stage and its watchdog, in a process of its own.

Reads one JSON line: {"address", "password", "unsure_ms"}. Says "shown PID" once the product is on, with the watchdog's pid,
and a word of the watchdog's as it comes.
"""

import asyncio
import json
import sys

from studio.stage.obs import ObsStage
from studio.stage.watchdog import Said
from studio.stage.watchdog_client import Watchdog
from tests.fakes.stage_ears import StageEars
from tests.fakes.stage_views import a_card, a_code, a_view
from tests.real.obs.scenes import RealWall, real_clock


def _tell(line: str) -> None:
    print(line, flush=True)


async def main() -> None:
    """Show a product until killed; every line that comes says whether the shop is sure ("sure", "unsure")."""
    told = json.loads(sys.stdin.readline())
    sure, free = [True], asyncio.Event()

    def said(word: Said) -> None:
        _tell(word.value)
        if word is Said.FREE:
            free.set()

    watchdog = Watchdog(
        told["address"],
        lambda: told["password"],
        lambda: sure[0],
        unsure_ms=told["unsure_ms"],
        said=said,
    )
    stage = ObsStage("OBS", told["address"], lambda: told["password"], real_clock, RealWall())
    stage.show(a_view(a_card("Linen shirt", 3900), a_code("LINEN20", real_clock()[0] + 600_000)))
    ears = StageEars()
    running = [asyncio.create_task(stage.run(ears)), asyncio.create_task(watchdog.run())]
    await ears.until_well()
    await free.wait()
    _tell(f"shown {watchdog.pid}")
    loop = asyncio.get_running_loop()
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        sure[0] = line.strip() == "sure"
    for task in running:
        task.cancel()
    await asyncio.gather(*running, return_exceptions=True)


asyncio.run(main())
