"""The only bridge between the window and the engine: the `Studio` Protocol and what comes over it."""

import enum
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Protocol

import msgspec
from PySide6.QtCore import SignalInstance

from studio.control.ports import (
    ChatRow,
    HiddenChat,
    PromoUsage,
    Quota,
    ShowClock,
    ShowSummary,
    StreamState,
    Traffic,
)
from studio.domain.advice import Advice
from studio.domain.alerts import Alert
from studio.domain.audience import ViewerSample
from studio.domain.catalogue import CatalogueFacets, CataloguePage, CatalogueQuery
from studio.domain.commands import Command, Refused
from studio.domain.events import Logged
from studio.domain.kpi import ShowFigures
from studio.domain.order import REPLAY_MS, Order
from studio.domain.past import PastShow
from studio.domain.product import Product, StockLevel
from studio.domain.question import Question
from studio.domain.show import ShowState


class Sending(enum.StrEnum):
    """What the outbox knows of an effect. *waiting*: offline or backing off; *held*: a person is needed."""

    SENDING = "sending"
    WAITING = "waiting"
    HELD = "held"
    SETTLED = "settled"


class OutboxStatus(msgspec.Struct, frozen=True):
    """One effect's way out; `sentence` says why it waits."""

    effect_id: str
    event_id: str
    target: str
    action: str
    sending: Sending
    sentence: str = ""
    unsure: bool = False


class Link(enum.StrEnum):
    """How a connection is. *stale*: connected but silent; *asking*: waits for a token."""

    OK = "ok"
    CONNECTING = "connecting"
    STALE = "stale"
    DOWN = "down"
    ASKING = "asking"


class LinkStatus(msgspec.Struct, frozen=True):
    """A shop's or channel's health. `heard_wall_ms` is when it was last heard (UTC ms of this computer)."""

    name: str
    kind: str
    link: Link
    sentence: str = ""
    heard_wall_ms: int | None = None


class Notice(msgspec.Struct, frozen=True):
    """A sentence for the host. `level` is info, ok, warning or trouble; a later notice with the same non-empty
    `key` replaces an earlier one, an empty sentence clears it.
    """

    level: str
    sentence: str
    key: str = ""


class ChangeBatch(msgspec.Struct, frozen=True):
    """What changed since the last batch: a decision at once, the world's news some times a second. `chat` holds new rows (oldest first; after a
    flood only the newest 2,000: `chat_count` is the true number). Outbox rows settled come once as SETTLED.
    `locations` maps location ids to their names, whenever the shop was asked who it is. `hidden` is what channels took out
    of sight, `quotas` what their platforms still allow, by the channel's name; `streams` how the broadcast of
    each stage is, by the stage's name.
    """

    events: tuple[Logged, ...] = ()
    products: tuple[Product, ...] = ()
    stock: tuple[StockLevel, ...] = ()
    orders: tuple[Order, ...] = ()
    usage: tuple[PromoUsage, ...] = ()
    traffic: Traffic | None = None
    samples: tuple[ViewerSample, ...] = ()
    questions: tuple[Question, ...] = ()
    chat: tuple[ChatRow, ...] = ()
    chat_count: int | None = None
    outbox: tuple[OutboxStatus, ...] = ()
    links: tuple[LinkStatus, ...] = ()
    notices: tuple[Notice, ...] = ()
    locations: dict[str, str] = {}
    hidden: tuple[HiddenChat, ...] = ()
    quotas: dict[str, Quota] = {}
    streams: dict[str, StreamState] = {}


class Opened(msgspec.Struct, frozen=True):
    """A show as it stands when a window opens it: the log's fold and the feeds so far; batches follow. `replay_ms` is how
    long after its end orders count for it; `product_of` names each variant's product, where somebody has them already.
    """

    state: ShowState
    log: tuple[Logged, ...]
    products: dict[str, Product]
    stock: tuple[StockLevel, ...]
    orders: tuple[Order, ...]
    usage: tuple[PromoUsage, ...]
    traffic: Traffic | None
    samples: tuple[ViewerSample, ...]
    questions: tuple[Question, ...]
    stock_history: tuple[tuple[int, str, int], ...]
    outbox: tuple[OutboxStatus, ...]
    links: tuple[LinkStatus, ...]
    chat_count: int
    locations: dict[str, str] = {}
    quotas: dict[str, Quota] = {}
    streams: dict[str, StreamState] = {}
    replay_ms: int = REPLAY_MS
    product_of: dict[str, str] = {}


