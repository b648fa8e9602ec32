"""The form for a code made on the spot: a suggestion in each field, one key to send it."""

from typing import Final

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent
from PySide6.QtWidgets import (
    QComboBox,
    QFormLayout,
    QGraphicsDropShadowEffect,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QWidget,
)

from studio.domain.commands import IssuePlannedPromo, IssuePromo, IssuePromoPlan
from studio.domain.ids import uuid7
from studio.domain.lineup import LineUpItem
from studio.domain.promo import PromoCode, PromoKind, PromoPlan, PromoScope, problem, suggest_code
from studio.domain.show import ShowState
from studio.ui.host.deciding import Deciding
from studio.ui.host.promo_prepared import PreparedCodes
from studio.ui.texts import Texts
from studio.ui.theme import SPACE_L, SPACE_M, SPACE_S
from studio.ui.widgets.cards import Card
from studio.ui.widgets.inputs import DecimalField, NumberField
from studio.ui.widgets.labels import PlainLabel
from studio.ui.widgets.text import clean_text

DEFAULT_PERCENT: Final = 15
DEFAULT_MINUTES: Final = 10
DEFAULT_HOURS: Final = 48
_HOUR = 3_600_000
_WIDTH: Final = 440
_RETURN: Final = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class PromoForm(Card):
    """A panel over the workspace. Return issues, Esc closes and keeps what was typed.

    A prepared code of the item on air (or next) is offered first: F9 opens, F9 or Return issues it. Those of the whole
    show are offered beside, and need a choice of their own. `closed` is emitted when it goes.
    """

    closed = Signal()

    def __init__(self, deciding: Deciding, texts: Texts, parent: QWidget) -> None:
        super().__init__("card-raised", parent, margin=SPACE_L)
        self._deciding, self._texts = deciding, texts
        self._over = parent
        self._state: ShowState | None = None
        self._issuing = False
        self.setAccessibleName(self.tr("Issue a promo code"))
        self.title = PlainLabel(self.tr("Issue a promo code"), size="l")
        self.ready = PreparedCodes(texts)
        self.prepared, self.prepared_says = self.ready.issue, self.ready.says
        self.code = QLineEdit()
        self.code.setMaxLength(24)
        self.another = QPushButton(self.tr("Another"))
        self.another.setToolTip(self.tr("Suggest another code"))
        self.kind = QComboBox()
        self.value = DecimalField(0, 1_000_000)
        self.value.setValue(DEFAULT_PERCENT)
        self.scope = QComboBox()
        # The title of a product may be long: it must not make the form wider.
        self.scope.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.minutes = NumberField(0, 24 * 60, self.tr(" min"))
        self.minutes.setValue(DEFAULT_MINUTES)
        self.hours = NumberField(1, 24 * 14, self.tr(" h"))
        self.hours.setValue(DEFAULT_HOURS)
        self.ends = QComboBox()
        self.limit = NumberField(0, 1_000_000)
        self.each = NumberField(0, 1000)
        self.each.setValue(1)
        for field in (self.limit, self.each):
            field.setSpecialValueText(self.tr("no limit"))
        self.trouble = PlainLabel("", size="caption", tone="muted", wrap=True)
        self.issue = QPushButton(self.tr("Issue  ⏎"))
        self.issue.setProperty("variant", "promo")
        self.cancel = QPushButton(self.tr("Close  Esc"))
        self._fill_choices()
        self._lay_out()
        self._connect()
        self.hide()

    def _fill_choices(self) -> None:
        for kind, text in (
            (PromoKind.PERCENT, self.tr("Percent off")),
            (PromoKind.FIXED, self.tr("Amount off")),
            (PromoKind.FREE_SHIPPING, self.tr("Free shipping")),
        ):
            self.kind.addItem(text, str(kind))
        self.ends.addItem(self.tr("from now"), "now")
        self.ends.addItem(self.tr("after the show"), "show")

    def _lay_out(self) -> None:
        form = QFormLayout()
        form.setHorizontalSpacing(SPACE_L)
        form.setVerticalSpacing(SPACE_S)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        form.setLabelAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        for label, widgets in (
            (self.tr("Code"), (self.code, self.another)),
            (self.tr("Discount"), (self.kind, self.value)),
            (self.tr("Good for"), (self.scope,)),
            (self.tr("Lasts"), (self.minutes, self.hours, self.ends)),
            (self.tr("Redemptions"), (self.limit,)),
            (self.tr("Per customer"), (self.each,)),
        ):
            row = QHBoxLayout()
            row.setSpacing(SPACE_S)
            for widget in widgets:
                row.addWidget(widget, 0 if widget is self.another else 1)
            name = PlainLabel(label, tone="muted")
            name.setBuddy(widgets[0])
            form.addRow(name, row)
        for widget, name in (
            (self.code, self.tr("Code")),
            (self.kind, self.tr("Discount")),
            (self.value, self.tr("Value")),
            (self.scope, self.tr("Good for")),
            (self.minutes, self.tr("Minutes")),
            (self.hours, self.tr("Hours after the show")),
            (self.ends, self.tr("Counted from")),
            (self.limit, self.tr("Redemptions at most")),
            (self.each, self.tr("Redemptions per customer at most")),
        ):
            widget.setAccessibleName(name)
        buttons = QHBoxLayout()
        buttons.setSpacing(SPACE_S)
        buttons.addStretch(1)
        buttons.addWidget(self.cancel)
        buttons.addWidget(self.issue)
        self.body.setSpacing(SPACE_M)
        self.body.addWidget(self.title)
        self.body.addWidget(self.ready)
        self.body.addLayout(form)
        self.body.addWidget(self.trouble)
        self.body.addLayout(buttons)
        shadow = QGraphicsDropShadowEffect(self)
        shadow.setBlurRadius(48)
        shadow.setOffset(0, 8)
        shadow.setColor(QColor(0, 0, 0, 150))
        self.setGraphicsEffect(shadow)

    def _connect(self) -> None:
        for button, act in (
            (self.issue, self.submit),
            (self.cancel, self.close_form),
            (self.another, self._suggest),
            (self.prepared, self.issue_prepared),
        ):
            button.setAutoDefault(False)
            button.clicked.connect(act)
        self.code.textEdited.connect(self._capitals)
        self._over.installEventFilter(self)
        for signal in (
            self.code.textChanged,
            self.kind.currentIndexChanged,
            self.value.valueChanged,
            self.scope.currentIndexChanged,
            self.minutes.valueChanged,
            self.hours.valueChanged,
            self.ends.currentIndexChanged,
            self.limit.valueChanged,
            self.each.valueChanged,
        ):
            signal.connect(self._check)

    def open_for(self, state: ShowState) -> None:
        """Show the form for the item on air, else for the next one."""
        self._state = state
        item = state.on_air or state.next_item
        self.ready.show_for(state)
        self._fill_scopes(item)
        if not self.code.text():
            self._suggest()
        self._check()
        self.show()
        self._place()
        self.raise_()
        if self.ready.of_item:
            self.prepared.setFocus(Qt.FocusReason.PopupFocusReason)
        else:
            self.code.setFocus(Qt.FocusReason.PopupFocusReason)
            self.code.selectAll()

    def close_form(self) -> bool:
        """Close it; False when it was not open."""
        if not self.isVisible():
            return False
        self.hide()
        self.closed.emit()
        return True

    def act(self) -> None:
        """The second press of the key: issue the prepared code, or the one that is being typed."""
        at = self.focusWidget()
        if at is self.prepared or (self.ready.of_item and at in (None, self.prepared)):
            self.issue_prepared()
        else:
            self.submit()

    def issue_prepared(self) -> None:
        """Issue the prepared code."""
        command = self.ready.command()
        if command is not None and not self._issuing:
            self._give(command)

    def submit(self) -> None:
        """Issue the code of the fields, when it can be."""
        if self._issuing:
            return
        if self._check():
            plan, products = self._plan()
            self._give(IssuePromo(uuid7(), plan, products))
        else:
            self.code.setFocus(Qt.FocusReason.OtherFocusReason)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: D102
        if event.key() not in _RETURN:
            super().keyPressEvent(event)
            return
        if event.isAutoRepeat():
            return
        focused = self.focusWidget()
        if isinstance(focused, QPushButton):
            focused.click()
        else:
            self.submit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: D102
        if event.type() == QEvent.Type.Resize and watched is self._over and self.isVisible():
            self._place()
        return super().eventFilter(watched, event)

    def _give(self, command: IssuePlannedPromo | IssuePromoPlan | IssuePromo) -> None:
        self._issuing = True
        self._deciding.run(self._issue(command), "issue promo")

    async def _issue(self, command: IssuePlannedPromo | IssuePromoPlan | IssuePromo) -> None:
        try:
            refused = await self._deciding.refusal(command)
        finally:
            self._issuing = False
        if refused is None:
            if isinstance(command, IssuePromo):
                self.code.clear()
            self.close_form()
        elif refused.sentence:
            self._say(refused.sentence, wrong=True)

    def _plan(self) -> tuple[PromoPlan, tuple[str, ...]]:
        state = self._state
        kind = PromoKind(self.kind.currentData())  # Qt hands a plain str back
        scope, product_id = self.scope.currentData() or (PromoScope.ALL, "")
        after_show = self.ends.currentData() == "show"
        currency = state.currency if state is not None else "EUR"
        plan = PromoPlan(
            id=uuid7(),
            code=self.code.text().strip(),
            kind=kind,
            percent=round(self.value.value()) if kind is PromoKind.PERCENT else 0,
            amount_minor=(
                self._texts.minor_units(self.value.value(), currency) if kind is PromoKind.FIXED else 0
            ),
            scope=PromoScope(scope),
            minutes=self.minutes.value(),
            hours_after_show=self.hours.value() if after_show else 0,
            total_limit=self.limit.value() or None,
            per_customer_limit=self.each.value() or None,
        )
        return plan, (product_id,) if product_id else ()

    def _check(self, *_what: object) -> bool:
        state = self._state
        if state is None:
            return False
        plan, products = self._plan()
        self._dress_fields(plan, state)
        lasts = plan.hours_after_show * _HOUR or plan.minutes * 60_000
        sentence = problem(
            PromoCode(
                id="", code=plan.code, kind=plan.kind, percent=plan.percent, amount_minor=plan.amount_minor,
                currency=state.currency, scope=plan.scope, product_ids=products or state.product_ids,
                starts_at_ms=0, ends_at_ms=lasts, total_limit=plan.total_limit,
                per_customer_limit=plan.per_customer_limit,
            )
        )  # fmt: skip
        told = self.tr("It is announced in the chat once the shop has confirmed it.")
        self._say(sentence or told, wrong=bool(sentence))
        self.issue.setEnabled(not sentence)
        return not sentence

    def _dress_fields(self, plan: PromoPlan, state: ShowState) -> None:
        percent = plan.kind is PromoKind.PERCENT
        self.value.setVisible(plan.kind is not PromoKind.FREE_SHIPPING)
        self.value.setDecimals(0 if percent else self._texts.currency_digits(state.currency))
        self.value.setSuffix(" %" if percent else f" {state.currency}")
        self.minutes.setVisible(not plan.hours_after_show)
        self.hours.setVisible(bool(plan.hours_after_show))

    def _say(self, sentence: str, *, wrong: bool) -> None:
        self.trouble.setText(f"⚠ {sentence}" if wrong else sentence)
        self.trouble.set_tone("warning" if wrong else "muted")

    def _fill_scopes(self, item: LineUpItem | None) -> None:
        self.scope.blockSignals(True)
        self.scope.clear()
        if item is not None and item.product_id:
            self.scope.addItem(clean_text(item.title, 60), (str(PromoScope.PRODUCT), item.product_id))
        self.scope.addItem(self.tr("Whole line-up"), (str(PromoScope.LINEUP), ""))
        self.scope.addItem(self.tr("Whole shop"), (str(PromoScope.ALL), ""))
        self.scope.blockSignals(False)

    def _suggest(self) -> None:
        item = (self._state.on_air or self._state.next_item) if self._state else None
        percent = self.value.value() if self.kind.currentData() == PromoKind.PERCENT else 0
        self.code.setText(suggest_code(item.title if item else "LIVE", round(percent)))

    def _capitals(self, text: str) -> None:
        at = self.code.cursorPosition()
        self.code.setText(text.upper())
        self.code.setCursorPosition(at)

    def _place(self) -> None:
        over = self._over
        self.ensurePolished()
        self.body.activate()
        # In other languages the rows need more than the width which is wished for.
        width = min(max(_WIDTH, self.minimumSizeHint().width()), over.width() - 40)
        height = max(
            self.body.heightForWidth(width) if self.body.hasHeightForWidth() else 0,
            self.sizeHint().height(),
        )
        self.resize(width, min(height, over.height() - 20))
        self.move((over.width() - width) // 2, max(10, (over.height() - self.height()) // 2))
