"""A review's files are opened again and say what the figures say; nothing in them is taken for a formula."""

import csv
import datetime as dt
import itertools
import re
import unicodedata
import zipfile
import zoneinfo
from decimal import Decimal
from pathlib import Path

import hypothesis.strategies as st
import msgspec
import pytest
import python_calamine
from hypothesis import given

from studio.domain.alerts import Alert, AlertKind
from studio.domain.chapters import Chapter, chapters, recordings
from studio.domain.events import Logged, ShowEnded
from studio.domain.kpi import unanswered
from studio.domain.past import PastShow
from studio.domain.plan import CostLine, Goals
from studio.domain.question import Question
from studio.domain.show_state import Broadcast
from studio.review.chapter_files import webvtts, youtube
from studio.review.csvs import safe
from studio.review.exports import KINDS, Material, would_replace, write_export
from studio.review.formats import plain
from studio.review.report import report_of
from studio.review.tables import Table, tables
from studio.review.xlsx import write_xlsx
from studio.ui.studio import ExportKind, Review
from studio.ui.texts import Texts
from tests.fakes.played_show import PlayedStudio, at_once

MINUTE = 60_000
NASTY = '=HYPERLINK("http://evil","win")'


@pytest.fixture(scope="module")
def review() -> Review:
    """A show with goals and costs, in which somebody asked something nasty."""
    studio = PlayedStudio().play()
    played = at_once(studio.review(""))
    goals = Goals(peak_viewers=1_000, orders=50, revenue_minor=900_000, costs=(CostLine("Staff", 50_000),))
    state = msgspec.structs.replace(played.state, goals=goals, open_warnings=("The stock was 3 hours old.",))
    asked = Question(
        "q-nasty", state.id, NASTY, "+1 Ann", "live", "m-1", state.started_at_ms or 0, state.started_at_ms or 0, 99,
        ("live",),
    )  # fmt: skip
    return msgspec.structs.replace(played, state=state, questions=(*played.questions, asked))


@pytest.fixture(scope="module")
def material(review: Review) -> Material:
    state = review.state
    before = PastShow(
        "show-0", "Autumn Home Live #13", "", state.currency, "UTC", (state.started_at_ms or 0) - 7 * 86_400_000, None,
        9, Goals(), review.figures,
    )  # fmt: skip
    entry = Logged("e1", state.id, 1, state.ended_at_ms or 0, 0, "host", "s", "c1", ShowEnded())
    return Material(
        state=state,
        figures=review.figures,
        samples=review.samples,
        orders=review.orders,
        questions=review.questions,
        previous=before,
        advice=review.advice,
        log=(entry,),
        generated_ms=state.ended_at_ms or 0,
        language="en",
    )


@pytest.fixture(scope="module")
def troubled(material: Material) -> Material:
    """The same show, in which things went wrong."""
    start = material.state.started_at_ms or 0
    alerts = (
        Alert(start, AlertKind.OPEN_WARNINGS, count=1),
        Alert(start + 192_500, AlertKind.SOLD_OUT, NASTY),
        Alert(start + 63 * MINUTE, AlertKind.LINK_LOST),
        Alert(start + 65 * MINUTE, AlertKind.NOT_TAKEN, "live", count=3),
    )
    return msgspec.structs.replace(material, alerts=alerts)


def test_every_kind_that_the_window_knows_can_be_written():
    assert set(KINDS) == {kind.value for kind in ExportKind}


