"""The catalogue as a producer looks through it: what is found, in which order, and what is known of each product."""

import sqlite3
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlite_utils import Database as Sqlite

from studio.control.ports.store import FeedBatch
from studio.domain import events as ev
from studio.domain.catalogue import NEW_MS, CatalogueEntry, CatalogueQuery, CatalogueSort, bestsellers
from studio.domain.money import Money
from studio.domain.order import Order, OrderLine, OrderStatus
from studio.domain.product import Product, StockLevel, Variant, sellable_stock
from studio.store import (
    catalogue,
    catalogue_cards,
    catalogue_past,
    catalogue_rows,
    catalogue_search,
    kept_shop,
    merge,
    migrations,
)
from studio.store.catalogue import ImageCache
from studio.store.connections import PAGE_SIZES
from studio.store.database import Database
from studio.store.feeds import SqlFeeds
from studio.store.history import SqlHistory
from studio.store.recovery import recover
from studio.store.salvage import shapes
from studio.store.show_log import SqlShowLog
from tests.fakes.shows import T0, Show, a_level, a_product, an_order

SHOW = "monday"
DAY = 24 * 3_600_000
EUR = "EUR"


class Wall:
    """This computer's time, until a test moves it."""

    def __init__(self) -> None:
        self.now = T0

    def __call__(self) -> int:
        return self.now


@pytest.fixture
def wall() -> Wall:
    return Wall()


@pytest.fixture
def feeds(db: Database, tmp_path: Path, wall: Wall):
    images = ImageCache(tmp_path / "images.db")
    yield SqlFeeds(db, images, wall)
    images.close()


def product(number: int, title: str, price: int = 1000, **more: Any) -> Product:
    variants = (
        Variant(f"v{number}", f"SKU-{number}", title, Money(price, EUR), barcode=f"29000{number:05d}"),
    )
    return Product(
        more.pop("id", f"p{number}"), more.pop("revision", 1), title, more.pop("variants", variants), **more
    )


def level(number: int, on_hand: int, revision: int = 1) -> StockLevel:
    return StockLevel(f"v{number}", "oslo", on_hand, 0, 0, revision, T0)


def an_order_of(number: int, product_id: str, pieces: int, revision: int = 1, **more: Any) -> Order:
    lines = (OrderLine(f"{product_id}-v", product_id, pieces, Money(100, EUR), more.pop("returned", 0)),)
    order = an_order(number, revision, more.pop("status", OrderStatus.PAID))
    return msgspec.structs.replace(order, lines=lines)


def titles(history: SqlHistory, now_ms: int = T0, **query: Any) -> list[str]:
    page = history.catalogue(CatalogueQuery(**query), 0, 100, now_ms)
    assert page.total == len(page.entries)
    return [entry.product.title for entry in page.entries]


def entry(history: SqlHistory, product_id: str) -> CatalogueEntry:
    page = history.catalogue(CatalogueQuery(), 0, 100, T0)
    return next(e for e in page.entries if e.product.id == product_id)


async def test_each_word_typed_may_be_half_written(feeds: SqlFeeds, history: SqlHistory):
    await feeds.store(
        SHOW,
        FeedBatch(
            "shop",
            products=(product(1, "Linen throw “Fjord”"), product(2, "Linen bag"), product(3, "Wool hat")),
        ),
    )
    assert titles(history, words="lin thr") == ["Linen throw “Fjord”"]
    assert titles(history, words="LINEN") == ["Linen bag", "Linen throw “Fjord”"]
    assert titles(history, words="w") == ["Wool hat"]
    assert titles(history, words="linen hat") == []


