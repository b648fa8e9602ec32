"""However a numbered feed arrives, everything is given out once and in order."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.sync.dense import DenseCursor


@given(st.data())
def test_any_repeating_swapping_and_losing_ends_with_everything_once_when_gaps_are_read_again(data):
    count = data.draw(st.integers(1, 40))
    start = data.draw(st.integers(0, 5))
    sent = list(range(start + 1, start + count + 1))
    arriving = data.draw(st.lists(st.sampled_from(sent), max_size=120))
    cursor: DenseCursor[int] = DenseCursor(start)
    got: list[int] = []
    for seq in arriving:
        cursor.put(seq, seq)
        got += cursor.run()
        assert cursor.at == start + len(got)  # only gap-free runs move it
    while True:
        gap = cursor.missing() or (cursor.at, sent[-1])
        for seq in range(gap[0] + 1, gap[1] + 1):
            cursor.put(seq, seq)
        got += cursor.run()
        if cursor.at == sent[-1]:
            break
    assert got == sent
    assert cursor.missing() is None
    assert cursor.held == 0


@given(st.sets(st.integers(1, 60)), st.randoms(use_true_random=False))
def test_what_is_lost_for_good_is_passed_over_and_nothing_else(arriving, chance):
    order = [*arriving, *arriving]
    chance.shuffle(order)
    cursor: DenseCursor[int] = DenseCursor()
    got: list[int] = []
    passed: list[int] = []
    for seq in order:
        cursor.put(seq, seq)
        got += cursor.run()
    while (gap := cursor.missing()) is not None:
        passed += range(gap[0] + 1, gap[1] + 1)
        cursor.pass_over(gap[1])
        got += cursor.run()
    assert got == sorted(arriving)
    assert sorted(got + passed) == list(range(1, max(arriving, default=0) + 1))


def test_a_repeated_item_is_told_apart_from_a_new_one():
    cursor: DenseCursor[str] = DenseCursor(2)
    assert not cursor.put(2, "old")
    assert cursor.put(4, "four")
    assert not cursor.put(4, "again")
    assert cursor.run() == []
    assert cursor.missing() == (2, 3)
    assert cursor.seen == 4
    assert cursor.put(3, "three")
    assert cursor.run() == ["three", "four"]


def test_only_a_gap_can_be_passed_over():
    cursor: DenseCursor[str] = DenseCursor()
    with pytest.raises(ValueError, match="no gap"):
        cursor.pass_over(3)
    cursor.put(5, "five")
    with pytest.raises(ValueError, match="no gap"):
        cursor.pass_over(3)
