"""The project's own files, for the guards to read."""

import ast
import os
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
_NOT_OURS = {
    ".git", ".venv", ".pytest_cache", ".ruff_cache", ".hypothesis", ".import_linter_cache", "__pycache__",
    "node_modules", "build", "dist", "rehearsal-output", "test-artifacts", "host_studio.egg-info",
}  # fmt: skip
_TEXT = {
    "", ".cfg", ".css", ".csv", ".desktop", ".html", ".ini", ".js", ".json", ".lock", ".md", ".mjs", ".py", ".sh",
    ".spec", ".sql", ".svg", ".toml", ".ts", ".txt", ".xml", ".yaml", ".yml",
}  # fmt: skip


def files(*folders: str) -> Iterator[Path]:
    """Every file of ours below these folders, or of the whole project."""
    for top in [ROOT / folder for folder in folders] or [ROOT]:
        for folder, names, found in os.walk(top):
            names[:] = [name for name in names if name not in _NOT_OURS]
            yield from (Path(folder) / name for name in found)


def text_files(*folders: str) -> Iterator[Path]:
    """Those which hold text somebody wrote."""
    return (path for path in files(*folders) if path.suffix in _TEXT and path.stat().st_size < 5_000_000)


def python_files(*folders: str) -> list[Path]:
    """The modules below these folders."""
    return sorted(path for path in files(*folders) if path.suffix == ".py")


@cache
def tree(path: Path) -> ast.Module:
    """A module's syntax tree."""
    return ast.parse(path.read_text("utf-8"), str(path))


def place(path: Path, line: int | None = None) -> str:
    """`studio/cli.py:12`."""
    where = path.relative_to(ROOT).as_posix()
    return where if line is None else f"{where}:{line}"


def called(node: ast.Call) -> str:
    """The last part of what is called: `setText` for `self.label.setText(...)`."""
    match node.func:
        case ast.Attribute(attr=name) | ast.Name(id=name):
            return name
        case _:
            return ""
