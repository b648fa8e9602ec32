"""The report: a page of its own that says what the figures say, whatever the titles hold."""

import dataclasses
import re
from html.parser import HTMLParser

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studio.domain.advice import Advice, AdviceKind
from studio.domain.alerts import Alert, AlertKind
from studio.domain.audience import ViewerFigures, ViewerSample, viewer_figures
from studio.domain.kpi import ProductFigures, PromoFigures, QuestionFigures, Sales, ShowFigures
from studio.domain.money import Money
from studio.domain.show import ShowPhase, ShowState
from studio.review.advised import advised
from studio.review.alerted import alert_text
from studio.review.formats import Formats
from studio.review.labels import DE, EN, NB, Formula, Labels, labels_for
from studio.review.material import Material
from studio.review.more_words import more_words
from studio.review.report import render_report, report_of, totals
from studio.review.sources import sources
from tests.fakes.fake_studio import MINUTE, T0, a_lineup
from tests.fakes.played_show import PlayedStudio, at_once

VOID = {"meta", "link", "br", "hr", "img", "input"}
END = T0 + 55 * MINUTE


class Page(HTMLParser):
    """A page as a browser reads it: its elements in order, and whether each one was closed."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[tuple[str, str]] = []
        self.open: list[str] = []
        self.wrong: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        if not self.open or self.open[-1] != tag:
            self.wrong.append(f"</{tag}> closes {self.open[-1:]}")
        else:
            self.open.pop()

    def handle_data(self, data):
        if data.strip():
            self.texts.append((" ".join(self.open), data.strip()))

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attrs for name, attrs in self.elements if name == tag]

    @property
    def text(self) -> str:
        return " ".join(text for where, text in self.texts if "style" not in where)


def tiles(html: str) -> dict[str, tuple[str, str]]:
    """Name of each figure to its value and its note."""
    found = re.findall(
        r'<td class="tile"><p class="caption"><span[^>]*>(.*?)</span>.*?<p class="value">(.*?)</p>(.*?)</td>', html, re.DOTALL
    )  # fmt: skip
    return {name: (value, re.sub(r"<a.*?</a>|<[^>]+>", "", note)) for name, value, note in found}


def rows(html: str, heading: str) -> list[list[str]]:
    """The cells of the table under a heading."""
    part = html.split(f"<h2>{heading}</h2>")[1].split("</section>", maxsplit=1)[0].split("<tbody>")[1]
    lines = re.findall(r"<tr>(.*?)</tr>", part, re.DOTALL)
    return [
        [re.sub(r"<[^>]+>", "", cell).strip() for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", line, re.DOTALL)]
        for line in lines
    ]  # fmt: skip


def nothing() -> Sales:
    return Sales(0, 0, 0, Money(0, "EUR"), Money(0, "EUR"), None)


def empty_figures(**changes) -> ShowFigures:
    figures = ShowFigures(
        viewers=ViewerFigures(None, None, None, None), own=nothing(), shop_total=nothing(), promos=(), products=(),
        questions=QuestionFigures(0, 0, 0), sessions=None, average_session_ms=None, add_to_carts=None, conversion=None,
        redemptions=0, redemption_share=None, on_air_ms=0,
    )  # fmt: skip
    return msgspec.structs.replace(figures, **changes)


def a_state(**changes) -> ShowState:
    state = ShowState(
        "show-1", title="Autumn Home Live", phase=ShowPhase.ENDED, started_at_ms=T0, ended_at_ms=END, time_zone="Europe/Oslo",
        items=a_lineup().items,
    )  # fmt: skip
    return msgspec.structs.replace(state, **changes)


def report(state=None, figures=None, language="en", samples=(), orders=()) -> str:
    return render_report(
        state or a_state(), figures or empty_figures(), samples, orders, generated_ms=END + MINUTE, language=language
    )  # fmt: skip


@pytest.fixture(scope="module")
def played():
    studio = PlayedStudio().play()
    return at_once(studio.review("show-1"))


def the_material(played, **changes) -> Material:
    """All that the report of the played show is made of."""
    made = Material(
        state=played.state, figures=played.figures, samples=played.samples, orders=played.orders, questions=played.questions,
        generated_ms=END, language="en",
    )  # fmt: skip
    return msgspec.structs.replace(made, **changes)


@pytest.fixture(scope="module")
def page(played) -> str:
    return render_report(
        played.state, played.figures, played.samples, played.orders, generated_ms=END, language="en"
    )


def test_every_element_of_the_page_is_closed_in_order(page: str) -> None:
    found = Page(page)
    assert found.wrong == []
    assert found.open == []
    assert page.startswith("<!doctype html>")
    ids = [attrs["id"] for _, attrs in found.elements if "id" in attrs]
    assert len(ids) == len(set(ids))


def test_the_page_asks_nothing_of_any_other_place(page: str) -> None:
    assert not re.search(r"https?:|//[a-z]|@import|javascript:", page.replace("<!doctype html>", ""))
    found = Page(page)
    assert {tag for tag, _ in found.elements} & {
        "script",
        "link",
        "iframe",
        "object",
        "img",
        "base",
        "form",
    } == set()
    assert not [a for _, attrs in found.elements for a in attrs if a.startswith("on") or a == "src"]
    assert all((attrs.get("href") or "").startswith("#") for attrs in found.all("a"))
    assert all(url.startswith("#") for url in re.findall(r"url\(([^)]*)\)", page))


def test_the_page_forbids_scripts_and_requests_by_policy(page: str) -> None:
    policies = [
        m["content"] for m in Page(page).all("meta") if m.get("http-equiv") == "Content-Security-Policy"
    ]
    assert len(policies) == 1
    rules = dict(rule.strip().split(" ", 1) for rule in (policies[0] or "").split(";"))
    assert rules["default-src"] == "'none'"
    assert rules["style-src"] == "'unsafe-inline'"
    assert set(rules) == {"default-src", "style-src", "base-uri", "form-action"}


def test_the_tiles_say_what_the_figures_say(page: str, played) -> None:
    figures, found = played.figures, tiles(page)
    words = Formats("en", "UTC", "not known")
    assert found["Peak viewers"] == (
        words.number(figures.viewers.peak),
        f"at {words.clock(figures.viewers.peak_at_ms)}",
    )
    assert found["Average viewers"][0] == words.number(figures.viewers.average)
    assert found["Link sessions"] == ("1,804", "4:12 on average")
    assert found["Add-to-carts"] == ("412", "22.8 % of sessions")
    assert found["Orders"][0] == str(figures.own.orders)
    assert found["Revenue net"] == (words.money(figures.own.net), f"gross {words.money(figures.own.gross)}")
    assert found["Average basket"][0] == words.money(figures.own.average_basket)
    assert found["Code redemptions"][0] == str(figures.redemptions)
    assert found["Asked"][0] == str(figures.questions.asked)
    assert found["Orders taken"][0] == str(figures.shop_total.orders)
    assert figures.shop_total.orders > figures.own.orders > 0


def test_the_tables_say_what_the_figures_say(page: str, played) -> None:
    words = Formats("en", "UTC", "not known")
    products = rows(page, "Products")
    assert len(products) == len(played.figures.products) == 9
    for row, product in zip(products, played.figures.products, strict=True):
        assert row[0].startswith(product.title)
        assert row[1:7] == [
            words.length(product.on_air_ms), words.number(product.viewers), words.number(product.clicks),
            words.number(product.add_to_carts), str(product.units), words.money(product.revenue),
        ]  # fmt: skip
        assert row[8] == str(product.questions)
    assert any("sold out at" in row[0] for row in products)
    codes = {row[0]: row[1:] for row in rows(page, "Promo codes")}
    for promo in played.figures.promos:
        used = f"{promo.redemptions} of {promo.limit}"
        assert codes[promo.code] == [used, words.money(promo.revenue), words.money(promo.discount)]


amounts = st.integers(0, 10**9)


@settings(max_examples=60)
@given(
    st.builds(
        Sales, st.integers(0, 10**6), st.integers(0, 50), st.integers(0, 10**6),
        st.builds(Money, amounts, st.just("EUR")), st.builds(Money, amounts, st.just("EUR")),
        st.none() | st.builds(Money, amounts, st.just("EUR")),
    ),
    st.none() | st.integers(0, 10**6),
    st.sampled_from(["en", "de", "nb"]),
)  # fmt: skip
def test_any_sums_are_written_in_full_in_every_language(
    own: Sales, sessions: int | None, language: str
) -> None:
    words = labels_for(language)
    formats = Formats(language, "UTC", words.not_known)
    found = tiles(report(figures=empty_figures(own=own, sessions=sessions), language=language))
    assert found[words.orders.name][0] == formats.number(own.orders)
    assert found[words.net.name] == (
        formats.money(own.net),
        words.gross_note.format(money=formats.money(own.gross)),
    )
    assert found[words.basket.name][0] == formats.money(own.average_basket)
    assert found[words.sessions.name][0] == formats.number(sessions)


def test_a_figure_nobody_can_give_is_not_known_and_never_zero() -> None:
    found = tiles(report())
    for name in ("Peak viewers", "Average viewers", "Link sessions", "Add-to-carts", "Average basket"):
        assert found[name][0] == "not known"
    assert found["Orders"][0] == "0"


HOSTILE = "</title><script>alert(1)</script><img src=x onerror=alert(2)>\u202e\x00 & \"quoted\" 'too'"


def test_titles_with_markup_are_shown_as_they_are_and_do_nothing() -> None:
    items = tuple(msgspec.structs.replace(i, title=HOSTILE) for i in a_lineup().items)
    product = ProductFigures(
        "p1", HOSTILE, MINUTE, 5.0, 1, Money(100, "EUR"), Money(100, "EUR"), None, END, 0
    )
    promo = PromoFigures("<b>X</b>", 1, None, Money(1, "EUR"), Money(1, "EUR"))
    studio = PlayedStudio().play(2)
    state = msgspec.structs.replace(studio.state, title=HOSTILE, items=items, time_zone="<i>Nowhere</i>")
    html = report(state, empty_figures(products=(product,), promos=(promo,)), samples=studio.samples)
    found = Page(html)
    assert found.wrong == []
    assert not found.all("script")
    assert not found.all("img")
    assert "\x00" not in html
    assert "\u202e" not in html
    assert "<script>alert(1)</script>" in found.text
    assert "<b>X</b>" in found.text


def test_a_rehearsal_says_so_and_a_real_show_does_not() -> None:
    assert "REHEARSAL" in Page(report(a_state(rehearsal=True))).text
    assert "REHEARSAL" not in Page(report()).text


def test_a_show_on_air_gives_its_figures_so_far() -> None:
    text = Page(report(a_state(phase=ShowPhase.ON_AIR, ended_at_ms=None))).text
    assert "figures so far" in text
    assert "replay sales until" not in text
    ended = Page(report()).text
    assert "figures so far" not in ended
    assert "replay sales until 30 Nov 2026, 20:55" in ended


def test_a_show_that_never_started_has_a_page_too() -> None:
    state = ShowState("show-1", title="Tomorrow", items=a_lineup().items)
    found = Page(report(state))
    assert found.wrong == []
    assert "has not started: it was never on air" in found.text
    assert not found.all("svg"), "there is nothing to draw"
    assert "0:00" not in found.text


def test_products_that_were_not_on_air_have_no_length() -> None:
    product = ProductFigures("p1", "Mug", 0, None, 0, Money(0, "EUR"), None, None, None, 0)
    assert rows(report(figures=empty_figures(products=(product,))), "Products")[0][1] == "–"


@pytest.mark.parametrize("language", ["en", "de", "nb"])
def test_every_formula_says_where_its_figure_is_from(language: str, played) -> None:
    html = report_of(the_material(played, language=language))
    formulas = re.findall(r'<li id="f\d+">(.*?)</li>', html)
    word = {"en": "Source: ", "de": "Quelle: ", "nb": "Kilde: "}[language]
    assert len(formulas) >= 30
    assert all(formula.count(word) == 1 for formula in formulas)
    words = labels_for(language)
    assert sources(words, more_words(language))[words.peak] == {
        "en": "Source: the channels.", "de": "Quelle: die Kanäle.", "nb": "Kilde: kanalene.",
    }[language]  # fmt: skip


def test_what_went_wrong_is_listed_and_marked_in_the_chart(played) -> None:
    alerts = (
        Alert(T0 + MINUTE, AlertKind.LINK_LOST),
        Alert(T0 + 2 * MINUTE, AlertKind.LINK_BACK, lasted_ms=60_000),
        Alert(T0 + 3 * MINUTE, AlertKind.CODE_REFUSED, "<b>NORD20</b>"),
    )
    html = report_of(the_material(played, alerts=alerts))
    assert [row[1] for row in rows(html, "What went wrong")] == [
        "⚠ shop lost",
        "⚠ shop back after 1 min",
        "⚠ &lt;b&gt;NORD20&lt;/b&gt; refused",
    ]
    marks = re.findall(r'<path class="alert"[^>]*>(?:<title>(.*?)</title>)?</path>', html)
    assert marks[:3] == ["shop lost", "shop back after 1 min", "&lt;b&gt;NORD20&lt;/b&gt; refused"]
    assert Page(html).wrong == []
    assert 'class="question"' in html
    assert 'class="pin"' in html
    assert "Nothing went wrong" in report_of(the_material(played))
    assert "Nobody asked anything" not in Page(html).text


def test_where_nobody_asked_the_report_does_not_praise_the_answers() -> None:
    text = Page(report()).text
    assert "Nobody asked anything." in text
    assert "Every question was answered." not in text
    answered = empty_figures(questions=QuestionFigures(3, 3, 0))
    assert "Every question was answered." in Page(report(figures=answered)).text


@pytest.mark.parametrize(
    ("language", "never", "once", "often"),
    [("en", "never redeemed", "redeemed once", "redeemed 2 times"), ("de", "nie", "einmal", "2-mal"), ("nb", "aldri", "én gang", "2 ganger")],
)  # fmt: skip
def test_a_code_is_redeemed_never_once_or_so_many_times(
    language: str, never: str, once: str, often: str
) -> None:
    formats = Formats(language, "UTC", "not known")
    for value, words in ((0, never), (1, once), (2, often)):
        for other in (None, 120):
            told = advised(Advice(AdviceKind.CODE_UNUSED, "NORD20", value, other), "EUR", formats, language)
            assert words in told
            assert "{" not in told
            assert ("120" in told) is (other is not None)


@given(
    st.sampled_from(list(AlertKind)),
    st.text(max_size=60),
    st.integers(0, 5_000),
    st.sampled_from(["en", "de", "nb"]),
)
def test_every_alert_has_words_in_every_language(
    kind: AlertKind, subject: str, count: int, language: str
) -> None:
    formats = Formats(language, "UTC", "not known")
    told = alert_text(Alert(T0, kind, subject, count, 42_000), formats, language)
    assert told.strip()
    assert not re.search(r"\{(n|length)\}", told.replace(subject, ""))
    if kind in (AlertKind.TOO_LATE, AlertKind.CHAT_LOST) and count > 1:
        assert formats.number(count) in told


def test_every_figure_leads_to_its_formula(page: str) -> None:
    found = Page(page)
    notes = {attrs["href"] for attrs in found.all("a") if attrs.get("class") == "note"}
    formulas = {f"#{attrs['id']}" for attrs in found.all("li")}
    assert notes == formulas
    assert len(formulas) >= 20


def test_the_page_prints_on_a4_without_cut_rows(page: str) -> None:
    assert re.search(r"@page \{ size: A4; margin:", page)
    printed = page.split("@media print")[1]
    assert "table-header-group" in printed
    assert re.search(r"\.rows tr[^{]*\{ break-inside: avoid", printed)
    assert "prefers-color-scheme: dark" in page
    assert "@media screen and (prefers-color-scheme: dark)" in page, "paper is never dark"


def test_the_chart_shows_only_the_show_and_not_two_days_of_replay(played) -> None:
    late = msgspec.structs.replace(played.orders[0], id="late", placed_at_ms=END + 40 * 3_600_000)
    html = render_report(
        played.state, played.figures, played.samples, (*played.orders, late), generated_ms=END, language="en"
    )
    bars = re.search(r'class="orders" d="([^"]+)"', html)
    assert bars is not None
    assert len(re.findall("M", bars.group(1))) <= 55


@pytest.mark.parametrize(
    ("language", "words", "money"),
    [("en", EN, "€9,249.20"), ("de-AT", DE, "€ 9.249,20"), ("nb", NB, "9 249,20 €"), ("no", NB, "9 249,20 €"), ("fr", EN, "€9,249.20")],
)  # fmt: skip
def test_words_and_sums_follow_the_language(language: str, words: Labels, money: str) -> None:
    own = Sales(1, 0, 1, Money(924920, "EUR"), Money(924920, "EUR"), Money(924920, "EUR"))
    html = report(figures=empty_figures(own=own), language=language)
    assert f'<html lang="{words.language}">' in html
    shown = re.sub(r"\s", " ", tiles(html)[words.net.name][0])
    assert shown == money


@pytest.mark.parametrize("words", [DE, NB], ids=["de", "nb"])
def test_every_language_fills_in_the_same_places(words: Labels) -> None:
    def holes(text: str) -> list[str]:
        return sorted(re.findall(r"\{\w+\}", text))

    for field in dataclasses.fields(Labels):
        ours, theirs = getattr(EN, field.name), getattr(words, field.name)
        if isinstance(ours, str):
            assert theirs.strip()
            assert holes(theirs) == holes(ours), field.name
        elif isinstance(ours, Formula):
            assert theirs.name.strip()
            assert theirs.how.endswith(".")
        else:
            for each in dataclasses.fields(ours):
                assert holes(getattr(theirs, each.name)) == holes(getattr(ours, each.name)), each.name


samples = st.lists(
    st.builds(ViewerSample, st.sampled_from(["a", "b"]), st.integers(0, 1000), st.integers(0, 500)), max_size=30
)  # fmt: skip


@given(samples, st.integers(0, 500), st.integers(501, 1000))
def test_the_line_has_the_peak_that_the_figures_have(found: list[ViewerSample], start: int, end: int) -> None:
    points = totals(found, start, end)
    times = [t for t, _ in points]
    assert times == sorted(set(times))
    assert all(start <= t <= end for t in times)
    peak = viewer_figures(found, start, end).peak
    if peak is not None:
        # Within one moment the channels' counts are heard one after the other; the line keeps the last.
        assert max(v for _, v in points if v is not None) <= max(peak, points[0][1] or 0)
