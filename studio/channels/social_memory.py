"""What the channel of Social Stream Ninja remembers: which messages it had, who wrote them, and what we said."""

import itertools
import secrets
from collections import deque
from typing import TypeVar

from studio.domain.audience import ChatMessage

K = TypeVar("K")
V = TypeVar("V")
REMEMBERED = 20_000
"""So many messages, and so many authors."""
AGAIN_MS = 600_000
"""What comes again within this time with the same number, author and text is the same message."""
_ECHO_MS = 60_000
_MOST_SAID = 100


def _remember(memory: dict[K, V], key: K, value: V) -> None:
    """The newest last; the oldest goes."""
    memory.pop(key, None)
    memory[key] = value
    if len(memory) > REMEMBERED:
        del memory[next(iter(memory))]


class Seen:
    """Ids of messages. Social Stream Ninja counts its messages from a chance number on whenever it starts, so that a number
    alone is no id.
    """

    def __init__(self) -> None:
        self._had: dict[str, tuple[str, int]] = {}
        self._run = secrets.token_hex(6)
        self._count = itertools.count(1)

    def again_or(self, key: str, now_ms: int, made: str) -> str:
        """The id that this message had when it came before, or `made` when it is new. `now_ms`: UTC ms."""
        had = self._had.get(key)
        if had is not None and now_ms - had[1] < AGAIN_MS:
            return had[0]
        _remember(self._had, key, (made, now_ms))
        return made

    def fresh(self) -> str:
        """An id for what nobody gave one."""
        return f"{self._run}{next(self._count):x}"


class Known:
    """The newest messages by what Social Stream Ninja calls them, and their authors by name."""

    def __init__(self) -> None:
        self._numbers: dict[tuple[str, str], str] = {}
        self._authors: dict[tuple[str, str], dict[str, str]] = {}
        self._writers: dict[str, tuple[str, str]] = {}

    def heard(self, site: str, number: str, author: str, message: ChatMessage) -> None:
        """Keep a message."""
        if number:
            _remember(self._numbers, (site, number), message.id)
        ids = self._authors.get((site, author), {})
        ids.pop(message.author_id, None)
        ids[message.author_id] = message.id
        if len(ids) > _MOST_SAID:
            del ids[next(iter(ids))]
        _remember(self._authors, (site, author), ids)
        _remember(self._writers, message.id, (site, author))

    def numbered(self, site: str, number: str) -> str:
        """The message of this number, empty where it is not known. Without a site: whichever had the number."""
        if site:
            return self._numbers.get((site, number), "")
        return next((found for (_, n), found in reversed(self._numbers.items()) if n == number), "")

    def last_of(self, site: str, author: str) -> str:
        """The newest message of who bears this name, empty where there is none."""
        return next(
            (found for key in self._keys(site, author) for found in reversed(self._authors[key].values())), ""
        )

    def ids_of(self, site: str, author: str) -> list[str]:
        """The ids of all who bear this name."""
        return [who for key in self._keys(site, author) for who in self._authors[key]]

    def all_of(self, site: str) -> list[str]:
        """The ids of all who wrote on a site."""
        return [who for (where, _), ids in self._authors.items() if where == site for who in ids]

    def author_of(self, message_id: str) -> str:
        """Who wrote a message, empty where it is not known."""
        return self._writers.get(message_id, ("", ""))[1]

    def _keys(self, site: str, author: str) -> list[tuple[str, str]]:
        """Without a site: all on which somebody bears this name, the newest first."""
        if site:
            return [(site, author)] if (site, author) in self._authors else []
        return [key for key in reversed(self._authors) if key[1] == author]


class Said:
    """What we said not long ago: sites send it back."""

    def __init__(self) -> None:
        self._texts: deque[tuple[str, int]] = deque(maxlen=_MOST_SAID)

    def add(self, text: str, now_ms: int) -> None:
        """We say this now (UTC ms)."""
        self._texts.append((" ".join(text.split()), now_ms))

    def was(self, text: str, now_ms: int) -> bool:
        """Whether we said this within the last minute; several sites may send it back."""
        told = " ".join(text.split())
        return any(said == told and now_ms - at < _ECHO_MS for said, at in self._texts)
