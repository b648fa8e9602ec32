"""What the audience means to do, by seed: who visits the shop, what they want, whether they buy, use a code, send it back.

Everything here is drawn from generators named by seed, concern and second of the show (`chance.rng_for`). What the studio does decides what there
is to react to; it never shifts what is drawn for anything else.
"""

import math
import random
from collections.abc import Sequence
from typing import Literal

import msgspec

from studio.rehearsal.chance import poisson, rng_for

VisitKind = Literal["link", "code", "featured", "stranger"]
MOST_VISITS_PER_S = 100.0
"""Visits in one real second, at most: faster shows are thinned out."""
_STRANGERS_PER_S = 1 / 40
CODE_REMEMBERED_S = 2400
"""How long people try a code they heard, in seconds of the show: longer than most codes live, so late ones are refused."""


class Offer(msgspec.Struct, frozen=True):
    """A product as a shopper sees it: its variants with how much each is wanted."""

    product_id: str
    variants: tuple[str, ...]
    weights: tuple[float, ...]


class Interest(msgspec.Struct, frozen=True):
    """Something people react to from second `since` on. `strength` is the share of viewers who act on it in the end."""

    kind: VisitKind
    since: int
    strength: float
    fades_s: float
    offer: Offer | None = None
    link_id: str | None = None
    code: str | None = None

    def visits(self, slot: int, viewers: int) -> float:
        """How many visits to expect in this second."""
        age = slot - self.since
        if age < 0 or age > 6 * self.fades_s:
            return 0.0
        return viewers * self.strength / self.fades_s * math.exp(-age / self.fades_s)


class Visit(msgspec.Struct, frozen=True):
    """One shopper's intention, whole: times are seconds of the show after the visit's second. `variant` is empty for somebody
    who only looks; `buys` is None for who fills a cart and leaves it.
    """

    slot: int
    kind: VisitKind
    customer: str
    link_id: str | None
    stay_s: float
    variant: str = ""
    quantity: int = 1
    cart_after_s: float = 0.0
    buys_after_s: float | None = None
    code: str | None = None
    buys_without_code: bool = True
    express: bool = False
    cancels_after_s: float | None = None
    returns_after_s: float | None = None
    returns_all: bool = True
    says_so: bool = False

    def detail(self) -> str:
        """The intention in words, for the book."""
        what = f"{self.quantity} x {self.variant}" if self.variant else "looks"
        how = "" if not self.variant else (" buys" if self.buys_after_s is not None else " leaves the cart")
        after = "cancels" if self.cancels_after_s is not None else "returns" if self.returns_after_s else ""
        parts = (self.customer, self.link_id or "", what + how, self.code or "", after)
        return " · ".join(part for part in parts if part)


def link_heard(slot: int, link_id: str, offer: Offer | None) -> Interest:
    """A tracked link was announced."""
    return Interest("link", slot, 0.05, 60.0, offer, link_id)


def code_heard(slot: int, code: str, offer: Offer | None, link_id: str | None) -> Interest:
    """A code was announced: some come for it alone."""
    return Interest("code", slot, 0.015, 80.0, offer, link_id, code)


def featured_seen(slot: int, offer: Offer) -> Interest:
    """The shop features something: some find it there by themselves."""
    return Interest("featured", slot, 0.004, 90.0, offer)


def wanted(seed: int, variant_id: str) -> float:
    """How much a variant is wanted against others: a few are wanted very much."""
    return 0.05 + rng_for(seed, "wanted", variant_id).random() ** 3


class Scenario:
    """Draws visits. `length_s` is the show's planned length, `people` how many different customers there are."""

    def __init__(self, seed: int, length_s: int, viewers: int) -> None:
        self.seed = seed
        self.length_s = length_s
        self.people = max(50, viewers * 3)

    def visits(
        self, slot: int, viewers: int, interests: Sequence[Interest], code: str | None, rate: float
    ) -> list[Visit]:
        """Visits that begin in this second. `code` is the code people have in mind, `rate` the show's speed."""
        found: list[Visit] = []
        room = MOST_VISITS_PER_S / max(rate, 0.1)
        for number, interest in enumerate(interests):
            expected = min(interest.visits(slot, viewers), room)
            room -= expected
            rng = rng_for(self.seed, f"visits/{interest.kind}/{number}", slot)
            count = poisson(rng, expected)
            found += [self._visit(rng, slot, interest, interest.code or code, rate) for _ in range(count)]
        return found

    def strangers(self, slot: int, offers: Sequence[Offer], rate: float) -> list[Visit]:
        """Visits that have nothing to do with the show; they go on after it."""
        rng = rng_for(self.seed, "strangers", slot)
        count = poisson(rng, min(_STRANGERS_PER_S, 10 / max(rate, 0.1)))
        if not offers:
            return []
        return [
            self._visit(rng, slot, Interest("stranger", slot, 1.0, 1.0, rng.choice(offers)), None, rate)
            for _ in range(count)
        ]

    def _visit(
        self, rng: random.Random, slot: int, interest: Interest, code: str | None, rate: float
    ) -> Visit:
        # Everything is drawn, whether it is used or not: one answer must not shift the next.
        draws = [rng.random() for _ in range(8)]
        customer = f"customer-{rng.randrange(self.people)}"
        stay = min(900.0, 12 + rng.expovariate(1 / 75))
        variant = _pick(rng, interest.offer)
        quantity = rng.choices((1, 2, 3, 4), (78, 15, 5, 2))[0]
        cart_after = rng.uniform(0.1, 0.5) * stay
        came_for_code = interest.kind == "code"
        adds = (
            variant
            and draws[0] < {"link": 0.40, "code": 0.75, "featured": 0.35, "stranger": 0.7}[interest.kind]
        )
        buys = adds and draws[1] < (0.75 if came_for_code else 0.55)
        plain = Visit(slot, interest.kind, customer, interest.link_id, stay)
        if not adds:
            return plain
        cancels = buys and draws[2] < 0.05
        after_show = max(0, self.length_s - slot) + rng.uniform(30, 1200)
        returns_after = rng.uniform(180, 600) if draws[3] < 0.35 else after_show
        return msgspec.structs.replace(
            plain,
            variant=variant,
            quantity=quantity,
            cart_after_s=cart_after,
            buys_after_s=cart_after + rng.uniform(0.1, 0.5) * stay if buys else None,
            code=code
            if draws[4] < (0.95 if came_for_code else 0.5) and interest.kind != "stranger"
            else None,
            buys_without_code=draws[5] < (0.25 if came_for_code else 0.7),
            express=draws[6] < (0.25 if rate <= 5 else 0.8),
            cancels_after_s=rng.uniform(20, 420) if cancels else None,
            returns_after_s=returns_after if buys and not cancels and draws[7] < 0.14 else None,
            returns_all=rng.random() < 0.7,
            says_so=rng.random() < 0.25,
        )


def _pick(rng: random.Random, offer: Offer | None) -> str:
    draw = rng.random()
    if offer is None or not offer.variants:
        return ""
    goal = draw * sum(offer.weights)
    for variant, weight in zip(offer.variants, offer.weights, strict=True):
        goal -= weight
        if goal <= 0:
            return variant
    return offer.variants[-1]
