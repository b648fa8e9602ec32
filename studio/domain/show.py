"""A show as its log tells it: `ShowState`, and `apply`, which folds one event into it."""

from collections.abc import Callable, Iterable
from typing import Any

import msgspec

from studio.domain import events as ev
from studio.domain.announcement_rules import BUILT_IN
from studio.domain.announcing import said
from studio.domain.lineup import ItemKind, ItemStatus, LineUpItem
from studio.domain.promo import PromoRecord
from studio.domain.question import QuestionStatus
from studio.domain.show_state import Broadcast, Prompted, QuestionMark, Run, ShowPhase, ShowState
from studio.domain.undo_stacks import stacks

_set = msgspec.structs.replace


def _planned(s: ShowState, e: ev.ShowPlanned, _at: int) -> ShowState:
    up = e.lineup
    return _set(
        s, title=up.title, language=up.language, currency=up.currency, planned_ms=up.planned_ms or up.length_ms,
        items=up.items, shop=e.shop, channels=e.channels, rehearsal=e.rehearsal, time_zone=e.time_zone,
        starts_at_ms=e.starts_at_ms, announcements=e.announcements or BUILT_IN, goals=e.goals, planned_promos=e.promos,
        series=e.series, template=e.template,
    )  # fmt: skip


def _shop_changed(s: ShowState, e: ev.ShopChanged, _at: int) -> ShowState:
    items = tuple(_set(item, product_id="") if item.sku else item for item in s.items)
    return _set(s, shop=e.shop, items=items)


def _close_run(s: ShowState, at: int) -> tuple[Run, ...]:
    if s.runs and s.runs[-1].to_ms is None:
        return (*s.runs[:-1], _set(s.runs[-1], to_ms=at))
    return s.runs


def _started(s: ShowState, e: ev.ShowStarted, at: int) -> ShowState:
    return _set(s, phase=ShowPhase.ON_AIR, started_at_ms=at, open_warnings=e.open_warnings)


def _show_changed(s: ShowState, e: ev.ShowChanged, _at: int) -> ShowState:
    return _set(s, **{name: getattr(e.details, name) for name in e.details.__struct_fields__})


def _ended(s: ShowState, _e: ev.ShowEnded, at: int) -> ShowState:
    statuses = dict(s.statuses)
    if s.on_air_id:
        statuses[s.on_air_id] = ItemStatus.DONE
    return _set(
        s, phase=ShowPhase.ENDED, ended_at_ms=at, runs=_close_run(s, at), statuses=statuses, on_air_id="",
        on_air_since_ms=None, pinned_product_id="", prompted=None,
    )  # fmt: skip


def _insert(s: ShowState, item: LineUpItem, index: int) -> ShowState:
    return _set(s, items=(*s.items[:index], item, *s.items[index:]))


def _without(s: ShowState, item_id: str) -> ShowState:
    at = s.index(item_id)
    return _set(s, items=(*s.items[:at], *s.items[at + 1 :])) if at >= 0 else s


def _moved(s: ShowState, e: ev.ItemMoved, _at: int) -> ShowState:
    item = s.item(e.item_id)
    return _insert(_without(s, e.item_id), item, e.index) if item else s


def _changed(s: ShowState, e: ev.ItemChanged, _at: int) -> ShowState:
    return _set(s, items=tuple(e.item if i.id == e.item.id else i for i in s.items))


def _status(s: ShowState, item_id: str, status: ItemStatus) -> ShowState:
    return _set(s, statuses={**s.statuses, item_id: status})


def _went_on_air(s: ShowState, e: ev.ItemWentOnAir, at: int) -> ShowState:
    statuses = dict(s.statuses)
    if s.on_air_id:
        statuses[s.on_air_id] = ItemStatus.DONE
    statuses[e.item_id] = ItemStatus.ON_AIR
    runs = (*_close_run(s, at), Run(e.item_id, e.product_id, at))
    return _set(
        s,
        stage_clear=False,
        statuses=statuses,
        runs=runs,
        on_air_id=e.item_id,
        on_air_since_ms=at,
        pinned_product_id=e.product_id,
        on_air_left=e.left,
    )


