"""What Qt itself has to say goes to the studio's log, instead of a standard error that nobody reads."""

from collections.abc import Callable

import structlog
from PySide6.QtCore import QMessageLogContext, QtMsgType, qInstallMessageHandler

_log = structlog.get_logger("qt")
_LEVELS = {
    QtMsgType.QtDebugMsg: "debug",
    QtMsgType.QtInfoMsg: "info",
    QtMsgType.QtWarningMsg: "warning",
    QtMsgType.QtCriticalMsg: "error",
    QtMsgType.QtFatalMsg: "critical",
}


def log_qt_messages() -> Callable[[], None]:
    """Sends Qt's messages to the log from now on; calling what is returned puts things back as they were."""

    def to_log(kind: QtMsgType, context: QMessageLogContext, message: str) -> None:
        level = _LEVELS.get(kind, "warning")
        getattr(_log, level)(message, category=context.category or "default")

    before = qInstallMessageHandler(to_log)

    def back() -> None:
        qInstallMessageHandler(before)

    return back
