"""Wires the checks before a show: to the open show's connections, clock, disk and monitors, and to what mends them."""

import asyncio
import shutil
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Final

import msgspec
import structlog
from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices, QGuiApplication

from studio.app import Desktop
from studio.channel_factory import KINDS, ChannelKind
from studio.domain.checks import Outside, Reach, ReadinessFacts
from studio.domain.promo_conflicts import ConflictKind, PromoRules, conflicts
from studio.domain.promo_plan import show_start
from studio.settings.channels import channel_of, channel_secret
from studio.settings.schema import ChannelSettings
from studio.show_connections import Connections
from studio.ui.models.live_show import LiveShow
from studio.ui.prepare.promo_port import PromoPort
from studio.ui.prepare.promo_words import ConflictWords
from studio.ui.studio import Link, LinkStatus
from studio.ui.texts import Texts

ASK_SHOP_MS: Final = 60_000
"""What the shop said of the codes holds for so long: the checks are looked at every few seconds."""
_REACH: Final = {
    Link.OK: Reach.WELL, Link.CONNECTING: Reach.CONNECTING, Link.STALE: Reach.SILENT, Link.DOWN: Reach.DOWN,
    Link.ASKING: Reach.ASKING,
}  # fmt: skip
_log = structlog.get_logger(__name__)


class _InUse(msgspec.Struct, frozen=True):
    """What the shop and other shows said of these codes, and when (monotonic ms)."""

    show_id: str
    codes: frozenset[str]
    at_ms: int = 0
    taken: Mapping[str, bool | None] = {}
    others: Mapping[str, str] = {}


