"""Canned answers: read once, suggested by the words of a question."""

from collections import Counter
from pathlib import Path
from typing import Final

import msgspec
import structlog

from studio.domain.question import gist

_NAMED: Final = 2
_log = structlog.get_logger(__name__)


class CannedAnswer(msgspec.Struct, frozen=True):
    """One prepared answer: what it is about, its name and its text by language ("en", "de", "nb")."""

    topic: str
    title: dict[str, str]
    text: dict[str, str]


class _File(msgspec.Struct):
    answers: list[CannedAnswer]


class CannedAnswers:
    """The answers in one language."""

    def __init__(self, answers: list[CannedAnswer], language: str = "en") -> None:
        self._language = language
        self._answers = answers
        self._words = [_words(answer) for answer in answers]

    @classmethod
    def read(cls, file: Path, language: str) -> "CannedAnswers":
        """Read the file; one that is not there or not readable gives no answers, and an entry in the log."""
        try:
            return cls(msgspec.json.decode(file.read_bytes(), type=_File).answers, language)
        except (OSError, msgspec.DecodeError) as error:
            _log.error("canned answers cannot be read", file=file.name, reason=str(error))
            return cls([], language)

    def texts(self) -> list[tuple[str, str]]:
        """(title, text) of all answers in this language."""
        return [(_said(a.title, self._language), t) for a in self._answers if (t := self._text(a))]

    def by_topic(self) -> dict[str, list[tuple[str, str]]]:
        """Topic to (title, text) of its answers, in the order of the file."""
        topics: dict[str, list[tuple[str, str]]] = {}
        for answer in self._answers:
            if text := self._text(answer):
                topics.setdefault(answer.topic, []).append((_said(answer.title, self._language), text))
        return topics

    def suggest(self, question: str) -> str:
        """The answer whose words meet the question's best, in whichever language it was asked; empty when none does.

        A word of its topic or title counts twice, one of its text once; words of the text alone are no reason.
        """
        asked = gist(question)
        best, text = 0, ""
        for answer, words in zip(self._answers, self._words, strict=True):
            weights = [words[word] for word in asked]
            met = sum(weights)
            if _NAMED in weights and met > best:
                best, text = met, self._text(answer)
        return text

    def _text(self, answer: CannedAnswer) -> str:
        return _said(answer.text, self._language)


def _words(answer: CannedAnswer) -> Counter[str]:
    found = Counter[str]()
    for word in gist(" ".join((answer.topic, *answer.title.values()))):
        found[word] = _NAMED
    for word in gist(" ".join(answer.text.values())):
        found[word] = max(found[word], 1)
    return found


def _said(texts: dict[str, str], language: str) -> str:
    return texts.get(language[:2], texts.get("en", ""))
