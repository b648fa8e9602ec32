"""Which connector a shop's `kind` in the settings means, and how its platform wants the token."""

from collections.abc import Callable
from typing import Protocol

import msgspec

from studio.control.ports import Http, PushReader, Shop
from studio.settings.schema import ShopSettings
from studio.shops.medusa import MedusaShop
from studio.shops.medusa_client import token_header as medusa_token
from studio.shops.pacing import POLITE, Gate, PacedHttp
from studio.shops.push_medusa import medusa_push
from studio.shops.push_shopify import ShopifyPush
from studio.shops.push_vendure import vendure_push
from studio.shops.shopify import ShopifyShop
from studio.shops.shopify_api import token_header as shopify_token
from studio.shops.studio_api import StudioApiShop
from studio.shops.vendure import VendureShop, api_key
from studio.sync.http import bearer
from studio.sync.webhooks import WebhookReceiver

OnProblem = Callable[[str], None]


class ConnectedShop(Shop, Protocol):
    """What every connector has beside the port. `on_problem` is told a sentence about each entry that was left out,
    `on_clock_hint` (shop ms, sent, received wall ms) of the time that answers carry.
    """

    on_problem: OnProblem | None
    on_clock_hint: Callable[[int, int, int], None] | None

    async def lacking(self) -> tuple[str, ...]:
        """A sentence for each right to write that the key lacks, as far as it can be told without writing anything.
        Raises `TargetError`.
        """
        ...


class ShopKind(msgspec.Struct, frozen=True):
    """A platform. `make` is given the way out, the shop's settings, the language (BCP 47) of the show and `on_problem`;
    `token_header` makes the token the (name, value) of a header. `push` reads the platform's webhooks, where it has such.
    """

    title: str
    make: Callable[[Http, ShopSettings, str, OnProblem | None], ConnectedShop]
    token_header: Callable[[str], tuple[str, str]]
    push: Callable[[], PushReader] | None = None


class UnknownShopKind(ValueError):
    """No connector for this kind; the text says which there are."""


def _studio(http: Http, _: ShopSettings, language: str, on_problem: OnProblem | None) -> ConnectedShop:
    return StudioApiShop(PacedHttp(http, Gate()), language, on_problem)


def _vendure(
    http: Http, settings: ShopSettings, language: str, on_problem: OnProblem | None
) -> ConnectedShop:
    return VendureShop(
        PacedHttp(http, Gate(POLITE)), settings.base_url, language, settings.storefront, on_problem
    )


def _medusa(http: Http, settings: ShopSettings, _: str, on_problem: OnProblem | None) -> ConnectedShop:
    return MedusaShop(PacedHttp(http, Gate(POLITE)), settings.storefront, on_problem)


def _shopify(http: Http, _: ShopSettings, language: str, on_problem: OnProblem | None) -> ConnectedShop:
    return ShopifyShop(http, language, on_problem)


KINDS: dict[str, ShopKind] = {
    "studio": ShopKind("Studio Shop API", _studio, bearer),
    "vendure": ShopKind("Vendure", _vendure, api_key, vendure_push),
    "medusa": ShopKind("Medusa", _medusa, medusa_token, medusa_push),
    "shopify": ShopKind("Shopify", _shopify, shopify_token, ShopifyPush),
}


def shop_kind(kind: str) -> ShopKind:
    """The platform of this kind. Raises `UnknownShopKind`."""
    found = KINDS.get(kind)
    if found is None:
        known = ", ".join(f"“{name}”" for name in KINDS)
        raise UnknownShopKind(
            f"“{kind}” is no kind of shop that this studio knows: choose one of {known} in the settings."
        )
    return found


def webhook_receiver(settings: ShopSettings, secret: Callable[[], str | None]) -> WebhookReceiver | None:
    """Hears the shop's webhooks, signed with the secret, where the settings name a port; None otherwise, and for platforms
    that tell their changes by themselves. Raises `UnknownShopKind`.
    """
    reader = shop_kind(settings.kind).push
    return WebhookReceiver(settings.push_port, reader(), secret) if settings.push_port and reader else None
