"""The screen of the announcements, as a person uses it: by clicks and keys."""

from collections.abc import AsyncIterator

import msgspec
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester, QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QComboBox,
    QLabel,
    QPlainTextEdit,
    QSpinBox,
    QWidget,
)

from studio.control.ports import StoreFull
from studio.domain import commands as cmd
from studio.domain import events as ev
from studio.domain.announcement_rules import (
    BUILT_IN,
    RECOMMENDED,
    AnnouncementKind,
    AnnouncementRules,
    ChannelRule,
    KindRule,
)
from studio.domain.commands import Refused
from studio.ui.actions import Actions
from studio.ui.announcements.dialog import AnnouncementsDialog
from studio.ui.announcements.edits import Place
from studio.ui.announcements.example import PreviewChannel, example_of, invented, preview
from studio.ui.announcements.opening import announcements_of_new_shows, announcements_of_show
from studio.ui.dialogs import ConfirmDialog
from studio.ui.main_window import MainWindow
from studio.ui.models.live_show import LiveShow
from studio.ui.notices import Notices
from studio.ui.tasks import Tasks
from studio.ui.texts import Texts
from tests.fakes.fake_studio import FakeStudio
from tests.ui.host.conftest import until

Key, Kind = Qt.Key, AnnouncementKind
CTRL = Qt.KeyboardModifier.ControlModifier
CHANNELS = (PreviewChannel("live", "Live"), PreviewChannel("yt", "YouTube <b>Nordhus</b>", "youtube"))


