"""A show being prepared, for the tests and the pictures of the panels at the right of Prepare."""

from collections.abc import Sequence

import msgspec

from studio.domain.audience import ViewerFigures
from studio.domain.checks import Outside, Reach, ReadinessFacts
from studio.domain.kpi import ProductFigures, QuestionFigures, Sales, ShowFigures
from studio.domain.lineup import LineUp
from studio.domain.money import Money, zero
from studio.domain.past import PastShow
from studio.domain.plan import Goals
from studio.domain.product import Product, StockLevel, Variant
from tests.fakes.fake_studio import MINUTE, T0, FakeStudio, a_lineup

DAY = 24 * 60 * MINUTE
WELL = ReadinessFacts(
    shop=Outside("Nordhus", Reach.WELL), shop_heard_ms=2_000, catalogue_read=True,
    channels=(Outside("YouTube", Reach.WELL, signed_in=True), Outside("Twitch", Reach.SILENT, signed_in=True)),
    stages=(Outside("obs", Reach.WELL),), clock_known=True, clock_ahead_ms=200, disk_free_bytes=91_300_000_000,
    displays=2, promo_problems=(),
)  # fmt: skip


class FakeReadiness:
    """Implements `ReadinessPort`: answers what a test says, and notes what was asked for."""

    def __init__(self, facts: ReadinessFacts = WELL) -> None:
        self.answer = facts
        self.opened: list[str] = []
        self.asked = 0
        self.refreshed = 0

    async def facts(self) -> ReadinessFacts:
        self.asked += 1
        return self.answer

    async def refresh_stock(self) -> None:
        self.refreshed += 1

    def open_shops(self) -> None:
        self.opened.append("shops")

    def open_channels(self) -> None:
        self.opened.append("channels")

    def open_stage(self) -> None:
        self.opened.append("stage")

    def open_prompter(self) -> None:
        self.opened.append("prompter")

    def open_data_folder(self) -> None:
        self.opened.append("folder")


def planned(enough: bool = True) -> FakeStudio:
    """A show that fills its length; with `enough` nothing of it is open, else some stock falls short."""
    lineup = a_lineup()
    length = sum(item.planned_ms for item in lineup.items)
    studio = FakeStudio(LineUp(lineup.title, "EUR", lineup.items, "en", length))
    studio.state = msgspec.structs.replace(studio.state, rehearsal=False)
    if enough:
        for variant_id, level in list(studio.levels.items()):
            studio.levels[variant_id] = StockLevel(variant_id, level.location, 200, 0, 0, 1, T0)
    return studio


def with_sizes(studio: FakeStudio, product_id: str, sizes: dict[str, tuple[int, int]]) -> None:
    """Give a product variants, each with so many pieces in Oslo and in Bergen."""
    old = studio.products[product_id]
    for variant in old.variants:
        studio.levels.pop(variant.id, None)
    variants = [
        Variant(f"{product_id}-{size}", f"{product_id}-{size}", size, Money(6900, "EUR"), Money(6400, "EUR"))
        for size in sizes
    ]
    studio.products[product_id] = Product(product_id, 2, old.title, tuple(variants), points=old.points)
    for size, pieces in sizes.items():
        for place, left in zip(("Oslo", "Bergen"), pieces, strict=True):
            key = f"{product_id}-{size}"
            studio.levels[key if place == "Oslo" else f"{key}@{place}"] = StockLevel(
                key, place, left, 0, 0, 1, T0
            )


def a_past(
    n: int,
    peak: int,
    revenue: int,
    roi: float | None,
    products: Sequence[ProductFigures] = (),
    series: str = "Autumn",
) -> PastShow:
    """Show `n` of a series, so many days ago."""
    money = Money(revenue, "EUR")
    own = Sales(150, 0, 180, money, money, None)
    figures = ShowFigures(
        viewers=ViewerFigures(None, peak, T0, peak * 0.6), own=own, shop_total=own, promos=(), products=tuple(products),
        questions=QuestionFigures(0, 0, 0), sessions=1_400, average_session_ms=None, add_to_carts=None, conversion=None,
        redemptions=0, redemption_share=None, on_air_ms=90 * MINUTE, cost=Money(200_000, "EUR") if roi else None, roi=roi,
    )  # fmt: skip
    start = T0 - (20 - n) * 7 * DAY
    title = f"Autumn Home Live #{n}"
    return PastShow(
        f"past-{n}", title, series, "EUR", "Europe/Oslo", start, start + 90 * MINUTE, 12, Goals(), figures
    )


def sold(product_id: str, units: int, minutes: float) -> ProductFigures:
    """What a past show sold of a product."""
    return ProductFigures(
        product_id, product_id, round(minutes * MINUTE), 800.0, units, zero("EUR"), None, None, None, 0
    )
