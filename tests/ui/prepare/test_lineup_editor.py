"""A producer plans a line-up: by mouse and keys, several items at once, undone and done again."""

import itertools
from collections.abc import AsyncIterator

import hypothesis.strategies as st
import msgspec
import pytest
from hypothesis import given, settings
from PySide6.QtCore import QMimeData, Qt
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtTest import QAbstractItemModelTester, QTest
from PySide6.QtWidgets import QApplication, QLineEdit

from studio.domain import commands as cmd
from studio.domain.commands import Refused
from studio.domain.lineup import ItemKind, LineUpItem
from studio.domain.promo import PromoKind, PromoPlan, PromoScope
from studio.ui.models.live_show import LiveShow
from studio.ui.palette import DARK, LIGHT
from studio.ui.prepare.item_edits import ItemEdits
from studio.ui.prepare.lineup_clipboard import ITEMS, as_new, pasted_items
from studio.ui.prepare.lineup_edit_model import Column, LineUpEditModel
from studio.ui.prepare.lineup_moves import StepKind, steps
from studio.ui.prepare.mime import products_mime
from studio.ui.texts import Texts
from tests.fakes.fake_studio import MINUTE, a_plan, a_product
from tests.ui.host_scene import at_once
from tests.ui.lineup_scene import Producer, a_planned_studio

Key = Qt.Key
CTRL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier
ALT = Qt.KeyboardModifier.AltModifier
FIRST = [f"i{n}" for n in range(1, 11)]


@pytest.fixture
async def plan(qapp, theme) -> AsyncIterator[Producer]:
    """The line-up editor of a show that has not begun."""
    opened = Producer(qapp, a_planned_studio(), theme=theme)
    QAbstractItemModelTester(
        opened.editor.model, QAbstractItemModelTester.FailureReportingMode.Fatal, opened.window
    )
    await opened.open()
    yield opened
    await opened.close()


def sold(plan: Producer, number: int, title: str, price: int) -> None:
    """The shop sells this too."""
    level = plan.studio.levels["v1"]
    plan.studio.levels[f"v{number}"] = msgspec.structs.replace(level, variant_id=f"v{number}")
    plan.studio.hear_product(a_product(number, title, price))


# --- what is seen ---------------------------------------------------------------------------------------------


async def test_a_row_says_when_it_starts_what_it_costs_and_what_is_left(plan: Producer):
    row = [plan.cell(3, column) for column in Column]
    assert row == [
        "4",
        "",
        "Wool blanket “Nord”, 140×200",
        "6:00",
        "20:15",
        "€71.20",
        "40",
        "17",
        "NORD20 10 min",
    ]
    assert plan.editor.header.note.text() == "10 items · 55:00 of 1:30:00"


async def test_without_a_date_the_starts_count_from_the_beginning(qapp, theme):
    plan = Producer(qapp, a_planned_studio(dated=False), theme=theme)
    assert [plan.cell(row, Column.STARTS) for row in (0, 1, 9)] == ["0:00", "5:00", "47:00"]
    await plan.close()


async def test_a_line_up_longer_than_the_show_is_told_in_amber_with_a_sign(plan: Producer):
    await plan.click(0, Column.MINUTES)
    await plan.type("60")
    await plan.press(Key.Key_Return)
    assert plan.editor.header.note.text() == "⚠ 10 items · 1:50:00 of 1:30:00"
    assert plan.editor.header.note.property("tone") == "warning"
    assert plan.cell(1, Column.STARTS) == "21:00"


async def test_variants_stand_under_their_product_when_it_is_opened(plan: Producer):
    robe = plan.editor.model.index(6, 0)
    assert plan.editor.model.rowCount(robe) == 4
    QTest.mouseClick(plan.view.viewport(), Qt.MouseButton.LeftButton, pos=plan.middle(6, share=0.75))
    assert plan.view.isExpanded(robe)
    cells = [
        [str(plan.editor.model.index(n, c, robe).data()) for c in (Column.ITEM, Column.PRICE, Column.STOCK)]
        for n in range(4)
    ]
    assert cells[0] == ["Size S", "€69.00", "11"]
    assert cells[3] == ["Size XL", "€75.00", "2"]
    plan.studio.hear_stock("v7S", 3)
    assert plan.editor.model.index(0, Column.STOCK, robe).data() == "3"
    await plan.press(Key.Key_Left)
    assert not plan.view.isExpanded(robe)


