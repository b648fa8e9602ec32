"""What an HTTP answer means to a target: one reading of statuses, problem documents and Retry-After for all adapters."""

import email.utils
import re
import unicodedata

import msgspec

from studio.control.ports.errors import (
    BadAnswer,
    MissingRight,
    RefusedByTarget,
    Throttled,
    Unauthorised,
    Unreachable,
)
from studio.control.ports.world import HttpAnswer

RETRY_AFTER_CAP_MS = 5 * 60_000
_TAG = re.compile(r"<[^<>]{0,200}>")
_SLUG = re.compile(r"[a-z0-9][a-z0-9-]{0,63}$")
_TRY_AGAIN = frozenset({408, 425})


class _FieldError(msgspec.Struct, frozen=True):
    field: str = ""
    message: str = ""


class Problem(msgspec.Struct, frozen=True):
    """The parts of an RFC 9457 problem document that are used; all may be empty."""

    type: str = ""
    title: str = ""
    detail: str = ""
    errors: list[_FieldError] = []

    @property
    def slug(self) -> str:
        """The last part of `type`, such as `code-taken`; empty when it is no slug."""
        found = _SLUG.search(self.type.rstrip("/").rsplit("/", 1)[-1])
        return found.group() if found else ""


def plain(text: str, limit: int = 300) -> str:
    """Foreign text as one line of at most `limit` characters, without markup, control and direction characters."""
    bare = _TAG.sub(" ", text[: limit * 8])
    kept = "".join(
        " " if ch.isspace() else ch for ch in bare if ch.isspace() or unicodedata.category(ch)[0] != "C"
    )
    line = " ".join(kept.split())
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"


def retry_after_ms(answer: HttpAnswer) -> int | None:
    """How long the target asks to wait, in real ms, at most five minutes; None when it does not say or says
    nonsense. A date is read against the answer's own Date, so that a wrong clock on either side cancels out.
    """
    value = answer.headers.get("retry-after", "").strip()
    if re.fullmatch(r"[0-9]{1,9}", value):
        return min(int(value) * 1000, RETRY_AFTER_CAP_MS)
    at = _date_ms(value)
    if at is None:
        return None
    now = _date_ms(answer.headers.get("date", ""))
    return min(max(0, at - (answer.received_ms if now is None else now)), RETRY_AFTER_CAP_MS)


def _date_ms(value: str) -> int | None:
    try:
        return round(email.utils.parsedate_to_datetime(value).timestamp() * 1000)
    except (TypeError, ValueError, OverflowError):
        return None


def is_html(answer: HttpAnswer) -> bool:
    """Whether a web page came where data were expected: a proxy, a login page, a wrong address."""
    return "html" in answer.headers.get("content-type", "") or answer.body[:64].lstrip()[:1] == b"<"


def is_picture(data: bytes) -> bool:
    """Whether the bytes begin as a PNG, JPEG, GIF, BMP or WebP does; who decodes them looks closer."""
    return data.startswith((b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF87a", b"GIF89a", b"BM")) or (
        data[:4] == b"RIFF" and data[8:12] == b"WEBP"
    )


def problem(answer: HttpAnswer) -> Problem:
    """The problem document of an answer, as far as it can be read."""
    try:
        return msgspec.json.decode(answer.body, type=Problem)
    except msgspec.MsgspecError:
        return Problem()


def raise_for_status(answer: HttpAnswer, who: str) -> None:
    """Return for 2xx and 304; raise the `TargetError` that any other status means. `who` opens the sentences
    ("The shop").
    """
    status = answer.status
    if 200 <= status < 300 or status == 304:
        return
    said = problem(answer)
    words = plain(said.detail or said.title or " ".join(e.message for e in said.errors))
    if status == 401:
        raise Unauthorised(f"{who} does not accept the token. Enter it again.")
    if status == 403:
        raise MissingRight(
            f"{who} says that the token lacks a right{f' ({words})' if words else ''}: enter another."
        )
    if status == 429:
        raise Throttled(
            f"{who} asks for patience (too many requests): it is asked again in a while.",
            retry_after_ms(answer),
            attempted=False,
        )
    if status >= 500 or status in _TRY_AGAIN:
        raise Unreachable(
            f"{who} cannot answer right now ({status}): it is asked again in a while.", retry_after_ms(answer)
        )
    if status < 400:
        raise BadAnswer(f"{who} points to another address ({status}): check the address in the settings.")
    if is_html(answer):
        raise BadAnswer(f"{who} answered with a web page ({status}): check the address in the settings.")
    raise RefusedByTarget(words or f"{who} said no ({status}).", said.slug or f"status-{status}")
