"""The channel's side of the truth: SQL over its own table, sharing nothing with the studio's figures."""

import sqlite3

from studio.rehearsal.audience_contract import ChannelBooks, Intention, IntentionPage

_FOREVER = 9_007_199_254_740_991
_COUNTS = """
SELECT count(*) FILTER (WHERE by_us = 0),
       count(*) FILTER (WHERE by_us = 0 AND asks = 1),
       count(*) FILTER (WHERE by_us = 0 AND EXISTS (SELECT 1 FROM frames AS r WHERE r.by_us = 1 AND r.reply_to = f.seq)),
       count(*) FILTER (WHERE by_us = 1 AND reply_to IS NOT NULL),
       count(*) FILTER (WHERE by_us = 1 AND reply_to IS NULL)
FROM frames AS f WHERE kind = 'message' AND at_ms BETWEEN :from_ms AND :to_ms AND seq <= :last_seq"""
_DUPLICATES = """
SELECT (SELECT count(said_key) - count(DISTINCT said_key) FROM frames WHERE by_us = 1 AND seq <= :last_seq)
     + (SELECT coalesce(sum(n - 1), 0) FROM (SELECT count(*) AS n FROM frames
          WHERE by_us = 1 AND reply_to IS NOT NULL AND seq <= :last_seq GROUP BY reply_to, text))"""
_PEAK = """
SELECT max(viewers) FROM frames WHERE kind = 'viewers' AND at_ms BETWEEN :from_ms AND :to_ms AND seq <= :last_seq"""
# Every sample holds from its time (or the window's start) until the next one (or the window's end).
_HELD = """
WITH samples AS (
    SELECT at_ms, viewers, lead(at_ms) OVER (ORDER BY at_ms, seq) AS next_ms FROM frames
    WHERE kind = 'viewers' AND at_ms <= :to_ms AND seq <= :last_seq),
held AS (
    SELECT viewers, max(at_ms, :from_ms) AS since, coalesce(next_ms, :end_ms) AS until FROM samples)
SELECT sum(viewers * (until - since)), sum(until - since) FROM held WHERE until > since"""
_LAST = """
SELECT viewers FROM frames WHERE kind = 'viewers' AND at_ms <= :to_ms AND seq <= :last_seq ORDER BY at_ms DESC, seq DESC LIMIT 1"""


def books(db: sqlite3.Connection, show_id: str, from_ms: int | None, to_ms: int | None) -> ChannelBooks:
    """The figures within [from_ms, to_ms], both open when None; an open end lasts to the newest sample."""
    db.execute("BEGIN")
    try:
        last_seq = db.execute("SELECT coalesce(max(seq), 0) FROM frames").fetchone()[0]
        window = {
            "from_ms": 0 if from_ms is None else from_ms,
            "to_ms": _FOREVER if to_ms is None else to_ms,
            "last_seq": last_seq,
        }
        newest = db.execute(
            "SELECT max(at_ms) FROM frames WHERE kind = 'viewers' AND seq <= ?", (last_seq,)
        ).fetchone()[0]
        window["end_ms"] = to_ms if to_ms is not None else (newest or 0)
        messages, asked, answered, replies, announcements = db.execute(_COUNTS, window).fetchone()
        peak = db.execute(_PEAK, window).fetchone()[0]
        weighted, span = db.execute(_HELD, window).fetchone()
        last = db.execute(_LAST, window).fetchone()
        duplicates = db.execute(_DUPLICATES, window).fetchone()[0]
    finally:
        db.execute("COMMIT")
    average = weighted / span if span else (None if last is None else float(last[0]))
    return ChannelBooks(
        show_id=show_id, last_seq=last_seq, messages=messages, asked=asked, answered=answered, replies=replies,
        announcements=announcements, peak_viewers=peak, avg_viewers=average, duplicates=duplicates,
    )  # fmt: skip


def intentions(db: sqlite3.Connection, after: int, limit: int) -> IntentionPage:
    """What shoppers meant to do, by id, and how often each outcome came."""
    rows = db.execute(
        "SELECT id, slot, kind, detail, outcome FROM intentions WHERE id > ? ORDER BY id LIMIT ?",
        (after, limit),
    )
    items = [Intention(id=i, slot=s, kind=k, detail=d, outcome=o) for i, s, k, d, o in rows]
    totals = dict(db.execute("SELECT kind || '/' || outcome, count(*) FROM intentions GROUP BY 1 ORDER BY 1"))
    return IntentionPage(items, totals)
