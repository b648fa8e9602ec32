"""The shop's time: known after a measurement, unknown after a sleep."""

from studio.control.clock import MeasuredShowClock


class Wall:
    def __init__(self) -> None:
        self.wall = 1_000_000
        self.mono = 50_000

    def now_ms(self) -> int:
        return self.wall

    def monotonic_ms(self) -> int:
        return self.mono

    def passes(self, ms: int) -> None:
        self.wall += ms
        self.mono += ms


def test_nobody_knows_the_shops_time_before_it_was_measured():
    assert MeasuredShowClock(Wall()).now_ms() is None


def test_the_shops_time_goes_on_at_its_rate():
    wall = Wall()
    clock = MeasuredShowClock(wall)
    clock.measured(5_000_000, wall.now_ms(), wall.now_ms(), rate=20.0)
    wall.passes(1000)
    assert clock.now_ms() == 5_020_000


def test_half_of_the_round_trip_is_taken_for_the_way_back():
    wall = Wall()
    clock = MeasuredShowClock(wall)
    sent = wall.now_ms()
    wall.passes(200)
    clock.measured(5_000_000, sent, wall.now_ms())
    assert clock.now_ms() == 5_000_100


def test_a_worse_measurement_does_not_replace_a_better_one():
    wall = Wall()
    clock = MeasuredShowClock(wall)
    clock.measured(5_000_000, wall.now_ms(), wall.now_ms())
    wall.passes(1000)
    clock.measured(5_009_000, wall.now_ms() - 900, wall.now_ms())
    assert clock.now_ms() == 5_001_000


def test_after_a_sleep_the_time_is_unknown_until_measured_again():
    wall = Wall()
    clock = MeasuredShowClock(wall)
    clock.measured(5_000_000, wall.now_ms(), wall.now_ms())
    wall.wall += 600_000
    assert clock.now_ms() is None
    clock.measured(5_600_000, wall.now_ms(), wall.now_ms())
    assert clock.now_ms() == 5_600_000
