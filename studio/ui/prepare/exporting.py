"""Exporting the line-up of the open show: as a table, as JSON, and as a run sheet to print or to send."""

import asyncio
import datetime as dt
import enum
import re
import unicodedata
from collections.abc import Mapping
from pathlib import Path

from PySide6.QtCore import QBuffer, QIODevice, QObject, Signal
from PySide6.QtWidgets import QFileDialog, QMenu, QWidget

from studio.domain.exchange import ItemFacts, LineUpFormat
from studio.domain.lineup import LineUpItem
from studio.domain.money import Money
from studio.domain.show import ShowState
from studio.ui.models.live_show import LiveShow
from studio.ui.prepare.exchange_port import ExchangePort, NotWrittenError
from studio.ui.prepare.import_words import tr
from studio.ui.prepare.importing import terms_of
from studio.ui.printing import write_pdf
from studio.ui.studio import Notice, Studio
from studio.ui.tasks import Tasks
from studio.ui.texts import Texts
from studio.ui.widgets.thumbnail import decode_image

_PICTURE_PX = 112
"""Twice the size in which the run sheet shows a picture, for print."""


class Kind(enum.StrEnum):
    """What a line-up is exported as; the value is the end of the file's name."""

    CSV = "csv"
    XLSX = "xlsx"
    JSON = "json"
    PAGE = "html"
    PDF = "pdf"


_FORMATS = {Kind.CSV: LineUpFormat.CSV, Kind.XLSX: LineUpFormat.XLSX, Kind.JSON: LineUpFormat.JSON}


