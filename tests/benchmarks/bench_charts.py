"""How long a chart takes to show new figures, against a bare QPainter drawing the same points as polylines.

Run it alone: ``python tests/benchmarks/bench_charts.py [--points 28800] [--rounds 25]``. Prints one JSON object a line;
compare the ratios, which come from one run, not the milliseconds of different machines.
"""

import argparse
import json
import os
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import numpy as np
from PySide6.QtCore import QPointF
from PySide6.QtGui import QColor, QImage, QPainter, QPen, QPolygonF
from PySide6.QtWidgets import QApplication

from studio.ui.charts.decimate import extremes
from studio.ui.charts.marks import Marker, Span
from studio.ui.charts.series import TimeSeries
from studio.ui.charts.viewers_chart import ChannelLine, ViewersChart

START = 1_795_719_000_000
SERIES = 6
WIDTH, HEIGHT = 900, 400
TARGET = 4.0


def walks(points: int) -> list[np.ndarray]:
    """Six series that move as viewers do: noise on a slow walk."""
    random = np.random.default_rng(14)
    return [
        np.abs(np.cumsum(random.normal(size=points)) * 4 + 600 * (k + 1)) + random.normal(size=points) * 15
        for k in range(SERIES)
    ]


def milliseconds(ways: dict[str, Callable[[], None]], rounds: int) -> dict[str, list[float]]:
    """The ways in turn, round by round, so that a busy machine slows all of them alike."""
    for way in ways.values():
        way()
    taken: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(rounds):
        for name, way in ways.items():
            before = time.perf_counter()
            way()
            taken[name].append((time.perf_counter() - before) * 1000)
    return taken


def a_chart(
    times: np.ndarray, values: list[np.ndarray], *, whole: bool, size: tuple[int, int] = (WIDTH, HEIGHT)
) -> ViewersChart:
    """A chart on the (offscreen) screen with a total and the other channels, spans and promos."""
    chart = ViewersChart(home_span_ms=None if whole else 3_600_000)
    chart.resize(*size)
    chart.set_viewers(TimeSeries(times, values[0]))
    chart.set_channels(
        [ChannelLine(str(k), f"Channel {k}", TimeSeries(times, v)) for k, v in enumerate(values[1:])]
    )
    tenth = int(times[-1] - times[0]) // 10
    chart.set_spans(
        [
            Span(START + i * tenth, START + (i + 1) * tenth, f"Item {i}", "#5a7d3a", str(i))
            for i in range(0, 10, 2)
        ]
    )
    chart.set_markers([Marker(START + 3 * tenth, "NORD20")])
    chart.set_now(int(times[-1]))
    chart.show()
    chart.flush()
    QApplication.processEvents()
    return chart


def the_ways(points: int) -> dict[str, Callable[[], None]]:
    """Everything that is measured, ready to be called again and again."""
    values = walks(points)
    times = START + 1000 * np.arange(points)
    whole, live = a_chart(times, values, whole=True), a_chart(times, values, whole=False)
    on_air = a_chart(times, values[:3], whole=False, size=(690, 200))
    clock = {id(chart): int(times[-1]) for chart in (whole, live, on_air)}

    def update(chart: ViewersChart) -> None:
        """A second goes by: a sample for each line, then everything is drawn."""
        now = clock[id(chart)] = clock[id(chart)] + 1000
        chart.append_viewers([now], [values[0][now // 1000 % points]])
        for channel in chart.channels:
            channel.series.append(now, float(values[1][now // 1000 % points]))
        chart.set_now(now)
        chart.flush()
        chart.plot.viewport().repaint()

    def hover() -> None:
        rect = whole.plot.frame_shown.rect if whole.plot.frame_shown else None
        assert rect is not None
        whole.plot.pointed.emit(rect.left() + (time.perf_counter_ns() // 1000) % int(rect.width()), 50.0)
        whole._place_cursor()
        whole.plot.viewport().repaint()

    image = QImage(WIDTH, HEIGHT, QImage.Format.Format_ARGB32_Premultiplied)
    highest = max(float(v.max()) for v in values)
    polygons = [
        QPolygonF(
            [
                QPointF(x, HEIGHT - y)
                for x, y in zip(np.linspace(0, WIDTH, points), v / highest * HEIGHT, strict=True)
            ]
        )
        for v in values
    ]

    def polyline(smooth: bool) -> None:
        image.fill(0)
        painter = QPainter(image)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, smooth)
        for k, polygon in enumerate(polygons):
            painter.setPen(QPen(QColor.fromHsv(k * 50, 200, 220), 1))
            painter.drawPolyline(polygon)
        painter.end()

    series = TimeSeries(times, values[0])
    return {
        "polyline": lambda: polyline(False),
        "polyline, antialiased": lambda: polyline(True),
        "chart, whole show": lambda: update(whole),
        "chart, last 60 min": lambda: update(live),
        "chart, last 60 min, 3 series, as on air": lambda: update(on_air),
        "chart, hover": hover,
        "decimate one series": lambda: _ignore(
            extremes(series, START, START + points * 1000, WIDTH, 120_000)
        ),
    }


def _ignore(_: object) -> None:
    pass


def main() -> int:
    """Measure and print; the exit code says only whether it ran."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--points", type=int, default=28_800)
    parser.add_argument("--rounds", type=int, default=25)
    options = parser.parse_args()
    app = QApplication.instance() or QApplication([])
    taken = milliseconds(the_ways(options.points), options.rounds)
    base = statistics.median(taken["polyline"])
    for name, times in taken.items():
        median = statistics.median(times)
        line = {
            "bench": "charts",
            "what": name,
            "series": SERIES,
            "points": options.points,
            "median_ms": round(median, 2),
            "worst_ms": round(max(times), 2),
            "ratio_to_polyline": round(median / base, 2),
        }
        if name == "chart, whole show":
            line |= {"target_ratio": TARGET, "met": median / base <= TARGET}
        print(json.dumps(line), flush=True)
    app.closeAllWindows()
    return 0


if __name__ == "__main__":
    sys.exit(main())
