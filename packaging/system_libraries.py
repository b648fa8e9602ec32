"""What Qt, venv, the pictures and the tests against real servers need from a system, and how to get it with apt.

The list was read from the wheel's own libraries (``ldd`` of QtGui, the offscreen and the xcb platform plugins).
"""

import ctypes
import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from setup_error import SetupError

# Shared library -> the packages that may hold it, the newer name first.
ALWAYS_NEEDED = {
    "libEGL.so.1": ("libegl1",),
    "libGL.so.1": ("libgl1",),
    "libdbus-1.so.3": ("libdbus-1-3",),
    "libfontconfig.so.1": ("libfontconfig1",),
    "libglib-2.0.so.0": ("libglib2.0-0t64", "libglib2.0-0"),
    "libgthread-2.0.so.0": ("libglib2.0-0t64", "libglib2.0-0"),
    "libstdc++.so.6": ("libstdc++6",),
    "libxkbcommon.so.0": ("libxkbcommon0",),
}
NEEDED_FOR_WINDOWS = {
    "libX11-xcb.so.1": ("libx11-xcb1",),
    "libxcb-cursor.so.0": ("libxcb-cursor0",),
    "libxcb-icccm.so.4": ("libxcb-icccm4",),
    "libxcb-image.so.0": ("libxcb-image0",),
    "libxcb-keysyms.so.1": ("libxcb-keysyms1",),
    "libxcb-randr.so.0": ("libxcb-randr0",),
    "libxcb-render-util.so.0": ("libxcb-render-util0",),
    "libxcb-shape.so.0": ("libxcb-shape0",),
    "libxcb-sync.so.1": ("libxcb-sync1",),
    "libxcb-xfixes.so.0": ("libxcb-xfixes0",),
    "libxcb-xinerama.so.0": ("libxcb-xinerama0",),
    "libxcb-xkb.so.1": ("libxcb-xkb1",),
    "libxkbcommon-x11.so.0": ("libxkbcommon-x11-0",),
}
FONTS = ("fonts-dejavu-core",)
USR = Path("/usr")
NODE_AT_LEAST = 20


@dataclass(frozen=True)
class Server:
    """What the tests against servers of other houses start: it is here when one of the programs is in `PATH` or among the
    system's, or one of the files (patterns below ``/usr``) is. On other systems than Linux, `everywhere` says whether
    they need it too; what is not needed there are servers that no package of theirs brings.
    """

    packages: tuple[str, ...]
    programs: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    everywhere: bool = False


SERVERS = (
    Server(("nodejs",), ("node",), everywhere=True),
    Server(("npm",), ("npm",), everywhere=True),
    # Debian keeps the programs of each version apart, and not in `PATH`.
    Server(("postgresql",), ("initdb",), ("lib/postgresql/*/bin/initdb",), everywhere=True),
    Server(("inspircd",), ("inspircd",)),
    Server(("nginx-light",), ("nginx",)),
    Server(("libnginx-mod-nchan",), files=("lib/nginx/modules/ngx_nchan_module.so",)),
    Server(("libnginx-mod-rtmp",), files=("lib/nginx/modules/ngx_rtmp_module.so",)),
    Server(("obs-studio",), ("obs",)),
    Server(("obs-plugins",), files=("lib/*/obs-plugins/obs-x264.so", "lib*/obs-plugins/obs-x264.so")),
    Server(("xvfb",), ("Xvfb",)),
    Server(("libgl1-mesa-dri",), files=("lib/*/dri/*_dri.so", "lib*/dri/*_dri.so")),
    Server(("ffmpeg",), ("ffmpeg",)),
    Server(("iproute2",), ("ip",)),
    Server(("tesseract-ocr",), ("tesseract",)),
    Server(("tesseract-ocr-eng",), files=("share/tesseract*/**/eng.traineddata",)),
    Server(("chromium",), ("chromium", "chromium-browser", "google-chrome")),
)


def _loads(soname: str) -> bool:
    try:
        ctypes.CDLL(soname)
    except OSError:
        return False
    return True


def _has_fonts() -> bool:
    folders = [
        Path("/usr/share/fonts"),
        Path("/usr/local/share/fonts"),
        Path("~/.fonts"),
        Path("~/.local/share/fonts"),
    ]
    for folder in folders:
        try:
            found = (path for path in folder.expanduser().rglob("*.[to]t[fc]"))
            if next(found, None) is not None:
                return True
        except (OSError, RuntimeError):  # an unreadable folder, or no home folder at all
            continue
    return False


def can_make_venv() -> bool:
    """Whether this Python can make a virtual environment with pip in it (Debian packs that apart)."""
    return all(importlib.util.find_spec(name) is not None for name in ("venv", "ensurepip"))


def _venv_packages() -> Iterator[tuple[str, ...]]:
    if not can_make_venv():
        own = f"python{sys.version_info.major}.{sys.version_info.minor}-venv"
        yield (own, "python3-venv")


def _missing(libraries: dict[str, tuple[str, ...]]) -> list[tuple[str, ...]]:
    return [packages for soname, packages in libraries.items() if not _loads(soname)]


def _known_to_apt(package: str) -> bool:
    """Whether apt could install this very package (not only another that provides the name)."""
    shown = subprocess.run(
        ["apt-cache", "policy", package], capture_output=True, text=True, check=False, env=_plain_language()
    )
    return "Candidate:" in shown.stdout and "Candidate: (none)" not in shown.stdout


def _plain_language() -> dict[str, str]:
    return {**os.environ, "LC_ALL": "C", "DEBIAN_FRONTEND": "noninteractive"}


