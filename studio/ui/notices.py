"""Notices: sentences that say what happened and what to do. They never take the focus and never move the screen."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Final, Literal

from PySide6.QtCore import (
    QAbstractListModel,
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtGui import QEnterEvent
from PySide6.QtWidgets import QHBoxLayout, QLayout, QPushButton, QToolButton, QVBoxLayout, QWidget

from studio.ui.theme import SPACE_M, SPACE_S, SPACE_XS, set_look
from studio.ui.widgets.cards import Card, CardKind
from studio.ui.widgets.labels import ElidedLabel, PlainLabel
from studio.ui.widgets.text import clean_text

Level = Literal["info", "ok", "warning", "trouble"]
"""info and ok leave by themselves, a warning after a while, trouble stays until it is over or put away."""

STAY_MS: Final[dict[Level, int]] = {"info": 6_000, "ok": 6_000, "warning": 20_000, "trouble": 0}
HISTORY: Final = 500
CLICK_GUARD_MS: Final = 500
"""A notice that appears under the pointer does not take the click that was meant for what it covers."""

_SHOWN: Final = 3
_LINES: Final = 6
"""Of a longer sentence the rest is cut with an ellipsis, and is its tooltip."""
_SIGNS: Final[dict[Level, str]] = {"info": "ℹ", "ok": "✓", "warning": "⚠", "trouble": "⚠"}
_TONES: Final[dict[Level, str]] = {"info": "accent", "ok": "ok", "warning": "warning", "trouble": "warning"}
_CARDS: Final[dict[Level, CardKind]] = {
    "info": "card-raised", "ok": "card-raised", "warning": "card-warning", "trouble": "card-warning",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class NoticeAction:
    """A button on a notice, e.g. Undo: its text and what it does."""

    text: str
    run: Callable[[], object]


@dataclass(frozen=True, slots=True)
class PostedNotice:
    """A notice as it was posted; `at_ms` UTC ms; the same `key` replaces, an `over` one is history only."""

    id: int
    level: Level
    sentence: str
    at_ms: int
    key: str = ""
    action: NoticeAction | None = None
    over: bool = False


class Notices(QAbstractListModel):
    """Every notice of this run, the newest first; a list model for the history. `shown_changed` for the stack."""

    shown_changed = Signal()

    AtRole: Final = Qt.ItemDataRole.UserRole + 1
    LevelRole: Final = Qt.ItemDataRole.UserRole + 2
    OverRole: Final = Qt.ItemDataRole.UserRole + 3

    def __init__(self, now_ms: Callable[[], int], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._now_ms = now_ms
        self._posted: list[PostedNotice] = []
        self._next_id = 1

    def post(self, level: str, sentence: str, *, key: str = "", action: NoticeAction | None = None) -> int:
        """Say something. A notice with the same non-empty key replaces the one before; an empty sentence clears it.

        Returns the id for `dismiss`, 0 when nothing is shown. An unknown level is shown as a warning.
        """
        if not sentence:
            self.resolve(key)
            return 0
        self._end_all(key)
        known = level if level in STAY_MS else "warning"
        notice = PostedNotice(self._next_id, known, clean_text(sentence), self._now_ms(), key, action)
        self._next_id += 1
        self.beginInsertRows(QModelIndex(), 0, 0)
        self._posted.insert(0, notice)
        self.endInsertRows()
        if len(self._posted) > HISTORY:
            self.beginRemoveRows(QModelIndex(), HISTORY, len(self._posted) - 1)
            del self._posted[HISTORY:]
            self.endRemoveRows()
        self.shown_changed.emit()
        return notice.id

    def dismiss(self, notice_id: int) -> None:
        """Put a notice away; it stays in the history."""
        for row, notice in enumerate(self._posted):
            if notice.id == notice_id and not notice.over:
                self._end(row)
                self.shown_changed.emit()
                return

    def dismiss_newest(self) -> bool:
        """Put the notice on top away; says whether there was one."""
        shown = self.shown()
        if shown:
            self.dismiss(shown[0].id)
        return bool(shown)

    def resolve(self, key: str) -> None:
        """What the notices with this key told of is over."""
        if self._end_all(key):
            self.shown_changed.emit()

    def shown(self) -> list[PostedNotice]:
        """What stands on the screen, trouble first, then the newest first."""
        open_notices = [notice for notice in self._posted if not notice.over]
        return sorted(open_notices, key=lambda notice: (notice.level != "trouble", -notice.id))

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex = QModelIndex()) -> int:  # noqa: B008, D102
        return 0 if parent.isValid() else len(self._posted)

    def data(  # noqa: D102
        self, index: QModelIndex | QPersistentModelIndex, role: int = Qt.ItemDataRole.DisplayRole
    ) -> object:
        if not index.isValid() or not 0 <= index.row() < len(self._posted):
            return None
        notice = self._posted[index.row()]
        if role in {Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole}:
            return f"{_SIGNS[notice.level]} {notice.sentence}"
        if role == self.AtRole:
            return notice.at_ms
        if role == self.LevelRole:
            return notice.level
        return notice.over if role == self.OverRole else None

    def _end_all(self, key: str) -> bool:
        """Whether there were any; without a key there are none."""
        if not key:
            return False
        rows = [row for row, notice in enumerate(self._posted) if notice.key == key and not notice.over]
        for row in rows:
            self._end(row)
        return bool(rows)

    def _end(self, row: int) -> None:
        before = self._posted[row]
        self._posted[row] = PostedNotice(
            before.id, before.level, before.sentence, before.at_ms, before.key, None, over=True
        )
        self.dataChanged.emit(self.index(row), self.index(row))


class NoticeCard(Card):
    """One notice on the screen: a sign, the sentence, perhaps a button, and a cross."""

    dismissed = Signal(int)

    def __init__(
        self, notice: PostedNotice, parent: QWidget | None = None, *, stay_ms: int | None = None
    ) -> None:
        super().__init__(_CARDS[notice.level], parent, margin=SPACE_S)
        self.notice = notice
        self._armed = False
        self.sentence = ElidedLabel(notice.sentence, lines=_LINES)
        self.sentence.setMinimumWidth(160)
        row = QHBoxLayout()
        row.setSpacing(SPACE_S)
        sign = PlainLabel(_SIGNS[notice.level], size="m", tone=_TONES[notice.level], strong=True)
        row.addWidget(sign, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self.sentence, 1)
        if notice.action is not None:
            self.button = QPushButton(notice.action.text.replace("&", "&&"))
            self.button.setProperty("variant", "compact")
            self.button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            self.button.clicked.connect(partial(self._act, notice.action))
            row.addWidget(self.button, 0, Qt.AlignmentFlag.AlignTop)
        self.cross = QToolButton()
        self.cross.setText("✕")
        self.cross.setProperty("variant", "compact")
        self.cross.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.cross.setAccessibleName(self.tr("Put this notice away"))
        self.cross.setToolTip(self.tr("Put this notice away"))
        self.cross.clicked.connect(self._dismiss)
        row.addWidget(self.cross, 0, Qt.AlignmentFlag.AlignTop)
        self.body.addLayout(row)
        self.setAccessibleName(notice.sentence)
        self._leave = QTimer(self)
        self._leave.setSingleShot(True)
        self._leave.setInterval(STAY_MS[notice.level] if stay_ms is None else stay_ms)
        self._leave.timeout.connect(self._end)
        QTimer.singleShot(CLICK_GUARD_MS, self, self.arm)
        self._start_leaving()

    def take(self, notice: PostedNotice) -> bool:
        """Say what has become of its notice, when that is said with the same sign and no button: how far something has come
        is said many times, and a card of its own for each would take longer than the rest. Says whether it is said.
        """
        was = self.notice
        if not was.key or (was.key, was.level) != (notice.key, notice.level) or was.action or notice.action:
            return False
        self.notice = notice
        self.sentence.setText(notice.sentence)
        self.setAccessibleName(notice.sentence)
        if not self.underMouse():
            self._start_leaving()
        return True

    def arm(self) -> None:
        """From now on its buttons take clicks."""
        self._armed = True

    def enterEvent(self, event: QEnterEvent) -> None:  # noqa: D102
        self._leave.stop()
        super().enterEvent(event)

    def leaveEvent(self, event: QEvent) -> None:  # noqa: D102
        self._start_leaving()
        super().leaveEvent(event)

    def _start_leaving(self) -> None:
        if self._leave.interval() > 0:
            self._leave.start()

    def _act(self, action: NoticeAction) -> None:
        if self._armed:
            self.dismissed.emit(self.notice.id)
            action.run()

    def _dismiss(self) -> None:
        if self._armed:
            self._end()

    def _end(self) -> None:
        self.dismissed.emit(self.notice.id)


class NoticeStack(QWidget):
    """The notices over a window, at its lower edge: trouble on top, at most three, `and 2 more` below.

    It lies above the window's layout, so that nothing moves when a notice comes, and is as high as its notices, so
    that it covers no more than it must. `bottom_margin` px keep the strip below it free. `stand_over` gives it another
    place, where the lower middle is worked in.
    """

    def __init__(self, notices: Notices, over: QWidget, *, bottom_margin: int = 16, width: int = 460) -> None:
        super().__init__(over)
        self._notices = notices
        self._over = over
        self._bottom_margin = bottom_margin
        self._width = width
        self._place_over: QWidget | None = None
        self._cards: dict[int, NoticeCard] = {}
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(SPACE_XS)
        self._column.setSizeConstraint(QLayout.SizeConstraint.SetNoConstraint)
        self._more = PlainLabel("", tone="muted")
        set_look(self._more, "role", "pill")
        self._column.addWidget(self._more, 0, Qt.AlignmentFlag.AlignRight)
        self.setAccessibleName(self.tr("Notices"))
        over.installEventFilter(self)
        notices.shown_changed.connect(self.refresh)
        self.refresh()

    @property
    def cards(self) -> list[NoticeCard]:
        """The notices in sight, the top one first."""
        return [
            self._cards[notice.id] for notice in self._notices.shown()[:_SHOWN] if notice.id in self._cards
        ]

    def stand_over(self, place: QWidget | None) -> None:
        """Stand over the lower end of this widget of the window and be as wide; None: in the middle of the window."""
        if place is self._place_over:
            return
        if self._place_over is not None:
            self._place_over.removeEventFilter(self)
        self._place_over = place
        if place is not None:
            place.installEventFilter(self)
        self._place()

    def refresh(self) -> None:
        """Show what the model says."""
        shown = self._notices.shown()
        wanted = {notice.id: notice for notice in shown[:_SHOWN]}
        for gone in [notice_id for notice_id in self._cards if notice_id not in wanted]:
            card = self._cards.pop(gone)
            new = next(
                (i for i, notice in wanted.items() if i not in self._cards and card.take(notice)), None
            )
            if new is not None:
                self._cards[new] = card
                continue
            self._column.removeWidget(card)
            card.hide()
            card.deleteLater()
        for position, notice in enumerate(wanted.values()):
            card = self._cards.get(notice.id)
            if card is None:
                card = NoticeCard(notice)
                card.dismissed.connect(self._notices.dismiss)
                self._cards[notice.id] = card
            if self._column.indexOf(card) != position:
                self._column.removeWidget(card)
                self._column.insertWidget(position, card)
            card.show()
        rest = len(shown) - len(wanted)
        self._more.setText(self.tr("and {n} more").format(n=rest))
        self._more.setVisible(rest > 0)
        self.setVisible(bool(wanted))
        self._place()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: D102
        if event.type() == QEvent.Type.Resize and watched in (self.parentWidget(), self._place_over):
            self._place()
        return False

    def _place(self) -> None:
        place = self._place_over
        self._column.activate()
        least = self._column.minimumSize().width()
        wide = self._width if place is None else min(self._width, max(least, place.width()))
        width = min(wide, self._over.width() - 2 * SPACE_M)
        height = (
            self._column.heightForWidth(width)
            if self._column.hasHeightForWidth()
            else self.sizeHint().height()
        )
        left = (self._over.width() - width) // 2
        bottom = self._over.height() - self._bottom_margin
        if place is not None:
            corner = place.mapTo(self._over, place.rect().bottomLeft())
            left, bottom = max(corner.x(), SPACE_S), corner.y() - SPACE_S
        self.setGeometry(left, bottom - height, width, height)
        self.raise_()
