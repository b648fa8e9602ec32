"""What all connectors have in common: whom they tell what, and pictures by plain HTTP."""

from collections.abc import Callable, Sequence

import structlog

from studio.control.ports import BadAnswer, Http
from studio.control.ports.answers import raise_for_status

_IMAGE_BYTES = 10_000_000
_log = structlog.get_logger(__name__)


class BaseShop:
    """A part of the `Shop` port. `on_problem` is told a sentence about each entry that was left out, `on_clock_hint`
    (shop ms, sent, received wall ms) from answers.
    """

    def __init__(
        self,
        http: Http,
        on_problem: Callable[[str], None] | None = None,
        on_clock_hint: Callable[[int, int, int], None] | None = None,
    ) -> None:
        self._http = http
        self.on_problem = on_problem
        self.on_clock_hint = on_clock_hint

    async def image(self, url: str) -> bytes:
        """A picture's bytes, at most 10 MB; whether they are a picture is for the reader to see."""
        answer = await self._http.request(
            "GET", url, headers={"Accept": "image/*"}, timeout_ms=20_000, max_bytes=_IMAGE_BYTES
        )
        raise_for_status(answer, "The shop")
        if answer.status != 200 or not answer.body:
            raise BadAnswer("The shop has an empty picture.")
        return answer.body

    async def lacking(self) -> tuple[str, ...]:
        """Sentences about missing rights to write: none where reading tells them, or nothing can be told without writing."""
        return ()

    def _hint(self, shop_ms: int, sent_ms: int, received_ms: int) -> None:
        if self.on_clock_hint:
            self.on_clock_hint(shop_ms, sent_ms, received_ms)

    def _report(self, problems: Sequence[str]) -> tuple[str, ...]:
        for problem in problems:
            _log.warning("shop entry left out", problem=problem)
            if self.on_problem:
                self.on_problem(problem)
        return tuple(problems)
