"""A platform that sends webhooks, for tests: signs as our subscribers do, and as Shopify does."""

import base64
import hashlib
import hmac
import json
from typing import Any

import httpx

from studio.sync.webhooks import push_path

SECRET = "whsec_for-tests-only"
JSON = {"content-type": "application/json"}


def told(topic: str, webhook_id: str = "", **data: Any) -> bytes:
    """The body of one of our subscribers."""
    return json.dumps({"id": webhook_id, "topic": topic, "data": data}).encode()


class Platform:
    """Sends to a receiver; `secret` signs, `path` is where it was told to send."""

    def __init__(self, address: str, secret: str = SECRET) -> None:
        self.secret = secret
        self.path = push_path(secret)
        self.http = httpx.AsyncClient(base_url=address, trust_env=False, timeout=20)

    def signature(self, body: bytes) -> dict[str, str]:
        """The header of our subscribers."""
        digest = hmac.new(self.secret.encode(), body, hashlib.sha256).hexdigest()
        return {"X-Host-Studio-Signature": f"sha256={digest}"}

    async def send(self, body: bytes, *, signed: bytes | None = None, **headers: str) -> int:
        """POST a body with the signature of `signed`, its own unless that is given; the status of the answer."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        sent = JSON | self.signature(body if signed is None else signed) | named
        return (await self.http.post(self.path, content=body, headers=sent)).status_code

    async def send_as_shopify(self, topic: str, webhook_id: str, about: dict[str, Any]) -> int:
        """POST as Shopify does."""
        body = json.dumps(about).encode()
        digest = hmac.new(self.secret.encode(), body, hashlib.sha256).digest()
        headers = JSON | {
            "X-Shopify-Topic": topic,
            "X-Shopify-Webhook-Id": webhook_id,
            "X-Shopify-Hmac-Sha256": base64.b64encode(digest).decode(),
        }
        return (await self.http.post(self.path, content=body, headers=headers)).status_code

    async def aclose(self) -> None:
        """Hang up."""
        await self.http.aclose()