def test_a_workbook_is_read_back_with_its_figures(material: Material, tmp_path: Path):
    file = tmp_path / "show.xlsx"
    write_export(material, "xlsx", file)
    book = python_calamine.load_workbook(file)
    assert book.sheet_names == [
        "Figures", "Products", "Promos", "Orders", "Viewers", "Questions", "Channels", "Alerts", "Log",
    ]  # fmt: skip
    figures = {row[0]: row for row in book.get_sheet_by_name("Figures").to_python()[1:]}
    assert figures["orders"][2] == material.figures.own.orders
    assert figures["net"][2] == pytest.approx(material.figures.own.net.amount_minor / 100)
    assert figures["peak"][6] == 1_000
    assert figures["unique"][2] == "", "what nobody knows is empty, not 0"
    orders = book.get_sheet_by_name("Orders").to_python()
    assert len(orders) == 1 + len({o.id for o in material.orders})
    assert isinstance(orders[1][2], dt.datetime)
    viewers = book.get_sheet_by_name("Viewers").to_python()
    assert sum(row[2] for row in viewers[1:]) == sum(s.viewers for s in material.samples)
    questions = book.get_sheet_by_name("Questions").to_python()
    assert NASTY in [row[0] for row in questions]


def test_a_workbook_tells_what_went_wrong_and_when(troubled: Material, tmp_path: Path):
    file = tmp_path / "show.xlsx"
    write_export(troubled, "xlsx", file)
    head, *rows = python_calamine.load_workbook(file).get_sheet_by_name("Alerts").to_python()
    assert head == ["In show", "Seconds", "At", "Product title", "What"]
    assert [(row[0], row[1], *row[3:]) for row in rows] == [
        ("0:00", 0, "", "started with 1 open warning"),
        ("3:12", 192.5, NASTY, f"{NASTY} sold out"),
        ("1:03:00", 3780, "", "shop lost"),
        ("1:05:00", 3900, "", "3 messages refused by live"),
    ]
    state = troubled.state
    zone = zoneinfo.ZoneInfo(state.time_zone)
    began = dt.datetime.fromtimestamp((state.started_at_ms or 0) / 1000, zone).replace(tzinfo=None)
    waited = [round((row[2] - began).total_seconds(), 1) for row in rows if isinstance(row[2], dt.datetime)]
    assert waited == [0, 192.5, 3780, 3900]


def test_a_folder_of_tables_tells_what_went_wrong_in_the_language_of_the_show(
    troubled: Material, tmp_path: Path
):
    write_export(msgspec.structs.replace(troubled, language="de"), "csv", tmp_path / "show")
    with (tmp_path / "show" / "alerts.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["What"] for row in rows] == [
        "mit 1 offenen Warnung begonnen",
        f"'{NASTY} ausverkauft",
        "Shop nicht erreichbar",
        "3 Nachrichten von live abgelehnt",
    ]
    assert [row["Product title"] for row in rows] == ["", f"'{NASTY}", "", ""]
    assert [(row["In show"], row["Seconds"]) for row in rows[:2]] == [("0:00", "0.000"), ("3:12", "192.500")]
    times = [dt.datetime.fromisoformat(row["At"]).timestamp() * 1000 for row in rows]
    assert times == [alert.at_ms for alert in troubled.alerts]


def test_a_show_in_which_nothing_went_wrong_has_a_table_of_alerts_without_rows(
    material: Material, tmp_path: Path
):
    write_export(material, "csv", tmp_path / "show")
    told = (tmp_path / "show" / "alerts.csv").read_text(encoding="utf-8-sig")
    assert told.splitlines() == ["In show,Seconds,At,Product title,What"]


def test_a_workbook_holds_no_formula_and_no_link(material: Material, tmp_path: Path):
    file = tmp_path / "show.xlsx"
    write_export(material, "xlsx", file)
    with zipfile.ZipFile(file) as parts:
        sheets = [parts.read(n).decode() for n in parts.namelist() if n.startswith("xl/worksheets/sheet")]
        assert not [n for n in parts.namelist() if "rels" in n and "worksheets" in n]
    assert len(sheets) == 9
    assert not [s for s in sheets if "<f>" in s or "<hyperlink" in s]


