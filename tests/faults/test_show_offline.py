"""The network is gone for a whole show: everything local works, and afterwards the shop learns what is still worth telling."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from studio.domain import commands as cmd
from studio.domain import effects as fx
from studio.domain import events as ev
from studio.domain.events import Outcome
from studio.domain.ids import uuid7
from studio.domain.promo import PromoKind, PromoPhase, PromoPlan, PromoScope, phase
from studio.domain.show import ShowPhase, ShowState
from studio.ui.studio import Link
from tests.fakes.audience_process import AudienceProcess, start_audience
from tests.fakes.shop_process import ShopProcess, start_shop
from tests.journeys.killing.harness import pages
from tests.journeys.killing.verdict import said_keys
from tests.journeys.rooms import CHANNEL, Room, opened_room, sample_lineup

AHEAD_MS = 15 * 60_000
"""The shop's clock is so far ahead: to the studio, which only learns it when the shop comes back, that time has passed."""
TWO_HOURS = 120


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[ShopProcess]:
    """A shop that has shut its doors."""
    now = time.time_ns() // 1_000_000
    with start_shop(tmp_path / "shop", start_ms=now + AHEAD_MS) as process:
        process.stop()
        yield process


@pytest.fixture
def channel(tmp_path: Path) -> Iterator[AudienceProcess]:
    """A channel that cannot be reached."""
    process = start_audience(None, tmp_path, arguments=("--wait",))
    process.stop()
    yield process
    process.stop()


@pytest.fixture
def room(shop: ShopProcess, channel: AudienceProcess, tmp_path: Path) -> Iterator[Room]:
    with opened_room(tmp_path / "studio" / "studio.db", shop, channel) as opened:
        opened.open(uuid7())
        yield opened


def a_code(code: str, minutes: int) -> PromoPlan:
    return PromoPlan(uuid7(), code, PromoKind.PERCENT, 20, scope=PromoScope.ALL, minutes=minutes)


def issue(room: Room, code: str, minutes: int) -> str:
    promo_id = uuid7()
    room.must(cmd.IssuePromo(promo_id, a_code(code, minutes)))
    return promo_id


def play_a_show(room: Room) -> dict[str, str]:
    """A whole show of many decisions; the codes' ids by name."""
    room.must(cmd.PlanShow(sample_lineup(), "demo", (CHANNEL,), rehearsal=True))
    room.must(cmd.StartShow())
    codes = {}
    room.must(cmd.NextItem())
    codes["flash"] = issue(room, "FLASH-5MIN", 5)
    room.must(cmd.NextItem())
    codes["long"] = issue(room, "LONG-2H", TWO_HOURS)
    codes["ended"] = issue(room, "ENDED-2H", TWO_HOURS)
    room.must(cmd.Reply(uuid7(), "Yes, in green too.", CHANNEL, "msg-1", "Ada"))
    room.must(cmd.ExtendPromo(codes["long"], 3_600_000))
    room.must(cmd.EndPromo(codes["ended"]))
    room.must(cmd.NextItem())
    room.must(cmd.Unpin())
    codes["mistake"] = issue(room, "MISTAKE-2H", TWO_HOURS)
    room.must(cmd.Undo())
    room.must(cmd.Reply(uuid7(), "Welcome, everybody.", "", "", ""))
    room.must(cmd.NextItem())
    room.must(cmd.EndShow())
    return codes


def outcomes(room: Room, action: type) -> list[Outcome]:
    return [e.outcome for e in room.state.settled.values() if e.action == action.__name__]


def pins_of(room: Room) -> list[tuple[str | None, int]]:
    """What was pinned when, by the log; no product where nothing was."""
    log = room.ask(room.engine_room.log_of(room.show_id))
    found: list[tuple[str | None, int]] = []
    for entry in log:
        match entry.event:
            case ev.ItemWentOnAir(product_id=product_id) if product_id:
                found.append((product_id, entry.at_ms))
            case ev.Unpinned() | ev.ShowEnded():
                found.append((None, entry.at_ms))
            case _:
                pass
    return found


def back(room: Room, shop: ShopProcess, channel: AudienceProcess, tmp_path: Path) -> AudienceProcess:
    """The network is there again: the shop first, by whose clock the channel's moments are over."""
    shop.start()
    room.clock_measured()
    return start_audience(None, tmp_path, again=channel, arguments=("--wait",))


