"""The Studio Shop API v1 over real HTTP: catalogue, clock, tokens, writes that act once."""

import json
from collections.abc import Iterator
from email.utils import parsedate_to_datetime
from pathlib import Path

import httpx
import pytest

from tests.fakes.shop_process import REPOSITORY, START_MS, ShopProcess, start_shop
from tests.real.shopping import HOUR, everything, link, make_promo, promo_body, variant


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ShopProcess]:
    with start_shop(tmp_path_factory.mktemp("shop")) as running:
        yield running


def test_the_published_contract_is_what_the_server_serves(shop: ShopProcess):
    kept = json.loads(
        (REPOSITORY / "resources" / "openapi" / "studio-shop-v1.json").read_text(encoding="utf-8")
    )
    served = httpx.get(f"{shop.url}/openapi.json", trust_env=False)
    assert served.json() == kept, (
        "run: python -m studio.rehearsal.shop_server --print-contract > resources/openapi/studio-shop-v1.json"
    )
    assert kept["openapi"].startswith("3.1")


def test_a_request_without_the_token_is_told_to_bring_one(shop: ShopProcess):
    for headers in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": f"Basic {shop.token}"}):
        answer = httpx.get(f"{shop.url}/v1/shop", headers=headers, trust_env=False)
        assert answer.status_code == 401
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["type"] == "/problems/unauthorized"


def test_the_shops_token_does_not_open_the_administration(shop: ShopProcess):
    assert shop.http.get("/admin/v1/faults").status_code == 401
    assert shop.admin("faults") == {"items": []}


def test_tokens_are_in_no_process_list(shop: ShopProcess):
    assert shop.process is not None
    words = " ".join(map(str, shop.process.args))
    assert shop.token not in words
    assert shop.admin_token not in words


def test_the_shop_says_who_it_is_and_what_it_can(shop: ShopProcess):
    about = shop.get("shop")
    assert about["currency"] == "EUR"
    assert about["api_version"] == "1"
    assert about["languages"] == ["en", "de", "nb"]
    assert all(about["capabilities"].values())
    assert about["product_count"] == len(everything(shop, "products"))
    assert len(about["locations"]) >= 2


def test_every_answer_carries_version_and_the_shops_time(shop: ShopProcess):
    for path in ("/v1/clock", "/v1/nothing-here", "/v1/orders/ord-999999"):
        answer = shop.http.get(path)
        assert answer.headers["Studio-Api-Version"] == "1"
        told = int(answer.headers["X-Clock-Ms"])
        assert told >= START_MS
        assert abs(parsedate_to_datetime(answer.headers["Date"]).timestamp() * 1000 - told) <= 1000


