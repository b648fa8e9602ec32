"""Draws the right column of Prepare, its dialogs: `python -m tests.ui.prepare_checks_grabs OUT [NAME]` leaves PNGs there."""

import asyncio
import os
import sys
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("LC_ALL", "C.UTF-8")

import msgspec
from PySide6.QtCore import QTranslator
from PySide6.QtWidgets import QApplication, QHBoxLayout, QVBoxLayout, QWidget

from studio.domain.checks import Outside, Reach, ReadinessFacts
from studio.domain.plan import CostLine, Goals
from studio.ui.actions import Actions
from studio.ui.host.links import LinkNames
from studio.ui.keyguard import FocusKeys
from studio.ui.main_window import MainWindow
from studio.ui.models.live_show import LiveShow
from studio.ui.notices import Notices
from studio.ui.prepare.go_live_dialog import GoLiveDialog
from studio.ui.prepare.goals_panel import GoalsPanel
from studio.ui.prepare.past_panel import PastPanel
from studio.ui.prepare.readiness_panel import ReadinessPanel
from studio.ui.tasks import Tasks
from studio.ui.texts import Texts
from studio.ui.theme import SPACE_S, Theme
from tests.fakes.fake_studio import FakeStudio
from tests.ui.prepare_kit import WELL, FakeReadiness, a_past, planned, sold, with_sizes
from tests.ui.shops_grabs import draw_all, run_grabs

LOST = ReadinessFacts(
    shop=Outside("Nordhus", Reach.DOWN, "The shop “Nordhus” does not answer: its address is right, but nobody listens there."),
    channels=(Outside("YouTube", Reach.ASKING), Outside("Twitch", Reach.DOWN)), clock_known=False,
    stages=(Outside("obs", Reach.DOWN, "OBS does not answer: is it running, with its WebSocket server switched on?"),),
    disk_free_bytes=180_000_000, displays=1,
    promo_problems=(
        "NORD20: NORD20 and LIVE14 both reduce Wool blanket “Nord”, 140×200 for 10 min. Move one of them.",
        "TEAFREE: the shop has it already.",
    ),
)  # fmt: skip


