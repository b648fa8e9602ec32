"""Line-ups from JSON, and the rules for a row of any file: good rows are kept, each bad row is named with its reason."""

import re
from collections.abc import Callable

import msgspec

from studio.domain.lineup import ItemKind, LineUp, LineUpItem
from studio.domain.money import zero
from studio.domain.plan import MAX_PLANNED_MS
from studio.domain.promo import CODE, PromoKind, PromoPlan, PromoScope, suggest_code

MAX_ITEMS = 500
MAX_UNITS = 1_000_000_000
MAX_PROMO_MINUTES = 7 * 24 * 60
MAX_HOURS_AFTER_SHOW = 14 * 24
_MINUTE = 60_000
_DAY_MINUTES = 24 * 60
MAX_IMAGES, MAX_ALTERNATIVES = 20, 20
MAX_EPOCH_MS = 7_258_118_400_000
"""The beginning of the year 2200, UTC ms."""
_POINTS, _POINT, _NOTE, _LINK = 50, 1_000, 20_000, 2_000
_EXPECTED = re.compile("Expected `(.+)`, got `(.+)`")
_KINDS = {
    "int": "a whole number", "float": "a number with a point", "str": "text", "bool": "true or false", "array": "a list",
    "object": "an object", "null": "nothing",
}  # fmt: skip
_BOM = b"\xef\xbb\xbf"

NewId = Callable[[], str]


class RowProblem(msgspec.Struct, frozen=True):
    """Why one row was left out. `row` counts from 1 as a person does (in CSV the header is row 1); 0 is the file."""

    row: int
    sentence: str


class ReadLineUp(msgspec.Struct, frozen=True):
    """What could be read of a file: the line-up of the good rows and the problems of the others. `promos` are planned codes
    that belong to no item.
    """

    lineup: LineUp
    problems: tuple[RowProblem, ...]
    promos: tuple[PromoPlan, ...] = ()


class LineUpUnreadable(ValueError):
    """The file as a whole is no line-up; the message is a sentence for the user."""


class PromoRow(msgspec.Struct):
    """A planned code as it stands in a file, unchecked; see `PromoPlan`. Without a `code` one is made up."""

    kind: str
    code: str | None = None
    percent: int = 0
    amount_minor: int = 0
    scope: str = "product"
    minutes: int = 10
    hours_after_show: int = 0
    total_limit: int | None = None
    per_customer_limit: int | None = 1
    armed: bool = False
    after_start_ms: int | None = None
    at_end: bool = False
    from_ms: int | None = None
    until_ms: int | None = None


class ItemRow(msgspec.Struct):
    """An item as it stands in a file, unchecked; see `LineUpItem`."""

    kind: str = "product"
    title: str = ""
    planned_ms: int = 0
    product_id: str = ""
    sku: str = ""
    talking_points: list[str] = []
    target_units: int = 0
    safety_stock: int = 0
    note: str = ""
    promo: PromoRow | None = None
    show_price_minor: int | None = None
    planned_price_minor: int | None = None
    images: list[str] = []
    alternatives: list[str] = []


class _File(msgspec.Struct):
    title: str
    currency: str
    items: list[msgspec.Raw]
    promos: list[msgspec.Raw] = []
    language: str = "en"
    planned_minutes: float = 0


def _bad(condition: bool, sentence: str) -> None:
    if condition:
        raise ValueError(sentence)