class ReadinessDoor:
    """Implements `ReadinessPort` for the show that is open. `promos` says what of the codes is in use; without it they are
    looked at without asking the shop. `screens` counts the monitors, `open_folder` shows a folder.
    """

    def __init__(
        self,
        desktop: Desktop,
        promos: PromoPort | None = None,
        *,
        kinds: Mapping[str, ChannelKind] = KINDS,
        screens: Callable[[], int] = lambda: len(QGuiApplication.screens()),
        open_folder: Callable[[Path], object] = lambda folder: QDesktopServices.openUrl(
            QUrl.fromLocalFile(str(folder))
        ),
    ) -> None:
        self._desktop, self._promos, self._kinds = desktop, promos, kinds
        self._screens, self._open_folder = screens, open_folder
        self._told: _InUse | None = None
        self._asking: asyncio.Task[None] | None = None

    # --- how everything is ------------------------------------------------------------------------------------

    async def facts(self) -> ReadinessFacts:
        """How everything outside the open show's log is now."""
        desktop = self._desktop
        live, wired = desktop.live, desktop.room.connections
        free = await self._free()
        if live is None:
            return ReadinessFacts(disk_free_bytes=free, displays=self._screens())
        wall = desktop.room.wall.now_ms()
        shop = next((s for s in live.links.values() if s.kind == "shop"), None)
        heard = shop.heard_wall_ms if shop is not None else None
        known = desktop.studio.clock.now_ms()
        # A rehearsal's time has a pace of its own.
        own_pace = live.state.rehearsal or desktop.studio.clock.rate != 1.0
        return ReadinessFacts(
            shop=_shop(shop, wired),
            shop_heard_ms=None if heard is None else max(0, wall - heard),
            catalogue_read=await self._catalogue_read(),
            channels=await self._channels(live, wired),
            stages=_stages(live, wired),
            clock_known=known is not None,
            clock_ahead_ms=None if known is None or own_pace else known - wall,
            disk_free_bytes=free,
            displays=self._screens(),
            prompter_placed=self._prompter_placed(),
            promo_problems=self._promo_problems(live),
            codes_unsure=self._unsure(live),
            now_ms=desktop.studio.clock.best_ms(),
        )

    async def _free(self) -> int | None:
        try:
            return (await asyncio.to_thread(shutil.disk_usage, self._desktop.paths.data)).free
        except OSError as error:
            _log.warning("free space unknown", reason=str(error))
            return None

    async def _catalogue_read(self) -> bool:
        """Whether the whole catalogue of the show's shop was read once: until then, what is not known may still come."""
        room = self._desktop.room
        return await asyncio.wrap_future(room.read(room.history.catalogue_read_ms)) is not None

    def _prompter_placed(self) -> bool:
        """An empty monitor is the choice of a window."""
        desktop = self._desktop
        shown = desktop.prompter is not None and desktop.prompter.isVisible()
        return shown or desktop.window_state.prompter_monitor == ""

    async def _channels(self, live: LiveShow, wired: Connections | None) -> tuple[Outside, ...]:
        links = {s.name: s for s in live.links.values() if s.kind == "channel"}
        ids = dict.fromkeys((*live.state.channels, *links))
        settings = {c.id: c for c in wired.channels} if wired is not None else {}
        found = [settings.get(each) or channel_of(self._desktop.settings, each) for each in ids]
        signed = await asyncio.to_thread(self._signed_in, wired, found)
        return tuple(
            _channel(channel_id, channel, links.get(channel_id), is_in)
            for channel_id, channel, is_in in zip(ids, found, signed, strict=True)
        )

    def _signed_in(
        self, wired: Connections | None, channels: Collection[ChannelSettings | None]
    ) -> list[bool | None]:
        """Whether somebody signed in at each; None where nobody needs to. Asks the keyring, which may block."""
        told: list[bool | None] = []
        for channel in channels:
            kind = self._kinds.get(channel.kind) if channel is not None else None
            needed = kind is not None and (kind.wants_key or kind.provider is not None)
            if channel is None or wired is None or not needed:
                told.append(None)
            else:
                told.append(bool(wired.secrets.get(channel_secret(channel.id))))
        return told

    def _promo_problems(self, live: LiveShow | None) -> tuple[str, ...] | None:
        if live is None:
            return None
        state = live.state
        told = self._in_use(live)
        if told is None:
            return None
        rules = PromoRules(self._promos.replay_ms, self._promos.floor_percent) if self._promos else None
        now = self._desktop.studio.clock.best_ms()
        found = conflicts(state, now, live.products, rules, told.taken, told.others)
        texts = Texts(self._desktop.settings.language or state.language, state.time_zone)
        words = ConflictWords(state, texts, show_start(state, now))
        # That a lowest price is missing is a check of its own.
        sentences = [words.problem(each) for each in found if each.kind is not ConflictKind.NO_LOWEST_PRICE]
        return tuple(dict.fromkeys(sentences))

    def _unsure(self, live: LiveShow) -> int:
        """Of how many planned codes nobody could say whether the shop has them."""
        told = self._in_use(live)
        codes = {plan.code for plan, _ in live.state.promo_plans if plan.code}
        return 0 if told is None else sum(told.taken.get(code) is None for code in codes)

    def _in_use(self, live: LiveShow) -> "_InUse | None":
        """Which codes the shop and other shows have, None while the first asking goes on. The shop is asked when the codes
        are others, else once in a while, and nobody waits for it.
        """
        show_id, codes = live.state.id, frozenset(p.code for p, _ in live.state.promo_plans if p.code)
        if self._promos is None or not codes:
            return _InUse(show_id, codes)
        told, now = self._told, self._desktop.room.wall.monotonic_ms()
        known = told is not None and (told.show_id, told.codes) == (show_id, codes)
        fresh = told is not None and known and now - told.at_ms < ASK_SHOP_MS
        if not fresh and (self._asking is None or self._asking.done()):
            ask = self._ask(self._promos, show_id, codes)
            self._asking = self._desktop.tasks.spawn(ask, "ask for the codes in use")
        return told if known else None

    async def _ask(self, promos: PromoPort, show_id: str, codes: frozenset[str]) -> None:
        taken, others = await asyncio.gather(promos.codes_taken(codes), promos.other_shows())
        self._told = _InUse(show_id, codes, self._desktop.room.wall.monotonic_ms(), taken, others)

    # --- what mends it ----------------------------------------------------------------------------------------

    async def refresh_stock(self) -> None:
        """Read the stock of the line-up's products now, and of what stands in for them."""
        live = self._desktop.live
        if live is None:
            return
        others = [product_id for item in live.state.items for product_id in item.alternatives]
        await self._desktop.studio.refresh_stock(tuple(dict.fromkeys((*live.state.product_ids, *others))))

    def open_shops(self) -> None:
        """Bring the shops to the front."""
        self._desktop.actions["shops"].act()

    def open_channels(self) -> None:
        """Bring the channels to the front."""
        self._desktop.actions["channels"].act()

    def open_stage(self) -> None:
        """Bring the stage to the front."""
        self._desktop.actions["stage"].act()

    def open_prompter(self) -> None:
        """Show the prompter; the first time it asks where."""
        prompter = self._desktop.prompter
        if prompter is not None and not prompter.isVisible():
            self._desktop.toggle_prompter()

    def open_data_folder(self) -> None:
        """Show the folder of the data."""
        self._open_folder(self._desktop.paths.data)


def _shop(status: LinkStatus | None, wired: Connections | None) -> Outside | None:
    if status is None:
        return None if wired is None else Outside(wired.shop.name, Reach.CONNECTING)
    return Outside(status.name, _REACH[status.link], status.sentence)


def _channel(
    channel_id: str, settings: ChannelSettings | None, status: LinkStatus | None, signed_in: bool | None
) -> Outside:
    name = settings.name if settings is not None else channel_id
    if status is not None:
        return Outside(name, _REACH[status.link], status.sentence, signed_in)
    if settings is None or not settings.enabled:
        return Outside(name, Reach.DOWN, "It is not set up here, or switched off: see the channels.")
    return Outside(name, Reach.CONNECTING, signed_in=signed_in)


def _stages(live: LiveShow, wired: Connections | None) -> tuple[Outside, ...]:
    links = {s.name: s for s in live.links.values() if s.kind == "stage"}
    found = {name: Outside(name, _REACH[s.link], s.sentence) for name, s in links.items()}
    if wired is not None and wired.stage is not None:
        for name, used in (("obs", wired.stage.obs.enabled), ("overlay", wired.stage.overlay)):
            if used:
                found.setdefault(name, Outside(name, Reach.CONNECTING))
    return tuple(found.values())
