"""A show that is played: pins, a code, viewers, orders, questions, as prompter and review see them."""

import math
import random
from collections.abc import Coroutine, Iterable
from typing import Any

from studio.domain import commands as cmd
from studio.domain.advising import advise
from studio.domain.alerts import ChatGap, alerts_of
from studio.domain.audience import ViewerSample, ViewerTimeline
from studio.domain.kpi import ChatCount, show_figures
from studio.domain.lineup import LineUp
from studio.domain.money import Money
from studio.domain.order import REPLAY_MS, Order, OrderLine, OrderStatus
from studio.domain.past import PastShow
from studio.domain.plan import Goals
from studio.ui.models.live_show import LiveShow
from studio.ui.studio import Review
from tests.fakes.fake_studio import MINUTE, T0, TITLES, FakeStudio

QUESTIONS = (
    "Can it be washed in the machine?", "Is there a 200×220 size?", "How long is delivery to Denmark?",
    "can it be washed in a machine??", "Does the code work tomorrow?", "what is the weight of it?",
)  # fmt: skip
LENGTHS = (5, 6, 5, 7, 4, 5, 6, 4, 5, 8)


def at_once(coro: Coroutine[Any, Any, Any]) -> Any:
    """The result of a coroutine that never waits."""
    try:
        coro.send(None)
    except StopIteration as done:
        return done.value
    raise AssertionError("it waited")


