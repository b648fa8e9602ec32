"""A Twitch channel of the settings is tried against a real IRC server, with Twitch's HTTP API beside it."""

from studio.channel_probe import probe, typed_secrets
from studio.channel_quotas import Quotas
from studio.control.clock import SystemWallClock
from studio.settings.schema import ChannelSettings
from studio.settings.secrets import KeyringSecrets
from studio.ui.connections.channel_port import ChannelFailure, ChannelStep, ChannelTest, Feed
from tests.fakes.helix import CLIENT_ID, SHOP_CHANNEL, TOKEN, FakeHelix
from tests.real.irc.server import ROOM, InspIrcd, Viewer


async def tried(
    irc: InspIrcd,
    helix: FakeHelix,
    token: str = TOKEN,
    login: str = SHOP_CHANNEL,
    steps: list[ChannelStep] | None = None,
) -> ChannelTest:
    settings = ChannelSettings(
        id="tw", kind="twitch", name="Twitch", base_url=helix.url, chat_url=f"irc://127.0.0.1:{irc.port}",
        account=login, client_id=CLIENT_ID,
    )  # fmt: skip
    secrets = typed_secrets(KeyringSecrets({}, lambda: None), "tw", token, "")
    on_step = steps.append if steps is not None else lambda _step: None
    return await probe(settings, secrets, SystemWallClock(), Quotas(), on_step)


async def test_a_room_that_is_joined_is_alive_and_its_viewers_are_counted(
    irc: InspIrcd, helix: FakeHelix
) -> None:
    helix.viewers[SHOP_CHANNEL] = 812
    found = await tried(irc, helix)
    assert found.failure is None, found
    assert found.feed in (Feed.ALIVE, Feed.CHAT)
    assert found.viewers == 812
    assert found.capabilities is not None
    assert found.capabilities.hide


async def test_a_name_that_twitch_does_not_know_and_a_token_that_it_does_not_take_are_told(
    irc: InspIrcd, helix: FakeHelix
) -> None:
    assert (await tried(irc, helix, login="nobody_of_this_name")).failure is ChannelFailure.UNKNOWN_ACCOUNT
    assert (await tried(irc, helix, token="another-token")).failure is ChannelFailure.KEY_REFUSED


async def test_nothing_is_said_in_the_room(irc: InspIrcd, helix: FakeHelix, ana: Viewer) -> None:
    helix.viewers[SHOP_CHANNEL] = 1
    found = await tried(irc, helix)
    assert found.failure is None, found
    await ana.send(f"PRIVMSG {ROOM} :the first words in this room")
    line = await ana.until("PRIVMSG")
    assert (line.nick, line.params[-1]) == ("ana", "the first words in this room")
