"""The shops at work: keys stay out of every file, and no shop is taken away from under a show."""

import asyncio
from collections.abc import Mapping
from pathlib import Path

import msgspec
import pytest

from studio.control.clock import SystemWallClock
from studio.settings.file import SettingsNotSavedError, settings_file, troubles_file
from studio.settings.logging import Redactor
from studio.settings.schema import Settings, ShopSettings
from studio.settings.secrets import Kept, KeyringSecrets
from studio.shop_book import ShopBook
from studio.trouble_book import TroubleBook
from studio.ui.connections.port import Failure, NotDoneError, Step
from tests.fakes.bad_shop import TOKEN, BadShop, problem
from tests.unit.settings.test_secrets import Keyring


class Use:
    """Shows that use shops."""

    def __init__(self) -> None:
        self.shows: dict[str, tuple[str, ...]] = {}
        self.owed: dict[str, int] = {}
        self.opened: ShopSettings | None = None

    async def shows_by_shop(self) -> Mapping[str, tuple[str, ...]]:
        return self.shows

    async def owed_by_shop(self) -> Mapping[str, int]:
        return self.owed

    def open_shop(self) -> ShopSettings | None:
        return self.opened


class Kit:
    """A book over files of its own."""

    def __init__(self, folder: Path, environment: dict[str, str] | None = None) -> None:
        self.folder = folder
        self.ring = Keyring()
        self.redactor = Redactor()
        self.secrets = KeyringSecrets(environment or {}, lambda: self.ring, self.redactor.learn)
        self.file = settings_file(folder / "settings.json")
        self.settings: Settings = self.file.load().value
        self.use = Use()
        self.full = False
        self.book = ShopBook(
            lambda: self.settings, self._save, self.secrets, TroubleBook(troubles_file(folder / "troubles.json"), SystemWallClock(), self.redactor.text),
            self.use, asyncio.ensure_future, SystemWallClock(),
        )  # fmt: skip

    def _save(self, settings: Settings) -> None:
        if self.full:
            raise SettingsNotSavedError("“settings.json” could not be saved (no space).")
        self.file.save(settings)
        self.settings = settings

    def written(self) -> str:
        return "".join(path.read_text() for path in self.folder.rglob("*") if path.is_file())


@pytest.fixture
def kit(tmp_path: Path) -> Kit:
    return Kit(tmp_path)


def a_shop(shop_id: str = "nordhus", url: str = "https://shop.example", **more: str) -> ShopSettings:
    return ShopSettings(id=shop_id, name=shop_id.title(), base_url=url, **more)


async def test_a_shop_is_kept_in_the_settings_and_its_key_in_the_keyring_only(kit: Kit) -> None:
    said = await kit.book.save(a_shop(), TOKEN)
    assert said == "Tokens are kept in this computer's keyring."
    assert kit.ring.kept == {"shop:nordhus": TOKEN}
    assert TOKEN not in kit.written()
    (known,) = (await kit.book.known()).shops
    assert (known.settings, known.key.kept, known.for_new_shows) == (a_shop(), Kept.KEYRING, True)
    assert TOKEN not in repr(known)
    await kit.book.forget_key("nordhus")
    assert kit.ring.kept == {}


async def test_who_changes_the_shop_of_the_open_show_is_told_when_that_holds(kit: Kit) -> None:
    kit.use.opened = a_shop()
    assert await kit.book.save(a_shop("outlet"), "") == ""
    assert await kit.book.save(msgspec.structs.replace(a_shop(), name="Nordhus AS"), "") == ""
    said = await kit.book.save(a_shop(url="https://new.example"), "")
    assert said == "The show that is open goes on with the old settings: open it again to use these."


async def test_a_key_without_a_keyring_holds_for_the_session_and_is_said_to(tmp_path: Path) -> None:
    kit = Kit(tmp_path)
    kit.ring.locked = True
    assert "until the studio is closed" in await kit.book.save(a_shop(), TOKEN)
    known = await kit.book.known()
    assert (known.keys_stay, known.shops[0].key.kept) == (False, Kept.SESSION)
    assert TOKEN not in kit.written()


async def test_a_shop_that_a_show_uses_is_not_removed_and_one_that_none_uses_goes_with_its_key(
    kit: Kit,
) -> None:
    await kit.book.save(a_shop("one"), TOKEN)
    await kit.book.save(a_shop("two"), TOKEN)
    kit.use.shows = {"one": ("Autumn #1", "Autumn #2", "Autumn #3", "Autumn #4")}
    with pytest.raises(NotDoneError, match=r"“One” stays: it is the shop of “Autumn #1”.*and 1 more"):
        await kit.book.remove("one")
    kit.book.note_trouble("two", "It was away.")
    await kit.book.remove("two")
    assert [shop.id for shop in kit.settings.shops] == ["one"]
    assert list(kit.ring.kept) == ["shop:one"]
    assert "It was away." not in kit.written()


