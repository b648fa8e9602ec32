"""Draws one flat picture for every product of the catalogue into resources/catalogue/images/ (480×480 WebP).

The silhouettes are SVG fragments in packaging/catalogue_tables/looks_*.toml; colour and pattern come from the
product's row, so two products of one type never look alike. Drawn by QPainter, without a display.

Run `python packaging/make_images.py`; `--sheet FILE` also writes a contact sheet for looking at.
"""

import math
import os
import re
import sys
from pathlib import Path
from typing import Any

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QByteArray, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QGuiApplication, QImage, QLinearGradient, QPainter, QRadialGradient
from PySide6.QtSvg import QSvgRenderer

sys.path.insert(0, str(Path(__file__).resolve().parent))
import make_catalogue as tables

SIDE = 480
FOLDER = tables.OUT.parent / "images"
LOOKS = ("looks_home", "looks_fashion", "looks_beauty", "looks_food")
PAINT = re.compile(r'(fill|stroke)="([MmDLAKW])"')
SHAPE = re.compile(r'<(path|rect|circle|ellipse) fill="M"([^>]*)/>')
GROUNDS = ("#c5d3cf", "#d6c6bd", "#c3ccdc", "#d0ccb8", "#cfc2d0", "#bfd0d8")
ACCENTS = ("#c79a63", "#d9c08f", "#8a5a3a", "#c9a54c")

PATTERNS = tables.load("patterns")


def mix(one: str, other: str, share: float) -> str:
    """The colour `share` of the way from one to the other, both as #rrggbb."""
    a, b = QColor(one), QColor(other)
    parts = zip((a.red(), a.green(), a.blue()), (b.red(), b.green(), b.blue()), strict=True)
    return "#" + "".join(f"{round(x + (y - x) * share):02x}" for x, y in parts)


def luminance(colour: str) -> float:
    """Perceived brightness, 0 to 1 (Rec. 601 weights)."""
    c = QColor(colour)
    return (0.299 * c.red() + 0.587 * c.green() + 0.114 * c.blue()) / 255


def yoke(light: str, dark: str) -> str:
    """The rings of a Nordic yoke: diamonds between two lines, falling a little towards the shoulders."""
    marks: list[str] = []
    for row, (colour, size) in enumerate(((light, 9), (dark, 7), (light, 6), (dark, 4))):
        for column in range(-16, 17):
            x = 240 + column * 19
            y = 158 + row * 24 + (column * column) * 0.16
            marks.append(
                f'<path d="M{x} {y - size}l{size} {size}-{size} {size}-{size}-{size}z" fill="{colour}"/>'
            )
    return "".join(marks)


def colours_of(row: dict[str, Any], product_id: str, words: tables.Words) -> dict[str, str]:
    """The letters of a look as colours, from the row's tint or its first colour."""
    key = row.get("tint") or (row["colour"].split()[0] if "colour" in row else "silver")
    main = words.colours[key][0]
    accent = ACCENTS[tables.draw(f"{product_id}/accent", 0, len(ACCENTS) - 1)]
    if abs(luminance(accent) - luminance(main)) < 0.12:
        accent = "#f1e8d8" if luminance(main) < 0.55 else "#6b4a33"
    dark = mix(main, "#1b1d22", 0.34) if luminance(main) > 0.25 else mix(main, "#000000", 0.45)
    light = mix(main, "#ffffff", 0.42 if luminance(main) > 0.25 else 0.3)
    return {
        "M": main,
        "m": mix(main, "#1b1d22", 0.09),
        "D": dark,
        "L": light,
        "A": accent,
        "K": "#2b2c30",
        "W": "#fbf8f2",
    }


def svg_of(look: dict[str, str], pattern: str, colours: dict[str, str]) -> bytes:
    """The look as a whole SVG document with colours and pattern filled in."""
    body = look["body"]
    definitions = ""
    if pattern in PATTERNS:
        (width, height), marks = PATTERNS[pattern]["tile"], PATTERNS[pattern]["marks"]
        marks = marks.replace("{yoke}", yoke(colours["W"], colours["D"]))
        for letter, name in (("d", "D"), ("l", "L"), ("w", "W")):
            marks = marks.replace("{" + letter + "}", colours[name])
        definitions = f'<defs><pattern id="p" width="{width}" height="{height}" patternUnits="userSpaceOnUse">{marks}</pattern></defs>'
        body = SHAPE.sub(r'\g<0><\1 fill="url(#p)"\2/>', body)
    if pattern == "rim":
        body = SHAPE.sub(r'\g<0><\1 fill="none" stroke="D" stroke-width="7"\2/>', body)
    if pattern == "label":
        body += look.get("label", "")
    body = PAINT.sub(lambda found: f'{found[1]}="{colours[found[2]]}"', body)
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {SIDE} {SIDE}">'
    return f"{head}{definitions}{body}</svg>".encode()


