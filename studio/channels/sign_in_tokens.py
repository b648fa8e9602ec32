"""The token endpoint of OAuth 2.0 (RFC 6749, sections 4.1.3, 5 and 6; RFC 8628, section 3.5), for public clients."""

import asyncio
from collections.abc import Callable, Sequence
from urllib.parse import urlencode

import msgspec

from studio.control.ports import (
    BadAnswer,
    Http,
    HttpAnswer,
    MissingRight,
    RefusedByTarget,
    Unauthorised,
    WallClock,
)
from studio.control.ports.answers import plain, raise_for_status
from studio.control.ports.sign_in import Grant

_LONGEST_TOKEN = 8_000
_LONGEST_SECRET = 8
"""A value of a request that is this long or longer may be a secret, and is struck out of what the platform says."""
_MOST_SECONDS = 10 * 366 * 86_400
NO_SECRET: Callable[[], str | None] = lambda: None  # noqa: E731 - a default value

ENDED = frozenset({"invalid_grant", "invalid_refresh_token", "invalid_token"})
"""The sign-in is over: revoked, expired, or used already (Twitch says it in `message`)."""
STRANGER = frozenset(
    {
        "invalid_client", "unauthorized_client", "invalid_client_id", "missing_client_id", "invalid_client_secret",
        "missing_client_secret", "client_secret_is_missing",
    }
)  # fmt: skip


class _Tokens(msgspec.Struct, frozen=True):
    access_token: str
    token_type: str = "bearer"  # noqa: S105 - a kind, no token
    refresh_token: str = ""
    expires_in: int | None = None
    scope: str | list[str] | None = None


class _Refusal(msgspec.Struct, frozen=True):
    """RFC 6749 and Google say `error` and `error_description`, Twitch `message`."""

    error: str = ""
    error_description: str = ""
    message: str = ""


class Refusal(RefusedByTarget):
    """The endpoint said no. `reasons` are its words for it, in lower case with underscores."""

    def __init__(self, sentence: str, reasons: frozenset[str]) -> None:
        super().__init__(sentence, next(iter(sorted(reasons)), "sign-in"))
        self.reasons = reasons


async def validate(http: Http, path: str, who: str, grant: Grant) -> None:
    """Ask whether an access token is still good (Twitch, "Validating Tokens"). `http` is bound to the platform's OAuth server,
    without a token. Raises `Unauthorised` when it is not, and other `TargetError`s.
    """
    token = grant.access_token.removeprefix("oauth:")  # as Twitch's own chat tools show it
    over = Unauthorised(f"{who} has ended the sign-in: sign in again.")
    try:
        answer = await http.request("GET", path, headers={"Authorization": f"OAuth {token}"})
    except Unauthorised:
        raise over from None
    if answer.status == 401:
        raise over
    raise_for_status(answer, who)


