"""Canned answers: the ones that come with the studio are offered, and fit what is asked."""

from pathlib import Path

import pytest

from studio.ui.host.canned import CannedAnswers

FILE = Path(__file__).resolve().parents[3] / "resources" / "canned" / "canned.json"


def test_the_answers_that_come_with_the_studio_are_offered_in_the_language_of_the_show():
    english, german = CannedAnswers.read(FILE, "en").texts(), CannedAnswers.read(FILE, "de").texts()
    assert len(english) == len(german) > 20
    assert ("Washing wool", "Yes, on the wool programme at 30°. Dry it flat.") in english
    assert ("Wolle waschen", "Ja, im Wollprogramm bei 30 °C. Bitte liegend trocknen.") in german


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("how much does delivery cost?", "2–3 working days"),
        ("is it dishwasher safe", "dishwasher"),
        ("can you wrap it as a gift?", "This is a gift"),
        ("where do I enter the code?", "in the basket"),
        ("wie lange dauert die Lieferung nach Norwegen?", "working days to Norway"),
    ],
)
def test_a_question_gets_the_answer_that_has_its_words(question: str, words: str):
    assert words in CannedAnswers.read(FILE, "en").suggest(question)


def test_a_question_about_nothing_prepared_gets_no_suggestion():
    assert CannedAnswers.read(FILE, "en").suggest("who else is eating dinner right now?") == ""


def test_a_file_that_is_missing_or_broken_gives_no_answers(tmp_path: Path):
    broken = tmp_path / "canned.json"
    broken.write_text("{")
    assert CannedAnswers.read(broken, "en").texts() == []
    assert CannedAnswers.read(tmp_path / "none.json", "en").texts() == []
