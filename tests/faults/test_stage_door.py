"""The stage of the whole studio: set up from the list of shows, seen at work in an open show, and never in its way."""

import asyncio
import base64
import json
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from urllib.request import urlopen

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from studio.settings.paths import Paths
from studio.ui.connections.stage_screen import StageScreen
from studio.ui.dialogs import FormDialog
from tests.fakes.bad_shop import TOKEN, BadShop
from tests.fakes.fake_obs import PASSWORD, FakeObs
from tests.faults.front_door import OpenStudioWindow, studio
from tests.faults.test_channels_door import make_show
from tests.faults.windows import PATIENCE_S
from tests.ui.host_scene import a_picture

Opening = Callable[[], AbstractAsyncContextManager[OpenStudioWindow]]


@pytest.fixture
def shop(monkeypatch: pytest.MonkeyPatch) -> Iterator[BadShop]:
    monkeypatch.setenv("HOST_STUDIO_SHOP_TOKEN", TOKEN)
    with BadShop() as running:
        running.token = TOKEN
        yield running


@pytest.fixture
async def obs() -> AsyncIterator[FakeObs]:
    async with FakeObs() as running:
        picture = base64.b64encode(a_picture("#0a7d55")).decode()
        running.answers["GetSourceScreenshot"] = {"imageData": f"data:image/jpg;base64,{picture}"}
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


def settings(paths: Paths, shop: BadShop, **stage: object) -> None:
    known = {"id": "demo", "name": "Nordhus", "base_url": shop.url}
    paths.settings.write_text(json.dumps({"shops": [known], "active_shop": "demo", "stage": stage}))


def click(widget) -> None:
    QTest.mouseClick(widget, Qt.MouseButton.LeftButton)


async def the_screen(opened: OpenStudioWindow) -> StageScreen:
    """The screen of the stage, by its action."""
    opened.window._furniture._actions["stage"].trigger()
    found = opened.window.findChild(StageScreen)
    assert isinstance(found, StageScreen)
    await opened.until(found.form.obs.isVisible, "the stage")
    return found


async def test_obs_is_set_up_before_any_show_and_its_password_is_on_no_disk(
    open_it: Opening, paths: Paths, shop: BadShop, obs: FakeObs
) -> None:
    settings(paths, shop)
    async with open_it() as opened:
        screen = await the_screen(opened)
        address = screen.form.page.text()
        assert address.startswith("http://127.0.0.1:")
        screen.form.obs.click()
        for field, text in ((screen.form.address, obs.address), (screen.form.password, PASSWORD)):
            field.setFocus()
            field.selectAll()
            QTest.keyClicks(field, text)
        click(screen.form.set_up)
        await opened.until(lambda: screen.findings.state.text() == "connected", "OBS to answer")
        assert len(obs.inputs) > 3
        click(screen.form.save)
        await opened.until(lambda: not screen.unsaved, "the stage to be kept")
    async with open_it() as opened:
        screen = await the_screen(opened)
        assert screen.form.page.text() == address, "it stays from start to start"
        assert screen.form.address.text() == obs.address
    kept = b"".join(path.read_bytes() for path in paths.data.rglob("*") if path.is_file())
    assert PASSWORD.encode() not in kept


async def test_the_open_show_asks_for_the_password_goes_on_at_once_and_shows_what_viewers_see(
    open_it: Opening, paths: Paths, shop: BadShop, obs: FakeObs, tmp_path: Path
) -> None:
    settings(paths, shop, obs={"enabled": True, "address": obs.address})
    obs.stream = {"outputActive": True, "outputDuration": 61_000, "outputTotalFrames": 3_050}
    async with open_it() as opened:
        host = await make_show(opened, tmp_path)
        pills = host.header.pills
        await opened.until(
            lambda: "stage:obs" in pills and "needs its password" in pills["stage:obs"].pill.text(),
            "that it asks",
        )
        assert host.preview.isVisible()
        await opened.until_said("asks for its password")
        click(pills["stage:obs"])
        form = await opened.dialog(FormDialog)
        QTest.keyClicks(form.inputs["token"], PASSWORD)
        click(form.deed)
        await opened.until(lambda: obs.clients, "OBS to be connected")
        await opened.until(lambda: host.header.broadcast.text().startswith("live 01:0"), "the broadcast")
        await opened.until(lambda: not host.preview.picture.image.isNull(), "what viewers see")
        obs.stream["outputReconnecting"] = True
        await opened.until_said("The broadcast is cut off: viewers see nothing.")
        await opened.until(lambda: host.header.broadcast.text().startswith("⚠"), "the sign")
        obs.stream["outputReconnecting"] = False
        await opened.until(lambda: host.header.broadcast.text().startswith("live"), "the broadcast again")
        shown = [notice.sentence for notice in opened.window._notices.shown()]
        assert not any("cut off" in sentence for sentence in shown), "it is taken back"
        screen = await the_screen(opened)
        await opened.until(
            lambda: any("Live for" in said for said in screen.live_card.sentences()), "how it is in the show"
        )
        await opened.until(lambda: not host.preview._under_way, "the last picture")
        asked = len(obs.calls("GetSourceScreenshot"))
        beats = len(obs.calls("GetStreamStatus"))
        await opened.until(lambda: len(obs.calls("GetStreamStatus")) >= beats + 2, "two seconds")
        assert len(obs.calls("GetSourceScreenshot")) == asked, "none is asked for that nobody sees"
        click(screen.form.set_up)
        await opened.until(lambda: screen.findings.state.text() == "connected", "it to be set up")
        await opened.until(
            lambda: any(said.startswith("OBS: connected") for said in screen.live_card.sentences()),
            "that it is well",
        )


async def test_the_overlay_page_is_served_where_the_screen_said_and_dressed_at_once(
    open_it: Opening, paths: Paths, shop: BadShop, tmp_path: Path
) -> None:
    settings(paths, shop)
    async with open_it() as opened:
        screen = await the_screen(opened)
        before = screen.form.page.text()
        opened.window.show_workspace("shows")
        await make_show(opened, tmp_path)
        screen = await the_screen(opened)
        await opened.until(
            lambda: "Overlay page: No page has opened the overlay yet." in screen.live_card.sentences(),
            "the page",
        )
        assert screen.form.page.text() == before
        screen.form.brand.setFocus()
        screen.form.brand.selectAll()
        QTest.keyClicks(screen.form.brand, "#0a7d55")
        click(screen.form.save)
        await opened.until(lambda: not screen.unsaved, "the dress to be kept")
        assert "holds when" not in " ".join(screen.live_card.sentences())
        async with asyncio.timeout(PATIENCE_S):
            while "#0a7d55" not in await _read(f"{before}dress.css"):
                assert not opened.running.done()


async def _read(url: str) -> str:
    """What a browser gets."""

    def get() -> str:
        with urlopen(url) as page:  # noqa: S310 - the studio's own page
            return page.read().decode()

    return await asyncio.to_thread(get)
