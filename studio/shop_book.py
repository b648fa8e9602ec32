"""The shops of the settings at work: kept, tested in the engine's thread, and not taken away from a show that uses them."""

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from typing import Any, Protocol, TypeVar

import msgspec
import structlog

from studio.control.ports import WallClock
from studio.kept_book import KeptBook, in_window, waiting_words
from studio.settings.schema import Settings, ShopSettings
from studio.settings.secrets import Kept, KeyringSecrets, Whereabouts
from studio.settings.shops import (
    general_shop,
    new_shop_id,
    push_name,
    secret_name,
    with_shop,
    without_shop,
)
from studio.shop_factory import KINDS
from studio.shop_probe import probe
from studio.sync.webhooks import push_path
from studio.trouble_book import TroubleBook
from studio.ui.connections.port import KnownShop, KnownShops, NotDoneError, Platform, ShopTest, Step

T = TypeVar("T")
_NAMED = 3
_log = structlog.get_logger(__name__)


class ShopUse(Protocol):
    """What is known of the shows: the titles by the id of the shop they use, and what each shop is owed."""

    async def shows_by_shop(self) -> Mapping[str, tuple[str, ...]]:
        """The titles of the shows that use each shop, by its id."""
        ...

    async def owed_by_shop(self) -> Mapping[str, int]:
        """How many decisions wait for each shop, by its id."""
        ...

    def open_shop(self) -> ShopSettings | None:
        """The shop of the show that is open, with the settings that it was opened with; None: no show is open."""
        ...


class ShopBook(KeptBook):
    """Implements `ShopConnections`. `in_engine` runs a coroutine on the engine's loop."""

    def __init__(
        self,
        settings: Callable[[], Settings],
        save: Callable[[Settings], None],
        secrets: KeyringSecrets,
        troubles: TroubleBook,
        use: ShopUse,
        in_engine: Callable[[Coroutine[Any, Any, ShopTest]], "asyncio.Future[ShopTest]"],
        wall: WallClock,
    ) -> None:
        super().__init__(settings, save, secrets, troubles, wall)
        self._use, self._in_engine = use, in_engine

    # --- what there is ----------------------------------------------------------------------------------------

    async def known(self) -> KnownShops:
        """All shops as they are saved."""
        settings = self._settings()
        shows = await self._use.shows_by_shop()
        where, shops = self._secrets.where, settings.shops
        keys = await asyncio.to_thread(lambda: {s.id: where(secret_name(s.id)) for s in shops})
        pushing = await asyncio.to_thread(
            lambda: {s.id: where(push_name(s.id)) for s in shops if s.push_port}
        )
        return KnownShops(
            shops=tuple(
                KnownShop(
                    settings=shop,
                    key=keys[shop.id],
                    troubles=self._troubles.of(shop.id),
                    shows=shows.get(shop.id, ()),
                    for_new_shows=shop.id == settings.active_shop,
                    push_key=pushing.get(shop.id, Whereabouts(Kept.NOWHERE)),
                )
                for shop in settings.shops
            ),
            platforms=tuple(
                Platform(kind, known.title, known.push is not None) for kind, known in KINDS.items()
            ),
            keys_sentence=self._secrets.sentence,
            keys_stay=self._secrets.persistent,
        )

    def new_id(self, name: str) -> str:
        """An id that no shop has."""
        return new_shop_id(name, [shop.id for shop in self._settings().shops])

    # --- changing ---------------------------------------------------------------------------------------------

    async def push_address(self, shop: ShopSettings, push_key: str) -> str:
        """Where on this computer the shop's webhooks are heard; empty when they are not."""
        if not shop.push_port:
            return ""
        used = push_key.strip() or await asyncio.to_thread(self._secrets.get, push_name(shop.id))
        return f"http://127.0.0.1:{shop.push_port}{push_path(used)}" if used else ""

    async def save(self, shop: ShopSettings, key: str, push_key: str = "") -> str:
        """Keep a shop and, where they are given, its keys; what is to be known of that, in sentences. Raises
        `NotDoneError`.
        """
        before = self._settings().shop(shop.id)
        if before is not None and before.kind != shop.kind:
            await self._refuse_if_owed(before)
        self._keep(with_shop(self._settings(), shop))
        await self._set_typed((secret_name(shop.id), key), (push_name(shop.id), push_key))
        if key and self.key_given is not None:
            await self.key_given(shop.id, key.strip())
        said = [self._secrets.sentence if key or push_key else "", self._said_of_open(shop)]
        return " ".join(filter(None, said))

    def _said_of_open(self, shop: ShopSettings) -> str:
        """That the open show goes on with its shop's old settings."""
        now = self._use.open_shop()
        if now is None or now.id != shop.id or msgspec.structs.replace(now, name=shop.name) == shop:
            return ""
        return "The show that is open goes on with the old settings: open it again to use these."

    async def remove(self, shop_id: str) -> None:
        """Forget a shop, its key and its errors. Raises `NotDoneError`."""
        shows = (await self._use.shows_by_shop()).get(shop_id, ())
        shop = self._settings().shop(shop_id)
        if shop is None:
            return
        if shows:
            named = ", ".join(f"“{title}”" for title in shows[:_NAMED])
            more = f" and {len(shows) - _NAMED} more" if len(shows) > _NAMED else ""
            raise NotDoneError(
                f"“{shop.name}” stays: it is the shop of {named}{more}, whose figures and codes belong to it."
            )
        self._keep(without_shop(self._settings(), shop_id))
        self._troubles.forget(shop_id)
        await self._forget(secret_name(shop_id), push_name(shop_id))

    async def forget_key(self, shop_id: str) -> None:
        """Forget the key that is kept for a shop."""
        await self._forget(secret_name(shop_id))

    async def use_for_new_shows(self, shop_id: str) -> None:
        """New shows are made with this shop. Raises `NotDoneError`."""
        if self._settings().shop(shop_id) is not None:
            self._keep(msgspec.structs.replace(self._settings(), active_shop=shop_id))

    async def _refuse_if_owed(self, shop: ShopSettings) -> None:
        owed = (await self._use.owed_by_shop()).get(shop.id, 0)
        if owed:
            raise NotDoneError(
                f"{waiting_words(owed)} to be sent to “{shop.name}”, and would go to another shop. Open the show and let them go "
                "out first, or add the other shop beside this one."
            )

    def _meant(self) -> None:
        """With several shops, a variable that names none of them is for the one of new shows."""
        self._secrets.general_shop = general_shop(self._settings())

    # --- trying -----------------------------------------------------------------------------------------------

    async def test(self, shop: ShopSettings, key: str, on_step: Callable[[Step], None]) -> ShopTest:
        """Try a shop in the engine's thread; what fails is noted among its errors."""
        used = key.strip() or await asyncio.to_thread(self._secrets.get, secret_name(shop.id)) or ""
        found = await self._in_engine(probe(shop, used, self._wall, in_window(on_step)))
        _log.info("shop tested", shop=shop.id, kind=shop.kind, failure=found.failure or "none")
        if found.failure is not None and self._settings().shop(shop.id) is not None:
            self.note_trouble(shop.id, found.sentence)
        return found

    def note_trouble(self, shop_id: str, sentence: str) -> None:
        """Something went wrong with a shop, in a test or in a show."""
        if sentence and self._settings().shop(shop_id) is not None:
            self._troubles.note(shop_id, sentence)
