"""Everything about one item is changed beneath the line-up, and nothing that was typed is lost."""

from collections.abc import AsyncIterator

import hypothesis.strategies as st
import msgspec
import pytest
from hypothesis import given
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QTreeWidget

from studio.control.ports import StoreFull
from studio.domain import commands as cmd
from studio.domain.lineup import ItemKind, LineUpItem
from studio.domain.money import Money
from studio.domain.promo import PromoKind, PromoPlan, PromoScope
from studio.ui.prepare.item_editor import PAGES, ItemEditor
from studio.ui.prepare.item_values import Field, Wrong, amount_text, put, read, written
from studio.ui.prepare.lineup_edit_model import Column
from studio.ui.texts import Texts
from tests.fakes.fake_studio import MINUTE
from tests.ui.lineup_scene import Producer, a_planned_studio

Key = Qt.Key
CTRL = Qt.KeyboardModifier.ControlModifier
ALT = Qt.KeyboardModifier.AltModifier
EN, DE = Texts("en"), Texts("de")


@pytest.fixture
async def plan(qapp, theme) -> AsyncIterator[Producer]:
    """The line-up editor with the wool blanket chosen."""
    opened = Producer(qapp, a_planned_studio(), theme=theme)
    await opened.open(900, 1000)
    opened.editor.select_item("i4", "points")
    await opened.settle()
    yield opened
    await opened.close()


@pytest.fixture
def item(plan: Producer) -> ItemEditor:
    return plan.editor.item


def now(plan: Producer, item_id: str = "i4") -> LineUpItem:
    found = plan.live.state.item(item_id)
    assert found is not None
    return found


# --- what is said ---------------------------------------------------------------------------------------------


async def test_talking_points_are_lines_without_marks_and_are_kept_when_the_field_is_left(plan, item):
    await plan.retype(item.points.input, "* Warm and light\n\n - Washable at 30\nFrom Norway")
    assert plan.given == []
    await plan.click(0)
    assert now(plan).points == ("Warm and light", "Washable at 30", "From Norway")
    assert len(plan.given) == 1


async def test_a_note_to_the_host_is_kept_when_another_item_is_chosen(plan, item):
    await plan.retype(item.note.input, "Ask Mia about the fringe")
    plan.editor.select_item("i5")
    await plan.settle()
    assert now(plan).note == "Ask Mia about the fringe"
    assert now(plan, "i5").note == ""
    assert item.note.text == ""


async def test_what_is_typed_is_kept_when_the_workspace_goes(plan, item):
    await plan.retype(item.note.input, "For the rehearsal")
    plan.window.hide()
    await plan.settle()
    assert now(plan).note == "For the rehearsal"


async def test_a_pause_in_typing_keeps_it_too_and_leaves_the_cursor_where_it_is(plan, item, qtbot):
    await plan.retype(item.points.input, "Warm\n")
    item.points._idle.timeout.emit()
    await plan.settle()
    assert now(plan).points == ("Warm",)
    await plan.type("Light")
    assert item.points.text == "Warm\nLight"


async def test_leaving_a_field_unchanged_decides_nothing(plan, item):
    for field in (item.points.input, item.note.input):
        QTest.mouseClick(field.viewport(), Qt.MouseButton.LeftButton)
        await plan.click(3)
    assert plan.given == []


async def test_esc_brings_back_what_is_planned(plan, item):
    before = item.points.text
    await plan.retype(item.points.input, "Nonsense")
    await plan.press(Key.Key_Escape)
    assert item.points.text == before
    await plan.click(0)
    assert plan.given == []


async def test_ctrl_z_in_a_field_is_the_fields_own(plan, item):
    await plan.click(0)
    await plan.press(Key.Key_Delete)
    plan.editor.select_item("i4", "points")
    await plan.retype(item.note.input, "ab")
    await plan.press(Key.Key_Z, CTRL)
    assert item.note.text != "ab"
    assert "i1" not in plan.order


async def test_someone_elses_change_is_shown_unless_somebody_types(plan, item):
    await plan.give(cmd.ChangeItem(msgspec.structs.replace(now(plan), note="From the other seat")))
    assert item.note.text == "From the other seat"
    await plan.retype(item.note.input, "Mine")
    await plan.give(cmd.ChangeItem(msgspec.structs.replace(now(plan), note="Theirs", target_units=9)))
    assert item.note.text == "Mine"
    await plan.click(0)
    assert (now(plan).note, now(plan).target_units) == ("Mine", 9)


