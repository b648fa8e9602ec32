"""A shop and a channel in memory: they do things once per key, and fail as a test tells them to.

``shop.fail("create_promo", lost)`` makes the next call of that method fail so: `lost` does the work and loses the
answer, an exception is raised before any work is done.
"""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Collection, Sequence
from typing import Any

from studio.control.ports import (
    ChangePage,
    ChannelCapabilities,
    ChannelItem,
    ClockReading,
    OnCursor,
    OrderPage,
    ProductPage,
    PromoReceipt,
    PromoUsage,
    RefusedByTarget,
    ShopCapabilities,
    ShopChange,
    ShopIdentity,
    SupersededPin,
    TargetError,
    TrackedLink,
    Traffic,
    Unreachable,
    no_cursor,
)
from studio.domain.product import Product, StockLevel
from studio.domain.promo import PromoCode


class Lost:
    """The work is done, the answer never comes."""


lost = Lost()
Failure = TargetError | Lost | Exception


def offline() -> Unreachable:
    return Unreachable("The shop cannot be reached.", attempted=False)


class Failing:
    """Keeps what is to go wrong, by method; `always` stays until it is taken back."""

    def __init__(self) -> None:
        self.failures: defaultdict[str, list[Failure]] = defaultdict(list)
        self.always: dict[str, Failure] = {}
        self.calls: list[tuple[Any, ...]] = []
        self.answers: dict[str, Any] = {}

    def fail(self, method: str, *failures: Failure) -> None:
        self.failures[method] += failures

    def called(self, method: str) -> list[tuple[Any, ...]]:
        return [call for call in self.calls if call[0] == method]

    async def _do(self, method: str, key: str, work: Callable[[], Any], *arguments: Any) -> Any:
        self.calls.append((method, *arguments, key))
        await asyncio.sleep(0.01)
        planned = self.failures[method]
        failure = planned.pop(0) if planned else self.always.get(method, self.always.get("*"))
        if isinstance(failure, Exception):
            raise failure
        if key not in self.answers:
            try:
                self.answers[key] = work()
            except RefusedByTarget as refusal:
                self.answers[key] = refusal  # refusals are kept too
        answer = self.answers[key]
        if failure is lost:
            raise Unreachable("The connection broke off.")
        if isinstance(answer, RefusedByTarget):
            raise RefusedByTarget(answer.sentence, answer.code)
        return answer


