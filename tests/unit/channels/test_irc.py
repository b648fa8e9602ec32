"""Lines of IRC as servers really send them, and as nobody should."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from studio.channels.irc import LONGEST_LINE, Lines, escape, line_of, message_text, parse, unescape

TWITCH = (
    "@badge-info=;badges=broadcaster/1;client-nonce=997dcf443c31e258c1d32a8da47b6936;color=#0000FF;display-name=abc;"
    "emotes=;first-msg=0;flags=0-6:S.7;id=eb24e920-8065-492a-8aea-266a00fc5126;mod=0;room-id=713936733;subscriber=0;"
    "tmi-sent-ts=1642786203573;turbo=0;user-id=713936733;user-type= "
    ":abc!abc@abc.tmi.twitch.tv PRIVMSG #xyz :HeyGuys"
)


def test_a_message_of_twitch_is_read_whole():
    line = parse(TWITCH)
    assert (line.command, line.nick, line.params) == ("PRIVMSG", "abc", ["#xyz", "HeyGuys"])
    assert line.tag("id") == "eb24e920-8065-492a-8aea-266a00fc5126"
    assert line.tag("tmi-sent-ts") == "1642786203573"
    assert (line.tag("user-type"), line.tag("emotes"), line.tag("missing")) == ("", "", "")
    assert line.has_tag("user-type")
    assert not line.has_tag("missing")


@pytest.mark.parametrize(
    ("text", "command", "nick", "params"),
    [
        ("PING :tmi.twitch.tv", "PING", "", ["tmi.twitch.tv"]),
        ("PING", "PING", "", []),
        (":tmi.twitch.tv RECONNECT", "RECONNECT", "tmi.twitch.tv", []),
        (":a!a@b PRIVMSG #c :", "PRIVMSG", "a", ["#c", ""]),
        (":a!a@b PRIVMSG #c ::) hello", "PRIVMSG", "a", ["#c", ":) hello"]),
        (":a!a@b PRIVMSG #c hello", "PRIVMSG", "a", ["#c", "hello"]),
        (":a  PRIVMSG   #c   :two  spaces ", "PRIVMSG", "a", ["#c", "two  spaces "]),
        ("@a=b   :x@y   CMD", "CMD", "x", []),
        (
            ":irc.example 005 me A=1 B :are supported",
            "005",
            "irc.example",
            ["me", "A=1", "B", "are supported"],
        ),
        (":irc.example 999 me :never seen", "999", "irc.example", ["me", "never seen"]),
        ("@only=tags", "", "", []),
        (":only.a.prefix", "", "only.a.prefix", []),
        ("", "", "", []),
        ("   ", "", "", []),
        ("@", "", "", []),
        (":", "", "", []),
    ],
)
def test_odd_lines_are_read_as_far_as_they_go(text: str, command: str, nick: str, params: list[str]):
    line = parse(text)
    assert (line.command, line.nick, line.params) == (command, nick, params)
    assert line.last == (params[-1] if params else "")


@pytest.mark.parametrize(
    ("tags", "name", "value"),
    [
        ("a=1;b=2", "b", "2"),
        ("aid=1;id=2;idx=3", "id", "2"),
        ("a=1;a=2", "a", "2"),
        ("+draft/reply=abc;id=x", "id", "x"),
        ("display-name=Ana\\sM\\:\\\\", "display-name", "Ana M;\\"),
        ("a=x\\", "a", "x"),
        ("a=\\q", "a", "q"),
        ("a=b=c", "a", "b=c"),
        ("flag;a=", "a", ""),
    ],
)
def test_tags_are_found_by_their_whole_name_and_unescaped(tags: str, name: str, value: str):
    assert parse(f"@{tags} CMD").tag(name) == value


@pytest.mark.parametrize("tags", ["flag", "flag;a=1", "a=1;flag", "a=1;flag=;b"])
def test_a_tag_without_a_value_is_there(tags: str):
    line = parse(f"@{tags} CMD")
    assert line.has_tag("flag")
    assert line.tag("flag") == ""
    assert not line.has_tag("fla")


def test_slash_me_and_colours_are_only_dress_and_programs_questions_are_no_messages():
    assert message_text("\x01ACTION waves 👋\x01") == "waves 👋"
    assert message_text("\x01ACTION waves") == "waves"
    assert message_text("\x01VERSION\x01") is None
    assert message_text("\x0304,12red\x03 and \x04FF0000more") == "red and more"
    assert message_text("plain") == "plain"


@given(st.text())
def test_what_is_escaped_comes_back_as_it_was(value: str):
    escaped = escape(value)
    assert not set(escaped) & set("; \r\n")
    assert unescape(escaped) == value
    assert parse(f"@k={escaped} CMD").tag("k") == value


@given(st.binary(max_size=300))
@example(b"@;;=;==:\\ :!@ \x00\r\r\n\xff\xfe PRIVMSG")
@example("@id=1 :a PRIVMSG #c :\u2028\u0085👩‍👩‍👧‍👦\r\n".encode())
def test_no_bytes_at_all_can_stop_the_reader(data: bytes):
    for text in [*Lines().feed(data + b"\n"), data.decode("utf-8", "replace")]:
        line = parse(text)
        assert isinstance(line.params, list)
        line.tag("id"), line.has_tag("id"), message_text(line.last), line.nick


@given(
    st.lists(st.text(alphabet=st.characters(exclude_characters="\r\n", codec="utf-8"), min_size=1)), st.data()
)
def test_lines_are_the_same_however_the_network_cuts_them(lines: list[str], data: st.DataObject):
    whole = "".join(f"{line}\r\n" for line in lines).encode()
    cuts = sorted(data.draw(st.lists(st.integers(0, len(whole)), max_size=8)))
    reader, found = Lines(), list[str]()
    for start, end in zip([0, *cuts], [*cuts, len(whole)], strict=True):
        found += reader.feed(whole[start:end])
    assert found == lines
    assert reader.overlong == 0


@pytest.mark.parametrize("piece", [100, 70_000, 1_000_000])
def test_an_endless_line_is_left_out_and_its_neighbours_come(piece: int):
    whole = b"before\r\n" + b"x" * (LONGEST_LINE + 10) + b"\r\nafter\r\n"
    reader, found = Lines(), list[str]()
    for start in range(0, len(whole), piece):
        found += reader.feed(whole[start : start + piece])
    assert found == ["before", "after"]
    assert reader.overlong == 1


def test_bytes_that_are_no_utf8_cost_a_letter_and_not_the_line():
    assert Lines().feed(b":a PRIVMSG #c :caf\xe9 \xf0\x9f\n") == [":a PRIVMSG #c :caf\ufffd \ufffd"]


@given(st.text())
@example("a\r\nQUIT :bye\n\x00\u2028")
def test_no_text_of_a_person_becomes_a_second_line(text: str):
    line = line_of(text)
    assert line == line.strip()
    assert not any(ch < " " or ch in "\u2028\u2029\u0085" for ch in line)
    assert len(f"PRIVMSG #c :{line}".splitlines()) == 1
