"""Webhooks, as far as all platforms have them in common: signatures, and the envelope of our own small subscribers."""

import hashlib
import hmac
from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from studio.control.ports import BadAnswer, Hint, Webhook
from studio.control.ports.answers import plain

SIGNATURE = "x-host-studio-signature"
"""Header of our subscribers: `sha256=` and the HMAC-SHA256 of the raw body in hexadecimal."""
_LONGEST_ID = 200
Fields = Mapping[str, Any]
Meaning = Callable[[str, tuple[Fields, ...]], Hint]
"""From a topic and the objects that it is about to what it hints at."""


def signed(secret: str, body: bytes) -> bytes:
    """The HMAC-SHA256 of the raw body."""
    return hmac.new(secret.encode(), body, hashlib.sha256).digest()


class _Envelope(msgspec.Struct, frozen=True):
    topic: str
    id: str = ""
    data: dict[str, Any] | list[dict[str, Any]] = {}


class SubscriberPush:
    """The `PushReader` of platforms that have no signed webhooks of their own: a small subscriber in the shop sends
    `{"id", "topic", "data"}`, signed in `X-Host-Studio-Signature` (README.md, "Push behind a tunnel"). `meaning` is
    the platform's map.
    """

    def __init__(self, meaning: Meaning) -> None:
        self._meaning = meaning

    def verify(self, secret: str, headers: Mapping[str, str], body: bytes) -> bool:
        """Whether the body is signed with this secret."""
        said = headers.get(SIGNATURE, "")
        return hmac.compare_digest(said.encode(), b"sha256=" + signed(secret, body).hex().encode())

    def read(self, headers: Mapping[str, str], body: bytes) -> Webhook:
        """What it means. Raises `BadAnswer`."""
        del headers
        try:
            told = msgspec.json.decode(body, type=_Envelope)
        except (msgspec.MsgspecError, UnicodeError) as error:
            raise BadAnswer(f"The webhook is not as agreed ({plain(str(error), 160)}).") from error
        about = (told.data,) if isinstance(told.data, dict) else tuple(told.data)
        return Webhook(told.id[:_LONGEST_ID], told.topic[:_LONGEST_ID], self._meaning(told.topic, about))


def ids(about: tuple[Fields, ...], field: str) -> tuple[str, ...]:
    """The ids in this field of the objects, each once: text or a number, or a list of such; everything else is left out."""
    found: dict[str, None] = {}
    for each in about:
        value = each.get(field)
        for one in value if isinstance(value, list) else [value]:  # pyright: ignore[reportUnknownVariableType]
            text = str(one) if isinstance(one, str | int) and not isinstance(one, bool) else ""
            if text and len(text) <= _LONGEST_ID:
                found[text] = None
    return tuple(found)
