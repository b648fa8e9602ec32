"""A demo shop with as many products as somebody wants: those of its file, then more, invented after them."""

import random
from typing import Final

import msgspec

from studio.rehearsal.shop_catalogue import CatalogueFile, FileProduct, FileVariant

MOST_PRODUCTS: Final = 200_000
_NAMES: Final = (
    "Alma", "Arvid", "Astrid", "Aurora", "Birk", "Bris", "Brage", "Dag", "Dalen", "Edda", "Eik", "Elv", "Embla", "Falk", "Fauna",
    "Fjell", "Flora", "Frost", "Furu", "Gry", "Hav", "Hege", "Hilde", "Høst", "Idun", "Ingrid", "Iris", "Isfjord", "Jord",
    "Kai", "Kari", "Kyst", "Lin", "Liv", "Lofoten", "Luna", "Lyng", "Mai", "Måne", "Nora", "Nordlys", "Odin", "Oda", "Ravn",
    "Rolf", "Runa", "Sander", "Selma", "Siri", "Skog", "Sol", "Sommer", "Stein", "Storm", "Strand", "Sunniva", "Tind", "Tone",
    "Tyra", "Vidar", "Vilde", "Vinter", "Ylva", "Åse",
)  # fmt: skip


def with_products(catalogue: CatalogueFile, count: int, seed: int) -> CatalogueFile:
    """The catalogue with `count` products: its first ones, then variations of all of them with names, numbers, prices and
    stock of their own, the same for the same seed.
    """
    chance = random.Random(seed)
    once = catalogue.products
    invented = [_varied(once[n % len(once)], n, chance) for n in range(len(once), count)]
    return msgspec.structs.replace(catalogue, products=[*once[:count], *invented])


def _varied(found: FileProduct, number: int, chance: random.Random) -> FileProduct:
    name, dearer = chance.choice(_NAMES), chance.uniform(0.6, 1.8)
    return msgspec.structs.replace(
        found,
        id=f"{found.id}--{number}",
        title={language: f"{title} {name} {number}" for language, title in found.title.items()},
        tags=[tag for tag in found.tags if chance.random() < 0.3],
        variants=[_variant(v, number, nth, dearer, chance) for nth, v in enumerate(found.variants)],
    )


def _variant(found: FileVariant, number: int, nth: int, dearer: float, chance: random.Random) -> FileVariant:
    def priced(minor: int) -> int:
        return max(100, round(minor * dearer / 100) * 100)

    sold_out = chance.random() < 0.1
    low = found.lowest_30d_minor
    return msgspec.structs.replace(
        found,
        id=f"{found.id}--{number}",
        sku=f"{found.sku}-{number}",
        barcode=_barcode(number, nth),
        price_minor=priced(found.price_minor),
        lowest_30d_minor=None if low is None else min(priced(low), priced(found.price_minor)),
        stock={place: 0 if sold_out else chance.randint(0, 60) for place in found.stock},
    )


def _barcode(number: int, nth: int) -> str:
    """An EAN-13 of the range for use within a shop (20 to 29), with its check digit."""
    digits = f"28{number:07}{nth:03}"
    total = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(digits))
    return f"{digits}{-total % 10}"
