"""The chat: messages with a full-text index, gaps, and pages by row number."""

import functools
import hashlib
import sqlite3
from collections.abc import Collection, Sequence

from sqlite_utils import Database as Sqlite

from studio.control.ports.store import ChatRow, HiddenChat
from studio.domain.alerts import ChatGap
from studio.domain.audience import ChatMessage
from studio.domain.kpi_figures import ChatCount
from studio.domain.question import is_question
from studio.store import codec
from studio.store.catalogue import fts_query

_INT64_MAX = 2**63 - 1
_STORED = f"num, show, {codec.CHAT}, asks, chatter"
_INSERT = f"INSERT INTO chat_message ({_STORED}) VALUES ({codec.values(_STORED)})"  # noqa: S608
_MESSAGE = ", ".join(f"m.{name}" for name in codec.CHAT.split(", "))
_ROW = f"""SELECT m.num, m.gap, EXISTS (SELECT 1 FROM chat_hidden h WHERE h.show = m.show AND h.channel = m.channel
    AND h.id = m.id) OR EXISTS (SELECT 1 FROM chat_hidden_author a WHERE a.show = m.show AND a.channel = m.channel
    AND a.author_id IN (m.author_id, '') AND m.at_ms <= a.until_ms), {_MESSAGE} FROM chat_message m"""  # noqa: S608
UNKNOWN = -1
"""The `gap` of a row behind which nobody knows how much is missing."""
_GAP, _LOST = "gap", "lost"
"""What the ids of rows begin with that mark where messages are missing, before a colon."""


def store_messages(db: Sqlite, show: int, messages: Sequence[ChatMessage]) -> tuple[list[ChatMessage], int]:
    """Keep the messages whose (channel, id) is new, numbered without a hole; they and the first one's number.

    `show` is the show's number. Raises `sqlite3.Error`; `OverflowError` or `UnicodeEncodeError` for what SQLite cannot
    hold.
    """
    first_of: dict[tuple[str, str], ChatMessage] = {}
    for message in messages:
        first_of.setdefault((message.channel, message.id), message)
    unique = list(first_of.values())
    if not unique:
        return [], 0
    first = _next_num(db)
    try:
        with db.atomic():
            _insert(db, show, first, unique)
    except sqlite3.IntegrityError:  # some are known: the rare case, so it pays the second try
        known = "SELECT 1 FROM chat_message WHERE show = ? AND channel = ? AND id = ?"
        unique = [m for m in unique if codec.one(db.conn, known, (show, m.channel, m.id)) is None]
        if not unique:
            return [], 0
        _insert(db, show, first, unique)
    last = first + len(unique) - 1
    db.conn.execute(
        "INSERT INTO chat_fts (rowid, author, text) SELECT num, author, text FROM chat_message "
        "WHERE num BETWEEN ? AND ?",
        (first, last),
    )
    _count(db, show, first, last)
    return unique, first


def store_gap(db: Sqlite, show: int, channel: str, gap: tuple[int, int], at_ms: int) -> ChatRow | None:
    """Mark that what `channel` numbered (gap[0], gap[1]] was lost at `at_ms`; the row, None when it was marked already.
    Raises `sqlite3.Error`.
    """
    after, until = gap
    return _mark(db, show, channel, f"{_GAP}:{after}-{until}", until, at_ms, max(1, until - after))


def store_lost(db: Sqlite, show: int, channel: str, lost: tuple[int, int]) -> ChatRow | None:
    """Mark that what `channel`, which numbers nothing, said between these two times (UTC ms) may be missing; the row, None
    when it was marked already. Raises `sqlite3.Error`.
    """
    since_ms, until_ms = lost
    return _mark(db, show, channel, f"{_LOST}:{since_ms}-{until_ms}", 0, until_ms, UNKNOWN)


def _mark(
    db: Sqlite, show: int, channel: str, gap_id: str, seq: int, at_ms: int, count: int
) -> ChatRow | None:
    num = _next_num(db)
    new = db.conn.execute(
        f"INSERT OR IGNORE INTO chat_message (num, show, {codec.CHAT}, gap) "  # noqa: S608
        "VALUES (?, ?, ?, ?, ?, ?, '', '', '', '', 0, '', ?)",
        (num, show, channel, gap_id, seq, at_ms, count),
    ).rowcount
    if not new:
        return None
    _count(db, show, num, num)
    return _gap_row(num, ChatMessage(channel, gap_id, seq, at_ms, "", ""), count)


def hide(db: Sqlite, show: int, hidden: Collection[HiddenChat]) -> None:
    """Mark what was hidden by its channel: single messages also when they come later."""
    db.conn.executemany(
        "INSERT OR IGNORE INTO chat_hidden (show, channel, id) VALUES (?, ?, ?)",
        [(show, each.channel, each.id) for each in hidden if each.id],
    )
    db.conn.executemany(
        "INSERT INTO chat_hidden_author (show, channel, author_id, until_ms) VALUES (?, ?, ?, ?) "
        "ON CONFLICT (show, channel, author_id) DO UPDATE SET until_ms = max(until_ms, excluded.until_ms)",
        [(show, each.channel, each.author_id, each.until_ms) for each in hidden if not each.id],
    )


