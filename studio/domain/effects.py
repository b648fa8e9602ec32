"""What the outside world must be told of an event. The outbox is these effects, less the settled ones."""

import enum

import msgspec

from studio.domain import announcements
from studio.domain import events as ev
from studio.domain.announcements import Said, channel_target
from studio.domain.ids import effect_id
from studio.domain.promo import PromoCode
from studio.domain.show import ShowState

SHOP = "shop"
CHANNEL = announcements.CHANNEL
REPLY_LASTS_MS = 10 * 60_000


class EffectKind(enum.StrEnum):
    """*records* are always delivered; of *state* only the latest is, and the target is told what it superseded;
    *moments* expire: an announcement an hour late helps nobody.
    """

    RECORD = "record"
    STATE = "state"
    MOMENT = "moment"


class _Action(msgspec.Struct, frozen=True, tag=True):
    """The base of what a target is asked to do."""


class FeatureProduct(_Action, frozen=True):
    """The shop features this product, or none (empty id)."""

    product_id: str


class CreatePromo(_Action, frozen=True):
    """The shop makes this code."""

    promo: PromoCode


class UpdatePromo(_Action, frozen=True):
    """The shop moves a code's end (UTC ms)."""

    promo_id: str
    code: str
    ends_at_ms: int


class EndPromoNow(_Action, frozen=True):
    """The shop ends a code, decided at `ended_at_ms`."""

    promo_id: str
    code: str
    ended_at_ms: int


class Say(_Action, frozen=True):
    """A channel says this to everybody; `{link}` in the text is where the product's tracked link goes, `code` stands in
    it and must not be cut.
    """

    channel: str
    text: str
    product_id: str = ""
    code: str = ""


class ReplyTo(_Action, frozen=True):
    """A channel replies to one message."""

    channel: str
    message_id: str
    author: str
    text: str
    reply_id: str = ""


Action = FeatureProduct | CreatePromo | UpdatePromo | EndPromoNow | Say | ReplyTo


class Effect(msgspec.Struct, frozen=True):
    """One thing that one target must be told. `id` is its idempotency key, `ordinal` its place within the
    event; never attempted before `not_before_ms`; when never attempted by `not_after_ms`, it expires (both UTC ms
    of the shop's clock). `supersedes` names what a newer state effect replaces.
    """

    id: str
    show_id: str
    event_id: str
    seq: int
    ordinal: int
    target: str
    kind: EffectKind
    action: Action
    decided_at_ms: int
    not_before_ms: int | None = None
    not_after_ms: int | None = None
    supersedes: str = ""


def said_by(state: ShowState, logged: ev.Logged) -> tuple[Said, ...]:
    """What was announced by one event of the show's log."""
    found: list[Said] = []
    for said in reversed(state.said):
        if said.at_ms < logged.at_ms:
            break
        if said.event_id == logged.id:
            found.append(said)
    return tuple(reversed(found))


class _Maker:
    """Makes the effects of one event with their ordinals in order."""

    def __init__(self, logged: ev.Logged) -> None:
        self._logged = logged
        self.made: list[Effect] = []

    def add(
        self,
        target: str,
        kind: EffectKind,
        action: Action,
        not_after_ms: int | None = None,
        supersedes: str = "",
    ) -> None:
        ordinal = len(self.made)
        log = self._logged
        self.made.append(
            Effect(
                id=effect_id(log.id, target, ordinal),
                show_id=log.show_id,
                event_id=log.id,
                seq=log.seq,
                ordinal=ordinal,
                target=target,
                kind=kind,
                action=action,
                decided_at_ms=log.at_ms,
                not_after_ms=not_after_ms,
                supersedes=supersedes,
            )
        )

    def feature(self, product_id: str) -> None:
        self.add(SHOP, EffectKind.STATE, FeatureProduct(product_id), supersedes="feature")

    def say(self, state: ShowState, text: str, not_after_ms: int) -> None:
        for channel in state.channels:
            self.add(channel_target(channel), EffectKind.MOMENT, Say(channel, text), not_after_ms)

    def announce(self, state: ShowState) -> None:
        """What the show says it announced by this event: rules and pauses are part of its log."""
        for said in said_by(state, self._logged):
            action = Say(said.channel, said.text, said.product_id, said.code)
            self.add(channel_target(said.channel), EffectKind.MOMENT, action, said.until_ms)


def effects_of(logged: ev.Logged, before: ShowState, after: ShowState) -> tuple[Effect, ...]:
    """The effects of one event: `before` and `after` are the show around it. Always the same for one log."""
    make = _Maker(logged)
    at = logged.at_ms
    match logged.event:
        case ev.ItemWentOnAir(product_id=product_id):
            if product_id or before.pinned_product_id:
                make.feature(product_id)
            make.announce(after)
        case ev.OnAirReverted(back_product_id=product_id, tell_shop=True):
            make.feature(product_id)
        case ev.Unpinned(product_id=product_id) if product_id:
            make.feature("")
        case ev.ShowEnded() if before.pinned_product_id:
            make.feature("")
        case ev.PromoIssued(promo=promo):
            make.add(SHOP, EffectKind.RECORD, CreatePromo(promo), not_after_ms=promo.ends_at_ms)
        case ev.PromoConfirmed() | ev.PromoEnding() | ev.SoldOut():
            make.announce(after)
        case ev.PromoExtended(promo_id=promo_id, ends_at_ms=ends, tell_shop=True):
            if record := after.promos.get(promo_id):
                make.add(SHOP, EffectKind.RECORD, UpdatePromo(promo_id, record.promo.code, ends))
        case ev.PromoEnded(promo_id=promo_id, ends_at_ms=ends):
            if record := after.promos.get(promo_id):
                make.add(SHOP, EffectKind.RECORD, EndPromoNow(promo_id, record.promo.code, ends))
        case ev.ReplyWritten(channel=channel, message_id=message_id, text=text) as reply:
            if message_id:
                action = ReplyTo(channel, message_id, reply.author, text, reply.reply_id)
                make.add(channel_target(channel), EffectKind.MOMENT, action, at + REPLY_LASTS_MS)
            else:
                make.say(after, text, at + REPLY_LASTS_MS)
        case _:
            pass
    return tuple(make.made)
