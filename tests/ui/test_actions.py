"""Actions: named once, shown everywhere, and proof against accidents."""

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QApplication,
    QComboBox,
    QLineEdit,
    QListWidget,
    QPlainTextEdit,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from studio.ui.action_list import ACTIONS
from studio.ui.actions import Actions
from studio.ui.keyguard import EscapeLadder, FocusKeys, SpaceGuard
from studio.ui.widgets.buttons import ActionButton, HoldButton
from tests.ui.conftest import HandWall


class Count:
    def __init__(self) -> None:
        self.times = 0

    def __call__(self) -> None:
        self.times += 1


def count(actions: Actions, action_id: str) -> Count:
    counted = Count()
    actions.on(action_id, counted)
    return counted


def show(qtbot, window: QWidget) -> None:
    window.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)


def focus(qtbot, widget: QWidget) -> None:
    widget.setFocus(Qt.FocusReason.OtherFocusReason)
    qtbot.waitUntil(widget.hasFocus)


def press(key: Qt.Key, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    """Press a key the way a keyboard does: into whatever has the focus."""
    QTest.keyClick(QApplication.focusWidget() or QApplication.activeWindow(), key, modifiers)


def test_a_key_pressed_twice_within_300_ms_acts_once(qtbot, window, actions: Actions, wall: HandWall) -> None:
    acted = count(actions, "item.next")
    actions.bind_to(window)
    show(qtbot, window)
    press(Qt.Key.Key_F12)
    wall.turn(299)
    press(Qt.Key.Key_F12)
    assert acted.times == 1
    wall.turn(1)
    press(Qt.Key.Key_F12)
    assert acted.times == 2


def test_a_double_click_and_the_clicker_count_as_the_same_press(
    qtbot, window, actions: Actions, wall: HandWall
) -> None:
    acted = count(actions, "item.next")
    actions.bind_to(window)
    button = ActionButton(actions["item.next"], "primary", window)
    show(qtbot, window)
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    press(Qt.Key.Key_PageDown)
    assert acted.times == 1
    wall.turn(400)
    press(Qt.Key.Key_PageDown)
    assert acted.times == 2


def test_moving_through_the_questions_is_as_fast_as_the_fingers(qtbot, window, actions: Actions) -> None:
    acted = count(actions, "question.next")
    actions.bind_to(window)
    show(qtbot, window)
    for _ in range(3):
        press(Qt.Key.Key_J)
    assert acted.times == 3


def test_a_held_key_does_not_pin_item_after_item(actions: Actions) -> None:
    assert not actions["item.next"].autoRepeat()
    assert actions["question.next"].autoRepeat()
    repeating = {spec.id for spec in ACTIONS if spec.repeatable}
    assert repeating == {"question.next", "question.previous"}


def test_a_debounced_toggle_keeps_its_tick_true(qtbot, actions: Actions, wall: HandWall) -> None:
    acted = count(actions, "prompter.toggle")
    action = actions["prompter.toggle"]
    action.trigger()
    action.trigger()
    assert (acted.times, action.isChecked()) == (1, True)
    wall.turn(1000)
    action.trigger()
    assert (acted.times, action.isChecked()) == (2, False)


@pytest.mark.parametrize("make", [QLineEdit, QPlainTextEdit, QSpinBox, QComboBox])
def test_letters_in_a_field_are_typed_and_never_command(
    qtbot, window, keys: FocusKeys, actions: Actions, make
) -> None:
    field = make(window)
    if isinstance(field, QComboBox):
        field.setEditable(True)
    if isinstance(field, QSpinBox):
        field.setPrefix("J")
    acted = [
        count(actions, name)
        for name in ("question.next", "question.hide", "question.answered", "reply.focus")
    ]
    actions.bind_to(window)
    show(qtbot, window)
    focus(qtbot, field)
    for key in (Qt.Key.Key_J, Qt.Key.Key_H, Qt.Key.Key_A, Qt.Key.Key_Slash):
        press(key)
    assert [one.times for one in acted] == [0, 0, 0, 0]
    if isinstance(field, QLineEdit):
        assert field.text() == "jha/"
    focus(qtbot, window)
    press(Qt.Key.Key_J)
    assert acted[0].times == 1


def test_ctrl_z_in_a_field_belongs_to_the_field(qtbot, window, keys: FocusKeys, actions: Actions) -> None:
    field = QLineEdit(window)
    acted = count(actions, "undo")
    actions.bind_to(window)
    show(qtbot, window)
    focus(qtbot, field)
    QTest.keyClicks(field, "hello")
    press(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert acted.times == 0
    assert field.text() != "hello"
    focus(qtbot, window)
    press(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert acted.times == 1


def test_function_keys_and_the_clicker_work_while_typing(
    qtbot, window, keys: FocusKeys, actions: Actions
) -> None:
    field = QLineEdit(window)
    acted = count(actions, "item.next")
    actions.bind_to(window)
    show(qtbot, window)
    focus(qtbot, field)
    press(Qt.Key.Key_PageDown)
    assert acted.times == 1


def test_space_never_fires_a_focused_button_on_air_but_return_may(qtbot, window, keys: FocusKeys) -> None:
    pressed = Count()
    button, field = QPushButton("Undo", window), QLineEdit(window)
    button.setAutoDefault(True)
    button.clicked.connect(pressed)
    guard = SpaceGuard(window, keys)
    show(qtbot, window)
    focus(qtbot, button)
    press(Qt.Key.Key_Space)
    assert pressed.times == 0
    focus(qtbot, field)
    press(Qt.Key.Key_Space)
    assert field.text() == " "
    assert guard.parent() is window


def test_space_still_works_in_a_dialog_over_the_workspace(qtbot, window, keys: FocusKeys) -> None:
    SpaceGuard(window, keys)
    other = QWidget()
    qtbot.addWidget(other)
    pressed = Count()
    button = QPushButton("Close", other)
    button.clicked.connect(pressed)
    show(qtbot, other)
    focus(qtbot, button)
    press(Qt.Key.Key_Space)
    assert pressed.times == 1


def test_esc_closes_the_innermost_thing_first_and_unpins_only_from_the_bare_workspace(
    qtbot, window, keys: FocusKeys, actions: Actions
) -> None:
    unpinned = count(actions, "unpin")
    actions.bind_to(window)
    field = QLineEdit(window)
    ladder = EscapeLadder(window, actions["unpin"], keys)
    selection = ["a row"]
    ladder.add(lambda: bool(selection) and bool(selection.pop()))
    show(qtbot, window)
    focus(qtbot, field)
    QTest.keyClicks(field, "half a reply")
    press(Qt.Key.Key_Escape)
    assert not field.hasFocus()
    assert field.text() == "half a reply"
    assert (selection, unpinned.times) == (["a row"], 0)
    press(Qt.Key.Key_Escape)
    assert (selection, unpinned.times) == ([], 0)
    press(Qt.Key.Key_Escape)
    assert unpinned.times == 1


def test_esc_in_a_cell_being_edited_ends_the_edit_and_nothing_else(
    qtbot, window, keys: FocusKeys, actions: Actions
) -> None:
    unpinned = count(actions, "unpin")
    table = QListWidget(window)
    table.addItem("5:00")
    table.item(0).setFlags(table.item(0).flags() | Qt.ItemFlag.ItemIsEditable)
    EscapeLadder(window, actions["unpin"], keys)
    show(qtbot, window)
    focus(qtbot, table)
    table.editItem(table.item(0))
    editor = table.findChild(QLineEdit)
    qtbot.waitUntil(editor.hasFocus)
    editor.setText("7:00")
    press(Qt.Key.Key_Escape)
    assert unpinned.times == 0
    assert table.item(0).text() == "5:00"


def test_esc_in_another_window_does_not_unpin(qtbot, window, keys: FocusKeys, actions: Actions) -> None:
    unpinned = count(actions, "unpin")
    EscapeLadder(window, actions["unpin"], keys)
    window.show()
    other = QWidget()
    qtbot.addWidget(other)
    show(qtbot, other)
    press(Qt.Key.Key_Escape)
    assert unpinned.times == 0


def test_a_button_shows_text_and_key_and_follows_its_action(qtbot, theme, actions: Actions) -> None:
    action = actions["item.next"]
    button = ActionButton(action, "primary")
    qtbot.addWidget(button)
    button.show()
    action.show_text("Pin next: Salt & pepper <b>set</b>")
    assert button.accessibleName() == "Pin next: Salt & pepper <b>set</b>"
    assert [label.text() for label in button.findChildren(QWidget) if hasattr(label, "text")][-1] == "F12"
    actions.bindings.bind("item.next", ["F2"])
    assert [label.text() for label in button.findChildren(QWidget) if hasattr(label, "text")][-1] == "F2"
    action.enable(False, "The show has not started. Start it first.")
    assert not button.isEnabled()
    assert "The show has not started" in button.toolTip()
    assert "The show has not started" in button.accessibleDescription()
    action.enable(True)
    assert button.isEnabled()
    assert "The show has not started" not in button.toolTip()


def test_a_product_with_an_ampersand_gives_the_button_no_secret_shortcut(
    qtbot, theme, actions: Actions
) -> None:
    button = ActionButton(actions["item.next"])
    qtbot.addWidget(button)
    actions["item.next"].show_text("Pin next: Q&A block")
    assert button.shortcut().isEmpty()
    assert actions["item.next"].plain_text == "Pin next: Q&A block"


def test_a_tooltip_never_takes_foreign_text_for_markup(actions: Actions) -> None:
    actions["item.next"].describe('Pin <img src="file:///etc/passwd"> & go')
    assert "<img" not in actions["item.next"].toolTip()
    assert "&lt;img" in actions["item.next"].toolTip()


def test_a_narrow_button_cuts_its_text_and_keeps_its_key(qtbot, theme, actions: Actions) -> None:
    actions["item.next"].show_text("Pin next: " + "a very long product name " * 5)
    button = ActionButton(actions["item.next"], "primary")
    qtbot.addWidget(button)
    button.resize(220, 36)
    button.show()
    cap = button.findChildren(QWidget)[-1]
    assert cap.geometry().right() < button.width()
    assert button.minimumSizeHint().width() < 220


def test_every_action_says_what_it_is_and_does(actions: Actions) -> None:
    for action in actions:
        assert action.plain_text
        assert action.plain_tooltip
        assert action.objectName() == action.spec.id
    assert len({action.plain_text for action in actions}) == len(list(actions))
    assert sum(len(group) for group in actions.groups().values()) == len(ACTIONS)


def test_a_menu_is_made_of_the_same_actions(qtbot, window, actions: Actions) -> None:
    menu = actions.menu("Show", ["item.next", "", "show.end"], window)
    assert [action.isSeparator() for action in menu.actions()] == [False, True, False]
    assert menu.actions()[0] is actions["item.next"]


@pytest.fixture
def hold(qtbot, window, theme, actions: Actions, keys: FocusKeys) -> HoldButton:
    button = HoldButton(actions["show.end"], theme, keys, window, hold_ms=60)
    QVBoxLayout(window).addWidget(button)
    actions.bind_to(window)
    show(qtbot, window)
    return button


def test_ending_the_show_takes_a_held_press_of_the_mouse(qtbot, actions: Actions, hold: HoldButton) -> None:
    ended = count(actions, "show.end")
    qtbot.mousePress(hold, Qt.MouseButton.LeftButton)
    assert hold.holding
    qtbot.mouseRelease(hold, Qt.MouseButton.LeftButton)
    assert not hold.holding
    assert ended.times == 0
    with qtbot.waitSignal(actions["show.end"].acted):
        qtbot.mousePress(hold, Qt.MouseButton.LeftButton)
    assert ended.times == 1
    qtbot.mouseRelease(hold, Qt.MouseButton.LeftButton)
    assert ended.times == 1


def test_ending_the_show_by_its_key_takes_the_key_held_too(
    qtbot, window, actions: Actions, hold: HoldButton
) -> None:
    ended = count(actions, "show.end")
    focus(qtbot, window)
    end, both = Qt.Key.Key_End, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    QTest.keyPress(window, end, both)
    assert hold.holding
    QTest.keyRelease(window, end, both)
    assert not hold.holding
    assert ended.times == 0
    with qtbot.waitSignal(actions["show.end"].acted):
        QTest.keyPress(window, end, both)
    QTest.keyRelease(window, end, both)
    assert ended.times == 1


def test_return_held_on_the_focused_button_ends_the_show_and_a_tap_does_not(
    qtbot, actions: Actions, hold: HoldButton
) -> None:
    ended = count(actions, "show.end")
    focus(qtbot, hold)
    QTest.keyClick(hold, Qt.Key.Key_Return)
    assert (ended.times, hold.holding) == (0, False)
    with qtbot.waitSignal(actions["show.end"].acted):
        QTest.keyPress(hold, Qt.Key.Key_Return)
        for _ in range(3):
            repeat = QKeyEvent(
                QEvent.Type.KeyPress, Qt.Key.Key_Return, Qt.KeyboardModifier.NoModifier, "", True
            )
            QApplication.sendEvent(hold, repeat)
    assert ended.times == 1


def test_chosen_from_a_menu_the_end_asks_for_the_hold_instead_of_ending(
    qtbot, window, actions: Actions, hold: HoldButton
) -> None:
    ended = count(actions, "show.end")
    focus(qtbot, window)
    QTest.keyPress(window, Qt.Key.Key_X)  # Its release went to a menu, say: it must not count as a held key.
    qtbot.waitUntil(lambda: not hold._keys.pressing)
    actions["show.end"].trigger()
    assert ended.times == 0
    assert hold.hasFocus()
    assert not hold.holding


def test_a_hold_ends_when_the_button_loses_the_focus_or_is_hidden(
    qtbot, window, actions: Actions, hold: HoldButton
) -> None:
    ended = count(actions, "show.end")
    focus(qtbot, hold)
    QTest.keyPress(hold, Qt.Key.Key_Return)
    focus(qtbot, window)
    assert not hold.holding
    hold.begin()
    hold.hide()
    assert not hold.holding
    assert ended.times == 0


def test_the_progress_of_a_hold_is_seen(qtbot, hold: HoldButton) -> None:
    still = hold.grab().toImage()
    hold.begin()
    hold._progress.pause()
    hold._progress.setCurrentTime(30)
    assert hold.grab().toImage() != still
