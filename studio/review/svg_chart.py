"""The show's timeline as SVG text, for reports: no screen, no fonts of ours, readable in black and white.

What was on air is told by names and hatching as well as by colour, lines differ from bars in shape, and the
figures stand in the text alternative (`title` and `desc`), so that nothing depends on seeing colours.
"""

import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape, quoteattr

MINUTE_MS = 60_000
_LEFT, _RIGHT, _TOP = 52.0, 16.0, 22.0
_ROW = 16.0
_BARS_SHARE = 0.24
_LETTER_PX = 6.2
"""The mean width of a letter at 11 px: SVG text can't be measured here, so names are cut by estimate."""
_TIME_STEPS_MIN = (1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720, 1440)


@dataclass(frozen=True, slots=True)
class Block:
    """What was on air, UTC ms. `colour` is `#rrggbb`; anything else is drawn grey."""

    start_ms: int
    end_ms: int
    label: str
    colour: str = "#8a94a0"


@dataclass(frozen=True, slots=True)
class Moment:
    """A moment with a name, e.g. a promo code going live (UTC ms)."""

    at_ms: int
    label: str


@dataclass(frozen=True, slots=True)
class Words:
    """The texts of the picture, for a report in another language. `{count}`, `{time}` and so on are filled in;
    `thousands` parts the digits of large numbers.
    """

    title: str = "Viewers, orders and what was on air"
    peak: str = "peak {count} at {time}"
    no_viewers: str = "No viewer figures were recorded."
    viewers: str = "Peak {peak} viewers at {time}; {first} at the start, {last} at the end."
    orders: str = "{orders} orders."
    on_air: str = "On air: {items}."
    promos: str = "Promo codes: {codes}."
    thousands: str = ","


@dataclass(frozen=True, slots=True)
class _Plot:
    """Where times and values lie, in px."""

    width: float
    height: float
    bottom: float
    start_ms: int
    end_ms: int
    highest: float

    @property
    def right(self) -> float:
        return self.width - _RIGHT

    def x(self, t_ms: float) -> float:
        share = (t_ms - self.start_ms) / (self.end_ms - self.start_ms)
        return _LEFT + min(max(share, 0.0), 1.0) * (self.right - _LEFT)

    def y(self, value: float) -> float:
        return self.bottom - value / self.highest * (self.bottom - _TOP)


def viewers_svg(
    viewers: Sequence[tuple[int, float | None]],
    *,
    blocks: Sequence[Block] = (),
    markers: Sequence[Moment] = (),
    orders: Sequence[tuple[int, int]] = (),
    where: dt.tzinfo = dt.UTC,
    width: int = 1000,
    height: int = 320,
    words: Words | None = None,
    element_id: str = "timeline",
) -> str:
    """The timeline of a show as one `<svg>` element to stand in HTML.

    `viewers`: (UTC ms, count or None where not known); `orders`: (UTC ms of the minute, count); times are shown
    in `where`. `element_id` makes the ids of its parts unique in the page. Raises ValueError when the picture
    would be smaller than 240 x 140 px.
    """
    if width < 240 or height < 140:
        raise ValueError(f"The picture needs at least 240 × 140 pixels, not {width} × {height}.")
    words = words or Words()
    viewers = sorted(viewers, key=lambda sample: sample[0])
    blocks = sorted(blocks, key=lambda block: block.start_ms)
    markers = sorted(markers, key=lambda marker: marker.at_ms)
    plot = _plot(viewers, blocks, markers, orders, width, height)
    known = [(t, v) for t, v in viewers if v is not None and math.isfinite(v)]
    parts = [_head(plot, known, blocks, markers, orders, where, words, element_id)]
    parts += _shades(plot, blocks, element_id)
    parts += _grid(plot, where, words)
    parts += _bars(plot, orders)
    parts += _line(plot, viewers)
    parts += _names(plot, blocks)
    parts += _markers(plot, markers, below=bool(blocks))
    parts += _peak(plot, known, where, words)
    return "".join((*parts, "</svg>"))


def _plot(
    viewers: Sequence[tuple[int, float | None]],
    blocks: Sequence[Block],
    markers: Sequence[Moment],
    orders: Sequence[tuple[int, int]],
    width: int,
    height: int,
) -> _Plot:
    times = [t for t, _ in viewers]
    times += [t for block in blocks for t in (block.start_ms, block.end_ms)]
    times += [t for at, _ in orders for t in (_minute(at), _minute(at) + MINUTE_MS)]
    times += [marker.at_ms for marker in markers]
    start = min(times, default=0)
    values = [v for _, v in viewers if v is not None and math.isfinite(v)]
    rows = 1 + bool(blocks) + bool(markers)
    return _Plot(
        float(width),
        float(height),
        height - rows * _ROW - 6,
        start,
        max(start + MINUTE_MS, max(times, default=0)),
        max(10.0, max(values, default=0.0) * 1.12),
    )


