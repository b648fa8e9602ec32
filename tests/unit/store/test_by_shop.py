"""Two shops may number orders, products and stock alike: what one of them sent is never taken for the other's."""

import contextlib
import sqlite3
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlite_utils import Database as Sqlite

from studio.control.ports.store import FeedBatch
from studio.domain import events as ev
from studio.domain.catalogue import CatalogueQuery
from studio.domain.money import Money
from studio.domain.order import Order, OrderStatus
from studio.domain.product import Product, Variant
from studio.store import codec, migrations
from studio.store.backup import Backups
from studio.store.catalogue import ImageCache
from studio.store.connections import APPLICATION_ID, PAGE_SIZES
from studio.store.database import Database
from studio.store.errors import StoreDamaged
from studio.store.feeds import SqlFeeds
from studio.store.history import SqlHistory
from studio.store.pages import DamagedFile
from studio.store.recovery import open_or_recover, recover
from studio.store.salvage import salvage, shapes
from studio.store.show_log import SqlShowLog
from tests.fakes.shows import T0, Show, a_level, a_product, an_order

SHOPS = ("nordhus", "fjord")


class Ports:
    """The ports over one file."""

    def __init__(self, db: Database) -> None:
        self.db = db
        self.images = ImageCache(db.path.with_name("images.db"))
        self.log, self.feeds, self.history = SqlShowLog(db), SqlFeeds(db, self.images), SqlHistory(db.path)

    async def plan(self, show_id: str, *shops: str) -> Show:
        """A show that sells from the last of these shops, having changed from one to the next."""
        show = Show(show_id)
        plan = show.plan().events[0].event
        assert isinstance(plan, ev.ShowPlanned)
        show = Show(show_id)
        show.decide(msgspec.structs.replace(plan, shop=shops[0]))
        for before, shop in pairwise(shops):
            show.decide(ev.ShopChanged(shop, before))
        for append in show.appended:
            await self.log.append(show.id, append.expected_seq, append.events, append.effects)
        return show


@contextmanager
def opened(path: Path) -> Iterator[Ports]:
    db = Database.open(path)
    ports = Ports(db)
    try:
        yield ports
    finally:
        ports.history.close()
        ports.images.close()
        db.close()


@pytest.fixture
def ports(path: Path) -> Iterator[Ports]:
    with opened(path) as made:
        yield made


def dearer(order: Order, number: str) -> Order:
    """Another order of the same id."""
    return msgspec.structs.replace(order, number=number)


async def test_orders_of_the_same_id_stay_with_their_shops_and_their_shows(ports: Ports):
    await ports.plan("monday", "nordhus")
    await ports.plan("friday", "fjord")
    first = an_order(1, 5, OrderStatus.RETURNED)
    second = dearer(an_order(1, 2), "of the other shop")
    await ports.feeds.keep_for("vendure", "nordhus")
    await ports.feeds.store("monday", FeedBatch("shop", orders=(first,)))
    await ports.feeds.keep_for("vendure", "fjord")
    stored = await ports.feeds.store("friday", FeedBatch("shop", orders=(second,)))
    assert stored.orders == (second,), "it is news, although the other shop's has a higher revision"
    assert await ports.feeds.orders("monday") == [first], "whichever shop is open"
    assert await ports.feeds.orders("friday") == [second]


async def test_what_comes_in_while_a_show_changes_its_shop_is_of_the_one_that_sent_it(ports: Ports):
    show = await ports.plan("monday", "nordhus")
    await ports.feeds.keep_for("studio", "nordhus")
    await ports.feeds.store("monday", FeedBatch("shop", orders=(an_order(1, 9),), stock=(a_level(0, 9, 50),)))
    # The show is opened with the other shop, and only then its log says so.
    await ports.feeds.keep_for("studio", "fjord")
    fresh = dearer(an_order(1, 1), "of the new shop")
    await ports.feeds.store(
        "monday",
        FeedBatch("shop", orders=(fresh,), stock=(a_level(0, 9, 7),), products=(a_product(0),)),
    )
    assert await ports.feeds.orders("monday") == [an_order(1, 9)]
    change = show.decide(ev.ShopChanged("fjord", "nordhus"))
    await ports.log.append(show.id, change.expected_seq, change.events, change.effects)
    assert await ports.feeds.orders("monday") == [fresh]
    assert [left for _, _, left in ports.history.stock_samples("monday", ["p0"])] == [7]


