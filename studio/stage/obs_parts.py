"""What the studio puts into a scene of OBS: its sources, how they are told from a person's own, where they stand.

Source: OBS Studio, plugins/text-freetype2, plugins/obs-text (GDI+), plugins/image-source (color source): the settings' names.
"""

from collections.abc import Collection
from enum import StrEnum
from typing import Any

from msgspec import Struct

MARK = "host_studio"
"""The key in a source's settings that says it is the studio's; its value is the `Part`. OBS keeps keys it does not know."""
BROWSER = "browser_source"


class Part(StrEnum):
    """One source of the studio."""

    CARD = "card"
    TITLE = "title"
    PRICE = "price"
    STRUCK = "struck"
    STOCK = "stock"
    CODE = "code"
    COUNTDOWN = "countdown"
    PICTURE = "picture"
    QR = "qr"
    BUBBLE = "bubble"
    QUESTION = "question"
    OVERLAY = "overlay"


BOXES = frozenset({Part.CARD, Part.BUBBLE})
"""What is drawn behind texts."""
IMAGES = frozenset({Part.PICTURE, Part.QR})
"""What OBS reads from a file."""
TEXTS = tuple(part for part in Part if part not in BOXES | IMAGES and part is not Part.OVERLAY)
UNSURE = frozenset({Part.PRICE, Part.STRUCK, Part.STOCK, Part.CODE, Part.COUNTDOWN})
"""What must not stand there while the shop, or its time, is not known."""
WITHOUT_BROWSER = tuple(part for part in Part if part is not Part.OVERLAY)
_NAMES = {
    Part.CARD: "card background",
    Part.BUBBLE: "question background",
    Part.STRUCK: "struck price",
    Part.QR: "QR code",
}
_WRAPPED = frozenset({Part.TITLE, Part.QUESTION})

_SURFACE, _TEXT, _MUTED, _PROMO, _WARNING = "161b22", "e9edf2", "9aa6b2", "c084fc", "ffb224"
_COLOURS = {Part.STRUCK: _MUTED, Part.STOCK: _WARNING, Part.CODE: _PROMO, Part.COUNTDOWN: _PROMO}
_STROKE = "\u0336"
_ALIGN_TOP_LEFT, _ALIGN_LEFT = 5, 1


class Place(Struct, frozen=True):
    """A rectangle of the canvas, in its pixels; `size` is the height of letters."""

    x: float
    y: float
    width: float
    height: float
    size: int = 0


class Drawing(Struct, frozen=True):
    """What this OBS draws with: kinds of sources, empty where it has none. `platform` is OBS's word for the system."""

    text: str
    colour: str
    browser: bool
    platform: str = ""
    image: str = ""


def drawing(kinds: Collection[str], platform: str = "") -> Drawing:
    """What to draw with, of the kinds of inputs that OBS has."""
    texts = ("text_gdiplus_v3", "text_gdiplus_v2", "text_ft2_source_v2")
    colours = ("color_source_v3", "color_source_v2")
    return Drawing(
        next((kind for kind in texts if kind in kinds), ""),
        next((kind for kind in colours if kind in kinds), ""),
        BROWSER in kinds,
        platform,
        "image_source" if "image_source" in kinds else "",
    )


def name_of(part: Part) -> str:
    """The name it gets in OBS."""
    return f"Host Studio {_NAMES.get(part, part.value)}"


def kind_of(part: Part, drawn: Drawing) -> str:
    """The kind of input that it is."""
    if part is Part.OVERLAY:
        return BROWSER
    if part in IMAGES:
        return drawn.image
    return drawn.colour if part in BOXES else drawn.text


def place_of(part: Part, width: int, height: int) -> Place:
    """Where it stands on a canvas of this size: a lower third at the left, and above what apps lay over an upright one."""
    if part is Part.OVERLAY:
        return Place(0, 0, width, height)
    if height > width:
        card = Place(0.05 * width, 0.56 * height, 0.78 * width, 0.16 * height)
    else:
        card = Place(0.04 * width, 0.66 * height, 0.52 * width, 0.28 * height)
    if part in IMAGES:
        return _beside(card, part, width, height)
    bubble = Place(card.x, card.y - 0.66 * card.height, card.width, 0.6 * card.height)
    if part in (Part.BUBBLE, Part.QUESTION):
        return bubble if part is Part.BUBBLE else _within(bubble, 0.03, 0.08, 0.94, 0.84, 0.2)
    x, y, wide, high, size = _IN_CARD[part]
    return _within(card, x, y, wide, high, size)