async def test_a_variant_that_the_shop_adds_comes_in_under_its_product(plan: Producer):
    robe = plan.studio.products["p7"]
    kept = robe.variants[:1]
    plan.studio.hear_product(msgspec.structs.replace(robe, revision=2, variants=kept))
    assert plan.editor.model.rowCount(plan.editor.model.index(6, 0)) == 0
    plan.studio.hear_product(msgspec.structs.replace(robe, revision=3))
    assert plan.editor.model.rowCount(plan.editor.model.index(6, 0)) == 4


async def test_a_price_that_the_shop_will_not_charge_is_told_in_amber(plan: Producer):
    await plan.click(3, Column.PRICE)
    await plan.type("69.90")
    await plan.press(Key.Key_Return)
    assert plan.live.state.items[3].show_price_minor == 6990
    assert plan.cell(3, Column.PRICE) == "€69.90"
    assert "With NORD20 the shop will charge €71.20." in plan.editor.model.index(3, Column.PRICE).data(
        Qt.ItemDataRole.ToolTipRole
    )
    assert plan.editor.model.rows[3].facts.price.mismatch


async def test_a_code_of_the_whole_show_is_in_every_price_of_the_line_up_as_soon_as_it_is_planned(
    plan: Producer,
):
    def hint(row: int) -> str:
        return str(plan.editor.model.index(row, Column.PRICE).data(Qt.ItemDataRole.ToolTipRole))

    assert "HALF" not in hint(3)
    half = PromoPlan("half", "HALF", PromoKind.PERCENT, percent=50, scope=PromoScope.LINEUP)
    await plan.give(cmd.PlanPromos((half,)))
    assert "With HALF the shop will charge €44.50." in hint(3), "a viewer uses one code, the best"
    await plan.give(cmd.Undo())
    assert "HALF" not in hint(3)


async def test_a_screen_reader_hears_the_row_in_one_sentence(plan: Producer):
    spoken = plan.editor.model.index(6, Column.ITEM).data(Qt.ItemDataRole.AccessibleTextRole)
    assert spoken == "7, Cotton bathrobe, 6:00, 20:31, €62.10, 33 can be sold, 40 is the target, 4 variants"


async def test_a_narrow_table_keeps_titles_readable_and_leaves_columns_out(plan: Producer):
    plan.window.resize(540, 700)
    await plan.settle()
    hidden = {column for column in Column if plan.view.isColumnHidden(column)}
    assert {Column.PICTURE, Column.TARGET} <= hidden
    assert not hidden & {Column.ITEM, Column.MINUTES, Column.PRICE, Column.STOCK}
    assert plan.view.columnWidth(Column.ITEM) >= 150


async def test_what_is_typed_is_in_sight_in_a_window_of_1100_by_700(plan: Producer):
    """The workspace's columns leave so much there; what is reckoned goes first."""
    plan.window.resize(592, 640)
    await plan.settle()
    assert plan.view.viewport().width() == 560
    hidden = {column for column in Column if plan.view.isColumnHidden(column)}
    assert hidden == {Column.PICTURE, Column.STARTS}
    assert plan.view.columnWidth(Column.ITEM) >= 150


async def test_the_name_of_a_column_is_its_tooltip_where_it_is_cut(plan: Producer):
    for role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
        assert plan.editor.model.headerData(Column.PRICE, Qt.Orientation.Horizontal, role) == "Show price"
    assert plan.editor.model.headerData(0, Qt.Orientation.Vertical) is None


# --- typing into cells ----------------------------------------------------------------------------------------


async def test_minutes_are_typed_and_what_follows_starts_later(plan: Producer):
    await plan.click(0, Column.MINUTES)
    await plan.type("7:30")
    await plan.press(Key.Key_Return)
    assert plan.given == [cmd.ChangeItem(plan.live.state.items[0])]
    assert plan.live.state.items[0].planned_ms == 450_000
    assert [plan.cell(row, Column.STARTS) for row in (0, 1)] == ["20:00", "20:07"]


async def test_a_figure_typed_on_a_cell_replaces_what_stood_there(plan: Producer):
    await plan.click(0)
    for _ in range(3):
        await plan.press(Key.Key_Right)
    assert plan.view.currentIndex().column() == Column.TARGET
    await plan.type("85")
    await plan.press(Key.Key_Return)
    assert plan.live.state.items[0].target_units == 85


