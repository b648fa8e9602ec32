"""What a person calls half past two is a moment, or is said not to exist."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.domain.local_time import local_of, moment_of

ZONES = ("Europe/Oslo", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "UTC")


def test_a_time_in_a_zone_is_the_moment_it_is_there() -> None:
    found = moment_of(dt.datetime.fromisoformat("2026-11-26 20:00"), "Europe/Oslo")
    assert found.at_ms == round(dt.datetime(2026, 11, 26, 19, 0, tzinfo=dt.UTC).timestamp() * 1000)
    assert (found.problem, found.note) == ("", "")


def test_an_hour_that_the_clocks_leave_out_is_said_with_the_time_to_choose() -> None:
    found = moment_of(dt.datetime.fromisoformat("2026-03-29 02:30"), "Europe/Oslo")
    assert found.at_ms is None
    assert "there is no 02:30. Choose 03:30." in found.problem


def test_an_hour_that_comes_twice_means_the_first_and_says_so() -> None:
    found = moment_of(dt.datetime.fromisoformat("2026-10-25 02:30"), "Europe/Oslo")
    assert found.at_ms == round(dt.datetime(2026, 10, 25, 0, 30, tzinfo=dt.UTC).timestamp() * 1000)
    assert "02:30 comes twice" in found.note


@pytest.mark.parametrize("name", ["", "Oslo", "../etc/passwd", "Europe/Atlantis"])
def test_a_name_that_is_no_zone_is_said(name: str) -> None:
    found = moment_of(dt.datetime.fromisoformat("2026-01-01 00:00"), name)
    assert found.at_ms is None
    assert "is no time zone" in found.problem


@given(st.integers(0, 4_000_000_000 // 60), st.sampled_from(ZONES))
def test_every_moment_is_found_again_by_what_the_clocks_showed(minute: int, zone: str) -> None:
    at_ms = minute * 60_000
    shown = local_of(at_ms, zone)
    found = moment_of(shown, zone)
    assert found.at_ms is not None, "a time that was shown exists"
    assert found.at_ms == at_ms or found.note, "of two the first"
    assert local_of(found.at_ms, zone) == shown
