"""One block of a show: what was on air for a stretch of it, with what came meanwhile."""

from collections.abc import Sequence
from dataclasses import dataclass

from studio.domain.alerts import Alert, alerts_between
from studio.domain.audience import ViewerTimeline
from studio.domain.kpi import Sales, newest_revisions, own_orders, sales
from studio.domain.order import Order
from studio.domain.question import Question
from studio.domain.show import ShowState
from studio.ui.studio import Review


@dataclass(frozen=True, slots=True)
class Block:
    """One turn of an item on air, [from_ms, to_ms) UTC ms. `n` is its place among all turns, from 0."""

    n: int
    item_id: str
    product_id: str
    title: str
    from_ms: int
    to_ms: int


@dataclass(frozen=True, slots=True)
class BlockFacts:
    """What came while a block was on air: viewers at its start and end and their average, the show's own orders placed
    then, the questions first asked then, and what went wrong.
    """

    block: Block
    viewers: float | None
    peak: int | None
    orders: tuple[Order, ...]
    own: Sales
    questions: tuple[Question, ...]
    alerts: tuple[Alert, ...] = ()


def blocks_of(state: ShowState, end_ms: int) -> list[Block]:
    """All turns on air in order of time; one that still runs ends at `end_ms`."""
    titles = {i.id: i.title for i in state.items}
    return [
        Block(
            n, run.item_id, run.product_id, titles.get(run.item_id, ""), run.from_ms,
            max(run.from_ms, run.to_ms if run.to_ms is not None else end_ms),
        )
        for n, run in enumerate(state.runs)
    ]  # fmt: skip


def block_at(blocks: Sequence[Block], item_id: str = "", at_ms: int | None = None) -> Block | None:
    """The block of a moment (UTC ms), or of an item: of several turns the one nearest to the moment, else the first."""
    if item_id:
        turns = [b for b in blocks if b.item_id == item_id]
        if turns and at_ms is not None:
            return min(turns, key=lambda b: max(b.from_ms - at_ms, at_ms - b.to_ms, 0))
        return turns[0] if turns else None
    if at_ms is None:
        return None
    return next((b for b in reversed(blocks) if b.from_ms <= at_ms < max(b.to_ms, b.from_ms + 1)), None)


@dataclass(frozen=True, slots=True)
class Feeds:
    """What timeline and blocks are made of: the show's own orders, each in its newest revision, and its viewers."""

    own: tuple[Order, ...]
    viewers: ViewerTimeline


def feeds_of(review: Review) -> Feeds:
    """The feeds of a review. Takes a while for a long show: not for the window's thread."""
    own = own_orders(review.state, newest_revisions(review.orders), review.replay_ms)
    return Feeds(tuple(own), ViewerTimeline(review.samples))


def facts_of(review: Review, feeds: Feeds, block: Block) -> BlockFacts:
    """What came during a block."""
    placed = tuple(o for o in feeds.own if block.from_ms <= o.placed_at_ms < block.to_ms)
    seen = feeds.viewers.figures(block.from_ms, block.to_ms)
    asked = tuple(
        sorted(
            (q for q in review.questions if block.from_ms <= q.asked_at_ms < block.to_ms and not q.withdrawn),
            key=lambda q: q.asked_at_ms,
        )
    )
    return BlockFacts(
        block, seen.average, seen.peak, placed, sales(placed, review.state.currency), asked,
        alerts_between(review.alerts, block.from_ms, block.to_ms),
    )  # fmt: skip
