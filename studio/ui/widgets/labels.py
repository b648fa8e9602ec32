"""Labels. Every text of the studio goes through these: plain text only, whatever a viewer or a shop sent."""

import re
from typing import Final

from PySide6.QtCore import QEvent, QRect, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QWidget

from studio.ui.palette import ToneName
from studio.ui.theme import set_look

TextTone = ToneName | str
_LONG_WORD: Final = re.compile(r"\S{12,}")
_WITHIN: Final = re.compile(r"(?<=\w)(?=\w)")


def tooltip_text(text: str) -> str:
    """`text` as a tooltip which Qt never takes for markup, wrapped by Qt."""
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\n", "<br>")
    return f"<p>{escaped}</p>" if text else ""


class PlainLabel(QLabel):
    """A label that shows its text as it is. `size` is caption, s, m, l or xl (11, 13, 15, 20, 28 px)."""

    def __init__(
        self,
        text: str = "",
        parent: QWidget | None = None,
        *,
        size: str = "s",
        tone: TextTone = "",
        strong: bool = False,
        wrap: bool = False,
    ) -> None:
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setWordWrap(wrap)
        self.setProperty("textsize", size)
        self.setProperty("tone", tone)
        self.setProperty("strong", "true" if strong else "false")
        self.setText(text)

    def setTextFormat(self, _format: Qt.TextFormat) -> None:  # noqa: D102
        super().setTextFormat(Qt.TextFormat.PlainText)

    def set_tone(self, tone: TextTone) -> None:
        """Change the colour by role: muted, ok, warning, promo, accent, onair, next, or empty for plain text."""
        set_look(self, "tone", tone)

    def setText(self, text: str) -> None:
        """Show `text`; setting what already stands there costs nothing (clocks set theirs every second)."""
        if text != self.text():
            super().setText(text)


