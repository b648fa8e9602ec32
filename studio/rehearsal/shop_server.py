"""The demo shop in a process of its own: `python -m studio.rehearsal.shop_server --port 0 --data DIR`.

Listens on 127.0.0.1. The token is HOST_STUDIO_SHOP_TOKEN (the administration's HOST_STUDIO_SHOP_ADMIN_TOKEN); what the environment does not
give is made up and kept in the file `token` of the data folder, as `{"shop": ..., "admin": ...}`, readable by its owner only.
"""

import argparse
import asyncio
import contextlib
import logging
import os
import random
import secrets
import signal
import socket
import sqlite3
import sys
import threading
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec
import uvicorn
from litestar.types import Scope

from studio.rehearsal import (
    own_products,
    shop_catalogue,
    shop_changes,
    shop_faults,
    shop_show,
    shop_stock,
)
from studio.rehearsal.clock import Anchor, ShopClock, first_anchor
from studio.rehearsal.faults import FaultBoard
from studio.rehearsal.frontdoor import Frontdoor, Tokens
from studio.rehearsal.parents import parent_watch
from studio.rehearsal.pictures import Pictures
from studio.rehearsal.shop_app import application, contract_json
from studio.rehearsal.shop_changes import Feed
from studio.rehearsal.shop_core import Core
from studio.rehearsal.shop_invented import MOST_PRODUCTS, with_products
from studio.rehearsal.shop_store import Store, Tx

TOKEN_ENV, ADMIN_TOKEN_ENV = "HOST_STUDIO_SHOP_TOKEN", "HOST_STUDIO_SHOP_ADMIN_TOKEN"
_TICK_S = 0.25
log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class ServeOptions:
    """How to serve. `speed` None keeps the rate a shop has (1.0 for a new one); `start_ms` counts for a new shop only."""

    data: Path
    port: int = 0
    seed: int = 1
    speed: float | None = None
    start_ms: int | None = None
    parent_pid: int | None = None
    ready_file: Path | None = None
    catalogue: Path = shop_catalogue.FOLDER
    own_products: Path | None = None
    """A file of products beside the catalogue (`own_products`); a shop that is filled already keeps what it has."""
    products: int | None = None
    """So many products in a new shop, more than the catalogue has invented by `seed`; None: as many as it has."""
    clock_stands: bool = False
    """While the server was down its clock stood still, instead of having run on."""


class CannotServe(RuntimeError):
    """The shop cannot be opened; the message is a sentence for people."""


