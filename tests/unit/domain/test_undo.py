"""Undo takes back what can be taken back, and says so where it cannot."""

import hypothesis.strategies as st
from hypothesis import given, settings

from studio.domain import commands as cmd
from studio.domain import events as ev
from studio.domain.effects import FeatureProduct
from studio.domain.lineup import ItemStatus
from studio.domain.promo import PromoPhase, phase
from tests.unit.domain.show_builder import MINUTE, Show, item, plan


def test_a_pin_that_never_left_is_withdrawn():
    show = Show()
    show.do(cmd.NextItem())
    show.pass_minutes(1)
    show.do(cmd.NextItem())
    show.do(cmd.Undo())
    assert show.state.on_air_id == "i1"
    assert show.state.status("i2") is ItemStatus.PLANNED
    # Only the first pin's effects are still to be sent.
    assert [e.action for e in show.pending() if e.target == "shop"] == [FeatureProduct("p1")]


def test_a_pin_that_reached_the_shop_gets_its_counterpart():
    show = Show()
    show.do(cmd.NextItem())
    show.do(cmd.NextItem())
    show.attempted = {e.id for e in show.pending()}
    show.do(cmd.Undo())
    assert show.pending()[-1].action == FeatureProduct("p1")
    assert show.state.pinned_product_id == "p1"


def test_the_first_pin_undone_leaves_nothing_pinned():
    show = Show()
    show.do(cmd.NextItem())
    show.attempted = {e.id for e in show.pending()}
    show.do(cmd.Undo())
    assert show.state.on_air_id == ""
    assert show.state.runs == ()
    assert show.pending()[-1].action == FeatureProduct("")


def test_an_unpin_is_undone_with_the_time_running_on():
    show = Show()
    show.do(cmd.NextItem())
    started = show.now
    show.pass_minutes(2)
    show.do(cmd.Unpin())
    show.do(cmd.Undo())
    assert show.state.on_air_since_ms == started
    assert show.state.runs[-1].to_ms is None


def test_a_code_that_never_left_is_withdrawn_and_can_be_issued_again():
    show = Show()
    show.do(cmd.IssuePlannedPromo("promo-1", "i2"))
    show.do(cmd.Undo())
    assert phase(show.state.promos["promo-1"], show.now) is PromoPhase.WITHDRAWN
    assert show.pending() == []
    assert show.do(cmd.IssuePlannedPromo("promo-2", "i2")) is None


def test_a_code_that_reached_the_shop_is_ended():
    show = Show()
    show.do(cmd.IssuePlannedPromo("promo-1", "i2"))
    show.attempted = {e.id for e in show.pending()}
    show.do(cmd.Undo())
    assert phase(show.state.promos["promo-1"], show.now) is PromoPhase.ENDED
    assert show.actions()[-1] == "EndPromoNow"


def test_a_pin_and_the_code_it_fired_are_one_decision():
    show = Show(item(1, promo=plan(armed=True)), item(2))
    show.do(cmd.NextItem())
    show.do(cmd.Undo())
    assert show.state.on_air_id == ""
    assert phase(next(iter(show.state.promos.values())), show.now) is PromoPhase.WITHDRAWN
    assert show.pending() == []


def test_a_reply_that_went_out_says_so_and_the_next_press_goes_behind_it():
    show = Show()
    show.do(cmd.SkipItem("i4"))
    show.do(cmd.Reply("r1", "Hello all"))
    show.attempted = {e.id for e in show.pending()}
    assert show.do(cmd.Undo()).reason == "irrevocable"
    assert show.do(cmd.Undo(skip_irrevocable=True)) is None
    assert show.state.status("i4") is ItemStatus.PLANNED


def test_a_reply_that_never_left_is_withdrawn():
    show = Show()
    show.do(cmd.AnswerQuestion("q1", "r1", "Yes", "live", "m1"))
    show.do(cmd.Undo())
    assert show.pending() == []
    assert show.state.question_status("q1").value == "open"


def test_ending_a_code_is_undone_only_while_the_shop_has_not_heard():
    show = Show()
    show.do(cmd.IssuePlannedPromo("promo-1", "i2"))
    show.append(ev.PromoConfirmed("promo-1", "s", show.now, show.now + 10 * MINUTE))
    show.do(cmd.EndPromo("promo-1"))
    show.do(cmd.Undo())
    assert phase(show.state.promos["promo-1"], show.now) is PromoPhase.LIVE
    show.do(cmd.EndPromo("promo-1"))
    show.attempted = {e.id for e in show.pending()}
    assert show.do(cmd.Undo()).reason == "irrevocable"


def test_with_nothing_done_there_is_nothing_to_undo():
    assert Show().do(cmd.Undo()).reason == "nothing"


EDITS = st.lists(
    st.one_of(
        st.builds(cmd.MoveItem, st.sampled_from(["i1", "i2", "i3", "i4"]), st.integers(0, 4)),
        st.builds(cmd.RemoveItem, st.sampled_from(["i1", "i2", "i3", "i4"])),
        st.builds(cmd.SkipItem, st.sampled_from(["i1", "i2", "i3", "i4"]), st.booleans()),
        st.builds(cmd.ClaimQuestion, st.sampled_from(["q1", "q2"])),
        st.builds(cmd.PromptQuestion, st.sampled_from(["q1", "q2", ""])),
        st.builds(cmd.NextItem),
        st.builds(cmd.PinItem, st.sampled_from(["i1", "i2", "i3", "i4"])),
        st.builds(cmd.Unpin),
    ),
    max_size=12,
)


@settings(max_examples=150, deadline=None)
@given(EDITS)
def test_undoing_everything_leads_back_to_the_beginning(edits):
    show = Show()
    start = show.state
    for edit in edits:
        show.pass_minutes(1)
        show.do(edit)
    while show.do(cmd.Undo()) is None:
        pass
    assert show.state.items == start.items
    assert show.state.on_air_id == ""
    assert show.state.runs == ()
    assert show.state.prompted is None
    assert not [e for e in show.pending() if e.target == "shop"]
