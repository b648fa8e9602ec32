"""A code is never shown as live after its end, and never before the shop has confirmed it."""

import hypothesis.strategies as st
import msgspec
from hypothesis import given

from studio.domain.money import Money
from studio.domain.promo import (
    CODE,
    PromoCode,
    PromoKind,
    PromoPhase,
    PromoRecord,
    PromoScope,
    phase,
    price_after,
    suggest_code,
    visible_until_ms,
)

MS = st.integers(0, 10_000_000)
MAYBE_MS = st.one_of(st.none(), MS)
SHOWN = (PromoPhase.LIVE, PromoPhase.EXPIRING)


def promo(kind=PromoKind.PERCENT, percent=20, amount=0, starts=0, ends=600_000) -> PromoCode:
    return PromoCode(
        "id", "NORD20", kind, percent, amount, "EUR", PromoScope.ALL, (), starts, ends, None, None
    )


RECORDS = st.builds(
    PromoRecord,
    promo=st.builds(promo, starts=MS, ends=MS),
    wanted_ends_at_ms=MS,
    confirmed_starts_at_ms=MAYBE_MS,
    confirmed_ends_at_ms=MAYBE_MS,
    refusal=st.sampled_from(["", "taken"]),
    withdrawn=st.booleans(),
    lapsed=st.booleans(),
)


@given(RECORDS, MS)
def test_a_code_shown_as_live_is_confirmed_and_within_its_window(record, now):
    if phase(record, now) in SHOWN:
        assert record.confirmed_ends_at_ms is not None
        assert record.confirmed_starts_at_ms <= now < record.confirmed_ends_at_ms
        assert now < record.wanted_ends_at_ms
        assert (record.refusal, record.withdrawn, record.lapsed) == ("", False, False)
        assert now < visible_until_ms(record)


@given(RECORDS)
def test_with_an_unknown_time_no_code_is_shown(record):
    assert phase(record, None) not in SHOWN


@given(RECORDS, MS, MS)
def test_what_has_ended_stays_ended(record, a, b):
    first, later = sorted((a, b))
    if phase(record, first) is PromoPhase.ENDED:
        assert phase(record, later) is PromoPhase.ENDED


def test_the_last_minute_is_expiring():
    record = PromoRecord(promo(), 600_000, "s", 0, 600_000)
    assert phase(record, 539_999) is PromoPhase.LIVE
    assert phase(record, 540_000) is PromoPhase.EXPIRING
    assert phase(record, 599_999) is PromoPhase.EXPIRING
    assert phase(record, 600_000) is PromoPhase.ENDED


@given(st.text(max_size=40), st.integers(0, 100))
def test_a_suggested_code_can_always_be_issued(stem, percent):
    assert CODE.match(suggest_code(stem, percent))


@given(st.integers(0, 10**9), st.integers(1, 100))
def test_a_percentage_never_makes_a_price_rise_or_fall_below_zero(amount, percent):
    price = Money(amount, "EUR")
    after = price_after(price, promo(percent=percent))
    assert 0 <= after.amount_minor <= amount


def test_a_fixed_amount_stops_at_zero_and_free_shipping_leaves_the_price():
    price = Money(500, "EUR")
    assert price_after(price, promo(PromoKind.FIXED, 0, 900)) == Money(0, "EUR")
    assert price_after(price, promo(PromoKind.FREE_SHIPPING)) == price
    assert price_after(Money(8900, "EUR"), promo()) == Money(7120, "EUR")


def test_records_survive_their_way_to_disk_and_back():
    record = PromoRecord(promo(), 600_000, "s", 0, 600_000)
    assert msgspec.json.decode(msgspec.json.encode(record), type=PromoRecord) == record