def test_pages_of_products_hold_every_product_once(shop: ShopProcess):
    ids, cursor = [], None
    while True:
        page = shop.get("products", limit=7, **({"cursor": cursor} if cursor else {}))
        ids += [product["id"] for product in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert len(ids) == len(set(ids)) == shop.get("shop")["product_count"]


def test_products_speak_three_languages_and_cost_something(shop: ShopProcess):
    for product in everything(shop, "products"):
        assert set(product["texts"]) == {"en", "de", "nb"}
        assert all(text["title"] and text["description"] for text in product["texts"].values())
        assert product["variants"]
        for found in product["variants"]:
            assert found["price"]["amount_minor"] > 0
            assert found["price"]["currency"] == "EUR"
            low = found["low_30d_price"]
            assert low is None or low["amount_minor"] <= found["price"]["amount_minor"]


def test_a_product_is_found_by_words_of_any_language_and_by_sku(shop: ShopProcess):
    product = shop.get("products", limit=1)["items"][0]
    for words in (
        product["texts"]["de"]["title"],
        product["texts"]["nb"]["title"].upper(),
        product["variants"][0]["sku"],
    ):
        assert product["id"] in [found["id"] for found in shop.get("products", q=words)["items"]]
    assert shop.get("products", q="zzzz-nothing")["items"] == []


def test_a_catalogue_that_did_not_change_is_not_sent_again(shop: ShopProcess):
    for path in ("/v1/shop", "/v1/products?limit=3", f"/v1/products/{variant(shop)['product_id']}"):
        first = shop.http.get(path)
        again = shop.http.get(path, headers={"If-None-Match": first.headers["ETag"]})
        assert again.status_code == 304
        assert again.content == b""
        assert again.headers["ETag"] == first.headers["ETag"]


def test_a_changed_price_gives_the_catalogue_a_new_tag(shop: ShopProcess):
    found = variant(shop)
    path = f"/v1/products/{found['product_id']}"
    before = shop.http.get(path)
    shop.admin(f"products/{found['product_id']}", {"variant_id": found["id"], "price_minor": 123})
    after = shop.http.get(path, headers={"If-None-Match": before.headers["ETag"]})
    assert after.status_code == 200
    assert after.json()["revision"] == before.json()["revision"] + 1
    changed = next(v for v in after.json()["variants"] if v["id"] == found["id"])
    assert changed["price"]["amount_minor"] == changed["low_30d_price"]["amount_minor"] == 123


def test_pictures_are_sent_once_and_only_pictures(shop: ShopProcess):
    with httpx.Client(base_url=shop.url, trust_env=False) as browser:  # pages and overlays have no token
        for product in everything(shop, "products"):
            assert browser.get(product["images"][0]["url"]).headers["content-type"].startswith("image/")
        url = shop.get("products", limit=1)["items"][0]["images"][0]["url"]
        tag = browser.get(url).headers["ETag"]
        again = browser.get(url, headers={"If-None-Match": tag})
        assert (again.status_code, again.content, again.headers["ETag"]) == (304, b"", tag)
        for name in ("..%2Fcatalogue.json", "nothing.webp", "%2e%2e%2ftoken"):
            assert browser.get(f"/v1/images/{name}").status_code == 404


def test_what_is_no_json_or_makes_no_sense_is_refused_with_a_sentence(shop: ShopProcess):
    headers = {"Idempotency-Key": "nonsense"}
    answer = shop.http.post("/v1/promos", content=b"{not json", headers=headers)
    assert (answer.status_code, answer.json()["type"]) == (400, "/problems/malformed")
    answer = shop.send("POST", "/v1/promos", promo_body(shop, "LAX", percent="10"))
    assert (answer.status_code, answer.json()["type"]) == (422, "/problems/invalid")
    answer = shop.send("POST", "/v1/promos", promo_body(shop, "LAX", surprise=1))
    assert answer.status_code == 422
    answer = shop.http.get("/v1/products", params={"limit": 501})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "limit"
    answer = shop.http.get("/v1/products", params={"cursor": "?!"})
    assert answer.json()["errors"][0]["field"] == "cursor"
    answer = shop.http.post("/v1/links", content=b" " * 1_100_000, headers=headers)
    assert answer.status_code == 413


def test_a_write_without_a_key_is_asked_for_one(shop: ShopProcess):
    answer = shop.http.post("/v1/links", json={"show_id": "s", "channel": "chat"})
    assert (answer.status_code, answer.json()["type"]) == (428, "/problems/idempotency-key-required")


def test_the_same_key_acts_once_and_answers_alike(shop: ShopProcess):
    body = promo_body(shop, "ONCE")
    first = shop.send("POST", "/v1/promos", body, key="once")
    again = shop.send("POST", "/v1/promos", body, key="once")
    assert first.status_code == again.status_code == 201
    assert first.content == again.content
    assert again.headers["Idempotent-Replay"] == "true"
    assert len(shop.get("promos", code="ONCE")["items"]) == 1


def test_a_refusal_is_kept_under_its_key_too(shop: ShopProcess):
    make_promo(shop, "TAKEN")
    body = promo_body(shop, "TAKEN", mark="other")
    first = shop.send("POST", "/v1/promos", body, key="taken")
    assert (first.status_code, first.json()["type"]) == (409, "/problems/code-taken")
    assert shop.send("POST", "/v1/promos", body, key="taken").content == first.content


def test_the_same_key_for_another_request_is_a_mismatch(shop: ShopProcess):
    shop.send("POST", "/v1/links", {"show_id": "s", "channel": "chat"}, key="mine")
    for method, path, body in (
        ("POST", "/v1/links", {"show_id": "s", "channel": "other"}),
        ("PUT", "/v1/featured", {"product_id": None, "show_id": "s", "decided_at_ms": 1}),
    ):
        answer = shop.send(method, path, body, key="mine")
        assert (answer.status_code, answer.json()["type"]) == (409, "/problems/idempotency-mismatch")


def test_a_tracked_link_is_made_once_for_show_product_and_channel(shop: ShopProcess):
    product_id = variant(shop)["product_id"]
    assert link(shop, "show-l", product_id) == link(shop, "show-l", product_id)
    assert link(shop, "show-l", product_id, "instagram") != link(shop, "show-l", product_id)
    made = shop.get("links", show_id="show-l")["items"]
    assert len(made) == 2
    page = httpx.get(made[0]["url"], follow_redirects=True, trust_env=False)
    assert page.status_code == 200
    assert shop.get(f"products/{product_id}")["title"].split()[0] in page.text


def test_featured_follows_the_latest_decision_and_remembers_the_others(shop: ShopProcess):
    one, two, three = (variant(shop, skip=n * 8)["product_id"] for n in range(3))
    now = shop.now_ms()
    put = {"show_id": "show-f", "superseded": []}
    shop.send("PUT", "/v1/featured", put | {"product_id": one, "decided_at_ms": now})
    answer = shop.send(
        "PUT", "/v1/featured",
        put | {"product_id": three, "decided_at_ms": now + 20, "superseded": [{"product_id": two, "decided_at_ms": now + 10}]},
    ).json()  # fmt: skip
    assert answer["current"]["product_id"] == three
    assert [record["product_id"] for record in answer["records"]] == [two, three]
    # A decision that comes late does not take the place of a later one.
    late = shop.send("PUT", "/v1/featured", put | {"product_id": one, "decided_at_ms": now + 15}).json()
    assert late["current"]["product_id"] == three
    assert late["records"][0]["live_from_ms"] is None
    # The same decision again, under another key, is the same record.
    shop.send("PUT", "/v1/featured", put | {"product_id": one, "decided_at_ms": now + 15})
    history = shop.get("featured/history", show_id="show-f")["items"]
    assert [(r["product_id"], r["decided_at_ms"] - now) for r in history] == [
        (one, 0),
        (two, 10),
        (one, 15),
        (three, 20),
    ]
    assert history[0]["live_until_ms"] is not None
    shop.send("PUT", "/v1/featured", put | {"product_id": None, "decided_at_ms": now + 30})
    assert shop.get("featured")["current"]["product_id"] is None
    assert shop.admin("books", show_id="show-f")["pins_accepted"] == 4


def test_a_withdrawn_or_unknown_product_is_not_featured_and_nothing_is_recorded(shop: ShopProcess):
    product_id = variant(shop, skip=30)["product_id"]
    shop.admin(f"products/{product_id}", {"active": False})
    put = {"show_id": "show-g", "decided_at_ms": shop.now_ms() + HOUR, "superseded": []}
    answer = shop.send("PUT", "/v1/featured", put | {"product_id": product_id})
    assert (answer.status_code, answer.json()["type"]) == (409, "/problems/product-inactive")
    assert shop.send("PUT", "/v1/featured", put | {"product_id": "no-such"}).status_code == 422
    assert shop.get("featured/history", show_id="show-g")["items"] == []
    assert shop.get(f"products/{product_id}")["active"] is False


def test_a_second_shop_on_the_same_folder_says_so(shop: ShopProcess, tmp_path: Path):
    with pytest.raises(RuntimeError, match="Another demo shop runs on"):
        start_shop(tmp_path, arguments=("--data", str(shop.folder / "data")))


def test_traffic_counts_sessions_and_carts_of_a_show(shop: ShopProcess):
    found = variant(shop)
    link_id = link(shop, "show-t", found["product_id"])
    opened = shop.store(
        "sessions/batch", {"opened": [{"link_id": link_id}] * 3 + [{"referrer": "search"}]}
    ).json()
    cart = shop.store("carts", {"session_id": opened["opened"][0]}).json()
    shop.store(f"carts/{cart['id']}/lines", {"variant_id": found["id"]})
    shop.store("sessions/batch", {"ended": [*opened["opened"], "ses-99999999"]})
    told = shop.get("traffic", show_id="show-t")
    assert (told["sessions"], told["add_to_carts"]) == (3, 1)
    assert told["by_product"] == [{"product_id": found["product_id"], "sessions": 3, "add_to_carts": 1}]
    assert told["by_link"] == [{"link_id": link_id, "sessions": 3, "add_to_carts": 1}]
    assert shop.get("traffic", show_id="nobody-came")["sessions"] == 0
