"""`host-studio rehearse`: from the command line to a window with a show in it, and to its figures beside the books."""

import argparse
import asyncio
import os
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec
import structlog
from PySide6.QtWidgets import QApplication

from studio.announcements_door import AnnouncementsDoor
from studio.app import RESOURCES, Desktop, open_log, run_desktop
from studio.console import say
from studio.domain.commands import PlanShow
from studio.domain.lineup import LineUp
from studio.domain.lineup_file import read_json
from studio.domain.show import ShowPhase
from studio.engine_room import Connections, EngineRoom, new_show_id
from studio.instance import AlreadyOpenError, InstanceLock, server_name
from studio.rehearsal.director import Director
from studio.rehearsal_lineup import DEMO_CHANNEL, DEMO_SHOP, own_show, scaled
from studio.rehearsal_plan import Plan, keep, outside_shop, plan_of
from studio.settings.paths import Paths
from studio.settings.schema import ChannelSettings, ShopSettings
from studio.summary import Summary, differences, summarise, truth_of
from studio.ui.main_window import MainWindow
from studio.ui.qt_messages import log_qt_messages
from studio.ui.scripted_acts import Stage
from studio.ui.scripted_hands import InVain, OutOfReach
from studio.ui.scripted_host import ScriptedHost
from studio.ui.single_instance import AlreadyOpenDialog, OpenStudio
from studio.ui.studio import Notice

SAMPLE = RESOURCES / "lineup" / "autumn-home-live.json"
DRAIN_S = 60.0
NOT_COMPARED = (
    "The shop's books were not read: set HOST_STUDIO_SHOP_ADMIN_TOKEN to have the figures compared."
)
_log = structlog.get_logger(__name__)


class RehearsalSecrets:
    """The tokens of a rehearsal's own servers, and of `--shop` by the environment. They are not worth a keyring."""

    persistent = False
    sentence = "A rehearsal's tokens are kept for this session only."

    def __init__(self, tokens: dict[str, str]) -> None:
        self._tokens = tokens

    def get(self, name: str) -> str | None:
        """The token of this name."""
        return self._tokens.get(name)

    def set(self, name: str, value: str) -> None:
        """Keep a token for this session."""
        self._tokens[name] = value

    def delete(self, name: str) -> None:
        """Forget a token."""
        self._tokens.pop(name, None)


def rehearse_command(paths: Paths, given: argparse.Namespace, window: MainWindow | None) -> int:
    """Play a rehearsal; the exit code is 0 only when the figures equal the truth. Raises `ValueError` with a sentence
    and `AlreadyOpenError`. `window` is on the screen already; without one, it is made when there is something to show.
    """
    lock_file = paths.rehearsals / "rehearsal.lock"
    try:
        lock = InstanceLock(lock_file)
    except AlreadyOpenError as error:
        if given.headless:
            raise
        taken = error
        if window is not None:
            window.leave()
        return run_desktop(lambda _app: say_already_open(taken, server_name(paths.rehearsals)))
    try:
        plan = plan_of(paths, given)
        if plan.headless:
            os.environ["QT_QPA_PLATFORM"] = "offscreen"
        sealed = Paths(plan.folder / "studio")
        sealed.prepare()
        log, _ = open_log(sealed)
        qt_as_before = log_qt_messages()
        try:
            return run_desktop(
                lambda app: _rehearse(app, window, sealed, plan, server_name(paths.rehearsals))
            )
        finally:
            qt_as_before()
            log.close()
    finally:
        lock.release()


async def say_already_open(error: AlreadyOpenError, name: str) -> int:
    """Say that another window has the folder, and offer to show it; the exit code."""
    dialog = AlreadyOpenDialog(str(error), name)
    done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def finished(_code: int) -> None:
        if not done.done():
            done.set_result(None)

    dialog.finished.connect(finished)
    dialog.open()
    await done
    return 1


def sample_lineup(minutes: float) -> LineUp:
    """The built-in line-up, its items' planned times scaled to a show of so many minutes."""
    return scaled(read_json(SAMPLE.read_bytes(), new_show_id).lineup, minutes)