class FakeShop(Failing):
    """The `Shop` port. `promos` and `pins` are its books."""

    def __init__(self, now: Callable[[], int]) -> None:
        super().__init__()
        self.now = now
        self.promos: dict[str, PromoReceipt] = {}
        self.pins: list[tuple[str, int]] = []
        self.featured: tuple[str, int] = ("", 0)
        self.unknown_products: set[str] = set()
        self.products: dict[str, Product] = {}
        self.levels: list[StockLevel] = []
        self.feed: list[ShopChange] = []
        self.arrived = asyncio.Event()
        self.instance_id = "one"
        self.push = True
        self.counts_visits = True
        self.drop: set[int] = set()
        self.lose: set[int] = set()
        self.stream_down: TargetError | None = None

    async def identity(self) -> ShopIdentity:
        self._check("identity")
        return ShopIdentity(
            "Fake",
            "EUR",
            len(self.products),
            ShopCapabilities(push=self.push, traffic=self.counts_visits),
            instance_id=self.instance_id,
        )

    def _check(self, method: str) -> None:
        self.calls.append((method,))
        planned = self.failures[method]
        failure = planned.pop(0) if planned else self.always.get(method, self.always.get("*"))
        if isinstance(failure, Exception):
            raise failure

    async def clock(self) -> ClockReading:
        self._check("clock")
        return ClockReading(self.now(), self.now(), self.now())

    async def catalogue(self, cursor: str | None, on_cursor: OnCursor = no_cursor) -> ProductPage:
        self._check("catalogue")
        on_cursor(None)
        return ProductPage(tuple(self.products.values()), None)

    async def product(self, product_id: str) -> Product | None:
        self.calls.append(("product-read", product_id))
        self._check("product")
        return self.products.get(product_id)

    async def image(self, url: str) -> bytes:
        raise RefusedByTarget("no picture")

    async def stock(self, variant_ids: Collection[str]) -> tuple[StockLevel, ...]:
        self.calls.append(("stock", tuple(variant_ids)))
        self._check("stock-check")
        return tuple(level for level in self.levels if level.variant_id in variant_ids)

    async def orders(self, cursor: str) -> OrderPage:
        self._check("orders")
        return OrderPage((), cursor, more=False)

    async def create_promo(self, promo: PromoCode, show_id: str, key: str) -> PromoReceipt:
        def work() -> PromoReceipt:
            if promo.code in self.promos:
                raise RefusedByTarget(f"The shop already has a code {promo.code}.", "code-taken")
            if promo.ends_at_ms <= self.now():
                raise RefusedByTarget("It would have ended already.", "window-passed")
            made = PromoReceipt(f"id-{promo.code}", promo.code, promo.starts_at_ms, promo.ends_at_ms)
            self.promos[promo.code] = made
            return made

        return await self._do("create_promo", key, work, promo.code)

    async def find_promo(self, code: str) -> PromoReceipt | None:
        return self.promos.get(code)

    async def code_taken(self, code: str) -> bool | None:
        self._check("code_taken")
        return code in self.promos

    def _ended(self, code: str, ends_at_ms: int) -> PromoReceipt:
        if code not in self.promos:
            raise RefusedByTarget(f"The shop has no code {code}.", "not-found")
        known = self.promos[code]
        if known.ends_at_ms <= self.now():
            raise RefusedByTarget("The code has ended.", "promo-ended")
        self.promos[code] = PromoReceipt(known.shop_promo_id, code, known.starts_at_ms, ends_at_ms)
        return self.promos[code]

    async def update_promo(self, code: str, ends_at_ms: int, key: str) -> PromoReceipt:
        return await self._do("update_promo", key, lambda: self._ended(code, ends_at_ms), code)

    async def end_promo(self, code: str, ended_at_ms: int, key: str) -> PromoReceipt:
        return await self._do("end_promo", key, lambda: self._ended(code, self.now()), code)

    async def promo_usage(self, codes: Collection[str]) -> tuple[PromoUsage, ...]:
        self._check("promo_usage")
        return tuple(PromoUsage(code, 0) for code in codes)

    async def feature(
        self, product_id: str, show_id: str, decided_at_ms: int, superseded: Sequence[SupersededPin], key: str
    ) -> None:
        def work() -> None:
            decisions = [(pin.product_id, pin.decided_at_ms) for pin in superseded] + [
                (product_id, decided_at_ms)
            ]
            if any(product in self.unknown_products for product, _ in decisions):
                raise RefusedByTarget("The shop has no such product.", "invalid")
            self.pins += [decision for decision in decisions if decision not in self.pins]
            if decided_at_ms >= self.featured[1]:
                self.featured = (product_id, decided_at_ms)

        await self._do("feature", key, work, product_id, tuple(pin.product_id for pin in superseded))

    async def tracked_link(self, show_id: str, product_id: str, channel: str) -> TrackedLink:
        def work() -> TrackedLink:
            if product_id in self.unknown_products:
                raise RefusedByTarget("The shop has no such product.", "invalid")
            return TrackedLink(
                f"l-{product_id}", f"https://shop.example/go/{product_id}", show_id, product_id, channel
            )

        return await self._do("tracked_link", f"link-{show_id}-{product_id}-{channel}", work, product_id)

    async def traffic(self, show_id: str) -> Traffic:
        self._check("traffic")
        return Traffic(0, None, 0)

    def tell(self, *changes: ShopChange) -> None:
        """Something changed at the shop."""
        self.feed += changes
        self.arrived.set()
        self.arrived = asyncio.Event()

    async def changes_after(self, seq: int) -> ChangePage:
        self._check("changes_after")
        last = self.feed[-1].seq if self.feed else 0
        if seq > last:
            raise RefusedByTarget("The feed never came that far.", "cursor-ahead")
        found = [c for c in self.feed if c.seq > seq and c.seq not in self.lose]
        return ChangePage(tuple(found[:500]), last)

    async def changes(self, after: int) -> AsyncIterator[ShopChange]:
        self.calls.append(("changes", after))
        sent = len([c for c in self.feed if c.seq <= after])
        while True:
            if self.stream_down is not None:
                raise self.stream_down
            arrived = self.arrived
            for change in self.feed[sent:]:
                if change.seq not in self.drop and change.seq not in self.lose:
                    yield change
            sent = len(self.feed)
            await arrived.wait()


