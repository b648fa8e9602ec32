"""The show's timeline as SVG text, for reports: no screen, no fonts of ours, readable in black and white.

What was on air is told by names and hatching as well as by colour, lines differ from bars in shape, and the
figures stand in the text alternative (`title` and `desc`), so that nothing depends on seeing colours.
"""

import datetime as dt
import math
from collections.abc import Sequence
from xml.sax.saxutils import quoteattr

from studio.review.svg_plot import (
    BARS_SHARE,
    LEFT,
    LETTER_PX,
    MINUTE_MS,
    ROW,
    TIME_STEPS_MIN,
    TOP,
    Block,
    Content,
    Moment,
    Plot,
    Words,
    by_minute,
    clock,
    counted,
    minute_of,
    nice_step,
    safe_colour,
    xml_text,
)
from studio.review.svg_rows import key_of, rows_of

__all__ = ["Block", "Moment", "Words", "viewers_svg"]

_KEY_FROM_PX = 600
"""Narrower pictures have no room for the key."""


def viewers_svg(
    viewers: Sequence[tuple[int, float | None]],
    *,
    blocks: Sequence[Block] = (),
    markers: Sequence[Moment] = (),
    orders: Sequence[tuple[int, int]] = (),
    alerts: Sequence[Moment] = (),
    questions: Sequence[int] = (),
    where: dt.tzinfo = dt.UTC,
    width: int = 1000,
    height: int = 320,
    words: Words | None = None,
    element_id: str = "timeline",
) -> str:
    """The timeline of a show as one `<svg>` element to stand in HTML.

    `viewers`: (UTC ms, count or None where not known); `orders`: (UTC ms of the minute, count); `markers` are promo
    codes, `alerts` what went wrong, `questions` when each was asked; times are shown in `where`. `height` is that of plot,
    names and times: every further row of marks adds to it. `element_id` makes the ids of its parts unique in the page. Raises ValueError when the picture
    would be smaller than 240 x 140 px.
    """
    if width < 240 or height < 140:
        raise ValueError(f"The picture needs at least 240 × 140 pixels, not {width} × {height}.")
    words = words or Words()
    content = Content(
        sorted(viewers, key=lambda sample: sample[0]),
        sorted(blocks, key=lambda block: block.start_ms),
        sorted(markers, key=lambda marker: marker.at_ms),
        orders,
        sorted(alerts, key=lambda alert: alert.at_ms),
        sorted(questions),
    )
    plot, has_key = _plot(content, width, height)
    parts = [_head(plot, content, where, words, element_id)]
    parts += _shades(plot, content.blocks, element_id)
    parts += _grid(plot, where, words, plot.height - 5 - (ROW if has_key else 0))
    parts += _bars(plot, content.orders)
    parts += _line(plot, content.viewers)
    parts += rows_of(plot, content)
    parts += key_of(plot, content, words) if has_key else []
    parts += _peak(plot, content.known, where, words)
    return "".join((*parts, "</svg>"))


def _plot(content: Content, width: int, height: int) -> tuple[Plot, bool]:
    """The plot, and whether there is a key under it: one kind of mark alone needs none."""
    times = [t for t, _ in content.viewers]
    times += [t for block in content.blocks for t in (block.start_ms, block.end_ms)]
    times += [t for at, _ in content.orders for t in (minute_of(at), minute_of(at) + MINUTE_MS)]
    times += [moment.at_ms for moment in (*content.promos, *content.alerts)]
    times += content.questions
    start = min(times, default=0)
    has_key = width >= _KEY_FROM_PX and bool(content.rows or content.orders)
    more = ROW * (has_key + sum(map(bool, (content.alerts, content.questions))))
    whole = height + more
    rows = 1 + content.rows + has_key
    plot = Plot(
        float(width),
        whole,
        whole - rows * ROW - 6,
        start,
        max(start + MINUTE_MS, max(times, default=0)),
        max(10.0, max((v for _, v in content.known), default=0.0) * 1.12),
    )
    return plot, has_key


