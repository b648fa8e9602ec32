"""How fast a shop is read, and how soon a sale of the pinned product is on the screen.

Run it alone: ``python tests/benchmarks/bench_shop.py [--shop demo|vendure|medusa|all] [--variants 5000] [--sales 40]``. Prints JSON
lines; the shop is a process of its own. Vendure and Medusa are the real ones: they need node, npm and PostgreSQL, and some minutes
to be filled.

- `first sync`: catalogue and stock of all variants into the store, beside a bare httpx loop that sends the very same requests and
  throws the answers away (target: at most 1.5 times as long), and how many requests were under way at once (at most 4).
- `sale to screen`: from the end of a shopper's purchase until the product card with one less has been painted (targets, p95: 1500
  ms where the shop is asked, 300 ms where it tells by its stream or by a webhook). `bare_answer_ms`: how long after a purchase the
  shop answers who only asks it at once how many are left.
"""

import argparse
import asyncio
import os
import random
import socket
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
sys.path.insert(0, str(Path(__file__).resolve().parent))

import httpx
from PySide6.QtWidgets import QApplication
from rig import at_share, report, spread
from shop_rig import (
    ASKED,
    VARIANTS,
    AnyShop,
    Asked,
    DemoShop,
    MedusaShop,
    Recorder,
    SaleTimes,
    VendureShop,
    looked,
    pinned,
)

from studio.app import open_log, run_desktop
from studio.control.clock import MeasuredShowClock, SystemWallClock
from studio.control.ports import OutboxRow, ShopIdentity, StoredBatch
from studio.settings.paths import Paths
from studio.settings.schema import ShopSettings
from studio.shop_factory import shop_kind
from studio.store.kill_points import NoKillPoints
from studio.store.store import open_store
from studio.sync.engine import Engine
from studio.sync.http import HttpClient
from studio.sync.links import LinkState

ROUNDS = 3


def a_free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


# --- first sync -------------------------------------------------------------------------------------------------


class Arrivals:
    """The engine's events; `all_here` when the catalogue and the stock of each of its variants are on disk."""

    def __init__(self) -> None:
        self.variants: set[str] = set()
        self.stocked: set[str] = set()
        self.read = False
        self.all_here = asyncio.Event()

    def stored(self, batch: StoredBatch) -> None:
        self.variants.update(v.id for p in batch.products for v in p.variants)
        self.stocked.update(level.variant_id for level in batch.stock)
        self._look()

    def catalogue_progress(self, done: int, total: int) -> None:
        self.read = self.read or 0 < total <= done
        self._look()

    def _look(self) -> None:
        if self.read and self.variants <= self.stocked:
            self.all_here.set()

    def link_status(self, name: str, kind: str, state: LinkState, sentence: str, heard: int | None) -> None:
        pass

    def notice(self, level: str, sentence: str, key: str) -> None:
        pass

    def outbox_changed(self, rows: Sequence[OutboxRow]) -> None:
        pass

    def shop_identity(self, identity: ShopIdentity) -> None:
        pass


async def sync(folder: Path, settings: ShopSettings, token: str) -> tuple[float, Recorder, int]:
    """Seconds from nothing to everything in a new store, what was asked for it, and how many variants that were."""
    wall = SystemWallClock()
    kind = shop_kind(settings.kind)
    recorder = Recorder(HttpClient(settings.base_url, lambda: token, wall, token_header=kind.token_header))
    store = await asyncio.to_thread(open_store, folder / "studio.db")
    arrivals = Arrivals()

    async def settle(_show: str, _events: Any) -> None:
        raise RuntimeError("nothing is sent here")

    engine = Engine(
        shop_name="bench",
        shop=kind.make(recorder, settings, "en", None),
        channels={},
        feeds=store.feeds,
        outbox=store.outbox,
        show_clock=MeasuredShowClock(wall),
        wall_clock=wall,
        settle=settle,
        events=arrivals,
        kill_points=NoKillPoints(),
    )
    began = time.perf_counter()
    await engine.start("show-1")
    async with asyncio.timeout(300):
        await arrivals.all_here.wait()
    took = time.perf_counter() - began
    recorder.asked = list(recorder.asked)
    await engine.stop()
    await recorder.aclose()
    await asyncio.to_thread(store.close)
    return took, recorder, len(arrivals.variants)


