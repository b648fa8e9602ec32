"""What a platform tells by itself, over webhooks. It is only a hint: what is true is read from the shop."""

from collections.abc import Mapping
from typing import Protocol

import msgspec


class Hint(msgspec.Struct, frozen=True):
    """What may have changed and is worth reading now. `products`: their texts and prices, and their stock; `variants`:
    their stock; `offers`: variants whose price or name changed, too; `stock`: that of something whose id the platform does not tell; `orders`: orders and the
    redemptions of codes; `catalogue`: so much that everything is read again.
    """

    products: tuple[str, ...] = ()
    variants: tuple[str, ...] = ()
    offers: tuple[str, ...] = ()
    stock: bool = False
    orders: bool = False
    catalogue: bool = False

    def with_(self, other: "Hint") -> "Hint":
        """Both, each id once, in the order in which they came."""
        return Hint(
            tuple(dict.fromkeys((*self.products, *other.products))),
            tuple(dict.fromkeys((*self.variants, *other.variants))),
            tuple(dict.fromkeys((*self.offers, *other.offers))),
            self.stock or other.stock,
            self.orders or other.orders,
            self.catalogue or other.catalogue,
        )

    def __bool__(self) -> bool:
        return self != Hint()


class Webhook(msgspec.Struct, frozen=True):
    """One webhook as it was understood. `id` is the same when it is sent twice, empty where a platform gives none;
    an empty hint means that it is about nothing the studio shows.
    """

    id: str
    topic: str
    hint: Hint


class PushReader(Protocol):
    """A platform's webhooks. Header names are in lower case; `body` is the raw body."""

    def verify(self, secret: str, headers: Mapping[str, str], body: bytes) -> bool:
        """Whether the body is signed with the secret that the platform shares with us."""
        ...

    def read(self, headers: Mapping[str, str], body: bytes) -> Webhook:
        """What it means. Raises `BadAnswer` when it is nothing that the platform sends."""
        ...
