"""Tries a shop by the studio's own ways before a show depends on it: who it is, its clock, and each thing that is read."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

from studio.control.ports import (
    BadAnswer,
    ClockReading,
    Http,
    MissingRight,
    ProductPage,
    RefusedByTarget,
    ShopIdentity,
    TargetError,
    Throttled,
    Unauthorised,
    Unreachable,
    WallClock,
)
from studio.control.ports.answers import is_html
from studio.heard_http import HeardHttp
from studio.settings.schema import ShopSettings
from studio.shop_factory import ConnectedShop, ShopKind, UnknownShopKind, shop_kind
from studio.sync.http import BadAddress, HttpClient, Untrusted, checked_address
from studio.ui.connections.port import Failure, ShopTest, Step

WITHIN_S = 30.0
"""How long a whole test may take."""
NO_SUCH_CODE = "HOST-STUDIO-TRIES-THIS-SHOP"
_MOST_VARIANTS = 5
T = TypeVar("T")


class _Trial:
    """One test under way."""

    def __init__(
        self, shop: ConnectedShop, http: HeardHttp, on_step: Callable[[Step], None], key: str
    ) -> None:
        self._shop, self._http, self._on_step, self._key = shop, http, on_step, key
        self.missing: list[str] = []
        self.problems: list[str] = []
        self.identity: ShopIdentity | None = None
        self.clock: ClockReading | None = None

    async def run(self) -> None:
        """Raises the `TargetError` because of which the shop cannot be used at all."""
        shop = self._shop
        self._on_step(Step.CONNECT)
        self.identity = await shop.identity()
        self.clock = await self._tried(Step.CLOCK, shop.clock())
        page: ProductPage | None = await self._tried(Step.PRODUCTS, shop.catalogue(None))
        variants = [v.id for p in page.products for v in p.variants][:_MOST_VARIANTS] if page else []
        if variants:
            await self._tried(Step.STOCK, shop.stock(variants))
        await self._tried(Step.ORDERS, shop.orders(""))
        await self._tried(Step.CODES, shop.find_promo(NO_SUCH_CODE))
        lacking = await self._tried(Step.RIGHTS, shop.lacking())
        self.missing += [sentence for sentence in lacking or () if sentence not in self.missing]

    async def _tried(self, step: Step, act: Awaitable[T]) -> T | None:
        self._on_step(step)
        try:
            return await act
        except MissingRight as error:
            if not self._key:
                raise
            self._note(self.missing, error)
        except (RefusedByTarget, BadAnswer) as error:
            self._note(self.problems, error)
        return None

    @staticmethod
    def _note(sentences: list[str], error: TargetError) -> None:
        if error.sentence not in sentences:
            sentences.append(error.sentence)

    def meaning(self, error: TargetError) -> Failure:
        """What stands in the way."""
        answer = self._http.last
        status = answer.status if answer else 0
        match error:
            case Untrusted():
                return Failure.UNTRUSTED
            case Throttled():
                return Failure.BUSY
            case Unreachable():
                if status:
                    return Failure.MAINTENANCE
                return Failure.TIMEOUT if error.attempted else Failure.UNREACHABLE
            case MissingRight() if self._key:
                return Failure.RIGHT_MISSING
            case Unauthorised():
                if not self._key:
                    return Failure.KEY_MISSING
                return Failure.KEY_REFUSED
            case BadAnswer() if answer is not None and is_html(answer):
                return Failure.MAINTENANCE if "maintenance" in error.sentence else Failure.OTHER_PLATFORM
            case BadAnswer() if "version" in error.sentence:
                return Failure.OTHER_VERSION
            case BadAnswer():
                return Failure.OTHER_PLATFORM
            case _:
                return Failure.OTHER_PLATFORM if status in (404, 405, 410) else Failure.REFUSED


async def probe(
    settings: ShopSettings,
    key: str,
    wall: WallClock,
    on_step: Callable[[Step], None] = lambda _step: None,
    within_s: float = WITHIN_S,
) -> ShopTest:
    """Try the shop with this key (empty: without) and say what was found. Never raises what a shop can cause.

    Nothing is written to the shop. `on_step` is called in the loop's thread as each part begins.
    """
    try:
        kind = shop_kind(settings.kind)
        checked_address(settings.base_url)
    except (UnknownShopKind, BadAddress) as error:
        return ShopTest(wall.now_ms(), failure=Failure.ADDRESS, sentence=str(error))
    try:
        http = HeardHttp(_client(settings, key, kind, wall))
    except BadAddress as error:
        return ShopTest(wall.now_ms(), failure=Failure.CERTIFICATE_FILE, sentence=str(error))
    trial = _Trial(_connector(kind, http, settings), http, on_step, key)
    failure: Failure | None = None
    sentence = ""
    try:
        async with asyncio.timeout(within_s):
            await trial.run()
    except TargetError as error:
        failure, sentence = trial.meaning(error), error.sentence
    except TimeoutError:
        failure, sentence = Failure.TIMEOUT, f"The test was given up after {within_s:.0f} s."
    finally:
        await http.aclose()
    if failure is None and trial.missing:
        failure, sentence = Failure.RIGHT_MISSING, trial.missing[0]
    return _told(trial, failure, sentence, wall.now_ms())


def _client(settings: ShopSettings, key: str, kind: ShopKind, wall: WallClock) -> HttpClient:
    ca_file = Path(settings.ca_file).expanduser() if settings.ca_file else None
    return HttpClient(
        settings.base_url, lambda: key or None, wall, ca_file=ca_file, token_header=kind.token_header
    )


def _connector(kind: ShopKind, http: Http, settings: ShopSettings) -> ConnectedShop:
    return kind.make(http, settings, "en", None)


def _told(trial: _Trial, failure: Failure | None, sentence: str, at_ms: int) -> ShopTest:
    shop, clock = trial.identity, trial.clock
    missing, problems = tuple(trial.missing), tuple(trial.problems)
    if shop is None:
        missing = (sentence,) if failure is Failure.RIGHT_MISSING else ()
        return ShopTest(at_ms, failure=failure, sentence=sentence, missing=missing)
    ahead = None
    if clock is not None:
        ahead = clock.shop_ms - (clock.sent_wall_ms + clock.received_wall_ms) // 2
    return ShopTest(
        at_ms=at_ms,
        name=shop.name,
        currency=shop.currency,
        product_count=shop.product_count,
        locations=len(shop.locations),
        time_zone=shop.time_zone,
        capabilities=shop.capabilities,
        clock_ahead_ms=ahead,
        clock_rate=clock.rate if clock else 1.0,
        failure=failure,
        sentence=sentence,
        missing=missing,
        problems=problems,
    )
