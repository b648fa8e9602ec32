"""What happens at the shop without the studio."""

from tests.real.shopify.stand_in import StandIn


class ShopifyTown:
    """Shoppers of the stand-in."""

    def __init__(self, server: StandIn) -> None:
        self._server = server

    async def buy(self, variant_id: str, code: str = "", link_id: str = "") -> str:
        notes = {"host_studio_link": link_id, "host_studio_show": "show"} if link_id else None
        return self._server.shop.buy(variant_id, code, notes=notes)

    async def cancel(self, order_id: str) -> None:
        self._server.shop.cancel(order_id)