async def test_products_that_are_kept_in_another_language_stay_until_they_are_read_in_this_one(
    ports: Ports,
) -> None:
    await ports.feeds.keep_for("studio", "nordhus", "en")
    told = msgspec.structs.replace(a_product(1), revision=7, title="Mug")
    other = msgspec.structs.replace(a_product(2), revision=3, title="Lamp")
    await ports.feeds.store("show-1", FeedBatch("poller", products=(told, other)))
    assert not await ports.feeds.keep_for("studio", "nordhus", "de")
    kept = await ports.feeds.products()
    assert [p.title for p in kept.values()] == ["Mug", "Lamp"], "offline they are still there"
    in_german = msgspec.structs.replace(told, title="Becher")
    stored = await ports.feeds.store("show-1", FeedBatch("poller", products=(in_german,)))
    assert [p.title for p in stored.products] == ["Becher"]
    assert kept[told.id].revision < in_german.revision, "who knows the old words takes the new ones"
    again = await ports.feeds.store("show-1", FeedBatch("poller", products=(in_german, told)))
    assert again.products == (), "and then revisions count as ever"
    assert not await ports.feeds.keep_for("studio", "nordhus", "de")
    assert (await ports.feeds.products())[told.id].title == "Becher"
    assert ports.history.catalogue(CatalogueQuery(words="becher"), 0, 9, T0).total == 1
    assert ports.history.catalogue(CatalogueQuery(words="mug"), 0, 9, T0).total == 0


async def test_a_past_show_is_reviewed_with_its_own_shops_products_and_stock(ports: Ports):
    await ports.plan("monday", "nordhus")
    await ports.plan("friday", "fjord")
    await ports.feeds.keep_for("vendure", "nordhus")
    await ports.feeds.store(
        "monday",
        FeedBatch("shop", products=(a_product(1, 3),), stock=(a_level(1, 1, 9), a_level(1, 2, 0))),
    )
    before = ports.history.stock_samples("monday", ["p1"])
    assert [left for _, _, left in before] == [9, 0]
    assert await ports.feeds.keep_for("vendure", "fjord")
    # Here product 1 has other variants, and one of the same id is of another product.
    one = Product("p1", 1, "Lamp", (Variant("x", "X", "x", Money(100, "EUR")),))
    two = Product("p2", 1, "Candle", (Variant("p1-S", "Y", "y", Money(100, "EUR")),))
    await ports.feeds.store("friday", FeedBatch("shop", products=(one, two), stock=(a_level(1, 1, 44),)))
    assert ports.history.stock_samples("monday", ["p1"]) == before
    assert ports.history.variants("monday", ["p1", "p2"]) == {"p1-S": "p1", "p1-M": "p1"}
    assert ports.history.stock_samples("friday", ["p1"]) == []
    assert [left for _, _, left in ports.history.stock_samples("friday", ["p2"])] == [44]
    assert ports.history.variants("friday", ["p1", "p2"]) == {"x": "p1", "p1-S": "p2"}


visits = st.tuples(
    st.integers(0, 1),
    st.lists(st.tuples(st.integers(0, 2), st.integers(1, 4)), max_size=3),
    st.lists(st.tuples(st.integers(0, 2), st.integers(1, 4)), max_size=3),
)