class _Server(uvicorn.Server):
    """Uvicorn that ends quietly on a signal and says when it listens."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.listening = asyncio.Event()

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None]:
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        names = [signal.SIGINT, signal.SIGTERM]
        before = {name: signal.signal(name, self.handle_exit) for name in names}
        try:
            yield
        finally:
            for name, handler in before.items():
                signal.signal(name, handler)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.listening.set()

    def cut(self, scope: Scope) -> None:
        """Close the connection of a request without an answer."""
        client = scope.get("client")
        for connection in list(self.server_state.connections):
            transport = getattr(connection, "transport", None)
            if (
                client is not None
                and getattr(connection, "client", None) == tuple(client)
                and transport is not None
            ):
                transport.abort()


def tokens(folder: Path) -> Tokens:
    """The tokens by environment or by the file `token`, which is made when it is missing."""
    shop, admin = os.environ.get(TOKEN_ENV), os.environ.get(ADMIN_TOKEN_ENV)
    if shop and admin:
        return Tokens(shop, admin)
    path = folder / "token"
    try:
        kept = msgspec.json.decode(path.read_bytes(), type=dict[str, str])
    except FileNotFoundError:
        kept = {"shop": secrets.token_urlsafe(24), "admin": secrets.token_urlsafe(24)}
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(msgspec.json.encode(kept))
    except msgspec.DecodeError as error:
        raise CannotServe(f"{path} is damaged. Delete it: the shop makes a new one.") from error
    return Tokens(shop or kept["shop"], admin or kept["admin"])


async def run(options: ServeOptions) -> None:
    """Serve until a signal, or until the parent has gone. Raises CannotServe."""
    options.data.mkdir(parents=True, exist_ok=True)
    keys = tokens(options.data)
    clock = ShopClock(first_anchor(options.start_ms, 1.0 if options.speed is None else options.speed))
    board, chance = FaultBoard(), random.Random(options.seed)
    feed = Feed(board, clock.now_ms, options.seed)
    store = Store(
        options.data / "shop.sqlite3",
        clock.now_ms,
        on_changes=feed.appended,
        after_batch=lambda tx: shop_changes.repeat_some(tx, board, chance),
    )
    try:
        store.open()
    except (sqlite3.Error, RuntimeError) as error:
        raise CannotServe(_why(options.data, error)) from error
    try:
        core = _opened(store, options, clock, feed, board)
        with _listen(options.port) as listener:
            await _serve(core, options, keys, listener)
    finally:
        store.close()


def _why(data: Path, error: Exception) -> str:
    if "locked" in str(error):
        return f"Another demo shop runs on {data}. End it, or choose another --data folder."
    return f"The demo shop's database in {data} cannot be opened: {error}"


def _opened(store: Store, options: ServeOptions, clock: ShopClock, feed: Feed, board: FaultBoard) -> Core:
    """Fill a new shop, or take up an old one where it was."""

    def prepare(tx: Tx) -> dict[str, str]:
        if tx.value("SELECT count(*) FROM meta") == 0:
            _fill(tx, options)
            tx.run("INSERT INTO meta (key, value) VALUES ('instance', ?)", (secrets.token_hex(8),))
            _keep(tx, "clock", clock.set())
        else:
            kept = {row["key"]: row["value"] for row in tx.all("SELECT key, value FROM meta")}
            anchor = (
                _left_at(kept) if options.clock_stands else msgspec.json.decode(kept["clock"], type=Anchor)
            )
            clock.set(now_ms=ShopClock(anchor).now_ms(), rate=anchor.rate)
            _keep(tx, "clock", clock.set(rate=options.speed))
        tx.run("DELETE FROM meta WHERE key = 'clock_left'")
        return {row["key"]: row["value"] for row in tx.all("SELECT key, value FROM meta")}

    try:
        kept = store.submit(prepare).result()
    except shop_catalogue.CatalogueError as error:
        raise CannotServe(str(error)) from error
    board.faults = tuple(store.submit(shop_faults.listed).result())
    shop = msgspec.json.decode(kept["shop"], type=dict[str, object])
    return Core(store, clock, feed, board, kept["instance"], shop, _pictures(options))


def _fill(tx: Tx, options: ServeOptions) -> None:
    catalogue = shop_catalogue.read(options.catalogue)
    if options.products is not None:
        catalogue = with_products(catalogue, options.products, options.seed)
    if options.own_products is None:
        shop_catalogue.fill(tx, catalogue)
        return
    own = own_products.read(options.own_products)
    catalogue = own_products.sold_in(catalogue, own)
    shop_catalogue.fill(tx, catalogue)
    own_products.fill(tx, catalogue, own)


def _pictures(options: ServeOptions) -> Pictures:
    folders = [options.catalogue / "images"]
    if options.own_products is not None:
        folders.append(options.own_products.parent / own_products.PICTURES)
    return Pictures(*folders)


def _left_at(kept: dict[str, str]) -> Anchor:
    """The time at which the shop was ended, as if that were now."""
    if "clock_left" in kept:
        left = msgspec.json.decode(kept["clock_left"], type=Anchor)
        return first_anchor(left.shop_ms, left.rate)
    seen = msgspec.json.decode(kept.get("clock_seen", kept["clock"]), type=Anchor)
    # It was killed, up to a second after it looked at the clock last: rather skip a moment than live one twice.
    return first_anchor(seen.shop_ms + round(1500 * seen.rate), seen.rate)


def _keep(tx: Tx, key: str, anchor: Anchor) -> None:
    tx.run(
        "INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value",
        (key, msgspec.json.encode(anchor).decode()),
    )


def _listen(port: int) -> socket.socket:
    # asyncio sends without delay only on sockets that say they are TCP; without it an answer waits 40 ms.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    if os.name == "posix":
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(("127.0.0.1", port))
    except OSError as error:
        listener.close()
        raise CannotServe(
            f"Port {port} cannot be used ({error.strerror}). Choose another one, or 0 for any."
        ) from error
    return listener


async def _serve(core: Core, options: ServeOptions, keys: Tokens, listener: socket.socket) -> None:
    port: int = listener.getsockname()[1]
    core.base_url = f"http://127.0.0.1:{port}"
    door = Frontdoor(application(core), core.clock, core.faults, keys, options.seed)
    config = uvicorn.Config(
        door,  # pyright: ignore[reportArgumentType] - Litestar and uvicorn spell the same ASGI types differently
        lifespan="off",
        log_config=None,
        access_log=False,
        date_header=False,
        server_header=False,
        ws="none",
        backlog=512,
        timeout_keep_alive=75,
        timeout_graceful_shutdown=1,
    )
    server = _Server(config)
    door.cut = server.cut
    async with asyncio.TaskGroup() as tasks:
        serving = tasks.create_task(server.serve(sockets=[listener]), name="http")
        ticking = tasks.create_task(_tick(core, server, options), name="ticks")
        await _announce(core, server, serving, options, port)
        await serving
        ticking.cancel()
    await core.store.run(lambda tx: _keep(tx, "clock_left", core.clock.set()))


async def _announce(
    core: Core, server: _Server, serving: "asyncio.Task[None]", options: ServeOptions, port: int
) -> None:
    waiting = asyncio.ensure_future(server.listening.wait())
    await asyncio.wait({waiting, serving}, return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()
    if serving.done():
        return
    if options.ready_file is not None:
        ready = {"url": core.base_url, "pid": os.getpid(), "port": port}
        part = options.ready_file.with_suffix(".part")
        part.write_bytes(msgspec.json.encode(ready))
        part.replace(options.ready_file)
    sys.stdout.write(f"{core.shop['name']}: Studio Shop API v1 on {core.base_url}, data in {options.data}\n")
    sys.stdout.flush()


async def _tick(core: Core, server: _Server, options: ServeOptions) -> None:
    """Time passing: reservations that run out, sell-outs, traffic told, a parent that has gone."""
    orphaned = parent_watch(options.parent_pid)
    beat = 0

    def job(tx: Tx) -> None:
        shop_stock.release_expired(tx)
        shop_faults.play_sell_outs(tx, core.currency)
        if beat % 4 == 0:
            shop_show.tell_traffic(tx)
            _keep(tx, "clock_seen", core.clock.set())

    while not server.should_exit:
        beat += 1
        await core.store.run(job)
        if orphaned():
            log.warning("the parent process has gone: ending")
            server.should_exit = True
        await asyncio.sleep(_TICK_S)
    core.feed.close()


class _PrintContract(argparse.Action):
    """Prints the OpenAPI document and ends, as --help does."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        sys.stdout.buffer.write(contract_json())
        parser.exit()