def last_at_ms(conn: sqlite3.Connection, show: int) -> int:
    """The time of the row stored last, UTC ms; 0 without one."""
    sql = "SELECT at_ms FROM chat_message WHERE show = ? ORDER BY num DESC LIMIT 1"
    return int(codec.one(conn, sql, (show,)) or 0)


def last_said_ms(conn: sqlite3.Connection, show_id: str, channel: str) -> int | None:
    """The time of the newest message of a channel in a show, UTC ms; None without one."""
    sql = (
        "SELECT at_ms FROM chat_message WHERE show = (SELECT num FROM show WHERE id = ?) AND channel = ? AND gap = 0 "
        "ORDER BY num DESC LIMIT 1"
    )
    found = codec.one(conn, sql, (show_id, channel))
    return None if found is None else int(found)


def count(conn: sqlite3.Connection, show_id: str) -> int:
    """How many rows, gaps included, the chat of a show has."""
    return int(codec.one(conn, "SELECT chat_rows FROM show WHERE id = ?", (show_id,)) or 0)


def asks(message: ChatMessage) -> bool:
    """Whether a viewer asks something with it."""
    return not message.by_us and is_question(message.text)


@functools.lru_cache(maxsize=8_192)
def chatter(origin: str, author_id: str, author: str) -> int:
    """A number for who wrote a message on a channel: by the platform's id, else by the name, apart for each site."""
    who = "\x1f".join((origin, author_id or f"\x1f{author}"))
    digest = hashlib.blake2b(who.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "little", signed=True)


def replied(
    conn: sqlite3.Connection, show_id: str, from_ms: int, to_ms: int, answered: Collection[tuple[str, str]]
) -> int:
    """How many messages of viewers within [from_ms, to_ms] are among `answered`, (channel, id) each."""
    show = _number(conn, show_id)
    sql = (
        "SELECT 1 FROM chat_message WHERE show = ? AND channel = ? AND id = ? AND at_ms BETWEEN ? AND ? "
        "AND by_us = 0 AND gap = 0"
    )
    return sum(
        codec.one(conn, sql, (show, channel, message_id, from_ms, to_ms)) is not None
        for channel, message_id in set(answered)
    )


def counts(conn: sqlite3.Connection, show_id: str, from_ms: int, to_ms: int) -> dict[str, ChatCount]:
    """What viewers wrote within [from_ms, to_ms] (UTC ms of the channels), by channel."""
    show = _number(conn, show_id)
    sql = (
        "SELECT count(*), count(DISTINCT chatter), coalesce(sum(asks), 0), sum(chatter IS NULL) FROM chat_message "
        "INDEXED BY chat_message_counted "
        "WHERE show = ? AND channel = ? AND at_ms BETWEEN ? AND ? AND by_us = 0 AND gap = 0"
    )
    found: dict[str, ChatCount] = {}
    for channel in _channels(conn, show):
        messages, chatters, asking, old = conn.execute(sql, (show, channel, from_ms, to_ms)).fetchone()
        if old:
            chatters, asking = _with_old(conn, (show, channel, from_ms, to_ms), asking)
        if messages:
            found[channel] = ChatCount(messages, chatters, asking)
    return found


def _with_old(conn: sqlite3.Connection, where: tuple[int, str, int, int], asking: int) -> tuple[int, int]:
    """How many people wrote and how many messages ask, where some were stored before such were counted."""
    these = (
        "FROM chat_message INDEXED BY chat_message_counted WHERE show = ? AND channel = ? AND at_ms BETWEEN ? AND ? "
        "AND by_us = 0 AND gap = 0"
    )
    people = {
        row[0] for row in conn.execute(f"SELECT DISTINCT chatter {these} AND chatter IS NOT NULL", where)
    }
    old = f"SELECT origin, author_id, author, text {these} AND chatter IS NULL"
    for origin, author_id, author, text in conn.execute(old, where):
        people.add(chatter(origin, author_id, author))
        asking += is_question(text)
    return len(people), asking


def between(conn: sqlite3.Connection, show_id: str, from_ms: int, to_ms: int, limit: int) -> list[ChatRow]:
    """The first `limit` messages and gaps of [from_ms, to_ms) (UTC ms of the channels), oldest first."""
    show = _number(conn, show_id)
    sql = (
        f"{_ROW} WHERE m.show = ? AND m.channel = ? AND m.at_ms >= ? AND m.at_ms < ? "
        "ORDER BY m.at_ms, m.num LIMIT ?"
    )
    found = [
        _chat_row(row)
        for channel in _channels(conn, show)
        for row in conn.execute(sql, (show, channel, from_ms, to_ms, limit))
    ]
    return sorted(found, key=lambda row: (row.message.at_ms, row.rowid))[:limit]


