"""A Facebook and its viewers: ``python -m tests.real.obs.whole_show.facebook_crowd NCHAN TAG RATE BOOK``. Says `ready URL TOKEN`.

What they write is on the broadcast's edge, and is published through nchan at the same time, whenever that is there.
"""

import asyncio
import json
import sys
import time
from pathlib import Path

from tests.real.facebook.graph import PAGE, TOKEN, GraphServer
from tests.real.obs.whole_show.crowd import Books, now_ms, play
from tests.real.obs.whole_show.relay import Publisher

VIDEO = "77"


class FacebookWriters:
    """They comment on the broadcast."""

    def __init__(self, nchan: str) -> None:
        self.books = Books()
        self.graph = GraphServer()
        self.graph.__enter__()
        self.publisher = Publisher(
            f"{nchan}/pub/{VIDEO}/live_comments", lambda _text, _at: None, lambda _text: None
        )
        self.tasks = [asyncio.create_task(self.publisher.run())]

    async def write(self, texts: list[str]) -> bool:
        """Comment, all of them."""
        at = time.time()
        written = [(self.graph.write("Ana", text, at=at), text) for text in texts]
        self.books.taken += [(text, now_ms()) for text in texts]
        created = time.strftime("%Y-%m-%dT%H:%M:%S+0000", time.gmtime(at))
        who = {"name": "Ana", "id": "u-Ana"}
        await self.publisher.publish(
            [
                json.dumps({"id": key, "message": text, "from": who, "created_time": created})
                for key, text in written
            ]
        )
        return True

    async def settle(self) -> None:
        """The broadcast itself is the book of what the studio said."""
        await self.publisher.settle()
        self.books.said = [(each.message, 0) for each in self.graph.comments if each.author_id == PAGE]

    def close(self) -> None:
        """The platform closes."""
        self.graph.__exit__(None, None, None)


async def made(nchan: str) -> FacebookWriters:
    """It is live."""
    writers = FacebookWriters(nchan)
    await writers.publisher.open.wait()
    print(f"ready {writers.graph.url} {TOKEN}", flush=True)
    return writers


if __name__ == "__main__":
    play(lambda: made(sys.argv[1]), sys.argv[2], int(sys.argv[3]), Path(sys.argv[4]))
