"""Several shops in one studio: each show sells from its own, and changes it only while nothing depends on it."""

import json
from collections.abc import Callable, Iterator
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QFileDialog

from studio.domain.commands import NextItem, StartShow
from studio.domain.money import Money
from studio.settings.paths import Paths
from studio.ui.connections.leaving import UnsavedDialog
from studio.ui.connections.shops_screen import ShopsScreen
from studio.ui.dialogs import FormDialog
from studio.ui.host.workspace import HostWorkspace
from studio.ui.shows.show_list import Deed
from tests.fakes.bad_shop import BadShop, a_level, a_product, money, now_ms, problem
from tests.faults.front_door import OpenStudioWindow, studio

Opening = Callable[[], AbstractAsyncContextManager[OpenStudioWindow]]


@pytest.fixture
def shops() -> Iterator[tuple[BadShop, BadShop]]:
    with BadShop() as first, BadShop() as second:
        second.identity["name"] = "Fjord"
        second.identity["instance_id"] = "two"
        second.products = [a_product(n, title=f"Fjord {n}", texts={}, revision=0) for n in (1, 2)]
        yield first, second


@pytest.fixture
def paths(tmp_path: Path, shops: tuple[BadShop, BadShop]) -> Paths:
    """Settings that know both shops, the first one for new shows."""
    made = Paths(tmp_path / "data")
    made.prepare()
    known = [
        {"id": "nordhus", "name": "Nordhus", "base_url": shops[0].url},
        {"id": "fjord", "name": "Fjord", "base_url": shops[1].url},
    ]
    made.settings.write_text(json.dumps({"shops": known, "active_shop": "nordhus"}))
    return made


@pytest.fixture
def open_it(qtbot, qapp: QApplication, paths: Paths) -> Opening:
    """Opens the studio, each time with what it kept."""
    return lambda: studio(qapp, paths)


@pytest.fixture
def lineup(tmp_path: Path) -> Path:
    file = tmp_path / "evening.csv"
    file.write_text("sku,planned_minutes\nSKU-1,5\nSKU-2,5\n")
    return file


async def choose_shop(opened: OpenStudioWindow, name: str) -> None:
    """In the dialog that asks for one."""
    dialog = await opened.dialog(FormDialog)
    box = dialog.inputs["shop"]
    assert isinstance(box, QComboBox)
    box.setCurrentText(name)
    QTest.mouseClick(dialog.deed, Qt.MouseButton.LeftButton)


async def the_show(opened: OpenStudioWindow) -> HostWorkspace:
    """The show that is being opened, with its host's workspace in front."""
    await opened.until(lambda: opened.window.findChild(HostWorkspace), "the show")
    opened.window.show_workspace("host")
    host = opened.window.findChild(HostWorkspace)
    assert isinstance(host, HostWorkspace)
    return host


async def make_show(opened: OpenStudioWindow, file: Path, shop: str) -> HostWorkspace:
    """A show from a line-up, by the button of the list."""
    opened.home.from_file.click()
    await choose_shop(opened, shop)
    chooser = await opened.dialog(QFileDialog)
    chooser.setDirectory(str(file.parent))
    chooser.selectFile(str(file))
    chooser.accept()
    await opened.take_import()
    return await the_show(opened)


async def test_a_show_sells_from_the_shop_it_was_made_with_also_when_it_is_opened_again(
    open_it: Opening, shops: tuple[BadShop, BadShop], lineup: Path
) -> None:
    async with open_it() as opened:
        await opened.until(lambda: "for new shows: Nordhus" in opened.home.shop.text(), "the page")
        await make_show(opened, lineup, "Fjord")
        await opened.until(lambda: shops[1].requests("/v1/products"), "the products of its shop")
    assert shops[0].requests("/v1/shop") == [], "the other shop was not asked"
    before = len(shops[1].requests("/v1/shop"))
    async with open_it() as opened:
        await opened.until(lambda: len(opened.listed) == 1, "the show")
        assert "Fjord" in opened.row(0)
        opened.do(Deed.OPEN)
        await opened.until(lambda: len(shops[1].requests("/v1/shop")) > before, "its shop")
    assert shops[0].requests("/v1/shop") == []


def an_order(show_id: str, revision: int, minor: int) -> dict[str, Any]:
    """Order o1, which came by the show's link: both shops have one of this id."""
    line = {
        "variant_id": "v1",
        "product_id": "p1",
        "quantity": 1,
        "total": money(minor),
        "discount": money(0),
    }
    return {
        "id": "o1", "number": "1001", "revision": revision, "placed_at_ms": now_ms(), "updated_at_ms": now_ms(),
        "status": "paid", "total": money(minor), "refunded": money(0), "discount": money(0), "paid_at_ms": now_ms(),
        "promo_codes": [], "lines": [line], "link_show_id": show_id,
    }  # fmt: skip


