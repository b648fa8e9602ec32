"""Rows are read from the bytes of a file as SQLite reads them."""

import shutil
import sqlite3
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studio.store.connections import PAGE_SIZES
from studio.store.pages import DamagedFile, committed_pages

values = st.tuples(
    st.none() | st.integers(-(2**63), 2**63 - 1) | st.sampled_from([0, 1, -1, 127, 128, 2**24, 2**47]),
    st.text(max_size=30) | st.integers(1, 30_000).map(lambda n: "å" * n),
    st.none() | st.binary(max_size=40) | st.floats(allow_nan=False),
)


def found(path: Path, wal: Path | None = None) -> dict[int, list[object]]:
    file = DamagedFile(path, wal)
    try:
        return {row.rowid: row.values() for row in file.rows() if len(row.types) == 3}
    finally:
        file.close()


@settings(max_examples=60)
@given(
    rows=st.lists(values, min_size=1, max_size=30),
    first=st.sampled_from([1, -(2**63), 2**62]),
    page_size=st.sampled_from([512, 4096, 65536]),
    in_wal=st.booleans(),
)
def test_every_row_of_a_sound_file_is_read(
    rows: list[tuple[object, ...]], first: int, page_size: int, in_wal: bool
):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.db"
        conn = sqlite3.connect(path)
        conn.execute(f"PRAGMA page_size = {page_size}")
        conn.execute("PRAGMA journal_mode = WAL")
        conn.execute("CREATE TABLE t (a, b, c)")
        conn.execute("CREATE INDEX t_b ON t(b)")
        conn.commit()
        with conn:
            conn.executemany(
                "INSERT INTO t (rowid, a, b, c) VALUES (?, ?, ?, ?)",
                [(first + n, *r) for n, r in enumerate(rows)],
            )
        wanted = {row[0]: list(row[1:]) for row in conn.execute("SELECT rowid, a, b, c FROM t")}
        if in_wal:
            copy = Path(folder) / "copy.db"
            shutil.copy(path, copy)
            shutil.copy(Path(folder) / "a.db-wal", Path(folder) / "copy.db-wal")
            got = found(copy, Path(folder) / "copy.db-wal")
            conn.close()
        else:
            conn.close()
            got = found(path)
        # SQLite keeps a float without a fraction as an integer inside of the file.
        assert got == wanted


@pytest.mark.parametrize("page_size", PAGE_SIZES)
def test_the_rows_of_a_file_are_read_when_its_first_page_is_lost(tmp_path: Path, page_size: int):
    path = tmp_path / "a.db"
    conn = sqlite3.connect(path)
    conn.execute(f"PRAGMA page_size = {page_size}")
    conn.execute("CREATE TABLE t (a, b, c)")
    rows = {n: [n, f"words {n} " * (n % 40), None] for n in range(1, 2_000)}
    with conn:
        conn.executemany("INSERT INTO t (a, b, c) VALUES (?, ?, ?)", list(rows.values()))
    conn.close()
    with path.open("r+b") as file:
        file.write(b"\xa5" * page_size)
    assert found(path) == rows


@given(st.binary(max_size=3000))
def test_no_bytes_make_it_fail(data: bytes):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.db"
        path.write_bytes(data + b"\x0d" + data)
        wal = Path(folder) / "a.db-wal"
        wal.write_bytes(bytes.fromhex("377f0682002de21800000200") + data)
        found(path, wal)
        leaf = b"\x0d\x00\x00" + data + b"\x00" * 8192
        path.write_bytes(b"\x00" * 4096 + leaf[:4096])
        found(path)


def test_what_was_not_committed_is_not_read_from_a_wal():
    assert committed_pages(b"") == {}
    assert committed_pages(b"x" * 100) == {}
