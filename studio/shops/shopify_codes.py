"""Codes at Shopify: what is sent to create, move and end one, and how a write is done once."""

from typing import Any

from studio.control.ports import BadAnswer, PromoReceipt, PromoUsage, RefusedByTarget, Urgency
from studio.control.ports.answers import plain
from studio.domain.promo import PromoCode, PromoKind, PromoScope
from studio.shops import shopify_map as to
from studio.shops import shopify_operations as ops
from studio.shops import shopify_wire_orders as wire
from studio.shops.shopify_api import ShopifyApi
from studio.shops.shopify_clock import Revisions

_FREE_SHIPPING = "DiscountCodeFreeShipping"
_OURS = frozenset({"DiscountCodeBasic", _FREE_SHIPPING})


def basic_input(promo: PromoCode, key: str) -> dict[str, Any]:
    """A `DiscountCodeBasicInput`. An amount is taken off once, shared by the products it is good for."""
    value: dict[str, Any] = (
        {"percentage": promo.percent / 100}
        if promo.kind is PromoKind.PERCENT
        else {
            "discountAmount": {
                "amount": to.decimal_of(promo.amount_minor, promo.currency),
                "appliesOnEachItem": False,
            }
        }
    )
    items: dict[str, Any] = (
        {"all": True}
        if promo.scope is PromoScope.ALL
        else {"products": {"productsToAdd": list(promo.product_ids)}}
    )
    return {
        **_common(promo, key),
        "customerGets": {"value": value, "items": items},
        "combinesWith": {"orderDiscounts": False, "productDiscounts": False, "shippingDiscounts": True},
    }


def free_shipping_input(promo: PromoCode, key: str) -> dict[str, Any]:
    """A `DiscountCodeFreeShippingInput`: Shopify knows no products there, it is for the whole order."""
    return {
        **_common(promo, key),
        "destination": {"all": True},
        "combinesWith": {"orderDiscounts": True, "productDiscounts": True, "shippingDiscounts": False},
    }


def _common(promo: PromoCode, key: str) -> dict[str, Any]:
    return {
        "title": to.mark(promo.code, key),
        "code": promo.code,
        "startsAt": to.iso_of(promo.starts_at_ms),
        "endsAt": to.iso_of(promo.ends_at_ms),
        "usageLimit": promo.total_limit,
        "appliesOncePerCustomer": promo.per_customer_limit == 1,
        "context": {"all": "ALL"},
    }


def usage_variables(code: str) -> dict[str, Any]:
    """For `USAGE`: the code, and searches for all its orders and for those that were called off."""
    term = f'discount_code:"{code.replace(chr(92), "").replace(chr(34), "")}"'
    return {"code": code, "placed": term, "cancelled": f"{term} status:cancelled"}


class ShopifyCodes:
    """Creates, finds, moves, ends and counts codes. Raises `TargetError`s only."""

    def __init__(self, api: ShopifyApi, revisions: Revisions) -> None:
        self._api = api
        self._revisions = revisions

    async def find(self, code: str) -> wire.DiscountNode | None:
        """The discount of this code, whoever made it."""
        found = await self._api.ask(ops.FIND_DISCOUNT, {"code": code}, wire.Found, Urgency.WRITE)
        return found.code_discount_node_by_code

    async def create(self, promo: PromoCode, key: str) -> PromoReceipt:
        """Make it, unless this very write made it before: the discount's title holds the mark of its key."""
        if promo.per_customer_limit not in (None, 1):
            raise RefusedByTarget(
                "Shopify limits a code to one use a customer or to none: set the limit to 1, or leave it empty.",
                "limit-not-possible",
            )
        known = await self.find(promo.code)
        if known is not None:
            return self._mine(known, promo.code, key)
        if promo.ends_at_ms <= self._api.now_ms():
            raise RefusedByTarget(f"The end of {promo.code} has passed: choose a later one.", "window-past")
        free = promo.kind is PromoKind.FREE_SHIPPING
        variables = {"discount": free_shipping_input(promo, key) if free else basic_input(promo, key)}
        payload = await self._write(ops.CREATE_FREE_SHIPPING if free else ops.CREATE_BASIC, variables)
        if any(error.code in ("TAKEN", "DUPLICATE") for error in payload.user_errors):
            known = await self.find(promo.code)
            if known is None:
                raise RefusedByTarget(_taken(promo.code), "code-taken")
            return self._mine(known, promo.code, key)
        return self._receipt(_made(payload), promo.code)

    async def move_end(self, code: str, ends_at_ms: int) -> PromoReceipt:
        """Move its end."""
        known = await self._known(code)
        free = known.code_discount.typename == _FREE_SHIPPING
        variables = {"id": known.id, "discount": {"endsAt": to.iso_of(ends_at_ms)}}
        payload = await self._write(ops.UPDATE_FREE_SHIPPING if free else ops.UPDATE_BASIC, variables)
        return self._receipt(_made(payload), code)

    async def end(self, code: str) -> PromoReceipt:
        """End it now; one that has ended stays as it is."""
        known = await self._known(code)
        if known.code_discount.status == "EXPIRED":
            return self._receipt(known, code)
        return self._receipt(_made(await self._write(ops.DEACTIVATE, {"id": known.id})), code)

    async def usage(self, code: str) -> PromoUsage | None:
        """Its redemptions without cancelled orders, None for an unknown code.

        `asyncUsageCount` lags, and says nothing of cancelled orders; the search for orders lags too and knows only an
        order's first code. The higher of the two counts is nearer to the truth; from it the cancelled are taken off.
        """
        told = await self._api.ask(ops.USAGE, usage_variables(code), wire.Usage, Urgency.LIVE)
        node = told.code_discount_node_by_code
        if node is None:
            return None
        placed = told.placed.count if told.placed else 0
        cancelled = told.cancelled.count if told.cancelled else 0
        count = max(0, max(node.code_discount.async_usage_count, placed) - cancelled)
        now = self._api.now_ms()
        revision = self._revisions.of("usage", code, count, now, now)
        return PromoUsage(code, count, revision, node.code_discount.usage_limit)

    def _receipt(self, made: wire.DiscountNode, code: str) -> PromoReceipt:
        return to.to_receipt(made, code, self._api.now_ms())

    def _mine(self, known: wire.DiscountNode, code: str, key: str) -> PromoReceipt:
        if not to.is_marked(known, key):
            raise RefusedByTarget(_taken(code), "code-taken")
        return self._receipt(known, code)

    async def _known(self, code: str) -> wire.DiscountNode:
        known = await self.find(code)
        if known is None:
            raise RefusedByTarget(f"The shop has no code {code}.", "not-found")
        if known.code_discount.typename not in _OURS:
            raise RefusedByTarget(
                f"{code} is not one of the studio's codes: change it in Shopify.", "not-ours"
            )
        return known

    async def _write(self, operation: ops.Operation, variables: dict[str, Any]) -> wire.Payload:
        told = await self._api.ask(operation, variables, wire.Made, Urgency.WRITE)
        if told.made is None:
            raise BadAnswer("Shopify did not say what became of the code.")
        return told.made


def _made(payload: wire.Payload) -> wire.DiscountNode:
    if payload.user_errors:
        first = payload.user_errors[0]
        slug = (first.code or "refused").lower().replace("_", "-")
        raise RefusedByTarget(f"Shopify refuses the code: {plain(first.message, 200)}", slug)
    if payload.code_discount_node is None:
        raise BadAnswer("Shopify did not say what became of the code.")
    return payload.code_discount_node


def _taken(code: str) -> str:
    return f"The shop already has a code {code}: choose another."
