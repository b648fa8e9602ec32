"""How urgent what is asked of a target is: said by who wants it, read by who paces the requests."""

import enum
from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar


class Urgency(enum.IntEnum):
    """Who goes first where requests are limited: what the host decided, the pinned product, what is on the line-up, the
    rest.
    """

    WRITE = 0
    PINNED = 1
    LIVE = 2
    BULK = 3


# Of the task, like a time-out: one wish of the host becomes several requests, many layers further down, and all of
# them, also the look-up before a write, are as urgent as the wish. The ports need no argument for it.
_wanted: ContextVar[Urgency | None] = ContextVar("urgency", default=None)


@contextmanager
def urgent(urgency: Urgency) -> Generator[None, None, None]:
    """All that is asked within this block (and in tasks that are started in it) is so urgent."""
    before = _wanted.set(urgency)
    try:
        yield
    finally:
        _wanted.reset(before)


def urgency_or(otherwise: Urgency) -> Urgency:
    """How urgent the present task is, `otherwise` where nobody said."""
    said = _wanted.get()
    return otherwise if said is None else said
