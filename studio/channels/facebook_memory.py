"""What was seen of a broadcast's comments: so that each is told once, and one that goes away is noticed."""

from collections.abc import Iterable, Sequence

from studio.channels.facebook_graph import CommentsRead
from studio.channels.facebook_wire import Seen, key_of

REMEMBERED = 5_000
SETTLED_MS = 10_000
"""A comment may be missing from its edge for so long after it was written."""
AGAIN_MS = 40_000
"""One that its edge leaves out, though it is there, is asked for so seldom."""


class _Known:
    __slots__ = ("asked_ms", "at_ms", "hidden", "id", "since_ms")

    def __init__(self, comment: Seen, since_ms: int) -> None:
        self.id = comment.id
        self.at_ms = comment.at_ms
        self.since_ms = since_ms
        self.hidden = comment.hidden
        self.asked_ms = 0


class Memory:
    """The comments of one broadcast. Times called `now_ms` are of a clock that never jumps, all others the platform's."""

    def __init__(self) -> None:
        self.begun = False
        self.last_event_id = ""
        self.read_ms = 0
        """When the newest comment was written that was there when the comments were last read."""
        self._known: dict[str, _Known] = {}
        self._floor_ms = 0

    def begin(self, pages: Sequence[CommentsRead], now_ms: int, platform_ms: int) -> None:
        """What is there already is not news, nor what is older than these pages and is met later."""
        comments = [comment for page in pages for comment in page.comments]
        for comment in reversed(comments):
            self._remember(comment, now_ms)
        if pages and pages[-1].more:
            self._floor_ms = min((comment.at_ms for comment in comments), default=0)
        self.read_ms = platform_ms
        self.begun = True

    def is_news(self, comment: Seen, now_ms: int) -> bool:
        """Whether it was not seen before and is to be told; it is remembered either way."""
        if comment.key in self._known:
            return False
        self._remember(comment, now_ms)
        return comment.at_ms > self._floor_ms and not comment.hidden and bool(comment.text.strip())

    def newly_hidden(self, comments: Iterable[Seen]) -> list[str]:
        """The ids, as they were told, of those that were hidden since."""
        found: list[str] = []
        for comment in comments:
            known = self._known.get(comment.key)
            if known is not None and comment.hidden and not known.hidden:
                known.hidden = True
                found.append(known.id)
        return found

    def missing(self, read: Sequence[Seen], to_the_end: bool, now_ms: int) -> list[str]:
        """Ids of comments that should be among these, which were read newest first, and are not: first those that were not
        asked for yet, of these the newest. Read `to_the_end`, all that are known should be there.
        """
        there = {comment.key for comment in read}
        oldest = 0 if to_the_end else min((comment.at_ms for comment in read), default=0)
        found = [
            (known.asked_ms, -known.at_ms, known.id)
            for key, known in self._known.items()
            if key not in there
            and not known.hidden
            and (known.at_ms > oldest or to_the_end)
            and known.since_ms <= now_ms - SETTLED_MS
            and (not known.asked_ms or known.asked_ms <= now_ms - AGAIN_MS)
        ]
        return [each for _, _, each in sorted(found)]

    def asked(self, ids: Sequence[str], now_ms: int) -> None:
        """These were asked for: others come first next time."""
        for each in ids:
            if (known := self._known.get(key_of(each))) is not None:
                known.asked_ms = now_ms

    def hide(self, key: str) -> None:
        """It is hidden, and known to be."""
        if key in self._known:
            self._known[key].hidden = True

    def forget(self, key: str) -> None:
        """It is news again when it is met again."""
        self._known.pop(key, None)

    def __len__(self) -> int:
        return len(self._known)

    def _remember(self, comment: Seen, now_ms: int) -> None:
        self._known[comment.key] = _Known(comment, now_ms)
        if len(self._known) > REMEMBERED:
            del self._known[next(iter(self._known))]
