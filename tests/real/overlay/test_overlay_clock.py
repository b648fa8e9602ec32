"""The overlay page's clock, to the millisecond: the browser's time stands still until the test moves it."""

from collections.abc import Awaitable, Callable

import msgspec
import pytest
import pytest_asyncio
from playwright.async_api import Page, WebSocketRoute

from studio.domain.stage import StageView
from studio.stage.overlay import OverlayStage
from studio.stage.overlay_view import GRACE_MS, PageMessage, page_view
from tests.unit.stage.overlay_rig import END, FULL, NOW, QUESTION

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="module")]

OUT_MS = 180
"""So long a part takes to leave, as in overlay.css."""
UNSURE_MS = 5_000
Tell = Callable[..., Awaitable[None]]


@pytest_asyncio.fixture(loop_scope="module")
async def tell(page: Page, stage: OverlayStage) -> Tell:
    """Tells the page what the studio would: `tell(view, shop_ms, rate)`. Nothing else tells it anything."""
    sockets: list[WebSocketRoute] = []

    def opened(socket: WebSocketRoute) -> None:
        sockets.append(socket)

    await page.route_web_socket("**/live", opened)
    await page.clock.install(time=0)
    await page.clock.pause_at(60_000)
    await page.goto(stage.address)
    while not sockets:
        await page.clock.run_for(20)
    told = 0

    async def tell(view: StageView, now_ms: int | None, rate: float = 1.0) -> None:
        nonlocal told
        told += 1
        clock = None if now_ms is None else (now_ms, rate)
        shown = msgspec.structs.replace(page_view(view, clock), lang=f"en-x-{told}")
        message = PageMessage("page", "dress", UNSURE_MS, now_ms, rate, shown)
        sockets[-1].send(msgspec.json.encode(message).decode())
        while await page.evaluate("document.documentElement.lang") != f"en-x-{told}":
            pass

    return tell


async def on(page: Page, name: str) -> bool:
    """Whether it stays; False from the moment it begins to leave."""
    return await page.get_attribute(f"#{name}", "data-on") == "yes"


async def countdown(page: Page) -> str:
    """What the countdown says."""
    return await page.evaluate("document.getElementById('countdown').textContent")


async def test_each_second_is_counted_when_it_is_over(page: Page, tell: Tell) -> None:
    await tell(FULL, END - 3_500)
    assert await countdown(page) == "0:04"
    await page.clock.run_for(498)
    assert await countdown(page) == "0:04"
    await page.clock.run_for(20)
    assert await countdown(page) == "0:03"
    await page.clock.run_for(1_000)
    assert await countdown(page) == "0:02"


async def test_the_code_is_gone_at_its_end_to_the_moment_and_not_sooner_than_it_takes_to_leave(
    page: Page, tell: Tell
) -> None:
    await tell(FULL, END - 2_000)
    await page.clock.run_for(2_000 - OUT_MS - 2)
    assert await on(page, "code")
    await page.clock.run_for(5)
    assert not await on(page, "code")
    assert await on(page, "price")
    await page.clock.run_for(OUT_MS)
    assert await page.get_attribute("#code", "hidden") is not None
    assert await page.evaluate("document.getElementById('code-text').textContent") == ""


async def test_a_price_that_held_with_the_code_does_not_stay_behind_it(page: Page, tell: Tell) -> None:
    await tell(FULL, END - 1_000)
    await page.clock.run_for(1_000 + GRACE_MS - 50)
    assert await on(page, "price")
    await page.clock.run_for(100)
    assert not await on(page, "price")
    assert not await on(page, "struck")
    assert await on(page, "card")


async def test_a_new_price_at_the_codes_end_stays(page: Page, tell: Tell) -> None:
    await tell(FULL, END - 1_000)
    await page.clock.run_for(1_050)
    assert FULL.card is not None
    await tell(StageView("en", 8, msgspec.structs.replace(FULL.card, struck=None)), END + 50)
    await page.clock.run_for(3_000)
    assert await on(page, "price")
    assert not await on(page, "struck")


async def test_at_ten_times_the_speed_the_end_is_ten_times_as_near(page: Page, tell: Tell) -> None:
    await tell(FULL, END - 20_000, 10.0)
    assert await countdown(page) == "0:20"
    await page.clock.run_for(1_010)
    assert await countdown(page) == "0:10"
    await page.clock.run_for(990 - OUT_MS + 5)
    assert not await on(page, "code")


async def test_a_message_that_was_late_does_not_count_a_second_twice(page: Page, tell: Tell) -> None:
    await tell(FULL, END - 60_000)
    await page.clock.run_for(10_010)
    assert await countdown(page) == "0:50"
    await tell(FULL, END - 60_000 + 10_010 - 200)
    assert await countdown(page) == "0:50"


@pytest.mark.parametrize("jump", [-30_000, 30_000])
async def test_a_shop_whose_clock_was_set_is_followed(jump: int, page: Page, tell: Tell) -> None:
    await tell(FULL, END - 60_000)
    await page.clock.run_for(1_000)
    await tell(FULL, END - 59_000 + jump)
    assert await countdown(page) == ("1:29" if jump < 0 else "0:29")


async def test_a_code_that_was_lengthened_stays(page: Page, tell: Tell) -> None:
    await tell(FULL, END - 1_000)
    await page.clock.run_for(500)
    assert FULL.code is not None
    longer = msgspec.structs.replace(FULL, code=msgspec.structs.replace(FULL.code, ends_at_ms=END + 60_000))
    await tell(longer, END - 500)
    await page.clock.run_for(2_000)
    assert await on(page, "code")
    assert await on(page, "price")


async def test_without_a_heartbeat_all_is_gone_when_it_was_agreed(page: Page, tell: Tell) -> None:
    await tell(FULL, NOW)
    await page.clock.run_for(UNSURE_MS - OUT_MS - 10)
    assert await on(page, "stage")
    await page.clock.run_for(20)
    assert not await on(page, "stage")
    await tell(FULL, NOW + UNSURE_MS)
    assert await on(page, "stage")


async def test_heartbeats_keep_it_on(page: Page, tell: Tell) -> None:
    for beat in range(12):
        await tell(StageView("en", 1, FULL.card, None, QUESTION), NOW + beat * 1_000)
        await page.clock.run_for(1_000)
        assert await on(page, "stage")
    await page.clock.run_for(UNSURE_MS)
    assert not await on(page, "stage")
