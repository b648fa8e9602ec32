"""How each effect is told to its target, and which events its answer makes."""

from collections.abc import Mapping, Sequence

import msgspec

from studio.control.ports import (
    Channel,
    ChannelCapabilities,
    Outbox,
    RefusedByTarget,
    Shop,
    SupersededPin,
    Unauthorised,
    Unreachable,
)
from studio.domain import effects as fx
from studio.domain import events as ev
from studio.domain.announcement_rules import LINK
from studio.domain.announcements import fitted, shortened
from studio.domain.ids import derived_id

MOST_SAID = 2_000
"""So many characters of what was said are kept in the log."""
_TOO_LATE = {
    "Say": "The announcement was not sent: it could not go out in time.",
    "ReplyTo": "The reply was not sent: it could not go out in time.",
}


class Prepared(msgspec.Struct, frozen=True):
    """An effect that is ready to be sent: its text is final. `keyed`: it may be repeated with its key; `read_back`: whether
    it arrived can be looked up.
    """

    effect: fx.Effect
    text: str = ""
    keyed: bool = True
    read_back: bool = False


class Delivery:
    """Talks to the shop and the channels of one show's outbox."""

    def __init__(self, shop: Shop, channels: Mapping[str, Channel], outbox: Outbox) -> None:
        self._shop = shop
        self._channels = channels
        self._outbox = outbox
        self._greeted: dict[str, ChannelCapabilities] = {}
        self._texts: dict[str, str] = {}
        self._links: dict[tuple[str, str, str], str] = {}
        self._links_of: set[str] = set()

    async def prepare(self, effect: fx.Effect) -> Prepared:
        """All that must be known before the attempt: what the channel can do, the tracked link. Sends nothing of
        the effect itself. Raises `TargetError`.
        """
        match effect.action:
            case fx.Say(channel=name) as say:
                can = await self._greet(name)
                text = self._texts.get(effect.id)
                if text is None:
                    text = fitted(say.text, await self._link(effect.show_id, say), can.max_length, say.code)
                    # One key, one body: a repeated announcement keeps its words.
                    self._texts[effect.id] = text
                return Prepared(effect, text, can.keyed, can.read_back)
            case fx.ReplyTo(channel=name, text=text):
                can = await self._greet(name)
                # Each channel takes another length, and an answer that is cut is better than one that is lost.
                return Prepared(effect, shortened(text, can.max_length), can.keyed, can.read_back)
            case _:
                return Prepared(effect)

    async def perform(self, prepared: Prepared, superseded: Sequence[fx.Effect] = ()) -> list[ev.Event]:
        """Tell the target, and return the events of its answer. Raises `TargetError`s other than
        `RefusedByTarget`, which is an answer.
        """
        effect = prepared.effect
        try:
            return await self._perform(prepared, superseded)
        except RefusedByTarget as refusal:
            if superseded and isinstance(effect.action, fx.FeatureProduct):
                return await self._feature_alone(effect, effect.action)
            return await self._refused(effect, refusal)

    async def arrived(self, prepared: Prepared, since_wall_ms: int) -> list[ev.Event]:
        """Look up whether an earlier attempt of what is `read_back` arrived: the events of it if so, none if certainly
        not. Raises `TargetError`.
        """
        match prepared.effect.action:
            case fx.Say(channel=name):
                reply_to = ""
            case fx.ReplyTo(channel=name, message_id=reply_to):
                pass
            case _:
                return []
        found = await self._channel(name).find_said(prepared.text, reply_to, since_wall_ms)
        return [] if found is None else [settled(prepared.effect, ev.Outcome.DELIVERED, said=prepared.text)]

    def forget(self, effect_id: str) -> None:
        """The effect is settled."""
        self._texts.pop(effect_id, None)

    async def _perform(self, prepared: Prepared, superseded: Sequence[fx.Effect]) -> list[ev.Event]:
        effect = prepared.effect
        match effect.action:
            case fx.FeatureProduct(product_id=product_id):
                pins = [pin for older in superseded if (pin := _pin(older)) is not None]
                await self._shop.feature(product_id, effect.show_id, effect.decided_at_ms, pins, effect.id)
                overtaken = [settled(older, ev.Outcome.SUPERSEDED) for older in superseded]
                return [*overtaken, settled(effect, ev.Outcome.DELIVERED)]
            case fx.CreatePromo(promo=promo):
                made = await self._shop.create_promo(promo, effect.show_id, effect.id)
                confirmed = ev.PromoConfirmed(
                    promo.id, made.shop_promo_id, made.starts_at_ms, made.ends_at_ms
                )
                return [confirmed, settled(effect, ev.Outcome.DELIVERED)]
            case fx.UpdatePromo(promo_id=promo_id, code=code, ends_at_ms=ends):
                made = await self._shop.update_promo(code, ends, effect.id)
                return [
                    ev.PromoWindowConfirmed(promo_id, made.ends_at_ms),
                    settled(effect, ev.Outcome.DELIVERED),
                ]
            case fx.EndPromoNow(promo_id=promo_id, code=code, ended_at_ms=ended):
                made = await self._shop.end_promo(code, ended, effect.id)
                return [
                    ev.PromoWindowConfirmed(promo_id, made.ends_at_ms),
                    settled(effect, ev.Outcome.DELIVERED),
                ]
            case fx.Say(channel=name):
                await self._channel(name).say(prepared.text, effect.id)
            case fx.ReplyTo(channel=name, message_id=message_id):
                await self._channel(name).reply(message_id, prepared.text, effect.id)
        return [settled(effect, ev.Outcome.DELIVERED, said=prepared.text)]

    async def _feature_alone(self, effect: fx.Effect, action: fx.FeatureProduct) -> list[ev.Event]:
        """The shop said no, perhaps because of one of the superseded pins: ask again without them. The key is
        another one, because the body is; the older pins stay in the outbox and are told one by one.
        """
        try:
            await self._shop.feature(
                action.product_id, effect.show_id, effect.decided_at_ms, (), derived_id(effect.id, "alone")
            )
        except RefusedByTarget as refusal:
            return await self._refused(effect, refusal)
        return [settled(effect, ev.Outcome.DELIVERED)]

    async def _refused(self, effect: fx.Effect, refusal: RefusedByTarget) -> list[ev.Event]:
        sentence = refusal.sentence
        last = settled(effect, ev.Outcome.REFUSED, sentence)
        match effect.action:
            case fx.CreatePromo(promo=promo):
                return [ev.PromoRefused(promo.id, sentence), last]
            case fx.UpdatePromo(promo_id=promo_id, code=code, ends_at_ms=wanted):
                return [await self._change_refused(promo_id, code, wanted, sentence), last]
            case fx.EndPromoNow(promo_id=promo_id, code=code, ended_at_ms=wanted):
                return [await self._change_refused(promo_id, code, wanted, sentence), last]
            case _:
                return [last]

    async def _change_refused(self, promo_id: str, code: str, wanted_ms: int, sentence: str) -> ev.Event:
        try:
            known = await self._shop.find_promo(code)
        except RefusedByTarget:
            known = None
        stays = known.ends_at_ms if known else wanted_ms
        return ev.PromoChangeRefused(promo_id, stays, sentence)

    def _channel(self, name: str) -> Channel:
        channel = self._channels.get(name)
        if channel is None:
            raise Unreachable(f"The channel {name} is not connected.", attempted=False)
        return channel

    async def _greet(self, name: str) -> ChannelCapabilities:
        known = self._greeted.get(name)
        if known is None:
            known = await self._channel(name).hello()
            self._greeted[name] = known
        return known

    async def _link(self, show_id: str, say: fx.Say) -> str:
        if not say.product_id or LINK not in say.text:
            return ""
        if show_id not in self._links_of:
            for link in await self._outbox.links(show_id):
                self._links[link.show_id, link.product_id, link.channel] = link.url
            self._links_of.add(show_id)
        key = (show_id, say.product_id, say.channel)
        if key not in self._links:
            try:
                link = await self._shop.tracked_link(show_id, say.product_id, say.channel)
            except RefusedByTarget:
                return ""  # the shop has no link for this product: said without one
            except Unauthorised as error:
                # The shop's rows ask for its token; the channel's wait for the link as if offline.
                raise Unreachable(error.sentence, attempted=False) from error
            await self._outbox.save_link(link)
            self._links[key] = link.url
        return self._links[key]


