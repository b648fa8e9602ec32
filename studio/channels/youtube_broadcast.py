"""Which of the account's broadcasts is live: looked for slowly, since every look costs quota."""

import asyncio
from datetime import datetime

import msgspec

from studio.channels.youtube_api import YouTubeApi
from studio.channels.youtube_errors import UsedUp
from studio.channels.youtube_messages import utc_ms
from studio.control.ports import TargetError, Unauthorised, Unreachable, WallClock

LOOK_MS = 30_000
"""Between two looks while nothing is live."""
OVER_MS = 60_000
"""Until the first look after a broadcast was over, and between two looks at one that went offline."""
_FIRST_TRY_MS = 1_000


class Live(msgspec.Struct, frozen=True):
    """A broadcast with a chat. `own_id` is our channel's id; `ends_at_ms` its planned end (UTC ms)."""

    video_id: str
    chat_id: str
    own_id: str
    ends_at_ms: int | None = None


class Finder:
    """Finds the broadcast, and keeps it until it is over. With `broadcast_id` it is that video and no other."""

    def __init__(self, api: YouTubeApi, wall: WallClock, broadcast_id: str = "") -> None:
        self._api = api
        self._wall = wall
        self._broadcast_id = broadcast_id
        self._own_id = ""
        self._live: Live | None = None
        self._turn = asyncio.Lock()
        self._look_at = 0
        self._why = ""
        self._failures = 0
        self._checked_at: int | None = None

    async def live(self) -> Live:
        """What is live. Raises `Unreachable` while nothing is, without asking again too soon."""
        async with self._turn:
            if self._live is None:
                self._live = await self._found()
            return self._live

    def over(self) -> Unreachable:
        """The broadcast is over; what to raise."""
        self._live = None
        next_one = (
            "enter the id of the next one in the settings"
            if self._broadcast_id
            else "the next one is found by itself, within a minute"
        )
        return self._hold(f"The chat of the broadcast at YouTube is over: {next_one}.", OVER_MS)

    async def still_live(self, live: Live) -> bool:
        """Whether it is still live, asked at most once a minute."""
        now = self._wall.monotonic_ms()
        if self._checked_at is not None and now - self._checked_at < OVER_MS:
            return True
        self._checked_at = now
        found = await self._look()
        return found is not None and found.chat_id == live.chat_id

    async def _found(self) -> Live:
        wait = self._look_at - self._wall.monotonic_ms()
        if wait > 0:
            raise Unreachable(self._why, wait, attempted=False)
        try:
            live = await self._look()
        except (Unauthorised, UsedUp):
            raise
        except TargetError as error:
            self._failures += 1
            self._hold(error.sentence, min(LOOK_MS, _FIRST_TRY_MS * 2 ** min(self._failures, 10)))
            raise
        self._failures = 0
        if live is None:
            raise self._hold(
                "The broadcast of the settings is not live at YouTube: start it, or check its id."
                if self._broadcast_id
                else "Nothing is live at YouTube: start the broadcast, it is found by itself.",
                LOOK_MS,
            )
        return live

    def _hold(self, sentence: str, ms: int) -> Unreachable:
        self._why = sentence
        self._look_at = self._wall.monotonic_ms() + ms
        return Unreachable(sentence, ms, attempted=False)

    async def _look(self) -> Live | None:
        if not self._broadcast_id:
            found = await self._api.active_broadcast()
            if found is None:
                return None
            snippet = found.snippet
            return Live(found.id, snippet.live_chat_id, snippet.channel_id, _ms(snippet.scheduled_end_time))
        video = await self._api.video(self._broadcast_id)
        if video is None or not video.live_streaming_details.active_live_chat_id:
            return None
        # It may be somebody else's broadcast whose chat we moderate.
        self._own_id = self._own_id or await self._api.own_channel()
        streaming = video.live_streaming_details
        return Live(video.id, streaming.active_live_chat_id, self._own_id, _ms(streaming.scheduled_end_time))


def _ms(at: datetime | None) -> int | None:
    return None if at is None else utc_ms(at)
