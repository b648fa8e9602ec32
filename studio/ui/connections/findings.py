"""What a test found, and the last errors, at the right."""

from collections.abc import Iterator, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLayout, QProgressBar, QPushButton, QVBoxLayout, QWidget

from studio.settings.schema import Trouble
from studio.ui.connections.words import tr
from studio.ui.texts import Texts
from studio.ui.theme import SPACE_M, SPACE_S, SPACE_XS
from studio.ui.widgets.cards import Card
from studio.ui.widgets.labels import Pill, PlainLabel, SectionHeader
from studio.ui.widgets.text import clean_text


class SayingCard(Card):
    """A card that says things in a column: sentences, lines with a sign, headings."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__("card", parent)
        self.setAccessibleName(name)
        self.header = SectionHeader(name)
        self._told = QWidget()
        self._column = QVBoxLayout(self._told)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(SPACE_S)
        self.body.setSpacing(SPACE_M)
        self.body.addWidget(self.header)

    def sentences(self) -> list[str]:
        """Everything that is said, from top to bottom."""
        return list(_texts(self._column))

    def head(self, text: str) -> None:
        """A heading."""
        self._column.addSpacing(SPACE_XS)
        self._column.addWidget(SectionHeader(text))

    def say(self, text: str, tone: str = "", *, strong: bool = False, size: str = "s") -> None:
        """A sentence."""
        self._column.addWidget(PlainLabel(text, tone=tone, strong=strong, size=size, wrap=True))

    def line(self, sign: str, text: str, tone: str) -> None:
        """A sentence behind a sign."""
        self._column.addWidget(signed_line(sign, text, tone))


class FindingsCard(SayingCard):
    """Empty, under way, connected, or not: always with a sentence. `cancel_asked` stops a test. `steps` are those of a
    test, in their order; what each is called, and what was found, a subclass says.
    """

    cancel_asked = Signal()

    def __init__(self, texts: Texts, steps: Sequence[object], parent: QWidget | None = None) -> None:
        super().__init__(tr("Test"), parent)
        self._texts = texts
        self._steps = list(steps)
        self.setAccessibleName(tr("Test of the connection"))
        self.state = Pill("", "neutral")
        self.header.add(self.state)
        self.progress = QProgressBar()
        self.progress.setRange(0, len(self._steps))
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
        for widget in (self.progress, self._under_way, self._told):
            self.body.addWidget(widget)
        self.show_nothing()

    def step_words(self, step: object) -> str:
        """What is being tried now."""
        raise NotImplementedError

    def nothing_yet(self) -> str:
        """What a test would do."""
        raise NotImplementedError

    def tell(self, found: object) -> None:
        """Say what was found, below its headline."""
        raise NotImplementedError

    def show_nothing(self) -> None:
        """Not tested yet, as it stands in the form."""
        self._mode(tr("not tested"), running=False)
        self.say(self.nothing_yet(), "muted")

    def show_step(self, step: object) -> None:
        """A test is under way."""
        self._mode(tr("testing…"), running=True)
        self.progress.setValue(self._steps.index(step))
        self.doing.setText(self.step_words(step))

    def show_cancelled(self) -> None:
        """The test was given up by a person."""
        self._mode(tr("not tested"), running=False)
        self.say(tr("The test was cancelled. Nothing has changed."), "muted")

    def show_found(self, found: object, *, well: bool) -> None:
        """What the test found."""
        self._mode(tr("connected") if well else tr("not connected"), running=False)
        self.state.set_tone("ok" if well else "warning")
        self.tell(found)
        self._column.addStretch(1)

    def _failure(self, headline: str, advice: str) -> None:
        self.say(f"⚠ {headline}", "warning", strong=True)
        self.say(advice)

    def _warnings(self, title: str, sentences: Sequence[str]) -> None:
        if sentences:
            self.head(title)
            for sentence in sentences:
                self.line("⚠", clean_text(sentence, 400), "warning")

    def _mode(self, state: str, *, running: bool) -> None:
        self.state.show_as(state, "accent" if running else "neutral")
        self.progress.setVisible(running)
        self._under_way.setVisible(running)
        self._told.setVisible(not running)
        empty(self._column)


class LastErrors(SayingCard):
    """The last errors with their time; hidden while there are none."""

    def __init__(self, texts: Texts, parent: QWidget | None = None) -> None:
        super().__init__(tr("Last errors"), parent)
        self._texts = texts
        self.body.addWidget(self._told)

    def show_troubles(self, troubles: tuple[Trouble, ...]) -> None:
        """The newest first."""
        empty(self._column)
        for trouble in troubles:
            when = f"{self._texts.day(trouble.at_ms)}, {self._texts.clock(trouble.at_ms)}"
            if trouble.times > 1:
                when = f"{when} · {tr('{n} times').replace('{n}', self._texts.number(trouble.times))}"
            self.say(when, "muted", size="caption")
            self.line("⚠", clean_text(trouble.sentence, 400), "")
        self.setVisible(bool(troubles))


def signed_line(sign: str, text: str, tone: str) -> QWidget:
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
