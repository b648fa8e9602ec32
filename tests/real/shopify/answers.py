"""What the shop in memory answers to each field: plain values, or functions of the field's arguments.

A field that is not told here fails the request loudly: a stand-in that answers null to all it does not know would let
any operation pass.
"""
# ruff: noqa: A002 - the names of GraphQL's arguments

import re
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from graphql import GraphQLError, GraphQLResolveInfo

from tests.real.shopify.state import Discount, Order, ShopState, bag, iso


class Unprepared(AssertionError):
    """The stand-in was asked for something that it does not know."""


def resolve(source: Mapping[str, Any], info: GraphQLResolveInfo, **given: Any) -> Any:
    """The field of a mapping; a function is called with the field's arguments."""
    if info.field_name not in source:
        raise Unprepared(f"{info.parent_type.name}.{info.field_name}")
    value = source[info.field_name]
    return value(**given) if callable(value) else value


def type_of(value: Mapping[str, Any], *_: Any) -> str:
    """The type of something of an abstract type."""
    return str(value["__typename"])


def denied(field: str, scope: str) -> GraphQLError:
    """How Shopify says that a right is missing."""
    text = f"Access denied for {field} field. Required access: `{scope}` access scope."
    return GraphQLError(
        text, extensions={"code": "ACCESS_DENIED", "requiredAccess": f"`{scope}` access scope."}
    )


def connection(items: Sequence[Any], first: int, after: str | None = None, **_: Any) -> dict[str, Any]:
    """A page of `items`; cursors are opaque to everybody else."""
    start = int(after.removeprefix("after-")) if after else 0
    page = list(items[start : start + first])
    end = start + len(page)
    return {
        "nodes": page,
        "edges": [{"node": node, "cursor": f"after-{start + n + 1}"} for n, node in enumerate(page)],
        "pageInfo": {
            "hasNextPage": end < len(items), "endCursor": f"after-{end}" if page else None,
            "hasPreviousPage": start > 0, "startCursor": f"after-{start + 1}" if page else None,
        },
    }  # fmt: skip