async def test_ids_may_be_made_of_any_signs(feeds: SqlFeeds, history: SqlHistory, wall: Wall):
    ids = [
        'a"b',
        "back\\slash",
        "two\nlines",
        "\x01\x1f",
        "€😀",
        "\u2028",
        "1",
        "1.0",
        "null",
        "[1]",
        "$",
        " x ",
    ]
    products = [
        product(n, f"Lamp {n}", id=i, variants=(Variant(i, f"S{n}", "Lamp", Money(1000, EUR)),))
        for n, i in enumerate(ids, 1)
    ]
    batch = FeedBatch("shop", products=tuple(products))
    assert (await feeds.store(SHOW, batch)).products == tuple(products)
    assert (await feeds.store(SHOW, batch)).products == ()
    wall.now += DAY
    await feeds.store(
        SHOW, FeedBatch("shop", stock=tuple(StockLevel(i, "oslo", 7, 0, 0, 1, T0) for i in ids))
    )
    sold = tuple(an_order_of(n, i, n) for n, i in enumerate(ids, 1))
    await feeds.store(SHOW, FeedBatch("shop", orders=sold))
    newer = tuple(msgspec.structs.replace(each, revision=2) for each in products)
    await feeds.store(SHOW, FeedBatch("shop", products=newer))
    found = [entry(history, i) for i in ids]
    assert [(e.sellable, e.sold) for e in found] == [(7, n) for n in range(1, len(ids) + 1)]


async def test_a_product_is_found_by_its_sku_its_barcode_and_within_a_word(
    feeds: SqlFeeds, history: SqlHistory
):
    named = (
        product(1, "Kjole, blå"),
        product(2, "Sommerkjole"),
        product(3, "Lampe", category="Home", tags=("gift",)),
    )
    await feeds.store(SHOW, FeedBatch("shop", products=named))
    assert titles(history, words="sku-2")[0] == "Sommerkjole"
    assert titles(history, words="2900000003") == ["Lampe"]
    assert len(titles(history, words="29000")) == 3
    assert titles(history, words="kjole") == ["Kjole, blå", "Sommerkjole"], "the word itself first"
    assert titles(history, words="gift") == ["Lampe"]
    assert titles(history, words="home la") == ["Lampe"]
    assert titles(history, words="“,”") == []


async def test_a_product_is_found_by_its_new_barcode_and_title_only(feeds: SqlFeeds, history: SqlHistory):
    await feeds.store(SHOW, FeedBatch("shop", products=(product(1, "Old lamp"),)))
    renamed = product(7, "New candle", revision=2)
    await feeds.store(SHOW, FeedBatch("shop", products=(msgspec.structs.replace(renamed, id="p1"),)))
    assert titles(history, words="lamp") == []
    assert titles(history, words="2900000001") == []
    assert titles(history, words="2900000007") == ["New candle"]


async def test_what_can_be_sold_is_kept_up_as_stock_comes_in(
    feeds: SqlFeeds, history: SqlHistory, wall: Wall
):
    await feeds.store(SHOW, FeedBatch("shop", products=(product(1, "Lamp"), product(2, "Hat"))))
    assert entry(history, "p1").sellable is None
    assert titles(history, in_stock=True) == []
    wall.now += 5_000
    await feeds.store(SHOW, FeedBatch("shop", stock=(level(1, 7), level(2, 0))))
    assert (entry(history, "p1").sellable, entry(history, "p1").stock_at_ms) == (7, T0 + 5_000)
    assert titles(history, in_stock=True) == ["Lamp"]
    await feeds.store(SHOW, FeedBatch("shop", stock=(level(1, 0, 2), level(2, 3, 2))))
    assert titles(history, in_stock=True) == ["Hat"]
    await feeds.store(SHOW, FeedBatch("shop", stock=(level(1, 9, 1),)))
    assert entry(history, "p1").sellable == 0, "an older revision changes nothing"


async def test_stock_that_is_read_again_unchanged_is_known_to_be_fresh(
    feeds: SqlFeeds, history: SqlHistory, wall: Wall
):
    await feeds.store(SHOW, FeedBatch("shop", products=(product(1, "Lamp"),), stock=(level(1, 7),)))
    wall.now += 10 * 60_000
    await feeds.store(SHOW, FeedBatch("shop", stock=(level(1, 7),)))
    assert entry(history, "p1").stock_at_ms == wall.now


async def test_stock_that_came_before_its_product_counts(feeds: SqlFeeds, history: SqlHistory):
    await feeds.store(SHOW, FeedBatch("shop", stock=(level(1, 4),)))
    await feeds.store(SHOW, FeedBatch("shop", products=(product(1, "Lamp"),)))
    assert entry(history, "p1").sellable == 4


