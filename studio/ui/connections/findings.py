"""What the test of a shop found, and its last errors, at the right."""

from collections.abc import Iterator

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLayout, QProgressBar, QPushButton, QVBoxLayout, QWidget

from studio.settings.schema import Trouble
from studio.ui.connections.port import ShopTest, Step
from studio.ui.connections.words import (
    can_sentences,
    cannot_sentences,
    clock_words,
    failure_words,
    step_words,
    tr,
)
from studio.ui.texts import Texts
from studio.ui.theme import SPACE_L, SPACE_M, SPACE_S, SPACE_XS
from studio.ui.widgets.cards import Card, Stat
from studio.ui.widgets.labels import Pill, PlainLabel, SectionHeader
from studio.ui.widgets.text import clean_text

_STEPS = list(Step)


class Findings(Card):
    """Empty, under way, connected, or not: always with a sentence. `cancel_asked` stops a test."""

    cancel_asked = Signal()

    def __init__(self, texts: Texts, parent: QWidget | None = None) -> None:
        super().__init__("card", parent)
        self._texts = texts
        self.setAccessibleName(tr("Test of the connection"))
        self.header = SectionHeader(tr("Test"))
        self.state = Pill("", "neutral")
        self.header.add(self.state)
        self.progress = QProgressBar()
        self.progress.setRange(0, len(_STEPS))
        self.progress.setTextVisible(False)
        self.progress.setAccessibleName(tr("Progress of the test"))
        self.doing = PlainLabel("", tone="muted")
        self.cancel = QPushButton(tr("Cancel"))
        self.cancel.setProperty("variant", "compact")
        self.cancel.clicked.connect(self.cancel_asked)
        self._under_way = QWidget()
        row = QHBoxLayout(self._under_way)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACE_S)
        row.addWidget(self.doing, 1)
        row.addWidget(self.cancel)
        self._told = QWidget()
        self._column = QVBoxLayout(self._told)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(SPACE_S)
        self.body.setSpacing(SPACE_M)
        for widget in (self.header, self.progress, self._under_way, self._told):
            self.body.addWidget(widget)
        self.show_nothing()

    def sentences(self) -> list[str]:
        """Everything that is said, from top to bottom."""
        return list(_texts(self._column))

    def show_nothing(self) -> None:
        """Not tested yet, as it stands in the form."""
        self._mode(tr("not tested"), running=False)
        self._say(
            tr("Test the connection before the show: it reads a little of everything and writes nothing."),
            "muted",
        )

    def show_step(self, step: Step) -> None:
        """A test is under way."""
        self._mode(tr("testing…"), running=True)
        self.progress.setValue(_STEPS.index(step))
        self.doing.setText(step_words(step))

    def show_cancelled(self) -> None:
        """The test was given up by a person."""
        self._mode(tr("not tested"), running=False)
        self._say(tr("The test was cancelled. Nothing has changed."), "muted")

    def show_found(self, found: ShopTest) -> None:
        """What the test found."""
        self._mode(tr("connected") if found.failure is None else tr("not connected"), running=False)
        self.state.set_tone("ok" if found.failure is None else "warning")
        if found.failure is not None:
            headline, advice = failure_words(found.failure)
            self._say(f"⚠ {headline}", "warning", strong=True)
            self._say(advice)
        if found.name:
            self._say(clean_text(found.name, 100), strong=True, size="l")
            self._figures(found)
        if found.missing:
            self._head(tr("Missing rights"))
            for sentence in found.missing:
                self._line("⚠", clean_text(sentence, 400), "warning")
        elif found.failure is not None and found.sentence:
            self._head(tr("In the shop's words") if found.name else tr("What was said"))
            self._say(clean_text(found.sentence, 500), "muted")
        if found.problems:
            self._head(tr("Did not go through"))
            for sentence in found.problems:
                self._line("⚠", clean_text(sentence, 400), "warning")
        if found.capabilities is not None:
            self._head(tr("What it can do"))
            for sentence in can_sentences(found.capabilities):
                self._line("✓", sentence, "next")
            instead = cannot_sentences(found.capabilities)
            if instead:
                self._head(tr("What the studio does instead"))
                for sentence in instead:
                    self._line("→", sentence, "muted")
            if found.capabilities.notes:
                self._head(tr("Good to know"))
                for sentence in found.capabilities.notes:
                    self._line("→", clean_text(sentence, 400), "muted")
        self._column.addStretch(1)

    def _figures(self, found: ShopTest) -> None:
        row = QHBoxLayout()
        row.setSpacing(SPACE_L)
        row.addWidget(Stat(clean_text(found.currency, 8), tr("currency"), size="m"))
        row.addWidget(Stat(self._texts.number(found.product_count), tr("products"), size="m"))
        if found.locations:
            row.addWidget(Stat(self._texts.number(found.locations), tr("locations"), size="m"))
        row.addStretch(1)
        self._column.addLayout(row)
        words, odd = clock_words(found)
        text = tr("Clock: {words}.").replace("{words}", words)
        if odd:
            text = tr("⚠ Clock: {words}. Countdowns follow the shop's.").replace("{words}", words)
        self._say(text, "warning" if odd else "muted")

    def _mode(self, state: str, *, running: bool) -> None:
        self.state.show_as(state, "accent" if running else "neutral")
        self.progress.setVisible(running)
        self._under_way.setVisible(running)
        self._told.setVisible(not running)
        empty(self._column)

    def _head(self, text: str) -> None:
        self._column.addSpacing(SPACE_XS)
        self._column.addWidget(SectionHeader(text))

    def _say(self, text: str, tone: str = "", *, strong: bool = False, size: str = "s") -> None:
        self._column.addWidget(PlainLabel(text, tone=tone, strong=strong, size=size, wrap=True))

    def _line(self, sign: str, text: str, tone: str) -> None:
        self._column.addWidget(_line(sign, text, tone))


