"""What the promo plan says: when a code runs, what it takes off, what is wrong with it, and what to do."""

from collections.abc import Callable, Collection, Sequence
from typing import Final

from PySide6.QtCore import QCoreApplication

from studio.domain.money import Money
from studio.domain.promo import PromoPhase, PromoPlan, PromoScope, PromoWhen, phase
from studio.domain.promo_conflicts import Conflict, ConflictKind
from studio.domain.promo_plan import PlannedCode, held_by_skip
from studio.domain.show import ShowPhase, ShowState
from studio.ui.texts import Texts, length, rough
from studio.ui.widgets.text import clean_text

NAMED: Final = 3
"""So many products are named in a sentence; the others are counted."""
_NAME: Final = 48
_DAY_MS: Final = 86_400_000


def tr(text: str) -> str:
    """A text of the promo plan in the language of the studio."""
    return QCoreApplication.translate("PromoPlan", text)


def filled(template: str, **values: str) -> str:
    """A translated sentence with its values; what stands in a value is never taken for a place."""
    parts = template.split("{")
    text = parts[0]
    for part in parts[1:]:
        name, _, rest = part.partition("}")
        text += values.get(name, f"{{{name}}}") + rest
    return text


def promo_summary(plan: PromoPlan, texts: Texts, tr: Callable[[str], str] = tr) -> str:
    """A code in the few words of a line-up's cell: NORD20 10 min, SHOW10 +48 h, XMAS until 24 Dec 2026."""
    if plan.when is PromoWhen.ABSOLUTE:
        lasts = filled(tr("until {day}"), day=texts.day(plan.until_ms))
    elif plan.hours_after_show:
        lasts = filled(tr("+{n} h"), n=str(plan.hours_after_show))
    else:
        lasts = filled(tr("{n} min"), n=str(plan.minutes))
    return f"{clean_text(plan.code, 24)} {lasts}"


def when_words(when: PromoWhen) -> str:
    """What begins a window."""
    return {
        PromoWhen.BY_HAND: tr("By hand (F9)"),
        PromoWhen.ON_PIN: tr("When pinned"),
        PromoWhen.AT_TIME: tr("At a time"),
        PromoWhen.AT_END: tr("At the end"),
        PromoWhen.ABSOLUTE: tr("On a date"),
    }[when]


def begin_words(plan: PromoPlan) -> str:
    """What begins a window, in the few words of a cell."""
    return {
        PromoWhen.BY_HAND: tr("by hand"),
        PromoWhen.ON_PIN: tr("on pin"),
        PromoWhen.AT_TIME: filled(tr("after {time}"), time=length(plan.after_start_ms or 0)),
        PromoWhen.AT_END: tr("at the end"),
        PromoWhen.ABSOLUTE: tr("on a date"),
    }[plan.when]


def scope_words(scope: PromoScope) -> str:
    """What a code is good for."""
    return {
        PromoScope.PRODUCT: tr("Its product"),
        PromoScope.LINEUP: tr("Whole line-up"),
        PromoScope.ALL: tr("Whole shop"),
    }[scope]


def short_scope_words(scope: PromoScope) -> str:
    """The same in a cell."""
    return {
        PromoScope.PRODUCT: tr("product"),
        PromoScope.LINEUP: tr("line-up"),
        PromoScope.ALL: tr("shop"),
    }[scope]


def limit_words(plan: PromoPlan, texts: Texts) -> str:
    """How often a code can be used."""
    parts: list[str] = []
    if plan.total_limit is not None:
        parts.append(texts.number(plan.total_limit))
    if plan.per_customer_limit is not None:
        parts.append(filled(tr("{n} each"), n=texts.number(plan.per_customer_limit)))
    return ", ".join(parts) or tr("no limit")


def owner_words(code: PlannedCode, number: int = 0) -> str:
    """To what a code belongs: its item with its number, or the whole show."""
    if code.item is None:
        return tr("Whole show")
    title = clean_text(code.item.title, _NAME)
    return f"{number}. {title}" if number else title


