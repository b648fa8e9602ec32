"""Identifiers: UUIDv7 for what is new, UUIDv5 for what follows from something that has one."""

import secrets
import time
import uuid

_EFFECTS = uuid.UUID("6f2c3e0a-8a5e-5c47-9d3b-4f0e7b0f1c11")


def uuid7(wall_ms: int | None = None, random_bits: int | None = None) -> str:
    """A new id that sorts by time (RFC 9562, section 5.7). `wall_ms` is UTC epoch milliseconds."""
    ms = time.time_ns() // 1_000_000 if wall_ms is None else wall_ms
    rand = secrets.randbits(74) if random_bits is None else random_bits
    value = (ms & ((1 << 48) - 1)) << 80 | 0x7 << 76 | ((rand >> 62) & 0xFFF) << 64 | 0b10 << 62
    return str(uuid.UUID(int=value | (rand & ((1 << 62) - 1))))


def derived_id(base: str, *parts: str | int) -> str:
    """The id that always follows from `base` and `parts` (RFC 9562, section 5.5)."""
    return str(uuid.uuid5(_EFFECTS, "\x1f".join([base, *map(str, parts)])))


def effect_id(event_id: str, target: str, ordinal: int) -> str:
    """The id of an event's effect on a target: also its idempotency key there."""
    return derived_id(event_id, target, ordinal)
