"""`host-studio report`: a show's report without a window, from the studio's own shows or from its rehearsals."""

import os
import sys
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from pathlib import Path

from studio.control.ports import ShowSummary
from studio.engine_room import EngineRoom
from studio.instance import InstanceLock
from studio.rehearsal_plan import kept_rehearsals
from studio.settings.file import settings_file
from studio.settings.paths import Paths
from studio.ui.studio import ExportKind

LAST = "last"
PDF = "pdf"
FORMATS = (*(kind.value for kind in ExportKind), PDF)
"""What `--format` may be."""
_BY_SUFFIX = {
    ".html": ExportKind.HTML.value,
    ".htm": ExportKind.HTML.value,
    ".xlsx": ExportKind.XLSX.value,
    ".pdf": PDF,
    ".vtt": ExportKind.CHAPTERS_VTT.value,
    ".txt": ExportKind.CHAPTERS_YOUTUBE.value,
    ".csv": ExportKind.CHAPTERS_CSV.value,
    "": ExportKind.CSV.value,
}


class ReportError(Exception):
    """No report can be written; the message is a sentence that says what to do."""


def write_report(paths: Paths, show: str, out: Path, kind: str = "", offset_ms: int = 0) -> Path:
    """Write a show, named by its id, its title or “last”, as `kind` (one of `FORMATS`, empty: by the suffix of `out`, a
    folder of tables where it has none); returns the file. `offset_ms` puts the chapters of the replay later.

    The studio's own shows come first, then the rehearsals, each the one on air last first; “last” is one that has been
    on air. Raises `ReportError`,
    `AlreadyOpenError` and what opening a database raises.
    """
    wanted_kind = kind or _kind_of(out)
    known: list[ShowSummary] = []
    for place in (paths, *_rehearsals(paths)):
        if not place.database.exists():
            continue
        with _opened(place) as room:
            if place is paths:
                promos = settings_file(paths.settings).load().value.promos
                room.reviews.replay_ms = promos.replay_hours * 3_600_000
            shows: list[ShowSummary] = room.run(room.shows()).result()
            shows.sort(key=_newest_first)
            wanted = next(filter(_named(show), shows), None)
            if wanted is not None:
                return _written(room, wanted.id, wanted_kind, out, offset_ms)
            known += shows
    names = "; ".join(f"{s.title} ({s.id})" for s in known[:10]) or "none yet"
    raise ReportError(f"There is no show “{show}” here. Shows: {names}.")


def _kind_of(out: Path) -> str:
    kind = _BY_SUFFIX.get(out.suffix.lower())
    if kind is None:
        endings = ", ".join(suffix for suffix in _BY_SUFFIX if suffix)
        raise ReportError(
            f"What {out.name} is to be cannot be told from its ending: choose one of {endings}, none for a folder of"
            " tables, or say it with --format."
        )
    return kind


def _named(show: str) -> Callable[[ShowSummary], bool]:
    def named(known: ShowSummary) -> bool:
        if show == LAST:
            return known.started_at_ms is not None
        return show == known.id or (show == known.title and not known.template)

    return named


def _newest_first(show: ShowSummary) -> tuple[bool, int]:
    """Shows that have been on air before those that were only planned: their plans come before the show, and in any order."""
    at = show.made_at_ms if show.started_at_ms is None else show.started_at_ms
    return show.started_at_ms is None, -(at or 0)


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


def _written(room: EngineRoom, show_id: str, kind: str, out: Path, offset_ms: int) -> Path:
    try:
        if kind == PDF:
            _print(room.run(room.reviews.report_html(show_id)).result(), out)
        else:
            room.run(room.reviews.export(show_id, ExportKind(kind), out, offset_ms)).result()
    except OSError as error:
        raise ReportError(
            f"The report cannot be written to {out}: {error.strerror or error}. Choose another --out."
        ) from error
    return out


def _print(html: str, out: Path) -> None:
    """Where there is no display either."""
    if sys.platform == "linux" and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PySide6.QtWidgets import QApplication

    from studio.ui.printing import write_pdf

    application = QApplication.instance() or QApplication(["host-studio"])
    write_pdf(html, out)
    del application
