"""Shopify's own schema of its Admin API, as Shopify publishes it for its developers' tools.

Fetched once with npm, checked against a pinned checksum, and kept outside of the repository: the package is Shopify's.
"""

import base64
import functools
import getpass
import gzip
import hashlib
import json
import re
import shutil
import subprocess
import tarfile
import tempfile
from datetime import datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from graphql import (
    ConstValueNode,
    GraphQLError,
    GraphQLScalarType,
    GraphQLSchema,
    build_client_schema,
    value_from_ast_untyped,
)

PACKAGE, RELEASE = "@shopify/dev-mcp", "1.16.0"
CHECKSUM = "sha512-tqgRnK7sQhjew+htxtleTH23nXB5fZcsrhWgEkomsorGXvLOB2mh2upwZm8uzuTDNTZnqtLMe64yIwh6s2awtw=="
VERSIONS = ("2026-07", "2026-10")


def cache_folder() -> Path:
    """Where packages of other houses are kept between runs: not in the repository, not in a run's own home."""
    folder = Path(tempfile.gettempdir()) / f"host-studio-counterparts-{getpass.getuser()}" / "shopify"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def archive() -> Path:
    """The package, fetched when it is not there yet or damaged."""
    kept = cache_folder() / f"dev-mcp-{RELEASE}.tgz"
    if not kept.exists() or checksum(kept) != CHECKSUM:
        npm = shutil.which("npm")
        if npm is None:
            raise RuntimeError("npm is needed to fetch Shopify's schema: install Node.js 20 or newer.")
        with tempfile.TemporaryDirectory(dir=kept.parent) as folder:
            subprocess.run(
                [npm, "pack", f"{PACKAGE}@{RELEASE}", "--silent"], cwd=folder, check=True, timeout=300, capture_output=True
            )  # fmt: skip
            (fetched,) = Path(folder).glob("*.tgz")
            assert checksum(fetched) == CHECKSUM, "the package is not the one that is pinned here"
            fetched.replace(kept)
    return kept


def checksum(path: Path) -> str:
    """As npm writes it."""
    return "sha512-" + base64.b64encode(hashlib.sha512(path.read_bytes()).digest()).decode()


def introspection(version: str) -> Any:
    """Shopify's answer to the introspection query."""
    with tarfile.open(archive()) as package:
        member = package.extractfile(f"package/dist/data/admin_{version}.json.gz")
        assert member is not None
        return json.loads(gzip.decompress(member.read()))["data"]


@functools.cache
def schema(version: str) -> GraphQLSchema:
    """The schema, with scalars that check what they carry in both directions."""
    built = build_client_schema(introspection(version), assume_valid=True)
    for name, check in CHECKS.items():
        scalar = built.type_map[name]
        assert isinstance(scalar, GraphQLScalarType)
        _strict(scalar, check)
    return built


def _strict(scalar: GraphQLScalarType, check: Any) -> None:
    def checked(value: Any) -> Any:
        if not check(value):
            raise GraphQLError(f"{value!r} is no {scalar.name}")
        return value

    def literal(node: ConstValueNode) -> Any:
        return checked(value_from_ast_untyped(node))

    scalar.coerce_output_value = checked  # type: ignore[method-assign]
    scalar.coerce_input_value = checked  # type: ignore[method-assign]
    scalar.coerce_input_literal = literal  # type: ignore[method-assign]


def _is_time(value: Any) -> bool:
    try:
        return isinstance(value, str) and datetime.fromisoformat(value).tzinfo is not None
    except ValueError:
        return False


def _is_decimal(value: Any) -> bool:
    try:
        return isinstance(value, str) and Decimal(value).is_finite()
    except InvalidOperation:
        return False


CHECKS = {
    "DateTime": _is_time,
    "Decimal": _is_decimal,
    "Money": _is_decimal,
    "URL": lambda value: isinstance(value, str) and re.match(r"https?://[^\s/]+", value) is not None,
    "ID": lambda value: (
        isinstance(value, str) and re.match(r"gid://shopify/\w+/\w+(\?.*)?$", value) is not None
    ),
}
