"""What Social Stream Ninja tells becomes messages, viewers and deletions: each message once, none swallowed."""

import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.channels.social_frames import MOST_FRAMES, SocialFrames, site_of
from studio.channels.social_memory import REMEMBERED, Known, Said, Seen
from studio.control.ports import ChannelItem
from studio.domain.audience import ChatMessage
from tests.fakes.social_relay import frame

AT = 1_795_000_000_000


def reader(said: Said | None = None) -> SocialFrames:
    return SocialFrames("social", "Social Stream Ninja", said or Said())


def read(frames: SocialFrames, *told: Any, at: int = AT, delivery: str = "") -> list[ChannelItem]:
    return [item for one in told for item in frames.items(json.dumps(one), at, delivery)]


def messages(frames: SocialFrames, *told: Any, at: int = AT, delivery: str = "") -> list[ChatMessage]:
    return [
        item.message for item in read(frames, *told, at=at, delivery=delivery) if item.message is not None
    ]


def the_message(**fields: Any) -> ChatMessage:
    (message,) = messages(reader(), frame(**{"text": "Hi", **fields}))
    return message


# --- what a message says --------------------------------------------------------------------------------------


def test_a_message_tells_its_site_its_author_and_its_text():
    message = the_message(text="Is it <b>warm</b> &amp; soft?", site="TikTok", id=7, userid="u1")
    assert (message.channel, message.origin, message.author, message.text) == (
        "social", "tiktok", "ana", "Is it warm & soft?",
    )  # fmt: skip
    assert (message.author_id, message.at_ms, message.by_us) == ("tiktok:u1", AT, False)


def test_plain_text_is_not_read_as_markup():
    assert the_message(text="a <b> &amp; c", textonly=True).text == "a <b> &amp; c"


def test_an_emote_is_its_name_and_a_picture_alone_is_still_a_message():
    assert the_message(text='<img src="e.png" alt="Kappa">').text == "Kappa"
    assert the_message(text="", contentimg="https://x.example/cat.gif").text == "🖼"


@pytest.mark.parametrize(
    ("text", "gift", "shown"),
    [("Love it!", "$5.00", "Love it! ($5.00)"), ("", "3 roses", "3 roses"), ("Hi", "", "Hi"), ("Hi", None, "Hi"), ("Hi", 5, "Hi (5)")],
)  # fmt: skip
def test_what_was_given_stands_behind_what_was_said(text: str, gift: Any, shown: str):
    assert the_message(text=text, hasDonation=gift).text == shown


def test_a_name_that_a_site_tells_as_html_is_read_as_it_is_shown():
    assert the_message(author="Tom &amp; Ana<script>x</script>").author == "Tom & Ana"


def test_a_time_of_its_own_counts_only_where_it_is_believable():
    assert the_message(timestamp=AT - 5_000).at_ms == AT - 5_000
    for odd in (AT - 86_400_000, AT + 3_600_000, 1_795_000_000, "now", True, None):
        assert the_message(timestamp=odd).at_ms == AT


def test_what_is_no_news_or_not_for_everybody_is_not_shown():
    for field in ("history", "replay", "reload", "private"):
        told: dict[str, Any] = {field: True}
        assert messages(reader(), frame("Hi", **told)) == []


# --- what is no message ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "told",
    [{"event": "new_follower", "chatname": "ana", "chatmessage": "ana followed", "type": "tiktok"},
     {"event": True, "chatname": "kick", "chatmessage": "slow mode"}, {"callback": {"get": "x", "result": True}},
     {"action": "clearOverlay"}, {"event": "reaction", "type": "tiktok", "meta": {"a": 1}}, {}, {"join": "s", "in": 1}],
)  # fmt: skip
def test_events_and_commands_are_no_chat_but_a_sign_of_life(told: Any):
    assert read(reader(), told) == [ChannelItem(0)]


@pytest.mark.parametrize("word", ["failed", "timeout", "special", " ping "])
def test_a_word_of_the_relay_is_a_sign_of_life(word: str):
    assert reader().items(word, AT) == [ChannelItem(0)]


def test_what_a_viewer_paid_for_and_what_it_does_is_chat():
    paid = frame("For the team", event="superchat", hasDonation="$5")
    assert [m.text for m in messages(reader(), paid, frame("waves", event="action"))] == [
        "For the team ($5)",
        "waves",
    ]


@pytest.mark.parametrize(
    "raw", ["<html>", "{", '{"chatname": {"a": 1}}', "[1", "nonsense", "{" * 5_000, "[" * 100_000, "\ud800"]
)
def test_what_cannot_be_read_is_a_problem_in_a_sentence(raw: str):
    (item,) = reader().items(raw, AT)
    assert item.message is None
    assert item.problem.startswith("Social Stream Ninja sent something that was left out")
    assert "<" not in item.problem


def test_one_bad_entry_of_a_list_does_not_lose_the_others():
    items = read(reader(), [frame("one", id=1), {"chatname": []}, 7, frame("two", id=2)])
    assert [i.message.text for i in items if i.message] == ["one", "two"]
    assert sum(1 for i in items if i.problem) == 2


