"""Reading Vendure's orders since a moment, page by page, without missing a change."""

from collections.abc import Callable

import msgspec

from studio.domain.order import Order
from studio.shops import vendure_map as to
from studio.shops import vendure_queries as ask
from studio.shops import vendure_wire as wire
from studio.shops.order_places import OrdersRead, Place
from studio.shops.reading import each, iso
from studio.shops.vendure_client import VendureClient

_PAGE = 100


async def read_page(client: VendureClient, place: Place, link_field: bool, problems: list[str]) -> OrdersRead:
    """A page of orders."""
    since = {"after": iso(max(0, place.since - 1))}
    options = {
        "take": _PAGE,
        "skip": place.skip,
        "sort": {"id": "ASC"},
        "filter": {
            "_and": [
                {"active": {"eq": False}},
                {"_or": [{"orderPlacedAt": since}, {"updatedAt": since}]},
            ]
        },
    }
    answer = await client(ask.orders(link_field), {"o": options})
    page = answer.read("orders", wire.Listed)
    found = [x for x in each(page.items, "order", _order, problems) if x is not None]
    more = place.skip + len(page.items) < page.totalItems and bool(page.items)
    newest = max((changed for _, changed in found), default=0)
    shop_ms = client.clock.at(answer.http.received_ms)
    after = place.after(len(page.items), newest, more, shop_ms)
    return OrdersRead([order for order, _ in found], after, more, answer.http)


_order: Callable[[msgspec.Raw], tuple[Order, int] | None] = lambda raw: to.to_order(  # noqa: E731
    msgspec.json.decode(raw, type=wire.Order)
)