def settled(effect: fx.Effect, outcome: ev.Outcome, sentence: str = "", said: str = "") -> ev.EffectSettled:
    """How an effect ended. Its subject is the product, the code (our id) or the reply that it is about; `said` is what the
    channel was told.
    """
    action = effect.action
    return ev.EffectSettled(
        effect.id,
        effect.target,
        type(action).__name__,
        outcome,
        sentence,
        subject_of(action),
        said[:MOST_SAID],
    )


def subject_of(action: fx.Action) -> str:
    """What an effect is about."""
    match action:
        case fx.FeatureProduct(product_id=subject) | fx.ReplyTo(reply_id=subject):
            return subject
        case fx.CreatePromo(promo=promo):
            return promo.id
        case fx.UpdatePromo(promo_id=subject) | fx.EndPromoNow(promo_id=subject):
            return subject
        case fx.Say():
            return ""


def expired(effect: fx.Effect) -> list[ev.Event]:
    """The events of an effect that was never attempted within its time."""
    action = effect.action
    if isinstance(action, fx.CreatePromo):
        sentence = f"{action.promo.code} was not issued: its end had passed before the shop could be reached."
        return [ev.PromoLapsed(action.promo.id), settled(effect, ev.Outcome.EXPIRED, sentence)]
    sentence = _TOO_LATE.get(type(action).__name__, "It was not sent: its time had passed.")
    return [settled(effect, ev.Outcome.EXPIRED, sentence)]


def unsure(effect: fx.Effect, said: str = "") -> list[ev.Event]:
    """The events of an attempt without an answer where nothing may be repeated; `said` is what was to be said."""
    sentence = "Nobody knows whether it arrived: look at the channel, then send it again or leave it."
    return [settled(effect, ev.Outcome.UNSURE, sentence, said)]


def _pin(effect: fx.Effect) -> SupersededPin | None:
    if isinstance(effect.action, fx.FeatureProduct):
        return SupersededPin(effect.action.product_id, effect.decided_at_ms)
    return None
