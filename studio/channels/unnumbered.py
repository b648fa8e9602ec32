"""What platforms that number nothing have in common, and how fast they may be talked to."""

from collections import deque
from collections.abc import Callable, Generator
from contextlib import contextmanager

from studio.control.ports import BadAnswer, ChannelItem, RefusedByTarget, Throttled, Unreachable

# Control characters have no place in a message; line breaks and tabs do.
_CONTROLS = dict.fromkeys([*range(9), 11, 12, *range(14, 32), 127])
LONGEST_TEXT = 16_000
LONGEST_NAME = 200


class UnnumberedChannel:
    """A part of the `Channel` port. `who` opens its sentences ("Twitch")."""

    numbered = False

    def __init__(self, name: str, who: str) -> None:
        self.name = name
        self._who = who

    async def items_between(self, after: int, until: int) -> tuple[ChannelItem, ...]:  # noqa: ARG002
        """The platform keeps nothing by number."""
        return ()

    async def last_seq(self) -> int:
        """The feed has no numbers."""
        return 0

    async def hide(self, message_id: str, key: str) -> None:  # noqa: ARG002
        """Refused, where a platform has nothing better."""
        raise RefusedByTarget(
            f"{self._who} does not let other programs hide a message: hide it there.", "no-hide"
        )

    async def find_said(self, text: str, reply_to: str, since_wall_ms: int) -> str | None:  # noqa: ARG002
        """Refused, where a platform has nothing better."""
        raise RefusedByTarget(f"{self._who} cannot look up what was said.", "no-read-back")


class SendPace:
    """At most `count` messages within `within_ms`. `monotonic_ms` is a clock that never jumps."""

    def __init__(self, who: str, count: int, within_ms: int, monotonic_ms: Callable[[], int]) -> None:
        self._who = who
        self._count = count
        self._within_ms = within_ms
        self._now = monotonic_ms
        self._sent: deque[int] = deque()

    def take(self) -> None:
        """One message goes out now. Raises `Throttled` where the platform would not take it."""
        now = self._now()
        while self._sent and self._sent[0] <= now - self._within_ms:
            self._sent.popleft()
        if len(self._sent) >= self._count:
            wait = self._sent[0] + self._within_ms - now
            raise Throttled(
                f"{self._who} takes {self._count} messages in {self._within_ms // 1000} s: the rest waits.",
                wait,
            )
        self._sent.append(now)


@contextmanager
def unsent() -> Generator[None, None, None]:
    """Around what is asked before anything is said: what goes wrong there is no attempt, whatever it was. Raises
    `Unreachable(attempted=False)` for `Unreachable` and for `BadAnswer`; lets other errors through.
    """
    try:
        yield
    except Unreachable as error:
        error.attempted = False
        raise
    except BadAnswer as error:
        raise Unreachable(error.sentence, attempted=False) from error


def clean(text: str, limit: int = LONGEST_TEXT) -> str:
    """A text without control characters, cut to `limit`."""
    text = text.translate(_CONTROLS)
    return text if len(text) <= limit else text[: limit - 1] + "…"
