"""The chat as the view reads it: the newest rows in memory, older pages from the store as they come into sight."""

from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence
from functools import lru_cache
from typing import Final
from zlib import crc32

import msgspec
from PySide6.QtCore import QCoreApplication, QObject, Signal
from PySide6.QtGui import QColor

from studio.control.ports import ChatRow, HiddenChat
from studio.ui.tasks import Tasks
from studio.ui.widgets.chat_lines import ChatLine

PAGE: Final = 200
KEEP_PAGES: Final = 64
KEEP_NEWEST: Final = 4_000
_LINES: Final = 400
_CHANNELS: Final = 64

ReadAfter = Callable[[int, int], Awaitable[list[ChatRow]]]
"""(after rowid, limit) to the rows behind it, oldest first."""


class ChatWindow(QObject):
    """A `ChatSource` over any number of stored rows. Rows of one show are numbered without holes in the store,
    so that a place is found by counting back from the newest row.
    """

    loaded = Signal()
    """A page that was asked for is here."""

    def __init__(self, read_after: ReadAfter, tasks: Tasks, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._read_after = read_after
        self._tasks = tasks
        self._count = 0
        self._tail: list[ChatRow] = []
        self._newest_rowid = 0
        self._pages: OrderedDict[int, list[ChatRow]] = OrderedDict()
        self._asked: set[int] = set()
        self._lines: dict[int, tuple[ChatRow, ChatLine]] = {}

    def row_count(self) -> int:
        """How many rows there are."""
        return self._count

    def open_at(self, newest: Sequence[ChatRow], count: int) -> None:
        """Begin with the newest rows and the number of all."""
        # What came while these were read stays behind them.
        last = newest[-1].rowid if newest else 0
        self._tail = [*newest, *(r for r in self._tail if r.rowid > last)]
        self._count = max(count, self._count, len(self._tail))
        self._newest_rowid = self._tail[-1].rowid if self._tail else 0

    def append(self, rows: Sequence[ChatRow], count: int) -> int:
        """New rows came; returns how many places the chat has grown by."""
        fresh = [r for r in rows if r.rowid > self._newest_rowid]
        grown = max(0, count - self._count)
        self._count = max(count, self._count)
        if fresh:
            # After a flood only the newest rows come along: what is between is read from the store.
            self._tail = fresh if grown > len(fresh) else [*self._tail, *fresh]
            del self._tail[:-KEEP_NEWEST]
            self._newest_rowid = fresh[-1].rowid
        return grown

    def hide(self, hidden: Sequence[HiddenChat]) -> bool:
        """Channels took this out of sight; whether any of it is loaded."""
        changed = False
        for rows in (self._tail, *self._pages.values()):
            for at, row in enumerate(rows):
                if not row.hidden and not row.gap and any(each.covers(row.message) for each in hidden):
                    rows[at] = msgspec.structs.replace(row, hidden=True)
                    changed = True
        return changed

    def row(self, index: int) -> ChatLine | None:
        """The line at this place; None while it is being read."""
        found = self.stored(index)
        return None if found is None else self._line(found)

    def _line(self, row: ChatRow) -> ChatLine:
        """The view asks for every row it shows with every line that comes."""
        made = self._lines.get(row.rowid)
        if made is None or made[0] is not row:
            if len(self._lines) >= _LINES:
                self._lines.clear()
            made = self._lines[row.rowid] = (row, line_of(row))
        return made[1]

    def stored(self, index: int) -> ChatRow | None:
        """The row at this place; None while it is being read."""
        if not 0 <= index < self._count:
            return None
        at = index - (self._count - len(self._tail))
        if at >= 0:
            return self._tail[at]
        rowid = self._newest_rowid - (self._count - 1 - index)
        page = (rowid - 1) // PAGE
        rows = self._pages.get(page)
        if rows is None:
            self._ask(page)
            return None
        self._pages.move_to_end(page)
        return next((r for r in rows if r.rowid == rowid), None)

    def find(self, message_id: str) -> ChatRow | None:
        """A loaded row by its line's id."""
        for rows in (self._tail, *self._pages.values()):
            for row in reversed(rows):
                if line_id(row) == message_id:
                    return row
        return None

    def _ask(self, page: int) -> None:
        if page in self._asked:
            return
        self._asked.add(page)
        self._tasks.spawn(self._load(page), f"chat page {page}")

    async def _load(self, page: int) -> None:
        try:
            self._pages[page] = await self._read_after(page * PAGE, PAGE)
        finally:
            self._asked.discard(page)
        while len(self._pages) > KEEP_PAGES:
            self._pages.popitem(last=False)
        self.loaded.emit()


def line_id(row: ChatRow) -> str:
    """The id of a row in the view."""
    return f"{row.message.channel}\x1f{row.message.id}"


def line_of(row: ChatRow) -> ChatLine:
    """The row as the view paints it."""
    message = row.message
    came_from = message.origin or message.channel
    return ChatLine(
        id=line_id(row),
        at_ms=message.at_ms,
        author=message.author,
        text=_words(row),
        channel=came_from,
        letter=came_from[:1].upper(),
        colour=channel_colour(came_from),
        question=row.question,
        highlight=message.by_us,
        hidden=row.hidden,
        gap=row.gap,
    )


def _words(row: ChatRow) -> str:
    """What is read: nothing that its channel took away, for it might be read aloud."""
    tr = QCoreApplication.translate
    if row.hidden:
        return tr("Chat", "Removed by the channel")
    if not row.gap:
        return row.message.text
    if not row.message.text:
        return tr("Chat", "The connection broke off: messages may be missing here")
    if row.message.text == "1":
        return tr("Chat", "1 message is missing here")
    return tr("Chat", "{n} messages are missing here").replace("{n}", row.message.text)


@lru_cache(_CHANNELS)
def channel_colour(channel: str) -> str:
    """A colour that is always the same for one channel; never red, which means on air."""
    return QColor.fromHsv(60 + crc32(channel.encode()) % 240, 150, 210).name()
