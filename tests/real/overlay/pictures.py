"""Takes the pictures of the overlay for the README: ``python -m tests.real.overlay.pictures FOLDER``.

What lies behind it is drawn here: a room with a presenter, out of focus, as a camera shows it.
"""

import asyncio
import sys
import tempfile
from pathlib import Path

import msgspec
from playwright.async_api import async_playwright
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage, QPainter

from studio.domain.stage import StageView
from studio.stage.overlay_dress import OverlayDress
from tests.real.overlay.conftest import SIZES, chromium
from tests.real.overlay.looks import opened, seen, shown
from tests.unit.stage.overlay_rig import CARD, END, QUESTION, Clock, code, overlay, running

ROOT = Path(__file__).resolve().parents[3]
ROOM = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="VIEW" preserveAspectRatio="xMidYMid slice">
<defs>
<linearGradient id="wall" x1="0" y1="0" x2="1" y2="1"><stop stop-color="#cdb8a2"/><stop offset=".55" stop-color="#9c8069"/>
<stop offset="1" stop-color="#5d463a"/></linearGradient>
<linearGradient id="table" x1="0" y1="0" x2="0" y2="1"><stop stop-color="#8a5d3b"/><stop offset="1" stop-color="#4a2e1c"/></linearGradient>
<radialGradient id="light"><stop stop-color="#fff4dc" stop-opacity=".95"/><stop offset="1" stop-color="#fff4dc" stop-opacity="0"/></radialGradient>
<linearGradient id="knit" x1="0" y1="0" x2="1" y2="1"><stop stop-color="#3f6b66"/><stop offset="1" stop-color="#24413f"/></linearGradient>
<filter id="far"><feGaussianBlur stdDeviation="16"/></filter><filter id="near"><feGaussianBlur stdDeviation="5"/></filter>
</defs>
<rect x="-1000" y="-1000" width="4000" height="4000" fill="url(#wall)"/>
<g filter="url(#far)">
<rect x="1290" y="90" width="520" height="22" fill="#6b4a34"/><rect x="1290" y="330" width="520" height="22" fill="#6b4a34"/>
<rect x="1320" y="190" width="60" height="140" fill="#b8527f"/><rect x="1396" y="220" width="80" height="110" fill="#e0d3c0"/>
<rect x="1500" y="170" width="52" height="160" fill="#4f7a6a"/><circle cx="1650" cy="270" r="62" fill="#d49a4a"/>
<rect x="1330" y="450" width="140" height="120" fill="#e7ddcf"/><rect x="1520" y="430" width="70" height="140" fill="#7d6a9c"/>
<rect x="1290" y="570" width="520" height="22" fill="#6b4a34"/>
<rect x="90" y="60" width="330" height="460" fill="#f4e6cf" opacity=".9"/><rect x="245" y="60" width="16" height="460" fill="#a98d70"/>
<path d="M500 700q-60-260 40-330 60 120 40 330z" fill="#46664a"/><path d="M540 700q80-230 130-250 0 150-80 250z" fill="#5b7f56"/>
<rect x="470" y="660" width="180" height="150" rx="26" fill="#d9c9b4"/>
</g>
<circle cx="250" cy="250" r="520" fill="url(#light)" opacity=".55"/><circle cx="1730" cy="60" r="260" fill="url(#light)" opacity=".5"/>
<g filter="url(#near)">
<path d="M640 1080q10-360 210-420l110-40 110 40q200 60 210 420z" fill="url(#knit)"/>
<path d="M905 560h110v90q-55 60-110 0z" fill="#c9967a"/>
<ellipse cx="960" cy="430" rx="112" ry="146" fill="#d8a68a"/>
<path d="M836 450q-30-210 124-214 154 4 124 214-14-110-70-140-70 40-130 20-40 40-48 120z" fill="#4a3023"/>
<path d="M915 428q14-12 30 0M976 428q16-12 30 0" stroke="#4a3023" stroke-width="7" fill="none"/>
<path d="M922 500q38 34 78 0" stroke="#9a4c44" stroke-width="10" fill="none" stroke-linecap="round"/>
<path d="M700 830q260-90 520 0l60 170q-320 70-640 0z" fill="#b8527f"/><path d="M690 860q270-80 540 0l8 26q-280-76-556 0z" fill="#8d3a60"/>
<rect x="-100" y="960" width="2120" height="900" fill="url(#table)"/>
</g></svg>"""
VIEWS = {"wide": "0 0 1920 1080", "upright": "435 -280 1050 1867"}


async def main(folder: Path) -> None:
    """Take both pictures."""

    async def picture(url: str) -> bytes:
        return (ROOT / "resources" / "catalogue" / "images" / "wool-blanket-nord.webp").read_bytes()

    card = msgspec.structs.replace(CARD, title="Wool blanket “Nord”, 140 × 200 cm")
    view = StageView("en", 7, card, code(ends_at_ms=END, starts_at_ms=END - 600_000), QUESTION)
    with tempfile.TemporaryDirectory() as keep:
        async with (
            async_playwright() as playwright,
            running(
                overlay(Path(keep) / "overlay.json", Clock(END - 288_000), picture, OverlayDress)
            ) as stage,
        ):
            browser = await playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
            stage.show(view)
            for name, (width, height) in SIZES.items():
                room = ROOM.replace("VIEW", VIEWS[name])
                page = await browser.new_page(viewport={"width": width, "height": height})
                await page.set_content(f"<style>*{{margin:0}}svg{{width:100vw;height:100vh}}</style>{room}")
                camera = QImage.fromData(await page.screenshot())
                await opened(page, stage)
                await shown(page, "card", "picture-image", "price", "code", "question")
                painter = QPainter(camera)
                painter.drawImage(0, 0, await seen(page))
                painter.end()
                small = camera.scaled(
                    width // 2, height // 2, mode=Qt.TransformationMode.SmoothTransformation
                )
                file = folder / ("overlay.png" if name == "wide" else "overlay-upright.png")
                assert small.convertToFormat(QImage.Format.Format_RGB888).save(str(file), "PNG", 0)
                await page.close()
            await browser.close()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
