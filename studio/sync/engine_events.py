"""What the engine tells, and where it hears of changes beside the shop's own answers."""

from collections.abc import Callable, Sequence
from typing import Protocol

from studio.control.ports import Hint, OutboxRow, Quota, ShopIdentity, StoredBatch
from studio.sync.links import LinkState


class EngineEvents(Protocol):
    """What the engine tells, always on its own loop. Calls return soon and raise nothing."""

    def stored(self, batch: StoredBatch) -> None:
        """This came in and is on disk."""
        ...

    def link_status(
        self, name: str, kind: str, state: LinkState, sentence: str, heard_wall_ms: int | None
    ) -> None:
        """How the shop or a channel is (`kind` "shop" or "channel")."""
        ...

    def notice(self, level: str, sentence: str, key: str) -> None:
        """A sentence for the host; empty: what was said under `key` is over."""
        ...

    def outbox_changed(self, rows: Sequence[OutboxRow]) -> None:
        """The whole outbox of the show as it is now."""
        ...

    def shop_identity(self, identity: ShopIdentity) -> None:
        """Who the shop is, at each connection."""
        ...

    def catalogue_progress(self, done: int, total: int) -> None:
        """So many products of so many have been read."""
        ...

    def channel_quota(self, name: str, quota: Quota) -> None:
        """What a channel's platform still allows."""
        ...


class HintSource(Protocol):
    """Where hints of what changed come from, beside the shop's own answers: a receiver of webhooks."""

    async def run(self, on_hint: Callable[[Hint], None], notice: Callable[[str, str, str], None]) -> None:
        """Listen until cancelled; what stands in its way is told by `notice` (level, sentence, key)."""
        ...
