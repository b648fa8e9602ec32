"""Every operation that is sent to Shopify's Admin GraphQL API, and what each is expected to cost.

Valid on 2026-07 and 2026-10 (https://shopify.dev/docs/api/admin-graphql). Expected costs follow Shopify's published
rule, one point an object, two and the size for a connection, ten for a mutation; answers correct them.
"""

import msgspec

VERSION = "2026-07"
PRODUCTS, MORE_VARIANTS = 12, 100
LINES, MORE_LINES = 5, 40
LISTED = 100
LARGEST = 900
"""No request is planned to cost more points than this; Shopify refuses one above 1,000."""


class Operation(msgspec.Struct, frozen=True):
    """`text` is sent as it is; `cost` is expected for each unit of what is asked (`fixed` once)."""

    name: str
    text: str
    cost: float = 1
    fixed: float = 0
    writes: bool = False


_VARIANT = """
fragment OneVariant on ProductVariant {
  id sku title price barcode selectedOptions { name value }
}
"""
_PRODUCT = """
fragment OneProduct on Product {
  id title description status productType tags updatedAt onlineStoreUrl
  score: metafield(namespace: "reviews", key: "rating") { value }
  scores: metafield(namespace: "reviews", key: "rating_count") { value }
  translations(locale: $locale) @include(if: $translated) { key value }
  media(first: 5) { nodes { preview { image { url(transform: { maxWidth: 1200 }) } } } }
  variants(first: 20) { pageInfo { hasNextPage endCursor } nodes { ...OneVariant } }
}
"""
_MONEY = "{ shopMoney { amount currencyCode } }"
_LINE = f"""
fragment OneLine on LineItem {{
  id quantity currentQuantity product {{ id }} variant {{ id }}
  originalTotalSet {_MONEY}
  discountAllocations {{ allocatedAmountSet {_MONEY} }}
  taxLines(first: 4) {{ priceSet {_MONEY} }}
}}
"""
_ORDER = f"""
fragment OneOrder on Order {{
  id name createdAt updatedAt cancelledAt displayFinancialStatus taxesIncluded discountCodes
  totalPriceSet {_MONEY} totalRefundedSet {_MONEY} totalDiscountsSet {_MONEY}
  customAttributes {{ key value }}
  customerJourneySummary {{ ready lastVisit {{ landingPage utmParameters {{ source campaign content }} }} }}
  lineItems(first: 5) {{ pageInfo {{ hasNextPage endCursor }} nodes {{ ...OneLine }} }}
}}
"""
_DISCOUNT = """
fragment OneDiscount on DiscountCodeNode {
  id
  codeDiscount {
    __typename
    ... on DiscountCodeBasic { title status startsAt endsAt updatedAt usageLimit asyncUsageCount }
    ... on DiscountCodeFreeShipping { title status startsAt endsAt updatedAt usageLimit asyncUsageCount }
    ... on DiscountCodeBxgy { title status startsAt endsAt updatedAt usageLimit asyncUsageCount }
    ... on DiscountCodeApp { title status startsAt endsAt updatedAt usageLimit asyncUsageCount }
  }
}
"""

