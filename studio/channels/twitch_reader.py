"""What lines of a Twitch chat mean to the studio. Source: Twitch, "IRC Concepts": commands and tags."""

import datetime as dt
import hashlib

from studio.channels.irc import Line, message_text, parse
from studio.channels.irc_session import Session
from studio.channels.unnumbered import LONGEST_NAME, LONGEST_TEXT, clean
from studio.control.ports import ChannelItem, WallClock
from studio.domain.audience import ChatMessage

_MAX_MS = 2**53
_REMEMBERED = 20_000
# Some clients end a repeated message so, to get past Twitch's rule against repetition.
_INVISIBLE = "\U000e0000\u034f "


class Reader:
    """Turns lines into items, each message once: on several connections too, by its id.

    `heard_ms` is the platform's time (UTC ms) when it was heard last, None while it never was.
    """

    def __init__(self, name: str, room: str, wall: WallClock) -> None:
        self.heard_ms: int | None = None
        self._name = name
        self._room = room
        self._opening = f"{room} :"
        self._wall = wall
        self._ahead_ms = 0
        self._seen: set[str] = set()
        self._seen_before: set[str] = set()

    def now_ms(self) -> int:
        """The platform's time: this computer's, corrected by what the newest message said."""
        return self._wall.now_ms() + self._ahead_ms

    def heard(self) -> None:
        """Something came just now."""
        self.heard_ms = self.now_ms()

    def read(self, lines: list[str], session: Session) -> tuple[list[ChannelItem], list[Line]]:
        """The items of these lines, and the lines which are about the connection or about what we said."""
        items: list[ChannelItem] = []
        others: list[Line] = []
        last: ChatMessage | None = None
        for text in lines:
            line = parse(text)
            command = line.command
            if command == "PRIVMSG":
                message = self._message(line, session)
                if message is None:
                    continue
                if message.by_us:
                    others.append(line)
                if self._is_new(message.id):
                    last = message
                    items.append(ChannelItem(0, message=message))
            elif command in ("CLEARCHAT", "CLEARMSG", "USERNOTICE"):
                item = self._event(line, command, session)
                if item is not None:
                    items.append(item)
            else:
                others.append(line)
        if last is not None:
            self._ahead_ms = last.at_ms - self._wall.now_ms()
        self.heard()
        return items, others

    def our_own(self, message_id: str, author: str, text: str, reply_to: str) -> ChannelItem | None:
        """What we said and the platform does not send back; None where it did by another connection."""
        if not self._is_new(message_id):
            return None
        return ChannelItem(
            0,
            message=ChatMessage(
                channel=self._name,
                id=message_id,
                seq=0,
                at_ms=self.now_ms(),
                author=clean(author, LONGEST_NAME),
                text=text,
                reply_to=reply_to,
                by_us=True,
            ),
        )

    def _message(self, line: Line, session: Session) -> ChatMessage | None:
        rest = line.rest
        if rest.startswith(self._opening):
            trailing = rest[len(self._opening) :]
        else:
            params = line.params
            if len(params) < 2 or params[0].lower() != self._room:
                return None
            trailing = params[1]
        text = message_text(trailing)
        if text is None:
            return None
        text = _clean(text).rstrip(_INVISIBLE)
        return self._made(line, text, line.nick, session) if text else None

    def _made(self, line: Line, text: str, nick: str, session: Session) -> ChatMessage:
        at_ms = self._time(line)
        return ChatMessage(
            channel=self._name,
            id=(line.tag("id") or line.tag("msgid"))[:LONGEST_NAME] or _derived(nick, at_ms, text),
            seq=0,
            at_ms=at_ms,
            author=_clean(line.tag("display-name").strip() or nick, LONGEST_NAME),
            text=text,
            author_id=(line.tag("user-id") or nick)[:LONGEST_NAME],
            reply_to=_parent(line) if "reply" in line.tags else "",
            by_us=nick.lower() == session.nick.lower(),
        )

    def _event(self, line: Line, command: str, session: Session) -> ChannelItem | None:
        params = line.params
        if not params or params[0].lower() != self._room:
            return None
        if command == "CLEARMSG":
            hidden = line.tag("target-msg-id")[:LONGEST_NAME]
            return ChannelItem(0, hidden_id=hidden) if hidden else None
        if command == "CLEARCHAT":
            author = line.tag("target-user-id") or (params[1] if len(params) > 1 else "")
            return (
                ChannelItem(0, hidden_author=author[:LONGEST_NAME])
                if author
                else ChannelItem(0, cleared=True)
            )
        text = message_text(params[1]) if len(params) > 1 else None
        text = clean(text).rstrip(_INVISIBLE) if text else ""
        if not text:
            return None
        message = self._made(line, text, line.tag("login") or line.nick, session)
        return ChannelItem(0, message=message) if self._is_new(message.id) else None

    def _time(self, line: Line) -> int:
        sent = line.tag("tmi-sent-ts")
        if sent:
            at_ms = int(sent) if sent.isascii() and sent.isdigit() and len(sent) < 17 else 0
        else:
            told = line.tag("time")
            try:
                at_ms = round(dt.datetime.fromisoformat(told).timestamp() * 1000) if told else 0
            except (ValueError, OverflowError):
                at_ms = 0
        return at_ms if 0 < at_ms < _MAX_MS else self.now_ms()

    def _is_new(self, message_id: str) -> bool:
        """Whether it was not among the newest twenty thousand and some."""
        if message_id in self._seen or message_id in self._seen_before:
            return False
        self._seen.add(message_id)
        if len(self._seen) >= _REMEMBERED:
            self._seen_before, self._seen = self._seen, set()
        return True


def _parent(line: Line) -> str:
    parent = line.tag("reply-parent-msg-id") or line.tag("+draft/reply") or line.tag("+reply")
    return parent[:LONGEST_NAME]


def _clean(text: str, limit: int = LONGEST_TEXT) -> str:
    """As `clean`; most texts hold nothing to take out, and that is seen at a fraction of the cost."""
    return text if len(text) <= limit and text.isprintable() else clean(text, limit)


def _derived(nick: str, at_ms: int, text: str) -> str:
    """An id that is the same whenever the same line is read."""
    told = f"{nick}\n{at_ms}\n{text}".encode("utf-8", "replace")
    return "derived-" + hashlib.blake2b(told, digest_size=12).hexdigest()
