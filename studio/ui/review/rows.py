"""The rows of the review's tables, each figure in words and with what it is sorted by."""

from bisect import bisect_right

from studio.domain.kpi import ChannelFigures, ProductFigures, PromoFigures, Sales, ShowFigures, unanswered
from studio.domain.past import PastShow
from studio.domain.plan import Goals
from studio.domain.question import Question
from studio.ui.review.against import against_before, against_goal
from studio.ui.review.figures_model import Cell, Column, FigureRow
from studio.ui.review.kpis import Kpi, kpis, not_given, not_known, translate
from studio.ui.studio import Review
from studio.ui.texts import Texts, length
from studio.ui.widgets.text import clean_text


def product_columns() -> list[Column]:
    """The columns of the products' table."""
    tr = translate
    return [
        Column(tr("Review", "Item"), tr("Review", "The product, as the line-up names it."), number=False),
        Column(tr("Review", "On air"), tr("Review", "How long it was on air, over all its turns.")),
        Column(tr("Review", "Avg viewers"), tr("Review", "Average viewers, weighted by time, while it was on air.")),
        Column(
            tr("Review", "Clicks"), tr("Review", "Visits over the product's tracked links, as the shop counts them."),
            optional=True,
        ),
        Column(
            tr("Review", "Carts"), tr("Review", "How often it was put into a cart in those visits, as the shop counts it."),
            optional=True,
        ),
        Column(
            tr("Review", "Sold"), tr("Review", "Units in the show's orders that were not cancelled, less returned units.")
        ),
        Column(
            tr("Review", "Revenue"), tr("Review", "What those units came to, after discounts, with tax, without shipping.")
        ),
        Column(tr("Review", "Per minute"), tr("Review", "Revenue divided by minutes on air.")),
        Column(tr("Review", "Sold out"), tr("Review", "When nothing was left of it for the first time within the show."), optional=True),
        Column(
            tr("Review", "Questions"),
            tr("Review", "Messages that asked something first heard while it was on air."),
        ),
    ]  # fmt: skip


def product_row(figures: ProductFigures, texts: Texts) -> FigureRow:
    """A product's row; a sold-out one says when, with a sign."""
    title = clean_text(figures.title, 200)
    gone = figures.sold_out_at_ms
    told = title
    if gone is not None:
        words = translate("Review", "{title}, sold out at {time}").replace("{time}", texts.clock(gone))
        told = words.replace("{title}", title)
    aired = figures.on_air_ms > 0
    per_minute = figures.revenue_per_minute
    never = translate("Review", "It was not on air.")
    viewers = texts.number(figures.viewers) if figures.viewers is not None else not_known() if aired else "–"
    cells = (
        Cell(f"⚠ {title}" if gone is not None else title, title, told),
        Cell(length(figures.on_air_ms) if aired else "–", float(figures.on_air_ms), "" if aired else never),
        Cell(viewers, figures.viewers, "" if aired else never),
        _by_shop(figures.clicks, texts),
        _by_shop(figures.add_to_carts, texts),
        Cell(texts.number(figures.units), float(figures.units)),
        Cell(texts.money(figures.revenue), float(figures.revenue.amount_minor)),
        Cell(
            texts.money(per_minute), None if per_minute is None else float(per_minute.amount_minor), "" if aired else never
        ),
        Cell(texts.clock(gone) if gone is not None else "", None if gone is None else float(gone)),
        Cell(texts.number(figures.questions), float(figures.questions)),
    )  # fmt: skip
    return FigureRow(figures.product_id, cells, gone is not None)


def _by_shop(value: int | None, texts: Texts) -> Cell:
    """A figure which the shop tells by product, or does not."""
    if value is None:
        return Cell(
            not_known(), None, translate("Review", "The shop does not tell this by product."), "muted"
        )
    return Cell(texts.number(value), float(value))


