"""Tokens stay in the keyring, the environment or the session; servers of ours are heard by this computer only."""

import json
import os
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import psutil
import pytest
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel

from studio.domain.commands import IssuePromo, NextItem, Reply
from studio.domain.promo import PromoKind, PromoPlan, PromoScope
from studio.settings.logging import Log, Redactor
from studio.settings.paths import Paths
from studio.settings.secrets import KeyringSecrets
from tests.fakes.bad_shop import BadShop, problem
from tests.fakes.http_server import hang_up
from tests.faults.windows import stage, widgets

ROOT = Path(__file__).resolve().parents[2]
SECRET = "hs-7Qm2v9XkTz4LwRb8"
REHEARSAL_S = 150


def files_with(folder: Path, secrets: Iterable[str], allowed: tuple[str, ...] = ()) -> list[str]:
    """Every file below the folder in which one of the secrets stands, in whatever encoding."""
    wanted = [form for s in secrets for form in (s.encode(), s.encode("utf-16-le"), s.encode("utf-16-be"))]
    return [
        str(path.relative_to(folder))
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name not in allowed and any(w in path.read_bytes() for w in wanted)
    ]


def family(process: "subprocess.Popen[str]") -> Iterator[psutil.Process]:
    """The process and all that it started."""
    try:
        root = psutil.Process(process.pid)
        yield root
        yield from root.children(recursive=True)
    except psutil.NoSuchProcess:
        return


def looked_at(process: "subprocess.Popen[str]") -> tuple[set[str], set[str], set[str]]:
    """Where the family listens, where it listens on loopback, and the words of its command lines."""
    everywhere: set[str] = set()
    loopback: set[str] = set()
    words: set[str] = set()
    for member in family(process):
        try:
            words.update(member.cmdline())
            for connection in member.net_connections(kind="inet"):
                if connection.status == psutil.CONN_LISTEN or not connection.raddr:
                    own = connection.laddr.ip in ("127.0.0.1", "::1")
                    (loopback if own else everywhere).add(f"{connection.laddr.ip}:{connection.laddr.port}")
        except (psutil.NoSuchProcess, psutil.ZombieProcess):
            continue
    return everywhere, loopback, words


@pytest.mark.timeout(REHEARSAL_S + 30)
def test_a_whole_rehearsal_leaves_no_token_anywhere_and_listens_on_loopback_only(tmp_path: Path) -> None:
    data, out = tmp_path / "data", tmp_path / "out"
    command = [
        sys.executable, "-m", "studio", "--data-dir", str(data), "rehearse", "--headless", "--minutes", "1",
        "--speed", "60", "--viewers", "20", "--seed", "7", "--out", str(out),
    ]  # fmt: skip
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT,
        env={**os.environ, "HOST_STUDIO_LOG": "DEBUG"},
    )  # fmt: skip
    everywhere: set[str] = set()
    loopback: set[str] = set()
    words: set[str] = set()
    said = err = ""
    for _ in range(REHEARSAL_S * 5):
        for seen, more in zip((everywhere, loopback, words), looked_at(process), strict=True):
            seen |= more
        try:
            said, err = process.communicate(timeout=0.2)
            break
        except subprocess.TimeoutExpired:
            continue
    else:
        process.kill()
        pytest.fail("the rehearsal took too long")
    assert process.returncode == 0, err[-2_000:]
    kept = next(data.glob("rehearsals/*/tokens.json"))
    tokens = [value for value in json.loads(kept.read_bytes()).values() if isinstance(value, str)]
    assert len(tokens) == 3
    assert sys.platform == "win32" or kept.stat().st_mode & 0o077 == 0, "for its owner only"
    assert everywhere == set(), "heard by other computers"
    assert len(loopback) >= 2, "the shop and the channel"
    assert [word for word in words if any(token in word for token in tokens)] == [], "seen by other users"
    assert any("--parent-pid" in word for word in words), "the servers were looked at"
    assert [token for token in tokens if token in said + err] == []
    assert files_with(data, tokens, allowed=("tokens.json",)) == []
    assert files_with(out, tokens) == []
    assert next(data.glob("rehearsals/*/studio/logs/studio.log")).stat().st_size > 0, (
        "there was a log to look into"
    )


async def test_a_shop_that_repeats_the_token_in_its_refusals_does_not_get_it_onto_screen_or_disk(
    qtbot, qapp: QApplication, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    paths = Paths(tmp_path)
    paths.prepare()
    redactor = Redactor()
    log = Log(paths.logs, redactor, level="DEBUG")
    secrets = KeyringSecrets(
        {"HOST_STUDIO_SHOP_TOKEN": SECRET, "HOST_STUDIO_CHANNEL_TOKEN": SECRET}, lambda: None, redactor.learn
    )
    telling = f"The token Bearer {SECRET} may not do this, {SECRET}."
    promo = PromoPlan("plan", "NORD20", PromoKind.PERCENT, 20, scope=PromoScope.ALL)
    try:
        with BadShop() as shop:
            async with stage(qapp, tmp_path, shop, secrets) as window:
                await window.open()
                await window.until(lambda: window.link() == "ok", "the shop")
                for path in ("/v1/featured", "/v1/promos", "/channel/v1/say"):
                    shop.on(path, problem(422, "no", telling))
                window.press("item.next")
                await window.do(IssuePromo("a", promo))
                await window.do(Reply("r", "Hello"))
                await window.until_said("did not take the code", "•••")
                await window.until_said("does not feature")
                shop.everywhere(problem(403, "no", telling))
                await window.do(NextItem())
                await window.until(lambda: window.link() == "asking", "the question")
                assert "•••" in window.link_sentence()
                shop.everywhere(hang_up())
                await window.desktop.studio.give_token("shop", SECRET)
                await window.until(lambda: window.link() == "down", "the break")
                window.host.refresh()
                shown = [w.accessibleName() + w.toolTip() + w.windowTitle() for w in widgets(qapp)]
                shown += [w.text() for w in widgets(qapp) if isinstance(w, (QLabel, QAbstractButton))]
                assert [text for text in [*shown, *window.said()] if SECRET in text] == []
                assert shop.requests("/v1/featured")[0].headers["authorization"] == f"Bearer {SECRET}"
    finally:
        log.close()
    assert files_with(tmp_path, [SECRET]) == []
    assert (paths.logs / "studio.log").stat().st_size > 0
    said, err = capfd.readouterr()
    assert SECRET not in said + err
