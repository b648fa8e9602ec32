"""A show under review, written as a file of a kind; each is there whole, or not at all."""

import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from studio.domain.chapters import chapters, recordings
from studio.domain.show import ShowState
from studio.review.chapter_files import chapter_table, webvtt, youtube
from studio.review.csvs import write_csv, write_csvs
from studio.review.material import Material
from studio.review.report import report_of
from studio.review.tables import tables
from studio.review.xlsx import write_xlsx

__all__ = ["KINDS", "Material", "write_export"]


def write_export(material: Material, kind: str, path: Path, offset_ms: int = 0) -> None:
    """Write the show as `kind`, one of `KINDS`; `csv` is a folder, which is made. `offset_ms` puts all chapters later.

    Raises `OSError` where it cannot be written.
    """
    if kind == "csv":
        write_csvs(tables(material), path)
        return
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", delete=False) as part:
        unfinished = Path(part.name)
    try:
        KINDS[kind](material, unfinished, offset_ms)
        unfinished.chmod(0o644)
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)


def _html(material: Material, path: Path, _offset_ms: int) -> None:
    path.write_text(report_of(material), encoding="utf-8")


def _xlsx(material: Material, path: Path, _offset_ms: int) -> None:
    write_xlsx(tables(material), path)


def _csv(material: Material, path: Path, _offset_ms: int) -> None:
    write_csvs(tables(material), path)


def _youtube(material: Material, path: Path, offset_ms: int) -> None:
    state = material.state
    path.write_text(youtube(chapters(state, offset_ms), _lengths(state, offset_ms)), encoding="utf-8")


def _vtt(material: Material, path: Path, offset_ms: int) -> None:
    state = material.state
    path.write_text(webvtt(chapters(state, offset_ms), _lengths(state, offset_ms)), encoding="utf-8")


def _chapter_csv(material: Material, path: Path, offset_ms: int) -> None:
    write_csv(chapter_table(chapters(material.state, offset_ms)), path)


KINDS: dict[str, Callable[[Material, Path, int], None]] = {
    "html": _html,
    "xlsx": _xlsx,
    "csv": _csv,
    "chapters_youtube": _youtube,
    "chapters_vtt": _vtt,
    "chapters_csv": _chapter_csv,
}


def _lengths(state: ShowState, offset_ms: int) -> Sequence[int | None]:
    """How long each recording is."""
    return [None if c.to_ms is None else c.to_ms - c.from_ms + offset_ms for c in recordings(state)]
