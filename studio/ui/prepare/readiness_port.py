"""What the list of checks asks of the studio: what only the outside knows, and the ways to what mends it."""

from typing import Protocol

from studio.domain.checks import ReadinessFacts


class ReadinessPort(Protocol):
    """What the panel may ask. Coroutines run on the window's loop and never block it."""

    async def facts(self) -> ReadinessFacts:
        """How everything outside the show's log is at this moment. Nothing is written."""
        ...

    async def refresh_stock(self) -> None:
        """Read the stock of the line-up's products now. Returns when the shop has answered or could not be reached."""
        ...

    def open_shops(self) -> None:
        """Bring the shops of the settings to the front."""
        ...

    def open_channels(self) -> None:
        """Bring the channels of the settings to the front."""
        ...

    def open_stage(self) -> None:
        """Bring the stage of the settings to the front."""
        ...

    def open_prompter(self) -> None:
        """Show the prompter, or have its monitor chosen."""
        ...

    def open_data_folder(self) -> None:
        """Show the folder of the studio's data, where room can be made."""
        ...
