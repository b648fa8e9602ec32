"""The outbox remembers what may have been sent, before it can have been."""

import pytest

from studio.control.ports.shop import TrackedLink
from studio.domain import events as ev
from studio.store.database import Database
from studio.store.errors import EffectGone, StoreDamaged
from studio.store.outbox import SqlOutbox
from studio.store.projection import check_outbox
from studio.store.show_log import SqlShowLog
from tests.fakes.shows import Show, a_planned_show, a_whole_show


async def append_all(log: SqlShowLog, show: Show) -> None:
    for append in show.appended:
        await log.append(show.id, append.expected_seq, append.events, append.effects)


async def test_an_attempt_is_noted_and_a_failed_one_waits(log: SqlShowLog, outbox: SqlOutbox):
    show = a_planned_show()
    first, second = show.pin(0).effects
    await append_all(log, show)
    await outbox.attempted(first.id, 1)
    await outbox.postponed(first.id, 5000, "The shop does not answer.")
    row, other = await outbox.pending(show.id)
    assert (row.attempts, row.next_wall_ms, row.held, row.last_error) == (
        1,
        5000,
        "",
        "The shop does not answer.",
    )
    assert (other.effect, other.attempts) == (second, 0)
    await outbox.attempted(first.id, 2)
    await outbox.postponed(first.id, 6000, "Too many requests", attempts=1)
    assert (await outbox.pending())[0].attempts == 1


async def test_what_waits_for_a_token_goes_on_together(log: SqlShowLog, outbox: SqlOutbox):
    show = a_planned_show()
    pin = show.pin(0)
    await append_all(log, show)
    shop, chat = pin.effects
    await outbox.postponed(shop.id, 9000, "The token is wrong.", held="token")
    await outbox.postponed(chat.id, 9000, "The token is wrong.", held="token")
    await outbox.free_held(shop.target, "token")
    assert [(r.held, r.next_wall_ms) for r in await outbox.pending()] == [("", 0), ("token", 9000)]


async def test_what_was_undone_meanwhile_is_not_sent(log: SqlShowLog, outbox: SqlOutbox):
    show = a_planned_show()
    effect = show.pin(0).effects[0]
    show.settled(effect, ev.Outcome.WITHDRAWN)
    await append_all(log, show)
    with pytest.raises(EffectGone):
        await outbox.attempted(effect.id, 1)
    with pytest.raises(EffectGone):
        await outbox.postponed(effect.id, 1, "late")


async def test_effects_come_in_the_order_in_which_they_were_decided(log: SqlShowLog, outbox: SqlOutbox):
    first, second = a_whole_show(7, show_id="b", end=False), a_whole_show(8, show_id="a", end=False)
    await append_all(log, first)
    await append_all(log, second)
    rows = await outbox.pending()
    keys = [(r.effect.show_id == "a", r.effect.seq, r.effect.ordinal) for r in rows]
    assert keys == sorted(keys)
    assert {r.effect.show_id for r in await outbox.pending("a")} == {"a"}


async def test_links_are_kept_once_a_product_and_channel(outbox: SqlOutbox):
    link = TrackedLink("l1", "https://shop.example/1", "show-1", "p1", "demo")
    await outbox.save_link(link)
    again = TrackedLink("l2", "https://shop.example/2", "show-1", "p1", "demo")
    await outbox.save_link(again)
    assert await outbox.links("show-1") == [again]
    assert await outbox.links("another") == []


async def test_an_outbox_that_differs_from_the_log_is_mended_and_it_is_said(
    db: Database, log: SqlShowLog, outbox: SqlOutbox
):
    show = a_planned_show()
    pins = [show.pin(n) for n in range(4)]
    show.settled(pins[0].effects[0])
    await append_all(log, show)
    right = [row.effect for row in await outbox.pending()]
    lost, settled, changed = pins[1].effects[0], pins[0].effects[0], pins[2].effects[0]

    def harm(w) -> None:
        from studio.store.outbox import insert

        w.execute("DELETE FROM outbox WHERE effect_id = ?", (lost.id,))
        insert(w, [settled])
        w.execute("UPDATE outbox SET body = replace(body, 'p2', 'p3') WHERE effect_id = ?", (changed.id,))

    await db.write(harm)
    sentences = await check_outbox(db)
    assert len(sentences) == 3
    assert all(s.startswith("“Winter evening”: 1 message") for s in sentences)
    rows = await outbox.pending()
    assert [row.effect for row in rows] == right
    assert {row.effect.id: row.attempts for row in rows}[lost.id] == 1, "it may have been sent"
    assert await check_outbox(db) == []


async def test_a_log_without_its_end_is_called_damaged(db: Database, log: SqlShowLog):
    show = a_whole_show(3, end=False)
    await append_all(log, show)
    await db.write(lambda w: w.execute("DELETE FROM event WHERE seq = ?", (show.state.seq,)))
    with pytest.raises(StoreDamaged):
        await check_outbox(db)
