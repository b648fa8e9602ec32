"""A past show's line-up is taken over by a click in Prepare, and what cannot come along as it was is said."""

from collections.abc import Callable, Iterator
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import msgspec
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton

from studio.domain.commands import ChangeItem, EndShow, PlanPromos, StartShow
from studio.domain.promo import PromoKind, PromoPlan, PromoScope, PromoWhen
from studio.domain.show import ShowPhase
from studio.settings.paths import Paths
from studio.ui.host.workspace import HostWorkspace
from studio.ui.prepare.workspace import PrepareWorkspace
from studio.ui.shows.model import Section
from studio.ui.shows.show_list import Deed
from tests.fakes.bad_shop import BadShop
from tests.faults.front_door import OpenStudioWindow, studio, with_settings
from tests.faults.test_shows_page_door import back, from_file, new_show, the_show

Opening = Callable[[], AbstractAsyncContextManager[OpenStudioWindow]]
_set = msgspec.structs.replace
DATED = PromoPlan("night", "NIGHT20", PromoKind.PERCENT, 20, from_ms=1, until_ms=4_000_000_000_000)
OF_SHOW = PromoPlan("eve", "EVE10", PromoKind.PERCENT, 10, scope=PromoScope.ALL, until_ms=4_000_000_000_000)


@pytest.fixture
def open_it(qtbot, qapp: QApplication, tmp_path: Path) -> Iterator[Opening]:
    paths = Paths(tmp_path / "data")
    paths.prepare()
    with BadShop() as shop:
        with_settings(paths, shop)
        yield lambda: studio(qapp, paths)


@pytest.fixture
def lineup(tmp_path: Path) -> Path:
    file = tmp_path / "evening.csv"
    file.write_text("sku,title,planned_minutes\nSKU-1,First,5\nSKU-2,Second,7\n")
    return file


async def a_past_show(opened: OpenStudioWindow, lineup: Path) -> HostWorkspace:
    """“Evening”, with a code of the calendar on its second item and one on the whole show, over by now."""
    host = await from_file(opened, "Evening", lineup)
    await opened.until(lambda: all(i.product_id for i in host._show.state.items), "its products")
    second = host._show.state.items[1]
    for command in (
        ChangeItem(_set(second, promo=DATED, points=("Say this",))),
        PlanPromos((OF_SHOW,)),
        StartShow(),
        EndShow(),
    ):
        host.deciding.give(command)
    await opened.until(lambda: host._show.state.phase is ShowPhase.ENDED, "the end")
    return host


def click(button: QPushButton) -> None:
    assert button.isVisible()
    assert button.isEnabled()
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)


async def test_the_line_up_of_a_past_show_comes_in_by_a_click_and_goes_by_undo(
    open_it: Opening, lineup: Path
) -> None:
    async with open_it() as opened:
        past = (await a_past_show(opened, lineup))._show.state
        await back(opened, 0)
        await new_show(opened, "Thursday")
        host = await the_show(opened, "Thursday")
        prepare = opened.window.findChild(PrepareWorkspace)
        assert isinstance(prepare, PrepareWorkspace)
        panel = prepare.past
        await opened.until(panel.copy.isVisible, "the past shows")
        assert [show.title for show in panel.model.shows] == ["Evening"]
        where = panel.list.visualRect(panel.model.index(0)).center()
        QTest.mouseClick(panel.list.viewport(), Qt.MouseButton.LeftButton, pos=where)
        click(panel.copy)
        await opened.until(lambda: len(host._show.state.items) == 2, "the items")
        first, second = host._show.state.items
        assert [(i.title, i.planned_ms) for i in (first, second)] == [
            (i.title, i.planned_ms) for i in past.items
        ]
        assert {first.id, second.id}.isdisjoint(i.id for i in past.items)
        assert (first.product_id, second.points) == ("p1", ("Say this",))
        assert first.planned_price_minor == second.planned_price_minor == 4900, "as the shop charges now"
        assert second.promo is not None
        assert (second.promo.code, second.promo.when) == ("NIGHT20", PromoWhen.BY_HAND)
        assert second.promo.id != DATED.id
        assert host._show.state.planned_promos == (), "codes of the whole show are not of the line-up"
        said = await opened.until_said("2 items of “Evening” come in at the end of the line-up")
        assert "NIGHT20 was planned on a date" in said
        assert "EVE10" not in said
        opened.window._furniture._actions["undo"].act()
        await opened.until(lambda: host._show.state.items == (), "them to go")


async def test_a_second_click_leaves_the_codes_behind_that_the_show_has_by_then(
    open_it: Opening, lineup: Path
) -> None:
    async with open_it() as opened:
        await a_past_show(opened, lineup)
        await back(opened, 0)
        await new_show(opened, "Thursday")
        host = await the_show(opened, "Thursday")
        prepare = opened.window.findChild(PrepareWorkspace)
        assert isinstance(prepare, PrepareWorkspace)
        await opened.until(prepare.past.copy.isVisible, "the past shows")
        for count in (2, 4):
            click(prepare.past.copy)
            await opened.until(lambda count=count: len(host._show.state.items) == count, f"{count} items")
        items = host._show.state.items
        assert len({i.id for i in items}) == 4
        assert [i.promo.code if i.promo else "" for i in items] == ["", "NIGHT20", "", ""]
        assert len([s for s in opened.said() if "was planned on a date" in s]) == 1


@pytest.mark.parametrize("way", ["duplicate", "new show"])
async def test_a_show_made_from_another_without_a_date_says_which_codes_lost_theirs(
    open_it: Opening, lineup: Path, way: str
) -> None:
    async with open_it() as opened:
        await a_past_show(opened, lineup)
        await back(opened, 0)
        if way == "new show":
            await new_show(opened, "Thursday", "Line-up of: Evening")
            await the_show(opened, "Thursday")
        else:
            opened.home.go_to(Section.PAST)
            await opened.until(lambda: opened.listed == ["Evening"], "the past show")
            opened.do(Deed.DUPLICATE)
        said = await opened.until_said("NIGHT20, EVE10 were planned on dates")
        assert "they are issued by hand until the promo plan says when." in said
