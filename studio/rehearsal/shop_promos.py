"""Promo codes of the demo shop: making, changing and ending them, and what they take off an order."""

import json
import re
from collections.abc import Sequence

import msgspec

from studio.rehearsal import shop_ids
from studio.rehearsal.contract import Money
from studio.rehearsal.contract_show import (
    CODE_PATTERN,
    Promo,
    PromoChange,
    PromoCreate,
    PromoEnd,
    PromoStatus,
)
from studio.rehearsal.problems import Refusal, invalid, not_found, refuse
from studio.rehearsal.shop_store import Row, Tx
from studio.rehearsal.storefront_contract import CodeRefusal

_CODE = re.compile(CODE_PATTERN)
MAX_LIMIT = 1_000_000_000

REFUSALS: dict[CodeRefusal, str] = {
    "unknown": "The shop knows no such code.",
    "not-started": "The code is not valid yet.",
    "ended": "The code has ended.",
    "used-up": "The code has been used as often as it can be.",
    "customer-used-up": "You have used the code as often as you can.",
    "customer-unknown": "Sign in to use this code.",
    "not-applicable": "Nothing in the cart is covered by the code.",
}


def status(row: Row, now_ms: int) -> PromoStatus:
    """Where a promo stands at `now_ms`."""
    if now_ms >= row["ends_at_ms"]:
        return "ended"
    if now_ms < row["starts_at_ms"]:
        return "scheduled"
    limit = row["total_limit"]
    return "used_up" if limit is not None and row["redemptions"] >= limit else "live"


def promo(row: Row, now_ms: int, currency: str) -> Promo:
    """A row of the table `promos`."""
    amount = row["amount"]
    return Promo(
        id=shop_ids.written(shop_ids.PROMO, row["id"]), revision=row["revision"], code=row["code"], kind=row["kind"],
        percent=row["percent"], amount=None if amount is None else Money(amount, currency), scope=row["scope"],
        product_ids=json.loads(row["product_ids"]), starts_at_ms=row["starts_at_ms"], ends_at_ms=row["ends_at_ms"],
        ended_early=bool(row["ended_early"]), end_decided_at_ms=row["end_decided_at_ms"],
        total_limit=row["total_limit"], per_customer_limit=row["per_customer_limit"], show_id=row["show_id"],
        mark=row["mark"], redemptions=row["redemptions"], status=status(row, now_ms),
        created_at_ms=row["created_at_ms"], updated_at_ms=row["updated_at_ms"],
    )  # fmt: skip


def find(tx: Tx, promo_id: str) -> Row:
    """The promo's row; refuses with not-found."""
    row = tx.one("SELECT * FROM promos WHERE id = ?", (shop_ids.number(shop_ids.PROMO, promo_id),))
    if row is None:
        raise not_found("promo", promo_id)
    return row


def _problems(tx: Tx, wanted: PromoCreate, currency: str) -> list[tuple[str, str]]:
    found = [*_reduction_problems(wanted, currency), *_product_problems(tx, wanted)]
    if not _CODE.fullmatch(wanted.code):
        found.append(("code", "A code has 3 to 32 characters: capital letters A to Z, digits and hyphens."))
    if wanted.ends_at_ms <= wanted.starts_at_ms:
        found.append(("ends_at_ms", "The code would end before it starts."))
    limits = (("total_limit", wanted.total_limit), ("per_customer_limit", wanted.per_customer_limit))
    for field, limit in limits:
        if limit is not None and not 1 <= limit <= MAX_LIMIT:
            found.append((field, f"The limit must be from 1 to {MAX_LIMIT}, or null for none."))
    return found


