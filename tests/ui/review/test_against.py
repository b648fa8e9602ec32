"""Figures against their goals and against the show before."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.domain import commands as cmd
from studio.domain.plan import CostLine, Goals
from studio.ui.review.against import against_goal, change, short_name, whole
from studio.ui.review.kpis import MAIN, kpi_of, kpis
from studio.ui.texts import Texts
from tests.ui.review.review_kit import tile

TEXTS = Texts("en", "UTC")


@pytest.mark.parametrize(
    ("value", "goal", "text", "tone"),
    [
        (1902, 2000, "⚠ 95 % of 2,000", "warning"), (1804, 1500, "120 % of 1,500", "ok"), (150, 150, "100 % of 150", "ok"),
        (1999, 2000, "⚠ 99 % of 2,000", "warning"), (0, 50, "⚠ 0 % of 50", "warning"), (5, None, "", "muted"),
        (None, 50, "", "muted"),
    ],
)  # fmt: skip
def test_a_missed_goal_has_a_sign_and_a_reached_one_is_green(value, goal, text, tone):
    told = against_goal(kpi_of("peak"), value, goal, "EUR", TEXTS)
    assert (told.text, told.tone) == (text, tone)


@given(value=st.integers(0, 10**9), goal=st.integers(1, 10**9))
def test_a_goal_reads_as_reached_only_when_it_was(value: int, goal: int):
    told = against_goal(kpi_of("orders"), value, goal, "EUR", TEXTS)
    share = int(told.text.removeprefix("⚠ ").split(" %")[0].replace(",", ""))
    assert (share >= 100) == (value >= goal) == (told.tone == "ok") == (not told.text.startswith("⚠"))


@pytest.mark.parametrize(
    ("key", "value", "before", "text", "tone"),
    [
        ("orders", 112, 100, "+12 %", "ok"), ("orders", 98, 100, "−2 %", "muted"), ("orders", 100, 100, "±0 %", "muted"),
        ("conversion", 0.095, 0.08, "+1.5 points", "ok"), ("cancelled", 4, 8, "−50 %", "ok"),
        ("cost", 200, 100, "+100 %", "muted"), ("orders", 5, 0, "", "muted"), ("orders", None, 5, "", "muted"),
    ],
)  # fmt: skip
def test_a_change_is_green_only_where_it_is_for_the_better(key, value, before, text, tone):
    told = change(kpi_of(key), value, before, TEXTS)
    assert (told.text, told.tone) == (text, tone)


def test_a_show_is_named_by_its_number_where_it_has_one():
    assert short_name("Autumn Home Live #13") == "#13"
    assert short_name("Christmas special with Mari") == "Christmas speci…"
    assert whole("€2,000.00") == "€2,000"
    assert whole("2.000,50 €") == "2.000,50 €"
    assert whole("¥2,000") == "¥2,000"


def test_every_figure_that_stands_on_a_tile_is_one_of_all():
    keys = [k.key for k in kpis()]
    assert len(keys) == len(set(keys))
    assert set(MAIN) <= set(keys)
    assert all(len(k.how) > 20 and "Source: " in k.told_how for k in kpis())


async def test_tiles_tell_goals_and_the_show_before(review, studio):
    await studio.remember()
    costs = (CostLine("Staff", 120_000), CostLine("Samples", 70_000))
    studio.give(cmd.SetGoals(Goals(2_000, 1_500, 150, 1_000_000, costs)))
    studio.play()
    await review.load("show-1")
    assert tile(review, "peak")[1] == "⚠ 85 % of 2,000"
    assert tile(review, "sessions")[1] == "120 % of 1,500"
    assert tile(review, "net")[1] == "101 % of €10,000"
    assert tile(review, "roi") == ("3.9", "cost €1,900.00")
    before = studio.past_shows[0].figures.own.orders
    orders = review.review.figures.own.orders
    change = round((orders - before) / before * 100)
    assert review.tiles.cards["orders"].stat.before.text() == f"+{change} % on #13"


async def test_sums_of_another_currency_are_not_compared(review, studio):
    await studio.remember((13,))
    studio.past_shows[0] = msgspec.structs.replace(studio.past_shows[0], currency="NOK")
    studio.play()
    await review.load("show-1")
    assert not review.tiles.cards["net"].stat.before.text()
    assert review.tiles.cards["orders"].stat.before.text()


async def test_all_figures_stand_in_a_table_with_their_parts(review, studio):
    studio.play()
    studio.clock.passes(60_000)
    studio.sell(own=True)
    await review.load("show-1")
    review.tables.tabs["all"].click()
    table = review.tables.pages["all"].table
    assert table.isVisible()
    assert table.order.rowCount() == len(kpis())
    rows = {table.figures.row(n).id: [c.text for c in table.figures.row(n).cells] for n in range(len(kpis()))}
    assert rows["unique"][1] == "not given by the channel"
    total, on_air, replay = (int(text) for text in rows["orders"][1:4])
    assert (total, replay) == (on_air + 1, 1)
    assert review.sales.values["replay", "orders"].text() == "1"


async def test_while_on_air_there_is_no_replay_yet(review, studio):
    studio.play(2, end=False)
    await review.load("show-1")
    assert review.sales.values["replay", "orders"].text() == "not yet"
