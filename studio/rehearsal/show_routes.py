"""What a show tells the demo shop over HTTP: promos, featured, tracked links, traffic (see `contract`)."""

from typing import Annotated

from litestar import Response, get, patch, post, put
from litestar.params import Parameter

from studio.rehearsal import shop_promos, shop_show
from studio.rehearsal.contract import DEFAULT_PAGE, encode
from studio.rehearsal.contract_show import (
    FeaturedAnswer,
    FeaturedNow,
    FeaturedPage,
    FeaturedPut,
    LinkCreate,
    LinkPage,
    Promo,
    PromoChange,
    PromoCreate,
    PromoEnd,
    PromoPage,
    TrackedLink,
    Traffic,
)
from studio.rehearsal.paging import behind, cursor, page
from studio.rehearsal.shop_core import Core, ShopRequest, strict, told, write
from studio.rehearsal.shop_docs import problems, writes
from studio.rehearsal.shop_store import Tx
from studio.rehearsal.studio_routes import Limit, RefQuery

Cursor = Annotated[str | None, Parameter(query="cursor", max_length=1000)]
Key = Annotated[str | None, Parameter(header="Idempotency-Key", required=False, max_length=100)]
ShowId = Annotated[str, Parameter(min_length=1, max_length=100)]


@post("/v1/promos", responses=writes(409, 422), tags=["promos"])
async def create_promo(core: Core, request: ShopRequest, data: PromoCreate) -> Response[Promo]:
    """Make a promo code."""
    wanted = await strict(request, data)
    return await write(
        core, request, lambda tx: shop_promos.create(tx, wanted, core.currency), Promo, status=201
    )


@get("/v1/promos", responses=problems(422), tags=["promos"])
async def promos(
    core: Core,
    code: RefQuery = None,
    show_id: RefQuery = None,
    mark: RefQuery = None,
    cursor_: Cursor = None,
    limit: Limit = DEFAULT_PAGE,
) -> Response[PromoPage]:
    """Promos, oldest first."""
    start = behind(cursor_, [int])

    def job(tx: Tx) -> bytes:
        sql, args = "SELECT * FROM promos WHERE id > ?", list[object]([start[0] if start else 0])
        for column, wanted in (("code", code), ("show_id", show_id), ("mark", mark)):
            if wanted is not None:
                sql += f" AND {column} = ?"
                args.append(wanted)
        rows = tx.all(f"{sql} ORDER BY id LIMIT ?", (*args, limit + 1))
        more = cursor(rows[limit - 1]["id"]) if len(rows) > limit else None
        return page([encode(shop_promos.promo(row, tx.now_ms, core.currency)) for row in rows[:limit]], more)

    return told(await core.store.run(job), PromoPage)


@get("/v1/promos/{promo_id:str}", responses=problems(404), tags=["promos"])
async def promo(core: Core, promo_id: str) -> Promo:
    """One promo."""
    return await core.store.run(
        lambda tx: shop_promos.promo(shop_promos.find(tx, promo_id), tx.now_ms, core.currency)
    )


@patch("/v1/promos/{promo_id:str}", responses=writes(404, 409, 422), tags=["promos"])
async def change_promo(core: Core, request: ShopRequest, promo_id: str, data: PromoChange) -> Response[Promo]:
    """Extend or shorten a promo, or change its limit."""
    wanted = await strict(request, data)
    return await write(
        core, request, lambda tx: shop_promos.change(tx, promo_id, wanted, core.currency), Promo
    )


@post("/v1/promos/{promo_id:str}/end", responses=writes(404, 409, 422), tags=["promos"], status_code=200)
async def end_promo(core: Core, request: ShopRequest, promo_id: str, data: PromoEnd) -> Response[Promo]:
    """End a promo now."""
    wanted = await strict(request, data)
    return await write(core, request, lambda tx: shop_promos.end(tx, promo_id, wanted, core.currency), Promo)


@put("/v1/featured", responses=writes(409, 422), tags=["featured"])
async def feature(core: Core, request: ShopRequest, data: FeaturedPut) -> Response[FeaturedAnswer]:
    """Say what the show features from now on."""
    wanted = await strict(request, data)
    return await write(core, request, lambda tx: shop_show.feature(tx, wanted), FeaturedAnswer)


@get("/v1/featured", responses=problems(), tags=["featured"])
async def featured(core: Core) -> FeaturedNow:
    """What is featured now."""
    row = await core.store.run(shop_show.current)
    return FeaturedNow(None if row is None else shop_show.record(row))


@get("/v1/featured/history", responses=problems(422), tags=["featured"])
async def featured_history(
    core: Core, show_id: RefQuery = None, cursor_: Cursor = None, limit: Limit = DEFAULT_PAGE
) -> Response[FeaturedPage]:
    """All decisions about what is featured, in the order they were taken."""
    start = behind(cursor_, [int, int]) or [-1, 0]

    def job(tx: Tx) -> bytes:
        sql, args = "SELECT * FROM featured WHERE (decided_at_ms, id) > (?, ?)", list[object](start)
        if show_id is not None:
            sql += " AND show_id = ?"
            args.append(show_id)
        rows = tx.all(f"{sql} ORDER BY decided_at_ms, id LIMIT ?", (*args, limit + 1))
        last = rows[limit - 1] if len(rows) > limit else None
        more = None if last is None else cursor(last["decided_at_ms"], last["id"])
        return page([encode(shop_show.record(row)) for row in rows[:limit]], more)

    return told(await core.store.run(job), FeaturedPage)


@post("/v1/links", responses=writes(409, 422, also={200: TrackedLink}), tags=["links"])
async def create_link(core: Core, request: ShopRequest, data: LinkCreate) -> Response[TrackedLink]:
    """The tracked link of a show, product and channel: 201 when it is new."""
    wanted = await strict(request, data)

    def job(tx: Tx) -> tuple[int, TrackedLink]:
        new, made = shop_show.make_link(tx, wanted, core.base_url)
        return (201 if new else 200), made

    return await write(core, request, job, TrackedLink)


@get("/v1/links", responses=problems(422), tags=["links"])
async def links(
    core: Core, show_id: RefQuery = None, cursor_: Cursor = None, limit: Limit = DEFAULT_PAGE
) -> Response[LinkPage]:
    """Tracked links, oldest first."""
    start = behind(cursor_, [int])

    def job(tx: Tx) -> bytes:
        sql, args = "SELECT * FROM links WHERE id > ?", list[object]([start[0] if start else 0])
        if show_id is not None:
            sql += " AND show_id = ?"
            args.append(show_id)
        rows = tx.all(f"{sql} ORDER BY id LIMIT ?", (*args, limit + 1))
        more = cursor(rows[limit - 1]["id"]) if len(rows) > limit else None
        return page([encode(shop_show.link(row, core.base_url)) for row in rows[:limit]], more)

    return told(await core.store.run(job), LinkPage)


@get("/v1/traffic", responses=problems(422), tags=["links"])
async def traffic(core: Core, show_id: ShowId) -> Traffic:
    """What a show's links brought."""
    return await core.store.run(lambda tx: shop_show.traffic(tx, show_id))


HANDLERS = [
    create_promo, promos, promo, change_promo, end_promo, feature, featured, featured_history, create_link, links, traffic,
]  # fmt: skip
