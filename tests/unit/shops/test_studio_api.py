"""What the studio makes of a shop's answers that are not as agreed: a sentence, and nothing wrong taken in."""

import copy
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest

from studio.control.clock import SystemWallClock
from studio.control.ports import (
    BadAnswer,
    MissingRight,
    RefusedByTarget,
    Shop,
    TargetError,
    Throttled,
    Unauthorised,
    Unreachable,
)
from studio.domain.order import OrderStatus
from studio.domain.promo import PromoCode, PromoKind, PromoScope
from studio.shops.studio_api import StudioApiShop
from studio.sync.http import HttpClient
from tests.fakes.http_server import BadServer, Handler, hang_up, reply, stream

V1 = {"Studio-Api-Version": "1"}
NOW = 1_790_000_000_000
EUR = {"amount_minor": 4900, "currency": "EUR"}
SHOP = {
    "instance_id": "one", "name": "Nordhus", "currency": "EUR", "time_zone": "Europe/Oslo", "product_count": 1,
    "locations": [{"id": "berlin", "name": "Berlin"}],
    "capabilities": {
        "native_start": True, "redemption_counter": True, "featured": True, "stock_by_location": True, "traffic": True,
        "push": False,
    },
}  # fmt: skip
PRODUCT: dict[str, Any] = {
    "id": "p1", "revision": 3, "updated_at_ms": NOW, "title": "Throw", "category": "Home", "tags": ["wool"], "active": True,
    "texts": {
        "en": {"title": "Throw", "description": "Soft.", "talking_points": ["Warm"]},
        "de": {"title": "Decke", "description": "Weich.", "talking_points": []},
    },
    "images": [{"url": "/v1/images/a.webp", "alt": "A throw"}], "returns_text": "30 days", "delivery_text": "2 days",
    "reviews": {"score": None, "count": 0}, "url": "https://shop.example/p1",
    "variants": [
        {
            "id": "v1", "sku": "S1", "barcode": "", "title": "Grey", "options": {"Colour": "Grey"}, "price": EUR,
            "tax_rate_bp": 2500, "low_30d_price": EUR, "active": True,
        }
    ],
}  # fmt: skip
LEVEL = {
    "variant_id": "v1", "location_id": "berlin", "on_hand": 5, "reserved": 1, "safety_stock": 1, "revision": 2,
    "updated_at_ms": NOW,
}  # fmt: skip
ORDER: dict[str, Any] = {
    "id": "ord-1", "number": "1001", "revision": 2, "placed_at_ms": NOW, "updated_at_ms": NOW + 5, "status": "cancelled",
    "lines": [
        {
            "variant_id": "v1", "product_id": "p1", "quantity": 2, "unit_price": EUR, "total": EUR,
            "discount": {"amount_minor": 900, "currency": "EUR"}, "returned_quantity": 0,
        }
    ],
    "subtotal": EUR, "discount": EUR, "shipping": EUR, "tax": EUR, "total": EUR, "refunded": EUR, "promo_codes": ["X"],
    "link_id": None, "link_show_id": None, "link_touched_at_ms": None, "session_id": None, "show_id": None,
    "customer_ref": None, "paid_at_ms": NOW, "cancelled_at_ms": NOW + 1, "returned_at_ms": None,
}  # fmt: skip
PROMO = {"id": "pro-1", "code": "NORD20", "starts_at_ms": NOW, "ends_at_ms": NOW + 60_000, "revision": 1}


def changed(value: Any, path: str, new: Any) -> Any:
    """A copy with one value replaced, ``changed(PRODUCT, "variants.0.price.currency", "USD")``."""
    made = copy.deepcopy(value)
    at = made
    *way, last = path.split(".")
    for step in way:
        at = at[int(step)] if isinstance(at, list) else at[step]
    at[int(last) if isinstance(at, list) else last] = new
    return made


def page(*items: Any, cursor: str | None = None) -> bytes:
    return json.dumps({"items": items, "next_cursor": cursor}).encode()


