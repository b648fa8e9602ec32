"""The chapters of the replay: where each item begins in the recording, moved to where the picture shows it."""

import asyncio
import tempfile
from pathlib import Path
from typing import Final

from PySide6.QtCore import QPoint, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QMenu, QWidget

from studio.domain.chapters import Chapter, chapters
from studio.domain.show import ShowState
from studio.ui.dialogs import Dialog
from studio.ui.review.exporting import chapter_formats
from studio.ui.review.figures_model import Cell, Column, FigureRow, FiguresModel
from studio.ui.review.figures_table import FiguresTable
from studio.ui.review.kpis import translate
from studio.ui.review.tables import TablePage
from studio.ui.studio import ExportKind, Studio
from studio.ui.tasks import Tasks
from studio.ui.texts import Texts, length
from studio.ui.theme import SPACE_S, Theme
from studio.ui.widgets.inputs import NumberField
from studio.ui.widgets.labels import PlainLabel
from studio.ui.widgets.text import clean_text

_MOST_S: Final = 36_000


class ChaptersDialog(Dialog):
    """The chapters of a show, with the offset between its log and its recording. `save_asked` carries the `Format`."""

    save_asked = Signal(object)

    def __init__(
        self, parent: QWidget, studio: Studio, state: ShowState, theme: Theme, texts: Texts, tasks: Tasks
    ) -> None:
        super().__init__(
            parent, self.tr("Chapters of the replay"),
            self.tr("Watch where an item begins in the replay. When it begins later than here, put the difference into the field."),
            620,
        )  # fmt: skip
        self._studio, self._state, self._tasks, self._texts = studio, state, tasks, texts
        self.offset = NumberField(-_MOST_S, _MOST_S, self.tr(" s"))
        self.offset.setAccessibleName(self.tr("By how many seconds the replay is behind"))
        self.offset.valueChanged.connect(self._show)
        row = QHBoxLayout()
        row.setSpacing(SPACE_S)
        label = PlainLabel(self.tr("The replay is behind by"), tone="muted")
        label.setBuddy(self.offset)
        row.addWidget(label)
        row.addWidget(self.offset)
        row.addStretch(1)
        self.body.addLayout(row)
        table = FiguresTable(FiguresModel(chapter_columns(several=False), self), theme, self.tr("Chapters"))
        self.page = TablePage(table, self.tr("Nothing was on air in this show: there are no chapters."))
        self.page.setMinimumHeight(theme.px(320))
        self.body.addWidget(self.page, 1)
        self.told = PlainLabel("", tone="muted", wrap=True)
        self.body.addWidget(self.told)
        self.add_cancel(self.tr("Close"))
        self.save = self.add_button(self.tr("Save…"))
        self.copy = self.add_button(self.tr("Copy for YouTube"), variant="primary")
        self.menu = QMenu(self)
        self.menu.setAccessibleName(self.tr("Formats of the chapters"))
        self.formats = {form.key: self.menu.addAction(f"{form.name}…") for form in chapter_formats()}
        for form in chapter_formats():
            self.formats[form.key].triggered.connect(
                lambda _checked=False, chosen=form: self.save_asked.emit(chosen)
            )
        self.save.clicked.connect(
            lambda: self.menu.popup(self.save.mapToGlobal(QPoint(0, self.save.height())))
        )
        self.copy.clicked.connect(self._start_copying)
        self._show()

    @property
    def offset_ms(self) -> int:
        """By how much the replay is behind, in ms."""
        return self.offset.value() * 1000

    def _show(self) -> None:
        found = chapters(self._state, self.offset_ms)
        several = len({c.broadcast for c in found}) > 1
        self.page.show_rows(
            [chapter_row(n, c, self._state, self._texts, several=several) for n, c in enumerate(found)],
            chapter_columns(several=several),
        )
        for button in (self.copy, self.save):
            button.setEnabled(bool(found))
        # Said before it is saved: a person looks for the second recording's file where the first one is.
        files = self.tr(
            "The stream was cut off and begun again. WebVTT is one file for each recording: the first with the name that you give, recording 2 beside it with -2 behind the name."
        )
        self._say(files if several else "", "muted")

    def _start_copying(self) -> None:
        self._tasks.spawn(self._copy(), "copy chapters")

    async def _copy(self) -> None:
        """What is copied is what the file would hold: one place decides what YouTube takes."""
        self.copy.setEnabled(False)
        try:
            with tempfile.TemporaryDirectory(prefix="host-studio-") as folder:
                path = Path(folder) / "chapters.txt"
                await self._studio.export(self._state.id, ExportKind.CHAPTERS_YOUTUBE, path, self.offset_ms)
                text = await asyncio.to_thread(path.read_text, "utf-8")
        except Exception:
            self._say(self.tr("The chapters could not be copied. The log says why."), "warning")
            raise
        finally:
            self.copy.setEnabled(True)
        QGuiApplication.clipboard().setText(text)
        self._say(self.tr("Copied: paste it into the description of the video."), "ok")

    def _say(self, sentence: str, tone: str) -> None:
        self.told.set_tone(tone)
        self.told.setText(sentence)


def chapter_columns(*, several: bool) -> list[Column]:
    """The columns of the chapters; the recording stands there when there are `several`."""
    tr = translate
    found = [
        Column(tr("Review", "Chapter"), tr("Review", "The item that begins there."), number=False),
        Column(tr("Review", "Product"), tr("Review", "The SKU of the product, where it has one."), number=False, least=90),
        Column(tr("Review", "At"), tr("Review", "How long after the beginning of the recording.")),
    ]  # fmt: skip
    if several:
        found.append(
            Column(tr("Review", "Recording"), tr("Review", "The stream was cut off and begun again."))
        )
    return found


def chapter_row(n: int, chapter: Chapter, state: ShowState, texts: Texts, *, several: bool) -> FigureRow:
    """A chapter's row."""
    title = clean_text(chapter.title, 200)
    item = state.item(chapter.item_id)
    sku = clean_text(item.sku, 60) if item is not None else ""
    cells = (Cell(title, title, title), Cell(sku, sku), Cell(length(chapter.at_ms), float(chapter.at_ms)))
    if several:
        cells += (Cell(texts.number(chapter.broadcast + 1), float(chapter.broadcast)),)
    return FigureRow(str(n), cells)
