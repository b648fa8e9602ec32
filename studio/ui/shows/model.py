"""The shows as a table: sorted by date, searched by words, in sections."""

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import (
    QAbstractTableModel,
    QCoreApplication,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QSortFilterProxyModel,
    Qt,
)

from studio.control.ports import ShowSummary
from studio.ui.texts import Texts, rough
from studio.ui.theme import TEXT_S, Theme
from studio.ui.widgets.text import clean_text

_Index = QModelIndex | QPersistentModelIndex
_ROOT: Final = QModelIndex()
_FAR: Final = 2**62
SORT: Final = Qt.ItemDataRole.UserRole + 1
SHOW: Final = Qt.ItemDataRole.UserRole + 2


class Section(enum.StrEnum):
    """What a show is listed under."""

    UPCOMING = "upcoming"
    PAST = "past"
    TEMPLATES = "templates"


class Column(enum.IntEnum):
    """The columns in their order."""

    TITLE = 0
    WHEN = 1
    LENGTH = 2
    SERIES = 3
    CHANNELS = 4
    SHOP = 5
    ITEMS = 6
    PEAK = 7
    REVENUE = 8
    STATE = 9


@dataclass(frozen=True, slots=True)
class Names:
    """What shops and channels are called, by their ids in the settings."""

    shops: Mapping[str, str]
    channels: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class CameTo:
    """What a past show came to: the peak of its viewers (None: nobody counted) and its gross revenue in words."""

    peak: int | None
    revenue_minor: int
    revenue: str


def section_of(show: ShowSummary) -> Section:
    """Where a show is listed."""
    if show.template:
        return Section.TEMPLATES
    return Section.UPCOMING if show.ended_at_ms is None else Section.PAST


