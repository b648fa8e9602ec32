"""Twitch's HTTP API, as far as the studio asks it, as a real HTTP server on this computer.

It checks the token, the client id and the parameters as Helix does, and answers in its words.
"""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self
from urllib.parse import parse_qs, urlsplit

from tests.fakes.http_server import BadServer, Request, reply

TOKEN, CLIENT_ID = "a-good-token", "an-app"
SHOP_CHANNEL, STUDIO = "lovingt3s", "studio_bot"
UUID_LENGTH = 36


@dataclass
class FakeHelix:
    """`users` are ids by login; `us` is whose the token is; `viewers` counts who is live. `fail_next` are answers that come
    before all others: (status, message, headers).
    """

    users: dict[str, str] = field(default_factory=lambda: {SHOP_CHANNEL: "713936733", STUDIO: "12826"})
    us: str = SHOP_CHANNEL
    token: str = TOKEN
    scopes: set[str] = field(default_factory=lambda: {"moderator:manage:chat_messages"})
    moderators: set[str] = field(default_factory=lambda: {SHOP_CHANNEL})
    viewers: dict[str, int] = field(default_factory=dict)
    messages: set[str] = field(default_factory=set)
    fail_next: list[tuple[int, str, Mapping[str, str]]] = field(default_factory=list)
    server: BadServer = field(default_factory=BadServer)
    asked: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def url(self) -> str:
        """The base address, as the studio's settings hold it."""
        return f"{self.server.url}/helix"

    def count(self, path: str) -> int:
        """How often something was asked."""
        return sum(request.path == f"/helix{path}" for request in self.server.requests)

    async def __aenter__(self) -> Self:
        for path in ("/users", "/streams", "/moderation/chat"):
            self.server.on(f"/helix{path}", self._answer)
        await self.server.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.server.__aexit__(kind, error, trace)

    async def _answer(self, request: Request, writer: asyncio.StreamWriter) -> None:
        status, body, headers = self._told(request)
        raw = b"" if status == 204 else json.dumps(body).encode()
        await reply(status, raw, {"ratelimit-limit": "800", **headers})(request, writer)
        self.asked.set()

    def _told(self, request: Request) -> tuple[int, object, Mapping[str, str]]:
        if self.fail_next:
            status, message, headers = self.fail_next.pop(0)
            return status, {"error": "Error", "status": status, "message": message}, headers
        if request.headers.get("authorization") != f"Bearer {self.token}":
            return self._error(401, "Invalid OAuth token")
        if request.headers.get("client-id") != CLIENT_ID:
            return self._error(401, "Client ID and OAuth token do not match")
        asked = {name: values[0] for name, values in parse_qs(urlsplit(request.target).query).items()}
        match request.method, request.path.removeprefix("/helix"):
            case "GET", "/users":
                login = asked.get("login", self.us)
                return 200, {"data": [self._user(login)] if login in self.users else []}, {}
            case "GET", "/streams":
                login = asked["user_login"]
                return (
                    200,
                    {"data": [self._stream(login)] if login in self.viewers else [], "pagination": {}},
                    {},
                )
            case "DELETE", "/moderation/chat":
                return self._delete(asked)
            case _:
                return self._error(404, "Not Found")

    def _user(self, login: str) -> dict[str, object]:
        return {
            "id": self.users[login], "login": login, "display_name": login.title(), "type": "",
            "broadcaster_type": "partner", "description": "", "profile_image_url": "https://static-cdn.example/a.png",
            "offline_image_url": "", "view_count": 0, "created_at": "2016-12-14T20:32:28Z",
        }  # fmt: skip

    def _stream(self, login: str) -> dict[str, object]:
        return {
            "id": "40952121085", "user_id": self.users[login], "user_login": login, "user_name": login.title(),
            "game_id": "509663", "game_name": "Makers & Crafting", "type": "live", "title": "Autumn show",
            "tags": ["Shopping"], "viewer_count": self.viewers[login], "started_at": "2026-11-22T18:00:00Z",
            "language": "en", "thumbnail_url": "https://static-cdn.example/{width}x{height}.jpg", "tag_ids": [],
            "is_mature": False,
        }  # fmt: skip

    def _delete(self, asked: Mapping[str, str]) -> tuple[int, object, Mapping[str, str]]:
        if "moderator:manage:chat_messages" not in self.scopes:
            return self._error(401, "Missing scope: moderator:manage:chat_messages")
        if asked.get("moderator_id") != self.users[self.us]:
            return self._error(401, "The ID in moderator_id must match the user ID found in the OAuth token.")
        if asked.get("broadcaster_id") != self.users[SHOP_CHANNEL] or self.us not in self.moderators:
            return self._error(403, "The user is not one of the broadcaster's moderators.")
        message_id = asked.get("message_id", "")
        if len(message_id) != UUID_LENGTH:
            return self._error(400, 'The parameter "message_id" was malformed')
        if message_id not in self.messages:
            return self._error(404, "The ID in message_id was not found or is older than 6 hours.")
        self.messages.remove(message_id)
        return 204, None, {}

    def _error(self, status: int, message: str) -> tuple[int, object, Mapping[str, str]]:
        names = {400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found"}
        return status, {"error": names[status], "status": status, "message": message}, {}
