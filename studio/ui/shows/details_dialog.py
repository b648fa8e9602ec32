"""The dialog for what a show is called, when and where it is: of a show that is there, and of a new one."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import msgspec
from babel import Locale, UnknownLocaleError
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QAbstractSpinBox,
    QCheckBox,
    QComboBox,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from studio.domain.decide_plan import details_problem
from studio.domain.plan import MAX_TITLE, ShowDetails
from studio.ui.dialogs import Dialog
from studio.ui.shows.when_fields import ChoiceField, WhenFields
from studio.ui.theme import SPACE_L, SPACE_M, SPACE_S, SPACE_XS, set_look
from studio.ui.widgets.inputs import NumberField
from studio.ui.widgets.labels import PlainLabel
from studio.ui.widgets.text import clean_text

Choices = Sequence[tuple[str, str]]
"""(id, what it is called)."""

EMPTY, FILE = "", "file"
_LANGUAGES: Final = (
    "en", "de", "nb", "sv", "da", "fi", "nl", "fr", "es", "it", "pl", "pt", "cs", "hu", "ro", "el", "tr", "uk", "ar", "hi",
    "ja", "ko", "zh",
)  # fmt: skip
_CURRENCIES: Final = (
    "EUR", "USD", "GBP", "NOK", "SEK", "DKK", "CHF", "PLN", "CZK", "HUF", "RON", "TRY", "UAH", "CAD", "AUD", "NZD", "JPY",
    "KRW", "CNY", "HKD", "SGD", "INR", "AED", "SAR", "BRL", "MXN", "ZAR",
)  # fmt: skip
_MAX_SERIES: Final = 120
_CHANNELS_SHOWN: Final = 5
_MINUTE: Final = 60_000


@dataclass(frozen=True, slots=True)
class NewShow:
    """What a new show is to be: `source` is empty (no line-up), "file", or the id of the show whose line-up it gets."""

    details: ShowDetails
    shop: str
    source: str


class DetailsDialog(Dialog):
    """`details` says what stands there; what is wrong is said beside its field, and nothing typed is ever lost.

    With `shops` it also asks from which shop the show sells, with `sources` where its line-up comes from: a new show.
    """

    def __init__(
        self,
        parent: QWidget,
        details: ShowDetails,
        *,
        title: str,
        deed: str,
        now_ms: int,
        channels: Choices = (),
        series: Sequence[str] = (),
        shops: Choices = (),
        shop: str = "",
        sources: Choices = (),
        source: str = EMPTY,
    ) -> None:
        super().__init__(parent, title, width=560)
        self._before = details
        self.title = QLineEdit(details.title)
        self.title.setMaxLength(MAX_TITLE)
        self.title.setPlaceholderText(self.tr("Autumn Home Live #15"))
        self.when = WhenFields(details.starts_at_ms, details.time_zone, now_ms)
        minutes = details.planned_ms // _MINUTE
        self.hours = NumberField(0, 168, self.tr(" h"))
        self.minutes = NumberField(0, 59, self.tr(" min"))
        self.hours.setValue(minutes // 60)
        self.minutes.setValue(minutes % 60)
        self.language = ChoiceField(_with(_languages(), details.language), details.language)
        self.currency = ChoiceField(
            _with(tuple((c, c) for c in _CURRENCIES), details.currency), details.currency
        )
        self.series = ChoiceField(tuple((s, s) for s in series), details.series, typed=True)
        self.series.hint(self.tr("Shows of one series are compared"))
        if not details.series:
            self.series.setEditText("")
        gone = tuple((c, self.tr("{id} (not set up here)").replace("{id}", c)) for c in details.channels)
        known = dict([*gone, *channels])
        self.channels = {
            channel: _tick(clean_text(name, 60), channel in details.channels)
            for channel, name in known.items()
        }
        self.shop = ChoiceField(tuple((s, clean_text(name, 60)) for s, name in shops), shop)
        self.source = ChoiceField(tuple((s, clean_text(name, 90)) for s, name in sources), source)
        self.hints: dict[str, PlainLabel] = {}
        self._lay_out(shops=bool(shops), sources=bool(sources))
        self.add_cancel()
        self.deed = self.add_button(deed, variant="primary")
        self.deed.clicked.connect(self.submit)
        self.title.textEdited.connect(lambda: self._say("title", ""))
        self.source.currentIndexChanged.connect(lambda: self._say("title", ""))
        self.when.changed.connect(self._grow)
        self._first = self.title

    def _lay_out(self, *, shops: bool, sources: bool) -> None:
        form = QFormLayout()
        form.setHorizontalSpacing(SPACE_L)
        form.setVerticalSpacing(SPACE_S)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        if sources:
            self._add(form, "source", self.tr("Start from"), self.source)
        self._add(form, "title", self.tr("Title"), self.title)
        self._add(form, "when", self.tr("Date and time"), self.when)
        length = _row(self.hours, self.minutes)
        self.hours.setAccessibleName(self.tr("Planned hours"))
        self.minutes.setAccessibleName(self.tr("Planned minutes"))
        self._add(form, "length", self.tr("Planned length"), length)
        if shops:
            self._add(form, "shop", self.tr("Shop"), self.shop)
        self.language.setAccessibleName(self.tr("Language"))
        self.currency.setAccessibleName(self.tr("Currency"))
        both = _row(self.language, self.currency)
        self._add(form, "currency", self.tr("Language and currency"), both)
        self._add(form, "series", self.tr("Series"), self.series)
        if self.channels:
            self._add(form, "channels", self.tr("Channels"), self._channel_list())
        self.body.addLayout(form)

    def _channel_list(self) -> QWidget:
        ticks = QWidget()
        ticks.setProperty("role", "plain")
        column = QVBoxLayout(ticks)
        column.setContentsMargins(0, SPACE_XS, 0, SPACE_XS)
        column.setSpacing(SPACE_S)
        for tick in self.channels.values():
            column.addWidget(tick)
        if len(self.channels) <= _CHANNELS_SHOWN:
            return ticks
        area = QScrollArea()
        area.setAccessibleName(self.tr("Channels"))
        area.setWidgetResizable(True)
        area.setWidget(ticks)
        area.setFixedHeight(_CHANNELS_SHOWN * (ticks.fontMetrics().height() + SPACE_M))
        return area

    def _add(self, form: QFormLayout, name: str, text: str, widget: QWidget) -> None:
        widget.setObjectName(f"field:{name}")
        if not widget.accessibleName():
            widget.setAccessibleName(text)
        hint = PlainLabel("", size="caption", tone="muted", wrap=True)
        hint.hide()
        column = QVBoxLayout()
        column.setSpacing(2)
        column.addWidget(widget)
        column.addWidget(hint)
        label = PlainLabel(text.replace("&", "&&"), tone="muted")
        label.setBuddy(widget)
        form.addRow(label, column)
        self.hints[name] = hint

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: D102
        typed = self.focusWidget()
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter} and isinstance(
            typed, QLineEdit | QAbstractSpinBox | QComboBox | QCheckBox
        ):
            if not event.isAutoRepeat():
                self.submit()
            return
        super().keyPressEvent(event)

    # --- what stands there ------------------------------------------------------------------------------------

    def details(self) -> ShowDetails:
        """The details as they stand there; right only while there are no `problems`."""
        return msgspec.structs.replace(
            self._before,
            title=" ".join(self.title.text().split()),
            language=self.language.value,
            currency=self.currency.value,
            planned_ms=(self.hours.value() * 60 + self.minutes.value()) * _MINUTE,
            time_zone=self.when.zone.value,
            starts_at_ms=self.when.moment.at_ms,
            channels=tuple(channel for channel, tick in self.channels.items() if tick.isChecked()),
            series=self._series(),
        )

    def _series(self) -> str:
        return " ".join(self.series.currentText().split())[:_MAX_SERIES]

    def new_show(self) -> NewShow:
        """What the new show is to be."""
        return NewShow(self.details(), self.shop.value, self.source.value)

    def problems(self) -> dict[str, str]:
        """Field name to sentence, for every field that is wrong."""
        found: dict[str, str] = {}
        details = self.details()
        if problem := self.when.problem:
            found["when"] = problem
        # A file has a title of its own.
        named = (
            details
            if details.title or self.source.value != FILE
            else msgspec.structs.replace(details, title="-")
        )
        if refused := details_problem(named):
            found[refused.reason if refused.reason in self.hints else "title"] = refused.sentence
        return found

    def submit(self) -> None:
        """Close when all is right, else say what is wrong and go to the first such field."""
        found = self.problems()
        for name in self.hints:
            self._say(name, found.get(name, ""))
        if not found:
            self.accept()
            return
        first = next(name for name in self.hints if name in found)
        fields: dict[str, QWidget] = {"title": self.title, "when": self.when.time, "length": self.hours}
        fields.get(first, self.currency).setFocus(Qt.FocusReason.OtherFocusReason)

    def _say(self, name: str, sentence: str) -> None:
        if name == "when":
            self.when.say(sentence)
            self._grow()
            return
        hint = self.hints[name]
        hint.setText(f"⚠ {sentence}" if sentence else "")
        hint.set_tone("warning")
        hint.setVisible(bool(sentence))
        if name == "title":
            set_look(self.title, "tone", "warning" if sentence else "")
            self.title.setAccessibleDescription(sentence)
        self._grow()

    def _grow(self) -> None:
        """A sentence more takes no height from the fields."""
        inside = self.layout()
        if inside is None or not self.isVisible():  # pyright: ignore[reportUnnecessaryComparison]
            return
        inside.activate()
        self.resize(self.width(), max(self.height(), inside.totalHeightForWidth(self.width())))


async def ask_details(
    parent: QWidget,
    details: ShowDetails,
    *,
    title: str,
    deed: str,
    now_ms: int,
    channels: Choices = (),
    series: Sequence[str] = (),
) -> ShowDetails | None:
    """Ask what a show is called, when and where it is; None when cancelled. `channels` are all that are set up, `series` the
    names of those that there are, `now_ms` UTC ms.
    """
    dialog = DetailsDialog(
        parent, details, title=title, deed=deed, now_ms=now_ms, channels=channels, series=series
    )
    # Read while the dialog lives: it deletes itself when it closes.
    taken: list[ShowDetails] = []
    dialog.accepted.connect(lambda: taken.append(dialog.details()))
    return taken[0] if await dialog.answer() else None


async def ask_new_show(
    parent: QWidget,
    details: ShowDetails,
    *,
    title: str,
    deed: str,
    now_ms: int,
    channels: Choices,
    series: Sequence[str],
    shops: Choices,
    shop: str,
    sources: Choices,
    source: str = EMPTY,
) -> NewShow | None:
    """Ask for a new show; None when cancelled. One shop only is not asked for."""
    dialog = DetailsDialog(
        parent, details, title=title, deed=deed, now_ms=now_ms, channels=channels, series=series,
        shops=shops if len(shops) > 1 else (), shop=shop, sources=sources, source=source,
    )  # fmt: skip
    taken: list[NewShow] = []
    dialog.accepted.connect(lambda: taken.append(dialog.new_show()))
    if not await dialog.answer():
        return None
    new = taken[0]
    return new if new.shop else NewShow(new.details, shop, new.source)


def _row(*widgets: QWidget) -> QWidget:
    both = QWidget()
    row = QHBoxLayout(both)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(SPACE_S)
    for widget in widgets:
        row.addWidget(widget, 1)
    both.setFocusProxy(widgets[0])
    return both


def _tick(text: str, on: bool) -> QCheckBox:
    tick = QCheckBox(text.replace("&", "&&"))
    tick.setChecked(on)
    return tick


def _with(choices: tuple[tuple[str, str], ...], value: str) -> tuple[tuple[str, str], ...]:
    """The choices, and what stands there already."""
    return choices if not value or value in dict(choices) else ((value, value), *choices)


def _languages() -> tuple[tuple[str, str], ...]:
    return tuple((code, f"{_language(code)} ({code})") for code in _LANGUAGES)


def _language(code: str) -> str:
    try:
        return (Locale.parse(code).get_display_name() or code).capitalize()
    except (UnknownLocaleError, ValueError):
        return code
