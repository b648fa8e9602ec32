"""What the Graph API sends: comments, pages of them, errors and usage (Graph API reference: Live Video, Comment, "Handle
Errors", "Rate Limits").
"""

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import msgspec
from msgspec import Raw, Struct

from studio.channels.unnumbered import LONGEST_NAME, LONGEST_TEXT, clean
from studio.control.ports import (
    HttpAnswer,
    MissingRight,
    RefusedByTarget,
    TargetError,
    Throttled,
    Unauthorised,
    Unreachable,
)
from studio.control.ports.answers import plain, retry_after_ms

LONGEST_WAIT_MS = 60 * 60_000
_MOST_ID = 200
_MAX_MS = 2**53
_ENDED_TOKEN = frozenset({102, 104, 190})
_TOO_MANY = frozenset({4, 17, 32, 341, 613, 80001, 80006})
_GONE_CODES = frozenset({803, 1705})
_PERMISSION = re.compile(r"\b(?:pages|publish|manage|user|business|instagram)_[a-z_]{3,40}\b")
_TOKEN_SENTENCES = {
    458: "Facebook no longer lets this app in: allow it again, and enter the new token.",
    459: "Facebook wants to see the account's owner: log in at facebook.com, then try again.",
    460: "The password at Facebook was changed: make a new token and enter it.",
    463: "The token for Facebook has run out: make a new one and enter it.",
    464: "Facebook wants to see the account's owner: log in at facebook.com, then try again.",
    467: "The token for Facebook was made invalid: make a new one and enter it.",
}


class Author(Struct, frozen=True, gc=False):
    """Who wrote a comment; missing where the token may not know."""

    id: str | int
    name: str = ""


class Parent(Struct, frozen=True, gc=False):
    """The comment that is replied to."""

    id: str | int


class Comment(Struct, frozen=True, rename={"from_": "from"}):
    """A comment of a live video, as an event or from its edge."""

    id: str | int
    message: str = ""
    created_time: str = ""
    from_: Author | None = None
    parent: Parent | None = None
    is_hidden: bool = False


COMMENT_FIELDS = "id,message,created_time,from{id,name},parent{id}"


class Cursors(Struct, frozen=True):
    """Where a page begins and ends."""

    after: str = ""


class Paging(Struct, frozen=True):
    """`next` is an address with the token in it: only that there is one is used."""

    cursors: Cursors = Cursors()
    next: str = ""


class CommentPage(Struct, frozen=True):
    """A page of an edge; its entries are read one by one."""

    data: list[Raw] = []
    paging: Paging = Paging()


class LiveVideo(Struct, frozen=True):
    """A broadcast. `live_views` is missing where nobody is told."""

    id: str | int
    status: str = ""
    live_views: int | None = None
    broadcast_start_time: str = ""


class LiveVideos(Struct, frozen=True):
    """The broadcasts of a page."""

    data: list[LiveVideo] = []


class Node(Struct, frozen=True):
    """Anything with an id."""

    id: str | int
    is_hidden: bool = False


class Done(Struct, frozen=True):
    """The answer to a change."""

    success: bool = False


class _Error(Struct, frozen=True):
    message: str = ""
    code: int = 0
    error_subcode: int = 0
    is_transient: bool = False


class _Failed(Struct, frozen=True):
    error: _Error


class _Usage(Struct, frozen=True):
    call_count: float = 0
    total_time: float = 0
    total_cputime: float = 0
    estimated_time_to_regain_access: float = 0

    @property
    def percent(self) -> float:
        return max(self.call_count, self.total_time, self.total_cputime)


class Seen(Struct, frozen=True, gc=False):
    """A comment as the studio understands it. `key` is the same however the platform writes its id: as an event or from
    an edge it may bear another prefix.
    """

    key: str
    id: str
    at_ms: int
    author: str
    author_id: str
    text: str
    reply_to: str
    hidden: bool


_comment = msgspec.json.Decoder(Comment)


def key_of(comment_id: str) -> str:
    """What two ways to write the same comment's id have in common."""
    return comment_id.rsplit("_", 1)[-1]


