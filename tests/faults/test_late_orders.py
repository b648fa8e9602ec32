"""Orders and returns that come when the show is over, in the real window over a real shop's feed."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import msgspec
from PySide6.QtWidgets import QApplication

from studio.domain.commands import EndShow
from studio.ui.review.workspace import ReviewWorkspace
from tests.fakes.bad_shop import BadShop, money, now_ms
from tests.faults.test_bad_input_shop import an_order
from tests.faults.windows import PATIENCE_S, stage


async def loaded(review: ReviewWorkspace, holds: Callable[[], bool]) -> None:
    """Wait until what the review shows holds."""
    shown = asyncio.Event()
    review.loaded.connect(lambda _: shown.set())
    async with asyncio.timeout(PATIENCE_S):
        while not holds():
            await shown.wait()
            shown.clear()


async def test_the_open_review_takes_up_late_orders_and_returns_by_itself(
    qtbot, qapp: QApplication, tmp_path: Path
) -> None:
    with BadShop() as shop:
        async with stage(qapp, tmp_path, shop) as window:
            await window.open()
            await window.until(lambda: len(window.live.products) == 3, "products")
            await window.do(EndShow())
            await window.until(lambda: window.state.ended_at_ms is not None, "the end")
            review = window.desktop.review
            assert review is not None
            window.desktop.show_review()

            def net() -> int:
                return -1 if review.review is None else review.review.figures.own.net.amount_minor

            await loaded(review, lambda: net() == 0)
            late = {"link_show_id": window.show_id, "placed_at_ms": now_ms() + 1_000}
            shop.change("order", an_order(1, **late), entity_id="o1")
            await loaded(review, lambda: net() == 4_900)
            assert review.review is not None
            assert review.review.figures.replay is not None
            assert review.review.figures.replay.orders == 1
            returned = an_order(1, **late, revision=2, status="partly_returned", refunded=money(900))
            shop.change("order", returned, entity_id="o1", revision=2)
            await loaded(review, lambda: net() == 4_000)


async def test_the_review_of_a_past_show_takes_up_late_orders_while_the_next_one_is_open(
    qtbot, qapp: QApplication, tmp_path: Path
) -> None:
    with BadShop() as shop:
        async with stage(qapp, tmp_path, shop) as window:
            await window.open()
            await window.until(lambda: len(window.live.products) == 3, "products")
            await window.do(EndShow())
            await window.until(lambda: window.state.ended_at_ms is not None, "the end")
            past = window.show_id
            await window.open(start=False)
            assert window.show_id != past
            review = window.desktop.review
            assert review is not None
            window.desktop.window.show_workspace("review")
            review.start_loading(past)

            def net() -> int:
                found = review.review
                return -1 if found is None or found.state.id != past else found.figures.own.net.amount_minor

            await loaded(review, lambda: net() == 0)
            late = {"link_show_id": past, "placed_at_ms": now_ms() + 1_000}
            shop.change("order", an_order(1, **late), entity_id="o1")
            await loaded(review, lambda: net() == 4_900)
            returned = an_order(1, **late, revision=2, status="partly_returned", refunded=money(900))
            shop.change("order", returned, entity_id="o1", revision=2)
            await loaded(review, lambda: net() == 4_000)


async def test_for_how_long_orders_count_is_changed_in_the_settings_at_once(
    qtbot, qapp: QApplication, tmp_path: Path
) -> None:
    with BadShop() as shop:
        async with stage(qapp, tmp_path, shop) as window:
            await window.open()
            await window.until(lambda: len(window.live.products) == 3, "products")
            await window.do(EndShow())
            await window.until(lambda: window.state.ended_at_ms is not None, "the end")
            review, ended = window.desktop.review, window.state.ended_at_ms
            assert review is not None
            assert ended is not None
            window.desktop.show_review()
            two_hours_on = ended + 2 * 3_600_000
            late = an_order(1, link_show_id=window.show_id, placed_at_ms=two_hours_on)
            shop.change("order", late, entity_id="o1")

            def orders() -> int:
                return -1 if review.review is None else review.review.figures.own.orders

            await loaded(review, lambda: orders() == 1)
            assert window.live.sales.orders == 1
            for hours, counted in ((1, 0), (3, 1)):
                settings = window.desktop.settings
                promos = msgspec.structs.replace(settings.promos, replay_hours=hours)
                window.desktop.save_settings(msgspec.structs.replace(settings, promos=promos))
                assert window.live.sales.orders == counted
                await loaded(review, lambda counted=counted: orders() == counted)
