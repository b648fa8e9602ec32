"""The tests' own ground: what must fail fails, and nothing of the person's is touched."""

import asyncio
import os
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import platformdirs
import pytest

ROOT = Path(__file__).resolve().parents[3]

CARELESS = """
import gc

from PySide6.QtCore import QTimer, qWarning

async def work():
    pass

def test_a_coroutine_that_nobody_awaited():
    work()

def test_an_exception_that_nobody_saw():
    class Leaver:
        def __del__(self):
            raise RuntimeError("nobody sees this")
    Leaver()

def test_a_warning_of_qt(qapp):
    qWarning("something is wrong with a widget")

def test_an_exception_in_a_slot(qtbot):
    timer = QTimer(singleShot=True, interval=0)
    def fail():
        raise RuntimeError("in a slot")
    timer.timeout.connect(fail)
    with qtbot.waitSignal(timer.timeout):
        timer.start()

def test_of_someone_careful():
    pass
"""


@pytest.fixture(scope="module")
def careless_run(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bool]:
    """Whether each careless test passed, in a run of its own under the project's settings."""
    folder = tmp_path_factory.mktemp("careless")
    (folder / "conftest.py").write_text((ROOT / "tests" / "conftest.py").read_text("utf-8"), "utf-8")
    (folder / "test_careless.py").write_text(CARELESS, "utf-8")
    command = [sys.executable, "-m", "pytest", "-c", str(ROOT / "pyproject.toml"), "--rootdir", str(folder)]
    results = folder / "results.xml"
    run = subprocess.run(
        [*command, "-p", "no:cacheprovider", "-q", f"--junit-xml={results}", str(folder)],
        capture_output=True,
        text=True,
        cwd=ROOT,
    )
    assert results.is_file(), run.stdout + run.stderr
    passed: dict[str, bool] = {}
    for case in ET.parse(results).getroot().iter("testcase"):  # noqa: S314 - our own run wrote it
        name = case.get("name", "")
        fell = case.find("failure") is not None or case.find("error") is not None
        passed[name] = passed.get(name, True) and not fell
    return passed


@pytest.mark.parametrize(
    "careless",
    [
        "test_a_coroutine_that_nobody_awaited",
        "test_an_exception_that_nobody_saw",
        "test_a_warning_of_qt",
        "test_an_exception_in_a_slot",
    ],
)
def test_carelessness_fails_the_test_it_occurs_in(careless: str, careless_run: dict[str, bool]) -> None:
    assert careless_run[careless] is False


def test_a_careful_test_passes_beside_careless_ones(careless_run: dict[str, bool]) -> None:
    assert careless_run["test_of_someone_careful"] is True


def test_nothing_of_the_persons_is_touched(data_dir: Path) -> None:
    import keyring
    import keyring.errors

    home = os.environ["HOME"]
    assert "host-studio-tests-" in home
    assert platformdirs.user_data_path("host-studio").is_relative_to(Path(home).parent)
    assert os.environ["HOST_STUDIO_DATA"] == str(data_dir)
    with pytest.raises(keyring.errors.NoKeyringError):
        keyring.set_password("host-studio", "token", "secret")


async def test_an_async_test_without_screens_runs_on_plain_asyncio() -> None:
    assert type(asyncio.get_running_loop()).__module__.startswith("asyncio")


async def test_an_async_test_of_a_screen_runs_on_qasync(qtbot) -> None:
    from PySide6.QtWidgets import QWidget

    assert "qasync" in type(asyncio.get_running_loop()).__module__
    window = QWidget()
    qtbot.addWidget(window)
    window.show()
    window.close()
    await asyncio.sleep(0)  # closing the last window did not stop the loop


def test_a_grab_is_saved_in_both_themes_and_sizes_when_pictures_are_wanted(
    qtbot, grab, tmp_path, monkeypatch
) -> None:
    from PySide6.QtWidgets import QWidget

    window = QWidget()
    qtbot.addWidget(window)
    assert grab(window, "window") == []
    monkeypatch.setenv("HOST_STUDIO_SCREENSHOTS", str(tmp_path / "pictures"))
    names = {path.name for path in grab(window, "window")}
    assert names == {
        "window-dark-1440x900.png",
        "window-dark-1100x700.png",
        "window-light-1440x900.png",
        "window-light-1100x700.png",
    }
    assert {path.name for path in (tmp_path / "pictures").iterdir()} == names
