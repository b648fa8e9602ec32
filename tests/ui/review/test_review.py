"""The Review workspace: the figures of a show, whatever state they are in, and their way to a file."""

import asyncio

import msgspec
import pytest
from PySide6.QtCore import Qt

from studio.control.ports import ShowSummary
from studio.domain import commands as cmd
from studio.ui.review.exporting import file_name
from studio.ui.texts import Texts
from tests.fakes.fake_studio import MINUTE, T0
from tests.fakes.played_show import a_sample
from tests.ui.review.review_kit import tile


async def test_the_figures_of_a_show_stand_on_their_tiles(review, studio):
    studio.play()
    await review.load("show-1")
    figures = review.review.figures
    assert tile(review, "peak") == (f"{figures.viewers.peak:,}", "at 19:23")
    assert tile(review, "sessions") == ("1,804", "4:12 on average")
    assert tile(review, "carts") == ("412", "22.8 % of sessions")
    assert tile(review, "orders")[0] == str(figures.own.orders)
    assert tile(review, "net") == ("€9,249.20", "gross €10,090.80")
    assert tile(review, "redemptions")[0] == str(figures.redemptions)
    assert review.header.title.text() == "Review · Autumn Home Live #14"
    assert review.header.when.text() == "28 Nov 2026 · on air 55:00 · replay sales until 30 Nov 2026 19:55"
    assert review.header.rehearsal.isVisible()
    assert not review.header.so_far.isVisible()
    assert review.tables.products.order.rowCount() == 9
    assert review.sales.values["shop", "orders"].text() == str(figures.shop_total.orders)


async def test_every_figure_tells_its_formula(review, studio):
    studio.play(2)
    await review.load("show-1")
    stats = [
        *(card.stat for card in review.tiles.cards.values()), *review.tables.questions_row.stats.values(),
        *review.sales.values.values(),
    ]  # fmt: skip
    assert len(stats) == 9 + 3 + 9
    for stat in stats:
        assert len(stat.accessibleDescription()) > 20
        assert stat.toolTip().startswith("<p>")


async def test_a_figure_nobody_can_give_is_not_known_and_never_zero(review, studio):
    studio._traffic = False
    studio.give(cmd.StartShow())
    studio.clock.passes(MINUTE)
    await review.load("show-1")
    for key, why in {
        "peak": "not given by the channel", "average": "not given by the channel", "sessions": "not given by the shop",
        "carts": "not given by the shop", "basket": "no orders", "roi": "no costs named",
    }.items():  # fmt: skip
        assert tile(review, key) == ("not known", why)
    assert tile(review, "orders")[0] == "0"


async def test_advice_comes_when_the_show_is_over_and_that_is_said_before(review, studio):
    studio.play(2, end=False)
    await review.load("show-1")
    assert review.advice.nothing.isVisibleTo(review)
    assert review.advice.nothing.text() == "Advice comes when the show is over."


async def test_a_show_on_air_gives_its_figures_so_far_and_can_be_refreshed(review, studio, qtbot, tasks):
    studio.play(2, end=False)
    await review.load("show-1")
    assert review.header.so_far.isVisible()
    assert "replay" not in review.header.when.text()
    before = tile(review, "orders")[0]
    studio.minutes(10)
    qtbot.mouseClick(review.header.refresh, Qt.MouseButton.LeftButton)
    await tasks.drain()
    assert int(tile(review, "orders")[0]) > int(before)


async def test_a_show_that_has_not_started_says_so(review, studio):
    await review.load("show-1")
    assert "has not started" in review.message.sentence.text()
    assert review.message.isVisible()
    assert not review.header.export.isEnabled()


@pytest.mark.parametrize("width", [1100, 1440])
async def test_no_name_and_no_note_of_a_tile_is_cut(review, studio, width):
    studio.play()
    review.resize(width, 700)
    await review.load("show-1")
    review.grab()
    for card in review.tiles.cards.values():
        stat = card.stat
        assert not [x.text() for x in (stat.caption, stat.note, stat.before) if x.isVisible() and x.is_cut()]
    tops = {
        card.stat.value.mapTo(review, card.stat.value.rect().topLeft()).y()
        for card in review.tiles.cards.values()
    }
    assert len(tops) == 1, "the figures stand in one line"


async def test_all_figures_of_the_channels_are_in_sight_in_a_narrow_window(review, studio):
    studio.play()
    review.resize(1100, 700)
    await review.load("show-1")
    review.tables.tabs["channels"].click()
    review.grab()
    assert review.tables.pages["channels"].table.horizontalScrollBar().maximum() == 0


async def test_without_any_show_it_says_where_figures_will_come(review, studio):
    await review.load("")
    assert "no show to look at yet" in review.message.sentence.text()


async def test_without_a_name_the_newest_show_is_loaded(review, studio):
    studio.play(1)
    studio.others = [ShowSummary("older", "Older", False, T0 - 9 * MINUTE, T0 - MINUTE, "EUR", 9)]
    await review.load("")
    assert review.review.state.id == "show-1"


async def test_while_it_computes_it_says_so(review, studio, tasks):
    studio.play(1)
    studio.gates["show-1"] = asyncio.Event()
    review.start_loading("show-1")
    await asyncio.sleep(0)
    assert review.message.isVisible()
    assert "Computing" in review.message.sentence.text()
    studio.gates["show-1"].set()
    await tasks.drain()
    assert not review.message.isVisible()


