"""The tables that keep orders and the history of stock for each shop, and how they are filled from the first version."""

from typing import Final

# The shop of a show as its log has it; no log says "" for one.
_SHOP_OF_SHOW: Final = """
SELECT coalesce(json_extract(CASE WHEN json_valid(event.body) THEN event.body ELSE '{}' END, '$.shop'), '')
FROM event WHERE event.show_id = show.id AND (seq = 1 OR type = 'ShopChanged') ORDER BY seq DESC LIMIT 1
"""
BY_SHOP: Final = f"""
CREATE INDEX event_of_shop ON event(show_id, seq) WHERE seq = 1 OR type = 'ShopChanged';
CREATE TEMP TABLE sells AS SELECT show.id AS show_id, ({_SHOP_OF_SHOW}) AS shop FROM show;
-- Every shop that what is here may be of: those of the shows, and the one whose products are kept.
CREATE TEMP TABLE known AS
    SELECT shop FROM sells WHERE shop <> ''
    UNION SELECT substr(source, instr(source, ':') + 1) FROM feed_cursor
    WHERE show_id = '' AND source LIKE 'catalogue of %:%';
INSERT INTO known SELECT '' WHERE NOT EXISTS (SELECT 1 FROM known);
DELETE FROM sells WHERE coalesce(shop, '') = '';
INSERT INTO sells
    SELECT show_id, shop FROM (SELECT show_id FROM show_order EXCEPT SELECT show_id FROM sells), known;
ALTER TABLE stock_history RENAME TO first_stock_history;
ALTER TABLE shop_order RENAME TO first_shop_order;
ALTER TABLE show_order RENAME TO first_show_order;
CREATE TABLE stock_history (
    num INTEGER PRIMARY KEY,
    shop TEXT NOT NULL,
    variant_id TEXT NOT NULL,
    location TEXT NOT NULL,
    revision INTEGER NOT NULL,
    at_ms INTEGER NOT NULL,
    sellable INTEGER NOT NULL,
    UNIQUE (shop, variant_id, location, revision)
) STRICT;
CREATE TABLE shop_order (
    num INTEGER PRIMARY KEY,
    id TEXT NOT NULL,
    revision INTEGER NOT NULL,
    placed_at_ms INTEGER NOT NULL,
    shop TEXT NOT NULL,
    body TEXT NOT NULL,
    UNIQUE (shop, id)
) STRICT;
CREATE TABLE show_order (
    num INTEGER PRIMARY KEY,
    shop TEXT NOT NULL,
    show_id TEXT NOT NULL,
    order_id TEXT NOT NULL,
    UNIQUE (show_id, shop, order_id)
) STRICT;
-- Whose it was, nobody can tell any more where there were several: then each keeps what it showed until now.
INSERT INTO stock_history (shop, variant_id, location, revision, at_ms, sellable)
    SELECT shop, variant_id, location, revision, at_ms, sellable FROM known, first_stock_history ORDER BY num, shop;
INSERT INTO show_order (shop, show_id, order_id)
    SELECT shop, show_id, order_id FROM first_show_order
    JOIN sells USING (show_id) ORDER BY num, shop;
INSERT INTO shop_order (id, revision, placed_at_ms, shop, body)
    SELECT id, revision, placed_at_ms, shop, body FROM first_shop_order
    JOIN (SELECT DISTINCT order_id, shop FROM show_order) ON order_id = id ORDER BY num, shop;
-- An order that no show was told of may be of any.
INSERT INTO shop_order (id, revision, placed_at_ms, shop, body)
    SELECT id, revision, placed_at_ms, shop, body FROM first_shop_order, known
    WHERE id NOT IN (SELECT order_id FROM show_order) ORDER BY num, shop;
DROP TABLE first_stock_history;
DROP TABLE first_shop_order;
DROP TABLE first_show_order;
DROP TABLE temp.sells;
DROP TABLE temp.known;
-- Of products that were forgotten when another shop's show was opened: their variants (a JSON list of ids), by which
-- reviews of past shows find their stock.
CREATE TABLE forgotten_product (
    num INTEGER PRIMARY KEY,
    shop TEXT NOT NULL,
    id TEXT NOT NULL,
    revision INTEGER NOT NULL,
    variants TEXT NOT NULL,
    UNIQUE (shop, id)
) STRICT;
"""  # noqa: S608 - SQL of our own
"""The script of the migration."""
