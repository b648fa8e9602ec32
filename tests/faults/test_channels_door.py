"""The channels of the whole studio: connected from the list of shows, seen at work in an open show, and never in its way."""

import json
from collections.abc import Callable, Iterator
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog

from studio.settings.paths import Paths
from studio.ui.connections.channels_screen import ChannelsScreen
from studio.ui.connections.leaving import UnsavedDialog
from studio.ui.connections.shops_screen import ShopsScreen
from studio.ui.host.workspace import HostWorkspace
from tests.fakes.bad_shop import TOKEN, BadShop
from tests.faults.front_door import OpenStudioWindow, studio

BRIDGE_TOKEN = "the-bridges-own-token"
Opening = Callable[[], AbstractAsyncContextManager[OpenStudioWindow]]


@pytest.fixture
def shop(monkeypatch: pytest.MonkeyPatch) -> Iterator[BadShop]:
    monkeypatch.setenv("HOST_STUDIO_SHOP_TOKEN", TOKEN)
    with BadShop() as running:
        running.token = TOKEN
        yield running


@pytest.fixture
def bridge() -> Iterator[BadShop]:
    with BadShop() as running:
        running.token = BRIDGE_TOKEN
        yield running


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    made = Paths(tmp_path / "data")
    made.prepare()
    return made


@pytest.fixture
def open_it(qtbot, qapp: QApplication, paths: Paths) -> Opening:
    """Opens the studio, each time with what it kept."""
    return lambda: studio(qapp, paths)


def settings(paths: Paths, shop: BadShop, *channels: dict[str, object]) -> None:
    known = {"id": "demo", "name": "Nordhus", "base_url": shop.url}
    paths.settings.write_text(json.dumps({"shops": [known], "active_shop": "demo", "channels": channels}))


def click(widget) -> None:
    QTest.mouseClick(widget, Qt.MouseButton.LeftButton)


def screen_of(opened: OpenStudioWindow) -> ChannelsScreen:
    found = opened.window.findChild(ChannelsScreen)
    assert isinstance(found, ChannelsScreen)
    return found


async def make_show(opened: OpenStudioWindow, folder: Path) -> HostWorkspace:
    """A show from a line-up, by the button of the list."""
    file = folder / "evening.csv"
    file.write_text("sku,planned_minutes\nSKU-1,5\n")
    opened.home.from_file.click()
    chooser = await opened.dialog(QFileDialog)
    chooser.setDirectory(str(file.parent))
    chooser.selectFile(str(file))
    chooser.accept()
    await opened.take_import()
    await opened.until(lambda: opened.window.findChild(HostWorkspace), "the show")
    opened.window.show_workspace("host")
    host = opened.window.findChild(HostWorkspace)
    assert isinstance(host, HostWorkspace)
    return host


async def test_a_channel_is_connected_from_the_list_of_shows_and_its_token_is_on_no_disk(
    open_it: Opening, paths: Paths, shop: BadShop, bridge: BadShop
) -> None:
    settings(paths, shop)
    async with open_it() as opened:
        assert "No channel is connected yet" in opened.home.channels.text()
        click(opened.home.connect_channels)
        screen = screen_of(opened)
        await opened.until(lambda: screen.isVisible() and screen.empty.button.isVisible(), "the channels")
        click(screen.empty.button)
        screen.form.platform.setCurrentText("Own bridge")
        for field, text in (
            (screen.form.name, "Bridge"), (screen.form.address, bridge.url), (screen.form.key, BRIDGE_TOKEN),
        ):  # fmt: skip
            field.setFocus()
            QTest.keyClicks(field, text)
        click(screen.form.test)
        await opened.until(lambda: bridge.requests("/channel/v1/stream"), "somebody to listen")
        bridge.said("Hei")
        bridge.frame(kind="viewers", viewers=812)
        await opened.until(lambda: screen.findings.state.text() == "connected", "the bridge to answer")
        assert "812 viewers" in screen.findings.sentences()
        click(screen.form.save)
        await opened.until(lambda: not screen.unsaved, "the channel to be kept")
        click(screen.back)
        await opened.until(
            lambda: "Channels for new shows: Bridge" in opened.home.channels.text(), "its name"
        )
        assert bridge.requests("/channel/v1/say") == [], "a test says nothing"
    kept = b"".join(path.read_bytes() for path in paths.data.rglob("*") if path.is_file())
    assert BRIDGE_TOKEN.encode() not in kept