def _reverted(s: ShowState, e: ev.OnAirReverted, _at: int) -> ShowState:
    runs = s.runs
    if e.item_id != e.back_id and runs and runs[-1].item_id == e.item_id:
        runs = runs[:-1]
    if e.back_id and runs and runs[-1].item_id == e.back_id:
        runs = (*runs[:-1], _set(runs[-1], to_ms=None))
    statuses = dict(s.statuses)
    shown = any(r.item_id == e.item_id for r in runs)
    statuses[e.item_id] = ItemStatus.DONE if shown else ItemStatus.PLANNED
    if e.back_id:
        statuses[e.back_id] = ItemStatus.ON_AIR
    return _set(
        s, stage_clear=False, runs=runs, statuses=statuses, on_air_id=e.back_id, pinned_product_id=e.back_product_id,
        on_air_since_ms=e.back_since_ms if e.back_id else None, on_air_left=None,
    )  # fmt: skip


def _unpinned(s: ShowState, e: ev.Unpinned, at: int) -> ShowState:
    s = _status(s, e.item_id, ItemStatus.DONE)
    return _set(s, runs=_close_run(s, at), on_air_id="", on_air_since_ms=None, pinned_product_id="")


def _promo(s: ShowState, promo_id: str, **changes: Any) -> ShowState:
    record = s.promos.get(promo_id)
    return _set(s, promos={**s.promos, promo_id: _set(record, **changes)}) if record else s


def _mark(s: ShowState, question_id: str, status: QuestionStatus, reply_id: str = "") -> ShowState:
    return _set(s, questions={**s.questions, question_id: QuestionMark(status, reply_id)})


def _issued(s: ShowState, e: ev.PromoIssued, _at: int) -> ShowState:
    return _set(s, promos={**s.promos, e.promo.id: PromoRecord(e.promo, e.promo.ends_at_ms)})


def _prompted(s: ShowState, e: ev.QuestionPrompted, _at: int) -> ShowState:
    return _set(s, prompted=Prompted(e.question_id, e.text, e.asked) if e.question_id else None)


def _effect_settled(s: ShowState, e: ev.EffectSettled, _at: int) -> ShowState:
    return _set(s, settled={**s.settled, e.effect_id: e})


def _unsure_resolved(s: ShowState, e: ev.UnsureResolved, _at: int) -> ShowState:
    if not e.resend:
        return s
    return _set(s, settled={k: v for k, v in s.settled.items() if k != e.effect_id})


def _closed(s: ShowState, stage: str, at: int) -> tuple[Broadcast, ...]:
    return tuple(
        _set(b, to_ms=max(b.from_ms, at)) if b.stage == stage and b.to_ms is None else b for b in s.broadcasts
    )


def _stream_started(s: ShowState, e: ev.StreamStarted, _at: int) -> ShowState:
    # That one ended was not seen: it ended at the latest when this one began.
    return _set(s, broadcasts=(*_closed(s, e.stage, e.started_at_ms), Broadcast(e.stage, e.started_at_ms)))


