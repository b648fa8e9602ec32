"""The stage port: where viewers see the product card, the code and the question."""

from collections.abc import Callable
from typing import Protocol

import msgspec

from studio.domain.stage import StageView


class StreamState(msgspec.Struct, frozen=True):
    """How the broadcast is. `reconnecting`: the place that it is streamed to is away, viewers see nothing. `dropped` and
    `frames` count since the stream began; `started_wall_ms` is when it began (UTC ms of this computer, None: it does not
    run).
    """

    streaming: bool = False
    recording: bool = False
    reconnecting: bool = False
    dropped: int = 0
    frames: int = 0
    started_wall_ms: int | None = None


class StageEvents(Protocol):
    """What a stage tells while it runs, on its own loop. Calls return soon and raise nothing."""

    def link(self, well: bool, sentence: str, asks_for_key: bool = False) -> None:
        """Whether the stage does as it is told; if not, why, and what to do. `asks_for_key`: its password is wrong or
        missing. Told at each change, and about once a second while it is well.
        """
        ...

    def stream(self, state: StreamState) -> None:
        """How the broadcast is now."""
        ...


class Stage(Protocol):
    """One place where viewers see what is on. It is told what is to be seen, and keeps itself so: also after it was away."""

    name: str

    def show(self, view: StageView) -> None:
        """This is to be seen from now on; a later view replaces one that is not shown yet. Returns at once."""
        ...

    async def run(self, events: StageEvents) -> None:
        """Connect, and keep what is seen as it is wanted, until cancelled; then take everything of ours off."""
        ...


class Preview(Protocol):
    """A stage that can be looked at."""

    async def picture(self, width: int) -> bytes:
        """What viewers see now, as a JPEG so many pixels wide. Raises `TargetError`."""
        ...


StageClock = Callable[[], "tuple[int, float] | None"]
"""The shop's time, UTC ms, and its rate (shop ms per real ms); None while it is not known."""
