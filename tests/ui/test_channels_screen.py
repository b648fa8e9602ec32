"""The screen of the channels, as a person uses it: by clicks and keys."""

from collections.abc import AsyncIterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester, QTest
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QWidget

from studio.control.ports import ChatRow, Quota
from studio.domain.audience import ChatMessage, ViewerSample
from studio.settings.secrets import Kept, Whereabouts
from studio.store.errors import StoreDamaged
from studio.ui.connections.channel_port import ChannelFailure, ChannelTest, SignInEnd
from studio.ui.connections.channel_words import failure_words
from studio.ui.connections.channels_screen import ChannelsScreen
from studio.ui.connections.leaving import UnsavedDialog
from studio.ui.connections.shops_screen import ShopsScreen
from studio.ui.dialogs import ConfirmDialog
from studio.ui.studio import ChangeBatch, Link, LinkStatus
from studio.ui.texts import Texts
from tests.fakes.fake_channels import (
    AT_MS,
    LACKING,
    NOT_LIVE,
    SILENT,
    WELL,
    FakeChannels,
    a_known_channel,
)
from tests.fakes.fake_shops import FakeShops
from tests.ui.connections_kit import OpenedScreen
from tests.ui.host.conftest import until

Key = Qt.Key
CTRL = Qt.KeyboardModifier.ControlModifier
TOKEN = "a-token-of-the-channel"
PLACES = {"shops": "Shops", "channels": "Channels"}


class Opened(OpenedScreen):
    """The screen in a window. `opened_pages` are those that were shown in the browser."""

    def __init__(self, theme, port: FakeChannels) -> None:
        super().__init__(theme)
        self.port = port
        self.pages: list[str] = []
        self.now_ms = AT_MS
        self.screen = ChannelsScreen(
            port, self.actions, theme, Texts("en"), self.tasks, lambda: self.now_ms, PLACES, self.pages.append
        )
        self.tester = QAbstractItemModelTester(self.screen.list.model)
        self.take(self.screen, "channels")

    def links(self, *states: tuple[str, Link, str]) -> None:
        """The open show tells how its channels are."""
        told = tuple(LinkStatus(name, "channel", link, said, self.now_ms) for name, link, said in states)
        self.screen.take(ChangeBatch(links=told))


async def opened(theme, port: FakeChannels) -> Opened:
    made = Opened(theme, port)
    await made.load(made.screen)
    return made


@pytest.fixture
async def channels(theme) -> AsyncIterator[Opened]:
    """Four channels: Twitch, YouTube, Facebook, and a bridge that is off."""
    made = await opened(theme, FakeChannels())
    yield made
    await made.close()
    assert made.failed == []


@pytest.fixture
async def nothing(theme) -> AsyncIterator[Opened]:
    """No channel yet."""
    made = await opened(theme, FakeChannels([]))
    yield made
    await made.close()
    assert made.failed == []


@pytest.mark.smoke
async def test_a_channel_is_added_signed_in_tested_and_saved(nothing: Opened, grab) -> None:
    """From the empty screen to a channel whose chat is read, by mouse and keys."""
    screen, form = nothing.screen, nothing.screen.form
    assert "Twitch needs your login and a sign-in" in screen.empty.sentence.text()
    grab(nothing.window, "channels-empty", ((1440, 900),))
    nothing.click(screen.empty.button)
    assert form.platform.hasFocus()
    assert form.platform.currentText() == "Twitch"
    nothing.write("name", "Nordhus on Twitch")
    nothing.write("account", "nordhuslive")
    nothing.write("client_id", "abc123")
    nothing.click(form.sign_in.begin)
    await until(form.sign_in.code.isVisible, "the code to type")
    assert form.sign_in.code.text() == "ABCDEFGH"
    assert nothing.pages == ["https://www.twitch.tv/activate?public=true"], "the browser shows the page"
    nothing.click(form.sign_in.copy)
    assert QApplication.clipboard().text() == "ABCDEFGH"
    grab(nothing.window, "channels-code", ((1440, 900),))
    nothing.port.signed.set()
    await until(lambda: "Signed in" in form.sign_in.state.text(), "that somebody is signed in")
    assert not form.sign_in.code.isVisible()
    nothing.port.answers = [LACKING, WELL]
    nothing.key(Key.Key_F5)
    await until(lambda: screen.findings.state.text() == "not connected", "what the test found")
    assert any("chat:edit" in said for said in screen.findings.sentences())
    nothing.click(nothing.button("shop.test"))
    await until(lambda: screen.findings.state.text() == "connected", "the channel")
    said = screen.findings.sentences()
    assert "The chat is read: 14 messages came in 3 s." in said
    assert "1,284 viewers" in said
    grab(nothing.window, "channels-tested")
    assert [asked[:2] for asked in nothing.port.asked] == [
        ("save", "nordhus-on-twitch"),
        ("sign in", "nordhus-on-twitch"),
        ("test", "nordhus-on-twitch"),
        ("test", "nordhus-on-twitch"),
    ]
    saved = nothing.port.saved[0]
    assert (saved.kind, saved.account, saved.client_id, saved.enabled) == (
        "twitch",
        "nordhuslive",
        "abc123",
        True,
    )
    assert saved.base_url == "https://api.twitch.tv/helix", "nobody has to know a platform's own address"
    assert nothing.rows() == ["Nordhus on Twitch\nTwitch · tested"]
    nothing.key(Key.Key_Escape)
    await until(lambda: nothing.left, "the way back")


