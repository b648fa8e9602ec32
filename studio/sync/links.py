"""How each connection is, told when it changes and once a second while it is heard."""

import enum
from collections.abc import Callable

from studio.control.ports import TargetError, Unauthorised, WallClock

_HEARD_EVERY_MS = 1_000


class LinkState(enum.StrEnum):
    """How a connection is. *stale*: connected but silent; *asking*: waits for a token."""

    OK = "ok"
    CONNECTING = "connecting"
    STALE = "stale"
    DOWN = "down"
    ASKING = "asking"


OnLink = Callable[[str, str, LinkState, str, int | None], None]
"""Told (name, kind "shop" or "channel", state, sentence, wall ms when it was last heard)."""


class LinkStatus:
    """One connection. `on_back` is called when it works again after it did not."""

    def __init__(
        self, name: str, kind: str, wall: WallClock, on_link: OnLink, on_back: Callable[[], None]
    ) -> None:
        self.state = LinkState.CONNECTING
        self.sentence = ""
        self.heard_wall_ms: int | None = None
        self._name = name
        self._kind = kind
        self._wall = wall
        self._on_link = on_link
        self._on_back = on_back
        self._told_wall_ms = 0

    def heard(self, sentence: str = "") -> None:
        """Something good came: it is well. `sentence` says where it is well in spite of something."""
        now = self._wall.now_ms()
        self.heard_wall_ms = now
        back = self.state is not LinkState.OK
        if back or sentence != self.sentence or abs(now - self._told_wall_ms) >= _HEARD_EVERY_MS:
            self.set(LinkState.OK, sentence)
        if back:
            self._on_back()

    def failed(self, error: TargetError) -> None:
        """It does not work."""
        self.set(LinkState.ASKING if isinstance(error, Unauthorised) else LinkState.DOWN, error.sentence)

    def set(self, state: LinkState, sentence: str = "") -> None:
        """Tell how it is."""
        self.state, self.sentence = state, sentence
        self._told_wall_ms = self._wall.now_ms()
        self._on_link(self._name, self._kind, state, sentence, self.heard_wall_ms)
