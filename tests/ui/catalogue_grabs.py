"""Draws the catalogue of Prepare: `python -m tests.ui.catalogue_grabs OUT` leaves PNGs there."""

import asyncio
import os
import sys
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("LC_ALL", "C.UTF-8")

import msgspec
import qasync
from PySide6.QtWidgets import QApplication

from studio.control.ports import StoreFull
from studio.domain.catalogue import CatalogueQuery
from studio.ui.palette import DARK, LIGHT
from studio.ui.studio import Link
from studio.ui.theme import Theme
from tests.fakes.fake_studio import FakeStudio, a_product
from tests.ui.catalogue_kit import MINUTE, CatalogueScene, stocked
from tests.ui.host_scene import a_dressed_studio

# The panel's place in a window of 1440x900 and of 1100x700.
PLACES = {"1440": (328, 820), "1100": (250, 620)}


def dressed() -> FakeStudio:
    """Half of the products are in the line-up."""
    studio = a_dressed_studio()
    studio.state = msgspec.structs.replace(studio.state, items=studio.state.items[2:6])
    for n, (title, price, left) in enumerate(
        (("Linen bed set “Skagen”", 12900, 74), ("Copper watering can", 6400, 0), ("Night lamp “Fyr”", 4800, 57),
         ("Woll-Wohndecke mit handgeknüpften Fransen aus norwegischer Schurwolle", 158900, 12_080),
         ("Olive soap", 950, 1208), ("Picnic basket", 7900, None)), start=30,
    ):  # fmt: skip
        product = msgspec.structs.replace(
            a_product(n, title, price), category="Home & Garden", tags=("gift",)
        )
        stocked(studio, product, left)
    gone = msgspec.structs.replace(a_product(40, "Leather key ring", 1400), active=False)
    stocked(studio, gone, 3)
    return studio


async def draw(out: Path, theme: Theme, name: str, place: str, stage: str) -> None:
    studio = dressed()
    if stage == "failed":
        studio.catalogue_fails = StoreFull("The disk is full: make room, then try again.")
    if stage == "loading":
        studio.hold.clear()
    width, height = PLACES[place]
    scene = CatalogueScene(
        studio, theme, language="de" if stage == "german" else "en", width=width, height=height
    )
    scene.window.show()
    if stage != "loading":
        await scene.open()
    panel = scene.panel
    if stage == "chosen":
        panel.filters.in_stock.click()
        await scene.found()
        scene.click_row(1)
        scene.panel.view._point(2)
    if stage == "filtered":
        query = CatalogueQuery(in_stock=True, category="Home & Garden", shown=False, max_price_minor=20_000)
        panel.filters.take(query)
        await scene.found()
    if stage == "nothing":
        panel.focus_search()
        await scene.type("zebra")
    if stage == "offline":
        scene.wall += 190 * MINUTE
        studio.hear_link("demo", "shop", Link.DOWN, "The shop does not answer.")
        panel._tick()
    if stage == "german":
        panel.filters.in_stock.setText("Sofort lieferbar")
        panel.filters.bestseller.setText("Verkaufsschlager")
        panel.filters.new.setText("Neuheiten")
    if stage != "loading":
        for _ in range(3):
            await scene.tasks.drain()
            await asyncio.sleep(0.05)
    scene.window.grab().save(str(out / f"catalogue-{stage}-{place}-{name}.png"))
    studio.hold.set()
    await scene.close()


async def draw_all(out: Path, app: QApplication) -> None:
    theme = Theme()
    for name, tokens in (("dark", DARK), ("light", LIGHT)):
        theme.apply(app, tokens)
        for place in PLACES:
            for stage in ("plain", "chosen", "filtered", "nothing", "offline", "german", "failed", "loading"):
                await draw(out, theme, name, place, stage)


def main(out: Path) -> None:
    """All pictures."""
    out.mkdir(parents=True, exist_ok=True)
    app = QApplication.instance() or QApplication([])
    loop = qasync.QEventLoop(app)
    with loop:
        loop.run_until_complete(draw_all(out, app))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
