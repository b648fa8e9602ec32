"""Stock against demand: what past shows teach, what is short, and that each remedy mends what it says."""

import itertools

import hypothesis.strategies as st
import msgspec
import pytest
from hypothesis import given

from studio.domain import commands as cmd
from studio.domain.audience import ViewerFigures
from studio.domain.kpi import ProductFigures, QuestionFigures, ShowFigures, sales
from studio.domain.lineup import ItemKind, LineUpItem
from studio.domain.money import Money, zero
from studio.domain.past import PastShow
from studio.domain.plan import Goals
from studio.domain.product import Product, StockLevel, Variant
from studio.domain.stock_check import (
    DemandSource,
    Remedy,
    StockAct,
    StockRow,
    StockState,
    command_of,
    expected_viewers,
    figures_by_product,
    learned_demand,
    stock_rows,
)
from tests.unit.domain.show_builder import MINUTE, Show, item

T0 = 1_790_000_000_000


def sold(
    units: int,
    minutes: float,
    product_id: str = "p1",
    viewers: float | None = None,
    sold_out: int | None = None,
) -> ProductFigures:
    return ProductFigures(
        product_id, "Throw", round(minutes * MINUTE), viewers, units, Money(units * 100, "EUR"), None, None, sold_out, 0
    )  # fmt: skip


def past(
    *rows: ProductFigures, peak: int | None = None, average: float | None = None, n: int = 1
) -> PastShow:
    nothing = sales([], "EUR")
    figures = ShowFigures(
        viewers=ViewerFigures(None, peak, None, average), own=nothing, shop_total=nothing, promos=(), products=rows,
        questions=QuestionFigures(0, 0, 0), sessions=None, average_session_ms=None, add_to_carts=None, conversion=None,
        redemptions=0, redemption_share=None, on_air_ms=90 * MINUTE,
    )  # fmt: skip
    return PastShow(
        f"past-{n}", f"Live #{n}", "Live", "EUR", "UTC", T0, T0 + 90 * MINUTE, 1, Goals(), figures
    )


def product(n: int = 1, *sizes: str, active: bool = True) -> Product:
    variants = [
        Variant(f"v{n}{size}", f"SKU-{n}{size}", size or "one", Money(4900, "EUR")) for size in sizes or ("",)
    ]
    return Product(f"p{n}", 1, f"Throw {n}", tuple(variants), points=("Woven",), active=active)


def level(variant: str, left: int, location: str = "Oslo") -> StockLevel:
    return StockLevel(variant, location, left, 0, 0, 1, T0)


def rows_of(
    *items: LineUpItem, levels: list[StockLevel], shows: tuple[PastShow, ...] = (), viewers: float | None = None,
    products: dict[str, Product] | None = None,
) -> list[StockRow]:  # fmt: skip
    known = products or {f"p{n}": product(n) for n in range(1, 5)}
    owner = {v.id: p.id for p in known.values() for v in p.variants}

    def levels_of(product_id: str) -> list[StockLevel]:
        return [each for each in levels if owner.get(each.variant_id) == product_id]

    return list(stock_rows(items, known, levels_of, figures_by_product(shows), viewers))


def test_a_target_goes_before_what_past_shows_say_and_both_are_told() -> None:
    (row,) = rows_of(item(1, target_units=40), levels=[level("v1", 100)], shows=(past(sold(50, 10)),))
    assert (row.demand.units, row.demand.source, row.demand.learned) == (40, DemandSource.TARGET, 25)
    assert row.state is StockState.OK


def test_without_a_target_demand_is_learned_per_minute_on_air() -> None:
    shows = (past(sold(30, 6)), past(sold(10, 4), n=2))
    (row,) = rows_of(item(1), levels=[level("v1", 19)], shows=shows)
    # 40 pieces in 10 minutes, five minutes planned.
    assert (row.demand.units, row.demand.source, row.demand.shows) == (20, DemandSource.MINUTES, 2)
    assert (row.state, row.missing) == (StockState.SHORT, 1)


def test_with_viewers_known_demand_grows_with_the_viewers_expected() -> None:
    shows = (past(sold(60, 6, viewers=500)), past(sold(999, 5), n=2))
    told = learned_demand("p1", 6 * MINUTE, figures_by_product(shows), viewers=1_000)
    assert (told.units, told.source, told.shows) == (120, DemandSource.VIEWERS, 1)


def test_a_product_that_sold_out_before_would_have_sold_more() -> None:
    assert learned_demand("p1", MINUTE, figures_by_product((past(sold(5, 5, sold_out=T0)),)), None).at_least
    assert not learned_demand("p1", MINUTE, figures_by_product((past(sold(5, 5)),)), None).at_least


