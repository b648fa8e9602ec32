"""Hints: what a webhook names is read at once and once, and a webhook never does harm."""

import asyncio
from collections.abc import Awaitable, Callable, Collection

from hypothesis import given, settings
from hypothesis import strategies as st

from studio.control.ports import BadAnswer, Hint, OrderPage, PromoUsage, Urgency, urgency_or
from studio.domain.money import Money
from studio.domain.product import Product, StockLevel, Variant
from studio.sync.engine import Engine
from tests.fakes.fake_shop import FakeShop, offline
from tests.unit.sync.test_engine import SHOW, World, level
from tests.unit.sync.test_engine import play as played


class AskedShop(FakeShop):
    """A shop that cannot push; remembers how urgently it was asked for what. A call takes `takes` s."""

    takes = 0.01

    def __init__(self, now: Callable[[], int]) -> None:
        super().__init__(now)
        self.push = False
        self.urgencies: list[tuple[str, Urgency]] = []

    def _check(self, method: str) -> None:
        self.urgencies.append((method, urgency_or(Urgency.BULK)))
        super()._check(method)

    async def product(self, product_id: str) -> Product | None:
        found = await super().product(product_id)
        await asyncio.sleep(self.takes)
        return found

    async def stock(self, variant_ids: Collection[str]) -> tuple[StockLevel, ...]:
        found = await super().stock(variant_ids)
        await asyncio.sleep(self.takes)
        return found

    async def orders(self, cursor: str) -> OrderPage:
        found = await super().orders(cursor)
        await asyncio.sleep(self.takes)
        return found

    async def promo_usage(self, codes: Collection[str]) -> tuple[PromoUsage, ...]:
        found = await super().promo_usage(codes)
        await asyncio.sleep(self.takes)
        return found

    def asked(self, variant_id: str) -> int:
        return sum(variant_id in call[1] for call in self.called("stock"))


class Asked(World):
    """The engine in front of such a shop; p1 is pinned, p1 to p3 are on the line-up, p4 is not. `between` polls: each
    story begins right behind one, so that what it sees is the hint's doing.
    """

    shop: AskedShop

    def new_engine(self) -> Engine:
        fake, self.shop = self.shop, AskedShop(self.wall.now_ms)
        self.shop.products, self.shop.levels = fake.products, fake.levels
        return super().new_engine()

    async def opened(self) -> None:
        await self.engine.start(SHOW)
        self.engine.set_on_air("p1", ("p1", "p2", "p3"), ("NORD20",))
        await asyncio.sleep(20.5)
        self.shop.calls.clear()


def play(story: Callable[[Asked], Awaitable[None]]) -> None:
    async def told(world: World) -> None:
        assert isinstance(world, Asked)
        await world.opened()
        await story(world)

    played(told, start=False, world=Asked)


def test_a_sale_of_the_pinned_product_is_read_at_once():
    async def story(w: Asked) -> None:
        w.shop.levels[0] = level(1, 2, 9)
        w.engine.hint(Hint(variants=("v1",)))
        await asyncio.sleep(0.05)
        assert w.stored("stock")[-1].on_hand == 9

    play(story)


def test_an_order_is_read_at_once_with_the_redemptions_and_the_pinned_product_s_stock():
    async def story(w: Asked) -> None:
        w.engine.hint(Hint(variants=("v2",), orders=True))
        await asyncio.sleep(0.2)
        assert (w.shop.asked("v1"), w.shop.asked("v2"), w.shop.asked("v3")) == (1, 1, 0)
        assert len(w.shop.called("orders")) == 1
        assert len(w.shop.called("promo_usage")) == 1

    play(story)


def test_stock_of_nobody_knows_what_means_all_that_is_on_air():
    async def story(w: Asked) -> None:
        w.engine.hint(Hint(stock=True))
        await asyncio.sleep(0.2)
        assert [w.shop.asked(f"v{n}") for n in range(1, 5)] == [1, 1, 1, 0]

    play(story)


def test_a_changed_product_is_read_with_its_price_and_so_is_the_product_of_a_changed_variant():
    async def story(w: Asked) -> None:
        w.shop.products["p4"] = Product("p4", 7, "Four", (Variant("v4", "S4", "One", Money(900, "EUR")),))
        w.engine.hint(Hint(products=("p4", "p9"), offers=("v3", "v99")))
        await asyncio.sleep(0.3)
        assert [call[1] for call in w.shop.called("product-read")] == ["p4", "p9", "p3"]
        assert [p.revision for p in w.stored("products") if p.id == "p4"][-1] == 7
        assert w.shop.asked("v4") == w.shop.asked("v3") == 1

    play(story)


def test_a_flood_of_hints_is_read_together():
    async def story(w: Asked) -> None:
        for _ in range(500):
            w.engine.hint(Hint(variants=("v1", "v2"), orders=True))
            await asyncio.sleep(0.002)
        await asyncio.sleep(1.5)
        assert 5 <= w.shop.asked("v1") <= 14
        assert w.shop.asked("v2") <= 6
        assert len(w.shop.called("orders")) <= 6

    play(story)


def test_the_pinned_product_does_not_wait_for_a_long_list_that_was_hinted_at_before():
    async def story(w: Asked) -> None:
        w.shop.takes = 2.0
        w.engine.hint(Hint(products=tuple(f"p{n}" for n in range(2, 12)), orders=True))
        await asyncio.sleep(5)
        w.shop.calls.clear()
        w.shop.takes = 0.01
        w.engine.hint(Hint(variants=("v1",)))
        await asyncio.sleep(0.01)
        assert w.shop.asked("v1") == 1

    play(story)