def plan_of_row(row: PromoRow, title: str, new_id: NewId) -> PromoPlan:
    """The planned code of a row. Raises `ValueError` with what is wrong, a clause without a full stop. `title` is what a code
    is made of where the row has none.
    """
    kinds = [k.value for k in PromoKind]
    scopes = [s.value for s in PromoScope]
    _bad(row.kind not in kinds, f"the promo kind {row.kind!r} is not one of {', '.join(kinds)}")
    _bad(row.scope not in scopes, f"the promo scope {row.scope!r} is not one of {', '.join(scopes)}")
    percent = row.kind == PromoKind.PERCENT
    _bad(percent and not 1 <= row.percent <= 100, "the discount must be between 1 and 100 %")
    _bad(row.kind == PromoKind.FIXED and row.amount_minor <= 0, "the amount off must be more than zero")
    _bad(
        not 0 <= row.amount_minor <= MAX_UNITS or not 0 <= row.percent <= MAX_UNITS,
        "the value of the promo is out of range",
    )
    _bad(row.minutes < 1 and row.hours_after_show < 1, "a promo lasts at least one minute")
    _bad(row.minutes > MAX_PROMO_MINUTES, "a promo lasts at most seven days")
    _bad(row.hours_after_show > MAX_HOURS_AFTER_SHOW, "a promo ends at most 14 days after the show")
    begins = (row.armed, row.at_end, row.after_start_ms is not None, row.until_ms is not None)
    _bad(
        sum(begins) > 1,
        "a promo begins in one way: on pin, after the start, at the end, or in a window of the calendar",
    )
    after = row.after_start_ms
    _bad(
        after is not None and not 0 <= after <= MAX_PLANNED_MS,
        "a promo begins at the show's start at the earliest, and seven days after it at the latest",
    )
    _bad(
        row.until_ms is None and row.from_ms is not None, "the window of the promo has a beginning and no end"
    )
    _bad(
        row.until_ms is not None and not (row.from_ms or 0) < row.until_ms <= MAX_EPOCH_MS,
        "the window of the promo must end after its beginning, before the year 2200",
    )
    _bad(row.from_ms is not None and row.from_ms < 0, "the window of the promo begins before 1970")
    for limit in (row.total_limit, row.per_customer_limit):
        _bad(limit is not None and not 1 <= limit <= MAX_UNITS, "a limit of the promo must be at least 1")
    code = row.code or suggest_code(title, row.percent if percent else 0)
    _bad(CODE.match(code) is None, f"the code {code!r} needs 3 to 24 capital letters, digits or hyphens")
    return PromoPlan(
        id=new_id(),
        code=code,
        kind=PromoKind(row.kind),
        percent=row.percent if percent else 0,
        amount_minor=row.amount_minor if row.kind == PromoKind.FIXED else 0,
        scope=PromoScope(row.scope),
        minutes=max(0, row.minutes),
        hours_after_show=max(0, row.hours_after_show),
        total_limit=row.total_limit,
        per_customer_limit=row.per_customer_limit,
        armed=row.armed,
        after_start_ms=row.after_start_ms,
        at_end=row.at_end,
        from_ms=row.from_ms,
        until_ms=row.until_ms,
    )


def item_of_row(row: ItemRow, new_id: NewId, *, to_be_found: bool = False) -> LineUpItem:
    """The item of a row. Raises `ValueError` with what is wrong, a clause without a full stop.

    `to_be_found`: a product needs neither id nor SKU, because it is looked for by its name or barcode.
    """
    _bad(row.kind not in {"product", "talk"}, f"the kind {row.kind!r} is neither product nor talk")
    product = row.kind == "product"
    _bad(
        product and not to_be_found and not (row.product_id.strip() or row.sku.strip()),
        "a product item needs a product_id or a sku",
    )
    _bad(not product and not row.title.strip(), "a talk item needs a title")
    _bad(row.planned_ms <= 0, "the planned minutes must be more than zero")
    _bad(row.planned_ms > _DAY_MINUTES * _MINUTE, "the planned minutes are more than a day")
    _bad(row.target_units < 0 or row.safety_stock < 0, "target units and safety stock cannot be negative")
    _bad(max(row.target_units, row.safety_stock) > MAX_UNITS, "target units or safety stock are out of range")
    for price in (row.show_price_minor, row.planned_price_minor):
        _bad(price is not None and not 0 <= price <= MAX_UNITS, "a price is out of range")
    _bad(len(row.sku) > 200 or len(row.product_id) > 200, "the sku or product_id is too long")
    _bad(
        any(len(text) > _LINK for text in row.images),
        f"the address of a picture has more than {_LINK} characters",
    )
    title = " ".join(row.title.split())[:300] or row.sku.strip() or row.product_id.strip()
    return LineUpItem(
        id=new_id(),
        kind=ItemKind(row.kind),
        title=title,
        planned_ms=row.planned_ms,
        product_id=row.product_id.strip() if product else "",
        sku=row.sku.strip() if product else "",
        points=_texts(row.talking_points, _POINTS, _POINT),
        target_units=row.target_units,
        safety_stock=row.safety_stock,
        note=row.note[:_NOTE],
        promo=plan_of_row(row.promo, title, new_id) if row.promo else None,
        show_price_minor=row.show_price_minor,
        planned_price_minor=row.planned_price_minor,
        images=_texts(row.images, MAX_IMAGES, _LINK),
        alternatives=_texts(row.alternatives, MAX_ALTERNATIVES, 200),
    )


