"""What a shop left in its answers that makes no sense: each is told once, many together in one sentence."""

import asyncio
from collections.abc import Callable

_MOST = 1_000
_GATHER_S = 0.5
"""Problems of one page of the shop's answers come together."""


class ShopProblems:
    """Gathers problems and tells them by `notice` (level, sentence, key). Lives on the engine's loop."""

    def __init__(self, notice: Callable[[str, str, str], None]) -> None:
        self._notice = notice
        self._found: dict[str, None] = {}
        self._told = 0
        self._telling: asyncio.TimerHandle | None = None

    def add(self, sentence: str) -> None:
        """The shop left something in its answers that makes no sense."""
        if sentence in self._found or len(self._found) >= _MOST:
            return
        if self._telling is None:
            self._telling = asyncio.get_running_loop().call_later(_GATHER_S, self._tell)
        self._found[sentence] = None

    def close(self) -> None:
        """Tell nothing more."""
        if self._telling is not None:
            self._telling.cancel()

    def _tell(self) -> None:
        self._telling = None
        fresh = list(self._found)[self._told :]
        self._told = len(self._found)
        more = f" {len(fresh) - 1} more like it stand in the log." if len(fresh) > 1 else ""
        self._notice("warning", f"{fresh[0]}{more} Tell the shop's owner.", "shop:entries")
