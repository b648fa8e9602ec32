"""HTML as plain text: what a viewer wrote, of which nothing is markup any more.

Not by the standard library's `html.parser`: it looks at unfinished tags again and again, so that 15,000 characters of
`<a <a <a` keep it busy for 4 s. Here every character is looked at once: what has no end ends the text, as in a browser.
"""

import html
import re

from studio.channels.unnumbered import LONGEST_TEXT, clean

LONGEST_HTML = 200_000
"""Characters that are looked at; a message with pictures within may be so long, a text never is."""
_NAME = re.compile(r"[a-zA-Z][a-zA-Z0-9:-]*")
# One attribute: its name, and a value in double quotes, single quotes or none. An open quote runs to the end of the text.
_ATTRIBUTE = re.compile(
    r"""[\s/]*([^\s/>=]+)(?:\s*=\s*(?:"([^"]*)(?:"|\Z)|'([^']*)(?:'|\Z)|([^\s>]*)))?"""
    r"|[\s/]*(>)|[\s/]*=|[\s/]+"
)
_LINES = frozenset(
    ["br", "p", "div", "li", "ul", "ol", "tr", "table", "blockquote", "hr", "h1", "h2", "h3", "h4"]
)
# Their text is none.
_DROPPED = frozenset(
    ["script", "style", "title", "textarea", "template", "noscript", "iframe", "noembed", "noframes", "xmp", "svg", "math"]
)  # fmt: skip
_SPACE = re.compile(r"[ \t\r\n\f\v]+")
_AROUND_LINES = re.compile(r" *\n[ \n]*")
# A number too long to be any character's; turning it into one would raise.
_HUGE = re.compile(r"&#(?:[0-9]{8,}|[xX][0-9a-fA-F]{7,});?")
_TAG = re.compile(r"<(?=[a-zA-Z/!?])")
_NOT_A_TAG = "‹"


def plain_text(source: str, limit: int = LONGEST_TEXT) -> str:
    """The text of a piece of HTML, in at most `limit` characters: pictures are their alternative text (an emote's name, an
    emoji), line breaks stay, entities are what they stand for, scripts and comments are left out.

    A `<` that would open a tag, because somebody wrote it as an entity, becomes `‹`: the result is no markup, whoever shows
    it. Never raises; takes time in proportion to the length.
    """
    if "<" not in source and "&" not in source:
        if len(source) <= limit and source.isascii() and source.isprintable() and "  " not in source:
            return source.strip()
        return clean(_SPACE.sub(" ", source).strip(), limit)
    text = _AROUND_LINES.sub("\n", "".join(_Reader(source[:LONGEST_HTML], limit).read())).strip()
    # Only behind `clean`: without a control character in between, two ends may make a tag.
    return _TAG.sub(_NOT_A_TAG, clean(text, limit))


class _Reader:
    """One way through a piece of HTML, until there are more than `limit` characters of text."""

    def __init__(self, source: str, limit: int) -> None:
        self._source = source
        self._room = limit
        self._found: list[str] = []
        self._after_picture = False

    def read(self) -> list[str]:
        """The pieces of its text."""
        source, at = self._source, 0
        while at < len(source) and self._room >= 0:
            tag = source.find("<", at)
            if tag < 0:
                tag = len(source)
            self._text(source[at:tag])
            if tag == len(source):
                break
            at = self._markup(tag)
        return self._found

    def _text(self, piece: str) -> None:
        if not piece:
            return
        text = _SPACE.sub(" ", html.unescape(_HUGE.sub("\ufffd", piece)))
        self._add(text, apart=self._after_picture)
        self._after_picture = False

    def _add(self, text: str, *, apart: bool) -> None:
        """`apart`: a word does not grow together with the word before it."""
        before = self._found[-1][-1:] if self._found else ""
        if apart and before.isalnum() and text[:1].isalnum():
            text = " " + text
        if before in (" ", "\n"):
            text = text.removeprefix(" ")
        if text:
            self._found.append(text)
            self._room -= len(text)

    def _line(self) -> None:
        if self._found and self._found[-1] != "\n":
            self._found.append("\n")

    def _markup(self, at: int) -> int:
        """What begins with `<` at this place; where to go on."""
        source = self._source
        if source.startswith("<!--", at):
            return self._behind("-->", at + 4)
        after = source[at + 1 : at + 2]
        if after in ("!", "?"):
            return self._behind(">", at + 2)
        if after == "/":
            return self._closing(at)
        name = _NAME.match(source, at + 1)
        if name is None:
            self._text("<")
            return at + 1
        return self._opening(name.group().lower(), name.end())

    def _behind(self, end: str, start: int) -> int:
        found = self._source.find(end, start)
        return len(self._source) if found < 0 else found + len(end)

    def _closing(self, at: int) -> int:
        name = _NAME.match(self._source, at + 2)
        if name is not None and name.group().lower() in _LINES:
            self._line()
        return self._behind(">", at + 2)

    def _opening(self, name: str, at: int) -> int:
        told, end = self._attributes(at)
        if end is None:
            return len(self._source)
        if name == "img":
            alternative = _SPACE.sub(" ", told.get("alt") or told.get("title") or "").strip()
            self._add(alternative, apart=True)
            self._after_picture = bool(alternative) or self._after_picture
        elif name in _LINES:
            self._line()
        elif name in _DROPPED:
            return self._over(name, end)
        return end

    def _attributes(self, at: int) -> tuple[dict[str, str], int | None]:
        """The attributes from this place on, and where the tag ends; None when it never does."""
        told: dict[str, str] = {}
        while at < len(self._source):
            found = _ATTRIBUTE.match(self._source, at)
            if found is None or found.end() == at:
                return told, None
            at = found.end()
            if found[5]:
                return told, at
            key = (found[1] or "").lower()
            if key in ("alt", "title"):
                value = next((part for part in found.group(2, 3, 4) if part is not None), "")
                told.setdefault(key, html.unescape(_HUGE.sub("\ufffd", value)))
        return told, None

    def _over(self, name: str, at: int) -> int:
        """Behind the end of an element without a text."""
        found = re.compile(f"</{name}(?=[\\s/>])", re.IGNORECASE).search(self._source, at)
        return len(self._source) if found is None else self._behind(">", found.end())
