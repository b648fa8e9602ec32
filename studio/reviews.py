"""What shows came to: their figures from log and feeds, and what is made of them. Runs on the engine's loop."""

import asyncio
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import suppress
from pathlib import Path
from typing import Protocol, TypeVar

import msgspec

from studio.control.ports import ShowClock, ShowSummary, Traffic, WallClock
from studio.domain.advice import Advice
from studio.domain.advising import advise, pieces_at
from studio.domain.alerts import ChatGap, alerts_of
from studio.domain.audience import ViewerSample, ViewerTimeline
from studio.domain.events import Logged
from studio.domain.kpi import ChatCount, ShowFigures, answered_messages, first_sold_out, show_figures
from studio.domain.order import Order
from studio.domain.past import PastShow
from studio.domain.question import Question
from studio.domain.show import ShowState, fold
from studio.review.exports import Material, Progress, would_replace, write_export
from studio.review.report import report_of
from studio.store.store import Store
from studio.ui.studio import ExportKind, Review

T = TypeVar("T")


class Read(Protocol):
    """Asks the history in the reader's thread."""

    def __call__(self, ask: Callable[[], T]) -> Future[T]:
        """Ask, and wait for the answer elsewhere."""
        ...


class _Told(msgspec.Struct, frozen=True):
    """What log and feeds tell of a show."""

    state: ShowState
    log: list[Logged]
    orders: list[Order]
    samples: list[ViewerSample]
    questions: list[Question]
    traffic: Traffic | None
    links: dict[str, str]
    stock: list[tuple[int, str, int]]
    product_of: dict[str, str]
    replied: int
    chat: dict[str, ChatCount]
    gaps: list[ChatGap]
    now_ms: int


class _UnwantedError(Exception):
    """Nobody waits for what is being written."""


