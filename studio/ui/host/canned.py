"""Canned answers: read once, suggested by the words of a question."""

from pathlib import Path

import msgspec

from studio.domain.question import gist


class CannedAnswer(msgspec.Struct, frozen=True):
    """One prepared answer: its topic, the words that call for it, and its text by language."""

    topic: str
    keywords: dict[str, list[str]]
    answer: dict[str, str]


class _File(msgspec.Struct):
    answers: list[CannedAnswer]


class CannedAnswers:
    """The answers of one language."""

    def __init__(self, answers: list[CannedAnswer], language: str = "en") -> None:
        self._language = language
        self._answers = answers

    @classmethod
    def read(cls, file: Path, language: str) -> "CannedAnswers":
        """Read the file; one that is not there or not readable gives no answers. Raises nothing for that."""
        try:
            return cls(msgspec.json.decode(file.read_bytes(), type=_File).answers, language)
        except (OSError, msgspec.DecodeError):
            return cls([], language)

    def texts(self) -> list[tuple[str, str]]:
        """(topic, text) of all answers in this language."""
        return [(a.topic, t) for a in self._answers if (t := self._text(a))]

    def suggest(self, question: str) -> str:
        """The answer whose keywords meet the question's words best; empty when none does."""
        asked = gist(question)
        best, text = 0, ""
        for answer in self._answers:
            words = {w[:6] for many in answer.keywords.values() for w in many}
            met = len(asked & words)
            if met > best:
                best, text = met, self._text(answer)
        return text

    def _text(self, answer: CannedAnswer) -> str:
        return answer.answer.get(self._language[:2], answer.answer.get("en", ""))
