"""The shop's clock from afar."""

import pytest

from studio.rehearsal.audience_clock import FarClock


class Wall:
    def __init__(self) -> None:
        self.s = 100.0

    def __call__(self) -> float:
        return self.s


@pytest.fixture
def wall() -> Wall:
    return Wall()


@pytest.fixture
def clock(wall: Wall) -> FarClock:
    return FarClock(wall)


def test_nothing_is_known_before_the_first_reading(clock: FarClock) -> None:
    assert clock.now_ms() is None


def test_it_runs_on_at_the_shops_rate(clock: FarClock, wall: Wall) -> None:
    clock.read(1_000_000, 20.0, 99.99, 100.01)
    wall.s += 3
    assert clock.now_ms() == 1_060_000
    assert clock.rate == 20.0


def test_a_slow_answer_does_not_spoil_a_good_reading(clock: FarClock, wall: Wall) -> None:
    clock.read(1_000_000, 1.0, 100.0, 100.0)
    wall.s = 102.0
    clock.read(
        1_000_900, 1.0, 100.0, 102.0
    )  # told at once and delivered late: true then, 1 s off in the middle
    assert clock.now_ms() == 1_002_000


def test_a_clock_that_was_set_is_followed_both_ways(clock: FarClock, wall: Wall) -> None:
    clock.read(1_000_000, 1.0, 100.0, 100.0)
    wall.s = 101.0
    clock.read(9_000_000, 1.0, 101.0, 101.0)
    assert clock.now_ms() == 9_000_000
    wall.s = 102.0
    clock.read(5_000, 60.0, 102.0, 102.0)
    assert (clock.now_ms(), clock.rate) == (5_000, 60.0)
