"""A new show is made from every file in which the studio writes a line-up."""

from pathlib import Path

import pytest

from studio.domain.exchange import Terms
from studio.domain.ids import uuid7
from studio.domain.lineup import LineUp
from studio.exchange.write import write_csv, write_json, write_xlsx
from studio.shows_files import read_show
from tests.unit.domain.show_builder import item, plan

ITEMS = (
    item(1, sku="SKU-1", promo=plan("NORD20"), show_price_minor=3900, points=("Woven",), target_units=12),
    item(2, sku="SKU-2", note="Hold it up"),
)
TERMS = Terms("JPY", "de", "Europe/Berlin")


@pytest.mark.parametrize("kind", ["csv", "xlsx", "json"])
def test_what_was_exported_makes_the_line_up_of_a_new_show(kind: str, tmp_path: Path) -> None:
    file = tmp_path / f"Evening.{kind}"
    data = {
        "csv": lambda: write_csv(ITEMS, TERMS),
        "xlsx": lambda: write_xlsx(ITEMS, TERMS, "Evening"),
        "json": lambda: write_json(LineUp("Evening", "JPY", ITEMS, "de")),
    }[kind]()
    file.write_bytes(data)
    read = read_show(file, uuid7, TERMS)
    assert (read.trouble, read.problems, read.lineup.currency) == ("", (), "JPY")
    kept = [(i.title, i.sku, i.show_price_minor, i.points, i.target_units, i.note) for i in read.lineup.items]
    assert kept == [(i.title, i.sku, i.show_price_minor, i.points, i.target_units, i.note) for i in ITEMS]
    promo = read.lineup.items[0].promo
    assert promo is not None
    assert promo.code == "NORD20"
    assert read.lineup.planned_ms == sum(i.planned_ms for i in ITEMS)


def test_a_table_without_a_currency_says_what_to_do(tmp_path: Path) -> None:
    file = tmp_path / "Evening.xlsx"
    file.write_bytes(write_xlsx(ITEMS, TERMS, "Evening"))
    assert "make a new show" in read_show(file, uuid7).trouble


def test_rows_that_name_their_product_by_name_only_are_told(tmp_path: Path) -> None:
    file = tmp_path / "Evening.csv"
    file.write_text("Title,Minutes\nLamp,5\n")
    read = read_show(file, uuid7, TERMS)
    assert not read.lineup.items
    assert "name or barcode only" in read.problems[0]


def test_a_file_that_is_no_table_says_what_a_line_up_needs(tmp_path: Path) -> None:
    file = tmp_path / "Evening.csv"
    file.write_text("Colour,Size\nred,5\n")
    assert "The first row must name the columns" in read_show(file, uuid7, TERMS).trouble
