"""Writing a review where a person wants it: a web page, a PDF, a workbook, tables, or the chapters of the replay."""

import asyncio
import datetime as dt
import re
import threading
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFileDialog, QWidget
from shiboken6 import isValid

from studio.domain.show import ShowState
from studio.ui.dialogs import confirm
from studio.ui.notices import NoticeAction
from studio.ui.printing import write_pdf
from studio.ui.review.kpis import translate
from studio.ui.studio import ExportKind, Notice, Studio
from studio.ui.tasks import Tasks
from studio.ui.texts import Texts
from studio.ui.widgets.text import clean_text

_NAMED = 10
_NAME = 255


@dataclass(frozen=True, slots=True)
class Format:
    """One way to write a review. `kind` None is the PDF, which the window prints itself; `ending` is put behind the file's
    name, `suffix` is the file's; an empty one is a folder.
    """

    key: str
    name: str
    suffix: str
    kind: ExportKind | None
    ending: str = ""


def report_formats() -> list[Format]:
    """The formats of the report, in the order in which they are offered."""
    tr = translate
    return [
        Format("html", tr("Review", "Web page (HTML)"), "html", ExportKind.HTML),
        Format("pdf", tr("Review", "PDF for printing"), "pdf", None),
        Format("xlsx", tr("Review", "Workbook (XLSX)"), "xlsx", ExportKind.XLSX),
        Format("csv", tr("Review", "Folder of tables (CSV)"), "", ExportKind.CSV, "-csv"),
    ]


def chapter_formats() -> list[Format]:
    """The formats of the replay's chapters."""
    tr = translate
    return [
        Format("youtube", tr("Review", "Text for a YouTube description"), "txt", ExportKind.CHAPTERS_YOUTUBE, "-chapters"),
        Format("vtt", tr("Review", "WebVTT"), "vtt", ExportKind.CHAPTERS_VTT, "-chapters"),
        Format("chapters-csv", tr("Review", "Table (CSV)"), "csv", ExportKind.CHAPTERS_CSV, "-chapters"),
    ]  # fmt: skip


