"""The stage's settings at work: the password stays out of every file, OBS is looked at and set up over a real connection."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import msgspec
import pytest

from studio.engine_room import EngineRoom
from studio.settings.file import SettingsNotSavedError, settings_file
from studio.settings.schema import ObsSettings, Settings, StageSettings
from studio.settings.secrets import Kept, KeyringSecrets
from studio.stage_door import StageBook, dress_now
from studio.stage_set import StageSet
from studio.ui.connections.port import NotDoneError
from studio.ui.connections.stage_port import ObsFailure, ObsFound, ObsStep
from tests.fakes.fake_obs import LINUX_KINDS, PASSWORD, FakeObs
from tests.unit.settings.test_secrets import Keyring

PNG = bytes.fromhex("89504e470d0a1a0a0000000d49484452")


class Kit:
    """A book over files of its own and an engine of its own."""

    def __init__(self, folder: Path, room: EngineRoom) -> None:
        self.folder, self.room = folder, room
        self.ring = Keyring()
        self.secrets = KeyringSecrets({}, lambda: self.ring)
        self.file = settings_file(folder / "settings.json")
        self.settings: Settings = self.file.load().value
        self.opened: StageSettings | None = None
        self.full = False
        self.keep = folder / "overlay.json"
        self.steps: list[ObsStep] = []
        self.book = self.another()

    def another(self) -> StageBook:
        """As after a restart."""
        return StageBook(
            lambda: self.settings, self._save, self.secrets, self.room, self.keep, lambda: self.opened
        )

    def _save(self, settings: Settings) -> None:
        if self.full:
            raise SettingsNotSavedError("“settings.json” could not be saved (no space).")
        self.file.save(settings)
        self.settings = settings

    async def set_up(self, settings: StageSettings, password: str = PASSWORD) -> ObsFound:
        return await self.book.set_up(settings, password, self.steps.append)

    async def take_out(self, settings: StageSettings) -> ObsFound:
        return await self.book.take_out(settings, PASSWORD, self.steps.append)

    async def look(self, settings: StageSettings, password: str = PASSWORD) -> ObsFound:
        return await self.book.test(settings, password, self.steps.append)


@pytest.fixture
def room(tmp_path: Path) -> Iterator[EngineRoom]:
    made = EngineRoom(tmp_path / "studio.db", None, lambda _batch: None)
    made.start()
    yield made
    made.stop()


@pytest.fixture
def kit(tmp_path: Path, room: EngineRoom) -> Kit:
    return Kit(tmp_path, room)


@pytest.fixture
async def obs() -> AsyncIterator[FakeObs]:
    async with FakeObs() as running:
        yield running


def using(obs: FakeObs, **more: object) -> StageSettings:
    return StageSettings(obs=ObsSettings(enabled=True, address=obs.address, **more))  # type: ignore[arg-type]


async def test_the_stage_is_kept_in_the_settings_and_its_password_in_the_keyring_only(kit: Kit) -> None:
    wanted = StageSettings(obs=ObsSettings(enabled=True, scene="Live"), unsure_s=9, brand="#0a7d55")
    assert "keyring" in await kit.book.save(wanted, "the-password-of-obs")
    known = await kit.book.known()
    assert (known.settings, known.password.kept, known.opened) == (wanted, Kept.KEYRING, None)
    assert settings_file(kit.folder / "settings.json").load().value.stage == wanted
    assert kit.ring.kept == {"stage:obs": "the-password-of-obs"}
    assert "the-password" not in (kit.folder / "settings.json").read_text()
    await kit.book.forget_password()
    assert (await kit.book.known()).password.kept is Kept.NOWHERE


async def test_settings_that_cannot_be_written_are_refused_with_the_reason(kit: Kit) -> None:
    kit.full = True
    with pytest.raises(NotDoneError, match="no space"):
        await kit.book.save(StageSettings(unsure_s=9), "")


async def test_the_overlays_address_is_known_before_any_show_and_stays(kit: Kit) -> None:
    first = await kit.book.known()
    assert first.overlay_address.startswith("http://127.0.0.1:")
    assert kit.keep.stat().st_mode & 0o077 == 0
    assert (await kit.another().known()).overlay_address == first.overlay_address


async def test_a_link_in_the_place_of_the_overlays_file_is_not_followed_but_named(kit: Kit) -> None:
    (kit.folder / "elsewhere").write_text("mine")
    kit.keep.symlink_to(kit.folder / "elsewhere")
    known = await kit.book.known()
    assert known.overlay_address == ""
    assert "overlay.json" in known.overlay_problem
    assert (kit.folder / "elsewhere").read_text() == "mine"


@pytest.mark.parametrize(
    ("body", "says"), [(b"<svg/>", "is no PNG"), (None, "cannot be read"), (PNG * 200_000, "more than 2 MB")]
)
async def test_a_logo_that_cannot_be_shown_is_refused_before_anything_is_saved(
    kit: Kit, body: bytes | None, says: str
) -> None:
    logo = kit.folder / "logo.png"
    if body is not None:
        logo.write_bytes(body)
    with pytest.raises(NotDoneError, match=says):
        await kit.book.save(StageSettings(logo=str(logo)), "secret")
    assert kit.settings.stage == StageSettings()
    assert kit.ring.kept == {}


async def test_a_logo_that_is_a_picture_is_kept(kit: Kit) -> None:
    logo = kit.folder / "logo.png"
    logo.write_bytes(PNG)
    await kit.book.save(StageSettings(logo=str(logo)), "")
    assert kit.settings.stage.logo == str(logo)


async def test_a_test_says_who_obs_is_and_that_nothing_stands_in_it(kit: Kit, obs: FakeObs) -> None:
    found = await kit.look(using(obs))
    assert found.failure is None
    assert (found.canvas, found.program, found.scenes) == ((1920, 1080), "Scene", ("Scene",))
    assert (found.browser, found.sources, found.standing, found.did) == (False, 0, (), "")
    assert found.version
    assert not obs.calls("CreateInput", "RemoveInput", "CreateSceneItem")


async def test_the_password_that_is_kept_is_used_when_none_is_typed(kit: Kit, obs: FakeObs) -> None:
    await kit.book.save(using(obs), PASSWORD)
    assert (await kit.look(using(obs), "")).failure is None


@pytest.mark.parametrize("typed", ["", "another one"])
async def test_a_password_that_is_missing_or_wrong_is_said_with_what_to_do(
    kit: Kit, obs: FakeObs, typed: str
) -> None:
    found = await kit.look(using(obs), typed)
    assert found.failure is ObsFailure.PASSWORD
    assert "password" in found.sentence
    assert PASSWORD not in found.sentence


async def test_an_obs_that_is_not_there_is_said_with_what_to_do(kit: Kit) -> None:
    async with FakeObs() as gone:
        settings = using(gone)
    found = await kit.look(settings)
    assert found.failure is ObsFailure.UNREACHABLE
    assert found.sentence


async def test_obs_is_set_up_and_cleared_again_while_no_show_is_open(kit: Kit, obs: FakeObs) -> None:
    made = await kit.set_up(using(obs))
    assert made.failure is None
    assert "sources stand in the scene “Scene” now" in made.did
    assert made.standing == ("Scene",)
    assert made.sources == len(obs.inputs) > 3
    await kit.look(using(obs))
    assert ObsStep.CHANGE in kit.steps
    again = await kit.set_up(using(obs))
    assert again.did == "Everything was already there, in the scene “Scene”."
    taken = await kit.take_out(using(obs))
    assert taken.did == f"{made.sources} sources were taken out of OBS. Your own were left as they are."
    assert (taken.sources, obs.inputs) == (0, {})
    assert (await kit.take_out(using(obs))).did == "Nothing of the studio stood in OBS."


async def test_where_obs_has_a_browser_source_it_shows_the_page_of_the_address_on_the_screen(
    kit: Kit,
) -> None:
    async with FakeObs(kinds=(*LINUX_KINDS, "browser_source")) as obs:
        made = await kit.set_up(using(obs))
        assert made.browser
        assert made.did.startswith("One source stands in the scene “Scene” now.")
        (source,) = obs.inputs.values()
        assert source.settings["url"] == (await kit.book.known()).overlay_address
        without = msgspec.structs.replace(using(obs), overlay=False)
        await kit.take_out(without)
        await kit.set_up(without)
        assert "browser_source" not in {source.kind for source in obs.inputs.values()}


async def test_a_scene_that_obs_does_not_have_is_named(kit: Kit, obs: FakeObs) -> None:
    found = await kit.set_up(using(obs, scene="Nowhere"))
    assert found.failure is ObsFailure.REFUSED
    assert "“Nowhere”" in found.sentence


async def test_the_open_show_is_dressed_at_once_and_keeps_all_else(kit: Kit) -> None:
    async def no_picture(_url: str) -> None:
        return None

    opened = StageSettings(unsure_s=7)
    stages = StageSet(opened, kit.keep, kit.secrets, kit.room.clock, kit.room.wall, no_picture)
    kit.room._stages = stages
    await kit.book.save(StageSettings(unsure_s=9, brand="#0a7d55", overlay=False), "")
    assert stages.settings == StageSettings(unsure_s=7, brand="#0a7d55")


async def test_without_an_open_show_nothing_is_dressed(kit: Kit) -> None:
    await dress_now(kit.room, StageSettings(brand="#0a7d55"))
    assert kit.room.stages is None
