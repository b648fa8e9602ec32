"""What deciding needs: what the world says, and the answers."""

from collections.abc import Mapping

import msgspec

from studio.domain import events as ev
from studio.domain.commands import Refused
from studio.domain.money import Money


class Facts(msgspec.Struct, frozen=True):
    """What the world says and the log does not: `sellable` pieces and `prices` (with tax, the lowest of the variants) by
    product id (missing: not known), and `attempted`, the ids of effects that may have reached their target.
    """

    sellable: Mapping[str, int] = {}
    attempted: frozenset[str] = frozenset()
    prices: Mapping[str, Money] = {}


Answer = list[ev.Event] | Refused

GONE = Refused("This item is no longer in the line-up.", "unknown-item")
