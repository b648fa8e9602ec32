"""The review's way to a file: a format is chosen, then a place; what came of it is told, with a way there."""

import asyncio
import threading
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QFileDialog, QLineEdit

from studio.ui.dialogs import ConfirmDialog
from studio.ui.printing import write_pdf
from studio.ui.review.chapters_dialog import ChaptersDialog
from studio.ui.review.exporting import chapter_formats, report_formats
from studio.ui.studio import ExportKind
from studio.ui.widgets.labels import PlainLabel
from tests.ui.host.conftest import until

FORMATS = {form.key: form for form in (*report_formats(), *chapter_formats())}


def pick(dialog: QFileDialog, path: Path) -> None:
    """Type a path and press Save, as a person does."""
    dialog.findChild(QLineEdit).setText(str(path))
    dialog.accept()


def choose_format(qtbot, review, key: str) -> QFileDialog:
    """Press the button, and an entry of its menu."""
    qtbot.mouseClick(review.header.export, Qt.MouseButton.LeftButton)
    assert review.header.menu.isVisible()
    review.header.menu.setActiveAction(review.header.formats[key])
    qtbot.keyClick(review.header.menu, Qt.Key.Key_Return)
    dialog = review.export.dialog
    assert dialog is not None
    assert dialog.isVisible()
    return dialog


@pytest.fixture
async def played(review, studio):
    studio.play(1)
    await review.load("show-1")
    return review


@pytest.mark.parametrize(
    ("key", "kind", "name"),
    [
        ("html", ExportKind.HTML, "autumn-home-live-14-2026-11-28.html"),
        ("xlsx", ExportKind.XLSX, "autumn-home-live-14-2026-11-28.xlsx"),
    ],
)
async def test_the_report_is_written_where_the_person_says(
    played, studio, qtbot, tasks, told, tmp_path, key, kind, name
):
    dialog = choose_format(qtbot, played, key)
    assert Path(dialog.selectedFiles()[0]).name == name
    pick(dialog, tmp_path / "mine")
    await tasks.drain()
    written = tmp_path / f"mine.{FORMATS[key].suffix}"
    assert written.read_text() == f"{kind} of show-1, 0 ms later"
    assert [(n.level, n.sentence) for n, _ in told] == [("ok", f"It is written: {written}")]
    assert played.export.dialog is None
    assert played.header.export.text() == "Export report…"


async def test_the_tables_come_into_a_folder_of_their_own(played, studio, qtbot, tasks, told, tmp_path):
    pick(choose_format(qtbot, played, "csv"), tmp_path)
    await tasks.drain()
    folder = tmp_path / "autumn-home-live-14-2026-11-28-csv"
    assert studio.exported == [(ExportKind.CSV, folder, 0)]
    assert folder.is_dir()


def tables_of_before(tmp_path: Path, *names: str) -> Path:
    """The folder that an export of before has made here, with these files."""
    folder = tmp_path / "autumn-home-live-14-2026-11-28-csv"
    folder.mkdir()
    for name in names:
        (folder / name).write_text("of before")
    return folder


async def the_question() -> ConfirmDialog:
    """What is asked before anything is replaced."""
    await until(lambda: isinstance(QApplication.activeModalWidget(), ConfirmDialog), "the question")
    found = QApplication.activeModalWidget()
    await until(found.isActiveWindow, "the question to have the keys")
    return found


