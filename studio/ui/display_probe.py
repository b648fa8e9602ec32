"""Tries Qt as a process of its own: `python -m studio.ui.display_probe` says what it found, or dies in its stead."""

import sys

from PySide6.QtCore import qVersion
from PySide6.QtWidgets import QApplication


def main() -> int:
    """Writes `version|platform|screens` to standard output."""
    app = QApplication([])
    screens = ", ".join(
        f"{screen.name()} {screen.size().width()}x{screen.size().height()} at {screen.devicePixelRatio():g}"
        for screen in app.screens()
    )
    sys.stdout.buffer.write(f"{qVersion()}|{app.platformName()}|{screens}".encode())
    return 0


if __name__ == "__main__":
    sys.exit(main())
