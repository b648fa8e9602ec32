"""What stands on the prompter at one moment, in words: everything is decided here, the window only paints it."""

from dataclasses import dataclass, replace
from typing import Final

from PySide6.QtCore import QCoreApplication

from studio.domain.lineup import ItemKind, LineUpItem
from studio.domain.product import Product
from studio.domain.promo import PromoKind, PromoRecord, visible_until_ms
from studio.domain.rundown import lasted_ms, rundown
from studio.domain.show import ShowPhase
from studio.domain.stage import any_code, best_code
from studio.ui.models.live_show import LiveShow
from studio.ui.studio import Link
from studio.ui.texts import Texts, length, offset
from studio.ui.widgets.clock import remaining_text
from studio.ui.widgets.text import clean_text

BEHIND_MS: Final = 60_000
"""Up to this much behind plan is not worth a warning."""
SOON_MS: Final = 10 * 60_000
"""A stock that lasts no longer than this is marked."""
translate = QCoreApplication.translate


@dataclass(frozen=True, slots=True)
class StockFace:
    """The stock tile: the figure, when it will be gone, sizes that are gone, and how old it is when that matters."""

    left: str
    caption: str
    forecast: str = ""
    note: str = ""
    worried: bool = False


@dataclass(frozen=True, slots=True)
class PrompterView:
    """Texts and their meaning. `code_ends_ms` is UTC ms by the shop's clock: the code may not be painted from then on.

    `line` is a sentence under the title: when the show starts, or what is wrong (`warning`). `centred`: title and line
    stand in the middle, because there is nothing else to read.
    """

    lit: bool = False
    time: str = ""
    time_words: str = ""
    over: bool = False
    plan: str = ""
    plan_words: str = ""
    late: bool = False
    viewers: str = ""
    viewers_words: str = ""
    clock: str = ""
    title: str = ""
    quiet_title: bool = False
    centred: bool = False
    line: str = ""
    warning: bool = False
    price: str = ""
    struck: str = ""
    code: str = ""
    code_ends_ms: int | None = None
    code_left: str = ""
    points: tuple[str, ...] = ()
    stock: StockFace | None = None
    asked: str = ""
    question: str = ""
    next_caption: str = ""
    next_title: str = ""
    rehearsal: bool = False


def prompter_view(show: LiveShow, texts: Texts, now: int | None, low_stock: int) -> PrompterView:
    """What the presenter sees at `now` (the shop's time, UTC ms; None while it is not known)."""
    state = show.state
    if state.phase is ShowPhase.PLANNED:
        return _before(show, texts, now)
    if state.phase is ShowPhase.ENDED:
        return _after(show, texts, now)
    item = state.on_air
    time, words, over = _time_left(show, now)
    plan, plan_words, late = _plan(show, now)
    viewers = show.viewers
    prompted = state.prompted
    next_caption, next_title = _next(show)
    common = PrompterView(
        lit=True,
        time=time,
        time_words=words,
        over=over,
        plan=plan,
        plan_words=plan_words,
        late=late,
        viewers=texts.number(viewers),
        viewers_words=translate("Prompter", "viewer") if viewers == 1 else translate("Prompter", "viewers"),
        clock=texts.clock(now, seconds=True),
        next_caption=next_caption,
        next_title=next_title,
        asked=_asked(prompted.asked) if prompted else "",
        question=clean_text(prompted.text, 300) if prompted else "",
        rehearsal=state.rehearsal,
    )
    if item is None:
        return replace(
            common, title=translate("Prompter", "Nothing is on air"), quiet_title=True, centred=True
        )
    product = show.products.get(item.product_id) if item.kind is ItemKind.PRODUCT else None
    points = item.points or (product.points if product else ())
    price, struck, code = _offer(show, texts, item, product, now)
    line, warning = _line(show, item, product)
    return replace(
        common,
        title=clean_text(item.title, 300),
        line=line,
        warning=warning,
        price=price,
        struck=struck,
        code=_code_words(code) if code else "",
        code_ends_ms=visible_until_ms(code) if code else None,
        code_left=_code_left(code, now) if code else "",
        points=tuple(clean_text(p, 300) for p in points),
        stock=_stock(show, texts, item, product, now, low_stock),
    )


def _before(show: LiveShow, texts: Texts, now: int | None) -> PrompterView:
    state = show.state
    starts = state.starts_at_ms
    line = translate("Prompter", "starts soon")
    time = words = ""
    if starts is not None:
        line = translate("Prompter", "starts {time}").replace("{time}", texts.clock(starts))
        if now is not None and starts > now:
            time, words = _unpadded(remaining_text(starts - now)), translate("Prompter", "until the start")
    _, next_title = _next(show)
    return PrompterView(
        time=time,
        time_words=words or translate("Prompter", "off air"),
        clock=texts.clock(now, seconds=True),
        title=clean_text(state.title, 300),
        centred=True,
        line=line,
        next_caption=translate("Prompter", "FIRST") if next_title else "",
        next_title=next_title,
        rehearsal=state.rehearsal,
    )


def _after(show: LiveShow, texts: Texts, now: int | None) -> PrompterView:
    state = show.state
    parts: list[str] = []
    if state.started_at_ms is not None and state.ended_at_ms is not None:
        lasted = length(state.ended_at_ms - state.started_at_ms)
        parts.append(translate("Prompter", "{length} on air").replace("{length}", lasted))
    if show.peak is not None:
        parts.append(translate("Prompter", "up to {n} viewers").replace("{n}", texts.number(show.peak[0])))
    return PrompterView(
        time_words=translate("Prompter", "off air"),
        clock=texts.clock(now, seconds=True),
        title=translate("Prompter", "Thank you"),
        centred=True,
        line=" · ".join(parts),
        rehearsal=state.rehearsal,
    )


