"""What is read of Shopify's values: money, times, whose an order is; and the clock and numbers that it does not have."""

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.shops import shopify_map as to
from studio.shops import shopify_wire_orders as wire
from studio.shops.shopify_clock import DateClock, Revisions
from studio.shops.shopify_codes import usage_variables


@pytest.mark.parametrize(
    ("amount", "currency", "minor"),
    [
        ("19.90", "EUR", 1_990),
        ("19.9", "EUR", 1_990),
        ("19", "NOK", 1_900),
        ("1990", "JPY", 1_990),
        ("1990.0", "JPY", 1_990),
        ("1.234", "KWD", 1_234),
        ("0.005", "EUR", 1),
        ("-3.50", "EUR", -350),
    ],
)
def test_a_decimal_price_becomes_minor_units_of_its_currency(amount: str, currency: str, minor: int):
    assert to.minor_of(amount, currency).amount_minor == minor


@given(st.integers(0, 10**12), st.sampled_from(["EUR", "NOK", "JPY", "KWD", "USD", "BHD"]))
def test_an_amount_that_is_sent_is_the_amount_that_is_read_back(minor: int, currency: str):
    assert to.minor_of(to.decimal_of(minor, currency), currency).amount_minor == minor


@pytest.mark.parametrize("amount", ["", "free", "1,50", "NaN", "Infinity", "1" * 400])
def test_what_is_no_amount_is_said_to_be_none(amount: str):
    with pytest.raises(to.Surprise):
        to.minor_of(amount, "EUR")


@given(st.integers(0, 4_000_000_000_000))
def test_a_time_that_is_sent_is_the_time_that_is_read_back(ms: int):
    assert to.ms_of(to.iso_of(ms)) == ms


def test_times_of_any_zone_are_read():
    assert to.ms_of("2026-11-21T21:00:00+01:00") == to.ms_of("2026-11-21T20:00:00Z")
    with pytest.raises(to.Surprise):
        to.ms_of("soon")


def an_order(**fields: Any) -> wire.Order:
    bag = {"shopMoney": {"amount": "1.00", "currencyCode": "EUR"}}
    told = {
        "id": "gid://shopify/Order/1", "name": "#1", "createdAt": "2026-11-21T20:00:00Z", "updatedAt": "2026-11-21T20:00:00Z",
        "taxesIncluded": True, "totalPriceSet": bag, "totalRefundedSet": bag, "discountCodes": [], "customAttributes": [],
        "lineItems": {"nodes": [], "pageInfo": {"hasNextPage": False}}, **fields,
    }  # fmt: skip
    return msgspec.convert(told, wire.Order)


def visit(landing: str | None, **utm: str) -> dict[str, Any]:
    last = {"landingPage": landing, "utmParameters": utm or None}
    return {"customerJourneySummary": {"ready": True, "lastVisit": last}}


PRINTABLE = st.characters(exclude_categories=["C", "Z"], include_characters=" ")


@given(st.text(PRINTABLE, min_size=1, max_size=30), st.text(PRINTABLE, max_size=20), st.uuids())
def test_the_address_at_which_a_visit_began_says_which_link_it_was(show: str, channel: str, link: object):
    url = to.tracked("https://fjord.example/products/1?variant=2", show, channel, str(link))
    assert url.startswith("https://fjord.example/products/1?variant=2&")
    assert to.attribution(an_order(**visit(url))) == (str(link), show)


def test_notes_go_before_the_visit_and_others_campaigns_do_not_count():
    notes = [{"key": to.SHOW, "value": "a"}, {"key": to.LINK, "value": "l"}]
    ours = visit(None, source=to.SOURCE, campaign="b", content="m")
    assert to.attribution(an_order(customAttributes=notes, **ours)) == ("l", "a")
    assert to.attribution(an_order(**ours)) == ("m", "b")
    assert to.attribution(an_order(**visit("https://x.example/", source="mail", campaign="b"))) == ("", "")
    assert to.attribution(an_order()) == ("", "")


