"""Draws the screen of the shops: `python -m tests.ui.shops_grabs OUT [NAME]` leaves PNGs there."""

import asyncio
import os
import sys
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("LC_ALL", "C.UTF-8")

import qasync
from PySide6.QtWidgets import QApplication

from studio.ui.actions import Actions
from studio.ui.connections.shops_screen import ShopsScreen
from studio.ui.main_window import MainWindow
from studio.ui.notices import Notices
from studio.ui.palette import DARK, LIGHT
from studio.ui.tasks import Tasks
from studio.ui.texts import Texts
from studio.ui.theme import Theme
from tests.fakes.fake_shops import LACKING, UNTRUSTED, WELL, FakeShops

SIZES = ((1440, 900), (1100, 700))
Stage = Callable[[ShopsScreen, FakeShops], Coroutine[Any, Any, None]]


async def tested(screen: ShopsScreen, port: FakeShops) -> None:
    port.answers = [WELL]
    screen.test()


async def lacking(screen: ShopsScreen, port: FakeShops) -> None:
    port.answers = [LACKING]
    screen.test()


async def untrusted(screen: ShopsScreen, port: FakeShops) -> None:
    port.answers = [UNTRUSTED]
    screen.test()


async def testing(screen: ShopsScreen, port: FakeShops) -> None:
    port.answers = [None]
    screen.test()


async def adding(screen: ShopsScreen, _port: FakeShops) -> None:
    screen.add()


async def wrong(screen: ShopsScreen, _port: FakeShops) -> None:
    screen.add()
    screen.form.address.setText("shop.example")
    screen.form.address.textEdited.emit("shop.example")
    screen.test()


async def leaving(screen: ShopsScreen, _port: FakeShops) -> None:
    screen.form.name.setText("Nordhus Oslo")
    screen.form.name.textEdited.emit("Nordhus Oslo")
    screen.leave()


async def from_environment(screen: ShopsScreen, _port: FakeShops) -> None:
    screen.list.choose(1)


async def refused(screen: ShopsScreen, _port: FakeShops) -> None:
    screen.form.refuse(
        "“Nordhus” stays: it is the shop of “Autumn Home Live #14”, whose figures and codes belong to it."
    )


async def webhooks(screen: ShopsScreen, _port: FakeShops) -> None:
    for name, field, text in (
        ("push_port", screen.form.push_port, "8137"),
        ("push_key", screen.form.push_key, "secret"),
    ):
        field.setText(text)
        screen.form.edited.emit(name, text)


async def as_it_is(_screen: ShopsScreen, _port: FakeShops) -> None:
    """Nothing done."""


SCENES: dict[str, tuple[Callable[[], FakeShops], Stage]] = {
    "shops": (FakeShops, as_it_is),
    "tested": (FakeShops, tested),
    "lacking": (FakeShops, lacking),
    "untrusted": (FakeShops, untrusted),
    "testing": (FakeShops, testing),
    "adding": (FakeShops, adding),
    "wrong": (lambda: FakeShops(keys_stay=False), wrong),
    "leaving": (FakeShops, leaving),
    "environment": (FakeShops, from_environment),
    "refused": (FakeShops, refused),
    "webhooks": (FakeShops, webhooks),
    "empty": (lambda: FakeShops([]), as_it_is),
}


async def draw_all(
    app: QApplication, window: MainWindow, theme: Theme, out: Path, name: str, *, light: bool
) -> None:
    """What is on the screen in each size, in the dark theme and perhaps the light one; and the dialogs over it."""
    window.resize(*SIZES[0])
    await asyncio.sleep(0.2)
    for tokens in (DARK, LIGHT) if light else (DARK,):
        for size in SIZES:
            theme.apply(app, tokens)
            window.resize(*size)
            await asyncio.sleep(0.1)
            window.grab().save(str(out / f"{name}-{tokens.name}-{size[0]}.png"))
    for dialog in app.topLevelWidgets():
        if dialog is not window and dialog.isVisible():
            dialog.grab().save(str(out / f"{name}-dialog.png"))
            dialog.close()


async def draw(app: QApplication, out: Path, name: str) -> None:
    """One scene in both themes and sizes."""
    make, stage = SCENES[name]
    port, theme, tasks = make(), Theme(), Tasks("grabs")
    theme.apply(app)
    actions, notices = Actions(lambda: 0), Notices(lambda: 0)
    window = MainWindow()
    window.furnish(actions, theme, notices)
    screen = ShopsScreen(port, actions, theme, Texts("en"), tasks)
    window.add_workspace("shops", screen)
    window.show_workspace("shops")
    window.show()
    await screen.load()
    await stage(screen, port)
    await draw_all(app, window, theme, out, name, light=name in ("tested", "lacking", "wrong"))
    port.let_go.set()
    await tasks.close()
    window.leave()


async def main(app: QApplication, out: Path, names: list[str]) -> None:
    """All scenes, or the named ones."""
    out.mkdir(parents=True, exist_ok=True)
    for name in names or list(SCENES):
        await draw(app, out, name)


def run_grabs(
    grab: Callable[[QApplication, Path, list[str]], Coroutine[Any, Any, None]], argv: list[str]
) -> None:
    """Draw on a loop of Qt's, as the arguments say, and leave."""
    application = QApplication(argv[:1])
    application.setQuitOnLastWindowClosed(False)
    loop = qasync.QEventLoop(application)
    with loop:
        loop.run_until_complete(grab(application, Path(argv[1]), argv[2:]))
    sys.stdout.flush()
    os._exit(0)


if __name__ == "__main__":
    run_grabs(main, sys.argv)
