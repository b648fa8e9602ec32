"""Which of the account's broadcasts is live: looked for slowly, since every look costs quota."""

import asyncio
from datetime import datetime

import msgspec

from studio.channels.youtube_api import YouTubeApi
from studio.channels.youtube_errors import UsedUp
from studio.channels.youtube_messages import utc_ms
from studio.control.ports import TargetError, Unauthorised, Unreachable, WallClock
from studio.control.ports.answers import plain

LOOK_MS = 30_000
"""Between two looks while nothing is live."""
OVER_MS = 60_000
"""Until the first look after a broadcast was over, and between two looks at one that went offline."""
_FIRST_TRY_MS = 1_000


class Live(msgspec.Struct, frozen=True):
    """A broadcast with a chat. `own_id` is our channel's id; `ends_at_ms` its planned end (UTC ms). `note` is a sentence for
    the host, empty when there is nothing to say.
    """

    video_id: str
    chat_id: str
    own_id: str
    ends_at_ms: int | None = None
    note: str = ""


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
        self._last: Live | None = None
        self._why = ""
        self._nothing = ""
        self._failures = 0
        self._checked_at: int | None = None

    async def live(self) -> Live:
        """What is live. Raises `Unreachable` while nothing is, without asking again too soon."""
        async with self._turn:
            if self._live is None:
                self._live = self._last = await self._found()
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
            raise self._hold(self._nothing, LOOK_MS)
        return live

    def _hold(self, sentence: str, ms: int) -> Unreachable:
        self._why = sentence
        self._look_at = self._wall.monotonic_ms() + ms
        return Unreachable(sentence, ms, attempted=False)

    async def _look(self) -> Live | None:
        if not self._broadcast_id:
            return await self._look_for_ours()
        video = await self._api.video(self._broadcast_id)
        if video is None or not video.live_streaming_details.active_live_chat_id:
            self._nothing = "The broadcast of the settings is not live at YouTube, or its chat is switched off: start it, or check its id."
            return None
        # It may be somebody else's broadcast whose chat we moderate.
        self._own_id = self._own_id or await self._api.own_channel()
        streaming = video.live_streaming_details
        return Live(video.id, streaming.active_live_chat_id, self._own_id, _ms(streaming.scheduled_end_time))

    async def _look_for_ours(self) -> Live | None:
        active = await self._api.active_broadcasts()
        found = [each for each in active if each.snippet.live_chat_id]
        if not found:
            self._nothing = (
                "The broadcast at YouTube is live, but its chat is switched off: switch it on in YouTube Studio."
                if active
                else "Nothing is live at YouTube: start the broadcast, it is found by itself."
            )
            return None
        # Two at once are a rehearsal's leftovers or two shows: the one that we read stays the one.
        known = [each for each in found if self._last is not None and each.id == self._last.video_id]
        first = (known or found)[0]
        note = ""
        if len(found) > 1:
            note = (
                f"{len(found)} broadcasts are live at YouTube: the chat of “{plain(first.snippet.title, 80)}” is read. If it is "
                "the wrong one, enter the id of the right one in the settings."
            )
        snippet = first.snippet
        return Live(first.id, snippet.live_chat_id, snippet.channel_id, _ms(snippet.scheduled_end_time), note)


def _ms(at: datetime | None) -> int | None:
    try:
        return utc_ms(at)
    except ValueError:  # there is none, or it makes no sense: then there is no plan
        return None
