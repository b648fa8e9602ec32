"""What the host is told of effects that did not go through: refused, too late, or nobody knows. Each sentence says what
it is about, why, and what to do.
"""

from collections import Counter
from collections.abc import Iterable, Sequence

from studio.domain.effects import CHANNEL
from studio.domain.events import EffectSettled, Logged, Outcome
from studio.domain.show import ShowState
from studio.ui.studio import Notice

_TOGETHER = 2
"""So many words that came too late at once are told as one."""
_WORDS = {"Say": ("announcement", "announcements"), "ReplyTo": ("reply", "replies")}


def outcome_notices(logged: Iterable[Logged], state: ShowState) -> list[Notice]:
    """A notice for each effect that these events settle otherwise than well; `state` is the show after them.
    Announcements and replies that expired together, as after a time offline, make one.
    """
    settled = [entry.event for entry in logged if isinstance(entry.event, EffectSettled)]
    late = [e for e in settled if e.outcome is Outcome.EXPIRED and e.action in _WORDS]
    if len(late) < _TOGETHER:
        late = []
    notices = [
        Notice("trouble" if e.action == "CreatePromo" else "warning", sentence)
        for e in settled
        if e not in late and (sentence := _sentence(e, state))
    ]
    if late:
        notices.append(
            Notice("warning", f"{_counted(late)} were not sent: by now they would come too late. {_AGAIN}")
        )
    return notices


_AGAIN = "Say it again yourself if it still matters."


def _sentence(e: EffectSettled, state: ShowState) -> str:
    match e.outcome:
        case Outcome.REFUSED:
            return _refused(e, state)
        case Outcome.EXPIRED if e.action in _WORDS:
            return f"{_told(e, state)} was not sent: by now it would come too late. {_AGAIN}"
        case Outcome.EXPIRED:
            return f"{_ended(e.sentence)} Issue a new one if viewers shall still have it."
        case Outcome.UNSURE:
            return f"{_told(e, state)} may or may not have arrived. {_ended(e.sentence)}"
        case _:
            return ""


def _refused(e: EffectSettled, state: ShowState) -> str:
    why = _ended(e.sentence)
    match e.action:
        case "CreatePromo":
            return f"The shop did not take the code {_code(e, state)}: viewers do not get it. {why} Change it and issue it again."
        case "UpdatePromo":
            return f"The shop did not move the end of the code {_code(e, state)}: it ends as before. {why}"
        case "EndPromoNow":
            return f"The shop did not end the code {_code(e, state)}: it may still be redeemed. {why} Check it at the shop."
        case "FeatureProduct" if not e.subject:
            return f"The shop did not take the pin off. {why} Check its featured product."
        case "FeatureProduct":
            title = next((i.title for i in state.items if i.product_id == e.subject), e.subject)
            return (
                f"The shop does not feature “{title}”; viewers see it in the chat only. {why} "
                "Check the product at the shop, or go on to the next item."
            )
        case _:
            return f"{_told(e, state)} was not taken by {_channel(e)}. {why}"


def _told(e: EffectSettled, state: ShowState) -> str:
    if e.action != "ReplyTo":
        return f"An announcement to {_channel(e)}"
    reply = state.replies.get(e.subject)
    return f"The reply to {reply.author}" if reply and reply.author else "A reply"


def _channel(e: EffectSettled) -> str:
    return e.target.removeprefix(CHANNEL)


def _code(e: EffectSettled, state: ShowState) -> str:
    record = state.promos.get(e.subject)
    return record.promo.code if record else ""


def _ended(sentence: str) -> str:
    """With the full stop that the other side may have left out."""
    text = sentence.strip()
    return text if not text or text[-1] in ".!?…" else f"{text}."


def _counted(late: Sequence[EffectSettled]) -> str:
    parts = [
        f"{count} {_WORDS[action][count > 1]}"
        for action, count in sorted(Counter(e.action for e in late).items(), reverse=True)
    ]
    return " and ".join(parts)
