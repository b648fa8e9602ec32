"""YouTube's interface as far as a live chat needs it: requests with their cost, answers as values, and one new try when the
access token is over.

Source: reference of the YouTube Live Streaming API (LiveBroadcasts: list; LiveChatMessages: list, insert, delete) and of
the YouTube Data API (Videos: list, Channels: list).
"""

import asyncio
import datetime as dt
import email.utils
from collections.abc import Awaitable, Callable
from typing import TypeVar

import msgspec
from msgspec import Raw, Struct

from studio.channels.unnumbered import unsent
from studio.channels.youtube_errors import UsedUp, raise_for_reason, signed_out
from studio.channels.youtube_quota import COSTS, QuotaBook, quota_day, quota_resets_at_ms
from studio.control.ports import (
    BadAnswer,
    Http,
    HttpAnswer,
    MissingRight,
    Unauthorised,
    Unreachable,
    WallClock,
)
from studio.control.ports.answers import is_html, plain

T = TypeVar("T")
Renew = Callable[[], Awaitable[bool]]
_PAGE = "2000"


class Snippet(Struct, frozen=True, rename="camel"):
    """Of a broadcast or a video."""

    channel_id: str = ""
    title: str = ""
    live_chat_id: str = ""
    scheduled_end_time: dt.datetime | None = None


class Broadcast(Struct, frozen=True):
    """A liveBroadcast."""

    id: str
    snippet: Snippet = Snippet()


class Streaming(Struct, frozen=True, rename="camel"):
    """A video's liveStreamingDetails. `concurrent_viewers` is a number in a string, and missing where it is hidden."""

    active_live_chat_id: str = ""
    concurrent_viewers: str = ""
    scheduled_end_time: dt.datetime | None = None


class Video(Struct, frozen=True, rename="camel"):
    """A video."""

    id: str
    snippet: Snippet = Snippet()
    live_streaming_details: Streaming = Streaming()


class ChatPage(Struct, frozen=True, rename="camel"):
    """A liveChatMessageListResponse; its items are read one by one."""

    items: list[Raw] = []
    next_page_token: str = ""
    polling_interval_millis: int = 0
    offline_at: dt.datetime | None = None


class _Broadcasts(Struct, frozen=True):
    items: list[Broadcast] = []


class _Videos(Struct, frozen=True):
    items: list[Video] = []


class _Identified(Struct, frozen=True):
    id: str = ""


class _Channels(Struct, frozen=True):
    items: list[_Identified] = []


