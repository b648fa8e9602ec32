"""YouTube Live: the chat of the broadcast that is live, its viewers, and what we say there.

The chat is polled, as slowly as YouTube asks and as the day's quota bears (`youtube_quota.py`). Every answer carries the
place to read on from, which is kept while this object lives: a break loses nothing.
"""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator, Callable

import msgspec
import structlog

from studio.channels import youtube_errors as errors
from studio.channels.unnumbered import SendPace, UnnumberedChannel, unsent
from studio.channels.youtube_api import Renew, YouTubeApi
from studio.channels.youtube_broadcast import Finder, Live
from studio.channels.youtube_memory import Memory, Sent
from studio.channels.youtube_messages import ChatEnded, chat_item
from studio.channels.youtube_quota import DAILY_UNITS, Pace, QuotaBook, horizon_ms, pace, reserved
from studio.control.ports import (
    ChannelCapabilities,
    ChannelItem,
    Http,
    Quota,
    RefusedByTarget,
    TargetError,
    Throttled,
    Unauthorised,
    Unreachable,
    WallClock,
)
from studio.domain.audience import ViewerSample

MAX_LENGTH = 200
VIEWERS_MS = 15_000
_SAYS, _SAYS_WITHIN_MS = 10, 20_000
_TOLD_MS = 5_000
"""Between two looks at the chat until YouTube says something else."""
_MARGIN_MS = 20
_QUIET_MS = 10_000
_FULL_PAGE = 2_000
_SLOWEST_TRY_MS = 60_000
_LONGEST_LOOK_MS = 60_000
_MOST_DIGITS = 12
_log = structlog.get_logger(__name__)


