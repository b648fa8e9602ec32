"""What viewers see is what the shop confirmed, and what is over is gone."""

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from studio.domain import commands as cmd
from studio.domain import events as ev
from studio.domain.lineup import ItemKind
from studio.domain.money import Money
from studio.domain.product import Product, Variant
from studio.domain.promo import PromoKind, PromoPlan, PromoScope
from studio.domain.stage import StageFacts, StageView, refused_pins, stage_view
from tests.unit.domain.show_builder import MINUTE, T0, Show, item

PRODUCTS = {
    f"p{n}": Product(
        f"p{n}", 1, f"Product {n}", (Variant(f"v{n}", "S", "One", Money(10_000, "EUR"), Money(9_000, "EUR")),),
        image_urls=(f"https://shop.example/p{n}.jpg",),
    )
    for n in range(1, 5)
}  # fmt: skip


def facts(**changes) -> StageFacts:
    fields = {"products": PRODUCTS, "sellable": {"p1": 40, "p2": 3}, "links": {"p1": "https://s.example/1"}}
    return StageFacts(**{**fields, **changes})


def view(show: Show, **changes) -> StageView:
    return stage_view(show.state, facts(**changes), show.now)


def issue(show: Show, code: str = "NORD20", percent: int = 20, minutes: int = 10) -> str:
    plan = PromoPlan("plan", code, PromoKind.PERCENT, percent=percent, scope=PromoScope.ALL, minutes=minutes)
    assert show.do(cmd.IssuePromo(f"promo-{code}", plan)) is None
    return f"promo-{code}"


def confirm(show: Show, promo_id: str) -> None:
    promo = show.state.promos[promo_id].promo
    show.append(ev.PromoConfirmed(promo_id, "shop-1", promo.starts_at_ms, promo.ends_at_ms))


def test_before_the_show_and_after_it_nothing_is_on_the_stage():
    show = Show(started=False)
    assert view(show).empty
    show.do(cmd.StartShow())
    show.do(cmd.PinItem("i1"))
    assert not view(show).empty
    show.do(cmd.EndShow())
    assert view(show).empty


def test_a_pin_puts_the_product_on_the_stage_with_the_shops_price_and_its_link():
    show = Show()
    show.do(cmd.PinItem("i1"))
    card = view(show).card
    assert card is not None
    assert (card.title, card.price, card.struck, card.link) == (
        "Product 1", Money(10_000, "EUR"), None, "https://s.example/1",
    )  # fmt: skip
    assert card.image_url == "https://shop.example/p1.jpg"
    assert card.left is None, "plenty are left"
    show.do(cmd.Unpin())
    assert view(show).card is None


def test_few_pieces_are_told_less_what_the_lineup_keeps_back():
    show = Show(item(2, safety_stock=1))
    show.do(cmd.PinItem("i2"))
    card = view(show).card
    assert card is not None
    assert card.left == 2


def test_a_product_that_the_shop_has_not_told_of_or_has_withdrawn_or_refused_is_not_shown():
    show = Show()
    show.do(cmd.PinItem("i1"))
    assert view(show, products={}).card is None
    assert view(show, refused=frozenset({"p1"})).card is None
    gone = Product("p1", 2, "Product 1", PRODUCTS["p1"].variants, active=False)
    assert view(show, products={"p1": gone}).card is None


def test_a_pin_that_the_shop_refused_leaves_the_stage_until_the_shop_takes_it():
    show = Show()
    show.do(cmd.PinItem("i1"))
    assert refused_pins(show.state) == frozenset()
    for number, outcome in enumerate((ev.Outcome.REFUSED, ev.Outcome.DELIVERED)):
        show.append(ev.EffectSettled(f"e{number}", "shop", "FeatureProduct", outcome, "", "p1"))
        assert refused_pins(show.state) == (
            frozenset({"p1"}) if outcome is ev.Outcome.REFUSED else frozenset()
        )
    show.do(cmd.Unpin())
    assert refused_pins(show.state) == frozenset()


