"""What a Medusa server's bad days mean to the studio."""

import asyncio
import base64

import pytest

from studio.control.ports import (
    BadAnswer,
    MissingRight,
    RefusedByTarget,
    TargetError,
    Throttled,
    Unauthorised,
    Unreachable,
)
from studio.shops.medusa import MedusaShop
from studio.shops.medusa_client import token_header
from studio.sync.http import bearer
from tests.unit.shops.test_vendure_answers import OneAnswer

HTML = {"content-type": "text/html"}


def said(type_: str, message: str) -> bytes:
    return b'{"type":"%s","message":"%s"}' % (type_.encode(), message.encode())


@pytest.mark.parametrize(
    ("status", "body", "kind", "headers"),
    [
        (503, b"<html>Back soon</html>", Unreachable, HTML),
        (200, b"<!doctype html><p>Maintenance", BadAnswer, HTML),
        (404, b"<!doctype html><pre>Cannot GET /admin/promotions", BadAnswer, HTML),
        (429, b"{}", Throttled, {"retry-after": "7"}),
        (500, said("unknown_error", "An unknown error occurred."), Unreachable, {}),
        (409, said("conflict", "The request conflicted"), Unreachable, {}),
        (400, said("invalid_data", "No <b>such</b> thing"), RefusedByTarget, {}),
        (404, said("not_found", "Product not found"), RefusedByTarget, {}),
        (400, said("invalid_data", "Invalid request: Unrecognized fields: 'code'"), BadAnswer, {}),
        (401, said("", "Unauthorized"), Unauthorised, {}),
        (403, said("forbidden", "Forbidden"), MissingRight, {}),
        (302, b"", BadAnswer, {"location": "/login"}),
        (200, b"[1]", BadAnswer, {}),
        (200, b'{"promotions":7}', BadAnswer, {}),
        (200, b'{"promotions":', BadAnswer, {}),
    ],
)
def test_a_bad_day_is_a_sentence_of_the_right_kind(
    status: int, body: bytes, kind: type[TargetError], headers: dict[str, str]
):
    shop = MedusaShop(OneAnswer(status, body, headers))
    with pytest.raises(kind) as failure:
        asyncio.run(shop.find_promo("ANY"))
    assert type(failure.value) is kind
    assert failure.value.sentence
    assert "<" not in failure.value.sentence


@pytest.mark.parametrize(
    ("message", "right"),
    [
        ("Insufficient permissions. Required policies: promotion:read", "promotion:read"),
        ("Insufficient permissions. Required policies: order:read, payment:read", "order:read, payment:read"),
        ("Forbidden", "promotions"),
    ],
)
def test_a_key_that_lacks_a_right_says_which(message: str, right: str):
    shop = MedusaShop(OneAnswer(403, said("forbidden", message), {}))
    with pytest.raises(Unauthorised, match="lacks") as refusal:
        asyncio.run(shop.find_promo("ANY"))
    assert right in refusal.value.sentence


def test_a_secret_key_is_a_user_name_and_a_users_token_a_bearers():
    name, value = token_header("sk_1234")
    assert name == "Authorization"
    assert base64.b64decode(value.removeprefix("Basic ")) == b"sk_1234:"
    assert token_header("eyJhbGciOi") == bearer("eyJhbGciOi")