def gaps(conn: sqlite3.Connection, show_id: str, from_ms: int, to_ms: int) -> list[ChatGap]:
    """The gaps marked within [from_ms, to_ms] (UTC ms of the channels), oldest first."""
    show = _number(conn, show_id)
    # By their ids: a gap among a million messages is found without going through them. The + keeps SQLite from doing that.
    sql = (
        "SELECT at_ms, gap FROM chat_message WHERE show = ? AND channel = ? AND id >= ? AND id < ? "
        "AND +at_ms BETWEEN ? AND ? AND gap != 0"
    )
    found = [
        ChatGap(channel, at_ms, 0 if missing == UNKNOWN else missing)
        for channel in _channels(conn, show)
        for kind in (_GAP, _LOST)
        for at_ms, missing in conn.execute(sql, (show, channel, f"{kind}:", f"{kind};", from_ms, to_ms))
    ]
    return sorted(found, key=lambda gap: gap.at_ms)


def _number(conn: sqlite3.Connection, show_id: str) -> int:
    return int(codec.one(conn, "SELECT num FROM show WHERE id = ?", (show_id,)) or 0)


def _channels(conn: sqlite3.Connection, show: int) -> list[str]:
    """The channels that anything was written on: each is one step in the index, however much was written."""
    sql = (
        "SELECT min(channel) FROM chat_message INDEXED BY chat_message_counted WHERE show = ? AND channel > ?"
    )
    found: list[str] = []
    following = codec.one(
        conn, "SELECT min(channel) FROM chat_message INDEXED BY chat_message_counted WHERE show = ?", (show,)
    )
    while following is not None:
        found.append(following)
        following = codec.one(conn, sql, (show, following))
    return found


def page_before(conn: sqlite3.Connection, show_id: str, before: int | None, limit: int) -> list[ChatRow]:
    """The `limit` rows before row `before` (None: the newest), oldest first."""
    sql = (
        f"{_ROW} WHERE m.show = (SELECT num FROM show WHERE id = ?) AND m.num < ? "  # noqa: S608
        "ORDER BY m.num DESC LIMIT ?"
    )
    rows = conn.execute(sql, (show_id, _INT64_MAX if before is None else before, limit)).fetchall()
    return [_chat_row(row) for row in reversed(rows)]


def page_after(conn: sqlite3.Connection, show_id: str, after: int, limit: int) -> list[ChatRow]:
    """The `limit` rows behind row `after`, oldest first."""
    sql = f"{_ROW} WHERE m.show = (SELECT num FROM show WHERE id = ?) AND m.num > ? ORDER BY m.num LIMIT ?"  # noqa: S608
    return [_chat_row(row) for row in conn.execute(sql, (show_id, after, limit))]


def search(conn: sqlite3.Connection, show_id: str, words: str, limit: int) -> list[ChatRow]:
    """The newest `limit` messages that hold all the words (the last one may go on), newest first.

    Words are looked for in author and text. By row number, never by rank: that is a thousand times faster on a
    common word, and in a chat the newest matter.
    """
    query = fts_query(words)
    bounds = conn.execute("SELECT chat_first, chat_last, num FROM show WHERE id = ?", (show_id,)).fetchone()
    if not query or bounds is None:
        return []
    first, last, show = bounds
    sql = (
        f"{_ROW} JOIN chat_fts ON m.num = chat_fts.rowid WHERE chat_fts MATCH ? AND chat_fts.rowid BETWEEN ? AND ? "
        "AND m.show = ? ORDER BY chat_fts.rowid DESC LIMIT ?"
    )
    return [_chat_row(row) for row in conn.execute(sql, (query, first, last, show, limit))]


def _next_num(db: Sqlite) -> int:
    return int(codec.one(db.conn, "SELECT coalesce(max(num), 0) + 1 FROM chat_message"))


def _insert(db: Sqlite, show: int, first: int, messages: Sequence[ChatMessage]) -> None:
    rows = [
        (
            n,
            show,
            m.channel,
            m.id,
            m.seq,
            m.at_ms,
            m.author,
            m.text,
            m.author_id,
            m.reply_to,
            m.by_us,
            m.origin,
            asks(m),
            chatter(m.origin, m.author_id, m.author),
        )
        for n, m in enumerate(messages, first)
    ]
    db.conn.executemany(_INSERT, rows)


def _count(db: Sqlite, show: int, first: int, last: int) -> None:
    db.conn.execute(
        "UPDATE show SET chat_rows = chat_rows + ?, chat_first = CASE chat_first WHEN 0 THEN ? ELSE chat_first END, "
        "chat_last = ? WHERE num = ?",
        (last - first + 1, first, last, show),
    )


def _chat_row(row: Sequence[object]) -> ChatRow:
    message = codec.message_of(row[3:])
    num, gap = int(str(row[0])), int(str(row[1]))
    if gap:
        return _gap_row(num, message, gap)
    return ChatRow(num, message, asks(message), bool(row[2]))


def _gap_row(num: int, message: ChatMessage, count: int) -> ChatRow:
    """The text of a gap is how many messages it lacks."""
    text = "" if count == UNKNOWN else str(count)
    shown = ChatMessage(message.channel, message.id, message.seq, message.at_ms, "", text)
    return ChatRow(num, shown, gap=True)
