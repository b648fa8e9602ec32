"""What the tests of the review share: a studio whose answers wait, the workspace, and what stands on its tiles."""

import asyncio

import msgspec

from studio.control.ports import ShowSummary
from studio.ui.review.workspace import ReviewWorkspace
from tests.fakes.played_show import PlayedStudio


class SlowStudio(PlayedStudio):
    """A studio whose answers wait for the test, or fail as it says."""

    def __init__(self, **options) -> None:
        super().__init__(**options)
        self.gates: dict[str, asyncio.Event] = {}
        self.failure: Exception | None = None
        self.others: list[ShowSummary] = []

    async def shows(self):
        return [*await super().shows(), *self.others]

    async def review(self, show_id: str):
        if show_id in self.gates:
            await self.gates[show_id].wait()
        if self.failure is not None:
            raise self.failure
        found = await super().review(show_id)
        if show_id == found.state.id:
            return found
        return msgspec.structs.replace(
            found, state=msgspec.structs.replace(found.state, id=show_id, title=f"Show {show_id}")
        )

    async def report_html(self, show_id: str) -> str:
        if self.failure is not None:
            raise self.failure
        return f"<!doctype html><title>R</title><h1>Report of {show_id}</h1><svg viewBox='0 0 1 1'></svg>"


class Failures(list):
    """What the tasks told of."""

    def __call__(self, name: str, error: BaseException) -> None:
        self.append((name, error))


def tile(review: ReviewWorkspace, key: str) -> tuple[str, str]:
    stat = review.tiles.cards[key].stat
    return stat.value.text(), stat.note.text()
