"""What sells out on air has something to be shown instead, one press away."""

import msgspec
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton

from studio.domain import commands as cmd
from studio.ui.command_palette import CommandPalette
from studio.ui.widgets.product_card import WarningBanner
from tests.fakes.fake_studio import a_product
from tests.ui.host.conftest import CTRL, Host, until

Key = Qt.Key


async def choose(host: Host, item_id: str, *products: str) -> None:
    item = host.live.state.item(item_id)
    await host.give(cmd.ChangeItem(msgspec.structs.replace(item, alternatives=products)))
    host.studio.commands.clear()


def banners(host: Host) -> list[WarningBanner]:
    rows = host.host.stage.card.warnings
    return [rows.itemAt(n).widget() for n in range(rows.count())]


def offers(host: Host) -> list[QPushButton]:
    return [button for banner in banners(host) for button in banner.findChildren(QPushButton)]


async def test_an_item_that_sells_out_on_air_offers_what_its_producer_chose(on_air: Host):
    await choose(on_air, "i1", "p5", "p6")
    assert offers(on_air) == []
    on_air.studio.hear_stock("v1", 0)
    on_air.host.tick()
    await on_air.done()
    assert banners(on_air)[0].sentence.text() == "Sold out."
    assert [b.text() for b in offers(on_air)] == ["Pin alternative: Oak serving board"]
    await on_air.click(offers(on_air)[0])
    assert on_air.given == [cmd.PinItem("i5")]
    assert on_air.on_air == "Oak serving board"


async def test_an_alternative_that_nobody_planned_comes_in_and_goes_on_air(on_air: Host):
    level = on_air.studio.levels["v1"]
    on_air.studio.levels["v77"] = msgspec.structs.replace(level, variant_id="v77")
    on_air.studio.hear_product(a_product(77, "Enamel kettle", 5900))
    await choose(on_air, "i1", "p77")
    on_air.studio.hear_stock("v1", 0)
    on_air.host.tick()
    await on_air.done()
    await on_air.click(offers(on_air)[0])
    assert on_air.on_air == "Enamel kettle"
    new = on_air.live.state.on_air
    assert (new.product_id, new.planned_price_minor) == ("p77", 5900)


async def test_what_is_sold_out_itself_or_withdrawn_is_not_offered(on_air: Host):
    await choose(on_air, "i1", "p3", "p5", "p9")
    board = on_air.studio.products["p5"]
    on_air.studio.hear_product(msgspec.structs.replace(board, revision=2, active=False))
    on_air.studio.hear_stock("v1", 0)
    on_air.host.tick()
    await on_air.done()
    assert [b.text() for b in offers(on_air)] == ["Pin alternative: Felt slippers"]
    on_air.studio.hear_stock("v9", 0)
    on_air.host.tick()
    await on_air.done()
    assert offers(on_air) == []


async def test_a_next_item_that_is_sold_out_is_told_before_it_comes(on_air: Host):
    await choose(on_air, "i2", "p6")
    on_air.studio.hear_stock("v2", 0)
    on_air.host.tick()
    await on_air.done()
    assert banners(on_air)[-1].sentence.text() == "“Ceramic mug set of 4” comes next and is sold out."
    await on_air.click(offers(on_air)[0])
    assert on_air.on_air == "Stoneware teapot"


async def test_when_it_can_be_sold_again_the_offer_goes(on_air: Host):
    await choose(on_air, "i1", "p5")
    on_air.studio.hear_stock("v1", 0)
    on_air.host.tick()
    await on_air.done()
    assert len(offers(on_air)) == 1
    on_air.studio.hear_stock("v1", 4)
    on_air.host.tick()
    await on_air.done()
    assert offers(on_air) == []


async def test_the_palette_offers_the_alternative_too(on_air: Host):
    await choose(on_air, "i1", "p6")
    on_air.studio.hear_stock("v1", 0)
    await on_air.press(Key.Key_K, CTRL)
    palette = on_air.window.findChild(CommandPalette)
    await until(palette.isVisible, "the palette")
    QTest.keyClicks(palette.field, "alternative")
    entries = [palette.model.entry(n).text for n in range(palette.model.rowCount())]
    assert "Pin alternative: Stoneware teapot" in entries
    for _ in range(entries.index("Pin alternative: Stoneware teapot")):
        QTest.keyClick(palette.field, Key.Key_Down)
    QTest.keyClick(palette.field, Key.Key_Return)
    await on_air.done()
    assert on_air.on_air == "Stoneware teapot"


async def test_what_was_undone_is_done_again_by_its_key(on_air: Host):
    await on_air.give(cmd.SkipItem("i5"))
    await on_air.press(Key.Key_Z, CTRL)
    assert on_air.actions["redo"].isEnabled()
    await on_air.press(Key.Key_Z, CTRL | Qt.KeyboardModifier.ShiftModifier)
    assert on_air.given[-2:] == [cmd.Undo(), cmd.Redo()]
    assert on_air.live.state.status("i5").value == "skipped"
