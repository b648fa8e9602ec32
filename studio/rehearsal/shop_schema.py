"""Tables of the demo shop. Money in minor units, times in UTC ms of the shop's clock."""

SCHEMA_VERSION = 1

SCHEMA = (
    "CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID",
    """CREATE TABLE products (
        id TEXT PRIMARY KEY, revision INTEGER NOT NULL, updated_at_ms INTEGER NOT NULL, active INTEGER NOT NULL,
        delivery TEXT NOT NULL, search TEXT NOT NULL, body BLOB NOT NULL)""",
    """CREATE TABLE variants (
        id TEXT PRIMARY KEY, product_id TEXT NOT NULL REFERENCES products(id), price INTEGER NOT NULL,
        tax_bp INTEGER NOT NULL, active INTEGER NOT NULL)""",
    "CREATE INDEX variants_by_product ON variants(product_id)",
    """CREATE TABLE stock (
        variant_id TEXT NOT NULL REFERENCES variants(id), location_id TEXT NOT NULL, on_hand INTEGER NOT NULL CHECK (on_hand >= 0),
        reserved INTEGER NOT NULL DEFAULT 0 CHECK (reserved >= 0), safety_stock INTEGER NOT NULL DEFAULT 0,
        revision INTEGER NOT NULL DEFAULT 1, updated_at_ms INTEGER NOT NULL,
        PRIMARY KEY (variant_id, location_id)) WITHOUT ROWID""",
    """CREATE TABLE links (
        id INTEGER PRIMARY KEY, show_id TEXT NOT NULL, product_id TEXT, channel TEXT NOT NULL,
        created_at_ms INTEGER NOT NULL, sessions INTEGER NOT NULL DEFAULT 0, add_to_carts INTEGER NOT NULL DEFAULT 0)""",
    "CREATE UNIQUE INDEX links_once ON links(show_id, coalesce(product_id, ''), channel)",
    """CREATE TABLE sessions (
        id INTEGER PRIMARY KEY, link_id INTEGER REFERENCES links(id), show_id TEXT, touched_at_ms INTEGER, referrer TEXT,
        customer_ref TEXT, started_at_ms INTEGER NOT NULL, last_seen_at_ms INTEGER NOT NULL, ended_at_ms INTEGER)""",
    """CREATE TABLE carts (
        id INTEGER PRIMARY KEY, session_id INTEGER NOT NULL REFERENCES sessions(id), code TEXT, order_id INTEGER)""",
    """CREATE TABLE cart_lines (
        cart_id INTEGER NOT NULL REFERENCES carts(id), variant_id TEXT NOT NULL, quantity INTEGER NOT NULL,
        PRIMARY KEY (cart_id, variant_id)) WITHOUT ROWID""",
    """CREATE TABLE reservations (
        id INTEGER PRIMARY KEY, cart_id INTEGER NOT NULL REFERENCES carts(id), variant_id TEXT NOT NULL, location_id TEXT NOT NULL,
        quantity INTEGER NOT NULL, expires_at_ms INTEGER NOT NULL)""",
    "CREATE INDEX reservations_by_cart ON reservations(cart_id, variant_id)",
    "CREATE INDEX reservations_by_end ON reservations(expires_at_ms)",
    """CREATE TABLE orders (
        id INTEGER PRIMARY KEY, revision INTEGER NOT NULL, placed_at_ms INTEGER NOT NULL, updated_at_ms INTEGER NOT NULL,
        status TEXT NOT NULL, subtotal INTEGER NOT NULL, discount INTEGER NOT NULL, shipping INTEGER NOT NULL,
        tax INTEGER NOT NULL, total INTEGER NOT NULL, refunded INTEGER NOT NULL DEFAULT 0, code TEXT, code_show_id TEXT,
        link_id INTEGER, link_show_id TEXT, link_touched_at_ms INTEGER, session_id INTEGER, customer_ref TEXT, cart_id INTEGER,
        paid_at_ms INTEGER, cancelled_at_ms INTEGER, returned_at_ms INTEGER)""",
    "CREATE INDEX orders_by_code ON orders(code, customer_ref) WHERE code IS NOT NULL",
    "CREATE INDEX orders_by_update ON orders(updated_at_ms)",
    """CREATE TABLE order_lines (
        order_id INTEGER NOT NULL REFERENCES orders(id), position INTEGER NOT NULL, variant_id TEXT NOT NULL,
        product_id TEXT NOT NULL, quantity INTEGER NOT NULL, unit_price INTEGER NOT NULL, discount INTEGER NOT NULL,
        tax_bp INTEGER NOT NULL, returned_quantity INTEGER NOT NULL DEFAULT 0,
        PRIMARY KEY (order_id, position)) WITHOUT ROWID""",
    """CREATE TABLE order_picks (
        order_id INTEGER NOT NULL REFERENCES orders(id), variant_id TEXT NOT NULL, location_id TEXT NOT NULL,
        quantity INTEGER NOT NULL, PRIMARY KEY (order_id, variant_id, location_id)) WITHOUT ROWID""",
    """CREATE TABLE promos (
        id INTEGER PRIMARY KEY, revision INTEGER NOT NULL DEFAULT 1, code TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, percent INTEGER,
        amount INTEGER, scope TEXT NOT NULL, product_ids TEXT NOT NULL, starts_at_ms INTEGER NOT NULL, ends_at_ms INTEGER NOT NULL,
        ended_early INTEGER NOT NULL DEFAULT 0, end_decided_at_ms INTEGER, total_limit INTEGER, per_customer_limit INTEGER,
        show_id TEXT NOT NULL, mark TEXT NOT NULL, redemptions INTEGER NOT NULL DEFAULT 0,
        created_at_ms INTEGER NOT NULL, updated_at_ms INTEGER NOT NULL)""",
    "CREATE INDEX promos_by_show ON promos(show_id)",
    """CREATE TABLE featured (
        id INTEGER PRIMARY KEY, revision INTEGER NOT NULL DEFAULT 1, show_id TEXT NOT NULL, product_id TEXT,
        decided_at_ms INTEGER NOT NULL, received_at_ms INTEGER NOT NULL, live_from_ms INTEGER, live_until_ms INTEGER)""",
    "CREATE UNIQUE INDEX featured_once ON featured(show_id, decided_at_ms, coalesce(product_id, ''))",
    """CREATE TABLE traffic (
        show_id TEXT PRIMARY KEY, revision INTEGER NOT NULL DEFAULT 1, told_revision INTEGER NOT NULL DEFAULT 0,
        sessions INTEGER NOT NULL DEFAULT 0, duration_ms INTEGER NOT NULL DEFAULT 0,
        add_to_carts INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID""",
    """CREATE TABLE product_traffic (
        show_id TEXT NOT NULL, product_id TEXT NOT NULL, sessions INTEGER NOT NULL DEFAULT 0,
        add_to_carts INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (show_id, product_id)) WITHOUT ROWID""",
    "CREATE TABLE changes (seq INTEGER PRIMARY KEY, id TEXT NOT NULL, tail BLOB NOT NULL)",
    """CREATE TABLE idempotency (
        key TEXT PRIMARY KEY, digest BLOB NOT NULL, status INTEGER NOT NULL, body BLOB NOT NULL,
        at_ms INTEGER NOT NULL) WITHOUT ROWID""",
    """CREATE TABLE faults (
        id INTEGER PRIMARY KEY, name TEXT NOT NULL, from_ms INTEGER NOT NULL, until_ms INTEGER NOT NULL, intensity REAL NOT NULL,
        variant_id TEXT, skew_ms INTEGER NOT NULL, played TEXT NOT NULL DEFAULT '')""",
)
