"""Fewer points must give the same picture: nothing high, low or missing may get lost."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.ui.charts.decimate import Line, column_ms, columns, extremes, staircase, steps
from studio.ui.charts.series import TimeSeries

VALUES = st.one_of(st.none(), st.integers(0, 3000).map(float))
SAMPLES = st.lists(st.tuples(st.integers(0, 20_000), VALUES), max_size=300)
VIEWS = st.tuples(st.integers(-500, 20_000), st.integers(1, 22_000)).map(lambda v: (v[0], v[0] + v[1]))
WIDTHS = st.integers(2, 60)


def series(samples: list[tuple[int, float | None]]) -> TimeSeries:
    return TimeSeries([t for t, _ in samples], [math.nan if v is None else v for _, v in samples])


def by_column(s: TimeSeries, view: tuple[int, int], width: int) -> dict[int, list[float]]:
    """The known values of the view, column by column, found without numpy."""
    found: dict[int, list[float]] = {}
    for t, v in zip(s.times.tolist(), s.values.tolist(), strict=True):
        if view[0] <= t < view[1] and not math.isnan(v):
            found.setdefault(t // column_ms(*view, width), []).append(v)
    return found


@given(SAMPLES, VIEWS, WIDTHS)
def test_the_lowest_and_highest_of_every_pixel_column_are_drawn(samples, view, width) -> None:
    s = series(samples)
    line = extremes(s, *view, width)
    drawn: dict[int, list[float]] = {}
    for t, v in zip(line.times.tolist(), line.values.tolist(), strict=True):
        if view[0] <= t < view[1]:
            drawn.setdefault(t // column_ms(*view, width), []).append(v)
    truth = by_column(s, view, width)
    assert drawn.keys() == truth.keys()
    for column, values in truth.items():
        assert (min(drawn[column]), max(drawn[column])) == (min(values), max(values))


@given(SAMPLES, VIEWS, WIDTHS)
def test_a_line_is_never_longer_than_two_points_a_column_and_one_beyond_each_edge(
    samples, view, width
) -> None:
    line = extremes(series(samples), *view, width)
    assert len(line) <= 2 * width + 2
    assert len(by_column(series(samples), view, width)) <= width


@given(SAMPLES, VIEWS, WIDTHS)
def test_the_points_are_samples_in_order_of_time(samples, view, width) -> None:
    s = series(samples)
    line = extremes(s, *view, width)
    known = {(t, v) for t, v in zip(s.times.tolist(), s.values.tolist(), strict=True) if not math.isnan(v)}
    assert set(zip(line.times.tolist(), line.values.tolist(), strict=True)) <= known
    assert bool(np.all(np.diff(line.times) > 0))


@given(SAMPLES, VIEWS, WIDTHS, st.one_of(st.none(), st.integers(1, 5000)))
def test_a_line_breaks_just_where_something_is_missing_for_more_than_a_column(
    samples, view, width, gap
) -> None:
    s = series(samples)
    line = extremes(s, *view, width, gap)
    times, values = s.times.tolist(), s.values.tolist()
    column = column_ms(*view, width)
    known = [i for i, v in enumerate(values) if not math.isnan(v)]
    breaks = [
        (times[a], times[b])
        for a, b in itertools.pairwise(known)
        if (b - a > 1 or (gap is not None and times[b] - times[a] > gap))
        and times[a] // column != times[b] // column
    ]
    for i in range(len(line) - 1):
        a, b = int(line.times[i]), int(line.times[i + 1])
        assert line.joined[i] == (not any(a <= start and end <= b for start, end in breaks))
    assert not len(line) or not line.joined[-1]


def test_a_single_sample_between_two_gaps_is_told_so_that_it_can_be_drawn_as_a_dot() -> None:
    line = extremes(
        series([(0, 1.0), (1000, None), (2000, 5.0), (3000, None), (4000, 2.0), (5000, 3.0)]), 0, 6000, 100
    )
    assert line.lonely().tolist() == [True, True, False, False]


def test_columns_stay_where_they_are_while_the_view_follows_the_clock() -> None:
    s = TimeSeries(np.arange(0, 100_000, 7), np.random.default_rng(4).normal(size=14_286))
    first, later = extremes(s, 0, 60_000, 100), extremes(s, 250, 60_250, 100)
    whole = slice(3, -3)
    assert set(first.times[whole].tolist()) - set(later.times.tolist()) == set()


@pytest.mark.parametrize(("view", "width"), [((5, 5), 100), ((5, 4), 100), ((0, 10), 1)])
def test_a_view_without_room_is_refused_with_a_sentence(view: tuple[int, int], width: int) -> None:
    for draw in (extremes, steps):
        with pytest.raises(ValueError, match=r"A (view|chart) "):
            draw(TimeSeries([1], [1]), *view, width)


def value_at(line: Line, t: int) -> float:
    """What a reader of the drawn steps takes for the value at `t`; NaN = nothing drawn there."""
    index = int(np.searchsorted(line.times, t, "right")) - 1
    return math.nan if index < 0 else float(line.values[index])


@given(SAMPLES, VIEWS, WIDTHS)
def test_steps_show_the_right_value_at_the_right_edge_of_every_column(samples, view, width) -> None:
    s = series(samples)
    line = steps(s, *view, width)
    column = column_ms(*view, width)
    for number in range(view[0] // column, (view[1] - 1) // column + 1):
        edge = min((number + 1) * column - 1, view[1] - 1)
        truth = s.at(edge)
        drawn = value_at(line, edge)
        assert math.isnan(drawn) if truth is None else drawn == truth


@given(SAMPLES, VIEWS, WIDTHS)
def test_a_moment_of_nothing_left_is_never_lost(samples, view, width) -> None:
    s = series(samples)
    line = steps(s, *view, width)
    drawn: dict[int, list[float]] = {}
    for t, v in zip(line.times.tolist(), line.values.tolist(), strict=True):
        drawn.setdefault(t // column_ms(*view, width), []).append(v)
    for column, values in by_column(s, view, width).items():
        assert min(values) in drawn[column]
    assert len(line) <= 2 * width + 1
    assert bool(np.all(np.diff(line.times) > 0))


def test_steps_begin_with_the_level_that_held_before_the_view() -> None:
    line = steps(series([(0, 9.0), (100, 8.0), (5000, 7.0)]), 1000, 9000, 80)
    assert list(zip(line.times.tolist(), line.values.tolist(), strict=True)) == [(100, 8.0), (5000, 7.0)]
    assert steps(series([(20_000, 1.0)]), 0, 1000, 50).times.tolist() == []


@given(SAMPLES, VIEWS, WIDTHS)
def test_stairs_go_level_then_straight_up_or_down_and_never_over_a_gap(samples, view, width) -> None:
    line = steps(series(samples), *view, width)
    stairs = staircase(line, view[1])
    t, v = stairs.times, stairs.values
    assert not bool(np.any(np.isnan(v)))
    for i in range(len(stairs) - 1):
        if stairs.joined[i]:
            assert v[i] == v[i + 1] or t[i] == t[i + 1]
    unknown = line.times[np.isnan(line.values)].tolist()
    for at in unknown:
        spanning = [i for i in range(len(stairs) - 1) if stairs.joined[i] and t[i] <= at < t[i + 1]]
        assert spanning == []


def test_the_last_level_runs_on_to_now() -> None:
    stairs = staircase(steps(series([(1000, 4.0), (2000, 3.0)]), 0, 9000, 100), 7000)
    corners = list(zip(stairs.times.tolist(), stairs.values.tolist(), strict=True))
    assert corners == [(1000, 4.0), (2000, 4.0), (2000, 3.0), (7000, 3.0)]
    assert stairs.joined.tolist() == [True, True, True, False]


def test_columns_rise_with_time() -> None:
    assert columns(np.array([0, 99, 100, 101]), 0, 1000, 11).tolist() == [0, 0, 1, 1]
