"""Line-up files of every kind, chosen on the home page: good rows make a show, bad ones are named with their reason."""

import json
from pathlib import Path

import pytest
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog

from studio.domain.exchange import Column, Found
from studio.settings.paths import Paths
from studio.ui.connections.shops_screen import ShopsScreen
from studio.ui.host.workspace import HostWorkspace
from studio.ui.models.live_show import LiveShow
from studio.ui.prepare.import_model import Chosen
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
        # The talk; this shop does not have the sample's products.
        dialog = await opened.import_shown("Import 1 item")
        rows = {dialog.model.row(at).number: dialog.model.row(at) for at in range(dialog.model.rowCount())}
        for row, why in {
            3: "'five' is no length of time",
            5: "the kind 'gift' is neither product nor talk",
            6: "between 1 and 100 %",
            7: "the code 'tea free' needs 3 to 24 capital letters",
            8: "a talk item needs a title",
            9: "the planned minutes must be more than zero",
            10: "cannot be negative",
        }.items():
            assert why in rows[row].problems[0]
        assert rows[2].match.found is Found.MISSING
        dialog.model.choose(0, Chosen.AS_IT_STANDS)
        await opened.take_import("Import 2 items")
        await opened.until(lambda: show_in(opened), "the show")
        live = show_in(opened)
        assert live is not None
        assert [i.title for i in live.state.items] == ["Linen throw “Fjord”", "Your questions"]
        assert live.state.title == "broken"
        assert live.state.currency == "EUR"


async def test_of_a_broken_json_the_good_items_make_a_show_and_the_others_are_named(
    qtbot, qapp: QApplication, paths: Paths, shop: BadShop
) -> None:
    with_settings(paths, shop)
    async with studio(qapp, paths) as opened:
        await choose(opened, RESOURCES / "broken.json")
        dialog = await opened.import_shown("Import 1 item")
        wrong = [at for at in range(dialog.model.rowCount()) if dialog.model.row(at).problems]
        assert [dialog.model.row(at).number for at in wrong] == list(range(2, 10))
        await opened.take_import()
        await opened.until(lambda: show_in(opened), "the show")
        live = show_in(opened)
        assert live is not None
        assert [i.title for i in live.state.items] == ["Your questions"]


FILES: dict[str, tuple[bytes, tuple[str, ...]]] = {
    "nothing.csv": (b"", ("write the names of the columns into the first row",)),
    "picture.csv": (b"\x89PNG\r\n\x1a\n\x00\xff", ("not text: save the table as CSV UTF-8",)),
    "letter.json": (b"Dear team,", ("is not a line-up in JSON", "a title, a currency and a list of items")),
    "list.json": (b"[1, 2]", ("is not a line-up in JSON",)),
    "euro.json": (b'{"title": "T", "currency": "euro", "items": []}', ("'euro'", "such as EUR")),
    "empty.json": (b'{"title": "T", "currency": "EUR", "items": []}', ("nothing in this line-up",)),
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
        assert show_in(opened) is None
        assert not [s for s in opened.said() if "went wrong" in s]
        assert opened.listed == []


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("Dear team,\nhello\n", "Choose the column that is missing"),
        ("sku,planned_minutes\nS,never\n" * 300, ""),
    ],
)
async def test_a_table_of_which_nothing_comes_in_makes_no_show_when_its_preview_is_left(
    qtbot, qapp: QApplication, paths: Paths, shop: BadShop, tmp_path: Path, content: str, words: str
) -> None:
    file = tmp_path / "letter.csv"
    file.write_text(content)
    with_settings(paths, shop)
    async with studio(qapp, paths) as opened:
        await choose(opened, file)
        dialog = await opened.import_shown()
        assert words in dialog.notices.text()
        assert not dialog.deed.isEnabled()
        dialog.reject()
        # Another one can be chosen right away.
        (tmp_path / "other.csv").write_text("kind,title,planned_minutes\ntalk,Hello,5\n")
        await choose(opened, tmp_path / "other.csv")
        assert opened.listed == []
        assert show_in(opened) is None
        await opened.take_import("Import 1 item")
        await opened.until(lambda: show_in(opened), "the show")
        await opened.until(lambda: opened.listed == ["other"], "the list")