async def test_what_two_shops_number_alike_is_told_apart_in_their_shows_and_reviews(
    open_it: Opening, shops: tuple[BadShop, BadShop], lineup: Path
) -> None:

    async def sell(
        opened: OpenStudioWindow, host: HostWorkspace, shop: BadShop, revision: int, minor: int, left: int
    ) -> None:
        await opened.until(lambda: host._show.state.items[0].product_id, "the first product")
        host.deciding.give(StartShow())
        await opened.until(lambda: host._show.state.started_at_ms, "the start")
        # By the shop's clock, which the show knows to within a second only.
        at_ms = max(now_ms(), host._show.state.started_at_ms or 0)
        shop.change("stock", a_level(1, left, revision=7, updated_at_ms=at_ms))
        shop.change("order", an_order(host._show.state.id, revision, minor))
        await opened.until(lambda: host._show.sales.orders == 1, "the order")
        await opened.until(lambda: host._show.sellable("p1").total == left, "the stock")

    async with open_it() as opened:
        host = await make_show(opened, lineup, "Nordhus")
        await sell(opened, host, shops[0], 5, 4900, 0)
        first = host._show.state.id
    async with open_it() as opened:
        await opened.until(lambda: len(opened.listed) == 1, "the list")
        host = await make_show(opened, lineup, "Fjord")
        await sell(opened, host, shops[1], 1, 9900, 3)
        own = await host._studio.review(host._show.state.id)
        past = await host._studio.review(first)
        assert own.figures.own.gross == Money(9900, "EUR")
        assert past.figures.own.gross == Money(4900, "EUR"), "the order of its own shop"
        assert [p.product_id for p in past.figures.products if p.sold_out_at_ms is not None] == ["p1"]
        assert [p.product_id for p in own.figures.products if p.sold_out_at_ms is not None] == []


async def test_a_show_that_has_not_begun_changes_its_shop_and_finds_its_products_there(
    open_it: Opening, shops: tuple[BadShop, BadShop], lineup: Path
) -> None:
    async with open_it() as opened:
        await make_show(opened, lineup, "Nordhus")
        await opened.until(lambda: shops[0].requests("/v1/products"), "the products")
    async with open_it() as opened:
        await opened.until(opened.home.list.buttons[Deed.CHANGE_SHOP].isVisible, "the button")
        opened.do(Deed.CHANGE_SHOP)
        await choose_shop(opened, "Fjord")
        await opened.until_said("sells from “Fjord”")
        await opened.until(lambda: "Fjord" in opened.row(0), "the list")
        asked = len(shops[0].requests("/v1/shop"))
        opened.do(Deed.OPEN)
        await opened.until(lambda: shops[1].requests("/v1/products"), "the other shop's products")
        assert len(shops[0].requests("/v1/shop")) == asked
        # Both shops number their products alike, and the first one's are of a higher revision.
        host = await the_show(opened)
        await opened.until(lambda: host._show.state.items[0].product_id == "p1", "the product")
        await opened.until(lambda: set(host._show.products) == {"p1", "p2"}, "the products of its shop only")
        assert host._show.products["p1"].title == "Fjord 1"


async def test_a_shop_with_a_show_stays_and_its_last_error_is_told_on_the_screen(
    open_it: Opening, shops: tuple[BadShop, BadShop], lineup: Path
) -> None:
    async with open_it() as opened:
        host = await make_show(opened, lineup, "Nordhus")
        await opened.until(lambda: shops[0].requests("/v1/products"), "the products")
        shops[0].token = "another"
        for path in ("/v1/clock", "/v1/changes/stream"):
            shops[0].well(path)
        opened.window._furniture._actions["shops"].trigger()
        screen = opened.window.findChild(ShopsScreen)
        assert isinstance(screen, ShopsScreen)
        await opened.until(lambda: screen.isVisible() and screen.list.current is not None, "the screen")
        screen.list.choose(0)
        screen.test()
        await opened.until(lambda: screen.findings.state.text() == "not connected", "what the test found")
        await opened.until(lambda: any("token" in s for s in screen.errors.sentences()), "the last error")
        screen._actions["shop.remove"].act()
        from studio.ui.dialogs import ConfirmDialog

        (await opened.dialog(ConfirmDialog)).deed.click()
        await opened.until(screen.form.refusal.isVisible, "the refusal")
        assert "“evening”" in screen.form.refusal.text()
        # Back where the person came from: to the show.
        screen.leave()
        await opened.until(host.isVisible, "the show")


