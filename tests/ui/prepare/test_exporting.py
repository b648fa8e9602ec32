"""The line-up goes out as files that are really written, and that other programs, and the studio itself, read back."""

import asyncio
import csv
import io
import stat
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import msgspec
import pytest
from pypdf import PdfReader
from PySide6.QtCore import QBuffer, QIODevice
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QFileDialog, QWidget

from studio.domain import commands as cmd
from studio.domain.exchange import Terms
from studio.domain.lineup import LineUpItem
from studio.domain.lineup_file import MAX_ITEMS, read_json
from studio.exchange_door import LineUpExchange
from studio.ui.models.live_show import LiveShow
from studio.ui.prepare.exporting import Kind, LineUpExport
from studio.ui.studio import ChangeBatch, Notice
from studio.ui.tasks import Tasks
from studio.ui.texts import Texts
from tests.fakes.fake_studio import T0, FakeStudio, a_plan

PATIENCE_S = 20.0


async def until(true: Callable[[], object], what: str) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not true():
        assert time.monotonic() < deadline, f"waited in vain for {what}"
        await asyncio.sleep(0)


def bare(item: LineUpItem) -> LineUpItem:
    plan = item.promo and msgspec.structs.replace(item.promo, id="")
    return msgspec.structs.replace(item, id="", promo=plan)


def pages_of(path: Path) -> list[str]:
    """The words on each page, with single spaces."""
    return [" ".join(page.extract_text().split()) for page in PdfReader(path).pages]


class Exporter:
    """A window with the export over a studio, and a folder that is really written to."""

    def __init__(self, folder: Path, window: QWidget, language: str = "en") -> None:
        self.folder, self.window = folder, window
        self.studio = FakeStudio()
        self.studio.state = msgspec.structs.replace(
            self.studio.state,
            starts_at_ms=T0,
            planned_ms=60 * 60_000,
            rehearsal=False,
            time_zone="Europe/Oslo",
        )
        self.live = LiveShow(self.studio.opened(), window)
        self.errors: list[BaseException] = []
        self.tasks = Tasks("test", lambda _name, error: self.errors.append(error))
        self.port = LineUpExchange(self.studio)
        texts = Texts(language, "Europe/Oslo")
        self.export = LineUpExport(self.studio, self.port, self.live, texts, self.tasks, window)
        self.notices: list[Notice] = []
        self.export.notice.connect(self.notices.append)

    async def write(self, kind: Kind, name: str = "") -> Path:
        path = self.folder / (name or f"show.{kind.value}")
        self.export.write(kind, path)
        await until(lambda: not len(self.tasks), "the file to be written")
        return path


@pytest.fixture
async def exporter(tmp_path: Path, window: QWidget) -> AsyncIterator[Exporter]:
    made = Exporter(tmp_path, window)
    yield made
    await made.tasks.close()


@pytest.mark.parametrize("kind", [Kind.CSV, Kind.XLSX, Kind.JSON])
async def test_a_line_up_that_is_exported_is_imported_as_the_same(exporter: Exporter, kind: Kind) -> None:
    path = await exporter.write(kind)
    assert exporter.notices == [Notice("ok", f"The line-up is in {path}", "export")]
    source = await exporter.port.read(path, Terms("EUR"))
    rows = await exporter.port.rows(source, source.guesses, Terms("EUR"), lambda _done, _of: None)
    items = [bare(row.item) for row in rows if row.item]
    planned = [msgspec.structs.replace(item, planned_price_minor=None) for item in items]
    assert planned == [bare(item) for item in exporter.live.state.items]
    # What the shop charges now is what was planned with.
    assert items[0].planned_price_minor == 4900


