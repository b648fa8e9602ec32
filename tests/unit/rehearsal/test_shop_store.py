"""The demo shop's store: what was answered is on disk, what failed left nothing behind."""

import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from studio.rehearsal.shop_store import Store, StoreClosed, Tx


class _Heard:
    def __init__(self) -> None:
        self.seqs: list[int] = []

    def __call__(self, changes: Sequence[tuple[int, bytes]]) -> None:
        self.seqs += [seq for seq, _ in changes]


@pytest.fixture
def heard() -> _Heard:
    return _Heard()


@pytest.fixture
def store(tmp_path: Path, heard: _Heard) -> Iterator[Store]:
    opened = Store(tmp_path / "shop.sqlite3", lambda: 1_000, on_changes=heard)
    opened.open()
    yield opened
    opened.close()


def test_a_job_that_fails_leaves_no_row_no_change_and_no_gap(store: Store, heard: _Heard):
    def fails(tx: Tx) -> None:
        tx.run("INSERT INTO meta (key, value) VALUES ('half', 'done')")
        tx.tell("order", "x", 1, {})
        raise ValueError("no")

    futures = [
        store.submit(lambda tx: tx.tell("order", "a", 1, {})),
        store.submit(fails),
        store.submit(lambda tx: tx.tell("order", "b", 1, {})),
    ]
    futures[0].result()
    with pytest.raises(ValueError, match="no"):
        futures[1].result()
    futures[2].result()
    assert store.submit(lambda tx: tx.value("SELECT count(*) FROM meta")).result() == 0
    assert heard.seqs == [1, 2]


def test_what_was_answered_can_be_read_by_whoever_opens_the_file_next(store: Store, tmp_path: Path):
    store.submit(lambda tx: tx.run("INSERT INTO meta (key, value) VALUES ('a', 'b')")).result()
    store.submit(lambda tx: tx.tell("order", "a", 1, {})).result()
    store.close()
    again = Store(tmp_path / "shop.sqlite3", lambda: 1_000)
    again.open()
    assert again.submit(lambda tx: tx.value("SELECT value FROM meta WHERE key = 'a'")).result() == "b"
    assert again.submit(lambda tx: tx.last_seq).result() == 1
    again.close()


def test_a_batch_that_cannot_be_written_is_answered_with_the_error_and_the_store_lives_on(
    store: Store, heard: _Heard
):
    def breaks(tx: Tx) -> None:
        # A reference to a session there is not: found out by the commit only.
        tx.run("PRAGMA defer_foreign_keys=ON")
        tx.run("INSERT INTO carts (session_id) VALUES (99)")
        tx.tell("order", "never", 1, {})

    with pytest.raises(sqlite3.IntegrityError):
        store.submit(breaks).result()
    store.submit(lambda tx: tx.tell("order", "first", 1, {})).result()
    assert heard.seqs == [1]


def test_stock_that_moves_often_in_one_batch_is_told_once(store: Store, heard: _Heard):
    def prepare(tx: Tx) -> None:
        tx.run("INSERT INTO products VALUES ('p', 1, 0, 1, 'parcel', '', '{}')")
        tx.run("INSERT INTO variants VALUES ('v', 'p', 100, 2500, 1)")
        tx.run(
            "INSERT INTO stock (variant_id, location_id, on_hand, updated_at_ms) VALUES ('v', 'oslo', 5, 0)"
        )

    def moves(tx: Tx) -> None:
        for _ in range(3):
            tx.run("UPDATE stock SET on_hand = on_hand - 1")
            tx.stock_moved("v", "oslo")

    store.submit(prepare).result()
    store.submit(moves).result()
    assert heard.seqs == [1]
    tail = store.submit(lambda tx: tx.value("SELECT tail FROM changes")).result()
    assert b'"on_hand":2' in tail
    assert b'"revision":2' in tail


def test_a_closed_store_says_so(store: Store):
    store.close()
    with pytest.raises(StoreClosed):
        store.submit(lambda tx: tx.last_seq)


def test_a_file_of_another_version_is_left_alone(tmp_path: Path):
    path = tmp_path / "shop.sqlite3"
    db = sqlite3.connect(path)
    db.execute("PRAGMA user_version=99")
    db.close()
    store = Store(path, lambda: 0)
    with pytest.raises(RuntimeError, match="another version"):
        store.open()
