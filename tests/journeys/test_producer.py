"""A producer builds a show from a spreadsheet, mends what is open, rehearses, goes live, and exports what it came to: one
window over a real demo shop, every file opened again.
"""

import asyncio
import csv
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pypdf
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton
from python_calamine import CalamineWorkbook

from studio import shows_rehearsal_door
from studio.domain import commands as cmd
from studio.domain.checks import CheckKind, CheckState
from studio.domain.lineup import ItemKind
from studio.domain.show import ShowPhase, ShowState
from studio.settings.paths import Paths
from studio.ui.host.workspace import HostWorkspace
from studio.ui.prepare.exporting import Kind, LineUpExport
from studio.ui.prepare.go_live_dialog import GoLiveDialog
from studio.ui.prepare.import_dialog import ImportDialog
from studio.ui.prepare.workspace import PrepareWorkspace
from studio.ui.review.exporting import chapter_formats, report_formats
from studio.ui.review.workspace import ReviewWorkspace
from studio.ui.shows.details_dialog import DetailsDialog
from studio.ui.shows.page import ShowsPage
from studio.ui.widgets.buttons import HoldButton
from tests.fakes.shop_process import ShopProcess, start_shop
from tests.faults.front_door import OpenStudioWindow, studio
from tests.journeys.rehearsals import rehearse

pytestmark = pytest.mark.timeout(300)

SHEET = Path(__file__).resolve().parents[2] / "resources" / "lineup" / "autumn-home-live.csv"
_set = msgspec.structs.replace
MOST_SOLD = "wool-blanket-nord"


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[ShopProcess]:
    running = start_shop(tmp_path / "shop", start_ms=None)
    try:
        yield running
    finally:
        running.stop()


@pytest.fixture
def paths(tmp_path: Path, shop: ShopProcess, monkeypatch: pytest.MonkeyPatch) -> Paths:
    monkeypatch.setenv("HOST_STUDIO_SHOP_TOKEN", shop.token)
    made = Paths(tmp_path / "data")
    made.prepare()
    known = {"shops": [{"id": "nordhus", "name": "Nordhus", "base_url": shop.url}], "active_shop": "nordhus"}
    made.settings.write_text(json.dumps(known))
    return made


class Producer:
    """Whoever sits in front of the window."""

    def __init__(self, opened: OpenStudioWindow, shop: ShopProcess) -> None:
        self.opened, self.shop = opened, shop

    def part(self, kind: type[Any]) -> Any:
        """The workspace of this kind."""
        found = self.opened.window.findChild(kind)
        assert isinstance(found, kind), f"no {kind.__name__}"
        return found

    @property
    def prepare(self) -> PrepareWorkspace:
        return self.part(PrepareWorkspace)

    @property
    def state(self) -> ShowState:
        return self.prepare.header._live.state

    def check(self, kind: CheckKind) -> CheckState | None:
        """How a check of the list stands."""
        return next((c.state for c in self.prepare.readiness.checks if c.kind is kind), None)

    def press(self, button: QPushButton) -> None:
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)

    async def makes_a_show(self, title: str) -> None:
        """By the button of the list, and the dialog that it opens."""
        await self.opened.until(self.part(ShowsPage).new.isEnabled, "the shop on the page")
        self.press(self.part(ShowsPage).new)
        dialog = await self.opened.dialog(DetailsDialog)
        dialog.title.setText(title)
        dialog.series.setEditText("Autumn Home")
        dialog.hours.setValue(0)
        dialog.minutes.setValue(15)
        self.press(dialog.deed)
        await self.opened.until(lambda: self.opened.window.findChild(PrepareWorkspace), "the workspace")
        await self.opened.until(self.prepare.isVisible, "the workspace in front")

    async def imports(self, file: Path) -> None:
        """A file, as one drops it on the window."""
        live = self.prepare.header._live
        await self.opened.until(lambda: len(live.products) > 240, "the catalogue")
        self.prepare.file_dropped.emit(str(file))
        dialog = await self.opened.dialog(ImportDialog)
        await self.opened.until(lambda: not dialog.progress.isVisibleTo(dialog), "the rows of the file")
        await self.opened.until(dialog.deed.isEnabled, "rows that can come in")
        self.press(dialog.deed)
        await self.opened.until(lambda: len(self.state.items) == 14, "14 items")

    async def sees(self, kind: CheckKind, state: CheckState) -> None:
        """Wait until a check stands like this."""
        self.prepare.readiness.ask()
        try:
            await self.opened.until(lambda: self.check(kind) is state, f"{kind} to be {state}")
        except TimeoutError:
            raise AssertionError(f"{kind} is not {state}: {self.prepare.readiness.checks}") from None

    async def does(self, command: cmd.Command) -> None:
        """What an edit of the line-up gives."""
        studio = self.prepare.readiness._studio
        assert await studio.do(command) is None

    async def written(self, kind: Kind, path: Path) -> Path:
        """The line-up, written by the menu's act; the menu's dialog only asks where to."""
        self.opened.window.findChild(LineUpExport).write(kind, path)
        await self.opened.until(
            lambda: any(str(path) in said for said in self.opened.said()), f"{path.name} written"
        )
        return path


