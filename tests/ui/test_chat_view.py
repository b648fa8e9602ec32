"""The chat: it follows the newest message, and stays still under the hand."""

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QAction, QContextMenuEvent, QEnterEvent, QGuiApplication, QHelpEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu, QToolTip

from studio.ui.actions import Actions
from studio.ui.keyguard import FocusKeys
from studio.ui.theme import Theme
from studio.ui.widgets.chat_lines import ChatLine, ChatLog, LineLayouts
from studio.ui.widgets.chat_scroll import ChatScroll
from studio.ui.widgets.chat_view import ChatView


def lines(count: int, start: int = 0) -> list[ChatLine]:
    return [
        ChatLine(f"m{n}", n * 1000, f"viewer{n}", f"message {n}", "YouTube", "Y")
        for n in range(start, start + count)
    ]


@pytest.fixture
def chat(qtbot, theme: Theme) -> ChatView:
    view = ChatView(theme)
    qtbot.addWidget(view)
    view.resize(320, 240)
    view.show()
    view.activateWindow()
    qtbot.waitUntil(view.isActiveWindow)
    hover(view, inside=False)  # The pointer of the test machine may rest just there.
    return view


def hover(view: ChatView, inside: bool = True) -> None:
    spot = QPointF(20, 20)
    event = QEnterEvent(spot, spot, spot) if inside else QEvent(QEvent.Type.Leave)
    QApplication.sendEvent(view.viewport(), event)


def seen(view: ChatView) -> list[int]:
    return [row.row for row in view._scroll.rows()]


def tops(view: ChatView) -> list[tuple[int, float]]:
    return [(row.row, row.top) for row in view._scroll.rows()]


