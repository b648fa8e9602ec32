"""What the audience says: lines of ``resources/chat/chat.json`` in three languages, drawn by seed for every second of the show.

A line asks something when it comes from the corpus's ``questions`` or stands in its list ``asking``: that is the intention, marked when the line is
written, and nothing looks at its words.
"""

import math
import random
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

from studio.rehearsal.chance import poisson, rng_for

CHAT_FILE = Path(__file__).resolve().parents[2] / "resources" / "chat" / "chat.json"
PER_S_AT = (8.0, 5000)
"""Messages in a second of the show when so many watch."""
MOST_PER_S = 150.0
"""Messages in a real second, at most: chat of faster shows is thinned out."""
FLOOD_PER_S = 5000.0
"""Messages in a real second of a flood."""
_MOST_IN_SHOW_S = 25.0
_HOLE = re.compile(r"\{(product|size|colour|code|country)\}")
_CATEGORIES = ("home", "fashion", "beauty", "food")
_LANGUAGES = (("en", 0.4), ("de", 0.3), ("nb", 0.3))

ByLanguage = dict[str, str]


class _QuestionLines(msgspec.Struct, frozen=True):
    topic: str
    categories: list[str]
    en: list[str]
    de: list[str]
    nb: list[str]

    def of(self, language: str) -> list[str]:
        return {"en": self.en, "de": self.de, "nb": self.nb}[language]


class Corpus(msgspec.Struct, frozen=True):
    """The file as it is; `asking` marks the lines outside `questions` that ask something."""

    languages: list[str]
    names: list[str]
    countries: list[ByLanguage]
    lines: dict[str, dict[str, list[str]]]
    questions: list[_QuestionLines]
    asking: list[str]
    hostile: list[str]


class Remark(msgspec.Struct, frozen=True, order=True):
    """A line somebody writes `after_ms` into the second of the show."""

    after_ms: int
    author: str
    author_id: str
    text: str
    asks: bool


class Focus(msgspec.Struct, frozen=True):
    """The product everybody talks about, from second `since` on. `title` by language; `options` are the values of its variants."""

    product_id: str
    since: int
    category: str
    title: ByLanguage
    sizes: tuple[str, ...]
    colours: tuple[str, ...]


class Speaker(msgspec.Struct, frozen=True):
    """Somebody who writes."""

    author: str
    author_id: str
    language: str


def read_corpus(path: Path = CHAT_FILE) -> Corpus:
    """The chat file. Raises OSError, msgspec.MsgspecError."""
    return msgspec.json.decode(path.read_bytes(), type=Corpus)


def fillings(
    focus: Focus | None, code: str | None, country: Mapping[str, str], language: str, rng: random.Random
) -> ByLanguage:
    """What the holes of a line can be filled with now."""
    found = {"country": country[language]}
    if code is not None:
        found["code"] = code
    if focus is not None:
        found["product"] = focus.title.get(language) or focus.title.get("en", focus.product_id)
        if focus.sizes:
            found["size"] = rng.choice(focus.sizes)
        if focus.colours:
            found["colour"] = rng.choice(focus.colours)
    return found


def holes(text: str) -> set[str]:
    """The names of the holes in a line."""
    return set(_HOLE.findall(text))


def filled(text: str, values: Mapping[str, str]) -> str:
    """The line with its holes filled."""
    return _HOLE.sub(lambda hole: values[hole[1]], text)


