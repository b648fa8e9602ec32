"""What is asked of Vendure's Admin API (3.7), and which right each operation needs."""

CHANNEL = """{activeChannel{id code defaultCurrencyCode defaultLanguageCode pricesIncludeTax trackInventory
  outOfStockThreshold seller{name}} globalSettings{trackInventory outOfStockThreshold}
  products(options:{take:1}){totalItems} stockLocations(options:{take:100}){items{id name}}}"""

WHOAMI = "{activeChannel{id}}"

HAS_LINK_FIELD = "{orders(options:{take:1}){items{customFields{hostStudioLink}}}}"
HAS_LOW_FIELD = "{productVariants(options:{take:1}){items{customFields{lowestPrice30Days}}}}"

_PRODUCT = """id name slug description enabled featuredAsset{preview} assets{preview}
  facetValues{id name facet{id name code isPrivate}} collections{name isPrivate}"""

PRODUCTS = "query($o:ProductListOptions){products(options:$o){totalItems items{%s}}}" % _PRODUCT  # noqa: UP031


def variants(low_field: bool) -> str:
    """The variants of some products."""
    low = "customFields{lowestPrice30Days}" if low_field else ""
    return (
        "query($o:ProductVariantListOptions){productVariants(options:$o){totalItems items{id productId sku name "
        "enabled priceWithTax currencyCode options{name group{name}} featuredAsset{preview} " + low + "}}}"
    )


STOCK = """query($o:ProductVariantListOptions){productVariants(options:$o){totalItems items{id trackInventory
  outOfStockThreshold useGlobalOutOfStockThreshold stockLevels{stockLocationId stockOnHand stockAllocated}}}}"""

VARIANT_IDS = "query($o:ProductVariantListOptions){productVariants(options:$o){totalItems items{id}}}"


def orders(link_field: bool) -> str:
    """Orders with what was paid, refunded and sent back; nothing of who the customer is."""
    link = "customFields{hostStudioLink}" if link_field else ""
    return (
        "query($o:OrderListOptions){orders(options:$o){totalItems items{id code state orderPlacedAt updatedAt "
        "currencyCode totalWithTax couponCodes promotions{couponCode} discounts{amountWithTax} "
        "lines{productVariant{id productId} quantity orderPlacedQuantity proratedUnitPriceWithTax "
        "proratedLinePriceWithTax} payments{amount state refunds{total state}} fulfillments{state} "
        + link
        + "}}}"
    )


_PROMOTION = "id couponCode createdAt startsAt endsAt enabled usageLimit description"

PROMOTIONS = "query($o:PromotionListOptions){promotions(options:$o){totalItems items{%s}}}" % _PROMOTION  # noqa: UP031

CREATE_PROMOTION = (
    "mutation($i:CreatePromotionInput!){createPromotion(input:$i){__typename ... on Promotion{%s}"  # noqa: UP031
    " ... on ErrorResult{errorCode message}}}" % _PROMOTION
)

UPDATE_PROMOTION = (
    "mutation($i:UpdatePromotionInput!){updatePromotion(input:$i){__typename ... on Promotion{%s}"  # noqa: UP031
    " ... on ErrorResult{errorCode message}}}" % _PROMOTION
)

FACETS = "query($o:FacetListOptions){facets(options:$o){totalItems items{id code values{id code}}}}"

CREATE_FACET = "mutation($i:CreateFacetInput!){createFacet(input:$i){id code values{id code}}}"

FACETED = "query($o:ProductListOptions){products(options:$o){totalItems items{id enabled facetValues{id}}}}"

UPDATE_PRODUCT = "mutation($i:UpdateProductInput!){updateProduct(input:$i){id facetValues{id}}}"

RIGHTS = {
    "products": "ReadCatalog",
    "productVariants": "ReadCatalog",
    "facets": "ReadCatalog",
    "orders": "ReadOrder",
    "promotions": "ReadPromotion",
    "createPromotion": "CreatePromotion",
    "updatePromotion": "UpdatePromotion",
    "updateProduct": "UpdateCatalog",
    "createFacet": "CreateCatalog",
    "stockLocations": "ReadStockLocation",
    "globalSettings": "ReadSettings",
}
"""The permission that a role needs for each field, for the sentence which says what is missing."""
