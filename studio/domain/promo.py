"""Promo codes: what is planned, what was issued, and whether a viewer may see it now."""

import enum
import re
import secrets
from collections.abc import Callable

import msgspec

from studio.domain.money import Money

CODE = re.compile(r"^[A-Z0-9][A-Z0-9-]{2,23}$")
EXPIRING_MS = 60_000
# Letters that a viewer cannot mistake for another one when a host reads a code aloud.
_READABLE = "ACDEFHJKLMNPRTUVWXY34679"


class PromoKind(enum.StrEnum):
    """What a code takes off."""

    PERCENT = "percent"
    FIXED = "fixed"
    FREE_SHIPPING = "free_shipping"


class PromoScope(enum.StrEnum):
    """What a code is good for."""

    ALL = "all"
    LINEUP = "lineup"
    PRODUCT = "product"


class PromoWhen(enum.StrEnum):
    """What begins a planned code's window: the host's key, its item going on air, a time after the show's start, the
    show's end, or a time of the calendar.
    """

    BY_HAND = "by_hand"
    ON_PIN = "on_pin"
    AT_TIME = "at_time"
    AT_END = "at_end"
    ABSOLUTE = "absolute"


class PromoPlan(msgspec.Struct, frozen=True):
    """A code as a producer prepares it.

    `minutes` is its length from the moment it is issued; with `hours_after_show` it lasts until so many hours
    after the show instead. `armed`: it is issued by itself when its item is pinned. `amount_minor` is in the
    show's currency.

    `after_start_ms`: it is issued so long after the show's start (ms). `at_end`: it is issued when the show ends.
    `from_ms` and `until_ms` (UTC ms of the shop's clock) are a window of the calendar: it is issued when the show is on
    air and the window has begun, and lasts until its end. At most one of the four ways is set; `when` says which.
    """

    id: str
    code: str
    kind: PromoKind
    percent: int = 0
    amount_minor: int = 0
    scope: PromoScope = PromoScope.PRODUCT
    minutes: int = 10
    hours_after_show: int = 0
    total_limit: int | None = None
    per_customer_limit: int | None = 1
    armed: bool = False
    after_start_ms: int | None = None
    at_end: bool = False
    from_ms: int | None = None
    until_ms: int | None = None

    @property
    def when(self) -> PromoWhen:
        """What begins its window."""
        if self.armed:
            return PromoWhen.ON_PIN
        if self.after_start_ms is not None:
            return PromoWhen.AT_TIME
        if self.at_end:
            return PromoWhen.AT_END
        return PromoWhen.BY_HAND if self.until_ms is None else PromoWhen.ABSOLUTE


class PromoCode(msgspec.Struct, frozen=True):
    """A code as it was decided: its window is fixed then, in UTC ms of the shop's clock: [starts, ends)."""

    id: str
    code: str
    kind: PromoKind
    percent: int
    amount_minor: int
    currency: str
    scope: PromoScope
    product_ids: tuple[str, ...]
    starts_at_ms: int
    ends_at_ms: int
    total_limit: int | None
    per_customer_limit: int | None
    plan_id: str = ""
    item_id: str = ""


class PromoPhase(enum.StrEnum):
    """Where a code stands. Live, expiring and ended follow from the confirmed window and the shop's time."""

    PLANNED = "planned"
    ARMED = "armed"
    ISSUING = "issuing"
    LIVE = "live"
    EXPIRING = "expiring"
    ENDED = "ended"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class PromoRecord(msgspec.Struct, frozen=True):
    """A code of the show with what the shop said of it.

    `confirmed_ends_at_ms` is the end that the shop confirmed (None: not confirmed yet); `wanted_ends_at_ms` the
    end that the host decided last; `refusal` the shop's reason, as a sentence.
    """

    promo: PromoCode
    wanted_ends_at_ms: int
    shop_promo_id: str = ""
    confirmed_starts_at_ms: int | None = None
    confirmed_ends_at_ms: int | None = None
    refusal: str = ""
    withdrawn: bool = False
    lapsed: bool = False