class Reviews:
    """The reviews of all shows of one data folder, open or not. Every coroutine is for the engine's loop. `replay_ms` is how
    long after a show's end orders count for it; it may be set at any time.
    """

    def __init__(self, stored: Store, clock: ShowClock, wall: WallClock, read: Read) -> None:
        self._stored, self._clock, self._wall, self._read = stored, clock, wall, read
        self._known: dict[str, tuple[tuple[int, ...], PastShow]] = {}

    @property
    def replay_ms(self) -> int:
        """How long after a show's end orders count for it, here and where they come in."""
        return self._stored.feeds.replay_ms

    @replay_ms.setter
    def replay_ms(self, wanted: int) -> None:
        self._stored.feeds.replay_ms = wanted

    async def review(self, show_id: str) -> Review:
        """The figures of a show, from its log and its feeds, with the show before it and what to change."""
        return (await self._reviewed(show_id))[0]

    async def past(self, series: str | None = None, limit: int = 20) -> list[PastShow]:
        """The newest shows that have been on air, of a series or (None) of all, the newest first; archived ones too, but no
        rehearsals.
        """
        shows = [s for s in await self._aired() if series is None or s.series == series]
        return [await self._past(summary) for summary in shows[:limit]]

    async def report_html(self, show_id: str) -> str:
        """The report of a show, self-contained."""
        review, log = await self._reviewed(show_id)
        return await asyncio.to_thread(report_of, self._material(review, log))

    async def would_replace(
        self, show_id: str, kind: ExportKind, path: Path, offset_ms: int = 0
    ) -> list[Path]:
        """The files that `export` would replace, without `path` itself. Raises `OSError` where that cannot be seen."""
        state = fold(show_id, await self._stored.log.read(show_id))
        return await asyncio.to_thread(would_replace, state, kind.value, path, offset_ms)

    async def export(
        self,
        show_id: str,
        kind: ExportKind,
        path: Path,
        offset_ms: int = 0,
        progress: Progress | None = None,
    ) -> None:
        """Write a review; cancelled, it ends when the thread that writes has left off, and what was there stays. `progress` is
        told by that thread. Raises `OSError` where it cannot be written.
        """
        review, log = await self._reviewed(show_id)
        material = self._material(review, log)
        unwanted = threading.Event()

        def tell(share: float) -> None:
            if unwanted.is_set():
                raise _UnwantedError
            if progress is not None:
                progress(share)

        writing = asyncio.ensure_future(
            asyncio.to_thread(write_export, material, kind.value, path, offset_ms, tell)
        )
        try:
            await asyncio.shield(writing)
        except asyncio.CancelledError:
            unwanted.set()
            # Whatever became of the file: nobody wants it any more.
            with suppress(_UnwantedError, OSError):
                await writing
            raise

    def _material(self, review: Review, log: Sequence[Logged]) -> Material:
        return Material(
            state=review.state,
            figures=review.figures,
            samples=review.samples,
            orders=review.orders,
            questions=review.questions,
            previous=review.previous,
            advice=review.advice,
            replay_ms=review.replay_ms,
            log=tuple(log),
            alerts=review.alerts,
            generated_ms=self._wall.now_ms(),
            language=review.state.language,
        )

    async def _reviewed(self, show_id: str) -> tuple[Review, list[Logged]]:
        told = await self._told(show_id)
        figures, advice = await asyncio.to_thread(self._reckoned, told)
        review = Review(
            told.state,
            figures,
            tuple(told.samples),
            tuple(told.orders),
            tuple(told.questions),
            await self._previous(told.state),
            advice,
            self.replay_ms,
            alerts_of(told.state, told.log, figures.products, told.gaps, told.now_ms),
        )
        return review, told.log

    async def _told(self, show_id: str) -> _Told:
        feeds = self._stored.feeds
        log = await self._stored.log.read(show_id)
        state = fold(show_id, log)
        now = self._clock.best_ms()
        # The reader's thread counts the chat while the other one reads.
        history = asyncio.wrap_future(self._read(lambda: self._history(state, now)))
        orders = await feeds.orders(show_id)
        if state.started_at_ms is not None and state.ended_at_ms is not None:
            until_ms = state.ended_at_ms + self.replay_ms
            orders += await feeds.late_orders(show_id, state.started_at_ms - 1, until_ms)
        samples, questions = await feeds.samples(show_id), await feeds.questions(show_id)
        traffic, links = await feeds.traffic(show_id), await self._stored.outbox.links(show_id)
        stock, product_of, replied, chat, gaps = await history
        return _Told(
            state,
            log,
            orders,
            samples,
            questions,
            traffic,
            {link.id: link.channel for link in links},
            stock,
            product_of,
            replied,
            chat,
            gaps,
            now,
        )

    def _reckoned(self, told: _Told) -> tuple[ShowFigures, tuple[Advice, ...]]:
        """Blocks for as long as it takes to go through all samples and orders."""
        state, traffic = told.state, told.traffic
        viewers = ViewerTimeline(told.samples)
        figures = show_figures(
            state,
            told.orders,
            told.samples,
            told.questions,
            told.now_ms,
            sessions=traffic.sessions if traffic else None,
            average_session_ms=traffic.average_session_ms if traffic else None,
            add_to_carts=traffic.add_to_carts if traffic else None,
            add_to_carts_by_product=traffic.add_to_carts_by_product if traffic else None,
            sessions_by_product=traffic.sessions_by_product if traffic else None,
            sold_out=first_sold_out(state, told.stock, told.product_of),
            asked=(sum(c.asked for c in told.chat.values()), told.replied),
            chat=told.chat if told.chat or told.samples else None,
            links=told.links,
            viewers=viewers,
            replay_ms=self.replay_ms,
        )
        began = state.started_at_ms
        advice = advise(
            state,
            figures,
            viewers,
            told.orders,
            told.questions,
            left_at_start={} if began is None else pieces_at(began, told.stock, told.product_of),
            replay_ms=self.replay_ms,
        )
        return figures, advice

    def _history(
        self, state: ShowState, now_ms: int
    ) -> tuple[list[tuple[int, str, int]], dict[str, str], int, dict[str, ChatCount], list[ChatGap]]:
        """Blocks; for the reader's thread."""
        start = now_ms if state.started_at_ms is None else state.started_at_ms
        end = now_ms if state.ended_at_ms is None else state.ended_at_ms
        history = self._stored.history
        return (
            history.stock_samples(state.id, state.product_ids),
            history.variants(state.id, state.product_ids),
            history.replied(state.id, start, end, answered_messages(state)),
            history.chat_counts(state.id, start, end),
            history.chat_gaps(state.id, start, end),
        )

    # --- other shows ------------------------------------------------------------------------------------------

    async def _aired(self) -> list[ShowSummary]:
        """All shows that have been on air, the newest first. A rehearsal is never compared with."""
        shows = [s for s in await self._stored.log.shows() if s.started_at_ms is not None and not s.rehearsal]
        return sorted(shows, key=lambda s: (s.started_at_ms or 0, s.id), reverse=True)

    async def _previous(self, state: ShowState) -> PastShow | None:
        """The show before: of its series, else of its shop."""
        if state.started_at_ms is None or state.rehearsal:
            return None
        earlier = [
            s
            for s in await self._aired()
            if (s.started_at_ms or 0) < state.started_at_ms and s.id != state.id
        ]
        of_series = (s for s in earlier if state.series and s.series == state.series)
        of_shop = (s for s in earlier if s.shop == state.shop)
        found = next(of_series, None) or next(of_shop, None)
        return None if found is None else await self._past(found)

    async def _past(self, summary: ShowSummary) -> PastShow:
        """Reckoned once, and again when anything of it is new: orders and returns still come when it is long over."""
        fed = await asyncio.wrap_future(self._read(lambda: self._stored.history.fed(summary.id)))
        key = (summary.last_seq, self.replay_ms, *fed)
        kept = self._known.get(summary.id)
        if kept is not None and kept[0] == key and summary.ended_at_ms is not None:
            return kept[1]
        told = await self._told(summary.id)
        figures, _ = await asyncio.to_thread(self._reckoned, told)
        state = told.state
        past = PastShow(
            id=state.id,
            title=state.title,
            series=state.series,
            currency=state.currency,
            time_zone=state.time_zone,
            started_at_ms=summary.started_at_ms or 0,
            ended_at_ms=state.ended_at_ms,
            items=len(state.items),
            goals=state.goals,
            figures=figures,
        )
        self._known[summary.id] = (key, past)
        return past
