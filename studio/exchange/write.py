"""Line-ups written as CSV, as an Excel workbook and as JSON, so that reading them gives the same line-up again.

No text of a line-up can become a formula: in CSV it is guarded as OWASP says (CSV Injection), in a workbook every text is
a cell of text.
"""

import csv
import datetime as dt
import io
from collections.abc import Callable, Collection, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

import msgspec
import xlsxwriter
from babel import numbers
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from studio.domain.exchange import Column, Terms
from studio.domain.lineup import LineUp, LineUpItem
from studio.domain.promo import PromoKind, PromoPlan, PromoWhen
from studio.exchange.plain import guarded, joined, tidy
from studio.exchange.values import amount_text, decimal_sign, zone_of
from studio.exchange.words import TableWords, words_for

CELL_LIMIT: Final = 32_767
"""How many characters a cell of an Excel workbook holds (Excel specifications and limits)."""
_ALWAYS: Final = (
    Column.KIND, Column.TITLE, Column.MINUTES, Column.PRODUCT_ID, Column.SKU, Column.SHOW_PRICE, Column.TARGET,
    Column.SAFETY, Column.POINTS, Column.NOTE,
)  # fmt: skip
_CODE_ALWAYS: Final = (Column.PROMO_CODE, Column.PROMO_KIND, Column.PROMO_VALUE, Column.PROMO_SCOPE)
_WIDTHS: Final = {
    Column.TITLE: 42, Column.PRODUCT_ID: 24, Column.SKU: 22, Column.POINTS: 60, Column.NOTE: 40, Column.IMAGES: 40,
    Column.ALTERNATIVES: 24, Column.PROMO_FROM: 18, Column.PROMO_UNTIL: 18, Column.PROMO_CODE: 16,
}  # fmt: skip


class NotWritable(ValueError):
    """A line-up that a format cannot carry; the message is a sentence that says what to do."""


class Amount(msgspec.Struct, frozen=True):
    """Money in a cell, in minor units."""

    minor: int


class Percent(msgspec.Struct, frozen=True):
    """A whole percentage in a cell."""

    value: int


class Minutes(msgspec.Struct, frozen=True):
    """A length of time in a cell, which is written in minutes."""

    ms: int


class Moment(msgspec.Struct, frozen=True):
    """A time of the calendar in a cell, UTC ms."""

    ms: int


Value = str | int | Amount | Percent | Minutes | Moment | None


def write_csv(items: Sequence[LineUpItem], terms: Terms) -> bytes:
    """The items as CSV in UTF-8 with a byte order mark, which Excel needs. Where the language has a comma before decimals,
    columns are parted by semicolons, as its spreadsheets expect.
    """
    words = words_for(terms.language)
    decimal = decimal_sign(words.language)
    columns, rows = _table(items, words)
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=";" if decimal == "," else ",", quoting=csv.QUOTE_ALL)
    writer.writerow([words.columns[column] for column in columns])
    for row in rows:
        writer.writerow([_csv_text(row.get(column), terms, decimal) for column in columns])
    return out.getvalue().encode("utf-8-sig")


def write_xlsx(
    items: Sequence[LineUpItem], terms: Terms, title: str, codes: Sequence[PromoPlan] = ()
) -> bytes:
    """The items as an Excel workbook: numbers, prices and dates as such, the names of the columns always in sight. `codes`,
    those of the whole show, are on a sheet of their own, which there is only where there are any.

    Raises `NotWritable` when a text is longer than a cell may be.
    """
    words = words_for(terms.language)
    columns, rows = _table(items, words)
    out = io.BytesIO()
    # Nothing is guessed from a text: no number, no address, no formula.
    plain = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with xlsxwriter.Workbook(out, plain) as book:
        book.set_properties({"title": title[:200], "comments": "Host Studio"})
        head = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
        put = _Cells(book.add_format, terms)

        def add(
            name: str, columns: Sequence[Column], rows: Sequence[Mapping[Column, Value]], named: Sequence[str]
        ) -> None:
            sheet = book.add_worksheet(name)
            sheet.freeze_panes(1, 2)
            for at, column in enumerate(columns):
                sheet.set_column(at, at, _WIDTHS.get(column, 12))
                sheet.write_string(0, at, words.columns[column], head)
            for number, (row, of) in enumerate(zip(rows, named, strict=True), start=1):
                for at, column in enumerate(columns):
                    put.put(sheet, (number, at), row.get(column), of)
            sheet.autofilter(0, 0, max(1, len(rows)), len(columns) - 1)
            sheet.set_landscape()
            sheet.fit_to_pages(1, 0)
            sheet.repeat_rows(0)

        add(words.sheet, columns, rows, [item.title for item in items])
        if codes:
            planned = [_promo(plan, words) for plan in codes]
            add(words.codes, _used(planned, _CODE_ALWAYS), planned, [plan.code for plan in codes])
    return out.getvalue()