async def test_a_title_is_edited_by_f2_and_by_return(plan: Producer):
    await plan.click(9)
    await plan.press(Key.Key_F2)
    await plan.type("Questions and a draw")
    await plan.press(Key.Key_Return)
    assert plan.live.state.items[9].title == "Questions and a draw"
    await plan.press(Key.Key_Return)
    assert isinstance(QApplication.focusWidget(), QLineEdit)
    await plan.press(Key.Key_Escape)
    assert len(plan.given) == 1


async def test_typing_what_stands_there_already_decides_nothing(plan: Producer):
    await plan.click(0, Column.MINUTES)
    await plan.type("5")
    await plan.press(Key.Key_Return)
    await plan.click(0, Column.PRICE)
    await plan.press(Key.Key_Return)
    assert plan.given == []


async def test_what_cannot_be_is_kept_as_typed_and_says_why(plan: Producer):
    await plan.click(1, Column.MINUTES)
    await plan.type("soon")
    await plan.press(Key.Key_Return)
    assert plan.given == []
    assert plan.cell(1, Column.MINUTES) == "soon"
    assert plan.editor.problem.text() == (
        "⚠ “Ceramic mug set of 4” Minutes: Write minutes, or minutes and seconds: 5 or 5:30."
    )
    await plan.click(1, Column.MINUTES)
    field = QApplication.focusWidget()
    assert isinstance(field, QLineEdit)
    assert field.text() == "soon"
    await plan.type("4")
    await plan.press(Key.Key_Return)
    assert plan.live.state.items[1].planned_ms == 4 * MINUTE
    assert not plan.editor.problem.isVisible()


async def test_what_the_rules_refuse_stays_too_with_their_sentence(plan: Producer):
    await plan.click(1, Column.MINUTES)
    await plan.type("0")
    await plan.press(Key.Key_Return)
    assert plan.editor.problem.text().endswith("The planned minutes must be more than zero.")
    assert plan.cell(1, Column.MINUTES) == "0"
    assert plan.live.state.items[1].planned_ms == 5 * MINUTE


async def test_tab_goes_on_through_the_cells_that_are_typed_into(plan: Producer):
    await plan.click(0, Column.MINUTES)
    await plan.type("6")
    await plan.press(Key.Key_Tab)
    await plan.type("45")
    await plan.press(Key.Key_Tab)
    await plan.type("70")
    await plan.press(Key.Key_Return)
    first = plan.live.state.items[0]
    assert (first.planned_ms, first.show_price_minor, first.target_units) == (6 * MINUTE, 4500, 70)


async def test_leaving_a_cell_by_the_mouse_keeps_what_was_typed(plan: Producer):
    await plan.click(0, Column.TARGET)
    await plan.type("90")
    await plan.click(4)
    assert plan.live.state.items[0].target_units == 90


async def test_two_edits_before_the_first_is_decided_lose_neither(plan: Producer):
    edits = plan.editor.edits
    from studio.ui.prepare.item_values import Field

    edits.commit("i1", Field.MINUTES, "9")
    edits.commit("i1", Field.TARGET, "12")
    await plan.settle()
    assert (plan.live.state.items[0].planned_ms, plan.live.state.items[0].target_units) == (9 * MINUTE, 12)


async def test_while_a_cell_is_typed_into_news_of_the_shop_do_not_change_it(plan: Producer):
    await plan.click(0, Column.PRICE)
    await plan.type("4")
    plan.studio.hear_stock("v1", 3)
    await plan.give(cmd.ChangeItem(msgspec.structs.replace(plan.live.state.items[0], target_units=7)))
    await plan.type("7")
    await plan.press(Key.Key_Return)
    assert plan.live.state.items[0].show_price_minor == 4700
    assert plan.live.state.items[0].target_units == 7


# --- the order ------------------------------------------------------------------------------------------------


async def test_alt_and_the_arrows_move_the_selected_items_together(plan: Producer):
    await plan.click(2)
    await plan.click(4, held=CTRL)
    assert plan.editor.selection == ("i3", "i5")
    await plan.press(Key.Key_Up, ALT)
    assert plan.order[:5] == ["i1", "i3", "i5", "i2", "i4"]
    assert plan.editor.selection == ("i3", "i5")
    await plan.press(Key.Key_Down, ALT)
    await plan.press(Key.Key_Down, ALT)
    assert plan.order[:5] == ["i1", "i2", "i4", "i3", "i5"]
    assert plan.shown == plan.order


