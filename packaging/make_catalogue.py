"""Writes resources/catalogue/catalogue.json from the hand-written tables in packaging/catalogue_tables/.

Every product's title, lead sentence and first talking point are written by hand in English, German and
Norwegian bokmål; makers, care and terms are whole sentences shared by key. Everything that is a number (stock, reviews,
30-day low, barcodes) is drawn from SHA-256 of the product's id, so the output never depends on Python's version.

Run `python packaging/make_catalogue.py` to write the file, `--check` to compare it with the tables.
"""

import hashlib
import json
import re
import sys
import tomllib
import unicodedata
from itertools import product as cross
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
TABLES = HERE / "catalogue_tables"
OUT = HERE.parent / "resources" / "catalogue" / "catalogue.json"

LANGUAGES = ("en", "de", "nb")
QUOTES = {"en": "“{}”", "de": "„{}“", "nb": "«{}»"}
AXES = ("shade", "colour", "finish", "scent", "flavour", "grind", "size")
LOCATIONS = [
    {"id": "oslo", "name": "Oslo", "country": "NO"},
    {"id": "berlin", "name": "Berlin", "country": "DE"},
    {"id": "rotterdam", "name": "Rotterdam", "country": "NL"},
]
CATEGORIES: dict[str, dict[str, Any]] = {
    "home": {
        "title": {"en": "Home", "de": "Zuhause", "nb": "Hjem"},
        "letter": "H",
        "tables": ("home_table", "home_kitchen", "home_rooms"),
        "tax": 2500,
        "returns": "standard",
    },
    "fashion": {
        "title": {"en": "Fashion", "de": "Mode", "nb": "Mote"},
        "letter": "F",
        "tables": ("fashion_knit", "fashion_woven", "fashion_extras"),
        "tax": 2500,
        "returns": "clothes",
    },
    "beauty": {
        "title": {"en": "Beauty", "de": "Pflege", "nb": "Velvære"},
        "letter": "B",
        "tables": ("beauty_face", "beauty_body", "beauty_extras"),
        "tax": 2500,
        "returns": "hygiene",
    },
    "food": {
        "title": {"en": "Food", "de": "Feinkost", "nb": "Mat"},
        "letter": "M",
        "tables": ("food_sweet", "food_savoury", "food_drinks"),
        "tax": 1500,
        "returns": "food",
    },
}
NAME = re.compile(r"'([^']+)'")
DECIMAL = re.compile(r"(\d)\.(\d)")


def draw(seed: str, low: int, high: int) -> int:
    """A whole number in [low, high], always the same for the same seed."""
    number = int.from_bytes(hashlib.sha256(seed.encode()).digest()[:8], "big")
    return low + number % (high - low + 1)


def slugify(text: str) -> str:
    """Lower-case ASCII words joined by hyphens: "Wool blanket 'Måne'" becomes wool-blanket-mane."""
    text = text.translate(
        str.maketrans({"ø": "o", "Ø": "O", "æ": "ae", "Æ": "Ae", "ß": "ss", "×": "x", ".": "-"})
    )
    ascii_text = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return "-".join(re.findall(r"[a-z0-9]+", ascii_text.lower()))


def ean13(first_twelve: str) -> str:
    """The twelve digits with the GS1 check digit (weights 1 and 3 from the left)."""
    total = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(first_twelve))
    return first_twelve + str(-total % 10)


def load(name: str) -> dict[str, Any]:
    """One table as it stands in packaging/catalogue_tables/."""
    return tomllib.loads((TABLES / f"{name}.toml").read_text(encoding="utf-8"))


class Words:
    """Labels of option values: from words.toml, or the literal value with the language's decimal sign."""

    def __init__(self) -> None:
        table = load("words")
        self.axes: dict[str, list[str]] = table["axes"]
        self.colours: dict[str, list[str]] = table["colours"]
        self.words: dict[str, list[str]] = table["words"]

    def label(self, axis: str, key: str, language: str) -> str:
        """The value's label; KeyError for a word that has no translation."""
        at = LANGUAGES.index(language)
        if axis == "colour":
            return self.colours[key][1 + at]
        if key in self.words:
            return self.words[key][at]
        if axis == "size" and (any(sign.isdigit() for sign in key) or key.isupper()):
            label = key.replace("×", " × ")
            return label if language == "en" else DECIMAL.sub(r"\1,\2", label)
        raise KeyError(f"words.toml has no word {key!r} for the axis {axis}")


