"""What a channel is told: its own words, what fits, and nothing that the log does not know."""

import msgspec
import pytest

from studio.domain import events as ev
from studio.domain.announcements import units
from studio.domain.effects import Effect, EffectKind, ReplyTo, Say, channel_target
from studio.sync.delivery import MOST_SAID, Delivery, settled, unsure
from tests.fakes.fake_shop import FakeChannel, FakeShop
from tests.fakes.memory_store import MemoryOutbox


def effect(action: Say | ReplyTo, effect_id: str = "e1") -> Effect:
    target = channel_target(action.channel)
    return Effect(effect_id, "show-1", "event-1", 1, 0, target, EffectKind.MOMENT, action, 0)


def channel(name: str, max_length: int) -> FakeChannel:
    made = FakeChannel(name)
    made.capabilities = msgspec.structs.replace(made.capabilities, max_length=max_length)
    return made


@pytest.fixture
def channels() -> dict[str, FakeChannel]:
    return {"short": channel("short", 60), "long": channel("long", 500)}


@pytest.fixture
def delivery(channels: dict[str, FakeChannel]) -> Delivery:
    return Delivery(FakeShop(lambda: 0), channels, MemoryOutbox())


async def test_each_channel_is_told_what_fits_into_it_and_the_log_has_the_very_words(
    delivery: Delivery, channels: dict[str, FakeChannel]
):
    text = "Now on air: the warmest blanket that was ever woven in Røros \U0001f525 {link}"
    for name in ("short", "long"):
        prepared = await delivery.prepare(effect(Say(name, text, "p1"), name))
        (event,) = await delivery.perform(prepared)
        assert isinstance(event, ev.EffectSettled)
        assert channels[name].said == [event.said]
        assert event.said.endswith("https://shop.example/go/p1")
        assert event.outcome is ev.Outcome.DELIVERED
    assert units(channels["short"].said[0]) <= 60
    assert channels["long"].said == [text.replace("{link}", "https://shop.example/go/p1")]


async def test_a_code_is_never_cut(delivery: Delivery, channels: dict[str, FakeChannel]):
    text = "Everything that keeps you warm is cheaper tonight, this is the code: NORD20"
    await delivery.perform(await delivery.prepare(effect(Say("short", text, "", "NORD20"))))
    (said,) = channels["short"].said
    assert said.endswith("… NORD20")
    assert units(said) <= 60


async def test_a_reply_stands_in_the_log_word_by_word_too(delivery: Delivery):
    prepared = await delivery.prepare(effect(ReplyTo("long", "m1", "Ada", "Yes, in grey.", "r1")))
    (event,) = await delivery.perform(prepared)
    assert (event.said, event.subject) == ("Yes, in grey.", "r1")


async def test_a_reply_that_is_too_long_for_its_channel_is_cut_behind_a_word_and_not_lost(
    delivery: Delivery, channels: dict[str, FakeChannel]
):
    text = "Yes, and it keeps you warm when it is damp, too: that is what wool from Røros does {link}"
    for name in ("short", "long"):
        prepared = await delivery.prepare(effect(ReplyTo(name, "m1", "Ada", text, "r1"), name))
        (event,) = await delivery.perform(prepared)
        assert isinstance(event, ev.EffectSettled)
        assert channels[name].said == [event.said]
    assert channels["short"].said == ["Yes, and it keeps you warm when it is damp, too: that is…"]
    assert channels["long"].said == [text]


def test_what_may_have_been_said_is_kept_as_well_and_never_too_much_of_it():
    say = effect(Say("long", "Hello"))
    assert unsure(say, "Hello")[0].said == "Hello"
    assert len(settled(say, ev.Outcome.DELIVERED, said="x" * 10_000).said) == MOST_SAID


async def test_what_was_looked_up_and_found_is_logged_as_it_was_said(delivery: Delivery, channels):
    prepared = await delivery.prepare(effect(Say("long", "Hello, everybody")))
    channels["long"].said.append("Hello, everybody")
    (event,) = await delivery.arrived(prepared, 0)
    assert (event.outcome, event.said) == (ev.Outcome.DELIVERED, "Hello, everybody")