def good(body: bytes | dict[str, Any], status: int = 200) -> Handler:
    return reply(status, body if isinstance(body, bytes) else json.dumps(body).encode(), V1)


def problem(status: int, slug: str, detail: str, **headers: str) -> Handler:
    body = {"type": f"/problems/{slug}", "title": "No", "status": status, "detail": detail}
    return reply(
        status, json.dumps(body).encode(), V1 | {"content-type": "application/problem+json"} | headers
    )


def promo(**changes: Any) -> PromoCode:
    fields: dict[str, Any] = {
        "id": "promo-1", "code": "NORD20", "kind": PromoKind.PERCENT, "percent": 20, "amount_minor": 0, "currency": "EUR",
        "scope": PromoScope.LINEUP, "product_ids": ("p1", "p2"), "starts_at_ms": NOW, "ends_at_ms": NOW + 60_000,
        "total_limit": 50, "per_customer_limit": 1,
    }  # fmt: skip
    return PromoCode(**{**fields, **changes})


class World:
    """A shop client before a server that answers as told."""

    def __init__(self, server: BadServer) -> None:
        self.server = server
        self.on = server.on
        self.problems: list[str] = []
        self.hints: list[int] = []
        self.http = HttpClient(server.url, lambda: "token", SystemWallClock())
        self.shop = StudioApiShop(
            self.http, on_problem=self.problems.append, on_clock_hint=lambda ms, _s, _r: self.hints.append(ms)
        )
        self.on("/v1/shop", good(SHOP))

    def sent(self, number: int = -1) -> dict[str, Any]:
        return json.loads(self.server.requests[number].body)


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with BadServer() as server:
        made = World(server)
        yield made
        await made.http.aclose()


def test_the_client_is_a_shop():
    shop: Shop = StudioApiShop(None)  # type: ignore[arg-type]
    assert shop is not None


async def test_the_shop_and_its_abilities_are_read(world: World):
    identity = await world.shop.identity()
    assert (identity.name, identity.currency, identity.instance_id) == ("Nordhus", "EUR", "one")
    assert identity.locations == {"berlin": "Berlin"}
    assert not identity.capabilities.push


async def test_a_product_is_told_in_the_shows_language_with_the_talking_points_that_there_are(world: World):
    world.on("/v1/products/p1", good(PRODUCT))
    german = StudioApiShop(world.http, "de-AT")
    product = await german.product("p1")
    assert product is not None
    assert (product.title, product.description, product.points) == ("Decke", "Weich.", ("Warm",))
    assert (product.review_score, product.variants[0].low_30d) == (None, product.variants[0].price)


SURPRISES = [
    ("revision", "three", "revision"),
    ("revision", -1, "its revision is -1"),
    ("variants.0.price.currency", "USD", "in USD, the shop sells in EUR"),
    ("variants.0.price.amount_minor", 49.5, "amount_minor"),
    ("variants.0.price.amount_minor", -1, "a price is -1"),
    ("variants.0.price", None, "price"),
    ("variants", "none", "array"),
    ("id", "", "no usable id"),
    ("title", None, "title"),
    ("active", "yes", "active"),
]


@pytest.mark.parametrize(("path", "value", "words"), SURPRISES)
async def test_a_product_that_makes_no_sense_is_left_out_and_the_others_stay(
    world: World, path: str, value: Any, words: str
):
    world.on("/v1/products", good(page(PRODUCT, changed(PRODUCT, path, value), changed(PRODUCT, "id", "p3"))))
    found = await world.shop.catalogue(None)
    assert [p.id for p in found.products] == ["p1", "p3"]
    assert len(found.problems) == 1
    assert words in found.problems[0]
    assert world.problems == list(found.problems)


