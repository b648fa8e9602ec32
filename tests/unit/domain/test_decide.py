"""What a host may do, and what happens then."""

import pytest

from studio.domain import commands as cmd
from studio.domain import events as ev
from studio.domain.decide import decide
from studio.domain.effects import CreatePromo, FeatureProduct, Say
from studio.domain.lineup import ItemKind, ItemStatus, LineUp
from studio.domain.promo import PromoKind, PromoPhase, phase
from studio.domain.show import ShowPhase, ShowState
from tests.unit.domain.show_builder import MINUTE, T0, Show, item, lineup, plan


def test_nothing_can_be_pinned_before_the_show_starts():
    show = Show(started=False)
    assert show.do(cmd.NextItem()).reason == "not-on-air"
    assert show.do(cmd.PinItem("i1")).reason == "not-on-air"


def test_a_show_is_set_up_once_and_its_line_up_may_be_filled_afterwards():
    show = Show(started=False)
    assert show.do(cmd.PlanShow(lineup(), "demo", ())).reason == "exists"
    empty = LineUp("Nothing", "EUR", ())
    assert decide(ShowState("s"), cmd.PlanShow(empty, "demo", ()), T0) == [ev.ShowPlanned(empty, "demo", ())]


def test_a_show_without_items_does_not_go_on_air():
    empty = ShowState("s", seq=1)
    assert decide(empty, cmd.StartShow(), T0).reason == "empty"


def test_f12_walks_through_products_and_talk_alike():
    show = Show()
    seen = []
    for _ in range(4):
        assert show.do(cmd.NextItem()) is None
        seen.append((show.state.on_air_id, show.state.pinned_product_id))
        show.pass_minutes(5)
    assert seen == [("i1", "p1"), ("i2", "p2"), ("i3", ""), ("i4", "p4")]
    assert show.do(cmd.NextItem()).reason == "no-item"
    assert [show.state.status(i) for i in ("i1", "i2", "i3", "i4")] == [ItemStatus.DONE] * 3 + [
        ItemStatus.ON_AIR
    ]


def test_shift_f12_goes_back_to_the_item_before():
    show = Show()
    for _ in range(2):
        show.do(cmd.NextItem())
    show.do(cmd.PreviousItem())
    assert show.state.on_air_id == "i1"
    assert show.state.next_item.id == "i3"


def test_pinning_tells_the_shop_and_the_audience():
    show = Show()
    show.do(cmd.NextItem())
    feature, say = show.pending()
    assert feature.action == FeatureProduct("p1")
    assert feature.target == "shop"
    assert isinstance(say.action, Say)
    assert "Item 1" in say.action.text
    assert "{link}" in say.action.text
    assert say.action.product_id == "p1"


def test_talk_takes_the_feature_off_at_the_shop():
    show = Show()
    for _ in range(3):
        show.do(cmd.NextItem())
    assert show.pending()[-1].action == FeatureProduct("")


def test_a_sold_out_item_asks_for_a_deliberate_second_act():
    show = Show()
    show.sellable = {"p1": 0}
    assert show.do(cmd.NextItem()).reason == "sold-out"
    assert show.do(cmd.NextItem(deliberate=True)) is None


def test_the_safety_stock_counts_as_not_there():
    show = Show(item(1, safety_stock=3))
    show.sellable = {"p1": 3}
    assert show.do(cmd.NextItem()).reason == "sold-out"


def test_stock_that_nobody_knows_does_not_stop_the_host():
    assert Show().do(cmd.NextItem()) is None


def test_a_searched_product_comes_in_behind_the_item_on_air():
    show = Show()
    show.do(cmd.NextItem())
    found = item(9)
    assert show.do(cmd.PinProduct(found)) is None
    assert [i.id for i in show.state.items[:3]] == ["i1", "i9", "i2"]
    assert show.state.pinned_product_id == "p9"
    assert show.state.next_item.id == "i2"


def test_a_prepared_code_is_issued_with_its_window_fixed():
    show = Show()
    show.do(cmd.NextItem())
    assert show.do(cmd.IssuePlannedPromo("promo-1", "i2")) is None
    record = show.state.promos["promo-1"]
    assert (record.promo.starts_at_ms, record.promo.ends_at_ms) == (show.now, show.now + 10 * MINUTE)
    assert record.promo.product_ids == ("p2",)
    assert phase(record, show.now) is PromoPhase.ISSUING
    assert isinstance(show.pending()[-1].action, CreatePromo)
    assert show.do(cmd.IssuePlannedPromo("promo-2", "i2")).reason == "same"


def test_an_armed_code_fires_when_its_item_is_pinned_and_only_once():
    show = Show(item(1, promo=plan(armed=True)), item(2))
    show.do(cmd.NextItem())
    show.do(cmd.NextItem())
    show.do(cmd.PreviousItem())
    assert len(show.state.promos) == 1


def test_viewers_hear_of_a_code_only_when_the_shop_confirmed_it():
    show = Show()
    show.do(cmd.IssuePlannedPromo("promo-1", "i2"))
    assert "Say" not in show.actions()
    show.append(ev.PromoConfirmed("promo-1", "s1", show.now, show.now + 10 * MINUTE))
    assert "NORD20" in show.pending()[-1].action.text


