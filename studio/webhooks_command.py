"""`host-studio webhooks`: where a shop's webhooks are heard, without a window."""

import getpass
from collections.abc import Callable

import msgspec

from studio.control.ports import Secrets
from studio.instance import InstanceLock
from studio.settings.file import settings_file
from studio.settings.paths import Paths
from studio.settings.schema import Settings, ShopSettings
from studio.settings.secrets import environment_names
from studio.shop_factory import shop_kind
from studio.sync.webhooks import HOST, push_path

PORT = 8765
SHORTEST_SECRET = 16


class WebhooksError(Exception):
    """Webhooks cannot be set up so; the message is a sentence that says what to do."""


def set_up_webhooks(
    paths: Paths,
    shop: str,
    port: int | None,
    secrets: Secrets,
    ask: Callable[[str], str] = getpass.getpass,
) -> str:
    """Have the webhooks of a shop (its id or name) heard on `port` (0: not at all; None: as before, else 8765), signed
    with the secret that is kept or asked for; returns what to do next. Raises `WebhooksError`, `AlreadyOpenError`
    and what saving settings raises.
    """
    lock = InstanceLock(paths.lock)
    try:
        file = settings_file(paths.settings)
        settings = file.load().value
        found = _shop(settings, shop)
        if port == 0:
            file.save(_with_port(settings, found, 0))
            return f"The webhooks of {found.name} are not heard any more."
        if shop_kind(found.kind).push is None:
            raise WebhooksError(f"{found.name} tells its changes by itself: it needs no webhooks.")
        secret = _secret(found, secrets, ask)
        chosen = port or found.push_port or PORT
        file.save(_with_port(settings, found, chosen))
    finally:
        lock.release()
    return (
        f"The webhooks of {found.name} are heard at http://{HOST}:{chosen}{push_path(secret)}\n"
        f"Lead a tunnel to port {chosen}, and tell the shop the tunnel's address with that path."
    )


def _shop(settings: Settings, wanted: str) -> ShopSettings:
    found = next((s for s in settings.shops if wanted in (s.id, s.name)), None)
    if found is None:
        known = ", ".join(f"“{s.id}”" for s in settings.shops) or "none yet"
        raise WebhooksError(f"There is no shop “{wanted}” in the settings. Shops: {known}.")
    return found


def _secret(shop: ShopSettings, secrets: Secrets, ask: Callable[[str], str]) -> str:
    name = f"push:{shop.id}"
    if kept := secrets.get(name):
        return kept
    variable = next(iter(environment_names(name)))
    if not secrets.persistent:
        raise WebhooksError(f"{secrets.sentence} Put the webhooks' secret into {variable} and try again.")
    given = ask(f"The secret that signs the webhooks of {shop.name}: ").strip()
    if len(given) < SHORTEST_SECRET or not given.isprintable():
        raise WebhooksError(
            f"A secret has at least {SHORTEST_SECRET} characters: take the one that the platform shows, or make a long one up."
        )
    secrets.set(name, given)
    if not secrets.persistent:
        raise WebhooksError(f"{secrets.sentence} Put the webhooks' secret into {variable} and try again.")
    return given


def _with_port(settings: Settings, shop: ShopSettings, port: int) -> Settings:
    shops = tuple(
        msgspec.structs.replace(s, push_port=port) if s.id == shop.id else s for s in settings.shops
    )
    return msgspec.structs.replace(settings, shops=shops)
