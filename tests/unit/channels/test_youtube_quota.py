"""YouTube's units: what a day is, and how fast a chat may be read so that they last."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.channels.youtube_quota import (
    COSTS,
    HOUR_MS,
    OPEN_END_MS,
    OVERTIME_MS,
    READ,
    VIEWERS,
    WRITE,
    horizon_ms,
    pace,
    quota_day,
    quota_resets_at_ms,
    reserved,
)

DAY_MS = 24 * HOUR_MS
moments = st.integers(0, 4_102_444_800_000)  # 1970 to 2100


def utc_ms(text: str) -> int:
    return round(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1000)


@pytest.mark.parametrize(
    ("now", "day", "resets"),
    [
        ("2026-11-22T07:59:59", "2026-11-21", "2026-11-22T08:00:00"),
        ("2026-11-22T08:00:00", "2026-11-22", "2026-11-23T08:00:00"),
        ("2026-07-01T20:00:00", "2026-07-01", "2026-07-02T07:00:00"),
        ("2026-03-08T09:00:00", "2026-03-08", "2026-03-09T07:00:00"),  # 23 hours: the clocks go forward
        ("2026-11-01T08:00:00", "2026-11-01", "2026-11-02T08:00:00"),  # 25 hours: they go back
    ],
)
def test_a_day_begins_at_midnight_in_california(now: str, day: str, resets: str):
    assert quota_day(utc_ms(now)) == day
    assert quota_resets_at_ms(utc_ms(now)) == utc_ms(resets)


@given(moments)
def test_every_moment_belongs_to_one_day_and_the_next_begins_within_25_hours(now: int):
    resets = quota_resets_at_ms(now)
    assert 0 < resets - now <= 25 * HOUR_MS
    assert quota_day(now) == quota_day(resets - 1) < quota_day(resets)


@given(moments, st.none() | moments)
def test_the_units_must_last_to_the_end_of_the_show_and_not_beyond_their_renewal(now: int, ends: int | None):
    lasts = horizon_ms(now, ends)
    assert 1 <= lasts <= quota_resets_at_ms(now) - now
    if ends is None:
        assert lasts <= OPEN_END_MS
    elif lasts < quota_resets_at_ms(now) - now:
        assert lasts == max(ends - now, OVERTIME_MS)


@given(
    told=st.integers(1, 60_000),
    viewers=st.integers(1, 60_000),
    left=st.integers(-100, 1_000_000),
    lasts=st.integers(1, DAY_MS),
)
def test_a_pace_is_never_faster_than_told_and_never_costs_more_than_is_left(
    told: int, viewers: int, left: int, lasts: int
):
    found = pace(told, viewers, left, lasts)
    if found is None:
        assert left < 2 * (READ + VIEWERS)
        return
    assert found.chat_ms >= told
    assert found.viewers_ms >= viewers
    looks, counts = -(-lasts // found.chat_ms), -(-lasts // found.viewers_ms)
    assert looks * READ + counts * VIEWERS <= left


@given(told=st.integers(1, 60_000), lasts=st.integers(HOUR_MS, DAY_MS), left=st.integers(2_000, 1_000_000))
def test_nobody_waits_longer_than_the_units_ask_for(told: int, lasts: int, left: int):
    found = pace(told, 15_000, left, lasts)
    assert found is not None
    if found.chat_ms > told:
        # A millisecond faster would be too much.
        looks, counts = -(-lasts // (found.chat_ms - 1)), -(-lasts // found.viewers_ms)
        assert looks * READ + counts * VIEWERS > left


@given(
    told=st.integers(500, 10_000),
    limit=st.integers(2_000, 50_000),
    hours=st.integers(1, 12),
    writes=st.lists(st.integers(0, 12 * HOUR_MS), max_size=40),
)
def test_a_whole_show_with_answers_stays_within_the_limit_and_reading_leaves_its_share_alone(
    told: int, limit: int, hours: int, writes: list[int]
):
    """The rule as the channel follows it, look by look, on a day that goes on for long."""
    start = utc_ms("2026-11-22T08:00:00")
    ends = start + hours * HOUR_MS
    now, viewers_at, used, said = start, start, 0, 0
    answers = sorted(writes)
    while now < ends:
        while answers and start + answers[0] <= now:
            answers.pop(0)
            if used + WRITE <= limit:
                used, said = used + WRITE, said + WRITE
        found = pace(told, 15_000, limit - reserved(limit) - used, horizon_ms(now, ends))
        if found is None:
            break
        used += READ
        if now >= viewers_at:
            used, viewers_at = used + VIEWERS, now + found.viewers_ms
        now += max(found.chat_ms, 1_000)
    assert used <= limit
    assert used - said <= limit - reserved(limit)


def test_an_hour_at_a_pace_costs_its_looks():
    found = pace(5_000, 15_000, 10**9, HOUR_MS)
    assert found is not None
    assert (found.chat_ms, found.viewers_ms) == (5_000, 15_000)
    assert found.hourly == 720 * COSTS["liveChatMessages.list"] + 240 * COSTS["videos.list"]
