"""Social Stream Ninja's extension and the viewers of its sites: ``python -m tests.real.obs.whole_show.social_crowd NCHAN TAG RATE BOOK``."""

import asyncio
import itertools
import json
import sys
from pathlib import Path

from tests.fakes.social_relay import frame
from tests.real.obs.whole_show.crowd import Books, now_ms, play
from tests.real.obs.whole_show.relay import Publisher, listen

ROOM = "ws"


class SocialWriters:
    """They write on a site; the extension tells it, and writes there what the studio asks for."""

    def __init__(self, nchan: str) -> None:
        self.books = Books()
        self.publisher = Publisher(f"{nchan}/pub/{ROOM}", self._taken, self._lost)
        self._numbers = itertools.count(1)
        self.tasks = [
            asyncio.create_task(self.publisher.run()),
            asyncio.create_task(listen(f"{nchan}/from/{ROOM}", self._asked)),
        ]

    def _taken(self, body: str, at_ms: int) -> None:
        text = json.loads(body).get("chatmessage")
        if text:
            self.books.taken.append((text, at_ms))

    def _lost(self, body: str) -> None:
        text = json.loads(body).get("chatmessage")
        if text:
            self.books.perhaps.append(text)

    async def _asked(self, said: str) -> None:
        told = json.loads(said)
        if told.get("action") == "sendChat":
            self.books.said.append((told["value"], now_ms()))
            result = {"ok": True, "status": "accepted", "request": told["get"]}
            await self.publisher.publish([json.dumps({"callback": {"get": told["get"], "result": result}})])

    async def write(self, texts: list[str]) -> bool:
        """Say them all."""
        bodies = [json.dumps(frame(text, id=next(self._numbers))) for text in texts]
        return await self.publisher.publish(bodies)

    async def settle(self) -> None:
        """Until nchan took everything."""
        await self.publisher.settle()

    def close(self) -> None:
        """There are no threads."""


async def made(nchan: str) -> SocialWriters:
    """They are there."""
    writers = SocialWriters(nchan)
    await writers.publisher.open.wait()
    print("ready", flush=True)
    return writers


if __name__ == "__main__":
    play(lambda: made(sys.argv[1]), sys.argv[2], int(sys.argv[3]), Path(sys.argv[4]))