@settings(max_examples=12)
@given(given_visits=st.lists(visits, max_size=8))
async def test_two_shops_in_one_database_have_what_each_would_have_in_its_own(
    given_visits: list[tuple[int, list[tuple[int, int]], list[tuple[int, int]]]],
):
    """Visits are openings of a show of either shop with what it sends: orders and levels, (number, revision) each."""
    products = tuple(a_product(n) for n in range(3))

    async def after(path: Path, of: Sequence[int]) -> dict[int, tuple[object, object]]:
        with opened(path) as ports:
            for shop in of:
                await ports.plan(f"show-{shop}", SHOPS[shop])
            for shop, orders, levels in given_visits:
                if shop not in of:
                    continue
                await ports.feeds.keep_for("vendure", SHOPS[shop])
                batch = FeedBatch(
                    "shop",
                    products=products,
                    orders=tuple(dearer(an_order(n, r), SHOPS[shop]) for n, r in orders),
                    stock=tuple(a_level(n, r, (n * 7 + r * 3) % 11 + 20 * shop) for n, r in levels),
                )
                await ports.feeds.store(f"show-{shop}", batch)
            # Whose shop is open at the end must not matter.
            await ports.feeds.keep_for("vendure", "a third")
            return {
                shop: (
                    await ports.feeds.orders(f"show-{shop}"),
                    ports.history.stock_samples(f"show-{shop}", ["p0", "p1", "p2"]),
                )
                for shop in of
            }

    with tempfile.TemporaryDirectory() as folder:
        both = await after(Path(folder) / "both" / "studio.db", (0, 1))
        for shop in (0, 1):
            alone = await after(Path(folder) / f"{shop}" / "studio.db", (shop,))
            assert alone[shop] == both[shop]


# --- from the first version -----------------------------------------------------------------------------------


