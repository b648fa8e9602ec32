"""How the overlay page is dressed: a brand's colour, font and logo as CSS variables."""

import re

import msgspec

from studio.stage.overlay_pictures import raster_type

BRAND = "#c084fc"
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
_GENERIC = {"serif", "sans-serif", "monospace", "cursive", "fantasy", "system-ui", "ui-rounded", "ui-serif"}
_IN_A_NAME = re.compile(r"[^\w .+-]")
_DARK, _LIGHT = "#10131a", "#ffffff"


class OverlayDress(msgspec.Struct, frozen=True):
    """`brand` is `#rrggbb`, `font` a list of families as in CSS, `logo` the bytes of a picture (no SVG)."""

    brand: str = BRAND
    font: str = ""
    logo: bytes | None = None


def logo_of(dress: OverlayDress) -> tuple[bytes, str] | None:
    """The logo and its media type, if it is a picture."""
    kind = raster_type(dress.logo) if dress.logo else None
    return (dress.logo, kind) if dress.logo and kind else None


def dress_css(dress: OverlayDress) -> str:
    """The style sheet. What is no colour or no font's name is left out: the page's own holds then."""
    brand = dress.brand if _COLOUR.fullmatch(dress.brand) else BRAND
    lines = [f"--brand: {brand.lower()};", f"--on-brand: {_readable_on(brand)};"]
    if families := _families(dress.font):
        lines.append(f"--font: {families};")
    if logo_of(dress) is not None:
        lines += ['--logo: url("logo");', "--logo-height: .4rem;"]
    return ":root {\n" + "".join(f"  {line}\n" for line in lines) + "}\n"


def _families(font: str) -> str:
    names = [_IN_A_NAME.sub("", part).strip() for part in font.split(",")]
    return ", ".join(name if name.lower() in _GENERIC else f'"{name}"' for name in names if name)


def _readable_on(colour: str) -> str:
    """Dark or light text, whichever contrasts more (WCAG 2.2, relative luminance and contrast ratio)."""
    bright = _luminance(colour)
    on_light = (bright + 0.05) / (_luminance(_DARK) + 0.05)
    on_dark = (_luminance(_LIGHT) + 0.05) / (bright + 0.05)
    return _DARK if on_light >= on_dark else _LIGHT


def _luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
