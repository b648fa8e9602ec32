"""The studio's sources as they stand in an OBS: found by their mark, wherever a person put them."""

from collections.abc import Collection, Iterator, Sequence
from typing import TypeVar

import msgspec
import structlog
from msgspec import Raw, Struct

from studio.control.ports import TargetError
from studio.control.ports.answers import plain
from studio.stage.obs_parts import BOXES, IMAGES, Part
from studio.stage.obs_socket import Answer, Call, ObsSocket

T = TypeVar("T")
_log = structlog.get_logger(__name__)
_KINDS = ("text_", "color_source", "image_source", "browser_source")
CALLS_AT_ONCE = 200


class FoundInput(Struct):
    """A source of ours. `text` is what its settings say now (an address for the overlay page, a file for a picture)."""

    part: Part
    kind: str
    text: str = ""


class FoundItem(Struct):
    """A source of ours in a scene or a group."""

    part: Part
    enabled: bool


ItemKey = tuple[str, int]
"""The scene's or group's name, and the item's number in it."""


class Found(Struct):
    """All of ours, by the input's name and by scene and number; `program` is the scene on air."""

    inputs: dict[str, FoundInput] = {}
    items: dict[ItemKey, FoundItem] = {}
    program: str = ""


class _Input(Struct, rename="camel"):
    input_name: str
    input_kind: str


class _Inputs(Struct):
    inputs: list[Raw]


class _Scene(Struct, rename="camel"):
    scene_name: str


class _Scenes(Struct, rename="camel"):
    scenes: list[Raw]
    current_program_scene_name: str | None = None


class _Groups(Struct):
    groups: list[str] = []


class _Marked(Struct):
    host_studio: str = ""
    text: str = ""
    url: str = ""
    file: str = ""


class _Settings(Struct, rename="camel"):
    input_settings: _Marked


class _Item(Struct, rename="camel"):
    scene_item_id: int
    source_name: str
    scene_item_enabled: bool


class _Items(Struct, rename="camel"):
    scene_items: list[Raw]


async def find(obs: ObsSocket) -> Found:
    """Look everything up: two questions and two answers. Raises `TargetError`."""
    first = await obs.batch([("GetInputList", {}), ("GetSceneList", {}), ("GetGroupList", {})])
    inputs = [one for one in each(first[0].read(_Inputs).inputs, _Input) if one.input_kind.startswith(_KINDS)]
    scenes = first[1].read(_Scenes)
    found = Found(program=scenes.current_program_scene_name or "")
    places = [scene.scene_name for scene in each(scenes.scenes, _Scene)]
    groups = first[2].read(_Groups).groups if first[2].well else []
    calls: list[Call] = [("GetInputSettings", {"inputName": one.input_name}) for one in inputs]
    calls += [("GetSceneItemList", {"sceneName": place}) for place in places]
    calls += [("GetGroupSceneItemList", {"sceneName": group}) for group in groups]
    answers = await in_portions(obs, calls)
    for one, answer in zip(inputs, answers, strict=False):
        source = _marked(one.input_kind, answer)
        if source is not None:
            found.inputs[one.input_name] = source
    for place, answer in zip([*places, *groups], answers[len(inputs) :], strict=True):
        for item in each(answer.read(_Items).scene_items, _Item) if answer.well else ():
            source = found.inputs.get(item.source_name)
            if source is not None:
                found.items[place, item.scene_item_id] = FoundItem(source.part, item.scene_item_enabled)
    return found


def each(entries: Sequence[Raw], type_: type[T]) -> Iterator[T]:
    """Those that can be read; one that cannot be does not cost the others."""
    for entry in entries:
        try:
            yield msgspec.json.decode(entry, type=type_)
        except msgspec.MsgspecError as error:
            _log.warning("something in OBS was left out", reason=plain(str(error), 160))


def _marked(kind: str, answer: Answer) -> FoundInput | None:
    """A source of ours; None for a person's own, whose settings may be anything."""
    try:
        settings = answer.read(_Settings).input_settings
        part = Part(settings.host_studio)
    except (TargetError, ValueError):
        return None
    return FoundInput(part, kind, getattr(settings, _key(part)))


async def in_portions(obs: ObsSocket, calls: Sequence[Call]) -> list[Answer]:
    """Many calls, some hundred a message, so that OBS draws in between."""
    answers: list[Answer] = []
    for at in range(0, len(calls), CALLS_AT_ONCE):
        answers += await obs.batch(calls[at : at + CALLS_AT_ONCE])
    return answers


def calls_to_hide(found: Found, parts: Collection[Part] | None = None) -> list[Call]:
    """What takes these parts, or all, out of sight: the items first, then what they said, for copies that stand elsewhere."""
    calls: list[Call] = [
        ("SetSceneItemEnabled", {"sceneName": scene, "sceneItemId": number, "sceneItemEnabled": False})
        for (scene, number), item in found.items.items()
        if parts is None or item.part in parts
    ]
    calls += [
        set_text(name, source, "")
        for name, source in found.inputs.items()
        if (parts is None or source.part in parts) and source.part not in (*BOXES, Part.OVERLAY)
    ]
    return calls


def set_text(name: str, source: FoundInput, text: str) -> Call:
    """The call by which a source is told a text (as `said` gives it), an address or a file."""
    settings = {_key(source.part): text}
    return ("SetInputSettings", {"inputName": name, "inputSettings": settings, "overlay": True})


def _key(part: Part) -> str:
    """The setting in which a source has what it says."""
    if part in IMAGES:
        return "file"
    return "url" if part is Part.OVERLAY else "text"


class Cleared(Struct, frozen=True):
    """What the watchdog tells everybody in OBS: it took these parts off (`parts`), or took its hands off (none)."""

    host_studio: str
    parts: tuple[str, ...] = ()


HELD = "held"


def read_cleared(data: Raw) -> frozenset[Part] | None:
    """The parts that the watchdog holds; None when it is somebody else's event."""
    try:
        told = msgspec.json.decode(data, type=Cleared)
        return frozenset(map(Part, told.parts)) if told.host_studio == HELD else None
    except (msgspec.MsgspecError, ValueError):
        return None
