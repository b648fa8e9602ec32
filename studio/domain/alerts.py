"""What went wrong in a show, and when: from its log, its figures and the gaps in its chat."""

import enum
from collections.abc import Iterable, Sequence

import msgspec

from studio.domain import events as ev
from studio.domain.kpi_figures import ProductFigures
from studio.domain.show_state import ShowState

TOGETHER_MS = 60_000
"""What did not go through at one target within a minute is one alert with a number: a channel that was away lets dozens of
announcements expire at once.
"""
_MINUTE_S = 60
_ENDING_MS = 60_000
"""Whoever stops the stream first and ends the show then has cut nothing off."""
_OF_CODES = ("CreatePromo", "UpdatePromo", "EndPromoNow")
_CHANNEL = "channel:"


class AlertKind(enum.StrEnum):
    """What went wrong. For each: what `subject` and `count` of the `Alert` are."""

    OPEN_WARNINGS = "open_warnings"
    """`count`: the warnings that were passed over at the start."""
    SOLD_OUT = "sold_out"
    """`subject`: the product's title."""
    CAST_CUT = "cast_cut"
    """The broadcast broke off; `subject`: the stage."""
    LINK_LOST = "link_lost"
    """`subject`: the channel, empty for the shop; at the moment when it was heard last."""
    LINK_BACK = "link_back"
    """`subject` as for LINK_LOST; `lasted_ms`: how long it was away."""
    CHAT_LOST = "chat_lost"
    """`subject`: the channel; `count`: the messages that are missing, 0 where nobody knows."""
    CODE_REFUSED = "code_refused"
    """`subject`: the code that the shop did not take."""
    CODE_LAPSED = "code_lapsed"
    """`subject`: the code whose end had passed before the shop could be reached."""
    CODE_KEPT = "code_kept"
    """`subject`: the code whose end the shop did not move."""
    PIN_REFUSED = "pin_refused"
    """`subject`: the product's title, empty for taking the pin off."""
    NOT_TAKEN = "not_taken"
    """`subject`: the channel that refused words of ours; `count`: how many."""
    TOO_LATE = "too_late"
    """`subject`: the channel which words of ours did not reach in time; `count`: how many."""
    UNSURE = "unsure"
    """`subject`: the channel of which nobody knows whether words of ours arrived there; `count`: how many."""


class Alert(msgspec.Struct, frozen=True):
    """One thing that went wrong at `at_ms` (UTC ms of the shop's clock)."""

    at_ms: int
    kind: AlertKind
    subject: str = ""
    count: int = 1
    lasted_ms: int | None = None

    @property
    def lasted(self) -> str:
        """How long, in words of every language: 42 s, 14 min. Not as 14:00, which stands beside times of day."""
        seconds = round((self.lasted_ms or 0) / 1000)
        return f"{seconds} s" if seconds < _MINUTE_S else f"{round(seconds / _MINUTE_S)} min"


class ChatGap(msgspec.Struct, frozen=True):
    """A mark in the chat of a channel that `missing` messages were lost by then (UTC ms), 0 where nobody knows how many."""

    channel: str
    at_ms: int
    missing: int = 0


def alerts_of(
    state: ShowState,
    log: Iterable[ev.Logged],
    products: Iterable[ProductFigures],
    gaps: Iterable[ChatGap],
    now_ms: int,
) -> tuple[Alert, ...]:
    """All that went wrong while a show was on air, in order of time. `now_ms` stands for the end of a running show."""
    start = state.started_at_ms
    if start is None:
        return ()
    end = state.ended_at_ms if state.ended_at_ms is not None else max(now_ms, start)
    found: list[Alert] = []
    if state.open_warnings:
        found.append(Alert(start, AlertKind.OPEN_WARNINGS, count=len(state.open_warnings)))
    found += [
        Alert(p.sold_out_at_ms, AlertKind.SOLD_OUT, p.title) for p in products if p.sold_out_at_ms is not None
    ]
    found += [
        Alert(cast.to_ms, AlertKind.CAST_CUT, cast.stage)
        for cast in state.broadcasts
        if cast.to_ms is not None and cast.to_ms < end - _ENDING_MS
    ]
    found += [Alert(gap.at_ms, AlertKind.CHAT_LOST, gap.channel, gap.missing) for gap in gaps]
    logged = [entry for entry in log if start <= entry.at_ms <= end]
    found += _links(logged, start)
    found += _codes(state, logged)
    found += _effects(state, logged)
    within = (alert for alert in found if start <= alert.at_ms <= end)
    return tuple(sorted(within, key=lambda alert: alert.at_ms))


