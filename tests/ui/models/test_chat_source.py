"""What is read in the chat: messages, what is missing between them, and nothing that a channel took away."""

from studio.control.ports import ChatRow, HiddenChat
from studio.domain.audience import ChatMessage
from studio.ui.models.chat_source import ChatWindow, line_of
from studio.ui.tasks import Tasks


def row(number: int, author_id: str = "u1") -> ChatRow:
    message = ChatMessage("twitch", f"m{number}", 0, number * 1_000, "Kari", f"text {number}", author_id)
    return ChatRow(number, message)


def gap(text: str) -> str:
    return line_of(ChatRow(1, ChatMessage("twitch", "g", 0, 1, "", text), gap=True)).text


async def nothing(_after: int, _limit: int) -> list[ChatRow]:
    return []


def texts(chat: ChatWindow) -> list[str]:
    return [line.text for n in range(chat.row_count()) if (line := chat.row(n)) is not None]


def test_a_message_that_is_hidden_later_is_not_readable_any_more(qtbot):
    chat = ChatWindow(nothing, Tasks("test", lambda *_: None))
    chat.open_at([row(1), row(2, "troll"), row(3)], 3)
    chat.append([row(4, "troll")], 4)
    assert chat.hide([HiddenChat("twitch", "m1"), HiddenChat("twitch", "", "troll", 3_000)])
    assert texts(chat) == ["Removed by the channel", "Removed by the channel", "text 3", "text 4"]
    assert not chat.hide([HiddenChat("youtube", "m3"), HiddenChat("twitch", "m9")])
    assert chat.hide([HiddenChat("twitch", until_ms=4_000)])
    assert texts(chat) == ["Removed by the channel"] * 4


def test_a_gap_says_how_much_is_missing_as_far_as_anybody_knows():
    assert gap("12") == "12 messages are missing here"
    assert gap("1") == "1 message is missing here"
    assert gap("") == "The connection broke off: messages may be missing here"


def test_a_message_that_was_written_elsewhere_says_where():
    message = ChatMessage("social", "m1", 0, 1, "Ana", "Is it warm?", origin="tiktok")
    line, other = line_of(ChatRow(1, message)), line_of(row(1))
    assert (line.channel, line.letter, other.channel, other.letter) == ("tiktok", "T", "twitch", "T")
    assert line.colour != other.colour