def test_more_products_than_a_person_changes_mean_that_everything_is_read_again_but_not_all_the_time():
    async def story(w: Asked) -> None:
        for n in range(20):
            w.engine.hint(Hint(products=tuple(f"x{n}-{m}" for m in range(60))))
            await asyncio.sleep(1)
        assert len(w.shop.called("catalogue")) == 1
        await asyncio.sleep(120)
        assert len(w.shop.called("catalogue")) == 2

    play(story)


def test_a_hint_while_the_shop_is_down_is_read_when_it_is_back():
    async def story(w: Asked) -> None:
        w.shop.always["*"] = offline()
        w.shop.levels[1] = level(2, 3, 4)
        w.engine.hint(Hint(variants=("v2",), orders=True))
        await asyncio.sleep(60)
        assert w.stored("stock")[-1].revision == 1
        w.shop.always.clear()
        await asyncio.sleep(10)
        assert any(s.variant_id == "v2" and s.on_hand == 4 for s in w.stored("stock"))

    play(story)


def test_a_shop_that_makes_no_sense_does_not_hold_up_the_next_hint():
    async def story(w: Asked) -> None:
        w.shop.fail("product", BadAnswer("Nonsense."))
        w.engine.hint(Hint(products=("p4",)))
        await asyncio.sleep(1)
        w.shop.calls.clear()
        w.engine.hint(Hint(products=("p3",)))
        await asyncio.sleep(0.2)
        assert [call[1] for call in w.shop.called("product-read")] == ["p3"]

    play(story)


def test_an_empty_hint_and_one_without_a_show_do_nothing():
    async def story(w: Asked) -> None:
        w.engine.hint(Hint())
        await asyncio.sleep(0.2)
        assert w.shop.calls == []
        await w.engine.stop()
        w.engine.hint(Hint(stock=True))

    play(story)


@settings(max_examples=25)
@given(
    st.lists(
        st.tuples(
            st.floats(0, 1),
            st.builds(
                Hint,
                products=st.lists(st.sampled_from(["p1", "p4", "gone"]), max_size=2).map(tuple),
                variants=st.lists(st.sampled_from(["v1", "v3", "gone"]), max_size=2).map(tuple),
                stock=st.booleans(),
                orders=st.booleans(),
                catalogue=st.booleans(),
            ),
        ),
        max_size=12,
    )
)
def test_whatever_is_hinted_in_whatever_order_what_is_stored_is_what_the_shop_says(
    told: list[tuple[float, Hint]],
):
    async def story(w: Asked) -> None:
        for pause, hint in told:
            await asyncio.sleep(pause)
            w.engine.hint(hint)
        await asyncio.sleep(70)
        stored = {s.variant_id: s for s in w.stored("stock")}
        assert stored == {s.variant_id: s for s in w.shop.levels}

    play(story)


# --- how urgent -------------------------------------------------------------------------------------------------


def test_the_poller_says_how_urgent_each_reading_is():
    async def story(w: Asked) -> None:
        w.shop.urgencies.clear()
        await asyncio.sleep(70)
        seen = set(w.shop.urgencies)
        assert {("stock-check", u) for u in (Urgency.PINNED, Urgency.LIVE, Urgency.BULK)} <= seen
        assert {urgency for method, urgency in seen if method == "orders"} == {Urgency.LIVE}
        assert {urgency for method, urgency in seen if method == "clock"} == {Urgency.PINNED}
        w.shop.urgencies.clear()
        await asyncio.sleep(600)
        assert {urgency for method, urgency in w.shop.urgencies if method == "catalogue"} == {Urgency.BULK}

    play(story)


def test_a_newly_pinned_product_is_read_without_waiting_for_the_next_second():
    async def story(w: Asked) -> None:
        w.engine.set_on_air("p4", ("p1", "p2", "p3"), ())
        await asyncio.sleep(0.02)
        assert w.shop.asked("v4") == 1

    play(story)


def test_a_slow_shop_gets_rest_between_two_readings():
    async def story(w: Asked) -> None:
        w.shop.takes = 3.0
        await asyncio.sleep(5)
        w.shop.calls.clear()
        await asyncio.sleep(60)
        assert 12 <= w.shop.asked("v1") <= 17  # 3 s and three quarters of a second

    play(story)


def test_the_time_between_readings_counts_from_beginning_to_beginning():
    async def story(w: Asked) -> None:
        w.shop.takes = 0.6
        await asyncio.sleep(5)
        w.shop.calls.clear()
        await asyncio.sleep(60)
        assert 58 <= w.shop.asked("v1") <= 61

    play(story)


def test_a_large_catalogue_is_asked_about_in_small_shares_and_still_once_a_minute():
    async def story(w: Asked) -> None:
        w.shop.products |= {
            f"x{n}": Product(f"x{n}", 1, f"X{n}", (Variant(f"y{n}", f"Y{n}", "One", Money(1, "EUR")),))
            for n in range(6_000)
        }
        w.engine.hint(Hint(catalogue=True))
        await asyncio.sleep(130)
        w.shop.calls.clear()
        await asyncio.sleep(60)
        asked = [call[1] for call in w.shop.called("stock") if "y7" in call[1] or "y4321" in call[1]]
        assert 2 <= len(asked) <= 4
        assert max(len(call[1]) for call in w.shop.called("stock")) <= 110

    play(story)
