"""A real Vendure server on this computer, for tests: installed once, started, seeded, shopped at."""

import json
import os
import shutil
import socket
import struct
import subprocess
import time
import zlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, Self

import httpx

from tests.fakes.first_line import first_line
from tests.real import npm_packages

HERE = Path(__file__).parent
SUBSCRIBER = Path(__file__).parents[3] / "resources" / "push" / "vendure-host-studio.js"
ADMIN, SHOP = "/admin-api", "/shop-api"
READY_WITHIN_S = 90
RIGHTS = (
    "ReadCatalog", "UpdateCatalog", "CreateCatalog", "ReadOrder", "ReadPromotion", "CreatePromotion", "UpdatePromotion",
    "ReadStockLocation", "ReadSettings",
)  # fmt: skip
LOGIN = 'mutation{login(username:"superadmin",password:"superadmin",rememberMe:true){__typename}}'
_ERROR = "... on ErrorResult{errorCode message}"
_TOLD = f"__typename ... on Order{{id code state totalWithTax}} {_ERROR}"


def installed() -> Path:
    """The folder with the server and its packages."""
    folder = npm_packages.installed("vendure", HERE, ["ci"])
    for file in (HERE / "index.js", SUBSCRIBER):
        shutil.copy(file, folder / file.name)
    return folder


def a_free_port() -> int:
    """A port of 127.0.0.1 that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def a_picture(red: int, green: int, blue: int, side: int = 64) -> bytes:
    """A PNG of one colour."""
    rows = (b"\0" + bytes((red, green, blue)) * side) * side

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )


class Api:
    """One person's session at one of the server's two APIs."""

    def __init__(self, url: str, path: str, headers: dict[str, str] | None = None) -> None:
        self._http = httpx.Client(base_url=url, timeout=60, trust_env=False, headers=headers)
        self._path = path

    def __call__(self, operation: str, **variables: Any) -> Any:
        """The data of the answer; errors fail the test."""
        answer = self._http.post(self._path, json={"query": operation, "variables": variables})
        if token := answer.headers.get("vendure-auth-token"):
            self._http.headers["Authorization"] = f"Bearer {token}"
        told = answer.json()
        assert not told.get("errors"), told["errors"]
        return told["data"]

    def upload(self, operation: str, files: list[tuple[str, bytes]]) -> Any:
        """Send files by the GraphQL multipart request."""
        variables = {"input": [{"file": None} for _ in files]}
        answer = self._http.post(
            self._path,
            data={
                "operations": json.dumps({"query": operation, "variables": variables}),
                "map": json.dumps({str(i): [f"variables.input.{i}.file"] for i in range(len(files))}),
            },
            files={str(i): (name, data, "image/png") for i, (name, data) in enumerate(files)},
            headers={"Apollo-Require-Preflight": "true"},
        )
        told = answer.json()
        assert not told.get("errors"), told["errors"]
        return told["data"]

    def close(self) -> None:
        """Hang up."""
        self._http.close()


@dataclass
class Vendure:
    """A running server; `key` opens it with the rights that the studio needs and no more. `keep`: a second start finds what
    was there, even after a kill ("always"; under load the file may be spoilt), or when it was ended by `stop` ("ended").
    """

    folder: Path
    port: int
    keep: Literal["", "always", "ended"] = ""
    key: str = field(default="", repr=False)
    process: "subprocess.Popen[bytes] | None" = None
    _admin: Api | None = None

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def admin(self) -> Api:
        """The superadmin's session."""
        if self._admin is None:
            self._admin = Api(self.url, ADMIN)
            self._admin(LOGIN)
        return self._admin

    def start(self) -> Self:
        """Start it and wait until it answers; a second start takes the same port and, with `keep`, the same database."""
        node = shutil.which("node")
        assert node is not None, "the tests of real shops need node: install it"
        environment = {**os.environ, "PORT": str(self.port), "DATA_DIR": str(self.folder)}
        if self.keep:
            environment["KEEP"] = self.keep
        log = self.folder / "server.log"
        self.process = subprocess.Popen(
            [node, "index.js"], cwd=installed(), env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )  # fmt: skip
        try:
            first_line(self.process, log, "READY").result(READY_WITHIN_S)
        except (EOFError, TimeoutError) as error:
            self.kill()
            raise RuntimeError(f"Vendure did not start: {log.read_text(errors='replace')[-3000:]}") from error
        return self

    def kill(self) -> None:
        """SIGKILL: nothing is tidied up."""
        self._hang_up()
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
            self.process.wait(20)

    def stop(self) -> None:
        """End it as a person would."""
        self._hang_up()
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.kill()

    def _hang_up(self) -> None:
        if self._admin is not None:
            self._admin.close()
            self._admin = None

    def a_key(self, *rights: str) -> tuple[str, str]:
        """An API key of a new role with these rights, and the key's id."""
        name = f"role-{time.monotonic_ns()}"
        role = self.admin(
            "mutation($i:CreateRoleInput!){createRole(input:$i){id}}",
            i={"code": name, "description": name, "permissions": list(rights)},
        )["createRole"]["id"]
        made = self.admin(
            "mutation($i:CreateApiKeyInput!){createApiKey(input:$i){apiKey entityId}}",
            i={"roleIds": [role], "translations": [{"languageCode": "en", "name": name}]},
        )["createApiKey"]
        return made["apiKey"], made["entityId"]

    def orders(self) -> list[dict[str, Any]]:
        """All placed orders, as the shop lists them."""
        found: list[dict[str, Any]] = []
        while True:
            page = self.admin(
                "query($o:OrderListOptions){orders(options:$o){totalItems items{id state totalWithTax couponCodes "
                "promotions{couponCode} payments{amount} customFields{hostStudioLink} lines{quantity}}}}",
                o={
                    "take": 500,
                    "skip": len(found),
                    "sort": {"id": "ASC"},
                    "filter": {"active": {"eq": False}},
                },
            )["orders"]
            found += page["items"]
            if len(found) >= page["totalItems"]:
                return found

    def cancel(self, order_id: str) -> None:
        """Call an order off."""
        told = self.admin(
            f"mutation($i:CancelOrderInput!){{cancelOrder(input:$i){{__typename {_ERROR} ... on Order{{state}}}}}}",
            i={"orderId": order_id, "cancelShipping": True},
        )["cancelOrder"]
        assert told.get("state") == "Cancelled", told

    def shopper(self) -> "Shopper":
        """Somebody who comes to the storefront."""
        return Shopper(Api(self.url, SHOP))


