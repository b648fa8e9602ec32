"""A show's own line-up, rehearsed by real processes: the demo shop sells its products, and the figures are the truth."""

from pathlib import Path

import pytest

from studio.domain import events as ev
from studio.domain.lineup import ItemKind, LineUpItem
from studio.domain.money import Money
from studio.domain.product import Product, StockLevel, Variant
from studio.domain.promo import PromoKind, PromoPlan
from studio.domain.show import ShowState, fold
from studio.rehearsal_lineup import own_lineup, write_own
from tests.fakes.shop_process import start_shop
from tests.journeys.rehearsals import Played, rehearse, studio
from tests.journeys.test_rehearsal import equal_to_the_books

pytestmark = pytest.mark.timeout(240)

IMAGE = Path(__file__).resolve().parents[2] / "resources" / "catalogue" / "images" / "wool-blanket-nord.webp"
PRODUCTS = [
    Product(
        f"gid://shop/Product/{n}", n, f"Own product {n}",
        tuple(
            Variant(f"gid://v/{n}-{size}", f"OWN-{n}-{size}", size, Money(1000 * n + 90, "NOK"), options={"size": size})
            for size in ("S", "M")
        ),
        category="home", image_urls=(f"https://shop.example/{n}.webp",),
    )
    for n in range(1, 5)
]  # fmt: skip
ITEMS = (
    LineUpItem("t1", ItemKind.TALK, "Welcome", 60_000),
    *(
        LineUpItem(f"i{n}", ItemKind.PRODUCT, f"Own product {n}", 180_000, f"gid://shop/Product/{n}", f"OWN-{n}-S", target_units=20)
        for n in (1, 2, 3)
    ),
    LineUpItem("i4", ItemKind.PRODUCT, "Own product 4", 180_000, sku="own-4-m",
               promo=PromoPlan("p4", "OWN4-20", PromoKind.PERCENT, 20, armed=True)),
)  # fmt: skip
STATE = ShowState(
    "own", seq=1, title="Winter at Fjord", currency="NOK", shop="fjord", time_zone="Europe/Oslo", items=ITEMS,
    planned_ms=780_000,
)  # fmt: skip
STOCK = [
    StockLevel(f"gid://v/{n}-{size}", "oslo", 60, 0, 0, 1, 0) for n in range(1, 5) for size in ("S", "M")
]


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Played:
    folder = tmp_path_factory.mktemp("own")
    found = own_lineup(STATE, {p.id: p for p in PRODUCTS}, STOCK)
    file = write_own(folder, found, dict.fromkeys(found.pictures, IMAGE.read_bytes()))
    return rehearse(
        folder / "data", folder / "out", "--lineup", str(file), "--seed", "5", "--minutes", "6", "--speed", "30",
        "--viewers", "2000",
    )  # fmt: skip


def test_the_figures_of_an_own_line_up_are_those_of_the_books(played: Played) -> None:
    assert played.ended.code == 0, played.ended
    assert equal_to_the_books(played.summary), played.summary
    assert played.summary["currency"] == "NOK"
    assert played.summary["orders"] > 0


def test_what_was_rehearsed_is_the_line_up_of_the_show(played: Played) -> None:
    log = played.log()
    planned = log[0].event
    assert isinstance(planned, ev.ShowPlanned)
    assert (planned.lineup.title, planned.rehearsal, planned.time_zone) == (
        "Winter at Fjord",
        True,
        "Europe/Oslo",
    )
    assert [i.title for i in planned.lineup.items] == [i.title for i in ITEMS]
    assert sum(i.planned_ms for i in planned.lineup.items) == pytest.approx(360_000, abs=10)


def test_its_products_were_on_air_and_sold_and_its_code_was_issued(played: Played) -> None:
    log = played.log()
    went = [e.event for e in log if isinstance(e.event, ev.ItemWentOnAir)]
    own = {f"own-00{n}" for n in range(1, 5)}
    assert own <= {event.product_id for event in went}
    assert {e.price.amount_minor for e in went if e.product_id in own and e.price} == {1090, 2090, 3090, 4090}
    assert any(isinstance(e.event, ev.PromoIssued) and e.event.promo.code == "OWN4-20" for e in log)
    state = fold(played.summary["show_id"], log)
    assert "OWN4-20" in state.codes, "the demo shop took the code for its product"


def test_nothing_of_it_leads_out_of_the_rehearsal(played: Played) -> None:
    for name in ("lineup.json", "products.json"):
        text = (played.folder / "own" / name).read_text()
        assert "shop.example" not in text
        assert "fjord" not in text


def test_the_demo_shop_shows_pictures_of_own_products(played: Played, tmp_path: Path) -> None:
    shop = start_shop(tmp_path, arguments=("--own-products", str(played.folder / "own" / "products.json")))
    try:
        product = shop.http.get("/v1/products/own-001").json()
        picture = shop.http.get(product["images"][0]["url"])
        identity = shop.http.get("/v1/shop").json()
        others = shop.http.get("/v1/products?limit=1").json()["items"]
    finally:
        shop.stop()
    assert product["title"] == "Own product 1"
    assert [v["sku"] for v in product["variants"]] == ["OWN-1-S", "OWN-1-M"]
    assert picture.content == IMAGE.read_bytes()
    assert identity["currency"] == "NOK"
    assert others[0]["variants"][0]["price"]["currency"] == "NOK"


def test_an_own_line_up_is_not_taken_to_another_shop(tmp_path: Path) -> None:
    ended = studio(
        tmp_path / "data", "rehearse", "--headless", "--lineup", str(tmp_path / "no.json"), "--shop", "http://127.0.0.1:9"
    )  # fmt: skip
    assert ended.code == 2
    assert "leave out --shop or --lineup" in ended.complained


def test_a_file_that_is_no_line_up_is_said(tmp_path: Path) -> None:
    (tmp_path / "notes.json").write_text("[]")
    ended = studio(tmp_path / "data", "rehearse", "--headless", "--lineup", str(tmp_path / "notes.json"))
    assert ended.code == 2
    assert "is no line-up for a rehearsal" in ended.complained
