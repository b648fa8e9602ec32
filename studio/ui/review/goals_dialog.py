"""What a show was to reach, and what it cost: told afterwards too."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFormLayout, QGridLayout, QLineEdit, QPushButton, QWidget

from studio.domain.decide_plan import goals_problem
from studio.domain.plan import MAX_COSTS, CostLine, Goals
from studio.ui.dialogs import Dialog
from studio.ui.texts import Texts
from studio.ui.theme import SPACE_L, SPACE_S
from studio.ui.widgets.inputs import DecimalField, NumberField
from studio.ui.widgets.labels import PlainLabel

_MOST = 2_000_000_000
_LINES = 3


class GoalsDialog(Dialog):
    """Goals and costs of a show. `goals` is what stands in the fields."""

    def __init__(self, parent: QWidget, goals: Goals, currency: str, texts: Texts) -> None:
        super().__init__(
            parent, self.tr("Goals and costs"), self.tr("Return on investment is reckoned with these costs."), 480
        )  # fmt: skip
        self._currency, self._texts = currency, texts
        self._digits = texts.currency_digits(currency)
        form = QFormLayout()
        form.setHorizontalSpacing(SPACE_L)
        form.setVerticalSpacing(SPACE_S)
        self.peak = self._number(form, self.tr("Peak viewers"), goals.peak_viewers)
        self.sessions = self._number(form, self.tr("Link sessions"), goals.sessions)
        self.orders = self._number(form, self.tr("Orders"), goals.orders)
        self.revenue = self._amount(self.tr("Revenue gross"), goals.revenue_minor or 0)
        self.revenue.setSpecialValueText(self.tr("no goal"))
        self._row(form, self.tr("Revenue gross"), self.revenue)
        self.body.addLayout(form)
        self.body.addWidget(PlainLabel(self.tr("Costs"), strong=True))
        self.costs = QGridLayout()
        self.costs.setSpacing(SPACE_S)
        self.body.addLayout(self.costs)
        self.lines: list[tuple[QLineEdit, DecimalField]] = []
        for cost in goals.costs:
            self.add_line(cost.label, cost.amount_minor)
        while len(self.lines) < _LINES:
            self.add_line()
        self.more = QPushButton(self.tr("Another cost"))
        self.more.setAutoDefault(False)
        self.more.clicked.connect(lambda: self.add_line(focus=True))
        self.body.addWidget(self.more, 0, Qt.AlignmentFlag.AlignLeft)
        self.problem = PlainLabel("", tone="warning", wrap=True)
        self.problem.hide()
        self.body.addWidget(self.problem)
        self.add_cancel()
        self.deed = self.add_button(self.tr("Save"), variant="primary")
        self.deed.clicked.connect(self.submit)
        self._first = self.peak

    @property
    def goals(self) -> Goals:
        """What stands in the fields; a line without name and amount is none."""
        lines = [(name.text().strip(), self._minor(amount)) for name, amount in self.lines]
        return Goals(
            self.peak.value() or None,
            self.sessions.value() or None,
            self.orders.value() or None,
            self._minor(self.revenue) or None,
            tuple(CostLine(name, minor) for name, minor in lines if name or minor),
        )

    def submit(self) -> None:
        """Close when all is right, else say what is wrong."""
        refused = goals_problem(self.goals)
        self.problem.setText(f"⚠ {refused.sentence}" if refused is not None else "")
        self.problem.setVisible(refused is not None)
        if refused is None:
            self.accept()

    def add_line(self, label: str = "", minor: int = 0, *, focus: bool = False) -> None:
        """One more line of costs."""
        if len(self.lines) >= MAX_COSTS:
            return
        n = self._texts.number(len(self.lines) + 1)
        name = QLineEdit(label)
        name.setMaxLength(80)
        name.setPlaceholderText(self.tr("Staff, advertising, samples…"))
        name.setAccessibleName(self.tr("Name of cost {n}").replace("{n}", n))
        amount = self._amount(self.tr("Amount of cost {n}").replace("{n}", n), minor)
        row = len(self.lines)
        self.costs.addWidget(name, row, 0)
        self.costs.addWidget(amount, row, 1)
        self.lines.append((name, amount))
        if focus:
            name.setFocus(Qt.FocusReason.OtherFocusReason)

    def _number(self, form: QFormLayout, name: str, value: int | None) -> NumberField:
        field = NumberField(0, _MOST)
        field.setSpecialValueText(self.tr("no goal"))
        field.setGroupSeparatorShown(True)
        field.setValue(value or 0)
        self._row(form, name, field)
        return field

    def _amount(self, name: str, minor: int) -> DecimalField:
        field = DecimalField(0, _MOST, f" {self._currency}")
        field.setDecimals(self._digits)
        field.setGroupSeparatorShown(True)
        field.setAccessibleName(name)
        field.setValue(minor / 10**self._digits)
        return field

    def _row(self, form: QFormLayout, name: str, field: QWidget) -> None:
        field.setAccessibleName(name)
        label = PlainLabel(name, tone="muted")
        label.setBuddy(field)
        form.addRow(label, field)

    def _minor(self, field: DecimalField) -> int:
        return round(field.value() * 10**self._digits)
