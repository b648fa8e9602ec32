"""The screen of the shops, as a person uses it: by clicks and keys."""

from collections.abc import AsyncIterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester, QTest
from PySide6.QtWidgets import QApplication, QLabel, QWidget

from studio.settings.secrets import Kept, Whereabouts
from studio.store.errors import StoreDamaged
from studio.ui.connections.leaving import UnsavedDialog
from studio.ui.connections.port import Failure, ShopTest
from studio.ui.connections.shops_screen import ShopsScreen
from studio.ui.connections.words import failure_words
from studio.ui.dialogs import ConfirmDialog
from studio.ui.texts import Texts
from tests.fakes.fake_shops import LACKING, WELL, FakeShops, a_known_shop
from tests.ui.connections_kit import OpenedScreen
from tests.ui.host.conftest import until

Key = Qt.Key
CTRL = Qt.KeyboardModifier.ControlModifier
KEY = "a-key-of-the-shop"


class Opened(OpenedScreen):
    """The screen in a window."""

    def __init__(self, theme, port: FakeShops) -> None:
        super().__init__(theme)
        self.port = port
        self.screen = ShopsScreen(port, self.actions, theme, Texts("en"), self.tasks)
        self.tester = QAbstractItemModelTester(self.screen.list.model)
        self.take(self.screen, "shops")


@pytest.fixture
async def shops(theme) -> AsyncIterator[Opened]:
    """Three shops."""
    opened = Opened(theme, FakeShops())
    await opened.load(opened.screen)
    yield opened
    await opened.close()
    assert opened.failed == []


@pytest.fixture
async def nothing(theme) -> AsyncIterator[Opened]:
    """No shop yet."""
    opened = Opened(theme, FakeShops([]))
    await opened.load(opened.screen)
    yield opened
    await opened.close()
    assert opened.failed == []


@pytest.mark.smoke
async def test_a_shop_is_added_tested_saved_and_used(nothing: Opened, grab) -> None:
    """From the empty screen to a connected shop, by mouse and keys, without naming it: it says itself who it is."""
    screen, form = nothing.screen, nothing.screen.form
    assert "No shop is connected yet" in screen.empty.sentence.text()
    grab(nothing.window, "shops-empty", ((1440, 900),))
    nothing.click(screen.empty.button)
    nothing.key(Key.Key_Down)  # the platform has the focus
    assert form.platform.currentText() == "Vendure"
    assert form.labels["key"].text() == "API key"
    nothing.write("base_url", "https://nordhus.example")
    nothing.write("key", KEY)
    nothing.port.answers = [LACKING, WELL]
    nothing.key(Key.Key_F5)
    await until(lambda: screen.findings.state.text() == "not connected", "what the test found")
    assert any("ReadOrder" in said for said in screen.findings.sentences())
    nothing.click(nothing.button("shop.test"))
    await until(lambda: screen.findings.state.text() == "connected", "the shop")
    said = screen.findings.sentences()
    assert "Codes start when the studio makes them: this shop has no start time." in said
    assert "Clock: 0.3 s ahead of this computer's." in said
    assert form.name.text() == "Nordhus", "the shop said its name"
    grab(nothing.window, "shops-tested")
    nothing.key(Key.Key_S, CTRL)
    await until(lambda: len(nothing.said) == 1, "that it is saved")
    assert nothing.port.asked == [
        ("test", "shop", "vendure", "https://nordhus.example", KEY),
        ("test", "nordhus", "vendure", "https://nordhus.example", KEY),
        ("save", "nordhus", "vendure", "Nordhus", "https://nordhus.example", KEY),
    ]
    assert nothing.rows() == ["Nordhus\nVendure · for new shows"]
    assert form.key.text() == "", "the key is nowhere on the screen"
    assert not nothing.actions["shop.save"].isEnabled(), "nothing is left to save"
    nothing.key(Key.Key_Escape)
    await until(lambda: nothing.left, "the way back")


async def test_a_test_shows_how_far_it_is_and_esc_ends_it(shops: Opened) -> None:
    shops.port.answers = [None]
    shops.key(Key.Key_F5)
    await until(lambda: shops.screen.findings.doing.text() == "Reading orders…", "the progress")
    assert shops.screen.findings.progress.isVisible()
    assert not shops.actions["shop.test"].isEnabled()
    shops.key(Key.Key_Escape)
    await until(lambda: not shops.screen.trial.subject, "the end of the test")
    assert any("was cancelled" in said for said in shops.screen.findings.sentences())
    assert not shops.left, "the first Esc ends the test only"
    assert shops.actions["shop.test"].isEnabled()