def first_version(path: Path, shows: dict[str, Sequence[str]], orders: int = 3) -> None:
    """A database as the first version wrote it: every show was told of all orders, and there are levels of 3 products.

    `shows`: the shops of each show, the one it sells from last.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    db = Sqlite(sqlite3.connect(path), execute_plugins=False)
    db.execute("PRAGMA journal_mode = WAL").fetchall()
    with db.atomic():
        migrations.MIGRATIONS.ensure_migrations_table(db)
        migrations.first_tables(db)
        db["_sqlite_migrations"].insert(
            {
                "migration_set": "studio",
                "name": "0001_log_feeds_and_history",
                "applied_at": "2026-01-01 00:00:00+00:00",
            }
        )
        for show_id, shops in shows.items():
            _log_of(db, show_id, shops)
        for n in range(orders):
            order = an_order(n, n + 1)
            db.execute(
                "INSERT INTO shop_order (id, revision, placed_at_ms, body) VALUES (?, ?, ?, ?)",
                (order.id, order.revision, order.placed_at_ms, msgspec.json.encode(order).decode()),
            )
            for show_id in shows:
                db.execute("INSERT INTO show_order (show_id, order_id) VALUES (?, ?)", (show_id, order.id))
        for n in range(3):
            product = a_product(n)
            db.execute(
                "INSERT INTO product (id, revision, title, folded, active, body) VALUES (?, 1, ?, '', 1, ?)",
                (product.id, product.title, msgspec.json.encode(product).decode()),
            )
            for revision in (1, 2):
                level = a_level(n, revision, 30 - revision)
                db.execute(
                    "INSERT INTO stock_history (variant_id, location, revision, at_ms, sellable) VALUES (?, ?, ?, ?, ?)",
                    (level.variant_id, level.location, revision, level.updated_at_ms, level.sellable),
                )
        db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        db.execute("PRAGMA user_version = 1")
    db.close()


def _log_of(db: Sqlite, show_id: str, shops: Sequence[str]) -> None:
    plan = Show(show_id).plan().events[0].event
    assert isinstance(plan, ev.ShowPlanned)
    show = Show(show_id)
    show.decide(msgspec.structs.replace(plan, shop=shops[0]))
    for before, shop in pairwise(shops):
        show.decide(ev.ShopChanged(shop, before))
    db.execute(
        "INSERT INTO show (id, title, last_seq, planned_at_ms) VALUES (?, 'Winter evening', ?, ?)",
        (show_id, len(show.log), T0),
    )
    for logged in show.log:
        sql = f"INSERT INTO event ({codec.EVENT}) VALUES ({codec.values(codec.EVENT)})"
        db.execute(sql, codec.event_row(logged))


FIRST_ORDERS = [an_order(n, n + 1) for n in range(3)]
FIRST_STOCK = sorted((a_level(n, r, 0).updated_at_ms, f"p{n}-S", 30 - r) for n in range(3) for r in (1, 2))


async def test_a_database_of_the_first_version_is_brought_over_without_a_loss(path: Path):
    first_version(path, {"monday": ["nordhus"], "friday": ["nordhus"]})
    with opened(path) as ports:
        for show in ("monday", "friday"):
            assert await ports.feeds.orders(show) == FIRST_ORDERS
            assert sorted(ports.history.stock_samples(show, ["p0", "p1", "p2"])) == FIRST_STOCK
        counts = await ports.db.read(
            lambda c: [
                c.execute(f"SELECT count(*) FROM {t}").fetchone()[0]
                for t in ("shop_order", "show_order", "stock_history")
            ]
        )
        assert counts == [3, 6, 6]
        # It goes on from there: a newer revision replaces, an older one does not.
        await ports.feeds.keep_for("vendure", "nordhus")
        late = an_order(0, 9, OrderStatus.RETURNED)
        stored = await ports.feeds.store("monday", FeedBatch("shop", orders=(late, an_order(2, 1))))
        assert stored.orders == (late,)
        assert await ports.feeds.orders("friday") == [late, *FIRST_ORDERS[1:]]
    (backup,) = (path.parent / "backups").iterdir()
    with contextlib.closing(sqlite3.connect(backup)) as conn:
        assert conn.execute("PRAGMA user_version").fetchone() == (1,)
        assert conn.execute("SELECT count(*) FROM shop_order").fetchone() == (3,)


async def test_what_several_shops_shared_in_the_first_version_each_of_them_keeps(path: Path):
    first_version(path, {"monday": ["nordhus"], "friday": ["old", "fjord"]})
    with opened(path) as ports:
        assert await ports.log.shop_ids() == {"monday": "nordhus", "friday": "fjord"}
        for show in ("monday", "friday"):
            assert await ports.feeds.orders(show) == FIRST_ORDERS
            assert sorted(ports.history.stock_samples(show, ["p0", "p1", "p2"])) == FIRST_STOCK
        await ports.feeds.keep_for("vendure", "fjord")
        late = an_order(0, 9, OrderStatus.RETURNED)
        await ports.feeds.store("friday", FeedBatch("shop", orders=(late,)))
        assert await ports.feeds.orders("monday") == FIRST_ORDERS
        assert await ports.feeds.orders("friday") == [late, *FIRST_ORDERS[1:]]


async def test_an_order_that_no_show_was_told_of_is_brought_over_too(path: Path):
    first_version(path, {"monday": ["nordhus"]})
    with contextlib.closing(sqlite3.connect(path)) as conn:
        conn.execute("DELETE FROM show_order WHERE order_id = 'o1'")
        conn.commit()
    with opened(path) as ports:
        assert await ports.feeds.orders("monday") == [FIRST_ORDERS[0], FIRST_ORDERS[2]]
        await ports.feeds.keep_for("vendure", "nordhus")
        await ports.feeds.store("monday", FeedBatch("shop", orders=(an_order(1, 1),)))
        assert await ports.feeds.orders("monday") == FIRST_ORDERS, "of the revision that was known"


@pytest.mark.parametrize("at", ["in the migration", "migration.before-commit"])
async def test_a_studio_that_dies_while_it_brings_a_database_over_does_it_at_the_next_start(
    path: Path, at: str, monkeypatch: pytest.MonkeyPatch
):
    class Dies:
        def reached(self, name: str) -> None:
            if name == at:
                raise KeyboardInterrupt

    first_version(path, {"monday": ["nordhus"]})
    if at == "in the migration":
        half = migrations.BY_SHOP.partition("DROP TABLE first_shop_order;")[0]
        monkeypatch.setattr(migrations, "BY_SHOP", half + "SELECT nothing FROM nowhere;")
    with pytest.raises((KeyboardInterrupt, StoreDamaged, sqlite3.Error)):
        Database.open(path, kill_points=Dies())
    monkeypatch.undo()
    with contextlib.closing(sqlite3.connect(path)) as conn:
        assert conn.execute("PRAGMA user_version").fetchone() == (1,)
    with opened(path) as ports:
        assert await ports.feeds.orders("monday") == FIRST_ORDERS
        assert sorted(ports.history.stock_samples("monday", ["p0", "p1", "p2"])) == FIRST_STOCK


async def test_a_forgotten_product_that_cannot_be_read_comes_out_of_a_backup(path: Path):
    with opened(path) as ports:
        await ports.plan("monday", "nordhus")
        await ports.feeds.keep_for("vendure", "nordhus")
        await ports.feeds.store(
            "monday", FeedBatch("shop", products=(a_product(1),), stock=(a_level(1, 1, 6),))
        )
        await ports.feeds.keep_for("vendure", "fjord")
        await Backups(ports.db).make("hourly", "monday")
    data = path.read_bytes()
    listed = b'["p1-S","p1-M"]'
    assert data.count(listed) == 1
    path.write_bytes(data.replace(listed, b'["p1-S";"p1-M"]'))
    found = open_or_recover(path)
    found.database.close()
    assert found.recovery is not None
    with opened(path) as ports:
        assert [left for _, _, left in ports.history.stock_samples("monday", ["p1"])] == [6]


def test_a_studio_of_the_first_version_left_without_any_show_opens(path: Path):
    first_version(path, {})
    Database.open(path).close()
    with contextlib.closing(sqlite3.connect(path)) as conn:
        assert conn.execute("SELECT count(*) FROM shop_order").fetchone() == (3,)
        assert conn.execute("SELECT count(*) FROM stock_history").fetchone() == (6,)


def test_no_row_in_its_old_form_is_left_in_the_file_for_a_later_recovery_to_find(path: Path):
    first_version(path, {"monday": ["nordhus"]}, orders=300)
    Database.open(path).close()
    assert not path.with_name("studio.db-wal").exists()
    file = DamagedFile(path)
    with contextlib.closing(sqlite3.connect(path)) as conn:
        found = salvage(file, conn, {})
    file.close()
    for table, count in (("stock_history", 6), ("shop_order", 300)):
        rows = list(found.rows(table))
        assert len(rows) == count
        assert {row.get("shop") for row in rows} == {"nordhus"}
    assert len([row for row in found.rows("show_order") if row.get("shop") == "nordhus"]) == 300


# --- out of a damaged file ------------------------------------------------------------------------------------


def first_page_destroyed(path: Path) -> None:
    with path.open("rb+") as file:
        file.write(b"\xa5" * PAGE_SIZES[0])


@pytest.mark.parametrize("backup", [True, False], ids=["with a backup", "without a backup"])
async def test_orders_and_stock_of_two_shops_come_out_of_a_damaged_file_apart(path: Path, backup: bool):
    own = {shop: [dearer(an_order(n, 1 + at), shop) for n in range(3)] for at, shop in enumerate(SHOPS)}
    stock = {}
    with opened(path) as ports:
        for shop in SHOPS:
            await ports.plan(f"of {shop}", shop)
        if backup:
            await Backups(ports.db).make("hourly", "of nordhus")
        for at, shop in enumerate(SHOPS):
            await ports.feeds.keep_for("vendure", shop)
            levels = tuple(a_level(n, r, 40 * at + 10 - r) for n in range(3) for r in (1, 2))
            products = tuple(a_product(n, 2 - at, f"{shop} {n}") for n in range(3))
            batch = FeedBatch("shop", orders=tuple(own[shop]), stock=levels, products=products)
            await ports.feeds.store(f"of {shop}", batch)
        for shop in SHOPS:
            stock[shop] = ports.history.stock_samples(f"of {shop}", ["p0", "p1", "p2"])
            assert len(stock[shop]) == 6
    first_page_destroyed(path)
    recovery = recover(path)
    assert (recovery.backup is not None) == backup
    with opened(path) as ports:
        for shop in SHOPS:
            assert await ports.feeds.orders(f"of {shop}") == own[shop]
            assert ports.history.stock_samples(f"of {shop}", ["p0", "p1", "p2"]) == stock[shop]
        assert {p.title for p in (await ports.feeds.products()).values()} == {f"fjord {n}" for n in range(3)}
        assert not await ports.feeds.keep_for("vendure", "fjord"), "what was kept is known to be this shop's"


async def test_products_of_another_shop_than_the_backups_are_not_mixed_with_them(path: Path):
    with opened(path) as ports:
        for shop in SHOPS:
            await ports.plan(f"of {shop}", shop)
        await ports.feeds.keep_for("vendure", "nordhus")
        batch = FeedBatch("shop", products=(a_product(1, 1, "Theirs"),), stock=(a_level(1, 1, 6),))
        await ports.feeds.store("of nordhus", batch)
        await Backups(ports.db).make("hourly", "of nordhus")
        await ports.feeds.keep_for("vendure", "fjord")
        batch = FeedBatch("shop", products=(a_product(1, 5, "Ours"), a_product(2)))
        await ports.feeds.store("of fjord", batch)
    first_page_destroyed(path)
    recover(path)
    with opened(path) as ports:
        # Both are read anew by whoever opens a show.
        assert await ports.feeds.products() == {}
        assert await ports.feeds.stock() == []
        await ports.feeds.keep_for("vendure", "fjord")
        assert [left for _, _, left in ports.history.stock_samples("of nordhus", ["p1"])] == [6]


@pytest.mark.parametrize("shops", [["nordhus"], ["nordhus", "fjord"]], ids=["one shop", "two shops"])
async def test_a_damaged_file_of_the_first_version_comes_back_in_todays_form(path: Path, shops: list[str]):
    first_version(path, {f"of {shop}": [shop] for shop in shops})
    assert not path.with_name("studio.db-wal").exists()
    first_page_destroyed(path)
    found = open_or_recover(path)
    found.database.close()
    assert found.recovery is not None
    with opened(path) as ports:
        for shop in shops:
            assert await ports.feeds.orders(f"of {shop}") == FIRST_ORDERS
            samples = ports.history.stock_samples(f"of {shop}", ["p0", "p1", "p2"])
            assert sorted(samples) == FIRST_STOCK


async def test_a_backup_of_the_first_version_is_put_back_and_the_newer_file_read_into_it(path: Path):
    first_version(path, {"monday": ["nordhus"]})
    with opened(path) as ports:  # the backup is made before the migration
        await ports.feeds.keep_for("vendure", "nordhus")
        await ports.feeds.store("monday", FeedBatch("shop", orders=(an_order(7, 1), an_order(0, 8))))
    first_page_destroyed(path)
    recovery = recover(path)
    assert recovery.backup is not None
    with opened(path) as ports:
        assert await ports.feeds.orders("monday") == [an_order(0, 8), *FIRST_ORDERS[1:], an_order(7, 1)]


def test_a_row_of_any_version_can_be_of_one_table_of_one_version_only():
    versions = [shapes(db.conn) for db in migrations.earlier_versions()]
    today = Sqlite(memory=True, execute_plugins=False)
    migrations.MIGRATIONS.apply(today)
    versions.append(shapes(today.conn))
    today.close()
    assert len(versions) == migrations.latest()
    known = {(shape, table, names) for version in versions for table, (shape, names) in version.items()}
    for shape, table, names in known:
        fitting = [
            (other_table, other_names)
            for other, other_table, other_names in known
            if len(other) == len(shape)
            and all(a == b or {a, b} == {"integer", "integer?"} for a, b in zip(shape, other, strict=True))
        ]
        assert fitting == [(table, names)]
    assert all(shape[0] == "rowid" for shape, _, _ in known)
