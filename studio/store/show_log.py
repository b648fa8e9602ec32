"""The logs of all shows in SQLite, with the outbox written in the same transaction."""

import sqlite3
from collections.abc import Callable, Sequence
from typing import Any

from sqlite_utils import Database as Sqlite

from studio.control.ports.store import ExpectedSeqMismatch, ShowSummary
from studio.domain import events as ev
from studio.domain.effects import Effect
from studio.domain.events import Logged
from studio.domain.order import REPLAY_MS
from studio.domain.plan import ShowDetails
from studio.store import catalogue_past, codec, outbox
from studio.store.database import Database

_INSERT = f"INSERT INTO event ({codec.EVENT}) VALUES ({codec.values(codec.EVENT)})"  # noqa: S608
_SELECT = f"SELECT {codec.EVENT} FROM event WHERE show_id = ? AND seq > ? ORDER BY seq"  # noqa: S608


class SqlShowLog:
    """Implements the port `ShowLog`."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def append(
        self, show_id: str, expected_seq: int, events: Sequence[Logged], effects: Sequence[Effect]
    ) -> None:
        """Append events and settle or free what they say, all in one transaction that is on disk on return.

        Raises `ExpectedSeqMismatch`, `EffectAttempted` (one of them: an effect to be withdrawn was attempted
        meanwhile), `StoreFull`, `StoreDamaged`; `ValueError` for events that are not dense or of another show.
        """
        events, effects = tuple(events), tuple(effects)
        settles = any(isinstance(logged.event, ev.EffectSettled) for logged in events)
        after = ("log.after-commit", "outbox.settled") if settles else ("log.after-commit",)
        reached = self._db.reached
        await self._db.write(
            lambda db: append(db, show_id, expected_seq, events, effects, reached), after=after
        )

    async def read(self, show_id: str, after: int = 0) -> list[Logged]:
        """The events of a show behind `after`, in order. Raises `StoreDamaged`."""
        return await self._db.read(lambda conn: read(conn, show_id, after))

    async def shows(self) -> list[ShowSummary]:
        """All shows, the one set up last first."""
        return await self._db.read(shows)

    async def shop_ids(self) -> dict[str, str]:
        """Which shop each show uses: show id to the shop's id in the settings. Raises `StoreDamaged`."""
        return await self._db.read(shop_ids)


def read(conn: sqlite3.Connection, show_id: str, after: int = 0) -> list[Logged]:
    """The events of a show behind `after`, in order. Raises `sqlite3.Error`, `StoreDamaged`."""
    return [codec.logged_of(row) for row in conn.execute(_SELECT, (show_id, after))]


def shows(conn: sqlite3.Connection) -> list[ShowSummary]:
    """All shows that have a log, the one set up last first. Raises `sqlite3.Error`, `StoreDamaged`."""
    sells_from = shop_ids(conn)
    rows = conn.execute(
        "SELECT id, title, rehearsal, started_at_ms, ended_at_ms, currency, last_seq, starts_at_ms, planned_ms, time_zone, "
        "series, template, archived, items, planned_at_ms, channels FROM show WHERE last_seq > 0 "
        "ORDER BY planned_at_ms DESC, num DESC"
    )
    return [
        ShowSummary(
            id=r[0], title=r[1], rehearsal=bool(r[2]), started_at_ms=r[3], ended_at_ms=r[4], currency=r[5],
            last_seq=r[6], starts_at_ms=r[7], planned_ms=r[8], time_zone=r[9], series=r[10], template=bool(r[11]),
            archived=bool(r[12]), items=r[13], made_at_ms=r[14], shop=sells_from.get(r[0], ""),
            channels=tuple(codec.channel_ids_of(r[15])),
        )
        for r in rows
    ]  # fmt: skip


def shop_ids(conn: sqlite3.Connection) -> dict[str, str]:
    """Show id to the id of its shop, empty where it has none. Raises `sqlite3.Error`, `StoreDamaged`."""
    # A show is planned by its first event; only few logs have one of the other kind.
    rows = conn.execute(f"SELECT {codec.EVENT} FROM event WHERE seq = 1 OR type = 'ShopChanged' ORDER BY seq")  # noqa: S608
    found: dict[str, str] = {}
    for logged in map(codec.logged_of, rows):
        if isinstance(logged.event, ev.ShowPlanned | ev.ShopChanged):
            found[logged.show_id] = logged.event.shop
    return found


def shop_id(conn: sqlite3.Connection, show_id: str) -> str:
    """The id of the shop of a show, empty where it has none. Raises `sqlite3.Error`, `StoreDamaged`."""
    rows = conn.execute(
        f"SELECT {codec.EVENT} FROM event WHERE show_id = ? AND (seq = 1 OR type = 'ShopChanged') "  # noqa: S608
        "ORDER BY seq DESC LIMIT 1",
        (show_id,),
    )
    for event in (codec.logged_of(row).event for row in rows):
        if isinstance(event, ev.ShowPlanned | ev.ShopChanged):
            return event.shop
    return ""