@pytest.mark.smoke
async def test_how_each_channel_is_stands_in_the_list_as_a_sign_and_a_word(channels: Opened, grab) -> None:
    assert [row.split(" · ")[1] for row in channels.rows()] == ["ready", "ready", "no token yet", "off"]
    assert not channels.screen.live_card.isVisible(), "no show is open"
    channels.links(
        ("twitch", Link.OK, ""), ("youtube", Link.STALE, "Nothing came for 40 s."), ("facebook", Link.ASKING, "Enter a token.")
    )  # fmt: skip
    assert [row.split(" · ")[1] for row in channels.rows()] == ["connected", "silent", "needs a token", "off"]
    channels.links(("twitch", Link.DOWN, "Twitch cannot be reached: check the network."))
    assert channels.rows()[0] == "Twitch\nTwitch · down"
    channels.screen.take(
        ChangeBatch(
            samples=(ViewerSample("youtube", AT_MS, 812),),
            chat=(ChatRow(1, ChatMessage("youtube", "m1", 0, AT_MS, "Ada", "Hei")),),
            quotas={"youtube": Quota(7_140, 10_000, 900, AT_MS + 5 * 3_600_000)},
        )
    )
    channels.now_ms += 40_000
    channels.screen.list.choose(1)
    card = channels.screen.live_card
    assert card.isVisible()
    assert card.state.text() == "silent"
    assert card.sentences()[1] == "Nothing came for 40 s."
    assert "Heard 40 s ago" in card.heard.text()
    assert "7,140 of 10,000 units used today, 2,860 left. An hour costs about 900" in card.quota.text()
    assert "begin anew in 4 h 59 min" in card.quota.text()
    grab(channels.window, "channels-live")


async def test_the_age_of_what_was_heard_goes_on_by_itself_while_the_screen_is_there(
    channels: Opened,
) -> None:
    channels.links(("twitch", Link.OK, ""))
    await until(lambda: "just now" in channels.screen.live_card.heard.text(), "the first look")
    channels.now_ms += 90_000
    await until(lambda: "1 min ago" in channels.screen.live_card.heard.text(), "the next look")


async def test_that_nothing_is_live_now_is_told_and_is_no_failure(channels: Opened) -> None:
    channels.screen.list.choose(1)
    channels.port.answers = [NOT_LIVE]
    channels.key(Key.Key_F5)
    await until(lambda: channels.screen.findings.state.text() == "connected", "what the test found")
    said = channels.screen.findings.sentences()
    assert "It is not live at the moment. Everything else is in order." in said
    assert not any("⚠" in each for each in said)


async def test_a_silent_chat_is_told_as_what_it_is(channels: Opened) -> None:
    channels.port.answers = [SILENT]
    channels.key(Key.Key_F5)
    await until(lambda: channels.screen.findings.state.text() == "connected", "what the test found")
    said = channels.screen.findings.sentences()
    assert "The chat is open. Nobody said anything in 10 s." in said
    assert "Its viewers are not counted: they are missing from the sum." in said