def write_json(lineup: LineUp, codes: Sequence[PromoPlan] = ()) -> bytes:
    """The line-up as `studio.domain.lineup_file.read_json` reads it, with the codes of the whole show."""
    file = {
        "title": lineup.title,
        "language": lineup.language,
        "currency": lineup.currency,
        "planned_minutes": float(_minutes(lineup.planned_ms)),
        "items": [_json_item(tidy(item)) for item in lineup.items],
        "promos": [_json_plan(plan) for plan in codes],
    }
    return msgspec.json.format(msgspec.json.encode(file), indent=2) + b"\n"


def _json_item(item: LineUpItem) -> dict[str, object]:
    found: dict[str, object] = msgspec.to_builtins(item)
    del found["id"]
    found["talking_points"] = found.pop("points")
    if item.promo is not None:
        found["promo"] = _json_plan(item.promo)
    return found


def _json_plan(plan: PromoPlan) -> dict[str, object]:
    found: dict[str, object] = msgspec.to_builtins(plan)
    del found["id"]
    return found


# --- rows ---------------------------------------------------------------------------------------------------------


def _table(
    items: Sequence[LineUpItem], words: TableWords
) -> tuple[list[Column], list[Mapping[Column, Value]]]:
    """The columns that are needed, and what stands in them, item by item."""
    rows = [_row(tidy(item), words) for item in items]
    return _used(rows, _ALWAYS), rows


def _used(rows: Sequence[Mapping[Column, Value]], always: Collection[Column]) -> list[Column]:
    used = {column for row in rows for column, value in row.items() if value not in (None, "")}
    return [column for column in Column if column in always or column in used]


def _row(item: LineUpItem, words: TableWords) -> Mapping[Column, Value]:
    row: dict[Column, Value] = {
        Column.KIND: words.kinds[item.kind],
        Column.TITLE: item.title,
        Column.MINUTES: Minutes(item.planned_ms),
        Column.PRODUCT_ID: item.product_id,
        Column.SKU: item.sku,
        Column.SHOW_PRICE: _amount(item.show_price_minor),
        Column.PLANNED_PRICE: _amount(item.planned_price_minor),
        Column.TARGET: item.target_units or None,
        Column.SAFETY: item.safety_stock or None,
        Column.POINTS: joined(item.points),
        Column.NOTE: item.note,
        Column.ALTERNATIVES: joined(item.alternatives),
        Column.IMAGES: joined(item.images),
    }
    if item.promo is not None:
        row |= _promo(item.promo, words)
    return row


def _promo(plan: PromoPlan, words: TableWords) -> Mapping[Column, Value]:
    value: Value = None
    if plan.kind is PromoKind.PERCENT:
        value = Percent(plan.percent)
    elif plan.kind is PromoKind.FIXED:
        value = Amount(plan.amount_minor)
    absolute = plan.when is PromoWhen.ABSOLUTE
    return {
        Column.PROMO_CODE: plan.code,
        Column.PROMO_KIND: words.promo_kinds[plan.kind],
        Column.PROMO_VALUE: value,
        Column.PROMO_SCOPE: words.scopes[plan.scope],
        Column.PROMO_WHEN: words.whens[plan.when],
        Column.PROMO_AFTER: Minutes(plan.after_start_ms) if plan.after_start_ms is not None else None,
        Column.PROMO_FROM: Moment(plan.from_ms) if absolute and plan.from_ms is not None else None,
        Column.PROMO_UNTIL: Moment(plan.until_ms) if absolute and plan.until_ms is not None else None,
        Column.PROMO_MINUTES: plan.minutes,
        Column.PROMO_HOURS: plan.hours_after_show or None,
        Column.PROMO_LIMIT: plan.total_limit,
        Column.PROMO_EACH: words.no_limit if plan.per_customer_limit is None else plan.per_customer_limit,
    }


