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


def unnamed(source: str) -> list[str]:
    """The scroll areas and tab bars that a module makes and gives no accessible name; a QTabWidget's bar needs its own."""
    missing: list[str] = []
    for name, kind in re.findall(r"([\w.]+)(?:: Final)? = (QScrollArea|QTabBar|QTabWidget)\(", source):
        wanted = [f"{name}.setAccessibleName("]
        if kind == "QTabWidget":
            wanted.append(f"{name}.tabBar().setAccessibleName(")
        missing += [call for call in wanted if call not in source]
    if (
        re.search(r"class \w+\((QScrollArea|QTabBar|QTabWidget)\)", source)
        and "self.setAccessibleName(" not in source
    ):
        missing.append("self.setAccessibleName(")
    return missing


def test_the_rule_of_names_sees_what_has_none() -> None:
    assert unnamed("self.area = QScrollArea()") == ["self.area.setAccessibleName("]
    assert unnamed("class Strip(QScrollArea):") == ["self.setAccessibleName("]
    named = "tabs: Final = QTabWidget()\ntabs.setAccessibleName(x)\n"
    assert unnamed(named) == ["tabs.tabBar().setAccessibleName("]


def test_every_scroll_area_and_tab_bar_has_a_name_to_be_read_out() -> None:
    found = {path.relative_to(UI): unnamed(path.read_text(encoding="utf-8")) for path in SOURCES}
    assert not {path: calls for path, calls in found.items() if calls}


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
