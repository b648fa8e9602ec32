"""What the corpus marks as a question is what the studio finds to be one: the two figures can only then be the same."""

import itertools
import json
from pathlib import Path

import pytest

from studio.domain.question import is_question
from studio.rehearsal.chatter import CHAT_FILE, Corpus, filled, holes, read_corpus

CATALOGUE = json.loads((CHAT_FILE.parents[1] / "catalogue" / "catalogue.json").read_text("utf-8"))
VALUES = {
    "code": ["NORD-20", "TAKK-7Q4M", "A1B"],
    "size": sorted({v["options"]["size"] for p in CATALOGUE["products"] for v in p["variants"] if "size" in v["options"]}),
    "colour": sorted(CATALOGUE["colours"]),
}  # fmt: skip


@pytest.fixture(scope="module")
def corpus() -> Corpus:
    return read_corpus()


def fillings(line: str, language: str, corpus: Corpus) -> list[str]:
    """The line with everything that can stand in its holes."""
    can_be = VALUES | {
        "product": sorted({product["title"][language] for product in CATALOGUE["products"]}),
        "country": [country[language] for country in corpus.countries],
    }
    names = sorted(holes(line))
    return [
        filled(line, dict(zip(names, chosen, strict=True)))
        for chosen in itertools.product(*(can_be[name] for name in names))
    ]


def test_every_question_of_the_corpus_is_found_whatever_stands_in_its_holes(corpus: Corpus) -> None:
    missed = [
        text
        for question in corpus.questions
        for language in corpus.languages
        for line in question.of(language)
        for text in fillings(line, language, corpus)
        if not is_question(text)
    ]
    assert missed == []


def test_no_other_line_is_taken_for_a_question_unless_it_is_marked_as_one(corpus: Corpus) -> None:
    asking = set(corpus.asking)
    wrong = [
        (line, text)
        for lines in corpus.lines.values()
        for language in corpus.languages
        for line in lines[language]
        for text in fillings(line, language, corpus)
        if is_question(text) != (line in asking)
    ]
    assert wrong == []


def test_the_finder_agrees_with_the_marks_on_hostile_lines_too(corpus: Corpus) -> None:
    asking = set(corpus.asking)
    assert [line for line in corpus.hostile if is_question(line) != (line in asking)] == []


def test_every_mark_belongs_to_a_line(corpus: Corpus) -> None:
    lines = {line for kind in corpus.lines.values() for language in kind.values() for line in language}
    assert set(corpus.asking) <= lines | set(corpus.hostile)


def test_every_language_says_everything(corpus: Corpus) -> None:
    assert sorted(corpus.languages) == ["de", "en", "nb"]
    assert all(kind.get(language) for kind in corpus.lines.values() for language in corpus.languages)
    assert all(question.of(language) for question in corpus.questions for language in corpus.languages)
    assert Path(CHAT_FILE).name == "chat.json"
