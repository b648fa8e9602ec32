"""The sender: takes what the outbox holds to its targets, in order, once, and notes what became of it."""

import asyncio
import random as _random
from collections import Counter
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence

import structlog

from studio.control.ports import (
    Channel,
    KillPoints,
    Outbox,
    OutboxRow,
    RefusedByTarget,
    Shop,
    ShowClock,
    StoreFull,
    TargetError,
    Throttled,
    Unauthorised,
    Unreachable,
    Urgency,
    WallClock,
    urgent,
)
from studio.domain import events as ev
from studio.sync.backoff import Backoff
from studio.sync.delivery import Delivery, Prepared, expired, unsure
from studio.sync.http import REQUEST_SENT
from studio.sync.outgoing import TOKEN, UNSURE, Expire, Now, Send, Wait, is_over, next_step
from studio.sync.supervise import Bell, supervised

Settle = Callable[[str, list[ev.Event]], Awaitable[None]]
OnRows = Callable[[Sequence[OutboxRow]], None]
OnNotice = Callable[[str, str, str], None]
KILL_POINTS = (
    "sender.before-attempt",
    "sender.attempt-noted",
    REQUEST_SENT,
    "sender.answered",
    "sender.settled",
)
_CAP_MS = 30_000
_SETTLES_MS = 5_000
"""After so long a platform shows what it was given: before, what is not there may still come."""
_log = structlog.get_logger(__name__)


class Sender:
    """Delivers the outbox of one show. Each target has its queue and one attempt at a time; targets do not wait for
    each other.

    An attempt is noted in the outbox before a byte of it leaves, and settled by `settle(show_id, events)`, which
    puts the answer's events into the log. `on_rows` is told the outbox whenever it changed, `on_notice` gets (level,
    sentence, key) of what the host must know; an empty sentence clears the key.
    """

    def __init__(
        self,
        show_id: str,
        outbox: Outbox,
        settle: Settle,
        shop: Shop,
        channels: Mapping[str, Channel],
        show_clock: ShowClock,
        wall_clock: WallClock,
        kill_points: KillPoints,
        on_rows: OnRows,
        on_notice: OnNotice,
        random: Callable[[], float] = _random.random,
    ) -> None:
        self.show_id = show_id
        self.show_clock = show_clock
        self.wall_clock = wall_clock
        self.kill_points = kill_points
        self.outbox = outbox
        self.delivery = Delivery(shop, channels, outbox)
        self.settle = settle
        self.notice = on_notice
        self._on_rows = on_rows
        self._random = random
        self._queues: dict[str, _Queue] = {}
        self._changed = asyncio.Event()
        self._arrived = Bell()
        self._noted: frozenset[str] = frozenset()
        self.in_flight: set[str] = set()
        self.orphans: frozenset[str] | None = None
        # How often there was a new token, by target: an attempt sees by it that it went out with an older one.
        self.tokens: Counter[str] = Counter()

    async def run(self) -> None:
        """Deliver until cancelled."""
        rows = await self.outbox.pending(self.show_id)
        # Attempts of a process that died: nobody knows what became of them.
        if self.orphans is None:
            self.orphans = frozenset(row.effect.id for row in rows if row.attempts > 0 and not row.held)
        for target in {row.effect.target for row in rows if row.held == TOKEN}:
            await self.outbox.free_held(target, TOKEN)
        running: set[str] = set()
        async with asyncio.TaskGroup() as group:
            while True:
                targets = {row.effect.target for row in await self.rows()} | self._queues.keys()
                for target in sorted(targets - running):
                    queue = self._queues.get(target) or _Queue(
                        target, self, Backoff(self._random, cap_ms=_CAP_MS)
                    )
                    self._queues[target] = queue
                    running.add(target)
                    loop = supervised(f"sender {target}", queue.run, Backoff(self._random, cap_ms=5_000))
                    group.create_task(loop, name=f"sender {target}")
                await self._arrived.wait()

    def wake(self) -> None:
        """The outbox has something new (after each append to the log)."""
        self._arrived.ring()
        for queue in self._queues.values():
            queue.bell.ring()

    def heard(self, target: str) -> None:
        """The target was just heard: what waits for it to come back goes at once, unless it asked for patience."""
        if target in self._queues:
            self._queues[target].heard()

    async def token_given(self, target: str) -> None:
        """There is a new token for this target: what was held for it goes on."""
        self.tokens[target] += 1  # first: what is held from here on is freed by who holds it, or below
        await self.outbox.free_held(target, TOKEN)
        if target in self._queues:
            self._queues[target].token_given()
        self.wake()

    @property
    def attempted(self) -> Collection[str]:
        """The ids of effects in the outbox that may have reached their target: they can not be withdrawn."""
        return self._noted | self.in_flight

    async def drained(self, timeout_s: float | None = None) -> bool:
        """Wait until nothing is left but what a person must decide; False when that takes too long."""
        try:
            async with asyncio.timeout(timeout_s):
                while True:
                    changed = self._changed
                    rows = await self.outbox.pending(self.show_id)
                    if all(row.held == UNSURE for row in rows):
                        return True
                    await changed.wait()
        except TimeoutError:
            return False

    async def rows(self) -> list[OutboxRow]:
        """The outbox as it is now; everybody who listens is told."""
        rows = await self.outbox.pending(self.show_id)
        rows.sort(key=lambda row: (row.effect.seq, row.effect.ordinal))
        self._noted = frozenset(row.effect.id for row in rows if row.attempts > 0)
        self._on_rows(rows)
        changed, self._changed = self._changed, asyncio.Event()
        changed.set()
        return rows

    def now(self) -> Now:
        """The time on both clocks."""
        known = self.show_clock.now_ms()
        show_ms = self.show_clock.best_ms() if known is None else known
        return Now(show_ms, known is not None, self.wall_clock.now_ms())


