"""What a Vendure server's bad days mean to the studio."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence

import pytest

from studio.control.ports import (
    BadAnswer,
    HttpAnswer,
    RefusedByTarget,
    SseEvent,
    TargetError,
    Throttled,
    Unreachable,
)
from studio.shops.vendure import VendureShop


class OneAnswer:
    """An `Http` that always answers alike."""

    def __init__(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        self._answer = HttpAnswer(status, headers, body, 1_000, 1_010)

    async def request(
        self,
        method: str,
        path: str,
        *,
        body: bytes | None = None,
        params: Sequence[tuple[str, str]] = (),
        headers: Mapping[str, str] | None = None,
        timeout_ms: int = 10_000,
        max_bytes: int = 32_000_000,
    ) -> HttpAnswer:
        return self._answer

    def events(
        self, path: str, *, params: Sequence[tuple[str, str]] = (), headers: Mapping[str, str] | None = None
    ) -> AsyncIterator[SseEvent]:
        raise NotImplementedError

    async def aclose(self) -> None:
        return None


def error(code: str) -> bytes:
    return (
        b'{"errors":[{"message":"Oh <b>no</b>","path":["orders"],"extensions":{"code":"%s"}}],"data":null}'
        % (code.encode())
    )


@pytest.mark.parametrize(
    ("status", "body", "kind", "headers"),
    [
        (503, b"<html>Back soon</html>", Unreachable, {"content-type": "text/html"}),
        (200, b"<!doctype html><p>Maintenance", BadAnswer, {"content-type": "text/html"}),
        (429, b"{}", Throttled, {"retry-after": "7"}),
        (200, error("INTERNAL_SERVER_ERROR"), Unreachable, {}),
        (200, error("USER_INPUT_ERROR"), RefusedByTarget, {}),
        (400, error("GRAPHQL_VALIDATION_FAILED"), BadAnswer, {}),
        (200, b"[1]", BadAnswer, {}),
        (200, b'{"data":{"orders":{"items":7}}}', BadAnswer, {}),
        (200, b'{"data":', BadAnswer, {}),
    ],
)
def test_a_bad_day_is_a_sentence_of_the_right_kind(
    status: int, body: bytes, kind: type[TargetError], headers: dict[str, str]
):
    shop = VendureShop(OneAnswer(status, body, headers), "https://shop.example")
    with pytest.raises(kind) as failure:
        asyncio.run(shop.find_promo("ANY"))
    assert failure.value.sentence
    assert "<" not in failure.value.sentence
