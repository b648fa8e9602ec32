"""Making text of strangers safe to show: viewers' messages and names, whatever was put into them."""

import re
import unicodedata
from typing import Final

MESSAGE_LIMIT: Final = 500
AUTHOR_LIMIT: Final = 40

_FSI, _PDI = "\u2068", "\u2069"
_ISOLATED: Final = str.maketrans("", "", _FSI + _PDI)
# Marks that turn the direction of what follows, and characters nobody sees.
_DROPPED: Final = re.compile(
    "[\u00ad\u061c\u115f\u1160\u180b-\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\u3164\ufeff\ufff9-\ufffb\U000e0000-\U000e0fff]"
)
_SPACES: Final = re.compile(r"\s+")
_HARMLESS: Final = re.compile(r"[\x20-\x7e]*")


def clean_text(text: str, limit: int = MESSAGE_LIMIT) -> str:
    """`text` on one line without control, direction and invisible characters, at most `limit` characters long.

    What was cut ends with an ellipsis. Emoji, Arabic and Indic joiners stay where they join; a letter keeps at most
    four combining marks. Whatever comes in, text comes out: nothing raises.
    """
    if len(text) <= limit and _HARMLESS.fullmatch(text) and "  " not in text:
        return text.strip()
    lost = len(text) > limit * 4
    text = _DROPPED.sub("", text[: limit * 4])
    kept: list[str] = []
    marks = 0
    for position, char in enumerate(text):
        kind = unicodedata.category(char)
        if char in "\u200c\u200d":
            if not _joins(text, position):
                continue
        elif kind in {"Mn", "Me"}:
            marks += 1
            if marks > 4:
                continue
        elif kind == "Cs":
            char = "\ufffd"
        elif kind in {"Cc", "Zl", "Zp"}:
            char = " "
        if kind not in {"Mn", "Me"}:
            marks = 0
        kept.append(char)
    line = _SPACES.sub(" ", "".join(kept)).strip()
    if lost or len(line) > limit:
        line = line[: limit - 1].rstrip("\u200d ") + "…"
    return line


def isolate(text: str) -> str:
    """`text` in a directional isolate, so that right-to-left text cannot reorder what stands beside it."""
    if text.isascii():
        return text
    return f"{_FSI}{text}{_PDI}"


def without_isolates(text: str) -> str:
    """The text without the isolates, for the clipboard."""
    return text.translate(_ISOLATED)


def _joins(text: str, position: int) -> bool:
    """Whether a zero-width joiner stands between two characters it can join (not at an end, not in Latin)."""
    if position == 0 or position + 1 >= len(text):
        return False
    return all(ord(neighbour) > 0x5FF for neighbour in (text[position - 1], text[position + 1]))
