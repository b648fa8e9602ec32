"""A show as its log tells it: the state into which `studio.domain.show` folds the log."""

import enum

import msgspec

from studio.domain import announcements as an
from studio.domain import events as ev
from studio.domain.announcement_rules import BUILT_IN, AnnouncementRules
from studio.domain.lineup import ItemStatus, LineUpItem
from studio.domain.plan import Goals, ShowDetails
from studio.domain.promo import PromoPlan, PromoRecord
from studio.domain.question import QuestionStatus


class ShowPhase(enum.StrEnum):
    """Planned, on air or over."""

    PLANNED = "planned"
    ON_AIR = "on_air"
    ENDED = "ended"


class Run(msgspec.Struct, frozen=True):
    """One stretch of an item on air, [from_ms, to_ms) in the shop's UTC ms; `to_ms` is None while it runs."""

    item_id: str
    product_id: str
    from_ms: int
    to_ms: int | None = None


class QuestionMark(msgspec.Struct, frozen=True):
    """What was decided about one question."""

    status: QuestionStatus
    reply_id: str = ""


class Prompted(msgspec.Struct, frozen=True):
    """The question on the prompter."""

    question_id: str
    text: str
    asked: int


class Decided(msgspec.Struct, frozen=True):
    """One command's events, kept for undo."""

    command_id: str
    events: tuple[ev.Logged, ...]


class Broadcast(msgspec.Struct, frozen=True):
    """One stretch of a stage's broadcast, [from_ms, to_ms) in the shop's UTC ms; `to_ms` is None while it runs. A chapter of
    its replay begins as long after its start as the item went on air after `from_ms`.
    """

    stage: str
    from_ms: int
    to_ms: int | None = None


class ShowState(msgspec.Struct, frozen=True):
    """A show, folded from its log up to `seq`. Times are UTC ms of the shop's clock. `stage_clear`: the panic key was
    pressed, and no item went on air since; `codes_cleared`: the first so many of `promos` had been decided by then.
    `on_air_left`: the pieces of the product on air when it went there, None when nobody knew; `sold_out`: when each
    product sold out on air last; `endings`: the end of which each code's last minute was noted; `said`: all that was
    announced, in order. `planned_promos` are the planned codes that belong to no item. `redoable`: what was undone since
    the last decision, and can be done again. `links_lost`: (kind, name) of the connections that do not work.
    """

    id: str
    seq: int = 0
    title: str = ""
    language: str = "en"
    currency: str = "EUR"
    planned_ms: int = 0
    shop: str = ""
    channels: tuple[str, ...] = ()
    rehearsal: bool = False
    time_zone: str = "UTC"
    starts_at_ms: int | None = None
    phase: ShowPhase = ShowPhase.PLANNED
    started_at_ms: int | None = None
    ended_at_ms: int | None = None
    items: tuple[LineUpItem, ...] = ()
    statuses: dict[str, ItemStatus] = {}
    runs: tuple[Run, ...] = ()
    on_air_id: str = ""
    on_air_since_ms: int | None = None
    pinned_product_id: str = ""
    promos: dict[str, PromoRecord] = {}
    questions: dict[str, QuestionMark] = {}
    prompted: Prompted | None = None
    stage_cleared_at_ms: int | None = None
    stage_clear: bool = False
    codes_cleared: int = 0
    replies: dict[str, ev.ReplyWritten] = {}
    settled: dict[str, ev.EffectSettled] = {}
    announcements: AnnouncementRules = BUILT_IN
    on_air_left: int | None = None
    sold_out: dict[str, int] = {}
    endings: dict[str, int] = {}
    said: tuple[an.Said, ...] = ()
    broadcasts: tuple[Broadcast, ...] = ()
    undoable: tuple[Decided, ...] = ()
    redoable: tuple[Decided, ...] = ()
    goals: Goals = Goals()
    planned_promos: tuple[PromoPlan, ...] = ()
    series: str = ""
    template: bool = False
    archived: bool = False
    open_warnings: tuple[str, ...] = ()
    links_lost: frozenset[tuple[str, str]] = frozenset()

    @property
    def details(self) -> ShowDetails:
        """What it is called, when and where it is."""
        return ShowDetails(
            self.title, self.language, self.currency, self.planned_ms, self.time_zone, self.starts_at_ms, self.channels,
            self.series, self.template,
        )  # fmt: skip

    @property
    def promo_plans(self) -> tuple[tuple[PromoPlan, LineUpItem | None], ...]:
        """Every planned code with its item, if it belongs to one: those of items in their order, then the others."""
        of_items = tuple((i.promo, i) for i in self.items if i.promo is not None)
        return (*of_items, *((plan, None) for plan in self.planned_promos))

    @property
    def streams(self) -> dict[str, int]:
        """When the broadcasts that run began, by the stage's name; UTC ms."""
        return {b.stage: b.from_ms for b in self.broadcasts if b.to_ms is None}

    def item(self, item_id: str) -> LineUpItem | None:
        """The item of this id, None when the line-up has none."""
        return next((i for i in self.items if i.id == item_id), None)

    def index(self, item_id: str) -> int:
        """The item's place from 0, -1 when the line-up has none."""
        return next((n for n, i in enumerate(self.items) if i.id == item_id), -1)

    def status(self, item_id: str) -> ItemStatus:
        """Where the item stands."""
        return self.statuses.get(item_id, ItemStatus.PLANNED)

    @property
    def on_air(self) -> LineUpItem | None:
        """The item on air."""
        return self.item(self.on_air_id) if self.on_air_id else None

    @property
    def next_item(self) -> LineUpItem | None:
        """The first planned item behind the one shown last; when there is none behind, the first planned one."""
        shown = self.on_air_id or (self.runs[-1].item_id if self.runs else "")
        at = self.index(shown)
        around = (*self.items[at + 1 :], *self.items[: at + 1])
        return next(
            (i for i in around if self.statuses.get(i.id, ItemStatus.PLANNED) is ItemStatus.PLANNED), None
        )

    @property
    def previous_item(self) -> LineUpItem | None:
        """The item that was on air before the current one, else the one before it in the line-up."""
        at = len(self.items) if not self.runs else self.index(self.on_air_id or self.runs[-1].item_id)
        if not self.on_air_id and self.runs:
            return self.item(self.runs[-1].item_id)
        before = [i for i in self.items[: max(at, 0)] if self.status(i.id) is not ItemStatus.SKIPPED]
        return before[-1] if before else None

    @property
    def planned_end_ms(self) -> int | None:
        """When it is to end by its plan, UTC ms; None while nobody knows when it begins."""
        start = self.starts_at_ms if self.started_at_ms is None else self.started_at_ms
        return None if start is None else start + self.length_ms

    @property
    def length_ms(self) -> int:
        """How long it is planned; without a length of its own as long as its items."""
        return self.planned_ms or sum(item.planned_ms for item in self.items)

    @property
    def product_ids(self) -> tuple[str, ...]:
        """The products of the line-up, each once, in order."""
        return tuple(dict.fromkeys(i.product_id for i in self.items if i.product_id))

    @property
    def codes(self) -> frozenset[str]:
        """The codes that the shop confirmed for this show."""
        return frozenset(r.promo.code for r in self.promos.values() if r.confirmed_ends_at_ms is not None)

    def question_status(self, question_id: str) -> QuestionStatus:
        """What was decided about a question."""
        mark = self.questions.get(question_id)
        return mark.status if mark else QuestionStatus.OPEN
