"""Draws the On air workspace as a host sees it: `python -m tests.ui.host_grabs OUT [NAME]` leaves PNGs there."""

import asyncio
import os
import sys
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("LC_ALL", "C.UTF-8")

import msgspec
import qasync
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from studio.control.ports import StreamState
from studio.domain import commands as cmd
from studio.ui.palette import DARK, LIGHT
from studio.ui.studio import ChangeBatch, Link, LinkStatus, Notice, OutboxStatus, Sending
from tests.fakes.fake_studio import FakeStudio, a_lineup
from tests.ui.host_scene import Scene, a_dressed_studio, a_picture, an_hour_of_show

SIZES = ((1440, 900), (1100, 700))
Stage = Callable[[Scene], Coroutine[Any, Any, None]]


async def nothing(_scene: Scene) -> None:
    """As it is."""


async def offline(scene: Scene) -> None:
    now, wait = scene.studio.clock.now, Sending.WAITING
    gone = "The shop cannot be reached. What you decide is kept and sent as soon as it answers."
    scene.live.take(
        ChangeBatch(
            links=tuple(
                LinkStatus(s.name, s.kind, Link.DOWN, gone, now - 125_000) for s in scene.live.links.values()
            ),
            outbox=(
                OutboxStatus("e2", "x2", "shop", "CreatePromo", wait, gone),
                OutboxStatus("e3", "x3", "channel:YouTube", "ReplyTo", Sending.HELD, "Nobody knows whether this reply arrived.", unsure=True),
            ),
            notices=(Notice("trouble", gone, "offline"), Notice("warning", "“Felt slippers”: 9 left.", "low")),
        )
    )  # fmt: skip


async def asking(scene: Scene) -> None:
    said = "Twitch does not accept the token: enter it again."
    scene.live.take(ChangeBatch(links=(LinkStatus("Twitch", "channel", Link.ASKING, said, None),)))
    scene.host.refresh()
    scene.host.header.pills["channel:Twitch"].click()


async def popover(scene: Scene) -> None:
    await offline(scene)
    scene.host.header.sent_button.click()


async def form(scene: Scene) -> None:
    scene.actions["promo.issue"].trigger()


async def form_refused(scene: Scene) -> None:
    scene.actions["promo.issue"].trigger()
    scene.host.promo_form.code.setText("NO SPACES")


async def found(scene: Scene) -> None:
    scene.host.lineup.focus_search()
    QTest.keyClicks(scene.host.lineup.search, "te")
    await asyncio.sleep(0.3)


async def selected(scene: Scene) -> None:
    scene.host.questions.step(1)
    scene.host.chat.focus_field()


async def sold_out(scene: Scene) -> None:
    await scene.give(cmd.PinItem("i3", deliberate=True))
    scene.studio.settle_all()


async def talk(scene: Scene) -> None:
    await scene.give(cmd.PinItem("i10"))
    scene.studio.settle_all()


async def ended(scene: Scene) -> None:
    await scene.give(cmd.EndShow())
    scene.studio.settle_all()


async def cleared(scene: Scene) -> None:
    await scene.give(cmd.ClearStage())


async def unknown_clock(scene: Scene) -> None:
    scene.studio.clock.known = False


def long_titles() -> FakeStudio:
    studio = an_hour_of_show()
    long = "Woll-Wohndecke mit handgeknüpften Fransen aus norwegischer Schurwolle, waschbar bei 30 Grad " * 3
    items = tuple(
        msgspec.structs.replace(i, title=f"{i.id} {long}"[:300], points=(long, long))
        for i in studio.state.items
    )
    studio.state = msgspec.structs.replace(studio.state, items=items, title=long)
    return studio


def empty() -> FakeStudio:
    studio = FakeStudio(msgspec.structs.replace(a_lineup(), items=a_lineup().items[:1]))
    studio.state = msgspec.structs.replace(studio.state, items=())
    return studio


def many() -> FakeStudio:
    studio = an_hour_of_show()
    more = [
        msgspec.structs.replace(studio.state.items[4], id=f"x{n}", title=f"Oak serving board {n}")
        for n in range(60)
    ]
    studio.state = msgspec.structs.replace(studio.state, items=(*studio.state.items, *more))
    return studio


