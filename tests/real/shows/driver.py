"""The studio as a process of its own: plays a show from wherever its log stands, each step when it is told to.

Says one line each: what `tests.journeys.killing.driver` says, `ready STEP` when it waits for being told to go on,
`link PRODUCT SHOW/LINK` of what is on air, `codes ended` behind the last of them, `pin-refused REASON` for what is sold out,
and at the end `figures JSON`.
"""

import os
import sys
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import parse_qs, urlsplit

import msgspec

from studio.domain import commands as cmd
from studio.domain.kpi import ShowFigures, newest_revisions, own_orders
from studio.domain.promo import PromoRecord
from studio.kill_points import KILL_AT
from studio.settings.schema import ShopSettings
from tests.journeys.killing.driver import play_on
from tests.journeys.killing.script import Step
from tests.journeys.rooms import Room, Server
from tests.real.shows.script import SOLD_OUT, Played, steps, steps_before

CAUGHT_UP_S = 60.0


class Life(msgspec.Struct, frozen=True):
    """What one life of the studio is to do; `kill_at` is a kill point. With `before` it plays the show of the week before."""

    data: str
    shop: ShopSettings
    key: str
    played: Played
    kill_at: str = ""
    before: bool = False

    def __repr__(self) -> str:
        return f"Life({self.played.show})"


class Books(msgspec.Struct, frozen=True):
    """What the shop's list holds of the time since the show began: so many orders, so many of them cancelled."""

    orders: int
    cancelled: int


class Told(msgspec.Struct, frozen=True):
    """What the studio says of a show that is over. `own` and `rest` are orders by id, those since it began; `report` is the
    report in HTML, `waiting` what the outbox still holds.
    """

    figures: ShowFigures
    promos: tuple[PromoRecord, ...]
    own: frozenset[str]
    rest: frozenset[str]
    started_at_ms: int
    ended_at_ms: int
    waiting: int
    report: str


class Line(Protocol):
    """The end of a pipe to whoever started the driver."""

    def send(self, obj: Any, /) -> None:
        """Before this returns it is out of the process."""
        ...

    def recv(self) -> Any:
        """What was sent from the other end."""
        ...


class _Player:
    def __init__(self, room: Room, life: Life, line: Line) -> None:
        self._room = room
        self._life = life
        self._line = line

    def say(self, line: str) -> None:
        self._line.send(line)

    def before(self, step: Step) -> None:
        self._tell_link()
        self.say(f"ready {step.name}")
        assert self._line.recv() == "go"
        if step.name == "end" and not self._life.before:
            self._codes_have_ended()
            self._sold_out_is_refused()

    def _tell_link(self) -> None:
        state, shop = self._room.state, self._room.engine_room._shop
        if state.pinned_product_id and shop is not None:
            link = self._room.ask(shop.tracked_link(state.id, state.pinned_product_id, "live"))
            marks = parse_qs(urlsplit(link.url).query)
            self.say(f"link {state.pinned_product_id} {marks['utm_campaign'][0]}/{marks['utm_content'][0]}")

    def _codes_have_ended(self) -> None:
        state = self._room.state
        assert state.started_at_ms is not None
        last = max(record.wanted_ends_at_ms for record in state.promos.values())
        self._room.pass_until(last - state.started_at_ms)
        self.say("codes ended")
        assert self._line.recv() == "go"

    def _sold_out_is_refused(self) -> None:
        """Nobody pins what is sold out by mistake."""
        items = self._room.state.items
        for item in (items[number] for number in SOLD_OUT):

            def gone(product_id: str = item.product_id) -> bool:
                return self._room.engine_room.show._facts().sellable.get(product_id) == 0

            self._room.until(gone, f"“{item.title}” is sold out in the studio too")
            refused = self._room.do(cmd.PinItem(item.id))
            self.say(f"pin-refused {refused.reason if refused else 'no'}")

    def told(self) -> Told:
        """What the studio has, as soon as it has heard of all that the shop's books hold."""
        room, books = self._room, self._line.recv()
        show_id = self._life.played.show

        def review() -> Any:
            found = room.ask(room.engine_room.reviews.review(show_id))
            since = [o for o in newest_revisions(found.orders) if o.placed_at_ms >= found.state.started_at_ms]
            heard = Books(len(since), sum(o.cancelled for o in since))
            return (found, since) if heard == books else None

        found, since = room.until(review, f"the studio has heard of {books}", CAUGHT_UP_S)
        state = found.state
        own = frozenset(o.id for o in own_orders(state, since))
        return Told(
            figures=found.figures,
            promos=tuple(state.promos.values()),
            own=own,
            rest=frozenset(o.id for o in since) - own,
            started_at_ms=state.started_at_ms,
            ended_at_ms=state.ended_at_ms,
            waiting=len(room.waiting()),
            report=room.ask(room.engine_room.reviews.report_html(show_id)),
        )


def live(life: Life, line: Line) -> int:
    """Open, play, tell, close; the exit code."""
    if life.kill_at:
        os.environ[KILL_AT] = life.kill_at
    room = Room(Path(life.data) / "studio.db", Server(life.shop.base_url, life.key), None, life.shop)
    player = _Player(room, life, line)
    for sentence in room.start():
        player.say(f"mended {sentence}")
    try:
        script = steps_before(life.played) if life.before else steps(life.played)
        code = play_on(room, life.played.show, script, player.say, before=player.before)
        if code == 0 and not life.before:
            player.say(f"figures {msgspec.json.encode(player.told()).decode()}")
    finally:
        room.stop()
    if code == 0:
        player.say("done")
    return code


def in_a_process(life: Life, line: Line) -> None:
    """`live`, as the whole of a process: what it prints goes to a file in its data folder."""
    with (Path(life.data) / "printed.txt").open("ab") as printed:
        os.dup2(printed.fileno(), 1)
        os.dup2(printed.fileno(), 2)
    sys.exit(live(life, line))