def a_discount(**fields: Any) -> wire.DiscountNode:
    told = {
        "title": to.mark("LIVE", "key-1"), "status": "ACTIVE", "startsAt": "2026-11-21T20:00:00Z",
        "updatedAt": "2026-11-21T20:05:00Z", "endsAt": "2026-11-21T21:00:00Z", "__typename": "DiscountCodeBasic", **fields,
    }  # fmt: skip
    return msgspec.convert(
        {"id": "gid://shopify/DiscountCodeNode/1", "codeDiscount": told}, wire.DiscountNode
    )


def test_a_code_that_somebody_stopped_at_shopify_ended_when_it_was_stopped():
    now = to.ms_of("2026-11-21T20:06:00Z")
    stopped = to.to_receipt(a_discount(status="EXPIRED"), "LIVE", now)
    assert stopped.ends_at_ms == to.ms_of("2026-11-21T20:05:00Z")
    later = to.ms_of("2026-11-21T21:00:01Z")
    assert to.to_receipt(a_discount(status="EXPIRED"), "LIVE", later).ends_at_ms == to.ms_of(
        "2026-11-21T21:00:00Z"
    )
    assert to.to_receipt(a_discount(endsAt=None), "LIVE", now).ends_at_ms == to.NEVER_MS


def test_only_the_write_that_made_a_code_finds_its_mark():
    assert to.is_marked(a_discount(), "key-1")
    assert not to.is_marked(a_discount(), "key-2")
    assert not to.is_marked(a_discount(title="LIVE"), "key-1")


def test_a_code_cannot_break_out_of_a_search():
    assert usage_variables('A" OR status:open') == {
        "code": 'A" OR status:open',
        "placed": 'discount_code:"A OR status:open"',
        "cancelled": 'discount_code:"A OR status:open" status:cancelled',
    }


# --- the clock ----------------------------------------------------------------------------------------------------

answers = st.lists(
    st.tuples(st.integers(0, 5_000), st.integers(0, 800), st.integers(0, 800)), min_size=1, max_size=40
)


@given(st.integers(-10_000_000, 10_000_000), answers)
def test_the_dates_of_answers_tell_the_shops_time_within_what_they_allow(
    skew: int, made: list[tuple[int, int, int]]
):
    clock, wall = DateClock(), 1_790_000_000_000
    widths: list[int] = []
    for pause, out, back in made:
        wall += pause
        date = (wall + out + skew) // 1_000 * 1_000
        clock.heard(date, wall, wall + out + back)
        wall += out + back
        widths.append(1_000 + out + back)
    assert abs(clock.at(wall) - (wall + skew)) <= min(widths) / 2 + 1


def test_a_clock_that_was_set_is_believed_at_once():
    clock = DateClock()
    for second in range(10):
        clock.heard(
            1_790_000_000_000 + second * 1_000,
            1_790_000_000_000 + second * 1_000,
            1_790_000_000_100 + second * 1_000,
        )
    clock.heard(1_790_003_600_000, 1_790_000_020_000, 1_790_000_020_100)
    assert abs(clock.at(1_790_000_020_050) - 1_790_003_600_500) <= 600


# --- revisions ----------------------------------------------------------------------------------------------------


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(1, 1_500)), min_size=1, max_size=30))
def test_content_that_changed_always_gets_a_higher_number_and_else_the_same(steps: list[tuple[int, int]]):
    revisions, now, changed, before = Revisions(), 1_790_000_000_000, 0, None
    for content, passed in steps:
        now += passed
        if before is None or content != before[0]:
            changed = now // 1_000 * 1_000
        number = revisions.of("stock", "v", content, changed, now)
        if before is not None:
            assert (number > before[1]) == (content != before[0])
        before = (content, number)


def test_what_changed_unseen_within_a_second_is_newer_after_a_restart():
    second = 1_790_000_000_000
    before = Revisions().of("stock", "v", "five left", second, second + 300)
    assert Revisions().of("stock", "v", "four left", second, second + 60_000) > before
