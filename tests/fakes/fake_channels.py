"""A fake at the port of the channels' screen: channels in memory, tests and sign-ins that end when they are told to."""

import asyncio
from collections.abc import Callable

from studio.control.ports import ChannelCapabilities, Quota
from studio.control.ports.sign_in import SignInStep
from studio.settings.channels import new_channel_id
from studio.settings.schema import ChannelSettings, Trouble
from studio.settings.secrets import Kept, Whereabouts
from studio.ui.connections.channel_port import (
    ChannelFailure,
    ChannelPlatform,
    ChannelStep,
    ChannelTest,
    Feed,
    KnownChannel,
    KnownChannels,
    SignedIn,
    SignInEnd,
)
from studio.ui.connections.port import NotDoneError

AT_MS = 1_795_000_000_000
PLATFORMS = (
    ChannelPlatform(
        "twitch", "Twitch", ("account", "client_id", "key", "base_url", "chat_url", "ca_file"),
        rare=("base_url", "chat_url", "ca_file"), needed=("account",), base_url="https://api.twitch.tv/helix", signs_in=True,
    ),
    ChannelPlatform(
        "youtube", "YouTube Live", ("account", "client_id", "client_secret", "quota", "base_url", "ca_file"),
        rare=("base_url", "ca_file"), base_url="https://youtube.googleapis.com", signs_in=True, wants_key=True,
    ),
    ChannelPlatform(
        "facebook", "Facebook Live", ("account", "key", "base_url", "ca_file"),
        rare=("base_url", "ca_file"), needed=("account",), base_url="https://graph.facebook.com/v23.0", wants_key=True,
    ),
    ChannelPlatform(
        "social", "Social Stream Ninja", ("account", "chat_url", "listen_port", "key", "base_url", "ca_file"),
        rare=("base_url", "ca_file"), base_url="https://io.socialstream.ninja", one_of=("account", "listen_port"),
    ),
    ChannelPlatform("native", "Own bridge", ("base_url", "key", "ca_file"), rare=("ca_file",)),
)  # fmt: skip
WELL = ChannelTest(
    AT_MS, capabilities=ChannelCapabilities(hide=True, max_length=500), feed=Feed.CHAT, messages=14, listened_ms=3_000, viewers=1_284,
)  # fmt: skip
NOT_LIVE = ChannelTest(
    AT_MS, capabilities=ChannelCapabilities(hide=True, max_length=200, read_back=True), feed=Feed.OFF,
    sentence="YouTube has no broadcast of this account that is live: it is looked for again and again.",
)  # fmt: skip
LACKING = ChannelTest(
    AT_MS, failure=ChannelFailure.RIGHT_MISSING, sentence="Twitch's sign-in lacks the right chat:edit.",
    missing=("Twitch's sign-in lacks the right chat:edit.",),
)  # fmt: skip
SILENT = ChannelTest(
    AT_MS, capabilities=ChannelCapabilities(viewers=False), feed=Feed.SILENT, listened_ms=10_000
)


def a_known_channel(channel_id: str, kind: str, name: str, **more: object) -> KnownChannel:
    """A saved channel; fields of its settings and of `KnownChannel` may be given."""
    known = {
        k: more.pop(k) for k in ("key", "client_key", "signed_in", "troubles", "owed", "quota") if k in more
    }
    base = next((p.base_url for p in PLATFORMS if p.kind == kind), "") or f"https://{channel_id}.example"
    settings = ChannelSettings(id=channel_id, kind=kind, name=name, base_url=base, **more)  # type: ignore[arg-type]
    return KnownChannel(settings, **{"key": Whereabouts(Kept.KEYRING), **known})  # type: ignore[arg-type]


def some_channels() -> list[KnownChannel]:
    """Four channels, one of them off."""
    trouble = Trouble(
        of="youtube",
        at_ms=AT_MS - 3_600_000,
        times=3,
        sentence="YouTube did not answer in time: check the network.",
    )
    return [
        a_known_channel("twitch", "twitch", "Twitch", account="nordhuslive", client_id="abc", signed_in=SignedIn(renews=True)),
        a_known_channel("youtube", "youtube", "YouTube", client_id="1-x.apps.googleusercontent.com",
            client_key=Whereabouts(Kept.KEYRING), signed_in=SignedIn(renews=True), troubles=(trouble,), quota=Quota(1_234, 10_000)),
        a_known_channel("facebook", "facebook", "Facebook", account="102938", key=Whereabouts(Kept.NOWHERE)),
        a_known_channel("bridge", "native", "Workshop bridge", enabled=False, key=Whereabouts(Kept.ENVIRONMENT, "HOST_STUDIO_CHANNEL_BRIDGE_TOKEN")),
    ]  # fmt: skip


