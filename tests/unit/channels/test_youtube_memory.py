"""What is remembered of a YouTube chat: who wrote what, and what we said."""

from studio.channels.youtube_memory import Memory, Sent
from studio.domain.audience import ChatMessage


def theirs(message_id: str, author: str = "Kari") -> ChatMessage:
    return ChatMessage("yt", message_id, 0, 1_000, author, "Is it wool?")


def ours(message_id: str, text: str, at_ms: int = 5_000) -> ChatMessage:
    return ChatMessage("yt", message_id, 0, at_ms, "Nordlys", text, by_us=True)


def reply(at_ms: int = 5_000) -> Sent:
    return Sent("@Kari All of it.", "All of it.", "m1", at_ms)


def test_an_answer_that_came_before_the_feed_and_one_that_was_lost_both_become_replies():
    for told in (True, False):
        memory, sent = Memory(), reply()
        memory.sending(sent)
        if told:
            memory.told(sent, "r1")
        shown = memory.saw(ours("r1", "@Kari All of it."))
        assert (shown.text, shown.reply_to) == ("All of it.", "m1")
        assert memory.find("All of it.", "m1", 0) == "r1"


def test_the_same_words_said_twice_are_two_messages():
    memory, first, second = Memory(), reply(), reply()
    memory.sending(first)
    memory.sending(second)
    assert [memory.saw(ours(message_id, "@Kari All of it.")).reply_to for message_id in ("r1", "r2", "r3")] == [
        "m1", "m1", "",
    ]  # fmt: skip


def test_what_was_written_by_hand_is_shown_as_it_is():
    memory = Memory()
    assert memory.saw(ours("h1", "@Kari Hello")) == ours("h1", "@Kari Hello")


def test_what_certainly_did_not_arrive_is_not_taken_for_what_is_written_by_hand_later():
    memory, sent = Memory(), reply()
    memory.sending(sent)
    memory.refused(sent)
    memory.refused(sent)
    assert memory.saw(ours("h1", "@Kari All of it.")).reply_to == ""


def test_what_was_said_is_found_by_its_words_from_then_on_and_for_its_message_only():
    memory = Memory()
    memory.saw(ours("s1", "Five  left!", at_ms=5_000))
    memory.saw(ours("s2", "@Kari All of it.", at_ms=6_000))
    assert memory.find("Five left!", "", 5_000) == "s1"
    assert memory.find("Five left!", "", 5_001) is None
    assert memory.find("Five", "", 0) is None
    assert memory.find("All of it.", "m1", 0) == "s2"
    assert memory.find("All of it.", "", 0) is None


def test_what_nobody_has_claimed_is_found_before_what_was_answered():
    memory, sent = Memory(), Sent("Sold out", "Sold out", "", 5_000)
    memory.sending(sent)
    memory.told(sent, "s1")
    assert memory.find("Sold out", "", 0) == "s1"
    memory.saw(ours("s2", "Sold out", at_ms=9_000))
    assert memory.find("Sold out", "", 0) == "s2"


def test_nobody_replies_to_what_is_hidden_and_it_is_not_shown_again():
    memory = Memory()
    memory.saw(theirs("m1"))
    assert memory.author("m1") == "Kari"
    memory.hid("m1")
    memory.hid("unknown")
    assert memory.author("m1") is None
    assert "m1" in memory
    assert "unknown" not in memory


def test_the_memory_is_bounded_and_the_newest_stays():
    memory = Memory()
    for n in range(30_000):
        memory.saw(theirs(f"m{n}"))
    assert memory.author("m29999") == "Kari"
    assert memory.author("m0") is None
    for n in range(3_000):
        memory.saw(ours(f"s{n}", f"number {n}"))
    assert memory.find("number 2999", "", 0) == "s2999"
    assert memory.find("number 0", "", 0) is None
