"""The editor of one text: where it holds, the text with its placeholders as buttons, and what is wrong with it."""

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QMimeData, Qt, Signal
from PySide6.QtGui import QKeyEvent, QTextCursor
from PySide6.QtWidgets import QCheckBox, QComboBox, QHBoxLayout, QPlainTextEdit, QPushButton, QWidget

from studio.domain.announcement_rules import MAX_TEMPLATE, PLACEHOLDERS, AnnouncementKind, ChannelRule
from studio.ui.announcements.edits import Place
from studio.ui.announcements.example import PreviewChannel
from studio.ui.announcements.words import language_words, placeholder_words, tr
from studio.ui.theme import SPACE_S, Theme, set_look
from studio.ui.widgets.cards import Card
from studio.ui.widgets.labels import PlainLabel, SectionHeader, tooltip_text
from studio.ui.widgets.text import clean_text


class TemplateEdit(QPlainTextEdit):
    """One line of text that wraps: Return is for the window, Tab goes on."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setTabChangesFocus(True)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: D102
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            event.accept()
            return
        super().keyPressEvent(event)

    def insertFromMimeData(self, source: QMimeData) -> None:  # noqa: D102
        self.insertPlainText(" ".join(source.text().split()))


class TemplateEditor(Card):
    """`typed` carries the text, `placed` that another place is looked at, `ruled` the channel's rule."""

    typed = Signal(str)
    placed = Signal()
    ruled = Signal(object)
    reset_asked = Signal()

    def __init__(
        self, theme: Theme, languages: Sequence[str], channels: Sequence[PreviewChannel], parent: QWidget | None = None
    ) -> None:  # fmt: skip
        super().__init__("card", parent)
        self._showing = False
        self._kind = AnnouncementKind.PINNED
        self._rule = ChannelRule()
        self.header: Final = SectionHeader(tr("Text"))
        self.place_box: Final = QComboBox()
        self.place_box.setAccessibleName(tr("Where this text holds"))
        self.place_box.setToolTip(tooltip_text(tr("All channels of a language, or one channel instead")))
        for language in languages:
            text = tr("All channels in {language}").replace("{language}", language_words(language))
            self.place_box.addItem(text, Place(language=language))
        for channel in channels:
            text = tr("Only {channel}").replace("{channel}", clean_text(channel.name, 40))
            self.place_box.addItem(text, Place(channel=channel.id))
        self.channel_on: Final = QCheckBox(tr("Announce here"))
        self.channel_on.setToolTip(tooltip_text(tr("Whether anything is announced in this channel")))
        self.language_box: Final = QComboBox()
        self.language_box.setAccessibleName(tr("Language of this channel"))
        self.language_box.addItem(tr("Language of the show"), "")
        for language in languages:
            self.language_box.addItem(language_words(language), language)
        self.edit: Final = TemplateEdit()
        self.edit.setAccessibleName(tr("Text of the announcement"))
        self.edit.setFixedHeight(theme.px(66))
        self.hint: Final = PlainLabel("", size="caption", tone="muted", wrap=True)
        self.count: Final = PlainLabel("", size="caption", tone="muted")
        self.reset: Final = QPushButton(tr("Back to the default"))
        self.reset.setProperty("variant", "compact")
        self.reset.setToolTip(tooltip_text(tr("Say here what would be said without a text of its own")))
        self.buttons: dict[str, QPushButton] = {}
        self._button_row = QHBoxLayout()
        self._button_row.setSpacing(SPACE_S)
        self._lay_out()
        self._connect()

    def _lay_out(self) -> None:
        where = QHBoxLayout()
        where.setSpacing(SPACE_S)
        where.addWidget(self.place_box, 1)
        where.addWidget(self.language_box)
        where.addWidget(self.channel_on)
        under = QHBoxLayout()
        under.setSpacing(SPACE_S)
        under.addWidget(self.hint, 1)
        under.addWidget(self.count)
        under.addWidget(self.reset)
        self.body.addWidget(self.header)
        self.body.addLayout(where)
        self.body.addWidget(self.edit)
        self.body.addLayout(self._button_row)
        self.body.addLayout(under)

    def _connect(self) -> None:
        self.place_box.currentIndexChanged.connect(self._placed)
        self.edit.textChanged.connect(self._typed)
        self.reset.clicked.connect(self.reset_asked)
        self.channel_on.clicked.connect(self._ruled)
        self.language_box.currentIndexChanged.connect(self._ruled)

    @property
    def place(self) -> Place:
        """The place that is looked at."""
        found = self.place_box.currentData()
        return found if isinstance(found, Place) else Place(language="en")

    def go_to(self, place: Place) -> None:
        """Look at this place."""
        rows = range(self.place_box.count())
        row = next((n for n in rows if self.place_box.itemData(n) == place), -1)
        if row < 0:  # a text for a channel or language that is not among those on the screen
            self.place_box.addItem(place.channel or language_words(place.language), place)
            row = self.place_box.count() - 1
        self.place_box.setCurrentIndex(row)

    def show_text(
        self, kind: AnnouncementKind, title: str, text: str, sentence: str, *, own: bool, rule: ChannelRule
    ) -> None:
        """Show what holds at the place; `sentence` is what is wrong with it."""
        self._showing = True
        self._kind, self._rule = kind, rule
        self.header.set_note(title)
        if self.edit.toPlainText() != text:
            self.edit.setPlainText(text)
            self.edit.moveCursor(QTextCursor.MoveOperation.End)
        if tuple(self.buttons) != PLACEHOLDERS[kind]:
            self._offer(PLACEHOLDERS[kind])
        one = bool(self.place.channel)
        self.channel_on.setVisible(one)
        self.language_box.setVisible(one)
        self.channel_on.setChecked(rule.on)
        row = self.language_box.findData(rule.language)
        if row < 0:
            self.language_box.addItem(language_words(rule.language), rule.language)
            row = self.language_box.count() - 1
        self.language_box.setCurrentIndex(row)
        standing = tr("A text of its own.") if own else tr("The default text.")
        self.hint.setText(f"⚠ {sentence}" if sentence else standing)
        self.hint.set_tone("warning" if sentence else "muted")
        set_look(self.edit, "tone", "warning" if sentence else "")
        self.edit.setAccessibleDescription(sentence or standing)
        self.count.setText(f"{len(text)} / {MAX_TEMPLATE}")
        self.count.set_tone("warning" if len(text) > MAX_TEMPLATE else "muted")
        self.reset.setEnabled(own)
        self._showing = False

    def _offer(self, names: Sequence[str]) -> None:
        while (item := self._button_row.takeAt(0)) is not None:
            if (old := item.widget()) is not None:
                old.hide()
                old.deleteLater()
        self.buttons.clear()
        for name in names:
            button = QPushButton(f"{{{name}}}")
            button.setProperty("variant", "compact")
            button.setAutoDefault(False)
            button.setAccessibleName(tr("Insert {name}").replace("{name}", name))
            button.setToolTip(tooltip_text(placeholder_words(name)))
            button.clicked.connect(lambda _checked=False, text=f"{{{name}}}": self._insert(text))
            self._button_row.addWidget(button)
            self.buttons[name] = button
        self._button_row.addStretch(1)

    def _insert(self, text: str) -> None:
        self.edit.insertPlainText(text)
        self.edit.setFocus(Qt.FocusReason.OtherFocusReason)

    def _typed(self) -> None:
        if not self._showing:
            self.typed.emit(self.edit.toPlainText())

    def _placed(self, _row: int) -> None:
        self.placed.emit()

    def _ruled(self, _change: object = None) -> None:
        if not self._showing:
            language = str(self.language_box.currentData())
            self.ruled.emit(ChannelRule(self.channel_on.isChecked(), language, self._rule.texts))
