"""What went wrong in a show is told at its moment, once, whatever the log holds."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.domain import commands as cmd
from studio.domain import events as ev
from studio.domain.alerts import TOGETHER_MS, Alert, AlertKind, ChatGap, alerts_between, alerts_of
from studio.domain.kpi import ProductFigures
from studio.domain.money import Money
from studio.domain.promo import PromoScope
from studio.domain.show import apply, fold
from studio.domain.show_state import Broadcast
from tests.unit.domain.show_builder import MINUTE, T0, Show, plan


class Aired(Show):
    """A show on air into which events of the world come."""

    def __init__(self) -> None:
        super().__init__()
        self.began = self.state.started_at_ms or 0

    def hear(self, at_ms: int, *events: ev.Event) -> None:
        """The world answers at a moment."""
        for event in events:
            seq = self.state.seq + 1
            entry = ev.Logged(f"w{seq}", "show-1", seq, at_ms, at_ms, "engine", "seat-1", "", event)
            self.log.append(entry)
            self.state = apply(self.state, entry)

    def told(self, *gaps: ChatGap, products: tuple[ProductFigures, ...] = ()) -> list[Alert]:
        """All alerts."""
        return list(alerts_of(self.state, self.log, products, gaps, self.began + 60 * MINUTE))


def settled(
    n: int, outcome: ev.Outcome, action: str = "Say", target: str = "channel:live", subject: str = ""
) -> ev.Event:
    return ev.EffectSettled(f"e{n}", target, action, outcome, "Because of a token.", subject)


def test_a_lost_link_is_told_when_it_was_heard_last_and_when_it_is_back():
    show = Aired()
    at = show.began
    show.hear(at + 70_000, ev.LinkLost("shop", "demo", at + 58_000))
    show.hear(at + 80_000, ev.LinkLost("channel", "live", None))
    show.hear(at + 100_000, ev.LinkRestored("shop", "demo"))
    assert show.told() == [
        Alert(at, AlertKind.LINK_LOST, "live"),
        Alert(at + 58_000, AlertKind.LINK_LOST),
        Alert(at + 100_000, AlertKind.LINK_BACK, lasted_ms=42_000),
    ]


def test_a_link_that_was_away_before_the_show_is_missing_from_its_start():
    show = Aired()
    show.hear(show.began + 10_000, ev.LinkLost("shop", "demo", show.began - 3_600_000))
    assert show.told() == [Alert(show.began, AlertKind.LINK_LOST)]


def test_codes_are_told_at_the_moment_of_the_refusal_and_not_at_their_planned_start():
    show = Aired()
    for code in ("NORD20", "LIVE14", "LATE10"):
        show.do(cmd.IssuePromo(f"promo-{code}", plan(code, scope=PromoScope.ALL)))
    at = show.now + 5 * MINUTE
    sentence = "No."
    show.hear(
        at, ev.PromoRefused("promo-NORD20", sentence), settled(1, ev.Outcome.REFUSED, "CreatePromo", "shop")
    )
    show.hear(at + 1, ev.PromoLapsed("promo-LATE10"), settled(2, ev.Outcome.EXPIRED, "CreatePromo", "shop"))
    show.hear(
        at + 2,
        ev.PromoChangeRefused("promo-LIVE14", at, sentence),
        settled(3, ev.Outcome.REFUSED, "EndPromoNow", "shop"),
    )
    assert show.told() == [
        Alert(at, AlertKind.CODE_REFUSED, "NORD20"),
        Alert(at + 1, AlertKind.CODE_LAPSED, "LATE10"),
        Alert(at + 2, AlertKind.CODE_KEPT, "LIVE14"),
    ]


def test_words_that_did_not_go_through_at_once_are_one_alert_with_their_number():
    show = Aired()
    at = show.began + MINUTE
    show.hear(at, *(settled(n, ev.Outcome.EXPIRED) for n in range(7)))
    show.hear(at + 1, settled(8, ev.Outcome.UNSURE), settled(9, ev.Outcome.EXPIRED, target="channel:other"))
    show.hear(at + TOGETHER_MS, settled(10, ev.Outcome.EXPIRED), settled(11, ev.Outcome.DELIVERED))
    show.hear(at + TOGETHER_MS, settled(12, ev.Outcome.SUPERSEDED), settled(13, ev.Outcome.WITHDRAWN))
    assert show.told() == [
        Alert(at, AlertKind.TOO_LATE, "live", 7),
        Alert(at + 1, AlertKind.UNSURE, "live"),
        Alert(at + 1, AlertKind.TOO_LATE, "other"),
        Alert(at + TOGETHER_MS, AlertKind.TOO_LATE, "live"),
    ]


def test_a_refused_pin_names_the_item():
    show = Aired()
    refused = settled(1, ev.Outcome.REFUSED, "FeatureProduct", "shop", "p2")
    show.hear(show.began + 1, refused, settled(2, ev.Outcome.REFUSED, "FeatureProduct", "shop"))
    assert [(a.kind, a.subject) for a in show.told()] == [
        (AlertKind.PIN_REFUSED, "Item 2"),
        (AlertKind.PIN_REFUSED, ""),
    ]


def test_gaps_in_the_chat_sold_out_products_and_open_warnings_are_alerts():
    show = Aired()
    show.state = msgspec.structs.replace(show.state, open_warnings=("One.", "Two."))
    nothing = Money(0, "EUR")
    gone = ProductFigures("p1", "Mug", 0, None, 0, nothing, None, None, show.began + 2_000, 0)
    kept = msgspec.structs.replace(gone, sold_out_at_ms=None)
    gaps = (ChatGap("live", show.began + 1_000, 12), ChatGap("live", show.began - 1, 3))
    assert show.told(*gaps, products=(gone, kept)) == [
        Alert(show.began, AlertKind.OPEN_WARNINGS, count=2),
        Alert(show.began + 1_000, AlertKind.CHAT_LOST, "live", 12),
        Alert(show.began + 2_000, AlertKind.SOLD_OUT, "Mug"),
    ]


@pytest.mark.parametrize(("before_end", "told"), [(20_000, 0), (5 * MINUTE, 1)])
def test_a_stream_that_is_stopped_just_before_the_show_is_ended_was_not_cut_off(before_end: int, told: int):
    show = Aired()
    show.now += 30 * MINUTE
    show.do(cmd.EndShow())
    cut = (show.state.ended_at_ms or 0) - before_end
    show.state = msgspec.structs.replace(show.state, broadcasts=(Broadcast("obs", show.began, cut),))
    assert show.told() == [Alert(cut, AlertKind.CAST_CUT, "obs")] * told


def test_a_show_that_was_never_on_air_has_none():
    show = Show(started=False)
    assert alerts_of(show.state, show.log, (), (ChatGap("live", T0),), T0) == ()


@pytest.mark.parametrize(
    ("ms", "words"), [(42_000, "42 s"), (59_400, "59 s"), (60_000, "1 min"), (840_000, "14 min")]
)
def test_a_length_is_never_written_as_a_time_of_day(ms: int, words: str):
    assert Alert(T0, AlertKind.LINK_BACK, lasted_ms=ms).lasted == words


events = st.one_of(
    st.builds(ev.LinkLost, st.sampled_from(["shop", "channel"]), st.sampled_from(["a", "b"]), st.none() | st.integers(T0 - MINUTE, T0 + 9 * MINUTE)),
    st.builds(ev.LinkRestored, st.sampled_from(["shop", "channel"]), st.sampled_from(["a", "b"])),
    st.builds(settled, st.integers(0, 9), st.sampled_from(ev.Outcome), st.sampled_from(["Say", "ReplyTo", "FeatureProduct"]), st.sampled_from(["shop", "channel:a"])),
    st.builds(ev.PromoLapsed, st.sampled_from(["x", "y"])),
)  # fmt: skip


@given(st.lists(st.tuples(events, st.integers(0, 90_000)), max_size=40))
def test_any_log_gives_alerts_of_the_show_in_order_and_losses_before_returns(
    found: list[tuple[ev.Event, int]],
):
    show = Aired()
    at = show.began
    for event, later in found:
        at += later
        show.hear(at, event)
    told = list(alerts_of(show.state, show.log, (), (), at))
    assert [a.at_ms for a in told] == sorted(a.at_ms for a in told)
    assert all(show.began <= a.at_ms <= at for a in told)
    assert all(a.lasted_ms is None or 0 <= a.lasted_ms <= at - show.began for a in told)
    effects = [a for a in told if a.kind in (AlertKind.NOT_TAKEN, AlertKind.TOO_LATE, AlertKind.UNSURE)]
    bad = (ev.Outcome.REFUSED, ev.Outcome.EXPIRED, ev.Outcome.UNSURE)
    counted = [
        e for e, _ in found if isinstance(e, ev.EffectSettled) and e.outcome in bad and e.target != "shop"
    ]
    assert sum(a.count for a in effects) == len(counted)
    assert fold("show-1", show.log) == show.state
    assert alerts_between(told, show.began, at + 1) == tuple(told)
