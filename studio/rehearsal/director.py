"""The director of a rehearsal: starts shop and audience, orders faults, stops the sales, and asks for the truth.

Talks to the administration of both servers over HTTP, as anybody with their tokens could. Everything it does may be done
again: a rehearsal that was cut off is taken up by a new director where the old one left it.
"""

import asyncio
import contextlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import msgspec

from studio.rehearsal import faults
from studio.rehearsal.contract import Clock
from studio.rehearsal.launch import Server, launch
from studio.rehearsal.storefront_contract import FaultList, FaultName

SHOP_MODULE = "studio.rehearsal.shop_server"
AUDIENCE_MODULE = "studio.rehearsal.audience"
OWN, PRODUCTS = "own", "products.json"
"""Where in a rehearsal's folder the products of an own line-up lie."""
_CLOCKS_EQUAL = 0.01


class RehearsalError(ValueError):
    """The rehearsal cannot be played like this; the message is a sentence that says what to do."""


class Rehearsal(msgspec.Struct, frozen=True):
    """How a rehearsal was set up; kept in its folder, without tokens, so that it can be resumed.

    `speed` 0 is the outside shop's own; `shop` is the address of an outside shop, empty for one of our own.
    `finished`: the show was played and its figures were compared. `own`: the line-up and its products lie in the folder
    `own` beside it; else the sample line-up is played.
    """

    seed: int
    minutes: float
    speed: float
    viewers: int
    show_id: str
    faults: tuple[str, ...] = ()
    shop: str = ""
    finished: bool = False
    own: bool = False


class Tokens(msgspec.Struct, frozen=True):
    """The tokens of one rehearsal's own servers. They live in a 0600 file, since they open nothing else."""

    shop: str
    channel: str
    admin: str

    def __repr__(self) -> str:
        return "Tokens(•••)"


def tokens_in(folder: Path) -> Tokens:
    """The tokens kept in this folder, made when there are none."""
    file = folder / "tokens.json"
    # Damaged ones are made anew: they open nothing else.
    with contextlib.suppress(FileNotFoundError, msgspec.DecodeError):
        return msgspec.json.decode(file.read_bytes(), type=Tokens)
    tokens = Tokens(*(secrets.token_urlsafe(24) for _ in range(3)))
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    file.touch(mode=0o600)
    file.write_bytes(msgspec.json.encode(tokens))
    return tokens


@dataclass(frozen=True, repr=False)
class OutsideShop:
    """A shop that runs already. Without the administration's token no faults can be ordered and no books be read."""

    url: str
    token: str
    admin: str = ""


@dataclass(frozen=True, repr=False)
class Wiring:
    """Where the studio finds shop and channel, with the tokens."""

    shop_url: str
    shop_token: str
    channel_url: str
    channel_token: str


class Truth(msgspec.Struct, frozen=True):
    """Both servers' books, and the sequences at which they were read. `shop` is None where they may not be read."""

    shop: dict[str, Any] | None
    channel: dict[str, Any]
    shop_seq: int
    channel_seq: int


@dataclass(frozen=True, repr=False)
class _Side:
    name: str
    url: str
    admin: str