def test_a_code_confirmed_after_its_end_is_not_announced():
    show = Show()
    show.do(cmd.IssuePlannedPromo("promo-1", "i2"))
    ends = show.now + 10 * MINUTE
    show.pass_minutes(11)
    show.append(ev.PromoConfirmed("promo-1", "s1", T0, ends))
    assert "Say" not in show.actions()


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"percent": 0}, "between 1 and 100"),
        ({"percent": 101}, "between 1 and 100"),
        ({"code": "nord20"}, "capitals"),
        ({"code": "NORD 20"}, "spaces"),
        ({"code": "N"}, "3 to 24"),
        ({"kind": PromoKind.FIXED, "amount_minor": 0}, "more than zero"),
        ({"minutes": 0}, "before it starts"),
        ({"minutes": -5}, "before it starts"),
        ({"total_limit": 0}, "at least 1"),
    ],
)
def test_a_bad_code_is_refused_with_what_to_do(changes, word):
    show = Show()
    show.do(cmd.NextItem())
    refused = show.do(cmd.IssuePromo("promo-1", plan(**changes)))
    assert word in refused.sentence


def test_a_code_for_after_the_show_lasts_from_its_planned_end():
    show = Show()
    show.do(cmd.NextItem())
    show.do(cmd.IssuePromo("promo-1", plan(hours_after_show=48)))
    assert show.state.promos["promo-1"].promo.ends_at_ms == T0 + 20 * MINUTE + 48 * 3_600_000


def test_the_same_code_cannot_be_issued_twice_in_one_show():
    show = Show()
    show.do(cmd.NextItem())
    show.do(cmd.IssuePromo("promo-1", plan(id="a")))
    assert show.do(cmd.IssuePromo("promo-2", plan(id="b"))).reason == "code-taken"
    show.append(ev.PromoRefused("promo-1", "The code is taken."))
    assert show.do(cmd.IssuePromo("promo-3", plan(id="c"))) is None


def test_a_code_can_be_extended_and_ended_early():
    show = Show()
    show.do(cmd.NextItem())
    show.do(cmd.IssuePromo("promo-1", plan()))
    ends = show.now + 10 * MINUTE
    show.append(ev.PromoConfirmed("promo-1", "s1", show.now, ends))
    assert show.do(cmd.ExtendPromo("promo-1", 5 * MINUTE)) is None
    # The longer end counts once the shop has confirmed it.
    assert phase(show.state.promos["promo-1"], ends) is PromoPhase.ENDED
    show.append(ev.PromoWindowConfirmed("promo-1", ends + 5 * MINUTE))
    assert phase(show.state.promos["promo-1"], ends + MINUTE) is PromoPhase.LIVE
    assert show.do(cmd.EndPromo("promo-1")) is None
    # An earlier end counts at once.
    assert phase(show.state.promos["promo-1"], show.now) is PromoPhase.ENDED
    assert show.do(cmd.EndPromo("promo-1")).reason == "over"


def test_a_reply_goes_to_the_message_and_answers_the_question():
    show = Show()
    assert show.do(cmd.AnswerQuestion("q1", "r1", "Yes, at 30 degrees.", "live", "m1", "mari")) is None
    assert show.actions() == ["ReplyTo"]
    assert show.state.question_status("q1").value == "answered"
    assert show.do(cmd.AnswerQuestion("q2", "r2", "  ")).reason == "empty"
    assert show.do(cmd.AnswerQuestion("q2", "r2", "x" * 501)).reason == "too-long"


def test_answering_takes_the_question_off_the_prompter():
    show = Show()
    show.do(cmd.PromptQuestion("q1", "Is it warm?", 3))
    assert show.state.prompted.question_id == "q1"
    show.do(cmd.AnswerQuestion("q1"))
    assert show.state.prompted is None


def test_ending_the_show_closes_what_was_on_air():
    show = Show()
    show.do(cmd.NextItem())
    show.pass_minutes(3)
    show.do(cmd.EndShow())
    assert show.state.phase is ShowPhase.ENDED
    assert show.state.runs[-1].to_ms == show.now
    assert show.pending()[-1].action == FeatureProduct("")
    assert show.do(cmd.NextItem()).reason == "over"


def test_an_item_that_was_shown_stays_in_the_line_up():
    show = Show()
    show.do(cmd.NextItem())
    assert show.do(cmd.RemoveItem("i1")).reason == "shown"
    assert show.do(cmd.RemoveItem("i2")) is None
    assert show.do(cmd.MoveItem("i4", 0)) is None
    assert [i.id for i in show.state.items] == ["i4", "i1", "i3"]


def test_an_item_of_which_the_shop_knows_nothing_says_so():
    show = Show(item(1, product_id="", sku="SKU-1"))
    assert "SKU-1" in show.do(cmd.NextItem()).sentence


def test_skipped_items_are_passed_over():
    show = Show()
    show.do(cmd.SkipItem("i1"))
    show.do(cmd.NextItem())
    assert show.state.on_air_id == "i2"
    assert show.do(cmd.SkipItem("i2")).reason == "status"
    assert show.do(cmd.SkipItem("i1", skip=False)) is None
    assert show.state.status("i1") is ItemStatus.PLANNED


def test_talk_has_no_product():
    assert item(1, ItemKind.TALK).product_id == ""
