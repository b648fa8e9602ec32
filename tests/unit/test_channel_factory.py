"""Every kind of channel is made as the settings say, and one that cannot be used is left out with a sentence."""

import asyncio
from collections.abc import AsyncIterator

import msgspec
import pytest

from studio.channel_factory import KINDS, ChannelSet, UnknownChannelKind, channel_kind
from studio.channel_quotas import Quotas
from studio.channels.sign_in import TWITCH, Grant, grant_text
from studio.control.clock import SystemWallClock
from studio.control.ports import TargetError, Unauthorised, Unreachable
from studio.settings.schema import ChannelSettings
from studio.settings.secrets import KeyringSecrets
from tests.fakes.bad_shop import TOKEN, BadShop
from tests.fakes.http_server import BadServer, Request, reply


def a_channel(channel_id: str, kind: str, **more: object) -> ChannelSettings:
    url = KINDS[kind].base_url if kind in KINDS else ""
    given = {"base_url": url or "https://bridge.example", "account": "nordhuslive"} | more
    return ChannelSettings(id=channel_id, kind=kind, name=channel_id.title(), **given)  # type: ignore[arg-type]


@pytest.fixture
def secrets() -> KeyringSecrets:
    return KeyringSecrets({}, lambda: None)


@pytest.fixture
async def made(secrets: KeyringSecrets) -> AsyncIterator[ChannelSet]:
    channels = ChannelSet(secrets, SystemWallClock(), Quotas())
    yield channels
    await channels.aclose()


async def test_every_kind_is_made_under_its_id(made: ChannelSet) -> None:
    channels = made.make_all(
        [a_channel(f"my-{kind}", kind) for kind in KINDS], lambda _id, said: pytest.fail(said)
    )
    assert [channel.name for channel in channels.values()] == [f"my-{kind}" for kind in KINDS]
    assert [name for name, channel in channels.items() if channel.numbered] == ["my-native"]


async def test_what_cannot_be_used_is_left_out_with_a_sentence_and_the_others_work(made: ChannelSet) -> None:
    said: dict[str, str] = {}
    channels = made.make_all(
        [
            a_channel("well", "native"),
            a_channel("off", "native", enabled=False),
            a_channel("odd", "odd"),
            a_channel("open", "native", base_url="http://bridge.example"),
            a_channel("nameless", "twitch", account=""),
            a_channel("paper", "native", ca_file="/nowhere/authority.pem"),
        ],
        said.__setitem__,
    )  # fmt: skip
    assert list(channels) == ["well"]
    assert list(said) == ["odd", "open", "nameless", "paper"]
    assert all(
        sentence.startswith(f"The channel “{name.title()}” is left out. ") for name, sentence in said.items()
    )
    assert "no kind of channel" in said["odd"]
    assert "use https://" in said["open"]
    assert "authority.pem" in said["paper"]


def test_an_unknown_kind_names_those_that_there_are() -> None:
    with pytest.raises(UnknownChannelKind, match=r"“odd” is no kind of channel.*“twitch”.*“native”"):
        channel_kind("odd")


async def test_a_token_given_later_is_used_at_once_and_one_taken_away_is_not(
    made: ChannelSet, secrets: KeyringSecrets
) -> None:
    """Over real HTTP: the bridge wants its token."""
    with BadShop() as bridge:
        bridge.token = TOKEN
        secrets.set("channel:bridge", "another-token")
        channel = made.make(a_channel("bridge", "native", base_url=bridge.url))
        with pytest.raises(Unauthorised):
            await channel.hello()
        secrets.set("channel:bridge", TOKEN)
        await made.reread("channel:bridge")
        assert (await channel.hello()).keyed
        secrets.delete("channel:bridge")
        await made.reread("channel:bridge")
        with pytest.raises(Unauthorised, match="none is known"):
            await channel.hello()


