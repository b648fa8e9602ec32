"""What the engine hands to the window, and when."""

import asyncio
import itertools
from collections.abc import Awaitable, Callable

import msgspec

from studio.batcher import EVERY_S, MAX_CHAT, STOCK_S, Batcher, joined
from studio.control.ports import ChatRow, HiddenChat, PromoUsage, Quota, StoredBatch, StreamState, Traffic
from studio.domain.question import Question
from studio.ui.studio import ChangeBatch, Link, LinkStatus, Notice, OutboxStatus, Sending
from tests.fakes.shows import a_level, a_message, a_planned_show, a_product, a_sample, an_order
from tests.fakes.virtual_time import VirtualLoop, run

QUESTION = Question("q1", "show-1", "How long is it?", "Ada", "demo", "m1", 1, 1)
Said = list[tuple[float, ChangeBatch]]


def played(act: Callable[[Batcher], Awaitable[None]]) -> Said:
    """The batches of what `act` tells the batcher, each with the second in which it was handed over."""
    said: Said = []

    async def play(loop: VirtualLoop) -> Said:
        batcher = Batcher(lambda batch: said.append((round(loop.time(), 3), batch)))
        await act(batcher)
        await asyncio.sleep(1)
        return said

    return run(play)


def test_a_busy_world_comes_five_times_a_second_and_loses_nothing() -> None:
    async def flood(batcher: Batcher) -> None:
        for number in range(300):
            batcher.stored(StoredBatch(samples=(a_sample(number),)))
            await asyncio.sleep(0.001)

    said = played(flood)
    times = [at for at, _ in said]
    assert [s for _, batch in said for s in batch.samples] == [a_sample(n) for n in range(300)]
    assert all(later - at >= EVERY_S - 0.001 for at, later in itertools.pairwise(times))


def test_what_was_sold_is_not_kept_waiting_and_takes_the_rest_along() -> None:
    async def sell(batcher: Batcher) -> None:
        batcher.stored(StoredBatch(samples=(a_sample(1),)))
        await asyncio.sleep(0.01)
        batcher.stored(StoredBatch(samples=(a_sample(2),)))
        batcher.stored(StoredBatch(stock=(a_level(1, 1, 10),)))

    said = played(sell)
    assert [at for at, _ in said] == [0.0, STOCK_S]
    assert (said[1][1].stock, said[1][1].samples) == ((a_level(1, 1, 10),), (a_sample(2),))


def test_the_first_news_after_a_silence_does_not_wait() -> None:
    async def twice(batcher: Batcher) -> None:
        batcher.stored(StoredBatch(samples=(a_sample(1),)))
        await asyncio.sleep(0.5)
        batcher.stored(StoredBatch(samples=(a_sample(2),)))

    assert [at for at, _ in played(twice)] == [0.0, 0.5]


def test_a_decision_is_handed_over_at_once_and_the_worlds_news_in_its_own_time() -> None:
    log = a_planned_show().log

    async def decide(batcher: Batcher) -> None:
        batcher.stored(StoredBatch(samples=(a_sample(1),)))
        await asyncio.sleep(0.005)
        batcher.stored(StoredBatch(samples=(a_sample(2),)))
        await asyncio.sleep(0.005)
        batcher.events(list(log))
        batcher.notice(Notice("ok", "Well."))

    said = played(decide)
    assert [at for at, _ in said] == [0.0, 0.01, EVERY_S]
    assert said[1][1] == ChangeBatch(events=tuple(log), notices=(Notice("ok", "Well."),))
    assert said[2][1].samples == (a_sample(2),)


def test_what_one_decision_brings_comes_in_one_batch() -> None:
    log = a_planned_show().log

    async def decide(batcher: Batcher) -> None:
        for logged in log:
            batcher.events([logged])

    said = played(decide)
    assert [len(batch.events) for _, batch in said] == [len(log)]


def test_what_goes_along_with_a_decision_leaves_no_empty_batch_behind() -> None:
    log = a_planned_show().log

    async def decide(batcher: Batcher) -> None:
        batcher.events(list(log))
        batcher.outbox([OutboxStatus("e1", "v1", "shop", "CreatePromo", Sending.SENDING)])

    assert [len(batch.outbox) for _, batch in played(decide)] == [1]


def test_at_the_end_everything_that_waits_is_handed_over_together() -> None:
    log = a_planned_show().log

    async def end(batcher: Batcher) -> None:
        batcher.stored(StoredBatch(messages=(a_message(1),), first_rowid=1))
        batcher.events(list(log))
        batcher.flush()

    said = played(end)
    assert len(said) == 1
    assert said[0][1].events == tuple(log)
    assert said[0][1].chat_count == 1


def test_batches_that_piled_up_say_as_one_what_they_said_one_by_one() -> None:
    """Every field of a batch is joined: a field that is added later and forgotten here is noticed."""
    rows = [ChatRow(n, a_message(n), question=False) for n in range(1, 5)]
    first = ChangeBatch(
        events=tuple(a_planned_show().log),
        products=(a_product(1),),
        stock=(a_level(1, 1, 10),),
        orders=(an_order(1),),
        usage=(PromoUsage("NORD20", 1, 1),),
        traffic=Traffic(1, 2, 3),
        samples=(a_sample(1),),
        questions=(QUESTION,),
        chat=tuple(rows[:2]),
        chat_count=2,
        outbox=(OutboxStatus("e1", "v1", "shop", "CreatePromo", Sending.WAITING),),
        links=(LinkStatus("demo", "shop", Link.OK),),
        notices=(Notice("ok", "Well."),),
        locations={"b": "Berlin"},
        hidden=(HiddenChat("demo", "m1"),),
        quotas={"youtube": Quota(5, 10_000)},
        streams={"obs": StreamState(streaming=True)},
    )
    assert all(getattr(first, name) for name in ChangeBatch.__struct_fields__)
    second = ChangeBatch(chat=tuple(rows[2:]), chat_count=4, samples=(a_sample(2),), locations={"o": "Oslo"})

    whole = joined([ChangeBatch(), first, ChangeBatch(), second])

    changed = {"chat": tuple(rows), "chat_count": 4, "samples": (a_sample(1), a_sample(2))}
    changed["locations"] = {"b": "Berlin", "o": "Oslo"}
    assert whole == msgspec.structs.replace(first, **changed)


def test_a_flood_that_piled_up_keeps_its_newest_rows_and_the_true_count() -> None:
    row = ChatRow(1, a_message(1), question=False)
    flood = [ChangeBatch(chat=(row,) * 1_500, chat_count=1_500 * n) for n in (1, 2, 3)]
    whole = joined(flood)
    assert len(whole.chat) == MAX_CHAT
    assert whole.chat_count == 4_500
