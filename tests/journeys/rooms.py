"""An engine room without a window, over a shop and a channel that run as processes of their own."""

import asyncio
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from studio.control.ports import OutboxRow
from studio.domain.commands import Command, Refused
from studio.domain.ids import uuid7
from studio.domain.lineup import LineUp
from studio.domain.lineup_file import read_json
from studio.domain.show import ShowState
from studio.engine_room import Connections, EngineRoom
from studio.settings.schema import ChannelSettings, ShopSettings
from studio.summary import ShopTruth, Summary, summarise, truth_of
from studio.ui.studio import ChangeBatch, Opened
from tests.fakes.audience_process import AudienceProcess
from tests.fakes.shop_process import ShopProcess

T = TypeVar("T")
SAMPLE = Path(__file__).resolve().parents[2] / "resources" / "lineup" / "autumn-home-live.json"
CHANNEL = "live"
PATIENCE_S = 60.0
"""How long anything may take before a test gives up; nothing waits so long when all is well."""


class KeptTokens:
    """The `Secrets` port over a dict."""

    persistent = False
    sentence = "Tokens are kept for this test."

    def __init__(self, tokens: Mapping[str, str]) -> None:
        self._tokens = dict(tokens)

    def get(self, name: str) -> str | None:
        """The token of this name."""
        return self._tokens.get(name)

    def set(self, name: str, value: str) -> None:
        """Keep a token."""
        self._tokens[name] = value

    def delete(self, name: str) -> None:
        """Forget a token."""
        self._tokens.pop(name, None)


class Server:
    """Where a server is, and its tokens."""

    def __init__(self, url: str, token: str) -> None:
        self.url = url
        self.token = token


def sample_lineup() -> LineUp:
    """The line-up that comes with the studio."""
    return read_json(SAMPLE.read_bytes(), uuid7).lineup


class Room:
    """An engine room and all that it told. Every method blocks until the engine has answered."""

    def __init__(
        self,
        database: Path,
        shop: Server | ShopProcess,
        channel: Server | AudienceProcess | None,
        settings: ShopSettings | None = None,
    ) -> None:
        """`settings` say what kind of shop it is; without them it is the demo shop."""
        self.batches: list[ChangeBatch] = []
        self._heard = threading.Condition()
        self._stopped = False
        settings = settings or ShopSettings(id="demo", name="Nordhus", base_url=shop.url)
        tokens = {f"shop:{settings.id}": shop.token}
        channels: tuple[ChannelSettings, ...] = ()
        if channel is not None:
            tokens[f"channel:{CHANNEL}"] = channel.token
            channels = (ChannelSettings(id=CHANNEL, name=CHANNEL, base_url=channel.url),)
        connections = Connections(settings, channels, KeptTokens(tokens))
        self.database = database
        self.engine_room = EngineRoom(database, connections, self._take)

    def _take(self, batch: ChangeBatch) -> None:
        with self._heard:
            self.batches.append(batch)
            self._heard.notify_all()

    def start(self) -> list[str]:
        """Open the store; sentences of what was mended."""
        return self.engine_room.start()

    def stop(self) -> None:
        """Close everything; a second time nothing is left to close."""
        if not self._stopped:
            self._stopped = True
            self.engine_room.stop()

    def ask(self, coro: Any) -> Any:
        """The result of a coroutine on the engine's loop."""
        return self.engine_room.run(coro).result(PATIENCE_S)

    def open(self, show_id: str, *, whole_feeds: bool = False) -> Opened:
        """Open a show."""
        return self.ask(self.engine_room.open_show(show_id, whole_feeds=whole_feeds))

    def do(self, command: Command) -> Refused | None:
        """Carry out a command; None means that it is on disk."""
        return self.ask(self.engine_room.do(command))

    def must(self, command: Command) -> None:
        """Carry out a command that may not be refused."""
        refused = self.do(command)
        assert refused is None, f"{command}: {refused}"

    @property
    def state(self) -> ShowState:
        """The open show as decided so far."""
        return self.engine_room.show.desk.state

    @property
    def show_id(self) -> str:
        """The open show."""
        return self.engine_room.show.show_id

    def clock_measured(self) -> None:
        """Wait until the shop's time is known."""
        self.ask(self.engine_room.show.engine.clock_measured())

    def pass_until(self, show_ms: int) -> None:
        """Let the show go on until so many ms after its start, by the shop's clock: nothing is to be waited for."""
        clock, began = self.engine_room.clock, self.state.started_at_ms
        assert began is not None
        self.ask(asyncio.sleep(max(0.0, (began + show_ms - clock.best_ms()) / clock.rate / 1000)))

    def waiting(self) -> list[OutboxRow]:
        """The outbox of the open show."""
        return self.ask(self.engine_room._stored.outbox.pending(self.show_id))

    def drained(self, timeout_s: float = PATIENCE_S) -> bool:
        """Wait until the outbox holds nothing but what a person must decide."""
        return self.engine_room.run(self.engine_room.show.engine.drained(timeout_s)).result(timeout_s + 10)

    def caught_up(self, truth: ShopTruth, timeout_s: float = PATIENCE_S) -> bool:
        """Wait until the feeds are on disk up to where the books were read."""
        engine = self.engine_room.show.engine
        waiting = engine.caught_up(truth.shop_seq, {CHANNEL: truth.channel_seq}, timeout_s)
        return self.engine_room.run(waiting).result(timeout_s + 10)

    def until(self, holds: Callable[[], T], what: str, timeout_s: float = PATIENCE_S) -> T:
        """Wait for batches until `holds` gives something true, and return that."""
        deadline = time.monotonic() + timeout_s
        while True:
            with self._heard:
                heard = len(self.batches)
            # Asked without the lock: what it asks may need the engine's thread, and that one needs the lock to be heard.
            answer = holds()
            if answer:
                return answer
            with self._heard:
                left = deadline - time.monotonic()
                assert left > 0, f"{what}: not within {timeout_s} s"
                self._heard.wait_for(lambda seen=heard: len(self.batches) > seen, min(left, 1.0))

    def notices(self) -> list[str]:
        """Every sentence that the host was told."""
        with self._heard:
            return [notice.sentence for batch in self.batches for notice in batch.notices if notice.sentence]

    def summary(self, truth: ShopTruth, seed: int = 1) -> Summary:
        """The show's page, beside the books."""
        review = self.ask(self.engine_room.reviews.review(self.show_id))
        return summarise(review.state, review.figures, len(self.waiting()), seed, truth)


@contextmanager
def opened_room(
    database: Path, shop: Server | ShopProcess, channel: Server | AudienceProcess
) -> Iterator[Room]:
    """A started room that is stopped at the end, also by a failure."""
    room = Room(database, shop, channel)
    room.start()
    try:
        yield room
    finally:
        room.stop()


def stop_sales(shop: ShopProcess, channel: AudienceProcess) -> None:
    """Nobody chats, orders, cancels or returns any more, and faults end."""
    channel.admin("stop", {})
    shop.admin("faults", method="DELETE")
    shop.admin("stop-orders", {"stopped": True})


def truth(shop: ShopProcess, channel: AudienceProcess, state: ShowState) -> ShopTruth:
    """What both books say of a show that has ended."""
    started, ended = state.started_at_ms, state.ended_at_ms
    assert started is not None
    assert ended is not None
    return truth_of(
        shop.admin("books", show_id=state.id, started_at_ms=started, ended_at_ms=ended),
        channel.admin("books", show_id=state.id, from_ms=started, to_ms=ended),
    )
