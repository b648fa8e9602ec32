"""Pictures and icons: each is there, can be read, and none is stray."""

import json
import re
from pathlib import Path

import pytest
from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtSvg import QSvgRenderer

RESOURCES = Path(__file__).resolve().parents[3] / "resources"
PICTURES = RESOURCES / "catalogue" / "images"
ICONS = sorted((RESOURCES / "icons").glob("*.svg"))
NEEDED = {
    "pin", "unpin", "promo", "question", "chat", "viewers", "stock", "clock", "undo", "search", "settings", "warning",
    "check", "play", "stop", "prompter", "moon", "sun", "close", "next", "hide", "reply", "answered", "up", "down", "host-studio",
}  # fmt: skip


def _products() -> list[dict[str, str]]:
    return json.loads((RESOURCES / "catalogue" / "catalogue.json").read_text(encoding="utf-8"))["products"]


def test_every_product_has_a_picture_and_no_picture_is_left_over() -> None:
    named = {product["image"] for product in _products()}
    assert {f"images/{path.name}" for path in PICTURES.iterdir()} == named


def test_pictures_are_small_squares_that_qt_reads(qapp: object) -> None:
    total = 0
    for path in PICTURES.iterdir():
        size = path.stat().st_size
        assert size < 12_000, path.name
        total += size
        image = QImage(str(path))
        assert (image.width(), image.height()) == (480, 480), path.name
    assert total < 4_000_000


def test_no_two_products_of_one_type_look_alike(qapp: object) -> None:
    seen: dict[tuple[str, bytes], str] = {}
    for product in _products():
        image = QImage(str(RESOURCES / "catalogue" / product["image"]))
        small = image.scaled(24, 24, mode=Qt.TransformationMode.SmoothTransformation)
        small = small.convertToFormat(QImage.Format.Format_RGB888)
        # 5 bits a channel: what an eye tells apart in a thumbnail, not noise of the encoder.
        key = (product["type"], bytes(value >> 3 for value in bytes(small.constBits())))
        assert key not in seen, f"{product['id']} looks like {seen.get(key)}"
        seen[key] = product["id"]


def test_the_icons_the_windows_need_are_there() -> None:
    assert {path.stem for path in ICONS} >= NEEDED


@pytest.mark.parametrize("path", ICONS, ids=lambda path: path.stem)
def test_an_icon_draws_within_its_grid_in_the_colour_asked_for(path: Path, qapp: object) -> None:
    text = path.read_text(encoding="utf-8")
    colour = QColor("#2fbf71")
    renderer = QSvgRenderer(QByteArray(text.replace("currentColor", colour.name()).encode()))
    assert renderer.isValid()
    if path.stem != "host-studio":
        assert 'viewBox="0 0 20 20"' in text
        assert 'stroke-width="1.6"' in text
        assert not re.search(r"#[0-9a-fA-F]{3}", text), "a colour of its own would not follow the theme"
    side = 80
    image = QImage(side, side, QImage.Format.Format_ARGB32)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    renderer.render(painter, QRectF(0, 0, side, side))
    painter.end()
    inked = [(x, y) for x in range(side) for y in range(side) if image.pixelColor(x, y).alpha() > 128]
    assert len(inked) > side * side // 100
    edge = [point for point in inked if {0, side - 1} & set(point)]
    assert not edge, "the stroke is cut off at the edge"
    if path.stem != "host-studio":
        assert {
            image.pixelColor(*point).name() for point in inked if image.pixelColor(*point).alpha() == 255
        } == {colour.name()}


def test_the_application_icon_comes_in_every_size_windows_asks_for(qapp: object) -> None:
    data = (RESOURCES / "icons" / "host-studio.ico").read_bytes()
    assert data[:4] == b"\x00\x00\x01\x00"
    count = int.from_bytes(data[4:6], "little")
    sizes: list[int] = []
    for index in range(count):
        entry = data[6 + 16 * index : 22 + 16 * index]
        length, offset = int.from_bytes(entry[8:12], "little"), int.from_bytes(entry[12:16], "little")
        picture = QImage.fromData(data[offset : offset + length])
        assert picture.width() == picture.height() == (entry[0] or 256)
        sizes.append(picture.width())
    assert sizes == [16, 24, 32, 48, 64, 128, 256]
    assert QImage(str(RESOURCES / "icons" / "host-studio.png")).width() == 256
