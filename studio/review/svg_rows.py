"""What lies under a report's timeline: rows of what was on air, codes, alerts and questions, and the key to the marks.

Every kind of mark has a shape of its own, so that they differ in black and white too.
"""

import math
from collections.abc import Sequence

from studio.review.svg_plot import (
    LEFT,
    LETTER_PX,
    ROW,
    Block,
    Content,
    Moment,
    Plot,
    Words,
    by_minute,
    counted,
    short,
    xml_text,
)

_PIN, _PROMO, _ALERT, _QUESTION = "#2b343d", "#6f2ab4", "#804a00", "#3b50b5"
_LEAST_DOT, _MOST_DOT = 2.8, 5.0


def rows_of(plot: Plot, content: Content) -> list[str]:
    """All rows, those without anything left out."""
    y = plot.bottom + ROW - 4
    parts: list[str] = []
    if content.blocks:
        parts += _names(plot, content.blocks, y)
        y += ROW
    if content.promos:
        parts += _moments(plot, content.promos, y, "promo")
        y += ROW
    if content.alerts:
        parts += _moments(plot, content.alerts, y, "alert")
        y += ROW
    if content.questions:
        parts += _dots(plot, content.questions, y)
    return parts


def key_of(plot: Plot, content: Content, words: Words) -> list[str]:
    """What each mark means, in one row at the bottom; whatever has no room there is left out."""
    x, y = LEFT, plot.height - 5
    most = max(by_minute(content.orders).values(), default=0)
    line = '<path d="M{x:.1f} {y:.1f}h14" stroke="#1a58bb" stroke-width="2" fill="none" class="viewers"/>'
    bar = '<path class="orders" d="M{x:.1f} {low:.1f}v-9h6v9z" fill="#178a4c"/>'
    entries = [
        (bool(content.known), line.format(x=x, y=y - 4), words.key_viewers, 18.0),
        (most > 0, "", words.key_orders.format(count=counted(most, words)), 10.0),
        (bool(content.blocks), "", words.key_pin, 10.0),
        (bool(content.promos), "", words.key_promo, 12.0),
        (bool(content.alerts), "", words.key_alert, 12.0),
        (bool(content.questions), "", words.key_question, 12.0),
    ]
    parts: list[str] = []
    for n, (there, sign, text, room) in enumerate(entries):
        wide = room + len(text) * LETTER_PX
        if not there or x + wide > plot.width - 2:
            continue
        if n == 1:
            sign = bar.format(x=x, low=y)
        elif n > 1:
            sign = (_square, _triangle, _diamond, _dot)[n - 2](x + 4, y)
        parts.append(
            f'{sign}<text class="key" x="{x + room:.1f}" y="{y:.1f}" fill="#4a5763">{xml_text(text)}</text>'
        )
        x += wide + 16
    return parts


def _names(plot: Plot, blocks: Sequence[Block], y: float) -> list[str]:
    starts = [plot.x(block.start_ms) + 9 for block in blocks]
    limits = [*(start - 8 for start in starts[1:]), plot.right][: len(starts)]
    parts: list[str] = []
    for block, left, limit in zip(blocks, starts, limits, strict=True):
        parts.append(_square(left - 6, y))
        text = short(block.label, limit - left - 2)
        if text:
            parts.append(
                f'<text class="block" x="{left:.1f}" y="{y:.1f}" fill="{_PIN}">{xml_text(text)}</text>'
            )
    return parts


def _moments(plot: Plot, moments: Sequence[Moment], y: float, kind: str) -> list[str]:
    """A mark for each, with its name beside it where there is room; whoever points at it reads it anyway."""
    places = [plot.x(moment.at_ms) for moment in moments]
    mark, colour = (_triangle, _PROMO) if kind == "promo" else (_diamond, _ALERT)
    parts: list[str] = []
    taken = 0.0
    for i, (moment, x) in enumerate(zip(moments, places, strict=True)):
        parts.append(mark(x, y, moment.label))
        limit = places[i + 1] - 6 if i + 1 < len(places) else plot.width - 2
        text, wide = short(moment.label, limit - x - 7), len(moment.label) * LETTER_PX
        if text != moment.label and x - 7 - wide > taken:
            parts.append(_word(x - 7, y, moment.label, "end", kind, colour))
            taken = x + 5
        elif text:
            parts.append(_word(x + 7, y, text, "start", kind, colour))
            taken = x + 7 + len(text) * LETTER_PX
        else:
            taken = x + 5
    return parts


def _dots(plot: Plot, questions: Sequence[int], y: float) -> list[str]:
    """A dot for each minute in which something was asked, larger for more."""
    sums = by_minute((at_ms, 1) for at_ms in questions)
    most = max(sums.values())
    return [
        _dot(
            plot.x(min(at_ms + 30_000, plot.end_ms)), y,
            _LEAST_DOT + (_MOST_DOT - _LEAST_DOT) * math.sqrt((asked - 1) / max(1, most - 1)), str(asked),
        )
        for at_ms, asked in sums.items()
    ]  # fmt: skip


def _word(x: float, y: float, text: str, anchor: str, kind: str, colour: str) -> str:
    place = f'x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"'
    return f'<text class="{kind}" {place} fill="{colour}">{xml_text(text)}</text>'


def _square(x: float, y: float) -> str:
    return f'<path class="pin" d="M{x - 2.5:.1f} {y - 6.5:.1f}h5v5h-5z" fill="{_PIN}"/>'


def _triangle(x: float, y: float, label: str = "") -> str:
    return f'<path d="M{x:.1f} {y - 8:.1f}l4 7h-8z" fill="{_PROMO}">{_told(label)}</path>'


def _diamond(x: float, y: float, label: str = "") -> str:
    d = f"M{x:.1f} {y - 8.5:.1f}l4.5 4.5l-4.5 4.5l-4.5 -4.5z"
    return f'<path class="alert" d="{d}" fill="{_ALERT}">{_told(label)}</path>'


def _dot(x: float, y: float, radius: float = 3.5, label: str = "") -> str:
    return f'<circle class="question" cx="{x:.1f}" cy="{y - 4:.1f}" r="{radius:.1f}" fill="{_QUESTION}">{_told(label)}</circle>'


def _told(label: str) -> str:
    return f"<title>{xml_text(label)}</title>" if label else ""
