"""The form for a code made on the spot: four fields, a suggestion in each, one key to send it."""

from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from studio.domain.commands import IssuePlannedPromo, IssuePromo
from studio.domain.ids import uuid7
from studio.domain.lineup import LineUpItem
from studio.domain.promo import PromoCode, PromoKind, PromoPlan, PromoScope, problem, suggest_code
from studio.domain.show import ShowState
from studio.ui.host.deciding import Deciding
from studio.ui.theme import SPACE_M, SPACE_S
from studio.ui.widgets.cards import Card
from studio.ui.widgets.labels import PlainLabel
from studio.ui.widgets.text import clean_text

DEFAULT_PERCENT: Final = 15
_HOUR = 3_600_000


class PromoForm(Card):
    """A panel over the workspace. Return issues, Esc closes and keeps what was typed.

    A prepared code of the item on air (or next) is offered first: F9 opens, Return issues it.
    """

    closed = Signal()

    def __init__(self, deciding: Deciding, parent: QWidget) -> None:
        super().__init__("card-raised", parent, margin=SPACE_M)
        self._deciding = deciding
        self._over = parent
        self._state: ShowState | None = None
        self._prepared: LineUpItem | None = None
        self.setAccessibleName(self.tr("Issue a promo code"))
        self.title = PlainLabel(self.tr("Issue a promo code"), size="m", strong=True)
        self.prepared = QPushButton()
        self.prepared.setProperty("variant", "promo")
        self.prepared.clicked.connect(self.issue_prepared)
        self.code = QLineEdit()
        self.code.setMaxLength(24)
        self.another = QPushButton(self.tr("Another"))
        self.another.setProperty("variant", "compact")
        self.another.clicked.connect(self._suggest)
        self.kind = QComboBox()
        for kind, text in (
            (PromoKind.PERCENT, self.tr("Percent off")),
            (PromoKind.FIXED, self.tr("Amount off")),
            (PromoKind.FREE_SHIPPING, self.tr("Free shipping")),
        ):
            self.kind.addItem(text, kind)
        self.value = QSpinBox()
        self.value.setRange(0, 100_000)
        self.value.setValue(DEFAULT_PERCENT)
        self.scope = QComboBox()
        self.minutes = QSpinBox()
        self.minutes.setRange(0, 24 * 60)
        self.minutes.setValue(10)
        self.minutes.setSuffix(self.tr(" min"))
        self.replay = QCheckBox(self.tr("until after the show"))
        self.hours = QSpinBox()
        self.hours.setRange(1, 24 * 7)
        self.hours.setValue(48)
        self.hours.setSuffix(self.tr(" h"))
        self.limit = QSpinBox()
        self.limit.setRange(0, 1_000_000)
        self.limit.setSpecialValueText(self.tr("no limit"))
        self.each = QSpinBox()
        self.each.setRange(0, 1000)
        self.each.setValue(1)
        self.each.setSpecialValueText(self.tr("no limit"))
        self.trouble = PlainLabel("", tone="warning", wrap=True)
        self.issue = QPushButton(self.tr("Issue  ⏎"))
        self.issue.setProperty("variant", "promo")
        self.cancel = QPushButton(self.tr("Close  Esc"))
        self._lay_out()
        self._connect()
        self.hide()

    def _lay_out(self) -> None:
        form = QFormLayout()
        form.setSpacing(SPACE_S)
        code = QHBoxLayout()
        code.addWidget(self.code, 1)
        code.addWidget(self.another)
        length = QHBoxLayout()
        for widget in (self.minutes, self.replay, self.hours):
            length.addWidget(widget)
        for label, what in (
            (self.tr("Code"), code),
            (self.tr("Discount"), self.kind),
            (self.tr("Value"), self.value),
            (self.tr("Good for"), self.scope),
            (self.tr("Lasts"), length),
            (self.tr("Redemptions"), self.limit),
            (self.tr("Per customer"), self.each),
        ):
            form.addRow(label, what)  # pyright: ignore[reportArgumentType, reportCallIssue]
        for widget, name in (
            (self.code, self.tr("Code")),
            (self.kind, self.tr("Discount")),
            (self.value, self.tr("Value")),
            (self.scope, self.tr("Good for")),
            (self.minutes, self.tr("Minutes")),
            (self.hours, self.tr("Hours after the show")),
            (self.limit, self.tr("Redemptions at most")),
            (self.each, self.tr("Redemptions per customer at most")),
        ):
            widget.setAccessibleName(name)
        buttons = QHBoxLayout()
        buttons.addWidget(self.issue, 1)
        buttons.addWidget(self.cancel)
        column = QVBoxLayout()
        column.setSpacing(SPACE_S)
        column.addWidget(self.title)
        column.addWidget(self.prepared)
        column.addLayout(form)
        column.addWidget(self.trouble)
        column.addLayout(buttons)
        self.body.addLayout(column)

    def _connect(self) -> None:
        self.issue.clicked.connect(self.submit)
        self.cancel.clicked.connect(self.close_form)
        self.code.returnPressed.connect(self.submit)
        self.code.textEdited.connect(self._capitals)
        for signal in (
            self.code.textChanged,
            self.kind.currentIndexChanged,
            self.value.valueChanged,
            self.scope.currentIndexChanged,
            self.minutes.valueChanged,
            self.replay.toggled,
        ):
            signal.connect(self._check)

    def open_for(self, state: ShowState) -> None:
        """Show the form for the item on air, else for the next one."""
        self._state = state
        item = state.on_air or state.next_item
        self._prepared = prepared_item(state)
        plan = self._prepared.promo if self._prepared else None
        self.prepared.setVisible(plan is not None)
        if plan is not None and self._prepared is not None:
            text = self.tr("Issue {code} for {item}  ⏎").replace("{code}", plan.code)
            self.prepared.setText(
                text.replace("{item}", clean_text(self._prepared.title, 40)).replace("&", "&&")
            )
        self.scope.clear()
        if item is not None and item.product_id:
            self.scope.addItem(clean_text(item.title, 60), (PromoScope.PRODUCT, item.product_id))
        self.scope.addItem(self.tr("Whole line-up"), (PromoScope.LINEUP, ""))
        self.scope.addItem(self.tr("Whole shop"), (PromoScope.ALL, ""))
        if not self.code.text():
            self._suggest()
        self._check()
        self.adjustSize()
        self._place()
        self.show()
        self.raise_()
        (self.prepared if plan is not None else self.code).setFocus(Qt.FocusReason.PopupFocusReason)

    def close_form(self) -> bool:
        """Close it; False when it was not open."""
        if not self.isVisible():
            return False
        self.hide()
        self.closed.emit()
        return True

    def issue_prepared(self) -> None:
        """Issue the prepared code."""
        if self._prepared is not None:
            item_id = self._prepared.id
            self._deciding.run(self._issue(IssuePlannedPromo(uuid7(), item_id)), "issue promo")

    def submit(self) -> None:
        """Issue the code of the fields, when it can be."""
        if self._check():
            plan, products = self._plan()
            self._deciding.run(self._issue(IssuePromo(uuid7(), plan, products)), "issue promo")

    async def _issue(self, command: IssuePlannedPromo | IssuePromo) -> None:
        if await self._deciding.do(command):
            self.code.clear()
            self.close_form()

    def _plan(self) -> tuple[PromoPlan, tuple[str, ...]]:
        kind = PromoKind(self.kind.currentData())  # Qt hands a plain str back
        scope, product_id = self.scope.currentData() or (PromoScope.ALL, "")
        plan = PromoPlan(
            id=uuid7(),
            code=self.code.text().strip(),
            kind=kind,
            percent=self.value.value() if kind is PromoKind.PERCENT else 0,
            amount_minor=self.value.value() * 100 if kind is PromoKind.FIXED else 0,
            scope=PromoScope(scope),
            minutes=self.minutes.value(),
            hours_after_show=self.hours.value() if self.replay.isChecked() else 0,
            total_limit=self.limit.value() or None,
            per_customer_limit=self.each.value() or None,
        )
        return plan, (product_id,) if product_id else ()

    def _check(self, *_what: object) -> bool:
        if self._state is None:
            return False
        plan, products = self._plan()
        self.value.setEnabled(plan.kind is not PromoKind.FREE_SHIPPING)
        self.value.setSuffix(" %" if plan.kind is PromoKind.PERCENT else f" {self._state.currency}")
        self.minutes.setEnabled(not self.replay.isChecked())
        self.hours.setEnabled(self.replay.isChecked())
        lasts = plan.hours_after_show * _HOUR or plan.minutes * 60_000
        sentence = problem(
            PromoCode(
                id="", code=plan.code, kind=plan.kind, percent=plan.percent, amount_minor=plan.amount_minor,
                currency=self._state.currency, scope=plan.scope, product_ids=products or self._state.product_ids,
                starts_at_ms=0, ends_at_ms=lasts, total_limit=plan.total_limit,
                per_customer_limit=plan.per_customer_limit,
            )
        )  # fmt: skip
        self.trouble.setText(sentence)
        self.issue.setEnabled(not sentence)
        return not sentence

    def _suggest(self) -> None:
        item = (self._state.on_air or self._state.next_item) if self._state else None
        percent = self.value.value() if PromoKind(self.kind.currentData()) is PromoKind.PERCENT else 0
        self.code.setText(suggest_code(item.title if item else "LIVE", percent))

    def _capitals(self, text: str) -> None:
        at = self.code.cursorPosition()
        self.code.setText(text.upper())
        self.code.setCursorPosition(at)

    def _place(self) -> None:
        over = self._over
        self.resize(min(420, over.width() - 40), self.sizeHint().height())
        self.move((over.width() - self.width()) // 2, max(20, (over.height() - self.height()) // 2))


def prepared_item(state: ShowState) -> LineUpItem | None:
    """The item on air, else the next one, when a code was prepared for it and has not been issued."""
    used = {r.promo.plan_id for r in state.promos.values() if not r.withdrawn and not r.refusal}
    for item in (state.on_air, state.next_item):
        if item is not None and item.promo is not None and item.promo.id not in used:
            return item
    return None
