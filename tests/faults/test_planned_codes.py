"""A code that is planned for a time is live at the real demo shop exactly once, whatever is away at that moment."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from studio.domain import commands as cmd
from studio.domain import effects as fx
from studio.domain.events import Outcome
from studio.domain.ids import uuid7
from studio.domain.promo import PromoKind, PromoPhase, PromoPlan, PromoScope, phase
from studio.domain.show import ShowPhase
from tests.fakes.shop_process import ShopProcess, start_shop
from tests.journeys.rooms import Room, opened_room, sample_lineup

MINUTE = 60_000
SPEED = 60.0
"""A minute of the shop's time is a second."""
AFTER_MS = 3 * MINUTE
CODE = "AFTER3-K4X"


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[ShopProcess]:
    with start_shop(tmp_path / "shop", seed=7, speed=SPEED, start_ms=None) as process:
        yield process


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return tmp_path / "studio" / "studio.db"


def a_plan(code: str = CODE, **changes: Any) -> PromoPlan:
    moment = {} if changes else {"after_start_ms": AFTER_MS}
    fields: dict[str, Any] = {"scope": PromoScope.ALL, "minutes": 120, "percent": 20, **moment, **changes}
    return PromoPlan(uuid7(), code, PromoKind.PERCENT, **fields)


def on_air(room: Room, *codes: PromoPlan) -> str:
    """A show with these codes, on air; its id."""
    show_id = uuid7()
    room.open(show_id)
    room.clock_measured()
    room.must(cmd.PlanShow(sample_lineup(), "demo", (), rehearsal=True, promos=codes))
    room.must(cmd.StartShow())
    return show_id


def issued(room: Room, code: str = CODE) -> bool:
    return any(record.promo.code == code for record in room.state.promos.values())


def confirmed(room: Room, code: str = CODE) -> Callable[[], bool]:
    return lambda: code in room.state.codes


def at_shop(shop: ShopProcess, code: str = CODE) -> list[dict[str, Any]]:
    return [promo for promo in shop.get("promos", code=code)["items"] if promo["code"] == code]


def the_only_one(room: Room, shop: ShopProcess, code: str = CODE) -> dict[str, Any]:
    """The code as the shop has it: once, as it was decided, made by one effect of the show's log."""
    (promo,) = at_shop(shop, code)
    (record,) = [r for r in room.state.promos.values() if r.promo.code == code]
    assert (promo["starts_at_ms"], promo["ends_at_ms"]) == (
        record.promo.starts_at_ms,
        record.promo.ends_at_ms,
    )
    made = [s.outcome for s in room.state.settled.values() if s.action == fx.CreatePromo.__name__]
    assert made == [Outcome.DELIVERED]
    assert promo["show_id"] == room.show_id
    return promo


def minutes_after_start(room: Room, at_ms: int) -> float:
    began = room.state.started_at_ms
    assert began is not None
    return (at_ms - began) / MINUTE


def test_a_code_at_a_time_is_live_at_the_shop_once_and_stays_so_over_a_restart(
    shop: ShopProcess, database: Path
) -> None:
    with opened_room(database, shop, None) as room:
        show_id = on_air(room, a_plan())
        assert at_shop(shop) == []
        room.until(confirmed(room), "the code to be live")
        promo = the_only_one(room, shop)
        assert promo["status"] == "live"
        assert minutes_after_start(room, promo["starts_at_ms"]) >= 3
        (record,) = room.state.promos.values()
        assert phase(record, shop.now_ms()) is PromoPhase.LIVE
    with opened_room(database, shop, None) as room:
        room.open(show_id)
        room.clock_measured()
        room.pass_until(AFTER_MS + 3 * MINUTE)
        assert room.drained()
        assert the_only_one(room, shop) == promo


def test_with_the_shop_down_at_that_moment_it_waits_over_a_restart_and_goes_out_once(
    shop: ShopProcess, database: Path
) -> None:
    with opened_room(database, shop, None) as room:
        show_id = on_air(room, a_plan())
        shop.stop()
        room.until(lambda: issued(room), "the code to be issued by the clock")
        assert room.state.codes == frozenset()
        before = [row.effect.id for row in room.waiting() if isinstance(row.effect.action, fx.CreatePromo)]
        assert len(before) == 1
    with opened_room(database, shop, None) as room:
        room.open(show_id)
        waiting = [row.effect.id for row in room.waiting() if isinstance(row.effect.action, fx.CreatePromo)]
        assert waiting == before
        shop.start()
        room.until(confirmed(room), "the code to be live")
        the_only_one(room, shop)
    with opened_room(database, shop, None) as room:
        room.open(show_id)
        room.clock_measured()
        assert room.drained()
        the_only_one(room, shop)


def test_with_studio_and_shop_both_away_at_that_moment_it_is_issued_when_the_shops_time_is_known_again(
    shop: ShopProcess, database: Path
) -> None:
    with opened_room(database, shop, None) as room:
        show_id = on_air(room, a_plan())
        shop.stop()
    with opened_room(database, shop, None) as room:
        room.open(show_id)
        assert not issued(room), "nobody knows the shop's time: it could begin too early"
        shop.start()
        room.until(confirmed(room), "the code to be live")
        promo = the_only_one(room, shop)
        assert minutes_after_start(room, promo["starts_at_ms"]) >= 3


def test_a_code_that_the_shop_has_already_is_refused_there_and_the_host_is_told(
    shop: ShopProcess, database: Path
) -> None:
    now = shop.now_ms()
    theirs = {
        "code": CODE,
        "kind": "percent",
        "percent": 5,
        "scope": "all",
        "show_id": "another",
        "mark": "another",
    }
    made = shop.send(
        "POST", "/v1/promos", theirs | {"starts_at_ms": now, "ends_at_ms": now + 24 * 60 * MINUTE}
    )
    assert made.status_code == 201
    with opened_room(database, shop, None) as room:
        on_air(room, a_plan())
        room.until(lambda: any(r.refusal for r in room.state.promos.values()), "the shop's refusal")
        assert [promo["mark"] for promo in at_shop(shop)] == ["another"]
        assert any(CODE in sentence for sentence in room.notices())


def test_a_code_for_the_end_is_live_at_the_shop_after_the_show_also_when_both_were_away_meanwhile(
    shop: ShopProcess, database: Path
) -> None:
    code = "REPLAY-END"
    with opened_room(database, shop, None) as room:
        show_id = on_air(room, a_plan(code, at_end=True, hours_after_show=24, scope=PromoScope.LINEUP))
        room.must(cmd.NextItem(deliberate=True))
        assert room.drained()
        shop.stop()
        room.must(cmd.EndShow())
        ended = room.state.ended_at_ms
        assert ended is not None
        assert [r.promo.starts_at_ms for r in room.state.promos.values()] == [ended]
    with opened_room(database, shop, None) as room:
        room.open(show_id)
        assert room.state.phase is ShowPhase.ENDED
        shop.start()
        room.until(confirmed(room, code), "the code to be live")
        assert room.drained()
        promo = the_only_one(room, shop, code)
        assert promo["ends_at_ms"] == ended + 24 * 60 * MINUTE
        assert promo["status"] == "live"
        assert set(promo["product_ids"]) == set(room.state.product_ids)
