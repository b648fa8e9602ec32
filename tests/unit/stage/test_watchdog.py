"""The watchdog: when it clears the stage, what it holds, and when it ends."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from studio.stage.obs_setup import set_up
from studio.stage.obs_socket import open_obs
from studio.stage.watchdog import END, NOT_SURE, SURE, Config, Guard, Said
from studio.stage.watchdog_client import Watchdog
from tests.fakes.fake_obs import PASSWORD, FakeObs, Input, Item
from tests.fakes.first_line import first_line

ROOT = Path(__file__).resolve().parents[3]
PARTS = ("title", "price", "code", "card background")


class Time:
    """A clock that a test sets, in seconds."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        """The time."""
        return self.now


class Words:
    """What the watchdog said, waited for."""

    def __init__(self) -> None:
        self.said: list[Said] = []
        self._told = asyncio.Event()

    def __call__(self, word: Said) -> None:
        """Note it."""
        self.said.append(word)
        self._told.set()

    async def until(self, fits: Callable[[list[Said]], bool]) -> None:
        """Wait until it has said what fits."""
        async with asyncio.timeout(20):
            while not fits(self.said):
                self._told.clear()
                await self._told.wait()


def put_on(obs: FakeObs) -> None:
    for part in PARTS:
        if "background" not in part:
            obs.inputs[f"Host Studio {part}"].settings["text"] = part
    for item in obs.items["Scene"]:
        item.enabled = True


def on(obs: FakeObs) -> set[str]:
    return {part for part in PARTS if obs.text(part)}


@pytest.fixture
async def obs() -> AsyncIterator[FakeObs]:
    """An OBS in which something is on, of ours and of a person's own."""
    async with FakeObs() as obs:
        async with open_obs(obs.address, lambda: PASSWORD) as socket:
            await set_up(socket, "", "")
        put_on(obs)
        obs.inputs["Camera"] = Input("color_source_v3", {})
        obs.items["Scene"].append(Item(99, "Camera", enabled=True))
        yield obs
        assert [item.enabled for item in obs.items["Scene"] if item.source == "Camera"] == [True]


class Guarded:
    """A guard that runs in this very loop."""

    def __init__(self, obs: FakeObs, password: str = PASSWORD) -> None:
        self.time, self.words = Time(), Words()
        self.guard = Guard(Config(obs.address, password, 5000), self.words, self.time)
        self.task = asyncio.create_task(self.guard.run())

    def hear(self, line: bytes | None, later_s: float = 0.0) -> None:
        """A line, so many seconds later."""
        self.time.now += later_s
        self.guard.hear(line)

    async def close(self) -> None:
        """End it."""
        self.task.cancel()
        await asyncio.gather(self.task, return_exceptions=True)


@pytest.fixture
async def guarded(obs: FakeObs) -> AsyncIterator[Guarded]:
    """A guard that has its connection and a lease."""
    guarded = Guarded(obs)
    guarded.hear(SURE)
    await guarded.words.until(lambda said: Said.FREE in said)
    yield guarded
    await guarded.close()


async def test_while_the_lease_is_renewed_nothing_is_touched(guarded: Guarded, obs: FakeObs) -> None:
    for _ in range(30):
        guarded.hear(SURE, 1.0)
        await asyncio.sleep(0)
    assert on(obs) == set(PARTS)
    assert obs.calls("SetSceneItemEnabled") == []
    assert guarded.words.said == [Said.CONNECTED, Said.FREE]


async def test_without_a_lease_everything_leaves_before_the_time_is_over(
    guarded: Guarded, obs: FakeObs
) -> None:
    guarded.hear(b"", 3.9)
    assert on(obs) == set(PARTS)
    guarded.hear(b"", 0.2)
    await guarded.words.until(lambda said: said[-1] is Said.HOLDS_ALL)
    assert on(obs) == set()
    assert not any(one.settings.get("text") for one in obs.inputs.values())
    told = [data["eventData"] for _, data in obs.calls("BroadcastCustomEvent")]
    assert len(told[-1]["parts"]) == 12
    assert not guarded.task.done(), "the studio may go on"
    guarded.hear(SURE)
    await guarded.words.until(lambda said: said[-1] is Said.FREE)
    assert obs.calls("BroadcastCustomEvent")[-1][1]["eventData"]["parts"] == []


async def test_a_shop_that_is_not_heard_takes_price_and_code_off_at_once(
    guarded: Guarded, obs: FakeObs
) -> None:
    guarded.hear(NOT_SURE)
    await guarded.words.until(lambda said: said[-1] is Said.HOLDS_UNSURE)
    assert on(obs) == {"title", "card background"}


async def test_what_comes_back_while_it_is_held_is_taken_off_again(guarded: Guarded, obs: FakeObs) -> None:
    guarded.hear(NOT_SURE)
    await guarded.words.until(lambda said: said[-1] is Said.HOLDS_UNSURE)
    put_on(obs)
    await obs.until(lambda: "price" not in on(obs) and "code" not in on(obs))
    assert "title" in on(obs)


@pytest.mark.parametrize("last", [None, END])
async def test_a_studio_that_is_gone_leaves_a_clear_stage_and_no_watchdog(
    guarded: Guarded, obs: FakeObs, last: bytes | None
) -> None:
    guarded.hear(last)
    await asyncio.wait_for(guarded.task, 20)
    assert on(obs) == set()


async def test_an_obs_that_is_away_when_the_studio_dies_is_cleared_when_it_is_back(
    guarded: Guarded, obs: FakeObs
) -> None:
    await obs.die()
    await guarded.words.until(lambda said: said[-1] is Said.AWAY)
    guarded.hear(None)
    await obs.rise()
    await asyncio.wait_for(guarded.task, 20)
    assert on(obs) == set()


