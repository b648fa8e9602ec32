"""What the screen of the shops asks of the studio, and what it is told."""

import enum
from collections.abc import Callable
from typing import Protocol

import msgspec

from studio.control.ports import ShopCapabilities
from studio.settings.schema import ShopSettings, Trouble
from studio.settings.secrets import Kept, Whereabouts


class Step(enum.StrEnum):
    """What is tried with a shop, in this order."""

    CONNECT = "connect"
    CLOCK = "clock"
    PRODUCTS = "products"
    STOCK = "stock"
    ORDERS = "orders"
    CODES = "codes"
    RIGHTS = "rights"


class Failure(enum.StrEnum):
    """Why a shop could not be used; the screen says of each what to do."""

    ADDRESS = "address"
    CERTIFICATE_FILE = "certificate-file"
    UNREACHABLE = "unreachable"
    TIMEOUT = "timeout"
    UNTRUSTED = "untrusted"
    KEY_MISSING = "key-missing"
    KEY_REFUSED = "key-refused"
    RIGHT_MISSING = "right-missing"
    MAINTENANCE = "maintenance"
    BUSY = "busy"
    OTHER_VERSION = "other-version"
    OTHER_PLATFORM = "other-platform"
    REFUSED = "refused"


class ShopTest(msgspec.Struct, frozen=True):
    """What a test found. `failure` is None when the shop can be used; `sentence` is then empty, else the shop's or the
    connector's own words. `clock_ahead_ms` is how far the shop's clock is ahead of this computer's (None: not told),
    `missing` the sentences of rights that the key lacks, `problems` what else did not go through.
    """

    at_ms: int
    name: str = ""
    currency: str = ""
    product_count: int = 0
    locations: int = 0
    time_zone: str = ""
    capabilities: ShopCapabilities | None = None
    clock_ahead_ms: int | None = None
    clock_rate: float = 1.0
    failure: Failure | None = None
    sentence: str = ""
    missing: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()


class Platform(msgspec.Struct, frozen=True):
    """A platform that there is a connector for; `push`: it can send webhooks to the studio."""

    kind: str
    title: str
    push: bool = False


class KnownShop(msgspec.Struct, frozen=True):
    """A shop as it is saved. `push_key` is what its webhooks are signed with. `shows` are the titles of the shows that use it; `troubles` the last errors, the newest first."""

    settings: ShopSettings
    key: Whereabouts
    troubles: tuple[Trouble, ...] = ()
    shows: tuple[str, ...] = ()
    for_new_shows: bool = False
    push_key: Whereabouts = Whereabouts(Kept.NOWHERE)


class KnownShops(msgspec.Struct, frozen=True):
    """All shops. `keys_sentence` says where keys are kept on this computer, `keys_stay` whether they are there after a
    restart.
    """

    shops: tuple[KnownShop, ...]
    platforms: tuple[Platform, ...]
    keys_sentence: str
    keys_stay: bool


class NotDoneError(Exception):
    """What was asked is not done and nothing has changed. Its message is a sentence that says why and what to do."""


class ShopConnections(Protocol):
    """What the screen may ask. Coroutines run on the window's loop and never block it."""

    async def known(self) -> KnownShops:
        """All shops as they are saved."""
        ...

    def new_id(self, name: str) -> str:
        """An id that no shop has."""
        ...

    def address_problem(self, address: str) -> str | None:
        """What is wrong with an address, as a sentence; None when it can be used."""
        ...

    async def push_address(self, shop: ShopSettings, push_key: str) -> str:
        """Where on this computer the shop's webhooks are heard; an empty `push_key` means the one that is kept. Empty
        when they are not heard.
        """
        ...

    async def save(self, shop: ShopSettings, key: str, push_key: str = "") -> str:
        """Keep a shop, and its keys where they are not empty (then what is returned says where they are kept).

        Raises `NotDoneError`.
        """
        ...

    async def remove(self, shop_id: str) -> None:
        """Forget a shop and its key. Raises `NotDoneError`, for instance when a show uses it."""
        ...

    async def forget_key(self, shop_id: str) -> None:
        """Forget the key that is kept for a shop."""
        ...

    async def use_for_new_shows(self, shop_id: str) -> None:
        """New shows are made with this shop. Raises `NotDoneError`."""
        ...

    async def test(self, shop: ShopSettings, key: str, on_step: Callable[[Step], None]) -> ShopTest:
        """Try a shop as it stands in the form; an empty `key` means the one that is kept. Cancelling ends it at once.

        `on_step` is called in the window's thread.
        """
        ...
