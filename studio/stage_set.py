"""The stages that the settings name: the overlay page, and OBS with the watchdog beside it."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import structlog

from studio.control.ports import Secrets, ShowClock, Stage, StageEvents, Unreachable, WallClock
from studio.domain.stage import StageView
from studio.settings.schema import StageSettings
from studio.stage.obs import ObsStage
from studio.stage.obs_pictures import ObsPictures
from studio.stage.overlay import OverlayStage
from studio.stage.overlay_dress import OverlayDress
from studio.stage.watchdog_client import Watchdog

OBS_SECRET: Final = "stage:obs"  # noqa: S105 - the name of a secret
ASSETS: Final = Path(__file__).resolve().parent.parent / "resources" / "overlay"
_THIS_COMPUTER = ("127.0.0.1", "localhost", "::1")
_MOST_LOGO_BYTES = 2_000_000
_log = structlog.get_logger(__name__)


class StageSet:
    """Implements `StagesOf`. `keep` is the file in which the overlay's token and port outlive a restart; `picture` gives a
    product's picture by its address. `settings` may be replaced: how the overlay is dressed is seen at once, all else when
    a show is opened. `sure` says whether nothing is on the stages that the shop has not just confirmed.
    """

    def __init__(
        self,
        settings: StageSettings,
        keep: Path,
        secrets: Secrets,
        clock: ShowClock,
        wall: WallClock,
        picture: Callable[[str], Awaitable[bytes | None]],
    ) -> None:
        self.settings = settings
        self.sure: Callable[[], bool] = lambda: False
        self._keep, self._secrets, self._clock, self._wall = keep, secrets, clock, wall
        self._picture = picture
        self._logo: tuple[str, int, bytes | None] = ("", 0, None)
        self._overlay: OverlayStage | None = None
        self._obs: ObsStage | None = None

    @property
    def unsure_ms(self) -> int:
        """Price and code leave so long after the shop was heard last."""
        return self.settings.unsure_s * 1000

    @property
    def few(self) -> int:
        """From which number on it is told that only so many are left."""
        return self.settings.few

    def make(self) -> Sequence[Stage]:
        """New stages, for a show that is being opened."""
        self._overlay = self._new_overlay() if self.settings.overlay else None
        self._obs = self.obs() if self.settings.obs.enabled else None
        stages: list[Stage] = []
        if self._overlay is not None:
            stages.append(self._overlay)
        if self._obs is not None:
            stages.append(_Guarded(self._obs, self._watchdog()))
        return stages

    def obs(self) -> ObsStage:
        """OBS as the settings have it, to be looked at or set up."""
        settings = self.settings.obs
        # An OBS on another computer cannot read files of this one.
        local = urlsplit(settings.address).hostname in _THIS_COMPUTER
        return ObsStage(
            "obs",
            settings.address,
            self._password,
            self._time,
            self._wall,
            scene=settings.scene,
            overlay_url=lambda: self.overlay_address,
            pictures=ObsPictures(self._keep.with_name("stage-pictures"), self._picture) if local else None,
        )

    @property
    def overlay_address(self) -> str:
        """Where the overlay page is, for a browser source; empty before it was served for the first time."""
        overlay = self._overlay if self._overlay is not None else self._new_overlay()
        return overlay.address if self.settings.overlay else ""

    async def picture(self, width: int) -> bytes:
        """What viewers see, as a JPEG so many pixels wide. Raises `TargetError`."""
        if self._obs is None:
            raise Unreachable("There is no picture: OBS is not used in this show.", attempted=False)
        return await self._obs.picture(width)

    def try_now(self) -> None:
        """There is a new password: OBS is tried at once."""
        if self._obs is not None:
            self._obs.try_now()

    def _new_overlay(self) -> OverlayStage:
        return OverlayStage(
            "overlay", ASSETS, self._keep, self._time, self._picture, self._dress, unsure_ms=self.unsure_ms
        )

    def _watchdog(self) -> Watchdog:
        return Watchdog(self.settings.obs.address, self._password, self._is_sure, unsure_ms=self.unsure_ms)

    def _is_sure(self) -> bool:
        return self.sure()

    def _password(self) -> str | None:
        return self._secrets.get(OBS_SECRET)

    def _time(self) -> tuple[int, float] | None:
        now = self._clock.now_ms()
        return None if now is None else (now, self._clock.rate)

    def _dress(self) -> OverlayDress:
        return OverlayDress(self.settings.brand, self.settings.font, self._logo_bytes(self.settings.logo))

    def _logo_bytes(self, name: str) -> bytes | None:
        if not name:
            return None
        path = Path(name).expanduser()
        try:
            state = path.stat()
            if self._logo[:2] != (name, state.st_mtime_ns):
                data = path.read_bytes() if state.st_size <= _MOST_LOGO_BYTES else None
                self._logo = (name, state.st_mtime_ns, data)
        except OSError as error:
            if self._logo[0] != name:
                _log.warning("the logo cannot be read", reason=error.strerror)
            self._logo = (name, 0, None)
        return self._logo[2]


class _Guarded:
    """OBS with its watchdog."""

    def __init__(self, obs: ObsStage, watchdog: Watchdog) -> None:
        self.name = obs.name
        self._obs = obs
        self._watchdog = watchdog

    def show(self, view: StageView) -> None:
        self._obs.show(view)

    async def run(self, events: StageEvents) -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(self._obs.run(events), name="obs")
            group.create_task(self._guard(), name="watchdog")

    async def _guard(self) -> None:
        try:
            await self._watchdog.run()
        except OSError:  # the stage goes on without it: a show is not lost for want of a guard
            _log.exception("the watchdog cannot be started")
