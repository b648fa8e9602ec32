"""The figures of a show on one page, beside what the books of the shop and the channel say.

The left side comes from the studio's own store by `domain.kpi`; the right side is what two other processes
counted by SQL of theirs. Nothing here counts anything.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import msgspec

from studio.domain.kpi import ShowFigures, pins_accepted, promos_accepted
from studio.domain.show import ShowState


class QuestionCounts(msgspec.Struct, frozen=True):
    """Messages that asked something, and those of them that got a written reply of ours."""

    asked: int
    answered: int


class ShopTruth(msgspec.Struct, frozen=True, kw_only=True):
    """What the books say, under the same names as in `Summary`.

    `duplicates` are things of ours that the shop or the channel took twice: must be 0. `shop_seq` and `channel_seq`
    are the places in their feeds at which the books were read.
    """

    show_id: str
    pins: int
    promos: int
    redemptions: dict[str, int]
    orders: int
    revenue_gross_minor: int
    revenue_net_minor: int
    currency: str
    peak_viewers: int | None
    avg_viewers: float | None
    questions: QuestionCounts
    duplicates: int
    shop_seq: int
    channel_seq: int


class Summary(msgspec.Struct, frozen=True, kw_only=True):
    """`summary.json`. Times are ISO 8601 in UTC, null before they came; revenue is in minor units of `currency`;
    viewers are null without a sample. `outbox_pending` is what waits in the outbox. `shop_truth` is null where
    nobody's books can be read (a shop of another house).
    """

    seed: int
    show_id: str
    started_at: str | None
    ended_at: str | None
    pins: int
    promos: int
    redemptions: dict[str, int]
    orders: int
    revenue_gross_minor: int
    revenue_net_minor: int
    currency: str
    peak_viewers: int | None
    avg_viewers: float | None
    questions: QuestionCounts
    outbox_pending: int
    shop_truth: ShopTruth | None


# What must be the same on both sides, and how a sentence names it.
_COMPARED = {
    "show_id": "show",
    "pins": "pins",
    "promos": "promo codes",
    "orders": "orders",
    "revenue_gross_minor": "gross revenue (minor units)",
    "revenue_net_minor": "net revenue (minor units)",
    "currency": "currency",
    "peak_viewers": "peak viewers",
    "avg_viewers": "average viewers",
}


def truth_of(shop: Mapping[str, Any], channel: Mapping[str, Any]) -> ShopTruth:
    """The truth from the answers of both administrations' `books`, read when nobody bought or wrote any more.

    Raises `KeyError` where an answer lacks a figure.
    """
    return ShopTruth(
        show_id=shop["show_id"],
        pins=shop["pins_accepted"],
        promos=shop["promos_accepted"],
        redemptions=dict(shop["redemptions"]),
        orders=shop["orders"],
        revenue_gross_minor=shop["revenue_gross_minor"],
        revenue_net_minor=shop["revenue_net_minor"],
        currency=shop["currency"],
        peak_viewers=channel["peak_viewers"],
        avg_viewers=_rounded(channel["avg_viewers"]),
        questions=QuestionCounts(channel["asked"], channel["answered"]),
        duplicates=shop["duplicates"] + channel["duplicates"],
        shop_seq=shop["last_seq"],
        channel_seq=channel["last_seq"],
    )


def summarise(
    state: ShowState, figures: ShowFigures, pending: int, seed: int, truth: ShopTruth | None
) -> Summary:
    """The page of a show. `pending` is the number of effects in the outbox, `truth` the books at the same place."""
    return Summary(
        seed=seed,
        show_id=state.id,
        started_at=_iso(state.started_at_ms),
        ended_at=_iso(state.ended_at_ms),
        pins=pins_accepted(state),
        promos=promos_accepted(state),
        redemptions={promo.code: promo.redemptions for promo in figures.promos},
        orders=figures.own.orders,
        revenue_gross_minor=figures.own.gross.amount_minor,
        revenue_net_minor=figures.own.net.amount_minor,
        currency=state.currency,
        peak_viewers=figures.viewers.peak,
        avg_viewers=_rounded(figures.viewers.average),
        questions=QuestionCounts(figures.questions.asked, figures.questions.answered),
        outbox_pending=pending,
        shop_truth=truth,
    )


def differences(summary: Summary) -> list[str]:
    """Where the studio and the books part, a sentence each; empty when all is equal and nothing waits."""
    truth = summary.shop_truth
    if truth is None:
        return ["The books of the shop and the channel were not read: nothing was compared."]
    found = [
        _differs(name, getattr(summary, field), getattr(truth, field))
        for field, name in _COMPARED.items()
        if getattr(summary, field) != getattr(truth, field)
    ]
    for code in sorted(summary.redemptions.keys() | truth.redemptions.keys()):
        ours, theirs = summary.redemptions.get(code), truth.redemptions.get(code)
        if ours != theirs:
            found.append(_differs(f"redemptions of {code}", ours, theirs))
    for name in ("asked", "answered"):
        ours, theirs = getattr(summary.questions, name), getattr(truth.questions, name)
        if ours != theirs:
            found.append(_differs(f"questions {name}", ours, theirs))
    if truth.duplicates:
        found.append(f"The books hold {truth.duplicates} of our doings twice.")
    if summary.outbox_pending:
        found.append(f"{summary.outbox_pending} effects wait in the outbox.")
    return found


def _differs(name: str, ours: object, theirs: object) -> str:
    return f"The {name}: {_said(ours)} in the studio, {_said(theirs)} in the books."


def _said(value: object) -> str:
    return "none" if value is None else str(value)


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 1)


def _iso(at_ms: int | None) -> str | None:
    if at_ms is None:
        return None
    # Whole seconds and milliseconds apart: no float comes near the time.
    seconds, ms = divmod(at_ms, 1000)
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%S}.{ms:03d}Z"