class FakeChannels:
    """Implements `ChannelConnections`. `answers` are what tests find, one after the other; None: until `let_go` is set.
    `steps` are those of a sign-in, which ends with `end` when `signed` is set.

    `asked` is what was asked of it, secrets included, so that a test can see what reached the port.
    """

    def __init__(self, channels: list[KnownChannel] | None = None, *, keys_stay: bool = True) -> None:
        self.channels = some_channels() if channels is None else channels
        self.keys_stay = keys_stay
        self.answers: list[ChannelTest | None] = []
        self.let_go = asyncio.Event()
        self.steps = [SignInStep("https://www.twitch.tv/activate?public=true", "ABCDEFGH", AT_MS + 1_800_000)]
        self.signed = asyncio.Event()
        self.end = SignInEnd(True, "Signed in: the studio may read and answer now.")
        self.asked: list[tuple[str, ...]] = []
        self.saved: list[ChannelSettings] = []
        self.failure: Exception | None = None

    async def known(self) -> KnownChannels:
        """All channels."""
        if self.failure is not None:
            raise self.failure
        sentence = (
            "Tokens are kept in this computer's keyring."
            if self.keys_stay
            else "This computer has no keyring: tokens are kept until the studio is closed, and asked for again after that."
        )
        return KnownChannels(tuple(self.channels), PLATFORMS, sentence, self.keys_stay)

    def new_id(self, name: str) -> str:
        """An id that no channel has."""
        return new_channel_id(name, [channel.settings.id for channel in self.channels])

    def address_problem(self, address: str) -> str | None:
        """Only https is right here."""
        right = address.startswith("https://") and len(address) > 8
        return None if right else "The address must begin with https://."

    async def save(self, channel: ChannelSettings, key: str, client_key: str) -> str:
        """Keep it."""
        self.asked.append(("save", channel.id, channel.kind, channel.name, key, client_key))
        self.saved.append(channel)
        old = next((each for each in self.channels if each.settings.id == channel.id), None)
        where = Whereabouts(Kept.KEYRING if self.keys_stay else Kept.SESSION)
        known = KnownChannel(
            channel,
            where if key else old.key if old else Whereabouts(Kept.NOWHERE),
            where if client_key else old.client_key if old else Whereabouts(Kept.NOWHERE),
            old.signed_in if old and not key else None,
        )
        if old is None:
            self.channels.append(known)
        else:
            self.channels[self.channels.index(old)] = known
        return (await self.known()).keys_sentence if key else ""

    async def remove(self, channel_id: str, /) -> None:
        """Forget it, unless something waits to be sent there."""
        found = next(each for each in self.channels if each.settings.id == channel_id)
        if found.owed:
            raise NotDoneError(
                f"“{found.settings.name}” stays: {found.owed} decisions wait to be sent there."
            )
        self.asked.append(("remove", channel_id))
        self.channels.remove(found)

    async def forget_key(self, channel_id: str, /) -> None:
        """Forget its token."""
        self.asked.append(("forget", channel_id))

    async def test(
        self, channel: ChannelSettings, key: str, client_key: str, on_step: Callable[[ChannelStep], None]
    ) -> ChannelTest:
        """The next answer."""
        self.asked.append(("test", channel.id, channel.kind, channel.base_url, key, client_key))
        answer = self.answers.pop(0)
        for step in ChannelStep:
            on_step(step)
            if answer is None and step is ChannelStep.LISTEN:
                await self.let_go.wait()
                answer = WELL
        assert answer is not None
        return answer

    async def post_address(self, channel_id: str, /) -> str:
        """An address with a secret in it, where there is a port."""
        port = next(c.settings.listen_port for c in self.channels if c.settings.id == channel_id)
        return f"http://127.0.0.1:{port}/frames/a-secret" if port else ""

    async def sign_in(self, channel_id: str, on_step: Callable[[SignInStep], None]) -> SignInEnd:
        """Tell the steps, then wait."""
        self.asked.append(("sign in", channel_id))
        for step in self.steps:
            on_step(step)
        try:
            await self.signed.wait()
        except asyncio.CancelledError:
            self.asked.append(("sign in cancelled", channel_id))
            raise
        if self.end.done:
            old = next(each for each in self.channels if each.settings.id == channel_id)
            new = KnownChannel(old.settings, Whereabouts(Kept.KEYRING), old.client_key, SignedIn(renews=True))
            self.channels[self.channels.index(old)] = new
        return self.end
