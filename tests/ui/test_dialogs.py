"""Dialogs: they ask without blocking, and nothing is decided by accident."""

import asyncio

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QLineEdit, QSpinBox, QWidget

from studio.ui.actions import Actions
from studio.ui.dialogs import (
    ConfirmDialog,
    Dialog,
    Field,
    FormDialog,
    HoldDialog,
    ask,
    confirm,
    hold_to_confirm,
)
from studio.ui.keyguard import FocusKeys
from studio.ui.theme import Theme


async def opened(kind: type[Dialog]) -> Dialog:
    """The dialog that just opened; the loop runs on meanwhile."""
    for _ in range(200):
        await asyncio.sleep(0)
        found = QApplication.activeModalWidget()
        if isinstance(found, kind) and found.isActiveWindow():
            return found
    raise AssertionError("no dialog opened")


@pytest.fixture
def parent(window: QWidget) -> QWidget:
    window.show()
    return window


async def test_the_deed_is_done_only_by_its_own_button(qtbot, parent: QWidget) -> None:
    asked = asyncio.ensure_future(
        confirm(parent, "End NORD20?", "It is live for 6 more minutes.", "End the code")
    )
    dialog = await opened(ConfirmDialog)
    assert isinstance(dialog, ConfirmDialog)
    qtbot.mouseClick(dialog.deed, Qt.MouseButton.LeftButton)
    assert await asked is True


@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space, Qt.Key.Key_Escape])
async def test_a_cat_on_the_keyboard_confirms_nothing(qtbot, parent: QWidget, key: Qt.Key) -> None:
    asked = asyncio.ensure_future(confirm(parent, "End NORD20?", "It is live.", "End the code"))
    await opened(ConfirmDialog)
    QTest.keyClick(QApplication.focusWidget(), key)
    assert await asked is False


async def test_other_work_goes_on_while_a_dialog_is_open(qtbot, parent: QWidget) -> None:
    beats: list[int] = []

    async def beat() -> None:
        for number in range(50):
            beats.append(number)
            await asyncio.sleep(0)

    asked = asyncio.ensure_future(confirm(parent, "Sure?", "", "Do it"))
    dialog = await opened(ConfirmDialog)
    await beat()
    assert len(beats) == 50
    dialog.reject()
    assert await asked is False


async def test_a_cancelled_task_closes_its_dialog(qtbot, parent: QWidget) -> None:
    asked = asyncio.ensure_future(confirm(parent, "Sure?", "", "Do it"))
    await opened(ConfirmDialog)
    asked.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asked
    assert QApplication.activeModalWidget() is None


async def test_a_dialog_whose_window_is_gone_answers_no(qtbot, theme: Theme) -> None:
    parent = QWidget()
    parent.show()
    asked = asyncio.ensure_future(confirm(parent, "Sure?", "", "Do it"))
    await opened(ConfirmDialog)
    parent.deleteLater()
    assert await asked is False


async def test_a_sold_out_item_is_pinned_only_by_holding(
    qtbot, parent: QWidget, theme: Theme, keys: FocusKeys, actions: Actions
) -> None:
    deed = actions.passing("pin.anyway", "Hold to pin anyway")
    asked = asyncio.ensure_future(
        hold_to_confirm(parent, theme, keys, "Sold out", "Viewers could not order it.", deed)
    )
    dialog = await opened(HoldDialog)
    assert isinstance(dialog, HoldDialog)
    qtbot.mouseClick(dialog.hold, Qt.MouseButton.LeftButton)
    await asyncio.sleep(0)
    assert not asked.done()
    dialog.hold._progress.setDuration(30)
    qtbot.mousePress(dialog.hold, Qt.MouseButton.LeftButton)
    assert await asked is True


def no_spaces(text: str) -> str | None:
    return "A code has no spaces. Write NORD20." if " " in text else None


