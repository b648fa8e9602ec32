"""The screen of the stage, as a person uses it: by clicks and keys."""

import asyncio
from collections.abc import AsyncIterator

import msgspec
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QColorDialog, QLabel, QLineEdit

from studio.control.ports import StreamState
from studio.settings.schema import ObsSettings, StageSettings
from studio.settings.secrets import Kept
from studio.ui.connections.leaving import UnsavedDialog
from studio.ui.connections.stage_screen import StageScreen
from studio.ui.dialogs import ConfirmDialog
from studio.ui.studio import ChangeBatch, Link, LinkStatus
from studio.ui.texts import Texts
from tests.fakes.fake_stage import ADDRESS, AT_MS, SET_UP, USED, WELL, WRONG, FakeStage
from tests.ui.connections_kit import OpenedScreen
from tests.ui.host.conftest import until

Key = Qt.Key
CTRL = Qt.KeyboardModifier.ControlModifier
PASSWORD = "the-password-of-obs"
PLACES = {"shops": "Shops", "channels": "Channels", "stage": "Stage"}
NO_OBS = StageSettings()


class Opened(OpenedScreen):
    """The screen in a window. `pages` are those that were shown in the browser."""

    def __init__(self, theme, port: FakeStage) -> None:
        super().__init__(theme)
        self.port = port
        self.pages: list[str] = []
        self.went: list[str] = []
        self.screen = StageScreen(
            port, self.actions, theme, Texts("en"), self.tasks, lambda: AT_MS, PLACES, self.pages.append
        )
        self.screen.went.connect(self.went.append)
        self.take(self.screen, "stage")

    def asked(self) -> list[str]:
        """What was asked of the studio."""
        return [what for what, _settings, _password in self.port.asked]


async def opened(theme, port: FakeStage) -> Opened:
    made = Opened(theme, port)
    await made.load(made.screen)
    return made


@pytest.fixture
async def stage(theme) -> AsyncIterator[Opened]:
    """OBS is used, and its password kept."""
    made = await opened(theme, FakeStage())
    yield made
    await made.close()
    assert made.failed == []


@pytest.fixture
async def fresh(theme) -> AsyncIterator[Opened]:
    """Nothing was set up yet."""
    made = await opened(theme, FakeStage(NO_OBS, Kept.NOWHERE))
    yield made
    await made.close()
    assert made.failed == []


@pytest.mark.smoke
async def test_obs_is_connected_tested_set_up_and_saved(fresh: Opened, grab) -> None:
    """From nothing to an OBS in which the studio stands, by mouse and keys."""
    screen, form, port = fresh.screen, fresh.screen.form, fresh.port
    grab(fresh.window, "stage-fresh", ((1440, 900),))
    assert not form.address.isVisible()
    assert not fresh.button("shop.test").isEnabled()
    fresh.click(form.obs)
    assert form.address.text() == "ws://127.0.0.1:4455"
    fresh.write("password", PASSWORD)
    assert form.password.echoMode() is QLineEdit.EchoMode.Password
    port.answers = [WRONG, WELL, SET_UP]
    fresh.key(Key.Key_F5)
    await until(lambda: screen.findings.state.text() == "not connected", "what OBS said")
    assert any("does not take this password" in said for said in screen.findings.sentences())
    fresh.click(fresh.button("shop.test"))
    await until(lambda: screen.findings.state.text() == "connected", "OBS")
    said = screen.findings.sentences()
    assert "OBS 30.2.3, obs-websocket 5.5.2" in said
    assert "Canvas 1920 × 1080, on air: “Live”" in said
    assert "Nothing of the studio: press “Set up in OBS”." in said
    fresh.click(form.set_up)
    await until(lambda: "1 source of the studio in “Live”." in screen.findings.sentences(), "it to be set up")
    assert any(
        said.startswith("One source stands in the scene “Live” now.") for said in screen.findings.sentences()
    )
    grab(fresh.window, "stage-set-up")
    fresh.key(Key.Key_S, CTRL)
    await until(lambda: fresh.said, "that it is saved")
    assert fresh.asked() == ["test", "test", "set up", "save"]
    assert [password for _, _, password in port.asked] == [PASSWORD] * 4
    assert port.settings.obs == ObsSettings(enabled=True)
    assert form.password.text() == ""
    assert "Kept." in form.password.placeholderText()
    assert screen.unsaved == []


async def test_the_password_is_never_shown_and_can_be_forgotten(stage: Opened) -> None:
    form = stage.screen.form
    assert form.password.text() == ""
    assert "Kept." in form.password.placeholderText()
    stage.click(form.forget)
    await until(lambda: stage.said, "that it is forgotten")
    assert "forgotten" in stage.said[0]
    assert form.password.placeholderText() == "Paste the password"
    assert not form.forget.isVisible()


