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
from tests.real.shopping import (
    HOUR,
    buy,
    come,
    everything,
    feed,
    level,
    link,
    make_promo,
    newest,
    promo_body,
    stream,
    variant,
)

MINUTE = 60_000


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[ShopProcess]:
    with start_shop(tmp_path / "shop") as running:
        yield running


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
    while not (changes := [c for c in feed(shop) if c["kind"] == "traffic"]):
        assert time.monotonic() < deadline
    changes = feed(shop)
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
    assert newest(changes, "order")[order["id"]] == shop.get(f"orders/{order['id']}")
    for key, told in newest(changes, "stock").items():
        variant_id, location = key.split("@")
        assert told in [
            item
            for item in shop.get("stock", variant_id=variant_id)["items"]
            if item["location_id"] == location
        ]
    assert newest(changes, "promo").popitem()[1]["redemptions"] == 0
    assert newest(changes, "traffic")["show-1"] == shop.get("traffic", show_id="show-1")


def test_a_stream_goes_on_where_it_was_left(shop: ShopProcess):
    for number in range(6):
        make_promo(shop, f"CODE-{number}")
    first = stream(shop, 3, params={"after": 0})
    assert [change["seq"] for change in first] == [1, 2, 3]
    # The header of a reconnecting reader counts more than the address it first asked for.
    rest = stream(shop, 3, params={"after": 0}, headers={"Last-Event-ID": "3"})
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
    told, stock, about = feed(shop), level(shop, found["id"]), shop.get("shop")
    books = shop.admin("books", show_id="show-1")
    url = shop.url
    shop.restart(kill=True)
    assert shop.url == url
    assert shop.send("POST", "/v1/promos", body, key="kept").content == promo.content
    mismatch = shop.send("POST", "/v1/promos", body | {"percent": 11}, key="kept")
    assert mismatch.json()["type"] == "/problems/idempotency-mismatch"
    assert shop.get("promos", code="KEPT")["items"][0]["redemptions"] == 3
    assert [shop.get(f"orders/{order['id']}") for order in orders] == orders
    assert feed(shop)[: len(told)] == told
    assert [change["seq"] for change in feed(shop)] == list(range(1, len(feed(shop)) + 1))
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
    assert [change["seq"] for change in feed(shop)] == list(range(1, len(feed(shop)) + 1))


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
        shop.stop()
        gone = time.monotonic()
        shop.arguments = ("--clock-stands", "--speed", "0.001")
        shop.start()
        # Starting takes some tenths of a second: minutes of this shop's time, which must not have passed.
        assert before <= shop.now_ms() <= before + (gone - asked) * 1000 * 1000 + 1000


def test_a_killed_rehearsal_lives_no_moment_twice(tmp_path: Path):
    with start_shop(tmp_path / "shop", speed=60) as shop:
        order = buy(shop, variant(shop)["id"])
        shop.kill()
        shop.arguments = ("--clock-stands", "--speed", "0.001")
        shop.start()
        assert order["placed_at_ms"] <= shop.now_ms() < START_MS + 10 * MINUTE


_PARENT = """
import os, subprocess, sys, threading
shop = [sys.executable, "-m", "studio.rehearsal.shop_server", "--data", sys.argv[1], "--parent-pid", str(os.getpid())]
process = subprocess.Popen(shop, stdout=subprocess.PIPE, text=True)
print(process.stdout.readline(), flush=True)
threading.Event().wait()
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
