"""How fast a large catalogue is searched, how fast it comes in, and what the window feels of it.

Run it alone: ``python tests/benchmarks/bench_catalogue.py [--variants 100000] [--only search|sync]``. Prints JSON lines.

`own` is the time that the thread worked itself: the rest it waited for a processor, which on a busy machine is not its doing.

- `search`: pages of the kept catalogue as a producer asks for them (words half typed, filters, orders, far pages), over as many
  variants, once as few products of four and once as products of one variant each (target: p99 below 50 ms).
- `sync`: a show is open in its window, with the catalogue's panel, before a shop of that size answers; from when it does until its
  whole catalogue is on disk, beside a bare httpx client that only fetches the very same pages (target: at most 1.5 times as long,
  by the medians of five, for one differs from the next by a fifth). Python's collector is off in that client, as it is beside
  a window: with it, which is said too, such a client takes a third longer;
  and, in syncs of their own, for asking a window a thousand times a second holds up what it measures, the stalls of the window
  meanwhile (target: p99 below 8 ms, the median of five), and before that those of a bare Qt loop. `kept`: once more, with
  everything kept.
"""

import argparse
import asyncio
import gc
import json
import os
import random
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
sys.path.insert(0, str(Path(__file__).resolve().parent))

import httpx
import psutil
from PySide6.QtCore import QCoreApplication, QTimer
from PySide6.QtWidgets import QApplication
from rig import Stalls, at_share, report, spread, until
from shop_rig import Known

from studio.app import Desktop, open_log, run_desktop
from studio.control.ports import FeedBatch
from studio.domain.catalogue import CatalogueQuery, CatalogueSort
from studio.domain.commands import PlanShow
from studio.domain.lineup import ItemKind, LineUp, LineUpItem
from studio.domain.money import Money
from studio.domain.product import Product, StockLevel, Variant
from studio.engine_room import EngineRoom, new_show_id
from studio.rehearsal import shop_catalogue
from studio.rehearsal.shop_invented import with_products
from studio.settings.paths import Paths
from studio.settings.schema import ShopSettings
from studio.show_connections import Connections
from studio.store.store import Store, open_store
from studio.ui.prepare.catalogue_panel import CataloguePanel
from studio.ui.tasks import Tasks
from studio.ui.texts import Texts
from tests.fakes import shop_process

ROUNDS = 25
PAGE = 60
SYNCS = 5
A_PAGE_OF_PRODUCTS = 500
VARIANTS_EACH = 981 / 247

# --- searching ------------------------------------------------------------------------------------------------------

QUERIES: dict[str, tuple[CatalogueQuery, ...]] = {
    "nothing typed": (CatalogueQuery(),),
    "nothing typed, filters": (
        CatalogueQuery(in_stock=True),
        CatalogueQuery(in_stock=True, category="Home", max_price_minor=5_000),
        CatalogueQuery(bestseller=True),
        CatalogueQuery(new=True, shown=False),
        CatalogueQuery(tag="gift", in_stock=True),
    ),
    "nothing typed, orders": tuple(CatalogueQuery(sort=sort, in_stock=True) for sort in CatalogueSort),
    "one letter": tuple(CatalogueQuery(words=letter) for letter in "swlc2"),
    "one letter, filters": tuple(
        CatalogueQuery(words=letter, in_stock=True, sort=CatalogueSort.PRICE_UP) for letter in "swlc2"
    ),
    "a word, letter by letter": tuple(CatalogueQuery(words="wool blanket"[:n]) for n in range(2, 13)),
    "two words half written": tuple(CatalogueQuery(words=w) for w in ("wo bl", "lin thr", "ce mu no", "hand cr li")),
    "a common word": (CatalogueQuery(words="home"), CatalogueQuery(words="fashion", in_stock=True)),
    "sku or barcode": tuple(CatalogueQuery(words=w) for w in ("H001-BERRY", "2900001", "280001", "f0")),
    "within a word, or nowhere": tuple(CatalogueQuery(words=w) for w in ("lanket", "zebra", "ordly")),
}  # fmt: skip


