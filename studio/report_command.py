"""`host-studio report`: a show's report without a window, from the studio's own shows or from its rehearsals."""

from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from pathlib import Path

from studio.control.ports import ShowSummary
from studio.engine_room import EngineRoom
from studio.instance import InstanceLock
from studio.rehearsal_plan import kept_rehearsals
from studio.settings.paths import Paths

LAST = "last"


class ReportError(Exception):
    """No report can be written; the message is a sentence that says what to do."""


def write_report(paths: Paths, show: str, out: Path) -> Path:
    """Write the report of a show, named by its id, its title or “last”; returns the file.

    The studio's own shows come first, then the rehearsals, the newest first. Raises `ReportError`,
    `AlreadyOpenError` and what opening a database raises.
    """
    known: list[ShowSummary] = []
    for place in (paths, *_rehearsals(paths)):
        if not place.database.exists():
            continue
        with _opened(place) as room:
            shows: list[ShowSummary] = room.run(room.shows()).result()
            wanted = next(filter(_named(show), reversed(shows)), None)
            if wanted is not None:
                html = room.run(room.reviews.report_html(wanted.id)).result()
                return _written(out, html)
            known += reversed(shows)
    names = "; ".join(f"{s.title} ({s.id})" for s in known[:10]) or "none yet"
    raise ReportError(f"There is no show “{show}” here. Shows: {names}.")


def _named(show: str) -> Callable[[ShowSummary], bool]:
    return lambda known: show == LAST or show in (known.id, known.title)


def _rehearsals(paths: Paths) -> Iterator[Paths]:
    for folder, _ in reversed(kept_rehearsals(paths)):
        yield Paths(folder / "studio")


@contextmanager
def _opened(place: Paths) -> Generator[EngineRoom]:
    # Two programs must not write one database; a show that is open has its report in the window.
    lock = InstanceLock(place.lock)
    room = EngineRoom(place.database, None)
    try:
        room.start()
        try:
            yield room
        finally:
            room.stop()
    finally:
        lock.release()


def _written(out: Path, html: str) -> Path:
    try:
        out.write_text(html, encoding="utf-8")
    except OSError as error:
        raise ReportError(
            f"The report cannot be written to {out}: {error.strerror}. Choose another --out."
        ) from error
    return out
