"""Line-ups of all kinds, for Hypothesis."""

import string

import hypothesis.strategies as st

from studio.domain.lineup import ItemKind, LineUpItem
from studio.domain.promo import PromoKind, PromoPlan, PromoScope, PromoWhen
from studio.exchange.plain import tidy

MINUTE = 60_000
CURRENCIES = ("EUR", "NOK", "JPY", "KWD", "USD")
LANGUAGES = ("en", "de", "nb", "de-CH", "fr")
ZONES = ("Europe/Oslo", "UTC", "America/New_York", "Asia/Kathmandu", "Moon/Base")

nasty = st.one_of(
    st.text(max_size=40),
    st.text(alphabet="=+-@'\"|\\,;\t\r\n ab1éß漢😀＝", max_size=12),
    st.sampled_from(
        [
            "=1+1",
            "'=1",
            "''=1",
            "'tis",
            "-5",
            "+49 1",
            "@x",
            "a|b",
            "a\\|b",
            "a\\",
            "5",
            "TRUE",
            "1.5",
            "_x0041_",
            "x,y;z",
        ]
    ),
)


@st.composite
def plans(draw: st.DrawFn) -> PromoPlan:
    kind = draw(st.sampled_from(PromoKind))
    when = draw(st.sampled_from(PromoWhen))
    begin = draw(st.integers(946_684_800_000, 4_000_000_000_000))
    second = draw(st.booleans())
    begin = begin // 1000 * 1000 if second else begin
    code = draw(st.text(string.ascii_uppercase + string.digits, min_size=1, max_size=1)) + draw(
        st.text(string.ascii_uppercase + string.digits + "-", min_size=2, max_size=23)
    )
    hours = draw(st.integers(0, 14 * 24))
    return PromoPlan(
        "plan", code, kind,
        percent=draw(st.integers(1, 100)) if kind is PromoKind.PERCENT else 0,
        amount_minor=draw(st.integers(1, 10**9)) if kind is PromoKind.FIXED else 0,
        scope=draw(st.sampled_from(PromoScope)),
        minutes=draw(st.integers(0 if hours else 1, 7 * 24 * 60)),
        hours_after_show=hours,
        total_limit=draw(st.none() | st.integers(1, 10**9)),
        per_customer_limit=draw(st.none() | st.integers(1, 10**9)),
        armed=when is PromoWhen.ON_PIN,
        after_start_ms=draw(st.integers(0, 7 * 24 * 60 * MINUTE)) if when is PromoWhen.AT_TIME else None,
        at_end=when is PromoWhen.AT_END,
        from_ms=draw(st.sampled_from([None, begin])) if when is PromoWhen.ABSOLUTE else None,
        until_ms=begin + draw(st.integers(1, 10**9)) if when is PromoWhen.ABSOLUTE else None,
    )  # fmt: skip


@st.composite
def items(draw: st.DrawFn) -> LineUpItem:
    product = draw(st.booleans())
    named = draw(nasty)
    item = LineUpItem(
        "item", ItemKind.PRODUCT if product else ItemKind.TALK,
        title=draw(nasty),
        planned_ms=draw(st.integers(1, 24 * 60 * MINUTE)),
        product_id=named if product else "",
        sku=draw(nasty) if product else "",
        points=tuple(draw(st.lists(nasty, max_size=4))),
        target_units=draw(st.integers(0, 10**9)),
        safety_stock=draw(st.integers(0, 10**9)),
        note=draw(nasty),
        promo=draw(st.none() | plans()),
        show_price_minor=draw(st.none() | st.integers(0, 10**9)),
        planned_price_minor=draw(st.none() | st.integers(0, 10**9)),
        images=tuple(draw(st.lists(nasty, max_size=3))),
        alternatives=tuple(draw(st.lists(nasty, max_size=3))),
    )  # fmt: skip
    item = tidy(item)
    if product and not (item.product_id or item.sku):
        item = tidy(LineUpItem("item", item.kind, item.title, item.planned_ms, "p1"))
    # An item is never without a title.
    title = item.title or item.sku or item.product_id or "Talk"
    return LineUpItem(**{**{name: getattr(item, name) for name in item.__struct_fields__}, "title": title})