@pytest.mark.parametrize("key", [Qt.Key.Key_Escape, Qt.Key.Key_Return])
async def test_before_files_are_replaced_it_is_asked_and_esc_and_return_leave_them(
    played, studio, qtbot, tasks, told, tmp_path, key
):
    folder = tables_of_before(tmp_path, "orders.csv", "figures.csv", "notes.txt")
    pick(choose_format(qtbot, played, "csv"), tmp_path)
    asked = await the_question()
    sentence = f"2 files in “{folder.name}” would be replaced: figures.csv, orders.csv."
    assert (asked.accessibleName(), asked.accessibleDescription()) == (
        "Replace the files that are there?",
        sentence,
    )
    assert sentence in [label.text() for label in asked.findChildren(PlainLabel)]
    assert asked.deed.text() == "Replace"
    qtbot.keyClick(QApplication.focusWidget(), key)
    await tasks.drain()
    assert studio.exported == []
    assert {f.read_text() for f in folder.iterdir()} == {"of before"}
    assert [n.sentence for n, _ in told] == ["The export was cancelled."]
    assert played.header.export.isEnabled()


async def test_replace_replaces_the_files_and_no_others(played, qtbot, tasks, told, tmp_path):
    folder = tables_of_before(tmp_path, "orders.csv", "notes.txt")
    pick(choose_format(qtbot, played, "csv"), tmp_path)
    asked = await the_question()
    assert asked.accessibleDescription() == f"1 file in “{folder.name}” would be replaced: orders.csv."
    qtbot.mouseClick(asked.deed, Qt.MouseButton.LeftButton)
    await tasks.drain()
    assert (folder / "orders.csv").read_text().endswith("of show-1, 0 ms later")
    assert (folder / "notes.txt").read_text() == "of before"
    assert [n.sentence for n, _ in told] == [f"It is written: {folder}"]


async def test_an_export_that_is_left_off_while_it_is_asked_takes_its_question_with_it(
    played, studio, tasks, told, tmp_path
):
    folder = tables_of_before(tmp_path, "orders.csv")
    played.export.write("show-1", FORMATS["csv"], folder)
    asked = await the_question()
    played.export.cancel()
    await tasks.drain()
    assert QApplication.activeModalWidget() is not asked
    assert studio.exported == []
    assert [n.sentence for n, _ in told] == ["The export was cancelled."]


async def test_files_of_other_recordings_are_asked_about_over_the_chapters(
    played, studio, qtbot, tasks, told, tmp_path
):
    async def would_replace(_show_id, kind, path, offset_ms) -> list[Path]:
        assert (kind, path, offset_ms) == (ExportKind.CHAPTERS_VTT, tmp_path / "c.vtt", 0)
        return [tmp_path / f"c-{n}.vtt" for n in range(2, 14)]

    studio.would_replace = would_replace
    qtbot.mouseClick(played.header.chapters, Qt.MouseButton.LeftButton)
    chapters = played.findChild(ChaptersDialog)
    chapters.formats["vtt"].trigger()
    pick(played.export.dialog, tmp_path / "c")
    asked = await the_question()
    assert asked.parentWidget() is chapters
    sentence = asked.accessibleDescription()
    assert sentence.startswith(f"12 files in “{tmp_path.name}” would be replaced: c-2.vtt, c-3.vtt, ")
    assert sentence.endswith(", c-11.vtt and 2 more.")
    qtbot.mouseClick(asked.deed, Qt.MouseButton.LeftButton)
    await tasks.drain()
    assert studio.exported == [(ExportKind.CHAPTERS_VTT, tmp_path / "c.vtt", 0)]
    chapters.reject()


async def test_a_pdf_is_printed_by_the_window(played, qtbot, tasks, told, tmp_path):
    pick(choose_format(qtbot, played, "pdf"), tmp_path / "report")
    await tasks.drain()
    assert (tmp_path / "report.pdf").read_bytes().startswith(b"%PDF-")
    assert [n.level for n, _ in told] == ["ok"]


async def test_the_notice_has_a_button_to_the_folder(played, tasks, told, tmp_path):
    opened: list[Path] = []
    played.export._open_folder = opened.append
    played.export.write("show-1", FORMATS["html"], tmp_path / "r.html")
    await tasks.drain()
    action = told[0][1]
    assert action.text == "Show in folder"
    action.run()
    assert opened == [tmp_path]