def _head(
    plot: Plot,
    content: Content,
    where: dt.tzinfo,
    words: Words,
    element_id: str,
) -> str:
    known, told = content.known, [words.no_viewers]
    if known:
        at, peak = max(known, key=lambda sample: sample[1])
        told = [
            words.viewers.format(
                peak=counted(peak, words),
                time=clock(at, where),
                first=counted(known[0][1], words),
                last=counted(known[-1][1], words),
            )
        ]
    if content.orders:
        told.append(words.orders.format(orders=counted(sum(n for _, n in content.orders), words)))
    if content.blocks:
        items = ", ".join(f"{clock(b.start_ms, where)} {b.label}" for b in content.blocks)
        told.append(words.on_air.format(items=items))
    if content.promos:
        told.append(words.promos.format(codes=_listed(content.promos, where)))
    if content.alerts:
        told.append(words.alerts.format(alerts=_listed(content.alerts, where)))
    if content.questions:
        told.append(words.questions.format(questions=counted(len(content.questions), words)))
    ids = quoteattr(f"{element_id}-title {element_id}-desc")
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-labelledby={ids} '
        f'viewBox="0 0 {plot.width:.0f} {plot.height:.0f}" width="100%" '
        f'style="max-width:{plot.width:.0f}px;height:auto" font-family="system-ui, sans-serif" font-size="11">'
        f"<title id={quoteattr(f'{element_id}-title')}>{xml_text(words.title)}</title>"
        f"<desc id={quoteattr(f'{element_id}-desc')}>{xml_text(' '.join(told))}</desc>"
        f'<rect width="{plot.width:.0f}" height="{plot.height:.0f}" fill="#ffffff"/>'
    )


def _listed(moments: Sequence[Moment], where: dt.tzinfo) -> str:
    return ", ".join(f"{clock(m.at_ms, where)} {m.label}" for m in moments)


def _shades(plot: Plot, blocks: Sequence[Block], element_id: str) -> list[str]:
    """Every other block is hatched, so that neighbours differ on paper without colour."""
    if not blocks:
        return []
    hatch = f"{element_id}-hatch"
    parts = [
        (
            f'<defs><pattern id={quoteattr(hatch)} width="6" height="6" patternUnits="userSpaceOnUse" '
            'patternTransform="rotate(45)"><path d="M0 0V6" stroke="#000000" stroke-opacity="0.14" stroke-width="1"/>'
            "</pattern></defs>"
        )
    ]
    for i, block in enumerate(blocks):
        left, right = plot.x(block.start_ms), plot.x(max(block.start_ms, block.end_ms))
        box = f'x="{left:.1f}" y="{TOP:.1f}" width="{right - left:.1f}" height="{plot.bottom - TOP:.1f}"'
        tip = f"<title>{xml_text(block.label)}</title>"
        parts.append(f'<rect {box} fill="{safe_colour(block.colour)}" fill-opacity="0.16">{tip}</rect>')
        if i % 2:
            parts.append(f'<rect {box} fill={quoteattr(f"url(#{hatch})")} pointer-events="none"/>')
        parts.append(
            f'<path d="M{left:.1f} {TOP:.1f}V{plot.bottom:.1f}" stroke="#5b6673" stroke-width="0.5" fill="none"/>'
        )
    return parts


