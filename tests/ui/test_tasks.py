"""Tasks: held, named, and heard when they fail."""

import asyncio
import gc

import pytest
import structlog

from studio.ui.tasks import Tasks


class Heard:
    def __init__(self) -> None:
        self.errors: list[tuple[str, BaseException]] = []

    def __call__(self, name: str, error: BaseException) -> None:
        self.errors.append((name, error))


async def test_a_task_nobody_keeps_is_not_collected_in_mid_await(qapp) -> None:
    tasks, gate, done = Tasks("panel"), asyncio.Event(), []

    async def work() -> None:
        await gate.wait()
        done.append(True)

    tasks.spawn(work(), "work")
    for _ in range(3):
        await asyncio.sleep(0)
        gc.collect()
    gate.set()
    await tasks.drain()
    assert done == [True]
    assert len(tasks) == 0


async def test_a_failure_is_logged_with_its_traceback_and_told(qapp) -> None:
    heard = Heard()
    tasks = Tasks("promo panel", heard)

    async def fail() -> None:
        raise ValueError("the shop said no")

    with structlog.testing.capture_logs() as logs:
        tasks.spawn(fail(), "issue promo")
        await tasks.drain()
        await asyncio.sleep(0)
    assert [(name, str(error)) for name, error in heard.errors] == [
        ("promo panel: issue promo", "the shop said no")
    ]
    assert logs[0]["log_level"] == "error"
    assert logs[0]["task"] == "promo panel: issue promo"
    assert logs[0]["exc_info"].__traceback__ is not None


async def test_a_cancelled_task_is_not_a_failure(qapp) -> None:
    heard = Heard()
    tasks = Tasks("panel", heard)
    task = tasks.spawn(asyncio.Event().wait(), "wait for ever")
    await asyncio.sleep(0)
    task.cancel()
    await tasks.drain()
    assert heard.errors == []


async def test_closing_cancels_what_runs_and_refuses_more(qapp) -> None:
    tasks, cancelled = Tasks("window"), []

    async def work() -> None:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            cancelled.append(True)
            raise

    tasks.spawn(work(), "work")
    await asyncio.sleep(0)
    await tasks.close()
    assert cancelled == [True]
    with pytest.raises(RuntimeError, match="window is closed"):
        tasks.spawn(work(), "more")


async def test_stopping_waits_for_the_last_words_of_each_and_of_what_those_start(qapp) -> None:
    tasks, ended = Tasks("show"), []

    async def work(left: int) -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.append(left)
            if left:
                tasks.spawn(work(left - 1), "again")

    tasks.spawn(work(2), "work")
    await asyncio.sleep(0)
    await tasks.stop()
    assert len(tasks) == 0
    assert ended[0] == 2
    assert not tasks.closed, "another task may be started"


async def test_what_always_starts_anew_does_not_hold_up_who_stops_it(qapp) -> None:
    tasks = Tasks("show")

    async def work() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            if not tasks.closed:
                tasks.spawn(work(), "for ever")

    tasks.spawn(work(), "work")
    await asyncio.sleep(0)
    await tasks.stop()
    await tasks.close()
    assert len(tasks) == 0


async def test_draining_waits_for_tasks_that_tasks_started(qapp) -> None:
    tasks, order = Tasks("panel"), []

    async def second() -> None:
        await asyncio.sleep(0)
        order.append("second")

    async def first() -> None:
        tasks.spawn(second(), "second")
        order.append("first")

    tasks.spawn(first(), "first")
    await tasks.drain()
    assert order == ["first", "second"]


def test_without_a_loop_it_says_so_and_leaves_no_coroutine_behind(qapp) -> None:
    async def work() -> None:
        raise AssertionError("never runs")

    with pytest.raises(RuntimeError):
        Tasks("panel").spawn(work(), "work")


async def test_what_a_call_starts_is_waited_for_and_what_runs_already_is_not(qapp) -> None:
    tasks, gate, done = Tasks("panel"), asyncio.Event(), []

    async def runs_already() -> None:
        await gate.wait()

    async def decides() -> None:
        await asyncio.sleep(0)
        done.append(True)

    tasks.spawn(runs_already(), "runs already")
    await tasks.finish(lambda: tasks.spawn(decides(), "decides"))
    assert done == [True]
    assert len(tasks) == 1
    await tasks.finish(lambda: None)
    gate.set()
    await tasks.drain()
