"""A shop is tried before a show depends on it: against the demo shop as a process, and shops that are not well."""

import asyncio
from pathlib import Path

import pytest

from studio.control.clock import SystemWallClock
from studio.settings.schema import ShopSettings
from studio.shop_probe import probe
from studio.ui.connections.port import Failure, ShopTest, Step
from tests.fakes.bad_shop import TOKEN, V1, BadShop, data, problem
from tests.fakes.certificates import certificate, server_tls
from tests.fakes.http_server import hang_up, never, reply
from tests.fakes.shop_process import start_shop


async def tried(url: str, key: str = TOKEN, *, within_s: float = 20.0, **more: str) -> ShopTest:
    """What a test of a shop finds."""
    settings = ShopSettings(id="demo", name="Demo", base_url=url, **more)
    return await probe(settings, key, SystemWallClock(), within_s=within_s)


@pytest.fixture
def shop():
    with BadShop() as running:
        running.token = TOKEN
        yield running


async def test_the_demo_shop_says_who_it_is_what_it_sells_and_what_it_can(tmp_path: Path) -> None:
    with start_shop(tmp_path, start_ms=None) as demo:
        steps: list[Step] = []
        settings = ShopSettings(id="demo", name="Demo", base_url=demo.url)
        found = await probe(settings, demo.token, SystemWallClock(), steps.append)
        books = demo.get("shop")
    assert found.failure is None, found
    assert (found.name, found.currency, found.product_count) == (
        books["name"], books["currency"], books["product_count"],
    )  # fmt: skip
    assert found.capabilities is not None
    assert found.capabilities.push
    assert found.clock_ahead_ms is not None
    assert abs(found.clock_ahead_ms) < 2_000, "both clocks are this computer's"
    assert (found.missing, found.problems) == ((), ())
    assert steps == list(Step)


async def test_a_wrong_key_is_told_from_a_missing_one(shop: BadShop) -> None:
    assert (await tried(shop.url, "another-token")).failure is Failure.KEY_REFUSED
    assert (await tried(shop.url, "")).failure is Failure.KEY_MISSING


async def test_each_right_that_is_missing_is_named_and_the_rest_is_tried_all_the_same(shop: BadShop) -> None:
    shop.on("/v1/orders", problem(403, "forbidden", "orders:read is not granted"))
    shop.on("/v1/promos", problem(403, "forbidden", "promos:read is not granted"))
    found = await tried(shop.url)
    assert found.failure is Failure.RIGHT_MISSING
    assert [("orders:read" in s, "promos:read" in s) for s in found.missing] == [(True, False), (False, True)]
    assert (found.name, found.product_count) == ("Nordhus", 3)


async def test_what_stands_in_the_way_is_told_apart(shop: BadShop) -> None:
    page = reply(200, b"<html>Welcome</html>", {"content-type": "text/html"})
    for handler, failure in (
        (problem(503, "maintenance", "Back soon"), Failure.MAINTENANCE),
        (problem(429, "slow-down", "Later", **{"Retry-After": "1"}), Failure.BUSY),
        (page, Failure.OTHER_PLATFORM),
        (problem(404, "not-found", "No such page"), Failure.OTHER_PLATFORM),
        (reply(200, b'{"hello": 1}', {"Studio-Api-Version": "9"}), Failure.OTHER_VERSION),
        (reply(200, b'{"hello": 1}', V1), Failure.OTHER_PLATFORM),
    ):
        shop.on("/v1/shop", handler)
        found = await tried(shop.url)
        assert found.failure is failure, found
        assert found.sentence
        assert TOKEN not in repr(found)


async def test_a_shop_that_nobody_answers_for_and_one_that_never_ends_its_answer(shop: BadShop) -> None:
    assert (await tried("http://127.0.0.1:9")).failure is Failure.UNREACHABLE
    shop.on("/v1/shop", never())
    found = await tried(shop.url, within_s=0.5)
    assert (found.failure, "given up" in found.sentence) == (Failure.TIMEOUT, True)


async def test_a_connection_that_breaks_off_in_the_middle_is_said(shop: BadShop) -> None:
    shop.on("/v1/products", hang_up())
    found = await tried(shop.url)
    assert found.failure is Failure.TIMEOUT
    assert found.name == "Nordhus", "what was learnt before is shown"


async def test_a_server_that_cannot_prove_who_it_is_gets_no_key_until_its_authority_is_named(
    tmp_path: Path,
) -> None:
    cert, key = certificate(tmp_path)
    with BadShop(tls=server_tls(cert, key)) as shop:
        found = await tried(shop.url)
        assert found.failure is Failure.UNTRUSTED
        assert shop.requests("/v1/shop") == []
        assert (await tried(shop.url, ca_file=str(tmp_path / "lost.pem"))).failure is Failure.CERTIFICATE_FILE
        assert (await tried(shop.url, ca_file=str(cert))).failure is None


async def test_addresses_and_kinds_that_cannot_be_are_said_before_anything_is_sent(shop: BadShop) -> None:
    assert (await tried("http://shop.example")).failure is Failure.ADDRESS
    assert (await tried(shop.url, kind="prestashop")).failure is Failure.ADDRESS
    assert shop.requests("/v1/shop") == []


@pytest.mark.parametrize("kind", ["vendure", "medusa", "shopify"])
async def test_another_platform_than_the_one_chosen_is_said(shop: BadShop, kind: str) -> None:
    found = await tried(shop.url, kind=kind)
    assert found.failure in (Failure.OTHER_PLATFORM, Failure.ADDRESS), found
    assert TOKEN not in repr(found)


async def test_odd_entries_do_not_stop_the_test(shop: BadShop) -> None:
    shop.on("/v1/orders", data({"items": "none"}))
    found = await tried(shop.url)
    assert found.failure is None
    assert len(found.problems) == 1


async def test_a_test_that_is_cancelled_ends_at_once(shop: BadShop) -> None:
    shop.on("/v1/shop", never())
    settings = ShopSettings(id="demo", name="Demo", base_url=shop.url)
    begun = asyncio.Event()
    task = asyncio.create_task(probe(settings, TOKEN, SystemWallClock(), lambda _step: begun.set()))
    await begun.wait()
    task.cancel()
    async with asyncio.timeout(10):
        with pytest.raises(asyncio.CancelledError):
            await task
