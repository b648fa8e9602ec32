"""Chapters of a replay as files: for a YouTube description, as WebVTT, and as CSV."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import groupby
from pathlib import Path
from typing import Final

import msgspec

from studio.domain.chapters import Chapter
from studio.review.formats import plain
from studio.review.tables import Table

YOUTUBE_LEAST_MS: Final = 10_000
YOUTUBE_LEAST: Final = 3
"""YouTube Help, "Video chapters": the first at 0:00, at least three in ascending order, each at least 10 s long."""
_TITLE: Final = 100
_LAST_MS: Final = 24 * 3_600_000


def youtube(chapters: Sequence[Chapter], ends_ms: Sequence[int | None] = ()) -> str:
    """The lines for a video's description, for each recording apart. `ends_ms` are the recordings' lengths, where known.

    A chapter shorter than YouTube takes is left out: what is before it goes on; only what is before the first item gives
    its place to that item. Where less than three are left, the lines
    are only times to click on, and a first line says so.
    """
    blocks: list[str] = []
    for number, of_one in _recordings(chapters):
        end = ends_ms[number] if number < len(ends_ms) else None
        kept = _long_enough(of_one, end)
        lines = [f"{_clock(c.at_ms)} {_title(c)}" for c in kept]
        if len(kept) < YOUTUBE_LEAST:
            lines.insert(0, f"(YouTube makes chapters of {YOUTUBE_LEAST} and more)")
        blocks.append("\n".join(lines))
    return "\n\n".join(blocks) + "\n" if blocks else ""


def webvtts(chapters: Sequence[Chapter], ends_ms: Sequence[int | None] = ()) -> list[tuple[int, str]]:
    """A WebVTT file of chapters for each recording that has any, with the recording's number from 0: a file is for one
    recording (W3C WebVTT 1, section 4.2 "WebVTT chapter cue text": one line of title a cue).
    """
    return [
        (number, _webvtt(of_one, ends_ms[number] if number < len(ends_ms) else None))
        for number, of_one in _recordings(chapters)
    ]


def recording_path(path: Path, number: int, first: int) -> Path:
    """Where a recording's file stands: the `first` one's is the path itself, that of recording 1 (from 0) `NAME-2.vtt`."""
    return path if number == first else path.with_name(f"{path.stem}-{number + 1}{path.suffix}")


def _webvtt(of_one: Sequence[Chapter], end_ms: int | None) -> str:
    lines = ["WEBVTT", ""]
    for n, chapter in enumerate(of_one):
        behind = of_one[n + 1].at_ms if n + 1 < len(of_one) else max(end_ms or _LAST_MS, chapter.at_ms + 1)
        lines += [str(n + 1), f"{_stamp(chapter.at_ms)} --> {_stamp(behind)}", _cue(_title(chapter)), ""]
    return "\n".join(lines)


def chapter_table(chapters: Sequence[Chapter]) -> Table:
    """The chapters as a table: the recording's number from 1, when each begins in it, and what it shows."""
    return Table(
        "Chapters",
        ("Recording", "Begins", "Seconds", "Title", "Item", "Product"),
        (
            (
                c.broadcast + 1, _clock(c.at_ms), Decimal(c.at_ms).scaleb(-3), plain(c.title), plain(c.item_id),
                plain(c.product_id),
            )
            for c in chapters
        ),
    )  # fmt: skip


def _recordings(chapters: Sequence[Chapter]) -> Iterator[tuple[int, list[Chapter]]]:
    for number, of_one in groupby(chapters, key=lambda c: c.broadcast):
        yield number, list(of_one)


def _long_enough(chapters: Sequence[Chapter], end_ms: int | None) -> list[Chapter]:
    """By the seconds that are written: YouTube knows no others."""
    kept: list[Chapter] = []
    for chapter in chapters:
        if kept and _seconds(chapter.at_ms) - _seconds(kept[-1].at_ms) < YOUTUBE_LEAST_MS // 1000:
            # Only the first may not go: without one at 0:00 there are no chapters at all.
            if len(kept) == 1:
                if not kept[0].item_id and chapter.item_id:
                    kept[0] = msgspec.structs.replace(chapter, at_ms=kept[0].at_ms)
                continue
            kept.pop()
            if _seconds(chapter.at_ms) - _seconds(kept[-1].at_ms) < YOUTUBE_LEAST_MS // 1000:
                continue
        kept.append(chapter)
    if end_ms is not None:
        while len(kept) > 1 and end_ms // 1000 - _seconds(kept[-1].at_ms) < YOUTUBE_LEAST_MS // 1000:
            kept.pop()
    return kept


def _seconds(at_ms: int) -> int:
    return at_ms // 1000


def _title(chapter: Chapter) -> str:
    return plain(chapter.title, _TITLE) or "–"


def _clock(at_ms: int) -> str:
    minutes, seconds = divmod(_seconds(at_ms), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"


def _stamp(at_ms: int) -> str:
    seconds, ms = divmod(at_ms, 1000)
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}.{ms:03}"


def _cue(text: str) -> str:
    """Escaped as cue text wants it (section 4.2.2), which also keeps an arrow from being one."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
