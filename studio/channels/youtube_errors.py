"""What YouTube's errors mean. Decided by `reason`, not by the HTTP status: 403 alone stands for a used-up quota, a chat
that is over and a missing right.

Source: "Errors" of the YouTube Live Streaming API and of the YouTube Data API (core API errors, liveBroadcasts,
liveChatMessages); newer answers also carry `status` and `details[].reason` (google.rpc.ErrorInfo).
"""

from collections.abc import Callable

import msgspec

from studio.control.ports import (
    BadAnswer,
    HttpAnswer,
    MissingRight,
    RefusedByTarget,
    TargetError,
    Throttled,
    Unauthorised,
    Unreachable,
)
from studio.control.ports.answers import is_html, plain, retry_after_ms

CHAT_OVER = "liveChatEnded"
CHAT_GONE = "liveChatNotFound"
CHAT_OFF = "liveChatDisabled"
MESSAGE_GONE = "liveChatMessageNotFound"
_PATIENCE_MS = 5_000
_SIGN_IN = "sign in to YouTube again in the settings"
_USED_UP = frozenset({"quotaExceeded", "dailyLimitExceeded", "dailyLimitExceededUnreg"})
_TOO_FAST = frozenset(
    {
        "rateLimitExceeded",
        "userRateLimitExceeded",
        "userRequestsExceedRateLimit",
        "RATE_LIMIT_EXCEEDED",
        "concurrentLimitExceeded",
    }
)
_SIGNED_OUT = frozenset(
    {
        "authError",
        "authorizationRequired",
        "expired",
        "ACCESS_TOKEN_EXPIRED",
        "CREDENTIALS_MISSING",
        "UNAUTHENTICATED",
    }
)
_NO_RIGHT = frozenset(
    {
        "insufficientPermissions",
        "insufficientLivePermissions",
        "insufficientScopes",
        "ACCESS_TOKEN_SCOPE_INSUFFICIENT",
    }
)
_TOKEN_REFUSED = frozenset({"pageTokenInvalid", "invalidPageToken"})
_THEIR_TROUBLE = frozenset({"processingFailure", "backendError", "internalError", "serviceUnavailable"})
_NOT_SET_UP = {
    "accessNotConfigured": "switch on “YouTube Data API v3” for the project of the client ID in Google's console",
    "SERVICE_DISABLED": "switch on “YouTube Data API v3” for the project of the client ID in Google's console",
    "authenticatedUserNotChannel": "the account has no channel: sign in with the one that streams",
    "youtubeSignupRequired": "the account has no channel: sign in with the one that streams",
}
_REFUSED = {
    CHAT_OVER: "The chat of this broadcast is over: start a broadcast, it is found by itself.",
    CHAT_GONE: "YouTube knows no chat of this broadcast (any more): look in YouTube Studio whether it is live.",
    CHAT_OFF: "The chat of this broadcast is switched off: switch it on in YouTube Studio.",
    MESSAGE_GONE: "The message is not there any more.",
    "modificationNotAllowed": "YouTube does not let this message be hidden: it is a moderator's, or the channel's own.",
    "messageTextInvalid": "YouTube does not take this text: say it in other words, without links or odd characters.",
    "messageTextRequired": "There is nothing to say: write a text.",
    "liveStreamingNotEnabled": "This channel may not stream live yet: switch it on at youtube.com/features.",
    "liveBroadcastNotFound": "YouTube knows no broadcast with this id: check it in the settings.",
    "videoNotFound": "YouTube knows no video with this id: check it in the settings.",
}


class PageTokenRefused(RefusedByTarget):
    """The place in the chat is not known any more: it must be read from the beginning."""


class SignedOut(Unauthorised):
    """The access token is missing, wrong or over; a new one may do."""


class UsedUp(Throttled):
    """The day's quota is used up."""


class _One(msgspec.Struct, frozen=True):
    reason: str = ""


class _Error(msgspec.Struct, frozen=True):
    message: str = ""
    status: str = ""
    errors: list[_One] = []
    details: list[_One] = []


class _Told(msgspec.Struct, frozen=True):
    error: _Error = _Error()


def raise_for_reason(answer: HttpAnswer, resets_in_ms: Callable[[], int]) -> None:
    """Return for 2xx; raise the `TargetError` that anything else means. `resets_in_ms`: until the day's quota begins
    anew.
    """
    if 200 <= answer.status < 300:
        return
    error = _told(answer)
    reasons = [*(one.reason for one in error.errors), *(one.reason for one in error.details), error.status]
    for reason in reasons:
        meaning = _meaning(reason, answer, resets_in_ms)
        if meaning is not None:
            raise meaning
    raise _by_status(answer, plain(error.message, 200), next(filter(None, reasons), ""))


def _told(answer: HttpAnswer) -> _Error:
    try:
        return msgspec.json.decode(answer.body, type=_Told).error
    except (msgspec.MsgspecError, UnicodeError):
        return _Error()


def _meaning(reason: str, answer: HttpAnswer, resets_in_ms: Callable[[], int]) -> TargetError | None:
    if reason in _USED_UP:
        return UsedUp(
            "YouTube's quota for today is used up: it begins anew at midnight Pacific time. Ask Google for more, or "
            "answer in YouTube Studio until then.",
            resets_in_ms(),
            attempted=False,
        )
    if reason in _TOO_FAST:
        return too_fast(answer)
    if reason in _SIGNED_OUT:
        return signed_out()
    if reason in _NO_RIGHT:
        return MissingRight(
            f"YouTube's sign-in lacks the right for this: {_SIGN_IN}, and allow all it asks for."
        )
    if reason == "forbidden":
        return MissingRight(
            "YouTube does not let this account do that: sign in with the channel that streams, or make the account a "
            "moderator of its chat."
        )
    if reason in _NOT_SET_UP:
        return MissingRight(f"YouTube does not let us in: {_NOT_SET_UP[reason]}.")
    if reason in _TOKEN_REFUSED:
        return PageTokenRefused("YouTube lost our place in the chat: it is read from the beginning.", reason)
    if reason in _THEIR_TROUBLE:
        return _unable(answer)
    if reason in _REFUSED:
        return RefusedByTarget(_REFUSED[reason], reason)
    return None


def too_fast(answer: HttpAnswer) -> Throttled:
    """They ask for patience."""
    return Throttled(
        "YouTube asks for patience (too many requests): it is asked again in a while.",
        retry_after_ms(answer) or _PATIENCE_MS,
        attempted=False,
    )


def signed_out() -> SignedOut:
    """The sign-in does not hold."""
    return SignedOut(f"YouTube does not accept the sign-in (any more): {_SIGN_IN}.")


def _unable(answer: HttpAnswer) -> Unreachable:
    return Unreachable(
        f"YouTube cannot answer right now ({answer.status}): it is asked again in a while.",
        retry_after_ms(answer),
    )


def _by_status(answer: HttpAnswer, words: str, reason: str) -> TargetError:
    status = answer.status
    if status == 401:
        return signed_out()
    if status == 429:
        return too_fast(answer)
    if status >= 500 or status in (408, 425):
        return _unable(answer)
    if is_html(answer) or status < 400:
        return BadAnswer(
            f"Something else than YouTube answered ({status}): check the network's login page or proxy."
        )
    why = words or reason or f"status {status}"
    if status == 403:
        return MissingRight(
            f"YouTube does not allow it ({why}): check the account in YouTube Studio, or {_SIGN_IN}."
        )
    return RefusedByTarget(f"YouTube said no ({why}).", reason or f"status-{status}")
