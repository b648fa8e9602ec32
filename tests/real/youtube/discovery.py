"""Google's own description of YouTube's interface, as its Python client carries it: what a request may hold, and what an answer.

Everything is strict: a field, a parameter or a value that the document does not know is wrong.
"""

import functools
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import googleapiclient
import jsonschema

_STRING_NUMBERS = {"int64", "uint64"}
_COST = re.compile(r"quota cost of (\d+) units")


@functools.cache
def document() -> Any:
    """The discovery document of YouTube's v3."""
    folder = Path(googleapiclient.__file__).parent / "discovery_cache" / "documents"
    return json.loads((folder / "youtube.v3.json").read_text("utf-8"))


@dataclass(frozen=True)
class Method:
    """One method, such as liveChatMessages.list."""

    name: str
    verb: str
    path: str
    parameters: Mapping[str, Any]
    request: str | None
    response: str | None
    cost: int | None
    """Units, where the document says so."""


@functools.cache
def methods() -> dict[tuple[str, str], Method]:
    """All methods by verb and path."""
    found: dict[tuple[str, str], Method] = {}
    for resource, told in document()["resources"].items():
        for name, method in told.get("methods", {}).items():
            cost = _COST.search(method.get("description", ""))
            key = method["httpMethod"], "/" + method["path"]
            found[key] = Method(
                f"{resource}.{name}",
                *key,
                method.get("parameters", {}),
                method.get("request", {}).get("$ref"),
                method.get("response", {}).get("$ref"),
                int(cost.group(1)) if cost else None,
            )
    return found


def _convert(schema: Mapping[str, Any]) -> dict[str, Any]:
    if "$ref" in schema:
        return {"$ref": f"#/$defs/{schema['$ref']}"}
    kind = schema.get("type")
    if kind == "object":
        made: dict[str, Any] = {"type": "object"}
        if "properties" in schema:
            made["properties"] = {name: _convert(each) for name, each in schema["properties"].items()}
            made["additionalProperties"] = False
        if isinstance(schema.get("additionalProperties"), dict):
            made["additionalProperties"] = _convert(schema["additionalProperties"])
        return made
    if kind == "array":
        return {"type": "array", "items": _convert(schema["items"])}
    if kind in ("any", None):
        return {}
    made = {"type": kind}
    if "enum" in schema:
        made["enum"] = schema["enum"]
    form = schema.get("format")
    if form in _STRING_NUMBERS:
        made["pattern"] = r"^\d+$" if form == "uint64" else r"^-?\d+$"
    elif form == "uint32":
        made |= {"minimum": 0, "maximum": 2**32 - 1}
    elif form == "date-time":
        made["pattern"] = r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$"
    return made


@functools.cache
def validator(schema: str) -> jsonschema.Draft202012Validator:
    """Of one of the document's schemas."""
    definitions = {name: _convert(each) for name, each in document()["schemas"].items()}
    return jsonschema.Draft202012Validator({"$ref": f"#/$defs/{schema}", "$defs": definitions})


def wrong_with(schema: str, value: Any) -> list[str]:
    """What the schema does not allow in a value."""
    return list(_wrong_json(schema, json.dumps(value)))


@functools.lru_cache(10_000)
def _wrong_json(schema: str, text: str) -> tuple[str, ...]:
    errors = validator(schema).iter_errors(json.loads(text))
    return tuple(f"{schema} {error.json_path}: {error.message}" for error in errors)


def parts_of(method: Method) -> set[str]:
    """The parts that `part` may name: the properties of the resource that the method is about."""
    schema = method.response or ""
    found = document()["schemas"][schema]["properties"]
    if "items" in found:
        found = document()["schemas"][found["items"]["items"]["$ref"]]["properties"]
    return set(found) - {"kind", "etag"}


@functools.lru_cache(10_000)
def wrong_request(verb: str, path: str, query: tuple[tuple[str, str], ...], body: bytes) -> tuple[str, ...]:
    """What the document does not allow in a request of a method that it knows."""
    return tuple(_wrong_request(methods()[verb, path], query, body))


def _wrong_request(method: Method, query: tuple[tuple[str, str], ...], body: bytes) -> Iterator[str]:
    known = {**document()["parameters"], **method.parameters}
    given: dict[str, list[str]] = {}
    for name, value in query:
        given.setdefault(name, []).append(value)
    for name, rule in method.parameters.items():
        if rule.get("required") and name not in given:
            yield f"{method.name}: {name} is missing"
    for name, values in given.items():
        if name not in known:
            yield f"{method.name}: no parameter is called {name}"
            continue
        if len(values) > 1 and not known[name].get("repeated"):
            yield f"{method.name}: {name} may be given once"
        for value in values:
            yield from (f"{method.name}: {name}: {wrong}" for wrong in _wrong_value(known[name], value))
    for part in ",".join(given.get("part", [])).split(",") if "part" in given else []:
        if part not in parts_of(method):
            yield f"{method.name}: there is no part {part}"
    if method.name == "liveBroadcasts.list" and len(given.keys() & {"broadcastStatus", "id", "mine"}) != 1:
        yield "liveBroadcasts.list: exactly one of broadcastStatus, id and mine is wanted"  # its reference says so
    if method.request is None:
        if body:
            yield f"{method.name} takes no body"
    else:
        try:
            yield from wrong_with(method.request, json.loads(body))
        except ValueError:
            yield f"{method.name}: the body is no JSON"


def _wrong_value(rule: Mapping[str, Any], value: str) -> Iterator[str]:
    if "enum" in rule and value not in rule["enum"]:
        yield f"{value} is none of {rule['enum']}"
    if rule["type"] == "boolean" and value not in ("true", "false"):
        yield f"{value} is no boolean"
    if rule["type"] == "integer":
        if not re.fullmatch(r"-?\d+", value):
            yield f"{value} is no number"
        elif not int(rule.get("minimum", value)) <= int(value) <= int(rule.get("maximum", value)):
            yield f"{value} is out of range"
