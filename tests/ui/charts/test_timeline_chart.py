"""The review's timeline: the whole show, its orders, and a way into every block."""

import pytest
from PySide6.QtCore import Qt

from studio.ui.charts.marks import Marker, Span
from studio.ui.charts.timeline_chart import TimelineChart
from tests.ui.charts.chart_hands import (
    MINUTE,
    NO_KEYS,
    START,
    Hands,
    assert_words_are_whole_and_apart,
    minutes,
)

NAMES = ["Throw", "Mugs", "Candles", "Blanket", "Board", "Questions"]


@pytest.fixture
def hands(qtbot, theme) -> Hands:
    chart = TimelineChart(where="Europe/Oslo")
    chart.follow_theme(theme)
    chart.set_viewers(minutes([100 + (i * 37) % 900 for i in range(60)]))
    chart.set_spans(
        [
            Span(START + i * 10 * MINUTE, START + (i * 10 + 9) * MINUTE, name, "#808030", f"item-{i}")
            for i, name in enumerate(NAMES)
        ]
    )
    chart.set_markers([Marker(START + 32 * MINUTE, "NORD20")])
    chart.set_orders(
        [(START + 5 * MINUTE + 7, 2), (START + 5 * MINUTE + 30_000, 1), (START + 33 * MINUTE, 9)]
    )
    return Hands(qtbot, chart, 1400, 420)


def test_the_whole_show_is_seen_with_every_name_and_code(hands: Hands) -> None:
    assert hands.view == (START, START + 59 * MINUTE)
    assert hands.words("span") == NAMES
    assert hands.words("marker") == ["NORD20"]
    assert len(hands.words("peak")) == 1
    assert_words_are_whole_and_apart(hands.chart)


def test_a_show_without_figures_says_so(qtbot, theme) -> None:
    chart = TimelineChart()
    Hands(qtbot, chart)
    assert "No figures were recorded" in chart.accessibleDescription()


def test_orders_without_viewers_are_still_shown_and_read(qtbot, theme) -> None:
    chart = TimelineChart(where="Europe/Oslo")
    chart.set_orders([(START, 4), (START + 9 * MINUTE, 2)])
    hands = Hands(qtbot, chart)
    assert chart.accessibleDescription().startswith("6 orders.")
    assert hands.point_at(START + 20_000)[1] == "4 orders in this minute"
    hands.press(Qt.Key.Key_Right)
    assert hands.read[0] == "19:59:00"
    hands.press(Qt.Key.Key_T)
    assert hands.table()[1] == ("19:50", "not known", "not known", "4", "", "")
    assert len(hands.table()) == 11


def test_a_click_on_a_block_opens_it(hands: Hands, qtbot) -> None:
    viewport = hands.chart.plot.viewport()
    with qtbot.waitSignal(hands.chart.block_clicked) as clicked:
        qtbot.mouseClick(viewport, Qt.MouseButton.LeftButton, NO_KEYS, hands.place(START + 34 * MINUTE))
    assert clicked.args == ["item-3", START + 30 * MINUTE]
    with qtbot.assertNotEmitted(hands.chart.block_clicked):
        qtbot.mouseClick(viewport, Qt.MouseButton.LeftButton, NO_KEYS, hands.place(START + 39.5 * MINUTE))


def test_a_drag_is_not_a_click(hands: Hands, qtbot) -> None:
    hands.turn_wheel(3, START + 30 * MINUTE)
    with qtbot.assertNotEmitted(hands.chart.block_clicked):
        hands.drag(80)


def test_enter_at_the_cursor_opens_the_block(hands: Hands, qtbot) -> None:
    hands.press(Qt.Key.Key_Left)
    hands.press(Qt.Key.Key_Left)
    assert hands.read[-1] == "Questions"
    with qtbot.waitSignal(hands.chart.block_clicked) as clicked:
        hands.press(Qt.Key.Key_Return)
    assert clicked.args == ["item-5", START + 50 * MINUTE]