async def test_a_shop_to_which_decisions_wait_does_not_become_another_platform(kit: Kit) -> None:
    await kit.book.save(a_shop(), TOKEN)
    kit.use.owed = {"nordhus": 2}
    with pytest.raises(NotDoneError, match="2 decisions wait to be sent to “Nordhus”"):
        await kit.book.save(a_shop(kind="vendure"), "")
    assert kit.settings.shops == (a_shop(),)
    moved = a_shop(url="https://new.example")  # a wrong address must be mendable, or nothing is ever sent
    await kit.book.save(moved, "")
    assert kit.settings.shops == (moved,)


async def test_settings_that_cannot_be_written_refuse_with_a_sentence_and_keep_no_key(kit: Kit) -> None:
    kit.full = True
    with pytest.raises(NotDoneError, match="could not be saved"):
        await kit.book.save(a_shop(), TOKEN)
    assert kit.ring.kept == {}
    assert kit.settings.shops == ()


async def test_a_new_key_is_handed_to_the_show_that_waits_for_it(kit: Kit) -> None:
    given: list[tuple[str, str]] = []

    async def hear(shop_id: str, key: str) -> None:
        given.append((shop_id, key))

    kit.book.key_given = hear
    await kit.book.save(a_shop(), f" {TOKEN} ")
    assert given == [("nordhus", TOKEN)]


async def test_a_test_uses_the_key_of_the_form_else_the_one_that_is_kept_and_notes_what_failed(
    kit: Kit,
) -> None:
    with BadShop() as shop:
        shop.token = TOKEN
        await kit.book.save(a_shop(url=shop.url), TOKEN)
        steps: list[Step] = []
        found = await kit.book.test(a_shop(url=shop.url), "", steps.append)
        assert (found.failure, found.name) == (None, "Nordhus")
        assert steps[0] is Step.CONNECT
        found = await kit.book.test(a_shop(url=shop.url), "another-one", steps.append)
        assert found.failure is Failure.KEY_REFUSED
        shop.on("/v1/shop", problem(503, "down", "Later"))
        await kit.book.test(a_shop(url=shop.url), "", steps.append)
    (known,) = (await kit.book.known()).shops
    assert ["503" in trouble.sentence for trouble in known.troubles] == [True, False]
    assert TOKEN not in kit.written()
    assert "another-one" not in kit.written()
    again = Kit(kit.folder)
    assert len((await again.book.known()).shops[0].troubles) == 2, "they are there after a restart"


async def test_a_key_that_a_shop_repeats_is_masked_in_the_last_errors(kit: Kit) -> None:
    await kit.book.save(a_shop(), TOKEN)
    kit.book.note_trouble("nordhus", f"The key {TOKEN} is no key.")
    kit.book.note_trouble("nordhus", f"The key {TOKEN} is no key.")
    kit.book.note_trouble("nobody", "A shop that is not set up.")
    assert TOKEN not in kit.written()
    assert [t.sentence for t in (await kit.book.known()).shops[0].troubles] == ["The key ••• is no key."]
    assert (await kit.book.known()).shops[0].troubles[0].times == 1, (
        "said twice within a minute, written once"
    )


async def test_the_shop_for_new_shows_is_chosen_and_takes_the_general_variable(tmp_path: Path) -> None:
    kit = Kit(tmp_path, {"HOST_STUDIO_SHOP_TOKEN": "tok-general"})
    await kit.book.save(a_shop("one"), "")
    await kit.book.save(a_shop("two"), "")
    await kit.book.use_for_new_shows("two")
    known = await kit.book.known()
    assert [(s.for_new_shows, s.key.kept) for s in known.shops] == [
        (False, Kept.NOWHERE),
        (True, Kept.ENVIRONMENT),
    ]
    assert msgspec.json.decode((tmp_path / "settings.json").read_bytes())["active_shop"] == "two"


async def test_the_secret_of_webhooks_is_kept_like_a_key_and_goes_with_the_shop(kit: Kit) -> None:
    pushed = msgspec.structs.replace(a_shop(kind="vendure"), push_port=8137)
    assert await kit.book.push_address(pushed, "") == ""
    typed = await kit.book.push_address(pushed, "hook-secret")
    assert typed.startswith("http://127.0.0.1:8137/push/")
    await kit.book.save(pushed, TOKEN, "hook-secret")
    assert kit.ring.kept == {"shop:nordhus": TOKEN, "push:nordhus": "hook-secret"}
    assert await kit.book.push_address(pushed, "") == typed
    assert (await kit.book.known()).shops[0].push_key.kept is Kept.KEYRING
    assert "hook-secret" not in kit.written() + typed
    await kit.book.remove("nordhus")
    assert kit.ring.kept == {}
