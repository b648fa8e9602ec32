"""By seed the audience's intentions are the same every time: how many watch, what they say, what they want at the shop."""

import pytest

from studio.domain.announcements import link_placed, pinned, promo_live
from studio.domain.promo import PromoCode, PromoKind, PromoScope
from studio.domain.question import is_question
from studio.rehearsal.audience_room import code_in, link_in, sample_every_s
from studio.rehearsal.chatter import MOST_PER_S, Chatter, Focus, Remark, holes, read_corpus
from studio.rehearsal.crowd import ViewerCurve
from studio.rehearsal.scenario import (
    CODE_REMEMBERED_S,
    MOST_VISITS_PER_S,
    Offer,
    Scenario,
    Visit,
    code_heard,
    link_heard,
)

MINUTES, VIEWERS = 20, 5000
FOCUS = Focus("p", 60, "home", {"en": "Lamp", "de": "Lampe", "nb": "Lampe"}, ("S", "M"), ("berry", "moss"))
OFFER = Offer("p", ("p--a", "p--b", "p--c"), (0.9, 0.2, 0.05))
OFFERS = [OFFER, Offer("q", ("q--a",), (0.5,))]


def curve(seed: int) -> list[int]:
    viewers = ViewerCurve(seed, MINUTES, VIEWERS)
    return [viewers.at(slot) for slot in range(MINUTES * 60 + 600)]


def talk(seed: int, rate: float = 1.0, seconds: int = 300) -> list[Remark]:
    chatter = Chatter(seed, read_corpus(), MINUTES * 60)
    return [r for slot in range(seconds) for r in chatter.talk(slot, VIEWERS, FOCUS, "NORD-20", rate)]


def visits(seed: int, rate: float = 1.0, seconds: int = 400) -> list[Visit]:
    scenario = Scenario(seed, MINUTES * 60, VIEWERS)
    interests = [link_heard(10, "lnk-1", OFFER), code_heard(40, "NORD-20", OFFER, "lnk-1")]
    found: list[Visit] = []
    for slot in range(seconds):
        found += scenario.visits(slot, VIEWERS, interests, "NORD-20" if slot > 40 else None, rate)
        found += scenario.strangers(slot, OFFERS, rate)
    return found


@pytest.mark.parametrize("draw", [curve, talk, visits])
def test_the_same_seed_means_the_same_and_another_seed_something_else(draw) -> None:
    assert draw(7) == draw(7)
    assert draw(7) != draw(8)


def test_a_second_can_be_asked_for_in_any_order() -> None:
    late_first = ViewerCurve(7, MINUTES, VIEWERS)
    assert late_first.at(900) == curve(7)[900]
    assert late_first.at(5) == curve(7)[5]


def test_what_the_studio_does_never_shifts_what_strangers_do() -> None:
    def strangers(interests: list) -> list[Visit]:
        scenario, found = Scenario(7, 1200, VIEWERS), []
        for slot in range(600):
            scenario.visits(slot, VIEWERS, interests, None, 1.0)
            found += scenario.strangers(slot, OFFERS, 1.0)
        return found

    assert strangers([]) == strangers([link_heard(0, "lnk-9", OFFER)]) != []


@pytest.mark.parametrize("height", [1, 50, 5000, 50_000])
def test_people_arrive_stay_and_leave_around_the_height_that_was_ordered(height: int) -> None:
    viewers = ViewerCurve(3, MINUTES, height)
    counts = [viewers.at(slot) for slot in range(MINUTES * 60 + 1800)]
    assert viewers.at(-1) == 0
    assert min(counts) >= 0
    if height >= 50:
        on_air = counts[: MINUTES * 60]
        assert 0.8 * height < max(on_air) < 1.6 * height
        assert counts[0] < 0.5 * max(on_air)
        assert counts[-1] < 0.2 * max(on_air)


def test_some_nights_bring_a_raid_and_a_dip() -> None:
    counts = curve(7)
    jumps = [after - before for before, after in zip(counts, counts[20:], strict=False)]
    assert max(jumps) > 0.04 * VIEWERS
    assert min(jumps) < -0.04 * VIEWERS


