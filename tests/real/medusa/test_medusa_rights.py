"""A Medusa with roles switched on: what the studio needs, and what it says when something of that is missing."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator

import pytest

from studio.control.clock import SystemWallClock
from studio.control.ports import Unauthorised
from studio.domain.ids import uuid7
from studio.settings.schema import ShopSettings
from studio.shop_probe import probe
from studio.shops.medusa import MedusaShop
from studio.ui.connections.port import Failure
from tests.contracts.shop_contract import SHOW, a_code
from tests.real.medusa.postgres import Cluster
from tests.real.medusa.server import Medusa
from tests.real.medusa.test_medusa_shop import opened_with
from tests.real.vendure.server import a_free_port

NEEDED = (
    "store:read", "stock_location:read", "price_preference:read", "region:read", "api_key:read", "product:read",
    "product_variant:read", "order:read", "payment:read", "promotion:read", "promotion:create", "promotion:update",
    "campaign:read", "campaign:update", "product:update", "product_tag:read", "product_tag:create",
)  # fmt: skip
STUDIO = "studio@example.com"


class Strict:
    """A shop with roles, and a user whose role is the test's choice."""

    def __init__(self, server: Medusa) -> None:
        self.server = server
        self._user, self._password = server.a_user(STUDIO)
        told = server.admin.get("/admin/rbac/policies", limit=500)["policies"]
        self._policies = {f"{p['resource']}:{p['operation']}": p["id"] for p in told}
        self._role = "role_super_admin"
        profile = server.admin.get("/admin/shipping-profiles")["shipping_profiles"][0]["id"]
        variant = {"title": "M", "options": {"Size": "M"}, "prices": [{"currency_code": "eur", "amount": 9}]}
        server.admin.post(
            "/admin/products",
            title="Mug", status="published", shipping_profile_id=profile, options=[{"title": "Size", "values": ["M"]}],
            variants=[variant],
        )  # fmt: skip

    def token_with(self, *rights: str) -> str:
        """The user's token, after the user has got a new role with just these rights."""
        admin, name = self.server.admin, f"role {uuid7()}"
        policies = [self._policies[right] for right in rights]
        role = admin.post("/admin/rbac/roles", name=name, policy_ids=policies)["role"]["id"]
        admin.post(f"/admin/users/{self._user}/roles", roles=[role])
        admin.delete(f"/admin/users/{self._user}/roles/{self._role}")
        self._role = role
        return self.server.login(STUDIO, self._password)


@pytest.fixture(scope="module")
def strict(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Strict]:
    server = Medusa(tmp_path_factory.mktemp("roles"), a_free_port(), cluster, roles=True)
    try:
        yield Strict(server.make().start())
    finally:
        server.stop()


async def test_these_rights_are_enough_for_everything(strict: Strict):
    token = await asyncio.to_thread(strict.token_with, *NEEDED)
    async with opened_with(strict.server.url, token) as shop:
        assert (await shop.identity()).product_count == 1
        (product,) = (await shop.catalogue(None)).products
        assert await shop.stock([product.variants[0].id])
        assert (await shop.orders("")).orders == ()
        promo = await a_code(shop)
        await shop.create_promo(promo, SHOW, uuid7())
        await shop.update_promo(promo.code, promo.ends_at_ms + 60_000, uuid7())
        await shop.end_promo(promo.code, promo.ends_at_ms, uuid7())
        assert [usage.redemptions for usage in await shop.promo_usage([promo.code])] == [0]
        await shop.feature(product.id, SHOW, 1, (), uuid7())
        await shop.feature("", SHOW, 2, (), uuid7())


async def a_new_code(shop: MedusaShop) -> None:
    await shop.create_promo(await a_code(shop), SHOW, uuid7())


ACTS: dict[str, Callable[[MedusaShop], Awaitable[object]]] = {
    "store:read": lambda shop: shop.identity(),
    "product:read": lambda shop: shop.catalogue(None),
    "order:read": lambda shop: shop.orders(""),
    "promotion:read": lambda shop: shop.find_promo("ANY"),
    "promotion:create": a_new_code,
}


@pytest.mark.parametrize("right", ACTS)
async def test_a_user_without_a_right_is_told_which(strict: Strict, right: str):
    token = await asyncio.to_thread(strict.token_with, *(r for r in NEEDED if r != right))
    async with opened_with(strict.server.url, token) as shop:
        with pytest.raises(Unauthorised, match="lacks the right") as refusal:
            await ACTS[right](shop)
    assert right in refusal.value.sentence
    assert token not in refusal.value.sentence


async def test_a_key_of_nobody_is_told_that_it_lacks_a_role(strict: Strict):
    key, _ = await asyncio.to_thread(strict.server.a_key)
    async with opened_with(strict.server.url, key) as shop:
        with pytest.raises(Unauthorised, match=r"lacks a role[\s\S]*token of a user"):
            await shop.identity()


async def test_a_connection_without_two_rights_names_both_and_tries_the_rest(strict: Strict):
    lacking = {"order:read", "promotion:read"}
    token = await asyncio.to_thread(strict.token_with, *(r for r in NEEDED if r not in lacking))
    settings = ShopSettings(id="strict", kind="medusa", name="Strict", base_url=strict.server.url)
    found = await probe(settings, token, SystemWallClock())
    assert (found.failure, found.product_count) == (Failure.RIGHT_MISSING, 1)
    assert [right for right in sorted(lacking) if any(right in told for told in found.missing)] == sorted(
        lacking
    )
