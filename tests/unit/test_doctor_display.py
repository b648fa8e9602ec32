"""The doctor tries Qt as a window would be opened here."""

import pytest

from studio.doctor import Level, display, versions


def test_without_a_display_only_headless_is_offered(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("sys.platform", "linux")
    found = display()
    assert found.level is Level.WARNING
    assert "--headless" in found.sentence


def test_a_display_that_cannot_be_used_is_a_sentence_and_no_crash(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QT_QPA_PLATFORM", "no-such-platform")
    found = display()
    assert found.level is Level.FAILED
    assert "Qt cannot open a window" in found.sentence


def test_the_installed_versions_are_none_that_crash() -> None:
    assert {finding.level for finding in versions()} == {Level.OK}
