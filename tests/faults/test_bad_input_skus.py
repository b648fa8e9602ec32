"""A line-up that knows only SKUs: its products are found at the shop, and what is not found is named by its row."""

from pathlib import Path

from PySide6.QtWidgets import QApplication

from studio.domain.commands import NextItem, RemoveItem, Undo
from studio.domain.events import ItemChanged
from tests.fakes.bad_shop import BadShop, a_product, data
from tests.faults.windows import item, lineup, stage


async def test_items_with_an_sku_only_find_their_products_and_go_on_air_by_f12(
    qtbot, qapp: QApplication, tmp_path: Path
) -> None:
    plan = lineup(
        item(1, product_id="", sku="SKU-1", title="SKU-1"),
        item(2, product_id="", sku="400002", title="By the number on the box"),
    )
    with BadShop() as shop:
        async with stage(qapp, tmp_path, shop) as window:
            await window.open(plan)
            await window.until(lambda: all(i.product_id for i in window.state.items), "both products")
            assert [(i.product_id, i.title) for i in window.state.items] == [
                ("p1", "Product 1"),
                ("p2", "By the number on the box"),
            ]
            assert {e.actor for e in window.live.log if isinstance(e.event, ItemChanged)} == {"engine"}
            window.press("item.next")
            await window.until(lambda: window.state.pinned_product_id == "p1", "the pin")
            await window.until(lambda: window.live.sellable("p1").total == 20, "its stock")
            await window.do(Undo())
            assert [i.product_id for i in window.state.items] == ["p1", "p2"], "undo takes back the pin only"
            assert not [s for s in window.said() if "no product" in s]


async def test_a_row_that_the_shop_does_not_have_is_named_and_the_others_go_on(
    qtbot, qapp: QApplication, tmp_path: Path
) -> None:
    plan = lineup(item(1), item(2, product_id="", sku="NOWHERE", title="NOWHERE"), item(3))
    with BadShop() as shop:
        async with stage(qapp, tmp_path, shop) as window:
            await window.open(plan)
            sentence = await window.until_said("row 2 (NOWHERE)")
            assert "pin the product by search" in sentence
            window.press("item.next")
            await window.until(lambda: window.state.pinned_product_id == "p1", "the pin")
            window.give(NextItem())
            await window.until_said("was not found in the shop (SKU NOWHERE)")
            assert window.state.pinned_product_id == "p1"
            await window.do(RemoveItem("i2"))
            await window.until(lambda: sentence not in window.standing(), "the sentence to be over")


async def test_a_product_that_the_shop_tells_of_later_is_found_then(
    qtbot, qapp: QApplication, tmp_path: Path
) -> None:
    plan = lineup(item(1, product_id="", sku="SKU-9", title="SKU-9"))
    with BadShop() as shop:
        async with stage(qapp, tmp_path, shop) as window:
            await window.open(plan)
            sentence = await window.until_said("row 1 (SKU-9)")
            shop.change("product", a_product(9))
            await window.until(lambda: window.state.items[0].product_id == "p9", "the product")
            await window.until(lambda: sentence not in window.standing(), "the sentence to be over")


async def test_without_the_shop_nobody_says_that_it_lacks_a_product_and_a_restart_goes_on(
    qtbot, qapp: QApplication, tmp_path: Path
) -> None:
    plan = lineup(item(1, product_id="", sku="SKU-1", title="SKU-1"))
    with BadShop() as shop:
        shop.everywhere(data({}, 503))
        async with stage(qapp, tmp_path, shop) as window:
            await window.open(plan)
            await window.until(lambda: window.link() == "down", "the shop to be down")
            assert not [s for s in window.said() if "SKU" in s]
            show_id = window.show_id
        shop.all_well()
        async with stage(qapp, tmp_path, shop) as window:
            await window.open(show_id=show_id)
            await window.until(lambda: window.state.items[0].product_id == "p1", "the product")
