"""The shops among the settings: adding, changing and removing one, and what went wrong with each."""

import re
import unicodedata
from collections.abc import Iterable

import msgspec

from studio.settings.schema import Settings, ShopSettings, ShopTrouble, ShopTroubles
from studio.settings.secrets import environment_names

KEPT_EACH = 8
"""So many different errors of a shop are kept."""
_LONGEST_ID = 40


def secret_name(shop_id: str) -> str:
    """The name under which a shop's key is kept."""
    return f"shop:{shop_id}"


def push_name(shop_id: str) -> str:
    """The name under which the secret is kept with which a shop's webhooks are signed."""
    return f"push:{shop_id}"


def new_shop_id(name: str, taken: Iterable[str]) -> str:
    """An id for a new shop, made of its name, that no other shop has: not even as the environment spells it."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    stem = "-".join(re.findall(r"[a-z0-9]+", plain))[:_LONGEST_ID].strip("-")
    if not stem or stem == "token":  # `shop:token` would be read as the shops' general variable
        stem = "shop"
    used = {_variable(shop_id) for shop_id in taken}
    shop_id, number = stem, 2
    while _variable(shop_id) in used:
        shop_id, number = f"{stem}-{number}", number + 1
    return shop_id


def _variable(shop_id: str) -> str:
    return next(environment_names(secret_name(shop_id)), "")


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


def troubles_of(troubles: ShopTroubles, shop_id: str) -> tuple[ShopTrouble, ...]:
    """A shop's errors, the newest first."""
    return tuple(reversed([each for each in troubles.troubles if each.shop == shop_id]))


def with_trouble(troubles: ShopTroubles, shop_id: str, sentence: str, at_ms: int) -> ShopTroubles:
    """The errors with one more; the same sentence is counted, and the oldest of a shop with many is dropped."""
    before = [each for each in troubles.troubles if each.shop == shop_id]
    same = next((each for each in before if each.sentence == sentence), None)
    times = same.times + 1 if same else 1
    mine = [each for each in before if each.sentence != sentence]
    mine.append(ShopTrouble(shop=shop_id, at_ms=at_ms, sentence=sentence, times=times))
    others = [each for each in troubles.troubles if each.shop != shop_id]
    return msgspec.structs.replace(troubles, troubles=(*others, *mine[-KEPT_EACH:]))


def without_troubles(troubles: ShopTroubles, shop_id: str) -> ShopTroubles:
    """The errors without those of a shop."""
    kept = tuple(each for each in troubles.troubles if each.shop != shop_id)
    return msgspec.structs.replace(troubles, troubles=kept)
