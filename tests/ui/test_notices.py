"""Notices: said once, clearly, without taking the focus, the click or the place of anything."""

import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QEnterEvent
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QApplication, QLineEdit, QWidget

from studio.ui.notices import HISTORY, NoticeAction, NoticeCard, Notices, NoticeStack, PostedNotice
from studio.ui.theme import Theme
from tests.ui.conftest import HandWall


@pytest.fixture
def notices(qapp, wall: HandWall) -> Notices:
    model = Notices(wall)
    model.tester = QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    return model


@pytest.fixture
def stack(qtbot, window: QWidget, theme: Theme, notices: Notices) -> NoticeStack:
    shown = NoticeStack(notices, window)
    window.show()
    return shown


def sentences(stack: NoticeStack) -> list[str]:
    return [card.sentence.text() for card in stack.cards]


def test_a_notice_is_shown_and_kept_in_the_history(
    stack: NoticeStack, notices: Notices, wall: HandWall
) -> None:
    notices.post("ok", "NORD20 is live.")
    assert stack.isVisible()
    assert sentences(stack) == ["NORD20 is live."]
    assert notices.data(notices.index(0)) == "✓ NORD20 is live."
    assert notices.data(notices.index(0), Notices.AtRole) == wall()
    assert notices.dismiss_newest()
    assert not notices.dismiss_newest()
    assert not stack.isVisible()
    assert notices.rowCount() == 1
    assert notices.data(notices.index(0), Notices.OverRole) is True


def test_a_later_notice_of_the_same_key_replaces_the_earlier(stack: NoticeStack, notices: Notices) -> None:
    notices.post("trouble", "The shop does not answer.", key="shop")
    notices.post("trouble", "The shop does not answer since 20:14.", key="shop")
    assert sentences(stack) == ["The shop does not answer since 20:14."]
    assert notices.post("trouble", "", key="shop") == 0
    assert sentences(stack) == []
    assert notices.rowCount() == 2


def test_how_far_something_has_come_is_said_where_it_was_said_before(
    qtbot, stack: NoticeStack, notices: Notices
) -> None:
    notices.post("info", "Reading the catalogue: 500 of 981 products.", key="catalogue")
    card = stack.cards[0]
    card.arm()
    notices.post("info", "Reading the catalogue: 900 of 981 products.", key="catalogue")
    assert stack.cards == [card]
    assert card.sentence.text() == card.accessibleName() == "Reading the catalogue: 900 of 981 products."
    assert notices.rowCount() == 2
    qtbot.mouseClick(card.cross, Qt.MouseButton.LeftButton)
    assert sentences(stack) == []


@pytest.mark.parametrize(
    ("level", "action"),
    [("trouble", None), ("info", NoticeAction("Undo", lambda: None))],
    ids=["sign", "button"],
)
def test_a_notice_that_looks_otherwise_is_another_card(
    stack: NoticeStack, notices: Notices, level: str, action: NoticeAction | None
) -> None:
    notices.post("info", "Reading the catalogue.", key="catalogue")
    before = stack.cards[0]
    notices.post(level, "The catalogue cannot be read.", key="catalogue", action=action)
    assert sentences(stack) == ["The catalogue cannot be read."]
    assert stack.cards[0] is not before


def test_trouble_stands_on_top_and_stays_while_news_come_and_go(stack: NoticeStack, notices: Notices) -> None:
    notices.post("trouble", "The shop does not answer.")
    notices.post("info", "Sent.")
    notices.post("warning", "Felt slippers: 9 left.")
    notices.post("ok", "Saved.")
    assert sentences(stack) == ["The shop does not answer.", "Saved.", "Felt slippers: 9 left."]
    assert stack._more.isVisible()
    assert stack._more.text() == "and 1 more"


def test_news_leave_by_themselves_and_trouble_does_not(qtbot, theme: Theme) -> None:
    news = NoticeCard(PostedNotice(1, "info", "Sent.", 0), stay_ms=20)
    trouble = NoticeCard(PostedNotice(2, "trouble", "The shop does not answer.", 0))
    for card in (news, trouble):
        qtbot.addWidget(card)
    with qtbot.waitSignal(news.dismissed) as told:
        pass
    assert told.args == [1]
    assert not trouble._leave.isActive()