async def test_a_notice_about_the_shops_key_leads_to_the_shops_and_a_new_key_lets_go_what_waits(
    open_it: Opening, shops: tuple[BadShop, BadShop], lineup: Path
) -> None:
    async with open_it() as opened:
        host = await make_show(opened, lineup, "Nordhus")
        await opened.until(lambda: host._show.state.items[0].product_id, "the first product")
        shops[0].on("/v1/featured", problem(401, "unauthorized", "Who are you?"))
        for command in (StartShow(), NextItem()):
            host.deciding.give(command)
        stack = opened.window.notice_stack
        await opened.until(lambda: [c for c in stack.cards if c.notice.key == "token:shop"], "the notice")
        action = next(c.notice.action for c in stack.cards if c.notice.key == "token:shop")
        assert action is not None
        assert action.text == "Shops…"
        action.run()
        assert opened.window.workspace == "shops"
        screen = opened.window.findChild(ShopsScreen)
        assert isinstance(screen, ShopsScreen)
        await opened.until(lambda: screen.list.current is not None, "the shops")
        shops[0].well("/v1/featured")
        QTest.keyClicks(screen.form.key, "a-new-key")
        screen._actions["shop.save"].act()
        await opened.until(lambda: not host._show.outbox, "the pin to go out")
        assert shops[0].requests("/v1/featured")[-1].headers["authorization"] == "Bearer a-new-key"
        await opened.until(lambda: not screen.unsaved, "the save")
        screen.leave()
        await opened.until(lambda: opened.window.workspace == "host", "the way back")


async def test_closing_the_studio_asks_about_what_is_not_saved(open_it: Opening, paths: Paths) -> None:
    async with open_it() as opened:
        opened.home.connect_shop.click()
        screen = opened.window.findChild(ShopsScreen)
        assert isinstance(screen, ShopsScreen)
        await opened.until(lambda: screen.list.current is not None, "the shops")
        QTest.keyClicks(screen.form.name, " AS")
        opened.window.close()
        (await opened.dialog(UnsavedDialog)).reject()
        await opened.until(lambda: QApplication.activeModalWidget() is None, "the dialog to go")
        assert not opened.running.done(), "it goes on"
        opened.window.close()
        (await opened.dialog(UnsavedDialog)).save.click()
        await opened.until(lambda: "Nordhus AS" in paths.settings.read_text(), "what was saved")


async def test_a_show_whose_shop_is_gone_from_the_settings_asks_for_another(
    open_it: Opening, paths: Paths, shops: tuple[BadShop, BadShop], lineup: Path
) -> None:
    async with open_it() as opened:
        await make_show(opened, lineup, "Nordhus")
        await opened.until(lambda: shops[0].requests("/v1/products"), "the products")
    kept = {"id": "fjord", "name": "Fjord", "base_url": shops[1].url}
    paths.settings.write_text(json.dumps({"shops": [kept], "active_shop": "fjord"}))
    async with open_it() as opened:
        await opened.until(lambda: len(opened.listed) == 1, "the show")
        opened.do(Deed.OPEN)
        await choose_shop(opened, "Fjord")
        await opened.until(lambda: shops[1].requests("/v1/products"), "the other shop")
        await the_show(opened)


async def test_a_show_with_decisions_that_wait_keeps_its_shop_and_so_does_one_that_has_begun(
    open_it: Opening, shops: tuple[BadShop, BadShop], lineup: Path
) -> None:
    async with open_it() as opened:
        host = await make_show(opened, lineup, "Nordhus")
        await opened.until(lambda: shops[0].requests("/v1/products"), "the products")
        await opened.until(lambda: host._show.state.items[0].product_id, "the first product")
        shops[0].on("/v1/featured", problem(503, "down", "Later."))
        for command in (StartShow(), NextItem()):
            host.deciding.give(command)
        await opened.until(lambda: host._show.waiting, "the pin to wait")
    async with open_it() as opened:
        await opened.until(lambda: len(opened.listed) == 1, "the show")
        assert not opened.home.list.buttons[Deed.CHANGE_SHOP].isVisible()
        show_id = opened.home.list.listed[0].id
        opened.home.deed.emit(Deed.CHANGE_SHOP, show_id)
        await opened.until_said("to be sent to the shop of “evening”", "then change its shop")
        shops[0].well("/v1/featured")
        opened.do(Deed.OPEN)
        host = await the_show(opened)
        await opened.until(lambda: not host._show.outbox, "everything sent")
        opened.home.deed.emit(Deed.CHANGE_SHOP, show_id)
        await opened.until_said("has begun", "Make another show")
    assert shops[1].requests("/v1/shop") == []