@pytest.mark.parametrize("kind", [Kind.CSV, Kind.XLSX, Kind.JSON])
async def test_codes_of_the_whole_show_are_exported_or_it_is_said_that_they_are_not(
    exporter: Exporter, kind: Kind
) -> None:
    assert await exporter.studio.do(cmd.PlanPromos((a_plan("LIVE14"), a_plan("REPLAY")))) is None
    exporter.live.take(ChangeBatch(events=tuple(exporter.studio.log[-1:])))
    path = await exporter.write(kind)
    source = await exporter.port.read(path, Terms("EUR"))
    assert source.notices == ()
    said = exporter.notices[-1].sentence
    if kind is Kind.CSV:
        assert "export the 2 codes of the whole show as Excel workbook or JSON" in said
        assert source.codes == ()
    else:
        assert said == f"The line-up is in {path}"
        planned = [msgspec.structs.replace(plan, id="") for plan in exporter.live.state.planned_promos]
        assert [msgspec.structs.replace(plan, id="") for plan in source.codes] == planned


async def test_a_csv_opens_in_a_spreadsheet_and_json_in_the_studio(exporter: Exporter) -> None:
    text = (await exporter.write(Kind.CSV)).read_bytes()
    assert text.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(text.decode("utf-8-sig"), newline="")))
    assert rows[0]["Title"] == "Linen throw “Fjord”"
    assert rows[3]["Promo code"] == "NORD20"
    read = read_json((await exporter.write(Kind.JSON)).read_bytes(), lambda: "id")
    assert (read.problems, read.lineup.title, len(read.lineup.items)) == ((), "Autumn Home Live #14", 10)


async def test_the_run_sheet_is_a_page_that_needs_nothing_else(exporter: Exporter) -> None:
    html = (await exporter.write(Kind.PAGE)).read_text("utf-8")
    assert exporter.notices[-1].sentence.startswith("The run sheet is in ")
    for text in ("Autumn Home Live #14", "Q&amp;A block", "€49.00", "NORD20", "⚠ 33", "Woven in Røros"):
        assert text in html


async def test_the_run_sheet_as_pdf_says_the_same_on_several_pages_with_the_head_on_each(
    exporter: Exporter,
) -> None:
    items = tuple(
        msgspec.structs.replace(exporter.live.state.items[0], id=f"x{n}", title=f"Item number {n}")
        for n in range(60)
    )
    exporter.live.state = msgspec.structs.replace(exporter.live.state, items=items)
    path = await exporter.write(Kind.PDF)
    pages = pages_of(path)
    assert len(pages) > 2
    whole = "\n".join(pages)
    assert [n for n in range(60) if f"Item number {n}" not in whole] == []
    assert all("Show price" in page for page in pages)
    assert "€49.00" in whole


async def test_pictures_come_into_the_run_sheet_when_they_are_wanted(exporter: Exporter) -> None:
    image = QImage(900, 450, QImage.Format.Format_RGB32)
    image.fill(0x3366AA)
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "JPEG")
    exporter.studio.images["https://shop/1.jpg"] = bytes(buffer.data().data())
    items = exporter.live.state.items
    first = msgspec.structs.replace(items[0], images=("https://shop/1.jpg",))
    broken = msgspec.structs.replace(items[1], images=("https://shop/none.jpg",))
    exporter.live.state = msgspec.structs.replace(exporter.live.state, items=(first, broken, *items[2:]))
    assert "<img" not in (await exporter.write(Kind.PAGE)).read_text("utf-8")
    switch = next(a for a in exporter.export.menu().actions() if a.objectName() == "export:pictures")
    switch.trigger()
    html = (await exporter.write(Kind.PAGE)).read_text("utf-8")
    assert html.count("data:image/png;base64,") == 1
    pdf = PdfReader(await exporter.write(Kind.PDF))
    drawn = [found for page in pdf.pages for found in page["/Resources"].get("/XObject", {}).values()]
    sizes = {(found["/Width"], found["/Height"]) for found in drawn if found["/Subtype"] == "/Image"}
    assert sizes == {(112, 56)}


