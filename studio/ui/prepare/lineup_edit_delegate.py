"""Paints the cells of the line-up to be planned, and makes the fields that are typed into."""

import operator
from collections import OrderedDict
from collections.abc import Callable
from typing import Final, NamedTuple

from PySide6.QtCore import (
    QAbstractItemModel,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QPointF,
    QRect,
    QRectF,
    QSize,
    Qt,
)
from PySide6.QtGui import QBrush, QFont, QFontMetrics, QPainter, QPen, QPixmap, QTransform
from PySide6.QtWidgets import QLineEdit, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from studio.domain.lineup import ItemKind, ItemStatus
from studio.ui.icons import paint_icon
from studio.ui.prepare.lineup_edit_model import PROBLEM_ROLE, ROW_ROLE, Column
from studio.ui.prepare.lineup_edit_row import EditRow, VariantRow
from studio.ui.prepare.lineup_edit_words import RowWords
from studio.ui.theme import SPACE_S, TEXT_CAPTION, TEXT_S, Theme
from studio.ui.widgets.thumbnail import placeholder_colour

_Index = QModelIndex | QPersistentModelIndex
Picture = Callable[[str], QPixmap | None]
Columns = tuple[tuple[Column, int, int], ...]
"""The columns that are shown, each with its left edge and its width (px)."""

ROW_HEIGHT: Final = 44
PICTURE: Final = 30
_PAD: Final = 8
_LEFT: Final = Qt.AlignmentFlag.AlignLeft
_RIGHT: Final = Qt.AlignmentFlag.AlignRight
_LINE: Final = Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine
_ON_THE_LEFT: Final = int(_LEFT | _LINE)
_ON_THE_RIGHT: Final = int(_RIGHT | _LINE)
_KEPT_ROWS: Final = 80
_KEPT_TEXTS: Final = 2_000
_WRITTEN: Final = (Column.NUMBER, Column.STARTS)
_NUMBERS: Final = (Column.MINUTES, Column.PRICE, Column.TARGET)


class _Font(NamedTuple):
    key: tuple[int, bool, bool]
    font: QFont
    metrics: QFontMetrics


