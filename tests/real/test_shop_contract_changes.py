"""The Studio Shop API v1 over real HTTP: the feed, faults, and a shop that is killed and started again."""

import json
import re
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.fakes.shop_process import REPOSITORY, START_MS, ShopProcess, start_shop
from tests.real.shopping import HOUR, buy, come, everything, level, link, make_promo, promo_body, variant

MINUTE = 60_000


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[ShopProcess]:
    with start_shop(tmp_path / "shop") as running:
        yield running


def _feed(shop: ShopProcess, after: int = 0) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    while True:
        page = shop.get("changes", after=after, limit=500)
        found += page["changes"]
        if page["next_after"] == after:
            return found
        after = page["next_after"]


def _stream(shop: ShopProcess, count: int, **how: Any) -> list[dict[str, Any]]:
    """The next `count` changes of a stream, checked to be named by their sequence."""
    found: list[dict[str, Any]] = []
    name = ""
    with shop.http.stream("GET", "/v1/changes/stream", **how) as answer:
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/event-stream")
        for line in answer.iter_lines():
            if line.startswith("id:"):
                name = line[3:].strip()
            elif line.startswith("data:"):
                change = json.loads(line[5:])
                assert name == str(change["seq"])
                found.append(change)
                if len(found) == count:
                    break
    return found


def _newest(changes: list[dict[str, Any]], kind: str) -> dict[str, Any]:
    newest: dict[str, Any] = {}
    for change in changes:
        if (
            change["kind"] == kind
            and change["revision"] >= newest.get(change["entity_id"], {"revision": 0})["revision"]
        ):
            newest[change["entity_id"]] = change[kind]
    return newest


def test_the_feed_is_dense_and_each_change_carries_its_whole_entity(shop: ShopProcess):
    found = variant(shop)
    make_promo(shop, "FEED")
    link_id = link(shop, "show-1", found["product_id"])
    order = buy(shop, found["id"], link_id=link_id, code="FEED")
    shop.store(f"orders/{order['id']}/cancel")
    shop.send(
        "PUT",
        "/v1/featured",
        {"product_id": found["product_id"], "show_id": "show-1", "decided_at_ms": shop.now_ms()},
    )
    shop.admin(f"products/{found['product_id']}", {"active": False})
    deadline = time.monotonic() + 20
    while not (changes := [c for c in _feed(shop) if c["kind"] == "traffic"]):
        assert time.monotonic() < deadline
    changes = _feed(shop)
    assert [change["seq"] for change in changes] == list(range(1, len(changes) + 1))
    assert len({change["id"] for change in changes}) == len(changes)
    assert {change["kind"] for change in changes} == {
        "product",
        "stock",
        "order",
        "promo",
        "featured",
        "traffic",
    }
    for change in changes:
        assert change[change["kind"]]["revision"] == change["revision"]
        others = {"product", "stock", "order", "promo", "featured", "traffic"} - {change["kind"]}
        assert not others & set(change)
    assert _newest(changes, "order")[order["id"]] == shop.get(f"orders/{order['id']}")
    for key, told in _newest(changes, "stock").items():
        variant_id, location = key.split("@")
        assert told in [
            item
            for item in shop.get("stock", variant_id=variant_id)["items"]
            if item["location_id"] == location
        ]
    assert _newest(changes, "promo").popitem()[1]["redemptions"] == 0
    assert _newest(changes, "traffic")["show-1"] == shop.get("traffic", show_id="show-1")


def test_a_stream_goes_on_where_it_was_left(shop: ShopProcess):
    for number in range(6):
        make_promo(shop, f"CODE-{number}")
    first = _stream(shop, 3, params={"after": 0})
    assert [change["seq"] for change in first] == [1, 2, 3]
    # The header of a reconnecting reader counts more than the address it first asked for.
    rest = _stream(shop, 3, params={"after": 0}, headers={"Last-Event-ID": "3"})
    assert [change["seq"] for change in rest] == [4, 5, 6]


