"""The first thing a person sees: the window, painted before the rest of the studio is imported.

Keep the imports here as they are, Qt and the standard library: each other one is waited for in front of an empty screen.
"""

import sys
from pathlib import Path
from typing import Final

from PySide6.QtCore import QByteArray, QDeadlineTimer, QEventLoop, QJsonDocument, QTimer
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QApplication

from studio.ui.main_window import MainWindow
from studio.ui.palette import DARK, LIGHT

_PAINTED_WITHIN_MS: Final = 500


def open_window(
    settings: Path | None = None, window_state: Path | None = None, *, rehearsal: bool = False
) -> MainWindow:
    """Make the application and its window, where it stood last time and in its colours, and paint it.

    The two files, if any, are only looked into: whether they can be understood is told later.
    """
    app = QApplication.instance() or QApplication(sys.argv[:1])
    if not isinstance(app, QApplication):
        raise TypeError("a Qt application without windows is running already")
    app.setApplicationName("Host Studio")
    tokens = LIGHT if _kept(settings, "theme") == "light" else DARK
    palette = QPalette()
    palette.setColor(QPalette.ColorRole.Window, QColor(tokens.background))
    palette.setColor(QPalette.ColorRole.WindowText, QColor(tokens.muted))
    app.setPalette(palette)
    window = MainWindow(rehearsal=rehearsal)
    if geometry := _kept(window_state, "windows", "main"):
        window.restoreGeometry(QByteArray.fromBase64(geometry.encode("utf-8", "replace")))
    window.show()
    _paint(app, window)
    # Fonts take their time to be found: the sentence comes a frame after the window.
    window.wait_with(window.tr("Opening the studio…"))
    _paint(app, window)
    return window


def _kept(file: Path | None, *names: str) -> str:
    """The text under these names in a JSON file, empty where there is none."""
    if file is None:
        return ""
    try:
        found = QJsonDocument.fromJson(QByteArray(file.read_bytes())).object()
    except OSError:
        return ""
    for name in names[:-1]:
        inner = found.get(name)
        found = inner if isinstance(inner, dict) else {}
    text = found.get(names[-1])
    return text if isinstance(text, str) else ""


def _paint(app: QApplication, window: MainWindow) -> None:
    """Let Qt work until the window is on the screen, or until it is clear that it is hidden.

    The one place that turns Qt's loop by hand: asyncio's loop, which does it from here on, is not imported yet.
    """
    deadline = QDeadlineTimer(_PAINTED_WITHIN_MS)
    QTimer.singleShot(_PAINTED_WITHIN_MS, window, lambda: None)  # wakes the loop when nothing else does
    app.processEvents()
    while not window.windowHandle().isExposed() and not deadline.hasExpired():
        app.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)
    app.processEvents()