def _amount(minor: int | None) -> Amount | None:
    return None if minor is None else Amount(minor)


def _minutes(ms: int) -> Decimal:
    """Minutes with so many decimals that no millisecond is lost."""
    return (Decimal(ms) / 60_000).quantize(Decimal("0.000001")).normalize()


# --- CSV ----------------------------------------------------------------------------------------------------------


def _csv_text(value: Value, terms: Terms, decimal: str) -> str:
    match value:
        case None:
            return ""
        case str():
            return guarded(value)
        case Amount(minor):
            return amount_text(minor, terms.currency, decimal)
        case Percent(percent):
            return f"{percent} %"
        case Minutes(ms):
            return f"{_minutes(ms):f}".replace(".", decimal)
        case Moment(ms):
            return _iso(ms, terms.time_zone)
        case _:
            return str(value)


def _iso(ms: int, time_zone: str) -> str:
    """With its offset: in the night when clocks are put back, an hour comes twice."""
    return _local(ms, time_zone).isoformat(" ", "milliseconds" if ms % 1000 else "seconds")


def _local(ms: int, time_zone: str) -> dt.datetime:
    start = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
    return (start + dt.timedelta(milliseconds=ms)).astimezone(zone_of(time_zone))


# --- the workbook -------------------------------------------------------------------------------------------------


class _Cells:
    """Puts values into the cells of a workbook's sheets."""

    def __init__(self, add_format: Callable[[dict[str, Any]], Format], terms: Terms) -> None:
        self._terms = terms
        digits = numbers.get_currency_precision(terms.currency)
        money = "#,##0" + (f".{'0' * digits}" if digits else "")
        top = {"valign": "top"}
        self._text = add_format({**top, "text_wrap": True})
        self._plain = add_format(top)
        self._minutes = add_format({**top, "num_format": "0.##"})
        self._money = add_format({**top, "num_format": f'{money} "{terms.currency}"'})
        self._percent = add_format({**top, "num_format": '0" %"'})
        self._moment = add_format({**top, "num_format": "yyyy-mm-dd hh:mm:ss"})

    def put(self, sheet: Worksheet, place: tuple[int, int], value: Value, title: str) -> None:
        """Put a value into a cell, at its row and column. Raises `NotWritable`."""
        row, at = place
        match value:
            case None | "":
                pass
            case str():
                if len(value) > CELL_LIMIT:
                    raise NotWritable(
                        f"“{title[:80]}” has a text of {len(value):,} characters, and a cell of a workbook holds "
                        f"{CELL_LIMIT:,}: shorten it, or export as CSV or JSON."
                    )
                sheet.write_string(row, at, value, self._text)
            case Amount(minor):
                number = float(amount_text(minor, self._terms.currency, "."))
                sheet.write_number(row, at, number, self._money)
            case Percent(1):
                # As a number it could be read as the whole of it.
                sheet.write_string(row, at, "1 %", self._plain)
            case Percent(percent):
                sheet.write_number(row, at, percent, self._percent)
            case Minutes(ms):
                sheet.write_number(row, at, float(_minutes(ms)), self._minutes)
            case Moment(ms):
                self._put_moment(sheet, place, ms)
            case int():
                sheet.write_number(row, at, value, self._plain)

    def _put_moment(self, sheet: Worksheet, place: tuple[int, int], ms: int) -> None:
        row, at = place
        local = _local(ms, self._terms.time_zone)
        naive = local.replace(tzinfo=None, fold=0)
        # A date of a workbook knows neither zone nor which of two hours is meant.
        again = naive.replace(tzinfo=local.tzinfo).timestamp() * 1000
        if ms % 1000 == 0 and again == ms and local.year > 1900:
            sheet.write_datetime(row, at, naive, self._moment)
        else:
            sheet.write_string(row, at, _iso(ms, self._terms.time_zone), self._plain)