class TokenEndpoint:
    """Where codes and refresh tokens become access tokens. `http` is bound to the platform's OAuth server, without a token;
    `who` opens the sentences ("Google").

    `client_id` is that of the app that was registered there; `client_secret` its secret, for platforms that want one
    of installed apps too (Google's is not confidential, its documentation says). None: no such thing.
    """

    def __init__(
        self,
        http: Http,
        path: str,
        client_id: str,
        who: str,
        wall: WallClock,
        client_secret: Callable[[], str | None] = NO_SECRET,
    ) -> None:
        self.http = http
        self.client_id = client_id
        self.who = who
        self.wall = wall
        self._path = path
        self._client_secret = client_secret

    async def grant(self, form: Sequence[tuple[str, str]], needed: Sequence[str] = ()) -> Grant:
        """Ask for tokens with these fields; the client's are added. `needed` are scopes without which it makes no sense.

        Raises `Refusal` when the endpoint says no, `MissingRight` when it gave less than is needed, and other
        `TargetError`s.
        """
        fields = [*form, ("client_id", self.client_id)]
        if secret := await asyncio.to_thread(self._client_secret):  # a keyring may ask its person
            fields.append(("client_secret", secret))
        sent_ms = self.wall.now_ms()
        answer = await self.post(self._path, fields)
        try:
            told = msgspec.json.decode(answer.body, type=_Tokens)
        except (msgspec.MsgspecError, UnicodeError) as error:
            raise BadAnswer(
                f"{self.who} answered the sign-in not as agreed ({plain(str(error), 160)})."
            ) from error
        return self._checked(told, sent_ms, needed)

    async def refresh(self, grant: Grant) -> Grant:
        """The same rights for longer. Raises `Unauthorised` when the sign-in is over, and other `TargetError`s."""
        if not grant.refresh_token:
            raise Unauthorised(f"{self.who}'s token cannot be renewed: sign in again.")
        form = [("grant_type", "refresh_token"), ("refresh_token", grant.refresh_token)]
        try:
            new = await self.grant(form)
        except Refusal as refusal:
            if refusal.reasons & ENDED:
                raise Unauthorised(f"{self.who} has ended the sign-in: sign in again.") from None
            raise
        return msgspec.structs.replace(
            new,
            refresh_token=new.refresh_token or grant.refresh_token,
            scopes=new.scopes or grant.scopes,
        )

    async def post(self, path: str, form: Sequence[tuple[str, str]]) -> HttpAnswer:
        """Send a form; the answer, which is good. Raises `Refusal` for 4xx, else what the status means."""
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
        try:
            answer = await self.http.request("POST", path, body=urlencode(form).encode(), headers=headers)
        except Unauthorised:  # a 401 whose reason is not read: no bearer token goes there
            raise Unauthorised(
                f"{self.who} takes neither the sign-in nor the app: sign in again, and check the client ID."
            ) from None
        if 400 <= answer.status < 500 and answer.status not in (408, 425, 429):
            self._refused(answer, form)
        raise_for_status(answer, self.who)
        return answer

    def _refused(self, answer: HttpAnswer, form: Sequence[tuple[str, str]]) -> None:
        try:
            said = msgspec.json.decode(answer.body, type=_Refusal)
        except (msgspec.MsgspecError, UnicodeError):
            return
        told = (said.error, said.message, said.error_description)
        reasons = frozenset("_".join(text.lower().replace(".", "").split())[:64] for text in told if text)
        if reasons & STRANGER:
            raise self._stranger()
        words = said.error_description or said.message or said.error
        for _, value in form:
            if len(value) >= _LONGEST_SECRET:
                words = words.replace(value, "•••")
        if reasons:
            raise Refusal(f"{self.who} refuses the sign-in ({plain(words, 160)}).", reasons)

    def _stranger(self) -> Unauthorised:
        return Unauthorised(
            f"{self.who} does not know this app: check the client ID (and the client secret, if it has one)."
        )

    def _checked(self, told: _Tokens, sent_ms: int, needed: Sequence[str]) -> Grant:
        for token in (told.access_token, told.refresh_token):
            if len(token) > _LONGEST_TOKEN or not token.isascii() or not token.isprintable() or " " in token:
                raise BadAnswer(f"{self.who} answered the sign-in with something that is no token.")
        if not told.access_token or told.token_type.lower() != "bearer":
            raise BadAnswer(f"{self.who} answered the sign-in with a token of another kind.")
        if told.expires_in is not None and not 0 < told.expires_in <= _MOST_SECONDS:
            raise BadAnswer(f"{self.who} answered the sign-in with an end that makes no sense.")
        scopes = tuple(told.scope.split() if isinstance(told.scope, str) else told.scope or ())
        lacking = [scope for scope in needed if scope not in scopes] if scopes else []
        if lacking:
            raise MissingRight(
                f"{self.who} did not give the rights {', '.join(lacking)}: sign in again and allow all that is asked for."
            )
        # From when it was asked for: a slow answer must not make the token look younger than it is.
        ends = None if told.expires_in is None else sent_ms + told.expires_in * 1000
        return Grant(
            access_token=told.access_token,
            refresh_token=told.refresh_token,
            expires_at_ms=ends,
            scopes=scopes,
        )
