"""The director's side of the demo shop over HTTP: clock, faults, back office, books (see `storefront_contract`)."""

from typing import Annotated

import msgspec
from litestar import delete, get, post
from litestar.params import Parameter

from studio.rehearsal import books, shop_catalogue, shop_faults
from studio.rehearsal.contract import Clock, Product, StockLevel
from studio.rehearsal.shop_core import Core, ShopRequest, strict
from studio.rehearsal.shop_docs import problems
from studio.rehearsal.shop_store import Tx
from studio.rehearsal.storefront_contract import (
    Books,
    ClockSet,
    Fault,
    FaultCreate,
    FaultList,
    OrdersState,
    ProductEdit,
    StockEdit,
    StopOrders,
)
from studio.rehearsal.studio_routes import Since

_REFUSALS = problems(404, 409, 413, 422)


@post("/admin/v1/clock", responses=_REFUSALS, tags=["administration"], status_code=200)
async def set_clock(core: Core, request: ShopRequest, data: ClockSet) -> Clock:
    """Change the shop's clock."""
    wanted = await strict(request, data)
    anchor = core.clock.set(
        now_ms=None if wanted.now_ms is msgspec.UNSET else wanted.now_ms,
        rate=None if wanted.rate is msgspec.UNSET else wanted.rate,
        advance_ms=0 if wanted.advance_ms is msgspec.UNSET else wanted.advance_ms,
    )
    text = msgspec.json.encode(anchor).decode()
    await core.store.run(lambda tx: tx.run("UPDATE meta SET value = ? WHERE key = 'clock'", (text,)))
    return Clock(core.clock.now_ms(), core.clock.rate)


@post("/admin/v1/faults", responses=_REFUSALS, tags=["administration"])
async def order_fault(core: Core, request: ShopRequest, data: FaultCreate) -> Fault:
    """Order a fault."""
    wanted = await strict(request, data)

    def job(tx: Tx) -> tuple[Fault, list[Fault]]:
        return shop_faults.order_fault(tx, wanted), shop_faults.listed(tx)

    made, all_of_them = await core.store.run(job)
    core.faults.faults = tuple(all_of_them)
    return made


@get("/admin/v1/faults", responses=problems(), tags=["administration"])
async def faults(core: Core) -> FaultList:
    """All faults that were ordered."""
    return FaultList(await core.store.run(shop_faults.listed))


@delete("/admin/v1/faults", responses=problems(), tags=["administration"], status_code=200)
async def heal(core: Core) -> FaultList:
    """End all faults."""
    left = await core.store.run(shop_faults.heal_all)
    core.faults.faults = tuple(left)
    return FaultList(left)


@post("/admin/v1/stop-orders", responses=_REFUSALS, tags=["administration"], status_code=200)
async def stop_orders(core: Core, request: ShopRequest, data: StopOrders) -> OrdersState:
    """Take no orders any more, or take them again."""
    wanted = await strict(request, data)

    def job(tx: Tx) -> OrdersState:
        tx.run(
            "INSERT INTO meta (key, value) VALUES ('orders_stopped', ?) ON CONFLICT DO UPDATE SET value = excluded.value",
            ("1" if wanted.stopped else "0",),
        )
        return OrdersState(stopped=wanted.stopped, last_seq=tx.last_seq)

    return await core.store.run(job)


@post("/admin/v1/products/{product_id:str}", responses=_REFUSALS, tags=["administration"], status_code=200)
async def edit_product(core: Core, request: ShopRequest, product_id: str, data: ProductEdit) -> Product:
    """Change a product."""
    wanted = await strict(request, data)
    return await core.store.run(lambda tx: shop_catalogue.edit(tx, product_id, wanted))


@post("/admin/v1/stock", responses=_REFUSALS, tags=["administration"], status_code=200)
async def set_stock(core: Core, request: ShopRequest, data: StockEdit) -> StockLevel:
    """Set a stock level."""
    wanted = await strict(request, data)
    return await core.store.run(lambda tx: shop_catalogue.set_stock(tx, wanted))


@get("/admin/v1/books", responses=problems(422), tags=["administration"])
async def show_books(
    core: Core,
    show_id: Annotated[str, Parameter(min_length=1, max_length=100)],
    started_at_ms: Since = None,
    ended_at_ms: Since = None,
) -> Books:
    """The truth about a show."""
    return await core.store.run(
        lambda tx: books.books(tx, show_id, core.currency, started_at_ms, ended_at_ms)
    )


HANDLERS = [set_clock, order_fault, faults, heal, stop_orders, edit_product, set_stock, show_books]
