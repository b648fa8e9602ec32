"""The tables, and how an older database becomes today's.

Every table is STRICT, has an integer primary key, and no two have columns of the same types in the same order: so a
row that is found in a damaged file says which table it is of (`studio.store.salvage`). That holds for all versions
together: a file may be damaged before it was brought to today's. SQLite leaves the rows of a table that gets one more
column as short as they are: they are known by the version that wrote them. Times are UTC ms.
"""

from collections.abc import Callable, Iterator
from typing import Any

from sqlite_utils import Database as Sqlite
from sqlite_utils import Migrations

from studio.store.by_shop_tables import BY_SHOP
from studio.store.catalogue_tables import CATALOGUE
from studio.store.chat_tables import COUNTED
from studio.store.connections import APPLICATION_ID

MIGRATIONS = Migrations("studio")

_LOG = """
CREATE TABLE show (
    num INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    title TEXT NOT NULL DEFAULT '',
    rehearsal INTEGER NOT NULL DEFAULT 0,
    currency TEXT NOT NULL DEFAULT '',
    planned_at_ms INTEGER,
    started_at_ms INTEGER,
    ended_at_ms INTEGER,
    last_seq INTEGER NOT NULL DEFAULT 0,
    -- The show had ended and owed nobody anything at this seq: its outbox need not be checked again.
    drained_seq INTEGER NOT NULL DEFAULT 0,
    chat_rows INTEGER NOT NULL DEFAULT 0,
    chat_first INTEGER NOT NULL DEFAULT 0,
    chat_last INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE TABLE event (
    num INTEGER PRIMARY KEY,
    show_id TEXT NOT NULL REFERENCES show(id),
    seq INTEGER NOT NULL,
    id TEXT NOT NULL UNIQUE,
    at_ms INTEGER NOT NULL,
    wall_ms INTEGER NOT NULL,
    actor TEXT NOT NULL,
    seat TEXT NOT NULL,
    command_id TEXT NOT NULL,
    undoes TEXT NOT NULL,
    schema INTEGER NOT NULL,
    type TEXT NOT NULL,
    body TEXT NOT NULL,
    -- CRC-32 of the columns above: SQLite does not notice when a disk changes what is inside of a row.
    crc INTEGER NOT NULL,
    UNIQUE (show_id, seq)
) STRICT;
CREATE TABLE outbox (
    num INTEGER PRIMARY KEY,
    effect_id TEXT NOT NULL UNIQUE,
    show_id TEXT NOT NULL REFERENCES show(id),
    event_id TEXT NOT NULL,
    seq INTEGER NOT NULL,
    ordinal INTEGER NOT NULL,
    target TEXT NOT NULL,
    kind TEXT NOT NULL,
    type TEXT NOT NULL,
    body TEXT NOT NULL,
    decided_at_ms INTEGER NOT NULL,
    not_before_ms INTEGER,
    not_after_ms INTEGER,
    supersedes TEXT NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    next_wall_ms INTEGER NOT NULL DEFAULT 0,
    held TEXT NOT NULL DEFAULT '',
    last_error TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX outbox_order ON outbox(show_id, seq, ordinal);
CREATE TABLE link (
    num INTEGER PRIMARY KEY,
    id TEXT NOT NULL,
    show_id TEXT NOT NULL,
    product_id TEXT NOT NULL,
    channel TEXT NOT NULL,
    url TEXT NOT NULL,
    UNIQUE (show_id, product_id, channel)
) STRICT;
"""

_SHOP = """
CREATE TABLE product (
    num INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    revision INTEGER NOT NULL,
    title TEXT NOT NULL,
    folded TEXT NOT NULL,
    active INTEGER NOT NULL,
    body TEXT NOT NULL
) STRICT;
CREATE VIRTUAL TABLE product_fts USING fts5(
    title, sku, category, tags, tokenize = "unicode61 remove_diacritics 2", prefix = '2 3'
);
CREATE TABLE stock_level (
    num INTEGER PRIMARY KEY,
    variant_id TEXT NOT NULL,
    location TEXT NOT NULL,
    revision INTEGER NOT NULL,
    on_hand INTEGER NOT NULL,
    reserved INTEGER NOT NULL,
    safety_stock INTEGER NOT NULL,
    updated_at_ms INTEGER NOT NULL,
    UNIQUE (variant_id, location)
) STRICT;
-- Every revision of a level that was seen, in whatever order they came.
CREATE TABLE stock_history (
    num INTEGER PRIMARY KEY,
    variant_id TEXT NOT NULL,
    location TEXT NOT NULL,
    revision INTEGER NOT NULL,
    at_ms INTEGER NOT NULL,
    sellable INTEGER NOT NULL,
    UNIQUE (variant_id, location, revision)
) STRICT;
CREATE TABLE shop_order (
    num INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    revision INTEGER NOT NULL,
    placed_at_ms INTEGER NOT NULL,
    body TEXT NOT NULL
) STRICT;
-- Which orders a show was told of. One order is one row above, so a late return reaches every show that knows it.
CREATE TABLE show_order (
    num INTEGER PRIMARY KEY,
    show_id TEXT NOT NULL,
    order_id TEXT NOT NULL,
    UNIQUE (show_id, order_id)
) STRICT;
CREATE TABLE promo_usage (
    num INTEGER PRIMARY KEY,
    show_id TEXT NOT NULL,
    revision INTEGER NOT NULL,
    redemptions INTEGER NOT NULL,
    usage_limit INTEGER,
    code TEXT NOT NULL,
    UNIQUE (show_id, code)
) STRICT;
CREATE TABLE traffic (
    num INTEGER PRIMARY KEY,
    show_id TEXT NOT NULL UNIQUE,
    revision INTEGER NOT NULL,
    body TEXT NOT NULL
) STRICT;
"""

