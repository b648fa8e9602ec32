"""Ctrl K and F1: every command found by a few letters, every key read and changed."""

from collections.abc import Sequence

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtTest import QAbstractItemModelTester, QTest
from PySide6.QtWidgets import QApplication, QWidget

from studio.ui.actions import Actions
from studio.ui.command_palette import CommandPalette, PaletteEntry, PaletteModel
from studio.ui.keys_dialog import KeysDialog, KeysModel
from studio.ui.theme import Theme
from tests.ui.conftest import HandWall


class Products:
    def __init__(self) -> None:
        self.pinned: list[str] = []
        self.asked: list[str] = []

    def search(self, words: str, limit: int) -> Sequence[PaletteEntry]:
        self.asked.append(words)
        names = ["Wool blanket “Nord”", "Oak serving board"]
        found = [name for name in names if words.lower() in name.lower()]
        return [PaletteEntry(name, "pin", lambda name=name: self.pinned.append(name)) for name in found][
            :limit
        ]


@pytest.fixture
def products() -> Products:
    return Products()


@pytest.fixture
def palette(qtbot, window: QWidget, theme: Theme, actions: Actions, products: Products) -> CommandPalette:
    window.show()
    made = CommandPalette(actions, theme, window, [products])
    made.tester = QAbstractItemModelTester(made.model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    made.open_over()
    qtbot.waitUntil(made.field.hasFocus)
    return made


def found(palette: CommandPalette) -> list[str]:
    return [palette.model.data(palette.model.index(row)) for row in range(palette.model.rowCount())]


def test_a_few_letters_and_return_give_a_command(qtbot, palette: CommandPalette, actions: Actions) -> None:
    with qtbot.waitSignal(actions["promo.issue"].acted):
        QTest.keyClicks(palette.field, "issue")
        assert found(palette)[0] == "Issue promo…"
        QTest.keyClick(palette.field, Qt.Key.Key_Return)
    assert QApplication.activeModalWidget() is None


def test_misspelt_words_still_find_the_command(palette: CommandPalette) -> None:
    for typed, meant in (("clera stage", "Clear the stage"), ("promtper", "Prompter"), ("undu", "Undo")):
        palette.field.setText(typed)
        assert meant in found(palette)[:2]


def test_only_what_can_be_done_now_is_offered(palette: CommandPalette, actions: Actions) -> None:
    actions["show.start"].enable(False, "The show is on air.")
    palette.field.setText("start the show")
    assert "Start the show" not in found(palette)
    assert "Any command…" not in found(palette)


def test_the_arrows_move_and_stop_at_the_ends(palette: CommandPalette) -> None:
    last = palette.model.rowCount() - 1
    assert last > 20
    QTest.keyClick(palette.field, Qt.Key.Key_Up)
    assert palette.list.currentIndex().row() == 0
    QTest.keyClick(palette.field, Qt.Key.Key_Down)
    QTest.keyClick(palette.field, Qt.Key.Key_Down)
    assert palette.list.currentIndex().row() == 2
    for _ in range(10):
        QTest.keyClick(palette.field, Qt.Key.Key_PageDown)
    assert palette.list.currentIndex().row() == last


def test_a_product_is_found_and_pinned_by_key_alone(palette: CommandPalette, products: Products) -> None:
    QTest.keyClicks(palette.field, "oak")
    row = found(palette).index("Oak serving board")
    for _ in range(row):
        QTest.keyClick(palette.field, Qt.Key.Key_Down)
    QTest.keyClick(palette.field, Qt.Key.Key_Return)
    assert products.pinned == ["Oak serving board"]


def test_nothing_found_is_said_and_return_does_nothing(palette: CommandPalette) -> None:
    palette.field.setText("qqqqqqzzzz")
    assert found(palette) == []
    assert palette.nothing.isVisible()
    QTest.keyClick(palette.field, Qt.Key.Key_Return)
    assert palette.isVisible()
    QTest.keyClick(palette.field, Qt.Key.Key_Escape)
    assert QApplication.activeModalWidget() is None


def test_what_is_found_late_is_added_below_unless_other_words_stand_there(
    qtbot, palette: CommandPalette
) -> None:
    with qtbot.waitSignal(palette.searched) as told:
        palette.field.setText("teapot")
    assert told.args == ["teapot"]
    before = found(palette)
    palette.show_also("teap", [PaletteEntry("Too late", "", print)])
    assert found(palette) == before
    palette.show_also("teapot", [PaletteEntry("Stoneware teapot", "pin", print)])
    assert found(palette) == [*before, "Stoneware teapot"]
    assert palette.list.isVisible()
    assert palette.list.currentIndex().row() == 0


def test_a_click_chooses(qtbot, palette: CommandPalette, actions: Actions) -> None:
    palette.field.setText("clear the stage")
    spot = palette.list.visualRect(palette.model.index(0)).center()
    with qtbot.waitSignal(actions["stage.clear"].acted):
        qtbot.mouseClick(palette.list.viewport(), Qt.MouseButton.LeftButton, pos=spot)


def test_ending_the_show_from_the_palette_asks_for_the_hold(
    qtbot, palette: CommandPalette, actions: Actions
) -> None:
    ended: list[int] = []
    actions.on("show.end", lambda: ended.append(1))
    with qtbot.waitSignal(actions["show.end"].hold_asked):
        palette.field.setText("end the show")
        QTest.keyClick(palette.field, Qt.Key.Key_Return)
    assert ended == []


def test_the_palette_paints_names_that_are_too_long_or_markup(
    palette: CommandPalette, products: Products
) -> None:
    actions_model = palette.model
    actions_model._found = [PaletteEntry("<b>" + "x" * 400, "y" * 400, print, "Ctrl Shift F9")]
    palette.list.reset()
    assert not palette.grab().isNull()


@pytest.fixture
def dialog(qtbot, window: QWidget, theme: Theme, actions: Actions) -> KeysDialog:
    window.show()
    made = KeysDialog(actions, theme, window)
    made.open()
    qtbot.waitUntil(made.search.hasFocus)
    return made


def retype(editor, key: str) -> None:
    editor.setKeySequence(QKeySequence(key))
    editor.editingFinished.emit()


def test_the_keys_page_shows_every_command_and_finds_by_name_or_key(
    dialog: KeysDialog, actions: Actions
) -> None:
    shown = dialog.table.model()
    assert shown.rowCount() == len(list(actions))
    QTest.keyClicks(dialog.search, "f12")
    assert {shown.index(row, 0).data() for row in range(shown.rowCount())} == {"Next item", "Previous item"}


def test_a_key_is_changed_and_holds_at_once(dialog: KeysDialog, actions: Actions) -> None:
    dialog.choose("item.next")
    assert dialog.second.keySequence().toString() == "PgDown"
    retype(dialog.first, "F2")
    assert actions["item.next"].keys == ("F2", "PgDown")
    assert actions["item.next"].shortcuts()[0] == QKeySequence("F2")
    assert dialog.reset_one.isEnabled()
    dialog.reset_one.click()
    assert actions["item.next"].keys == ("F12", "PgDown")


def test_a_taken_key_is_refused_in_words_and_the_old_one_stands(dialog: KeysDialog, actions: Actions) -> None:
    dialog.choose("item.next")
    retype(dialog.first, "F9")
    assert dialog.sentence.text().startswith("⚠ F9 already belongs to “Issue promo…”")
    assert actions["item.next"].keys == ("F12", "PgDown")
    assert dialog.first.keySequence().toString() == "F12"


def test_pressing_keys_in_the_editor_gives_no_commands(
    qtbot, dialog: KeysDialog, window, actions: Actions, keys
) -> None:
    acted: list[int] = []
    actions.on("promo.issue", lambda: acted.append(1))
    actions.bind_to(dialog)
    dialog.choose("theme.toggle")
    dialog.first.setFocus()
    QTest.keyClick(dialog.first, Qt.Key.Key_F9)
    assert acted == []


def test_resetting_everything_is_one_press(dialog: KeysDialog, actions: Actions) -> None:
    actions.bindings.load({"promo.issue": ["F12"], "item.next": ["F9"]})
    dialog.reset_all.click()
    assert actions.bindings.to_dict() == {}


def test_the_models_keep_qts_rules(qtbot, actions: Actions, wall: HandWall) -> None:
    model = KeysModel(actions)
    QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal, model)
    actions.bindings.bind("item.next", ["F2"])
    assert model.data(model.index(model.row_of("item.next"), 1)) == "F2"
    found_model = PaletteModel(actions)
    QAbstractItemModelTester(found_model, QAbstractItemModelTester.FailureReportingMode.Fatal, found_model)
    found_model.find("promo")
    found_model.find("")
    assert found_model.rowCount() == len(list(actions)) - 1
