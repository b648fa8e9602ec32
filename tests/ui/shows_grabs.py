"""Draws the list of shows and its dialogs: `python -m tests.ui.shows_grabs OUT [NAME]` leaves PNGs there."""

import os
import sys
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("LC_ALL", "C.UTF-8")

from PySide6.QtWidgets import QApplication

from studio.control.ports import ShowSummary
from studio.domain.plan import ShowDetails
from studio.ui.actions import Actions
from studio.ui.main_window import MainWindow
from studio.ui.notices import Notices
from studio.ui.shows.details_dialog import DetailsDialog
from studio.ui.shows.model import CameTo, Names, Section
from studio.ui.shows.page import ShowsPage
from studio.ui.texts import Texts
from studio.ui.theme import Theme
from tests.ui.shops_grabs import draw_all, run_grabs

NOW = 1_795_350_000_000
HOUR, DAY = 3_600_000, 86_400_000
NAMES = Names({"nordhus": "Nordhus", "fjord": "Fjord"}, {"twitch": "Twitch", "youtube": "YouTube"})


def a_show(number: int, **more: object) -> ShowSummary:
    given: dict[str, object] = {
        "id": f"s{number}", "title": f"Autumn Home Live #{number}", "rehearsal": False, "started_at_ms": None,
        "ended_at_ms": None, "currency": "EUR", "last_seq": 1, "starts_at_ms": NOW + number * DAY, "planned_ms": 90 * 60_000,
        "time_zone": "Europe/Oslo", "series": "Autumn Home Live", "items": 14, "shop": "nordhus",
        "channels": ("twitch", "youtube"), "made_at_ms": NOW - number * DAY,
    }  # fmt: skip
    return ShowSummary(**{**given, **more})  # type: ignore[arg-type]


SHOWS = [
    a_show(15),
    a_show(16, starts_at_ms=None, channels=()),
    a_show(17, title="Weihnachtsgeschenkeverkaufsveranstaltung mit Kundenfragestunde und Gewinnspielauslosung", shop="fjord"),
    a_show(14, starts_at_ms=NOW - HOUR, started_at_ms=NOW - HOUR),
    a_show(9, starts_at_ms=NOW - 3 * DAY, series=""),
    *(
        a_show(n, starts_at_ms=NOW - 7 * (14 - n) * DAY, started_at_ms=NOW - 7 * (14 - n) * DAY,
               ended_at_ms=NOW - 7 * (14 - n) * DAY + HOUR)
        for n in range(10, 14)
    ),
    a_show(3, started_at_ms=NOW - 90 * DAY, ended_at_ms=NOW - 90 * DAY + HOUR, archived=True),
    a_show(1, title="Thursday evening", template=True, starts_at_ms=None),
]  # fmt: skip
CAME_TO = {f"s{n}": CameTo(1_200 + n * 37, 421_000 + n, f"€{4_210 + n * 100:,}.50") for n in range(10, 14)}


def dialog(page: ShowsPage, *, new: bool, wrong: bool = False) -> None:
    details = ShowDetails(
        "" if new else "Autumn Home Live #15", "en", "EUR", 90 * 60_000, "Europe/Oslo", NOW + 9 * DAY, ("twitch",),
        "Autumn Home Live",
    )  # fmt: skip
    channels = (("twitch", "Twitch"), ("youtube", "YouTube Live"), ("facebook", "Facebook Live"))
    opened = DetailsDialog(
        page, details, title="New show" if new else "Details of the show", deed="Make the show" if new else "Keep",
        now_ms=NOW, channels=channels, series=("Autumn Home Live", "Seasons"),
        shops=(("nordhus", "Nordhus"), ("fjord", "Fjord")) if new else (), shop="nordhus",
        sources=(("", "An empty line-up"), ("file", "A line-up file…"), ("s1", "Template: Thursday evening")) if new else (),
    )  # fmt: skip
    opened.show()
    if wrong:
        opened.when.zone.setEditText("Europe/Atlantis")
        opened.submit()


def past(page: ShowsPage) -> None:
    page.go_to(Section.PAST)


def archived(page: ShowsPage) -> None:
    page.list.archived.setChecked(True)
    page.go_to(Section.PAST)


def templates(page: ShowsPage) -> None:
    page.go_to(Section.TEMPLATES)


def searched(page: ShowsPage) -> None:
    page.list.search.setText("nothing like this")


SCENES: dict[str, tuple[list[ShowSummary], Callable[[ShowsPage], object]]] = {
    "upcoming": (SHOWS, lambda page: page.list.select("s15")),
    "past": (SHOWS, past),
    "archived": (SHOWS, archived),
    "templates": (SHOWS, templates),
    "searched": (SHOWS, searched),
    "empty": ([], lambda _page: None),
    "new": (SHOWS, lambda page: dialog(page, new=True)),
    "wrong": (SHOWS, lambda page: dialog(page, new=True, wrong=True)),
    "details": (SHOWS, lambda page: dialog(page, new=False)),
}


async def draw(app: QApplication, out: Path, name: str) -> None:
    """One scene in both themes and sizes."""
    shows, stage = SCENES[name]
    theme = Theme()
    theme.apply(app)
    window = MainWindow()
    window.furnish(Actions(lambda: 0), theme, Notices(lambda: 0))
    page = ShowsPage(theme, Texts("en"))
    page.show_shop("Nordhus", "https://shop.example", 2)
    page.show_channels(["Twitch", "YouTube Live"])
    page.list_shows(shows, NAMES, NOW, "s14")
    page.show_figures(CAME_TO)
    window.add_workspace("shows", page)
    window.show_workspace("shows")
    window.show()
    stage(page)
    await draw_all(app, window, theme, out, name, light=name in ("upcoming", "past"))
    window.leave()


async def main(app: QApplication, out: Path, names: list[str]) -> None:
    """Draw them all, or those that are named."""
    out.mkdir(parents=True, exist_ok=True)
    for name in names or SCENES:
        await draw(app, out, name)


if __name__ == "__main__":
    run_grabs(main, sys.argv)
