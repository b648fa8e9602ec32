"""Paints one row of the line-up: picture, title, price, stock, and whether it is on air, next or done."""

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPainterPath, QPen, QPixmap
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from studio.domain.lineup import ItemKind, ItemStatus
from studio.ui.models.lineup_model import ROW_ROLE, LineUpRow
from studio.ui.texts import Texts, length
from studio.ui.theme import SPACE_S, TEXT_CAPTION, TEXT_S, Theme
from studio.ui.widgets.text import clean_text
from studio.ui.widgets.thumbnail import placeholder_colour

_Index = QModelIndex | QPersistentModelIndex
ROW_HEIGHT: Final = 56
_PICTURE: Final = 40
LOW: Final = 20

Picture = Callable[[str], QPixmap | None]
"""The small picture of an image address, None while there is none."""


class LineUpDelegate(QStyledItemDelegate):
    """One row of fixed height. `low_stock` pieces or fewer are marked."""

    def __init__(
        self,
        theme: Theme,
        texts: Texts,
        picture: Picture,
        low_stock: int = LOW,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._theme, self._texts, self._picture, self._low = theme, texts, picture, low_stock

    def sizeHint(self, _option: QStyleOptionViewItem, _index: _Index) -> QSize:  # noqa: D102
        return QSize(200, self._theme.px(ROW_HEIGHT))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:  # noqa: D102
        row = index.data(ROW_ROLE)
        if not isinstance(row, LineUpRow):
            return
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box: QRect = option.rect  # pyright: ignore[reportAttributeAccessIssue]
        state: QStyle.StateFlag = option.state  # pyright: ignore[reportAttributeAccessIssue]
        self._back(painter, box, row, state)
        faded = row.status in (ItemStatus.DONE, ItemStatus.SKIPPED)
        px = self._theme.px
        inner = box.adjusted(px(13), 0, -px(10), 0)
        side = px(_PICTURE)
        frame = QRectF(inner.left(), inner.center().y() - side / 2, side, side)
        painter.setOpacity(0.5 if faded else 1.0)
        self._paint_picture(painter, frame, row)
        painter.setOpacity(1.0)
        text = inner.adjusted(side + px(SPACE_S), 0, 0, 0)
        used = self._paint_right(painter, text, row, faded)
        self._paint_left(painter, text.adjusted(0, 0, -used - px(SPACE_S), 0), row, faded)
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
        path = QPainterPath()
        path.addRoundedRect(frame, 6, 6)
        picture = self._picture(row.image_url) if row.image_url else None
        if picture is not None:
            painter.setClipPath(path)
            painter.drawPixmap(frame, picture, QRectF(picture.rect()))
            painter.setClipping(False)
            return
        talk = row.item.kind is ItemKind.TALK
        painter.fillPath(
            path, self._theme.colour("raised") if talk else placeholder_colour(row.item.product_id)
        )
        if talk:
            painter.setPen(self._theme.colour("muted"))
            painter.setFont(self._theme.font(TEXT_S, bold=True))
            painter.drawText(frame, Qt.AlignmentFlag.AlignCenter, "…")

    def _paint_right(self, painter: QPainter, box: QRect, row: LineUpRow, faded: bool) -> int:
        theme = self._theme
        half = box.height() // 2
        text, role = self._stock(row)
        font = theme.font(TEXT_CAPTION)
        painter.setFont(font)
        width = 0
        if text:
            width = QFontMetrics(font).horizontalAdvance(text) + theme.px(14)
            pill = QRectF(box.right() - width, box.top() + half - theme.px(21), width, theme.px(19))
            back = QPainterPath()
            back.addRoundedRect(pill, pill.height() / 2, pill.height() / 2)
            warn = role == "warning"
            painter.fillPath(back, theme.colour("warning_tint" if warn else "neutral_tint"))
            painter.setPen(self._ink("warning_text" if warn else "muted", faded))
            painter.drawText(pill, Qt.AlignmentFlag.AlignCenter, text)
        label, time, ink = self._times(row)
        low = QRect(box.left(), box.top() + half, box.width(), half - theme.px(6))
        painter.setPen(self._ink("muted", faded))
        painter.drawText(low, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, time)
        time_width = QFontMetrics(font).horizontalAdvance(time)
        if label:
            bold = theme.font(TEXT_CAPTION, bold=True)
            painter.setFont(bold)
            painter.setPen(theme.colour(ink))
            painter.drawText(
                low.adjusted(0, 0, -time_width - theme.px(5), 0),
                Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter,
                label,
            )
            time_width += QFontMetrics(bold).horizontalAdvance(label) + theme.px(5)
        return max(width, time_width)

    def _stock(self, row: LineUpRow) -> tuple[str, str]:
        if row.item.kind is ItemKind.TALK:
            return self.tr("talk"), "neutral"
        if row.withdrawn:
            return self.tr("⚠ withdrawn"), "warning"
        if row.left is None:
            return self.tr("stock?"), "neutral"
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

    def _paint_left(self, painter: QPainter, box: QRect, row: LineUpRow, faded: bool) -> None:
        theme = self._theme
        bold = theme.font(TEXT_S, bold=True)
        if row.status is ItemStatus.SKIPPED:
            bold.setStrikeOut(True)
        half = box.height() // 2
        painter.setFont(bold)
        painter.setPen(self._ink("text", faded))
        title = QFontMetrics(bold).elidedText(
            clean_text(row.item.title, 300), Qt.TextElideMode.ElideRight, box.width()
        )
        painter.drawText(
            QRect(box.left(), box.top() + theme.px(7), box.width(), half - theme.px(7)),
            Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter,
            title,
        )
        plain: QFont = theme.font(TEXT_S)
        painter.setFont(plain)
        painter.setPen(self._ink("muted", faded))
        price = self._texts.money(row.price) if row.price else "—"
        if row.show_price:
            price = f"{price} → {self._texts.money(row.show_price)}"
        price = QFontMetrics(plain).elidedText(price, Qt.TextElideMode.ElideRight, box.width())
        painter.drawText(
            QRect(box.left(), box.top() + half, box.width(), half - theme.px(6)),
            Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter,
            price,
        )

    def _ink(self, role: str, faded: bool) -> QColor:
        colour = self._theme.colour(role)
        return _mixed(self._theme.colour("surface"), colour, 0.75) if faded and role == "text" else colour


def _mixed(base: QColor, over: QColor, share: float) -> QColor:
    """`over` laid on `base` with this opacity."""
    return QColor.fromRgbF(
        base.redF() + (over.redF() - base.redF()) * share,
        base.greenF() + (over.greenF() - base.greenF()) * share,
        base.blueF() + (over.blueF() - base.blueF()) * share,
    )
