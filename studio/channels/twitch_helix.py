"""Twitch's HTTP API, "Helix", as far as the studio needs it. Source: Twitch, "API Reference": Get Users, Get Streams, Delete
Chat Messages; "Twitch API Concepts" (errors, rate limits).
"""

from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

import msgspec
from msgspec import Struct

from studio.control.ports import (
    BadAnswer,
    Http,
    HttpAnswer,
    MissingRight,
    RefusedByTarget,
    Throttled,
    Unauthorised,
)
from studio.control.ports.answers import RETRY_AFTER_CAP_MS, is_html, plain, raise_for_status

T = TypeVar("T")
WHO = "Twitch"
Renew = Callable[[], Awaitable[bool]]
"""Gets a newer token; whether there is one now. Raises `Unreachable`."""
_LONGEST = 1_000_000


class User(Struct, frozen=True):
    """An account. `id` is the platform's, `login` the name in its address."""

    id: str
    login: str
    display_name: str = ""


class _Users(Struct, frozen=True):
    data: list[User]


class _Stream(Struct, frozen=True):
    user_login: str
    viewer_count: int


class _Streams(Struct, frozen=True):
    data: list[_Stream]


class _Refusal(Struct, frozen=True):
    message: str = ""


class Helix:
    """Asks Helix; methods raise `TargetError`s. `http` is bound to its base address and adds the token, `client_id` is
    that of the app for which the token was given. A token that is not taken is renewed once.
    """

    def __init__(self, http: Http, client_id: str, renew: Renew | None = None) -> None:
        self._http = http
        self._client_id = client_id
        self._renew = renew

    async def user(self, login: str = "") -> User | None:
        """The account with this name, or without one the account that signed in; None where there is none."""
        asked = [("login", login)] if login else []
        answer = await self._call("GET", "/users", asked)
        found = _read(answer, _Users).data
        return next((user for user in found if not login or user.login.lower() == login), None)

    async def viewers(self, login: str) -> int | None:
        """How many watch; None while the channel is not live."""
        answer = await self._call("GET", "/streams", [("user_login", login)])
        for stream in _read(answer, _Streams).data:
            if stream.user_login.lower() == login:
                if not 0 <= stream.viewer_count < 2**40:
                    raise BadAnswer(f"{WHO} told {stream.viewer_count} viewers, which cannot be.")
                return stream.viewer_count
        return None

    async def delete(self, broadcaster_id: str, moderator_id: str, message_id: str) -> None:
        """Take a message out of the chat. Needs the right moderator:manage:chat_messages."""
        who = [("broadcaster_id", broadcaster_id), ("moderator_id", moderator_id)]
        await self._call("DELETE", "/moderation/chat", [*who, ("message_id", message_id)])

    async def _call(self, method: str, path: str, params: Sequence[tuple[str, str]]) -> HttpAnswer:
        try:
            return await self._once(method, path, params)
        except MissingRight:
            raise
        except Unauthorised:
            if self._renew is None or not await self._renew():
                raise
        return await self._once(method, path, params)

    async def _once(self, method: str, path: str, params: Sequence[tuple[str, str]]) -> HttpAnswer:
        answer = await self._http.request(
            method, path, params=params, headers={"Client-Id": self._client_id}, max_bytes=_LONGEST
        )
        _check(answer)
        if is_html(answer):
            raise BadAnswer(f"{WHO} answered with a web page: check its address in the settings.")
        return answer


def _check(answer: HttpAnswer) -> None:
    """Helix's errors are {"error", "status", "message"}."""
    status = answer.status
    if status == 429:
        raise Throttled(
            f"{WHO} asks for patience (too many requests): it is asked again in a while.",
            _reset_in_ms(answer),
            attempted=False,
        )
    if is_html(answer) or status < 400 or status >= 500:
        raise_for_status(answer, WHO)
        return
    words = plain(_words(answer), 160)
    if status == 401 and "scope" not in words.lower():
        raise Unauthorised(f"{WHO} does not accept the sign-in any more: sign in again under Channels.")
    if status in (401, 403):
        raise MissingRight(
            f"{WHO} does not let this account do that ({words or 'no reason given'}): sign in again as the channel's owner "
            "or a moderator, and allow everything that is asked."
        )
    if status == 404:
        raise RefusedByTarget(f"{WHO} has no such thing (any more): {words or 'not found'}.", "status-404")
    raise RefusedByTarget(f"{WHO} said no: {words or status}.", f"status-{status}")


def _words(answer: HttpAnswer) -> str:
    try:
        return msgspec.json.decode(answer.body, type=_Refusal).message
    except (msgspec.MsgspecError, UnicodeError):
        return ""


def _reset_in_ms(answer: HttpAnswer) -> int | None:
    """`Ratelimit-Reset` is the moment, in Unix seconds, at which all may be asked again."""
    told = answer.headers.get("ratelimit-reset", "")
    if not (told.isascii() and told.isdigit() and len(told) < 12):
        return None
    return min(max(0, int(told) * 1000 - answer.received_ms) + 250, RETRY_AFTER_CAP_MS)


def _read(answer: HttpAnswer, type_: type[T]) -> T:
    try:
        return msgspec.json.decode(answer.body, type=type_)
    except (msgspec.MsgspecError, UnicodeError) as error:
        raise BadAnswer(f"{WHO} answered not as agreed ({plain(str(error), 160)}).") from error