async def test_at_the_end_there_is_nothing_to_move_and_nothing_is_decided(plan: Producer):
    await plan.click(0)
    await plan.press(Key.Key_Up, ALT)
    await plan.click(9)
    await plan.press(Key.Key_Down, ALT)
    assert plan.given == []


async def test_a_held_key_moves_on_and_on(plan: Producer):
    await plan.click(0)
    for _ in range(4):
        QTest.keyClick(plan.view, Key.Key_Down, ALT)
    await plan.settle()
    assert plan.order[:5] == ["i2", "i3", "i4", "i5", "i1"]


@pytest.mark.parametrize(("row", "share", "place"), [(0, 0.05, 0), (7, 0.05, 7), (9, 0.95, 10)])
async def test_dragged_items_land_where_the_line_was_shown(plan: Producer, row, share, place):
    await plan.click(3)
    await plan.click(5, held=CTRL)
    rows = plan.view.selectionModel().selectedIndexes()
    await plan.drop(plan.editor.model.mimeData(rows), row, share)
    assert plan.given == [cmd.MoveItems(("i4", "i6"), place)]
    assert plan.editor.selection == ("i4", "i6")
    at = plan.order.index("i4")
    assert plan.order[at : at + 2] == ["i4", "i6"]


async def test_items_dropped_where_they_were_stay_without_a_decision(plan: Producer):
    await plan.click(3)
    data = plan.editor.model.mimeData(plan.view.selectionModel().selectedIndexes())
    await plan.drop(data, 3, 0.95)
    assert plan.given == []


async def test_products_are_dropped_between_items(plan: Producer):
    sold(plan, 77, "Enamel kettle", 5900)
    sold(plan, 78, "Tea towel", 900)
    await plan.drop(products_mime(["p77", "p78"]), 2, 0.05)
    assert [i.title for i in plan.live.state.items[1:5]] == [
        "Ceramic mug set of 4", "Enamel kettle", "Tea towel", "Beeswax candle trio"
    ]  # fmt: skip
    assert plan.live.state.items[2].planned_price_minor == 5900
    assert plan.editor.selection == (plan.order[2], plan.order[3])


async def test_a_product_dropped_on_an_empty_line_up_begins_it(plan: Producer):
    await plan.give(cmd.RemoveItems(tuple(plan.order)))
    assert plan.editor.empty.isVisible()
    await plan.drop(products_mime(["p5"]), 0, 0.5)
    assert [i.title for i in plan.live.state.items] == ["Oak serving board"]
    assert not plan.editor.empty.isVisible()


async def test_something_else_that_is_dropped_changes_nothing(plan: Producer):
    data = QMimeData()
    data.setText("i1")
    await plan.drop(data, 2, 0.05)
    broken = QMimeData()
    broken.setData("application/x-host-studio-products", b"{")
    await plan.drop(broken, 2, 0.05)
    assert plan.given == []


# --- in and out -----------------------------------------------------------------------------------------------


async def test_del_removes_without_a_question_and_undo_brings_it_back(plan: Producer):
    await plan.click(1)
    await plan.click(3, held=SHIFT)
    await plan.press(Key.Key_Delete)
    assert plan.order == ["i1", *FIRST[4:]]
    await plan.press(Key.Key_Z, CTRL)
    assert plan.order == FIRST
    assert plan.sentences[-1] == "Undone: removed 3 items."
    await plan.press(Key.Key_Z, CTRL | SHIFT)
    assert plan.order == ["i1", *FIRST[4:]]
    assert plan.sentences[-1] == "Done again: removed 3 items."


async def test_all_items_that_come_back_are_selected(plan: Producer):
    await plan.click(1)
    await plan.click(4, held=CTRL)
    await plan.press(Key.Key_Delete)
    assert plan.editor.selection == ("i3",)
    await plan.press(Key.Key_Z, CTRL)
    assert plan.order == FIRST
    assert plan.editor.selection == ("i2", "i5")


async def test_items_that_were_put_in_and_undone_are_selected_when_they_are_put_in_again(plan: Producer):
    await plan.click(1)
    await plan.click(2, held=SHIFT)
    await plan.press(Key.Key_C, CTRL | SHIFT)
    copies = plan.editor.selection
    assert len(set(copies) - set(FIRST)) == 2
    await plan.press(Key.Key_Z, CTRL)
    assert plan.order == FIRST
    await plan.click(7)
    await plan.press(Key.Key_Z, CTRL | SHIFT)
    assert plan.editor.selection == copies


