"""One entry of a YouTube live chat as an item of the channel's feed.

Source: "LiveChatMessages" in the reference of the YouTube Live Streaming API (`snippet.type` and the details of each), and
the schema LiveChatMessage of Google's discovery document.
"""

import datetime as dt

import msgspec
from msgspec import Raw, Struct

from studio.channels.unnumbered import LONGEST_NAME, clean
from studio.control.ports import ChannelItem
from studio.control.ports.answers import plain
from studio.domain.audience import ChatMessage

_MAX_MS = 2**53
_LONGEST_ID = 200
_PLATFORM = "YouTube"


class _Author(Struct, frozen=True, rename="camel"):
    channel_id: str = ""
    display_name: str = ""


class _Words(Struct, frozen=True, rename="camel"):
    """Of whatever a viewer paid for or celebrates."""

    user_comment: str = ""
    amount_display_string: str = ""


class _Text(Struct, frozen=True, rename="camel"):
    message_text: str = ""


class _Deleted(Struct, frozen=True, rename="camel"):
    deleted_message_id: str = ""


class _Retracted(Struct, frozen=True, rename="camel"):
    retracted_message_id: str = ""


class _Profile(Struct, frozen=True, rename="camel"):
    channel_id: str = ""


class _Banned(Struct, frozen=True, rename="camel"):
    banned_user_details: _Profile = _Profile()


class _Snippet(Struct, frozen=True, rename="camel"):
    type: str
    published_at: dt.datetime | None = None
    author_channel_id: str = ""
    display_message: str = ""
    text_message_details: _Text = _Text()
    super_chat_details: _Words = _Words()
    super_sticker_details: _Words = _Words()
    fan_funding_event_details: _Words = _Words()
    member_milestone_chat_details: _Words = _Words()
    message_deleted_details: _Deleted = _Deleted()
    message_retracted_details: _Retracted = _Retracted()
    user_banned_details: _Banned = _Banned()


class _Entry(Struct, frozen=True, rename="camel"):
    id: str
    snippet: _Snippet
    author_details: _Author = _Author()


class ChatEnded(ValueError):
    """The entry says that the chat is over."""


_entry = msgspec.json.Decoder(_Entry)


def chat_item(raw: Raw | bytes, channel: str, own_id: str) -> ChannelItem | None:
    """What an entry means; None when it says nothing to anybody. `own_id` is our channel at YouTube. What cannot be read is
    an item with a problem. Raises `ChatEnded`.
    """
    try:
        return _item(_entry.decode(raw), channel, own_id)
    except ChatEnded:
        raise
    except (msgspec.MsgspecError, ValueError, OverflowError) as error:
        return ChannelItem(0, problem=f"YouTube sent something that was left out ({plain(str(error), 160)}).")


def _item(entry: _Entry, channel: str, own_id: str) -> ChannelItem | None:
    snippet = entry.snippet
    match snippet.type:
        case "chatEndedEvent":
            raise ChatEnded
        case "tombstone":
            return _hidden(entry.id)
        case "messageDeletedEvent":
            return _hidden(snippet.message_deleted_details.deleted_message_id)
        case "messageRetractedEvent":
            return _hidden(snippet.message_retracted_details.retracted_message_id)
        case "userBannedEvent":
            banned = snippet.user_banned_details.banned_user_details.channel_id
            return ChannelItem(0, hidden_author=banned[:_LONGEST_ID]) if banned else None
        case _:
            pass
    text = _words(snippet)
    if not text:
        return None
    if not 0 < len(entry.id) <= _LONGEST_ID:
        raise ValueError("a message has no usable id")
    author_id = entry.author_details.channel_id or snippet.author_channel_id
    message = ChatMessage(
        channel=channel,
        id=entry.id,
        seq=0,
        at_ms=utc_ms(snippet.published_at),
        author=clean(entry.author_details.display_name, LONGEST_NAME) or _PLATFORM,
        text=text,
        author_id=author_id[:_LONGEST_ID],
        by_us=bool(own_id) and author_id == own_id,
    )
    return ChannelItem(0, message=message)


def _hidden(message_id: str) -> ChannelItem | None:
    return ChannelItem(0, hidden_id=message_id[:_LONGEST_ID]) if message_id else None


def _words(snippet: _Snippet) -> str:
    """As a person should read it: YouTube's own sentence, and what the viewer wrote where that leaves it out."""
    said = clean(snippet.display_message or snippet.text_message_details.message_text).strip()
    for details in (
        snippet.super_chat_details,
        snippet.super_sticker_details,
        snippet.fan_funding_event_details,
        snippet.member_milestone_chat_details,
    ):
        for words in (details.amount_display_string, details.user_comment):
            words = clean(words).strip()
            if words and words not in said:
                said = f"{said}: {words}" if said else words
    return clean(said)


def utc_ms(at: dt.datetime | None) -> int:
    """A moment of YouTube's as UTC ms. Raises `ValueError` when there is none or it makes no sense."""
    if at is None:
        raise ValueError("it has no time")
    if at.tzinfo is None:
        at = at.replace(tzinfo=dt.UTC)
    ms = round(at.timestamp() * 1000)
    if not 0 <= ms < _MAX_MS:
        raise ValueError("its time makes no sense")
    return ms
