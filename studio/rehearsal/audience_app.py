"""The channel's HTTP server: native channel frame v1 and its administration (both described in `audience_contract`)."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from litestar import Litestar, Response, get, post, route
from litestar.exceptions import HTTPException
from litestar.response import Stream
from litestar.types import ASGIApp

from studio.rehearsal import audience_truth
from studio.rehearsal.audience_book import (
    Answer,
    BookTx,
    ChannelBook,
    Draft,
    KeyMismatch,
    encode,
    message_id,
    message_seq,
)
from studio.rehearsal.audience_contract import (
    MAX_FRAMES,
    ChannelCapabilities,
    ChannelInfo,
    FramePage,
    Hide,
    Messages,
    Reply,
    Said,
    Say,
    Start,
    State,
    Stopped,
    Viewers,
)
from studio.rehearsal.audience_faults import FaultBook
from studio.rehearsal.audience_http import (
    LosesReplies,
    Req,
    body_as,
    check_token,
    key_of,
    number_of,
    on_error,
    on_http_error,
    on_refusal,
    raw_answer,
    told,
)
from studio.rehearsal.audience_hub import Hub
from studio.rehearsal.problems import Refusal, refuse
from studio.rehearsal.storefront_contract import FaultCreate, FaultList

FRAME = 1
_HUGE = 9_007_199_254_740_991
US = ("Studio", "us")
"""Author and author id of what we say."""


class Clock(Protocol):
    """The channel's clock; None while it is not known."""

    def now_ms(self) -> int | None:
        """UTC ms."""
        ...

    @property
    def rate(self) -> float:
        """Channel milliseconds per real one."""
        ...


class Director(Protocol):
    """Who moves the audience."""

    def start(self, at_ms: int) -> None:
        """The show begins then."""
        ...

    async def stop(self) -> None:
        """Nobody writes or orders any more; returns when what was under way is finished."""
        ...

    def state(self, now_ms: int) -> tuple[int | None, int, bool]:
        """Time since the show's start in ms, viewers, stopped."""
        ...


@dataclass(frozen=True)
class Channel:
    """Everything the handlers work with."""

    name: str
    book: ChannelBook
    hub: Hub
    faults: FaultBook
    clock: Clock
    director: Director
    token: str
    admin_token: str
    seed: int

    def now_ms(self) -> int:
        """The channel's time. Raises Refusal (503) until the shop was heard."""
        now = self.clock.now_ms()
        if now is None:
            raise refuse(
                "unavailable", "The channel does not know its clock yet: the shop is silent.", retry_after_s=1
            )
        return now

    def state(self) -> Response[bytes]:
        """The audience's state as an answer."""
        now = self.now_ms()
        show_ms, viewers, stopped = self.director.state(now)
        last = self.hub.last
        return told(
            State(
                last_seq=last, now_ms=now, rate=self.clock.rate, show_ms=show_ms, viewers=viewers, stopped=stopped
            )
        )  # fmt: skip

    async def keyed(self, request: Req, raw: bytes, act: Callable[[BookTx], Answer]) -> Response[bytes]:
        """Do a write once, whatever happens, and answer it the same every time."""
        key = key_of(request)
        asked = b"\n".join((request.method.encode(), request.url.path.encode(), raw))
        try:
            answer = await self.book.run(lambda tx: tx.once(key, asked, lambda: act(tx)))
        except KeyMismatch:
            raise refuse("idempotency-mismatch", f"The key {key!r} was used for another request.") from None
        return raw_answer(
            answer.body, answer.status, {"Idempotent-Replay": "true"} if answer.replay else None
        )


def _unknown(wanted: str) -> Answer:
    refusal = refuse("not-found", f"The channel has no message {wanted!r}.")
    return Answer(refusal.status, refusal.body)


def _reading_routes(ch: Channel) -> list[Any]:
    @get("/channel/v1")
    async def info(request: Req) -> Response[bytes]:
        check_token(request, ch.token)
        return told(
            ChannelInfo(
                frame=FRAME, name=ch.name, capabilities=ChannelCapabilities(), now_ms=ch.now_ms(), last_seq=ch.hub.told
            )
        )  # fmt: skip

    @get("/channel/v1/stream")
    async def stream(request: Req) -> Stream:
        check_token(request, ch.token)
        after = number_of(request, "after", None, 0, _HUGE)
        last_event = request.headers.get("last-event-id", "")
        if last_event.isascii() and last_event.isdigit() and len(last_event) < 17:
            after = int(last_event)
        cursor = ch.hub.told if after is None else min(after, ch.hub.told)
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        return Stream(ch.hub.stream(cursor), media_type="text/event-stream", headers=headers)

    @get("/channel/v1/frames")
    async def frames(request: Req) -> Response[bytes]:
        check_token(request, ch.token)
        after = number_of(request, "after", 0, 0, _HUGE) or 0
        until = number_of(request, "until", _HUGE, 0, _HUGE) or 0
        limit = number_of(request, "limit", MAX_FRAMES, 1, MAX_FRAMES) or 1
        last = ch.hub.told
        return told(FramePage(await ch.book.between(after, min(until, last), limit), last))

    return [info, stream, frames]