def values_of(row: dict[str, Any]) -> dict[str, list[str]]:
    """The option axes of a product in their fixed order: {"colour": [...], "size": [...]}."""
    return {
        axis: row[axis].split() if axis == "colour" else [value.strip() for value in row[axis].split(";")]
        for axis in AXES
        if axis in row
    }


def price_of(row: dict[str, Any], chosen: dict[str, str], axes: dict[str, list[str]]) -> int:
    """A variant's price in cents: one for all, or one for each value of the last axis that has as many values."""
    if isinstance(row["price"], int):
        return row["price"]
    matching = [axis for axis, values in axes.items() if len(values) == len(row["price"])]
    if not matching:
        raise ValueError(f"{row['en'][0]}: no option has {len(row['price'])} values, one for each price")
    return row["price"][axes[matching[-1]].index(chosen[matching[-1]])]


def low_of(row: dict[str, Any], product_id: str, price: int) -> int | None:
    """The lowest price of the last 30 days in cents; None when the shop does not know it."""
    given = row.get("low")
    if isinstance(given, int):
        return given
    chance = draw(f"{product_id}/low", 0, 99)
    if given == "none" or (given is None and chance < 22):
        return None
    if given is None and chance < 46:
        cut = draw(f"{product_id}/cut", 5, 18)
        lowered = price * (100 - cut) // 100
        return lowered // 100 * 100 if price >= 2000 else lowered // 10 * 10
    return price


