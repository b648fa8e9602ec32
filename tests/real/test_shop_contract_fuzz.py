"""Schemathesis against the running demo shop: whatever is sent, the answer is what the contract says."""

import itertools
from collections.abc import Iterator

import hypothesis
import pytest
import schemathesis
from schemathesis.checks import CHECKS, load_all_checks

from tests.fakes.shop_process import REPOSITORY, ShopProcess, start_shop
from tests.real.shopping import buy, come, link, make_promo, variant

load_all_checks()
_NAMES = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_schema_conformance",
    "response_headers_conformance",
)
CHECKS_WE_ASK = [CHECKS.get_one(name) for name in _NAMES]
# The stream never ends by itself; what it sends is tested by reading it.
schema = schemathesis.openapi.from_path(REPOSITORY / "resources" / "openapi" / "studio-shop-v1.json").exclude(
    path="/v1/changes/stream"
)


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ShopProcess]:
    with start_shop(tmp_path_factory.mktemp("shop")) as running:
        yield running


@pytest.fixture(scope="module")
def known(shop: ShopProcess) -> dict[str, str]:
    """Ids that the shop has, so that not every answer is 404."""
    found, session_id = variant(shop), come(shop, link_id=link(shop))
    cart = shop.store("carts", {"session_id": session_id}).json()["id"]
    shop.store(f"carts/{cart}/lines", {"variant_id": found["id"]})
    product = shop.get(f"products/{found['product_id']}")
    return {
        "product_id": found["product_id"], "order_id": buy(shop, found["id"])["id"], "cart_id": cart,
        "session_id": session_id, "promo_id": make_promo(shop, "FUZZ")["id"],
        "name": product["images"][0]["url"].rpartition("/")[2],
    }  # fmt: skip


_turns = itertools.count()


@schema.parametrize()
@hypothesis.settings(
    max_examples=12, derandomize=True, deadline=None, database=None, suppress_health_check=list(hypothesis.HealthCheck),
    phases=[hypothesis.Phase.explicit, hypothesis.Phase.generate],
)  # fmt: skip
def test_every_answer_keeps_the_contract(case: schemathesis.Case, shop: ShopProcess, known: dict[str, str]):
    if next(_turns) % 3:
        case.path_parameters = {name: known[name] for name in case.path_parameters}
    admin = case.path.startswith("/admin")
    token = shop.admin_token if admin else shop.token
    case.call_and_validate(
        base_url=shop.url, checks=CHECKS_WE_ASK, headers={"Authorization": f"Bearer {token}"}
    )
    if case.path == "/admin/v1/faults":
        shop.admin("faults", method="DELETE")  # what follows asks a shop that is well
