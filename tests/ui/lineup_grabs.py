"""Draws the line-up editor of the Prepare workspace: `python -m tests.ui.lineup_grabs OUT [NAME]` leaves PNGs there."""

import asyncio
import os
import sys
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("LC_ALL", "C.UTF-8")

import msgspec
import qasync
from PySide6.QtWidgets import QApplication

from studio.domain import commands as cmd
from studio.ui.palette import DARK, LIGHT
from tests.fakes.fake_studio import MINUTE
from tests.ui.lineup_scene import LineUpScene, a_planned_studio

SIZES = ((776, 840), (560, 640))
"""What the columns of the workspace leave of a window of 1440x900, and of 1100x700."""
Stage = Callable[[LineUpScene], Coroutine[Any, Any, None]]


async def nothing(_scene: LineUpScene) -> None:
    """As it is."""


async def chosen(scene: LineUpScene) -> None:
    scene.editor.select_item("i4", "points")


async def priced(scene: LineUpScene) -> None:
    item = scene.live.state.items[6]
    robe = msgspec.structs.replace(
        item, show_price_minor=6000, target_units=40, promo=msgspec.structs.replace(scene.live.state.items[3].promo, id="x", code="ROBE")
    )  # fmt: skip
    await scene.give(cmd.ChangeItem(robe))
    await scene.settle()
    scene.editor.select_item("i7", "price")
    scene.view.toggle(scene.view.currentIndex())


async def pictures(scene: LineUpScene) -> None:
    product = scene.studio.products["p4"]
    more = tuple(u for p in list(scene.studio.products.values())[:5] for u in p.image_urls)
    scene.studio.hear_product(
        msgspec.structs.replace(
            product, revision=2, image_urls=tuple(dict.fromkeys((*product.image_urls, *more)))
        )
    )
    scene.editor.select_item("i4", "pictures")


async def alternatives(scene: LineUpScene) -> None:
    await scene.give(
        cmd.ChangeItem(msgspec.structs.replace(scene.live.state.items[2], alternatives=("p5", "p6")))
    )
    scene.editor.select_item("i3", "alternatives")
    scene.editor.item.alternatives.search.setText("er")
    await asyncio.sleep(0.3)


async def refused(scene: LineUpScene) -> None:
    scene.editor.select_item("i5", "price")
    scene.editor.edits.commit("i5", _field("minutes"), "soon")
    scene.editor.edits.commit("i5", _field("target"), "many")


def _field(name: str) -> Any:
    from studio.ui.prepare.item_values import Field

    return Field(name)


async def on_air(scene: LineUpScene) -> None:
    await scene.give(cmd.StartShow())
    await scene.give(cmd.NextItem())
    await scene.give(cmd.NextItem())
    await scene.give(cmd.SkipItem("i5"))
    scene.editor.select_item("i6")


async def full(scene: LineUpScene) -> None:
    """Over plan, with long names."""
    items = tuple(
        msgspec.structs.replace(
            i, title=f"{i.title}: Bettwäschegarnitur mit Kissenbezug, atmungsaktiv", planned_ms=12 * MINUTE
        )
        for i in scene.live.state.items
    )
    await scene.give(cmd.ChangeItems(items))
    scene.editor.select_item("i4", "price")


async def empty(scene: LineUpScene) -> None:
    await scene.give(cmd.RemoveItems(tuple(scene.order)))


SCENES: dict[str, Stage] = {
    "plain": nothing, "points": chosen, "price": priced, "pictures": pictures, "alternatives": alternatives,
    "refused": refused, "on-air": on_air, "full": full, "empty": empty,
}  # fmt: skip


async def draw(app: QApplication, out: Path, only: str) -> None:
    for name, stage in SCENES.items():
        if only and name != only:
            continue
        for tokens in (DARK, LIGHT):
            for width, height in SIZES:
                scene = LineUpScene(app, a_planned_studio(), language="de" if name == "full" else "en")
                scene.theme.apply(app, tokens)
                scene.window.resize(width, height)
                scene.window.show()
                await stage(scene)
                await scene.settle()
                await asyncio.sleep(0.15)
                scene.window.grab().save(str(out / f"lineup-{name}-{tokens.name}-{width}.png"))
                await scene.close()


def main(out: Path, only: str = "") -> None:
    """Draw everything, or one scene."""
    out.mkdir(parents=True, exist_ok=True)
    app = QApplication.instance() or QApplication([])
    loop = qasync.QEventLoop(app)
    with loop:
        loop.run_until_complete(draw(app, out, only))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else "")
