"""Looks at a plan beside the window's thread: a line-up of 500 items takes longer than a frame."""

from collections.abc import Mapping, Sequence

import msgspec

from studio.domain.checks import Check, ReadinessFacts
from studio.domain.past import PastShow
from studio.domain.product import Product, StockLevel
from studio.domain.readiness import readiness
from studio.domain.show_state import ShowState
from studio.domain.stock_check import StockRow, expected_viewers, figures_by_product, stock_rows
from studio.ui.models.live_show import LiveShow


class Looked(msgspec.Struct, frozen=True):
    """What was seen: demand and stock of every item, and the checks."""

    rows: tuple[StockRow, ...]
    checks: tuple[Check, ...]


class Plan(msgspec.Struct, frozen=True):
    """A plan as it is at one moment, with what belongs to it: nothing of it changes while it is looked at."""

    state: ShowState
    products: Mapping[str, Product]
    levels: Mapping[str, Sequence[StockLevel]]
    past: tuple[PastShow, ...]
    facts: ReadinessFacts

    def look(self) -> Looked:
        """Look at everything. Touches nothing of the window's."""
        state, past = self.state, self.past
        viewers = expected_viewers(state.goals, past)
        learned = figures_by_product(past)
        rows = stock_rows(state.items, self.products, lambda p: self.levels.get(p, ()), learned, viewers)
        return Looked(rows, readiness(state, self.products, rows, self.facts))


def plan_of(live: LiveShow, past: tuple[PastShow, ...], facts: ReadinessFacts) -> Plan:
    """The open show's plan as it is now, with the products of its items and of what stands in for them."""
    ids = {i.product_id for i in live.state.items} | {a for i in live.state.items for a in i.alternatives}
    products = {product_id: live.products[product_id] for product_id in ids if product_id in live.products}
    levels = {product_id: live.levels(product_id) for product_id in ids}
    return Plan(live.state, products, levels, past, facts)
