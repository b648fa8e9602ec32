"""The stage in OBS: what is to be seen is kept so, over obs-websocket, also after OBS was away."""

import asyncio
import base64
import binascii
import contextlib
import random as _random
from collections.abc import Callable, Coroutine
from typing import Any

import msgspec
import structlog
from msgspec import Raw, Struct

from studio.control.ports import (
    BadAnswer,
    RefusedByTarget,
    StageClock,
    StageEvents,
    StreamState,
    TargetError,
    Unauthorised,
    Unreachable,
    WallClock,
)
from studio.domain.stage import StageView
from studio.stage.obs_find import Found, calls_to_hide, find, in_portions, read_cleared
from studio.stage.obs_parts import Part
from studio.stage.obs_pictures import ObsPictures
from studio.stage.obs_setup import ObsFacts, SetUp, facts, set_up, take_down
from studio.stage.obs_socket import ObsSocket, open_obs
from studio.stage.obs_wanted import Difference, differences, settle, wanted
from studio.stage.words import StageTexts, stage_texts

_BEAT_S = 1.0
_LOOK_AT_CLOCK_MS = 500.0
"""So often at least the clock is asked whether it still knows the time."""
_LEAVE_S = 1.0
_REFUSED_S = 1.0
_LONGEST_WAIT_S = 5.0
_SAME_START_MS = 5_000
_PICTURE_S = 5.0
_NOTHING_OF_OURS = "OBS is connected, but nothing of the studio stands in it: press “Set up in OBS” in the settings of the stage."
_LOOK_AGAIN = frozenset(
    {
        "CurrentSceneCollectionChanged",
        "InputCreated",
        "InputNameChanged",
        "InputRemoved",
        "SceneCreated",
        "SceneItemCreated",
        "SceneItemRemoved",
        "SceneNameChanged",
        "SceneRemoved",
    }
)
_log = structlog.get_logger(__name__)


class _ItemEvent(Struct, rename="camel"):
    scene_name: str
    scene_item_id: int
    scene_item_enabled: bool


class _SceneEvent(Struct, rename="camel"):
    scene_name: str


class _Stream(Struct, rename="camel"):
    output_active: bool
    output_reconnecting: bool = False
    output_duration: float = 0
    output_skipped_frames: int = 0
    output_total_frames: int = 0


class _Record(Struct, rename="camel"):
    output_active: bool


class _Picture(Struct, rename="camel"):
    image_data: str