class ElidedLabel(PlainLabel):
    """A label that cuts its text with an ellipsis where it does not fit, and shows all of it as tooltip.

    `lines` above 1 wraps the text and cuts the last line.
    """

    def __init__(
        self,
        text: str = "",
        parent: QWidget | None = None,
        *,
        size: str = "s",
        tone: TextTone = "",
        strong: bool = False,
        mode: Qt.TextElideMode = Qt.TextElideMode.ElideRight,
        lines: int = 1,
    ) -> None:
        self._mode = mode
        self._lines = lines
        self._shown = ""
        # What `_shown` was cut from, and for which place.
        self._cut_for: tuple[str, int, int] | None = None
        self._heights: dict[int, int] = {}
        self._hint: QSize | None = None
        self._text = self._told = ""
        super().__init__(text, parent, size=size, tone=tone, strong=strong, wrap=lines > 1)
        self.setSizePolicy(
            QSizePolicy.Policy.Expanding if lines > 1 else QSizePolicy.Policy.Preferred,
            QSizePolicy.Policy.Preferred,
        )

    def set_lines(self, lines: int) -> None:
        """Wrap to so many lines at most; 1 does not wrap."""
        if lines == self._lines:
            return
        self._lines = lines
        self._cut_for = self._hint = None
        self._heights.clear()
        self.setWordWrap(lines > 1)
        self.updateGeometry()
        self.update()

    def minimumSizeHint(self) -> QSize:  # noqa: D102
        metrics = self.fontMetrics()
        return QSize(metrics.horizontalAdvance("…") * 3, metrics.height())

    def sizeHint(self) -> QSize:  # noqa: D102
        metrics = self.fontMetrics()
        if self._lines > 1:
            return QSize(metrics.averageCharWidth() * 30, self.heightForWidth(self.width()))
        margins = self.contentsMargins()
        width = metrics.horizontalAdvance(self.text()) + 2 + margins.left() + margins.right()
        return QSize(width, metrics.height())

    def hasHeightForWidth(self) -> bool:  # noqa: D102
        return self._lines > 1

    def heightForWidth(self, width: int) -> int:  # noqa: D102
        metrics = self.fontMetrics()
        if self._lines <= 1:
            return metrics.height()
        margins = self.contentsMargins()
        inside = max(1, width - margins.left() - margins.right())
        # Layouts ask again and again, whenever anything in the window may have another size.
        high = self._heights.get(inside)
        if high is None:
            text = self._breakable(self._text, inside)
            box = metrics.boundingRect(QRect(0, 0, inside, 100_000), self._flags(), text)
            high = min(box.height(), metrics.lineSpacing() * self._lines + metrics.leading() + 2)
            self._heights[inside] = high
        return high

    def text(self) -> str:  # noqa: D102
        return self._text

    def is_cut(self) -> bool:
        """Whether part of the text is not on the screen."""
        return self._shown != self.text()

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: D102
        with QPainter(self) as painter:
            rect = self.contentsRect()
            self._shown = self._fit(rect)
            painter.setPen(self.palette().color(self.foregroundRole()))
            self.style().drawItemText(
                painter,
                rect,
                self._flags(),
                self.palette(),
                self.isEnabled(),
                self._breakable(self._shown, rect.width()),
                self.foregroundRole(),
            )

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: D102
        super().resizeEvent(event)
        self._shown = self._fit(self.contentsRect())
        self._tell_whole()

    def setText(self, text: str) -> None:  # noqa: D102
        if text == self._text:
            return
        # QLabel would have the whole window laid out anew for each text; here only one of another size does.
        self._text = text
        self._heights.clear()
        self.setAccessibleName(text)
        self._shown = self._fit(self.contentsRect())
        self._tell_whole()
        if self._lines > 1 or self.sizePolicy().horizontalPolicy() is not QSizePolicy.Policy.Ignored:
            self._ask_for_room()
        self.update()

    def _ask_for_room(self) -> None:
        hint = self.sizeHint()
        if hint != self._hint:
            self._hint = hint
            self.updateGeometry()

    def changeEvent(self, event: QEvent) -> None:  # noqa: D102
        super().changeEvent(event)
        if event.type() in {QEvent.Type.FontChange, QEvent.Type.StyleChange}:
            self._cut_for = self._hint = None
            self._heights.clear()
            self.updateGeometry()

    def _tell_whole(self) -> None:
        """As tooltip, where part of it is cut; only a change is worth the events that Qt sends for it."""
        whole = self._text if self.is_cut() else ""
        if whole != self._told:
            self._told = whole
            self.setToolTip(tooltip_text(whole))

    def _flags(self) -> int:
        flags = self.alignment().value
        return (
            flags | Qt.TextFlag.TextWordWrap.value
            if self._lines > 1
            else flags | Qt.TextFlag.TextSingleLine.value
        )

    def _breakable(self, text: str, width: int) -> str:
        """Words that are wider than a line may go on in the next one: Qt would let them stand out of the label."""
        if self._lines <= 1:
            return text
        metrics = self.fontMetrics()

        def softened(word: re.Match[str]) -> str:
            whole = word.group()
            return whole if metrics.horizontalAdvance(whole) <= width else _WITHIN.sub("\u200b", whole)

        return _LONG_WORD.sub(softened, text)

    def _fit(self, rect: QRect) -> str:
        place = (self.text(), rect.width(), rect.height())
        if place != self._cut_for:
            self._cut_for = place
            return self._cut(rect)
        return self._shown

    def _cut(self, rect: QRect) -> str:
        metrics = self.fontMetrics()
        if self._lines <= 1:
            return metrics.elidedText(self.text(), self._mode, rect.width())
        # In a place too low for all its lines it shows fewer, never half a line. Half a line of slack: fonts round
        # the height of several lines differently.
        step = metrics.lineSpacing()
        lines = max(1, min(self._lines, (rect.height() + 3) // step))
        allowed = lines * step + step // 2
        text = self.text()

        def height(candidate: str) -> int:
            inside = max(1, rect.width())
            return metrics.boundingRect(
                QRect(0, 0, inside, 100_000), self._flags(), self._breakable(candidate, inside)
            ).height()

        if height(text) <= allowed:
            return text
        low, high = 0, len(text)
        while low < high:
            middle = (low + high + 1) // 2
            if height(text[:middle].rstrip() + "…") <= allowed:
                low = middle
            else:
                high = middle - 1
        return text[:low].rstrip() + "…"


class BulletLabel(ElidedLabel):
    """A point of a list: a dot, and text which stays right of it when it wraps."""

    def __init__(
        self,
        text: str = "",
        parent: QWidget | None = None,
        *,
        size: str = "s",
        tone: TextTone = "",
        lines: int = 2,
    ) -> None:
        super().__init__(text, parent, size=size, tone=tone, lines=lines)
        self.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        self._indent()

    def changeEvent(self, event: QEvent) -> None:  # noqa: D102
        if event.type() == QEvent.Type.FontChange:
            self._indent()
        super().changeEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: D102
        super().paintEvent(event)
        with QPainter(self) as painter:
            painter.setPen(self.palette().color(self.foregroundRole()))
            painter.drawText(2, self.fontMetrics().ascent(), "•")

    def _indent(self) -> None:
        self.setContentsMargins(self.fontMetrics().horizontalAdvance("•n"), 0, 0, 0)


class Pill(PlainLabel):
    """A small rounded chip. The tone gives the colour; the text always says the same in words."""

    def __init__(self, text: str = "", tone: ToneName = "neutral", parent: QWidget | None = None) -> None:
        super().__init__(text, parent, size="", tone=tone)
        self.setProperty("role", "pill")
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def show_as(self, text: str, tone: ToneName) -> None:
        """Change text and tone together."""
        self.setText(text)
        self.set_tone(tone)


class Kbd(PlainLabel):
    """A key cap, e.g. `F12` or `Ctrl Z`, as printed on the buttons."""

    def __init__(self, keys: str = "", parent: QWidget | None = None) -> None:
        super().__init__(keys, parent, size="")
        self.setProperty("role", "kbd")
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)


class SectionHeader(QWidget):
    """The head of a card: a letter-spaced muted title at the left, a muted note at the right, and a slot."""

    def __init__(self, title: str, note: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.title: Final = PlainLabel(title.upper(), size="")
        self.title.setProperty("role", "section")
        self.title.setAccessibleName(title)
        self.note: Final = ElidedLabel(note, tone="muted")
        self.note.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.row: Final = QHBoxLayout(self)
        self.row.setContentsMargins(0, 0, 0, 0)
        self.row.setSpacing(8)
        self.row.addWidget(self.title)
        self.row.addWidget(self.note, 1)

    def set_title(self, title: str) -> None:
        """Change the title; it is shown in capitals and read out as written."""
        self.title.setText(title.upper())
        self.title.setAccessibleName(title)

    def set_note(self, note: str) -> None:
        """Change the note at the right."""
        self.note.setText(note)

    def add(self, widget: QWidget) -> None:
        """Put a small control after the note."""
        self.row.addWidget(widget)