class Longer(QTranslator):
    """Every text a third longer, as German is."""

    def translate(self, context: str, source: str, disambiguation: str | None = None, n: int = -1) -> str:
        if not source or source.startswith("#"):
            return ""
        return source + "ung" * max(1, len(source) // 9)


def a_studio(*, enough: bool) -> FakeStudio:
    studio = planned(enough)
    studio.state = msgspec.structs.replace(studio.state, series="Autumn", time_zone="Europe/Oslo")
    goals = Goals(2_000, 1_500, None, 900_000, (CostLine("Staff", 120_000), CostLine("Ads", 70_000)))
    products = [sold(f"p{n}", 8 * n, 5) for n in (3, 4, 7, 9)]
    studio.past_shows = [
        a_past(13, 1_730, 781_000, 2.9, products), a_past(12, 1_410, 612_000, 2.2, products), a_past(11, 980, 402_500, None),
    ]  # fmt: skip
    with_sizes(studio, "p7", {"S": (10, 4), "M": (12, 9), "L": (30, 2), "XL": (0, 0)})
    items = []
    for item in studio.state.items:
        more: dict[str, Any] = {"i1": {"planned_price_minor": 4_500}, "i5": {"show_price_minor": 3_900}}.get(
            item.id, {}
        )
        if item.id in ("i3", "i9"):
            more = {"alternatives": ("p1", "p2")}
        items.append(msgspec.structs.replace(item, **(more if not enough else {})))
    studio.state = msgspec.structs.replace(studio.state, items=tuple(items), goals=goals)
    return studio


class Column(QWidget):
    """The panels as they stand in Prepare, at the right of an empty window."""

    def __init__(self, studio: FakeStudio, port: FakeReadiness, live: LiveShow, actions: Actions, theme: Theme, texts: Texts, tasks: Tasks) -> None:  # fmt: skip
        super().__init__()
        self.readiness = ReadinessPanel(studio, port, live, actions, theme, texts, tasks)
        self.goals = GoalsPanel(studio, live, actions, theme, texts, tasks)
        self.past = PastPanel(studio, live, theme, texts, tasks)
        column = QVBoxLayout()
        column.setSpacing(SPACE_S)
        column.addWidget(self.readiness, 1)
        column.addWidget(self.goals)
        column.addWidget(self.past)
        row = QHBoxLayout(self)
        row.setContentsMargins(SPACE_S, SPACE_S, SPACE_S, SPACE_S)
        row.addStretch(77)
        right = QWidget()
        right.setLayout(column)
        column.setContentsMargins(0, 0, 0, 0)
        row.addWidget(right, 23)


Stage = Callable[["Scene"], Coroutine[Any, Any, None]]


class Scene:
    """One window with the column in it."""

    def __init__(
        self, app: QApplication, facts: ReadinessFacts, *, enough: bool, language: str = "en"
    ) -> None:
        self.theme, self.tasks = Theme(), Tasks("grabs")
        self.theme.apply(app)
        self.actions, self.keys = Actions(lambda: 0), FocusKeys(app)
        self.texts = Texts(language, "Europe/Oslo")
        self.window = MainWindow()
        self.window.furnish(self.actions, self.theme, Notices(lambda: 0))
        self.studio = a_studio(enough=enough)
        self.live = LiveShow(self.studio.opened(), self.window)
        self.studio.changes.connect(self.live.take)
        self.column = Column(
            self.studio, FakeReadiness(facts), self.live, self.actions, self.theme, self.texts, self.tasks
        )
        self.window.add_workspace("prepare", self.column)
        self.window.show_workspace("prepare")
        self.window.show()


async def as_it_is(_scene: Scene) -> None:
    """Nothing done."""


async def stock(scene: Scene) -> None:
    dialog = scene.column.readiness.open_stock_check()
    dialog.choose("i9")


async def sizes(scene: Scene) -> None:
    scene.column.readiness.open_stock_check().choose("i7")


async def live(scene: Scene) -> None:
    checks = await scene.column.readiness.check_now()
    GoLiveDialog(
        scene.window, scene.live.state, checks, scene.actions, scene.theme, scene.keys, scene.texts,
        LinkNames({"live": "Nordhus live"}),
    ).open()  # fmt: skip


async def wrong_goal(scene: Scene) -> None:
    field = scene.column.goals.fields["orders"]
    field.setText("many")
    field.setModified(True)
    field.editingFinished.emit()
    scene.column.goals.edit_costs.click()
    scene.column.goals.add_cost.click()


SCENES: dict[str, tuple[ReadinessFacts, bool, Stage]] = {
    "ready": (WELL, True, as_it_is),
    "open": (msgspec.structs.replace(WELL, stages=(Outside("obs", Reach.DOWN),)), False, as_it_is),
    "lost": (LOST, False, as_it_is),
    "stock": (WELL, False, stock),
    "sizes": (WELL, False, sizes),
    "live": (LOST, False, live),
    "live-well": (WELL, True, live),
    "goals": (WELL, True, wrong_goal),
    "german": (LOST, False, as_it_is),
    "german-stock": (WELL, False, stock),
    "german-live": (LOST, False, live),
}


async def draw(app: QApplication, out: Path, name: str) -> None:
    """One scene in both themes and sizes."""
    facts, enough, stage = SCENES[name]
    longer = Longer()
    if name.startswith("german"):
        app.installTranslator(longer)
    scene = Scene(app, facts, enough=enough, language="de" if name.startswith("german") else "en")
    await scene.column.readiness.check_now()
    await asyncio.sleep(0.3)
    scene.window.resize(1440, 900)
    await stage(scene)
    await asyncio.sleep(0.3)
    await draw_all(app, scene.window, scene.theme, out, name, light=True)
    app.removeTranslator(longer)
    await scene.tasks.close()
    scene.window.leave()


async def main(app: QApplication, out: Path, names: list[str]) -> None:
    """All scenes, or the named ones."""
    out.mkdir(parents=True, exist_ok=True)
    for name in names or list(SCENES):
        await draw(app, out, name)


if __name__ == "__main__":
    run_grabs(main, sys.argv)
