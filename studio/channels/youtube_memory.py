"""What the YouTube channel remembers of the chat: who wrote what is replied to, and what we said."""

from collections import deque
from dataclasses import dataclass

import msgspec

from studio.domain.audience import ChatMessage

_MOST_AUTHORS = 20_000
_MOST_OURS = 1_000
_SOONER_MS = 60_000
"""By how much a message's time at YouTube may lie before ours when it went out: the clocks may part."""


@dataclass(slots=True, eq=False)
class Sent:
    """Something we send. `full` is what YouTube gets, `text` what was meant, `id` is empty until it is known."""

    full: str
    text: str
    reply_to: str
    at_ms: int
    id: str = ""


@dataclass(frozen=True, slots=True)
class _Ours:
    id: str
    at_ms: int
    full: str
    sent: Sent | None


class Memory:
    """Bounded; times are YouTube's, UTC ms."""

    def __init__(self) -> None:
        self._authors: dict[str, str] = {}
        self._ours: deque[_Ours] = deque(maxlen=_MOST_OURS)
        self._sent: deque[Sent] = deque(maxlen=_MOST_OURS)

    def __contains__(self, message_id: str) -> bool:
        return message_id in self._authors

    def author(self, message_id: str) -> str | None:
        """Who wrote it, None when it is not remembered or was hidden."""
        return self._authors.get(message_id) or None

    def saw(self, message: ChatMessage) -> ChatMessage:
        """A message came: as it should be shown. A reply of ours comes without the mention, and knows its message."""
        self._authors[message.id] = message.author
        if len(self._authors) > _MOST_AUTHORS:
            del self._authors[next(iter(self._authors))]
        if not message.by_us:
            return message
        sent = self._known(message)
        self._keep(_Ours(message.id, message.at_ms, _line(message.text), sent))
        if sent is None:
            return message
        return msgspec.structs.replace(message, text=sent.text, reply_to=sent.reply_to)

    def hid(self, message_id: str) -> None:
        """It is out of sight: nobody can reply to it any more. It is still known as seen."""
        if message_id in self._authors:
            self._authors[message_id] = ""

    def sending(self, sent: Sent) -> None:
        """It goes out now."""
        self._sent.append(sent)

    def told(self, sent: Sent, message_id: str) -> None:
        """YouTube gave it an id."""
        sent.id = message_id
        self._keep(_Ours(message_id, sent.at_ms, _line(sent.full), sent))

    def refused(self, sent: Sent) -> None:
        """It certainly did not arrive."""
        if sent in self._sent:
            self._sent.remove(sent)

    def find(self, text: str, reply_to: str, since_ms: int) -> str | None:
        """The id of what we said since then with this text; what nobody waits for any more comes last."""
        found = [ours for ours in self._ours if ours.at_ms >= since_ms and _is(ours, _line(text), reply_to)]
        return min(found, key=lambda ours: (ours.sent is not None, ours.at_ms)).id if found else None

    def _keep(self, ours: _Ours) -> None:
        if all(each.id != ours.id for each in self._ours):
            self._ours.append(ours)

    def _known(self, message: ChatMessage) -> Sent | None:
        for sent in self._sent:
            if sent.id == message.id:
                return sent
        for sent in self._sent:
            if (
                not sent.id
                and _line(sent.full) == _line(message.text)
                and sent.at_ms - _SOONER_MS <= message.at_ms
            ):
                sent.id = message.id
                return sent
        return None


def _line(text: str) -> str:
    return " ".join(text.split())


def _is(ours: _Ours, text: str, reply_to: str) -> bool:
    if ours.sent is not None:
        return (_line(ours.sent.text), ours.sent.reply_to) == (text, reply_to)
    mentions = bool(reply_to) and ours.full.startswith("@") and ours.full.endswith(f" {text}")
    return ours.full == text or mentions
