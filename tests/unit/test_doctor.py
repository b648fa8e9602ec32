"""`host-studio doctor` says what is wrong and what to do, and never shows a token."""

import json
import sqlite3
from collections.abc import Iterator

import pytest

from studio import doctor
from studio.doctor import Finding, Level, exit_code, rendered
from studio.instance import InstanceLock
from studio.settings.paths import Paths
from studio.settings.secrets import MASK, KeyringSecrets
from tests.fakes.bad_shop import TOKEN, BadShop, data, now_ms, problem
from tests.fakes.http_server import Handler


@pytest.fixture
def paths(tmp_path) -> Paths:
    return Paths(tmp_path / "data")


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Qt is tried in tests of its own."""
    monkeypatch.setattr(doctor, "display", lambda: Finding("display", Level.OK, "not tried"))


def examine(paths: Paths, token: str = "") -> dict[str, Finding]:
    environment = {"HOST_STUDIO_SHOP_TOKEN": token} if token else {}
    findings = doctor.examine(paths, KeyringSecrets(environment, lambda: None))
    assert token == "" or token not in rendered(findings)
    return {finding.name: finding for finding in findings}


@pytest.fixture
def shop() -> Iterator[BadShop]:
    """A shop that is well until told otherwise, and wants its token."""
    with BadShop() as running:
        running.token = TOKEN
        yield running


def with_shop(paths: Paths, url: str) -> None:
    paths.prepare()
    main = {"id": "main", "name": "Main shop", "base_url": url}
    paths.settings.write_text(json.dumps({"shops": [main], "active_shop": "main"}))


def test_a_new_computer_is_well(paths: Paths) -> None:
    found = examine(paths)
    assert {finding.level for finding in found.values()} == {Level.OK, Level.WARNING}
    assert found["keyring"].level is Level.WARNING
    assert "until the studio is closed" in found["keyring"].sentence
    assert "There is none yet" in found["database"].sentence
    assert exit_code(found.values()) == 0


def test_a_damaged_database_is_found_and_left_as_it_is(paths: Paths) -> None:
    paths.prepare()
    paths.database.write_bytes(b"this is no database" * 100)
    found = examine(paths)
    assert found["database"].level is Level.FAILED
    assert str(paths.database) in found["database"].sentence
    assert paths.database.read_bytes() == b"this is no database" * 100
    assert exit_code(found.values()) == 1


def test_a_database_damaged_inside_is_found(paths: Paths) -> None:
    from studio.store.connections import APPLICATION_ID

    paths.prepare()
    connection = sqlite3.connect(paths.database)
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.execute("CREATE TABLE t (x)")
    connection.executemany("INSERT INTO t VALUES (?)", [("y" * 500,)] * 500)
    connection.commit()
    connection.close()
    assert examine(paths)["database"].level is Level.OK
    whole = bytearray(paths.database.read_bytes())
    whole[4096:8192] = b"\x99" * 4096
    paths.database.write_bytes(bytes(whole))
    assert examine(paths)["database"].level is Level.FAILED


def test_a_database_of_a_newer_studio_or_of_another_program_is_said(paths: Paths) -> None:
    paths.prepare()
    connection = sqlite3.connect(paths.database)
    connection.execute("PRAGMA user_version = 9999")
    connection.execute("CREATE TABLE t (x)")
    connection.commit()
    assert "newer" in examine(paths)["database"].sentence
    connection.execute("PRAGMA application_id = 7")
    connection.commit()
    connection.close()
    assert "another program" in examine(paths)["database"].sentence


def test_settings_that_are_not_understood_are_said_and_left_where_they_are(paths: Paths) -> None:
    paths.prepare()
    for text, word in (('{"scale": 99}', "“scale”"), ("{", "could not be read")):
        paths.settings.write_text(text)
        found = examine(paths)["settings"]
        assert (found.level, word in found.sentence) == (Level.WARNING, True)
        assert paths.settings.read_text() == text


def test_a_data_folder_that_cannot_be_used_is_said(tmp_path) -> None:
    (tmp_path / "data").write_text("")
    assert "is a file" in examine(Paths(tmp_path / "data"))["data"].sentence


def test_an_open_studio_is_said_and_goes_on(paths: Paths) -> None:
    lock = InstanceLock(paths.lock)
    found = examine(paths)
    assert "A studio is open here (process" in found["open"].sentence
    assert exit_code(found.values()) == 0
    lock.release()


def test_a_shop_that_answers_is_named_with_what_it_sells_and_where_its_key_is_from(
    paths: Paths, shop: BadShop
) -> None:
    with_shop(paths, shop.url)
    found = examine(paths, token=TOKEN)["shop"]
    assert found.level is Level.OK
    assert "Main shop (Studio Shop API" in found.sentence
    assert "answers: “Nordhus”, 3 products in EUR" in found.sentence
    assert f"Its key {MASK} comes from the variable HOST_STUDIO_SHOP_TOKEN." in found.sentence


@pytest.mark.parametrize(
    ("handler", "word"),
    [
        (problem(401, "unauthorized", "Who?"), "token"),
        (problem(403, "forbidden", "orders:read"), "lacks a right (orders:read)"),
        (problem(404, "not-found", "Nothing here"), "Nothing here"),
        (problem(503, "maintenance", "Soon"), "cannot answer right now (503)"),
    ],
)
def test_what_a_shop_answers_is_told_apart(paths: Paths, shop: BadShop, handler: Handler, word: str) -> None:
    with_shop(paths, shop.url)
    shop.on("/v1/shop", handler)
    found = examine(paths, token=TOKEN)["shop"]
    assert (found.level, word in found.sentence) == (Level.FAILED, True), found


def test_every_shop_is_listed_and_only_that_of_new_shows_must_be_well(paths: Paths, shop: BadShop) -> None:
    paths.prepare()
    main = {"id": "main", "name": "Main shop", "base_url": shop.url}
    other = {"id": "other", "name": "Outlet", "base_url": "http://127.0.0.1:9", "kind": "vendure"}
    shops = {"shops": [main, other], "active_shop": "main"}
    paths.settings.write_text(json.dumps(shops))
    environment = {"HOST_STUDIO_SHOP_TOKEN": TOKEN}
    first, second = shop_findings(paths, environment)
    assert (first.level, "Main shop" in first.sentence) == (Level.OK, True)
    assert (second.level, "Outlet (Vendure" in second.sentence) == (Level.WARNING, True)
    assert "No key is known for it here." in second.sentence, "a general variable is for one shop only"
    paths.settings.write_text(json.dumps(shops | {"active_shop": "other"}))
    first, second = shop_findings(paths, {"HOST_STUDIO_SHOP_MAIN_TOKEN": TOKEN})
    assert "HOST_STUDIO_SHOP_MAIN_TOKEN" in first.sentence
    assert second.level is Level.FAILED


def shop_findings(paths: Paths, environment: dict[str, str]) -> list[Finding]:
    """What is said of each shop, without any token."""
    findings = doctor.examine(paths, KeyringSecrets(environment, lambda: None))
    assert TOKEN not in rendered(findings)
    return [finding for finding in findings if finding.name == "shop"]


def with_channels(paths: Paths, *channels: dict[str, object]) -> None:
    paths.prepare()
    paths.settings.write_text(json.dumps({"channels": channels}))


def channel_findings(paths: Paths, environment: dict[str, str] | None = None) -> list[Finding]:
    """What is said of each channel, without any token."""
    findings = doctor.examine(paths, KeyringSecrets(environment or {}, lambda: None))
    assert TOKEN not in rendered(findings)
    return [finding for finding in findings if finding.name == "channel"]


def test_every_channel_is_tried_and_one_that_is_away_warns_only(paths: Paths, shop: BadShop) -> None:
    """The bridge is a real server; a show goes on without the other."""
    bridge = {"id": "bridge", "kind": "native", "name": "Bridge", "base_url": shop.url}
    away = {"id": "away", "kind": "native", "name": "Away", "base_url": "http://127.0.0.1:9"}
    off = {"id": "off", "kind": "odd", "name": "Old one", "base_url": shop.url, "enabled": False}
    with_channels(paths, bridge, away, off)
    shop.token = TOKEN
    well, gone, old = channel_findings(paths, {"HOST_STUDIO_CHANNEL_BRIDGE_TOKEN": TOKEN})
    assert (well.level, "Bridge (Own bridge): its chat is" in well.sentence) == (Level.OK, True), well
    assert f"Its key {MASK} comes from the variable HOST_STUDIO_CHANNEL_BRIDGE_TOKEN." in well.sentence
    assert (gone.level, "cannot be reached" in gone.sentence) == (Level.WARNING, True)
    assert (old.level, old.sentence) == (Level.OK, "Old one is switched off.")


def test_a_channel_of_no_known_kind_is_a_sentence(paths: Paths) -> None:
    with_channels(paths, {"id": "odd", "kind": "odd", "name": "Odd", "base_url": "https://odd.example"})
    (found,) = channel_findings(paths)
    assert found.level is Level.WARNING
    assert "“odd” is no kind of channel" in found.sentence


def test_a_clock_that_goes_wrong_is_said(paths: Paths, shop: BadShop) -> None:
    with_shop(paths, shop.url)
    shop.on("/v1/clock", data({"now_ms": now_ms() + 3_600_000, "rate": 1.0}))
    assert "s behind" in examine(paths, token=TOKEN)["shop"].sentence
    shop.on("/v1/clock", data({"now_ms": now_ms() - 3_600_000, "rate": 1.0}))
    assert "s ahead" in examine(paths, token=TOKEN)["shop"].sentence


def test_a_shop_nobody_answers_at_is_a_sentence(paths: Paths) -> None:
    with_shop(paths, "http://127.0.0.1:1")
    found = examine(paths)["shop"]
    assert found.level is Level.FAILED
    assert found.sentence.startswith("Main shop ")


@pytest.mark.parametrize("url", ["http://shop.example", "https://127.0.0.1:port"])
def test_an_address_that_cannot_be_used_is_a_sentence(paths: Paths, url: str) -> None:
    with_shop(paths, url)
    assert examine(paths)["shop"].level is Level.FAILED


def test_a_certificate_file_that_is_none_is_a_sentence(paths: Paths, shop: BadShop) -> None:
    paths.prepare()
    main = {"id": "main", "name": "Main shop", "base_url": shop.url, "ca_file": str(paths.settings)}
    paths.settings.write_text(json.dumps({"shops": [main], "active_shop": "main"}))
    assert examine(paths)["shop"].level is Level.FAILED


def test_an_active_shop_that_is_gone_is_said(paths: Paths) -> None:
    paths.prepare()
    paths.settings.write_text(json.dumps({"active_shop": "main"}))
    assert "“main” is not among the shops" in examine(paths)["shop"].sentence


def test_the_command_writes_what_was_found_and_ends_with_its_code(paths: Paths, capsys) -> None:
    assert doctor.main(paths) == 0
    assert f"“{paths.data}”" in capsys.readouterr().out
    paths.database.write_bytes(b"junk" * 100)
    assert doctor.main(paths) == 1
    assert "FAILED   database" in capsys.readouterr().out
