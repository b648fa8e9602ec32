"""The line-up in the hand: reordered, skipped, searched, pinned from; and the palette pins too."""

import msgspec
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu

from studio.domain import commands as cmd
from studio.domain.lineup import ItemStatus
from studio.ui.command_palette import CommandPalette
from studio.ui.models.lineup_model import ROW_ROLE
from tests.fakes.fake_studio import a_product
from tests.ui.host.conftest import ALT, CTRL, Host, until

Key = Qt.Key


def order(host: Host) -> list[str]:
    model = host.host.lineup_model
    return [model.row(n).item.id for n in range(model.rowCount())]


def middle_of(host: Host, row: int, down: float = 0.5) -> QPoint:
    box = host.host.lineup.view.visualRect(host.host.lineup_model.index(row))
    return QPoint(box.center().x(), round(box.top() + box.height() * down))


async def select(host: Host, row: int) -> None:
    view = host.host.lineup.view
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=middle_of(host, row))
    await host.done()


async def test_alt_and_the_arrows_move_the_selected_item(on_air: Host):
    await select(on_air, 4)
    await on_air.press(Key.Key_Up, ALT)
    assert order(on_air)[:6] == ["i1", "i2", "i3", "i5", "i4", "i6"]
    assert on_air.host.lineup.selected_row == 3
    await on_air.press(Key.Key_Down, ALT)
    await on_air.press(Key.Key_Down, ALT)
    assert order(on_air)[:7] == ["i1", "i2", "i3", "i4", "i6", "i5", "i7"]
    await on_air.press(Key.Key_Z, CTRL)
    assert order(on_air)[:6] == ["i1", "i2", "i3", "i4", "i5", "i6"]


@pytest.mark.parametrize(("onto", "down", "place"), [(7, 0.9, 7), (7, 0.1, 6), (1, 0.1, 1), (1, 0.9, 2)])
async def test_an_item_is_dragged_to_another_place(
    on_air: Host, monkeypatch, onto: int, down: float, place: int
):
    view = on_air.host.lineup.view
    port = view.viewport()

    def let_go(_actions: Qt.DropAction) -> None:
        # Without a window system nothing is carried: the hand lets go where it would have.
        data = on_air.host.lineup_model.mimeData([view.currentIndex()])
        spot = QPointF(middle_of(on_air, onto, down))
        drop = QDropEvent(
            spot, Qt.DropAction.MoveAction, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
        )
        view.dropEvent(drop)

    monkeypatch.setattr(view, "startDrag", let_go)
    QTest.mousePress(port, Qt.MouseButton.LeftButton, pos=middle_of(on_air, 4))
    QTest.mouseMove(port, middle_of(on_air, 5))
    QTest.mouseMove(port, middle_of(on_air, 6))
    QTest.mouseRelease(port, Qt.MouseButton.LeftButton, pos=middle_of(on_air, 6))
    await on_air.done()
    assert on_air.given == [cmd.MoveItem("i5", place)]
    assert order(on_air).index("i5") == place
    assert on_air.host.lineup.selected_row == place


async def test_an_item_dropped_where_it_was_stays(on_air: Host):
    view = on_air.host.lineup.view
    await select(on_air, 4)
    data = on_air.host.lineup_model.mimeData([view.currentIndex()])
    spot = QPointF(middle_of(on_air, 4, 0.9))
    drop = QDropEvent(
        spot, Qt.DropAction.MoveAction, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    )
    view.dropEvent(drop)
    await on_air.done()
    assert on_air.given == []


async def test_an_item_is_skipped_and_planned_again_by_key(on_air: Host):
    await select(on_air, 5)
    await on_air.press(Key.Key_Delete, CTRL)
    assert on_air.host.lineup_model.row(5).status is ItemStatus.SKIPPED
    await on_air.press(Key.Key_Delete, CTRL)
    assert on_air.host.lineup_model.row(5).status is ItemStatus.PLANNED


async def test_without_a_selected_item_nothing_can_be_skipped_and_the_menu_says_why(on_air: Host):
    assert "Select an item" in on_air.actions["item.skip"].toolTip()
    await on_air.press(Key.Key_Delete, CTRL)
    assert on_air.given == []


async def test_return_and_a_double_click_pin_the_selected_item(on_air: Host):
    await select(on_air, 3)
    await on_air.press(Key.Key_Return)
    assert on_air.on_air == "Wool blanket “Nord”, 140×200"
    view = on_air.host.lineup.view
    await select(on_air, 4)
    QTest.mouseDClick(view.viewport(), Qt.MouseButton.LeftButton, pos=middle_of(on_air, 4))
    await on_air.done()
    assert on_air.on_air == "Oak serving board"


async def test_the_menu_of_an_item_pins_skips_and_takes_it_out(on_air: Host):
    on_air.host.lineup.view.menu_asked.emit(5, QPoint(10, 10))
    menu = next(m for m in on_air.host.lineup.findChildren(QMenu))
    assert [a.text() for a in menu.actions()] == ["Pin now", "Skip", "Take out of the line-up"]
    menu.actions()[2].trigger()
    await on_air.done()
    assert "i6" not in order(on_air)
    menu.close()


async def test_what_was_shown_cannot_be_taken_out(on_air: Host):
    on_air.host.lineup.view.menu_asked.emit(0, QPoint(10, 10))
    menu = next(m for m in on_air.host.lineup.findChildren(QMenu))
    assert [a.isEnabled() for a in menu.actions()] == [False, False, False]
    menu.close()


