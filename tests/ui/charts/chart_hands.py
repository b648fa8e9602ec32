"""What a person does with a chart: show it, point at a moment, turn the wheel, drag, press keys."""

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QImage, QWheelEvent
from PySide6.QtTest import QAbstractItemModelTester, QTest
from PySide6.QtWidgets import QApplication

from studio.ui.charts.base import TimeChart
from studio.ui.charts.frame import Frame
from studio.ui.charts.series import TimeSeries

START = 1_795_719_000_000
"""26 November 2026, 18:50 UTC: 19:50 in Oslo."""
MINUTE = 60_000
NO_KEYS = Qt.KeyboardModifier.NoModifier


def minutes(values: Sequence[float | None], start: int = START) -> TimeSeries:
    """One sample a minute."""
    times = start + MINUTE * np.arange(len(values))
    return TimeSeries(times, [np.nan if v is None else v for v in values])


class Hands:
    """A chart on the screen, and hands on mouse and keyboard."""

    def __init__(self, qtbot, chart: TimeChart, width: int = 700, height: int = 240) -> None:
        self.chart = chart
        self.testers = [
            QAbstractItemModelTester(chart.table_model, QAbstractItemModelTester.FailureReportingMode.Fatal)
        ]
        qtbot.addWidget(chart)
        chart.resize(width, height)
        with qtbot.waitExposed(chart):
            chart.show()
        chart.activateWindow()
        chart.setFocus()
        chart.flush()

    @property
    def frame(self) -> Frame:
        assert self.chart.plot.frame_shown is not None
        return self.chart.plot.frame_shown

    @property
    def view(self) -> tuple[int, int]:
        return self.frame.start_ms, self.frame.end_ms

    def place(self, t_ms: float, y: float = 60) -> QPoint:
        return QPoint(round(self.frame.x(t_ms)), round(y))

    def point_at(self, t_ms: float) -> list[str]:
        """Move the pointer to a moment; what the cursor reads there, line by line."""
        QTest.mouseMove(self.chart.plot.viewport(), self.place(t_ms) + QPoint(1, 3))
        QTest.mouseMove(self.chart.plot.viewport(), self.place(t_ms))
        self.chart.flush()
        return self.read

    @property
    def read(self) -> list[str]:
        return [] if self.chart.reading is None else [text for text, _ in self.chart.reading.lines]

    def turn_wheel(self, steps: int, t_ms: float, *, sideways: bool = False) -> None:
        at = QPointF(self.place(t_ms))
        viewport = self.chart.plot.viewport()
        turn = QPoint(-120 * steps, 0) if sideways else QPoint(0, 120 * steps)
        event = QWheelEvent(
            at,
            QPointF(viewport.mapToGlobal(at.toPoint())),
            QPoint(),
            turn,
            Qt.MouseButton.NoButton,
            NO_KEYS,
            Qt.ScrollPhase.NoScrollPhase,
            False,
        )
        QApplication.sendEvent(viewport, event)
        self.chart.flush()

    def drag(self, dx: int, parts: int = 3) -> None:
        viewport = self.chart.plot.viewport()
        start = self.frame.rect.center().toPoint()
        QTest.mousePress(viewport, Qt.MouseButton.LeftButton, NO_KEYS, start)
        for part in range(1, parts + 1):
            QTest.mouseMove(viewport, start + QPoint(dx * part // parts, 0))
        QTest.mouseRelease(viewport, Qt.MouseButton.LeftButton, NO_KEYS, start + QPoint(dx, 0))
        self.chart.flush()

    def press(self, key: Qt.Key, modifiers: Qt.KeyboardModifier = NO_KEYS) -> None:
        target = QApplication.focusWidget() or self.chart
        QTest.keyClick(target, key, modifiers)
        self.chart.flush()

    def words(self, kind: str) -> list[str]:
        return [word.text for word in self.chart.words if word.kind == kind]

    def picture(self) -> QImage:
        return self.chart.grab().toImage()

    def table(self) -> list[tuple[str, ...]]:
        model = self.chart.table_model
        rows = [[model.headerData(c, Qt.Orientation.Horizontal) for c in range(model.columnCount())]]
        rows += [
            [model.index(r, c).data() for c in range(model.columnCount())] for r in range(model.rowCount())
        ]
        return [tuple(str(text) for text in row) for row in rows]


def assert_words_are_whole_and_apart(chart: TimeChart) -> None:
    """No word covers another, and none runs over the edge of the chart."""
    area = chart.plot.viewport().rect().toRectF()
    for i, word in enumerate(chart.words):
        assert area.contains(word.rect.adjusted(0, 1, 0, -1)), f"{word.text} is cut off"
        for other in chart.words[i + 1 :]:
            assert not word.rect.intersects(other.rect), f"{word.text} covers {other.text}"