def test_a_code_is_on_the_stage_between_its_confirmation_and_its_end_and_changes_the_price():
    show = Show()
    show.do(cmd.PinItem("i1"))
    promo_id = issue(show)
    assert view(show).code is None, "the shop has not confirmed it"
    confirm(show, promo_id)
    shown = view(show)
    assert shown.code is not None
    assert (shown.code.promo.code, shown.code.ends_at_ms) == ("NORD20", T0 + 10 * MINUTE)
    assert shown.card is not None
    assert (shown.card.price, shown.card.struck) == (Money(8_000, "EUR"), Money(9_000, "EUR"))
    show.now = T0 + 10 * MINUTE - 1
    assert view(show).code is not None
    show.now += 1
    over = view(show)
    assert over.code is None
    assert over.card is not None
    assert (over.card.price, over.card.struck) == (Money(10_000, "EUR"), None)


def test_a_refused_code_is_never_on_the_stage():
    show = Show()
    show.do(cmd.PinItem("i1"))
    show.append(ev.PromoRefused(issue(show), "The code is taken."))
    assert view(show).code is None


def test_while_the_shop_is_not_sure_the_product_stays_without_price_code_and_stock():
    show = Show()
    show.do(cmd.PinItem("i2"))
    confirm(show, issue(show))
    for shown in (view(show, sure=False), stage_view(show.state, facts(), None)):
        assert shown.code is None
        assert shown.card is not None
        assert (shown.card.title, shown.card.price, shown.card.struck, shown.card.left) == (
            "Product 2", None, None, None,
        )  # fmt: skip


def test_the_panic_key_clears_the_stage_until_the_next_item():
    show = Show()
    show.do(cmd.PinItem("i1"))
    confirm(show, issue(show))
    show.do(cmd.PromptQuestion("q1", "Is it warm?", 3))
    assert view(show).question == "Is it warm?"
    show.do(cmd.ClearStage())
    assert view(show).empty, "though all of it was decided within one millisecond"
    confirm(show, issue(show, "NEW10", 10))
    shown = view(show)
    assert shown.card is None, "what was cleared does not come back by itself"
    assert shown.code is not None
    assert shown.code.promo.code == "NEW10"
    show.do(cmd.PinItem("i2"))
    assert view(show).card is not None


def test_while_the_host_talks_the_code_that_ends_first_is_shown():
    show = Show(item(1), item(3, ItemKind.TALK))
    show.do(cmd.PinItem("i3"))
    confirm(show, issue(show, "LATER", minutes=20))
    confirm(show, issue(show, "SOONER", minutes=5))
    shown = view(show)
    assert shown.card is None
    assert shown.code is not None
    assert shown.code.promo.code == "SOONER"


@given(
    acts=st.lists(
        st.sampled_from(["pin 1", "pin 2", "unpin", "issue", "confirm", "clear", "wait", "end"]), max_size=20
    ),
    sure=st.booleans(),
)
def test_no_code_is_ever_shown_that_is_not_confirmed_or_over(acts: list[str], sure: bool):
    show, issued = Show(), list[str]()
    for act in acts:
        show.now += 1
        match act.split():
            case ["pin", n]:
                show.do(cmd.PinItem(f"i{n}"))
            case ["unpin"]:
                show.do(cmd.Unpin())
            case ["issue"]:
                issued.append(issue(show, f"CODE{len(issued)}"))
            case ["confirm"] if issued:
                confirm(show, issued[-1])
            case ["clear"]:
                show.do(cmd.ClearStage())
            case ["end"] if issued:
                show.do(cmd.EndPromo(issued[-1]))
            case _:
                show.now += 4 * MINUTE
        shown = view(show, sure=sure)
        if shown.code is not None:
            record = show.state.promos[shown.code.promo.id]
            assert sure
            assert record.confirmed_ends_at_ms is not None
            assert show.now < min(record.confirmed_ends_at_ms, record.wanted_ends_at_ms)
        elif shown.card is not None and shown.card.price is not None:
            assert shown.card.price == Money(10_000, "EUR"), "no discount without its code"


def test_an_amount_off_in_another_currency_than_the_shops_prices_is_not_reckoned_with():
    show = Show()
    show.do(cmd.PinItem("i1"))
    off = PromoPlan("plan", "TEN", PromoKind.FIXED, amount_minor=1_000, scope=PromoScope.ALL)
    assert show.do(cmd.IssuePromo("promo-TEN", off)) is None
    confirm(show, "promo-TEN")
    crowns = msgspec.structs.replace(
        PRODUCTS["p1"],
        variants=(Variant("v1", "S", "One", Money(99_900, "NOK"), Money(89_900, "NOK")),),
    )
    found = view(show, products={"p1": crowns})
    assert found.card is not None
    assert (found.card.price, found.code) == (Money(99_900, "NOK"), None)
