"""A channel's token is kept good: renewed once however many ask, kept before it is used, and never lost."""

import asyncio
import json
from collections.abc import Awaitable, Callable

import msgspec
import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from studio.channels.sign_in import BadGrant, Grant, TokenKeeper, grant_text, read_grant
from studio.channels.sign_in_keeper import AHEAD_MS, VALIDATE_MS
from studio.channels.sign_in_loopback import challenge_for
from studio.control.ports import Unauthorised, Unreachable

NAME = "channel:twitch"
HOUR = 3_600_000


class Wall:
    def __init__(self) -> None:
        self.now = 1_800_000_000_000

    def now_ms(self) -> int:
        return self.now

    def monotonic_ms(self) -> int:
        return self.now - 1_700_000_000_000


class Drawer:
    """Secrets; `steps` tells in which order things happened."""

    persistent = True
    sentence = ""

    def __init__(self, steps: list[str], **kept: str) -> None:
        self.kept = {NAME: kept["text"]} if kept else {}
        self.steps = steps
        self.broken = False

    def get(self, name: str) -> str | None:
        return self.kept.get(name)

    def set(self, name: str, value: str) -> None:
        if self.broken:
            raise OSError("the drawer is stuck")
        self.steps.append(f"kept {json.loads(value)['access_token']}")
        self.kept[name] = value

    def delete(self, name: str) -> None:
        del self.kept[name]


class Platform:
    """Gives a newer grant each time; refresh tokens are good for one use."""

    def __init__(self, wall: Wall, rotates: bool = True) -> None:
        self.wall = wall
        self.rotates = rotates
        self.good = "r0"
        self.asked = 0
        self.called = asyncio.Event()
        self.trouble: Exception | None = None
        self.gate: asyncio.Event | None = None

    async def refresh(self, grant: Grant) -> Grant:
        self.asked += 1
        self.called.set()
        if self.gate is not None:
            await self.gate.wait()
        if self.trouble is not None:
            raise self.trouble
        if grant.refresh_token != self.good:
            raise Unauthorised("Twitch has ended the sign-in: sign in again.")
        if self.rotates:
            self.good = f"r{self.asked}"
        return Grant(
            access_token=f"a{self.asked}", refresh_token=self.good, expires_at_ms=self.wall.now + HOUR
        )


class World:
    def __init__(
        self, text: str | None = None, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    ) -> None:
        self.wall = Wall()
        self.steps: list[str] = []
        first = grant_text(
            Grant(access_token="a0", refresh_token="r0", expires_at_ms=self.wall.now + HOUR, scopes=("chat",))
        )
        self.drawer = Drawer(self.steps, text=first if text is None else text)
        self.platform = Platform(self.wall)
        self.validated: list[str] = []
        self.ended: Exception | None = None
        self.keeper = TokenKeeper(
            self.drawer, NAME, self.platform.refresh, self.wall, validate=self.validate, sleep=sleep
        )

    async def validate(self, grant: Grant) -> None:
        self.validated.append(grant.access_token)
        if self.ended is not None:
            raise self.ended


async def test_the_kept_token_is_the_one_that_is_used():
    assert World().keeper.token() == "a0"


async def test_a_token_that_somebody_typed_works_and_cannot_be_renewed():
    world = World("oauth-typed-by-hand")
    assert world.keeper.token() == "oauth-typed-by-hand"
    assert await world.keeper.renew() is False
    assert world.platform.asked == 0
    assert "enter another, or sign in" in world.keeper.sentence


async def test_without_a_token_nothing_is_made_up():
    world = World()
    world.drawer.kept.clear()
    assert world.keeper.token() is None
    assert await world.keeper.renew() is False


@pytest.mark.parametrize("kept", ["{", "{}", '{"access_token": ""}', '{"access_token": 5}', '{"a":1}'])
async def test_a_kept_grant_that_cannot_be_read_asks_to_sign_in_again(kept: str):
    world = World(kept)
    assert world.keeper.token() is None
    assert world.keeper.sentence == "What is kept as this channel's token cannot be read: sign in again."
    with pytest.raises(BadGrant):
        read_grant(kept)


