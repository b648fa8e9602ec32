"""The report's timeline: a picture that stands in a page, prints in black and white, and can be heard."""

import datetime as dt
import math
import re
import zoneinfo
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.review.svg_chart import Block, Moment, Words, viewers_svg

START = 1_795_719_000_000
MINUTE = 60_000
OSLO = zoneinfo.ZoneInfo("Europe/Oslo")
SVG = "{http://www.w3.org/2000/svg}"

VIEWERS = [(START + i * MINUTE, v) for i, v in enumerate([100, 700, 1902, 1200, 900])]
BLOCKS = [
    Block(START, START + 2 * MINUTE, "Mug", "#3a6ea5"),
    Block(START + 2 * MINUTE, START + 5 * MINUTE, "Blanket"),
]


def parsed(svg: str) -> ET.Element:
    return ET.fromstring(svg)  # noqa: S314


def texts(svg: str, kind: str | None = None) -> list[str]:
    return [t.text or "" for t in parsed(svg).iter(f"{SVG}text") if kind is None or t.get("class") == kind]


def points(svg: str) -> list[tuple[float, float]]:
    path = next(p for p in parsed(svg).iter(f"{SVG}path") if p.get("class") == "viewers")
    return [(float(x), float(y)) for x, y in re.findall(r"[ML]([\d.]+) ([\d.]+)", path.get("d") or "")]


def test_the_picture_has_peak_names_codes_and_local_times() -> None:
    svg = viewers_svg(VIEWERS, blocks=BLOCKS, markers=[Moment(START + MINUTE, "NORD20")], where=OSLO)
    assert texts(svg, "peak") == ["peak 1,902 at 19:52"]
    assert texts(svg, "block") == ["Mug", "Blanket"]
    assert texts(svg, "promo") == ["NORD20"]
    assert {"19:50", "19:52", "1,000"} <= set(texts(svg))


def test_who_cannot_see_it_hears_the_figures() -> None:
    svg = viewers_svg(
        VIEWERS,
        blocks=BLOCKS,
        markers=[Moment(START + MINUTE, "NORD20")],
        orders=[(START, 2), (START + MINUTE, 5)],
        where=OSLO,
        element_id="night-14",
    )
    root = parsed(svg)
    assert root.get("role") == "img"
    told = {e.get("id"): e.text for e in root if e.tag in (f"{SVG}title", f"{SVG}desc")}
    assert (root.get("aria-labelledby") or "").split() == list(told)
    title, description = told.values()
    assert title == "Viewers, orders and what was on air"
    assert description == (
        "Peak 1,902 viewers at 19:52; 100 at the start, 900 at the end. 7 orders. "
        "On air: 19:50 Mug, 19:52 Blanket. Promo codes: 19:51 NORD20."
    )


def test_a_show_without_figures_still_makes_a_picture_that_says_so() -> None:
    root = parsed(viewers_svg([]))
    assert "No viewer figures were recorded." in [e.text for e in root.iter(f"{SVG}desc")]
    assert parsed(viewers_svg([(START, None)])).tag == f"{SVG}svg"


def test_neighbours_differ_without_colour_too() -> None:
    svg = viewers_svg(VIEWERS, blocks=[*BLOCKS, Block(START + 5 * MINUTE, START + 6 * MINUTE, "Board")])
    hatched = [r for r in parsed(svg).iter(f"{SVG}rect") if "hatch" in (r.get("fill") or "")]
    assert len(hatched) == 1
    assert parsed(svg).find(f"{SVG}defs/{SVG}pattern") is not None


def test_higher_is_more_and_later_is_right() -> None:
    drawn = points(viewers_svg(VIEWERS))
    assert len(drawn) == 5
    assert [x for x, _ in drawn] == sorted(x for x, _ in drawn)
    order = sorted(range(5), key=lambda i: VIEWERS[i][1])
    assert [drawn[i][1] for i in order] == sorted((y for _, y in drawn), reverse=True)