class ReportExport(QObject):
    """Asks for a place and writes there. `busy` tells when it works, `notice` what came of it, with a button to the place."""

    busy = Signal(bool)
    progressed = Signal(float)
    """Which share is written (0 to 1), where that is known; emitted from any thread."""
    notice = Signal(object, object)

    def __init__(
        self,
        studio: Studio,
        tasks: Tasks,
        texts: Texts,
        parent: QWidget,
        open_folder: Callable[[Path], Any] | None = None,
    ) -> None:
        super().__init__(parent)
        self._studio, self._tasks, self._texts, self._window = studio, tasks, texts, parent
        self._open_folder = _open_folder if open_folder is None else open_folder
        self._folder = Path.home()
        self._task: asyncio.Task[None] | None = None
        self.dialog: QFileDialog | None = None

    def ask(self, state: ShowState, form: Format, offset_ms: int = 0, over: QWidget | None = None) -> None:
        """Ask where to, `over` a window; nothing blocks meanwhile."""
        if self.dialog is not None or self._task is not None:
            return
        dialog = QFileDialog(over or self._window, self.tr("Export: {format}").replace("{format}", form.name))
        stem = f"{file_name(state, self._texts)}{form.ending}"
        dialog.setDirectory(str(self._folder))
        if form.suffix:
            dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
            dialog.setFileMode(QFileDialog.FileMode.AnyFile)
            dialog.setNameFilters([f"{form.name} (*.{form.suffix})"])
            dialog.setDefaultSuffix(form.suffix)
            dialog.selectFile(f"{stem}.{form.suffix}")
        else:
            dialog.setFileMode(QFileDialog.FileMode.Directory)
            dialog.setOption(QFileDialog.Option.ShowDirsOnly)
            dialog.setLabelText(QFileDialog.DialogLabel.Accept, self.tr("Put the folder here"))

        def take(chosen: str) -> None:
            path = Path(chosen) if form.suffix else Path(chosen) / stem
            self.write(state.id, form, path, offset_ms, over)

        dialog.fileSelected.connect(take)
        dialog.finished.connect(self._closed)
        self.dialog = dialog
        dialog.open()

    def write(
        self, show_id: str, form: Format, path: Path, offset_ms: int = 0, over: QWidget | None = None
    ) -> None:
        """Write it there; one thing at a time. `over` a window it is asked whether more than this file is to be replaced."""
        if self._task is not None:
            return
        self._folder = path.parent
        self._task = self._tasks.spawn(self._write(show_id, form, path, offset_ms, over), "export")
        # A task that is cancelled before it began runs none of its lines.
        self._task.add_done_callback(self._done)
        self.busy.emit(True)

    def cancel(self) -> None:
        """Leave off; nothing half written stays."""
        if self._task is not None:
            self._task.cancel()

    async def _write(
        self, show_id: str, form: Format, path: Path, offset_ms: int, over: QWidget | None
    ) -> None:
        unwanted = threading.Event()
        try:
            if form.kind is None:
                html = await self._studio.report_html(show_id)
                await asyncio.to_thread(write_pdf, html, path, lambda: not unwanted.is_set())
            else:
                replaced = await self._studio.would_replace(show_id, form.kind, path, offset_ms)
                if replaced and not await self._may_replace(replaced, over):
                    self._tell_cancelled()
                    return
                await self._studio.export(show_id, form.kind, path, offset_ms, self._tell)
        except OSError as error:
            reason = error.strerror or str(error)
            sentence = self.tr("It could not be written to {path}: {reason}. Choose another folder.")
            told = sentence.replace("{reason}", reason).replace("{path}", str(path))
            self.notice.emit(Notice("trouble", told, "report"), None)
        except asyncio.CancelledError:
            unwanted.set()
            self._tell_cancelled()
            raise
        except Exception:
            told = self.tr(
                "The report could not be made. The log says why; the show and its figures are unharmed."
            )
            self.notice.emit(Notice("trouble", told, "report"), None)
            raise
        else:
            told = self.tr("It is written: {path}").replace("{path}", str(path))
            show = NoticeAction(self.tr("Show in folder"), lambda: self._open_folder(path.parent))
            self.notice.emit(Notice("ok", told, "report"), show)

    async def _may_replace(self, files: list[Path], over: QWidget | None) -> bool:
        # The window it was begun in may have been closed since.
        parent = over if over is not None and isValid(over) else self._window
        sentence = (
            self.tr("1 file in “{folder}” would be replaced: {names}.")
            if len(files) == 1
            else self.tr("{n} files in “{folder}” would be replaced: {names}.")
        )
        names = ", ".join(clean_text(file.name, _NAME) for file in files[:_NAMED])
        if len(files) > _NAMED:
            more = self.tr("{names} and {n} more").replace("{n}", self._texts.number(len(files) - _NAMED))
            names = more.replace("{names}", names)
        folder = files[0].parent
        told = sentence.replace("{n}", self._texts.number(len(files)))
        told = told.replace("{folder}", clean_text(folder.name or str(folder), _NAME))
        told = told.replace("{names}", names)
        return await confirm(parent, self.tr("Replace the files that are there?"), told, self.tr("Replace"))

    def _tell_cancelled(self) -> None:
        # The show was closed, and all of its window with it, or a person has pressed Cancel.
        if isValid(self):
            self.notice.emit(Notice("info", self.tr("The export was cancelled."), "report"), None)

    def _tell(self, share: float) -> None:
        if isValid(self):  # the window may be gone before who writes has heard of it
            self.progressed.emit(share)

    def _done(self, _task: object) -> None:
        self._task = None
        if isValid(self):
            self.busy.emit(False)

    def _closed(self) -> None:
        if self.dialog is not None:
            self.dialog.deleteLater()
            self.dialog = None


def file_name(state: ShowState, texts: Texts) -> str:
    """A name for the report's file that every system takes, e.g. `autumn-home-live-14-2026-11-26`."""
    plain = unicodedata.normalize("NFKD", state.title).encode("ascii", "ignore").decode().lower()
    stem = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:60].strip("-") or "show"
    if state.started_at_ms is None:
        return stem
    return f"{stem}-{dt.datetime.fromtimestamp(state.started_at_ms / 1000, texts.zone).date().isoformat()}"


def _open_folder(folder: Path) -> bool:
    return QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder)))
