"""Writing the report of a show where a person wants it: as a web page or as a PDF."""

import asyncio
import datetime as dt
import re
import unicodedata
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QFileDialog, QWidget

from studio.domain.show import ShowState
from studio.ui.printing import write_pdf
from studio.ui.studio import Notice, Studio
from studio.ui.tasks import Tasks
from studio.ui.texts import Texts


class ReportExport(QObject):
    """Asks for a file and writes the report into it. `busy` tells when it works, `notice` what came of it."""

    busy = Signal(bool)
    notice = Signal(object)

    def __init__(self, studio: Studio, tasks: Tasks, texts: Texts, parent: QWidget) -> None:
        super().__init__(parent)
        self._studio, self._tasks, self._texts, self._window = studio, tasks, texts, parent
        self._folder = Path.home()
        self._works = False
        self.dialog: QFileDialog | None = None

    def ask(self, state: ShowState) -> None:
        """Ask where to; nothing blocks meanwhile."""
        if self.dialog is not None or self._works:
            return
        page, pdf = self.tr("Web page (*.html)"), self.tr("PDF for printing (*.pdf)")
        dialog = QFileDialog(self._window, self.tr("Export the report"))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setFileMode(QFileDialog.FileMode.AnyFile)
        dialog.setNameFilters([page, pdf])
        dialog.setDefaultSuffix("html")
        dialog.setDirectory(str(self._folder))
        dialog.selectFile(f"{file_name(state, self._texts)}.html")

        def take_kind(chosen: str) -> None:
            self._take_kind(dialog, "pdf" if chosen == pdf else "html")

        def take_file(chosen: str) -> None:
            self.write(state.id, Path(chosen))

        dialog.filterSelected.connect(take_kind)
        dialog.fileSelected.connect(take_file)
        dialog.finished.connect(self._closed)
        self.dialog = dialog
        dialog.open()

    def write(self, show_id: str, path: Path) -> None:
        """Write the report: a PDF when the name ends so, else a web page."""
        self._folder = path.parent
        self._tasks.spawn(self._write(show_id, path), "export report")

    async def _write(self, show_id: str, path: Path) -> None:
        self._works = True
        self.busy.emit(True)
        try:
            if path.suffix.lower() == ".pdf":
                html = await self._studio.report_html(show_id)
                await asyncio.to_thread(write_pdf, html, path)
            else:
                await self._studio.export_report(show_id, path)
        except OSError as error:
            reason = error.strerror or str(error)
            sentence = self.tr("The report could not be written to {path}: {reason}. Choose another folder.")
            told = sentence.replace("{reason}", reason).replace("{path}", str(path))
            self.notice.emit(Notice("trouble", told, "report"))
        except Exception:
            told = self.tr(
                "The report could not be made. The log says why; the show and its figures are unharmed."
            )
            self.notice.emit(Notice("trouble", told, "report"))
            raise
        else:
            told = self.tr("The report is in {path}").replace("{path}", str(path))
            self.notice.emit(Notice("ok", told, "report"))
        finally:
            self._works = False
            self.busy.emit(False)

    def _take_kind(self, dialog: QFileDialog, suffix: str) -> None:
        dialog.setDefaultSuffix(suffix)
        named = dialog.selectedFiles()
        if named:
            dialog.selectFile(str(Path(named[0]).with_suffix(f".{suffix}").name))

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
