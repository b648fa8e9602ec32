"""The client side of obs-websocket 5: greeting, password by challenge, requests, batches, events.

Source: obs-websocket 5.x Protocol, "Connecting to obs-websocket", "Message Types (OpCodes)", "RequestStatus" and
"WebSocketCloseCode" (github.com/obsproject/obs-websocket, docs/generated/protocol.md).
"""

import asyncio
import base64
import contextlib
import hashlib
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from typing import Any, TypeVar

import msgspec
import structlog
from msgspec import Raw, Struct
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidURI
from websockets.typing import Subprotocol

from studio.control.ports import BadAnswer, RefusedByTarget, TargetError, Unauthorised, Unreachable
from studio.control.ports.answers import plain

T = TypeVar("T")
Call = tuple[str, Mapping[str, Any]]
"""A request's type and its data."""
OnEvent = Callable[[str, Raw], None]
"""An event's type and its data; it returns soon."""

EVENTS = 1 | 2 | 4 | 8 | 64 | 128
"""EventSubscription: general, config, scenes, inputs, outputs, scene items."""
ANSWER_S = 2.0
"""An answer that takes longer is none."""
NOT_FOUND = 600
ALREADY_THERE = 601
NOT_READY = 207

_CONFIG_EVENTS = 2
_CHANGING, _CHANGED = "CurrentSceneCollectionChanging", "CurrentSceneCollectionChanged"
_CHANGE_S = 15.0
_RPC_VERSION = 1
_OPEN_S = 3.0
_CLOSE_S = 0.5
_LARGEST = 32 * 1024 * 1024  # a picture of a 4K canvas
_EMPTY = Raw(b"{}")
_MENU = "(in OBS: Tools, WebSocket Server Settings)"
_log = structlog.get_logger(__name__)


class _Frame(Struct, frozen=True):
    op: int
    d: Raw = _EMPTY


class _Challenge(Struct, frozen=True):
    challenge: str
    salt: str


class _Hello(Struct, frozen=True, rename="camel"):
    rpc_version: int
    authentication: _Challenge | None = None


class _Status(Struct, frozen=True):
    result: bool
    code: int
    comment: str | None = None


class _Result(Struct, frozen=True, rename="camel"):
    request_status: _Status
    response_data: Raw = _EMPTY


class _Answered(Struct, frozen=True, rename="camel"):
    request_id: str
    request_status: _Status
    response_data: Raw = _EMPTY


class _Numbered(Struct, frozen=True, rename="camel"):
    request_id: str = ""


class _BatchAnswered(Struct, frozen=True, rename="camel"):
    request_id: str
    results: list[_Result]


class _Event(Struct, frozen=True, rename="camel"):
    event_type: str
    event_data: Raw = _EMPTY


class Answer(Struct, frozen=True):
    """What OBS says to one request. `code` is a RequestStatus (100: done); `comment` says in OBS's words why not."""

    asked: str
    well: bool
    code: int
    comment: str = ""
    data: Raw = _EMPTY

    def read(self, type_: type[T]) -> T:
        """The data. Raises `RefusedByTarget` when OBS said no, `Unreachable` while it is still starting, `BadAnswer` when
        the data are not as agreed.
        """
        if not self.well:
            why = plain(self.comment) or f"code {self.code}"
            if self.code == NOT_READY:
                raise Unreachable("OBS is still starting: this goes on by itself.")
            raise RefusedByTarget(f"OBS did not do {self.asked}: {why}", str(self.code))
        return _read(self.data, type_, self.asked)


