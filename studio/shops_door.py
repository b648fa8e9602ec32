"""Wires the screen of the shops: to settings, keyring and engine, to the shows that use a shop, and into the window."""

import asyncio
from collections import Counter
from collections.abc import Mapping
from typing import Final

from studio.app import Desktop
from studio.channel_quotas import Quotas
from studio.control.ports import ShowSummary
from studio.domain.commands import ChangeShop
from studio.settings.file import troubles_file
from studio.settings.logging import Redactor
from studio.settings.schema import ShopSettings
from studio.settings.secrets import KeyringSecrets
from studio.settings_place import SettingsPlace
from studio.shop_book import ShopBook
from studio.show_connections import Connections
from studio.trouble_book import TroubleBook
from studio.ui.connections.shops_screen import ShopsScreen
from studio.ui.dialogs import Field, ask
from studio.ui.notices import NoticeAction
from studio.ui.studio import ChangeBatch, Link, Notice
from studio.ui.texts import Texts

WORKSPACE = "shops"
_SHOP_NOTICES: Final = ("token:shop", "target:shop", "shop:poll")
"""Keys of notices about the shop's connection: each has a button that leads here."""


class ShopsDoor:
    """The shops of one desktop. `screen` is among the window's workspaces; `book` keeps them."""

    def __init__(
        self,
        desktop: Desktop,
        secrets: KeyringSecrets,
        redactor: Redactor,
        place: SettingsPlace,
        quotas: Quotas,
    ) -> None:
        self._desktop = desktop
        self._secrets = secrets
        self._room = desktop.room
        self._place = place
        self._quotas = quotas
        self.book = ShopBook(
            lambda: desktop.settings,
            desktop.save_settings,
            secrets,
            TroubleBook(troubles_file(desktop.paths.shop_troubles), self._room.wall, redactor.text),
            self,
            lambda coro: asyncio.wrap_future(self._room.run(coro)),
            self._room.wall,
        )
        self.book.key_given = self._key_given
        texts = Texts(desktop.settings.language)
        self.screen = ShopsScreen(
            self.book, desktop.actions, desktop.theme, texts, desktop.tasks, place.titles
        )
        place.add(WORKSPACE, self.screen)
        desktop.studio.changes.connect(self._listen)
        about = NoticeAction(desktop.actions["shops"].plain_text, self.show)
        desktop.notice_actions |= dict.fromkeys(_SHOP_NOTICES, about)

    # --- the screen -------------------------------------------------------------------------------------------

    def show(self) -> None:
        """Bring the screen to the front."""
        self._place.show(WORKSPACE)

    async def _key_given(self, shop_id: str, key: str) -> None:
        """What waited for a key in the open show goes on."""
        wired = self._room.connections
        if wired is not None and wired.shop.id == shop_id:
            await asyncio.wrap_future(self._room.run(self._room.give_token("shop", key)))

    def _listen(self, batch: ChangeBatch) -> None:
        wired = self._room.connections
        for status in batch.links:
            if wired is not None and status.kind == "shop" and status.link in (Link.DOWN, Link.ASKING):
                self.book.note_trouble(wired.shop.id, status.sentence)

    # --- which show uses which shop ---------------------------------------------------------------------------

    async def shows_by_shop(self) -> Mapping[str, tuple[str, ...]]:
        """The titles of the shows that use each shop, by its id; rehearsals have shops of their own."""
        used = await self.shop_ids()
        found: dict[str, list[str]] = {}
        for show in await self._desktop.studio.shows():
            if show.id in used and not show.rehearsal:
                found.setdefault(used[show.id], []).append(show.title)
        return {shop: tuple(titles) for shop, titles in found.items()}

    async def owed_by_shop(self) -> Mapping[str, int]:
        """How many decisions wait to be sent by the shows of each shop."""
        used = await self.shop_ids()
        counted: Counter[str] = Counter()
        for show_id, count in (await self._owed()).items():
            counted[used.get(show_id, "")] += count
        return counted

    def open_shop(self) -> ShopSettings | None:
        """The shop of the show that is open, as it was opened."""
        wired = self._room.connections
        return wired.shop if wired is not None and self._desktop.live is not None else None

    async def shop_ids(self) -> dict[str, str]:
        """Which shop each show uses, by the show's id."""
        return await asyncio.wrap_future(self._room.run(self._room.shop_ids()))

    async def _owed(self) -> dict[str, int]:
        return await asyncio.wrap_future(self._room.run(self._room.owed()))

    async def shop_of(self, show_id: str) -> ShopSettings | None:
        """The shop of a show. One that is not set up any more is asked for, or why not is said; then None."""
        settings = self._desktop.settings
        if not settings.shops:
            self._say("Connect the shop first: a show reads its products and stock from there.")
            return None
        wanted = (await self.shop_ids()).get(show_id, "")
        shop = settings.shop(wanted)
        if shop is not None:
            return shop
        show = await self._show(show_id)
        if show is None:
            return settings.shop()
        if show.started_at_ms is not None:
            self._say(
                f"“{show.title}” has begun with the shop “{wanted}”, which is not set up here any more: its orders and "
                "codes belong to it. Put that shop back into the settings, then open the show."
            )
            return None
        return await self._ask_and_change(show)

    async def change_shop(self, show_id: str) -> None:
        """Ask from which shop a show sells from now on."""
        show = await self._show(show_id)
        if show is None:
            return
        changed = await self._ask_and_change(show)
        if changed is not None:
            self._say(f"“{show.title}” sells from “{changed.name}”.", "ok")

    async def choose_for_new(self) -> ShopSettings | None:
        """The shop of a new show: the only one, or the one that a person chooses."""
        settings = self._desktop.settings
        if len(settings.shops) < 2:
            return settings.shop() or (settings.shops[0] if settings.shops else None)
        tr = self._desktop.window.tr
        return await self._ask_shop(tr("New show"), tr("Choose a line-up…"), settings.active_shop)

    async def _ask_and_change(self, show: ShowSummary) -> ShopSettings | None:
        tr = self._desktop.window.tr
        now = (await self.shop_ids()).get(show.id, "")
        if not await self._may_change(show):
            return None
        live = self._desktop.live
        if live is not None and live.state.id == show.id:
            self._say("This show is open: open another one first, then change its shop.")
            return None
        title = tr("Shop of “{show}”").replace("{show}", show.title[:60])
        shop = await self._ask_shop(title, tr("Sell from this shop"), now)
        if shop is None or shop.id == now or not await self._may_change(show):
            return None
        room = self._room
        refused = await asyncio.wrap_future(room.run(room.do_in(show.id, ChangeShop(shop.id))))
        if refused is not None:
            self._say(refused.sentence)
            return None
        return shop

    async def _may_change(self, show: ShowSummary) -> bool:
        """A show stays with its shop once it has begun, and while anything waits to be sent there."""
        owed = (await self._owed()).get(show.id, 0)
        if owed:
            waiting = "1 decision waits" if owed == 1 else f"{owed} decisions wait"
            self._say(
                f"{waiting} to be sent to the shop of “{show.title}”: open the show and let them go out, then change its shop."
            )
        elif show.started_at_ms is not None:
            self._say(
                f"“{show.title}” has begun: its orders and codes belong to its shop. Make another show."
            )
        return not owed and show.started_at_ms is None

    async def _ask_shop(self, title: str, deed: str, now: str) -> ShopSettings | None:
        window, settings = self._desktop.window, self._desktop.settings
        choices = tuple((shop.id, shop.name[:80]) for shop in settings.shops)
        given = await ask(window, title, (Field("shop", window.tr("Shop"), now, choices=choices),), deed)
        return settings.shop(given["shop"]) if given else None

    async def _show(self, show_id: str) -> ShowSummary | None:
        return next((show for show in await self._desktop.studio.shows() if show.id == show_id), None)

    def connections(self, shop: ShopSettings) -> Connections:
        """What the engine needs for a show of this shop."""
        settings = self._desktop.settings
        silent_ms = settings.alerts.silent_channel_s * 1000
        return Connections(
            shop, settings.channels, self._secrets, silent_ms, self._quotas, stage=settings.stage
        )

    def _say(self, sentence: str, level: str = "warning") -> None:
        self._desktop.window.post(Notice(level, sentence))