class LineUpEditDelegate(QStyledItemDelegate):
    """The cells. `picture` gives a small picture by its address, None while it is not there."""

    def __init__(self, theme: Theme, words: RowWords, picture: Picture, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme, self._words, self._picture = theme, words, picture
        self._drawn: OrderedDict[object, tuple[tuple[object, ...], QPixmap]] = OrderedDict()
        self._fonts: dict[tuple[int, bool, bool], _Font] = {}
        self._cuts: dict[tuple[object, ...], tuple[str, int]] = {}
        theme.changed.connect(self.forget)
        self.expanded: Callable[[str], bool] = lambda _item_id: False

    def sizeHint(self, _option: QStyleOptionViewItem, _index: _Index) -> QSize:  # noqa: D102
        return QSize(60, self._theme.px(ROW_HEIGHT))

    # --- typing -----------------------------------------------------------------------------------------------

    def createEditor(self, parent: QWidget, _option: QStyleOptionViewItem, index: _Index) -> QWidget:
        """A line for one cell."""
        line = QLineEdit(parent)
        header = index.model().headerData(index.column(), Qt.Orientation.Horizontal)
        line.setAccessibleName(str(header))
        line.setAccessibleDescription(str(index.data(PROBLEM_ROLE) or ""))
        line.setProperty("tone", "warning" if index.data(PROBLEM_ROLE) else "")
        line.setStyleSheet("QLineEdit { padding: 0px 6px; }")
        if index.column() in _NUMBERS:
            line.setAlignment(_RIGHT | Qt.AlignmentFlag.AlignVCenter)
        return line

    def setEditorData(self, editor: QWidget, index: _Index) -> None:  # noqa: D102
        # While it is typed into, nothing that comes in changes it.
        if isinstance(editor, QLineEdit) and not editor.isModified():
            editor.setText(str(index.data(Qt.ItemDataRole.EditRole) or ""))
            editor.selectAll()

    def setModelData(self, editor: QWidget, model: QAbstractItemModel, index: _Index) -> None:  # noqa: D102
        if isinstance(editor, QLineEdit):
            model.setData(index, editor.text(), Qt.ItemDataRole.EditRole)

    def updateEditorGeometry(self, editor: QWidget, option: QStyleOptionViewItem, _index: _Index) -> None:  # noqa: D102
        box: QRect = option.rect  # pyright: ignore[reportAttributeAccessIssue]
        px = self._theme.px
        editor.setGeometry(box.adjusted(px(2), px(6), -px(2), -px(6)))

    # --- painting ---------------------------------------------------------------------------------------------

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        """One cell by itself, as in what is dragged; the table asks for rows."""
        box: QRect = option.rect  # pyright: ignore[reportAttributeAccessIssue]
        state: QStyle.StateFlag = option.state  # pyright: ignore[reportAttributeAccessIssue]
        row = index.data(ROW_ROLE)
        painter.save()
        painter.setClipRect(box)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._back(painter, box, state, isinstance(row, EditRow) and row.status is ItemStatus.ON_AIR)
        self._paint_cell(painter, box, row, Column(index.column()))
        if state & QStyle.StateFlag.State_HasFocus:
            self.paint_focus(painter, box)
        painter.restore()

    def paint_row(
        self, painter: QPainter, box: QRect, index: _Index, columns: Columns, state: QStyle.StateFlag
    ) -> None:
        """A whole row. What an edit elsewhere in the line-up changes of it, its number and start, is written each time; all
        else is a picture from memory while nothing of it has changed.
        """
        row = index.data(ROW_ROLE)
        painter.drawPixmap(box.topLeft(), self._drawn_row(row, box, columns, state, painter))
        if isinstance(row, EditRow):
            for column, left, width in columns:
                if column in _WRITTEN:
                    self._paint_cell(painter, QRect(left, box.top(), width, box.height()), row, column)

    def paint_focus(self, painter: QPainter, box: QRect) -> None:
        """The frame of the cell that has the keys."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(self._theme.colour("accent"), 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(QRectF(box).adjusted(1.5, 1.5, -1.5, -1.5))

    def forget(self) -> None:
        """Draw every row anew: the theme changed."""
        self._drawn.clear()
        self._fonts.clear()
        self._cuts.clear()

    def _drawn_row(
        self, row: object, box: QRect, columns: Columns, state: QStyle.StateFlag, painter: QPainter
    ) -> QPixmap:
        ratio = painter.device().devicePixelRatioF()
        key: tuple[object, ...] = (box.width(), box.height(), ratio, columns, state.value)
        shows: tuple[object, ...] = (row,)
        if isinstance(row, EditRow):
            item, facts = row.item, row.facts
            key = (item.id, *key, self._words.currency, self._words.refused(item))
            key += (bool(facts.variants) and self.expanded(item.id), self._has_picture(facts.image_url))
            shows = (item, facts, row.status)
        elif isinstance(row, VariantRow):
            key = (row.id, *key)
        known = self._drawn.get(key)
        if known is not None and all(map(operator.is_, known[0], shows)):
            self._drawn.move_to_end(key)
            return known[1]
        pixmap = QPixmap(box.size() * ratio)
        pixmap.setDevicePixelRatio(ratio)
        with QPainter(pixmap) as inside:
            inside.setRenderHint(QPainter.RenderHint.Antialiasing)
            whole = QRect(QPoint(0, 0), box.size())
            self._back(inside, whole, state, isinstance(row, EditRow) and row.status is ItemStatus.ON_AIR)
            for column, left, width in columns:
                if column not in _WRITTEN:
                    cell = QRect(left, 0, width, box.height())
                    inside.setClipRect(cell)
                    self._paint_cell(inside, cell, row, column)
        self._drawn[key] = (shows, pixmap)
        if len(self._drawn) > _KEPT_ROWS:
            self._drawn.popitem(last=False)
        return pixmap

    def _has_picture(self, url: str) -> bool:
        return bool(url) and self._picture(url) is not None

    def _paint_cell(self, painter: QPainter, box: QRect, row: object, column: Column) -> None:
        if isinstance(row, EditRow):
            self._cell(painter, box, row, column, self._words.problem(row, column))
        elif isinstance(row, VariantRow):
            self._variant(painter, box, row, column)

    def _back(self, painter: QPainter, box: QRect, state: QStyle.StateFlag, on_air: bool) -> None:
        theme = self._theme
        painter.fillRect(box, theme.colour("on_air_tint" if on_air else "surface"))
        if state & QStyle.StateFlag.State_Selected:
            painter.fillRect(box, theme.colour("accent_tint"))
        elif state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(box, theme.colour("hover"))
        painter.setPen(theme.colour("line"))
        painter.drawLine(
            QPointF(box.left(), box.bottom() + 0.5), QPointF(box.right() + 1, box.bottom() + 0.5)
        )

    def _cell(self, painter: QPainter, box: QRect, row: EditRow, column: Column, problem: str) -> None:
        text = self._words.cell(row, column)
        px = self._theme.px
        inner = box.adjusted(px(_PAD), 0, -px(_PAD), 0)
        plain, faded = self._font(TEXT_S), row.status in (ItemStatus.DONE, ItemStatus.SKIPPED)
        product = row.item.kind is ItemKind.PRODUCT
        match column:
            case Column.PICTURE:
                self._thumbnail(painter, box, row)
            case Column.ITEM:
                self._item(painter, inner, row, text, problem)
            case Column.MINUTES:
                self._field(painter, box, text, problem, "muted" if faded else "text")
            case Column.PRICE if product:
                planned = row.item.show_price_minor is not None
                warned = problem or (self._words.price_hint(row) if row.facts.price.mismatch else "")
                self._field(painter, box, text, warned, "text" if planned and not faded else "muted")
            case Column.TARGET if product:
                shown = f"⚠ {text}" if problem else text
                role = "warning_text" if problem else "muted" if faded else "text"
                self._write(painter, inner, shown, plain, role, _RIGHT)
            case Column.STOCK if product:
                self._pill(
                    painter, inner, text, "warning" if self._words.warns_of_stock(row) else "neutral", _RIGHT
                )
            case Column.PROMO if product and row.item.promo is not None:
                self._pill(painter, inner, self._fitting(inner, text, row.item.promo.code), "promo", _LEFT)
            case _:
                self._write(painter, inner, text, plain, "muted", _LEFT)

    def _item(self, painter: QPainter, box: QRect, row: EditRow, text: str, problem: str) -> None:
        faded = row.status in (ItemStatus.DONE, ItemStatus.SKIPPED)
        font = self._font(TEXT_S, True, row.status is ItemStatus.SKIPPED)
        role = "warning_text" if problem else "muted" if faded else "text"
        title = f"⚠ {text}" if problem else text
        below = self._below(row)
        if not below:
            self._write(painter, box, title, font, role)
            return
        half, px = box.height() // 2, self._theme.px
        self._write(
            painter, QRect(box.left(), box.top() + px(5), box.width(), half - px(4)), title, font, role
        )
        rest = QRect(box.left(), box.top() + half, box.width(), half - px(5))
        for words, ink, strong in below:
            used = self._write(painter, rest, words, self._font(TEXT_CAPTION, strong), ink)
            rest = rest.adjusted(used + px(SPACE_S), 0, 0, 0)

    def _below(self, row: EditRow) -> list[tuple[str, str, bool]]:
        """What stands under the title: text, role, strong."""
        words: list[tuple[str, str, bool]] = []
        if row.status is ItemStatus.ON_AIR:
            words.append((self.tr("ON AIR"), "on_air_text", True))
        elif row.status is ItemStatus.DONE:
            words.append((self.tr("shown"), "muted", False))
        elif row.status is ItemStatus.SKIPPED:
            words.append((self.tr("skipped"), "muted", False))
        if row.facts.variants:
            sign = "▾" if self.expanded(row.item.id) else "▸"
            words.append((f"{sign} {self._words.variants(row)}", "muted", False))
        return words

    def _variant(self, painter: QPainter, box: QRect, row: VariantRow, column: Column) -> None:
        text, px = self._words.of_variant(row, column), self._theme.px
        inner = box.adjusted(px(_PAD), 0, -px(_PAD), 0)
        if column is Column.ITEM:
            self._write(painter, inner.adjusted(px(14), 0, 0, 0), text, self._font(TEXT_S), "muted")
        elif column is Column.PRICE:
            self._write(painter, inner.adjusted(0, 0, -px(2), 0), text, self._font(TEXT_S), "muted", _RIGHT)
        elif column is Column.STOCK:
            gone = row.left is not None and row.left <= 0
            self._pill(painter, inner, text, "warning" if gone else "neutral", _RIGHT)

    def _field(self, painter: QPainter, box: QRect, text: str, problem: str, role: str) -> None:
        """A cell that looks as what it is: a field."""
        theme, px = self._theme, self._theme.px
        frame = QRectF(box).adjusted(px(4), px(8), -px(4), -px(8))
        painter.setPen(QPen(theme.colour("warning" if problem else "line"), 1))
        painter.setBrush(theme.colour("background"))
        painter.drawRoundedRect(frame.adjusted(0.5, 0.5, -0.5, -0.5), px(4), px(4))
        inner = frame.adjusted(px(5), 0, -px(6), 0).toRect()
        shown = f"⚠ {text}" if problem else text
        self._write(painter, inner, shown, self._font(TEXT_S), "warning_text" if problem else role, _RIGHT)

    def _write(
        self,
        painter: QPainter,
        box: QRect,
        text: str,
        font: _Font,
        role: str,
        align: Qt.AlignmentFlag = _LEFT,
    ) -> int:
        """Write a line, cut where it does not fit; returns its width (px)."""
        if not text or box.width() < self._theme.px(8):
            return 0
        cut, wide = self._cut(font, text, box.width())
        painter.setFont(font.font)
        painter.setPen(self._theme.colour(role))
        painter.drawText(box, _ON_THE_LEFT if align is _LEFT else _ON_THE_RIGHT, cut)
        return wide

    def _font(self, size: int, bold: bool = False, struck: bool = False) -> _Font:
        found = self._fonts.get((size, bold, struck))
        if found is None:
            font = self._theme.font(size, bold=bold)
            font.setStrikeOut(struck)
            found = self._fonts[size, bold, struck] = _Font((size, bold, struck), font, QFontMetrics(font))
        return found

    def _cut(self, font: _Font, text: str, room: int) -> tuple[str, int]:
        """What of a text fits, and its width (px). The same texts are measured again and again."""
        key = (font.key, text, room)
        found = self._cuts.get(key)
        if found is None:
            wide = font.metrics.horizontalAdvance(text)
            if wide > room:
                text, wide = font.metrics.elidedText(text, Qt.TextElideMode.ElideRight, room), room
            if len(self._cuts) >= _KEPT_TEXTS:
                self._cuts.clear()
            found = self._cuts[key] = (text, wide)
        return found

    def _fitting(self, box: QRect, text: str, short: str) -> str:
        """The whole text where there is room for it, else the short one."""
        room = box.width() - 2 * self._theme.px(_PAD)
        return text if self._cut(self._font(TEXT_CAPTION), text, room)[0] == text else short

    def _pill(self, painter: QPainter, box: QRect, text: str, tone: str, align: Qt.AlignmentFlag) -> None:
        theme, font = self._theme, self._font(TEXT_CAPTION)
        if tone == "warning":
            text = f"⚠ {text}"
        pad, height = theme.px(8), theme.px(19)
        cut, wide = self._cut(font, text, box.width() - 2 * pad)
        width = wide + 2 * pad
        left = box.right() - width + 1 if align is _RIGHT else box.left()
        pill = QRectF(left, box.center().y() - height / 2 + 0.5, width, height)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.colour(f"{tone}_tint"))
        painter.drawRoundedRect(pill, height / 2, height / 2)
        painter.setFont(font.font)
        painter.setPen(theme.colour("muted" if tone == "neutral" else f"{tone}_text"))
        painter.drawText(pill, Qt.AlignmentFlag.AlignCenter, cut)

    def _thumbnail(self, painter: QPainter, box: QRect, row: EditRow) -> None:
        side = self._theme.px(PICTURE)
        frame = QRectF(box.center().x() - side / 2 + 0.5, box.center().y() - side / 2 + 0.5, side, side)
        url = row.facts.image_url
        picture = self._picture(url) if url else None
        talk = row.item.kind is ItemKind.TALK
        painter.setPen(Qt.PenStyle.NoPen)
        if picture is not None:
            place = QTransform.fromTranslate(frame.left(), frame.top())
            brush = QBrush(picture)
            brush.setTransform(place.scale(side / picture.width(), side / picture.height()))
            painter.setBrush(brush)
        elif talk:
            painter.setBrush(self._theme.colour("raised"))
        else:
            painter.setBrush(placeholder_colour(row.item.product_id or row.item.id))
        painter.drawRoundedRect(frame, 5, 5)
        if talk:
            inset = self._theme.px(8)
            place_of_icon = frame.adjusted(inset, inset, -inset, -inset)
            paint_icon(painter, "chat", place_of_icon, self._theme.colour("muted"))