def test_a_product_never_shown_or_hardly_shown_teaches_nothing() -> None:
    assert (
        learned_demand("p1", MINUTE, figures_by_product((past(sold(9, 5, product_id="p2")),)), 100).units
        is None
    )
    assert learned_demand("p1", MINUTE, figures_by_product((past(sold(9, 0.2)),)), 100).units is None
    assert learned_demand("p1", MINUTE, figures_by_product(()), 100).source is DemandSource.UNKNOWN


def test_viewers_are_expected_from_the_goal_and_from_how_past_shows_ran() -> None:
    shows = (past(peak=1_000, average=500), past(peak=2_000, average=1_000, n=2), past(n=3))
    assert expected_viewers(Goals(peak_viewers=3_000), shows) == 1_500
    assert expected_viewers(Goals(), shows) == 750
    assert expected_viewers(Goals(peak_viewers=3_000), ()) is None


def test_stock_is_told_by_location_and_by_variant_less_the_safety_stock() -> None:
    bathrobe = product(1, "S", "M", "XL")
    levels = [level("v1S", 10), level("v1S", 5, "Bergen"), level("v1M", 20), level("v1XL", 0)]
    (row,) = rows_of(item(1, target_units=30, safety_stock=4), levels=levels, products={"p1": bathrobe})
    assert row.by_location == {"Oslo": 30, "Bergen": 5}
    assert row.sellable == 31
    assert [(v.title, v.sellable) for v in row.variants] == [("S", 15), ("M", 20), ("XL", 0)]
    assert [v.title for v in row.sold_out] == ["XL"]
    assert row.state is StockState.VARIANT


def test_a_variant_that_is_off_sale_counts_for_nothing() -> None:
    robe = product(1, "S", "XL")
    robe = msgspec.structs.replace(
        robe, variants=(robe.variants[0], msgspec.structs.replace(robe.variants[1], active=False))
    )
    (row,) = rows_of(item(1), levels=[level("v1S", 3), level("v1XL", 90)], products={"p1": robe})
    assert (row.sellable, row.sold_out) == (3, ())


def test_two_items_of_one_product_share_its_stock() -> None:
    again = msgspec.structs.replace(item(1, target_units=40), id="again")
    first, second = rows_of(item(1, target_units=40), again, levels=[level("v1", 60)])
    assert (first.sellable, first.state) == (60, StockState.OK)
    assert (second.taken, second.sellable, second.state) == (40, 20, StockState.SHORT)


def test_stock_that_nobody_told_is_unknown_and_never_zero() -> None:
    (row,) = rows_of(item(1, target_units=5), levels=[])
    assert (row.sellable, row.state, row.missing, row.acts) == (None, StockState.UNKNOWN, 0, ())


def test_talk_and_items_without_a_known_product_have_no_row() -> None:
    assert rows_of(item(1, ItemKind.TALK), item(2, product_id=""), levels=[]) == []


def test_an_alternative_with_enough_pieces_is_offered_to_swap_or_to_add() -> None:
    short = item(1, target_units=80, alternatives=("p2", "p3"))
    (row,) = rows_of(short, levels=[level("v1", 64), level("v2", 10), level("v3", 90)])
    assert row.acts == (
        StockAct(Remedy.LOWER_TARGET, 64),
        StockAct(Remedy.SWAP, 90, "p3"),
        StockAct(Remedy.ALTERNATIVE, 90, "p3"),
    )


def test_without_an_alternative_one_is_to_be_chosen() -> None:
    (row,) = rows_of(item(1, target_units=80), levels=[level("v1", 0)])
    assert (row.state, row.acts) == (StockState.SOLD_OUT, (StockAct(Remedy.CHOOSE),))


def test_an_alternative_off_sale_is_not_offered() -> None:
    known = {"p1": product(1), "p2": product(2, active=False)}
    (row,) = rows_of(
        item(1, target_units=8, alternatives=("p2",)),
        levels=[level("v1", 4), level("v2", 99)],
        products=known,
    )
    assert [act.remedy for act in row.acts] == [Remedy.LOWER_TARGET, Remedy.CHOOSE]


def test_the_command_of_a_swap_puts_the_other_product_in_and_leaves_what_was_said_of_the_first() -> None:
    short = item(
        1, target_units=80, alternatives=("p2", "p3"), points=("Old",), show_price_minor=3900, note="Hold it up",
        planned_price_minor=5000, sku="SKU-1",
    )  # fmt: skip
    known = {f"p{n}": product(n) for n in (1, 2, 3)}
    command = command_of(StockAct(Remedy.SWAP, 90, "p3"), short, 0, known, lambda: "new", "EUR")
    assert isinstance(command, cmd.ChangeItem)
    swapped = command.item
    assert (swapped.id, swapped.product_id, swapped.title, swapped.target_units) == (
        "i1",
        "p3",
        "Throw 3",
        80,
    )
    assert (swapped.points, swapped.show_price_minor, swapped.sku) == (("Woven",), None, "SKU-3")
    assert (swapped.planned_price_minor, swapped.alternatives, swapped.note) == (4900, ("p2",), "Hold it up")