async def test_a_variant_that_changes_its_product_takes_its_stock_along(feeds: SqlFeeds, history: SqlHistory):
    lamp, shade = product(1, "Lamp"), product(2, "Shade")
    both = msgspec.structs.replace(shade, variants=(*shade.variants, *lamp.variants))
    await feeds.store(SHOW, FeedBatch("shop", products=(lamp, shade), stock=(level(1, 4), level(2, 3))))
    await feeds.store(SHOW, FeedBatch("shop", products=(msgspec.structs.replace(both, revision=2),)))
    assert entry(history, "p2").sellable == 7
    assert entry(history, "p1").sellable is None


async def test_filters_by_price_category_and_tag_hold_together(feeds: SqlFeeds, history: SqlHistory):
    await feeds.store(
        SHOW,
        FeedBatch(
            "shop",
            products=(
                product(1, "Lamp", 4900, category="Home", tags=("gift", "sale")),
                product(2, "Hat", 1900, category="Fashion", tags=("gift",)),
                product(3, "Rug", 9900, category="Home"),
                product(4, "Free sample", 0, category="Home", variants=()),
            ),
        ),
    )
    assert titles(history, category="Home") == ["Free sample", "Lamp", "Rug"]
    assert titles(history, tag="gift") == ["Hat", "Lamp"]
    assert titles(history, tag="gif") == []
    assert titles(history, min_price_minor=1900, max_price_minor=4900) == ["Hat", "Lamp"]
    assert titles(history, category="Home", tag="gift", max_price_minor=5000) == ["Lamp"]
    assert titles(history, category="Home", words="ru") == ["Rug"]


async def test_the_cheapest_variant_on_sale_gives_the_price(feeds: SqlFeeds, history: SqlHistory):
    def variant(number: int, price: int, active: bool) -> Variant:
        return Variant(f"v{number}", f"S{number}", "", Money(price, EUR), active=active)

    sold = product(1, "Lamp", variants=(variant(1, 500, False), variant(2, 900, True), variant(3, 700, True)))
    await feeds.store(SHOW, FeedBatch("shop", products=(sold, product(2, "Hat", 800))))
    assert titles(history, sort=CatalogueSort.PRICE_UP) == ["Lamp", "Hat"]
    assert titles(history, max_price_minor=699) == []


async def test_every_order_puts_what_is_not_on_sale_last(feeds: SqlFeeds, history: SqlHistory):
    named = (
        product(1, "A", 300, active=False),
        product(2, "B", 200),
        product(3, "C", 100),
        product(4, "D", 400),
    )
    await feeds.store(SHOW, FeedBatch("shop", products=named, stock=(level(3, 5), level(4, 9))))
    for sort, wanted in (
        (CatalogueSort.TITLE, "BCDA"),
        (CatalogueSort.BEST, "BCDA"),
        (CatalogueSort.PRICE_UP, "CBDA"),
        (CatalogueSort.PRICE_DOWN, "DBCA"),
        (CatalogueSort.STOCK, "DCBA"),
    ):
        assert "".join(titles(history, sort=sort)) == wanted, sort


async def test_what_is_seen_first_after_the_first_synchronisation_is_new_for_a_month(
    feeds: SqlFeeds, history: SqlHistory, wall: Wall
):
    await feeds.keep_for("studio", "nordhus")
    assert (history.facets().read_wall_ms, history.catalogue_read_ms()) == (None, None)
    await feeds.store(SHOW, FeedBatch("shop", products=(product(1, "Lamp"),)))
    await feeds.catalogue_read()
    assert (history.facets().read_wall_ms, history.catalogue_read_ms()) == (T0, T0)
    wall.now += DAY
    await feeds.store(SHOW, FeedBatch("shop", products=(product(1, "Lamp", revision=2), product(2, "Hat"))))
    wall.now += DAY
    await feeds.store(SHOW, FeedBatch("shop", products=(product(2, "Hat", revision=2), product(3, "Rug"))))
    assert titles(history, wall.now, new=True) == ["Hat", "Rug"]
    assert titles(history, wall.now, sort=CatalogueSort.NEWEST) == ["Rug", "Hat", "Lamp"]
    assert titles(history, T0 + DAY + NEW_MS + 1, new=True) == ["Rug"]


