"""The smoke walk of `bootstrap.py test --smoke` misses none of its tests."""

import importlib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]


def test_every_smoke_test_lies_where_the_walk_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(ROOT / "packaging"))
    folders = importlib.import_module("checks").SMOKE
    marked = [
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "tests").rglob("test_*.py")
        if "mark." + "smoke" in path.read_text("utf-8")
    ]
    assert len(marked) >= 5
    assert [path for path in marked if not path.startswith(tuple(f"{folder}/" for folder in folders))] == []
