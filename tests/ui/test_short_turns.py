"""The window's thread comes to its turn on the processor before threads that work on and on."""

import os
import platform
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from studio.ui import short_turns
from studio.ui.short_turns import SHORT_NS, ask_for_short_turns, turn_ns

ROOT = Path(__file__).resolve().parents[2]
KNOWS_TURNS = (
    sys.platform == "linux"
    and platform.machine() in {"x86_64", "aarch64", "riscv64"}
    and tuple(int(part) for part in platform.release().split(".")[:2]) >= (6, 12)
)
DESKTOP = """
import sys
from studio.app import run_desktop
from studio.ui.short_turns import turn_ns

async def main(app):
    print(turn_ns())
    return 0

sys.exit(run_desktop(main))
"""


def in_a_thread_of_its_own(*asked: Any) -> list[Any]:
    """What was asked is asked one after the other, and the tests' own thread stays as it is."""
    with ThreadPoolExecutor(1) as pool:
        return [pool.submit(each).result() for each in asked]


def started_from_here() -> int:
    return in_a_thread_of_its_own(turn_ns)[0]


def test_who_asks_gets_short_turns_and_whom_it_starts_does_not() -> None:
    before, asked, after, of_another = in_a_thread_of_its_own(
        turn_ns, ask_for_short_turns, turn_ns, started_from_here
    )
    assert asked is KNOWS_TURNS
    assert after == (SHORT_NS if KNOWS_TURNS else before)
    assert of_another == before


@pytest.mark.skipif(sys.platform != "linux", reason="policies of threads are Linux's")
def test_a_thread_that_somebody_gave_another_policy_keeps_it() -> None:
    def batch() -> int:
        os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))
        asked = ask_for_short_turns()
        assert not asked
        return os.sched_getscheduler(0)

    assert in_a_thread_of_its_own(batch) == [os.SCHED_BATCH]


def test_a_machine_without_such_turns_goes_on_without(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(short_turns.platform, "machine", lambda: "pdp11")
    assert in_a_thread_of_its_own(ask_for_short_turns, turn_ns) == [False, 0]


def test_the_window_s_thread_has_asked_for_short_turns() -> None:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "QT_QPA_PLATFORM": "offscreen"}
    said = subprocess.run(
        [sys.executable, "-c", DESKTOP],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert (int(said.stdout) == SHORT_NS) is KNOWS_TURNS
