"""The overlay page in a real Chromium: what viewers see."""

import asyncio
import time
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
import segno
from playwright.async_api import Browser, BrowserContext, Page
from PySide6.QtGui import QColor, QImage

from studio.domain.money import Money
from studio.domain.stage import StageView
from studio.stage.overlay import OverlayStage
from studio.stage.overlay_dress import OverlayDress
from tests.real.overlay.conftest import SIZES, Served
from tests.real.overlay.looks import alpha, gone, opened, seen, shown, text, until
from tests.unit.stage.overlay_rig import CARD, END, FULL, NOW, QUESTION, Clock, code, overlay, png, running

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="module")]

EMPTY = StageView("en", 8)
HOSTILE = [
    '<img src=x onerror="document.title=1">',
    "<script>document.title=1</script>",
    "مرحبا بالعالم — شال من الصوف 100%",
    "Wollschurwolldeckenüberwurfbezugsstoffmusterkatalog" * 6,
    "🧶👩‍👩‍👧‍👦" * 40,
    "a\u202eb\u0000c\n\nd</h1><h1>",
    "${alert(1)} {{7*7}} %s &lt;b&gt; \\u003cb",
]


async def picture(url: str) -> bytes | None:
    return png(64, 64, (200, 60, 90))


# --- parts come and go ------------------------------------------------------------------------------------------


async def test_everything_that_is_on_is_seen_and_leaves_again(page: Page, stage: OverlayStage) -> None:
    await opened(page, stage)
    stage.show(FULL)
    await shown(page, "card", "title", "price", "struck", "left", "qr", "code", "countdown", "question")
    words = {
        name: await text(page, name) for name in ("title", "price", "struck", "left", "code-text", "off")
    }
    assert words == {
        "title": CARD.title, "price": "€71.20", "struck": "€89.00", "left": "only 4 left", "code-text": "NORD20",
        "off": "20 % off",
    }  # fmt: skip
    assert (await text(page, "countdown"), await text(page, "question-text")) == ("5:00", QUESTION)
    stage.show(EMPTY)
    await gone(page, "card", "code", "question")
    assert (await page.inner_text("body")).strip() == ""
    assert await text(page, "price") + await text(page, "code-text") + await text(page, "question-text") == ""


@pytest.mark.parametrize(
    ("view", "left", "stays"),
    [
        (msgspec.structs.replace(FULL, card=None), ["card"], ["code", "question"]),
        (msgspec.structs.replace(FULL, code=None), ["code"], ["card", "price", "question"]),
        (msgspec.structs.replace(FULL, question=""), ["question"], ["card", "code"]),
        (
            msgspec.structs.replace(
                FULL, code=None, card=msgspec.structs.replace(CARD, price=None, struck=None, left=None)
            ),
            ["price", "struck", "left", "code"],
            ["card", "title", "qr"],
        ),
        (msgspec.structs.replace(FULL, card=msgspec.structs.replace(CARD, link="")), ["qr"], ["price"]),
    ],
    ids=["card", "code", "question", "shop unsure", "link"],
)
async def test_a_part_leaves_alone(
    view: StageView, left: list[str], stays: list[str], page: Page, stage: OverlayStage
) -> None:
    await opened(page, stage)
    stage.show(FULL)
    await shown(page, *left, *stays)
    stage.show(view)
    await gone(page, *left)
    await shown(page, *stays)
    stage.show(FULL)
    await shown(page, *left, *stays)


async def test_the_next_product_takes_the_cards_place(page: Page, stage: OverlayStage) -> None:
    await opened(page, stage)
    stage.show(FULL)
    await shown(page, "card")
    stage.show(StageView("de", 9, msgspec.structs.replace(CARD, title="Vase", left=0, struck=None)))
    await until(page, "document.getElementById('title').textContent === 'Vase'")
    await gone(page, "struck", "code")
    assert await page.evaluate("document.documentElement.lang") == "de"
    assert (await text(page, "price")).replace("\xa0", " ") == "71,20 €"
    assert await text(page, "left") == "ausverkauft"


