"""Signing in at servers that are as strict as Google's and Twitch's; the browser is an HTTP client that follows."""

import asyncio
import logging
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit
from urllib.request import urlopen

import httpx
import msgspec
import pytest
import structlog

from studio.channels.sign_in import (
    GOOGLE,
    TWITCH,
    Grant,
    Provider,
    SignIn,
    SignInStep,
    refresh_by,
    sign_in_at,
    validate_by,
)
from studio.channels.sign_in_loopback import LoopbackSignIn
from studio.channels.sign_in_tokens import TokenEndpoint
from studio.control.clock import SystemWallClock
from studio.control.ports import (
    BadAnswer,
    MissingRight,
    RefusedByTarget,
    TargetError,
    Throttled,
    Unauthorised,
    Unreachable,
)
from studio.sync.http import HttpClient
from tests.real.oauth.stand_in import CLIENT, Authority, No, google, twitch

WALL = SystemWallClock()


@pytest.fixture
def authority() -> Iterator[Authority]:
    with Authority() as made:
        yield made


@pytest.fixture
async def http(authority: Authority) -> AsyncIterator[HttpClient]:
    client = HttpClient(authority.url, lambda: None, WALL, who="The platform")
    yield client
    await client.aclose()


def here(provider: Provider, authority: Authority) -> Provider:
    """The provider, at the stand-in."""
    page = f"{authority.url}/o/oauth2/v2/auth" if provider.authorize_url else ""
    return msgspec.structs.replace(provider, base_url=authority.url, authorize_url=page)


def at_google(authority: Authority, http: HttpClient, client_id: str = CLIENT, secret: str = "") -> SignIn:
    return sign_in_at(here(GOOGLE, authority), http, client_id, WALL, client_secret=lambda: secret)


@asynccontextmanager
async def browser(follow: bool = True) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(trust_env=False, follow_redirects=follow) as client:
        yield client


class Person:
    """Is shown a step, and sits in front of a browser."""

    def __init__(self) -> None:
        self.shown: asyncio.Future[SignInStep] = asyncio.get_running_loop().create_future()

    def see(self, step: SignInStep) -> None:
        self.shown.set_result(step)

    async def follow(self) -> httpx.Response:
        step = await self.shown
        async with browser() as client:
            return await client.get(step.url)


async def signed_in(signing: SignIn) -> tuple[Grant, httpx.Response]:
    person = Person()
    task = asyncio.create_task(signing.sign_in(person.see))
    page = await person.follow()
    return await task, page


async def redirect_of(step: SignInStep) -> str:
    """Where the platform's page would send the browser."""
    async with browser(follow=False) as client:
        return (await client.get(step.url)).headers["location"]


# -- the browser and back


async def test_who_allows_it_in_the_browser_is_signed_in_and_told_to_close_the_window(
    authority: Authority, http: HttpClient
):
    before = WALL.now_ms()
    grant, page = await signed_in(at_google(authority, http))
    assert grant.access_token in authority.access_tokens
    assert grant.refresh_token in authority.refresh_tokens
    assert grant.scopes == GOOGLE.scopes
    assert grant.expires_at_ms is not None
    assert before + 3_600_000 <= grant.expires_at_ms <= WALL.now_ms() + 3_600_000
    assert page.status_code == 200
    assert "close this window" in page.text
    assert page.headers["content-security-policy"].startswith("default-src 'none'")
    assert page.headers["cache-control"] == "no-store"
    assert "<script" not in page.text


async def test_the_address_asks_for_a_refresh_token_and_tells_no_secret(
    authority: Authority, http: HttpClient
):
    _, _ = await signed_in(at_google(authority, http, secret="app-secret-1"))
    asked = next(form for path, form in authority.requests if path == "/o/oauth2/v2/auth")
    token = next(form for path, form in authority.requests if path == "/token")
    assert (asked["access_type"], asked["prompt"]) == ("offline", "consent")
    assert token["code_verifier"] not in str(asked)
    assert "app-secret-1" not in str(asked)
    assert token["client_secret"] == "app-secret-1"
    assert len(token["code_verifier"]) >= 43


async def test_two_sign_ins_share_neither_state_nor_verifier(authority: Authority, http: HttpClient):
    for _ in range(2):
        await signed_in(at_google(authority, http))
    states = [form["state"] for path, form in authority.requests if path == "/o/oauth2/v2/auth"]
    verifiers = [form["code_verifier"] for path, form in authority.requests if path == "/token"]
    assert len({*states}) == len({*verifiers}) == 2