async def test_what_comes_from_the_environment_cannot_be_typed_over(theme) -> None:
    made = await opened(theme, FakeStage(kept=Kept.ENVIRONMENT))
    assert not made.screen.form.password.isEnabled()
    assert "HOST_STUDIO_STAGE_OBS_TOKEN" in made.screen.form.hints["password"].text()
    await made.close()


async def test_taking_it_out_of_obs_asks_first(stage: Opened) -> None:
    stage.port.answers = [msgspec.structs.replace(WELL, did="1 source was taken out of OBS. Your own were left as they are.")]  # fmt: skip
    stage.click(stage.screen.form.take_out)
    dialog = await stage.dialog(ConfirmDialog)
    QTest.keyClick(dialog, Key.Key_Return)
    await until(lambda: QApplication.activeModalWidget() is None, "the dialog to close")
    assert stage.asked() == []
    stage.click(stage.screen.form.take_out)
    dialog = await stage.dialog(ConfirmDialog)
    stage.click(dialog.deed)
    await until(lambda: stage.screen.findings.state.text() == "connected", "OBS")
    assert stage.asked() == ["take out"]
    assert any("taken out of OBS" in said for said in stage.screen.findings.sentences())


async def test_esc_gives_up_what_is_being_done_and_does_not_leave(stage: Opened) -> None:
    stage.port.answers = [None]
    stage.key(Key.Key_F5)
    await until(lambda: stage.screen.findings.doing.text() == "Asking OBS about itself…", "the test")
    assert not stage.screen.form.set_up.isEnabled()
    stage.key(Key.Key_Escape)
    await until(lambda: stage.port.cancelled, "the end of the test")
    await until(stage.screen.form.set_up.isEnabled, "the buttons")
    assert "Cancelled." in " ".join(stage.screen.findings.sentences())
    assert stage.left == []
    stage.key(Key.Key_Escape)
    await until(lambda: stage.left, "to leave")


@pytest.mark.parametrize(
    ("field", "typed", "says"),
    [
        ("address", "http://obs:4455", "Write the address like ws://127.0.0.1:4455"),
        ("brand", "pink", "Write a colour like #c084fc"),
        ("logo", "/nowhere/at/all.png", "There is no such file"),
    ],
)
async def test_what_is_wrong_is_said_under_its_field_and_not_saved(
    stage: Opened, field: str, typed: str, says: str
) -> None:
    stage.write(field, typed)
    stage.key(Key.Key_S, CTRL)
    await until(lambda: says in stage.screen.form.hints[field].text(), "what is wrong")
    assert stage.screen.form.inputs[field].hasFocus()
    assert stage.asked() == []
    assert stage.screen.unsaved


async def test_a_refusal_stands_in_the_form_and_what_was_typed_stays(stage: Opened) -> None:
    stage.port.refusal = "“settings.json” could not be saved (no space)."
    stage.write("scene", "Live")
    stage.click(stage.button("shop.save"))
    await until(lambda: "no space" in stage.screen.form.refusal.text(), "the refusal")
    assert stage.screen.form.scene.text() == "Live"
    assert stage.screen.unsaved


async def test_how_it_is_dressed_is_saved_and_the_swatch_follows(stage: Opened) -> None:
    form = stage.screen.form
    stage.write("brand", "#0A7D55")
    assert form.swatch.colour == QColor("#0a7d55")
    stage.click(form.swatch)
    dialog = await stage.dialog(QColorDialog)
    dialog.setCurrentColor(QColor("#123456"))
    dialog.accept()
    assert form.brand.text() == "#123456"
    stage.window.activateWindow()
    await until(stage.window.isActiveWindow, "the window to have the keys again")
    stage.write("font", "Nordhus Sans")
    stage.key(Key.Key_Return)
    await until(lambda: stage.said, "that it is saved")
    assert (stage.port.settings.brand, stage.port.settings.font) == ("#123456", "Nordhus Sans")


async def test_seconds_and_few_are_numbers_that_the_wheel_does_not_change(stage: Opened) -> None:
    form = stage.screen.form
    for field, typed in ((form.unsure, "9"), (form.few, "3")):
        field.setFocus()
        field.selectAll()
        QTest.keyClicks(field, typed)
    stage.key(Key.Key_S, CTRL)
    await until(lambda: stage.said, "that it is saved")
    assert (stage.port.settings.unsure_s, stage.port.settings.few) == (9, 3)


async def test_the_address_of_the_page_is_copied_and_opened(stage: Opened) -> None:
    form = stage.screen.form
    assert form.page.isReadOnly()
    stage.click(form.copy)
    assert QApplication.clipboard().text() == ADDRESS
    stage.click(form.open_page)
    assert stage.pages == [ADDRESS]
    told = [label.text() for label in stage.screen.paste.findChildren(QLabel)]
    assert any("1920 × 1080, or 1080 × 1920" in text for text in told)


