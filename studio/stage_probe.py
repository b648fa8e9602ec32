"""Looks at OBS for the settings, sets it up and takes everything out again: also while no show is open."""

from collections.abc import Awaitable, Callable
from pathlib import Path

from studio.control.ports import BadAnswer, RefusedByTarget, TargetError, Unauthorised, WallClock
from studio.settings.schema import StageSettings
from studio.stage.obs_find import find
from studio.stage.obs_setup import facts, set_up, take_down
from studio.stage.obs_socket import ObsSocket, open_obs
from studio.stage.overlay import kept_address
from studio.stage.overlay_keep import KeepRefused
from studio.ui.connections.stage_port import ObsFailure, ObsFound, ObsStep, OnStep

Password = Callable[[], str | None]
Act = Callable[[ObsSocket], Awaitable[str]]


class StageProbe:
    """Runs on the engine's loop. `overlay` gives the address of the overlay page, which raises `KeepRefused` when there can
    be none.
    """

    def __init__(self, wall: WallClock, overlay: Callable[[], str]) -> None:
        self._wall = wall
        self._overlay = overlay

    async def look(self, settings: StageSettings, password: Password, on_step: OnStep) -> ObsFound:
        """Ask OBS about itself."""
        return await self._do(settings, password, on_step)

    async def set_up(self, settings: StageSettings, password: Password, on_step: OnStep) -> ObsFound:
        """Make our sources where they are not there, then look."""

        async def make(obs: ObsSocket) -> str:
            on_step(ObsStep.CHANGE)
            made = await set_up(obs, settings.obs.scene, self._overlay() if settings.overlay else "")
            return made.sentence

        return await self._do(settings, password, on_step, make)

    async def take_out(self, settings: StageSettings, password: Password, on_step: OnStep) -> ObsFound:
        """Remove our sources, then look."""

        async def remove(obs: ObsSocket) -> str:
            on_step(ObsStep.CHANGE)
            count = await take_down(obs)
            if not count:
                return "Nothing of the studio stood in OBS."
            sources = "1 source was" if count == 1 else f"{count} sources were"
            return f"{sources} taken out of OBS. Your own were left as they are."

        return await self._do(settings, password, on_step, remove)

    async def _do(
        self, settings: StageSettings, password: Password, on_step: OnStep, act: Act | None = None
    ) -> ObsFound:
        on_step(ObsStep.CONNECT)
        try:
            async with open_obs(settings.obs.address, password) as obs:
                on_step(ObsStep.LOOK)
                did = await act(obs) if act is not None else ""
                return await self._seen(obs, did)
        except KeepRefused as error:
            return ObsFound(self._wall.now_ms(), ObsFailure.REFUSED, error.sentence)
        except TargetError as error:
            return ObsFound(self._wall.now_ms(), _meaning(error), error.sentence)

    async def _seen(self, obs: ObsSocket, did: str) -> ObsFound:
        told, found = await facts(obs), await find(obs)
        return ObsFound(
            self._wall.now_ms(),
            version=told.version,
            websocket=told.websocket,
            canvas=told.canvas,
            program=told.program,
            scenes=told.scenes,
            browser=told.drawn.browser,
            sources=len(found.inputs),
            standing=tuple(dict.fromkeys(scene for scene, _number in found.items)),
            did=did,
        )


def _meaning(error: TargetError) -> ObsFailure:
    if isinstance(error, Unauthorised):
        return ObsFailure.PASSWORD
    if isinstance(error, BadAnswer):
        return ObsFailure.NOT_OBS
    return ObsFailure.REFUSED if isinstance(error, RefusedByTarget) else ObsFailure.UNREACHABLE


def address_of_overlay(keep: Path) -> tuple[str, str]:
    """The address of the overlay page, made and kept where there is none yet; else why there is none. Blocks."""
    try:
        return kept_address(keep), ""
    except KeepRefused as error:
        return "", error.sentence
