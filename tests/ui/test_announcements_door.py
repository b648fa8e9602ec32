"""The way to the announcements: of the open show, else of new shows."""

import zoneinfo
from types import SimpleNamespace

import pytest

from studio.announcements_door import AnnouncementsDoor, local_time_zone
from studio.channel_factory import KINDS
from studio.channels import facebook, social, twitch_says, youtube
from studio.control.ports import ChannelCapabilities
from studio.domain.announcement_rules import RECOMMENDED, AnnouncementKind, AnnouncementRules
from studio.settings.file import SettingsNotSavedError
from studio.settings.schema import ChannelSettings, Settings
from studio.ui.actions import Actions
from studio.ui.announcements.example import PreviewChannel
from studio.ui.main_window import MainWindow
from studio.ui.models.live_show import LiveShow
from studio.ui.notices import Notices
from studio.ui.tasks import Tasks
from tests.fakes.fake_studio import FakeStudio
from tests.ui.host.conftest import until


class Desktop(SimpleNamespace):
    """What the door needs of the desktop."""

    def save_settings(self, settings: Settings) -> None:
        if self.full:
            raise SettingsNotSavedError("The settings could not be saved: the disk is full.")
        self.settings = settings


@pytest.fixture
async def desktop(theme):
    window = MainWindow()
    actions = Actions(iter(range(0, 10_000_000, 1_000)).__next__)
    window.furnish(actions, theme, Notices(lambda: 0))
    window.show()
    live_channel = ChannelSettings(id="live", name="Oslo", base_url="https://live.example", language="nb")
    silent = ChannelSettings(id="off", name="Off", base_url="https://live.example", enabled=False)
    made = Desktop(
        window=window, actions=actions, theme=theme, live=None, studio=FakeStudio(), tasks=Tasks("test"), full=False,
        settings=Settings(channels=(live_channel, silent)),
    )  # fmt: skip
    yield made
    await made.tasks.close()
    window.leave()
    window.deleteLater()


async def test_without_a_show_the_texts_of_new_shows_are_edited_and_kept_in_the_settings(
    desktop: Desktop,
) -> None:
    door = AnnouncementsDoor(desktop)
    desktop.actions["announcements"].trigger()
    dialog = door._shown
    assert dialog is not None
    assert list(dialog.previews.cards) == ["live"]
    assert dialog.previews.cards["live"].text.text().startswith("Nå på lufta")
    dialog.editor.edit.setPlainText("Hei: {title}")
    desktop.full = True
    dialog.save()
    await until(dialog.refusal.isVisible, "the refusal")
    assert "disk is full" in dialog.refusal.text()
    assert desktop.settings.announcements.rules == RECOMMENDED
    desktop.full = False
    dialog.save()
    await until(lambda: not dialog.dirty, "that it is saved")
    assert desktop.settings.announcements.rules.texts == {"en": {AnnouncementKind.PINNED: "Hei: {title}"}}
    desktop.actions["announcements"].trigger()
    assert door._shown is dialog, "there is one at a time"
    dialog.reject()
    assert door._shown is None


async def test_with_a_show_its_own_rules_are_edited(desktop: Desktop) -> None:
    desktop.live = LiveShow(desktop.studio.opened())
    desktop.studio.changes.connect(desktop.live.take)
    door = AnnouncementsDoor(desktop)
    desktop.actions["announcements"].trigger()
    dialog = door._shown
    assert dialog is not None
    assert dialog.tabs.count() == 2
    assert dialog.previews.cards["live"].name.text() == "Oslo"
    dialog.editor.edit.setPlainText("Look: {title}")
    dialog.save()
    await until(lambda: not dialog.dirty, "that it is saved")
    assert desktop.live.state.announcements == AnnouncementRules(
        texts={"en": {AnnouncementKind.PINNED: "Look: {title}"}}
    )
    assert desktop.settings.announcements.rules == RECOMMENDED
    dialog.reject()


def test_viewers_are_told_the_time_of_this_computers_place() -> None:
    assert zoneinfo.ZoneInfo(local_time_zone())


def test_previews_know_how_much_each_platform_takes() -> None:
    taken = {
        "youtube": youtube.MAX_LENGTH,
        "twitch": twitch_says.MAX_LENGTH,
        "facebook": facebook.MAX_LENGTH,
        "social": social._LONGEST_REPLY,
        "native": ChannelCapabilities().max_length,
    }
    assert {kind: PreviewChannel("x", "X", kind).longest for kind in taken} == taken
    assert set(KINDS) == set(taken)
