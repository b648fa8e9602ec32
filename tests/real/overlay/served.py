"""An overlay in a process of its own, to be killed: ``python -m tests.real.overlay.served KEEP UNSURE_MS``. Says its address first."""

import asyncio
import sys
import time
from pathlib import Path

import msgspec
import structlog

from studio.stage.overlay_dress import OverlayDress
from tests.unit.stage.overlay_rig import FULL, Told, code, no_picture, overlay


def clock() -> tuple[int, float]:
    """The shop has this computer's time."""
    return time.time_ns() // 1_000_000, 1.0


async def main(keep: Path, unsure_ms: int) -> None:
    """Show everything until killed."""
    stage = overlay(keep, clock, no_picture, OverlayDress, unsure_ms=unsure_ms, patience_s=20)
    now = clock()[0]
    stage.show(msgspec.structs.replace(FULL, code=code(ends_at_ms=now + 600_000, starts_at_ms=now)))
    run = asyncio.create_task(stage.run(Told()))
    await stage.listening.wait()
    print(f"address {stage.address}", flush=True)
    await run


if __name__ == "__main__":
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    asyncio.run(main(Path(sys.argv[1]), int(sys.argv[2])))
