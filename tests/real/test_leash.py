"""Servers of other houses end with the tests that started them."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from tests.fakes.first_line import first_line
from tests.real.leashed import Leashed

pytestmark = pytest.mark.real

ROOT = Path(__file__).parents[2]
SLEEPER = [
    sys.executable,
    "-c",
    "import os, threading; print(os.getpid(), flush=True); threading.Event().wait()",
]


@pytest.mark.parametrize("how", ["stop", "kill"])
def test_a_server_ends_when_it_is_told_to(tmp_path: Path, how: str):
    server = Leashed(SLEEPER, tmp_path / "log", folder=tmp_path)
    child = psutil.Process(int(server.told.result(60)))
    assert server.running
    getattr(server, how)()
    assert not server.running
    psutil.wait_procs([child], 20)
    assert not child.is_running()


def test_a_server_and_its_folder_do_not_outlive_a_test_run_that_was_killed(tmp_path: Path):
    kept = tmp_path / "kept"
    kept.mkdir()
    starter = f"""
import pathlib, threading
from tests.real.leashed import Leashed
folder = pathlib.Path({str(tmp_path)!r})
server = Leashed({SLEEPER!r}, folder / "log", folder=folder, remove=folder / "kept")
print(server.told.result(60), flush=True)
threading.Event().wait()
"""
    run = subprocess.Popen([sys.executable, "-c", starter], cwd=ROOT, stdout=subprocess.PIPE)
    child = psutil.Process(int(first_line(run, tmp_path / "said").result(60)))
    leash = child.parent()
    assert leash is not None
    assert leash.ppid() == run.pid
    os.kill(run.pid, signal.SIGKILL)
    run.wait(20)
    _, still = psutil.wait_procs([child, leash], 20)
    assert still == []
    assert not kept.exists()


def test_a_server_that_ends_before_it_is_ready_leaves_its_last_words(tmp_path: Path):
    command = [sys.executable, "-c", "print('x' * 500_000); print('the port is taken')"]
    server = Leashed(command, tmp_path / "log", folder=tmp_path, word="READY")
    with pytest.raises(EOFError, match="the port is taken"):
        server.told.result(60)
    assert (tmp_path / "log").read_text().endswith("the port is taken\n")
    server.stop()