def test_a_stream_tells_what_happens_while_it_is_open(shop: ShopProcess):
    make_promo(shop, "BEFORE")
    heard: list[dict[str, Any]] = []
    opened = threading.Event()

    def listen() -> None:
        with (
            httpx.Client(base_url=shop.url, headers=shop.headers, trust_env=False, timeout=30) as http,
            http.stream("GET", "/v1/changes/stream") as answer,
        ):
            for line in answer.iter_lines():
                opened.set()
                if line.startswith("data:"):
                    heard.append(json.loads(line[5:]))
                    return

    thread = threading.Thread(target=listen)
    thread.start()
    assert opened.wait(20)
    make_promo(shop, "WHILE")
    thread.join(20)
    assert [change["promo"]["code"] for change in heard] == ["WHILE"]


def test_a_quiet_stream_shows_that_it_lives(shop: ShopProcess):
    with shop.http.stream("GET", "/v1/changes/stream") as answer:
        assert any(line.startswith(": beat") for line in answer.iter_lines())


def test_a_cursor_of_another_shop_is_noticed(shop: ShopProcess):
    for path in ("/v1/changes", "/v1/changes/stream"):
        answer = shop.http.get(path, params={"after": 99})
        assert (answer.status_code, answer.json()["type"]) == (409, "/problems/cursor-ahead")


def test_a_killed_shop_has_forgotten_nothing_it_answered(shop: ShopProcess):
    found = variant(shop, at_least=8)
    body = promo_body(shop, "KEPT", total_limit=5)
    promo = shop.send("POST", "/v1/promos", body, key="kept")
    link_id = link(shop)
    orders = [buy(shop, found["id"], link_id=link_id, code="KEPT") for _ in range(3)]
    feed, stock, about = _feed(shop), level(shop, found["id"]), shop.get("shop")
    books = shop.admin("books", show_id="show-1")
    url = shop.url
    shop.restart(kill=True)
    assert shop.url == url
    assert shop.send("POST", "/v1/promos", body, key="kept").content == promo.content
    mismatch = shop.send("POST", "/v1/promos", body | {"percent": 11}, key="kept")
    assert mismatch.json()["type"] == "/problems/idempotency-mismatch"
    assert shop.get("promos", code="KEPT")["items"][0]["redemptions"] == 3
    assert [shop.get(f"orders/{order['id']}") for order in orders] == orders
    assert _feed(shop)[: len(feed)] == feed
    assert [change["seq"] for change in _feed(shop)] == list(range(1, len(_feed(shop)) + 1))
    assert level(shop, found["id"]) == stock
    assert shop.get("shop") == about
    again = shop.admin("books", show_id="show-1")
    volatile = {"now_ms": 0, "last_seq": 0}
    assert again | volatile == books | volatile


def test_a_shop_killed_in_the_middle_of_a_rush_sold_exactly_what_its_books_say(shop: ShopProcess):
    found = variant(shop, at_least=10)
    shop.admin("stock", {"variant_id": found["id"], "location_id": "oslo", "on_hand": 5000})
    sessions = shop.store("sessions/batch", {"opened": [{}] * 400}).json()["opened"]
    answered: dict[int, str] = {}
    enough = threading.Event()

    def rush(part: int) -> None:
        with httpx.Client(base_url=shop.url, headers=shop.headers, trust_env=False, timeout=10) as http:
            for number in range(part, 400, 4):
                body = {"session_id": sessions[number], "lines": [{"variant_id": found["id"]}]}
                try:
                    answer = http.post(
                        "/store/v1/orders", json=body, headers={"Idempotency-Key": f"rush-{number}"}
                    )
                except httpx.HTTPError:
                    return
                answered[number] = answer.json()["id"]
                if len(answered) >= 60:
                    enough.set()

    threads = [threading.Thread(target=rush, args=(part,)) for part in range(4)]
    for thread in threads:
        thread.start()
    assert enough.wait(30)
    shop.kill()
    for thread in threads:
        thread.join(20)
    known = dict(answered)
    assert 60 <= len(known) < 400
    shop.start()
    for number, order_id in known.items():
        body = {"session_id": sessions[number], "lines": [{"variant_id": found["id"]}]}
        again = shop.http.post("/store/v1/orders", json=body, headers={"Idempotency-Key": f"rush-{number}"})
        assert again.json()["id"] == order_id
    orders = everything(shop, "orders")
    assert len({order["session_id"] for order in orders}) == len(orders) >= len(known)
    assert shop.admin("books", show_id="show-1")["shop_total_orders"] == len(orders)
    assert [change["seq"] for change in _feed(shop)] == list(range(1, len(_feed(shop)) + 1))


