"""Viewers ask, the host answers: by typing, by a suggestion, aloud; and the chat never moves under the hand."""

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QEnterEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel

from studio.domain import commands as cmd
from studio.domain.commands import Refused
from studio.domain.question import QuestionStatus
from studio.ui.host.question_card import QuestionCard
from tests.ui.host.conftest import CTRL, Host, until

Key = Qt.Key


@pytest.fixture
async def asked(on_air: Host) -> Host:
    """Two questions wait; the first was asked three times."""
    for text in (
        "Can it be washed in the machine?",
        "can it be washed in the machine??",
        "Is there a 200×220 size?",
    ):
        on_air.studio.hear_chat(text)
    on_air.studio.hear_chat("can it be washed in the machine please?", author="per")
    on_air.host.tick()
    await on_air.done()
    return on_air


def cards(host: Host) -> list[QuestionCard]:
    found = [c for c in host.host.questions.findChildren(QuestionCard) if c.isVisible()]
    return sorted(found, key=lambda c: c.mapTo(host.host, QPoint(0, 0)).y())


def texts(host: Host) -> list[str]:
    return [c.text.text() for c in cards(host)]


async def test_questions_of_the_chat_wait_the_most_asked_first(asked: Host):
    assert texts(asked) == ["Can it be washed in the machine?", "Is there a 200×220 size?"]
    assert cards(asked)[0].asked.text() == "×3"
    assert asked.host.questions.header.note.text() == "2 open · oldest 0:00"


async def test_a_question_is_answered_by_typing(asked: Host):
    await asked.press(Key.Key_J)
    await asked.press(Key.Key_Slash)
    assert asked.host.chat.target.text() == "Answers mari_k: “Can it be washed in the machine?”"
    await asked.type("Yes, at 30 degrees.")
    await asked.press(Key.Key_Return)
    answer = asked.given[-1]
    assert isinstance(answer, cmd.AnswerQuestion)
    assert (answer.text, answer.channel, answer.message_id) == ("Yes, at 30 degrees.", "live", "m1")
    assert texts(asked) == ["Is there a 200×220 size?"]
    assert asked.host.chat.field.text() == ""
    assert asked.host.chat.target.text() == ""


async def test_a_question_is_answered_with_the_mouse(asked: Host):
    await asked.click(cards(asked)[1].answer)
    assert QApplication.focusWidget() is asked.host.chat.field
    await asked.type("In October.")
    await asked.press(Key.Key_Return)
    assert texts(asked) == ["Can it be washed in the machine?"]


async def test_a_suggested_answer_is_taken_into_the_field_and_sent_by_return(on_air: Host):
    on_air.studio.hear_chat("What about allergens in this?")
    await on_air.done()
    suggestion = cards(on_air)[0].suggest
    assert suggestion.text().startswith("SUGGESTED: “All allergens are in the description.")
    await on_air.click(suggestion, QPoint(10, 5))
    assert on_air.given == []
    await on_air.press(Key.Key_Return)
    assert on_air.given[-1].text.startswith("All allergens are in the description.")
    assert texts(on_air) == []


async def test_a_canned_answer_goes_into_the_field_from_the_menu(on_air: Host):
    menu = on_air.host.chat.canned.menu()
    topic = next(a for a in menu.actions() if a.menu() is None)
    topic.trigger()
    assert len(on_air.host.chat.field.text()) > 20
    assert QApplication.focusWidget() is on_air.host.chat.field
    assert on_air.given == []


async def test_a_refused_reply_keeps_the_draft_and_says_why(asked: Host):
    asked.studio.refuse = Refused("No channel is connected that could take this.", "no-channel")
    asked.host.chat.focus_field()
    await asked.type("Hello everybody")
    await asked.press(Key.Key_Return)
    assert asked.host.chat.field.text() == "Hello everybody"
    assert asked.sentences == ["No channel is connected that could take this."]


async def test_return_pressed_twice_sends_one_reply(on_air: Host):
    on_air.host.chat.focus_field()
    await on_air.type("Hello")
    on_air.key(Key.Key_Return)
    on_air.key(Key.Key_Return)
    await on_air.done()
    assert len(on_air.given) == 1


