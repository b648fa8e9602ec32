"""What can go wrong in a rehearsal, by name: every fault starts and heals within the show.

The shop plays all but `chat-flood` and `channel-silent`, which belong to the audience's channel. Both processes read this one
table. A fault is active within [from_ms, until_ms) of the shop's clock.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, get_args

from studio.rehearsal.storefront_contract import Fault, FaultCreate, FaultName

Player = Literal["shop", "audience"]


@dataclass(frozen=True)
class FaultKind:
    """One kind of fault. `starts` and `ends` are fractions of the show's planned length, `intensity` is 0..1."""

    name: FaultName
    description: str
    played_by: Player
    starts: float
    ends: float
    intensity: float


_ALL = (
    FaultKind("shop-down", "The shop refuses connections or answers 503 to everybody.", "shop", 0.35, 0.50, 1.0),
    FaultKind("shop-slow", "Every answer of the shop takes up to 3 real seconds longer.", "shop", 0.30, 0.55, 1.0),
    FaultKind("rate-limited", "The shop answers most requests with 429 and Retry-After.", "shop", 0.30, 0.60, 0.7),
    FaultKind("lost-replies", "Writes happen, but many connections close before the answer.", "shop", 0.20, 0.70, 0.5),
    FaultKind("duplicate-events", "Changes arrive twice, and old ones arrive again.", "shop", 0.15, 0.85, 0.5),
    FaultKind("out-of-order", "Changes arrive in the wrong order.", "shop", 0.15, 0.85, 1.0),
    FaultKind("sell-out", "Somebody buys up what is pinned; it is restocked at the end.", "shop", 0.40, 0.75, 1.0),
    FaultKind("chat-flood", "The chat brings many times its messages.", "audience", 0.40, 0.60, 1.0),
    FaultKind("clock-skew", "Date and X-Clock-Ms of the shop are 7 minutes off.", "shop", 0.25, 0.65, 1.0),
    FaultKind("channel-silent", "The channel stays connected and says nothing.", "audience", 0.45, 0.60, 1.0),
)  # fmt: skip

FAULTS: dict[FaultName, FaultKind] = {kind.name: kind for kind in _ALL}
"""Every fault by its name."""

NAMES: tuple[FaultName, ...] = get_args(FaultName)


def window(name: FaultName, starts_at_ms: int, length_ms: int) -> FaultCreate:
    """The default window of a fault in a show that starts at `starts_at_ms` and is planned for `length_ms`."""
    kind = FAULTS[name]
    return FaultCreate(
        name=name,
        from_ms=starts_at_ms + round(length_ms * kind.starts),
        until_ms=starts_at_ms + round(length_ms * kind.ends),
        intensity=kind.intensity,
    )


class FaultBoard:
    """The faults that were ordered, kept in memory for a look at every request; `faults` is replaced as a whole."""

    def __init__(self, faults: Iterable[Fault] = ()) -> None:
        self.faults: tuple[Fault, ...] = tuple(faults)

    def active(self, name: FaultName, now_ms: int) -> Fault | None:
        """The first active fault of that name, if any."""
        for fault in self.faults:
            if fault.name == name and fault.from_ms <= now_ms < fault.until_ms and fault.intensity > 0:
                return fault
        return None
