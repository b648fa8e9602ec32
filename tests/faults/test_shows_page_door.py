"""The page of the shows at work: shows are made, copied, archived, left and opened, against real servers."""

import asyncio
import json
from collections.abc import Callable, Iterator
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import msgspec
import pytest
import shiboken6
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog

from studio.domain.commands import EndShow, NextItem, StartShow
from studio.domain.show import ShowPhase
from studio.local_studio import LocalStudio
from studio.rehearsal_lineup import read_own
from studio.settings.paths import Paths
from studio.ui.dialogs import ConfirmDialog
from studio.ui.host.workspace import HostWorkspace
from studio.ui.shows.details_dialog import DetailsDialog
from studio.ui.shows.model import Section
from studio.ui.shows.show_list import Deed
from tests.fakes.bad_shop import BadShop, a_product
from tests.faults.front_door import OpenStudioWindow, studio

Opening = Callable[[], AbstractAsyncContextManager[OpenStudioWindow]]


@pytest.fixture
def shops() -> Iterator[tuple[BadShop, BadShop]]:
    with BadShop() as nordhus, BadShop() as fjord:
        fjord.identity |= {"name": "Fjord", "instance_id": "two"}
        fjord.products = [
            json.loads(json.dumps(a_product(n)).replace('"id": "p', '"id": "f')) for n in (1, 2)
        ]
        yield nordhus, fjord


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    made = Paths(tmp_path / "data")
    made.prepare()
    return made


@pytest.fixture
def open_it(qtbot, qapp: QApplication, paths: Paths, shops: tuple[BadShop, BadShop]) -> Opening:
    kept = [
        {"id": "nordhus", "name": "Nordhus", "base_url": shops[0].url},
        {"id": "fjord", "name": "Fjord", "base_url": shops[1].url},
    ]
    paths.settings.write_text(json.dumps({"shops": kept, "active_shop": "nordhus"}))
    return lambda: studio(qapp, paths)


@pytest.fixture
def lineup(tmp_path: Path) -> Path:
    file = tmp_path / "evening.csv"
    file.write_text("sku,title,planned_minutes\nSKU-1,First,5\nSKU-2,Second,5\n")
    return file


async def new_show(
    opened: OpenStudioWindow, title: str, source: str = "An empty line-up", shop: str = ""
) -> None:
    """By the dialog of a new show."""
    await opened.until(opened.home.new.isEnabled, "the button")
    opened.home.new.click()
    await fill(opened, title, source, shop)


async def fill(opened: OpenStudioWindow, title: str, source: str = "", shop: str = "") -> None:
    dialog = await opened.dialog(DetailsDialog)
    dialog.title.setText(title)
    if source:
        dialog.source.setCurrentText(source)
    if shop:
        dialog.shop.setCurrentText(shop)
    dialog.deed.click()


async def from_file(opened: OpenStudioWindow, title: str, file: Path) -> HostWorkspace:
    await new_show(opened, title, "A line-up file…")
    chooser = await opened.dialog(QFileDialog)
    chooser.setDirectory(str(file.parent))
    chooser.selectFile(str(file))
    chooser.accept()
    await opened.take_import()
    return await the_show(opened, title)


async def the_show(opened: OpenStudioWindow, title: str) -> HostWorkspace:
    """The show of this title, opened."""

    def found() -> HostWorkspace | None:
        hosts = opened.window.findChildren(HostWorkspace)
        return next((h for h in hosts if h._show.state.title == title), None)

    await opened.until(found, f"the show {title}")
    host = found()
    assert host is not None
    return host


async def back(opened: OpenStudioWindow, count: int) -> None:
    """To the list, in which so many shows stand then."""
    opened.window._furniture._actions["workspace.shows"].act()
    assert opened.window.workspace == "shows"
    await opened.until(lambda: len(opened.listed) == count, f"{count} shows in {opened.listed}")


