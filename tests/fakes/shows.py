"""Believable shows: their logs, made event by event as the rules make them, and what a shop and an audience send."""

import random
from collections.abc import Iterator, Sequence

import msgspec

from studio.domain import events as ev
from studio.domain.audience import ChatMessage, ViewerSample
from studio.domain.effects import Effect, effects_of
from studio.domain.ids import derived_id
from studio.domain.lineup import ItemKind, LineUp, LineUpItem
from studio.domain.money import Money
from studio.domain.order import Order, OrderLine, OrderStatus
from studio.domain.product import Product, StockLevel, Variant
from studio.domain.promo import PromoCode, PromoKind, PromoScope
from studio.domain.show import ShowState, apply

T0 = 1_767_225_600_000  # 2026-01-01 00:00 UTC
MINUTE = 60_000
CHANNELS = ("demo",)
TITLES = ("Linen throw", "Copper pan", "Wool jumper", "Rose hand cream", "Olive oil", "Desk lamp")


class Append(msgspec.Struct, frozen=True):
    """What one decision appends."""

    expected_seq: int
    events: tuple[ev.Logged, ...]
    effects: tuple[Effect, ...]


def a_product(number: int, revision: int = 1, title: str = "") -> Product:
    """Product `number` with two variants."""
    return Product(
        id=f"p{number}",
        revision=revision,
        title=title or TITLES[number % len(TITLES)],
        variants=tuple(
            Variant(
                f"p{number}-{size}",
                f"SKU-{number:03d}-{size}",
                size,
                Money(1990 + revision, "EUR"),
                options={"Size": size},
            )
            for size in ("S", "M")
        ),
        category="Home" if number % 2 else "Fashion",
        tags=("new", f"tag{number}"),
    )


def a_level(number: int, revision: int, on_hand: int, location: str = "berlin", at_ms: int = 0) -> StockLevel:
    """The stock of the small variant of product `number`."""
    return StockLevel(f"p{number}-S", location, on_hand, 0, 0, revision, at_ms or T0 + revision * 1000)


def an_order(
    number: int, revision: int = 1, status: OrderStatus = OrderStatus.PAID, show_id: str = ""
) -> Order:
    """Order `number` for one piece."""
    total = Money(1990, "EUR")
    zero = Money(0, "EUR")
    return Order(
        id=f"o{number}",
        number=f"#{number}",
        revision=revision,
        placed_at_ms=T0 + number * 1000,
        status=status,
        lines=(OrderLine(f"p{number % 6}-S", f"p{number % 6}", 1, total),),
        total=total,
        refunded=total if status is OrderStatus.RETURNED else zero,
        discount=zero,
        link_show_id=show_id,
    )


def a_message(number: int, text: str = "", channel: str = "demo", author: str = "") -> ChatMessage:
    """Message `number` of a channel."""
    return ChatMessage(
        channel=channel,
        id=f"m{number}",
        seq=number,
        at_ms=T0 + number * 10,
        author=author or f"viewer{number % 50}",
        text=text or f"message number {number}",
        author_id=f"u{number % 50}",
    )


def a_sample(number: int, viewers: int = 100, channel: str = "demo") -> ViewerSample:
    """The viewers in second `number`."""
    return ViewerSample(channel, T0 + number * 1000, viewers)


