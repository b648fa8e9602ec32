"""Where the overlay's address is kept."""

import json
import os
import stat
from pathlib import Path

import pytest

from studio.stage.overlay_keep import KeepRefused, Kept, is_private, new_token, read_kept, write_kept

posix = pytest.mark.skipif(os.name == "nt", reason="Windows has no such bits, and links need a right")


def test_what_was_kept_is_read_again(tmp_path: Path) -> None:
    file, kept = tmp_path / "new" / "overlay.json", Kept(new_token(), 23_456)
    write_kept(file, kept)
    assert read_kept(file) == kept
    assert list(file.parent.iterdir()) == [file]


def test_a_token_has_128_bits_and_is_never_the_same() -> None:
    tokens = {new_token() for _ in range(200)}
    assert len(tokens) == 200
    assert {len(token) for token in tokens} == {22}


@posix
def test_only_its_person_can_read_the_file_whatever_the_umask(tmp_path: Path) -> None:
    file = tmp_path / "overlay.json"
    before = os.umask(0)
    try:
        write_kept(file, Kept(new_token(), 23_456))
    finally:
        os.umask(before)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert is_private(file)
    file.chmod(0o644)
    assert not is_private(file)


@posix
def test_a_link_is_neither_followed_nor_replaced(tmp_path: Path) -> None:
    other = tmp_path / "of-someone-else"
    other.write_text("precious")
    file = tmp_path / "overlay.json"
    file.symlink_to(other)
    with pytest.raises(KeepRefused, match="Delete it"):
        read_kept(file)
    with pytest.raises(KeepRefused, match="Delete it"):
        write_kept(file, Kept(new_token(), 23_456))
    assert other.read_text() == "precious"
    assert file.is_symlink()


@posix
def test_a_link_to_nowhere_is_a_link_too(tmp_path: Path) -> None:
    file = tmp_path / "overlay.json"
    file.symlink_to(tmp_path / "nowhere")
    with pytest.raises(KeepRefused):
        write_kept(file, Kept(new_token(), 23_456))
    assert not (tmp_path / "nowhere").exists()


def test_a_folder_in_its_place_is_told(tmp_path: Path) -> None:
    with pytest.raises(KeepRefused, match=r"overlay\.json"):
        write_kept(_made(tmp_path / "overlay.json"), Kept(new_token(), 23_456))
    assert list(tmp_path.iterdir()) == [tmp_path / "overlay.json"]
    with pytest.raises(KeepRefused):
        read_kept(tmp_path / "overlay.json")


def _made(folder: Path) -> Path:
    (folder / "something").mkdir(parents=True)
    return folder


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"\xff\xfe",
        b"[]",
        json.dumps({"token": "short", "port": 23_456}).encode(),
        json.dumps({"token": "../../../../../etc/pass", "port": 23_456}).encode(),
        json.dumps({"token": "a" * 22, "port": 0}).encode(),
        json.dumps({"token": "a" * 22, "port": 65_536}).encode(),
        json.dumps({"token": "a" * 22, "port": "80"}).encode(),
        json.dumps({"token": "a" * 22, "port": 80, "more": 1}).encode(),
        b" " * 5_000 + json.dumps({"token": "a" * 22, "port": 23_456}).encode(),
    ],
)
def test_what_the_studio_did_not_write_is_not_believed(body: bytes, tmp_path: Path) -> None:
    (tmp_path / "overlay.json").write_bytes(body)
    assert read_kept(tmp_path / "overlay.json") is None


def test_nothing_kept_is_nothing(tmp_path: Path) -> None:
    assert read_kept(tmp_path / "overlay.json") is None


def test_a_token_stands_in_no_log() -> None:
    kept = Kept(new_token(), 23_456)
    assert kept.token not in repr(kept)
