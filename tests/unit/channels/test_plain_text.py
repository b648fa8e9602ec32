"""HTML becomes what the viewer wrote, and nothing else."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.channels.plain_text import LONGEST_HTML, plain_text

TAG = re.compile(r"<[a-zA-Z/!?]")
PIECES = st.sampled_from(
    ["<", ">", "</", "<!--", "-->", "<a ", "<img ", "alt=", '"', "'", "=", "/", "script", "<script>", "</script>", "<br>", "&lt;",
     "&gt;", "&#60;", "&#x3c;", "&#", "9" * 30, ";", "&", "b", " ", "\n", "\x00", "x", "é", "😀", "<style", "<svg", "&amp;lt;b&gt;",
     "<![CDATA[", "]]>", "<?", "\u202e", "‹"]
)  # fmt: skip


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("Is it <b>warm</b>?", "Is it warm?"),
        ("one<br>two<br/>three<p>four</p>", "one\ntwo\nthree\nfour"),
        ("Tom &amp; Ana &#8364;5 &euro;5 &copy", "Tom & Ana €5 €5 ©"),
        ('hi<img src="https://x.example/e.png" alt="Kappa">you', "hi Kappa you"),
        ('<img alt="😀"><img class="emote" title=LUL>', "😀LUL"),
        ("<img alt='say \"hi\"' src=x onerror=alert(1)>", 'say "hi"'),
        ('<img src=x onerror="a>b">after', "after"),
        ("a<script>alert(1)</script>b<style>p{}</style>c", "abc"),
        ("a<SCRIPT>x<b>y</ScRiPt >b", "ab"),
        ("a<!-- <b>hidden</b> -->b", "ab"),
        ("I <3 you, 5 < 6", "I <3 you, 5 < 6"),
        ("size <= M", "size <= M"),
        ("  spread \n over\t lines ", "spread over lines"),
        ("just words", "just words"),
        ("", ""),
        ("<b>never closed", "never closed"),
        ("cut off <a href='x", "cut off"),
    ],
)
def test_markup_becomes_what_a_reader_sees(html: str, text: str):
    assert plain_text(html) == text


def test_a_tag_that_somebody_typed_is_shown_but_is_none():
    assert plain_text("&lt;script&gt;alert(1)&lt;/script&gt;") == "‹script>alert(1)‹/script>"
    assert plain_text("<\x00b>bold</b>") == "‹b>bold"


def test_a_number_that_is_no_character_does_no_harm():
    assert plain_text("&#" + "1" * 5_000 + ";!&#xFFFFFFFFFFFF;") == "\ufffd!\ufffd"


@pytest.mark.parametrize(
    "unit",
    ["<!--", "<a ", "<a x='", '<a x="', "<![CDATA[", "</", "<", "&", "&#1", "<script>", "</script", "<script></scri", "<br>",
     "<img alt", "<p", "<a =", "\n ", "<svg>", "&lt;b"],
)  # fmt: skip
def test_a_text_made_to_keep_the_reader_busy_is_read_all_the_same(unit: str):
    """As much of each as is looked at: what took time by the square would run into the time limit of a test."""
    text = plain_text(unit * (LONGEST_HTML // len(unit) + 1))
    assert len(text) <= 16_000
    assert not TAG.search(text)


@given(st.lists(PIECES | st.text(max_size=5), max_size=60).map("".join), st.integers(1, 50))
def test_no_tag_survives_and_the_length_is_kept(html: str, limit: int):
    whole, short = plain_text(html), plain_text(html, limit)
    for text in (whole, short):
        assert not TAG.search(text)
        assert not re.search(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]", text)
    assert len(short) <= limit


@given(st.text(st.characters(exclude_characters="<&\r\n\t\f\v\x7f", min_codepoint=32), max_size=200))
def test_words_without_markup_stay_as_they_are(text: str):
    assert plain_text(text) == re.sub(" +", " ", text).strip()
