"""The Graph API over the `Http` port: errors by their code, and how much of what may be asked is left."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from typing import TypeVar
from urllib.parse import quote, urlencode

import msgspec

from studio.channels.facebook_wire import (
    COMMENT_FIELDS,
    CommentPage,
    Done,
    Node,
    Seen,
    date_ms,
    error_of,
    read_comment,
    usage,
)
from studio.channels.unnumbered import unsent
from studio.control.ports import BadAnswer, Http, HttpAnswer, RefusedByTarget, Unauthorised
from studio.control.ports.answers import is_html, plain, raise_for_status

T = TypeVar("T")
READ = "pages_read_user_content"
WRITE = "pages_manage_engagement"
PAGE = 100
"""The most entries that a page of an edge has."""
MOST_IDS = 50
Params = Sequence[tuple[str, str]]
Renew = Callable[[], Awaitable[bool]]


class CommentsRead(msgspec.Struct, frozen=True):
    """A page of comments, newest first. `more`: there are older ones. `problems`: a reason for each that was left out."""

    comments: tuple[Seen, ...]
    after: str
    more: bool
    problems: tuple[str, ...]


class Graph:
    """`http` is bound to an address with the version in it (`https://graph.facebook.com/v23.0`) and to a token. `renew` gets
    a newer token, where that can be had.
    """

    def __init__(self, http: Http, renew: Renew | None = None) -> None:
        self.load = 0.0
        """How much of what may be asked is used up, in percent."""
        self.ahead_ms = 0
        """How much the platform's clock is ahead of this computer's."""
        self._http = http
        self._renew = renew

    async def get(self, path: str, params: Params, type_: type[T], needs: str = READ) -> T:
        """Read a node or an edge. Raises `TargetError`."""
        return self._read(await self._asked("GET", path, params, None, needs), type_)

    async def post(self, path: str, form: Params, type_: type[T]) -> T:
        """Change something. Raises `TargetError`."""
        return self._read(await self._asked("POST", path, (), urlencode(form).encode(), WRITE), type_)

    async def comments(self, of: str, after: str = "", fields: str = "") -> CommentsRead:
        """One page of comments, of a broadcast or of a comment, newest first."""
        params = [
            ("fields", fields or f"{COMMENT_FIELDS},is_hidden"),
            ("filter", "stream"),
            ("live_filter", "no_filter"),
            ("order", "reverse_chronological"),
            ("limit", str(PAGE)),
        ]
        if after:
            params.append(("after", after))
        answer = await self._asked("GET", f"/{safe(of)}/comments", params, None, READ)
        page = self._read(answer, CommentPage)
        found: list[Seen] = []
        problems: list[str] = []
        for raw in page.data:
            try:
                found.append(read_comment(raw, date_ms(answer)))
            except (msgspec.MsgspecError, ValueError) as error:
                problems.append(plain(str(error), 160))
        return CommentsRead(
            tuple(found),
            page.paging.cursors.after,
            bool(page.paging.next and page.paging.cursors.after),
            tuple(problems),
        )

    async def newest(self, of: str, pages: int) -> AsyncGenerator[CommentsRead, None]:
        """Page after page, the newest first, at most so many."""
        after = ""
        for _ in range(pages):
            page = await self.comments(of, after)
            yield page
            if not page.more or page.after == after:
                return
            after = page.after

    async def gone(self, ids: Sequence[str], most_single: int) -> frozenset[str]:
        """Which of these comments (at most `MOST_IDS`) are deleted or hidden. One that is not there makes Facebook refuse the
        whole question: then up to `most_single` are asked for one by one, and of the rest nothing is said.
        """
        asked = [("ids", ",".join(ids)), ("fields", "id,is_hidden")]
        try:
            found = await self.get("", asked, dict[str, Node])
        except RefusedByTarget as refused:
            if refused.code not in ("gone", "bad-parameter"):
                raise
        else:
            return frozenset(each for each in ids if each not in found or found[each].is_hidden)
        gone: set[str] = set()
        for each in ids[:most_single]:
            try:
                node = await self.get(f"/{safe(each)}", [("fields", "id,is_hidden")], Node)
            except RefusedByTarget as refused:
                if refused.code != "gone":
                    raise
                gone.add(each)
            else:
                if node.is_hidden:
                    gone.add(each)
        return frozenset(gone)

    async def hide(self, comment_id: str) -> None:
        """Take a comment out of everybody's sight but its author's and their friends'."""
        if not (await self.post(f"/{safe(comment_id)}", [("is_hidden", "true")], Done)).success:
            raise RefusedByTarget("Facebook did not hide the comment: hide it there.", "not-hidden")

    async def _asked(
        self, method: str, path: str, params: Params, body: bytes | None, needs: str
    ) -> HttpAnswer:
        try:
            return await self._once(method, path, params, body, needs)
        except Unauthorised as error:
            if type(error) is not Unauthorised or not await self._renewed():
                raise
        return await self._once(method, path, params, body, needs)

    async def _renewed(self) -> bool:
        """Nothing was done with a token that is not accepted, so it may be done with the next."""
        with unsent():
            return self._renew is not None and await self._renew()

    async def _once(
        self, method: str, path: str, params: Params, body: bytes | None, needs: str
    ) -> HttpAnswer:
        headers = {"Content-Type": "application/x-www-form-urlencoded"} if body is not None else None
        answer = await self._http.request(
            method, path, body=body, params=params, headers=headers, max_bytes=8_000_000
        )
        self.load = usage(answer)[0]
        self.ahead_ms = date_ms(answer) - answer.received_ms
        if (error := error_of(answer, needs)) is not None:
            raise error
        raise_for_status(answer, "Facebook")
        if is_html(answer):
            raise BadAnswer("Facebook answered with a web page: check the channel's address in the settings.")
        return answer

    def _read(self, answer: HttpAnswer, type_: type[T]) -> T:
        try:
            return msgspec.json.decode(answer.body, type=type_)
        except (msgspec.MsgspecError, UnicodeError) as error:
            raise BadAnswer(f"Facebook answered not as agreed ({plain(str(error), 160)}).") from error


def safe(node: str) -> str:
    """An id as a part of a path: whatever it is, it leads nowhere else."""
    if not node or set(node) <= {"."}:
        raise RefusedByTarget("Facebook has no such thing (any more), or hides it from this token.", "gone")
    return quote(node[:300], safe="")
