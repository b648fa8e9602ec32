"""A show made from another one has its line-up and its codes, and shares nothing with it."""

import itertools

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from studio.domain.copying import plan_like, plans_of, told_of_dates
from studio.domain.lineup import ItemKind, LineUpItem
from studio.domain.money import Money
from studio.domain.plan import CostLine, Goals, ShowDetails
from studio.domain.product import Product, Variant
from studio.domain.promo import PromoKind, PromoPlan
from studio.domain.show import ShowState

_set = msgspec.structs.replace
T0 = 1_767_225_600_000
DAY = 86_400_000


def product(number: int, minor: int = 1990) -> Product:
    return Product(
        f"p{number}",
        1,
        f"Product {number}",
        (Variant(f"v{number}", f"SKU-{number}", "", Money(minor, "EUR")),),
    )


ITEM = LineUpItem(
    "i1", ItemKind.PRODUCT, "Wool blanket", 300_000, "p1", "", ("Warm",), 40, 2, "smile",
    PromoPlan("plan-1", "WOOL-20", PromoKind.PERCENT, 20, armed=True), 1590, 2500, ("https://shop/a.png",), ("p2",),
)  # fmt: skip
TALK = LineUpItem("i2", ItemKind.TALK, "Questions", 120_000)
WINDOW = PromoPlan("plan-2", "NIGHT", PromoKind.FIXED, amount_minor=500, from_ms=T0, until_ms=T0 + 3_600_000)
STATE = ShowState(
    "s1", seq=3, title="Autumn", shop="nordhus", items=(ITEM, TALK), starts_at_ms=T0, planned_ms=420_000,
    planned_promos=(WINDOW,), goals=Goals(orders=10, costs=(CostLine("Ads", 100),)),
)  # fmt: skip
NEW = ShowDetails("Spring", starts_at_ms=T0 + 7 * DAY, planned_ms=600_000)
PRODUCTS = {"p1": product(1)}


def ids():
    numbers = itertools.count()
    return lambda: f"new-{next(numbers)}"


def test_items_and_codes_get_ids_of_their_own_and_keep_what_was_planned() -> None:
    plan = plan_like(STATE, NEW, "nordhus", ids(), PRODUCTS, whole=False)
    first, talk = plan.lineup.items
    old = {ITEM.id, TALK.id, "plan-1", "plan-2"}
    assert first.promo is not None
    assert not {first.id, talk.id, first.promo.id, plan.promos[0].id} & old
    assert first.promo.code == "WOOL-20"
    assert (first.points, first.target_units, first.note, first.images, first.alternatives) == (
        ("Warm",), 40, "smile", ("https://shop/a.png",), ("p2",),
    )  # fmt: skip
    assert (plan.lineup.title, plan.lineup.planned_ms, plan.starts_at_ms) == (
        "Spring",
        600_000,
        NEW.starts_at_ms,
    )
    assert plan.goals == Goals()


def test_prices_are_planned_anew_and_unknown_where_nobody_knows_them() -> None:
    known = plan_like(STATE, NEW, "nordhus", ids(), PRODUCTS, whole=False)
    unknown = plan_like(STATE, NEW, "nordhus", ids(), {}, whole=False)
    assert known.lineup.items[0].planned_price_minor == 1990, "as it is now, not as it was then"
    assert unknown.lineup.items[0].planned_price_minor is None


def test_at_another_shop_items_are_found_by_their_sku() -> None:
    first = plan_like(STATE, NEW, "fjord", ids(), PRODUCTS, whole=False).lineup.items[0]
    assert (first.product_id, first.sku, first.planned_price_minor) == ("", "SKU-1", None)
    assert (first.images, first.alternatives) == ((), ())


def test_in_another_currency_no_amount_is_taken_for_one_of_the_new() -> None:
    plan = plan_like(STATE, _set(NEW, currency="NOK"), "nordhus", ids(), PRODUCTS, whole=True)
    first = plan.lineup.items[0]
    assert (first.show_price_minor, first.planned_price_minor) == (None, None)
    assert first.promo is not None, "a percentage is one in every currency"
    assert plan.promos == ()
    assert plan.goals == Goals()


def test_a_window_of_the_calendar_moves_with_the_show() -> None:
    moved = plan_like(STATE, NEW, "nordhus", ids(), {}, whole=False).promos[0]
    undated = plan_like(STATE, _set(NEW, starts_at_ms=None), "nordhus", ids(), {}, whole=False).promos[0]
    assert (moved.from_ms, moved.until_ms) == (T0 + 7 * DAY, T0 + 7 * DAY + 3_600_000)
    assert (undated.from_ms, undated.until_ms) == (None, None)


def test_a_code_of_the_calendar_that_lost_its_date_is_named() -> None:
    def told(state: ShowState, starts_at_ms: int | None) -> str:
        copy = plan_like(state, _set(NEW, starts_at_ms=starts_at_ms), "nordhus", ids(), {}, whole=False)
        return told_of_dates(state, plans_of(copy))

    assert told(STATE, NEW.starts_at_ms) == ""
    assert told(STATE, None) == (
        "NIGHT was planned on a date, and without the show's date nobody knows another: it is issued by hand until the "
        "promo plan says when."
    )
    of_item = _set(ITEM, promo=_set(WINDOW, id="w", code="DAY"))
    many = tuple(_set(WINDOW, id=f"w{n}", code=f"NIGHT{n}") for n in range(4))
    assert told(_set(STATE, items=(of_item,), planned_promos=many), None).startswith(
        "DAY, NIGHT0, NIGHT1 and 2 more were planned on dates, "
    )
    assert told(_set(STATE, planned_promos=()), None) == "", "a code that is issued by hand stays so"


def test_a_whole_copy_has_the_goals_too() -> None:
    assert plan_like(STATE, NEW, "nordhus", ids(), {}, whole=True).goals == STATE.goals


@given(st.lists(st.sampled_from([ITEM, TALK, _set(ITEM, sku="S", promo=None)]), max_size=20), st.booleans())
def test_every_id_is_new_and_the_order_stays(items: list[LineUpItem], same: bool) -> None:
    numbered = tuple(_set(item, id=f"old-{n}") for n, item in enumerate(items))
    state = _set(STATE, items=numbered)
    made = plan_like(state, NEW, "nordhus" if same else "fjord", ids(), PRODUCTS, whole=False).lineup.items
    assert [item.title for item in made] == [item.title for item in numbered]
    assert len({item.id for item in made} | {item.id for item in numbered}) == 2 * len(items)
