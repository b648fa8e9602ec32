"""What a line-up file says of the show that is made of it, before anybody has looked at its rows."""

from pathlib import Path

import pytest

from studio.domain.exchange import Terms
from studio.domain.lineup import LineUp
from studio.exchange.write import write_csv, write_json, write_xlsx
from studio.shows_files import file_show
from tests.unit.domain.show_builder import item, plan

ITEMS = (item(1, sku="SKU-1", promo=plan("NORD20")), item(2, sku="SKU-2"))
TERMS = Terms("JPY", "de", "Europe/Berlin")


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_table_says_nothing_of_its_show_but_its_name(kind: str, tmp_path: Path) -> None:
    file = tmp_path / f"Evening.{kind}"
    file.write_bytes(write_csv(ITEMS, TERMS) if kind == "csv" else write_xlsx(ITEMS, TERMS, "S"))
    found = file_show(file)
    assert (found.title, found.currency, found.language, found.trouble) == ("Evening", "", "", "")


def test_a_line_up_in_json_says_what_its_show_is(tmp_path: Path) -> None:
    file = tmp_path / "x.json"
    file.write_bytes(write_json(LineUp("Evening", "JPY", ITEMS, "de", 90 * 60_000)))
    found = file_show(file)
    assert (found.title, found.currency, found.language) == ("Evening", "JPY", "de")
    assert (found.planned_ms, found.trouble) == (90 * 60_000, "")


def test_a_line_up_of_codes_alone_is_one(tmp_path: Path) -> None:
    file = tmp_path / "x.json"
    file.write_bytes(write_json(LineUp("Evening", "EUR", ()), [plan("LIVE14")]))
    assert file_show(file).trouble == ""


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("x.json", b"{", "not a line-up in JSON"),
        ("x.json", b'{"title":"S","currency":"EUR","items":[]}', "nothing in this line-up"),
        ("x.csv", b"", "is empty"),
        ("x.csv", b"\x00\x01\x02", "not text"),
        ("x.xlsx", b"PK\x03\x04??", "damaged"),
        ("x.csv", None, "cannot be read"),
    ],
)
def test_a_file_that_is_none_says_why(name: str, content: bytes | None, words: str, tmp_path: Path) -> None:
    file = tmp_path / name
    if content is not None:
        file.write_bytes(content)
    trouble = file_show(file).trouble
    assert words in trouble
    assert trouble.startswith(f"“{name}”")
    assert trouble.endswith(".")
