"""Undo takes back what can be taken back, and says so where it cannot."""

import hypothesis.strategies as st
import msgspec
from hypothesis import given, settings

from studio.domain import commands as cmd
from studio.domain import events as ev
from studio.domain.commands import Refused
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


def test_what_a_show_is_called_and_sold_in_is_not_undone_or_redone_once_it_has_begun():
    show = Show(started=False)
    show.do(cmd.SkipItem("i4", True))
    show.do(cmd.ChangeShow(msgspec.structs.replace(show.state.details, title="Winter", currency="NOK")))
    show.do(cmd.StartShow())
    refused = show.do(cmd.Undo())
    assert refused is not None
    assert "has begun" in refused.sentence
    assert (show.state.title, show.state.currency) == ("Winter", "NOK")
    assert show.do(cmd.Undo(skip_irrevocable=True)) is None
    assert show.state.status("i4") is ItemStatus.PLANNED

    show = Show(started=False)
    show.do(cmd.ChangeShow(msgspec.structs.replace(show.state.details, title="Winter")))
    show.do(cmd.Undo())
    show.do(cmd.StartShow())
    refused = show.do(cmd.Redo())
    assert isinstance(refused, Refused)
    assert "Press again" not in refused.sentence
    assert show.state.title == "Autumn Home Live #14"


def test_the_line_up_of_a_show_that_is_over_stays_as_it_was_whatever_is_undone():
    show = Show(started=False)
    show.do(cmd.AddItem(item(7), 0))
    show.do(cmd.PlanPromos((plan("LIVE14"),)))
    show.do(cmd.StartShow())
    show.do(cmd.EndShow())
    items, promos = show.state.items, show.state.planned_promos
    for _ in range(3):
        refused = show.do(cmd.Undo())
        assert refused is not None
        assert "is over" in refused.sentence
    assert (show.state.items, show.state.planned_promos) == (items, promos)


def test_once_another_shop_sells_the_products_of_the_one_before_do_not_come_back_by_undo():
    show = Show(item(1, sku="SKU-1"), started=False)
    show.do(cmd.ChangeItem(item(1, sku="SKU-1", title="Lamp")))
    show.do(cmd.Undo())
    show.do(cmd.ChangeItem(item(1, sku="SKU-1", title="Chair")))
    show.do(cmd.ChangeShop("fjord"))
    for command in (cmd.Undo(), cmd.Redo()):
        refused = show.do(command)
        assert refused is not None
        assert refused.reason == "nothing"
    assert show.state.items[0].product_id == ""
