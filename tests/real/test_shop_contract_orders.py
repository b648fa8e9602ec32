"""The Studio Shop API v1 over real HTTP: stock, carts, codes, orders, and the books they end in."""

from collections.abc import Iterator

import httpx
import pytest

from tests.fakes.shop_process import ShopProcess, start_shop
from tests.real.shopping import HOUR, at_once, buy, come, level, link, make_promo, promo_body, variant

MINUTE = 60_000


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ShopProcess]:
    with start_shop(tmp_path_factory.mktemp("shop")) as running:
        yield running


def _cart(shop: ShopProcess, variant_id: str, quantity: int = 1, customer: str | None = None) -> str:
    cart = shop.store("carts", {"session_id": come(shop, customer=customer)}).json()["id"]
    answer = shop.store(f"carts/{cart}/lines", {"variant_id": variant_id, "quantity": quantity})
    assert answer.status_code == 200, answer.text
    return cart


def _amount(order: dict, field: str) -> int:
    return order[field]["amount_minor"]


def _adds_up(order: dict) -> None:
    lines = order["lines"]
    for line in lines:
        assert _amount(line, "total") == _amount(line, "unit_price") * line["quantity"]
    assert _amount(order, "subtotal") == sum(_amount(line, "total") for line in lines)
    assert _amount(order, "discount") == sum(_amount(line, "discount") for line in lines)
    assert _amount(order, "total") == _amount(order, "subtotal") - _amount(order, "discount") + _amount(
        order, "shipping"
    )
    assert 0 <= _amount(order, "tax") <= _amount(order, "total")


def test_a_cart_holds_stock_and_an_order_takes_it(shop: ShopProcess):
    found = variant(shop)
    before = level(shop, found["id"])
    cart = _cart(shop, found["id"], 2)
    held = level(shop, found["id"])
    assert (held["reserved"], held["sellable"]) == (before["reserved"] + 2, before["sellable"] - 2)
    order = shop.store(f"carts/{cart}/checkout").json()
    _adds_up(order)
    sold = level(shop, found["id"])
    assert sold == {
        "on_hand": before["on_hand"] - 2,
        "reserved": before["reserved"],
        "sellable": before["sellable"] - 2,
    }
    assert shop.get(f"orders/{order['id']}") == order
    again = shop.store(f"carts/{cart}/checkout")
    assert (again.status_code, again.json()["type"]) == (409, "/problems/cart-closed")


def test_nobody_can_buy_more_than_there_is(shop: ShopProcess):
    found = variant(shop, skip=1)
    answer = shop.store(
        "orders",
        {"session_id": come(shop), "lines": [{"variant_id": found["id"], "quantity": found["left"] + 1}]},
    )
    assert (answer.status_code, answer.json()["type"]) == (409, "/problems/sold-out")
    assert answer.json()["available"] == found["left"]
    assert level(shop, found["id"])["reserved"] == 0


def test_many_shoppers_at_once_sell_exactly_what_there_is(shop: ShopProcess):
    found = variant(shop, skip=2)
    sessions = [come(shop) for _ in range(found["left"] + 15)]

    def shopper(http: httpx.Client, session_id: str) -> int:
        body = {"session_id": session_id, "lines": [{"variant_id": found["id"]}]}
        return http.post("/store/v1/orders", json=body).status_code

    statuses = at_once(shop, shopper, sessions)
    assert statuses.count(201) == found["left"]
    assert statuses.count(409) == 15
    assert level(shop, found["id"])["sellable"] == 0


def test_a_code_is_redeemed_exactly_up_to_its_limit_however_many_try_at_once(shop: ShopProcess):
    made = make_promo(shop, "SEVEN", total_limit=7)
    found = variant(shop, at_least=8, skip=3)
    carts = [_cart(shop, found["id"]) for _ in range(min(found["left"], 20))]
    assert len(carts) > 7

    def checkout(http: httpx.Client, cart: str) -> int:
        return http.post(f"/store/v1/carts/{cart}/checkout").status_code

    for cart in carts:  # everybody sees a good code first, so that the checkouts themselves compete
        assert shop.store(f"carts/{cart}/code", {"code": "SEVEN"}).json()["accepted"]
    statuses = at_once(shop, checkout, carts)
    promo = shop.get(f"promos/{made['id']}")
    assert (promo["redemptions"], promo["status"]) == (7, "used_up")
    assert statuses.count(201) == 7
    assert statuses.count(409) == len(carts) - 7
    assert shop.admin("books", show_id="show-1")["redemptions"]["SEVEN"] == 7


