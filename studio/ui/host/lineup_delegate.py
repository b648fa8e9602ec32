"""Paints one row of the line-up: picture, title, price, stock, and whether it is on air, next or done."""

from collections import OrderedDict
from collections.abc import Callable
from typing import Final

from PySide6.QtCore import (
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QPoint,
    QPointF,
    QRect,
    QRectF,
    QSize,
    Qt,
)
from PySide6.QtGui import (
    QBrush,
    QColor,
    QFont,
    QFontMetrics,
    QHelpEvent,
    QPainter,
    QPainterPath,
    QPen,
    QPixmap,
    QTransform,
)
from PySide6.QtWidgets import (
    QAbstractItemView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QToolTip,
)

from studio.domain.lineup import ItemKind, ItemStatus
from studio.ui.icons import paint_icon
from studio.ui.models.lineup_model import ROW_ROLE, STARTS_ROLE, LineUpRow
from studio.ui.texts import Texts, length
from studio.ui.theme import SPACE_S, TEXT_CAPTION, TEXT_S, Theme
from studio.ui.widgets.labels import tooltip_text
from studio.ui.widgets.text import clean_text
from studio.ui.widgets.thumbnail import placeholder_colour

_Index = QModelIndex | QPersistentModelIndex
ROW_HEIGHT: Final = 56
PICTURE: Final = 40
NARROW: Final = 290
_KEPT_ROWS: Final = 80
_SHOWN_STATES: Final = (
    QStyle.StateFlag.State_Selected | QStyle.StateFlag.State_MouseOver | QStyle.StateFlag.State_HasFocus
)
_LEFT: Final = Qt.AlignmentFlag.AlignLeft
_RIGHT: Final = Qt.AlignmentFlag.AlignRight

Picture = Callable[[str], QPixmap | None]
"""The small picture of an image address, None while there is none."""


