"""Which product of the catalogue a row means: by id, SKU or barcode for certain, by its name as a proposal."""

import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import Final

import msgspec

from studio.domain.exchange import Candidate, DraftRow, Found, Match
from studio.domain.lineup import ItemKind, LineUpItem
from studio.domain.product import Product
from studio.exchange.names import MOST, Names
from studio.exchange.tables import Given, Stopped

CANDIDATES: Final = MOST
OnRow = Callable[[int, int], None]
"""Told how many rows are done, and of how many."""


class Catalogue:
    """The shop's products by everything that names them."""

    def __init__(self, products: Iterable[Product]) -> None:
        self._products: dict[str, Product] = {}
        self._by_sku: defaultdict[str, dict[str, str]] = defaultdict(dict)
        self._by_barcode: defaultdict[str, dict[str, str]] = defaultdict(dict)
        self._by_name: defaultdict[str, list[str]] = defaultdict(list)
        for product in products:
            self._products[product.id] = product
            self._by_name[_folded(product.title)].append(product.id)
            for variant in product.variants:
                # Product id to the SKU of the variant that is meant.
                self._by_sku[variant.sku.strip().casefold()].setdefault(product.id, variant.sku)
                self._by_barcode[_digits(variant.barcode)].setdefault(product.id, variant.sku)
                if len(product.variants) > 1 and _folded(variant.title) != _folded(product.title):
                    self._by_name[_folded(f"{product.title} {variant.title}")].append(product.id)
        self._by_sku.pop("", None)
        self._by_barcode.pop("", None)
        self._by_name.pop("", None)
        self._names = list(self._by_name)
        # Made when it is needed first, in the thread that looks.
        self._looked_in: Names | None = None

    def __len__(self) -> int:
        return len(self._products)

    def product(self, product_id: str) -> Product | None:
        """The product of this id."""
        return self._products.get(product_id)

    def by_sku(self, sku: str) -> dict[str, str]:
        """The products with a variant of this SKU, and how the shop writes the SKU."""
        return dict(self._by_sku.get(sku.strip().casefold(), {})) if sku.strip() else {}

    def by_barcode(self, barcode: str) -> dict[str, str]:
        """The products with a variant of this barcode, and the variant's SKU. Zeros in front do not count: a UPC is an EAN."""
        return dict(self._by_barcode.get(_digits(barcode), {})) if _digits(barcode) else {}

    def by_name(self, title: str) -> list[str]:
        """The products of exactly this name, but for capitals and spaces."""
        return list(dict.fromkeys(self._by_name.get(_folded(title), ())))

    def alike(
        self,
        titles: Sequence[str],
        on_some: Callable[[int], None] = lambda _done: None,
        stopped: Stopped = lambda: False,
    ) -> list[list[tuple[str, int]]]:
        """For each title the products with a name like it, and how alike, the most alike first. `on_some` is told how many
        titles are done. Raises `Given`.
        """
        if self._looked_in is None:
            self._looked_in = Names(self._names)
        found: list[list[tuple[str, int]]] = []
        for alike in self._looked_in.alike([_folded(title) for title in titles], on_some, stopped):
            best: dict[str, int] = {}
            for place, score in alike.items():
                for product_id in self._by_name[self._names[place]]:
                    best[product_id] = max(best.get(product_id, 0), score)
            found.append(sorted(best.items(), key=lambda pair: (-pair[1], pair[0]))[:CANDIDATES])
        return found


def matched(
    rows: Sequence[DraftRow],
    catalogue: Catalogue,
    currency: str,
    on_row: OnRow = lambda _done, _of: None,
    stopped: Stopped = lambda: False,
) -> tuple[DraftRow, ...]:
    """The rows with what was found of their products. What is certain is put into the item; what is likely is proposed.

    Raises `Given` when stopped.
    """
    done: list[DraftRow] = []
    by_name: list[int] = []
    for at, row in enumerate(rows):
        if stopped():
            raise Given
        done.append(_matched(row, catalogue, currency))
        if done[-1].match.found is Found.MISSING:
            by_name.append(at)
    sure = len(rows) - len(by_name)
    on_row(sure, len(rows))
    titles = [item.title if (item := done[at].item) is not None else "" for at in by_name]
    found = catalogue.alike(titles, lambda looked: on_row(sure + looked, len(rows)), stopped)
    for at, alike in zip(by_name, found, strict=True):
        if alike:
            done[at] = _proposed(done[at], alike, catalogue)
    return tuple(done)


def chosen(row: DraftRow, product: Product | None, sku: str, currency: str) -> LineUpItem | None:
    """The row's item with the product that a person chose."""
    return row.item and _filled(row.item, product, sku, currency)