def test_a_show_without_a_network_goes_on_as_ever_and_everything_waits(room: Room) -> None:
    codes = play_a_show(room)
    state = room.state
    assert state.phase is ShowPhase.ENDED
    assert len({run.product_id for run in state.runs}) == 4
    assert state.promos[codes["mistake"]].withdrawn
    assert phase(state.promos[codes["flash"]], state.ended_at_ms) is PromoPhase.ISSUING
    assert state.codes == frozenset(), "nobody may be told that a code is live before the shop has it"
    waiting = [(type(row.effect.action), row.attempts) for row in room.waiting()]
    assert {kind for kind, _ in waiting} == {
        fx.FeatureProduct, fx.CreatePromo, fx.UpdatePromo, fx.EndPromoNow, fx.Say, fx.ReplyTo,
    }  # fmt: skip
    assert {attempts for _, attempts in waiting} == {0}, "nothing has left this computer"
    room.until(
        lambda: link(room, "shop") is Link.DOWN and link(room, "channel") is Link.DOWN, "links that say so"
    )


def link(room: Room, kind: str) -> Link | None:
    told = [status.link for batch in room.batches for status in batch.links if status.kind == kind]
    return told[-1] if told else None


def test_a_studio_that_is_closed_while_offline_opens_with_the_same_show_and_the_same_waiting_rows(
    shop: ShopProcess, channel: AudienceProcess, tmp_path: Path
) -> None:
    database = tmp_path / "studio" / "studio.db"
    show_id = uuid7()
    with opened_room(database, shop, channel) as room:
        room.open(show_id)
        play_a_show(room)
        before = (room.state, [row.effect for row in room.waiting()])
    with opened_room(database, shop, channel) as room:
        opened = room.open(show_id)
        assert (opened.state, [row.effect for row in room.waiting()]) == before
        assert {status.effect_id for status in opened.outbox} == {effect.id for effect in before[1]}


def test_when_the_network_is_back_the_shop_learns_every_pin_and_every_code_that_can_still_be_used(
    room: Room, shop: ShopProcess, channel: AudienceProcess, tmp_path: Path
) -> None:
    codes = play_a_show(room)
    again = back(room, shop, channel, tmp_path)
    try:
        assert room.drained(), room.waiting()
        frames = [f["message"]["text"] for f in again.frames() if f["kind"] == "message"]
        said = set(said_keys(again.folder))
    finally:
        again.stop()
    state = room.state
    by_code = {p["code"]: p for p in pages(shop, "promos", state.id)}

    # Records: delivered, in order, with the windows that were decided.
    assert by_code.keys() == {"LONG-2H", "ENDED-2H"}
    long = state.promos[codes["long"]]
    assert by_code["LONG-2H"]["starts_at_ms"] == long.promo.starts_at_ms
    assert by_code["LONG-2H"]["ends_at_ms"] == long.promo.ends_at_ms + 3_600_000 == long.confirmed_ends_at_ms
    assert by_code["ENDED-2H"]["ended_early"]
    assert by_code["ENDED-2H"]["end_decided_at_ms"] == ended_at(room, codes["ended"])

    # State: the latest is what the shop features, the others are recorded as overtaken.
    history = pages(shop, "featured/history", state.id)
    assert [(r["product_id"], r["decided_at_ms"]) for r in history] == pins_of(room)
    assert [r["product_id"] for r in history if r["live_from_ms"] is not None] == [None]
    assert outcomes(room, fx.FeatureProduct).count(Outcome.SUPERSEDED) == len(history) - 1
    assert shop.get("featured")["current"]["product_id"] is None

    # Moments: too late for the pins and the replies; only what became true just now is said.
    assert set(outcomes(room, fx.ReplyTo)) == {Outcome.EXPIRED}
    assert not [text for text in frames if "green" in text or "Welcome" in text or "/go/" in text]
    late = [e for e in state.settled.values() if e.outcome is Outcome.EXPIRED]
    assert not said & {e.effect_id for e in late}
    room.until(lambda: [n for n in room.notices() if "were not sent" in n], "a notice")


def ended_at(room: Room, promo_id: str) -> int:
    log = room.ask(room.engine_room.log_of(room.show_id))
    ended = (e.event for e in log if isinstance(e.event, ev.PromoEnded))
    # Not when it was put down: decisions that come faster than the clock ticks are put down a little after it.
    return next(event.ends_at_ms for event in ended if event.promo_id == promo_id)


def test_a_code_whose_end_passed_before_it_could_be_offered_is_reported_and_not_issued(
    room: Room, shop: ShopProcess, channel: AudienceProcess, tmp_path: Path
) -> None:
    codes = play_a_show(room)
    again = back(room, shop, channel, tmp_path)
    try:
        assert room.drained(), room.waiting()
    finally:
        again.stop()
    record = room.state.promos[codes["flash"]]
    assert record.lapsed
    assert record.confirmed_ends_at_ms is None
    assert phase(record, room.engine_room.clock.now_ms()) is PromoPhase.ENDED
    assert shop.get("promos", code="FLASH-5MIN")["items"] == []
    sentence = "FLASH-5MIN was not issued: its end had passed before the shop could be reached."
    room.until(lambda: [n for n in room.notices() if sentence in n], "a notice of the lapsed code")


