"""What the show is to reach, and what it costs: each field is kept as soon as it is left, and undo takes it back."""

from collections.abc import Callable, Sequence
from typing import Any, Final

import msgspec
from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from studio.control.ports import StoreFull
from studio.domain.commands import SetGoals
from studio.domain.past import PastShow
from studio.domain.plan import MAX_COSTS, CostLine, Goals
from studio.ui.actions import Actions
from studio.ui.models.live_show import LiveShow
from studio.ui.prepare.goal_fields import CostRow, GoalField
from studio.ui.prepare.goal_values import Wrong, amount_text, count_text, read_amount, read_count
from studio.ui.studio import Notice, Studio
from studio.ui.tasks import Tasks
from studio.ui.texts import Texts
from studio.ui.theme import SPACE_S, SPACE_XS, Theme
from studio.ui.widgets.cards import Card
from studio.ui.widgets.labels import ElidedLabel, PlainLabel, SectionHeader, tooltip_text
from studio.ui.widgets.text import clean_text

_LEARN_FROM: Final = 5
_FIELD: Final = 104
_LOWEST: Final = 96
_HIGHEST: Final = 300


class _Fitting(QScrollArea):
    """Wishes to be as high as what is in it, up to a bound, and may be lower: then it scrolls."""

    def __init__(self, theme: Theme, inner: QWidget) -> None:
        super().__init__()
        self._theme, self._inner = theme, inner
        self.setWidgetResizable(True)
        self.setWidget(inner)

    def sizeHint(self) -> QSize:
        # Names that need a second line are known by the width that there is beside a scroll bar: for less it would stay.
        high = self._inner.heightForWidth(self.width() - self.verticalScrollBar().sizeHint().width())
        return QSize(self._inner.sizeHint().width(), min(high, self._theme.px(_HIGHEST)))

    def minimumSizeHint(self) -> QSize:
        return QSize(
            self._theme.px(_FIELD), min(self._inner.minimumSizeHint().height(), self._theme.px(_LOWEST))
        )

    def event(self, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.LayoutRequest, QEvent.Type.Resize):
            self.updateGeometry()
        return super().event(event)


