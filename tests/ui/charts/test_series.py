"""A series takes samples as a feed sends them: in batches, late, twice, with gaps."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.domain.audience import ViewerSample, viewer_figures
from studio.ui.charts.minutes import minutes_of
from studio.ui.charts.series import TimeSeries, series_of

BATCHES = st.lists(
    st.lists(st.tuples(st.integers(0, 500), st.integers(0, 5000)), max_size=40), min_size=1, max_size=8
)


@given(BATCHES)
def test_a_series_holds_what_a_dictionary_would_in_order_of_time(
    batches: list[list[tuple[int, int]]],
) -> None:
    series, truth = TimeSeries(), {}
    for batch in batches:
        series.append_many([t for t, _ in batch], [v for _, v in batch])
        truth |= dict(batch)
    assert series.times.tolist() == sorted(truth)
    assert series.values.tolist() == [float(truth[t]) for t in sorted(truth)]
    assert len(series) == len(truth)


@given(BATCHES, st.integers(1, 30))
def test_a_limited_series_keeps_the_newest(batches: list[list[tuple[int, int]]], limit: int) -> None:
    series, last = TimeSeries(limit=limit), -1
    for batch in batches:
        ahead = sorted({t + last + 1 for t, _ in batch})
        last = ahead[-1] if ahead else last
        series.append_many(ahead, [float(t) for t in ahead])
        assert len(series) <= limit
        if last >= 0:
            assert series.last_ms == last
            assert series.at(last) == float(last)


def test_thousands_of_single_samples_are_all_there() -> None:
    series = TimeSeries()
    for t in range(5000):
        series.append(t, t * 2.0)
    assert series.times.tolist() == list(range(5000))
    assert series.values[-1] == 9998.0


def test_what_was_handed_out_cannot_be_changed_from_outside() -> None:
    series = TimeSeries([1, 2], [3, 4])
    with pytest.raises(ValueError, match="read-only"):
        series.values[0] = 99


def test_times_and_values_of_different_number_are_refused_with_a_sentence() -> None:
    series = TimeSeries([1], [1])
    with pytest.raises(ValueError, match="one value for each time: got 2 times and 1 values"):
        series.append_many([2, 3], [5])
    assert series.times.tolist() == [1]


def test_a_value_holds_until_the_next_sample_and_is_unknown_in_a_gap() -> None:
    series = series_of([(1000, 5), (2000, None), (3000, 7)])
    assert series.at(999) is None
    assert series.at(1000) == 5
    assert series.at(1999) == 5
    assert series.at(2500) is None
    assert series.at(9999) == 7


def test_latest_peak_and_nearest_pass_over_what_is_not_known() -> None:
    series = series_of([(1000, 5), (2000, 9), (3000, 9), (4000, None)])
    assert series.latest() == (3000, 9)
    assert series.peak() == (2000, 9)
    assert series.nearest_ms(3900) == 3000
    assert series_of([(1, None)]).peak() is None
    assert series_of([(1, None)]).latest() is None
    assert TimeSeries().nearest_ms(5) is None


@given(
    st.lists(st.integers(0, 5000), min_size=1, max_size=40).flatmap(
        lambda counts: st.tuples(
            st.just(counts),
            st.lists(st.integers(1, 90_000), min_size=len(counts), max_size=len(counts)),
            st.integers(0, 100_000),
        )
    )
)
def test_the_average_is_the_one_of_the_figures(given_: tuple[list[int], list[int], int]) -> None:
    counts, lengths, more = given_
    times = np.cumsum(lengths).tolist()
    end = times[-1] + more
    figures = viewer_figures(
        [ViewerSample("all", t, c) for t, c in zip(times, counts, strict=True)], times[0], end
    )
    assert figures.average is not None
    assert TimeSeries(times, counts).average(end) == pytest.approx(figures.average)


def test_unknown_stretches_have_no_weight_in_the_average() -> None:
    series = series_of([(0, 100), (1000, None), (9000, 200)])
    assert series.average(10_000) == 150
    assert TimeSeries().average(5) is None


def test_every_minute_has_its_last_and_its_highest_value() -> None:
    series = series_of([(60_000, 5), (61_000, 9), (62_000, None), (63_000, 7), (200_000, 3), (201_000, None)])
    assert minutes_of(series) == [(60_000, 7, 9), (120_000, None, None), (180_000, None, 3)]
    assert minutes_of(TimeSeries()) == []
    assert minutes_of(TimeSeries(), (0, 60_001)) == [(0, None, None), (60_000, None, None)]
    assert not any(isinstance(x, float) and math.isnan(x) for row in minutes_of(series) for x in row)
