"""One studio per data folder."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from studio.instance import AlreadyOpenError, InstanceLock, server_name

HOLD = """
import sys
from pathlib import Path
from studio.instance import InstanceLock
lock = InstanceLock(Path(sys.argv[1]))
print("holding", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "studio.lock"


def test_a_second_studio_is_told_which_process_has_the_folder(path: Path) -> None:
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    with holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "holding\n"
        with pytest.raises(AlreadyOpenError) as told:
            InstanceLock(path)
        assert told.value.pid == holder.pid
        assert str(path.parent) in str(told.value)
        assert "--data-dir" in str(told.value)
        holder.kill()
        holder.wait()
    InstanceLock(path).release()  # what was killed holds nothing


def test_a_studio_that_was_closed_lets_the_next_one_in(path: Path) -> None:
    first = InstanceLock(path)
    with pytest.raises(AlreadyOpenError):
        InstanceLock(path)
    first.release()
    first.release()
    second = InstanceLock(path)
    assert path.read_text().strip() == str(os.getpid())
    second.release()


def test_the_second_does_not_wipe_out_who_the_first_is(path: Path) -> None:
    first = InstanceLock(path)
    for _ in range(2):
        with pytest.raises(AlreadyOpenError) as told:
            InstanceLock(path)
        assert told.value.pid == os.getpid()
    first.release()


def test_junk_in_the_lock_file_is_no_hindrance(path: Path) -> None:
    path.parent.mkdir()
    path.write_bytes(b"\xff\x00junk" * 100)
    lock = InstanceLock(path)
    assert path.read_text() == f"{os.getpid()}\n"
    lock.release()


def test_two_data_folders_have_two_names_and_one_folder_has_one(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "a")
    assert server_name(tmp_path / "a") == server_name(tmp_path / "link")
    assert server_name(tmp_path / "a") != server_name(tmp_path / "b")