class ObsSocket:
    """One identified connection, made by `open_obs`. One that was cancelled in the middle of a request can be used on. While
    OBS changes its scene collection nothing is asked: its documentation warns that this can crash it.
    """

    def __init__(self, socket: ClientConnection, on_event: OnEvent | None) -> None:
        self._socket = socket
        self._on_event = on_event
        self._number = 0
        self._waiting: dict[str, asyncio.Future[_Answered | _BatchAnswered]] = {}
        self._gone: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._calm = asyncio.Event()
        self._calm.set()

    async def gone(self) -> None:
        """Wait until the connection ends. Raises `Unreachable` or `Unauthorised`, with the reason."""
        await asyncio.shield(self._gone)

    async def ask(
        self, type_: str, data: Mapping[str, Any] | None = None, within_s: float = ANSWER_S
    ) -> Answer:
        """One request. Raises `Unreachable` when there is no answer in time, or no connection any more."""
        body = {"requestType": type_, "requestData": data or {}}
        answered = await self._call(6, body, within_s)
        if not isinstance(answered, _Answered):
            raise BadAnswer(f"OBS answered {type_} with a batch: update OBS.")
        return _answer(type_, answered.request_status, answered.response_data)

    async def batch(self, calls: Sequence[Call], within_s: float = ANSWER_S) -> list[Answer]:
        """Requests that OBS does one after the other, in one message; one that fails does not stop the others. Raises as
        `ask` does.
        """
        requests = [{"requestType": type_, "requestData": data} for type_, data in calls]
        answered = await self._call(8, {"haltOnFailure": False, "requests": requests}, within_s)
        if not isinstance(answered, _BatchAnswered) or len(answered.results) != len(calls):
            raise BadAnswer("OBS did not answer each of several requests: update OBS.")
        return [
            _answer(type_, result.request_status, result.response_data)
            for (type_, _), result in zip(calls, answered.results, strict=True)
        ]

    async def _call(self, op: int, body: dict[str, Any], within_s: float) -> "_Answered | _BatchAnswered":
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_CHANGE_S):
                await self._calm.wait()
        if self._gone.done():
            await self._gone
        self._number += 1
        key = str(self._number)
        answered = asyncio.get_running_loop().create_future()
        self._waiting[key] = answered
        try:
            async with asyncio.timeout(within_s):
                await self._socket.send(
                    msgspec.json.encode({"op": op, "d": {**body, "requestId": key}}).decode()
                )
                return await answered
        except TimeoutError as error:
            raise Unreachable("OBS does not answer: look whether it hangs, or restart it.") from error
        except ConnectionClosed as error:
            raise _ended(error) from error
        finally:
            self._waiting.pop(key, None)

    async def read_on(self) -> None:
        """Take in what OBS sends until the connection ends; `open_obs` sees to it."""
        reason: TargetError = Unreachable("The connection to OBS was closed.")
        try:
            async for message in self._socket:
                self._take(message)
            reason = _ended_by(self._socket.close_code)
        except ConnectionClosed as error:
            reason = _ended(error)
        finally:
            self._gone.set_exception(reason)
            self._gone.exception()  # seen: nobody needs to wait for it
            self._calm.set()
            for answered in self._waiting.values():
                if not answered.done():
                    answered.set_exception(reason)

    def _take(self, message: str | bytes) -> None:
        """One frame. One that cannot be read costs no other; who waits for it is told."""
        number = ""
        try:
            frame = msgspec.json.decode(message, type=_Frame)
            if frame.op == 5:
                self._tell(msgspec.json.decode(frame.d, type=_Event))
            elif frame.op in (7, 9):
                number = msgspec.json.decode(frame.d, type=_Numbered).request_id
                waiting = self._waiting.get(number)
                if waiting is not None and not waiting.done():
                    kind = _Answered if frame.op == 7 else _BatchAnswered
                    waiting.set_result(msgspec.json.decode(frame.d, type=kind))
        except (msgspec.MsgspecError, UnicodeError) as error:
            reason = plain(str(error), 160)
            _log.warning("a frame of OBS was left out", reason=reason)
            waiting = self._waiting.get(number)
            if waiting is not None and not waiting.done():
                waiting.set_exception(BadAnswer(f"OBS answered not as agreed ({reason}): update OBS."))

    def _tell(self, event: _Event) -> None:
        if event.event_type == _CHANGING:
            self._calm.clear()
        elif event.event_type == _CHANGED:
            self._calm.set()
        if self._on_event is None:
            return
        try:
            self._on_event(event.event_type, event.event_data)
        except Exception:  # noqa: BLE001 - a bug in what is told must not cost the connection; it is logged whole
            _log.exception("an event of OBS was not understood", kind=event.event_type)


