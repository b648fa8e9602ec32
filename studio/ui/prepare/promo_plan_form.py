"""The form of one planned code: what was changed is told at once, what is wrong stands beside its field."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Final

import msgspec
from PySide6.QtCore import QDate, QDateTime, Qt, QTime, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDateTimeEdit,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from studio.domain.lineup import ItemKind, LineUpItem
from studio.domain.promo import PromoKind, PromoPlan, PromoScope, PromoWhen
from studio.domain.promo_plan import field_problems
from studio.ui.prepare.promo_words import scope_words, tr, when_words
from studio.ui.texts import Texts
from studio.ui.theme import SPACE_M, SPACE_S, Theme, set_look
from studio.ui.widgets.inputs import DecimalField, NumberField
from studio.ui.widgets.labels import PlainLabel, tooltip_text

_MINUTE: Final = 60_000
_HOUR: Final = 3_600_000
_MOST_HOURS: Final = 24 * 14
_MOST_MINUTES: Final = _MOST_HOURS * 60
CODE_CHARACTERS: Final = 24


class PromoPlanForm(QWidget):
    """Shows a plan and says what becomes of it: `edited` carries the whole plan, as often as a field was changed to
    something that can be. What cannot be is shown beside its field, and nowhere else: `draft` is the plan as it stands here.
    """

    edited = Signal(object)
    another_asked = Signal()

    def __init__(self, theme: Theme, texts: Texts, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme, self._texts = theme, texts
        self._showing = False
        self._currency = "EUR"
        self._start_ms = 0
        self.draft: PromoPlan | None = None
        self.code = QLineEdit()
        self.code.setMaxLength(CODE_CHARACTERS)
        self.another = QPushButton(tr("Another"))
        self.another.setAutoDefault(False)
        self.another.setToolTip(tooltip_text(tr("Suggest another code")))
        self.kind, self.scope, self.when, self.ends = (QComboBox() for _ in range(4))
        self.value = DecimalField(0, 10_000_000)
        self.after = NumberField(0, _MOST_MINUTES, tr(" min in"))
        self.since_start = QCheckBox(tr("from the start of the show"))
        self.begins, self.until = QDateTimeEdit(), QDateTimeEdit()
        self.minutes = NumberField(0, _MOST_MINUTES, tr(" min"))
        self.hours = NumberField(1, _MOST_HOURS, tr(" h"))
        self.limit = NumberField(0, 1_000_000, tr(" in all"))
        self.each = NumberField(0, 1_000, tr(" a customer"))
        self.hints: dict[str, PlainLabel] = {}
        self._form = QFormLayout(self)
        self._rows: dict[str, int] = {}
        self._dress()
        self._lay_out()
        self._connect()

    # --- building ---------------------------------------------------------------------------------------------

    def _dress(self) -> None:
        for kind, text in (
            (PromoKind.PERCENT, tr("Percent off")),
            (PromoKind.FIXED, tr("Amount off")),
            (PromoKind.FREE_SHIPPING, tr("Free shipping")),
        ):
            self.kind.addItem(text, str(kind))
        self.ends.addItem(tr("from then on"), False)
        self.ends.addItem(tr("after the show"), True)
        for box in (self.kind, self.scope, self.when, self.ends):
            box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
            box.setMinimumContentsLength(8)
        self.limit.setSpecialValueText(tr("no limit in all"))
        self.each.setSpecialValueText(tr("no limit a customer"))
        for field in (self.value, self.after, self.minutes, self.hours, self.limit, self.each):
            field.setKeyboardTracking(False)
        for field in (self.begins, self.until):
            field.setDisplayFormat("d MMM yyyy  HH:mm")
            field.setKeyboardTracking(False)
            field.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
            field.lineEdit().setTextMargins(8, 0, 0, 0)
        for widget, name in (
            (self.code, tr("Code")),
            (self.kind, tr("Discount")),
            (self.value, tr("Value")),
            (self.scope, tr("Good for")),
            (self.when, tr("Begins")),
            (self.after, tr("Minutes after the start")),
            (self.since_start, tr("From the start of the show")),
            (self.begins, tr("Begins at")),
            (self.until, tr("Ends at")),
            (self.minutes, tr("Minutes")),
            (self.hours, tr("Hours after the show")),
            (self.ends, tr("Counted from")),
            (self.limit, tr("Redemptions at most")),
            (self.each, tr("Redemptions per customer at most")),
        ):
            widget.setAccessibleName(name)

    def _lay_out(self) -> None:
        form = self._form
        form.setContentsMargins(0, 0, 0, 0)
        form.setHorizontalSpacing(SPACE_M)
        form.setVerticalSpacing(SPACE_S)
        form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.DontWrapRows)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        form.setLabelAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        rows: tuple[tuple[str, str, Sequence[QWidget]], ...] = (
            ("code", tr("Code"), (self.code, self.another)),
            ("value", tr("Discount"), (self.kind, self.value)),
            ("scope", tr("Good for"), (self.scope,)),
            ("when", tr("Begins"), (self.when, self.after, self.begins)),
            ("until", tr("Until"), (self.until, self.since_start)),
            ("lasts", tr("Lasts"), (self.minutes, self.hours, self.ends)),
            ("total_limit", tr("Limits"), (self.limit, self.each)),
        )
        for name, text, widgets in rows:
            self._add(name, text, widgets)

    def _add(self, name: str, text: str, widgets: Sequence[QWidget]) -> None:
        box = QWidget()
        column = QVBoxLayout(box)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(3)
        row = QHBoxLayout()
        row.setSpacing(SPACE_S)
        for widget in widgets:
            row.addWidget(widget, 0 if widget is self.another else 1)
        column.addLayout(row)
        hint = self.hints[name] = PlainLabel("", size="caption", tone="warning", wrap=True)
        hint.hide()
        column.addWidget(hint)
        label = PlainLabel(text, tone="muted")
        label.setBuddy(widgets[0])
        label.setFixedHeight(max(widget.sizeHint().height() for widget in widgets))
        self._rows[name] = self._form.rowCount()
        self._form.addRow(label, box)

    def _connect(self) -> None:
        self.code.textEdited.connect(self._capitals)
        self.code.editingFinished.connect(self._tell)
        self.another.clicked.connect(self.another_asked)
        for signal in (
            self.kind.activated, self.scope.activated, self.when.activated, self.ends.activated,
            self.value.valueChanged, self.after.valueChanged, self.minutes.valueChanged, self.hours.valueChanged,
            self.limit.valueChanged, self.each.valueChanged, self.since_start.toggled,
            self.begins.dateTimeChanged, self.until.dateTimeChanged,
        ):  # fmt: skip
            signal.connect(self._tell)

    # --- showing ----------------------------------------------------------------------------------------------

    def show_plan(
        self, plan: PromoPlan, item: LineUpItem | None, currency: str, start_ms: int, *, open_to_change: bool
    ) -> None:
        """Show this plan of an item or (None) of the whole show; `start_ms` is when the show begins or would."""
        self._showing = True
        same = self.draft is not None and self.draft.id == plan.id
        self.draft, self._currency, self._start_ms = plan, currency, start_ms
        product = item is not None and item.kind is ItemKind.PRODUCT
        scopes = [s for s in PromoScope if s is not PromoScope.PRODUCT or product or plan.scope is s]
        moments = [w for w in PromoWhen if w is not PromoWhen.ON_PIN or item is not None or plan.when is w]
        _fill(self.scope, {str(scope): scope_words(scope) for scope in scopes}, str(plan.scope))
        _fill(self.when, {str(when): when_words(when) for when in moments}, str(plan.when))
        if not same or self.code.text().strip() != plan.code:
            self.code.setText(plan.code)
        self.kind.setCurrentIndex(self.kind.findData(str(plan.kind)))
        self._dress_value(plan.kind)
        amount = float(plan.amount_minor) / 10 ** self._texts.currency_digits(currency)
        self.value.setValue(plan.percent if plan.kind is PromoKind.PERCENT else amount)
        self.after.setValue((plan.after_start_ms or 0) // _MINUTE)
        self.since_start.setChecked(plan.from_ms is None)
        self.begins.setDateTime(self._local(start_ms if plan.from_ms is None else plan.from_ms))
        self.until.setDateTime(self._local(start_ms + _HOUR if plan.until_ms is None else plan.until_ms))
        self.minutes.setValue(plan.minutes)
        self.hours.setValue(plan.hours_after_show or 48)
        self.ends.setCurrentIndex(1 if plan.hours_after_show else 0)
        self.limit.setValue(plan.total_limit or 0)
        self.each.setValue(plan.per_customer_limit or 0)
        self.setEnabled(open_to_change)
        self._arrange(plan)
        self.say_problems(field_problems(plan))
        self._showing = False

    def say_problems(self, problems: Mapping[str, str]) -> None:
        """What is wrong with the fields, each beside its own."""
        fields = {"code": self.code, "value": self.value, "lasts": self.minutes}
        for name, hint in self.hints.items():
            sentence = problems.get(name) or (
                problems.get("per_customer_limit", "") if name == "total_limit" else ""
            )
            hint.setText(f"⚠ {sentence}" if sentence else "")
            hint.setVisible(bool(sentence))
            if name in fields:
                set_look(fields[name], "tone", "warning" if sentence else "")
                fields[name].setAccessibleDescription(sentence)

    def _arrange(self, plan: PromoPlan) -> None:
        """The fields that this kind of window has."""
        absolute = plan.when is PromoWhen.ABSOLUTE
        self.after.setVisible(plan.when is PromoWhen.AT_TIME)
        self._form.setRowVisible(self._rows["until"], absolute)
        self.begins.setVisible(absolute and plan.from_ms is not None)
        self._form.setRowVisible(self._rows["lasts"], not absolute)
        self.minutes.setVisible(not plan.hours_after_show)
        self.hours.setVisible(bool(plan.hours_after_show))
        self.value.setVisible(plan.kind is not PromoKind.FREE_SHIPPING)

    def _dress_value(self, kind: PromoKind) -> None:
        percent = kind is PromoKind.PERCENT
        self.value.setDecimals(0 if percent else self._texts.currency_digits(self._currency))
        self.value.setSuffix(" %" if percent else f" {self._currency}")

    # --- editing ----------------------------------------------------------------------------------------------

    def _capitals(self, text: str) -> None:
        at = self.code.cursorPosition()
        self.code.setText(text.upper())
        self.code.setCursorPosition(at)
        plan = self._read()
        if plan is not None:
            self.say_problems(field_problems(plan))

    def _tell(self, *_what: object) -> None:
        if self._showing or self.draft is None:
            return
        kind_before = self.draft.kind
        plan = self._read()
        if plan is None or plan == self.draft:
            return
        if plan.kind is not kind_before:  # 20 % is not 20.00 EUR: a new kind begins with what is harmless
            some = self._texts.minor_units(1, self._currency)
            plan = msgspec.structs.replace(
                plan,
                percent=10 if plan.kind is PromoKind.PERCENT else 0,
                amount_minor=some if plan.kind is PromoKind.FIXED else 0,
            )
        self.draft = plan
        self._showing = True
        self._dress_value(plan.kind)
        if plan.kind is PromoKind.PERCENT:
            self.value.setValue(plan.percent)
        elif plan.kind is PromoKind.FIXED:
            self.value.setValue(plan.amount_minor / 10 ** self._texts.currency_digits(self._currency))
        self._arrange(plan)
        self._showing = False
        problems = field_problems(plan)
        self.say_problems(problems)
        if not problems:
            self.edited.emit(plan)

    def put_code(self, code: str) -> None:
        """Another code, as if it had been typed."""
        self.code.setText(code)
        self._tell()

    def _read(self) -> PromoPlan | None:
        """The plan that the fields say."""
        if self.draft is None:
            return None
        kind, when = PromoKind(self.kind.currentData()), PromoWhen(self.when.currentData())
        absolute = when is PromoWhen.ABSOLUTE
        before = self.draft
        after_ms = self.after.value() * _MINUTE
        if before.after_start_ms is not None and before.after_start_ms // _MINUTE == self.after.value():
            after_ms = before.after_start_ms  # the field has no seconds, the plan may
        after_show = bool(self.ends.currentData()) and not absolute
        since_start = self.since_start.isChecked()
        return msgspec.structs.replace(
            self.draft,
            code=self.code.text().strip(),
            kind=kind,
            percent=round(self.value.value()) if kind is PromoKind.PERCENT else 0,
            amount_minor=self._texts.minor_units(self.value.value(), self._currency)
            if kind is PromoKind.FIXED
            else 0,
            scope=PromoScope(self.scope.currentData()),
            minutes=self.minutes.value(),
            hours_after_show=self.hours.value() if after_show else 0,
            total_limit=self.limit.value() or None,
            per_customer_limit=self.each.value() or None,
            armed=when is PromoWhen.ON_PIN,
            after_start_ms=after_ms if when is PromoWhen.AT_TIME else None,
            at_end=when is PromoWhen.AT_END,
            from_ms=self._utc(self.begins, before.from_ms) if absolute and not since_start else None,
            until_ms=self._utc(self.until, before.until_ms) if absolute else None,
        )

    def _local(self, at_ms: int) -> QDateTime:
        """A moment as the clock of the show's time zone has it."""
        at = dt.datetime.fromtimestamp(at_ms / 1000, self._texts.zone)
        return QDateTime(QDate(at.year, at.month, at.day), QTime(at.hour, at.minute))

    def _utc(self, field: QDateTimeEdit, before_ms: int | None) -> int:
        """What a field says, as UTC ms; of an hour that comes twice the first one, unless it was the other."""
        if before_ms is not None and self._local(before_ms) == field.dateTime():
            return before_ms
        day, time = field.date(), field.time()
        at = dt.datetime(
            day.year(), day.month(), day.day(), time.hour(), time.minute(), tzinfo=self._texts.zone
        )
        return round(at.timestamp()) * 1000


def _fill(box: QComboBox, texts: Mapping[str, str], chosen: str) -> None:
    if [box.itemData(n) for n in range(box.count())] != list(texts):
        box.clear()
        for value, text in texts.items():
            box.addItem(text, value)
    box.setCurrentIndex(box.findData(chosen))
