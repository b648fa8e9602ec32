"""The figures of a review as values; `kpi` reckons them. A figure that nobody can give is None, never 0."""

import enum

import msgspec

from studio.domain.audience import ViewerFigures
from studio.domain.money import Money


class Sales(msgspec.Struct, frozen=True):
    """What a set of orders came to.

    orders: placed and not cancelled. gross: the totals of all paid orders, with tax and shipping, after
    discounts. net: gross less cancelled orders less refunds for returns. average basket: the totals of the
    orders that were not cancelled, divided by their number; None without orders. Source: the shop's orders.
    """

    orders: int
    cancelled: int
    units: int
    gross: Money
    net: Money
    average_basket: Money | None


class PromoFigures(msgspec.Struct, frozen=True):
    """One code: redemptions are the show's not cancelled orders that used it; `discount` is what it cost."""

    code: str
    redemptions: int
    limit: int | None
    revenue: Money
    discount: Money


class ProductFigures(msgspec.Struct, frozen=True):
    """One product: its time on air (ms), the average viewers of that time, and what was sold of it in the
    show's not cancelled orders less returns. `revenue_per_minute` is revenue / minutes on air. `clicks` are the visits
    over its tracked links and `add_to_carts` those of them that put it into a cart, None where the shop does not tell
    them by product. `questions`: messages that asked something while it was on air.
    """

    product_id: str
    title: str
    on_air_ms: int
    viewers: float | None
    units: int
    revenue: Money
    revenue_per_minute: Money | None
    add_to_carts: int | None
    sold_out_at_ms: int | None
    questions: int
    clicks: int | None = None


class QuestionFigures(msgspec.Struct, frozen=True):
    """`asked`: messages of the show's time that asked something. `answered`: messages of the show's time that got
    a written reply of ours, at any time, which the channel took. `open`: questions (groups) that nobody answered,
    aloud or in writing, and that nobody took back.
    """

    asked: int
    answered: int
    open: int


class ChatCount(msgspec.Struct, frozen=True):
    """What viewers wrote on one channel within the show: `messages`, how many people (`chatters`) wrote them, and how many
    of them ask something (`asked`); people are told apart by the platform's id, else by their name. Source: the stored
    chat.
    """

    messages: int
    chatters: int
    asked: int = 0


class ChannelFigures(msgspec.Struct, frozen=True):
    """One channel: its own viewers (as in `ViewerFigures`), what was written there, and what came by the show's links for
    it: `orders` (not cancelled) and `revenue` (their net), None where the show had no links for it. `sessions` is None:
    no shop tells visits by channel. `channel` is its id in the settings, or "stage" for the links on the picture.
    """

    channel: str
    peak: int | None = None
    peak_at_ms: int | None = None
    average: float | None = None
    messages: int | None = None
    chatters: int | None = None
    sessions: int | None = None
    orders: int | None = None
    revenue: Money | None = None


class GoalKind(enum.StrEnum):
    """What a show can have as its goal; revenue is gross, as in `Goals`."""

    PEAK_VIEWERS = "peak_viewers"
    SESSIONS = "sessions"
    ORDERS = "orders"
    REVENUE = "revenue"


class GoalFigures(msgspec.Struct, frozen=True):
    """A goal and what came of it: `share` = value / goal, None where nobody knows the value. Money is in minor units."""

    kind: GoalKind
    goal: int
    value: int | None
    share: float | None


class ShowFigures(msgspec.Struct, frozen=True):
    """The figures of one show. conversion = orders / sessions over tracked links; redemption share = orders
    with a code of the show / orders.

    `on_air` and `replay` are the own orders placed until the show's end, and those after it (None while it runs). Viewers
    who came at all (`unique_viewers`), their average time (`average_watch_ms`) and what is reckoned from them are None
    where no channel tells. `chat_messages` are viewers' messages within the show; `chat_rate` those per minute on air;
    `chatters` how many people wrote them; `engagement` = chatters / unique viewers, or / peak viewers where no channel
    tells unique ones. `viewer_conversion` = orders / unique viewers, or / peak viewers. `revenue_per_viewer_minute` = net
    on air / (average viewers * minutes on air). `cost` are all cost lines; `roi` = (net - cost) / cost.
    """

    viewers: ViewerFigures
    own: Sales
    shop_total: Sales
    promos: tuple[PromoFigures, ...]
    products: tuple[ProductFigures, ...]
    questions: QuestionFigures
    sessions: int | None
    average_session_ms: int | None
    add_to_carts: int | None
    conversion: float | None
    redemptions: int
    redemption_share: float | None
    on_air_ms: int
    on_air: Sales | None = None
    replay: Sales | None = None
    unique_viewers: int | None = None
    average_watch_ms: int | None = None
    chat_messages: int | None = None
    chat_rate: float | None = None
    chatters: int | None = None
    engagement: float | None = None
    viewer_conversion: float | None = None
    revenue_per_viewer_minute: Money | None = None
    cost: Money | None = None
    roi: float | None = None
    channels: tuple[ChannelFigures, ...] = ()
