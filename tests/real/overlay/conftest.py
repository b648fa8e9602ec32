"""A real Chromium, headless, started once a module; pages of it in the sizes that streams have."""

import asyncio
import shutil
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, Page, async_playwright

from studio.stage.overlay import OverlayStage
from tests.fakes.first_line import first_line
from tests.unit.stage.overlay_rig import Clock, overlay, running

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
ROOT = Path(__file__).resolve().parents[3]
SIZES = {"wide": (1920, 1080), "upright": (1080, 1920)}


def chromium() -> str:
    """Where the installed Chromium is."""
    found = next((path for name in NAMES if (path := shutil.which(name))), None)
    assert found is not None, "the tests of pages need Chromium: install it"
    return found


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        started = await playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        yield started
        await started.close()


@pytest_asyncio.fixture(loop_scope="module")
async def context(browser: Browser) -> AsyncIterator[BrowserContext]:
    made = await browser.new_context(viewport={"width": 1920, "height": 1080})
    yield made
    await made.close()


@pytest_asyncio.fixture(loop_scope="module")
async def page(context: BrowserContext) -> AsyncIterator[Page]:
    """A page of 1080p; what it complains of fails the test."""
    made = await context.new_page()
    complaints: list[str] = []
    made.on("pageerror", lambda error: complaints.append(str(error)))
    yield made
    assert complaints == []


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest_asyncio.fixture(loop_scope="module")
async def stage(tmp_path: Path, clock: Clock) -> AsyncIterator[OverlayStage]:
    async with running(overlay(tmp_path / "overlay.json", clock)) as served:
        yield served


@dataclass
class Served:
    """An overlay in a process of its own."""

    process: "subprocess.Popen[bytes]"
    said: "Future[str]"

    async def address(self) -> str:
        """The page's address, once it is served."""
        return (await asyncio.wrap_future(self.said)).split()[-1]

    def kill(self) -> None:
        """It is gone at once, and says nothing to anybody."""
        self.process.kill()
        self.process.wait()

    def freeze(self) -> None:
        """It stands still, its connections open."""
        self.process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self.process.send_signal(signal.SIGCONT)


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Callable[[int], Served]]:
    """Starts an overlay in a process of its own; its address is kept from one to the next."""
    started: list[Served] = []

    def start(unsure_ms: int) -> Served:
        process = subprocess.Popen(
            [
                sys.executable, "-m", "tests.real.overlay.served", str(tmp_path / "overlay.json"), str(unsure_ms),
            ],
            stdout=subprocess.PIPE,
            cwd=ROOT,
        )  # fmt: skip
        served = Served(process, first_line(process, tmp_path / f"served-{len(started)}.log", "address"))
        started.append(served)
        return served

    yield start
    for served in started:
        served.kill()
