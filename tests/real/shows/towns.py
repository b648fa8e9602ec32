"""What happens at a real shop without the studio, whatever its platform: people buy, the keeper cancels, the books tell."""

import datetime as dt
import threading
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Generic, TypeVar

import msgspec

from studio.settings.schema import ShopSettings
from studio.shops.medusa_map import LINK_FIELD
from tests.real.medusa.server import Medusa
from tests.real.vendure.server import Vendure

Server = TypeVar("Server", Medusa, Vendure)
STOREFRONT = "https://shop.example/products/{slug}"
_PAGE = 100
_MANY = 500
_TAKEN = ("Authorized", "Settled")


def _ms(moment: str) -> int:
    return round(dt.datetime.fromisoformat(moment).timestamp() * 1000)


def _minor(amount: float) -> int:
    """A decimal in cents; halves, which come of percentages, are rounded up."""
    return int((Decimal(str(amount)) * 100).quantize(Decimal(1), ROUND_HALF_UP))


class Goods(msgspec.Struct, frozen=True):
    """A product on the shop's list, with its variants' ids."""

    id: str
    title: str
    variants: tuple[str, ...]


class Wish(msgspec.Struct, frozen=True):
    """What somebody wants to buy. `link` is "SHOW/LINK" of the link they came by; `cancelled`: they call it off later."""

    variant_id: str
    quantity: int = 1
    code: str = ""
    link: str = ""
    cancelled: bool = False


class Sale(msgspec.Struct, frozen=True):
    """An order on the shop's own list. `paid_minor` is None for what nobody paid; `pieces` by variant id."""

    id: str
    placed_at_ms: int
    cancelled: bool
    paid_minor: int | None
    pieces: dict[str, int]
    codes: tuple[str, ...]
    link: str


class ShopCode(msgspec.Struct, frozen=True):
    """A code on the shop's own list of promotions; `on`: it was not switched off."""

    code: str
    starts_at_ms: int
    ends_at_ms: int
    on: bool


class Town(ABC, Generic[Server]):
    """A shop of some platform, its customers and its keeper. Times are UTC ms of the shop's clock."""

    kind: str

    def __init__(self, server: Server) -> None:
        self._server = server
        self._keeper = threading.Lock()
        self.key = server.key
        self.settings = ShopSettings(
            id=self.kind,
            kind=self.kind,
            name=self.kind.title(),
            base_url=server.url,
            storefront=STOREFRONT,
        )

    @abstractmethod
    def goods(self) -> list[Goods]:
        """Everything on sale."""

    @abstractmethod
    def buy(self, wish: Wish) -> str:
        """Buy through the storefront; the order's id, or empty when the shop has too few. Who is told that a code is not
        valid buys without it.
        """

    @abstractmethod
    def sales(self) -> list[Sale]:
        """All orders of the shop."""

    @abstractmethod
    def codes(self) -> list[ShopCode]:
        """All promotions of the shop that have a code."""

    @abstractmethod
    def on_hand(self) -> dict[str, int]:
        """The pieces on the shelves by variant id: sales do not change it until something is sent."""

    @abstractmethod
    def leave(self, variant_id: str, pieces: int) -> None:
        """Leave only so many pieces of a variant on the shelves."""

    def cancel(self, order_id: str) -> None:
        """The keeper calls an order off."""
        with self._keeper:
            self._server.cancel(order_id)

    def stop(self) -> None:
        """End the server as a person would."""
        with self._keeper:
            self._server.stop()

    def start(self) -> None:
        """Start it again, at the same address, with what it had."""
        with self._keeper:
            self._server.start()