async def stage(scene: Scene) -> None:
    """OBS streams and records, the overlay is looked at, one channel tells no number."""
    now = scene.studio.clock.best_ms()
    scene.studio.changes.emit(
        ChangeBatch(
            links=(
                LinkStatus("Facebook", "channel", Link.OK, "", now),
                LinkStatus("obs", "stage", Link.OK, "", now),
                LinkStatus("overlay", "stage", Link.OK, "1 page shows the overlay.", now),
            ),
            streams={"obs": StreamState(True, True, False, 12, 151_000, now - 2_530_000)},
        )
    )
    await asyncio.sleep(0.3)


async def stage_lost(scene: Scene) -> None:
    """OBS is away, the overlay is well."""
    await stage(scene)
    scene.studio.hear_link(
        "obs", "stage", Link.DOWN, "OBS is not there: start it. It is connected by itself."
    )
    scene.studio.changes.emit(ChangeBatch(streams={"obs": StreamState()}))
    await asyncio.sleep(0.3)


async def stage_cut(scene: Scene) -> None:
    """The place that is streamed to is away, and OBS wants its password elsewhere."""
    await stage(scene)
    now = scene.studio.clock.best_ms()
    cut = StreamState(True, False, True, 900, 151_000, now - 2_530_000)
    scene.studio.changes.emit(ChangeBatch(streams={"obs": cut}))
    await asyncio.sleep(0.3)


async def stage_drops(scene: Scene) -> None:
    """Frames are dropped."""
    await stage(scene)
    now = scene.studio.clock.best_ms()
    lost = StreamState(True, False, False, 212, 152_000, now - 2_530_000)
    scene.studio.changes.emit(ChangeBatch(streams={"obs": lost}))
    await asyncio.sleep(0.3)


async def look(_width: int) -> bytes:
    """What viewers see."""
    return a_picture()


SCENES: dict[str, tuple[Callable[[], FakeStudio], Stage, str]] = {
    "stage": (an_hour_of_show, stage, "en"),
    "stage-lost": (an_hour_of_show, stage_lost, "en"),
    "stage-cut": (an_hour_of_show, stage_cut, "en"),
    "stage-drops": (an_hour_of_show, stage_drops, "en"),
    "host": (an_hour_of_show, nothing, "en"),
    "before": (a_dressed_studio, nothing, "en"),
    "empty": (empty, nothing, "en"),
    "many": (many, nothing, "en"),
    "ended": (an_hour_of_show, ended, "en"),
    "sold-out": (an_hour_of_show, sold_out, "en"),
    "talk": (an_hour_of_show, talk, "en"),
    "cleared": (an_hour_of_show, cleared, "en"),
    "token": (an_hour_of_show, asking, "en"),
    "offline": (an_hour_of_show, offline, "en"),
    "popover": (an_hour_of_show, popover, "en"),
    "form": (an_hour_of_show, form, "en"),
    "form-prepared": (a_dressed_studio, form, "en"),
    "form-refused": (an_hour_of_show, form_refused, "en"),
    "search": (an_hour_of_show, found, "en"),
    "selected": (an_hour_of_show, selected, "en"),
    "unknown-clock": (an_hour_of_show, unknown_clock, "en"),
    "long": (long_titles, nothing, "de"),
}


async def draw(app: QApplication, out: Path, name: str, scale: float = 1.0) -> None:
    """One scene in both themes and sizes."""
    make, stage, language = SCENES[name]
    scene = Scene(app, make(), language=language, programme=look)
    scene.theme.apply(app, DARK, scale)
    scene.window.resize(*SIZES[0])
    scene.window.show()
    await asyncio.sleep(0.1)
    await scene.settle()
    task = asyncio.ensure_future(stage(scene))
    await asyncio.wait([task], timeout=1)
    for size in SIZES:
        scene.window.resize(*size)
        for tokens in (DARK, LIGHT):
            if tokens is LIGHT and name not in ("host", "form", "offline", "stage"):
                continue
            scene.theme.apply(app, tokens, scale)
            await asyncio.sleep(0.12)
            if name != "token":
                await scene.settle()
            app.processEvents()
            scene.window.grab().save(str(out / f"{name}-{tokens.name}-{size[0]}.png"))
    for dialog in app.topLevelWidgets():
        if dialog is not scene.window and dialog.isVisible():
            dialog.grab().save(str(out / f"{name}-dialog.png"))
            dialog.close()
    await scene.close()


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