def alerts_between(alerts: Iterable[Alert], from_ms: int, to_ms: int) -> tuple[Alert, ...]:
    """The alerts within [from_ms, to_ms), UTC ms."""
    return tuple(alert for alert in alerts if from_ms <= alert.at_ms < to_ms)


def _links(logged: Sequence[ev.Logged], start_ms: int) -> list[Alert]:
    found: list[Alert] = []
    lost: dict[tuple[str, str], int] = {}
    for entry in logged:
        match entry.event:
            case ev.LinkLost(kind=kind, name=name, heard_at_ms=heard):
                # One that was lost before the show began was missing from its start on.
                since = min(entry.at_ms, max(start_ms, heard if heard is not None else start_ms))
                if (kind, name) not in lost:
                    lost[kind, name] = since
                    found.append(Alert(since, AlertKind.LINK_LOST, _link(kind, name)))
            case ev.LinkRestored(kind=kind, name=name):
                since = lost.pop((kind, name), entry.at_ms)
                lasted = entry.at_ms - since
                found.append(Alert(entry.at_ms, AlertKind.LINK_BACK, _link(kind, name), lasted_ms=lasted))
            case _:
                pass
    return found


def _link(kind: str, name: str) -> str:
    return name if kind == "channel" else ""


def _codes(state: ShowState, logged: Sequence[ev.Logged]) -> list[Alert]:
    found: list[Alert] = []
    for entry in logged:
        match entry.event:
            case ev.PromoRefused(promo_id=promo_id):
                kind = AlertKind.CODE_REFUSED
            case ev.PromoLapsed(promo_id=promo_id):
                kind = AlertKind.CODE_LAPSED
            case ev.PromoChangeRefused(promo_id=promo_id):
                kind = AlertKind.CODE_KEPT
            case _:
                continue
        record = state.promos.get(promo_id)
        found.append(Alert(entry.at_ms, kind, record.promo.code if record else ""))
    return found


def _effects(state: ShowState, logged: Sequence[ev.Logged]) -> list[Alert]:
    """What did not go through at a target. Codes have events of their own, which say more."""
    found: list[Alert] = []
    open_at: dict[tuple[AlertKind, str], int] = {}
    for entry in logged:
        event = entry.event
        if not isinstance(event, ev.EffectSettled) or event.action in _OF_CODES:
            continue
        kind = _KINDS.get(event.outcome)
        if kind is None:
            continue
        if not event.target.startswith(_CHANNEL):
            if kind is AlertKind.NOT_TAKEN:
                found.append(Alert(entry.at_ms, AlertKind.PIN_REFUSED, _title(state, event.subject)))
            continue
        channel = event.target.removeprefix(_CHANNEL)
        at = open_at.get((kind, channel))
        if at is not None and entry.at_ms - found[at].at_ms < TOGETHER_MS:
            found[at] = msgspec.structs.replace(found[at], count=found[at].count + 1)
        else:
            open_at[kind, channel] = len(found)
            found.append(Alert(entry.at_ms, kind, channel))
    return found


_KINDS = {
    ev.Outcome.REFUSED: AlertKind.NOT_TAKEN,
    ev.Outcome.EXPIRED: AlertKind.TOO_LATE,
    ev.Outcome.UNSURE: AlertKind.UNSURE,
}


def _title(state: ShowState, product_id: str) -> str:
    return next((i.title for i in state.items if product_id and i.product_id == product_id), product_id)
