"""The two commands of the README, on machines that lack something."""

import ast
import importlib
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[3]
MODULES = ("checks", "commands", "environment", "setup_error", "system_libraries")


@pytest.fixture
def module(monkeypatch: pytest.MonkeyPatch) -> Iterator:
    """Imports a module of the packaging folder, as bootstrap.py does."""
    monkeypatch.syspath_prepend(str(ROOT / "packaging"))
    yield importlib.import_module
    for name in MODULES:
        sys.modules.pop(name, None)


def bootstrap(*arguments: str, **kwargs) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(ROOT / "packaging" / "bootstrap.py"), *arguments]
    return subprocess.run(command, capture_output=True, text=True, **kwargs)


# --- Python -----------------------------------------------------------------------------------------------------


def test_an_older_python_can_read_the_script_and_so_say_which_one_is_wanted() -> None:
    ast.parse((ROOT / "packaging" / "bootstrap.py").read_text("utf-8"), feature_version=(3, 6))


def script(version: str, path: str) -> subprocess.CompletedProcess[str]:
    """Runs bootstrap.py as if its Python were of another version."""
    code = f"import sys; sys.version_info = {version}; sys.argv = ['bootstrap.py', '--help']; import runpy; "
    code += f"runpy.run_path({str(ROOT / 'packaging' / 'bootstrap.py')!r}, run_name='__main__')"
    return subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env={**os.environ, "PATH": path}
    )


def test_an_unsupported_python_alone_gets_a_sentence(tmp_path: Path) -> None:
    run = script("(3, 10, 0)", str(tmp_path))
    assert run.returncode == 1
    assert "needs Python 3.11, 3.12 or 3.13; this is Python 3.10" in run.stderr
    assert "Traceback" not in run.stderr


@pytest.mark.skipif(os.name == "nt", reason="the stand-in is a shell script")
def test_an_unsupported_python_goes_on_with_a_supported_one(tmp_path: Path) -> None:
    broken = tmp_path / "python3.13"
    broken.write_text("#!/bin/sh\nexit 127\n")
    good = tmp_path / "python3.12"
    good.write_text(f'#!/bin/sh\ncase "$1" in -c) echo "[3, 12]";; *) exec {sys.executable} "$@";; esac\n')
    for path in (broken, good):
        path.chmod(0o755)
    run = script("(3, 14, 0)", f"{tmp_path}:/usr/bin:/bin")
    assert run.returncode == 0, run.stderr
    assert run.stdout.startswith("This is Python 3.14; going on with python3.12.\n")
    assert "usage: bootstrap.py" in run.stdout


@pytest.mark.parametrize("arguments", [["setup", "--", "x"], ["dance"], [], ["run", "--smoke"]])
def test_wrong_usage_is_told_and_sets_nothing_up(arguments: list[str], tmp_path: Path) -> None:
    run = bootstrap(*arguments, cwd=tmp_path)
    assert run.returncode == 2
    assert "usage: bootstrap.py" in run.stderr


# --- the system's libraries -------------------------------------------------------------------------------------


