"""All that a report or an export is made of."""

import msgspec

from studio.domain.advice import Advice
from studio.domain.alerts import Alert
from studio.domain.audience import ViewerSample
from studio.domain.events import Logged
from studio.domain.kpi import ShowFigures
from studio.domain.order import REPLAY_MS, Order
from studio.domain.past import PastShow
from studio.domain.question import Question
from studio.domain.show import ShowState


class Material(msgspec.Struct, frozen=True, kw_only=True):
    """A show under review. `samples` and `orders` in any order and revision; `previous` is the show before it, None for
    none; `log` its whole log; `alerts` what went wrong, in order of time; `generated_ms` is now (UTC ms); `language` is BCP 47.
    """

    state: ShowState
    figures: ShowFigures
    samples: tuple[ViewerSample, ...]
    orders: tuple[Order, ...]
    questions: tuple[Question, ...] = ()
    previous: PastShow | None = None
    advice: tuple[Advice, ...] = ()
    replay_ms: int = REPLAY_MS
    log: tuple[Logged, ...] = ()
    alerts: tuple[Alert, ...] = ()
    generated_ms: int
    language: str
