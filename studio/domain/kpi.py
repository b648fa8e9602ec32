"""Every figure of the review, each with its formula. Figures that nobody can give are None, never 0."""

from collections.abc import Iterable, Mapping, Sequence

from studio.domain.audience import ViewerSample, ViewerTimeline
from studio.domain.kpi_figures import (
    ChannelFigures,
    ChatCount,
    GoalFigures,
    GoalKind,
    ProductFigures,
    PromoFigures,
    QuestionFigures,
    Sales,
    ShowFigures,
)
from studio.domain.kpi_products import first_sold_out, product_figures
from studio.domain.kpi_sales import newest_revisions, own_orders, promo_figures, redemptions, sales
from studio.domain.money import Money
from studio.domain.order import REPLAY_MS, Order
from studio.domain.plan import Goals
from studio.domain.question import Question, QuestionStatus
from studio.domain.show_state import ShowState

__all__ = [
    "ChannelFigures",
    "ChatCount",
    "GoalFigures",
    "GoalKind",
    "ProductFigures",
    "PromoFigures",
    "QuestionFigures",
    "Sales",
    "ShowFigures",
    "against_goals",
    "answered_messages",
    "change",
    "first_sold_out",
    "newest_revisions",
    "own_orders",
    "pins_accepted",
    "promos_accepted",
    "redemptions",
    "sales",
    "show_figures",
    "unanswered",
]


def answered_messages(state: ShowState) -> set[tuple[str, str]]:
    """The (channel, message id) pairs that got a written reply of ours which the channel took."""
    taken = {
        e.subject
        for e in state.settled.values()
        if e.action == "ReplyTo" and e.outcome.value == "delivered" and e.subject
    }
    return {(r.channel, r.message_id) for r in state.replies.values() if r.reply_id in taken and r.message_id}


def unanswered(state: ShowState, questions: Iterable[Question]) -> tuple[Question, ...]:
    """The questions that nobody answered, aloud or in writing, and that nobody hid or took back: those asked most first."""
    waiting = (QuestionStatus.OPEN, QuestionStatus.CLAIMED)
    left = [q for q in questions if not q.withdrawn and state.question_status(q.id) in waiting]
    return tuple(sorted(left, key=lambda q: (-q.asked, q.asked_at_ms, q.id)))


# long: one figure a line
def show_figures(
    state: ShowState,
    orders: Iterable[Order],
    samples: Sequence[ViewerSample],
    questions: Sequence[Question],
    now_ms: int,
    *,
    sessions: int | None = None,
    average_session_ms: int | None = None,
    add_to_carts: int | None = None,
    add_to_carts_by_product: Mapping[str, int] | None = None,
    sessions_by_product: Mapping[str, int] | None = None,
    sold_out: Mapping[str, int] | None = None,
    asked: tuple[int, int] | None = None,
    chat: Mapping[str, ChatCount] | None = None,
    links: Mapping[str, str] | None = None,
    unique_viewers: int | None = None,
    average_watch_ms: int | None = None,
    viewers: ViewerTimeline | None = None,
    replay_ms: int = REPLAY_MS,
) -> ShowFigures:
    """All figures of a show. `orders` in any order and revision; `now_ms` stands for the end of a running show.

    `shop_total` are all orders placed within [started, ended]. `asked` counts the messages of that time which asked
    and which were answered; without it they are counted by the questions found, whenever they were asked. `chat` is what
    was written by channel (None: nobody knows); `links` which channel each tracked link of the show is for. A shop that
    tells visits, but none by product, gives empty mappings: then nobody knows them by product. `viewers` are the samples' timeline, where there is one already.
    """
    start = state.started_at_ms if state.started_at_ms is not None else now_ms
    end = state.ended_at_ms if state.ended_at_ms is not None else max(now_ms, start)
    every = newest_revisions(orders)
    own = own_orders(state, every, replay_ms)
    own_sales = sales(own, state.currency)
    on_air = sales((o for o in own if o.placed_at_ms <= end), state.currency)
    with_code = sum(1 for o in own if not o.cancelled and any(c in state.codes for c in o.promo_codes))
    if asked is None:
        asked = (sum(q.asked for q in questions), len(answered_messages(state)))
    timeline = viewers or ViewerTimeline(samples)
    watched = timeline.figures(start, end)
    people = unique_viewers if unique_viewers is not None else watched.peak
    messages = None if chat is None else sum(c.messages for c in chat.values())
    chatters = None if chat is None else sum(c.chatters for c in chat.values())
    cost = state.goals.cost_minor
    return ShowFigures(
        viewers=watched,
        own=own_sales,
        shop_total=sales((o for o in every if start <= o.placed_at_ms <= end), state.currency),
        promos=promo_figures(state, own),
        products=product_figures(
            state,
            own,
            timeline,
            end,
            add_to_carts=_told(add_to_carts_by_product, add_to_carts),
            clicks=_told(sessions_by_product, sessions),
            questions=questions,
            sold_out=sold_out or {},
        ),
        questions=QuestionFigures(*asked, len(unanswered(state, questions))),
        sessions=sessions,
        average_session_ms=average_session_ms,
        add_to_carts=add_to_carts,
        conversion=_share(own_sales.orders, sessions),
        redemptions=sum(redemptions(own, state.codes).values()),
        redemption_share=with_code / own_sales.orders if own_sales.orders else None,
        on_air_ms=end - start,
        on_air=on_air,
        replay=None
        if state.ended_at_ms is None
        else sales((o for o in own if o.placed_at_ms > end), state.currency),
        unique_viewers=unique_viewers,
        average_watch_ms=average_watch_ms,
        chat_messages=messages,
        chat_rate=None if messages is None or end <= start else messages * 60_000 / (end - start),
        chatters=chatters,
        engagement=_share(chatters, people),
        viewer_conversion=_share(own_sales.orders, people),
        revenue_per_viewer_minute=_per_viewer_minute(on_air.net, watched.average, end - start),
        cost=None if cost is None else Money(cost, state.currency),
        roi=(own_sales.net.amount_minor - cost) / cost if cost else None,
        channels=_channels(state, own, samples, start, end, chat, links),
    )