def show_of(plan: Plan) -> PlanShow:
    """The show that is rehearsed: its own line-up, else the sample. Raises `RehearsalError`."""
    minutes = plan.rehearsal.minutes
    if plan.rehearsal.own:
        return own_show(plan.folder, minutes)
    return PlanShow(
        sample_lineup(minutes), DEMO_SHOP, (DEMO_CHANNEL,), rehearsal=True, time_zone="Europe/Oslo"
    )


async def _rehearse(app: QApplication, window: MainWindow | None, paths: Paths, plan: Plan, name: str) -> int:
    async with rehearsing(app, paths, plan, show_of(plan), window) as (desktop, director):
        if plan.headless:
            return await _play(desktop, director, plan)
        greeter = OpenStudio(name)
        greeter.show_wanted.connect(desktop.window.raise_)
        try:
            _compare_when_over(desktop, director, plan)
            await desktop.exit.wait()
        finally:
            greeter.close()
        return 0


@asynccontextmanager
async def rehearsing(
    app: QApplication, paths: Paths, plan: Plan, show: PlanShow, window: MainWindow | None = None
) -> AsyncGenerator[tuple[Desktop, Director], None]:
    """The window of a rehearsal over its own shop and audience, which come when the show starts; all end with it."""
    lock = InstanceLock(paths.lock)
    director = Director(plan.folder, plan.rehearsal, outside_shop(plan))
    desktop: Desktop | None = None
    try:
        if window is not None:
            window.wait_with(window.tr("Starting the demo shop and its audience…"))
        wiring = await director.start(time.time_ns() // 1_000_000)
        room = EngineRoom(
            paths.database,
            Connections(
                ShopSettings(id="demo", name="Nordhus", base_url=wiring.shop_url),
                (ChannelSettings(id="live", name="live", base_url=wiring.channel_url),),
                RehearsalSecrets({"shop:demo": wiring.shop_token, "channel:live": wiring.channel_token}),
            ),
        )
        sentences = await asyncio.to_thread(room.start)
        desktop = Desktop(app, room, paths, rehearsal=True, window=window)
        AnnouncementsDoor(desktop)
        for sentence in sentences:
            desktop.window.post(Notice("warning", sentence))
        show_id = plan.rehearsal.show_id
        opened = await desktop.studio.open(show_id, whole_feeds=True, language=show.lineup.language)
        if not opened.state.seq:
            await desktop.studio.do(show)
        await desktop.open_show(show_id, whole_feeds=True)
        _tell_audience(desktop, director)
        desktop.window.show()
        yield desktop, director
    finally:
        if desktop is not None:
            await desktop.close()
        await director.close()
        lock.release()


def _tell_audience(desktop: Desktop, director: Director) -> None:
    """The audience comes when the show starts, however it was started."""
    live = desktop.live
    if live is None:
        raise RuntimeError("no show is open")
    told: list[int] = []

    def look() -> None:
        at = live.state.started_at_ms
        if live.state.phase is ShowPhase.ON_AIR and at is not None and not told:
            told.append(at)
            desktop.tasks.spawn(director.show_started(at), "tell the audience")

    live.show_changed.connect(look)
    look()


def _compare_when_over(desktop: Desktop, director: Director, plan: Plan) -> None:
    """When a person has ended the show, hold its figures against the books and say what came of it."""
    live = desktop.live
    if live is None:
        raise RuntimeError("no show is open")
    begun: list[bool] = []

    async def compare() -> None:
        await asyncio.to_thread(plan.out.mkdir, parents=True, exist_ok=True)
        summary = await _settle(desktop, director, plan)
        wrong = await _leave(desktop, plan, summary)
        verdict = NOT_COMPARED if summary.shop_truth is None else " ".join(wrong)
        equal = "The figures equal the books of the shop and the channel."
        level = "warning" if verdict else "ok"
        desktop.window.post(Notice(level, f"{verdict or equal} Report and summary: {plan.out}", "compared"))

    def look() -> None:
        if live.state.phase is ShowPhase.ENDED and not begun:
            begun.append(True)
            desktop.tasks.spawn(compare(), "compare the figures")

    live.show_changed.connect(look)
    look()


async def _play(desktop: Desktop, director: Director, plan: Plan) -> int:
    """The scripted host plays the show; then both sides' books are compared and everything is left in `out`."""
    live, host, prompter, review = desktop.live, desktop.host, desktop.prompter, desktop.review
    if live is None or host is None or prompter is None or review is None:
        raise RuntimeError("no show is open")
    _announce(desktop, plan)
    stage = Stage(desktop.window, live, host, prompter, review, desktop.studio.clock.best_ms)
    player = ScriptedHost(stage, plan.out, await _speed(desktop))
    try:
        await player.play()
        summary = await _settle(desktop, director, plan)
        await player.look_back()
    except (InVain, OutOfReach) as error:
        _log.exception("the scripted host gave up")
        await asyncio.to_thread(desktop.window.grab().toImage().save, str(plan.out / "gave-up.png"))
        say(f"The scripted host gave up: {error}. See gave-up.png in {plan.out}.", bad=True)
        return 1
    wrong = await _leave(desktop, plan, summary)
    for sentence in (*player.missed, *wrong):
        say(sentence, bad=True)
    if summary.shop_truth is None:
        say(f"The show was played. {NOT_COMPARED} See {plan.out}.")
        return 0
    verdict = "equal to the truth" if not wrong else "NOT equal to the truth"
    say(f"The show was played; its figures are {verdict}. See {plan.out}.")
    return 1 if wrong else 0


async def _speed(desktop: Desktop) -> float:
    """How fast the shop's time runs, once it was measured."""
    await asyncio.wrap_future(desktop.room.run(desktop.room.show.engine.clock_measured()))
    return desktop.studio.clock.rate


def _announce(desktop: Desktop, plan: Plan) -> None:
    """Tell on the console what is played and how far it is: nobody sees the window."""
    live, wanted = desktop.live, plan.rehearsal
    if live is None:
        return
    faults = f", with {', '.join(wanted.faults)}" if wanted.faults else ""
    speed = f" at {wanted.speed:g} times real time" if wanted.speed else ""
    verb = "Going on with" if plan.resumed else "Rehearsing"
    say(f"{verb} “{live.state.title}”: {wanted.minutes:g} minutes{speed}, seed {wanted.seed}{faults}.")
    shown: list[str] = []

    def look() -> None:
        item = live.state.on_air
        if item is not None and shown[-1:] != [item.id]:
            shown.append(item.id)
            say(f"  {live.state.index(item.id) + 1:2} of {len(live.state.items)}  {item.title}")

    live.show_changed.connect(look)
    look()


async def _settle(desktop: Desktop, director: Director, plan: Plan) -> Summary:
    """Orders stop, the outbox drains, and both sides are read at one sequence of the feeds."""
    room, show_id = desktop.room, plan.rehearsal.show_id
    live = desktop.live
    if live is None or live.state.started_at_ms is None or live.state.ended_at_ms is None:
        raise RuntimeError("the show was not played to its end")
    await director.stop_sales()
    engine = room.show.engine
    await asyncio.wrap_future(room.run(engine.drained(DRAIN_S)))
    truth = await director.truth(show_id, live.state.started_at_ms, live.state.ended_at_ms)
    caught_up = await asyncio.wrap_future(
        room.run(engine.caught_up(truth.shop_seq, {"live": truth.channel_seq}, DRAIN_S))
    )
    if not caught_up:
        _log.error("the feeds did not catch up", shop_seq=truth.shop_seq, channel_seq=truth.channel_seq)
    review = await desktop.studio.review(show_id)
    pending = len((await desktop.studio.open(show_id)).outbox)
    books = None if truth.shop is None else truth_of(truth.shop, truth.channel)
    return summarise(review.state, review.figures, pending, plan.rehearsal.seed, books)


async def _leave(desktop: Desktop, plan: Plan, summary: Summary) -> list[str]:
    """Leave report and summary in `out`, and note that the rehearsal is over; sentences where the figures part."""
    await desktop.studio.export_report(plan.rehearsal.show_id, plan.out / "report.html")
    await asyncio.to_thread(_write, plan.out / "summary.json", summary)
    finished = msgspec.structs.replace(plan.rehearsal, finished=True)
    await asyncio.to_thread(keep, plan.folder, finished)
    return [] if summary.shop_truth is None else differences(summary)


def _write(file: Path, summary: Summary) -> None:
    file.write_bytes(msgspec.json.format(msgspec.json.encode(summary)) + b"\n")


__all__ = ["Plan", "rehearse_command", "rehearsing", "sample_lineup", "say_already_open", "show_of"]