# --- attempted, then nothing was heard ------------------------------------------------------------------------------


@pytest.fixture
def open_shop(tmp_path: Path) -> Iterator[ShopProcess]:
    with start_shop(tmp_path / "shop", start_ms=None) as process:
        yield process


@pytest.fixture
def open_room(open_shop: ShopProcess, channel: AudienceProcess, tmp_path: Path) -> Iterator[Room]:
    with opened_room(tmp_path / "studio" / "studio.db", open_shop, channel) as opened:
        opened.open(uuid7())
        opened.clock_measured()
        opened.must(cmd.PlanShow(sample_lineup(), "demo", (), rehearsal=True))
        opened.must(cmd.StartShow())
        yield opened


def trouble(shop: ShopProcess, name: str) -> None:
    shop.admin("faults", {"name": name, "from_ms": 0, "until_ms": 4_000_000_000_000, "intensity": 1.0})


def attempted(room: Room) -> None:
    """Wait until the code in the outbox has been attempted without an answer."""
    room.until(
        lambda: [b for b in room.batches for o in b.outbox if o.sentence], "an attempt without an answer"
    )
    assert [row.attempts > 0 for row in room.waiting()] == [True]


def settled(room: Room) -> ShowState:
    assert room.drained(), room.waiting()
    return room.state


def test_a_code_whose_answer_was_lost_is_asked_for_with_its_key_until_the_shop_says_that_it_has_it(
    open_room: Room, open_shop: ShopProcess
) -> None:
    trouble(open_shop, "lost-replies")
    promo_id = issue(open_room, "LOST-5MIN", 5)
    attempted(open_room)
    open_shop.admin("clock", {"advance_ms": AHEAD_MS})
    open_shop.admin("faults", method="DELETE")
    record = settled(open_room).promos[promo_id]
    assert record.confirmed_ends_at_ms == record.promo.ends_at_ms
    assert not record.lapsed
    assert [p["code"] for p in pages(open_shop, "promos", open_room.show_id)] == ["LOST-5MIN"]


def test_a_code_that_was_attempted_but_never_arrived_is_what_the_shop_says_it_is(
    open_room: Room, open_shop: ShopProcess
) -> None:
    trouble(open_shop, "shop-down")
    promo_id = issue(open_room, "NEVER-5MIN", 5)
    attempted(open_room)
    open_shop.admin("clock", {"advance_ms": AHEAD_MS})
    open_shop.admin("faults", method="DELETE")
    record = settled(open_room).promos[promo_id]
    assert record.refusal == "The code NEVER-5MIN would have ended already."
    assert not record.lapsed
    assert pages(open_shop, "promos", open_room.show_id) == []
    open_room.until(
        lambda: [n for n in open_room.notices() if record.refusal in n], "a notice of the refusal"
    )


# --- a guess at the time that was wrong -----------------------------------------------------------------------------


def test_pins_decided_by_a_clock_that_was_ahead_never_overtake_the_ones_decided_after_it_was_set_right(
    channel: AudienceProcess, tmp_path: Path
) -> None:
    """This computer's clock is ten minutes ahead of the shop's, which is not known while the shop is away."""
    behind = time.time_ns() // 1_000_000 - 600_000
    with start_shop(tmp_path / "shop", start_ms=behind) as shop:
        shop.stop()
        with opened_room(tmp_path / "studio" / "studio.db", shop, channel) as room:
            room.open(uuid7())
            room.must(cmd.PlanShow(sample_lineup(), "demo", (), rehearsal=True))
            room.must(cmd.StartShow())
            room.must(cmd.NextItem())
            shop.start()
            room.clock_measured()
            assert room.drained(), room.waiting()
            room.must(cmd.NextItem())
            promo_id = issue(room, "RIGHT-5MIN", 5)
            assert room.drained(), room.waiting()
            state = room.state
            assert shop.get("featured")["current"]["product_id"] == state.pinned_product_id
            assert [run.to_ms - run.from_ms >= 0 for run in state.runs if run.to_ms is not None] == [True]
            code = shop.get("promos", code="RIGHT-5MIN")["items"][0]
            assert code["status"] == "live", "a code is good from now, by the shop's clock"
            assert state.promos[promo_id].confirmed_ends_at_ms == code["ends_at_ms"]
