"""What the benchmark of shops stands on: large shops to read, shoppers, and a studio on air in front of them."""

import asyncio
import hashlib
import hmac
import json
import os
import time
import urllib.request
from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import msgspec
from PySide6.QtWidgets import QApplication
from rig import Painted, until

from studio.app import RESOURCES, Desktop
from studio.control.ports import Http, HttpAnswer, ShopIdentity, SseEvent
from studio.domain.commands import Command, PinItem, PlanShow, StartShow
from studio.domain.lineup import ItemKind, LineUp, LineUpItem
from studio.domain.show import ShowPhase
from studio.engine_room import Connections, EngineRoom, new_show_id
from studio.settings.paths import Paths
from studio.settings.schema import ShopSettings
from studio.shop_factory import KINDS, ConnectedShop, OnProblem, ShopKind, shop_kind
from studio.shops.pacing import Gate, PacedHttp
from studio.shops.push_vendure import vendure_push
from studio.shops.studio_api import StudioApiShop
from studio.sync.http import bearer
from studio.sync.webhooks import push_path
from tests.fakes.shop_process import ShopProcess, start_shop
from tests.real.shopping import come

ASKED = "asked"
"""The demo shop as one that tells nothing by itself."""
SECRET = "a-secret-for-benchmarks"
VARIANTS = 5_000
_A_PRODUCT = 50


class _AskedShop(StudioApiShop):
    async def identity(self) -> ShopIdentity:
        told = await super().identity()
        can = msgspec.structs.replace(told.capabilities, push=False)
        return msgspec.structs.replace(told, capabilities=can)


def _asked(http: Http, _: ShopSettings, language: str, on_problem: OnProblem | None) -> ConnectedShop:
    return _AskedShop(PacedHttp(http, Gate()), language, on_problem)


KINDS[ASKED] = ShopKind("Demo shop, asked", _asked, bearer, vendure_push)


# --- shops ------------------------------------------------------------------------------------------------------


