"""One whole show: four platforms, two stages, 2,000 messages a second for two minutes, and everything is killed once.

It says at its end what it counted; nothing here asserts how fast this computer is.
"""

import asyncio
import json
import random
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest
import structlog

from studio.control.ports import ChatRow
from studio.domain import commands as cmd
from studio.domain.events import StreamStarted
from tests.real.obs.rig import Screen, stream_to
from tests.real.obs.whole_show.engine import Studio
from tests.real.obs.whole_show.script import FEW, LENGTH_S, PRODUCTS, Act, Host, lineup
from tests.real.obs.whole_show.truth import ShopTruth, Truth
from tests.real.obs.whole_show.verdict import LOSSLESS, Account, Sendings, account, sendings
from tests.real.obs.whole_show.watch import Watch, in_obs, on_page
from tests.real.obs.whole_show.world import Observer, Viewport, World, a_viewport

pytestmark = [pytest.mark.real, pytest.mark.timeout(420)]
GONE_WITHIN_S = 5.0
DRAINED_WITHIN_S = 60.0
SAMPLE = 200


@pytest.fixture
def bugs(tmp_path: Path) -> Iterator[list[dict[str, Any]]]:
    """What the studio logged as an error: its loops are started again after a bug, and say so there. All that it logged is in
    `studio.log`.
    """
    found: list[dict[str, Any]] = []

    def take(logger: object, level: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
        told = dict(structlog.processors.format_exc_info(logger, level, event))
        log.write(f"{time.time():.3f} {level} {told}\n")
        if level in ("error", "critical", "exception") or "exception" in told:
            found.append(told)
        raise structlog.DropEvent

    before = structlog.get_config()
    with (tmp_path / "studio.log").open("w", encoding="utf-8") as log:
        structlog.configure(processors=[take])
        yield found
        structlog.configure(**before)


class Show:
    """The show, its two watchers, and who is killed when."""

    def __init__(self, world: World, studio: Studio, viewport: Viewport) -> None:
        self.world, self.studio, self.viewport = world, studio, viewport
        shop = world.shop
        self.truth = ShopTruth(
            lambda: shop.url, shop.token, shop.admin_token, [product for product, _ in PRODUCTS]
        )
        self.watches = {name: Watch(name, self._now, FEW) for name in ("obs", "overlay")}
        self.observer = Observer(world.obs)
        self.restarts: dict[str, float] = {}
        self.host = Host(studio, self.truth)

    def _now(self) -> Truth:
        return self.truth.now(self.studio.state)

    async def look_at_page(self) -> None:
        """The overlay is opened, as often as it is needed."""
        stages = self.studio.room.stages
        assert stages is not None
        page = await self.viewport.open(stages.overlay_address)
        self.watches["overlay"].there(lambda: on_page(page))

    async def look_at_obs(self) -> None:
        """OBS is there, and on air."""
        observer = await self.observer.open()
        await stream_to(observer, self.world.ingest)
        self.watches["obs"].there(lambda: in_obs(observer))

    # -- who is killed

    def kills(self) -> list[Act]:
        """In turn, each for some seconds."""
        world = self.world
        return [
            (14.0, lambda: self._down("irc", world.irc.kill, world.irc.start, 3)),
            (24.0, lambda: self._down("youtube", world.youtube.kill, world.youtube.start, 3)),
            (34.0, lambda: self._down("facebook", world.facebook.kill, world.facebook.start, 3)),
            (46.0, lambda: self._down("nchan", world.nchan.kill, world.nchan.start, 2)),
            (57.0, self._page),
            (67.0, self._obs),
            (84.0, self._shop),
            (102.0, lambda: self._down("ingest", world.ingest.kill, world.ingest.start, 2)),
        ]

    async def _down(
        self, name: str, kill: Callable[[], object], start: Callable[[], object], for_s: float
    ) -> None:
        began = time.monotonic()
        await asyncio.to_thread(kill)
        await asyncio.sleep(for_s)
        await asyncio.to_thread(start)
        self.restarts[name] = round(time.monotonic() - began, 1)

    async def _page(self) -> None:
        began = time.monotonic()
        self.watches["overlay"].gone()
        await self.viewport.kill()
        await asyncio.sleep(1)
        await self.look_at_page()
        self.restarts["chromium"] = round(time.monotonic() - began, 1)

    async def _obs(self) -> None:
        began = time.monotonic()
        self.watches["obs"].gone()
        await asyncio.to_thread(self.world.obs.kill)
        await self.observer.close()
        await asyncio.to_thread(self.world.obs.start)
        await self.look_at_obs()
        self.restarts["obs"] = round(time.monotonic() - began, 1)

    async def _shop(self) -> None:
        began = time.monotonic()
        self.truth.dead = True
        await asyncio.to_thread(self.world.shop.kill)
        await asyncio.sleep(10)
        await asyncio.to_thread(self.world.shop.start)
        self.restarts["shop"] = round(time.monotonic() - began, 1)

    # -- the show

    async def play(self) -> None:
        """From the plan to the last second."""
        studio, world = self.studio, self.world
        await studio.ask(studio.room.open_show("whole-show", whole_feeds=True))
        await studio.ask(studio.room.show.engine.clock_measured())
        await studio.must(cmd.PlanShow(lineup(), "demo", tuple(world.crowds)))
        for name, crowd in world.crowds.items():
            await studio.hears(
                f"{name} hello", lambda crowd=crowd, name=name: crowd.tell(f"say {name} hello")
            )
        self.truth.show_id = "whole-show"
        levels = (await asyncio.to_thread(world.shop.get, "shop"))["locations"]
        self.host.places = tuple(place["id"] for place in levels)
        async with asyncio.timeout(60):
            while not (studio.room.stages and studio.room.stages.overlay_address):  # noqa: ASYNC110 - it is told nowhere
                await asyncio.sleep(0.05)
        await self.look_at_page()
        await self.look_at_obs()
        looking = [asyncio.create_task(w.run()) for w in self.watches.values()]
        looking.append(asyncio.create_task(self.truth.run()))
        async with asyncio.timeout(60):
            while self.truth.looks < 2:
                await self.truth.moved.wait()
        try:
            await studio.must(cmd.StartShow())
            for crowd in world.crowds.values():
                crowd.tell("flood")
            for watch in self.watches.values():
                watch.began = time.monotonic()
            playing = asyncio.create_task(self.host.play(self.kills()))
            await asyncio.wait([playing, *looking], return_when=asyncio.FIRST_COMPLETED)
            for task in looking:
                if task.done():
                    task.result()
            await playing
        finally:
            for task in looking:
                task.cancel()
            await asyncio.gather(*looking, return_exceptions=True)
            for watch in self.watches.values():
                watch.end()

    async def finish(self) -> None:
        """Nobody writes any more; everything that was said is heard, and everything that is to be said has been."""
        for name, crowd in self.world.crowds.items():
            crowd.tell("quiet")
            await self.studio.hears(
                f"{name} goodbye",
                lambda crowd=crowd, name=name: crowd.tell(f"say {name} goodbye"),
                again_s=30,
            )
        await self.studio.must(cmd.EndShow())
        assert await self.studio.drained(DRAINED_WITHIN_S)


async def test_a_show_in_which_everything_dies_once_loses_no_message_and_shows_nothing_wrong(
    tmp_path: Path, screen: Screen, bugs: list[dict[str, Any]], capsys: pytest.CaptureFixture[str]
) -> None:
    async with AsyncExitStack() as stack:
        world = World(tmp_path, screen)
        await world.start(stack)
        viewport = await stack.enter_async_context(a_viewport())
        studio = Studio(tmp_path / "studio.db", world.connections())
        await asyncio.to_thread(studio.room.start)
        stack.push_async_callback(asyncio.to_thread, studio.room.stop)
        show = Show(world, studio, viewport)
        stack.push_async_callback(show.observer.close)
        await show.play()
        await show.finish()
        books = {name: await crowd.books() for name, crowd in world.crowds.items()}
        rows = await studio.all_chat()
        log = studio.room.history.events("whole-show")
        waiting = await studio.ask(studio.room._stored.outbox.pending("whole-show"))
        by_channel: dict[str, list[ChatRow]] = {name: [] for name in books}
        for row in rows:
            by_channel[row.message.channel].append(row)
        accounts = {name: account(name, book, by_channel[name]) for name, book in books.items()}
        told = {name: sendings(name, log, book) for name, book in books.items()}
        with capsys.disabled():
            print(summary(show, accounts, told), file=sys.stderr)
        (tmp_path / "summary.json").write_text(summary(show, accounts, told))

        check_stages(show)
        check_messages(accounts)
        for name, each in told.items():
            assert each.faults == [], name
            assert books[name].complaints == [], name
        assert [row for row in waiting if row.held != "unsure"] == []
        assert {row.effect.target for row in waiting} <= {"channel:irc", "channel:social"}
        await check_search(studio, rows)
        assert sum(isinstance(logged.event, StreamStarted) for logged in log) >= 2, (
            "before OBS died, and after"
        )
        assert viewport.complaints == []
        assert bugs == []


def check_stages(show: Show) -> None:
    """Nothing wrong stood longer than viewers may be misled, and in quiet stretches everything was there."""
    for name, watch in show.watches.items():
        assert watch.longest(shop_dead=False) <= GONE_WITHIN_S, (name, watch.stretches)
        step = watch.longest_step_s
        assert watch.longest(shop_dead=True) <= GONE_WITHIN_S + step, (name, watch.stretches)
        assert watch.quiet >= 20, name
        assert watch.amiss == [], name
        assert len(watch.back_s) == 2, f"{name} did not show everything again"


def check_messages(accounts: dict[str, Account]) -> None:
    """Each message is stored once; what is missing lies where the chat says that something may be."""
    for name, each in accounts.items():
        assert each.taken > 0, name
        assert each.twice == [], name
        assert each.unknown == [], name
        assert each.unexplained == [], name
        if name in LOSSLESS:
            assert each.missing == 0, name
        else:
            assert each.gaps, f"{name} was away, and its chat does not say so"


async def check_search(studio: Studio, rows: list[ChatRow]) -> None:
    """Any message is found by its words."""
    said = [row for row in rows if not row.gap and not row.message.by_us]
    for row in random.Random(7).sample(said, SAMPLE):
        word = row.message.text.split()[0]
        found = await asyncio.wrap_future(
            studio.room.read(lambda word=word: studio.room.history.chat_search("whole-show", word, 10_000))
        )
        assert row.rowid in [each.rowid for each in found], row.message.text


def summary(show: Show, accounts: dict[str, Account], told: dict[str, Sendings]) -> str:
    """What was counted, as one line of JSON."""
    taken = sum(each.taken for each in accounts.values())
    figures: dict[str, Any] = {
        "messages": taken,
        "messages_a_second": round(taken / LENGTH_S),
        "missing": {name: each.missing for name, each in accounts.items()},
        "gaps_s": {name: [round((b - a) / 1000, 1) for a, b in each.gaps] for name, each in accounts.items()},
        "unexplained": {name: each.unexplained[:5] for name, each in accounts.items()},
        "sent": {name: each.outcomes for name, each in told.items()},
        "unseen": {name: each.unseen for name, each in told.items()},
        "replies": len(show.host.replies),
        "late_s": round(show.host.late_s, 1),
        "restarts_s": show.restarts,
        "stages": {
            name: {
                "looks": watch.looks,
                "quiet": watch.quiet,
                "amiss": len(watch.amiss),
                "longest_wrong_s": round(watch.longest(shop_dead=False), 2),
                "longest_wrong_without_shop_s": round(watch.longest(shop_dead=True), 2),
                "longest_step_s": round(watch.longest_step_s, 2),
                "back_s": [round(s, 1) for s in watch.back_s],
            }
            for name, watch in show.watches.items()
        },
    }
    return json.dumps(figures)