async def test_columns_are_chosen_for_a_new_show_as_for_an_import(
    qtbot, qapp: QApplication, paths: Paths, shop: BadShop, tmp_path: Path
) -> None:
    file = tmp_path / "strange.csv"
    file.write_text("Was,Wie lang das geht\nProduct 1,7\n")
    with_settings(paths, shop)
    async with studio(qapp, paths) as opened:
        await choose(opened, file)
        dialog = await opened.import_shown()
        for box, column in zip(dialog.columns.choices, (Column.TITLE, Column.MINUTES), strict=True):
            box.setCurrentIndex(box.findData(column))
        # By its name in the catalogue, which was read for it.
        await opened.take_import("Import 1 item")
        await opened.until(lambda: show_in(opened), "the show")
        live = show_in(opened)
        assert live is not None
        assert [(i.product_id, i.planned_ms) for i in live.state.items] == [("p1", 420_000)]
    # The next file of this kind is read so at once, also when the studio was closed in between.
    async with studio(qapp, paths) as opened:
        await choose(opened, file)
        dialog = await opened.import_shown("Import 1 item")
        assert dialog.columns.mapping() == (Column.TITLE, Column.MINUTES)
        dialog.reject()


async def test_the_codes_of_a_whole_show_come_with_its_line_up(
    qtbot, qapp: QApplication, paths: Paths, shop: BadShop, tmp_path: Path
) -> None:
    file = tmp_path / "evening.json"
    code = {"kind": "percent", "percent": 15, "code": "LIVE14", "scope": "lineup"}
    talk = {"kind": "talk", "title": "Hello", "planned_ms": 60_000}
    file.write_text(json.dumps({"title": "Evening", "currency": "EUR", "items": [talk], "promos": [code]}))
    with_settings(paths, shop)
    async with studio(qapp, paths) as opened:
        await choose(opened, file)
        await opened.take_import("Import 1 item")
        await opened.until(lambda: show_in(opened), "the show")
        live = show_in(opened)
        assert live is not None
        assert [(p.code, p.percent) for p in live.state.planned_promos] == [("LIVE14", 15)]


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
        dialog = await opened.import_shown("Import 2 items")
        assert [dialog.model.row(at).match.found for at in range(3)] == [
            Found.BY_SKU,
            Found.BY_SKU,
            Found.MISSING,
        ]
        await opened.take_import()
        await opened.until(lambda: show_in(opened), "the show")
        live = show_in(opened)
        assert live is not None
        assert live.state.currency == "NOK"
        assert live.state.title == "evening"
        assert [i.product_id for i in live.state.items] == ["p1", "p2"]
        assert not [s for s in opened.said() if "sells in" in s]


async def test_a_csv_while_the_shop_is_silent_is_planned_in_euro_as_it_stands_and_says_so(
    qtbot, qapp: QApplication, paths: Paths, shop: BadShop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("studio.shows_import_door.CURRENCY_S", 0.2)
    shop.everywhere(problem(503, "down", "Later."))
    file = tmp_path / "evening.csv"
    file.write_text("sku,planned_minutes\nSKU-1,5\n")
    with_settings(paths, shop)
    async with studio(qapp, paths) as opened:
        await choose(opened, file)
        await opened.until_said("did not say in what it sells", "planned in EUR")
        dialog = await opened.import_shown("Import 1 item")
        assert "catalogue is not here yet" in dialog.notices.text()
        await opened.take_import()
        await opened.until(lambda: show_in(opened), "the show")


async def test_the_studio_can_be_closed_while_a_preview_is_open(
    qtbot, qapp: QApplication, paths: Paths, shop: BadShop, tmp_path: Path
) -> None:
    file = tmp_path / "evening.csv"
    file.write_text("sku,planned_minutes\nSKU-1,5\n")
    with_settings(paths, shop)
    async with studio(qapp, paths) as opened:
        await choose(opened, file)
        await opened.import_shown()
        opened.window.close()
    async with studio(qapp, paths) as opened:
        assert opened.listed == []


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
