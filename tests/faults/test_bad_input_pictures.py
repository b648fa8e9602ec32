"""Product pictures that are none: the product stands without one, the host is told once, and nothing falls over."""

import struct
import zlib
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from studio.ui.widgets.thumbnail import decode_image
from tests.fakes.bad_shop import PICTURE, BadShop, a_level, a_product
from tests.fakes.http_server import Handler, endless, hang_up, reply
from tests.faults.windows import item, lineup, stage


def png_of(width: int, height: int) -> bytes:
    """A PNG that claims to be this large."""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = [b"IHDR" + head, b"IDAT" + zlib.compress(b"\0" * 1000), b"IEND"]
    packed = (struct.pack(">I", len(c) - 4) + c + struct.pack(">I", zlib.crc32(c)) for c in chunks)
    return b"\x89PNG\r\n\x1a\n" + b"".join(packed)


def said_to_be(kind: str, body: bytes) -> Handler:
    return reply(200, body, {"content-type": kind})


PICTURES: list[Handler] = [
    reply(404, b""),
    reply(200, b"", {"content-type": "image/png"}),
    said_to_be("image/png", b"<!doctype html><html>Log in</html>"),
    said_to_be("image/svg+xml", b'<svg xmlns="http://www.w3.org/2000/svg"><image href="file:///etc/passwd"/></svg>'),
    said_to_be("image/png", b"%PDF-1.7"),
    said_to_be("image/png", b"\x89PNG\r\n\x1a\nand then nothing"),
    said_to_be("image/png", PICTURE[:40]),
    said_to_be("image/png", png_of(60_000, 60_000)),
    said_to_be("image/png", png_of(0, 10)),
    said_to_be("image/gif", b"GIF89a"),
    endless(b"\xff\xd8\xff" + b"x" * 100_000),
    hang_up(),
    reply(302, b"", {"location": "http://169.254.169.254/"}),
]  # fmt: skip


@pytest.mark.qt_log_ignore("libpng", "QImage", "propagateSizeHints")
async def test_a_picture_that_is_none_costs_only_itself(qtbot, qapp: QApplication, tmp_path: Path) -> None:
    count = len(PICTURES)
    plan = lineup(*(item(n) for n in range(1, count + 2)))
    with BadShop() as shop:
        shop.products = [a_product(n) for n in range(1, count + 2)]
        shop.products[0]["images"] = []
        shop.levels = [a_level(n) for n in range(1, count + 2)]
        for n, picture in enumerate(PICTURES, 2):
            shop.on(f"/v1/images/{n}.png", picture)
        async with stage(qapp, tmp_path, shop) as window:
            await window.open(plan)
            await window.until(lambda: len(window.live.products) == count + 1, "products")
            for n in range(2, count + 2):
                found = await window.desktop.studio.image(f"/v1/images/{n}.png")
                assert found is None or decode_image(found, 264) is None
            sentence = await window.until_said("picture", "cannot be shown")
            assert "its product stands without one" in sentence
            assert "Tell the shop's owner" in sentence
            window.desktop.window.grab()
            window.press("item.next")
            await window.until(lambda: window.state.pinned_product_id == "p1", "the pin")
            window.host.refresh()
            assert [s for s in window.said() if "went wrong" in s] == []


async def test_a_picture_at_an_address_that_the_studio_does_not_open_is_not_fetched(
    qtbot, qapp: QApplication, tmp_path: Path
) -> None:
    with BadShop() as shop, BadShop() as other:
        other.on("/x.png", said_to_be("image/png", PICTURE))
        async with stage(qapp, tmp_path, shop) as window:
            await window.open()
            for url in (f"{other.url}/x.png", "file:///etc/passwd", "javascript:alert(1)", "http://[", ""):
                assert await window.desktop.studio.image(url) is None
            assert other.requests("/x.png") == []
            assert await window.desktop.studio.image("/v1/images/1.png") == PICTURE
