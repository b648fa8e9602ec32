"""What shows came to: their figures from log and feeds, and the reports made of them. Runs on the engine's loop."""

import asyncio
from collections.abc import Callable
from concurrent.futures import Future
from typing import Protocol, TypeVar

from studio.control.ports import ShowClock, WallClock
from studio.domain.kpi import answered_messages, first_sold_out, show_figures
from studio.domain.show import ShowState, fold
from studio.review.report import render_report
from studio.store.store import Store
from studio.ui.studio import Review

T = TypeVar("T")


class Read(Protocol):
    """Asks the history in the reader's thread."""

    def __call__(self, ask: Callable[[], T]) -> Future[T]:
        """Ask, and wait for the answer elsewhere."""
        ...


class Reviews:
    """The reviews of all shows of one data folder, open or not. Every coroutine is for the engine's loop."""

    def __init__(self, stored: Store, clock: ShowClock, wall: WallClock, read: Read) -> None:
        self._stored, self._clock, self._wall, self._read = stored, clock, wall, read

    async def review(self, show_id: str) -> Review:
        """The figures of a show, from its log and its feeds."""
        feeds = self._stored.feeds
        state = fold(show_id, await self._stored.log.read(show_id))
        orders, samples = await feeds.orders(show_id), await feeds.samples(show_id)
        questions, traffic = await feeds.questions(show_id), await feeds.traffic(show_id)
        now = self._clock.best_ms()
        history, product_of, asked = await asyncio.wrap_future(self._read(lambda: self._history(state, now)))
        figures = await asyncio.to_thread(
            show_figures,
            state,
            orders,
            samples,
            questions,
            now,
            sessions=traffic.sessions if traffic else None,
            average_session_ms=traffic.average_session_ms if traffic else None,
            add_to_carts=traffic.add_to_carts if traffic else None,
            add_to_carts_by_product=dict(traffic.add_to_carts_by_product) if traffic else None,
            sold_out=first_sold_out(state, history, product_of),
            asked=asked,
        )
        return Review(state, figures, tuple(samples), tuple(orders), tuple(questions))

    def _history(
        self, state: ShowState, now_ms: int
    ) -> tuple[list[tuple[int, str, int]], dict[str, str], tuple[int, int]]:
        """Blocks; for the reader's thread."""
        start = now_ms if state.started_at_ms is None else state.started_at_ms
        end = now_ms if state.ended_at_ms is None else state.ended_at_ms
        history = self._stored.history
        return (
            history.stock_samples(state.id, state.product_ids),
            history.variants(state.id, state.product_ids),
            history.asked(state.id, start, end, answered_messages(state)),
        )

    async def report_html(self, show_id: str) -> str:
        """The report of a show, self-contained."""
        review = await self.review(show_id)
        return await asyncio.to_thread(
            render_report,
            review.state,
            review.figures,
            review.samples,
            review.orders,
            generated_ms=self._wall.now_ms(),
            language=review.state.language,
        )
