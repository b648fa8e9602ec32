"""The computer stays awake while the show is on air, and no longer."""

import asyncio

import wakepy

from studio.domain import commands as cmd
from studio.ui.awake import Awake
from studio.ui.models.live_show import LiveShow
from studio.ui.tasks import Tasks
from tests.fakes.fake_studio import FakeStudio


class Mode:
    def __init__(self, works: bool) -> None:
        self.active = False
        self.works = works
        self.entered = asyncio.Event()
        self.left = asyncio.Event()

    def __enter__(self):
        self.active = self.works
        self.loop.call_soon_threadsafe(self.entered.set)
        return self

    def __exit__(self, *_what):
        self.active = False
        self.loop.call_soon_threadsafe(self.left.set)


async def watched(monkeypatch, works: bool):
    mode = Mode(works)
    mode.loop = asyncio.get_running_loop()
    monkeypatch.setattr(wakepy.keep, "presenting", lambda on_fail: mode)
    studio, said = FakeStudio(), []
    live = LiveShow(studio.opened())
    studio.changes.connect(live.take)
    tasks = Tasks("test")
    awake = Awake(live, tasks, said.append)
    await studio.do(cmd.StartShow())
    await asyncio.wait_for(mode.entered.wait(), 5)
    return studio, mode, tasks, said, awake


async def test_the_computer_is_kept_awake_from_start_to_end(qapp, monkeypatch):
    studio, mode, tasks, said, _awake = await watched(monkeypatch, works=True)
    assert mode.active
    await studio.do(cmd.EndShow())
    await asyncio.wait_for(mode.left.wait(), 5)
    assert not mode.active
    assert said == []
    await tasks.close()


async def test_a_computer_that_will_sleep_all_the_same_is_said(qapp, monkeypatch):
    studio, _mode, tasks, said, _awake = await watched(monkeypatch, works=False)
    await studio.do(cmd.EndShow())
    await tasks.drain()
    assert "sleep" in said[0].sentence