def paint_ground(painter: QPainter, main: str, product_id: str) -> None:
    """A soft gradient in the product's colour; pale and dark goods stand on a muted pastel instead."""
    ground = mix(main, "#ffffff", 0.7)
    if not 0.22 < luminance(main) < 0.78:
        ground = GROUNDS[tables.draw(f"{product_id}/ground", 0, len(GROUNDS) - 1)]
    slope = QLinearGradient(0, 0, SIDE * 0.3, SIDE)
    slope.setColorAt(0, QColor(mix(ground, "#ffffff", 0.45)))
    slope.setColorAt(1, QColor(mix(ground, "#3a3f48", 0.16)))
    painter.fillRect(0, 0, SIDE, SIDE, slope)
    glow = QRadialGradient(QPointF(150, 110), 330)
    glow.setColorAt(0, QColor(255, 255, 255, 110))
    glow.setColorAt(1, QColor(255, 255, 255, 0))
    painter.fillRect(0, 0, SIDE, SIDE, glow)


def tinted(item: QImage, top: QColor, bottom: QColor, mode: QPainter.CompositionMode) -> QImage:
    """A copy of the item with a diagonal gradient laid over its own shape only."""
    copy = QImage(item)
    slope = QLinearGradient(80, 60, 400, 420)
    slope.setColorAt(0, top)
    slope.setColorAt(1, bottom)
    painter = QPainter(copy)
    painter.setCompositionMode(mode)
    painter.fillRect(0, 0, SIDE, SIDE, slope)
    painter.end()
    return copy


def picture(row: dict[str, Any], product_id: str, look: dict[str, str], words: tables.Words) -> QImage:
    """The finished picture of one product."""
    colours = colours_of(row, product_id, words)
    renderer = QSvgRenderer(QByteArray(svg_of(look, row.get("pattern", "plain"), colours)))
    if not renderer.isValid():
        raise ValueError(f"The look of {product_id} is not valid SVG")
    item = QImage(SIDE, SIDE, QImage.Format.Format_ARGB32_Premultiplied)
    item.fill(Qt.GlobalColor.transparent)
    painter = QPainter(item)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    renderer.render(painter, QRectF(0, 0, SIDE, SIDE))
    painter.end()
    black = QColor(20, 22, 30)
    shadow = tinted(item, black, black, QPainter.CompositionMode.CompositionMode_SourceIn)
    lit = tinted(
        item,
        QColor(255, 255, 255, 46),
        QColor(0, 0, 0, 44),
        QPainter.CompositionMode.CompositionMode_SourceAtop,
    )
    canvas = QImage(SIDE, SIDE, QImage.Format.Format_RGB32)
    painter = QPainter(canvas)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    paint_ground(painter, colours["M"], product_id)
    for offset, opacity in ((5, 0.10), (10, 0.07), (16, 0.04)):
        painter.setOpacity(opacity)
        painter.drawImage(QPointF(offset * 0.6, offset), shadow)
    painter.setOpacity(1)
    painter.drawImage(0, 0, lit)
    painter.end()
    return canvas


def sheet(pictures: list[QImage], path: Path, cell: int = 120, columns: int = 16) -> None:
    """All pictures side by side in one PNG."""
    rows = math.ceil(len(pictures) / columns)
    canvas = QImage(columns * cell, rows * cell, QImage.Format.Format_RGB32)
    painter = QPainter(canvas)
    for index, image in enumerate(pictures):
        small = image.scaled(cell, cell, mode=Qt.TransformationMode.SmoothTransformation)
        painter.drawImage(index % columns * cell, index // columns * cell, small)
    painter.end()
    canvas.save(str(path))


def main() -> int:
    """Writes every picture, removes pictures of products that are gone."""
    app = QGuiApplication.instance() or QGuiApplication([])
    looks = {name: look for table in LOOKS for name, look in tables.load(table).items()}
    words = tables.Words()
    rows = [
        row
        for rules in tables.CATEGORIES.values()
        for name in rules["tables"]
        for row in tables.load(name)["product"]
    ]
    FOLDER.mkdir(parents=True, exist_ok=True)
    pictures: list[QImage] = []
    wanted: set[str] = set()
    for row in rows:
        product_id = row.get("slug") or tables.slugify(row["en"][0])
        image = picture(row, product_id, looks[row["look"]], words)
        image.save(str(FOLDER / f"{product_id}.webp"), quality=82)
        wanted.add(f"{product_id}.webp")
        pictures.append(image)
    for path in FOLDER.iterdir():
        if path.name not in wanted:
            path.unlink()
    sizes = [path.stat().st_size for path in FOLDER.iterdir()]
    print(f"{len(sizes)} pictures, {sum(sizes) / 1e6:.2f} MB, largest {max(sizes) / 1e3:.1f} kB")
    if "--sheet" in sys.argv:
        sheet(pictures, Path(sys.argv[sys.argv.index("--sheet") + 1]))
    app.quit()
    return 0


if __name__ == "__main__":
    sys.exit(main())
