"""Lines of IRC: parsed as little as possible, since a big show's chat brings thousands a second.

Source: RFC 1459 section 2.3 (prefix, command, parameters), IRCv3 "Message Tags" (tags and how their values are escaped).
"""

import re

from msgspec import Struct

LONGEST_LINE = 65_536
"""Bytes. The standard's limit is 8,703 with tags; Twitch goes beyond it, and nobody goes this far in good faith."""
_ESCAPES = {":": ";", "s": " ", "\\": "\\", "r": "\r", "n": "\n"}
_ESCAPED = re.compile(r"\\(.?)", re.DOTALL)
_UNSAFE = str.maketrans({";": "\\:", " ": "\\s", "\\": "\\\\", "\r": "\\r", "\n": "\\n"})
_COLOURS = re.compile("\x03(?:[0-9]{1,2}(?:,[0-9]{1,2})?)?|\x04(?:[0-9A-Fa-f]{6})?")
_ACTION = "\x01ACTION "


class Line(Struct, gc=False):
    """One line. `tags` are raw, each behind a `;`; `rest` are the parameters as they came."""

    tags: str
    prefix: str
    command: str
    rest: str

    def tag(self, name: str) -> str:
        """A tag's value; empty where it is missing or has none. Of several the last one counts."""
        tags = self.tags
        start = tags.rfind(f";{name}=")
        if start < 0:
            return ""
        start += len(name) + 2
        end = tags.find(";", start)
        value = tags[start:] if end < 0 else tags[start:end]
        return unescape(value) if "\\" in value else value

    def has_tag(self, name: str) -> bool:
        """Whether the tag is there, with or without a value."""
        tags = self.tags
        return f";{name}=" in tags or f";{name};" in tags or tags.endswith(f";{name}")

    @property
    def nick(self) -> str:
        """Who sent it: the part of the prefix before `!` and `@`."""
        return self.prefix.partition("!")[0].partition("@")[0]

    @property
    def params(self) -> list[str]:
        """The parameters; the one behind ` :` may hold spaces or be empty."""
        middle, colon, trailing = f" {self.rest}".partition(" :")
        params = middle.split()
        if colon:
            params.append(trailing)
        return params

    @property
    def last(self) -> str:
        """The last parameter, empty where there is none."""
        return (self.params or [""])[-1]


def parse(text: str) -> Line:
    """A line without its end. Whatever it is, this answers: a line that is none has an empty command."""
    tags = prefix = ""
    if text[:1] == "@":
        tags, _, text = text.partition(" ")
        tags = ";" + tags[1:]
    if text[:1] == " ":
        text = text.lstrip(" ")
    if text[:1] == ":":
        prefix, _, text = text[1:].partition(" ")
        if text[:1] == " ":
            text = text.lstrip(" ")
    command, _, rest = text.partition(" ")
    return Line(tags, prefix, command, rest)


def unescape(value: str) -> str:
    """A tag's value as it was meant: an unknown escape loses its backslash, and so does one at the end."""
    return _ESCAPED.sub(lambda found: _ESCAPES.get(found[1], found[1]), value)


def escape(value: str) -> str:
    """A value as it goes into a tag."""
    return value.translate(_UNSAFE)


def line_of(text: str) -> str:
    """A person's text as one line, so that nothing in it becomes a command of its own."""
    return " ".join("".join(" " if ch.isspace() else ch for ch in text if ch >= " " or ch.isspace()).split())


def message_text(trailing: str) -> str | None:
    """What somebody wrote, without colours and the frame of `/me`; None where it is a question of a program (CTCP)."""
    if "\x01" in trailing:
        if trailing[:8] == _ACTION:
            trailing = trailing[8:].rstrip("\x01")
        elif trailing[:1] == "\x01":
            return None
    return _COLOURS.sub("", trailing) if "\x03" in trailing or "\x04" in trailing else trailing


class Lines:
    """Cuts what comes over a connection into lines. `overlong` counts the lines that were left out for their length."""

    def __init__(self) -> None:
        self.overlong = 0
        self._rest = b""
        self._skipping = False

    def feed(self, data: bytes) -> list[str]:
        """The lines which these bytes complete. Bytes that are no UTF-8 become U+FFFD."""
        end = data.rfind(b"\n")
        if end < 0:
            self._keep(self._rest + data)
            return []
        whole = self._rest + data[:end] if self._rest else data[:end]
        if self._skipping:  # up to the end of the line that is left out
            whole = whole.partition(b"\n")[2]
            self._skipping = False
        self._rest = b""
        self._keep(data[end + 1 :])
        # Not splitlines(): a message may hold U+2028, U+0085 and others that it takes for line ends.
        lines = whole.decode("utf-8", "replace").replace("\r", "\n").split("\n")
        found = [line for line in lines if line and len(line) <= LONGEST_LINE]
        self.overlong += sum(len(line) > LONGEST_LINE for line in lines)
        return found

    def _keep(self, rest: bytes) -> None:
        if len(rest) > LONGEST_LINE and not self._skipping:
            self._skipping = True
            self.overlong += 1
        self._rest = b"" if self._skipping else rest