_APPLY: dict[type, Callable[[ShowState, Any, int], ShowState]] = {
    ev.ShowPlanned: _planned,
    ev.ShopChanged: _shop_changed,
    ev.ShowChanged: _show_changed,
    ev.ShowArchived: lambda s, e, _at: _set(s, archived=e.archived),
    ev.GoalsSet: lambda s, e, _at: _set(s, goals=e.goals),
    ev.PromosPlanned: lambda s, e, _at: _set(s, planned_promos=e.promos),
    ev.ShowStarted: _started,
    ev.ShowEnded: _ended,
    ev.ItemAdded: lambda s, e, _at: _insert(s, e.item, e.index),
    ev.ItemChanged: _changed,
    ev.ItemMoved: _moved,
    ev.ItemRemoved: lambda s, e, _at: _without(s, e.item.id),
    ev.ItemSkipped: lambda s, e, _at: _status(s, e.item_id, ItemStatus.SKIPPED),
    ev.ItemUnskipped: lambda s, e, _at: _status(s, e.item_id, ItemStatus.PLANNED),
    ev.ItemWentOnAir: _went_on_air,
    ev.OnAirReverted: _reverted,
    ev.Unpinned: _unpinned,
    ev.StageCleared: lambda s, _e, at: _set(
        s, stage_cleared_at_ms=at, stage_clear=True, codes_cleared=len(s.promos)
    ),
    ev.PromoIssued: _issued,
    ev.PromoConfirmed: lambda s, e, _at: _promo(
        s, e.promo_id, shop_promo_id=e.shop_promo_id, confirmed_starts_at_ms=e.starts_at_ms,
        confirmed_ends_at_ms=e.ends_at_ms,
    ),
    ev.PromoRefused: lambda s, e, _at: _promo(s, e.promo_id, refusal=e.sentence),
    ev.PromoLapsed: lambda s, e, _at: _promo(s, e.promo_id, lapsed=True),
    ev.PromoWithdrawn: lambda s, e, _at: _promo(s, e.promo_id, withdrawn=True),
    ev.PromoExtended: lambda s, e, _at: _promo(s, e.promo_id, wanted_ends_at_ms=e.ends_at_ms),
    ev.PromoEnded: lambda s, e, _at: _promo(s, e.promo_id, wanted_ends_at_ms=e.ends_at_ms),
    ev.PromoWindowConfirmed: lambda s, e, _at: _promo(s, e.promo_id, confirmed_ends_at_ms=e.ends_at_ms),
    ev.PromoChangeRefused: lambda s, e, _at: _promo(s, e.promo_id, wanted_ends_at_ms=e.ends_at_ms),
    ev.PromoEnding: lambda s, e, _at: _set(s, endings={**s.endings, e.promo_id: e.ends_at_ms}),
    ev.SoldOut: lambda s, e, at: _set(s, sold_out={**s.sold_out, e.product_id: at}),
    ev.AnnouncementsSet: lambda s, e, _at: _set(s, announcements=e.rules),
    ev.QuestionClaimed: lambda s, e, _at: _mark(s, e.question_id, QuestionStatus.CLAIMED),
    ev.QuestionReleased: lambda s, e, _at: _mark(s, e.question_id, QuestionStatus.OPEN),
    ev.QuestionAnswered: lambda s, e, _at: _mark(s, e.question_id, QuestionStatus.ANSWERED, e.reply_id),
    ev.QuestionHidden: lambda s, e, _at: _mark(s, e.question_id, QuestionStatus.HIDDEN),
    ev.QuestionReopened: lambda s, e, _at: _mark(s, e.question_id, QuestionStatus(e.status)),
    ev.QuestionPrompted: _prompted,
    ev.ReplyWritten: lambda s, e, _at: _set(s, replies={**s.replies, e.reply_id: e}),
    ev.EffectSettled: _effect_settled,
    ev.UnsureResolved: _unsure_resolved,
    ev.StreamStarted: _stream_started,
    ev.StreamStopped: lambda s, e, at: _set(s, broadcasts=_closed(s, e.stage, at)),
    ev.LinkLost: lambda s, e, _at: _set(s, links_lost=s.links_lost | {(e.kind, e.name)}),
    ev.LinkRestored: lambda s, e, _at: _set(s, links_lost=s.links_lost - {(e.kind, e.name)}),
}  # fmt: skip


def apply(state: ShowState, logged: ev.Logged) -> ShowState:
    """The state after one more event. Events come in dense order of `seq`; an older one changes nothing.

    Raises `ValueError` when one is missing in between.
    """
    if logged.seq <= state.seq:
        return state
    if logged.seq != state.seq + 1:
        raise ValueError(f"event {state.seq + 1} of show {state.id} is missing before {logged.seq}")
    after = _APPLY[type(logged.event)](state, logged.event, logged.at_ms)
    if new := said(after, logged):
        after = _set(after, said=(*after.said, *new))
    undoable, redoable = stacks(state, logged)
    return _set(after, seq=logged.seq, undoable=undoable, redoable=redoable)


def applied(state: ShowState, event: ev.Event, at_ms: int) -> ShowState:
    """The state after one more event that stands in no log yet: what comes next can be decided by it."""
    return _APPLY[type(event)](state, event, at_ms)


def fold(show_id: str, log: Iterable[ev.Logged]) -> ShowState:
    """The state after a whole log."""
    state = ShowState(show_id)
    for logged in log:
        state = apply(state, logged)
    return state


def is_product(item: LineUpItem) -> bool:
    """Whether the item pins a product."""
    return item.kind is ItemKind.PRODUCT and bool(item.product_id)
