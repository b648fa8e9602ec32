"""A show under review, written as a file of a kind; each is there whole, or not at all."""

import shutil
import tempfile
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from studio.domain.chapters import chapters, recordings
from studio.domain.show import ShowState
from studio.review.chapter_files import chapter_table, recording_path, webvtts, youtube
from studio.review.csvs import csv_path, write_csv, write_csvs
from studio.review.material import Material
from studio.review.report import report_of
from studio.review.tables import TABLE_NAMES, tables
from studio.review.xlsx import write_xlsx

__all__ = ["KINDS", "Material", "Progress", "would_replace", "write_export"]

Progress = Callable[[float], object]
"""Told which share is done (0 to 1), in the thread that writes; what it raises leaves the writing off."""
_ROWS_SHARE = 0.9
"""What the rows take of the writing; the rest is packing and putting it at its place."""
Write = Callable[[Material, Path, Progress], None]


def write_export(
    material: Material, kind: str, path: Path, offset_ms: int = 0, progress: Progress | None = None
) -> None:
    """Write the show as `kind`, one of `KINDS`; `csv` is a folder, which is made. `offset_ms` puts all chapters later.

    WebVTT is for one recording: of a show that has several, each has a file of its own, the others beside `path` as `NAME-2.vtt`.
    Nothing is at its place before all is written, so that what fails, or is left off by `progress`, leaves what was there.
    Raises `OSError` where it cannot be written.
    """
    progress = progress or _nobody
    progress(0.0)
    if kind == "csv":
        _write_folder(material, path, progress)
        return
    files = KINDS[kind](material, path, offset_ms)
    with _unfinished(files) as parts:
        for place, write in files.items():
            write(material, parts[place], progress)
        # The last word of who does not want it any more.
        progress(1.0)
        for place, part in parts.items():
            part.chmod(0o644)
            part.replace(place)


def would_replace(state: ShowState, kind: str, path: Path, offset_ms: int = 0) -> list[Path]:
    """The files that `write_export` would replace, without `path` itself: whoever chose that file was asked about it.
    Raises `OSError` where it cannot be seen what is there.
    """
    if kind == "csv":
        places = [csv_path(path, name) for name in TABLE_NAMES]
    elif kind == "chapters_vtt":
        places = [place for place in _vtt_texts(state, path, offset_ms) if place != path]
    else:
        places = []
    return [place for place in places if place.is_file()]


@contextmanager
def _unfinished(places: Mapping[Path, Write]) -> Generator[dict[Path, Path]]:
    """A file to write into beside each place; whatever is left of them goes."""
    parts: dict[Path, Path] = {}
    try:
        for place in places:
            with tempfile.NamedTemporaryFile(
                dir=place.parent, prefix=f".{place.name}.", delete=False
            ) as part:
                parts[place] = Path(part.name)
        yield parts
    finally:
        for part in parts.values():
            part.unlink(missing_ok=True)


def _write_folder(material: Material, folder: Path, progress: Progress) -> None:
    folder.parent.mkdir(parents=True, exist_ok=True)
    unfinished = Path(tempfile.mkdtemp(dir=folder.parent, prefix=f".{folder.name}."))
    try:
        files = write_csvs(tables(material), unfinished, _counted(material, progress))
        progress(1.0)
        folder.mkdir(exist_ok=True)
        for file in files:
            file.replace(folder / file.name)
    finally:
        shutil.rmtree(unfinished)


def _counted(material: Material, progress: Progress) -> Callable[[int], None]:
    """From rows written to the share that is done; the long tables are what takes the time."""
    most = max(1, sum(map(len, (material.samples, material.orders, material.questions, material.log))))
    done = 0

    def count(rows: int) -> None:
        nonlocal done
        done += rows
        progress(min(_ROWS_SHARE, done / most * _ROWS_SHARE))

    return count


def _html(material: Material, path: Path, _progress: Progress) -> None:
    path.write_text(report_of(material), encoding="utf-8")


def _xlsx(material: Material, path: Path, progress: Progress) -> None:
    write_xlsx(tables(material), path, _counted(material, progress))


def _one(write: Write) -> Callable[[Material, Path, int], dict[Path, Write]]:
    """A kind that is one file, whatever the show."""

    def files(_material: Material, path: Path, _offset_ms: int) -> dict[Path, Write]:
        return {path: write}

    return files


def _text(text: str) -> Write:
    def write(_material: Material, path: Path, _progress: Progress) -> None:
        path.write_text(text, encoding="utf-8")

    return write


def _youtube(material: Material, path: Path, offset_ms: int) -> dict[Path, Write]:
    state = material.state
    return {path: _text(youtube(chapters(state, offset_ms), _lengths(state, offset_ms)))}


def _vtt(material: Material, path: Path, offset_ms: int) -> dict[Path, Write]:
    return {place: _text(text) for place, text in _vtt_texts(material.state, path, offset_ms).items()}


def _vtt_texts(state: ShowState, path: Path, offset_ms: int) -> dict[Path, str]:
    # Nothing was on air: a file without a chapter says so.
    found = webvtts(chapters(state, offset_ms), _lengths(state, offset_ms)) or [(0, "WEBVTT\n")]
    return {recording_path(path, number, found[0][0]): text for number, text in found}


def _chapter_csv(material: Material, path: Path, offset_ms: int) -> dict[Path, Write]:
    def write(_material: Material, part: Path, _progress: Progress) -> None:
        write_csv(chapter_table(chapters(material.state, offset_ms)), part)

    return {path: write}


KINDS: dict[str, Callable[[Material, Path, int], dict[Path, Write]]] = {
    "html": _one(_html),
    "xlsx": _one(_xlsx),
    "csv": _one(_write_folder),
    "chapters_youtube": _youtube,
    "chapters_vtt": _vtt,
    "chapters_csv": _chapter_csv,
}
"""The files of a kind, at their places, and how each is written."""


def _lengths(state: ShowState, offset_ms: int) -> Sequence[int | None]:
    """How long each recording is."""
    return [None if c.to_ms is None else c.to_ms - c.from_ms + offset_ms for c in recordings(state)]


def _nobody(_share: float) -> None:
    """Nobody wants to know."""