async def test_a_talk_has_points_and_a_note_and_nothing_of_a_product(plan, item):
    plan.editor.select_item("i10")
    assert [item.tabs.isTabVisible(n) for n in range(len(PAGES))] == [True, False, False, False]


async def test_without_an_item_it_says_what_to_do(plan, item):
    await plan.give(cmd.RemoveItem("i4"))
    await plan.settle()
    plan.editor.item.show_item("")
    assert item.nothing.isVisible()
    assert item.nothing.text() == "Select an item to see and change everything about it."


# --- price and stock ------------------------------------------------------------------------------------------


async def test_the_show_price_is_checked_against_what_the_shop_will_charge(plan, item):
    plan.editor.select_item("i4", "price")
    prices = item.prices
    assert prices.after.text() == "With NORD20 the shop will charge €71.20; now it charges €89.00."
    assert prices.claim.text() == "To be claimed: €84.00 struck −15 %, by the lowest price of 30 days."
    await plan.retype(prices.price.input, "70")
    await plan.press(Key.Key_Return)
    assert now(plan).show_price_minor == 7000
    assert (
        prices.mismatch.text() == "⚠ The shop will charge €71.20, not €70.00: change the code, or this price."
    )
    prices.take.click()
    await plan.settle()
    assert now(plan).show_price_minor == 7120
    assert not prices.mismatch.isVisible()
    assert prices.price.text == "71.20"


async def test_a_code_of_the_whole_show_is_in_the_price_that_is_checked_and_is_named(plan, item):
    plan.editor.select_item("i4", "price")
    prices = item.prices
    half = PromoPlan(
        "plan-half", "HALF", PromoKind.PERCENT, 50, scope=PromoScope.ALL, after_start_ms=0, minutes=90
    )
    await plan.give(cmd.PlanPromos((half,)))
    await plan.settle()
    assert prices.after.text() == "With HALF the shop will charge €44.50; now it charges €89.00."


async def test_a_reduction_is_not_claimed_without_a_30_day_low_or_below_it(plan, item):
    plan.editor.select_item("i5", "price")
    assert item.prices.claim.text() == "No reduction may be claimed: it was €37.00 within 30 days."
    board = plan.studio.products["p5"]
    bare = tuple(msgspec.structs.replace(v, low_30d=None) for v in board.variants)
    plan.studio.hear_product(msgspec.structs.replace(board, revision=2, variants=bare))
    assert (
        item.prices.claim.text() == "No reduction may be claimed: the lowest price of 30 days is not known."
    )


async def test_a_price_of_the_shop_that_changes_is_seen_at_once(plan, item):
    plan.editor.select_item("i4", "price")
    blanket = plan.studio.products["p4"]
    dearer = tuple(msgspec.structs.replace(v, price=Money(10_000, "EUR")) for v in blanket.variants)
    plan.studio.hear_product(msgspec.structs.replace(blanket, revision=2, variants=dearer))
    assert "€80.00" in item.prices.after.text()
    assert plan.cell(3, Column.PRICE) == "€80.00"


async def test_target_and_safety_stock_stand_against_what_can_be_sold(plan, item):
    plan.editor.select_item("i4", "price")
    assert item.prices.stock.text() == "⚠ 17 can be sold – 23 fewer than the target."
    await plan.retype(item.prices.safety.input, "10")
    await plan.press(Key.Key_Return)
    assert item.prices.stock.text().startswith("⚠ 7 can be sold")
    assert plan.cell(3, Column.STOCK) == "7"
    await plan.retype(item.prices.target.input, "7")
    await plan.press(Key.Key_Return)
    assert item.prices.stock.text() == "7 can be sold."


async def test_a_figure_that_cannot_be_stays_with_the_reason_beside_it(plan, item):
    plan.editor.select_item("i4", "price")
    await plan.retype(item.prices.target.input, "many")
    await plan.press(Key.Key_Return)
    assert plan.given == []
    assert item.prices.target.problem.text() == "⚠ Write a whole number of pieces, such as 40."
    assert item.prices.target.text == "many"
    # It is still there when one comes back to the item.
    plan.editor.select_item("i5", "price")
    assert not item.prices.target.problem.isVisible()
    plan.editor.select_item("i4", "price")
    assert item.prices.target.text == "many"
    assert plan.cell(3, Column.TARGET) == "many"
    await plan.retype(item.prices.target.input, "30")
    await plan.press(Key.Key_Return)
    assert now(plan).target_units == 30
    assert not item.prices.target.problem.isVisible()


