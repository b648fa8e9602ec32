"""The director of a rehearsal: starts shop and audience, orders faults, stops the sales, and asks for the truth.

Talks to the administration of both servers over HTTP, as anybody with their tokens could.
"""

import asyncio
import secrets
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import httpx
import msgspec

from studio.rehearsal import faults
from studio.rehearsal.launch import Server, launch
from studio.rehearsal.storefront_contract import FaultName

SHOP_MODULE = "studio.rehearsal.shop_server"
AUDIENCE_MODULE = "studio.rehearsal.audience"


class Rehearsal(msgspec.Struct, frozen=True):
    """How a rehearsal was set up; kept in its folder, without tokens, so that it can be resumed."""

    seed: int
    minutes: float
    speed: float
    viewers: int
    show_id: str
    faults: tuple[str, ...] = ()


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
    if file.exists():
        return msgspec.json.decode(file.read_bytes(), type=Tokens)
    tokens = Tokens(*(secrets.token_urlsafe(24) for _ in range(3)))
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    file.touch(mode=0o600)
    file.write_bytes(msgspec.json.encode(tokens))
    return tokens


class Truth(msgspec.Struct, frozen=True):
    """Both servers' books, and the sequences at which they were read."""

    shop: dict[str, Any]
    channel: dict[str, Any]
    shop_seq: int
    channel_seq: int


class Director:
    """Runs one rehearsal's servers. `shop` and `audience` are running while it is started."""

    def __init__(self, folder: Path, rehearsal: Rehearsal) -> None:
        self.folder = folder
        self.rehearsal = rehearsal
        self.tokens = tokens_in(folder)
        self.shop: Server | None = None
        self.audience: Server | None = None
        self._client = httpx.AsyncClient(timeout=30.0, trust_env=False)

    async def start_shop(self, start_ms: int) -> str:
        """Start the shop, its clock at `start_ms` (UTC ms) when it is new; returns its address."""
        wanted = self.rehearsal
        arguments = ["--seed", str(wanted.seed), "--speed", str(wanted.speed), "--start-ms", str(start_ms)]
        env = {"HOST_STUDIO_SHOP_TOKEN": self.tokens.shop, "HOST_STUDIO_SHOP_ADMIN_TOKEN": self.tokens.admin}
        self.shop = await launch(SHOP_MODULE, arguments, env, self.folder / "shop")
        return self.shop.url

    async def start_audience(self, shop_url: str, *, resumed: bool = False) -> str:
        """Start the audience, which waits for the show to begin; returns the address of its channel."""
        wanted = self.rehearsal
        arguments = [
            "--shop", shop_url, "--seed", str(wanted.seed), "--minutes", str(wanted.minutes),
            "--viewers", str(wanted.viewers), "--show-id", wanted.show_id,
        ]  # fmt: skip
        if not resumed:
            arguments.append("--wait")
        env = {
            "HOST_STUDIO_SHOP_TOKEN": self.tokens.shop,
            "HOST_STUDIO_CHANNEL_TOKEN": self.tokens.channel,
            "HOST_STUDIO_ADMIN_TOKEN": self.tokens.admin,
        }
        self.audience = await launch(AUDIENCE_MODULE, arguments, env, self.folder / "audience")
        return self.audience.url

    async def show_started(self, at_ms: int) -> None:
        """The show went on air at `at_ms` (the shop's UTC ms): people come, and the faults take their places."""
        await self._call(self.audience, "POST", "/admin/v1/start", {"at_ms": at_ms})
        length = round(self.rehearsal.minutes * 60_000)
        for name in self.rehearsal.faults:
            order = msgspec.to_builtins(faults.window(_fault(name), at_ms, length))
            for server in (self.shop, self.audience):
                await self._call(server, "POST", "/admin/v1/faults", order)

    async def stop_sales(self) -> None:
        """Nobody chats, orders, cancels or returns any more, and faults end."""
        await self._call(self.audience, "POST", "/admin/v1/stop")
        await self._call(self.shop, "DELETE", "/admin/v1/faults")
        await self._call(self.shop, "POST", "/admin/v1/stop-orders", {"stopped": True})

    async def truth(self, show_id: str, started_at_ms: int, ended_at_ms: int) -> Truth:
        """What really happened, by the servers' own books."""
        window = f"started_at_ms={started_at_ms}&ended_at_ms={ended_at_ms}"
        shop = await self._call(self.shop, "GET", f"/admin/v1/books?show_id={show_id}&{window}")
        window = f"from_ms={started_at_ms}&to_ms={ended_at_ms}"
        channel = await self._call(self.audience, "GET", f"/admin/v1/books?show_id={show_id}&{window}")
        # Viewers are a matter of the time on air; questions and answers count whenever they came.
        whole = await self._call(self.audience, "GET", f"/admin/v1/books?show_id={show_id}")
        channel |= {name: whole[name] for name in ("asked", "answered", "duplicates", "last_seq")}
        return Truth(shop, channel, int(shop["last_seq"]), int(channel["last_seq"]))

    async def close(self) -> None:
        """End both servers."""
        await self._client.aclose()
        await asyncio.gather(*(s.stop() for s in (self.audience, self.shop) if s is not None))

    async def _call(
        self, server: Server | None, method: str, path: str, body: object = None
    ) -> dict[str, Any]:
        if server is None:
            raise RuntimeError("The rehearsal's servers have not been started.")
        answer = await self._client.request(
            method,
            server.url + path,
            headers={"Authorization": f"Bearer {self.tokens.admin}", "Content-Type": "application/json"},
            content=None if body is None else msgspec.json.encode(body),
        )
        if answer.status_code >= 300:
            raise RuntimeError(
                f"{server.name} answered {answer.status_code} to {method} {path}: {answer.text[:300]}"
            )
        return msgspec.json.decode(answer.content) if answer.content else {}


def fault_names(names: Sequence[str]) -> tuple[str, ...]:
    """The names, checked. Raises `ValueError` with a sentence that lists what there is."""
    for name in names:
        if name not in faults.FAULTS:
            raise ValueError(f"There is no fault “{name}”. Choose from: {', '.join(faults.NAMES)}.")
    return tuple(names)


def _fault(name: str) -> FaultName:
    return next(known for known in faults.NAMES if known == name)
