"""The viewers' chart, used as a host uses it on air."""

import itertools

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QRectF, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QTableView, QToolButton

from studio.ui.charts.colours import ChartColours
from studio.ui.charts.frame import Word, without_overlaps
from studio.ui.charts.marks import Marker, Span
from studio.ui.charts.overlay import reading_box
from studio.ui.charts.series import TimeSeries
from studio.ui.charts.viewers_chart import ChannelLine, ViewersChart
from studio.ui.palette import LIGHT
from tests.ui.charts.chart_hands import MINUTE, START, Hands, assert_words_are_whole_and_apart, minutes

RISE = [100, 400, 900, 1300, 1902, 1500, 1200, 1100, 1000, 1284]
SPANS = [
    Span(START, START + 3 * MINUTE, "Ceramic mug", "#3a6ea5", "mug"),
    Span(START + 5 * MINUTE, None, "Wool blanket", "#c0558b", "blanket"),
]


@pytest.fixture
def hands(qtbot, theme) -> Hands:
    chart = ViewersChart(where="Europe/Oslo")
    chart.follow_theme(theme)
    chart.set_viewers(minutes(RISE))
    chart.set_spans(SPANS)
    chart.set_markers([Marker(START + 6 * MINUTE, "NORD20")])
    chart.set_now(START + 9 * MINUTE + 5000)
    return Hands(qtbot, chart)


def test_before_the_first_figure_the_chart_says_what_is_missing(qtbot, theme) -> None:
    chart = ViewersChart()
    hands = Hands(qtbot, chart)
    assert "No viewers yet" in chart.accessibleDescription()
    assert not chart.findChild(QToolButton, "", Qt.FindChildOption.FindChildrenRecursively).isVisible()
    chart.set_now(START)
    hands.press(Qt.Key.Key_Left)
    hands.press(Qt.Key.Key_T)
    hands.press(Qt.Key.Key_T)
    chart.append_viewers([START], [12])
    chart.flush()
    assert chart.plot.isVisible()
    assert hands.words("end") == ["12"]


def test_the_peak_is_marked_with_its_time_of_the_show(hands: Hands) -> None:
    assert hands.words("peak") == ["peak 1,902 at 19:54"]
    at = hands.frame.x(START + 4 * MINUTE), hands.frame.y(1902)
    offset = hands.chart.plot.mapTo(hands.chart, hands.chart.plot.viewport().pos())
    colour = hands.picture().pixelColor(round(at[0]) + offset.x(), round(at[1]) + offset.y())
    assert colour.name() == hands.chart.colours.viewers


def test_what_was_on_air_is_shaded_in_its_colour_and_named(hands: Hands) -> None:
    assert hands.words("span") == ["Ceramic mug", "Wool blanket"]
    offset = hands.chart.plot.mapTo(hands.chart, hands.chart.plot.viewport().pos())
    picture, y = hands.picture(), round(hands.frame.rect.top()) + 3 + offset.y()

    def shade(minute: float) -> str:
        return picture.pixelColor(round(hands.frame.x(START + minute * MINUTE)) + offset.x(), y).name()

    colours = hands.chart.colours
    assert shade(1.5) == colours.shade("#3a6ea5")
    assert shade(4.5) == colours.surface
    assert shade(8.5) == colours.shade("#c0558b")


def test_a_promo_code_is_marked_below_its_moment(hands: Hands) -> None:
    assert hands.words("marker") == ["NORD20"]
    word = next(w for w in hands.chart.words if w.kind == "marker")
    assert word.rect.top() >= hands.frame.rect.bottom()
    assert word.colour == hands.chart.colours.promo


def test_the_view_follows_the_clock_and_the_new_figures(hands: Hands, qtbot) -> None:
    hands.chart.set_now(START + 180 * MINUTE)
    hands.chart.append_viewers([START + 180 * MINUTE], [777])
    with qtbot.waitSignal(hands.chart.window_changed) as moved:
        pass
    start, end, live = moved.args
    assert live
    assert end - start == 60 * MINUTE
    assert start < START + 180 * MINUTE < end
    assert hands.words("end") == ["777"]
    assert hands.chart.caption.startswith("last 60 min")


def test_many_changes_at_once_are_drawn_once(hands: Hands, qtbot, monkeypatch) -> None:
    drawn: list[int] = []
    draw = hands.chart._draw
    monkeypatch.setattr(hands.chart, "_draw", lambda frame: (drawn.append(1), draw(frame)))
    for i in range(500):
        hands.chart.append_viewers([START + 10 * MINUTE + i * 1000], [1000 + i])
        hands.chart.set_now(START + 10 * MINUTE + i * 1000)
    with qtbot.waitSignal(hands.chart.window_changed):
        pass
    assert len(drawn) == 1
    assert hands.words("end") == ["1,499"]