def wheel(view: ChatView, degrees: int) -> None:
    spot = QPointF(view.viewport().rect().center())
    event = QWheelEvent(
        spot, view.viewport().mapToGlobal(spot), QPoint(), QPoint(0, degrees), Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(view.viewport(), event)


def spot_of(view: ChatView, row: int) -> QPoint:
    placed = next(one for one in view._scroll.rows() if one.row == row)
    return QPoint(100, round(placed.top + placed.height / 2))


def test_the_first_messages_stand_at_the_top(chat: ChatView) -> None:
    chat.append_batch(lines(3))
    assert seen(chat) == [0, 1, 2]
    assert tops(chat)[0] == (0, 0)


def test_it_follows_the_newest_message(chat: ChatView) -> None:
    chat.append_batch(lines(100))
    chat.append_batch(lines(50, 100))
    assert seen(chat)[-1] == 149
    assert chat.held_back == 0


def test_nothing_moves_under_the_pointer_and_what_is_held_back_is_counted(qtbot, chat: ChatView) -> None:
    chat.append_batch(lines(100))
    hover(chat)
    before, picture = tops(chat), chat.viewport().grab().toImage()
    with qtbot.waitSignal(chat.held_back_changed) as told:
        chat.append_batch(lines(12, 100))
    assert told.args == [12]
    assert tops(chat) == before
    assert chat.viewport().grab().toImage() == picture
    assert chat._jump.isVisible()
    assert chat._jump.text() == "12 new"
    hover(chat, inside=False)
    assert seen(chat)[-1] == 111
    assert chat.held_back == 0
    assert not chat._jump.isVisible()


def test_the_first_messages_are_shown_even_when_the_pointer_rests_on_the_empty_chat(chat: ChatView) -> None:
    hover(chat)
    chat.append_batch(lines(3))
    assert seen(chat) == [0, 1, 2]
    assert chat.held_back == 0


def test_even_an_empty_place_stays_empty_under_the_pointer(chat: ChatView) -> None:
    chat.append_batch(lines(2))
    hover(chat)
    chat.append_batch(lines(1, 2))
    assert seen(chat) == [0, 1]
    hover(chat, inside=False)
    assert seen(chat) == [0, 1, 2]


def test_nothing_moves_while_a_message_is_selected(qtbot, chat: ChatView) -> None:
    chat.append_batch(lines(100))
    with qtbot.waitSignal(chat.selected) as told:
        qtbot.mouseClick(chat.viewport(), Qt.MouseButton.LeftButton, pos=spot_of(chat, 97))
    assert told.args == ["m97"]
    before = tops(chat)
    chat.append_batch(lines(500, 100))
    assert tops(chat) == before
    assert chat.selected_line == lines(1, 97)[0]
    assert chat.clear_selection()
    assert not chat.clear_selection()
    assert seen(chat)[-1] == 599


def test_a_flood_under_the_hand_drops_nothing_that_is_in_sight(chat: ChatView) -> None:
    chat.set_source(ChatLog(limit=200))
    chat.append_batch(lines(200))
    hover(chat)
    picture = chat.viewport().grab().toImage()
    for start in range(200, 700, 50):
        chat.append_batch(lines(50, start))
    assert chat.viewport().grab().toImage() == picture
    hover(chat, inside=False)
    assert chat._source.row(seen(chat)[-1]) == lines(1, 699)[0]
    chat.append_batch(lines(1, 700))
    assert chat._source.row_count() == 200


def test_the_button_goes_to_the_newest_and_the_hand_holds_it_there(qtbot, chat: ChatView) -> None:
    chat.append_batch(lines(100))
    hover(chat)
    chat.append_batch(lines(12, 100))
    qtbot.mouseClick(chat._jump, Qt.MouseButton.LeftButton)
    assert seen(chat)[-1] == 111
    assert chat.held_back == 0
    chat.append_batch(lines(1, 112))
    assert seen(chat)[-1] == 111
    assert chat.held_back == 1


def test_reading_back_is_not_disturbed_and_the_end_follows_again(chat: ChatView) -> None:
    chat.append_batch(lines(300))
    wheel(chat, 1200)
    before = tops(chat)
    assert before[-1][0] < 299
    chat.append_batch(lines(20, 300))
    assert tops(chat) == before
    assert chat.held_back == 20
    QTest.keyClick(chat, Qt.Key.Key_End)
    assert seen(chat)[-1] == 319
    chat.append_batch(lines(1, 320))
    assert seen(chat)[-1] == 320


def test_scrolling_down_to_the_end_follows_again(chat: ChatView) -> None:
    chat.append_batch(lines(300))
    wheel(chat, 360)
    wheel(chat, -3600)
    chat.append_batch(lines(1, 300))
    assert seen(chat)[-1] == 300
    assert chat.held_back == 0


def test_the_wheel_reaches_the_very_first_message_and_no_further(chat: ChatView) -> None:
    chat.append_batch(lines(60))
    for _ in range(30):
        wheel(chat, 1200)
    assert tops(chat)[0] == (0, 0)


def test_the_scroll_bar_goes_anywhere_in_a_million_messages(chat: ChatView) -> None:
    class Million:
        def __init__(self) -> None:
            self.asked: set[int] = set()

        def row_count(self) -> int:
            return 1_000_000

        def row(self, index: int) -> ChatLine | None:
            self.asked.add(index)
            return lines(1, index)[0] if index % 3 else None  # some are not loaded yet

    source = Million()
    chat.set_source(source)
    chat.viewport().grab()
    chat.verticalScrollBar().setValue(500_000)
    chat.viewport().grab()
    assert seen(chat)[-1] == 500_000
    assert len(source.asked) < 100


def test_with_the_keys_alone_a_message_is_selected_and_opened(qtbot, chat: ChatView) -> None:
    chat.append_batch(lines(100))
    chat.setFocus()
    QTest.keyClick(chat, Qt.Key.Key_Up)
    assert chat.selected_line == lines(1, 99)[0]
    QTest.keyClick(chat, Qt.Key.Key_Up)
    assert chat.selected_line == lines(1, 98)[0]
    QTest.keyClick(chat, Qt.Key.Key_PageUp)
    row = chat._selected_at
    assert row < 98
    assert row in seen(chat)
    with qtbot.waitSignal(chat.activated) as told:
        QTest.keyClick(chat, Qt.Key.Key_Return)
    assert told.args == [f"m{row}"]
    QTest.keyClick(chat, Qt.Key.Key_Home)
    assert chat.selected_line == lines(1)[0]
    assert tops(chat)[0] == (0, 0)
    QTest.keyClick(chat, Qt.Key.Key_Down)
    assert chat.selected_line == lines(1, 1)[0]
    QTest.keyClick(chat, Qt.Key.Key_Escape)
    assert chat.selected_line is None


def test_stepping_down_past_the_last_asks_for_what_was_held_back(chat: ChatView) -> None:
    chat.append_batch(lines(5))
    QTest.keyClick(chat, Qt.Key.Key_Up)
    chat.append_batch(lines(2, 5))
    QTest.keyClick(chat, Qt.Key.Key_Down)
    assert chat.selected_line == lines(1, 5)[0]


def test_the_clicker_turns_items_unless_a_message_is_selected(
    qtbot, chat: ChatView, actions: Actions, keys: FocusKeys
) -> None:
    acted: list[int] = []
    actions.on("item.next", lambda: acted.append(1))
    actions.bind_to(chat)
    chat.append_batch(lines(100))
    chat.setFocus()
    QTest.keyClick(chat, Qt.Key.Key_PageDown)
    assert acted == [1]
    QTest.keyClick(chat, Qt.Key.Key_Up)
    QTest.keyClick(chat, Qt.Key.Key_PageUp)
    assert acted == [1]
    assert chat._selected_at < 99


def menu_of(chat: ChatView) -> QMenu:
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    return menu


def test_the_menu_acts_on_the_message_it_was_opened_for(qtbot, chat: ChatView) -> None:
    hide = QAction("Hide", chat)
    chat.set_context_actions([hide])
    chat.append_batch(lines(5))
    spot = spot_of(chat, 2)
    QTest.mouseClick(chat.viewport(), Qt.MouseButton.RightButton, pos=spot)
    event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, spot, chat.viewport().mapToGlobal(spot))
    QApplication.sendEvent(chat.viewport(), event)
    assert chat.selected_line == lines(1, 2)[0]
    menu = menu_of(chat)
    assert [action.text() for action in menu.actions() if not action.isSeparator()] == ["Hide", "Copy"]
    with qtbot.waitSignal(hide.triggered):
        menu.actions()[0].trigger()
    menu.close()