@pytest.fixture
def libraries(module, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """A Debian that lacks what a test takes away, and apt that only writes down what it is asked."""
    found = module("system_libraries")
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(found, "_loads", lambda soname: soname not in found.lacking)
    monkeypatch.setattr(found, "_has_fonts", lambda: True)
    monkeypatch.setattr(found, "can_make_venv", lambda: True)
    monkeypatch.setattr(found.shutil, "which", lambda name: f"/usr/bin/{name}")
    monkeypatch.setattr(found, "_known_to_apt", lambda name: not name.endswith("t64"))
    monkeypatch.setattr(found, "_as_root", lambda: None)
    found.lacking = {"libEGL.so.1", "libglib-2.0.so.0"}
    found.asked = []

    def install(command: list[str], **_kwargs: object) -> subprocess.CompletedProcess[str]:
        found.asked.append(command)
        if "install" in command:
            found.lacking = set()
        return subprocess.CompletedProcess(command, 0, "", "")

    monkeypatch.setattr(found.subprocess, "run", install)
    return found


def test_who_may_not_install_gets_one_line_to_paste(libraries: ModuleType) -> None:
    with pytest.raises(Exception, match="Run this line") as told:
        libraries.provide(display=False)
    assert "sudo apt-get install -y --no-install-recommends libegl1 libglib2.0-0\n" in f"{told.value}\n"
    assert libraries.asked == []


def test_root_gets_what_is_missing_and_waits_for_another_apt(libraries: ModuleType, monkeypatch) -> None:
    monkeypatch.setattr(libraries, "_as_root", list)
    libraries.provide(display=False)
    update, install = libraries.asked
    assert "update" in update
    assert install[-2:] == ["libegl1", "libglib2.0-0"]
    assert "DPkg::Lock::Timeout=500" in install
    libraries.provide(display=False)
    assert len(libraries.asked) == 2


def test_newer_systems_get_the_newer_names(libraries: ModuleType, monkeypatch) -> None:
    monkeypatch.setattr(libraries, "_known_to_apt", lambda _name: True)
    monkeypatch.setattr(libraries, "_as_root", list)
    libraries.provide(display=False)
    assert libraries.asked[-1][-1] == "libglib2.0-0t64"


def test_libraries_for_windows_stop_nobody_without_a_display(libraries: ModuleType, capsys) -> None:
    libraries.lacking = {"libxcb-cursor.so.0"}
    libraries.provide(display=False)
    assert "libxcb-cursor0" in capsys.readouterr().out
    with pytest.raises(Exception, match="libxcb-cursor0"):
        libraries.provide(display=True)


def test_other_linuxes_are_told_the_libraries(libraries: ModuleType, monkeypatch) -> None:
    monkeypatch.setattr(libraries.shutil, "which", lambda _name: None)
    with pytest.raises(Exception, match=r"package manager[\s\S]*libEGL\.so\.1"):
        libraries.provide(display=False)


# --- what the tests against real servers need -------------------------------------------------------------------


@pytest.fixture
def servers(libraries: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> ModuleType:
    """A Debian with node, and without the packages in `lacking`: their programs and files are not there."""
    libraries.lacking = {"npm", "postgresql", "nginx-light", "libnginx-mod-rtmp", "tesseract-ocr-eng"}
    libraries.version = "v20.20.2"
    found = libraries._is_here  # as it is, on the machine that the tests run on

    def is_here(server) -> bool:
        return server.packages[0] not in libraries.lacking

    monkeypatch.setattr(libraries, "_is_here", is_here)
    monkeypatch.setattr(libraries, "_node_version", lambda: libraries.version)
    libraries.really_here = found
    return libraries


def test_the_servers_for_the_tests_are_installed_by_root_and_only_once(
    servers: ModuleType, monkeypatch
) -> None:
    monkeypatch.setattr(servers, "_as_root", list)
    servers.provide_servers()
    servers.provide_servers()
    update, install = servers.asked
    assert "update" in update
    assert install[-5:] == ["npm", "postgresql", "nginx-light", "libnginx-mod-rtmp", "tesseract-ocr-eng"]


def test_who_may_not_install_the_servers_gets_one_line_to_paste(servers: ModuleType) -> None:
    with pytest.raises(
        Exception, match=r"--no-install-recommends npm postgresql nginx-light libnginx-mod-rtmp "
    ):
        servers.provide_servers()
    assert servers.asked == []


def test_other_systems_are_told_what_the_tests_need_and_only_what_runs_there(
    servers: ModuleType, monkeypatch
) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    with pytest.raises(Exception, match=r"Node\.js 20[\s\S]*\n  npm, postgresql$"):
        servers.provide_servers()


def test_a_server_is_found_by_its_program_or_by_its_files(
    servers: ModuleType, monkeypatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(servers, "USR", tmp_path)
    monkeypatch.setattr(servers.shutil, "which", lambda _name: None)
    by_package = {server.packages[0]: server for server in servers.SERVERS}
    for package, path in {
        "inspircd": "sbin/inspircd",
        "postgresql": "lib/postgresql/15/bin/initdb",
        "libnginx-mod-nchan": "lib/nginx/modules/ngx_nchan_module.so",
        "obs-plugins": "lib/aarch64-linux-gnu/obs-plugins/obs-x264.so",
        "libgl1-mesa-dri": "lib/x86_64-linux-gnu/dri/swrast_dri.so",
        "tesseract-ocr-eng": "share/tesseract-ocr/5/tessdata/eng.traineddata",
    }.items():
        assert not servers.really_here(by_package[package]), package
        (tmp_path / path).parent.mkdir(parents=True)
        (tmp_path / path).touch()
        assert servers.really_here(by_package[package]), package
    monkeypatch.setattr(servers.shutil, "which", lambda name: f"/opt/bin/{name}")
    assert servers.really_here(by_package["chromium"])


def test_a_node_that_is_too_old_is_named(servers: ModuleType) -> None:
    servers.lacking = set()
    servers.provide_servers()
    servers.version = "v18.19.0"
    with pytest.raises(Exception, match=r"this is v18\.19\.0"):
        servers.provide_servers()


def test_running_the_studio_needs_no_server(servers: ModuleType, monkeypatch) -> None:
    monkeypatch.setattr(servers, "_as_root", list)
    servers.provide(display=False)
    assert servers.asked == []


def test_a_python_without_venv_gets_its_package(libraries: ModuleType, monkeypatch) -> None:
    libraries.lacking = set()
    monkeypatch.setattr(libraries, "can_make_venv", lambda: False)
    with pytest.raises(Exception, match=rf"python3\.{sys.version_info.minor}-venv"):
        libraries.provide(display=False)


def test_other_systems_bring_what_qt_needs(libraries: ModuleType, monkeypatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    libraries.provide(display=True)
    assert libraries.asked == []


# --- the environment --------------------------------------------------------------------------------------------


def test_the_environment_is_renewed_when_what_it_is_made_of_changes(module, tmp_path: Path) -> None:
    environment = module("environment")
    (tmp_path / "packaging").mkdir()
    lock, project = tmp_path / "packaging" / "requirements.lock", tmp_path / "pyproject.toml"
    lock.write_text("a==1\n")
    project.write_text("[project]\n")
    first = environment.fingerprint(tmp_path)
    assert environment.fingerprint(tmp_path) == first
    lock.write_text("a==2\n")
    second = environment.fingerprint(tmp_path)
    project.write_text("[project]\nname = 'x'\n")
    assert len({first, second, environment.fingerprint(tmp_path)}) == 3


# --- the checks -------------------------------------------------------------------------------------------------


def junit(path: Path, **counts: int) -> str:
    attributes = " ".join(f'{name}="{count}"' for name, count in counts.items())
    return f"from pathlib import Path; Path({str(path)!r}).write_text('<testsuites><testsuite {attributes}/></testsuites>')"


def test_one_failing_step_fails_the_whole_and_the_others_still_run(module, tmp_path: Path, capfd) -> None:
    checks = module("checks")
    steps = [
        checks.Step("first", [sys.executable, "-c", "print('one'); raise SystemExit(3)"]),
        checks.Step("second", [sys.executable, "-c", "print('two')"]),
    ]
    assert checks.run_steps(tmp_path, steps) == 1
    out = capfd.readouterr().out
    assert out.index("=== first ===") < out.index("one") < out.index("=== second ===") < out.index("two")
    assert "FAILED (exit code 3)" in out
    assert checks.run_steps(tmp_path, steps[1:]) == 0


def test_no_folder_of_tests_is_left_out(module) -> None:
    checks = module("checks")
    tests = Path(__file__).parents[3] / "tests"
    folders = {f"tests/{path.relative_to(tests).parts[0]}" for path in tests.rglob("test_*.py")}
    assert folders == {*checks.SIDE_BY_SIDE, *checks.ONE_AFTER_THE_OTHER, checks.SERVERS}


@pytest.fixture
def real_steps(module, monkeypatch: pytest.MonkeyPatch):
    """The runs of pytest with servers of other houses, on a system with a network namespace for who asks."""
    checks, environment = module("checks"), module("environment")

    def steps(platform: str, user: int, as_it_is: bool = True) -> list:
        monkeypatch.setattr(sys, "platform", platform)
        monkeypatch.setattr(os, "geteuid", lambda: user, raising=False)
        monkeypatch.setattr(checks, "_has_tests", lambda *_: True)
        monkeypatch.setattr(checks, "_may_be_alone", lambda how: as_it_is or bool(how))
        env = environment.Environment(ROOT / ".venv", ROOT / ".venv/bin/python")
        return checks._pytest_steps(ROOT, env, ROOT / "test-artifacts", real=True)

    return steps


@pytest.mark.parametrize(
    ("user", "as_it_is", "unshare"),
    [
        (0, True, ["--net"]),
        (0, False, ["--map-root-user", "--net"]),
        (1000, True, ["--map-root-user", "--net"]),
    ],
)
def test_obs_which_listens_everywhere_is_tested_where_nobody_else_is(
    real_steps, user: int, as_it_is: bool, unshare: list[str]
) -> None:
    alone = [step for step in real_steps("linux", user, as_it_is) if step.command[0] == "unshare"]
    assert [step.heading for step in alone] == ["pytest: OBS on a stage of its own"]
    command = alone[0].command
    assert command[1 : command.index("--")] == unshare
    assert command[-3:] == ["-m", "real", "tests/real/obs"]


def test_obs_is_tested_nowhere_else(real_steps) -> None:
    steps = real_steps("linux", 0)
    others = [step for step in steps if "tests/real" in step.command]
    assert [step.heading for step in others] == ["pytest: our own servers", "pytest: servers of other houses"]
    assert all("--ignore=tests/real/obs" in step.command for step in others)
    assert all(step.command[0] != "unshare" for step in real_steps("darwin", 0))


def test_the_closing_line_counts_all_runs_of_pytest(module, tmp_path: Path, capfd) -> None:
    checks = module("checks")
    one, two = tmp_path / "one.xml", tmp_path / "two.xml"
    two.write_text("<testsuite tests='99'/>")  # of an earlier run: must not count
    steps = [
        checks.Step(
            "one", [sys.executable, "-c", junit(one, tests=10, failures=1, errors=0, skipped=2)], one
        ),
        checks.Step("two", [sys.executable, "-c", "pass"], two),
    ]
    checks.run_steps(tmp_path, steps)
    last = capfd.readouterr().out.strip().splitlines()[-1]
    assert last.startswith("1 failed, 7 passed, 2 skipped in ")


def test_a_run_without_a_single_test_is_a_failure(module, tmp_path: Path, capfd) -> None:
    checks = module("checks")
    assert (
        checks.run_steps(tmp_path, [checks.Step("none", [sys.executable, "-c", "raise SystemExit(5)"])]) == 1
    )
    assert "no test found" in capfd.readouterr().out


def test_the_build_machine_runs_exactly_the_command_of_the_readme() -> None:
    lines = (ROOT / ".ci" / "run").read_text("utf-8").splitlines()
    assert lines[0] == "#!/usr/bin/env bash"
    assert "set -euo pipefail" in lines
    assert lines[-1] == "python3 packaging/bootstrap.py test"
    assert "python3 packaging/bootstrap.py test" in (ROOT / "README.md").read_text("utf-8")
    if os.name == "posix":
        assert os.access(ROOT / ".ci" / "run", os.X_OK)
