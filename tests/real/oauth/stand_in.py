"""A stand-in for the OAuth servers of Google and Twitch: a real HTTP server that is as strict as they are.

    with Authority() as authority:
        http = HttpClient(authority.url, lambda: None, wall, who="Google")

It checks client, redirect, PKCE, and that each code and each refresh token is used once. A Twitch refresh token is replaced at
every use, a Google one stays. `twist` changes what the next token request is answered with.
"""

import base64
import hashlib
import json
import re
import secrets
import threading
from collections import deque
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qsl, urlencode, urlsplit

CLIENT = "client-1.apps.example"
LIVES_S = 3600


class No(Exception):
    def __init__(self, status: int, body: dict[str, Any]) -> None:
        self.status, self.body = status, body


def google(error: str, words: str = "", status: int = 400) -> No:
    return No(status, {"error": error, "error_description": words or error})


def twitch(message: str, status: int = 400) -> No:
    return No(status, {"status": status, "message": message})


@dataclass
class Code:
    client: str
    redirect: str
    challenge: str
    scope: str


@dataclass
class Device:
    client: str
    scopes: str
    user_code: str
    state: str = "pending"


@dataclass
class Authority:
    """What the servers know. `answers` to the person: allow, deny, or the state that is wrong."""

    client_secret: str = ""
    denies: bool = False
    expires_in: int | None = LIVES_S
    interval: int = 1
    gives: str | None = None
    """Other scopes than were asked for."""
    twist: deque[No | bytes | str] = field(default_factory=deque)
    codes: dict[str, Code] = field(default_factory=dict)
    devices: dict[str, Device] = field(default_factory=dict)
    refresh_tokens: dict[str, str] = field(default_factory=dict)
    """Token to client and scopes."""
    access_tokens: set[str] = field(default_factory=set)
    issued: list[str] = field(default_factory=list)
    """Everything that nobody else may see."""
    requests: list[tuple[str, dict[str, str]]] = field(default_factory=list)

    def __enter__(self) -> Self:
        authority = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                parts = urlsplit(self.path)
                if parts.path == "/oauth2/validate":
                    self._give(lambda: authority.validated(self.headers.get("authorization", "")))
                    return
                self._give(lambda: authority.page(parts.path, dict(parse_qsl(parts.query))))

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("content-length", "0"))).decode()
                form = dict(parse_qsl(body, strict_parsing=True))
                self._give(lambda: authority.asked(self.path, form))

            def _give(self, ask: Any) -> None:
                headers: dict[str, str] = {}
                try:
                    status, answer = 200, ask()
                except No as no:
                    status, answer = no.status, no.body
                if isinstance(answer, str):
                    status, headers, answer = 302, {"Location": answer}, b""
                data = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
                self.send_response(status)
                for name, value in {
                    "Content-Type": "application/json",
                    "Content-Length": str(len(data)),
                    **headers,
                }.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, *args: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.01,), name="oauth stand-in"
        )
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def secret(self) -> str:
        made = secrets.token_urlsafe(24)
        self.issued.append(made)
        return made

    # -- the person's side

    def page(self, path: str, asked: dict[str, str]) -> str:
        """Google's page: leads the browser back."""
        self.requests.append((path, asked))
        if path != "/o/oauth2/v2/auth":
            raise No(404, {})
        redirect = asked["redirect_uri"]
        if asked["client_id"] != CLIENT or not re.fullmatch(r"http://127\.0\.0\.1:\d+", redirect):
            raise google("redirect_uri_mismatch")
        if asked["response_type"] != "code" or asked["code_challenge_method"] != "S256" or not asked["scope"]:
            raise google("invalid_request")
        if not re.fullmatch(r"[A-Za-z0-9_-]{43}", asked["code_challenge"]) or len(asked["state"]) < 20:
            raise google("invalid_request")
        if self.denies:
            return f"{redirect}?{urlencode({'error': 'access_denied', 'state': asked['state']})}"
        code = self.secret()
        self.codes[code] = Code(asked["client_id"], redirect, asked["code_challenge"], asked["scope"])
        return f"{redirect}?{urlencode({'state': asked['state'], 'code': code, 'scope': asked['scope']})}"

    def type_code(self, user_code: str, state: str = "allowed") -> None:
        """Twitch's page: the person typed the code."""
        [device] = [each for each in self.devices.values() if each.user_code == user_code]
        device.state = state

    # -- the app's side

    def asked(self, path: str, form: dict[str, str]) -> Any:
        self.requests.append((path, form))
        if path == "/oauth2/device":
            return self._device(form)
        if path not in ("/token", "/oauth2/token"):
            raise No(404, {})
        no = google if path == "/token" else twitch
        if form.get("client_id") != CLIENT:
            raise google("invalid_client", status=401) if no is google else twitch("invalid client", 400)
        if self.client_secret and form.get("client_secret") != self.client_secret:
            raise google("invalid_request", "client_secret is missing.")
        if self.twist:
            twist = self.twist.popleft()
            if isinstance(twist, No):
                raise twist
            if isinstance(twist, bytes):
                return twist
        match form.get("grant_type"):
            case "authorization_code":
                return self._by_code(form)
            case "refresh_token":
                return self._by_refresh(form, path == "/oauth2/token")
            case "urn:ietf:params:oauth:grant-type:device_code":
                return self._by_device(form)
            case _:
                raise no("unsupported_grant_type")

    def validated(self, authorization: str) -> dict[str, Any]:
        """Twitch's answer about a token."""
        self.requests.append(("/oauth2/validate", {}))
        kind, _, token = authorization.partition(" ")
        if kind != "OAuth" or token not in self.access_tokens:
            raise twitch("invalid access token", 401)
        return {"client_id": CLIENT, "login": "a", "scopes": [], "user_id": "1", "expires_in": 5_000}

    def _by_code(self, form: dict[str, str]) -> Any:
        code = self.codes.pop(form["code"], None)
        if code is None or code.redirect != form["redirect_uri"] or code.client != form["client_id"]:
            raise google("invalid_grant", "Bad Request")
        digest = hashlib.sha256(form["code_verifier"].encode()).digest()
        if base64.urlsafe_b64encode(digest).rstrip(b"=").decode() != code.challenge:
            raise google("invalid_grant", "Invalid code verifier.")
        return self._tokens(code.scope, self._refresh_token(code.scope))

    def _by_refresh(self, form: dict[str, str], rotates: bool) -> Any:
        scope = self.refresh_tokens.get(form["refresh_token"])
        if scope is None:
            if rotates:
                raise No(400, {"error": "Bad Request", "status": 400, "message": "Invalid refresh token"})
            raise google("invalid_grant", "Token has been expired or revoked.")
        if not rotates:
            return self._tokens(scope, "")
        del self.refresh_tokens[form["refresh_token"]]
        return self._tokens(scope, self._refresh_token(scope), many=True)

    def _by_device(self, form: dict[str, str]) -> Any:
        device = self.devices.get(form["device_code"])
        if device is None or device.client != form["client_id"]:
            raise twitch("invalid device code")
        if device.state == "pending":
            raise twitch("authorization_pending")
        del self.devices[form["device_code"]]
        if device.state == "denied":
            raise twitch("access_denied")
        return self._tokens(device.scopes, self._refresh_token(device.scopes), many=True)

    def _device(self, form: dict[str, str]) -> Any:
        if form.get("client_id") != CLIENT:
            raise twitch("invalid client")
        code, user_code = self.secret(), secrets.token_hex(4).upper()
        self.devices[code] = Device(form["client_id"], form["scopes"], user_code)
        return {
            "device_code": code,
            "expires_in": 1800,
            "interval": self.interval,
            "user_code": user_code,
            "verification_uri": f"{self.url}/activate?public=true&device-code={user_code}",
        }

    def _refresh_token(self, scope: str) -> str:
        made = self.secret()
        self.refresh_tokens[made] = scope
        return made

    def _tokens(self, scope: str, refresh_token: str, many: bool = False) -> dict[str, Any]:
        access = self.secret()
        self.access_tokens.add(access)
        given = scope if self.gives is None else self.gives
        told: dict[str, Any] = {
            "access_token": access,
            "scope": given.split() if many else given,
            "token_type": "bearer" if many else "Bearer",
        }
        if self.expires_in is not None:
            told["expires_in"] = self.expires_in
        if refresh_token:
            told["refresh_token"] = refresh_token
        return told