def test_the_menu_key_opens_the_menu_of_the_selected_message_and_it_copies(chat: ChatView) -> None:
    chat.append_batch([replace(lines(1)[0], author="שלום", text="a\u202eb")])
    QTest.keyClick(chat, Qt.Key.Key_Menu)
    assert QApplication.activePopupWidget() is None  # nothing is selected
    QTest.keyClick(chat, Qt.Key.Key_Up)
    QTest.keyClick(chat, Qt.Key.Key_Menu)
    menu = menu_of(chat)
    menu.actions()[-1].trigger()
    menu.close()
    assert QGuiApplication.clipboard().text() == "שלום: ab"


def test_rows_dropped_at_the_head_take_the_selection_along_or_end_it(qtbot, chat: ChatView) -> None:
    chat.set_source(ChatLog(limit=100))
    chat.append_batch(lines(100))
    chat._select(99)
    chat._scroll.drop(0)
    chat.rows_dropped(0)
    assert chat.selected_line is not None
    source = chat._source
    assert isinstance(source, ChatLog)
    dropped = source.append(lines(400, 100), holding=True)
    chat.rows_appended(400)
    chat.rows_dropped(dropped)
    assert dropped == 100
    assert chat.selected_line is None


def test_a_hidden_message_keeps_its_place(chat: ChatView) -> None:
    chat.append_batch(lines(20))
    before, picture = tops(chat), chat.viewport().grab().toImage()
    source = chat._source
    assert isinstance(source, ChatLog)
    assert source.replace(replace(lines(1, 15)[0], hidden=True))
    assert not source.replace(replace(lines(1, 15)[0], id="gone"))
    chat.rows_changed()
    assert tops(chat) == before
    assert chat.viewport().grab().toImage() != picture


NASTY = [
    '<img src="http://tracker/x.png"><script>alert(1)</script>',
    "\u202edrowkcab \u2066x",
    "האם זה נשטף? abc",
    "👩‍👩‍👧‍👦" * 50,
    "z" + "\u0301" * 1000,
    "x" * 100_000,
    "\x00\x01\x02\n\n\n",
    "",
    "%s {} %(x)s",
]


def test_nasty_messages_are_painted_as_plain_text(chat: ChatView) -> None:
    for n, text in enumerate(NASTY):
        chat.append_batch(
            [ChatLine(f"n{n}", 0, text, text, letter="Y", question=n % 2 == 0, highlight=n % 3 == 0)]
        )
        chat.viewport().grab()
    layout = chat._layouts.laid(ChatLine("x", 0, "a", NASTY[0]))
    assert layout.text.text().endswith(NASTY[0])
    heights = [row.height for row in chat._scroll.rows()]
    assert all(0 < height < 400 for height in heights)


def test_an_emoji_is_never_torn_in_two(theme: Theme) -> None:
    layouts = LineLayouts(theme)
    layouts.set_width(600)
    laid = layouts.laid(ChatLine("x", 0, "snorre 👋🏽", "😂😂"))
    units = laid.text.text().encode("utf-16-le")
    edges = {edge for part in laid.text.formats() for edge in (part.start, part.start + part.length)}
    assert max(edges) == len(units) // 2, "what is written in the message's colour ends with the message"
    for edge in edges:
        units[: 2 * edge].decode("utf-16-le")  # half an emoji would raise


