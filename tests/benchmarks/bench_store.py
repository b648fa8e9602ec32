"""How fast the store is: prints one JSON object a line. Run it as `python tests/benchmarks/bench_store.py [--quick]`.

- `commit`: one decision (an event with two effects) from `append` to its future, alone; its floor is a bare `INSERT` and
  FULL commit on the same disk in the same run.
- `chat`: messages a second with their full-text index, at 10,000 a second and as many as go; the decisions that were made
  meanwhile, one every 20 ms, and how long each took.
- `history`: pages and searches over what was stored.
"""

import argparse
import asyncio
import itertools
import json
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from studio.control.ports.store import FeedBatch
from studio.domain.audience import ChatMessage
from studio.store.backup import Backups
from studio.store.catalogue import ImageCache
from studio.store.database import Database
from studio.store.feeds import SqlFeeds
from studio.store.history import SqlHistory
from studio.store.show_log import SqlShowLog
from tests.fakes.shows import T0, Show, a_planned_show

WORDS = [
    "is",
    "the",
    "blue",
    "jumper",
    "soft",
    "how",
    "much",
    "does",
    "it",
    "cost",
    "lovely",
    "colour",
    "please",
    "show",
    "back",
    "again",
    "size",
    "medium",
    "ships",
    "to",
    "norway",
    "wow",
    "great",
    "code",
    "works",
    "not",
    "works",
    "thanks",
    "hello",
    "from",
    "berlin",
    "first",
    "time",
    "here",
    "where",
    "can",
    "I",
    "see",
    "the",
    "pan",
]


def percentiles(seconds: list[float]) -> dict[str, float]:
    ordered = sorted(s * 1000 for s in seconds)
    at = lambda part: round(ordered[min(len(ordered) - 1, int(len(ordered) * part))], 3)  # noqa: E731
    return {"n": len(ordered), "p50_ms": at(0.5), "p99_ms": at(0.99), "max_ms": round(ordered[-1], 3)}


def report(what: str, **figures: object) -> None:
    print(json.dumps({"bench": f"store.{what}", **figures}), flush=True)


def messages(first: int, count: int) -> tuple[ChatMessage, ...]:
    made: list[ChatMessage] = []
    for n in range(first, first + count):
        text = " ".join(WORDS[(n * 7 + k * (n % 5 + 1)) % len(WORDS)] for k in range(4 + n % 9))
        made.append(ChatMessage("demo", f"m{n}", n, T0 + n, f"viewer{n % 997}", text, f"u{n % 997}"))
    return tuple(made)


def bare_commits(folder: Path, count: int) -> list[float]:
    conn = sqlite3.connect(folder / "bare.db", isolation_level=None)
    conn.execute("PRAGMA journal_mode = WAL")
    conn.execute("PRAGMA synchronous = FULL")
    conn.execute("CREATE TABLE t (a INTEGER PRIMARY KEY, b TEXT)")
    took: list[float] = []
    for _ in range(count):
        began = time.perf_counter()
        conn.execute("BEGIN")
        conn.execute("INSERT INTO t (b) VALUES (?)", ("x" * 500,))
        conn.execute("COMMIT")
        took.append(time.perf_counter() - began)
    conn.close()
    return took


async def decide(log: SqlShowLog, show: Show, number: int) -> float:
    append = show.pin(number % len(show.state.items))
    began = time.perf_counter()
    await log.append(show.id, append.expected_seq, append.events, append.effects)
    return time.perf_counter() - began


async def bench_commit(folder: Path, db: Database, show: Show, count: int) -> None:
    log = SqlShowLog(db)
    took = [await decide(log, show, n) for n in range(count)]
    bare = bare_commits(folder, count)
    ratio = statistics.median(took) / statistics.median(bare)
    report("commit", **percentiles(took), bare=percentiles(bare), p50_ratio_to_bare=round(ratio, 2))


async def bench_chat(
    db: Database, feeds: SqlFeeds, show: Show, total: int, batch: int, pace: int = 0
) -> None:
    log = SqlShowLog(db)
    batches = [messages(first, batch) for first in range(0, total, batch)]
    decisions: list[float] = []
    stored: list[float] = []
    running = True

    async def press_keys() -> None:
        for number in itertools.count():
            if not running:
                return
            decisions.append(await decide(log, show, number))
            await asyncio.sleep(0.02)

    keys = asyncio.create_task(press_keys())
    cpu, began = time.process_time(), time.perf_counter()
    for number, made in enumerate(batches):
        at = time.perf_counter()
        await feeds.store(show.id, FeedBatch("demo", (number + 1) * batch, messages=made))
        stored.append(time.perf_counter() - at)
        if pace:
            await asyncio.sleep(max(0.0, began + (number + 1) * batch / pace - time.perf_counter()))
    took = time.perf_counter() - began
    spent = time.process_time() - cpu
    running = False
    await keys
    report(
        "chat",
        asked_per_second=pace or "as many as go",
        batch=batch,
        messages=total,
        per_second=round(total / took),
        cpu_s_per_100k=round(spent / total * 100_000, 2),
        batch_ms=percentiles(stored),
        decisions_meanwhile=percentiles(decisions),
    )


def timed(run: Callable[[], object], count: int) -> list[float]:
    took: list[float] = []
    for _ in range(count):
        began = time.perf_counter()
        run()
        took.append(time.perf_counter() - began)
    return took


def bench_history(path: Path, show_id: str, count: int) -> None:
    history = SqlHistory(path)
    rows = history.chat_count(show_id)
    newest = history.chat_page(show_id, None, 1)[0].rowid
    for name, run in {
        "newest page": lambda: history.chat_page(show_id, None, 200),
        "page in the middle": lambda: history.chat_page(show_id, newest - rows // 2, 200),
        "search, common word": lambda: history.chat_search(show_id, "blue ", 50),
        "search, beginning of a word": lambda: history.chat_search(show_id, "blu", 50),
        "search, two words": lambda: history.chat_search(show_id, "blue jump", 50),
        "search, one letter": lambda: history.chat_search(show_id, "b", 50),
        "search, nothing": lambda: history.chat_search(show_id, "zebra", 50),
    }.items():
        report("history", of=name, rows=rows, **percentiles(timed(run, count)))
    history.close()


async def bench(quick: bool) -> None:
    total = 50_000 if quick else 500_000
    with tempfile.TemporaryDirectory(prefix="bench-store-") as name:
        folder = Path(name)
        db = Database.open(folder / "studio.db")
        images = ImageCache(folder / "images.db")
        feeds = SqlFeeds(db, images)
        for number, (batch, pace) in enumerate(((500, 10_000), (1000, 0))):
            show = a_planned_show(f"show-{number}")
            log = SqlShowLog(db)
            for append in show.appended:
                await log.append(show.id, append.expected_seq, append.events, append.effects)
            if not number:
                await bench_commit(folder, db, show, 300 if quick else 2000)
            await bench_chat(db, feeds, show, total if not pace else total // 5, batch, pace)
        await asyncio.to_thread(bench_history, db.path, "show-1", 20 if quick else 100)
        began = time.perf_counter()
        backup = await Backups(db).make("hourly")
        size = backup.stat().st_size / 1e6
        report("backup", seconds=round(time.perf_counter() - began, 2), megabytes=round(size, 1))
        images.close()
        db.close()
        began = time.perf_counter()
        Database.open(folder / "studio.db").close()
        report("open", seconds=round(time.perf_counter() - began, 2), megabytes=round(size, 1))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a tenth of everything")
    asyncio.run(bench(parser.parse_args().quick))
