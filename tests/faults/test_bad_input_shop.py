"""What a shop may answer besides what was agreed, in a real window: a sentence each, nothing lost, and no crash."""

import json
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication

from studio.domain.commands import NextItem, Reply
from studio.domain.events import EffectSettled, Outcome
from tests.fakes.bad_shop import V1, BadShop, a_level, a_product, data, money, problem
from tests.fakes.http_server import Handler, half, hang_up, reply
from tests.faults.windows import Stage, stage

HTML = {"content-type": "text/html; charset=utf-8"}
LOGIN = b"<!doctype html><html><body>Log in</body></html>"
WHOLE_ANSWERS: dict[str, tuple[Handler, str]] = {
    "a web page": (reply(200, LOGIN, HTML), "check its address"),
    "a web page that calls itself JSON": (reply(200, LOGIN, V1), "check its address"),
    "a page that is not there": (reply(404, LOGIN, HTML), "check the address"),
    "another version": (reply(200, b"{}", {"Studio-Api-Version": "7"}), "speaks version 7"),
    "no version": (reply(200, b"{}"), "check the address"),
    "no JSON": (reply(200, b"{]", V1), "not as agreed"),
    "no text": (reply(200, b"\xff\xfe\x00", V1), "not as agreed"),
    "JSON of wrong types": (data({"items": 3, "now_ms": "noon", "currency": 1, "last_seq": []}), "not as agreed"),
    "null": (data(None), "not as agreed"),
    "a redirection": (reply(302, b"", {"location": "https://elsewhere.example"}), "another address"),
    "500": (problem(500, "oops", "Oops."), "cannot answer right now (500)"),
    "503": (problem(503, "down", "Later.", **{"Retry-After": "1"}), "cannot answer right now (503)"),
    "429": (problem(429, "slow-down", "Slow.", **{"Retry-After": "1"}), "patience"),
    "half an answer": (half(), "broke off"),
    "silence": (hang_up(), "broke off"),
}  # fmt: skip


def no_bug(window: Stage) -> None:
    """Nothing that was said was a bug of ours."""
    assert [s for s in window.said() if "went wrong" in s or "could not be stored" in s] == []


async def is_well(window: Stage, pinned: str = "p1") -> None:
    """The shop is connected, everything is sent, and what is shown is what was decided."""
    await window.until(lambda: window.link() == "ok", "the shop to be back")
    await window.until(lambda: not window.live.outbox, "everything sent")
    assert window.state.pinned_product_id == pinned


async def test_a_shop_that_is_well_needs_no_words(qtbot, qapp: QApplication, tmp_path: Path) -> None:
    with BadShop() as shop:
        async with stage(qapp, tmp_path, shop) as window:
            await window.open()
            await window.until(lambda: len(window.live.products) == 3, "products")
            await window.until(lambda: window.live.sellable("p1").total == 20, "stock")
            window.press("item.next")
            await window.until(lambda: window.state.pinned_product_id == "p1", "the pin")
            await is_well(window)
            assert [s for s in window.said() if "kept awake" not in s] == []


@pytest.mark.parametrize("name", WHOLE_ANSWERS)
async def test_whatever_a_shop_answers_the_show_goes_on_and_is_delivered_once_afterwards(
    qtbot, qapp: QApplication, tmp_path: Path, name: str
) -> None:
    answer, words = WHOLE_ANSWERS[name]
    with BadShop() as shop:
        shop.everywhere(answer)
        async with stage(qapp, tmp_path, shop) as window:
            await window.open()
            window.press("item.next")
            await window.until(lambda: window.state.pinned_product_id == "p1", "the pin in the window")
            await window.until(lambda: words in window.link_sentence(), "the reason")
            assert window.link() == "down"
            assert window.live.waiting > 0
            shop.all_well()
            await is_well(window)
            keys = {r.headers["idempotency-key"] for r in shop.requests("/v1/featured")}
            assert len(keys) == 1
            await window.until(lambda: len(window.live.products) == 3, "the catalogue")
            no_bug(window)


@pytest.mark.parametrize(
    ("status", "words"),
    [(401, "does not accept the token. Enter it again"), (403, "lacks a right (Read only.)")],
)
async def test_a_token_that_does_not_do_is_asked_for_and_everything_waits_for_it(
    qtbot, qapp: QApplication, tmp_path: Path, status: int, words: str
) -> None:
    with BadShop() as shop:
        shop.everywhere(problem(status, "no", "Read only."))
        async with stage(qapp, tmp_path, shop) as window:
            await window.open()
            window.press("item.next")
            await window.until(lambda: window.link() == "asking", "the question for a token")
            assert words in window.link_sentence()
            assert words in await window.until_said("token")
            shop.all_well()
            await window.desktop.studio.give_token("shop", "another")
            await window.desktop.studio.give_token("channel:live", "another")
            await is_well(window)
            await window.until(
                lambda: not [s for s in window.standing() if words in s], "the sentence to be over"
            )
            assert shop.requests("/v1/featured")[-1].headers["authorization"] == "Bearer another"
            no_bug(window)


