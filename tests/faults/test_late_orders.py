"""Orders and returns that come when the show is over, in the real window over a real shop's feed."""

import asyncio
from collections.abc import Callable
from pathlib import Path

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