class YouTubeApi:
    """Requests to YouTube; all raise `TargetError`s. `limit` is the day's quota in units. Nothing is sent that would go
    beyond it, or after YouTube said that it is used up: `UsedUp`.

    `offset_ms` is how far YouTube's clock is ahead of this computer's (0 until it is known; good to a second).
    """

    def __init__(
        self, http: Http, wall: WallClock, quota: QuotaBook, limit: int, renew: Renew | None = None
    ) -> None:
        self.limit = limit
        self.offset_ms = 0
        self._http = http
        self._wall = wall
        self._quota = quota
        self._renew = renew
        self._used_up_until = 0

    @property
    def used(self) -> int:
        """Units used today; all of them when YouTube says so."""
        now = self._wall.now_ms()
        return self.limit if now < self._used_up_until else min(self.limit, self._quota.used(quota_day(now)))

    def resets_at_ms(self) -> int:
        """When the quota begins anew, UTC ms."""
        return quota_resets_at_ms(self._wall.now_ms())

    async def active_broadcasts(self) -> list[Broadcast]:
        """The broadcasts of the account that are live now; one whose chat is switched off has no `live_chat_id`."""
        asked = [("part", "id,snippet,status"), ("broadcastStatus", "active"), ("broadcastType", "all")]
        answer = await self._call("liveBroadcasts.list", "GET", "liveBroadcasts", asked)
        return _read(answer, _Broadcasts).items

    async def video(self, video_id: str, part: str = "snippet,liveStreamingDetails") -> Video | None:
        """A video with these parts, None when there is none of this id."""
        answer = await self._call("videos.list", "GET", "videos", [("part", f"id,{part}"), ("id", video_id)])
        return next(iter(_read(answer, _Videos).items), None)

    async def own_channel(self) -> str:
        """The id of the signed-in account's channel, empty when it has none."""
        answer = await self._call("channels.list", "GET", "channels", [("part", "id"), ("mine", "true")])
        return next((each.id for each in _read(answer, _Channels).items), "")

    async def messages(self, chat_id: str, token: str) -> tuple[ChatPage, int]:
        """The page of the chat behind `token`, empty for its beginning; and when YouTube answered (UTC ms, its own)."""
        asked = [("liveChatId", chat_id), ("part", "id,snippet,authorDetails"), ("maxResults", _PAGE)]
        if token:
            asked.append(("pageToken", token))
        answer = await self._call("liveChatMessages.list", "GET", "liveChat/messages", asked)
        return _read(answer, ChatPage), answer.received_ms + self.offset_ms

    async def insert(self, chat_id: str, text: str) -> str:
        """Say a text; the message's id."""
        snippet = {
            "liveChatId": chat_id,
            "type": "textMessageEvent",
            "textMessageDetails": {"messageText": text},
        }
        body = msgspec.json.encode({"snippet": snippet})
        asked = [("part", "snippet")]
        answer = await self._call("liveChatMessages.insert", "POST", "liveChat/messages", asked, body)
        return _read(answer, _Identified).id

    async def delete(self, message_id: str) -> None:
        """Take a message away."""
        await self._call("liveChatMessages.delete", "DELETE", "liveChat/messages", [("id", message_id)])

    async def _call(
        self, what: str, method: str, path: str, params: list[tuple[str, str]], body: bytes | None = None
    ) -> HttpAnswer:
        try:
            return await self._once(what, method, path, params, body)
        except Unauthorised as error:
            if isinstance(error, MissingRight):  # that is no matter of the token's age
                raise
            refused = error
        if not await self._renewed():
            raise signed_out() from refused
        return await self._once(what, method, path, params, body)

    async def _renewed(self) -> bool:
        if self._renew is None:
            return False
        with unsent():
            return await self._renew()

    async def _once(
        self, what: str, method: str, path: str, params: list[tuple[str, str]], body: bytes | None
    ) -> HttpAnswer:
        self._check_quota(COSTS[what])
        headers = {"Content-Type": "application/json"} if body is not None else None
        try:
            answer = await self._http.request(
                method, f"/youtube/v3/{path}", params=params, body=body, headers=headers
            )
        except asyncio.CancelledError:
            self._count(what)  # nobody knows how far it came
            raise
        except Unreachable as error:
            if error.attempted:
                self._count(what)
            raise
        self._count(what)
        self._compare_clocks(answer)
        try:
            raise_for_reason(answer, lambda: self.resets_at_ms() - self._wall.now_ms())
        except UsedUp:
            self._used_up_until = self.resets_at_ms()
            raise
        return answer

    def _check_quota(self, cost: int) -> None:
        if self.used + cost > self.limit:
            raise UsedUp(
                "Today's units of YouTube's quota are used up: they begin anew at midnight Pacific time. If Google gave you "
                "more, say so in the settings; else answer in YouTube Studio until then.",
                max(1, self.resets_at_ms() - self._wall.now_ms()),
                attempted=False,
            )

    def _count(self, what: str) -> None:
        self._quota.add(quota_day(self._wall.now_ms()), COSTS[what])

    def _compare_clocks(self, answer: HttpAnswer) -> None:
        try:
            date = email.utils.parsedate_to_datetime(answer.headers.get("date", ""))
        except (TypeError, ValueError, OverflowError):
            return
        # The header leaves the fraction of the second out: clocks that agree within it count as the same.
        ahead = round(date.timestamp() * 1000) + 500 - (answer.sent_ms + answer.received_ms) // 2
        self.offset_ms = ahead if abs(ahead) > 1_000 else 0


def _read(answer: HttpAnswer, type_: type[T]) -> T:
    if is_html(answer):
        raise BadAnswer("YouTube answered with a web page: check the network's login page or proxy.")
    try:
        return msgspec.json.decode(answer.body, type=type_)
    except (msgspec.MsgspecError, UnicodeError) as error:
        raise BadAnswer(
            f"YouTube answered not as agreed ({plain(str(error), 160)}): look for a new version."
        ) from error
