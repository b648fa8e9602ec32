"""The storefront of the demo shop over HTTP: what shoppers do (see `storefront_contract`)."""

from litestar import Response, get, post

from studio.rehearsal import shop_orders, shop_visits
from studio.rehearsal.contract import Order
from studio.rehearsal.shop_core import Core, ShopRequest, strict, write
from studio.rehearsal.shop_docs import problems
from studio.rehearsal.storefront_contract import (
    Cart,
    CartCreate,
    CodeAnswer,
    CodeEntry,
    LineAdd,
    OrderExpress,
    ReturnRequest,
    Session,
    SessionBatch,
    SessionBatchAnswer,
    SessionCreate,
    Touch,
)

_REFUSALS = problems(404, 409, 413, 422)


@post("/store/v1/sessions", responses=_REFUSALS, tags=["storefront"])
async def open_session(core: Core, request: ShopRequest, data: SessionCreate) -> Response[Session]:
    """A shopper comes."""
    wanted = await strict(request, data)
    return await write(
        core, request, lambda tx: shop_visits.open_session(tx, wanted), Session, status=201, keyed=False
    )


@post("/store/v1/sessions/batch", responses=_REFUSALS, tags=["storefront"], status_code=200)
async def batch(core: Core, request: ShopRequest, data: SessionBatch) -> Response[SessionBatchAnswer]:
    """Many shoppers come, stay and leave."""
    wanted = await strict(request, data)
    return await write(
        core, request, lambda tx: shop_visits.batch(tx, wanted), SessionBatchAnswer, keyed=False
    )


@post(
    "/store/v1/sessions/{session_id:str}/heartbeat", responses=_REFUSALS, tags=["storefront"], status_code=200
)
async def heartbeat(core: Core, request: ShopRequest, session_id: str) -> Response[Session]:
    """The shopper is still here."""
    return await write(
        core,
        request,
        lambda tx: shop_visits.see(tx, shop_visits.find_session(tx, session_id), leaving=False),
        Session,
        keyed=False,
    )


@post("/store/v1/sessions/{session_id:str}/end", responses=_REFUSALS, tags=["storefront"], status_code=200)
async def end_session(core: Core, request: ShopRequest, session_id: str) -> Response[Session]:
    """The shopper leaves."""
    return await write(
        core,
        request,
        lambda tx: shop_visits.see(tx, shop_visits.find_session(tx, session_id), leaving=True),
        Session,
        keyed=False,
    )


@post("/store/v1/sessions/{session_id:str}/touch", responses=_REFUSALS, tags=["storefront"], status_code=200)
async def touch(core: Core, request: ShopRequest, session_id: str, data: Touch) -> Response[Session]:
    """A shopper who is here follows another tracked link."""
    wanted = await strict(request, data)
    return await write(
        core, request, lambda tx: shop_visits.touch(tx, session_id, wanted.link_id), Session, keyed=False
    )


@post("/store/v1/carts", responses=_REFUSALS, tags=["storefront"])
async def open_cart(core: Core, request: ShopRequest, data: CartCreate) -> Response[Cart]:
    """A new cart."""
    wanted = await strict(request, data)
    return await write(
        core,
        request,
        lambda tx: shop_visits.open_cart(tx, wanted.session_id, core.currency),
        Cart,
        status=201,
        keyed=False,
    )


@get("/store/v1/carts/{cart_id:str}", responses=problems(404), tags=["storefront"])
async def cart(core: Core, cart_id: str) -> Cart:
    """A cart."""
    return await core.store.run(lambda tx: shop_visits.cart(tx, cart_id, core.currency))


@post("/store/v1/carts/{cart_id:str}/lines", responses=_REFUSALS, tags=["storefront"], status_code=200)
async def add_line(core: Core, request: ShopRequest, cart_id: str, data: LineAdd) -> Response[Cart]:
    """Put something into the cart and hold it."""
    wanted = await strict(request, data)
    return await write(
        core, request, lambda tx: shop_visits.add_line(tx, cart_id, wanted, core.currency), Cart, keyed=False
    )


@post("/store/v1/carts/{cart_id:str}/code", responses=_REFUSALS, tags=["storefront"], status_code=200)
async def enter_code(core: Core, request: ShopRequest, cart_id: str, data: CodeEntry) -> Response[CodeAnswer]:
    """Try a code."""
    wanted = await strict(request, data)
    return await write(
        core,
        request,
        lambda tx: shop_visits.enter_code(tx, cart_id, wanted.code, core.currency),
        CodeAnswer,
        keyed=False,
    )


@post("/store/v1/carts/{cart_id:str}/checkout", responses=_REFUSALS, tags=["storefront"])
async def checkout(core: Core, request: ShopRequest, cart_id: str) -> Response[Order]:
    """Turn the cart into an order."""
    return await write(
        core,
        request,
        lambda tx: shop_orders.checkout(tx, shop_visits.find_cart(tx, cart_id), core.currency),
        Order,
        status=201,
        keyed=False,
    )


@post("/store/v1/orders", responses=_REFUSALS, tags=["storefront"])
async def express(core: Core, request: ShopRequest, data: OrderExpress) -> Response[Order]:
    """Cart, lines, code and checkout in one."""
    wanted = await strict(request, data)
    return await write(
        core,
        request,
        lambda tx: shop_visits.express(tx, wanted, core.currency),
        Order,
        status=201,
        keyed=False,
    )


@post("/store/v1/orders/{order_id:str}/cancel", responses=_REFUSALS, tags=["storefront"], status_code=200)
async def cancel(core: Core, request: ShopRequest, order_id: str) -> Response[Order]:
    """Call an order off."""
    return await write(
        core, request, lambda tx: shop_orders.cancel(tx, order_id, core.currency), Order, keyed=False
    )


@post("/store/v1/orders/{order_id:str}/returns", responses=_REFUSALS, tags=["storefront"], status_code=200)
async def give_back(core: Core, request: ShopRequest, order_id: str, data: ReturnRequest) -> Response[Order]:
    """Units come back."""
    wanted = await strict(request, data)
    return await write(
        core,
        request,
        lambda tx: shop_orders.give_back(tx, order_id, wanted, core.currency),
        Order,
        keyed=False,
    )


HANDLERS = [
    open_session, batch, heartbeat, end_session, touch, open_cart, cart, add_line, enter_code, checkout, express, cancel,
    give_back,
]  # fmt: skip
