"""What the screen of the stage asks of the studio, and what it is told."""

import enum
from collections.abc import Callable
from typing import Protocol

import msgspec

from studio.settings.schema import StageSettings
from studio.settings.secrets import Whereabouts


class ObsStep(enum.StrEnum):
    """What is being done with OBS, in this order."""

    CONNECT = "connect"
    LOOK = "look"
    CHANGE = "change"
    """Only when something is set up or taken out."""


class ObsFailure(enum.StrEnum):
    """Why OBS could not be used; the screen says of each what to do."""

    UNREACHABLE = "unreachable"
    PASSWORD = "password"  # noqa: S105 - a word, no secret
    NOT_OBS = "not-obs"
    REFUSED = "refused"


class ObsFound(msgspec.Struct, frozen=True):
    """What OBS says of itself. `failure` is None when it can be used; else `sentence` has the connector's own words.
    `canvas` is in pixels, `program` the scene on air, `browser` whether it has browser sources; `standing` the
    scenes in which the studio's sources stand, `sources` how many they are; `did` what was done there, in words.
    """

    at_ms: int
    failure: ObsFailure | None = None
    sentence: str = ""
    version: str = ""
    websocket: str = ""
    canvas: tuple[int, int] = (0, 0)
    program: str = ""
    scenes: tuple[str, ...] = ()
    browser: bool = False
    sources: int = 0
    standing: tuple[str, ...] = ()
    did: str = ""
    name: str = ""


class KnownStage(msgspec.Struct, frozen=True):
    """The stage as it is saved. `overlay_address` is that of the page, empty when there can be none: `overlay_problem`
    then says why. `opened` is how the open show has the stage, None while none is open. `keys_sentence` says where
    passwords are kept on this computer, `keys_stay` whether they are there after a restart.
    """

    settings: StageSettings
    password: Whereabouts
    overlay_address: str
    overlay_problem: str
    opened: StageSettings | None
    keys_sentence: str
    keys_stay: bool


OnStep = Callable[[ObsStep], None]


class StageConnections(Protocol):
    """What the screen may ask. Coroutines run on the window's loop and never block it; where there is an `on_step` it is
    called in the window's thread, and cancelling ends what is being done.
    """

    async def known(self) -> KnownStage:
        """The stage as it is saved."""
        ...

    async def save(self, settings: StageSettings, password: str) -> str:
        """Keep the settings, and the password where it is not empty; what is to be known of that, in sentences. Raises
        `NotDoneError`.
        """
        ...

    async def forget_password(self) -> None:
        """Forget the password of OBS."""
        ...

    async def test(self, settings: StageSettings, password: str, on_step: OnStep) -> ObsFound:
        """Ask OBS about itself, as it stands in the form; an empty password means the one that is kept."""
        ...

    async def set_up(self, settings: StageSettings, password: str, on_step: OnStep) -> ObsFound:
        """Make the studio's sources in OBS where they are not there."""
        ...

    async def take_out(self, settings: StageSettings, password: str, on_step: OnStep) -> ObsFound:
        """Remove the studio's sources from OBS."""
        ...
