"""Where things stood is where they stand the next time."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from studio.ui.host.promo_bar import KeyHint
from studio.ui.keys_dialog import KeysDialog
from studio.ui.notice_history import NoticeHistory
from studio.ui.palette import DARK, LIGHT
from studio.ui.studio import Notice
from studio.ui.widgets.labels import Kbd, Pill
from tests.fakes.fake_studio import FakeStudio
from tests.ui.host.conftest import CTRL, SHIFT, Host, until

Key = Qt.Key


async def test_splitters_stand_where_they_stood(host: Host, qapp, theme):
    host.host.splitters["columns"].setSizes([300, 700, 400])
    host.host.splitters["right"].setSizes([150, 500])
    kept = host.window.splitter_bytes()
    sizes = {name: s.sizes() for name, s in host.host.splitters.items()}
    again = Host(qapp, FakeStudio(), theme=theme)
    await again.open()
    assert {name: s.sizes() for name, s in again.host.splitters.items()} != sizes
    again.window.take_state({}, kept)
    await again.done()
    assert {name: s.sizes() for name, s in again.host.splitters.items()} == sizes
    await again.close()


async def test_a_window_that_filled_the_screen_fills_it_again(host: Host, qapp, theme):
    host.window.showMaximized()
    kept = host.window.window_bytes()
    again = Host(qapp, FakeStudio(), theme=theme)
    again.window.take_state({"main": kept}, {})
    assert again.window.isMaximized()
    await again.close()


async def test_a_state_that_cannot_be_read_changes_nothing(host: Host):
    before = {name: s.sizes() for name, s in host.host.splitters.items()}
    host.window.take_state({"main": b"rubbish"}, {"host.columns": b"\x00\xff", "gone.splitter": b"x"})
    assert {name: s.sizes() for name, s in host.host.splitters.items()} == before


async def test_the_window_says_that_it_is_a_rehearsal_in_every_workspace(host: Host):
    assert "REHEARSAL" in host.window.windowTitle()
    (pill,) = [p for p in host.window.menuBar().cornerWidget().findChildren(Pill) if p.isVisible()]
    assert pill.text() == "REHEARSAL"


async def test_workspaces_that_are_not_built_are_not_offered(host: Host):
    assert not host.actions["workspace.prepare"].isVisible()
    assert not host.actions["workspace.moderate"].isEnabled()
    assert host.actions["workspace.host"].isEnabled()


async def test_the_notices_of_the_show_are_listed_with_their_times(host: Host):
    host.window.post(Notice("warning", "Only 3 left.", ""))
    await host.press(Key.Key_D, CTRL | SHIFT)
    history = host.window.findChild(NoticeHistory)
    await until(history.isVisible, "the list")
    assert "Only 3 left." in history.list.model().index(0, 0).data()
    history.reject()


async def test_ctrl_d_puts_the_notice_on_top_away(host: Host):
    host.window.post(Notice("trouble", "Something.", ""))
    await host.press(Key.Key_D, CTRL)
    assert host.sentences == []


async def test_f1_shows_the_keys(host: Host):
    await host.press(Key.Key_F1)
    dialog = host.window.findChild(KeysDialog)
    await until(dialog.isVisible, "the keys")
    dialog.reject()


async def test_a_changed_key_is_changed_on_the_buttons_and_hints(host: Host):
    host.actions.bindings.bind("promo.issue", ["F8"])
    caps = [hint.findChild(Kbd).text() for hint in host.host.promos.hints.findChildren(KeyHint)]
    assert "F8" in caps
    assert "F9" not in caps
    assert host.host.stage.promo._cap.text() == "F8"
    await host.press(Key.Key_F8)
    assert host.host.promo_form.isVisible()


async def test_both_themes_dress_the_workspace_while_it_is_open(host: Host, qapp):
    host.theme.apply(qapp, LIGHT)
    light = host.window.grab().toImage().pixelColor(4, host.window.height() - 4).name()
    host.theme.apply(qapp, DARK)
    dark = host.window.grab().toImage().pixelColor(4, host.window.height() - 4).name()
    assert (light, dark) == (LIGHT.background, DARK.background)
    assert QApplication.focusWidget() is host.host
