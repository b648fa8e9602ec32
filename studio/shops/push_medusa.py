"""What our subscriber in a Medusa server tells (resources/push/medusa-host-studio.ts), and what it means.

Topics are Medusa's own event names, `data` is their payload: https://docs.medusajs.com/resources/references/events (orders
and products by workflows, inventory by its module). Most payloads are `{id}`; a sale makes reservations.
"""

from studio.control.ports import Hint
from studio.shops.push import Fields, SubscriberPush, ids

_STOCK = ("inventory-level.", "inventory-item.", "reservation-item.")
_MODULE = "inventory."
"""In front of the names of its events while they are on the bus."""
_ORDERS = (
    "order.",
    "order-edit.",
    "payment.",
    "return.",
    "claim.",
    "exchange.",
    "fulfillment.",
    "shipment.",
    "delivery.",
)


def hint(topic: str, about: tuple[Fields, ...]) -> Hint:
    """What an event hints at. Orders name none of their products, levels and reservations only Medusa's inventory items:
    the stock of all that is on air is read.
    """
    topic = topic.removeprefix(_MODULE)
    if topic.startswith("product-variant."):
        variants, products = ids(about, "id"), ids(about, "product_id")
        return Hint(products=products, offers=variants, catalogue=not variants)
    if topic.startswith("product."):
        products = ids(about, "id")
        return Hint(products=products, catalogue=not products)
    if topic.startswith(_STOCK):
        return Hint(stock=True)
    if topic.startswith(_ORDERS):
        return Hint(stock=True, orders=True)
    if topic.startswith(("promotion.", "campaign.")):
        return Hint(orders=True)
    if topic.startswith(("product-collection.", "price-list.")):
        return Hint(catalogue=True)
    return Hint()


def medusa_push() -> SubscriberPush:
    """The `PushReader` of Medusa."""
    return SubscriberPush(hint)
