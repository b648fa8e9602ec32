"""What the simulated audience says and what hosts answer: enough, in three languages, and fit for templates."""

import json
import re
import unicodedata
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from studio.domain.question import is_question

RESOURCES = Path(__file__).resolve().parents[3] / "resources"
LANGUAGES = ("en", "de", "nb")
FIELDS = {"product", "size", "colour", "code", "country"}


@pytest.fixture(scope="module")
def chat() -> dict[str, Any]:
    return json.loads((RESOURCES / "chat" / "chat.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def answers() -> list[dict[str, Any]]:
    return json.loads((RESOURCES / "canned" / "canned.json").read_text(encoding="utf-8"))["answers"]


def _spoken(chat: dict[str, Any]) -> list[str]:
    lines = [line for kind in chat["lines"].values() for language in LANGUAGES for line in kind[language]]
    return lines + [
        line for question in chat["questions"] for language in LANGUAGES for line in question[language]
    ]


def test_there_is_enough_to_say(chat: dict[str, Any]) -> None:
    assert len(_spoken(chat)) >= 300
    assert len(chat["names"]) >= 200
    assert len(set(chat["names"])) == len(chat["names"])
    assert all(0 < len(name) <= 30 and not name.isspace() for name in chat["names"])


def test_every_kind_is_said_in_every_language(chat: dict[str, Any]) -> None:
    for group in [*chat["lines"].values(), *chat["questions"]]:
        for language in LANGUAGES:
            assert len(group[language]) >= 3
            assert all(line == line.strip() and line for line in group[language])


def test_templates_ask_only_for_what_the_audience_knows(chat: dict[str, Any]) -> None:
    used: Counter[str] = Counter()
    for line in _spoken(chat):
        fields = set(re.findall(r"\{(\w*)\}", line))
        assert fields <= FIELDS, line
        assert line.count("{") == line.count("}") == len(re.findall(r"\{\w+\}", line))
        used.update(fields)
    assert set(used) == FIELDS


def test_questions_read_as_questions_and_the_rest_does_not(chat: dict[str, Any]) -> None:
    asked = [line for question in chat["questions"] for language in LANGUAGES for line in question[language]]
    assert sum(is_question(line) for line in asked) > 0.97 * len(asked)
    quiet = [line for kind in ("greeting", "reaction", "ordered", "code_worked", "goodbye") for language in LANGUAGES
             for line in chat["lines"][kind][language]]  # fmt: skip
    assert sum(is_question(line) for line in quiet) < 0.03 * len(quiet)


def test_questions_belong_to_categories_of_the_shop(chat: dict[str, Any]) -> None:
    topics = [question["topic"] for question in chat["questions"]]
    assert len(set(topics)) == len(topics)
    assert {
        "care",
        "sizes",
        "delivery",
        "material",
        "weight",
        "price",
        "stock",
        "code",
        "returns",
        "allergens",
    } <= set(topics)
    for question in chat["questions"]:
        assert set(question["categories"]) <= {"home", "fashion", "beauty", "food"}
        assert question["categories"]


def test_the_hostile_lines_cover_what_breaks_chats(chat: dict[str, Any]) -> None:
    hostile: list[str] = chat["hostile"]
    together = "".join(hostile)
    assert "<img src=x" in together
    assert "<b>" in together
    assert "\u202e" in together
    assert "\u200b" in together
    assert "\u0000" in together
    assert any(unicodedata.bidirectional(sign) in ("R", "AL") for sign in together)
    assert any(sum(unicodedata.combining(sign) > 0 for sign in line) > 20 for line in hostile)
    assert any(len(line) > 500 for line in hostile)
    assert all(line.encode("utf-8") for line in hostile)


def test_hosts_have_an_answer_for_every_topic_in_every_language(
    chat: dict[str, Any], answers: list[dict[str, Any]]
) -> None:
    topics = {question["topic"] for question in chat["questions"]}
    assert topics <= {answer["topic"] for answer in answers}
    assert {answer["topic"] for answer in answers} - topics == {"thanks", "service"}
    ids = [answer["id"] for answer in answers]
    assert len(set(ids)) == len(ids)
    for answer in answers:
        for language in LANGUAGES:
            assert 3 <= len(answer["title"][language]) <= 40
            # Twitch takes 500 characters a message, YouTube 200.
            assert 10 <= len(answer["text"][language]) <= 200, answer["id"]
        assert len(set(answer["text"].values())) == 3