def also_sold(host: Host, number: int, title: str) -> None:
    """The shop sells this too."""
    level = host.studio.levels["v1"]
    host.studio.levels[f"v{number}"] = msgspec.structs.replace(level, variant_id=f"v{number}")
    host.studio.hear_product(a_product(number, title, 5900))


async def search(host: Host, words: str) -> None:
    await host.press(Key.Key_F, CTRL)
    await host.type(words)
    found = host.host.lineup.results
    await until(lambda: found.isVisible() and found.item(0).data(ROW_ROLE) is not None, "the result")


async def test_a_product_that_nobody_planned_is_searched_and_pinned(on_air: Host):
    also_sold(on_air, 77, "Enamel kettle")
    await search(on_air, "kettle")
    await on_air.press(Key.Key_Return)
    assert on_air.on_air == "Enamel kettle"
    assert order(on_air)[:3] == ["i1", on_air.live.state.on_air_id, "i2"]
    assert on_air.host.lineup.search.text() == ""
    assert QApplication.focusWidget() is on_air.host
    pinned = on_air.live.state.on_air
    assert pinned is not None
    assert pinned.planned_price_minor == 5900, "what it costs now, for whoever asks later whether it changed"


async def test_an_item_of_the_line_up_is_found_first_and_chosen_with_the_arrows(on_air: Host):
    also_sold(on_air, 77, "Tea towel")
    await search(on_air, "tea")
    rows = on_air.host.lineup.results
    assert [rows.item(n).text() for n in range(rows.count())] == ["Stoneware teapot", "Tea towel"]
    await on_air.press(Key.Key_Down)
    await on_air.press(Key.Key_Return)
    assert on_air.on_air == "Tea towel"


async def test_a_search_that_finds_nothing_says_what_to_do_and_esc_ends_it(on_air: Host):
    await on_air.press(Key.Key_F, CTRL)
    await on_air.type("zzz")
    rows = on_air.host.lineup.results
    await until(lambda: "Nothing found" in rows.item(0).text(), "the answer")
    await on_air.press(Key.Key_Return)
    assert on_air.given == []
    await on_air.press(Key.Key_Escape)
    assert on_air.host.lineup.view.isVisible()
    assert on_air.on_air == "Linen throw “Fjord”"


async def test_the_answer_to_an_older_search_is_not_shown(on_air: Host):
    await search(on_air, "tea")
    await on_air.press(Key.Key_Escape)
    await search(on_air, "oak")
    rows = on_air.host.lineup.results
    assert [rows.item(n).text() for n in range(rows.count())] == ["Oak serving board"]


async def test_the_palette_pins_a_product(on_air: Host):
    await on_air.press(Key.Key_K, CTRL)
    palette = on_air.window.findChild(CommandPalette)
    await until(palette.isVisible, "the palette")
    QTest.keyClicks(palette.field, "oak serv")
    entries = [palette.model.entry(n).text for n in range(palette.model.rowCount())]
    assert "Pin Oak serving board" in entries
    for _ in range(entries.index("Pin Oak serving board")):
        QTest.keyClick(palette.field, Key.Key_Down)
    QTest.keyClick(palette.field, Key.Key_Return)
    await on_air.done()
    assert on_air.on_air == "Oak serving board"


async def test_a_product_pinned_from_the_palette_is_planned_with_the_shops_price(on_air: Host):
    also_sold(on_air, 77, "Enamel kettle")
    await until(lambda: "p77" in on_air.live.products, "the product")
    entry = next(e for e in on_air.host.product_entries("kettle") if e.text == "Pin Enamel kettle")
    entry.run()
    await on_air.done()
    pinned = on_air.live.state.on_air
    assert pinned is not None
    assert (pinned.title, pinned.sku, pinned.planned_price_minor) == ("Enamel kettle", "SKU-77", 5900)


async def test_the_list_follows_what_is_on_air_but_never_under_the_hand(on_air: Host):
    for n in range(40):
        item = msgspec.structs.replace(on_air.live.state.items[4], id=f"x{n}", title=f"Board {n}")
        await on_air.give(cmd.AddItem(item, 100))
    view = on_air.host.lineup.view
    await on_air.give(cmd.PinItem("x30"))
    await on_air.done()
    assert view.viewport().rect().intersects(view.visualRect(on_air.host.lineup_model.index(40)))
    view.scrollToTop()
    await select(on_air, 2)
    await on_air.give(cmd.PinItem("x31"))
    await on_air.done()
    assert view.verticalScrollBar().value() == 0


async def test_an_empty_line_up_says_what_to_do(on_air: Host):
    on_air.live.state = msgspec.structs.replace(on_air.live.state, items=(), on_air_id="", statuses={})
    on_air.live.show_changed.emit()
    on_air.host.tick()
    assert on_air.host.lineup.empty.isVisible()
    assert "search a product above" in on_air.host.lineup.empty.sentence.text()


@pytest.mark.parametrize("width", [200, 280, 400])
async def test_rows_with_the_longest_titles_are_painted_at_any_width(on_air: Host, width: int):
    long = msgspec.structs.replace(on_air.live.state.items[1], title="Wohndecke mit Fransen " * 14)
    await on_air.give(cmd.ChangeItem(long))
    on_air.host.lineup.view.resize(width, 400)
    assert not on_air.host.lineup.view.grab().isNull()
