"""The demo shop as a process of its own, for tests: started, asked, stopped, killed, started again."""

import itertools
import json
import os
import secrets
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import httpx

from tests.fakes.first_line import first_line

REPOSITORY = Path(__file__).resolve().parents[2]
READY_WITHIN_S = 30.0
START_MS = 1_790_000_000_000
_keys = itertools.count(1)


@dataclass
class ShopProcess:
    """A running demo shop. `log` is what it wrote to standard error; it keeps port and tokens over restarts."""

    folder: Path
    token: str = field(repr=False)
    admin_token: str = field(repr=False)
    arguments: tuple[str, ...]
    url: str = ""
    process: "subprocess.Popen[bytes] | None" = None
    _http: httpx.Client | None = None

    @property
    def log(self) -> Path:
        """What it wrote to standard error."""
        return self.folder / "shop.log"

    @property
    def headers(self) -> dict[str, str]:
        """The shop's token as a header."""
        return {"Authorization": f"Bearer {self.token}"}

    @property
    def http(self) -> httpx.Client:
        """A client with the shop's token; closed by `stop`."""
        if self._http is None:
            self._http = httpx.Client(base_url=self.url, headers=self.headers, trust_env=False, timeout=30)
        return self._http

    def start(self) -> Self:
        """Start it and wait until it listens; a second start takes the same port."""
        ready = self.folder / "ready.json"
        ready.unlink(missing_ok=True)
        port = self.url.rpartition(":")[2] or "0"
        environment = {
            **os.environ, "HOST_STUDIO_SHOP_TOKEN": self.token, "HOST_STUDIO_SHOP_ADMIN_TOKEN": self.admin_token,
        }  # fmt: skip
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [
                    sys.executable, "-m", "studio.rehearsal.shop_server", "--port", port, "--data", str(self.folder / "data"),
                    "--ready-file", str(ready), "--parent-pid", str(os.getpid()), *self.arguments,
                ],
                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=log, cwd=REPOSITORY, env=environment,
            )  # fmt: skip
        try:
            first_line(self.process, self.folder / "stdout.log", " on http://").result(READY_WITHIN_S)
        except (EOFError, TimeoutError) as error:
            self.kill()
            said = self.log.read_text(errors="replace")[-2000:]
            raise RuntimeError(f"the shop did not start: {said}") from error
        self.url = json.loads(ready.read_bytes())["url"]
        return self

    def stop(self) -> None:
        """End it as a person would."""
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            self.process.wait(10)
        self._hang_up()

    def kill(self) -> None:
        """SIGKILL: nothing is tidied up."""
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
            self.process.wait(10)
        self._hang_up()

    def restart(self, *, kill: bool = False) -> Self:
        """End it and start it on the same data and port."""
        if kill:
            self.kill()
        else:
            self.stop()
        return self.start()

    def _hang_up(self) -> None:
        if self._http is not None:
            self._http.close()
            self._http = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def get(self, path: str, **params: Any) -> Any:
        """The JSON of ``/v1/...``."""
        answer = self.http.get(f"/v1/{path}", params=params)
        assert answer.is_success, answer.text
        return answer.json()

    def send(self, method: str, path: str, body: object = None, key: str | None = None) -> httpx.Response:
        """A keyed write, ``send("POST", "/v1/promos", {...})``; a key of its own unless one is given."""
        headers = {"Idempotency-Key": key or f"test-{next(_keys)}"}
        return self.http.request(method, path, json=body, headers=headers)

    def store(self, path: str, body: object = None) -> httpx.Response:
        """A shopper's POST, ``store("sessions", {})``, without a key."""
        return self.http.post(f"/store/v1/{path}", json=body)

    def admin(self, path: str, body: object = None, method: str | None = None, **params: Any) -> Any:
        """Ask the administration, ``admin("books", show_id="s")``; with a body it is a POST. The JSON of the answer."""
        answer = self.http.request(
            method or ("GET" if body is None else "POST"),
            f"/admin/v1/{path}",
            headers={"Authorization": f"Bearer {self.admin_token}"},
            params=params,
            content=None if body is None else json.dumps(body).encode(),
        )
        assert answer.is_success, answer.text
        return answer.json()

    def now_ms(self) -> int:
        """The shop's time, UTC ms."""
        return self.get("clock")["now_ms"]


def start_shop(
    folder: Path,
    *,
    seed: int = 1,
    speed: float = 1.0,
    start_ms: int | None = START_MS,
    arguments: tuple[str, ...] = (),
) -> ShopProcess:
    """A running demo shop with its data below `folder`; end it with `stop`, or use it in a `with`."""
    folder.mkdir(parents=True, exist_ok=True)
    first = () if start_ms is None else ("--start-ms", str(start_ms))
    return ShopProcess(
        folder=folder, token=secrets.token_urlsafe(16), admin_token=secrets.token_urlsafe(16),
        arguments=("--seed", str(seed), "--speed", str(speed), *first, *arguments),
    ).start()  # fmt: skip