async def test_a_part_that_comes_back_while_it_leaves_is_whole(page: Page, stage: OverlayStage) -> None:
    await opened(page, stage)
    stage.show(FULL)
    await shown(page, "code")
    for _ in range(5):
        stage.show(EMPTY)
        await until(page, "document.getElementById('card').dataset.on === 'no'")
        stage.show(FULL)
        await until(page, "document.getElementById('card').dataset.on === 'yes'")
    await shown(page, "card", "price", "code", "question", "countdown")
    assert await text(page, "code-text") == "NORD20"


async def test_the_products_picture_is_shown_and_the_next_one_after_it(page: Page, tmp_path: Path) -> None:
    async with running(overlay(tmp_path / "keep.json", picture=picture)) as stage:
        await opened(page, stage)
        stage.show(FULL)
        await shown(page, "picture-image")
        assert await page.evaluate("document.getElementById('picture-image').naturalWidth") == 64
        box = await page.locator("#picture-image").bounding_box()
        assert box is not None
        middle = (await seen(page)).pixelColor(round(box["x"] + 125), round(box["y"] + 80))
        assert (middle.red(), middle.green(), middle.blue()) == (200, 60, 90)
        stage.show(msgspec.structs.replace(FULL, card=msgspec.structs.replace(CARD, image_url="")))
        await gone(page, "picture")


# --- what lies over the camera ----------------------------------------------------------------------------------


@pytest.mark.parametrize("size", SIZES)
async def test_only_the_parts_cover_the_camera(size: str, browser: Browser, stage: OverlayStage) -> None:
    width, height = SIZES[size]
    page = await browser.new_page(viewport={"width": width, "height": height})
    await opened(page, stage)
    nothing = await seen(page)
    assert (nothing.width(), nothing.height()) == (width, height)
    assert _covered(nothing) == 0
    stage.show(FULL)
    await shown(page, "card", "price", "code", "question")
    image = await seen(page)
    for x, y in ((1, 1), (width - 2, 1), (1, height - 2), (width - 2, height - 2), (width / 2, height / 4)):
        assert alpha(image, x, y) == 0
    for name in ("card", "code", "question"):
        box = await page.locator(f"#{name}").bounding_box()
        assert box is not None
        assert box["x"] > 0
        assert box["y"] > 0
        assert box["x"] + box["width"] < width
        assert box["y"] + box["height"] < height
        assert alpha(image, box["x"] + box["width"] / 2, box["y"] + box["height"] - 14) > 200
    assert 0.05 < _covered(image) < 0.45
    stage.show(EMPTY)
    await gone(page, "card", "code", "question")
    assert _covered(await seen(page)) == 0
    await page.close()


def _covered(image: QImage) -> float:
    """The share of the picture that is covered, looked at each 8 px."""
    points = [(x, y) for x in range(0, image.width(), 8) for y in range(0, image.height(), 8)]
    return sum(alpha(image, x, y) > 127 for x, y in points) / len(points)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(
    "words", HOSTILE, ids=["img", "script", "rtl", "300", "emoji", "controls", "templates"]
)
async def test_what_others_wrote_is_text_and_keeps_its_place(
    words: str, size: str, browser: Browser, stage: OverlayStage
) -> None:
    width, height = SIZES[size]
    page = await browser.new_page(viewport={"width": width, "height": height})
    errors: list[str] = []
    page.on("dialog", lambda dialog: errors.append(dialog.message))
    await opened(page, stage)
    stage.show(msgspec.structs.replace(FULL, card=msgspec.structs.replace(CARD, title=words), question=words))
    await shown(page, "card", "question", "price", "qr")
    assert errors == []
    assert await page.title() == "Host Studio overlay"
    assert await page.evaluate("document.querySelectorAll('#title *, #question-text *').length") == 0
    kept = "".join((await text(page, "title")).rstrip("…").split())
    assert kept
    assert "".join(words.replace("\u202e", "").replace("\0", "").split()).startswith(kept)
    assert await _out_of_place(page) == []
    if words == HOSTILE[2]:
        assert await page.evaluate("getComputedStyle(document.getElementById('title')).direction") == "rtl"
    await page.close()


