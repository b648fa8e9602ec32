"""The channel's book keeps every frame once, in dense sequences, and its figures are right."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.domain.audience import ViewerSample, viewer_figures
from studio.rehearsal.audience_book import (
    Answer,
    BookTx,
    ChannelBook,
    Draft,
    KeyMismatch,
    message_id,
    message_seq,
)
from studio.rehearsal.audience_contract import ChannelBooks
from studio.rehearsal.audience_truth import books


@pytest.fixture
def book(tmp_path: Path) -> Iterator[ChannelBook]:
    opened = ChannelBook(tmp_path / "channel.sqlite3")
    opened.open()
    yield opened
    opened.close()


async def figures(book: ChannelBook, from_ms: int | None = None, to_ms: int | None = None) -> ChannelBooks:
    return await book.read(lambda db: books(db, "show", from_ms, to_ms))


times = st.integers(0, 60)


@given(
    # A channel counts once at a moment.
    samples=st.lists(st.tuples(times, st.integers(0, 9)), max_size=12, unique_by=lambda sample: sample[0]),
    start=times,
    length=st.integers(0, 40),
)
def test_average_and_peak_are_the_studios_whatever_the_samples(
    samples, start: int, length: int, tmp_path_factory
) -> None:
    samples.sort(key=lambda sample: sample[0])
    opened = ChannelBook(tmp_path_factory.mktemp("book") / "channel.sqlite3")
    opened.open()
    try:

        def job(tx: BookTx) -> ChannelBooks:
            for at_ms, viewers in samples:
                tx.add_viewers(at_ms, viewers)
            tx.flush()
            tx.db.execute("COMMIT")
            found = books(tx.db, "", start, start + length)
            tx.db.execute("BEGIN")
            tx.db.execute("SAVEPOINT job")
            return found

        told = opened.submit(job).result()
    finally:
        opened.close()
    studio = viewer_figures([ViewerSample("c", at, n) for at, n in samples], start, start + length)
    assert (told.peak_viewers, told.avg_viewers) == (studio.peak, studio.average)


async def test_the_figures_are_an_independent_recount(book: ChannelBook) -> None:
    def fill(tx: BookTx) -> None:
        tx.add_messages([Draft(5, "early", "e", "is it too early?", asks=True)])
        tx.add_messages([Draft(10, "a", "a", "what does it cost?", asks=True), Draft(11, "b", "b", "wow")])
        tx.add_messages([Draft(12, "us", "us", "49 euro", by_us=True, reply_to=2, said_key="k1")])
        tx.add_messages([Draft(13, "us", "us", "as I said: 49", by_us=True, reply_to=2, said_key="k2")])
        tx.add_messages([Draft(14, "us", "us", "Now on air: a lamp", by_us=True, said_key="k3")])
        tx.add_messages(
            [Draft(15, "c", "c", "and the blue one?", asks=True), Draft(30, "d", "d", "late?", asks=True)]
        )
        tx.add_messages([Draft(40, "us", "us", "yes, blue too", by_us=True, reply_to=7, said_key="k4")])

    await book.run(fill)
    told = await figures(book, 10, 30)
    assert (told.messages, told.asked, told.answered) == (4, 3, 2)
    assert (told.replies, told.announcements, told.duplicates) == (2, 1, 0)
    assert (told.peak_viewers, told.avg_viewers) == (None, None)
    assert (await figures(book)).asked == 4


async def test_a_reply_that_stands_there_twice_is_counted_as_a_duplicate(book: ChannelBook) -> None:
    again = [Draft(at, "us", "us", "yes", by_us=True, reply_to=1, said_key=f"k{at}") for at in (2, 3)]
    await book.run(lambda tx: tx.add_messages([Draft(1, "a", "a", "blue?"), *again]))
    assert (await figures(book)).duplicates == 1


async def test_a_failed_job_leaves_no_gap_and_the_jobs_beside_it_stand(book: ChannelBook) -> None:
    def fails(tx: BookTx) -> None:
        tx.add_viewers(2, 2)
        tx.flush()
        tx.add_viewers(3, 3)
        raise ValueError("no")

    first, failed, last = (
        book.submit(job) for job in (lambda tx: tx.add_viewers(1, 1), fails, lambda tx: tx.add_viewers(4, 4))
    )
    assert first.result() == 1
    assert isinstance(failed.exception(), ValueError)
    assert last.result() == 2
    assert [(f.seq, f.viewers) for f in await book.between(0, 9, 9)] == [(1, 1), (2, 4)]


async def test_a_key_means_one_request_for_good(book: ChannelBook) -> None:
    calls: list[int] = []

    def act() -> Answer:
        calls.append(1)
        return Answer(201, b"{}")

    assert await book.run(lambda tx: tx.once("k", b"a", act)) == Answer(201, b"{}", replay=False)
    assert await book.run(lambda tx: tx.once("k", b"a", act)) == Answer(201, b"{}", replay=True)
    with pytest.raises(KeyMismatch):
        await book.run(lambda tx: tx.once("k", b"b", act))
    assert calls == [1]


async def test_a_book_opened_again_goes_on_where_it_was(tmp_path: Path) -> None:
    told: list[int] = []
    for n in (1, 2):
        book = ChannelBook(tmp_path / "c.sqlite3", lambda frames: told.extend(f.seq for f in frames))
        assert book.open() == n - 1
        await book.run(lambda tx: tx.add_viewers(1, 1))
        book.close()
    assert told == [1, 2]


def test_a_book_of_another_version_is_refused_with_a_sentence(tmp_path: Path) -> None:
    import sqlite3

    path = tmp_path / "c.sqlite3"
    db = sqlite3.connect(path)
    db.execute("PRAGMA user_version=99")
    db.close()
    book = ChannelBook(path)
    with pytest.raises(RuntimeError, match="another version"):
        book.open()


@given(st.integers(1, 10**12))
def test_a_messages_id_names_its_sequence(seq: int) -> None:
    assert message_seq(message_id(seq)) == seq


@pytest.mark.parametrize("text", ["", "msg-", "msg-x", "msg--1", "x-1", "msg-" + "9" * 30, "msg-²"])
def test_a_strange_id_is_no_message(text: str) -> None:
    assert message_seq(text) == 0
