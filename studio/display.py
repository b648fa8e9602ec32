"""Whether anybody can look: without a display a rehearsal is played by the scripted host."""

import os
import sys


def has_display() -> bool:
    """Windows and macOS always have one; elsewhere the session names it."""
    return sys.platform in ("win32", "darwin") or any(
        os.environ.get(n) for n in ("DISPLAY", "WAYLAND_DISPLAY")
    )
