"""The list of shows: sections, search, order, and what can be done with the show that is selected."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester, QTest

from studio.control.ports import ShowSummary
from studio.ui.shows.model import CameTo, Column, Section, ShowsModel
from studio.ui.shows.page import ShowsPage
from studio.ui.shows.show_list import Deed
from studio.ui.texts import Texts
from tests.ui.shows_grabs import DAY, NAMES, NOW, SHOWS, a_show


@pytest.fixture
def page(qtbot, theme) -> ShowsPage:
    found = ShowsPage(theme, Texts("en"))
    qtbot.addWidget(found)
    found.resize(1440, 900)
    found.show_shop("Nordhus", "https://shop.example", 2)
    found.list_shows(SHOWS, NAMES, NOW, "s14")
    found.show()
    qtbot.waitActive(found)
    return found


@pytest.fixture
def deeds(page: ShowsPage) -> list[tuple[Deed, str]]:
    done: list[tuple[Deed, str]] = []
    page.deed.connect(lambda deed, show_id: done.append((deed, show_id)))
    return done


def ids(page: ShowsPage) -> list[str]:
    return [show.id for show in page.list.listed]


def cell(page: ShowsPage, show_id: str, column: Column) -> str:
    return str(page.list.shown.index(ids(page).index(show_id), column).data())


def test_what_comes_next_is_listed_first_and_of_what_was_the_newest(page: ShowsPage) -> None:
    assert ids(page) == ["s9", "s14", "s15", "s17", "s16"], "without a date at the end"
    page.go_to(Section.PAST)
    assert ids(page) == ["s13", "s12", "s11", "s10"]
    page.go_to(Section.TEMPLATES)
    assert ids(page) == ["s1"]
    assert [page.list.tabs.tabText(at).split()[-1] for at in range(3)] == ["5", "4", "1"]


def test_each_show_tells_when_it_is_in_its_own_zone_and_where_it_stands(page: ShowsPage) -> None:
    shows = [
        a_show(1, time_zone="Asia/Kolkata", starts_at_ms=NOW),
        a_show(2, time_zone="Europe/Oslo", starts_at_ms=NOW),
    ]
    page.list_shows(shows, NAMES, NOW - DAY)
    assert cell(page, "s1", Column.WHEN).endswith("17:50")
    assert cell(page, "s2", Column.WHEN).endswith("13:20")
    page.list_shows(SHOWS, NAMES, NOW, "s14")
    assert cell(page, "s14", Column.STATE) == "on air · open"
    assert "date has passed" in cell(page, "s9", Column.STATE)
    assert cell(page, "s16", Column.WHEN) == "no date yet"
    assert cell(page, "s17", Column.SHOP) == "Fjord"
    assert cell(page, "s15", Column.CHANNELS) == "Twitch, YouTube"


def test_words_are_searched_for_in_every_section(page: ShowsPage) -> None:
    page.list.search.setText("home #1")
    assert ids(page) == ["s14", "s15", "s16"]
    page.go_to(Section.PAST)
    assert ids(page) == ["s13", "s12", "s11", "s10"]
    page.list.search.setText("nothing like this")
    assert page.list.empty.isVisible()
    assert "these words" in page.list.empty.sentence.text()


def test_archived_shows_are_behind_a_switch(page: ShowsPage) -> None:
    page.go_to(Section.PAST)
    assert "s3" not in ids(page)
    page.list.archived.setChecked(True)
    assert ids(page)[-1] == "s3"
    page.list.select("s3")
    assert page.list.buttons[Deed.ARCHIVE].text() == "Bring back"


def test_keys_do_what_the_buttons_do(page: ShowsPage, deeds: list[tuple[Deed, str]]) -> None:
    asked: list[str] = []
    page.new_wanted.connect(lambda: asked.append("new"))
    page.list.select("s15")
    table = page.list.shows
    table.setFocus()
    for key in (Qt.Key.Key_Return, Qt.Key.Key_F2, Qt.Key.Key_Delete):
        QTest.keyClick(table, key)
    QTest.keyClick(table, Qt.Key.Key_N, Qt.KeyboardModifier.ControlModifier)
    assert deeds == [(Deed.OPEN, "s15"), (Deed.DETAILS, "s15"), (Deed.ARCHIVE, "s15")]
    assert asked == ["new"]
    QTest.keyClick(table, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    assert page.list.search.hasFocus()
    QTest.keyClicks(page.list.search, "fjord")
    QTest.keyClick(page.list.search, Qt.Key.Key_Delete)
    assert len(deeds) == 3, "in the field the key is the field's"
    QTest.keyClick(page.list.search, Qt.Key.Key_Escape)
    assert page.list.search.text() == ""


def test_a_show_that_has_begun_keeps_its_details_and_one_on_air_is_not_archived(
    page: ShowsPage, deeds: list[tuple[Deed, str]]
) -> None:
    page.list.select("s14")
    for deed in (Deed.DETAILS, Deed.ARCHIVE, Deed.CHANGE_SHOP):
        page.list.act(deed)
    assert deeds == []
    page.list.act(Deed.DUPLICATE)
    assert deeds == [(Deed.DUPLICATE, "s14")]


def test_the_menu_has_what_can_be_done_with_the_selected_show(
    page: ShowsPage, deeds: list[tuple[Deed, str]]
) -> None:
    page.go_to(Section.TEMPLATES)
    texts = {action.text(): action for action in page.list.menu().actions()}
    assert "New show from it…" in texts
    assert "Make a template" not in texts
    texts["New show from it…"].trigger()
    assert deeds == [(Deed.COPY, "s1")]


def test_what_was_selected_stays_selected_when_the_list_is_read_again(page: ShowsPage) -> None:
    page.list.select("s17")
    page.list_shows(SHOWS[1:], NAMES, NOW)
    assert page.list.selected is not None
    assert page.list.selected.id == "s17"


def test_past_shows_tell_what_they_came_to(page: ShowsPage) -> None:
    page.go_to(Section.PAST)
    page.show_figures({"s10": CameTo(1_284, 421_050, "€4,210.50"), "s11": CameTo(None, 0, "€0.00")})
    assert (cell(page, "s10", Column.PEAK), cell(page, "s10", Column.REVENUE)) == ("1,284", "€4,210.50")
    assert cell(page, "s11", Column.PEAK) == "–", "nobody counted"
    page.list.shows.sortByColumn(Column.REVENUE, Qt.SortOrder.DescendingOrder)
    assert ids(page)[0] == "s10"


@pytest.mark.parametrize("width", [1100, 1440])
@pytest.mark.parametrize("section", list(Section))
def test_no_column_is_pushed_out_of_sight(page: ShowsPage, qtbot, width: int, section: Section) -> None:
    page.resize(width, 700)
    page.go_to(section)
    qtbot.waitUntil(lambda: page.list.shows.horizontalScrollBar().maximum() == 0)
    assert not page.list.shows.isColumnHidden(Column.STATE)


def test_foreign_titles_are_plain_text_on_one_line(page: ShowsPage) -> None:
    page.list_shows([a_show(1, title="<b>Sale</b>\n\u202egnp.exe")], NAMES, NOW)
    assert cell(page, "s1", Column.TITLE) == "<b>Sale</b> gnp.exe"


def test_before_the_list_was_read_the_page_says_that_it_reads(qtbot, theme) -> None:
    page = ShowsPage(theme, Texts("en"))
    qtbot.addWidget(page)
    page.show()
    assert "Reading" in page.list.empty.sentence.text()
    page.list_shows([])
    assert "No shows yet" in page.list.empty.sentence.text()


def test_the_model_keeps_the_rules_of_models(qtbot, theme) -> None:
    model = ShowsModel(theme, "en")
    QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    shows: list[ShowSummary] = list(SHOWS)
    for count in (0, 3, len(shows), 1, 0):
        model.set_all(shows[:count], NAMES, NOW, "")
        model.set_figures({"s10": CameTo(1, 1, "€0.01")})
    assert model.rowCount() == 0
