"""What to change next time, from what a show came to: the rules of `advice_rules`, the weightiest first."""

from collections.abc import Mapping, Sequence

from studio.domain import advice_rules as rules
from studio.domain.advice import Advice
from studio.domain.audience import ViewerSample, ViewerTimeline
from studio.domain.kpi import unanswered
from studio.domain.kpi_figures import ShowFigures
from studio.domain.order import REPLAY_MS, Order
from studio.domain.question import Question
from studio.domain.show_state import ShowState

_RULES = (
    rules.sold_out_early,
    rules.earned_most,
    rules.viewers_lost,
    rules.questions_open,
    rules.earned_least,
    rules.code_needless,
    rules.code_unused,
    rules.over_time,
)


def advise(
    state: ShowState,
    figures: ShowFigures,
    samples: Sequence[ViewerSample] | ViewerTimeline,
    orders: Sequence[Order],
    questions: Sequence[Question],
    *,
    left_at_start: Mapping[str, int] | None = None,
    replay_ms: int = REPLAY_MS,
) -> tuple[Advice, ...]:
    """The advice for a show that is over; empty while it runs, and where the figures do not carry any.

    `left_at_start` are the pieces of each product that could be sold when the show began, where they are known. `samples`: or their timeline, where there is one already.
    """
    viewers = samples if isinstance(samples, ViewerTimeline) else ViewerTimeline(samples)
    seen = rules.evidence(
        state, figures, viewers, orders, unanswered(state, questions), left_at_start or {}, replay_ms
    )
    return () if seen is None else tuple(advice for rule in _RULES for advice in rule(seen))


def pieces_at(
    at_ms: int, history: Sequence[tuple[int, str, int]], product_of: Mapping[str, str]
) -> dict[str, int]:
    """The pieces of each product that could be sold at this moment, from the changes of its variants (UTC ms, variant id,
    sellable) in order of time; products of which nothing was known yet are left out.
    """
    variants: dict[str, int] = {}
    for changed_at, variant_id, sellable in history:
        if changed_at > at_ms:
            break
        variants[variant_id] = sellable
    products: dict[str, int] = {}
    for variant_id, sellable in variants.items():
        product_id = product_of.get(variant_id)
        if product_id is not None:
            products[product_id] = products.get(product_id, 0) + sellable
    return products
