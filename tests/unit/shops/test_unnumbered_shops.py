"""Helps for shops that number nothing, count nothing and tell their time only by the second."""

import asyncio
import email.utils

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.control.ports import BadAnswer, HttpAnswer, OrderPage
from studio.domain.money import Money
from studio.domain.order import Order, OrderStatus
from studio.shops.date_clock import DateClock
from studio.shops.redemptions import RedemptionCount
from studio.shops.revisions import Revisions
from studio.shops.texts import from_html
from studio.shops.vendure_orders import Place

NOW = 1_790_000_000_000
EUR = Money(100, "EUR")


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 5_000)), min_size=1, max_size=30))
def test_whoever_keeps_the_highest_revision_has_what_was_read_last(readings: list[tuple[int, int]]):
    revisions, kept, at = Revisions(), (0, -1), NOW
    for content, later in readings:
        at += later
        revision, _ = revisions.of("stock", "v", content, at, at)
        if revision > kept[0]:
            kept = (revision, content)
        assert kept[1] == content


def test_an_answer_to_an_older_request_never_replaces_a_newer_one():
    revisions = Revisions()
    newer, _ = revisions.of("stock", "v", "after the sale", NOW, sent_wall_ms=200)
    older, _ = revisions.of("stock", "v", "before the sale", NOW + 50, sent_wall_ms=100)
    assert older == newer


def test_what_did_not_change_keeps_its_number_and_its_time():
    revisions = Revisions()
    first = revisions.of("stock", "v", [1, 2], NOW, 1)
    assert revisions.of("stock", "v", [1, 2], NOW + 9_000, 2) == first
    assert revisions.of("order", "v", [1, 2], NOW + 9_000, 2) != first, "another kind is another thing"


def dated(shop_ms: int, sent_ms: int, received_ms: int) -> HttpAnswer:
    at = shop_ms // 1000
    names = {"date": f"{_http_date(at)}"}
    return HttpAnswer(200, names, b"", sent_ms, received_ms)


def _http_date(seconds: int) -> str:

    return email.utils.formatdate(seconds, usegmt=True)


@given(
    st.integers(-3_600_000, 3_600_000),
    st.lists(st.tuples(st.integers(1, 700), st.integers(0, 60)), min_size=40, max_size=60),
)
def test_many_answers_tell_the_time_much_better_than_one(offset: int, requests: list[tuple[int, int]]):
    clock, wall = DateClock(), NOW
    for pause, half in requests:
        wall += pause
        clock.heard(dated(wall + half + offset, wall, wall + 2 * half))
        wall += 2 * half
        assert abs(clock.at(wall) - wall - offset) <= 560, "never worse than half a second and the way"


def test_the_second_ticking_over_tells_the_time_to_some_milliseconds():
    clock = DateClock()
    for wall in (NOW + 480, NOW + 510):  # the shop is half a second ahead
        clock.heard(dated(wall + 500, wall - 5, wall + 5))
    assert abs(clock.at(NOW) - NOW - 500) <= 20


def test_a_clock_that_was_set_is_believed_again():
    clock = DateClock()
    clock.heard(dated(NOW, NOW, NOW))
    clock.heard(dated(NOW + 3_600_000, NOW + 1000, NOW + 1000))
    assert abs(clock.at(NOW + 1000) - NOW - 3_600_000) <= 1000


def test_a_late_header_of_a_busy_server_does_not_put_the_clock_back():
    clock = DateClock()
    for wall in (NOW + 480, NOW + 510):
        clock.heard(dated(wall + 500, wall - 5, wall + 5))
    before = clock.at(NOW)
    clock.heard(dated(NOW + 1_000, NOW + 3_000, NOW + 4_000))
    assert clock.at(NOW) == before
    for later in range(5):
        clock.heard(dated(NOW - 2_000 + later * 1_000, NOW + later * 1_000, NOW + later * 1_000))
    assert abs(clock.at(NOW) - NOW + 2_000) <= 1_000, "but when all say so it was set"