async def test_pieces_sold_follow_every_change_of_an_order(feeds: SqlFeeds, history: SqlHistory):
    await feeds.keep_for("studio", "nordhus")
    await feeds.store(SHOW, FeedBatch("shop", orders=(an_order_of(1, "p1", 3),)))
    await feeds.store(SHOW, FeedBatch("shop", products=(product(1, "Lamp"), product(2, "Hat"))))
    await feeds.store(SHOW, FeedBatch("shop", orders=(an_order_of(2, "p2", 2), an_order_of(1, "p1", 3))))
    assert (entry(history, "p1").sold, entry(history, "p2").sold) == (3, 2)
    await feeds.store(SHOW, FeedBatch("shop", orders=(an_order_of(1, "p1", 3, 2, returned=1),)))
    assert entry(history, "p1").sold == 2
    await feeds.store(
        SHOW, FeedBatch("shop", orders=(an_order_of(2, "p2", 2, 2, status=OrderStatus.CANCELLED),))
    )
    assert entry(history, "p2").sold == 0


async def test_bestsellers_are_what_sold_most_and_what_the_shop_calls_so(
    feeds: SqlFeeds, history: SqlHistory
):
    await feeds.store(SHOW, FeedBatch("shop", products=tuple(product(n, f"T{n}") for n in range(1, 9))))
    assert titles(history, bestseller=True) == []
    orders = tuple(an_order_of(n, f"p{n}", n) for n in range(1, 7))
    await feeds.store(SHOW, FeedBatch("shop", orders=orders))
    marked = product(8, "T8", revision=2, tags=("Bestseller",))
    await feeds.store(SHOW, FeedBatch("shop", products=(marked,)))
    assert titles(history, bestseller=True, sort=CatalogueSort.BESTSELLER) == ["T6", "T5", "T8"]


@given(st.integers(0, 10_000))
def test_some_of_what_was_sold_are_bestsellers_but_never_all_of_a_shop(sold: int):
    best = bestsellers(sold)
    assert best <= min(sold, 50)
    assert bool(best) == bool(sold)
    assert best <= bestsellers(sold + 1)


async def aired(
    log: SqlShowLog, show_id: str, *product_ids: str, ends: bool = True, rehearsal: bool = False
) -> None:
    show = Show(show_id)
    plan = show.plan().events[0].event
    assert isinstance(plan, ev.ShowPlanned)
    show = Show(show_id)
    show.decide(msgspec.structs.replace(plan, shop="nordhus", rehearsal=rehearsal))
    show.decide(ev.ShowStarted())
    items = [item for item in plan.lineup.items if item.product_id]
    for item, product_id in zip(items, product_ids, strict=False):
        show.decide(ev.ItemWentOnAir(item.id, product_id))
    if ends:
        show.decide(ev.ShowEnded())
    for append in show.appended:
        await log.append(show.id, append.expected_seq, append.events, append.effects)


async def test_only_what_was_on_air_in_a_past_show_counts_as_shown(
    feeds: SqlFeeds, history: SqlHistory, log: SqlShowLog
):
    await feeds.keep_for("studio", "nordhus")
    await feeds.store(SHOW, FeedBatch("shop", products=tuple(product(n, f"T{n}") for n in range(1, 5))))
    await aired(log, "first", "p1", "p1", "p2")
    await aired(log, "second", "p1")
    await aired(log, "running", "p3", ends=False)
    await aired(log, "rehearsed", "p4", rehearsal=True)
    assert titles(history, shown=True) == ["T1", "T2"]
    assert titles(history, shown=False) == ["T3", "T4"]
    assert entry(history, "p1").shown == 2


