"""Native channel frame v1: how a live channel talks to a host studio. Any platform can be bridged to it; the simulated audience is.

Rules
=====
- Bearer token on everything. JSON in UTF-8, snake_case; times are UTC epoch milliseconds of the channel's clock (a rehearsal's
  audience goes by the shop's clock).
- ``GET /channel/v1`` -> `ChannelInfo`.
- ``GET /channel/v1/stream?after=SEQ``: server-sent events, ``id: SEQ``, ``event: frame``, ``data:`` one `Frame`. ``Last-Event-ID`` wins over ``after``;
  with neither: from now on. A comment line at least every 3 s. Delivery is at least once and neighbours may come swapped: the reader
  dedupes by seq and id and advances its cursor over gap-free runs only.
- ``GET /channel/v1/frames?after=SEQ&until=SEQ&limit=N`` (N 1..1000) -> `FramePage`: what is missing, read again.
- ``POST /channel/v1/say`` `Say` -> 201 `Said`. ``POST /channel/v1/reply`` `Reply` -> 201 `Said`; an unknown message: 404.
  ``POST /channel/v1/hide`` `Hide` -> 200 ``{}``. What is said or replied comes back in the feed as a message with ``by_us`` true.
- ``Idempotency-Key`` (1..100 printable ASCII characters) is required on every POST. Same key and same body: the same answer again, also after a restart
  (header ``Idempotent-Replay: true``); same key and another request: 409 ``idempotency-mismatch``. A 404 is kept too.
- Errors are RFC 9457 documents, as in the shop's contract. 429 and 503 carry ``Retry-After`` (real seconds): nothing was done.
- Sequences are dense from 1 and never reused. A channel that loses them must answer ``last_seq`` lower than the reader's cursor.

Administration (``/admin/v1``; bearer: the admin token; not part of what a platform implements, exempt from faults)
===================================================================================================================
- ``POST /admin/v1/start`` `Start` -> `State`: the show begins at ``at_ms`` (now when left out). ``POST /admin/v1/stop`` -> `Stopped`: nobody orders
  or writes any more, faults end, and the answer comes when everything in flight is finished; the feed stays readable.
- ``POST /admin/v1/faults``, ``GET``, ``DELETE``: as the shop's. The channel plays ``chat-flood``, ``channel-silent``, ``duplicate-events``, ``out-of-order`` and
  ``lost-replies``; the others are taken down and change nothing here.
- ``POST /admin/v1/messages`` `Messages` and ``POST /admin/v1/viewers`` `Viewers` -> `State`: a director's own lines and counts.
- ``GET /admin/v1/books?show_id&from_ms&to_ms`` -> `ChannelBooks`. ``GET /admin/v1/state`` -> `State`.
- ``GET /admin/v1/intentions?limit&after`` -> `IntentionPage`: what the audience meant to do at the shop, and what came of it.
"""

from typing import Annotated, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from studio.rehearsal.contract import Ms, Ref

MAX_TEXT = 500
MAX_FRAMES = 1000
FrameKind = Literal["message", "viewers", "hidden"]
Text = Annotated[str, Meta(min_length=1, max_length=MAX_TEXT)]


class ChannelCapabilities(Struct, frozen=True, kw_only=True):
    """What this channel can do by itself. `keyed`: a POST may be repeated with its key."""

    reply: bool = True
    hide: bool = True
    viewers: bool = True
    keyed: bool = True
    max_length: int = MAX_TEXT


class ChannelInfo(Struct, frozen=True, kw_only=True):
    """Who the channel is, its clock, and the newest sequence of its feed."""

    frame: int
    name: str
    capabilities: ChannelCapabilities
    now_ms: int
    last_seq: int


class Message(Struct, frozen=True, kw_only=True, gc=False):
    """One message; `reply_to` is the id of the message it answers, or empty."""

    id: str
    author: str
    author_id: str
    text: str
    reply_to: str
    by_us: bool


class Frame(Struct, frozen=True, kw_only=True, gc=False):
    """One item of the feed: exactly the field of its kind is there."""

    seq: int
    kind: FrameKind
    at_ms: int
    message: Message | UnsetType = UNSET
    viewers: int | UnsetType = UNSET
    hidden_id: str | UnsetType = UNSET


class FramePage(Struct, frozen=True):
    """Frames by sequence, and the newest sequence there is to read."""

    frames: list[Frame]
    last_seq: int


class Say(Struct, frozen=True, forbid_unknown_fields=True):
    """What we tell everybody."""

    text: Text


class Reply(Struct, frozen=True, forbid_unknown_fields=True):
    """What we answer to a message."""

    message_id: Ref
    text: Text


class Hide(Struct, frozen=True, forbid_unknown_fields=True):
    """A message nobody should see any more."""

    message_id: Ref


class Said(Struct, frozen=True):
    """The id of the message that this became."""

    id: str


class Start(Struct, frozen=True, forbid_unknown_fields=True):
    """When the show begins; null = now."""

    at_ms: Ms | None = None


class Line(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A line that a director puts into the chat; `asks`: it is meant as a question."""

    text: Annotated[str, Meta(max_length=1_000_000)]
    author: Annotated[str, Meta(max_length=1000)] = "Viewer"
    author_id: Annotated[str, Meta(max_length=1000)] = ""
    asks: bool = False


class Messages(Struct, frozen=True, forbid_unknown_fields=True):
    """Lines for the chat."""

    items: Annotated[list[Line], Meta(min_length=1, max_length=10_000)]


class Viewers(Struct, frozen=True, forbid_unknown_fields=True):
    """A count of viewers."""

    viewers: Annotated[int, Meta(ge=0, le=100_000_000)]


class State(Struct, frozen=True, kw_only=True):
    """What the audience is about: `show_ms` is the time since the show's start, null before it was started."""

    last_seq: int
    now_ms: int
    rate: float
    show_ms: int | None
    viewers: int
    stopped: bool


class Stopped(Struct, frozen=True):
    """Nobody writes or orders any more."""

    last_seq: int
    quiet: bool


class ChannelBooks(Struct, frozen=True, kw_only=True):
    """The truth by SQL over the channel's own table within [from_ms, to_ms] where given, as of `last_seq`.

    `messages` and `asked` are viewers' own; `answered` are those of them that got a reply of ours, whenever it came.
    `replies` and `announcements` are ours, by their own time. `avg_viewers` is time-weighted: a sample holds until the next one, one from before
    `from_ms` carries in, and the time before the first is left out; null without samples, as is the peak. `duplicates` are
    things of ours that stand in the feed twice by one key, or as one reply to one message: must be 0.
    """

    show_id: str
    last_seq: int
    messages: int
    asked: int
    answered: int
    replies: int
    announcements: int
    peak_viewers: int | None
    avg_viewers: float | None
    duplicates: int


class Intention(Struct, frozen=True, kw_only=True):
    """One thing a shopper meant to do, written when it is over; `slot` is the second of the show it began in."""

    id: int
    slot: int
    kind: str
    detail: str
    outcome: str


class IntentionPage(Struct, frozen=True):
    """Intentions by id, and how many came to which outcome in all."""

    items: list[Intention]
    totals: dict[str, int]
