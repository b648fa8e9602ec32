"""The stretch of time in view, the marks of the axes, and words that do not cover each other."""

import datetime as dt
import itertools
import zoneinfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.ui.charts.colours import ChartColours
from studio.ui.charts.labels import beside_points, in_a_row, spread
from studio.ui.charts.ticks import (
    clock,
    nice_step,
    short_count,
    time_marks,
    time_step_s,
    value_marks,
    zone,
)
from studio.ui.charts.window import MIN_SPAN_MS, TimeWindow, next_stop
from studio.ui.palette import DARK, LIGHT, contrast

HOUR = 3_600_000
OSLO = zoneinfo.ZoneInfo("Europe/Oslo")


def test_a_young_show_fills_the_view_from_its_start() -> None:
    window = TimeWindow(HOUR)
    window.set_extent(1000, 61_000)
    assert window.shown() == (1000, 601_000)


def test_a_live_view_follows_now_with_some_room_ahead() -> None:
    window = TimeWindow(HOUR)
    window.set_extent(0, 3 * HOUR)
    start, end = window.shown()
    assert end - start == HOUR
    assert 3 * HOUR < end < 3 * HOUR + HOUR // 10
    window.set_extent(0, 3 * HOUR + 5000)
    assert window.shown() == (start + 5000, end + 5000)


@given(st.integers(0, 20 * HOUR), st.integers(0, 2000))
def test_a_live_view_never_jumps_while_time_goes_on(elapsed: int, more: int) -> None:
    window = TimeWindow(HOUR)
    window.set_extent(0, elapsed)
    before = window.shown()
    window.set_extent(0, elapsed + more)
    after = window.shown()
    assert 0 <= after[0] - before[0] <= more + 1
    assert 0 <= after[1] - before[1] <= 1.1 * more + 2


def test_keys_zoom_a_live_view_and_it_goes_on_following() -> None:
    window = TimeWindow(HOUR)
    window.set_extent(0, 3 * HOUR)
    window.zoom(0.5)
    start, end = window.shown()
    assert window.at_home
    assert end - start == HOUR // 2
    window.set_extent(0, 4 * HOUR)
    assert window.shown()[1] == end + HOUR


def test_the_moment_under_the_pointer_stays_there_while_zooming() -> None:
    window = TimeWindow(HOUR)
    window.set_extent(0, 3 * HOUR)
    start, end = window.shown()
    about = start + (end - start) // 4
    window.zoom(0.5, about)
    closer = window.shown()
    assert (about - closer[0]) / (closer[1] - closer[0]) == pytest.approx(0.25, abs=1e-4)
    window.set_extent(0, 4 * HOUR)
    assert window.shown() == closer
    window.go_home()
    assert window.shown()[1] > 4 * HOUR


@given(
    st.lists(
        st.one_of(
            st.tuples(st.just("zoom"), st.floats(0.01, 50), st.floats(-HOUR, 9 * HOUR)),
            st.tuples(st.just("pan"), st.floats(-5 * HOUR, 5 * HOUR), st.just(0.0)),
        ),
        max_size=20,
    ),
    st.sampled_from([None, HOUR]),
    st.integers(0, 8 * HOUR),
)
def test_no_wheel_and_no_drag_leads_out_of_the_show(
    moves: list[tuple[str, float, float]], home: int | None, last: int
) -> None:
    window = TimeWindow(home)
    window.set_extent(0, last)
    widest = max(window.shown()[1], round(last * 1.06) + 1, MIN_SPAN_MS)
    for what, amount, about in moves:
        window.zoom(amount, about) if what == "zoom" else window.pan(amount)
        start, end = window.shown()
        assert 0 <= start < end <= widest
        assert end - start >= MIN_SPAN_MS


def test_a_moment_out_of_sight_is_brought_into_view() -> None:
    window = TimeWindow(HOUR)
    window.set_extent(0, 5 * HOUR)
    window.show_moment(HOUR)
    assert window.shown()[0] == HOUR
    before = window.shown()
    window.show_moment(HOUR + 60_000)
    assert window.shown() == before


@given(
    st.lists(st.integers(0, 100_000), min_size=1, max_size=50, unique=True).map(sorted),
    st.integers(-1000, 101_000),
    st.floats(0, 30_000),
)
def test_the_cursor_always_goes_on_and_reaches_both_ends(times: list[int], at: int, step: float) -> None:
    array = np.array(times)
    for by, end in ((1, times[-1]), (-1, times[0])):
        here = at
        for _ in range(len(times) + 1):
            there = next_stop(array, here, by, step)
            assert there in times
            ahead = [t for t in times if (t - here) * by > 0]
            if ahead:
                assert (there - here) * by > 0
                assert abs(there - here) <= step or there == min(ahead, key=lambda t: abs(t - here))
            here = there
        assert here == end


