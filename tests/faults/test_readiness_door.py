"""The checks before a show over the real demo shop: what it says is seen, mended, and passed over only on purpose."""

import asyncio
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from PySide6.QtWidgets import QApplication

from studio.domain.checks import Check, CheckKind, CheckState, open_checks
from studio.domain.commands import ChangeItems
from studio.domain.show import ShowPhase
from studio.promo_door import PromoDoor
from studio.readiness_door import ReadinessDoor
from studio.ui.prepare.go_live_dialog import GoLiveDialog, go_live
from studio.ui.prepare.readiness_panel import ReadinessPanel
from studio.ui.texts import Texts
from tests.fakes.shop_process import ShopProcess, start_shop
from tests.faults.windows import SessionTokens, Stage, stage
from tests.journeys.rooms import sample_lineup


@pytest.fixture
def real_shop(tmp_path: Path) -> Iterator[ShopProcess]:
    with start_shop(tmp_path / "shop", start_ms=time.time_ns() // 1_000_000) as process:
        yield process


def the_panel(s: Stage) -> ReadinessPanel:
    desktop = s.desktop
    door = ReadinessDoor(desktop, PromoDoor(desktop))
    texts = Texts("en", s.state.time_zone)
    panel = ReadinessPanel(
        desktop.studio, door, s.live, desktop.actions, desktop.theme, texts, desktop.tasks, desktop.window
    )
    panel.notice.connect(desktop.window.post)
    return panel


def of(checks: tuple[Check, ...], kind: CheckKind) -> Check:
    return next(check for check in checks if check.kind is kind)


async def until_state(s: Stage, panel: ReadinessPanel, kind: CheckKind, state: CheckState) -> Check:
    """Look again whenever something came in."""
    while True:
        found = of(await panel.check_now(), kind)
        if found.state is state:
            return found
        await s.until(moved(s), f"{kind} to be {state}")


def moved(s: Stage):
    seen: list[object] = []
    s.desktop.studio.changes.connect(seen.append)
    return lambda: seen


async def test_what_the_real_shop_says_is_seen_and_a_changed_price_is_taken_over(
    qapp: QApplication, tmp_path: Path, real_shop: ShopProcess
) -> None:
    tokens = SessionTokens(shop_demo=real_shop.token, channel_live=real_shop.token)
    async with stage(qapp, tmp_path / "data", real_shop.url, tokens) as s:
        await s.open(sample_lineup(), start=False)
        panel = the_panel(s)
        await until_state(s, panel, CheckKind.ITEMS, CheckState.OK)
        await until_state(s, panel, CheckKind.CLOCK, CheckState.OK)
        shop = await until_state(s, panel, CheckKind.SHOP, CheckState.OK)
        assert shop.number is not None, "how old the stock is"
        assert all(row.sellable is not None for row in panel.stock)
        assert of(panel.checks, CheckKind.DISK).number is not None
        items = tuple(
            msgspec.structs.replace(item, planned_price_minor=1) for item in s.state.items if item.product_id
        )[:2]
        await s.do(ChangeItems(items))
        changed = await until_state(s, panel, CheckKind.PRICES, CheckState.WARNING)
        assert [subject.item_id for subject in changed.subjects] == [item.id for item in items]
        panel.mend(changed)
        now = await until_state(s, panel, CheckKind.PRICES, CheckState.OK)
        assert now.count >= 2
        for item in items:
            price = s.live.products[item.product_id].price
            kept = s.state.item(item.id)
            assert price is not None
            assert kept is not None
            assert kept.planned_price_minor == price.amount_minor


async def test_a_shop_that_went_away_is_open_and_going_live_all_the_same_stands_in_the_log(
    qapp: QApplication, tmp_path: Path, real_shop: ShopProcess
) -> None:
    tokens = SessionTokens(shop_demo=real_shop.token, channel_live=real_shop.token)
    async with stage(qapp, tmp_path / "data", real_shop.url, tokens) as s:
        await s.open(sample_lineup(), start=False)
        panel = the_panel(s)
        await until_state(s, panel, CheckKind.SHOP, CheckState.OK)
        real_shop.kill()
        await until_state(s, panel, CheckKind.SHOP, CheckState.TROUBLE)
        passed_over = open_checks(panel.checks)
        desktop = s.desktop
        going = asyncio.get_running_loop().create_task(
            go_live(
                desktop.studio, panel.checks, desktop.window, s.state, desktop.actions, desktop.theme, desktop.keys,
                Texts("en"), desktop.window.post,
            )
        )  # fmt: skip
        dialog = None
        while dialog is None:
            await asyncio.sleep(0)
            dialog = next((w for w in QApplication.topLevelWidgets() if isinstance(w, GoLiveDialog)), None)
        dialog.accept()
        assert await going is True
        await s.until(lambda: s.state.phase is ShowPhase.ON_AIR, "the show")
        assert any(sentence.startswith("Shop does not answer: ") for sentence in s.state.open_warnings)
        assert len(s.state.open_warnings) == len(passed_over)
