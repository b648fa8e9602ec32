"""Reading Medusa's orders since a moment, page by page, without missing a change."""

import msgspec

from studio.domain.order import Order
from studio.shops import medusa_map as to
from studio.shops import medusa_wire_orders as wire
from studio.shops.medusa_client import Answered, MedusaClient
from studio.shops.order_places import OrdersRead, Place
from studio.shops.reading import each, iso

_PAGE = 100
_PAYMENTS_MS = 5 * 60_000
"""So far back payments are looked for: what is older comes when all orders are read once more."""
_FIELDS = ",".join(
    [
        "id", "display_id", "custom_display_id", "status", "currency_code", "total", "discount_total", "created_at",
        "updated_at", "canceled_at", "metadata", "summary",
        *(f"items.{name}" for name in (
            "variant_id", "product_id", "quantity", "unit_price", "is_tax_inclusive", "total", "adjustments.code",
            "adjustments.amount", "adjustments.is_tax_inclusive", "tax_lines.rate", "detail.return_received_quantity",
            "detail.return_dismissed_quantity", "detail.written_off_quantity",
        )),
        "shipping_methods.adjustments.code", "shipping_methods.adjustments.amount",
        *(f"payment_collections.payments.{name}" for name in (
            "amount", "canceled_at", "captures.amount", "refunds.amount",
        )),
    ]
)  # fmt: skip
"""What is read of an order; nothing of who the customer is."""


async def read_page(client: MedusaClient, place: Place, problems: list[str]) -> OrdersRead:
    """A page of orders.

    A payment moves the date of no order: with the last page come the orders whose payments have moved.
    """
    answer = await _asked(client, [("updated_at[$gte]", iso(place.since)), ("offset", str(place.skip))])
    page = answer.told
    found = each(page.orders, "order", _order, problems)
    more = place.skip + len(page.orders) < page.count and bool(page.orders)
    newest = max((changed for _, changed in found), default=0)
    shop_ms = client.clock.at(answer.http.received_ms)
    orders = [order for order, _ in found]
    if not more:
        since = max(place.since, shop_ms - _PAYMENTS_MS)
        paid = await _paid_since(client, since) - {order.id for order in orders}
        if paid:
            orders += await _these(client, sorted(paid), problems)
    after = place.after(len(page.orders), newest, more, shop_ms)
    return OrdersRead(orders, after, more, answer.http)


async def _paid_since(client: MedusaClient, since_ms: int) -> set[str]:
    """The orders whose payments were made, captured or called off since then, at most the newest thousand."""
    asked = [
        ("updated_at[$gte]", iso(since_ms)),
        ("order", "-updated_at"),
        ("limit", "1000"),
        ("fields", "id,payment_collection.order.id"),
    ]
    told = (await client.get("/admin/payments", wire.Payments, asked)).told
    held = [p.payment_collection for p in told.payments if p.payment_collection]
    return {collection.order.id for collection in held if collection.order}


async def _these(client: MedusaClient, order_ids: list[str], problems: list[str]) -> list[Order]:
    orders: list[Order] = []
    for start in range(0, len(order_ids), _PAGE):
        answer = await _asked(client, [("id[]", one) for one in order_ids[start : start + _PAGE]])
        orders += [order for order, _ in each(answer.told.orders, "order", _order, problems)]
    return orders


async def _asked(client: MedusaClient, where: list[tuple[str, str]]) -> Answered[wire.Orders]:
    asked = [*where, ("order", "id"), ("limit", str(_PAGE)), ("fields", _FIELDS)]
    return await client.get("/admin/orders", wire.Orders, asked)


def _order(raw: msgspec.Raw) -> tuple[Order, int]:
    return to.to_order(msgspec.json.decode(raw, type=wire.Order))
