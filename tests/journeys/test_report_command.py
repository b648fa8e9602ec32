"""`host-studio report` writes a show as whatever the file's ending says, without a window."""

import asyncio
from pathlib import Path

import msgspec
import pypdf
import pytest
import python_calamine

from studio.control.ports import FeedBatch
from studio.domain import commands as cmd
from studio.report_command import FORMATS, ReportError, write_report
from studio.settings.file import settings_file
from studio.settings.paths import Paths
from studio.settings.schema import Promos, Settings
from studio.store.store import Store, open_store
from tests.fakes.played_show import PlayedStudio
from tests.unit.domain.show_builder import Show

HOUR = 3_600_000


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    """A data folder with one show that was played; its last order came a day after the show's end."""
    found = Paths(tmp_path / "data")
    found.prepare()
    played = PlayedStudio().play()
    ended = played.state.ended_at_ms
    assert ended is not None
    bought = next(o for o in played.orders if o.link_show_id and not o.cancelled)
    late = msgspec.structs.replace(bought, id="late", number="late", placed_at_ms=ended + 24 * HOUR)
    orders = (*played.orders, late)
    store = open_store(found.database)

    async def keep() -> None:
        await store.log.append(played.state.id, 0, played.log, [])
        feeds = FeedBatch("live", samples=tuple(played.samples), orders=orders)
        await store.feeds.store(played.state.id, feeds)

    asyncio.run(keep())
    store.close()
    return found


async def keep_show(store: Store, show_id: str, week: int, *, started: bool = True) -> None:
    """A show of ten minutes, so many weeks after the first."""
    show = Show(started=False)
    show.now += week * 7 * 24 * HOUR
    if started:
        show.do(cmd.StartShow())
        show.now += HOUR // 6
        show.do(cmd.EndShow())
    log = [msgspec.structs.replace(e, id=f"{show_id}-{e.seq}", show_id=show_id) for e in show.log]
    await store.log.append(show_id, 0, log, [])


def test_each_ending_says_what_is_written(paths: Paths, tmp_path: Path, qapp: object):
    for name in ("r.html", "r.xlsx", "tables", "chapters.vtt", "chapters.txt", "chapters.csv", "r.pdf"):
        assert write_report(paths, "last", tmp_path / name) == tmp_path / name
    assert "Autumn Home Live #14" in (tmp_path / "r.html").read_text("utf-8")
    assert "Orders" in python_calamine.load_workbook(tmp_path / "r.xlsx").sheet_names
    assert (tmp_path / "tables" / "orders.csv").exists()
    assert (tmp_path / "chapters.vtt").read_text("utf-8").startswith("WEBVTT\n\n1\n00:00:00.000 --> ")
    assert (tmp_path / "chapters.txt").read_text("utf-8").startswith("0:00 ")
    assert (tmp_path / "chapters.csv").read_text("utf-8-sig").startswith("Recording,Begins,")
    pages = pypdf.PdfReader(tmp_path / "r.pdf").pages
    assert "Autumn Home Live #14" in " ".join(pages[0].extract_text().split())


def test_an_ending_that_says_nothing_needs_a_format(paths: Paths, tmp_path: Path):
    with pytest.raises(ReportError, match="--format"):
        write_report(paths, "last", tmp_path / "r.doc")
    assert (
        write_report(paths, "last", tmp_path / "r.doc", "html")
        .read_text("utf-8")
        .startswith("<!doctype html>")
    )
    assert "html" in FORMATS


def test_chapters_begin_later_where_the_picture_is_behind(paths: Paths, tmp_path: Path):
    out = write_report(paths, "last", tmp_path / "c.vtt", offset_ms=2_500)
    assert "00:00:02.500 --> " in out.read_text("utf-8")


def test_what_cannot_be_written_is_said_in_a_sentence(paths: Paths, tmp_path: Path):
    with pytest.raises(ReportError, match=r"cannot be written to .*Choose another --out"):
        write_report(paths, "last", tmp_path / "nowhere" / "r.xlsx")


def test_last_is_the_show_that_was_on_air_last_and_not_the_one_that_is_planned_next(tmp_path: Path):
    folder = Paths(tmp_path / "data")
    folder.prepare()
    store = open_store(folder.database)

    async def keep() -> None:
        # In the order in which they were planned; the last one has not been on air yet.
        for week in (1, 2, 0):
            await keep_show(store, f"week-{week}", week)
        await keep_show(store, "week-3", 3, started=False)

    asyncio.run(keep())
    store.close()
    log = (write_report(folder, "last", tmp_path / "last") / "log.csv").read_text("utf-8-sig")
    assert log == (write_report(folder, "week-2", tmp_path / "week-2") / "log.csv").read_text("utf-8-sig")
    titled = write_report(folder, "Autumn Home Live #14", tmp_path / "titled")
    assert (titled / "log.csv").read_text("utf-8-sig") == log


def test_orders_count_for_as_long_as_the_settings_say(paths: Paths, tmp_path: Path):
    def replayed() -> str:
        folder = write_report(paths, "last", tmp_path / "tables")
        rows = (folder / "figures.csv").read_text("utf-8-sig").splitlines()
        return next(row.split(",")[5] for row in rows if row.startswith("orders,"))

    assert replayed() == "1"
    settings_file(paths.settings).save(Settings(promos=Promos(replay_hours=12)))
    assert replayed() == "0"