def test_the_pointer_reads_the_figure_and_what_was_on_air(hands: Hands) -> None:
    assert hands.point_at(START + 2 * MINUTE + 10_000) == ["19:52:00 · 900 viewers", "Ceramic mug"]
    assert hands.point_at(START + 4 * MINUTE) == ["19:54:00 · 1,902 viewers", "nothing on air"]
    assert hands.point_at(START + 6 * MINUTE) == ["19:56:00 · 1,200 viewers", "▲ NORD20", "Wool blanket"]


def test_the_box_of_the_reading_is_whole_wherever_the_pointer_is(hands: Hands) -> None:
    for minute in range(10):
        hands.point_at(START + minute * MINUTE)
        assert hands.chart.reading is not None
        box = reading_box(hands.frame, hands.chart.reading)
        assert hands.frame.rect.contains(box)
        widest = max(hands.frame.wide(text, bold=i == 0) for i, text in enumerate(hands.read))
        assert box.width() == widest + 16
        x = hands.frame.x(hands.chart.reading.t_ms)
        assert not box.left() <= x <= box.right()


def test_of_two_words_at_one_place_only_the_more_important_is_shown() -> None:
    words = [
        Word("peak", "peak 9", QRectF(0, 0, 40, 12), "#000000"),
        Word("span", "covered", QRectF(30, 5, 40, 12), "#000000"),
        Word("span", "beside", QRectF(80, 5, 40, 12), "#000000"),
        Word("span", "", QRectF(200, 5, 0, 12), "#000000"),
    ]
    assert [word.text for word in without_overlaps(words)] == ["peak 9", "beside"]


def test_the_reading_goes_when_the_pointer_leaves(hands: Hands, qtbot) -> None:
    assert hands.point_at(START + 2 * MINUTE)
    QTest.mouseMove(hands.chart, QPoint(5, 5))
    hands.chart.flush()
    assert hands.read == []


def test_the_wheel_zooms_at_the_pointer_and_home_goes_back_to_live(hands: Hands) -> None:
    before, about = hands.view, START + 4 * MINUTE
    x = hands.frame.x(about)
    live_button = next(b for b in hands.chart.findChildren(QToolButton) if b.text() == "Live")
    assert not live_button.isVisible()
    hands.turn_wheel(4, about)
    closer = hands.view
    assert closer[1] - closer[0] < (before[1] - before[0]) * 0.5
    assert hands.frame.x(about) == pytest.approx(x, abs=1)
    assert live_button.isVisible()
    hands.turn_wheel(-1, about)
    assert hands.view[1] - hands.view[0] > closer[1] - closer[0]
    hands.press(Qt.Key.Key_Home)
    assert hands.view == before
    assert not live_button.isVisible()
    hands.turn_wheel(4, about)
    live_button.click()
    hands.chart.flush()
    assert hands.view == before


def test_a_zoomed_view_stays_put_while_the_show_goes_on(hands: Hands) -> None:
    hands.turn_wheel(4, START + 4 * MINUTE)
    before = hands.view
    hands.chart.append_viewers([START + 12 * MINUTE], [50])
    hands.chart.set_now(START + 12 * MINUTE)
    hands.chart.flush()
    assert hands.view == before


def test_dragging_moves_the_view_with_the_hand(hands: Hands) -> None:
    hands.turn_wheel(6, START + 5 * MINUTE)
    start, end = hands.view
    per_pixel = (end - start) / hands.frame.rect.width()
    hands.drag(60)
    assert hands.view[0] == pytest.approx(start - 60 * per_pixel, abs=2 * per_pixel)
    assert hands.view[1] - hands.view[0] == end - start
    hands.drag(-60, parts=60)
    assert hands.view[0] == pytest.approx(start, abs=2 * per_pixel)
    hands.drag(-5000)
    assert hands.view[1] <= START + 11 * MINUTE


def test_a_sideways_wheel_moves_along(hands: Hands) -> None:
    hands.turn_wheel(6, START + 5 * MINUTE)
    start, end = hands.view
    hands.turn_wheel(1, START + 5 * MINUTE, sideways=True)
    assert hands.view[0] == pytest.approx(start + (end - start) / 10, abs=2)


def test_the_keys_read_zoom_and_go_home(hands: Hands) -> None:
    before = hands.view
    hands.press(Qt.Key.Key_Left)
    assert hands.read[0] == "19:59:00 · 1,284 viewers"
    hands.press(Qt.Key.Key_Left)
    assert hands.read[0] == "19:58:00 · 1,000 viewers"
    hands.press(Qt.Key.Key_Right)
    hands.press(Qt.Key.Key_Right)
    assert hands.read[0] == "19:59:00 · 1,284 viewers"
    hands.press(Qt.Key.Key_Plus)
    assert hands.view[1] - hands.view[0] < before[1] - before[0]
    hands.press(Qt.Key.Key_Minus)
    hands.press(Qt.Key.Key_Home)
    assert hands.view == before
    hands.press(Qt.Key.Key_Escape)
    assert hands.read == []


