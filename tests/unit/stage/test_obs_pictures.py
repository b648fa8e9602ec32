"""OBS gets the product's picture and the QR code as files, as soon as they are there, and only pictures."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from studio.stage.obs_parts import Part
from studio.stage.obs_pictures import ObsPictures, qr_png
from studio.stage.overlay_pictures import raster_type
from studio.stage.words import StageTexts

PNG = b"\x89PNG\r\n\x1a\n" + b"a picture"
URL = "https://shop.example/blanket.png"
LINK = "https://shop.example/go/lnk-1042"


class Shop:
    """Pictures by address; those of `late` come when they are let go."""

    def __init__(self) -> None:
        self.pictures: dict[str, bytes] = {URL: PNG}
        self.asked: list[str] = []

    async def fetch(self, url: str) -> bytes | None:
        self.asked.append(url)
        return self.pictures.get(url)


@asynccontextmanager
async def kept(folder: Path, shop: Shop) -> AsyncIterator[tuple[ObsPictures, asyncio.Event]]:
    pictures, changed = ObsPictures(folder, shop.fetch), asyncio.Event()
    task = asyncio.create_task(pictures.run(changed.set))
    yield pictures, changed
    task.cancel()
    await asyncio.wait([task])


async def all_of(
    pictures: ObsPictures, changed: asyncio.Event, texts: StageTexts, count: int
) -> dict[Part, str]:
    while len(found := dict(pictures.files(texts))) < count:
        async with asyncio.timeout(10):
            await changed.wait()
        changed.clear()
    return found


async def test_the_picture_and_the_code_of_the_link_become_files(tmp_path: Path):
    texts = StageTexts(title="Blanket", image_url=URL, link=LINK)
    async with kept(tmp_path / "pictures", Shop()) as (pictures, changed):
        assert pictures.files(texts) == {}, "nobody waits for them"
        found = await all_of(pictures, changed, texts, 2)
    assert Path(found[Part.PICTURE]).read_bytes() == PNG
    assert Path(found[Part.PICTURE]).suffix == ".png"
    assert Path(found[Part.QR]).read_bytes() == qr_png(LINK)
    assert raster_type(qr_png(LINK)) == "image/png"


async def test_what_is_no_picture_is_never_written(tmp_path: Path):
    shop = Shop()
    shop.pictures[URL] = b"<svg onload=alert(1)>"
    texts = StageTexts(title="Blanket", image_url=URL, link=LINK)
    async with kept(tmp_path / "pictures", shop) as (pictures, changed):
        found = await all_of(pictures, changed, texts, 1)
        assert list(found) == [Part.QR]
        assert shop.asked == [URL]
    assert [path.suffix for path in (tmp_path / "pictures").iterdir()] == [".png"]


async def test_a_second_showing_asks_nobody_again(tmp_path: Path):
    shop = Shop()
    texts = StageTexts(title="Blanket", image_url=URL)
    async with kept(tmp_path / "pictures", shop) as (pictures, changed):
        first = await all_of(pictures, changed, texts, 1)
        assert pictures.files(StageTexts(question="Is it warm?")) == {}
        assert pictures.files(texts) == first
    assert shop.asked == [URL]


async def test_pictures_of_an_earlier_show_go_and_other_files_stay(tmp_path: Path):
    old, other = tmp_path / f"{'a' * 32}.png", tmp_path / "holiday.png"
    for path in (old, other):
        path.write_bytes(PNG)
    async with kept(tmp_path, Shop()) as (pictures, changed):
        await all_of(pictures, changed, StageTexts(link=LINK), 1)
    assert (old.exists(), other.exists()) == (False, True)


async def test_a_folder_that_cannot_be_written_costs_the_picture_and_nothing_else(tmp_path: Path):
    in_the_way = tmp_path / "pictures"
    in_the_way.write_text("a file")
    shop = Shop()
    async with kept(in_the_way, shop) as (pictures, _):
        pictures.files(StageTexts(image_url=URL))
        while not shop.asked:  # noqa: ASYNC110 - there is nothing that tells
            await asyncio.sleep(0)
        assert pictures.files(StageTexts(image_url=URL)) == {}