async def test_a_full_disk_loses_nothing_of_what_was_typed(plan, item, monkeypatch):
    async def full(_command: object) -> None:
        raise StoreFull("The disk is full: make room, then try again.")

    plan.editor.select_item("i4", "price")
    with monkeypatch.context() as disk:
        disk.setattr(plan.studio, "do", full)
        await plan.retype(item.prices.target.input, "55")
        await plan.press(Key.Key_Return)
    assert item.prices.target.text == "55"
    assert item.prices.target.problem.isVisible()
    assert "The disk is full: make room, then try again." in plan.sentences
    assert now(plan).target_units == 40
    await plan.press(Key.Key_Escape)
    await plan.retype(item.prices.target.input, "55")
    await plan.press(Key.Key_Return)
    assert now(plan).target_units == 55


async def test_variants_are_listed_with_price_and_stock(plan, item):
    plan.editor.select_item("i7", "price")
    table: QTreeWidget = item.prices.variants
    assert table.isVisible()
    rows = [[table.topLevelItem(n).text(c) for c in range(3)] for n in range(4)]
    assert rows[0] == ["Size S", "€69.00", "11"]
    plan.studio.hear_stock("v7S", 0)
    assert table.topLevelItem(0).text(2) == "⚠ Sold out"
    plan.editor.select_item("i4", "price")
    assert not table.isVisible()


# --- pictures and alternatives --------------------------------------------------------------------------------


def with_pictures(plan: Producer, *names: str) -> None:
    blanket = plan.studio.products["p4"]
    urls = tuple(f"https://shop.example/{name}.webp" for name in names)
    plan.studio.hear_product(msgspec.structs.replace(blanket, revision=blanket.revision + 1, image_urls=urls))


def names(item: LineUpItem) -> str:
    return "".join(url.rsplit("/", 1)[1][0] for url in item.images)


async def test_pictures_are_ordered_by_alt_and_the_arrows(plan, item):
    with_pictures(plan, "a", "b", "c")
    plan.editor.select_item("i4", "pictures")
    strip = item.pictures.strip
    strip.setFocus()
    strip.setCurrentRow(2)
    await plan.press(Key.Key_Up, ALT)
    assert names(now(plan)) == "acb"
    assert strip.currentRow() == 1
    await plan.press(Key.Key_Down, ALT)
    # As the shop has them again: nothing is planned about it.
    assert now(plan).images == ()
    await plan.press(Key.Key_Down, ALT)
    assert len(plan.given) == 2


async def test_pictures_are_ordered_by_dragging(plan, item):
    with_pictures(plan, "a", "b", "c")
    plan.editor.select_item("i4", "pictures")
    strip = item.pictures.strip
    strip.setCurrentRow(2)
    box = strip.visualItemRect(strip.item(0))
    spot = QPointF(box.left() + 2, box.center().y())
    data = strip.mimeData(strip.selectedItems())
    drop = QDropEvent(
        spot, Qt.DropAction.MoveAction, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    )
    strip.dropEvent(drop)
    await plan.settle()
    assert names(now(plan)) == "cab"
    assert plan.editor.model.rows[3].facts.image_url.endswith("c.webp")


async def test_a_picture_that_the_shop_took_away_is_not_shown_any_more(plan, item):
    with_pictures(plan, "a", "b")
    await plan.give(
        cmd.ChangeItem(msgspec.structs.replace(now(plan), images=("https://shop.example/b.webp",)))
    )
    plan.editor.select_item("i4", "pictures")
    assert item.pictures.strip.count() == 2
    with_pictures(plan, "a")
    assert item.pictures.strip.count() == 1
    assert plan.editor.model.rows[3].facts.image_url.endswith("a.webp")


async def test_alternatives_are_searched_in_the_catalogue_and_chosen_by_return(plan, item, qtbot):
    plan.editor.select_item("i4", "alternatives")
    box = item.alternatives
    QTest.mouseClick(box.search, Qt.MouseButton.LeftButton)
    await plan.type("te")
    await until_found(plan, 1)
    assert "Stoneware teapot" in box.results.item(0).text()
    await plan.press(Key.Key_Return)
    assert now(plan).alternatives == ("p6",)
    assert box.picked.item(0).text() == "Stoneware teapot · €54.00 · 61 left"
    await plan.type("o")
    await plan.type("a")
    await until_found(plan, 1)
    await plan.press(Key.Key_Down)
    await plan.press(Key.Key_Return)
    assert now(plan).alternatives == ("p6", "p5")
    box.picked.setCurrentRow(0)
    box.picked.setFocus()
    await plan.press(Key.Key_Delete)
    assert now(plan).alternatives == ("p5",)
    assert [type(c) for c in plan.given] == [cmd.ChangeItem] * 3