class LineUpDelegate(QStyledItemDelegate):
    """One row of fixed height. `low_stock` pieces or fewer are marked."""

    def __init__(
        self,
        theme: Theme,
        texts: Texts,
        picture: Picture,
        low_stock: int = 10,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._theme, self._texts, self._picture, self._low = theme, texts, picture, low_stock
        self._drawn: OrderedDict[object, tuple[LineUpRow, QPixmap]] = OrderedDict()
        theme.changed.connect(self.forget)

    def sizeHint(self, _option: QStyleOptionViewItem, _index: _Index) -> QSize:  # noqa: D102
        return QSize(200, self._theme.px(ROW_HEIGHT))

    def helpEvent(
        self, event: QHelpEvent, view: QAbstractItemView, option: QStyleOptionViewItem, index: _Index
    ) -> bool:
        """The whole title, when it comes, and the host's own note."""
        row = index.data(ROW_ROLE)
        if event.type() != QEvent.Type.ToolTip or not isinstance(row, LineUpRow):
            return super().helpEvent(event, view, option, index)
        lines = [clean_text(row.item.title, 300)]
        starts = index.data(STARTS_ROLE)
        if isinstance(starts, int) and row.status is ItemStatus.PLANNED:
            lines.append(self.tr("Starts about {time}").replace("{time}", self._texts.clock(starts)))
        if row.item.note:
            lines.append(self.tr("Note: {note}").replace("{note}", clean_text(row.item.note, 300)))
        QToolTip.showText(event.globalPos(), tooltip_text("\n".join(lines)), view)
        return True

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:  # noqa: D102
        row = index.data(ROW_ROLE)
        if not isinstance(row, LineUpRow):
            self._paint_sentence(painter, option, index)
            return
        box: QRect = option.rect  # pyright: ignore[reportAttributeAccessIssue]
        state: QStyle.StateFlag = option.state  # pyright: ignore[reportAttributeAccessIssue]
        ratio = painter.device().devicePixelRatioF()
        painter.drawPixmap(box.topLeft(), self._drawn_row(row, box.size(), state & _SHOWN_STATES, ratio))

    def forget(self) -> None:
        """Draw every row anew: the theme changed."""
        self._drawn.clear()

    def forget_picture(self, url: str) -> None:
        """Draw the rows with this picture anew: it came."""
        for key in [key for key, (row, _) in self._drawn.items() if row.image_url == url]:
            del self._drawn[key]

    def _drawn_row(self, row: LineUpRow, size: QSize, state: QStyle.StateFlag, ratio: float) -> QPixmap:
        """The row as a picture, from memory while nothing of it has changed: moving rows is then moving pictures."""
        key = (id(row), size.width(), size.height(), state.value, ratio)
        known = self._drawn.get(key)
        if known is not None and known[0] is row:
            self._drawn.move_to_end(key)
            return known[1]
        pixmap = QPixmap(size * ratio)
        pixmap.setDevicePixelRatio(ratio)
        pixmap.fill(self._theme.colour("surface"))
        with QPainter(pixmap) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            self._draw_row(painter, QRect(QPoint(0, 0), size), row, state)
        self._drawn[key] = (row, pixmap)
        if len(self._drawn) > _KEPT_ROWS:
            self._drawn.popitem(last=False)
        return pixmap

    def _draw_row(self, painter: QPainter, box: QRect, row: LineUpRow, state: QStyle.StateFlag) -> None:
        self._back(painter, box, row, state)
        faded = row.status in (ItemStatus.DONE, ItemStatus.SKIPPED)
        px = self._theme.px
        inner = box.adjusted(px(13), 0, -px(10), 0)
        side = px(PICTURE)
        frame = QRectF(inner.left(), inner.center().y() - side / 2, side, side)
        painter.setOpacity(0.5 if faded else 1.0)
        self._paint_picture(painter, frame, row)
        painter.setOpacity(1.0)
        text = inner.adjusted(side + px(SPACE_S + 2), 0, 0, 0)
        if box.width() < px(NARROW):
            self._paint_narrow(painter, text, row, faded)
        else:
            self._paint_wide(painter, text, row, faded)

    def _paint_wide(self, painter: QPainter, box: QRect, row: LineUpRow, faded: bool) -> None:
        upper, lower = self._halves(box)
        pill = self._paint_pill(painter, upper, row, faded)
        self._paint_title(painter, upper.adjusted(0, 0, -pill, 0), row, faded)
        label, time, role = self._times(row)
        small, bold = self._theme.font(TEXT_CAPTION), self._theme.font(TEXT_CAPTION, bold=True)
        used = self._write(painter, lower, time, small, "muted", _RIGHT)
        if label:
            gap = self._theme.px(5)
            used += gap + self._write(
                painter, lower.adjusted(0, 0, -used - gap, 0), label, bold, role, _RIGHT
            )
        used += self._theme.px(SPACE_S)
        self._write(
            painter, lower.adjusted(0, 0, -used, 0), self._price(row), self._theme.font(TEXT_S), "muted"
        )

    def _paint_narrow(self, painter: QPainter, box: QRect, row: LineUpRow, faded: bool) -> None:
        """Where the panel is narrow the title has its line to itself, and the time goes before the price."""
        upper, lower = self._halves(box)
        self._paint_title(painter, upper, row, faded)
        pill = self._paint_pill(painter, lower, row, faded)
        rest = lower.adjusted(0, 0, -pill, 0)
        label, time, role = self._times(row)
        small, bold = self._theme.font(TEXT_CAPTION), self._theme.font(TEXT_CAPTION, bold=True)
        price = self._texts.money(row.show_price or row.price) if row.price else ""
        words = [(label, bold, role)] if label else []
        if row.status is ItemStatus.ON_AIR:
            words.append((length(row.lasted_ms), small, "muted"))
        words += [(price, small, "muted"), (time, small, "muted")]
        for text, font, ink in words:
            # What does not fit in full is left out: half a price is none.
            if text and QFontMetrics(font).horizontalAdvance(text) <= rest.width():
                used = self._write(painter, rest, text, font, ink) + self._theme.px(6)
                rest = rest.adjusted(used, 0, 0, 0)

    def _halves(self, box: QRect) -> tuple[QRect, QRect]:
        px, half = self._theme.px, box.height() // 2
        return (
            QRect(box.left(), box.top() + px(6), box.width(), half - px(6)),
            QRect(box.left(), box.top() + half, box.width(), half - px(6)),
        )

    def _write(
        self,
        painter: QPainter,
        box: QRect,
        text: str,
        font: QFont,
        role: str,
        align: Qt.AlignmentFlag = _LEFT,
    ) -> int:
        """Write a line, cut where it does not fit; returns its width (px)."""
        if box.width() < self._theme.px(16):
            return 0
        metrics = QFontMetrics(font)
        cut = metrics.elidedText(text, Qt.TextElideMode.ElideRight, box.width())
        painter.setFont(font)
        painter.setPen(self._theme.colour(role))
        painter.drawText(box, int(align | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine), cut)
        return metrics.horizontalAdvance(cut)

    def _paint_sentence(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        box: QRect = option.rect  # pyright: ignore[reportAttributeAccessIssue]
        inner = box.adjusted(self._theme.px(13), 0, -self._theme.px(13), 0)
        painter.save()
        painter.setFont(self._theme.font(TEXT_S))
        painter.setPen(self._theme.colour("muted"))
        flags = Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextWordWrap
        painter.drawText(inner, int(flags), str(index.data(Qt.ItemDataRole.DisplayRole) or ""))
        painter.restore()

    def _back(self, painter: QPainter, box: QRect, row: LineUpRow, state: QStyle.StateFlag) -> None:
        theme = self._theme
        bar: QColor | None = None
        if row.status is ItemStatus.ON_AIR:
            bar = theme.colour("on_air")
            painter.fillRect(box, theme.colour("on_air_tint"))
        elif row.is_next:
            bar = theme.colour("next")
        if state & QStyle.StateFlag.State_Selected:
            painter.fillRect(box, theme.colour("accent_tint"))
        elif state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(box, theme.colour("hover"))
        if bar is not None:
            painter.fillRect(QRect(box.left(), box.top(), theme.px(3), box.height()), bar)
        painter.setPen(theme.colour("line"))
        painter.drawLine(QPointF(box.left(), box.bottom() + 0.5), QPointF(box.right(), box.bottom() + 0.5))
        if state & QStyle.StateFlag.State_HasFocus:
            painter.setPen(QPen(theme.colour("accent"), 1))
            painter.drawRect(QRectF(box).adjusted(1.5, 1.5, -1.5, -1.5))

    def _paint_picture(self, painter: QPainter, frame: QRectF, row: LineUpRow) -> None:
        picture = self._picture(row.image_url) if row.image_url else None
        talk = row.item.kind is ItemKind.TALK
        painter.setPen(Qt.PenStyle.NoPen)
        if picture is not None:
            place = QTransform.fromTranslate(frame.left(), frame.top())
            brush = QBrush(picture)
            brush.setTransform(
                place.scale(frame.width() / picture.width(), frame.height() / picture.height())
            )
            painter.setBrush(brush)
        else:
            painter.setBrush(
                self._theme.colour("raised") if talk else placeholder_colour(row.item.product_id)
            )
        painter.drawRoundedRect(frame, 6, 6)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        if picture is not None:
            return
        if talk:
            inset = self._theme.px(10)
            paint_icon(
                painter, "chat", frame.adjusted(inset, inset, -inset, -inset), self._theme.colour("muted")
            )

    def _paint_pill(self, painter: QPainter, box: QRect, row: LineUpRow, faded: bool) -> int:
        """The stock at the right end of a line; returns the room it takes (px)."""
        text, role = self._stock(row)
        if not text:
            return 0
        theme = self._theme
        font = theme.font(TEXT_CAPTION)
        width, height = QFontMetrics(font).horizontalAdvance(text) + theme.px(16), theme.px(19)
        pill = QRectF(box.right() - width + 1, box.center().y() - height / 2 + 0.5, width, height)
        shape = QPainterPath()
        shape.addRoundedRect(pill, height / 2, height / 2)
        warn = role == "warning"
        painter.setOpacity(0.75 if faded and not warn else 1.0)
        painter.fillPath(shape, theme.colour("warning_tint" if warn else "neutral_tint"))
        painter.setFont(font)
        painter.setPen(theme.colour("warning_text" if warn else "muted"))
        painter.drawText(pill, Qt.AlignmentFlag.AlignCenter, text)
        painter.setOpacity(1.0)
        return width + theme.px(SPACE_S)

    def _stock(self, row: LineUpRow) -> tuple[str, str]:
        if row.item.kind is ItemKind.TALK:
            return self.tr("talk"), "neutral"
        if not row.item.product_id:
            return self.tr("⚠ not in the shop"), "warning"
        if row.withdrawn:
            return self.tr("⚠ withdrawn"), "warning"
        if row.left is None:
            return self.tr("stock unknown"), "neutral"
        if row.left <= 0:
            return self.tr("⚠ Sold out"), "warning"
        left = self.tr("{n} left").replace("{n}", self._texts.number(row.left))
        if row.left <= self._low:
            return f"⚠ {left}", "warning"
        return left, "neutral"

    def _times(self, row: LineUpRow) -> tuple[str, str, str]:
        planned = length(row.item.planned_ms)
        if row.status is ItemStatus.ON_AIR:
            label = self.tr("SENDING") if row.sending else self.tr("ON AIR")
            return label, f"{length(row.lasted_ms)} / {planned}", "on_air_text"
        if row.status is ItemStatus.DONE:
            return "", f"{length(row.lasted_ms)} / {planned}", "muted"
        if row.status is ItemStatus.SKIPPED:
            return "", self.tr("skipped"), "muted"
        if row.is_next:
            return self.tr("NEXT"), planned, "next_text"
        return "", planned, "muted"

    def _paint_title(self, painter: QPainter, box: QRect, row: LineUpRow, faded: bool) -> None:
        font = self._theme.font(TEXT_S, bold=True)
        font.setStrikeOut(row.status is ItemStatus.SKIPPED)
        self._write(painter, box, clean_text(row.item.title, 300), font, "muted" if faded else "text")

    def _price(self, row: LineUpRow) -> str:
        if row.item.kind is ItemKind.TALK or row.price is None:
            return "—"
        price = self._texts.money(row.price)
        return f"{price} → {self._texts.money(row.show_price)}" if row.show_price else price