async def test_a_second_press_opens_no_second_dialog(played, qtbot):
    first = choose_format(qtbot, played, "html")
    played.header.export_asked.emit(FORMATS["pdf"])
    assert played.export.dialog is first
    first.reject()


async def test_while_it_is_written_there_is_a_bar_a_way_to_leave_off_and_no_second_export(
    played, studio, qtbot, tasks, told, tmp_path
):
    gate = asyncio.Event()

    async def waits(*_args) -> None:
        await gate.wait()

    studio.export = waits
    header = played.header
    played.export.write("show-1", FORMATS["html"], tmp_path / "r.html")
    assert (header.progress.isVisible(), header.cancel.isVisible(), header.export.isEnabled()) == (
        True,
        True,
        False,
    )
    await asyncio.sleep(0)
    qtbot.mouseClick(header.cancel, Qt.MouseButton.LeftButton)
    await tasks.drain()
    assert (header.progress.isVisible(), header.cancel.isVisible(), header.export.isEnabled()) == (
        False,
        False,
        True,
    )
    assert [n.sentence for n, _ in told] == ["The export was cancelled."]
    assert not list(tmp_path.iterdir())


async def test_the_bar_shows_how_much_is_written(played, studio, qtbot, tasks, tmp_path):
    bar, seen = played.header.progress, []
    gate = asyncio.Event()

    async def writes(_show_id, _kind, _path, _offset_ms, progress) -> None:
        for share in (0.0, 0.25, 0.9):
            await asyncio.to_thread(progress, share)
            await gate.wait()

    studio.export = writes
    bar.valueChanged.connect(seen.append)
    played.export.write("show-1", FORMATS["xlsx"], tmp_path / "r.xlsx")
    assert (bar.minimum(), bar.maximum()) == (0, 0), "nothing is written yet: it only works"
    gate.set()
    await tasks.drain()
    qtbot.waitUntil(lambda: 90 in seen)
    assert [v for v in seen if v > 0] == [25, 90]
    played.export.write("show-1", FORMATS["html"], tmp_path / "r.html")
    assert (bar.minimum(), bar.maximum()) == (0, 0)
    await tasks.drain()


async def test_a_pdf_that_is_cancelled_while_it_is_printed_is_not_there(
    played, tasks, told, tmp_path, monkeypatch
):
    printing, loop = asyncio.Event(), asyncio.get_running_loop()
    go_on, ended = threading.Event(), threading.Event()

    def prints(html: str, path: Path, wanted) -> None:
        loop.call_soon_threadsafe(printing.set)
        assert go_on.wait(30)
        try:
            write_pdf(html, path, wanted)
        finally:
            ended.set()

    monkeypatch.setattr("studio.ui.review.exporting.write_pdf", prints)
    played.export.write("show-1", FORMATS["pdf"], tmp_path / "r.pdf")
    await printing.wait()
    played.export.cancel()
    await tasks.drain()
    go_on.set()
    assert await asyncio.to_thread(ended.wait, 30)
    assert [n.sentence for n, _ in told] == ["The export was cancelled."]
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("key", ["html", "pdf"])
async def test_a_folder_that_is_not_there_is_told_and_nothing_is_lost(
    played, tasks, told, tmp_path, key, failures
):
    played.export.write("show-1", FORMATS[key], tmp_path / "gone" / f"r.{key}")
    await tasks.drain()
    assert [n.level for n, _ in told] == ["trouble"]
    assert "No such file or directory. Choose another folder." in told[0][0].sentence
    assert failures == []
    assert played.header.export.isEnabled()


async def test_a_report_that_fails_says_so_and_goes_to_the_log(
    played, studio, tasks, told, tmp_path, failures
):
    studio.failure = ValueError("broken template")
    played.export.write("show-1", FORMATS["pdf"], tmp_path / "r.pdf")
    await tasks.drain()
    assert "could not be made" in told[0][0].sentence
    assert [str(error) for _, error in failures] == ["broken template"]
    assert not list(tmp_path.iterdir())
