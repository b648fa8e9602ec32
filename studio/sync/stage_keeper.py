"""Keeps the stages as the show has it: what is to be seen is computed at each change and at each moment that ends it."""

import asyncio
import random as _random
from collections.abc import Awaitable, Callable, Mapping, Sequence
from math import ceil

import structlog

from studio.control.ports import ShowClock, Stage, StreamState, TargetError, WallClock
from studio.domain.product import Product
from studio.domain.promo import visible_until_ms
from studio.domain.show import ShowPhase, ShowState
from studio.domain.stage import StageFacts, StageView, changes_at_ms, stage_view
from studio.sync.backoff import Backoff
from studio.sync.links import LinkState, OnLink
from studio.sync.supervise import Bell, supervised

STAGE_CHANNEL = "stage"
"""Under this name the shop counts who came by the QR code on the stage."""
_ASK_PARTS = 3
_RECHECK_MS = 1_000
_log = structlog.get_logger(__name__)


class StageKeeper:
    """Tells every stage of one show what is to be seen; lives on the engine's loop.

    `unsure_ms` after the shop was heard last, price and code leave; while they are there it is asked (`pulse`, which raises
    `TargetError`) often enough to stay sure. `link_of` gives a product's tracked link, empty without one. `on_link` is told
    how each stage is (kind "stage"), `on_stream` how the broadcast is, by the stage's name.
    """

    def __init__(
        self,
        stages: Sequence[Stage],
        show_clock: ShowClock,
        wall: WallClock,
        pulse: Callable[[], Awaitable[None]],
        link_of: Callable[[str], Awaitable[str]],
        on_link: OnLink,
        on_stream: Callable[[str, StreamState], None],
        *,
        unsure_ms: int = 5_000,
        few: int = 10,
        random: Callable[[], float] = _random.random,
    ) -> None:
        self.view = StageView()
        self._stages = tuple(stages)
        self._show_clock = show_clock
        self._wall = wall
        self._pulse = pulse
        self._link_of = link_of
        self._on_link = on_link
        self._on_stream = on_stream
        self._unsure_ms = unsure_ms
        self._few = few
        self._random = random
        self._state: ShowState | None = None
        self._products: Mapping[str, Product] = {}
        self._sellable: Mapping[str, int] = {}
        self._links: dict[str, str] = {}
        self._asked_link = ""
        self._refused: frozenset[str] = frozenset()
        self._heard_ms: int | None = None
        self._bell = Bell()
        self._wanted = Bell()

    # --- what it is told --------------------------------------------------------------------------------------

    def update(
        self,
        state: ShowState,
        products: Mapping[str, Product],
        sellable: Mapping[str, int],
        refused: frozenset[str],
    ) -> None:
        """The show stands so now; `sellable` is pieces by product id, `refused` what the shop refused to feature."""
        self._state, self._products, self._sellable, self._refused = state, products, sellable, refused
        self._look()
        self._bell.ring()
        missing = self._missing_link()
        if missing and missing != self._asked_link:
            self._wanted.ring()

    def shop_heard(self) -> None:
        """The shop answered, or told something: what it said holds."""
        was_sure = self.sure
        self._heard_ms = self._wall.monotonic_ms()
        if not was_sure:
            self._look()
            self._bell.ring()

    @property
    def sure(self) -> bool:
        """Whether the shop was heard within the agreed time, and its clock is known."""
        heard = self._heard_ms
        now = self._wall.monotonic_ms()
        return heard is not None and now - heard < self._unsure_ms and self._show_clock.now_ms() is not None

    @property
    def holds(self) -> bool:
        """Whether nothing is to be seen that the shop has not just confirmed."""
        return self.sure or not self._says_price

    @property
    def _says_price(self) -> bool:
        """Whether a price or a code is to be seen."""
        card = self.view.card
        return self.view.code is not None or (card is not None and card.price is not None)

    # --- its loops --------------------------------------------------------------------------------------------

    async def run(self) -> None:
        """Keep the stages until cancelled; then everything of ours leaves them."""
        loops: dict[str, Callable[[], Awaitable[None]]] = {
            "moments": self._moments,
            "pulse": self._ask,
            "links": self._fetch_links,
        }
        for stage in self._stages:
            loops[f"stage {stage.name}"] = lambda stage=stage: stage.run(_Events(stage.name, self))
        async with asyncio.TaskGroup() as group:
            for name, loop in loops.items():
                group.create_task(supervised(name, loop, Backoff(self._random, cap_ms=5_000)), name=name)

    async def _moments(self) -> None:
        """Look again whenever something ends by itself."""
        while True:
            await self._bell.wait(self._next_ms())
            self._look()

    def _next_ms(self) -> int | None:
        """In how many real ms the view may be over by itself; None: not before something new."""
        if self.view.card is None and self.view.code is None:
            return None
        waits: list[int] = [_RECHECK_MS]  # clocks are measured anew, and part
        now = self._show_clock.now_ms()
        ends = changes_at_ms(self.view)
        # What is over by now, since the last look, is looked at again at once.
        if ends is not None and now is not None:
            waits.append(ceil((ends - now) / self._show_clock.rate))
        if self._heard_ms is not None and self._says_price:
            waits.append(self._heard_ms + self._unsure_ms - self._wall.monotonic_ms())
        return max(1, min(waits))

    async def _ask(self) -> None:
        """Ask the shop for a sign of life while its prices or codes are to be seen."""
        every_ms = self._unsure_ms // _ASK_PARTS
        while True:
            silent = self._unsure_ms if self._heard_ms is None else self._wall.monotonic_ms() - self._heard_ms
            if self._shows_shop and silent >= every_ms:
                try:
                    async with asyncio.timeout(self._unsure_ms / 1000):
                        await self._pulse()
                except (TargetError, TimeoutError) as error:
                    _log.info("the shop gave no sign of life", reason=type(error).__name__)
                else:
                    self.shop_heard()
                silent = 0
            await asyncio.sleep(max(100, every_ms - silent) / 1000)

    @property
    def _shows_shop(self) -> bool:
        """Whether prices or codes of the shop are, or ought to be, on the stage."""
        state = self._state
        if state is None or not self._stages or state.phase is not ShowPhase.ON_AIR:
            return False
        now = self._show_clock.best_ms()
        return bool(state.pinned_product_id) or any(
            (visible_until_ms(r) or 0) > now for r in state.promos.values()
        )

    async def _fetch_links(self) -> None:
        while True:
            product_id = self._asked_link = self._missing_link()
            if product_id:
                try:
                    self._links[product_id] = await self._link_of(product_id)
                except TargetError as error:
                    _log.info("no link for the stage", product=product_id, reason=error.sentence)
                    await self._wanted.wait(5_000)
                    continue
                self._look()
            else:
                await self._wanted.wait()

    def _missing_link(self) -> str:
        state = self._state
        product_id = state.pinned_product_id if state is not None and self._stages else ""
        return "" if product_id in self._links else product_id

    def _look(self) -> None:
        state = self._state
        if state is None:
            return
        facts = StageFacts(
            self._products, self._sellable, self._links, self._refused, sure=self.sure, few=self._few
        )
        view = stage_view(state, facts, self._show_clock.now_ms())
        if not _same(view, self.view):
            self.view = view
            for stage in self._stages:
                stage.show(view)

    def told_link(self, name: str, well: bool, sentence: str, asks_for_key: bool) -> None:
        """How a stage is."""
        state = LinkState.OK if well else LinkState.ASKING if asks_for_key else LinkState.DOWN
        self._on_link(name, "stage", state, sentence, self._wall.now_ms() if well else None)

    def told_stream(self, name: str, stream: StreamState) -> None:
        """How the broadcast is."""
        self._on_stream(name, stream)


class _Events:
    """What one stage tells."""

    def __init__(self, name: str, keeper: StageKeeper) -> None:
        self._name = name
        self._keeper = keeper

    def link(self, well: bool, sentence: str, asks_for_key: bool = False) -> None:
        self._keeper.told_link(self._name, well, sentence, asks_for_key)

    def stream(self, state: StreamState) -> None:
        self._keeper.told_stream(self._name, state)


def _same(view: StageView, other: StageView) -> bool:
    """Whether viewers see no difference: the log goes on for many things that are not on the stage."""
    return (view.language, view.card, view.code, view.question) == (
        other.language,
        other.card,
        other.code,
        other.question,
    )
