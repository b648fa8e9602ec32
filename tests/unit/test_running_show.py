"""What comes in for the product on air is on the stage at once, and nothing else keeps the stage busy."""

import asyncio
from types import SimpleNamespace
from typing import cast

import pytest

from studio.control.clock import MeasuredShowClock
from studio.control.ports import StoredBatch
from studio.domain import commands as cmd
from studio.domain.money import Money
from studio.domain.product import Product, StockLevel, Variant
from studio.running_show import RunningShow
from studio.store.store import Store
from studio.sync.engine import Engine
from studio.sync.links import LinkState
from tests.fakes.memory_store import MemoryOutbox
from tests.fakes.virtual_time import VirtualLoop, VirtualWall, run
from tests.unit.domain.show_builder import Show
from tests.unit.sync.test_stage_keeper import FakeStage
from tests.unit.test_show_stage import Stages


def product(n: int, price: int = 10_000, revision: int = 1) -> Product:
    return Product(f"p{n}", revision, f"Product {n}", (Variant(f"v{n}", "S", "One", Money(price, "EUR")),))


def stock(n: int, pieces: int, revision: int = 1) -> StockLevel:
    return StockLevel(f"v{n}", "main", pieces, 0, 0, revision, 0)


class Place:
    """An open show whose engine does nothing by itself, with one stage."""

    def __init__(self, loop: VirtualLoop) -> None:
        wall = VirtualWall(loop)
        clock = MeasuredShowClock(wall)
        clock.measured(wall.now_ms(), wall.now_ms(), wall.now_ms())
        self.stage = FakeStage(wall)
        show = Show()
        log = MemoryOutbox()
        log.log = list(show.log)
        engine = SimpleNamespace(
            attempted=set[str](), pulse=None, wake=lambda: None, set_on_air=lambda *_: None
        )
        self.running = RunningShow(
            show.state,
            cast("Store", SimpleNamespace(log=log)),
            clock,
            wall,
            lambda _show: cast("Engine", engine),
            lambda _batch: None,
            show.now,
            Stages(self.stage),
        )
        self.running.link_status("shop", "shop", LinkState.OK, "", None)

    @property
    def left(self) -> int | None:
        assert self.stage.now.card is not None
        return self.stage.now.card.left


def test_price_and_stock_of_the_product_on_air_are_on_the_stage_as_soon_as_they_are_stored():
    async def main(loop: VirtualLoop) -> None:
        p = Place(loop)
        p.running.stored(StoredBatch(products=(product(1), product(2)), stock=(stock(1, 40), stock(2, 3))))
        await p.running.do(cmd.PinItem("i1"))
        assert p.left is None, "not few"
        p.running.stored(StoredBatch(stock=(stock(2, 2, 2), stock(1, 4, 2))))
        assert p.left == 4
        p.running.stored(StoredBatch(products=(product(1, 9_000, 2),)))
        assert p.stage.now.card is not None
        assert p.stage.now.card.price == Money(9_000, "EUR")

    run(main)


def test_what_comes_in_for_other_products_leaves_the_stage_alone(monkeypatch: pytest.MonkeyPatch):
    async def main(loop: VirtualLoop) -> None:
        p = Place(loop)
        p.running.stored(StoredBatch(products=(product(1), product(2)), stock=(stock(1, 4), stock(2, 3))))
        await p.running.do(cmd.PinItem("i1"))
        told: list[object] = []
        monkeypatch.setattr(p.running._stage, "update", lambda *args: told.append(args))
        p.running.stored(StoredBatch(products=(product(2, 9_000, 2),), stock=(stock(2, 1, 2),)))
        assert told == []
        p.running.stored(StoredBatch(stock=(stock(1, 3, 2),)))
        assert len(told) == 1
        await asyncio.sleep(0)

    run(main)


def test_stock_that_comes_before_its_product_or_moves_to_another_counts_where_it_is():
    async def main(loop: VirtualLoop) -> None:
        p = Place(loop)
        p.running.stored(StoredBatch(stock=(stock(1, 4),)))
        p.running.stored(StoredBatch(products=(product(1), product(2)), stock=(stock(2, 3),)))
        await p.running.do(cmd.PinItem("i1"))
        assert p.left == 4
        both = Product("p2", 2, "Product 2", (*product(2).variants, *product(1).variants))
        p.running.stored(StoredBatch(products=(both,)))
        await p.running.do(cmd.PinItem("i2"))
        assert p.left == 7

    run(main)
