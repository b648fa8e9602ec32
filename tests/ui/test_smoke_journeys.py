"""QA's quick walk: the ways of a user through the studio, by key and mouse, each from its start to its end."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from studio.domain import commands as cmd
from studio.domain.promo import PromoPhase, phase
from studio.settings.paths import Paths
from studio.ui.connections.shops_screen import ShopsScreen
from studio.ui.studio import Link, OutboxStatus, Sending
from tests.fakes.bad_shop import TOKEN, BadShop
from tests.fakes.fake_studio import FakeStudio
from tests.faults.front_door import studio
from tests.ui.host.conftest import CTRL, SHIFT, Host, until

Key = Qt.Key

pytestmark = pytest.mark.smoke


@pytest.fixture
async def host(qapp, theme) -> AsyncIterator[Host]:
    """The show is on air, its first item pinned."""
    opened = Host(qapp, FakeStudio(), theme=theme)
    await opened.open()
    await opened.give(cmd.StartShow())
    await opened.give(cmd.NextItem())
    opened.studio.settle_all()
    await opened.done()
    yield opened
    await opened.close()


async def test_a_code_is_issued_extended_and_ended(host: Host):
    """F9 and the form, Shift F9 for more minutes, Ctrl Shift F9 for its end; live only once the shop has confirmed."""
    await host.press(Key.Key_F9)
    await host.press(Key.Key_F9)
    (record,) = host.live.state.promos.values()
    now = host.studio.clock.best_ms
    assert phase(record, now()) is PromoPhase.ISSUING, "the shop has not answered yet"
    host.studio.confirm_promos()
    await host.done()
    (record,) = host.live.state.promos.values()
    assert phase(record, now()) is PromoPhase.LIVE
    ends = record.wanted_ends_at_ms
    await host.press(Key.Key_F9, SHIFT)
    (record,) = host.live.state.promos.values()
    assert record.wanted_ends_at_ms == ends + 5 * 60_000
    host.studio.settle_all()
    await host.press(Key.Key_F9, CTRL | SHIFT)
    (record,) = host.live.state.promos.values()
    assert phase(record, now()) is PromoPhase.ENDED
    assert host.sentences == []


async def test_questions_are_prompted_answered_hidden_and_brought_back(host: Host):
    """J and K through the queue, P for the presenter, / to write, A aloud, H out of sight, Ctrl Z back."""
    for text in (
        "Can it be washed in the machine?",
        "How long is delivery to Denmark?",
        "Is it scratchy on the skin?",
    ):
        host.studio.hear_chat(text)
    await host.done()
    assert host.host.question_model.rowCount() == 3
    await host.press(Key.Key_J)
    await host.press(Key.Key_P)
    prompted = host.live.state.prompted
    assert prompted is not None
    await host.press(Key.Key_Slash)
    await host.type("Yes, at 40 degrees.")
    await host.press(Key.Key_Return)
    assert host.live.state.prompted is None, "what is answered leaves the prompter"
    (reply,) = host.live.state.replies
    assert reply
    await host.press(Key.Key_Escape)
    await host.press(Key.Key_J)
    await host.press(Key.Key_A)
    assert host.host.question_model.rowCount() == 1
    await host.press(Key.Key_J)
    await host.press(Key.Key_H)
    assert host.host.question_model.rowCount() == 0
    await host.press(Key.Key_Z, CTRL)
    assert host.host.question_model.rowCount() == 1
    assert host.on_air, "no key of the queue touched what is on air"


async def test_a_host_goes_on_without_the_shop_and_sees_when_all_is_sent(host: Host):
    """The shop goes away: what is decided waits, is said to wait, and is sent when the shop is back."""
    host.studio.hear_link("Shop", "shop", Link.DOWN, "The shop does not answer; trying again.")
    await host.press(Key.Key_F12)
    assert host.on_air == "Ceramic mug set of 4", "the show goes on"
    waiting = [
        OutboxStatus(
            row.effect_id, row.event_id, row.target, row.action, Sending.WAITING, "The shop does not answer."
        )
        for row in host.live.outbox.values()
    ]
    assert waiting
    host.studio.hear_outbox(*waiting)
    await host.settle()
    assert "waiting" in host.host.header.sent.value.text()
    host.studio.hear_link("Shop", "shop", Link.OK)
    host.studio.settle_all()
    await host.settle()
    assert host.host.header.sent.value.text() == "All sent"


async def test_a_shop_is_connected_from_the_list_of_shows(
    qtbot, qapp: QApplication, theme, grab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """`host-studio` opens on the list of shows; the shop's address and token make a show possible."""
    monkeypatch.setenv("HOST_STUDIO_SHOP_TOKEN", TOKEN)
    paths = Paths(tmp_path / "data")
    paths.prepare()
    with BadShop() as shop:
        async with studio(qapp, paths) as opened:
            await opened.until(lambda: "No shop is connected yet" in opened.home.shop.text(), "the page")
            assert not opened.home.new.isEnabled()
            QTest.mouseClick(opened.home.connect_shop, Qt.MouseButton.LeftButton)
            screen = opened.window.findChild(ShopsScreen)
            assert isinstance(screen, ShopsScreen)
            await opened.until(lambda: screen.isVisible() and screen.empty.button.isVisible(), "the shops")
            QTest.mouseClick(screen.empty.button, Qt.MouseButton.LeftButton)
            for field, text in ((screen.form.address, shop.url), (screen.form.key, TOKEN)):
                field.setFocus()
                QTest.keyClicks(field, text)
            QTest.mouseClick(screen.form.test, Qt.MouseButton.LeftButton)
            await opened.until(lambda: screen.findings.state.text() == "connected", "the shop to answer")
            assert screen.form.name.text() == "Nordhus", "the shop said its name"
            grab(opened.window, "connect-shop", ((1440, 900),))
            QTest.mouseClick(screen.form.save, Qt.MouseButton.LeftButton)
            await opened.until(lambda: not screen.unsaved, "the shop to be kept")
            QTest.mouseClick(screen.back, Qt.MouseButton.LeftButton)
            await opened.until(
                lambda: opened.home.isVisible() and "Nordhus" in opened.home.shop.text(),
                "the shop to be named",
            )
            assert opened.home.new.isEnabled()
    kept = b"".join(path.read_bytes() for path in paths.data.rglob("*") if path.is_file())
    assert TOKEN.encode() not in kept, "the token is on no disk"


