"""The featured product at Medusa: a tag on the one product."""

import asyncio
from typing import Any

from studio.control.ports import RefusedByTarget
from studio.shops import medusa_wire as wire
from studio.shops.medusa_client import MedusaClient
from studio.shops.medusa_map import FEATURED_TAG


class MedusaFeatured:
    """Keeps the tag `host-studio-live` on one product at most, and makes it where there is none. The storefront shows the
    product that carries it (`/store/products?tag_id=...`).
    """

    def __init__(self, client: MedusaClient) -> None:
        self._ask = client
        self._tag_id = ""
        self._one_at_a_time = asyncio.Lock()

    async def feature(self, product_id: str) -> None:
        """Feature this product, none for an empty id. Refuses with "not-found" and "product-inactive"."""
        async with self._one_at_a_time:
            tag = await self._tag()
            wanted: wire.TaggedProduct | None = None
            if product_id:
                found = await self._products([("id[]", product_id)])
                if not found:
                    raise RefusedByTarget("The shop has no such product any more.", "not-found")
                wanted = found[0]
                if wanted.status != "published":
                    raise RefusedByTarget(
                        "The shop does not publish this product: it cannot be featured.", "product-inactive"
                    )
            for product in await self._products([("tag_id[]", tag)]):
                if product.id != product_id:
                    # A filter by tag shows only that tag of a product: what else it has is read again.
                    for whole in await self._products([("id[]", product.id)]):
                        await self._write(whole, [t for t in _tags(whole) if t != tag])
            if wanted is not None and tag not in _tags(wanted):
                await self._write(wanted, [*_tags(wanted), tag])

    async def _products(self, where: list[tuple[str, str]]) -> list[wire.TaggedProduct]:
        asked = [*where, ("limit", "100"), ("fields", "id,status,tags.id")]
        return (await self._ask.get("/admin/products", wire.TaggedProducts, asked)).told.products

    async def _write(self, product: wire.TaggedProduct, tag_ids: list[str]) -> None:
        body = {"tags": [{"id": tag} for tag in tag_ids]}
        await self._ask.post(f"/admin/products/{product.id}", body, dict[str, Any], [("fields", "id")])

    async def _tag(self) -> str:
        if not self._tag_id:
            asked = [("value", FEATURED_TAG), ("limit", "1"), ("fields", "id,value")]
            there = (await self._ask.get("/admin/product-tags", wire.Tags, asked)).told.product_tags
            self._tag_id = there[0].id if there else await self._made()
        return self._tag_id

    async def _made(self) -> str:
        made = await self._ask.post("/admin/product-tags", {"value": FEATURED_TAG}, wire.NewTag)
        return made.told.product_tag.id


def _tags(product: wire.TaggedProduct) -> list[str]:
    return [tag.id for tag in product.tags or ()]
