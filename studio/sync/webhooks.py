"""The receiver of webhooks: a small server on 127.0.0.1 that a tunnel leads to. A webhook is only a hint what to read."""

import asyncio
import hmac
import random as _random
import socket
from collections import OrderedDict
from collections.abc import Callable

import structlog

from studio.control.ports import BadAnswer, Hint, PushReader
from studio.sync.backoff import Backoff

HOST = "127.0.0.1"
MOST_BYTES = 512_000
"""An order of a thousand lines is smaller; what is larger is refused."""
REQUEST_S = 10.0
"""A whole request, from the connection to its last byte, must be here by then."""
MOST_CONNECTIONS = 32
REMEMBERED = 10_000
_NOTICE = "webhooks"
_LONGEST_WAIT_MS = 30_000
_UNSIGNED = (
    "Webhooks are not heard: the secret that signs them is missing. Enter it in the shop's settings; "
    "the shop is asked by pace meanwhile."
)
_NO_PORT = (
    "Webhooks are not heard: another program uses port {port}. Choose another in the shop's settings; "
    "the shop is asked by pace meanwhile."
)
Notice = Callable[[str, str, str], None]
_log = structlog.get_logger(__name__)


def push_path(secret: str) -> str:
    """The path on which webhooks signed with this secret are heard. It cannot be guessed without the secret, and does not
    tell it; another secret means another path.
    """
    return "/push/" + hmac.new(secret.encode(), b"host-studio webhook path", "sha256").hexdigest()[:32]


class WebhookReceiver:
    """Listens on `port` of 127.0.0.1 while `run` runs (0: any free one; `address` tells). `reader` knows the platform's
    signatures and topics; `secret` is asked when listening begins, and again while there is none.

    Answers 404 to every path but the token's, 405 to other methods than POST, 415 to what is not JSON, 413 to large
    bodies, 408 to slow ones, 401 without a valid signature, 400 to what the platform never sends; else 200, also for
    what was heard before and for what the studio does not show. Only the first hearing of an id is a hint.
    """

    def __init__(
        self,
        port: int,
        reader: PushReader,
        secret: Callable[[], str | None],
        *,
        request_s: float = REQUEST_S,
        random: Callable[[], float] = _random.random,
    ) -> None:
        self._port = port
        self._reader = reader
        self._secret = secret
        self._request_s = request_s
        self._random = random
        self._heard: OrderedDict[str, None] = OrderedDict()
        self.address = ""
        self.listening = asyncio.Event()

    def __repr__(self) -> str:
        return f"WebhookReceiver(port={self._port})"

    async def run(self, on_hint: Callable[[Hint], None], notice: Notice) -> None:
        """Listen until cancelled. What stands in the way is told by `notice`, and tried again."""
        backoff = Backoff(self._random, cap_ms=_LONGEST_WAIT_MS)
        while True:
            # A keyring may ask its person: not on the loop.
            secret = await asyncio.to_thread(self._secret)
            trouble = _UNSIGNED
            if secret:
                try:
                    listening = self._bound()
                except OSError as error:
                    _log.warning("port not to be had", port=self._port, reason=str(error))
                    trouble = _NO_PORT.format(port=self._port)
                else:
                    if backoff.failures:
                        notice("info", "", _NOTICE)
                    with listening:
                        await self._serve(listening, secret, on_hint)
            notice("warning", trouble, _NOTICE)
            await asyncio.sleep(backoff.failed() / 1000)

    def _bound(self) -> socket.socket:
        made = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        try:
            # Not on Windows, where this would let another program take the port over.
            if hasattr(socket, "SO_REUSEPORT"):
                made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            made.bind((HOST, self._port))
            made.listen(MOST_CONNECTIONS)
        except OSError:
            made.close()
            raise
        return made

    async def _serve(self, listening: socket.socket, secret: str, on_hint: Callable[[Hint], None]) -> None:
        from studio.sync.webhook_server import (
            application,
            server,
        )  # late: it is rarely wanted, and takes a while

        def heard(headers: dict[str, str], body: bytes) -> int:
            return self._hear(secret, headers, body, on_hint)

        app = application(push_path(secret), heard, MOST_BYTES, self._request_s / 2)
        running = server(app, self._request_s, MOST_CONNECTIONS)
        self.address = f"http://{HOST}:{listening.getsockname()[1]}"
        serving = asyncio.create_task(running.serve([listening]), name="webhook server")
        _log.info("webhooks are heard", address=self.address)
        self.listening.set()
        try:
            await asyncio.shield(serving)
        finally:
            self.listening.clear()
            await running.end(serving)

    def _hear(
        self, secret: str, headers: dict[str, str], body: bytes, on_hint: Callable[[Hint], None]
    ) -> int:
        """The status of the answer."""
        if not self._reader.verify(secret, headers, body):
            _log.warning("webhook refused", reason="its signature is not valid")
            return 401
        try:
            webhook = self._reader.read(headers, body)
        except BadAnswer as error:
            _log.warning("webhook not understood", reason=error.sentence)
            return 400
        again = bool(webhook.id) and webhook.id in self._heard
        _log.info("webhook", topic=webhook.topic, id=webhook.id, again=again)
        if again:
            return 200
        if webhook.id:
            self._heard[webhook.id] = None
            if len(self._heard) > REMEMBERED:
                self._heard.popitem(last=False)
        on_hint(webhook.hint)
        return 200
