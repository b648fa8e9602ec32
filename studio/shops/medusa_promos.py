"""Promo codes at Medusa: made once, found again by a mark of ours, ended for certain."""

import asyncio
from collections.abc import Collection
from typing import Any

from studio.control.ports import PromoReceipt, RefusedByTarget
from studio.domain.promo import PromoCode, PromoKind, PromoScope
from studio.shops import medusa_map as to
from studio.shops import medusa_wire as wire
from studio.shops.medusa_client import MedusaClient
from studio.shops.reading import iso

_MARK = "host_studio_key"
_SHOW = "host_studio_show"
_MANY = 50
_FIELDS = (
    "id,code,status,created_at,updated_at,limit,metadata,campaign.id,campaign.starts_at,campaign.ends_at"
)
_ASKED = [("fields", _FIELDS)]


class MedusaPromos:
    """A code is a promotion with a campaign of its own, whose window is the code's. Medusa has no idempotency keys: the
    promotion's metadata bear our mark, and what is there with it is ours from an earlier try. One write at a time.
    """

    def __init__(self, client: MedusaClient) -> None:
        self._ask = client
        self._one_at_a_time = asyncio.Lock()

    async def create(self, promo: PromoCode, show_id: str, key: str, with_tax: bool) -> PromoReceipt:
        """Make a code, once for each `key`. `with_tax`: prices of its currency are with tax, and so is an amount off.
        Refuses with "code-taken" and "window-passed".
        """
        async with self._one_at_a_time:
            there = await self.find(promo.code)
            if there is not None:
                return _ours(there, key)
            now = (await self._ask.time()).shop_ms
            if promo.ends_at_ms <= now:
                raise RefusedByTarget(f"The code {promo.code} would have ended already.", "window-passed")
            body = _body(promo, show_id, key, with_tax)
            try:
                made = await self._ask.post("/admin/promotions", body, wire.OnePromotion, _ASKED)
            except RefusedByTarget:
                raced = await self.find(promo.code)  # somebody else made it in this very moment
                if raced is None:
                    raise
                return _ours(raced, key)
            return to.to_receipt(made.told.promotion)

    async def find(self, code: str) -> wire.Promotion | None:
        """The promotion of this code."""
        return next(iter(await self.found([code])), None)

    async def found(self, codes: Collection[str]) -> list[wire.Promotion]:
        """All promotions with one of these codes; a code has one at most."""
        wanted = sorted(set(codes))
        found: list[wire.Promotion] = []
        for start in range(0, len(wanted), _MANY):
            some = wanted[start : start + _MANY]
            asked = [*(("code[]", code) for code in some), ("limit", str(_MANY)), *_ASKED]
            found += (await self._ask.get("/admin/promotions", wire.Promotions, asked)).told.promotions
        return [promotion for promotion in found if promotion.code in codes]

    async def extend(self, code: str, ends_at_ms: int) -> PromoReceipt:
        """Move a code's end. Refuses with "not-found", "promo-ended", "window-passed" and "not-ours"."""
        async with self._one_at_a_time:
            there = await self._known(code)
            now = (await self._ask.time()).shop_ms
            if there.status != "active" or to.to_receipt(there).ends_at_ms <= now:
                raise RefusedByTarget(
                    f"The code {code} has ended and cannot be changed. Issue a new one.", "promo-ended"
                )
            if ends_at_ms <= now:
                raise RefusedByTarget(
                    f"The code {code} cannot end in the past: end it instead.", "window-passed"
                )
            return await self._move(there, {"ends_at": iso(ends_at_ms)})

    async def end(self, code: str, ended_at_ms: int) -> PromoReceipt:
        """End a code now: it is switched off first, whatever the clocks say. One that has ended stays as it is."""
        async with self._one_at_a_time:
            there = await self._known(code)
            now = (await self._ask.time()).shop_ms
            receipt = to.to_receipt(there)
            if there.status != "active" and receipt.ends_at_ms <= now:
                return receipt
            if there.status == "active":
                path = f"/admin/promotions/{there.id}"
                await self._ask.post(path, {"status": "inactive"}, wire.OnePromotion, _ASKED)
            end_ms = min(receipt.ends_at_ms, ended_at_ms, now)
            change = {"ends_at": iso(end_ms)}
            if receipt.starts_at_ms > end_ms:
                change["starts_at"] = iso(end_ms)
            return await self._move(there, change)

    async def _known(self, code: str) -> wire.Promotion:
        there = await self.find(code)
        if there is None:
            raise RefusedByTarget(f"The shop has no code {code}.", "not-found")
        if there.campaign is None or _MARK not in (there.metadata or {}):
            # Its campaign may be that of other codes too.
            raise RefusedByTarget(
                f"The code {code} was not made by Host Studio: change it in the shop.", "not-ours"
            )
        return there

    async def _move(self, promotion: wire.Promotion, change: dict[str, str]) -> PromoReceipt:
        if promotion.campaign is not None:
            await self._ask.post(f"/admin/campaigns/{promotion.campaign.id}", change, dict[str, Any])
        answer = await self._ask.get(f"/admin/promotions/{promotion.id}", wire.OnePromotion, _ASKED)
        return to.to_receipt(answer.told.promotion)


def _ours(there: wire.Promotion, key: str) -> PromoReceipt:
    if (there.metadata or {}).get(_MARK) != key:
        raise RefusedByTarget(f"The shop has a code {there.code} already: choose another one.", "code-taken")
    return to.to_receipt(there)


def _body(promo: PromoCode, show_id: str, key: str, with_tax: bool) -> dict[str, Any]:
    """The promotion. The total limit is its own, that for one customer the campaign's, counted by e-mail address."""
    products = [{"attribute": "items.product.id", "operator": "in", "values": list(promo.product_ids)}]
    scoped = promo.scope is not PromoScope.ALL
    method: dict[str, Any] = {"allocation": "across", "type": "percentage", "value": promo.percent}
    rules: list[dict[str, Any]] = []
    if promo.kind is PromoKind.FREE_SHIPPING:
        method |= {"target_type": "shipping_methods", "value": 100}
        rules = products if scoped else []
    elif scoped:
        method |= {"target_type": "items", "target_rules": products}
    else:
        method |= {"target_type": "items"}
    if promo.kind is PromoKind.FIXED:
        currency = promo.currency
        method |= {
            "type": "fixed",
            "value": to.decimal(promo.amount_minor, currency),
            "currency_code": currency.lower(),
        }
    campaign: dict[str, Any] = {
        "name": promo.code,
        "campaign_identifier": f"host-studio-{key}",
        "description": f"Made by Host Studio for a live show ({show_id}).",
        "starts_at": iso(promo.starts_at_ms),
        "ends_at": iso(promo.ends_at_ms),
    }
    if promo.per_customer_limit is not None:
        campaign["budget"] = {
            "type": "use_by_attribute",
            "attribute": "customer_email",
            "limit": promo.per_customer_limit,
        }
    return {
        "code": promo.code,
        "type": "standard",
        "status": "active",
        "is_automatic": False,
        "is_tax_inclusive": with_tax and promo.kind is PromoKind.FIXED,
        "limit": promo.total_limit,
        "metadata": {_MARK: key, _SHOW: show_id},
        "application_method": method,
        "rules": rules,
        "campaign": campaign,
    }
