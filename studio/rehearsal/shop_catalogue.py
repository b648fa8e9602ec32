"""The demo shop's catalogue: read once from `resources/catalogue/catalogue.json`, then kept in the shop's own tables."""

from pathlib import Path
from typing import Any

import msgspec

from studio.rehearsal.contract import (
    Image,
    Location,
    Money,
    Product,
    ProductTexts,
    Reviews,
    StockLevel,
    Variant,
    encode,
)
from studio.rehearsal.problems import invalid, not_found
from studio.rehearsal.shop_store import Row, Tx, stock_level
from studio.rehearsal.storefront_contract import ProductEdit, StockEdit

Texts = dict[str, str]
FILE_SCHEMA = 1
FOLDER = Path(__file__).resolve().parents[2] / "resources" / "catalogue"


class CatalogueError(ValueError):
    """The catalogue's file cannot be used; the message says why."""


class FileShop(msgspec.Struct, frozen=True):
    """The shop's own data in the file."""

    id: str
    name: str
    currency: str
    time_zone: str
    languages: list[str]
    locations: list[Location]


class FileTitle(msgspec.Struct, frozen=True):
    """A category in the file."""

    id: str
    title: Texts


class FileReviews(msgspec.Struct, frozen=True):
    """Reviews in the file."""

    score: float | None
    count: int


class FileVariant(msgspec.Struct, frozen=True):
    """A variant in the file; `stock` by location, `safety_stock` over all locations together."""

    id: str
    sku: str
    barcode: str
    title: Texts
    options: dict[str, str]
    price_minor: int
    tax_rate_bp: int
    lowest_30d_minor: int | None
    stock: dict[str, int]
    safety_stock: int


class FileProduct(msgspec.Struct, frozen=True):
    """A product in the file."""

    id: str
    category: str
    title: Texts
    description: Texts
    talking_points: dict[str, list[str]]
    tags: list[str]
    image: str
    delivery: str
    returns: str
    reviews: FileReviews
    active: bool
    variants: list[FileVariant]


class CatalogueFile(msgspec.Struct, frozen=True):
    """The whole file."""

    schema: int
    shop: FileShop
    categories: list[FileTitle]
    axes: dict[str, Texts]
    delivery: dict[str, Texts]
    returns: dict[str, Texts]
    products: list[FileProduct]


def read(folder: Path) -> CatalogueFile:
    """The catalogue in `folder`. Raises CatalogueError."""
    path = folder / "catalogue.json"
    try:
        found = msgspec.json.decode(path.read_bytes(), type=CatalogueFile)
    except (OSError, msgspec.DecodeError) as error:
        raise CatalogueError(f"The demo shop's catalogue {path} cannot be read: {error}") from error
    if found.schema != FILE_SCHEMA:
        raise CatalogueError(f"{path} has schema {found.schema}; this shop reads {FILE_SCHEMA}.")
    return found


def _options(variant: FileVariant, axes: dict[str, Texts], language: str) -> dict[str, str]:
    parts = variant.title.get(language, "").split(" · ")
    values = parts if len(parts) == len(variant.options) else list(variant.options.values())
    names = [axes.get(axis, {}).get(language, axis) for axis in variant.options]
    return dict(zip(names, values, strict=True))


def product(found: FileProduct, catalogue: CatalogueFile, now_ms: int) -> Product:
    """A product of the file as the contract tells it."""
    shop, first = catalogue.shop, catalogue.shop.languages[0]
    category = next((c.title for c in catalogue.categories if c.id == found.category), {})
    delivery, returns = catalogue.delivery.get(found.delivery, {}), catalogue.returns.get(found.returns, {})
    texts = {
        language: ProductTexts(
            title=found.title.get(language, found.title[first]),
            description=found.description.get(language, found.description[first]),
            talking_points=found.talking_points.get(language, []),
            category=category.get(language, found.category),
            returns_text=returns.get(language, ""),
            delivery_text=delivery.get(language, ""),
        )
        for language in shop.languages
    }
    variants = [
        Variant(
            id=v.id, sku=v.sku, barcode=v.barcode, title=v.title[first], titles=v.title,
            options=_options(v, catalogue.axes, first), price=Money(v.price_minor, shop.currency),
            tax_rate_bp=v.tax_rate_bp, active=True,
            low_30d_price=None if v.lowest_30d_minor is None else Money(v.lowest_30d_minor, shop.currency),
        )
        for v in found.variants
    ]  # fmt: skip
    image = Image(f"/v1/images/{Path(found.image).name}", found.title[first])
    return Product(
        id=found.id, revision=1, updated_at_ms=now_ms, title=found.title[first], texts=texts, category=found.category,
        tags=found.tags, active=found.active, images=[image], returns_text=returns.get(first, ""),
        delivery_text=delivery.get(first, ""), reviews=Reviews(found.reviews.score, found.reviews.count),
        variants=variants, url=f"/p/{found.id}",
    )  # fmt: skip


def words(told: Product) -> str:
    """What a search looks through, in lower case."""
    parts = [told.id, told.category, *told.tags]
    for text in told.texts.values():
        parts += [text.title, text.category]
    for variant in told.variants:
        parts += [variant.sku, variant.barcode]
    return " ".join(parts).lower()


