"""What shops that tell nothing by themselves have in common: no feed, no visits."""

from collections.abc import AsyncGenerator, AsyncIterator

from studio.control.ports import ChangePage, RefusedByTarget, ShopChange, Traffic
from studio.shops.base import BaseShop


class AskedShop(BaseShop):
    """A part of the `Shop` port for shops that are asked."""

    async def traffic(self, show_id: str) -> Traffic:
        """Visits are not counted: refused with "no-traffic"."""
        del show_id
        raise RefusedByTarget("This shop counts no visits.", "no-traffic")

    async def changes_after(self, seq: int) -> ChangePage:
        """There is no feed: refused with "no-feed"."""
        del seq
        raise RefusedByTarget("This shop tells no changes: it is asked.", "no-feed")

    def changes(self, after: int) -> AsyncIterator[ShopChange]:
        """There is no feed: refused with "no-feed"."""
        return self._changes(after)

    async def _changes(self, after: int) -> AsyncGenerator[ShopChange, None]:
        page = await self.changes_after(after)
        for change in page.changes:
            yield change
