"""A plan is changed by several items at once, and refused as a whole where a part of it cannot be."""

import hypothesis.strategies as st
import msgspec
import pytest
from hypothesis import given

from studio.domain import commands as cmd
from studio.domain import events as ev
from studio.domain.lineup_file import MAX_ITEMS
from studio.domain.plan import CostLine, Goals
from studio.domain.promo import PromoKind, PromoScope
from tests.unit.domain.show_builder import MINUTE, Show, item, plan


def order(show: Show) -> list[str]:
    return [i.id for i in show.state.items]


def a_plan(items: int = 6) -> Show:
    return Show(*(item(n) for n in range(items)), started=False)


def test_several_items_come_in_behind_each_other():
    show = a_plan(3)
    assert show.do(cmd.AddItems((item(8), item(9)), 1)) is None
    assert order(show) == ["i0", "i8", "i9", "i1", "i2"]


def test_where_one_of_several_cannot_come_in_none_does():
    show = a_plan(3)
    assert show.do(cmd.AddItems((item(8), item(9, title=" ")), 1)).reason == "title"
    assert show.do(cmd.AddItems((item(8), item(8)), 1)).reason == "exists"
    assert order(show) == ["i0", "i1", "i2"]


def test_a_line_up_that_has_not_room_for_all_says_for_how_many_it_has():
    show = a_plan(3)
    new = tuple(item(n) for n in range(100, 100 + MAX_ITEMS))
    assert (
        show.do(cmd.AddItems(new, 0)).sentence
        == "A line-up holds 500 items, and there is room for 497 more: choose fewer."
    )
    assert show.do(cmd.AddItems(new[: MAX_ITEMS - 3], 0)) is None
    assert show.do(cmd.AddItem(item(99), 0)).sentence == "A line-up holds 500 items: take one out first."


def test_several_items_are_changed_as_one_decision():
    show = a_plan(3)
    longer = tuple(msgspec.structs.replace(i, planned_ms=10 * MINUTE) for i in show.state.items[:2])
    show.do(cmd.ChangeItems(longer))
    assert [i.planned_ms for i in show.state.items] == [10 * MINUTE, 10 * MINUTE, 5 * MINUTE]
    show.do(cmd.Undo())
    assert {i.planned_ms for i in show.state.items} == {5 * MINUTE}


def test_an_item_named_twice_in_one_change_is_undone_to_what_it_was():
    show = a_plan(2)
    first = show.state.items[0]
    show.do(
        cmd.ChangeItems(
            (msgspec.structs.replace(first, title="B"), msgspec.structs.replace(first, title="C"))
        )
    )
    assert show.state.items[0].title == "C"
    show.do(cmd.Undo())
    assert show.state.items[0] == first


def test_changing_nothing_is_no_decision():
    show = a_plan(3)
    show.do(cmd.ChangeItems(show.state.items))
    show.do(cmd.MoveItems(("i1",), 1))
    show.do(cmd.MoveItems(("i1",), 2))
    assert show.state.undoable == ()


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"title": "  "}, "title"),
        ({"planned_ms": 0}, "length"),
        ({"planned_ms": 8 * 24 * 60 * MINUTE}, "length"),
        ({"target_units": -1}, "units"),
        ({"safety_stock": 2_000_000_000}, "units"),
        ({"show_price_minor": -1}, "price"),
    ],
)
def test_what_cannot_be_planned_is_refused_with_its_reason(changes, reason):
    show = a_plan(1)
    refused = show.do(cmd.ChangeItem(msgspec.structs.replace(show.state.items[0], **changes)))
    assert refused.reason == reason
    assert refused.sentence.endswith(".")


def test_what_was_shown_stays_and_nothing_else_goes_with_it():
    show = Show(*(item(n) for n in range(3)))
    show.do(cmd.NextItem())
    assert show.do(cmd.RemoveItems(("i0", "i1"))).reason == "shown"
    assert order(show) == ["i0", "i1", "i2"]
    assert show.do(cmd.RemoveItems(("i1", "i2"))) is None
    assert order(show) == ["i0"]


def test_an_item_that_is_gone_is_said_to_be():
    show = a_plan(2)
    for command in (cmd.RemoveItems(("i0", "x")), cmd.MoveItems(("i0", "x"), 0), cmd.ChangeItem(item(77))):
        assert show.do(command).reason == "unknown-item"
    assert order(show) == ["i0", "i1"]


def test_when_the_show_is_over_its_line_up_stays_as_it_was():
    show = Show(*(item(n) for n in range(3)))
    show.do(cmd.EndShow())
    for command in (
        cmd.AddItem(item(9), 0), cmd.RemoveItem("i1"), cmd.MoveItem("i1", 0), cmd.MoveItems(("i1",), 0),
        cmd.ChangeItem(item(1, title="Other")),
    ):  # fmt: skip
        assert show.do(command).sentence == "The show is over: its line-up stays as it was."


@given(st.sets(st.integers(0, 7), min_size=1), st.integers(-2, 10))
def test_moved_items_stand_before_the_item_that_stood_there_in_their_own_order(chosen, index):
    show = a_plan(8)
    before = order(show)
    wanted = {f"i{n}" for n in chosen}
    # Named in any order: among themselves they keep the one that they have.
    show.do(cmd.MoveItems(tuple(sorted(wanted, reverse=True)), index))
    at = min(max(index, 0), 8)
    ahead = [i for i in before[:at] if i not in wanted]
    assert order(show) == [
        *ahead, *(i for i in before if i in wanted), *(i for i in before[at:] if i not in wanted)
    ]  # fmt: skip
    moved = [logged.event for logged in show.log if isinstance(logged.event, ev.ItemMoved)]
    assert len(moved) <= len(wanted)