class ObsStage:
    """The `Stage` and `Preview` ports over one OBS. `address` is its WebSocket server's (`ws://127.0.0.1:4455`), `password` is
    asked at each connection and never kept. `scene` is where `set_up` puts the studio's sources (empty: the scene on
    air). `pictures` are for an OBS on this computer that has no browser source. Shown and hidden is every one of them, wherever a person moved or copied it. One that a person hides by hand stays
    hidden until it has something new to say.
    """

    def __init__(
        self,
        name: str,
        address: str,
        password: Callable[[], str | None],
        clock: StageClock,
        wall: WallClock,
        *,
        scene: str = "",
        overlay_url: Callable[[], str] = lambda: "",
        pictures: ObsPictures | None = None,
        random: Callable[[], float] = _random.random,
    ) -> None:
        self.name = name
        self._address = address
        self._password = password
        self._clock = clock
        self._wall = wall
        self._scene = scene
        self._overlay_url = overlay_url
        self._pictures = pictures
        self._random = random
        self._view = StageView()
        self._texts: StageTexts | None = None
        self._changed = asyncio.Event()
        self._beat_now = asyncio.Event()
        self._try_now = asyncio.Event()
        self._look = True
        self._held: frozenset[Part] = frozenset()
        self._obs: ObsSocket | None = None
        self._found = Found()
        self._failures = 0
        self._started_ms: int | None = None
        self._trouble = ""

    def show(self, view: StageView) -> None:
        """This is to be seen from now on."""
        self._view, self._texts = view, None
        self._changed.set()

    async def run(self, events: StageEvents) -> None:
        """Connect, keep, reconnect, until cancelled; then everything of ours is taken off, for which OBS has a second."""
        while True:
            try:
                await self._session(events)
            except TargetError as error:
                events.stream(StreamState())
                events.link(False, error.sentence, isinstance(error, Unauthorised))
                self._failures += 1
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._wait_s()):
                    await self._try_now.wait()
            self._try_now.clear()

    def try_now(self) -> None:
        """Connect at once if it is not connected: there is a new password."""
        if self._obs is None:
            self._try_now.set()

    async def picture(self, width: int) -> bytes:
        """The scene on air as a JPEG so many pixels wide (8 to 4096). Raises `TargetError`."""
        obs = self._obs
        if obs is None or not self._found.program:
            raise Unreachable("There is no picture while OBS is not connected.", attempted=False)
        asked = {
            "sourceName": self._found.program,
            "imageFormat": "jpg",
            "imageWidth": min(max(width, 8), 4096),
            "imageCompressionQuality": 70,
        }
        answer = await obs.ask("GetSourceScreenshot", asked, _PICTURE_S)
        kind, _, data = answer.read(_Picture).image_data.partition(",")
        try:
            picture = base64.b64decode(data, validate=True)
        except (binascii.Error, ValueError):
            picture = b""
        if not kind.startswith("data:image/") or not picture.startswith(b"\xff\xd8\xff"):
            raise BadAnswer("OBS sent something that is no picture: update OBS.")
        return picture

    async def facts(self) -> ObsFacts:
        """Connect once and ask OBS about itself, for the settings' test. Raises `TargetError`."""
        async with open_obs(self._address, self._password) as obs:
            return await facts(obs)

    async def set_up(self, texts: bool | None = None) -> SetUp:
        """Make the studio's sources where they are not there, see `obs_setup.set_up`. Raises `TargetError`."""
        async with open_obs(self._address, self._password) as obs:
            return await set_up(obs, self._scene, self._overlay_url(), texts)

    async def take_down(self) -> int:
        """Remove the studio's sources from OBS; how many there were. Raises `TargetError`."""
        async with open_obs(self._address, self._password) as obs:
            return await take_down(obs)

    def _wait_s(self) -> float:
        ceiling = min(_LONGEST_WAIT_S, 0.5 * 2 ** min(self._failures, 10))
        return max(0.2, self._random() * ceiling)

    async def _session(self, events: StageEvents) -> None:
        """One connection. Raises the `TargetError` that ended it."""
        self._trouble = ""
        async with open_obs(self._address, self._password, self._hear) as obs:
            self._look, self._held = True, frozenset()
            try:
                parts = [self._keep(obs), self._beat(obs, events), obs.gone()]
                if self._pictures is not None:
                    parts.append(self._pictures.run(self._changed.set))
                await _first_to_end(*parts)
            except asyncio.CancelledError:
                await self._leave(obs)
                raise
            finally:
                self._obs, self._found = None, Found()

    async def _keep(self, obs: ObsSocket) -> None:
        """Compare what is wanted with what OBS has, at each change and tick, and tell OBS the differences."""
        while True:
            if self._look:
                self._look = False
                self._found = await find(obs)
                self._obs, self._failures = obs, 0
                self._beat_now.set()
            self._changed.clear()
            if self._texts is None:
                self._texts = stage_texts(self._view)
            files = self._pictures.files(self._texts) if self._pictures is not None else None
            want = wanted(self._texts, self._clock(), self._held, self._overlay_url(), files)
            made = differences(self._found, want)
            refused = await self._do(obs, made) if made else False
            wait_ms = _LOOK_AT_CLOCK_MS if want.due_ms is None else min(want.due_ms, _LOOK_AT_CLOCK_MS)
            if made and not refused:
                continue  # time passed: what is wanted now may be another
            wait_s = _REFUSED_S if refused else wait_ms / 1000
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(wait_s):
                    await self._changed.wait()

    async def _do(self, obs: ObsSocket, made: list[Difference]) -> bool:
        """Whether OBS refused some, because what it has is no longer what was found."""
        refused = settle(made, await obs.batch([one.call for one in made]))
        for answer in refused:
            _log.warning("OBS did not do it", asked=answer.asked, code=answer.code)
        self._look = self._look or bool(refused)
        return bool(refused)

    async def _beat(self, obs: ObsSocket, events: StageEvents) -> None:
        """Ask for the broadcast's state each second: a killed or hanging OBS says nothing by itself."""
        while True:
            answers = await obs.batch([("GetStreamStatus", {}), ("GetRecordStatus", {})])
            events.stream(self._state(answers[0].read(_Stream), answers[1].read(_Record)))
            if self._obs is not None:
                self._tell(events)
            self._beat_now.clear()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_BEAT_S):
                    await self._beat_now.wait()

    def _tell(self, events: StageEvents) -> None:
        trouble = "" if self._found.items else _NOTHING_OF_OURS
        if not trouble:
            events.link(True, "")
        elif trouble != self._trouble:
            events.link(False, trouble)
        self._trouble = trouble

    def _state(self, stream: _Stream, record: _Record) -> StreamState:
        started: int | None = None
        if stream.output_active:
            started = self._wall.now_ms() - round(stream.output_duration)
            before = self._started_ms
            # The duration is counted in frames, and wavers.
            if before is not None and abs(started - before) < _SAME_START_MS:
                started = before
        self._started_ms = started
        return StreamState(
            stream.output_active,
            record.output_active,
            stream.output_reconnecting,
            stream.output_skipped_frames,
            stream.output_total_frames,
            started,
        )

    def _hear(self, kind: str, data: Raw) -> None:
        if kind in ("StreamStateChanged", "RecordStateChanged"):
            self._beat_now.set()
        elif kind == "SceneItemEnableStateChanged":
            self._hear_item(msgspec.json.decode(data, type=_ItemEvent))
        elif kind == "CurrentProgramSceneChanged":
            self._found.program = msgspec.json.decode(data, type=_SceneEvent).scene_name
        elif kind == "CustomEvent":
            held = read_cleared(data)
            if held is not None:
                self._held = held
                self._look_again()
        elif kind in _LOOK_AGAIN:
            self._look_again()

    def _hear_item(self, told: _ItemEvent) -> None:
        item = self._found.items.get((told.scene_name, told.scene_item_id))
        # One that a person hid is left alone; one that was brought into sight is looked at again.
        if item is not None and told.scene_item_enabled and not item.enabled:
            item.enabled = True
            self._changed.set()

    def _look_again(self) -> None:
        self._look = True
        self._changed.set()

    async def _leave(self, obs: ObsSocket) -> None:
        """Everything of ours goes out of sight, if OBS answers soon."""
        try:
            async with asyncio.timeout(_LEAVE_S):
                await in_portions(obs, calls_to_hide(self._found))
        except (TargetError, TimeoutError) as error:
            _log.warning("OBS was left with what it showed", reason=str(error))


async def _first_to_end(*parts: Coroutine[Any, Any, None]) -> None:
    """Run all until one ends, which is how the whole ends; the others are cancelled."""
    tasks = [asyncio.create_task(part) for part in parts]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    for task in done:
        task.result()
    raise RefusedByTarget("OBS ended without a word: it is connected again.", "ended")