def _texts(given: list[str], most: int, limit: int) -> tuple[str, ...]:
    return tuple(text.strip()[:limit] for text in given if text.strip())[:most]


def read_json(data: bytes, new_id: NewId) -> ReadLineUp:
    """Read a line-up from JSON. Raises `LineUpUnreadable` when the file as a whole is none."""
    try:
        file = msgspec.json.decode(data.removeprefix(_BOM), type=_File)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise LineUpUnreadable(
            f"This file is not a line-up in JSON: {error}. It needs a title, a currency and a list of items."
        ) from error
    try:
        zero(file.currency)
    except ValueError:
        raise LineUpUnreadable(
            f"The currency {file.currency[:20]!r} of this line-up is none: write it as three capital letters, such as EUR."
        ) from None
    items: list[LineUpItem] = []
    problems: list[RowProblem] = []
    for number, raw in enumerate(file.items, start=1):
        try:
            items.append(item_of_row(msgspec.json.decode(raw, type=ItemRow), new_id))
        except msgspec.ValidationError as error:
            problems.append(RowProblem(number, f"Item {number}: {_in_words(error)}."))
        except (ValueError, msgspec.DecodeError) as error:
            problems.append(RowProblem(number, f"Item {number}: {error}."))
    promos: list[PromoPlan] = []
    for number, raw in enumerate(file.promos, start=1):
        try:
            promos.append(plan_of_row(msgspec.json.decode(raw, type=PromoRow), file.title, new_id))
        except msgspec.ValidationError as error:
            problems.append(RowProblem(0, f"Code {number} of the show: {_in_words(error)}."))
        except (ValueError, msgspec.DecodeError) as error:
            problems.append(RowProblem(0, f"Code {number} of the show: {error}."))
    minutes = file.planned_minutes
    if not 0 <= minutes <= 7 * _DAY_MINUTES:
        problems.append(
            RowProblem(0, "The planned minutes of the show are out of range: those of its items count.")
        )
        minutes = 0
    language = file.language[:20]
    lineup = _lineup(file.title, file.currency, items, language, round(minutes * _MINUTE), problems)
    return ReadLineUp(lineup, tuple(problems), tuple(promos))


def _in_words(error: msgspec.ValidationError) -> str:
    """What is wrong with a value, in words for who wrote the file."""
    text, _, where = str(error).partition(" - at `$")
    found = _EXPECTED.fullmatch(text)
    if found is None:
        return text
    name = where.rstrip("`").lstrip(".") or "it"
    wanted = " or ".join(_KINDS.get(kind.strip(), kind.strip()) for kind in found[1].split("|"))
    return f"{name} is {_KINDS.get(found[2], found[2])} and must be {wanted}"


def _lineup(
    title: str,
    currency: str,
    items: list[LineUpItem],
    language: str,
    planned_ms: int,
    problems: list[RowProblem],
) -> LineUp:
    if len(items) > MAX_ITEMS:
        problems.append(
            RowProblem(MAX_ITEMS + 1, f"A line-up holds {MAX_ITEMS} items: the rest was left out.")
        )
    kept = tuple(items[:MAX_ITEMS])
    lineup = LineUp(" ".join(title.split())[:300] or "Show", currency, kept, language, planned_ms)
    return lineup if planned_ms else msgspec.structs.replace(lineup, planned_ms=lineup.length_ms)
