"""Where the studio keeps its things."""

import os
from pathlib import Path

import platformdirs
import pytest

from studio.settings.paths import DataFolderError, Paths, choose


def test_the_command_line_goes_before_the_environment(tmp_path: Path) -> None:
    assert choose(tmp_path / "a", {"HOST_STUDIO_DATA": str(tmp_path / "b")}).data == tmp_path / "a"


def test_the_environment_goes_before_the_systems_place(tmp_path: Path) -> None:
    assert choose(None, {"HOST_STUDIO_DATA": str(tmp_path / "b")}).data == tmp_path / "b"


def test_without_a_word_the_systems_place_is_used() -> None:
    assert choose(None, {}).data == platformdirs.user_data_path("host-studio", appauthor=False)


def test_a_tilde_and_a_relative_folder_are_understood(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "me"))
    monkeypatch.chdir(tmp_path)
    assert choose("~/shows", {}).data == tmp_path / "me" / "shows"
    assert choose("shows", {}).data == tmp_path / "shows"


def test_choosing_makes_nothing_and_preparing_makes_folders_for_the_owner_only(tmp_path: Path) -> None:
    paths = choose(tmp_path / "new" / "data", {})
    assert list(tmp_path.iterdir()) == []
    paths.prepare()
    assert {path.name for path in paths.data.iterdir()} == {"backups", "logs", "rehearsals"}
    if os.name == "posix":
        assert paths.data.stat().st_mode & 0o077 == 0
    paths.prepare()


def test_a_file_in_the_way_is_said(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("")
    with pytest.raises(DataFolderError, match="is a file"):
        Paths(tmp_path / "data").prepare()
    with pytest.raises(DataFolderError, match="is a file"):
        Paths(tmp_path / "data" / "below").prepare()


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import tempfile

    def refuse(**_kwargs: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(tempfile, "TemporaryFile", refuse)  # root may write everywhere
    with pytest.raises(DataFolderError, match="cannot be written"):
        Paths(tmp_path / "data").prepare()