async def test_very_long_names_are_cut_and_the_product_stays(world: World):
    name = "x" * 300
    world.on(
        "/v1/products",
        good(page(changed(PRODUCT, "texts.en.title", name), changed(PRODUCT, "texts.en.title", "y" * 5000))),
    )
    found = await world.shop.catalogue(None)
    assert found.problems == ()
    assert found.products[0].title == name
    assert len(found.products[1].title) == 300


@pytest.mark.parametrize("field", ["on_hand", "reserved", "safety_stock", "updated_at_ms"])
async def test_negative_stock_is_left_out_with_a_sentence(world: World, field: str):
    world.on("/v1/stock", good(page(LEVEL, LEVEL | {field: -3, "location_id": "oslo"})))
    levels = await world.shop.stock(["v1"])
    assert [level.location for level in levels] == ["berlin"]
    assert "-3" in world.problems[0]
    assert "v1" in world.problems[0]


async def test_stock_of_a_variant_that_nobody_asked_for_is_left_out(world: World):
    world.on("/v1/stock", good(page(LEVEL, LEVEL | {"variant_id": "other"})))
    assert len(await world.shop.stock(["v1"])) == 1
    assert "other" in world.problems[0]


async def test_stock_is_asked_for_in_pages_and_in_portions(world: World):
    world.on("/v1/stock", good(page(LEVEL, cursor="more")), good(page(LEVEL | {"location_id": "oslo"})))
    levels = await world.shop.stock([f"v{n}" for n in range(101)])
    asked = [r.target for r in world.server.requests if r.path == "/v1/stock"]
    assert len(asked) == 3
    assert "cursor=more" in asked[1]
    assert sum(target.count("variant_id=") for target in (asked[0], asked[2])) == 101
    assert {level.location for level in levels} >= {"berlin", "oslo"}


async def test_a_shop_that_always_sends_the_same_cursor_does_not_keep_us_for_ever(world: World):
    world.on("/v1/stock", good(page(LEVEL, cursor="same")))
    assert len(await world.shop.stock(["v1"])) == 2


async def test_a_cancelled_order_has_no_refund_for_returns(world: World):
    world.on("/v1/orders", good(page(ORDER, ORDER | {"id": "ord-2", "status": "paid", "paid_at_ms": None})))
    found = await world.shop.orders("")
    first, second = found.orders
    assert (first.status, first.refunded.amount_minor, first.cancelled) == (OrderStatus.CANCELLED, 0, True)
    assert first.lines[0].total.amount_minor == 4000
    assert (second.paid, second.refunded.amount_minor) == (False, 4900)


async def test_an_order_in_another_currency_or_state_is_left_out(world: World):
    foreign = changed(ORDER, "total.currency", "NOK")
    world.on("/v1/orders", good(page(foreign, changed(ORDER, "status", "stolen"), ORDER)))
    found = await world.shop.orders("since:5")
    assert len(found.orders) == 1
    assert "NOK" in found.problems[0]
    assert len(found.problems) == 2
    assert "updated_after_ms=5" in world.server.requests[-1].target


async def test_orders_are_read_on_from_where_they_were_left(world: World):
    world.on(
        "/v1/orders",
        good(page(ORDER, cursor="two")),
        good(page(changed(ORDER, "updated_at_ms", NOW + 90_000))),
        good(page()),
    )
    first = await world.shop.orders("since:7")
    second = await world.shop.orders(first.cursor)
    third = await world.shop.orders(second.cursor)
    targets = [r.target for r in world.server.requests if r.path == "/v1/orders"]
    assert (first.more, second.more, third.more) == (True, False, False)
    assert "cursor=two" in targets[1]
    assert "updated_after_ms=7" in targets[1]
    assert f"updated_after_ms={NOW + 30_000}" in targets[2]
    assert "cursor" not in targets[2]


async def test_a_damaged_place_in_the_orders_is_a_sentence(world: World):
    with pytest.raises(BadAnswer, match="damaged"):
        await world.shop.orders("since:abc")


