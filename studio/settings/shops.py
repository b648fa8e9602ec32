"""The shops among the settings: adding, changing and removing one."""

from collections.abc import Iterable

import msgspec

from studio.settings.ids import new_id
from studio.settings.schema import Settings, ShopSettings


def secret_name(shop_id: str) -> str:
    """The name under which a shop's key is kept."""
    return f"shop:{shop_id}"


def push_name(shop_id: str) -> str:
    """The name under which the secret is kept with which a shop's webhooks are signed."""
    return f"push:{shop_id}"


def new_shop_id(name: str, taken: Iterable[str]) -> str:
    """An id for a new shop, made of its name, that no other shop has."""
    return new_id("shop", name, taken)


def general_shop(settings: Settings) -> str | None:
    """Which shop a variable that names none is for: the only one (None: whichever asks), else that of new shows."""
    return settings.active_shop if len(settings.shops) > 1 else None


def with_shop(settings: Settings, shop: ShopSettings) -> Settings:
    """The settings with this shop in the place of the one of its id, or behind the others. The first shop is the one
    for new shows.
    """
    known = [each.id for each in settings.shops]
    if shop.id in known:
        shops = tuple(shop if each.id == shop.id else each for each in settings.shops)
    else:
        shops = (*settings.shops, shop)
    active = settings.active_shop if settings.active_shop in (*known, shop.id) else shop.id
    return msgspec.structs.replace(settings, shops=shops, active_shop=active)


def without_shop(settings: Settings, shop_id: str) -> Settings:
    """The settings without this shop; the next one takes its place for new shows."""
    shops = tuple(shop for shop in settings.shops if shop.id != shop_id)
    active = settings.active_shop
    if active == shop_id:
        active = shops[0].id if shops else ""
    return msgspec.structs.replace(settings, shops=shops, active_shop=active)
