"""The project's own .venv: made once, filled from the hashed lock, and renewed when what it is made of changes."""

import hashlib
import os
import shutil
import subprocess
import sys
import venv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from setup_error import SetupError
from system_libraries import can_make_venv

STAMP = "host-studio-setup"
QT_PROBE = """
import sys
from PySide6 import QtCore, QtGui, QtWidgets
app = QtWidgets.QApplication([])
label = QtWidgets.QLabel("Host Studio")
label.show()
assert not label.grab().isNull()
"""


@dataclass(frozen=True)
class Environment:
    """A virtual environment with everything the project needs; ``python`` is its interpreter."""

    folder: Path
    python: Path

    def script(self, name: str) -> str:
        """The full path of a command which a package put into the environment."""
        return str(self.python.with_name(name + (".exe" if os.name == "nt" else "")))


def _environment(root: Path) -> Environment:
    folder = root / ".venv"
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    return Environment(folder, python)


def fingerprint(root: Path) -> str:
    """Changes when the lock, the project's metadata or the Python that made the environment changes."""
    parts = [sys.version, str(root)]
    parts += [(root / name).read_text("utf-8") for name in ("packaging/requirements.lock", "pyproject.toml")]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def _works(env: Environment) -> bool:
    """Whether the environment's Python starts and is of the version that runs this."""
    probe = f"import sys, pip; print(sys.version_info[:2] == {tuple(sys.version_info[:2])!r})"
    try:
        answer = subprocess.run([env.python, "-c", probe], capture_output=True, text=True, check=False)
    except OSError:
        return False
    return answer.returncode == 0 and answer.stdout.strip() == "True"


def _make(env: Environment) -> None:
    if env.folder.exists():
        print(f"{env.folder} was made by another Python or is incomplete: making it anew.", flush=True)
        shutil.rmtree(env.folder)
    if can_make_venv():
        venv.EnvBuilder(with_pip=True, symlinks=os.name != "nt").create(env.folder)
    elif shutil.which("virtualenv"):
        subprocess.run(["virtualenv", "-q", "-p", sys.executable, str(env.folder)], check=True)
    else:
        raise SetupError("This Python has no venv module. On Debian and Ubuntu: apt install python3-venv")


def _pip(env: Environment, arguments: Sequence[str], attempts: int, root: Path) -> None:
    command = [str(env.python), "-m", "pip", "--disable-pip-version-check", "install", "-q", *arguments]
    for attempt in range(1, attempts + 1):
        done = subprocess.run(
            command,
            check=False,
            cwd=root,
            env=_without_foreign_python(),
            capture_output=True,
            text=True,
            errors="replace",
        )
        if done.returncode == 0:
            return
        print(f"{done.stdout}{done.stderr}", file=sys.stderr, flush=True)
        if attempt < attempts:
            print("That did not work; trying once more.", flush=True)
    raise SetupError(
        "The packages could not be installed (pip's own words are above). Is the network reachable?\n"
        "Nothing is half done: the same command goes on where this one left off."
    )


def _without_foreign_python() -> dict[str, str]:
    """This environment without settings that would make pip or Python look into another installation."""
    foreign = (
        "PYTHONHOME",
        "PYTHONPATH",
        "PIP_TARGET",
        "PIP_PREFIX",
        "PIP_USER",
        "PIP_REQUIRE_VIRTUALENV",
        "VIRTUAL_ENV",
    )
    return {name: value for name, value in os.environ.items() if name not in foreign}


def _check_qt(env: Environment) -> None:
    environment = {**_without_foreign_python(), "QT_QPA_PLATFORM": "offscreen"}
    probe = subprocess.run(
        [env.python, "-c", QT_PROBE], capture_output=True, text=True, check=False, env=environment
    )
    if probe.returncode != 0:
        raise SetupError(
            f"Qt is installed but does not start (exit code {probe.returncode}):\n{probe.stderr[-2000:]}\n"
            "A library of the system may be missing; the last line above names it."
        )


def provide(root: Path) -> Environment:
    """Makes or renews ``root/.venv``; does nothing when it is as the lock says.

    Raises SetupError with a sentence for the person at the keyboard.
    """
    env = _environment(root)
    stamp = env.folder / STAMP
    wanted = fingerprint(root)
    works = _works(env)
    if works and stamp.is_file() and stamp.read_text("utf-8") == wanted:
        return env
    if not works:
        _make(env)
    stamp.unlink(missing_ok=True)
    print("Installing the pinned packages into .venv (some minutes the first time)...", flush=True)
    _pip(env, ["--require-hashes", "-r", "packaging/requirements.lock"], attempts=2, root=root)
    _pip(env, ["--no-deps", "--no-build-isolation", "-e", "."], attempts=1, root=root)
    _check_qt(env)
    stamp.write_text(wanted, "utf-8")
    return env
