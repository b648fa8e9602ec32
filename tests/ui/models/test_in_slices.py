"""A long list is taken up a little at a time, in its order, and all of it."""

import asyncio

import msgspec
from PySide6.QtCore import QObject

from studio.domain.product import StockLevel
from studio.ui.models.in_slices import AT_ONCE, InSlices
from studio.ui.models.live_show import LiveShow
from studio.ui.studio import ChangeBatch
from tests.fakes.fake_studio import T0, FakeStudio, a_product


async def test_a_short_list_is_taken_at_once_and_a_long_one_in_turns(qapp):
    owner, taken = QObject(), list[int]()
    slices = InSlices(taken.extend, owner)
    slices.read(range(AT_ONCE))
    assert len(taken) == AT_ONCE
    taken.clear()
    slices.read(range(AT_ONCE + 1_700))
    assert len(taken) == AT_ONCE
    async with asyncio.timeout(10):
        while len(taken) < AT_ONCE + 1_700:  # noqa: ASYNC110 - the window's loop takes them
            await asyncio.sleep(0)
    assert taken == list(range(AT_ONCE + 1_700))
    await asyncio.sleep(0)
    assert len(taken) == AT_ONCE + 1_700


async def test_a_show_of_a_large_shop_knows_the_stock_of_its_line_up_first_and_then_of_everything(qapp):
    studio = FakeStudio()
    opened = studio.opened()
    more = {f"p{n}": a_product(n, f"Item {n}", 1_000) for n in range(100, 6_000)}
    levels = tuple(StockLevel(f"v{n}", "Oslo", n, 0, 0, 1, T0) for n in range(100, 6_000))
    large = msgspec.structs.replace(
        opened, products={**more, **opened.products}, stock=(*levels, *opened.stock)
    )
    owner = QObject()
    live = LiveShow(large, owner)
    assert live.sellable("p1").total == 212, "it is in the line-up"
    assert live.sellable("p5999").total is None
    async with asyncio.timeout(10):
        while live.sellable("p5999").total is None:  # noqa: ASYNC110 - the window's loop takes them
            await asyncio.sleep(0)
    assert all(live.sellable(f"p{n}").total == n for n in range(100, 6_000))


def test_a_variant_that_becomes_another_product_s_takes_its_stock_along_and_no_older_level_replaces_a_newer(
    qapp,
):
    studio = FakeStudio()
    owner = QObject()
    live = LiveShow(studio.opened(), owner)
    heir = msgspec.structs.replace(a_product(77, "Heir", 1_000), variants=studio.products["p1"].variants)
    live.take(ChangeBatch(products=(heir,)))
    assert live.sellable("p1").total is None
    assert live.sellable("p77").total == 212
    newer, older = (StockLevel("v88", "Oslo", n, 0, 0, revision, T0) for n, revision in ((5, 8), (9, 7)))
    live.take(ChangeBatch(stock=(newer,)))
    live.take(ChangeBatch(stock=(older,)))
    live.take(ChangeBatch(products=(a_product(88, "Late", 1_000),)))
    assert live.sellable("p88").total == 5


async def test_products_that_come_by_the_hundred_are_taken_up_in_turns_those_of_the_line_up_at_once(qapp):
    studio = FakeStudio()
    owner = QObject()
    live = LiveShow(studio.opened(), owner)
    told: list[set[str]] = []
    live.products_changed.connect(told.append)
    newer = msgspec.structs.replace(studio.products["p1"], revision=9, title="New name")
    more = tuple(a_product(n, f"Item {n}", 1_000) for n in range(100, 1_100))
    live.take(ChangeBatch(products=(*more, newer)))
    assert told == [{"p1"}]
    assert live.products["p1"].title == "New name"
    assert "p100" not in live.products
    live.take(ChangeBatch(stock=(StockLevel("v1099", "Oslo", 7, 0, 0, 1, T0),)))
    async with asyncio.timeout(10):
        while len(told) < 2:  # noqa: ASYNC110 - the window's loop takes them
            await asyncio.sleep(0)
    assert told[1] == {f"p{n}" for n in range(100, 1_100)}
    assert live.sellable("p1099").total == 7, "its stock had come before it"