async def test_when_another_show_is_opened_nothing_of_the_first_one_is_heard_or_done_any_more(
    open_it: Opening, shops: tuple[BadShop, BadShop], lineup: Path
) -> None:
    async with open_it() as opened:
        first = await from_file(opened, "First show", lineup)
        await opened.until(lambda: first._show.state.items[0].product_id, "its products")
        live, actions = first._show, opened.window._furniture._actions
        await back(opened, 1)
        await opened.until(lambda: "· open" in opened.row(0), "which one is open")
        await new_show(opened, "Second show", "Line-up of: First show")
        second = await the_show(opened, "Second show")
        await opened.until(lambda: second._show.state.items[0].product_id, "its products")
        assert not shiboken6.isValid(first)
        assert not shiboken6.isValid(live)
        assert len(opened.window.findChildren(HostWorkspace)) == 1
        second.deciding.give(StartShow())
        await opened.until(lambda: second._show.state.phase is ShowPhase.ON_AIR, "the start")
        actions["item.next"].act()
        await opened.until(lambda: second._show.state.on_air_id, "the first item")
        await opened.until(lambda: not second._show.outbox, "the pin to go out")
        assert [e.event.__class__.__name__ for e in second._show.log].count("ItemWentOnAir") == 1
        shows = {s.title: s for s in opened.home.list.model.shows}
        put = [json.loads(r.body)["show_id"] for r in shops[0].requests("/v1/featured") if r.method == "PUT"]
        assert set(put) == {shows["Second show"].id}, "nothing was told for the first one"
        await back(opened, 2)
        begun = lambda: {s.title for s in opened.home.list.model.shows if s.started_at_ms is not None}  # noqa: E731
        await opened.until(begun, "which one has begun")
        assert begun() == {"Second show"}
        assert not [s for s in opened.said() if "went wrong" in s]


async def test_a_show_on_air_is_left_only_knowingly_and_goes_on_when_it_is_opened_again(
    open_it: Opening, lineup: Path
) -> None:
    async with open_it() as opened:
        await from_file(opened, "Other", lineup)
        await back(opened, 1)
        host = await from_file(opened, "On air", lineup)
        await opened.until(lambda: host._show.state.items[0].product_id, "its products")
        for command in (StartShow(), NextItem()):
            host.deciding.give(command)
        await opened.until(lambda: host._show.state.on_air_id, "the item")
        await back(opened, 2)
        other = opened.listed.index("Other")
        opened.do(Deed.OPEN, other)
        asked = await opened.dialog(ConfirmDialog)
        assert "do not go out" in asked.accessibleDescription()
        asked.reject()
        await opened.until(lambda: QApplication.activeModalWidget() is None, "the question to go")
        assert shiboken6.isValid(host), "it stays open"
        opened.do(Deed.OPEN, other)
        (await opened.dialog(ConfirmDialog)).deed.click()
        await the_show(opened, "Other")
        await back(opened, 2)
        opened.do(Deed.OPEN, opened.listed.index("On air"))
        again = await the_show(opened, "On air")
        assert again._show.state.on_air_id, "it is on air still"


async def test_shows_are_duplicated_made_templates_and_archived_with_a_way_back(
    open_it: Opening, lineup: Path
) -> None:
    async with open_it() as opened:
        await from_file(opened, "Evening", lineup)
        await back(opened, 1)
        opened.do(Deed.DUPLICATE)
        await opened.until(lambda: "Evening (copy)" in opened.listed, "the copy")
        opened.do(Deed.TEMPLATE, opened.listed.index("Evening"))
        await opened.until_said("“Evening” is a template now")
        assert opened.home.list.shown.section is Section.TEMPLATES
        await new_show(opened, "Thursday", "Template: Evening")
        made = await the_show(opened, "Thursday")
        assert [i.title for i in made._show.state.items] == ["First", "Second"]
        assert not made._show.state.template
        opened.home.go_to(Section.UPCOMING)
        await back(opened, 3)
        opened.do(Deed.ARCHIVE, opened.listed.index("Evening (copy)"))
        await opened.until(lambda: "Evening (copy)" not in opened.listed, "it to leave the list")
        await opened.until_said("“Evening (copy)” is archived")
        card = next(c for c in opened.window.notice_stack.cards if "is archived" in c.notice.sentence)
        assert card.notice.action is not None
        assert card.notice.action.text == "Undo"
        card.notice.action.run()
        await opened.until(lambda: "Evening (copy)" in opened.listed, "it to come back")
    async with open_it() as opened:
        await opened.until(
            lambda: sorted(opened.listed) == ["Evening", "Evening (copy)", "Thursday"], "what is on disk"
        )


