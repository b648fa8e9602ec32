"""The words that the overlay page is told."""

import re

import msgspec
import pytest
import segno
from hypothesis import given
from hypothesis import strategies as st

from studio.domain.money import Money
from studio.domain.stage import StageCard, StageView
from studio.stage.overlay_view import GRACE_MS, link_name, page_view, plain, qr_svg
from tests.unit.stage.overlay_rig import CARD, END, FULL, NOW, QUESTION, code


def test_the_page_is_told_all_that_is_on() -> None:
    view = page_view(FULL, (NOW, 1.0), "p/abc")
    assert (view.title, view.price, view.struck, view.left) == (CARD.title, "€71.20", "€89.00", "only 4 left")
    assert (view.code, view.off, view.starts, view.ends) == ("NORD20", "20 % off", NOW, END)
    assert (view.question, view.picture, view.gone) == (QUESTION, "p/abc", False)
    assert view.qr == f"q/{link_name(CARD.link)}.svg"


def test_nothing_on_is_nothing_to_be_seen() -> None:
    view = page_view(StageView("en", 3), (NOW, 1.0), "p/of-the-last-product")
    assert (view.title, view.price, view.code, view.question, view.qr) == ("", "", "", "", "")
    assert view.picture is None
    assert view.ends is None


@pytest.mark.parametrize(
    ("language", "label", "scan"),
    [
        ("en", "Question", "Scan to buy"),
        ("de-AT", "Frage", "Scannen & kaufen"),
        ("nb", "Spørsmål", "Skann og kjøp"),
    ],
)
def test_the_page_speaks_the_shows_language(language: str, label: str, scan: str) -> None:
    view = page_view(StageView(language, 1, CARD, None, QUESTION), (NOW, 1.0))
    assert (view.labels.question, view.labels.scan, view.lang) == (label, scan, language)


@pytest.mark.parametrize("language", ["", "x", 'en"><script>', "overlylong-language"])
def test_an_unknown_language_is_english(language: str) -> None:
    view = page_view(msgspec.structs.replace(FULL, language=language), (NOW, 1.0))
    assert (view.lang, view.price) == ("en", "€71.20")


def test_the_last_one_sold_is_marked_apart() -> None:
    view = page_view(StageView("de", 1, msgspec.structs.replace(CARD, left=0)), (NOW, 1.0))
    assert (view.left, view.gone) == ("ausverkauft", True)


def test_without_the_shops_time_neither_price_nor_code_stands() -> None:
    view = page_view(FULL, None)
    assert (view.price, view.struck, view.code, view.off, view.ends) == ("", "", "", "", None)
    assert (view.title, view.left, view.question) == (CARD.title, "only 4 left", QUESTION)


@given(late=st.integers(-400_000, 400_000), rate=st.sampled_from([1.0, 2.0, 60.0]))
def test_no_code_stands_after_its_end_and_its_price_only_for_the_moment_until_a_new_one_comes(
    late: int, rate: float
) -> None:
    view = page_view(FULL, (END + late, rate))
    assert (view.code != "") == (late < 0)
    assert (view.price != "") == (late < GRACE_MS * rate)
    assert (view.ends is None) == (late >= 0)


def test_a_price_without_a_code_stays() -> None:
    view = page_view(StageView("en", 1, CARD), (END + 1_000_000, 1.0))
    assert view.price == "€71.20"


@given(text=st.text(st.characters(), max_size=400))
def test_what_others_wrote_is_short_and_without_controls(text: str) -> None:
    cleaned = plain(text, 300)
    assert len(cleaned) <= 300
    assert not re.search(r"[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]", cleaned)
    msgspec.json.encode(cleaned)


def test_an_emoji_of_several_is_not_taken_apart() -> None:
    assert plain("👩‍👩‍👧‍👦 blanket", 300) == "👩‍👩‍👧‍👦 blanket"


def test_a_lone_half_of_a_character_does_not_stop_the_page() -> None:
    card = msgspec.structs.replace(CARD, title="half \ud83d", link="https://shop.example/\ud83d")
    view = page_view(StageView("en", 1, card), (NOW, 1.0))
    assert view.title == "half ?"
    msgspec.json.encode(view)


@pytest.mark.parametrize(
    "link",
    [
        "",
        "javascript:alert(1)",
        "ftp://shop.example/a",
        "https://",
        "shop.example",
        "https://[",
        "https://a/" + "x" * 300,
    ],
)
def test_what_no_phone_should_open_or_could_read_gets_no_qr_code(link: str) -> None:
    card = msgspec.structs.replace(CARD, link=link)
    assert page_view(StageView("en", 1, card), (NOW, 1.0)).qr == ""


def test_the_longest_link_still_makes_dots_that_a_phone_can_tell_apart() -> None:
    made = segno.make("https://a.example/" + "x" * 282, error="m", micro=False)
    assert 186 / made.symbol_size(border=4)[0] > 2  # px a dot at 1080p


def test_the_qr_code_holds_the_link_and_nothing_that_runs() -> None:
    svg = qr_svg(CARD.link).decode()
    assert svg.startswith("<svg ")
    assert not re.search(r"<script|\bon\w+=|href|<image|<foreignObject", svg)
    side = segno.make(CARD.link, error="m", micro=False).symbol_size(border=4)[0]
    assert f'viewBox="0 0 {side} {side}"' in svg


def test_an_amount_is_written_as_the_language_does() -> None:
    card = StageCard("x", "Vase", price=Money(42_000, "NOK"))
    assert page_view(StageView("nb", 1, card), (NOW, 1.0)).price.replace("\xa0", " ") == "420,00 kr"


def test_a_code_stands_without_a_product() -> None:
    view = page_view(StageView("en", 1, None, code("LIVE14")), (NOW, 1.0))
    assert (view.title, view.code) == ("", "LIVE14")