class _Queue:
    """The queue of one target."""

    def __init__(self, target: str, sender: Sender, backoff: Backoff) -> None:
        self.bell = Bell()
        self._target = target
        self._sender = sender
        self._backoff = backoff
        self._patience_wall_ms = 0
        self._heard = False
        self._tokens = 0
        # Events of answers that could not be put down yet: the disk was full.
        self._owed: list[ev.Event] = []
        # Effects of which nobody knows whether they arrived, and from when on (of the clock that never jumps) the platform
        # shows it; a person's "send again" brings them back without it.
        shows_at = sender.wall_clock.monotonic_ms() + _SETTLES_MS
        self._doubtful = dict.fromkeys(sender.orphans or (), shows_at)
        self._told: set[str] = set()

    def heard(self) -> None:
        """The target was heard."""
        if self.wall_ms >= self._patience_wall_ms:
            self._heard = True
            self._backoff.reset()
            self.bell.ring()

    def token_given(self) -> None:
        """There is a new token."""
        self._tell("info", "", f"token:{self._target}")
        self._patience_wall_ms = 0
        self.heard()

    @property
    def wall_ms(self) -> int:
        """This computer's time."""
        return self._sender.wall_clock.now_ms()

    async def run(self) -> None:
        """Deliver until cancelled."""
        while True:
            try:
                if self._owed:
                    await self._settle(self._owed)
                await self._step()
            except StoreFull as full:
                self._tell("trouble", str(full), "store")
                await asyncio.sleep(self._backoff.failed() / 1000)

    def _tell(self, level: str, sentence: str, key: str) -> None:
        """A notice, or with an empty sentence its end."""
        if sentence or key in self._told:
            self._sender.notice(level, sentence, key)
        (self._told.add if sentence else self._told.discard)(key)

    async def _step(self) -> None:
        rows = [row for row in await self._sender.rows() if row.effect.target == self._target]
        heard, self._heard = self._heard, False
        match next_step(rows, self._sender.now(), heard):
            case Expire(rows=over):
                for row in over:
                    _log.info("effect expired", effect=row.effect.id, action=type(row.effect.action).__name__)
                await self._settle([event for row in over for event in expired(row.effect)])
            case Wait(wall_ms=until):
                await self.bell.wait(None if until is None else max(1, until - self.wall_ms))
            case Send() as send:
                with urgent(Urgency.WRITE):
                    await self._send(send)

    async def _send(self, send: Send) -> None:
        row = send.row
        self._tokens = self._sender.tokens[self._target]
        try:
            prepared = await self._sender.delivery.prepare(row.effect)
        except TargetError as error:
            await self._failed(send.row, (), error, put_back=True)
            return
        if row.effect.id in self._doubtful and not prepared.keyed:
            if not prepared.read_back:
                self._doubtful.pop(row.effect.id, None)
                await self._settle(unsure(row.effect, prepared.text))
                return
            left = self._doubtful[row.effect.id] - self._sender.wall_clock.monotonic_ms()
            if left > 0:  # the target was heard meanwhile: that does not make it show any sooner
                await self._postpone(row, self.wall_ms + left, row.last_error)
                return
            if await self._arrived(prepared, row):
                return
        if is_over(row, self._sender.now()):
            return  # the link took too long: the next step says so
        reached = self._sender.kill_points.reached
        reached("sender.before-attempt")
        taken = await self._note(send)
        if taken is None:
            return
        reached("sender.attempt-noted")
        try:
            await self._attempt(prepared, row, taken)
        finally:
            self._sender.in_flight.difference_update(each.effect.id for each in (row, *taken))

    async def _note(self, send: Send) -> tuple[OutboxRow, ...] | None:
        """Note the attempt of the effect and of those that it tells of; None when it was withdrawn meanwhile."""
        taken: list[OutboxRow] = []
        in_flight = self._sender.in_flight
        for row in (*send.superseded, send.row):
            in_flight.add(row.effect.id)
            try:
                await self._sender.outbox.attempted(row.effect.id, row.attempts + 1)
            except LookupError:
                in_flight.discard(row.effect.id)  # undone before it left
                if row is send.row:
                    for older in taken:
                        await self._postpone(older, 0, "", attempts=older.attempts)
                        in_flight.discard(older.effect.id)
                    return None
            else:
                taken.append(row)
        return tuple(taken[:-1])

    async def _attempt(self, prepared: Prepared, row: OutboxRow, superseded: tuple[OutboxRow, ...]) -> None:
        sender = self._sender
        await sender.rows()
        self._doubtful[row.effect.id] = 0
        try:
            events = await sender.delivery.perform(prepared, [older.effect for older in superseded])
        except TargetError as error:
            del self._doubtful[row.effect.id]
            untouched = isinstance(error, Unauthorised | Throttled) or (
                isinstance(error, Unreachable) and not error.attempted
            )
            if untouched or prepared.keyed:
                await self._failed(row, superseded, error, put_back=untouched)
                return
            if prepared.read_back:
                self._doubtful[row.effect.id] = sender.wall_clock.monotonic_ms() + _SETTLES_MS
                await self._failed(row, superseded, error, put_back=False)
                return
            events = unsure(row.effect, prepared.text)
        sender.kill_points.reached("sender.answered")
        await self._answered(row, events)

    async def _answered(self, row: OutboxRow, events: list[ev.Event]) -> None:
        sender = self._sender
        self._doubtful.pop(row.effect.id, None)
        self._backoff.reset()
        for key in (f"target:{self._target}", f"token:{self._target}"):
            self._tell("info", "", key)
        sender.delivery.forget(row.effect.id)
        await self._settle(events)
        sender.kill_points.reached("sender.settled")

    async def _arrived(self, prepared: Prepared, row: OutboxRow) -> bool:
        """Whether an earlier attempt arrived after all, or nobody can tell yet; False: it may be sent again."""
        sender = self._sender
        # Nothing of it was said before it was decided; the clocks may part a little.
        age_ms = max(0, sender.show_clock.best_ms() - row.effect.decided_at_ms) / sender.show_clock.rate
        try:
            events = await sender.delivery.arrived(prepared, self.wall_ms - round(age_ms) - _SETTLES_MS)
        except RefusedByTarget as refusal:
            _log.info("nobody can look up what arrived", effect=row.effect.id, reason=refusal.sentence)
            events = unsure(row.effect, prepared.text)
        except TargetError as error:
            await self._failed(row, (), error, put_back=False)
            return True
        if not events:
            del self._doubtful[row.effect.id]
            last = row.effect.not_after_ms
            if last is None or sender.show_clock.best_ms() < last:
                return False
            events = expired(row.effect)
        await self._answered(row, events)
        return True

    async def _settle(self, events: list[ev.Event]) -> None:
        self._owed = events
        await self._sender.settle(self._sender.show_id, events)
        self._owed = []
        self._tell("info", "", "store")

    async def _failed(
        self,
        row: OutboxRow,
        superseded: Sequence[OutboxRow],
        error: TargetError,
        *,
        put_back: bool,
    ) -> None:
        """Keep what did not get through. `put_back`: certainly nothing happened, so it counts as not attempted."""
        rows = (row, *superseded)
        if isinstance(error, Unauthorised):
            await self._unauthorised(rows, error)
            return
        asked = error.retry_after_ms if isinstance(error, Unreachable) else None
        until = self.wall_ms + self._backoff.failed(asked)
        self._patience_wall_ms = until if asked is not None else 0
        if not isinstance(error, Unreachable):
            self._tell("warning", error.sentence, f"target:{self._target}")
        _log.info("attempt failed", target=self._target, effect=row.effect.id, reason=error.sentence)
        for each in rows:
            await self._postpone(each, until, error.sentence, "", each.attempts if put_back else None)

    async def _unauthorised(self, rows: Sequence[OutboxRow], error: Unauthorised) -> None:
        """Hold all that is for the target, unless a new token came since the attempt began: then it goes on with that."""
        if self._token_is_newer:
            for each in rows:
                await self._postpone(each, 0, "", attempts=each.attempts)
            return
        self._tell("trouble", error.sentence, f"token:{self._target}")
        for each in await self._rows_of_target():
            before = next((r for r in rows if r.effect.id == each.effect.id), each)
            await self._postpone(each, 0, error.sentence, TOKEN, before.attempts)
        if self._token_is_newer:  # it came while they were being held
            await self._sender.outbox.free_held(self._target, TOKEN)

    @property
    def _token_is_newer(self) -> bool:
        return self._sender.tokens[self._target] != self._tokens

    async def _rows_of_target(self) -> list[OutboxRow]:
        rows = await self._sender.outbox.pending(self._sender.show_id)
        return [row for row in rows if row.effect.target == self._target and not row.held]

    async def _postpone(
        self, row: OutboxRow, until: int, error: str, held: str = "", attempts: int | None = None
    ) -> None:
        try:
            await self._sender.outbox.postponed(row.effect.id, until, error, held, attempts)
        except LookupError:
            _log.info("effect was settled meanwhile", effect=row.effect.id)
