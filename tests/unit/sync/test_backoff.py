"""Waiting: longer each time, never in step with others, never shorter than the target asked for."""

from hypothesis import given
from hypothesis import strategies as st

from studio.sync.backoff import RETRY_AFTER_CAP_MS, Backoff, wait_ms

chance = st.floats(0, 1, exclude_max=True)


@given(st.integers(0, 10_000), chance, st.none() | st.integers(-5, 10**9))
def test_a_wait_is_never_shorter_than_asked_for_and_never_endless(failures, luck, asked):
    wait = wait_ms(failures, lambda: luck, asked)
    assert 100 <= wait <= max(60_000, RETRY_AFTER_CAP_MS)
    if asked is not None:
        assert wait >= min(asked, RETRY_AFTER_CAP_MS)
    else:
        assert wait <= 60_000


@given(chance)
def test_the_ceiling_doubles_with_each_failure_and_the_jitter_fills_it(luck):
    ceilings = [wait_ms(n, lambda: 0.999_999) for n in range(1, 10)]
    assert ceilings[:4] == [500, 1000, 2000, 4000]
    assert ceilings == sorted(ceilings)
    assert all(wait_ms(n, lambda: luck) <= max(100, top) for n, top in enumerate(ceilings, 1))


def test_success_starts_the_count_anew():
    backoff = Backoff(lambda: 0.5)
    assert [backoff.failed() for _ in range(4)] == [250, 500, 1000, 2000]
    backoff.reset()
    assert backoff.failed() == 250
    assert backoff.failed(retry_after_ms=7_000) == 7_000
