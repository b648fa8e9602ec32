"""Facebook Live: comments and viewers of a page's broadcast, by the Graph API (Live Video API, "Interacting with Viewers").

It needs a page access token with `pages_read_engagement`, `pages_read_user_content` and `pages_manage_engagement`.
"""

import random as _random
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing
from urllib.parse import urlsplit

from studio.channels.facebook_feed import OVER, FacebookPace, Feed, Over
from studio.channels.facebook_graph import Graph, Renew, safe
from studio.channels.facebook_wire import LiveVideo, LiveVideos, Node, Seen, key_of
from studio.channels.unnumbered import SendPace, UnnumberedChannel, unsent
from studio.control.ports import (
    ChannelCapabilities,
    ChannelItem,
    Http,
    RefusedByTarget,
    TargetError,
    Throttled,
    Unauthorised,
    Unreachable,
    WallClock,
)

GRAPH_URL = "https://graph.facebook.com/v23.0"
STREAM_URL = "https://streaming-graph.facebook.com"
MAX_LENGTH = 1_000
"""Facebook takes 8,000 characters; nobody reads them on a stream."""
_LOOK_MS = 30_000
_DOUBT_MS = 5_000
_NOTHING = "Nothing is live at Facebook: start the broadcast there, it is found by itself."
_SENDS, _SENDS_MS = 10, 30_000
_SLACK_MS = 2_000
"""Times of comments are whole seconds, those of answers too."""
_FIND_PAGES = 5
_MOST_SAID = 1_000


def stream_url(graph_url: str) -> str:
    """Where the streams are that belong to a Graph API: Facebook has them on another host, and without a version."""
    parts = urlsplit(graph_url)
    return STREAM_URL if parts.hostname == "graph.facebook.com" else f"{parts.scheme}://{parts.netloc}"


