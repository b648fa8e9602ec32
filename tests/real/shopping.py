"""What tests of the demo shop do again and again: come by a link, buy, make a code."""

import json
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx

from tests.fakes.shop_process import ShopProcess

HOUR = 3_600_000


def variant(shop: ShopProcess, *, at_least: int = 5, skip: int = 0) -> dict[str, Any]:
    """A variant that is sold and has so many left, with its product's id and `left`."""
    left: dict[str, int] = {}
    for level in everything(shop, "stock"):
        free = max(0, level["on_hand"] - level["reserved"] - level["safety_stock"])
        left[level["variant_id"]] = left.get(level["variant_id"], 0) + free
    for product in everything(shop, "products"):
        for found in product["variants"]:
            if product["active"] and found["active"] and left.get(found["id"], 0) >= at_least:
                if skip == 0:
                    return found | {"product_id": product["id"], "left": left[found["id"]]}
                skip -= 1
    raise AssertionError("the catalogue has no such variant")


def everything(shop: ShopProcess, path: str, **params: Any) -> list[Any]:
    """All pages of a list."""
    items: list[Any] = []
    cursor = None
    while True:
        page = shop.get(path, limit=500, **params, **({} if cursor is None else {"cursor": cursor}))
        items += page["items"]
        cursor = page["next_cursor"]
        if cursor is None:
            return items


def promo_body(shop: ShopProcess, code: str, /, **more: Any) -> dict[str, Any]:
    """A body that makes a 10 % code for everything, valid for an hour."""
    now = shop.now_ms()
    return {
        "code": code, "kind": "percent", "percent": 10, "starts_at_ms": now, "ends_at_ms": now + HOUR, "show_id": "show-1",
        "mark": f"mark-{code}",
    } | more  # fmt: skip


def make_promo(shop: ShopProcess, code: str, /, **more: Any) -> dict[str, Any]:
    """Make such a code."""
    answer = shop.send("POST", "/v1/promos", promo_body(shop, code, **more))
    assert answer.status_code == 201, answer.text
    return answer.json()


def come(shop: ShopProcess, *, link_id: str | None = None, customer: str | None = None) -> str:
    """A shopper comes; the session's id."""
    answer = shop.store("sessions", {"link_id": link_id, "customer_ref": customer})
    assert answer.status_code == 201, answer.text
    return answer.json()["id"]


def buy(
    shop: ShopProcess, variant_id: str, quantity: int = 1, *, link_id: str | None = None, code: str | None = None,
    customer: str | None = None,
) -> dict[str, Any]:  # fmt: skip
    """A shopper comes and buys; the order."""
    body = {
        "session_id": come(shop, link_id=link_id, customer=customer),
        "lines": [{"variant_id": variant_id, "quantity": quantity}],
        "code": code,
    }
    answer = shop.store("orders", body)
    assert answer.status_code == 201, answer.text
    return answer.json()


def link(
    shop: ShopProcess, show_id: str = "show-1", product_id: str | None = None, channel: str = "chat"
) -> str:
    """A tracked link; its id."""
    answer = shop.send(
        "POST", "/v1/links", {"show_id": show_id, "product_id": product_id, "channel": channel}
    )
    assert answer.status_code in (200, 201), answer.text
    return answer.json()["id"]


def level(shop: ShopProcess, variant_id: str) -> dict[str, int]:
    """On hand, reserved and sellable of a variant over all locations."""
    found = shop.get("stock", variant_id=variant_id)["items"]
    return {
        "on_hand": sum(item["on_hand"] for item in found),
        "reserved": sum(item["reserved"] for item in found),
        "sellable": sum(max(0, item["on_hand"] - item["reserved"] - item["safety_stock"]) for item in found),
    }


def at_once(
    shop: ShopProcess, act: Callable[[httpx.Client, str], int], those: Sequence[str], crowd: int = 8
) -> list[int]:
    """What `act` gives for each of `those`, done by a crowd of clients at the same time."""
    clients = [
        httpx.Client(base_url=shop.url, headers=shop.headers, trust_env=False, timeout=30)
        for _ in range(crowd)
    ]

    def one(number: int) -> list[int]:
        return [act(clients[number], that) for that in those[number::crowd]]

    with ThreadPoolExecutor(crowd) as pool:
        found = [status for part in pool.map(one, range(crowd)) for status in part]
    for client in clients:
        client.close()
    return found


def feed(shop: ShopProcess, after: int = 0) -> list[dict[str, Any]]:
    """All changes behind `after`."""
    found: list[dict[str, Any]] = []
    while True:
        page = shop.get("changes", after=after, limit=500)
        found += page["changes"]
        if page["next_after"] == after:
            return found
        after = page["next_after"]


def stream(shop: ShopProcess, count: int, **how: Any) -> list[dict[str, Any]]:
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


def newest(changes: list[dict[str, Any]], kind: str) -> dict[str, Any]:
    """By id, each entity of a kind at its highest revision."""
    found: dict[str, Any] = {}
    for change in changes:
        if (
            change["kind"] == kind
            and change["revision"] >= found.get(change["entity_id"], {"revision": 0})["revision"]
        ):
            found[change["entity_id"]] = change[kind]
    return found
