"""Products' pictures on the overlay page."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest

from studio.control.ports.errors import Unreachable
from studio.stage.overlay_pictures import KEPT_BYTES, MOST_BYTES, PictureShelf, raster_type
from tests.unit.stage.overlay_rig import PNG

A, B = "https://shop.example/a.png", "https://shop.example/b.png"


@asynccontextmanager
async def fetching(shelf: PictureShelf) -> AsyncIterator["asyncio.Queue[None]"]:
    """While it fetches; the queue tells of each change."""
    changes: asyncio.Queue[None] = asyncio.Queue()
    run = asyncio.create_task(shelf.run(lambda: changes.put_nowait(None)))
    try:
        yield changes
    finally:
        run.cancel()
        await asyncio.wait([run])
    assert run.cancelled()


def shop(**pictures: bytes | None) -> Callable[[str], Awaitable[bytes | None]]:
    async def fetch(url: str) -> bytes | None:
        return pictures[url[-5]]

    return fetch


async def test_a_picture_is_served_under_a_name_that_tells_nothing() -> None:
    shelf = PictureShelf(shop(a=PNG + b"a"))
    shelf.want(A)
    assert shelf.name(A) == ""
    async with fetching(shelf) as changes:
        await changes.get()
    name = shelf.name(A)
    assert name is not None
    assert len(name) == 32
    assert "shop" not in name
    assert shelf.body(name) == PNG + b"a"
    assert shelf.body("../a.png") is None


async def test_the_product_that_is_on_now_does_not_wait_for_the_last_ones_picture() -> None:
    asked, ended = asyncio.Event(), asyncio.Event()

    async def fetch(url: str) -> bytes | None:
        if url == B:
            return PNG
        asked.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()
        return None

    shelf = PictureShelf(fetch)
    shelf.want(A)
    async with fetching(shelf) as changes:
        await asked.wait()
        shelf.want(B)
        await changes.get()
        assert shelf.name(B)
        assert ended.is_set()


@pytest.mark.parametrize(
    "body",
    [None, b"", b"<svg onload='alert(1)'/>", b"<html><script>", b"%PDF-1.7", PNG + b"x" * MOST_BYTES],
    ids=["none", "empty", "svg", "html", "pdf", "huge"],
)
async def test_what_is_no_picture_is_not_shown(body: bytes | None) -> None:
    shelf = PictureShelf(shop(a=body))
    shelf.want(A)
    async with fetching(shelf) as changes:
        await changes.get()
    assert shelf.name(A) is None


async def test_a_picture_that_could_not_be_had_is_asked_for_again() -> None:
    answers: list[bytes | Exception] = [Unreachable("The shop does not answer."), ValueError("a bug"), PNG]

    async def fetch(url: str) -> bytes | None:
        match answers.pop(0):
            case Exception() as error:
                raise error
            case body:
                return body

    shelf = PictureShelf(fetch, again_s=0)
    shelf.want(A)
    async with fetching(shelf) as changes:
        await changes.get()
        assert shelf.name(A) is None
        await changes.get()
        assert shelf.name(A)
    assert answers == []


async def test_a_picture_seen_before_is_there_at_once() -> None:
    asked: list[str] = []

    async def fetch(url: str) -> bytes | None:
        asked.append(url)
        return PNG + url.encode()

    shelf = PictureShelf(fetch)
    async with fetching(shelf) as changes:
        for url in (A, B):
            shelf.want(url)
            await changes.get()
        shelf.want(A)
        assert shelf.name(A)
    assert asked == [A, B]


async def test_old_pictures_make_room() -> None:
    async def fetch(url: str) -> bytes | None:
        return PNG + url.encode() + bytes(MOST_BYTES - 200)

    shelf = PictureShelf(fetch)
    urls = [f"https://shop.example/{number}.png" for number in range(KEPT_BYTES // MOST_BYTES + 2)]
    names: list[str] = []
    async with fetching(shelf) as changes:
        for url in urls:
            shelf.want(url)
            await changes.get()
            names.append(shelf.name(url) or "")
    assert shelf.body(names[0]) is None
    assert shelf.body(names[-1]) is not None
    assert sum(len(shelf.body(name) or b"") for name in names) <= KEPT_BYTES


@pytest.mark.parametrize(
    ("start", "kind"),
    [
        (PNG, "image/png"),
        (b"\xff\xd8\xff\xe0", "image/jpeg"),
        (b"GIF89a", "image/gif"),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 ", "image/webp"),
        (b"\x00\x00\x00\x20ftypavif", "image/avif"),
        (b"RIFF\x00\x00\x00\x00WAVEfmt ", None),
        (b"\x00\x00\x00\x20ftypisom", None),
        (b"  <svg xmlns", None),
        (b"<?xml version", None),
    ],
)
def test_a_picture_is_known_by_its_first_bytes(start: bytes, kind: str | None) -> None:
    assert raster_type(start) == kind
