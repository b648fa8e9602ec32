"""What a person set is there after a restart, and nothing that cannot be understood is thrown away."""

import errno
import json
import os
import tempfile
from pathlib import Path

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from studio.settings.file import SettingsNotSavedError, settings_file, window_state_file
from studio.settings.schema import Alerts, ChannelSettings, Promos, Settings, ShopSettings, WindowState

names = st.text(st.characters(exclude_categories=("Cs",)), min_size=1, max_size=30)
ids = st.from_regex(r"[a-z0-9][a-z0-9._-]{0,10}", fullmatch=True)
urls = st.from_regex(r"https?://[a-z0-9.-]{1,20}(:[0-9]{1,5})?(/[a-z0-9]{0,5})?", fullmatch=True)
all_settings = st.builds(
    Settings,
    theme=st.sampled_from(["dark", "light", "system"]),
    scale=st.floats(0.8, 2.0),
    language=st.sampled_from(["", "en", "de", "nb", "de_DE", "pt-BR"]),
    shops=st.lists(st.builds(ShopSettings, id=ids, kind=ids, name=names, base_url=urls), max_size=3).map(
        tuple
    ),
    channels=st.lists(
        st.builds(ChannelSettings, id=ids, kind=ids, name=names, base_url=urls, enabled=st.booleans()),
        max_size=3,
    ).map(tuple),
    keys=st.dictionaries(names, st.lists(names, max_size=2).map(tuple), max_size=3),
    alerts=st.builds(Alerts, low_stock=st.integers(0, 1000)),
    promos=st.builds(Promos, replay_hours=st.integers(0, 336)),
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "settings.json"


def aside(path: Path) -> list[Path]:
    return sorted(path.parent.glob(f"{path.stem}.unreadable-*"))


def test_without_a_file_the_defaults_hold_and_nothing_is_written(path: Path) -> None:
    loaded = settings_file(path).load()
    assert loaded.value == Settings()
    assert loaded.sentences == ()
    assert list(path.parent.iterdir()) == []


@given(all_settings)
def test_what_was_set_is_there_after_a_restart(settings: Settings) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "settings.json"
        settings_file(path).save(settings)
        loaded = settings_file(path).load()
    assert loaded.value == settings
    assert loaded.sentences == ()


@given(st.binary(max_size=300))
def test_any_bytes_in_the_file_are_survived_and_kept(junk: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "settings.json"
        path.write_bytes(junk)
        loaded = settings_file(path).load()
        kept = [file.read_bytes() for file in path.parent.iterdir()]
    assert isinstance(loaded.value, Settings)
    assert junk in kept


@given(
    st.dictionaries(
        st.sampled_from([info.name for info in msgspec.structs.fields(Settings)]),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.text(max_size=10),
            lambda inner: (
                st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
            ),
        ),
    )
)
@example({"version": 0})
@example({"version": -1, "scale": None})
def test_settings_of_any_wrong_type_are_survived_and_the_file_kept(document: dict) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "settings.json"
        raw = json.dumps(document).encode()
        path.write_bytes(raw)
        file = settings_file(path)
        loaded = file.load()
        if loaded.sentences:
            assert raw in [each.read_bytes() for each in path.parent.iterdir()]
        file.save(loaded.value)
        assert settings_file(path).load().value == loaded.value


def test_a_broken_file_is_put_aside_and_a_sentence_names_it(path: Path) -> None:
    path.write_text('{"theme": "li')
    loaded = settings_file(path).load()
    assert loaded.value == Settings()
    (kept,) = aside(path)
    assert kept.name in loaded.sentences[0]
    assert kept.read_text() == '{"theme": "li'


def test_two_broken_files_in_one_second_are_both_kept(path: Path) -> None:
    for text in ("one", "two"):
        path.write_text(text)
        settings_file(path).load()
    assert sorted(file.read_text() for file in aside(path)) == ["one", "two"]


def test_one_bad_setting_costs_only_itself(path: Path) -> None:
    path.write_text(
        json.dumps({"theme": "light", "scale": 9, "alerts": {"low_stock": -1, "silent_channel_s": 60}})
    )
    loaded = settings_file(path).load()
    assert loaded.value.theme == "light"
    assert loaded.value.scale == Settings().scale
    assert loaded.value.alerts == Alerts(silent_channel_s=60)
    text = " ".join(loaded.sentences)
    assert "“scale”" in text
    assert "“alerts.low_stock”" in text
    assert len(aside(path)) == 1


def test_a_bad_shop_is_left_out_and_the_good_ones_stay(path: Path) -> None:
    good = {"id": "main", "name": "Main shop", "base_url": "https://shop.example"}
    with_password = {"id": "other", "name": "Other", "base_url": "https://me:secret@shop.example"}
    path.write_text(json.dumps({"shops": [good, with_password], "active_shop": "main"}))
    loaded = settings_file(path).load()
    assert [shop.id for shop in loaded.value.shops] == ["main"]
    assert loaded.value.shop() == loaded.value.shops[0]
    assert "Entry 2 of “shops”" in loaded.sentences[0]


def test_a_bad_key_is_left_out_and_the_good_ones_stay(path: Path) -> None:
    path.write_text(json.dumps({"keys": {"item.next": ["F5"], "unpin": 7}}))
    loaded = settings_file(path).load()
    assert loaded.value.keys == {"item.next": ("F5",)}
    assert "“unpin”" in loaded.sentences[0]


def test_what_a_newer_studio_wrote_is_kept_when_this_one_saves(path: Path) -> None:
    document = {
        "version": 7,
        "hologram": True,
        "alerts": {"low_stock": 3, "smell": "smoke"},
        "shops": [{"id": "a", "name": "A", "base_url": "http://a", "colour": "red"}],
    }
    path.write_text(json.dumps(document))
    file = settings_file(path)
    loaded = file.load()
    assert "newer" in loaded.sentences[0]
    file.save(msgspec.structs.replace(loaded.value, theme="light"))
    after = json.loads(path.read_text())
    assert (after["version"], after["hologram"], after["theme"]) == (7, True, "light")
    assert after["alerts"]["smell"] == "smoke"
    assert after["shops"][0]["colour"] == "red"


def test_a_key_given_back_to_its_default_is_gone_from_the_file(path: Path) -> None:
    file = settings_file(path)
    file.save(Settings(keys={"item.next": ("F5",)}))
    file.save(Settings())
    assert json.loads(path.read_text())["keys"] == {}


def test_a_full_disk_leaves_the_old_settings_and_says_so(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = settings_file(path)
    file.save(Settings(theme="light"))

    def full(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(SettingsNotSavedError, match="No space left"):
        file.save(Settings(theme="dark"))
    monkeypatch.undo()
    assert settings_file(path).load().value.theme == "light"
    assert [each.name for each in path.parent.iterdir()] == ["settings.json"]


def test_settings_that_are_a_link_stay_a_link(path: Path) -> None:
    real = path.parent / "dotfiles" / "studio.json"
    real.parent.mkdir()
    real.write_text("{}")
    path.symlink_to(real)
    settings_file(path).save(Settings(theme="light"))
    assert path.is_symlink()
    assert json.loads(real.read_text())["theme"] == "light"


def test_windows_stand_where_they_stood(tmp_path: Path) -> None:
    state = WindowState(windows={"main": b"\x00\xff"}, splitters={"host": b"abc"}, prompter_monitor="HDMI-1")
    window_state_file(tmp_path / "window-state.json").save(state)
    assert window_state_file(tmp_path / "window-state.json").load().value == state


def test_a_file_that_the_system_does_not_let_be_read_is_said_and_never_saved_over(path: Path) -> None:
    path.mkdir()  # for whoever may read everything, a folder in its place is as unreadable
    file = settings_file(path)
    loaded = file.load()
    assert loaded.value == Settings()
    assert "cannot be read" in loaded.sentences[0]
    assert "Make it readable" in loaded.sentences[0]
    with pytest.raises(SettingsNotSavedError, match="for this session only"):
        file.save(Settings(theme="light"))
    assert path.is_dir()


@pytest.mark.parametrize("content", [b"not JSON at all", b'{"theme": "pink"}'])
def test_a_file_that_cannot_be_put_aside_is_never_saved_over(
    path: Path, content: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    path.write_bytes(content)

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "replace", refuse)
    monkeypatch.setattr("shutil.copy2", refuse)
    file = settings_file(path)
    loaded = file.load()
    assert any("cannot be put aside" in sentence for sentence in loaded.sentences)
    monkeypatch.undo()
    with pytest.raises(SettingsNotSavedError):
        file.save(Settings(theme="light"))
    assert path.read_bytes() == content
    file.load()
    file.save(Settings(theme="light"))
    assert settings_file(path).load().value.theme == "light"