class Director:
    """Runs one rehearsal's servers: `start` first, `close` at last."""

    def __init__(self, folder: Path, rehearsal: Rehearsal, outside: OutsideShop | None = None) -> None:
        self.folder = folder
        self.rehearsal = rehearsal
        self._outside = outside
        self._tokens = tokens_in(folder)
        self._servers: list[Server] = []
        self._shop: _Side | None = None
        self._audience: _Side | None = None
        self._rate_before: float | None = None
        self._stopped = False
        self._client = httpx.AsyncClient(timeout=30.0, trust_env=False)

    @property
    def has_books(self) -> bool:
        """Whether the shop's books can be read and its faults be ordered."""
        return self._outside is None or bool(self._outside.admin)

    async def start(self, start_ms: int) -> Wiring:
        """Start the servers, a new shop's clock at `start_ms` (UTC ms). Raises `LaunchError` and `RehearsalError`."""
        if self._outside is not None:
            await self._use(self._outside)
            shop_url, shop_token = self._outside.url, self._outside.token
        else:
            shop_url, shop_token = await self._start_shop(start_ms), self._tokens.shop
        channel_url = await self._start_audience(shop_url, shop_token)
        return Wiring(shop_url, shop_token, channel_url, self._tokens.channel)

    async def _start_shop(self, start_ms: int) -> str:
        wanted = self.rehearsal
        arguments = ["--seed", str(wanted.seed), "--speed", str(wanted.speed), "--start-ms", str(start_ms)]
        # While nobody rehearses, nobody's time passes.
        arguments.append("--clock-stands")
        if wanted.own:
            arguments += ["--own-products", str(self.folder / OWN / PRODUCTS)]
        env = {
            "HOST_STUDIO_SHOP_TOKEN": self._tokens.shop,
            "HOST_STUDIO_SHOP_ADMIN_TOKEN": self._tokens.admin,
        }
        server = await launch(SHOP_MODULE, arguments, env, self.folder / "shop")
        self._servers.append(server)
        self._shop = _Side("the demo shop", server.url, self._tokens.admin)
        return server.url

    async def _use(self, shop: OutsideShop) -> None:
        """Look whether the outside shop can be rehearsed with, and set its clock's speed."""
        side = self._shop = _Side(f"the shop at {shop.url}", shop.url, shop.admin)
        try:
            answer = await self._client.get(
                shop.url + "/v1/clock", headers={"Authorization": f"Bearer {shop.token}"}, timeout=10.0
            )
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise RehearsalError(
                f"No shop answers at {shop.url} ({type(error).__name__}). Start it, or check the address."
            ) from error
        if answer.status_code in (401, 403):
            raise RehearsalError(
                f"The shop at {shop.url} refuses the token: set HOST_STUDIO_SHOP_TOKEN to the one it was started with."
            )
        try:
            rate = msgspec.json.decode(answer.content, type=Clock).rate
        except msgspec.MsgspecError as error:
            raise RehearsalError(
                f"What answers at {shop.url} does not speak the Studio Shop API v1 (status {answer.status_code})."
            ) from error
        wanted = self.rehearsal.speed
        if wanted and abs(wanted - rate) > _CLOCKS_EQUAL:
            if not shop.admin:
                raise RehearsalError(
                    f"The clock of the shop at {shop.url} runs at {rate:g} times real time and can't be set without "
                    "HOST_STUDIO_SHOP_ADMIN_TOKEN: leave out --speed."
                )
            await self._call(side, "POST", "/admin/v1/clock", {"rate": wanted})
            self._rate_before = rate
        if shop.admin:
            await self._call(side, "POST", "/admin/v1/stop-orders", {"stopped": False})

    async def _start_audience(self, shop_url: str, shop_token: str) -> str:
        """The audience waits for the show to begin, or goes on where its book stands."""
        wanted = self.rehearsal
        arguments = [
            "--shop", shop_url, "--seed", str(wanted.seed), "--minutes", str(wanted.minutes),
            "--viewers", str(wanted.viewers), "--show-id", wanted.show_id, "--wait",
        ]  # fmt: skip
        env = {
            "HOST_STUDIO_SHOP_TOKEN": shop_token,
            "HOST_STUDIO_CHANNEL_TOKEN": self._tokens.channel,
            "HOST_STUDIO_ADMIN_TOKEN": self._tokens.admin,
        }
        server = await launch(AUDIENCE_MODULE, arguments, env, self.folder / "audience")
        self._servers.append(server)
        self._audience = _Side("the audience", server.url, self._tokens.admin)
        return server.url

    async def show_started(self, at_ms: int) -> None:
        """The show went on air at `at_ms` (the shop's UTC ms): people come, and the faults take their places.

        Told again after a restart it changes nothing.
        """
        state = await self._call(self._audience, "GET", "/admin/v1/state")
        if state["show_ms"] is None:
            await self._call(self._audience, "POST", "/admin/v1/start", {"at_ms": at_ms})
        length = round(self.rehearsal.minutes * 60_000)
        sides = [self._audience, *([self._shop] if self.has_books else [])]
        for side in sides:
            listed = await self._call(side, "GET", "/admin/v1/faults")
            known = {(f.name, f.from_ms) for f in msgspec.convert(listed, type=FaultList).items}
            for name in self.rehearsal.faults:
                order = faults.window(_fault(name), at_ms, length)
                if (order.name, order.from_ms) not in known:
                    await self._call(side, "POST", "/admin/v1/faults", msgspec.to_builtins(order))

    async def stop_sales(self) -> None:
        """Nobody chats, orders, cancels or returns any more, and faults end."""
        self._stopped = True
        await self._call(self._audience, "POST", "/admin/v1/stop")
        if self.has_books:
            await self._call(self._shop, "DELETE", "/admin/v1/faults")
            await self._call(self._shop, "POST", "/admin/v1/stop-orders", {"stopped": True})

    async def truth(self, show_id: str, started_at_ms: int, ended_at_ms: int) -> Truth:
        """What really happened between these times (UTC ms), by the servers' own books."""
        window = f"from_ms={started_at_ms}&to_ms={ended_at_ms}"
        channel = await self._call(self._audience, "GET", f"/admin/v1/books?show_id={show_id}&{window}")
        if not self.has_books:
            return Truth(None, channel, 0, int(channel["last_seq"]))
        window = f"started_at_ms={started_at_ms}&ended_at_ms={ended_at_ms}"
        shop = await self._call(self._shop, "GET", f"/admin/v1/books?show_id={show_id}&{window}")
        return Truth(shop, channel, int(shop["last_seq"]), int(channel["last_seq"]))

    async def close(self) -> None:
        """End our servers; a shop of somebody else's takes orders again, by a clock that runs as it did."""
        try:
            if self._stopped and self._outside is not None and self._outside.admin:
                await self._call(self._shop, "POST", "/admin/v1/stop-orders", {"stopped": False})
            if self._rate_before is not None:
                await self._call(self._shop, "POST", "/admin/v1/clock", {"rate": self._rate_before})
        finally:
            await self._client.aclose()
            await asyncio.gather(*(server.stop() for server in reversed(self._servers)))

    async def _call(self, side: _Side | None, method: str, path: str, body: object = None) -> dict[str, Any]:
        if side is None:
            raise RuntimeError("The rehearsal's servers have not been started.")
        try:
            answer = await self._client.request(
                method,
                side.url + path,
                headers={"Authorization": f"Bearer {side.admin}", "Content-Type": "application/json"},
                content=None if body is None else msgspec.json.encode(body),
            )
        except httpx.HTTPError as error:
            raise RehearsalError(f"{side.name} does not answer to {method} {path}: {error!r}.") from error
        if answer.status_code in (401, 403):
            raise RehearsalError(
                f"{side.name} refuses the administration's token: check HOST_STUDIO_SHOP_ADMIN_TOKEN."
            )
        if answer.status_code >= 300:
            raise RuntimeError(
                f"{side.name} answered {answer.status_code} to {method} {path}: {answer.text[:300]}"
            )
        return msgspec.json.decode(answer.content) if answer.content else {}


def fault_names(names: Sequence[str], *, shop_plays: bool = True) -> tuple[str, ...]:
    """The names, checked. Raises `RehearsalError` with a sentence that lists what there is.

    `shop_plays` False: the shop takes no orders for faults from us.
    """
    for name in names:
        if name not in faults.FAULTS:
            raise RehearsalError(f"There is no fault “{name}”. Choose from: {', '.join(faults.NAMES)}.")
        if not shop_plays and faults.FAULTS[_fault(name)].played_by == "shop":
            raise RehearsalError(
                f"The fault “{name}” is the shop's to play: set HOST_STUDIO_SHOP_ADMIN_TOKEN, or leave it out."
            )
    return tuple(dict.fromkeys(names))


def _fault(name: str) -> FaultName:
    return next(known for known in faults.NAMES if known == name)
