"""The crowds as a test has them: processes that are told what to do, and their books afterwards."""

import asyncio
import subprocess
import sys
from concurrent.futures import Future
from pathlib import Path

import msgspec

from tests.fakes.first_line import first_line
from tests.real.obs.whole_show.crowd import Books

ROOT = Path(__file__).resolve().parents[4]
READY_WITHIN_S = 60
BOOKED_WITHIN_S = 60


class Crowd:
    """One platform's viewers; `channel` is the studio's name of the platform. Messages of a flood begin with `channel`."""

    def __init__(self, kind: str, channel: str, rate: int, folder: Path, *arguments: str) -> None:
        self.channel, self.rate = channel, rate
        self._book = folder / f"{channel}.json"
        command = [sys.executable, "-m", f"tests.real.obs.whole_show.{kind}_crowd", *arguments]
        command += [channel, str(rate), str(self._book)]
        with (folder / f"{channel}.err").open("wb") as errors:
            self._process = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors, cwd=ROOT
            )
        self._log = folder / f"{channel}.log"
        self._told: Future[str] = first_line(self._process, self._log, "ready")

    async def ready(self) -> list[str]:
        """What it says when it is there."""
        async with asyncio.timeout(READY_WITHIN_S):
            return (await asyncio.wrap_future(self._told)).split()[1:]

    def tell(self, line: str) -> None:
        """A line for it."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{line}\n".encode())
        self._process.stdin.flush()

    async def books(self) -> Books:
        """Its books, when it has ended."""
        self.tell("end")
        code = await asyncio.to_thread(self._process.wait, BOOKED_WITHIN_S)
        assert code == 0, self._book.with_suffix(".err").read_text("utf-8", "replace")[-2000:]
        return msgspec.json.decode(self._book.read_bytes(), type=Books)

    def stop(self) -> None:
        """Whatever it does."""
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait(20)
        assert self._process.stdin is not None
        self._process.stdin.close()