class VendureTown(Town[Vendure]):
    """A town around a real Vendure."""

    kind = "vendure"

    def _all(self, field: str, wanted: str) -> Iterator[dict[str, Any]]:
        declared = f"{field[0].upper()}{field[1:-1]}ListOptions"
        read = 0
        while True:
            options: dict[str, Any] = {"take": _MANY, "skip": read, "sort": {"id": "ASC"}}
            if field == "orders":
                options["filter"] = {"active": {"eq": False}}
            with self._keeper:
                page = self._server.admin(
                    f"query($o:{declared}){{{field}(options:$o){{totalItems items{{{wanted}}}}}}}", o=options
                )[field]
            yield from page["items"]
            read += len(page["items"])
            if read >= page["totalItems"]:
                return

    def goods(self) -> list[Goods]:
        return [
            Goods(p["id"], p["name"], tuple(v["id"] for v in p["variants"]))
            for p in self._all("products", "id name variants{id}")
        ]

    def buy(self, wish: Wish) -> str:
        told = self._server.shopper().buy(wish.variant_id, wish.quantity, wish.code, wish.link)
        if str(told.get("errorCode", "")).startswith("COUPON_"):
            told = self._server.shopper().buy(wish.variant_id, wish.quantity, link=wish.link)
        if "errorCode" in told:
            assert told["errorCode"] in ("INSUFFICIENT_STOCK_ERROR", "ORDER_STATE_TRANSITION_ERROR"), told
            return ""
        assert told["state"] == "PaymentSettled", told
        return told["id"]

    def sales(self) -> list[Sale]:
        wanted = (
            "id state orderPlacedAt totalWithTax promotions{couponCode} payments{amount state} "
            "customFields{hostStudioLink} lines{quantity orderPlacedQuantity productVariant{id}}"
        )
        return [_vendure_sale(order) for order in self._all("orders", wanted)]

    def codes(self) -> list[ShopCode]:
        return [
            ShopCode(p["couponCode"], _ms(p["startsAt"]), _ms(p["endsAt"]), p["enabled"])
            for p in self._all("promotions", "couponCode startsAt endsAt enabled")
            if p["couponCode"]
        ]

    def on_hand(self) -> dict[str, int]:
        return {
            v["id"]: sum(level["stockOnHand"] for level in v["stockLevels"])
            for v in self._all("productVariants", "id stockLevels{stockOnHand}")
        }

    def leave(self, variant_id: str, pieces: int) -> None:
        with self._keeper:
            told = self._server.admin(
                "query($i:ID!){productVariant(id:$i){stockLevels{stockLocationId}}}", i=variant_id
            )
            first, *others = [x["stockLocationId"] for x in told["productVariant"]["stockLevels"]]
            levels = [{"stockLocationId": first, "stockOnHand": pieces}]
            levels += [{"stockLocationId": other, "stockOnHand": 0} for other in others]
            self._server.admin(
                "mutation($i:[UpdateProductVariantInput!]!){updateProductVariants(input:$i){id}}",
                i=[{"id": variant_id, "stockLevels": levels}],
            )


def _vendure_sale(order: dict[str, Any]) -> Sale:
    taken = [payment["amount"] for payment in order["payments"] if payment["state"] in _TAKEN]
    pieces: dict[str, int] = {}
    for line in order["lines"]:
        variant = line["productVariant"]["id"]
        pieces[variant] = pieces.get(variant, 0) + max(line["quantity"], line["orderPlacedQuantity"])
    return Sale(
        order["id"],
        _ms(order["orderPlacedAt"]),
        order["state"] == "Cancelled",
        sum(taken) if taken else None,
        pieces,
        tuple(p["couponCode"] for p in order["promotions"] if p["couponCode"]),
        order["customFields"]["hostStudioLink"] or "",
    )


