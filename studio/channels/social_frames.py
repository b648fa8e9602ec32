"""Social Stream Ninja's frames as items of a feed.

Its fields: https://github.com/steveseguin/social_stream, `api.md` ("Content Object Structure") and
`docs/event-reference.html` ("Field Overview", "Meta Conventions"); deletions: `sources/websocket/twitch.js`. What an id is, and what
is taken for the same message, stands in README.md here.
"""

import hashlib
from collections.abc import Iterator
from typing import Any

import msgspec
import structlog
from msgspec import Raw, Struct

from studio.channels.plain_text import plain_text
from studio.channels.social_memory import Known, Said, Seen
from studio.channels.unnumbered import LONGEST_NAME, clean
from studio.control.ports import ChannelItem
from studio.control.ports.answers import plain
from studio.domain.audience import ChatMessage, ViewerSample

MOST_FRAMES = 1_000
"""So many frames may come in one list."""
_LONGEST_SITE = 40
_LONGEST_GIFT = 100
_MINUTE_MS = 60_000
_LATE_MS = 600_000
_MOST_VIEWERS = 2**40
_SITE_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyz0123456789._-")
_PICTURE = "🖼"
# Words of a relay of its own ("Response Types"), which no frame is.
_RELAY_WORDS = frozenset(["failed", "timeout", "special", "ping", "pong", "ok"])
# Events that are a viewer's words all the same: what somebody does (/me), and a question put by the site's own button.
_SPOKEN = frozenset(["action", "question", "question_new"])
_log = structlog.get_logger(__name__)

_Text = str | int | float | None


class _Deleted(Struct, frozen=True):
    type: _Text = None
    chatname: _Text = None
    id: _Text = None
    # Only these are said to be what they are: nobody depends on the others' types.
    onlyLast: Any = None


class _Meta(Struct, frozen=True):
    messageId: _Text = None


class _Frame(Struct, frozen=True, gc=False):
    chatname: _Text = None
    chatmessage: _Text = None
    type: _Text = None
    id: _Text = None
    userid: _Text = None
    hasDonation: _Text = None
    contentimg: _Text = None
    timestamp: Any = None
    textonly: Any = None
    event: Any = None
    meta: Raw = Raw()
    delete: _Deleted | None = None
    action: _Text = None
    value: Raw = Raw()
    # It is no news, or not for everybody.
    history: Any = None
    replay: Any = None
    reload: Any = None
    private: Any = None
    # It is an echo of what was said through Social Stream Ninja.
    reflection: Any = None
    hostReflection: Any = None


_frame = msgspec.json.Decoder(_Frame)
_meta = msgspec.json.Decoder(_Meta)
_frames = msgspec.json.Decoder(list[Raw])
_ALIVE = ChannelItem(0)


