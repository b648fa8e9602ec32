"""Beside the form of the stage: how it is in the open show, what OBS said, and how the overlay gets into a stream."""

from PySide6.QtWidgets import QWidget

from studio.control.ports import StreamState
from studio.ui.connections.findings import FindingsCard, SayingCard, empty
from studio.ui.connections.stage_live import OBS, OVERLAY, LiveStages
from studio.ui.connections.stage_port import ObsFound, ObsStep
from studio.ui.connections.stage_words import failure_words, paste_words, step_words, tr
from studio.ui.host.links import link_word
from studio.ui.studio import Link
from studio.ui.texts import Texts, running
from studio.ui.widgets.text import clean_text

_SCENES = 6


class ObsFindings(FindingsCard):
    """What OBS said of itself, and what was done there."""

    def __init__(self, texts: Texts, parent: QWidget | None = None) -> None:
        super().__init__(texts, list(ObsStep), parent)
        self.header.setAccessibleName(tr("OBS"))

    def step_words(self, step: object) -> str:
        """What is being done now."""
        return step_words(ObsStep(str(step)))

    def nothing_yet(self) -> str:
        """What a test would do."""
        return tr("Test OBS before the show: it says who it is and what stands in it. Nothing is changed.")

    def show_cancelled(self) -> None:
        """It was given up by a person."""
        super().show_cancelled()
        empty(self._column)
        self.say(tr("Cancelled. What was changed in OBS until then stays: test it to see."), "muted")

    def tell(self, found: object) -> None:
        """Who OBS is, what it can do, and whether it is set up."""
        if not isinstance(found, ObsFound):
            raise TypeError(f"{type(found).__name__} was not found by looking at OBS")
        if found.failure is not None:
            self._failure(failure_words(found.failure), clean_text(found.sentence, 500))
            return
        if found.did:
            self.line("✓", clean_text(found.did, 600), "next")
        version = tr("OBS {version}, obs-websocket {websocket}")
        name = version.replace("{version}", clean_text(found.version, 40))
        self.line("✓", name.replace("{websocket}", clean_text(found.websocket, 40)), "next")
        canvas = tr("Canvas {w} × {h}, on air: “{scene}”")
        self.line(
            "✓",
            canvas.replace("{w}", str(found.canvas[0]))
            .replace("{h}", str(found.canvas[1]))
            .replace("{scene}", clean_text(found.program, 80)),
            "next",
        )
        if found.browser:
            self.line("✓", tr("It has a browser source: viewers see the overlay page."), "next")
        else:
            told = tr("It has no browser source: viewers see texts and colours instead of the overlay page.")
            self.line("→", told, "muted")
        self._tell_standing(found)

    def _tell_standing(self, found: ObsFound) -> None:
        self.head(tr("What stands in it"))
        if not found.standing:
            self.line("⚠", tr("Nothing of the studio: press “Set up in OBS”."), "warning")
            return
        names = ", ".join(f"“{clean_text(scene, 60)}”" for scene in found.standing[:_SCENES])
        text = tr("{n} sources of the studio in {scenes}.") if found.sources > 1 else tr("1 source of the studio in {scenes}.")  # fmt: skip
        self.line("✓", text.replace("{n}", str(found.sources)).replace("{scenes}", names), "next")
        if found.program not in found.standing:
            told = tr("The scene that is on air now shows nothing of it.")
            self.line("⚠", told, "warning")


class LiveStageCard(SayingCard):
    """How OBS and the overlay page are in the open show; hidden while none is open."""

    def __init__(self, texts: Texts, parent: QWidget | None = None) -> None:
        super().__init__(tr("In the open show"), parent)
        self._texts = texts
        self.body.addWidget(self._told)
        self._said: list[tuple[str, str, str]] | None = None
        self.hide()

    def show_live(self, live: LiveStages, now_ms: int, *, reopen: bool) -> None:
        """Say how it is at this computer's time (UTC ms); `reopen`: what is saved holds when the show is opened again."""
        lines = [line for name in (OBS, OVERLAY) for line in self._lines(live, name, now_ms)]
        if reopen:
            told = tr("What was changed here holds when the show is opened again.")
            lines.append(("⚠", told, "warning"))
        self.setVisible(bool(lines))
        if lines == self._said:
            return
        self._said = lines
        empty(self._column)
        for sign, text, tone in lines:
            self.line(sign, text, tone)

    def _lines(self, live: LiveStages, name: str, now_ms: int) -> list[tuple[str, str, str]]:
        status = live.links.get(name)
        if status is None:
            return []
        called = tr("OBS") if name == OBS else tr("Overlay page")
        well = status.link is Link.OK
        said = clean_text(status.sentence, 400) or link_word(status.link)
        lines = [("✓", f"{called}: {said}", "next") if well else ("⚠", f"{called}: {said}", "warning")]
        stream = live.streams.get(name)
        if stream is not None and (stream.streaming or stream.recording or stream.reconnecting):
            lines.append(self._broadcast(stream, now_ms))
        return lines

    def _broadcast(self, stream: StreamState, now_ms: int) -> tuple[str, str, str]:
        if stream.reconnecting:
            return "⚠", tr("The broadcast is cut off, OBS connects it again: viewers see nothing."), "warning"
        parts: list[str] = []
        if stream.streaming and stream.started_wall_ms is not None:
            text = tr("Live for {time}, {n} of {all} frames dropped")
            parts.append(
                text.replace("{time}", running(max(0, now_ms - stream.started_wall_ms)))
                .replace("{n}", self._texts.number(stream.dropped))
                .replace("{all}", self._texts.number(stream.frames))
            )
        if stream.recording:
            parts.append(tr("recording") if parts else tr("Recording"))
        return "✓", ", ".join(parts) + ".", "next"


class PasteCard(SayingCard):
    """How the overlay page gets into a stream."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(tr("The overlay page in a stream"), parent)
        self.body.addWidget(self._told)
        for step, text in paste_words():
            self.line(step, text, "muted")
