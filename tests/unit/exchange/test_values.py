"""What people and spreadsheets write into cells is read as they meant it, or refused with what to write."""

import datetime as dt

import hypothesis.strategies as st
import pytest
from hypothesis import given

from studio.domain.exchange import Cell
from studio.exchange import values

MINUTE = 60_000


@pytest.mark.parametrize(
    ("cell", "seconds"),
    [
        ("5", 300), ("5:00", 300), ("0:05:00", 300), ("5,5", 330), ("5.5", 330), ("1:30", 90), ("1:05:30", 3930),
        ("90:00", 5400), ("5 min", 300), ("5min", 300), ("8 Minuten", 480), ("1 h 5 min", 3900), ("1h", 3600),
        ("90 s", 90), ("2 min 30 s", 150), (5, 300), (0.25, 15), (5.0, 300), ("1:30.5", 90.5),
        (dt.time(5, 0), 300), (dt.time(0, 5), 300), (dt.time(0, 1, 30), 90), (dt.timedelta(hours=30), 1800),
        (dt.timedelta(minutes=7, seconds=30), 450), (dt.time(1, 5, 30), 3930),
        ("1:05:00", 3900), (dt.time(1, 5), 3900), (dt.timedelta(hours=1, minutes=5), 3900), (dt.time(2, 30), 9000),
        (dt.time(7, 30), 450),
    ],
)  # fmt: skip
def test_lengths_are_read_however_they_are_written(cell: Cell, seconds: float) -> None:
    assert values.length_ms(cell, ".") == seconds * 1000


@pytest.mark.parametrize(
    ("column", "minutes"),
    [
        ([dt.time(12), dt.time(1, 30)], True),
        ([dt.time(1, 30), dt.time(0, 45), dt.timedelta(hours=25)], True),
        ([dt.time(1, 30), dt.time(0, 45), None, "5:00", 5], False),
        ([dt.time(2), dt.time(1, 30)], True),
        ([dt.time(1), dt.time(0, 5), dt.time(0, 10)], False),  # an hour beside five and ten minutes
        ([dt.time(1), dt.time(0, 5, 30)], False),  # with seconds: h:mm:ss
        ([], False),
    ],
)
def test_a_columns_times_are_minutes_if_they_would_be_too_long_otherwise_and_none_has_seconds(
    column: list[Cell], minutes: bool
) -> None:
    assert values.times_are_minutes(column) is minutes


@given(st.lists(st.integers(0, 40 * 60).map(lambda n: dt.timedelta(minutes=n))))
def test_the_times_of_a_column_keep_their_ratio(column: list[dt.timedelta]) -> None:
    minutes = values.times_are_minutes(column)
    lengths = [values.length_ms(cell, ".", as_minutes=minutes) for cell in column]
    assert [ms * (60 if minutes else 1) for ms in lengths] == [
        round(t.total_seconds() * 1000) for t in column
    ]


@pytest.mark.parametrize("cell", ["five", "5:99", "", ":", "5 h x", "9" * 5000, True, "1e5", "NaN", "∞"])
def test_what_is_no_length_says_how_to_write_one(cell: Cell) -> None:
    with pytest.raises(ValueError, match=r"write minutes such as 5 or 5:00|not a number"):
        values.length_ms(cell, ".")


@pytest.mark.parametrize(
    ("cell", "currency", "decimal", "minor"),
    [
        ("89", "EUR", ".", 8900), ("89.00", "EUR", ".", 8900), ("€1,234.50", "EUR", ".", 123450),
        ("1.234,50 €", "EUR", ",", 123450), ("1.234,50 €", "EUR", ".", 123450), ("1 234,50 kr", "NOK", ",", 123450),
        ("1\u00a0234,5", "EUR", ",", 123450), ("1'234.50", "CHF", ".", 123450), ("CHF 5.–", "CHF", ".", 500),
        ("1.234.567", "EUR", ",", 123456700), ("1,234", "EUR", ".", 123400), ("1.234", "EUR", ",", 123400),
        ("EUR 5", "EUR", ".", 500), ("5 eur", "EUR", ".", 500), ("¥1,200", "JPY", ".", 1200), ("1.200", "JPY", ".", 1200), ("5.999", "JPY", ",", 5999),
        ("1.234", "KWD", ".", 1234), ("1,234.567", "KWD", ".", 1234567), ("0.5", "EUR", ".", 50), ("19,90", "EUR", ".", 1990),
        (19.9, "EUR", ".", 1990), (19.900000000000002, "EUR", ".", 1990), (1200, "JPY", ".", 1200), ("0", "EUR", ".", 0),
        ("5,00 $", "USD", ".", 500), ("49,-", "NOK", ",", 4900), ("kr. 100", "NOK", ",", 10000), ("kr. 1200", "DKK", ",", 120000),
        ("kr. 99,95", "DKK", ",", 9995), ("kr. 1.299", "SEK", ",", 129900), ("CA$ 5.00", "CAD", ".", 500),
    ],
)  # fmt: skip
def test_prices_are_read_as_every_country_writes_them(
    cell: Cell, currency: str, decimal: str, minor: int
) -> None:
    assert values.minor_units(cell, currency, decimal) == minor


