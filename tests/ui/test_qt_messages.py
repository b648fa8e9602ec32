"""Qt's own complaints are found in the log."""

from PySide6.QtCore import qDebug, qWarning
from structlog.testing import capture_logs

from studio.ui.qt_messages import log_qt_messages


def test_what_qt_complains_about_is_in_the_log(qapp) -> None:
    back = log_qt_messages()
    try:
        with capture_logs() as lines:
            qWarning("a layout has no room")
            qDebug("drawn")
    finally:
        back()
    assert [(line["event"], line["log_level"]) for line in lines] == [
        ("a layout has no room", "warning"),
        ("drawn", "debug"),
    ]
