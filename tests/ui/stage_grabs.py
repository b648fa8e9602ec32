"""Draws the screen of the stage: `python -m tests.ui.stage_grabs OUT [NAME]` leaves PNGs there."""

import os
import sys
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("LC_ALL", "C.UTF-8")

import msgspec
from PySide6.QtWidgets import QApplication

from studio.control.ports import StreamState
from studio.settings.schema import StageSettings
from studio.settings.secrets import Kept
from studio.ui.actions import Actions
from studio.ui.connections.stage_screen import StageScreen
from studio.ui.main_window import MainWindow
from studio.ui.notices import Notices
from studio.ui.studio import Link, LinkStatus
from studio.ui.tasks import Tasks
from studio.ui.texts import Texts
from studio.ui.theme import Theme
from tests.fakes.fake_stage import AT_MS, SET_UP, USED, WELL, WRONG, FakeStage
from tests.ui.shops_grabs import draw_all, run_grabs

Act = Callable[[StageScreen, FakeStage], Coroutine[Any, Any, None]]
PLACES = {"shops": "Shops", "channels": "Channels", "stage": "Stage"}


async def as_it_is(_screen: StageScreen, _port: FakeStage) -> None:
    """Nothing done."""


def answering(*answers: Any) -> Act:
    async def act(screen: StageScreen, port: FakeStage) -> None:
        port.answers = list(answers)
        screen.test()

    return act


async def live(screen: StageScreen, port: FakeStage) -> None:
    screen.restart(
        (
            LinkStatus("obs", "stage", Link.OK, "", AT_MS),
            LinkStatus("overlay", "stage", Link.OK, "2 pages show the overlay.", AT_MS),
        ),
        {"obs": StreamState(True, True, False, 12, 151_000, AT_MS - 2_530_000)},
    )
    port.answers = [SET_UP]
    screen.form.set_up.click()


async def cut(screen: StageScreen, _port: FakeStage) -> None:
    screen.restart(
        (
            LinkStatus("obs", "stage", Link.OK, "", AT_MS),
            LinkStatus("overlay", "stage", Link.OK, "No page has opened the overlay yet.", AT_MS),
        ),
        {"obs": StreamState(True, False, True, 900, 151_000, AT_MS - 2_530_000)},
    )
    await screen.load()


async def wrong(screen: StageScreen, _port: FakeStage) -> None:
    screen.form.address.setText("http://obs")
    screen._edited("address", "http://obs")
    screen.test()


SCENES: dict[str, tuple[Callable[[], FakeStage], Act]] = {
    "stage": (FakeStage, as_it_is),
    "off": (lambda: FakeStage(StageSettings(overlay=False), Kept.NOWHERE, keys_stay=False), as_it_is),
    "tested": (FakeStage, answering(WELL)),
    "password": (lambda: FakeStage(kept=Kept.NOWHERE), answering(WRONG)),
    "testing": (FakeStage, answering(None)),
    "live": (lambda: FakeStage(opened=USED), live),
    "cut": (lambda: FakeStage(opened=msgspec.structs.replace(USED, unsure_s=9)), cut),
    "wrong": (FakeStage, wrong),
    "no-address": (lambda: FakeStage(problem="The overlay's address is not kept: it is a link or no plain file. Delete it."), as_it_is),
}  # fmt: skip


async def draw(app: QApplication, out: Path, name: str) -> None:
    """One scene in both themes and sizes."""
    make, act = SCENES[name]
    port, theme, tasks = make(), Theme(), Tasks("grabs")
    theme.apply(app)
    actions = Actions(lambda: 0)
    window = MainWindow()
    window.furnish(actions, theme, Notices(lambda: 0))
    screen = StageScreen(
        port, actions, theme, Texts("en"), tasks, lambda: AT_MS, PLACES, browse=lambda _url: None
    )
    window.add_workspace("stage", screen)
    window.show_workspace("stage")
    window.show()
    await screen.load()
    await act(screen, port)
    await draw_all(app, window, theme, out, name, light=name in ("stage", "live", "wrong"))
    port.let_go.set()
    await tasks.close()
    window.leave()


async def main(app: QApplication, out: Path, names: list[str]) -> None:
    """All scenes, or the named ones."""
    out.mkdir(parents=True, exist_ok=True)
    for name in names or list(SCENES):
        await draw(app, out, name)


if __name__ == "__main__":
    run_grabs(main, sys.argv)
