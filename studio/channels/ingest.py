"""The native channel: frame v1, which anybody can speak to bridge a platform (see README.md here)."""

from collections.abc import AsyncGenerator, AsyncIterator
from typing import Any, Literal, TypeVar

import msgspec
import structlog
from msgspec import Raw, Struct

from studio.control.ports import (
    BadAnswer,
    ChannelCapabilities,
    ChannelItem,
    Http,
    HttpAnswer,
    RefusedByTarget,
)
from studio.control.ports.answers import is_html, plain, raise_for_status
from studio.domain.audience import ChatMessage, ViewerSample

T = TypeVar("T")
FRAME_VERSION = 1
_PAGE = 1000
_TEXT = 16_000
_NAME = 200
_MAX_MS = 2**53
# Control characters have no place in a message; line breaks and tabs do.
_CONTROLS = dict.fromkeys([*range(9), 11, 12, *range(14, 32), 127])
_log = structlog.get_logger(__name__)


class _Capabilities(Struct, frozen=True):
    reply: bool = False
    hide: bool = False
    viewers: bool = False
    keyed: bool = False
    max_length: int = 500


class _Hello(Struct, frozen=True):
    frame: int
    last_seq: int
    name: str = ""
    capabilities: _Capabilities = _Capabilities()
    now_ms: int = 0


class _Message(Struct, frozen=True, gc=False):
    id: str
    text: str
    author: str = ""
    author_id: str = ""
    reply_to: str = ""
    by_us: bool = False


class _Frame(Struct, frozen=True, gc=False):
    seq: int
    kind: str
    at_ms: int
    message: _Message | None = None
    viewers: int | None = None
    hidden_id: str = ""


class _Numbered(Struct, frozen=True):
    seq: int


class _Frames(Struct, frozen=True):
    frames: list[Raw]
    last_seq: int


class _Done(Struct, frozen=True):
    id: str


_frame = msgspec.json.Decoder(_Frame)