async def test_a_renewed_token_is_kept_before_it_is_used():
    world = World()
    used: list[str | None] = []
    world.drawer.set = lambda name, value: (
        used.append(world.keeper.token()),
        Drawer.set(world.drawer, name, value),
    )[1]  # type: ignore[method-assign]
    assert await world.keeper.renew()
    assert used == ["a0"]
    assert world.keeper.token() == "a1"
    assert read_grant(world.drawer.kept[NAME]).refresh_token == "r1"


async def test_all_who_ask_at_once_share_one_renewal():
    world = World()
    world.platform.gate = asyncio.Event()
    asking = [asyncio.create_task(world.keeper.renew()) for _ in range(20)]
    await asyncio.sleep(0)
    world.platform.gate.set()
    assert await asyncio.gather(*asking) == [True] * 20
    assert world.platform.asked == 1


async def test_who_was_refused_with_the_old_token_does_not_renew_the_new_one():
    world = World()
    assert await world.keeper.renew()
    assert await world.keeper.renew()
    assert world.platform.asked == 1
    world.wall.now += 60_000
    assert await world.keeper.renew()
    assert world.platform.asked == 2


async def test_who_gives_up_waiting_does_not_lose_the_token_that_comes():
    world = World()
    world.platform.gate = asyncio.Event()
    asking = asyncio.create_task(world.keeper.renew())
    await world.platform.called.wait()
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    world.platform.gate.set()
    await world.keeper.aclose()
    assert world.keeper.token() == "a1"
    assert world.steps == ["kept a1"]


async def test_a_refused_renewal_forgets_nothing_and_says_what_to_do():
    world = World()
    world.platform.good = "another"
    before = dict(world.drawer.kept)
    with structlog.testing.capture_logs():
        assert await world.keeper.renew() is False
        assert await world.keeper.renew() is False
    assert world.platform.asked == 1, "a sign-in that is over is not asked for again and again"
    assert world.keeper.sentence == "Twitch has ended the sign-in: sign in again."
    assert (world.keeper.token(), world.drawer.kept) == ("a0", before)


async def test_after_signing_in_again_the_new_token_is_used_without_a_restart():
    world = World()
    world.platform.good = "another"
    with structlog.testing.capture_logs():
        assert await world.keeper.renew() is False
    world.drawer.kept[NAME] = grant_text(Grant(access_token="b0", refresh_token="another"))
    assert await world.keeper.renew()
    assert (world.keeper.token(), world.keeper.sentence, world.platform.asked) == ("b0", "", 1)
    assert not await world.keeper.reread()


async def test_a_network_that_fails_is_tried_again():
    world = World()
    world.platform.trouble = Unreachable("Twitch cannot be reached: check the network.")
    with pytest.raises(Unreachable):
        await world.keeper.renew()
    world.platform.trouble = None
    assert await world.keeper.renew()
    assert world.keeper.token() == "a2"


async def test_a_drawer_that_is_stuck_does_not_take_the_only_good_token():
    world = World()
    world.drawer.broken = True
    with structlog.testing.capture_logs() as lines:
        assert await world.keeper.renew()
    assert world.keeper.token() == "a1"
    assert [line["event"] for line in lines] == ["renewed token not kept"]
    assert "r1" not in str(lines)


async def test_a_token_is_renewed_ahead_of_its_end_and_not_before():
    naps = 0

    async def sleep(_: float) -> None:
        nonlocal naps
        naps += 1
        if naps == 1:
            assert world.platform.asked == 0
            world.wall.now += HOUR - AHEAD_MS - 1
        elif naps == 2:
            assert world.platform.asked == 0
            world.wall.now += 1
        elif naps == 3:
            assert world.platform.asked == 1
            world.platform.trouble = Unreachable("Twitch cannot be reached: check the network.")
            world.wall.now += HOUR  # the computer slept
        elif naps == 4:
            assert world.platform.asked == 2
            world.platform.trouble = None
        else:
            over.set()
            await asyncio.Event().wait()

    over = asyncio.Event()
    world = World(sleep=sleep)
    running = asyncio.create_task(world.keeper.run())
    waits = asyncio.create_task(over.wait())
    await asyncio.wait([running, waits], return_when=asyncio.FIRST_COMPLETED)
    waits.cancel()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert (world.platform.asked, world.keeper.token()) == (3, "a3")


