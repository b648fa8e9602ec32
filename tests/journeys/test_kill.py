"""Nothing is lost: the studio is killed at every step of the outbox and at any moment, and goes on from its log."""

import random
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from studio.domain.events import ShowStarted
from studio.store.history import SqlHistory
from studio.store.kill_points import KILL_POINTS as STORE
from studio.summary import differences as apart
from studio.sync.http import REQUEST_SENT
from studio.sync.sender import KILL_POINTS as SENDER
from tests.journeys.killing.harness import KilledShow, World, reached, world
from tests.journeys.killing.verdict import differences, strangers
from tests.journeys.rooms import opened_room, stop_sales, truth

POINTS = tuple(dict.fromkeys((*STORE, *SENDER, REQUEST_SENT)))
ONCE_A_SHOW = ("migration.before-commit", "backup.before-rename")
"""Reached once: when a new data folder is opened, and when a show starts. They come first, in this order."""
NEEDS_TROUBLE = ("outbox.before-postponed", "outbox.postponed")
"""Reached only when an attempt fails: the shop loses replies meanwhile."""
NEVER: dict[str, str] = {}
"""Listed points that no show comes to, each with the reason."""
PASSES = (1, 2, 3)
"""Every point is died at the first, the second and the third time that a life comes to it, in a show each."""
RANDOM_KILLS = 50
BUSY_LIVES = 12
LANES = 2
SEED = 20_261
pytestmark = [pytest.mark.kill, pytest.mark.timeout(600)]


Report = Callable[[str, object], None]


def test_a_studio_that_dies_at_any_step_of_the_outbox_carries_every_decision_out_once(
    tmp_path: Path, record_testsuite_property: Report
) -> None:
    with ThreadPoolExecutor(LANES) as lanes:
        played = list(lanes.map(killed_at_every_point, [tmp_path / str(nth) for nth in PASSES], PASSES))
    died, came = Counter[str](), Counter[str]()
    for show, _ in played:
        died += show.died_at
        came += reached(show.report)
    for point in POINTS:
        told = f"died there {died[point]} times, reached in {came[point]} lives"
        record_testsuite_property(f"kill point {point}", told)
    assert {show.tag: wrong for show, wrong in played} == {show.tag: [] for show, _ in played}
    assert [p for p in POINTS if not died[p] and p not in NEVER] == []
    assert [p for p in NEVER if came[p]] == [], "the reason no longer holds"


def killed_at_every_point(folder: Path, nth: int) -> tuple[KilledShow, list[str]]:
    """A show that dies at each kill point in turn, the `nth` time that a life comes to it; what is wrong in the end."""
    folder.mkdir()
    with world(folder) as stage:
        show = KilledShow(stage, folder, f"P{nth}")
        for point in in_order():
            if point in NEEDS_TROUBLE:
                stage.trouble("lost-replies", 1.0)
            show.run(kill_at=point if point in ONCE_A_SHOW else f"{point}:{nth}")
            stage.peace()
            if show.done:
                break
        show.finish()
        return show, [*differences(show), *strangers([show])]


def test_a_studio_that_dies_at_fifty_moments_carries_every_decision_out_once(
    tmp_path: Path, record_testsuite_property: Report
) -> None:
    with world(tmp_path) as stage:
        stage.trouble("lost-replies", 0.08)
        with ThreadPoolExecutor(LANES) as lanes:
            played = [lanes.submit(killed_at_random, stage, tmp_path, lane) for lane in range(LANES)]
            shows = [show for lane in played for show in lane.result()]
        wrong = {show.tag: differences(show) for show in shows}
        unknown = strangers(shows)
    kills = sum(show.kills for show in shows)
    record_testsuite_property("kills at random moments", kills)
    record_testsuite_property("lives of shows killed at random", sum(len(show.runs) for show in shows))
    assert wrong == {show.tag: [] for show in shows}
    assert unknown == []
    assert kills >= RANDOM_KILLS


def test_a_studio_that_dies_in_the_middle_of_a_busy_show_has_the_figures_of_both_books_at_its_end(
    tmp_path: Path, record_testsuite_property: Report
) -> None:
    chance = random.Random(SEED)
    with world(tmp_path, seed=SEED, speed=60.0, viewers=1_500) as stage:
        show = KilledShow(stage, tmp_path, "BUSY")
        show.run(kill_at="sender.settled")
        stage.channel.admin("start", {"at_ms": started_at_ms(show)})
        while not show.done and len(show.runs) < BUSY_LIVES:
            show.run(after_s=chance.uniform(0.0, 0.4))
        show.finish()
        with opened_room(show.database, stage.shop, stage.channel) as room:
            room.open(show.show_id)
            stop_sales(stage.shop, stage.channel)
            books = truth(stage.shop, stage.channel, room.state)
            assert room.caught_up(books)
            summary = room.summary(books, SEED)
        # Five minutes of this show pass in five seconds: what is announced may come too late, and is not said then.
        wrong = differences(show, in_time=False)
    record_testsuite_property("kills of a busy show", show.kills)
    record_testsuite_property("orders of a busy show", summary.orders)
    assert apart(summary) == []
    assert wrong == []
    assert show.kills >= 3
    assert summary.orders > 0
    assert summary.questions.asked > 0


def started_at_ms(show: KilledShow) -> int:
    history = SqlHistory(show.database)
    log = history.events(show.show_id)
    history.close()
    return next(entry.at_ms for entry in log if isinstance(entry.event, ShowStarted))


def killed_at_random(stage: World, folder: Path, lane: int) -> list[KilledShow]:
    """Shows one after the other, killed a lane's share of times: by the clock, or at the n-th pass of a kill point."""
    chance = random.Random(SEED + lane)
    shows: list[KilledShow] = []
    while sum(show.kills for show in shows) < RANDOM_KILLS / LANES:
        if not shows or shows[-1].done:
            shows.append(KilledShow(stage, folder, f"{'RS'[lane]}{len(shows):02}"))
        if chance.random() < 0.5:
            shows[-1].run(after_s=chance.uniform(0.0, 1.2))
        else:
            shows[-1].run(kill_at=f"{chance.choice(POINTS)}:{chance.randint(1, 6)}")
    shows[-1].finish()
    return shows


def in_order() -> list[str]:
    """The points as a show comes to them."""
    return [*ONCE_A_SHOW, *(p for p in POINTS if p not in ONCE_A_SHOW)]