@pytest.mark.parametrize("remedy", [Remedy.SWAP, Remedy.ALTERNATIVE])
def test_a_stand_in_has_its_own_sku_and_no_price_of_another_currency_than_the_shows(remedy: Remedy) -> None:
    known = {"p3": product(3)}
    before = item(1, sku="SKU-1", planned_price_minor=5000)
    for currency, price in (("EUR", 4900), ("NOK", None)):
        command = command_of(StockAct(remedy, 9, "p3"), before, 0, known, lambda: "new", currency)
        assert command is not None
        assert (command.item.sku, command.item.planned_price_minor) == ("SKU-3", price)


def test_what_has_to_be_chosen_has_no_command() -> None:
    assert command_of(StockAct(Remedy.CHOOSE), item(1), 0, {}, lambda: "new", "EUR") is None
    assert command_of(StockAct(Remedy.SWAP, 9, "gone"), item(1), 0, {}, lambda: "new", "EUR") is None


@pytest.mark.parametrize(
    "remedy", [Remedy.LOWER_TARGET, Remedy.RAISE_SAFETY, Remedy.LOWER_SAFETY, Remedy.SWAP, Remedy.ALTERNATIVE]
)
def test_every_remedy_can_be_decided_and_taken_back(remedy: Remedy) -> None:
    show = Show(item(1, target_units=40, safety_stock=2, alternatives=("p3",)), item(2), started=False)
    before = show.state.items
    known = {f"p{n}": product(n) for n in (1, 2, 3)}
    numbers = itertools.count()
    command = command_of(
        StockAct(remedy, 7, "p3"), before[0], 0, known, lambda: f"new-{next(numbers)}", "EUR"
    )
    assert command is not None
    show.do(command)
    assert show.state.items != before
    show.do(cmd.Undo())
    assert show.state.items == before


stocks = st.lists(st.integers(0, 300), min_size=0, max_size=3)


@given(
    left=stocks, other=stocks, target=st.integers(0, 400), safety=st.integers(0, 50), per_show=st.integers(0, 300),
    viewers=st.none() | st.floats(1, 5_000), watched=st.none() | st.floats(1, 5_000),
)  # fmt: skip
def test_what_is_offered_mends_what_is_short(
    left: list[int],
    other: list[int],
    target: int,
    safety: int,
    per_show: int,
    viewers: float | None,
    watched: float | None,
) -> None:
    places = ("Oslo", "Bergen", "Hamar")
    levels = [level("v1", n, place) for n, place in zip(left, places, strict=False)]
    levels += [level("v2", n, place) for n, place in zip(other, places, strict=False)]
    shows = (past(sold(per_show, 7, viewers=watched)),)
    short = item(1, target_units=target, safety_stock=safety, alternatives=("p2",))
    known = {f"p{n}": product(n) for n in (1, 2)}
    (row,) = rows_of(short, levels=levels, shows=shows, viewers=viewers, products=known)
    assert (row.sellable is None) == (not left)
    assert row.missing >= 0
    if row.state in (StockState.SHORT, StockState.SOLD_OUT):
        assert row.acts, "there is always something to do"
    for act in row.acts:
        command = command_of(act, short, 0, known, lambda: "new", "EUR")
        if command is None:
            assert act.remedy is Remedy.CHOOSE
            continue
        assert command.item != short
        items = (command.item,) if isinstance(command, cmd.ChangeItem) else (short, command.item)
        (after, *_) = rows_of(*items, levels=levels, shows=shows, viewers=viewers, products=known)
        if act.remedy is Remedy.LOWER_TARGET:
            assert after.missing == 0
        elif act.remedy is Remedy.SWAP:
            assert after.sellable == sum(other)
            assert after.sellable >= (row.demand.units or 0)
        elif act.remedy is Remedy.LOWER_SAFETY:
            assert (after.sellable or 0) > (row.sellable or 0)
        elif act.remedy is Remedy.RAISE_SAFETY:
            assert after.missing == 0


def test_nothing_sold_in_minor_units_is_needed_for_demand() -> None:
    nothing = msgspec.structs.replace(sold(0, 10), revenue=zero("EUR"))
    told = learned_demand("p1", 5 * MINUTE, figures_by_product((past(nothing),)), None)
    assert (told.units, told.source) == (0, DemandSource.MINUTES)