def test_the_chat_speaks_three_languages_repeats_its_questions_and_makes_noise() -> None:
    said = talk(7)
    asked = [r.text for r in said if r.asks]
    assert 0.1 < len(asked) / len(said) < 0.4
    assert len(set(asked)) < len(asked)
    words = " ".join(r.text for r in said).lower().split()
    assert all(words.count(word) > 5 for word in ("is", "ist", "er"))


def test_no_hole_is_left_open_and_every_mark_is_what_the_studio_finds() -> None:
    for focus, code in ((None, None), (FOCUS, None), (FOCUS, "NORD-20")):
        chatter = Chatter(5, read_corpus(), 1200)
        for slot in range(200):
            for remark in chatter.talk(slot, VIEWERS, focus, code, 1.0):
                assert remark.asks == is_question(remark.text), remark
                if remark.text not in read_corpus().hostile:
                    assert not holes(remark.text)


def test_a_flood_brings_thousands_a_second_and_its_questions_are_marked() -> None:
    flood = Chatter(5, read_corpus(), 1200).flood(3, 5000)
    assert 4500 < len(flood) < 5500
    assert [r.after_ms for r in flood] == sorted(r.after_ms for r in flood)
    assert all(r.asks == is_question(r.text) for r in flood)


@pytest.mark.parametrize("rate", [20.0, 60.0, 120.0])
def test_fast_shows_are_thinned_out_to_what_a_chat_can_carry(rate: float) -> None:
    assert len(talk(7, rate, 600)) / (600 / rate) <= MOST_PER_S * 1.15
    assert len(visits(7, rate)) / (400 / rate) <= MOST_VISITS_PER_S * 1.2


@pytest.mark.parametrize("rate", [0.1, 1, 20, 21, 60, 100, 120])
def test_viewers_are_counted_at_least_every_five_seconds_of_the_show(rate: float) -> None:
    every = sample_every_s(rate)
    assert 1 <= every <= 5
    assert every == 5 or rate / every <= 20


def test_strangers_come_by_no_link_and_know_no_code() -> None:
    strangers = [v for v in visits(7) if v.kind == "stranger"]
    assert strangers
    assert all(v.link_id is None and v.code is None for v in strangers)


def test_some_buy_some_leave_a_full_cart_some_send_things_back_and_a_code_is_still_tried_when_it_is_long_over() -> (
    None
):
    drawn = visits(7)
    assert any(v.buys_after_s is not None for v in drawn)
    assert any(v.variant and v.buys_after_s is None for v in drawn)
    assert any(v.cancels_after_s is not None for v in drawn)
    assert any(v.returns_after_s is not None and v.slot + v.returns_after_s < 1200 for v in drawn)
    assert any(v.returns_after_s is not None and v.slot + v.returns_after_s > 1200 for v in drawn)
    assert any(v.kind == "link" and v.code == "NORD-20" for v in drawn)
    assert CODE_REMEMBERED_S > 20 * 60
    assert all(v.cart_after_s < v.stay_s for v in drawn)
    assert all(v.buys_after_s <= v.stay_s for v in drawn if v.buys_after_s is not None)


def test_popular_variants_are_wanted_most() -> None:
    wanted = [v.variant for v in visits(7) if v.variant and v.variant.startswith("p")]
    assert wanted.count("p--a") > wanted.count("p--b") > wanted.count("p--c") > 0


@pytest.mark.parametrize("language", ["en", "de", "nb"])
@pytest.mark.parametrize("lasts_ms", [240_000, 86_400_000])
def test_the_audience_understands_what_the_studio_announces(language: str, lasts_ms: int) -> None:
    text = link_placed(pinned(language, "Code lamp {x}"), "http://127.0.0.1:5000/go/lnk-17")
    assert link_in(text) == "lnk-17"
    assert code_in(text) is None
    promo = PromoCode(
        id="1", code="NORD-20", kind=PromoKind.PERCENT, percent=20, amount_minor=0, currency="EUR", scope=PromoScope.ALL,
        product_ids=(), starts_at_ms=0, ends_at_ms=lasts_ms, total_limit=None, per_customer_limit=None,
    )  # fmt: skip
    announced = promo_live(language, promo, lasts_ms, "Europe/Oslo", 1_790_000_000_000)
    assert code_in(announced) == "NORD-20"
    assert link_in(announced) is None