_AUDIENCE = """
CREATE TABLE chat_message (
    num INTEGER PRIMARY KEY,
    show INTEGER NOT NULL REFERENCES show(num),
    channel TEXT NOT NULL,
    id TEXT NOT NULL,
    seq INTEGER NOT NULL,
    at_ms INTEGER NOT NULL,
    author TEXT NOT NULL,
    text TEXT NOT NULL,
    author_id TEXT NOT NULL,
    reply_to TEXT NOT NULL,
    by_us INTEGER NOT NULL,
    -- More than 0: no message, but this many were lost here.
    gap INTEGER NOT NULL DEFAULT 0,
    UNIQUE (show, channel, id)
) STRICT;
CREATE INDEX chat_message_page ON chat_message(show);
-- Filled with one INSERT ... SELECT a batch: a trigger is four times slower.
CREATE VIRTUAL TABLE chat_fts USING fts5(
    author, text, content = 'chat_message', content_rowid = 'num', tokenize = "unicode61 remove_diacritics 2"
);
CREATE TABLE chat_hidden (
    num INTEGER PRIMARY KEY,
    show INTEGER NOT NULL REFERENCES show(num),
    channel TEXT NOT NULL,
    id TEXT NOT NULL,
    UNIQUE (show, channel, id)
) STRICT;
CREATE TABLE viewer_sample (
    num INTEGER PRIMARY KEY,
    show_id TEXT NOT NULL,
    channel TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    viewers INTEGER NOT NULL,
    UNIQUE (show_id, channel, at_ms)
) STRICT;
CREATE TABLE question (
    num INTEGER PRIMARY KEY,
    show_id TEXT NOT NULL,
    id TEXT NOT NULL,
    asked INTEGER NOT NULL,
    last_at_ms INTEGER NOT NULL,
    body TEXT NOT NULL,
    UNIQUE (show_id, id)
) STRICT;
CREATE TABLE feed_cursor (
    num INTEGER PRIMARY KEY,
    show_id TEXT NOT NULL,
    source TEXT NOT NULL,
    cursor INTEGER NOT NULL,
    UNIQUE (show_id, source)
) STRICT;
"""


@MIGRATIONS(name="0001_log_feeds_and_history")
def first_tables(db: Sqlite) -> None:
    """The tables of the first version."""
    for script in (_LOG, _SHOP, _AUDIENCE):
        db.executescript(script)


@MIGRATIONS(name="0002_orders_and_stock_by_shop")
def by_shop(db: Sqlite) -> None:
    """Orders and the history of stock are kept for each shop: two shops may number theirs alike.

    What was there is taken over for the shop of the shows that know it.
    """
    # The rows in their old form must not stay in free pages, where a later recovery would find them.
    before = db.execute("PRAGMA secure_delete").fetchone()[0]
    db.execute("PRAGMA secure_delete = ON").fetchall()
    db.executescript(BY_SHOP)
    db.execute(f"PRAGMA secure_delete = {before}").fetchall()


@MIGRATIONS(name="0003_hidden_authors")
def hidden_authors(db: Sqlite) -> None:
    """Channels hide all that somebody wrote, or all that was said, and not single messages only."""
    db.executescript("""
CREATE TABLE chat_hidden_author (
    num INTEGER PRIMARY KEY,
    show INTEGER NOT NULL REFERENCES show(num),
    channel TEXT NOT NULL,
    -- Empty: everybody.
    author_id TEXT NOT NULL,
    until_ms INTEGER NOT NULL,
    UNIQUE (show, channel, author_id)
) STRICT;
""")


@MIGRATIONS(name="0004_origin_of_messages")
def origin_of_messages(db: Sqlite) -> None:
    """A channel may bring several sites together: each message tells its own. Takes the same time for any number of rows."""
    db.execute("ALTER TABLE chat_message ADD COLUMN origin TEXT NOT NULL DEFAULT ''").fetchall()


