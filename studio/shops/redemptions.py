"""Redemptions of codes for shops that do not count them: orders are counted."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping

from studio.control.ports import OrderPage

_OVERLAP_MS = 60_000


class RedemptionCount:
    """Keeps which orders carry which codes, read on from where it came. `orders` reads a page behind a cursor
    ("since:MS" begins with what changed since then).
    """

    def __init__(self, orders: Callable[[str], Awaitable[OrderPage]]) -> None:
        self._orders = orders
        self._since_ms: int | None = None
        self._cursor = ""
        self._codes: dict[str, tuple[str, ...]] = {}
        self._one_at_a_time = asyncio.Lock()

    async def counts(self, codes: Mapping[str, int]) -> dict[str, int]:
        """How many orders that were not cancelled carry each code; `codes` maps them to their starts, UTC ms of the shop.
        Raises what reading orders raises; then the next call reads on from there.
        """
        if not codes:
            return {}
        async with self._one_at_a_time:
            first = max(0, min(codes.values()) - _OVERLAP_MS)
            if self._since_ms is None or first < self._since_ms:
                self._since_ms, self._cursor = first, f"since:{first}"
            while True:
                page = await self._orders(self._cursor)
                stuck = page.cursor == self._cursor
                self._cursor = page.cursor
                self._codes |= {o.id: () if o.cancelled else o.promo_codes for o in page.orders}
                if not page.more or stuck:
                    break
            counted = dict.fromkeys(codes, 0)
            for carried in self._codes.values():
                for code in carried:
                    if code in counted:
                        counted[code] += 1
            return counted
