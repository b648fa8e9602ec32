"""Paints one row of the catalogue: picture, title, price, stock, and the button that adds it to the line-up."""

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import (
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QPointF,
    QRect,
    QRectF,
    QSize,
    Qt,
)
from PySide6.QtGui import QBrush, QFont, QFontMetrics, QHelpEvent, QPainter, QPen, QPixmap, QTransform
from PySide6.QtWidgets import QAbstractItemView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QToolTip

from studio.ui.icons import paint_icon
from studio.ui.prepare.catalogue_model import ROW_ROLE, CatalogueRow
from studio.ui.prepare.catalogue_words import CatalogueWords
from studio.ui.theme import SPACE_S, TEXT_CAPTION, TEXT_M, TEXT_S, Theme
from studio.ui.widgets.labels import tooltip_text
from studio.ui.widgets.text import clean_text
from studio.ui.widgets.thumbnail import placeholder_colour

_Index = QModelIndex | QPersistentModelIndex
ROW_HEIGHT: Final = 54
PICTURE: Final = 40
_ROOMY: Final = 150
_BUTTON: Final = QSize(30, 24)
_SINGLE: Final = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine)

Picture = Callable[[str], QPixmap | None]
"""The small picture of an image address, None while there is none."""


class CatalogueDelegate(QStyledItemDelegate):
    """One row of fixed height. `pointed` is the row whose button the pointer is over, -1 for none."""

    def __init__(
        self, theme: Theme, words: CatalogueWords, picture: Picture, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._theme, self._words, self._picture = theme, words, picture
        self.pointed = -1

    def sizeHint(self, _option: QStyleOptionViewItem, _index: _Index) -> QSize:  # noqa: D102
        return QSize(160, self._theme.px(ROW_HEIGHT))

    def button_box(self, row: QRect) -> QRect:
        """Where the button stands in a row."""
        px = self._theme.px
        width, height = px(_BUTTON.width()), px(_BUTTON.height())
        return QRect(row.right() - px(11) - width, row.center().y() - height // 2, width, height)

    def helpEvent(
        self, event: QHelpEvent, view: QAbstractItemView, option: QStyleOptionViewItem, index: _Index
    ) -> bool:
        """Everything that is known of the product."""
        row = index.data(ROW_ROLE)
        if event.type() != QEvent.Type.ToolTip or not isinstance(row, CatalogueRow):
            return super().helpEvent(event, view, option, index)
        box: QRect = option.rect  # pyright: ignore[reportAttributeAccessIssue]
        over_button = self.button_box(box).contains(event.pos())
        text = self._words.button(row) if over_button else self._words.whole(row)
        QToolTip.showText(event.globalPos(), tooltip_text(text), view)
        return True

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:  # noqa: D102
        row = index.data(ROW_ROLE)
        if not isinstance(row, CatalogueRow):
            return
        box: QRect = option.rect  # pyright: ignore[reportAttributeAccessIssue]
        state: QStyle.StateFlag = option.state  # pyright: ignore[reportAttributeAccessIssue]
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        self._paint_back(painter, box, state)
        px = self._theme.px
        side = px(PICTURE)
        self._paint_picture(
            painter, QRectF(box.left() + px(12), box.center().y() - side / 2 + 0.5, side, side), row
        )
        button = self.button_box(box)
        self._paint_button(painter, button, row, pointed=index.row() == self.pointed)
        left = box.left() + px(12) + side + px(SPACE_S)
        text = QRect(left, box.top() + px(7), button.left() - px(SPACE_S) - left, box.height() - px(14))
        self._paint_text(painter, text, row)
        painter.restore()

    def _paint_back(self, painter: QPainter, box: QRect, state: QStyle.StateFlag) -> None:
        theme = self._theme
        if state & QStyle.StateFlag.State_Selected:
            painter.fillRect(box, theme.colour("accent_tint"))
        elif state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(box, theme.colour("hover"))
        painter.setPen(theme.colour("line"))
        painter.drawLine(QPointF(box.left(), box.bottom() + 0.5), QPointF(box.right(), box.bottom() + 0.5))
        if state & QStyle.StateFlag.State_HasFocus:
            painter.setPen(QPen(theme.colour("accent"), 1))
            painter.drawRect(QRectF(box).adjusted(1.5, 1.5, -1.5, -1.5))

    def _paint_picture(self, painter: QPainter, frame: QRectF, row: CatalogueRow) -> None:
        picture = self._picture(row.image_url) if row.image_url else None
        painter.setPen(Qt.PenStyle.NoPen)
        if picture is None:
            painter.setBrush(placeholder_colour(row.product.id))
        else:
            brush = QBrush(picture)
            place = QTransform.fromTranslate(frame.left(), frame.top())
            brush.setTransform(
                place.scale(frame.width() / picture.width(), frame.height() / picture.height())
            )
            painter.setBrush(brush)
        painter.drawRoundedRect(frame, 6, 6)
        painter.setBrush(Qt.BrushStyle.NoBrush)

    def _paint_text(self, painter: QPainter, box: QRect, row: CatalogueRow) -> None:
        theme, half = self._theme, box.height() // 2
        upper, lower = QRect(box.left(), box.top(), box.width(), half), box.adjusted(0, half, 0, 0)
        role = "text" if row.product.active else "muted"
        self._write(painter, upper, clean_text(row.product.title, 300), theme.font(TEXT_S, bold=True), role)
        # Where there is little room, smaller letters rather than half a figure; alike in every row.
        tight = self._words.offline or box.width() < theme.px(_ROOMY)
        font = theme.font(TEXT_CAPTION if tight else TEXT_S)
        at = lower
        for words, tone in self._words.line(row):
            used = self._write(painter, at, words, font, tone)
            at = at.adjusted(used, 0, 0, 0)

    def _write(self, painter: QPainter, box: QRect, text: str, font: QFont, role: str) -> int:
        """Write a line, cut where it does not fit; returns its width (px)."""
        if box.width() < self._theme.px(12):
            return box.width()
        metrics = QFontMetrics(font)
        cut = metrics.elidedText(text, Qt.TextElideMode.ElideRight, box.width())
        painter.setFont(font)
        painter.setPen(self._theme.colour(role))
        painter.drawText(box, _SINGLE, cut)
        return metrics.horizontalAdvance(cut) if cut == text else box.width()

    def _paint_button(self, painter: QPainter, box: QRect, row: CatalogueRow, *, pointed: bool) -> None:
        theme = self._theme
        painter.setPen(QPen(theme.colour("disabled" if pointed else "line"), 1))
        painter.setBrush(theme.colour("hover" if pointed else "raised"))
        painter.drawRoundedRect(QRectF(box).adjusted(0.5, 0.5, -0.5, -0.5), 6, 6)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        if row.planned:
            side = theme.px(14)
            mark = QRectF(0, 0, side, side)
            mark.moveCenter(QRectF(box).center())
            paint_icon(painter, "check", mark, theme.colour("next_text"))
            return
        painter.setFont(theme.font(TEXT_M))
        painter.setPen(theme.colour("text"))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, "+")
