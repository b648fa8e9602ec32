"""The stock chart: what is left of the pinned items, and when it will be gone."""

import pytest
from PySide6.QtCore import Qt

from studio.ui.charts.marks import Forecast
from studio.ui.charts.series import TimeSeries, series_of
from studio.ui.charts.stock_chart import StockChart, StockLine
from tests.ui.charts.chart_hands import MINUTE, START, Hands, assert_words_are_whole_and_apart

BLANKET = StockLine(
    "blanket",
    "Blanket",
    series_of([(START, 40), (START + 5 * MINUTE, 30), (START + 8 * MINUTE, 17)]),
    "#c0558b",
)
MUG = StockLine("mug", "Mug", series_of([(START, 12), (START + 3 * MINUTE, 0)]), "#3a6ea5")


@pytest.fixture
def hands(qtbot, theme) -> Hands:
    chart = StockChart(where="Europe/Oslo")
    chart.follow_theme(theme)
    chart.set_items([BLANKET, MUG])
    chart.set_now(START + 10 * MINUTE)
    return Hands(qtbot, chart, 700, 150)


def test_before_the_first_pin_the_chart_says_so(qtbot, theme) -> None:
    chart = StockChart()
    Hands(qtbot, chart)
    assert "No stock to show yet" in chart.accessibleDescription()
    chart.set_items([StockLine("x", "X")])
    chart.flush()
    assert not chart.plot.isVisible()


def test_every_item_has_its_steps_and_its_label_at_the_end(hands: Hands) -> None:
    assert hands.words("end") == ["17 Blanket", "0 Mug"]
    assert hands.chart.plot.line_keys() == {"stock blanket", "stock mug"}
    assert_words_are_whole_and_apart(hands.chart)


def test_the_level_between_two_changes_is_the_earlier_one(hands: Hands) -> None:
    assert hands.point_at(START + 4.9 * MINUTE)[1:] == ["Blanket 40 left", "Mug 0 left"]
    assert hands.point_at(START + 2 * MINUTE)[1:] == ["Blanket 40 left", "Mug 12 left"]
    assert hands.point_at(START + 9 * MINUTE)[1:] == ["Blanket 17 left", "Mug 0 left"]


def test_the_steps_are_drawn_level_and_then_down(hands: Hands) -> None:
    offset = hands.chart.plot.mapTo(hands.chart, hands.chart.plot.viewport().pos())
    picture = hands.chart.grab().toImage()
    colour = hands.chart.colours.visible("#c0558b")

    def drawn(minute: float, level: float) -> bool:
        x = round(hands.frame.x(START + minute * MINUTE)) + offset.x()
        y = round(hands.frame.y(level)) + offset.y()
        return any(picture.pixelColor(x, y + d).name() == colour for d in (-1, 0, 1))

    assert drawn(2.5, 40)
    assert drawn(4.8, 40)
    assert drawn(5.2, 30)
    assert not drawn(2.5, 35)
    assert drawn(9.9, 17)


def test_a_forecast_is_dashed_down_to_nothing_and_told_with_its_time(hands: Hands) -> None:
    hands.chart.set_forecasts(
        [Forecast("blanket", START + 14 * MINUTE), Forecast("mug", START + 14 * MINUTE)]
    )
    hands.chart.flush()
    assert "forecast blanket" in hands.chart.plot.line_keys()
    assert "forecast mug" not in hands.chart.plot.line_keys(), "what is sold out has no forecast"
    assert hands.chart.caption == "dashed = forecast"
    assert "Blanket: 17 left, sold out at about 20:04." in hands.chart.accessibleDescription()
    assert "Mug: 0 left." in hands.chart.accessibleDescription()
    hands.chart.set_forecasts([])
    hands.chart.flush()
    assert "forecast blanket" not in hands.chart.plot.line_keys()


def test_the_cursor_reads_the_forecast_as_a_forecast(hands: Hands) -> None:
    hands.chart.set_items([BLANKET])
    hands.chart.set_forecasts([Forecast("blanket", START + 11 * MINUTE)])
    hands.chart.set_now(START + 10 * MINUTE)
    hands.chart.flush()
    assert hands.point_at(START + 10.3 * MINUTE)[1].endswith("(forecast)")
    assert hands.chart.reading.points[0][0] < 17


def test_a_forecast_of_a_time_that_has_passed_is_not_drawn(hands: Hands) -> None:
    hands.chart.set_forecasts([Forecast("blanket", START + 9 * MINUTE)])
    hands.chart.flush()
    assert "forecast blanket" not in hands.chart.plot.line_keys()


def test_new_levels_are_added_and_an_unknown_item_is_an_error(hands: Hands) -> None:
    hands.chart.append_stock("blanket", [START + 9 * MINUTE], [3])
    hands.chart.flush()
    assert hands.words("end")[0] == "3 Blanket"
    with pytest.raises(KeyError):
        hands.chart.append_stock("nothing", [START], [1])


def test_an_unknown_level_ends_the_line(hands: Hands) -> None:
    hands.chart.append_stock("blanket", [START + 9 * MINUTE], [float("nan")])
    hands.chart.set_forecasts([Forecast("blanket", START + 14 * MINUTE)])
    hands.chart.flush()
    assert hands.words("end") == ["0 Mug"]
    assert "forecast blanket" not in hands.chart.plot.line_keys()


def test_many_items_share_the_room_at_the_side(hands: Hands) -> None:
    lines = [
        StockLine(f"i{i}", f"An item with a long name {i}", TimeSeries([START], [5 + i % 3]))
        for i in range(20)
    ]
    hands.chart.set_items(lines)
    hands.chart.flush()
    assert_words_are_whole_and_apart(hands.chart)
    assert 3 <= len(hands.words("end")) < 20


def test_the_table_has_a_column_for_every_item(hands: Hands) -> None:
    hands.press(Qt.Key.Key_T)
    rows = hands.table()
    assert rows[0] == ("Time", "Blanket", "Mug")
    assert rows[1] == ("19:50", "40", "12")
    assert rows[4] == ("19:53", "40", "0")
    assert rows[-1] == ("20:00", "17", "0")
    hands.chart.set_items([BLANKET])
    hands.chart.flush()
    assert hands.table()[0] == ("Time", "Blanket")


def test_wheel_and_home_work_as_in_the_viewers_chart(hands: Hands) -> None:
    before = hands.view
    hands.turn_wheel(3, START + 5 * MINUTE)
    assert hands.view[1] - hands.view[0] < before[1] - before[0]
    hands.press(Qt.Key.Key_Home)
    assert hands.view == before


def test_the_axis_can_begin_where_the_viewers_chart_does(hands: Hands) -> None:
    hands.chart.set_since(START - 30 * MINUTE)
    hands.chart.flush()
    assert hands.view[0] == START - 30 * MINUTE
