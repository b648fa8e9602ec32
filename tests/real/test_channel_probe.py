"""A channel is tried before a show depends on it: against the simulated audience as a process, the stand-ins of YouTube and
Facebook, and servers that are not well.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from studio.channel_probe import probe, typed_secrets
from studio.channel_quotas import Quotas
from studio.channels.youtube_quota import quota_day
from studio.control.clock import SystemWallClock
from studio.settings.schema import ChannelSettings
from studio.settings.secrets import KeyringSecrets
from studio.ui.connections.channel_port import ChannelFailure, ChannelStep, ChannelTest, Feed
from tests.fakes.audience_process import start_audience
from tests.fakes.bad_shop import TOKEN, BadShop, problem
from tests.fakes.certificates import certificate, server_tls
from tests.fakes.http_server import hang_up, never, reply
from tests.real.facebook.graph import PAGE, GraphServer
from tests.real.facebook.graph import TOKEN as PAGE_TOKEN
from tests.real.youtube.stand_in import StandIn
from tests.real.youtube.state import YouTubeState

WALL = SystemWallClock()


async def tried(
    url: str,
    key: str = TOKEN,
    kind: str = "native",
    steps: list[ChannelStep] | None = None,
    quotas: Quotas | None = None,
    within_s: float = 20.0,
    listen_s: float = 10.0,
    **more: object,
) -> ChannelTest:
    """What a test of a channel finds."""
    settings = ChannelSettings(id="live", kind=kind, name="Live", base_url=url, **more)  # type: ignore[arg-type]
    secrets = typed_secrets(KeyringSecrets({}, lambda: None), "live", key, "")
    on_step = steps.append if steps is not None else lambda _step: None
    return await probe(
        settings, secrets, WALL, quotas or Quotas(), on_step, listen_s=listen_s, within_s=within_s
    )


@pytest.fixture
def bridge() -> Iterator[BadShop]:
    with BadShop() as running:
        running.token = TOKEN
        yield running


@pytest.fixture
async def youtube() -> AsyncIterator[StandIn]:
    with StandIn(YouTubeState()) as running:
        yield running
    assert running.complaints == []


async def test_the_simulated_audience_is_heard_and_counted(tmp_path: Path) -> None:
    audience = start_audience(None, tmp_path)
    try:
        steps: list[ChannelStep] = []
        found = await tried(audience.url, audience.token, steps=steps)
        said = audience.admin("books", from_ms=0)
    finally:
        audience.stop()
    assert found.failure is None, found
    assert found.feed in (Feed.CHAT, Feed.ALIVE)
    assert found.viewers is not None
    assert found.capabilities is not None
    assert found.capabilities.keyed
    assert steps[:2] == [ChannelStep.CONNECT, ChannelStep.LISTEN]
    assert not [entry for entry in said.get("said", []) if entry], "nothing is said there"


async def test_a_wrong_token_is_told_from_a_missing_one(bridge: BadShop) -> None:
    assert (await tried(bridge.url, "another-token")).failure is ChannelFailure.KEY_REFUSED
    assert (await tried(bridge.url, "")).failure is ChannelFailure.KEY_MISSING


async def test_a_right_that_is_missing_is_named(bridge: BadShop) -> None:
    bridge.on("/channel/v1", problem(403, "forbidden", "chat:read is not granted"))
    found = await tried(bridge.url)
    assert found.failure is ChannelFailure.RIGHT_MISSING
    assert "chat:read" in found.missing[0]


async def test_a_chat_in_which_nobody_speaks_is_open_all_the_same(bridge: BadShop) -> None:
    found = await tried(bridge.url, listen_s=0.5)
    assert (found.failure, found.feed, found.messages) == (None, Feed.SILENT, 0)
    assert found.listened_ms > 0


async def test_an_entry_that_cannot_be_read_is_told_and_the_rest_is_heard(bridge: BadShop) -> None:
    trying = asyncio.ensure_future(tried(bridge.url))
    async with asyncio.timeout(20):
        while not bridge.requests("/channel/v1/stream"):  # noqa: ASYNC110 - a server in another thread
            await asyncio.sleep(0)
    bridge.frame(kind="message", message={"text": "no id"})
    bridge.said("Hei")
    bridge.frame(kind="viewers", viewers=7)
    found = await trying
    assert (found.feed, found.messages, found.viewers) == (Feed.CHAT, 1, 7)
    assert len(found.problems) == 1


@pytest.mark.parametrize(
    ("url", "failure"),
    [
        ("http://bridge.example", ChannelFailure.ADDRESS),
        ("http://127.0.0.1:9", ChannelFailure.UNREACHABLE),
    ],
)
async def test_an_address_that_leads_nowhere_is_a_sentence(url: str, failure: ChannelFailure) -> None:
    found = await tried(url)
    assert found.failure is failure
    assert found.sentence


async def test_a_server_that_is_something_else_or_does_not_answer_is_told(bridge: BadShop) -> None:
    bridge.on("/channel/v1", reply(200, b"<html>hello</html>", {"content-type": "text/html"}))
    assert (await tried(bridge.url)).failure is ChannelFailure.OTHER_PLATFORM
    bridge.on("/channel/v1", problem(429, "slow-down", "Slow down"))
    assert (await tried(bridge.url)).failure is ChannelFailure.BUSY
    bridge.on("/channel/v1", hang_up())
    assert (await tried(bridge.url)).failure is ChannelFailure.UNREACHABLE
    bridge.on("/channel/v1", never())
    assert (await tried(bridge.url, within_s=0.3)).failure is ChannelFailure.TIMEOUT


async def test_a_certificate_that_nobody_vouches_for_is_told_and_nothing_is_sent(tmp_path: Path) -> None:
    cert, key = certificate(tmp_path)
    with BadShop(tls=server_tls(cert, key)) as bridge:
        found = await tried(bridge.url)
        assert found.failure is ChannelFailure.UNTRUSTED
        trusted = await tried(bridge.url, ca_file=str(cert), listen_s=0.5)
        assert trusted.failure is None, trusted
    assert (
        await tried(bridge.url, ca_file=str(tmp_path / "none.pem"))
    ).failure is ChannelFailure.CERTIFICATE_FILE


async def test_a_test_that_is_given_up_lets_go_at_once(bridge: BadShop) -> None:
    before = asyncio.all_tasks()
    bridge.on("/channel/v1", never())
    trying = asyncio.ensure_future(tried(bridge.url))
    async with asyncio.timeout(20):
        while not bridge.requests("/channel/v1"):  # noqa: ASYNC110 - a server in another thread
            await asyncio.sleep(0)
    trying.cancel()
    await asyncio.wait([trying])
    assert asyncio.all_tasks() == before


async def test_youtube_that_is_not_live_is_no_failure_and_what_it_cost_is_counted(youtube: StandIn) -> None:
    quotas = Quotas()
    found = await tried(youtube.url, youtube.state.token, "youtube", quotas=quotas)
    assert (found.failure, found.feed) == (None, Feed.OFF)
    assert "Nothing is live at YouTube" in found.sentence
    assert quotas.used("live", quota_day(WALL.now_ms())) > 0


async def test_the_chat_of_youtubes_broadcast_is_read(youtube: StandIn) -> None:
    youtube.state.start(viewers=812)
    youtube.state.write("Hei")
    found = await tried(youtube.url, youtube.state.token, "youtube")
    assert (found.failure, found.feed, found.viewers) == (None, Feed.CHAT, 812), found


async def test_youtube_with_a_token_that_is_over_asks_for_another(youtube: StandIn) -> None:
    found = await tried(youtube.url, "ya29.over", "youtube")
    assert found.failure is ChannelFailure.KEY_REFUSED


async def test_the_comments_of_facebooks_broadcast_are_heard_or_it_is_not_live() -> None:
    with GraphServer() as graph:
        found = await tried(f"{graph.url}/v23.0", PAGE_TOKEN, "facebook", account=PAGE)
        assert (found.failure, found.viewers) == (None, 128), found
        graph.videos.clear()
        found = await tried(f"{graph.url}/v23.0", PAGE_TOKEN, "facebook", account=PAGE)
        assert (found.failure, found.feed) == (None, Feed.OFF)
        found = await tried(f"{graph.url}/v23.0", "another-token", "facebook", account=PAGE)
        assert found.failure is ChannelFailure.KEY_REFUSED


async def test_a_port_that_another_program_has_is_told(bridge: BadShop) -> None:
    port = int(bridge.url.rpartition(":")[2])
    token = "a-token-that-is-long-enough-for-a-secret"
    found = await tried("https://io.socialstream.example", token, "social", listen_port=port)
    assert found.failure is ChannelFailure.PORT
