"""What a page of the overlay looks like to who watches the stream."""

import asyncio

from playwright.async_api import Page
from PySide6.QtGui import QImage

from studio.stage.overlay import OverlayStage

_VISIBLE = """(id) => {
  let seen = 1;
  for (let e = document.getElementById(id); e; e = e.parentElement) {
    if (e.hidden || getComputedStyle(e).display === "none") return 0;
    seen *= Number(getComputedStyle(e).opacity);
  }
  return seen;
}"""
PATIENCE_S = 30


async def until(page: Page, right: str) -> None:
    """The expression is true at some frame. Playwright's own way is an `eval`, which the page's policy forbids."""
    waits = f"async () => {{ while (!({right})) await new Promise(requestAnimationFrame); }}"
    try:
        async with asyncio.timeout(PATIENCE_S):
            await page.evaluate(waits)
    except TimeoutError:
        raise AssertionError(f"never came true: {right}") from None


async def opened(page: Page, stage: OverlayStage) -> None:
    """The page is loaded, and has heard the studio."""
    await page.goto(stage.address)
    await until(page, "document.getElementById('stage').dataset.on === 'yes'")


async def shown(page: Page, *ids: str) -> None:
    """These are to be seen in full."""
    for name in ids:
        await until(page, f"({_VISIBLE})({name!r}) === 1")


async def gone(page: Page, *ids: str) -> None:
    """Nothing of these is to be seen."""
    for name in ids:
        await until(page, f"({_VISIBLE})({name!r}) === 0")


async def text(page: Page, name: str) -> str:
    """What stands there."""
    return await page.evaluate("(id) => document.getElementById(id).textContent", name)


async def seen(page: Page, scale: str = "css") -> QImage:
    """What OBS would lay over the camera."""
    await page.evaluate("Promise.all(document.getAnimations().map((a) => a.finished.catch(() => 0)))")
    shot = await page.screenshot(omit_background=True, scale=scale)  # type: ignore[arg-type]
    image = QImage.fromData(shot)
    assert not image.isNull()
    return image


def alpha(image: QImage, x: float, y: float) -> int:
    """How much this point covers, 0 to 255."""
    return image.pixelColor(round(x), round(y)).alpha()
