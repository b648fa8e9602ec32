"""Pictures of prompter and review with a played show: `python -m tests.ui.prompter_review_grabs OUT`."""

import asyncio
import os
import sys
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import msgspec
from PySide6.QtWidgets import QApplication, QWidget
from qasync import QEventLoop

from studio.domain import commands as cmd
from studio.domain import events as ev
from studio.domain.alerts import ChatGap
from studio.domain.plan import CostLine, Goals
from studio.ui.actions import Actions
from studio.ui.models.live_show import LiveShow
from studio.ui.palette import DARK, LIGHT
from studio.ui.prompter.screens import Screens
from studio.ui.prompter.window import PrompterWindow
from studio.ui.review.chapters_dialog import ChaptersDialog
from studio.ui.review.exporting import report_formats
from studio.ui.review.goals_dialog import GoalsDialog
from studio.ui.review.workspace import ReviewWorkspace
from studio.ui.tasks import Tasks
from studio.ui.texts import Texts
from studio.ui.theme import Theme
from tests.fakes.fake_studio import MINUTE
from tests.fakes.played_show import PlayedStudio

SIZES = ((1440, 900), (1100, 700))


def live(studio: PlayedStudio) -> LiveShow:
    return studio.listen()


async def shot(widget: QWidget, out: Path, name: str) -> None:
    """As `save`, from within a task."""
    for size in SIZES:
        widget.resize(*size)
        widget.show()
        # Qt lays out and the charts draw between two turns of the loop.
        await asyncio.sleep(0.1)
        assert widget.grab().save(str(out / f"{name}-{size[0]}x{size[1]}.png"))


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
    loop = QEventLoop(app)
    with loop:
        loop.run_until_complete(reviews(app, theme, out))


async def reviews(app: QApplication, theme: Theme, out: Path) -> None:
    """The review in all its states, in both themes, and in German-length text."""
    shows = {
        "ended": await with_goals(), "on-air": PlayedStudio(traffic=False).play(4, end=False),
        "planned": PlayedStudio(), "long": await long_words(), "troubled": troubled(),
    }  # fmt: skip
    for tokens in (DARK, LIGHT):
        theme.apply(app, tokens)
        for name, studio in shows.items():
            language = "de" if name == "long" else "en"
            tasks = Tasks("grabs")
            review = ReviewWorkspace(studio, Actions(lambda: 0), theme, Texts(language, "Europe/Oslo"), tasks)
            review.follow(studio.listen())
            await review.load("show-1")
            await shot(review, out, f"review-{name}-{tokens.name}")
            if name == "troubled":
                run = studio.state.runs[0]
                review.timeline.block_clicked.emit(run.item_id, run.from_ms)
                review.timeline.point_at(run.from_ms + 4 * MINUTE)
                await tasks.drain()
                await shot(review, out, f"review-{name}-block-{tokens.name}")
            if name in ("ended", "long"):
                await closer(review, tasks, out, f"{name}-{tokens.name}")
            review.hide()
            review.deleteLater()


def troubled() -> PlayedStudio:
    """A show whose shop went away for a while, with words that came too late and a gap in its chat."""
    studio = PlayedStudio().play(3, end=False)
    began = studio.state.runs[0].from_ms
    studio.hear(ev.LinkLost("shop", "Nordhus", began + 4 * MINUTE))
    studio.minutes(2)
    studio.hear(ev.LinkRestored("shop", "Nordhus"))
    studio.minutes(3)
    studio.hear(*(ev.EffectSettled(f"late-{n}", "channel:live", "Say", ev.Outcome.EXPIRED) for n in range(4)))
    studio.gaps.append(ChatGap("live", studio.clock.now + 5 * MINUTE, 42))
    for _ in range(6):
        studio.give(cmd.NextItem(deliberate=True))
        studio.minutes(4)
    studio.give(cmd.EndShow())
    return studio


async def with_goals() -> PlayedStudio:
    """A show with goals, costs, open warnings and shows before it."""
    studio = PlayedStudio()
    costs = (CostLine("Staff", 120_000), CostLine("Samples", 70_000))
    studio.give(cmd.SetGoals(Goals(2_000, 1_500, 150, 1_200_000, costs)))
    await studio.remember()
    studio.play()
    await studio.remember(())
    for _ in range(9):
        studio.sell(own=True)
        studio.clock.passes(600_000)
    return studio


async def long_words() -> PlayedStudio:
    """German-length titles, and figures of seven digits."""
    studio = await with_goals()
    for item in studio.state.items:
        title = f"Donaudampfschifffahrtsgesellschaftskapitän, {item.title}"
        studio.hear(ev.ItemChanged(msgspec.structs.replace(item, title=title), item))
    studio.orders = [
        msgspec.structs.replace(o, total=msgspec.structs.replace(o.total, amount_minor=o.total.amount_minor * 977))
        for o in studio.orders
    ]  # fmt: skip
    return studio


async def closer(review: ReviewWorkspace, tasks: Tasks, out: Path, name: str) -> None:
    """The block, the tabs, the comparison and the dialogs."""
    assert review.timeline is not None
    review.timeline.block_clicked.emit("i4", review.timeline.spans[3].start_ms)
    review.timeline.show_revenue(True)
    await tasks.drain()
    await shot(review, out, f"review-block-{name}")
    review.block.tabs["orders"].click()
    review.tables.tabs["all"].click()
    await shot(review, out, f"review-all-{name}")
    review.ways.close()
    for tab in ("questions", "channels"):
        review.tables.tabs[tab].click()
        await shot(review, out, f"review-{tab}-{name}")
    review.tables.choose("products")
    review.header.compare.click()
    await tasks.drain()
    await shot(review, out, f"review-compare-{name}")
    review.compare.left.emit()
    review.header.chapters.click()
    chapters = review.findChild(ChaptersDialog)
    chapters.grab().save(str(out / f"review-chapters-{name}.png"))
    chapters.reject()
    review.header.goals.click()
    await asyncio.sleep(0)
    goals = review.findChild(GoalsDialog)
    goals.grab().save(str(out / f"review-goals-{name}.png"))
    goals.reject()
    await tasks.drain()
    review.export.write("show-1", report_formats()[0], out / "report.html")
    await shot(review, out, f"review-exporting-{name}")
    await tasks.drain()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