async def raw(settings: ShopSettings, token: str, asked: Sequence[Asked]) -> float:
    """Seconds for the very same requests, one after the other, by httpx alone."""
    name, value = shop_kind(settings.kind).token_header(token)
    async with httpx.AsyncClient(
        base_url=settings.base_url, headers={name: value}, trust_env=False, timeout=60
    ) as http:
        began = time.perf_counter()
        for each in asked:
            answer = await http.request(
                each.method,
                each.path,
                content=each.body,
                params=list(each.params) or None,
                headers=each.headers,
            )
            if answer.status_code >= 400:
                raise RuntimeError(f"{each.path}: {answer.status_code}")
        return time.perf_counter() - began


async def bench_sync(folder: Path, name: str, settings: ShopSettings, token: str) -> None:
    """The first round warms the shop's caches and does not count."""
    studio, bare = [], []
    for number in range(ROUNDS + 1):
        place = folder / f"sync-{name}-{number}"
        place.mkdir()
        took, recorder, variants = await sync(place, settings, token)
        bare_took = await raw(settings, token, recorder.asked)
        if number:
            studio.append(took)
            bare.append(bare_took)
    report(
        "first sync",
        shop=name,
        variants=variants,
        requests=len(recorder.asked),
        seconds=[round(s, 2) for s in studio],
        bare_seconds=[round(s, 2) for s in bare],
        ratio=round(at_share(studio, 0.5) / at_share(bare, 0.5), 2),
        target_ratio=1.5,
        most_under_way=recorder.most,
    )


# --- sale to screen ---------------------------------------------------------------------------------------------


async def bench_sales(
    app: QApplication,
    folder: Path,
    name: str,
    shop: AnyShop,
    way: str,
    settings: ShopSettings,
    given: argparse.Namespace,
) -> None:
    chance = random.Random(7)
    async with pinned(app, folder / f"{name}-{way}", shop, settings, given.variants) as desktop:
        await asyncio.sleep(3)
        times = SaleTimes(desktop, shop)
        for _ in range(given.sales):
            await asyncio.sleep(chance.uniform(0.5, 1.5))
            await times.sell(settings.push_port)
    bare: list[float] = []
    for _ in range(given.sales):
        await asyncio.sleep(chance.uniform(0.5, 1.5))
        bare.append(await asyncio.to_thread(looked, shop))
    report(
        "sale to screen",
        shop=name,
        way=way,
        p95=round(at_share(times.taken_ms, 0.95), 1),
        ms=spread(times.taken_ms),
        bare_answer_ms=spread(bare) | {"p95": round(at_share(bare, 0.95), 1)},
        target_p95=1_500 if way == "asked" else 300,
    )


async def measure(app: QApplication, given: argparse.Namespace) -> int:
    with tempfile.TemporaryDirectory(prefix="bench-shop-") as folder_name:
        folder = Path(folder_name)
        paths = Paths(folder / "log")
        paths.prepare()
        log, _ = open_log(paths)
        try:
            await measure_shops(app, given, folder)
        finally:
            log.close()
    return 0


async def measure_shops(app: QApplication, given: argparse.Namespace, folder: Path) -> None:
    if given.shop in ("demo", "all"):
        demo = await asyncio.to_thread(DemoShop, folder, given.variants)
        try:
            await bench_sync(folder, "demo", demo.settings(ASKED), demo.token)
            for way, settings in {
                "asked": demo.settings(ASKED),
                "webhook": demo.settings(ASKED, a_free_port()),
                "stream": demo.settings("studio"),
            }.items():
                await bench_sales(app, folder, "demo", demo, way, settings, given)
        finally:
            demo.stop()
    for name, make in (("vendure", VendureShop), ("medusa", MedusaShop)):
        if given.shop not in (name, "all"):
            continue
        port = a_free_port()
        shop = await asyncio.to_thread(make, folder, given.variants, port)
        try:
            plain = shop.settings(name)
            await bench_sync(folder, name, plain, shop.token)
            await bench_sales(app, folder, name, shop, "asked", plain, given)
            await bench_sales(app, folder, name, shop, "webhook", shop.settings(name, port), given)
        finally:
            await asyncio.to_thread(shop.stop)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shop", choices=("demo", "vendure", "medusa", "all"), default="demo")
    parser.add_argument("--variants", type=int, default=VARIANTS)
    parser.add_argument("--sales", type=int, default=40)
    given = parser.parse_args()
    sys.exit(run_desktop(lambda app: measure(app, given)))
