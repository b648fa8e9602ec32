"""Revisions for shops that number nothing: an entity whose content changed gets a higher number than it had."""

import hashlib

import msgspec


class _Seen(msgspec.Struct, frozen=True, gc=False):
    digest: bytes
    revision: int
    at_ms: int
    sent_ms: int


class Revisions:
    """Remembers what each entity said last, and numbers what is new by the shop's time.

    A later reading with another content gets a higher number, the same content keeps its number. An answer to a
    request that was sent before that of the last reading keeps the number too: it is older news, and whoever keeps
    the highest revision drops it.
    """

    def __init__(self) -> None:
        self._seen: dict[tuple[str, str], _Seen] = {}

    def of(
        self, kind: str, entity_id: str, content: object, shop_ms: int, sent_wall_ms: int
    ) -> tuple[int, int]:
        """(revision, UTC ms of the shop at which this content was first read) of one entity's `content`."""
        digest = hashlib.blake2b(msgspec.msgpack.encode(content), digest_size=12).digest()
        key = (kind, entity_id)
        last = self._seen.get(key)
        if last is None:
            new = _Seen(digest, max(1, shop_ms), shop_ms, sent_wall_ms)
        elif last.digest == digest or sent_wall_ms < last.sent_ms:
            new = msgspec.structs.replace(last, sent_ms=max(last.sent_ms, sent_wall_ms))
        else:
            new = _Seen(digest, max(last.revision + 1, shop_ms), max(last.at_ms, shop_ms), sent_wall_ms)
        self._seen[key] = new
        return new.revision, new.at_ms
