"""Runs the driver, kills it, and runs it again until its show is done. Shop and channel are processes apart and live on."""

import contextlib
import multiprocessing
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.fakes.audience_process import AudienceProcess, start_audience
from tests.fakes.shop_process import ShopProcess, start_shop
from tests.journeys.killing.driver import Life, in_a_process

INCUBATOR = multiprocessing.get_context(
    "forkserver" if "forkserver" in multiprocessing.get_all_start_methods() else "spawn"
)
"""Makes processes of their own quickly: where the system can, from one that has imported the studio already."""
INCUBATOR.set_forkserver_preload(["tests.journeys.killing.driver"])
GIVES_UP_S = 120.0
"""A driver that lives so long hangs; one that plays a whole show needs two seconds."""
LOST = 255
"""The code of a process that was killed, where the one that made it did not hear how (`multiprocessing.popen_forkserver`); a
driver that fails ends with 1.
"""
QUESTIONS = ("Does it come in green?", "How long does delivery take?", "Can I wash it at 60 degrees?")


@dataclass
class World:
    """The shop and the channel, which nobody kills."""

    shop: ShopProcess
    channel: AudienceProcess
    asked: tuple[str, ...]

    def trouble(self, name: str, intensity: float) -> None:
        """From now on the shop plays this fault, until `peace`."""
        window = {"from_ms": 0, "until_ms": 4_000_000_000_000}
        self.shop.admin("faults", {"name": name, "intensity": intensity, **window})

    def peace(self) -> None:
        """All faults end."""
        self.shop.admin("faults", method="DELETE")


@contextmanager
def world(folder: Path, seed: int = 1, speed: float = 1.0, viewers: int = 0) -> Iterator[World]:
    """A shop with its catalogue, and a channel with three questions in its chat. Without viewers nobody else writes or buys."""
    with start_shop(folder / "shop", seed=seed, speed=speed, start_ms=None) as shop:
        channel = start_audience(shop, folder, seed=seed, viewers=viewers, arguments=("--wait",))
        try:
            channel.admin("messages", {"items": [{"text": text, "asks": True} for text in QUESTIONS]})
            asked = [f["message"]["id"] for f in channel.frames() if f["kind"] == "message"]
            yield World(shop, channel, tuple(asked))
        finally:
            channel.stop()


@dataclass
class Run:
    """One life of the driver: what it said, and how it ended."""

    said: list[tuple[str, str]] = field(default_factory=list)
    code: int = 0

    def values(self, word: str) -> list[str]:
        """What came behind this word."""
        return [value for said, value in self.said if said == word]

    @property
    def killed(self) -> bool:
        """Whether it was ended from outside."""
        return self.code < 0 or self.code == LOST

    @property
    def done(self) -> bool:
        """Whether its show is."""
        return self.code == 0 and bool(self.values("done"))


class KilledShow:
    """One show, played by as many drivers as it takes."""

    def __init__(self, world: World, folder: Path, tag: str) -> None:
        self.world = world
        self.tag = tag
        self.show_id = f"show-{tag.lower()}"
        self.data = folder / tag
        self.database = self.data / "studio.db"
        self.report = folder / "reached.txt"
        self.runs: list[Run] = []
        self.died_at: Counter[str] = Counter()

    @property
    def acknowledged(self) -> list[str]:
        """The commands that the drivers said to be on disk, in order."""
        return [value.split()[1] for run in self.runs for value in run.values("ack")]

    @property
    def kills(self) -> int:
        """How often it was killed."""
        return sum(run.killed for run in self.runs)

    @property
    def done(self) -> bool:
        """Whether the last driver came to the end."""
        return bool(self.runs) and self.runs[-1].done

    def run(self, kill_at: str = "", after_s: float | None = None) -> Run:
        """Let a driver play until it ends, dies at the kill point (`NAME` or `NAME:N`), or has been up for `after_s`
        seconds since it opened its show.
        """
        self.data.mkdir(parents=True, exist_ok=True)
        heard, told = INCUBATOR.Pipe(duplex=False)
        process = INCUBATOR.Process(target=in_a_process, args=(self._life(kill_at), told), daemon=True)
        process.start()
        told.close()
        run = Run()
        timers = [threading.Timer(GIVES_UP_S, process.kill)]
        timers[0].start()
        with contextlib.suppress(EOFError), heard:
            while True:
                word, _, value = heard.recv().partition(" ")
                run.said.append((word, value))
                if word == "opened" and after_s is not None:
                    timers.append(threading.Timer(after_s, process.kill))
                    timers[-1].start()
        process.join()
        for timer in timers:
            timer.cancel()
            timer.join()
        run.code = process.exitcode or 0
        process.close()
        self.runs.append(run)
        assert run.killed or run.done, self._trouble(f"ended with {run.code}")
        assert not run.killed or kill_at or after_s is not None, self._trouble("hung")
        if kill_at and run.killed:
            self.died_at[kill_at.partition(":")[0]] += 1
        return run

    def _trouble(self, what: str) -> str:
        printed = (self.data / "printed.txt").read_text(errors="replace")
        return f"{self.tag} {what}: {self.runs[-1].said[-3:]}\n{printed[-4000:]}"

    def finish(self) -> None:
        """Play it to its end, undisturbed."""
        if not self.done:
            self.run()
        assert self.done

    def _life(self, kill_at: str) -> Life:
        world = self.world
        return Life(
            data=str(self.data), show=self.show_id, tag=self.tag, shop=world.shop.url, shop_token=world.shop.token,
            channel=world.channel.url, channel_token=world.channel.token, asked=world.asked, kill_at=kill_at,
            report=str(self.report),
        )  # fmt: skip


def reached(report: Path) -> Counter[str]:
    """How many lives of a driver came to each kill point."""
    with contextlib.suppress(FileNotFoundError):
        return Counter(report.read_text("ascii").split())
    return Counter()


def pages(shop: ShopProcess, path: str, show_id: str) -> list[dict[str, Any]]:
    """All entries of one of the shop's lists, for one show."""
    found: list[dict[str, Any]] = []
    cursor: str | None = None
    while True:
        asked = {"show_id": show_id, "limit": 500} | ({"cursor": cursor} if cursor else {})
        page = shop.get(path, **asked)
        found += page["items"]
        cursor = page["next_cursor"]
        if cursor is None:
            return found