class WindowWords:
    """Times of one show in its time zone, or counted from its start while it has no date."""

    def __init__(self, texts: Texts, start_ms: int) -> None:
        self._texts, self._start = texts, start_ms

    def moment(self, at_ms: int, near_ms: int, *, dated: bool = True) -> str:
        """One moment; the day is said where it is another one than that of `near_ms`."""
        if not dated:
            sign = "+" if at_ms >= self._start else "−"
            return sign + length(abs(at_ms - self._start))
        clock, day = self._texts.clock(at_ms), self._texts.day(at_ms)
        near = self._texts.day(near_ms)
        if day == near:
            return clock
        short, _, year = day.rpartition(" ")
        return f"{short if near.endswith(year) else day} {clock}"

    def window(self, code: PlannedCode) -> str:
        """From when to when, as far as it is known."""
        plan, starts, ends = code.plan, code.starts_at_ms, code.ends_at_ms
        if starts is None or ends is None:
            if plan.hours_after_show:
                return filled(tr("until {n} h after the show"), n=str(plan.hours_after_show))
            return filled(tr("{n} min from then"), n=str(plan.minutes))
        first = self.moment(starts, self._start, dated=code.dated)
        last = self.moment(ends, starts, dated=code.dated)
        return f"{first} – {last}"


def state_words(state: ShowState, code: PlannedCode, problems: Sequence[Conflict], now_ms: int | None) -> str:
    """How a planned code stands."""
    if code.record is not None:
        return {
            PromoPhase.ISSUING: tr("issuing"),
            PromoPhase.LIVE: tr("live"),
            PromoPhase.EXPIRING: tr("last minute"),
            PromoPhase.ENDED: tr("ended"),
        }.get(phase(code.record, now_ms), tr("issued"))
    if held_by_skip(state, code):
        return tr("not issued: item skipped")
    if any(conflict.stops for conflict in problems):
        return tr("cannot be issued")
    if problems:
        return tr("to look at")
    return tr("armed") if code.plan.when is PromoWhen.ON_PIN else tr("planned")


def fate_words(state: ShowState, code: PlannedCode) -> str:
    """What became of a code, or will not become of it; empty where there is nothing to say."""
    if code.record is not None:
        return tr("It was issued: what it is stays as the shop has it. Extend or end it on air.")
    if not held_by_skip(state, code):
        return ""
    if state.phase is ShowPhase.ENDED:
        return tr("It was not issued, because its item was skipped.")
    return tr(
        "It will not be issued, because its item is skipped. Plan the item again, or let the code begin by hand."
    )


class ConflictWords:
    """The sentences of conflicts in one show: what is wrong, and what to do."""

    def __init__(self, state: ShowState, texts: Texts, start_ms: int) -> None:
        self._texts, self._currency = texts, state.currency
        self._window = WindowWords(texts, start_ms)
        self._start = start_ms
        self._titles = {i.product_id: i.title for i in state.items if i.product_id}
        self._codes = {plan.id: plan.code for plan, _ in state.promo_plans}

    def sentence(self, conflict: Conflict, of_plan: str = "") -> str:
        """A conflict in a sentence, as told with the plan of this id (an overlap is told with both)."""
        if conflict.kind is ConflictKind.FORM:
            return conflict.sentence
        other = conflict.other_plan_id
        if of_plan and of_plan == other:
            other = conflict.plan_id
        return filled(
            _SENTENCES[conflict.kind](conflict),
            code=clean_text(self._codes.get(of_plan or conflict.plan_id, ""), 24),
            other=clean_text(self._codes.get(other, ""), 24),
            products=self._products(conflict.product_ids),
            time=self._time(conflict),
            until=self._moment(conflict.until_ms),
            show=clean_text(conflict.other_show, 60),
            price=self._money(conflict.price_minor),
            after=self._money(None if conflict.after_minor is None else max(0, conflict.after_minor)),
            floor=self._money(conflict.floor_minor),
        )

    def problem(self, conflict: Conflict) -> str:
        """The sentence with its code before it, for a list of several codes."""
        code = clean_text(self._codes.get(conflict.plan_id, ""), 24)
        return f"{code}: {self.sentence(conflict)}"

    def _products(self, product_ids: Collection[str]) -> str:
        titles = [clean_text(self._titles.get(p, p), _NAME) for p in product_ids]
        if not titles:
            return tr("every product")
        named = ", ".join(titles[:NAMED])
        more = len(titles) - NAMED
        return (
            named
            if more <= 0
            else filled(tr("{named} and {n} more"), named=named, n=self._texts.number(more))
        )

    def _money(self, minor: int | None) -> str:
        return self._texts.money(None if minor is None else Money(minor, self._currency))

    def _time(self, conflict: Conflict) -> str:
        if conflict.from_ms is None or conflict.until_ms is None:
            return ""
        return rough(conflict.until_ms - conflict.from_ms)

    def _moment(self, at_ms: int | None) -> str:
        return "" if at_ms is None else self._window.moment(at_ms, self._start)