def _reduction_problems(wanted: PromoCreate, currency: str) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    if wanted.kind == "percent":
        if wanted.percent is None or not 1 <= wanted.percent <= 100:
            found.append(("percent", "The discount must be between 1 and 100 percent."))
    elif wanted.percent is not None:
        found.append(("percent", "Only a code of kind percent has a percentage."))
    if wanted.kind == "fixed":
        if wanted.amount is None or wanted.amount.amount_minor < 1:
            found.append(("amount", "The amount off must be more than zero."))
        elif wanted.amount.currency != currency:
            found.append(("amount.currency", f"This shop sells in {currency}."))
    elif wanted.amount is not None:
        found.append(("amount", "Only a code of kind fixed has an amount."))
    return found


def _product_problems(tx: Tx, wanted: PromoCreate) -> list[tuple[str, str]]:
    if wanted.scope == "all":
        return (
            [("product_ids", "A code that is good for all names no products.")] if wanted.product_ids else []
        )
    if not wanted.product_ids:
        return [("product_ids", "Name at least one product, or make the code good for all.")]
    for product_id in wanted.product_ids:
        if tx.one("SELECT 1 FROM products WHERE id = ?", (product_id,)) is None:
            return [("product_ids", f"The shop has no product {product_id!r}.")]
    return []


def create(tx: Tx, wanted: PromoCreate, currency: str) -> Promo:
    """Make a promo. Refuses with invalid, code-taken or window-passed."""
    problems = _problems(tx, wanted, currency)
    if problems:
        raise invalid(*problems)
    if tx.one("SELECT 1 FROM promos WHERE code = ?", (wanted.code,)) is not None:
        raise refuse("code-taken", f"The shop already has a code {wanted.code}. Choose another one.")
    if wanted.ends_at_ms <= tx.now_ms:
        raise refuse("window-passed", f"The code {wanted.code} would have ended already.")
    row = tx.one(
        "INSERT INTO promos (code, kind, percent, amount, scope, product_ids, starts_at_ms, ends_at_ms, total_limit, "
        "per_customer_limit, show_id, mark, created_at_ms, updated_at_ms) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?) RETURNING *",
        (
            wanted.code, wanted.kind, wanted.percent, wanted.amount.amount_minor if wanted.amount else None, wanted.scope,
            json.dumps(list(dict.fromkeys(wanted.product_ids))), wanted.starts_at_ms, wanted.ends_at_ms, wanted.total_limit,
            wanted.per_customer_limit, wanted.show_id, wanted.mark, tx.now_ms, tx.now_ms,
        ),
    )  # fmt: skip
    return _told(tx, row, currency)


def change(tx: Tx, promo_id: str, wanted: PromoChange, currency: str) -> Promo:
    """Change end or limit. Refuses with not-found, promo-ended, invalid."""
    row = find(tx, promo_id)
    if tx.now_ms >= row["ends_at_ms"]:
        raise refuse(
            "promo-ended", f"The code {row['code']} has ended and cannot be changed. Issue a new one."
        )
    ends = row["ends_at_ms"] if wanted.ends_at_ms is msgspec.UNSET else wanted.ends_at_ms
    limit = row["total_limit"] if wanted.total_limit is msgspec.UNSET else wanted.total_limit
    problems: list[tuple[str, str]] = []
    if ends <= max(row["starts_at_ms"], tx.now_ms):
        problems.append(
            ("ends_at_ms", "The new end must lie ahead, and after the start. To stop the code now, end it.")
        )
    if limit is not None and not 1 <= limit <= MAX_LIMIT:
        problems.append(("total_limit", f"The limit must be from 1 to {MAX_LIMIT}, or null for none."))
    elif limit is not None and limit < row["redemptions"]:
        problems.append(("total_limit", f"The code has already been used {row['redemptions']} times."))
    if problems:
        raise invalid(*problems)
    if (ends, limit) == (row["ends_at_ms"], row["total_limit"]):
        return promo(row, tx.now_ms, currency)
    row = tx.one(
        "UPDATE promos SET ends_at_ms = ?, total_limit = ?, revision = revision + 1, updated_at_ms = ? "
        "WHERE id = ? RETURNING *",
        (ends, limit, tx.now_ms, row["id"]),
    )
    return _told(tx, row, currency)