@pytest.mark.parametrize(
    "odd",
    [
        "<r><t>looks like markup of a sheet</t></r>",
        "fish & chips <b>now</b>",
        "_x0041_ is no letter A",
        " spaces at both ends ",
        "a line\nand a tab\there",
        "😀 Grüße, ñandú, 你好",
    ],
)
def test_a_text_stands_in_a_workbook_as_it_was_written(odd: str, tmp_path: Path):
    file = tmp_path / "odd.xlsx"
    write_xlsx([Table("Odd", ("Text", "More"), [(odd, None), (None, odd)])], file)
    rows = python_calamine.load_workbook(file).get_sheet_by_name("Odd").to_python(skip_empty_area=False)
    assert rows == [["Text", "More"], [odd, ""], ["", odd]]


def test_what_no_workbook_can_hold_spoils_none(tmp_path: Path):
    file = tmp_path / "odd.xlsx"
    row = (
        "a\x00b\x0bc\ud800\uffff",
        float("nan"),
        2.5,
        Decimal("0.10"),
        True,
        dt.datetime(2026, 11, 28, 20, 15, tzinfo=dt.UTC),
    )
    write_xlsx([Table("Odd", tuple("ABCDEF"), [row])], file)
    told = python_calamine.load_workbook(file).get_sheet_by_name("Odd").to_python()[1]
    assert str(told[0]).startswith("a")
    assert told[1:] == ["", 2.5, 0.1, True, dt.datetime(2026, 11, 28, 20, 15)]  # noqa: DTZ001  # a cell has no zone


def test_a_sheet_has_every_row_and_tells_how_far_it_is(tmp_path: Path):
    file, told = tmp_path / "long.xlsx", list[int]()
    write_xlsx([Table("Long", ("N",), ((n,) for n in range(2_345)))], file, told.append)
    rows = python_calamine.load_workbook(file).get_sheet_by_name("Long").to_python()
    assert [row[0] for row in rows] == ["N", *range(2_345)]
    assert len(told) > 1
    assert sum(told) == 2_345