def _time_left(show: LiveShow, now: int | None) -> tuple[str, str, bool]:
    item = show.state.on_air
    if item is None:
        return "", "", False
    if now is None:
        return "–", translate("Prompter", "clock unknown"), False
    left = item.planned_ms - lasted_ms(show.state, item.id, now)
    if left >= 0:
        return _unpadded(remaining_text(left)) or "0:00", translate("Prompter", "left on this item"), False
    return f"+{length(-left)}", translate("Prompter", "over"), True


def _plan(show: LiveShow, now: int | None) -> tuple[str, str, bool]:
    if now is None:
        return "", "", False
    late = rundown(show.state, now).offset_ms
    if abs(late) < 1000:
        return "", translate("Prompter", "on time"), False
    return (
        offset(late),
        translate("Prompter", "behind") if late > 0 else translate("Prompter", "ahead"),
        late > BEHIND_MS,
    )


def _next(show: LiveShow) -> tuple[str, str]:
    item = show.state.next_item
    if item is None:
        return (
            (translate("Prompter", "NEXT"), translate("Prompter", "The end of the show"))
            if show.state.phase is ShowPhase.ON_AIR
            else ("", "")
        )
    minutes = translate("Prompter", "{n} min").replace("{n}", str(round(item.planned_ms / 60_000)))
    return f"{translate('Prompter', 'NEXT')} · {minutes}", clean_text(item.title, 200)


def _asked(count: int) -> str:
    if count <= 1:
        return translate("Prompter", "1 person asks")
    return translate("Prompter", "{n} people ask").replace("{n}", str(count))


def _offer(
    show: LiveShow, texts: Texts, item: LineUpItem, product: Product | None, now: int | None
) -> tuple[str, str, PromoRecord | None]:
    """Price, struck price and code; after the panic key only a code that was decided since."""
    state = show.state
    if state.stage_clear:
        return "", "", any_code(state, now)
    price = product.price if product else None
    if price is None:
        return "", "", any_code(state, now) if item.kind is ItemKind.TALK else None
    best = best_code(state, item.product_id, price, now)
    if best is None:
        return texts.money(price), "", None
    after, record = best
    if after.amount_minor >= price.amount_minor:
        return texts.money(price), "", record
    # The struck price is the lowest of the last 30 days (EU 98/6/EC Art. 6a); without it none is struck.
    low = product.low_30d if product else None
    struck = texts.money(low) if low is not None and after < low else ""
    return texts.money(after), struck, record


def _code_words(record: PromoRecord) -> str:
    code = clean_text(record.promo.code, 40)
    free = record.promo.kind is PromoKind.FREE_SHIPPING
    return f"{code} {translate('Prompter', 'free shipping')}" if free else code


def _code_left(record: PromoRecord, now: int | None) -> str:
    ends = visible_until_ms(record)
    return "" if ends is None or now is None else _unpadded(remaining_text(ends - now))


def _line(show: LiveShow, item: LineUpItem, product: Product | None) -> tuple[str, bool]:
    if product is not None and not product.active:
        return translate("Prompter", "⚠ The shop has withdrawn this product"), True
    if show.state.stage_clear:
        return translate("Prompter", "Stage cleared: no card until the next item"), False
    if item.kind is ItemKind.PRODUCT and product is None:
        return translate("Prompter", "The shop has not told of this product yet"), True
    return "", False


def _stock(
    show: LiveShow, texts: Texts, item: LineUpItem, product: Product | None, now: int | None, low: int
) -> StockFace | None:
    if item.kind is ItemKind.TALK:
        return None
    stock = show.sellable(item.product_id)
    caption = translate("Prompter", "left to sell")
    if stock.total is None:
        return StockFace("–", caption, note=translate("Prompter", "stock not known"), worried=True)
    notes = [_gone_sizes(product, stock.by_variant)] if product else []
    silent = any(s.kind == "shop" and s.link is not Link.OK for s in show.links.values())
    if silent:
        notes.append(
            translate("Prompter", "⚠ shop silent, as of {time}").replace(
                "{time}", texts.clock(stock.updated_at_ms)
            )
        )
    note = "\n".join(n for n in notes if n)
    if stock.total == 0:
        return StockFace(translate("Prompter", "Sold out"), "", note=note, worried=True)
    lasts = None if now is None else show.sold_out_in_ms(item.product_id, now)
    forecast = ""
    if lasts is not None:
        minutes = round(lasts / 60_000)
        forecast = (
            translate("Prompter", "gone in about {n} min").replace("{n}", str(minutes))
            if minutes >= 1
            else translate("Prompter", "gone in less than a minute")
        )
    worried = stock.total <= low or (lasts is not None and lasts <= SOON_MS)
    return StockFace(texts.number(stock.total), caption, forecast, note, worried)


def _gone_sizes(product: Product, left: dict[str, int]) -> str:
    """Which variants are gone while others are left."""
    if len(product.variants) < 2:
        return ""
    gone = [
        clean_text(" ".join(v.options.values()) or v.title, 30)
        for v in product.variants
        if v.active and left.get(v.id) == 0
    ]
    if not gone or len(gone) == len(product.variants):
        return ""
    named = ", ".join(gone[:4]) + ("…" if len(gone) > 4 else "")
    return translate("Prompter", "sold out: {sizes}").replace("{sizes}", named)


def _unpadded(time: str) -> str:
    """6:48 for 06:48: on a prompter every letter counts."""
    return time[1:] if len(time) > 4 and time.startswith("0") else time