def test_a_notice_being_read_does_not_leave(qtbot, theme: Theme) -> None:
    card = NoticeCard(PostedNotice(1, "info", "Sent.", 0))
    qtbot.addWidget(card)
    spot = QPointF(5, 5)
    QApplication.sendEvent(card, QEnterEvent(spot, spot, spot))
    assert not card._leave.isActive()
    QApplication.sendEvent(card, QEvent(QEvent.Type.Leave))
    assert card._leave.isActive()


def test_undo_on_a_notice_acts_once_and_puts_the_notice_away(
    qtbot, stack: NoticeStack, notices: Notices
) -> None:
    undone: list[bool] = []
    notices.post("ok", "Unpinned.", action=NoticeAction("Undo & repin", lambda: undone.append(True)))
    card = stack.cards[0]
    assert card.button.text() == "Undo && repin"
    card.arm()
    qtbot.mouseClick(card.button, Qt.MouseButton.LeftButton)
    assert undone == [True]
    assert sentences(stack) == []


def test_a_notice_does_not_take_the_click_meant_for_what_it_covers(
    qtbot, stack: NoticeStack, notices: Notices
) -> None:
    undone: list[bool] = []
    notices.post("ok", "Unpinned.", action=NoticeAction("Undo", lambda: undone.append(True)))
    card = stack.cards[0]
    qtbot.mouseClick(card.button, Qt.MouseButton.LeftButton)
    qtbot.mouseClick(card.cross, Qt.MouseButton.LeftButton)
    assert undone == []
    assert sentences(stack) == ["Unpinned."]
    card.arm()
    qtbot.mouseClick(card.cross, Qt.MouseButton.LeftButton)
    assert sentences(stack) == []


def test_a_notice_takes_neither_the_focus_nor_the_place_of_anything(
    qtbot, window, theme: Theme, notices: Notices
) -> None:
    field = QLineEdit(window)
    field.setGeometry(10, 10, 200, 30)
    stack = NoticeStack(notices, window)
    window.show()
    window.activateWindow()
    field.setFocus()
    qtbot.waitUntil(field.hasFocus)
    where = field.geometry()
    notices.post("trouble", "The shop does not answer. " * 8)
    assert field.hasFocus()
    assert field.geometry() == where
    assert window.rect().contains(stack.geometry())
    window.resize(300, 300)
    assert window.rect().contains(stack.geometry())


def test_notices_stand_over_the_part_of_the_window_that_is_given_and_follow_it(
    window: QWidget, stack: NoticeStack, notices: Notices
) -> None:
    window.resize(1100, 700)
    place = QWidget(window)
    place.setGeometry(8, 100, 320, 560)
    place.show()
    notices.post("warning", "Felt slippers: only 8 left.")
    in_the_middle = stack.geometry()
    stack.stand_over(place)
    assert place.geometry().contains(stack.geometry())
    place.resize(310, 400)
    assert place.geometry().contains(stack.geometry())
    place.resize(120, 400)
    card = stack.cards[0]
    assert card.rect().contains(card.cross.geometry())
    assert stack.rect().contains(card.geometry())
    stack.stand_over(None)
    assert stack.geometry() == in_the_middle


def test_markup_in_a_notice_is_shown_as_text(stack: NoticeStack, notices: Notices) -> None:
    notices.post("warning", "<b>x</b>\u202e")
    assert stack.cards[0].sentence.textFormat() == Qt.TextFormat.PlainText
    assert sentences(stack) == ["<b>x</b>"]


def test_a_long_name_in_a_notice_is_not_cut_at_the_edge(stack: NoticeStack, notices: Notices) -> None:
    notices.post("warning", f"{'Donaudampfschifffahrtsgesellschaftskapitän' * 3} is sold out.")
    sentence = stack.cards[0].sentence
    sentence.grab()
    assert not sentence.is_cut()
    notices.post("warning", "Donaudampfschifffahrtsgesellschaftskapitän " * 40)
    sentence = stack.cards[0].sentence
    sentence.grab()
    assert sentence.is_cut()
    assert sentence.toolTip()


def test_an_unknown_level_is_not_lost(stack: NoticeStack, notices: Notices) -> None:
    notices.post("catastrophe", "Something new.")
    assert sentences(stack) == ["Something new."]


def test_the_history_has_a_bound(notices: Notices) -> None:
    for number in range(HISTORY + 20):
        notices.dismiss(notices.post("info", f"n{number}"))
    assert notices.rowCount() == HISTORY
    assert notices.data(notices.index(0)) == f"ℹ n{HISTORY + 19}"
