"""Texts of strangers, made safe to keep and to write: the same rules on the way in and on the way out."""

import re
import unicodedata
from typing import Final

import msgspec

from studio.domain.lineup import LineUpItem

_BREAKS: Final = re.compile("\r\n|\r|\x0b|\x0c|\x85|\u2028|\u2029")
_FORMULA: Final = "=+\\-@\t\r\n＝＋－＠"
_RISKY: Final = re.compile(f"'*[{_FORMULA}]")
_GUARDED: Final = re.compile(f"'+[{_FORMULA}]")


def line(text: str, limit: int = 32_000) -> str:
    """`text` on one line: no control characters, spaces as single ones."""
    return " ".join(_kept(text[: limit * 4]).split())[:limit].strip()


def block(text: str, limit: int = 20_000) -> str:
    """`text` with its lines, each ended by a line feed; no control characters, nothing empty around it."""
    return _kept(_BREAKS.sub("\n", text[: limit * 4]))[:limit].strip()


def _kept(text: str) -> str:
    if text.isascii() and text.isprintable():
        return text
    return "".join(
        char
        if char in "\n\t" or (kind := unicodedata.category(char)) not in {"Cc", "Cs"}
        else "\ufffd"
        if kind == "Cs"
        else " "
        for char in text
        if char not in "\ufeff\ufffe\uffff"
    )


def guarded(text: str) -> str:
    """`text` for a cell of a CSV file, so that no spreadsheet takes it for a formula.

    As OWASP says (CSV Injection): one apostrophe before a cell that begins with = + - @, tab or line end. Apostrophes
    that stand before such a sign already get one more, so that reading takes off exactly what was put on.
    """
    return f"'{text}" if _RISKY.match(text) else text


def unguarded(text: str) -> str:
    """The text which `guarded` was given; one that it would not have touched stays as it is."""
    return text[1:] if _GUARDED.match(text) else text


def tidy(item: LineUpItem) -> LineUpItem:
    """The item as every format can carry it: titles and points on one line, notes with line feeds."""
    return msgspec.structs.replace(
        item,
        title=line(item.title, 300),
        product_id=line(item.product_id, 200),
        sku=line(item.sku, 200),
        points=tuple(filter(None, (line(point, 1_000) for point in item.points))),
        note=block(item.note),
        images=tuple(filter(None, (line(url, 2_000) for url in item.images))),
        alternatives=tuple(filter(None, (line(text, 200) for text in item.alternatives))),
    )


def parted(text: str) -> list[str]:
    """The parts of a cell, between bars and line ends; a bar behind an odd number of backslashes is a bar of the text."""
    parts: list[str] = []
    part: list[str] = []
    at = 0
    for found in re.finditer(r"(\\*)\||\n", text):
        part.append(text[at : found.start()])
        at = found.end()
        slashes = len(found[1] or "")
        part.append("\\" * (slashes // 2))
        if slashes % 2:
            part.append("|")
            continue
        parts.append("".join(part))
        part = []
    parts.append("".join([*part, text[at:]]))
    return [cleaned for cleaned in (line(piece, 2_000) for piece in parts) if cleaned]


def joined(parts: tuple[str, ...]) -> str:
    """Parts as one cell, a line each, so that `parted` gives them back."""
    return "\n".join(
        re.sub(r"(\\*)\|", lambda found: "\\" * (2 * len(found[1]) + 1) + "|", part) for part in parts
    )
