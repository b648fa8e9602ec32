"""Looks up the products of line-up items that name only an SKU, as soon as the shop's catalogue is known."""

import asyncio
from collections.abc import Callable, Mapping

import structlog

from studio.control.desk import Desk
from studio.control.ports import ExpectedSeqMismatch, StoreFull
from studio.domain import events as ev
from studio.domain.product import Product
from studio.domain.show import ShowState
from studio.domain.sku import found_by_sku, still_unknown, unknown_sentence, waits_for_product

RETRY_S = 2.0
_log = structlog.get_logger(__name__)


class SkuLookup:
    """Lives on the engine's loop. `desk` and `products` are asked anew each time; `notice` gets (level, sentence, key).

    What is found comes into the log as `ItemChanged`; what is not is said once the whole catalogue has been read.
    """

    def __init__(
        self,
        desk: Callable[[], Desk],
        products: Mapping[str, Product],
        notice: Callable[[str, str, str], None],
    ) -> None:
        self._desk = desk
        self._products = products
        self._notice = notice
        self._all_read = False
        self._again = False
        self._told = ""
        self._task: asyncio.Task[None] | None = None

    def look_soon(self) -> None:
        """Products or items are new."""
        waiting = any(map(waits_for_product, self._desk().state.items))
        if not waiting and not self._told:
            return
        self._again = True
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._look(), name="look up SKUs")

    def catalogue_read(self) -> None:
        """The whole catalogue is known: what is not in it is not there."""
        self._all_read = True
        self.look_soon()

    async def close(self) -> None:
        """Stop looking."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])

    async def _look(self) -> None:
        while self._again:
            self._again = False
            try:
                await self._desk().amend(self._found)
            except StoreFull as full:
                self._notice("trouble", str(full), "store")
                self._again = True
                await asyncio.sleep(RETRY_S)
            except ExpectedSeqMismatch:
                _log.info("another seat writes: SKUs are looked up again with the next product")
        if self._all_read:
            self._tell()

    def _found(self, state: ShowState) -> list[ev.Event]:
        found = found_by_sku(state.items, self._products.values())
        return [ev.ItemChanged(found[item.id], item) for item in state.items if item.id in found]

    def _tell(self) -> None:
        sentence = unknown_sentence(still_unknown(self._desk().state.items))
        if sentence != self._told:
            self._told = sentence
            self._notice("warning", sentence, "sku")
