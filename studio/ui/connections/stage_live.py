"""How the stages are while a show is open: gathered from what the engine tells the window."""

from collections.abc import Iterable, Mapping

from studio.control.ports import StreamState
from studio.ui.studio import ChangeBatch, LinkStatus

STAGE = "stage"
OBS = "obs"
OVERLAY = "overlay"


class LiveStages:
    """The stages of the open show by name; nothing while none is open."""

    def __init__(self) -> None:
        self.links: dict[str, LinkStatus] = {}
        self.streams: dict[str, StreamState] = {}

    def restart(self, links: Iterable[LinkStatus], streams: Mapping[str, StreamState]) -> None:
        """A show was opened, and this is how its stages are."""
        self.links, self.streams = {}, {}
        self._take(links, streams)

    def take(self, batch: ChangeBatch) -> bool:
        """Whether something changed."""
        return self._take(batch.links, batch.streams)

    def _take(self, links: Iterable[LinkStatus], streams: Mapping[str, StreamState]) -> bool:
        mine = {status.name: status for status in links if status.kind == STAGE}
        self.links |= mine
        self.streams |= streams
        return bool(mine or streams)