class Show:
    """A show that is being written: every method is one decision and returns what it appends.

    `appended` keeps them all in order; `state` and `log` follow.
    """

    def __init__(self, show_id: str = "show-1", items: int = 6, channels: Sequence[str] = CHANNELS) -> None:
        self.id = show_id
        self.state = ShowState(show_id)
        self.appended: list[Append] = []
        self.now_ms = T0
        self._channels = tuple(channels)
        self._items = tuple(
            LineUpItem(f"i{n}", ItemKind.PRODUCT, TITLES[n % len(TITLES)], 5 * MINUTE, product_id=f"p{n}")
            for n in range(items)
        )
        self._made = 0

    @property
    def log(self) -> list[ev.Logged]:
        """All events so far."""
        return [logged for append in self.appended for logged in append.events]

    def decide(self, *events: ev.Event, undoes: str = "") -> Append:
        """Append events as one decision, a second later."""
        self.now_ms += 1000
        self._made += 1
        expected = self.state.seq
        logged: list[ev.Logged] = []
        effects: list[Effect] = []
        for event in events:
            one = ev.Logged(
                id=derived_id(self.id, "event", self.state.seq + 1),
                show_id=self.id,
                seq=self.state.seq + 1,
                at_ms=self.now_ms,
                wall_ms=self.now_ms + 7,
                actor="host",
                seat="seat-1",
                command_id=derived_id(self.id, "command", self._made),
                event=event,
                undoes=undoes,
            )
            before, self.state = self.state, apply(self.state, one)
            logged.append(one)
            effects += effects_of(one, before, self.state)
        append = Append(expected, tuple(logged), tuple(effects))
        self.appended.append(append)
        return append

    def plan(self, rehearsal: bool = True) -> Append:
        """Set the show up."""
        lineup = LineUp("Winter evening", "EUR", self._items)
        return self.decide(ev.ShowPlanned(lineup, "demo shop", self._channels, rehearsal))

    def start(self) -> Append:
        """Go on air."""
        return self.decide(ev.ShowStarted())

    def end(self) -> Append:
        """Go off air."""
        return self.decide(ev.ShowEnded())

    def pin(self, number: int) -> Append:
        """Put item `number` on air: one effect at the shop, one announcement a channel."""
        item = self._items[number]
        return self.decide(ev.ItemWentOnAir(item.id, item.product_id, self.state.on_air_id))

    def unpin(self) -> Append:
        """Take the item off air."""
        state = self.state
        return self.decide(ev.Unpinned(state.on_air_id, state.pinned_product_id, state.on_air_since_ms or 0))

    def issue(self, code: str, minutes: int = 10, percent: int = 20) -> Append:
        """Decide on a code for everything."""
        promo = PromoCode(
            id=f"promo-{code}", code=code, kind=PromoKind.PERCENT, percent=percent, amount_minor=0, currency="EUR",
            scope=PromoScope.ALL, product_ids=(), starts_at_ms=self.now_ms, ends_at_ms=self.now_ms + minutes * MINUTE,
            total_limit=100, per_customer_limit=1,
        )  # fmt: skip
        return self.decide(ev.PromoIssued(promo))

    def settled(self, effect: Effect, outcome: ev.Outcome = ev.Outcome.DELIVERED) -> Append:
        """An effect ended; a code that the shop took is confirmed."""
        action = effect.action
        events: list[ev.Event] = [ev.EffectSettled(effect.id, effect.target, type(action).__name__, outcome)]
        if outcome is ev.Outcome.DELIVERED and hasattr(action, "promo"):
            promo: PromoCode = action.promo
            events.append(
                ev.PromoConfirmed(promo.id, f"shop-{promo.code}", promo.starts_at_ms, promo.ends_at_ms)
            )
        return self.decide(*events)

    def reply(self, text: str, message_id: str = "m1") -> Append:
        """Answer a message."""
        return self.decide(ev.ReplyWritten(f"reply-{self._made}", text, self._channels[0], message_id, "Ada"))

    def open_effects(self) -> list[Effect]:
        """The effects that no event has settled, in order."""
        settled = {e.event.effect_id for e in self.log if isinstance(e.event, ev.EffectSettled)}
        return [effect for append in self.appended for effect in append.effects if effect.id not in settled]


def a_planned_show(show_id: str = "show-1", items: int = 6) -> Show:
    """A show that is planned and on air."""
    show = Show(show_id, items)
    show.plan()
    show.start()
    return show


def a_whole_show(seed: int = 1, decisions: int = 40, show_id: str = "show-1", end: bool = True) -> Show:
    """A show as `seed` has it: pins, codes, replies, questions, deliveries in order, some refused or unsure."""
    show = a_planned_show(show_id)
    for act in _acts(random.Random(seed), decisions):
        _carry_out(show, act)
    if end:
        show.end()
    return show


def _acts(chance: random.Random, decisions: int) -> Iterator[tuple[str, int]]:
    kinds = (
        "pin",
        "pin",
        "promo",
        "reply",
        "claim",
        "deliver",
        "deliver",
        "deliver",
        "refuse",
        "unsure",
        "unpin",
    )
    for _ in range(decisions):
        yield chance.choice(kinds), chance.randrange(10_000)


def _carry_out(show: Show, act: tuple[str, int]) -> None:
    kind, number = act
    waiting = show.open_effects()
    if kind == "pin":
        show.pin(number % len(show.state.items))
    elif kind == "promo":
        show.issue(f"CODE-{len(show.log)}")
    elif kind == "reply":
        show.reply(f"It is number {number}")
    elif kind == "claim":
        show.decide(ev.QuestionClaimed(f"q{number}"))
    elif kind == "unpin" and show.state.on_air_id:
        show.unpin()
    elif kind == "deliver" and waiting:
        show.settled(waiting[0])
    elif kind == "refuse" and waiting:
        show.settled(waiting[number % len(waiting)], ev.Outcome.REFUSED)
    elif kind == "unsure" and waiting:
        effect = waiting[number % len(waiting)]
        show.settled(effect, ev.Outcome.UNSURE)
        if number % 3:
            show.decide(ev.UnsureResolved(effect.id, resend=number % 3 == 1))
