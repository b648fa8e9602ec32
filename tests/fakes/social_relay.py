"""A relay that does what Social Stream Ninja's does, on a port of its own, and the extension behind it.

Who joins a session hears what others of it send to the channel that it listens to. The extension writes what comes on channel 1 on
its sites, answers on channel 2, and tells what is written on channel 4 (`docs/remote-control-protocol.md` there).
"""

import asyncio
import json
from types import TracebackType
from typing import Any, Self

from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed


def frame(text: str, site: str = "tiktok", author: str = "ana", **more: Any) -> dict[str, Any]:
    """A message as the extension tells it."""
    return {
        "chatname": author, "chatmessage": text, "type": site, "chatbadges": "", "backgroundColor": "", "textColor": "",
        "chatimg": "", "hasDonation": "", "membership": "", "contentimg": "", "textonly": False, **more,
    }  # fmt: skip


class SocialRelay:
    """`sites`: where the extension can write; `running`: whether there is one; `mute`: it writes, and does not say so;
    `legacy`: it answers as it did before there was a protocol.
    """

    def __init__(self, session: str = "a-session") -> None:
        self.session = session
        self.sites = ["tiktok", "whatnot"]
        self.running = True
        self.mute = False
        self.legacy = False
        self.written: list[tuple[str, str]] = []
        self.joins: list[dict[str, Any]] = []
        self.joined = asyncio.Event()
        self._members: dict[ServerConnection, dict[str, Any]] = {}
        self._number = 4_711

    @property
    def url(self) -> str:
        """Its address."""
        return f"ws://127.0.0.1:{self.port}"

    async def __aenter__(self) -> Self:
        self.port = 0
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    async def start(self) -> None:
        """Listen, a second time on the same port."""
        self._server = await serve(self._member, "127.0.0.1", self.port, ping_interval=None, compression=None)
        self.port = next(iter(self._server.sockets)).getsockname()[1]

    async def stop(self) -> None:
        """Hang up on everybody and listen no more."""
        self.cut()
        self._server.close()
        await self._server.wait_closed()

    def cut(self) -> None:
        """Every connection breaks."""
        for member in list(self._members):
            member.transport.abort()

    async def tell(self, *frames: Any) -> None:
        """What the extension sends to who hears the chat: frames, or texts as they are."""
        for told in frames:
            await self._send(4, told if isinstance(told, str) else json.dumps(told))

    async def write(self, text: str, site: str = "tiktok", author: str = "ana", **more: Any) -> None:
        """A viewer writes something; the extension numbers it."""
        self._number += 1
        await self.tell(frame(text, site, author, id=self._number, **more))

    async def _send(self, channel: int, text: str) -> None:
        hearing = [m for m, join in self._members.items() if join.get("in") == channel]
        for member in hearing:
            await member.send(text)

    async def _member(self, member: ServerConnection) -> None:
        try:
            join = json.loads(await member.recv())
            self.joins.append(join)
            if join.get("join") != self.session:
                return
            self._members[member] = join
            self.joined.set()
            async for said in member:
                await self._heard(member, join, json.loads(said))
        except ConnectionClosed:
            pass
        finally:
            self._members.pop(member, None)

    async def _heard(self, member: ServerConnection, join: dict[str, Any], said: dict[str, Any]) -> None:
        if not self.running:
            await member.send("failed")
        elif join["out"] == 1 and said["action"] == "sendChat":
            target = said.get("target")
            sites = [site for site in self.sites if target in (None, site)]
            self.written += [(site, said["value"]) for site in sites]
            result: Any = {
                "ok": True,
                "status": "accepted",
                "request": said["get"],
                "payload": {"accepted": True},
            }
            if not sites:
                error = {"code": "TARGET_UNAVAILABLE", "message": "No writable capture source accepted it."}
                result = {"ok": False, "status": "failed", "request": said["get"], "error": error}
            if self.legacy:
                result = bool(sites)
            for site in sites:  # what is written there is read there
                await self.write(said["value"], site, "the shop", reflection=True)
            if not self.mute:
                await self._send(2, json.dumps({"callback": {"get": "another", "result": True}}))
                await self._send(2, json.dumps({"callback": {"get": said["get"], "result": result}}))
