"""The show's own sales as orders come in, changed order by order instead of summed anew."""

from collections.abc import Iterable

from studio.domain.kpi import Sales, sales
from studio.domain.money import Money
from studio.domain.order import REPLAY_MS, Order, belongs_to_show
from studio.domain.show import ShowState


class SalesTally:
    """All orders heard of, each in its newest revision, and what the show's own ones came to: those until `replay_ms`
    after its end.
    """

    def __init__(self, state: ShowState, orders: Iterable[Order] = (), replay_ms: int = REPLAY_MS) -> None:
        self._state, self._replay_ms = state, replay_ms
        self._rule = _rule(state)
        self.orders: dict[str, Order] = {}
        self._shares: dict[str, Sales] = {}
        self._sum = sales((), state.currency)
        self._kept_minor = 0
        for order in orders:
            self.add(order)

    def follow(self, state: ShowState) -> None:
        """The show went on: new codes or its end may make other orders its own."""
        self._state = state
        rule = _rule(state)
        if rule != self._rule:
            self._rule = rule
            self._count_anew()

    def count_until(self, replay_ms: int) -> None:
        """From now on the show's own orders are those until so long after its end."""
        if replay_ms != self._replay_ms:
            self._replay_ms = replay_ms
            self._count_anew()

    def add(self, order: Order) -> bool:
        """One more order, or a newer revision of one; False for an older one."""
        known = self.orders.get(order.id)
        if known is not None and known.revision > order.revision:
            return False
        self.orders[order.id] = order
        self._put(order)
        return True

    @property
    def sales(self) -> Sales:
        """What the show's own orders came to."""
        count = self._sum.orders
        basket = Money(round(self._kept_minor / count), self._sum.gross.currency) if count else None
        s = self._sum
        return Sales(s.orders, s.cancelled, s.units, s.gross, s.net, basket)

    def _count_anew(self) -> None:
        self._shares, self._sum, self._kept_minor = {}, sales((), self._state.currency), 0
        for order in self.orders.values():
            self._put(order)

    def _put(self, order: Order) -> None:
        state = self._state
        before = self._shares.pop(order.id, None)
        if before is not None:
            self._change(before, -1)
        if belongs_to_show(order, state.id, self._rule[0], state.ended_at_ms, self._replay_ms):
            share = self._shares[order.id] = sales((order,), state.currency)
            self._change(share, 1)

    def _change(self, share: Sales, sign: int) -> None:
        s, currency = self._sum, self._sum.gross.currency
        basket = share.average_basket
        self._kept_minor += sign * (basket.amount_minor if basket is not None else 0)
        self._sum = Sales(
            s.orders + sign * share.orders,
            s.cancelled + sign * share.cancelled,
            s.units + sign * share.units,
            Money(s.gross.amount_minor + sign * share.gross.amount_minor, currency),
            Money(s.net.amount_minor + sign * share.net.amount_minor, currency),
            None,
        )


def _rule(state: ShowState) -> tuple[frozenset[str], int | None, str]:
    return state.codes, state.ended_at_ms, state.currency