def test_left_walks_back_to_the_first_sample_and_takes_the_view_along(hands: Hands) -> None:
    hands.turn_wheel(20, START + 9 * MINUTE)
    for _ in range(12):
        hands.press(Qt.Key.Key_Left, Qt.KeyboardModifier.ControlModifier)
    assert hands.read[0] == "19:50:00 · 100 viewers"
    assert hands.view[0] == START


def test_escape_without_a_cursor_is_left_to_the_window(hands: Hands) -> None:
    def claims_escape() -> bool:
        event = QKeyEvent(QEvent.Type.ShortcutOverride, Qt.Key.Key_Escape, Qt.KeyboardModifier.NoModifier)
        event.ignore()
        QApplication.sendEvent(hands.chart, event)
        return event.isAccepted()

    assert not claims_escape()
    hands.press(Qt.Key.Key_Left)
    assert claims_escape()


def test_t_shows_the_same_figures_as_a_table_and_t_goes_back(hands: Hands) -> None:
    hands.press(Qt.Key.Key_T)
    table = hands.chart.findChild(QTableView)
    assert table is not None
    assert table.isVisible()
    assert table.hasFocus()
    rows = hands.table()
    assert rows[0] == ("Time", "Viewers", "Highest", "On air", "Promo codes")
    assert rows[1] == ("19:50", "100", "100", "Ceramic mug", "")
    assert rows[5] == ("19:54", "1,902", "1,902", "", "")
    assert rows[7] == ("19:56", "1,200", "1,200", "Wool blanket", "NORD20")
    assert len(rows) == 1 + len(RISE)
    hands.chart.append_viewers([START + 10 * MINUTE], [1300])
    hands.chart.flush()
    assert hands.table()[-1][:2] == ("20:00", "1,300")
    assert hands.chart.caption == "minute by minute"
    hands.press(Qt.Key.Key_T)
    assert not hands.chart.table_shown
    assert hands.chart.plot.isVisible()
    assert hands.chart.hasFocus()


def test_escape_leaves_the_table(hands: Hands) -> None:
    hands.press(Qt.Key.Key_T)
    hands.press(Qt.Key.Key_Escape)
    assert hands.chart.plot.isVisible()


def test_the_table_button_does_the_same_as_the_key(hands: Hands, qtbot) -> None:
    button = next(b for b in hands.chart.findChildren(QToolButton) if b.text() == "Table")
    with qtbot.waitSignal(hands.chart.table_toggled):
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert hands.chart.findChild(QTableView).isVisible()
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert hands.chart.plot.isVisible()


def test_who_cannot_see_the_chart_hears_latest_peak_and_average(hands: Hands) -> None:
    said = hands.chart.accessibleDescription()
    assert hands.chart.accessibleName() == "Viewers"
    assert "1,284 viewers at 19:59." in said
    assert "Peak 1,902 at 19:54." in said
    assert "Average 1,047." in said
    assert "On air: Wool blanket." in said
    hands.chart.append_viewers([START + 10 * MINUTE], [2000])
    hands.chart.set_now(START + 10 * MINUTE)
    hands.chart.flush()
    assert "Peak 2,000 at 20:00." in hands.chart.accessibleDescription()


def test_a_line_without_news_is_dimmed_and_said_to_be_old(hands: Hands) -> None:
    chart = hands.chart
    assert chart.plot.line_colour("viewers") == chart.colours.viewers
    chart.set_now(START + 9 * MINUTE + 31_000)
    chart.flush()
    assert chart.stale
    assert chart.plot.line_colour("viewers") == chart.colours.dimmed(chart.colours.viewers)
    assert "No new figures for 31 s" in chart.accessibleDescription()
    assert "No new figures for 31 s" in chart.caption
    chart.append_viewers([START + 9 * MINUTE + 30_000], [1290])
    chart.flush()
    assert chart.plot.line_colour("viewers") == chart.colours.viewers
    assert chart.caption == "since 19:50 · shaded = pinned item · ▲ promo"


def test_each_channel_has_its_line_its_label_and_its_reading(hands: Hands) -> None:
    channels = [ChannelLine(f"c{i}", f"Channel {i}", minutes([v / (i + 2) for v in RISE])) for i in range(8)]
    hands.chart.set_channels(channels)
    hands.chart.append_channel("c1", [START + 9 * MINUTE + 1000], [431])
    hands.chart.flush()
    assert len(hands.chart.plot.line_keys()) == 7
    assert "431 Channel 1" in hands.words("end")
    assert "6 of 8 channels" in hands.chart.caption
    assert hands.point_at(START + 2 * MINUTE)[1] == "Channel 0 450"
    assert_words_are_whole_and_apart(hands.chart)
    hands.chart.set_channels([])
    hands.chart.flush()
    assert hands.chart.plot.line_keys() == {"viewers"}
    with pytest.raises(KeyError):
        hands.chart.append_channel("c1", [START], [1])


