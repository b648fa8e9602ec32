"""The rows in a damaged SQLite file, read page by page without SQLite.

SQLite gives up a whole table when one page of its tree is bad. Here every page is looked at by itself, so one bad
page costs only what stood on it. The file is only read. Format: https://www.sqlite.org/fileformat2.html
"""

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from studio.store.connections import MAGIC, PAGE_SIZES

_TABLE_LEAF = 0x0D
_WAL_HEADER = 32
_FRAME_HEADER = 24
_MAX_ROW_BYTES = 64 * 1024 * 1024
_GUESSED_BY_BYTES = 16 * 1024 * 1024

Value = int | str | bytes | float | None


class Row:
    """A row that was found: its rowid and its record, decoded only as far as it is asked for."""

    __slots__ = ("_body", "_payload", "rowid", "types")

    def __init__(self, rowid: int, payload: bytes) -> None:
        """Raises `ValueError` or `IndexError` when the record is not one."""
        self.rowid = rowid
        self._payload = payload
        size, at = varint(payload, 0)
        if not at <= size <= len(payload):
            raise ValueError("the record's header does not fit")
        types: list[int] = []
        while at < size:
            serial, at = varint(payload, at)
            types.append(serial)
        self.types = types
        self._body = size
        if size + sum(_size(serial) for serial in types) != len(payload):
            raise ValueError("the record's columns do not fill it")

    def values(self) -> list[Value]:
        """The columns. Raises `ValueError` for text that is not UTF-8."""
        found: list[Value] = []
        at = self._body
        for serial in self.types:
            size = _size(serial)
            found.append(_value(serial, self._payload[at : at + size]))
            at += size
        return found