def buys(shop: ShopProcess, show_id: str, product_id: str, code: str = "") -> dict[str, Any]:
    """A viewer comes by the show's link, and buys."""
    link = shop.send(
        "POST", "/v1/links", {"show_id": show_id, "product_id": product_id, "channel": "live"}
    ).json()
    session = shop.store("sessions", {"link_id": link["id"]}).json()["id"]
    variant = shop.get(f"products/{product_id}")["variants"][-1]["id"]
    wanted: dict[str, Any] = {"session_id": session, "lines": [{"variant_id": variant, "quantity": 2}]}
    answer = shop.store("orders", wanted | ({"code": code} if code else {}))
    assert answer.is_success, answer.text
    return answer.json()


async def test_a_producer_takes_a_show_from_a_spreadsheet_to_its_report(
    qtbot,
    qapp: QApplication,
    paths: Paths,
    shop: ShopProcess,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    started: list[list[str]] = []
    monkeypatch.setattr(shows_rehearsal_door, "_start_detached", started.append)
    async with studio(qapp, paths) as opened:
        producer = Producer(opened, shop)
        await producer.makes_a_show("Autumn Home Live #14")
        await producer.imports(SHEET)
        await three_warnings_are_mended(producer)
        await line_ups_read_back(producer, tmp_path)
        await it_is_rehearsed(producer, paths, tmp_path, started)
        await it_goes_live(producer)
        await it_is_sold(producer)
        await the_review_reads_back(producer, tmp_path)


async def three_warnings_are_mended(producer: Producer) -> None:
    """The length, the stock, and a show price that the shop will not charge."""
    await producer.sees(CheckKind.LENGTH, CheckState.WARNING)
    details = producer.state.details
    await producer.does(
        cmd.ChangeShow(_set(details, planned_ms=sum(i.planned_ms for i in producer.state.items)))
    )
    await producer.sees(CheckKind.LENGTH, CheckState.OK)

    await producer.sees(CheckKind.STOCK, CheckState.WARNING)
    live = producer.prepare.header._live
    less = tuple(
        _set(item, target_units=0, safety_stock=0)
        for item in producer.state.items
        if item.kind is ItemKind.PRODUCT
    )
    assert any(
        item.target_units > (live.sellable(item.product_id).total or 0) for item in producer.state.items
    )
    await producer.does(cmd.ChangeItems(less))
    # Sizes that are sold out for good stay named: those are taken out of the line-up.
    gone = [
        i.id for i in producer.state.items if i.product_id and _has_sold_out_variant(producer, i.product_id)
    ]
    if gone:
        await producer.does(cmd.RemoveItems(tuple(gone)))
    await producer.sees(CheckKind.STOCK, CheckState.OK)
    if gone:
        await producer.does(cmd.Undo())
        await opened_items(producer, 14)

    first = producer.state.items[0]
    await producer.does(cmd.ChangeItem(_set(first, show_price_minor=100)))
    await producer.sees(CheckKind.SHOW_PRICES, CheckState.WARNING)
    await producer.does(cmd.ChangeItem(first))
    await producer.sees(CheckKind.SHOW_PRICES, CheckState.OK)


def _has_sold_out_variant(producer: Producer, product_id: str) -> bool:
    stock = producer.prepare.header._live.sellable(product_id)
    return any(left == 0 for left in stock.by_variant.values())


async def opened_items(producer: Producer, count: int) -> None:
    await producer.opened.until(lambda: len(producer.state.items) == count, f"{count} items")


async def line_ups_read_back(producer: Producer, folder: Path) -> None:
    """What is exported says what the line-up is."""
    titles = [item.title for item in producer.state.items]
    table = await producer.written(Kind.CSV, folder / "lineup.csv")
    rows = list(csv.DictReader(table.read_text(encoding="utf-8-sig").splitlines()))
    assert len(rows) == 14
    book = await producer.written(Kind.XLSX, folder / "lineup.xlsx")
    sheet = CalamineWorkbook.from_path(str(book)).get_sheet_by_index(0).to_python()
    assert {title for row in sheet for title in row} >= set(titles)
    plain = await producer.written(Kind.JSON, folder / "lineup.json")
    assert [item["title"] for item in json.loads(plain.read_bytes())["items"]] == titles
    page = await producer.written(Kind.PAGE, folder / "sheet.html")
    assert all(title.split(" “")[0] in page.read_text(encoding="utf-8") for title in titles)
    pdf = await producer.written(Kind.PDF, folder / "sheet.pdf")
    assert "Oak serving board" in words_of(pdf)


def words_of(pdf: Path) -> str:
    """What stands on the pages; Qt parts words by tabs."""
    return " ".join(" ".join(page.extract_text() for page in pypdf.PdfReader(pdf).pages).split())


async def it_is_rehearsed(producer: Producer, paths: Paths, folder: Path, started: list[list[str]]) -> None:
    """What the button starts in a window of its own is played here without one, to its end."""
    producer.press(producer.prepare.header.rehearse)
    await producer.opened.until(lambda: started, "the rehearsal to be started")
    (command,) = started
    file = command[command.index("--lineup") + 1]
    played = await asyncio.to_thread(
        rehearse, folder / "rehearsed", folder / "out", "--lineup", file, "--seed", "3", "--minutes", "3", "--speed", "60",
        "--viewers", "400",
    )  # fmt: skip
    assert played.ended.code == 0, played.ended
    assert producer.shop.admin("books", show_id=producer.state.id).get("orders", 0) in (0, []), (
        "the real shop heard nothing"
    )


async def it_goes_live(producer: Producer) -> None:
    """With what is still open passed over on purpose."""
    producer.press(producer.prepare.header.go_live)
    dialog = await producer.opened.dialog(GoLiveDialog)
    assert isinstance(dialog.deed, HoldButton)
    dialog.deed._progress.setDuration(30)
    QTest.mousePress(dialog.deed, Qt.MouseButton.LeftButton)
    await producer.opened.until(lambda: producer.state.phase is ShowPhase.ON_AIR, "the show on air")
    assert producer.state.open_warnings, "what was passed over stands in the log"
    await producer.opened.until(
        lambda: producer.part(HostWorkspace).isVisible(), "the host's workspace in front"
    )


async def it_is_sold(producer: Producer) -> None:
    """Two items are shown, viewers buy, one order comes back, and the show ends."""
    host = producer.part(HostWorkspace)
    first = producer.state.items[0]
    for item in (first, next(i for i in producer.state.items if i.product_id == MOST_SOLD)):
        await producer.does(cmd.PinItem(item.id))
        for _ in range(3):
            await asyncio.to_thread(buys, producer.shop, producer.state.id, item.product_id)
    order = await asyncio.to_thread(buys, producer.shop, producer.state.id, first.product_id)
    await producer.opened.until(lambda: host._show.sales.orders == 7, "seven orders")
    await asyncio.to_thread(producer.shop.store, f"orders/{order['id']}/cancel", {})
    await producer.opened.until(lambda: host._show.sales.orders == 6, "the cancellation")
    host._end()
    await producer.opened.until(lambda: producer.part(ReviewWorkspace).isVisible(), "the review in front")


async def the_review_reads_back(producer: Producer, folder: Path) -> None:
    """Every format is written by the review's own buttons' act, and opened again."""
    review = producer.part(ReviewWorkspace)
    await producer.opened.until(
        lambda: review.review is not None and review.review.state.phase is ShowPhase.ENDED, "the figures"
    )
    figures = review.review.figures
    truth = await asyncio.to_thread(producer.shop.admin, "books", show_id=producer.state.id)
    assert figures.own.orders == 6
    assert figures.own.cancelled == 1
    assert figures.own.net.amount_minor > 0
    assert truth
    for form in (*report_formats(), *chapter_formats()):
        path = folder / f"review-{form.key}{'.' + form.suffix if form.suffix else ''}"
        review.export.write(producer.state.id, form, path)
        await producer.opened.until(
            lambda at=path: any(str(at) in said for said in producer.opened.said()), form.name
        )
        await producer.opened.until(lambda: not review.header.progress.isVisibleTo(review), "the next export")
    assert "Autumn Home Live #14" in (folder / "review-html.html").read_text(encoding="utf-8")
    assert "Autumn Home Live #14" in words_of(folder / "review-pdf.pdf")
    assert zipfile.is_zipfile(folder / "review-xlsx.xlsx")
    book = CalamineWorkbook.from_path(str(folder / "review-xlsx.xlsx"))
    assert 6.0 in [cell for row in book.get_sheet_by_index(0).to_python() for cell in row]
    assert [p for p in (folder / "review-csv").glob("*.csv") if p.stat().st_size]
    assert (folder / "review-vtt.vtt").read_text(encoding="utf-8").startswith("WEBVTT")
    # The show was shorter than what YouTube makes chapters of, and that is said.
    chapters = (folder / "review-youtube.txt").read_text(encoding="utf-8").splitlines()
    assert "YouTube makes chapters of" in chapters[0]
    assert any(line.startswith("0:00 ") for line in chapters)
    assert list(csv.reader((folder / "review-chapters-csv.csv").read_text(encoding="utf-8-sig").splitlines()))
