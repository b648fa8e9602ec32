"""Line-ups in and out of files, for the window: read and matched in a thread of their own, written whole or not at all."""

import asyncio
import os
import tempfile
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final, Protocol, TypeVar

import msgspec

from studio.app import Desktop
from studio.domain.catalogue import CatalogueQuery, CatalogueSort
from studio.domain.exchange import (
    Candidate,
    Column,
    DraftRow,
    ItemFacts,
    LineUpFormat,
    LineUpSource,
    Terms,
)
from studio.domain.ids import uuid7
from studio.domain.lineup import LineUp, LineUpItem
from studio.domain.lineup_file import LineUpUnreadable, read_json
from studio.domain.product import Product
from studio.domain.promo import PromoPlan
from studio.domain.show import ShowState
from studio.exchange.lineup_rows import codes, codes_of_json, drafts, drafts_of_json
from studio.exchange.mapping import fingerprint, guess, kept, missing, recalled
from studio.exchange.matching import Catalogue, chosen, matched
from studio.exchange.run_sheet import run_sheet
from studio.exchange.tables import MAX_BYTES, Given, read_codes, read_table
from studio.exchange.write import NotWritable, write_csv, write_json, write_xlsx
from studio.settings.file import SettingsNotSavedError
from studio.ui.prepare.exchange_port import NotReadError, NotWrittenError, OnStep
from studio.ui.studio import ChangeBatch, Notice, Studio

T = TypeVar("T")
PAGE: Final = 5_000
"""So many products are read of the catalogue at once."""
KINDS: Final = 50
"""Of so many kinds of files it is kept which columns were chosen."""
_LOOK_AGAIN_S: Final = 0.5


class Choices(Protocol):
    """Where it is kept which columns a person chose, by a fingerprint of a file's headings."""

    def chosen(self, mark: str) -> tuple[str, ...]:
        """The columns; empty where none were chosen."""
        ...

    def choose(self, mark: str, columns: tuple[str, ...]) -> None:
        """Keep these."""
        ...


class SettingsChoices:
    """In the settings, those of so many kinds of files as were chosen last."""

    def __init__(self, desktop: Desktop) -> None:
        self._desktop = desktop

    def chosen(self, mark: str) -> tuple[str, ...]:
        """The columns; empty where none were chosen."""
        return self._desktop.settings.import_columns.get(mark, ())

    def choose(self, mark: str, columns: tuple[str, ...]) -> None:
        """Keep these. Where the settings cannot be saved, that is said."""
        settings = self._desktop.settings
        others = [(other, was) for other, was in settings.import_columns.items() if other != mark]
        kept_now = dict([*others[1 - KINDS :], (mark, columns)])
        try:
            self._desktop.save_settings(msgspec.structs.replace(settings, import_columns=kept_now))
        except SettingsNotSavedError as error:
            self._desktop.window.post(Notice("warning", str(error), "settings"))


class LineUpExchange:
    """The `ExchangePort` over a studio, whose catalogue rows are looked for in. `choices` keeps which columns were chosen."""

    def __init__(self, studio: Studio, choices: Choices | None = None) -> None:
        self._studio = studio
        self._choices = choices
        self._catalogue = Catalogue(())
        self._read_of: tuple[int, int | None] | None = None
        self._changes = 0
        studio.changes.connect(self._heard)

    # --- in ---------------------------------------------------------------------------------------------------

    async def read(self, path: Path, terms: Terms, sheet: str = "") -> LineUpSource:
        """What stands in a file, with a guess at its columns: as a person chose for the last file with these headings.
        Raises `NotReadError`.
        """
        source = await _in_thread(lambda stopped: _read(path, terms, sheet, stopped))
        if self._choices is None or source.table is None:
            return source
        header = source.table.header
        before = recalled(header, self._choices.chosen(fingerprint(header)))
        return source if before is None else msgspec.structs.replace(source, guesses=before)

    def remember(self, source: LineUpSource, mapping: Sequence[Column | None]) -> None:
        """Keep which columns a person chose of a file, for the next one with the same headings."""
        if self._choices is None or source.table is None:
            return
        header = source.table.header
        mark, words = fingerprint(header), kept(mapping)
        # What is guessed anyway need not be kept; a later studio may guess better.
        if words != (self._choices.chosen(mark) or kept(guess(header))):
            self._choices.choose(mark, words)

    def missing(self, mapping: Sequence[Column | None]) -> str:
        """What a choice of columns lacks, as a sentence; empty when it will do."""
        return missing(mapping)

    async def rows(
        self, source: LineUpSource, mapping: Sequence[Column | None], terms: Terms, on_step: OnStep
    ) -> tuple[DraftRow, ...]:
        """The rows of a file as items, with what was found of their products."""
        catalogue = await self._whole_catalogue()
        loop = asyncio.get_running_loop()
        table = source.table

        def told(done: int, of: int) -> None:
            # The window may be gone before its thread of rows is.
            with suppress(RuntimeError):
                loop.call_soon_threadsafe(on_step, done, of)

        def work(stopped: Callable[[], bool]) -> tuple[DraftRow, ...]:
            rows = source.rows if table is None else drafts(table, mapping, terms, uuid7)
            return matched(rows, catalogue, terms.currency, told, stopped)

        return await _in_thread(work)

    async def catalogue_is_here(self) -> bool:
        """Whether the shop's catalogue has been read as a whole."""
        return (await self._studio.facets()).read_wall_ms is not None

    async def catalogue_comes(self) -> None:
        """Wait until it has been."""
        while not await self.catalogue_is_here():  # noqa: ASYNC110 - a page of it tells nobody that it was the last
            await asyncio.sleep(_LOOK_AGAIN_S)

    def chosen(self, row: DraftRow, candidate: Candidate, terms: Terms) -> LineUpItem:
        """The item of a row with the product that a person chose. Raises `ValueError` for a row that has none."""
        product = self._catalogue.product(candidate.product_id)
        item = chosen(row, product, candidate.sku, terms.currency)
        if item is None:
            raise ValueError(f"row {row.number} has no item to choose a product for")
        return item

    def _heard(self, batch: ChangeBatch) -> None:
        """The shop changed products: what is kept of them here is old."""
        if batch.products:
            self._changes += 1
            self._read_of = None

    async def _whole_catalogue(self) -> Catalogue:
        """All products of the kept catalogue; read again when it has changed."""
        facets = await self._studio.facets()
        if facets.read_wall_ms is None:
            # A part of it would tell products missing that are only not here yet.
            return Catalogue(())
        now = (facets.products, facets.read_wall_ms)
        if now == self._read_of:
            return self._catalogue
        products: list[Product] = []
        changes = self._changes
        query = CatalogueQuery(sort=CatalogueSort.TITLE)
        while True:
            page = await self._studio.catalogue(query, len(products), PAGE)
            products += [entry.product for entry in page.entries]
            if not page.entries or len(products) >= page.total:
                break
        self._catalogue = await asyncio.to_thread(Catalogue, products)
        # What changed while it was read may be in it or not.
        self._read_of = now if changes == self._changes else None
        return self._catalogue

    # --- out --------------------------------------------------------------------------------------------------

    async def write(self, path: Path, kind: LineUpFormat, state: ShowState, terms: Terms) -> None:
        """Write a show's line-up. Raises `NotWrittenError`."""
        await asyncio.to_thread(_write, path, kind, state, terms)

    async def run_sheet(
        self, state: ShowState, facts: Mapping[str, ItemFacts], names: Mapping[str, str], language: str
    ) -> str:
        """The run sheet as a page of HTML."""
        now = self._studio.clock.best_ms()
        return await asyncio.to_thread(run_sheet, state, facts, names, made_ms=now, language=language)

    async def write_page(self, path: Path, html: str) -> None:
        """Write a page. Raises `NotWrittenError`."""
        await asyncio.to_thread(_replace, path, html.encode())