def test_readings_of_the_clock_do_not_run_backwards():
    clock, last = DateClock(), 0
    for wall in range(NOW, NOW + 5_000, 90):
        answer = dated(wall + 250, wall - 20, wall + 20)
        clock.heard(answer)
        reading = clock.reading(answer)
        assert reading.shop_ms >= last
        last = reading.shop_ms


def test_answers_without_a_time_tell_none():
    clock = DateClock()
    bare = HttpAnswer(200, {}, b"", NOW, NOW)
    clock.heard(bare)
    clock.heard(HttpAnswer(200, {"date": _http_date(0), "age": "90"}, b"", NOW, NOW))
    assert clock.at(NOW) == NOW
    with pytest.raises(BadAnswer):
        clock.reading(bare)


def test_markup_becomes_lines_and_bullets_become_talking_points():
    text, points = from_html(
        "<p>Soft &amp; warm</p><script>alert(1)</script><ul><li>By <b>hand</b></li><li> </li></ul>"
    )
    assert text == "Soft & warm\nBy hand"
    assert points == ("By hand",)
    assert from_html("Plain, 3 cm") == ("Plain, 3 cm", ())


@given(st.text(max_size=300))
def test_any_text_can_be_read(text: str):
    plain, points = from_html(text)
    assert "\x00" not in plain
    assert isinstance(points, tuple)


def an_order(order_id: str, codes: tuple[str, ...], status: OrderStatus = OrderStatus.PAID) -> Order:
    return Order(order_id, order_id, 1, NOW, status, (), EUR, Money(0, "EUR"), Money(0, "EUR"), codes)


def test_redemptions_are_counted_once_an_order_and_taken_back_when_it_is_cancelled():
    pages = [
        OrderPage((an_order("1", ("A",)), an_order("2", ("A", "B"))), "c1", True),
        OrderPage((an_order("2", ("A", "B")),), "c2", False),
        OrderPage((an_order("1", ("A",), OrderStatus.CANCELLED),), "c3", False),
    ]
    asked: list[str] = []

    async def orders(cursor: str) -> OrderPage:
        asked.append(cursor)
        return pages.pop(0)

    async def story() -> None:
        count = RedemptionCount(orders)
        assert await count.counts({}) == {}
        assert await count.counts({"A": NOW, "B": NOW}) == {"A": 2, "B": 1}
        assert await count.counts({"A": NOW, "C": NOW}) == {"A": 1, "C": 0}
        assert asked == [f"since:{NOW - 60_000}", "c1", "c2"]

    asyncio.run(story())


def test_a_code_that_is_older_than_what_was_read_is_counted_from_its_start():
    asked: list[str] = []

    async def orders(cursor: str) -> OrderPage:
        asked.append(cursor)
        return OrderPage((), "c", False)

    async def story() -> None:
        count = RedemptionCount(orders)
        await count.counts({"NEW": NOW})
        await count.counts({"OLD": NOW - 3_600_000})
        assert asked[-1] == f"since:{NOW - 3_660_000}"

    asyncio.run(story())


@given(
    st.integers(0, 10**12), st.integers(0, 500), st.integers(0, 10**13), st.booleans(), st.integers(0, 10**13)
)
def test_a_place_among_the_orders_survives_being_written(
    since: int, read: int, newest: int, more: bool, now: int
):
    place = Place.read(f"since:{since}").after(read, newest, more, now)
    assert Place.read(place.written()) == place
    assert place.origin == since


def test_all_orders_are_read_once_more_every_two_minutes_because_refunds_move_no_date():
    place = Place.read("since:1000").after(5, 500_000, False, NOW)
    assert place.since == 480_000
    assert place.after(0, 0, False, NOW + 119_000).since == 480_000
    swept = place.after(0, 0, False, NOW + 120_000)
    assert (swept.since, swept.swept) == (1000, NOW + 120_000)


@pytest.mark.parametrize("cursor", ["since:x", "since:1:2", "since:1:2:3:4:-5", "1:2:3:4:5:6", "since:"])
def test_a_damaged_place_is_a_sentence(cursor: str):
    with pytest.raises(BadAnswer, match="read again"):
        Place.read(cursor)
