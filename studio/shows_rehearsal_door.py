"""Starts rehearsals: studios of their own, in processes of their own, with nothing of the real shop or channels in them."""

import asyncio
import subprocess
import sys
from collections.abc import Iterable, Mapping
from typing import Final

from studio.app import Desktop
from studio.domain.product import Product, StockLevel
from studio.domain.show import ShowState
from studio.rehearsal_lineup import own_lineup, write_own
from studio.ui.studio import Notice

_NAMED: Final = 5


class RehearsalDoor:
    """Rehearses the sample show, or a show's own line-up."""

    def __init__(self, desktop: Desktop) -> None:
        self._desktop = desktop

    async def rehearse_sample(self) -> None:
        """A rehearsal with the line-up that comes with the studio."""
        await self._start()
        self._say("ok", "The rehearsal opens in a window of its own, with its own data.")

    async def rehearse_show(
        self, state: ShowState, products: Mapping[str, Product], stock: Iterable[StockLevel]
    ) -> None:
        """A rehearsal with the line-up of this show: the demo shop gets its products, as they are known here (`products` by
        id, `stock` of their variants). Neither its shop nor its channels are told anything.
        """
        if not state.items:
            self._say("warning", "The line-up is empty: add an item first, then rehearse it.")
            return
        room = self._desktop.room
        written = own_lineup(state, products, stock)
        pictures: dict[str, bytes] = {}
        for name, url in written.pictures.items():
            data = await asyncio.wrap_future(room.run(room.kept_image(url)))
            if data is not None:
                pictures[name] = data
        rehearsals = self._desktop.paths.rehearsals
        try:
            file = await asyncio.to_thread(write_own, rehearsals, written, pictures)
        except OSError as error:
            why = error.strerror or type(error).__name__
            self._say(
                "trouble",
                f"The line-up could not be written for the rehearsal ({why}). Free some space, and try again.",
            )
            return
        await self._start("--lineup", str(file))
        title = state.title[:80]
        self._say(
            "ok",
            f"The rehearsal of “{title}” opens in a window of its own, with a demo shop that sells its products.",
        )
        if written.as_talk:
            shown = ", ".join(f"“{title[:60]}”" for title in written.as_talk[:_NAMED])
            more = len(written.as_talk) - _NAMED
            others = f" and {more} more" if more > 0 else ""
            self._say(
                "info",
                f"Rehearsed without a product, because nothing is known here of theirs: {shown}{others}. Open the show once "
                "with its shop, then rehearse it again.",
            )

    async def _start(self, *arguments: str) -> None:
        folder = str(self._desktop.paths.data)
        command = [sys.executable, "-m", "studio", "--data-dir", folder, "rehearse", *arguments]
        await asyncio.to_thread(_start_detached, command)

    def _say(self, level: str, sentence: str) -> None:
        self._desktop.window.post(Notice(level, sentence))


def _start_detached(command: list[str]) -> None:
    subprocess.Popen(command, start_new_session=True)  # noqa: S603 - our own program