@pytest.mark.parametrize("status", [404, 409, 422])
async def test_a_refused_pin_is_said_and_the_show_goes_on(
    qtbot, qapp: QApplication, tmp_path: Path, status: int
) -> None:
    with BadShop() as shop:
        shop.on("/v1/featured", problem(status, "no-such-product", "This shop does not know p1."))
        async with stage(qapp, tmp_path, shop) as window:
            await window.open()
            window.press("item.next")
            sentence = await window.until_said("This shop does not know p1.")
            assert "Item 1" in sentence, "which pin"
            await window.until(lambda: not window.live.outbox, "everything settled")
            settled = [e.event for e in window.live.log if isinstance(e.event, EffectSettled)]
            assert Outcome.REFUSED in {e.outcome for e in settled if e.action == "FeatureProduct"}
            shop.well("/v1/featured")
            window.give(NextItem())
            await window.until(lambda: window.state.pinned_product_id == "p2", "the next pin")
            await is_well(window, "p2")
            no_bug(window)


ODD_PRODUCTS: dict[str, tuple[dict[str, Any], str]] = {
    "a revision in words": ({"revision": "three"}, "revision"),
    "a negative revision": ({"revision": -1}, "revision is -1"),
    "no variants as a list": ({"variants": "none"}, "array"),
    "no id": ({"id": ""}, "no usable id"),
    "no title": ({"title": None}, "title"),
    "yes for true": ({"active": "yes"}, "active"),
    "another currency": (
        {"variants": [{"id": "v2", "sku": "S", "title": "One", "price": money(500, "USD")}]}, "in USD"
    ),
    "a negative price": (
        {"variants": [{"id": "v2", "sku": "S", "title": "One", "price": money(-5)}]}, "a price is -5"
    ),
    "a price with a point": (
        {"variants": [{"id": "v2", "sku": "S", "title": "One", "price": {"amount_minor": 4.5, "currency": "EUR"}}]},
        "amount_minor",
    ),
}  # fmt: skip


async def test_products_that_make_no_sense_are_left_out_and_named_together(
    qtbot, qapp: QApplication, tmp_path: Path
) -> None:
    with BadShop() as shop:
        shop.products = [
            a_product(1),
            *(a_product(2, **odd) for odd, _ in ODD_PRODUCTS.values()),
            a_product(3),
        ]
        async with stage(qapp, tmp_path, shop) as window:
            await window.open()
            sentence = await window.until_said("was left out", f"{len(ODD_PRODUCTS) - 1} more like it")
            assert "revision" in sentence
            assert "Tell the shop's owner" in sentence
            await window.until(lambda: set(window.live.products) == {"p1", "p3"}, "the good products")
            window.press("item.next")
            await window.until(lambda: window.state.pinned_product_id == "p1", "the pin")
            await is_well(window)
            no_bug(window)


@pytest.mark.parametrize("name", ODD_PRODUCTS)
async def test_a_change_that_makes_no_sense_is_said_and_those_behind_it_come_in(
    qtbot, qapp: QApplication, tmp_path: Path, name: str
) -> None:
    odd, words = ODD_PRODUCTS[name]
    with BadShop() as shop:
        async with stage(qapp, tmp_path, shop) as window:
            await window.open()
            await window.until(lambda: len(window.live.products) == 3, "products")
            shop.change("product", a_product(2, **{"revision": 2, **odd}))
            shop.change("product", a_product(3, revision=2, title="New", texts={}))
            sentence = await window.until_said("left out")
            assert words in sentence
            await window.until(lambda: window.live.products["p3"].title == "New", "the change behind")
            assert window.live.products["p2"].revision == 1, "what was known stays"
            no_bug(window)


async def test_odd_stock_is_left_out_and_the_last_known_stays_on_the_screen(
    qtbot, qapp: QApplication, tmp_path: Path
) -> None:
    with BadShop() as shop:
        async with stage(qapp, tmp_path, shop) as window:
            await window.open()
            window.press("item.next")
            await window.until(lambda: window.live.sellable("p1").total == 20, "stock")
            shop.change("stock", a_level(1, -3, revision=2))
            await window.until_said("quantity on hand is -3")
            shop.change("stock", a_level(1, 5, revision="new"))
            await window.until_said("revision")
            assert window.live.sellable("p1").total == 20
            # Unknown variants, locations without a name, more reserved than there is.
            shop.change("stock", a_level(77, 5))
            shop.change("stock", a_level(1, 4, location_id="moon", revision=2))
            shop.change("stock", a_level(1, 2, reserved=9, revision=3))
            await window.until(
                lambda: window.live.sellable("p1").total == 4, "the stock of the two locations"
            )
            assert window.live.sellable("p1").by_location == {"oslo": 0, "moon": 4}
            no_bug(window)


