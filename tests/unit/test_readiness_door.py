"""What is said of the world outside before a show: by the open show's links, this computer's disk and clock, and its keys."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Callable, Collection, Mapping
from concurrent.futures import Future
from pathlib import Path
from types import SimpleNamespace

import msgspec
import pytest

from studio.control.clock import MeasuredShowClock, SystemWallClock
from studio.domain import commands as cmd
from studio.domain.checks import CheckKind, CheckState, Outside, Reach, ReadinessFacts
from studio.domain.readiness import readiness
from studio.readiness_door import ReadinessDoor
from studio.settings.paths import Paths
from studio.settings.schema import (
    ChannelSettings,
    ObsSettings,
    Settings,
    ShopSettings,
    StageSettings,
    WindowState,
)
from studio.settings.secrets import KeyringSecrets
from studio.show_connections import Connections
from studio.ui.actions import Actions
from studio.ui.models.live_show import LiveShow
from studio.ui.studio import Link
from studio.ui.tasks import Tasks
from tests.fakes.fake_studio import FakeStudio, a_plan
from tests.unit.settings.test_secrets import Keyring


class Prompter:
    """As far as the door looks at it."""

    def __init__(self) -> None:
        self.shown = False

    def isVisible(self) -> bool:
        return self.shown


class Codes:
    """What a shop and other shows say of codes; counts how often it was asked."""

    floor_percent = 50
    replay_ms = 48 * 3_600_000

    def __init__(self) -> None:
        self.taken: dict[str, bool | None] = {}
        self.others: dict[str, str] = {}
        self.asked = 0

    async def codes_taken(self, codes: Collection[str]) -> dict[str, bool | None]:
        self.asked += 1
        return {code: self.taken.get(code, False) for code in codes}

    async def other_shows(self) -> Mapping[str, str]:
        return self.others


class Desktop(SimpleNamespace):
    """What the door needs of the desktop."""

    def toggle_prompter(self) -> None:
        self.prompter.shown = not self.prompter.shown


class Kit:
    def __init__(self, folder: Path) -> None:
        self.studio = FakeStudio()
        self.studio.state = msgspec.structs.replace(
            self.studio.state, rehearsal=False, channels=("twitch", "native", "gone")
        )
        self.wall = SystemWallClock()
        self.ring = Keyring()
        twitch = ChannelSettings(id="twitch", kind="twitch", name="Twitch", base_url="https://api.example")
        native = ChannelSettings(id="native", name="Bridge", base_url="https://bridge.example")
        self.settings = Settings(channels=(twitch, native))
        shop = ShopSettings(id="nordhus", name="Nordhus", base_url="https://shop.example")
        self.stage = StageSettings(obs=ObsSettings(enabled=True), overlay=False)
        self.secrets = KeyringSecrets({}, lambda: self.ring)
        self.wired = Connections(shop, self.settings.channels, self.secrets, stage=self.stage)
        self.read_at_ms: int | None = None
        self.room = SimpleNamespace(
            wall=self.wall,
            connections=self.wired,
            read=self._read,
            history=SimpleNamespace(catalogue_read_ms=lambda: self.read_at_ms),
        )
        self.clicks = iter(range(0, 10_000_000, 1_000))
        self.actions = Actions(self.clicks.__next__)
        self.opened: list[str] = []
        for name in ("shops", "channels", "stage"):
            self.actions.on(name, lambda name=name: self.opened.append(name))
        self.codes = Codes()
        self.folders: list[Path] = []
        self.screens = 1
        self.tasks = Tasks("test")
        self.desktop = Desktop(
            room=self.room, studio=self.studio, live=None, paths=Paths(folder), settings=self.settings, prompter=Prompter(),
            window_state=WindowState(), actions=self.actions, tasks=self.tasks,
        )  # fmt: skip
        self.door = ReadinessDoor(
            self.desktop, self.codes, screens=lambda: self.screens, open_folder=self.folders.append  # type: ignore[arg-type]
        )  # fmt: skip

    def _read(self, ask: Callable[[], int | None]) -> Future[int | None]:
        told: Future[int | None] = Future()
        told.set_result(ask())
        return told

    def open(self) -> LiveShow:
        opened = msgspec.structs.replace(self.studio.opened(), links=())
        live = self.desktop.live = LiveShow(opened)
        self.studio.changes.connect(live.take)
        return live

    async def facts(self) -> ReadinessFacts:
        return await self.door.facts()

    async def channel(self, name: str) -> Outside:
        return next(each for each in (await self.facts()).channels if each.name == name)


@pytest.fixture
async def kit(qapp, tmp_path: Path) -> AsyncIterator[Kit]:
    made = Kit(tmp_path)
    yield made
    await made.tasks.close()
    if made.desktop.live is not None:
        made.studio.changes.disconnect(made.desktop.live.take)


async def test_without_a_show_only_this_computer_is_known(kit: Kit) -> None:
    facts = await kit.facts()
    assert (facts.shop, facts.channels, facts.promo_problems) == (None, (), None)
    assert facts.disk_free_bytes is not None


async def test_before_anything_was_heard_all_are_connecting_and_nothing_is_well(kit: Kit) -> None:
    kit.open()
    facts = await kit.facts()
    assert facts.shop == Outside("Nordhus", Reach.CONNECTING)
    assert facts.shop_heard_ms is None
    assert facts.stages == (Outside("obs", Reach.CONNECTING),)


async def test_an_item_is_not_said_to_be_gone_before_the_catalogue_was_read_once(kit: Kit) -> None:
    live = kit.open()
    kit.studio.hear_link("Nordhus", "shop", Link.OK)
    some = {p: product for p, product in live.products.items() if p != live.state.product_ids[0]}

    async def items() -> CheckState:
        checks = readiness(live.state, some, (), await kit.facts())
        return next(c.state for c in checks if c.kind is CheckKind.ITEMS)

    assert await items() is CheckState.CHECKING
    kit.read_at_ms = 1
    assert await items() is CheckState.TROUBLE
    kit.read_at_ms = None
    assert await items() is CheckState.CHECKING, "another shop's catalogue was kept in between"


async def test_links_are_told_as_the_show_hears_them(kit: Kit) -> None:
    live = kit.open()
    kit.studio.clock.now = kit.wall.now_ms() - 3_000
    kit.studio.hear_link("Nordhus", "shop", Link.OK)
    kit.studio.hear_link("obs", "stage", Link.DOWN, "OBS does not answer.")
    kit.studio.hear_link("native", "channel", Link.STALE)
    facts = await kit.facts()
    assert facts.shop == Outside("Nordhus", Reach.WELL)
    assert facts.shop_heard_ms is not None
    assert 3_000 <= facts.shop_heard_ms < 60_000
    assert facts.stages == (Outside("obs", Reach.DOWN, "OBS does not answer."),)
    assert await kit.channel("Bridge") == Outside("Bridge", Reach.SILENT)
    checks = {c.kind: c for c in readiness(live.state, live.products, (), facts)}
    assert checks[CheckKind.STAGE].state is CheckState.WARNING


async def test_a_channel_that_needs_a_sign_in_tells_whether_there_is_one(kit: Kit) -> None:
    kit.open()
    kit.studio.hear_link("twitch", "channel", Link.OK)
    assert (await kit.channel("Twitch")).signed_in is False
    kit.secrets.set("channel:twitch", "a-token")
    assert (await kit.channel("Twitch")).signed_in is True
    assert (await kit.channel("Bridge")).signed_in is None
    assert "a-token" not in repr(await kit.facts())


async def test_a_channel_that_is_not_set_up_any_more_is_not_waited_for(kit: Kit) -> None:
    kit.open()
    assert (await kit.channel("gone")).reach is Reach.DOWN


async def test_the_clock_tells_how_far_it_is_off_and_nothing_in_a_rehearsal(kit: Kit) -> None:
    live = kit.open()
    clock = MeasuredShowClock(kit.wall)
    kit.studio.clock = clock  # type: ignore[assignment]
    assert not (await kit.facts()).clock_known
    now = kit.wall.now_ms()
    clock.measured(now + 120_000, now, now)
    facts = await kit.facts()
    assert facts.clock_known
    assert facts.clock_ahead_ms is not None
    assert 119_000 < facts.clock_ahead_ms < 121_000
    live.state = msgspec.structs.replace(live.state, rehearsal=True)
    assert (await kit.facts()).clock_ahead_ms is None


async def test_the_disk_of_the_data_folder_is_looked_at(kit: Kit, tmp_path: Path) -> None:
    told = (await kit.facts()).disk_free_bytes
    assert told is not None
    assert abs(told - shutil.disk_usage(tmp_path).free) < 2_000_000_000
    kit.desktop.paths = Paths(tmp_path / "gone")
    assert (await kit.facts()).disk_free_bytes is None
    kit.door.open_data_folder()
    assert kit.folders == [tmp_path / "gone"]


async def test_a_prompter_that_is_open_or_chosen_as_a_window_has_its_place(kit: Kit) -> None:
    kit.open()
    assert not (await kit.facts()).prompter_placed
    kit.door.open_prompter()
    kit.door.open_prompter()
    assert (await kit.facts()).prompter_placed, "a second press does not hide it"
    kit.desktop.prompter.shown = False
    kit.desktop.window_state = WindowState(prompter_monitor="")
    assert (await kit.facts()).prompter_placed
    kit.screens = 2
    assert (await kit.facts()).displays == 2


async def test_what_is_wrong_with_a_code_is_said_in_sentences_and_the_shop_is_asked_once(kit: Kit) -> None:
    live = kit.open()
    assert (await kit.facts()).promo_problems is None, "nobody waits for the shop"
    await kit.tasks.drain()
    assert (await kit.facts()).promo_problems == ()
    kit.codes.taken = {"TEAFREE": True}
    assert (await kit.facts()).promo_problems == (), "what it said holds for a while"
    assert kit.codes.asked == 1
    await kit.studio.do(cmd.PlanPromos((msgspec.structs.replace(a_plan("WHOLE"), id="w", percent=90),)))
    await kit.facts()
    await kit.tasks.drain()
    problems = (await kit.facts()).promo_problems
    assert kit.codes.asked == 2, "other codes are asked about at once"
    assert problems is not None
    assert any(sentence.startswith("TEAFREE: ") for sentence in problems)
    assert not any("30 days" in sentence for sentence in problems)
    assert live.state.planned_promos


async def test_codes_of_which_the_shop_cannot_say_are_counted_and_not_called_free(kit: Kit) -> None:
    kit.open()
    kit.codes.taken = {"TEAFREE": None}
    await kit.facts()
    await kit.tasks.drain()
    assert (await kit.facts()).codes_unsure == 1
    bare = ReadinessDoor(kit.desktop)  # type: ignore[arg-type]
    assert (await bare.facts()).codes_unsure == 2, "without anybody to ask none is known"


async def test_without_codes_the_shop_is_not_asked(kit: Kit) -> None:
    live = kit.open()
    plain = tuple(msgspec.structs.replace(item, promo=None) for item in live.state.items)
    await kit.studio.do(cmd.ChangeItems(plain))
    assert (await kit.facts()).promo_problems == ()
    assert kit.codes.asked == 0


async def test_its_ways_lead_to_the_settings_and_stock_is_read_with_the_alternatives(kit: Kit) -> None:
    live = kit.open()
    kit.door.open_shops()
    kit.door.open_channels()
    kit.door.open_stage()
    assert kit.opened == ["shops", "channels", "stage"]
    read: list[tuple[str, ...]] = []

    async def refresh(product_ids: Collection[str]) -> None:
        read.append(tuple(product_ids))

    kit.studio.refresh_stock = refresh  # type: ignore[method-assign]
    item = live.state.items[0]
    await kit.studio.do(cmd.ChangeItem(msgspec.structs.replace(item, alternatives=("p99",))))
    await asyncio.wait_for(kit.door.refresh_stock(), 5)
    assert read == [(*live.state.product_ids, "p99")]