async def test_what_is_wrong_is_said_under_its_field_and_nothing_is_asked_of_the_shop(shops: Opened) -> None:
    shops.key(Key.Key_N, CTRL)
    shops.write("base_url", "nordhus")
    shops.key(Key.Key_Return)
    await shops.tasks.drain()
    assert "Give the shop a name" in shops.screen.form.hints["name"].text()
    assert "must begin with https://" in shops.screen.form.hints["base_url"].text()
    shops.key(Key.Key_F5)
    shops.write("name", "North")
    shops.write("ca_file", "/nowhere/authority.pem")
    shops.write("base_url", "https://north.example")
    shops.key(Key.Key_S, CTRL)
    await shops.tasks.drain()
    assert "There is no such file" in shops.screen.form.hints["ca_file"].text()
    await shops.tasks.drain()
    assert shops.port.asked == []
    assert shops.screen.form.address.text() == "https://north.example", "nothing typed is lost"


async def test_what_was_typed_stays_while_other_shops_are_looked_at(shops: Opened) -> None:
    shops.write("name", "Nordhus Oslo")
    shops.write("key", KEY)
    shops.screen.list.view.setFocus()
    shops.key(Key.Key_Down)
    assert shops.screen.form.name.text() == "Fjord & Co"
    assert shops.screen.form.key.text() == ""
    assert "not saved" in shops.rows()[0]
    shops.key(Key.Key_Up)
    assert shops.screen.form.name.text() == "Nordhus Oslo"


async def test_leaving_with_changes_asks_and_each_answer_does_what_it_says(shops: Opened) -> None:
    shops.write("name", "Nordhus Oslo")
    shops.key(Key.Key_Escape)
    asked = await shops.dialog(UnsavedDialog)
    shops.key(Key.Key_Return)  # a cat on the keyboard: nothing happens
    await until(lambda: QApplication.activeModalWidget() is not asked, "the dialog to close")
    await shops.tasks.drain()
    assert not shops.left
    shops.click(shops.screen.back)
    shops.click((await shops.dialog(UnsavedDialog)).save)
    await until(lambda: shops.left, "the way back")
    assert shops.port.asked == [("save", "nordhus", "vendure", "Nordhus Oslo", "https://nordhus.example", "")]
    shops.write("name", "Nordhus Bergen")
    shops.screen.leave()
    shops.click((await shops.dialog(UnsavedDialog)).drop)
    await until(lambda: len(shops.left) == 2, "the way back")
    assert shops.screen.form.name.text() == "Nordhus Oslo"
    assert len(shops.port.asked) == 1


async def test_leaving_without_changes_asks_nothing_also_with_an_empty_new_shop(shops: Opened) -> None:
    shops.key(Key.Key_N, CTRL)
    assert len(shops.rows()) == 4
    shops.key(Key.Key_Escape)
    await until(lambda: shops.left, "the way back")
    assert len(shops.rows()) == 3


async def test_a_copy_has_everything_but_the_key(shops: Opened) -> None:
    shops.screen.list.choose(1)
    shops.click(shops.button("shop.duplicate"))
    form = shops.screen.form
    assert (form.name.text(), form.address.text()) == ("Copy of Fjord & Co", "https://fjord.example")
    assert form.key.isEnabled()
    assert form.key.placeholderText() == "Paste the key"
    QTest.keyClicks(form.name, "Fjord 2")  # the name is selected
    shops.key(Key.Key_S, CTRL)
    await until(lambda: shops.said, "that it is saved")
    assert shops.port.asked == [("save", "fjord-2", "shopify", "Fjord 2", "https://fjord.example", "")]


async def test_removing_asks_and_a_shop_that_a_show_uses_stays(shops: Opened) -> None:
    shops.screen.list.choose(2)
    shops.screen.list.view.setFocus()
    shops.key(Key.Key_Delete)
    asked = await shops.dialog(ConfirmDialog)
    assert len(shops.rows()) == 3
    shops.click(asked.deed)
    await until(lambda: len(shops.rows()) == 2, "the shop to go")
    assert shops.port.asked == [("remove", "outlet")]
    shops.screen.list.choose(0)
    shops.click(shops.button("shop.remove"))
    shops.click((await shops.dialog(ConfirmDialog)).deed)
    await until(shops.screen.form.refusal.isVisible, "the refusal")
    assert "Autumn Home Live #14" in shops.screen.form.refusal.text()
    assert len(shops.rows()) == 2