async def test_undo_says_what_was_undone_and_goes_to_the_beginning(plan: Producer):
    await plan.click(0)
    await plan.click(2, held=SHIFT)
    await plan.press(Key.Key_Down, ALT)
    await plan.click(9, Column.MINUTES)
    await plan.type("12")
    await plan.press(Key.Key_Return)
    await plan.press(Key.Key_Z, CTRL)
    assert plan.sentences[-1] == "Undone: changed “Q&A block”."
    await plan.press(Key.Key_Z, CTRL)
    assert plan.sentences[-1] == "Undone: moved 3 items."
    assert not plan.actions["undo"].isEnabled()
    assert plan.order == FIRST


async def test_redo_is_possible_exactly_when_something_was_undone(plan: Producer):
    assert not plan.actions["redo"].isEnabled()
    await plan.click(0)
    await plan.press(Key.Key_Delete)
    await plan.press(Key.Key_Z, CTRL)
    assert plan.actions["redo"].isEnabled()
    await plan.press(Key.Key_Delete)
    assert not plan.actions["redo"].isEnabled()


async def test_copied_items_are_pasted_as_items_of_their_own(plan: Producer):
    await plan.click(3)
    await plan.press(Key.Key_C, CTRL)
    assert "Wool blanket" in QGuiApplication.clipboard().text()
    await plan.click(0)
    await plan.press(Key.Key_V, CTRL)
    new = plan.live.state.items[1]
    old = plan.live.state.item("i4")
    assert new.id not in FIRST
    # The shop takes a code once: the copy has none.
    assert new == msgspec.structs.replace(old, id=new.id, promo=None)
    assert plan.editor.selection == (new.id,)


async def test_cut_items_keep_their_code_where_they_are_pasted(plan: Producer):
    await plan.click(3)
    await plan.press(Key.Key_X, CTRL)
    assert "i4" not in plan.order
    await plan.click(8)
    await plan.press(Key.Key_V, CTRL)
    assert plan.live.state.items[-1].promo.code == "NORD20"


async def test_a_foreign_clipboard_is_said_to_hold_no_items(plan: Producer):
    data = QMimeData()
    data.setData(ITEMS, b'[{"id": 3}]')
    QGuiApplication.clipboard().setMimeData(data)
    await plan.press(Key.Key_V, CTRL)
    assert plan.given == []
    assert plan.sentences == ["There are no items on the clipboard: copy some in a line-up first."]


async def test_items_are_duplicated_behind_themselves(plan: Producer):
    await plan.click(0)
    await plan.click(1, held=CTRL)
    await plan.press(Key.Key_C, CTRL | SHIFT)
    assert [i.title for i in plan.live.state.items[:4]] == ["Linen throw “Fjord”", "Ceramic mug set of 4"] * 2
    assert len(set(plan.order)) == 12


async def test_insert_offers_segments_without_a_product(plan: Producer):
    await plan.click(4)
    await plan.press(Key.Key_Insert)
    assert [a.text() for a in plan.menu().actions()] == ["Talk", "Questions", "Draw"]
    await plan.choose("Questions")
    new = plan.live.state.items[5]
    assert (new.title, new.kind, new.planned_ms) == ("Questions", ItemKind.TALK, 8 * MINUTE)
    assert plan.editor.selection == (new.id,)
    assert plan.cell(5, Column.PRICE) == ""


async def test_ctrl_a_selects_every_item(plan: Producer):
    await plan.press(Key.Key_A, CTRL)
    assert plan.editor.selection == tuple(FIRST)


async def test_the_menu_sets_the_minutes_of_several_items_in_one_decision(plan: Producer):
    await plan.click(0)
    await plan.click(2, held=SHIFT)
    plan.view.menu_asked.emit(plan.window.rect().center())
    await plan.choose("10 minutes each")
    assert plan.given == [cmd.ChangeItems(plan.live.state.items[:3])]
    assert {i.planned_ms for i in plan.live.state.items[:3]} == {10 * MINUTE}