def test_the_shops_clock_runs_at_its_rate_and_goes_on_over_a_restart(tmp_path: Path):
    with start_shop(tmp_path / "shop", speed=60) as shop:
        first = shop.get("clock")
        assert first["rate"] == 60
        assert START_MS <= first["now_ms"] < START_MS + 30 * MINUTE
        shop.admin("clock", {"rate": 0.5, "advance_ms": HOUR})
        before = shop.now_ms()
        assert before >= START_MS + HOUR
        shop.arguments = ()
        shop.restart(kill=True)
        after = shop.get("clock")
        assert after["rate"] == 0.5
        assert before <= after["now_ms"] < before + MINUTE


def test_a_rehearsal_that_is_taken_up_again_goes_on_from_the_time_it_was_left(tmp_path: Path):
    with start_shop(tmp_path / "shop", speed=1000) as shop:
        asked, before = time.monotonic(), shop.now_ms()
        shop.kill()
        gone = time.monotonic()
        shop.arguments = ("--clock-stands", "--speed", "0.001")
        shop.start()
        # Starting takes some tenths of a second: minutes of this shop's time, which must not have passed.
        assert shop.now_ms() <= before + (gone - asked) * 1000 * 1000 + 1000


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
    found = _feed(shop)
    seqs = [change["seq"] for change in found]
    last = shop.get("changes", after=0, limit=1)["last_seq"]
    assert set(seqs) == set(range(1, last + 1))
    assert len(seqs) > last, "nothing came twice"
    assert seqs != sorted(seqs), "everything came in order"
    by_id: dict[str, set[int]] = {}
    for change in found:
        by_id.setdefault(change["id"], set()).add(change["seq"])
    assert any(len(places) > 1 for places in by_id.values()), "no change came again under another sequence"
    assert len(_newest(found, "promo")) == 60
    streamed = _stream(shop, last + 20, params={"after": 0})
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


_PARENT = """
import os, subprocess, sys, time
shop = [sys.executable, "-m", "studio.rehearsal.shop_server", "--data", sys.argv[1], "--parent-pid", str(os.getpid())]
process = subprocess.Popen(shop, stdout=subprocess.PIPE, text=True)
print(process.stdout.readline(), flush=True)
time.sleep(60)
"""


def test_a_shop_ends_when_its_parent_dies(tmp_path: Path):
    parent = subprocess.Popen(
        [sys.executable, "-c", _PARENT, str(tmp_path / "data")],
        cwd=REPOSITORY,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert parent.stdout is not None
    found = re.search(r"http://127[.]0[.]0[.]1:[0-9]+", parent.stdout.readline())
    assert found is not None
    parent.kill()
    parent.wait(10)
    parent.stdout.close()
    deadline = time.monotonic() + 30
    with httpx.Client(base_url=found[0], trust_env=False, timeout=2) as http:
        while _answers(http):
            assert time.monotonic() < deadline


def _answers(http: httpx.Client) -> bool:
    try:
        http.get("/openapi.json")
    except httpx.TransportError:
        return False
    return True


def test_sessions_can_be_opened_and_closed_by_the_thousand(shop: ShopProcess):
    link_id = link(shop, "show-1")
    opened = shop.store("sessions/batch", {"opened": [{"link_id": link_id}] * 2000}).json()["opened"]
    assert (
        shop.store("sessions/batch", {"alive": opened[:1000], "ended": opened[1000:]}).json()["unknown"] == []
    )
    assert shop.get("traffic", show_id="show-1")["sessions"] == 2000
    assert come(shop, link_id=link_id)
