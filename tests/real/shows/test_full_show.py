"""A whole show at a real shop: what the studio says of it is what the shop's own books say."""

from collections import Counter
from collections.abc import Iterable

from studio.domain.kpi import Sales
from studio.domain.money import Money
from studio.domain.order import REPLAY_MS
from tests.real.shows.play import ORDERS, PIECES, SHOW, FullShow
from tests.real.shows.script import ARMED, BEFORE, CODES, EXTENSION_MS, LATE, WELCOME
from tests.real.shows.towns import Sale


def is_ours(show: FullShow, sale: Sale) -> bool:
    """By the shop's own list: with one of the show's codes, else by its link; a code beats the link."""
    if sale.placed_at_ms > show.told.ended_at_ms + REPLAY_MS:
        return False
    if any(code in CODES for code in sale.codes):
        return True
    return BEFORE not in sale.codes and sale.link.startswith(f"{SHOW}/")


def summed(sales: Iterable[Sale]) -> Sales:
    """What these orders come to, by the shop's own list."""
    orders = list(sales)
    kept = [sale for sale in orders if not sale.cancelled]
    gross, net = (sum(sale.paid_minor or 0 for sale in some) for some in (orders, kept))
    return Sales(
        orders=len(kept),
        cancelled=len(orders) - len(kept),
        units=sum(sum(sale.pieces.values()) for sale in kept),
        gross=Money(gross, "EUR"),
        net=Money(net, "EUR"),
        average_basket=Money(round(net / len(kept)), "EUR") if kept else None,
    )


def test_it_was_a_whole_show_with_a_restart_of_the_shop_and_a_kill_of_the_studio(show: FullShow):
    assert len(show.sales) >= ORDERS
    assert (show.restarts, show.killed, show.lives) == (1, 1, 2)
    assert show.told.waiting == 0
    assert not [said for said in show.said if said.startswith("mended")]
    assert {p.promo.code for p in show.told.promos} == set(CODES)


def test_every_order_is_the_shows_or_is_not_as_the_shops_own_list_says(show: FullShow):
    ours = {sale.id for sale in show.sales if is_ours(show, sale)}
    assert show.told.own == ours
    assert show.told.rest == {sale.id for sale in show.sales} - ours
    assert len(ours) > ORDERS / 3
    assert len(show.told.rest) > ORDERS / 10


def test_the_shows_figures_are_those_of_the_shops_own_list(show: FullShow):
    assert show.told.figures.own == summed(sale for sale in show.sales if is_ours(show, sale))
    assert show.told.figures.own.cancelled


def test_the_rest_is_shown_apart(show: FullShow):
    told = show.told
    during = [sale for sale in show.sales if told.started_at_ms <= sale.placed_at_ms <= told.ended_at_ms]
    assert told.figures.shop_total == summed(during)
    assert told.figures.shop_total.orders > sum(is_ours(show, sale) for sale in during)
    for shown in (told.figures.own, told.figures.shop_total):
        assert f"€{shown.gross.amount_minor / 100:,.2f}" in told.report


def test_an_order_with_another_shows_code_is_that_shows_whatever_link_it_came_by(show: FullShow):
    other = [sale for sale in show.sales if BEFORE in sale.codes and sale.link.startswith(f"{SHOW}/")]
    assert other
    assert all(sale.id in show.told.rest for sale in other)


def test_the_redemptions_of_each_code_are_its_orders_on_the_shops_list(show: FullShow):
    for row in show.told.figures.promos:
        used = [sale for sale in show.sales if row.code in sale.codes and not sale.cancelled]
        assert row.redemptions == len(used) > 0
        assert row.revenue.amount_minor == sum(sale.paid_minor or 0 for sale in used)
    assert {row.code for row in show.told.figures.promos} == set(CODES)


def test_every_product_sold_as_many_pieces_as_the_shops_list_says(show: FullShow):
    of = {variant: product.id for product in show.goods.values() for variant in product.variants}
    sold: Counter[str] = Counter()
    for sale in show.sales:
        if is_ours(show, sale) and not sale.cancelled:
            for variant, pieces in sale.pieces.items():
                sold[of[variant]] += pieces
    told = {row.product_id: row.units for row in show.told.figures.products}
    assert told == {product: sold[product] for product in told}


def test_every_code_ended_on_time_by_the_shops_own_record(show: FullShow):
    at_shop = {code.code: code for code in show.codes}
    for record in show.told.promos:
        code = at_shop[record.promo.code]
        assert code.ends_at_ms == record.confirmed_ends_at_ms == record.wanted_ends_at_ms
        assert code.ends_at_ms <= show.told.ended_at_ms
        assert code.on is (record.promo.code != ARMED), "only what was ended early is switched off"
    length = {r.promo.code: r.wanted_ends_at_ms - r.promo.starts_at_ms for r in show.told.promos}
    assert length[WELCOME] == 60_000
    assert length[LATE] == 60_000 + EXTENSION_MS
    assert length[ARMED] < 30 * 60_000


def test_nobody_who_came_after_its_end_got_anything_off_with_a_code(show: FullShow):
    codes_of = {sale.id: sale.codes for sale in show.sales}
    ends = {code.code: code.ends_at_ms for code in show.codes if code.code in CODES}
    late = [b for b in show.bought if b.wish.code in ends and b.began_ms >= ends[b.wish.code] and b.order_id]
    assert {b.wish.code for b in late} == set(CODES)
    assert all(b.wish.code not in codes_of[b.order_id] for b in late)


def test_no_code_was_made_twice(show: FullShow):
    assert Counter(code.code for code in show.codes) == Counter([*CODES, BEFORE])


def test_the_studio_moved_no_stock_and_nothing_was_sold_that_was_not_there(show: FullShow):
    before, after = show.shelves
    assert after == before
    sold: Counter[str] = Counter()
    for sale in show.sales:
        if not sale.cancelled:
            sold.update(sale.pieces)
    assert all(pieces <= before[variant] for variant, pieces in sold.items())


def test_two_products_sold_out_and_the_studio_says_when_and_pins_neither_by_mistake(show: FullShow):
    sold: Counter[str] = Counter()
    for sale in show.sales:
        sold.update(sale.pieces)
    assert [sold[product.variants[0]] for product in show.sold_out] == [PIECES, PIECES]
    rows = {row.product_id: row for row in show.told.figures.products}
    for product in show.sold_out:
        at_ms = rows[product.id].sold_out_at_ms
        assert at_ms is not None
        assert show.told.started_at_ms <= at_ms <= show.told.ended_at_ms
    assert [said for said in show.said if said.startswith("pin-refused")] == ["pin-refused sold-out"] * 2
