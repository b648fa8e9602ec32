"""Pictures of prompter and review with a played show: `python -m tests.ui.prompter_review_grabs OUT`."""

import os
import sys
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import msgspec
from PySide6.QtWidgets import QApplication, QWidget

from studio.domain import commands as cmd
from studio.ui.actions import Actions
from studio.ui.models.live_show import LiveShow
from studio.ui.palette import DARK, LIGHT
from studio.ui.prompter.screens import Screens
from studio.ui.prompter.window import PrompterWindow
from studio.ui.review.workspace import ReviewWorkspace
from studio.ui.tasks import Tasks
from studio.ui.texts import Texts
from studio.ui.theme import Theme
from tests.fakes.played_show import PlayedStudio, at_once

SIZES = ((1440, 900), (1100, 700))


def live(studio: PlayedStudio) -> LiveShow:
    return studio.listen()


def save(app: QApplication, widget: QWidget, out: Path, name: str) -> None:
    for size in SIZES:
        widget.resize(*size)
        widget.show()
        app.processEvents()
        picture = widget.grab()
        assert picture.save(str(out / f"{name}-{size[0]}x{size[1]}.png"))


def prompters() -> dict[str, PlayedStudio]:
    """The moments worth looking at, by name."""
    before = PlayedStudio()
    on_air = PlayedStudio()
    on_air.listen()
    on_air.play(3, end=False)
    on_air.give(cmd.NextItem())
    on_air.give(cmd.IssuePlannedPromo("promo-n", "i4"))
    on_air.confirm_promos()
    for left in (40, 34, 29, 25, 21, 17):
        on_air.hear_stock("v4", left)
        on_air.clock.passes(27_000)
    for text in ("Can it be washed in the machine?",) * 14:
        on_air.hear_chat(text)
    asked = max(on_air.opened().questions, key=lambda q: q.asked)
    on_air.give(cmd.PromptQuestion(asked.id, asked.text, asked.asked))
    over = PlayedStudio()
    over.play(9, end=False)
    over.minutes(1)
    talk = PlayedStudio()
    talk.play(10, end=False)
    talk.give(
        cmd.PromptQuestion(
            asked.id, "How long is delivery to Denmark, and what does it cost to send it back?", 3
        )
    )
    empty = PlayedStudio()
    empty.play(2, end=False)
    empty.give(cmd.Unpin())
    long = PlayedStudio()
    long.play(1, end=False)
    item = long.state.items[1]
    points = tuple(
        f"Point {n}: woven in Røros, Norwegian wool, washable at 30°, with the fringe" for n in range(9)
    )
    long.give(
        cmd.ChangeItem(msgspec.structs.replace(item, title="Hand-knitted wool blanket " * 6, points=points))
    )
    long.give(cmd.NextItem())
    cleared = PlayedStudio()
    cleared.play(4, end=False)
    cleared.give(cmd.ClearStage())
    ended = PlayedStudio().play()
    return {
        "before": before, "on-air": on_air, "sold-out-over": over, "talk": talk, "empty": empty, "long": long, "cleared": cleared, "after": ended,
    }  # fmt: skip


def main(out: Path) -> None:
    app = QApplication.instance() or QApplication([])
    assert isinstance(app, QApplication)
    theme = Theme()
    theme.apply(app, LIGHT)  # the prompter is dark whatever the studio is
    out.mkdir(parents=True, exist_ok=True)
    for name, studio in prompters().items():
        screens = Screens(app, lambda: "", lambda _name: None)
        window = PrompterWindow(
            live(studio), Actions(lambda: 0), theme, Texts("en", "Europe/Oslo"), studio.clock.now_ms, screens
        )
        save(app, window, out, f"prompter-{name}")
        window.hide()
        window.deleteLater()
    for tokens in (DARK, LIGHT):
        theme.apply(app, tokens)
        for name, studio in {
            "ended": PlayedStudio().play(), "on-air": PlayedStudio(traffic=False).play(4, end=False), "planned": PlayedStudio(),
        }.items():  # fmt: skip
            review = ReviewWorkspace(
                studio, Actions(lambda: 0), theme, Texts("en", "Europe/Oslo"), Tasks("grabs")
            )
            at_once(review.load("show-1"))
            save(app, review, out, f"review-{name}-{tokens.name}")
            review.hide()
            review.deleteLater()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
