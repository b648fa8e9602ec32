"""The audience as a process of its own in front of a real demo shop: what it says, buys, remembers and admits."""

import itertools
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest

from studio.domain.question import is_question
from studio.rehearsal.crowd import ViewerCurve
from tests.fakes.audience_process import REPOSITORY, AudienceProcess, start_audience
from tests.fakes.shop_process import ShopProcess, start_shop

SHOW = "show-1"
Frame = dict[str, Any]
_keys = itertools.count(1)


def listen(audience: AudienceProcess, after: int = 0, **headers: str) -> Iterator[Frame]:
    """Frames of the live stream, as they come."""
    with httpx.stream(
        "GET", f"{audience.url}/channel/v1/stream", params={"after": after}, headers=audience.headers | headers,
        timeout=30, trust_env=False,
    ) as stream:  # fmt: skip
        for line in stream.iter_lines():
            if line.startswith("data: "):
                yield json.loads(line[6:])


def until(audience: AudienceProcess, enough: Callable[[Frame], bool], after: int = 0) -> list[Frame]:
    """Frames of the live stream up to the first that is enough."""
    found: list[Frame] = []
    for frame in listen(audience, after):
        found.append(frame)
        if enough(frame):
            break
    return found


def show_second(number: int, began_ms: int) -> Callable[[Frame], bool]:
    """Whether a frame is the count of viewers of that second of the show, or a later one."""
    return lambda frame: frame["kind"] == "viewers" and frame["at_ms"] >= began_ms + number * 1000


def begin(shop: ShopProcess, audience: AudienceProcess) -> int:
    """The show begins now; its start, UTC ms."""
    now = shop.now_ms()
    audience.admin("start", {"at_ms": now})
    return now


def say(audience: AudienceProcess, text: str) -> str:
    answer = audience.send("say", {"text": text}, f"say-{next(_keys)}")
    assert answer.status_code == 201, answer.text
    return answer.json()["id"]


def announce(
    shop: ShopProcess, audience: AudienceProcess, product_id: str, code: str = "", limit: int = 5
) -> str:
    """What the studio does when a product is pinned (and a code is issued); the link's id."""
    body = {"show_id": SHOW, "product_id": product_id, "channel": "rehearsal"}
    link = shop.send("POST", "/v1/links", body).json()
    say(audience, f"Now on air: {product_id} {link['url']}")
    if code:
        now = shop.now_ms()
        promo = {
            "code": code, "kind": "percent", "percent": 20, "starts_at_ms": now, "ends_at_ms": now + 3_600_000,
            "total_limit": limit, "show_id": SHOW, "mark": code,
        }  # fmt: skip
        assert shop.send("POST", "/v1/promos", promo).status_code == 201
        say(audience, f"Code {code}: 20 % off, for 60 min, until 20:00")
    return link["id"]


def fault(
    process: AudienceProcess | ShopProcess, name: str, now_ms: int, lasts_ms: int, intensity: float = 1.0
) -> None:
    window = {"from_ms": now_ms, "until_ms": now_ms + lasts_ms}
    process.admin("faults", {"name": name, "intensity": intensity, **window})