def large_catalogue(folder: Path, variants: int) -> Path:
    """The demo shop's catalogue so often that it has at least so many variants, with plenty of each."""
    whole = json.loads((RESOURCES / "catalogue" / "catalogue.json").read_bytes())
    once, found, count = whole["products"], [], 0
    for copy in range(variants // len(once) + 1):
        for product in once:
            if count >= variants:
                break
            more = json.loads(json.dumps(product)) | {"active": True}
            for part in (more, *more["variants"]):
                part["id"] += f"--{copy}" if copy else ""
                part["sku"] += f"-{copy}" if copy else ""
            for variant in more["variants"]:
                variant["stock"] = dict.fromkeys(variant["stock"], 1_000)
            found.append(more)
            count += len(more["variants"])
    folder.mkdir()
    (folder / "images").symlink_to(RESOURCES / "catalogue" / "images")
    (folder / "catalogue.json").write_text(json.dumps(whole | {"products": found}), "utf-8")
    return folder


class DemoShop:
    """The demo shop in a process of its own. `tells`: a webhook follows each sale, as a platform's would."""

    def __init__(self, folder: Path, variants: int) -> None:
        large = large_catalogue(folder / "catalogue", variants)
        self.process: ShopProcess = start_shop(folder / "shop", arguments=("--catalogue", str(large)))
        product = self.process.get("products", limit=1)["items"][0]
        self.product_id, self.variant_id = product["id"], product["variants"][0]["id"]
        self._session = come(self.process)
        self._number = 0

    def settings(self, kind: str, port: int = 0) -> ShopSettings:
        return ShopSettings(
            id="bench", kind=kind, name="Bench", base_url=self.process.url, push_port=port
        )  # fmt: skip

    @property
    def token(self) -> str:
        return self.process.token

    def sell(self) -> float:
        """Somebody buys one; when that was done (`time.perf_counter`)."""
        lines = [{"variant_id": self.variant_id, "quantity": 1}]
        answer = self.process.store("orders", {"session_id": self._session, "lines": lines, "code": None})
        done = time.perf_counter()
        if answer.status_code != 201:
            raise RuntimeError(answer.text)
        return done

    def look(self) -> None:
        """Ask how many are left, and nothing else."""
        self.process.get(f"products/{self.product_id}")

    def tell(self, port: int) -> None:
        """What a platform does after a sale."""
        self._number += 1
        body = json.dumps(
            {"id": f"e{self._number}", "topic": "order.placed", "data": {"variantIds": [self.variant_id]}}
        ).encode()
        sign = "sha256=" + hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
        headers = {"Content-Type": "application/json", "X-Host-Studio-Signature": sign}
        asked = urllib.request.Request(f"http://127.0.0.1:{port}{push_path(SECRET)}", body, headers)
        with urllib.request.urlopen(asked, timeout=10) as answer:  # noqa: S310
            answer.read()

    def stop(self) -> None:
        self.process.stop()


class _RealShop:
    """A real server with our subscriber in it: it tells by itself, to `port`."""

    server: Any
    _kind = ""

    def __init__(self, folder: Path, port: int) -> None:
        os.environ["HOST_STUDIO_PUSH_URL"] = f"http://127.0.0.1:{port}{push_path(SECRET)}"
        os.environ["HOST_STUDIO_PUSH_SECRET"] = SECRET
        self.folder = folder / self._kind
        self.folder.mkdir()

    def settings(self, kind: str, port: int = 0) -> ShopSettings:
        return ShopSettings(
            id="bench", kind=kind, name="Bench", base_url=self.server.url, push_port=port,
            storefront="https://shop.example",
        )  # fmt: skip

    def tell(self, port: int) -> None:
        """The server did that itself."""

    def stop(self) -> None:
        self.server.stop()


class VendureShop(_RealShop):
    """A real Vendure."""

    _kind = "vendure"

    def __init__(self, folder: Path, variants: int, port: int) -> None:
        from tests.real.vendure.seed import seed
        from tests.real.vendure.server import RIGHTS, Vendure, a_free_port

        super().__init__(folder, port)
        self.server = Vendure(self.folder, a_free_port()).start()
        seed(self.server.admin)
        self._more(variants)
        self.token, _ = self.server.a_key(*RIGHTS)
        listed = self.server.admin("{productVariants(options:{take:50}){items{id productId sku}}}")
        sold = next(v for v in listed["productVariants"]["items"] if not v["sku"].startswith("T-"))
        plenty = "mutation($i:[UpdateProductVariantInput!]!){updateProductVariants(input:$i){id}}"
        self.server.admin(plenty, i=[{"id": sold["id"], "stockOnHand": 1_000}])
        self.product_id, self.variant_id = sold["productId"], sold["id"]

    def _more(self, variants: int) -> None:
        """Few products of many variants each: that is filled in a minute, and read like many of few."""
        admin = self.server.admin

        def named(**words: str) -> list[dict[str, str]]:
            return [{"languageCode": "en", **words}]

        for first in range(0, variants, _A_PRODUCT):
            sizes = range(first, min(first + _A_PRODUCT, variants))
            product = admin(
                "mutation($i:CreateProductInput!){createProduct(input:$i){id}}",
                i={
                    "enabled": True,
                    "translations": named(
                        name=f"Thing {first}", slug=f"thing-{first}", description="A thing."
                    ),
                },
            )["createProduct"]["id"]
            group = admin(
                "mutation($i:CreateProductOptionGroupInput!){createProductOptionGroup(input:$i){id options{id}}}",
                i={
                    "code": f"size-{first}",
                    "translations": named(name="Size"),
                    "options": [{"code": f"s{n}", "translations": named(name=f"Size {n}")} for n in sizes],
                },
            )["createProductOptionGroup"]
            admin(
                "mutation($p:ID!,$g:ID!){addOptionGroupToProduct(productId:$p,optionGroupId:$g){id}}",
                p=product,
                g=group["id"],
            )
            admin(
                "mutation($i:[CreateProductVariantInput!]!){createProductVariants(input:$i){id}}",
                i=[
                    {
                        "productId": product, "sku": f"T-{n}", "price": 1_000 + n, "trackInventory": "TRUE",
                        "optionIds": [option["id"]], "translations": named(name=f"Thing {n}"), "stockOnHand": 500,
                    }
                    for n, option in zip(sizes, group["options"], strict=True)
                ],
            )  # fmt: skip

    def sell(self) -> float:
        told = self.server.shopper().buy(self.variant_id)
        done = time.perf_counter()
        if "errorCode" in told:
            raise RuntimeError(str(told))
        return done

    def look(self) -> None:
        """Ask how many are left, and nothing else; with the key, whose check by bcrypt is most of the answer."""
        asked = "query($i:ID!){productVariant(id:$i){stockLevels{stockOnHand stockAllocated}}}"
        name, value = shop_kind("vendure").token_header(self.token)
        body = {"query": asked, "variables": {"i": self.variant_id}}
        httpx.post(f"{self.server.url}/admin-api", json=body, headers={name: value}).raise_for_status()


class MedusaShop(_RealShop):
    """A real Medusa on a PostgreSQL of its own."""

    _kind = "medusa"

    def __init__(self, folder: Path, variants: int, port: int) -> None:
        from tests.real.medusa.postgres import Cluster
        from tests.real.medusa.seed import seed
        from tests.real.medusa.server import Medusa
        from tests.real.vendure.server import a_free_port

        super().__init__(folder, port)
        self._cluster = Cluster()
        self._cluster.start()
        try:
            self.server = Medusa(self.folder, a_free_port(), self._cluster).make().start()
            seed(self.server)
            self._more(variants)
        except BaseException:
            self._cluster.stop()
            raise
        self.token = self.server.key
        found = self.server.admin.get("/admin/products", handle="item-3", fields="id,*variants")["products"][
            0
        ]
        self.product_id, self.variant_id = found["id"], found["variants"][0]["id"]

    def _more(self, variants: int) -> None:
        """Few products of many variants each, as at the other shops."""
        admin = self.server.admin
        channel = admin.get("/admin/sales-channels")["sales_channels"][0]["id"]
        profile = admin.get("/admin/shipping-profiles")["shipping_profiles"][0]["id"]
        place = admin.get("/admin/stock-locations")["stock_locations"][0]["id"]
        for first in range(0, variants, _A_PRODUCT):
            sizes = range(first, min(first + _A_PRODUCT, variants))
            admin.post(
                "/admin/products",
                title=f"Thing {first}", handle=f"thing-{first}", status="published", shipping_profile_id=profile,
                sales_channels=[{"id": channel}], options=[{"title": "Size", "values": [f"Size {n}" for n in sizes]}],
                variants=[
                    {
                        "title": f"Thing {n}", "sku": f"T-{n}", "manage_inventory": True, "options": {"Size": f"Size {n}"},
                        "prices": [{"currency_code": "eur", "amount": 10 + n / 100}],
                    }
                    for n in sizes
                ],
            )  # fmt: skip
        items: list[str] = []
        while True:
            page = admin.get("/admin/inventory-items", limit=500, offset=len(items), fields="id,sku", q="T-")
            items += [x["id"] for x in page["inventory_items"]]
            if len(items) >= page["count"]:
                break
        for start in range(0, len(items), 500):
            admin.post(
                "/admin/inventory-items/location-levels/batch",
                create=[
                    {"inventory_item_id": item, "location_id": place, "stocked_quantity": 500}
                    for item in items[start : start + 500]
                ],
            )

    def sell(self) -> float:
        told = self.server.shopper().buy(self.variant_id)
        done = time.perf_counter()
        if "id" not in told:
            raise RuntimeError(str(told))
        return done

    def look(self) -> None:
        """Ask how many are left, and nothing else."""
        fields = "id,*inventory_items.inventory.location_levels"
        self.server.admin.get(f"/admin/products/{self.product_id}/variants/{self.variant_id}", fields=fields)

    def stop(self) -> None:
        super().stop()
        self._cluster.stop()


def looked(shop: "AnyShop") -> float:
    """How long after a purchase the shop answers who asks at once, in ms: what it lets any program have."""
    done = shop.sell()
    shop.look()
    return (time.perf_counter() - done) * 1000


AnyShop = DemoShop | VendureShop | MedusaShop


# --- what was asked ---------------------------------------------------------------------------------------------


@dataclass
class Asked:
    """One request, to be sent again just so."""

    method: str
    path: str
    body: bytes | None
    params: tuple[tuple[str, str], ...]
    headers: dict[str, str]


@dataclass
class Recorder:
    """The `Http` port that remembers what it was asked, and how many requests were under way at once."""

    http: Http
    asked: list[Asked] = field(default_factory=list)
    most: int = 0
    _under_way: int = 0

    async def request(
        self,
        method: str,
        path: str,
        *,
        body: bytes | None = None,
        params: Sequence[tuple[str, str]] = (),
        headers: Mapping[str, str] | None = None,
        **limits: Any,
    ) -> HttpAnswer:
        self.asked.append(Asked(method, path, body, tuple(params), dict(headers or {})))
        self._under_way += 1
        self.most = max(self.most, self._under_way)
        try:
            return await self.http.request(method, path, body=body, params=params, headers=headers, **limits)
        finally:
            self._under_way -= 1

    def events(self, path: str, **how: Any) -> AsyncIterator[SseEvent]:
        return self.http.events(path, **how)

    async def aclose(self) -> None:
        await self.http.aclose()


# --- the studio -------------------------------------------------------------------------------------------------


class Known:
    """Secrets that are known."""

    persistent = True
    sentence = ""

    def __init__(self, token: str) -> None:
        self._known = {"shop:bench": token, "push:bench": SECRET}

    def get(self, name: str) -> str | None:
        return self._known.get(name)

    def set(self, name: str, value: str) -> None:
        self._known[name] = value

    def delete(self, name: str) -> None:
        self._known.pop(name, None)


@asynccontextmanager
async def pinned(
    app: QApplication, folder: Path, shop: AnyShop, settings: ShopSettings, variants: int
) -> AsyncGenerator[Desktop, None]:
    """A show on air, with its window, in which the shop's product is pinned and the whole catalogue was read."""
    paths = Paths(folder)
    paths.prepare()
    room = EngineRoom(paths.database, Connections(settings, (), Known(shop.token)))
    await asyncio.to_thread(room.start)
    desktop = Desktop(app, room, paths, rehearsal=False)
    try:
        show_id = new_show_id()
        await desktop.studio.open(show_id)
        item = LineUpItem("i1", ItemKind.PRODUCT, "Pinned", 600_000, shop.product_id)
        await _do(desktop, PlanShow(LineUp("Bench", "EUR", (item,), "en", 600_000), settings.id, ()))
        live = await desktop.open_show(show_id)
        desktop.window.resize(1440, 900)
        desktop.window.show()
        await _do(desktop, StartShow())
        await until(lambda: live.state.phase is ShowPhase.ON_AIR)
        await until(lambda: shop.product_id in live.products)
        await _do(desktop, PinItem("i1"))
        # The first sync keeps the shop busy: what is measured is the time after it.
        await until(lambda: sum(len(p.variants) for p in live.products.values()) >= variants, 300)
        await until(lambda: all(live.sellable(p).total is not None for p in live.products), 300)
        yield desktop
    finally:
        await desktop.close()


async def _do(desktop: Desktop, command: Command) -> None:
    refused = await desktop.studio.do(command)
    if refused is not None:
        raise RuntimeError(refused.sentence)


class SaleTimes:
    """Sells one of the pinned product, and measures until the card with one less has been painted."""

    def __init__(self, desktop: Desktop, shop: AnyShop) -> None:
        if desktop.live is None or desktop.host is None:
            raise RuntimeError("no show is open")
        self._live, self._shop = desktop.live, shop
        self._wanted = 0
        self._seen_at = 0.0
        self._seen = asyncio.Event()
        self.taken_ms: list[float] = []
        self._painted = Painted([desktop.host.stage.card], self._look)

    def left(self) -> int:
        return self._live.sellable(self._shop.product_id).total or 0

    async def sell(self, tell_port: int = 0) -> None:
        self._wanted = self.left() - 1
        self._seen.clear()
        done = await asyncio.to_thread(self._shop.sell)
        if tell_port:
            await asyncio.to_thread(self._shop.tell, tell_port)
        async with asyncio.timeout(30):
            await self._seen.wait()
        self.taken_ms.append(max(0.0, (self._seen_at - done) * 1000))

    def _look(self) -> None:
        if not self._seen.is_set() and self.left() <= self._wanted:
            self._seen_at = time.perf_counter()
            self._seen.set()
