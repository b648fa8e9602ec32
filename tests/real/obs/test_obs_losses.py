"""What the studio loses: the place it streams to, OBS itself. It says so, and what was on comes back."""

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator
from pathlib import Path

import psutil
import pytest

from studio.stage.obs_socket import open_obs
from tests.fakes.stage_views import a_card, a_view
from tests.real.obs.rig import Ingest, Obs, Screen, ask, stream_to
from tests.real.obs.scenes import a_stage, reads, running, until_clear

pytestmark = pytest.mark.real
TOLD_WITHIN_S = 5


@pytest.fixture
async def obs(tmp_path: Path, screen: Screen) -> AsyncIterator[Obs]:
    """An OBS that a test may kill, with the studio's sources in it."""
    obs = Obs(tmp_path / "obs", screen).start()
    await a_stage(obs).set_up()
    yield obs
    obs.stop()


async def test_an_ingest_that_dies_is_told_and_comes_back(obs: Obs, ingest: Ingest) -> None:
    async with open_obs(obs.address, lambda: Obs.PASSWORD) as observer, running(a_stage(obs)) as ears:
        await stream_to(observer, ingest)
        await ears.until(lambda heard: bool(heard.streams) and heard.streams[-1].frames > 10)
        began = ears.streams[-1].started_wall_ms
        ingest.kill()
        await ears.until(lambda heard: heard.streams[-1].reconnecting)
        assert ears.streams[-1].streaming
        assert ears.links[-1][0], "OBS itself does as it is told"
        ingest.start()
        await ears.until(lambda heard: heard.streams[-1].streaming and not heard.streams[-1].reconnecting)
        assert began is not None


async def test_an_obs_that_is_killed_is_told_in_time_and_shown_again_after_its_restart(obs: Obs) -> None:
    stage = a_stage(obs)
    stage.show(a_view(a_card("Linen shirt", 3900)))
    async with running(stage) as ears:
        await reads(stage, lambda text: "Linen shirt" in text and "39.00" in text)
        obs.kill()
        await ears.until(lambda heard: not heard.links[-1][0], TOLD_WITHIN_S)
        assert "start" in ears.links[-1][1]
        stage.show(a_view(a_card("Wool coat", 12900)))
        obs.start()
        await a_stage(obs).set_up()  # nobody had saved its scenes when it was killed
        ears.forget()
        await ears.until_well()
        text = await reads(stage, lambda text: "Wool coat" in text)
        assert "Linen" not in text
    async with open_obs(obs.address, lambda: Obs.PASSWORD) as observer:
        await until_clear(observer)


async def test_an_obs_that_hangs_is_told_in_time(obs: Obs) -> None:
    stage = a_stage(obs)
    async with running(stage) as ears:
        await ears.until_well()
        hung = next(
            process
            for process in psutil.Process(os.getpid()).children(recursive=True)
            if process.name() == "obs" and str(obs.folder) in process.environ().get("HOME", "")
        )
        hung.suspend()
        began = time.monotonic()
        try:
            await ears.until(lambda heard: not heard.links[-1][0], TOLD_WITHIN_S)
            assert "does not answer" in ears.links[-1][1]
            assert time.monotonic() - began < TOLD_WITHIN_S
        finally:
            hung.send_signal(signal.SIGCONT)
        ears.forget()
        await ears.until_well()


async def test_a_stage_that_ends_leaves_nothing_in_sight(obs: Obs) -> None:
    stage = a_stage(obs)
    stage.show(a_view(a_card("Linen shirt", 3900), question="Does it shrink?"))
    async with open_obs(obs.address, lambda: Obs.PASSWORD) as observer:
        async with running(stage):
            await reads(stage, lambda text: "Linen shirt" in text and "shrink" in text)
        await asyncio.wait_for(until_clear(observer), TOLD_WITHIN_S)


async def test_another_scene_collection_and_back_is_followed(obs: Obs) -> None:
    stage = a_stage(obs)
    stage.show(a_view(a_card("Linen shirt", 3900)))
    async with open_obs(obs.address, lambda: Obs.PASSWORD) as observer, running(stage) as ears:
        await reads(stage, lambda text: "Linen shirt" in text)
        await ask(observer, "CreateSceneCollection", sceneCollectionName="Another")
        await ears.until(lambda heard: not heard.links[-1][0])
        assert "Set up" in ears.links[-1][1]
        stage.show(a_view(a_card("Wool coat", 12900)))
        await ask(observer, "SetCurrentSceneCollection", sceneCollectionName="Untitled")
        ears.forget()
        await ears.until_well()
        text = await reads(stage, lambda text: "Wool coat" in text)
        assert "Linen" not in text