def _head(
    plot: _Plot,
    known: Sequence[tuple[int, float]],
    blocks: Sequence[Block],
    markers: Sequence[Moment],
    orders: Sequence[tuple[int, int]],
    where: dt.tzinfo,
    words: Words,
    element_id: str,
) -> str:
    told = [words.no_viewers]
    if known:
        at, peak = max(known, key=lambda sample: sample[1])
        told = [
            words.viewers.format(
                peak=_count(peak, words),
                time=_clock(at, where),
                first=_count(known[0][1], words),
                last=_count(known[-1][1], words),
            )
        ]
    if orders:
        told.append(words.orders.format(orders=_count(sum(n for _, n in orders), words)))
    if blocks:
        items = ", ".join(f"{_clock(b.start_ms, where)} {b.label}" for b in blocks)
        told.append(words.on_air.format(items=items))
    if markers:
        codes = ", ".join(f"{_clock(m.at_ms, where)} {m.label}" for m in markers)
        told.append(words.promos.format(codes=codes))
    ids = quoteattr(f"{element_id}-title {element_id}-desc")
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-labelledby={ids} '
        f'viewBox="0 0 {plot.width:.0f} {plot.height:.0f}" width="100%" '
        f'style="max-width:{plot.width:.0f}px;height:auto" font-family="system-ui, sans-serif" font-size="11">'
        f"<title id={quoteattr(f'{element_id}-title')}>{_text(words.title)}</title>"
        f"<desc id={quoteattr(f'{element_id}-desc')}>{_text(' '.join(told))}</desc>"
        f'<rect width="{plot.width:.0f}" height="{plot.height:.0f}" fill="#ffffff"/>'
    )


def _shades(plot: _Plot, blocks: Sequence[Block], element_id: str) -> list[str]:
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
        box = f'x="{left:.1f}" y="{_TOP:.1f}" width="{right - left:.1f}" height="{plot.bottom - _TOP:.1f}"'
        tip = f"<title>{_text(block.label)}</title>"
        parts.append(f'<rect {box} fill="{_colour(block.colour)}" fill-opacity="0.16">{tip}</rect>')
        if i % 2:
            parts.append(f'<rect {box} fill={quoteattr(f"url(#{hatch})")} pointer-events="none"/>')
        parts.append(
            f'<path d="M{left:.1f} {_TOP:.1f}V{plot.bottom:.1f}" stroke="#5b6673" stroke-width="0.5" fill="none"/>'
        )
    return parts


def _grid(plot: _Plot, where: dt.tzinfo, words: Words) -> list[str]:
    parts: list[str] = []
    step = _nice_step(plot.highest, 5)
    for i in range(math.floor(plot.highest / step) + 1):
        y = plot.y(i * step)
        parts.append(
            f'<path d="M{_LEFT} {y:.1f}H{plot.right:.1f}" stroke="#c5ced8" stroke-width="0.7" fill="none"/>'
            f'<text x="{_LEFT - 6}" y="{y + 4:.1f}" text-anchor="end" fill="#4a5763">{_count(i * step, words)}</text>'
        )
    minutes = (plot.end_ms - plot.start_ms) / MINUTE_MS
    room = max(1, int((plot.right - _LEFT) / 70))
    every = next((s for s in _TIME_STEPS_MIN if minutes / s <= room), 1440 * math.ceil(minutes / 1440 / room))
    offset = dt.datetime.fromtimestamp(plot.start_ms / 1000, where).utcoffset() or dt.timedelta()
    shift, step_ms = round(offset.total_seconds() * 1000), every * MINUTE_MS
    at = math.ceil((plot.start_ms + shift) / step_ms) * step_ms - shift
    while at <= plot.end_ms:
        # A text at the very edge would be cut off.
        x = min(max(plot.x(at), 18.0), plot.width - 18.0)
        parts.append(
            f'<text x="{x:.1f}" y="{plot.height - 5:.1f}" text-anchor="middle" '
            f'fill="#4a5763">{_clock(at, where)}</text>'
        )
        at += step_ms
    return parts


def _bars(plot: _Plot, orders: Sequence[tuple[int, int]]) -> list[str]:
    counts: dict[int, int] = {}
    for at, count in orders:
        counts[_minute(at)] = counts.get(_minute(at), 0) + count
    most = max(counts.values(), default=0)
    if most <= 0:
        return []
    per_minute = (plot.right - _LEFT) * MINUTE_MS / (plot.end_ms - plot.start_ms)
    wide = max(0.8, per_minute * 0.56)
    bars: list[str] = []
    for at, count in sorted(counts.items()):
        high = max(0, count) / most * (plot.bottom - _TOP) * _BARS_SHARE
        left = plot.x(at) + (per_minute - wide) / 2
        bars.append(f"M{left:.1f} {plot.bottom:.1f}v{-high:.1f}h{wide:.1f}v{high:.1f}z")
    return [f'<path class="orders" d="{"".join(bars)}" fill="#178a4c" stroke="#0c4526" stroke-width="0.4"/>']


