"""Social Stream Ninja by server-sent events without ids: what may be missing is marked, and from when on."""

import asyncio
import json
from collections.abc import AsyncGenerator, Callable
from contextlib import suppress
from typing import Any

import pytest

from studio.channels import social
from studio.channels.social import SocialChannel
from studio.control.ports import ChannelItem, SseEvent, Unreachable

BEGIN = 1_800_000_000_000


class Wall:
    def __init__(self) -> None:
        self.now = BEGIN

    def now_ms(self) -> int:
        return self.now

    def monotonic_ms(self) -> int:
        return self.now


class Script:
    """The `Http` port: each stream brings what it is given, and breaks when `cut` rings."""

    def __init__(self, *streams: list[str]) -> None:
        self._streams = list(streams)
        self.cut = asyncio.Event()

    async def request(self, *_: Any, **__: Any) -> Any:
        raise AssertionError("nothing is asked for")

    async def events(self, path: str, **_: Any) -> AsyncGenerator[SseEvent, None]:
        for text in self._streams.pop(0):
            yield SseEvent(
                "", "message", json.dumps({"chatname": "bo", "chatmessage": text, "type": "tiktok"})
            )
        await self.cut.wait()
        self.cut.clear()
        raise Unreachable(f"The connection to {path} broke off.")


def made(http: Script, wall: Wall) -> SocialChannel:
    return SocialChannel("social", http, session="s", token=lambda: None, wall=wall)


async def heard(
    channel: SocialChannel, http: Script, until: Callable[[list[ChannelItem]], bool]
) -> list[ChannelItem]:
    """Read one stream until then, and to its end."""
    found: list[ChannelItem] = []
    waiting = True
    with suppress(Unreachable):
        async for item in channel.items(0):
            found.append(item)
            if waiting and until(found):
                waiting = False
                http.cut.set()
    assert not waiting
    return found


def said(items: list[ChannelItem]) -> bool:
    return any(item.message for item in items)


async def test_a_stream_that_broke_before_anybody_said_anything_does_not_hide_what_was_missed_before_it(
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setattr(social, "_QUIET_S", 0.001)
    wall = Wall()
    http = Script(["one"], [], ["two"])
    channel = made(http, wall)
    await heard(channel, http, said)
    wall.now += 60_000
    await heard(channel, http, lambda items: len(items) >= 2)
    wall.now += 60_000
    third = await heard(channel, http, said)
    assert [item.lost_since_ms for item in third if item.lost_since_ms] == [BEGIN]


async def test_a_stream_that_was_dead_for_a_while_before_that_was_noticed_is_marked_from_its_last_message(
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setattr(social, "_QUIET_S", 0.001)
    wall = Wall()
    http = Script(["one"], ["two"])
    channel = made(http, wall)

    def quiet_for_a_while(items: list[ChannelItem]) -> bool:
        if said(items):
            wall.now = BEGIN + 25_000
        return len(items) >= 4

    await heard(channel, http, quiet_for_a_while)
    second = await heard(channel, http, said)
    assert [item.lost_since_ms for item in second if item.lost_since_ms] == [BEGIN]