async def test_another_shops_catalogue_begins_from_nothing_and_the_first_comes_back_with_its_past(
    feeds: SqlFeeds, history: SqlHistory, log: SqlShowLog
):
    await feeds.keep_for("studio", "nordhus")
    await feeds.store(
        SHOW,
        FeedBatch(
            "shop", products=(product(1, "Lamp"),), stock=(level(1, 4),), orders=(an_order_of(1, "p1", 2),)
        ),
    )
    await feeds.catalogue_read()
    await aired(log, "first", "p1")
    await feeds.keep_for("studio", "fjord")
    assert titles(history) == []
    assert history.facets().products == 0
    assert history.facets().read_wall_ms is None
    await feeds.store(SHOW, FeedBatch("shop", products=(product(1, "Another lamp"),)))
    assert entry(history, "p1") == CatalogueEntry(product(1, "Another lamp"))
    await feeds.keep_for("studio", "nordhus")
    await feeds.store(SHOW, FeedBatch("shop", products=(product(1, "Lamp"),)))
    assert (entry(history, "p1").sold, entry(history, "p1").shown, entry(history, "p1").sellable) == (
        2,
        1,
        None,
    )


async def test_the_facets_count_every_product_once(feeds: SqlFeeds, history: SqlHistory):
    await feeds.store(
        SHOW,
        FeedBatch(
            "shop",
            products=(
                product(1, "Lamp", category="Home", tags=("gift", "gift", "sale")),
                product(2, "Hat", category="Fashion", tags=("gift",)),
                product(3, "Rug", category="Home"),
                product(4, "Thing"),
            ),
        ),
    )
    facets = history.facets()
    assert facets.categories == (("Home", 2), ("Fashion", 1))
    assert facets.tags == (("gift", 2), ("sale", 1))
    assert facets.products == 4


async def test_pages_lie_side_by_side_without_a_gap(feeds: SqlFeeds, history: SqlHistory):
    await feeds.store(
        SHOW, FeedBatch("shop", products=tuple(product(n, f"Lamp {n % 7}") for n in range(120)))
    )
    for query in (
        CatalogueQuery(),
        CatalogueQuery(words="lamp"),
        CatalogueQuery(words="amp", sort=CatalogueSort.STOCK),
    ):
        pages = [history.catalogue(query, at, 50, T0) for at in (0, 50, 100, 150)]
        ids = [e.product.id for page in pages for e in page.entries]
        assert [page.total for page in pages] == [120] * 4
        assert len(ids) == len(set(ids)) == 120
        assert [len(page.entries) for page in pages] == [50, 50, 20, 0]


@given(st.text(max_size=12), st.booleans())
@settings(deadline=None, max_examples=60)
def test_no_text_breaks_the_search(words: str, many: bool):
    db = Sqlite(memory=True, execute_plugins=False)
    migrations.MIGRATIONS.apply(db)
    for n in range(60 if many else 2):
        catalogue_rows.store_products(db, [product(n, f'Lamp "{n}" NEAR (*) é')], "", T0)
    query = CatalogueQuery(words=words, sort=CatalogueSort.BEST)
    found = catalogue_search.catalogue(db.conn, query, 0, 100, T0)
    assert found.total == len(found.entries)
    db.close()


# --- everything that comes in, in any order, against the plainest way to say what must be found ----------------------

WORDS = ("lamp", "lampshade", "linen", "rug", "ånd")
products = st.builds(
    lambda number, revision, title, price, category, tags, active: product(
        number, " ".join(title), price, revision=revision, category=category, tags=tuple(tags), active=active
    ),
    st.integers(0, 5), st.integers(1, 3), st.lists(st.sampled_from(WORDS), min_size=1, max_size=3), st.integers(1, 4),
    st.sampled_from(("Home", "Fashion", "")), st.lists(st.sampled_from(("gift", "bestseller")), max_size=2), st.booleans(),
)  # fmt: skip
levels = st.builds(level, st.integers(0, 5), st.integers(0, 3), st.integers(1, 3))
orders = st.builds(
    lambda number, product_id, pieces, revision, status: an_order_of(number, product_id, pieces, revision, status=status),
    st.integers(0, 3), st.sampled_from(("p0", "p1", "p2")), st.integers(1, 3), st.integers(1, 2),
    st.sampled_from((OrderStatus.PAID, OrderStatus.CANCELLED)),
)  # fmt: skip
queries = st.builds(
    CatalogueQuery,
    words=st.sampled_from(("", "la", "lin", "lamp rug", "hade", "zebra", "sku-1")),
    in_stock=st.booleans(), category=st.sampled_from(("", "Home")), tag=st.sampled_from(("", "gift")),
    max_price_minor=st.sampled_from((None, 2)), bestseller=st.booleans(), sort=st.sampled_from(CatalogueSort),
)  # fmt: skip