def _line(plot: _Plot, viewers: Sequence[tuple[int, float | None]]) -> list[str]:
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


def _extremes(plot: _Plot, stroke: Sequence[tuple[int, float]]) -> list[tuple[int, float]]:
    columns: dict[int, list[tuple[int, float]]] = {}
    for sample in stroke:
        columns.setdefault(int(plot.x(sample[0])), []).append(sample)
    kept: list[tuple[int, float]] = []
    for samples in columns.values():
        low = min(samples, key=lambda sample: sample[1])
        high = max(samples, key=lambda sample: sample[1])
        kept += sorted({low, high})
    return kept


def _names(plot: _Plot, blocks: Sequence[Block]) -> list[str]:
    starts = [plot.x(block.start_ms) + 3 for block in blocks]
    limits = [*starts[1:], plot.right][: len(starts)]
    y = plot.bottom + _ROW - 4
    parts: list[str] = []
    for block, left, limit in zip(blocks, starts, limits, strict=True):
        text = _short(block.label, limit - left - 4)
        if text:
            parts.append(
                f'<text class="block" x="{left:.1f}" y="{y:.1f}" fill="#2b343d">{_text(text)}</text>'
            )
    return parts


def _markers(plot: _Plot, markers: Sequence[Moment], *, below: bool) -> list[str]:
    y = plot.bottom + _ROW * (2 if below else 1) - 4
    places = [plot.x(marker.at_ms) for marker in markers]
    parts: list[str] = []
    taken = 0.0
    for i, (marker, x) in enumerate(zip(markers, places, strict=True)):
        parts.append(
            f'<path d="M{x:.1f} {y - 8:.1f}l4 7h-8z" fill="#6f2ab4"><title>{_text(marker.label)}</title></path>'
        )
        limit = places[i + 1] - 6 if i + 1 < len(places) else plot.width - 2
        text, wide = _short(marker.label, limit - x - 7), len(marker.label) * _LETTER_PX
        if text != marker.label and x - 7 - wide > taken:
            parts.append(_code(x - 7, y, marker.label, "end"))
            taken = x + 5
        elif text:
            parts.append(_code(x + 7, y, text, "start"))
            taken = x + 7 + len(text) * _LETTER_PX
        else:
            taken = x + 5
    return parts


def _code(x: float, y: float, text: str, anchor: str) -> str:
    return f'<text class="promo" x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="#6f2ab4">{_text(text)}</text>'


def _peak(plot: _Plot, known: Sequence[tuple[int, float]], where: dt.tzinfo, words: Words) -> list[str]:
    if not known:
        return []
    at, peak = max(known, key=lambda sample: sample[1])
    text = words.peak.format(count=_count(peak, words), time=_clock(at, where))
    x, y = plot.x(at), plot.y(peak)
    right = x + 8 + len(text) * _LETTER_PX <= plot.right
    anchor, label_x = ("start", x + 8) if right else ("end", x - 8)
    return [
        (
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="#1a58bb" stroke="#ffffff" stroke-width="1.5"/>'
            f'<text class="peak" x="{label_x:.1f}" y="{max(12.0, y - 5):.1f}" text-anchor="{anchor}" fill="#141a21" '
            f'font-weight="600">{_text(text)}</text>'
        )
    ]


def _minute(at_ms: int) -> int:
    return at_ms // MINUTE_MS * MINUTE_MS


def _nice_step(highest: float, marks: int) -> float:
    raw = max(1.0, highest / marks)
    power = 10.0 ** math.floor(math.log10(raw))
    return next(nice * power for nice in (1, 2, 5, 10) if nice * power >= raw * (1 - 1e-9))


def _short(text: str, room: float) -> str:
    letters = int(room / _LETTER_PX)
    if len(text) <= letters:
        return text
    return f"{text[: letters - 1].rstrip()}…" if letters >= 4 else ""


def _clock(at_ms: float, where: dt.tzinfo) -> str:
    return dt.datetime.fromtimestamp(at_ms / 1000, where).strftime("%H:%M")


def _count(value: float, words: Words) -> str:
    return f"{round(value):,}".replace(",", words.thousands)


def _colour(colour: str) -> str:
    """The colour, or grey: nothing else may get into an attribute."""
    digits = colour.removeprefix("#")
    good = colour.startswith("#") and len(digits) == 6 and all(c in "0123456789abcdefABCDEF" for c in digits)
    return colour if good else "#8a94a0"


def _text(text: str) -> str:
    """The text for XML: marks escaped, control characters (which XML forbids) and lone surrogates taken out."""
    allowed = "".join(
        c for c in text if c >= " " and not "\ud800" <= c <= "\udfff" and c not in "\ufffe\uffff"
    )
    return escape(allowed)