@pytest.mark.parametrize(
    ("language", "words"), [("de", ["Ablaufplan", "Showpreis"]), ("nb", ["Kjøreplan", "Sendepris"])]
)
async def test_words_are_those_of_the_window(
    tmp_path: Path, window: QWidget, language: str, words: list[str]
) -> None:
    exporter = Exporter(tmp_path, window, language)
    text = " ".join(pages_of(await exporter.write(Kind.PDF)))
    assert all(word in text for word in words)
    header = (await exporter.write(Kind.CSV)).read_text("utf-8-sig").splitlines()[0]
    assert ";" in header
    await exporter.tasks.close()


@pytest.mark.parametrize("kind", list(Kind))
async def test_a_disk_that_refuses_is_said_and_the_old_file_stays_whole(
    exporter: Exporter, kind: Kind, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = exporter.folder / f"show.{kind.value}"
    path.write_text("the old one")

    def full(_self: Path, _target: Path) -> Path:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    await exporter.write(kind)
    assert exporter.notices[-1].level == "trouble"
    assert "No space left on device" in exporter.notices[-1].sentence
    assert "Choose another folder" in exporter.notices[-1].sentence
    assert [file.name for file in exporter.folder.iterdir()] == [path.name]
    assert path.read_text() == "the old one"
    assert exporter.errors == []


@pytest.mark.parametrize("kind", list(Kind))
async def test_a_folder_that_is_gone_is_said(exporter: Exporter, kind: Kind) -> None:
    await exporter.write(kind, "gone/show.x")
    assert "could not be written" in exporter.notices[-1].sentence
    assert exporter.errors == []


async def test_a_file_that_is_replaced_can_be_read_by_others(exporter: Exporter) -> None:
    path = await exporter.write(Kind.CSV)
    await exporter.write(Kind.CSV)
    assert stat.S_IMODE(path.stat().st_mode) == 0o644
    assert [file.name for file in exporter.folder.iterdir()] == ["show.csv"]


async def test_what_a_workbook_cannot_hold_is_said(exporter: Exporter) -> None:
    long = msgspec.structs.replace(exporter.live.state.items[0], points=tuple("x" * 900 for _ in range(50)))
    exporter.live.state = msgspec.structs.replace(exporter.live.state, items=(long,))
    path = await exporter.write(Kind.XLSX)
    assert "export as CSV or JSON" in exporter.notices[-1].sentence
    assert not path.exists()


async def test_the_menu_asks_where_to_with_a_name_that_fits(exporter: Exporter) -> None:
    exporter.window.show()
    menu = exporter.export.menu()
    names = [action.objectName() for action in menu.actions() if not action.isSeparator()]
    assert names == [f"export:{kind}" for kind in ("csv", "xlsx", "json", "pdf", "html", "pictures")]
    next(a for a in menu.actions() if a.objectName() == "export:pdf").trigger()
    dialog = exporter.export.dialog
    assert isinstance(dialog, QFileDialog)
    assert Path(dialog.selectedFiles()[0]).name == "autumn-home-live-14-2026-11-28-run-sheet.pdf"
    dialog.setDirectory(str(exporter.folder))
    dialog.selectFile("ours.pdf")
    dialog.accept()
    await until(lambda: exporter.notices, "the file")
    assert "Autumn Home Live" in pages_of(exporter.folder / "ours.pdf")[0]
    assert exporter.export.dialog is None


async def test_five_hundred_items_go_out_and_come_in(exporter: Exporter) -> None:
    item = exporter.live.state.items[3]
    items = tuple(msgspec.structs.replace(item, id=f"x{n}", title=f"Item {n}") for n in range(MAX_ITEMS))
    exporter.live.state = msgspec.structs.replace(exporter.live.state, items=items)
    for kind in (Kind.CSV, Kind.XLSX, Kind.JSON):
        path = await exporter.write(kind)
        source = await exporter.port.read(path, Terms("EUR"))
        told: list[tuple[int, int]] = []
        rows = await exporter.port.rows(
            source, source.guesses, Terms("EUR"), lambda done, of, told=told: told.append((done, of))
        )
        assert [row.item.title for row in rows if row.item] == [f"Item {n}" for n in range(MAX_ITEMS)]
        await until(lambda told=told: told and told[-1] == (MAX_ITEMS, MAX_ITEMS), "the progress")
