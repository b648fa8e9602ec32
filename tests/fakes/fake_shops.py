"""A fake at the port of the shops' screen: shops in memory, tests that end when they are told to."""

import asyncio
from collections.abc import Callable

from studio.control.ports import ShopCapabilities
from studio.settings.schema import ShopSettings, Trouble
from studio.settings.secrets import Kept, Whereabouts
from studio.settings.shops import new_shop_id
from studio.ui.connections.port import (
    Failure,
    KnownShop,
    KnownShops,
    NotDoneError,
    Platform,
    ShopTest,
    Step,
)

AT_MS = 1_795_000_000_000
PLATFORMS = (
    Platform("studio", "Studio Shop API"),
    Platform("vendure", "Vendure", push=True),
    Platform("medusa", "Medusa"),
    Platform("shopify", "Shopify", push=True),
)
WELL = ShopTest(
    AT_MS, name="Nordhus", currency="EUR", product_count=1240, locations=3, time_zone="Europe/Oslo",
    capabilities=ShopCapabilities(native_start=False, redemption_counter=False, traffic=False, push=False), clock_ahead_ms=340,
)  # fmt: skip
LACKING = ShopTest(
    AT_MS, name="Nordhus", currency="EUR", product_count=1240, capabilities=ShopCapabilities(push=False), clock_ahead_ms=-4_200,
    failure=Failure.RIGHT_MISSING, sentence="The shop's API key lacks the right ReadOrder: give its role this permission.",
    missing=("The shop's API key lacks the right ReadOrder: give its role this permission.",),
)  # fmt: skip
UNTRUSTED = ShopTest(
    AT_MS, failure=Failure.UNTRUSTED, sentence="The shop cannot prove who it is (self-signed certificate): nothing was sent."
)  # fmt: skip


def a_known_shop(shop_id: str, kind: str, name: str, **more: object) -> KnownShop:
    """A saved shop."""
    settings = ShopSettings(id=shop_id, kind=kind, name=name, base_url=f"https://{shop_id}.example")
    return KnownShop(settings, **{"key": Whereabouts(Kept.KEYRING), **more})  # type: ignore[arg-type]


def some_shops() -> list[KnownShop]:
    """Three shops of three platforms; the first is that of new shows, and two shows use it."""
    trouble = Trouble(
        of="nordhus", at_ms=AT_MS - 3_600_000, times=3,
        sentence="The shop cannot answer right now (503): it is asked again in a while.",
    )  # fmt: skip
    return [
        a_known_shop("nordhus", "vendure", "Nordhus", for_new_shows=True, shows=("Autumn Home Live #14",), troubles=(trouble,)),
        a_known_shop("fjord", "shopify", "Fjord & Co", key=Whereabouts(Kept.ENVIRONMENT, "HOST_STUDIO_SHOP_FJORD_TOKEN")),
        a_known_shop("outlet", "medusa", "Outlet", key=Whereabouts(Kept.NOWHERE)),
    ]  # fmt: skip


class FakeShops:
    """Implements `ShopConnections`. `answers` are what tests find, one after the other; None: until `let_go` is set.

    `asked` is what was asked of it, keys included, so that a test can see what reached the port.
    """

    def __init__(self, shops: list[KnownShop] | None = None, *, keys_stay: bool = True) -> None:
        self.shops = some_shops() if shops is None else shops
        self.keys_stay = keys_stay
        self.answers: list[ShopTest | None] = []
        self.let_go = asyncio.Event()
        self.asked: list[tuple[str, ...]] = []
        self.failure: Exception | None = None

    async def known(self) -> KnownShops:
        """All shops."""
        if self.failure is not None:
            raise self.failure
        sentence = (
            "Tokens are kept in this computer's keyring."
            if self.keys_stay
            else "This computer has no keyring: tokens are kept until the studio is closed, and asked for again after that."
        )
        return KnownShops(tuple(self.shops), PLATFORMS, sentence, self.keys_stay)

    def new_id(self, name: str) -> str:
        """An id that no shop has."""
        return new_shop_id(name, [shop.settings.id for shop in self.shops])

    def address_problem(self, address: str) -> str | None:
        """Only https is right here."""
        return (
            None
            if address.startswith("https://") and len(address) > 8
            else "The address must begin with https://."
        )

    async def push_address(self, shop: ShopSettings, push_key: str) -> str:
        """An address on the port."""
        return (
            f"http://127.0.0.1:{shop.push_port}/push/0123456789abcdef" if shop.push_port and push_key else ""
        )

    async def save(self, shop: ShopSettings, key: str, push_key: str = "") -> str:
        """Keep it."""
        if push_key:
            self.asked.append(("push", shop.id, str(shop.push_port), push_key))
        self.asked.append(("save", shop.id, shop.kind, shop.name, shop.base_url, key))
        old = next((each for each in self.shops if each.settings.id == shop.id), None)
        where = Whereabouts(Kept.KEYRING if self.keys_stay else Kept.SESSION) if key else None
        known = KnownShop(
            shop, where or (old.key if old else Whereabouts(Kept.NOWHERE)), for_new_shows=not self.shops
        )
        if old is None:
            self.shops.append(known)
        else:
            self.shops[self.shops.index(old)] = known
        return (await self.known()).keys_sentence if key else ""

    async def remove(self, shop_id: str) -> None:
        """Forget it, unless a show uses it."""
        found = next(each for each in self.shops if each.settings.id == shop_id)
        if found.shows:
            raise NotDoneError(f"“{found.settings.name}” stays: it is the shop of “{found.shows[0]}”.")
        self.asked.append(("remove", shop_id))
        self.shops.remove(found)

    async def forget_key(self, shop_id: str) -> None:
        """Forget its key."""
        self.asked.append(("forget", shop_id))

    async def use_for_new_shows(self, shop_id: str) -> None:
        """Note it."""
        self.asked.append(("default", shop_id))

    async def test(self, shop: ShopSettings, key: str, on_step: Callable[[Step], None]) -> ShopTest:
        """The next answer."""
        self.asked.append(("test", shop.id, shop.kind, shop.base_url, key))
        answer = self.answers.pop(0)
        for step in Step:
            on_step(step)
            if answer is None and step is Step.ORDERS:
                await self.let_go.wait()
                answer = WELL
        assert answer is not None
        return answer
