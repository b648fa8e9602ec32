"""A password that is given while OBS refuses the old one is tried at once."""

import asyncio

from studio.control.clock import SystemWallClock
from studio.stage.obs import ObsStage
from tests.fakes.fake_obs import PASSWORD, FakeObs


class Ears:
    """What the stage tells."""

    def __init__(self) -> None:
        self.asked_for_key = asyncio.Event()

    def link(self, _well: bool, _sentence: str, asks_for_key: bool = False) -> None:
        if asks_for_key:
            self.asked_for_key.set()

    def stream(self, _state: object) -> None:
        """The broadcast is not looked at here."""


async def test_a_new_password_is_tried_without_waiting_for_the_next_attempt() -> None:
    passwords, ears = ["a wrong one"], Ears()
    async with FakeObs() as obs, asyncio.timeout(20):
        # By itself it would try again in years.
        stage = ObsStage(
            "obs", obs.address, lambda: passwords[0], lambda: None, SystemWallClock(), random=lambda: 1e9
        )
        running = asyncio.create_task(stage.run(ears))
        await ears.asked_for_key.wait()
        passwords[0] = PASSWORD
        stage.try_now()
        await obs.until(lambda: obs.clients)
        running.cancel()
        await asyncio.wait([running])