def _writing_routes(ch: Channel) -> list[Any]:
    @post("/channel/v1/say")
    async def say(request: Req) -> Response[bytes]:
        check_token(request, ch.token)
        wanted, raw = await body_as(request, Say)
        key, now = key_of(request), ch.now_ms()

        def act(tx: BookTx) -> Answer:
            seq = tx.add_messages([Draft(now, *US, wanted.text, by_us=True, said_key=key)])
            return Answer(201, encode(Said(message_id(seq))))

        return await ch.keyed(request, raw, act)

    @post("/channel/v1/reply")
    async def reply(request: Req) -> Response[bytes]:
        check_token(request, ch.token)
        wanted, raw = await body_as(request, Reply)
        key, now = key_of(request), ch.now_ms()

        def act(tx: BookTx) -> Answer:
            to = message_seq(wanted.message_id)
            if not tx.has_message(to):
                return _unknown(wanted.message_id)
            seq = tx.add_messages([Draft(now, *US, wanted.text, by_us=True, reply_to=to, said_key=key)])
            return Answer(201, encode(Said(message_id(seq))))

        return await ch.keyed(request, raw, act)

    @post("/channel/v1/hide")
    async def hide(request: Req) -> Response[bytes]:
        check_token(request, ch.token)
        wanted, raw = await body_as(request, Hide)
        now = ch.now_ms()

        def act(tx: BookTx) -> Answer:
            seq = message_seq(wanted.message_id)
            if not tx.has_message(seq):
                return _unknown(wanted.message_id)
            if not tx.value("SELECT 1 FROM frames WHERE hidden = ?", (seq,)):
                tx.add_hidden(now, seq)
            return Answer(200, b"{}")

        return await ch.keyed(request, raw, act)

    return [say, reply, hide]


def _admin_routes(ch: Channel) -> list[Any]:
    @get("/admin/v1/state")
    async def read_state(request: Req) -> Response[bytes]:
        check_token(request, ch.admin_token)
        return ch.state()

    @post("/admin/v1/start")
    async def start(request: Req) -> Response[bytes]:
        check_token(request, ch.admin_token)
        wanted, _ = await body_as(request, Start)
        ch.director.start(ch.now_ms() if wanted.at_ms is None else wanted.at_ms)
        return ch.state()

    @post("/admin/v1/stop")
    async def stop(request: Req) -> Response[bytes]:
        check_token(request, ch.admin_token)
        await ch.director.stop()
        await ch.faults.end_all(ch.clock.now_ms() or 0)
        ch.hub.look()
        return told(Stopped(await ch.book.run(lambda tx: tx.last_seq), quiet=True))

    @route("/admin/v1/faults", http_method=["GET", "POST", "DELETE"])
    async def faults(request: Req) -> Response[bytes]:
        check_token(request, ch.admin_token)
        now = ch.now_ms()
        if request.method == "POST":
            wanted, _ = await body_as(request, FaultCreate)
            return told(await ch.faults.add(wanted, now), 201)
        if request.method == "DELETE":
            await ch.faults.end_all(now)
        return told(FaultList(ch.faults.listed(now)))

    return [read_state, start, stop, faults]


def _director_routes(ch: Channel) -> list[Any]:
    @post("/admin/v1/messages")
    async def messages(request: Req) -> Response[bytes]:
        check_token(request, ch.admin_token)
        wanted, _ = await body_as(request, Messages)
        now = ch.now_ms()
        drafts = [Draft(now, i.author, i.author_id, i.text, asks=i.asks) for i in wanted.items]
        await ch.book.run(lambda tx: tx.add_messages(drafts))
        return ch.state()

    @post("/admin/v1/viewers")
    async def viewers(request: Req) -> Response[bytes]:
        check_token(request, ch.admin_token)
        wanted, _ = await body_as(request, Viewers)
        now = ch.now_ms()
        await ch.book.run(lambda tx: tx.add_viewers(now, wanted.viewers))
        return ch.state()

    @get("/admin/v1/intentions")
    async def intentions(request: Req) -> Response[bytes]:
        check_token(request, ch.admin_token)
        after = number_of(request, "after", 0, 0, _HUGE) or 0
        limit = number_of(request, "limit", MAX_FRAMES, 1, MAX_FRAMES) or 1
        return told(await ch.book.read(lambda db: audience_truth.intentions(db, after, limit)))

    @get("/admin/v1/books")
    async def read_books(request: Req) -> Response[bytes]:
        check_token(request, ch.admin_token)
        from_ms, to_ms = (number_of(request, name, None, 0, _HUGE) for name in ("from_ms", "to_ms"))
        show_id = request.query_params.get("show_id", "")
        return told(await ch.book.read(lambda db: audience_truth.books(db, show_id, from_ms, to_ms)))

    return [messages, viewers, intentions, read_books]


def channel_app(ch: Channel) -> ASGIApp:
    """The application, with the fault `lost-replies` around it."""
    app = Litestar(
        route_handlers=[
            *_reading_routes(ch),
            *_writing_routes(ch),
            *_admin_routes(ch),
            *_director_routes(ch),
        ],
        exception_handlers={Refusal: on_refusal, HTTPException: on_http_error, Exception: on_error},
        openapi_config=None,
        logging_config=None,
        debug=False,
    )

    def likely() -> float:
        now = ch.clock.now_ms()
        fault = None if now is None else ch.faults.board.active("lost-replies", now)
        return 0.0 if fault is None else fault.intensity

    return LosesReplies(app, likely, ch.seed)