def read_comment(raw: bytes | Raw, now_ms: int) -> Seen:
    """A comment. `now_ms` stands in for a time that the platform did not tell. Raises `ValueError` (msgspec's too)."""
    told = _comment.decode(raw)
    comment_id = str(told.id)
    if not 0 < len(comment_id) <= _MOST_ID or not key_of(comment_id):
        raise ValueError("a comment has no usable id")
    at = time_ms(told.created_time) if told.created_time else now_ms
    author = told.from_
    return Seen(
        key=key_of(comment_id),
        id=comment_id,
        at_ms=at,
        author=clean(author.name, LONGEST_NAME) if author else "",
        author_id=str(author.id)[:_MOST_ID] if author else "",
        text=clean(told.message, LONGEST_TEXT),
        reply_to=str(told.parent.id)[:_MOST_ID] if told.parent else "",
        hidden=told.is_hidden,
    )


def time_ms(text: str) -> int:
    """UTC ms of `2018-08-30T18:47:02+0000`. Raises `ValueError`."""
    try:
        read = datetime.fromisoformat(text)
        found = round((read if read.tzinfo else read.replace(tzinfo=UTC)).timestamp() * 1000)
    except (ValueError, OverflowError) as error:
        raise ValueError("its time makes no sense") from error
    if not 0 <= found < _MAX_MS:
        raise ValueError("its time makes no sense")
    return found


def date_ms(answer: HttpAnswer) -> int:
    """The platform's time at this answer, of this computer where it tells none."""
    try:
        return round(parsedate_to_datetime(answer.headers.get("date", "")).timestamp() * 1000)
    except (TypeError, ValueError, OverflowError):
        return answer.received_ms


def usage(answer: HttpAnswer) -> tuple[float, int]:
    """How much of what may be asked is used up, in percent, and how long (ms) it takes until more may be asked, 0 where that
    is not said. Headers X-App-Usage and X-Business-Use-Case-Usage, the latter in minutes.
    """
    found: list[_Usage] = []
    try:
        if text := answer.headers.get("x-app-usage"):
            found.append(msgspec.json.decode(text, type=_Usage))
        if text := answer.headers.get("x-business-use-case-usage"):
            each = msgspec.json.decode(text, type=dict[str, list[_Usage]])
            found += [one for many in each.values() for one in many]
    except (msgspec.MsgspecError, UnicodeError):  # only advice: what cannot be read is not taken
        found = []
    minutes = max((one.estimated_time_to_regain_access for one in found), default=0)
    wait = min(max(0, minutes) * 60_000, LONGEST_WAIT_MS)
    return max((one.percent for one in found), default=0.0), round(wait)


def error_of(answer: HttpAnswer, needs: str) -> TargetError | None:
    """What an answer says went wrong; None when it has no error of the Graph API in it. `needs` is the permission that what
    was asked for takes.
    """
    if answer.status < 400 and b'"error"' not in answer.body[:64]:
        return None
    try:
        error = msgspec.json.decode(answer.body, type=_Failed).error
    except (msgspec.MsgspecError, UnicodeError):
        return None
    return _meaning(error, answer, needs)


def error_in_event(data: bytes, needs: str) -> TargetError | None:
    """The same for an event."""
    return error_of(HttpAnswer(200, {}, data, 0, 0), needs)


def _meaning(error: _Error, answer: HttpAnswer, needs: str) -> TargetError:
    code, words = error.code, plain(error.message, 200)
    if code in _ENDED_TOKEN or (code == 2500 and "access token" in error.message.lower()):
        return Unauthorised(
            _TOKEN_SENTENCES.get(
                error.error_subcode, "Facebook does not accept the token: make a new one and enter it."
            )
        )
    if code in _TOO_MANY:
        wait = usage(answer)[1] or retry_after_ms(answer) or 60_000
        return Throttled(
            "Facebook asks for patience (too many requests): it is asked again in a while.",
            wait,
            attempted=False,
        )
    if code in (3, 10) or 200 <= code <= 299:
        named = _PERMISSION.search(error.message)
        return MissingRight(
            f"Facebook says that the token lacks the permission {named.group() if named else needs}: make a token "
            "that has it."
        )
    if code == 368:
        return RefusedByTarget(
            "Facebook has blocked this page from doing that for a while: look at the page's messages there.",
            "blocked",
        )
    if code == 506:
        return RefusedByTarget("Facebook takes the same text only once: change a word.", "duplicate")
    if code in _GONE_CODES or (code == 100 and error.error_subcode == 33):
        return RefusedByTarget("Facebook has no such thing (any more), or hides it from this token.", "gone")
    if code in (1, 2) or error.is_transient or answer.status >= 500:
        return Unreachable("Facebook cannot answer right now: it is asked again in a while.")
    if code == 100:
        return RefusedByTarget(f"Facebook did not understand ({words}).", "bad-parameter")
    return RefusedByTarget(f"Facebook said no ({words or code}).", f"code-{code}")