def _grid(plot: Plot, where: dt.tzinfo, words: Words, times_y: float) -> list[str]:
    parts: list[str] = []
    step = nice_step(plot.highest, 5)
    for i in range(math.floor(plot.highest / step) + 1):
        y = plot.y(i * step)
        parts.append(
            f'<path d="M{LEFT} {y:.1f}H{plot.right:.1f}" stroke="#c5ced8" stroke-width="0.7" fill="none"/>'
            f'<text x="{LEFT - 6}" y="{y + 4:.1f}" text-anchor="end" fill="#4a5763">{counted(i * step, words)}</text>'
        )
    minutes = (plot.end_ms - plot.start_ms) / MINUTE_MS
    room = max(1, int((plot.right - LEFT) / 70))
    every = next((s for s in TIME_STEPS_MIN if minutes / s <= room), 1440 * math.ceil(minutes / 1440 / room))
    offset = dt.datetime.fromtimestamp(plot.start_ms / 1000, where).utcoffset() or dt.timedelta()
    shift, step_ms = round(offset.total_seconds() * 1000), every * MINUTE_MS
    at = math.ceil((plot.start_ms + shift) / step_ms) * step_ms - shift
    while at <= plot.end_ms:
        # A text at the very edge would be cut off.
        x = min(max(plot.x(at), 18.0), plot.width - 18.0)
        parts.append(
            f'<text x="{x:.1f}" y="{times_y:.1f}" text-anchor="middle" '
            f'fill="#4a5763">{clock(at, where)}</text>'
        )
        at += step_ms
    return parts


def _bars(plot: Plot, orders: Sequence[tuple[int, int]]) -> list[str]:
    counts = by_minute(orders)
    most = max(counts.values(), default=0)
    if most <= 0:
        return []
    per_minute = (plot.right - LEFT) * MINUTE_MS / (plot.end_ms - plot.start_ms)
    wide = max(0.8, per_minute * 0.56)
    bars: list[str] = []
    for at, amount in counts.items():
        high = max(0, amount) / most * (plot.bottom - TOP) * BARS_SHARE
        left = plot.x(at) + (per_minute - wide) / 2
        bars.append(f"M{left:.1f} {plot.bottom:.1f}v{-high:.1f}h{wide:.1f}v{high:.1f}z")
    return [f'<path class="orders" d="{"".join(bars)}" fill="#178a4c" stroke="#0c4526" stroke-width="0.4"/>']


def _line(plot: Plot, viewers: Sequence[tuple[int, float | None]]) -> list[str]:
    """The viewers: two points a pixel column at most, a new stroke after every unknown sample."""
    strokes: list[list[tuple[int, float]]] = [[]]
    for t, value in viewers:
        if value is None or not math.isfinite(value):
            strokes.append([])
        else:
            strokes[-1].append((t, value))
    path: list[str] = []
    for stroke in strokes:
        points = _extremes(plot, stroke)
        if len(points) == 1:
            # A round cap makes a dot of a stroke without length.
            points = points * 2
        path += [
            f"{'M' if i == 0 else 'L'}{plot.x(t):.1f} {plot.y(value):.1f}"
            for i, (t, value) in enumerate(points)
        ]
    if not path:
        return []
    return [
        (
            f'<path class="viewers" d="{"".join(path)}" fill="none" stroke="#1a58bb" stroke-width="2" '
            'stroke-linejoin="round" stroke-linecap="round"/>'
        )
    ]


def _extremes(plot: Plot, stroke: Sequence[tuple[int, float]]) -> list[tuple[int, float]]:
    columns: dict[int, list[tuple[int, float]]] = {}
    for sample in stroke:
        columns.setdefault(int(plot.x(sample[0])), []).append(sample)
    kept: list[tuple[int, float]] = []
    for samples in columns.values():
        low = min(samples, key=lambda sample: sample[1])
        high = max(samples, key=lambda sample: sample[1])
        kept += sorted({low, high})
    return kept


def _peak(plot: Plot, known: Sequence[tuple[int, float]], where: dt.tzinfo, words: Words) -> list[str]:
    if not known:
        return []
    at, peak = max(known, key=lambda sample: sample[1])
    text = words.peak.format(count=counted(peak, words), time=clock(at, where))
    x, y = plot.x(at), plot.y(peak)
    right = x + 8 + len(text) * LETTER_PX <= plot.right
    anchor, label_x = ("start", x + 8) if right else ("end", x - 8)
    return [
        (
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="#1a58bb" stroke="#ffffff" stroke-width="1.5"/>'
            f'<text class="peak" x="{label_x:.1f}" y="{max(12.0, y - 5):.1f}" text-anchor="{anchor}" fill="#141a21" '
            f'font-weight="600">{xml_text(text)}</text>'
        )
    ]