def an_order(n: int, **changes: Any) -> dict[str, Any]:
    """An order of one piece of pN, which came by the show's link when `link_show_id` says so."""
    return {
        "id": f"o{n}", "number": f"100{n}", "revision": 1, "placed_at_ms": 1_790_000_000_000,
        "updated_at_ms": 1_790_000_000_000, "status": "paid", "total": money(), "refunded": money(0), "discount": money(0),
        "paid_at_ms": 1_790_000_000_000, "promo_codes": [],
        "lines": [{"variant_id": f"v{n}", "product_id": f"p{n}", "quantity": 1, "total": money(), "discount": money(0)}],
        **changes,
    }  # fmt: skip


async def test_orders_with_unknown_variants_count_and_odd_ones_are_said(
    qtbot, qapp: QApplication, tmp_path: Path
) -> None:
    with BadShop() as shop:
        async with stage(qapp, tmp_path, shop) as window:
            await window.open()
            await window.until(lambda: window.link() == "ok", "the shop")
            own = {"link_show_id": window.show_id}
            shop.change("order", an_order(1, **own))
            shop.change("order", an_order(99, **own), entity_id="o99")
            shop.change("order", an_order(2, total=money(100, "NOK")), entity_id="o2")
            shop.change("order", an_order(3, status="stolen"), entity_id="o3")
            shop.change("comet", {"id": "x"})
            await window.until(lambda: window.live.sales.orders == 2, "both good orders")
            assert window.live.sales.gross.amount_minor == 9800
            await window.until_said("left out")
            review = await window.desktop.studio.review(window.show_id)
            assert review.figures.own.orders == 2
            assert "</html>" in await window.desktop.studio.report_html(window.show_id)
            no_bug(window)


async def test_a_shop_of_another_currency_is_said_and_its_amounts_are_never_mixed(
    qtbot, qapp: QApplication, tmp_path: Path
) -> None:
    with BadShop() as shop:
        shop.identity["currency"] = "NOK"
        shop.products = [json.loads(json.dumps(a_product(n)).replace('"EUR"', '"NOK"')) for n in (1, 2, 3)]
        async with stage(qapp, tmp_path, shop) as window:
            await window.open()
            sentence = await window.until_said("sells in NOK", "planned in EUR")
            assert sentence in window.standing()
            order = json.loads(json.dumps(an_order(1, link_show_id=window.show_id)).replace('"EUR"', '"NOK"'))
            shop.change("order", order)
            window.press("item.next")
            await window.until(lambda: window.live.orders, "the order")
            await is_well(window)
            window.host.refresh()
            assert window.live.sales.gross.amount_minor == 0
            assert "</html>" in await window.desktop.studio.report_html(window.show_id)
            no_bug(window)


async def test_names_of_any_length_and_script_stay_on_their_lines(
    qtbot, qapp: QApplication, tmp_path: Path
) -> None:
    names = ["x" * 300, "العربية " * 60, "W" * 5_000, "e\u0301\u0327" * 150]
    with BadShop() as shop:
        shop.products = [a_product(n, title=name, texts={}) for n, name in enumerate(names, 1)]
        async with stage(qapp, tmp_path, shop) as window:
            await window.open()
            await window.until(lambda: len(window.live.products) == 4, "products")
            width = window.host.minimumSizeHint().width()
            window.press("item.next")
            await window.until(lambda: window.state.pinned_product_id == "p1", "the pin")
            window.desktop.toggle_prompter()
            window.host.refresh()
            assert not window.desktop.window.grab().isNull()
            assert window.host.minimumSizeHint().width() <= width + 8
            assert max(len(p.title) for p in window.live.products.values()) <= 300
            no_bug(window)


async def test_an_answer_that_a_reply_or_announcement_is_refused_names_it(
    qtbot, qapp: QApplication, tmp_path: Path
) -> None:
    with BadShop() as shop:
        shop.on("/channel/v1/say", problem(422, "too-loud", "The channel is in slow mode."))
        async with stage(qapp, tmp_path, shop) as window:
            await window.open()
            await window.until(lambda: window.link("channel") == "ok", "the channel")
            await window.do(Reply("r1", "Hello everybody"))
            sentence = await window.until_said("The channel is in slow mode.")
            assert "live" in sentence
            no_bug(window)
