"""A real Medusa server on this computer, for tests: installed once, with a PostgreSQL cluster of its own, shopped at.

It is installed by `npm install`, not `npm ci`: that refuses this lock, because npm leaves the packages of other systems
(rollup's, esbuild's, msgpackr's) without a version in it. What `npm install` takes are the versions of the lock; of those
that matter most, `installed` sees to it.
"""

import json
import os
import secrets
import shutil
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import httpx

from tests.real import npm_packages
from tests.real.leashed import Leashed
from tests.real.medusa.postgres import Cluster

HERE = Path(__file__).parent
SUBSCRIBER = Path(__file__).parents[3] / "resources" / "push" / "medusa-host-studio.ts"
_STRIP_TYPES = """
const { readFileSync, writeFileSync } = require("node:fs");
const { transform } = require("sucrase");
const [from, to] = process.argv.slice(1);
writeFileSync(to, transform(readFileSync(from, "utf8"), { transforms: ["typescript", "imports"] }).code);
"""
READY_WITHIN_S = 120
EMAIL = "keeper@example.com"
PAYMENT = "pp_system_default"
_BRIEF = "?fields=id"
"""A shopper needs no more of an answer: Medusa takes much longer to tell a whole cart."""


def installed() -> Path:
    """The folder with the server's packages."""
    return npm_packages.installed("medusa", HERE, ["install", "--ignore-scripts"], _check)


def _check(folder: Path) -> None:
    """What was installed is what the lock says."""
    locked = json.loads((HERE / "package-lock.json").read_text())["packages"]
    for path in ("@medusajs/medusa", "@medusajs/framework", "@medusajs/promotion", "@medusajs/order"):
        got = json.loads((folder / "node_modules" / path / "package.json").read_text())["version"]
        assert got == locked[f"node_modules/{path}"]["version"], f"{path} {got} is not the one of the lock"


class Api:
    """One person's session at the server."""

    def __init__(self, url: str, headers: dict[str, str] | None = None) -> None:
        self._http = httpx.Client(base_url=url, timeout=60, trust_env=False, headers=headers)

    def login(self, email: str, password: str) -> str:
        """Become a user of the administration; the token."""
        token = self.post("/auth/user/emailpass", email=email, password=password)["token"]
        self._http.headers["Authorization"] = f"Bearer {token}"
        return token

    def tried(self, method: str, path: str, body: Any = None, **params: Any) -> tuple[int, Any]:
        """The status and what was said."""
        answer = self._http.request(method, path, json=body, params=params or None)
        return answer.status_code, answer.json()

    def get(self, path: str, **params: Any) -> Any:
        """What is there; a refusal fails the test."""
        status, told = self.tried("GET", path, **params)
        assert status < 300, (path, status, told)
        return told

    def post(self, path: str, **body: Any) -> Any:
        """Write; a refusal fails the test."""
        status, told = self.tried("POST", path, body)
        assert status < 300, (path, status, told)
        return told

    def delete(self, path: str) -> Any:
        """Take away; a refusal fails the test."""
        status, told = self.tried("DELETE", path)
        assert status < 300, (path, status, told)
        return told

    def upload(self, *files: tuple[str, bytes]) -> list[str]:
        """The addresses of these pictures."""
        told = self._http.post(
            "/admin/uploads", files=[("files", (name, data, "image/png")) for name, data in files]
        )
        assert told.status_code < 300, told.text
        return [file["url"] for file in told.json()["files"]]

    def close(self) -> None:
        """Hang up."""
        self._http.close()


@dataclass
class Shopfront:
    """What shoppers need to know: the key of the storefront, the region and its country, the way goods are sent."""

    key: str
    region: str
    country: str
    shipping: str