def newest(values: list[Any], key: Any) -> dict[Any, Any]:
    kept: dict[Any, Any] = {}
    for value in values:
        known = kept.get(key(value))
        if known is None or known.revision < value.revision:
            kept[key(value)] = value
    return kept


@given(st.lists(products | levels | orders, max_size=25), queries)
@settings(deadline=None, max_examples=150)
def test_what_came_in_any_order_is_found_as_the_filters_say(came: list[Any], query: CatalogueQuery):
    db = Sqlite(memory=True, execute_plugins=False)
    migrations.MIGRATIONS.apply(db)
    for value in came:
        kind = {Product: "products", StockLevel: "stock", Order: "orders"}[type(value)]
        merge.store_batch(db, SHOW, FeedBatch("shop", **{kind: (value,)}), lambda _: None, T0)
    found = catalogue_search.catalogue(db.conn, query, 0, 100, T0)
    known = newest([v for v in came if isinstance(v, Product)], lambda p: p.id)
    stock = newest([v for v in came if isinstance(v, StockLevel)], lambda one: one.variant_id)
    sold: dict[str, int] = {}
    for order in newest([v for v in came if isinstance(v, Order)], lambda o: o.id).values():
        for product_id, pieces in catalogue_past.pieces(order).items():
            sold[product_id] = sold.get(product_id, 0) + pieces
    amounts = sorted((sold.get(i, 0) for i in known if sold.get(i, 0)), reverse=True)
    least = amounts[bestsellers(len(amounts)) - 1] if amounts else 1

    def left(p: Product) -> int | None:
        return sellable_stock([stock[v.id] for v in p.variants if v.id in stock]).total

    def fits(p: Product) -> bool:
        text = f"{p.title} {p.variants[0].sku}".lower()
        begins = all(
            any(w.startswith(typed) for w in text.replace("-", " ").split())
            for typed in query.words.replace("-", " ").split()
        )
        return (
            (begins or (len(query.words) >= 3 and query.words in text))
            and (not query.in_stock or (p.active and (left(p) or 0) > 0))
            and query.category in ("", p.category)
            and (not query.tag or query.tag in p.tags)
            and (query.max_price_minor is None or p.variants[0].price.amount_minor <= query.max_price_minor)
            and (not query.bestseller or "bestseller" in p.tags or sold.get(p.id, 0) >= least)
        )

    assert {e.product.id for e in found.entries} == {p.id for p in known.values() if fits(p)}
    assert found.total == len(found.entries)
    for e in found.entries:
        assert e.product == known[e.product.id]
        assert (e.sellable, e.sold) == (left(e.product), sold.get(e.product.id, 0))
    actives = [e.product.active for e in found.entries]
    assert actives == sorted(actives, reverse=True)
    prices = [e.product.variants[0].price.amount_minor for e in found.entries if e.product.active]
    if query.sort is CatalogueSort.PRICE_DOWN:
        assert prices == sorted(prices, reverse=True)
    if query.sort is CatalogueSort.PRICE_UP:
        assert prices == sorted(prices)
    db.close()


# --- databases of earlier versions, and damaged ones -----------------------------------------------------------------


def everything(conn: sqlite3.Connection) -> list[tuple[Any, ...]]:
    cards = "SELECT num, active, bestseller, sold, shown, price, sellable, category, tags, folded FROM product_card ORDER BY num"
    found: list[tuple[Any, ...]] = []
    for sql in (
        cards,
        "SELECT variant_id, product FROM product_variant ORDER BY variant_id",
        "SELECT sold, shown, shop, product_id FROM product_past WHERE sold <> 0 OR shown <> 0 ORDER BY shop, product_id",
        "SELECT rowid, title, sku, category, tags FROM product_fts ORDER BY rowid",
    ):
        found += conn.execute(sql).fetchall()
    return found