async def test_a_test_shows_how_far_it_is_and_esc_ends_it(channels: Opened) -> None:
    channels.port.answers = [None]
    channels.key(Key.Key_F5)
    await until(lambda: "Listening" in channels.screen.findings.doing.text(), "the progress")
    channels.key(Key.Key_Escape)
    await until(lambda: not channels.screen.trial.subject, "the end of the test")
    assert any("was cancelled" in said for said in channels.screen.findings.sentences())
    assert not channels.left, "the first Esc ends the test only"


async def test_a_sign_in_is_cancelled_by_esc_and_leaves_everything_as_it_was(channels: Opened) -> None:
    form = channels.screen.form
    before = form.sign_in.state.text()
    channels.click(form.sign_in.begin)
    await until(form.sign_in.code.isVisible, "the code")
    channels.screen.list.choose(1)
    assert not form.sign_in.code.isVisible(), "another channel has another sign-in"
    channels.screen.list.choose(0)
    assert form.sign_in.code.text() == "ABCDEFGH"
    channels.key(Key.Key_Escape)
    await until(lambda: ("sign in cancelled", "twitch") in channels.port.asked, "the end at the port")
    await until(form.sign_in.begin.isVisible, "the button")
    assert form.sign_in.state.text() == before
    assert not channels.left


async def test_a_sign_in_that_the_platform_refuses_says_why(channels: Opened) -> None:
    form = channels.screen.form
    channels.port.end = SignInEnd(False, "Twitch says that the code has expired: sign in again.")
    channels.port.signed.set()
    channels.click(form.sign_in.begin)
    await until(lambda: "expired" in form.sign_in.state.text(), "why not")
    assert form.sign_in.begin.isVisible()
    assert channels.said == []


async def test_who_is_signed_in_signs_out(channels: Opened) -> None:
    assert channels.screen.form.sign_in.state.text() == "Signed in; it is renewed by itself."
    channels.click(channels.screen.form.sign_in.sign_out)
    await until(lambda: channels.said, "that it is forgotten")
    assert ("forget", "twitch") in channels.port.asked


async def test_each_platform_has_its_own_fields_and_the_rare_ones_wait_behind_a_button(
    channels: Opened,
) -> None:
    def shown() -> list[str]:
        return [name for name, field in channels.screen.form.inputs.items() if field.isVisible()]

    form = channels.screen.form
    always = {"kind", "name", "enabled", "announce", "language"}
    assert set(shown()) == always | {"account", "client_id", "key"}
    channels.click(form.more)
    assert set(shown()) == always | {"account", "client_id", "key", "base_url", "chat_url", "ca_file"}
    channels.click(form.more)
    channels.screen.list.choose(1)
    assert set(shown()) == always | {"account", "client_id", "client_secret", "quota"}
    channels.screen.list.choose(3)
    assert set(shown()) == always | {"base_url", "key"}
    assert not form.sign_in.isVisible()
    channels.write("ca_file", "/some/authority.pem") if form.ca_file.isVisible() else channels.click(
        form.more
    )
    channels.write("ca_file", "/nowhere/authority.pem")
    channels.click(form.more)
    assert form.ca_file.isVisible(), "what is filled in is not hidden"


async def test_what_is_wrong_is_said_under_its_field_and_nothing_is_asked_of_the_platform(
    channels: Opened,
) -> None:
    form = channels.screen.form
    channels.key(Key.Key_N, CTRL)
    channels.key(Key.Key_F5)
    await channels.tasks.drain()
    assert "login" in form.hints["account"].text()
    assert form.account.hasFocus()
    channels.write("account", "nordhuslive")
    channels.write("language", "norwegian")
    channels.click(form.more)
    channels.write("chat_url", "https://chat.example")
    channels.click(form.more)
    channels.write("account", "nordhus")
    channels.key(Key.Key_S, CTRL)
    await channels.tasks.drain()
    assert "Give the channel a name" in form.hints["name"].text()
    assert "code of a language" in form.hints["language"].text()
    assert "wss://" in form.hints["chat_url"].text()
    assert form.chat_url.isVisible()
    assert channels.port.asked == []


