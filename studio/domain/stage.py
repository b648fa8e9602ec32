"""What the stage shows: the product card, the code, the question, as the show's log and the shop's own figures have it.

Nothing is on it that the shop has not confirmed: prices and stock are the shop's, a code is there between its
confirmation and its end, and while the shop is not *sure* (not heard, or its time not known) neither is shown.
"""

from collections.abc import Mapping
from itertools import islice

import msgspec

from studio.domain.effects import FeatureProduct
from studio.domain.events import Outcome
from studio.domain.lineup import ItemKind
from studio.domain.money import Money
from studio.domain.product import Product
from studio.domain.promo import (
    PromoCode,
    PromoKind,
    PromoPhase,
    PromoRecord,
    applies_to,
    phase,
    price_after,
    visible_until_ms,
)
from studio.domain.show import ShowPhase, ShowState

_LIVE = (PromoPhase.LIVE, PromoPhase.EXPIRING)


class StageCard(msgspec.Struct, frozen=True):
    """The product on air. `price` is what viewers pay now, with the code that is shown; `struck` the lowest price of the
    last 30 days (EU 98/6/EC Art. 6a), None where none may be struck; `left` how many can still be sold, None unless few
    are; `link` its tracked link for a QR code, empty without one. Price, struck and left are None while nothing is sure.
    """

    product_id: str
    title: str
    image_url: str = ""
    price: Money | None = None
    struck: Money | None = None
    left: int | None = None
    link: str = ""


class StageCode(msgspec.Struct, frozen=True):
    """The code that viewers may use, until `ends_at_ms` (UTC ms of the shop's clock)."""

    promo: PromoCode
    ends_at_ms: int


class StageView(msgspec.Struct, frozen=True):
    """All that is to be seen on the stage. `question` is the one that is being answered, empty for none; `language` is
    BCP 47; `seq` the show's log up to which this holds.
    """

    language: str = "en"
    seq: int = 0
    card: StageCard | None = None
    code: StageCode | None = None
    question: str = ""

    @property
    def empty(self) -> bool:
        """Whether nothing is to be seen."""
        return self.card is None and self.code is None and not self.question


class StageFacts(msgspec.Struct, frozen=True):
    """What the world says of it. `sellable` is pieces by product id (missing: not known), `links` tracked links by product
    id, `refused` the products that the shop refused to feature; `sure`: the shop was heard within the agreed time.
    """

    products: Mapping[str, Product] = {}
    sellable: Mapping[str, int] = {}
    links: Mapping[str, str] = {}
    refused: frozenset[str] = frozenset()
    sure: bool = True
    few: int = 10


def stage_view(state: ShowState, facts: StageFacts, now_ms: int | None) -> StageView:
    """What is on the stage at `now_ms` (the shop's UTC ms, None while it is not known)."""
    if state.phase is not ShowPhase.ON_AIR:
        return StageView(state.language, state.seq)
    sure = facts.sure and now_ms is not None
    now = now_ms if sure else None
    item = state.on_air
    card: StageCard | None = None
    shown: PromoRecord | None = None
    if state.stage_clear:
        shown = any_code(state, now)
    elif item is not None and item.kind is ItemKind.PRODUCT and item.product_id not in facts.refused:
        product = facts.products.get(item.product_id)
        if product is not None and product.active:
            card, shown = _card(state, product, item.safety_stock, facts, now)
    elif item is None or item.kind is not ItemKind.PRODUCT:
        shown = any_code(state, now)
    ends = visible_until_ms(shown) if shown is not None else None
    code = StageCode(shown.promo, ends) if shown is not None and ends is not None else None
    question = state.prompted.text if state.prompted is not None else ""
    return StageView(state.language, state.seq, card, code, question)


def _card(
    state: ShowState, product: Product, safety_stock: int, facts: StageFacts, now: int | None
) -> tuple[StageCard, PromoRecord | None]:
    card = StageCard(
        product.id,
        product.title,
        product.image_urls[0] if product.image_urls else "",
        link=facts.links.get(product.id, ""),
    )
    price = product.price
    if now is None or price is None:
        return card, None
    left = facts.sellable.get(product.id)
    if left is not None:
        left = max(0, left - safety_stock)
        card = msgspec.structs.replace(card, left=left if left <= facts.few else None)
    best = best_code(state, product.id, price, now)
    if best is None:
        return msgspec.structs.replace(card, price=price), None
    after, record = best
    low = product.low_30d
    struck = low if low is not None and after < price and after < low else None
    return msgspec.structs.replace(card, price=after, struck=struck), record


def best_code(
    state: ShowState, product_id: str, price: Money, now_ms: int | None
) -> tuple[Money, PromoRecord] | None:
    """The price with the live code that takes most off this product, and the code; None when none is live. An amount in
    another currency than the price's is passed over: what would be left of the price cannot be told.
    """
    best: tuple[Money, PromoRecord] | None = None
    for record in state.promos.values():
        promo = record.promo
        if promo.kind is PromoKind.FIXED and promo.currency != price.currency:
            continue
        if phase(record, now_ms) in _LIVE and applies_to(promo, product_id):
            after = price_after(price, record)
            if best is None or after < best[0]:
                best = (after, record)
    return best


def any_code(state: ShowState, now_ms: int | None) -> PromoRecord | None:
    """The live code that ends first, for talk about codes; while the stage is cleared, of those decided since."""
    since = state.codes_cleared if state.stage_clear else 0
    live = [r for r in islice(state.promos.values(), since, None) if phase(r, now_ms) in _LIVE]
    return min(live, key=lambda r: visible_until_ms(r) or 0, default=None)


def refused_pins(state: ShowState) -> frozenset[str]:
    """The product on air, if the shop's last word about featuring it was no."""
    pinned = state.pinned_product_id
    for settled in reversed(state.settled.values()) if pinned else ():
        if settled.action == FeatureProduct.__name__ and settled.subject == pinned:
            return frozenset({pinned}) if settled.outcome is Outcome.REFUSED else frozenset()
    return frozenset()


def changes_at_ms(view: StageView) -> int | None:
    """When this view is over by itself, UTC ms of the shop's clock; None when only something new ends it."""
    return view.code.ends_at_ms if view.code is not None else None