async def test_a_code_is_made_with_its_key_as_mark_and_the_lineup_as_products(world: World):
    world.on("/v1/promos", good(PROMO, 201))
    receipt = await world.shop.create_promo(promo(), "show-1", "key-1")
    request, sent = world.server.requests[-1], world.sent()
    assert request.headers["idempotency-key"] == "key-1"
    assert (sent["mark"], sent["scope"], sent["product_ids"]) == ("key-1", "products", ["p1", "p2"])
    assert (sent["percent"], "amount" in sent, sent["show_id"]) == (20, False, "show-1")
    assert (receipt.shop_promo_id, receipt.ends_at_ms) == ("pro-1", NOW + 60_000)
    await world.shop.create_promo(
        promo(kind=PromoKind.FIXED, amount_minor=500, percent=0, scope=PromoScope.ALL), "show-1", "key-2"
    )
    sent = world.sent()
    assert (sent["amount"], "percent" in sent) == ({"amount_minor": 500, "currency": "EUR"}, False)
    assert (sent["scope"], sent["product_ids"]) == ("all", [])


async def test_an_answer_about_another_code_is_not_believed(world: World):
    world.on("/v1/promos", good(PROMO | {"code": "OTHER"}, 201))
    with pytest.raises(BadAnswer, match="another code"):
        await world.shop.create_promo(promo(), "show-1", "key-1")


async def test_a_pin_and_an_unpin_are_told_with_what_they_superseded(world: World):
    from studio.control.ports import SupersededPin

    world.on("/v1/featured", good({"current": None, "records": []}))
    await world.shop.feature("", "show-1", 5, [SupersededPin("p1", 3), SupersededPin("", 4)], "key")
    assert world.sent() == {
        "product_id": None,
        "show_id": "show-1",
        "decided_at_ms": 5,
        "superseded": [{"product_id": "p1", "decided_at_ms": 3}, {"product_id": None, "decided_at_ms": 4}],
    }


@pytest.mark.parametrize("url", ["javascript:alert(1)", "https://shop.example/a b", "", "https://x/\u202e"])
async def test_a_link_that_no_viewer_can_open_is_not_announced(world: World, url: str):
    link = {"id": "l", "url": url, "show_id": "s", "product_id": "p1", "channel": "live"}
    world.on("/v1/links", good(link, 201))
    with pytest.raises(BadAnswer, match="address is none"):
        await world.shop.tracked_link("s", "p1", "live")


async def test_a_clock_that_makes_no_sense_is_not_taken(world: World):
    for told in ({"now_ms": -1}, {"now_ms": NOW, "rate": 5000.0}, {"now_ms": "noon"}):
        world.on("/v1/clock", good(told))
        with pytest.raises(BadAnswer):
            await world.shop.clock()
    world.on("/v1/clock", reply(200, b'{"now_ms": 5, "rate": 20.0}', V1 | {"X-Clock-Ms": "123"}))
    reading = await world.shop.clock()
    assert (reading.shop_ms, reading.rate) == (5, 20.0)
    assert world.hints == [123]