class ExchangeDoor(LineUpExchange):
    """The same for one desktop."""

    def __init__(self, desktop: Desktop) -> None:
        super().__init__(desktop.studio, SettingsChoices(desktop))


async def _in_thread(work: Callable[[Callable[[], bool]], T]) -> T:
    """Do the work beside the loop. When its task is cancelled the work is told so, and ends soon by itself."""
    given_up = threading.Event()
    try:
        return await asyncio.to_thread(work, given_up.is_set)
    except asyncio.CancelledError:
        given_up.set()
        raise
    except Given:
        raise asyncio.CancelledError from None


def _read(path: Path, terms: Terms, sheet: str, stopped: Callable[[], bool]) -> LineUpSource:
    try:
        with path.open("rb") as opened:
            data = opened.read(MAX_BYTES + 1)
        if path.suffix.lower() == ".json" and len(data) <= MAX_BYTES:
            read = read_json(data, uuid7)
            found, wrong = codes_of_json(read, terms)
            notices = (*(problem.sentence for problem in read.problems if not problem.row), *wrong)
            return LineUpSource(path.name, rows=drafts_of_json(read, terms), notices=notices, codes=found)
        table = read_table(path.name, data, sheet, stopped)
        found, wrong = _codes(data, terms)
    except OSError as error:
        why = error.strerror or type(error).__name__
        raise NotReadError(
            f"“{path.name}” cannot be read ({why}). Make it readable, or choose another file."
        ) from error
    except LineUpUnreadable as error:
        raise NotReadError(f"“{path.name}”: {error}") from error
    return LineUpSource(path.name, table, guess(table.header), notices=(*table.notices, *wrong), codes=found)


def _codes(data: bytes, terms: Terms) -> tuple[tuple[PromoPlan, ...], tuple[str, ...]]:
    """The codes of the whole show in a workbook."""
    table = read_codes(data)
    return codes(table, guess(table.header), terms, uuid7) if table is not None else ((), ())


def _write(path: Path, kind: LineUpFormat, state: ShowState, terms: Terms) -> None:
    try:
        if kind is LineUpFormat.JSON:
            lineup = LineUp(state.title, state.currency, state.items, state.language, state.planned_ms)
            data = write_json(lineup, state.planned_promos)
        elif kind is LineUpFormat.XLSX:
            data = write_xlsx(state.items, terms, state.title, state.planned_promos)
        else:
            data = write_csv(state.items, terms)
    except NotWritable as error:
        raise NotWrittenError(str(error)) from error
    _replace(path, data)


def _replace(path: Path, data: bytes) -> None:
    """Write beside the file and then take its place: nobody ever sees half of it."""
    unfinished: Path | None = None
    try:
        with tempfile.NamedTemporaryFile(dir=path.parent, prefix=f".{path.name[:60]}.", delete=False) as part:
            unfinished = Path(part.name)
            part.write(data)
            part.flush()
            os.fsync(part.fileno())
        unfinished.chmod(0o644)
        unfinished.replace(path)
    except OSError as error:
        if unfinished is not None:
            with suppress(OSError):
                unfinished.unlink()
        why = error.strerror or type(error).__name__
        raise NotWrittenError(
            f"“{path.name}” could not be written to {path.parent} ({why}). Choose another folder, or make room there."
        ) from error
