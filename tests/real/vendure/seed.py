"""What the test shop sells: 60 products with 150 variants at three locations, through the Admin API."""

from typing import Any

from tests.real.vendure.server import Api, a_picture

PRODUCTS, VARIANTS, LOCATIONS = 60, 150, ("Oslo", "Berlin", "Porto")
PLENTY = 400
COLOURS = ("Red", "Green", "Blue", "Black")
_GOODS = (
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


def _words(**words: str) -> list[dict[str, str]]:
    return [{"languageCode": "en", **words}]


def sizes() -> list[int]:
    """How many variants each product has: one to four, 150 in all."""
    return [(1, 2, 3, 4)[n % 4] for n in range(PRODUCTS)]


def seed(admin: Api) -> None:
    """Prices with tax in EUR, locations, pictures, products, variants, stock."""
    channel = admin("{activeChannel{id}}")["activeChannel"]["id"]
    told = admin(
        "mutation($i:UpdateChannelInput!){updateChannel(input:$i){__typename ... on ErrorResult{message}}}",
        i={
            "id": channel, "pricesIncludeTax": True,
            "availableCurrencyCodes": ["EUR"], "defaultCurrencyCode": "EUR",
        },
    )["updateChannel"]  # fmt: skip
    assert told["__typename"] == "Channel", told
    places = [
        admin("mutation($i:CreateStockLocationInput!){createStockLocation(input:$i){id}}", i={"name": name})[
            "createStockLocation"
        ]["id"]
        for name in LOCATIONS
    ]
    pictures = admin.upload(
        "mutation($input:[CreateAssetInput!]!){createAssets(input:$input){... on Asset{id}}}",
        [(f"{i}.png", a_picture(40 * i, 200 - 40 * i, 90)) for i in range(4)],
    )["createAssets"]
    shelf = admin(
        "mutation($i:CreateFacetInput!){createFacet(input:$i){values{id}}}",
        i={
            "code": "material", "isPrivate": False, "translations": _words(name="Material"),
            "values": [{"code": "wool", "translations": _words(name="Wool")}],
        },
    )["createFacet"]["values"][0]["id"]  # fmt: skip
    for number, count in enumerate(sizes()):
        _product(admin, number, count, [p["id"] for p in pictures], shelf, places)


def _product(
    admin: Api, number: int, count: int, pictures: list[str], facet_value: str, places: list[str]
) -> None:
    name = f"{_GOODS[number % len(_GOODS)]} No. {number + 1}"
    product = admin(
        "mutation($i:CreateProductInput!){createProduct(input:$i){id}}",
        i={
            "enabled": True, "featuredAssetId": pictures[number % 4], "assetIds": pictures, "facetValueIds": [facet_value],
            "translations": _words(
                name=name, slug=f"item-{number + 1}",
                description=f"<p>{name} &amp; more.</p><ul><li>Made by hand</li><li>Lasts for years</li></ul>",
            ),
        },
    )["createProduct"]["id"]  # fmt: skip
    options: list[dict[str, Any]] = [{}]
    if count > 1:
        group = admin(
            "mutation($i:CreateProductOptionGroupInput!){createProductOptionGroup(input:$i){id options{id}}}",
            i={
                "code": f"colour-{number}", "translations": _words(name="Colour"),
                "options": [{"code": f"{c}-{number}".lower(), "translations": _words(name=c)} for c in COLOURS[:count]],
            },
        )["createProductOptionGroup"]  # fmt: skip
        admin(
            "mutation($p:ID!,$g:ID!){addOptionGroupToProduct(productId:$p,optionGroupId:$g){id}}", p=product, g=group["id"]
        )  # fmt: skip
        options = group["options"]
    variants = [
        {
            "productId": product, "sku": f"SKU-{number + 1}-{i + 1}", "price": 1000 + 100 * number + 10 * i,
            "trackInventory": "TRUE", "optionIds": [option["id"]] if option else [],
            "translations": _words(name=f"{name} {COLOURS[i]}"),
            "stockLevels": [{"stockLocationId": place, "stockOnHand": PLENTY} for place in places[: 1 + i % 3]],
            "customFields": {"lowestPrice30Days": 900 + 100 * number} if i == 0 else {},
        }
        for i, option in enumerate(options)
    ]  # fmt: skip
    admin("mutation($i:[CreateProductVariantInput!]!){createProductVariants(input:$i){id}}", i=variants)