ANSWERS: list[tuple[Handler, type[TargetError], str]] = [
    (reply(200, b"<!doctype html><html>", V1 | {"content-type": "text/html"}), BadAnswer, "web page"),
    (reply(200, b"<html>login</html>", V1), BadAnswer, "web page"),
    (reply(200, b"{}"), BadAnswer, "speaks something else"),
    (reply(200, b"{}", {"Studio-Api-Version": "2"}), BadAnswer, "version 2"),
    (good(b"{}"), BadAnswer, "not as agreed"),
    (good(b"[1]"), BadAnswer, "not as agreed"),
    (good(b"{"), BadAnswer, "not as agreed"),
    (good(b"\xff\xfe"), BadAnswer, "not as agreed"),
    (good(b""), BadAnswer, "not as agreed"),
    (good(SHOP | {"currency": "euro"}), BadAnswer, "currency"),
    (problem(401, "unauthorized", "Who?"), Unauthorised, "Enter it again"),
    (problem(403, "forbidden", "Read only."), MissingRight, "Read only"),
    (problem(404, "not-found", "No shop."), RefusedByTarget, "No shop."),
    (reply(404, b"<html>404</html>", {"content-type": "text/html"}), BadAnswer, "web page"),
    (problem(409, "code-taken", "The shop already has a code X."), RefusedByTarget, "already has"),
    (problem(422, "invalid", "The code would end before it starts."), RefusedByTarget, "would end"),
    (reply(422, b"nonsense"), RefusedByTarget, "said no"),
    (problem(429, "rate-limited", "Slow.", **{"Retry-After": "7"}), Throttled, "patience"),
    (problem(503, "unavailable", "Later.", **{"Retry-After": "3"}), Unreachable, "503"),
    (reply(500, b"<html>oops"), Unreachable, "500"),
    (reply(302, b"", {"Location": "https://elsewhere.example"}), BadAnswer, "another address"),
    (hang_up(), Unreachable, "broke off"),
]


@pytest.mark.parametrize(("handler", "kind", "words"), ANSWERS)
async def test_every_bad_answer_has_its_kind_and_its_sentence(
    world: World, handler: Handler, kind: type[TargetError], words: str
):
    world.on("/v1/shop", handler)
    with pytest.raises(TargetError) as caught:
        await world.shop.identity()
    assert type(caught.value) is kind
    assert words in caught.value.sentence
    assert caught.value.sentence[-1] in ".…"


async def test_a_refusal_keeps_its_name_for_programs_and_loses_its_markup(world: World):
    world.on(
        "/v1/promos",
        problem(409, "code-taken", "<b>The\u202e shop</b>\n\thas \x07 it <script>x</script>." + "!" * 900),
    )
    with pytest.raises(RefusedByTarget) as caught:
        await world.shop.create_promo(promo(), "show-1", "key")
    assert caught.value.code == "code-taken"
    assert caught.value.sentence.startswith("The shop has it x .")
    assert len(caught.value.sentence) <= 300


@pytest.mark.parametrize(
    ("value", "wait"),
    [
        ("7", 7_000),
        ("0", 0),
        ("86400", 300_000),
        ("soon", None),
        ("-3", None),
        ("Wed, 21 Oct 2026 07:28:10 GMT", 10_000),
        ("Wed, 21 Oct 2026 07:27:00 GMT", 0),
    ],
)
async def test_retry_after_is_read_as_seconds_or_as_a_date_of_the_shops_own_clock(
    world: World, value: str, wait: int | None
):
    headers = {"Retry-After": value, "Date": "Wed, 21 Oct 2026 07:28:00 GMT"}
    world.on("/v1/shop", problem(429, "rate-limited", "Slow.", **headers))
    with pytest.raises(Throttled) as caught:
        await world.shop.identity()
    assert caught.value.retry_after_ms == wait


def change(seq: int, kind: str, **more: Any) -> dict[str, Any]:
    return {"seq": seq, "id": f"c{seq}", "at_ms": NOW, "kind": kind, "entity_id": "e", "revision": 1, **more}


async def test_a_change_that_cannot_be_read_keeps_its_place_in_the_feed(world: World):
    changes = [
        change(1, "stock", stock=LEVEL),
        change(2, "stock", stock=LEVEL | {"on_hand": -1}),
        change(3, "order"),
        change(4, "featured", featured={}),
        change(5, "of-the-future", thing=1),
        change(6, "promo", promo=PROMO | {"redemptions": 3, "total_limit": 50}),
        {"seq": 7, "kind": 5},
        change(8, "traffic", traffic={"show_id": "s", "revision": 1, "sessions": 2, "avg_session_ms": 9, "add_to_carts": 1}),
        "nonsense",
    ]  # fmt: skip
    world.on("/v1/changes", good({"changes": changes, "next_after": 8, "last_seq": 8}))
    found = await world.shop.changes_after(0)
    assert [c.seq for c in found.changes] == [1, 2, 3, 4, 5, 6, 7, 8]
    assert [bool(c.problem) for c in found.changes] == [False, True, True, False, False, False, True, False]
    assert found.changes[5].usage is not None
    assert (found.changes[5].usage.redemptions, found.changes[5].usage.limit) == (3, 50)
    assert found.changes[7].traffic is not None
    assert found.changes[7].traffic.show_id == "s"
    assert len(world.problems) == 1