async def test_products_that_are_added_quickly_stand_in_the_order_of_the_presses(plan: Producer):
    await plan.click(1)
    for number, title in ((77, "Enamel kettle"), (78, "Tea towel"), (79, "Tea cosy")):
        plan.editor.add_products([a_product(number, title, 900)])
    await plan.settle()
    assert [i.title for i in plan.live.state.items[2:5]] == ["Enamel kettle", "Tea towel", "Tea cosy"]
    await plan.click(0)
    plan.editor.add_products([a_product(80, "Egg cup", 400)])
    await plan.settle()
    assert plan.live.state.items[1].title == "Egg cup"


async def test_products_of_the_catalogue_go_behind_the_selected_item_one_after_the_other(plan: Producer):
    await plan.click(1)
    plan.editor.add_products([a_product(77, "Enamel kettle", 5900)])
    await plan.settle()
    plan.editor.add_products([a_product(78, "Tea towel", 900)])
    await plan.settle()
    assert [i.title for i in plan.live.state.items[2:4]] == ["Enamel kettle", "Tea towel"]
    plan.editor.add_items([LineUpItem("x", ItemKind.TALK, "Welcome", MINUTE)], 0)
    await plan.settle()
    assert plan.order[0] == "x"


async def test_a_full_line_up_says_so_and_adds_nothing(plan: Producer):
    plan.studio.refuse = Refused("A line-up holds 500 items: take one out first.", "full")
    plan.editor.add_products([a_product(77, "Enamel kettle", 5900)])
    await plan.settle()
    assert plan.sentences == ["A line-up holds 500 items: take one out first."]
    assert plan.editor.selection == ()


async def test_the_code_of_an_item_is_asked_for_by_click_and_by_return(plan: Producer):
    await plan.click(3, Column.PROMO)
    await plan.click(0, Column.PROMO)
    await plan.press(Key.Key_Return)
    assert plan.promos == ["i4", "i1", "i1"]
    assert plan.given == []


async def test_another_panel_brings_an_item_and_its_cell_to_the_front(plan: Producer):
    told: list[tuple[str, ...]] = []
    plan.editor.selection_changed.connect(lambda: told.append(plan.editor.selection))
    plan.editor.select_item("i7", "stock")
    assert told[-1] == ("i7",)
    assert plan.editor.item.item_id == "i7"
    assert plan.editor.item.prices.isVisible()
    plan.editor.select_item("i9", "target")
    assert plan.view.currentIndex().column() == Column.TARGET
    plan.editor.select_item("gone")
    assert plan.editor.selection == ("i9",)


async def test_the_palette_acts_on_the_line_up_too_and_says_when_it_cannot(plan: Producer):
    assert plan.actions["lineup.remove"].plain_tooltip.endswith("Select items in the line-up first.")
    await plan.click(5)
    plan.actions["lineup.remove"].trigger()
    await plan.settle()
    assert "i6" not in plan.order
    plan.window.hide()
    assert plan.actions["lineup.segment"].plain_tooltip.endswith("Go to the Prepare workspace first.")


async def test_a_key_that_a_person_chose_acts_and_the_old_one_does_not(plan: Producer):
    plan.actions.bindings.bind("lineup.remove", ["Ctrl+Backspace"])
    await plan.click(5)
    await plan.press(Key.Key_Delete)
    assert plan.order == FIRST
    await plan.press(Key.Key_Backspace, CTRL)
    assert "i6" not in plan.order


# --- on air, and over -----------------------------------------------------------------------------------------


async def test_on_air_it_says_so_and_keeps_what_was_shown(plan: Producer):
    await plan.give(cmd.StartShow())
    await plan.give(cmd.NextItem())
    await plan.settle()
    plan.studio.commands.clear()
    assert "on air" in plan.editor.state_line.text()
    await plan.press(Key.Key_A, CTRL)
    await plan.press(Key.Key_Delete)
    assert plan.given == [cmd.RemoveItems(tuple(FIRST[1:]))]
    assert plan.order == ["i1"]
    assert "“Linen throw “Fjord”” has been on air and stays in the line-up." in plan.sentences


async def test_when_the_show_is_over_nothing_is_offered_but_to_copy(plan: Producer):
    await plan.give(cmd.StartShow())
    await plan.give(cmd.EndShow())
    await plan.settle()
    plan.studio.commands.clear()
    assert plan.editor.state_line.text() == "⚠ The show is over: its line-up stays as it was."
    await plan.click(0, Column.MINUTES)
    await plan.press(Key.Key_Delete)
    await plan.press(Key.Key_Down, ALT)
    await plan.press(Key.Key_Insert)
    await plan.press(Key.Key_F2)
    await plan.drop(products_mime(["p5"]), 0, 0.05)
    assert plan.given == []
    assert plan.editor.item.points.input.isReadOnly()
    await plan.press(Key.Key_C, CTRL)
    assert len(pasted_items(QGuiApplication.clipboard().mimeData())) == 1