def _matched(row: DraftRow, catalogue: Catalogue, currency: str) -> DraftRow:
    """The row with what is told by numbers, or by the same name; *missing* where neither tells, and names may be alike."""
    item = row.item
    if item is None:
        return row
    notes = list(row.notes)
    item = _with_alternatives(item, catalogue, notes)
    row = msgspec.structs.replace(row, item=item, notes=tuple(notes))
    if item.kind is ItemKind.TALK:
        return row
    if not len(catalogue):
        return _unchecked(row)
    by_id = {item.product_id: item.sku} if item.product_id and catalogue.product(item.product_id) else {}
    by_sku, by_barcode = catalogue.by_sku(item.sku), catalogue.by_barcode(row.barcode)
    told = [found for found in (by_id, by_sku, by_barcode) if found]
    agreed = set.intersection(*(set(found) for found in told)) if told else set[str]()
    if len(agreed) == 1:
        (product_id,) = agreed
        how = Found.BY_ID if by_id else Found.BY_SKU if by_sku else Found.BY_BARCODE
        sku = by_sku.get(product_id) or by_barcode.get(product_id) or item.sku
        if by_id and item.sku and not by_sku:
            notes.append(f"The shop has no SKU {item.sku} of this product any more.")
        filled = _filled(item, catalogue.product(product_id), sku, currency)
        return msgspec.structs.replace(row, item=filled, match=Match(how), notes=tuple(notes))
    if told:
        skus = {**by_barcode, **by_sku, **by_id}
        several = [_candidate(catalogue, product_id, skus[product_id]) for product_id in skus]
        said = (
            "Product id, SKU and barcode of this row belong to different products: choose the one that is meant."
            if not agreed
            else "More than one product of the shop has this SKU or barcode: choose the one that is meant."
        )
        return _open(row, Found.UNCLEAR, several, said)
    return _by_name(row, item, catalogue, currency)


def _numbers(row: DraftRow, item: LineUpItem) -> str:
    return " and ".join(
        f"{what} {text}"
        for what, text in (("product id", item.product_id), ("SKU", item.sku), ("barcode", row.barcode))
        if text
    )


def _by_name(row: DraftRow, item: LineUpItem, catalogue: Catalogue, currency: str) -> DraftRow:
    named = _numbers(row, item)
    same = catalogue.by_name(item.title)
    if len(same) == 1 and not named:
        filled = _filled(item, catalogue.product(same[0]), "", currency)
        return msgspec.structs.replace(row, item=filled, match=Match(Found.BY_NAME))
    if len(same) > 1:
        several = [_candidate(catalogue, product_id) for product_id in same[:CANDIDATES]]
        return _open(
            row, Found.UNCLEAR, several, "More than one product has this name: choose the one that is meant."
        )
    if same:
        return _proposed(row, [(same[0], 100)], catalogue)
    said = (
        f"The shop has no product with {named}."
        if named
        else f"The shop has no product with a name like “{item.title}”."
    )
    return _open(
        row, Found.MISSING, [], f"{said} Leave the row out, or take it as it stands and correct it later."
    )


def _proposed(row: DraftRow, alike: Sequence[tuple[str, int]], catalogue: Catalogue) -> DraftRow:
    named = _numbers(row, row.item) if row.item is not None else ""
    candidates = [_candidate(catalogue, product_id, score=score) for product_id, score in alike]
    said = f"The shop has no {named}. " if named else ""
    said += f"The product with the name most alike is “{candidates[0].title}”: say whether it is the one."
    return _open(row, Found.LIKELY, candidates, said)


def _open(row: DraftRow, found: Found, candidates: list[Candidate], sentence: str) -> DraftRow:
    return msgspec.structs.replace(row, match=Match(found, tuple(candidates), sentence))


def _unchecked(row: DraftRow) -> DraftRow:
    item = row.item
    if item is not None and not (item.product_id or item.sku):
        said = (
            f"Row {row.number}: it names its product by name or barcode only, and there is no catalogue yet to look in. Wait "
            "until the shop's catalogue is here, or write the SKU into the row."
        )
        return msgspec.structs.replace(row, item=None, problems=(*row.problems, said))
    return msgspec.structs.replace(row, match=Match(Found.UNCHECKED))


def _candidate(catalogue: Catalogue, product_id: str, sku: str = "", score: int = 100) -> Candidate:
    product = catalogue.product(product_id)
    if product is None:
        return Candidate(product_id, sku, product_id, score)
    return Candidate(product_id, sku or _only_sku(product), product.title, score, product.price)


def _filled(item: LineUpItem, product: Product | None, sku: str, currency: str) -> LineUpItem:
    """The item with its product; what the row does not say, the product does."""
    if product is None:
        return item
    price = product.price
    known = price.amount_minor if price is not None and price.currency == currency else None
    title = item.title if item.title not in ("", item.sku, item.product_id) else product.title[:300]
    return msgspec.structs.replace(
        item,
        product_id=product.id,
        sku=sku or _only_sku(product),
        title=title.strip() or product.id,
        planned_price_minor=known if item.planned_price_minor is None else item.planned_price_minor,
    )


def _only_sku(product: Product) -> str:
    return product.variants[0].sku if len(product.variants) == 1 else ""


def _with_alternatives(item: LineUpItem, catalogue: Catalogue, notes: list[str]) -> LineUpItem:
    """Alternatives are product ids; a row may name them by SKU or barcode, too."""
    if not item.alternatives or not len(catalogue):
        return item
    ids: list[str] = []
    for text in item.alternatives:
        found = (
            [text] if catalogue.product(text) else list(catalogue.by_sku(text) or catalogue.by_barcode(text))
        )
        if len(found) != 1:
            notes.append(
                f"The alternative {text[:60]} is not in the shop: it is kept as it stands."
                if not found
                else f"More than one product has the SKU or barcode {text[:60]}: the alternative is kept as it stands."
            )
        ids.append(found[0] if len(found) == 1 else text)
    return msgspec.structs.replace(item, alternatives=tuple(dict.fromkeys(ids)))


def _folded(text: str) -> str:
    text = unicodedata.normalize("NFKC", text).casefold()
    return " ".join("".join(char if char.isalnum() else " " for char in text).split())


def _digits(text: str) -> str:
    code = "".join(text.split()).casefold()
    return code.lstrip("0") if code.isdigit() else code
