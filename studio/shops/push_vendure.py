"""What our subscriber in a Vendure server tells (resources/push/vendure-host-studio.js), and what it means.

Vendure has no webhooks of its own, but an event bus: https://docs.vendure.io/guides/developer-guide/events/.
"""

from studio.control.ports import Hint
from studio.shops.push import Fields, SubscriberPush, ids


def hint(topic: str, about: tuple[Fields, ...]) -> Hint:
    """What a topic hints at: `product.*` and `variant.*` (`productIds`, `variantIds`), `stock.*` (`variantIds`), `order.*`
    (`variantIds` of its lines), `promotion.*`.
    """
    kind = topic.partition(".")[0]
    products, variants = ids(about, "productIds"), ids(about, "variantIds")
    match kind:
        case "product":
            return Hint(products=products, variants=variants, catalogue=not products)
        case "variant":
            return Hint(products=products, offers=variants, catalogue=not variants)
        case "stock":
            return Hint(variants=variants, stock=not variants)
        case "order":
            return Hint(variants=variants, stock=not variants, orders=True)
        case "promotion":
            return Hint(orders=True)
        case _:
            return Hint()


def vendure_push() -> SubscriberPush:
    """The `PushReader` of Vendure."""
    return SubscriberPush(hint)