def stock_of(row: dict[str, Any], product_id: str, price: int, count: int) -> list[list[int]]:
    """Stock on hand: for each of `count` variants one number per location."""
    if "stock" in row:
        totals = [int(number) for number in row["stock"].split()]
    else:
        low, high = next(span for limit, span in STOCK_SPANS if price < limit)
        totals = [
            draw(f"{product_id}/stock/{place['id']}", low, high) * min(count, 8) // 3 for place in LOCATIONS
        ]
        mood = draw(f"{product_id}/mood", 0, 99)
        if mood < 7:
            totals = [total // 12 for total in totals]
        elif mood < 20:
            totals[draw(f"{product_id}/empty", 0, 2)] = 0
    weights = [draw(f"{product_id}/weight/{index}", 3, 12) for index in range(count)]
    shares: list[list[int]] = [[0, 0, 0] for _ in range(count)]
    for at, total in enumerate(totals):
        for index, weight in enumerate(weights):
            shares[index][at] = total * weight // sum(weights)
        shares[0][at] += total - sum(share[at] for share in shares)
    return shares


STOCK_SPANS = [(1500, (40, 160)), (5000, (16, 70)), (10000, (8, 36)), (10**9, (4, 18))]


def variants_of(
    row: dict[str, Any], product_id: str, sku: str, number: int, words: Words, tax: int
) -> list[dict[str, Any]]:
    """All variants of a product, the cross product of its axes."""
    axes = values_of(row)
    choices = [dict(zip(axes, values, strict=True)) for values in cross(*axes.values())]
    base_price = row["price"] if isinstance(row["price"], int) else row["price"][0]
    stock = stock_of(row, product_id, base_price, len(choices))
    variants: list[dict[str, Any]] = []
    for index, chosen in enumerate(choices):
        price = price_of(row, chosen, axes)
        on_hand = dict(zip((place["id"] for place in LOCATIONS), stock[index], strict=True))
        total = sum(stock[index])
        variants.append(
            {
                "id": "--".join([product_id, *(slugify(value) for value in chosen.values())]),
                "sku": "-".join([sku, *(sku_part(axis, value) for axis, value in chosen.items())]),
                "barcode": ean13(f"290{number * 100 + index:09d}"),
                "title": {
                    lang: " · ".join(words.label(axis, key, lang) for axis, key in chosen.items())
                    for lang in LANGUAGES
                },
                "options": chosen,
                "price_minor": price,
                "tax_rate_bp": tax,
                "lowest_30d_minor": low_of(row, product_id, price),
                "stock": on_hand,
                "safety_stock": 2 if total >= 30 else 1 if total >= 8 else 0,
            }
        )
    return variants


def sku_part(axis: str, value: str) -> str:
    """A short readable piece of an SKU: BERRY for a colour, 140X200 for a size."""
    code = slugify(value).replace("-", "").upper()
    return re.sub(r"(CM|ML|G|L)$", "", code) if axis == "size" and code[0].isdigit() else code[:8]


def quoted(text: str, language: str) -> str:
    """'Nord' with the quotation marks of the language."""
    return NAME.sub(lambda match: QUOTES[language].format(match.group(1)), text)


def build_product(row: dict[str, Any], category: str, number: int, shared: dict[str, Any]) -> dict[str, Any]:
    """One product of the catalogue, all texts in three languages."""
    rules = CATEGORIES[category]
    product_id = row.get("slug") or slugify(row["en"][0])
    sku = f"{rules['letter']}{number % 1000:03d}"
    words: Words = shared["words"]
    maker, care = shared["makers"][row["maker"]], shared["care"][row["care"]]
    variants = variants_of(row, product_id, sku, number, words, rules["tax"])
    count = draw(f"{product_id}/reviews", 0, 9 if "new" in row.get("tags", "") else 640)
    score = draw(f"{product_id}/score", 37, 49) / 10
    cheap = variants[0]["price_minor"] < 1500 and category in ("fashion", "beauty")
    return {
        "id": product_id,
        "sku": sku,
        "category": category,
        "type": row["look"],
        "title": {lang: quoted(row[lang][0], lang) for lang in LANGUAGES},
        "description": {lang: f"{row[lang][1]} {maker[lang][0]} {care[lang][0]}" for lang in LANGUAGES},
        "talking_points": {lang: [row[lang][2], maker[lang][1], care[lang][1]] for lang in LANGUAGES},
        "tags": row.get("tags", "").split(),
        "image": f"images/{product_id}.webp",
        "delivery": row.get("ships") or ("letter" if cheap else "parcel"),
        "returns": row.get("returns") or rules["returns"],
        "reviews": {"score": score if count else None, "count": count},
        "active": row.get("active", True),
        "variants": variants,
    }


def build() -> dict[str, Any]:
    """The whole catalogue. Raises KeyError or ValueError naming the row whose table entry is wrong."""
    terms = load("terms")
    words = Words()
    shared = {"words": words, "makers": load("makers"), "care": load("care")}
    products: list[dict[str, Any]] = []
    for place, (category, rules) in enumerate(CATEGORIES.items(), start=1):
        rows = [
            row
            for table in rules["tables"]
            if (TABLES / f"{table}.toml").exists()
            for row in load(table)["product"]
        ]
        products += [
            build_product(row, category, place * 1000 + at, shared) for at, row in enumerate(rows, start=1)
        ]
    return {
        "schema": 1,
        "shop": {
            "id": "nordhus",
            "name": "Nordhus",
            "currency": "EUR",
            "time_zone": "Europe/Oslo",
            "languages": list(LANGUAGES),
            "locations": LOCATIONS,
        },
        "categories": [{"id": key, "title": rules["title"]} for key, rules in CATEGORIES.items()],
        "axes": {axis: dict(zip(LANGUAGES, names, strict=True)) for axis, names in words.axes.items()},
        "colours": {key: entry[0] for key, entry in words.colours.items()},
        "delivery": terms["delivery"],
        "returns": terms["returns"],
        "products": products,
    }


def text_of(catalogue: dict[str, Any]) -> str:
    """The catalogue as the committed file holds it."""
    return json.dumps(catalogue, ensure_ascii=False, indent=1) + "\n"


def main() -> int:
    """Writes the file, or with --check says whether it is up to date (exit code 1 when not)."""
    text = text_of(build())
    if "--check" in sys.argv[1:]:
        same = OUT.exists() and OUT.read_text(encoding="utf-8") == text
        print(
            "catalogue.json is up to date"
            if same
            else "catalogue.json differs: run packaging/make_catalogue.py"
        )
        return 0 if same else 1
    OUT.parent.mkdir(parents=True, exist_ok=True)
    OUT.write_text(text, encoding="utf-8", newline="\n")
    catalogue = json.loads(text)
    variants = sum(len(product["variants"]) for product in catalogue["products"])
    print(f"{len(catalogue['products'])} products, {variants} variants, {len(text.encode()) / 1e6:.2f} MB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
