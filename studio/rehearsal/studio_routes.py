"""The studio's side of the demo shop over HTTP: catalogue, stock, orders, the feed (see `contract`)."""

import hashlib
from typing import Annotated

from litestar import Response, get
from litestar.params import Parameter
from litestar.response import Stream

from studio.rehearsal import shop_catalogue, shop_changes, shop_orders
from studio.rehearsal.contract import (
    API_VERSION,
    DEFAULT_PAGE,
    LAST_MS,
    MAX_PAGE,
    Capabilities,
    Clock,
    Order,
    OrderPage,
    Product,
    ProductPage,
    Shop,
    StockPage,
    encode,
)
from studio.rehearsal.contract_show import ChangePage
from studio.rehearsal.paging import behind, cursor, page
from studio.rehearsal.problems import not_found
from studio.rehearsal.shop_core import Core, ShopRequest, tagged, told
from studio.rehearsal.shop_docs import problems
from studio.rehearsal.shop_store import Tx, stock_level

Limit = Annotated[int, Parameter(ge=1, le=MAX_PAGE, description="How many at most")]
Since = Annotated[
    int | None, Parameter(ge=0, le=LAST_MS, description="Only what was updated at this time or later")
]
Seq = Annotated[int, Parameter(ge=0, le=2**53 - 1, description="The last sequence that is known")]
SeqOrNow = Annotated[int | None, Parameter(ge=0, le=2**53 - 1, description="The last sequence that is known")]
RefQuery = Annotated[str | None, Parameter(max_length=100)]


@get("/v1/shop", responses=problems(), tags=["shop"])
async def shop(core: Core, request: ShopRequest) -> Response[Shop]:
    """Who the shop is and what it can do."""

    def job(tx: Tx) -> tuple[int, int]:
        count = tx.value("SELECT count(*) FROM products")
        return count, int(tx.value("SELECT value FROM meta WHERE key = 'catalogue_revision'"))

    count, revision = await core.store.run(job)
    about = Shop(
        instance_id=core.instance_id, name=core.shop["name"], currency=core.currency, time_zone=core.shop["time_zone"],
        languages=core.shop["languages"], api_version=API_VERSION, product_count=count, catalogue_revision=revision,
        prices_include_tax=True, locations=core.shop["locations"],
        capabilities=Capabilities(
            native_start=True, redemption_counter=True, featured=True, stock_by_location=True, traffic=True, push=True
        ),
    )  # fmt: skip
    return tagged(request, f'"{core.instance_id[:8]}-{revision}"', Shop, lambda: encode(about))


@get("/v1/clock", responses=problems(), tags=["shop"])
async def clock(core: Core) -> Clock:
    """The clock that decides."""
    return Clock(core.clock.now_ms(), core.clock.rate)


@get("/v1/products", responses=problems(422), tags=["catalogue"])
async def products(
    core: Core,
    request: ShopRequest,
    cursor_: Annotated[str | None, Parameter(query="cursor", max_length=1000)] = None,
    limit: Limit = DEFAULT_PAGE,
    q: Annotated[str | None, Parameter(max_length=200, description="Words that must all occur")] = None,
    updated_after_ms: Since = None,
) -> Response[ProductPage]:
    """The catalogue, by id."""
    start = behind(cursor_, [str])
    terms = (q or "").lower().split()[:10]

    def job(tx: Tx) -> tuple[str, list[bytes], str | None]:
        sql = "SELECT id, body FROM products WHERE id > ? AND updated_at_ms >= ?"
        sql += " AND instr(search, ?) > 0" * len(terms) + " ORDER BY id LIMIT ?"
        rows = tx.all(sql, (start[0] if start else "", updated_after_ms or 0, *terms, limit + 1))
        more = cursor(rows[limit - 1]["id"]) if len(rows) > limit else None
        revision = tx.value("SELECT value FROM meta WHERE key = 'catalogue_revision'")
        return revision, [row["body"] for row in rows[:limit]], more

    revision, items, more = await core.store.run(job)
    question = hashlib.blake2b(str(request.url.query).encode(), digest_size=6).hexdigest()
    return tagged(
        request, f'"{core.instance_id[:8]}-{revision}-{question}"', ProductPage, lambda: page(items, more)
    )


@get("/v1/products/{product_id:str}", responses=problems(404), tags=["catalogue"])
async def product(core: Core, request: ShopRequest, product_id: str) -> Response[Product]:
    """One product; withdrawn ones too."""
    row = await core.store.run(lambda tx: shop_catalogue.find(tx, product_id))
    return tagged(request, f'"{core.instance_id[:8]}-{row["revision"]}"', Product, lambda: row["body"])