async def test_an_obs_that_stays_away_is_given_up(guarded: Guarded, obs: FakeObs) -> None:
    await obs.die()
    guarded.hear(None)
    await guarded.words.until(lambda said: said[-1] is Said.AWAY)
    assert not guarded.task.done()
    guarded.time.now += 181
    await asyncio.wait_for(guarded.task, 20)


async def test_a_wrong_password_is_asked_for_and_a_new_one_taken(obs: FakeObs) -> None:
    guarded = Guarded(obs, "wrong")
    await guarded.words.until(lambda said: Said.KEY in said)
    guarded.hear(json.dumps({"address": obs.address, "password": PASSWORD}).encode())
    await guarded.words.until(lambda said: Said.FREE in said)
    await guarded.close()


def test_the_password_is_not_shown() -> None:
    assert "secret" not in repr(Config("ws://127.0.0.1:4455", "secret"))


# --- the process ------------------------------------------------------------------------------------------------


def a_process(obs: FakeObs, *lines: bytes) -> "subprocess.Popen[bytes]":
    process = subprocess.Popen(
        [sys.executable, "-m", "studio.stage.watchdog"],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert process.stdin is not None
    config = {"address": obs.address, "password": PASSWORD, "unsure_ms": 5000}
    process.stdin.write(b"\n".join([json.dumps(config).encode(), *lines, b""]))
    process.stdin.flush()
    return process


async def test_a_process_whose_input_ends_clears_the_stage_and_ends(obs: FakeObs, tmp_path: Path) -> None:
    process = a_process(obs, SURE)
    told = first_line(process, tmp_path / "log", "free")
    await asyncio.wait_for(asyncio.wrap_future(told), 20)
    assert on(obs) == set(PARTS)
    assert process.stdin is not None
    process.stdin.close()
    assert await asyncio.to_thread(process.wait, 20) == 0
    assert on(obs) == set()


@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
async def test_a_process_that_is_asked_to_end_clears_the_stage_first(obs: FakeObs, tmp_path: Path) -> None:
    process = a_process(obs, SURE)
    told = first_line(process, tmp_path / "log", "free")
    await asyncio.wait_for(asyncio.wrap_future(told), 20)
    process.terminate()
    assert await asyncio.to_thread(process.wait, 20) == 0
    assert process.stdin is not None
    process.stdin.close()
    assert on(obs) == set()


def test_a_process_without_a_word_ends() -> None:
    command = [sys.executable, "-m", "studio.stage.watchdog"]
    assert subprocess.run(command, cwd=ROOT, stdin=subprocess.DEVNULL, timeout=20).returncode == 0


# --- the studio's side ------------------------------------------------------------------------------------------


async def test_the_studio_keeps_one_that_guards_and_ends_it_with_itself(obs: FakeObs) -> None:
    sure, words = [True], Words()
    watchdog = Watchdog(obs.address, lambda: PASSWORD, lambda: sure[0], unsure_ms=1000, said=words)
    task = asyncio.create_task(watchdog.run())
    await words.until(lambda said: said == [Said.CONNECTED, Said.FREE])
    sure[0] = False
    await words.until(lambda said: said[-1] is Said.HOLDS_UNSURE)
    assert on(obs) == {"title", "card background"}
    sure[0] = True
    await words.until(lambda said: said[-1] is Said.FREE)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert watchdog.pid is None
    assert on(obs) == set()
    assert PASSWORD not in repr(vars(watchdog))


async def test_the_studio_gives_it_the_password_again_when_obs_wants_another(obs: FakeObs) -> None:
    given, words = iter(["wrong"]), Words()
    watchdog = Watchdog(obs.address, lambda: next(given, PASSWORD), lambda: True, said=words)
    task = asyncio.create_task(watchdog.run())
    await words.until(lambda said: said == [Said.KEY, Said.CONNECTED, Said.FREE])
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_a_password_that_stays_wrong_is_not_tried_without_end(obs: FakeObs) -> None:
    guarded = Guarded(obs, "wrong")
    await guarded.words.until(lambda said: Said.KEY in said)
    again = json.dumps({"address": obs.address, "password": "wrong"}).encode()
    for line in (again, SURE, NOT_SURE, again):
        guarded.hear(line)
        for _ in range(20):
            await asyncio.sleep(0)
    assert guarded.words.said == [Said.KEY]
    await guarded.close()


async def test_one_that_ends_by_itself_is_started_again(tmp_path: Path) -> None:
    marks = tmp_path / "marks"
    code = f"import sys; open({str(marks)!r}, 'a').write('x'); sys.stdout.write('connected\\n')"
    words = Words()
    watchdog = Watchdog(
        "ws://127.0.0.1:1", lambda: None, lambda: True, command=(sys.executable, "-c", code), said=words
    )
    task = asyncio.create_task(watchdog.run())
    await words.until(lambda said: len(said) == 2)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert marks.read_text() == "xx"


async def test_one_that_hangs_is_killed_when_the_studio_ends() -> None:
    words = Words()
    hangs = "import sys; sys.stdout.write('connected\\n'); sys.stdout.flush(); import threading; threading.Event().wait()"
    watchdog = Watchdog(
        "ws://127.0.0.1:1", lambda: None, lambda: True, command=(sys.executable, "-c", hangs), said=words
    )
    task = asyncio.create_task(watchdog.run())
    await words.until(lambda said: said == [Said.CONNECTED])
    task.cancel()
    await asyncio.wait_for(asyncio.gather(task, return_exceptions=True), 20)
    assert watchdog.pid is None
