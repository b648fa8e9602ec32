"""Chapters of the replay begin where the recording shows the item."""

import itertools

import hypothesis.strategies as st
from hypothesis import given

from studio.domain.chapters import Chapter, chapters
from studio.domain.show_state import Broadcast, Run, ShowPhase, ShowState
from tests.unit.domain.show_builder import MINUTE, T0, item


def a_show(*runs: Run, broadcasts: tuple[Broadcast, ...] = ()) -> ShowState:
    return ShowState(
        "show-1",
        seq=1,
        title="Autumn Home Live",
        phase=ShowPhase.ENDED,
        started_at_ms=T0,
        ended_at_ms=T0 + 60 * MINUTE,
        items=(item(1), item(2), item(3)),
        runs=runs,
        broadcasts=broadcasts,
    )


def run(n: int, from_min: float, to_min: float) -> Run:
    return Run(f"i{n}", f"p{n}", T0 + int(from_min * MINUTE), T0 + int(to_min * MINUTE))


def times(found: tuple[Chapter, ...]) -> list[tuple[int, str]]:
    return [(c.at_ms, c.title) for c in found]


def test_without_a_known_broadcast_the_recording_begins_with_the_show():
    assert times(chapters(a_show(run(1, 0, 5), run(2, 5, 9)))) == [(0, "Item 1"), (5 * MINUTE, "Item 2")]


def test_a_chapter_counts_from_the_start_of_its_broadcast():
    early = Broadcast("obs", T0 - 3 * MINUTE, T0 + 60 * MINUTE)
    found = chapters(a_show(run(1, 0, 5), run(2, 5, 9), broadcasts=(early,)))
    assert times(found) == [(0, "Autumn Home Live"), (3 * MINUTE, "Item 1"), (8 * MINUTE, "Item 2")]


def test_each_of_several_recordings_begins_at_nought_with_what_was_on_air_then():
    first = Broadcast("obs", T0, T0 + 6 * MINUTE)
    second = Broadcast("obs", T0 + 7 * MINUTE, T0 + 60 * MINUTE)
    found = chapters(a_show(run(1, 0, 5), run(2, 5, 9), run(3, 9, 12), broadcasts=(first, second)))
    assert [(c.broadcast, c.at_ms, c.item_id) for c in found] == [
        (0, 0, "i1"), (0, 5 * MINUTE, "i2"), (1, 0, "i2"), (1, 2 * MINUTE, "i3"),
    ]  # fmt: skip


def test_what_was_on_air_outside_of_the_broadcast_is_no_chapter():
    late = Broadcast("obs", T0 + 5 * MINUTE, T0 + 9 * MINUTE)
    found = chapters(a_show(run(1, 0, 5), run(2, 5, 9), run(3, 9, 12), broadcasts=(late,)))
    assert times(found) == [(0, "Item 2")]


def test_a_broadcast_of_before_the_show_is_none_of_it():
    rehearsed = Broadcast("obs", T0 - 90 * MINUTE, T0 - 60 * MINUTE)
    assert times(chapters(a_show(run(1, 0, 5), broadcasts=(rehearsed,)))) == [(0, "Item 1")]


def test_two_stages_stream_one_show():
    both = (Broadcast("obs", T0 - MINUTE, T0 + 60 * MINUTE), Broadcast("other", T0 + MINUTE, T0 + 2 * MINUTE))
    assert {c.broadcast for c in chapters(a_show(run(1, 0, 5), run(2, 5, 9), broadcasts=both))} == {0}


def test_turns_of_one_item_that_follow_each_other_are_one_chapter():
    assert times(chapters(a_show(run(1, 0, 2), run(1, 3, 4), run(2, 5, 9)))) == [
        (0, "Item 1"), (5 * MINUTE, "Item 2"),
    ]  # fmt: skip


def test_an_offset_puts_all_chapters_later_or_earlier():
    show = a_show(run(1, 0, 5), run(2, 5, 9), run(3, 9, 12))
    assert [c.at_ms for c in chapters(show, 2_500)] == [0, 2_500, 5 * MINUTE + 2_500, 9 * MINUTE + 2_500]
    assert times(chapters(show, -6 * MINUTE)) == [(0, "Item 2"), (3 * MINUTE, "Item 3")]


def test_a_show_that_has_not_begun_has_no_chapters():
    assert chapters(ShowState("show-1")) == ()


@given(
    st.lists(st.integers(1, 20), max_size=12),
    st.lists(st.tuples(st.integers(0, 60), st.integers(1, 60)), max_size=3),
    st.integers(-30 * MINUTE, 30 * MINUTE),
)
def test_the_chapters_of_each_recording_begin_at_nought_and_ascend(lengths, casts, offset):
    runs, at = [], 0
    for n, length in enumerate(lengths):
        runs.append(run(1 + n % 3, at, at + length))
        at += length
    broadcasts, behind = [], -10
    for pause, length in casts:
        broadcasts.append(
            Broadcast("obs", T0 + (behind + pause) * MINUTE, T0 + (behind + pause + length) * MINUTE)
        )
        behind += pause + length
    found = chapters(a_show(*runs, broadcasts=tuple(broadcasts)), offset)
    for number in {c.broadcast for c in found}:
        own = [c.at_ms for c in found if c.broadcast == number]
        assert own[0] == 0
        assert all(a < b for a, b in itertools.pairwise(own))
