"""The review's way to a file: a format is chosen, then a place; what came of it is told, with a way there."""

import asyncio
import threading
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QLineEdit

from studio.ui.printing import write_pdf
from studio.ui.review.exporting import chapter_formats, report_formats
from studio.ui.studio import ExportKind

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
