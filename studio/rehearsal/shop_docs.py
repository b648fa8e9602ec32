"""The contract as OpenAPI 3.1: Litestar's document, with the schemas that msgspec itself gives for the structs."""

from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any, cast

import msgspec
from litestar import Litestar
from litestar.handlers import HTTPRouteHandler
from litestar.openapi import ResponseSpec
from litestar.openapi.config import OpenAPIConfig
from litestar.openapi.spec import Components, Contact, License, SecurityScheme, Tag
from litestar.types import Method

from studio.rehearsal import contract, contract_show, storefront_contract
from studio.rehearsal.contract import API_VERSION, Problem
from studio.rehearsal.problems import KINDS, MEDIA_TYPE

Json = dict[str, Any]
_ALWAYS = (400, 401, 429, 500, 503)
_WRITES = ("post", "put", "patch", "delete")


def problems(*statuses: int, also: Mapping[int, type] | None = None) -> dict[int, ResponseSpec]:
    """What a handler may refuse with, besides what every handler may."""
    found: dict[int, ResponseSpec] = {}
    for status in sorted({*_ALWAYS, *statuses}):
        found[status] = ResponseSpec(Problem, generate_examples=False, media_type=MEDIA_TYPE)
    for status, kind in (also or {}).items():
        found[status] = ResponseSpec(kind, generate_examples=False, description="It was there already")
    return found


def writes(*statuses: int, also: Mapping[int, type] | None = None) -> dict[int, ResponseSpec]:
    """As `problems`, for a write that needs an Idempotency-Key."""
    return problems(*statuses, 409, 413, 422, 428, also=also)


def config() -> OpenAPIConfig:
    """The head of the document."""
    about, _, rest = (contract.__doc__ or "").partition("\n")
    return OpenAPIConfig(
        title="Studio Shop API",
        version=API_VERSION,
        summary=about,
        description=rest.strip(),
        license=License(name="MIT", identifier="MIT"),
        contact=Contact(name="Host Studio"),
        use_handler_docstrings=True,
        operation_id_creator=_operation_id,
        components=Components(
            security_schemes={
                "bearer": SecurityScheme(type="http", scheme="bearer", description="The shop's token")
            }
        ),
        security=[{"bearer": []}],
        tags=[
            *(
                Tag(name=name)
                for name in ("shop", "catalogue", "stock", "orders", "promos", "featured", "links", "changes")
            ),
            Tag(
                name="storefront",
                description="The demo shop's own: what shoppers do. Other shops need not have it.",
            ),
            Tag(
                name="administration",
                description="The demo shop's own: for rehearsals. Other shops need not have it.",
            ),
        ],
    )


def _operation_id(handler: HTTPRouteHandler, _: Method, __: list[Any]) -> str:
    return handler.handler_name


def document(app: Litestar) -> Json:
    """The whole document as JSON values, without a server's address."""
    found = cast("Json", msgspec.to_builtins(app.openapi_schema.to_schema(), str_keys=True))
    found.pop("servers", None)
    found["components"] |= {"schemas": _schemas(), "headers": _HEADERS, "responses": _problem_responses()}
    for path, item in found["paths"].items():
        for method, operation in item.items():
            if isinstance(operation, dict):
                _complete(path, method, cast("Json", operation))
    _check_references(found)
    return found


_HEADERS: Json = {
    "Studio-Api-Version": {"schema": {"const": API_VERSION}, "required": True},
    "X-Clock-Ms": {"schema": {"type": "string", "pattern": "^[0-9]+$"}, "required": True},
    "Retry-After": {
        "description": "Real seconds", "schema": {"type": "string", "pattern": "^[0-9]+$"}, "required": True,
    },
    "ETag": {"schema": {"type": "string"}, "required": True},
    "Idempotent-Replay": {"description": "The answer was given before", "schema": {"const": "true"}},
}  # fmt: skip
_IDEMPOTENCY_KEY: Json = {
    "name": "Idempotency-Key",
    "in": "header",
    "description": "The same key with the same request acts once and is answered alike.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 100, "pattern": "^[!-~]+$"},
}


def _schemas() -> Json:
    kinds = [
        kind
        for module in (contract, contract_show, storefront_contract)
        for kind in vars(module).values()
        if isinstance(kind, type) and issubclass(kind, msgspec.Struct) and kind.__module__ == module.__name__
    ]
    _, schemas = msgspec.json.schema_components(kinds, ref_template="#/components/schemas/{name}")
    return dict(sorted(schemas.items()))


def _header_refs(*more: str) -> Json:
    return {
        name: {"$ref": f"#/components/headers/{name}"} for name in ("Studio-Api-Version", "X-Clock-Ms", *more)
    }


def _problem_responses() -> Json:
    found: Json = {}
    for status in sorted({status for status, _ in KINDS.values()}):
        slugs = ", ".join(f"`{slug}`" for slug, (code, _) in KINDS.items() if code == status)
        found[f"Problem{status}"] = {
            "description": f"{HTTPStatus(status).phrase}: {slugs}",
            "headers": _header_refs(*(["Retry-After"] if status in (429, 503) else [])),
            "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }
    return found


def _complete(path: str, method: str, operation: Json) -> None:
    operation.pop("summary", None)
    operation.pop("deprecated", None)
    if path.startswith("/v1/images"):
        operation["security"] = []
    operation["parameters"] = [_plain(parameter) for parameter in operation.get("parameters", [])]
    keyed = method in _WRITES and not path.startswith("/admin")
    if keyed:
        operation["parameters"].append(_IDEMPOTENCY_KEY | {"required": path.startswith("/v1")})
    tagged = method == "get" and path.startswith(("/v1/shop", "/v1/products", "/v1/images"))
    for status, response in operation["responses"].items():
        if int(status) >= 400:
            operation["responses"][status] = {"$ref": f"#/components/responses/Problem{status}"}
        else:
            response["description"] = response.get("description") or HTTPStatus(int(status)).phrase
            response["headers"] = _header_refs(
                *(["ETag"] if tagged else []), *(["Idempotent-Replay"] if keyed else [])
            )
    if tagged:
        operation["responses"]["304"] = {"description": "Not Modified", "headers": _header_refs("ETag")}


def _plain(parameter: Json) -> Json:
    """A parameter without what says nothing: a query cannot carry null, and false is the default."""
    schema: Json = dict(parameter["schema"])
    schema.pop("description", None)
    for kind in schema.pop("oneOf", []):
        if kind != {"type": "null"}:
            schema |= kind
    if schema.get("type") == "integer":
        schema |= {name: int(schema[name]) for name in ("minimum", "maximum") if name in schema}
        schema.setdefault("minimum", 0)
    return {k: v for k, v in parameter.items() if v is not False} | {"schema": schema}


def _check_references(found: Json) -> None:
    def walk(value: object, see: Callable[[str], None]) -> None:
        if isinstance(value, dict):
            for key, inner in cast("Json", value).items():
                if key == "$ref":
                    see(inner)
                else:
                    walk(inner, see)
        elif isinstance(value, list):
            for inner in cast("list[object]", value):
                walk(inner, see)

    def see(reference: str) -> None:
        place: Any = found
        for name in reference.removeprefix("#/").split("/"):
            if name not in place:
                raise ValueError(f"the document names {reference}, which it does not have")
            place = place[name]

    walk(found, see)