class GoalsPanel(Card):
    """Goals and costs of the open show. `notice` carries what came of a change that was refused."""

    notice = Signal(object)

    def __init__(
        self,
        studio: Studio,
        live: LiveShow,
        actions: Actions,
        theme: Theme,
        texts: Texts,
        tasks: Tasks,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__("card", parent)
        self._studio, self._live, self._tasks, self._texts, self._theme = studio, live, tasks, texts, theme
        self._actions = actions
        self._shown: Goals | None = None
        self._series: str | None = None
        self.fields: dict[str, GoalField] = {}
        self.costs: list[CostRow] = []
        self.setAccessibleName(self.tr("Goals"))
        self.total = PlainLabel("", strong=True)
        self.cost = ElidedLabel("", tone="muted")
        self.edit_costs = QPushButton(self.tr("Edit"))
        self.add_cost = QPushButton(self.tr("+ Cost"))
        self._lay_out()
        live.show_changed.connect(self.refresh)
        self.refresh()
        tasks.spawn(self._suggest(), "learn goals from past shows")

    def _lay_out(self) -> None:
        self.body.addWidget(SectionHeader(self.tr("Goals")))
        inner = QWidget()
        inner.setProperty("role", "plain")
        column = QVBoxLayout(inner)
        column.setContentsMargins(0, 0, SPACE_S, 0)
        column.setSpacing(SPACE_XS)
        column.addLayout(self._grid())
        self._lay_out_costs(column)
        column.addStretch(1)
        scroller = _Fitting(self._theme, inner)
        scroller.setFrameShape(QFrame.Shape.NoFrame)
        scroller.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroller.setAccessibleName(self.tr("Goals and costs"))
        scroller.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroller.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        self.scroller = scroller
        self.body.addWidget(scroller, 1)

    def _grid(self) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(SPACE_S)
        grid.setVerticalSpacing(SPACE_XS)
        grid.setColumnStretch(0, 1)
        for row, (name, label) in enumerate(
            (
                ("peak_viewers", self.tr("Peak viewers")),
                ("sessions", self.tr("Clicks on tracked links")),
                ("orders", self.tr("Orders")),
                ("revenue_minor", self.tr("Revenue")),
            )
        ):
            field = self.fields[name] = GoalField(label)
            field.setObjectName(f"goal:{name}")
            field.setFixedWidth(self._theme.px(_FIELD))
            field.left.connect(lambda name=name: self._left(name))
            text = ElidedLabel(label, tone="muted", lines=3)
            text.setBuddy(field)
            grid.addWidget(text, row, 0)
            grid.addWidget(field, row, 1)
        return grid

    def _lay_out_costs(self, column: QVBoxLayout) -> None:
        head = QHBoxLayout()
        head.addWidget(self.cost, 1)
        self.edit_costs.setProperty("variant", "compact")
        self.edit_costs.setAutoDefault(False)
        self.edit_costs.setCheckable(True)
        told = self.tr("Show the lines of costs: return on investment is reckoned with them")
        self.edit_costs.setToolTip(tooltip_text(told))
        self.edit_costs.toggled.connect(self._show_costs)
        head.addWidget(self.edit_costs)
        head.addWidget(self.total)
        column.addLayout(head)
        self._costs = QWidget()
        self._lines = QVBoxLayout(self._costs)
        self._lines.setContentsMargins(0, 0, 0, 0)
        self._lines.setSpacing(SPACE_XS)
        self.add_cost.setProperty("variant", "compact")
        self.add_cost.setAutoDefault(False)
        self.add_cost.setToolTip(self.tr("Add a line of costs"))
        self.add_cost.clicked.connect(self._add_cost)
        self._lines.addWidget(self.add_cost, 0, Qt.AlignmentFlag.AlignLeft)
        self._costs.hide()
        column.addWidget(self._costs)

    # --- showing ----------------------------------------------------------------------------------------------

    @property
    def _currency(self) -> str:
        return self._live.state.currency

    def refresh(self) -> None:
        """Bring the fields up to the show; what somebody is typing stays."""
        goals = self._live.state.goals
        if self._live.state.series != self._series and self._series is not None:
            self._tasks.spawn(self._suggest(), "learn goals from past shows")
        if goals == self._shown:
            return
        self._shown = goals
        for name, field in self.fields.items():
            field.show_kept(self._written(name, getattr(goals, name)))
        for at, cost in enumerate(goals.costs):
            if at == len(self.costs):
                self._make_row()
            row = self.costs[at]
            row.label.show_kept(cost.label)
            row.amount.show_kept(amount_text(cost.amount_minor, self._currency, self._texts))
        while len(self.costs) > len(goals.costs):
            self._drop_row(self.costs[-1])
        named = ", ".join(clean_text(cost.label, 24) for cost in goals.costs)
        self.cost.setText(self.tr("Cost ({names})").replace("{names}", named) if named else self.tr("Cost"))
        total = goals.cost_minor
        self.total.setText(amount_text(total, self._currency, self._texts) if total is not None else "–")
        self.total.setAccessibleName(self.tr("All costs: {n}").replace("{n}", self.total.text()))
        self.add_cost.setEnabled(len(goals.costs) < MAX_COSTS)

    def _written(self, name: str, value: int | None) -> str:
        if name == "revenue_minor":
            return amount_text(value, self._currency, self._texts)
        return count_text(value, self._texts)

    async def _suggest(self) -> None:
        """What the newest shows of the series reached stands in the empty fields, in grey."""
        self._series = self._live.state.series
        past = await self._studio.past(self._series or None, _LEARN_FROM)
        past = [show for show in past if show.id != self._live.state.id]
        for name, told in suggestions(past, self._currency).items():
            text = self._written(name, told) if told else ""
            hint = self.tr("e.g. {n}").replace("{n}", text) if text else self.tr("no goal")
            self.fields[name].setPlaceholderText(hint)

    # --- changing ---------------------------------------------------------------------------------------------

    def _left(self, name: str) -> None:
        field = self.fields[name]
        try:
            value = (
                read_amount(field.text(), self._currency, self._texts)
                if name == "revenue_minor"
                else read_count(field.text())
            )
        except Wrong as wrong:
            field.refuse(str(wrong))
            return
        field.say("")
        if getattr(self._live.state.goals, name) == value:
            field.setText(self._written(name, value))
            return
        self._set(lambda goals: msgspec.structs.replace(goals, **{name: value}))

    def _show_costs(self, shown: bool) -> None:
        self._costs.setVisible(shown)
        if shown and not self.costs:
            self._add_cost()

    def _add_cost(self) -> None:
        if len(self.costs) == len(self._live.state.goals.costs):
            self._make_row()
        self.costs[-1].label.setFocus(Qt.FocusReason.OtherFocusReason)

    def _make_row(self) -> None:
        row = CostRow(self._texts.number(len(self.costs) + 1))
        row.amount.setFixedWidth(self._theme.px(_FIELD - 12))
        row.left.connect(lambda: self._cost_left(row))
        row.dropped.connect(lambda: self._cost_dropped(row))
        self.costs.append(row)
        self._lines.insertWidget(len(self.costs) - 1, row)
        row.show()  # at once: what is hidden takes no focus

    def _drop_row(self, row: CostRow) -> None:
        self.costs.remove(row)
        self._lines.removeWidget(row)
        row.hide()
        row.deleteLater()

    def _cost_left(self, row: CostRow) -> None:
        try:
            amount = read_amount(row.amount.text(), self._currency, self._texts)
        except Wrong as wrong:
            row.amount.refuse(str(wrong))
            return
        row.amount.say("")
        label, at = row.label.text().strip(), self.costs.index(row)
        is_new = at >= len(self._live.state.goals.costs)
        if not label or amount is None:
            # A new line is kept once both are known; of one that is kept both stay known.
            if not is_new:
                field = row.amount if label else row.label
                field.refuse(self.tr("A cost needs a name and an amount; ✕ removes it."))
            return
        row.label.say("")
        cost = CostLine(label, amount)

        def put(goals: Goals) -> Goals:
            costs = [*goals.costs]
            costs[at : at + 1] = [cost]
            return msgspec.structs.replace(goals, costs=tuple(costs))

        self._set(put)

    def _cost_dropped(self, row: CostRow) -> None:
        at = self.costs.index(row)
        if at >= len(self._live.state.goals.costs):
            self._drop_row(row)
            return

        def drop(goals: Goals) -> Goals:
            costs = (*goals.costs[:at], *goals.costs[at + 1 :])
            return msgspec.structs.replace(goals, costs=costs)

        self._set(drop)

    def _set(self, change: Callable[[Goals], Goals]) -> None:
        self._tasks.spawn(self._give(change), "set goals")

    async def _give(self, change: Callable[[Goals], Goals]) -> None:
        goals = change(self._live.state.goals)
        try:
            refused = await self._studio.do(SetGoals(goals))
        except StoreFull as full:
            self._say(Notice("trouble", str(full), "store"))
            return
        if refused is not None:
            self._say(Notice("warning", refused.sentence, f"refused:{refused.reason}"))

    def _say(self, notice: Notice) -> None:
        """Nothing was kept: what stands in the fields is what stood there."""
        self._shown = None
        self.refresh()
        self.notice.emit(notice)


def suggestions(past: Sequence[PastShow], currency: str) -> dict[str, Any]:
    """What past shows reached on average, by the field's name; None where none of them could tell."""
    figures = [show.figures for show in past]
    own = [each.own for each in figures]
    return {
        "peak_viewers": _mean([each.viewers.peak for each in figures]),
        "sessions": _mean([each.sessions for each in figures]),
        "orders": _mean([sales.orders for sales in own]),
        "revenue_minor": _mean([s.gross.amount_minor for s in own if s.gross.currency == currency]),
    }


def _mean(values: Sequence[int | None]) -> int | None:
    known = [value for value in values if value is not None]
    return round(sum(known) / len(known)) if known else None