class YouTubeChannel(UnnumberedChannel):
    """The `Channel` port over `http`, whose address is https://youtube.googleapis.com and which adds the bearer token.

    `quota` keeps what the day has cost so far, of `limit` units; a tenth of them is left for what we say. `broadcast_id`
    is a video's id, empty for whatever the account broadcasts when asked. `renew` gets a new access token (True when
    there is one). `ends_at_ms` is the planned end of the show (UTC ms), so that the quota is spread over it; without one the
    broadcast's own plan counts. `viewers_every_ms`: viewers are counted so often at the most.
    """

    def __init__(
        self,
        name: str,
        http: Http,
        *,
        wall: WallClock,
        quota: QuotaBook,
        broadcast_id: str = "",
        renew: Renew | None = None,
        limit: int = DAILY_UNITS,
        ends_at_ms: Callable[[], int | None] = lambda: None,
        viewers_every_ms: int = VIEWERS_MS,
    ) -> None:
        super().__init__(name, "YouTube")
        self.capabilities = ChannelCapabilities(hide=True, max_length=MAX_LENGTH, read_back=True)
        self._wall = wall
        self._api = YouTubeApi(http, wall, quota, limit, renew)
        self._finder = Finder(self._api, wall, broadcast_id)
        self._ends_at_ms = ends_at_ms
        self._viewers_every_ms = viewers_every_ms
        self._send_pace = SendPace("YouTube", _SAYS, _SAYS_WITHIN_MS, wall.monotonic_ms)
        self._memory = Memory()
        self._hiding: set[str] = set()
        # Read by whoever is first, the feed or a search; given out by the feed alone.
        self._inbox: deque[ChannelItem] = deque()
        self._reading = asyncio.Lock()
        self._chat_id = ""
        self._token = ""
        self._ended = False
        self._told_ms = _TOLD_MS
        self._next_at = 0  # these four by the clock that never jumps
        self._began_at = -1
        self._viewers_at = 0
        self._failures = 0
        self._caught_up = False
        self._gapless_since: int | None = None  # YouTube's time
        self._read_at: int | None = None
        self._said_once: set[str] = set()
        self._last_quota: Quota | None = None

    async def hello(self) -> ChannelCapabilities:
        """Find the broadcast, once. Raises `Unreachable` while there is none."""
        await self._finder.live()
        return self.capabilities

    def items(self, after: int) -> AsyncIterator[ChannelItem]:  # noqa: ARG002
        """The chat, live, behind what was read so far; at first the part of its history that YouTube gives."""
        return self._items()

    async def say(self, text: str, key: str) -> str:  # noqa: ARG002
        """Say something to everybody; the message's id."""
        return await self._send(_line(text), text, "")

    async def reply(self, message_id: str, text: str, key: str) -> str:  # noqa: ARG002
        """Address the author of a message: YouTube knows no threads. The reply's id."""
        author = self._memory.author(message_id)
        if author is None and self._began_at < 0:
            with unsent():
                await self._look(await self._finder.live(), 0)
            author = self._memory.author(message_id)
        if author is None:
            raise RefusedByTarget(
                "The message that you answer is not there any more, or too long ago: say it to everybody instead.",
                "gone",
            )
        full = f"{author if author.startswith('@') else '@' + author} {_line(text)}"
        return await self._send(full if len(full) <= MAX_LENGTH else _line(text), text, message_id)

    async def hide(self, message_id: str, key: str) -> None:  # noqa: ARG002
        """Take a message away for everybody."""
        try:
            await self._api.delete(message_id)
        except RefusedByTarget as error:
            if error.code != errors.MESSAGE_GONE or message_id not in self._hiding:
                raise
            # An earlier attempt had no answer: it went through.
        except Unreachable as error:
            if error.attempted:
                self._hiding.add(message_id)
            raise
        self._hiding.discard(message_id)
        self._memory.hid(message_id)

    async def find_said(self, text: str, reply_to: str, since_wall_ms: int) -> str | None:
        """The id of what we said, None when it is certainly not in the chat. Raises `RefusedByTarget` when the chat's
        history does not reach back so far: then nobody can tell.
        """
        live = await self._finder.live()
        asked_at = self._wall.monotonic_ms()
        since = since_wall_ms + self._api.offset_ms
        while (found := self._memory.find(text, reply_to, since)) is None:
            if self._chat_id == live.chat_id and self._caught_up and self._began_at >= asked_at:
                if self._gapless_since is None or self._gapless_since >= since:
                    raise RefusedByTarget(
                        "YouTube does not show the chat so far back: look yourself whether it was said.",
                        "not-certain",
                    )
                return None
            await self._look(live, asked_at)
        return found

    # -- reading

    async def _items(self) -> AsyncGenerator[ChannelItem, None]:
        live = await self._finder.live()
        self._inbox.extend(self._once(live.note, live.note))
        while True:
            while self._inbox:
                yield self._inbox.popleft()
            if self._ended:
                raise self._over()
            paced = self._pace(live)
            now = self._wall.monotonic_ms()
            try:
                if paced is None:
                    raise self._kept_for_us()
                if now >= self._next_at:
                    await self._look(live, now)
                elif now >= self._viewers_at:
                    self._viewers_at = now + paced.viewers_ms
                    self._inbox.extend(await self._viewers(live))
                else:
                    # It is silent because we do not ask, and not because anything is the matter.
                    left = min(self._next_at, self._viewers_at) - now
                    await asyncio.sleep(min(left, _QUIET_MS) / 1000)
            except errors.UsedUp as error:
                for item in [
                    *self._state(live),
                    *self._once(f"used up {self._api.resets_at_ms()}", error.sentence),
                ]:
                    yield item
                raise
            for item in self._state(live):
                yield item

    async def _look(self, live: Live, asked_at: int) -> None:
        """Read the next page of the chat when YouTube lets us, unless somebody did since `asked_at`."""
        async with self._reading:
            while self._began_at < asked_at or not self._caught_up or self._chat_id != live.chat_id:
                wait = self._next_at - self._wall.monotonic_ms()
                if wait > _LONGEST_LOOK_MS:
                    raise Throttled("The chat of YouTube is read again in a while.", wait, attempted=False)
                if wait > 0:
                    await asyncio.sleep(wait / 1000)
                await self._read(live)
                if self._ended or self._began_at >= asked_at:
                    return

    async def _read(self, live: Live) -> None:
        if live.chat_id != self._chat_id:
            self._chat_id, self._token, self._read_at = live.chat_id, "", None
            self._gapless_since, self._caught_up, self._ended = None, False, False
        began = self._wall.monotonic_ms()
        try:
            page, at_ms = await self._api.messages(live.chat_id, self._token)
        except asyncio.CancelledError:
            self._wait(self._told_ms)  # it may have been answered: for YouTube that was a look
            raise
        except errors.PageTokenRefused:
            if not self._token:
                raise
            _log.info("place in the chat refused", channel=self.name)
            self._token = ""
            self._wait(self._told_ms)
            return
        except RefusedByTarget as error:
            self._wait(_SLOWEST_TRY_MS)
            if error.code in (errors.CHAT_OVER, errors.CHAT_GONE):
                raise self._over() from error
            raise
        except TargetError as error:
            self._wait_after(error)
            raise
        self._failures = 0
        self._told_ms = page.polling_interval_millis if page.polling_interval_millis > 0 else _TOLD_MS
        anew = not self._token
        self._take(page.items, live, anew)
        self._token = page.next_page_token
        self._caught_up = len(page.items) < _FULL_PAGE
        self._began_at, self._read_at = began, at_ms
        paced = self._pace(live)
        self._wait(self._told_ms if paced is None else paced.chat_ms)
        if page.offline_at is not None and not self._ended:
            await self._check_still_live(live)

    def _take(self, entries: list[msgspec.Raw], live: Live, anew: bool) -> None:
        """Put what a page says into the inbox; `anew`: it is a beginning, not what follows on the page before."""
        found: list[ChannelItem] = []
        for raw in entries:
            try:
                item = chat_item(raw, self.name, live.own_id)
            except ChatEnded:
                self._ended = True
                continue
            if item is not None:
                found.append(item)
        messages = [item.message for item in found if item.message is not None]
        if anew:
            # A history that holds something we know goes on where we were.
            joins = not messages or any(message.id in self._memory for message in messages)
            if self._read_at is not None and not joins:
                self._inbox.append(ChannelItem(0, lost_since_ms=self._read_at))
            if self._read_at is None or not joins:
                self._gapless_since = messages[0].at_ms if messages else -1
        for item in found:
            if item.message is not None:
                if item.message.id in self._memory:
                    continue
                item = msgspec.structs.replace(item, message=self._memory.saw(item.message))
            if item.hidden_id:
                self._memory.hid(item.hidden_id)
            self._inbox.append(item)

    def _wait_after(self, error: TargetError) -> None:
        """Slower with every failure in a row: each costs as much as an answer. What was never sent costs nothing."""
        asked = error.retry_after_ms or 0 if isinstance(error, Throttled) else 0
        if not isinstance(error, Throttled) and isinstance(error, Unreachable) and not error.attempted:
            return
        self._wait(max(asked, min(_SLOWEST_TRY_MS, self._told_ms * 2 ** min(self._failures, 10))))
        self._failures += 1

    def _wait(self, ms: int) -> None:
        self._next_at = self._wall.monotonic_ms() + ms + _MARGIN_MS

    async def _check_still_live(self, live: Live) -> None:
        """The stream went offline, as YouTube says: for a moment, or for good."""
        if not await self._finder.still_live(live):
            self._ended = True
            return
        self._inbox.extend(
            self._once("offline", "YouTube says that the stream is offline: its chat is still read.")
        )

    async def _viewers(self, live: Live) -> list[ChannelItem]:
        """How many watch. A missing number is no sample; that it cannot be had does not end the chat."""
        try:
            video = await self._api.video(live.video_id, "liveStreamingDetails")
        except Unauthorised:
            raise
        except TargetError as error:
            _log.info("viewers unknown", channel=self.name, reason=error.sentence)
            return self._once("viewers", f"How many watch at YouTube is not known: {error.sentence}")
        told = video.live_streaming_details.concurrent_viewers if video is not None else ""
        if not (told.isascii() and told.isdigit() and len(told) <= _MOST_DIGITS):
            return []
        at_ms = self._wall.now_ms() + self._api.offset_ms
        return [ChannelItem(0, sample=ViewerSample(self.name, at_ms, int(told)))]

    def _over(self) -> Unreachable:
        self._ended = False
        return self._finder.over()

    # -- quota

    def _pace(self, live: Live) -> Pace | None:
        now = self._wall.now_ms()
        left = self._api.limit - reserved(self._api.limit) - self._api.used
        ends = self._ends_at_ms() or live.ends_at_ms
        return pace(self._told_ms, self._viewers_every_ms, left, horizon_ms(now, ends))

    def _state(self, live: Live) -> list[ChannelItem]:
        """What the quota is now, at least a sign of life; and once, that it slows us down."""
        paced = self._pace(live)
        told: list[ChannelItem] = []
        if paced is not None and paced.chat_ms > self._told_ms * 3 // 2:
            told = self._once(
                "slow",
                f"YouTube's chat is read every {max(1, paced.chat_ms // 1000)} s, so that today's quota lasts for the show: "
                "ask Google for more units, or plan the show's end in time.",
            )
        quota = Quota(self._api.used, self._api.limit, paced.hourly if paced else 0, self._api.resets_at_ms())
        changed, self._last_quota = quota != self._last_quota, quota
        return [*told, ChannelItem(0, quota=quota if changed else None)]

    def _kept_for_us(self) -> errors.UsedUp:
        left = max(0, self._api.limit - self._api.used)
        return errors.UsedUp(
            f"Of YouTube's quota for today {left} units are left, and kept for what you say: the chat is read again at midnight "
            "Pacific time. Ask Google for more, and read in YouTube Studio until then.",
            max(1, self._api.resets_at_ms() - self._wall.now_ms()),
            attempted=False,
        )

    def _once(self, what: str, sentence: str) -> list[ChannelItem]:
        if not sentence or what in self._said_once:
            return []
        self._said_once.add(what)
        return [ChannelItem(0, problem=sentence)]

    # -- saying

    async def _send(self, full: str, text: str, reply_to: str) -> str:
        if len(full) > MAX_LENGTH:
            raise RefusedByTarget(
                f"YouTube takes {MAX_LENGTH} characters at most: make it shorter.", "too-long"
            )
        with unsent():
            live = await self._finder.live()
        self._send_pace.take()
        sent = Sent(full, text, reply_to, self._wall.now_ms() + self._api.offset_ms)
        self._memory.sending(sent)
        try:
            message_id = await self._api.insert(live.chat_id, full)
        except TargetError as error:
            if not (isinstance(error, Unreachable) and error.attempted):
                self._memory.refused(sent)
            raise
        self._memory.told(sent, message_id)
        return message_id


def _line(text: str) -> str:
    return " ".join(text.split())