class Opened:
    """The screen over a window: for a show with two channels, or for the settings."""

    def __init__(self, theme, *, settings: AnnouncementRules | None = None) -> None:
        self.studio = FakeStudio()
        self.failed: list[BaseException] = []
        self.tasks = Tasks("test", lambda _name, error: self.failed.append(error))
        self.window = MainWindow()
        self.window.furnish(Actions(lambda: 0), theme, Notices(lambda: 0))
        self.window.resize(1440, 900)
        self.window.show()
        self.live = LiveShow(self.studio.opened())
        self.live.state = msgspec.structs.replace(self.live.state, channels=("live", "yt"))
        self.studio.changes.connect(self.live.take)
        self.saved: list[AnnouncementRules] = []
        texts = Texts("en", "Europe/Oslo")
        if settings is None:
            self.dialog = announcements_of_show(
                self.window, self.studio, self.live, CHANNELS, self.tasks, texts, theme
            )
        else:
            self.dialog = announcements_of_new_shows(
                self.window, settings, CHANNELS, self._keep, self.tasks, texts, theme
            )
        self.closed: list[int] = []
        self.dialog.finished.connect(self.closed.append)

    async def _keep(self, rules: AnnouncementRules) -> str:
        self.saved.append(rules)
        return ""

    async def ready(self) -> AnnouncementsDialog:
        await until(self.dialog.isActiveWindow, "the dialog to have the keys")
        return self.dialog

    def key(self, key: Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        QTest.keyClick(QApplication.focusWidget() or self.dialog, key, modifier)

    def click(self, widget: QWidget) -> None:
        QTest.mouseClick(widget, Qt.MouseButton.LeftButton)

    def write(self, text: str) -> None:
        """Over what stands in the editor."""
        edit = self.dialog.editor.edit
        edit.setFocus()
        edit.selectAll()
        QTest.keyClicks(edit, text)

    def shown(self, channel: str) -> str:
        return self.dialog.previews.cards[channel].text.text()

    async def close(self) -> None:
        if not self.closed:
            self.dialog.done(0)
        await self.tasks.close()
        self.window.leave()
        self.window.deleteLater()


@pytest.fixture
async def show(theme) -> AsyncIterator[Opened]:
    opened = Opened(theme)
    await opened.ready()
    yield opened
    await opened.close()
    assert opened.failed == []


@pytest.fixture
async def settings(theme) -> AsyncIterator[Opened]:
    opened = Opened(theme, settings=RECOMMENDED)
    await opened.ready()
    yield opened
    await opened.close()
    assert opened.failed == []


@pytest.mark.smoke
async def test_a_text_is_written_with_placeholders_seen_in_every_channel_and_saved_for_the_show(
    show: Opened, grab
) -> None:
    dialog = show.dialog
    assert QApplication.focusWidget() is dialog.editor.edit
    assert show.shown("live") == "Now on air: Linen throw “Fjord” https://shop.example/go/lnk-1042"
    assert not dialog.save_button.isEnabled()
    show.write("Look: ")
    show.click(dialog.editor.buttons["title"])
    QTest.keyClicks(dialog.editor.edit, " for ")
    show.click(dialog.editor.buttons["price"])
    assert dialog.editor.edit.toPlainText() == "Look: {title} for {price}"
    assert show.shown("yt") == "Look: Linen throw “Fjord” for 49.00 EUR"
    assert dialog.previews.cards["yt"].count.text() == "39 / 200"
    grab(dialog, "announcements", ((1160, 760),))
    show.key(Key.Key_S, CTRL)
    await until(lambda: not dialog.dirty, "that it is saved")
    (command,) = show.studio.commands
    assert command == cmd.SetAnnouncements(
        AnnouncementRules(texts={"en": {Kind.PINNED: "Look: {title} for {price}"}})
    )
    assert show.live.state.announcements == command.rules
    show.key(Key.Key_Escape)
    await until(lambda: show.closed, "the dialog to close")


async def test_what_is_too_long_is_said_in_amber_and_shown_as_it_is_cut(show: Opened) -> None:
    card = show.dialog.previews.cards["yt"]
    show.write("word " * 45 + "{link}")
    assert card.count.property("tone") == "warning"
    assert "Too long for this channel" in card.hint.text()
    assert card.text.text().endswith("… https://shop.example/go/lnk-1042")
    assert len(card.text.text()) <= 200
    assert not show.dialog.previews.cards["live"].hint.isVisible(), "there it fits"


async def test_a_wrong_placeholder_is_said_under_the_text_and_nothing_is_saved(show: Opened) -> None:
    dialog = show.dialog
    dialog.editor.go_to(Place(channel="yt"))
    show.write("Hi {titel}")
    assert "Nothing is known as {titel}" in dialog.editor.hint.text()
    assert dialog.editor.hint.property("tone") == "warning"
    assert "{titel}" in dialog.previews.cards["yt"].hint.text()
    assert show.shown("live").startswith("Now on air"), "the other channel is as it was"
    dialog.kinds.choose(Kind.SOLD_OUT)
    dialog.editor.go_to(Place(language="en"))
    show.click(dialog.save_button)
    await show.tasks.drain()
    assert show.studio.commands == []
    assert (dialog.kinds.kind, dialog.editor.place) == (Kind.PINNED, Place(channel="yt")), "it is gone to"
    assert "correct this text" in dialog.refusal.text()
    show.click(dialog.editor.reset)
    assert dialog.editor.edit.toPlainText() == "Now on air: {title} {link}"
    assert not dialog.dirty
    assert not dialog.refusal.isVisible()


async def test_a_channel_has_its_language_and_its_silence(show: Opened) -> None:
    editor = show.dialog.editor
    assert not editor.channel_on.isVisible()
    editor.go_to(Place(channel="yt"))
    editor.language_box.setFocus()
    QTest.keyClicks(editor.language_box, "Deutsch")
    assert show.shown("yt").startswith("Jetzt live: ")
    assert editor.edit.toPlainText() == "Jetzt live: {title} {link}"
    show.click(editor.channel_on)
    assert show.shown("yt") == ""
    assert "Nothing is announced in this channel" in show.dialog.previews.cards["yt"].hint.text()
    show.key(Key.Key_S, CTRL)
    await until(lambda: not show.dialog.dirty, "that it is saved")
    assert show.live.state.announcements.channels == {"yt": ChannelRule(on=False, language="de")}


def test_a_channel_of_the_settings_speaks_its_own_language_and_may_be_silent() -> None:
    german = PreviewChannel("de", "Berlin", language="de")
    found = preview(RECOMMENDED, Kind.SOLD_OUT, german, invented())
    assert found.text == "Ausverkauft: Wool blanket “Nord”, 140×200"
    silent = msgspec.structs.replace(german, announce=False)
    assert "switched off in the settings" in preview(RECOMMENDED, Kind.SOLD_OUT, silent, invented()).sentence


async def test_kinds_are_switched_and_paused_by_keys_and_undone_one_by_one(settings: Opened) -> None:
    dialog = settings.dialog
    kinds = dialog.kinds
    assert dialog.tabs.count() == 1, "new shows have said nothing yet"
    assert kinds.cooldown.value() == 120
    kinds.list.setFocus()
    settings.key(Key.Key_Down)
    assert kinds.kind is Kind.PROMO_LIVE
    assert kinds.cooldown.value() == 0
    settings.key(Key.Key_Space)
    assert not dialog.rules.kind(Kind.PROMO_LIVE).on
    assert "switched off" in dialog.previews.cards["live"].hint.text()
    kinds.cooldown.setFocus()
    kinds.cooldown.selectAll()
    QTest.keyClicks(kinds.cooldown, "90")
    assert dialog.rules.kind(Kind.PROMO_LIVE) == KindRule(on=False, cooldown_s=90)
    kinds.gap.setFocus()
    kinds.gap.selectAll()
    QTest.keyClicks(kinds.gap, "15")
    assert dialog.rules.gap_s == 15
    settings.click(dialog.undo_button)
    assert dialog.rules.gap_s == 0
    settings.click(dialog.undo_button)
    assert dialog.rules.kind(Kind.PROMO_LIVE) == KindRule(on=False)
    settings.click(dialog.undo_button)
    assert dialog.rules == RECOMMENDED
    assert not dialog.undo_button.isEnabled()


async def test_settings_are_kept_by_a_click(settings: Opened) -> None:
    settings.write("Hei: {title}")
    settings.click(settings.dialog.save_button)
    await until(lambda: not settings.dialog.dirty, "that it is saved")
    (kept,) = settings.saved
    assert kept.texts == {"en": {Kind.PINNED: "Hei: {title}"}}
    assert kept.kinds == RECOMMENDED.kinds


async def test_leaving_with_changes_asks_and_staying_loses_nothing(show: Opened) -> None:
    show.write("Hei: {title}")
    show.key(Key.Key_Escape)
    await until(lambda: isinstance(QApplication.activeModalWidget(), ConfirmDialog), "the question")
    QApplication.activeModalWidget().reject()
    await show.tasks.drain()
    assert show.dialog.editor.edit.toPlainText() == "Hei: {title}"
    assert not show.closed
    show.click(show.dialog.close_button)
    await until(lambda: isinstance(QApplication.activeModalWidget(), ConfirmDialog), "the question")
    show.click(QApplication.activeModalWidget().deed)
    await until(lambda: show.closed, "the dialog to close")
    assert show.studio.commands == []


async def test_a_refusal_is_said_and_what_was_typed_stays(show: Opened) -> None:
    show.studio.refuse = Refused("The disk is full: nothing was written.")
    show.write("Hei: {title}")
    show.key(Key.Key_S, CTRL)
    await until(show.dialog.refusal.isVisible, "the refusal")
    assert "The disk is full" in show.dialog.refusal.text()
    assert show.dialog.dirty


async def test_a_full_disk_is_said_and_what_was_typed_stays(
    show: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def full(_command: cmd.Command) -> None:
        raise StoreFull("The disk is full: free some space.")

    monkeypatch.setattr(show.studio, "do", full)
    show.write("Hei: {title}")
    show.key(Key.Key_S, CTRL)
    await until(show.dialog.refusal.isVisible, "the refusal")
    assert "free some space" in show.dialog.refusal.text()
    assert show.dialog.dirty
    assert show.failed == []


async def test_what_was_said_stands_in_its_tab_with_what_became_of_it(show: Opened, grab) -> None:
    dialog = show.dialog
    tester = QAbstractItemModelTester(dialog.said.model)
    dialog.tabs.setCurrentIndex(1)
    assert dialog.said.currentIndex() == 0
    show.live.state = msgspec.structs.replace(show.live.state, channels=("live",))
    await show.studio.do(cmd.StartShow())
    await show.studio.do(cmd.NextItem())
    assert dialog.said.currentIndex() == 1
    said = show.live.state.said[0]
    assert _row(dialog, 0)[1:] == [
        "Live",
        "A product goes on air",
        "Now on air: Linen throw “Fjord” …",
        "waiting",
    ]
    show.studio.hear(
        ev.EffectSettled(
            said.effect_id, "channel:live", "Say", ev.Outcome.DELIVERED, said="Now on air: all of it"
        )
    )
    assert _row(dialog, 0)[3:] == ["Now on air: all of it", "said"]
    show.studio.clock.passes(1_000)
    await show.studio.do(cmd.NextItem())
    second = show.live.state.said[1]
    show.studio.hear(
        ev.EffectSettled(second.effect_id, "channel:live", "Say", ev.Outcome.EXPIRED, "Too late.")
    )
    assert dialog.said.model.rowCount() == 2
    assert _row(dialog, 0)[4] == "⚠ too late", "the newest stands first"
    grab(dialog, "announcements-said", ((1160, 760),))
    assert tester is not None


def _row(dialog: AnnouncementsDialog, row: int) -> list[str]:
    model = dialog.said.model
    return [str(model.index(row, column).data()) for column in range(model.columnCount())]


async def test_rules_that_were_changed_elsewhere_are_taken_unless_something_is_being_typed(
    show: Opened,
) -> None:
    quiet = AnnouncementRules(kinds={Kind.PINNED: KindRule(on=False)})
    await show.studio.do(cmd.SetAnnouncements(quiet))
    assert show.dialog.rules == quiet
    show.write("Hei: {title}")
    mine = show.dialog.rules
    await show.studio.do(cmd.Undo())
    assert show.dialog.rules == mine
    assert show.live.state.announcements == BUILT_IN


async def test_every_control_has_a_name_and_no_label_renders_markup(show: Opened) -> None:
    show.dialog.editor.go_to(Place(channel="yt"))
    kinds = (QAbstractButton, QComboBox, QPlainTextEdit, QSpinBox)
    controls = [w for kind in kinds for w in show.dialog.findChildren(kind) if w.isVisible()]
    assert len(controls) > 12
    assert [w for w in controls if not (w.accessibleName() or getattr(w, "text", str)())] == []
    assert {label.textFormat() for label in show.dialog.findChildren(QLabel)} == {Qt.TextFormat.PlainText}


async def test_the_example_is_what_is_on_air(show: Opened) -> None:
    await show.studio.do(cmd.StartShow())
    await show.studio.do(cmd.PinItem("i4"))
    await show.studio.do(cmd.IssuePlannedPromo("promo-1", "i4"))
    show.studio.confirm_promos()
    example = example_of(show.studio.state, None, 17, show.studio.clock.now)
    assert example.title.startswith("Wool blanket")
    assert example.promo.code == "NORD20"
    rules = AnnouncementRules(texts={"en": {Kind.PINNED: "{title}, {left} left"}})
    assert preview(rules, Kind.PINNED, CHANNELS[0], example).text == "Wool blanket “Nord”, 140×200, 17 left"
    ending = preview(rules, Kind.PROMO_ENDING, CHANNELS[0], invented())
    assert ending.text.startswith("Code NORD20-K7X ends in 1 min, at ")
