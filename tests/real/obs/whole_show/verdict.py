"""What was said and what was heard: the crowds' books against the studio's store and log."""

import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

import msgspec

from studio.control.ports import ChatRow
from studio.domain.events import EffectSettled, Logged, Outcome
from tests.real.obs.whole_show.crowd import Books

SLACK_MS = 1_000
"""Clocks of a platform and of the studio part by so much at the most, on one computer: whole seconds, and the way."""
LOSSLESS = frozenset({"youtube", "facebook"})
"""What these missed is had later: by the place in the chat, and by the last event's id and the edge."""
BLIND = frozenset({"irc", "social"})
"""Neither a key nor a way to look up what was said: there, and only there, something may stay unsure."""


class Account(msgspec.Struct):
    """One channel: how many messages its books have, how many are stored, and what is missing."""

    taken: int = 0
    stored: int = 0
    twice: list[str] = []
    missing: int = 0
    gaps: list[tuple[int, int]] = []
    unexplained: list[tuple[str, int]] = []
    unknown: list[str] = []


def account(channel: str, books: Books, rows: Sequence[ChatRow]) -> Account:
    """Compare what the server took from viewers with what the studio has of it."""
    flood = re.compile(rf"{channel}\d+ ")  # the greetings before it are said until they are heard
    heard = Counter(
        row.message.text
        for row in rows
        if not row.gap and not row.message.by_us and flood.match(row.message.text)
    )
    said = [(text, at_ms) for text, at_ms in books.taken if flood.match(text)]
    found = Account(taken=len(said), stored=len(heard))
    found.gaps = [_bounds(row) for row in rows if row.gap]
    found.twice = [text for text, times in heard.items() if times > 1]
    taken = {text for text, _ in said}
    found.unknown = sorted(heard.keys() - taken - set(books.perhaps))
    for text, at_ms in said:
        if text not in heard:
            found.missing += 1
            if not any(since - SLACK_MS <= at_ms <= until + SLACK_MS for since, until in found.gaps):
                found.unexplained.append((text, at_ms))
    return found


def _bounds(row: ChatRow) -> tuple[int, int]:
    """From when to when something may be missing: the store has it in the row's id."""
    since, until = row.message.id.removeprefix("lost:").split("-")
    return int(since), int(until)


class Sendings(msgspec.Struct):
    """How what the studio said to one channel ended, by outcome; and what is not as the platform's books have it."""

    outcomes: dict[str, int] = {}
    faults: list[str] = []
    unseen: int = 0
    """Delivered while nobody was there to hear it."""


def sendings(channel: str, log: Sequence[Logged], books: Books) -> Sendings:
    """Whether each thing was said once: as often as the log says, by the platform's own books."""
    found = Sendings()
    said: Mapping[str, list[tuple[EffectSettled, int]]] = defaultdict(list)
    for logged in log:
        event = logged.event
        if isinstance(event, EffectSettled) and event.target == f"channel:{channel}":
            said[_plain(event.said)].append((event, logged.at_ms))
            found.outcomes[event.outcome.value] = found.outcomes.get(event.outcome.value, 0) + 1
    heard = [_plain(text) for text, _ in books.said]
    explained = 0
    for text, events in said.items():
        if not text:
            continue
        times = sum(text in each for each in heard)
        explained += times
        delivered = [at for event, at in events if event.outcome is Outcome.DELIVERED]
        unsure = sum(event.outcome is Outcome.UNSURE for event, _ in events)
        if times > len(delivered) + unsure:
            found.faults.append(f"said {times} times: {text}")
        short = len(delivered) - times
        if short > 0:
            absent = sum(not _heard_at(books, at) for at in delivered)
            found.unseen += min(short, absent)
            if short > absent:
                found.faults.append(f"delivered, and not there: {text}")
        if unsure and channel not in BLIND:
            found.faults.append(f"unsure, where it could be looked up: {text}")
    if explained != len(heard):
        found.faults.append(f"{len(heard)} were said there, and {explained} are in the log")
    return found


def _heard_at(books: Books, at_ms: int) -> bool:
    """Whether the crowd was there; where it keeps no times, it always was."""
    return not books.there or any(
        since < at_ms - SLACK_MS and at_ms + SLACK_MS < until for since, until in books.there
    )


def _plain(text: str) -> str:
    return " ".join(text.split())
