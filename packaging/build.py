#!/usr/bin/env python3
"""Packs the program for the system it runs on: python3 packaging/build.py, then look into dist/host-studio.

Run packaging/bootstrap.py setup first; this adds PyInstaller (pinned in build.lock) to the same environment, packs,
and starts the result once: `host-studio doctor` must find the packed program in order.
"""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PYTHON = ROOT / ".venv" / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
LOCK = ROOT / "packaging" / "build.lock"
SPEC = ROOT / "packaging" / "pyinstaller.spec"


def main() -> int:
    if not PYTHON.exists():
        print("Run packaging/bootstrap.py setup first.", file=sys.stderr)
        return 1
    for arguments in (
        ["-m", "pip", "--disable-pip-version-check", "install", "-q", "--require-hashes", "-r", str(LOCK)],
        ["-m", "PyInstaller", "--noconfirm", "--log-level", "WARN", str(SPEC)],
    ):
        done = subprocess.run([PYTHON, *arguments], cwd=ROOT, check=False)
        if done.returncode != 0:
            return done.returncode
    name = "host-studio-cli.exe" if os.name == "nt" else "host-studio"
    built = ROOT / "dist" / "host-studio" / name
    print(f"Built {built}; trying it:", flush=True)
    return subprocess.run([built, "doctor"], check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
