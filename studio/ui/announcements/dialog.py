"""The screen of the announcements: what is announced, in which words, how it looks, and what was said."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Final

import msgspec
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QHBoxLayout, QPlainTextEdit, QPushButton, QTabWidget, QVBoxLayout, QWidget

from studio.domain.announcement_log import AnnouncementLine
from studio.domain.announcement_rules import (
    LANGUAGES,
    AnnouncementKind,
    AnnouncementRules,
    ChannelRule,
    KindRule,
    problem,
)
from studio.ui.announcements.editor import TemplateEditor
from studio.ui.announcements.edits import (
    Place,
    first_problem,
    is_own,
    text_at,
    with_channel,
    with_kind,
    with_text,
)
from studio.ui.announcements.example import Example, PreviewChannel, preview
from studio.ui.announcements.kinds import KindList
from studio.ui.announcements.previews import Previews
from studio.ui.announcements.said import SaidView
from studio.ui.announcements.words import kind_words, tr
from studio.ui.dialogs import Dialog, confirm
from studio.ui.tasks import Tasks
from studio.ui.texts import Texts
from studio.ui.theme import SPACE_S, Theme
from studio.ui.widgets.labels import PlainLabel, SectionHeader, tooltip_text

Save = Callable[[AnnouncementRules], Awaitable[str]]
"""Keeps the rules; returns why not, as a sentence, or nothing."""
_UNDO_DEPTH = 200


class AnnouncementsDialog(Dialog):
    """Edits `rules` and gives them to `save`. Open it by `open()`. `show_lines` fills the tab of what was said, which is
    there for a show only (`of_show`).
    """

    def __init__(
        self, parent: QWidget, rules: AnnouncementRules, channels: Sequence[PreviewChannel], example: Example, save: Save,
        tasks: Tasks, texts: Texts, theme: Theme, *, of_show: bool,
    ) -> None:  # fmt: skip
        title = tr("Announcements of this show") if of_show else tr("Announcements of new shows")
        super().__init__(parent, title, width=theme.px(900))
        self.setMinimumHeight(theme.px(560))
        room = parent.window().size()
        self.resize(
            max(theme.px(900), min(theme.px(1_160), room.width() * 7 // 8)),
            max(theme.px(560), min(theme.px(760), room.height() * 7 // 8)),
        )
        self._saved = self._rules = rules
        self._channels, self._example = tuple(channels), example
        self._save_rules, self._tasks = save, tasks
        self._past: list[tuple[AnnouncementRules, str]] = []
        self._leaving = False
        names = {channel.id: channel.name for channel in channels}
        languages = _languages(rules, channels, example.language)
        self.kinds: Final = KindList(theme)
        self.kinds.setFixedWidth(theme.px(290))
        self.editor: Final = TemplateEditor(theme, languages, channels)
        self.previews: Final = Previews(channels)
        self.said: Final = SaidView(texts, theme, lambda channel: names.get(channel, channel))
        self.tabs: Final = QTabWidget()
        self.tabs.setAccessibleName(tr("Parts of the announcements"))
        self.tabs.tabBar().setAccessibleName(tr("Parts of the announcements"))
        self.tabs.addTab(self._texts_page(), tr("Texts"))
        if of_show:
            self.tabs.addTab(self.said, tr("Said"))
        self.body.addWidget(self.tabs, 1)
        self.refusal: Final = PlainLabel("", tone="warning", wrap=True)
        self.refusal.hide()
        self.buttons.insertWidget(0, self.refusal, 1)
        self.undo_button: Final = self.add_button(tr("Undo"))
        self.undo_button.setToolTip(tooltip_text(tr("Take back the last change that is not saved (Ctrl Z)")))
        self.close_button: Final = self.add_button(tr("Close"))
        self.close_button.setToolTip(tooltip_text(tr("Close this window (Esc)")))
        self.save_button: Final = self.add_button(tr("Save"), variant="primary")
        self.save_button.setToolTip(tooltip_text(tr("Keep these rules (Ctrl S)")))
        for button in self.findChildren(QPushButton):
            button.setAutoDefault(False)
        self._connect()
        self._first = self.editor.edit
        self.editor.go_to(Place(language=languages[0]))
        self._refresh()

    def _texts_page(self) -> QWidget:
        page = QWidget()
        row = QHBoxLayout(page)
        row.setContentsMargins(0, SPACE_S, 0, 0)
        row.setSpacing(SPACE_S)
        row.addWidget(self.kinds)
        right = QVBoxLayout()
        right.setSpacing(SPACE_S)
        right.addWidget(self.editor)
        head = SectionHeader(tr("As viewers read it"), tr("with an example"))
        right.addWidget(head)
        right.addWidget(self.previews, 1)
        row.addLayout(right, 1)
        return page

    def _connect(self) -> None:
        self.kinds.chosen.connect(self._refresh)
        self.kinds.ruled.connect(self._kind_ruled)
        self.kinds.gapped.connect(self._gapped)
        self.editor.placed.connect(self._refresh)
        self.editor.typed.connect(self._typed)
        self.editor.ruled.connect(self._channel_ruled)
        self.editor.reset_asked.connect(self._reset)
        self.undo_button.clicked.connect(self.undo)
        self.close_button.clicked.connect(self.reject)
        self.save_button.clicked.connect(self.save)

    @property
    def rules(self) -> AnnouncementRules:
        """The rules as they stand on the screen."""
        return self._rules

    @property
    def dirty(self) -> bool:
        """Whether something is not saved."""
        return self._rules != self._saved

    def show_lines(self, lines: Sequence[AnnouncementLine]) -> None:
        """What was announced so far."""
        self.said.take(lines)

    def take_rules(self, rules: AnnouncementRules) -> None:
        """The rules were changed elsewhere (an undo, another seat): what is being edited here stays as it is."""
        if not self.dirty:
            self._rules = rules
            self._past.clear()
        self._saved = rules
        self._refresh()

    # --- editing ------------------------------------------------------------------------------------------------------

    def _change(self, rules: AnnouncementRules, what: str) -> None:
        """One more change; going on with the same `what` is one to undo."""
        if rules == self._rules:
            return
        if not self._past or self._past[-1][1] != what:
            self._past = [*self._past[-_UNDO_DEPTH + 1 :], (self._rules, what)]
        self._rules = rules
        self.refuse("")
        self._refresh()

    def _typed(self, text: str) -> None:
        kind, place = self.kinds.kind, self.editor.place
        rules = with_text(self._rules, kind, place, text, self._language(place))
        self._change(rules, f"text {kind} {place}")

    def _reset(self) -> None:
        kind, place = self.kinds.kind, self.editor.place
        self._change(with_text(self._rules, kind, place, None, self._language(place)), "reset")

    def _kind_ruled(self, kind: AnnouncementKind, rule: KindRule) -> None:
        what = f"pause {kind}" if rule.on == self._rules.kind(kind).on else f"switch {len(self._past)}"
        self._change(with_kind(self._rules, kind, rule), what)

    def _gapped(self, seconds: int) -> None:
        self._change(msgspec.structs.replace(self._rules, gap_s=seconds), "gap")

    def _channel_ruled(self, rule: ChannelRule) -> None:
        channel = self.editor.place.channel
        if channel:
            self._change(with_channel(self._rules, channel, rule), f"channel {len(self._past)}")

    def _language(self, place: Place) -> str:
        """The language of a place that has none of its own."""
        own = next((c.language for c in self._channels if c.id == place.channel), "")
        return own or self._example.language

    def undo(self) -> None:
        """Take back the last change."""
        if self._past:
            self._rules, _what = self._past.pop()
            self.refuse("")
            self._refresh()

    def _refresh(self) -> None:
        kind, place = self.kinds.kind, self.editor.place
        text = text_at(self._rules, kind, place, self._language(place))
        self.kinds.show_rules(self._rules)
        self.editor.show_text(
            kind, kind_words(kind), text, problem(kind, text), own=is_own(self._rules, kind, place),
            rule=self._rules.channel(place.channel),
        )  # fmt: skip
        for channel in self._channels:
            self.previews.cards[channel.id].show_preview(preview(self._rules, kind, channel, self._example))
        self.save_button.setEnabled(self.dirty)
        self.undo_button.setEnabled(bool(self._past))

    # --- saving and leaving -------------------------------------------------------------------------------------------

    def refuse(self, sentence: str) -> None:
        """What was asked is not done, for this reason; empty takes the sentence away."""
        self.refusal.setText(f"⚠ {sentence}" if sentence else "")
        self.refusal.setVisible(bool(sentence))

    def save(self) -> None:
        """Keep the rules; what is wrong is gone to and said first."""
        if not self.dirty:
            return
        wrong = first_problem(self._rules)
        if wrong is not None:
            kind, place, _sentence = wrong
            self.tabs.setCurrentIndex(0)
            self.kinds.choose(kind)
            self.editor.go_to(place)
            self.editor.edit.setFocus(Qt.FocusReason.OtherFocusReason)
            self.refuse(tr("Nothing is saved yet: correct this text first."))
            return
        self._tasks.spawn(self._save(), "save announcements")

    async def _save(self) -> None:
        rules = self._rules
        sentence = await self._save_rules(rules)
        if sentence:
            self.refuse(sentence)
            return
        self._saved = rules
        self._refresh()

    def reject(self) -> None:  # noqa: D102
        if not self.dirty or self._leaving:
            super().reject()
            return
        self._tasks.spawn(self._ask_to_leave(), "leave announcements")

    async def _ask_to_leave(self) -> None:
        sentence = tr("What was changed here since the last save is lost.")
        if await confirm(self, tr("Discard the changes?"), sentence, tr("Discard")):
            self._leaving = True
            self.reject()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: D102
        if event.matches(QKeySequence.StandardKey.Save):
            if not event.isAutoRepeat():
                self.save()
        elif event.matches(QKeySequence.StandardKey.Undo) and not isinstance(
            self.focusWidget(), QPlainTextEdit
        ):
            self.undo()
        else:
            super().keyPressEvent(event)


def _languages(rules: AnnouncementRules, channels: Sequence[PreviewChannel], show_language: str) -> list[str]:
    """The show's first, then those of the channels, then all that have texts."""
    spoken = (channel.language[:2] for channel in channels)
    wanted = [
        show_language[:2],
        *spoken,
        *(c.language[:2] for c in rules.channels.values()),
        *rules.texts,
        *LANGUAGES,
    ]
    return [language for language in dict.fromkeys(wanted) if language]
