"""The ports of the store: the log, the outbox, the feeds, and pages of history."""

from collections.abc import Collection, Mapping, Sequence
from typing import Protocol

import msgspec

from studio.control.ports.shop import PromoUsage, TrackedLink, Traffic
from studio.domain.alerts import ChatGap
from studio.domain.audience import ChatMessage, ViewerSample
from studio.domain.catalogue import CatalogueFacets, CataloguePage, CatalogueQuery
from studio.domain.effects import Effect
from studio.domain.events import Logged
from studio.domain.kpi_figures import ChatCount
from studio.domain.order import Order
from studio.domain.product import Product, StockLevel
from studio.domain.question import Question


class OutboxRow(msgspec.Struct, frozen=True):
    """An effect in the outbox. `attempts` > 0: it may have reached its target. `next_wall_ms` is when it is
    tried again; `held` says why it waits for a person ("unsure", "token"), empty when it does not.
    """

    effect: Effect
    attempts: int = 0
    next_wall_ms: int = 0
    held: str = ""
    last_error: str = ""


class ShowSummary(msgspec.Struct, frozen=True):
    """A show as the list of shows tells it. `starts_at_ms` is when it is planned to start (UTC ms, None: no date yet),
    `made_at_ms` when it was set up; `items` are in its line-up; `shop` and `channels` are ids of the settings.
    """

    id: str
    title: str
    rehearsal: bool
    started_at_ms: int | None
    ended_at_ms: int | None
    currency: str
    last_seq: int
    starts_at_ms: int | None = None
    planned_ms: int = 0
    time_zone: str = "UTC"
    series: str = ""
    template: bool = False
    archived: bool = False
    items: int = 0
    made_at_ms: int | None = None
    shop: str = ""
    channels: tuple[str, ...] = ()


class ExpectedSeqMismatch(Exception):
    """Somebody else wrote to the show's log in between: read on and decide again."""


class StoreFull(Exception):
    """The disk is full (or not writable): nothing was written."""


class ShowLog(Protocol):
    """The logs of all shows, and the outbox as their projection, written in one transaction."""

    async def append(
        self, show_id: str, expected_seq: int, events: Sequence[Logged], effects: Sequence[Effect]
    ) -> None:
        """Append events whose seqs follow `expected_seq`, put `effects` into the outbox, and take out of it
        whatever the events settle (`EffectSettled`); an `UnsureResolved` that resends frees its row. All or nothing.
        Raises `ExpectedSeqMismatch` or `StoreFull`.
        """
        ...

    async def read(self, show_id: str, after: int = 0) -> list[Logged]: ...
    async def shows(self) -> list[ShowSummary]: ...


class Outbox(Protocol):
    """The effects that are not settled yet."""

    async def pending(self, show_id: str | None = None) -> list[OutboxRow]: ...
    async def attempted(self, effect_id: str, attempts: int) -> None:
        """Durable note that an attempt is about to be made: on disk before a byte leaves."""
        ...

    async def postponed(
        self, effect_id: str, next_wall_ms: int, error: str, held: str = "", attempts: int | None = None
    ) -> None:
        """The attempt failed; try again at `next_wall_ms`. `attempts` puts the count back where it is certain
        that nothing was sent.
        """
        ...

    async def free_held(self, target: str, held: str) -> None:
        """What waited for a person goes on."""
        ...

    async def save_link(self, link: TrackedLink) -> None: ...
    async def links(self, show_id: str) -> list[TrackedLink]: ...


class ChatRow(msgspec.Struct, frozen=True, gc=False):
    """A stored message with its row number, or a gap (`gap` True): here the channel lost messages, as many as its text
    says; an empty text: nobody knows how many, or whether any.
    """

    rowid: int
    message: ChatMessage
    question: bool = False
    hidden: bool = False
    gap: bool = False


class HiddenChat(msgspec.Struct, frozen=True):
    """What a channel took out of sight: the message `id`; or all that `author_id` wrote until `until_ms` (UTC ms of the
    channel); or, when both are empty, all that anybody wrote until then.
    """

    channel: str
    id: str = ""
    author_id: str = ""
    until_ms: int = 0

    def covers(self, message: ChatMessage) -> bool:
        """Whether this message is out of sight."""
        if message.channel != self.channel:
            return False
        if self.id:
            return message.id == self.id
        return message.at_ms <= self.until_ms and self.author_id in ("", message.author_id)


class FeedBatch(msgspec.Struct, frozen=True):
    """What came in from one source, stored with its cursor in one transaction. Orders, products, stock, usage
    and traffic: the highest revision wins; messages and samples: each id once. `cursor` None leaves it. `gap`: what
    was numbered (first, second] is lost. `lost`: what was said between these two times (UTC ms of the channel) may be
    missing, where nothing is numbered. `hidden`: what the channel has hidden.
    """

    source: str
    cursor: int | None = None
    products: tuple[Product, ...] = ()
    stock: tuple[StockLevel, ...] = ()
    orders: tuple[Order, ...] = ()
    usage: tuple[PromoUsage, ...] = ()
    traffic: Traffic | None = None
    messages: tuple[ChatMessage, ...] = ()
    samples: tuple[ViewerSample, ...] = ()
    questions: tuple[Question, ...] = ()
    gap: tuple[int, int] | None = None
    lost: tuple[int, int] | None = None
    hidden: tuple[HiddenChat, ...] = ()