# --- the rows as a model --------------------------------------------------------------------------------------


async def test_an_item_that_moves_is_told_as_one_move_of_it(plan: Producer):
    model, told = plan.editor.model, []
    model.rowsMoved.connect(lambda _p, first, last, _d, to: told.append((first, last, to)))
    model.modelReset.connect(lambda: told.append("reset"))
    model.rowsInserted.connect(lambda *_: told.append("inserted"))
    model.rowsRemoved.connect(lambda *_: told.append("removed"))
    await plan.give(cmd.MoveItems(("i2", "i3", "i4"), 8))
    assert told == [(1, 3, 8)]
    told.clear()
    await plan.give(cmd.RemoveItems(("i5", "i6")))
    await plan.give(cmd.Undo())
    assert told == ["removed", "inserted"]


async def test_stock_of_one_product_paints_one_row(plan: Producer):
    changed: list[tuple[int, int]] = []
    plan.editor.model.dataChanged.connect(lambda a, b, _r=(): changed.append((a.row(), b.row())))
    plan.studio.hear_stock("v2", 5)
    assert changed == [(1, 1)]
    assert plan.cell(1, Column.STOCK) == "5"


async def test_a_longer_item_tells_only_the_starts_of_those_behind_it(plan: Producer):
    changed: list[tuple[int, int, int, int]] = []
    plan.editor.model.dataChanged.connect(
        lambda a, b, _r=(): changed.append((a.row(), b.row(), a.column(), b.column()))
    )
    item = plan.live.state.items[2]
    await plan.give(cmd.ChangeItem(msgspec.structs.replace(item, planned_ms=9 * MINUTE)))
    # The title is read out together with the start.
    assert changed == [(2, 2, Column.NUMBER, Column.PROMO), (3, 9, Column.ITEM, Column.STARTS)]
    changed.clear()
    await plan.give(cmd.MoveItems(("i9",), 7))
    assert changed == [(7, 8, Column.NUMBER, Column.STARTS)]


async def test_what_is_selected_goes_along_when_items_move_and_nobody_is_told(plan: Producer):
    plan.view.select_rows([1, 2, 6])
    told: list[str] = []
    plan.view.selectionModel().selectionChanged.connect(lambda *_: told.append("changed"))
    await plan.give(cmd.MoveItems(("i3", "i9"), 0))
    assert plan.shown[:4] == ["i3", "i9", "i1", "i2"]
    assert plan.editor.selection == ("i3", "i2", "i7")
    assert plan.view.currentIndex().row() == 3, "the current item goes along too"
    await plan.give(cmd.MoveItems(("i10",), 0))
    assert plan.editor.selection == ("i3", "i2", "i7")
    assert told == []


async def test_of_what_is_selected_the_rest_stays_selected_when_an_item_leaves(plan: Producer):
    plan.view.select_rows([1, 2, 6])
    told: list[tuple[str, ...]] = []
    plan.editor.selection_changed.connect(lambda: told.append(plan.editor.selection))
    await plan.give(cmd.RemoveItems(("i3", "i5")))
    assert plan.editor.selection == ("i2", "i7")
    assert told == [("i2", "i7")]


def _frame(plan: Producer) -> QImage:
    return plan.view.viewport().grab().toImage()