@pytest.mark.parametrize(
    ("cell", "currency", "decimal", "words"),
    [
        ("5 USD", "EUR", ".", "in USD, and the show sells in EUR"), ("£5", "EUR", ".", "in GBP"),
        ("1.234", "EUR", ".", "two ways"), ("1,000", "EUR", ",", "two ways"),
        ("5.123456", "EUR", ".", "more decimals"), ("-5", "EUR", ".", "negative"), ("a lot", "EUR", ".", "not a number"),
        ("1.23.4", "EUR", ".", "odd places"), ("1,2.3,4", "EUR", ".", "not a number"), (5.5, "JPY", ".", "more decimals"),
        (1e300, "EUR", ".", "out of range"), ("99999999999", "EUR", ".", "too large"), (float("nan"), "EUR", ".", "range"),
    ],
)  # fmt: skip
def test_a_price_that_can_be_taken_wrongly_is_refused(
    cell: Cell, currency: str, decimal: str, words: str
) -> None:
    with pytest.raises(ValueError, match=words):
        values.minor_units(cell, currency, decimal)


@given(st.integers(0, 10**9), st.sampled_from(["EUR", "JPY", "KWD"]), st.sampled_from([".", ","]))
def test_a_price_that_the_studio_writes_is_read_as_it_was(minor: int, currency: str, decimal: str) -> None:
    assert values.minor_units(values.amount_text(minor, currency, decimal), currency, decimal) == minor


@pytest.mark.parametrize(
    ("cell", "pieces"),
    [("40", 40), ("40 pcs", 40), ("1,200", 1200), ("1.200", 1200), (40.0, 40), ("12 Stück", 12)],
)
def test_pieces_are_whole_numbers(cell: Cell, pieces: int) -> None:
    assert values.units(cell, ".") == pieces
    with pytest.raises(ValueError, match="not a whole number"):
        values.units(40.5, ".")


@pytest.mark.parametrize(
    ("cell", "percent"),
    [
        ("20", 20),
        ("20 %", 20),
        ("−20%", 20),
        (20, 20),
        (0.2, 20),
        (0.07, 7),
        ("1 %", 1),
        ("– 20 %", 20),
        ("20-", 20),
    ],
)
def test_percentages_are_read_as_text_and_as_a_spreadsheet_keeps_them(cell: Cell, percent: int) -> None:
    assert values.percent(cell, ".") == percent


@pytest.mark.parametrize("cell", ["1-5 %", "10–15%", "5-10"])
def test_a_range_of_percentages_is_not_one_percentage(cell: Cell) -> None:
    with pytest.raises(ValueError, match="not a number"):
        values.percent(cell, ".")


def test_a_one_that_may_be_all_or_nearly_nothing_is_asked_about() -> None:
    with pytest.raises(ValueError, match="1 % or as 100 %"):
        values.percent(1.0, ".")


@pytest.mark.parametrize(
    ("cell", "language"),
    [
        ("2026-11-26 20:00", "en"), ("2026-11-26T20:00:00+01:00", "de"), ("26.11.2026 20:00", "de"), ("26.11.26, 20:00", "nb"),
        ("11/26/2026 20:00", "en"), ("26/11/2026 20:00", "en-GB"),
        (dt.datetime(2026, 11, 26, 20, 0), "en"),  # noqa: DTZ001 - as a workbook has it
    ],
)  # fmt: skip
def test_times_of_the_calendar_are_the_shows(cell: Cell, language: str) -> None:
    assert values.moment_ms(cell, language, "Europe/Oslo") == 1_795_719_600_000


@pytest.mark.parametrize("cell", ["tomorrow", "2026-13-45 20:00", "", "32.1.2026"])
def test_what_is_no_time_says_how_to_write_one(cell: str) -> None:
    with pytest.raises(ValueError, match="write it as 2026-11-26 20:00"):
        values.moment_ms(cell, "de", "UTC")


cell = (
    st.text(max_size=30) | st.integers() | st.floats() | st.booleans() | st.times() | st.timedeltas() | st.datetimes() | st.dates()
)  # fmt: skip


@given(
    cell,
    st.sampled_from(["EUR", "JPY", "KWD"]),
    st.sampled_from([".", ","]),
    st.sampled_from(["en", "de", "nb", "?"]),
)
def test_any_cell_is_a_value_or_refused_with_a_clause(
    cell: Cell, currency: str, decimal: str, language: str
) -> None:
    for read in (
        lambda: values.length_ms(cell, decimal),
        lambda: values.minor_units(cell, currency, decimal),
        lambda: values.units(cell, decimal),
        lambda: values.percent(cell, decimal),
        lambda: values.moment_ms(cell, language, "Europe/Oslo"),
    ):
        try:
            assert isinstance(read(), int)
        except ValueError as error:
            said = str(error)
            assert said