@dataclass
class Medusa:
    """A running server with a database of its own in `cluster`; `key` opens it, and `front` is where people shop."""

    folder: Path
    port: int
    cluster: Cluster
    roles: bool = False
    database: str = ""
    key: str = field(default="", repr=False)
    front: Shopfront | None = None
    _password: str = field(default_factory=lambda: secrets.token_hex(16), repr=False)
    _secret: str = field(default_factory=lambda: secrets.token_hex(16), repr=False)
    _server: Leashed | None = None
    _admin: Api | None = None

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def admin(self) -> Api:
        """The shopkeeper's session."""
        if self._admin is None:
            self._admin = Api(self.url)
            self._admin.login(EMAIL, self._password)
        return self._admin

    def _environment(self) -> dict[str, str]:
        return {
            **os.environ,
            "PORT": str(self.port),
            "DATABASE_URL": self.cluster.url(self.database),
            "JWT_SECRET": self._secret,
            "MEDUSA_DISABLE_TELEMETRY": "true",
            "MEDUSA_FF_RBAC": "true" if self.roles else "false",
            "NODE_ENV": "production",
            "LOG_LEVEL": "info",
            "NO_COLOR": "1",
        }

    def _command(self, *words: str) -> list[str]:
        node = shutil.which("node")
        assert node is not None, "the tests of real shops need node: install it"
        return [node, str(self.folder / "node_modules" / "@medusajs" / "cli" / "cli.js"), *words]

    def _run(self, *words: str) -> None:
        done = subprocess.run(
            self._command(*words), cwd=self.folder, env=self._environment(), capture_output=True, text=True,
            timeout=READY_WITHIN_S,
        )  # fmt: skip
        assert done.returncode == 0, f"medusa {words[0]} failed: {done.stdout[-2000:]}{done.stderr[-2000:]}"

    def make(self) -> Self:
        """A folder and a database with Medusa's tables and a shopkeeper in it."""
        for file in ("package.json", "medusa-config.js"):
            shutil.copy(HERE / file, self.folder / file)
        (self.folder / "node_modules").symlink_to(installed() / "node_modules")
        self._subscribe()
        self.database = f"shop-{self.port}"
        self.cluster.make(self.database)
        self._run("db:migrate")
        self._run("user", "-e", EMAIL, "-p", self._password)
        return self

    def _subscribe(self) -> None:
        """Put in what tells the studio of changes: it does nothing where the environment names no address."""
        place = self.folder / "src" / "subscribers"
        place.mkdir(parents=True)
        node = self._command()[0]
        words = [node, "-e", _STRIP_TYPES, str(SUBSCRIBER), str(place / "host-studio.js")]
        subprocess.run(words, cwd=self.folder, check=True, timeout=READY_WITHIN_S)

    def start(self) -> Self:
        """Start it and wait until it answers; a second start takes the same port and the same database."""
        log = self.folder / "server.log"
        command = self._command("start", "-H", "127.0.0.1", "-p", str(self.port))
        self._server = Leashed(
            command, log, folder=self.folder, environment=self._environment(), word="Server is ready on port"
        )
        try:
            self._server.told.result(READY_WITHIN_S)
        except (EOFError, TimeoutError) as error:
            self.kill()
            raise RuntimeError(f"Medusa did not start: {log.read_text(errors='replace')[-3000:]}") from error
        return self

    def kill(self) -> None:
        """SIGKILL: nothing is tidied up."""
        self._hang_up()
        if self._server is not None:
            self._server.kill()

    def stop(self) -> None:
        """End it as a person would."""
        self._hang_up()
        if self._server is not None:
            self._server.stop()

    def _hang_up(self) -> None:
        if self._admin is not None:
            self._admin.close()
            self._admin = None

    def a_user(self, email: str) -> tuple[str, str]:
        """Somebody else in the administration, with all rights; the id and the password."""
        password = secrets.token_hex(16)
        self._run("user", "-e", email, "-p", password)
        return self.admin.get("/admin/users", email=email)["users"][0]["id"], password

    def login(self, email: str = EMAIL, password: str = "") -> str:
        """The token of a user, who is the shopkeeper where nobody else is named."""
        api = Api(self.url)
        try:
            return api.login(email, password or self._password)
        finally:
            api.close()

    def a_key(self, kind: str = "secret") -> tuple[str, str]:
        """A new API key, and its id."""
        made = self.admin.post("/admin/api-keys", title=f"key {time.monotonic_ns()}", type=kind)["api_key"]
        return made["token"], made["id"]

    def capture(self, order_id: str) -> None:
        """Take the money for an order."""
        for payment in self.payments(order_id):
            if not payment["captures"]:
                self.admin.post(f"/admin/payments/{payment['id']}/capture")

    def payments(self, order_id: str) -> list[dict[str, Any]]:
        """An order's payments."""
        order = self.admin.get(f"/admin/orders/{order_id}")["order"]
        return [payment for held in order["payment_collections"] for payment in held["payments"]]

    def cancel(self, order_id: str) -> None:
        """Call an order off."""
        self.admin.post(f"/admin/orders/{order_id}/cancel")

    def orders(self) -> list[dict[str, Any]]:
        """All orders, as the shop lists them."""
        found: list[dict[str, Any]] = []
        fields = "id,status,total,summary,metadata,*promotions,items.quantity,items.variant_id"
        while True:
            page = self.admin.get(
                "/admin/orders", fields=fields, limit=200, offset=len(found), order="created_at"
            )
            found += page["orders"]
            if len(found) >= page["count"]:
                return found

    def shopper(self) -> "Shopper":
        """Somebody who comes to the storefront."""
        assert self.front is not None, "nobody has seeded the shop"
        return Shopper(Api(self.url, {"x-publishable-api-key": self.front.key}), self.front)


