"""A silence means trouble when it is long for this very connection."""

from hypothesis import given
from hypothesis import strategies as st

from studio.sync.silence import Silence


def heard_every(ms: int, times: int, silence: Silence) -> int:
    now = 0
    for _ in range(times):
        now += ms
        silence.heard(now)
    return now


def test_before_it_has_a_history_it_is_judged_by_the_setting():
    silence = Silence(30_000, 30_000)
    silence.began(1_000)
    assert not silence.is_stale(30_999)
    assert silence.is_stale(31_000)


def test_a_chat_that_nobody_knows_yet_is_never_stale():
    silence = Silence(30_000, None)
    silence.began(0)
    assert not silence.is_stale(10**9)


def test_a_lively_chat_is_stale_after_the_setting_and_a_slow_one_much_later():
    lively, slow = Silence(30_000, None), Silence(30_000, None)
    now = heard_every(500, 50, lively)
    assert not lively.is_stale(now + 29_999)
    assert lively.is_stale(now + 30_000)
    now = heard_every(60_000, 50, slow)
    assert not slow.is_stale(now + 8 * 60_000 - 1)
    assert slow.is_stale(now + 8 * 60_000)


def test_the_time_without_a_connection_is_no_silence():
    silence = Silence(30_000, None)
    now = heard_every(1_000, 20, silence)
    silence.began(now + 3_600_000)
    assert not silence.is_stale(now + 3_600_000 + 29_999)
    assert silence.after_ms == 30_000


@given(
    gaps=st.lists(st.integers(0, 10**7), min_size=1, max_size=200),
    floor=st.integers(1, 10**6),
)
def test_it_is_never_stale_before_the_setting_and_always_within_a_quarter_of_an_hour(
    gaps: list[int], floor: int
):
    silence = Silence(floor, floor)
    now = 0
    for gap in gaps:
        now += gap
        silence.heard(now)
    assert not silence.is_stale(now + min(floor, 15 * 60_000) - 1)
    assert silence.is_stale(now + max(floor, 15 * 60_000))
