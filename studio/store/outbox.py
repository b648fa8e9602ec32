"""The outbox in SQLite: the effects that are not settled, in the order in which they were decided."""

from collections.abc import Callable, Sequence

from sqlite_utils import Database as Sqlite

from studio.control.ports.shop import TrackedLink
from studio.control.ports.store import OutboxRow
from studio.domain.effects import Effect
from studio.domain.events import EffectSettled, Logged, Outcome, UnsureResolved
from studio.store import codec
from studio.store.database import Database
from studio.store.errors import EffectAttempted, EffectGone

UNSURE = "unsure"
_INSERT = f"INSERT INTO outbox ({codec.EFFECT}, type) VALUES ({codec.values(codec.EFFECT)}, ?)"  # noqa: S608
_PENDING = f"""SELECT {codec.OUTBOX} FROM outbox JOIN show ON show.id = outbox.show_id
    WHERE ?1 IS NULL OR show_id = ?1 ORDER BY show.num, outbox.seq, ordinal"""  # noqa: S608


class SqlOutbox:
    """Implements the port `Outbox`."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def pending(self, show_id: str | None = None) -> list[OutboxRow]:
        """The effects of a show, or of all, that are not settled, in the order in which they were decided.

        Raises `StoreDamaged`.
        """
        return await self._db.read(
            lambda conn: [codec.outbox_row_of(row) for row in conn.execute(_PENDING, (show_id,))]
        )

    async def attempted(self, effect_id: str, attempts: int) -> None:
        """Note that attempt number `attempts` is about to be made; on disk on return.

        Raises `EffectGone` when it was settled or withdrawn meanwhile (then it must not be sent), `StoreFull`.
        """

        def note(db: Sqlite) -> None:
            self._db.reached("outbox.before-attempt-noted")
            _update(db, effect_id, "UPDATE outbox SET attempts = ?, held = '' WHERE effect_id = ?", attempts)

        await self._db.write(note, after=("outbox.attempt-noted",))

    async def postponed(
        self, effect_id: str, next_wall_ms: int, error: str, held: str = "", attempts: int | None = None
    ) -> None:
        """The attempt failed: not again before `next_wall_ms`, or before a person acts (`held`).

        Raises `EffectGone`, `StoreFull`.
        """

        def postpone(db: Sqlite) -> None:
            self._db.reached("outbox.before-postponed")
            _update(
                db,
                effect_id,
                "UPDATE outbox SET next_wall_ms = ?, last_error = ?, held = ?, attempts = coalesce(?, attempts) "
                "WHERE effect_id = ?",
                next_wall_ms,
                error,
                held,
                attempts,
            )

        await self._db.write(postpone, after=("outbox.postponed",))

    async def free_held(self, target: str, held: str) -> None:
        """What waits at `target` for the reason `held` goes on at once. Raises `StoreFull`."""
        await self._db.write(
            lambda db: db.execute(
                "UPDATE outbox SET held = '', next_wall_ms = 0 WHERE target = ? AND held = ?", (target, held)
            )
        )

    async def save_link(self, link: TrackedLink) -> None:
        """Keep a tracked link; one for the same show, product and channel is replaced. Raises `StoreFull`."""
        await self._db.write(lambda db: save_link(db, link))

    async def links(self, show_id: str) -> list[TrackedLink]:
        """The tracked links of a show, in the order in which they were made."""
        sql = f"SELECT {codec.LINK} FROM link WHERE show_id = ? ORDER BY num"  # noqa: S608
        return await self._db.read(lambda conn: [codec.link_of(row) for row in conn.execute(sql, (show_id,))])


def save_link(db: Sqlite, link: TrackedLink) -> None:
    """`SqlOutbox.save_link` within a transaction."""
    db.conn.execute(
        f"INSERT INTO link ({codec.LINK}) VALUES (?, ?, ?, ?, ?) "  # noqa: S608
        "ON CONFLICT (show_id, product_id, channel) DO UPDATE SET id = excluded.id, url = excluded.url",
        (link.id, link.url, link.show_id, link.product_id, link.channel),
    )


def _update(db: Sqlite, effect_id: str, sql: str, *values: object) -> None:
    if db.conn.execute(sql, (*values, effect_id)).rowcount != 1:
        raise EffectGone(f"effect {effect_id} is not in the outbox any more")


def insert(db: Sqlite, effects: Sequence[Effect]) -> None:
    """Put effects into the outbox, never attempted. Raises `sqlite3.Error`."""
    db.conn.executemany(_INSERT, [codec.effect_row(effect) for effect in effects])


def settle(db: Sqlite, events: Sequence[Logged], reached: Callable[[str], None]) -> None:
    """Carry out what events say about effects: a settled one leaves the outbox, an unsure one is held for a person,
    who has it sent again (its attempts are kept) or left.

    Raises `EffectAttempted` when one that is withdrawn was attempted meanwhile, `sqlite3.Error`.
    """
    about = [logged.event for logged in events if isinstance(logged.event, EffectSettled | UnsureResolved)]
    if not about:
        return
    reached("outbox.before-settle")
    for event in about:
        match event:
            case EffectSettled(effect_id=effect_id, outcome=Outcome.UNSURE, sentence=sentence):
                db.conn.execute(
                    "UPDATE outbox SET held = ?, last_error = ? WHERE effect_id = ?",
                    (UNSURE, sentence, effect_id),
                )
            case UnsureResolved(effect_id=effect_id, resend=True):
                db.conn.execute(
                    "UPDATE outbox SET held = '', next_wall_ms = 0 WHERE effect_id = ?", (effect_id,)
                )
            case EffectSettled(effect_id=effect_id, outcome=outcome):
                attempts = codec.one(db.conn, "SELECT attempts FROM outbox WHERE effect_id = ?", (effect_id,))
                if outcome is Outcome.WITHDRAWN and attempts:
                    raise EffectAttempted(f"effect {effect_id} was attempted and cannot be withdrawn")
                db.conn.execute("DELETE FROM outbox WHERE effect_id = ?", (effect_id,))
            case UnsureResolved(effect_id=effect_id):
                db.conn.execute("DELETE FROM outbox WHERE effect_id = ?", (effect_id,))
    reached("outbox.after-settle-before-commit")