class DamagedFile:
    """A database file and its WAL, as far as they can be read. Close it after use."""

    def __init__(self, path: Path, wal: Path | None = None) -> None:
        """Raises `OSError` when the file cannot be opened."""
        self._file: BinaryIO = path.open("rb")
        self._bytes = path.stat().st_size
        self._newer = {} if wal is None or not wal.exists() else committed_pages(wal.read_bytes())
        in_wal = len(next(iter(self._newer.values()), b""))
        self.page_size = _page_size(self._file.read(100)) or in_wal or self._guessed_size()

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _guessed_size(self) -> int:
        """That of the possible sizes by which most rows are found: nothing in the file says it any more."""
        found: dict[int, int] = {}
        for size in PAGE_SIZES:
            self.page_size = size
            pages = range(2, min(self._bytes, _GUESSED_BY_BYTES) // size + 1)
            found[size] = sum(1 for _ in self._rows_on(pages))
        return max(found, key=lambda size: found[size])

    def rows(self) -> Iterator[Row]:
        """Every row on every page that looks like one of a table's leaves, also ones that are no longer in use."""
        last = max([-(-self._bytes // self.page_size), *self._newer])
        yield from self._rows_on(range(2, last + 1))  # page 1 holds the schema

    def _rows_on(self, pages: range) -> Iterator[Row]:
        for number in pages:
            page = self.page(number)
            if len(page) == self.page_size and page[0] == _TABLE_LEAF:
                yield from self._rows_of(page)

    def page(self, number: int) -> bytes:
        """Page `number`, from 1; empty or short where the file does not have it."""
        if number in self._newer:
            return self._newer[number]
        try:
            self._file.seek((number - 1) * self.page_size)
            return self._file.read(self.page_size)
        except OSError:  # a bad sector
            return b""

    def _rows_of(self, page: bytes) -> Iterator[Row]:
        count = int.from_bytes(page[3:5], "big")
        for n in range(min(count, (self.page_size - 8) // 2)):
            cell = int.from_bytes(page[8 + 2 * n : 10 + 2 * n], "big")
            try:
                size, at = varint(page, cell)
                rowid, at = varint(page, at, signed=True)
                if 0 < size <= _MAX_ROW_BYTES:
                    yield Row(rowid, self._payload(page, at, size))
            except (ValueError, IndexError):
                continue  # this cell is damaged; its neighbours need not be

    def _payload(self, page: bytes, at: int, size: int) -> bytes:
        usable = self.page_size
        if size <= usable - 35:
            local = size
        else:
            least = (usable - 12) * 32 // 255 - 23
            local = least + (size - least) % (usable - 4)
            local = local if local <= usable - 35 else least
        payload = page[at : at + local]
        if len(payload) != local:
            raise ValueError("the cell runs over the page")
        if local == size:
            return payload
        overflow = int.from_bytes(page[at + local : at + local + 4], "big")
        parts, missing = [payload], size - local
        while missing > 0:
            more = self.page(overflow) if overflow > 0 else b""
            if len(more) != self.page_size:
                raise ValueError("an overflow page is missing")
            parts.append(more[4 : 4 + min(missing, usable - 4)])
            missing -= usable - 4
            overflow = int.from_bytes(more[:4], "big")
        return b"".join(parts)


def _page_size(header: bytes) -> int:
    size = int.from_bytes(header[16:18], "big") if header.startswith(MAGIC) and len(header) >= 18 else 0
    size = 65536 if size == 1 else size
    return size if 512 <= size <= 65536 and size & (size - 1) == 0 else 0


def varint(data: bytes, at: int, *, signed: bool = False) -> tuple[int, int]:
    """The number at `at` and where the next thing begins. Raises `IndexError` behind the end."""
    value = 0
    for n in range(9):
        byte = data[at + n]
        value = value << 8 | byte if n == 8 else value << 7 | byte & 0x7F
        if byte < 0x80 or n == 8:
            if signed and value >= 1 << 63:
                value -= 1 << 64
            return value, at + n + 1
    raise IndexError


def _size(serial: int) -> int:
    if serial >= 12:
        return (serial - 12) // 2
    if serial in (10, 11):
        raise ValueError("a type that no file has")
    return (0, 1, 2, 3, 4, 6, 8, 8, 0, 0)[serial]


def _value(serial: int, data: bytes) -> Value:
    if serial == 0:
        return None
    if serial in (8, 9):
        return serial - 8
    if serial == 7:
        return struct.unpack(">d", data)[0]
    if serial < 7:
        return int.from_bytes(data, "big", signed=True)
    return data.decode() if serial % 2 else data


def committed_pages(wal: bytes) -> dict[int, bytes]:
    """The newest committed version of each page in a WAL, by page number; what follows a damaged frame is left out."""
    if len(wal) < _WAL_HEADER:
        return {}
    magic, _version, page_size, _checkpoint = struct.unpack(">4I", wal[:16])
    if magic & ~1 != 0x377F0682 or page_size not in {1 << n for n in range(9, 17)}:
        return {}
    order = ">" if magic & 1 else "<"
    salts = wal[16:24]
    sums = _checksum(wal[:24], order, (0, 0))
    if struct.pack(">2I", *sums) != wal[24:32]:
        return {}
    committed: dict[int, bytes] = {}
    pending: dict[int, bytes] = {}
    for at in range(_WAL_HEADER, len(wal) - _FRAME_HEADER - page_size + 1, _FRAME_HEADER + page_size):
        head = wal[at : at + _FRAME_HEADER]
        page = wal[at + _FRAME_HEADER : at + _FRAME_HEADER + page_size]
        number, pages_after_commit = struct.unpack(">2I", head[:8])
        sums = _checksum(page, order, _checksum(head[:8], order, sums))
        if head[8:16] != salts or struct.pack(">2I", *sums) != head[16:24]:
            break
        pending[number] = page
        if pages_after_commit:
            committed |= pending
            pending = {}
    return committed


def _checksum(data: bytes, order: str, sums: tuple[int, int]) -> tuple[int, int]:
    first, second = sums
    words = struct.unpack(f"{order}{len(data) // 4}I", data)
    for n in range(0, len(words), 2):
        first = (first + words[n] + second) & 0xFFFFFFFF
        second = (second + words[n + 1] + first) & 0xFFFFFFFF
    return first, second