def against_goals(goals: Goals, figures: ShowFigures) -> tuple[GoalFigures, ...]:
    """Each goal that was set, with what came of it."""
    reached = (
        (GoalKind.PEAK_VIEWERS, goals.peak_viewers, figures.viewers.peak),
        (GoalKind.SESSIONS, goals.sessions, figures.sessions),
        (GoalKind.ORDERS, goals.orders, figures.own.orders),
        (GoalKind.REVENUE, goals.revenue_minor, figures.own.gross.amount_minor),
    )
    return tuple(
        GoalFigures(kind, goal, value, _share(value, goal))
        for kind, goal, value in reached
        if goal is not None
    )


def change(value: float | None, before: float | None) -> float | None:
    """How much a figure grew against the show before: 0.12 is 12 % more; None where either is not known, or was 0."""
    return None if value is None or not before else (value - before) / before


def pins_accepted(state: ShowState) -> int:
    """How many pins the shop took: delivered, or told as superseded by a newer one."""
    taken = ("delivered", "superseded")
    return sum(
        1
        for e in state.settled.values()
        if e.action == "FeatureProduct" and e.subject and e.outcome.value in taken
    )


def promos_accepted(state: ShowState) -> int:
    """How many codes the shop took."""
    return sum(1 for r in state.promos.values() if r.confirmed_ends_at_ms is not None)


def _channels(
    state: ShowState,
    own: Sequence[Order],
    samples: Sequence[ViewerSample],
    start: int,
    end: int,
    chat: Mapping[str, ChatCount] | None,
    links: Mapping[str, str] | None,
) -> tuple[ChannelFigures, ...]:
    watched: dict[str, list[ViewerSample]] = {}
    for sample in samples:
        watched.setdefault(sample.channel, []).append(sample)
    came: dict[str, list[Order]] = {channel: [] for channel in (links or {}).values()}
    if links:
        for order in own:
            channel = links.get(order.link_id)
            if channel is not None:
                came[channel].append(order)
    # The stage is no channel: it has a row when somebody bought by what it showed.
    others = sorted(
        {*watched, *(chat or {}), *(c for c, orders in came.items() if orders)} - {*state.channels}
    )
    rows: list[ChannelFigures] = []
    for channel in (*state.channels, *others):
        viewers = ViewerTimeline(watched.get(channel, ())).figures(start, end)
        written = (chat or {}).get(channel)
        # One that counted viewers was heard; of one that sent nothing at all nobody knows what was written there.
        if written is None and chat is not None and channel in watched and channel in state.channels:
            written = ChatCount(0, 0)
        sold = sales(came[channel], state.currency) if channel in came else None
        rows.append(
            ChannelFigures(
                channel,
                viewers.peak,
                viewers.peak_at_ms,
                viewers.average,
                written.messages if written else None,
                written.chatters if written else None,
                orders=sold.orders if sold else None,
                revenue=sold.net if sold else None,
            )
        )
    return tuple(rows)


def _told(by_product: Mapping[str, int] | None, total: int | None) -> Mapping[str, int] | None:
    """None where the shop counted something, but tells nothing by product."""
    return by_product if by_product or total == 0 else None


def _share(part: int | None, whole: int | None) -> float | None:
    return part / whole if part is not None and whole else None


def _per_viewer_minute(net: Money, average: float | None, on_air_ms: int) -> Money | None:
    minutes = (average or 0) * on_air_ms / 60_000
    return Money(round(net.amount_minor / minutes), net.currency) if minutes > 0 else None
