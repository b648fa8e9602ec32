"""Shopify's webhooks: their signature, and what each topic means.

Source: https://shopify.dev/docs/apps/build/webhooks/subscribe/https (signature, headers, duplicates) and
https://shopify.dev/docs/api/webhooks (topics). Payloads are REST objects: their ids are numbers.
"""

import base64
import binascii
import hmac
from collections.abc import Mapping
from typing import Any, cast

import msgspec

from studio.control.ports import BadAnswer, Hint, Webhook
from studio.control.ports.answers import plain
from studio.shops.push import Fields, ids, signed

SIGNATURE, WEBHOOK_ID, TOPIC = "x-shopify-hmac-sha256", "x-shopify-webhook-id", "x-shopify-topic"
_PRODUCT, _VARIANT = "gid://shopify/Product/", "gid://shopify/ProductVariant/"
_ORDERS = ("orders/", "refunds/", "returns/", "fulfillments/", "order_transactions/")
_STOCK = ("inventory_levels/", "inventory_items/")
_CODES = ("discounts/", "price_rules/")


def hint(topic: str, about: Fields) -> Hint:
    """What a topic hints at. An order names its lines; a stock level names an item that only Shopify knows."""
    if topic.startswith(_ORDERS):
        lines = _objects(about.get("line_items"))
        return Hint(variants=_gids(_VARIANT, ids(lines, "variant_id")), stock=not lines, orders=True)
    if topic.startswith("products/"):
        product = _gids(_PRODUCT, ids((about,), "id"))
        # That a product's stock fell comes as an update of the product in some shops: its variants are read too.
        variants = _gids(_VARIANT, ids(_objects(about.get("variants")), "id"))
        return Hint(products=product, variants=variants, catalogue=not product)
    if topic.startswith(_STOCK):
        return Hint(stock=True)
    if topic.startswith(_CODES):
        return Hint(orders=True)
    if topic.startswith("collections/"):
        return Hint(catalogue=True)
    return Hint()


class ShopifyPush:
    """The `PushReader` of Shopify. The secret is the app's client secret (Settings, Notifications, Webhooks of the shop
    show theirs). One id is sent again until it was answered.
    """

    def verify(self, secret: str, headers: Mapping[str, str], body: bytes) -> bool:
        """Whether the body is signed with this secret."""
        try:
            said = base64.b64decode(headers.get(SIGNATURE, ""), validate=True)
        except (binascii.Error, ValueError):
            return False
        return hmac.compare_digest(said, signed(secret, body))

    def read(self, headers: Mapping[str, str], body: bytes) -> Webhook:
        """What it means. Raises `BadAnswer`."""
        topic = headers.get(TOPIC, "")[:200]
        if not topic:
            raise BadAnswer("The webhook names no topic.")
        try:
            about = msgspec.json.decode(body, type=dict[str, Any])
        except (msgspec.MsgspecError, UnicodeError) as error:
            raise BadAnswer(f"The webhook is not Shopify's ({plain(str(error), 160)}).") from error
        return Webhook(headers.get(WEBHOOK_ID, "")[:200], topic, hint(topic, about))


def _objects(value: object) -> tuple[Fields, ...]:
    found = cast("list[object]", value) if isinstance(value, list) else []
    return tuple(cast("Fields", each) for each in found if isinstance(each, dict))


def _gids(prefix: str, numbers: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(f"{prefix}{number}" for number in numbers if number.isascii() and number.isdigit())