_SENTENCES: Final[dict[ConflictKind, Callable[[Conflict], str]]] = {
    ConflictKind.REPEATED: lambda c: (
        tr("This show plans {code} twice: viewers could not tell them apart. Choose another code.")
        if c.other_plan_id
        else tr("{code} was issued in this show already. Choose another code.")
    ),
    ConflictKind.TAKEN: lambda _c: tr(
        "The shop has a code {code} already and will refuse it. Choose another code."
    ),
    ConflictKind.OTHER_SHOW: lambda _c: tr(
        "“{show}” plans {code} too: only one of them gets it. Choose another code."
    ),
    ConflictKind.NO_PRODUCT: lambda _c: tr(
        "It is good for the product of its item, and there is none. Make it good for the whole line-up or shop."
    ),
    ConflictKind.NEVER_PINNED: lambda _c: tr(
        "It belongs to no item that could go on air. Choose another moment for it."
    ),
    ConflictKind.ENDS_FIRST: lambda _c: tr("It ends before it begins. Choose a later end."),
    ConflictKind.OVER: lambda _c: tr("Its window is over. Choose a later end."),
    ConflictKind.BEFORE_SHOW: lambda _c: tr(
        "It is to begin before the show: it is issued when the show goes on air ({until})."
    ),
    ConflictKind.ENDS_BEFORE_SHOW: lambda _c: tr(
        "Its window is over before the show begins ({until}): it would never be issued. Choose a later end."
    ),
    ConflictKind.AFTER_SHOW: lambda _c: tr(
        "The show is planned to end before ({until}): it would not be issued. Choose an earlier time, or the end."
    ),
    ConflictKind.AFTER_REPLAY: lambda _c: tr(
        "It lasts beyond the replay, which ends {until}: orders after that are not counted for the show. Shorten it."
    ),
    ConflictKind.OVERLAP: lambda _c: tr(
        "{code} and {other} both reduce {products} for {time}. Move one of them, or let one be good for other products."
    ),
    ConflictKind.FREE: lambda _c: tr("It leaves nothing of the price of {products}. Take less off."),
    ConflictKind.BELOW_FLOOR: lambda _c: tr(
        "{products}: {price} becomes {after}, below the floor of {floor}. Take less off, or lower the floor."
    ),
    ConflictKind.NO_LOWEST_PRICE: lambda _c: tr(
        "The lowest price of the last 30 days is not known of {products}. A reduction may only be announced against it "
        "(Directive 98/6/EC, Art. 6a): have the shop tell it, or do not announce a reduction."
    ),
}


def taken_words(known: dict[str, bool | None], asking: bool) -> str:
    """What the shop said of the codes; empty when it said all there is to say."""
    if asking:
        return tr("Asking the shop whether the codes are free…")
    unknown = sorted(code for code, told in known.items() if told is None)
    if not unknown:
        return ""
    names = ", ".join(clean_text(code, 24) for code in unknown)
    return filled(tr("The shop could not say whether these codes are free: {codes}"), codes=names)