def test_a_database_of_the_version_before_is_filled_with_what_it_would_have_had(path: Path):
    """The migration, in SQL, against what comes in, in Python."""
    shown = Show("past")
    plan = shown.plan().events[0].event
    assert isinstance(plan, ev.ShowPlanned)
    shown = Show("past")
    for event in (
        msgspec.structs.replace(plan, shop="nordhus", rehearsal=False),
        ev.ShowStarted(),
        ev.ItemWentOnAir(plan.lineup.items[0].id, "p1"),
        ev.ItemWentOnAir(plan.lineup.items[1].id, "p2"),
        ev.ShowEnded(),
    ):
        shown.decide(event)
    two = Variant("v9", "S9", "", Money(5, EUR)), Variant("v8", "S8", "", Money(3, EUR), active=False)
    batch = FeedBatch(
        "shop",
        products=(
            product(1, "Lamp “Fyr”", 4900, category="Home", tags=("gift", "Bestseller")),
            product(2, "Hat", 1900, active=False),
            product(3, "Set", variants=two),
            product(4, "Nothing to buy", variants=()),
        ),
        stock=(
            level(1, 4),
            level(2, 0),
            msgspec.structs.replace(level(9, 3), location="bergen"),
            level(9, 2),
        ),
        orders=(
            an_order_of(1, "p1", 3, returned=1),
            an_order_of(2, "p3", 2, status=OrderStatus.CANCELLED),
            an_order_of(3, "p3", 2),
        ),
    )
    db = Sqlite(memory=True, execute_plugins=False)
    migrations.MIGRATIONS.apply(db)
    catalogue.keep_for(db, "studio", "nordhus")
    for append in shown.appended:
        from studio.store import show_log

        show_log.append(db, "past", append.expected_seq, append.events, append.effects, lambda _: None)
    merge.store_batch(db, "past", batch, lambda _: None, T0)
    wanted = everything(db.conn)
    assert len(wanted) > 10
    for table in ("product_card", "product_variant", "product_past", "product_fts"):
        db.conn.execute(f"DROP TABLE {table}")
    db.conn.execute("ALTER TABLE product DROP COLUMN first_seen_ms")
    db.conn.execute(
        "CREATE VIRTUAL TABLE product_fts USING fts5(title, sku, category, tags, "
        "tokenize = 'unicode61 remove_diacritics 2', prefix = '2 3')"
    )
    from studio.store.catalogue_tables import CATALOGUE

    db.conn.commit()
    db.executescript(CATALOGUE)
    assert everything(db.conn) == wanted
    db.close()


def test_no_row_of_a_card_is_taken_for_one_of_another_table_by_a_recovery():
    db = Sqlite(memory=True, execute_plugins=False)
    migrations.MIGRATIONS.apply(db)
    versions = [shapes(db.conn), *(shapes(each.conn) for each in migrations.earlier_versions())]
    known = {shape for version in versions for shape, _ in version.values()}
    for table in ("product_card", "product_variant", "product_past", "product_fts_content"):
        columns = db.execute(f"PRAGMA table_info({table})").fetchall()
        kinds = tuple(
            "rowid" if pk else "text" if kind != "INTEGER" else "integer" if not_null else "integer?"
            for _, _, kind, not_null, _, pk in columns
        )
        same = [
            shape
            for shape in known
            if len(shape) == len(kinds)
            and all(a == b or {a, b} == {"integer", "integer?"} for a, b in zip(shape, kinds, strict=True))
        ]
        assert same == [], table
    db.close()


def parts_of_the_words(path: Path) -> int:
    conn = sqlite3.connect(path)
    try:
        return int(conn.execute("SELECT count(DISTINCT segid) FROM product_fts_idx").fetchone()[0])
    finally:
        conn.close()


