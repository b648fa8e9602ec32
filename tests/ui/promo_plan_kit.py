"""A show with planned codes, and what the promo plan asks of the outside, for its tests and pictures."""

import asyncio
from collections.abc import Collection, Mapping

import msgspec

from studio.domain.commands import ChangeItem, ChangeShow, PlanPromos
from studio.domain.order import REPLAY_MS
from studio.domain.product import Product
from studio.domain.promo import PromoKind, PromoPlan, PromoScope
from tests.fakes.fake_studio import MINUTE, T0, FakeStudio

DAY = 24 * 60 * MINUTE
START = T0 + 4 * DAY


class FakePromoPort:
    """Implements `PromoPort`. `asked` are the codes of each question; `hold` makes answers wait."""

    def __init__(
        self,
        taken: Collection[str] = (),
        unknown: Collection[str] = (),
        others: Mapping[str, str] | None = None,
    ) -> None:
        self.taken, self.unknown, self.others = set(taken), set(unknown), dict(others or {})
        self.floor_percent = 50
        self.disk_full = False
        self.replay_ms = REPLAY_MS
        self.asked: list[set[str]] = []
        self.hold = asyncio.Event()
        self.hold.set()

    def keep_floor(self, percent: int) -> str:
        if self.disk_full:
            return "The settings could not be saved: the disk is full."
        self.floor_percent = percent
        return ""

    def keep_replay(self, hours: int) -> str:
        if self.disk_full:
            return "The settings could not be saved: the disk is full."
        self.replay_ms = hours * 60 * MINUTE
        return ""

    async def codes_taken(self, codes: Collection[str]) -> dict[str, bool | None]:
        self.asked.append(set(codes))
        await self.hold.wait()
        return {code: None if code in self.unknown else code in self.taken for code in codes}

    async def other_shows(self) -> Mapping[str, str]:
        return self.others


def show_wide(code: str, **changes: object) -> PromoPlan:
    fields: dict[str, object] = {"scope": PromoScope.LINEUP, "percent": 10, "minutes": 10, **changes}
    return PromoPlan(f"plan-{code}", code, PromoKind.PERCENT, **fields)  # type: ignore[arg-type]


async def a_planned_show(studio: FakeStudio, *, codes: bool = True) -> None:
    """A show in four days, with codes of every kind; some of them are wrong."""
    details = msgspec.structs.replace(
        studio.state.details, starts_at_ms=START, time_zone="Europe/Oslo", planned_ms=60 * MINUTE
    )
    assert await studio.do(ChangeShow(details)) is None
    if not codes:
        for item in studio.state.items:
            assert await studio.do(ChangeItem(msgspec.structs.replace(item, promo=None))) is None
        return
    blanket = studio.state.items[3]
    half = PromoPlan(
        "plan-HALF-PRICE", "HALF-PRICE", PromoKind.PERCENT, 60, minutes=20, armed=True, total_limit=50
    )
    assert await studio.do(ChangeItem(msgspec.structs.replace(blanket, promo=half))) is None
    product = studio.products[blanket.product_id]
    variants = tuple(msgspec.structs.replace(v, low_30d=None) for v in product.variants)
    studio.products[product.id] = Product(product.id, 2, product.title, variants)
    plans = (
        show_wide("REPLAY10", at_end=True, hours_after_show=48),
        show_wide("TAKEN20", after_start_ms=18 * MINUTE, percent=5, per_customer_limit=None),
        show_wide(
            "ADVENT", from_ms=START - 60 * MINUTE, until_ms=START + 3 * DAY, scope=PromoScope.ALL, percent=5
        ),
        PromoPlan("plan-POST", "FREEPOST", PromoKind.FREE_SHIPPING, scope=PromoScope.ALL, minutes=15),
    )
    assert await studio.do(PlanPromos(plans)) is None


async def many_codes(studio: FakeStudio) -> None:
    """As many as no show has."""
    plans = tuple(show_wide(f"CODE{n:03}", after_start_ms=n * MINUTE // 10, minutes=1) for n in range(400))
    assert await studio.do(PlanPromos(plans)) is None
