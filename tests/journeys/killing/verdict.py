"""Whether the shop and the channel have of a show exactly what its log decided: differences, a sentence each."""

import sqlite3
from collections import Counter
from contextlib import closing
from pathlib import Path

from studio.domain import effects as fx
from studio.domain import events as ev
from studio.domain.effects import Effect, EffectKind, effects_of
from studio.domain.events import Logged, Outcome
from studio.domain.show import ShowPhase, ShowState, apply, fold
from studio.store.history import SqlHistory
from tests.journeys.killing.harness import KilledShow, pages
from tests.journeys.killing.script import CHANNEL, Script, command_ids

_COMPARED = 15_000


class Truth:
    """The log of a show, and what it decided."""

    def __init__(self, show: KilledShow) -> None:
        self.show = show
        history = SqlHistory(show.database)
        self.log: list[Logged] = history.events(show.show_id)
        self.chat = [row.message for row in history.chat_page(show.show_id, None, 1_000_000)]
        history.close()
        self.state = fold(show.show_id, self.log)
        self.effects = _decided(show.show_id, self.log)

    def outcome(self, effect: Effect) -> Outcome | None:
        """How an effect ended, by the log."""
        settled = self.state.settled.get(effect.id)
        return settled.outcome if settled else None

    @property
    def told(self) -> list[Effect]:
        """Everything but what was withdrawn before it left."""
        return [e for e in self.effects if self.outcome(e) is not Outcome.WITHDRAWN]


def _decided(show_id: str, log: list[Logged]) -> list[Effect]:
    state, found = ShowState(show_id), []
    for logged in log:
        before, state = state, apply(state, logged)
        found += effects_of(logged, before, state)
    return found


def differences(show: KilledShow, *, in_time: bool = True) -> list[str]:
    """All that is not as it must be. With `in_time` every announcement and reply found its channel within its time."""
    truth = Truth(show)
    return [
        *_log(truth),
        *_outbox(truth, in_time),
        *_features(truth),
        *_promos(truth),
        *_sent(truth),
        *_received(truth),
    ]


def _log(truth: Truth) -> list[str]:
    show, log = truth.show, truth.log
    found: list[str] = []
    if [logged.seq for logged in log] != list(range(1, len(log) + 1)):
        found.append("The log has a hole.")
    if len({logged.id for logged in log}) != len(log):
        found.append("The log has an event twice.")
    in_log = command_ids(log)
    missing = [i for i in show.acknowledged if i not in in_log]
    if missing:
        found.append(f"{len(missing)} commands were said to be on disk and are not: {missing}.")
    if [i for i in in_log if i in set(show.acknowledged)] != show.acknowledged:
        found.append("The commands stand in another order than they were acknowledged.")
    steps = len(Script(show.show_id, show.tag, show.world.asked).steps)
    if len(in_log) != steps:
        found.append(f"The script has {steps} steps, the log {len(in_log)} commands.")
    if truth.state.phase is not ShowPhase.ENDED:
        found.append(f"The show is {truth.state.phase.value}.")
    if not show.runs[-1].values("same"):
        found.append("The state in the studio is not the fold of its log.")
    mended = [sentence for run in show.runs for sentence in run.values("mended")]
    return found + [f"Something had to be mended: {sentence}" for sentence in mended]


def _outbox(truth: Truth, in_time: bool) -> list[str]:
    with closing(sqlite3.connect(f"file:{truth.show.database}?mode=ro", uri=True)) as db:
        left = db.execute("SELECT count(*) FROM outbox").fetchone()[0]
    found = [f"{left} effects are left in the outbox."] if left else []
    settled = Counter(e.event.effect_id for e in truth.log if isinstance(e.event, ev.EffectSettled))
    found += [f"The effect {i} was settled {n} times." for i, n in settled.items() if n > 1]
    for effect in truth.effects:
        outcome = truth.outcome(effect)
        if outcome is None:
            found.append(f"{type(effect.action).__name__} was never settled.")
        elif outcome is Outcome.EXPIRED and effect.kind is EffectKind.MOMENT and not in_time:
            continue
        elif outcome in (Outcome.REFUSED, Outcome.UNSURE, Outcome.EXPIRED):
            found.append(f"{type(effect.action).__name__} was {outcome.value}.")
    return found


def _features(truth: Truth) -> list[str]:
    """The featured history is the pins that were decided, overtaken ones included, each once."""
    decided = Counter(
        (e.action.product_id or None, e.decided_at_ms)
        for e in truth.told
        if isinstance(e.action, fx.FeatureProduct)
    )
    recorded = Counter(
        (r["product_id"], r["decided_at_ms"])
        for r in pages(truth.show.world.shop, "featured/history", truth.show.show_id)
    )
    pinned = {
        (e.event.product_id, e.at_ms)
        for e in truth.log
        if isinstance(e.event, ev.ItemWentOnAir) and e.event.product_id
    }
    withdrawn = {
        (e.action.product_id, e.decided_at_ms)
        for e in truth.effects
        if isinstance(e.action, fx.FeatureProduct) and truth.outcome(e) is Outcome.WITHDRAWN
    }
    found = [
        f"The pins decided and the shop's history differ: {(decided - recorded) + (recorded - decided)}."
    ] * (decided != recorded)
    lost = pinned - withdrawn - recorded.keys()
    return found + [f"A pin in the log is not at the shop: {pin}." for pin in lost]


