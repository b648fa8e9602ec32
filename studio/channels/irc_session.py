"""From a bare connection to a joined room: what is agreed on with the server, who we are, and into which room we go.

Sources: Twitch, "IRC Concepts" (capabilities, authentication, joining); IRCv3, "Capability Negotiation"; RFC 2812 (numerics).
"""

import asyncio
from collections.abc import Callable, Iterable

from msgspec import Struct

from studio.channels.irc import Line, parse
from studio.channels.irc_wire import Wire
from studio.control.ports import RefusedByTarget, TargetError, Unauthorised, Unreachable
from studio.control.ports.answers import plain

TWITCH_TAGS = "twitch.tv/tags"
_TWITCH = (TWITCH_TAGS, "twitch.tv/commands")
_OTHERS = ("message-tags", "server-time", "echo-message", "batch", "labeled-response", "account-tag")
_NICK_TAKEN = frozenset({"432", "433", "436", "437"})
_NO_ENTRY = frozenset({"403", "405", "471", "473", "474", "475", "476", "477", "520"})
_NICK_TRIES = 5
LATER = frozenset({"PRIVMSG", "USERNOTICE", "CLEARCHAT", "CLEARMSG", "USERSTATE", "RECONNECT"})
_LOGIN_FAILED = (
    "login authentication failed",
    "login unsuccessful",
    "improperly formatted auth",
    "invalid nick",
)
_CLOSED_ROOMS = frozenset(
    {"msg_channel_suspended", "msg_banned", "msg_room_not_found", "tos_ban", "msg_channel_blocked"}
)


class Login(Struct, frozen=True):
    """Who we are: `secret` is asked when it is needed; `anonymous` reads only."""

    nick: str
    anonymous: bool
    secret: Callable[[], str | None]


class Session:
    """A joined room over one connection."""

    def __init__(self, wire: Wire, room: str, nick: str) -> None:
        self.wire = wire
        self.room = room
        self.nick = nick
        self.display = ""
        self.moderator = False
        self.caps: set[str] = set()
        self.backlog: list[str] = []
        self.leaving = asyncio.Event()
        self.drained = asyncio.Event()
        self.settled = False
        self.heard_at = 0.0

    @property
    def twitch(self) -> bool:
        """Whether the server speaks Twitch's own tags and commands."""
        return TWITCH_TAGS in self.caps

    @property
    def labels(self) -> bool:
        """Whether what we say comes back to us, with our own label."""
        return {"echo-message", "labeled-response"} <= self.caps


def login_failed(line: Line) -> bool:
    """Whether this NOTICE says that the server does not take our token."""
    return line.last.lower().startswith(_LOGIN_FAILED)


def no_such_token(who: str) -> Unauthorised:
    """The token is not taken."""
    return Unauthorised(f"{who} does not accept the sign-in any more: sign in again under Channels.")


def closed_room(line: Line, who: str) -> RefusedByTarget | None:
    """What a NOTICE means that shuts us out of the room."""
    code = line.tag("msg-id")
    if code not in _CLOSED_ROOMS:
        return None
    words = plain(line.last, 160)
    return RefusedByTarget(f"{who} does not let the studio into this chat: {words}", code)


