"""A shop in memory, told in the shapes of Shopify's schema, and what shoppers and shopkeepers do there."""

import itertools
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

NEEDED = (
    "read_products",
    "read_inventory",
    "read_locations",
    "read_orders",
    "write_discounts",
    "write_products",
)
SEARCH_LAG_S = 0.05
"""How late the search for orders and the counter of codes learn of an order."""


def iso(ms: float, *, whole: bool = True) -> str:
    at = datetime.fromtimestamp(int(ms / 1000) if whole else ms / 1000, UTC)
    return at.isoformat(timespec="seconds" if whole else "milliseconds").replace("+00:00", "Z")


def bag(amount: Decimal | str, currency: str) -> dict[str, Any]:
    money = {"amount": str(amount), "currencyCode": currency}
    return {"shopMoney": money, "presentmentMoney": money}


@dataclass
class Discount:
    """A code. `used` counts every order with it, cancelled ones too, as late as the platform does."""

    number: int
    kind: str
    told: dict[str, Any]
    updated_ms: float
    used_at: list[float] = field(default_factory=list)

    @property
    def id(self) -> str:
        return f"gid://shopify/DiscountCodeNode/{self.number}"


@dataclass
class Order:
    """What somebody bought."""

    told: dict[str, Any]
    updated_ms: float
    codes: list[str]
    cancelled: bool = False