def test_crowded_spans_and_codes_never_cover_each_other(hands: Hands) -> None:
    random = np.random.default_rng(7)
    edges = np.sort(random.integers(0, 60 * MINUTE, 40)) + START
    long = "A very long product name, 140×200, natural undyed wool"
    spans = [
        Span(int(a), int(b), f"{i} {long}", "#807040", str(i))
        for i, (a, b) in enumerate(itertools.pairwise(edges))
    ]
    hands.chart.set_spans(spans)
    hands.chart.set_markers([Marker(int(t), f"CODE{i}") for i, t in enumerate(edges[::3])])
    hands.chart.set_viewers(minutes([1902, *RISE * 6]))
    for width in (700, 420, 260):
        hands.chart.resize(width, 230)
        hands.chart.flush()
        assert_words_are_whole_and_apart(hands.chart)


@pytest.mark.parametrize("peak_minute", [4, 30, 59])
def test_the_label_of_a_peak_at_the_edge_is_whole(hands: Hands, peak_minute: int) -> None:
    values = [500.0] * 60
    values[peak_minute] = 123_456
    hands.chart.set_viewers(minutes(values))
    hands.chart.set_now(START + 59 * MINUTE)
    hands.chart.flush()
    assert len(hands.words("peak")) == 1
    assert_words_are_whole_and_apart(hands.chart)


def test_a_silence_is_a_gap_in_the_line(hands: Hands) -> None:
    hands.chart.set_viewers(minutes([500, 510, None, None, 520, 530, *[540] * 4]))
    hands.chart.flush()
    offset = hands.chart.plot.mapTo(hands.chart, hands.chart.plot.viewport().pos())
    picture = hands.picture()

    def line_at(minute: float) -> bool:
        x = round(hands.frame.x(START + minute * MINUTE)) + offset.x()
        top, bottom = (round(hands.frame.y(v)) + offset.y() for v in (560, 470))
        return any(picture.pixelColor(x, y).name() == hands.chart.colours.viewers for y in range(top, bottom))

    assert line_at(0.5)
    assert not line_at(2.5)
    assert line_at(4.5)


def test_late_and_repeated_figures_draw_the_same_line(hands: Hands) -> None:
    before = hands.picture()
    hands.chart.set_viewers(TimeSeries())
    order = np.random.default_rng(1).permutation(len(RISE))
    for i in [*order, *order]:
        hands.chart.append_viewers([START + int(i) * MINUTE], [RISE[i]])
    hands.chart.flush()
    assert hands.picture() == before


def test_a_hidden_chart_does_no_work_and_is_up_to_date_when_shown(hands: Hands, qtbot) -> None:
    hands.chart.hide()
    hands.chart.append_viewers([START + 10 * MINUTE], [4321])
    qtbot.waitUntil(lambda: not hands.chart._turn.isActive())
    assert hands.words("end") == ["1,284"]
    hands.chart.show()
    qtbot.waitUntil(lambda: hands.words("end") == ["4,321"])


def test_a_switch_of_the_theme_changes_the_colours_at_once(hands: Hands, theme, qapp) -> None:
    theme.apply(qapp, LIGHT, 1.5)
    hands.chart.flush()
    assert hands.chart.colours == ChartColours.from_tokens(LIGHT)
    assert hands.picture().pixelColor(3, hands.chart.height() - 3).name() == LIGHT.surface
    assert_words_are_whole_and_apart(hands.chart)


def test_a_chart_that_is_gone_hears_no_more_of_the_theme(qtbot, theme, qapp) -> None:
    chart = ViewersChart()
    chart.follow_theme(theme)
    with qtbot.waitSignal(chart.destroyed):
        chart.deleteLater()
    theme.apply(qapp, LIGHT)


def test_a_time_zone_that_does_not_exist_is_refused_and_nothing_changes(hands: Hands) -> None:
    with pytest.raises(ValueError, match="Mars/Base"):
        hands.chart.set_time_zone("Mars/Base")
    hands.chart.set_time_zone("Asia/Kolkata")
    hands.chart.flush()
    assert hands.words("peak") == ["peak 1,902 at 00:24"]


def test_names_from_a_shop_are_shown_as_they_are(hands: Hands) -> None:
    hands.chart.set_spans([Span(START, None, "<b>Mug</b> & co", "#3a6ea5", "x")])
    assert hands.point_at(START + MINUTE)[-1] == "<b>Mug</b> & co"
    assert hands.words("span") == ["<b>Mug</b> & co"]