@pytest.mark.parametrize("size", SIZES)
async def test_the_largest_amounts_and_the_longest_code_keep_their_place(
    size: str, browser: Browser, tmp_path: Path
) -> None:
    width, height = SIZES[size]
    page = await browser.new_page(viewport={"width": width, "height": height})
    card = msgspec.structs.replace(
        CARD, price=Money(123_456_789_01, "NOK"), struck=Money(223_456_789_01, "NOK"), left=0
    )
    async with running(overlay(tmp_path / "keep.json", picture=picture)) as stage:
        await opened(page, stage)
        stage.show(StageView("de", 7, card, code("WWWWWWWWWWWWWWWWWWWWWWWW", NOW + 90_000_000), QUESTION))
        await shown(page, "card", "picture-image", "price", "struck", "left", "code", "question")
        assert await _out_of_place(page) == []
    await page.close()


@pytest.mark.parametrize("size", SIZES)
async def test_an_amount_that_has_no_room_is_written_smaller_and_large_again_when_it_has(
    size: str, browser: Browser, tmp_path: Path
) -> None:
    width, height = SIZES[size]
    page = await browser.new_page(viewport={"width": width, "height": height})
    letters = "parseFloat(getComputedStyle(document.getElementById('price')).fontSize)"
    rem = "parseFloat(getComputedStyle(document.documentElement).fontSize)"
    async with running(overlay(tmp_path / "keep.json", picture=picture)) as stage:
        await opened(page, stage)
        for digits in range(1, 13):
            amount = Money(int("8" * digits), "NOK")
            card = msgspec.structs.replace(CARD, price=amount, struck=amount.times(2), left=0)
            stage.show(StageView("de", digits, card))
            await until(
                page, f"document.getElementById('price').textContent.replace(/[^8]/g, '').length === {digits}"
            )
            await shown(page, "card", "picture-image", "price", "struck", "left")
            assert await _out_of_place(page) == [], amount
        stage.show(StageView("de", 20, CARD))
        await until(page, f"{letters} >= .53 * {rem}")
        await page.set_viewport_size({"width": width // 2, "height": height // 2})
        assert await _out_of_place(page) == []
    await page.close()


async def _out_of_place(page: Page) -> list[str]:
    """What stands over the edge of its part or of the picture, or over another text, once everything has come to rest."""
    return await page.evaluate(
        """async () => {
          const ends = (moving) => moving.effect.getComputedTiming().endTime < Infinity;
          await Promise.allSettled(document.getAnimations().filter(ends).map((moving) => moving.finished));
          const boxes = {};
          const found = [];
          for (const id of ["title", "price", "struck", "left", "qr-image", "question-text", "code-text", "off", "until"]) {
            const element = document.getElementById(id);
            const box = element.getBoundingClientRect();
            const around = element.closest(".part").getBoundingClientRect();
            if (!box.width) continue;
            if (box.left < around.left || box.right > around.right || box.top < around.top || box.bottom > around.bottom)
              found.push(`${id} is over its part's edge`);
            if (around.left < 0 || around.right > innerWidth || around.top < 0 || around.bottom > innerHeight)
              found.push(`${id} is out of the picture`);
            for (const other in boxes) {
              const there = boxes[other];
              if (box.left < there.right - 1 && there.left < box.right - 1 && box.top < there.bottom - 1 && there.top < box.bottom - 1)
                found.push(`${id} is over ${other}`);
            }
            boxes[id] = box;
          }
          return found;
        }"""
    )


async def test_the_qr_code_is_dot_for_dot_the_products_link(browser: Browser, stage: OverlayStage) -> None:
    page = await browser.new_page(viewport={"width": 1920, "height": 1080}, device_scale_factor=3)
    await opened(page, stage)
    stage.show(FULL)
    await shown(page, "qr")
    await until(page, "document.getElementById('qr-image').naturalWidth > 0")
    box = await page.locator("#qr-image").bounding_box()
    assert box is not None
    image = await seen(page, "device")
    wanted = [list(row) for row in segno.make(CARD.link, error="m", micro=False).matrix_iter(border=4)]
    dot = box["width"] / len(wanted)

    def dark(row: int, column: int) -> bool:
        x, y = box["x"] + (column + 0.5) * dot, box["y"] + (row + 0.5) * dot
        return image.pixelColor(round(x * 3), round(y * 3)).lightness() < 128

    found = [[dark(row, column) for column in range(len(wanted))] for row in range(len(wanted))]
    edges = {0, len(wanted) - 1}  # of the quiet zone, whose corners are rounded off
    wrong = [
        (row, column)
        for row, line in enumerate(wanted)
        for column, value in enumerate(line)
        if bool(value) != found[row][column] and row not in edges and column not in edges
    ]
    assert wrong == []
    await page.close()


# --- the shop's clock -------------------------------------------------------------------------------------------


async def test_the_countdown_is_the_shops_and_the_code_is_gone_at_its_end(
    page: Page, stage: OverlayStage, clock: Clock
) -> None:
    """The shop's time is a year off this computer's, and stands until the test says otherwise."""
    await opened(page, stage)
    for left, words in (
        (3_600_000, "1:00:00"),
        (61_000, "1:01"),
        (60_000, "1:00"),
        (59_001, "1:00"),
        (1, "0:01"),
    ):
        clock.now = (END - left, 0.0)
        stage.show(FULL)
        await until(page, f"document.getElementById('countdown').textContent === {words!r}")
        await shown(page, "code", "price")
    assert await page.get_attribute("#code", "data-last") == "yes"
    clock.now = (END, 0.0)
    stage.show(FULL)
    await gone(page, "code")


async def test_a_clock_at_sixty_times_the_speed_counts_so_fast(page: Page, tmp_path: Path) -> None:
    began = time.monotonic()

    def fast() -> tuple[int, float]:
        return round(END - 240_000 + (time.monotonic() - began) * 60_000), 60.0

    async with running(overlay(tmp_path / "keep.json", fast)) as stage:
        await opened(page, stage)
        stage.show(FULL)
        await shown(page, "code")
        await page.evaluate(
            "window.read = []; new MutationObserver(() => read.push(document.getElementById('countdown').textContent))"
            ".observe(document.getElementById('countdown'), {childList: true, characterData: true, subtree: true})"
        )
        await gone(page, "code")
        left = [_seconds(words) for words in await page.evaluate("read") if words]
    assert fast()[0] >= END - 60 * 250
    assert left == sorted(left, reverse=True)
    assert len(left) > 3


def _seconds(words: str) -> int:
    minutes, seconds = words.split(":")
    return int(minutes) * 60 + int(seconds)


async def test_without_the_shops_time_price_and_code_leave(
    page: Page, stage: OverlayStage, clock: Clock
) -> None:
    await opened(page, stage)
    stage.show(FULL)
    await shown(page, "code", "price")
    clock.now = None
    await gone(page, "code", "price", "struck")
    await shown(page, "card", "question")
    clock.now = (NOW, 0.0)
    await shown(page, "code", "price", "struck")


# --- dressed ----------------------------------------------------------------------------------------------------


async def test_a_brands_colour_font_and_logo_dress_the_page_while_it_is_open(
    page: Page, tmp_path: Path
) -> None:
    dresses = [OverlayDress()]
    async with running(overlay(tmp_path / "keep.json", dress=lambda: dresses[-1], unsure_ms=1_000)) as stage:
        await opened(page, stage)
        stage.show(FULL)
        await shown(page, "code")
        assert await _style(page, "code", "backgroundColor") == "rgb(192, 132, 252)"
        dresses.append(OverlayDress("#0a5c3e", "Liberation Serif", png(300, 80, (250, 250, 250))))
        await until(
            page, "getComputedStyle(document.getElementById('code')).backgroundColor === 'rgb(10, 92, 62)'"
        )
        assert await _style(page, "code", "color") == "rgb(255, 255, 255)"
        assert '"Liberation Serif"' in await _style(page, "title", "fontFamily")
        assert (await page.locator("#logo").bounding_box() or {"height": 0})["height"] == 40
        logo = await page.locator("#logo").bounding_box()
        assert logo is not None
        assert (await seen(page)).pixelColor(round(logo["x"] + 40), round(logo["y"] + 20)) == QColor(
            250, 250, 250
        )


async def test_the_custom_css_of_a_browser_source_takes_effect(page: Page, stage: OverlayStage) -> None:
    """OBS adds it as a style element when the page has loaded, which the page's policy alone would not let pass."""
    await opened(page, stage)
    stage.show(FULL)
    await shown(page, "code")
    await page.evaluate(
        """() => {
          const obsCSS = document.createElement('style');
          obsCSS.appendChild(document.createTextNode(":root { --brand: #ff8800; --qr: none; --scale: 1.5 }"));
          document.querySelector('head').appendChild(obsCSS);
        }"""
    )
    await until(
        page, "getComputedStyle(document.getElementById('code')).backgroundColor === 'rgb(255, 136, 0)'"
    )
    await gone(page, "qr")
    assert await page.evaluate("getComputedStyle(document.documentElement).fontSize") == "150px"


async def test_who_wants_no_motion_sees_none(browser: Browser, stage: OverlayStage) -> None:
    page = await browser.new_page(viewport={"width": 1920, "height": 1080}, reduced_motion="reduce")
    await opened(page, stage)
    stage.show(FULL)
    await shown(page, "card", "code")
    assert await _style(page, "card", "transitionDuration") in ("0.001s", "0.001s, 0.001s")
    stage.show(StageView("en", 9, msgspec.structs.replace(CARD, title="Vase")))
    await until(page, "document.getElementById('title').textContent === 'Vase'")
    moving = "document.getAnimations().filter((a) => a.effect.getComputedTiming().duration > 1).length"
    assert await page.evaluate(moving) == 0
    await page.close()


async def _style(page: Page, name: str, what: str) -> str:
    return await page.evaluate(
        "([id, what]) => getComputedStyle(document.getElementById(id))[what]", [name, what]
    )


async def test_screen_readers_hear_what_comes_but_not_every_second(page: Page, stage: OverlayStage) -> None:
    await opened(page, stage)
    stage.show(FULL)
    await shown(page, "code")
    assert await page.get_attribute("#stage", "aria-live") == "polite"
    assert await page.get_attribute("#countdown", "aria-live") == "off"
    assert await page.locator("s#struck").count() == 1


# --- the page's policy ------------------------------------------------------------------------------------------


async def test_nothing_foreign_can_run_or_be_loaded(page: Page, stage: OverlayStage) -> None:
    await opened(page, stage)
    refused = await page.evaluate(
        """async () => {
          const found = [];
          addEventListener("securitypolicyviolation", (e) => found.push(e.effectiveDirective));
          const script = document.createElement("script");
          script.textContent = "document.title = 1";
          document.head.append(script);
          const image = new Image();
          image.src = "https://127.0.0.1:1/x.png";
          document.body.append(image);
          await fetch("http://localhost:1/").catch(() => 0);
          const frame = document.createElement("iframe");
          frame.src = location.href;
          document.body.append(frame);
          while (found.length < 4) await new Promise((done) => setTimeout(done, 20));
          return found.sort();
        }"""
    )
    assert refused == ["connect-src", "frame-src", "img-src", "script-src-elem"]
    assert await page.title() == "Host Studio overlay"


async def test_our_own_files_break_no_rule_of_the_page(page: Page, tmp_path: Path) -> None:
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    dress = OverlayDress("#0a5c3e", "Liberation Serif", png(30, 8, (250, 250, 250)))
    async with running(overlay(tmp_path / "keep.json", picture=picture, dress=lambda: dress)) as stage:
        await opened(page, stage)
        stage.show(FULL)
        await shown(page, "picture-image", "qr", "code")
        stage.show(EMPTY)
        await gone(page, "card")
    assert [words for words in said if "Content Security Policy" in words or "Uncaught" in words] == []


# --- it stays, and it comes back --------------------------------------------------------------------------------


async def test_a_page_that_is_loaded_again_shows_what_is_on(page: Page, stage: OverlayStage) -> None:
    await opened(page, stage)
    stage.show(FULL)
    await shown(page, "card", "code", "question")
    await page.reload()
    await shown(page, "card", "price", "code", "question")


async def test_a_dozen_scenes_show_it_at_once(context: BrowserContext, stage: OverlayStage) -> None:
    """More than the six connections that a browser keeps to one host."""
    pages = [await context.new_page() for _ in range(12)]
    await asyncio.gather(*(opened(page, stage) for page in pages))
    assert stage.pages == 12
    stage.show(FULL)
    await asyncio.gather(*(shown(page, "card", "code") for page in pages))
    late = await context.new_page()
    await opened(late, stage)
    await shown(late, "card")


async def test_when_the_studio_closes_the_page_is_empty_before_it_is_unsure(
    page: Page, tmp_path: Path
) -> None:
    async with running(overlay(tmp_path / "keep.json", unsure_ms=60_000)) as stage:
        await opened(page, stage)
        stage.show(FULL)
        await shown(page, "card", "code")
    await gone(page, "card", "code", "question")
    async with running(overlay(tmp_path / "keep.json", unsure_ms=60_000)) as stage:
        stage.show(FULL)
        await shown(page, "card", "code")


async def test_a_killed_studio_takes_the_overlay_with_it_and_brings_it_back(
    page: Page, serve: Callable[[int], Served]
) -> None:
    first = serve(1_000)
    address = await first.address()
    await page.goto(address)
    await shown(page, "card", "price", "code", "question")
    first.kill()
    await gone(page, "stage")
    assert _covered(await seen(page)) == 0
    second = serve(1_000)
    assert await second.address() == address
    await shown(page, "card", "price", "code", "question")


async def test_a_studio_that_stands_still_takes_the_overlay_with_it(
    page: Page, serve: Callable[[int], Served]
) -> None:
    served = serve(1_000)
    await page.goto(await served.address())
    await shown(page, "card", "code")
    served.freeze()
    try:
        await gone(page, "stage")
    finally:
        served.thaw()
    await shown(page, "card", "code")


async def test_a_newer_studio_brings_its_newer_page(page: Page, tmp_path: Path) -> None:
    from tests.unit.stage.overlay_rig import ASSETS, no_picture

    assets = tmp_path / "assets"
    assets.mkdir()
    for file in ASSETS.iterdir():
        (assets / file.name).write_bytes(file.read_bytes())

    def made() -> OverlayStage:
        return OverlayStage("overlay", assets, tmp_path / "keep.json", Clock(), no_picture, OverlayDress)

    async with running(made()) as stage:
        await opened(page, stage)
    html = (assets / "overlay.html").read_text("utf-8")
    (assets / "overlay.html").write_text(html.replace("<title>Host", "<title>Newer Host"), "utf-8")
    loads = asyncio.ensure_future(page.wait_for_event("load"))
    async with running(made()):
        await loads
    assert await page.title() == "Newer Host Studio overlay"