async def test_a_past_show_tells_what_it_came_to(open_it: Opening, lineup: Path) -> None:
    async with open_it() as opened:
        host = await from_file(opened, "Evening", lineup)
        for command in (StartShow(), EndShow()):
            host.deciding.give(command)
        await opened.until(lambda: host._show.state.phase is ShowPhase.ENDED, "its end")
        opened.window._furniture._actions["workspace.shows"].act()
        opened.home.go_to(Section.PAST)
        await opened.until(lambda: opened.listed == ["Evening"], "the past show")
        await opened.until(lambda: "€0.00" in opened.row(0), "its revenue")


async def test_details_of_a_show_that_is_open_and_of_one_that_is_not_are_changed(
    open_it: Opening, lineup: Path
) -> None:
    async with open_it() as opened:
        await new_show(opened, "Closed soon")
        await the_show(opened, "Closed soon")
        await back(opened, 1)
        host = await from_file(opened, "Open", lineup)
        await back(opened, 2)
        for title in ("Closed soon", "Open"):
            opened.do(Deed.DETAILS, opened.listed.index(title))
            await fill(opened, f"{title}, renamed")
            await opened.until(lambda title=title: f"{title}, renamed" in opened.listed, "the new title")
        await opened.until(lambda: host._show.state.title == "Open, renamed", "the open show to know")


async def test_a_line_up_for_another_shop_is_found_there_by_its_skus(
    open_it: Opening, shops: tuple[BadShop, BadShop], lineup: Path
) -> None:
    async with open_it() as opened:
        host = await from_file(opened, "At Nordhus", lineup)
        await opened.until(
            lambda: [i.product_id for i in host._show.state.items] == ["p1", "p2"], "the products"
        )
        await back(opened, 1)
        opened.do(Deed.COPY)
        await fill(opened, "At Fjord", shop="Fjord")
        other = await the_show(opened, "At Fjord")
        assert other._show.state.shop == "fjord"
        await opened.until(
            lambda: [i.product_id for i in other._show.state.items] == ["f1", "f2"], "its products"
        )


async def test_a_show_without_items_is_planned_and_ctrl_n_asks_for_one(open_it: Opening) -> None:
    async with open_it() as opened:
        await opened.until(opened.home.new.isEnabled, "the button")
        opened.window.activateWindow()
        opened.home.list.shows.setFocus()
        QTest.keyClick(opened.home, Qt.Key.Key_N, Qt.KeyboardModifier.ControlModifier)
        await fill(opened, "Empty")
        host = await the_show(opened, "Empty")
        assert host._show.state.items == ()
        assert host._show.state.starts_at_ms is None, "nobody has said when"