def test_a_right_to_left_name_cannot_reorder_the_message(qtbot, theme: Theme) -> None:
    layouts = LineLayouts(theme)
    layouts.set_width(600)
    laid = layouts.laid(ChatLine("x", 0, "\u202eevil", "hello"))
    assert laid.text.text() == "evil hello"
    mixed = layouts.laid(ChatLine("y", 0, "שלום", "hello")).text
    line = mixed.lineAt(0)
    start_of_message = mixed.text().index("hello")
    assert line.cursorToX(0)[0] < line.cursorToX(start_of_message)[0]


def test_a_gap_is_marked_and_spoken_without_an_author(chat: ChatView) -> None:
    chat.append_batch([*lines(2), ChatLine("g", 0, "", "12 messages are missing here", gap=True)])
    QTest.keyClick(chat, Qt.Key.Key_Up)
    assert chat.accessibleDescription() == "12 messages are missing here"


def test_switching_the_theme_recolours_the_messages(qapp, chat: ChatView, theme: Theme) -> None:
    chat.append_batch(lines(10))
    dark = chat.viewport().grab().toImage()
    theme.toggle(qapp)
    assert chat.viewport().grab().toImage() != dark


def test_messages_wrap_anew_when_the_pane_gets_narrow(chat: ChatView) -> None:
    chat.append_batch([replace(lines(1)[0], text="word " * 30)])
    wide = chat._scroll.rows()[0].height
    chat.resize(180, 240)
    assert chat._scroll.rows()[0].height > wide


def test_a_source_filled_elsewhere_refuses_a_batch(chat: ChatView) -> None:
    class Elsewhere:
        def row_count(self) -> int:
            return 0

        def row(self, index: int) -> ChatLine | None:
            return None

    chat.set_source(Elsewhere())
    with pytest.raises(TypeError, match="filled elsewhere"):
        chat.append_batch(lines(1))


MOVES = st.one_of(
    st.tuples(st.just("grow"), st.integers(0, 30)),
    st.tuples(st.just("held"), st.integers(0, 30)),
    st.tuples(st.just("drop"), st.integers(0, 20)),
    st.tuples(st.just("move"), st.floats(-3000, 3000)),
    st.tuples(st.just("go"), st.integers(-5, 500)),
    st.tuples(st.just("reveal"), st.integers(0, 500)),
    st.tuples(st.just("height"), st.integers(0, 600)),
    st.tuples(st.just("end"), st.just(0)),
)


def test_the_pointer_over_a_line_is_told_where_it_was_written(chat: ChatView, monkeypatch) -> None:
    said: list[str] = []
    monkeypatch.setattr(QToolTip, "showText", lambda _where, text, *_: said.append(text))
    chat.append_batch([ChatLine("a", 1, "Ana", "hello", channel="tiktok", letter="T")])
    chat.repaint()
    where = QPoint(40, 12)
    QApplication.sendEvent(
        chat.viewport(), QHelpEvent(QEvent.Type.ToolTip, where, chat.viewport().mapToGlobal(where))
    )
    assert ["tiktok" in text for text in said] == [True]
    QTest.keyClick(chat, Qt.Key.Key_Up)
    assert chat.accessibleDescription() == "tiktok. Ana: hello"


@given(st.lists(MOVES, max_size=40))
def test_however_it_is_scrolled_rows_are_in_order_without_holes_and_none_is_made_up(
    moves: list[tuple[str, float]],
) -> None:
    scroll = ChatScroll(lambda row: 20.0 + row % 5 * 13)
    scroll.set_height(300)
    for name, value in moves:
        count = int(value)
        match name:
            case "grow":
                scroll.grow(count, show=True)
            case "held":
                scroll.grow(count, show=False)
            case "drop":
                scroll.drop(min(count, scroll.count))
            case "move":
                scroll.move(value)
            case "go":
                scroll.go_to(count)
            case "reveal":
                if scroll.end:
                    scroll.reveal(min(count, scroll.end - 1))
            case "height":
                scroll.set_height(value)
            case _:
                scroll.show_all()
                scroll.to_end()
        rows = scroll.rows()
        assert all(0 <= row.row < scroll.end for row in rows)
        for above, below in pairwise(rows):
            assert below.row == above.row + 1
            assert below.top == pytest.approx(above.top + above.height)
        if rows:
            total = sum(20.0 + row % 5 * 13 for row in range(scroll.end))
            assert rows[0].top <= 0.001
            if total <= scroll._height:
                assert [row.row for row in rows] == list(range(scroll.end))
            else:
                assert rows[-1].top + rows[-1].height >= scroll._height - 0.001
