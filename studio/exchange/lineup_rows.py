"""Rows of a table as items of a line-up: each row by itself, good ones kept, bad ones named with what to write instead."""

import datetime as dt
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Final, TypeVar

from studio.domain.exchange import Cell, Column, DraftRow, Found, Match, RawRow, RawTable, Terms
from studio.domain.lineup import DEFAULT_PLANNED_MS, ItemKind, LineUpItem
from studio.domain.lineup_file import (
    MAX_ITEMS,
    ItemRow,
    NewId,
    PromoRow,
    ReadLineUp,
    item_of_row,
    plan_of_row,
)
from studio.domain.promo import PromoKind, PromoPlan, PromoScope, PromoWhen
from studio.exchange import plain, values
from studio.exchange import words as w
from studio.exchange.mapping import folded

T = TypeVar("T")
_PROMO: Final = (
    Column.PROMO_CODE, Column.PROMO_KIND, Column.PROMO_VALUE, Column.PROMO_SCOPE, Column.PROMO_WHEN, Column.PROMO_AFTER,
    Column.PROMO_FROM, Column.PROMO_UNTIL, Column.PROMO_MINUTES, Column.PROMO_HOURS, Column.PROMO_LIMIT, Column.PROMO_EACH,
)  # fmt: skip
_LENGTHS: Final = (Column.MINUTES, Column.PROMO_MINUTES, Column.PROMO_AFTER)
_MINUTE_MS: Final = 60_000
_HOUR_MS: Final = 3_600_000
_NAMED: Final = (Column.TITLE, Column.SKU, Column.PRODUCT_ID, Column.BARCODE)


def drafts(
    table: RawTable, mapping: Sequence[Column | None], terms: Terms, new_id: NewId
) -> tuple[DraftRow, ...]:
    """A draft for each row, in the order of the file; what the table could not read is among them by its row number.

    Their products are not looked for yet. Minor units are those of `terms.currency`.
    """
    decimal = _decimal(table, terms)
    found = [
        DraftRow(problem.row, None, (problem.sentence,), label=f"Row {problem.row}")
        for problem in table.problems
    ]
    rows = [(row.number, _cells(row, mapping)) for row in table.rows]
    minutes = _in_minutes([cells for _, cells in rows])
    found += [_Row(at, cells, terms, decimal, new_id, minutes).draft() for at, cells in rows if cells]
    return tuple(_within(sorted(found, key=lambda draft: draft.number)))


def codes(
    table: RawTable, mapping: Sequence[Column | None], terms: Terms, new_id: NewId
) -> tuple[tuple[PromoPlan, ...], tuple[str, ...]]:
    """The planned codes of the whole show in a table of codes, and sentences about the rows that are none."""
    found: list[PromoPlan] = []
    wrong = [f"{table.sheet}: {problem.sentence}" for problem in table.problems]
    decimal = _decimal(table, terms)
    rows = [(row.number, _cells(row, mapping)) for row in table.rows]
    minutes = _in_minutes([cells for _, cells in rows])
    for at, cells in rows:
        if cells:
            plan, problems = _Row(at, cells, terms, decimal, new_id, minutes).code()
            wrong += (f"{table.sheet}, row {at}: {problem}." for problem in problems)
            found += [plan] if plan is not None else []
    return tuple(found), tuple(wrong)


def _cells(row: RawRow, mapping: Sequence[Column | None]) -> dict[Column, Cell]:
    return {
        column: cell
        for column, cell in zip(mapping, row.cells, strict=False)
        if column is not None and cell is not None and values.text_of(cell)
    }


def _in_minutes(rows: Sequence[Mapping[Column, Cell]]) -> frozenset[Column]:
    """The columns of lengths whose times are minutes and seconds: one of them alone may not show it."""
    return frozenset(
        column for column in _LENGTHS if values.times_are_minutes(cells.get(column) for cells in rows)
    )


def _decimal(table: RawTable, terms: Terms) -> str:
    return table.decimal or values.decimal_sign(terms.language)