async def test_rows_painted_from_memory_look_as_rows_painted_anew(plan: Producer):
    """Whatever changes of a row, no old picture of it stays."""
    items, first = plan.live.state.items, plan.editor.model.index(6, 0)
    product = plan.studio.products["p2"]
    priced = msgspec.structs.replace(items[6], show_price_minor=6000, target_units=99, promo=a_plan("ROBE"))

    async def refuse(text: str) -> None:
        plan.editor.model.setData(plan.editor.model.index(4, Column.MINUTES), text)

    seen: list[QImage] = []
    for number, step in enumerate((
        lambda: plan.give(cmd.MoveItems(("i2", "i3"), 6)),
        lambda: plan.give(cmd.ChangeItem(priced)),
        lambda: refuse("soon"),
        lambda: refuse("later"),
        lambda: refuse("7"),
        lambda: plan.give(cmd.SkipItem("i4", True)),
        lambda: plan.click(2),
        lambda: plan.press(Key.Key_Down, SHIFT),
        lambda: plan.give(cmd.StartShow()),
        lambda: plan.give(cmd.NextItem()),
        lambda: plan.give(cmd.Undo()),
    )):  # fmt: skip
        await step()
        await plan.settle()
        seen.append(_frame(plan))
        plan.editor._cells.forget()
        assert seen[-1] == _frame(plan), f"step {number}"
    for act in (
        lambda: plan.studio.hear_stock("v5", 3),
        lambda: plan.studio.hear_product(msgspec.structs.replace(product, revision=9, active=False)),
        lambda: plan.view.toggle(first),
        lambda: plan.view.toggle(first),
        lambda: plan.window.resize(640, 700),
        lambda: plan.theme.apply(QApplication.instance(), LIGHT),
        lambda: plan.theme.apply(QApplication.instance(), DARK),
    ):
        act()
        await plan.settle()
        seen.append(_frame(plan))
        plan.editor._cells.forget()
        assert seen[-1] == _frame(plan)
    assert all(one != other for one, other in itertools.pairwise(seen)), "every step is seen"


KEYS = st.lists(st.sampled_from("abcdefgh"), unique=True, max_size=8)


@given(KEYS, KEYS)
def test_any_order_becomes_any_other_in_steps_that_a_view_can_follow(have, wanted):
    rows = list(have)
    for step in steps(list(have), wanted):
        assert 0 <= step.first <= step.last
        if step.kind is StepKind.INSERT:
            rows[step.first : step.first] = wanted[step.first : step.last + 1]
            continue
        block = rows[step.first : step.last + 1]
        assert len(block) == step.last - step.first + 1
        if step.kind is StepKind.MOVE:
            # As Qt has it: not onto itself.
            assert not step.first <= step.to <= step.last + 1
        del rows[step.first : step.last + 1]
        if step.kind is StepKind.MOVE:
            place = step.to - len(block) if step.to > step.first else step.to
            rows[place:place] = block
    assert rows == wanted


_id = st.sampled_from([f"i{n}" for n in range(1, 11)])
EDITS = st.lists(
    st.one_of(
        st.builds(cmd.MoveItems, st.lists(_id, min_size=1, max_size=4).map(tuple), st.integers(0, 10)),
        st.builds(cmd.RemoveItems, st.lists(_id, min_size=1, max_size=3, unique=True).map(tuple)),
        st.builds(cmd.SkipItem, _id, st.booleans()),
        st.sampled_from([cmd.Undo(), cmd.Redo(), cmd.NextItem(), cmd.StartShow()]),
        st.tuples(st.integers(0, 10), st.integers(1, 9)),
    ),
    max_size=8,
)


@settings(max_examples=60, deadline=None)
@given(EDITS)
def test_whatever_is_decided_the_rows_follow_by_exact_signals(qapp, edits):
    studio = a_planned_studio()
    live = LiveShow(studio.opened())
    studio.changes.connect(live.take)
    texts = Texts("en", "Europe/Oslo")
    model = LineUpEditModel(live, ItemEdits(live, None, texts), texts)  # type: ignore[arg-type]
    QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal, live)
    for number, edit in enumerate(edits):
        if isinstance(edit, tuple):
            at, product = edit
            new = LineUpItem(f"x{number}", ItemKind.PRODUCT, "New", MINUTE, f"p{product}")
            edit = cmd.AddItems((new,), at)
        at_once(studio.do(edit))
        assert [row.item for row in model.rows] == list(live.state.items)
        assert [row.number for row in model.rows] == list(range(1, len(model.rows) + 1))
        starts = [row.starts_ms for row in model.rows if row.starts_ms is not None]
        assert starts == sorted(starts)


def test_a_pasted_code_stays_behind_where_the_show_has_it():

    item = LineUpItem("a", ItemKind.PRODUCT, "A", MINUTE, "p1", promo=a_plan("NORD20"))
    ids = iter("123456")
    twice = as_new([item, item], [], lambda: next(ids))
    assert [i.promo.code if i.promo else "" for i in twice] == ["NORD20", ""]
    assert as_new([item], ["NORD20"], lambda: next(ids))[0].promo is None