async def test_without_an_address_it_is_said_why(theme) -> None:
    made = await opened(theme, FakeStage(problem="The overlay's address is not kept: delete the link."))
    assert "delete the link" in made.screen.form.hints["overlay_address"].text()
    assert not made.screen.form.copy.isEnabled()
    await made.close()


async def test_changes_are_asked_about_before_one_leaves(stage: Opened) -> None:
    stage.write("scene", "Live")
    stage.click(stage.screen.back)
    dialog = await stage.dialog(UnsavedDialog)
    QTest.keyClick(dialog, Key.Key_Escape)
    await until(lambda: QApplication.activeModalWidget() is None, "the dialog to close")
    assert stage.left == []
    stage.click(stage.screen.back)
    dialog = await stage.dialog(UnsavedDialog)
    stage.click(dialog.drop)
    await until(lambda: stage.left, "to leave")
    assert stage.screen.form.scene.text() == ""
    assert stage.asked() == []


async def test_what_was_typed_stays_while_one_looks_at_another_screen(stage: Opened) -> None:
    stage.write("scene", "Live")
    stage.screen.switch.setCurrentIndex(0)
    assert stage.went == ["shops"]
    assert stage.screen.switch.currentIndex() == 2
    await stage.load(stage.screen)
    assert stage.screen.form.scene.text() == "Live"
    assert stage.screen.unsaved


async def test_how_the_stages_are_is_told_while_a_show_is_open(theme, grab) -> None:
    made = await opened(theme, FakeStage(opened=USED))
    screen = made.screen
    assert not screen.live_card.isVisible()
    screen.restart(
        [LinkStatus("overlay", "stage", Link.OK, "2 pages show the overlay.", AT_MS)], {"obs": StreamState()}
    )
    await made.tasks.drain()
    assert screen.live_card.sentences() == ["✓", "Overlay page: 2 pages show the overlay."]
    links = (LinkStatus("obs", "stage", Link.DOWN, "OBS is not there: start it.", None),)
    screen.take(ChangeBatch(links=links))
    assert "OBS: OBS is not there: start it." in screen.live_card.sentences()
    links = (LinkStatus("obs", "stage", Link.OK, "", AT_MS),)
    live = StreamState(True, True, False, 12, 151_000, AT_MS - 61_000)
    screen.take(ChangeBatch(links=links, streams={"obs": live}))
    assert "Live for 00:01:01, 12 of 151,000 frames dropped, recording." in screen.live_card.sentences()
    grab(made.window, "stage-live")
    cut = msgspec.structs.replace(live, reconnecting=True)
    screen.take(ChangeBatch(streams={"obs": cut}))
    assert any("viewers see nothing" in said for said in screen.live_card.sentences())
    await made.close()


async def test_what_holds_at_the_next_opening_only_is_said(theme) -> None:
    made = await opened(theme, FakeStage(opened=USED))
    screen = made.screen
    made.write("brand", "#0a7d55")
    made.key(Key.Key_S, CTRL)
    await until(lambda: made.said, "that it is saved")
    assert made.said == ["The stage is saved."]
    assert not screen.live_card.isVisible()
    made.write("scene", "Live")
    made.key(Key.Key_S, CTRL)
    await until(lambda: len(made.said) == 2, "that it is saved")
    assert made.said[1] == "The stage is saved. It holds when the show is opened again."
    assert "What was changed here holds when the show is opened again." in screen.live_card.sentences()
    await made.close()


async def test_what_is_saved_while_it_is_read_is_not_undone_by_what_was_read(stage: Opened) -> None:
    old = await stage.port.known()
    read = asyncio.get_running_loop().create_future()
    known, stage.port.known = stage.port.known, lambda: read
    stage.tasks.spawn(stage.screen.load(), "load")
    await asyncio.sleep(0)
    stage.port.known = known
    stage.write("scene", "Live")
    stage.key(Key.Key_S, CTRL)
    await until(lambda: stage.said, "that it is saved")
    read.set_result(old)
    await stage.tasks.drain()
    assert stage.screen.form.scene.text() == "Live"
    assert stage.screen.unsaved == []


async def test_settings_that_cannot_be_read_are_read_again(theme) -> None:
    port = FakeStage()
    port.trouble = OSError("the disk is away")
    made = Opened(theme, port)
    made.tasks.spawn(made.screen.load(), "load")
    await made.tasks.drain()
    assert "the disk is away" in made.screen.empty.sentence.text()
    port.trouble = None
    made.click(made.screen.empty.button)
    await until(made.screen.form.address.isVisible, "the form")
    assert [str(error) for error in made.failed] == ["the disk is away"]
    await made.close()


async def test_every_control_has_a_name(stage: Opened) -> None:
    assert stage.nameless(stage.screen) == []
