"""The rules of the house which no linter knows."""

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.unit.guards.repository import ROOT, called, files, place, python_files, text_files, tree

LONGEST_MODULE = 400
LONGEST_FUNCTION = 60
HERE = Path(__file__)


def lines_with(pattern: str, paths: Iterator[Path] | list[Path], flags: int = 0) -> list[str]:
    wanted = re.compile(pattern, flags)
    return [
        f"{place(path, number)}: {line.strip()[:120]}"
        for path in paths
        if path != HERE
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        if wanted.search(line)
    ]


def calls(*names: str, folders: tuple[str, ...] = ("studio",)) -> Iterator[tuple[Path, ast.Call]]:
    for path in python_files(*folders):
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Call) and called(node) in names:
                yield path, node


# --- size -------------------------------------------------------------------------------------------------------


def test_no_module_is_longer_than_a_person_reads_at_once() -> None:
    lengths = {
        place(path): len(path.read_text("utf-8").splitlines()) for path in python_files("studio", "packaging")
    }
    assert {name: length for name, length in lengths.items() if length > LONGEST_MODULE} == {}


def test_no_function_is_longer_than_a_screen_unless_it_says_why() -> None:
    """`# long: the reason` (or ruff's C901 with one) on the line before or of the `def` is the exception."""
    found: list[str] = []
    for path in python_files("studio", "packaging"):
        lines = path.read_text("utf-8").splitlines()
        for node in ast.walk(tree(path)):
            if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) or node.end_lineno is None:
                continue
            first = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
            around = lines[max(0, first - 2) : node.body[0].lineno]
            if node.end_lineno - node.lineno + 1 > LONGEST_FUNCTION and not any(
                re.search(r"# long: \w|# noqa: C901 - \w", line) for line in around
            ):
                found.append(
                    f"{place(path, node.lineno)} {node.name}: {node.end_lineno - node.lineno + 1} lines"
                )
    assert found == []


# --- what does not belong in the project ------------------------------------------------------------------------


def test_nothing_is_left_to_do() -> None:
    words = "|".join(["TO" + "DO", "FIX" + "ME", "XX" + "X", "HA" + "CK"])
    assert lines_with(rf"\b({words})\b", text_files("studio", "packaging", "tests", "resources")) == []


def test_no_file_names_a_package_registry() -> None:
    hosts = r"pypi\.org|pythonhosted\.org|registry\.npmjs|registry\.yarnpkg|crates\.io|proxy\.golang|--(extra-)?index-url|find-links"
    assert lines_with(hosts, text_files()) == []


def test_lock_files_hold_no_addresses_and_every_python_package_has_its_hash() -> None:
    locks = [path for path in files() if path.name in ("package-lock.json", "requirements.lock", "uv.lock")]
    assert ROOT / "packaging" / "requirements.lock" in locks
    assert lines_with(r"""["']resolved["']\s*:""", locks) == []
    assert lines_with(r"https?://", [path for path in locks if path.suffix == ".lock"]) == []
    text = (ROOT / "packaging" / "requirements.lock").read_text("utf-8").replace("\\\n", " ")
    entries = [line for line in text.splitlines() if line and not line.startswith(("#", " "))]
    assert [entry.split()[0] for entry in entries if "--hash=sha256:" not in entry or "==" not in entry] == []


def test_no_file_knows_whose_machine_it_was_written_on() -> None:
    ours = list(text_files())
    assert lines_with(r"""(?<![\w.~/-])/(home|Users|root|work)/\w|[A-Z]:\\+Users\\+\w""", ours) == []
    assert (
        lines_with(r"""["'\s(=]/tmp/\w""", [path for path in ours if not path.is_relative_to(ROOT / "tests")])
        == []
    )


def test_the_project_speaks_of_itself_only() -> None:
    foreign = r"\b(DESIGN|FACTS|BRIEF)\.md\b|\bissues? #?\d+\b|\bCo-Authored-By\b"
    assert lines_with(foreign, text_files(), re.IGNORECASE) == []


def test_no_token_lies_in_a_file() -> None:
    looks = r"shp(at|ss|ca|pa)_[0-9a-f]{16,}|ghp_\w{20,}|AIza[\w-]{30,}|xox[bp]-\w{10,}|-----BEGIN (RSA |EC )?PRIVATE KEY"
    assert lines_with(looks, text_files()) == []


# --- how the code is written ------------------------------------------------------------------------------------


def test_only_the_command_line_prints() -> None:
    assert [
        place(path, node.lineno) for path, node in calls("print") if path.name not in {"cli.py", "console.py"}
    ] == []


def test_every_module_says_what_it_is() -> None:
    silent = [
        place(path) for path in python_files("studio", "packaging") if ast.get_docstring(tree(path)) is None
    ]
    assert silent == []


def test_annotations_are_what_they_say() -> None:
    assert lines_with(r"^from __future__", python_files("studio", "packaging", "tests")) == []


def test_tls_is_always_verified_and_servers_listen_on_this_computer_only() -> None:
    ours = python_files("studio")
    assert (
        lines_with(
            r"verify\s*=\s*False|CERT_NONE|check_hostname\s*=\s*False|_create_unverified_context", ours
        )
        == []
    )
    assert lines_with(r"""["']0\.0\.0\.0["']|["']::["']""", ours) == []