async def test_what_a_sign_in_granted_is_sent_as_its_access_token_only(
    made: ChannelSet, secrets: KeyringSecrets
) -> None:
    with BadShop() as bridge:
        bridge.token = TOKEN
        secrets.set("channel:bridge", grant_text(Grant(access_token=TOKEN, refresh_token="another-secret")))
        await made.make(a_channel("bridge", "native", base_url=bridge.url)).hello()
        (asked,) = bridge.requests("/channel/v1")
        assert asked.headers["authorization"] == f"Bearer {TOKEN}"


async def test_a_facebook_token_that_was_given_meanwhile_is_tried_before_anybody_is_asked(
    made: ChannelSet, secrets: KeyringSecrets
) -> None:
    async def owner(request: Request, writer: asyncio.StreamWriter) -> None:
        if request.headers["authorization"] == f"Bearer {TOKEN}":
            await reply(200, b'{"id": "1", "data": []}')(request, writer)
        else:
            await reply(400, b'{"error": {"message": "Expired", "code": 190}}')(request, writer)

    async with BadServer() as graph:
        graph.on("/v23.0/me", owner)
        graph.on("/v23.0/me/live_videos", owner)
        secrets.set("channel:page", "a-token-that-has-run-out")
        channel = made.make(a_channel("page", "facebook", account="", base_url=f"{graph.url}/v23.0"))
        with pytest.raises(Unauthorised):
            await channel.hello()
        secrets.set("channel:page", TOKEN)
        with pytest.raises(Unreachable, match="Nothing is live at Facebook"):
            await channel.hello()


@pytest.mark.parametrize("its_own", [True, False])
async def test_twitch_is_asked_whether_a_token_holds_but_of_no_other_servers_token(
    secrets: KeyringSecrets, its_own: bool
) -> None:
    asked = asyncio.Event()

    async def ended(request: Request, writer: asyncio.StreamWriter) -> None:
        asked.set()
        await reply(401, b'{"status": 401, "message": "invalid access token"}')(request, writer)

    async with BadServer() as twitch:
        twitch.on("/oauth2/validate", ended)
        twitch.on("/helix/users", reply(401, b'{"message": "Invalid OAuth token"}'))
        provider = msgspec.structs.replace(TWITCH, base_url=twitch.url)
        kind = msgspec.structs.replace(
            KINDS["twitch"], provider=provider, base_url=f"{twitch.url}/{'helix' if its_own else 'other'}"
        )
        secrets.set("channel:live", "a-token")
        made = ChannelSet(secrets, SystemWallClock(), Quotas(), kinds={"twitch": kind})
        live = made.make(a_channel("live", "twitch", client_id="app", base_url=f"{twitch.url}/helix"))
        with pytest.raises(TargetError):  # meanwhile the token is looked after
            await live.hello()
        if its_own:
            await asked.wait()
        await made.aclose()
        assert asked.is_set() is its_own


async def test_channels_of_one_app_share_its_quota(secrets: KeyringSecrets) -> None:
    quotas = Quotas()
    seen: dict[str, object] = {}

    class Watching(Quotas):
        def book(self, channel_id: str):
            seen[channel_id] = seen.get(channel_id, 0)
            return quotas.book(channel_id)

    made = ChannelSet(secrets, SystemWallClock(), Watching())
    made.make_all(
        [a_channel("one", "youtube", client_id="app"), a_channel("two", "youtube", client_id="app"),
         a_channel("three", "youtube", client_id="another")],
        lambda _id, said: pytest.fail(said),
    )  # fmt: skip
    assert list(seen) == ["one", "three"]
    await made.aclose()


async def test_nothing_is_left_running_when_the_show_closes(secrets: KeyringSecrets) -> None:
    before = asyncio.all_tasks()
    made = ChannelSet(secrets, SystemWallClock(), Quotas())
    made.make_all([a_channel(f"my-{kind}", kind) for kind in KINDS], lambda _id, said: pytest.fail(said))
    assert len(asyncio.all_tasks()) > len(before)
    await made.aclose()
    assert asyncio.all_tasks() == before
