"""Which column of a file is which of a line-up: by its name in several languages, else by one much like it."""

import functools
import hashlib
import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Final

from rapidfuzz import fuzz

from studio.domain.exchange import Column
from studio.exchange.words import ALL_WORDS, ALSO

ALIKE: Final = 86
"""From which likeness of names on (0 to 100) a column is taken for one: `Talkng points` is 97, `Price` and `Pieces` 73."""
_SHORTEST_ALIKE: Final = 5
MINUTES_AND: Final = (Column.TITLE, Column.SKU, Column.PRODUCT_ID, Column.BARCODE)
"""Minutes are needed, and one of these."""


def folded(text: str) -> str:
    """A name for comparison: small letters and digits with single spaces; accents stay, they tell words apart."""
    text = unicodedata.normalize("NFKC", text).casefold()
    return " ".join(re.sub(r"[^\w%&∞–-]+|_", " ", text).replace("-", " ").split())


@functools.cache
def _names() -> Mapping[str, Column]:
    named: dict[str, Column] = {}
    for column, name in ((column, name) for words in ALL_WORDS for column, name in words.columns.items()):
        named.setdefault(folded(name), column)
    for column in Column:
        named.setdefault(folded(column.value), column)
    for column, also in ALSO.items():
        for name in also.split(","):
            named.setdefault(folded(name), column)
    return named


def exactly(name: str) -> Column | None:
    """The column that goes by this name."""
    return _names().get(folded(re.sub(r"[(\[].*?[)\]]", "", name))) or _names().get(folded(name))


def guess(header: Sequence[str]) -> tuple[Column | None, ...]:
    """A column for each name, None where there is none; no column is given twice. Names that are known go before those
    that are only alike.
    """
    found: list[Column | None] = [None] * len(header)
    taken: set[Column] = set()
    for at, name in enumerate(header):
        column = exactly(name)
        if column is not None and column not in taken:
            found[at] = column
            taken.add(column)
    for at, name in enumerate(header):
        if found[at] is None and (column := _alike(folded(name), taken)) is not None:
            found[at] = column
            taken.add(column)
    return tuple(found)


def _alike(name: str, taken: set[Column]) -> Column | None:
    if len(name) < _SHORTEST_ALIKE:
        return None
    scored = [
        (fuzz.ratio(name, known), column)
        for known, column in _names().items()
        if column not in taken and len(known) >= _SHORTEST_ALIKE
    ]
    score, column = max(scored, default=(0.0, None), key=lambda pair: pair[0])
    return column if score >= ALIKE else None


def fingerprint(header: Sequence[str]) -> str:
    """The same for files with the same names of columns in the same order, however those are written."""
    return hashlib.sha256(
        "\0".join(folded(name) or name for name in header).encode("utf-8", "replace")
    ).hexdigest()[:32]


def kept(mapping: Sequence[Column | None]) -> tuple[str, ...]:
    """A choice of columns as words that can be kept."""
    return tuple("" if column is None else column.value for column in mapping)


def recalled(header: Sequence[str], words: Sequence[str]) -> tuple[Column | None, ...] | None:
    """The choice that was `kept` for this header; None where it is none, or one of another studio."""
    known = {column.value: column for column in Column}
    if len(words) != len(header) or not all(word in known or not word for word in words):
        return None
    return tuple(known.get(word) for word in words)


def missing(mapping: Sequence[Column | None]) -> str:
    """What the columns lack, as a sentence that says what to do; empty when they will do."""
    have = {column for column in mapping if column is not None}
    if len(have) < sum(column is not None for column in mapping):
        twice = next(c for c in Column if sum(c is column for column in mapping) > 1)
        return f"Two columns are taken for “{ALL_WORDS[0].columns[twice]}”: choose one of them, and ignore the other."
    lacks: list[str] = []
    if Column.MINUTES not in have:
        lacks.append("one for the minutes")
    if not have & set(MINUTES_AND):
        lacks.append("one that names the item (title, SKU, product id or barcode)")
    return f"Choose the column that is missing: {' and '.join(lacks)}." if lacks else ""
