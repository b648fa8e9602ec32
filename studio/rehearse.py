"""`host-studio rehearse` and `host-studio`: from the command line to a window with a show in it."""

import argparse
import asyncio
import os
import sys
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec
import structlog
from PySide6.QtWidgets import QApplication

from studio.app import RESOURCES, Desktop, open_log, run_desktop
from studio.domain.commands import PlanShow
from studio.domain.lineup import LineUp
from studio.domain.lineup_file import read_json
from studio.domain.show import ShowPhase
from studio.engine_room import Connections, EngineRoom, new_show_id
from studio.instance import InstanceLock
from studio.rehearsal.director import Director, Rehearsal, fault_names
from studio.settings.paths import Paths
from studio.settings.schema import ChannelSettings, ShopSettings
from studio.summary import Summary, differences, summarise, truth_of
from studio.ui.scripted_host import ScriptedHost
from studio.ui.studio import Notice

SAMPLE = RESOURCES / "lineup" / "autumn-home-live.json"
HEADLESS_SPEED = 20.0
DRAIN_S = 60.0
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


class Plan(msgspec.Struct, frozen=True):
    """What the command line asked for, with its defaults filled in."""

    rehearsal: Rehearsal
    folder: Path
    headless: bool
    out: Path
    shop: str
    resumed: bool


def rehearse_command(paths: Paths, given: argparse.Namespace) -> int:
    """Play a rehearsal; the exit code is 0 only when the figures equal the truth. Raises `ValueError` with a sentence."""
    plan = _plan(paths, given)
    if plan.headless:
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
    sealed = Paths(plan.folder / "studio")
    sealed.prepare()
    log, _ = open_log(sealed)
    try:
        return run_desktop(lambda app: _rehearse(app, sealed, plan))
    finally:
        log.close()


def _plan(paths: Paths, given: argparse.Namespace) -> Plan:
    display = sys.platform in ("win32", "darwin") or any(
        os.environ.get(n) for n in ("DISPLAY", "WAYLAND_DISPLAY")
    )
    headless = bool(given.headless) or not display
    kept = sorted(paths.rehearsals.glob("*/rehearsal.json"))
    if given.resume:
        if not kept:
            raise ValueError("There is no rehearsal to resume. Start one without --resume.")
        folder = kept[-1].parent
        rehearsal = msgspec.json.decode((folder / "rehearsal.json").read_bytes(), type=Rehearsal)
        return Plan(rehearsal, folder, headless, given.out, given.shop or "", True)
    speed = given.speed or (HEADLESS_SPEED if headless else 1.0)
    if not 0.1 <= speed <= 120:
        raise ValueError("--speed is 0.1 to 120 times real time.")
    rehearsal = Rehearsal(
        seed=given.seed if given.seed is not None else int(time.time()) % 100_000,
        minutes=given.minutes or 20.0,
        speed=speed,
        viewers=given.viewers or (2_000 if headless else 1_500),
        show_id=new_show_id(),
        faults=fault_names(given.fault),
    )
    folder = paths.rehearsals / time.strftime("%Y%m%d-%H%M%S")
    folder.mkdir(mode=0o700, parents=True)
    (folder / "rehearsal.json").write_bytes(msgspec.json.encode(rehearsal))
    return Plan(rehearsal, folder, headless, given.out, given.shop or "", False)


def sample_lineup(minutes: float) -> LineUp:
    """The built-in line-up, its items' planned times scaled to a show of so many minutes."""
    lineup = read_json(SAMPLE.read_bytes(), new_show_id).lineup
    scale = minutes * 60_000 / lineup.length_ms
    items = tuple(
        msgspec.structs.replace(i, planned_ms=max(1, round(i.planned_ms * scale))) for i in lineup.items
    )
    return msgspec.structs.replace(lineup, items=items, planned_ms=round(minutes * 60_000))


async def _rehearse(app: QApplication, paths: Paths, plan: Plan) -> int:
    async with rehearsing(app, paths, plan, sample_lineup(plan.rehearsal.minutes)) as (desktop, director):
        if plan.headless:
            return await _play(desktop, director, plan)
        await desktop.exit.wait()
        return 0


@asynccontextmanager
async def rehearsing(
    app: QApplication, paths: Paths, plan: Plan, lineup: LineUp
) -> AsyncGenerator[tuple[Desktop, Director], None]:
    """The window of a rehearsal over its own shop and audience, which come when the show starts; all end with it."""
    lock = InstanceLock(paths.lock)
    director = Director(plan.folder, plan.rehearsal)
    desktop: Desktop | None = None
    try:
        shop_url = plan.shop or await director.start_shop(time.time_ns() // 1_000_000)
        channel_url = await director.start_audience(shop_url, resumed=plan.resumed)
        tokens = director.tokens
        secrets = RehearsalSecrets(
            {
                "shop:demo": os.environ.get("HOST_STUDIO_SHOP_TOKEN", tokens.shop)
                if plan.shop
                else tokens.shop,
                "channel:live": tokens.channel,
            }
        )
        room = EngineRoom(
            paths.database,
            Connections(
                ShopSettings(id="demo", name="Nordhus", base_url=shop_url),
                (ChannelSettings(id="live", name="live", base_url=channel_url),),
                secrets,
            ),
        )
        sentences = await asyncio.to_thread(room.start)
        desktop = Desktop(app, room, paths, rehearsal=True)
        for sentence in sentences:
            desktop.window.post(Notice("warning", sentence))
        show_id = plan.rehearsal.show_id
        opened = await desktop.studio.open(show_id, whole_feeds=True)
        if not opened.state.seq:
            await desktop.studio.do(
                PlanShow(lineup, "demo", ("live",), rehearsal=True, time_zone="Europe/Oslo")
            )
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


async def _play(desktop: Desktop, director: Director, plan: Plan) -> int:
    """The scripted host plays the show; then both sides' books are compared and everything is left in `out`."""
    out = plan.out
    await asyncio.to_thread(out.mkdir, parents=True, exist_ok=True)
    if desktop.live is None or desktop.host is None or desktop.prompter is None or desktop.review is None:
        raise RuntimeError("no show is open")
    best_ms = desktop.studio.clock.best_ms
    host = ScriptedHost(desktop.window, desktop.live, desktop.host, desktop.prompter, out, best_ms)
    await host.play()
    summary = await _settle(desktop, director, plan)
    await desktop.studio.export_report(plan.rehearsal.show_id, out / "report.html")
    await host.review(desktop.review)
    await asyncio.to_thread(
        (out / "summary.json").write_bytes, msgspec.json.format(msgspec.json.encode(summary))
    )
    wrong = differences(summary)
    for sentence in wrong:
        print(sentence, file=sys.stderr)  # noqa: T201
    verdict = "equal to the truth" if not wrong else "NOT equal to the truth"
    print(f"The show was played; its figures are {verdict}. See {out}/.")  # noqa: T201
    return 1 if wrong else 0


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
    books = truth_of(truth.shop, truth.channel)
    return summarise(review.state, review.figures, pending, plan.rehearsal.seed, books)


def open_command(paths: Paths) -> int:
    """`host-studio`: open the studio on the shop of the settings; without one, say how to begin."""
    from studio.open_studio import open_studio

    log, redactor = open_log(paths)
    try:
        return run_desktop(lambda app: open_studio(app, paths, redactor))
    finally:
        log.close()
