"""The layers: who may import whom. The contracts are in pyproject.toml; here they are run, and seen to bite."""

import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
CONTRACTS = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]["contracts"]


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    command = [
        sys.executable,
        "-c",
        "from importlinter.cli import lint_imports; import sys; sys.exit(lint_imports(no_cache=True))",
    ]
    environment = {**os.environ, "PYTHONPATH": str(folder)}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)


def test_every_layer_keeps_to_its_contracts() -> None:
    run = lint(ROOT)
    assert run.returncode == 0, run.stdout + run.stderr


def test_every_layer_has_a_contract() -> None:
    bound: set[str] = set()
    for contract in CONTRACTS:
        bound |= {*contract.get("source_modules", ()), *contract.get("modules", ())}
    layers = {
        f"studio.{path.name}" for path in (ROOT / "studio").iterdir() if (path / "__init__.py").is_file()
    }
    assert layers - bound == set()


@pytest.mark.parametrize(
    ("module", "forbidden"),
    [
        ("domain/show.py", "import studio.store"),
        ("domain/money.py", "import httpx"),
        ("control/desk.py", "import sqlite_utils"),
        ("store/show_log.py", "import studio.sync"),
        ("shops/studio_api.py", "import studio.store"),
        ("shops/studio_api.py", "import httpx"),
        ("sync/engine.py", "import studio.control.desk"),
        ("sync/engine.py", "from PySide6 import QtCore"),
        ("review/report.py", "from PySide6 import QtWidgets"),
        ("exchange/tables.py", "import studio.review"),
        ("exchange/write.py", "from PySide6 import QtCore"),
        ("ui/main_window.py", "import studio.exchange"),
        ("ui/main_window.py", "import studio.store"),
        ("ui/main_window.py", "import httpx"),
        ("rehearsal/shop_server.py", "import studio.shops"),
    ],
)
def test_an_import_against_the_rule_is_found(module: str, forbidden: str, tmp_path: Path) -> None:
    """A skeleton of the layers with one bad import in it: the contracts must see it."""
    (tmp_path / "pyproject.toml").write_text((ROOT / "pyproject.toml").read_text("utf-8"), "utf-8")
    layers = [path.name for path in (ROOT / "studio").iterdir() if (path / "__init__.py").is_file()]
    named = ["app.py", "cli.py", *(f"{layer}/__init__.py" for layer in layers), "__init__.py"]
    named += ["control/desk.py", "control/undo.py", "control/clock.py", "control/ports.py"]
    for name in named:
        (tmp_path / "studio" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "studio" / name).touch()
    (tmp_path / "studio" / module).write_text(f"{forbidden}\n", "utf-8")
    run = lint(tmp_path)
    assert run.returncode == 1, run.stdout + run.stderr
    assert "BROKEN" in run.stdout, run.stdout + run.stderr
