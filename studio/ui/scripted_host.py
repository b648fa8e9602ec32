"""A host made of keys and clicks: plays a whole show on the real window, for rehearsals without a display.

It reads the show as the screen shows it and acts only by key and mouse events on visible widgets. A show always
ends: an act that fails is written down in `missed` and the show goes on; only starting, going on and ending must succeed.
"""

import time
from collections import deque
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Final

import structlog
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from studio.domain.events import ShowPlanned
from studio.domain.lineup import LineUpItem
from studio.domain.show import ShowPhase
from studio.ui.dialogs import HoldDialog
from studio.ui.scripted_acts import PICTURE, HostActs, Stage
from studio.ui.scripted_hands import CTRL, Hands, InVain, OutOfReach

_CATALOGUE_S: Final = 60.0
_log = structlog.get_logger(__name__)

Act = Callable[[], Awaitable[bool | None]]
"""Something a host does. False: not possible now, try again with the next item."""


class ScriptedHost:
    """Plays one show, or the rest of one, and leaves pictures in `out`.

    `speed` is how many seconds of the show pass in a real one: the host goes by this computer's clock, so that a shop
    whose clock is off does not lead it astray. `missed` names what could not be done, a sentence each.
    """

    def __init__(self, stage: Stage, out: Path, speed: float) -> None:
        self._stage, self._out, self._speed = stage, out, speed
        self._window, self._live, self._host = stage.window, stage.live, stage.host
        self._hands = Hands(stage.window)
        self._acts = HostActs(stage, self._hands, out, speed)
        self.missed: list[str] = []
        self._bold = True
        self._ends_s: dict[str, float] = {}
        self._agenda: deque[tuple[int, str, Act]] = deque(self._plan())

    def _plan(self) -> list[tuple[int, str, Act]]:
        """What is done, and from which place in the line-up on. The product of `_pin_found` takes place 5."""
        return [
            (0, "open the prompter", self._acts.open_prompter),
            (0, "look at the light theme and back", self._acts.look_at_light),
            (1, "find a command", self._acts.use_palette),
            (1, "look at the charts as tables", self._acts.look_at_tables),
            (2, "unpin and undo", self._acts.unpin_and_undo),
            (3, "extend a code", self._acts.extend),
            (4, "pin a product by search", self._acts.pin_found),
            (6, "show a question to the presenter", self._acts.prompt),
            (6, "take the pictures", self._acts.take_pictures),
            (7, "mark a question answered", self._acts.mark_answered),
            (8, "issue a code by the form", self._acts.issue_by_form),
            (9, "end a code early", self._acts.end_early),
            (9, "hide a question", self._acts.hide),
            (9, "issue the prepared code in two key presses", self._acts.issue_prepared),
            (11, "skip an item and plan it again", self._acts.skip_and_undo),
            (12, "clear the stage", self._acts.clear_stage),
        ]

    # --- the show ---------------------------------------------------------------------------------------------

    async def play(self) -> None:
        """Start or take up the show, go through the line-up in its planned times, end. Raises `InVain` or
        `OutOfReach` when the show can't be started, carried on or ended.
        """
        live, hands = self._live, self._hands
        self._window.resize(*PICTURE)
        self._window.activateWindow()
        await hands.until(self._window.isActiveWindow, "the window to come to the front")
        if live.state.phase is ShowPhase.ENDED:
            return
        await hands.until(lambda: bool(live.products), "the catalogue", _CATALOGUE_S)
        if live.state.phase is ShowPhase.PLANNED:
            await hands.click(self._host.header.start)
        await hands.until(lambda: live.state.phase is ShowPhase.ON_AIR, "the show to start")
        self._set_pace()
        shown = live.state.on_air_id or (live.state.runs[-1].item_id if live.state.runs else "")
        while self._agenda and self._agenda[0][0] < live.state.index(shown):
            self._agenda.popleft()
        if live.state.on_air is not None:
            await self._present()
        while live.state.next_item is not None:
            await self._go_on()
            await self._present()
        await self._end()

    def _set_pace(self) -> None:
        """When each item of the plan ends, by this computer's monotonic clock."""
        state, now_ms = self._live.state, self._stage.now_ms()
        gone_ms = now_ms - (now_ms if state.started_at_ms is None else state.started_at_ms)
        at_s = time.monotonic() - min(max(0, gone_ms), state.planned_ms) / 1000 / self._speed
        for logged in self._live.log:
            if isinstance(logged.event, ShowPlanned):
                for item in logged.event.lineup.items:
                    at_s += item.planned_ms / 1000 / self._speed
                    self._ends_s[item.id] = at_s

    async def look_back(self) -> None:
        """Look at the figures once everything has come in, and keep a picture of them."""
        review, hands = self._stage.review, self._hands
        await self._acts.bare()
        await hands.press(Qt.Key.Key_2, CTRL)
        await hands.until(lambda: self._window.workspace == "host", "the On air workspace")
        shown: list[str] = []
        review.loaded.connect(shown.append)
        await hands.pause(0.35)  # the same key again within 300 ms would count once
        await hands.press(Qt.Key.Key_4, CTRL)
        await hands.until(lambda: self._live.state.id in shown, "the figures of the show", 30)
        await self._acts.put_notices_away()
        await hands.pause(0.5)
        await hands.grab(self._window, PICTURE, self._out / "review.png")

    async def _go_on(self) -> None:
        """F12; what is sold out is shown all the same once, and skipped after that."""
        state, hands = self._live.state, self._hands
        before, wanted = state.on_air_id, state.next_item
        if wanted is None:
            return
        for _ in range(3):
            await self._acts.bare()
            await hands.press(Qt.Key.Key_F12)
            await hands.seen(lambda: self._live.state.on_air_id != before or self._asked() is not None, 3)
            dialog = self._asked()
            if dialog is not None:
                await self._decide_sold_out(dialog, wanted)
            if self._live.state.on_air_id != before:
                return
            if self._live.state.next_item != wanted:
                return
        await self._acts.skip(wanted)

    def _asked(self) -> HoldDialog | None:
        dialog = QApplication.activeModalWidget()
        return dialog if isinstance(dialog, HoldDialog) else None

    async def _decide_sold_out(self, dialog: HoldDialog, item: LineUpItem) -> None:
        hands = self._hands
        if self._bold:
            self._bold = False
            await hands.hold(dialog.hold, lambda: self._asked() is None, "the held press to count")
            await hands.seen(lambda: self._live.state.on_air_id == item.id, 3)
            return
        await hands.press(Qt.Key.Key_Escape)
        await hands.until(lambda: self._asked() is None, "the question to close")
        await self._acts.skip(item)

    async def _present(self) -> None:
        """Stay on the item until its planned end, and do meanwhile what is due."""
        state = self._live.state
        item = state.on_air
        if item is None:
            return
        at = state.index(item.id)
        # What was pinned by search has no time of its own: the next item waits.
        ends_s = self._ends_s.get(item.id, time.monotonic())
        acts: list[tuple[str, Act]] = [("answer a question", self._acts.answer)]
        while self._agenda and self._agenda[0][0] <= at:
            acts.append(self._agenda.popleft()[1:])
        put_off: list[tuple[int, str, Act]] = []
        for number, (name, act) in enumerate(acts):
            rest_s = ends_s - time.monotonic()
            await self._acts.wait(rest_s / (len(acts) - number + 1))
            if not await self._try(name, act):
                put_off.append((at + 1, name, act))
        self._agenda.extendleft(reversed(put_off))
        await self._acts.wait(ends_s - time.monotonic())

    async def _try(self, name: str, act: Act) -> bool:
        """Do something; False when it was not possible yet and should be tried again."""
        try:
            await self._acts.bare()
            done = await act()
            await self._acts.bare()
        except (InVain, OutOfReach) as error:
            self.missed.append(f"The host could not {name}: {error}.")
            _log.warning("act missed", act=name, reason=str(error))
            return True
        return done is not False

    async def _end(self) -> None:
        for name, act in [entry[1:] for entry in self._agenda]:
            if not await self._try(name, act):
                self.missed.append(f"The host found no moment to {name}.")
        await self._acts.bare()
        ended = lambda: self._live.state.phase is ShowPhase.ENDED  # noqa: E731
        await self._hands.hold(self._host.header.end, ended, "the show to end")
        await self._hands.until(
            lambda: self._window.workspace == "review", "the review to open after the show", 10
        )
