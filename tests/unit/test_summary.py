"""The page of a show beside the books: every figure that parts is named."""

import msgspec
import pytest

from studio.domain.kpi import show_figures
from studio.domain.show import fold
from studio.summary import QuestionCounts, ShopTruth, Summary, differences, summarise, truth_of
from tests.fakes.shows import T0, a_sample, a_whole_show, an_order

SHOP = {
    "show_id": "show-1", "last_seq": 90, "pins_accepted": 3, "promos_accepted": 1, "redemptions": {"CODE-7": 2}, "orders": 5,
    "revenue_gross_minor": 9_950, "revenue_net_minor": 7_960, "currency": "EUR", "duplicates": 0,
}  # fmt: skip
CHANNEL = {
    "last_seq": 70,
    "peak_viewers": 840,
    "avg_viewers": 611.2499,
    "asked": 12,
    "answered": 4,
    "duplicates": 0,
}


def a_summary(truth: ShopTruth | None) -> Summary:
    return Summary(
        seed=1, show_id="show-1", started_at=None, ended_at=None, pins=3, promos=1, redemptions={"CODE-7": 2}, orders=5,
        revenue_gross_minor=9_950, revenue_net_minor=7_960, currency="EUR", peak_viewers=840, avg_viewers=611.2,
        questions=QuestionCounts(12, 4), outbox_pending=0, shop_truth=truth,
    )  # fmt: skip


def test_equal_figures_leave_nothing_to_say():
    assert differences(a_summary(truth_of(SHOP, CHANNEL))) == []


@pytest.mark.parametrize(
    ("book", "field", "value", "sentence"),
    [
        ("shop", "pins_accepted", 4, "The pins: 3 in the studio, 4 in the books."),
        ("shop", "promos_accepted", 2, "The promo codes: 1 in the studio, 2 in the books."),
        ("shop", "orders", 6, "The orders: 5 in the studio, 6 in the books."),
        ("shop", "revenue_gross_minor", 9_951, "The gross revenue (minor units): 9950 in the studio, 9951 in the books."),
        ("shop", "revenue_net_minor", 0, "The net revenue (minor units): 7960 in the studio, 0 in the books."),
        ("shop", "currency", "NOK", "The currency: EUR in the studio, NOK in the books."),
        ("shop", "redemptions", {}, "The redemptions of CODE-7: 2 in the studio, none in the books."),
        ("shop", "duplicates", 1, "The books hold 1 of our doings twice."),
        ("channel", "peak_viewers", None, "The peak viewers: 840 in the studio, none in the books."),
        ("channel", "avg_viewers", 612.0, "The average viewers: 611.2 in the studio, 612.0 in the books."),
        ("channel", "asked", 13, "The questions asked: 12 in the studio, 13 in the books."),
        ("channel", "answered", 3, "The questions answered: 4 in the studio, 3 in the books."),
        ("channel", "duplicates", 2, "The books hold 2 of our doings twice."),
    ],
)  # fmt: skip
def test_a_figure_that_parts_is_named_with_both_values(book, field, value, sentence):
    shop, channel = dict(SHOP), dict(CHANNEL)
    {"shop": shop, "channel": channel}[book][field] = value
    assert differences(a_summary(truth_of(shop, channel))) == [sentence]


def test_books_that_nobody_read_and_effects_that_wait_are_no_equality():
    assert len(differences(a_summary(None))) == 1
    waiting = msgspec.structs.replace(a_summary(truth_of(SHOP, CHANNEL)), outbox_pending=3)
    assert differences(waiting) == ["3 effects wait in the outbox."]


def test_the_page_of_a_show_is_written_from_its_log_and_its_figures():
    show = a_whole_show(seed=3)
    state = fold(show.id, show.log)
    figures = show_figures(state, [an_order(1, show_id=show.id)], [a_sample(5)], [], T0)
    page = msgspec.json.decode(msgspec.json.encode(summarise(state, figures, 2, 7, None)))
    assert page["seed"] == 7
    assert page["started_at"] == "2026-01-01T00:00:02.000Z"
    assert page["ended_at"] > page["started_at"]
    assert (page["orders"], page["revenue_gross_minor"], page["outbox_pending"]) == (1, 1990, 2)
    assert page["shop_truth"] is None
    assert page["redemptions"].keys() == state.codes
