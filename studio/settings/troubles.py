"""What went wrong with each shop or channel: the last errors, counted."""

import msgspec

from studio.settings.schema import Trouble, Troubles

KEPT_EACH = 8
"""So many different errors of each are kept."""


def troubles_of(troubles: Troubles, of: str) -> tuple[Trouble, ...]:
    """The errors of one, the newest first."""
    return tuple(reversed([each for each in troubles.troubles if each.of == of]))


def with_trouble(troubles: Troubles, of: str, sentence: str, at_ms: int) -> Troubles:
    """The errors with one more; the same sentence is counted, and the oldest of one with many is dropped."""
    before = [each for each in troubles.troubles if each.of == of]
    same = next((each for each in before if each.sentence == sentence), None)
    times = same.times + 1 if same else 1
    mine = [each for each in before if each.sentence != sentence]
    mine.append(Trouble(of=of, at_ms=at_ms, sentence=sentence, times=times))
    others = [each for each in troubles.troubles if each.of != of]
    return msgspec.structs.replace(troubles, troubles=(*others, *mine[-KEPT_EACH:]))


def without_troubles(troubles: Troubles, of: str) -> Troubles:
    """The errors without those of one."""
    kept = tuple(each for each in troubles.troubles if each.of != of)
    return msgspec.structs.replace(troubles, troubles=kept)