def fill(tx: Tx, catalogue: CatalogueFile) -> None:
    """Put the file's products and stock into an empty shop."""
    for found in catalogue.products:
        told = product(found, catalogue, tx.now_ms)
        tx.run(
            "INSERT INTO products (id, revision, updated_at_ms, active, delivery, search, body) VALUES (?, 1, ?, ?, ?, ?, ?)",
            (told.id, tx.now_ms, told.active, found.delivery, words(told), encode(told)),
        )
        for variant in found.variants:
            tx.run(
                "INSERT INTO variants (id, product_id, price, tax_bp, active) VALUES (?, ?, ?, ?, 1)",
                (variant.id, found.id, variant.price_minor, variant.tax_rate_bp),
            )
            keep = variant.safety_stock
            # The file keeps back over all locations together: the fullest one keeps first.
            for location, on_hand in sorted(variant.stock.items(), key=lambda item: (-item[1], item[0])):
                safety, keep = min(keep, on_hand), max(0, keep - on_hand)
                tx.run(
                    "INSERT INTO stock (variant_id, location_id, on_hand, safety_stock, updated_at_ms) VALUES (?, ?, ?, ?, ?)",
                    (variant.id, location, on_hand, safety, tx.now_ms),
                )
    shop: dict[str, Any] = msgspec.to_builtins(catalogue.shop)
    tx.run("INSERT INTO meta (key, value) VALUES ('shop', ?)", (encode(shop).decode(),))
    tx.run("INSERT INTO meta (key, value) VALUES ('catalogue_revision', '1')")


def find(tx: Tx, product_id: str) -> Row:
    """The product's row; refuses with not-found."""
    row = tx.one("SELECT * FROM products WHERE id = ?", (product_id,))
    if row is None:
        raise not_found("product", product_id)
    return row


def edit(tx: Tx, product_id: str, wanted: ProductEdit) -> Product:
    """Change a product as a back office would, and tell the feed. Refuses with not-found, invalid."""
    told = msgspec.json.decode(find(tx, product_id)["body"], type=Product)
    if wanted.variant_id is not None and all(v.id != wanted.variant_id for v in told.variants):
        raise invalid(("variant_id", f"{product_id} has no variant {wanted.variant_id!r}."))
    if wanted.title is not msgspec.UNSET:
        texts = {k: msgspec.structs.replace(t, title=wanted.title) for k, t in told.texts.items()}
        told = msgspec.structs.replace(told, title=wanted.title, texts=texts)
    if wanted.active is not msgspec.UNSET:
        told = msgspec.structs.replace(told, active=wanted.active)
    variants = [_edited(v, wanted) if wanted.variant_id in (None, v.id) else v for v in told.variants]
    told = msgspec.structs.replace(
        told, revision=told.revision + 1, updated_at_ms=tx.now_ms, variants=variants
    )
    for variant in variants:
        tx.run(
            "UPDATE variants SET price = ?, active = ? WHERE id = ?",
            (variant.price.amount_minor, variant.active, variant.id),
        )
    tx.run(
        "UPDATE products SET revision = ?, updated_at_ms = ?, active = ?, search = ?, body = ? WHERE id = ?",
        (told.revision, tx.now_ms, told.active, words(told), encode(told), told.id),
    )
    tx.run("UPDATE meta SET value = CAST(value AS INTEGER) + 1 WHERE key = 'catalogue_revision'")
    tx.tell("product", told.id, told.revision, told)
    return told


def _edited(variant: Variant, wanted: ProductEdit) -> Variant:
    if wanted.price_minor is not msgspec.UNSET:
        price = Money(wanted.price_minor, variant.price.currency)
        low = variant.low_30d_price
        if low is None or price.amount_minor < low.amount_minor:
            low = price
        variant = msgspec.structs.replace(variant, price=price, low_30d_price=low)
    if wanted.variant_active is not msgspec.UNSET:
        variant = msgspec.structs.replace(variant, active=wanted.variant_active)
    return variant


def set_stock(tx: Tx, wanted: StockEdit) -> StockLevel:
    """Set a level as a stock-taking would. Refuses with not-found."""
    row = tx.one(
        "SELECT * FROM stock WHERE variant_id = ? AND location_id = ?",
        (wanted.variant_id, wanted.location_id),
    )
    if row is None:
        raise not_found("stock level", f"{wanted.variant_id}@{wanted.location_id}")
    on_hand = row["on_hand"] if wanted.on_hand is msgspec.UNSET else wanted.on_hand
    safety = row["safety_stock"] if wanted.safety_stock is msgspec.UNSET else wanted.safety_stock
    tx.run(
        "UPDATE stock SET on_hand = ?, safety_stock = ? WHERE variant_id = ? AND location_id = ?",
        # What carts hold is still there: a count below it would sell goods twice.
        (max(on_hand, row["reserved"]), safety, wanted.variant_id, wanted.location_id),
    )
    tx.stock_moved(wanted.variant_id, wanted.location_id)
    tx.tell_stock()
    row = tx.one(
        "SELECT * FROM stock WHERE variant_id = ? AND location_id = ?",
        (wanted.variant_id, wanted.location_id),
    )
    assert row is not None  # noqa: S101 - it was there a moment ago
    return stock_level(row)