async def test_rehearsing_a_show_hands_over_its_line_up_and_its_products_and_no_address(
    open_it: Opening,
    paths: Paths,
    shops: tuple[BadShop, BadShop],
    lineup: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    started: list[list[str]] = []
    monkeypatch.setattr("studio.shows_rehearsal_door._start_detached", started.append)
    async with open_it() as opened:
        host = await from_file(opened, "Evening", lineup)
        await opened.until(
            lambda: [i.product_id for i in host._show.state.items] == ["p1", "p2"], "the products"
        )
        await back(opened, 1)
        opened.do(Deed.REHEARSE)
        await opened.until(lambda: started, "the rehearsal")
    (command,) = started
    assert command[-3:-1] == ["rehearse", "--lineup"]
    file = Path(command[-1])
    assert file.is_relative_to(paths.rehearsals)
    own = read_own(file)
    assert [i.title for i in own.lineup.items] == ["First", "Second"]
    assert [p.variants[0].sku for p in own.products.products] == ["SKU-1", "SKU-2"]
    text = msgspec.json.encode(own).decode()
    assert shops[0].url not in text
    assert "http" not in text


@pytest.mark.parametrize("second", ["Of Fjord", "Of Nordhus"])
async def test_who_opens_two_shows_at_once_or_one_twice_gets_the_last_one_with_its_own_shop(
    open_it: Opening, shops: tuple[BadShop, BadShop], second: str
) -> None:
    async with open_it() as opened:
        await new_show(opened, "Of Fjord", shop="Fjord")
        await the_show(opened, "Of Fjord")
        await back(opened, 1)
        await new_show(opened, "Of Nordhus", shop="Nordhus")
        await the_show(opened, "Of Nordhus")
        await back(opened, 2)
        await new_show(opened, "Third", shop="Fjord")
        await the_show(opened, "Third")
        await back(opened, 3)
        ids = {s.title: s.id for s in opened.home.list.model.shows}
        opened.home.deed.emit(Deed.OPEN, ids["Of Nordhus"])
        opened.home.deed.emit(Deed.OPEN, ids[second])
        await the_show(opened, second)
        await opened.until(lambda: "· open" in "".join(map(opened.row, range(3))), "which one is open")
        hosts = opened.window.findChildren(HostWorkspace)
        assert [h._show.state.title for h in hosts] == [second]
        assert not [s for s in opened.said() if "went wrong" in s]
        expected = "Fjord" if second == "Of Fjord" else "Nordhus"
        names = lambda: {s.name for s in hosts[0]._show.links.values() if s.kind == "shop"}  # noqa: E731
        await opened.until(names, "its shop")
        assert names() == {expected}


async def test_a_show_that_is_left_while_its_catalogue_is_being_read_goes_without_a_word(
    open_it: Opening, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[LocalStudio] = []

    async def never(studio: LocalStudio) -> None:
        asked.append(studio)
        await asyncio.Event().wait()

    async with open_it() as opened:
        await new_show(opened, "First show")
        await the_show(opened, "First show")
        await back(opened, 1)
        monkeypatch.setattr(LocalStudio, "facets", never)
        await new_show(opened, "Left in the middle")
        await the_show(opened, "Left in the middle")
        await opened.until(lambda: asked, "the catalogue to be read")
        await back(opened, 2)
        opened.do(Deed.OPEN, opened.listed.index("First show"))
        await the_show(opened, "First show")
        assert not [s for s in opened.said() if "went wrong" in s]


async def test_the_length_that_was_typed_goes_before_that_of_the_file(open_it: Opening, lineup: Path) -> None:
    async with open_it() as opened:
        await opened.until(opened.home.new.isEnabled, "the button")
        opened.home.new.click()
        dialog = await opened.dialog(DetailsDialog)
        dialog.hours.setValue(2)
        dialog.minutes.setValue(30)
        await fill(opened, "Long evening", "A line-up file…")
        chooser = await opened.dialog(QFileDialog)
        chooser.setDirectory(str(lineup.parent))
        chooser.selectFile(str(lineup))
        chooser.accept()
        await opened.take_import()
        host = await the_show(opened, "Long evening")
        assert host._show.state.planned_ms == 150 * 60_000


async def test_a_preview_that_is_cancelled_makes_no_show_and_leaves_the_others_as_they_were(
    open_it: Opening, lineup: Path
) -> None:
    async with open_it() as opened:
        await from_file(opened, "Evening", lineup)
        await back(opened, 1)
        await opened.until(lambda: "· open" in opened.row(0), "which one is open")
        await new_show(opened, "Another", "A line-up file…")
        chooser = await opened.dialog(QFileDialog)
        chooser.setDirectory(str(lineup.parent))
        chooser.selectFile(str(lineup))
        chooser.accept()
        preview = await opened.import_shown()
        await opened.until(
            lambda: not opened.window.findChildren(HostWorkspace), "it to be left for the preview"
        )
        preview.reject()
        host = await the_show(opened, "Evening")
        assert len(host._show.state.items) == 2
        await opened.until(lambda: "· open" in opened.row(0), "it to be open again")
        assert opened.listed == ["Evening"]
