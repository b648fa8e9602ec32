"""The hazard that aborts the process: a Qt binding that loses references to None."""

import sys


def test_thousands_of_calls_into_qt_lose_no_reference(qtbot) -> None:
    from PySide6.QtWidgets import QLabel

    label = QLabel()
    qtbot.addWidget(label)
    before = sys.getrefcount(None)
    for number in range(5_000):
        label.setText(str(number))
    # Immortal since Python 3.12, where the count never moves; other objects come and go by the dozen.
    assert sys.getrefcount(None) > before - 1_000
