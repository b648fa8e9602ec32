"""The theme: Fusion palette, font and the one stylesheet, made from tokens and switched while the studio runs."""

import sys
from typing import Final

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QColor, QFont, QPalette
from PySide6.QtWidgets import QApplication, QStyleFactory, QWidget

from studio.ui.indicators import register
from studio.ui.palette import DARK, LIGHT, Tokens
from studio.ui.stylesheet import stylesheet

RADIUS: Final = 8
SPACE_XS: Final = 4
SPACE_S: Final = 8
SPACE_M: Final = 12
SPACE_L: Final = 16
TEXT_CAPTION: Final = 11
TEXT_S: Final = 13
TEXT_M: Final = 15
TEXT_L: Final = 20
TEXT_XL: Final = 28

_FAMILIES: Final = {
    "win32": ["Segoe UI Variable Text", "Segoe UI"],
    "darwin": [".AppleSystemUIFont", "Helvetica Neue"],
}
_FAMILIES_ELSEWHERE: Final = ["Inter", "Noto Sans", "DejaVu Sans"]
_FAMILIES_EVERYWHERE: Final = ["Noto Color Emoji", "Segoe UI Emoji", "Apple Color Emoji", "sans-serif"]


class Theme(QObject):
    """The tokens in force. `changed` is emitted after every switch, for widgets that paint by hand.

    One is made by the application and handed to the widgets which need it; the others follow the stylesheet.
    """

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.tokens: Tokens = DARK
        self.scale: float = 1.0
        self._fonts: dict[tuple[int, bool], QFont] = {}
        self._colours: dict[str, QColor] = {}

    def apply(self, app: QApplication, tokens: Tokens = DARK, scale: float = 1.0) -> None:
        """Dress the whole application. `scale` multiplies every size (1.0 = 13 px body text, 0.8 to 2.0)."""
        self.tokens = tokens
        self.scale = min(2.0, max(0.8, scale))
        self._colours.clear()
        register()
        app.setStyle(QStyleFactory.create("Fusion"))
        app.setPalette(fusion_palette(tokens))
        app.setFont(self.font(TEXT_S))
        app.setStyleSheet(stylesheet(tokens, self.scale))
        self.changed.emit()

    def toggle(self, app: QApplication) -> None:
        """Dark to light, light to dark, at once and in every window."""
        self.apply(app, LIGHT if self.tokens.name == "dark" else DARK, self.scale)

    def px(self, size: float) -> int:
        """A measure in pixels at the scale in force, at least 1."""
        return max(1, round(size * self.scale))

    def colour(self, role: str) -> QColor:
        """The colour of a role, e.g. `muted`; an unknown role raises AttributeError."""
        found = self._colours.get(role)
        if found is None:
            found = self._colours[role] = QColor(getattr(self.tokens, role))
        return QColor(found)

    def font(self, size: int = TEXT_S, *, bold: bool = False) -> QFont:
        """The interface font at one of the text sizes, with tabular figures so that clocks do not jitter."""
        look = (self.px(size), bold)
        font = self._fonts.get(look)
        if font is None:
            font = self._fonts[look] = QFont()
            font.setFamilies([*_FAMILIES.get(sys.platform, _FAMILIES_ELSEWHERE), *_FAMILIES_EVERYWHERE])
            font.setPixelSize(look[0])
            font.setFeature(QFont.Tag("tnum"), 1)
            font.setWeight(QFont.Weight.Bold if bold else QFont.Weight.Normal)
        return QFont(font)


def fusion_palette(tokens: Tokens) -> QPalette:
    """The Fusion palette of the tokens: what the stylesheet does not reach (menus, scroll bars, native parts)."""
    role = QPalette.ColorRole
    palette = QPalette()
    for where, colour in (
        (role.Window, tokens.background),
        (role.WindowText, tokens.text),
        (role.Base, tokens.background),
        (role.AlternateBase, tokens.surface),
        (role.Text, tokens.text),
        (role.PlaceholderText, tokens.muted),
        (role.Button, tokens.raised),
        (role.ButtonText, tokens.text),
        (role.BrightText, tokens.text),
        (role.ToolTipBase, tokens.raised),
        (role.ToolTipText, tokens.text),
        (role.Highlight, tokens.accent),
        (role.HighlightedText, tokens.on_accent),
        (role.Link, tokens.accent_text),
        (role.LinkVisited, tokens.promo_text),
        (role.Light, tokens.hover),
        (role.Midlight, tokens.hover),
        (role.Mid, tokens.line),
        (role.Dark, tokens.line),
        (role.Shadow, tokens.background),
        (role.Accent, tokens.accent),
    ):
        palette.setColor(where, QColor(colour))
    for where in (role.WindowText, role.Text, role.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, where, QColor(tokens.disabled))
    return palette


def set_look(widget: QWidget, name: str, value: str) -> None:
    """Set a dynamic property the stylesheet selects by, and restyle only when it changes."""
    if widget.property(name) == value:
        return
    widget.setProperty(name, value)
    style = widget.style()
    style.unpolish(widget)
    style.polish(widget)
    for child in widget.findChildren(QWidget):
        style.unpolish(child)
        style.polish(child)
    widget.update()
