"""How soon a pin is on the stage, from the decision: ``python tests/benchmarks/bench_pin.py [--pins 60]``. Prints JSON lines.

An engine room with its database and the demo shop's process; the overlay page in a real headless Chromium; a real OBS at 640x360
and 10 frames a second, in a network of its own (Linux, `unshare`). Measured from the command that is handed to the engine until

- `pin to overlay`: the frame of the page in which the title is there (target, p95: 150 ms), and at least half opaque,
- `pin to OBS text`: somebody else, who asks OBS again and again, reads the new title there (target, p95: 100 ms).
"""

import argparse
import asyncio
import logging
import shutil
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

import structlog
from bench_overlay import NAMES, TAKEN, WATCH
from bench_stage_obs import an_obs, go_on_alone, title
from playwright.async_api import Page, async_playwright
from rig import at_share, report, spread, until

from studio.domain.commands import PinItem, PlanShow, StartShow
from studio.domain.lineup import ItemKind, LineUp, LineUpItem
from studio.engine_room import EngineRoom, new_show_id
from studio.settings.schema import ObsSettings, ShopSettings, StageSettings
from studio.show_connections import Connections
from studio.stage.obs_socket import ObsSocket, open_obs
from studio.stage_set import OBS_SECRET
from tests.fakes.shop_process import ShopProcess, start_shop
from tests.journeys.rooms import KeptTokens
from tests.real.obs.rig import Obs

PRODUCTS = 8
PAUSE_S = 0.6
"""Longer than the page takes to change one card for another."""


def room_over(folder: Path, shop: ShopProcess, obs: Obs) -> EngineRoom:
    stage = StageSettings(obs=ObsSettings(enabled=True, address=obs.address))
    secrets = KeptTokens({"shop:bench": shop.token, OBS_SECRET: Obs.PASSWORD})
    settings = ShopSettings(id="bench", name="Bench", base_url=shop.url)
    return EngineRoom(folder / "studio.db", Connections(settings, (), secrets, stage=stage), lambda _: None)


async def in_room(room: EngineRoom, coro):
    return await asyncio.wrap_future(room.run(coro))


async def on_air(room: EngineRoom) -> list[LineUpItem]:
    """A show on air with products of the shop in its line-up."""
    show_id = new_show_id()
    await in_room(room, room.open_show(show_id))
    await until(lambda: bool(room.history.search_products("", PRODUCTS)))
    products = (await in_room(room, room.show.snapshot())).products
    chosen = [p for p in products.values() if p.active and p.price is not None][:PRODUCTS]
    items = [LineUpItem(f"i{n}", ItemKind.PRODUCT, p.title, 60_000, p.id) for n, p in enumerate(chosen)]
    for command in (
        PlanShow(LineUp("Bench", "EUR", tuple(items), "en", 3_600_000), "bench", ()),
        StartShow(),
    ):
        refused = await in_room(room, room.do(command))
        if refused is not None:
            raise RuntimeError(refused.sentence)
    await in_room(room, room.show.engine.clock_measured())
    return items


async def measure(pins: int) -> None:
    program = next((path for name in NAMES if (path := shutil.which(name))), None)
    if program is None:
        raise SystemExit("Chromium is needed")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        shop = start_shop(folder / "shop")
        async with an_obs() as obs, async_playwright() as playwright:
            room = room_over(folder, shop, obs)
            await asyncio.to_thread(room.start)
            browser = await playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
            try:
                items = await on_air(room)
                stages = room.stages
                if stages is None:
                    raise RuntimeError("the show has no stages")
                await in_room(room, stages.obs().set_up(texts=True))
                await until(lambda: bool(stages.overlay_address))
                page = await browser.new_page(viewport={"width": 1920, "height": 1080})
                await page.goto(stages.overlay_address)
                await page.evaluate(WATCH)
                async with open_obs(obs.address, lambda: Obs.PASSWORD) as observer:
                    await pinned_again_and_again(room, items, page, observer, pins)
            finally:
                await browser.close()
                await asyncio.to_thread(room.stop)
                shop.stop()


async def pinned_again_and_again(
    room: EngineRoom, items: list[LineUpItem], page: Page, observer: ObsSocket, pins: int
) -> None:
    painted, readable, text = list[float](), list[float](), list[float]()

    async def in_obs(wanted: str, began: float) -> None:
        while await title(observer) != wanted:
            pass
        text.append((time.perf_counter() - began) * 1000)

    for number in range(pins + 2):
        item = items[number % len(items)]
        await page.evaluate("frames_.length = 0")
        began, before = time.perf_counter(), time.time() * 1000
        watched = asyncio.create_task(in_obs(item.title, began))
        await in_room(room, room.do(PinItem(item.id, deliberate=True)))
        seen = await page.evaluate(TAKEN, item.title)
        await watched
        if number < 2:  # OBS is found and the page is laid out for the first time
            text.clear()
        else:
            painted.append(seen["painted"] - before)
            readable.append(seen["readable"] - before)
        await asyncio.sleep(PAUSE_S)
    for part, taken, target in (
        ("pin to overlay repaint", painted, 150),
        ("pin to overlay readable", readable, 150),
        ("pin to OBS text", text, 100),
    ):
        report(part, p95_ms=round(at_share(taken, 0.95), 2), target_ms=target, **spread(taken))


def main() -> None:
    """Measure it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pins", type=int, default=60)
    pins = parser.parse_args().pins
    go_on_alone()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    asyncio.run(measure(pins))


if __name__ == "__main__":
    main()
