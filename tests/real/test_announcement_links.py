"""Each channel's announcement holds that channel's own tracked link, made by the real demo shop."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from urllib.parse import parse_qs, urlsplit

import httpx
import msgspec
import pytest

from studio.control.clock import MeasuredShowClock, SystemWallClock
from studio.control.desk import Desk
from studio.domain import commands as cmd
from studio.domain.announcement_log import announcement_lines
from studio.domain.announcement_rules import AnnouncementRules, ChannelRule
from studio.domain.decide import Facts
from studio.domain.lineup import ItemKind, LineUp, LineUpItem
from studio.domain.show import ShowState
from studio.shops.studio_api import StudioApiShop
from studio.store.kill_points import NoKillPoints
from studio.sync.http import HttpClient
from studio.sync.sender import Sender
from tests.fakes.fake_shop import FakeChannel
from tests.fakes.memory_store import MemoryOutbox
from tests.fakes.shop_process import ShopProcess, start_shop
from tests.real.shopping import buy, variant

SHOW = "announced-show"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ShopProcess]:
    with start_shop(tmp_path_factory.mktemp("shop")) as running:
        yield running


@pytest.fixture
async def shop(server: ShopProcess) -> AsyncIterator[StudioApiShop]:
    client = HttpClient(server.url, lambda: server.token, SystemWallClock())
    yield StudioApiShop(client)
    await client.aclose()


def a_channel(name: str, max_length: int) -> FakeChannel:
    made = FakeChannel(name)
    made.capabilities = msgspec.structs.replace(made.capabilities, max_length=max_length)
    return made


async def test_every_channel_says_its_own_link_and_the_shop_counts_by_it(
    server: ShopProcess, shop: StudioApiShop
):
    wanted = variant(server)
    product = await shop.product(wanted["product_id"])
    assert product is not None
    channels = {"youtube-main": a_channel("youtube-main", 200), "twitch": a_channel("twitch", 500)}
    wall = SystemWallClock()
    clock = MeasuredShowClock(wall)
    reading = await shop.clock()
    clock.measured(reading.shop_ms, reading.sent_wall_ms, reading.received_wall_ms, reading.rate)
    store = MemoryOutbox()
    sender = Sender(
        SHOW, store, lambda _show, events: desk.record(events), shop, channels, clock, wall, NoKillPoints(),
        lambda _rows: None, lambda *_notice: None,
    )  # fmt: skip
    desk = Desk(
        ShowState(SHOW), store, clock, wall, Facts, lambda _events, _effects, _state: sender.wake()
    )  # fmt: skip
    title = f"{product.title} {'of the very finest kind ' * 10}"
    lineup = LineUp("Evening", "EUR", (LineUpItem("i1", ItemKind.PRODUCT, title, 300_000, product.id),))
    rules = AnnouncementRules(channels={"twitch": ChannelRule(language="de")})
    await desk.do(cmd.PlanShow(lineup, "demo", tuple(channels), announcements=rules))
    await desk.do(cmd.StartShow())
    running = asyncio.create_task(sender.run())
    assert await desk.do(cmd.NextItem()) is None
    assert await sender.drained(60)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)

    links: dict[str, str] = {}
    for name, channel in channels.items():
        (said,) = channel.said
        assert len(said) <= channel.capabilities.max_length
        links[name] = said.split()[-1]
    assert channels["youtube-main"].said[0].startswith("Now on air: ")
    assert channels["twitch"].said[0].startswith("Jetzt live: ")
    assert len(set(links.values())) == 2
    assert {line.channel: line.text for line in announcement_lines(desk.state)} == {
        name: channel.said[0] for name, channel in channels.items()
    }
    async with httpx.AsyncClient(trust_env=False) as browser:
        for name, link in links.items():
            led = await browser.get(link)
            marks = parse_qs(urlsplit(led.headers["Location"]).query)
            assert marks["utm_source"] == [name]
            assert marks["utm_campaign"] == [SHOW]
            page = await browser.get(link, follow_redirects=True)
            assert page.status_code == 200
    made = {link["channel"]: link for link in server.get("links", show_id=SHOW)["items"]}
    assert {name: link["url"] for name, link in made.items()} == links
    order = await asyncio.to_thread(
        buy, server, wanted["id"], link_id=made["twitch"]["id"], code=None, customer="viewer"
    )
    assert order["link_id"] == made["twitch"]["id"]
