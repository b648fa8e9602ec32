"""How an announcement looks in each channel."""

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from studio.ui.announcements.example import Preview, PreviewChannel
from studio.ui.announcements.words import tr
from studio.ui.theme import SPACE_S
from studio.ui.widgets.cards import Card
from studio.ui.widgets.labels import ElidedLabel, PlainLabel
from studio.ui.widgets.text import clean_text


class PreviewCard(Card):
    """One channel: its name, the text as viewers would read it, and how long it is."""

    def __init__(self, channel: PreviewChannel, parent: QWidget | None = None) -> None:
        super().__init__("card-raised", parent)
        name = clean_text(channel.name, 60)
        self.name: Final = ElidedLabel(name, strong=True)
        self.count: Final = PlainLabel("", size="caption", tone="muted")
        self.text: Final = PlainLabel("", wrap=True)
        self.hint: Final = PlainLabel("", size="caption", tone="muted", wrap=True)
        head = QHBoxLayout()
        head.setSpacing(SPACE_S)
        head.addWidget(self.name, 1)
        head.addWidget(self.count)
        self.body.addLayout(head)
        self.body.addWidget(self.text)
        self.body.addWidget(self.hint)
        self.setAccessibleName(name)

    def show_preview(self, found: Preview) -> None:
        """Show what would be said."""
        self.text.setText(clean_text(found.text, 2_000))
        self.text.setVisible(bool(found.text))
        self.count.setText(f"{found.length} / {found.limit}" if found.text else "")
        self.count.setAccessibleName(
            tr("{n} of {limit} characters")
            .replace("{n}", str(found.length))
            .replace("{limit}", str(found.limit))
        )
        self.count.set_tone("warning" if found.wrong else "muted")
        self.hint.setText(f"⚠ {found.sentence}" if found.wrong else found.sentence)
        self.hint.setVisible(bool(found.sentence))
        self.hint.set_tone("warning" if found.wrong else "muted")
        self.set_kind("card-warning" if found.wrong else "card-raised")
        self.setAccessibleDescription(f"{found.text} {found.sentence}".strip())


class Previews(QScrollArea):
    """All channels, one below the other."""

    def __init__(self, channels: Sequence[PreviewChannel], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.cards: Final = {channel.id: PreviewCard(channel) for channel in channels}
        inside = QWidget()
        inside.setProperty("role", "plain")
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE_S)
        if not channels:
            column.addWidget(
                PlainLabel(tr("No channel is connected yet: nothing is announced."), tone="muted", wrap=True)
            )
        for card in self.cards.values():
            column.addWidget(card)
        column.addStretch(1)
        self.setWidget(inside)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName(tr("Previews"))