FIELDS = (
    Field("code", "Code", "NORD 20", check=no_spaces),
    Field("percent", "Discount", "20", number=(1, 99), suffix=" %"),
    Field("scope", "For", "all", choices=(("one", "One product"), ("all", "Whole line-up"))),
    Field("note", "Note", "a\nb", lines=3),
    Field("announce", "Chat", ticked=True),
    Field("minutes", "Minutes", "10", help="Ends at 20:45"),
)


async def test_a_form_says_under_the_field_what_is_wrong_and_loses_nothing(qtbot, parent: QWidget) -> None:
    asked = asyncio.ensure_future(ask(parent, "Issue promo", FIELDS, "Issue"))
    dialog = await opened(FormDialog)
    assert isinstance(dialog, FormDialog)
    qtbot.mouseClick(dialog.deed, Qt.MouseButton.LeftButton)
    assert not asked.done()
    assert dialog.hints["code"].text() == "⚠ A code has no spaces. Write NORD20."
    assert dialog.inputs["code"].accessibleDescription() == "A code has no spaces. Write NORD20."
    assert dialog.inputs["code"].hasFocus()
    assert dialog.hints["minutes"].text() == "Ends at 20:45"
    code, percent, scope = dialog.inputs["code"], dialog.inputs["percent"], dialog.inputs["scope"]
    assert isinstance(code, QLineEdit)
    assert isinstance(percent, QSpinBox)
    assert isinstance(scope, QComboBox)
    code.selectAll()
    QTest.keyClicks(code, "NORD20")
    assert not dialog.hints["code"].isVisible()
    percent.setValue(25)
    QTest.keyClick(code, Qt.Key.Key_Return)
    assert await asked == {
        "code": "NORD20", "percent": "25", "scope": "all", "note": "a\nb", "announce": "yes", "minutes": "10",
    }  # fmt: skip


async def test_leaving_a_field_says_at_once_what_is_wrong(qtbot, parent: QWidget) -> None:
    asked = asyncio.ensure_future(ask(parent, "Issue promo", FIELDS, "Issue"))
    dialog = await opened(FormDialog)
    assert isinstance(dialog, FormDialog)
    assert dialog.inputs["code"].hasFocus()
    QTest.keyClicks(dialog.inputs["code"], "NORD 30")
    QTest.keyClick(dialog.inputs["code"], Qt.Key.Key_Tab)
    assert dialog.hints["code"].text().startswith("⚠")
    dialog.reject()
    assert await asked is None


def test_fields_are_checked_together_and_the_shop_can_refuse_one(qtbot, parent: QWidget) -> None:
    dialog = FormDialog(
        parent,
        "Issue promo",
        (Field("from", "From", "20:00"), Field("to", "To", "19:00")),
        "Issue",
        across=lambda v: (
            {"to": "The end is before the start. Choose a later end."} if v["to"] < v["from"] else {}
        ),
    )
    qtbot.addWidget(dialog)
    dialog.open()
    dialog.submit()
    assert dialog.isVisible()
    assert dialog.hints["to"].text().startswith("⚠ The end is before the start")
    dialog.refuse("from", "The shop has this code already. Choose another.")
    assert "The shop has this code already" in dialog.hints["from"].text()


def test_no_dialog_has_a_default_that_does_something(
    qtbot, parent: QWidget, theme, keys, actions: Actions
) -> None:
    from PySide6.QtWidgets import QPushButton

    made = [
        ConfirmDialog(parent, "t", "s", "Do it"),
        HoldDialog(parent, theme, keys, "t", "s", actions.passing("x", "Hold")),
        FormDialog(parent, "t", FIELDS, "Issue"),
    ]
    for dialog in made:
        qtbot.addWidget(dialog)
        defaults = [button.text() for button in dialog.findChildren(QPushButton) if button.isDefault()]
        assert defaults == ["Cancel"]
        assert not [
            button
            for button in dialog.findChildren(QPushButton)
            if button.autoDefault() and not button.isDefault()
        ]
