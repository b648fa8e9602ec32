"""The run sheet says when what is shown, in the team's language, and nothing of a stranger's text is markup."""

import re
from html.parser import HTMLParser

import msgspec
import pytest

from studio.domain.exchange import ItemFacts
from studio.domain.lineup import ItemKind, LineUpItem
from studio.domain.money import Money
from studio.domain.promo import PromoKind, PromoPlan, PromoScope
from studio.domain.show import ShowState
from studio.exchange.run_sheet import run_sheet

MINUTE = 60_000
START = 1_795_719_600_000  # 26 Nov 2026 20:00 in Oslo
PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + (112).to_bytes(4) + (56).to_bytes(4) + b"x" * 20


class Page(HTMLParser):
    """The texts of the cells of a page, and its tags."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self.tags: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.tags.append(tag)
        if tag == "tr":
            self.rows.append([])
        if tag in {"td", "th"}:
            self.rows[-1].append("")

    def handle_data(self, data: str) -> None:
        if self.rows and self.rows[-1]:
            self.rows[-1][-1] += data


def a_show(*items: LineUpItem, **changes: object) -> ShowState:
    state = ShowState(
        "s", 1, "Autumn Home Live #14", time_zone="Europe/Oslo", starts_at_ms=START, items=items
    )
    return msgspec.structs.replace(state, **changes)


MUG = LineUpItem(
    "i1", ItemKind.PRODUCT, "Ceramic mug", 90_000, "p1", "MUG4", ("Stack them", "Fired at 1,260 °C"), target_units=60,
    note="Coffee is ready.\nPour one.", show_price_minor=3600, alternatives=("p9", "p8"),
    promo=PromoPlan("c", "MUGS20", PromoKind.PERCENT, 20, armed=True),
)  # fmt: skip
TALK = LineUpItem("i2", ItemKind.TALK, "Questions", 8 * MINUTE)
FACTS = {"i1": ItemFacts(Money(4200, "EUR"), 44)}


def sheet(state: ShowState, language: str = "en", facts: dict[str, ItemFacts] | None = None) -> str:
    names = {"p9": "Oak board"}
    return run_sheet(
        state, FACTS if facts is None else facts, names, made_ms=START - 3_600_000, language=language
    )


def test_every_item_stands_there_with_its_time_and_figures() -> None:
    page = Page(sheet(a_show(MUG, TALK)))
    head, mug, talk = ([cell.strip() for cell in row] for row in page.rows)
    assert head == ["Start", "Min", "Item", "Price", "Show price", "Target", "Stock"]
    assert [*mug[:2], *mug[3:]] == ["20:00", "1:30", "€42.00", "€36.00", "60", "⚠ 44"]
    for text in (
        "Ceramic mug",
        "MUG4",
        "MUGS20",
        "−20 %",
        "when the item goes on air",
        "Stack them",
        "Pour one.",
        "Oak board, p8",
    ):
        assert text in mug[2]
    assert talk[:2] == ["20:01", "8:00"]


def test_a_show_without_a_date_counts_from_its_start() -> None:
    html = sheet(a_show(MUG, TALK, starts_at_ms=None))
    assert [row[0] for row in Page(html).rows] == ["Start", "0:00", "1:30"]
    assert "no date yet" in html


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", ["Run sheet", "Thu 26 Nov 2026, 20:00–20:09", "Show price", "€36.00", "Notes to the host"]),
        (
            "de-AT",
            [
                "Ablaufplan",
                "Donnerstag, 26. November 2026",
                "Showpreis",
                "36,00",
                "wenn der Artikel auf Sendung geht",
            ],
        ),
        ("nb", ["Kjøreplan", "torsdag 26. november 2026", "Sendepris", "36,00", "når varen kommer på lufta"]),
        ("fr", ["Run sheet", "€36.00"]),
    ],
)
def test_it_speaks_english_german_and_norwegian(language: str, words: list[str]) -> None:
    html = sheet(a_show(MUG, TALK), language)
    for text in words:
        assert text in html


def test_a_show_that_is_too_long_for_its_plan_is_said() -> None:
    assert "9:30 of 9:00: 0:30 too long" in sheet(a_show(MUG, TALK, planned_ms=9 * MINUTE))
    assert "9:30 of 10:00<" in sheet(a_show(MUG, TALK, planned_ms=10 * MINUTE))


def test_nothing_of_a_strangers_text_is_markup_and_nothing_is_fetched() -> None:
    evil = '<script>alert(1)</script><img src="https://x/y.png" onerror=a()>'
    item = msgspec.structs.replace(
        MUG,
        title=evil,
        sku=evil,
        points=(evil,),
        note=evil,
        alternatives=(evil,),
        images=("https://x/1.png",),
    )
    html = sheet(a_show(item, title=evil))
    assert not {"script", "img", "link"} & set(Page(html).tags)
    assert "default-src 'none'" in html
    assert not re.search(r"(src|href)=\"http", html)


def test_pictures_are_within_the_page_and_only_pictures_are() -> None:
    facts = {"i1": ItemFacts(Money(4200, "EUR"), 44, PNG), "i2": ItemFacts(picture=b"<svg onload=x>")}
    html = sheet(a_show(MUG, TALK), facts=facts)
    assert html.count("<img") == html.count('src="data:image/png;base64,') == 1
    assert 'width="56" height="28"' in html


def test_it_prints_with_its_header_on_every_page_and_no_row_cut() -> None:
    html = sheet(a_show(MUG, TALK))
    assert "table-header-group" in html
    assert "break-inside: avoid" in html
    assert "<thead>" in html


def test_codes_of_the_whole_show_and_every_way_to_begin_are_there() -> None:
    plans = (
        PromoPlan("a", "HAND5", PromoKind.FIXED, amount_minor=500, scope=PromoScope.ALL),
        PromoPlan("b", "LATER", PromoKind.FREE_SHIPPING, after_start_ms=20 * MINUTE, minutes=15),
        PromoPlan("c", "BYE10", PromoKind.PERCENT, 10, at_end=True, hours_after_show=48),
        PromoPlan("d", "WEEK5", PromoKind.PERCENT, 5, from_ms=START, until_ms=START + 3_600_000),
    )
    html = sheet(a_show(MUG, planned_promos=plans))
    for text in ("HAND5, −€5.00, by hand, for 10 min", "LATER, free shipping, 20:00 after the start, for 15 min",
                 "BYE10, −10 %, at the end, until 48 h after the show", "WEEK5, −5 %, 26 Nov 2026 20:00 to 26 Nov 2026 21:00"):  # fmt: skip
        assert text in html


def test_an_empty_line_up_and_a_rehearsal_say_so() -> None:
    html = sheet(a_show(rehearsal=True))
    assert "There is nothing in the line-up yet." in html
    assert "REHEARSAL" in html
