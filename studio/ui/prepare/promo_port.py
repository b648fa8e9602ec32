"""What the promo plan asks of the studio: what the shop and other shows have, and what the settings say."""

from collections.abc import Collection, Mapping
from typing import Protocol


class PromoPort(Protocol):
    """What the dialog may ask. Coroutines run on the window's loop and never block it."""

    @property
    def floor_percent(self) -> int:
        """How many percent of a product's price a code leaves at least (0: anything goes)."""
        ...

    def keep_floor(self, percent: int) -> str:
        """Keep another floor, for all shows; why it could not be kept, empty when it was."""
        ...

    @property
    def replay_ms(self) -> int:
        """How long after a show its orders and codes count, in ms."""
        ...

    def keep_replay(self, hours: int) -> str:
        """Keep another length of the replay (hours), for all shows, from now on; why it could not be kept, empty when it
        was.
        """
        ...

    async def codes_taken(self, codes: Collection[str]) -> dict[str, bool | None]:
        """Which of these codes the shop of the open show has already; None for one of which it cannot say (it is away, its
        key lacks the right). Nothing is written, and nothing raised.
        """
        ...

    async def other_shows(self) -> Mapping[str, str]:
        """The titles of the other shows of the same shop that are still to come, by the codes that they plan."""
        ...
