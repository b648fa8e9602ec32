"""Runs the studio's driver, tells it when to do its next step, and starts it again when it was killed."""

import contextlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec

from tests.journeys.killing.harness import INCUBATOR
from tests.real.shows.driver import Books, Life, Told, in_a_process

GIVES_UP_S = 300.0
"""A studio that says nothing for so long hangs."""


class Host:
    """One show, played by as many lives of the studio as it takes."""

    def __init__(self, life: Life) -> None:
        self._life = life
        self._data = Path(life.data)
        self._data.mkdir(parents=True, exist_ok=True)
        self._line: Any = None
        self._process: Any = None
        self.said: list[str] = []
        self.links: dict[str, str] = {}
        self.lives = 0
        self.killed = 0

    def begin(self, kill_at: str = "") -> str:
        """Start a studio; the step that it is ready for."""
        self._line, theirs = INCUBATOR.Pipe(duplex=True)
        life = msgspec.structs.replace(self._life, kill_at=kill_at)
        self._process = INCUBATOR.Process(target=in_a_process, args=(life, theirs), daemon=True)
        self._process.start()
        theirs.close()
        self.lives += 1
        return self.hear("ready ").removeprefix("ready ")

    def hear(self, *words: str) -> str:
        """Listen until it says something that begins with one of these words, and return that; empty when it was killed."""
        while True:
            if not self._line.poll(GIVES_UP_S):
                raise AssertionError(f"the studio hangs: {self._trouble()}")
            try:
                said = self._line.recv()
            except EOFError:
                break
            self.said.append(said)
            if said.startswith("link "):
                _, product, mark = said.split(" ")
                self.links[product] = mark
            if said.startswith(words):
                return said
        self._process.join()
        assert (self._process.exitcode or 0) < 0, self._trouble()
        self.killed += 1
        return ""

    def go(self) -> None:
        """Tell it to do what it is ready for."""
        self._line.send("go")

    def step(self) -> str:
        """Let it do its next step; what it is ready for then, empty when it was killed on the way."""
        self.go()
        return self.hear("ready ")

    def tell(self, books: Books) -> Told:
        """Tell it what the books hold; what it says of the show."""
        self._line.send(books)
        said = self.hear("figures ")
        self.hear("done")
        self._process.join()
        return msgspec.json.decode(said.partition(" ")[2], type=Told)

    def finish(self) -> None:
        """Play all that is left."""
        while True:
            self.go()
            if not self.hear("ready ", "done").startswith("ready"):
                self._process.join()
                return

    def stop(self) -> None:
        """Leave no process behind."""
        if self._process is not None and self._process.is_alive():
            self._process.kill()
            self._process.join()
        if self._line is not None:
            self._line.close()

    def _trouble(self) -> str:
        printed = (self._data / "printed.txt").read_text(errors="replace")
        return f"{self.said[-3:]}\n{printed[-4000:]}"


@contextmanager
def hosted(life: Life) -> Iterator[Host]:
    """A host whose processes end with the block."""
    host = Host(life)
    try:
        yield host
    finally:
        with contextlib.suppress(OSError):
            host.stop()
