"""The catalogue as a producer works with it: types, filters, chooses, drags, adds; with mouse and with keys alone."""

from collections.abc import AsyncIterator

import msgspec
import pytest
from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QMenu, QPushButton

from studio.control.ports import StoreFull
from studio.domain import commands as cmd
from studio.domain.catalogue import CatalogueSort
from studio.ui.prepare.catalogue_model import PAGE, ROW_ROLE
from studio.ui.prepare.mime import dragged_products
from studio.ui.studio import ChangeBatch, Link
from tests.fakes.fake_studio import T0, FakeStudio, a_product
from tests.ui.catalogue_kit import MINUTE, CatalogueScene, stocked, with_many

CTRL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def studio(qapp) -> FakeStudio:
    return FakeStudio()


@pytest.fixture
async def scene(studio: FakeStudio, theme) -> AsyncIterator[CatalogueScene]:
    opened = CatalogueScene(studio, theme)
    tester = QAbstractItemModelTester(opened.model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    await opened.open()
    yield opened
    await opened.close()
    assert tester is not None


def choose(chip: QPushButton, *path: str) -> None:
    """Take an entry out of a chip's menu, as a person reads it."""
    menu = chip.menu()
    menu.aboutToShow.emit()
    for text in path[:-1]:
        entry = named(menu, text)
        assert entry.isEnabled(), f"{text} cannot be chosen"
        menu = next(sub for sub in menu.findChildren(QMenu) if sub.menuAction() is entry)
    named(menu, path[-1]).trigger()


def named(menu: QMenu, text: str) -> QAction:
    return next(action for action in menu.actions() if action.text().startswith(text))


async def test_what_is_typed_is_found_letter_by_letter(scene: CatalogueScene):
    assert len(scene.titles) == 9
    scene.panel.focus_search()
    await scene.type("te")
    assert scene.titles == ["Stoneware teapot"]
    scene.key(Qt.Key.Key_Escape)
    await scene.found()
    assert len(scene.titles) == 9
    assert scene.panel.search.text() == ""


async def test_letters_typed_fast_are_asked_for_once(scene: CatalogueScene):
    scene.panel.focus_search()
    asked = len(scene.studio.asked)
    await scene.type("teapot")
    assert [query.words for query, _, _ in scene.studio.asked[asked:]] == ["teapot"]


async def test_an_answer_that_comes_late_does_not_replace_what_was_asked_since(
    scene: CatalogueScene, studio: FakeStudio
):
    slow = studio.hold
    slow.clear()
    scene.panel.filters.bestseller.click()
    await scene.until(lambda: len(studio.asked) == 2, "the first question")
    first = len(scene.tasks)
    assert first == 1
    scene.panel.filters.bestseller.click()
    scene.panel.focus_search()
    scene.key(Qt.Key.Key_T)
    scene.key(Qt.Key.Key_E)
    await scene.until(lambda: studio.asked[-1][0].words == "te", "the second question")
    slow.set()
    await scene.found()
    assert scene.titles == ["Stoneware teapot"]


async def test_thousands_of_products_are_read_as_somebody_comes_to_them(qapp, theme):
    scene = CatalogueScene(with_many(FakeStudio(), 1_000), theme)
    tester = QAbstractItemModelTester(scene.model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    await scene.open()
    assert scene.model.rowCount() < 200
    assert "1,009" in scene.panel.search.placeholderText()
    assert scene.panel.header.note.text().startswith("1,009 found")
    scene.panel.view.setFocus()
    while (before := scene.model.rowCount()) < 1_009:
        scene.key(Qt.Key.Key_End)
        await scene.until(lambda before=before: scene.model.rowCount() > before, "the next page")
    assert not scene.model.canFetchMore(QModelIndex())
    assert len(set(scene.titles)) == len(scene.titles) == 1_009
    assert scene.titles == sorted(scene.titles, key=str.casefold)
    assert {limit for _, _, limit in scene.studio.asked} == {PAGE}
    assert tester is not None
    await scene.close()


async def test_filters_hold_together_and_are_taken_away_at_once(scene: CatalogueScene, studio: FakeStudio):
    with_many(studio, 30)
    studio.shown["p110"] = 2
    panel = scene.panel
    choose(panel.filters.price, "≤ €20.00")
    await scene.found()
    assert "Hand cream, 3 scents" in scene.titles
    assert "Felt slippers" not in scene.titles
    panel.filters.in_stock.click()
    await scene.found()
    scene.model.read_again()
    panel._facets_asked = False
    panel._ask_facets()
    await scene.found()
    choose(panel.filters.more, "Tag", "gift")
    await scene.found()
    assert scene.titles == ["Item 0100", "Item 0110", "Item 0120"]
    choose(panel.filters.more, "Not shown yet")
    await scene.found()
    assert scene.titles == ["Item 0100", "Item 0120"]
    assert panel.filters.more.text() == "2 more filters"
    choose(panel.filters.more, "Take all filters away")
    await scene.found()
    assert len(scene.titles) == 39
    assert not panel.filters.in_stock.isChecked()
    assert panel.filters.price.text() == "Price"


async def test_products_come_in_the_order_that_was_chosen(scene: CatalogueScene):
    choose(scene.panel.filters.order, "Dearest first")
    await scene.found()
    prices = [scene.model.row(at).product.price.amount_minor for at in range(9)]
    assert prices == sorted(prices, reverse=True)
    assert scene.studio.asked[-1][0].sort is CatalogueSort.PRICE_DOWN
    assert scene.panel.filters.order.text() == "Dearest first"


async def test_the_plus_adds_its_product_and_shows_what_is_in_the_line_up(qapp, theme):
    studio = FakeStudio()
    stocked(studio, a_product(50, "Zither", 9_000), 3)
    scene = CatalogueScene(studio, theme)
    await scene.open()
    at = scene.titles.index("Zither")
    assert not scene.model.row(at).planned
    scene.panel.view.scrollTo(scene.model.index(at))
    scene.click_button(at)
    assert [[p.id for p in wanted] for wanted in scene.wanted] == [["p50"]]
    assert scene.panel.chosen() == [], "the button chooses nothing"
    planned = scene.titles.index("Felt slippers")
    assert scene.model.row(planned).planned
    scene.panel.view.scrollTo(scene.model.index(planned))
    scene.click_button(planned)
    assert len(scene.wanted) == 1, "what is in the line-up is not added again by accident"
    await studio.do(cmd.RemoveItem("i9"))
    assert not scene.model.row(planned).planned
    scene.click_button(planned)
    assert [p.id for p in scene.wanted[-1]] == ["p9"]
    await scene.close()


async def test_several_are_chosen_and_added_by_keys_alone(qapp, theme):
    scene = CatalogueScene(with_many(FakeStudio(), 30), theme)
    await scene.open()
    scene.panel.focus_search()
    await scene.type("item 01")
    scene.key(Qt.Key.Key_Down)
    scene.key(Qt.Key.Key_Down, SHIFT)
    scene.key(Qt.Key.Key_Down, SHIFT)
    scene.key(Qt.Key.Key_Return)
    assert [p.title for p in scene.wanted[-1]] == ["Item 0100", "Item 0101", "Item 0102"]
    scene.panel.view.setFocus()
    scene.key(Qt.Key.Key_Down)
    scene.key(Qt.Key.Key_Return)
    assert [p.title for p in scene.wanted[-1]] == ["Item 0103"]
    await scene.type("5")
    assert scene.panel.search.text() == "item 015", "a letter typed among the rows goes on in the search"
    assert scene.panel.search.hasFocus()
    await scene.close()


async def test_a_barcode_that_is_scanned_adds_its_product(qapp, theme):
    scene = CatalogueScene(with_many(FakeStudio(), 30), theme)
    await scene.open()
    scene.panel.focus_search()
    for letter in "SKU-117":
        scene.panel.search.insert(letter)
    scene.key(Qt.Key.Key_Return)
    assert scene.wanted == []
    await scene.found()
    assert [[p.title for p in wanted] for wanted in scene.wanted] == [["Item 0117"]]
    await scene.close()


async def test_clicks_choose_several_and_a_drag_carries_them_in_order(scene: CatalogueScene):
    scene.click_row(3)
    scene.click_row(1, CTRL)
    rows = scene.panel.view.selectionModel().selectedIndexes()
    dragged = dragged_products(scene.model.mimeData(rows))
    assert list(dragged) == [scene.model.row(1).product.id, scene.model.row(3).product.id]
    assert scene.model.flags(scene.model.index(0)) & Qt.ItemFlag.ItemIsDragEnabled
    scene.click_row(4, SHIFT)
    assert len(scene.panel.chosen()) == 4


async def test_what_is_in_the_line_up_is_added_once_more_by_the_menu_only(scene: CatalogueScene):
    scene.click_row(0)
    scene.panel.view.setFocus()
    scene.key(Qt.Key.Key_Return)
    assert scene.wanted == []
    scene.panel.view.menu_asked.emit(scene.panel.mapToGlobal(scene.panel.rect().center()))
    menu = scene.panel.findChild(QMenu, options=Qt.FindChildOption.FindDirectChildrenOnly)
    assert menu is not None
    assert not named(menu, "Add to the line-up").isEnabled()
    named(menu, "Add once more").trigger()
    assert [p.title for p in scene.wanted[-1]] == [scene.titles[0]]
    menu.close()


async def test_stock_and_texts_that_change_are_seen_in_their_rows(scene: CatalogueScene, studio: FakeStudio):
    at = scene.titles.index("Felt slippers")
    index = scene.model.index(at)
    assert "9 in stock" in scene.model.data(index, Qt.ItemDataRole.AccessibleTextRole)
    studio.hear_stock("v9", 0)
    assert "sold out" in scene.model.data(index, Qt.ItemDataRole.AccessibleTextRole)
    product = studio.products["p9"]
    studio.hear_product(msgspec.structs.replace(product, revision=2, title="Felt slippers, grey"))
    assert scene.titles[at] == "Felt slippers, grey"


async def test_products_that_come_while_the_catalogue_is_read_appear_without_moving_the_hand(
    scene: CatalogueScene, studio: FakeStudio
):
    scene.click_row(2)
    chosen = scene.panel.chosen()[0].product.id
    fresh = a_product(60, "A new thing", 500)
    stocked(studio, fresh, 4)
    studio.changes.emit(ChangeBatch(products=(fresh,)))
    await scene.until(lambda: "A new thing" in scene.titles, "the new product")
    assert [row.product.id for row in scene.panel.chosen()] == [chosen]
    assert scene.panel.header.note.text().startswith("10 found")


async def test_how_old_stock_is_is_said_while_the_shop_is_not_heard(
    scene: CatalogueScene, studio: FakeStudio
):
    words = scene.panel._words
    row = scene.model.row(scene.titles.index("Oak serving board"))
    assert [text for text, _ in words.line(row)] == ["€42.00 · ", "140 in stock"]
    scene.wall += 180 * MINUTE
    assert len(words.line(row)) == 2, "the shop is heard: what it has not told has not changed"
    studio.hear_link("demo", "shop", Link.DOWN, "The shop does not answer.")
    assert [text for text, _ in words.line(row)][-1] == " · 3 h ago"
    assert "read 3 h ago" in words.whole(row)
    scene.panel._tick()
    assert scene.panel.header.note.text() == "9 found · read 3 h ago"


async def test_nothing_found_says_so_and_offers_the_way_back(scene: CatalogueScene):
    scene.panel.focus_search()
    await scene.type("zebra")
    assert scene.panel.empty.isVisible()
    assert scene.panel.empty.sentence.text().startswith("Nothing found.")
    scene.panel.empty.button.click()
    await scene.found()
    assert len(scene.titles) == 9
    assert scene.panel.view.isVisible()
    assert scene.panel.search.text() == ""


async def test_a_shop_that_was_never_read_is_said_to_be_so(qapp, theme):
    studio = FakeStudio()
    studio.products.clear()
    studio.read_wall_ms = None
    scene = CatalogueScene(studio, theme)
    assert scene.panel.empty.sentence.text() == "Looking through the catalogue…"
    await scene.open()
    assert scene.panel.empty.sentence.text().startswith("No products yet.")
    await scene.close()


async def test_what_cannot_be_read_is_said_and_tried_again(qapp, theme):
    studio = FakeStudio()
    studio.catalogue_fails = StoreFull("The disk is full: make room.")
    scene = CatalogueScene(studio, theme)
    await scene.open()
    assert (
        scene.panel.empty.sentence.text() == "The catalogue could not be read. The disk is full: make room."
    )
    assert [str(error) for error in scene.errors] == ["The disk is full: make room."]
    studio.catalogue_fails = None
    scene.panel.empty.button.click()
    await scene.found()
    assert len(scene.titles) == 9
    await scene.close()


async def test_every_row_and_every_control_can_be_read_out(scene: CatalogueScene):
    spoken = [scene.model.data(scene.model.index(at), Qt.ItemDataRole.AccessibleTextRole) for at in range(9)]
    assert "Beeswax candle trio, €24.00, sold out, in the line-up" in spoken
    panel = scene.panel
    controls = (panel.search, panel.view, *panel.filters.findChildren(QPushButton))
    assert all(control.accessibleName() or control.text() for control in controls)
    assert scene.model.data(scene.model.index(0), ROW_ROLE).product.id


async def test_foreign_text_is_shown_as_text(qapp, theme):
    studio = FakeStudio()
    nasty = msgspec.structs.replace(a_product(70, "<img src=x> & <b>Co</b>", 500), category="<i>Home</i>")
    stocked(studio, nasty, 3)
    scene = CatalogueScene(studio, theme)
    await scene.open()
    row = scene.model.row(0)
    assert row.product.id == "p70"
    assert "<img src=x> & <b>Co</b>" in scene.panel._words.whole(row)
    choose(scene.panel.filters.more, "Category", "<i>Home</i>")
    await scene.found()
    assert scene.titles == ["<img src=x> & <b>Co</b>"]
    assert studio.read_wall_ms == T0
    await scene.close()
