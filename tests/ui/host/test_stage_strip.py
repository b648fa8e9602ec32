"""The stage in the On air workspace: how it is in the health strip, and the small picture of what viewers see."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from studio.control.ports import StreamState, Unreachable
from studio.domain import commands as cmd
from studio.domain.audience import ViewerSample
from studio.ui.dialogs import FormDialog
from studio.ui.host.broadcast import Dropped
from studio.ui.host.links import LinkNames
from studio.ui.host.outbox_popover import OutboxPopover
from studio.ui.studio import ChangeBatch, Link
from tests.fakes.fake_studio import FakeStudio
from tests.ui.host.conftest import CTRL, SHIFT, Host, until
from tests.ui.host.test_connections import popover, said, strip
from tests.ui.host_scene import a_picture

Key = Qt.Key
MINUTE = 60_000


class Camera:
    """What viewers see: `send` lets the picture that was asked for arrive."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self.asked: list[int] = []
        self.most = 0
        self._waiting: list[asyncio.Future[bytes | None]] = []

    async def look(self, width: int) -> bytes | None:
        self.asked.append(width)
        answer: asyncio.Future[bytes | None] = self._loop.create_future()
        self._waiting.append(answer)
        self.most = max(self.most, len(self._waiting))
        return await answer

    @property
    def waits(self) -> bool:
        return bool(self._waiting)

    async def send(self, answer: bytes | Exception | None) -> None:
        await until(lambda: self.waits, "that a picture is asked for")
        waiting = self._waiting.pop(0)
        if isinstance(answer, Exception):
            waiting.set_exception(answer)
        else:
            waiting.set_result(answer)


@pytest.fixture
async def camera() -> Camera:
    return Camera()


@pytest.fixture
async def host(qapp, theme, studio: FakeStudio, camera: Camera) -> AsyncIterator[Host]:
    """The workspace of a show whose channel has a name, and that can be looked at."""
    opened = Host(
        qapp, studio, theme=theme, names=LinkNames({"live": "Nordhus on Twitch"}), programme=camera.look
    )
    await opened.open()
    yield opened
    await opened.close()


def streams(host: Host, state: StreamState) -> None:
    """OBS tells how the broadcast is."""
    host.studio.changes.emit(ChangeBatch(streams={"obs": state}))