def _chosen(alternatives: list[tuple[str, ...]]) -> list[str]:
    names = [next((name for name in each if _known_to_apt(name)), each[-1]) for each in alternatives]
    return list(dict.fromkeys(names))


def _as_root() -> list[str] | None:
    """The words before apt-get that make it run as root without asking; None where that is not possible."""
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        return []
    if os.environ.get("CI", "").lower() in ("1", "true") and shutil.which("sudo"):
        allowed = subprocess.run(["sudo", "-n", "true"], capture_output=True, check=False)
        if allowed.returncode == 0:
            return ["sudo", "-n", "--preserve-env=DEBIAN_FRONTEND"]
    return None


def _install(prefix: list[str], alternatives: list[tuple[str, ...]], what: str) -> None:
    apt = [*prefix, "apt-get", "-o", "DPkg::Lock::Timeout=500", "-o", "Acquire::Retries=3"]
    print(f"Installing what {what} from the system (apt-get)...", flush=True)
    # A stale mirror or one foreign broken source must not stop what the others can give.
    subprocess.run([*apt, "-q", "update"], check=False, env=_plain_language(), stdout=subprocess.DEVNULL)
    names = _chosen(alternatives)
    command = [*apt, "-q", "install", "-y", "--no-install-recommends", *names]
    done = subprocess.run(command, check=False, env=_plain_language(), capture_output=True, text=True)
    if done.returncode != 0:
        raise SetupError(f"{' '.join(command)}\nfailed:\n{done.stdout[-2000:]}{done.stderr[-2000:]}")


def provide(display: bool) -> None:
    """Sees to it that Qt can start here.

    Raises SetupError with the one line to run when something is missing and may not be installed from here.
    Libraries which only windows need stop nobody who has no display.
    """
    if not sys.platform.startswith("linux"):
        return
    needed = [*_missing(ALWAYS_NEEDED), *_venv_packages(), *([] if _has_fonts() else [FONTS])]
    for_windows = _missing(NEEDED_FOR_WINDOWS)
    wanted = [*needed, *for_windows]
    if not wanted:
        return
    if shutil.which("apt-get") is None:
        if needed or display:
            libraries = [soname for soname in {**ALWAYS_NEEDED, **NEEDED_FOR_WINDOWS} if not _loads(soname)]
            raise SetupError(
                "Host Studio needs some libraries of the system. Install them with your package manager, then run\n"
                f"the same command again: {', '.join(libraries)} (and a TrueType font, and Python's venv module)."
            )
        return
    prefix = _as_root()
    if prefix is not None:
        _install(prefix, wanted, "Qt needs")
        importlib.invalidate_caches()
        still = [*_missing(ALWAYS_NEEDED), *_venv_packages()]
        if still:
            raise SetupError(f"apt-get ran, but these are still missing: {' '.join(_chosen(still))}.")
        return
    line = f"sudo apt-get install -y --no-install-recommends {' '.join(_chosen(wanted))}"
    if needed or display:
        raise SetupError(
            f"Host Studio needs some packages of the system. Run this line, then the same command again:\n\n  {line}"
        )
    print(f"Windows could not be shown here; that would need:\n  {line}", flush=True)


def _program(name: str) -> bool:
    """Whether there is such a program; servers often lie outside of a person's `PATH`."""
    if shutil.which(name):
        return True
    return any((folder / name).is_file() for folder in (USR / "sbin", USR / "local" / "sbin"))


def _node_version() -> str:
    """Such as ``v20.20.2``; empty without node."""
    node = shutil.which("node")
    if node is None:
        return ""
    return subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout.strip()


def _is_here(server: Server) -> bool:
    if any(_program(name) for name in server.programs):
        return True
    return any(next(USR.glob(pattern), None) is not None for pattern in server.files)


def _missing_for_servers() -> list[tuple[str, ...]]:
    linux = sys.platform.startswith("linux")
    return [server.packages for server in SERVERS if (linux or server.everywhere) and not _is_here(server)]


def provide_servers() -> None:
    """Sees to it that the tests against servers of other houses find those and what they watch them with: shops, chat,
    OBS and a place to stream to, a browser. Nothing else needs them.

    Raises SetupError with the one line to run when something is missing and may not be installed from here.
    """
    missing = _missing_for_servers()
    if missing:
        if not sys.platform.startswith("linux") or shutil.which("apt-get") is None:
            names = ", ".join(packages[-1] for packages in missing)
            raise SetupError(
                "The tests against real servers need some programs (Debian's names, and Node.js "
                f"{NODE_AT_LEAST} or newer). Install\n"
                f"them with your package manager, then run the same command again:\n\n  {names}"
            )
        prefix = _as_root()
        if prefix is None:
            line = f"sudo apt-get install -y --no-install-recommends {' '.join(_chosen(missing))}"
            raise SetupError(
                "The tests against real servers need some packages of the system. Run this line, then the same command\n"
                f"again:\n\n  {line}"
            )
        _install(prefix, missing, "the tests against real servers need")
        missing = _missing_for_servers()
        if missing:
            raise SetupError(f"apt-get ran, but these are still missing: {' '.join(_chosen(missing))}.")
    version = _node_version()
    major = version.removeprefix("v").partition(".")[0]
    if not major.isdigit() or int(major) < NODE_AT_LEAST:
        raise SetupError(
            f"The tests against real shops need Node.js {NODE_AT_LEAST} or newer, and this is {version or 'none'}: put a newer one\n"
            "in front in PATH, then run the same command again."
        )