def _promos(truth: Truth) -> list[str]:
    """Every code that was issued and not withdrawn is at the shop once, with the window that was decided."""
    at_shop = pages(truth.show.world.shop, "promos", truth.show.show_id)
    issued = {e.action.promo.id: e for e in truth.told if isinstance(e.action, fx.CreatePromo)}
    by_mark = {p["mark"]: p for p in at_shop}
    found: list[str] = []
    if Counter(p["mark"] for p in at_shop) != Counter(e.id for e in issued.values()):
        found.append(f"Codes at the shop: {[p['code'] for p in at_shop]}, decided: {list(issued)}.")
    for promo_id, effect in issued.items():
        record, there = truth.state.promos[promo_id], by_mark.get(effect.id)
        if there is None:
            continue
        code, decided = record.promo.code, record.promo
        ended = [
            e.event.ends_at_ms
            for e in truth.log
            if isinstance(e.event, ev.PromoEnded) and e.event.promo_id == promo_id
        ]
        # A code that the shop was told to end before its clock had come to the start never was valid.
        starts = min(decided.starts_at_ms, there["ends_at_ms"]) if ended else decided.starts_at_ms
        if (there["code"], there["starts_at_ms"]) != (code, starts):
            found.append(
                f"{code} is at the shop as {there['code']}, from {there['starts_at_ms']}, not {starts}."
            )
        if there["ends_at_ms"] != record.confirmed_ends_at_ms:
            found.append(
                f"{code} ends at the shop at {there['ends_at_ms']}, confirmed {record.confirmed_ends_at_ms}."
            )
        if ended:
            if not there["ended_early"] or there["end_decided_at_ms"] != ended[-1]:
                found.append(f"{code} was ended at {ended[-1]}, the shop has {there['end_decided_at_ms']}.")
        elif there["ends_at_ms"] != record.wanted_ends_at_ms:
            found.append(
                f"{code} was to end at {record.wanted_ends_at_ms}, the shop has {there['ends_at_ms']}."
            )
    return found


def _sent(truth: Truth) -> list[str]:
    """Announcements and replies stand in the channel's feed once each, by key and by text."""
    words = [e for e in truth.told if isinstance(e.action, fx.Say | fx.ReplyTo)]
    keys = Counter(said_keys(truth.show.world.channel.folder))
    late = {e.id for e in words if truth.outcome(e) is Outcome.EXPIRED}
    found = [
        f"“{e.action.text}” stands in the channel {keys[e.id]} times."
        for e in words
        if isinstance(e.action, fx.Say | fx.ReplyTo) and keys[e.id] != (0 if e.id in late else 1)
    ]
    frames = [f["message"] for f in truth.show.world.channel.frames() if f["kind"] == "message"]
    replies = Counter((m["reply_to"], m["text"]) for m in frames if m["by_us"] and m["reply_to"])
    found += [
        f"The reply “{e.action.text}” stands in the feed {replies[e.action.message_id, e.action.text]} times."
        for e in words
        if isinstance(e.action, fx.ReplyTo)
        and e.id not in late
        and replies[e.action.message_id, e.action.text] != 1
    ]
    return found


def _received(truth: Truth) -> list[str]:
    """The chat on disk is the channel's as far as it was read: nothing twice, no hole."""
    ours = [(m.id, m.text[:_COMPARED]) for m in truth.chat if m.channel == CHANNEL]
    theirs = [
        (f["message"]["id"], as_kept(f["message"]["text"]))
        for f in truth.show.world.channel.frames()
        if f["kind"] == "message"
    ]
    apart = [pair for pair in zip(ours, theirs, strict=False) if pair[0] != pair[1]]
    found = [
        f"The chat differs from its {ours.index(mine)}th message: {mine}, {other}."
        for mine, other in apart[:1]
    ]
    if not ours or len(ours) > len(theirs):
        found.append(f"The chat has {len(ours)} messages of {len(theirs)}.")
    return found


def as_kept(text: str) -> str:
    """A text as the studio keeps it: without control characters; very long ones are cut."""
    return "".join(ch for ch in text if ch in "\t\n\r" or (ch >= " " and ch != "\x7f"))[:_COMPARED]


def said_keys(folder: Path) -> list[str]:
    """The keys of all that the studio said, from the channel's own book."""
    with closing(sqlite3.connect(f"file:{folder / 'channel.sqlite3'}?mode=ro", uri=True)) as db:
        return [key for (key,) in db.execute("SELECT said_key FROM frames WHERE by_us = 1")]


def strangers(shows: list[KilledShow]) -> list[str]:
    """What stands in the channel by us and was decided in none of these shows."""
    decided = {e.id for show in shows for e in Truth(show).told}
    keys = said_keys(shows[0].world.channel.folder)
    return [f"Nobody decided what was said with the key {key}." for key in keys if key not in decided]