def phase(record: PromoRecord, now_ms: int | None) -> PromoPhase:
    """Where the code stands at `now_ms`, the shop's time; with no known time a confirmed code is *issuing*:
    nobody may be told that it is live.
    """
    if record.refusal:
        return PromoPhase.REFUSED
    if record.withdrawn:
        return PromoPhase.WITHDRAWN
    if record.lapsed:
        return PromoPhase.ENDED
    ends, starts = record.confirmed_ends_at_ms, record.confirmed_starts_at_ms
    # An end that the host brought forward counts at once: a code is never shown longer than anyone wants it.
    last = min(record.wanted_ends_at_ms, ends) if ends is not None else record.wanted_ends_at_ms
    if now_ms is not None and now_ms >= last:
        return PromoPhase.ENDED
    if ends is None or starts is None or now_ms is None or now_ms < starts:
        return PromoPhase.ISSUING
    return PromoPhase.EXPIRING if last - now_ms <= EXPIRING_MS else PromoPhase.LIVE


def visible_until_ms(record: PromoRecord) -> int | None:
    """When the code must have left every screen, UTC ms; None while the shop has not confirmed it."""
    if record.confirmed_ends_at_ms is None or record.refusal or record.withdrawn or record.lapsed:
        return None
    return min(record.confirmed_ends_at_ms, record.wanted_ends_at_ms)


def problem(promo: PromoCode) -> str:
    """Why this code cannot be issued, as a sentence that says what to do; empty when it can."""
    if promo.code != promo.code.upper():
        return f"Write the code in capitals: {promo.code.upper()}."
    if any(ch.isspace() for ch in promo.code):
        return "A code has no spaces: viewers type it. Use letters and digits only."
    if not CODE.match(promo.code):
        return "A code has 3 to 24 characters: capital letters A to Z, digits and hyphens."
    if promo.kind is PromoKind.PERCENT and not 1 <= promo.percent <= 100:
        return "The discount must be between 1 and 100 %."
    if promo.kind is PromoKind.FIXED and promo.amount_minor <= 0:
        return "The amount off must be more than zero."
    if promo.ends_at_ms <= promo.starts_at_ms:
        return "The code would end before it starts: choose a later end."
    if promo.total_limit is not None and promo.total_limit < 1:
        return "The limit must be at least 1, or left empty for no limit."
    if promo.per_customer_limit is not None and promo.per_customer_limit < 1:
        return "The limit for one customer must be at least 1, or left empty for no limit."
    if promo.scope is not PromoScope.ALL and not promo.product_ids:
        return "The code applies to no product: choose a product, the line-up or the whole shop."
    return ""


def suggest_code(stem: str, percent: int = 0, choose: Callable[[str], str] = secrets.choice) -> str:
    """A code that is short, readable aloud and not to be guessed: up to 5 letters of `stem`, the percentage,
    and three random characters none of which looks like another.
    """
    letters = "".join(ch for ch in stem.upper() if "A" <= ch <= "Z")[:5] or "LIVE"
    tail = "".join(choose(_READABLE) for _ in range(3))
    return f"{letters}{percent or ''}-{tail}"


def price_after(price: Money, record: PromoRecord | PromoCode | PromoPlan) -> Money:
    """`price` with the code's discount on one piece; free shipping leaves it as it is."""
    promo = record.promo if isinstance(record, PromoRecord) else record
    if promo.kind is PromoKind.PERCENT:
        return price.less_percent(promo.percent)
    if promo.kind is PromoKind.FIXED:
        return price.less(Money(promo.amount_minor, price.currency))
    return price


def applies_to(promo: PromoCode, product_id: str) -> bool:
    """Whether the code takes anything off this product."""
    return promo.scope is PromoScope.ALL or product_id in promo.product_ids
