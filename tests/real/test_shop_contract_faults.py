"""The demo shop when things go wrong: every fault starts, does what its name says, and heals."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.fakes.shop_process import ShopProcess, start_shop
from tests.real.shopping import HOUR, everything, feed, level, make_promo, newest, promo_body, stream, variant

MINUTE = 60_000


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[ShopProcess]:
    with start_shop(tmp_path / "shop") as running:
        yield running


def _fault(shop: ShopProcess, name: str, **more: Any) -> None:
    now = shop.now_ms()
    shop.admin("faults", {"name": name, "from_ms": now, "until_ms": now + HOUR, "intensity": 1.0} | more)


def test_a_shop_that_is_down_answers_nobody_but_the_administration_and_heals(shop: ShopProcess):
    _fault(shop, "shop-down")
    seen: set[int | str] = set()
    for _ in range(40):
        try:
            answer = shop.http.get("/v1/clock")
        except httpx.TransportError:
            seen.add("hung up")
        else:
            assert answer.headers["Retry-After"] == "1"
            seen.add(answer.status_code)
    assert seen == {"hung up", 503}
    shop.admin("clock", {"advance_ms": 2 * HOUR})
    assert shop.http.get("/v1/clock").status_code == 200


def test_an_open_stream_ends_when_the_shop_goes_down(shop: ShopProcess):
    with shop.http.stream("GET", "/v1/changes/stream") as answer:
        lines = answer.iter_lines()
        next(lines)
        now = shop.now_ms()
        with httpx.Client(
            base_url=shop.url, headers={"Authorization": f"Bearer {shop.admin_token}"}, trust_env=False
        ) as http:
            http.post("/admin/v1/faults", json={"name": "shop-down", "from_ms": now, "until_ms": now + HOUR})
        assert all(not line.startswith("data:") for line in lines)


def test_a_rate_limit_says_when_to_come_again_and_does_nothing(shop: ShopProcess):
    body = promo_body(shop, "LIMITED")
    _fault(shop, "rate-limited")
    answer = shop.send("POST", "/v1/promos", body, key="limited")
    assert (answer.status_code, answer.json()["type"]) == (429, "/problems/rate-limited")
    assert int(answer.headers["Retry-After"]) >= 1
    shop.admin("faults", method="DELETE")
    assert shop.get("promos", code="LIMITED")["items"] == []
    assert shop.send("POST", "/v1/promos", body, key="limited").status_code == 201


def test_a_lost_reply_happened_all_the_same_and_its_key_finds_it(shop: ShopProcess):
    body = promo_body(shop, "LOST")
    _fault(shop, "lost-replies")
    with pytest.raises(httpx.TransportError):
        shop.send("POST", "/v1/promos", body, key="lost")
    shop.admin("faults", method="DELETE")
    made = shop.get("promos", code="LOST")["items"]
    assert len(made) == 1
    again = shop.send("POST", "/v1/promos", body, key="lost")
    assert (again.status_code, again.json()["id"]) == (201, made[0]["id"])
    assert again.headers["Idempotent-Replay"] == "true"


def test_a_slow_shop_still_answers(shop: ShopProcess):
    _fault(shop, "shop-slow", intensity=0.1)
    assert shop.http.get("/v1/clock").status_code == 200


def test_with_a_skewed_clock_only_the_headers_lie(shop: ShopProcess):
    _fault(shop, "clock-skew", skew_ms=-7 * MINUTE)
    answer = shop.http.get("/v1/clock")
    assert int(answer.headers["X-Clock-Ms"]) < answer.json()["now_ms"] - 6 * MINUTE


def test_changes_that_come_twice_and_out_of_order_are_still_all_there(shop: ShopProcess):
    _fault(shop, "duplicate-events")
    _fault(shop, "out-of-order")
    for number in range(60):
        make_promo(shop, f"MESSY-{number}")
    found = feed(shop)
    seqs = [change["seq"] for change in found]
    last = shop.get("changes", after=0, limit=1)["last_seq"]
    assert set(seqs) == set(range(1, last + 1))
    assert len(seqs) > last, "nothing came twice"
    assert seqs != sorted(seqs), "everything came in order"
    by_id: dict[str, set[int]] = {}
    for change in found:
        by_id.setdefault(change["id"], set()).add(change["seq"])
    assert any(len(places) > 1 for places in by_id.values()), "no change came again under another sequence"
    assert len(newest(found, "promo")) == 60
    streamed = stream(shop, last + 20, params={"after": 0})
    assert [change["seq"] for change in streamed] != sorted(change["seq"] for change in streamed)


def test_a_sell_out_buys_what_is_featured_and_it_is_restocked_when_it_heals(shop: ShopProcess):
    found = variant(shop)
    shop.send(
        "PUT",
        "/v1/featured",
        {"product_id": found["product_id"], "show_id": "show-1", "decided_at_ms": shop.now_ms()},
    )
    _fault(shop, "sell-out")

    def sellable() -> int:
        variants = [v["id"] for v in shop.get(f"products/{found['product_id']}")["variants"]]
        return sum(level(shop, variant_id)["sellable"] for variant_id in variants)

    before, deadline = sellable(), time.monotonic() + 20
    while sellable() > 0:
        assert time.monotonic() < deadline
    assert before >= 0
    orders = everything(shop, "orders")
    assert [order["show_id"] for order in orders] == [None]
    shop.admin("faults", method="DELETE")
    while sellable() == 0:
        assert time.monotonic() < deadline
    assert shop.admin("books", show_id="show-1")["orders"] == 0