@get(
    "/v1/images/{name:str}", responses=problems(404), tags=["catalogue"], media_type="image/webp", security=[]
)
async def image(core: Core, request: ShopRequest, name: str) -> Response[bytes]:
    """A product's picture."""
    found = core.pictures.get(name)
    if found is None:
        raise not_found("picture", name)
    response = tagged(request, found.tag, bytes, lambda: found.body)
    response.headers["Cache-Control"] = "public, max-age=86400"
    if response.status_code == 200:
        response.media_type = found.media_type
    return response


@get("/v1/stock", responses=problems(422), tags=["stock"])
async def stock(
    core: Core,
    variant_id: Annotated[
        list[str] | None, Parameter(max_items=500, description="Only these variants")
    ] = None,
    cursor_: Annotated[str | None, Parameter(query="cursor", max_length=1000)] = None,
    limit: Limit = DEFAULT_PAGE,
) -> Response[StockPage]:
    """Stock levels, by variant and location."""
    start = behind(cursor_, [str, str]) or ["", ""]

    def job(tx: Tx) -> bytes:
        sql, args = "SELECT * FROM stock WHERE (variant_id, location_id) > (?, ?)", list[object](start)
        if variant_id:
            sql += f" AND variant_id IN ({','.join('?' * len(variant_id))})"
            args += variant_id
        rows = tx.all(f"{sql} ORDER BY variant_id, location_id LIMIT ?", (*args, limit + 1))
        last = rows[limit - 1] if len(rows) > limit else None
        more = cursor(last["variant_id"], last["location_id"]) if last is not None else None
        return page([encode(stock_level(row)) for row in rows[:limit]], more)

    return told(await core.store.run(job), StockPage)


@get("/v1/orders", responses=problems(422), tags=["orders"])
async def orders(
    core: Core,
    cursor_: Annotated[str | None, Parameter(query="cursor", max_length=1000)] = None,
    limit: Limit = DEFAULT_PAGE,
    updated_after_ms: Since = None,
    show_id: RefQuery = None,
) -> Response[OrderPage]:
    """Orders, oldest first."""
    start = behind(cursor_, [int])

    def job(tx: Tx) -> bytes:
        sql, args = (
            "SELECT * FROM orders WHERE id > ? AND updated_at_ms >= ?",
            [start[0] if start else 0, updated_after_ms or 0],
        )
        if show_id is not None:
            sql += " AND coalesce(code_show_id, link_show_id) = ?"
            args.append(show_id)
        rows = tx.all(f"{sql} ORDER BY id LIMIT ?", (*args, limit + 1))
        more = cursor(rows[limit - 1]["id"]) if len(rows) > limit else None
        return page([encode(shop_orders.order(tx, row, core.currency)) for row in rows[:limit]], more)

    return told(await core.store.run(job), OrderPage)


@get("/v1/orders/{order_id:str}", responses=problems(404), tags=["orders"])
async def order(core: Core, order_id: str) -> Order:
    """One order."""
    return await core.store.run(
        lambda tx: shop_orders.order(tx, shop_orders.find(tx, order_id), core.currency)
    )


@get("/v1/changes", responses=problems(409, 422), tags=["changes"])
async def changes(core: Core, after: Seq = 0, limit: Limit = DEFAULT_PAGE) -> Response[ChangePage]:
    """The feed, page by page."""

    def job(tx: Tx) -> tuple[list[shop_changes.Numbered], int]:
        return shop_changes.read(tx, after, limit), tx.last_seq

    found, last_seq = await core.store.run(job)
    next_after = found[-1][0] if found else after
    return told(
        shop_changes.page([change for _, change in core.feed.disturbed(found)], next_after, last_seq),
        ChangePage,
    )


@get(
    "/v1/changes/stream", responses=problems(409, 422), tags=["changes"], media_type="text/event-stream",
)  # fmt: skip
async def stream(
    core: Core,
    after: SeqOrNow = None,
    last_event_id: Annotated[
        str | None, Parameter(header="Last-Event-ID", max_length=20, pattern="^[0-9]*$")
    ] = None,
) -> Stream:
    """The feed as server-sent events."""
    start = int(last_event_id) if last_event_id else after
    if start is not None:
        await core.store.run(lambda tx: shop_changes.read(tx, start, 1))
    return Stream(
        core.feed.stream(core.store, start),
        media_type="text/event-stream",
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )


HANDLERS = [shop, clock, products, product, image, stock, orders, order, changes, stream]
