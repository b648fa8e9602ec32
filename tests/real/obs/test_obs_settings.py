"""The settings' look at a real OBS: who it is, set up and cleared while no show is open, and the picture of it."""

from collections.abc import Callable

import pytest
from PySide6.QtGui import QImage

from studio.control.clock import SystemWallClock
from studio.settings.schema import ObsSettings, StageSettings
from studio.stage.obs_socket import ObsSocket
from studio.stage_probe import StageProbe
from studio.ui.connections.stage_port import ObsFailure, ObsFound, ObsStep
from tests.real.obs.rig import Obs
from tests.real.obs.scenes import a_stage, items, running

pytestmark = pytest.mark.real
ADDRESS = "http://127.0.0.1:24816/s/AbCdEfGhIjKlMnOpQrStUv/"


class Looker:
    """Looks at one OBS as the screen does. `steps` are those that were told."""

    def __init__(self, obs: Obs, **more: object) -> None:
        self.settings = StageSettings(
            obs=ObsSettings(enabled=True, address=obs.address, **more)  # type: ignore[arg-type]
        )
        self.steps: list[ObsStep] = []
        self._probe = StageProbe(SystemWallClock(), lambda: ADDRESS)

    async def look(self, password: Callable[[], str | None] = lambda: Obs.PASSWORD) -> ObsFound:
        return await self._probe.look(self.settings, password, self.steps.append)

    async def set_up(self) -> ObsFound:
        return await self._probe.set_up(self.settings, lambda: Obs.PASSWORD, self.steps.append)

    async def take_out(self) -> ObsFound:
        return await self._probe.take_out(self.settings, lambda: Obs.PASSWORD, self.steps.append)


async def test_a_real_obs_is_looked_at_set_up_and_cleared_from_the_settings(
    shared_obs: Obs, observer: ObsSocket
) -> None:
    looker = Looker(shared_obs)
    found = await looker.look()
    assert found.failure is None
    assert int(found.version.split(".")[0]) >= 28
    assert (found.canvas, found.program) == ((1280, 720), "Scene")
    assert "Scene" in found.scenes
    assert (found.sources, found.standing) == (0, ())
    made = await looker.set_up()
    assert made.standing == ("Scene",)
    assert made.sources == len(await items(observer)) == (1 if made.browser else 11)
    assert "now" in made.did
    assert looker.steps[-3:] == [ObsStep.CONNECT, ObsStep.LOOK, ObsStep.CHANGE]
    assert (await looker.set_up()).did.startswith("Everything was already there")
    taken = await looker.take_out()
    assert taken.did.endswith("taken out of OBS. Your own were left as they are.")
    assert await items(observer) == {}


async def test_a_real_obs_refuses_a_wrong_password_and_a_scene_that_is_not_there(shared_obs: Obs) -> None:
    wrong = await Looker(shared_obs).look(lambda: "another")
    assert wrong.failure is ObsFailure.PASSWORD
    assert "another" not in wrong.sentence
    nowhere = await Looker(shared_obs, scene="Nowhere").set_up()
    assert nowhere.failure is ObsFailure.REFUSED
    assert "“Nowhere”" in nowhere.sentence


async def test_the_picture_of_a_real_obs_is_one_that_the_window_can_show(
    shared_obs: Obs, observer: ObsSocket
) -> None:
    stage = a_stage(shared_obs)
    await stage.set_up()
    async with running(stage):
        image = QImage.fromData(await stage.picture(320))
    assert (image.width(), image.height()) == (320, 180)


async def test_what_is_set_up_and_taken_out_beside_an_open_show_is_seen_by_it(
    shared_obs: Obs, observer: ObsSocket
) -> None:
    looker = Looker(shared_obs)
    async with running(a_stage(shared_obs)) as ears:
        await ears.until(lambda ears: not ears.links[-1][0])
        assert "press “Set up in OBS”" in ears.links[-1][1]
        await looker.set_up()
        await ears.until_well()
        await looker.take_out()
        await ears.until(lambda ears: not ears.links[-1][0])
        assert await items(observer) == {}