class Answers:
    """The roots of queries and mutations over one shop."""

    def __init__(self, shop: ShopState) -> None:
        self.shop = shop
        self.whole_seconds = False

    # -- queries

    def query(self) -> dict[str, Any]:
        return {
            "shop": self._shop(),
            "productsCount": lambda **_: {"count": len(self.shop.products), "precision": "EXACT"},
            "currentAppInstallation": {
                "accessScopes": [{"handle": s, "description": s} for s in self.shop.scopes]
            },
            "locations": self._guarded("locations", "read_locations", self._locations),
            "products": self._guarded("products", "read_products", self._products),
            "product": self._guarded("product", "read_products", self.node),
            "order": self._guarded("order", "read_orders", self.node),
            "nodes": lambda ids: [self.node(each) for each in ids],
            "orders": self._guarded("orders", "read_orders", self._orders),
            "ordersCount": self._guarded("ordersCount", "read_orders", self._orders_count),
            "codeDiscountNodeByCode": self._guarded(
                "codeDiscountNodeByCode", "read_discounts", self._by_code
            ),
        }

    def _guarded(self, field: str, scope: str, answer: Callable[..., Any]) -> Callable[..., Any]:
        def guarded(**given: Any) -> Any:
            if not {scope, scope.replace("read_", "write_", 1)} & set(self.shop.scopes):
                raise denied(field, scope)
            return answer(**given)

        return guarded

    def _shop(self) -> dict[str, Any]:
        return {
            "id": "gid://shopify/Shop/1", "name": "Fjord & Co", "currencyCode": self.shop.currency,
            "ianaTimezone": "Europe/Oslo", "primaryDomain": {"url": "https://fjord.example"},
        }  # fmt: skip

    def _locations(self, first: int, after: str | None = None, **_: Any) -> Any:
        return connection(self.shop.locations, first, after)

    def _products(self, first: int, after: str | None = None, query: str | None = None, **_: Any) -> Any:
        found = list(self.shop.products.values())
        if query is not None:
            tag = re.fullmatch(r"tag:'([a-z-]+)'", query)
            if tag is None:
                raise Unprepared(f"search for products {query!r}")
            found = [p for p in found if tag.group(1) in p["tags"]]
        return connection([self._product(p) for p in found], first, after)

    def _orders(self, first: int, after: str | None = None, query: str | None = None, **given: Any) -> Any:
        if given.get("sortKey") != "UPDATED_AT":
            raise Unprepared(f"orders by {given}")
        found = sorted(self.shop.search(_search(query)), key=lambda o: o.updated_ms)
        return connection([self._order(o) for o in found], first, after)

    def _orders_count(self, query: str | None = None, **_: Any) -> dict[str, Any]:
        return {"count": len(list(self.shop.search(_search(query)))), "precision": "EXACT"}

    def _by_code(self, code: str) -> dict[str, Any] | None:
        discount = self.shop.discounts.get(code.upper())
        return None if discount is None else self.discount(discount)

    def node(self, id: str) -> dict[str, Any] | None:
        """Anything by its id."""
        if not re.fullmatch(r"gid://shopify/\w+/\d+", id):
            raise GraphQLError(
                f"Invalid global id '{id}'", extensions={"code": "argumentLiteralsIncompatible"}
            )
        if id in self.shop.products:
            return self._product(self.shop.products[id])
        if id in self.shop.variants:
            return self._variant(self.shop.variants[id])
        return self._order(self.shop.orders[id]) if id in self.shop.orders else None

    def _product(self, told: dict[str, Any]) -> dict[str, Any]:
        def review(namespace: str, key: str) -> dict[str, Any] | None:
            if told["rating"] is None or namespace != "reviews":
                return None
            return {"value": told["rating"][0 if key == "rating" else 1]}

        def translations(locale: str) -> list[dict[str, Any]]:
            if "read_translations" not in self.shop.scopes:
                raise denied("translations", "read_translations")
            words = told["words"].get(locale, {})
            return [
                {"key": key, "value": value, "locale": locale, "outdated": False}
                for key, value in words.items()
            ]

        pictures = [
            {"__typename": "MediaImage", "preview": {"image": {"url": lambda transform=None, p=p: self.shop.base_url + p}}}
            for p in told["pictures"]
        ]  # fmt: skip
        page = (
            f"https://fjord.example/products/{told['id'].rpartition('/')[2]}" if told["published"] else None
        )
        return {
            "__typename": "Product", "id": told["id"], "title": told["title"], "description": lambda **_: told["description"],
            "status": told["status"], "productType": told["productType"], "tags": list(told["tags"]),
            "updatedAt": iso(told["updated_ms"]), "onlineStoreUrl": page, "metafield": review, "translations": translations,
            "media": lambda **given: connection(pictures, **given),
            "variants": lambda **given: connection([self._variant(v) for v in told["variants"]], **given),
        }  # fmt: skip

    def _variant(self, told: dict[str, Any]) -> dict[str, Any]:
        return {
            "__typename": "ProductVariant",
            **{key: told[key] for key in ("id", "sku", "title", "price", "barcode", "selectedOptions")},
            "inventoryQuantity": self.shop.available(told["id"]),
            "inventoryItem": lambda: self._item(told),
        }

    def _item(self, told: dict[str, Any]) -> dict[str, Any]:
        if not {"read_inventory", "write_inventory"} & set(self.shop.scopes):
            raise denied("inventoryItem", "read_inventory")
        levels: list[dict[str, Any]] = []
        for place in self.shop.locations:
            left, at = self.shop.stock[told["id"], place["id"]]

            def quantities(names: list[str], left: int = left, at: float = at) -> list[dict[str, Any]]:
                if names != ["available"]:
                    raise Unprepared(f"quantities {names}")
                return [{"name": "available", "quantity": left, "updatedAt": iso(at)}]

            levels.append({"updatedAt": iso(at), "location": place, "quantities": quantities})
        return {"tracked": told["tracked"], "inventoryLevels": lambda **given: connection(levels, **given)}

    def _order(self, order: Order) -> dict[str, Any]:
        told = order.told
        money = lambda amount: bag(amount, self.shop.currency)  # noqa: E731
        variant = self.shop.variants[told["variant"]]
        total = told["price"] - told["off"] + (0 if self.shop.taxes_included else told["tax"])
        line = {
            "id": "gid://shopify/LineItem/1", "quantity": told["quantity"],
            "currentQuantity": 0 if order.cancelled else told["quantity"] - told["returned"],
            "product": {"id": variant["product"]}, "variant": {"id": variant["id"]},
            "originalTotalSet": money(told["price"]),
            "discountAllocations": [{"allocatedAmountSet": money(told["off"])}] if told["off"] else [],
            "taxLines": lambda **_: [{"priceSet": money(told["tax"])}],
        }  # fmt: skip
        gift = {
            **line, "quantity": 1, "currentQuantity": 1, "originalTotalSet": money(Decimal(0)), "discountAllocations": [],
            "taxLines": lambda **_: [], "variant": None, "product": None,
        }  # fmt: skip
        lines = [line, *[gift] * (told["lines"] - 1)]
        return {
            "__typename": "Order", "id": told["id"], "name": told["name"], "createdAt": told["createdAt"],
            "updatedAt": iso(order.updated_ms), "cancelledAt": told["cancelledAt"],
            "displayFinancialStatus": told["status"], "taxesIncluded": self.shop.taxes_included,
            "discountCodes": told["codes"], "totalPriceSet": money(total), "totalRefundedSet": money(told["refunded"]),
            "totalDiscountsSet": money(told["off"]),
            "customAttributes": [{"key": k, "value": v} for k, v in told["notes"].items()],
            "customerJourneySummary": self._journey(told),
            "lineItems": lambda **given: connection(lines, **given),
        }  # fmt: skip

    def _journey(self, told: dict[str, Any]) -> dict[str, Any]:
        if not told["visit"] or not self.shop.journeys_ripe:
            return {"ready": self.shop.journeys_ripe, "lastVisit": None}
        query = dict(re.findall(r"utm_(\w+)=([^&]+)", told["visit"]))
        utm = {key: query.get(key) for key in ("source", "campaign", "content")} if query else None
        return {"ready": True, "lastVisit": {"landingPage": told["visit"], "utmParameters": utm}}

    # -- discounts

    def discount(self, discount: Discount) -> dict[str, Any]:
        """A discount with its node."""
        told, whole = discount.told, self.whole_seconds
        return {
            "id": discount.id,
            "codeDiscount": {
                "__typename": discount.kind, "title": told["title"], "status": self.shop.status(discount),
                "startsAt": iso(told["starts_ms"], whole=whole),
                "endsAt": None if told["ends_ms"] is None else iso(told["ends_ms"], whole=whole),
                "updatedAt": iso(discount.updated_ms), "usageLimit": told.get("usageLimit"),
                "asyncUsageCount": self.shop.used(discount),
            },
        }  # fmt: skip


def _search(query: str | None) -> Callable[[Order], bool]:
    """The part of Shopify's search language that is used."""
    tests: list[Callable[[Order], bool]] = []
    for term in (query or "").split():
        since = re.fullmatch(r"updated_at:>='([^']+)'", term)
        code = re.fullmatch(r'discount_code:"([^"]+)"', term)
        if since:
            tests.append(_changed_since(since.group(1)))
        elif code:
            tests.append(_with_code(code.group(1)))
        elif term == "status:cancelled":
            tests.append(lambda o: o.cancelled)
        else:
            raise Unprepared(f"search for orders {query!r}")
    return lambda o: all(test(o) for test in tests)


def _whole(at: str) -> str:
    return at[:19] + "Z"


def _changed_since(at: str) -> Callable[[Order], bool]:
    return lambda order: iso(order.updated_ms) >= _whole(at)


def _with_code(code: str) -> Callable[[Order], bool]:
    return lambda order: order.codes[:1] == [code.upper()]
