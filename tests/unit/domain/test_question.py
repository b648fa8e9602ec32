"""Questions are found in the chat, and the same question asked in other words is one question."""

import hypothesis.strategies as st
import pytest
from hypothesis import given

from studio.domain.audience import ChatMessage
from studio.domain.question import QuestionFinder, is_question, queue_key


def message(n: int, text: str, channel: str = "live", by_us: bool = False) -> ChatMessage:
    return ChatMessage(channel, f"m{n}", n, n * 1000, "mari", text, by_us=by_us)


@pytest.mark.parametrize(
    "text",
    [
        "Can it be washed in the machine?",
        "Is there a 200x220 size?",
        "kann man das in der Maschine waschen",
        "Hvor lang er leveringen til Danmark?",
        "how heavy is it",
    ],
)
def test_questions_are_found_in_three_languages(text):
    assert is_question(text)


@pytest.mark.parametrize(
    "text", ["obsessed with the green one", "just ordered two!!", "what?!", "hello from Bergen", "", "?"]
)
def test_noise_is_not_a_question(text):
    assert not is_question(text)


def test_the_same_question_in_other_words_counts_up():
    finder = QuestionFinder("show-1")
    first = finder.add(message(1, "Can it be washed in the machine?"))
    again = finder.add(message(2, "can this be washed in a machine ?", "other"))
    assert again.id == first.id
    assert again.asked == 2
    assert again.channels == ("live", "other")
    assert finder.add(message(3, "How long is delivery to Denmark?")).id != first.id


def test_what_we_say_ourselves_is_no_question():
    assert QuestionFinder("show-1").add(message(1, "Does everybody hear me?", by_us=True)) is None


def test_a_finder_that_starts_again_goes_on_counting():
    finder = QuestionFinder("show-1")
    known = finder.add(message(1, "Can it be washed in the machine?"))
    again = QuestionFinder("show-1", [known]).add(message(2, "Can it be washed in the machine?"))
    assert (again.id, again.asked) == (known.id, 2)


def test_waiting_long_weighs_like_being_asked_often():
    finder = QuestionFinder("show-1")
    old = finder.add(message(1, "Can it be washed in the machine?"))
    for n in range(600, 603):
        new = finder.add(message(n, "How long is delivery to Denmark?"))
    assert queue_key(old, 700_000) < queue_key(new, 700_000)
    assert queue_key(new, 603_000 - 500_000) < queue_key(old, 0)


@given(st.text(max_size=300))
def test_any_message_is_judged_without_a_crash(text):
    QuestionFinder("show-1").add(message(1, text))
