"""Everything that one show needs, as real servers: they are started, killed and started again on their ports."""

import asyncio
import contextlib
import os
import shutil
import signal
from collections.abc import AsyncGenerator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import psutil
from playwright.async_api import Browser, Page, Playwright, async_playwright

from studio.control.ports import TargetError
from studio.settings.schema import ChannelSettings, ObsSettings, ShopSettings, StageSettings
from studio.show_connections import Connections
from studio.stage.obs_socket import ObsSocket, open_obs
from tests.fakes.shop_process import ShopProcess, start_shop
from tests.journeys.rooms import KeptTokens
from tests.real.facebook.graph import PAGE
from tests.real.irc.server import InspIrcd
from tests.real.nchan.server import Nchan
from tests.real.obs.rig import Ingest, Obs, Screen
from tests.real.obs.scenes import a_stage
from tests.real.obs.whole_show.crowds import Crowd
from tests.real.obs.whole_show.front import Front
from tests.real.obs.whole_show.script import FEW

RATES = {"irc": 1_550, "youtube": 200, "facebook": 100, "social": 150}
"""Messages a second."""
SIZE = {"width": 640, "height": 360}
OBS_BACK_WITHIN_S = 60


class World:
    """The servers, and the viewers at them. `tokens` are what the studio signs in with."""

    def __init__(self, folder: Path, screen: Screen) -> None:
        self.folder = folder
        self.tokens: dict[str, str] = {}
        self.crowds: dict[str, Crowd] = {}
        self.obs = Obs(folder / "obs", screen)
        (folder / "irc").mkdir()
        self.irc = InspIrcd(folder / "irc")
        self.nchan = Nchan(folder / "nchan")
        self.ingest = Ingest(folder / "ingest")
        self.shop: ShopProcess
        self.youtube: Front
        self.facebook: Front

    async def start(self, stack: AsyncExitStack) -> None:
        """Everything runs; `stack` ends it."""

        def later(stop: Callable[[], object]) -> None:
            stack.push_async_callback(asyncio.to_thread, stop)

        self.shop = await asyncio.to_thread(start_shop, self.folder / "shop", seed=11, start_ms=None)
        later(self.shop.stop)
        for server in (self.irc, self.nchan, self.ingest, self.obs):
            await asyncio.to_thread(server.start)
            later(server.stop)
        await a_stage(self.obs).set_up()
        for kind, arguments in (
            ("irc", (f"{self.irc.port}",)), ("youtube", ()), ("facebook", (self.nchan.ws,)), ("social", (self.nchan.ws,)),
        ):  # fmt: skip
            crowd = Crowd(kind, kind, RATES[kind], self.folder, *arguments)
            later(crowd.stop)
            self.crowds[kind] = crowd
        behind = {name: await crowd.ready() for name, crowd in self.crowds.items()}
        self.youtube = Front(self.folder / "youtube", behind["youtube"][0])
        self.facebook = Front(self.folder / "facebook", behind["facebook"][0], self.nchan.url)
        for front in (self.youtube, self.facebook):
            await asyncio.to_thread(front.start)
            later(front.stop)
        self.tokens = {
            "shop:demo": self.shop.token, "channel:irc": "a-token", "channel:youtube": behind["youtube"][1],
            "channel:facebook": behind["facebook"][1], "stage:obs": Obs.PASSWORD,
        }  # fmt: skip

    def connections(self) -> Connections:
        """What the studio is told of all this."""
        channels = (
            ChannelSettings(
                id="irc", kind="twitch", name="Chat", base_url="http://127.0.0.1:1/helix", account="lovingt3s",
                chat_url=f"irc://127.0.0.1:{self.irc.port}",
            ),
            ChannelSettings(
                id="youtube", kind="youtube", name="YouTube", base_url=self.youtube.url, quota=100_000_000
            ),
            ChannelSettings(
                id="facebook", kind="facebook", name="Facebook", base_url=f"{self.facebook.url}/v23.0", account=PAGE
            ),
            ChannelSettings(
                id="social", kind="social", name="TikTok", base_url=self.nchan.url, account="a-session",
                chat_url=f"{self.nchan.ws}/ws",
            ),
        )  # fmt: skip
        stage = StageSettings(obs=ObsSettings(enabled=True, address=self.obs.address), overlay=True, few=FEW)
        shop = ShopSettings(id="demo", name="Nordhus", base_url=self.shop.url)
        return Connections(shop, channels, KeptTokens(self.tokens), stage=stage)


class Viewport:
    """The overlay page in a real Chromium, which may be killed."""

    def __init__(self, playwright: Playwright) -> None:
        self._playwright = playwright
        self._browser: Browser | None = None
        self.complaints: list[str] = []

    async def open(self, address: str) -> Page:
        """The page, in a browser of its own."""
        found = next(path for name in ("chromium", "chromium-browser") if (path := shutil.which(name)))
        self._browser = await self._playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        page = await self._browser.new_page(viewport=SIZE)  # type: ignore[arg-type]
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        await page.goto(address)
        return page

    async def kill(self) -> None:
        """SIGKILL to the whole browser."""
        browsers = [
            child for child in psutil.Process().children(recursive=True) if child.name().startswith("chrom")
        ]
        assert browsers
        for child in browsers:
            with contextlib.suppress(psutil.NoSuchProcess):
                os.kill(child.pid, signal.SIGKILL)
        await asyncio.to_thread(psutil.wait_procs, browsers, 20)

    async def close(self) -> None:
        """End it as a person would."""
        if self._browser is not None:
            await self._browser.close()


@asynccontextmanager
async def a_viewport() -> AsyncGenerator[Viewport]:
    """Closed at the end."""
    async with async_playwright() as playwright:
        viewport = Viewport(playwright)
        try:
            yield viewport
        finally:
            await viewport.close()


class Observer:
    """A connection of the test's own to OBS."""

    def __init__(self, obs: Obs) -> None:
        self._obs = obs
        self._stack = AsyncExitStack()

    async def open(self) -> ObsSocket:
        """Connect, as soon as OBS can be asked."""
        async with asyncio.timeout(OBS_BACK_WITHIN_S):
            while True:
                try:
                    return await self._stack.enter_async_context(
                        open_obs(self._obs.address, lambda: Obs.PASSWORD)
                    )
                except TargetError:
                    await asyncio.sleep(0.1)

    async def close(self) -> None:
        """Hang up."""
        with contextlib.suppress(TargetError):
            await self._stack.aclose()
