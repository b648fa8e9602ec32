"""Stock at Shopify, read so that it costs few points: totals often, locations where a total moved."""

from collections.abc import Collection, Iterable, Sequence

import msgspec

from studio.control.ports import Urgency
from studio.domain.product import StockLevel
from studio.shops import shopify_map as to
from studio.shops import shopify_operations as ops
from studio.shops import shopify_wire as wire
from studio.shops.shopify_api import ShopifyApi
from studio.shops.shopify_clock import Revisions

VARIANT_ID = "gid://shopify/ProductVariant/"
_FEW, _SOME = 10, 100
_WHOLE_EVERY_MS = 60_000
"""Stock that only moves between locations changes no total: it is seen this late."""


class _Read(msgspec.Struct, frozen=True):
    total: int | None
    levels: tuple[StockLevel, ...]
    at_ms: int


class ShopifyStock:
    """Levels of variants. `pinned` are those which are read first."""

    def __init__(self, api: ShopifyApi, revisions: Revisions) -> None:
        self.pinned: frozenset[str] = frozenset()
        self.locations = 1
        self._api = api
        self._revisions = revisions
        self._read: dict[str, _Read] = {}

    async def levels(self, variant_ids: Collection[str]) -> tuple[StockLevel, ...]:
        """All levels of these variants; what is no variant of the shop has none."""
        wanted = [v for v in dict.fromkeys(variant_ids) if v.startswith(VARIANT_ID)]
        first = [v for v in wanted if v in self.pinned]
        rest = [v for v in wanted if v not in self.pinned]
        urgency = (
            Urgency.PINNED if len(rest) <= _FEW else Urgency.LIVE if len(rest) <= _SOME else Urgency.BULK
        )
        found = await self._levels(first, Urgency.PINNED)
        return (*found, *await self._levels(rest, urgency))

    async def _levels(self, wanted: Sequence[str], urgency: Urgency) -> list[StockLevel]:
        now = self._api.now_ms()
        known = [v for v in wanted if v in self._read and now - self._read[v].at_ms < _WHOLE_EVERY_MS]
        moved = set(wanted) - set(known)
        gone: set[str] = set()
        for some in _parts(known, self._api.units(ops.TOTALS)):
            for variant_id, told in (await self._ask(ops.TOTALS, some, urgency, 1)).items():
                if told is None:
                    gone.add(variant_id)
                elif told.inventory_quantity != self._read[variant_id].total:
                    moved.add(variant_id)
        each = 4 + 3 * self.locations
        for some in _parts([v for v in wanted if v in moved], self._api.units(ops.LEVELS, each)):
            for variant_id, told in (await self._ask(ops.LEVELS, some, urgency, each)).items():
                if told is None:
                    gone.add(variant_id)
                else:
                    self._keep(told)
        for variant_id in gone:
            self._read.pop(variant_id, None)
        return [level for v in wanted if v in self._read for level in self._read[v].levels]

    async def _ask(
        self, operation: ops.Operation, some: Sequence[str], urgency: Urgency, each: float
    ) -> dict[str, wire.Stocked | None]:
        variables: dict[str, object] = {"ids": list(some)}
        if operation is ops.LEVELS:
            variables["locations"] = self.locations
        told = await self._api.ask(operation, variables, wire.Listed, urgency, each * len(some))
        by_id = {s.id: s for s in told.nodes if s is not None and s.id}
        return {variant_id: by_id.get(variant_id) for variant_id in some}

    def _keep(self, told: wire.Stocked) -> None:
        now = self._api.now_ms()
        levels: list[StockLevel] = []
        for level, changed in to.to_levels(told):
            content = (level.on_hand, level.updated_at_ms)
            revision = self._revisions.of("stock", f"{told.id} {level.location}", content, changed, now)
            levels.append(msgspec.structs.replace(level, revision=revision))
        self._read[told.id] = _Read(told.inventory_quantity, tuple(levels), now)


def _parts(items: Sequence[str], size: int) -> Iterable[Sequence[str]]:
    return (items[start : start + size] for start in range(0, len(items), size))
