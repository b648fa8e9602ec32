"""What `host-studio` says on the command line: bad input gets a sentence and an exit code, and loses nothing."""

import re
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from studio.instance import InstanceLock
from studio.rehearsal.faults import NAMES
from studio.store.store import open_store
from tests.fakes.shop_process import start_shop
from tests.journeys.rehearsals import ROOT, rehearse, studio, surroundings

SHORT = ("--seed", "3", "--minutes", "6", "--viewers", "500")

pytestmark = pytest.mark.timeout(240)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


def test_the_help_names_every_command(data: Path):
    ended = studio(data, "--help")
    assert ended.code == 0
    for command in ("rehearse", "shop-server", "report", "doctor", "--data-dir"):
        assert command in ended.said
    assert not data.exists(), "asking for help makes no folder"


@pytest.mark.parametrize("command", ["rehearse", "report", "doctor", "shop-server"])
def test_every_command_has_a_help_of_its_own(data: Path, command: str):
    ended = studio(data, command, "--help")
    assert ended.code == 0
    assert "usage:" in ended.said


def test_an_unknown_command_or_option_is_named(data: Path):
    for arguments, word in ((("reherse",), "reherse"), (("rehearse", "--sped", "3"), "--sped")):
        ended = studio(data, *arguments)
        assert ended.code == 2
        assert word in ended.complained


def test_an_unknown_fault_lists_those_there_are(data: Path):
    ended = studio(data, "rehearse", "--headless", "--fault", "fire")
    assert ended.code == 2
    assert ended.complained.startswith("There is no fault “fire”. Choose from: shop-down, ")
    assert all(name in ended.complained for name in NAMES)
    assert not list(data.glob("rehearsals/*/rehearsal.json")), "nothing was begun"


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--speed", "fast"), "“fast” is not a number above zero"),
        (("--speed", "-1"), "“-1” is not a number above zero"),
        (("--speed", "500"), "--speed 500 is not possible: choose 0.1 to 120 times real time."),
        (("--minutes", "0.5"), "--minutes 0.5 is not possible: choose 1 to 1440 minutes."),
        (("--viewers", "60000", "--speed", "1"), "--viewers 60000 is not possible: choose 1 to 50000"),
        (("--viewers", "9000", "--speed", "60"), "choose 1 to 5000 at this speed."),
        (("--shop", "localhost:80"), "“localhost:80” is no address"),
    ],
)
def test_a_number_out_of_range_is_refused_with_the_range(
    data: Path, arguments: tuple[str, ...], sentence: str
):
    ended = studio(data, "rehearse", "--headless", *arguments)
    assert ended.code == 2
    assert sentence in ended.complained
    assert "Traceback" not in ended.complained


def test_an_output_folder_that_is_a_file_is_refused(data: Path, tmp_path: Path):
    taken = tmp_path / "taken"
    taken.write_text("mine")
    ended = studio(data, "rehearse", "--headless", "--out", str(taken))
    assert ended.code == 2
    assert "choose another with --out" in ended.complained
    assert taken.read_text() == "mine"


def test_a_data_folder_that_cannot_be_made_is_named(tmp_path: Path):
    (tmp_path / "file").write_text("mine")
    for command in (("rehearse", "--headless"), ("report", "last", "--out", str(tmp_path / "r.html"))):
        ended = studio(tmp_path / "file" / "data", *command)
        assert ended.code == 2
        assert "data folder" in ended.complained
        assert "--data-dir" in ended.complained


def test_a_second_rehearsal_with_the_same_data_says_so_and_leaves_the_first_alone(data: Path):
    rehearsals = data / "rehearsals"
    rehearsals.mkdir(parents=True)
    lock = InstanceLock(rehearsals / "rehearsal.lock")
    try:
        ended = studio(data, "rehearse", "--headless")
    finally:
        lock.release()
    assert ended.code == 2
    assert "Host Studio is already open" in ended.complained
    assert "--data-dir" in ended.complained
    assert not list(rehearsals.glob("*/rehearsal.json"))


