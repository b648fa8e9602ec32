"""What may be on the stage at this moment: by the shop's own books, asked from the shop itself, and by the show's log.

The sums are done here once more, in whole cents, and share nothing with the studio's.
"""

import asyncio
import time
from collections.abc import Callable, Iterable
from typing import Any

import httpx
import msgspec

from studio.domain.show import ShowState

LOOK_S = 0.25


class Truth(msgspec.Struct, frozen=True):
    """What is right at a moment. Amounts are in cents. `prices` and `codes` may be shown: those of the shop, with any of its codes
    that are good now. `price` and `code` ought to be: without the codes that the host has ended, which the shop may not yet
    know. `alive`: the shop answers.
    """

    title: str = ""
    price: int = 0
    prices: frozenset[int] = frozenset()
    lows: frozenset[int] = frozenset()
    codes: frozenset[str] = frozenset()
    code: bool = False
    left: int = 0
    question: str = ""
    alive: bool = True


class ShopTruth:
    """Asks the shop again and again. `dead`: it was killed, and did not answer since."""

    def __init__(
        self, url: Callable[[], str], token: str, admin_token: str, product_ids: Iterable[str]
    ) -> None:
        self._headers = {"Authorization": f"Bearer {token}"}
        self._admin = {"Authorization": f"Bearer {admin_token}"}
        self._url = url
        self._ids = tuple(product_ids)
        self.dead = False
        self.show_id = ""
        self._products: dict[str, Any] = {}
        self._levels: dict[str, int] = {}
        self._promos: list[Any] = []
        self._ahead_ms = 0
        self.looks = 0
        self.moved = asyncio.Event()

    async def run(self) -> None:
        """Look until cancelled."""
        async with httpx.AsyncClient(
            base_url=self._url(), headers=self._headers, trust_env=False, timeout=10
        ) as http:
            while True:
                dead = self.dead
                try:
                    await self._look(http)
                except httpx.HTTPError:
                    pass
                else:
                    # Killed while it was asked: that answer is of its life before.
                    if dead or not self.dead:
                        self.dead = False
                    self.looks += 1
                    moved, self.moved = self.moved, asyncio.Event()
                    moved.set()
                await asyncio.sleep(LOOK_S)

    async def _look(self, http: httpx.AsyncClient) -> None:
        asked = time.time()
        now = (await _got(http, "/v1/clock"))["now_ms"]
        self._ahead_ms = now - round((asked + time.time()) * 500)
        products = {one: await _got(http, f"/v1/products/{one}") for one in self._ids}
        variants = {v["id"]: one for one, p in products.items() for v in p["variants"]}
        stock = await _got(http, "/v1/stock", variant_id=list(variants), limit=500)
        promos = (
            (await _got(http, "/v1/promos", show_id=self.show_id, limit=500))["items"] if self.show_id else []
        )
        levels = dict.fromkeys(self._ids, 0)
        for level in stock["items"]:
            free = level["on_hand"] - level["reserved"] - level["safety_stock"]
            levels[variants[level["variant_id"]]] += max(0, free)
        self._products, self._levels, self._promos = products, levels, promos

    async def edit(self, path: str, body: Any) -> None:
        """Something is changed in the shop's back office."""
        async with httpx.AsyncClient(
            base_url=self._url(), headers=self._admin, trust_env=False, timeout=30
        ) as http:
            (await http.post(f"/admin/v1/{path}", json=body)).raise_for_status()

    def product(self, product_id: str) -> Any:
        """A product as the shop tells it."""
        return self._products[product_id]

    def now(self, state: ShowState) -> Truth:
        """What is right now, in a show that stands so."""
        question = state.prompted.text if state.prompted is not None else ""
        pinned = self._products.get(state.pinned_product_id)
        now_ms = round(time.time() * 1000) + self._ahead_ms
        live = [p for p in self._promos if p["starts_at_ms"] <= now_ms < p["ends_at_ms"]]
        if pinned is None:
            codes = frozenset() if self.dead else frozenset(p["code"] for p in live)
            return Truth(codes=codes, question=question, alive=not self.dead)
        if self.dead:
            return Truth(title=pinned["title"], question=question, alive=False)
        base = min(v["price"]["amount_minor"] for v in pinned["variants"] if v["active"])
        lows = {v["low_30d_price"]["amount_minor"] for v in pinned["variants"] if v["low_30d_price"]}
        good = [p for p in live if p["scope"] == "all" or pinned["id"] in p["product_ids"]]
        after = {p["code"]: _after(base, p) for p in good}
        held = {code: price for code, price in after.items() if not _ended(state, code, now_ms)}
        item = state.on_air
        return Truth(
            title=pinned["title"],
            price=min([base, *held.values()]),
            prices=frozenset({base, *after.values()}),
            lows=frozenset({*lows, base}),
            codes=frozenset(after),
            code=bool(held),
            left=max(0, self._levels[pinned["id"]] - (item.safety_stock if item is not None else 0)),
            question=question,
        )


async def _got(http: httpx.AsyncClient, path: str, **params: Any) -> Any:
    answer = await http.get(path, params=params)
    answer.raise_for_status()
    return answer.json()


def _ended(state: ShowState, code: str, now_ms: int) -> bool:
    """Whether the host wants this code no more."""
    return any(r.promo.code == code and r.wanted_ends_at_ms <= now_ms for r in state.promos.values())


def _after(base: int, promo: Any) -> int:
    assert promo["kind"] == "percent"
    whole, rest = divmod(base * (100 - promo["percent"]), 100)
    assert rest == 0, "the prices of this show are whole cents with every code"
    return whole