def test_a_list_beyond_measure_is_cut_and_says_so():
    items = read(reader(), [frame("x", id=n) for n in range(MOST_FRAMES + 1)])
    assert sum(1 for i in items if i.message) == MOST_FRAMES
    assert "more than" in items[-1].problem


def test_content_that_another_program_hands_on_is_read():
    inner = frame("from outside", "external", id=3)
    texts = [m.text for m in messages(reader(), {"action": "extContent", "value": json.dumps(inner)})]
    assert (
        texts
        == ["from outside"]
        == [m.text for m in messages(reader(), {"action": "extContent", "value": inner})]
    )


# --- each message once, none swallowed ------------------------------------------------------------------------


def ids(*found: list[ChatMessage]) -> list[str]:
    return [m.id for some in found for m in some]


def test_the_sites_own_id_is_taken_where_there_is_one():
    frames = reader()
    told = frame("Hi", id=7, meta={"messageId": "abc-1"})
    assert ids(messages(frames, told, {**told, "id": 8}), messages(reader(), told)) == ["tiktok:abc-1"] * 3


def test_what_comes_again_has_the_id_that_it_had_also_in_another_minute():
    frames = reader()
    first, again = messages(frames, frame("Hi", id=7)), messages(frames, frame("Hi", id=7), at=AT + 90_000)
    assert ids(first) == ids(again)


def test_another_studio_gives_the_same_message_of_the_same_minute_the_same_id():
    assert ids(messages(reader(), frame("Hi", id=7))) == ids(messages(reader(), frame("Hi", id=7)))


def test_what_is_delivered_again_to_another_studio_hours_later_has_the_id_that_it_had():
    told = frame("Hi", id=7)
    first = messages(reader(), told, delivery="1795:3#0")
    assert ids(first) == ids(messages(reader(), told, delivery="1795:3#0", at=AT + 7_200_000))
    assert ids(first) != ids(messages(reader(), told, delivery="1795:9#0"))


def test_numbers_that_begin_anew_swallow_nothing():
    frames = reader()
    before = messages(frames, *(frame(f"question {n}", id=n) for n in range(50)))
    after = messages(frames, *(frame(f"answer {n}", id=n) for n in range(50)), at=AT + 30_000)
    later = messages(frames, *(frame(f"question {n}", id=n) for n in range(50)), at=AT + 3_600_000)
    assert len(set(ids(before, after, later))) == 150


@pytest.mark.parametrize(
    "other",
    [{"text": "Ho"}, {"author": "bo"}, {"site": "ebay"}, {"userid": "u2"}, {"hasDonation": "$1"}, {"id": 8}],
)
def test_messages_that_differ_in_anything_are_two(other: dict[str, Any]):
    same: dict[str, Any] = {"text": "Hi", "site": "tiktok", "author": "ana", "id": 7}
    assert len(set(ids(messages(reader(), frame(**same), frame(**{**same, **other}))))) == 2


def test_the_same_words_without_any_id_are_two_messages_unless_they_are_delivered_again():
    frames = reader()
    assert len(set(ids(messages(frames, frame("lol"), frame("lol"))))) == 2
    once, again = (messages(frames, [frame("lol"), frame("lol")], delivery="7:1") for _ in range(2))
    assert ids(once) == ids(again)
    assert len(set(ids(once))) == 2


@given(
    st.lists(
        st.tuples(
            st.integers(0, 3), st.sampled_from("ab"), st.sampled_from(["x", "y"]), st.sampled_from(["p", "q"])
        )
    )
)
def test_ids_are_the_same_exactly_where_the_messages_are(told: list[tuple[int, str, str, str]]):
    frames = reader()
    found = messages(frames, *(frame(text, site, author, id=n) for n, author, text, site in told))
    made = dict(zip(told, (m.id for m in found), strict=False))
    assert [made[key] for key in told] == [m.id for m in found]
    assert len(set(made.values())) == len(made)


NUMBERS = st.none() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=400)


@given(site=st.text(max_size=60), number=NUMBERS, native=st.text(max_size=400))
def test_any_id_and_site_makes_a_usable_id(site: str, number: Any, native: str):
    for message in messages(reader(), frame("Hi", site, id=number, meta={"messageId": native})):
        assert 0 < len(message.id) <= 200
        assert message.id.isprintable()
        assert re.fullmatch(r"[a-z0-9._-]{0,40}", message.origin)
        assert site_of(message.id) == message.origin


# --- viewers --------------------------------------------------------------------------------------------------


def viewers(*told: Any) -> list[int]:
    return [i.sample.viewers for i in read(reader(), *told) if i.sample is not None]


def test_viewers_of_several_sites_are_summed_and_a_missing_one_is_not_counted_as_none():
    update = {"event": "viewer_update", "type": "tiktok", "meta": 40}
    assert viewers(update, {**update, "type": "ebay", "meta": "2"}, {**update, "meta": 50}) == [40, 42, 52]
    whole = {
        "event": "viewer_updates",
        "meta": {"tiktok": 100, "ebay": 5, "zoom": None, "x": "many", "y": -1},
    }
    assert viewers(update, whole) == [40, 105]