class FakeChannel(Failing):
    """The `Channel` port. `said` is what viewers saw; with a `wall_ms` it knows when it was said."""

    def __init__(
        self,
        name: str = "live",
        keyed: bool = True,
        viewers: bool = True,
        read_back: bool = False,
        numbered: bool = True,
    ) -> None:
        super().__init__()
        self.name = name
        self.numbered = numbered
        self.capabilities = ChannelCapabilities(keyed=keyed, viewers=viewers, read_back=read_back)
        self.said: list[str] = []
        self.wall_ms: Callable[[], int] | None = None
        self.said_at_ms: dict[int, int] = {}
        self.feed: list[ChannelItem] = []
        self.arrived = asyncio.Event()
        self.lose: set[int] = set()
        self.drop: set[int] = set()
        self.breaks: list[Exception] = []

    async def hello(self) -> ChannelCapabilities:
        self.calls.append(("hello",))
        failure = self.always.get("*")
        if isinstance(failure, Exception):
            raise failure
        return self.capabilities

    async def last_seq(self) -> int:
        return max((item.seq for item in self.feed), default=0)

    def tell(self, *items: ChannelItem) -> None:
        self.feed += items
        self.arrived.set()
        self.arrived = asyncio.Event()

    def break_off(self, error: Exception) -> None:
        self.breaks.append(error)
        self.arrived.set()
        self.arrived = asyncio.Event()

    async def items(self, after: int) -> AsyncIterator[ChannelItem]:
        self.calls.append(("items", after))
        # What numbers nothing repeats nothing: only what comes from now on.
        sent = 0 if self.numbered else len(self.feed)
        while True:
            arrived = self.arrived
            if self.breaks:
                raise self.breaks.pop(0)
            for item in self.feed[sent:]:
                if item.seq == 0 or (item.seq > after and item.seq not in self.lose | self.drop):
                    yield item
            sent = len(self.feed)
            await arrived.wait()

    async def items_between(self, after: int, until: int) -> tuple[ChannelItem, ...]:
        self.calls.append(("items_between", after, until))
        return tuple(i for i in self.feed if after < i.seq <= until and i.seq not in self.lose)

    async def say(self, text: str, key: str) -> str:
        return await self._say("say", text, key)

    async def reply(self, message_id: str, text: str, key: str) -> str:
        return await self._say("reply", text, key)

    async def hide(self, message_id: str, key: str) -> None:
        await self._do("hide", key, lambda: None, message_id)

    async def find_said(self, text: str, reply_to: str, since_wall_ms: int) -> str | None:
        places = [n for n, said in enumerate(self.said) if said == text]
        at_ms = [self.said_at_ms.get(n, since_wall_ms) for n in places]
        found = "found" if any(at >= since_wall_ms for at in at_ms) else None
        return await self._do("find_said", f"find-{len(self.calls)}", lambda: found, text, since_wall_ms)

    async def _say(self, method: str, text: str, key: str) -> str:
        def work() -> str:
            if self.wall_ms is not None:
                self.said_at_ms[len(self.said)] = self.wall_ms()
            self.said.append(text)
            return f"m{len(self.said)}"

        key = key if self.capabilities.keyed else f"{key}-{len(self.calls)}"
        return await self._do(method, key, work, text)