async def test_who_turns_it_down_is_told_so(authority: Authority, http: HttpClient):
    authority.denies = True
    with pytest.raises(RefusedByTarget, match="turned down") as refused:
        await signed_in(at_google(authority, http))
    assert refused.value.code == "access-denied"


STRANGERS = [
    ("GET", "/?state=wrong&code=evil", {}, 400),
    ("GET", "/?code=evil", {}, 400),
    ("GET", "/?{state}", {}, 400),
    ("GET", "/?{state}&code=a&code=b", {}, 400),
    ("GET", "/?{state}&state=x&code=a", {}, 400),
    ("GET", "/?{state}&code=" + "x" * 5000, {}, 400),
    ("GET", "/favicon.ico?{state}&code=evil", {}, 404),
    ("POST", "/?{state}&code=evil", {}, 405),
    ("GET", "/?{state}&code=evil", {"Host": "evil.example"}, 421),
    ("GET", "/?{state}&code=evil", {"Host": "localhost"}, 421),
]


@pytest.mark.parametrize(("method", "target", "headers", "status"), STRANGERS)
async def test_a_stranger_at_the_door_is_refused_and_the_sign_in_goes_on(
    authority: Authority, http: HttpClient, method: str, target: str, headers: dict[str, str], status: int
):
    person = Person()
    task = asyncio.create_task(at_google(authority, http).sign_in(person.see))
    step = await person.shown
    asked = parse_qs(urlsplit(step.url).query)
    path = target.replace("{state}", urlencode({"state": asked["state"][0]}))
    async with browser() as client:
        answer = await client.request(method, asked["redirect_uri"][0] + path, headers=headers)
    assert answer.status_code == status
    assert "start again" in answer.text
    assert not task.done()
    await person.follow()
    assert (await task).access_token in authority.access_tokens


async def test_who_connects_and_says_nothing_holds_nobody_up(authority: Authority, http: HttpClient):
    person = Person()
    task = asyncio.create_task(at_google(authority, http).sign_in(person.see))
    step = await person.shown
    port = urlsplit(parse_qs(urlsplit(step.url).query)["redirect_uri"][0]).port
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"GET /?state=")
    await writer.drain()
    await person.follow()
    assert (await task).access_token in authority.access_tokens
    with suppress(ConnectionError):
        assert await reader.read() == b"", "it is cut off"
    writer.close()


async def test_afterwards_nobody_listens_any_more(authority: Authority, http: HttpClient):
    person = Person()
    task = asyncio.create_task(at_google(authority, http).sign_in(person.see))
    redirect = await redirect_of(await person.shown)
    async with browser() as client:
        assert (await client.get(redirect)).status_code == 200
        await task
        with pytest.raises(httpx.ConnectError):
            await client.get(redirect)


async def test_who_cancels_leaves_no_server_behind(authority: Authority, http: HttpClient):
    person = Person()
    task = asyncio.create_task(at_google(authority, http).sign_in(person.see))
    redirect = await redirect_of(await person.shown)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    async with browser() as client:
        with pytest.raises(httpx.ConnectError):
            await client.get(redirect)
    assert not [form for path, form in authority.requests if path == "/token"]


async def test_who_cancels_at_once_leaves_nothing_either(authority: Authority, http: HttpClient):
    task = asyncio.create_task(at_google(authority, http).sign_in(lambda _: None))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    left = {each.get_name() for each in asyncio.all_tasks()} & {"sign-in server"}
    assert left == set()


async def test_a_screen_that_fails_to_show_the_step_leaves_no_server_behind(
    authority: Authority, http: HttpClient
):
    def broken(_: SignInStep) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await at_google(authority, http).sign_in(broken)
    assert {each.get_name() for each in asyncio.all_tasks()} & {"sign-in server"} == set()


async def test_who_does_nothing_is_told_to_start_again(authority: Authority, http: HttpClient):
    endpoint = TokenEndpoint(http, "/token", CLIENT, "Google", WALL)
    signing = LoopbackSignIn(endpoint, f"{authority.url}/o/oauth2/v2/auth", GOOGLE.scopes, wait_s=0.05)
    with pytest.raises(RefusedByTarget, match="Nobody signed in at Google") as refused:
        await signing.sign_in(lambda _: None)
    assert refused.value.code == "sign-in-timeout"


