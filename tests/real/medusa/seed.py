"""What the test shop sells: 60 products with 150 variants at three locations, through the Admin API."""

from typing import Any

from tests.real.medusa.server import PAYMENT, Api, Medusa, Shopfront
from tests.real.vendure.seed import COLOURS, LOCATIONS, PLENTY, sizes
from tests.real.vendure.server import a_picture

COUNTRY, TAX_PERCENT, SHIPPING = "de", 19, 4.9
HANDLES = [f"item-{number + 1}" for number in range(len(sizes()))]


def seed(server: Medusa) -> None:
    """Prices with tax in EUR, a region, locations, pictures, products, variants, stock, and a key of each kind."""
    admin = server.admin
    channel = admin.get("/admin/sales-channels")["sales_channels"][0]["id"]
    profile = admin.get("/admin/shipping-profiles")["shipping_profiles"][0]["id"]
    region = _money(admin)
    places = [_place(admin, name, channel) for name in LOCATIONS]
    shipping = _shipping(admin, places[0], profile, region)
    _goods(admin, channel, profile, places)
    key = admin.post("/admin/api-keys", title="storefront", type="publishable")["api_key"]
    admin.post(f"/admin/api-keys/{key['id']}/sales-channels", add=[channel])
    server.front = Shopfront(key["token"], region, COUNTRY, shipping)
    server.key, _ = server.a_key()


def _money(admin: Api) -> str:
    """EUR with tax included, USD beside it, one region with one country; the region."""
    store = admin.get("/admin/stores")["stores"][0]["id"]
    admin.post(
        f"/admin/stores/{store}",
        name="The Test Shop",
        supported_currencies=[
            {"currency_code": "eur", "is_default": True, "is_tax_inclusive": True},
            {"currency_code": "usd"},
        ],
    )
    region = admin.post(
        "/admin/regions",
        name="Europe", currency_code="eur", countries=[COUNTRY], payment_providers=[PAYMENT], is_tax_inclusive=True,
    )["region"]["id"]  # fmt: skip
    admin.post(f"/admin/stores/{store}", default_region_id=region)
    admin.post(
        "/admin/tax-regions",
        country_code=COUNTRY, provider_id="tp_system",
        default_tax_rate={"name": "VAT", "code": "VAT", "rate": TAX_PERCENT},
    )  # fmt: skip
    return region


def _place(admin: Api, name: str, channel: str) -> str:
    place = admin.post("/admin/stock-locations", name=name)["stock_location"]["id"]
    admin.post(f"/admin/stock-locations/{place}/sales-channels", add=[channel])
    return place


def _shipping(admin: Api, place: str, profile: str, region: str) -> str:
    admin.post(f"/admin/stock-locations/{place}/fulfillment-providers", add=["manual_manual"])
    path = f"/admin/stock-locations/{place}/fulfillment-sets?fields=*fulfillment_sets"
    ways = admin.post(path, name="Post", type="shipping")["stock_location"]["fulfillment_sets"][0]["id"]
    zone = admin.post(
        f"/admin/fulfillment-sets/{ways}/service-zones?fields=*service_zones",
        name="Home",
        geo_zones=[{"type": "country", "country_code": COUNTRY}],
    )["fulfillment_set"]["service_zones"][0]["id"]
    return admin.post(
        "/admin/shipping-options",
        name="Parcel", service_zone_id=zone, shipping_profile_id=profile, provider_id="manual_manual", price_type="flat",
        type={"label": "Parcel", "description": "By post", "code": "parcel"}, rules=[],
        prices=[{"region_id": region, "amount": SHIPPING}, {"currency_code": "eur", "amount": SHIPPING}],
    )["shipping_option"]["id"]  # fmt: skip


def _goods(admin: Api, channel: str, profile: str, places: list[str]) -> None:
    pictures = admin.upload(*((f"{i}.png", a_picture(40 * i, 200 - 40 * i, 90)) for i in range(4)))
    tag = admin.post("/admin/product-tags", value="Wool")["product_tag"]["id"]
    shelf = admin.post("/admin/collections", title="Home")["collection"]["id"]
    products = [
        _product(number, count, pictures) | {
            "shipping_profile_id": profile, "sales_channels": [{"id": channel}], "tags": [{"id": tag}],
            "collection_id": shelf,
        }
        for number, count in enumerate(sizes())
    ]  # fmt: skip
    for start in range(0, len(products), 20):
        admin.post("/admin/products/batch", create=products[start : start + 20])
    items = {x["sku"]: x["id"] for x in admin.get("/admin/inventory-items", limit=500)["inventory_items"]}
    levels = [
        {"inventory_item_id": items[f"SKU-{number + 1}-{i + 1}"], "location_id": place, "stocked_quantity": PLENTY}
        for number, count in enumerate(sizes())
        for i in range(count)
        for place in places[: 1 + i % 3]
    ]  # fmt: skip
    admin.post("/admin/inventory-items/location-levels/batch", create=levels)


def _product(number: int, count: int, pictures: list[str]) -> dict[str, Any]:
    goods = (
        "Scarf",
        "Mug",
        "Lamp",
        "Chair",
        "Bowl",
        "Throw",
        "Candle",
        "Vase",
        "Tray",
        "Clock",
        "Rug",
        "Basket",
    )
    name = f"{goods[number % len(goods)]} No. {number + 1}"
    return {
        "title": name, "handle": HANDLES[number], "status": "published",
        "description": f"{name} & more.\nMade by hand.", "thumbnail": pictures[number % 4],
        "images": [{"url": url} for url in pictures],
        "options": [{"title": "Colour", "values": list(COLOURS[:count])}],
        "variants": [
            {
                "title": COLOURS[i], "sku": f"SKU-{number + 1}-{i + 1}", "manage_inventory": True, "variant_rank": i,
                "options": {"Colour": COLOURS[i]},
                "prices": [
                    {"currency_code": "eur", "amount": 10 + number + i / 10},
                    {"currency_code": "usd", "amount": 12 + number + i / 10},
                ],
            }
            for i in range(count)
        ],
    }  # fmt: skip
