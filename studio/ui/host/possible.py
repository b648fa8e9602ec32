"""Which actions are possible now, and why the others are not: shown on buttons, menus and in the palette."""

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QObject

from studio.domain.lineup import ItemKind
from studio.domain.promo import PromoPhase, phase
from studio.domain.show import ShowPhase, ShowState
from studio.ui.actions import Actions
from studio.ui.models.live_show import LiveShow
from studio.ui.widgets.text import clean_text

NowMs = Callable[[], int | None]
_TITLE: Final = 80
_QUESTION_ACTS: Final = ("question.answered", "question.claim", "question.hide", "question.prompter")


class Possible(QObject):
    """Follows the show. `question_selected` and `item_selected` are asked what a hand has selected."""

    def __init__(
        self,
        show: LiveShow,
        actions: Actions,
        now_ms: NowMs,
        question_selected: Callable[[], bool],
        item_selected: Callable[[], bool],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._show, self._actions, self._now_ms = show, actions, now_ms
        self._question_selected, self._item_selected = question_selected, item_selected
        self._said: dict[str, tuple[bool, str]] = {}
        self._next_text = ""
        show.show_changed.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """Say what is possible now."""
        state = self._show.state
        on_air = state.phase is ShowPhase.ON_AIR
        self._name_next(state)
        not_yet = self.tr("The show is over.") if state.phase is ShowPhase.ENDED else ""
        not_yet = not_yet or ("" if on_air else self.tr("Start the show first."))
        following = state.next_item
        self._allow("show.start", state.phase is ShowPhase.PLANNED, self.tr("The show was started already."))
        self._allow("show.end", on_air, not_yet)
        self._allow("stage.clear", on_air, not_yet)
        self._allow(
            "item.next",
            on_air and following is not None,
            not_yet or self.tr("The line-up has no further item."),
        )
        self._allow(
            "item.previous",
            on_air and state.previous_item is not None,
            not_yet or self.tr("There is no item before this one."),
        )
        self._allow("unpin", state.on_air is not None, self.tr("Nothing is pinned."))
        self._allow("undo", bool(state.undoable), self.tr("There is nothing to undo."))
        self._allow("redo", bool(state.redoable), self.tr("Nothing was undone that could be done again."))
        self._allow(
            "promo.issue",
            bool(state.seq) and state.phase is not ShowPhase.ENDED,
            self.tr("A code can be issued until the show ends."),
        )
        self.refresh_time()
        self.refresh_selection()

    def refresh_time(self) -> None:
        """Say what the clock changes: codes end by themselves."""
        now = self._now_ms()
        live = any(
            phase(r, now) in (PromoPhase.LIVE, PromoPhase.EXPIRING) for r in self._show.state.promos.values()
        )
        for action_id in ("promo.extend", "promo.end"):
            self._allow(action_id, live, self.tr("No code is live."))

    def refresh_selection(self, *_what: object) -> None:
        """Say what a selection makes possible."""
        question = self._question_selected()
        for action_id in _QUESTION_ACTS:
            self._allow(action_id, question, self.tr("Select a question first (J and K)."))
        item = self._item_selected()
        self._allow("item.skip", item, self.tr("Select an item in the line-up first."))
        self._allow("item.pin", item, self.tr("Select an item in the line-up first."))

    def _name_next(self, state: ShowState) -> None:
        following = state.next_item
        if state.phase is ShowPhase.ENDED:
            text = self.tr("The show is over")
        elif following is None:
            text = self.tr("No further item")
        else:
            pattern = (
                self.tr("Next: {title}") if following.kind is ItemKind.TALK else self.tr("Pin next: {title}")
            )
            text = pattern.replace("{title}", clean_text(following.title, _TITLE))
        if text != self._next_text:
            self._next_text = text
            self._actions["item.next"].show_text(text)

    def _allow(self, action_id: str, possible: bool, reason: str) -> None:
        said = (possible, "" if possible else reason)
        if self._said.get(action_id) != said:
            self._said[action_id] = said
            self._actions[action_id].enable(*said)