class Shopper:
    """Somebody at the storefront; uses the shop's own storefront API."""

    def __init__(self, api: Api, front: Shopfront) -> None:
        self._api = api
        self._front = front

    def buy(
        self, variant_id: str, quantity: int = 1, code: str = "", email: str = "", metadata: Any = None
    ) -> dict[str, Any]:
        """A whole purchase, and the session's end; the order, or what the shop said instead. What was not paid for is
        authorised: the shopkeeper captures it.
        """
        try:
            return self._bought(variant_id, quantity, code, email, metadata or {})
        finally:
            self._api.close()

    def _bought(
        self, variant_id: str, quantity: int, code: str, email: str, metadata: dict[str, Any]
    ) -> dict[str, Any]:
        home = {
            "first_name": "Kim", "last_name": "Test", "address_1": "1", "city": "Berlin", "postal_code": "10115",
            "country_code": self._front.country,
        }  # fmt: skip
        status, told = self._api.tried(
            "POST",
            f"/store/carts{_BRIEF}",
            {
                "region_id": self._front.region,
                "email": email or f"{time.monotonic_ns()}@example.com",
                "items": [{"variant_id": variant_id, "quantity": quantity}],
                "shipping_address": home,
                "metadata": metadata,
            },
        )
        if status >= 300:
            return told
        cart = f"/store/carts/{told['cart']['id']}"
        self._api.post(f"{cart}/shipping-methods{_BRIEF}", option_id=self._front.shipping)
        # Only now: Medusa keeps no code in a cart that takes nothing off it yet, such as free shipping without any.
        if code:
            status, told = self._api.tried("POST", f"{cart}/promotions{_BRIEF}", {"promo_codes": [code]})
            if status >= 300:
                return told
        held = self._api.post(f"/store/payment-collections{_BRIEF}", cart_id=cart.rpartition("/")[2])
        self._api.post(
            f"/store/payment-collections/{held['payment_collection']['id']}/payment-sessions{_BRIEF}",
            provider_id=PAYMENT,
        )
        status, told = self._api.tried("POST", f"{cart}/complete", {})
        return told.get("order") or told