class _Joining:
    """Speaks with the server until the room is joined."""

    def __init__(self, session: Session, login: Login, who: str, random: Callable[[], float]) -> None:
        self._session = session
        self._login = login
        self._who = who
        self._random = random
        self._offered: list[str] = []
        self._asked_twitch = True
        self._negotiating = True
        self._nicks = 0
        self.joined = False

    def begin(self) -> list[str]:
        nick = self._session.nick
        lines = [f"CAP REQ :{' '.join(_TWITCH)}"]
        secret = None if self._login.anonymous else self._login.secret()
        if secret:
            secret = secret.removeprefix("oauth:")
            if not (secret.isascii() and secret.isprintable() and " " not in secret):
                raise Unauthorised(
                    "The token has characters that no token has: sign in again under Channels."
                )
            lines.append(f"PASS oauth:{secret}")
        elif not self._login.anonymous:
            raise Unauthorised(f"{self._who} asks for a sign-in: sign in under Channels.")
        else:
            lines.append("PASS SCHMOOPIIE")  # what Twitch's own page says when nobody signed in
        return [*lines, f"NICK {nick}", f"USER {nick} 0 * :{nick}"]

    def answer(self, text: str) -> list[str]:
        """What to say to one line."""
        line = parse(text)
        command = line.command
        if command in LATER:
            self._session.backlog.append(text)
            return []
        if command == "PING":
            return [f"PONG {line.rest}"]
        if command == "CAP":
            return self._capabilities(line.params)
        if command == "001":
            self._session.nick = (line.params or [self._session.nick])[0]
            return [f"JOIN {self._session.room}"]
        if command in _NICK_TAKEN:
            return self._another_nick()
        if command == "JOIN" and self._session.twitch and line.nick:
            self._session.nick = line.nick  # Twitch goes by the token, whatever NICK said
        if command in ("366", "ROOMSTATE"):
            self.joined = self.joined or self._session.room in [p.lower() for p in line.params]
            return []
        self._check(line)
        return []

    def _capabilities(self, params: list[str]) -> list[str]:
        verb, names = (params[1].upper(), params[-1].split()) if len(params) > 2 else ("", [])
        if verb == "ACK":
            self._session.caps.update(name for name in names if not name.startswith("-"))
            return self._end() if not self._asked_twitch else []
        if verb == "NAK" and self._asked_twitch:
            self._asked_twitch = False
            return ["CAP LS 302"]
        if verb == "LS" and not self._asked_twitch:
            self._offered += [name.partition("=")[0] for name in names]
            if params[2] == "*":
                return []
            wanted = [name for name in _OTHERS if name in self._offered]
            return [f"CAP REQ :{' '.join(wanted)}"] if wanted else self._end()
        return self._end() if verb == "NAK" else []

    def _end(self) -> list[str]:
        ends, self._negotiating = self._negotiating, False
        return ["CAP END"] if ends else []

    def _another_nick(self) -> list[str]:
        self._nicks += 1
        if self._nicks > _NICK_TRIES:
            raise RefusedByTarget(
                f"{self._who} has no name free for the studio: try again later.", "nick-taken"
            )
        self._session.nick = f"{self._login.nick[:20]}_{int(self._random() * 10_000):04d}"
        return [f"NICK {self._session.nick}"]

    def _check(self, line: Line) -> None:
        command = line.command
        words = plain(line.last, 160)
        if command == "464" or (command == "NOTICE" and login_failed(line)):
            raise no_such_token(self._who)
        if command == "NOTICE" and (closed := closed_room(line, self._who)) is not None:
            raise closed
        if command in _NO_ENTRY:
            raise RefusedByTarget(f"{self._who} does not let the studio into this chat: {words}", "no-entry")
        if command == "ERROR":
            raise Unreachable(
                f"{self._who}'s chat closed the connection ({words}): it is tried again in a while."
            )


async def join(
    wire: Wire, room: str, login: Login, *, who: str, patience_s: float, random: Callable[[], float]
) -> Session:
    """Sign in and go into the room (`#name`). Raises `Unauthorised`, `RefusedByTarget` or `Unreachable`; then the
    connection is closed.
    """
    session = Session(wire, room, login.nick)
    joining = _Joining(session, login, who, random)
    try:
        async with asyncio.timeout(patience_s):
            await wire.write(*joining.begin())
            while not joining.joined:
                lines = await wire.read()
                replies = _flat(joining.answer(line) for line in lines)
                if replies:
                    await wire.write(*replies)
    except TimeoutError:
        await wire.close()
        raise Unreachable(
            f"{who} did not let the studio into {room} in time: check the channel's name.", attempted=False
        ) from None
    except (TargetError, asyncio.CancelledError):
        await wire.close()
        raise
    session.heard_at = asyncio.get_running_loop().time()
    return session


def _flat(lists: Iterable[list[str]]) -> list[str]:
    return [entry for found in lists for entry in found]
