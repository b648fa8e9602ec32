"""Line-up files of every kind, chosen on the home page: good rows make a show, bad ones are named with their reason."""

import json
from pathlib import Path

import pytest
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog

from studio.settings.paths import Paths
from studio.ui.connections.shops_screen import ShopsScreen
from studio.ui.host.workspace import HostWorkspace
from studio.ui.models.live_show import LiveShow
from tests.fakes.bad_shop import BadShop, a_product, problem
from tests.faults.front_door import OpenStudioWindow, studio, with_settings

RESOURCES = Path(__file__).resolve().parents[2] / "resources" / "lineup"


async def choose(opened: OpenStudioWindow, file: Path) -> None:
    """By the button, in the dialog."""
    await opened.until(opened.home.from_file.isEnabled, "the button")
    opened.home.from_file.click()
    dialog = await opened.dialog(QFileDialog)
    dialog.selectFile(str(file))
    dialog.accept()


def show_in(opened: OpenStudioWindow) -> LiveShow | None:
    """The show that the window has open."""
    found = opened.window.findChild(HostWorkspace)
    return found._show if isinstance(found, HostWorkspace) else None


async def test_of_a_broken_csv_the_good_rows_make_a_show_and_each_other_row_is_named(
    qtbot, qapp: QApplication, paths: Paths, shop: BadShop
) -> None:
    with_settings(paths, shop)
    async with studio(qapp, paths) as opened:
        await choose(opened, RESOURCES / "broken.csv")
        await opened.until(lambda: show_in(opened), "the show")
        live = show_in(opened)
        assert live is not None
        assert [i.title for i in live.state.items] == ["Linen throw “Fjord”", "Your questions"]
        for row, why in {
            3: "planned_minutes is 'five', not a number",
            4: "needs a product_id or a sku",
            5: "the kind 'gift' is neither product nor talk",
            6: "between 1 and 100 %",
            7: "the code 'tea free' needs 3 to 24 capital letters",
            8: "a talk item needs a title",
            9: "the planned minutes must be more than zero",
            10: "cannot be negative",
        }.items():
            await opened.until_said(f"Row {row}:", why)
        await opened.until_said("“broken.csv”: 2 items were kept, 8 rows were not.")
        assert live.state.currency == "EUR"


async def test_of_a_broken_json_the_good_items_make_a_show_and_the_others_are_named(
    qtbot, qapp: QApplication, paths: Paths, shop: BadShop
) -> None:
    with_settings(paths, shop)
    async with studio(qapp, paths) as opened:
        await choose(opened, RESOURCES / "broken.json")
        await opened.until(lambda: show_in(opened), "the show")
        live = show_in(opened)
        assert live is not None
        assert len(live.state.items) == 2
        await opened.until_said("Item 2:")
        await opened.until_said("Item 9:")


FILES: dict[str, tuple[bytes, tuple[str, ...]]] = {
    "nothing.csv": (b"", ("The first row must name the columns",)),
    "picture.csv": (b"\x89PNG\r\n\x1a\n\x00\xff", ("not UTF-8 text: save it as CSV UTF-8",)),
    "letter.csv": (b"Dear team,\nhello\n", ("The first row must name the columns",)),
    "letter.json": (b"Dear team,", ("is not a line-up in JSON", "a title, a currency and a list of items")),
    "list.json": (b"[1, 2]", ("is not a line-up in JSON",)),
    "euro.json": (b'{"title": "T", "currency": "euro", "items": []}', ("'euro'", "such as EUR")),
    "empty.json": (
        b'{"title": "T", "currency": "EUR", "items": []}',
        ("Nothing in “empty.json” could be used",),
    ),
    "all-bad.csv": (b"sku,planned_minutes\n,5\nS1,never\n", ("Nothing in “all-bad.csv” could be used",)),
    "huge.csv": (b"x" * 20_000_001, ("more than 20 MB",)),
}


async def test_a_file_that_is_no_line_up_makes_no_show_and_says_what_to_do(
    qtbot, qapp: QApplication, paths: Paths, shop: BadShop, tmp_path: Path
) -> None:
    with_settings(paths, shop)
    async with studio(qapp, paths) as opened:
        for name, (content, words) in FILES.items():
            (tmp_path / name).write_bytes(content)
            await choose(opened, tmp_path / name)
            sentence = await opened.until_said(f"“{name}”", *words)
            assert sentence.endswith(".")
        (tmp_path / "all-bad.csv").unlink()
        assert show_in(opened) is None
        assert not [s for s in opened.said() if "went wrong" in s]
        assert opened.listed == []


