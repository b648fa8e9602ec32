"""How soon what is pinned stands in a real OBS: ``python tests/benchmarks/bench_stage_obs.py [--pins 200]``. Prints JSON lines.

OBS listens on every interface, so this goes on in a network of its own (Linux, `unshare`); OBS draws 640x360 at 10 frames a second.

- `pin to OBS text`: from the new view until somebody else, who asks OBS again and again, reads the new text there (target, p95: 100
  ms), beside `bare_ms`: the same change by a bare request over another connection.
- `pin to OBS picture`: until a picture of the programme is another one. Viewers get it with the next frame, up to 100 ms later.
"""

import argparse
import asyncio
import os
import shutil
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from rig import at_share, report, spread

from studio.stage.obs_socket import ObsSocket, open_obs
from tests.fakes.stage_views import a_card, a_code, a_view
from tests.real.obs.rig import Obs, Screen, alone_in_the_network, ask
from tests.real.obs.scenes import a_stage, real_clock, running

WIDTH = 320


def go_on_alone() -> None:
    """The same again in a network with nothing but loopback, unless it is in one."""
    if alone_in_the_network():
        return
    unshare = shutil.which("unshare")
    if unshare is None:
        raise SystemExit("unshare is needed: OBS listens on every interface")
    as_root = [] if os.geteuid() == 0 else ["--map-root-user"]
    up = 'PATH="$PATH:/usr/sbin:/sbin" ip link set lo up && exec "$@"'
    again = [sys.executable, str(Path(sys.argv[0]).resolve()), *sys.argv[1:]]
    os.execv(unshare, [unshare, *as_root, "--net", "--", "sh", "-c", up, "sh", *again])  # noqa: S606 - a program of the system


@asynccontextmanager
async def an_obs() -> AsyncIterator[Obs]:
    with tempfile.TemporaryDirectory() as folder:
        screen = Screen(Path(folder) / "screen")
        obs = Obs(Path(folder) / "obs", screen).start()
        try:
            yield obs
        finally:
            obs.stop()
            screen.stop()


async def title(observer: ObsSocket) -> str:
    return (await ask(observer, "GetInputSettings", inputName="Host Studio title"))["inputSettings"]["text"]


async def picture(observer: ObsSocket) -> str:
    asked = {"sourceName": "Scene", "imageFormat": "jpg", "imageWidth": WIDTH}
    return (await ask(observer, "GetSourceScreenshot", **asked))["imageData"]


async def timed(
    pins: int,
    change: Callable[[int], Awaitable[None]],
    done: Callable[[int], Awaitable[bool]],
    before: Callable[[], Awaitable[None]],
) -> list[float]:
    """How many ms each of so many changes took."""
    took: list[float] = []
    for number in range(pins):
        await before()
        await asyncio.sleep(0.013 + (number % 10) / 100)  # every phase of a frame
        began = time.perf_counter()
        await change(number)
        while not await done(number):
            pass
        took.append((time.perf_counter() - began) * 1000)
    return took


async def measure(pins: int) -> None:
    async with an_obs() as obs:
        stage = a_stage(obs)
        await stage.set_up()
        async with open_obs(obs.address, lambda: Obs.PASSWORD) as observer, running(stage):
            ends = real_clock()[0] + 3_600_000

            async def pin(number: int) -> None:
                card = a_card(f"Product {number}", 1000 + number, struck=9900, left=number % 9)
                stage.show(a_view(card, a_code(f"CODE{number}", ends), f"Question {number}?"))

            async def stands(number: int) -> bool:
                return await title(observer) == f"Product {number}"

            async def ready() -> None:
                pass

            text = await timed(pins, pin, stands, ready)
            seen = [""]

            async def remember() -> None:
                # The countdown changes the picture too: a moment without it is needed, and it is long enough.
                seen[0] = await picture(observer)

            async def another(_: int) -> bool:
                return await picture(observer) != seen[0]

            async def pin_plain(number: int) -> None:
                stage.show(a_view(a_card(f"{number} products of another kind", 1000 + number)))

            pictures = await timed(pins, pin_plain, another, remember)
        async with (
            open_obs(obs.address, lambda: Obs.PASSWORD) as observer,
            open_obs(obs.address, lambda: Obs.PASSWORD) as bare,
        ):

            async def say(number: int) -> None:
                settings = {"text": f"Bare {number}"}
                await bare.ask(
                    "SetInputSettings", {"inputName": "Host Studio title", "inputSettings": settings}
                )

            async def said(number: int) -> bool:
                return await title(observer) == f"Bare {number}"

            alone = await timed(pins, say, said, ready)
    report(
        "pin to OBS text",
        p95_ms=round(at_share(text, 0.95), 2),
        target_ms=100,
        **spread(text),
        bare_ms=round(at_share(alone, 0.95), 2),
    )
    report("pin to OBS picture", p95_ms=round(at_share(pictures, 0.95), 2), **spread(pictures))


def main() -> None:
    """Measure it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pins", type=int, default=200)
    pins = parser.parse_args().pins
    go_on_alone()
    asyncio.run(measure(pins))


if __name__ == "__main__":
    main()
