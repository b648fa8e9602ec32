"""Ctrl K: any command and anything that can be found (products), by a few letters of its name and by key alone."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from PySide6.QtCore import (
    QAbstractListModel,
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QPoint,
    QRect,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QDialog,
    QLineEdit,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from studio.ui.actions import Actions, StudioAction, translated
from studio.ui.theme import SPACE_M, TEXT_CAPTION, TEXT_S, Theme
from studio.ui.widgets.labels import PlainLabel
from studio.ui.widgets.text import clean_text

LIMIT: Final = 12
_GOOD_ENOUGH: Final = 55.0
_MOVES: Final = {Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown}


@dataclass(frozen=True, slots=True)
class PaletteEntry:
    """Something to choose: what it is called, what it is, its key, and what happens then."""

    text: str
    detail: str
    run: Callable[[], object]
    cap: str = ""


class PaletteProvider(Protocol):
    """Finds more than commands, e.g. products to pin. Called at each letter: answer from memory, at once."""

    def search(self, words: str, limit: int) -> Sequence[PaletteEntry]:
        """At most `limit` entries, the best first."""
        ...


class PaletteModel(QAbstractListModel):
    """What the palette has found."""

    EntryRole: Final = Qt.ItemDataRole.UserRole + 1

    def __init__(self, actions: Actions, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._actions = actions
        self._providers: list[PaletteProvider] = []
        self._found: list[PaletteEntry] = []

    def add_provider(self, provider: PaletteProvider) -> None:
        """Ask this one too."""
        self._providers.append(provider)

    def find(self, words: str) -> None:
        """Find by some letters; without any, every command that can be given now."""
        found = self._commands(words)
        if words.strip():
            for provider in self._providers:
                found.extend(provider.search(words, LIMIT))
        self.beginResetModel()
        self._found = found
        self.endResetModel()

    def add_found(self, entries: Sequence[PaletteEntry]) -> None:
        """Append what was found later, e.g. by a search in the store."""
        if entries:
            first = len(self._found)
            self.beginInsertRows(QModelIndex(), first, first + len(entries) - 1)
            self._found.extend(entries)
            self.endInsertRows()

    def entry(self, row: int) -> PaletteEntry | None:
        """The entry at a row."""
        return self._found[row] if 0 <= row < len(self._found) else None

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex = QModelIndex()) -> int:  # noqa: B008, D102
        return 0 if parent.isValid() else len(self._found)

    def data(  # noqa: D102
        self, index: QModelIndex | QPersistentModelIndex, role: int = Qt.ItemDataRole.DisplayRole
    ) -> object:
        entry = self.entry(index.row()) if index.isValid() else None
        if entry is None:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return entry.text
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return ", ".join(part for part in (entry.text, entry.detail, entry.cap) if part)
        return entry if role == self.EntryRole else None

    def _commands(self, words: str) -> list[PaletteEntry]:
        possible = [action for action in self._actions if action.isEnabled() and action.spec.id != "palette"]
        if words.strip():
            possible = _ranked(words, possible)
        return [_entry(action) for action in possible]


class CommandPalette(QDialog):
    """The palette itself. The field keeps the focus: arrows move, Return chooses, Esc closes.

    `searched` carries the words after each letter, for searches that take time: hand in what they find with
    `show_also`, which leaves it out when other words stand there by then.
    """

    searched = Signal(str)

    def __init__(
        self, actions: Actions, theme: Theme, parent: QWidget, providers: Sequence[PaletteProvider] = ()
    ) -> None:
        super().__init__(parent, Qt.WindowType.FramelessWindowHint | Qt.WindowType.Dialog)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setAccessibleName(self.tr("Any command"))
        self.setProperty("role", "palette")
        self.model = PaletteModel(actions, self)
        for provider in providers:
            self.model.add_provider(provider)
        self.field = QLineEdit()
        self.field.setPlaceholderText(self.tr("Type a command or a product…"))
        self.field.setAccessibleName(self.tr("Command or product"))
        self.field.setClearButtonEnabled(True)
        self.list = QListView()
        self.list.setModel(self.model)
        self.list.setItemDelegate(_EntryDelegate(theme, self.list))
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setUniformItemSizes(True)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setAccessibleName(self.tr("Found"))
        self.nothing = PlainLabel(self.tr("Nothing is called that. Try fewer letters."), tone="muted")
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE_M, SPACE_M, SPACE_M, SPACE_M)
        column.addWidget(self.field)
        column.addWidget(self.nothing)
        column.addWidget(self.list, 1)
        self.field.textChanged.connect(self._find)
        self.list.clicked.connect(lambda index: self._choose(index.row()))  # pyright: ignore[reportUnknownLambdaType]
        self.field.installEventFilter(self)
        self.resize(theme.px(560), theme.px(400))
        self._find("")

    def open_over(self) -> None:
        """Open in the upper middle of its window."""
        parent = self.parentWidget()
        if parent is not None:
            area = parent.window().geometry()
            self.move(area.center().x() - self.width() // 2, area.top() + area.height() // 6)
        self.open()
        self.field.setFocus(Qt.FocusReason.OtherFocusReason)

    def show_also(self, words: str, entries: Sequence[PaletteEntry]) -> None:
        """Show what a slow search found for these words, below the rest; the selection stays where it is."""
        if words == self.field.text():
            self.model.add_found(entries)
            self._show_list()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: D102
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent) and watched is self.field:
            if event.key() in _MOVES:
                self._move(event.key())
                return True
            if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
                if not event.isAutoRepeat():
                    self._choose(self.list.currentIndex().row())
                return True
        return False

    def _find(self, words: str) -> None:
        self.model.find(words)
        self._show_list()
        self.searched.emit(words)

    def _show_list(self) -> None:
        has = self.model.rowCount() > 0
        self.nothing.setVisible(not has)
        self.list.setVisible(has)
        if has and not self.list.currentIndex().isValid():
            self.list.setCurrentIndex(self.model.index(0))

    def _move(self, key: int) -> None:
        by = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1, Qt.Key.Key_PageUp: -8}.get(Qt.Key(key), 8)
        last = self.model.rowCount() - 1
        if last >= 0:
            row = min(max(0, self.list.currentIndex().row() + by), last)
            self.list.setCurrentIndex(self.model.index(row))

    def _choose(self, row: int) -> None:
        entry = self.model.entry(row)
        if entry is not None:
            # Closed first: what runs may open a dialog or move the focus.
            self.accept()
            entry.run()


class _EntryDelegate(QStyledItemDelegate):
    """Text at the left, detail muted beside it, the key at the right."""

    def __init__(self, theme: Theme, parent: QObject) -> None:
        super().__init__(parent)
        self._theme = theme

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:  # noqa: ARG002
        return QSize(self._theme.px(200), self._theme.px(32))

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        entry = index.data(PaletteModel.EntryRole)
        if not isinstance(entry, PaletteEntry):
            return
        rect: QRect = option.rect  # pyright: ignore[reportAttributeAccessIssue]
        state: QStyle.StateFlag = option.state  # pyright: ignore[reportAttributeAccessIssue]
        colour, px = self._theme.colour, self._theme.px
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if state & (QStyle.StateFlag.State_Selected | QStyle.StateFlag.State_MouseOver):
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(colour("accent_tint" if state & QStyle.StateFlag.State_Selected else "hover"))
            painter.drawRoundedRect(rect.adjusted(1, 1, -1, -1), px(6), px(6))
        inside = rect.adjusted(px(10), 0, -px(10), 0)
        if entry.cap:
            inside.setRight(self._paint_cap(painter, entry.cap, inside) - px(8))
        middle = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
        painter.setFont(self._theme.font(TEXT_S, bold=True))
        painter.setPen(colour("text"))
        metrics = painter.fontMetrics()
        name = metrics.elidedText(clean_text(entry.text, 200), Qt.TextElideMode.ElideRight, inside.width())
        painter.drawText(inside, middle.value, name)
        inside.setLeft(inside.left() + metrics.horizontalAdvance(name) + px(10))
        painter.setFont(self._theme.font(TEXT_S))
        painter.setPen(colour("muted"))
        detail = painter.fontMetrics().elidedText(
            clean_text(entry.detail, 200), Qt.TextElideMode.ElideRight, max(0, inside.width())
        )
        painter.drawText(inside, middle.value, detail)
        painter.restore()

    def _paint_cap(self, painter: QPainter, cap: str, inside: QRect) -> int:
        """Paint the key cap at the right; returns its left edge."""
        px = self._theme.px
        painter.setFont(self._theme.font(TEXT_CAPTION))
        width = painter.fontMetrics().horizontalAdvance(cap) + px(10)
        box = QRect(QPoint(inside.right() - width, inside.center().y() - px(9)), QSize(width, px(18)))
        painter.setPen(self._theme.colour("disabled"))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(box, px(4), px(4))
        painter.setPen(self._theme.colour("muted"))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter.value, cap)
        return box.left()


def _entry(action: StudioAction) -> PaletteEntry:
    return PaletteEntry(action.plain_text, translated(action.spec.group), action.trigger, action.cap)


def _ranked(words: str, actions: list[StudioAction]) -> list[StudioAction]:
    """The actions whose text, group or tooltip is like the words, the likest first."""
    from rapidfuzz import fuzz, process, utils

    texts = {
        str(place): f"{action.plain_text} {translated(action.spec.group)} {translated(action.spec.tooltip)}"
        for place, action in enumerate(actions)
    }
    names = {str(place): action.plain_text for place, action in enumerate(actions)}
    scores: dict[str, float] = {}
    # The name counts in full, what stands in the tooltip less.
    for choices, weight in ((names, 1.0), (texts, 0.8)):
        for _text, score, place in process.extract(
            words,
            choices,
            scorer=fuzz.WRatio,
            processor=utils.default_process,
            limit=None,
            score_cutoff=_GOOD_ENOUGH,
        ):
            scores[place] = max(scores.get(place, 0.0), score * weight)
    ranked = sorted(scores, key=lambda place: (-scores[place], int(place)))
    return [actions[int(place)] for place in ranked if scores[place] >= _GOOD_ENOUGH][:LIMIT]