async def test_how_a_channel_is_in_the_open_show_is_seen_and_a_token_lets_it_go_on(
    open_it: Opening, paths: Paths, shop: BadShop, bridge: BadShop, tmp_path: Path
) -> None:
    settings(paths, shop, {"id": "bridge", "kind": "native", "name": "Bridge", "base_url": bridge.url})
    async with open_it() as opened:
        host = await make_show(opened, tmp_path)
        screen = screen_of(opened)
        opened.window._furniture._actions["channels"].trigger()
        await opened.until(lambda: "needs a token" in str(screen.list.model.index(0).data()), "that it asks")
        await opened.until(screen.live_card.isVisible, "how it is")
        assert screen.live_card.state.text() == "needs a token"
        screen.form.key.setFocus()
        QTest.keyClicks(screen.form.key, BRIDGE_TOKEN)
        click(screen.form.save)
        await opened.until(lambda: bridge.requests("/channel/v1/stream"), "the chat to be read")
        bridge.said("Is it oak?")
        bridge.frame(kind="viewers", viewers=812)
        await opened.until(lambda: screen.live_card.state.text() == "connected", "that it is well")
        await opened.until(lambda: screen.live_card.viewers.accessibleName().startswith("812"), "the viewers")
        await opened.until(lambda: screen.live.get("bridge").messages == 1, "the message")  # type: ignore[union-attr]
        await opened.until(lambda: host._show.viewers == 812, "the same in the show")
        await screen.load()
        assert any("token" in said for said in screen.errors.sentences()), "what went wrong stands there"


async def test_a_channel_that_cannot_be_used_is_left_out_with_a_notice_and_the_show_opens(
    open_it: Opening,
    paths: Paths,
    shop: BadShop,
    bridge: BadShop,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("HOST_STUDIO_CHANNEL_BRIDGE_TOKEN", BRIDGE_TOKEN)
    settings(
        paths, shop,
        {"id": "odd", "kind": "odd", "name": "Odd", "base_url": "https://odd.example"},
        {"id": "tw", "kind": "twitch", "name": "Twitch", "base_url": "https://api.twitch.tv/helix"},
        {"id": "bridge", "kind": "native", "name": "Bridge", "base_url": bridge.url},
    )  # fmt: skip
    async with open_it() as opened:
        await make_show(opened, tmp_path)
        await opened.until_said("“Odd” is left out", "no kind of channel")
        await opened.until_said("“Twitch” is left out")
        await opened.until(lambda: bridge.requests("/channel/v1/stream"), "the other channel to be read")


async def test_what_is_not_saved_on_either_screen_is_asked_about_before_the_studio_closes(
    open_it: Opening, paths: Paths, shop: BadShop, bridge: BadShop
) -> None:
    settings(paths, shop, {"id": "bridge", "kind": "native", "name": "Bridge", "base_url": bridge.url})
    async with open_it() as opened:
        screen = screen_of(opened)
        click(opened.home.connect_channels)
        await opened.until(lambda: screen.list.model.rowCount() == 1, "the channel")
        screen.form.name.setFocus()
        QTest.keyClicks(screen.form.name, " Oslo")
        tabs = screen.switch
        QTest.mouseClick(tabs, Qt.MouseButton.LeftButton, pos=tabs.tabRect(0).center())
        shops = opened.window.findChild(ShopsScreen)
        assert isinstance(shops, ShopsScreen)
        await opened.until(lambda: shops.isVisible() and shops.list.model.rowCount() == 1, "the shops")
        opened.window.close()
        asked = await opened.dialog(UnsavedDialog)
        assert opened.window.workspace == "channels", "what is asked about is in front"
        click(asked.save)
        await opened.until(opened.running.done, "the end")
    (kept,) = json.loads(paths.settings.read_text())["channels"]
    assert kept["name"].endswith("Oslo")