async def test_where_each_key_comes_from_is_said_and_the_environment_wins(shops: Opened) -> None:
    form = shops.screen.form
    assert form.forget.isVisible()
    shops.click(form.forget)
    await until(lambda: shops.said, "that it is forgotten")
    assert ("forget", "nordhus") in shops.port.asked
    shops.screen.list.choose(1)
    assert "HOST_STUDIO_SHOP_FJORD_TOKEN, which wins" in form.hints["key"].text()
    assert not form.key.isEnabled()
    assert not form.forget.isVisible()


async def test_without_a_keyring_the_screen_says_that_keys_hold_for_the_session(theme) -> None:
    port = FakeShops([a_known_shop("one", "studio", "One", key=Whereabouts(Kept.SESSION))], keys_stay=False)
    opened = Opened(theme, port)
    await opened.load(opened.screen)
    assert "no keyring" in opened.screen.keys_sentence.text()
    assert opened.screen.keys_sentence.property("tone") == "warning"
    assert "until the studio is closed" in opened.screen.form.hints["key"].text()
    await opened.close()


async def test_another_shop_is_taken_for_new_shows(shops: Opened) -> None:
    shops.screen.list.choose(2)
    shops.click(shops.screen.form.default)
    await shops.tasks.drain()
    assert shops.port.asked == [("default", "outlet")]


async def test_the_last_errors_stand_with_their_time(shops: Opened) -> None:
    said = shops.screen.errors.sentences()
    assert any("3 times" in text for text in said)
    assert any("(503)" in text for text in said)
    shops.screen.list.choose(1)
    assert not shops.screen.errors.isVisible()


async def test_shops_that_cannot_be_read_are_said_and_read_again(theme) -> None:
    port = FakeShops()
    port.failure = StoreDamaged("The database is damaged.")
    opened = Opened(theme, port)
    await opened.load(opened.screen)
    assert "The database is damaged." in opened.screen.empty.sentence.text()
    port.failure = None
    opened.click(opened.screen.empty.button)
    await until(lambda: len(opened.rows()) == 3, "the shops")
    await opened.close()
    assert [type(error) for error in opened.failed] == [StoreDamaged]


async def test_what_a_shop_calls_itself_is_never_markup(shops: Opened) -> None:
    evil = "<img src='http://evil.example/x.png'>\u202etxt"
    shops.port.answers = [
        ShopTest(
            1,
            name=evil,
            currency="<b>",
            failure=Failure.REFUSED,
            sentence=evil,
            missing=(evil,),
            problems=(evil,),
        )
    ]
    shops.key(Key.Key_F5)
    await until(lambda: shops.screen.findings.state.text() == "not connected", "what the test found")
    labels = shops.screen.findChildren(QLabel)
    assert {label.textFormat() for label in labels} == {Qt.TextFormat.PlainText}
    assert not [label.text() for label in labels if "\u202e" in label.text()]


async def test_keys_of_this_screen_do_nothing_elsewhere(shops: Opened) -> None:
    assert shops.actions["shop.test"].isEnabled()
    other = QWidget()
    shops.window.add_workspace("home", other)
    shops.window.show_workspace("home")
    assert not any(
        shops.actions[a].isEnabled() for a in ("shop.test", "shop.save", "shop.add", "shop.remove")
    )


async def test_every_control_has_a_name_for_who_cannot_see_it(shops: Opened) -> None:
    assert shops.nameless(shops.screen) == []


def test_every_failure_has_words_and_says_what_to_do() -> None:
    for failure in Failure:
        headline, advice = failure_words(failure)
        assert headline
        assert advice.endswith(".")


async def test_webhooks_are_set_up_where_the_platform_sends_them(shops: Opened) -> None:
    form = shops.screen.form
    shops.screen.list.choose(2)
    assert not form.push_port.isVisible(), "this platform sends none"
    shops.screen.list.choose(0)
    assert form.push_port.isVisible()
    assert not form.push_key.isVisible()
    shops.write("push_port", "99999")
    shops.key(Key.Key_S, CTRL)
    await shops.tasks.drain()
    assert "from 1 to 65535" in form.hints["push_port"].text()
    shops.write("push_port", "8137")
    shops.key(Key.Key_S, CTRL)
    await shops.tasks.drain()
    assert "secret" in form.hints["push_key"].text()
    shops.write("push_key", "the-webhooks-secret")
    await until(form.push_address.isVisible, "the address")
    assert form.push_address.text().startswith("http://127.0.0.1:8137/push/")
    shops.click(form.copy)
    assert QApplication.clipboard().text() == form.push_address.text()
    shops.key(Key.Key_S, CTRL)
    await until(lambda: shops.said, "that it is saved")
    assert ("push", "nordhus", "8137", "the-webhooks-secret") in shops.port.asked
    assert form.push_key.text() == ""