async def test_a_typed_token_is_saved_and_is_nowhere_on_the_screen(channels: Opened) -> None:
    channels.screen.list.choose(2)
    channels.write("key", TOKEN)
    channels.key(Key.Key_S, CTRL)
    await until(lambda: channels.said, "that it is saved")
    assert channels.port.asked == [("save", "facebook", "facebook", "Facebook", TOKEN, "")]
    shown = [w.text() for kind in (QLabel, QLineEdit) for w in channels.screen.findChildren(kind)]
    assert not [text for text in shown if TOKEN in text]
    assert TOKEN not in repr(channels.screen.list.model.drafts)


async def test_a_channel_is_switched_off_and_on_again(channels: Opened) -> None:
    channels.port.answers = [WELL]
    channels.key(Key.Key_F5)
    await until(lambda: channels.screen.findings.state.text() == "connected", "the channel")
    channels.click(channels.screen.form.enabled)
    assert channels.rows()[0] == "Twitch\nTwitch · off · not saved"
    assert channels.screen.findings.state.text() == "connected", "what was found still holds"
    channels.key(Key.Key_S, CTRL)
    await until(lambda: channels.said, "that it is saved")
    assert not channels.port.saved[0].enabled
    assert channels.rows()[0] == "Twitch\nTwitch · off"


async def test_what_was_typed_stays_while_other_channels_are_looked_at_and_leaving_asks(
    channels: Opened,
) -> None:
    channels.write("name", "Twitch Oslo")
    channels.write("client_id", "other")
    channels.screen.list.view.setFocus()
    channels.key(Key.Key_Down)
    assert channels.screen.form.name.text() == "YouTube"
    channels.key(Key.Key_Up)
    assert channels.screen.form.name.text() == "Twitch Oslo"
    channels.key(Key.Key_Escape)
    asked = await channels.dialog(UnsavedDialog)
    channels.click(asked.save)
    await until(lambda: channels.left, "the way back")
    assert (channels.port.saved[0].name, channels.port.saved[0].client_id) == ("Twitch Oslo", "other")


async def test_removing_asks_and_a_channel_that_is_owed_something_stays(theme) -> None:
    port = FakeChannels([a_known_channel("a", "native", "A", owed=2), a_known_channel("b", "native", "B")])
    channels = await opened(theme, port)
    channels.screen.list.view.setFocus()
    channels.key(Key.Key_Delete)
    channels.click((await channels.dialog(ConfirmDialog)).deed)
    await until(channels.screen.form.refusal.isVisible, "the refusal")
    assert "2 decisions wait" in channels.screen.form.refusal.text()
    channels.screen.list.choose(1)
    channels.click(channels.button("shop.remove"))
    asked = await channels.dialog(ConfirmDialog)
    assert len(channels.rows()) == 2
    channels.click(asked.deed)
    await until(lambda: len(channels.rows()) == 1, "the channel to go")
    assert port.asked == [("remove", "b")]
    await channels.close()
    assert channels.failed == []


async def test_a_copy_has_everything_but_the_token(channels: Opened) -> None:
    channels.click(channels.button("shop.duplicate"))
    form = channels.screen.form
    assert (form.name.text(), form.account.text()) == ("Copy of Twitch", "nordhuslive")
    assert form.sign_in.state.text() == "Nobody is signed in."
    assert form.key.placeholderText() == "Paste the token"


async def test_the_two_screens_share_their_keys_and_keep_what_was_typed(channels: Opened) -> None:
    shops = ShopsScreen(FakeShops(), channels.actions, channels.theme, Texts("en"), channels.tasks, PLACES)
    channels.window.add_workspace("shops", shops)
    went: list[str] = []
    channels.screen.went.connect(went.append)
    channels.write("name", "Twitch Oslo")
    tabs = channels.screen.switch
    QTest.mouseClick(tabs, Qt.MouseButton.LeftButton, pos=tabs.tabRect(0).center())
    assert went == ["shops"]
    assert tabs.currentIndex() == 1, "the tab of this screen stays that of this screen"
    channels.window.show_workspace("shops")
    await shops.load()
    assert channels.actions["shop.test"].isEnabled()
    assert "Ask the shop" in channels.actions["shop.test"].plain_tooltip
    channels.port.answers = [WELL]
    QTest.keyClick(shops, Key.Key_N, CTRL)
    assert len(shops.list.model.drafts) == 4, "the shop in front was added"
    assert len(channels.rows()) == 4, "and no channel"
    channels.window.show_workspace("channels")
    assert "listen for some seconds" in channels.actions["shop.test"].plain_tooltip
    assert channels.screen.form.name.text() == "Twitch Oslo"
    other = QWidget()
    channels.window.add_workspace("home", other)
    channels.window.show_workspace("home")
    assert not any(
        channels.actions[a].isEnabled() for a in ("shop.test", "shop.save", "shop.add", "shop.remove")
    )