def test_an_unknown_stretch_breaks_the_line() -> None:
    svg = viewers_svg([(START, 5), (START + MINUTE, None), (START + 2 * MINUTE, 7), (START + 3 * MINUTE, 8)])
    path = next(p.get("d") or "" for p in parsed(svg).iter(f"{SVG}path") if p.get("class") == "viewers")
    assert path.count("M") == 2


def test_a_long_show_is_drawn_with_two_points_a_pixel_and_keeps_its_peak() -> None:
    samples = [(START + i * 1000, 500 + (i * 7919) % 400) for i in range(40_000)]
    samples[17_123] = (samples[17_123][0], 5000)
    svg = viewers_svg(samples, width=800)
    drawn = points(svg)
    assert len(drawn) <= 2 * 800
    assert min(y for _, y in drawn) == pytest.approx(22 + (1 - 1 / 1.12) * (320 - 22 - 22), abs=0.1)
    assert len(svg) < 60_000


def test_bars_are_as_high_as_the_orders_of_their_minute() -> None:
    svg = viewers_svg(
        VIEWERS, orders=[(START + 5, 1), (START + 30_000, 2), (START + MINUTE, 6), (START + 2 * MINUTE, 0)]
    )
    bars = next(p.get("d") or "" for p in parsed(svg).iter(f"{SVG}path") if p.get("class") == "orders")
    heights = [float(h) for h in re.findall(r"v-([\d.]+)h", bars)]
    assert heights[0] == pytest.approx(heights[1] / 2, abs=0.1)
    assert heights[2] == 0
    assert not [
        p for p in parsed(viewers_svg(VIEWERS, orders=[(START, 0)])).iter() if p.get("class") == "orders"
    ]


NASTY = st.text(st.characters(exclude_categories=[]), max_size=40)


@given(NASTY, NASTY, NASTY)
def test_no_name_can_break_out_of_the_picture(name: str, code: str, colour: str) -> None:
    svg = viewers_svg(
        VIEWERS,
        blocks=[Block(START, START + 5 * MINUTE, f"<script>alert(1)</script>{name}", colour)],
        markers=[Moment(START + MINUTE, f'"><img src=x onerror=1>{code}')],
        words=Words(title=name),
        element_id='a"><b',
    )
    root = parsed(svg)
    tags = {element.tag.removeprefix(SVG) for element in root.iter()}
    assert tags <= {"svg", "title", "desc", "defs", "pattern", "rect", "path", "text", "circle"}
    assert svg.encode("utf-8")
    fills = {r.get("fill") for r in root.iter(f"{SVG}rect")}
    assert all(fill is None or re.fullmatch(r"#[0-9a-fA-F]{6}|url\(#.*\)", fill) for fill in fills)


@given(
    st.lists(
        st.tuples(st.integers(0, 600_000), st.one_of(st.none(), st.floats(0, 1e7), st.just(math.nan))),
        max_size=60,
    ),
    st.lists(st.tuples(st.integers(0, 600_000), st.integers(0, 90_000)), max_size=12),
    st.lists(st.integers(0, 600_000), max_size=12),
    st.lists(st.integers(0, 600_000), max_size=9),
    st.integers(240, 1600),
    st.integers(140, 500),
)
def test_everything_stays_inside_the_picture(viewers, blocks, codes, wrong, width: int, height: int) -> None:
    svg = viewers_svg(
        [(START + t, v) for t, v in viewers],
        blocks=[Block(START + a, START + a + n, f"Item {a}") for a, n in blocks],
        markers=[Moment(START + t, f"CODE{t}") for t in codes],
        orders=[(START + t, 3) for t in codes],
        alerts=[Moment(START + t, f"Something went wrong {t}") for t in wrong],
        questions=[START + t for t in wrong],
        width=width,
        height=height,
    )
    root = parsed(svg)
    high = float((root.get("viewBox") or "").split()[-1])
    assert high <= height + 3 * 16, "a row more for alerts, one for questions, one for the key"
    for text in root.iter(f"{SVG}text"):
        assert 0 <= float(text.get("x") or -1) <= width
        assert 0 < float(text.get("y") or -1) <= high
    for circle in root.iter(f"{SVG}circle"):
        assert 0 <= float(circle.get("cx") or -1) <= width
        assert 0 <= float(circle.get("cy") or -1) <= high
    for rect in root.iter(f"{SVG}rect"):
        assert float(rect.get("width") or -1) >= 0
        assert float(rect.get("x") or 0) + float(rect.get("width") or 0) <= width + 0.1
    assert "nan" not in svg.split("<desc")[0] + svg.split("</desc>")[1]


