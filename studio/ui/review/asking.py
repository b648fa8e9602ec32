"""What the review asks a person: goals and costs told afterwards, and the chapters of the replay."""

from collections.abc import Awaitable, Callable

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from studio.domain import commands as cmd
from studio.domain.show import ShowState
from studio.ui.review.chapters_dialog import ChaptersDialog
from studio.ui.review.exporting import Format, ReportExport
from studio.ui.review.goals_dialog import GoalsDialog
from studio.ui.studio import Notice, Studio
from studio.ui.tasks import Tasks
from studio.ui.texts import Texts
from studio.ui.theme import Theme


class ReviewDialogs(QObject):
    """Opens the dialogs of the review over its window. `notice` tells what was refused."""

    notice = Signal(object, object)

    def __init__(
        self, studio: Studio, export: ReportExport, theme: Theme, texts: Texts, tasks: Tasks, window: QWidget
    ) -> None:
        super().__init__(window)
        self._studio, self._export, self._theme = studio, export, theme
        self._texts, self._tasks, self._window = texts, tasks, window

    def open_chapters(self, state: ShowState, texts: Texts) -> ChaptersDialog:
        """The chapters of a show."""
        dialog = ChaptersDialog(self._window, self._studio, state, self._theme, texts, self._tasks)

        def save(form: Format) -> None:
            self._export.ask(state, form, dialog.offset_ms, over=dialog)

        dialog.save_asked.connect(save)
        dialog.open()
        return dialog

    def ask_goals(self, state: ShowState, then: Callable[[str], Awaitable[None]]) -> None:
        """Ask for goals and costs of the open show; `then` is awaited with the show's id once they are kept."""
        self._tasks.spawn(self._ask_goals(state, then), "goals")

    async def _ask_goals(self, state: ShowState, then: Callable[[str], Awaitable[None]]) -> None:
        dialog = GoalsDialog(self._window, state.goals, state.currency, self._texts)
        # Read while the dialog lives: it deletes itself when it closes.
        taken: list[cmd.Command] = []
        dialog.accepted.connect(lambda: taken.append(cmd.SetGoals(dialog.goals)))
        if not await dialog.answer() or not taken:
            return
        refused = await self._studio.do(taken[0])
        if refused is not None:
            self.notice.emit(Notice("warning", refused.sentence, "goals"), None)
        else:
            await then(state.id)
