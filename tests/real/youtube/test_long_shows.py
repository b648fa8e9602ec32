"""Whole shows at YouTube within one day's quota: hours that pass in moments, at a stand-in that keeps books."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from itertools import pairwise
from typing import Any
from urllib.parse import urlencode

import pytest

from studio.channels.youtube import YouTubeChannel
from studio.channels.youtube_broadcast import LOOK_MS, OVER_MS
from studio.channels.youtube_quota import quota_day, quota_resets_at_ms
from studio.control.ports import ChannelItem, HttpAnswer, TargetError, Throttled, Unreachable
from studio.domain.ids import uuid7
from tests.fakes.virtual_time import VirtualLoop, VirtualWall, run
from tests.real.youtube.conftest import MemoryBook
from tests.real.youtube.stand_in import StandIn
from tests.real.youtube.state import YouTubeState

MINUTE, HOUR = 60_000, 3_600_000
EVENING = 1_795_374_000_000  # 22 November 2026, 19:00 UTC; 13 h before the quota begins anew


class DirectHttp:
    """The `Http` port into a stand-in of the same process: an answer takes no time."""

    def __init__(self, server: StandIn, wall: VirtualWall) -> None:
        self._server = server
        self._wall = wall
        self.offline = False

    async def request(
        self,
        method: str,
        path: str,
        *,
        body: bytes | None = None,
        params: Sequence[tuple[str, str]] = (),
        headers: Mapping[str, str] | None = None,
        timeout_ms: int = 10_000,
        max_bytes: int = 32_000_000,
    ) -> HttpAnswer:
        await asyncio.sleep(0)
        if self.offline:
            raise Unreachable("YouTube cannot be reached: check the network.", attempted=False)
        token = {"authorization": f"Bearer {self._server.state.token}"}
        answer = self._server.answer(method, f"{path}?{urlencode(params)}", token, body or b"")
        now = self._wall.now_ms()
        return HttpAnswer(answer.status, dict(answer.headers), answer.body, now, now)

    def events(self, path: str, **_: Any) -> Any:
        raise AssertionError(f"nobody streams {path}")

    async def aclose(self) -> None:
        """Nothing is open."""


class Evening:
    """A show at YouTube from 19:00 UTC on; polling every second is what YouTube allows."""

    def __init__(self, loop: VirtualLoop, limit: int = 10_000, **more: Any) -> None:
        self.wall = VirtualWall(loop, EVENING)
        self.state = YouTubeState(polling_ms=1_000, limit=limit, clock=self.wall)
        self.server = StandIn(self.state)
        self.http = DirectHttp(self.server, self.wall)
        self.book = MemoryBook()
        self.items: list[ChannelItem] = []
        self.heard_at_ms: list[int] = []
        self.broken: list[TargetError] = []
        self.channel = YouTubeChannel(
            "yt", self.http, wall=self.wall, quota=self.book, **({"limit": limit} | more)
        )

    async def read(self) -> None:
        """As the intake does: again when it broke, after what was asked for, five minutes at the most."""
        while True:
            try:
                async for item in self.channel.items(0):
                    self.items.append(item)
                    self.heard_at_ms.append(self.wall.now_ms())
            except TargetError as error:
                self.broken.append(error)
                wait = error.retry_after_ms if isinstance(error, Unreachable) else None
                await asyncio.sleep(min(wait or 500, 300_000) / 1000)

    async def until(self, at_ms: int) -> None:
        await asyncio.sleep(max(0, at_ms - self.wall.now_ms()) / 1000)

    def used(self) -> int:
        return self.book.used(quota_day(self.wall.now_ms()))

    @property
    def problems(self) -> list[str]:
        return [item.problem for item in self.items if item.problem]

    def gaps(self) -> list[int]:
        return [poll.after_ms for poll in self.server.polls if poll.after_ms is not None]


def play(main: Callable[[Evening], Awaitable[None]], **more: Any) -> None:
    """An evening; nobody asked YouTube for what it does not allow, or too soon."""

    async def played(loop: VirtualLoop) -> None:
        evening = Evening(loop, **more)
        reader = asyncio.create_task(evening.read())
        await main(evening)
        reader.cancel()
        await asyncio.wait([reader])
        assert evening.server.complaints == []
        assert evening.server.too_early == 0
        refused = [e for e in evening.broken if "used up" in e.sentence]
        assert refused == []

    run(played)


@pytest.mark.parametrize("hours", [1, 3, 8])
def test_a_planned_show_is_read_to_its_end_within_the_quota_and_says_once_that_it_is_slower(hours: int):
    async def show(evening: Evening) -> None:
        evening.state.start()
        await evening.until(EVENING + hours * HOUR)
        assert evening.used() == evening.state.used <= 9_000
        # What is left is for overtime: nobody waits longer than need be.
        assert evening.used() > 8_000
        assert len([p for p in evening.problems if "so that today's quota lasts" in p]) == 1
        # As fast late as early; slower only in the last minutes, in which the end becomes doubtful.
        gaps = evening.gaps()
        late = len(gaps) * 3 // 4
        assert max(gaps[:late]) < 1.1 * min(gaps)
        assert max(gaps) < 3.5 * min(gaps)

    play(show, ends_at_ms=lambda: EVENING + hours * HOUR)


def test_a_chat_that_is_read_slowly_on_purpose_is_not_taken_for_dead():
    async def show(evening: Evening) -> None:
        evening.state.start()
        await evening.until(EVENING + HOUR)
        assert max(evening.gaps()) > 30_000
        heard = evening.heard_at_ms
        assert max(later - sooner for sooner, later in pairwise(heard)) <= 10_100

    play(show, limit=1_000, ends_at_ms=lambda: EVENING + 3 * HOUR)


def test_who_has_plenty_of_quota_is_never_slowed_down():
    async def show(evening: Evening) -> None:
        evening.state.start()
        await evening.until(EVENING + HOUR)
        assert evening.problems == []
        assert max(evening.gaps()) <= 1_100
        quotas = [item.quota for item in evening.items if item.quota]
        assert quotas[-1].hourly == pytest.approx(evening.used(), rel=0.05)
        assert quotas[-1].resets_at_ms == quota_resets_at_ms(EVENING)

    play(show, limit=1_000_000)


def test_a_show_without_an_end_never_runs_out():
    async def show(evening: Evening) -> None:
        evening.state.start()
        await evening.until(EVENING + 2 * HOUR)
        assert max(evening.gaps()) < 20_000
        await evening.until(EVENING + 12 * HOUR)
        assert evening.used() <= 9_000
        assert evening.broken == []

    play(show)


def test_the_plan_of_the_broadcast_counts_where_the_show_has_none():
    async def show(evening: Evening) -> None:
        evening.state.start().ends_at_ms = EVENING + HOUR
        await evening.until(EVENING + HOUR)
        assert 8_000 < evening.used() <= 9_000

    play(show)


def test_forty_answers_in_a_show_all_go_out_and_the_chat_is_read_all_the_while():
    async def show(evening: Evening) -> None:
        broadcast = evening.state.start()
        for n in range(40):
            await evening.until(EVENING + n * 4 * MINUTE + MINUTE)
            asked = evening.state.write(f"question {n}", author=f"viewer{n}")
            await evening.until(evening.wall.now_ms() + MINUTE)
            await evening.channel.reply(asked, f"answer {n}", uuid7())
        await evening.until(EVENING + 3 * HOUR)
        said = [
            e["snippet"]["displayMessage"] for e in broadcast.entries if e["authorDetails"]["isChatOwner"]
        ]
        assert said == [f"@viewer{n} answer {n}" for n in range(40)]
        assert evening.used() <= 10_000
        assert evening.broken == []
        replies = [i.message for i in evening.items if i.message and i.message.by_us]
        assert [m.text for m in replies] == [f"answer {n}" for n in range(40)]
        assert all(m.reply_to for m in replies)

    play(show, ends_at_ms=lambda: EVENING + 3 * HOUR)


def test_a_quota_that_somebody_else_used_comes_back_at_midnight_in_california_and_so_does_the_chat():
    async def show(evening: Evening) -> None:
        evening.state.start()
        midnight = quota_resets_at_ms(EVENING)
        await evening.until(midnight - HOUR)
        evening.book.add(quota_day(evening.wall.now_ms()), 9_500 - evening.used())
        await evening.until(midnight - MINUTE)
        polls = len(evening.server.polls)
        assert isinstance(evening.broken[-1], Throttled)
        assert "kept for what you say" in evening.problems[-1]
        assert await evening.channel.say("We answer all the same", uuid7())
        asked = evening.state.write("Hello?")
        evening.state.used = 0
        await evening.until(midnight + 6 * MINUTE)
        assert len(evening.server.polls) > polls
        assert evening.used() < 1_000
        assert any(i.message and i.message.id == asked for i in evening.items)

    play(show)


def test_before_the_show_youtube_is_asked_twice_a_minute_and_the_next_broadcast_is_found_by_itself():
    async def show(evening: Evening) -> None:
        await evening.until(EVENING + HOUR)
        assert evening.used() == evening.state.used <= HOUR // LOOK_MS + 1
        first = evening.state.start()
        evening.state.write("first")
        await evening.until(evening.wall.now_ms() + LOOK_MS + MINUTE)
        evening.state.end(first)
        evening.state.start()
        evening.state.write("second")
        await evening.until(evening.wall.now_ms() + OVER_MS + MINUTE)
        assert [i.message.text for i in evening.items if i.message] == ["first", "second"]
        assert not any(i.lost_since_ms for i in evening.items)

    play(show)


def test_a_network_that_is_gone_for_an_hour_costs_no_message_and_no_quota():
    async def show(evening: Evening) -> None:
        evening.state.start()
        await evening.until(EVENING + MINUTE)
        evening.http.offline = True
        used = evening.used()
        ids = [evening.state.write(f"meanwhile {n}") for n in range(3_000)]
        await evening.until(EVENING + HOUR)
        assert evening.used() == used
        evening.http.offline = False
        await evening.until(EVENING + HOUR + MINUTE)
        assert [i.message.id for i in evening.items if i.message] == ids

    play(show)
