"""What a show is called, when and where it is: what is wrong is said beside its field, and nothing else is kept."""

import asyncio
import datetime as dt

import msgspec
import pytest
from PySide6.QtCore import QDate, Qt, QTime
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from studio.domain.local_time import local_of
from studio.domain.plan import ShowDetails
from studio.ui.shows.details_dialog import DetailsDialog, ask_details

_set = msgspec.structs.replace
NOW = 1_795_350_000_000
DETAILS = ShowDetails(
    "Autumn Home Live #15", "en", "EUR", 90 * 60_000, "Europe/Oslo", NOW + 9 * 86_400_000, ("twitch", "gone"), "Autumn",
)  # fmt: skip
CHANNELS = (("twitch", "Twitch"), ("youtube", "YouTube Live"))


@pytest.fixture
def dialog(qtbot, theme, window: QWidget) -> DetailsDialog:
    return made(window, DETAILS)


def made(window: QWidget, details: ShowDetails, **more: object) -> DetailsDialog:
    window.show()
    found = DetailsDialog(
        window,
        details,
        title="Details",
        deed="Keep",
        now_ms=NOW,
        channels=CHANNELS,
        series=("Autumn",),
        **more,
    )  # type: ignore[arg-type]
    found.show()
    return found


def day(dialog: DetailsDialog, text: str) -> None:
    at = dt.datetime.fromisoformat(text)
    dialog.when.date.setDate(QDate(at.year, at.month, at.day))
    dialog.when.time.setTime(QTime(at.hour, at.minute))


def test_what_was_there_is_kept_when_nothing_is_changed(dialog: DetailsDialog) -> None:
    minutes = _set(DETAILS, starts_at_ms=(DETAILS.starts_at_ms or 0) // 60_000 * 60_000)
    assert dialog.details() == minutes
    assert dialog.problems() == {}


def test_every_field_that_is_changed_is_kept(dialog: DetailsDialog) -> None:
    dialog.title.setText("  Winter   evening ")
    day(dialog, "2026-12-24 18:30")
    dialog.when.zone.setEditText("Asia/Kolkata")
    dialog.hours.setValue(2)
    dialog.minutes.setValue(15)
    dialog.currency.setCurrentText("NOK")
    dialog.series.setEditText("Winter nights")
    dialog.channels["youtube"].setChecked(True)
    dialog.channels["gone"].setChecked(False)
    found = dialog.details()
    assert (found.title, found.series, found.currency) == ("Winter evening", "Winter nights", "NOK")
    assert found.planned_ms == 135 * 60_000
    assert found.starts_at_ms is not None
    assert local_of(found.starts_at_ms, "Asia/Kolkata") == dt.datetime.fromisoformat("2026-12-24 18:30")
    assert found.channels == ("twitch", "youtube")


def test_a_show_may_have_no_date_yet(dialog: DetailsDialog) -> None:
    dialog.when.undated.setChecked(True)
    assert dialog.details().starts_at_ms is None
    assert not dialog.when.date.isEnabled()
    assert dialog.problems() == {}


def test_an_hour_that_the_clocks_leave_out_is_refused_beside_the_date(dialog: DetailsDialog) -> None:
    day(dialog, "2027-03-28 02:30")
    dialog.submit()
    assert dialog.isVisible()
    assert "there is no 02:30. Choose 03:30." in dialog.when.hint.text()


def test_a_zone_that_is_none_is_refused_also_without_a_date(dialog: DetailsDialog) -> None:
    dialog.when.undated.setChecked(True)
    dialog.when.zone.setEditText("Europe/Atlantis")
    dialog.submit()
    assert dialog.isVisible()
    assert "is no time zone" in dialog.when.hint.text()


def test_a_date_that_has_passed_is_said_and_kept_all_the_same(dialog: DetailsDialog) -> None:
    day(dialog, "2026-01-02 20:00")
    assert "in the past" in dialog.when.hint.text()
    assert dialog.problems() == {}


def test_an_empty_title_is_said_beside_it_until_something_is_typed(dialog: DetailsDialog) -> None:
    dialog.title.clear()
    dialog.submit()
    hint = dialog.hints["title"]
    assert dialog.isVisible()
    assert "needs a title" in hint.text()
    QTest.keyClicks(dialog.title, "W")
    assert hint.isHidden()


def test_a_show_from_a_file_needs_no_title(qtbot, theme, window: QWidget) -> None:
    sources = (("", "Empty"), ("file", "A file"))
    dialog = made(window, _set(DETAILS, title=""), sources=sources)
    assert "title" in dialog.problems()
    dialog.source.setCurrentIndex(1)
    assert dialog.problems() == {}
    assert dialog.new_show().source == "file"


def test_zones_are_found_by_any_part_of_their_name(dialog: DetailsDialog) -> None:
    found = dialog.when.zone.completer()
    assert found is not None
    found.setCompletionPrefix("kolk")
    assert found.currentCompletion() == "Asia/Kolkata"


def test_return_in_a_field_keeps_and_escape_does_not(qtbot, theme, window: QWidget) -> None:
    kept, left = made(window, DETAILS), made(window, DETAILS)
    results: list[str] = []
    kept.accepted.connect(lambda: results.append("kept"))
    left.rejected.connect(lambda: results.append("left"))
    kept.title.setFocus()
    QTest.keyClick(kept.title, Qt.Key.Key_Return)
    QTest.keyClick(left.title, Qt.Key.Key_Escape)
    assert results == ["kept", "left"]


def test_return_keeps_also_where_a_box_was_ticked_last(qtbot, theme, window: QWidget) -> None:
    dialog = made(window, DETAILS)
    kept: list[str] = []
    dialog.accepted.connect(lambda: kept.append("kept"))
    dialog.when.undated.setFocus()
    QTest.keyClick(dialog.when.undated, Qt.Key.Key_Return)
    assert kept == ["kept"]


def test_what_is_said_takes_no_height_from_the_fields(dialog: DetailsDialog) -> None:
    QApplication.processEvents()
    fields = (dialog.title, dialog.when.zone, dialog.hours, dialog.series)
    before = [field.height() for field in fields]
    dialog.title.clear()
    dialog.submit()
    QApplication.processEvents()
    assert not dialog.hints["title"].isHidden()
    assert [field.height() for field in fields] == before


async def test_asking_gives_the_details_or_nothing(qtbot, theme, window: QWidget) -> None:
    window.show()

    async def asked(act: str) -> ShowDetails | None:
        asking = asyncio.ensure_future(ask_details(window, DETAILS, title="Details", deed="Keep", now_ms=NOW))
        while not isinstance(opened := QApplication.activeModalWidget(), DetailsDialog):  # noqa: ASYNC110 - Qt tells nobody
            await asyncio.sleep(0)
        opened.title.setText("Spring")
        (opened.deed.click if act == "keep" else opened.reject)()
        return await asking

    kept = await asked("keep")
    assert kept is not None
    assert kept.title == "Spring"
    assert await asked("leave") is None