def live(host: Host, for_ms: int, **more: object) -> StreamState:
    now = host.studio.clock.best_ms()
    given = {"frames": for_ms // 20, "started_wall_ms": now - for_ms} | more
    return StreamState(True, **given)  # type: ignore[arg-type]


# --- the pills ----------------------------------------------------------------------------------------------------


async def test_connections_are_called_as_the_settings_call_them(on_air: Host):
    on_air.studio.hear_link("obs", "stage", Link.DOWN, "OBS is not there: start it.")
    on_air.studio.hear_link("overlay", "stage", Link.OK, "No page has opened the overlay yet.")
    on_air.studio.hear_link("live", "channel", Link.STALE, "Nothing came for 40 s.")
    await strip(on_air)
    pills = on_air.host.header.pills
    assert pills["channel:live"].pill.text() == "⚠ Nordhus on Twitch silent"
    assert pills["stage:obs"].pill.text() == "⚠ OBS no answer"
    assert pills["stage:overlay"].accessibleName() == "Overlay: connected"
    assert "OBS: OBS is not there: start it." in pills["stage:obs"].toolTip()
    words = said(await popover(on_air))
    assert {"OBS", "Overlay", "Nordhus on Twitch"} <= set(words)


async def test_obs_gets_its_password_by_a_form(on_air: Host):
    on_air.studio.hear_link("obs", "stage", Link.ASKING, "OBS asks for its password.")
    await strip(on_air)
    pill = on_air.host.header.pills["stage:obs"]
    assert pill.pill.text() == "⚠ OBS needs its password"
    await on_air.click(pill)
    form = on_air.window.findChild(FormDialog)
    await until(form.isVisible, "the form")
    assert form.windowTitle() == "Password for OBS"
    await on_air.click(form.deed)
    assert "Enter the password first." in form.hints["token"].text()
    QTest.keyClicks(form.inputs["token"], "s3cret")
    await on_air.click(form.deed)
    assert on_air.studio.tokens == {"stage:obs": "s3cret"}


async def test_the_list_of_connections_stays_as_it_is_while_only_the_broadcast_moves(on_air: Host):
    on_air.studio.hear_link("obs", "stage", Link.ASKING, "OBS asks for its password.")
    opened: OutboxPopover = await popover(on_air)
    labels = [label for label in opened.findChildren(object) if label.parent() is not None]
    streams(on_air, live(on_air, MINUTE))
    await on_air.done()
    assert [label for label in opened.findChildren(object) if label.parent() is not None] == labels


# --- the broadcast ------------------------------------------------------------------------------------------------


async def test_the_broadcast_is_told_with_its_time_and_figures(on_air: Host):
    pill = on_air.host.header.broadcast
    assert not pill.isVisible()
    streams(on_air, live(on_air, 61_000, dropped=3, frames=3_050))
    await strip(on_air)
    assert pill.text() == "live 01:01"
    assert pill.property("tone") == "ok"
    assert "3 of 3,050 frames were dropped" in pill.toolTip()
    await on_air.passes(MINUTE)
    assert pill.text() == "live 02:01"
    streams(on_air, live(on_air, 61 * MINUTE + 5_000, recording=True))
    await strip(on_air)
    assert pill.text().startswith("live 1:01:05")
    assert "OBS records." in pill.toolTip()
    streams(on_air, StreamState(recording=True))
    await strip(on_air)
    assert pill.text() == "recording"
    streams(on_air, StreamState())
    await strip(on_air)
    assert not pill.isVisible()


async def test_a_broadcast_that_is_cut_off_is_amber_with_a_sign_and_a_sentence(on_air: Host):
    streams(on_air, live(on_air, MINUTE, reconnecting=True))
    await strip(on_air)
    pill = on_air.host.header.broadcast
    assert pill.text() == "⚠ reconnecting"
    assert pill.property("tone") == "warning"
    assert "Viewers see nothing" in pill.toolTip()
    assert "Viewers see nothing" in pill.accessibleDescription()


async def test_many_dropped_frames_are_told_until_they_are_long_ago(on_air: Host):
    streams(on_air, live(on_air, MINUTE, dropped=0, frames=3_000))
    await on_air.passes(1_000)
    streams(on_air, live(on_air, MINUTE, dropped=5, frames=3_050))
    await strip(on_air)
    pill = on_air.host.header.broadcast
    assert "10 % dropped" in pill.text()
    assert pill.text().startswith("⚠")
    assert pill.property("tone") == "warning"
    for frames in range(3_100, 5_000, 50):
        await on_air.passes(1_000)
        streams(on_air, live(on_air, MINUTE, dropped=5, frames=frames))
    await strip(on_air)
    assert pill.text() == "live 01:00"


def test_frames_that_an_earlier_stream_dropped_are_not_counted() -> None:
    dropped = Dropped()
    for second, (lost, frames) in enumerate([(0, 0), (40, 100), (0, 10), (0, 60)]):
        dropped.take(StreamState(True, False, False, lost, frames, 0), second * 1_000)
    assert dropped.share == 0
    dropped.take(StreamState(True, False, False, 1, 70, 0), 4_000)
    assert dropped.share == pytest.approx(1 / 60)
    dropped.take(StreamState(), 5_000)
    assert dropped.share == 0


# --- viewers ------------------------------------------------------------------------------------------------------


async def test_a_channel_that_tells_no_number_is_named_and_never_counted_as_none(on_air: Host):
    figures = on_air.host.header.viewers
    on_air.studio.hear_link("tiktok", "channel", Link.OK)
    on_air.studio.hear_viewers(900)
    on_air.host.refresh()
    await strip(on_air)
    assert figures.value.text() == "≥ 900"
    assert "Nordhus on Twitch: 900" in figures.toolTip()
    assert "tiktok: not told" in figures.toolTip()
    assert "At least so many" in figures.toolTip()
    sample = ViewerSample("tiktok", on_air.studio.clock.best_ms(), 100)
    on_air.studio.changes.emit(ChangeBatch(samples=(sample,)))
    on_air.host.refresh()
    assert figures.value.text() == "1,000"
    assert "not told" not in figures.toolTip()


async def test_without_any_number_none_is_claimed(on_air: Host):
    on_air.host.refresh()
    assert on_air.host.header.viewers.value.text() == "–"
    assert "Nordhus on Twitch: not told" in on_air.host.header.viewers.toolTip()


# --- the picture --------------------------------------------------------------------------------------------------


async def with_obs(host: Host) -> None:
    host.studio.hear_link("obs", "stage", Link.OK)
    await host.done()


async def test_a_show_without_obs_has_no_preview_and_says_why(on_air: Host, camera: Camera):
    assert not on_air.host.preview.isVisible()
    action = on_air.actions["stage.preview"]
    assert not action.isEnabled()
    assert "does not use OBS" in action.plain_tooltip
    assert camera.asked == []


@pytest.mark.smoke
async def test_what_viewers_see_is_shown_and_a_key_takes_it_away(on_air: Host, camera: Camera, grab):
    await with_obs(on_air)
    preview = on_air.host.preview
    assert preview.isVisible()
    await camera.send(a_picture("#0a7d55"))
    await until(lambda: not preview.picture.image.isNull(), "the picture")
    assert preview.picture.image.pixelColor(2, 2).green() > 100
    grab(on_air.window, "preview")
    on_air.key(Key.Key_P, CTRL | SHIFT)
    assert not preview.isVisible()
    assert not on_air.actions["stage.preview"].isChecked()
    assert on_air.preview_kept == [False]
    on_air.key(Key.Key_P, CTRL | SHIFT)
    assert preview.isVisible()
    assert on_air.preview_kept == [False, True]


async def test_one_picture_is_asked_for_at_a_time_and_none_that_nobody_sees(on_air: Host, camera: Camera):
    await with_obs(on_air)
    preview = on_air.host.preview
    for _ in range(3):
        await camera.send(a_picture(width=160))
    await until(lambda: camera.waits, "the fourth")
    assert camera.most == 1
    on_air.host.hide()
    await camera.send(a_picture(width=160))
    await on_air.done()
    assert not preview._timer.isActive()
    count = len(camera.asked)
    on_air.host.show()
    await until(lambda: len(camera.asked) > count, "that it goes on")


async def test_a_minimised_window_asks_for_nothing(on_air: Host, camera: Camera):
    await with_obs(on_air)
    await camera.send(a_picture(width=160))
    on_air.window.showMinimized()
    preview = on_air.host.preview
    await until(lambda: not preview._under_way, "the picture")
    count = len(camera.asked)
    preview._ask()
    await on_air.done()
    assert len(camera.asked) == count
    on_air.window.showNormal()
    await until(lambda: len(camera.asked) > count, "that it goes on")


async def test_an_obs_that_is_away_is_said_instead_of_an_old_picture(on_air: Host, camera: Camera):
    await with_obs(on_air)
    preview = on_air.host.preview
    await camera.send(a_picture())
    await until(lambda: not preview.picture.image.isNull(), "the picture")
    on_air.studio.hear_link("obs", "stage", Link.DOWN, "OBS is not there: start it.")
    await camera.send(Unreachable("There is no picture while OBS is not connected.", attempted=False))
    await until(preview.sentence.text, "the sentence")
    assert preview.sentence.text() == "OBS is not there: start it."
    assert preview.picture.image.isNull()
    on_air.studio.hear_link("obs", "stage", Link.OK)
    await camera.send(a_picture())
    await until(lambda: not preview.picture.image.isNull(), "the picture")
    assert preview.sentence.text() == ""


async def test_what_is_no_picture_is_not_shown(on_air: Host, camera: Camera):
    await with_obs(on_air)
    await camera.send(b"no picture")
    await until(on_air.host.preview.sentence.text, "the sentence")
    assert on_air.host.preview.picture.image.isNull()


@pytest.mark.parametrize("size", [(1440, 900), (1100, 700)])
async def test_the_card_of_the_product_keeps_its_room(host: Host, camera: Camera, size: tuple[int, int]):
    host.window.resize(*size)
    await host.give(cmd.StartShow())
    await host.give(cmd.NextItem())
    await host.done()
    before = host.host.stage.card.size()
    await with_obs(host)
    await until(host.host.preview.isVisible, "the preview")
    await host.done()
    assert host.host.stage.card.size() == before
    assert host.host.preview.height() <= host.host.height() * 0.23
