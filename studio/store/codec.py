"""Domain values as rows and back. Bodies are JSON, so that a person can read the file with any SQLite tool."""

import sqlite3
import zlib
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

import msgspec

from studio.control.ports.shop import PromoUsage, TrackedLink, Traffic
from studio.control.ports.store import OutboxRow
from studio.domain.audience import ChatMessage
from studio.domain.effects import Action, Effect, EffectKind
from studio.domain.events import Event, Logged
from studio.domain.order import Order
from studio.domain.product import Product, StockLevel
from studio.domain.question import Question
from studio.store.errors import StoreDamaged

T = TypeVar("T")

_json = msgspec.json.Encoder()
_event = msgspec.json.Decoder(Event)
_action = msgspec.json.Decoder(Action)
_product = msgspec.json.Decoder(Product)
_order = msgspec.json.Decoder(Order)
_traffic = msgspec.json.Decoder(Traffic)
_ids = msgspec.json.Decoder(list[str])
_question = msgspec.json.Decoder(Question)

TEXT = "CAST(? AS TEXT)"
"""What stands in a statement for a text that is given as UTF-8."""
EVENT = "id, show_id, seq, at_ms, wall_ms, actor, seat, command_id, undoes, schema, type, body, crc"
EFFECT = "effect_id, show_id, event_id, seq, ordinal, target, kind, body, decided_at_ms, not_before_ms, not_after_ms, supersedes"
OUTBOX = f"{EFFECT}, attempts, next_wall_ms, held, last_error"
CHAT = "channel, id, seq, at_ms, author, text, author_id, reply_to, by_us, origin"
LINK = "id, url, show_id, product_id, channel"
STOCK = "variant_id, location, on_hand, reserved, safety_stock, revision, updated_at_ms"
USAGE = "code, redemptions, revision, usage_limit"
SAMPLE = "channel, at_ms, viewers"


def body_of(value: msgspec.Struct) -> str:
    """A value as JSON."""
    return json_of(value).decode()


def json_of(value: msgspec.Struct | Mapping[str, int]) -> bytes:
    """A value as JSON in UTF-8, for `TEXT`: a long text that is no `str` in between is twice as fast to make and to keep."""
    return _json.encode(value)


def _decoded(decoder: "msgspec.json.Decoder[T]", body: str, what: str) -> T:
    try:
        return decoder.decode(body)
    except (msgspec.DecodeError, ValueError, TypeError) as error:  # validation errors are decode errors too
        raise StoreDamaged(unreadable(what)) from error


def unreadable(what: str) -> str:
    """What is said of a row that cannot be read."""
    return (
        f"The database is damaged: {what} cannot be read. Restart the studio: it puts back what can be had."
    )


def values(columns: str) -> str:
    """As many question marks as there are `columns`."""
    return ", ".join("?" * (columns.count(",") + 1))


def event_row(logged: Logged) -> tuple[Any, ...]:
    """The row of an event, in the order of `EVENT`."""
    row = (
        logged.id, logged.show_id, logged.seq, logged.at_ms, logged.wall_ms, logged.actor, logged.seat,
        logged.command_id, logged.undoes, logged.schema, type(logged.event).__name__, body_of(logged.event),
    )  # fmt: skip
    return (*row, _crc(row))


def logged_of(row: Sequence[Any]) -> Logged:
    """The event of a row. Raises `StoreDamaged`, also when the row is not what was written."""
    what = check_event(row)
    return Logged(
        id=row[0], show_id=row[1], seq=row[2], at_ms=row[3], wall_ms=row[4], actor=row[5], seat=row[6],
        command_id=row[7], undoes=row[8], schema=row[9], event=_decoded(_event, row[11], what),
    )  # fmt: skip


def check_event(row: Sequence[Any]) -> str:
    """What a row in the order of `EVENT` is called. Raises `StoreDamaged` when it is not what was written."""
    what = f"event {row[2]} of show {row[1]}"
    if _crc(row[:12]) != row[12]:
        raise StoreDamaged(unreadable(what))
    return what


def _crc(row: Sequence[Any]) -> int:
    return zlib.crc32("\x1f".join(map(str, row)).encode("utf-8", "surrogatepass"))


def effect_row(effect: Effect) -> tuple[Any, ...]:
    """The row of an effect, in the order of `EFFECT`, and its action's type."""
    return (
        effect.id, effect.show_id, effect.event_id, effect.seq, effect.ordinal, effect.target, effect.kind.value,
        body_of(effect.action), effect.decided_at_ms, effect.not_before_ms, effect.not_after_ms, effect.supersedes,
        type(effect.action).__name__,
    )  # fmt: skip


def effect_of(row: Sequence[Any]) -> Effect:
    """The effect of a row. Raises `StoreDamaged`."""
    action = _decoded(_action, row[7], f"effect {row[0]} in the outbox")
    return Effect(
        id=row[0], show_id=row[1], event_id=row[2], seq=row[3], ordinal=row[4], target=row[5],
        kind=EffectKind(row[6]), action=action, decided_at_ms=row[8], not_before_ms=row[9], not_after_ms=row[10],
        supersedes=row[11],
    )  # fmt: skip


def outbox_row_of(row: Sequence[Any]) -> OutboxRow:
    """The outbox row of a row. Raises `StoreDamaged`."""
    return OutboxRow(effect_of(row), row[12], row[13], row[14], row[15])


def product_of(body: str) -> Product:
    """A product. Raises `StoreDamaged`."""
    return _decoded(_product, body, "a product")


def order_of(body: str) -> Order:
    """An order. Raises `StoreDamaged`."""
    return _decoded(_order, body, "an order")


def listed(values: Sequence[object]) -> str:
    """A list of ids or of rows as JSON."""
    return _json.encode(values).decode()


def ids_of(body: str) -> list[str]:
    """A list of ids. Raises `StoreDamaged`."""
    return _decoded(_ids, body, "the variants of a product")


def channel_ids_of(body: str) -> list[str]:
    """The channels of a show. Raises `StoreDamaged`."""
    return _decoded(_ids, body, "the channels of a show")


def traffic_of(body: str) -> Traffic:
    """The traffic of a show. Raises `StoreDamaged`."""
    return _decoded(_traffic, body, "the traffic of a show")


def question_of(body: str) -> Question:
    """A question. Raises `StoreDamaged`."""
    return _decoded(_question, body, "a question")


def message_of(row: Sequence[Any]) -> ChatMessage:
    """The message of a row in the order of `CHAT`."""
    return ChatMessage(row[0], row[1], row[2], row[3], row[4], row[5], row[6], row[7], bool(row[8]), row[9])


def stock_of(row: Sequence[Any]) -> StockLevel:
    """The level of a row in the order of `STOCK`."""
    return StockLevel(*row)


def usage_of(row: Sequence[Any]) -> PromoUsage:
    """The usage of a row in the order of `USAGE`."""
    return PromoUsage(*row)


def link_of(row: Sequence[Any]) -> TrackedLink:
    """The link of a row in the order of `LINK`."""
    return TrackedLink(*row)


def one(conn: sqlite3.Connection, sql: str, parameters: Sequence[Any] = ()) -> Any:
    """The first column of the first row, None without one. Raises `sqlite3.Error`."""
    row = conn.execute(sql, parameters).fetchone()
    return None if row is None else row[0]