def test_where_no_site_tells_its_viewers_there_is_no_figure():
    assert (
        viewers({"event": "viewer_updates", "meta": {}}, {"event": "viewer_updates", "meta": {"tiktok": "?"}})
        == []
    )


@pytest.mark.parametrize("meta", [None, "lots", -1, 2**60, [1], True])
def test_viewers_that_are_no_number_are_a_problem(meta: Any):
    (item,) = read(reader(), {"event": "viewer_update", "type": "tiktok", "meta": meta})
    assert item.problem
    assert item.sample is None


# --- deletions ------------------------------------------------------------------------------------------------


def hidden(frames: SocialFrames, **deleted: Any) -> list[tuple[str, str]]:
    return [(i.hidden_id, i.hidden_author) for i in read(frames, {"delete": deleted})]


def test_a_deleted_message_is_hidden_by_its_number_and_by_the_sites_own_id():
    frames = reader()
    plain, native = messages(frames, frame("one", id=1), frame("two", id=2, meta={"messageId": "n2"}))
    assert hidden(frames, type="tiktok", id=1) == [(plain.id, "")]
    assert hidden(frames, id="2") == [(native.id, "")]
    assert hidden(frames, type="tiktok", id="n2") == [(native.id, "")]
    assert hidden(reader(), type="tiktok", id="n2") == [(native.id, "")]  # also when we came later


def test_all_that_somebody_wrote_is_hidden_and_nobody_elses():
    frames = reader()
    messages(
        frames,
        frame("a", id=1),
        frame("b", id=2, userid="u1"),
        frame("c", "ebay", id=3),
        frame("d", author="bo"),
    )
    assert hidden(frames, type="tiktok", chatname="ana") == [("", "tiktok:@ana"), ("", "tiktok:u1")]
    assert hidden(frames, chatname="bo") == [("", "tiktok:@bo")]
    assert hidden(frames, type="twitch", chatname="cy") == [("", "twitch:@cy")]


def test_only_the_last_message_of_somebody_is_hidden_when_so_wanted():
    frames = reader()
    _, last = messages(frames, frame("a", id=1), frame("b", id=2))
    assert hidden(frames, type="tiktok", chatname="ana", onlyLast=True) == [(last.id, "")]
    assert hidden(frames, type="tiktok", chatname="nobody", onlyLast=True) == [("", "")]


def test_a_site_that_was_cleared_leaves_the_others_in_sight():
    frames = reader()
    messages(frames, frame("a", id=1), frame("b", id=2, author="bo"), frame("c", "ebay", id=3))
    assert hidden(frames, type="tiktok") == [("", "tiktok:@ana"), ("", "tiktok:@bo")]


# --- our own words --------------------------------------------------------------------------------------------


def test_our_own_words_that_come_back_are_not_shown_twice():
    said = Said()
    frames = reader(said)
    said.add("Welcome  all!", AT)
    echo = frame("Welcome all!", author="the shop", reflection=True)
    assert messages(frames, echo, {**echo, "type": "ebay"}) == []
    assert [m.by_us for m in messages(frames, frame("Welcome all!"))] == [False]  # a viewer says the same
    assert [m.by_us for m in messages(frames, echo, at=AT + 120_000)] == [False]
    assert [
        m.by_us for m in messages(frames, frame("From its dock", hostReflection=True, reflection=True))
    ] == [True]


# --- nothing grows without end --------------------------------------------------------------------------------


def test_what_is_remembered_has_an_end():
    seen, known = Seen(), Known()
    for n in range(REMEMBERED + 10):
        seen.again_or(f"{n}", AT, f"{n}")
        known.heard("s", f"{n}", f"a{n}", ChatMessage("social", f"m{n}", 0, AT, "a", "x", f"s:{n}"))
    assert known.numbered("s", "0") == ""
    assert known.numbered("s", f"{REMEMBERED}") == f"m{REMEMBERED}"
    assert len(known.all_of("s")) == REMEMBERED
    assert seen.again_or("0", AT, "new") == "new"
    assert seen.again_or(f"{REMEMBERED}", AT, "new") == f"{REMEMBERED}"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=3,
)  # fmt: skip
FIELDS = st.sampled_from(
    [*frame(""), "id", "event", "meta", "delete", "action", "value", "userid", "timestamp", "reflection"]
)


@given(st.lists(st.dictionaries(FIELDS, JSON, max_size=6), max_size=2))
def test_no_json_breaks_the_feed(told: list[dict[str, Any]]):
    frames = reader()
    for item in [*read(frames, *told), *read(frames, told)]:
        assert item.seq == 0
        if item.message is not None:
            assert item.message.id
            assert item.message.text


@given(st.binary(max_size=60) | st.text(max_size=60))
def test_no_bytes_break_the_feed(raw: bytes | str):
    assert reader().items(raw, AT)
