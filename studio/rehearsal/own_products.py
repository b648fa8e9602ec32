"""Products of somebody's own in the demo shop, beside its catalogue: a rehearsal sells what the show will sell.

They come as a JSON file of this page's own contract (`OwnProducts`), with their pictures beside it in the folder `pictures`.
Nothing in it leads out of the rehearsal: no address, no token.
"""

import re
from pathlib import Path
from typing import Annotated

import msgspec

from studio.rehearsal.contract import (
    CurrencyCode,
    Image,
    Minor,
    Money,
    Product,
    ProductTexts,
    Ref,
    Reviews,
    Variant,
    encode,
)
from studio.rehearsal.shop_catalogue import CatalogueError, CatalogueFile, words
from studio.rehearsal.shop_store import Tx

FILE_SCHEMA = 1
PICTURES = "pictures"
_NAME = re.compile(r"^[A-Za-z0-9_-]{1,80}\.(webp|png|jpg)$")
_Text = Annotated[str, msgspec.Meta(max_length=20_000)]


class OwnVariant(msgspec.Struct, frozen=True, kw_only=True):
    """What can be bought. `stock` is how many can be sold, `lowest_30d_minor` null when nobody knows it."""

    id: Ref
    sku: _Text = ""
    barcode: _Text = ""
    title: _Text = ""
    options: dict[str, str] = {}
    price_minor: Minor
    lowest_30d_minor: Minor | None = None
    stock: Annotated[int, msgspec.Meta(ge=0, le=1_000_000_000)] = 0
    active: bool = True


class OwnProduct(msgspec.Struct, frozen=True, kw_only=True):
    """A product; `picture` is the name of a file in the folder `pictures`, empty for none."""

    id: Ref
    title: _Text
    description: _Text = ""
    category: _Text = ""
    tags: list[str] = []
    talking_points: list[str] = []
    returns_text: _Text = ""
    delivery_text: _Text = ""
    review_score: float | None = None
    review_count: int = 0
    picture: str = ""
    active: bool = True
    variants: list[OwnVariant]


class OwnProducts(msgspec.Struct, frozen=True, kw_only=True):
    """The whole file. The shop sells in `currency`, its own catalogue too."""

    schema: int = FILE_SCHEMA
    currency: CurrencyCode
    products: list[OwnProduct]


def read(path: Path) -> OwnProducts:
    """The products of a file. Raises `CatalogueError`."""
    try:
        found = msgspec.json.decode(path.read_bytes(), type=OwnProducts)
    except (OSError, msgspec.DecodeError) as error:
        raise CatalogueError(f"The products of {path} cannot be read: {error}") from error
    if found.schema != FILE_SCHEMA:
        raise CatalogueError(f"{path} has schema {found.schema}; this shop reads {FILE_SCHEMA}.")
    named = [p.id for p in found.products] + [v.id for p in found.products for v in p.variants]
    if len(set(named)) < len(named):
        raise CatalogueError(f"{path} has an id twice.")
    wrong = [p.picture for p in found.products if p.picture and not _NAME.match(p.picture)]
    if wrong:
        raise CatalogueError(f"{path} names the picture {wrong[0][:80]!r}, which is no file's name.")
    return found


def sold_in(catalogue: CatalogueFile, own: OwnProducts) -> CatalogueFile:
    """The demo shop's catalogue in the currency of these products: the numbers stay, for nobody is charged."""
    return msgspec.structs.replace(
        catalogue, shop=msgspec.structs.replace(catalogue.shop, currency=own.currency)
    )


def fill(tx: Tx, catalogue: CatalogueFile, own: OwnProducts) -> None:
    """Put them into a shop that was just filled with its catalogue. Raises `CatalogueError`."""
    for found in own.products:
        if tx.one("SELECT 1 FROM products WHERE id = ?", (found.id,)) is not None:
            raise CatalogueError(f"The demo shop has a product {found.id!r} already.")
        told = _product(found, catalogue, tx.now_ms)
        tx.run(
            "INSERT INTO products (id, revision, updated_at_ms, active, delivery, search, body) VALUES (?, 1, ?, ?, ?, ?, ?)",
            (told.id, tx.now_ms, told.active, _delivery(catalogue), words(told), encode(told)),
        )
        for variant, given in zip(told.variants, found.variants, strict=True):
            tx.run(
                "INSERT INTO variants (id, product_id, price, tax_bp, active) VALUES (?, ?, ?, ?, ?)",
                (variant.id, told.id, variant.price.amount_minor, variant.tax_rate_bp, variant.active),
            )
            tx.run(
                "INSERT INTO stock (variant_id, location_id, on_hand, safety_stock, updated_at_ms) VALUES (?, ?, ?, 0, ?)",
                (variant.id, catalogue.shop.locations[0].id, given.stock, tx.now_ms),
            )


def _delivery(catalogue: CatalogueFile) -> str:
    return "parcel" if "parcel" in catalogue.delivery else next(iter(catalogue.delivery))


def _product(found: OwnProduct, catalogue: CatalogueFile, now_ms: int) -> Product:
    languages = catalogue.shop.languages
    text = ProductTexts(
        title=found.title, description=found.description, talking_points=found.talking_points,
        category=found.category, returns_text=found.returns_text, delivery_text=found.delivery_text,
    )  # fmt: skip
    currency = catalogue.shop.currency
    variants = [
        Variant(
            id=v.id, sku=v.sku, barcode=v.barcode, title=v.title, titles=dict.fromkeys(languages, v.title),
            options=v.options, price=Money(v.price_minor, currency), tax_rate_bp=_tax(catalogue), active=v.active,
            low_30d_price=None if v.lowest_30d_minor is None else Money(v.lowest_30d_minor, currency),
        )
        for v in found.variants
    ]  # fmt: skip
    images = [Image(f"/v1/images/{found.picture}", found.title)] if found.picture else []
    return Product(
        id=found.id, revision=1, updated_at_ms=now_ms, title=found.title, texts=dict.fromkeys(languages, text),
        category=found.category, tags=found.tags, active=found.active, images=images, returns_text=found.returns_text,
        delivery_text=found.delivery_text, reviews=Reviews(found.review_score, found.review_count), variants=variants,
        url=f"/p/{found.id}",
    )  # fmt: skip


def _tax(catalogue: CatalogueFile) -> int:
    """What is contained in the price nobody told: it is as for the demo shop's own goods."""
    return next((v.tax_rate_bp for p in catalogue.products for v in p.variants), 0)
