"""What the tests look at in a real OBS."""

import asyncio
import contextlib
import time
from collections.abc import AsyncGenerator, Callable
from typing import Any

from studio.control.ports import Preview, StageEvents
from studio.stage.obs import ObsStage
from studio.stage.obs_socket import ObsSocket
from tests.fakes.stage_ears import StageEars
from tests.real.obs.rig import Ingest, Obs, ask, words_in

SEEN_WITHIN_S = 30


class RealWall:
    """The computer's clock, as a `WallClock`."""

    def now_ms(self) -> int:
        """UTC ms."""
        return time.time_ns() // 1_000_000

    def monotonic_ms(self) -> int:
        """Milliseconds that never jump."""
        return time.monotonic_ns() // 1_000_000


def real_clock() -> tuple[int, float]:
    """A shop whose clock goes as ours."""
    return RealWall().now_ms(), 1.0


def a_stage(obs: Obs, clock: Callable[[], tuple[int, float] | None] = real_clock, **options: Any) -> ObsStage:
    """The stage in this OBS."""
    return ObsStage("OBS", obs.address, lambda: Obs.PASSWORD, clock, RealWall(), **options)


@contextlib.asynccontextmanager
async def running(stage: ObsStage, ears: StageEvents | None = None) -> AsyncGenerator[StageEars, None]:
    """The stage while it runs, from its first word on; afterwards it has cleared OBS."""
    heard = ears if isinstance(ears, StageEars) else StageEars()
    task = asyncio.create_task(stage.run(heard))
    try:
        await heard.until(lambda ears: bool(ears.links))
        yield heard
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def read(stage: Preview) -> str:
    """What a person reads on the programme."""
    return await asyncio.to_thread(words_in, await stage.picture(1280))


async def reads(stage: Preview, fits: Callable[[str], bool]) -> str:
    """Look at the programme until a person reads what fits; it takes some tenths of a second each time."""
    text = ""
    try:
        async with asyncio.timeout(SEEN_WITHIN_S):
            while not fits(text := await read(stage)):
                pass
    except TimeoutError as error:
        raise AssertionError(f"what was read last: {text!r}") from error
    return text


async def stream_reads(ingest: Ingest, fits: Callable[[str], bool]) -> str:
    """Look at the stream until a person reads there what fits."""
    text = ""
    try:
        async with asyncio.timeout(SEEN_WITHIN_S):
            while not fits(text := await asyncio.to_thread(lambda: words_in(ingest.frame()))):
                pass
    except TimeoutError as error:
        raise AssertionError(f"what was read last on the stream: {text!r}") from error
    return text


async def texts(obs: ObsSocket) -> dict[str, str]:
    """The texts of all of the studio's sources, by name, without the empty ones."""
    inputs = (await ask(obs, "GetInputList"))["inputs"]
    found: dict[str, str] = {}
    for one in inputs:
        settings = (await ask(obs, "GetInputSettings", inputName=one["inputName"]))["inputSettings"]
        if settings.get("host_studio") and settings.get("text"):
            found[one["inputName"]] = settings["text"]
    return found


async def items(obs: ObsSocket, scene: str = "Scene") -> dict[str, bool]:
    """The items of a scene: whether each is in sight."""
    found = (await ask(obs, "GetSceneItemList", sceneName=scene))["sceneItems"]
    return {item["sourceName"]: item["sceneItemEnabled"] for item in found}


async def clear(obs: ObsSocket) -> bool:
    """Whether nothing of the studio's is in sight."""
    return not await texts(obs) and not any(
        on for name, on in (await items(obs)).items() if name.startswith("Host Studio")
    )


async def until_clear(obs: ObsSocket, within_s: float = SEEN_WITHIN_S) -> float:
    """Ask until nothing of the studio's is in sight; when that was (monotonic s)."""
    async with asyncio.timeout(within_s):
        while not await clear(obs):
            pass
    return time.monotonic()


async def inputs(obs: ObsSocket) -> list[str]:
    """The names of all inputs, a person's and the studio's."""
    return [one["inputName"] for one in (await ask(obs, "GetInputList"))["inputs"]]


async def tidy(obs: ObsSocket) -> None:
    """End the stream; leave one scene with nothing in it, and no input."""
    if (await ask(obs, "GetStreamStatus"))["outputActive"]:
        await obs.ask("StopStream")
        await until_stopped(obs)
    await ask(obs, "SetCurrentProgramScene", sceneName="Scene")
    for scene in (await ask(obs, "GetSceneList"))["scenes"]:
        for item in (await ask(obs, "GetSceneItemList", sceneName=scene["sceneName"]))["sceneItems"]:
            where = {"sceneName": scene["sceneName"], "sceneItemId": item["sceneItemId"]}
            await ask(obs, "RemoveSceneItem", **where)
        if scene["sceneName"] != "Scene":
            await ask(obs, "RemoveScene", sceneName=scene["sceneName"])
    for name in await inputs(obs):
        await obs.ask("RemoveInput", {"inputName": name})
    async with asyncio.timeout(SEEN_WITHIN_S):
        while await inputs(obs):
            pass


async def until_stopped(obs: ObsSocket) -> None:
    """Wait until OBS streams no more."""
    async with asyncio.timeout(SEEN_WITHIN_S):
        while (await ask(obs, "GetStreamStatus"))["outputActive"]:
            pass
