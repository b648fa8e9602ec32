"""What the shop in memory does when it is told to: codes and tags, with the refusals that Shopify has."""
# ruff: noqa: A002, A006, PLW0108 - the names of GraphQL's arguments

from datetime import datetime
from typing import Any

from tests.real.shopify.answers import Answers, denied
from tests.real.shopify.state import Discount


class Writes:
    """The root of mutations."""

    def __init__(self, answers: Answers) -> None:
        self._answers = answers
        self._shop = answers.shop

    def mutation(self) -> dict[str, Any]:
        return {
            "discountCodeBasicCreate": lambda basicCodeDiscount: self._create(
                "DiscountCodeBasic", basicCodeDiscount
            ),
            "discountCodeFreeShippingCreate": lambda freeShippingCodeDiscount: self._create(
                "DiscountCodeFreeShipping", freeShippingCodeDiscount
            ),
            "discountCodeBasicUpdate": lambda id, basicCodeDiscount: self._update(id, basicCodeDiscount),
            "discountCodeFreeShippingUpdate": lambda id, freeShippingCodeDiscount: self._update(
                id, freeShippingCodeDiscount
            ),
            "discountCodeDeactivate": self._deactivate,
            "tagsAdd": lambda id, tags: self._tag(id, tags, add=True),
            "tagsRemove": lambda id, tags: self._tag(id, tags, add=False),
        }

    def _create(self, kind: str, given: dict[str, Any]) -> dict[str, Any]:
        self._needs("write_discounts", "discounts")
        with self._shop.lock:
            code = given["code"]
            if code.upper() in self._shop.discounts:
                return _refused("code", "TAKEN", "Code must be unique. Please try a different code.")
            told = {**given, "starts_ms": _ms(given["startsAt"]), "ends_ms": _ms(given.get("endsAt"))}
            if told["ends_ms"] is not None and told["ends_ms"] <= told["starts_ms"]:
                return _refused("endsAt", "END_DATE_BEFORE_START_DATE", "Ends at must be after starts at.")
            if given.get("usageLimit") is not None and given["usageLimit"] < 1:
                return _refused("usageLimit", "GREATER_THAN", "Usage limit must be greater than 0.")
            items = given.get("customerGets", {}).get("items", {})
            wanted = items.get("products", {}).get("productsToAdd", []) if not items.get("all") else []
            if any(each not in self._shop.products for each in wanted):
                return _refused("productsToAdd", "INVALID", "Product with that id does not exist.")
            made = Discount(next(self._shop.numbers), kind, told, self._shop.now_ms())
            self._shop.discounts[code.upper()] = made
            return self._done(made)

    def _update(self, id: str, given: dict[str, Any]) -> dict[str, Any]:
        self._needs("write_discounts", "discounts")
        known = self._known(id)
        if known is None:
            return _refused("id", "INVALID", "Discount does not exist.")
        with self._shop.lock:
            known.told["ends_ms"] = _ms(given["endsAt"])
            known.updated_ms = self._shop.now_ms()
        return self._done(known)

    def _deactivate(self, id: str) -> dict[str, Any]:
        self._needs("write_discounts", "discounts")
        known = self._known(id)
        if known is None:
            return _refused("id", "INVALID", "Discount does not exist.")
        with self._shop.lock:
            known.told["ends_ms"] = known.updated_ms = int(self._shop.now_ms())
        return self._done(known)

    def _tag(self, id: str, tags: list[str], *, add: bool) -> dict[str, Any]:
        self._needs("write_products", "tags")
        product = self._shop.products.get(id)
        if product is None:
            return {"node": None, "userErrors": [{"field": ["id"], "message": "Product does not exist"}]}
        with self._shop.lock:
            kept = [tag for tag in product["tags"] if tag not in tags]
            product["tags"] = [*kept, *tags] if add else kept
            product["updated_ms"] = self._shop.now_ms()
        return {"node": self._answers.node(id), "userErrors": []}

    def _known(self, id: str) -> Discount | None:
        return next((d for d in self._shop.discounts.values() if d.id == id), None)

    def _done(self, made: Discount) -> dict[str, Any]:
        return {"codeDiscountNode": self._answers.discount(made), "userErrors": []}

    def _needs(self, scope: str, field: str) -> None:
        if scope not in self._shop.scopes:
            raise denied(field, scope)


def _refused(field: str, code: str, message: str) -> dict[str, Any]:
    error = {"field": ["discount", field], "code": code, "message": message, "extraInfo": None}
    return {"codeDiscountNode": None, "userErrors": [error]}


def _ms(text: str | None) -> int | None:
    return None if text is None else round(datetime.fromisoformat(text).timestamp() * 1000)
