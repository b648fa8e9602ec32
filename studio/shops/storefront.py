"""Where customers shop, and the tracked links that lead there, for shops that make none themselves."""

from urllib.parse import quote, urlencode, urlsplit

from studio.control.ports import RefusedByTarget, TrackedLink
from studio.domain.ids import derived_id


class Storefront:
    """`address` is that of the storefront, whose product pages are then taken to be at `/products/{slug}`, or that of a
    product's page with `{slug}` in it; empty where nobody knows it.
    """

    def __init__(self, address: str) -> None:
        self._address = address.strip()

    def page(self, slug: str) -> str:
        """A product's page; empty without an address."""
        if not self._address:
            return ""
        if "{slug}" in self._address:
            return self._address.replace("{slug}", quote(slug, safe=""))
        return f"{self._address.rstrip('/')}/products/{quote(slug, safe='')}"

    @property
    def home(self) -> str:
        """Where a link without a product leads. Refuses with "no-storefront"."""
        if not self._address:
            raise RefusedByTarget(
                "The storefront's address is missing in the shop's settings: without it there are no links.",
                "no-storefront",
            )
        return self._address.replace("{slug}", "")

    def link(self, page: str, show_id: str, product_id: str, channel: str) -> TrackedLink:
        """The link of this show, product and channel to a page. Nothing is written anywhere: the address says it all."""
        link_id = derived_id(show_id, "link", product_id, channel)
        marks = {
            "utm_source": channel,
            "utm_medium": "live",
            "utm_campaign": show_id,
            "utm_content": link_id,
        }
        url = f"{page}{'&' if urlsplit(page).query else '?'}{urlencode(marks)}"
        return TrackedLink(link_id, url, show_id, product_id, channel)
