"""The colours charts are drawn with, taken from the theme's roles."""

from dataclasses import dataclass
from typing import Self

from studio.ui.palette import DARK, Tokens, contrast, mix

_LINES_DARK = ("#7fd1c7", "#e0b36a", "#9db4ff", "#b7d36f", "#d59ad0", "#a9b4c0")
_LINES_LIGHT = ("#0f766e", "#8a5a00", "#3b50b5", "#4d7c0f", "#86358a", "#4b5866")


@dataclass(frozen=True, slots=True)
class ChartColours:
    """Every colour of a chart, `#rrggbb`. `lines` are for series without a colour of their own; none is red."""

    surface: str
    raised: str
    line: str
    text: str
    muted: str
    viewers: str
    orders: str
    promo: str
    warning: str
    lines: tuple[str, ...]

    @classmethod
    def from_tokens(cls, tokens: Tokens) -> Self:
        """The chart colours of a theme."""
        return cls(
            surface=tokens.surface,
            raised=tokens.raised,
            line=tokens.line,
            text=tokens.text,
            muted=tokens.muted,
            viewers=tokens.accent,
            orders=tokens.next,
            promo=tokens.promo_text,
            warning=tokens.warning_text,
            lines=_LINES_DARK if tokens.name == "dark" else _LINES_LIGHT,
        )

    def dimmed(self, colour: str) -> str:
        """A colour that steps back, for what is no longer fresh. Opaque, so that it stays cheap to draw."""
        return mix(colour, self.surface, 0.6)

    def shade(self, colour: str) -> str:
        """The shade of a stretch of time behind the lines."""
        return mix(self.surface, colour, 0.2)

    def readable(self, colour: str, least: float = 4.5) -> str:
        """`colour`, moved towards the text colour until it has that contrast on the surface (WCAG 2.2, 1.4.3)."""
        share = 0.0
        while contrast(mixed := mix(colour, self.text, share), self.surface) < least and share < 1.0:
            share = min(1.0, share + 0.1)
        return mixed

    def visible(self, colour: str) -> str:
        """`colour`, with the contrast of 3 that lines need (WCAG 2.2, 1.4.11)."""
        return self.readable(colour, 3.0)


def colours_or_default(colours: ChartColours | None) -> ChartColours:
    """The given colours, or those of the dark theme."""
    return ChartColours.from_tokens(DARK) if colours is None else colours
