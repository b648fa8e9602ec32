"""How the broadcast is, in the health strip: live since when, recording, cut off, or losing frames."""

from collections import deque
from typing import Final

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QWidget

from studio.control.ports import StreamState
from studio.ui.palette import ToneName
from studio.ui.texts import Texts
from studio.ui.widgets.labels import Pill, tooltip_text

LATELY_MS: Final = 30_000
"""Frames that were dropped longer ago trouble nobody any more."""
MANY: Final = 0.01
"""More of the frames than this are seen as stutter."""


class Dropped:
    """How many frames of the stream were dropped lately."""

    def __init__(self) -> None:
        self._told: deque[tuple[int, int, int]] = deque()

    def take(self, state: StreamState, now_ms: int) -> None:
        """The stream stands so at this time (ms of any clock that runs evenly)."""
        if not state.streaming or (self._told and state.frames < self._told[-1][2]):
            self._told.clear()  # another stream
        if state.streaming and (not self._told or self._told[-1][1:] != (state.dropped, state.frames)):
            self._told.append((now_ms, state.dropped, state.frames))
        while len(self._told) > 1 and now_ms - self._told[1][0] >= LATELY_MS:
            self._told.popleft()

    @property
    def share(self) -> float:
        """Of the frames of the last half minute, 0 to 1."""
        if len(self._told) < 2:
            return 0.0
        (_, dropped, frames), (_, dropped_now, frames_now) = self._told[0], self._told[-1]
        return max(0, dropped_now - dropped) / max(1, frames_now - frames)


class BroadcastPill(Pill):
    """One pill for the broadcast; hidden while there is none."""

    def __init__(self, texts: Texts, parent: QWidget | None = None) -> None:
        super().__init__("", "neutral", parent)
        self._texts = texts
        self.dropped = Dropped()
        self.hide()

    def show_stream(self, state: StreamState | None, now_ms: int, *, level: int) -> None:
        """Show how it is at this computer's time (UTC ms). From `level` 1 on it says less."""
        if state is None or not (state.streaming or state.recording or state.reconnecting):
            self.hide()
            return
        text, tone = self._face(state, now_ms, level)
        self.show_as(text, tone)
        tip = "\n".join(self._told(state, now_ms))
        self.setToolTip(tooltip_text(tip))
        self.setAccessibleName(text)
        self.setAccessibleDescription(tip)
        self.show()

    def _face(self, state: StreamState, now_ms: int, level: int) -> tuple[str, ToneName]:
        tr = QCoreApplication.translate
        if state.reconnecting:
            return (
                tr("Broadcast", "⚠ reconnecting") if level < 2 else tr("Broadcast", "⚠ cut off")
            ), "warning"
        if not state.streaming:
            return tr("Broadcast", "recording"), "ok"
        text = tr("Broadcast", "live {time}").replace("{time}", _since(state, now_ms))
        if self.dropped.share > MANY:
            lost = tr("Broadcast", "{share} dropped").replace("{share}", self._share())
            return f"⚠ {text} · {lost}" if level < 1 else f"⚠ {lost}", "warning"
        if state.recording and level < 1:
            return f"{text} · {tr('Broadcast', 'recording')}", "ok"
        return text, "ok"

    def _told(self, state: StreamState, now_ms: int) -> list[str]:
        tr = QCoreApplication.translate
        said: list[str] = []
        if state.reconnecting:
            said.append(
                tr(
                    "Broadcast",
                    "Viewers see nothing: the place that OBS streams to does not answer. OBS tries again by itself; check "
                    "the network.",
                )
            )
        if state.streaming:
            live = tr("Broadcast", "Live for {time}, as OBS counts.").replace("{time}", _since(state, now_ms))
            said.append(live)
            if self.dropped.share > MANY:
                lost = tr(
                    "Broadcast",
                    "{share} of the frames were dropped lately: viewers see stutter. Lower the bitrate in OBS, or free the network.",
                )
                said.append(lost.replace("{share}", self._share()))
            text = tr("Broadcast", "{n} of {all} frames were dropped since it began.")
            number = self._texts.number
            said.append(text.replace("{n}", number(state.dropped)).replace("{all}", number(state.frames)))
        if state.recording:
            said.append(tr("Broadcast", "OBS records."))
        elif state.streaming:
            said.append(tr("Broadcast", "OBS does not record."))
        return said

    def _share(self) -> str:
        return self._texts.percent(self.dropped.share, 1)


def _since(state: StreamState, now_ms: int) -> str:
    """mm:ss, and the hours where there are some."""
    seconds = max(0, now_ms - (now_ms if state.started_wall_ms is None else state.started_wall_ms)) // 1000
    clock = f"{seconds // 60 % 60:02}:{seconds % 60:02}"
    return f"{seconds // 3600}:{clock}" if seconds >= 3600 else clock