def not_told_by_product(figures: ShowFigures) -> str:
    """Which figures of products the shop does not tell, as a sentence; empty when it tells all."""
    if not figures.products:
        return ""
    clicks = all(p.clicks is None for p in figures.products)
    carts = all(p.add_to_carts is None for p in figures.products)
    if clicks and carts:
        return translate("Review", "Clicks and add-to-carts are not given by the shop for single products.")
    if clicks:
        return translate("Review", "Clicks are not given by the shop for single products.")
    if carts:
        return translate("Review", "Add-to-carts are not given by the shop for single products.")
    return ""


def promo_columns() -> list[Column]:
    """The columns of the codes' table."""
    return [
        Column(translate("Review", "Code"), translate("Review", "A code which the shop confirmed."), number=False),
        Column(
            translate("Review", "Redeemed"),
            translate("Review", "The show's orders with this code that were not cancelled, and the code's limit."),
        ),
        Column(translate("Review", "Orders' total"), translate("Review", "The totals of those orders.")),
        Column(
            translate("Review", "Discount"), translate("Review", "What the discounts of those orders came to.")
        ),
    ]  # fmt: skip


def promo_row(figures: PromoFigures, texts: Texts) -> FigureRow:
    """A code's row."""
    used = texts.number(figures.redemptions)
    if figures.limit is not None:
        used = f"{used} / {texts.number(figures.limit)}"
    cells = (
        Cell(clean_text(figures.code, 40), figures.code),
        Cell(used, float(figures.redemptions)),
        Cell(texts.money(figures.revenue), float(figures.revenue.amount_minor)),
        Cell(texts.money(figures.discount), float(figures.discount.amount_minor)),
    )
    full = figures.limit is not None and figures.redemptions >= figures.limit
    return FigureRow(figures.code, cells, full)


def question_columns() -> list[Column]:
    """The columns of the unanswered questions' table."""
    tr = translate
    return [
        Column(tr("Review", "Question"), tr("Review", "What was asked, in the words of its first asker."), number=False),
        Column(tr("Review", "Asked"), tr("Review", "How many messages asked it.")),
        Column(tr("Review", "First asked"), tr("Review", "When it was asked first.")),
        Column(tr("Review", "On air then"), tr("Review", "What was on air when it was asked first."), number=False, least=150),
    ]  # fmt: skip


def question_row(question: Question, on_air: str, texts: Texts) -> FigureRow:
    """A question's row; `on_air` is what was on air then."""
    text = clean_text(question.text, 300)
    item = clean_text(on_air, 200)
    cells = (
        Cell(text, text, text),
        Cell(f"×{texts.number(question.asked)}", float(question.asked)),
        Cell(texts.clock(question.asked_at_ms), float(question.asked_at_ms)),
        Cell(item or translate("Review", "nothing"), item, item),
    )
    return FigureRow(question.id, cells)


def open_question_rows(review: Review, texts: Texts) -> list[FigureRow]:
    """The rows of the questions that nobody answered, those asked most first. Takes a while where there are thousands: not
    for the window's thread.
    """
    state = review.state
    titles = {item.id: item.title for item in state.items}
    starts = [run.from_ms for run in state.runs]

    def on_air(at_ms: int) -> str:
        at = bisect_right(starts, at_ms) - 1
        if at < 0:
            return ""
        to_ms = state.runs[at].to_ms
        return titles.get(state.runs[at].item_id, "") if to_ms is None or at_ms < to_ms else ""

    return [question_row(q, on_air(q.asked_at_ms), texts) for q in unanswered(state, review.questions)]


