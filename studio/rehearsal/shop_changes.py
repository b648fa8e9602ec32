"""The demo shop's feed: pages by sequence, and server-sent events that resume."""

import asyncio
import random
from collections.abc import AsyncIterator, Callable, Sequence

from studio.rehearsal.faults import FaultBoard
from studio.rehearsal.problems import refuse
from studio.rehearsal.shop_store import Store, Tx, with_seq

HEARTBEAT_S = 3.0
_RING = 20_000
_PIECE = 500
_GATHER_S = 0.3
Numbered = tuple[int, bytes]


def read(tx: Tx, after: int, limit: int) -> list[Numbered]:
    """Changes behind `after`, encoded. Refuses with cursor-ahead."""
    if after > tx.last_seq:
        raise refuse(
            "cursor-ahead",
            f"The newest sequence is {tx.last_seq}: this is another shop. Read everything again.",
        )
    rows = tx.all("SELECT seq, tail FROM changes WHERE seq > ? ORDER BY seq LIMIT ?", (after, limit))
    return [(row["seq"], with_seq(row["seq"], row["tail"])) for row in rows]


def page(found: Sequence[bytes], next_after: int, last_seq: int) -> bytes:
    """A `contract_show.ChangePage` as JSON."""
    return b'{"changes":[' + b",".join(found) + b'],"next_after":%d,"last_seq":%d}' % (next_after, last_seq)


class Feed:
    """Hands what the store appended to every open stream; the newest changes are kept in memory for them.

    Lives on the event loop; `appended` may be called by the store's thread.
    """

    def __init__(self, faults: FaultBoard, now_ms: Callable[[], int], seed: int) -> None:
        self._faults = faults
        self._now_ms = now_ms
        self._random = random.Random(seed)
        self._ring: list[Numbered] = []
        self._news = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        self._closing = False
        self.streams = 0

    def appended(self, changes: Sequence[Numbered]) -> None:
        """Called by the store's thread after a commit."""
        self._loop.call_soon_threadsafe(self._publish, changes)

    def _publish(self, changes: Sequence[Numbered]) -> None:
        self._ring.extend(changes)
        if len(self._ring) > 2 * _RING:
            del self._ring[:-_RING]
        self._wake()

    def _wake(self) -> None:
        self._news.set()
        self._news = asyncio.Event()

    def close(self) -> None:
        """End all streams."""
        self._closing = True
        self._wake()

    def disturbed(self, found: Sequence[Numbered]) -> list[Numbered]:
        """What a reader gets of `found` while faults are active: some of it twice, in another order."""
        now, told = self._now_ms(), list(found)
        if fault := self._faults.active("duplicate-events", now):
            told += [change for change in found if self._random.random() < 0.5 * fault.intensity]
        if fault := self._faults.active("out-of-order", now):
            reach = 1 + 12 * fault.intensity
            places = {id(change): place + self._random.uniform(0, reach) for place, change in enumerate(told)}
            told.sort(key=lambda change: places[id(change)])
        return told

    async def stream(self, store: Store, after: int | None) -> AsyncIterator[bytes]:
        """Server-sent events behind `after` (None: from now on) until the shop closes or breaks down."""
        self.streams += 1
        try:
            if after is None:
                after = await store.run(lambda tx: tx.last_seq)
            yield b"retry: 1000\n: after %d\n\n" % after
            while not self._closing and not self._faults.active("shop-down", self._now_ms()):
                news = self._news
                found = await self._next(store, after)
                if not found:
                    if not await self._wait(news):
                        yield b": beat %d\n\n" % self._now_ms()
                    continue
                if self._faults.active("out-of-order", self._now_ms()):
                    await asyncio.sleep(_GATHER_S)
                    found = await self._next(store, after)
                after = max(seq for seq, _ in found)
                yield b"".join(
                    b"id: %d\nevent: change\ndata: %b\n\n" % change for change in self.disturbed(found)
                )
        finally:
            self.streams -= 1

    async def _wait(self, news: asyncio.Event) -> bool:
        try:
            # A breakdown must end an idle stream too, so look up now and then.
            async with asyncio.timeout(HEARTBEAT_S / 3):
                await news.wait()
        except TimeoutError:
            return False
        return True

    async def _next(self, store: Store, after: int) -> list[Numbered]:
        ring = self._ring
        if ring and ring[-1][0] <= after:
            return []
        if ring and ring[0][0] <= after + 1:
            first = after + 1 - ring[0][0]
            return ring[first : first + _PIECE]
        return await store.run(lambda tx: read(tx, after, _PIECE))


def repeat_some(tx: Tx, faults: FaultBoard, chance: random.Random) -> None:
    """With duplicate-events active, append an old change again now and then: same id and content, a new sequence."""
    fault = faults.active("duplicate-events", tx.now_ms)
    if fault is None or not tx.changes or chance.random() >= 0.3 * fault.intensity:
        return
    row = tx.one(
        "SELECT id, tail FROM changes WHERE seq > ? ORDER BY seq LIMIT 1",
        (tx.last_seq - chance.randint(2, 40),),
    )
    if row is not None:
        tx.append(row["id"], row["tail"])