IDENTITY = Operation(
    "Identity",
    """
query Identity {
  shop { id name currencyCode ianaTimezone primaryDomain { url } }
  productsCount(limit: null) { count }
  currentAppInstallation { accessScopes { handle } }
}
""",
    fixed=20,
)
LOCATIONS = Operation(
    "Locations",
    """
query Locations($after: String) {
  locations(first: 50, after: $after) { pageInfo { hasNextPage endCursor } nodes { id name } }
}
""",
    fixed=52,
)
CLOCK = Operation("Clock", "query Clock { shop { id } }")
PRODUCTS_PAGE = Operation(
    "Products",
    """
query Products($after: String, $locale: String!, $translated: Boolean!) {
  products(first: 12, after: $after, sortKey: ID) {
    pageInfo { hasNextPage endCursor }
    nodes { ...OneProduct }
  }
}
"""
    + _PRODUCT
    + _VARIANT,
    fixed=2 + PRODUCTS * 63,
)
PRODUCT = Operation(
    "Product",
    """
query Product($id: ID!, $locale: String!, $translated: Boolean!) { product(id: $id) { ...OneProduct } }
"""
    + _PRODUCT
    + _VARIANT,
    fixed=63,
)
PRODUCT_VARIANTS = Operation(
    "ProductVariants",
    """
query ProductVariants($id: ID!, $after: String!) {
  product(id: $id) {
    variants(first: 100, after: $after) { pageInfo { hasNextPage endCursor } nodes { ...OneVariant } }
  }
}
"""
    + _VARIANT,
    fixed=3 + MORE_VARIANTS * 2,
)
PRODUCT_ADDRESS = Operation(
    "ProductAddress", "query ProductAddress($id: ID!) { product(id: $id) { id onlineStoreUrl } }"
)
TOTALS = Operation(
    "Totals",
    """
query Totals($ids: [ID!]!) {
  nodes(ids: $ids) { ... on ProductVariant { id inventoryQuantity } }
}
""",
)
LEVELS = Operation(
    "Levels",
    """
query Levels($ids: [ID!]!, $locations: Int!) {
  nodes(ids: $ids) {
    ... on ProductVariant {
      id inventoryQuantity
      inventoryItem {
        tracked
        inventoryLevels(first: $locations) {
          nodes { updatedAt location { id } quantities(names: ["available"]) { quantity updatedAt } }
        }
      }
    }
  }
}
""",
)
ORDERS_CHANGED = Operation(
    "OrdersChanged",
    """
query OrdersChanged($after: String, $changed: String) {
  orders(first: 100, after: $after, query: $changed, sortKey: UPDATED_AT) {
    pageInfo { hasNextPage endCursor }
    nodes { id updatedAt }
  }
}
""",
    fixed=2 + LISTED,
)
ORDERS = Operation(
    "Orders",
    "query Orders($ids: [ID!]!) { nodes(ids: $ids) { ...OneOrder } }" + _ORDER + _LINE,
    cost=14 + LINES * 20,
)
ORDER_LINES = Operation(
    "OrderLines",
    """
query OrderLines($id: ID!, $after: String!) {
  order(id: $id) {
    lineItems(first: 40, after: $after) { pageInfo { hasNextPage endCursor } nodes { ...OneLine } }
  }
}
"""
    + _LINE,
    fixed=3 + MORE_LINES * 20,
)
FIND_DISCOUNT = Operation(
    "FindDiscount",
    "query FindDiscount($code: String!) { codeDiscountNodeByCode(code: $code) { ...OneDiscount } }"
    + _DISCOUNT,
    fixed=2,
)
USAGE = Operation(
    "Usage",
    """
query Usage($code: String!, $placed: String!, $cancelled: String!) {
  codeDiscountNodeByCode(code: $code) { ...OneDiscount }
  placed: ordersCount(query: $placed) { count }
  cancelled: ordersCount(query: $cancelled) { count }
}
"""
    + _DISCOUNT,
    fixed=4,
)
_PAYLOAD = "{ codeDiscountNode { ...OneDiscount } userErrors { field code message } }"
CREATE_BASIC = Operation(
    "CreateBasic",
    f"""
mutation CreateBasic($discount: DiscountCodeBasicInput!) {{
  made: discountCodeBasicCreate(basicCodeDiscount: $discount) {_PAYLOAD}
}}
"""
    + _DISCOUNT,
    fixed=14,
    writes=True,
)
CREATE_FREE_SHIPPING = Operation(
    "CreateFreeShipping",
    f"""
mutation CreateFreeShipping($discount: DiscountCodeFreeShippingInput!) {{
  made: discountCodeFreeShippingCreate(freeShippingCodeDiscount: $discount) {_PAYLOAD}
}}
"""
    + _DISCOUNT,
    fixed=14,
    writes=True,
)
UPDATE_BASIC = Operation(
    "UpdateBasic",
    f"""
mutation UpdateBasic($id: ID!, $discount: DiscountCodeBasicInput!) {{
  made: discountCodeBasicUpdate(id: $id, basicCodeDiscount: $discount) {_PAYLOAD}
}}
"""
    + _DISCOUNT,
    fixed=14,
    writes=True,
)
UPDATE_FREE_SHIPPING = Operation(
    "UpdateFreeShipping",
    f"""
mutation UpdateFreeShipping($id: ID!, $discount: DiscountCodeFreeShippingInput!) {{
  made: discountCodeFreeShippingUpdate(id: $id, freeShippingCodeDiscount: $discount) {_PAYLOAD}
}}
"""
    + _DISCOUNT,
    fixed=14,
    writes=True,
)
DEACTIVATE = Operation(
    "Deactivate",
    f"mutation Deactivate($id: ID!) {{ made: discountCodeDeactivate(id: $id) {_PAYLOAD} }}" + _DISCOUNT,
    fixed=14,
    writes=True,
)
FEATURED = Operation(
    "Featured",
    "query Featured($tagged: String!) { products(first: 20, query: $tagged) { nodes { id tags } } }",
    fixed=22,
)
TAG = Operation(
    "Tag",
    "mutation Tag($id: ID!, $tags: [String!]!) { tagsAdd(id: $id, tags: $tags) { userErrors { field message } } }",
    fixed=14,
    writes=True,
)
UNTAG = Operation(
    "Untag",
    """
mutation Untag($id: ID!, $tags: [String!]!) {
  tagsRemove(id: $id, tags: $tags) { userErrors { field message } }
}
""",
    fixed=14,
    writes=True,
)
ALL = (
    IDENTITY, LOCATIONS, CLOCK, PRODUCTS_PAGE, PRODUCT, PRODUCT_VARIANTS, PRODUCT_ADDRESS, TOTALS, LEVELS,
    ORDERS_CHANGED, ORDERS, ORDER_LINES, FIND_DISCOUNT, USAGE, CREATE_BASIC, CREATE_FREE_SHIPPING, UPDATE_BASIC,
    UPDATE_FREE_SHIPPING, DEACTIVATE, FEATURED, TAG, UNTAG,
)  # fmt: skip