def options_from(argv: Sequence[str] | None = None) -> ServeOptions:
    """The command line; ends the process with a sentence for a wrong one."""
    parser = argparse.ArgumentParser(
        prog="shop-server", description="The demo shop: the Studio Shop API v1 on 127.0.0.1."
    )
    parser.add_argument("--port", type=int, default=0, help="0 takes any free port")
    parser.add_argument("--data", type=Path, required=True, help="folder of its database and token")
    parser.add_argument("--seed", type=int, default=1, help="of the faults' chances and of invented products")
    parser.add_argument("--speed", type=float, default=None, help="shop seconds in a real one")
    parser.add_argument("--start-ms", type=int, default=None, help="a new shop's time, UTC ms")
    parser.add_argument("--parent-pid", type=int, default=None, help="end when this process has gone")
    parser.add_argument("--ready-file", type=Path, default=None, help="written when the shop listens")
    parser.add_argument(
        "--catalogue", type=Path, default=shop_catalogue.FOLDER, help="folder of catalogue.json and images"
    )
    parser.add_argument(
        "--own-products", type=Path, default=None, help="a file of more products, for a new shop"
    )
    parser.add_argument(
        "--products", type=int, default=None, help="how many products a new shop has; invented by the seed"
    )
    parser.add_argument(
        "--clock-stands", action="store_true", help="go on from the time at which the shop was ended"
    )
    parser.add_argument(
        "--print-contract", action=_PrintContract, nargs=0, help="print its OpenAPI document and end"
    )
    found = parser.parse_args(argv)
    if not 0 <= found.port <= 65_535:
        parser.error("--port must be from 0 to 65535")
    if found.speed is not None and not 0 < found.speed <= 1000:
        parser.error("--speed must be more than 0 and at most 1000")
    if found.products is not None and not 1 <= found.products <= MOST_PRODUCTS:
        parser.error(f"--products must be from 1 to {MOST_PRODUCTS:,}")
    given = vars(found)
    del given["print_contract"]
    return ServeOptions(**given)


def serve(options: ServeOptions) -> int:
    """Serve until ended; the exit code."""
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    try:
        asyncio.run(run(options))
    except CannotServe as error:
        sys.stderr.write(f"{error}\n")
        return 2
    return 0


def main(argv: Sequence[str] | None = None) -> int:
    """Parse the command line and serve; the exit code."""
    return serve(options_from(argv))


if __name__ == "__main__":
    raise SystemExit(main())