def test_a_zoom_by_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="above 0"):
        TimeWindow(HOUR).zoom(0)


@given(st.floats(1, 1e9), st.integers(1, 12))
def test_an_axis_has_no_more_marks_than_it_has_room_for(highest: float, marks: int) -> None:
    places = value_marks(highest, marks)
    assert places[0] == 0
    assert 1 <= len(places) <= marks + 1
    assert all(place == int(place) for place in places)
    assert places[-1] <= highest * (1 + 1e-9)
    assert len(places) >= 2 or nice_step(highest, marks) > highest


@pytest.mark.parametrize(
    ("value", "text"),
    [(0, "0"), (500, "500"), (1000, "1k"), (1500, "1.5k"), (12_000, "12k"), (2_500_000, "2.5M")],
)
def test_counts_are_written_short(value: float, text: str) -> None:
    assert short_count(value) == text
    assert short_count(value, ",") == text.replace(".", ",")


@given(st.integers(0, 4_000_000_000), st.integers(30, 90_000), st.integers(1, 20))
def test_time_marks_stand_at_round_local_times(start_s: int, span_s: int, marks: int) -> None:
    india = zone("Asia/Kolkata")
    step = time_step_s(span_s, marks)
    places = time_marks(start_s * 1000, (start_s + span_s) * 1000, step, india)
    assert len(places) <= marks + 1
    for place in places:
        local = dt.datetime.fromtimestamp(place / 1000, india)
        assert (local.hour * 3600 + local.minute * 60 + local.second) % min(step, 86_400) == 0


def test_a_zone_is_a_name_or_minutes_and_a_wrong_one_is_named() -> None:
    assert clock(1_795_719_000_000, zone("Europe/Oslo")) == "19:50"
    assert clock(1_795_719_000_000, zone(330), seconds=True) == "00:20:00"
    assert zone(OSLO) is OSLO
    with pytest.raises(ValueError, match="no time zone “Europe/Osloo”"):
        zone("Europe/Osloo")
    with pytest.raises(ValueError, match="no time zone “”"):
        zone("")
    with pytest.raises(ValueError, match="less than 24 hours"):
        zone(2000)


@given(st.lists(st.floats(-50, 250), max_size=14), st.floats(8, 20), st.floats(20, 200))
def test_labels_at_the_side_never_cover_each_other(centres: list[float], height: float, high: float) -> None:
    places = spread(centres, height, 0.0, high)
    shown = sorted(p for p in places if p is not None)
    assert len(shown) == min(len(centres), int(high // height))
    assert all(b - a >= height - 1e-6 for a, b in itertools.pairwise(shown))
    assert all(height / 2 - 1e-6 <= p <= high - height / 2 + 1e-6 for p in shown)
    assert places[: len(shown)] == [p for p in places if p is not None]


def test_labels_with_room_stand_where_they_belong() -> None:
    assert spread([80, 20, 50], 10, 0, 100) == [80, 20, 50]
    assert spread([50, 50], 10, 0, 100) == [45, 55]


WORDS = st.lists(st.tuples(st.floats(0, 500), st.floats(5, 120)), max_size=12).map(sorted)


@given(WORDS)
def test_names_in_a_row_never_run_into_the_next(words: list[tuple[float, float]]) -> None:
    starts, widths = [s for s, _ in words], [w for _, w in words]
    places = in_a_row(starts, widths, 500, 4)
    for i, (left, room) in enumerate(places):
        assert left == starts[i]
        assert 0 <= room <= widths[i]
        if i + 1 < len(places) and room > 0:
            assert left + room <= starts[i + 1]
        assert room == 0 or left + room <= 500 + 1e-9


@given(WORDS)
def test_codes_never_cover_each_other_nor_another_triangle(words: list[tuple[float, float]]) -> None:
    points, widths = [p for p, _ in words], [w for _, w in words]
    places = beside_points(points, widths, 0, 500, 8)
    taken = sorted((left, left + room) for left, room in places if room > 1e-9)
    assert all(b[0] >= a[1] - 1e-6 for a, b in itertools.pairwise(taken))
    for left, right in taken:
        assert -1e-6 <= left <= right <= 500 + 1e-6
        assert not any(left < p < right for p in points)


@pytest.mark.parametrize("tokens", [DARK, LIGHT])
@pytest.mark.parametrize("colour", ["#000000", "#ffffff", "#808080", "#c0558b", "#123456", "#ffee00"])
def test_any_product_colour_can_be_read_and_seen(tokens, colour: str) -> None:
    colours = ChartColours.from_tokens(tokens)
    assert contrast(colours.readable(colour), colours.surface) >= 4.5
    assert contrast(colours.visible(colour), colours.surface) >= 3.0
    for line in colours.lines:
        assert contrast(line, colours.surface) >= 3.0