async def test_a_stolen_code_is_worth_nothing_without_the_verifier(authority: Authority, http: HttpClient):
    person = Person()
    task = asyncio.create_task(at_google(authority, http).sign_in(person.see))
    redirect = await redirect_of(await person.shown)
    code = parse_qs(urlsplit(redirect).query)["code"][0]
    base = redirect.partition("?")[0]
    endpoint = TokenEndpoint(http, "/token", CLIENT, "Google", WALL)
    form = [
        ("grant_type", "authorization_code"),
        ("code", code),
        ("redirect_uri", base),
        ("code_verifier", "x"),
    ]
    with pytest.raises(RefusedByTarget):
        await endpoint.grant(form)
    async with browser() as client:
        await client.get(redirect)
    with pytest.raises(RefusedByTarget, match="no longer takes this sign-in: start again"):
        await task


async def test_an_app_that_is_not_known_is_said_to_be_the_trouble(authority: Authority, http: HttpClient):
    endpoint = TokenEndpoint(http, "/token", "other", "Google", WALL)
    with pytest.raises(Unauthorised, match="check the client ID"):
        await endpoint.grant([("grant_type", "refresh_token"), ("refresh_token", "r" * 20)])
    authority.client_secret = "wanted-secret"
    with pytest.raises(Unauthorised, match="client secret"):
        await signed_in(at_google(authority, http))


async def test_less_than_was_asked_for_is_not_enough(authority: Authority, http: HttpClient):
    authority.gives = "openid"
    with pytest.raises(MissingRight, match=r"youtube\.force-ssl"):
        await signed_in(at_google(authority, http))


BAD_ANSWERS: list[tuple[No | bytes, type[TargetError]]] = [
    (b"<html>", BadAnswer),
    (b"{}", BadAnswer),
    (b'{"access_token": 5}', BadAnswer),
    (b'{"access_token": ""}', BadAnswer),
    (b'{"access_token": "a b"}', BadAnswer),
    (b'{"access_token": "a\\r\\nX: y"}', BadAnswer),
    (b'{"access_token": "t", "token_type": "mac"}', BadAnswer),
    (b'{"access_token": "t", "expires_in": -1}', BadAnswer),
    (b'{"access_token": "t", "expires_in": 1e99}', BadAnswer),
    (b'{"access_token": "' + b"x" * 9000 + b'"}', BadAnswer),
    (No(429, {}), Throttled),
    (No(503, {}), Unreachable),
    (No(400, {}), RefusedByTarget),
]


@pytest.mark.parametrize(("twist", "kind"), BAD_ANSWERS)
async def test_an_answer_that_is_none_gives_no_token(
    authority: Authority, http: HttpClient, twist: No | bytes, kind: type[TargetError]
):
    authority.twist.append(twist)
    with pytest.raises(kind):
        await signed_in(at_google(authority, http))


# -- the code that is typed


def at_twitch(authority: Authority, http: HttpClient, naps: list[float], on_nap: dict[int, object]) -> SignIn:
    """`on_nap` does something while the app waits for the n-th time."""

    async def sleep(seconds: float) -> None:
        naps.append(seconds)
        act = on_nap.get(len(naps))
        if callable(act):
            act()

    return sign_in_at(here(TWITCH, authority), http, CLIENT, WALL, sleep=sleep)


def typed(authority: Authority, state: str = "allowed") -> object:
    def act() -> None:
        [device] = authority.devices.values()
        authority.type_code(device.user_code, state)

    return act


async def test_who_types_the_code_is_signed_in_and_is_asked_for_at_the_platforms_pace(
    authority: Authority, http: HttpClient
):
    authority.interval = 7
    naps: list[float] = []
    steps: list[SignInStep] = []
    grant = await at_twitch(authority, http, naps, {3: typed(authority)}).sign_in(steps.append)
    assert grant.access_token in authority.access_tokens
    assert grant.refresh_token in authority.refresh_tokens
    assert set(TWITCH.scopes) == set(grant.scopes)
    assert naps == [7, 7, 7]
    [step] = steps
    assert len(step.user_code) == 8
    assert step.user_code in step.url
    assert step.ends_at_ms > WALL.now_ms()


async def test_slow_down_is_obeyed(authority: Authority, http: HttpClient):
    authority.twist += [twitch("slow_down"), google("slow_down"), ""]
    naps: list[float] = []
    await at_twitch(authority, http, naps, {4: typed(authority)}).sign_in(lambda _: None)
    assert naps == [1, 6, 11, 11]


async def test_a_network_that_fails_in_between_does_not_end_the_sign_in(
    authority: Authority, http: HttpClient
):
    authority.twist += [No(503, {}), No(429, {}), No(500, {})]
    naps: list[float] = []
    grant = await at_twitch(authority, http, naps, {4: typed(authority)}).sign_in(lambda _: None)
    assert grant.access_token in authority.access_tokens


