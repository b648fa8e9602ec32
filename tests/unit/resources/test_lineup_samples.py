"""The sample line-up fits the demo catalogue and a 20-minute rehearsal; the broken ones are broken in known ways."""

import itertools
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from studio.domain.exchange import DraftRow, Terms
from studio.domain.lineup import ItemKind, LineUp
from studio.domain.lineup_file import read_json
from studio.domain.promo import PromoKind, PromoScope
from studio.exchange.lineup_rows import drafts
from studio.exchange.mapping import guess, missing
from studio.exchange.matching import Catalogue, matched
from studio.exchange.tables import read_csv

RESOURCES = Path(__file__).resolve().parents[3] / "resources"
FOLDER = RESOURCES / "lineup"


@pytest.fixture
def new_id() -> Callable[[], str]:
    numbers = itertools.count(1)
    return lambda: f"id-{next(numbers)}"


def rows_of(name: str, new_id: Callable[[], str]) -> tuple[DraftRow, ...]:
    """The rows of a sample in CSV, whose columns need nobody's choice."""
    table = read_csv((FOLDER / name).read_bytes())
    columns = guess(table.header)
    assert None not in columns
    assert not missing(columns)
    return drafts(table, columns, Terms("EUR"), new_id)


@pytest.fixture
def sample(new_id: Callable[[], str]) -> LineUp:
    found = read_json((FOLDER / "autumn-home-live.json").read_bytes(), new_id)
    assert found.problems == ()
    return found.lineup


@pytest.fixture(scope="module")
def catalogue() -> dict[str, dict[str, Any]]:
    text = (RESOURCES / "catalogue" / "catalogue.json").read_text(encoding="utf-8")
    return {product["id"]: product for product in json.loads(text)["products"]}


def test_the_sample_fills_twenty_minutes_with_fourteen_items(sample: LineUp) -> None:
    assert sample.title == "Autumn Home Live #14"
    assert (sample.language, sample.currency) == ("en", "EUR")
    assert len(sample.items) == 14
    assert sum(item.kind is ItemKind.TALK for item in sample.items) == 2
    assert sample.length_ms == sample.planned_ms == 20 * 60_000


def test_every_product_of_the_sample_can_be_bought_in_the_demo_shop(
    sample: LineUp, catalogue: dict[str, dict[str, Any]]
) -> None:
    for item in sample.items:
        if item.kind is ItemKind.PRODUCT:
            product = catalogue[item.product_id]
            assert product["active"]
            assert item.sku in {variant["sku"] for variant in product["variants"]}
            assert item.title == product["title"]["en"]
            on_hand = sum(sum(variant["stock"].values()) for variant in product["variants"])
            assert on_hand - item.safety_stock > 0
            assert item.target_units > 0
        assert len(item.points) == 3
        assert item.note


def test_the_sample_prepares_a_price_drop_free_shipping_and_a_replay_code(sample: LineUp) -> None:
    plans = {item.product_id: item.promo for item in sample.items if item.promo}
    drop, shipping, replay = plans["wool-blanket-nord"], plans["stoneware-teapot"], plans[""]
    assert len(plans) == 3
    assert (drop.kind, drop.percent, drop.minutes, drop.armed) == (PromoKind.PERCENT, 20, 10, True)
    assert (shipping.kind, shipping.minutes, shipping.armed) == (PromoKind.FREE_SHIPPING, 15, True)
    assert (replay.scope, replay.percent, replay.hours_after_show, replay.armed) == (
        PromoScope.LINEUP,
        10,
        48,
        False,
    )


def test_the_csv_holds_the_same_items_as_the_json(sample: LineUp, new_id: Callable[[], str]) -> None:
    rows = rows_of("autumn-home-live.csv", new_id)
    assert [row.problems for row in rows] == [()] * len(sample.items)
    found = [row.item for row in rows if row.item is not None]
    assert sum(item.planned_ms for item in found) == sample.length_ms
    for ours, theirs in zip(sample.items, found, strict=True):
        assert (ours.kind, ours.sku, ours.product_id, ours.title, ours.planned_ms) == (
            theirs.kind, theirs.sku, theirs.product_id, theirs.title, theirs.planned_ms,
        )  # fmt: skip
        assert (ours.points, ours.target_units, ours.safety_stock) == (
            theirs.points,
            theirs.target_units,
            theirs.safety_stock,
        )
        if ours.promo and ours.promo.scope is PromoScope.PRODUCT:
            assert theirs.promo is not None
            assert (ours.promo.kind, ours.promo.percent, ours.promo.minutes) == (
                theirs.promo.kind, theirs.promo.percent, theirs.promo.minutes,
            )  # fmt: skip


def test_the_broken_csv_keeps_two_good_rows_and_names_the_others(new_id: Callable[[], str]) -> None:
    # Where there is no catalogue to look in, a product that is named by its name alone cannot be found.
    rows = matched(rows_of("broken.csv", new_id), Catalogue(()), "EUR")
    assert [row.item.title for row in rows if row.item] == ["Linen throw “Fjord”", "Your questions"]
    assert [row.number for row in rows if row.problems] == list(range(3, 11))


def test_the_broken_json_keeps_two_good_items_and_names_the_others(new_id: Callable[[], str]) -> None:
    found = read_json((FOLDER / "broken.json").read_bytes(), new_id)
    assert [item.title for item in found.lineup.items] == ["Wool blanket “Nord”", "Your questions"]
    assert [problem.row for problem in found.problems] == list(range(2, 10))