def test_two_items_from_the_ends_of_a_long_line_up_are_two_moves():
    show = a_plan(400)
    show.do(cmd.MoveItems(("i0", "i399"), 200))
    assert order(show)[198:202] == ["i199", "i0", "i399", "i200"]
    assert sum(isinstance(logged.event, ev.ItemMoved) for logged in show.log) == 2


def test_a_large_block_behind_one_item_is_one_move_of_that_item():
    show = a_plan(60)
    show.do(cmd.MoveItems(tuple(f"i{n}" for n in range(50)), 51))
    assert order(show)[:2] == ["i50", "i0"]
    assert sum(isinstance(logged.event, ev.ItemMoved) for logged in show.log) == 1


_FIVE_OFF = plan("FIVE", kind=PromoKind.FIXED, percent=0, amount_minor=500)


@pytest.mark.parametrize(
    "command",
    [
        cmd.ChangeItem(item(1, show_price_minor=4900)), cmd.ChangeItem(item(1, promo=_FIVE_OFF)),
        cmd.PlanPromos((_FIVE_OFF,)), cmd.SetGoals(Goals(revenue_minor=100_000)),
        cmd.SetGoals(Goals(costs=(CostLine("Staff", 50_000),))),
    ],
)  # fmt: skip
def test_amounts_that_were_planned_in_one_currency_do_not_become_amounts_of_another(command):
    show = a_plan()
    show.do(command)
    refused = show.do(cmd.ChangeShow(msgspec.structs.replace(show.state.details, currency="JPY")))
    assert refused is not None
    assert "planned in EUR" in refused.sentence
    assert show.state.currency == "EUR"
    assert show.do(cmd.ChangeShow(msgspec.structs.replace(show.state.details, title="Winter"))) is None


def test_a_show_without_amounts_changes_its_currency_and_forgets_the_prices_it_was_planned_with():
    show = Show(item(1, planned_price_minor=4900, promo=plan()), item(2), started=False)
    before = show.state.items
    assert show.do(cmd.ChangeShow(msgspec.structs.replace(show.state.details, currency="JPY"))) is None
    assert show.state.currency == "JPY"
    assert [i.planned_price_minor for i in show.state.items] == [None, None]
    show.do(cmd.Undo())
    assert (show.state.currency, show.state.items) == ("EUR", before)
    show.do(cmd.Redo())
    assert (show.state.currency, show.state.items[0].planned_price_minor) == ("JPY", None)


def test_an_import_in_place_of_the_line_up_is_one_decision_that_one_undo_takes_back_whole():
    show = a_plan(4)
    before = show.state.items
    show.do(cmd.PlanPromos((plan("OLD"),)))
    assert show.do(cmd.ImportItems((item(8), item(9)), 0, instead=True, promos=(plan("NEW"),))) is None
    assert order(show) == ["i8", "i9"]
    assert [p.code for p in show.state.planned_promos] == ["OLD", "NEW"]
    show.do(cmd.Undo())
    assert show.state.items == before
    assert [p.code for p in show.state.planned_promos] == ["OLD"]
    show.do(cmd.Redo())
    assert order(show) == ["i8", "i9"]
    assert [p.code for p in show.state.planned_promos] == ["OLD", "NEW"]


def test_an_import_goes_behind_an_item_and_one_that_replaces_leaves_what_was_on_air():
    show = a_plan(3)
    show.do(cmd.ImportItems((item(8), item(9)), 1))
    assert order(show) == ["i0", "i8", "i9", "i1", "i2"]
    show.do(cmd.StartShow())
    show.do(cmd.NextItem())
    show.do(cmd.ImportItems((item(20),), 0, instead=True))
    assert order(show) == ["i0", "i20"]


def test_an_import_of_which_something_cannot_come_in_changes_nothing():
    show = a_plan(3)
    assert show.do(cmd.ImportItems((item(8), item(9, title=" ")), 0, instead=True)).reason == "title"
    many = tuple(item(n) for n in range(100, 100 + MAX_ITEMS))
    assert show.do(cmd.ImportItems(many, 3)).reason == "full"
    assert order(show) == ["i0", "i1", "i2"]
    assert show.do(cmd.ImportItems(many, 3, instead=True)) is None
    assert len(order(show)) == MAX_ITEMS


def test_an_imported_code_takes_the_place_of_the_planned_one_of_the_same_name_unless_that_was_issued():
    show = a_plan(2)
    show.do(cmd.PlanPromos((plan("LIVE14", percent=10), plan("REPLAY"))))
    show.do(cmd.ImportItems((), 0, promos=(plan("LIVE14", id="other", percent=30, scope=PromoScope.ALL),)))
    assert [(p.id, p.code, p.percent) for p in show.state.planned_promos] == [
        ("plan-LIVE14", "LIVE14", 30),
        ("plan-REPLAY", "REPLAY", 20),
    ]
    show.do(cmd.StartShow())
    assert show.do(cmd.IssuePromoPlan("promo-1", "plan-LIVE14")) is None
    show.do(cmd.ImportItems((), 0, promos=(plan("LIVE14", id="third", percent=50),)))
    assert show.state.planned_promos[0].percent == 30
