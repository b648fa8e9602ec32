"""An 8-hour show under review: how long until its figures are there, and until its report is written as every kind of file.

A million chat messages, 28,800 viewer samples on each of 6 channels, 20,000 orders, 100 products, 3,000 questions.

    python tests/benchmarks/bench_review.py
"""

import asyncio
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import msgspec
from PySide6.QtWidgets import QApplication

from studio.app import run_desktop
from studio.control.clock import MeasuredShowClock, SystemWallClock
from studio.control.ports import FeedBatch
from studio.control.ports.shop import Traffic
from studio.domain import commands as cmd
from studio.domain.audience import ChatMessage, ViewerSample
from studio.domain.money import Money
from studio.domain.order import Order, OrderLine, OrderStatus
from studio.domain.question import Question
from studio.reviews import Reviews
from studio.store.store import Store, open_store
from studio.ui.printing import write_pdf
from studio.ui.studio import ExportKind
from tests.unit.domain.show_builder import MINUTE, T0, Show, item

HOURS = 8
LENGTH_MS = HOURS * 60 * MINUTE
CHANNELS = tuple(f"channel-{n}" for n in range(6))
MESSAGES, SAMPLES, ORDERS, PRODUCTS, QUESTIONS = 1_000_000, 28_800, 20_000, 100, 3_000
PEOPLE = 30_000
_BATCH = 20_000


def a_show() -> Show:
    """A hundred items of 4.8 minutes each."""
    items = [item(n, planned_ms=LENGTH_MS // PRODUCTS) for n in range(PRODUCTS)]
    show = Show(*items, channels=CHANNELS)
    for _ in items:
        show.do(cmd.NextItem())
        show.now += LENGTH_MS // PRODUCTS
    show.do(cmd.EndShow())
    # Past shows are compared with, rehearsals are not.
    planned = msgspec.structs.replace(show.log[0].event, rehearsal=False)
    show.log[0] = msgspec.structs.replace(show.log[0], event=planned)
    return show


def messages() -> Iterator[ChatMessage]:
    """Evenly over the show, one in seventeen a question."""
    for n in range(MESSAGES):
        who = n * 7919 % PEOPLE
        text = f"is number {n % 500} there in green?" if n % 17 == 0 else f"so nice, I love this one {n}"
        yield ChatMessage(
            CHANNELS[n % 6],
            f"m{n:09d}",
            n,
            T0 + n * LENGTH_MS // MESSAGES,
            f"viewer {who}",
            text,
            f"id-{who}",
        )


def samples() -> Iterator[ViewerSample]:
    """One a second on each channel."""
    for n in range(SAMPLES):
        for k, channel in enumerate(CHANNELS):
            yield ViewerSample(channel, T0 + n * 1_000 + k, 500 + (n * (k + 3)) % 900)


def orders() -> Iterator[Order]:
    """Two lines each, some cancelled or returned."""
    for n in range(ORDERS):
        status = OrderStatus.CANCELLED if n % 50 == 0 else OrderStatus.PAID
        lines = tuple(
            OrderLine(f"v{p}", f"p{p}", 1, Money(2_000, "EUR")) for p in (n % PRODUCTS, (n + 1) % PRODUCTS)
        )
        yield Order(
            f"o{n}", f"#{n}", 1, T0 + n * LENGTH_MS // ORDERS, status, lines, Money(4_500, "EUR"),
            Money(2_000 if n % 20 == 0 else 0, "EUR"), Money(0, "EUR"), link_show_id="show-1", link_id=f"link-{n % 6}",
        )  # fmt: skip


async def fill(store: Store, show: Show) -> None:
    """Through the store's own door, in batches."""
    await store.log.append("show-1", 0, show.log, [])
    for kind, made in (("messages", messages()), ("samples", samples()), ("orders", orders())):
        while batch := tuple(islice(made, _BATCH)):
            await store.feeds.store("show-1", FeedBatch("bench", **{kind: batch}))
    questions = tuple(
        Question(
            f"q{n}", "show-1", f"is number {n} there in green?", "viewer", CHANNELS[0], f"m{n * 17:09d}",
            T0 + n * LENGTH_MS // QUESTIONS, T0 + n * LENGTH_MS // QUESTIONS, 1 + n % 20, CHANNELS[:1],
        )
        for n in range(QUESTIONS)
    )  # fmt: skip
    traffic = Traffic(60_000, 90_000, 25_000, 1, {"p1": 9}, {"p1": 20}, "show-1")
    await store.feeds.store("show-1", FeedBatch("bench", questions=questions, traffic=traffic))


class Took:
    """Seconds from here on, by the clock and of this program: on a busy machine the clock's are more."""

    def __init__(self) -> None:
        self._clock, self._program = time.perf_counter(), time.process_time()

    def __str__(self) -> str:
        return f"{time.perf_counter() - self._clock:.2f} s ({time.process_time() - self._program:.2f} s of it work)"


async def measure(store: Store, folder: Path) -> None:
    """Print what each step takes, the first time and again."""
    wall = SystemWallClock()
    with ThreadPoolExecutor(1) as reader:
        for turn in ("first", "again"):
            reviews = Reviews(store, MeasuredShowClock(wall), wall, reader.submit)
            began = Took()
            review = await reviews.review("show-1")
            print(f"review {turn}: {began} ({review.figures.chat_messages} messages)")
            for kind in (ExportKind.HTML, ExportKind.XLSX, ExportKind.CSV, ExportKind.CHAPTERS_VTT):
                out = folder / kind.value
                began = Took()
                await reviews.export("show-1", kind, out)
                size = sum(f.stat().st_size for f in ([out] if out.is_file() else out.iterdir()))
                print(f"  {kind.value}: {began} with its figures, {size / 1e6:.1f} MB")
            began = Took()
            page, out = await reviews.report_html("show-1"), folder / "report.pdf"
            read, printing = str(began), Took()
            write_pdf(page, out)
            print(f"  pdf: {read} for its page, {printing} to print, {out.stat().st_size / 1e6:.1f} MB")
            began = time.perf_counter()
            await reviews.past()
            reckoned = time.perf_counter()
            await reviews.past()
            known = time.perf_counter() - reckoned
            print(f"  as a past show: {reckoned - began:.2f} s, known already: {known:.3f} s")


def main() -> None:
    """Fill a database, then measure in it."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        store = open_store(folder / "studio.db")
        try:
            began = time.perf_counter()
            asyncio.run(fill(store, a_show()))
            print(f"filled in {time.perf_counter() - began:.0f} s")

            async def measured(_app: QApplication) -> int:
                await measure(store, folder)
                return 0

            # As in the studio: on the window's loop, which takes care of Python's collector.
            run_desktop(measured)
        finally:
            store.close()


if __name__ == "__main__":
    main()
