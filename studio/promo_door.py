"""What the promo plan asks of the outside: the shop of the open show, the other shows here, and the settings."""

import asyncio
from collections.abc import Collection, Mapping

import msgspec
import structlog

from studio.app import Desktop
from studio.control.ports import ShowSummary, TargetError
from studio.domain.decide_promo import code_in_use
from studio.domain.promo_conflicts import Conflict, PromoRules, conflicts
from studio.domain.promo_plan import planned_codes, show_start
from studio.domain.show import fold
from studio.engine_room import EngineRoom
from studio.settings.file import SettingsNotSavedError
from studio.settings.schema import Promos
from studio.ui.prepare.promo_words import ConflictWords
from studio.ui.texts import Texts

_MOST_SHOWS = 50
"""So many other shows are looked at, the newest first: what was planned long ago and never shown claims no code."""
_log = structlog.get_logger(__name__)


class PromoDoor:
    """Implements `PromoPort` for the open show of a desktop; lives on the window's loop."""

    def __init__(self, desktop: Desktop) -> None:
        self._desktop = desktop

    @property
    def floor_percent(self) -> int:
        """How many percent of a product's price a code leaves at least."""
        return self._desktop.settings.promos.promo_floor_percent

    def keep_floor(self, percent: int) -> str:
        """Keep another floor in the settings; why it could not be kept."""
        return self._keep(msgspec.structs.replace(self._desktop.settings.promos, promo_floor_percent=percent))

    def keep_replay(self, hours: int) -> str:
        """Keep another length of the replay in the settings; orders count by it at once. Why it could not be kept."""
        return self._keep(msgspec.structs.replace(self._desktop.settings.promos, replay_hours=hours))

    def _keep(self, promos: Promos) -> str:
        settings = self._desktop.settings
        try:
            self._desktop.save_settings(msgspec.structs.replace(settings, promos=promos))
        except SettingsNotSavedError as error:
            return str(error)
        return ""

    @property
    def replay_ms(self) -> int:
        """How long after a show its orders and codes count, in ms."""
        return self._desktop.settings.promos.replay_hours * 3_600_000

    async def codes_taken(self, codes: Collection[str]) -> dict[str, bool | None]:
        """Which of these codes the shop has already; None for one of which it cannot say."""
        room = self._desktop.room
        return await asyncio.wrap_future(room.run(codes_taken(room, codes)))

    async def other_shows(self) -> Mapping[str, str]:
        """The titles of the other shows of this shop that are still to come or on air, by the codes that they use."""
        live = self._desktop.live
        if live is None:
            return {}
        room = self._desktop.room
        return await asyncio.wrap_future(room.run(codes_of_others(room, live.state.id, live.state.shop)))

    async def problems(self) -> tuple[str, ...]:
        """What is wrong with the planned codes of the open show, each as a sentence with its code before it."""
        live = self._desktop.live
        if live is None:
            return ()
        clock = self._desktop.studio.clock
        planned = [c.plan.code for c in planned_codes(live.state, clock.best_ms()) if c.record is None]
        taken = await self.codes_taken(planned)
        others = await self.other_shows()
        state, now = live.state, clock.best_ms()
        rules = PromoRules(self.replay_ms, self.floor_percent)
        found: tuple[Conflict, ...] = conflicts(state, now, live.products, rules, taken, others)
        texts = Texts(self._desktop.settings.language or state.language, state.time_zone)
        words = ConflictWords(state, texts, show_start(state, now))
        return tuple(words.problem(conflict) for conflict in found)


async def codes_taken(room: EngineRoom, codes: Collection[str]) -> dict[str, bool | None]:
    """*engine* What the shop of the open show says of these codes; None where it does not answer, may not, or cannot say. The
    first that is not answered ends the asking: a shop that is away is not waited for code by code.
    """
    told: dict[str, bool | None] = dict.fromkeys(codes)
    try:
        engine = room.show.engine
    except RuntimeError:  # no show is open
        return told
    for code in sorted(set(codes)):
        if code:
            try:
                told[code] = await engine.code_taken(code)
            except TargetError as error:
                _log.info("the shop cannot say which codes are taken", reason=error.sentence)
                break
    return told


async def codes_of_others(room: EngineRoom, show_id: str, shop: str) -> dict[str, str]:
    """*engine* The titles of the shows of this shop that are not over yet, without this one, by their codes."""
    summaries: list[ShowSummary] = await room.shows()
    coming = [
        s
        for s in summaries
        if s.id != show_id and s.ended_at_ms is None and not s.archived and not s.template
    ]
    used: dict[str, str] = {}
    for summary in coming[:_MOST_SHOWS]:
        if summary.shop != shop or summary.rehearsal:
            continue
        state = fold(summary.id, await room.log_of(summary.id))
        for plan, _ in state.promo_plans:
            used.setdefault(plan.code, state.title)
        for record in state.promos.values():
            if code_in_use(state, record.promo.code):
                used.setdefault(record.promo.code, state.title)
    return used
