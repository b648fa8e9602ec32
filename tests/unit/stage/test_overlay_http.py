"""The overlay's door: who gets in, and what else comes in with them."""

import asyncio
import json
import logging
import os
import socket
import stat
import threading
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import httpx
import psutil
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from studio.domain.stage import StageView
from studio.stage.overlay import MOST_PAGES, OverlayStage
from studio.stage.overlay_dress import OverlayDress
from studio.stage.overlay_view import link_name
from tests.unit.stage.overlay_rig import CARD, FULL, QUESTION, Told, client, code, overlay, page, png, running

PICTURE = png(4, 4, (200, 60, 90))


async def picture(url: str) -> bytes | None:
    return PICTURE


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[OverlayStage]:
    dress = OverlayDress("#0a7d55", "Brandon", png(8, 2, (1, 2, 3)))
    made = overlay(tmp_path / "overlay.json", picture=picture, dress=lambda: dress)
    made.show(FULL)
    async with running(made):
        yield made


def port_of(stage: OverlayStage) -> int:
    return httpx.URL(stage.address).port or 0


async def raw(stage: OverlayStage, request: str) -> str:
    """The whole answer to a request as it stands."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port_of(stage))
    writer.write(request.encode("latin-1"))
    answer = await reader.read()
    writer.close()
    return answer.decode("latin-1")


# --- what there is ----------------------------------------------------------------------------------------------


async def test_the_page_and_its_parts_are_served_with_their_right_types(stage: OverlayStage) -> None:
    async with page(stage) as looking:
        told = await looking.until(lambda message: bool(message["view"]["picture"]))
    wanted = {
        "": "text/html; charset=utf-8",
        "overlay.css": "text/css; charset=utf-8",
        "overlay.js": "text/javascript; charset=utf-8",
        "dress.css": "text/css; charset=utf-8",
        "logo": "image/png",
        told["view"]["picture"]: "image/png",
        told["view"]["qr"]: "image/svg+xml",
    }
    async with client(stage) as http:
        answers = {name: await http.get(name) for name in wanted}
    assert {name: answer.headers["content-type"] for name, answer in answers.items()} == wanted
    assert {answer.status_code for answer in answers.values()} == {200}
    assert answers[told["view"]["picture"]].content == PICTURE


async def test_a_page_may_do_nothing_but_show_our_own(stage: OverlayStage) -> None:
    async with client(stage) as http:
        for name in ("", "overlay.js", "overlay.css", "dress.css", "logo", f"q/{link_name(CARD.link)}.svg"):
            headers = (await http.get(name, headers={"Origin": "https://evil.example"})).headers
            policy = dict(
                part.strip().split(" ", 1) for part in headers["content-security-policy"].split(";")
            )
            assert policy == {
                "default-src": "'none'",
                "script-src": "'self'",
                "style-src": "'self'",
                "img-src": "'self'",
                "connect-src": f"'self' ws://127.0.0.1:{port_of(stage)}",
                "base-uri": "'none'",
                "form-action": "'none'",
                "frame-ancestors": "'none'",
            }
            assert headers["x-content-type-options"] == "nosniff"
            assert headers["referrer-policy"] == "no-referrer"
            assert headers["cache-control"] == "no-store"
            assert headers["cross-origin-resource-policy"] == "same-origin"
            assert "server" not in headers
            assert not [name for name in headers if name.startswith("access-control")]


async def test_it_listens_on_this_computer_only(stage: OverlayStage) -> None:
    listening = [
        made.laddr
        for made in psutil.Process().net_connections("inet")
        if made.status == psutil.CONN_LISTEN and made.laddr.port == port_of(stage)
    ]
    assert [address.ip for address in listening] == ["127.0.0.1"]


# --- who does not get in ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/s/",
        "/s",
        "/favicon.ico",
        "/s/AAAAAAAAAAAAAAAAAAAAAA/",
        "/s/AAAAAAAAAAAAAAAAAAAAAA/overlay.js",
        "/S/{token}/",
        "/s/{token}",
        "/s/{token}x/",
        "//s/{token}/",
        "/s//{token}/",
        "/x/s/{token}/",
        "/s/{token}/overlay.html",
        "/s/{token}/../overlay.py",
        "/s/{token}/..%2f..%2foverlay.json",
        "/s/{token}/%2e%2e/%2e%2e/README.md",
        "/s/{token}/..\\..\\README.md",
        "/s/{token}/p/../overlay.css",
        "/s/{token}/p/",
        "/s/{token}/p/AAAA",
        "/s/{token}/q/AAAA.svg",
        "/s/{token}//etc/passwd",
        "/s/{token}/overlay.css/",
        "/s/{token}/overlay.css%00",
        "/s/{token}/live",
    ],
)
async def test_everything_else_is_the_same_bare_404(path: str, stage: OverlayStage) -> None:
    port, token = port_of(stage), stage.address.split("/")[-2]
    answer = await raw(
        stage,
        f"GET {path.format(token=token)} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n\r\n",
    )
    head, _, body = answer.partition("\r\n\r\n")
    assert head.startswith("HTTP/1.1 404")
    assert body == ""
    lines = {line.partition(":")[0].lower() for line in head.split("\r\n")[1:]}
    assert lines == {
        "content-length", "cache-control", "x-content-type-options", "referrer-policy", "date", "connection",
        "cross-origin-resource-policy",
    }  # fmt: skip


@pytest.mark.parametrize(
    "hosts",
    [
        ["evil.example"],
        ["evil.example:{port}"],
        ["127.0.0.1"],
        ["127.0.0.1:1"],
        ["127.0.0.1:{port}.evil.example"],
        ["localhost.evil.example:{port}"],
        ["0.0.0.0:{port}"],
        ["[::1]:{port}"],
        [""],
    ],
)
async def test_a_page_of_another_name_does_not_reach_it_through_this_computers_resolver(
    hosts: list[str], stage: OverlayStage
) -> None:
    lines = "".join(f"Host: {host.format(port=port_of(stage))}\r\n" for host in hosts)
    path = httpx.URL(stage.address).path
    answer = await raw(stage, f"GET {path} HTTP/1.1\r\n{lines}Connection: close\r\n\r\n")
    assert answer.startswith("HTTP/1.1 404")


@pytest.mark.parametrize("lines", ["", "Host: 127.0.0.1:{port}\r\nHost: evil.example\r\n"])
async def test_a_request_with_no_host_or_two_is_not_answered(lines: str, stage: OverlayStage) -> None:
    path = httpx.URL(stage.address).path
    answer = await raw(
        stage, f"GET {path} HTTP/1.1\r\n{lines.format(port=port_of(stage))}Connection: close\r\n\r\n"
    )
    assert answer.startswith(("HTTP/1.1 400", "HTTP/1.1 404"))
    assert "<html" not in answer


async def test_localhost_is_a_name_of_this_computer_too(stage: OverlayStage) -> None:
    path, port = httpx.URL(stage.address).path, port_of(stage)
    answer = await raw(stage, f"GET {path} HTTP/1.1\r\nHost: localhost:{port}\r\nConnection: close\r\n\r\n")
    assert answer.startswith("HTTP/1.1 200")
    assert f"ws://localhost:{port};" in answer


@pytest.mark.parametrize("method", ["HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE", "PROPFIND"])
async def test_nothing_can_be_done_but_read(method: str, stage: OverlayStage) -> None:
    async with client(stage) as http:
        assert (await http.request(method, "")).status_code == 405
        assert (await http.request(method, "overlay.js")).headers["allow"] == "GET"
        stranger = await http.request(method, f"http://127.0.0.1:{port_of(stage)}/s/AAAAAAAAAAAAAAAAAAAAAA/")
        assert stranger.status_code == 404


@pytest.mark.parametrize(
    ("origin", "host", "token"),
    [
        ("https://evil.example", None, None),
        ("null", None, None),
        (None, None, None),
        ("http://localhost:{port}", None, None),
        ("http://127.0.0.1", None, None),
        ("http://evil.example:{port}", "evil.example:{port}", None),
        ("http://127.0.0.1:{port}", None, "AAAAAAAAAAAAAAAAAAAAAA"),
    ],
)
async def test_no_other_sites_page_listens_in(
    origin: str | None, host: str | None, token: str | None, stage: OverlayStage
) -> None:
    port = port_of(stage)
    path = httpx.URL(stage.address).path if token is None else f"/s/{token}/"
    address = f"ws://{(host or '127.0.0.1:{port}').format(port=port)}{path}live"
    named = origin.format(port=port) if origin is not None else None
    with pytest.raises(InvalidStatus) as refused:
        async with connect(address, origin=named, host="127.0.0.1", port=port, proxy=None):  # type: ignore[arg-type]
            pass
    assert refused.value.response.status_code == 404
    assert not refused.value.response.body
    assert stage.pages == 0


async def test_a_caller_who_says_nothing_is_not_waited_for_when_the_studio_closes(tmp_path: Path) -> None:
    stage = overlay(tmp_path / "overlay.json")
    async with running(stage):
        reader, writer = await asyncio.open_connection("127.0.0.1", port_of(stage))
        writer.write(b"GET / HT")
        await writer.drain()
    assert await reader.read() == b""
    writer.close()


# --- what the pages are told ------------------------------------------------------------------------------------


async def test_every_page_is_told_at_once_and_again_as_a_heartbeat(tmp_path: Path) -> None:
    stage = overlay(tmp_path / "overlay.json", unsure_ms=400)
    async with running(stage), page(stage) as one, page(stage) as other:
        assert (await one.next())["view"]["title"] == ""
        stage.show(StageView("en", 7, None, code(), QUESTION))
        for looking in (one, other):
            told = await looking.until(lambda message: message["view"]["question"] == QUESTION)
            assert told["view"]["code"] == "NORD20"
            again = await looking.next()
            assert again["view"] == told["view"]
            assert told["unsure"] == 400


async def test_who_looks_is_told(tmp_path: Path) -> None:
    stage, told = overlay(tmp_path / "overlay.json"), Told()
    async with running(stage, told):
        assert await told.until("No page has opened the overlay yet")
        async with page(stage) as one, page(stage) as other:
            await one.next()
            await other.next()
            assert await told.until("2 pages")
        assert await told.until("No page has opened the overlay yet")
    token = stage.address.split("/")[-2]
    assert not [sentence for _, sentence in told.links if token in sentence]
    assert token not in repr(stage)


async def test_pages_are_emptied_before_the_studio_leaves(stage: OverlayStage, tmp_path: Path) -> None:
    other = overlay(tmp_path / "other.json")
    other.show(FULL)
    messages: list[dict[str, object]] = []

    async def look() -> None:
        async with page(other) as looking:
            while True:
                messages.append((await looking.next())["view"])
                shown.set()

    shown = asyncio.Event()
    async with running(other):
        looks = asyncio.create_task(look())
        await shown.wait()
    with pytest.raises(Exception, match=r"close|1012|1001"):
        await looks
    assert messages[0]["title"] == CARD.title
    assert (messages[-1]["title"], messages[-1]["code"], messages[-1]["question"]) == ("", "", "")


async def test_the_dress_is_read_where_a_slow_disk_holds_nothing_up(tmp_path: Path) -> None:
    readers: set[int] = set()

    def read() -> OverlayDress:
        readers.add(threading.get_ident())
        return OverlayDress("#0a7d55")

    stage = overlay(tmp_path / "overlay.json", dress=read)
    async with running(stage), page(stage) as looking, client(stage) as http:
        await looking.next()
        assert "#0a7d55" in (await http.get("dress.css")).text
    assert readers
    assert threading.get_ident() not in readers


async def test_a_new_dress_is_told_to_pages_that_are_open(tmp_path: Path) -> None:
    dresses = [OverlayDress()]
    stage = overlay(tmp_path / "overlay.json", dress=lambda: dresses[-1], unsure_ms=400)
    async with running(stage), page(stage) as looking:
        before = (await looking.next())["dress"]
        dresses.append(OverlayDress("#0a7d55"))
        await looking.until(lambda message: message["dress"] != before)
        async with client(stage) as http:
            assert "#0a7d55" in (await http.get("dress.css")).text


async def test_a_page_that_talks_is_not_listened_to(stage: OverlayStage) -> None:
    origin = stage.address.partition("/s/")[0]
    address = stage.address.replace("http://", "ws://") + "live"
    async with connect(address, origin=origin, proxy=None) as socket:  # type: ignore[arg-type]
        await socket.send('{"view": {"title": "mine"}}')
        assert json.loads(await socket.recv())["view"]["title"] == CARD.title
        stage.show(StageView())
        while json.loads(await socket.recv())["view"]["title"] != "":
            pass


async def test_more_pages_than_anybody_needs_are_sent_away_and_harm_nobody(stage: OverlayStage) -> None:
    async with AsyncExitStack() as looking:
        pages = [await looking.enter_async_context(page(stage)) for _ in range(MOST_PAGES)]
        for one in pages:
            await one.next()
        with pytest.raises(ConnectionClosed, match="1013"):
            async with page(stage) as more:
                await more.next()
        stage.show(StageView())
        await pages[0].until(lambda message: message["view"]["title"] == "")


async def test_a_qr_code_is_still_there_for_a_page_that_asks_late(stage: OverlayStage) -> None:
    stage.show(StageView())
    async with client(stage) as http:
        assert (await http.get(f"q/{link_name(CARD.link)}.svg")).status_code == 200


async def test_the_token_stands_in_no_log(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    stage = overlay(tmp_path / "overlay.json")
    async with running(stage), page(stage) as looking, client(stage) as http:
        await looking.next()
        assert (await http.get("")).status_code == 200
        assert (await http.get("nothing")).status_code == 404
        token = stage.address.split("/")[-2]
    said = [
        record for record in caplog.records if not record.name.startswith(("httpx", "httpcore", "websockets"))
    ]
    assert not [record for record in said if token in record.getMessage()]
    out, err = capfd.readouterr()
    assert "overlay is served" in out
    assert token not in out + err


# --- token and port ---------------------------------------------------------------------------------------------


async def test_the_address_outlives_a_restart(tmp_path: Path) -> None:
    addresses: list[str] = []
    for _ in range(2):
        stage = overlay(tmp_path / "overlay.json")
        async with running(stage), page(stage) as looking:
            await looking.next()
            addresses.append(stage.address)
    assert addresses[0] == addresses[1]
    assert len(addresses[0].split("/")[-2]) == 22


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such bits")
async def test_the_address_is_nobody_elses_to_read(tmp_path: Path) -> None:
    file = tmp_path / "overlay.json"
    async with running(overlay(file)) as stage:
        before = stage.address
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
    file.chmod(0o666)
    async with running(overlay(file)) as stage:
        assert stage.address == before
        assert stat.S_IMODE(file.stat().st_mode) == 0o600


async def test_a_taken_port_is_told_until_a_page_has_found_the_new_one(tmp_path: Path) -> None:
    file = tmp_path / "overlay.json"
    async with running(overlay(file)) as stage:
        before = httpx.URL(stage.address)
    with socket.create_server(("127.0.0.1", before.port or 0)):
        told, stage = Told(), overlay(file)
        async with running(stage, told):
            after = httpx.URL(stage.address)
            assert not await told.until("browser source in OBS")
            assert (after.port != before.port, after.path) == (True, before.path)
            async with page(stage):
                assert await told.until("1 page")
            assert await told.until("No page")
    async with running(overlay(file)) as stage:
        assert httpx.URL(stage.address) == after


async def test_a_port_that_is_only_just_given_back_is_waited_for(tmp_path: Path) -> None:
    file = tmp_path / "overlay.json"
    async with running(overlay(file)) as stage:
        before = stage.address
    ending = socket.create_server(("127.0.0.1", httpx.URL(before).port or 0))
    asyncio.get_running_loop().call_later(0.3, ending.close)
    async with running(overlay(file, patience_s=20)) as stage:
        assert stage.address == before


@pytest.mark.skipif(os.name == "nt", reason="links need a right there")
async def test_a_link_in_the_files_place_is_refused_and_told(tmp_path: Path) -> None:
    file, other = tmp_path / "overlay.json", tmp_path / "other"
    other.write_text("precious")
    file.symlink_to(other)
    told, stage = Told(), overlay(file)
    run = asyncio.create_task(stage.run(told))
    assert not await told.until("Delete it")
    run.cancel()
    await asyncio.wait([run])
    assert other.read_text() == "precious"
    assert not stage.listening.is_set()


async def test_a_damaged_file_gets_a_new_address_and_that_is_told(tmp_path: Path) -> None:
    file = tmp_path / "overlay.json"
    file.write_text('{"token": "AAAAAAAAAAAAAAAAAAAAAA", "port"')
    told, stage = Told(), overlay(file)
    async with running(stage, told):
        assert not await told.until("damaged")
        assert "AAAAAAAAAAAAAAAAAAAAAA" not in stage.address


async def test_missing_files_of_the_page_are_told(tmp_path: Path) -> None:
    stage = OverlayStage("overlay", tmp_path, tmp_path / "keep.json", lambda: None, picture, OverlayDress)
    told = Told()
    run = asyncio.create_task(stage.run(told))
    assert not await told.until("Install Host Studio again")
    run.cancel()
    await asyncio.wait([run])
