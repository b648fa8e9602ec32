"""Nothing is lost: the studio is killed at every step of the outbox and at any moment, and goes on from its log."""

import random
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from studio.store.kill_points import KILL_POINTS as STORE
from studio.sync.http import REQUEST_SENT
from studio.sync.sender import KILL_POINTS as SENDER
from tests.journeys.killing.harness import KilledShow, World, reached, world
from tests.journeys.killing.verdict import differences, strangers

POINTS = tuple(dict.fromkeys((*STORE, *SENDER, REQUEST_SENT)))
ONCE_A_SHOW = ("migration.before-commit", "backup.before-rename")
"""Reached once: when a new data folder is opened, and when a show starts. They come first, in this order."""
NEEDS_TROUBLE = ("outbox.before-postponed", "outbox.postponed")
"""Reached only when an attempt fails: the shop loses replies meanwhile."""
NEVER: dict[str, str] = {}
"""Listed points that no show comes to, each with the reason."""
RANDOM_KILLS = 50
LANES = 2
SEED = 20_261
pytestmark = [pytest.mark.kill, pytest.mark.timeout(600)]


def test_a_studio_that_dies_at_any_step_of_the_outbox_carries_every_decision_out_once(tmp_path: Path) -> None:
    died: Counter[str] = Counter()
    with world(tmp_path) as stage:
        shows = [KilledShow(stage, tmp_path, f"P{nth}") for nth in (1, 2, 3)]
        for nth, show in enumerate(shows, 1):
            for point in in_order():
                at = point if point in ONCE_A_SHOW else f"{point}:{nth}"
                if point in NEEDS_TROUBLE:
                    stage.trouble("lost-replies", 1.0)
                show.run(kill_at=at)
                stage.peace()
                if show.done:
                    break
            show.finish()
            died += show.died_at
        wrong = {show.tag: differences(show) for show in shows}
        unknown = strangers(shows)
    came = reached(shows[0].report)
    print("\n".join(f"{p}: died there {died[p]} times, reached in {came[p]} lives" for p in POINTS))
    assert wrong == {show.tag: [] for show in shows}
    assert unknown == []
    assert [p for p in POINTS if not died[p] and p not in NEVER] == []
    assert [p for p in NEVER if came[p]] == [], "the reason no longer holds"


def test_a_studio_that_dies_at_fifty_moments_carries_every_decision_out_once(tmp_path: Path) -> None:
    with world(tmp_path) as stage:
        stage.trouble("lost-replies", 0.08)
        with ThreadPoolExecutor(LANES) as lanes:
            played = [lanes.submit(killed_at_random, stage, tmp_path, lane) for lane in range(LANES)]
            shows = [show for lane in played for show in lane.result()]
        wrong = {show.tag: differences(show) for show in shows}
        unknown = strangers(shows)
    kills = sum(show.kills for show in shows)
    print(f"{kills} kills in {len(shows)} shows, {sum(len(show.runs) for show in shows)} lives")
    assert wrong == {show.tag: [] for show in shows}
    assert unknown == []
    assert kills >= RANDOM_KILLS


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
