"""Viewers and what they write."""

from collections.abc import Iterable, Sequence

import msgspec


class ViewerSample(msgspec.Struct, frozen=True, gc=False):
    """How many watched on one channel at one moment (`at_ms`, UTC ms of the channel's time)."""

    channel: str
    at_ms: int
    viewers: int


class ChatMessage(msgspec.Struct, frozen=True, gc=False):
    """One message of a channel. `id` is the platform's; `at_ms` its time, UTC ms; `seq` its place in the feed. `origin` is the
    site that it was written on (`tiktok`), where a channel brings several together; empty where it is the channel's own.
    """

    channel: str
    id: str
    seq: int
    at_ms: int
    author: str
    text: str
    author_id: str = ""
    reply_to: str = ""
    by_us: bool = False
    origin: str = ""


class ViewerFigures(msgspec.Struct, frozen=True):
    """Peak and average. `average` is time-weighted; all None when no sample exists."""

    now: int | None
    peak: int | None
    peak_at_ms: int | None
    average: float | None


def viewer_figures(samples: Sequence[ViewerSample], start_ms: int, end_ms: int) -> ViewerFigures:
    """Peak and time-weighted mean of all channels together within [start_ms, end_ms].

    Every channel's count holds until its next sample; the counts of the channels are summed. The time before
    the first sample is left out of the mean: a missing figure is not a zero.
    """
    last: dict[str, int] = {}
    total = 0
    started: int | None = None
    cursor = start_ms
    weighted = 0
    peak: int | None = None
    peak_at: int | None = None
    for sample in sorted(samples, key=lambda s: s.at_ms):
        if sample.at_ms > end_ms:
            break
        if started is not None and sample.at_ms > cursor:
            weighted += total * (sample.at_ms - cursor)
        cursor = max(cursor, sample.at_ms)
        total += sample.viewers - last.get(sample.channel, 0)
        last[sample.channel] = sample.viewers
        if started is None:
            started = cursor
        if sample.at_ms >= start_ms and (peak is None or total > peak):
            peak, peak_at = total, sample.at_ms
    if started is None:
        return ViewerFigures(None, None, None, None)
    weighted += total * max(0, end_ms - cursor)
    span = end_ms - started
    return ViewerFigures(total, peak, peak_at, weighted / span if span > 0 else float(total))


def newest_per_channel(samples: Iterable[ViewerSample]) -> dict[str, ViewerSample]:
    """The newest sample of each channel."""
    newest: dict[str, ViewerSample] = {}
    for sample in samples:
        if sample.channel not in newest or newest[sample.channel].at_ms <= sample.at_ms:
            newest[sample.channel] = sample
    return newest
