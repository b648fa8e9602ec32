"""Rules of the house that a reader of the code can break without noticing: this notices."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

UI = Path(__file__).resolve().parents[2] / "studio" / "ui"
SOURCES = sorted(UI.rglob("*.py"))
LABELS = UI / "widgets" / "labels.py"


def offenders(pattern: str, *allowed: Path) -> list[str]:
    rule = re.compile(pattern)
    return [
        f"{path.relative_to(UI)}:{number}: {line.strip()}"
        for path in SOURCES
        if path not in allowed
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if rule.search(line) and not line.lstrip().startswith("#")
    ]


def test_there_is_something_to_look_at() -> None:
    assert len(SOURCES) > 20
    assert offenders(r"class PlainLabel\(QLabel\)")


def test_every_label_is_one_that_shows_plain_text_only() -> None:
    assert not offenders(r"\bQLabel\(|\(QLabel\)", LABELS)


def test_nothing_guesses_rich_text() -> None:
    assert not offenders(r"RichText|AutoText|QMessageBox|QTextBrowser|setHtml\(", LABELS, UI / "printing.py")


def test_no_dialog_blocks_and_no_slot_is_a_coroutine() -> None:
    assert not offenders(r"\.exec\(|\.exec_\(|asyncSlot|asyncClose|processEvents\(")


def test_no_button_that_does_something_is_a_default() -> None:
    # Cancel in dialogs.py; showing the window that is open already decides nothing.
    harmless = UI / "dialogs.py", UI / "single_instance.py"
    assert not offenders(r"setDefault\(True\)|setDefaultButton", *harmless)


def test_tasks_are_started_only_where_they_are_held() -> None:
    assert not offenders(r"create_task\(|ensure_future\(", UI / "tasks.py")


def test_nobody_reaches_for_a_global_application() -> None:
    assert not offenders(r"QApplication\.instance\(\)|\bqApp\b|QCoreApplication\.instance\(\)")


def test_tooltips_of_foreign_text_are_escaped() -> None:
    """A tooltip is a literal, translated, empty, or has gone through `tooltip_text` or an action's `toolTip`."""
    calls = offenders(r"setToolTip\(")
    fine = re.compile(r"setToolTip\((tooltip_text\(|self\.tr\(|\"|self\.action\.toolTip\(\))")
    assert not [line for line in calls if not fine.search(line)]


@pytest.mark.parametrize(
    "module",
    [
        "theme",
        "actions",
        "dialogs",
        "notices",
        "command_palette",
        "widgets.chat_view",
        "widgets.product_card",
    ],
)
def test_the_kit_loads_nothing_heavy_before_the_first_window(module: str) -> None:
    heavy = ("numpy", "pyqtgraph", "httpx", "rapidfuzz", "sqlite_utils", "PySide6.QtNetwork", "PySide6.QtSvg")
    code = f"import sys, studio.ui.{module}; print([m for m in {heavy!r} if m in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout.strip() == "[]"


def test_every_page_of_the_gallery_can_be_drawn_in_both_themes(theme, tmp_path: Path) -> None:
    from tests.ui.gallery import PAGES, main

    main(tmp_path)
    pictures = sorted(path.stem for path in tmp_path.glob("*.png"))
    assert pictures == sorted(f"{name}-{theme}" for name in PAGES for theme in ("dark", "light"))