def products_of(variants: int, each: float) -> Iterator[Product]:
    """The demo shop's products and as many invented ones; `each` 1: with one variant only."""
    count = round(variants / each)
    file = with_products(shop_catalogue.read(shop_catalogue.FOLDER), count, 7)
    titles = {c.id: c.title["en"] for c in file.categories}
    for found in file.products:
        sold = found.variants[: 1 if each == 1 else None]
        yield Product(
            id=found.id, revision=1, title=found.title["en"], category=titles.get(found.category, ""),
            tags=tuple(found.tags), description=found.description["en"],
            variants=tuple(
                Variant(v.id, v.sku, v.title["en"], Money(v.price_minor, "EUR"), None, v.options, v.barcode) for v in sold
            ),
        )  # fmt: skip


async def fill(store: Store, variants: int, each: float) -> int:
    chance = random.Random(3)
    count = 0
    waiting: list[Product] = []
    for product in products_of(variants, each):
        waiting.append(product)
        count += len(product.variants)
        if len(waiting) == A_PAGE_OF_PRODUCTS:
            await put(store, waiting, chance)
            waiting = []
    await put(store, waiting, chance)
    await store.feeds.catalogue_read()
    return count


async def put(store: Store, products: list[Product], chance: random.Random) -> None:
    levels = tuple(
        StockLevel(v.id, "oslo", chance.choice((0, 3, 40, 500)), 0, 0, 1, 1)
        for p in products
        for v in p.variants
    )
    await store.feeds.store("bench", FeedBatch("bench", products=tuple(products), stock=levels))


