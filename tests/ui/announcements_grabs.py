"""Draws the screen of the announcements: `python -m tests.ui.announcements_grabs OUT [NAME]` leaves PNGs there."""

import asyncio
import os
import sys
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("LC_ALL", "C.UTF-8")

import msgspec
import qasync
from PySide6.QtWidgets import QApplication

from studio.domain import events as ev
from studio.domain.announcement_rules import RECOMMENDED, AnnouncementKind
from studio.domain.commands import NextItem, StartShow
from studio.domain.effects import effects_of
from studio.domain.show import ShowState, apply
from studio.ui.actions import Actions
from studio.ui.announcements.dialog import AnnouncementsDialog
from studio.ui.announcements.edits import Place
from studio.ui.announcements.example import PreviewChannel
from studio.ui.announcements.opening import announcements_of_new_shows, announcements_of_show
from studio.ui.main_window import MainWindow
from studio.ui.models.live_show import LiveShow
from studio.ui.notices import Notices
from studio.ui.palette import DARK, LIGHT
from studio.ui.tasks import Tasks
from studio.ui.texts import Texts
from studio.ui.theme import Theme
from tests.fakes.fake_studio import FakeStudio

SIZES = ((1440, 900), (1100, 700))
CHANNELS = (
    PreviewChannel("live", "Host Studio Live", "native"),
    PreviewChannel("yt", "YouTube Nordhus", "youtube"),
    PreviewChannel("tw", "twitch.tv/nordhus", "twitch"),
)


def as_it_is(_dialog: AnnouncementsDialog) -> None:
    """Nothing done."""


def code(dialog: AnnouncementsDialog) -> None:
    dialog.kinds.choose(AnnouncementKind.PROMO_LIVE)
    dialog.editor.go_to(Place(language="de"))


def wrong(dialog: AnnouncementsDialog) -> None:
    dialog.editor.go_to(Place(channel="yt"))
    dialog.editor.edit.setPlainText("Jetzt live: {titel} {link}")
    dialog.save()


def too_long(dialog: AnnouncementsDialog) -> None:
    words = "Now on air, and only for those of you who are with us tonight: {title} for {price}, only {left} left! "
    dialog.editor.edit.setPlainText(words + "Ask us anything about it, we answer every question here. {link}")


def said(dialog: AnnouncementsDialog) -> None:
    dialog.tabs.setCurrentIndex(1)


SCENES: dict[str, Callable[[AnnouncementsDialog], None]] = {
    "texts": as_it_is,
    "code": code,
    "wrong": wrong,
    "too-long": too_long,
    "said": said,
    "settings": as_it_is,
}


async def a_night(studio: FakeStudio) -> None:
    """Some announcements, each of which ended in its own way."""
    await studio.do(StartShow())
    outcomes = [ev.Outcome.DELIVERED, ev.Outcome.REFUSED, ev.Outcome.EXPIRED, ev.Outcome.UNSURE]
    for outcome in outcomes:
        await studio.do(NextItem(deliberate=True))
        state, made = ShowState("show-1"), []
        for logged in studio.log:
            before, state = state, apply(state, logged)
            made = effects_of(logged, before, state) or made
        sentence = "" if outcome is ev.Outcome.DELIVERED else "The chat takes nothing now."
        text = made[-1].action.text.replace("{link}", "https://shop.example/go/lnk-1042")
        studio.hear(
            ev.EffectSettled(
                made[-1].id, made[-1].target, "Say", outcome, sentence, said="" if sentence else text
            )
        )
        studio.clock.passes(240_000)
    await studio.do(NextItem())


async def draw(app: QApplication, out: Path, name: str) -> None:
    """One scene in both themes and sizes."""
    theme, tasks = Theme(), Tasks("grabs")
    theme.apply(app)
    studio = FakeStudio()
    await a_night(studio)
    live = LiveShow(studio.opened())
    live.state = msgspec.structs.replace(live.state, channels=tuple(channel.id for channel in CHANNELS))
    window = MainWindow()
    window.furnish(Actions(lambda: 0), theme, Notices(lambda: 0))
    window.resize(*SIZES[1])
    window.show()
    for tokens in (DARK, LIGHT):
        for size in SIZES:
            theme.apply(app, tokens)
            window.resize(*size)
            texts = Texts("en", "Europe/Oslo")
            if name == "settings":

                async def keep(_rules: object) -> str:
                    return ""

                dialog = announcements_of_new_shows(window, RECOMMENDED, CHANNELS, keep, tasks, texts, theme)
            else:
                dialog = announcements_of_show(window, studio, live, CHANNELS, tasks, texts, theme)
                if name != "said":
                    dialog.kinds.choose(AnnouncementKind.PINNED)
            SCENES[name](dialog)
            await asyncio.sleep(0.1)
            dialog.grab().save(str(out / f"{name}-{tokens.name}-{size[0]}.png"))
            dialog.done(0)
            await asyncio.sleep(0.05)
    await tasks.close()
    window.leave()


async def main(app: QApplication, out: Path, names: list[str]) -> None:
    """All scenes, or the named ones."""
    out.mkdir(parents=True, exist_ok=True)
    for name in names or list(SCENES):
        await draw(app, out, name)


if __name__ == "__main__":
    application = QApplication(sys.argv[:1])
    application.setQuitOnLastWindowClosed(False)
    loop = qasync.QEventLoop(application)
    with loop:
        loop.run_until_complete(main(application, Path(sys.argv[1]), sys.argv[2:]))
    sys.stdout.flush()
    os._exit(0)