def test_a_folder_of_tables_is_read_back_and_safe_to_open(material: Material, tmp_path: Path):
    folder = tmp_path / "show"
    write_export(material, "csv", folder)
    assert {f.name for f in folder.iterdir()} == {f"{t.name.lower()}.csv" for t in tables(material)}
    with (folder / "questions.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    nasty = next(row for row in rows if NASTY in row[0])
    assert (nasty[0], nasty[5]) == (f"'{NASTY}", "'+1 Ann")
    with (folder / "figures.csv").open(encoding="utf-8-sig", newline="") as file:
        figures = {row["Key"]: row for row in csv.DictReader(file)}
    assert figures["unique"]["Value"] == ""
    assert float(figures["gross"]["Value"]) == material.figures.own.gross.amount_minor / 100
    assert figures["gross"]["Change"] == "0.0"


@given(st.text())
def test_no_text_begins_as_a_formula(text: str):
    told = safe(text)
    assert told.endswith(text)
    assert not told.startswith(("=", "+", "-", "@", "\t", "\r", "\n"))


@given(
    st.text(st.characters(exclude_categories=("Cs",)) | st.sampled_from("a \t\n\x7f\u202e")),
    st.integers(1, 40),
)
def test_a_text_of_strangers_stands_on_one_line_of_bounded_length(text: str, limit: int):
    told = plain(text, limit)
    assert len(told) <= limit
    assert told == " ".join(told.split())
    assert not [c for c in told if unicodedata.category(c) == "Cc" or c in "\u202e\u2066"]
    assert plain(told, limit) == told


def test_what_cannot_be_written_leaves_what_was_there(material: Material, tmp_path: Path):
    with pytest.raises(OSError, match="No such file"):
        write_export(material, "html", tmp_path / "nowhere" / "r.html")
    kept = tmp_path / "r.xlsx"
    kept.write_bytes(b"of before")
    broken = msgspec.structs.replace(material, log=(None,))  # type: ignore[arg-type]
    with pytest.raises(AttributeError):
        write_export(broken, "xlsx", kept)
    assert kept.read_bytes() == b"of before"
    assert [f.name for f in tmp_path.iterdir()] == ["r.xlsx"], "nothing unfinished is left"


@pytest.mark.parametrize("language", ["en", "de", "nb"])
def test_the_report_tells_all_figures_goals_advice_and_open_questions(material: Material, language: str):
    page = report_of(msgspec.structs.replace(material, language=language))
    text = re.sub(r"<[^>]+>", " ", page.split("</style>")[-1])
    left = unanswered(material.state, material.questions)
    assert left[0].text == NASTY
    assert "=HYPERLINK(&#34;http://evil&#34;" in page
    assert "The stock was 3 hours old." in text
    assert {"en": "Replay", "de": "Aufzeichnung", "nb": "Opptak"}[language] in text
    assert "Autumn Home Live #13" in text
    assert not re.search(r"\{[a-z_]+\}", text), "a place that was not filled"
    assert {"en": "not known", "de": "nicht bekannt", "nb": "ikke kjent"}[language] in text
    for advice in material.advice:
        assert advice.subject in text or advice.subject == ""
    assert material.advice, "a show that shows none proves nothing"


# --- chapters --------------------------------------------------------------------------------------------------


def test_chapters_for_youtube_begin_at_nought_and_are_read_back(material: Material, tmp_path: Path):
    file = tmp_path / "chapters.txt"
    write_export(material, "chapters_youtube", file)
    lines = file.read_text().splitlines()
    assert lines[0].startswith("0:00 ")
    assert len(lines) == len(chapters(material.state))


CHAPTERS = st.lists(st.tuples(st.integers(1, 200_000), st.text(max_size=30)), min_size=1, max_size=20).map(
    lambda steps: [Chapter(sum(s for s, _ in steps[1 : n + 1]), title) for n, (_, title) in enumerate(steps)]
)


def _seconds(clock: str) -> int:
    total = 0
    for part in clock.split(":"):
        total = total * 60 + int(part)
    return total


@given(CHAPTERS, st.one_of(st.none(), st.integers(0, 5_000_000)))
def test_youtube_takes_every_list_of_three_and_more(found: list[Chapter], end: int | None):
    lines = youtube(found, [end]).strip("\n").split("\n")
    if lines[0].startswith("("):
        lines = lines[1:]
        assert len(lines) < 3
    times = [_seconds(line.split(" ", 1)[0]) for line in lines]
    assert times[0] == 0
    assert all(b - a >= 10 for a, b in itertools.pairwise(times))
    assert all(line.split(" ", 1)[1] for line in lines)


@pytest.mark.parametrize("wild", [10**15 * 2, 2**53 - 1, -(10**15)])
def test_a_question_of_a_channel_whose_clock_is_wild_keeps_no_report_from_being_written(
    material: Material, wild: int
):
    asked = msgspec.structs.replace(
        material.questions[0], id="wild", text="When?", asked_at_ms=wild, asked=99
    )
    odd = msgspec.structs.replace(material, questions=(*material.questions, asked))
    assert "When?" in report_of(odd)
    assert Texts().clock(wild) == "–"


def test_what_is_before_the_first_item_takes_no_chapter_from_it():
    found = [
        Chapter(0, "The show"),
        Chapter(8_000, "Throw", "i1"),
        Chapter(94_000, "Mugs", "i2"),
        Chapter(120_000, "Tea", "i3"),
    ]
    assert youtube(found) == "0:00 Throw\n1:34 Mugs\n2:00 Tea\n"
    short = [Chapter(0, "Throw", "i1"), *found[2:]]
    assert youtube(short) == "0:00 Throw\n1:34 Mugs\n2:00 Tea\n"
    later = [found[0], Chapter(10_000, "Throw", "i1"), *found[2:]]
    assert youtube(later).startswith("0:00 The show\n0:10 Throw\n")


_CUE = re.compile(r"^(\d{2,}):(\d\d):(\d\d)\.(\d{3}) --> (\d{2,}):(\d\d):(\d\d)\.(\d{3})$")


@given(CHAPTERS, st.one_of(st.none(), st.integers(0, 5_000_000)))
def test_a_webvtt_file_is_a_header_and_one_cue_for_each_chapter(found: list[Chapter], end: int | None):
    [(number, text)] = webvtts(found, [end])
    assert number == 0
    blocks = text.rstrip("\n").split("\n\n")
    assert blocks[0] == "WEBVTT"
    assert len(blocks) == 1 + len(found)
    behind = 0
    for chapter, block in zip(found, blocks[1:], strict=True):
        _, timing, title = block.split("\n")
        parts = _CUE.match(timing)
        assert parts is not None
        h, m, s, ms, h2, m2, s2, ms2 = map(int, parts.groups())
        start, until = ((h * 60 + m) * 60 + s) * 1000 + ms, ((h2 * 60 + m2) * 60 + s2) * 1000 + ms2
        assert start == chapter.at_ms >= behind
        assert until > start
        behind = until if chapter is not found[-1] else behind
        assert "-->" not in title
        assert "<" not in title


def cut_off(material: Material) -> Material:
    """The show, with a stream that was cut off in its middle and begun again 30 s later."""
    state = material.state
    began, ended = state.started_at_ms or 0, state.ended_at_ms or 0
    middle = (began + ended) // 2
    casts = (
        Broadcast("obs", began - 90_000, middle),
        Broadcast("obs", middle + 30_000, ended),
        # The other stage has the same show, and no recording of its own to count.
        Broadcast("page", began, began + 60_000),
    )
    return msgspec.structs.replace(material, state=msgspec.structs.replace(state, broadcasts=casts))


def test_each_recording_has_a_webvtt_file_of_its_own_with_its_own_times(material: Material, tmp_path: Path):
    cut = cut_off(material)
    found = chapters(cut.state, 2_500)
    assert {c.broadcast for c in found} == {0, 1}
    write_export(cut, "chapters_vtt", tmp_path / "replay.vtt", 2_500)
    assert {f.name for f in tmp_path.iterdir()} == {"replay.vtt", "replay-2.vtt"}
    for number, name in enumerate(("replay.vtt", "replay-2.vtt")):
        text = (tmp_path / name).read_text(encoding="utf-8")
        assert text.startswith("WEBVTT\n\n1\n00:00:00.000 --> ")
        cues = [block.split("\n") for block in text.rstrip("\n").split("\n\n")[1:]]
        told = [_stamp_ms(timing.split(" --> ")[0]) for _, timing, _ in cues]
        assert told == [c.at_ms for c in found if c.broadcast == number]
        length = recordings(cut.state)[number]
        assert _stamp_ms(cues[-1][1].split(" --> ")[1]) == (length.to_ms or 0) - length.from_ms + 2_500


def test_a_recording_without_a_chapter_has_no_file(material: Material, tmp_path: Path):
    cut = cut_off(material)
    late = [c for c in cut.state.runs if c.from_ms > cut.state.broadcasts[1].from_ms]
    assert late
    only = msgspec.structs.replace(cut, state=msgspec.structs.replace(cut.state, runs=tuple(late)))
    write_export(only, "chapters_vtt", tmp_path / "replay.vtt")
    assert [f.name for f in tmp_path.iterdir()] == ["replay.vtt"]
    assert (tmp_path / "replay.vtt").read_text(encoding="utf-8").count(" --> ") == len(chapters(only.state))


def _stamp_ms(stamp: str) -> int:
    hours, minutes, seconds = stamp.split(":")
    return round((int(hours) * 60 + int(minutes)) * 60_000 + float(seconds) * 1_000)


# --- on the way ------------------------------------------------------------------------------------------------


class _LeftOffError(Exception):
    pass


@pytest.mark.parametrize("kind", [k for k in KINDS if k != "csv"])
@pytest.mark.parametrize("at", [0.0, 0.2, 1.0])
def test_what_is_left_off_leaves_what_was_there_and_nothing_half_written(
    material: Material, tmp_path: Path, kind: str, at: float
):
    file = tmp_path / "r.file"
    file.write_bytes(b"of before")

    def leave_off(share: float) -> None:
        if share >= at:
            raise _LeftOffError

    with pytest.raises(_LeftOffError):
        write_export(material, kind, file, progress=leave_off)
    assert [f.name for f in tmp_path.iterdir()] == ["r.file"]
    assert file.read_bytes() == b"of before"


@pytest.mark.parametrize("at", [0.0, 0.2, 1.0])
def test_a_folder_of_tables_that_is_left_off_is_not_there(material: Material, tmp_path: Path, at: float):
    def leave_off(share: float) -> None:
        if share >= at:
            raise _LeftOffError

    with pytest.raises(_LeftOffError):
        write_export(material, "csv", tmp_path / "show", progress=leave_off)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("kind", ["xlsx", "csv"])
def test_the_share_that_is_written_grows_from_nought_to_all(material: Material, tmp_path: Path, kind: str):
    many = tuple(msgspec.structs.replace(material.samples[0], at_ms=n) for n in range(3_500))
    shares = list[float]()
    write_export(
        msgspec.structs.replace(material, samples=many), kind, tmp_path / "show", progress=shares.append
    )
    assert shares == sorted(shares)
    assert (shares[0], shares[-1]) == (0.0, 1.0)
    assert len([s for s in shares if 0 < s < 1]) >= 3


def test_a_folder_that_is_there_keeps_what_else_is_in_it(material: Material, tmp_path: Path):
    folder = tmp_path / "show"
    folder.mkdir()
    (folder / "notes.txt").write_text("mine")
    (folder / "orders.csv").write_text("of before")
    write_export(material, "csv", folder)
    assert (folder / "notes.txt").read_text() == "mine"
    assert (folder / "orders.csv").read_text(encoding="utf-8-sig").startswith("Order,Number,")
    assert [f.name for f in tmp_path.iterdir()] == ["show"]


# --- what is there already -------------------------------------------------------------------------------------


def test_nothing_would_be_replaced_where_nothing_is(material: Material, tmp_path: Path):
    for kind in KINDS:
        assert would_replace(cut_off(material).state, kind, tmp_path / "none" / "show") == []
    assert list(tmp_path.iterdir()) == []


def test_every_table_of_before_is_one_that_would_be_replaced(material: Material, tmp_path: Path):
    folder = tmp_path / "show"
    write_export(material, "csv", folder)
    written = set(folder.iterdir())
    (folder / "notes.txt").write_text("mine")
    assert set(would_replace(material.state, "csv", folder)) == written
    (folder / "orders.csv").unlink()
    assert set(would_replace(material.state, "csv", folder)) == written - {folder / "orders.csv"}


def test_the_files_of_the_other_recordings_would_be_replaced_beside_the_chosen_one(
    material: Material, tmp_path: Path
):
    chosen, second = tmp_path / "replay.vtt", tmp_path / "replay-2.vtt"
    for name in ("replay.vtt", "replay-2.vtt", "replay-3.vtt"):
        (tmp_path / name).write_text("of before")
    cut = cut_off(material).state
    assert would_replace(cut, "chapters_vtt", chosen, 2_500) == [second]
    assert would_replace(material.state, "chapters_vtt", chosen) == [], "one recording is one file"


@pytest.mark.parametrize("kind", ["html", "xlsx", "chapters_youtube", "chapters_csv"])
def test_a_kind_that_is_one_file_replaces_no_more_than_was_asked(
    material: Material, tmp_path: Path, kind: str
):
    for name in ("r.file", "r-2.file"):
        (tmp_path / name).write_text("of before")
    assert would_replace(cut_off(material).state, kind, tmp_path / "r.file") == []
