"""A disk that takes no more, as the system says it: the decision is refused with a sentence, and nothing is lost.

Run as a script this is the process whose files may not grow over a limit.
"""

import asyncio
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from studio.control.ports.store import FeedBatch, StoreFull
from studio.store.backup import Backups
from studio.store.catalogue import ImageCache
from studio.store.database import Database
from studio.store.feeds import SqlFeeds
from studio.store.recovery import open_or_recover
from studio.store.show_log import SqlShowLog
from tests.fakes.shows import a_message, a_whole_show

ROOT = Path(__file__).resolve().parents[2]
LIMIT = 600_000


async def fill(path: Path) -> None:
    """Write until nothing more goes, then report what is known."""
    import resource

    notices: list[str] = []
    db = Database.open(path, on_notice=notices.append)
    images = ImageCache(path.with_name("images.db"))
    log, feeds = SqlShowLog(db), SqlFeeds(db, images)
    resource.setrlimit(resource.RLIMIT_FSIZE, (LIMIT, LIMIT))
    show = a_whole_show(4, 400)
    seq = cursor = 0
    refused: list[str] = []
    for number, append in enumerate(show.appended):
        try:
            await log.append(show.id, append.expected_seq, append.events, append.effects)
            seq = append.events[-1].seq
            batch = FeedBatch("demo", number + 1, messages=(a_message(number, "x" * 2000),))
            await feeds.store(show.id, batch)
            cursor = number + 1
        except StoreFull as error:
            refused.append(str(error))
            break
    read = await log.read(show.id)
    backup = ""
    try:
        await Backups(db).make("hourly")
    except StoreFull as error:
        backup = str(error)
    said = {
        "seq": seq,
        "cursor": cursor,
        "refused": refused,
        "read": len(read),
        "backup": backup,
        "notices": notices,
    }
    print(json.dumps(said), flush=True)
    os._exit(0)  # the studio is killed while the disk is still full


@pytest.mark.skipif(sys.platform == "win32", reason="the limit is POSIX's")
async def test_a_disk_that_takes_no_more_refuses_the_decision_and_loses_nothing(tmp_path: Path):
    path = tmp_path / "studio.db"
    done = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, __file__, str(path)],
        capture_output=True,
        check=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    told = json.loads(done.stdout)
    assert len(told["refused"]) == 1, "the disk was full"
    assert "nothing was written" in told["refused"][0]
    assert told["read"] == told["seq"], "reading went on"
    assert len(told["notices"]) == 1
    opened = open_or_recover(path)
    images = ImageCache(path.with_name("images.db"))
    try:
        assert opened.recovery is None
        assert opened.mended == ()
        show = a_whole_show(4, 400)
        log = SqlShowLog(opened.database)
        assert await log.read(show.id) == show.log[: told["seq"]]
        assert await SqlFeeds(opened.database, images).cursor(show.id, "demo") == told["cursor"]
        rest = next(a for a in show.appended if a.expected_seq == told["seq"])
        await log.append(show.id, rest.expected_seq, rest.events, rest.effects)
    finally:
        images.close()
        opened.database.close()


if __name__ == "__main__":
    asyncio.run(fill(Path(sys.argv[1])))