async def test_a_catalogue_that_came_in_lot_by_lot_is_brought_together_and_found_as_before(
    path: Path, feeds: SqlFeeds, history: SqlHistory, wall: Wall
):
    for lot in range(12):
        came = tuple(product(n, f"Lamp {n} of lot{lot}") for n in range(lot * 20, lot * 20 + 20))
        await feeds.store(SHOW, FeedBatch("shop", products=came))
    found, parts = titles(history, wall.now, words="lamp lot7"), parts_of_the_words(path)
    assert len(found) == 20
    await feeds.catalogue_read()
    assert parts_of_the_words(path) < parts
    assert titles(history, wall.now, words="lamp lot7") == found
    assert history.catalogue(CatalogueQuery(words="lam"), 0, 1, wall.now).total == 240


async def test_what_was_made_ready_before_is_stored_and_found(
    feeds: SqlFeeds, history: SqlHistory, wall: Wall
):
    came = tuple(product(n, f"Lamp {n}") for n in range(150))
    ready = await feeds.prepare(came)
    assert ready.keys() == {each.id for each in came}
    await feeds.store(SHOW, FeedBatch("shop", products=came), ready)
    assert await feeds.products() == {each.id: each for each in came}
    assert titles(history, wall.now, words="lamp 149") == ["Lamp 149"]
    assert await feeds.prepare(came) == {}, "nothing of what is kept already"


async def test_what_was_made_ready_of_an_older_product_is_not_stored_in_place_of_the_newer(
    feeds: SqlFeeds, history: SqlHistory, wall: Wall
):
    ready = await feeds.prepare([product(n, f"Lamp {n}") for n in range(150)])
    came = tuple(product(n, f"Hat {n}", revision=2) for n in range(150))
    await feeds.store(SHOW, FeedBatch("shop", products=came), ready)
    assert await feeds.products() == {each.id: each for each in came}
    assert titles(history, wall.now, words="lamp") == []


async def test_when_a_product_was_seen_first_comes_out_of_a_damaged_file(
    path: Path, tmp_path: Path, wall: Wall
):
    database = Database.open(path)
    images = ImageCache(tmp_path / "images.db")
    feeds = SqlFeeds(database, images, wall)
    await feeds.keep_for("studio", "nordhus")
    await feeds.store(
        SHOW, FeedBatch("shop", products=(product(1, "Lamp"),), orders=(an_order_of(1, "p1", 2),))
    )
    await feeds.catalogue_read()
    wall.now += DAY
    await feeds.store(SHOW, FeedBatch("shop", products=(product(2, "Hat"),), stock=(level(2, 3),)))
    images.close()
    database.close()
    with path.open("r+b") as file:
        file.write(b"\xff" * PAGE_SIZES[0])
    recover(path)
    again = Database.open(path)
    history = SqlHistory(path)
    try:
        assert titles(history, wall.now, new=True) == ["Hat"]
        assert history.facets().read_wall_ms == T0
        assert entry(history, "p2").sellable == 3
        assert entry(history, "p1").sold == 2
    finally:
        history.close()
        again.close()


def test_only_one_mark_says_when_the_catalogue_was_read(path: Path):
    db = Sqlite(memory=True, execute_plugins=False)
    migrations.MIGRATIONS.apply(db)
    for wall_ms in (5, 9, 7):
        kept_shop.was_read(db, wall_ms)
    assert kept_shop.read_wall_ms(db.conn) == 9
    assert catalogue_cards.SEPARATOR not in catalogue.folded("a title")
    db.close()


async def test_a_product_of_two_variants_is_sold_out_only_when_both_are(feeds: SqlFeeds, history: SqlHistory):
    await feeds.store(SHOW, FeedBatch("shop", products=(a_product(1),), stock=(a_level(1, 1, 0),)))
    assert entry(history, "p1").sellable == 0
    medium = msgspec.structs.replace(a_level(1, 1, 5), variant_id="p1-M")
    await feeds.store(SHOW, FeedBatch("shop", stock=(medium,)))
    assert entry(history, "p1").sellable == 5


@given(st.text(max_size=12), st.text(max_size=12))
def test_title_and_skus_are_folded_together_as_each_by_itself(title: str, skus: str):
    assert catalogue.folded(f"{title} {skus}") == f"{catalogue.folded(title)} {catalogue.folded(skus)}"
