"""What a person decided is on disk, in order, once, together with what the world must be told of it."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.control.ports.store import ExpectedSeqMismatch, FeedBatch, ShowLog
from studio.domain import events as ev
from studio.domain.order import REPLAY_MS, Order
from studio.domain.show import fold
from studio.store.database import Database
from studio.store.errors import EffectAttempted
from studio.store.feeds import SqlFeeds
from studio.store.outbox import SqlOutbox
from studio.store.projection import check_outbox, projected
from studio.store.show_log import SqlShowLog
from tests.fakes.shows import Show, a_planned_show, a_whole_show, an_order


async def append_all(log: ShowLog, show: Show) -> None:
    for append in show.appended:
        await log.append(show.id, append.expected_seq, append.events, append.effects)


async def test_a_log_is_read_as_it_was_written_and_folds_to_the_same_show(log: SqlShowLog):
    show = a_whole_show(seed=3)
    await append_all(log, show)
    read = await log.read(show.id)
    assert read == show.log
    assert fold(show.id, read) == show.state
    assert await log.read(show.id, after=5) == show.log[5:]


async def test_somebody_elses_append_in_between_is_noticed_and_nothing_is_written(
    log: SqlShowLog, outbox: SqlOutbox
):
    show = a_planned_show()
    await append_all(log, show)
    mine = show.pin(0)
    await log.append(show.id, mine.expected_seq, mine.events, mine.effects)
    before = await outbox.pending()
    with pytest.raises(ExpectedSeqMismatch):
        await log.append(show.id, mine.expected_seq, mine.events, mine.effects)
    late = show.pin(1)
    last = show.pin(2)
    with pytest.raises(ExpectedSeqMismatch):
        await log.append(show.id, last.expected_seq, last.events, last.effects)
    assert await log.read(show.id) == show.log[: late.expected_seq]
    assert await outbox.pending() == before


async def test_the_list_of_shows_tells_title_times_and_currency(log: SqlShowLog):
    done, planned = a_whole_show(show_id="done"), Show("planned")
    planned.now_ms = done.now_ms
    planned.plan()
    await append_all(log, done)
    await append_all(log, planned)
    first, second = await log.shows()
    assert (first.id, first.started_at_ms, first.ended_at_ms, first.last_seq) == ("planned", None, None, 1)
    assert (second.title, second.currency, second.rehearsal) == ("Winter evening", "EUR", True)
    assert (second.started_at_ms, second.ended_at_ms) == (done.state.started_at_ms, done.state.ended_at_ms)
    assert second.last_seq == done.state.seq


async def test_events_with_a_hole_or_of_another_show_are_not_taken(log: SqlShowLog):
    show = a_planned_show()
    with pytest.raises(ValueError, match="without a gap"):
        await log.append(show.id, 0, show.log[1:], ())
    with pytest.raises(ValueError, match="must all be of show"):
        await log.append("another", 0, show.log, ())
    assert await log.shows() == []


@given(seed=st.integers(0, 10_000), decisions=st.integers(0, 40))
async def test_the_outbox_is_always_what_the_log_says(seed: int, decisions: int):
    # Hypothesis calls this many times: each example needs a database of its own.
    import tempfile
    from pathlib import Path

    with tempfile.TemporaryDirectory() as folder:
        db = Database.open(Path(folder) / "studio.db")
        try:
            show = a_whole_show(seed, decisions)
            await append_all(SqlShowLog(db), show)
            rows = await SqlOutbox(db).pending(show.id)
            wanted = projected(show.id, show.log)
            assert [row.effect for row in rows] == [p.effect for p in wanted.values()]
            assert [row.held == "unsure" for row in rows] == [p.unsure for p in wanted.values()]
            assert await check_outbox(db) == []
        finally:
            db.close()


async def test_a_settled_effect_leaves_the_outbox_in_the_same_append(log: SqlShowLog, outbox: SqlOutbox):
    show = a_planned_show()
    pin = show.pin(0)
    show.settled(pin.effects[0])
    await append_all(log, show)
    assert [row.effect for row in await outbox.pending(show.id)] == list(pin.effects[1:])


async def test_an_unsure_effect_waits_for_a_person_who_sends_it_again_or_leaves_it(
    log: SqlShowLog, outbox: SqlOutbox
):
    show = a_planned_show()
    first, second = show.reply("Yes"), show.reply("No")
    await append_all(log, show)
    for effect in (*first.effects, *second.effects):
        await outbox.attempted(effect.id, 1)
        unsure = show.settled(effect, ev.Outcome.UNSURE)
        await log.append(show.id, unsure.expected_seq, unsure.events, unsure.effects)
    assert [(row.held, row.attempts) for row in await outbox.pending()] == [("unsure", 1), ("unsure", 1)]
    again = show.decide(ev.UnsureResolved(first.effects[0].id, resend=True))
    await log.append(show.id, again.expected_seq, again.events, again.effects)
    leave = show.decide(ev.UnsureResolved(second.effects[0].id, resend=False))
    await log.append(show.id, leave.expected_seq, leave.events, leave.effects)
    (row,) = await outbox.pending()
    assert (row.effect, row.held, row.attempts) == (first.effects[0], "", 1)


async def test_an_effect_that_was_attempted_meanwhile_cannot_be_withdrawn(log: SqlShowLog, outbox: SqlOutbox):
    show = a_planned_show()
    pin = show.pin(0)
    await append_all(log, show)
    await outbox.attempted(pin.effects[0].id, 1)
    undo = show.settled(pin.effects[0], ev.Outcome.WITHDRAWN)
    with pytest.raises(EffectAttempted):
        await log.append(show.id, undo.expected_seq, undo.events, undo.effects)
    assert len(await log.read(show.id)) == undo.expected_seq
    # The shop certainly got nothing: now it may be.
    await outbox.postponed(pin.effects[0].id, 0, "no connection", attempts=0)
    await log.append(show.id, undo.expected_seq, undo.events, undo.effects)
    assert pin.effects[0] not in [row.effect for row in await outbox.pending()]


async def confirm(log: SqlShowLog, show: Show, code: str, outcome: ev.Outcome = ev.Outcome.DELIVERED) -> None:
    show.issue(code)
    show.settled(show.open_effects()[-1], outcome)
    await append_all(log, show)


async def told_of(feeds: SqlFeeds, show_id: str, order: Order) -> str:
    """The link's show of an order that a show is told of, as it is kept."""
    await feeds.store(show_id, FeedBatch("poller", orders=(order,)))
    return next(o.link_show_id for o in await feeds.orders(show_id) if o.id == order.id)