def drafts_of_json(read: ReadLineUp, terms: Terms) -> tuple[DraftRow, ...]:
    """The items of a line-up in JSON as drafts, each by its number in the file."""
    bad = {problem.row: problem.sentence for problem in read.problems if problem.row}
    left = iter(range(1, len(read.lineup.items) + len(bad) + 1))
    other = read.lineup.currency != terms.currency
    found: list[DraftRow] = []
    for item in read.lineup.items:
        number = next(at for at in left if at not in bad)
        amounts = item.show_price_minor is not None or (
            item.promo is not None and item.promo.kind is PromoKind.FIXED
        )
        if other and amounts:
            said = (
                f"Item {number}: its prices are in {read.lineup.currency}, and the show sells in {terms.currency}. "
                "Change the currency of the show or of the file."
            )
            found.append(DraftRow(number, None, (said,), label=item.title))
            continue
        found.append(DraftRow(number, plain.tidy(item), label=item.title))
    found += [DraftRow(row, None, (sentence,), label=f"Item {row}") for row, sentence in bad.items()]
    return tuple(sorted(found, key=lambda draft: draft.number))


def codes_of_json(read: ReadLineUp, terms: Terms) -> tuple[tuple[PromoPlan, ...], tuple[str, ...]]:
    """The codes of the whole show in a line-up in JSON, and sentences about those whose amounts are in other money."""
    other = read.lineup.currency != terms.currency
    wrong = [plan for plan in read.promos if other and plan.kind is PromoKind.FIXED]
    said = tuple(
        f"{plan.code} takes off an amount in {read.lineup.currency}, and the show sells in {terms.currency}: it is left out."
        for plan in wrong
    )
    return tuple(plan for plan in read.promos if plan not in wrong), said


def _within(found: list[DraftRow]) -> list[DraftRow]:
    """A line-up has an end: what comes behind is named too."""
    kept: list[DraftRow] = []
    good = 0
    for draft in found:
        good += draft.item is not None
        if draft.item is not None and good > MAX_ITEMS:
            said = f"Row {draft.number}: a line-up holds {MAX_ITEMS} items, and this is one more. Make two line-ups of the file."
            draft = DraftRow(draft.number, None, (said,), label=draft.label)
        kept.append(draft)
    return kept


