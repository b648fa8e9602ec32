"""The tables by which the catalogue is looked through, and how they are filled from a database of an earlier version."""

from typing import Final

# What is filtered and sorted by, without the large body beside it: looking at all of it is fast, and it takes no index.
_TABLES: Final = """
ALTER TABLE product ADD COLUMN first_seen_ms INTEGER;
CREATE TABLE product_card (
    num INTEGER PRIMARY KEY,
    active INTEGER NOT NULL,
    bestseller INTEGER NOT NULL,
    sold INTEGER NOT NULL,
    shown INTEGER NOT NULL,
    price INTEGER,
    sellable INTEGER,
    stock_at_ms INTEGER,
    first_seen_ms INTEGER,
    category TEXT NOT NULL,
    -- Each between two unit separators (U+001F).
    tags TEXT NOT NULL,
    folded TEXT NOT NULL
) STRICT;
CREATE TABLE product_variant (
    num INTEGER PRIMARY KEY,
    variant_id TEXT NOT NULL UNIQUE,
    product INTEGER NOT NULL
) STRICT;
CREATE INDEX product_variant_product ON product_variant(product);
CREATE TABLE product_past (
    num INTEGER PRIMARY KEY,
    sold INTEGER NOT NULL,
    shown INTEGER NOT NULL,
    shop TEXT NOT NULL,
    product_id TEXT NOT NULL,
    UNIQUE (shop, product_id)
) STRICT;
DROP TABLE product_fts;
-- One letter is enough to look for: the words that begin with it are kept together.
CREATE VIRTUAL TABLE product_fts USING fts5(
    title, sku, category, tags, tokenize = "unicode61 remove_diacritics 2", prefix = '1 2 3'
);
"""

# A body that cannot be read has no variants: it is said where the product is read.
_FILL: Final = """
CREATE TEMP TABLE told AS
    SELECT num, id, title, folded, active, CASE WHEN json_valid(body) THEN body ELSE '{}' END AS body FROM product;
INSERT INTO product_variant (variant_id, product)
    SELECT json_extract(v.value, '$.id'), max(told.num) FROM told, json_each(told.body, '$.variants') v
    WHERE json_type(v.value, '$.id') = 'text' GROUP BY 1 ORDER BY 2;
CREATE TEMP TABLE bought AS
    SELECT o.shop AS shop, json_extract(line.value, '$.product_id') AS product_id,
        sum(max(0, json_extract(line.value, '$.quantity') - coalesce(json_extract(line.value, '$.returned_quantity'), 0)))
        AS pieces
    FROM shop_order o, json_each(CASE WHEN json_valid(o.body) THEN o.body ELSE '{}' END, '$.lines') line
    WHERE json_extract(CASE WHEN json_valid(o.body) THEN o.body ELSE '{}' END, '$.status') <> 'cancelled'
        AND json_type(line.value, '$.product_id') = 'text' GROUP BY 1, 2;
CREATE TEMP TABLE aired AS
    SELECT DISTINCT show.id AS show_id, json_extract(went.body, '$.product_id') AS product_id,
        coalesce((SELECT json_extract(of_shop.body, '$.shop') FROM event of_shop WHERE of_shop.show_id = show.id
            AND (of_shop.seq = 1 OR of_shop.type = 'ShopChanged') AND json_valid(of_shop.body)
            ORDER BY of_shop.seq DESC LIMIT 1), '') AS shop
    FROM show JOIN event went ON went.show_id = show.id AND went.type = 'ItemWentOnAir' AND json_valid(went.body)
    WHERE show.ended_at_ms IS NOT NULL AND show.rehearsal = 0;
INSERT INTO product_past (shop, sold, shown, product_id)
    SELECT shop, sum(sold), sum(shown), product_id FROM (
        SELECT shop, coalesce(pieces, 0) AS sold, 0 AS shown, product_id FROM bought
        UNION ALL SELECT shop, 0, 1, product_id FROM aired
    ) WHERE product_id <> '' GROUP BY shop, product_id;
CREATE TEMP TABLE sellable AS
    SELECT v.product AS num, sum(max(0, l.on_hand - l.reserved - l.safety_stock)) AS pieces, max(l.updated_at_ms) AS at_ms
    FROM product_variant v JOIN stock_level l ON l.variant_id = v.variant_id GROUP BY v.product;
CREATE UNIQUE INDEX temp.sellable_of ON sellable(num);
CREATE TEMP TABLE past AS
    SELECT product_id, sold, shown FROM product_past WHERE shop = coalesce((SELECT substr(source, instr(source, ':') + 1)
        FROM feed_cursor WHERE show_id = '' AND source LIKE 'catalogue of %:%'), '');
CREATE UNIQUE INDEX temp.past_of ON past(product_id);
INSERT INTO product_card
    (num, active, bestseller, sold, shown, price, sellable, stock_at_ms, category, tags, folded)
    SELECT told.num, told.active,
        EXISTS (SELECT 1 FROM json_each(told.body, '$.tags') t WHERE lower(t.value) = 'bestseller'),
        coalesce(past.sold, 0), coalesce(past.shown, 0),
        coalesce(
            (SELECT min(json_extract(v.value, '$.price.amount_minor')) FROM json_each(told.body, '$.variants') v
                WHERE json_extract(v.value, '$.active')),
            (SELECT min(json_extract(v.value, '$.price.amount_minor')) FROM json_each(told.body, '$.variants') v)),
        sellable.pieces, sellable.at_ms, coalesce(json_extract(told.body, '$.category'), ''),
        coalesce((SELECT char(31) || group_concat(t.value, char(31)) || char(31) FROM json_each(told.body, '$.tags') t), ''),
        told.folded
    FROM told LEFT JOIN sellable ON sellable.num = told.num LEFT JOIN past ON past.product_id = told.id;
INSERT INTO product_fts (rowid, title, sku, category, tags)
    SELECT told.num, told.title,
        coalesce((SELECT group_concat(trim(json_extract(v.value, '$.sku') || ' ' || json_extract(v.value, '$.barcode')), ' ')
            FROM json_each(told.body, '$.variants') v), ''),
        card.category, trim(replace(card.tags, char(31), ' '))
    FROM told JOIN product_card card ON card.num = told.num;
DROP TABLE temp.told;
DROP TABLE temp.bought;
DROP TABLE temp.aired;
DROP TABLE temp.sellable;
DROP TABLE temp.past;
"""

CATALOGUE: Final = _TABLES + _FILL
"""The script of the migration."""
