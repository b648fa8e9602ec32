"""Kill points at work: a test names one in the environment, and the process ends there as by a power cut."""

import os
import signal
import threading
from collections import Counter
from pathlib import Path

KILL_AT = "HOST_STUDIO_KILL_AT"
"""`NAME` or `NAME:N`: end the process when this place is reached for the N-th time (first: 1)."""
REPORT = "HOST_STUDIO_KILL_REPORT"
"""A file to which every place that is reached for the first time is written, a line each."""


class EnvironmentKillPoints:
    """The `KillPoints` port as the environment asks for it; with neither variable set it does nothing."""

    def __init__(self, environment: dict[str, str] | None = None) -> None:
        env = dict(os.environ) if environment is None else environment
        name, _, nth = env.get(KILL_AT, "").partition(":")
        self._name = name
        self._nth = int(nth or 1)
        self._report = Path(env[REPORT]) if env.get(REPORT) else None
        self._seen: Counter[str] = Counter()
        self._lock = threading.Lock()

    def reached(self, name: str) -> None:
        """The process has come to this place."""
        if not self._name and self._report is None:
            return
        with self._lock:
            self._seen[name] += 1
            if self._seen[name] == 1 and self._report is not None:
                with self._report.open("a", encoding="ascii") as file:
                    file.write(f"{name}\n")
            if name == self._name and self._seen[name] >= self._nth:
                os.kill(os.getpid(), getattr(signal, "SIGKILL", signal.SIGTERM))
