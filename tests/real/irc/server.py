"""A real InspIRCd on this computer, for tests, and viewers who write in it."""

import asyncio
import os
import shutil
import string
from collections.abc import Iterable
from pathlib import Path
from typing import Self

from studio.channels.irc import Line, Lines, parse
from tests.real.leashed import Leashed
from tests.real.vendure.server import a_free_port

HERE = Path(__file__).parent
READY_WITHIN_S = 20
AT_ONCE = 60
ROOM = "#lovingt3s"


class InspIrcd:
    """`port` speaks IRC, `web_port` IRC over WebSocket. It can be killed and started again on the same ports."""

    def __init__(self, folder: Path) -> None:
        self.port, self.web_port = a_free_port(), a_free_port()
        self._folder = folder
        self._server: Leashed | None = None

    def start(self) -> None:
        """Start it, and return when it takes connections."""
        program = shutil.which("inspircd", path=os.environ.get("PATH", "") + os.pathsep + "/usr/sbin")
        assert program is not None, "InspIRCd is not here: Debian and Ubuntu have it as the package inspircd"
        template = string.Template((HERE / "inspircd.conf").read_text("utf-8"))
        config = self._folder / "inspircd.conf"
        config.write_text(
            template.substitute(FOLDER=self._folder, PORT=self.port, WEB_PORT=self.web_port), "utf-8"
        )
        (self._folder / "motd.txt").write_text("welcome\n", "utf-8")
        root = ["--runasroot"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
        self._server = Leashed(
            [program, *root, "--nofork", f"--config={config}"],
            self._folder / "out.log",
            folder=self._folder,
            word="InspIRCd is now running",
        )
        self._server.told.result(READY_WITHIN_S)

    def kill(self) -> None:
        """As when its machine loses power."""
        assert self._server is not None
        self._server.kill()

    def stop(self) -> None:
        """End it, when it runs."""
        if self._server is not None:
            self._server.stop()


class Viewer:
    """Somebody with an IRC program of their own."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, nick: str) -> None:
        self.nick = nick
        self._reader = reader
        self._writer = writer
        self._lines = Lines()
        self._ready: list[str] = []

    @classmethod
    async def come(cls, port: int, nick: str, room: str = ROOM) -> Self:
        """Connect and go into the room."""
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        viewer = cls(reader, writer, nick)
        caps = "message-tags server-time echo-message batch labeled-response"
        await viewer.send(f"CAP REQ :{caps}", f"NICK {nick}", f"USER {nick} 0 * :{nick}", "CAP END")
        await viewer.until("001")
        await viewer.send(f"JOIN {room}")
        await viewer.until("366")
        return viewer

    async def send(self, *lines: str) -> None:
        """Lines as they are."""
        self._writer.write("".join(f"{line}\r\n" for line in lines).encode())
        await self._writer.drain()

    async def until(self, command: str) -> Line:
        """The next line with this command."""
        while True:
            while self._ready:
                line = parse(self._ready.pop(0))
                if line.command == "PING":
                    await self.send(f"PONG {line.rest}")
                if line.command == command:
                    return line
            data = await self._reader.read(65_536)
            assert data, "the server closed the viewer's connection"
            self._ready += self._lines.feed(data)

    async def write(self, text: str, tags: str = "", room: str = ROOM) -> str:
        """Write a message; its id, which the server told with the echo."""
        await self.send(f"{tags and f'@{tags} '}PRIVMSG {room} :{text}")
        while True:
            line = await self.until("PRIVMSG")
            if line.nick == self.nick and line.params[-1] == text:
                return line.tag("msgid")

    async def flood(self, lines: Iterable[str]) -> None:
        """Write as fast as the server relays. It reads ten kilobytes at a time, and after a full read lets a second pass."""
        waiting, left = 0, list(lines)
        while left or waiting:
            while left and waiting < AT_ONCE:
                piece, left = left[:50], left[50:]
                await self.send(*piece)
                waiting += len(piece)
            await self.until("PRIVMSG")
            waiting -= 1

    async def go(self) -> None:
        """Leave."""
        self._writer.close()
        await asyncio.wait([asyncio.ensure_future(self._writer.wait_closed())])
