"""Pictures of prompter and review with a played show: `python -m tests.ui.prompter_review_grabs OUT`."""

import os
import sys
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtWidgets import QApplication, QWidget

from studio.domain import commands as cmd
from studio.ui.actions import Actions
from studio.ui.models.live_show import LiveShow
from studio.ui.palette import LIGHT
from studio.ui.prompter.screens import Screens
from studio.ui.prompter.window import PrompterWindow
from studio.ui.texts import Texts
from studio.ui.theme import Theme
from tests.fakes.played_show import PlayedStudio

SIZES = ((1440, 900), (1100, 700))


def live(studio: PlayedStudio) -> LiveShow:
    show = LiveShow(studio.opened())
    studio.changes.connect(show.take)
    return show


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
    on_air.play(4, end=False)
    on_air.minutes(0.4)
    for text in ("Can it be washed in the machine?",) * 14:
        on_air.hear_chat(text)
    asked = max(on_air.opened().questions, key=lambda q: q.asked)
    on_air.give(cmd.PromptQuestion(asked.id, asked.text, asked.asked))
    over = PlayedStudio()
    over.play(9, end=False)
    over.minutes(1)
    talk = PlayedStudio()
    talk.play(10, end=False)
    cleared = PlayedStudio()
    cleared.play(4, end=False)
    cleared.give(cmd.ClearStage())
    ended = PlayedStudio().play()
    return {
        "before": before, "on-air": on_air, "sold-out-over": over, "talk": talk, "cleared": cleared, "after": ended,
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


if __name__ == "__main__":
    main(Path(sys.argv[1]))