def test_the_cursor_reads_viewers_orders_and_what_was_on_air(hands: Hands) -> None:
    assert hands.point_at(START + 5 * MINUTE)[0:3] == [
        "19:55:00 · 285 viewers",
        "3 orders in this minute",
        "Throw",
    ]


def test_orders_of_a_minute_add_up_and_the_most_make_the_highest_bar(hands: Hands) -> None:
    offset = hands.chart.plot.mapTo(hands.chart, hands.chart.plot.viewport().pos())
    picture = hands.chart.grab().toImage()
    rect = hands.frame.rect

    def bar(minute: float) -> int:
        x = round(hands.frame.x(START + (minute + 0.5) * MINUTE)) + offset.x()
        column = [
            picture.pixelColor(x, y + offset.y()).name()
            for y in range(round(rect.top()), round(rect.bottom()))
        ]
        return column.count(hands.chart.colours.orders)

    assert bar(33) == pytest.approx(rect.height() * 0.24, abs=3)
    assert bar(5) == pytest.approx(rect.height() * 0.08, abs=3)
    assert bar(20) == 0


def test_home_shows_the_whole_show_again(hands: Hands) -> None:
    hands.turn_wheel(5, START + 20 * MINUTE)
    assert hands.view != (START, START + 59 * MINUTE)
    hands.press(Qt.Key.Key_Home)
    assert hands.view == (START, START + 59 * MINUTE)


def test_the_table_has_orders_beside_viewers(hands: Hands) -> None:
    hands.press(Qt.Key.Key_T)
    rows = hands.table()
    assert rows[0] == ("Time", "Viewers", "Highest", "Orders", "On air", "Promo codes")
    assert rows[6] == ("19:55", "285", "285", "3", "Throw", "")
    assert sum(int(row[3]) for row in rows[1:]) == 12


def test_a_show_of_three_hundred_items_stays_readable(hands: Hands) -> None:
    hands.chart.set_spans(
        [
            Span(START + i * 12_000, START + (i + 1) * 12_000, f"Product number {i}", "#808030", str(i))
            for i in range(300)
        ]
    )
    hands.chart.flush()
    assert_words_are_whole_and_apart(hands.chart)
    for _ in range(18):
        hands.turn_wheel(1, START + 10 * MINUTE)
    assert hands.words("span")
    assert_words_are_whole_and_apart(hands.chart)


def test_many_alerts_stay_readable_and_are_told(hands: Hands) -> None:
    hands.chart.set_alerts(
        [Marker(START + i * 40_000, f"message number {i} too late for Twitch") for i in range(80)]
    )
    hands.chart.flush()
    assert_words_are_whole_and_apart(hands.chart)
    assert "80 alerts." in hands.chart.accessibleDescription()
    reading = hands.chart._read(START + 40_000)
    assert reading is not None
    assert "⚠ message number 1 too late for Twitch" in [text for text, _ in reading.lines]


def test_a_show_which_nothing_reached_is_drawn_for_what_went_wrong_in_it(qtbot, theme) -> None:
    chart = TimelineChart(where="Europe/Oslo")
    chart.follow_theme(theme)
    chart.set_spans([Span(START, START + 9 * MINUTE, "Throw", "#808030", "item-0")])
    chart.set_alerts([Marker(START, "shop lost"), Marker(START + 2 * MINUTE, "Twitch lost")])
    hands = Hands(qtbot, chart, 1000, 400)
    assert "No figures were recorded" not in chart.accessibleDescription()
    assert hands.words("span") == ["Throw"]
    assert hands.words("marker") == ["shop lost", "Twitch lost"]
    chart.set_now(START + 9 * MINUTE)
    hands.chart.flush()
    hands.press(Qt.Key.Key_T)
    rows = hands.table()
    assert rows[0][-1] == "Alerts"
    assert rows[1][-1] == "shop lost"
