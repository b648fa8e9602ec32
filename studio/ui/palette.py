"""The colours and measures of the studio: one set of roles, in dark and in light."""

from dataclasses import dataclass, fields
from functools import lru_cache
from typing import Final, Literal

_KEPT: Final = 1_000
"""Charts and rows ask for the same few colours at every frame."""

ToneName = Literal["neutral", "ok", "warning", "promo", "onair", "next", "accent", "dashed"]
"""What a pill, a figure or a notice says: red (`onair`) means on air and nothing else."""


@dataclass(frozen=True, slots=True)
class Tokens:
    """Every colour a widget may use, as `#rrggbb`, named by its role and never by its look.

    A `*_tint` is the background of a pill or a row of that role, and `*_text` the colour of text on the tint
    and on every surface. Text colours reach a contrast of 4.5:1 (WCAG 2.2, 1.4.3) on each of them.
    """

    name: Literal["dark", "light"]
    background: str
    surface: str
    raised: str
    hover: str
    line: str
    text: str
    muted: str
    disabled: str
    on_air: str
    on_air_text: str
    on_air_tint: str
    next: str
    next_text: str
    next_tint: str
    accent: str
    accent_text: str
    accent_tint: str
    on_accent: str
    warning: str
    warning_text: str
    warning_tint: str
    promo: str
    promo_text: str
    promo_tint: str
    on_promo: str
    neutral_tint: str
    track: str

    def colours(self) -> dict[str, str]:
        """Role name to `#rrggbb`, in the order of the fields."""
        return {field.name: getattr(self, field.name) for field in fields(self) if field.name != "name"}


DARK = Tokens(
    name="dark",
    background="#0e1116",
    surface="#161b22",
    raised="#1d232c",
    hover="#262e39",
    line="#2a323d",
    text="#e9edf2",
    muted="#9aa6b2",
    disabled="#6f7a86",
    on_air="#ff4d4d",
    on_air_text="#ff8585",
    on_air_tint="#32161b",
    next="#2fbf71",
    next_text="#5fd68f",
    next_tint="#12291d",
    accent="#6ea8fe",
    accent_text="#6ea8fe",
    accent_tint="#172233",
    on_accent="#0b1220",
    warning="#ffb224",
    warning_text="#ffb224",
    warning_tint="#33260d",
    promo="#c084fc",
    promo_text="#c98fff",
    promo_tint="#2c1d3f",
    on_promo="#180a26",
    neutral_tint="#222933",
    track="#262e38",
)

LIGHT = Tokens(
    name="light",
    background="#eef1f5",
    surface="#ffffff",
    raised="#f5f7fa",
    hover="#e6ebf1",
    line="#cfd7e0",
    text="#141a21",
    muted="#52606d",
    disabled="#7a8591",
    on_air="#d21f2b",
    on_air_text="#b3121f",
    on_air_tint="#fdeaeb",
    next="#178a4c",
    next_text="#0c6b38",
    next_tint="#e3f5ea",
    accent="#1f66d6",
    accent_text="#1a58bb",
    accent_tint="#e6effd",
    on_accent="#ffffff",
    warning="#b26a00",
    warning_text="#804a00",
    warning_tint="#fff1d6",
    promo="#8338cf",
    promo_text="#6f2ab4",
    promo_tint="#f2e8fc",
    on_promo="#ffffff",
    neutral_tint="#e8ecf1",
    track="#dde3ea",
)


@lru_cache(_KEPT)
def luminance(colour: str) -> float:
    """The relative luminance of `#rrggbb`, 0 (black) to 1 (white), by WCAG 2.2."""
    channels = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@lru_cache(_KEPT)
def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours, 1 to 21, by WCAG 2.2 (order does not matter)."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


@lru_cache(_KEPT)
def mix(one: str, other: str, share: float) -> str:
    """`one` with `share` (0 to 1) of `other` mixed in, as `#rrggbb`."""
    pairs = ((int(one[i : i + 2], 16), int(other[i : i + 2], 16)) for i in (1, 3, 5))
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in pairs)
