"""What goes in and out of a line-up as a table: the columns, the rows as they were read, and what became of them."""

import datetime as dt
import enum

import msgspec

from studio.domain.lineup import LineUpItem
from studio.domain.lineup_file import RowProblem
from studio.domain.money import Money
from studio.domain.promo import PromoPlan

Cell = str | int | float | bool | dt.datetime | dt.date | dt.time | dt.timedelta | None
"""What stands in one cell of a table; None where it is empty."""


class Column(enum.StrEnum):
    """What a column of a line-up's table holds."""

    KIND = "kind"
    TITLE = "title"
    MINUTES = "minutes"
    PRODUCT_ID = "product_id"
    SKU = "sku"
    BARCODE = "barcode"
    SHOW_PRICE = "show_price"
    PLANNED_PRICE = "planned_price"
    TARGET = "target_units"
    SAFETY = "safety_stock"
    POINTS = "talking_points"
    NOTE = "note"
    ALTERNATIVES = "alternatives"
    IMAGES = "images"
    PROMO_CODE = "promo_code"
    PROMO_KIND = "promo_kind"
    PROMO_VALUE = "promo_value"
    PROMO_SCOPE = "promo_scope"
    PROMO_WHEN = "promo_when"
    PROMO_AFTER = "promo_after_start"
    PROMO_FROM = "promo_from"
    PROMO_UNTIL = "promo_until"
    PROMO_MINUTES = "promo_minutes"
    PROMO_HOURS = "promo_hours_after_show"
    PROMO_LIMIT = "promo_limit"
    PROMO_EACH = "promo_per_customer"


class Terms(msgspec.Struct, frozen=True):
    """In which currency (ISO 4217), language (BCP 47) and time zone (IANA) a table is read or written."""

    currency: str
    language: str = "en"
    time_zone: str = "UTC"


class RawRow(msgspec.Struct, frozen=True):
    """One row of a table. `number` counts as a spreadsheet does: the first row of the file is 1."""

    number: int
    cells: tuple[Cell, ...]


class RawTable(msgspec.Struct, frozen=True):
    """A table as it was read: the names of its columns, and its rows below them without the empty ones.

    `sheet` is the sheet that was read, `sheets` all there are (none in CSV). `decimal` is the sign that the file's numbers
    have before their decimals, "" where the file does not tell. `notices` are sentences about how it was read, `problems`
    what could not be read, row by row.
    """

    header: tuple[str, ...]
    rows: tuple[RawRow, ...]
    sheet: str = ""
    sheets: tuple[str, ...] = ()
    decimal: str = ""
    notices: tuple[str, ...] = ()
    problems: tuple[RowProblem, ...] = ()


class Found(enum.StrEnum):
    """How a row's product was found in the catalogue. *unchecked*: there is no catalogue to look in. *chosen* of none:
    *likely* and *unclear* have candidates for a person to choose from.
    """

    NOT_NEEDED = "not_needed"
    UNCHECKED = "unchecked"
    BY_ID = "by_id"
    BY_SKU = "by_sku"
    BY_BARCODE = "by_barcode"
    BY_NAME = "by_name"
    LIKELY = "likely"
    UNCLEAR = "unclear"
    MISSING = "missing"


SURE = frozenset(
    {Found.NOT_NEEDED, Found.UNCHECKED, Found.BY_ID, Found.BY_SKU, Found.BY_BARCODE, Found.BY_NAME}
)
"""What needs nobody's confirmation."""


class Candidate(msgspec.Struct, frozen=True):
    """A product that a row may mean. `score` is how alike the names are, 0 to 100."""

    product_id: str
    sku: str
    title: str
    score: int = 100
    price: Money | None = None


class Match(msgspec.Struct, frozen=True):
    """What was found of a row's product; `sentence` says what is to be decided, empty where nothing is."""

    found: Found
    candidates: tuple[Candidate, ...] = ()
    sentence: str = ""


class DraftRow(msgspec.Struct, frozen=True):
    """One row of the file on its way into the line-up: either an item, or the problems why it is none.

    `barcode` is what the row named to be found by; `notes` are sentences about what was read, none of which keeps the
    row out. `label` names the row where it has no item.
    """

    number: int
    item: LineUpItem | None
    problems: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    match: Match = Match(Found.NOT_NEEDED)
    barcode: str = ""
    label: str = ""


class LineUpSource(msgspec.Struct, frozen=True):
    """A file that was read: a table whose columns are still to be told apart (`guesses`: a column for each place, None for
    one that is not used), or from JSON the rows themselves. `codes` are planned codes of the whole show.
    """

    name: str
    table: RawTable | None = None
    guesses: tuple[Column | None, ...] = ()
    rows: tuple[DraftRow, ...] = ()
    notices: tuple[str, ...] = ()
    codes: tuple[PromoPlan, ...] = ()


class LineUpFormat(enum.StrEnum):
    """As what a line-up is written."""

    CSV = "csv"
    XLSX = "xlsx"
    JSON = "json"
    HTML = "html"


class ItemFacts(msgspec.Struct, frozen=True):
    """What the shop says of an item's product now: its price, what can be sold, and its picture as a small PNG."""

    price: Money | None = None
    sellable: int | None = None
    picture: bytes = b""