async def test_a_reply_without_a_target_goes_to_all_channels(on_air: Host):
    await on_air.press(Key.Key_Slash)
    await on_air.type("Welcome!")
    await on_air.press(Key.Key_Return)
    assert (on_air.given[0].text, on_air.given[0].message_id) == ("Welcome!", "")


async def test_letters_typed_into_the_field_are_letters(asked: Host):
    await asked.press(Key.Key_J)
    await asked.press(Key.Key_Slash)
    await asked.type("hajkcp/ HAJKCP")
    assert asked.host.chat.field.text() == "hajkcp/ HAJKCP"
    assert asked.given == []
    assert texts(asked) == ["Can it be washed in the machine?", "Is there a 200×220 size?"]


async def test_a_draft_stays_when_the_field_is_left(on_air: Host):
    await on_air.press(Key.Key_Slash)
    await on_air.type("To be")
    await on_air.press(Key.Key_Escape)
    assert on_air.on_air
    await on_air.press(Key.Key_Slash)
    await on_air.type(" continued")
    assert on_air.host.chat.field.text() == "To be continued"


async def test_keys_hide_claim_and_mark_answered_the_selected_question(asked: Host):
    await asked.press(Key.Key_J)
    await asked.press(Key.Key_C)
    first = cards(asked)[0]
    assert first.state.text() == "claimed"
    await asked.press(Key.Key_A)
    assert texts(asked) == ["Is there a 200×220 size?"]
    await asked.press(Key.Key_J)
    await asked.press(Key.Key_H)
    assert texts(asked) == []
    assert asked.host.questions.empty.isVisible()
    await asked.press(Key.Key_Z, CTRL)
    assert texts(asked) == ["Is there a 200×220 size?"]


async def test_j_goes_on_where_a_question_was_dealt_with(asked: Host):
    asked.studio.hear_chat("How long is delivery to Denmark?")
    await asked.done()
    await asked.press(Key.Key_J)
    await asked.press(Key.Key_J)
    await asked.press(Key.Key_H)
    await asked.press(Key.Key_J)
    row = asked.host.questions.row(asked.host.questions.selected_id)
    assert row.question.text == "How long is delivery to Denmark?"


async def test_without_a_selected_question_the_letters_do_nothing(asked: Host):
    for key in (Key.Key_A, Key.Key_C, Key.Key_H, Key.Key_P):
        await asked.press(key)
    assert asked.given == []


async def test_a_question_goes_on_the_prompter_and_off_again(asked: Host):
    await asked.press(Key.Key_J)
    await asked.press(Key.Key_P)
    assert asked.live.state.prompted.text == "Can it be washed in the machine?"
    assert cards(asked)[0].state.text() == "on the prompter"
    await asked.click(cards(asked)[0].prompter)
    assert asked.live.state.prompted is None


async def test_the_queue_keeps_its_order_while_a_hand_is_on_it(asked: Host):
    await asked.press(Key.Key_J)
    for n in range(9):
        asked.studio.hear_chat("How long is delivery to Denmark?", author=f"v{n}")
    await asked.passes(500)
    assert texts(asked)[0] == "Can it be washed in the machine?"
    await asked.press(Key.Key_Escape)
    await asked.passes(500)
    assert texts(asked)[0] == "How long is delivery to Denmark?"


async def test_a_message_of_the_chat_is_replied_to(on_air: Host):
    on_air.studio.hear_chat("love the colour", author="nora")
    await on_air.done()
    view = on_air.host.chat.view
    view.setFocus()
    await on_air.press(Key.Key_Up)
    assert on_air.host.chat.target.text() == "Replies to nora: “love the colour”"
    await on_air.press(Key.Key_Return)
    await on_air.type("So do we")
    await on_air.press(Key.Key_Return)
    assert (on_air.given[0].message_id, on_air.given[0].author) == ("m1", "nora")


async def test_a_selected_message_takes_the_place_of_a_selected_question(asked: Host):
    await asked.press(Key.Key_J)
    view = asked.host.chat.view
    view.setFocus()
    await asked.press(Key.Key_Up)
    assert asked.host.questions.selected_id == ""
    assert asked.host.chat.target.text().startswith("Replies to")