class SocialFrames:
    """Reads the frames of one channel. It remembers what it needs to tell the same message from another one; `said` are
    our own words, which come back as echoes.
    """

    def __init__(self, name: str, who: str, said: Said) -> None:
        self._name = name
        self._who = who
        self._said = said
        self._seen = Seen()
        self.known = Known()
        self._sites: dict[str, str] = {}
        self._viewers: dict[str, int] = {}

    def items(self, raw: bytes | str, now_ms: int, delivery: str = "") -> list[ChannelItem]:
        """What a frame, or a list of frames, says: never nothing, since any of them says that the channel is alive.

        `delivery` is what the way it came by calls it, the same when it is delivered again, empty where nothing is. What cannot be read
        is an item with a problem; the others of its list are taken.
        """
        text = raw.strip()
        if isinstance(text, str):
            if text.lower() in _RELAY_WORDS:
                return [_ALIVE]
            text = text.encode(errors="replace")
        if not text.startswith(b"["):
            return self._of_one(text, now_ms, delivery)
        try:
            listed = _frames.decode(text)
        except (msgspec.MsgspecError, ValueError, RecursionError) as error:
            return [self._problem(error)]
        found: list[ChannelItem] = []
        for n, one in enumerate(listed[:MOST_FRAMES]):
            found += self._of_one(one, now_ms, delivery and f"{delivery}/{n}")
        if len(listed) > MOST_FRAMES:
            found.append(self._problem(ValueError(f"more than {MOST_FRAMES} messages at once")))
        return found or [_ALIVE]

    def _of_one(self, raw: bytes | Raw, now_ms: int, delivery: str) -> list[ChannelItem]:
        try:
            frame = _frame.decode(raw)
            if frame.action == "extContent":  # a frame that another program hands on
                frame = _frame.decode(_inner(frame.value))
            return list(self._content(frame, now_ms, delivery)) or [_ALIVE]
        except (msgspec.MsgspecError, ValueError, RecursionError) as error:
            return [self._problem(error)]

    def _problem(self, error: Exception) -> ChannelItem:
        reason = plain(str(error), 160)
        _log.warning("frame left out", channel=self._name, reason=reason)
        return ChannelItem(0, problem=f"{self._who} sent something that was left out ({reason}).")

    def _content(self, frame: _Frame, now_ms: int, delivery: str) -> Iterator[ChannelItem]:
        if frame.delete is not None:
            yield from self._deleted(frame.delete)
        elif frame.event in ("viewer_update", "viewer_updates"):
            yield from self._watching(frame, now_ms)
        elif frame.action is None and _is_news(frame) and _is_spoken(frame):
            message = self._message(frame, now_ms, delivery)
            if message is not None:
                yield ChannelItem(0, message=message)

    def _message(self, frame: _Frame, now_ms: int, delivery: str) -> ChatMessage | None:
        site, text = self._site(frame.type), _written(frame)
        if not text:
            return None
        author = _name(frame.chatname)
        by_us = bool(frame.hostReflection)
        if (by_us or frame.reflection) and self._said.was(text, now_ms):
            return None  # we have shown it when we said it
        userid = clean(_told(frame.userid), LONGEST_NAME // 2)
        message = ChatMessage(
            channel=self._name,
            id=self._id(frame, site, f"{author}\0{userid}\0{text}", now_ms, delivery),
            seq=0,
            at_ms=_time(frame.timestamp, now_ms),
            author=author or site,
            text=text,
            author_id=f"{site}:{userid or '@' + author}"[:LONGEST_NAME],
            by_us=by_us,
            origin=site,
        )
        self.known.heard(site, _told(frame.id), author, message)
        return message

    def _id(self, frame: _Frame, site: str, content: str, now_ms: int, delivery: str) -> str:
        """The same for the same message, another for another; see README.md."""
        native = _told(_native(bytes(frame.meta)))
        if native:
            return _short(f"{site}:{native}")
        number = _told(frame.id)
        if number:
            made = f"{site}::{_digest(f'{number}{chr(0)}{content}')}"
            when = _digest(delivery) if delivery else f"{now_ms // _MINUTE_MS:x}"
            return self._seen.again_or(made, now_ms, made + when)
        if delivery:
            return f"{site}::{_digest(f'{delivery}{chr(0)}{content}')}"
        return f"{site}::{self._seen.fresh()}"

    def _watching(self, frame: _Frame, now_ms: int) -> Iterator[ChannelItem]:
        """How many watch, on all sites together that told it; nothing where none did."""
        meta = bytes(frame.meta)
        told: Any = msgspec.json.decode(meta) if meta else None
        if frame.event == "viewer_updates":
            if not isinstance(told, dict):
                raise ValueError("it tells viewers of no site")
            counts = {self._site(site): _count(value) for site, value in list(told.items())[:MOST_FRAMES]}
            self._viewers = {site: count for site, count in counts.items() if count is not None}
        else:
            count = _count(told)
            if count is None:
                raise ValueError("it tells no number of viewers")
            if len(self._viewers) < MOST_FRAMES:
                self._viewers[self._site(frame.type)] = count
        if self._viewers:
            yield ChannelItem(0, sample=ViewerSample(self._name, now_ms, sum(self._viewers.values())))

    def _deleted(self, deleted: _Deleted) -> Iterator[ChannelItem]:
        site, author, number = self._site(deleted.type), _name(deleted.chatname), _told(deleted.id)
        if number:
            found = self.known.numbered(site, number)
            # What it numbered before we listened may have been stored under the site's own number.
            yield ChannelItem(0, hidden_id=found or _short(f"{site}:{number}"))
        elif author and deleted.onlyLast:
            if last := self.known.last_of(site, author):
                yield ChannelItem(0, hidden_id=last)
        elif author:
            for who in self.known.ids_of(site, author) or [f"{site}:@{author}"]:
                yield ChannelItem(0, hidden_author=who)
        elif site:
            for who in self.known.all_of(site):
                yield ChannelItem(0, hidden_author=who)

    def _site(self, told: _Text) -> str:
        """The site's short name, such as `tiktok`; empty where it is none."""
        text = _told(told)
        found = self._sites.get(text)
        if found is None:
            found = "".join(c for c in text[: 2 * _LONGEST_SITE].strip().lower() if c in _SITE_LETTERS)[
                :_LONGEST_SITE
            ]
            if len(self._sites) < MOST_FRAMES:
                self._sites[text] = found
        return found


def site_of(message_id: str) -> str:
    """The site that a message of ours came from, empty where its id tells none."""
    site, colon, _ = message_id.partition(":")
    return site if colon and site and _SITE_LETTERS.issuperset(site) else ""


def _is_news(frame: _Frame) -> bool:
    return not (frame.history or frame.replay or frame.reload or frame.private)


def _is_spoken(frame: _Frame) -> bool:
    """Events are no chat, except when a viewer pays for a message or a gift."""
    if not frame.event:
        return True
    if frame.hasDonation:
        return bool(frame.chatname)
    return isinstance(frame.event, str) and frame.event in _SPOKEN


def _written(frame: _Frame) -> str:
    """The message's text, with what was given."""
    told = _told(frame.chatmessage)
    text = clean(told.strip()) if frame.textonly else plain_text(told)
    gift = plain_text(_told(frame.hasDonation), _LONGEST_GIFT)
    if not text and not gift and frame.contentimg:
        return _PICTURE
    return f"{text} ({gift})" if text and gift else text or gift


def _name(told: _Text) -> str:
    """Some sites' names come as HTML, too."""
    return plain_text(_told(told), LONGEST_NAME // 2).replace("\n", " ")


def _told(value: _Text) -> str:
    if isinstance(value, str):
        return value
    return "" if value is None or isinstance(value, bool) else f"{value}"


def _count(value: Any) -> int | None:
    """A number of viewers, also as a text; None where it is none."""
    if isinstance(value, str):
        value = value.strip()
        value = int(value) if value.isascii() and value.isdigit() and len(value) < 16 else None
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < _MOST_VIEWERS:
        return None
    return int(value)


def _native(meta: bytes) -> _Text:
    """The site's own id of the message."""
    if not meta.startswith(b"{"):
        return None
    try:
        return _meta.decode(meta).messageId
    except msgspec.MsgspecError:
        return None


def _inner(value: Raw) -> bytes:
    text = bytes(value)
    return msgspec.json.decode(text, type=str).encode(errors="replace") if text.startswith(b'"') else text


def _time(told: Any, now_ms: int) -> int:
    """Its own time (UTC ms) where that is believable."""
    if (
        isinstance(told, int | float)
        and not isinstance(told, bool)
        and -_LATE_MS <= told - now_ms <= _MINUTE_MS
    ):
        return int(told)
    return now_ms


def _digest(text: str) -> str:
    return hashlib.blake2b(text.encode(errors="replace"), digest_size=8).hexdigest()


def _short(text: str) -> str:
    """An id as it is, or, when it is too long or odd, made from it."""
    if len(text) <= LONGEST_NAME and text.isprintable():
        return text
    site = text.partition(":")[0]
    return f"{site}:{_digest(text)}"
