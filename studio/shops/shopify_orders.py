"""Orders at Shopify: which changed is listed cheaply, and only those that are new are read whole."""

from collections.abc import Sequence

import msgspec

from studio.control.ports import BadAnswer, OrderPage, Urgency
from studio.domain.order import Order
from studio.shops import shopify_map as to
from studio.shops import shopify_operations as ops
from studio.shops import shopify_wire_orders as wire
from studio.shops.shopify_api import ShopifyApi
from studio.shops.shopify_clock import Revisions
from studio.shops.shopify_wire import is_null

SINCE = "since:"
"""An orders cursor "since:MS" begins with what changed since MS, UTC ms of the shop's clock."""
OVERLAP_MS = 30_000
"""Shopify's search learns of a change late: each round begins that much before the newest change."""
_SETTLED_MS = 2_000
_RIPENS_MS = 5 * 60_000
_RIPENING = 8
_PENDING = 8


class ShopifyOrders:
    """Pages of orders, oldest change first.

    An order that was read as it is now is not read again in the overlap: not before the cursor of its page has come
    back, which says that the page is safe. How a customer came is known only some time after the order: such orders
    are read again until it is, for five minutes.
    """

    def __init__(self, api: ShopifyApi, revisions: Revisions) -> None:
        self._api = api
        self._revisions = revisions
        self._pages = 0
        self._handed: dict[str, dict[str, str]] = {}
        self._safe: dict[str, str] = {}
        self._unripe: dict[str, int] = {}

    async def page(self, cursor: str, currency: str, problems: list[str]) -> OrderPage:
        """The page behind `cursor`; sentences about orders that were left out are added to `problems`."""
        place = _Place.read(cursor)
        self._safe |= self._handed.pop(cursor, {})
        changed = None if place.since is None else f"updated_at:>='{to.iso_of(place.since)}'"
        told = await self._api.ask(
            ops.ORDERS_CHANGED, {"after": place.page, "changed": changed}, wire.OrdersChanged, Urgency.LIVE
        )
        listed = told.orders.nodes
        wanted = [o.id for o in listed if self._safe.get(o.id) != o.updated_at]
        if told.orders.next is None:
            known = set(wanted)
            wanted += [o for o in list(self._unripe)[-_RIPENING:] if o not in known]
        orders: list[Order] = []
        handed: dict[str, str] = {}
        size = self._api.units(ops.ORDERS)
        for start in range(0, len(wanted), size):
            orders += await self._whole(wanted[start : start + size], currency, handed, problems)
        newest = max([place.newest, *(to.ms_of(o.updated_at) for o in listed)])
        self._pages += 1
        after = _Place(place.since, newest, self._pages, told.orders.next)
        if told.orders.next is None:
            since = max(0, newest - OVERLAP_MS) if newest else place.since
            after = _Place(since, newest, self._pages, None)
            self._safe = {k: at for k, at in self._safe.items() if to.ms_of(at) >= newest - 2 * OVERLAP_MS}
        self._handed[after.written()] = handed
        for forgotten in list(self._handed)[:-_PENDING]:
            del self._handed[forgotten]
        return OrderPage(tuple(orders), after.written(), told.orders.next is not None, tuple(problems))

    async def _whole(
        self, ids: Sequence[str], currency: str, handed: dict[str, str], problems: list[str]
    ) -> list[Order]:
        told = await self._api.ask(
            ops.ORDERS, {"ids": list(ids)}, wire.Orders, Urgency.LIVE, ops.ORDERS.cost * len(ids)
        )
        read: list[wire.Order] = to.each(
            [raw for raw in told.nodes if not is_null(raw)],
            "order",
            lambda raw: msgspec.json.decode(raw, type=wire.Order),
            problems,
        )
        found: list[Order] = []
        for one in read:
            more = await self._more_lines(one)
            now = self._api.now_ms()
            try:
                order, changed = to.to_order(one, more, currency)
            except ValueError as error:
                problems.append(f"The shop's order {one.name} was left out: {error}.")
                continue
            revision = self._revisions.of("order", order.id, order, changed, now)
            found.append(msgspec.structs.replace(order, revision=revision))
            if now - changed > _SETTLED_MS:
                handed[one.id] = one.updated_at
            self._ripen(one, order, now)
        return found

    def _ripen(self, told: wire.Order, order: Order, now: int) -> None:
        journey = told.customer_journey_summary
        waits = journey is not None and not journey.ready and not order.link_show_id
        if waits and now - order.placed_at_ms < _RIPENS_MS:
            self._unripe.setdefault(told.id, now)
        else:
            self._unripe.pop(told.id, None)

    async def _more_lines(self, told: wire.Order) -> list[wire.Line]:
        lines: list[wire.Line] = []
        cursor = told.line_items.next
        while cursor is not None:
            variables = {"id": told.id, "after": cursor}
            more = await self._api.ask(ops.ORDER_LINES, variables, wire.OrderLines, Urgency.LIVE)
            if more.order is None:
                break
            lines += more.order.line_items.nodes
            cursor = more.order.line_items.next
        return lines


class _Place(msgspec.Struct, frozen=True):
    """How far the orders were read: what changed after `since`, page by page, `newest` being the latest change.
    `number` makes every cursor another one, so that the one that comes back says which page is safe.
    """

    since: int | None
    newest: int
    number: int
    page: str | None

    @classmethod
    def read(cls, cursor: str) -> "_Place":
        """From a cursor of `written`, from "since:MS", or from "" for the very first."""
        parts = [*cursor.removeprefix(SINCE).split(":", maxsplit=3), "", "", ""][:4]
        numbers = "".join(parts[:3])
        if not numbers.isascii() or not f"{numbers}0".isdigit():
            raise BadAnswer("The place up to which orders were read is damaged: they are read again.")
        since, newest, number, page = parts
        return cls(int(since) if since else None, int(newest or 0), int(number or 0), page or None)

    def written(self) -> str:
        """As a cursor."""
        since = "" if self.since is None else self.since
        return f"{SINCE}{since}:{self.newest}:{self.number}:{self.page or ''}"