class Naps:
    """The keeper's sleeps: `acts` happen in them, one each; then it is over."""

    def __init__(self, *acts: Callable[[], object]) -> None:
        self.acts = list(acts)
        self.over = asyncio.Event()

    async def __call__(self, _: float) -> None:
        if self.acts:
            self.acts.pop(0)()
        else:
            self.over.set()
            await asyncio.Event().wait()


async def kept(world: World, naps: Naps) -> None:
    running = asyncio.create_task(world.keeper.run())
    waits = asyncio.create_task(naps.over.wait())
    await asyncio.wait([running, waits], return_when=asyncio.FIRST_COMPLETED)
    waits.cancel()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running


async def test_at_the_start_and_each_hour_the_platform_is_asked_whether_the_sign_in_holds():
    def later(ms: int) -> Callable[[], None]:
        def act() -> None:
            world.wall.now += ms

        return act

    naps = Naps(later(VALIDATE_MS - 1), later(1), later(1), later(VALIDATE_MS))
    world = World(grant_text(Grant(access_token="a0", refresh_token="r0")), sleep=naps)
    await kept(world, naps)
    assert world.validated == ["a0", "a0", "a0"]


async def test_a_sign_in_that_its_person_ended_at_the_platform_is_used_no_more():
    naps = Naps()
    world = World("typed-by-hand", sleep=naps)
    world.ended = Unauthorised("Twitch has ended the sign-in: sign in again.")
    await kept(world, naps)
    assert world.keeper.token() is None
    assert "sign in" in world.keeper.sentence


async def test_a_token_that_holds_no_more_is_renewed_where_that_can_be_had():
    naps = Naps()
    world = World(sleep=naps)
    world.ended = Unauthorised("Twitch has ended the sign-in: sign in again.")
    await kept(world, naps)
    assert (world.keeper.token(), world.keeper.sentence) == ("a1", "")


async def test_where_nobody_can_say_whether_it_holds_it_is_used_and_asked_for_again():
    naps = Naps(lambda: None)
    world = World(sleep=naps)
    world.ended = Unreachable("Twitch cannot be reached: check the network.")
    await kept(world, naps)
    assert world.keeper.token() == "a0"
    assert world.validated == ["a0", "a0"]


async def test_neither_repr_nor_log_tells_a_token():
    world = World()
    world.keeper.token()
    with structlog.testing.capture_logs() as lines:
        assert await world.keeper.renew()
        world.wall.now += 60_000
        world.platform.good = "another"
        assert not await world.keeper.renew()
    assert repr(world.keeper) == f"TokenKeeper({NAME!r})"
    grant = Grant(access_token="tttt-access", refresh_token="tttt-refresh")
    told = f"{grant!r}{grant}{grant.__rich_repr__()}{[grant]}{lines}"
    assert "tttt" not in told
    assert "r1" not in str(lines)


tokens = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=80)
grants = st.builds(
    Grant,
    access_token=tokens,
    refresh_token=st.just("") | tokens,
    expires_at_ms=st.none() | st.integers(0, 2**53),
    scopes=st.lists(tokens, max_size=4).map(tuple),
)


@given(grants)
def test_a_kept_grant_is_read_as_it_was(grant: Grant):
    assert read_grant(grant_text(grant)) == grant


@given(tokens.filter(lambda text: not text.startswith("{")))
def test_every_typed_token_is_taken_as_it_is(text: str):
    assert read_grant(f" {text}\n") == Grant(access_token=text)


@given(st.text(max_size=200))
def test_whatever_is_kept_is_a_grant_or_said_not_to_be(text: str):
    try:
        grant = read_grant(text)
    except BadGrant as bad:
        assert text.strip()[:10] not in str(bad) or len(text.strip()) < 4  # noqa: PT017
    else:
        assert isinstance(grant, Grant)


def test_the_challenge_is_that_of_the_standard():
    """RFC 7636, appendix B."""
    assert (
        challenge_for("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk")
        == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
    )


def test_what_is_kept_is_small_enough_for_every_keyring():
    """Windows takes 2,560 bytes, as UTF-16: Google's longest tokens are far below."""
    grant = Grant(
        access_token="a" * 300, refresh_token="r" * 200, expires_at_ms=2**43, scopes=("s" * 60,) * 3
    )
    assert len(grant_text(grant).encode("utf-16")) < 2_560
    assert msgspec.json.decode(grant_text(grant), type=Grant) == grant
