"""How much is left: the sellable stock of the items that were pinned, with the forecast of their end."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike
from PySide6.QtWidgets import QWidget

from studio.ui.charts import overlay
from studio.ui.charts.base import DATA_TURN_MS, END_LABELS_PX, TimeChart
from studio.ui.charts.colours import ChartColours
from studio.ui.charts.decimate import Line, staircase, steps
from studio.ui.charts.frame import Frame, Reading, Word
from studio.ui.charts.marks import Forecast
from studio.ui.charts.minutes import MINUTE_MS
from studio.ui.charts.series import Times, TimeSeries
from studio.ui.charts.table import Row
from studio.ui.charts.viewers_chart import LIVE_SPAN_MS

_HEADROOM = 1.12


@dataclass(frozen=True, slots=True)
class StockLine:
    """The sellable stock of one item: it changes at the times of `series` and holds in between; NaN = not known."""

    item_id: str
    label: str
    series: TimeSeries = field(default_factory=TimeSeries)
    colour: str = ""


class StockChart(TimeChart):
    """A step line for each item that was pinned, dashed on to zero where a forecast is set."""

    def __init__(
        self,
        colours: ChartColours | None = None,
        *,
        where: str | int | dt.tzinfo = "UTC",
        title: str = "",
        home_span_ms: int | None = LIVE_SPAN_MS,
        parent: QWidget | None = None,
    ) -> None:
        self.lines: list[StockLine] = []
        self.forecasts: dict[str, Forecast] = {}
        self._since_ms: int | None = None
        super().__init__(title, colours, where=where, home_span_ms=home_span_ms, parent=parent)
        if not title:
            self.set_title(self.tr("Stock, pinned items"))
        self.right_room = END_LABELS_PX

    def set_items(self, lines: Sequence[StockLine]) -> None:
        """The items and their stock so far (copied), the most important first: its label is never left out."""
        self.lines = [StockLine(x.item_id, x.label, x.series.copy(), x.colour) for x in lines]
        self._touch(DATA_TURN_MS)

    def append_stock(self, item_id: str, times: ArrayLike, values: ArrayLike) -> None:
        """More levels of one item (UTC ms, pieces). KeyError when the item was not set."""
        for line in self.lines:
            if line.item_id == item_id:
                line.series.append_many(times, values)
                self._touch(DATA_TURN_MS)
                return
        raise KeyError(item_id)

    def set_forecasts(self, forecasts: Sequence[Forecast]) -> None:
        """When items are expected to be sold out; those not named have no forecast."""
        self.forecasts = {f.item_id: f for f in forecasts}
        self._touch(DATA_TURN_MS)

    def set_since(self, start_ms: int | None) -> None:
        """Begin the axis here (UTC ms) instead of at the first level, e.g. where the viewers' chart begins."""
        self._since_ms = start_ms
        self._touch()

    def _known_lines(self) -> list[tuple[StockLine, str]]:
        palette = self.colours.lines
        return [
            (line, self.colours.visible(line.colour or palette[i % len(palette)]))
            for i, line in enumerate(self.lines)
            if line.series.latest() is not None
        ]

    def _extent(self) -> tuple[int, int] | None:
        known = [line.series for line, _ in self._known_lines()]
        firsts = [s.first_ms for s in known if s.first_ms is not None]
        lasts = [s.last_ms for s in known if s.last_ms is not None]
        if not firsts:
            return None
        first = min(firsts) if self._since_ms is None else self._since_ms
        return first, max(first, self.now_ms, *lasts)

    def _highest(self, start_ms: int, end_ms: int) -> float:
        seen = [x.series.highest(start_ms, end_ms) for x, _ in self._known_lines()]
        return max(5.0, max((h for h in seen if h is not None), default=0.0) * _HEADROOM)

    def _draw(self, frame: Frame) -> None:
        keys: set[str] = set()
        for line, colour in self._known_lines():
            key = f"stock {line.item_id}"
            keys.add(key)
            until = min(frame.end_ms, max(self.now_ms, line.series.last_ms or 0))
            stairs = staircase(steps(line.series, frame.start_ms, frame.end_ms, frame.width), until)
            self.plot.set_line(key, stairs, colour, width=2)
            dashes = self._forecast_line(line)
            if dashes is not None:
                keys.add(f"forecast {line.item_id}")
                self.plot.set_line(f"forecast {line.item_id}", dashes, colour, dashed=True)
        self.plot.drop_lines_except(keys)

    def _forecast_line(self, line: StockLine) -> Line | None:
        """From the level of now down to zero; None without a forecast, and when nothing is left or known."""
        forecast, latest = self.forecasts.get(line.item_id), line.series.latest()
        if forecast is None or latest is None or latest[1] <= 0 or line.series.last_ms != latest[0]:
            return None
        start = max(latest[0], self.now_ms)
        if forecast.sold_out_ms <= start:
            return None
        times = np.array((start, forecast.sold_out_ms), np.int64)
        return Line(times, np.array((latest[1], 0.0)), np.array((True, False)))

    def _arrange(self, frame: Frame) -> list[Word]:
        ends: list[tuple[float, str, str]] = []
        for line, colour in self._known_lines():
            value = line.series.at(frame.end_ms)
            if value is not None:
                ends.append((max(0.0, value), f"{self.count(value)} {line.label}", colour))
        return overlay.end_words(frame, ends, self.right_room * frame.scale, self.colours)

    def _read(self, t_ms: float) -> Reading | None:
        lines: list[tuple[str, str]] = [(self.clock(t_ms, seconds=True), self.colours.text)]
        points: list[tuple[float, str]] = []
        newest = max(self.now_ms, max((x.series.last_ms or 0 for x, _ in self._known_lines()), default=0))
        for line, colour in self._known_lines():
            if t_ms > newest:
                expected = self._expected(line, t_ms)
                if expected is not None:
                    about = self.tr("{item} about {count} (forecast)")
                    lines.append((about.format(item=line.label, count=self.count(expected)), colour))
                    points.append((expected, colour))
                continue
            value = line.series.at(round(t_ms))
            if value is not None:
                lines.append(
                    (self.tr("{item} {count} left").format(item=line.label, count=self.count(value)), colour)
                )
                points.append((value, colour))
        return Reading(round(t_ms), tuple(points), tuple(lines)) if points else None

    def _expected(self, line: StockLine, t_ms: float) -> float | None:
        dashes = self._forecast_line(line)
        if dashes is None or t_ms > dashes.times[1]:
            return None
        return float(np.interp(t_ms, dashes.times, dashes.values))

    def _cursor_times(self) -> Times:
        lines = [x.series.times for x, _ in self._known_lines()]
        extent = self._extent()
        if extent is None:
            return np.empty(0, np.int64)
        return np.unique(np.concatenate([*lines, np.array((extent[1],), np.int64)]))

    def _table(self) -> tuple[Row, list[Row], frozenset[int]]:
        known = self._known_lines()
        headers = (self.tr("Time"), *(line.label for line, _ in known))
        extent = self._extent()
        if extent is None:
            return headers, [], frozenset((0,))
        first = min(line.series.first_ms or extent[0] for line, _ in known) // MINUTE_MS
        rows: list[Row] = []
        for minute in range(first, extent[1] // MINUTE_MS + 1):
            at = min(extent[1], (minute + 1) * MINUTE_MS - 1)
            levels = [line.series.at(at) for line, _ in known]
            texts = ["–" if level is None else self.count(level) for level in levels]
            rows.append((self.clock(minute * MINUTE_MS), *texts))
        return headers, rows, frozenset((0,))

    def _describe(self) -> str:
        parts: list[str] = []
        for line, _ in self._known_lines():
            latest = line.series.latest()
            if latest is None:
                continue
            forecast = self.forecasts.get(line.item_id)
            text = self.tr("{item}: {count} left").format(item=line.label, count=self.count(latest[1]))
            if self._forecast_line(line) is not None and forecast is not None:
                text += self.tr(", sold out at about {time}").format(time=self.clock(forecast.sold_out_ms))
            parts.append(f"{text}.")
        parts.append(self.tr("Left and Right read values, T shows a table."))
        return " ".join(parts)

    def _caption(self) -> tuple[str, str]:
        window = self.window_of_time
        parts: list[str] = []
        if not window.at_home:
            start, end = window.shown()
            parts.append(f"{self.clock(start)}–{self.clock(end)}")
        if any(self._forecast_line(line) is not None for line, _ in self._known_lines()):
            parts.append(self.tr("dashed = forecast"))
        return " · ".join(parts), "muted"

    def _empty_text(self) -> tuple[str, str]:
        return self.tr("No stock to show yet"), self.tr("A line begins when the first item is pinned.")
