"""What the test of a channel found, and how it is in the open show."""

from PySide6.QtWidgets import QHBoxLayout, QWidget

from studio.control.ports import Quota
from studio.ui.connections.channel_live import Live
from studio.ui.connections.channel_port import ChannelStep, ChannelTest, Feed
from studio.ui.connections.channel_words import (
    can_sentences,
    cannot_sentences,
    failure_words,
    feed_words,
    quota_words,
    state_words,
    step_words,
    tr,
)
from studio.ui.connections.findings import FindingsCard
from studio.ui.studio import Link
from studio.ui.texts import Texts, rough
from studio.ui.theme import SPACE_L, SPACE_S
from studio.ui.widgets.cards import Card, Stat
from studio.ui.widgets.labels import Pill, PlainLabel, SectionHeader
from studio.ui.widgets.text import clean_text

_JUST_MS = 3_000
_MINUTE_MS = 60_000


class ChannelFindings(FindingsCard):
    """What was found of a channel."""

    def __init__(self, texts: Texts, parent: QWidget | None = None) -> None:
        super().__init__(texts, list(ChannelStep), parent)

    def step_words(self, step: object) -> str:
        """What is being tried now."""
        return step_words(ChannelStep(str(step)))

    def nothing_yet(self) -> str:
        """What a test would do."""
        return tr(
            "Test the channel before the show: it signs on and listens for 10 s, and says nothing there."
        )

    def tell(self, found: object) -> None:
        """Whether the chat can be read, what the token lacks, what the channel can do."""
        if not isinstance(found, ChannelTest):
            raise TypeError(f"{type(found).__name__} was not found by the test of a channel")
        if found.failure is not None:
            self._failure(*failure_words(found.failure))
        elif found.feed is not None:
            sign, text, tone = feed_words(found, self._texts)
            self.line(sign, text, tone)
        if found.viewers is not None:
            viewers = tr("{n} viewers").replace("{n}", self._texts.number(found.viewers))
            self.line("✓", viewers, "next")
        if found.missing:
            self._warnings(tr("Missing rights"), found.missing)
        elif found.sentence:
            self.head(tr("What is waited for") if found.feed is Feed.OFF else tr("What was said"))
            self.say(clean_text(found.sentence, 500), "muted")
        self._warnings(tr("Did not go through"), found.problems)
        if found.capabilities is not None:
            self.head(tr("What it can do"))
            for sentence in can_sentences(found.capabilities, self._texts):
                self.line("✓", sentence, "next")
            instead = cannot_sentences(found.capabilities)
            if instead:
                self.head(tr("What it cannot"))
            for sentence in instead:
                self.line("→", sentence, "muted")


class LiveCard(Card):
    """How a channel is in the open show: heard when, by how many, and what its platform still allows."""

    def __init__(self, texts: Texts, parent: QWidget | None = None) -> None:
        super().__init__("card", parent)
        self._texts = texts
        name = tr("In the open show")
        self.setAccessibleName(name)
        self.header = SectionHeader(name)
        self.state = Pill("", "neutral")
        self.header.add(self.state)
        self.sentence = PlainLabel("", wrap=True)
        self.heard = PlainLabel("", tone="muted", wrap=True)
        self.quota = PlainLabel("", tone="muted", wrap=True)
        self.viewers = Stat("–", tr("viewers"), size="m")
        self.messages = Stat("–", tr("messages since it was opened"), size="m")
        row = QHBoxLayout()
        row.setSpacing(SPACE_L)
        row.addWidget(self.viewers)
        row.addWidget(self.messages)
        row.addStretch(1)
        self.body.setSpacing(SPACE_S)
        self.body.addWidget(self.header)
        self.body.addWidget(self.sentence)
        self.body.addLayout(row)
        self.body.addWidget(self.heard)
        self.body.addWidget(self.quota)
        self.hide()

    def show_live(self, live: Live | None, now_ms: int) -> None:
        """Say how it is at this computer's time (UTC ms); None: no show is open that uses it, and the card is hidden."""
        self.setVisible(live is not None)
        if live is None:
            return
        word, _icon, _tone = state_words(live.link, enabled=True)
        well = live.link is Link.OK
        calm = live.link is Link.CONNECTING
        self.state.show_as(word, "ok" if well else "neutral" if calm else "warning")
        self.sentence.setText(clean_text(live.sentence, 400))
        self.sentence.setVisible(bool(live.sentence))
        self.sentence.set_tone("" if well or calm else "warning")
        self.heard.setText(self._heard_words(live, now_ms))
        self.viewers.show_value(self._texts.number(live.viewers))
        self.messages.show_value(self._texts.number(live.messages))
        self.quota.setText(self._quota_words(live.quota, now_ms) if live.quota else "")
        self.quota.setVisible(live.quota is not None)
        used_up = live.quota is not None and live.quota.used >= live.quota.limit
        self.quota.set_tone("warning" if used_up else "muted")

    def sentences(self) -> list[str]:
        """Everything that is said."""
        labels = (self.state, self.sentence, self.heard, self.quota)
        return [label.text() for label in labels if label.text()]

    def _heard_words(self, live: Live, now_ms: int) -> str:
        if live.heard_ms is None:
            return tr("Not heard yet.")
        ago = max(0, now_ms - live.heard_ms)
        if ago < _JUST_MS:
            return tr("Heard just now.")
        when = self._texts.clock(live.heard_ms, seconds=True)
        text = tr("Heard {s} s ago, at {when}.") if ago < _MINUTE_MS else tr("Heard {ago} ago, at {when}.")
        seconds = self._texts.number(ago // 1000)
        return text.replace("{s}", seconds).replace("{ago}", rough(ago)).replace("{when}", when)

    def _quota_words(self, quota: Quota, now_ms: int) -> str:
        left = max(0, quota.limit - quota.used)
        parts = [quota_words(quota, self._texts)]
        if quota.hourly:
            hour = tr("An hour costs about {n}, so they last about {rest}.")
            rest = rough(left * 3_600_000 // quota.hourly)
            parts.append(hour.replace("{n}", self._texts.number(quota.hourly)).replace("{rest}", rest))
        if quota.resets_at_ms is not None:
            until = rough(max(0, quota.resets_at_ms - now_ms))
            parts.append(tr("They begin anew in {until}.").replace("{until}", until))
        return " ".join(parts)
