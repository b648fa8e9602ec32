"""The outbox as the log says it must be, and how a stored one that differs is mended."""

import sqlite3
from collections.abc import Iterable

import msgspec
from sqlite_utils import Database as Sqlite

from studio.control.ports.store import OutboxRow
from studio.domain.effects import Effect, effects_of
from studio.domain.events import EffectSettled, Logged, Outcome, UnsureResolved
from studio.domain.show import ShowState, apply
from studio.store import codec, outbox, show_log
from studio.store.database import Database
from studio.store.errors import StoreDamaged


class Projected(msgspec.Struct, frozen=True):
    """An effect that the log leaves open; `unsure`: it waits for a person to decide."""

    effect: Effect
    unsure: bool = False


def projected(show_id: str, log: Iterable[Logged]) -> dict[str, Projected]:
    """The effects that a whole log leaves open, by id, in the order in which they were decided.

    Raises `ValueError` when the log has a gap.
    """
    state = ShowState(show_id)
    still_open: dict[str, Projected] = {}
    for logged in log:
        before, state = state, apply(state, logged)
        for effect in effects_of(logged, before, state):
            still_open[effect.id] = Projected(effect)
        match logged.event:
            case EffectSettled(effect_id=effect_id, outcome=outcome) if effect_id in still_open:
                if outcome is Outcome.UNSURE:
                    still_open[effect_id] = Projected(still_open[effect_id].effect, unsure=True)
                else:
                    del still_open[effect_id]
            case UnsureResolved(effect_id=effect_id, resend=resend) if effect_id in still_open:
                if resend:
                    still_open[effect_id] = Projected(still_open[effect_id].effect)
                else:
                    del still_open[effect_id]
            case _:
                pass
    return still_open


async def check_outbox(db: Database) -> list[str]:
    """Compare the outbox with the logs and mend it, before anything is sent (`open_or_recover` has done it already).

    Returns sentences about what was mended, none when all was well. Raises `StoreDamaged` when a log cannot be read.
    """
    return await db.write(mend_all)


def mend_all(db: Sqlite) -> list[str]:
    """`mend` for every show but those that had ended and owed nothing when they were last checked."""
    shows = db.conn.execute(
        "SELECT id FROM show WHERE last_seq > drained_seq OR id IN (SELECT show_id FROM outbox) ORDER BY num"
    ).fetchall()
    sentences: list[str] = []
    for (show_id,) in shows:
        sentences += mend(db, show_id, show_log.read(db.conn, show_id))
    return sentences


def mend(db: Sqlite, show_id: str, log: list[Logged]) -> list[str]:
    """Make the outbox of a show what its log says, within a transaction; sentences about what was mended.

    A row that was missing counts as attempted, for it may have been. Raises `sqlite3.Error`, `StoreDamaged`.
    """
    last_seq = codec.one(db.conn, "SELECT last_seq FROM show WHERE id = ?", (show_id,))
    try:
        wanted = projected(show_id, log)
    except ValueError as error:
        raise StoreDamaged(codec.unreadable(f"the log of show {show_id}")) from error
    if len(log) != last_seq:
        raise StoreDamaged(codec.unreadable(f"the end of the log of show {show_id}"))
    stored = stored_rows(db.conn, show_id)
    title = codec.one(db.conn, "SELECT title FROM show WHERE id = ?", (show_id,)) or show_id
    missing = [p for effect_id, p in wanted.items() if effect_id not in stored]
    extra = [effect_id for effect_id in stored if effect_id not in wanted]
    changed = [p for i, p in wanted.items() if i in stored and not _same(stored[i], p)]
    unsure = [p.effect.id for p in wanted.values() if p.unsure]
    db.conn.executemany("DELETE FROM outbox WHERE effect_id = ?", [(i,) for i in extra])
    for p in changed:
        was = stored[p.effect.id]
        db.conn.execute("DELETE FROM outbox WHERE effect_id = ?", (p.effect.id,))
        outbox.insert(db, [p.effect])
        db.conn.execute(
            "UPDATE outbox SET attempts = ? WHERE effect_id = ?",
            (max(1, was.attempts if was else 1), p.effect.id),
        )
    outbox.insert(db, [p.effect for p in missing])
    db.conn.executemany(
        "UPDATE outbox SET attempts = 1 WHERE effect_id = ?", [(p.effect.id,) for p in missing]
    )
    db.conn.executemany(
        "UPDATE outbox SET held = ? WHERE effect_id = ? AND held = ''", [(outbox.UNSURE, i) for i in unsure]
    )
    if not wanted:
        db.conn.execute(
            "UPDATE show SET drained_seq = last_seq WHERE id = ? AND ended_at_ms IS NOT NULL", (show_id,)
        )
    return _sentences(str(title), len(missing), len(extra), len(changed))


def _same(stored: OutboxRow | None, wanted: Projected) -> bool:
    return stored is not None and stored.effect == wanted.effect


def stored_rows(conn: sqlite3.Connection, show_id: str) -> dict[str, OutboxRow | None]:
    """The outbox rows of a show by effect id; None for one that cannot be read. Raises `sqlite3.Error`."""
    rows: dict[str, OutboxRow | None] = {}
    for row in conn.execute(f"SELECT {codec.OUTBOX} FROM outbox WHERE show_id = ?", (show_id,)):  # noqa: S608
        try:
            rows[row[0]] = codec.outbox_row_of(row)
        except (StoreDamaged, ValueError):
            rows[row[0]] = None
    return rows


def _sentences(title: str, missing: int, extra: int, changed: int) -> list[str]:
    said: list[str] = []
    if missing:
        said.append(
            f"“{title}”: {_messages(missing)} that the log says must be sent had been lost; put back."
        )
    if extra:
        said.append(
            f"“{title}”: {_messages(extra)} that the log says are settled waited to be sent; taken out."
        )
    if changed:
        said.append(f"“{title}”: {_messages(changed)} differed from the log; set right.")
    return said


def _messages(count: int) -> str:
    return "1 message" if count == 1 else f"{count} messages"
