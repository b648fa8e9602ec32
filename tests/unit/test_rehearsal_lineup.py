"""What a rehearsal gets of a show: its line-up and its products, and nothing that leads out of the rehearsal."""

import stat
import sys
from pathlib import Path

import msgspec
import pytest

from studio.domain.lineup import ItemKind, LineUpItem
from studio.domain.money import Money
from studio.domain.product import Product, StockLevel, Variant
from studio.domain.promo import PromoKind, PromoPlan
from studio.domain.show import ShowState
from studio.rehearsal import own_products
from studio.rehearsal.director import RehearsalError
from studio.rehearsal.shop_catalogue import CatalogueError
from studio.rehearsal_lineup import (
    DEMO_SHOP,
    UNKNOWN_STOCK,
    own_lineup,
    own_show,
    read_own,
    take_own,
    write_own,
)

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 20
SECRET_URL = "https://shop.example/files/blanket.png?signature=s3cret"
BLANKET = Product(
    "gid://shop/Product/1", 4, "Wool blanket", (
        Variant("gid://v/1", "W-1", "Berry", Money(8900, "NOK"), Money(8400, "NOK"), {"Colour": "Berry"}, "2900001001007"),
        Variant("gid://v/2", "W-2", "Sand", Money(9900, "NOK")),
    ), "Warm.", "home", ("new",), (SECRET_URL,), ("Warm",), url="https://shop.example/p/1",
)  # fmt: skip
SCARF = Product("gid://shop/Product/2", 1, "Scarf", (Variant("gid://v/3", "S-1", "", Money(1900, "NOK")),))
GONE = LineUpItem("i4", ItemKind.PRODUCT, "Gone", 60_000, "gid://shop/Product/9")
ITEMS = (
    LineUpItem("i1", ItemKind.PRODUCT, "Wool blanket", 120_000, BLANKET.id, alternatives=(SCARF.id, "gid://gone"),
               images=(SECRET_URL,), promo=PromoPlan("p1", "WOOL-20", PromoKind.PERCENT, 20, after_start_ms=60_000)),
    LineUpItem("i2", ItemKind.TALK, "Questions", 60_000),
    LineUpItem("i3", ItemKind.PRODUCT, "By its SKU", 60_000, sku="s-1"),
    GONE,
)  # fmt: skip
STATE = ShowState(
    "s1", seq=1, title="Winter", currency="NOK", shop="nordhus", channels=("twitch",), time_zone="Europe/Oslo",
    items=ITEMS, planned_ms=300_000,
)  # fmt: skip
STOCK = [StockLevel("gid://v/1", "oslo", 9, 2, 1, 1, 0), StockLevel("gid://v/1", "bergen", 4, 0, 0, 1, 0)]


def written():
    return own_lineup(STATE, {p.id: p for p in (BLANKET, SCARF)}, STOCK)


def test_items_name_the_products_of_the_demo_shop() -> None:
    own = written().own
    first, talk, by_sku, gone = own.lineup.items
    ids = {p.title: p.id for p in own.products.products}
    assert (first.product_id, by_sku.product_id) == (ids["Wool blanket"], ids["Scarf"])
    assert first.alternatives == (ids["Scarf"],)
    assert talk == ITEMS[1]
    assert gone.kind is ItemKind.TALK, "a product that nobody knows cannot be pinned"
    assert written().as_talk == ("Gone",)


def test_products_have_their_variants_prices_and_stock() -> None:
    blanket = written().own.products.products[0]
    assert written().own.products.currency == "NOK"
    assert [(v.sku, v.price_minor, v.lowest_30d_minor) for v in blanket.variants] == [
        ("W-1", 8900, 8400), ("W-2", 9900, None),
    ]  # fmt: skip
    assert [v.stock for v in blanket.variants] == [6 + 4, UNKNOWN_STOCK]


def test_the_file_is_private_and_leads_nowhere(tmp_path: Path) -> None:
    found = written()
    file = write_own(tmp_path, found, dict.fromkeys(found.pictures, PNG))
    text = file.read_text()
    assert "http" not in text
    assert "s3cret" not in text
    assert "nordhus" not in text
    assert "twitch" not in text
    assert read_own(file).products.products[0].picture == "own-001.png"
    if sys.platform != "win32":
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700


def test_the_rehearsal_takes_the_file_into_its_own_folder(tmp_path: Path) -> None:
    found = written()
    file = write_own(tmp_path, found, dict.fromkeys(found.pictures, PNG))
    folder = tmp_path / "20261122-1"
    folder.mkdir()
    take_own(file, folder)
    assert not file.exists(), "what was handed over is not left behind"
    assert (folder / "own" / "pictures" / "own-001.png").read_bytes() == PNG
    assert own_products.read(folder / "own" / "products.json").products == found_products(folder)
    show = own_show(folder, 10)
    assert (show.shop, show.rehearsal, show.time_zone) == (DEMO_SHOP, True, "Europe/Oslo")
    assert show.lineup.planned_ms == 600_000
    assert show.lineup.items[0].planned_ms == 240_000
    assert show.lineup.items[0].promo is not None
    assert show.lineup.items[0].promo.after_start_ms == 120_000


def found_products(folder: Path) -> list[own_products.OwnProduct]:
    return read_own(folder / "own" / "lineup.json").products.products


def test_a_file_by_somebody_else_has_no_other_files_copied(tmp_path: Path) -> None:
    (tmp_path / "secret.png").write_bytes(PNG)
    own = written().own
    stolen = [msgspec.structs.replace(p, picture="../secret.png") for p in own.products.products]
    own = msgspec.structs.replace(own, products=msgspec.structs.replace(own.products, products=stolen))
    (tmp_path / "given").mkdir()
    file = tmp_path / "given" / "lineup.json"
    file.write_bytes(msgspec.json.encode(own))
    (tmp_path / "run").mkdir()
    take_own(file, tmp_path / "run")
    assert list((tmp_path / "run" / "own" / "pictures").iterdir()) == []
    with pytest.raises(CatalogueError, match="no file's name"):
        own_products.read(tmp_path / "run" / "own" / "products.json")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is no line-up"),
        (b"[]", "is no line-up"),
        (b'{"title": "x"}', "is no line-up"),
        (None, "cannot be read"),
    ],
)
def test_another_file_is_refused_with_a_sentence(tmp_path: Path, content: bytes | None, words: str) -> None:
    file = tmp_path / "lineup.json"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(RehearsalError, match=words):
        read_own(file)
