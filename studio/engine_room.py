"""The engine's thread: its loop, the store, the connections, and the show that is open. Nothing here knows of Qt."""

import asyncio
import contextlib
import threading
from collections import Counter
from collections.abc import Callable, Collection, Coroutine
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import structlog

from studio.channel_factory import ChannelSet
from studio.closed_shows import ClosedCommand, ClosedShows
from studio.control.clock import MeasuredShowClock, SystemWallClock
from studio.control.ports import BadAnswer, RefusedByTarget, StoreFull, TargetError
from studio.control.ports.answers import is_picture, plain
from studio.domain.commands import Command, Refused
from studio.domain.events import Logged
from studio.domain.ids import uuid7
from studio.domain.product import Product, StockLevel
from studio.domain.show import fold
from studio.kill_points import EnvironmentKillPoints
from studio.reviews import Reviews
from studio.running_show import RunningShow
from studio.shop_factory import ConnectedShop, shop_kind, webhook_receiver
from studio.show_connections import Connections
from studio.stage_set import StageSet
from studio.store.errors import StoreError
from studio.store.store import open_store
from studio.sync.engine import Engine
from studio.sync.http import HttpClient, bearer
from studio.ui.studio import ChangeBatch, Notice, Opened

T = TypeVar("T")
_log = structlog.get_logger(__name__)