async def test_pushed_changes_that_cannot_be_read_keep_their_place_too(world: World):
    def event(seq: int, data: str) -> bytes:
        return f"id: {seq}\nevent: change\ndata: {data}\n\n".encode()

    parts = [
        b": hello\n\n",
        event(1, json.dumps(change(1, "stock", stock=LEVEL))),
        event(2, "{not json"),
        b"id: 9\nevent: other\ndata: {}\n\n",
        event(3, json.dumps(change(3, "stock", stock=LEVEL))),
    ]
    world.on("/v1/changes/stream", stream(*parts))
    found = [c async for c in world.shop.changes(0)]
    assert [(c.seq, c.stock is not None, bool(c.problem)) for c in found] == [
        (1, True, False),
        (2, False, True),
        (3, True, False),
    ]


@pytest.mark.parametrize(
    "call",
    [
        lambda shop: shop.catalogue(None),
        lambda shop: shop.product("p1"),
        lambda shop: shop.stock(["v1"]),
        lambda shop: shop.orders(""),
        lambda shop: shop.find_promo("X"),
        lambda shop: shop.code_taken("X"),
        lambda shop: shop.promo_usage(["X"]),
        lambda shop: shop.traffic("s"),
        lambda shop: shop.changes_after(0),
        lambda shop: shop.tracked_link("s", "p", "c"),
        lambda shop: shop.feature("p", "s", 1, (), "k"),
        lambda shop: shop.create_promo(promo(), "s", "k"),
        lambda shop: shop.end_promo("X", 1, "k"),
        lambda shop: shop.update_promo("X", 1, "k"),
        lambda shop: shop.clock(),
    ],
)
@pytest.mark.parametrize("body", [b'"text"', b"null", b"[]", b'{"items": 3}', b"{}"])
async def test_no_answer_makes_any_call_fail_but_by_a_sentence(
    world: World, call: Callable[[StudioApiShop], Awaitable[Any]], body: bytes
):
    for path in (
        "/v1/products", "/v1/products/p1", "/v1/stock", "/v1/orders", "/v1/promos", "/v1/traffic", "/v1/changes", "/v1/links",
        "/v1/featured", "/v1/clock",
    ):  # fmt: skip
        world.on(path, good(body))
    with pytest.raises(BadAnswer, match="not as agreed"):
        await call(world.shop)


async def test_a_picture_is_fetched_and_a_bomb_is_not(world: World):
    world.on("/v1/images/a.webp", reply(200, b"RIFF....", {"content-type": "image/webp"}))
    assert await world.shop.image("/v1/images/a.webp") == b"RIFF...."
    world.on("/big", reply(200, b"x" * 10_000_001, {"content-type": "image/png"}))
    with pytest.raises(BadAnswer, match="10 MB"):
        await world.shop.image("/big")
    world.on("/none", reply(200, b"", {"content-type": "image/png"}))
    with pytest.raises(BadAnswer, match="empty"):
        await world.shop.image("/none")
    with pytest.raises(RefusedByTarget):
        await world.shop.image("/gone")


async def test_whether_a_code_is_taken_is_unknown_where_a_shop_does_not_list_its_codes(world: World):
    world.on("/v1/promos", problem(404, "not-found", "There is no such page."))
    assert await world.shop.code_taken("NORD20") is None
    world.on("/v1/promos", good(b'{"items": [], "next_cursor": null}'))
    assert await world.shop.code_taken("NORD20") is False