class LastErrors(Card):
    """The last errors of a shop with their time; hidden while there are none."""

    def __init__(self, texts: Texts, parent: QWidget | None = None) -> None:
        super().__init__("card", parent)
        self._texts = texts
        self.setAccessibleName(tr("Last errors"))
        self.header = SectionHeader(tr("Last errors"))
        self._rows = QVBoxLayout()
        self._rows.setSpacing(SPACE_S)
        self.body.addWidget(self.header)
        self.body.addLayout(self._rows)

    def show_troubles(self, troubles: tuple[Trouble, ...]) -> None:
        """The newest first."""
        empty(self._rows)
        for trouble in troubles:
            when = f"{self._texts.day(trouble.at_ms)}, {self._texts.clock(trouble.at_ms)}"
            if trouble.times > 1:
                when = f"{when} · {tr('{n} times').replace('{n}', self._texts.number(trouble.times))}"
            self._rows.addWidget(PlainLabel(when, size="caption", tone="muted"))
            self._rows.addWidget(_line("⚠", clean_text(trouble.sentence, 400), ""))
        self.setVisible(bool(troubles))

    def sentences(self) -> list[str]:
        """Everything that is said."""
        return list(_texts(self._rows))


def _line(sign: str, text: str, tone: str) -> QWidget:
    """A sign, and a sentence that stays right of it when it wraps."""
    line = QWidget()
    row = QHBoxLayout(line)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(SPACE_S)
    mark = PlainLabel(sign, tone=tone or "warning")
    mark.setFixedWidth(mark.fontMetrics().horizontalAdvance("⚠ "))
    row.addWidget(mark, 0, Qt.AlignmentFlag.AlignTop)
    words = PlainLabel(text, tone="" if tone == "next" else tone, wrap=True)
    row.addWidget(words, 1)
    return line


def empty(layout: QLayout) -> None:
    """Take everything out of a layout."""
    while (item := layout.takeAt(0)) is not None:
        widget, inner = item.widget(), item.layout()
        if widget is not None:
            # Hidden on purpose: its layout shows it at the next turn otherwise, when it is nobody's child any more.
            widget.hide()
            widget.deleteLater()
        elif inner is not None:
            empty(inner)


def _texts(layout: QLayout) -> Iterator[str]:
    for place in range(layout.count()):
        item = layout.itemAt(place)
        widget = item.widget() if item is not None else None
        inner = widget.layout() if widget is not None else item.layout() if item is not None else None
        if isinstance(widget, PlainLabel) and widget.text():
            yield widget.text()
        elif inner is not None:
            yield from _texts(inner)
