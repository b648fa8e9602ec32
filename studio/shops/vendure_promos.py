"""Promo codes at Vendure: made once, found again by a mark of ours, ended for certain."""

import asyncio
from collections.abc import Collection, Sequence
from typing import Any

import msgspec

from studio.control.ports import BadAnswer, PromoReceipt, RefusedByTarget
from studio.control.ports.answers import plain
from studio.domain.promo import PromoCode, PromoKind, PromoScope
from studio.shops import vendure_map as to
from studio.shops import vendure_queries as ask
from studio.shops import vendure_wire as wire
from studio.shops.reading import iso
from studio.shops.vendure_client import VendureClient

_MARK = "host-studio:"
_PAGE = 100
_MOST_VARIANTS = 1_000


class VendurePromos:
    """Vendure has no idempotency keys and lets two promotions have the same code. So every write looks first: what is
    there with our mark is ours from an earlier try, what is there without it has taken the code. One write at a time.
    """

    def __init__(self, client: VendureClient) -> None:
        self._ask = client
        self._one_at_a_time = asyncio.Lock()

    async def create(self, promo: PromoCode, show_id: str, key: str, language: str) -> PromoReceipt:
        """Make a code, once for each `key`. Refuses with "code-taken" and "window-passed"."""
        async with self._one_at_a_time:
            mark = f"[{_MARK}{key}]"
            there = await self.find(promo.code)
            if there is not None and mark not in there.description:
                raise RefusedByTarget(
                    f"The shop has a code {promo.code} already: choose another one.", "code-taken"
                )
            if there is not None:
                return self._receipt(there)
            reading = await self._ask.time()
            if promo.ends_at_ms <= reading.shop_ms:
                raise RefusedByTarget(f"The code {promo.code} would have ended already.", "window-passed")
            made = await self._write(
                ask.CREATE_PROMOTION, "createPromotion", await self._body(promo, show_id, mark, language)
            )
            return self._receipt(made)

    async def _body(self, promo: PromoCode, show_id: str, mark: str, language: str) -> dict[str, Any]:
        scoped = promo.scope is not PromoScope.ALL
        variants = msgspec.json.encode(await self._variants(promo.product_ids)).decode() if scoped else ""
        some = [{"name": "productVariantIds", "value": variants}]
        conditions: list[dict[str, Any]] = []
        if (
            scoped
        ):  # also where the action names the products: else a cart without them redeems the code for nothing
            minimum = {"name": "minimum", "value": "1"}
            conditions.append({"code": "contains_products", "arguments": [minimum, *some]})
        action: dict[str, Any]
        if promo.kind is PromoKind.FREE_SHIPPING:
            action = {"code": "free_shipping", "arguments": []}
        else:
            amount = promo.percent if promo.kind is PromoKind.PERCENT else promo.amount_minor
            off: list[dict[str, str]] = [{"name": "discount", "value": str(amount)}]
            if promo.kind is PromoKind.FIXED:
                action = {"code": "order_fixed_discount", "arguments": off}
            elif scoped:
                action = {"code": "products_percentage_discount", "arguments": [*off, *some]}
            else:
                action = {"code": "order_percentage_discount", "arguments": off}
        words = {
            "languageCode": language,
            "name": promo.code,
            "description": f"Made by Host Studio for a live show ({show_id}). {mark}",
        }
        return {
            "enabled": True,
            "couponCode": promo.code,
            "startsAt": iso(promo.starts_at_ms),
            "endsAt": iso(promo.ends_at_ms),
            "usageLimit": promo.total_limit,
            "perCustomerUsageLimit": promo.per_customer_limit,
            "conditions": conditions,
            "actions": [action],
            "translations": [words],
        }

    async def _variants(self, product_ids: Sequence[str]) -> list[str]:
        found: list[str] = []
        while True:
            options = {
                "take": _PAGE,
                "skip": len(found),
                "sort": {"id": "ASC"},
                "filter": {"productId": {"in": list(product_ids)}},
            }
            page = (await self._ask(ask.VARIANT_IDS, {"o": options})).read("productVariants", wire.Listed)
            found += [msgspec.json.decode(raw, type=wire.Ref).id for raw in page.items]
            if len(found) >= page.totalItems or not page.items:
                break
            if len(found) > _MOST_VARIANTS:
                raise RefusedByTarget(
                    "These products have more variants than a code can name: make it for the whole shop.",
                    "too-many",
                )
        if not found:
            raise RefusedByTarget("The shop has none of the code's products.", "not-found")
        return found

    async def find(self, code: str) -> wire.Promotion | None:
        """The promotion of this code, the one that is in force where several have it."""
        found = await self.found([code])
        return max(
            found, key=lambda p: (p.enabled, p.endsAt is None, to.to_receipt(p).ends_at_ms), default=None
        )

    async def found(self, codes: Collection[str]) -> list[wire.Promotion]:
        """All promotions with one of these codes."""
        found: list[wire.Promotion] = []
        wanted = frozenset(codes)
        read = 0
        while wanted:
            options = {
                "take": _PAGE,
                "skip": read,
                "sort": {"id": "ASC"},
                "filter": {"couponCode": {"in": sorted(wanted)}},
            }
            page = (await self._ask(ask.PROMOTIONS, {"o": options})).read("promotions", wire.Listed)
            found += [self._promotion(raw) for raw in page.items]
            read += len(page.items)
            if read >= page.totalItems or not page.items:
                break
        return [promotion for promotion in found if promotion.couponCode in wanted]

    async def extend(self, code: str, ends_at_ms: int) -> PromoReceipt:
        """Move a code's end. Refuses with "not-found", "promo-ended" and "window-passed"."""
        async with self._one_at_a_time:
            there = await self._known(code)
            now = (await self._ask.time()).shop_ms
            if not there.enabled or to.to_receipt(there).ends_at_ms <= now:
                raise RefusedByTarget(
                    f"The code {code} has ended and cannot be changed. Issue a new one.", "promo-ended"
                )
            if ends_at_ms <= now:
                raise RefusedByTarget(
                    f"The code {code} cannot end in the past: end it instead.", "window-passed"
                )
            return await self._change(there, {"endsAt": iso(ends_at_ms)})

    async def end(self, code: str, ended_at_ms: int) -> PromoReceipt:
        """End a code now: it is switched off too, whatever the clocks say. One that has ended stays as it is."""
        async with self._one_at_a_time:
            there = await self._known(code)
            now = (await self._ask.time()).shop_ms
            receipt = to.to_receipt(there)
            if not there.enabled and receipt.ends_at_ms <= now:
                return receipt
            end_ms = min(receipt.ends_at_ms, ended_at_ms, now)
            change = {"endsAt": iso(end_ms), "enabled": False}
            if receipt.starts_at_ms > end_ms:
                change["startsAt"] = iso(end_ms)
            return await self._change(there, change)

    async def _known(self, code: str) -> wire.Promotion:
        there = await self.find(code)
        if there is None:
            raise RefusedByTarget(f"The shop has no code {code}.", "not-found")
        return there

    async def _change(self, promotion: wire.Promotion, change: dict[str, Any]) -> PromoReceipt:
        changed = await self._write(ask.UPDATE_PROMOTION, "updatePromotion", {"id": promotion.id, **change})
        return self._receipt(changed)

    async def _write(self, operation: str, field: str, body: dict[str, Any]) -> wire.Promotion:
        told = (await self._ask(operation, {"i": body})).read(field, wire.Promotion)
        if told.errorCode:
            raise RefusedByTarget(
                plain(told.message) or "The shop refused the code.", told.errorCode.lower().replace("_", "-")
            )
        return told

    def _promotion(self, raw: msgspec.Raw) -> wire.Promotion:
        try:
            return msgspec.json.decode(raw, type=wire.Promotion)
        except msgspec.MsgspecError as error:
            raise BadAnswer(f"The shop's code is not as agreed ({plain(str(error), 160)}).") from error

    def _receipt(self, promotion: wire.Promotion) -> PromoReceipt:
        try:
            return to.to_receipt(promotion)
        except ValueError as error:
            raise BadAnswer(f"The shop's code is not as agreed ({plain(str(error), 160)}).") from error