async def test_no_window_flashes_up_while_a_show_goes_by(host: Host, qapp: QApplication):
    """Nothing but what was asked for ever opens as a window: it would take the keys away on air."""
    from PySide6.QtCore import QEvent, QObject
    from PySide6.QtWidgets import QWidget

    class Watcher(QObject):
        opened: list[str]

        def eventFilter(self, watched: QObject, event: QEvent) -> bool:
            if event.type() == QEvent.Type.Show and isinstance(watched, QWidget) and watched.isWindow():
                self.opened.append(f"{type(watched).__name__} {watched.accessibleName()}")
            return False

    watcher = Watcher()
    watcher.opened = []
    qapp.installEventFilter(watcher)
    try:
        for number in range(4):
            host.studio.hear_chat(f"does number {number} work with the gift wrapping?", "hello from Bergen")
            host.studio.hear_viewers(1000 + number)
            await host.press(Key.Key_F12 if number == 1 else Key.Key_PageUp)
            host.studio.settle_all()
            await host.passes(1_000)
        await host.press(Key.Key_F9)
        await host.press(Key.Key_Escape)
        await until(lambda: host.host.question_model.rowCount() >= 1, "questions")
    finally:
        qapp.removeEventFilter(watcher)
    assert watcher.opened == []
    assert host.window.isActiveWindow()
