"""What an entry of a YouTube chat becomes, and what a hostile one cannot do."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.channels.unnumbered import LONGEST_NAME, LONGEST_TEXT
from studio.channels.youtube_messages import ChatEnded, chat_item
from studio.control.ports import ChannelItem
from studio.domain.audience import ChatMessage


def entry(kind: str = "textMessageEvent", **more: Any) -> dict[str, Any]:
    snippet = {
        "type": kind,
        "liveChatId": "chat",
        "authorChannelId": "UC-kari",
        "publishedAt": "2026-11-22T19:00:00.123456+00:00",
        "displayMessage": "Hello",
    } | more
    return {
        "kind": "youtube#liveChatMessage",
        "id": "m1",
        "snippet": snippet,
        "authorDetails": {"channelId": "UC-kari", "displayName": "Kari"},
    }


def item(given_entry: Any, own_id: str = "UC-host") -> ChannelItem | None:
    return chat_item(json.dumps(given_entry).encode(), "yt", own_id)


def message(given_entry: Any, own_id: str = "UC-host") -> ChatMessage:
    found = item(given_entry, own_id)
    assert found is not None
    assert found.message is not None
    return found.message


def test_a_text_message_keeps_its_author_its_words_and_its_time():
    assert message(entry()) == ChatMessage(
        channel="yt",
        id="m1",
        seq=0,
        at_ms=1_795_374_000_123,
        author="Kari",
        text="Hello",
        author_id="UC-kari",
    )


def test_what_our_own_channel_wrote_is_ours_and_without_an_own_channel_nothing_is():
    assert message(entry(), own_id="UC-kari").by_us
    assert not message(entry() | {"authorDetails": {"displayName": "Kari"}}, own_id="").by_us
    bare = entry(authorChannelId="")
    bare["authorDetails"] = {}
    assert not message(bare, own_id="").by_us


@pytest.mark.parametrize(
    ("kind", "details", "text"),
    [
        (
            "superChatEvent",
            {"superChatDetails": {"amountDisplayString": "$5.00", "userComment": "Size?"}},
            "$5.00: Size?",
        ),
        ("superStickerEvent", {"superStickerDetails": {"amountDisplayString": "€2.00"}}, "€2.00"),
        ("fanFundingEvent", {"fanFundingEventDetails": {"userComment": "Keep on"}}, "Keep on"),
        ("memberMilestoneChatEvent", {"memberMilestoneChatDetails": {"userComment": "A year!"}}, "A year!"),
        ("textMessageEvent", {"textMessageDetails": {"messageText": "words"}}, "words"),
    ],
)
def test_without_a_sentence_of_youtubes_the_viewers_own_words_are_shown(kind: str, details: Any, text: str):
    assert message(entry(kind, displayMessage="", **details)).text == text


def test_a_comment_that_stands_in_youtubes_sentence_is_not_repeated():
    paid = {"amountDisplayString": "$5.00", "userComment": "Size?"}
    told = entry("superChatEvent", displayMessage='$5.00 from Kari: "Size?"', superChatDetails=paid)
    assert message(told).text == '$5.00 from Kari: "Size?"'


@pytest.mark.parametrize(
    ("kind", "details", "hidden"),
    [
        ("tombstone", {}, "m1"),
        ("messageDeletedEvent", {"messageDeletedDetails": {"deletedMessageId": "m0"}}, "m0"),
        ("messageRetractedEvent", {"messageRetractedDetails": {"retractedMessageId": "m0"}}, "m0"),
    ],
)
def test_what_youtube_took_away_is_hidden(kind: str, details: Any, hidden: str):
    assert item(entry(kind, displayMessage="", **details)) == ChannelItem(0, hidden_id=hidden)


def test_who_was_banned_is_hidden_and_nobody_when_it_is_not_told_who():
    banned = {"userBannedDetails": {"banType": "temporary", "bannedUserDetails": {"channelId": "UC-x"}}}
    assert item(entry("userBannedEvent", **banned)) == ChannelItem(0, hidden_author="UC-x")
    assert item(entry("userBannedEvent")) is None
    assert item(entry("messageDeletedEvent")) is None


def test_the_end_of_the_chat_is_no_message():
    with pytest.raises(ChatEnded):
        item(entry("chatEndedEvent"))


def test_an_event_of_a_kind_that_nobody_knows_yet_is_shown_by_its_sentence_and_a_silent_one_not_at_all():
    assert (
        message(entry("holographicEvent", displayMessage="Kari sent a hologram")).text
        == "Kari sent a hologram"
    )
    assert item(entry("holographicEvent", displayMessage="")) is None


def test_foreign_text_keeps_its_characters_and_loses_its_controls_and_its_excess():
    hostile = entry(displayMessage="<img src=x>\x00\x1b[31m" + "x" * 20_000)
    hostile["authorDetails"]["displayName"] = "K\x07" + "a" * 1_000
    found = message(hostile)
    assert found.text.startswith("<img src=x>[31mx")
    assert len(found.text) == LONGEST_TEXT
    assert len(found.author) == LONGEST_NAME
    assert "\x07" not in found.author


@pytest.mark.parametrize(
    "broken",
    [
        entry(publishedAt="yesterday"),
        entry(publishedAt="0001-01-01T00:00:00Z"),
        entry(publishedAt=None),
        entry(displayMessage=7),
        entry() | {"id": ""},
        entry() | {"id": "x" * 1_000},
        {"id": "m1"},
        [],
    ],
)
def test_an_entry_that_cannot_be_read_is_a_problem_and_nothing_else(broken: Any):
    found = item(broken)
    assert found is not None
    assert found == ChannelItem(0, problem=found.problem)
    assert "left out" in found.problem


def test_a_time_without_a_zone_is_utc():
    assert message(entry(publishedAt="2026-11-22T19:00:00")).at_ms == 1_795_374_000_000


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=10,
)


@given(
    field=st.sampled_from(["type", "publishedAt", "displayMessage", "superChatDetails", "userBannedDetails"]),
    value=values,
)
def test_whatever_stands_in_a_field_it_ends_as_an_item_or_as_nothing(field: str, value: Any):
    try:
        found = item(entry(**{field: value}))
    except ChatEnded:
        assert value == "chatEndedEvent"
        return
    assert (
        found is None
        or (found.message is None) != (found.problem == "")
        or found.hidden_id
        or found.hidden_author
    )


@given(st.binary(max_size=200))
def test_whatever_bytes_come_as_an_entry_the_chat_goes_on(raw: bytes):
    found = chat_item(raw, "yt", "UC-host")
    assert found is None or found.problem