class IngestChannel:
    """The `Channel` port over frame v1. `name` is the connection's name in the studio.

    `capabilities` are the least until `hello` has asked.
    """

    numbered = True

    def __init__(self, name: str, http: Http) -> None:
        self.name = name
        self.capabilities = ChannelCapabilities(reply=False, viewers=False)
        self._http = http
        self._who = f"The channel {name}"

    async def hello(self) -> ChannelCapabilities:
        """Ask what the channel can do."""
        await self._greet()
        return self.capabilities

    async def last_seq(self) -> int:
        """The newest number of the feed."""
        return (await self._greet()).last_seq

    def items(self, after: int) -> AsyncIterator[ChannelItem]:
        """The feed behind `after`, live. A consumer that stops early closes the generator."""
        return self._items(after)

    async def items_between(self, after: int, until: int) -> tuple[ChannelItem, ...]:
        """The frames in (after, until] that the channel still has."""
        found: list[ChannelItem] = []
        while after < until:
            asked = [("after", str(after)), ("until", str(until)), ("limit", str(_PAGE))]
            page = self._read(await self._call("GET", "/channel/v1/frames", params=asked), _Frames)
            items = [item for item in map(self._item, page.frames) if item is not None]
            found += [item for item in items if after < item.seq <= until]
            last = max((item.seq for item in items), default=after)
            if last <= after or last >= page.last_seq:
                break
            after = last
        return tuple(found)

    async def say(self, text: str, key: str) -> str:
        """Say something to everybody; the message's id."""
        return await self._post("say", {"text": text}, key)

    async def reply(self, message_id: str, text: str, key: str) -> str:
        """Reply to one message; the reply's id."""
        return await self._post("reply", {"message_id": message_id, "text": text}, key)

    async def hide(self, message_id: str, key: str) -> None:
        """Take a message out of everybody's sight."""
        await self._call("POST", "/channel/v1/hide", {"message_id": message_id}, key)

    async def find_said(self, text: str, reply_to: str, since_wall_ms: int) -> str | None:  # noqa: ARG002
        """Not asked: frame v1 has keys instead."""
        raise RefusedByTarget(f"{self._who} cannot look up what was said.", "no-read-back")

    async def _greet(self) -> _Hello:
        hello = self._read(await self._call("GET", "/channel/v1"), _Hello)
        if hello.frame != FRAME_VERSION:
            raise BadAnswer(
                f"{self._who} speaks frame {hello.frame}, this studio speaks frame {FRAME_VERSION}: update the bridge, "
                "or the studio."
            )
        can = hello.capabilities
        self.capabilities = ChannelCapabilities(
            can.reply, can.hide, can.viewers, can.keyed, max_length=max(1, can.max_length)
        )
        return hello

    async def _items(self, after: int) -> AsyncGenerator[ChannelItem, None]:
        stream = self._http.events("/channel/v1/stream", params=[("after", str(after))])
        try:
            async for event in stream:
                if event.event != "frame":
                    continue
                item = self._item(event.data.encode(errors="replace"), event.id)
                if item is not None:
                    yield item
        finally:
            if isinstance(stream, AsyncGenerator):
                await stream.aclose()

    def _item(self, raw: bytes | Raw, event_id: str = "") -> ChannelItem | None:
        """A frame as an item. One that cannot be read keeps its number and a problem; None without a number."""
        try:
            frame = _frame.decode(raw)
            return ChannelItem(frame.seq, **self._content(frame))
        except (msgspec.MsgspecError, ValueError) as error:
            reason = plain(str(error), 160)
        _log.warning("frame left out", channel=self.name, reason=reason)
        try:
            seq = msgspec.json.decode(raw, type=_Numbered).seq
        except (msgspec.MsgspecError, ValueError):
            if not (event_id.isascii() and event_id.isdigit()):
                return None
            seq = int(event_id)
        return ChannelItem(seq, problem=f"{self._who} sent something that was left out ({reason}).")

    def _content(self, frame: _Frame) -> dict[str, Any]:
        if frame.seq < 1 or not 0 <= frame.at_ms < _MAX_MS:
            raise ValueError("its number or time makes no sense")
        if frame.kind == "message" and frame.message is not None:
            told = frame.message
            if not 0 < len(told.id) <= _NAME:
                raise ValueError("a message has no usable id")
            message = ChatMessage(
                channel=self.name,
                id=told.id,
                seq=frame.seq,
                at_ms=frame.at_ms,
                author=_clean(told.author, _NAME),
                text=_clean(told.text, _TEXT),
                author_id=told.author_id[:_NAME],
                reply_to=told.reply_to[:_NAME],
                by_us=told.by_us,
            )
            return {"message": message}
        if frame.kind == "viewers" and frame.viewers is not None:
            if not 0 <= frame.viewers < 2**40:
                raise ValueError(f"{frame.viewers} viewers")
            return {"sample": ViewerSample(self.name, frame.at_ms, frame.viewers)}
        if frame.kind == "hidden":
            return {"hidden_id": frame.hidden_id[:_NAME]}
        if frame.kind in ("message", "viewers"):
            raise ValueError("it is empty")
        return {}

    async def _post(self, what: Literal["say", "reply"], body: dict[str, str], key: str) -> str:
        answer = await self._call("POST", f"/channel/v1/{what}", body, key)
        return self._read(answer, _Done).id

    async def _call(
        self,
        method: str,
        path: str,
        body: dict[str, str] | None = None,
        key: str = "",
        params: list[tuple[str, str]] | None = None,
    ) -> HttpAnswer:
        headers = {"Content-Type": "application/json", "Idempotency-Key": key} if body is not None else None
        data = None if body is None else msgspec.json.encode(body)
        answer = await self._http.request(method, path, body=data, params=params or (), headers=headers)
        raise_for_status(answer, self._who)
        if is_html(answer):
            raise BadAnswer(f"{self._who} answered with a web page: check its address in the settings.")
        return answer

    def _read(self, answer: HttpAnswer, type_: type[T]) -> T:
        try:
            return msgspec.json.decode(answer.body, type=type_)
        except (msgspec.MsgspecError, UnicodeError) as error:
            raise BadAnswer(
                f"{self._who} answered not as agreed ({plain(str(error), 160)}): check its address, or tell who runs it."
            ) from error


def _clean(text: str, limit: int) -> str:
    text = text.translate(_CONTROLS)
    return text if len(text) <= limit else text[: limit - 1] + "…"
