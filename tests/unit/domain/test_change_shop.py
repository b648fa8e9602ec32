"""A show may sell from another shop until it has begun."""

from studio.domain import commands as cmd
from studio.domain import events as ev
from studio.domain.commands import Refused
from studio.domain.decide import decide
from studio.domain.lineup import ItemKind, LineUp, LineUpItem
from studio.domain.show import ShowState, apply

AT_MS = 1_795_000_000_000


def logged(state: ShowState, event: ev.Event, undoes: str = "") -> ev.Logged:
    seq = state.seq + 1
    return ev.Logged(f"e{seq}", "s", seq, AT_MS + seq, AT_MS + seq, "host", "seat", f"c{seq}", event, undoes)


def do(state: ShowState, command: cmd.Command) -> ShowState:
    answer = decide(state, command, AT_MS)
    assert not isinstance(answer, Refused), answer
    for event in answer:
        state = apply(state, logged(state, event))
    return state


def planned() -> ShowState:
    items = (
        LineUpItem("i1", ItemKind.PRODUCT, "By number", 300_000, "p1", sku="SKU-1"),
        LineUpItem("i2", ItemKind.PRODUCT, "By id", 300_000, "p2"),
    )
    return do(ShowState("s"), cmd.PlanShow(LineUp("Evening", "EUR", items, 600_000), "nordhus", ()))


def test_a_planned_show_changes_its_shop_and_looks_its_items_up_there() -> None:
    state = do(planned(), cmd.ChangeShop("fjord"))
    assert state.shop == "fjord"
    assert [item.product_id for item in state.items] == ["", "p2"]
    assert state.undoable == (), "Ctrl Z does not bring another shop back"


def test_the_same_shop_again_is_nothing() -> None:
    assert decide(planned(), cmd.ChangeShop("nordhus"), AT_MS) == []


def test_a_show_that_has_begun_keeps_its_shop() -> None:
    begun = do(planned(), cmd.StartShow())
    refused = decide(begun, cmd.ChangeShop("fjord"), AT_MS)
    assert isinstance(refused, Refused)
    assert "has begun" in refused.sentence
    assert isinstance(decide(ShowState("s"), cmd.ChangeShop("fjord"), AT_MS), Refused)