def channel_columns() -> list[Column]:
    """The columns of the channels' table."""
    tr = translate
    return [
        Column(tr("Review", "Channel"), tr("Review", "A channel of the show."), number=False),
        Column(tr("Review", "Peak viewers"), tr("Review", "The most viewers at one moment on this channel.")),
        Column(tr("Review", "Avg viewers"), tr("Review", "Average viewers of this channel, weighted by time.")),
        Column(tr("Review", "Messages"), tr("Review", "What viewers wrote there within the show.")),
        Column(tr("Review", "Writers"), tr("Review", "How many people wrote there.")),
        Column(tr("Review", "Orders"), tr("Review", "Orders over the show's links for this channel, not cancelled.")),
        Column(tr("Review", "Revenue"), tr("Review", "The net revenue of those orders.")),
    ]  # fmt: skip


def channel_row(figures: ChannelFigures, name: str, texts: Texts) -> FigureRow:
    """A channel's row."""
    told = clean_text(name, 60)
    of_channel = translate("Review", "The channel does not tell this.")
    no_links = translate("Review", "The show had no links for this channel.")
    revenue = figures.revenue
    cells = (
        Cell(told, told, told),
        *(
            _or_not(v, texts, of_channel)
            for v in (figures.peak, figures.average, figures.messages, figures.chatters)
        ),
        _or_not(figures.orders, texts, no_links),
        Cell(not_known(), None, no_links, "muted")
        if revenue is None
        else Cell(texts.money(revenue), float(revenue.amount_minor)),
    )
    return FigureRow(figures.channel, cells)


def _or_not(value: float | None, texts: Texts, why: str) -> Cell:
    if value is None:
        return Cell(not_known(), None, why, "muted")
    return Cell(texts.number(value), float(value))


def all_columns(past: PastShow | None) -> list[Column]:
    """The columns of the table of all figures."""
    tr = translate
    before = tr("Review", "Show before")
    return [
        Column(tr("Review", "Figure"), tr("Review", "What it is; its formula is the tooltip of its row."), number=False, least=190),
        Column(tr("Review", "Value"), tr("Review", "On air and in the replay together.")),
        Column(tr("Review", "On air"), tr("Review", "Of the orders placed until the show's end."), optional=True),
        Column(tr("Review", "Replay"), tr("Review", "Of the orders placed after the show's end, until the replay's."), optional=True),
        Column(tr("Review", "Against goal"), tr("Review", "The figure as a share of its goal."), optional=True),
        Column(before, clean_text(past.title, 200) if past is not None else tr("Review", "There is no show before.")),
        Column(tr("Review", "Change"), tr("Review", "From the show before to this one.")),
    ]  # fmt: skip


def all_rows(
    figures: ShowFigures, goals: Goals, past: PastShow | None, currency: str, texts: Texts
) -> list[FigureRow]:
    """Every key figure, in the order in which they are told."""
    return [_kpi_row(kpi, figures, goals, past, currency, texts) for kpi in kpis()]


def _kpi_row(
    kpi: Kpi, figures: ShowFigures, goals: Goals, past: PastShow | None, currency: str, texts: Texts
) -> FigureRow:
    value = kpi.read(figures)
    how = kpi.told_how
    shown = not_given(kpi, figures) if value is None else kpi.text(value, currency, texts)

    def of(part: Sales | None) -> Cell:
        if kpi.part is None or part is None:
            return Cell("", None)
        found = kpi.part(part)
        return Cell(kpi.text(found, currency, texts), found)

    goal = kpi.goal(goals) if kpi.goal is not None else None
    told = against_goal(kpi, value, goal, currency, texts)
    before = kpi.read(past.figures) if past is not None else None
    moved = against_before(kpi, value, past, currency, texts)
    earlier = past.currency if past is not None else currency
    cells = (
        Cell(kpi.name, kpi.name, how),
        Cell(shown, value, how, "muted" if value is None else ""),
        of(figures.on_air),
        of(figures.replay),
        Cell(told.text, None if value is None or not goal else value / goal, "", told.tone),
        Cell("" if past is None else kpi.text(before, earlier, texts), before, "", "muted"),
        Cell(moved.text, None, "", moved.tone),
    )
    return FigureRow(kpi.key, cells)
