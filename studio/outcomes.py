"""What the host is told of effects that did not go through: refused, too late, or nobody knows."""

from collections import Counter
from collections.abc import Iterable, Sequence

from studio.domain.events import EffectSettled, Logged, Outcome
from studio.ui.studio import Notice

_TOGETHER = 2
"""So many words that came too late at once are told as one."""
_WORDS = {"Say": ("announcement", "announcements"), "ReplyTo": ("reply", "replies")}


def outcome_notices(logged: Iterable[Logged]) -> list[Notice]:
    """A notice for each effect that these events settle otherwise than well. Announcements and replies that expired
    together, as after a time offline, make one.
    """
    settled = [entry.event for entry in logged if isinstance(entry.event, EffectSettled)]
    late = [e for e in settled if e.outcome is Outcome.EXPIRED and e.action in _WORDS]
    told_alone = [
        e
        for e in settled
        if e.outcome in (Outcome.REFUSED, Outcome.EXPIRED, Outcome.UNSURE)
        and (e not in late or len(late) < _TOGETHER)
    ]
    notices = [Notice("warning", e.sentence) for e in told_alone if e.sentence]
    if len(late) >= _TOGETHER:
        notices.append(Notice("warning", f"{_counted(late)} were not sent: they could not go out in time."))
    return notices


def _counted(late: Sequence[EffectSettled]) -> str:
    parts = [
        f"{count} {_WORDS[action][count > 1]}"
        for action, count in sorted(Counter(e.action for e in late).items(), reverse=True)
    ]
    return " and ".join(parts)
