"""How each channel is while a show is open: gathered from what the engine tells the window."""

from collections.abc import Iterable

import msgspec

from studio.control.ports import Quota
from studio.domain.audience import ViewerSample
from studio.ui.studio import ChangeBatch, Link, LinkStatus

CHANNEL = "channel"


class Live(msgspec.Struct, frozen=True):
    """One channel. `heard_ms` is when it was last heard (UTC ms of this computer); `viewers` None: not told;
    `messages` how many came since the show was opened.
    """

    link: Link = Link.CONNECTING
    sentence: str = ""
    heard_ms: int | None = None
    viewers: int | None = None
    messages: int = 0
    quota: Quota | None = None


class LiveChannels:
    """The channels of the open show by their id; nothing while none is open."""

    def __init__(self) -> None:
        self._live: dict[str, Live] = {}

    def get(self, channel_id: str) -> Live | None:
        """How this one is; None: no open show uses it."""
        return self._live.get(channel_id)

    def link(self, channel_id: str) -> Link | None:
        """How its connection is."""
        live = self._live.get(channel_id)
        return live.link if live else None

    def restart(
        self, links: Iterable[LinkStatus], samples: Iterable[ViewerSample], quotas: dict[str, Quota]
    ) -> None:
        """A show was opened, and this is how its channels are."""
        self._live = {}
        self._take(links, samples, {}, quotas)

    def take(self, batch: ChangeBatch) -> set[str]:
        """What changed; the channels whose state is another one now."""
        messages: dict[str, int] = {}
        for row in batch.chat:
            messages[row.message.channel] = messages.get(row.message.channel, 0) + 1
        return self._take(batch.links, batch.samples, messages, batch.quotas)

    def _take(
        self,
        links: Iterable[LinkStatus],
        samples: Iterable[ViewerSample],
        messages: dict[str, int],
        quotas: dict[str, Quota],
    ) -> set[str]:
        changed: set[str] = set()
        for status in links:
            if status.kind != CHANNEL:
                continue
            before = self._live.get(status.name)
            if before is None or before.link is not status.link:
                changed.add(status.name)
            self._live[status.name] = msgspec.structs.replace(
                before or Live(), link=status.link, sentence=status.sentence, heard_ms=status.heard_wall_ms
            )
        for sample in samples:
            self._put(sample.channel, viewers=sample.viewers)
        for channel, count in messages.items():
            known = self._live.get(channel)
            self._put(channel, messages=(known.messages if known else 0) + count)
        for channel, quota in quotas.items():
            self._put(channel, quota=quota)
        return changed

    def _put(self, channel_id: str, **news: object) -> None:
        """Of a channel of the open show; others are not told of here."""
        known = self._live.get(channel_id)
        if known is not None:
            self._live[channel_id] = msgspec.structs.replace(known, **news)