async def bench_search(folder: Path, variants: int, each: float) -> None:
    store = await asyncio.to_thread(open_store, folder / f"search-{each:.0f}.db")
    began = time.perf_counter()
    count = await fill(store, variants, each)
    filled_s = time.perf_counter() - began
    now = time.time_ns() // 1_000_000
    products = store.history.facets().products
    everything: list[float] = []
    all_worked: list[float] = []
    for kind, queries in QUERIES.items():
        taken, worked, found = [], [], 0
        for query in queries:
            found = max(found, store.history.catalogue(query, 0, PAGE, now).total)
            for _ in range(ROUNDS):
                start, own = time.perf_counter(), time.thread_time()
                store.history.catalogue(query, 0, PAGE, now)
                taken.append((time.perf_counter() - start) * 1000)
                worked.append((time.thread_time() - own) * 1000)
        everything += taken
        all_worked += worked
        own = spread(worked)
        report(
            "search", variants=count, products=products, kind=kind, ms=spread(taken), own_p50=own["p50"], own_p99=own["p99"],
            most_found=found,
        )  # fmt: skip
    far = []
    for offset in range(0, products, max(1, products // 50)):
        start = time.perf_counter()
        store.history.catalogue(CatalogueQuery(sort=CatalogueSort.PRICE_UP), offset, PAGE, now)
        far.append((time.perf_counter() - start) * 1000)
    report("search", variants=count, products=products, kind="pages near and far", ms=spread(far))
    facets = []
    for _ in range(5):
        start = time.perf_counter()
        store.history.facets()
        facets.append((time.perf_counter() - start) * 1000)
    report("facets", variants=count, products=products, ms=spread(facets))
    report(
        "search, all kinds", variants=count, products=products, ms=spread(everything), own_p99=spread(all_worked)["p99"],
        target_p99=50,
        filled_s=round(filled_s, 1),
    )  # fmt: skip
    await asyncio.to_thread(store.close)


# --- coming in ------------------------------------------------------------------------------------------------------


def probe(seconds: float) -> int:
    """A bare Qt loop: what this machine lets any program have."""
    app = QCoreApplication([])
    stalls = Stalls()
    stalls.start()
    QTimer.singleShot(round(seconds * 1000), app.quit)
    app.exec()
    report("bare loop before", stall_ms=stalls.figures())
    return 0


def a_page(url: str, token: str, **asked: Any) -> Any:
    headers = {"Authorization": f"Bearer {token}"}
    return httpx.get(f"{url}/v1/products", params=asked, headers=headers, trust_env=False).json()


def bare_pages(shop: shop_process.ShopProcess, *, collector: bool = False) -> float:
    """Seconds in which a bare client has fetched every page of the catalogue, and done nothing with it but find the next, with
    or without Python's `collector`, which finds nothing there.
    """
    (gc.enable if collector else gc.disable)()
    headers = {"Authorization": f"Bearer {shop.token}"}
    with httpx.Client(base_url=shop.url, headers=headers, trust_env=False, timeout=60) as http:
        began = time.perf_counter()
        cursor = ""
        while True:
            asked: dict[str, Any] = {"limit": A_PAGE_OF_PRODUCTS}
            if cursor:
                asked["cursor"] = cursor
            page = http.get("/v1/products", params=asked).json()
            cursor = page["next_cursor"]
            if not cursor:
                return time.perf_counter() - began


def read_wall_ms(beside: sqlite3.Connection) -> int | None:
    """When the catalogue was read last, looked up beside the studio: asking itself would cost its own threads."""
    row = beside.execute(
        "SELECT cursor FROM feed_cursor WHERE show_id = '' AND source = 'catalogue read'"
    ).fetchone()
    return None if row is None else int(row[0])


@dataclass(frozen=True)
class Studio:
    """A studio to be started: its `folder`, where the shop is (`shop_pid`: its process), whether everything is kept already
    (`kept`) and whether the window's stalls are to be `watched`.
    """

    folder: str
    shop_url: str
    shop_token: str
    shop_pid: int
    kept: bool
    watched: bool


async def studio_pages(given: Studio) -> dict[str, Any]:
    """What `read_pages` reports of its window, by a studio of its own."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, __file__, "--studio", stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    said, _ = await process.communicate(json.dumps(asdict(given)).encode())
    print(said.decode().strip(), flush=True)
    if process.returncode:
        raise RuntimeError("the studio that was to read the shop has failed, see above")
    told = [json.loads(line) for line in said.decode().splitlines()]
    return next(line for line in told if line["part"] == "window")


async def read_pages(app: QApplication, given: Studio) -> int:
    """A show's shop is read, from when it first answers until its whole catalogue is on disk, with the window and the catalogue's
    panel open; reports how long that took, and the window's stalls meanwhile if they are to be watched.
    """
    paths = Paths(Path(given.folder))
    paths.prepare()
    log, _ = open_log(paths)
    settings = ShopSettings(id="bench", kind="studio", name="Bench", base_url=given.shop_url)
    room = EngineRoom(paths.database, Connections(settings, (), Known(given.shop_token)))
    await asyncio.to_thread(room.start)
    desktop = Desktop(app, room, paths, rehearsal=False)
    process = psutil.Process()
    page = await asyncio.to_thread(a_page, given.shop_url, given.shop_token, limit=1)
    first = page["items"][0]["id"]
    server = psutil.Process(given.shop_pid)
    tasks = Tasks("bench")
    stalls = Stalls()
    # The shop answers once the window stands: what making a window takes is measured by `bench_start`.
    server.suspend()
    beside = sqlite3.connect(f"file:{paths.database}?mode=ro", uri=True)
    try:
        before = read_wall_ms(beside)
        desktop.window.resize(1440, 900)
        desktop.window.show()
        show_id = new_show_id()
        began = time.perf_counter()
        await desktop.studio.open(show_id)
        item = LineUpItem("i1", ItemKind.PRODUCT, "First", 600_000, first)
        plan = PlanShow(LineUp("Bench", "EUR", (item,), "en", 600_000), settings.id, ())
        if refused := await desktop.studio.do(plan):
            raise RuntimeError(refused.sentence)
        live = await desktop.open_show(show_id)
        opened_ms = (time.perf_counter() - began) * 1000
        await until(lambda: desktop.host is not None and desktop.host.charts.viewers is not None)
        panel = CataloguePanel(desktop.studio, live, desktop.actions, desktop.theme, Texts(), tasks)
        panel.resize(330, 860)
        panel.show()
        await until(lambda: not panel.model.loading)
        await asyncio.sleep(1)
        server.resume()
        if given.watched:
            stalls.start()
        began, cpu = time.perf_counter(), time.process_time()
        while read_wall_ms(beside) == before:  # noqa: ASYNC110 - as a person looks
            await asyncio.sleep(0.05)
        took = time.perf_counter() - began
        cpu_s = time.process_time() - cpu
        stalls.stop()
        await until(lambda: not panel.model.loading)
        seen = {"stall_ms": stalls.figures(), "target_p99": 8} if given.watched else {}
        report(
            "window", kept=given.kept, opened_ms=round(opened_ms), cpu_s=round(cpu_s, 1), took_s=round(took, 2), **seen,
            products=len(live.products), rss_mb=round(process.memory_info().rss / 1e6),
        )  # fmt: skip
        panel.close()
    finally:
        server.resume()
        beside.close()
        await tasks.close()
        await desktop.close_show()
        await asyncio.to_thread(room.stop)
        log.close()
    return 0


def rounded(seconds: list[float]) -> list[float]:
    return [round(s, 2) for s in sorted(seconds)]


async def bench_sync(folder: Path, variants: int) -> None:
    shop_process.READY_WITHIN_S = 300.0
    count = round(variants / VARIANTS_EACH)
    shop = await asyncio.to_thread(
        lambda: shop_process.start_shop(folder / "shop", arguments=("--products", str(count)))
    )
    pid = shop.process.pid if shop.process is not None else 0

    def studio(name: str, *, kept: bool, watched: bool) -> Studio:
        return Studio(str(folder / name), shop.url, shop.token, pid, kept, watched)

    try:
        await asyncio.to_thread(bare_pages, shop)  # warms the shop's caches
        bare: list[float] = []
        with_collector: list[float] = []
        probed = await asyncio.create_subprocess_exec(
            sys.executable, __file__, "--probe", "5", stdout=subprocess.PIPE
        )
        said, _ = await probed.communicate()
        print(said.decode().strip(), flush=True)
        taken: dict[bool, list[float]] = {False: [], True: []}
        for number in range(SYNCS):
            for kept in (False, True):
                given = studio(f"unwatched {number}", kept=kept, watched=False)
                taken[kept].append((await studio_pages(given))["took_s"])
                bare.append(await asyncio.to_thread(bare_pages, shop))
                with_collector.append(await asyncio.to_thread(bare_pages, shop, collector=True))
        for kept, times in taken.items():
            report(
                "sync", kept=kept, variants=variants, products=count, seconds=rounded(times), bare_seconds=rounded(bare),
                ratio=round(at_share(times, 0.5) / at_share(bare, 0.5), 2), target_ratio=1.5,
                with_collector_seconds=rounded(with_collector),
                ratio_to_that=round(at_share(times, 0.5) / at_share(with_collector, 0.5), 2),
            )  # fmt: skip
        stalls: dict[bool, list[float]] = {False: [], True: []}
        for number in range(SYNCS):
            for kept in (False, True):
                seen = await studio_pages(studio(f"watched {number}", kept=kept, watched=True))
                stalls[kept].append(seen["stall_ms"]["p99"])
        for kept, p99s in stalls.items():
            report("stalls", kept=kept, p99s=sorted(p99s), p99=at_share(p99s, 0.5), target_p99=8)
    finally:
        shop.stop()


async def measure(given: argparse.Namespace) -> int:
    with tempfile.TemporaryDirectory(prefix="bench-catalogue-") as name:
        folder = Path(name)
        if given.only in ("", "search"):
            for each in (VARIANTS_EACH, 1):
                await bench_search(folder, given.variants, each)
        if given.only in ("", "sync"):
            await bench_sync(folder, given.variants)
    return 0


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--variants", type=int, default=100_000)
    parser.add_argument("--only", choices=("", "search", "sync"), default="")
    parser.add_argument("--probe", type=float, metavar="SECONDS", help="only the bare loop")
    parser.add_argument(
        "--studio", action="store_true", help="only a studio that reads a shop: the `Studio` that it reads"
    )
    given = parser.parse_args()
    if given.probe:
        sys.exit(probe(given.probe))
    if given.studio:
        wanted = Studio(
            **json.load(sys.stdin)
        )  # not an argument: those can be seen by everybody, and the key is in it
        sys.exit(run_desktop(lambda app: read_pages(app, wanted)))
    sys.exit(asyncio.run(measure(given)))