async def until_found(plan: Producer, least: int) -> None:
    import asyncio

    async with asyncio.timeout(10):
        while plan.editor.item.alternatives.results.count() < least:  # noqa: ASYNC110 - looks at the screen
            await asyncio.sleep(0.01)


async def test_neither_the_item_itself_nor_what_is_chosen_already_is_offered(plan, item):
    await plan.give(cmd.ChangeItem(msgspec.structs.replace(now(plan), alternatives=("p5",))))
    plan.editor.select_item("i4", "alternatives")
    box = item.alternatives
    box.search.setText("er")
    await until_found(plan, 1)
    found = [box.results.item(n).text().split(" · ")[0] for n in range(box.results.count())]
    assert "Oak serving board" not in found
    assert "Felt slippers" in found


# --- from text to value ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "ms"), [("5", 300_000), ("5:30", 330_000), ("1:02:30", 3_750_000), ("2.5", 150_000), ("2,5 min", 150_000), ("0:30", 30_000), ("90:00", 5_400_000)]
)  # fmt: skip
def test_minutes_are_read_as_people_write_them(typed, ms):
    assert read(Field.MINUTES, typed, "EUR", EN) == ms


@pytest.mark.parametrize("typed", ["", "soon", "5:3", "5:60", "1:75:00", "-5", "5:30:99", "²"])
def test_what_is_no_length_is_said_to_be_none(typed):
    with pytest.raises(Wrong, match="Write minutes"):
        read(Field.MINUTES, typed, "EUR", EN)


@pytest.mark.parametrize(
    ("typed", "texts", "currency", "minor"),
    [
        ("71.20", EN, "EUR", 7120), ("€71.20", EN, "EUR", 7120), ("71,20", EN, "EUR", 7120), ("1,234.50", EN, "EUR", 123450),
        ("1.234,50 €", DE, "EUR", 123450), ("71.2", DE, "EUR", 7120), ("71", DE, "EUR", 7100), ("500", EN, "JPY", 500),
        ("7.125", EN, "KWD", 7125), ("", EN, "EUR", None),
    ],
)  # fmt: skip
def test_amounts_are_read_in_any_writing(typed, texts, currency, minor):
    assert read(Field.PRICE, typed, currency, texts) == minor


@pytest.mark.parametrize("typed", ["free", "-5", "1.2.3", "7.125", "99999999999", "."])
def test_what_is_no_price_is_said_to_be_none(typed):
    with pytest.raises(Wrong):
        read(Field.PRICE, typed, "EUR", EN)


@given(
    st.integers(0, 10**9),
    st.sampled_from(["EUR", "JPY", "KWD"]),
    st.sampled_from([EN, DE, Texts("fr"), Texts("nb")]),
)
def test_every_price_is_read_back_as_it_is_written(minor, currency, texts):
    assert read(Field.PRICE, amount_text(minor, currency, texts), currency, texts) == minor


@given(st.text(max_size=60), st.sampled_from(list(Field)))
def test_whatever_is_typed_is_a_value_or_a_sentence(typed, field):
    value = sentence = None
    try:
        value = read(field, typed, "EUR", EN)
    except Wrong as wrong:
        sentence = str(wrong)
    if sentence is not None:
        assert sentence.endswith(".")
        return
    made = put(field, LineUpItem("a", ItemKind.PRODUCT, "A", MINUTE), value)
    # What stands in the field then is read as the same again.
    assert read(field, written(field, made, "EUR", EN), "EUR", EN) == value


def test_the_marks_of_a_list_are_no_part_of_a_point():
    assert read(Field.POINTS, " • Woven in Røros\r\n– Warm\n\n-5° outside is fine", "EUR", EN) == (
        "Woven in Røros", "Warm", "-5° outside is fine",
    )  # fmt: skip


def test_points_and_notes_have_a_length_that_is_said():
    with pytest.raises(Wrong, match="At most 50 talking points"):
        read(Field.POINTS, "x\n" * 51, "EUR", EN)
    with pytest.raises(Wrong, match="at most 1000 characters"):
        read(Field.POINTS, "x" * 1001, "EUR", EN)
    with pytest.raises(Wrong, match="A note has"):
        read(Field.NOTE, "x" * 20_001, "EUR", EN)
    with pytest.raises(Wrong, match="A title has"):
        read(Field.TITLE, "x" * 301, "EUR", EN)