class Shopper:
    """Somebody at the storefront; uses the shop's own storefront API."""

    def __init__(self, api: Api) -> None:
        self._api = api

    def buy(
        self,
        variant_id: str,
        quantity: int = 1,
        code: str = "",
        link: str = "",
        email: str = "",
        method: str = "card",
    ) -> dict[str, Any]:
        """A whole purchase, and the session's end; the order, or the shop's error. `link` is "SHOW/LINK"."""
        try:
            return self._bought(variant_id, quantity, code, link, email, method)
        finally:
            self._api.close()

    def _bought(
        self, variant_id: str, quantity: int, code: str, link: str, email: str, method: str
    ) -> dict[str, Any]:
        """In few requests: what belongs together goes in one, as storefronts do."""
        put = self._do(
            "addItemToOrder(productVariantId:$v,quantity:$q)", "$v:ID!,$q:Int!", v=variant_id, q=quantity
        )
        if "errorCode" in put:
            return put
        if code:
            put = self._do("applyCouponCode(couponCode:$c)", "$c:String!", c=code)
            if "errorCode" in put:
                return put
        self._introduced(email or f"{time.monotonic_ns()}@example.com", link)
        moved = self._api(
            f"mutation($w:[ID!]!){{w:setOrderShippingMethod(shippingMethodId:$w){{{_TOLD}}}"
            f'r:transitionOrderToState(state:"ArrangingPayment"){{{_TOLD}}}}}',
            w=[self._api("{eligibleShippingMethods{id}}")["eligibleShippingMethods"][0]["id"]],
        )["r"]
        if moved and "errorCode" in moved:
            return moved
        pay = {"method": method, "metadata": {}}
        return self._do("addPaymentToOrder(input:$i)", "$i:PaymentInput!", i=pay)

    def _introduced(self, email: str, link: str) -> None:
        """Say who they are, where they live, and by which link they came."""
        who = {"firstName": "Kim", "lastName": "Test", "emailAddress": email}
        home = {
            "fullName": "Kim Test",
            "streetLine1": "1",
            "city": "Berlin",
            "postalCode": "10115",
            "countryCode": "DE",
        }
        self._api(
            "mutation($w:CreateCustomerInput!,$h:CreateAddressInput!,$l:UpdateOrderInput!,$by:Boolean!){"
            f"w:setCustomerForOrder(input:$w){{{_TOLD}}}h:setOrderShippingAddress(input:$h){{{_TOLD}}}"
            f"l:setOrderCustomFields(input:$l)@include(if:$by){{{_TOLD}}}}}",
            w=who,
            h=home,
            l={"customFields": {"hostStudioLink": link}},
            by=bool(link),
        )

    def _do(self, call: str, declared: str, **values: Any) -> dict[str, Any]:
        return self._api(f"mutation({declared}){{r:{call}{{{_TOLD}}}}}", **values)["r"]