async def test_many_bad_rows_are_not_all_put_on_the_screen(
    qtbot, qapp: QApplication, paths: Paths, shop: BadShop, tmp_path: Path
) -> None:
    file = tmp_path / "long.csv"
    file.write_text("sku,planned_minutes\nSKU-1,5\n" + "S,never\n" * 300)
    with_settings(paths, shop)
    async with studio(qapp, paths) as opened:
        await choose(opened, file)
        await opened.until_said("“long.csv”: 1 items were kept, 300 rows were not.")
        await opened.until_said("And 290 more rows of “long.csv” were left out")
        assert len([s for s in opened.said() if s.startswith("Row ")]) == 10
        await opened.until(lambda: show_in(opened), "the show")


async def test_a_csv_is_planned_in_the_currency_of_the_shop_and_finds_its_products_by_sku(
    qtbot, qapp: QApplication, paths: Paths, shop: BadShop, tmp_path: Path
) -> None:
    shop.identity["currency"] = "NOK"
    shop.products = [json.loads(json.dumps(a_product(n)).replace('"EUR"', '"NOK"')) for n in (1, 2)]
    file = tmp_path / "evening.csv"
    file.write_text("sku,planned_minutes,target_units\nSKU-1,5,10\nSKU-2,5,10\nSKU-404,5,10\n")
    with_settings(paths, shop)
    async with studio(qapp, paths) as opened:
        await choose(opened, file)
        await opened.until(lambda: show_in(opened), "the show")
        live = show_in(opened)
        assert live is not None
        assert live.state.currency == "NOK"
        assert live.state.title == "evening"
        await opened.until(
            lambda: [i.product_id for i in live.state.items] == ["p1", "p2", ""], "the products"
        )
        await opened.until_said("row 3 (SKU-404)")
        assert not [s for s in opened.said() if "sells in" in s]


async def test_a_csv_while_the_shop_is_silent_is_planned_in_euro_and_says_so(
    qtbot, qapp: QApplication, paths: Paths, shop: BadShop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("studio.shows_new_door.CURRENCY_S", 0.2)
    shop.everywhere(problem(503, "down", "Later."))
    file = tmp_path / "evening.csv"
    file.write_text("sku,planned_minutes\nSKU-1,5\n")
    with_settings(paths, shop)
    async with studio(qapp, paths) as opened:
        await choose(opened, file)
        await opened.until_said("did not say in what it sells", "planned in EUR")
        await opened.until(lambda: show_in(opened), "the show")


async def test_an_address_that_cannot_be_is_said_under_its_field(
    qtbot, qapp: QApplication, paths: Paths
) -> None:
    async with studio(qapp, paths) as opened:
        await opened.until(lambda: opened.window.findChild(HostWorkspace) is None and opened.home, "the page")
        opened.home.connect_shop.click()
        screen = opened.window.findChild(ShopsScreen)
        assert isinstance(screen, ShopsScreen)
        await opened.until(screen.empty.button.isVisible, "the shops")
        screen.add()
        form = screen.form
        QTest.keyClicks(form.name, "Nordhus")
        QTest.keyClicks(form.key, "a-token-of-the-shop")
        for address, words in {
            "https://": "begin with https:// and name a server",
            "shop.example": "begin with https://",
            "ftp://shop.example": "begin with https://",
            "http://shop.example": "use https://",
            "https://me:secret@shop.example": "Leave user name and password out",
            "https://shop.example/?token=abc": "without anything behind it",
        }.items():
            form.address.clear()
            QTest.keyClicks(form.address, address)
            screen._actions["shop.save"].act()
            await opened.until(lambda words=words: words in form.hints["base_url"].text(), address)
            assert screen.unsaved
        form.address.clear()
        QTest.keyClicks(form.address, "https://shop.example")
        screen._actions["shop.save"].act()
        await opened.until(
            lambda: "shop.example" in opened.home.shop.text() and not screen.unsaved, "the shop"
        )
    assert "a-token-of-the-shop" not in paths.settings.read_text()
