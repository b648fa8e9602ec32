"""A server of another house as a child of this very process: it ends with it, whatever ends it."""

import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.fakes.first_line import first_line

LEASH = Path(__file__).with_name("leash.py")


class Leashed:
    """A command that runs until `stop`, `kill`, or the end of this process. What it says goes to `log`; `told` is the first
    line of it with `word`, or fails with EOFError. With `user` it runs as that one; with `remove`, this folder goes when
    it ends.
    """

    def __init__(
        self,
        command: Sequence[str],
        log: Path,
        *,
        folder: Path,
        environment: Mapping[str, str] | None = None,
        user: str = "",
        remove: Path | None = None,
        word: str = "",
    ) -> None:
        self._process = subprocess.Popen(
            [sys.executable, str(LEASH), user, str(remove or ""), *command],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            cwd=folder,
            env=dict(os.environ if environment is None else environment),
            start_new_session=True,
        )
        self.told = first_line(self._process, log, word)

    @property
    def running(self) -> bool:
        """Whether it has not ended."""
        return self._process.poll() is None

    def stop(self, patience_s: float = 20) -> None:
        """End it as a person would; kill it when it does not end."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        try:
            self._process.wait(patience_s)
        except subprocess.TimeoutExpired:
            self.kill()

    def kill(self) -> None:
        """SIGKILL to it and to what it started: nothing is tidied up."""
        if self.running:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait(20)
        assert self._process.stdin is not None
        self._process.stdin.close()