def pointer(host: Host, inside: bool) -> None:
    port = host.host.chat.view.viewport()
    middle = QPointF(port.rect().center())
    event = QEnterEvent(middle, middle, middle) if inside else QEvent(QEvent.Type.Leave)
    QApplication.sendEvent(port, event)


async def test_the_chat_stands_still_under_the_pointer_and_counts_what_it_holds_back(on_air: Host):
    for n in range(60):
        on_air.studio.hear_chat(f"message {n}")
    await on_air.done()
    view = on_air.host.chat.view
    shown = view.grab().toImage()
    pointer(on_air, inside=True)
    on_air.studio.hear_chat("one more", "and another")
    await on_air.done()
    assert view.held_back == 2
    assert view._jump.text() == "2 new"
    view._jump.hide()
    assert view.grab().toImage() == shown
    pointer(on_air, inside=False)
    await on_air.done()
    assert view.held_back == 0


async def test_the_chat_stands_still_while_a_line_is_selected(on_air: Host):
    for n in range(60):
        on_air.studio.hear_chat(f"message {n}")
    await on_air.done()
    view = on_air.host.chat.view
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=view.viewport().rect().center())
    on_air.studio.hear_chat("one more")
    assert view.held_back == 1
    await on_air.press(Key.Key_Escape)
    assert (view.held_back, on_air.on_air) == (0, "Linen throw “Fjord”")


async def test_the_rate_of_the_chat_is_counted_over_a_minute(on_air: Host):
    on_air.studio.hear_chat("a", "b", "c")
    await on_air.passes(1_000)
    assert on_air.host.chat.header.note.text() == "3 / min"
    await on_air.passes(61_000)
    assert on_air.host.chat.header.note.text() == "0 / min"


async def test_what_a_viewer_writes_is_shown_as_it_is_and_never_as_markup(on_air: Host):
    nasty = "<img src='file:///etc/passwd'><b>bold</b> can it be washed?"
    on_air.studio.hear_chat(nasty, author="<i>x</i>")
    await on_air.done()
    await on_air.press(Key.Key_J)
    assert texts(on_air) == [nasty]
    labels = on_air.window.findChildren(QLabel)
    assert len(labels) > 50
    assert {label.textFormat() for label in labels} == {Qt.TextFormat.PlainText}
    tips = {label.toolTip() for label in labels if "img" in label.toolTip()}
    assert not [tip for tip in tips if "<img" in tip]


@pytest.mark.parametrize(
    "text",
    [
        "how long " + "x" * 100_000 + "?",
        "is \u202eevil\u202c this ok?",
        "w\u200bhat\u200b is it?",
        "👩‍👩‍👧‍👦 can it be washed?",
    ],
)
async def test_no_message_breaks_the_workspace(on_air: Host, text: str):
    on_air.studio.hear_chat(text)
    on_air.host.tick()
    await on_air.done()
    on_air.window.grab()
    assert len(texts(on_air)[0]) <= 300


async def test_an_answer_that_is_too_long_cannot_be_typed_and_the_field_counts_down(on_air: Host):
    field = on_air.host.chat.field
    field.setText("x" * 450)
    assert on_air.host.chat.count.text() == "50 left"
    await on_air.press(Key.Key_Slash)
    QTest.keyClicks(field, "y" * 60)
    assert len(field.text()) == 500


async def test_older_messages_are_read_when_they_are_scrolled_to(host: Host):
    for n in range(700):
        host.studio.hear_chat(f"message {n}")
    source = host.host.chat_source
    source._tail = source._tail[-100:]
    assert source.row(300) is None
    await until(lambda: source.row(300) is not None, "the page")
    assert source.row(300).text == "message 300"


async def test_a_question_answered_elsewhere_leaves_the_queue_and_the_field_turns_to_all(asked: Host):
    await asked.press(Key.Key_J)
    question = asked.host.questions.selected_id
    await asked.give(cmd.AnswerQuestion(question))
    await asked.done()
    assert asked.live.state.question_status(question) is QuestionStatus.ANSWERED
    assert asked.host.questions.selected_id == ""
    assert asked.host.chat.target.text() == ""
