"""What the host is told of YouTube's refusals: by their reason, whatever the HTTP status."""

import json
from typing import Any

import pytest

from studio.channels.youtube_errors import PageTokenRefused, SignedOut, UsedUp, raise_for_reason
from studio.control.ports import (
    BadAnswer,
    HttpAnswer,
    MissingRight,
    RefusedByTarget,
    TargetError,
    Throttled,
    Unauthorised,
    Unreachable,
)

RESETS_IN_MS = 7_200_000


def meaning(status: int, body: Any = None, raw: bytes | None = None, **headers: str) -> TargetError:
    data = raw if raw is not None else json.dumps(body).encode()
    sent = {"content-type": "application/json"} | {
        name.replace("_", "-"): each for name, each in headers.items()
    }
    with pytest.raises(TargetError) as caught:
        raise_for_reason(HttpAnswer(status, sent, data, 0, 0), lambda: RESETS_IN_MS)
    return caught.value


def error(reason: str, status: int = 403, message: str = "No.") -> dict[str, Any]:
    one = {"message": message, "domain": "youtube.liveChat", "reason": reason}
    return {"error": {"code": status, "message": message, "errors": [one]}}


@pytest.mark.parametrize(
    ("status", "reason", "kind", "says"),
    [
        (403, "quotaExceeded", UsedUp, "midnight Pacific time"),
        (403, "dailyLimitExceeded", UsedUp, "Ask Google for more"),
        (429, "quotaExceeded", UsedUp, "used up"),
        (403, "rateLimitExceeded", Throttled, "in a while"),
        (400, "rateLimitExceeded", Throttled, "in a while"),
        (403, "userRateLimitExceeded", Throttled, "in a while"),
        (403, "userRequestsExceedRateLimit", Throttled, "in a while"),
        (401, "authError", SignedOut, "sign in to YouTube again"),
        (401, "authorizationRequired", SignedOut, "sign in to YouTube again"),
        (403, "authError", SignedOut, "sign in to YouTube again"),
        (403, "insufficientPermissions", MissingRight, "allow all it asks for"),
        (403, "insufficientLivePermissions", MissingRight, "allow all it asks for"),
        (403, "forbidden", MissingRight, "moderator"),
        (403, "accessNotConfigured", MissingRight, "YouTube Data API v3"),
        (401, "youtubeSignupRequired", MissingRight, "the one that streams"),
        (403, "liveChatEnded", RefusedByTarget, "is over"),
        (403, "liveChatDisabled", RefusedByTarget, "switch it on in YouTube Studio"),
        (404, "liveChatNotFound", RefusedByTarget, "look in YouTube Studio"),
        (404, "liveChatMessageNotFound", RefusedByTarget, "not there"),
        (403, "modificationNotAllowed", RefusedByTarget, "moderator's"),
        (400, "messageTextInvalid", RefusedByTarget, "other words"),
        (403, "liveStreamingNotEnabled", RefusedByTarget, "youtube.com/features"),
        (400, "pageTokenInvalid", PageTokenRefused, "from the beginning"),
        (400, "invalidPageToken", PageTokenRefused, "from the beginning"),
        (400, "processingFailure", Unreachable, "asked again"),
        (500, "backendError", Unreachable, "asked again"),
        (403, "backendError", Unreachable, "asked again"),
    ],
)
def test_every_reason_has_its_meaning_and_says_what_to_do(
    status: int, reason: str, kind: type[TargetError], says: str
):
    found = meaning(status, error(reason, status))
    assert type(found) is kind
    assert says in found.sentence
    if isinstance(found, RefusedByTarget):
        assert found.code == reason


def test_a_used_up_quota_waits_for_its_renewal_and_a_rate_for_what_is_asked():
    used_up = meaning(403, error("quotaExceeded"))
    assert isinstance(used_up, UsedUp)
    assert (used_up.retry_after_ms, used_up.attempted) == (RESETS_IN_MS, False)
    too_fast = meaning(403, error("rateLimitExceeded"), retry_after="7")
    assert isinstance(too_fast, Throttled)
    assert (too_fast.retry_after_ms, too_fast.attempted) == (7_000, False)
    assert isinstance(unasked := meaning(429, {}), Throttled)
    assert (unasked.retry_after_ms or 0) > 0


def test_trouble_at_youtube_may_have_done_what_was_asked():
    for found in (meaning(500, error("backendError", 500)), meaning(503, raw=b"<html>Unavailable</html>")):
        assert type(found) is Unreachable
        assert found.attempted


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (401, {"error": {"code": 401, "status": "UNAUTHENTICATED"}}, SignedOut),
        (
            403,
            {
                "error": {
                    "status": "PERMISSION_DENIED",
                    "details": [{"reason": "ACCESS_TOKEN_SCOPE_INSUFFICIENT"}],
                }
            },
            MissingRight,
        ),
        (
            429,
            {"error": {"status": "RESOURCE_EXHAUSTED", "details": [{"reason": "RATE_LIMIT_EXCEEDED"}]}},
            Throttled,
        ),
        (
            403,
            {"error": {"status": "PERMISSION_DENIED", "details": [{"reason": "SERVICE_DISABLED"}]}},
            MissingRight,
        ),
    ],
)
def test_the_newer_form_of_googles_errors_means_the_same(status: int, body: Any, kind: type[TargetError]):
    assert type(meaning(status, body)) is kind


@pytest.mark.parametrize(
    ("status", "raw", "kind"),
    [
        (400, b"{}", RefusedByTarget),
        (401, b"", SignedOut),
        (403, b"[]", MissingRight),
        (404, b'{"error": "no"}', RefusedByTarget),
        (404, b"<html>Captive portal</html>", BadAnswer),
        (302, b"", BadAnswer),
        (511, b"\xff\xfe", Unreachable),
    ],
)
def test_what_is_no_error_of_googles_is_read_by_its_status(status: int, raw: bytes, kind: type[TargetError]):
    assert type(meaning(status, raw=raw)) is kind


def test_an_unknown_reason_is_told_in_youtubes_words_as_plain_text():
    found = meaning(400, error("somethingNew", 400, "See <a href='/x'>this</a>\u202e page."))
    assert isinstance(found, RefusedByTarget)
    assert found.code == "somethingNew"
    assert found.sentence == "YouTube said no (See this page.)."
    assert isinstance(meaning(403, error("somethingNew")), Unauthorised)


def test_what_went_well_is_no_error():
    for status in (200, 204):
        raise_for_reason(HttpAnswer(status, {}, b"", 0, 0), lambda: RESETS_IN_MS)
