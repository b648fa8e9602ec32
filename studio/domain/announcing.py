"""What an event of a show's log has announced: the rules and what was said before stand in the show, so this is always the
same for one log.
"""

from studio.domain import announcements as an
from studio.domain import events as ev
from studio.domain.announcement_rules import AnnouncementKind
from studio.domain.promo import PromoRecord, PromoScope
from studio.domain.show_state import ShowState


def said(s: ShowState, logged: ev.Logged) -> tuple[an.Said, ...]:
    """What is announced by one event; `s` is the show after it, but for this."""
    occasion = _occasion(s, logged.event, logged.at_ms)
    if occasion is None or not s.channels:
        return ()
    return an.said_of(
        occasion, logged.id, logged.at_ms, s.announcements, channels=s.channels, language=s.language,
        time_zone=s.time_zone, before=s.said, unsaid=lambda effect_id: _never_went_out(s, effect_id),
        first=1 if isinstance(logged.event, ev.ItemWentOnAir) else 0,  # the shop comes first
    )  # fmt: skip


def _never_went_out(s: ShowState, effect_id: str) -> bool:
    settled = s.settled.get(effect_id)
    return settled is not None and settled.outcome in _NOT_SAID


_NOT_SAID = (ev.Outcome.WITHDRAWN, ev.Outcome.EXPIRED, ev.Outcome.REFUSED)


def _occasion(s: ShowState, event: ev.Event, at: int) -> an.Occasion | None:
    match event:
        case ev.ItemWentOnAir(item_id=item_id, product_id=product_id, price=price, left=left) if product_id:
            item = s.item(item_id)
            return item and an.Occasion(
                AnnouncementKind.PINNED, product_id, at + an.LASTS_MS, item.title, product_id, price=price, left=left
            )  # fmt: skip
        case ev.PromoConfirmed(promo_id=promo_id, ends_at_ms=ends):
            record = s.promos.get(promo_id)
            last = min(ends, record.wanted_ends_at_ms) if record else 0
            return (
                _of_code(s, record, AnnouncementKind.PROMO_LIVE, last, at) if record and last > at else None
            )
        case ev.PromoEnding(promo_id=promo_id, ends_at_ms=ends):
            record = s.promos.get(promo_id)
            return _of_code(s, record, AnnouncementKind.PROMO_ENDING, ends, at) if record else None
        case ev.SoldOut(product_id=product_id):
            until = at + an.SOLD_OUT_LASTS_MS
            return an.Occasion(
                AnnouncementKind.SOLD_OUT, product_id, until, _title(s, product_id), product_id
            )
        case _:
            return None


def _title(s: ShowState, product_id: str) -> str:
    return next((i.title for i in s.items if i.product_id == product_id), s.title)


def _of_code(s: ShowState, record: PromoRecord, kind: AnnouncementKind, ends: int, at: int) -> an.Occasion:
    promo = record.promo
    product_id = s.pinned_product_id
    if promo.scope is not PromoScope.ALL and product_id not in promo.product_ids:
        product_id = next(iter(promo.product_ids), "")
    title = _title(s, product_id) if promo.scope is PromoScope.PRODUCT else s.title
    until = min(ends, at + an.LASTS_MS)
    return an.Occasion(kind, promo.id, until, title, product_id, promo, ends)
