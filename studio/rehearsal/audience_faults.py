"""The faults that were ordered at the channel: in its book, and on a board to look at."""

from studio.rehearsal.audience_book import BookTx, ChannelBook
from studio.rehearsal.faults import FaultBoard
from studio.rehearsal.problems import invalid
from studio.rehearsal.storefront_contract import Fault, FaultCreate

_COLUMNS = "id, name, from_ms, until_ms, intensity, variant_id, skew_ms"


class FaultBook:
    """Orders and ends faults. The loop's thread only."""

    def __init__(self, book: ChannelBook, board: FaultBoard) -> None:
        self._book = book
        self.board = board

    async def load(self) -> None:
        """Take up the faults that were ordered before a restart."""
        self.board.faults = await self._book.run(_all)

    async def add(self, wanted: FaultCreate, now_ms: int) -> Fault:
        """Order a fault. Raises Refusal (422) for a window that ends before it begins."""
        if wanted.until_ms <= wanted.from_ms:
            raise invalid(("until_ms", "A fault ends after it began."))

        def job(tx: BookTx) -> tuple[int, tuple[Fault, ...]]:
            made = tx.db.execute(
                f"INSERT INTO faults ({_COLUMNS}) VALUES (NULL, ?, ?, ?, ?, ?, ?)",  # noqa: S608
                (wanted.name, wanted.from_ms, wanted.until_ms, wanted.intensity, wanted.variant_id, wanted.skew_ms),
            )  # fmt: skip
            return made.lastrowid or 0, _all(tx)

        number, self.board.faults = await self._book.run(job)
        return next(fault for fault in self.listed(now_ms) if fault.id == number)

    async def end_all(self, now_ms: int) -> None:
        """End every fault that is not over."""

        def job(tx: BookTx) -> tuple[Fault, ...]:
            tx.db.execute("DELETE FROM faults WHERE from_ms >= ?", (now_ms,))
            tx.db.execute("UPDATE faults SET until_ms = ? WHERE until_ms > ?", (now_ms, now_ms))
            return _all(tx)

        self.board.faults = await self._book.run(job)

    def listed(self, now_ms: int) -> list[Fault]:
        """All faults, with `active` as of now."""
        return [_as_of(fault, now_ms) for fault in self.board.faults]


def _as_of(f: Fault, now_ms: int) -> Fault:
    return Fault(
        id=f.id, name=f.name, from_ms=f.from_ms, until_ms=f.until_ms, intensity=f.intensity, variant_id=f.variant_id,
        skew_ms=f.skew_ms, active=f.from_ms <= now_ms < f.until_ms,
    )  # fmt: skip


def _all(tx: BookTx) -> tuple[Fault, ...]:
    rows = tx.db.execute(f"SELECT {_COLUMNS} FROM faults ORDER BY id").fetchall()  # noqa: S608
    return tuple(
        Fault(id=i, name=name, from_ms=a, until_ms=b, intensity=x, variant_id=v, skew_ms=skew, active=False)
        for i, name, a, b, x, v, skew in rows
    )