def _beside(card: Place, part: Part, width: int, height: int) -> Place:
    """A square at the right of the card: the picture, and the QR code behind it, on an upright canvas below it."""
    gap = 0.015 * width
    x, room = card.x + card.width + gap, 0.98 * width - card.x - card.width - gap
    second = part is Part.QR
    if height > width:
        side = min(room, (card.height - gap) / 2)
        return Place(x, card.y + second * (side + gap), side, side)
    side = min(card.height, (room - gap) / 2)
    return Place(x + second * (side + gap), card.y, side, side)


# Parts of the card's width and height; the last is the height of letters as a part of the card's.
_IN_CARD = {
    Part.CARD: (0.0, 0.0, 1.0, 1.0, 0.0),
    Part.TITLE: (0.03, 0.05, 0.94, 0.33, 0.15),
    Part.PRICE: (0.03, 0.40, 0.45, 0.33, 0.30),
    Part.STRUCK: (0.52, 0.44, 0.45, 0.26, 0.20),
    Part.STOCK: (0.03, 0.76, 0.40, 0.19, 0.15),
    Part.CODE: (0.45, 0.75, 0.37, 0.21, 0.19),
    Part.COUNTDOWN: (0.84, 0.75, 0.13, 0.21, 0.19),
}


def _within(box: Place, x: float, y: float, wide: float, high: float, size: float) -> Place:
    return Place(
        box.x + x * box.width,
        box.y + y * box.height,
        wide * box.width,
        high * box.height,
        round(size * box.height),
    )


def first_settings(part: Part, drawn: Drawing, place: Place, url: str) -> dict[str, Any]:
    """What a new source starts with: it shows nothing yet."""
    marked: dict[str, Any] = {MARK: part.value}
    if part is Part.OVERLAY:
        return {
            **marked,
            "url": url,
            "width": round(place.width),
            "height": round(place.height),
            "reroute_audio": False,
            "css": "",
        }
    if part in IMAGES:
        return {**marked, "file": ""}
    if part in BOXES:
        size = {"width": round(place.width), "height": round(place.height)}
        return {**marked, **size, "color": _abgr(_SURFACE, 0xE6)}
    font = {"face": _face(drawn), "style": "Bold", "size": place.size, "flags": 1}
    colour = _COLOURS.get(part, _TEXT)
    settings: dict[str, Any] = {**marked, "text": "", "font": font}
    if drawn.text.startswith("text_gdiplus"):
        font["flags"] = 1 | (8 if part is Part.STRUCK else 0)  # OBS_FONT_BOLD, OBS_FONT_STRIKEOUT
        settings |= {"color": _abgr(colour, 0), "opacity": 100}
        if part in _WRAPPED:
            extents = {"extents_cx": round(place.width), "extents_cy": round(place.height)}
            settings |= {"extents": True, "extents_wrap": True, **extents}
        return settings
    settings |= {"color1": _abgr(colour, 0xFF), "color2": _abgr(colour, 0xFF)}
    if part in _WRAPPED:
        settings |= {"word_wrap": True, "custom_width": round(place.width)}
    return settings


def first_transform(part: Part, place: Place) -> dict[str, Any]:
    """Where a new scene item stands; a text that is too long for its place is drawn smaller."""
    where: dict[str, Any] = {"positionX": place.x, "positionY": place.y, "alignment": _ALIGN_TOP_LEFT}
    if part in IMAGES:
        where |= {
            "boundsType": "OBS_BOUNDS_SCALE_INNER",
            "boundsWidth": place.width,
            "boundsHeight": place.height,
        }
    if part in TEXTS:
        where |= {
            "boundsType": "OBS_BOUNDS_MAX_ONLY",
            "boundsWidth": place.width,
            "boundsHeight": place.height,
            "boundsAlignment": _ALIGN_LEFT,
        }
    return where


def said(part: Part, kind: str, text: str) -> str:
    """What a source of this kind must be told, so that this text is seen."""
    # The FreeType source knows no struck letters; GDI+ has them in its font.
    return struck(text) if part is Part.STRUCK and text and not kind.startswith("text_gdiplus") else text


def struck(text: str) -> str:
    """The text with a line through it, by combining characters; the last one reaches through its end."""
    return "".join(letter + _STROKE for letter in text) + "\u2009" + _STROKE


def _face(drawn: Drawing) -> str:
    if drawn.text.startswith("text_gdiplus"):
        return "Segoe UI"
    return "Helvetica" if drawn.platform == "macos" else "DejaVu Sans"


def _abgr(rgb: str, alpha: int) -> int:
    red, green, blue = bytes.fromhex(rgb)
    return alpha << 24 | blue << 16 | green << 8 | red
