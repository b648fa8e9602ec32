"""The studio's sources in OBS: made once by a button, taken away by another. A person's own are never touched."""

import asyncio
from collections.abc import Sequence
from typing import Any

import msgspec
from msgspec import Struct

from studio.control.ports import RefusedByTarget
from studio.stage.obs_find import Found, find, in_portions
from studio.stage.obs_parts import (
    WITHOUT_BROWSER,
    Drawing,
    Part,
    Place,
    drawing,
    first_settings,
    first_transform,
    kind_of,
    name_of,
    place_of,
)
from studio.stage.obs_socket import ALREADY_THERE, NOT_FOUND, Answer, Call, ObsSocket

_LOOKS, _LOOK_AGAIN_S = 40, 0.05


class ObsFacts(Struct, frozen=True):
    """What an OBS says of itself. `scenes` by name, the topmost first; `program` is the one on air; `canvas` in pixels."""

    version: str
    websocket: str
    scenes: tuple[str, ...]
    program: str
    canvas: tuple[int, int]
    drawn: Drawing


class SetUp(Struct, frozen=True):
    """What `set_up` did: the names of sources that were `made`, those that were `there`, and names that a person's own
    sources have, so that ours could not be made.
    """

    scene: str
    made: tuple[str, ...] = ()
    there: tuple[str, ...] = ()
    taken: tuple[str, ...] = ()

    @property
    def sentence(self) -> str:
        """It in words."""
        if self.taken:
            names = ", ".join(f"“{name}”" for name in self.taken)
            return (
                f"OBS already has sources of yours called {names}: they were left as they are. Rename them, then set up "
                "again."
            )
        if not self.made:
            return f"Everything was already there, in the scene “{self.scene}”."
        if len(self.made) == 1:
            return (
                f"One source stands in the scene “{self.scene}” now. It shows nothing until a product is on."
            )
        return f"{len(self.made)} sources stand in the scene “{self.scene}” now. They show nothing until a product is on."


class _Version(Struct, rename="camel"):
    obs_version: str = ""
    obs_web_socket_version: str = ""
    platform: str = ""


class _Kinds(Struct, rename="camel"):
    input_kinds: list[str]


class _Video(Struct, rename="camel"):
    base_width: int
    base_height: int


class _Scene(Struct, rename="camel"):
    scene_name: str


class _Scenes(Struct, rename="camel"):
    scenes: list[_Scene]
    current_program_scene_name: str | None = None


class _Made(Struct, rename="camel"):
    scene_item_id: int


async def facts(obs: ObsSocket) -> ObsFacts:
    """Ask OBS about itself. Raises `TargetError`."""
    asked = ("GetVersion", "GetInputKindList", "GetVideoSettings", "GetSceneList")
    said = await obs.batch([(one, {}) for one in asked])
    version, kinds = said[0].read(_Version), said[1].read(_Kinds)
    video, scenes = said[2].read(_Video), said[3].read(_Scenes)
    return ObsFacts(
        version.obs_version,
        version.obs_web_socket_version,
        tuple(scene.scene_name for scene in reversed(scenes.scenes)),
        scenes.current_program_scene_name or "",
        (video.base_width, video.base_height),
        drawing(kinds.input_kinds, version.platform),
    )


async def set_up(obs: ObsSocket, scene: str, overlay_url: str, texts: bool | None = None) -> SetUp:
    """Make in `scene` (empty: the one on air) what is not there: the overlay page where OBS has a browser, else, or with
    `texts`, sources of text and colour. What is there keeps its place and look. Raises `TargetError`.
    """
    told = await facts(obs)
    scene = scene or told.program
    if scene not in told.scenes:
        raise RefusedByTarget(
            f"OBS has no scene called “{scene}”: choose another one in the settings, or make it in OBS.",
            "no-scene",
        )
    page = told.drawn.browser and bool(overlay_url) and texts is not True
    if not page and not (told.drawn.text and told.drawn.colour):
        raise RefusedByTarget(
            "This OBS has neither a browser source nor sources of text and colour: install its plugins.",
            "no-sources",
        )
    found = await find(obs)
    parts = [Part.OVERLAY] if page else [p for p in WITHOUT_BROWSER if kind_of(p, told.drawn)]
    there = {item.part for (where, _), item in found.items.items() if where == scene}
    missing = [part for part in parts if part not in there]
    places = {part: place_of(part, *told.canvas) for part in missing}
    calls = [_make(scene, part, places[part], told.drawn, overlay_url, found) for part in missing]
    answers = await in_portions(obs, calls)
    await _put(obs, scene, missing, answers, places)
    taken = [p for p, answer in zip(missing, answers, strict=True) if answer.code == ALREADY_THERE]
    for part, answer in zip(missing, answers, strict=True):
        if part not in taken:
            answer.read(_Made)
    return SetUp(
        scene,
        tuple(name_of(part) for part in missing if part not in taken),
        tuple(name_of(part) for part in parts if part in there),
        tuple(name_of(part) for part in taken),
    )


def _make(scene: str, part: Part, place: Place, drawn: Drawing, url: str, found: Found) -> Call:
    elsewhere = next((name for name, source in found.inputs.items() if source.part is part), None)
    if elsewhere is not None:
        again = {"sceneName": scene, "sourceName": elsewhere, "sceneItemEnabled": False}
        return ("CreateSceneItem", again)
    new: dict[str, Any] = {
        "sceneName": scene,
        "inputName": name_of(part),
        "inputKind": kind_of(part, drawn),
        "inputSettings": first_settings(part, drawn, place, url),
        "sceneItemEnabled": False,
    }
    return ("CreateInput", new)


async def _put(
    obs: ObsSocket, scene: str, parts: Sequence[Part], answers: Sequence[Answer], places: dict[Part, Place]
) -> None:
    calls: list[Call] = []
    for part, answer in zip(parts, answers, strict=True):
        if answer.well:
            number = answer.read(_Made).scene_item_id
            where = {"sceneName": scene, "sceneItemId": number}
            calls.append(
                (
                    "SetSceneItemTransform",
                    {**where, "sceneItemTransform": first_transform(part, places[part])},
                )
            )
    for answer in await in_portions(obs, calls):
        answer.read(msgspec.Raw)


async def take_down(obs: ObsSocket) -> int:
    """Remove the studio's sources from all scenes; how many there were. Raises `TargetError`."""
    found = await find(obs)
    calls: list[Call] = [
        ("RemoveSceneItem", {"sceneName": scene, "sceneItemId": number}) for scene, number in found.items
    ]
    calls += [("RemoveInput", {"inputName": name}) for name in found.inputs]
    for answer in await in_portions(obs, calls):
        if answer.code != NOT_FOUND:  # a source goes with its last item
            answer.read(msgspec.Raw)
    # OBS frees them a little later; until then their names are taken.
    for _ in range(_LOOKS):
        if not (await find(obs)).inputs:
            break
        await asyncio.sleep(_LOOK_AGAIN_S)
    return len(found.inputs)
