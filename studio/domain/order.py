"""Orders and whose they are."""

import enum
from collections.abc import Collection, Mapping

import msgspec

from studio.domain.money import Money

REPLAY_MS = 48 * 3_600_000


class OrderStatus(enum.StrEnum):
    """Where an order stands at the shop."""

    PLACED = "placed"
    PAID = "paid"
    CANCELLED = "cancelled"
    RETURNED = "returned"
    PARTLY_RETURNED = "partly_returned"


class OrderLine(msgspec.Struct, frozen=True, gc=False):
    """One variant of an order. `total` is after discounts, with tax."""

    variant_id: str
    product_id: str
    quantity: int
    total: Money
    returned_quantity: int = 0


class Order(msgspec.Struct, frozen=True):
    """An order as the shop tells it; the highest `revision` wins.

    `total` is what was paid, with tax and shipping, after discounts; `refunded` what went back for returns (a
    cancelled order's whole total is given back and not counted in `refunded`). `link_show_id` is the show of
    the tracked link that the customer came by last, empty without one. Times are UTC ms of the shop's clock.
    """

    id: str
    number: str
    revision: int
    placed_at_ms: int
    status: OrderStatus
    lines: tuple[OrderLine, ...]
    total: Money
    refunded: Money
    discount: Money
    promo_codes: tuple[str, ...] = ()
    link_id: str = ""
    link_show_id: str = ""
    session_id: str = ""
    cancelled_at_ms: int | None = None
    paid: bool = True

    @property
    def cancelled(self) -> bool:
        """Whether the order was called off."""
        return self.status is OrderStatus.CANCELLED

    @property
    def net(self) -> Money:
        """What the shop keeps of it."""
        return (
            Money(0, self.total.currency) if self.cancelled or not self.paid else self.total - self.refunded
        )


def belongs_to_show(
    order: Order,
    show_id: str,
    codes: Collection[str],
    ended_at_ms: int | None,
    replay_ms: int = REPLAY_MS,
) -> bool:
    """Whether the order is the show's: by one of its codes, else by the tracked link touched last, and placed
    no later than `replay_ms` after the show ended (`ended_at_ms`, None while it runs).
    """
    if ended_at_ms is not None and order.placed_at_ms > ended_at_ms + replay_ms:
        return False
    return any(code in codes for code in order.promo_codes) or order.link_show_id == show_id


def last_touched(order: Order, codes: Mapping[str, Mapping[str, int | None]]) -> Order:
    """The order without its link where it carries a code of another show than the link's: a code beats the link.

    `codes`: which shows each code is of, each with the moment up to which orders count for it (UTC ms, None while the show
    runs).
    """

    def elsewhere(code: str) -> bool:
        return any(
            show_id != order.link_show_id and (until is None or order.placed_at_ms <= until)
            for show_id, until in codes.get(code, {}).items()
        )

    if order.link_show_id and any(map(elsewhere, order.promo_codes)):
        return msgspec.structs.replace(order, link_id="", link_show_id="")
    return order