def test_another_language_and_another_clock() -> None:
    words = Words(peak="Spitze {count} um {time}", title="Zuschauer")
    svg = viewers_svg(VIEWERS, words=words, where=dt.timezone(dt.timedelta(hours=-3)))
    assert texts(svg, "peak") == ["Spitze 1,902 um 15:52"]
    assert "<title" in svg
    assert "Zuschauer" in svg


def test_a_picture_too_small_to_read_is_refused_with_a_sentence() -> None:
    with pytest.raises(ValueError, match="at least 240 × 140 pixels, not 100 × 50"):
        viewers_svg(VIEWERS, width=100, height=50)


def test_large_numbers_are_parted_as_the_language_parts_them():
    svg = viewers_svg([(0, 1000.0), (60_000, 1707.0)], words=Words(thousands="."))
    assert "1.707" in svg
    assert "1,707" not in svg


ALERTS = [Moment(START + 2 * MINUTE, "shop lost"), Moment(START + 4 * MINUTE, "shop back after 0:42")]


def test_pins_codes_alerts_and_questions_have_marks_of_shapes_of_their_own_and_a_key() -> None:
    svg = viewers_svg(
        VIEWERS,
        blocks=BLOCKS,
        markers=[Moment(START + MINUTE, "NORD20")],
        orders=[(START, 2), (START + MINUTE, 5), (START + MINUTE + 9, 7)],
        alerts=ALERTS,
        questions=[START + 5, START + 6, START + 3 * MINUTE],
        where=OSLO,
    )
    root = parsed(svg)
    by_class = {e.get("class"): e.get("d") for e in root.iter(f"{SVG}path") if e.get("class")}
    assert len(re.findall(r'class="pin"', svg)) == len(BLOCKS) + 1, "one more in the key"
    assert texts(svg, "alert")[0] == "shop lost"
    alerts = [e.findtext(f"{SVG}title") for e in root.iter(f"{SVG}path") if e.get("class") == "alert"]
    assert alerts[:2] == ["shop lost", "shop back after 0:42"]
    dots = [e for e in root.iter(f"{SVG}circle") if e.get("class") == "question"][:2]
    assert [e.findtext(f"{SVG}title") for e in dots] == ["2", "1"]
    assert float(dots[0].get("r") or 0) > float(dots[1].get("r") or 0)
    shapes = {re.sub(r"[-\d. ]", "", by_class[name] or "") for name in ("pin", "alert", "orders")}
    assert len(shapes) == 3
    assert texts(svg, "key") == [
        "viewers", "orders a minute, at most 12", "went on air", "promo code", "alert", "questions asked",
    ]  # fmt: skip
    described = root.findtext(f"{SVG}desc") or ""
    assert "Alerts: 19:52 shop lost, 19:54 shop back after 0:42. 3 questions." in described


def test_rows_without_anything_take_no_room() -> None:
    def high(**more) -> float:
        return float((parsed(viewers_svg(VIEWERS, **more)).get("viewBox") or "").split()[-1])

    assert high() == 320
    assert high(blocks=BLOCKS, width=400) == 320
    assert high(alerts=ALERTS, questions=[START], width=400) == 320 + 2 * 16
