"""What we say in a Twitch chat: how it is sent, and which line of the server answers it.

Source: Twitch, "IRC Concepts" (PRIVMSG, USERSTATE, NOTICE and its msg-ids); IRCv3, "labeled-response", "echo-message".
"""

import asyncio
import re
from collections import OrderedDict
from collections.abc import Callable
from uuid import uuid4

from msgspec import Struct

from studio.channels.irc import Line, escape, line_of
from studio.channels.irc_session import Session
from studio.channels.twitch_helix import WHO
from studio.channels.twitch_reader import Reader
from studio.channels.unnumbered import SendPace
from studio.control.ports import ChannelItem, RefusedByTarget, TargetError, Throttled, Unreachable
from studio.control.ports.answers import plain

MAX_LENGTH = 500
_WITHIN_MS = 30_000
_COUNT, _COUNT_MODERATOR = 20, 100
_REMEMBERED = 200
_FIRST_NUMBER = re.compile(r"\b([0-9]{1,7})\b")
_SLOWER_MS = 2_000
# Twitch takes what follows as text, and shows it without this.
_NO_COMMAND = "/ "
_REFUSALS = {
    "msg_duplicate": "does not take the very same text twice within 30 seconds: word it differently.",
    "msg_r9k": "takes only texts here that nobody has written yet: word it differently.",
    "msg_banned": "has this account banned from the chat: sign in with another, or ask the channel's owner.",
    "msg_timedout": "has this account silenced for a while, by a moderator: ask the channel's owner.",
    "msg_channel_suspended": "has suspended this channel: look at your account there.",
    "msg_suspended": "has suspended this account: look at it there.",
    "tos_ban": "has suspended this account: look at it there.",
    "msg_channel_blocked": "lets this account not write in this chat: sign in with another.",
    "msg_followersonly": "lets only followers write here: follow the channel, or make the account a moderator.",
    "msg_followersonly_followed": "lets only those write here who have followed for longer: make the account a moderator.",
    "msg_followersonly_zero": "lets only followers write here: follow the channel, or make the account a moderator.",
    "msg_subsonly": "lets only subscribers write here: make the account a moderator.",
    "msg_emoteonly": "takes only emotes here: switch emote-only chat off there.",
    "msg_verified_email": "wants this account's email address verified first: do that in its settings there.",
    "msg_requires_verified_phone_number": "wants this account's phone number verified first: do that in its settings there.",
    "msg_rejected": "holds the message until a moderator lets it through: do that there.",
    "msg_rejected_mandatory": "found something in the message that the channel's moderation does not allow: word it differently.",
    "msg_bad_characters": "does not take the characters of this message: word it differently.",
    "msg_facebook": "wants this account connected first: do that in its settings there.",
    "msg_room_not_found": "has no such chat (any more): check the channel's name.",
    "msg_unsupported_format": "does not take a message in this form: word it differently.",
    "invalid_parent": "has the message no more that this replies to.",
    "no_permission": "does not let this account do that: make it a moderator.",
    "unrecognized_cmd": "took the message for a command: word it differently.",
}
_WAITS = {
    "msg_ratelimit": "takes no more messages from this account right now: the rest waits.",
    "msg_slowmode": "has slow mode on in this chat: the rest waits.",
}


class _Said(Struct):
    nonce: str
    text: str
    reply_to: str
    session: Session
    answer: asyncio.Future[str]