# What the log of a show began with; what cannot be read counts as empty.
_BEGAN = """
(SELECT CASE WHEN json_valid(event.body) THEN event.body ELSE '{}' END FROM event
 WHERE event.show_id = show.id AND event.seq = 1 AND event.type = 'ShowPlanned')
"""
_PLANS = f"""
ALTER TABLE show ADD COLUMN starts_at_ms INTEGER;
ALTER TABLE show ADD COLUMN planned_ms INTEGER NOT NULL DEFAULT 0;
ALTER TABLE show ADD COLUMN time_zone TEXT NOT NULL DEFAULT 'UTC';
ALTER TABLE show ADD COLUMN series TEXT NOT NULL DEFAULT '';
ALTER TABLE show ADD COLUMN template INTEGER NOT NULL DEFAULT 0;
ALTER TABLE show ADD COLUMN archived INTEGER NOT NULL DEFAULT 0;
ALTER TABLE show ADD COLUMN items INTEGER NOT NULL DEFAULT 0;
-- A JSON list of ids.
ALTER TABLE show ADD COLUMN channels TEXT NOT NULL DEFAULT '[]';
CREATE TEMP TABLE began AS SELECT num, coalesce({_BEGAN}, '{{}}') AS body FROM show;
UPDATE show SET
    starts_at_ms = CAST(json_extract(began.body, '$.starts_at_ms') AS INTEGER),
    planned_ms = CAST(coalesce(
        nullif(json_extract(began.body, '$.lineup.planned_ms'), 0),
        (SELECT sum(json_extract(value, '$.planned_ms')) FROM json_each(began.body, '$.lineup.items')), 0) AS INTEGER),
    time_zone = CAST(coalesce(json_extract(began.body, '$.time_zone'), 'UTC') AS TEXT),
    channels = CAST(coalesce(json_extract(began.body, '$.channels'), '[]') AS TEXT),
    items = coalesce(json_array_length(began.body, '$.lineup.items'), 0)
        + (SELECT count(*) FROM event WHERE show_id = show.id AND type = 'ItemAdded')
        - (SELECT count(*) FROM event WHERE show_id = show.id AND type = 'ItemRemoved')
FROM began WHERE began.num = show.num;
DROP TABLE temp.began;
"""  # noqa: S608 - SQL of our own


@MIGRATIONS(name="0005_plans_of_shows")
def plans_of_shows(db: Sqlite) -> None:
    """What the list of shows tells of a show's plan: of the shows that there are, from their logs."""
    db.executescript(_PLANS)


@MIGRATIONS(name="0006_counts_of_the_chat")
def counts_of_the_chat(db: Sqlite) -> None:
    """What a review counts of a chat, without reading its texts."""
    db.executescript(COUNTED)


@MIGRATIONS(name="0007_catalogue_to_look_through")
def catalogue_to_look_through(db: Sqlite) -> None:
    """What the catalogue is filtered and sorted by, barcodes among its words, and when a product was seen first."""
    db.executescript(CATALOGUE)


@MIGRATIONS(name="0008_words_of_many_products")
def words_of_many_products(db: Sqlite) -> None:
    """The words of as many products as come in at once are written once, not each MiB of them and then brought together."""
    db.execute("INSERT INTO product_fts (product_fts, rank) VALUES ('hashsize', 16777216)")


@MIGRATIONS(name="0009_words_brought_together_later")
def words_brought_together_later(db: Sqlite) -> None:
    """What was written of the words is brought together once a whole catalogue has been read (`catalogue_rows`), or when
    sixteen parts have come, not every four: that was a fifth of the time that they took while it came in.
    """
    db.execute("INSERT INTO product_fts (product_fts, rank) VALUES ('automerge', 16)")


def earlier_versions() -> Iterator[Sqlite]:
    """An empty database in memory of each version before today's, the oldest first."""
    names = [migration.name for migration in MIGRATIONS._migrations]  # pyright: ignore[reportPrivateUsage]
    for name in names[1:]:
        db = Sqlite(memory=True, execute_plugins=False)
        try:
            MIGRATIONS.apply(db, stop_before=name)
            yield db
        finally:
            db.close()


def latest() -> int:
    """The database version that this program writes: the number of its migrations."""
    return len(MIGRATIONS._migrations)  # pyright: ignore[reportPrivateUsage] - has no public count


def user_version(db: Sqlite) -> int:
    """The version that the database says it has."""
    return int(db.execute("PRAGMA user_version").fetchone()[0])


def migrate(db: Sqlite, before: Callable[[], Any], before_commit: Callable[[], None]) -> bool:
    """Bring the database to today's version; `before` is called when there is something to do to an older one.

    Each migration is one transaction. Returns whether anything was done. Raises `sqlite3.Error`.
    """
    version, newest = user_version(db), latest()
    if version == newest and not MIGRATIONS.pending(db):
        return False
    if version:
        before()
    MIGRATIONS.apply(db)
    with db.atomic():
        db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        db.execute(f"PRAGMA user_version = {newest}")
        before_commit()
    return True