class _Row:
    """One row; what is wrong is collected, so that a person hears of everything at once."""

    def __init__(
        self, number: int, cells: Mapping[Column, Cell], terms: Terms, decimal: str, new_id: NewId,
        in_minutes: Collection[Column],
    ) -> None:  # fmt: skip
        self._number, self._cells, self._terms, self._decimal = number, cells, terms, decimal
        self._new_id, self._in_minutes = new_id, in_minutes
        self._wrong: list[str] = []
        self._notes: list[str] = []

    def draft(self) -> DraftRow:
        label = self._label()
        barcode = self._text(Column.BARCODE)
        row = self._item_row(label)
        item: LineUpItem | None = None
        if not self._wrong:
            try:
                item = item_of_row(row, self._new_id, to_be_found=bool(barcode or row.title.strip()))
            except ValueError as error:
                self._wrong.append(_clause(error))
        if item is not None and item.promo is not None and not self._text(Column.PROMO_CODE):
            self._notes.append(f"The code {item.promo.code} was made up for it, because the row names none.")
        problems = tuple(f"Row {self._number}: {clause}." for clause in self._wrong)
        return DraftRow(
            self._number,
            item,
            problems,
            tuple(self._notes),
            Match(Found.NOT_NEEDED),
            plain.line(barcode, 200),
            label,
        )

    def code(self) -> tuple[PromoPlan | None, list[str]]:
        """The planned code of this row, or what is wrong with it."""
        row = self._promo()
        if not row.code:
            self._wrong.append("the code is missing, write what customers type")
        if not self._wrong:
            try:
                return plan_of_row(row, "", self._new_id), []
            except ValueError as error:
                self._wrong.append(_clause(error))
        return None, self._wrong

    def _label(self) -> str:
        return next((text[:300] for column in _NAMED if (text := self._text(column))), f"Row {self._number}")

    def _item_row(self, label: str) -> ItemRow:
        kind = self._kind()
        title = self._text(Column.TITLE)
        if kind is ItemKind.PRODUCT and not title and self._text(Column.BARCODE):
            title = label
        note = self._cells.get(Column.NOTE)
        points = self._cells.get(Column.POINTS)
        images, others = self._cells.get(Column.IMAGES), self._cells.get(Column.ALTERNATIVES)
        return ItemRow(
            kind=kind.value,
            title=title,
            planned_ms=self._planned_ms(),
            product_id=self._text(Column.PRODUCT_ID),
            sku=self._text(Column.SKU),
            talking_points=_parts(points),
            target_units=self._value(Column.TARGET, lambda cell: values.units(cell, self._decimal), 0),
            safety_stock=self._value(Column.SAFETY, lambda cell: values.units(cell, self._decimal), 0),
            note=plain.block(note) if isinstance(note, str) else values.text_of(note),
            promo=self._promo() if any(column in self._cells for column in _PROMO) else None,
            show_price_minor=self._value(Column.SHOW_PRICE, self._money, None),
            planned_price_minor=self._value(Column.PLANNED_PRICE, self._money, None),
            images=_parts(images),
            alternatives=_parts(others),
        )

    def _planned_ms(self) -> int:
        cell = self._cells.get(Column.MINUTES)
        if cell is None:
            self._notes.append(f"{_clock(DEFAULT_PLANNED_MS)} planned, for it names no minutes.")
            return DEFAULT_PLANNED_MS
        ms = self._length(Column.MINUTES, 0)
        # Of 0:05 in a column of minutes and seconds five minutes may have been meant after all.
        short = ms < _MINUTE_MS and Column.MINUTES in self._in_minutes
        if isinstance(cell, (dt.time, dt.timedelta, dt.datetime)) and (short or ms >= _HOUR_MS):
            self._notes.append(
                f"Its cell was read as {_clock(ms)}: where minutes are meant, write them as a number, such as 1.5."
            )
        return ms

    def _kind(self) -> ItemKind:
        said = self._text(Column.KIND)
        if said:
            for kind, also in ((ItemKind.TALK, w.ALSO_TALK), (ItemKind.PRODUCT, w.ALSO_PRODUCT)):
                if _is(said, also, *(words.kinds[kind] for words in w.ALL_WORDS)):
                    return kind
            self._wrong.append(f"the kind {said[:60]!r} is neither product nor talk")
            return ItemKind.PRODUCT
        return ItemKind.PRODUCT

    def _promo(self) -> PromoRow:
        kind = self._promo_kind()
        percent = (
            self._value(Column.PROMO_VALUE, lambda cell: values.percent(cell, self._decimal), 0)
            if kind is PromoKind.PERCENT
            else 0
        )
        amount = self._value(Column.PROMO_VALUE, self._off, 0) if kind is PromoKind.FIXED else 0
        hours = self._value(Column.PROMO_HOURS, lambda cell: values.units(cell, self._decimal), 0)
        lasts = self._length(Column.PROMO_MINUTES, 10 * _MINUTE_MS)
        after = self._length(Column.PROMO_AFTER, None)
        begins = self._value(Column.PROMO_FROM, self._moment, None)
        until = self._value(Column.PROMO_UNTIL, self._moment, None)
        when = self._when(after, until)
        if lasts % _MINUTE_MS:
            self._wrong.append("the promo minutes must be whole minutes")
        if when is PromoWhen.AT_TIME and after is None:
            self._wrong.append("the promo begins at a time, so write how many minutes after the start")
        if when is PromoWhen.ABSOLUTE and until is None:
            self._wrong.append("the promo has a window of the calendar, so write until when")
        code = self._text(Column.PROMO_CODE)
        return PromoRow(
            kind=kind.value,
            code=(code.upper() if _plain_code(code) else code) or None,
            percent=percent,
            amount_minor=amount,
            scope=self._one_of(Column.PROMO_SCOPE, w.ALSO_SCOPE, "scopes", PromoScope.PRODUCT).value,
            minutes=lasts // _MINUTE_MS,
            hours_after_show=hours,
            total_limit=self._limit(Column.PROMO_LIMIT, None),
            per_customer_limit=self._limit(Column.PROMO_EACH, 1),
            armed=when is PromoWhen.ON_PIN,
            after_start_ms=after if when is PromoWhen.AT_TIME else None,
            at_end=when is PromoWhen.AT_END,
            from_ms=begins if when is PromoWhen.ABSOLUTE else None,
            until_ms=until if when is PromoWhen.ABSOLUTE else None,
        )

    def _promo_kind(self) -> PromoKind:
        said, value = self._text(Column.PROMO_KIND), self._text(Column.PROMO_VALUE)
        kinds = (
            (PromoKind.PERCENT, w.ALSO_PERCENT),
            (PromoKind.FIXED, w.ALSO_FIXED),
            (PromoKind.FREE_SHIPPING, w.ALSO_FREE),
        )
        if said:
            for kind, also in kinds:
                if _is(said, also, *(words.promo_kinds[kind] for words in w.ALL_WORDS)):
                    return kind
            names = ", ".join(w.EN.promo_kinds.values())
            self._wrong.append(f"the promo kind {said[:60]!r} is not one of {names}")
            return PromoKind.FREE_SHIPPING
        if "%" in value:
            return PromoKind.PERCENT
        if _is(value, w.ALSO_FREE, *(words.promo_kinds[PromoKind.FREE_SHIPPING] for words in w.ALL_WORDS)):
            return PromoKind.FREE_SHIPPING
        cell = self._cells.get(Column.PROMO_VALUE)
        if isinstance(cell, float) and 0 < cell < 1:
            return PromoKind.PERCENT
        if isinstance(cell, str) and any(not (c.isdigit() or c in " .,+-") for c in value):
            return PromoKind.FIXED
        self._wrong.append(
            f"it is not said what the promo takes off, write the value as 20 % or with its currency, such as 5.00 {self._terms.currency}"
        )
        return PromoKind.FREE_SHIPPING

    def _when(self, after: int | None, until: int | None) -> PromoWhen:
        if Column.PROMO_WHEN in self._cells:
            return self._one_of(Column.PROMO_WHEN, w.ALSO_WHEN, "whens", PromoWhen.BY_HAND)
        if after is not None:
            return PromoWhen.AT_TIME
        return PromoWhen.ABSOLUTE if until is not None else PromoWhen.BY_HAND

    def _one_of(
        self,
        column: Column,
        also: Mapping[T, str],
        attribute: str,
        default: T,
    ) -> T:
        said = self._text(column)
        if not said:
            return default
        for kind, names in also.items():
            if _is(said, names, *(getattr(words, attribute)[kind] for words in w.ALL_WORDS)):
                return kind
        names = ", ".join(getattr(w.EN, attribute).values())
        self._wrong.append(f"{w.EN.columns[column]} is {said[:60]!r} and must be one of {names}")
        return default

    def _limit(self, column: Column, default: int | None) -> int | None:
        if _is(self._text(column), w.ALSO_NO_LIMIT):
            return None
        return self._value(column, lambda cell: values.units(cell, self._decimal), default)

    def _money(self, cell: Cell) -> int:
        return values.minor_units(cell, self._terms.currency, self._decimal)

    def _off(self, cell: Cell) -> int:
        """An amount off is often written as a negative one."""
        return self._money(cell.strip().lstrip("-−– ") if isinstance(cell, str) else cell)

    def _moment(self, cell: Cell) -> int:
        return values.moment_ms(cell, self._terms.language, self._terms.time_zone)

    def _length(self, column: Column, default: T) -> int | T:
        minutes = column in self._in_minutes
        return self._value(
            column, lambda cell: values.length_ms(cell, self._decimal, as_minutes=minutes), default
        )

    def _text(self, column: Column) -> str:
        return values.text_of(self._cells.get(column))

    def _value(self, column: Column, read: Callable[[Cell], T], default: T) -> T:
        cell = self._cells.get(column)
        if cell is None:
            return default
        try:
            return read(cell)
        except (ValueError, OverflowError, ArithmeticError) as error:
            self._wrong.append(f"{w.EN.columns[column]}: {_clause(error)}")
            return default


def _clock(ms: int) -> str:
    minutes, seconds = divmod(ms // 1000, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"


def _clause(error: Exception) -> str:
    return str(error).rstrip(".") or type(error).__name__


def _parts(cell: Cell) -> list[str]:
    if cell is None:
        return []
    return plain.parted(plain.block(cell, 131_000)) if isinstance(cell, str) else [values.text_of(cell)]


def _plain_code(code: str) -> bool:
    return code.isascii() and code.replace("-", "").isalnum()


def _is(said: str, also: str, *names: str) -> bool:
    """Whether this is one of the words, however it is written."""
    wanted = folded(said) or said.strip()
    return bool(wanted) and wanted in {folded(name) or name for name in (*also.split(","), *names)}
