"""What the promo plan asks of the outside, asked of the real demo shop and of the shows that are on disk."""

import time
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from PySide6.QtWidgets import QApplication

from studio.domain.commands import ArchiveShow, ChangeItem, PlanPromos, PlanShow
from studio.domain.ids import uuid7
from studio.domain.lineup import LineUp
from studio.domain.promo import PromoKind, PromoPlan, PromoScope
from studio.promo_door import PromoDoor, codes_of_others
from tests.fakes.shop_process import ShopProcess, start_shop
from tests.faults.windows import SessionTokens, Stage, stage
from tests.journeys.rooms import Room, opened_room, sample_lineup

HOUR = 3_600_000


@pytest.fixture
def real_shop(tmp_path: Path) -> Iterator[ShopProcess]:
    with start_shop(tmp_path / "shop", start_ms=time.time_ns() // 1_000_000) as process:
        yield process


def tokens(shop: ShopProcess) -> SessionTokens:
    return SessionTokens(shop_demo=shop.token, channel_live=shop.token)


def a_plan(code: str, percent: int = 10) -> PromoPlan:
    return PromoPlan(uuid7(), code, PromoKind.PERCENT, percent, scope=PromoScope.LINEUP)


def taken_at(shop: ShopProcess, code: str) -> None:
    now = shop.now_ms()
    body = {"code": code, "kind": "percent", "percent": 5, "scope": "all", "show_id": "x", "mark": "x"}
    made = shop.send("POST", "/v1/promos", body | {"starts_at_ms": now, "ends_at_ms": now + HOUR})
    assert made.status_code == 201


def without_codes(lineup: LineUp) -> LineUp:
    return msgspec.structs.replace(
        lineup, items=tuple(msgspec.structs.replace(item, promo=None) for item in lineup.items)
    )


async def opened(s: Stage, *codes: str) -> None:
    await s.open(without_codes(sample_lineup()), start=False)
    if codes:
        await s.do(PlanPromos(tuple(a_plan(code) for code in codes)))
        await s.until(lambda: len(s.state.planned_promos) == len(codes), "the planned codes")


async def test_the_shop_says_which_codes_it_has_and_nobody_guesses_while_it_is_away(
    qapp: QApplication, tmp_path: Path, real_shop: ShopProcess
) -> None:
    taken_at(real_shop, "TAKEN20")
    async with stage(qapp, tmp_path / "data", real_shop.url, tokens(real_shop)) as s:
        door = PromoDoor(s.desktop)
        assert await door.codes_taken(["TAKEN20"]) == {"TAKEN20": None}, "no show is open"
        await opened(s)
        assert await door.codes_taken(["TAKEN20", "FREE-ONE", ""]) == {
            "TAKEN20": True,
            "FREE-ONE": False,
            "": None,
        }
        real_shop.stop()
        assert await door.codes_taken(["TAKEN20", "FREE-ONE"]) == {"TAKEN20": None, "FREE-ONE": None}


def a_show(room: Room, *codes: str, show_id: str = "") -> str:
    """Open a show, a new one with these codes; its id."""
    opened = room.open(show_id or uuid7()).state.id
    room.clock_measured()
    if not show_id:
        plans = tuple(a_plan(code) for code in codes)
        lineup = msgspec.structs.replace(without_codes(sample_lineup()), title=f"Show of {codes[0]}")
        room.must(PlanShow(lineup, "demo", (), promos=plans))
    return opened


def test_codes_of_other_shows_that_are_to_come_are_known_and_those_of_archived_ones_are_free(
    tmp_path: Path, real_shop: ShopProcess
) -> None:
    with opened_room(tmp_path / "studio.db", real_shop, None) as room:

        def others(shop: str = "demo") -> dict[str, str]:
            return room.ask(codes_of_others(room.engine_room, room.show_id, shop))

        first = a_show(room, "NORD20")
        assert others() == {}, "it is this show"
        second = a_show(room, "ELK15", "SOLE9")
        assert others() == {"NORD20": "Show of NORD20"}
        assert others("another-shop") == {}
        a_show(room, show_id=first)
        assert others() == {"ELK15": "Show of ELK15", "SOLE9": "Show of ELK15"}
        room.must(ArchiveShow(True))
        a_show(room, show_id=second)
        assert others() == {}


async def test_what_is_wrong_with_the_codes_of_the_open_show_is_said_in_sentences(
    qapp: QApplication, tmp_path: Path, real_shop: ShopProcess
) -> None:
    taken_at(real_shop, "TAKEN20")
    async with stage(qapp, tmp_path / "data", real_shop.url, tokens(real_shop)) as s:
        await opened(s, "TAKEN20", "FREE-ONE")
        door = PromoDoor(s.desktop)
        await s.until(lambda: s.state.product_ids[0] in s.live.products, "the products of the line-up")
        found = await door.problems()
        assert [sentence for sentence in found if "TAKEN20" in sentence][:1] == [
            "TAKEN20: The shop has a code TAKEN20 already and will refuse it. Choose another code."
        ]
        item = s.state.items[0]
        await s.do(ChangeItem(msgspec.structs.replace(item, promo=a_plan("CHEAP", percent=90))))
        await s.until(lambda: s.state.items[0].promo is not None, "the code of the item")
        assert any(f.startswith("CHEAP: ") and "below the floor" in f for f in await door.problems())
        assert door.keep_floor(0) == ""
        assert door.keep_replay(24) == ""
        assert (door.floor_percent, door.replay_ms) == (0, 24 * HOUR)
        assert s.room.reviews.replay_ms == 24 * HOUR, "orders count by it at once"
        assert not any("below the floor" in f for f in await door.problems())
