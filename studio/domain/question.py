"""Questions: found in the chat by a first, simple finder, and what was decided about them."""

import enum
import re
import unicodedata
from collections.abc import Callable, Iterable

import msgspec

from studio.domain.audience import ChatMessage
from studio.domain.ids import derived_id


class QuestionStatus(enum.StrEnum):
    """What was decided about a question."""

    OPEN = "open"
    CLAIMED = "claimed"
    ANSWERED = "answered"
    HIDDEN = "hidden"


class Question(msgspec.Struct, frozen=True):
    """A question as the chat asks it. `asked` counts the messages that ask it, `message_id` is the first one,
    `channels` where it was asked; `asked_at_ms` (first) and `last_at_ms` are UTC ms. `author_id` is the platform's id of
    its first asker; `withdrawn`: its channel took it out of sight, and nobody else asked it.
    """

    id: str
    show_id: str
    text: str
    author: str
    channel: str
    message_id: str
    asked_at_ms: int
    last_at_ms: int
    asked: int = 1
    channels: tuple[str, ...] = ()
    author_id: str = ""
    withdrawn: bool = False


_ASKING = frozenset(
    # English, German and Norwegian words that open a question, and hardly ever a statement.
    "who what when where why how which whose can could do does did is are were will would should may "  # noqa: SIM905
    "wer wann wo wie warum wieso welche welcher welches kann können gibt ist sind darf lohnt "
    "hvem hva hvor hvordan hvorfor når hvilken hvilke hvilket kan er finnes går".split()
)
_STOP = frozenset(
    "the a an is are it its this that these those in on of to for and or do does can i you we there have has be "  # noqa: SIM905
    "der die das ein eine ist sind es in im auf von zu für und oder kann ich du wir man gibt den dem "
    "en et er det den i på av til for og eller kan jeg du vi man har finnes de".split()
)
_WORD = re.compile(r"[^\W_]+", re.UNICODE)


def words(text: str) -> list[str]:
    """The words of a text in lower case, without accents' variants of one letter (NFKC)."""
    return _WORD.findall(unicodedata.normalize("NFKC", text[:2000]).casefold())


def is_question(text: str) -> bool:
    """Whether a message asks something: it holds a question mark after at least two words, or opens with an
    asking word and has at least four words, the last one not shouting.
    """
    found = words(text)
    if len(found) < 2:
        return False
    if "?" in text or "？" in text or "؟" in text:
        return True
    return found[0] in _ASKING and len(found) >= 4 and "!" not in text


def gist(text: str) -> frozenset[str]:
    """The words of a question that carry its meaning, cut to six letters so that inflections meet."""
    content = [w[:6] for w in words(text) if w not in _STOP]
    return frozenset(content or words(text))


def alike(a: frozenset[str], b: frozenset[str]) -> bool:
    """Whether two gists ask the same: Jaccard index of at least one half."""
    both = len(a & b)
    return both > 0 and 2 * both >= len(a | b)


class QuestionFinder:
    """Groups the questions of one show as its messages come in; deterministic for one order of messages."""

    def __init__(self, show_id: str, known: Iterable[Question] = (), keep: int = 400) -> None:
        self._show_id = show_id
        self._keep = keep
        self._questions: dict[str, Question] = {}
        self._gists: dict[str, frozenset[str]] = {}
        for question in known:
            self._remember(question)

    def _remember(self, question: Question) -> None:
        self._questions[question.id] = question
        self._gists.setdefault(question.id, gist(question.text))
        if len(self._questions) > self._keep:
            oldest = next(iter(self._questions))
            del self._questions[oldest], self._gists[oldest]

    def add(self, message: ChatMessage) -> Question | None:
        """The question that this message asks, new or asked once more; None when it asks none."""
        if message.by_us or not is_question(message.text):
            return None
        meaning = gist(message.text)
        for known_id in reversed(list(self._gists)):
            if alike(meaning, self._gists[known_id]):
                known = self._questions[known_id]
                channels = known.channels
                if message.channel not in channels:
                    channels = (*channels, message.channel)
                again = msgspec.structs.replace(
                    known,
                    asked=known.asked + 1,
                    withdrawn=False,
                    last_at_ms=max(known.last_at_ms, message.at_ms),
                    channels=channels,
                )
                self._remember(again)
                return again
        question = Question(
            id=derived_id(self._show_id, message.channel, message.id),
            show_id=self._show_id,
            text=" ".join(message.text.split())[:500],
            author=message.author,
            channel=message.channel,
            message_id=message.id,
            asked_at_ms=message.at_ms,
            last_at_ms=message.at_ms,
            channels=(message.channel,),
            author_id=message.author_id,
        )
        self._remember(question)
        return question

    def withdraw(self, gone: Callable[[Question], bool]) -> list[Question]:
        """Withdraw the questions whose message is `gone` from its channel, and that nobody else asked; they, as they are now."""
        found = [q for q in self._questions.values() if q.asked == 1 and not q.withdrawn and gone(q)]
        changed = [msgspec.structs.replace(q, withdrawn=True) for q in found]
        for question in changed:
            self._remember(question)
        return changed


def queue_key(question: Question, now_ms: int) -> tuple[float, int]:
    """Sort key of the queue, first comes first: most asked and oldest together. A question gains one asker's
    weight for each minute that it waits.
    """
    waiting = max(0, now_ms - question.asked_at_ms) / 60_000
    return (-(question.asked + waiting), question.asked_at_ms)