async def test_an_order_with_another_shows_code_does_not_count_by_its_link(log: SqlShowLog, feeds: SqlFeeds):
    before, now = a_planned_show("show-0"), a_planned_show("show-1")
    before.start()
    await confirm(log, before, "THEIRS")
    await append_all(log, now)
    theirs, plain, own = (an_order(n, show_id="show-1") for n in range(3))
    theirs = msgspec.structs.replace(theirs, promo_codes=("THEIRS",))
    own = msgspec.structs.replace(own, promo_codes=("NOBODYS",))
    assert await told_of(feeds, "show-1", theirs) == ""
    assert await told_of(feeds, "show-1", plain) == "show-1"
    assert await told_of(feeds, "show-1", own) == "show-1"


async def test_a_code_that_the_shop_refused_or_that_is_of_another_shop_beats_no_link(
    log: SqlShowLog, feeds: SqlFeeds
):
    refused, elsewhere, now = (a_planned_show(f"show-{n}") for n in (2, 3, 1))
    refused.start()
    await confirm(log, refused, "REFUSED", ev.Outcome.REFUSED)
    elsewhere.decide(ev.ShopChanged("another shop", "demo shop"))
    elsewhere.start()
    await confirm(log, elsewhere, "ELSEWHERE")
    await append_all(log, now)
    for number, code in enumerate(("REFUSED", "ELSEWHERE")):
        order = msgspec.structs.replace(an_order(number, show_id="show-1"), promo_codes=(code,))
        assert await told_of(feeds, "show-1", order) == "show-1"


async def test_a_code_beats_the_link_only_until_the_replay_of_its_show_is_over(
    log: SqlShowLog, feeds: SqlFeeds
):
    before, now = a_planned_show("show-0"), a_planned_show("show-1")
    before.start()
    before.issue("THEIRS")
    before.settled(before.open_effects()[-1])
    before.end()
    ended = before.state.ended_at_ms
    assert ended is not None
    await append_all(log, before)
    await append_all(log, now)
    for number, late, kept in ((1, 0, ""), (2, 1, "show-1")):
        order = msgspec.structs.replace(
            an_order(number, show_id="show-1"), promo_codes=("THEIRS",), placed_at_ms=ended + REPLAY_MS + late
        )
        assert await told_of(feeds, "show-1", order) == kept