class PlayedStudio(FakeStudio):
    """A studio with a show that `play` plays. `traffic` False: a shop that tells nothing of its visits."""

    def __init__(self, lineup: LineUp | None = None, seed: int = 7, traffic: bool = True) -> None:
        super().__init__(lineup)
        self._chance = random.Random(seed)
        self._traffic = traffic
        self.replay_ms = REPLAY_MS
        self.gaps: list[ChatGap] = []
        self._live: LiveShow | None = None

    def listen(self) -> LiveShow:
        """The show as a window has it, following from now on."""
        if self._live is None:
            self._live = LiveShow(self.opened(), self)
            self.changes.connect(self._live.take)
        return self._live

    def give(self, command: cmd.Command) -> None:
        """Carry out a command that must be allowed."""
        refused = at_once(self.do(command))
        assert refused is None, refused

    def play(self, items: int | None = None, end: bool = True) -> "PlayedStudio":
        """Play the first `items` items (all), and end the show."""
        self.give(cmd.StartShow())
        count = len(self.state.items) if items is None else items
        for n in range(count):
            item = self.state.next_item
            assert item is not None
            refused = at_once(self.do(cmd.NextItem()))
            if refused is not None:
                self.give(cmd.NextItem(deliberate=True))
            if item.promo is not None and item.promo.code not in {
                r.promo.code for r in self.state.promos.values()
            }:
                self.give(cmd.IssuePlannedPromo(f"promo-{n}", item.id))
            self.confirm_promos()
            self.minutes(LENGTHS[n % len(LENGTHS)])
        if end:
            self.give(cmd.EndShow())
        return self

    def minutes(self, count: float) -> None:
        """Let so many minutes pass: a sample every ten seconds, orders, now and then a question."""
        for _ in range(round(count * 6)):
            at = self.clock.now - T0
            wave = 1 - math.exp(-at / (9 * MINUTE)) - max(0.0, at - 20 * MINUTE) / (60 * MINUTE)
            self.hear_viewers(max(40, round(1900 * wave + 60 * math.sin(at / 70_000))))
            busy = 2 if "NORD20" in self.state.codes else 1
            for _ in range(busy):
                if self._chance.random() < 0.35:
                    self.sell()
            if self._chance.random() < 0.12:
                self.hear_chat(self._chance.choice(QUESTIONS))
            self.clock.passes(10_000)

    def sell(self, own: bool | None = None) -> Order:
        """One order of what is on air; every seventh has nothing to do with the show."""
        number = len(self.orders) + 1
        pinned = self.state.pinned_product_id or "p1"
        at = int(pinned[1:]) if pinned[1:].isdigit() else 1
        price = TITLES[at - 1][1] if at <= len(TITLES) else 1000
        own = number % 7 != 0 if own is None else own
        code = "NORD20" if own and pinned == "p4" and self._chance.random() < 0.7 else ""
        paid = price - (price * 20 // 100 if code else 0)
        status = {5: OrderStatus.CANCELLED, 11: OrderStatus.RETURNED}.get(number % 23, OrderStatus.PAID)
        line = OrderLine(f"v{at}", pinned, 1, Money(paid, "EUR"), 1 if status is OrderStatus.RETURNED else 0)
        order = Order(
            id=f"o{number}", number=f"#{number}", revision=1, placed_at_ms=self.clock.now, status=status, lines=(line,),
            total=Money(paid + 490, "EUR"), refunded=Money(paid if line.returned_quantity else 0, "EUR"),
            discount=Money(price - paid, "EUR"), promo_codes=(code,) if code else (), link_show_id=self.state.id if own else "",
        )  # fmt: skip
        self.hear_order(order)
        left = self.levels[f"v{at}"].on_hand
        if left > 0 and status is not OrderStatus.CANCELLED:
            self.hear_stock(f"v{at}", left - 1)
        return order

    async def review(self, show_id: str) -> Review:
        figures = show_figures(
            self.state, self.orders, self.samples, list(self._questions.values()), self.clock.best_ms(),
            sessions=1804 if self._traffic else None, average_session_ms=252_000 if self._traffic else None,
            add_to_carts=412 if self._traffic else None, sold_out={"p9": T0 + 46 * MINUTE},
            sessions_by_product={f"p{n}": 190 - 9 * n for n in range(1, 10)} if self._traffic else None,
            add_to_carts_by_product={f"p{n}": 60 - 3 * n for n in range(1, 10)} if self._traffic else None,
            chat={"live": ChatCount(len(self.chat), len({r.message.author for r in self.chat}))},
        )  # fmt: skip
        questions = tuple(self._questions.values())
        advice = advise(
            self.state,
            figures,
            ViewerTimeline(self.samples),
            self.orders,
            questions,
            left_at_start={"p9": 9, "p4": 17},
        )
        before = max(self.past_shows, key=lambda p: p.started_at_ms, default=None)
        return Review(
            self.state,
            figures,
            tuple(self.samples),
            tuple(self.orders),
            questions,
            before,
            advice,
            self.replay_ms,
            alerts_of(self.state, self.log, figures.products, self.gaps, self.clock.best_ms()),
        )

    async def past(self, series: str | None = None, limit: int = 20) -> list[PastShow]:
        found = await super().past(series, limit)
        state = self.state
        if state.started_at_ms is None or series not in (None, state.series):
            return found
        own = PastShow(
            state.id, state.title, state.series, state.currency, state.time_zone, state.started_at_ms, state.ended_at_ms,
            len(state.items), state.goals, (await self.review(state.id)).figures,
        )  # fmt: skip
        return [own, *found][:limit]

    async def remember(self, numbers: Iterable[int] = (13, 12, 11)) -> None:
        """Shows before this one, of the same series: each a week earlier, smaller, and named by its number."""
        for weeks, number in enumerate(numbers, start=1):
            earlier = await PlayedStudio(seed=number).play(10 - weeks).review("")
            state, week = earlier.state, weeks * 7 * 86_400_000
            assert state.started_at_ms is not None
            assert state.ended_at_ms is not None
            self.past_shows.append(
                PastShow(
                    f"show-{number}", f"Autumn Home Live #{number}", "Autumn Home Live", "EUR", "Europe/Oslo",
                    state.started_at_ms - week, state.ended_at_ms - week, len(state.items), Goals(), earlier.figures,
                )
            )  # fmt: skip


def a_sample(at_ms: int, viewers: int, channel: str = "live") -> ViewerSample:
    """So many watched then."""
    return ViewerSample(channel, at_ms, viewers)