class StoredBatch(msgspec.Struct, frozen=True):
    """What of a batch was new (or newer) and is now on disk, in the batch's order. `first_rowid` is the row of
    the first new message, 0 without one; messages are numbered on from it. `gap` is a new row before them that says that
    something is missing; `hidden` what was taken out of sight.
    """

    products: tuple[Product, ...] = ()
    stock: tuple[StockLevel, ...] = ()
    orders: tuple[Order, ...] = ()
    usage: tuple[PromoUsage, ...] = ()
    traffic: Traffic | None = None
    messages: tuple[ChatMessage, ...] = ()
    samples: tuple[ViewerSample, ...] = ()
    questions: tuple[Question, ...] = ()
    first_rowid: int = 0
    gap: ChatRow | None = None
    hidden: tuple[HiddenChat, ...] = ()


ReadyProducts = Mapping[str, object]
"""By product id what a store has made of products; it means something to that store only."""


class Feeds(Protocol):
    """What the world sent, per show."""

    async def prepare(self, products: Sequence[Product]) -> ReadyProducts:
        """What can be made of products before it is their turn to be stored, for `store`. Raises what that raises."""
        ...

    async def store(
        self, show_id: str, batch: FeedBatch, ready: ReadyProducts | None = None
    ) -> StoredBatch: ...
    async def cursor(self, show_id: str, source: str) -> int:
        """How far a source was read without a gap; 0 for nothing yet."""
        ...

    async def last_said_ms(self, show_id: str, channel: str) -> int | None:
        """When the newest message of a channel in this show was written (UTC ms of the channel); None without one."""
        ...

    async def products(self) -> dict[str, Product]: ...
    async def stock(self) -> list[StockLevel]: ...
    async def orders(self, show_id: str) -> list[Order]: ...
    async def samples(self, show_id: str) -> list[ViewerSample]: ...
    async def usage(self, show_id: str) -> list[PromoUsage]: ...
    async def traffic(self, show_id: str) -> Traffic | None: ...
    async def questions(self, show_id: str) -> list[Question]: ...
    async def save_image(self, url: str, data: bytes) -> None: ...
    async def image(self, url: str) -> bytes | None: ...


class History(Protocol):
    """Pages of what is stored, read by other threads over read-only connections. Not async: call it in the
    reader thread.
    """

    def chat_count(self, show_id: str) -> int: ...
    def chat_page(self, show_id: str, before_rowid: int | None, limit: int) -> list[ChatRow]:
        """The `limit` rows before `before_rowid` (None: the newest), oldest first."""
        ...

    def chat_after(self, show_id: str, after_rowid: int, limit: int) -> list[ChatRow]: ...
    def chat_search(self, show_id: str, words: str, limit: int) -> list[ChatRow]: ...
    def replied(self, show_id: str, from_ms: int, to_ms: int, answered: Collection[tuple[str, str]]) -> int:
        """How many messages of viewers within [from_ms, to_ms] (UTC ms) are among `answered`, (channel, id) each."""
        ...

    def chat_between(self, show_id: str, from_ms: int, to_ms: int, limit: int) -> list[ChatRow]:
        """The first `limit` messages and gaps of [from_ms, to_ms) (UTC ms of the channels), oldest first."""
        ...

    def chat_counts(self, show_id: str, from_ms: int, to_ms: int) -> dict[str, ChatCount]:
        """What viewers wrote within [from_ms, to_ms] (UTC ms of the channels), by channel; channels where nobody wrote are
        left out.
        """
        ...

    def chat_gaps(self, show_id: str, from_ms: int, to_ms: int) -> list[ChatGap]:
        """The gaps in the chat marked within [from_ms, to_ms] (UTC ms of the channels), oldest first."""
        ...

    def search_products(self, words: str, limit: int) -> list[Product]: ...
    def catalogue(self, query: CatalogueQuery, offset: int, limit: int, now_ms: int) -> CataloguePage:
        """What is found of the kept catalogue; `now_ms` (UTC ms) is what *new* is measured from."""
        ...

    def facets(self) -> CatalogueFacets:
        """What the kept catalogue can be filtered by."""
        ...

    def catalogue_read_ms(self) -> int | None:
        """When the kept catalogue was read as a whole last (UTC ms of this computer), None for never."""
        ...

    def stock_samples(self, show_id: str, product_ids: Collection[str]) -> list[tuple[int, str, int]]:
        """(UTC ms, variant id, sellable) changes of the products since the show was planned, in order of time."""
        ...

    def variants(self, show_id: str, product_ids: Collection[str]) -> dict[str, str]:
        """Variant id to product id, as the show's own shop has them."""
        ...
