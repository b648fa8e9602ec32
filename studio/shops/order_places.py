"""How far a shop's orders were read, where the shop lists them by their last change: without missing one."""

import msgspec

from studio.control.ports import BadAnswer, HttpAnswer
from studio.domain.order import Order

_OVERLAP_MS = 20_000
_SWEEP_MS = 120_000
"""Refunds may move no date of an order: every two minutes all orders since the beginning are read once more."""
SINCE = "since:"


class Place(msgspec.Struct, frozen=True):
    """How far orders were read: those since `origin`, now those which changed since `since`, `skip` of them read;
    `newest` is the latest change seen, `swept` when all were read last. UTC ms of the shop's clock.
    """

    origin: int
    since: int
    skip: int = 0
    newest: int = 0
    swept: int = 0

    @classmethod
    def read(cls, cursor: str) -> "Place":
        """From a cursor of `written`, from "since:MS", or from "" for the very first. Raises `BadAnswer`."""
        parts = cursor.removeprefix(SINCE).split(":") if cursor else ["0"]
        if len(parts) not in (1, 5) or not all(p.isascii() and p.isdigit() and len(p) < 16 for p in parts):
            raise BadAnswer("The place up to which orders were read is damaged: they are read again.")
        numbers = [int(part) for part in parts]
        return cls(numbers[0], numbers[0]) if len(parts) == 1 else cls(*numbers)

    def written(self) -> str:
        """As a cursor."""
        return f"{SINCE}{self.origin}:{self.since}:{self.skip}:{self.newest}:{self.swept}"

    def after(self, read: int, newest: int, more: bool, shop_ms: int) -> "Place":
        """Where to read on when `read` orders came, the latest change of which is `newest`."""
        newest = max(self.newest, newest)
        swept = self.swept or shop_ms
        if more:
            return Place(self.origin, self.since, self.skip + read, newest, swept)
        if shop_ms - swept >= _SWEEP_MS:
            return Place(self.origin, self.origin, 0, newest, shop_ms)
        # Once more from before the newest change: dates are cut to the second, and what was written behind our back.
        return Place(self.origin, max(self.origin, newest - _OVERLAP_MS), 0, newest, swept)


class OrdersRead(msgspec.Struct, frozen=True):
    """Orders (revision 0), the place behind them, whether there is more at once, and the answer they came with."""

    orders: list[Order]
    after: Place
    more: bool
    http: HttpAnswer
