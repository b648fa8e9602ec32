"""The channels at work: tokens stay out of every file, and nothing that waits to be sent is lost."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from pathlib import Path
from urllib.request import urlopen

import msgspec
import pytest

from studio.channel_book import ChannelBook
from studio.channel_factory import KINDS
from studio.channel_quotas import Quotas
from studio.channels.sign_in import GOOGLE, TWITCH
from studio.channels.social_listener import SHORTEST_TOKEN
from studio.control.clock import SystemWallClock
from studio.control.ports.sign_in import SignInStep
from studio.settings.file import SettingsNotSavedError, settings_file, troubles_file
from studio.settings.logging import Redactor
from studio.settings.schema import ChannelSettings, Settings
from studio.settings.secrets import Kept, KeyringSecrets
from studio.trouble_book import TroubleBook
from studio.ui.connections.channel_port import ChannelFailure, ChannelStep, Feed, SignedIn
from studio.ui.connections.port import NotDoneError
from tests.fakes.bad_shop import TOKEN, BadShop
from tests.real.oauth.stand_in import CLIENT, Authority
from tests.real.youtube.stand_in import StandIn
from tests.real.youtube.state import YouTubeState
from tests.unit.settings.test_secrets import Keyring


async def until(holds: Callable[[], object]) -> None:
    """Give the loop its turns until it holds."""
    async with asyncio.timeout(20):
        while not holds():  # noqa: ASYNC110 - a server in another thread
            await asyncio.sleep(0)


def visit(url: str) -> bytes:
    """What the browser does."""
    with urlopen(url) as page:  # noqa: S310 - the stand-in's address
        return page.read()


class Use:
    """Shows that use channels."""

    def __init__(self) -> None:
        self.owed: dict[str, int] = {}
        self.opened: tuple[ChannelSettings, ...] = ()

    async def owed_by_channel(self) -> Mapping[str, int]:
        return self.owed

    def open_channels(self) -> tuple[ChannelSettings, ...]:
        return self.opened


class Kit:
    """A book over files of its own. Google and Twitch are where `authority` is."""

    def __init__(self, folder: Path, authority: Authority | None = None) -> None:
        self.folder = folder
        self.ring = Keyring()
        self.redactor = Redactor()
        self.secrets = KeyringSecrets({}, lambda: self.ring, self.redactor.learn)
        self.file = settings_file(folder / "settings.json")
        self.settings: Settings = self.file.load().value
        self.use = Use()
        self.full = False
        wall = SystemWallClock()
        troubles = TroubleBook(troubles_file(folder / "troubles.json"), wall, self.redactor.text)
        kinds = dict(KINDS)
        for kind, provider in (("youtube", GOOGLE), ("twitch", TWITCH)) if authority else ():
            page = f"{authority.url}/o/oauth2/v2/auth" if provider.authorize_url else ""
            here = msgspec.structs.replace(provider, base_url=authority.url, authorize_url=page)
            kinds[kind] = msgspec.structs.replace(KINDS[kind], provider=here)
        self.quotas = Quotas()
        self.book = ChannelBook(
            lambda: self.settings, self._save, self.secrets, troubles, self.quotas, self.use, asyncio.ensure_future, wall, kinds
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


@pytest.fixture
async def authority() -> AsyncIterator[Authority]:
    with Authority() as running:
        yield running


def a_channel(channel_id: str = "bridge", kind: str = "native", **more: object) -> ChannelSettings:
    given = {"base_url": "https://bridge.example"} | more
    return ChannelSettings(id=channel_id, kind=kind, name=channel_id.title(), **given)  # type: ignore[arg-type]


async def test_a_channel_is_kept_in_the_settings_and_its_secrets_in_the_keyring_only(kit: Kit) -> None:
    said = await kit.book.save(a_channel("yt", "youtube", client_id="app"), TOKEN, "the-apps-secret")
    assert said == "Tokens are kept in this computer's keyring."
    assert kit.ring.kept == {"channel:yt": TOKEN, "client:yt": "the-apps-secret"}
    assert TOKEN not in kit.written()
    assert "the-apps-secret" not in kit.written()
    (known,) = (await kit.book.known()).channels
    assert (known.settings.client_id, known.key.kept, known.client_key.kept) == (
        "app",
        Kept.KEYRING,
        Kept.KEYRING,
    )
    assert known.signed_in is None, "a token was typed"
    told: list[str] = []

    async def hear(channel_id: str) -> None:
        told.append(channel_id)

    kit.book.key_forgotten = hear
    await kit.book.forget_key("yt")
    assert told == ["yt"], "the open show stops using it"
    assert kit.ring.kept == {"client:yt": "the-apps-secret"}


async def test_a_channel_that_is_owed_something_stays_and_one_that_is_not_goes_with_its_secrets(
    kit: Kit,
) -> None:
    await kit.book.save(a_channel("one"), TOKEN, "")
    await kit.book.save(a_channel("two"), TOKEN, "")
    kit.use.owed = {"one": 1}
    with pytest.raises(NotDoneError, match="1 decision waits to be sent to “One”"):
        await kit.book.remove("one")
    with pytest.raises(NotDoneError, match="would go to another platform"):
        await kit.book.save(a_channel("one", "facebook"), "", "")
    kit.book.note_trouble("two", "It was away.")
    await kit.book.remove("two")
    assert [channel.id for channel in kit.settings.channels] == ["one"]
    assert list(kit.ring.kept) == ["channel:one"]
    assert "It was away." not in kit.written()


async def test_a_channel_of_the_open_show_stays_until_it_is_over(kit: Kit) -> None:
    await kit.book.save(a_channel(), TOKEN, "")
    kit.use.opened = kit.settings.channels
    with pytest.raises(NotDoneError, match="while a show is open"):
        await kit.book.remove("bridge")


async def test_who_changes_a_channel_of_the_open_show_is_told_when_that_holds(kit: Kit) -> None:
    await kit.book.save(a_channel(), "", "")
    kit.use.opened = kit.settings.channels
    renamed = msgspec.structs.replace(a_channel(), name="Bridge 2")
    assert await kit.book.save(renamed, "", "") == ""
    assert "open it again" in await kit.book.save(a_channel(base_url="https://new.example"), "", "")
    assert "made from now on" in await kit.book.save(a_channel("second"), "", "")


async def test_settings_that_cannot_be_written_refuse_with_a_sentence_and_keep_no_token(kit: Kit) -> None:
    kit.full = True
    with pytest.raises(NotDoneError, match="could not be saved"):
        await kit.book.save(a_channel(), TOKEN, "")
    assert kit.ring.kept == {}
    assert kit.settings.channels == ()


async def test_a_new_token_is_handed_to_the_show_that_waits_for_it(kit: Kit) -> None:
    given: list[tuple[str, str]] = []

    async def hear(channel_id: str, key: str) -> None:
        given.append((channel_id, key))

    kit.book.key_given = hear
    await kit.book.save(a_channel(), f" {TOKEN} ", "")
    assert given == [("bridge", TOKEN)]


async def test_a_test_uses_the_token_of_the_form_else_the_one_that_is_kept_and_notes_what_failed(
    kit: Kit,
) -> None:
    with BadShop() as bridge:
        bridge.token = TOKEN
        settings = a_channel(base_url=bridge.url)
        await kit.book.save(settings, "not-the-token", "")
        steps: list[ChannelStep] = []
        found = await kit.book.test(settings, "", "", steps.append)
        assert found.failure is ChannelFailure.KEY_REFUSED
        assert steps == [ChannelStep.CONNECT]
        (known,) = (await kit.book.known()).channels
        assert [trouble.sentence for trouble in known.troubles] == [found.sentence]
        trying = asyncio.ensure_future(kit.book.test(settings, TOKEN, "", steps.append))
        await until(lambda: bridge.requests("/channel/v1/stream"))
        bridge.said("Hei")
        bridge.frame(kind="viewers", viewers=812)
        found = await trying
        assert (found.failure, found.feed, found.messages, found.viewers) == (None, Feed.CHAT, 1, 812)
    assert kit.ring.kept == {"channel:bridge": "not-the-token"}, "what is only tried is not kept"


async def test_what_an_app_used_today_is_told_at_each_of_its_channels(kit: Kit) -> None:
    for name in ("one", "two"):
        await kit.book.save(a_channel(name, "youtube", client_id="app"), "", "")
    with StandIn(YouTubeState()) as youtube:
        second = a_channel("two", "youtube", client_id="app", base_url=youtube.url)
        found = await kit.book.test(second, youtube.state.token, "", lambda _step: None)
        assert found.feed is Feed.OFF, found
    first, second = [known.quota for known in (await kit.book.known()).channels]
    assert first is not None
    assert (first.used > 0, first.limit) == (True, 10_000)
    assert second == first


async def test_messages_that_are_posted_here_have_a_secret_in_their_address(kit: Kit) -> None:
    """It is made when the channel is saved, and stays the same."""
    posted = a_channel("ssn", "social", listen_port=8138)
    assert await kit.book.post_address("ssn") == ""
    await kit.book.save(posted, "", "")
    address = await kit.book.post_address("ssn")
    secret = kit.ring.kept["channel:ssn"]
    assert address.startswith("http://127.0.0.1:8138/")
    assert address.endswith(secret)
    assert len(secret) >= SHORTEST_TOKEN
    await kit.book.save(posted, "", "")
    assert await kit.book.post_address("ssn") == address
    assert secret not in kit.written()
    await kit.book.save(a_channel("tt", "social"), "", "")
    assert await kit.book.post_address("tt") == "", "the session is listened to"


async def test_signing_in_at_google_by_the_browser_keeps_what_was_granted(
    tmp_path: Path, authority: Authority
) -> None:
    """Against a strict OAuth server; the browser is an HTTP client that follows."""
    kit = Kit(tmp_path, authority)
    authority.client_secret = "the-apps-secret"
    given: list[str] = []

    async def hear(channel_id: str, _key: str) -> None:
        given.append(channel_id)

    kit.book.key_given = hear
    channel = a_channel("yt", "youtube", client_id=CLIENT)
    await kit.book.save(channel, "", "the-apps-secret")

    def browse(step: SignInStep) -> None:
        asyncio.get_running_loop().run_in_executor(None, visit, step.url)

    end = await kit.book.sign_in("yt", browse)
    assert end.done, end.sentence
    assert given == ["yt"]
    (known,) = (await kit.book.known()).channels
    assert known.signed_in is not None
    assert known.signed_in.renews
    assert [
        secret for secret in authority.issued if secret in kit.written() + repr(known) + end.sentence
    ] == []


async def test_signing_in_at_twitch_by_a_code_keeps_what_was_granted(
    tmp_path: Path, authority: Authority
) -> None:
    kit = Kit(tmp_path, authority)
    await kit.book.save(a_channel("tw", "twitch", client_id=CLIENT, account="nordhus"), "", "")
    end = await kit.book.sign_in("tw", lambda step: authority.type_code(step.user_code))
    assert end.done, end.sentence
    (known,) = (await kit.book.known()).channels
    assert isinstance(known.signed_in, SignedIn)


async def test_a_sign_in_that_is_refused_says_why_and_keeps_nothing(
    tmp_path: Path, authority: Authority
) -> None:
    kit = Kit(tmp_path, authority)
    await kit.book.save(a_channel("tw", "twitch", client_id=CLIENT, account="nordhus"), "", "")
    end = await kit.book.sign_in("tw", lambda step: authority.type_code(step.user_code, "denied"))
    assert not end.done
    assert end.sentence
    assert kit.ring.kept == {}
    (known,) = (await kit.book.known()).channels
    assert [trouble.sentence for trouble in known.troubles] == [end.sentence]


async def test_a_sign_in_that_is_given_up_leaves_nothing_behind(tmp_path: Path, authority: Authority) -> None:
    kit = Kit(tmp_path, authority)
    await kit.book.save(a_channel("yt", "youtube", client_id=CLIENT), "", "")
    shown: asyncio.Future[SignInStep] = asyncio.get_running_loop().create_future()
    before = asyncio.all_tasks()
    signing = asyncio.ensure_future(kit.book.sign_in("yt", shown.set_result))
    await shown
    signing.cancel()
    await asyncio.wait([signing])
    assert asyncio.all_tasks() == before
    assert kit.ring.kept == {}


async def test_without_a_client_id_a_sign_in_says_what_is_missing(kit: Kit) -> None:
    await kit.book.save(a_channel("tw", "twitch", account="nordhus"), "", "")
    end = await kit.book.sign_in("tw", lambda _step: pytest.fail("nothing is asked"))
    assert (end.done, "client ID" in end.sentence) == (False, True)
