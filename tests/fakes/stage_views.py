"""Views of the stage, and a clock of a shop's, for tests of what shows them."""

from studio.domain.money import Money
from studio.domain.promo import PromoCode, PromoKind, PromoScope
from studio.domain.stage import StageCard, StageCode, StageView


class ShopClock:
    """A `StageClock` that a test sets: `now_ms` in the shop's UTC ms, or None while the time is not known."""

    def __init__(self, now_ms: int | None = 1_800_000_000_000, rate: float = 1.0) -> None:
        self.now_ms = now_ms
        self.rate = rate

    def __call__(self) -> tuple[int, float] | None:
        """The time."""
        return None if self.now_ms is None else (self.now_ms, self.rate)


class Wall:
    """A `WallClock` that a test sets."""

    def __init__(self, now_ms: int = 1_900_000_000_000) -> None:
        self.now = now_ms

    def now_ms(self) -> int:
        """UTC ms."""
        return self.now

    def monotonic_ms(self) -> int:
        """Milliseconds that never jump."""
        return self.now


def a_card(
    title: str = "Linen shirt", price: int | None = 3900, struck: int | None = None, left: int | None = None
) -> StageCard:
    """A product; amounts in cents."""
    return StageCard(
        "product-1",
        title,
        price=None if price is None else Money(price, "EUR"),
        struck=None if struck is None else Money(struck, "EUR"),
        left=left,
    )


def a_code(code: str, ends_at_ms: int, percent: int = 20) -> StageCode:
    """A code that takes so much off."""
    promo = PromoCode(
        id=f"promo-{code}",
        code=code,
        kind=PromoKind.PERCENT,
        percent=percent,
        amount_minor=0,
        currency="EUR",
        scope=PromoScope.ALL,
        product_ids=(),
        starts_at_ms=ends_at_ms - 600_000,
        ends_at_ms=ends_at_ms,
        total_limit=None,
        per_customer_limit=None,
    )
    return StageCode(promo, ends_at_ms)


def a_view(card: StageCard | None = None, code: StageCode | None = None, question: str = "") -> StageView:
    """All that is to be seen, in English."""
    return StageView("en", 1, card, code, question)
