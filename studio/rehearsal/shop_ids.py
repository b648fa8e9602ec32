"""Ids of the demo shop: a short prefix and a number, `ord-17`."""

import re
from typing import Final

_ID: Final = re.compile(r"^([a-z]{3})-([1-9][0-9]{0,14})$")

ORDER, CART, SESSION, PROMO, LINK, FEATURED = "ord", "crt", "ses", "pro", "lnk", "fea"


def written(prefix: str, number: int) -> str:
    """The id as it is shown."""
    return f"{prefix}-{number}"


def optional(prefix: str, number: int | None) -> str | None:
    """The id, or None."""
    return None if number is None else f"{prefix}-{number}"


def number(prefix: str, text: str) -> int:
    """The number of an id; 0, which nothing has, for a text that is no such id."""
    found = _ID.match(text)
    return int(found[2]) if found and found[1] == prefix else 0