class EngineRoom:
    """Opens the store, then shows. Public methods marked *engine* are coroutines for the engine's loop: `run` them.

    `emit` (or `emit_to`) gets every batch, in the engine's thread.
    """

    def __init__(
        self,
        database: Path,
        connections: Connections | None,
        emit: Callable[[ChangeBatch], None] | None = None,
    ) -> None:
        self.wall = SystemWallClock()
        self.clock = MeasuredShowClock(self.wall)
        self.connections = connections
        self._to = emit
        self._early: list[ChangeBatch] = []
        self._kill_points = EnvironmentKillPoints()
        self._path = database
        self._show: RunningShow | None = None
        self._https: list[HttpClient] = []
        self._channels: ChannelSet | None = None
        self._shop: ConnectedShop | None = None
        self._stages: StageSet | None = None
        self._hourly: asyncio.Task[None] | None = None
        # A show that is being opened is not open yet: one after the other, or two engines would send for one show.
        self._turn = asyncio.Lock()
        self._reader = ThreadPoolExecutor(1, thread_name_prefix="history")
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._main, name="engine", daemon=True)

    def emit_to(self, emit: Callable[[ChangeBatch], None]) -> None:
        """Who gets the batches; those made before are handed over now."""
        self._to = emit
        early, self._early = self._early, []
        for batch in early:
            emit(batch)

    def _emit(self, batch: ChangeBatch) -> None:
        if self._to is None:
            self._early.append(batch)
        else:
            self._to(batch)

    # --- its life ---------------------------------------------------------------------------------------------

    def start(self) -> list[str]:
        """Open the store (recovering it where it is damaged) and start the loop. Blocks; returns sentences.

        Raises what `open_store` raises.
        """
        try:
            self._stored = open_store(self._path, kill_points=self._kill_points, on_notice=self._store_notice)
        except BaseException:
            self._reader.shutdown()
            self._loop.close()
            raise
        self.history = self._stored.history
        self.reviews = Reviews(self._stored, self.clock, self.wall, self.read)
        self.closed = ClosedShows(self._stored.log, self.clock, self.wall, self._is_open)
        self._thread.start()
        return list(self._stored.sentences)

    def _main(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_forever()
        self._loop.close()

    def run(self, coro: Coroutine[Any, Any, T]) -> Future[T]:
        """Run a coroutine on the engine's loop, from any other thread."""
        return asyncio.run_coroutine_threadsafe(coro, self._loop)

    def read(self, ask: Callable[[], T]) -> Future[T]:
        """Ask the history, in the reader's thread."""
        return self._reader.submit(ask)

    async def close_show(self) -> None:
        """*engine* Close the open show; what waits stays in the outbox."""
        async with self._turn:
            await self._close_show()

    async def _close_show(self) -> None:
        if self._hourly is not None:
            self._hourly.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._hourly
            self._hourly = None
        if self._show is not None:
            await self._show.close()
            self._show = None
        for http in self._https:
            await http.aclose()
        self._https.clear()
        if self._channels is not None:
            await self._channels.aclose()
            self._channels = None

    def stop(self) -> None:
        """Close everything. Blocks for as long as the last writes take."""
        if self._thread.is_alive():
            self.run(self.close_show()).result(30)
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join(10)
        self._reader.shutdown(wait=True)
        self._stored.close()

    # --- the show ---------------------------------------------------------------------------------------------

    async def open_show(self, show_id: str, *, whole_feeds: bool = False, language: str = "") -> Opened:
        """*engine* Open a show and go on where its log stands; one that has none yet has its products read in `language`. Raises `TargetError` never: offline is fine. Raises
        `BadAddress` or `UnknownShopKind` (each a `ValueError` with a sentence) for settings that cannot be used.
        """
        async with self._turn:
            show = self._show
            if show is None or show.show_id != show_id:
                show = await self._open_show(show_id, whole_feeds=whole_feeds, language=language)
            return await show.snapshot()

    async def _open_show(self, show_id: str, *, whole_feeds: bool, language: str) -> RunningShow:
        await self._close_show()
        self.clock.forget()
        log = await self._stored.log.read(show_id)
        state = fold(show_id, log)
        if not log and language:
            state = msgspec.structs.replace(state, language=language)
        if self.connections is not None:
            of = self.connections.shop
            await self._stored.feeds.keep_for(of.kind, of.id, state.language)
        self._stages = self._stage_set()
        show = RunningShow(
            state,
            self._stored,
            self.clock,
            self.wall,
            self._make_engine,
            self._emit,
            log[-1].at_ms if log else 0,
            self._stages,
        )
        await show.open(whole_feeds=whole_feeds)
        self._show = show
        self._hourly = asyncio.create_task(self._stored.backups.hourly(show_id), name="hourly backup")
        return show

    async def do(self, command: Command, show_id: str | None = None) -> Refused | None:
        """*engine* Carry out a command in the open show. A database that breaks in the middle refuses it with its
        sentence. Raises `StoreFull`.
        """
        if self._show is None or (show_id is not None and self._show.show_id != show_id):
            return Refused("No show is open.", "no-show")
        try:
            return await self._show.do(command)
        except StoreError as error:
            _log.exception("decision not stored", command=type(command).__name__)
            return Refused(str(error), "store")

    async def do_in(self, show_id: str, command: ClosedCommand) -> Refused | None:
        """*engine* Carry out a command in a show, open or not; None when it is on disk. Raises `StoreFull`."""
        if self._is_open(show_id):
            return await self.do(command, show_id)
        return await self.closed.do(show_id, command)

    def _is_open(self, show_id: str) -> bool:
        return self._show is not None and self._show.show_id == show_id

    @property
    def show(self) -> RunningShow:
        """The open show; raises `RuntimeError` without one."""
        if self._show is None:
            raise RuntimeError("no show is open")
        return self._show

    def _make_engine(self, show: RunningShow) -> Engine:
        wired = self.connections
        if wired is None:
            raise RuntimeError("no shop is connected")
        kind = shop_kind(wired.shop.kind)
        shop_http = self._http(
            wired.shop.base_url,
            f"shop:{wired.shop.id}",
            wired.shop.name,
            wired.shop.ca_file,
            kind.token_header,
        )
        self._shop = kind.make(shop_http, wired.shop, show.desk.state.language, show.shop_problem)
        self._channels = ChannelSet(
            wired.secrets,
            self.wall,
            wired.quotas,
            kill_points=self._kill_points,
            ends_at_ms=lambda: show.desk.state.planned_end_ms,
        )
        engine = Engine(
            shop_name=wired.shop.name,
            shop=self._shop,
            channels=self._channels.make_all(wired.channels, self._channel_left_out),
            feeds=self._stored.feeds,
            outbox=self._stored.outbox,
            show_clock=self.clock,
            wall_clock=self.wall,
            settle=show.settle,
            events=show,
            kill_points=self._kill_points,
            silent_channel_ms=wired.silent_channel_ms,
            hints=webhook_receiver(wired.shop, wired.token(f"push:{wired.shop.id}")),
        )
        self._shop.on_clock_hint = engine.clock_hint
        return engine

    def _stage_set(self) -> StageSet | None:
        wired = self.connections
        if wired is None or wired.stage is None:
            return None
        keep = self._path.with_name("overlay.json")
        return StageSet(wired.stage, keep, wired.secrets, self.clock, self.wall, self.image)

    def _http(
        self,
        base_url: str,
        secret: str,
        who: str,
        ca_file: str = "",
        token_header: Callable[[str], tuple[str, str]] = bearer,
    ) -> HttpClient:
        if self.connections is None:
            raise RuntimeError("no shop is connected")
        http = HttpClient(
            base_url,
            self.connections.token(secret),
            self.wall,
            who=who,
            kill_points=self._kill_points,
            ca_file=Path(ca_file).expanduser() if ca_file else None,
            token_header=token_header,
        )
        self._https.append(http)
        return http

    # --- beside the show --------------------------------------------------------------------------------------

    async def image(self, url: str) -> bytes | None:
        """*engine* A picture from the store, else from the shop; None when there is none to be had."""
        feeds = self._stored.feeds
        try:
            kept = await feeds.image(url)
            if kept is not None or self._shop is None:
                return kept
            data = await self._shop.image(url)
            if not is_picture(data):
                raise BadAnswer("it is no PNG, JPEG, WebP, GIF or BMP")
        except (BadAnswer, RefusedByTarget) as error:
            self._picture_missing(url, error.sentence)
            return None
        except (TargetError, StoreFull) as error:
            _log.info("no picture", reason=str(error))
            return None
        try:
            await feeds.save_image(url, data)
        except StoreFull as full:
            _log.info("picture not kept", reason=str(full))
        return data

    def _picture_missing(self, url: str, why: str) -> None:
        _log.info("no picture", url=url, reason=why)
        if self._show is not None:
            reason = why.removesuffix(".")
            self._show.shop_problem(
                f"The shop's picture {plain(url, 80)} cannot be shown ({reason}): its product stands without one."
            )

    async def give_token(self, target: str, token: str) -> str:
        """*engine* Keep a token and let go on what waited for it; returns where it is kept, as a sentence."""
        if self.connections is None:
            raise RuntimeError("no shop is connected")
        secrets = self.connections.secrets
        await asyncio.to_thread(secrets.set, self.connections.token_name(target), token)
        if self._channels is not None:
            await self._channels.reread(target)
        if self._stages is not None:
            self._stages.try_now()
        if self._show is not None:
            await self._show.engine.token_given(target)
        return secrets.sentence or "The token is kept in this computer's keyring."

    @property
    def stages(self) -> StageSet | None:
        """*engine* The stages of the open show; None when it has none."""
        return self._stages

    async def token_forgotten(self, target: str) -> None:
        """*engine* A token was taken away: what the open show asks from now on goes out without it."""
        if self._channels is not None:
            await self._channels.reread(target)

    async def programme(self, width: int) -> bytes | None:
        """*engine* What viewers see, as a JPEG so many pixels wide; None without a stage. Raises `TargetError`."""
        return None if self._stages is None else await self._stages.picture(width)

    async def refresh_stock(self, product_ids: Collection[str]) -> None:
        """*engine* Read these products' stock now; a shop that does not answer is told by its link."""
        if self._show is not None:
            with contextlib.suppress(TargetError):
                await self._show.engine.refresh(product_ids)

    async def owed(self) -> dict[str, int]:
        """*engine* How many effects each show has still to send, by its id; shows that owe nothing are left out."""
        return dict(Counter(row.effect.show_id for row in await self._stored.outbox.pending()))

    async def owed_to(self) -> dict[str, int]:
        """*engine* How many effects wait for each target ("shop", "channel:ID"), of all shows."""
        return dict(Counter(row.effect.target for row in await self._stored.outbox.pending()))

    async def shows(self) -> list[Any]:
        """*engine* All shows of this data folder."""
        return await self._stored.log.shows()

    async def shop_ids(self) -> dict[str, str]:
        """*engine* Which shop each show uses, by the show's id."""
        return await self._stored.log.shop_ids()

    async def known_products(self, shop_id: str) -> dict[str, Product]:
        """*engine* The products of a shop that are kept here, by id: none when those of another shop are."""
        feeds = self._stored.feeds
        return await feeds.products() if await feeds.kept_shop() == shop_id else {}

    async def known_stock(self) -> list[StockLevel]:
        """*engine* The stock of the shop whose products are kept here."""
        return await self._stored.feeds.stock()

    async def kept_image(self, url: str) -> bytes | None:
        """*engine* A picture that is kept here; nobody is asked for it."""
        return await self._stored.feeds.image(url)

    async def log_of(self, show_id: str) -> list[Logged]:
        """*engine* A show's whole log."""
        return await self._stored.log.read(show_id)

    def _channel_left_out(self, channel_id: str, sentence: str) -> None:
        self._emit(ChangeBatch(notices=(Notice("warning", sentence, f"channel:{channel_id}"),)))

    def _store_notice(self, sentence: str) -> None:
        self._emit(ChangeBatch(notices=(Notice("warning", sentence, "store"),)))


def new_show_id() -> str:
    """An id for a new show."""
    return uuid7()
