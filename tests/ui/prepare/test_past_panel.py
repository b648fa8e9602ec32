"""Past shows beside the plan: their figures, and their line-ups to begin with."""

from collections.abc import AsyncIterator

import msgspec
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester, QTest
from PySide6.QtWidgets import QWidget

from studio.domain import commands as cmd
from studio.ui.models.live_show import LiveShow
from studio.ui.prepare.past_panel import FIGURES_ROLE, PastPanel
from studio.ui.tasks import Tasks
from studio.ui.texts import Texts
from tests.fakes.fake_studio import FakeStudio
from tests.ui.prepare_kit import a_past, planned


class Kit:
    def __init__(self, window: QWidget, theme, studio: FakeStudio) -> None:
        self.studio, self.tasks = studio, Tasks("test")
        self.live = LiveShow(studio.opened(), window)
        studio.changes.connect(self.live.take)
        self.panel = PastPanel(studio, self.live, theme, Texts("en"), self.tasks, window)
        QAbstractItemModelTester(
            self.panel.model, QAbstractItemModelTester.FailureReportingMode.Fatal, self.panel
        )
        self.panel.resize(330, 200)
        self.copied: list[str] = []
        self.panel.copy_wanted.connect(self.copied.append)
        window.resize(360, 240)
        window.show()

    def rows(self) -> list[tuple[str, str]]:
        model = self.panel.model
        every = [model.index(n) for n in range(model.rowCount())]
        return [(index.data(), index.data(FIGURES_ROLE)) for index in every]


@pytest.fixture
async def make(window: QWidget, theme) -> AsyncIterator[type]:
    kits: list[Kit] = []

    def build(*past, series: str = "Autumn") -> Kit:
        studio = planned()
        studio.state = msgspec.structs.replace(studio.state, series=series)
        studio.past_shows = list(past)
        kits.append(Kit(window, theme, studio))
        return kits[-1]

    yield build
    for kit in kits:
        await kit.tasks.close()


async def test_the_shows_of_the_series_stand_with_their_figures_the_newest_first(make) -> None:
    kit = make(
        a_past(12, 1_410, 612_000, None),
        a_past(13, 1_730, 781_000, 2.9),
        a_past(9, 90, 100, 1, series="Xmas"),
    )
    await kit.tasks.drain()
    assert kit.rows() == [("#13", "1,730 peak · €7,810.00 · ROI 2.9"), ("#12", "1,410 peak · €6,120.00")]
    assert kit.panel.header.note.text() == "Autumn"


async def test_without_a_series_all_shows_stand_by_their_names_but_not_this_one(make) -> None:
    itself = msgspec.structs.replace(a_past(14, 5, 5, None), id="show-1")
    kit = make(a_past(12, 1_410, 612_000, 2.2), itself, series="")
    await kit.tasks.drain()
    assert kit.rows() == [("Autumn Home Live #12", "1,410 peak · €6,120.00 · ROI 2.2")]


async def test_the_first_show_of_a_series_is_compared_with_all(make) -> None:
    kit = make(a_past(3, 700, 50_000, None, series="Xmas"), series="Easter")
    await kit.tasks.drain()
    assert [name for name, _ in kit.rows()] == ["Autumn Home Live #3"]
    assert kit.panel.header.note.text() == ""


async def test_before_the_first_show_the_panel_says_so(make) -> None:
    kit = make()
    assert kit.panel.empty.text() == "Looking for past shows…"
    await kit.tasks.drain()
    assert kit.panel.empty.text().startswith("None yet.")
    assert not kit.panel.copy.isVisible()


async def test_the_line_up_of_the_chosen_show_is_asked_for(make) -> None:
    kit = make(a_past(12, 1_410, 612_000, None), a_past(13, 1_730, 781_000, 2.9))
    await kit.tasks.drain()
    QTest.mouseClick(kit.panel.copy, Qt.MouseButton.LeftButton)
    kit.panel.list.setFocus()
    QTest.keyClick(kit.panel.list, Qt.Key.Key_Down)
    QTest.keyClick(kit.panel.list, Qt.Key.Key_Return)
    assert kit.copied == ["past-13", "past-12"]


async def test_the_choice_stays_when_the_shows_are_read_again_and_another_series_reads_others(make) -> None:
    kit = make(a_past(12, 1, 1, None), a_past(13, 1, 1, None), a_past(9, 90, 100, 1, series="Xmas"))
    await kit.tasks.drain()
    kit.panel.list.setCurrentIndex(kit.panel.model.index(1))
    kit.studio.past_shows.append(a_past(15, 2, 2, None))
    await kit.panel.load()
    assert kit.panel.chosen == "past-12"
    await kit.studio.do(cmd.ChangeShow(msgspec.structs.replace(kit.live.state.details, series="Xmas")))
    await kit.tasks.drain()
    assert [name for name, _ in kit.rows()] == ["#9"]


async def test_a_show_whose_viewers_nobody_counted_is_not_said_to_have_had_none(make) -> None:
    past = a_past(12, 1, 1, None)
    figures = msgspec.structs.replace(
        past.figures, viewers=msgspec.structs.replace(past.figures.viewers, peak=None)
    )
    kit = make(msgspec.structs.replace(past, figures=figures))
    await kit.tasks.drain()
    assert kit.rows() == [("#12", "€0.01")]