def end(tx: Tx, promo_id: str, wanted: PromoEnd, currency: str) -> Promo:
    """End a promo now; an ended one stays as it is. Refuses with not-found."""
    row = find(tx, promo_id)
    if tx.now_ms >= row["ends_at_ms"]:
        return promo(row, tx.now_ms, currency)
    row = tx.one(
        # Before its start the window becomes empty: it never was valid.
        "UPDATE promos SET ends_at_ms = ?, starts_at_ms = min(starts_at_ms, ?), ended_early = 1, end_decided_at_ms = ?, "
        "revision = revision + 1, updated_at_ms = ? WHERE id = ? RETURNING *",
        (
            tx.now_ms,
            tx.now_ms,
            tx.now_ms if wanted.ended_at_ms is None else wanted.ended_at_ms,
            tx.now_ms,
            row["id"],
        ),
    )
    return _told(tx, row, currency)


def _told(tx: Tx, row: Row | None, currency: str) -> Promo:
    assert row is not None  # noqa: S101 - RETURNING of a row that was just found or made
    made = promo(row, tx.now_ms, currency)
    tx.tell("promo", made.id, made.revision, made)
    return made


def look_up(
    tx: Tx, code: str, customer_ref: str | None, product_ids: Sequence[str]
) -> tuple[Row | None, CodeRefusal | None]:
    """The promo of a code as a shopper typed it, or why it is not good for this customer and these products now."""
    row = tx.one("SELECT * FROM promos WHERE code = ?", (code.strip().upper(),))
    if row is None:
        return None, "unknown"
    if tx.now_ms < row["starts_at_ms"]:
        return None, "not-started"
    if tx.now_ms >= row["ends_at_ms"]:
        return None, "ended"
    if row["total_limit"] is not None and row["redemptions"] >= row["total_limit"]:
        return None, "used-up"
    if row["per_customer_limit"] is not None:
        if customer_ref is None:
            return None, "customer-unknown"
        used = tx.value(
            "SELECT count(*) FROM orders WHERE code = ? AND customer_ref = ? AND status != 'cancelled'",
            (row["code"], customer_ref),
        )
        if used >= row["per_customer_limit"]:
            return None, "customer-used-up"
    if row["scope"] == "products" and not set(json.loads(row["product_ids"])).intersection(product_ids):
        return None, "not-applicable"
    return row, None


def code_refused(reason: CodeRefusal) -> Refusal:
    """409 for a checkout whose code is not good any more."""
    return refuse("code-refused", REFUSALS[reason], reason=reason)


def discounts(row: Row, lines: Sequence[tuple[str, int]]) -> list[int]:
    """What the code takes off each line, given as (product id, line total), in minor units.

    Percent: rounded half up on the eligible sum. Both kinds are spread by largest remainder, so that the parts add up exactly.
    """
    chosen = None if row["scope"] == "all" else set(json.loads(row["product_ids"]))
    eligible = [total if chosen is None or product in chosen else 0 for product, total in lines]
    base = sum(eligible)
    off = (base * row["percent"] + 50) // 100 if row["kind"] == "percent" else min(base, row["amount"] or 0)
    if off == 0:
        return [0] * len(lines)
    parts = [off * amount // base for amount in eligible]
    by_rest = sorted(range(len(lines)), key=lambda i: (-(off * eligible[i] % base), i))
    for i in by_rest[: off - sum(parts)]:
        parts[i] += 1
    return parts


def count(tx: Tx, code: str, step: int, currency: str) -> None:
    """One redemption more (+1) or given back (-1), and the feed told."""
    row = tx.one(
        "UPDATE promos SET redemptions = redemptions + ?, revision = revision + 1, updated_at_ms = ? "
        "WHERE code = ? RETURNING *",
        (step, tx.now_ms, code),
    )
    _told(tx, row, currency)
