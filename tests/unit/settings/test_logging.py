"""The log tells what happened and keeps the secrets."""

import asyncio
import json
import logging
import threading
from collections.abc import Iterator
from logging.handlers import RotatingFileHandler
from pathlib import Path

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from studio.settings.logging import MAX_BYTES, BugHooks, Log, Redactor
from studio.settings.secrets import MASK, Secret


@pytest.fixture
def redactor() -> Redactor:
    return Redactor()


@pytest.fixture
def log(tmp_path: Path, redactor: Redactor) -> Iterator[Log]:
    log = Log(tmp_path / "logs", redactor)
    yield log
    log.close()


def lines(log: Log) -> list[dict]:
    return (
        [json.loads(line) for line in log.file.read_text("utf-8").splitlines()] if log.file.exists() else []
    )


def test_a_line_says_when_who_and_what(log: Log) -> None:
    structlog.get_logger("studio.sync").warning("shop is slow", seconds=3, product="Grüne Schürze 🧵")
    (line,) = lines(log)
    assert line["event"] == "shop is slow"
    assert line["level"] == "warning"
    assert line["logger"] == "studio.sync"
    assert line["timestamp"].endswith("Z")
    assert (line["seconds"], line["product"]) == (3, "Grüne Schürze 🧵")


def test_other_libraries_lines_are_masked_too(log: Log) -> None:
    logging.getLogger("some.library").warning("GET %s", "http://127.0.0.1/feed?after=3&token=tok-12345&x=1")
    (line,) = lines(log)
    assert "tok-12345" not in json.dumps(line)
    assert "after=3" in line["event"]
    assert "x=1" in line["event"]


def test_a_token_in_a_traceback_is_masked(log: Log, redactor: Redactor) -> None:
    redactor.learn("s3cret-value")
    try:
        raise RuntimeError("the shop said no to s3cret-value")
    except RuntimeError:
        structlog.get_logger("x").exception("failed")
    (line,) = lines(log)
    assert "RuntimeError" in line["exception"]
    assert "s3cret-value" not in json.dumps(line)


@pytest.mark.parametrize(
    "text",
    [
        "Authorization: Bearer abcdefgh12345678",
        "{'authorization': 'Basic abcdefgh12345678='}",
        '{"access_token": "abcdefgh12345678"}',
        "https://user:abcdefgh12345678@shop.example/x",
        "GET /chat?key=abcdefgh12345678 200",
        "api_key=abcdefgh12345678; next",
        "x-shop-access-token: abcdefgh12345678",
        "password='abcdefgh12345678'",
    ],
)
def test_what_looks_like_a_secret_is_masked(text: str, redactor: Redactor) -> None:
    masked = redactor.text(text)
    assert "abcdefgh12345678" not in masked
    assert MASK in masked


@pytest.mark.parametrize(
    "text",
    [
        "promo LUNA-7K2 ends at 20:15",
        "https://shop.example/products?cursor=abc&limit=50",
        "3 tokens left in the bucket",
        "product key ring, 12 pieces",
    ],
)
def test_plain_sentences_are_left_as_they_are(text: str, redactor: Redactor) -> None:
    assert redactor.text(text) == text


def test_fields_are_masked_by_their_name_and_type_at_any_depth(redactor: Redactor) -> None:
    event = {
        "event": "asked",
        "token": "abc",
        "headers": {"Authorization": "abc", "accept": "json"},
        "rows": [{"api_key": "abc"}, ("x", Secret("abc"))],
        "count": 3,
        "body": b"token=abcdef",
    }
    masked = redactor(None, "info", event)
    assert masked["token"] == MASK
    assert masked["headers"] == {"Authorization": MASK, "accept": "json"}
    assert masked["rows"] == [{"api_key": MASK}, ["x", MASK]]
    assert masked["count"] == 3
    assert "abcdef" not in masked["body"]


@given(st.text(st.characters(exclude_categories=("Cs",)), min_size=6, max_size=40), st.text(max_size=20))
def test_a_known_secret_is_masked_wherever_it_stands(secret: str, around: str) -> None:
    redactor = Redactor()
    redactor.learn(secret)
    assert secret in MASK or secret not in redactor.text(f"{around}{secret}{around}") or secret in around


@pytest.mark.timeout(60)  # a pattern that goes back over the text again and again would take hours
def test_a_hostile_message_does_not_hold_up_the_log(redactor: Redactor) -> None:
    for text in (
        "a-" * 50_000,
        "token" + " " * 100_000,
        "a" * 100_000 + "://",
        "Bearer" * 20_000,
        "x:" * 50_000,
    ):
        assert len(redactor.text(text)) < len(text)


def test_a_file_that_is_full_is_turned_over(log: Log) -> None:
    logger = structlog.get_logger("x")
    for _ in range(MAX_BYTES // 18_000 + 5):
        logger.info("a" * 18_000)
    assert log.file.with_name("studio.log.1").exists()
    assert log.file.stat().st_size < MAX_BYTES


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a device that is always full")
def test_a_full_disk_costs_lines_and_not_the_show(log: Log, capsys) -> None:
    (handler,) = (each for each in logging.getLogger().handlers if isinstance(each, RotatingFileHandler))
    handler.setStream(Path("/dev/full").open("w", encoding="utf-8"))  # noqa: SIM115 - the log closes it
    structlog.get_logger("x").info("one")
    structlog.get_logger("x").info("two")
    log.close()
    assert capsys.readouterr().err.count("cannot be written: No space left on device") == 1


def test_the_log_gives_everything_back_when_closed(tmp_path: Path) -> None:
    before = list(logging.getLogger().handlers)
    log = Log(tmp_path, Redactor(), level="nonsense", console=True)
    log.close()
    assert logging.getLogger().handlers == before


@pytest.fixture
def bugs() -> Iterator[list[tuple[str, str]]]:
    found: list[tuple[str, str]] = []
    hooks = BugHooks(lambda where, error: found.append((where, str(error))))
    yield found
    hooks.remove()


def test_a_bug_in_another_thread_is_logged_and_told(log: Log, bugs: list[tuple[str, str]]) -> None:
    def work() -> None:
        raise RuntimeError("in a thread")

    thread = threading.Thread(target=work, name="reader")
    thread.start()
    thread.join()
    assert bugs == [("thread reader", "in a thread")]
    assert "RuntimeError: in a thread" in lines(log)[-1]["exception"]


def test_a_bug_in_a_destructor_is_logged_and_told(log: Log, bugs: list[tuple[str, str]]) -> None:
    class Leaver:
        def __del__(self) -> None:
            raise RuntimeError("while leaving")

    Leaver()
    assert [message for _, message in bugs] == ["while leaving"]
    assert "while leaving" in lines(log)[-1]["exception"]


async def test_a_task_whose_failure_nobody_waits_for_is_logged_and_told(log: Log) -> None:
    found: list[str] = []
    hooks = BugHooks(lambda where, error: found.append(str(error)))
    try:
        loop = asyncio.get_running_loop()
        hooks.watch(loop)
        told = loop.create_future()
        loop.call_soon(lambda: 1 / 0)
        loop.call_soon(told.set_result, None)
        await told
    finally:
        hooks.remove()
    assert found == ["division by zero"]
    assert "ZeroDivisionError" in lines(log)[-1]["exception"]
