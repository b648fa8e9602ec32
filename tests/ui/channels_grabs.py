"""Draws the screen of the channels: `python -m tests.ui.channels_grabs OUT [NAME]` leaves PNGs there."""

import os
import sys
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("LC_ALL", "C.UTF-8")

from PySide6.QtWidgets import QApplication

from studio.control.ports import Quota
from studio.domain.audience import ViewerSample
from studio.ui.actions import Actions
from studio.ui.connections.channels_screen import ChannelsScreen
from studio.ui.main_window import MainWindow
from studio.ui.notices import Notices
from studio.ui.studio import Link, LinkStatus
from studio.ui.tasks import Tasks
from studio.ui.texts import Texts
from studio.ui.theme import Theme
from tests.fakes.fake_channels import AT_MS, LACKING, NOT_LIVE, WELL, FakeChannels
from tests.ui.shops_grabs import draw_all, run_grabs

Stage = Callable[[ChannelsScreen, FakeChannels], Coroutine[Any, Any, None]]
PLACES = {"shops": "Shops", "channels": "Channels"}


def in_a_show(screen: ChannelsScreen) -> None:
    """A show is open: one channel is well, one silent, one asks for a token."""
    screen.live.restart(
        (
            LinkStatus("twitch", "channel", Link.OK, "", AT_MS - 12_000),
            LinkStatus("youtube", "channel", Link.STALE, "Nothing came for 40 s, more than ever in this show.", AT_MS - 40_000),
            LinkStatus("facebook", "channel", Link.ASKING, "Facebook asks for a token: enter it in the settings.", None),
        ),
        (ViewerSample("twitch", AT_MS, 1_284),),
        {"youtube": Quota(7_140, 10_000, 900, AT_MS + 5 * 3_600_000)},
    )  # fmt: skip
    screen.refresh_live()


async def live(screen: ChannelsScreen, _port: FakeChannels) -> None:
    in_a_show(screen)


async def silent(screen: ChannelsScreen, _port: FakeChannels) -> None:
    in_a_show(screen)
    screen.list.choose(1)


async def tested(screen: ChannelsScreen, port: FakeChannels) -> None:
    port.answers = [WELL]
    screen.test()


async def not_live(screen: ChannelsScreen, port: FakeChannels) -> None:
    screen.list.choose(1)
    port.answers = [NOT_LIVE]
    screen.test()


async def lacking(screen: ChannelsScreen, port: FakeChannels) -> None:
    port.answers = [LACKING]
    screen.test()


async def testing(screen: ChannelsScreen, port: FakeChannels) -> None:
    port.answers = [None]
    screen.test()


async def code(screen: ChannelsScreen, _port: FakeChannels) -> None:
    screen.form.sign_in.begin.click()


async def adding(screen: ChannelsScreen, _port: FakeChannels) -> None:
    screen.add()


async def rare(screen: ChannelsScreen, _port: FakeChannels) -> None:
    screen.form.more.click()


async def off(screen: ChannelsScreen, _port: FakeChannels) -> None:
    screen.list.choose(3)


async def wrong(screen: ChannelsScreen, _port: FakeChannels) -> None:
    screen.add()
    screen.test()


async def as_it_is(_screen: ChannelsScreen, _port: FakeChannels) -> None:
    """Nothing done."""


SCENES: dict[str, tuple[Callable[[], FakeChannels], Stage]] = {
    "channels": (FakeChannels, as_it_is),
    "live": (FakeChannels, live),
    "silent": (FakeChannels, silent),
    "tested": (FakeChannels, tested),
    "not-live": (FakeChannels, not_live),
    "lacking": (FakeChannels, lacking),
    "testing": (FakeChannels, testing),
    "code": (FakeChannels, code),
    "adding": (FakeChannels, adding),
    "rare": (FakeChannels, rare),
    "off": (lambda: FakeChannels(keys_stay=False), off),
    "wrong": (FakeChannels, wrong),
    "empty": (lambda: FakeChannels([]), as_it_is),
}


async def draw(app: QApplication, out: Path, name: str) -> None:
    """One scene in both themes and sizes."""
    make, stage = SCENES[name]
    port, theme, tasks = make(), Theme(), Tasks("grabs")
    theme.apply(app)
    actions = Actions(lambda: 0)
    window = MainWindow()
    window.furnish(actions, theme, Notices(lambda: 0))
    screen = ChannelsScreen(
        port, actions, theme, Texts("en"), tasks, lambda: AT_MS, PLACES, browse=lambda _url: None
    )
    window.add_workspace("channels", screen)
    window.show_workspace("channels")
    window.show()
    await screen.load()
    await stage(screen, port)
    await draw_all(app, window, theme, out, name, light=name in ("live", "tested", "wrong", "code"))
    port.let_go.set()
    port.signed.set()
    await tasks.close()
    window.leave()


async def main(app: QApplication, out: Path, names: list[str]) -> None:
    """All scenes, or the named ones."""
    out.mkdir(parents=True, exist_ok=True)
    for name in names or list(SCENES):
        await draw(app, out, name)


if __name__ == "__main__":
    run_grabs(main, sys.argv)