class Sayings:
    """Says one thing at a time, since Twitch's refusals do not tell of which message they speak.

    `on_own` is told what we said and the platform does not send back.
    """

    def __init__(
        self,
        reader: Reader,
        on_own: Callable[[ChannelItem], None],
        monotonic_ms: Callable[[], int],
        answer_s: float,
    ) -> None:
        self._reader = reader
        self._on_own = on_own
        self._answer_s = answer_s
        self._pace = SendPace(WHO, _COUNT, _WITHIN_MS, monotonic_ms)
        self._pace_moderator = SendPace(WHO, _COUNT_MODERATOR, _WITHIN_MS, monotonic_ms)
        self._turn = asyncio.Lock()
        self._now: _Said | None = None
        self._late: OrderedDict[str, _Said] = OrderedDict()

    @property
    def idle(self) -> bool:
        """Whether nothing waits to be answered."""
        return self._now is None

    async def say(self, session_now: Callable[[], Session | None], text: str, reply_to: str) -> str:
        """Say it and wait until the server has it; the message's id. Raises `Throttled`, `RefusedByTarget`, `Unreachable`."""
        text = checked_text(text)
        async with self._turn:
            session = session_now()
            if session is None:
                raise Unreachable(f"{WHO}'s chat is not connected: it is tried again.", attempted=False)
            if not (session.twitch or session.labels):
                raise RefusedByTarget(
                    "This chat server does not tell what it has taken: nothing is said.", "no-echo"
                )
            if not session.moderator:
                self._pace.take()
            self._pace_moderator.take()
            said = _Said(uuid4().hex, text, reply_to, session, asyncio.get_running_loop().create_future())
            self._now = self._late[said.nonce] = said
            while len(self._late) > _REMEMBERED:
                self._late.popitem(last=False)
            try:
                async with asyncio.timeout(self._answer_s):
                    await session.wire.write(_line(said))
                    return await said.answer
            except TimeoutError:
                raise Unreachable(f"{WHO} did not say whether it took the message: look there.") from None
            finally:
                self._now = None
                if not said.answer.cancel() and not said.answer.cancelled():
                    said.answer.exception()  # it may have come in the moment in which the patience ended

    def heard(self, line: Line, session: Session) -> None:
        """A line that may answer what was said."""
        match line.command:
            case "USERSTATE":
                self._userstate(line, session)
            case "PRIVMSG":
                self._confirmed(self._of(line.tag("label")), line.tag("msgid") or line.tag("id"))
            case "NOTICE":
                self._notice(line, session)
            case "FAIL" | "401" | "403" | "404" | "412" | "417" | "442" | "477" | "531":
                self._refused(
                    session,
                    RefusedByTarget(
                        f"The chat does not take the message: {plain(line.last, 160)}.", line.command
                    ),
                )
            case _:
                pass

    def broken(self, session: Session) -> None:
        """This connection has ended: whether it took what was said is not known."""
        self._refused(
            session,
            Unreachable(
                f"The connection to {WHO}'s chat ended before the message was confirmed: look there."
            ),
        )

    def _userstate(self, line: Line, session: Session) -> None:
        badges = line.tag("badges")
        session.moderator = line.tag("mod") == "1" or "broadcaster/" in badges or "moderator/" in badges
        session.display = line.tag("display-name") or session.display
        nonce, message_id = line.tag("client-nonce"), line.tag("id")
        said = self._of(nonce)
        if said is None and not nonce and (message_id or session.settled):
            now = self._now
            said = now if now is not None and now.session is session else None
        session.settled = True
        if said is None:
            return
        del self._late[said.nonce]
        item = self._reader.our_own(
            message_id or said.nonce, session.display or session.nick, said.text, said.reply_to
        )
        if item is not None:
            self._on_own(item)
        _settle(said, message_id)

    def _of(self, nonce: str) -> _Said | None:
        return self._late.get(nonce) if nonce else None

    def _confirmed(self, said: _Said | None, message_id: str) -> None:
        if said is not None:
            del self._late[said.nonce]
            _settle(said, message_id)

    def _notice(self, line: Line, session: Session) -> None:
        code, words = line.tag("msg-id"), plain(line.last, 160)
        if code in _WAITS:
            found = _FIRST_NUMBER.search(words)
            wait = int(found[1]) * 1000 if found and code == "msg_slowmode" else _SLOWER_MS
            self._refused(session, Throttled(f"{WHO} {_WAITS[code]}", wait, attempted=False))
        elif code in _REFUSALS:
            self._refused(session, RefusedByTarget(f"{WHO} {_REFUSALS[code]}", code))
        elif code.startswith("msg_"):
            self._refused(session, RefusedByTarget(f"{WHO} does not take the message: {words}", code))

    def _refused(self, session: Session, error: TargetError) -> None:
        said = self._now
        if said is not None and said.session is session and not said.answer.done():
            self._late.pop(said.nonce, None)
            said.answer.set_exception(error)


def _settle(said: _Said, message_id: str) -> None:
    if not said.answer.done():
        said.answer.set_result(message_id)


def checked_text(text: str) -> str:
    """The text as one line. Raises `RefusedByTarget` where there is nothing to say, or too much."""
    text = line_of(text)
    if not text:
        raise RefusedByTarget("There is nothing to say: write something.", "empty")
    if len(text) > MAX_LENGTH:
        raise RefusedByTarget(
            f"{WHO} takes {MAX_LENGTH} characters at most, and these are {len(text)}: shorten it.", "too-long"
        )
    return text


def _line(said: _Said) -> str:
    session, text = said.session, said.text
    parent = escape(line_of(said.reply_to))
    if session.twitch:
        reply = f";reply-parent-msg-id={parent}" if parent else ""
        guard = _NO_COMMAND if text[0] in "/." else ""
        return f"@client-nonce={said.nonce}{reply} PRIVMSG {session.room} :{guard}{text}"
    reply = f";+draft/reply={parent}" if parent else ""
    return f"@label={said.nonce}{reply} PRIVMSG {session.room} :{text}"
