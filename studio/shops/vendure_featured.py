"""The featured product at Vendure: a private facet value on the one product."""

import asyncio

import msgspec

from studio.control.ports import BadAnswer, RefusedByTarget
from studio.shops import vendure_queries as ask
from studio.shops import vendure_wire as wire
from studio.shops.vendure_client import VendureClient

FACET = "host-studio"
VALUE = "featured"


class VendureFeatured:
    """Keeps the value `featured` of the private facet `host-studio` on one product at most; makes the facet where there
    is none. The storefront shows the product which carries it.
    """

    def __init__(self, client: VendureClient) -> None:
        self._ask = client
        self._value_id = ""
        self._one_at_a_time = asyncio.Lock()

    async def feature(self, product_id: str, language: str) -> None:
        """Feature this product, none for an empty id. Refuses with "not-found" and "product-inactive"."""
        async with self._one_at_a_time:
            value = await self._value(language)
            wanted: wire.Faceted | None = None
            if product_id:
                found = await self._products({"id": {"eq": product_id}})
                if not found:
                    raise RefusedByTarget("The shop has no such product any more.", "not-found")
                wanted = found[0]
                if not wanted.enabled:
                    raise RefusedByTarget(
                        "The shop has switched this product off: it cannot be featured.", "product-inactive"
                    )
            for product in await self._products({"facetValueId": {"eq": value}}):
                if product.id != product_id:
                    await self._write(product, [v.id for v in product.facetValues if v.id != value])
            if wanted is not None and value not in [v.id for v in wanted.facetValues]:
                await self._write(wanted, [*(v.id for v in wanted.facetValues), value])

    async def _products(self, where: dict[str, object]) -> list[wire.Faceted]:
        answer = await self._ask(ask.FACETED, {"o": {"take": 100, "filter": where}})
        page = answer.read("products", wire.Listed)
        try:
            return [msgspec.json.decode(raw, type=wire.Faceted) for raw in page.items]
        except msgspec.MsgspecError as error:
            raise BadAnswer("The shop's featured product is not as agreed.") from error

    async def _write(self, product: wire.Faceted, value_ids: list[str]) -> None:
        answer = await self._ask(ask.UPDATE_PRODUCT, {"i": {"id": product.id, "facetValueIds": value_ids}})
        answer.read("updateProduct", wire.Ref)

    async def _value(self, language: str) -> str:
        if not self._value_id:
            there = await self._ask(ask.FACETS, {"o": {"filter": {"code": {"eq": FACET}}}})
            page = there.read("facets", wire.Listed)
            facets = [msgspec.json.decode(raw, type=wire.FacetWithValues) for raw in page.items]
            found = next((v.id for f in facets for v in f.values if v.code == VALUE), None)
            self._value_id = found or await self._made(language)
        return self._value_id

    async def _made(self, language: str) -> str:
        def named(name: str) -> list[dict[str, str]]:
            return [{"languageCode": language, "name": name}]

        body = {
            "code": FACET,
            "isPrivate": True,
            "translations": named("Host Studio"),
            "values": [{"code": VALUE, "translations": named("Featured in the live show")}],
        }
        made = (await self._ask(ask.CREATE_FACET, {"i": body})).read("createFacet", wire.FacetWithValues)
        return made.values[0].id
