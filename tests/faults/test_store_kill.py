"""The process dies at any moment: what was told to be on disk is there, and nothing half.

Run as a script this is the process that is killed: it plays a show into the store and prints what is on disk.
"""

import asyncio
import os
import random
import signal
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from studio.control.ports.store import FeedBatch
from studio.domain import events as ev
from studio.store.backup import Backups
from studio.store.catalogue import ImageCache
from studio.store.feeds import SqlFeeds
from studio.store.history import SqlHistory
from studio.store.kill_points import KILL_POINTS
from studio.store.outbox import SqlOutbox
from studio.store.projection import projected
from studio.store.recovery import open_or_recover
from studio.store.show_log import SqlShowLog
from tests.fakes.shows import a_message, a_whole_show

ROOT = Path(__file__).resolve().parents[2]
DECISIONS = 60
CHUNK = 7


class Told(msgspec.Struct):
    """What the process said to be on disk before it died."""

    seq: int = 0
    cursor: int = 0
    attempted: list[str] = []
    dead_at: str = ""


class DiesAt:
    """Ends the process at the nth time that a kill point is reached."""

    def __init__(self, name: str, times: int) -> None:
        self._name, self._left = name, times

    def reached(self, name: str) -> None:
        if name == self._name:
            self._left -= 1
            if self._left == 0:
                os.write(1, f"dead {name}\n".encode())
                if hasattr(signal, "SIGKILL"):
                    os.kill(os.getpid(), signal.SIGKILL)
                os._exit(137)


async def play(path: Path, seed: int, kill_points: DiesAt) -> None:
    """Play a show as the engine does: every effect is attempted before it is settled."""
    opened = open_or_recover(path, kill_points=kill_points)
    db = opened.database
    images = ImageCache(path.with_name("images.db"))
    log, outbox, feeds, backups = SqlShowLog(db), SqlOutbox(db), SqlFeeds(db, images), Backups(db)
    show = a_whole_show(seed, DECISIONS)

    async def decide() -> None:
        for number, append in enumerate(show.appended):
            for logged in append.events:
                if isinstance(logged.event, ev.EffectSettled):
                    await outbox.attempted(logged.event.effect_id, 1)
                    say(f"attempted {logged.event.effect_id}")
                    if number % 2 == 0:
                        await outbox.postponed(logged.event.effect_id, 5, "no answer")
            await log.append(show.id, append.expected_seq, append.events, append.effects)
            say(f"seq {append.events[-1].seq}")
            if number % 10 == 9:
                await backups.make("hourly", show.id)

    async def listen() -> None:
        for first in range(0, 100 * CHUNK, CHUNK):
            messages = tuple(a_message(n) for n in range(first, first + CHUNK))
            await feeds.store(show.id, FeedBatch("demo", first + CHUNK, messages=messages))
            say(f"cursor {first + CHUNK}")

    await asyncio.gather(decide(), listen())
    say("done")


def say(line: str) -> None:
    os.write(1, f"{line}\n".encode())


def run_until_dead(path: Path, seed: int, point: str, times: int, after_lines: int = 0) -> Told:
    """Play until the kill point, or until so many lines were said."""
    process = subprocess.Popen(
        [sys.executable, __file__, str(path), str(seed), point, str(times)],
        stdout=subprocess.PIPE,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert process.stdout is not None
    told = Told(attempted=[])
    for number, line in enumerate(process.stdout, 1):
        word, _, value = line.decode().strip().partition(" ")
        if word == "seq":
            told.seq = int(value)
        elif word == "cursor":
            told.cursor = int(value)
        elif word == "attempted":
            told.attempted.append(value)
        elif word == "dead":
            told.dead_at = value
        if number == after_lines:
            process.kill()
    process.stdout.close()
    process.wait()
    return told


async def check(path: Path, seed: int, told: Told) -> None:
    show = a_whole_show(seed, DECISIONS)
    opened = open_or_recover(path)
    db = opened.database
    images, history = ImageCache(path.with_name("images.db")), SqlHistory(path)
    try:
        assert opened.recovery is None, "a killed process damages nothing"
        assert opened.mended == (), "log and outbox are one transaction"
        log = await SqlShowLog(db).read(show.id)
        assert log == show.log[: len(log)]
        assert len(log) >= told.seq
        ends = {0, *(append.events[-1].seq for append in show.appended)}
        assert len(log) in ends, "a decision is there whole or not at all"
        pending = {row.effect.id: row for row in await SqlOutbox(db).pending()}
        assert set(pending) == set(projected(show.id, log))
        assert all(pending[i].attempts == 1 for i in told.attempted if i in pending)
        cursor = await SqlFeeds(db, images).cursor(show.id, "demo")
        assert cursor >= told.cursor
        rows = history.chat_page(show.id, None, 10_000)
        assert [row.message.seq for row in rows] == list(range(cursor)), "the cursor is what is stored"
        if rows:
            assert history.chat_search(show.id, "message", 1) == rows[-1:], "and what is stored is found"
        assert not list((path.parent / "backups").glob("*.part*"))
    finally:
        history.close()
        images.close()
        db.close()


@pytest.mark.kill
@pytest.mark.parametrize("point", KILL_POINTS)
async def test_the_store_is_whole_when_the_process_dies_at_a_kill_point(tmp_path: Path, point: str):
    times = 1 if point.startswith(("migration", "backup")) else random.Random(point).randrange(1, 6)
    told = run_until_dead(tmp_path / "studio.db", 11, point, times)
    assert told.dead_at == point, "the kill point was reached"
    await check(tmp_path / "studio.db", 11, told)


@pytest.mark.kill
@pytest.mark.parametrize("number", range(6))
async def test_the_store_is_whole_when_the_process_is_killed_at_any_moment(tmp_path: Path, number: int):
    lines = random.Random(number).randrange(1, 220)
    told = run_until_dead(tmp_path / "studio.db", number, "none", 0, after_lines=lines)
    await check(tmp_path / "studio.db", number, told)


@pytest.mark.kill
async def test_it_goes_on_where_it_was_killed_again_and_again(tmp_path: Path):
    path = tmp_path / "studio.db"
    told = run_until_dead(path, 3, "log.after-commit", 9)
    await check(path, 3, told)
    opened = open_or_recover(path)
    show = a_whole_show(3, DECISIONS)
    log = SqlShowLog(opened.database)
    at = len(await log.read(show.id))
    outbox = SqlOutbox(opened.database)
    for append in show.appended:
        if append.expected_seq >= at:
            await log.append(show.id, append.expected_seq, append.events, append.effects)
    assert await log.read(show.id) == show.log
    assert {row.effect.id for row in await outbox.pending()} == set(projected(show.id, show.log))
    opened.database.close()


if __name__ == "__main__":
    asyncio.run(play(Path(sys.argv[1]), int(sys.argv[2]), DiesAt(sys.argv[3], int(sys.argv[4]))))