def test_a_report_of_nothing_says_what_there_is(data: Path, tmp_path: Path):
    ended = studio(data, "report", "last", "--out", str(tmp_path / "r.html"))
    assert (ended.code, ended.complained) == (2, "There is no show “last” here. Shows: none yet.\n")
    assert not (data / "studio.db").exists(), "asking makes no database"
    assert not (tmp_path / "r.html").exists()


def test_a_report_of_an_open_studio_is_not_written_behind_its_back(data: Path, tmp_path: Path):
    data.mkdir()
    open_store(data / "studio.db").close()
    lock = InstanceLock(data / "studio.lock")
    try:
        ended = studio(data, "report", "last", "--out", str(tmp_path / "r.html"))
    finally:
        lock.release()
    assert ended.code == 2
    assert "already open" in ended.complained


def test_a_database_of_a_newer_version_is_refused_and_not_touched(data: Path, tmp_path: Path):
    data.mkdir()
    file = data / "studio.db"
    open_store(file).close()
    connection = sqlite3.connect(file)
    connection.execute(
        "INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES ('studio', 'm9999', '2030')"
    )
    connection.execute("PRAGMA user_version = 9999")
    connection.commit()
    connection.close()
    before = file.read_bytes()
    ended = studio(data, "report", "last", "--out", str(tmp_path / "r.html"))
    assert ended.code == 2
    assert "newer" in ended.complained
    assert "Traceback" not in ended.complained
    assert file.read_bytes() == before


def test_the_doctor_ends_with_0_on_a_computer_without_a_display(data: Path):
    ended = studio(data, "doctor")
    assert ended.code == 0, ended.said
    assert "display" in ended.said
    assert str(data) in ended.said


def test_the_demo_shop_starts_alone_and_says_where_it_is(data: Path, tmp_path: Path):
    ready = tmp_path / "ready.json"
    process = subprocess.Popen(
        [
            sys.executable, "-m", "studio", "--data-dir", str(data), "shop-server", "--port", "0", "--ready-file",
            str(ready),
        ],
        cwd=ROOT, env=surroundings(), stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert re.match(r"Nordhus.*: Studio Shop API v1 on http://127\.0\.0\.1:\d+", line)
        assert msgspec.json.decode(ready.read_bytes())["url"] in line
        assert (data / "shop-server" / "shop.sqlite3").exists(), "it keeps its data below the data folder"
    finally:
        process.terminate()
        process.communicate(timeout=20)


class Outside:
    """A shop that somebody else has started, forty times as fast as real time."""

    def __init__(self, url: str, token: str, admin: str) -> None:
        self.url, self.token, self.admin = url, token, admin


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Outside]:
    with start_shop(tmp_path / "shop", seed=3, speed=40.0, start_ms=None) as process:
        yield Outside(process.url, process.token, process.admin_token)


def test_a_rehearsal_at_a_shop_whose_books_are_closed_compares_nothing_and_says_so(
    shop: Outside, data: Path, tmp_path: Path
):
    environment = {"HOST_STUDIO_SHOP_TOKEN": shop.token}
    played = rehearse(data, tmp_path / "out", "--shop", shop.url, *SHORT, environment=environment)
    assert played.ended.code == 0, played.ended
    assert "books were not read" in played.ended.said
    assert played.summary["shop_truth"] is None
    assert played.summary["pins"] > 0


def test_a_shop_that_cannot_be_rehearsed_with_is_told_before_anything_begins(shop: Outside, data: Path):
    def said(url: str, *arguments: str, **tokens: str) -> str:
        ended = studio(data, "rehearse", "--headless", "--shop", url, *arguments, environment=tokens)
        assert ended.code == 2
        assert "Traceback" not in ended.complained
        return ended.complained

    token = {"HOST_STUDIO_SHOP_TOKEN": shop.token}
    assert "Set HOST_STUDIO_SHOP_TOKEN" in said(shop.url)
    assert "refuses the token" in said(shop.url, HOST_STUDIO_SHOP_TOKEN="wrong")
    assert "No shop answers at http://127.0.0.1:9" in said("http://127.0.0.1:9", **token)
    assert "leave out --speed" in said(shop.url, "--speed", "20", **token)
    assert "HOST_STUDIO_SHOP_ADMIN_TOKEN" in said(shop.url, "--fault", "shop-down", **token)
