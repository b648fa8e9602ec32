"""Every operation and every set of variables that is sent to Shopify, against Shopify's own schema."""

from collections.abc import Iterator
from typing import Any

import pytest
from graphql import (
    NoDeprecatedCustomRule,
    OperationDefinitionNode,
    get_introspection_query,
    parse,
    specified_rules,
    validate,
)
from graphql.execution.values import get_variable_values

from studio.domain.promo import PromoCode, PromoKind, PromoScope
from studio.shops import shopify_map as to
from studio.shops import shopify_operations as ops
from studio.shops.shopify_codes import basic_input, free_shipping_input, usage_variables
from tests.real.shopify.costs import Costs
from tests.real.shopify.schema import VERSIONS, schema

pytestmark = pytest.mark.real
ID = "gid://shopify/Product/1"


def a_promo(**changes: Any) -> PromoCode:
    fields: dict[str, Any] = {
        "id": "p", "code": "LIVE-20", "kind": PromoKind.PERCENT, "percent": 20, "amount_minor": 0, "currency": "EUR",
        "scope": PromoScope.ALL, "product_ids": (), "starts_at_ms": 1_790_000_000_123, "ends_at_ms": 1_790_000_600_000,
        "total_limit": None, "per_customer_limit": None,
    }  # fmt: skip
    return PromoCode(**(fields | changes))


def every_discount() -> Iterator[tuple[ops.Operation, dict[str, Any]]]:
    for scope, products in (
        (PromoScope.ALL, ()),
        (PromoScope.PRODUCT, (ID,)),
        (PromoScope.LINEUP, (ID, ID[:-1] + "2")),
    ):
        for limits in ({}, {"total_limit": 5, "per_customer_limit": 1}):
            shared = {"scope": scope, "product_ids": products, **limits}
            yield ops.CREATE_BASIC, {"discount": basic_input(a_promo(**shared), "key")}
            fixed = a_promo(kind=PromoKind.FIXED, percent=0, amount_minor=512, **shared)
            yield ops.CREATE_BASIC, {"discount": basic_input(fixed, "key")}
            free = a_promo(kind=PromoKind.FREE_SHIPPING, percent=0, **shared)
            yield ops.CREATE_FREE_SHIPPING, {"discount": free_shipping_input(free, "key")}
    end = {"id": "gid://shopify/DiscountCodeNode/1", "discount": {"endsAt": to.iso_of(1_790_000_600_001)}}
    yield ops.UPDATE_BASIC, end
    yield ops.UPDATE_FREE_SHIPPING, end


def every_variables() -> list[tuple[ops.Operation, dict[str, Any]]]:
    words = {"locale": "de", "translated": True}
    ids = {"ids": ["gid://shopify/ProductVariant/1", "gid://shopify/ProductVariant/2"]}
    tags = {"id": ID, "tags": ["host-studio-live"]}
    return [
        (ops.IDENTITY, {}),
        (ops.CLOCK, {}),
        (ops.LOCATIONS, {"after": None}),
        (ops.LOCATIONS, {"after": "c"}),
        (ops.PRODUCTS_PAGE, {"after": None, **words}),
        (ops.PRODUCTS_PAGE, {"after": "c", **words}),
        (ops.PRODUCT, {"id": ID, **words}),
        (ops.PRODUCT_VARIANTS, {"id": ID, "after": "c"}),
        (ops.PRODUCT_ADDRESS, {"id": ID}),
        (ops.TOTALS, ids),
        (ops.LEVELS, {**ids, "locations": 3}),
        (ops.ORDERS_CHANGED, {"after": None, "changed": None}),
        (ops.ORDERS_CHANGED, {"after": "c", "changed": "updated_at:>='2026-11-21T20:00:00Z'"}),
        (ops.ORDERS, {"ids": ["gid://shopify/Order/1"]}),
        (ops.ORDER_LINES, {"id": "gid://shopify/Order/1", "after": "c"}),
        (ops.FIND_DISCOUNT, {"code": "LIVE-20"}),
        (ops.USAGE, usage_variables("LIVE-20")),
        *every_discount(),
        (ops.DEACTIVATE, {"id": "gid://shopify/DiscountCodeNode/1"}),
        (ops.FEATURED, {"tagged": "tag:'host-studio-live'"}),
        (ops.TAG, tags),
        (ops.UNTAG, tags),
    ]


@pytest.fixture(params=VERSIONS)
def version(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.mark.parametrize("operation", ops.ALL, ids=lambda operation: operation.name)
def test_an_operation_is_valid_and_uses_nothing_that_will_go(version: str, operation: ops.Operation):
    document = parse(operation.text)
    found = validate(schema(version), document, [*specified_rules, NoDeprecatedCustomRule])
    assert [error.message for error in found] == []
    (defined,) = [node for node in document.definitions if isinstance(node, OperationDefinitionNode)]
    assert defined.name is not None
    assert defined.name.value == operation.name
    assert (defined.operation.value == "mutation") == operation.writes


@pytest.mark.parametrize(("operation", "variables"), every_variables())
def test_variables_are_of_the_types_that_the_schema_asks_for(
    version: str, operation: ops.Operation, variables: dict[str, Any]
):
    assert problems(version, operation, variables) == []


def test_every_operation_has_variables_here_and_none_is_forgotten():
    assert {operation.name for operation, _ in every_variables()} == {operation.name for operation in ops.ALL}


def test_a_misspelt_field_a_wrong_type_and_a_bad_time_would_be_seen():
    good = {"discount": basic_input(a_promo(), "key")}
    for wrong in (
        {"usageLimits": 3},
        {"usageLimit": "3"},
        {"endsAt": "soon"},
        {"context": {"all": "EVERYBODY"}},
    ):
        bad = {"discount": good["discount"] | wrong}
        assert problems(VERSIONS[0], ops.CREATE_BASIC, bad) != []
    assert parse(get_introspection_query())
    assert validate(schema(VERSIONS[0]), parse("{ shop { moniker } }")) != []


@pytest.mark.parametrize(("operation", "variables"), every_variables())
def test_an_operation_costs_no_more_than_is_expected_of_it(
    version: str, operation: ops.Operation, variables: dict[str, Any]
):
    requested = Costs(schema(version)).requested(parse(operation.text), variables)
    each = 4 + 3 * variables["locations"] if "locations" in variables else operation.cost
    expected = operation.fixed + each * len(variables.get("ids", "1"))
    assert requested <= expected
    assert requested <= ops.LARGEST


def problems(version: str, operation: ops.Operation, variables: dict[str, Any]) -> list[str]:
    (defined,) = [n for n in parse(operation.text).definitions if isinstance(n, OperationDefinitionNode)]
    known = {definition.variable.name.value for definition in defined.variable_definitions or ()}
    unknown = [f"${name} is not declared" for name in variables if name not in known]
    coerced = get_variable_values(schema(version), defined.variable_definitions or (), variables)
    return unknown + ([error.message for error in coerced] if isinstance(coerced, list) else [])