class Review(msgspec.Struct, frozen=True):
    """What a review shows: the figures, and the feeds that the charts draw. `previous` is the show before it (of its series,
    else of its shop), None for none; `advice` what to change, the weightiest first; `replay_ms` how long after the end
    orders count; `alerts` what went wrong, in order of time.
    """

    state: ShowState
    figures: ShowFigures
    samples: tuple[ViewerSample, ...]
    orders: tuple[Order, ...]
    questions: tuple[Question, ...] = ()
    previous: PastShow | None = None
    advice: tuple[Advice, ...] = ()
    replay_ms: int = REPLAY_MS
    alerts: tuple[Alert, ...] = ()


class ExportKind(enum.StrEnum):
    """What a review is written as. *csv* is a folder of tables; the chapters are of the replay."""

    HTML = "html"
    XLSX = "xlsx"
    CSV = "csv"
    CHAPTERS_YOUTUBE = "chapters_youtube"
    CHAPTERS_VTT = "chapters_vtt"
    CHAPTERS_CSV = "chapters_csv"


class Studio(Protocol):
    """What the window may ask of the engine. Coroutines run on the GUI's loop and never block it."""

    @property
    def changes(self) -> SignalInstance:
        """Emits a `ChangeBatch` in the GUI thread."""
        ...

    @property
    def clock(self) -> ShowClock:
        """The shop's time."""
        ...

    async def do(self, command: Command) -> Refused | None:
        """Carry out a command. When it returns None, the decision is on disk and on its way in `changes`."""
        ...

    async def open(self, show_id: str) -> Opened: ...
    async def shows(self) -> list[ShowSummary]: ...
    async def chat_page(self, show_id: str, before_rowid: int | None, limit: int) -> list[ChatRow]: ...
    async def chat_after(self, show_id: str, after_rowid: int, limit: int) -> list[ChatRow]: ...
    async def chat_search(self, show_id: str, words: str, limit: int) -> list[ChatRow]: ...
    async def search_products(self, words: str, limit: int) -> list[Product]: ...
    async def refresh_stock(self, product_ids: Collection[str]) -> None: ...
    async def image(self, url: str) -> bytes | None:
        """The picture's bytes, from the store or the shop; None when there is none to be had."""
        ...

    async def give_token(self, target: str, token: str) -> str:
        """A token for a target that asked; returns a sentence about where it is kept."""
        ...

    async def review(self, show_id: str) -> Review: ...
    async def report_html(self, show_id: str) -> str: ...
    async def export_report(self, show_id: str, path: Path) -> None: ...
    async def would_replace(
        self, show_id: str, kind: ExportKind, path: Path, offset_ms: int = 0
    ) -> list[Path]:
        """The files that `export` would replace, without `path` itself, about which the dialog for files has asked.
        Raises `OSError` where that cannot be seen.
        """
        ...

    async def export(
        self,
        show_id: str,
        kind: ExportKind,
        path: Path,
        offset_ms: int = 0,
        progress: Callable[[float], object] | None = None,
    ) -> None:
        """Write a review. `offset_ms` puts all chapters later (or earlier): by how much the replay's picture is behind.
        `progress` is told, in a thread of the engine, which share is done (0 to 1). Cancelled, it leaves what was there.
        Raises `OSError` where it cannot be written.
        """
        ...

    async def chat_between(self, show_id: str, from_ms: int, to_ms: int, limit: int) -> list[ChatRow]: ...
    async def past(self, series: str | None = None, limit: int = 20) -> list[PastShow]:
        """The newest shows that have been on air, of a series or (None) of all, the newest first; archived ones too."""
        ...

    async def catalogue(self, query: CatalogueQuery, offset: int, limit: int) -> CataloguePage: ...
    async def facets(self) -> CatalogueFacets: ...
