"""What the Prepare workspace asks of whoever reads and writes line-ups. Coroutines run on the window's loop and never block
it; each may be cancelled at any time, and then nothing has changed.
"""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Protocol

from studio.domain.exchange import (
    Candidate,
    Column,
    DraftRow,
    ItemFacts,
    LineUpFormat,
    LineUpSource,
    Terms,
)
from studio.domain.lineup import LineUpItem
from studio.domain.show import ShowState

OnStep = Callable[[int, int], None]
"""Told in the window's thread how much is done, and of how much."""


class NotReadError(Exception):
    """A file that cannot be read. Its message is a sentence that says why and what to do."""


class NotWrittenError(Exception):
    """A line-up that was not written; what was there before is there still. Its message is a sentence that says why and what
    to do.
    """


class ExchangePort(Protocol):
    """Line-ups in and out of files."""

    async def read(self, path: Path, terms: Terms, sheet: str = "") -> LineUpSource:
        """What stands in a file (CSV, Excel workbook, JSON), with a guess at its columns: what was chosen for the last one with
        these headings goes before any other. Raises `NotReadError`.
        """
        ...

    def remember(self, source: LineUpSource, mapping: Sequence[Column | None]) -> None:
        """Keep which columns a person chose of a file, for the next one with the same headings."""
        ...

    def missing(self, mapping: Sequence[Column | None]) -> str:
        """What a choice of columns lacks, as a sentence; empty when it will do."""
        ...

    async def rows(
        self, source: LineUpSource, mapping: Sequence[Column | None], terms: Terms, on_step: OnStep
    ) -> tuple[DraftRow, ...]:
        """The rows of a file as items, with what was found of their products in the shop's catalogue. As long as that is not
        here as a whole, nothing is looked for.
        """
        ...

    async def catalogue_is_here(self) -> bool:
        """Whether the shop's catalogue has been read as a whole."""
        ...

    async def catalogue_comes(self) -> None:
        """Wait until it has been."""
        ...

    def chosen(self, row: DraftRow, candidate: Candidate, terms: Terms) -> LineUpItem:
        """The item of a row with the product that a person chose for it."""
        ...

    async def write(self, path: Path, kind: LineUpFormat, state: ShowState, terms: Terms) -> None:
        """Write a show's line-up as CSV, workbook or JSON; a file that is there is replaced when all is written.

        Raises `NotWrittenError`.
        """
        ...

    async def run_sheet(
        self, state: ShowState, facts: Mapping[str, ItemFacts], names: Mapping[str, str], language: str
    ) -> str:
        """The run sheet as a page of HTML that needs nothing else. `facts` are of items by their ids, `names` of products."""
        ...

    async def write_page(self, path: Path, html: str) -> None:
        """Write a page; a file that is there is replaced when all is written. Raises `NotWrittenError`."""
        ...
