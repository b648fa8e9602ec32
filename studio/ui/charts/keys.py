"""The keys of a chart that has the focus."""

import enum
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent


class ChartKey(enum.Enum):
    """What a key does in a chart."""

    BACK = enum.auto()
    FORWARD = enum.auto()
    BACK_ONE = enum.auto()
    FORWARD_ONE = enum.auto()
    EARLIER = enum.auto()
    LATER = enum.auto()
    CLOSER = enum.auto()
    WIDER = enum.auto()
    HOME = enum.auto()
    TABLE = enum.auto()
    CHOOSE = enum.auto()
    LEAVE = enum.auto()


_NONE: Final = Qt.KeyboardModifier.NoModifier
_SHIFT: Final = Qt.KeyboardModifier.ShiftModifier
_CTRL: Final = Qt.KeyboardModifier.ControlModifier

KEYS: Final = {
    (Qt.Key.Key_Left, _NONE): ChartKey.BACK,
    (Qt.Key.Key_Right, _NONE): ChartKey.FORWARD,
    (Qt.Key.Key_Left, _CTRL): ChartKey.BACK_ONE,
    (Qt.Key.Key_Right, _CTRL): ChartKey.FORWARD_ONE,
    (Qt.Key.Key_Left, _SHIFT): ChartKey.EARLIER,
    (Qt.Key.Key_Right, _SHIFT): ChartKey.LATER,
    (Qt.Key.Key_Plus, _NONE): ChartKey.CLOSER,
    (Qt.Key.Key_Plus, _SHIFT): ChartKey.CLOSER,
    (Qt.Key.Key_Equal, _NONE): ChartKey.CLOSER,
    (Qt.Key.Key_Minus, _NONE): ChartKey.WIDER,
    (Qt.Key.Key_Home, _NONE): ChartKey.HOME,
    (Qt.Key.Key_T, _NONE): ChartKey.TABLE,
    (Qt.Key.Key_Return, _NONE): ChartKey.CHOOSE,
    (Qt.Key.Key_Enter, _NONE): ChartKey.CHOOSE,
    (Qt.Key.Key_Escape, _NONE): ChartKey.LEAVE,
}


def chart_key(event: QKeyEvent) -> ChartKey | None:
    """What a key press means to a chart; None if nothing."""
    modifiers = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
    return KEYS.get((Qt.Key(event.key()), modifiers))