def shop_codes(
    conn: sqlite3.Connection, show_id: str, placed_at_ms: int, replay_ms: int = REPLAY_MS
) -> dict[str, dict[str, int | None]]:
    """The codes that the shop of this show confirmed for it and for other shows for which orders of that moment count: by
    code the shows, each with the moment up to which orders count for it (UTC ms, None while it runs): `replay_ms` after its
    end. Raises `sqlite3.Error`, `StoreDamaged`.
    """
    shops = shop_ids(conn)
    rows = conn.execute(
        f"SELECT {codec.EVENT} FROM event WHERE type IN ('PromoIssued', 'PromoConfirmed', 'ShowEnded') AND show_id IN "  # noqa: S608
        "(SELECT id FROM show WHERE started_at_ms IS NOT NULL AND (ended_at_ms IS NULL OR ended_at_ms >= ?)) ORDER BY seq",
        (placed_at_ms - replay_ms,),
    )
    issued: dict[tuple[str, str], str] = {}
    confirmed: dict[str, dict[str, int | None]] = {}
    until: dict[str, int] = {}
    for logged in map(codec.logged_of, rows):
        show = logged.show_id
        if shops.get(show) != shops.get(show_id):
            continue
        match logged.event:
            case ev.PromoIssued(promo=promo):
                issued[show, promo.id] = promo.code
            case ev.PromoConfirmed(promo_id=promo_id) if (show, promo_id) in issued:
                confirmed.setdefault(issued[show, promo_id], {})[show] = None
            case ev.ShowEnded():
                until[show] = logged.at_ms + replay_ms
            case _:
                pass
    return {code: {show: until.get(show) for show in shows} for code, shows in confirmed.items()}


def show_num(db: Sqlite, show_id: str) -> int:
    """The number of a show within this file; it gets one when it has none. Raises `sqlite3.Error`."""
    num = codec.one(db.conn, "SELECT num FROM show WHERE id = ?", (show_id,))
    if num is None:
        db.conn.execute("INSERT INTO show (id) VALUES (?)", (show_id,))
        num = codec.one(db.conn, "SELECT last_insert_rowid()")
    return int(num)


def append(
    db: Sqlite,
    show_id: str,
    expected_seq: int,
    events: Sequence[Logged],
    effects: Sequence[Effect],
    reached: Callable[[str], None],
) -> None:
    """`SqlShowLog.append` within a transaction that is already begun."""
    _check(show_id, expected_seq, events, effects)
    reached("log.before-append")
    show_num(db, show_id)
    last = int(codec.one(db.conn, "SELECT last_seq FROM show WHERE id = ?", (show_id,)))
    if last != expected_seq:
        raise ExpectedSeqMismatch(f"the log of show {show_id} is at {last}, not at {expected_seq}")
    db.conn.executemany(_INSERT, [codec.event_row(logged) for logged in events])
    _summarise(db, show_id, events)
    if any(isinstance(logged.event, ev.ShowEnded) for logged in events):
        _note_shown(db, show_id)
    outbox.insert(db, effects)
    outbox.settle(db, events, reached)
    reached("log.after-append-before-commit")


def _check(show_id: str, expected_seq: int, events: Sequence[Logged], effects: Sequence[Effect]) -> None:
    if [logged.seq for logged in events] != list(range(expected_seq + 1, expected_seq + 1 + len(events))):
        raise ValueError(f"the events do not follow {expected_seq} without a gap")
    if any(thing.show_id != show_id for thing in (*events, *effects)):
        raise ValueError(f"events and effects must all be of show {show_id}")


def _note_shown(db: Sqlite, show_id: str) -> None:
    """What was on air in a show that has ended counts as shown; a rehearsal is none."""
    if codec.one(db.conn, "SELECT rehearsal FROM show WHERE id = ?", (show_id,)):
        return
    sql = f"SELECT {codec.EVENT} FROM event WHERE show_id = ? AND type = 'ItemWentOnAir'"  # noqa: S608
    went = [codec.logged_of(row).event for row in db.conn.execute(sql, (show_id,))]
    products = {event.product_id for event in went if isinstance(event, ev.ItemWentOnAir)}
    catalogue_past.show_ended(db, shop_id(db.conn, show_id), products)


def _summarise(db: Sqlite, show_id: str, events: Sequence[Logged]) -> None:
    changes: dict[str, Any] = {}
    more = 0
    for logged in events:
        changes["last_seq"] = logged.seq
        match logged.event:
            case ev.ShowPlanned() as planned:
                changes |= _planned(planned) | {"planned_at_ms": logged.at_ms}
                more = len(planned.lineup.items)
            case ev.ShowChanged(details=details):
                changes |= _details(details)
            case ev.ShowArchived(archived=archived):
                changes["archived"] = int(archived)
            case ev.ItemAdded():
                more += 1
            case ev.ItemRemoved():
                more -= 1
            case ev.ShowStarted():
                changes["started_at_ms"] = logged.at_ms
            case ev.ShowEnded():
                changes["ended_at_ms"] = logged.at_ms
            case _:
                pass
    if changes:
        columns = ", ".join(["items = items + :more", *(f"{name} = :{name}" for name in changes)])
        values = {**changes, "more": more, "show_id": show_id}
        db.conn.execute(f"UPDATE show SET {columns} WHERE id = :show_id", values)  # noqa: S608


def _planned(event: ev.ShowPlanned) -> dict[str, Any]:
    lineup = event.lineup
    return {
        "title": lineup.title,
        "currency": lineup.currency,
        "rehearsal": int(event.rehearsal),
        "starts_at_ms": event.starts_at_ms,
        "planned_ms": lineup.planned_ms or lineup.length_ms,
        "time_zone": event.time_zone,
        "series": event.series,
        "template": int(event.template),
        "channels": codec.listed(list(event.channels)),
    }


def _details(details: ShowDetails) -> dict[str, Any]:
    return {
        "title": details.title,
        "currency": details.currency,
        "starts_at_ms": details.starts_at_ms,
        "planned_ms": details.planned_ms,
        "time_zone": details.time_zone,
        "series": details.series,
        "template": int(details.template),
        "channels": codec.listed(list(details.channels)),
    }
