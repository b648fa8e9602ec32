"""A fake at the port of the stage's screen: settings in memory, an OBS that answers when it is told to."""

import asyncio

from studio.settings.schema import ObsSettings, StageSettings
from studio.settings.secrets import Kept, Whereabouts
from studio.ui.connections.port import NotDoneError
from studio.ui.connections.stage_port import KnownStage, ObsFailure, ObsFound, ObsStep, OnStep

AT_MS = 1_795_000_000_000
ADDRESS = "http://127.0.0.1:24816/s/AbCdEfGhIjKlMnOpQrStUv/"
WELL = ObsFound(
    AT_MS, version="30.2.3", websocket="5.5.2", canvas=(1920, 1080), program="Live", scenes=("Live", "Break"), browser=True,
)  # fmt: skip
SET_UP = ObsFound(
    AT_MS, version="30.2.3", websocket="5.5.2", canvas=(1920, 1080), program="Live", scenes=("Live", "Break"), browser=True,
    sources=1, standing=("Live",), did="One source stands in the scene “Live” now. It shows nothing until a product is on.",
)  # fmt: skip
WRONG = ObsFound(AT_MS, ObsFailure.PASSWORD, "OBS does not take this password: enter the one that stands there (Tools, WebSocket Server Settings).")  # fmt: skip
USED = StageSettings(obs=ObsSettings(enabled=True))


class FakeStage:
    """`asked` is what was asked of it, `answers` what OBS will say next, None: nothing until `let_go`."""

    def __init__(
        self,
        settings: StageSettings = USED,
        kept: Kept = Kept.KEYRING,
        opened: StageSettings | None = None,
        *,
        keys_stay: bool = True,
        problem: str = "",
    ) -> None:
        self.settings, self.opened = settings, opened
        self.where = Whereabouts(kept, "HOST_STUDIO_STAGE_OBS_TOKEN" if kept is Kept.ENVIRONMENT else "")
        self.keys_stay, self.problem = keys_stay, problem
        self.asked: list[tuple[str, StageSettings, str]] = []
        self.answers: list[ObsFound | None] = []
        self.refusal = ""
        self.trouble: Exception | None = None
        self.let_go = asyncio.Event()
        self.cancelled = 0

    async def known(self) -> KnownStage:
        if self.trouble is not None:
            raise self.trouble
        sentence = (
            "The password of OBS is kept in this computer's keyring."
            if self.keys_stay
            else "This computer has no keyring: passwords are kept until the studio is closed."
        )
        address = "" if self.problem else ADDRESS
        return KnownStage(
            self.settings, self.where, address, self.problem, self.opened, sentence, self.keys_stay
        )

    async def save(self, settings: StageSettings, password: str) -> str:
        self.asked.append(("save", settings, password))
        if self.refusal:
            raise NotDoneError(self.refusal)
        self.settings = settings
        if password:
            self.where = Whereabouts(Kept.KEYRING)
        return ""

    async def forget_password(self) -> None:
        self.where = Whereabouts(Kept.NOWHERE)

    async def test(self, settings: StageSettings, password: str, on_step: OnStep) -> ObsFound:
        return await self._answer("test", settings, password, on_step)

    async def set_up(self, settings: StageSettings, password: str, on_step: OnStep) -> ObsFound:
        return await self._answer("set up", settings, password, on_step)

    async def take_out(self, settings: StageSettings, password: str, on_step: OnStep) -> ObsFound:
        return await self._answer("take out", settings, password, on_step)

    async def _answer(self, what: str, settings: StageSettings, password: str, on_step: OnStep) -> ObsFound:
        self.asked.append((what, settings, password))
        answer = self.answers.pop(0)
        on_step(ObsStep.LOOK)
        if answer is not None:
            return answer
        try:
            await self.let_go.wait()
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        return WELL
