"""Servers from npm, installed once for all test runs of this computer."""

import hashlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

INSTALLED_WITHIN_S = 900


def installed(
    name: str, pinned: Path, command: Sequence[str], check: Callable[[Path], None] = lambda _: None
) -> Path:
    """The folder with the packages that `package.json` and `package-lock.json` in `pinned` name, installed by npm's
    `command`. It is named after the lock, below ``HOST_STUDIO_TEST_CACHE`` or the computer's temporary folder. The first
    time this needs node, npm and the network, and `check` looks over what came.
    """
    lock = (pinned / "package-lock.json").read_bytes() + (pinned / "package.json").read_bytes()
    name = f"{name}-{hashlib.sha256(lock).hexdigest()[:16]}"
    cache = Path(
        os.environ.get("HOST_STUDIO_TEST_CACHE") or Path(tempfile.gettempdir()) / "host-studio-tests"
    )
    folder = cache / name
    if not (folder / "ready").exists():
        npm = shutil.which("npm")
        assert npm is not None, "the tests of real shops need node and npm: install them"
        cache.mkdir(parents=True, exist_ok=True)
        making = Path(tempfile.mkdtemp(prefix=f"{name}-", dir=cache))
        for file in ("package.json", "package-lock.json"):
            shutil.copy(pinned / file, making / file)
        words = [npm, *command, "--no-audit", "--no-fund", "--cache", str(cache / "npm")]
        made = subprocess.run(words, cwd=making, capture_output=True, text=True, timeout=INSTALLED_WITHIN_S)
        assert made.returncode == 0, f"npm {command[0]} failed: {made.stderr[-3000:]}"
        check(making)
        (making / "ready").touch()
        try:
            making.rename(folder)
        except OSError:  # somebody else was faster
            shutil.rmtree(making, ignore_errors=True)
    return folder