class ShopState:
    """`skew_ms`: how far its clock is ahead. All methods may be called from any thread."""

    def __init__(self, currency: str = "EUR", products: int = 40, skew_ms: int = 3_700) -> None:
        self.currency = currency
        self.skew_ms = skew_ms
        self.lock = threading.RLock()
        self.scopes: list[str] = list(NEEDED)
        self.numbers = itertools.count(1_000)
        self.locations = [
            {"id": f"gid://shopify/Location/{n}", "name": name}
            for n, name in enumerate(("Oslo", "Berlin", "Porto"), 1)
        ]
        self.discounts: dict[str, Discount] = {}
        self.orders: dict[str, Order] = {}
        self.products: dict[str, dict[str, Any]] = {}
        self.variants: dict[str, dict[str, Any]] = {}
        self.stock: dict[tuple[str, str], tuple[int, float]] = {}
        self.taxes_included = True
        self.journeys_ripe = True
        self.base_url = "http://127.0.0.1"
        for number in range(1, products + 1):
            self._product(number)

    def now_ms(self) -> float:
        return time.time() * 1000 + self.skew_ms

    def _product(self, number: int) -> None:
        product_id = f"gid://shopify/Product/{number}"
        count = 45 if number == 7 else 1 if number % 5 == 0 else 3
        variants: list[dict[str, Any]] = []
        for index in range(count):
            variant_id = f"gid://shopify/ProductVariant/{number * 1000 + index}"
            alone = count == 1
            price = (
                Decimal(1_990 + 10 * index).scaleb(-2)
                if self.currency != "JPY"
                else Decimal(1_990 + 10 * index)
            )
            variant = {
                "id": variant_id, "product": product_id, "sku": None if number == 3 else f"SKU-{number}-{index}",
                "title": "Default Title" if alone else f"Size {index}", "price": str(price), "barcode": None,
                "selectedOptions": [{"name": "Title", "value": "Default Title"}] if alone
                else [{"name": "Size", "value": str(index)}],
                "tracked": number != 9,
            }  # fmt: skip
            variants.append(variant)
            self.variants[variant_id] = variant
            for n, location in enumerate(self.locations):
                self.stock[variant_id, location["id"]] = (20 + n if number % 11 else 0, self.now_ms())
        self.products[product_id] = {
            "id": product_id, "title": f"Product {number}", "description": f"About product {number}.",
            "status": "DRAFT" if number == 4 else "ACTIVE", "productType": "Things", "tags": ["spring"],
            "updated_ms": self.now_ms() - 1_000_000, "variants": variants, "published": number != 4,
            "pictures": [] if number == 2 else [f"/cdn/{number}.png"],
            "rating": ('{"value":"4.5","scale_min":"1.0","scale_max":"5.0"}', "12") if number == 1 else None,
            "words": {"de": {"title": f"Produkt {number}", "body_html": f"<p>Über Produkt {number}.</p>"}},
        }  # fmt: skip

    # -- what happens there

    def available(self, variant_id: str) -> int:
        return sum(self.stock[variant_id, place["id"]][0] for place in self.locations)

    def take(self, variant_id: str, quantity: int, location: int = 0) -> None:
        with self.lock:
            key = (variant_id, self.locations[location]["id"])
            self.stock[key] = (self.stock[key][0] - quantity, self.now_ms())

    def buy(
        self,
        variant_id: str,
        code: str = "",
        *,
        visit: str = "",
        notes: dict[str, str] | None = None,
        paid: bool = True,
        quantity: int = 1,
        lines: int = 1,
    ) -> str:
        """Somebody buys; a code that is live takes off what it says. `visit` is the address they came by last."""
        with self.lock:
            now, number = self.now_ms(), next(self.numbers)
            variant = self.variants[variant_id]
            discount = self.discounts.get(code.upper()) if code else None
            live = discount is not None and self.status(discount) == "ACTIVE"
            price = Decimal(variant["price"]) * quantity
            off = self._off(discount, price) if discount is not None and live else Decimal(0)
            order_id = f"gid://shopify/Order/{number}"
            told = {
                "id": order_id, "name": f"#{number}", "createdAt": iso(now), "created_ms": now,
                "status": "PAID" if paid else "PENDING", "variant": variant_id, "quantity": quantity, "returned": 0,
                "price": price, "off": off, "tax": (price - off) / 5, "refunded": Decimal(0), "lines": lines,
                "codes": [code.lower()] if code and live else [], "visit": visit, "notes": notes or {},
                "cancelledAt": None,
            }  # fmt: skip
            self.orders[order_id] = Order(told, now, [code.upper()] if live else [])
            if live and discount is not None:
                discount.used_at.append(time.monotonic())
            self.take(variant_id, quantity)
            return order_id

    def _off(self, discount: Discount, price: Decimal) -> Decimal:
        if discount.kind != "DiscountCodeBasic":
            return Decimal(0)
        value = discount.told["customerGets"]["value"]
        if "percentage" in value:
            return (price * Decimal(str(value["percentage"]))).quantize(Decimal("0.01"))
        return min(price, Decimal(value["discountAmount"]["amount"]))

    def cancel(self, order_id: str) -> None:
        with self.lock:
            order = self.orders[order_id]
            order.cancelled, order.updated_ms = True, self.now_ms()
            order.told |= {"cancelledAt": iso(order.updated_ms), "status": "REFUNDED"}
            order.told["refunded"] = order.told["price"] - order.told["off"]
            self.take(order.told["variant"], -order.told["quantity"])

    def give_back(self, order_id: str, quantity: int) -> None:
        """A part of it comes back and is refunded."""
        with self.lock:
            order = self.orders[order_id]
            order.updated_ms = self.now_ms()
            order.told["returned"] += quantity
            each = (order.told["price"] - order.told["off"]) / order.told["quantity"]
            order.told["refunded"] += each * quantity
            whole = order.told["returned"] == order.told["quantity"]
            order.told["status"] = "REFUNDED" if whole else "PARTIALLY_REFUNDED"

    # -- what the platform says of it

    def status(self, discount: Discount) -> str:
        now = self.now_ms()
        if discount.told["ends_ms"] is not None and now >= discount.told["ends_ms"]:
            return "EXPIRED"
        return "SCHEDULED" if now < discount.told["starts_ms"] else "ACTIVE"

    def used(self, discount: Discount) -> int:
        """Lags behind."""
        until = time.monotonic() - SEARCH_LAG_S
        return sum(at <= until for at in discount.used_at)

    def search(self, wanted: Callable[[Order], bool]) -> Iterable[Order]:
        with self.lock:
            until = self.now_ms() - SEARCH_LAG_S * 1000
            return [o for o in self.orders.values() if o.updated_ms <= until and wanted(o)]