class ShowsModel(QAbstractTableModel):
    """All shows. `open_id` is the one that the window has open."""

    def __init__(self, theme: Theme, language: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._theme, self._language = theme, language
        self._texts: dict[str, Texts] = {}
        self._shows: list[ShowSummary] = []
        self._names = Names({}, {})
        self._came_to: dict[str, CameTo] = {}
        self._now_ms = 0
        self.open_id = ""
        theme.changed.connect(self._redrawn)

    @property
    def shows(self) -> tuple[ShowSummary, ...]:
        """All of them."""
        return tuple(self._shows)

    def set_all(self, shows: list[ShowSummary], names: Names, now_ms: int, open_id: str) -> None:
        """Show these and no others; `now_ms` (UTC ms) is what has passed by then."""
        self.beginResetModel()
        self._shows = list(shows)
        self._names, self._now_ms, self.open_id = names, now_ms, open_id
        self.endResetModel()

    def set_figures(self, came_to: Mapping[str, CameTo]) -> None:
        """What past shows came to, by their ids."""
        self._came_to = dict(came_to)
        if self._shows:
            first = self.index(0, Column.PEAK)
            self.dataChanged.emit(first, self.index(len(self._shows) - 1, Column.REVENUE))

    def _redrawn(self) -> None:
        if self._shows:
            self.dataChanged.emit(self.index(0, 0), self.index(len(self._shows) - 1, len(Column) - 1))

    # --- as Qt asks -------------------------------------------------------------------------------------------

    def rowCount(self, parent: _Index = _ROOT) -> int:  # noqa: D102
        return 0 if parent.isValid() else len(self._shows)

    def columnCount(self, parent: _Index = _ROOT) -> int:  # noqa: D102
        return 0 if parent.isValid() else len(Column)

    def headerData(  # noqa: D102
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> object:
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _aligned(section)
        return _headings()[Column(section)] if role == Qt.ItemDataRole.DisplayRole else None

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:  # noqa: D102
        if not index.isValid():
            return None
        show, column = self._shows[index.row()], Column(index.column())
        if role == Qt.ItemDataRole.DisplayRole:
            return self._text(show, column)
        if role == SORT:
            return self._sorted_by(show, column)
        if role == SHOW:
            return show
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _aligned(column)
        if role == Qt.ItemDataRole.FontRole and column is Column.TITLE:
            return self._theme.font(TEXT_S, bold=True)
        if role == Qt.ItemDataRole.ForegroundRole:
            return self._theme.colour(self._role(show, column))
        if role == Qt.ItemDataRole.AccessibleTextRole and column is Column.TITLE:
            said = [self._text(show, c) for c in Column]
            return ", ".join(text for text in said if text not in ("", "–"))
        return None

    def _text(self, show: ShowSummary, column: Column) -> str:
        came_to = self._came_to.get(show.id)
        match column:
            case Column.TITLE:
                return clean_text(show.title, 120)
            case Column.WHEN:
                return self._when(show)
            case Column.LENGTH:
                return rough(show.planned_ms) if show.planned_ms else "–"
            case Column.SERIES:
                return clean_text(show.series, 60)
            case Column.CHANNELS:
                return ", ".join(clean_text(self._names.channels.get(c, c), 40) for c in show.channels) or "–"
            case Column.SHOP:
                return clean_text(self._names.shops.get(show.shop, show.shop), 60)
            case Column.ITEMS:
                return str(show.items)
            case Column.PEAK:
                return self._texts_in("UTC").number(came_to.peak) if came_to else "–"
            case Column.REVENUE:
                return came_to.revenue if came_to else "–"
            case Column.STATE:
                return self._state(show)

    def _when(self, show: ShowSummary) -> str:
        at = show.started_at_ms if show.started_at_ms is not None else show.starts_at_ms
        if at is None:
            return _tr("no date yet")
        texts = self._texts_in(show.time_zone)
        return f"{texts.day(at)}, {texts.clock(at)}"

    def _texts_in(self, zone: str) -> Texts:
        if zone not in self._texts:
            self._texts[zone] = Texts(self._language, zone)
        return self._texts[zone]

    def _state(self, show: ShowSummary) -> str:
        if show.started_at_ms is not None:
            state = _tr("on air") if show.ended_at_ms is None else _tr("ended")
        elif show.template:
            state = _tr("template")
        else:
            state = _tr("⚠ date has passed") if self._late(show) else _tr("planned")
        parts = [
            state,
            _tr("archived") if show.archived else "",
            _tr("open") if show.id == self.open_id else "",
        ]
        return " · ".join(part for part in parts if part)

    def _late(self, show: ShowSummary) -> bool:
        return (
            show.started_at_ms is None and show.starts_at_ms is not None and show.starts_at_ms < self._now_ms
        )

    def _role(self, show: ShowSummary, column: Column) -> str:
        if show.archived:
            return "muted"
        if column is Column.STATE:
            if show.started_at_ms is not None and show.ended_at_ms is None:
                return "on_air_text"
            return "warning_text" if self._late(show) and not show.template else "muted"
        return "text" if column in (Column.TITLE, Column.WHEN) else "muted"

    def _sorted_by(self, show: ShowSummary, column: Column) -> object:
        came_to = self._came_to.get(show.id)
        if column is Column.WHEN:
            at = show.started_at_ms if show.started_at_ms is not None else show.starts_at_ms
            return _FAR if at is None else at
        numbers = {
            Column.LENGTH: show.planned_ms,
            Column.ITEMS: show.items,
            Column.PEAK: -1 if came_to is None or came_to.peak is None else came_to.peak,
            Column.REVENUE: -1 if came_to is None else came_to.revenue_minor,
        }
        return numbers[column] if column in numbers else self._text(show, column).casefold()


class ShownShows(QSortFilterProxyModel):
    """The shows of one section that have the words that are searched for; archived ones where they are wanted."""

    def __init__(self, model: ShowsModel, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self.section = Section.UPCOMING
        self.archived = False
        self._words: tuple[str, ...] = ()
        self.setSourceModel(model)
        self.setSortRole(SORT)

    @property
    def searched(self) -> bool:
        """Whether words are searched for."""
        return bool(self._words)

    def show_only(self, section: Section, words: str, *, archived: bool) -> None:
        """List these."""
        self.beginFilterChange()
        self.section, self.archived = section, archived
        self._words = tuple(words.casefold().split())
        self.endFilterChange()

    def counts(self) -> dict[Section, int]:
        """How many shows each section has now."""
        found = dict.fromkeys(Section, 0)
        for show in self._model.shows:
            if self._wanted(show):
                found[section_of(show)] += 1
        return found

    def filterAcceptsRow(self, source_row: int, source_parent: _Index) -> bool:  # noqa: ARG002, D102
        show = self._model.shows[source_row]
        return section_of(show) is self.section and self._wanted(show)

    def _wanted(self, show: ShowSummary) -> bool:
        if show.archived and not self.archived:
            return False
        text = f"{show.title} {show.series}".casefold()
        return all(word in text for word in self._words)


def _aligned(column: int) -> Qt.AlignmentFlag:
    numbers = (Column.ITEMS, Column.PEAK, Column.REVENUE)
    side = Qt.AlignmentFlag.AlignRight if column in numbers else Qt.AlignmentFlag.AlignLeft
    return side | Qt.AlignmentFlag.AlignVCenter


def _headings() -> dict[Column, str]:
    return {
        Column.TITLE: _tr("Show"),
        Column.WHEN: _tr("Date and time"),
        Column.LENGTH: _tr("Length"),
        Column.SERIES: _tr("Series"),
        Column.CHANNELS: _tr("Channels"),
        Column.SHOP: _tr("Shop"),
        Column.ITEMS: _tr("Items"),
        Column.PEAK: _tr("Peak viewers"),
        Column.REVENUE: _tr("Revenue"),
        Column.STATE: _tr("State"),
    }


def _tr(text: str) -> str:
    return QCoreApplication.translate("ShowsModel", text)
