"""Past shows: what they reached, and their line-ups to begin with."""

import re
from typing import Any, Final

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QShowEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QListView,
    QPushButton,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from studio.domain.past import PastShow
from studio.ui.models.live_show import LiveShow
from studio.ui.studio import Studio
from studio.ui.tasks import Tasks
from studio.ui.texts import Texts
from studio.ui.theme import SPACE_XS, TEXT_S, Theme
from studio.ui.widgets.cards import Card
from studio.ui.widgets.labels import PlainLabel, SectionHeader, tooltip_text
from studio.ui.widgets.text import clean_text

LIMIT: Final = 20
_ROW: Final = 24
_FEWEST, _MOST = 2, 5
"""So many rows are seen at least and at most; the list scrolls to the others."""
FIGURES_ROLE: Final = Qt.ItemDataRole.UserRole + 1
ID_ROLE: Final = Qt.ItemDataRole.UserRole + 2
_NUMBERED: Final = re.compile(r"#\s?\d+$")
_Index = QModelIndex | QPersistentModelIndex


class PastModel(QAbstractListModel):
    """Past shows, the newest first."""

    def __init__(self, texts: Texts) -> None:
        super().__init__()
        self._texts = texts
        self.shows: tuple[PastShow, ...] = ()
        self._series = ""

    def show_shows(self, shows: tuple[PastShow, ...], series: str) -> None:
        """Show these; those of the series are named by their number, where they have one."""
        if shows != self.shows or series != self._series:
            self.beginResetModel()
            self.shows, self._series = shows, series
            self.endResetModel()

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008, D102
        return 0 if parent.isValid() else len(self.shows)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:  # noqa: D102
        if not index.isValid() or index.row() >= len(self.shows):
            return None
        show = self.shows[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return self._name(show)
        if role == FIGURES_ROLE:
            return self.figures(show)
        if role == ID_ROLE:
            return show.id
        if role == Qt.ItemDataRole.ToolTipRole:
            return tooltip_text(self._whole(show))
        return self._whole(show) if role == Qt.ItemDataRole.AccessibleTextRole else None

    def figures(self, show: PastShow) -> str:
        """1,730 peak · €7,810 · ROI 2.9; what nobody knows is left out."""
        figures, texts = show.figures, self._texts
        told: list[str] = []
        if figures.viewers.peak is not None:
            told.append(self.tr("{n} peak").replace("{n}", texts.number(figures.viewers.peak)))
        told.append(texts.money(figures.own.gross))
        if figures.roi is not None:
            told.append(self.tr("ROI {n}").replace("{n}", texts.number(figures.roi, 1)))
        return " · ".join(told)

    def _name(self, show: PastShow) -> str:
        title = clean_text(show.title, 120)
        numbered = _NUMBERED.search(title)
        return numbered[0] if numbered and self._series and show.series == self._series else title

    def _whole(self, show: PastShow) -> str:
        title, day = clean_text(show.title, 120), self._texts.day(show.started_at_ms)
        items = self.tr("{n} items").replace("{n}", self._texts.number(show.items))
        return f"{title} · {day} · {items} · {self.figures(show)}"


class PastDelegate(QStyledItemDelegate):
    """A show on a line: its name cut where it must be, its figures whole as far as there is room."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme

    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:  # noqa: D102, ARG002
        return QSize(self._theme.px(120), self._theme.px(_ROW))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:  # noqa: D102
        # PySide's stubs leave out what a style option has.
        rect, state = option.rect, option.state  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType, reportUnknownVariableType]
        theme = self._theme
        painter.save()
        if state & QStyle.StateFlag.State_Selected:
            painter.fillRect(rect, theme.colour("accent_tint"))
        box = rect.adjusted(theme.px(SPACE_XS), 0, -theme.px(SPACE_XS), 0)
        name, figures = str(index.data()), str(index.data(FIGURES_ROLE))
        painter.setFont(theme.font(TEXT_S))
        metrics = painter.fontMetrics()
        gap = metrics.horizontalAdvance(" · ")
        wanted = metrics.horizontalAdvance(name) + 2
        room = box.width() - metrics.horizontalAdvance(figures) - gap
        # The name keeps a third at least: without it the figures are nobody's.
        width = min(wanted, max(room, box.width() // 3))
        align = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft | Qt.TextFlag.TextSingleLine
        painter.setPen(theme.colour("text"))
        shown = metrics.elidedText(name, Qt.TextElideMode.ElideMiddle, width)
        painter.drawText(box.adjusted(0, 0, width - box.width(), 0), align, shown)
        painter.setPen(theme.colour("muted"))
        rest = box.adjusted(width, 0, 0, 0)
        told = metrics.elidedText(f" · {figures}", Qt.TextElideMode.ElideRight, rest.width())
        painter.drawText(rest, align, told)
        if state & QStyle.StateFlag.State_HasFocus:
            painter.setPen(theme.colour("accent"))
            painter.drawRect(rect.adjusted(0, 0, -1, -1))
        painter.restore()


class PastPanel(Card):
    """Past shows of the open show's series, else all. `copy_wanted` carries the id of the show whose line-up is to be
    copied.
    """

    copy_wanted = Signal(str)

    def __init__(
        self,
        studio: Studio,
        live: LiveShow,
        theme: Theme,
        texts: Texts,
        tasks: Tasks,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__("card", parent)
        self._studio, self._live, self._tasks = studio, live, tasks
        self._theme = theme
        self._series: str | None = None
        self.setAccessibleName(self.tr("Past shows"))
        self.header = SectionHeader(self.tr("Past shows"))
        self.body.addWidget(self.header)
        self.model = PastModel(texts)
        self.list = QListView()
        self.list.setModel(self.model)
        self._delegate = PastDelegate(theme)
        self.list.setItemDelegate(self._delegate)
        self.list.setUniformItemSizes(True)
        self.list.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setAccessibleName(self.tr("Past shows"))
        self.empty = PlainLabel(self.tr("Looking for past shows…"), tone="muted", wrap=True)
        self.copy = QPushButton(self.tr("Copy line-up…"))
        self.copy.setAutoDefault(False)
        self.copy.setToolTip(self.tr("Take over the items of the chosen show"))
        self.copy.clicked.connect(self._copy)
        self.body.addWidget(self.empty)
        self.body.addWidget(self.list, 1)
        self.body.addWidget(self.copy, 0, Qt.AlignmentFlag.AlignLeft)
        self.list.hide()
        self.copy.hide()
        self.list.activated.connect(self._copy)
        theme.changed.connect(self.list.viewport().update)
        live.show_changed.connect(self._followed)

    @property
    def chosen(self) -> str:
        """The id of the chosen show, empty for none."""
        index = self.list.currentIndex()
        return str(index.data(ID_ROLE)) if index.isValid() else ""

    def showEvent(self, event: QShowEvent) -> None:  # noqa: D102
        super().showEvent(event)
        self.refresh()

    def refresh(self) -> None:
        """Read the past shows again."""
        self._tasks.spawn(self.load(), "read past shows")

    async def load(self) -> None:
        """Read the past shows: those of the series, else all."""
        series = self._series = self._live.state.series
        found = await self._studio.past(series, LIMIT) if series else []
        if not self._others(found):
            series = ""
            found = await self._studio.past(None, LIMIT)
        shows = self._others(found)
        kept = self.chosen
        self.model.show_shows(shows, series)
        self.header.set_note(clean_text(series, 40) if series and shows else "")
        self.empty.setText(
            self.tr("None yet. What this show reaches will stand here when the next one is planned.")
        )
        self.empty.setVisible(not shows)
        row = self._theme.px(_ROW)
        self.list.setMinimumHeight(row * min(len(shows), _FEWEST))
        self.list.setMaximumHeight(row * min(len(shows), _MOST))
        self.list.setVisible(bool(shows))
        self.copy.setVisible(bool(shows))
        at = next((n for n, show in enumerate(shows) if show.id == kept), 0)
        if shows:
            self.list.setCurrentIndex(self.model.index(at))

    def _others(self, shows: list[PastShow]) -> tuple[PastShow, ...]:
        return tuple(show for show in shows if show.id != self._live.state.id)

    def _followed(self) -> None:
        if self._series is not None and self._live.state.series != self._series:
            self.refresh()

    def _copy(self) -> None:
        if self.chosen:
            self.copy_wanted.emit(self.chosen)