async def test_who_turns_it_down_at_twitch_is_told_so(authority: Authority, http: HttpClient):
    with pytest.raises(RefusedByTarget, match="turned down"):
        await at_twitch(authority, http, [], {1: typed(authority, "denied")}).sign_in(lambda _: None)


async def test_a_code_that_ran_out_is_said_to_have(authority: Authority, http: HttpClient):
    with pytest.raises(RefusedByTarget, match="has run out: start again"):
        await at_twitch(authority, http, [], {2: authority.devices.clear}).sign_in(lambda _: None)


async def test_who_cancels_is_not_asked_for_any_more(authority: Authority, http: HttpClient):
    waits = asyncio.Event()

    async def sleep(_: float) -> None:
        waits.set()
        await asyncio.Event().wait()

    signing = sign_in_at(here(TWITCH, authority), http, CLIENT, WALL, sleep=sleep)
    task = asyncio.create_task(signing.sign_in(lambda _: None))
    await waits.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert [path for path, _ in authority.requests] == ["/oauth2/device"]


# -- renewing


async def test_a_google_token_is_renewed_and_keeps_its_refresh_token(authority: Authority, http: HttpClient):
    grant, _ = await signed_in(at_google(authority, http))
    new = await refresh_by(here(GOOGLE, authority), http, CLIENT, WALL)(grant)
    assert new.access_token != grant.access_token
    assert new.refresh_token == grant.refresh_token
    assert new.scopes == grant.scopes


async def test_a_twitch_refresh_token_is_good_for_one_use(authority: Authority, http: HttpClient):
    grant = await at_twitch(authority, http, [], {1: typed(authority)}).sign_in(lambda _: None)
    refresh = refresh_by(here(TWITCH, authority), http, CLIENT, WALL)
    new = await refresh(grant)
    assert new.refresh_token != grant.refresh_token
    with pytest.raises(Unauthorised, match="Twitch has ended the sign-in: sign in again"):
        await refresh(grant)
    assert (await refresh(new)).access_token in authority.access_tokens


async def test_a_revoked_sign_in_asks_to_sign_in_again(authority: Authority, http: HttpClient):
    grant, _ = await signed_in(at_google(authority, http))
    authority.refresh_tokens.clear()
    with pytest.raises(Unauthorised, match="Google has ended the sign-in: sign in again"):
        await refresh_by(here(GOOGLE, authority), http, CLIENT, WALL)(grant)


async def test_twitch_says_whether_a_sign_in_still_holds(authority: Authority, http: HttpClient):
    grant = await at_twitch(authority, http, [], {1: typed(authority)}).sign_in(lambda _: None)
    ask = validate_by(here(TWITCH, authority), http)
    assert ask is not None
    await ask(grant)
    await ask(Grant(access_token=f"oauth:{grant.access_token}"))
    authority.access_tokens.clear()
    with pytest.raises(Unauthorised, match="Twitch has ended the sign-in: sign in again"):
        await ask(grant)
    assert all(grant.access_token not in str(request) for request in authority.requests)
    assert validate_by(here(GOOGLE, authority), http) is None


async def test_no_secret_reaches_a_log_a_repr_or_a_sentence(
    authority: Authority, http: HttpClient, caplog: pytest.LogCaptureFixture
):
    def quiet_browser(step: SignInStep) -> None:  # httpx would log the addresses, as browsers keep a history
        browsing.append(asyncio.create_task(asyncio.to_thread(urlopen, step.url)))

    caplog.set_level(logging.DEBUG)
    browsing: list[asyncio.Task[Any]] = []
    sentences: list[str] = []
    with structlog.testing.capture_logs() as lines:
        grant = await at_google(authority, http).sign_in(quiet_browser)
        (await browsing[0]).close()
        twitch_grant = await at_twitch(authority, http, [], {1: typed(authority)}).sign_in(lambda _: None)
        refresh = refresh_by(here(TWITCH, authority), http, CLIENT, WALL)
        await refresh(twitch_grant)
        echo = google("strange", f"no such token {twitch_grant.refresh_token}")
        for twist in ("", echo, b'{"access_token": "' + grant.access_token.encode() + b' x"}'):
            authority.twist.append(twist)
            with pytest.raises(TargetError) as error:
                await refresh(twitch_grant)
            sentences.append(repr(error.value) + error.value.sentence)
    assert "•••" in sentences[1]
    told = [caplog.text, str(lines), *sentences, repr(grant), str(twitch_grant), str(grant.__rich_repr__())]
    verifiers = [form["code_verifier"] for _, form in authority.requests if "code_verifier" in form]
    assert [secret for secret in (*authority.issued, *verifiers) if secret in "\n".join(told)] == []
