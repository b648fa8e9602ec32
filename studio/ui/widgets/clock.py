"""Times that run on the screen by a clock handed in: countdowns and elapsed times."""

import math
from collections.abc import Callable
from time import monotonic
from typing import Final

from PySide6.QtCore import QCoreApplication, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent, QPaintEvent, QShowEvent
from PySide6.QtWidgets import QWidget

from studio.ui.widgets.labels import PlainLabel

NowMs = Callable[[], int | None]
"""UTC ms by the clock of the show; None while its offset from the shop is unknown."""

_UNKNOWN_MS: Final = 250.0
"""So soon it looks again whether the clock is known."""
EXPIRING_MS: Final = 60_000
"""A countdown is in its last minute."""


def clock_text(ms: int) -> str:
    """A span as `3:12` or `1:02:05`; a negative one as `-0:05`."""
    minutes, seconds = divmod(abs(ms) // 1000, 60)
    hours, minutes = divmod(minutes, 60)
    sign = "-" if ms <= -1000 else ""
    return f"{sign}{hours}:{minutes:02d}:{seconds:02d}" if hours else f"{sign}{minutes}:{seconds:02d}"


def remaining_text(ms: int) -> str:
    """What is left, rounded up to whole seconds: `06:48`, from an hour on `1:02:05`, from a day on `47 h 12 min`.

    Empty at and after the end: there is no time left to show.
    """
    if ms <= 0:
        return ""
    total = math.ceil(ms / 1000)
    minutes, seconds = divmod(total, 60)
    hours, minutes = divmod(minutes, 60)
    if hours >= 24:
        return QCoreApplication.translate("Clock", "{hours} h {minutes} min").format(
            hours=hours, minutes=minutes
        )
    return f"{hours}:{minutes:02d}:{seconds:02d}" if hours else f"{minutes:02d}:{seconds:02d}"


def age_text(ms: int) -> str:
    """How old a figure is: `now`, `12 s ago`, `3 min ago`, `2 h ago`."""
    seconds = max(0, ms) // 1000
    if seconds < 1:
        return QCoreApplication.translate("Clock", "now")
    if seconds < 90:
        return QCoreApplication.translate("Clock", "{n} s ago").format(n=seconds)
    if seconds < 5400:
        return QCoreApplication.translate("Clock", "{n} min ago").format(n=round(seconds / 60))
    return QCoreApplication.translate("Clock", "{n} h ago").format(n=round(seconds / 3600))


class Ticker(QObject):
    """Calls `tick` with each second of the show's clock while its widget is seen, every `least_ms` when it runs faster.

    `end_ms` is what the widget counts down to (UTC ms of the show's clock; None: nothing): then it also ticks when
    the whole seconds that are left change, so that nothing is shown beyond its end. The rate of the clock is measured,
    because a rehearsal may run at sixty times the speed.
    """

    def __init__(
        self,
        now_ms: NowMs,
        tick: Callable[[], None],
        parent: QWidget,
        least_ms: float = 100.0,
        end_ms: Callable[[], int | None] = lambda: None,
    ) -> None:
        super().__init__(parent)
        self._now_ms = now_ms
        self._tick = tick
        self._least_ms = least_ms
        self._end_ms = end_ms
        self._last: tuple[float, int] | None = None
        self._rate = 1.0
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._on_timeout)

    def start(self) -> None:
        """Begin: the widget is seen now."""
        self._on_timeout()

    def stop(self) -> None:
        """Nobody looks."""
        self._timer.stop()
        self._last = None

    def _on_timeout(self) -> None:
        self._tick()
        wait = _UNKNOWN_MS
        show, wall = self._now_ms(), monotonic() * 1000
        if show is not None:
            if self._last is not None and wall > self._last[0]:
                self._rate = max(0.1, (show - self._last[1]) / (wall - self._last[0]))
            self._last = (wall, show)
            end = self._end_ms()
            to_second = 1000 - show % 1000
            to_change = 1000 if end is None or end <= show else (end - show) % 1000 or 1000
            wait = min(to_second, to_change) / self._rate
        self._timer.start(round(min(1000.0, max(self._least_ms, math.ceil(wait) + 1))))


class Countdown(PlainLabel):
    """Counts down to an end by the show's clock. After the end it says so and never shows a time again.

    `pattern` frames the time (`LIVE {time}`); `ended` is emitted once, `expiring` when the last minute begins.
    While the clock is unknown it shows `unknown_text`, because a wrong time would be a lie to viewers.
    """

    ended = Signal()
    expiring = Signal()

    def __init__(
        self, now_ms: NowMs, parent: QWidget | None = None, *, pattern: str = "{time}", size: str = "s"
    ) -> None:
        super().__init__("", parent, size=size)
        self._now_ms = now_ms
        self._pattern = pattern
        self._end_ms: int | None = None
        self._ended_text = self.tr("ended")
        self._unknown_text = self.tr("clock unknown")
        self._was_expiring = False
        self._has_ended = False
        self._ticker = Ticker(now_ms, self.tick, self, end_ms=lambda: self._end_ms)

    def count_to(self, end_ms: int | None, pattern: str | None = None) -> None:
        """Count to `end_ms` (UTC ms), or show nothing when it is None."""
        if pattern is not None:
            self._pattern = pattern
        if end_ms != self._end_ms:
            self._end_ms = end_ms
            self._was_expiring = False
            self._has_ended = False
        self.tick()

    @property
    def has_ended(self) -> bool:
        """Whether the end was reached."""
        return self._has_ended

    def tick(self) -> None:
        """Show what the clock says now."""
        now = self._now_ms()
        if self._end_ms is None:
            self.setText("")
            return
        if self._has_ended:
            return
        if now is None:
            self.setText(self._unknown_text)
            return
        left = self._end_ms - now
        if left <= 0:
            self._has_ended = True
            self.setText(self._ended_text)
            self.ended.emit()
            return
        self.setText(self._pattern.format(time=remaining_text(left)))
        if left <= EXPIRING_MS and not self._was_expiring:
            self._was_expiring = True
            self.expiring.emit()

    def showEvent(self, event: QShowEvent) -> None:  # noqa: D102
        super().showEvent(event)
        self._ticker.start()

    def hideEvent(self, event: QHideEvent) -> None:  # noqa: D102
        self._ticker.stop()
        super().hideEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: D102
        # A machine that slept may paint before its timers fire: the time is checked at the last moment.
        self.tick()
        super().paintEvent(event)
