"""The shop's time from the Date headers of its answers, which count whole seconds; and revisions for what has none."""

from collections import deque

_ANSWERS = 60
_SETTLED_MS = 2_000
_WINDOW_MS = 3_000


class DateClock:
    """How far the shop's clock is from this computer's.

    Each answer says that at some moment between sending and receiving the shop's clock showed a certain second. What
    all recent answers allow together is a much narrower window: its middle is the best guess. When they contradict
    each other, because one of the clocks was set, only the newest counts.
    """

    def __init__(self) -> None:
        self._bounds: deque[tuple[int, int]] = deque(maxlen=_ANSWERS)

    def heard(self, date_ms: int, sent_ms: int, received_ms: int) -> None:
        """An answer had this date (UTC ms, whole seconds) and came between these moments of the wall clock."""
        lower, upper = date_ms - received_ms, date_ms + 1_000 - sent_ms
        self._bounds.append((lower, upper))
        if max(low for low, _ in self._bounds) > min(high for _, high in self._bounds):
            self._bounds.clear()
            self._bounds.append((lower, upper))

    @property
    def known(self) -> bool:
        """Whether any answer had a date."""
        return bool(self._bounds)

    def at(self, wall_ms: int) -> int:
        """The shop's time, UTC ms, at this moment of the wall clock; the wall clock's own when nothing is known."""
        if not self._bounds:
            return wall_ms
        lower, upper = max(low for low, _ in self._bounds), min(high for _, high in self._bounds)
        return wall_ms + (lower + upper) // 2


class Revisions:
    """Numbers for what the platform does not number: the same content keeps its number, other content gets a higher
    one. It begins with the time of the last change, so that numbers also grow over restarts.

    Times of change count whole seconds: what is read within the second of its change may change again unseen. So a
    fresh reading is numbered below a settled one.
    """

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], tuple[int, int]] = {}

    def of(self, kind: str, key: str, content: object, changed_ms: int, read_ms: int) -> int:
        """The revision of what was read at `read_ms` and changed last at `changed_ms`, both UTC ms of the shop."""
        digest = hash(repr(content))
        before = self._known.get((kind, key))
        if before is not None and before[0] == digest:
            return before[1]
        revision = changed_ms + _WINDOW_MS
        if read_ms - changed_ms <= _SETTLED_MS:
            revision = max(changed_ms, min(read_ms, revision - 1))
        if before is not None:
            revision = max(revision, before[1] + 1)
        self._known[kind, key] = (digest, revision)
        return revision
