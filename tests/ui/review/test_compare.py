"""Shows beside each other: figures with their trend, products by show."""

import asyncio

import msgspec
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester

from studio.ui.review.compare_rows import columns, in_order, kpi_rows, product_rows
from studio.ui.review.figures_table import trend_points
from studio.ui.texts import Texts

TEXTS = Texts("en", "UTC")


@pytest.fixture
async def compared(review, studio, tasks, qtbot):
    studio.play()
    await studio.remember()
    await review.load("show-1")
    testers = [
        QAbstractItemModelTester(page.table.figures, QAbstractItemModelTester.FailureReportingMode.Fatal)
        for page in (review.compare.figures, review.compare.products)
    ]
    qtbot.mouseClick(review.header.compare, Qt.MouseButton.LeftButton)
    await tasks.drain()
    assert review.compare.isVisible()
    assert len(testers) == 2
    return review.compare


def heads(page) -> list[str]:
    return [column.name for column in page.table.figures.columns]


def row(page, row_id: str) -> list[str]:
    model = page.table.figures
    return [cell.text for cell in model.row(model.row_of(row_id)).cells]


def tick(page, n: int) -> None:
    item = page.list.item(n)
    ticked = item.checkState() is Qt.CheckState.Checked
    item.setCheckState(Qt.CheckState.Unchecked if ticked else Qt.CheckState.Checked)


async def test_the_show_and_those_before_it_stand_side_by_side_the_oldest_first(compared, studio):
    assert heads(compared.figures) == [
        "Figure", "Trend", "#11", "#12", "#13", "#14", "Change",
    ]  # fmt: skip
    shows = in_order(await studio.past())
    orders = [show.figures.own.orders for show in shows]
    assert row(compared.figures, "orders")[2:-1] == [str(n) for n in orders]
    model = compared.figures.table.figures
    assert model.row(model.row_of("orders")).cells[1].trend == tuple(orders)
    assert model.row_of("unique") == -1, "a figure that no show has is no row"


async def test_shows_are_taken_out_and_put_in_by_their_ticks(compared):
    tick(compared, 0)
    tick(compared, 2)
    assert heads(compared.figures)[2:-1] == ["#11", "#13"]
    for n in (1, 3):
        tick(compared, n)
    assert compared.figures.nothing.isVisible()
    assert "at least one show" in compared.figures.nothing.text()
    tick(compared, 1)
    assert row(compared.figures, "orders")[-1] == "–"


async def test_products_are_compared_by_what_a_person_chooses(compared, studio, qtbot):
    by_minute = row(compared.products, "p1")
    compared.measure.setFocus()
    qtbot.keyClick(compared.measure, Qt.Key.Key_Down)
    qtbot.keyClick(compared.measure, Qt.Key.Key_Down)
    assert compared.measure.currentData() == "units"
    shows = in_order(await studio.past())
    units = [str(next(p.units for p in s.figures.products if p.product_id == "p1")) for s in shows]
    assert row(compared.products, "p1")[2:-1] == units != by_minute[2:-1]


async def test_only_shows_of_the_series_are_offered_first(review, studio, tasks, qtbot):
    await studio.remember((13, 12))
    studio.past_shows[1] = msgspec.structs.replace(studio.past_shows[1], series="Other")
    studio.play()
    studio.state = msgspec.structs.replace(studio.state, series="Autumn Home Live")
    await review.load("show-1")
    qtbot.mouseClick(review.header.compare, Qt.MouseButton.LeftButton)
    await tasks.drain()
    assert [review.compare.of.itemText(n) for n in range(2)] == ["Series “Autumn Home Live”", "All shows"]
    assert review.compare.list.count() == 2
    review.compare.of.setFocus()
    qtbot.keyClick(review.compare.of, Qt.Key.Key_Down)
    await tasks.drain()
    assert review.compare.list.count() == 3


async def test_esc_and_the_button_lead_back_to_the_review(compared, review, qtbot):
    qtbot.keyClick(compared.back, Qt.Key.Key_Escape)
    assert not compared.isVisible()
    assert review.tiles.isVisible()
    qtbot.mouseClick(review.header.compare, Qt.MouseButton.LeftButton)
    qtbot.mouseClick(compared.back, Qt.MouseButton.LeftButton)
    assert review.tiles.isVisible()


async def test_while_the_shows_are_read_it_says_so_and_a_failure_is_tried_again(
    review, studio, tasks, qtbot, failures
):
    studio.play(1)
    await review.load("show-1")
    gate, past = asyncio.Event(), studio.past

    async def fails(*_args):
        await gate.wait()
        raise RuntimeError("disk on fire")

    studio.past = fails
    qtbot.mouseClick(review.header.compare, Qt.MouseButton.LeftButton)
    await asyncio.sleep(0)
    assert review.compare.message.isVisible()
    assert "Reading" in review.compare.message.sentence.text()
    gate.set()
    await tasks.drain()
    assert "could not be read" in review.compare.message.sentence.text()
    assert [str(error) for _, error in failures] == ["disk on fire"]
    studio.past = past
    qtbot.mouseClick(review.compare.message.button, Qt.MouseButton.LeftButton)
    await tasks.drain()
    assert review.compare.list.isVisible()


async def test_a_product_that_a_show_did_not_have_has_no_figure_there(studio):
    await studio.remember()
    shows = in_order(studio.past_shows)
    last = shows[-1].figures
    without = [p for p in last.products if p.product_id != "p1"]
    shows[-1] = msgspec.structs.replace(
        shows[-1], figures=msgspec.structs.replace(last, products=tuple(without))
    )
    named = [msgspec.structs.replace(show, title="Autumn Home Live") for show in shows]
    assert [c.name for c in columns(named, "Product", TEXTS)][2:4] == [
        "Autumn Home Live · 7 Nov 2026",
        "Autumn Home Live · 14 Nov 2026",
    ]
    found = {r.id: r for r in product_rows(shows, "units", TEXTS)}
    assert found["p1"].cells[-2].text == "–"
    assert found["p1"].cells[1].trend[-1] is None
    assert found["p1"].cells[-1].text == "–"
    assert len(columns(shows, "Product", TEXTS)) == len(found["p1"].cells)


async def test_sums_of_another_currency_are_shown_but_make_no_trend(studio):
    await studio.remember((13, 12))
    shows = in_order(studio.past_shows)
    shows[0] = msgspec.structs.replace(shows[0], currency="NOK")
    net = next(r for r in kpi_rows(shows, TEXTS) if r.id == "net")
    assert net.cells[2].text.startswith("NOK")
    assert net.cells[1].trend[0] is None
    assert net.cells[-1].text == "–"


def test_a_trend_is_drawn_from_the_lowest_to_the_highest_and_broken_where_nothing_is_known():
    from PySide6.QtCore import QRectF

    lines = trend_points(QRectF(0, 0, 30, 10), (1.0, 3.0, None, 2.0))
    assert [[(p.x(), p.y()) for p in line] for line in lines] == [[(0, 10), (10, 0)], [(30, 5)]]
    assert trend_points(QRectF(0, 0, 30, 10), (None, None)) == []
    flat = trend_points(QRectF(0, 0, 30, 10), (4.0, 4.0))
    assert [p.y() for p in flat[0]] == [5, 5]
