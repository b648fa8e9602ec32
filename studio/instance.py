"""One studio per data folder: a lock of the operating system's, which a killed studio cannot leave behind."""

import hashlib
import os
import sys
from pathlib import Path
from typing import IO

if sys.platform == "win32":
    import msvcrt

    def _take(file: IO[bytes]) -> bool:
        file.seek(_LOCKED_BYTE)
        try:
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

else:
    import fcntl

    def _take(file: IO[bytes]) -> bool:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True


_LOCKED_BYTE = 1_000  # Windows locks bytes against reading: this one lies behind what others read


class AlreadyOpenError(Exception):
    """Another studio has this data folder open. Its message is a sentence; `pid` is that studio's, if known."""

    def __init__(self, folder: Path, pid: int | None) -> None:
        who = f" (process {pid})" if pid is not None else ""
        super().__init__(
            f"Host Studio is already open with the data folder “{folder}”{who}. "
            "Go on there, or start this one with another folder: host-studio --data-dir FOLDER."
        )
        self.folder = folder
        self.pid = pid


class InstanceLock:
    """Holds `path` for this process until `release`, or until the process ends in whatever way.

    Raises AlreadyOpenError when another holds it, OSError when the file cannot be made.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        file = _open(path)
        if not _take(file):
            pid = _pid(file)
            file.close()
            raise AlreadyOpenError(path.parent, pid)
        self._file: IO[bytes] | None = file
        file.seek(0)
        file.truncate()
        file.write(f"{os.getpid()}\n".encode("ascii"))
        file.flush()

    def release(self) -> None:
        """Lets the next studio have the folder. The file stays: removing it would race with who is opening it."""
        if self._file is not None:
            self._file.seek(0)
            self._file.truncate()
            self._file.close()
            self._file = None


def server_name(data_folder: Path) -> str:
    """The name under which the open studio of this data folder can be reached by others of the same user."""
    whole = hashlib.sha256(os.fsencode(data_folder.resolve())).hexdigest()
    return f"host-studio-{whole[:16]}"


def _open(path: Path) -> IO[bytes]:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0), 0o600)
    return os.fdopen(descriptor, "r+b", buffering=0)


def _pid(file: IO[bytes]) -> int | None:
    file.seek(0)
    text = file.read(32).strip()
    return int(text) if text.isdigit() else None