class Chatter:
    """Draws what is said. `length_s` is the show's planned length in seconds."""

    def __init__(self, seed: int, corpus: Corpus, length_s: int) -> None:
        self._seed = seed
        self._corpus = corpus
        self._length_s = length_s
        self._asking = frozenset(corpus.asking)
        self._flood = self._flood_lines()
        self._hot: dict[str, dict[str, float]] = {}

    def speaker(self, rng: random.Random, viewers: int) -> Speaker:
        """One of those who write; some write much more than others."""
        number = int(max(40, viewers // 10) * rng.random() ** 2)
        names = self._corpus.names
        round_, index = divmod(number, len(names))
        language = rng_for(self._seed, "language", number).choices(
            [name for name, _ in _LANGUAGES], [weight for _, weight in _LANGUAGES]
        )[0]
        return Speaker(names[index] + (str(round_ + 1) if round_ else ""), f"viewer-{number}", language)

    def talk(
        self, slot: int, viewers: int, focus: Focus | None, code: str | None, rate: float
    ) -> list[Remark]:
        """Everything said in this second, in order."""
        rng = rng_for(self._seed, "talk", slot)
        per_s, at = PER_S_AT
        usual = per_s * (viewers / at) ** 0.6 * rng.uniform(0.6, 1.4)
        if focus is not None:
            usual *= 1 + 1.2 * math.exp(-max(0, slot - focus.since) / 25)
        count = poisson(rng, min(usual, _MOST_IN_SHOW_S, MOST_PER_S / max(rate, 0.1)))
        return sorted(self._remark(rng, slot, viewers, focus, code) for _ in range(count))

    def flood(self, slot: int, per_show_s: float) -> list[Remark]:
        """A second of a flood: so many short lines."""
        rng = rng_for(self._seed, "flood", slot)
        count = poisson(rng, per_show_s)
        lines = rng.choices(self._flood, k=count)
        names = rng.choices(self._corpus.names, k=count)
        times = sorted(int(1000 * rng.random()) for _ in range(count))
        return [
            Remark(at, name, f"flood-{name}", text, asks)
            for at, name, (text, asks) in zip(times, names, lines, strict=True)
        ]

    def event(
        self, kind: str, rng: random.Random, viewers: int, focus: Focus | None, code: str | None
    ) -> Remark | None:
        """A line about something that happened to somebody: ordered, code_worked, code_failed, sold_out, raid."""
        speaker = self.speaker(rng, viewers)
        line = self._line(rng, self._corpus.lines[kind][speaker.language], speaker, focus, code)
        return None if line is None else Remark(0, speaker.author, speaker.author_id, *line)

    def _remark(
        self, rng: random.Random, slot: int, viewers: int, focus: Focus | None, code: str | None
    ) -> Remark:
        after_ms, speaker = int(1000 * rng.random()), self.speaker(rng, viewers)
        kind = self._kind(rng, slot)
        if kind == "hostile":
            text = rng.choice(self._corpus.hostile)
            return Remark(after_ms, speaker.author, speaker.author_id, text, text in self._asking)
        line = self._question(rng, slot, speaker, focus, code) if kind == "question" else None
        if line is None:
            lines = self._corpus.lines["noise" if kind == "question" else kind][speaker.language]
            line = self._line(rng, lines, speaker, focus, code) or ("👍", False)
        return Remark(after_ms, speaker.author, speaker.author_id, *line)

    def _kind(self, rng: random.Random, slot: int) -> str:
        early = 8.0 * math.exp(-slot / 90)
        late = 4.0 if slot > self._length_s - 60 else 0.05
        return rng.choices(
            ("reaction", "noise", "question", "greeting", "complaint", "goodbye", "hostile"),
            (4.0, 2.4, 2.4, 0.3 + early, 0.2, late, 0.05),
        )[0]

    def _question(
        self, rng: random.Random, slot: int, speaker: Speaker, focus: Focus | None, code: str | None
    ) -> tuple[str, bool] | None:
        values = fillings(focus, code, rng.choice(self._corpus.countries), speaker.language, rng)
        hot = self._topics(focus.product_id if focus else f"nothing/{slot // 180}")
        everywhere = len(_CATEGORIES)
        fitting: list[tuple[float, list[str]]] = []
        for q in self._corpus.questions:
            known = len(q.categories) == everywhere if focus is None else focus.category in q.categories
            lines = [line for line in q.of(speaker.language) if holes(line) <= values.keys()]
            if known and lines and (code or q.topic != "code"):
                fitting.append((hot[q.topic], lines))
        if not fitting:
            return None
        lines = rng.choices([lines for _, lines in fitting], [weight for weight, _ in fitting])[0]
        return filled(rng.choice(lines), values), True

    def _topics(self, about: str) -> dict[str, float]:
        """How much each topic is on people's minds: a few are what everybody wants to know, each in words of their own."""
        if about not in self._hot:
            rng = rng_for(self._seed, "topics", about)
            self._hot[about] = {q.topic: rng.random() ** 4 + 0.02 for q in self._corpus.questions}
        return self._hot[about]

    def _line(
        self,
        rng: random.Random,
        lines: Sequence[str],
        speaker: Speaker,
        focus: Focus | None,
        code: str | None,
    ) -> tuple[str, bool] | None:
        values = fillings(focus, code, rng.choice(self._corpus.countries), speaker.language, rng)
        fitting = [line for line in lines if holes(line) <= values.keys()]
        if not fitting:
            return None
        line = rng.choice(fitting)
        return filled(line, values), line in self._asking

    def _flood_lines(self) -> list[tuple[str, bool]]:
        plain = [
            (line, line in self._asking)
            for kind in ("reaction", "noise", "greeting")
            for lines in self._corpus.lines[kind].values()
            for line in lines
        ]
        asked = [
            (line, True)
            for q in self._corpus.questions
            for language in self._corpus.languages
            for line in q.of(language)
        ]
        few = asked[:: max(1, len(asked) // 6)]
        return [pair for pair in (*plain, *few) if not holes(pair[0])]
