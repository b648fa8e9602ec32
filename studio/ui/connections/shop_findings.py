"""What the test of a shop found."""

from PySide6.QtWidgets import QHBoxLayout, QWidget

from studio.ui.connections.findings import FindingsCard
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
from studio.ui.theme import SPACE_L
from studio.ui.widgets.cards import Stat
from studio.ui.widgets.text import clean_text


class ShopFindings(FindingsCard):
    """What was found of a shop."""

    def __init__(self, texts: Texts, parent: QWidget | None = None) -> None:
        super().__init__(texts, list(Step), parent)

    def step_words(self, step: object) -> str:
        """What is being tried now."""
        return step_words(Step(str(step)))

    def nothing_yet(self) -> str:
        """What a test would do."""
        return tr("Test the connection before the show: it reads a little of everything and writes nothing.")

    def tell(self, found: object) -> None:
        """Who the shop is, what the key lacks, what it can do."""
        if not isinstance(found, ShopTest):
            raise TypeError(f"{type(found).__name__} was not found by the test of a shop")
        if found.failure is not None:
            self._failure(*failure_words(found.failure))
        if found.name:
            self.say(clean_text(found.name, 100), strong=True, size="l")
            self._figures(found)
        if found.missing:
            self._warnings(tr("Missing rights"), found.missing)
        elif found.failure is not None and found.sentence:
            self.head(tr("In the shop's words") if found.name else tr("What was said"))
            self.say(clean_text(found.sentence, 500), "muted")
        self._warnings(tr("Did not go through"), found.problems)
        self._capabilities(found)

    def _capabilities(self, found: ShopTest) -> None:
        can = found.capabilities
        if can is None:
            return
        notes = [clean_text(sentence, 400) for sentence in can.notes]
        for title, sign, sentences, tone in (
            (tr("What it can do"), "✓", can_sentences(can), "next"),
            (tr("What the studio does instead"), "→", cannot_sentences(can), "muted"),
            (tr("Good to know"), "→", notes, "muted"),
        ):
            if sentences or sign == "✓":
                self.head(title)
            for sentence in sentences:
                self.line(sign, sentence, tone)

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
        self.say(text, "warning" if odd else "muted")