class FacebookChannel(UnnumberedChannel):
    """The `Channel` port over the Graph API. `http` is bound to `GRAPH_URL` (or a newer version), `stream_http` to
    `STREAM_URL`, both to the same token. `account` is the id of a live video, or that of a page (empty: the token's own), whose
    running broadcast is found. `renew` gets a newer token, where that can be had.
    """

    def __init__(
        self,
        name: str,
        http: Http,
        stream_http: Http,
        *,
        account: str,
        wall: WallClock,
        renew: Renew | None = None,
        pace: FacebookPace | None = None,
        random: Callable[[], float] = _random.random,
    ) -> None:
        super().__init__(name, "Facebook")
        self.capabilities = ChannelCapabilities(
            reply=True, hide=True, viewers=True, keyed=False, max_length=MAX_LENGTH, read_back=True
        )
        self._graph = Graph(http, renew)
        self._stream = stream_http
        self._account = account.strip() or "me"
        self._wall = wall
        self._pace = pace or FacebookPace()
        self._random = random
        self._sends = SendPace("Facebook", _SENDS, _SENDS_MS, wall.monotonic_ms)
        self._own_id = ""
        self._is_video: bool | None = None
        self._feed: Feed | None = None
        self._said: dict[str, None] = {}
        self._in_doubt = False
        self._looked_ms: int | None = None
        self._look_again_ms = _LOOK_MS
        self._sentence = ""

    async def hello(self) -> ChannelCapabilities:
        """See that the token works and that there is a broadcast."""
        await self._ready()
        return self.capabilities

    def items(self, after: int) -> AsyncIterator[ChannelItem]:  # noqa: ARG002 - nothing is numbered
        """The comments, viewers and hidden comments of the running broadcast, from now on."""
        return self._items()

    async def say(self, text: str, key: str) -> str:  # noqa: ARG002 - Facebook takes no keys
        """Comment on the broadcast; the comment's id."""
        with unsent():
            feed = await self._ready()
        return await self._send(f"/{safe(feed.video)}/comments", text)

    async def reply(self, message_id: str, text: str, key: str) -> str:  # noqa: ARG002
        """Reply to a comment; the reply's id."""
        with unsent():
            await self._ready()
        return await self._send(f"/{safe(message_id)}/comments", text)

    async def hide(self, message_id: str, key: str) -> None:  # noqa: ARG002
        """Hide a comment from everybody but its author and their friends."""
        await self._graph.hide(message_id)
        if self._feed is not None:
            self._feed.memory.hide(key_of(message_id))

    async def find_said(self, text: str, reply_to: str, since_wall_ms: int) -> str | None:
        """Look through the newest comments, or replies, for ours. Raises `Unreachable` when there are too many of them to be
        certain.
        """
        feed = await self._ready()
        wanted = " ".join(text.split())
        pages = self._graph.newest(reply_to or feed.video, _FIND_PAGES)
        more = True
        async with aclosing(pages):
            async for page in pages:
                since = since_wall_ms + self._graph.ahead_ms - _SLACK_MS
                for comment in page.comments:
                    if comment.at_ms < since:
                        return None
                    if self._is_ours(comment) and " ".join(comment.text.split()) == wanted:
                        return comment.id
                more = page.more
        if more:
            raise Unreachable("Facebook has too many new comments to look up what was said: look there.")
        return None

    async def _items(self) -> AsyncIterator[ChannelItem]:
        feed = await self._ready()
        items = feed.items()
        try:
            async with aclosing(items):
                async for item in items:
                    yield item
        except (Over, RefusedByTarget) as over:  # refused: the broadcast was deleted
            self._forget(over.sentence)
            raise
        except TargetError as error:
            self._in_doubt = True
            if isinstance(error, Unauthorised):
                self._own_id = ""  # another token may be another page's
            raise

    async def _send(self, path: str, text: str) -> str:
        if len(text) > MAX_LENGTH:
            raise RefusedByTarget(f"This is longer than {MAX_LENGTH} characters: shorten it.", "too-long")
        self._sends.take()
        said = str((await self._graph.post(path, [("message", text)], Node)).id)
        self._said[key_of(said)] = None
        if len(self._said) > _MOST_SAID:
            del self._said[next(iter(self._said))]
        return said

    def _is_ours(self, comment: Seen) -> bool:
        return comment.key in self._said or bool(self._own_id and comment.author_id == self._own_id)

    # -- the broadcast

    async def _ready(self) -> Feed:
        """Who we are and which broadcast it is; after a failure it is looked for again. `hello` is asked each second then, so
        that Facebook is not, and what it said is said again.
        """
        if self._looked_ms is not None:
            left = self._looked_ms + self._look_again_ms - self._wall.monotonic_ms()
            if left > 0:
                raise Unreachable(self._sentence, left, attempted=False)
        if self._feed is not None and self._own_id and not self._in_doubt:
            return self._feed
        try:
            return await self._look()
        except Throttled as error:
            self._later(error.sentence, error.retry_after_ms or _LOOK_MS)
            raise
        except Unreachable as error:
            self._later(error.sentence, error.retry_after_ms or _DOUBT_MS)
            raise

    async def _look(self) -> Feed:
        self._own_id = await self._me()
        video = await self._find()
        if video is None:
            raise Unreachable(_NOTHING, _LOOK_MS, attempted=False)
        self._looked_ms, self._in_doubt = None, False
        if self._feed is not None and self._feed.video == video:
            return self._feed
        self._feed = Feed(
            self.name,
            video,
            self._graph,
            self._stream,
            self._wall,
            self._is_ours,
            self._pace,
            self._random,
        )
        return self._feed

    def _forget(self, sentence: str) -> None:
        """It is looked for again. What was seen of it is kept: should it be found again, nothing is lost and nothing told twice."""
        self._in_doubt = True
        self._later(sentence, _LOOK_MS)

    def _later(self, sentence: str, wait_ms: int) -> None:
        self._looked_ms, self._sentence, self._look_again_ms = self._wall.monotonic_ms(), sentence, wait_ms

    async def _me(self) -> str:
        return str((await self._graph.get("/me", [("fields", "id")], Node)).id)

    async def _find(self) -> str | None:
        """The id of the running broadcast."""
        if self._is_video is not True:
            asked = [
                ("broadcast_status", '["LIVE"]'),
                ("fields", "id,status,broadcast_start_time"),
                ("limit", "25"),
            ]
            try:
                found = await self._graph.get(f"/{safe(self._account)}/live_videos", asked, LiveVideos)
            except RefusedByTarget as refused:
                if refused.code == "gone":
                    raise self._unknown() from None
                if refused.code != "bad-parameter" or self._is_video is False:
                    raise
                self._is_video = True  # a live video has no such edge
            else:
                self._is_video = False
                live = [video for video in found.data if video.status not in OVER]
                return str(max(live, key=lambda v: v.broadcast_start_time).id) if live else None
        try:
            video = await self._graph.get(f"/{safe(self._account)}", [("fields", "id,status")], LiveVideo)
        except RefusedByTarget as refused:
            if refused.code == "gone":
                raise self._unknown() from None
            self._is_video = None
            raise
        return None if video.status in OVER else str(video.id)

    def _unknown(self) -> RefusedByTarget:
        return RefusedByTarget(
            "Facebook knows no page or live video of this id, or hides it from this token: check the account.",
            "gone",
        )
