"""How many watch: the viewers of a show, live, with what was on air and the promo codes."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import ArrayLike
from PySide6.QtCore import QPointF
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QWidget

from studio.ui.charts import overlay
from studio.ui.charts.base import DATA_TURN_MS, END_LABELS_PX, TimeChart
from studio.ui.charts.colours import ChartColours
from studio.ui.charts.decimate import extremes
from studio.ui.charts.frame import Frame, Reading, Word, draw_dot
from studio.ui.charts.marks import Marker, Span, on_air_label
from studio.ui.charts.minutes import MINUTE_MS, Minute, minutes_of
from studio.ui.charts.series import Times, TimeSeries
from studio.ui.charts.table import Row

LIVE_SPAN_MS: Final = 60 * 60_000
STALE_AFTER_MS: Final = 30_000
GAP_MS: Final = 120_000
MOST_CHANNELS: Final = 6
_HEADROOM: Final = 1.14
"""Room above the highest value, for the label of the peak."""


@dataclass(frozen=True, slots=True)
class ChannelLine:
    """The viewers of one channel. Without a `colour` (`#rrggbb`) it takes one of the chart's."""

    channel_id: str
    name: str
    series: TimeSeries = field(default_factory=TimeSeries)
    colour: str = ""


class ViewersChart(TimeChart):
    """The viewers of the last 60 minutes, following the clock; see `TimeChart` for zoom, cursor, keys and table.

    `stale_after_ms`: the line is dimmed, and the caption says so, when the newest sample is older than that
    by `set_now`. `gap_ms`: no line is drawn over a longer silence.
    """

    def __init__(
        self,
        colours: ChartColours | None = None,
        *,
        where: str | int | dt.tzinfo = "UTC",
        title: str = "",
        home_span_ms: int | None = LIVE_SPAN_MS,
        stale_after_ms: int | None = STALE_AFTER_MS,
        gap_ms: int | None = GAP_MS,
        parent: QWidget | None = None,
    ) -> None:
        self.viewers = TimeSeries()
        self.channels: list[ChannelLine] = []
        self.spans: list[Span] = []
        self.markers: list[Marker] = []
        self._stale_after_ms = stale_after_ms
        self._gap_ms = gap_ms
        super().__init__(title, colours, where=where, home_span_ms=home_span_ms, parent=parent)
        if not title:
            self.set_title(self.tr("Viewers"))
        self.right_room = END_LABELS_PX

    def set_viewers(self, series: TimeSeries) -> None:
        """All samples of the show so far, in place of those that are there (copied)."""
        self.viewers = series.copy()
        self._touch()

    def append_viewers(self, times: ArrayLike, values: ArrayLike) -> None:
        """More samples: UTC ms and counts, NaN where not known. ValueError when they differ in number."""
        self.viewers.append_many(times, values)
        self._touch(DATA_TURN_MS)

    def set_channels(self, channels: Sequence[ChannelLine]) -> None:
        """Lines of single channels, each with its samples so far (copied). The first six are drawn."""
        self.channels = [ChannelLine(c.channel_id, c.name, c.series.copy(), c.colour) for c in channels]
        self._touch()

    def append_channel(self, channel_id: str, times: ArrayLike, values: ArrayLike) -> None:
        """More samples of one channel. KeyError when it was not set."""
        for channel in self.channels:
            if channel.channel_id == channel_id:
                channel.series.append_many(times, values)
                self._touch(DATA_TURN_MS)
                return
        raise KeyError(channel_id)

    def set_spans(self, spans: Sequence[Span]) -> None:
        """What was on air, and is (`end_ms` None)."""
        self.spans = sorted(spans, key=lambda s: s.start_ms)
        self._touch(DATA_TURN_MS)

    def set_markers(self, markers: Sequence[Marker]) -> None:
        """When promo codes went live."""
        self.markers = sorted(markers, key=lambda m: m.at_ms)
        self._touch(DATA_TURN_MS)

    @property
    def stale(self) -> bool:
        """Whether the newest sample is older than the studio trusts."""
        last = self.viewers.last_ms
        return (
            self._stale_after_ms is not None
            and last is not None
            and self.now_ms - last > self._stale_after_ms
        )

    def _extent(self) -> tuple[int, int] | None:
        first, last = self.viewers.first_ms, self.viewers.last_ms
        if first is None or last is None or self.viewers.latest() is None:
            return None
        starts = [s.start_ms for s in self.spans[:1]]
        return min(first, *starts) if starts else first, max(last, self.now_ms)

    def _highest(self, start_ms: int, end_ms: int) -> float:
        lines = [self.viewers, *(c.series for c in self.channels)]
        seen = [h for s in lines if (h := s.highest(start_ms, end_ms)) is not None]
        return max(10.0, max(seen, default=0.0) * _HEADROOM)

    def _drawn_channels(self) -> list[tuple[ChannelLine, str]]:
        shown = self.channels[:MOST_CHANNELS]
        palette = self.colours.lines
        return [(c, self.colours.visible(c.colour or palette[i % len(palette)])) for i, c in enumerate(shown)]

    def _fresh(self, colour: str) -> str:
        return self.colours.dimmed(colour) if self.stale else colour

    def _draw(self, frame: Frame) -> None:
        view = (frame.start_ms, frame.end_ms, frame.width, self._gap_ms)
        keys = {"viewers"}
        for channel, colour in self._drawn_channels():
            key = f"channel {channel.channel_id}"
            keys.add(key)
            self.plot.set_line(key, extremes(channel.series, *view), self._fresh(colour))
        self.plot.set_line(
            "viewers", extremes(self.viewers, *view), self._fresh(self.colours.viewers), width=2
        )
        self.plot.drop_lines_except(keys)

    def _arrange(self, frame: Frame) -> list[Word]:
        words: list[Word] = []
        peak = self.viewers.peak()
        if peak is not None and frame.shows(peak[0]):
            text = self.tr("peak {count} at {time}").format(
                count=self.count(peak[1]), time=self.clock(peak[0])
            )
            words.append(overlay.peak_word(frame, *peak, text, self.colours))
        words += overlay.end_words(frame, self._ends(frame), self.right_room * frame.scale, self.colours)
        if self.markers:
            words += overlay.marker_words(frame, self.markers, self._marker_top(frame), self.colours.promo)
        words += self._span_words(frame)
        return words

    def _span_words(self, frame: Frame) -> list[Word]:
        top = frame.rect.bottom() - frame.row - 3
        return overlay.span_words(frame, self.spans, self.now_ms, top, self.colours, spill=True)

    def _ends(self, frame: Frame) -> list[tuple[float, str, str]]:
        """Value, text and colour of the labels at the right; the total has the first claim to room."""
        ends: list[tuple[float, str, str]] = []
        total = self.viewers.at(frame.end_ms)
        if total is not None:
            ends.append((total, self.count(total), self._fresh(self.colours.viewers)))
        for channel, colour in self._drawn_channels():
            value = channel.series.at(frame.end_ms)
            if value is not None:
                ends.append((value, f"{self.count(value)} {channel.name}", self._fresh(colour)))
        return ends

    def _rows_below(self) -> int:
        return 1 if self.markers else 0

    def _paint_under(self, painter: QPainter, frame: Frame) -> None:
        overlay.paint_spans(painter, frame, self.spans, self.now_ms, self.colours)

    def _paint_over(self, painter: QPainter, frame: Frame) -> None:
        overlay.paint_markers(painter, frame, self.markers, self._marker_top(frame), self.colours.promo)
        peak = self.viewers.peak()
        if peak is not None and frame.shows(peak[0]):
            at = QPointF(frame.x(peak[0]), frame.y(peak[1]))
            draw_dot(painter, at, 4.0, self._fresh(self.colours.viewers), self.colours.surface)

    def _marker_top(self, frame: Frame) -> float:
        return frame.rect.bottom() + 2

    def _read(self, t_ms: float) -> Reading | None:
        at = self.viewers.nearest_ms(round(t_ms))
        value = None if at is None else self.viewers.at(at)
        if at is None or value is None:
            return None
        lines = [
            (
                self.tr("{time} · {count} viewers").format(
                    time=self.clock(at, seconds=True), count=self.count(value)
                ),
                self.colours.text,
            )
        ]
        points = [(value, self.colours.viewers)]
        for channel, colour in self._drawn_channels():
            of_channel = channel.series.at(at)
            if of_channel is not None:
                lines.append((f"{channel.name} {self.count(of_channel)}", colour))
                points.append((of_channel, colour))
        lines += [(f"▲ {code}", self.colours.promo) for code in self._codes_near(at)]
        on_air = on_air_label(self.spans, at, self.now_ms)
        lines.append((on_air or self.tr("nothing on air"), self.colours.muted))
        return Reading(at, tuple(points), tuple(lines))

    def _codes_near(self, at_ms: int) -> list[str]:
        """The promo codes whose triangles the cursor is on."""
        start, end = self.window_of_time.shown()
        return [m.label for m in self.markers if abs(m.at_ms - at_ms) <= (end - start) / 120]

    def _cursor_times(self) -> Times:
        return self.viewers.times[np.isfinite(self.viewers.values)]

    def _table(self) -> tuple[Row, list[Row], frozenset[int]]:
        names = [c.name for c, _ in self._drawn_channels()]
        headers = (
            self.tr("Time"),
            self.tr("Viewers"),
            self.tr("Highest"),
            *names,
            self.tr("On air"),
            self.tr("Promo codes"),
        )
        rows = [self._table_row(minute) for minute in self._minutes()]
        return headers, rows, frozenset((0, len(headers) - 2, len(headers) - 1))

    def _minutes(self) -> list[Minute]:
        return minutes_of(self.viewers)

    def _table_row(self, minute: Minute) -> Row:
        start_ms, end_ms = minute.start_ms, minute.start_ms + MINUTE_MS
        of_channels = [c.series.at(end_ms - 1) for c, _ in self._drawn_channels()]
        names = [
            s.label for s in self.spans if s.start_ms < end_ms and (s.end_ms is None or s.end_ms > start_ms)
        ]
        codes = [m.label for m in self.markers if start_ms <= m.at_ms < end_ms]
        return (
            self.clock(start_ms),
            *(self._known(value) for value in (minute.last, minute.highest, *of_channels)),
            ", ".join(names),
            ", ".join(codes),
        )

    def _known(self, value: float | None) -> str:
        return self.tr("not known") if value is None else self.count(value)

    def _describe(self) -> str:
        latest, peak = self.viewers.latest(), self.viewers.peak()
        if latest is None or peak is None:
            return " ".join(self._empty_text())
        parts = [
            self.tr("{count} viewers at {time}.").format(
                count=self.count(latest[1]), time=self.clock(latest[0])
            ),
            self.tr("Peak {count} at {time}.").format(count=self.count(peak[1]), time=self.clock(peak[0])),
        ]
        average = self.viewers.average(max(self.now_ms, latest[0]))
        if average is not None:
            parts.append(self.tr("Average {count}.").format(count=self.count(average)))
        on_air = on_air_label(self.spans, max(self.now_ms, latest[0]), max(self.now_ms, latest[0]) + 1)
        if on_air:
            parts.append(self.tr("On air: {item}.").format(item=on_air))
        if self.stale:
            parts.append(self._stale_text())
        parts.append(self.tr("Left and Right read values, T shows a table."))
        return " ".join(parts)

    def _stale_text(self) -> str:
        last = self.viewers.last_ms
        age_s = 0 if last is None else (self.now_ms - last) // 1000
        age = self.tr("{n} s").format(n=age_s) if age_s < 120 else self.tr("{n} min").format(n=age_s // 60)
        return self.tr("⚠ No new figures for {age}.").format(age=age)

    def _caption(self) -> tuple[str, str]:
        if self.stale:
            return self._stale_text(), "warning"
        window = self.window_of_time
        start, end = window.shown()
        if not window.at_home:
            seconds = end - start < 5 * 60_000
            when = f"{self.clock(start, seconds=seconds)}–{self.clock(end, seconds=seconds)}"
        elif start == window.first_ms:
            when = self.tr("since {time}").format(time=self.clock(start))
        else:
            span_ms = window.zoomed_home_ms or window.home_span_ms or end - start
            when = (
                self.tr("last {n} min").format(n=round(span_ms / 60_000))
                if span_ms >= 120_000
                else self.tr("last {n} s").format(n=round(span_ms / 1000))
            )
        parts = [when]
        if self.spans:
            parts.append(self.tr("shaded = pinned item"))
        if self.markers:
            parts.append(self.tr("▲ promo"))
        if len(self.channels) > MOST_CHANNELS:
            parts.append(self.tr("{n} of {all} channels").format(n=MOST_CHANNELS, all=len(self.channels)))
        return " · ".join(parts), "muted"

    def _empty_text(self) -> tuple[str, str]:
        return (
            self.tr("No viewers yet"),
            self.tr("The line begins with the first figure that a channel sends."),
        )