class LineUpExport(QObject):
    """Asks for a file and writes the line-up into it. `busy` tells when it works, `notice` what came of it.

    `pictures`: whether the run sheet shows the products' pictures; a person switches it in the menu.
    """

    busy = Signal(bool)
    notice = Signal(object)

    def __init__(
        self, studio: Studio, port: ExchangePort, live: LiveShow, texts: Texts, tasks: Tasks, parent: QWidget
    ) -> None:
        super().__init__(parent)
        self._studio, self._port, self._live = studio, port, live
        self._texts, self._tasks, self._window = texts, tasks, parent
        self._folder = Path.home()
        self._works = False
        self.pictures = False
        self.dialog: QFileDialog | None = None

    def menu(self) -> QMenu:
        """What can be exported, for the button in the header."""
        menu = QMenu(tr("Export"), self._window)
        names = {
            Kind.CSV: tr("Line-up as CSV, items only…"),
            Kind.XLSX: tr("Line-up as Excel workbook…"),
            Kind.JSON: tr("Line-up as JSON…"),
            Kind.PDF: tr("Run sheet as PDF…"),
            Kind.PAGE: tr("Run sheet as web page…"),
        }
        for kind, name in names.items():
            if kind is Kind.PDF:
                menu.addSeparator()
            action = menu.addAction(name)
            action.setObjectName(f"export:{kind.value}")
            action.triggered.connect(lambda _checked=False, kind=kind: self.ask(kind))  # pyright: ignore[reportUnknownLambdaType]
        pictures = menu.addAction(tr("With pictures in the run sheet"))
        pictures.setObjectName("export:pictures")
        pictures.setCheckable(True)
        pictures.setChecked(self.pictures)
        pictures.toggled.connect(self._show_pictures)
        return menu

    def ask(self, kind: Kind) -> None:
        """Ask where to; nothing blocks meanwhile."""
        if self.dialog is not None or self._works:
            return
        names = {
            Kind.CSV: tr("CSV tables"), Kind.XLSX: tr("Excel workbooks"), Kind.JSON: tr("JSON files"),
            Kind.PDF: tr("PDF documents"), Kind.PAGE: tr("Web pages"),
        }  # fmt: skip
        sheet = kind in (Kind.PDF, Kind.PAGE)
        dialog = QFileDialog(self._window, tr("Export the run sheet") if sheet else tr("Export the line-up"))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setFileMode(QFileDialog.FileMode.AnyFile)
        dialog.setNameFilters([f"{names[kind]} (*.{kind.value})"])
        dialog.setDefaultSuffix(kind.value)
        dialog.setDirectory(str(self._folder))
        dialog.selectFile(f"{_file_name(self._live.state, self._texts, sheet=sheet)}.{kind.value}")

        def take_file(chosen: str) -> None:
            self.write(kind, Path(chosen))

        dialog.fileSelected.connect(take_file)
        dialog.finished.connect(self._closed)
        self.dialog = dialog
        dialog.open()

    def write(self, kind: Kind, path: Path) -> None:
        """Write the line-up, or its run sheet, into this file."""
        self._folder = path.parent
        self._tasks.spawn(self._write(kind, path), "export the line-up")

    async def _write(self, kind: Kind, path: Path) -> None:
        self._works = True
        self.busy.emit(True)
        try:
            if kind in _FORMATS:
                terms = terms_of(self._live, self._texts)
                await self._port.write(path, _FORMATS[kind], self._live.state, terms)
            else:
                await self._write_sheet(kind, path)
        except NotWrittenError as error:
            self.notice.emit(Notice("trouble", str(error), "export"))
        except OSError as error:
            sentence = tr(
                "“{name}” could not be written to {folder} ({reason}). Choose another folder, or make room there."
            )
            reason = error.strerror or type(error).__name__
            told = sentence.replace("{reason}", reason).replace("{folder}", str(path.parent))
            self.notice.emit(Notice("trouble", told.replace("{name}", path.name), "export"))
        except Exception:
            told = tr("The line-up could not be exported. The log says why; the show is unharmed.")
            self.notice.emit(Notice("trouble", told, "export"))
            raise
        else:
            what = (
                tr("The run sheet is in {path}") if kind not in _FORMATS else tr("The line-up is in {path}")
            )
            said = what.replace("{path}", str(path))
            left = len(self._live.state.planned_promos)
            if kind is Kind.CSV and left:
                more = tr(
                    "A CSV has items only: export the {n} codes of the whole show as Excel workbook or JSON."
                )
                said = f"{said}. {more.replace('{n}', str(left))}"
            self.notice.emit(Notice("ok", said, "export"))
        finally:
            self._works = False
            self.busy.emit(False)

    async def _write_sheet(self, kind: Kind, path: Path) -> None:
        state = self._live.state
        language = str(self._texts.locale).replace("_", "-")
        html = await self._port.run_sheet(state, await self._facts(state), self._names(state), language)
        if kind is Kind.PDF:
            await asyncio.to_thread(write_pdf, html, path)
        else:
            await self._port.write_page(path, html)

    async def _facts(self, state: ShowState) -> Mapping[str, ItemFacts]:
        """What the shop says of the items' products, by item id."""
        facts: dict[str, ItemFacts] = {}
        for item in state.items:
            if item.product_id:
                left = self._live.sellable(item.product_id).total
                picture = await self._picture(item) if self.pictures else b""
                facts[item.id] = ItemFacts(self._price(item), left, picture)
        return facts

    def _price(self, item: LineUpItem) -> Money | None:
        """Of the variant that is planned, else the lowest of the product."""
        product = self._live.products.get(item.product_id)
        if product is None:
            return None
        planned = (variant.price for variant in product.variants if item.sku and variant.sku == item.sku)
        return next(planned, product.price)

    def _names(self, state: ShowState) -> Mapping[str, str]:
        others = {other for item in state.items for other in item.alternatives}
        return {other: self._live.products[other].title for other in others if other in self._live.products}

    async def _picture(self, item: LineUpItem) -> bytes:
        """The first picture, small; empty where there is none to be had."""
        product = self._live.products.get(item.product_id)
        url = next(iter((*item.images, *(product.image_urls if product else ()))), "")
        data = await self._studio.image(url) if url else None
        return await asyncio.to_thread(_small, data) if data else b""

    def _show_pictures(self, wanted: bool) -> None:
        self.pictures = wanted

    def _closed(self) -> None:
        if self.dialog is not None:
            self.dialog.deleteLater()
            self.dialog = None


def _small(data: bytes) -> bytes:
    """The picture as a small PNG, whatever it was; empty when it is none to trust."""
    image = decode_image(data, _PICTURE_PX)
    if image is None:
        return b""
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    return bytes(buffer.data().data()) if image.save(buffer, "PNG") else b""  # pyright: ignore[reportCallIssue, reportArgumentType]


def _file_name(state: ShowState, texts: Texts, *, sheet: bool) -> str:
    """A name that every system takes, e.g. `autumn-home-live-14-2026-11-26-run-sheet`."""
    plain = unicodedata.normalize("NFKD", state.title).encode("ascii", "ignore").decode().lower()
    parts = [re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:60].strip("-") or "show"]
    if state.starts_at_ms is not None:
        parts.append(dt.datetime.fromtimestamp(state.starts_at_ms / 1000, texts.zone).date().isoformat())
    return "-".join([*parts, "run-sheet" if sheet else "line-up"])
