"""Servers of other houses end with the tests that started them."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from tests.real.leashed import Leashed

pytestmark = pytest.mark.real

ROOT = Path(__file__).parents[2]
SLEEPER = [sys.executable, "-c", "import os, time; print(os.getpid(), flush=True); time.sleep(600)"]


def first_line(log: Path) -> str:
    """What the server said first; the test's time-out ends the waiting."""
    while not (said := log.read_text() if log.exists() else "").endswith("\n"):
        pass
    return said.splitlines()[0]


@pytest.mark.parametrize("how", ["stop", "kill"])
def test_a_server_ends_when_it_is_told_to(tmp_path: Path, how: str):
    server = Leashed(SLEEPER, tmp_path / "log", folder=tmp_path)
    child = psutil.Process(int(first_line(tmp_path / "log")))
    assert server.running
    getattr(server, how)()
    assert not server.running
    psutil.wait_procs([child], 20)
    assert not child.is_running()


def test_a_server_and_its_folder_do_not_outlive_a_test_run_that_was_killed(tmp_path: Path):
    kept = tmp_path / "kept"
    kept.mkdir()
    starter = f"""
import pathlib, sys, time
from tests.real.leashed import Leashed
folder = pathlib.Path({str(tmp_path)!r})
server = Leashed({SLEEPER!r}, folder / "log", folder=folder, remove=folder / "kept")
time.sleep(600)
"""
    run = subprocess.Popen([sys.executable, "-c", starter], cwd=ROOT)
    child = psutil.Process(int(first_line(tmp_path / "log")))
    leash = child.parent()
    assert leash is not None
    assert leash.ppid() == run.pid
    os.kill(run.pid, signal.SIGKILL)
    run.wait(20)
    _, still = psutil.wait_procs([child, leash], 20)
    assert still == []
    assert not kept.exists()
