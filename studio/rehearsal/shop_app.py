"""The demo shop as a Litestar application: routes, and problem documents for whatever goes wrong."""

import logging
import re
from typing import Any, cast

import msgspec
from litestar import Litestar, MediaType, Response, Router, get
from litestar.di import Provide
from litestar.exceptions import (
    ClientException,
    HTTPException,
    MethodNotAllowedException,
    NotFoundException,
    ValidationException,
)

from studio.rehearsal import pages, shop_admin, show_routes, storefront, studio_routes
from studio.rehearsal.contract import encode
from studio.rehearsal.problems import MEDIA_TYPE, Refusal, invalid, refuse
from studio.rehearsal.shop_core import Core, ShopRequest
from studio.rehearsal.shop_docs import config, document
from studio.rehearsal.shop_store import StoreClosed

MAX_BODY = 1_000_000
_PLACE = re.compile(r"^(.*?)(?: - at `\$?\.?(.*)`)?$", re.DOTALL)
log = logging.getLogger(__name__)


def application(core: Core) -> Litestar:
    """The application around a running shop."""

    async def the_core() -> Core:
        return core

    docs: dict[str, bytes] = {}  # made when it is first asked for: it takes longer than the rest of the start

    @get("/openapi.json", include_in_schema=False, media_type=MediaType.JSON)
    async def openapi() -> Response[bytes]:
        """The contract."""
        if not docs:
            docs["json"] = encode(document(app))
        return Response(docs["json"], media_type="application/json")

    app = Litestar(
        route_handlers=[
            *studio_routes.HANDLERS, *show_routes.HANDLERS, *storefront.HANDLERS, *shop_admin.HANDLERS, *pages.HANDLERS,
            openapi,
        ],
        dependencies={"core": Provide(the_core)},
        openapi_config=_without_pages(),
        exception_handlers={
            Refusal: _refused, msgspec.ValidationError: _invalid, msgspec.DecodeError: _malformed,
            ValidationException: _invalid_request, StoreClosed: _closing, HTTPException: _http, Exception: _mistake,
        },
        request_max_body_size=MAX_BODY,
        logging_config=None,
    )  # fmt: skip
    return app


def contract_json() -> bytes:
    """The contract as it is kept in `resources/openapi/studio-shop-v1.json`."""
    found = document(application(cast("Core", None)))
    return msgspec.json.format(encode(found), indent=1) + b"\n"


def _without_pages() -> Any:
    found = config()
    # The document is served by a route of ours, without the pages of a viewer.
    found.openapi_router = Router(path="/-", route_handlers=[], include_in_schema=False)
    return found


def problem_response(refusal: Refusal, headers: dict[str, str] | None = None) -> Response[bytes]:
    """A refusal as an HTTP response."""
    headers = dict(headers or {})
    if refusal.retry_after_s is not None:
        headers["Retry-After"] = str(refusal.retry_after_s)
    return Response(refusal.body, status_code=refusal.status, media_type=MEDIA_TYPE, headers=headers)


def _refused(_: ShopRequest, error: Refusal) -> Response[bytes]:
    return problem_response(error)


def _invalid(_: ShopRequest, error: msgspec.ValidationError) -> Response[bytes]:
    found = _PLACE.match(str(error))
    message, place = (found[1], found[2] or "") if found else (str(error), "")
    return problem_response(invalid((place, f"{place or 'The request'}: {message}.")))


def _malformed(_: ShopRequest, error: msgspec.DecodeError) -> Response[bytes]:
    return problem_response(refuse("malformed", f"The body is no JSON: {error}."))


def _invalid_request(_: ShopRequest, error: ValidationException) -> Response[bytes]:
    extra: Any = error.extra
    found: list[tuple[str, str]] = []
    for item in extra if isinstance(extra, list) else []:
        field = str(item.get("key", "")).removeprefix("data").removeprefix(".")
        found.append((field, f"{field or 'The request'}: {item.get('message', '')}."))
    return problem_response(invalid(*found) if found else invalid(("", str(error.detail))))


def _http(_: ShopRequest, error: HTTPException) -> Response[bytes]:
    if isinstance(error, NotFoundException):
        return problem_response(refuse("not-found", "There is nothing at this address."))
    if isinstance(error, MethodNotAllowedException):
        return problem_response(
            refuse("method-not-allowed", "This address does not take that method."), error.headers
        )
    if error.status_code == 413:
        return problem_response(refuse("too-large", f"A request has at most {MAX_BODY} bytes."))
    if isinstance(error, ClientException) or error.status_code < 500:
        return problem_response(refuse("malformed", str(error.detail)))
    return _mistake(_, error)


def _closing(_: ShopRequest, error: StoreClosed) -> Response[bytes]:
    del error
    return problem_response(refuse("unavailable", "The shop is closing.", retry_after_s=2))


def _mistake(request: ShopRequest, error: Exception) -> Response[bytes]:
    log.error("%s %s failed", request.method, request.url.path, exc_info=error)
    return problem_response(refuse("internal", "The shop made a mistake; its log says more. Try again."))
