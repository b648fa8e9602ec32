"""A plan is undone to its beginning and redone to its end, whatever was decided."""

import hypothesis.strategies as st
import msgspec
from hypothesis import given, settings

from studio.domain import commands as cmd
from studio.domain import events as ev
from studio.domain.lineup import ItemStatus
from studio.domain.plan import CostLine, Goals
from studio.domain.show_state import ShowState
from studio.domain.undo_stacks import UNDO_DEPTH
from tests.unit.domain.show_builder import Show, item, plan

IDS = [f"i{n}" for n in range(9)]
_id = st.sampled_from(IDS)
_ids = st.lists(_id, min_size=1, max_size=4, unique=True).map(tuple)
_index = st.integers(-1, 10)
_item = st.builds(
    lambda n, title, minutes, units, price, promo: item(
        n, title=title, planned_ms=minutes * 60_000, target_units=units, show_price_minor=price, promo=promo
    ),
    st.integers(0, 8), st.sampled_from(["A", "B", " "]), st.integers(0, 3), st.integers(-1, 3),
    st.sampled_from([None, 0, 4900]), st.sampled_from([None, plan()]),
)  # fmt: skip
_items = st.lists(_item, min_size=1, max_size=3).map(tuple)
_goals = st.builds(
    Goals, st.sampled_from([None, 5]), orders=st.sampled_from([None, 7, -1]),
    costs=st.lists(st.builds(CostLine, st.sampled_from(["Staff", ""]), st.integers(0, 2)), max_size=2).map(tuple),
)  # fmt: skip
_titles = st.sampled_from(["Autumn", "Winter", ""])
PLANS = st.one_of(
    st.builds(cmd.AddItem, _item, _index),
    st.builds(cmd.AddItems, _items, _index),
    st.builds(
        cmd.ImportItems,
        _items,
        _index,
        st.booleans(),
        st.sampled_from([(), (plan("LIVE14", id="x"), plan("NEW"))]),
    ),
    st.builds(cmd.ChangeItem, _item),
    st.builds(cmd.ChangeItems, _items),
    st.builds(cmd.MoveItem, _id, _index),
    st.builds(cmd.MoveItems, _ids, _index),
    st.builds(cmd.RemoveItem, _id),
    st.builds(cmd.RemoveItems, _ids),
    st.builds(cmd.SkipItem, _id, st.booleans()),
    st.builds(cmd.SetGoals, _goals),
    st.builds(cmd.PlanPromos, st.sampled_from([(), (plan("LIVE14"),), (plan("LIVE14"), plan("REPLAY"))])),
    _titles,
)


def planned(state: ShowState) -> ShowState:
    """What was planned, without how it came about."""
    skipped = {k: v for k, v in state.statuses.items() if v is not ItemStatus.PLANNED}
    return msgspec.structs.replace(state, seq=0, undoable=(), redoable=(), statuses=skipped)


def told(show: Show, step: object) -> None:
    if isinstance(step, str):
        step = cmd.ChangeShow(msgspec.structs.replace(show.state.details, title=step))
    show.do(step)


@settings(max_examples=200, deadline=None)
@given(st.lists(PLANS, max_size=14))
def test_whatever_was_planned_is_undone_to_the_beginning_and_redone_to_the_end(steps):
    show = Show(*(item(n) for n in range(4)), started=False)
    states = [show.state]
    for step in steps:
        told(show, step)
        if show.state.seq != states[-1].seq:
            states.append(show.state)
    for before in reversed(states[:-1]):
        assert show.do(cmd.Undo()) is None
        assert planned(show.state) == planned(before)
    assert show.do(cmd.Undo()).reason == "nothing"
    for after in states[1:]:
        assert show.do(cmd.Redo()) is None
        assert planned(show.state) == planned(after)
    assert show.do(cmd.Redo()).reason == "nothing"


@settings(max_examples=100, deadline=None)
@given(st.lists(st.one_of(PLANS, st.sampled_from([cmd.Undo(), cmd.Redo()])), max_size=20))
def test_undo_takes_back_the_redo_and_redo_the_undo_however_they_are_mixed(steps):
    show = Show(*(item(n) for n in range(4)), started=False)
    # What an editor keeps: the states behind, and those ahead.
    behind, ahead = [planned(show.state)], []
    for step in steps:
        seq = show.state.seq
        told(show, step)
        if show.state.seq == seq:
            continue
        if isinstance(step, cmd.Undo):
            ahead.append(behind.pop())
        elif isinstance(step, cmd.Redo):
            behind.append(ahead.pop())
        else:
            behind.append(planned(show.state))
            ahead = []
        assert planned(show.state) == behind[-1]
        assert (len(show.state.undoable), len(show.state.redoable)) == (len(behind) - 1, len(ahead))


def test_a_new_decision_ends_what_could_be_done_again():
    show = Show(*(item(n) for n in range(4)), started=False)
    show.do(cmd.MoveItem("i0", 2))
    show.do(cmd.Undo())
    assert len(show.state.redoable) == 1
    show.do(cmd.RemoveItem("i3"))
    assert show.state.redoable == ()


def test_a_plan_is_undone_to_its_beginning_and_a_show_on_air_so_many_steps():
    show = Show(*(item(n) for n in range(4)), started=False)
    for n in range(UNDO_DEPTH + 20):
        show.do(cmd.MoveItem("i0", 1 + n % 3))
    assert len(show.state.undoable) == UNDO_DEPTH + 20
    show.do(cmd.StartShow())
    show.do(cmd.MoveItem("i0", 0))
    assert len(show.state.undoable) == UNDO_DEPTH


def test_half_a_decision_is_never_done_again():
    show = Show(*(item(n) for n in range(3)))
    show.do(cmd.PinProduct(item(7)))
    assert show.state.on_air_id == "i7"
    show.do(cmd.Undo())
    assert show.state.item("i7") is None
    # The item alone would come back, without the air that it was for.
    assert show.state.redoable == ()
    assert show.do(cmd.Redo()).reason == "nothing"


def test_what_arrived_meanwhile_takes_no_redo_away():
    show = Show(*(item(n) for n in range(3)))
    show.do(cmd.MoveItem("i0", 2))
    show.do(cmd.Undo())
    show.append(ev.SoldOut("p1"))
    assert show.do(cmd.Redo()) is None
    assert [i.id for i in show.state.items] == ["i1", "i2", "i0"]