def _own_calls(function: ast.AST) -> Iterator[ast.Call]:
    """The calls a function makes itself, without those of the servers and callbacks defined in it."""
    for node in ast.iter_child_nodes(function):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)):
            continue
        if isinstance(node, ast.Call):
            yield node
        yield from _own_calls(node)


def _is_a_nap(node: ast.Call) -> bool:
    match node.func:
        case ast.Attribute(value=ast.Name(id="time" | "asyncio"), attr="sleep"):
            return not (isinstance(node.args[0], ast.Constant) and node.args[0].value == 0)
        case ast.Attribute(value=ast.Name(id="qtbot"), attr="wait") | ast.Attribute(attr="qWait" | "qSleep"):
            return True
        case _:
            return False


def test_tests_wait_for_things_and_never_for_time() -> None:
    """`# sleeps: the reason` on the line is the exception, for a test of time itself."""
    found: list[str] = []
    for path in python_files("tests/unit", "tests/ui", "tests/journeys", "tests/faults", "tests/real"):
        lines = path.read_text("utf-8").splitlines()
        for function in ast.walk(tree(path)):
            if isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef)) and function.name.startswith(
                "test_"
            ):
                naps = [node.lineno for node in _own_calls(function) if _is_a_nap(node)]
                found += [place(path, line) for line in naps if "# sleeps: " not in lines[line - 1]]
    assert found == []


# --- Qt ---------------------------------------------------------------------------------------------------------


def test_no_dialog_stops_the_event_loop_and_no_slot_is_a_coroutine() -> None:
    """`exec()` stops other tasks for good; qasync holds the tasks of its slots only weakly."""
    ours = python_files("studio/ui")
    assert lines_with(r"\basyncSlot\b|\basyncClose\b", python_files("studio")) == []
    assert lines_with(r"\.exec_?\(", ours) == []


@pytest.mark.parametrize("maker", ["QMessageBox", "QTextEdit", "QTextBrowser"])
def test_no_widget_guesses_whether_a_viewers_text_is_markup(maker: str) -> None:
    """These render what looks like HTML. `# plain: why it cannot` on the line is the exception."""
    assert [
        line for line in lines_with(rf"\b{maker}\(", python_files("studio/ui")) if "# plain: " not in line
    ] == []


def test_every_label_shows_its_text_as_it_is() -> None:
    """`PlainLabel` and `ElidedLabel` do; a bare QLabel holds a picture and no text."""
    home = ROOT / "studio" / "ui" / "widgets" / "labels.py"
    with_text = [
        place(path, node.lineno)
        for path, node in calls("QLabel", folders=("studio/ui",))
        if path != home and any(not isinstance(given, ast.Name) or given.id != "self" for given in node.args)
    ]
    assert with_text == []


def _is_safe_tooltip(node: ast.expr) -> bool:
    match node:
        case ast.Constant():
            return True
        case ast.Call(func=ast.Name(id="tooltip_text")):
            return True
        case ast.Call(func=ast.Attribute(attr="toolTip")):
            return True
        case ast.Call(func=ast.Attribute(attr="tr"), args=[ast.Constant(), *_]):
            return True
        case ast.Call(func=ast.Attribute(attr="translate"), args=[ast.Constant(), ast.Constant(), *_]):
            return True
        case ast.IfExp(body=body, orelse=orelse):
            return _is_safe_tooltip(body) and _is_safe_tooltip(orelse)
        case _:
            return False


def test_every_tooltip_is_a_sentence_of_ours_or_escaped() -> None:
    risky = [
        place(path, node.lineno)
        for path, node in calls("setToolTip", folders=("studio/ui",))
        if not all(_is_safe_tooltip(given) for given in node.args)
    ]
    assert risky == []


# --- versions ---------------------------------------------------------------------------------------------------


def test_the_version_of_qt_that_loses_references_is_never_installed() -> None:
    """PySide6 6.12.0 on Python 3.11 drops a reference to None per void call and aborts the process."""
    wanted = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["dependencies"]
    qt = {line.replace(" ", "") for line in wanted if line.startswith("PySide6")}
    assert qt == {
        "PySide6-Essentials>=6.11.3,<6.12;python_version<'3.12'",
        "PySide6-Essentials>=6.12;python_version>='3.12'",
    }
    locked = (ROOT / "packaging" / "requirements.lock").read_text("utf-8")
    assert re.search(r"^pyside6-essentials==6\.11\.\d+ ; python_full_version < '3\.12'", locked, re.MULTILINE)
    assert re.search(
        r"^pyside6-essentials==6\.1[2-9]\.\d+ ; python_full_version >= '3\.12'", locked, re.MULTILINE
    )


def test_the_sqlite_library_is_one_whose_transactions_are_known() -> None:
    locked = (ROOT / "packaging" / "requirements.lock").read_text("utf-8")
    found = re.search(r"^sqlite-utils==(\d+)\.(\d+)\.(\d+)", locked, re.MULTILINE)
    assert found is not None
    assert tuple(int(part) for part in found.groups()) >= (4, 2, 1)