@pytest.fixture
def shop(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[ShopProcess]:
    with start_shop(tmp_path / "shop", speed=getattr(request, "param", 60.0)) as running:
        yield running


@pytest.fixture
def audience(shop: ShopProcess, tmp_path: Path) -> Iterator[AudienceProcess]:
    running = start_audience(shop, tmp_path, seed=7, viewers=5000, arguments=("--wait",))
    yield running
    running.stop()


@pytest.fixture
def quiet(tmp_path: Path) -> Iterator[AudienceProcess]:
    """A channel that nobody writes to by themselves."""
    running = start_audience(None, tmp_path, viewers=0)
    yield running
    running.stop()


def play_without_a_studio(folder: Path, seed: int) -> tuple[list[tuple[int, int]], list[str], list[str]]:
    """Two and a half minutes: counts by second, what is said without a cause, and what people meant to do at the shop."""
    with start_shop(folder / "shop", speed=60) as shop:
        audience = start_audience(shop, folder, seed=seed, viewers=2000, arguments=("--wait",))
        try:
            began = begin(shop, audience)
            until(audience, show_second(155, began))
            audience.admin("stop", {})
            frames = [f for f in audience.frames() if f["at_ms"] < began + 150_000]
            intended = [i for i in audience.admin("intentions")["items"] if i["slot"] < 150]
        finally:
            audience.stop()
    counts = [((f["at_ms"] - began) // 1000, f["viewers"]) for f in frames if f["kind"] == "viewers"]
    said = [
        f"{f['at_ms'] - began} {f['message']['author']}: {f['message']['text']}"
        for f in frames
        if "message" in f
    ]
    what = ("stranger", "link", "code", "featured")
    return (
        counts,
        said,
        sorted(f"{i['slot']} {i['kind']} {i['detail']}" for i in intended if i["kind"] in what),
    )


def test_the_same_seed_brings_the_same_people_words_and_wishes(tmp_path: Path) -> None:
    first, again = play_without_a_studio(tmp_path / "a", 11), play_without_a_studio(tmp_path / "b", 11)
    other = play_without_a_studio(tmp_path / "c", 12)
    assert first[0] == again[0] != other[0]
    # People who bought something may say so, when the shop is done with them: that is a race, and left out.
    bought = re.compile("|".join(_lines_about("ordered", "sold_out", "code_worked", "code_failed")))
    assert [s for s in first[1] if not bought.search(s)] == [s for s in again[1] if not bought.search(s)]
    assert first[1] != other[1]
    assert len(first[1]) > 100
    assert first[2] == again[2] != other[2]
    assert first[2] != []


def _lines_about(*kinds: str) -> list[str]:
    lines = json.loads((REPOSITORY / "resources" / "chat" / "chat.json").read_text("utf-8"))["lines"]
    found = [line for kind in kinds for language in lines[kind].values() for line in language]
    return [": " + re.sub(r"\\{\w+\\}", ".*", re.escape(line)) + "$" for line in found]


def test_viewers_have_no_hole_with_5000_of_them_at_sixty_times_the_speed(
    shop: ShopProcess, audience: AudienceProcess
) -> None:
    began = begin(shop, audience)
    products = [product["id"] for product in shop.get("products", limit=4)["items"]]
    seen = 0
    for number, product_id in enumerate(products, 1):
        announce(shop, audience, product_id)
        seen = until(audience, show_second(number * 75, began), seen)[-1]["seq"]
    frames = audience.frames()
    counts = [(f["at_ms"], f["viewers"]) for f in frames if f["kind"] == "viewers"]
    assert {later - at for (at, _), (later, _) in itertools.pairwise(counts)} == {3000}
    assert counts[0][0] == began
    curve = ViewerCurve(7, 20, 5000)
    assert [n for _, n in counts] == [curve.at((at - began) // 1000) for at, _ in counts]
    assert [f["seq"] for f in frames] == list(range(1, len(frames) + 1))


def test_people_come_by_the_announced_link_buy_with_the_code_and_the_late_ones_are_refused(
    shop: ShopProcess, audience: AudienceProcess
) -> None:
    began = begin(shop, audience)
    product_id = shop.get("products", limit=1)["items"][0]["id"]
    link_id = announce(shop, audience, product_id, "NORD-20", limit=3)
    until(audience, show_second(260, began))
    audience.admin("stop", {})
    totals = audience.admin("intentions")["totals"]
    orders = shop.get("orders", limit=500)["items"]
    by_link = [order for order in orders if order["link_id"] == link_id]
    assert len(by_link) > 5
    assert {line["product_id"] for order in by_link for line in order["lines"]} == {product_id}
    assert shop.admin("books", show_id=SHOW)["redemptions"] == {"NORD-20": 3}
    assert any("used-up" in outcome or "code refused" in outcome for outcome in totals), totals
    bought = sum(count for outcome, count in totals.items() if outcome.endswith("/bought"))
    assert bought == len(orders)
    traffic = shop.get("traffic", show_id=SHOW)
    assert traffic["sessions"] > len(by_link)
    assert traffic["add_to_carts"] > 0


def test_the_books_are_an_independent_recount_of_the_feed(
    shop: ShopProcess, audience: AudienceProcess
) -> None:
    began = begin(shop, audience)
    announce(shop, audience, shop.get("products", limit=1)["items"][0]["id"])
    heard = until(audience, show_second(60, began))
    questions = [f["message"]["id"] for f in heard if "message" in f and is_question(f["message"]["text"])]
    for message_id in [*questions[-3:], questions[-1]]:
        body = {"message_id": message_id, "text": f"answer {next(_keys)}"}
        assert audience.send("reply", body, f"reply-{next(_keys)}").status_code == 201
    until(audience, show_second(120, began), heard[-1]["seq"])
    stopped = audience.admin("stop", {})
    frames = audience.frames()
    assert stopped == {"last_seq": frames[-1]["seq"], "quiet": True}
    start, end = began + 10_000, began + 100_000
    told = audience.admin("books", show_id=SHOW, from_ms=start, to_ms=end)
    within = [f for f in frames if start <= f["at_ms"] <= end]
    theirs = [f["message"] for f in within if "message" in f and not f["message"]["by_us"]]
    ours = [f["message"] for f in within if "message" in f and f["message"]["by_us"]]
    replied = {f["message"]["reply_to"] for f in frames if "message" in f and f["message"]["by_us"]} - {""}
    counts = [(f["at_ms"], f["viewers"]) for f in frames if f["kind"] == "viewers" and f["at_ms"] <= end]
    held = [
        (n, max(0, min(later, end) - max(at, start)))
        for (at, n), (later, _) in itertools.pairwise([*counts, (end, 0)])
    ]
    assert told == {
        "show_id": SHOW,
        "last_seq": frames[-1]["seq"],
        "messages": len(theirs),
        "asked": sum(is_question(m["text"]) for m in theirs),
        "answered": len(replied & {m["id"] for m in theirs}),
        "replies": sum(m["reply_to"] != "" for m in ours),
        "announcements": sum(m["reply_to"] == "" for m in ours),
        "peak_viewers": max(n for at, n in counts if at >= start),
        "avg_viewers": sum(n * ms for n, ms in held) / sum(ms for _, ms in held),
        "duplicates": 0,
    }
    assert told["answered"] > 0
    assert told["asked"] > 5


def test_after_stop_nobody_writes_and_the_feed_can_still_be_read(
    shop: ShopProcess, audience: AudienceProcess
) -> None:
    began = begin(shop, audience)
    until(audience, show_second(30, began))
    last = audience.admin("stop", {})["last_seq"]
    say(audience, "Thank you, good night")
    frames = audience.frames(last)
    assert [f["message"]["text"] for f in frames] == ["Thank you, good night"]
    assert audience.admin("stop", {}) == {"last_seq": last + 1, "quiet": True}
    audience.admin("start", {})
    until(audience, lambda frame: "message" in frame and not frame["message"]["by_us"], last + 1)


def test_the_show_goes_on_while_the_shop_is_down(shop: ShopProcess, audience: AudienceProcess) -> None:
    began = begin(shop, audience)
    announce(shop, audience, shop.get("products", limit=1)["items"][0]["id"])
    fault(shop, "shop-down", shop.now_ms(), 10_000_000)
    until(audience, show_second(300, began))  # five real seconds: longer than anybody's patience with it
    shop.admin("faults", method="DELETE")
    until(audience, show_second(420, began))
    assert audience.admin("stop", {})["quiet"]
    totals = audience.admin("intentions")["totals"]
    assert any("shop away" in outcome for outcome in totals), totals
    bought = sum(count for outcome, count in totals.items() if outcome.endswith("/bought"))
    assert 0 < bought <= len(shop.get("orders", limit=500)["items"])


def test_every_order_is_made_once_though_answers_get_lost(
    shop: ShopProcess, audience: AudienceProcess
) -> None:
    began = begin(shop, audience)
    announce(shop, audience, shop.get("products", limit=1)["items"][0]["id"])
    fault(shop, "lost-replies", began, 10_000_000, 0.5)
    until(audience, show_second(240, began))
    assert audience.admin("stop", {})["quiet"]
    books = shop.admin("books", show_id=SHOW)
    assert books["orders"] > 0
    assert books["duplicates"] == 0


def test_a_reader_that_comes_back_misses_nothing_even_when_the_channel_was_killed(
    shop: ShopProcess, tmp_path: Path
) -> None:
    first = start_audience(shop, tmp_path, seed=3, viewers=5000)
    began = first.admin("state")["now_ms"]
    seen = until(first, show_second(60, began))
    first.kill()
    again = start_audience(shop, tmp_path, seed=3, viewers=5000, again=first)
    try:
        assert again.url == first.url
        assert again.admin("state")["show_ms"] > 60_000
        last = seen[-1]["seq"]
        for frame in listen(again, 0, **{"Last-Event-ID": str(last)}):
            seen.append(frame)
            if len(seen) > last + 200:
                break
        assert [f["seq"] for f in seen] == list(range(1, len(seen) + 1))
        assert len({f["message"]["id"] for f in seen if "message" in f}) == sum("message" in f for f in seen)
    finally:
        again.stop()


def test_what_we_say_and_reply_stands_there_once_however_often_it_is_sent(
    quiet: AudienceProcess, tmp_path: Path
) -> None:
    quiet.admin("messages", {"items": [{"text": "is it blue?", "author": "kari", "asks": True}]})
    wanted = [
        ("say", {"text": "hello"}, "k-say"),
        ("reply", {"message_id": "msg-1", "text": "yes"}, "k-reply"),
    ]
    now = quiet.admin("state")["now_ms"]
    fault(quiet, "lost-replies", now, 60_000)
    for path, body, key in wanted:
        with pytest.raises(httpx.RemoteProtocolError):
            quiet.send(path, body, key)
    quiet.kill()
    again = start_audience(None, tmp_path, viewers=0, again=quiet)
    try:
        again.admin("faults", method="DELETE")
        for path, body, key in wanted:
            answers = [again.send(path, body, key) for _ in range(2)]
            assert [a.status_code for a in answers] == [201, 201]
            assert answers[0].json() == answers[1].json()
            assert answers[0].headers["idempotent-replay"] == "true"
            other = again.send(path, {**body, "text": "something else"}, key)
            assert (other.status_code, other.json()["type"]) == (409, "/problems/idempotency-mismatch")
        ours = [f["message"] for f in again.frames() if "message" in f and f["message"]["by_us"]]
        assert [(m["text"], m["reply_to"]) for m in ours] == [("hello", ""), ("yes", "msg-1")]
        assert again.admin("books")["duplicates"] == 0
    finally:
        again.stop()


def test_a_hidden_message_is_told_once(quiet: AudienceProcess) -> None:
    quiet.admin("messages", {"items": [{"text": "spam"}]})
    for key in ("h1", "h1", "h2"):
        assert quiet.send("hide", {"message_id": "msg-1"}, key).status_code == 200
    assert [f["hidden_id"] for f in quiet.frames() if f["kind"] == "hidden"] == ["msg-1"]


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("reply", {"message_id": "msg-99", "text": "yes"}, 404),
        ("reply", {"message_id": "nonsense", "text": "yes"}, 404),
        ("hide", {"message_id": "msg-99"}, 404),
        ("say", {"text": ""}, 422),
        ("say", {"text": "x" * 501}, 422),
        ("say", {"text": 5}, 422),
        ("say", {"text": "hi", "colour": "red"}, 422),
        ("say", {}, 422),
    ],
)
def test_what_cannot_be_done_is_refused_with_a_sentence(
    quiet: AudienceProcess, path: str, body: dict, status: int
) -> None:
    answer = quiet.send(path, body, "k")
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert len(answer.json()["detail"]) > 10
    assert quiet.frames() == []


def test_nobody_gets_in_without_the_token(quiet: AudienceProcess) -> None:
    with httpx.Client(base_url=quiet.url, trust_env=False) as http:
        for method, path in [
            ("GET", "/channel/v1"), ("GET", "/channel/v1/stream"), ("GET", "/channel/v1/frames"),
            ("POST", "/channel/v1/say"), ("GET", "/admin/v1/books"), ("POST", "/admin/v1/stop"),
        ]:  # fmt: skip
            assert http.request(method, path).status_code == 401, path
            wrong = {"Authorization": "Bearer nonsense"}
            assert http.request(method, path, headers=wrong).status_code == 401, path
        assert http.get("/admin/v1/books", headers=quiet.headers).status_code == 401
        unkeyed = http.post("/channel/v1/say", headers=quiet.headers, json={"text": "hi"})
        assert unkeyed.status_code == 428
        assert http.get("/nothing", headers=quiet.headers).status_code == 404
        assert http.post("/channel/v1/say", headers=quiet.headers, content=b"{").status_code == 400


def test_a_flood_of_five_thousand_a_second_arrives_whole_and_in_order(tmp_path: Path) -> None:
    audience = start_audience(None, tmp_path, seed=5, viewers=500, arguments=("--wait",))
    try:
        now = audience.admin("state")["now_ms"]
        fault(audience, "chat-flood", now, 3000)
        audience.admin("start", {"at_ms": now})
        heard = until(audience, show_second(4, now))
        assert len([f for f in heard if "message" in f]) > 12_000
        assert [f["seq"] for f in heard] == list(range(1, len(heard) + 1))
        told = audience.admin("books", to_ms=heard[-1]["at_ms"])
        said = [f["message"]["text"] for f in heard if "message" in f]
        assert told["asked"] == sum(map(is_question, said))
    finally:
        audience.stop()


def test_a_silent_channel_keeps_what_was_said_and_tells_it_when_it_heals(quiet: AudienceProcess) -> None:
    quiet.admin("messages", {"items": [{"text": "before"}]})
    fault(quiet, "channel-silent", quiet.admin("state")["now_ms"], 10_000_000)
    quiet.admin("messages", {"items": [{"text": "meanwhile"}]})
    assert quiet.send("say", {"text": "anybody there?"}, "k").status_code == 201
    with httpx.Client(base_url=quiet.url, headers=quiet.headers, trust_env=False) as http:
        assert http.get("/channel/v1").json()["last_seq"] == 1
        page = http.get("/channel/v1/frames", params={"after": 0}).json()
        assert ([f["seq"] for f in page["frames"]], page["last_seq"]) == ([1], 1)
    quiet.admin("stop", {})
    assert [f["message"]["text"] for f in until(quiet, lambda f: f["seq"] == 3)] == [
        "before",
        "meanwhile",
        "anybody there?",
    ]


def test_a_page_of_the_feed_is_bounded(quiet: AudienceProcess) -> None:
    quiet.admin("messages", {"items": [{"text": str(n)} for n in range(2500)]})
    with httpx.Client(base_url=quiet.url, headers=quiet.headers, trust_env=False) as http:
        page = http.get("/channel/v1/frames", params={"after": 5, "until": 8}).json()
        assert [f["seq"] for f in page["frames"]] == [6, 7, 8]
        assert len(http.get("/channel/v1/frames").json()["frames"]) == 1000
        assert http.get("/channel/v1/frames", params={"limit": 1001}).status_code == 422
        assert http.get("/channel/v1/frames", params={"after": "x"}).status_code == 422
    assert len(quiet.frames()) == 2500


def test_hostile_words_come_through_as_they_were_written(quiet: AudienceProcess) -> None:
    lines = [
        "a\nb\r\nc",
        "\x00\x1b[31m",
        "<b>x</b>",
        "\u202eabc",
        "data: {}\n\nid: 9",
        "y" * 100_000,
        "👩\u200d👧",
    ]
    quiet.admin("messages", {"items": [{"text": line} for line in lines]})
    assert [f["message"]["text"] for f in until(quiet, lambda f: f["seq"] == len(lines))] == lines


def test_it_ends_with_its_parent(tmp_path: Path) -> None:
    ready = tmp_path / "ready.json"
    starter = (
        "import subprocess, sys, os\n"
        "child = subprocess.Popen([sys.executable, '-m', 'studio.rehearsal.audience', '--viewers', '0',\n"
        "    '--parent-pid', str(os.getpid()), '--ready-file', sys.argv[1]], stdout=subprocess.PIPE)\n"
        "print(child.stdout.readline().decode(), flush=True)\n"
        "sys.stdin.read()\n"
    )
    environ = {**os.environ, "HOST_STUDIO_CHANNEL_TOKEN": "c", "HOST_STUDIO_ADMIN_TOKEN": "a"}
    with subprocess.Popen(
        [sys.executable, "-c", starter, str(ready)], cwd=REPOSITORY, env=environ, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as parent:  # fmt: skip
        assert parent.stdout is not None
        told = json.loads(parent.stdout.readline())
        assert told == json.loads(ready.read_text())
        stream = httpx.Client(
            base_url=told["url"], headers={"Authorization": "Bearer c"}, trust_env=False, timeout=30
        )
        with stream, stream.stream("GET", "/channel/v1/stream") as feed:
            lines = feed.iter_lines()
            assert next(lines).startswith(":")
            parent.send_signal(signal.SIGKILL if os.name == "posix" else signal.SIGTERM)
            parent.wait(10)
            for _ in lines:
                pass  # the stream ends when the audience does


def test_it_says_which_token_is_missing_and_takes_none_by_the_command_line(tmp_path: Path) -> None:
    environ = {k: v for k, v in os.environ.items() if not k.startswith("HOST_STUDIO_")}
    command = [sys.executable, "-m", "studio.rehearsal.audience", "--shop", "http://127.0.0.1:9"]
    told = subprocess.run(command, cwd=REPOSITORY, env=environ, capture_output=True, text=True, timeout=60)
    assert told.returncode == 1
    assert "HOST_STUDIO_SHOP_TOKEN" in told.stderr
    assert (
        "token"
        not in subprocess.run([*command, "--help"], cwd=REPOSITORY, capture_output=True, text=True).stdout
    )


def test_the_frames_are_what_the_contract_says(quiet: AudienceProcess) -> None:
    from studio.rehearsal.audience_contract import ChannelInfo, FramePage

    quiet.admin("messages", {"items": [{"text": "hi"}]})
    quiet.admin("viewers", {"viewers": 12})
    quiet.send("hide", {"message_id": "msg-1"}, "k")
    with httpx.Client(base_url=quiet.url, headers=quiet.headers, trust_env=False) as http:
        page = msgspec.json.decode(http.get("/channel/v1/frames").content, type=FramePage, strict=True)
        info = msgspec.json.decode(http.get("/channel/v1").content, type=ChannelInfo, strict=True)
    assert [frame.kind for frame in page.frames] == ["message", "viewers", "hidden"]
    assert (info.frame, info.last_seq, info.capabilities.keyed) == (1, 3, True)