class MedusaTown(Town[Medusa]):
    """A town around a real Medusa."""

    kind = "medusa"

    def _all(self, path: str, field: str, wanted: str) -> Iterator[dict[str, Any]]:
        read = 0
        while True:
            with self._keeper:
                page = self._server.admin.get(path, fields=wanted, limit=_PAGE, offset=read, order="id")
            yield from page[field]
            read += len(page[field])
            if read >= page["count"] or not page[field]:
                return

    def goods(self) -> list[Goods]:
        return [
            Goods(p["id"], p["title"], tuple(v["id"] for v in p["variants"]))
            for p in self._all("/admin/products", "products", "id,title,variants.id")
        ]

    def buy(self, wish: Wish) -> str:
        told = self._server.shopper().buy(
            wish.variant_id, wish.quantity, wish.code, metadata={LINK_FIELD: wish.link} if wish.link else None
        )
        if "items" not in told:
            assert "inventory" in str(told).lower(), told
            return ""
        return told["id"]

    def sales(self) -> list[Sale]:
        wanted = (
            "id,status,created_at,metadata,summary,*promotions,items.quantity,items.variant_id,"
            "payment_collections.payments.amount,payment_collections.payments.canceled_at"
        )
        return [_medusa_sale(order) for order in self._all("/admin/orders", "orders", wanted)]

    def codes(self) -> list[ShopCode]:
        wanted = "id,code,status,campaign.starts_at,campaign.ends_at"
        return [
            ShopCode(
                p["code"],
                _ms(p["campaign"]["starts_at"]),
                _ms(p["campaign"]["ends_at"]),
                p["status"] == "active",
            )
            for p in self._all("/admin/promotions", "promotions", wanted)
        ]

    def _variants_by_sku(self) -> dict[str, str]:
        return {
            v["sku"]: v["id"] for v in self._all("/admin/product-variants", "variants", "id,sku") if v["sku"]
        }

    def on_hand(self) -> dict[str, int]:
        of = self._variants_by_sku()
        wanted = "id,sku,location_levels.stocked_quantity"
        return {
            of[item["sku"]]: sum(level["stocked_quantity"] for level in item["location_levels"])
            for item in self._all("/admin/inventory-items", "inventory_items", wanted)
            if item["sku"] in of
        }

    def leave(self, variant_id: str, pieces: int) -> None:
        sku = next(sku for sku, variant in self._variants_by_sku().items() if variant == variant_id)
        with self._keeper:
            admin = self._server.admin
            (item,) = admin.get("/admin/inventory-items", sku=sku)["inventory_items"]
            path = f"/admin/inventory-items/{item['id']}/location-levels"
            levels = admin.get(path)["inventory_levels"]
            for number, level in enumerate(levels):
                admin.post(f"{path}/{level['location_id']}", stocked_quantity=0 if number else pieces)


def _medusa_sale(order: dict[str, Any]) -> Sale:
    payments = [p for held in order["payment_collections"] for p in held["payments"]]
    standing = [_minor(p["amount"]) for p in payments if not p["canceled_at"]]
    pieces: dict[str, int] = {}
    for line in order["items"]:
        pieces[line["variant_id"]] = pieces.get(line["variant_id"], 0) + line["quantity"]
    return Sale(
        order["id"],
        _ms(order["created_at"]),
        order["status"] == "canceled",
        sum(standing) if standing else None,
        pieces,
        tuple(p["code"] for p in order["promotions"] or ()),
        (order["metadata"] or {}).get(LINK_FIELD) or "",
    )


class Doors:
    """The way into the shop: shut while the server is away, so that no purchase is cut in two."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._inside = 0
        self._open = True

    @contextmanager
    def inside(self) -> Iterator[None]:
        """Come in as soon as the shop is open."""
        with self._changed:
            self._changed.wait_for(lambda: self._open)
            self._inside += 1
        try:
            yield
        finally:
            with self._changed:
                self._inside -= 1
                self._changed.notify_all()

    def shut(self) -> None:
        """Let nobody in any more and wait until everybody has paid."""
        with self._changed:
            self._open = False
            self._changed.wait_for(lambda: self._inside == 0)

    def open(self) -> None:
        """Let them in."""
        with self._changed:
            self._open = True
            self._changed.notify_all()