@contextlib.asynccontextmanager
async def open_obs(
    address: str, password: Callable[[], str | None], on_event: OnEvent | None = None
) -> AsyncGenerator[ObsSocket, None]:
    """Connect and identify; `on_event` hears `EVENTS`, and without it few are sent. Raises `Unreachable` (not `attempted`: OBS
    is not there), `Unauthorised` (the password is missing or wrong), `BadAnswer` (something else is there) and
    `RefusedByTarget` (it speaks another version).
    """
    connection = await _connect(address)
    try:
        try:
            async with asyncio.timeout(_OPEN_S):
                await _identify(connection, password, EVENTS if on_event is not None else _CONFIG_EVENTS)
        except ConnectionClosed as error:
            raise _ended(error) from error
        except TimeoutError as error:
            raise Unreachable(f"OBS does not greet: look whether it hangs, or restart it. {_MENU}") from error
        socket = ObsSocket(connection, on_event)
        reading = asyncio.create_task(socket.read_on(), name="reads OBS")
        try:
            yield socket
        finally:
            reading.cancel()
            await asyncio.gather(reading, return_exceptions=True)
    finally:
        await connection.close()


async def _connect(address: str) -> ClientConnection:
    try:
        return await connect(
            address,
            subprotocols=[Subprotocol("obswebsocket.json")],
            compression=None,
            proxy=None,
            open_timeout=_OPEN_S,
            close_timeout=_CLOSE_S,
            ping_interval=None,  # the stage asks for the state each second
            max_size=_LARGEST,
        )
    except InvalidURI as error:
        raise RefusedByTarget(
            "This is no address of OBS: it looks like ws://127.0.0.1:4455.", "address"
        ) from error
    except InvalidHandshake as error:
        raise BadAnswer(
            f"What answers at this address is not OBS: check address and port {_MENU}."
        ) from error
    except (OSError, TimeoutError) as error:
        raise Unreachable(
            f"OBS is not there: start it, and turn its WebSocket server on {_MENU}.", attempted=False
        ) from error


async def _identify(socket: ClientConnection, password: Callable[[], str | None], events: int) -> None:
    hello = _read(_frame(await socket.recv(), 0), _Hello, "Hello")
    body: dict[str, Any] = {"rpcVersion": _RPC_VERSION, "eventSubscriptions": events}
    if hello.authentication is not None:
        secret = password()
        if not secret:
            raise Unauthorised(f"OBS asks for its password: enter the one that stands there {_MENU}.")
        salted = _digest(secret + hello.authentication.salt)
        body["authentication"] = _digest(salted + hello.authentication.challenge)
    await socket.send(msgspec.json.encode({"op": 1, "d": body}).decode())
    _frame(await socket.recv(), 2)


def _digest(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _frame(message: str | bytes, op: int) -> Raw:
    try:
        frame = msgspec.json.decode(message, type=_Frame)
    except (msgspec.MsgspecError, UnicodeError):
        frame = None
    if frame is None or frame.op != op:
        raise BadAnswer(f"What answers at this address is not OBS: check address and port {_MENU}.")
    return frame.d


def _read(data: Raw, type_: type[T], what: str) -> T:
    try:
        return msgspec.json.decode(data, type=type_)
    except (msgspec.MsgspecError, UnicodeError) as error:
        reason = plain(str(error), 160)
        raise BadAnswer(f"OBS answered {what} not as agreed ({reason}): update OBS.") from error


def _answer(asked: str, status: _Status, data: Raw) -> Answer:
    return Answer(asked, status.result, status.code, status.comment or "", data)


def _ended(error: ConnectionClosed) -> TargetError:
    return _ended_by(error.rcvd.code if error.rcvd is not None else None)


def _ended_by(code: int | None) -> TargetError:
    match code:
        case 4009:
            return Unauthorised(f"OBS does not take this password: enter the one that stands there {_MENU}.")
        case 4010:
            return RefusedByTarget(
                "OBS speaks another version of its WebSocket: OBS 28 or newer is needed.", "version"
            )
        case 4011:
            return Unreachable("OBS ended this connection: somebody closed it there.")
        case _:
            return Unreachable("The connection to OBS was closed: start OBS again if it ended.")