async def test_the_address_to_which_messages_are_posted_is_copied_and_never_shown(theme) -> None:
    known = a_known_channel("ssn", "social", "TikTok", listen_port=8138)
    channels = await opened(theme, FakeChannels([known]))
    channels.write("listen_port", "")
    channels.key(Key.Key_Delete)
    channels.key(Key.Key_S, CTRL)
    await channels.tasks.drain()
    assert "or a port" in channels.screen.form.hints["account"].text(), "it needs a way in"
    channels.write("listen_port", "8138")
    channels.click(channels.screen.form.post)
    await until(lambda: channels.said, "that it is copied")
    assert QApplication.clipboard().text() == "http://127.0.0.1:8138/frames/a-secret"
    shown = [w.text() for kind in (QLabel, QLineEdit) for w in channels.window.findChildren(kind)]
    assert not [text for text in shown if "a-secret" in text]
    await channels.close()


async def test_what_was_used_of_a_day_is_told_also_while_no_show_is_open(channels: Opened) -> None:
    channels.screen.list.choose(1)
    assert channels.screen.form.hints["quota"].text() == "1,234 of 10,000 units used today, 8,766 left."


async def test_where_each_token_comes_from_is_said_and_the_environment_wins(channels: Opened) -> None:
    channels.screen.list.choose(3)
    form = channels.screen.form
    assert "HOST_STUDIO_CHANNEL_BRIDGE_TOKEN, which wins" in form.hints["key"].text()
    assert not form.key.isEnabled()
    assert not form.forget.isVisible()


async def test_the_last_errors_stand_with_their_time(channels: Opened) -> None:
    assert not channels.screen.errors.isVisible()
    channels.screen.list.choose(1)
    said = channels.screen.errors.sentences()
    assert any("3 times" in text for text in said)
    assert any("did not answer in time" in text for text in said)


async def test_channels_that_cannot_be_read_are_said_and_read_again(theme) -> None:
    port = FakeChannels()
    port.failure = StoreDamaged("The database is damaged.")
    channels = await opened(theme, port)
    assert "The database is damaged." in channels.screen.empty.sentence.text()
    port.failure = None
    channels.click(channels.screen.empty.button)
    await until(lambda: len(channels.rows()) == 4, "the channels")
    await channels.close()
    assert [type(error) for error in channels.failed] == [StoreDamaged]


async def test_without_a_keyring_the_screen_says_that_tokens_hold_for_the_session(theme) -> None:
    known = a_known_channel("one", "native", "One", key=Whereabouts(Kept.SESSION))
    channels = await opened(theme, FakeChannels([known], keys_stay=False))
    assert "no keyring" in channels.screen.keys_sentence.text()
    assert channels.screen.keys_sentence.property("tone") == "warning"
    await channels.close()


async def test_what_a_platform_says_is_never_markup(channels: Opened) -> None:
    evil = "<img src='http://evil.example/x.png'>\u202etxt"
    channels.port.answers = [
        ChannelTest(1, failure=ChannelFailure.REFUSED, sentence=evil, missing=(evil,), problems=(evil,))
    ]
    channels.key(Key.Key_F5)
    await until(lambda: channels.screen.findings.state.text() == "not connected", "what the test found")
    channels.links(("twitch", Link.DOWN, evil))
    labels = channels.screen.findChildren(QLabel)
    assert {label.textFormat() for label in labels} == {Qt.TextFormat.PlainText}
    assert not [label.text() for label in labels if "\u202e" in label.text()]


async def test_every_control_has_a_name_for_who_cannot_see_it(channels: Opened) -> None:
    assert channels.nameless(channels.screen) == []


def test_every_failure_has_words_and_says_what_to_do() -> None:
    for failure in ChannelFailure:
        headline, advice = failure_words(failure)
        assert headline
        assert advice.endswith(".")