async def test_a_failure_is_told_and_tried_again_by_its_button(review, studio, qtbot, tasks, failures):
    studio.play(1)
    studio.failure = RuntimeError("no such table")
    review.start_loading("show-1")
    await tasks.drain()
    assert "could not be computed" in review.message.sentence.text()
    assert [str(error) for _, error in failures] == ["no such table"]
    studio.failure = None
    qtbot.mouseClick(review.message.button, Qt.MouseButton.LeftButton)
    await tasks.drain()
    assert not review.message.isVisible()
    assert review.header.export.isEnabled()


async def test_of_two_shows_asked_for_the_last_one_is_shown(review, studio, tasks):
    studio.play(1)
    studio.gates = {"slow": asyncio.Event(), "quick": asyncio.Event()}
    review.start_loading("slow")
    review.start_loading("quick")
    await asyncio.sleep(0)
    studio.gates["quick"].set()
    await asyncio.sleep(0)
    studio.gates["slow"].set()
    await tasks.drain()
    assert review.header.title.text() == "Review · Show quick"


async def test_another_show_is_chosen_from_the_list_newest_first(review, studio, qtbot, tasks):
    studio.play(1)
    studio.others = [
        ShowSummary("old", "Old & <b>bold</b>", False, T0 - 3 * 86_400_000, T0, "EUR", 9),
        ShowSummary("new", "Newest", True, T0 + 86_400_000, None, "EUR", 9),
    ]
    await review.load("show-1")
    box = review.header.shows
    assert [box.itemText(n) for n in range(box.count())] == [
        "Newest · 29 Nov 2026 · rehearsal", "Autumn Home Live #14 · 28 Nov 2026 · rehearsal",
        "Old & <b>bold</b> · 25 Nov 2026",
    ]  # fmt: skip
    assert box.currentIndex() == 1
    qtbot.keyClick(box, Qt.Key.Key_Down)
    await tasks.drain()
    assert review.header.title.text() == "Review · Show old"
    assert box.currentData() == "old"


async def test_a_single_show_needs_no_choice(review, studio):
    studio.play(1)
    await review.load("show-1")
    assert not review.header.shows.isVisible()


async def test_the_timeline_shows_the_show_and_a_block_finds_its_product(review, studio):
    studio.play()
    late = msgspec.structs.replace(
        studio.orders[0], id="late", placed_at_ms=studio.clock.now + 30 * 3_600_000
    )
    studio.orders.append(late)
    await review.load("show-1")
    chart = review.timeline
    chart.flush()
    assert chart._extent() == (T0, T0 + 55 * MINUTE), "replay sales do not stretch the picture"
    assert [m.label for m in chart.markers] == ["NORD20", "TEAFREE"]
    assert len(chart.spans) == 10
    assert "click a block to see its chat" in chart.caption
    chart.block_clicked.emit("i4", chart.spans[3].start_ms)
    chosen = review.tables.products.selectionModel().selectedRows()
    assert [index.data() for index in chosen] == ["Wool blanket “Nord”, 140×200"]


async def test_the_key_for_tables_turns_the_timeline_into_one(review, studio, actions):
    studio.play(2)
    await review.load("show-1")
    actions["chart.table"].act()
    assert review.timeline.table_shown
    review.hide()
    actions["chart.table"].act()
    assert review.timeline.table_shown, "a hidden workspace leaves the key to the one in front"


async def test_a_line_up_without_products_or_codes_says_so(review, studio):
    studio.give(cmd.StartShow())
    for item in studio.state.items[:9]:
        studio.give(cmd.RemoveItem(item.id))
    studio.clock.passes(MINUTE)
    await review.load("show-1")
    assert review.tables.pages["products"].nothing.isVisible()
    assert not review.tables.products.isVisible()
    review.tables.tabs["promos"].click()
    assert review.tables.pages["promos"].nothing.isVisible()


async def test_the_line_starts_with_what_was_known_before_the_show_and_ends_with_it(review, studio):
    studio.give(cmd.StartShow())
    studio.clock.passes(5000)
    studio.give(cmd.EndShow())
    studio.samples = [
        a_sample(T0 - 5000, 70),
        a_sample(T0 - 1000, 30, "b"),
        a_sample(T0 + 1000, 80),
        a_sample(T0 + 9000, 5),
    ]
    await review.load("show-1")
    line = review.timeline.viewers
    assert list(zip(line.times, line.values, strict=True)) == [(T0, 100), (T0 + 1000, 110), (T0 + 5000, 110)]


@pytest.mark.parametrize(
    ("title", "name"),
    [("Autumn Home Live #14", "autumn-home-live-14-2026-11-28"), ("Højtid: jul/påske", "hjtid-jul-paske-2026-11-28"), ("../../etc", "etc-2026-11-28"), ("秋", "show-2026-11-28")],
)  # fmt: skip
def test_the_file_gets_a_name_that_every_system_takes(studio, title, name):
    studio.play(1)
    assert file_name(msgspec.structs.replace(studio.state, title=title), Texts()) == name


@pytest.mark.smoke
async def test_smoke_review(review, studio, grab):
    studio.play()
    await review.load("show-1")
    assert tile(review, "net")[0] == "€9,249.20"
    grab(review, "review")
