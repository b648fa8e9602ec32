"""Opaque cursors of the demo shop's lists."""

import base64
import binascii
from collections.abc import Sequence

import msgspec

from studio.rehearsal.problems import invalid


def cursor(*key: str | int) -> str:
    """The cursor that stands behind an item with this sort key."""
    return base64.urlsafe_b64encode(msgspec.json.encode(key)).decode().rstrip("=")


def behind(text: str | None, kinds: Sequence[type[str] | type[int]]) -> list[str | int] | None:
    """The sort key a cursor stands behind; None for the beginning. Refuses with invalid."""
    if text is None:
        return None
    wrong = invalid(("cursor", "This is no cursor of this list. Start again without one."))
    try:
        raw = base64.urlsafe_b64decode(text.encode() + b"=" * (-len(text) % 4))
        key = msgspec.json.decode(raw, type=list[str | int])
    except (ValueError, binascii.Error) as error:
        raise wrong from error
    fits = len(key) == len(kinds) and all(type(part) is kind for part, kind in zip(key, kinds, strict=True))
    if not fits or any(isinstance(part, int) and not 0 <= part < 2**53 for part in key):
        raise wrong
    return key


def page(items: Sequence[bytes], next_cursor: str | None) -> bytes:
    """A page as JSON from items that are encoded already."""
    tail = msgspec.json.encode(next_cursor)
    return b'{"items":[' + b",".join(items) + b'],"next_cursor":' + tail + b"}"
