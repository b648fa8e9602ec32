"""An OBS on a real loopback WebSocket, for tests: scenes, inputs and their settings, the password, batches, events, faults.

async with FakeObs() as obs:                obs.address; obs.password
    obs.inputs["Camera"], obs.items         what stands in it
    obs.messages                            what it was asked, a list of requests a message
    await obs.emit("StreamStateChanged", outputActive=True)
    obs.silent = True                       it takes everything in and answers nothing
    obs.refused["CreateInput"] = 601        what it says no to
    await obs.die(); await obs.rise()       the same port, everything as it was
"""

import asyncio
import base64
import hashlib
import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosed

LINUX_KINDS = ("image_source", "color_source_v3", "ffmpeg_source", "text_ft2_source_v2")
PASSWORD = "the password"
_JPEG = b"\xff\xd8\xff\xe0 a picture"


class No(Exception):
    """A request that is refused, with its RequestStatus."""


@dataclass
class Input:
    """A source."""

    kind: str
    settings: dict[str, Any]


@dataclass
class Item:
    """A source in a scene."""

    id: int
    source: str
    enabled: bool
    transform: dict[str, Any] = field(default_factory=dict)


class FakeObs:
    """See above. `password` None asks for none."""

    def __init__(self, password: str | None = PASSWORD, kinds: tuple[str, ...] = LINUX_KINDS) -> None:
        self.password = password
        self.kinds = kinds
        self.platform = "debian"
        self.canvas = (1920, 1080)
        self.program = "Scene"
        self.items: dict[str, list[Item]] = {"Scene": []}
        self.groups: dict[str, list[Item]] = {}
        self.inputs: dict[str, Input] = {}
        self.stream: dict[str, Any] = {"outputActive": False}
        self.recording = False
        self.silent = False
        self.hello = True
        self.refused: dict[str, int] = {}
        self.answers: dict[str, Any] = {}
        self.messages: list[list[tuple[str, dict[str, Any]]]] = []
        self.port = 0
        self._numbers = 0
        self._server: Server | None = None
        self._clients: set[ServerConnection] = set()
        self._moved = asyncio.Event()

    @property
    def address(self) -> str:
        """Its address."""
        return f"ws://127.0.0.1:{self.port}"

    @property
    def clients(self) -> int:
        """How many are identified."""
        return len(self._clients)

    def calls(self, *types: str) -> list[tuple[str, dict[str, Any]]]:
        """What it was asked, of these types."""
        return [call for message in self.messages for call in message if call[0] in types]

    def text(self, name: str) -> str:
        """The text of one of the studio's sources that is in sight; empty when it is not."""
        source = self.inputs.get(f"Host Studio {name}")
        shown = [item for items in self.items.values() for item in items if item.enabled]
        if source is None or f"Host Studio {name}" not in [item.source for item in shown]:
            return ""
        return source.settings.get("text", "(no text)")

    async def __aenter__(self) -> Self:
        await self.rise()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.die()

    async def rise(self) -> None:
        """Listen."""
        self._server = await serve(self._serve, "127.0.0.1", self.port, ping_interval=None)
        self.port = next(iter(self._server.sockets)).getsockname()[1]

    async def die(self) -> None:
        """End without a word."""
        for client in list(self._clients):
            client.transport.abort()
        self._clients.clear()
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()
            self._server = None

    async def until(self, fits: Callable[[], object], within_s: float = 20) -> None:
        """Wait until something that it was asked made this true."""
        async with asyncio.timeout(within_s):
            while not fits():
                self._moved.clear()
                await self._moved.wait()

    async def emit(self, event: str, **data: Any) -> None:
        """Tell everybody."""
        frame = json.dumps({"op": 5, "d": {"eventType": event, "eventIntent": 1, "eventData": data}})
        for client in list(self._clients):
            await client.send(frame)

    async def garble(self, frame: str) -> None:
        """Send everybody what is no frame."""
        for client in list(self._clients):
            await client.send(frame)

    async def _serve(self, client: ServerConnection) -> None:
        try:
            if not await self._greet(client):
                return
            self._clients.add(client)
            self._moved.set()
            async for message in client:
                frame = json.loads(message)
                await self._answer(client, frame["op"], frame["d"])
        except ConnectionClosed:
            pass
        finally:
            self._clients.discard(client)
            self._moved.set()

    async def _greet(self, client: ServerConnection) -> bool:
        if not self.hello:
            await client.wait_closed()
            return False
        hello: dict[str, Any] = {"obsWebSocketVersion": "5.1.0", "rpcVersion": 1}
        salt, challenge = secrets.token_hex(8), secrets.token_hex(8)
        if self.password is not None:
            hello["authentication"] = {"challenge": challenge, "salt": salt}
        await client.send(json.dumps({"op": 0, "d": hello}))
        told = json.loads(await client.recv())["d"]
        if self.password is not None:
            secret = _digest(_digest(self.password + salt) + challenge)
            if told.get("authentication") != secret:
                await client.close(4009, "Authentication failed.")
                return False
        await client.send(json.dumps({"op": 2, "d": {"negotiatedRpcVersion": 1}}))
        return True

    async def _answer(self, client: ServerConnection, op: int, body: dict[str, Any]) -> None:
        requests = body["requests"] if op == 8 else [body]
        self.messages.append([(one["requestType"], one.get("requestData", {})) for one in requests])
        if self.silent:
            self._moved.set()
            return
        events: list[tuple[str, dict[str, Any]]] = []
        results = [self._do(one["requestType"], one.get("requestData", {}), events) for one in requests]
        told = {"results": results} if op == 8 else results[0]
        await client.send(
            json.dumps({"op": 9 if op == 8 else 7, "d": {"requestId": body["requestId"], **told}})
        )
        for event, data in events:
            await self.emit(event, **data)
        self._moved.set()

    def _do(
        self, type_: str, data: dict[str, Any], events: list[tuple[str, dict[str, Any]]]
    ) -> dict[str, Any]:
        done: dict[str, Any] = {"requestType": type_}
        try:
            if type_ in self.refused:
                raise No(self.refused[type_], "as the test wants it")
            told = self.answers[type_] if type_ in self.answers else getattr(self, f"_{type_}")(data, events)
        except No as no:
            code, comment = no.args
            return done | {"requestStatus": {"result": False, "code": code, "comment": comment}}
        done["requestStatus"] = {"result": True, "code": 100}
        return done if told is None else done | {"responseData": told}

    # --- the requests, by their names -------------------------------------------------------------------------------

    def _GetVersion(self, data, events):
        return {"obsVersion": "29.0.2", "obsWebSocketVersion": "5.1.0", "platform": self.platform}

    def _GetStats(self, data, events):
        return {"activeFps": 10.0}

    def _GetInputKindList(self, data, events):
        return {"inputKinds": list(self.kinds)}

    def _GetVideoSettings(self, data, events):
        return {"baseWidth": self.canvas[0], "baseHeight": self.canvas[1]}

    def _GetSceneList(self, data, events):
        scenes = [{"sceneName": name, "sceneIndex": at} for at, name in enumerate(self.items)]
        return {"currentProgramSceneName": self.program, "scenes": scenes}

    def _GetGroupList(self, data, events):
        return {"groups": list(self.groups)}

    def _GetInputList(self, data, events):
        return {"inputs": [{"inputName": name, "inputKind": one.kind} for name, one in self.inputs.items()]}

    def _GetInputSettings(self, data, events):
        one = self._input(data["inputName"])
        return {"inputKind": one.kind, "inputSettings": one.settings}

    def _GetSceneItemList(self, data, events):
        return self._listed(self.items.get(data["sceneName"]))

    def _GetGroupSceneItemList(self, data, events):
        return self._listed(self.groups.get(data["sceneName"]))

    def _GetStreamStatus(self, data, events):
        return self.stream

    def _GetRecordStatus(self, data, events):
        return {"outputActive": self.recording}

    def _GetSourceScreenshot(self, data, events):
        return {"imageData": "data:image/jpg;base64," + base64.b64encode(_JPEG).decode()}

    def _SetInputSettings(self, data, events):
        self._input(data["inputName"]).settings |= data["inputSettings"]

    def _SetSceneItemEnabled(self, data, events):
        self._item(data).enabled = data["sceneItemEnabled"]
        events.append(("SceneItemEnableStateChanged", data))

    def _SetSceneItemTransform(self, data, events):
        self._item(data).transform |= data["sceneItemTransform"]

    def _CreateInput(self, data, events):
        if data["inputName"] in self.inputs:
            raise No(601, "A source already exists by that input name.")
        self.inputs[data["inputName"]] = Input(data["inputKind"], dict(data["inputSettings"]))
        return self._CreateSceneItem({**data, "sourceName": data["inputName"]}, events)

    def _CreateSceneItem(self, data, events):
        self._input(data["sourceName"])
        self._numbers += 1
        item = Item(self._numbers, data["sourceName"], data.get("sceneItemEnabled", True))
        self.items[data["sceneName"]].append(item)
        told = {"sceneName": data["sceneName"], "sourceName": item.source, "sceneItemId": item.id}
        events.append(("SceneItemCreated", told))
        return {"sceneItemId": item.id}

    def _RemoveSceneItem(self, data, events):
        item = self._item(data)
        self.items[data["sceneName"]].remove(item)
        events.append(("SceneItemRemoved", {"sceneName": data["sceneName"], "sceneItemId": item.id}))
        if item.source not in [one.source for items in self.items.values() for one in items]:
            del self.inputs[item.source]

    def _RemoveInput(self, data, events):
        self._input(data["inputName"])
        del self.inputs[data["inputName"]]
        for items in self.items.values():
            items[:] = [item for item in items if item.source != data["inputName"]]

    def _BroadcastCustomEvent(self, data, events):
        events.append(("CustomEvent", data["eventData"]))

    def _input(self, name: str) -> Input:
        if name not in self.inputs:
            raise No(600, f"No source was found by the name of `{name}`.")
        return self.inputs[name]

    def _item(self, data: dict[str, Any]) -> Item:
        places = self.items | self.groups
        for item in places.get(data["sceneName"], []):
            if item.id == data["sceneItemId"]:
                return item
        raise No(600, "No scene items were found in the specified scene by that ID.")

    def _listed(self, items: list[Item] | None) -> dict[str, Any]:
        if items is None:
            raise No(600, "No source was found by the name.")
        return {
            "sceneItems": [
                {"sceneItemId": item.id, "sourceName": item.source, "sceneItemEnabled": item.enabled}
                for item in items
            ]
        }


def _digest(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
