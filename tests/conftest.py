"""What every test stands on: an offscreen Qt, a home of its own, and event loops as the studio has them.

- Nothing a test does reaches the person's own settings, data or keyring: all of that lies in a folder of the run.
- ``async def`` tests of screens run on qasync, all others on plain asyncio; see ``pytest_asyncio_loop_factories``.
- A coroutine that nobody awaited, an exception nobody saw and a warning nobody expected fail the test they occur in
  (``filterwarnings`` in pyproject.toml).
"""

import asyncio
import faulthandler
import gc
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import hypothesis
import pytest

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication, QWidget

    from studio.ui.theme import Theme

SCREENSHOTS = "HOST_STUDIO_SCREENSHOTS"
TEST_CACHE = "HOST_STUDIO_TEST_CACHE"  # where the servers of other houses are kept once they are installed
TESTS = Path(__file__).resolve().parent
_HOME = pytest.StashKey[Path]()
_FULL, _OFTEN = 2_000, 20
"""So many new objects are worth a look; after so many looks all objects are."""
_SIZES = ((1440, 900), (1100, 700))
_THEMES = ("dark", "light")

hypothesis.settings.register_profile("studio", deadline=None, print_blob=True)  # no asserts on speed
hypothesis.settings.register_profile(
    "studio-ci", parent=hypothesis.settings.get_profile("studio"), derandomize=True
)
hypothesis.settings.load_profile("studio-ci" if os.environ.get("CI") else "studio")


def pytest_configure(config: pytest.Config) -> None:
    gc.disable()
    home = Path(tempfile.mkdtemp(prefix="host-studio-tests-"))
    config.stash[_HOME] = home
    for name in [name for name in os.environ if name.startswith("HOST_STUDIO_")]:
        if name in (SCREENSHOTS, TEST_CACHE):
            continue
        del os.environ[name]
    for name, folder in {
        "HOME": "home",
        "XDG_CACHE_HOME": "cache",
        "XDG_CONFIG_HOME": "config",
        "XDG_DATA_HOME": "data",
        "XDG_RUNTIME_DIR": "runtime",
        "XDG_STATE_HOME": "state",
    }.items():
        (home / folder).mkdir(mode=0o700)
        os.environ[name] = str(home / folder)
    os.environ |= {
        "HOST_STUDIO_DATA": str(home / "data" / "host-studio"),
        "LC_ALL": "C.UTF-8",  # Qt warns about any other encoding, and numbers are written the same everywhere
        "NO_PROXY": "127.0.0.1,localhost",
        "PYTHONFAULTHANDLER": "1",
        "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring",
        "TZ": "UTC",
    }
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    if hasattr(time, "tzset"):
        time.tzset()
    if not faulthandler.is_enabled():
        faulthandler.enable()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(nextitem: pytest.Item | None) -> Iterator[None]:
    """Collect here, between two tests. Python's collector runs in whatever thread allocates next, that of a test's engine or
    of pytest-xdist too, and a widget which dies outside of its own thread takes the process with it.
    """
    try:
        yield
    finally:
        young, _, looks = gc.get_count()
        if nextitem is None or looks > _OFTEN:
            gc.collect()
        elif young > _FULL:
            gc.collect(1)


def pytest_unconfigure(config: pytest.Config) -> None:
    home = config.stash.get(_HOME, None)
    if home is not None:
        shutil.rmtree(home, ignore_errors=True)


@pytest.fixture(autouse=True)
def data_dir(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder of this test's own; ``HOST_STUDIO_DATA`` names it, so that processes find it too."""
    folder = tmp_path_factory.mktemp("data", numbered=True)
    monkeypatch.setenv("HOST_STUDIO_DATA", str(folder))
    return folder


def _is_about_screens(item: pytest.Item) -> bool:
    needs_qt = {"qtbot", "qapp", "qtmodeltester", "theme", "grab"}.intersection(
        getattr(item, "fixturenames", ())
    )
    return bool(needs_qt) or item.path.is_relative_to(TESTS / "ui")


def _qt_loop() -> asyncio.AbstractEventLoop:
    from PySide6.QtWidgets import QApplication
    from qasync import QEventLoop

    app = QApplication.instance()
    assert app is not None, (
        "an async test of a screen asks for qtbot or qapp, so that there is an application"
    )
    assert isinstance(app, QApplication)
    app.setQuitOnLastWindowClosed(False)  # else closing the last window stops the loop under the test
    return QEventLoop(app)


def pytest_asyncio_loop_factories(
    config: pytest.Config, item: pytest.Item
) -> Mapping[str, Callable[[], asyncio.AbstractEventLoop]]:
    """qasync for the tests of screens, as on the studio's GUI thread; plain asyncio for the rest, as on its engine's."""
    if _is_about_screens(item):
        return {"qasync": _qt_loop}
    return {"asyncio": asyncio.new_event_loop}


@pytest.fixture(autouse=True)
def _application_before_loop(request: pytest.FixtureRequest) -> None:
    """Sees to it that pytest-qt makes the application, also for async screen tests that do not ask for qtbot."""
    if _is_about_screens(request.node):
        request.getfixturevalue("qapp")


@pytest.fixture
def theme(qapp: "QApplication") -> Iterator["Theme"]:
    """The application dressed in the dark theme for one test; widgets that paint by hand are handed it."""
    from studio.ui.theme import Theme

    theme = Theme()
    theme.apply(qapp)
    yield theme
    qapp.setStyleSheet("")
    theme.deleteLater()


class Grab(Protocol):
    """Saves a picture of ``widget`` in every theme and size when ``HOST_STUDIO_SCREENSHOTS`` names a folder."""

    def __call__(
        self,
        widget: "QWidget",
        name: str,
        sizes: Sequence[tuple[int, int] | None] = _SIZES,
        themes: Sequence[str] = _THEMES,
    ) -> list[Path]:
        """Returns the files written; a size of None leaves the widget as large as it is."""
        ...


@pytest.fixture
def grab(theme: "Theme", qapp: "QApplication") -> Grab:
    """Takes the pictures of the smoke walk: ``grab(window, "host")``. Without the folder it does nothing."""

    def grab_all(
        widget: "QWidget",
        name: str,
        sizes: Sequence[tuple[int, int] | None] = _SIZES,
        themes: Sequence[str] = _THEMES,
    ) -> list[Path]:
        folder = os.environ.get(SCREENSHOTS)
        if not folder:
            return []
        from studio.ui.palette import DARK, LIGHT

        Path(folder).mkdir(parents=True, exist_ok=True)
        size_before, tokens_before, written = widget.size(), theme.tokens, []
        for tokens in (DARK, LIGHT):
            if tokens.name not in themes:
                continue
            theme.apply(qapp, tokens, theme.scale)
            for size in sizes:
                if size is not None:
                    widget.resize(*size)
                # Not processEvents: it would run timers, and with them coroutines inside of the one that asks.
                qapp.sendPostedEvents()
                picture = widget.grab()
                path = Path(folder) / f"{name}-{tokens.name}-{picture.width()}x{picture.height()}.png"
                assert picture.save(str(path)), f"the picture {path} could not be written"
                written.append(path)
        theme.apply(qapp, tokens_before, theme.scale)
        widget.resize(size_before)
        return written

    return grab_all