def test_a_cancelled_order_gives_stock_and_redemption_back_and_its_money(shop: ShopProcess):
    made = make_promo(shop, "BACK", total_limit=1)
    found = variant(shop, skip=4)
    before = level(shop, found["id"])
    order = buy(shop, found["id"], code="BACK")
    refused = shop.store(
        "orders", {"session_id": come(shop), "lines": [{"variant_id": found["id"]}], "code": "BACK"}
    )
    assert refused.json()["reason"] == "used-up"
    cancelled = shop.store(f"orders/{order['id']}/cancel").json()
    assert cancelled["status"] == "cancelled"
    assert cancelled["refunded"] == cancelled["total"]
    assert cancelled["revision"] == order["revision"] + 1
    assert level(shop, found["id"]) == before
    assert shop.get(f"promos/{made['id']}")["redemptions"] == 0
    assert buy(shop, found["id"], code="BACK")["promo_codes"] == ["BACK"]
    assert shop.store(f"orders/{order['id']}/cancel").json()["type"] == "/problems/order-state"


def test_returns_refund_what_was_paid_for_them_and_all_of_it_in_the_end(shop: ShopProcess):
    make_promo(shop, "THIRD", percent=33)
    found = variant(shop, at_least=6, skip=5)
    order = buy(shop, found["id"], 3, code="THIRD")
    _adds_up(order)
    paid = _amount(order["lines"][0], "total") - _amount(order["lines"][0], "discount")
    one = shop.store(
        f"orders/{order['id']}/returns", {"lines": [{"variant_id": found["id"], "quantity": 1}]}
    ).json()
    assert (one["status"], _amount(one, "refunded")) == ("partly_returned", paid // 3)
    too_many = shop.store(
        f"orders/{order['id']}/returns", {"lines": [{"variant_id": found["id"], "quantity": 3}]}
    )
    assert too_many.json()["type"] == "/problems/order-state"
    rest = shop.store(
        f"orders/{order['id']}/returns", {"lines": [{"variant_id": found["id"], "quantity": 2}]}
    ).json()
    assert rest["status"] == "returned"
    assert rest["refunded"] == order["total"]


def test_a_code_counts_only_within_its_window(shop: ShopProcess):
    now = shop.now_ms()
    made = make_promo(shop, "LATER", starts_at_ms=now + 20 * MINUTE, ends_at_ms=now + 40 * MINUTE)
    assert made["status"] == "scheduled"
    found = variant(shop, skip=6)

    def answer() -> str | None:
        return shop.store(f"carts/{cart}/code", {"code": "later"}).json()["reason"]

    cart = _cart(shop, found["id"])
    assert answer() == "not-started"
    shop.admin("clock", {"rate": 0, "now_ms": made["starts_at_ms"] - 1})
    assert answer() == "not-started"
    shop.admin("clock", {"now_ms": made["starts_at_ms"]})
    assert answer() is None
    shop.admin("clock", {"now_ms": made["ends_at_ms"] - 1})
    assert answer() is None
    shop.admin("clock", {"now_ms": made["ends_at_ms"]})
    assert answer() == "ended"
    late = shop.store(f"carts/{cart}/checkout")
    shop.admin("clock", {"rate": 1})
    assert (late.status_code, late.json()["type"], late.json()["reason"]) == (
        409,
        "/problems/code-refused",
        "ended",
    )
    assert shop.store(f"carts/{cart}/code", {"code": None}).json()["accepted"]
    assert shop.store(f"carts/{cart}/checkout").status_code == 201


def test_a_code_for_one_product_takes_off_nothing_else(shop: ShopProcess):
    one, other = variant(shop, skip=7), variant(shop, skip=15)
    assert one["product_id"] != other["product_id"]
    make_promo(
        shop,
        "ONLYONE",
        kind="fixed",
        percent=None,
        amount={"amount_minor": 150, "currency": "EUR"},
        scope="products",
        product_ids=[one["product_id"]],
    )
    body = {
        "session_id": come(shop),
        "lines": [{"variant_id": one["id"]}, {"variant_id": other["id"]}],
        "code": "onlyone",
    }
    order = shop.store("orders", body).json()
    _adds_up(order)
    assert {line["variant_id"]: _amount(line, "discount") for line in order["lines"]} == {
        one["id"]: 150,
        other["id"]: 0,
    }
    refused = shop.store("orders", body | {"session_id": come(shop), "lines": [{"variant_id": other["id"]}]})
    assert refused.json()["reason"] == "not-applicable"
    kept = shop.store(
        "orders",
        body | {"session_id": come(shop), "lines": [{"variant_id": other["id"]}], "drop_refused_code": True},
    )
    assert (kept.status_code, kept.json()["promo_codes"]) == (201, [])


def test_free_shipping_and_a_limit_for_each_customer(shop: ShopProcess):
    make_promo(shop, "SHIPFREE", kind="free_shipping", percent=None, per_customer_limit=1)
    found = variant(shop, at_least=6, skip=9)
    first = buy(shop, found["id"], code="SHIPFREE", customer="ada")
    assert (_amount(first, "shipping"), _amount(first, "discount")) == (0, 0)
    body = {"lines": [{"variant_id": found["id"]}], "code": "SHIPFREE"}
    again = shop.store("orders", body | {"session_id": come(shop, customer="ada")})
    assert again.json()["reason"] == "customer-used-up"
    nobody = shop.store("orders", body | {"session_id": come(shop)})
    assert nobody.json()["reason"] == "customer-unknown"
    assert buy(shop, found["id"], code="SHIPFREE", customer="bo")["promo_codes"] == ["SHIPFREE"]


def test_a_promo_that_makes_no_sense_is_refused_field_by_field(shop: ShopProcess):
    now = shop.now_ms()
    for field, more in (
        ("ends_at_ms", {"ends_at_ms": now - 5}),
        ("percent", {"percent": 0}),
        ("percent", {"percent": 101}),
        ("percent", {"percent": None}),
        ("code", {"code": "lower"}),
        ("code", {"code": "TWO WORDS"}),
        ("code", {"code": "LINE\n"}),
        ("amount", {"kind": "fixed", "percent": None}),
        (
            "amount.currency",
            {"kind": "fixed", "percent": None, "amount": {"amount_minor": 5, "currency": "NOK"}},
        ),
        ("product_ids", {"scope": "products"}),
        ("product_ids", {"scope": "products", "product_ids": ["no-such"]}),
        ("total_limit", {"total_limit": 0}),
    ):
        answer = shop.send("POST", "/v1/promos", promo_body(shop, "SENSE", **more))
        assert (answer.status_code, answer.json()["type"]) == (422, "/problems/invalid"), more
        assert field in [error["field"] for error in answer.json()["errors"]], more
        assert answer.json()["detail"]
    over = shop.send(
        "POST", "/v1/promos", promo_body(shop, "OVER", starts_at_ms=now - HOUR, ends_at_ms=now - MINUTE)
    )
    assert over.json()["type"] == "/problems/window-passed"
    assert shop.get("promos", code="SENSE")["items"] == []


def test_a_promo_is_extended_limited_and_ended_once(shop: ShopProcess):
    made = make_promo(shop, "MOVES")
    path = f"/v1/promos/{made['id']}"
    longer = shop.send("PATCH", path, {"ends_at_ms": made["ends_at_ms"] + HOUR}).json()
    assert (longer["ends_at_ms"], longer["total_limit"]) == (made["ends_at_ms"] + HOUR, None)
    limited = shop.send("PATCH", path, {"total_limit": 3}).json()
    assert (limited["ends_at_ms"], limited["total_limit"], limited["revision"]) == (
        longer["ends_at_ms"],
        3,
        3,
    )
    unlimited = shop.send("PATCH", path, {"total_limit": None}).json()
    assert unlimited["total_limit"] is None
    assert shop.send("PATCH", path, {"ends_at_ms": made["starts_at_ms"]}).status_code == 422
    ended = shop.send("POST", f"{path}/end", {"ended_at_ms": made["starts_at_ms"] + 1}).json()
    assert (ended["status"], ended["ended_early"], ended["end_decided_at_ms"]) == (
        "ended",
        True,
        made["starts_at_ms"] + 1,
    )
    assert ended["ends_at_ms"] <= shop.now_ms()
    assert shop.send("POST", f"{path}/end", {}).json()["revision"] == ended["revision"]
    assert (
        shop.send("PATCH", path, {"ends_at_ms": made["ends_at_ms"]}).json()["type"] == "/problems/promo-ended"
    )
    assert shop.send("POST", "/v1/promos/pro-99999/end", {}).status_code == 404


def test_reservations_run_out_and_the_feed_says_so(shop: ShopProcess):
    found = variant(shop, skip=10)
    before = level(shop, found["id"])
    cart = _cart(shop, found["id"], 2)
    after = shop.get("changes", after=0, limit=1)["last_seq"]
    shop.admin("clock", {"advance_ms": 10 * MINUTE})
    with shop.http.stream("GET", "/v1/changes/stream", params={"after": after}) as stream:
        assert any(f'"variant_id":"{found["id"]}"' in line for line in stream.iter_lines())
    assert level(shop, found["id"]) == before
    assert shop.http.get(f"/store/v1/carts/{cart}").json()["lines"][0]["reserved_until_ms"] is None
    # The goods are still there, so the shopper who comes back late gets them after all.
    assert shop.store(f"carts/{cart}/checkout").status_code == 201
    assert level(shop, found["id"])["on_hand"] == before["on_hand"] - 2


def test_the_books_count_what_is_the_shows_and_nothing_else(shop: ShopProcess):
    mine, other = link(shop, "show-b"), link(shop, "show-c")
    make_promo(shop, "BOOKS-B", show_id="show-b")
    make_promo(shop, "BOOKS-C", show_id="show-c")
    make_promo(shop, "UNUSED-B", show_id="show-b")
    found = variant(shop, at_least=8, skip=12)
    total_before = shop.admin("books", show_id="show-b")["shop_total_orders"]
    by_link = buy(shop, found["id"], link_id=mine)
    by_code = buy(shop, found["id"], link_id=other, code="BOOKS-B")
    theirs = buy(shop, found["id"], link_id=mine, code="BOOKS-C")
    nobodys = buy(shop, found["id"])
    gone = buy(shop, found["id"], link_id=mine, code="BOOKS-B")
    shop.store(f"orders/{gone['id']}/cancel")
    returned = buy(shop, found["id"], link_id=mine)
    shop.store(f"orders/{returned['id']}/returns", {"lines": [{"variant_id": found["id"], "quantity": 1}]})
    assert [o["show_id"] for o in (by_link, by_code, theirs, nobodys)] == ["show-b", "show-b", "show-c", None]
    assert (theirs["link_id"], theirs["link_show_id"]) == (mine, "show-b")

    books = shop.admin("books", show_id="show-b")
    paid = sum(_amount(order, "total") for order in (by_link, by_code, gone, returned))
    assert books["orders"] == 3
    assert books["revenue_gross_minor"] == paid
    assert books["revenue_net_minor"] == _amount(by_link, "total") + _amount(by_code, "total")
    assert books["redemptions"] == {"BOOKS-B": 1, "UNUSED-B": 0}
    assert (books["promos_accepted"], books["duplicates"]) == (2, 0)
    assert books["shop_total_orders"] == total_before + 5
    assert {order["id"] for order in shop.get("orders", show_id="show-b")["items"]} == {
        by_link["id"], by_code["id"], gone["id"], returned["id"],
    }  # fmt: skip


def test_the_books_see_two_promos_that_stand_for_the_same_decision(shop: ShopProcess):
    make_promo(shop, "TWIN-A", show_id="show-d", mark="the-same")
    make_promo(shop, "TWIN-B", show_id="show-d", mark="the-same")
    assert shop.admin("books", show_id="show-d")["duplicates"] == 1


def test_a_shop_that_stopped_takes_nothing_more(shop: ShopProcess):
    found = variant(shop, skip=14)
    order = buy(shop, found["id"])
    stopped = shop.admin("stop-orders", {"stopped": True})
    for answer in (
        shop.store("orders", {"session_id": come(shop), "lines": [{"variant_id": found["id"]}]}),
        shop.store(f"orders/{order['id']}/cancel"),
        shop.store(f"orders/{order['id']}/returns", {"lines": [{"variant_id": found["id"], "quantity": 1}]}),
    ):
        assert (answer.status_code, answer.json()["type"]) == (409, "/problems/orders-stopped")
    kinds = [change["kind"] for change in shop.get("changes", after=stopped["last_seq"])["changes"]]
    assert "order" not in kinds
    shop.admin("stop-orders", {"stopped": False})
    assert shop.store(f"orders/{order['id']}/cancel").status_code == 200
