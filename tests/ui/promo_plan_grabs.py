"""Draws the promo plan: `python -m tests.ui.promo_plan_grabs OUT [NAME]` leaves PNGs there."""

import asyncio
import os
import sys
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("LC_ALL", "C.UTF-8")

import qasync
from PySide6.QtWidgets import QApplication

from studio.domain import commands as cmd
from studio.ui.actions import Actions
from studio.ui.main_window import MainWindow
from studio.ui.models.live_show import LiveShow
from studio.ui.notices import Notices
from studio.ui.palette import DARK, LIGHT
from studio.ui.prepare.promo_plan_dialog import PromoPlanDialog
from studio.ui.tasks import Tasks
from studio.ui.texts import Texts
from studio.ui.theme import Theme
from tests.fakes.fake_studio import FakeStudio
from tests.ui.promo_plan_kit import FakePromoPort, a_planned_show, many_codes

SIZES = ((1440, 900), (1100, 700))


def as_it_is(_dialog: PromoPlanDialog) -> None:
    """Nothing done."""


def choose(code: str) -> Callable[[PromoPlanDialog], None]:
    def act(dialog: PromoPlanDialog) -> None:
        row = next(n for n, each in enumerate(dialog.model.rows) if each.cells[0] == code)
        dialog.table.setCurrentIndex(dialog.model.index(row, 0))

    return act


def wrong(dialog: PromoPlanDialog) -> None:
    choose("REPLAY10")(dialog)
    dialog.form.code.setText("REPLAY 10 PERCENT")
    dialog.form.value.setValue(0)
    dialog.form.minutes.setValue(0)
    dialog.form._tell()


SCENES: dict[str, Callable[[PromoPlanDialog], None]] = {
    "plan": as_it_is,
    "overlap": choose("HALF-PRICE"),
    "date": choose("ADVENT"),
    "at-time": choose("TAKEN20"),
    "skipped": choose("TEAFREE"),
    "wrong": wrong,
    "long": choose("HALF-PRICE"),
    "many": as_it_is,
    "empty": as_it_is,
}


def german(text: str) -> str:
    """As long as German is."""
    return text if len(text) < 4 else f"{text} {text[: len(text) // 3]}"


async def draw(app: QApplication, out: Path, name: str) -> None:
    """One scene in both themes and sizes."""
    theme, tasks = Theme(), Tasks("grabs")
    theme.apply(app)
    studio = FakeStudio()
    await a_planned_show(studio, codes=name != "empty")
    if name == "many":
        await many_codes(studio)
    if name == "skipped":
        tea = next(item for item in studio.state.items if item.promo and item.promo.code == "TEAFREE")
        await studio.do(cmd.SkipItem(tea.id))
    live = LiveShow(studio.opened())
    studio.changes.connect(live.take)
    window = MainWindow()
    actions = Actions(lambda: 0)
    window.furnish(actions, theme, Notices(lambda: 0))
    window.show()
    if name == "long":
        from studio.ui.prepare import (
            promo_plan_dialog,
            promo_plan_form,
            promo_plan_model,
            promo_plan_view,
            promo_words,
        )

        for module in (promo_plan_dialog, promo_plan_form, promo_plan_model, promo_plan_view, promo_words):
            module.tr = german  # type: ignore[attr-defined]
    for tokens in (DARK, LIGHT):
        for size in SIZES:
            theme.apply(app, tokens)
            window.resize(*size)
            port = FakePromoPort(taken={"TAKEN20"}, unknown={"ADVENT"} if name == "date" else set())
            dialog = PromoPlanDialog(
                studio, port, live, actions, theme, Texts("en", "Europe/Oslo"), tasks, window
            )
            dialog.open()
            await asyncio.sleep(0.05)
            SCENES[name](dialog)
            await asyncio.sleep(0.1)
            dialog.grab().save(str(out / f"{name}-{tokens.name}-{size[0]}.png"))
            dialog.done(0)
            await asyncio.sleep(0.05)
    await tasks.close()
    window.leave()


async def main(app: QApplication, out: Path, names: list[str]) -> None:
    """All scenes, or the named ones; the one of long texts changes the texts, and is the last."""
    out.mkdir(parents=True, exist_ok=True)
    for name in sorted(names or SCENES, key=lambda name: name == "long"):
        await draw(app, out, name)


if __name__ == "__main__":
    application = QApplication(sys.argv[:1])
    with qasync.QEventLoop(application) as loop:
        loop.run_until_complete(main(application, Path(sys.argv[1]), sys.argv[2:]))
