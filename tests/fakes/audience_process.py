"""The simulated audience as a process of its own, for tests: started, asked, stopped, killed."""

import json
import os
import secrets
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import httpx

from tests.fakes.first_line import first_line

REPOSITORY = Path(__file__).resolve().parents[2]
READY_WITHIN_S = 60.0


class ShopProcess(Protocol):
    """What of a shop's process the audience needs."""

    url: str
    token: str


@dataclass
class AudienceProcess:
    """A running audience. `log` is what it wrote to standard error."""

    url: str
    token: str = field(repr=False)
    admin_token: str = field(repr=False)
    process: "subprocess.Popen[bytes]"
    log: Path
    folder: Path

    @property
    def headers(self) -> dict[str, str]:
        """The channel's token as a header."""
        return {"Authorization": f"Bearer {self.token}"}

    def admin(self, path: str, body: object = None, method: str | None = None, **params: object) -> Any:
        """Ask the administration, ``admin("books", from_ms=0)``; with a body it is a POST. The JSON of the answer."""
        with httpx.Client(base_url=self.url, trust_env=False, timeout=60) as http:
            answer = http.request(
                method or ("GET" if body is None else "POST"),
                f"/admin/v1/{path}",
                headers={"Authorization": f"Bearer {self.admin_token}"},
                params={name: str(value) for name, value in params.items()},
                content=None if body is None else json.dumps(body).encode(),
            )
        assert answer.is_success, answer.text
        return answer.json()

    def send(self, path: str, body: object, key: str) -> httpx.Response:
        """A keyed POST to the channel, ``send("say", {"text": "hello"}, "k1")``."""
        with httpx.Client(base_url=self.url, trust_env=False, timeout=30) as http:
            return http.post(
                f"/channel/v1/{path}", headers={**self.headers, "Idempotency-Key": key}, json=body
            )

    def frames(self, after: int = 0) -> list[dict[str, Any]]:
        """Every frame behind `after`, by read-back."""
        found: list[dict[str, Any]] = []
        with httpx.Client(base_url=self.url, trust_env=False, timeout=30, headers=self.headers) as http:
            while True:
                page = http.get("/channel/v1/frames", params={"after": after}).raise_for_status().json()
                found += page["frames"]
                if not page["frames"]:
                    return found
                after = page["frames"][-1]["seq"]

    def stop(self) -> int:
        """End it politely; the exit code."""
        if self.process.poll() is None:
            self.process.terminate()
        return self.process.wait(20)

    def kill(self) -> None:
        """End it at once, as a power cut would."""
        self.process.kill()
        self.process.wait(20)


def start_audience(
    shop: ShopProcess | None,
    tmp_path: Path,
    seed: int = 1,
    minutes: float = 20,
    viewers: int = 500,
    *,
    again: AudienceProcess | None = None,
    arguments: tuple[str, ...] = (),
) -> AudienceProcess:
    """Start the audience of a shop, or with None an audience that only chats by its own clock. `again` starts it anew on the
    folder, the port and the tokens of one that has ended. Raises AssertionError with its log when it does not come up.
    """
    folder = again.folder if again else tmp_path / "audience"
    token = again.token if again else secrets.token_hex(16)
    admin_token = again.admin_token if again else secrets.token_hex(16)
    folder.mkdir(parents=True, exist_ok=True)
    log = folder / "stderr.log"
    command = [
        sys.executable, "-m", "studio.rehearsal.audience", "--seed", str(seed), "--minutes", str(minutes),
        "--viewers", str(viewers), "--data", str(folder), "--parent-pid", str(os.getpid()),
        "--port", again.url.rpartition(":")[2] if again else "0", *arguments,
    ]  # fmt: skip
    if shop is not None:
        command += ["--shop", shop.url]
    environ = {
        **os.environ,
        "HOST_STUDIO_SHOP_TOKEN": "" if shop is None else shop.token,
        "HOST_STUDIO_CHANNEL_TOKEN": token,
        "HOST_STUDIO_ADMIN_TOKEN": admin_token,
    }
    with log.open("ab") as errors:
        process = subprocess.Popen(
            command, cwd=REPOSITORY, env=environ, stdout=subprocess.PIPE, stderr=errors
        )
    told = first_line(process, folder / "stdout.log", '"url"')
    try:
        url = json.loads(told.result(READY_WITHIN_S))["url"]
    except (EOFError, TimeoutError) as error:
        process.kill()
        process.wait(20)
        raise AssertionError(f"the audience did not come up:\n{log.read_text(errors='replace')}") from error
    return AudienceProcess(url, token, admin_token, process, log, folder)
