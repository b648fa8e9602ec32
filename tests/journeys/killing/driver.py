"""The studio that is killed: plays the script of one show from wherever its log stands, and says what is on disk.

Says one line each: `mended SENTENCE`, `opened SEQ`, `ack STEP COMMAND SEQ` (on disk), `refused STEP SENTENCE`, and at the end `same` (its
state is the fold of its log) and `done`. By hand:

    python -m tests.journeys.killing.driver '{"data": DIR, "show": ID, "tag": TAG, "shop": URL, ...}'
"""

import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

import msgspec

from studio.domain.show import fold
from studio.kill_points import KILL_AT, REPORT
from tests.journeys.killing.script import Script, Step, command_ids
from tests.journeys.rooms import Room, Server

DRAIN_S = 60.0
Say = Callable[[str], None]


class Life(msgspec.Struct, frozen=True):
    """What one life of the studio is to do. `kill_at` is a kill point, `NAME` or `NAME:N`, or empty."""

    data: str
    show: str
    tag: str
    shop: str
    shop_token: str
    channel: str
    channel_token: str
    asked: tuple[str, ...]
    kill_at: str = ""
    report: str = ""

    def __repr__(self) -> str:
        return f"Life({self.tag}, {self.kill_at})"


class Told(Protocol):
    """Where a life says what it has done: a pipe's end."""

    def send(self, obj: str, /) -> None:
        """Before this returns it is out of the process."""
        ...


def play(room: Room, life: Life, say: Say) -> int:
    """Play what is left of the script; the exit code."""
    script = Script(life.show, life.tag, life.asked)
    return play_on(room, life.show, script.steps, say, whole_feeds=True)


def play_on(
    room: Room,
    show_id: str,
    steps: Sequence[Step],
    say: Say,
    *,
    whole_feeds: bool = False,
    before: Callable[[Step], None] = lambda _: None,
) -> int:
    """Open a show and play those of its steps that its log does not hold yet; the exit code. `before` each step something
    else may be done.
    """
    opened = room.open(show_id, whole_feeds=whole_feeds)
    say(f"opened {opened.state.seq}")
    room.clock_measured()
    history = room.engine_room.history
    for step in steps[len(command_ids(list(opened.log))) :]:
        before(step)
        seq = room.state.seq
        refused = room.do(step.command)
        if refused is not None:
            say(f"refused {step.name}: {refused.sentence}")
            return 3
        logged = command_ids(history.events(show_id, seq))
        say(f"ack {step.name.replace(' ', '-')} {logged[-1]} {room.state.seq}")
        if step.settled and not room.drained(DRAIN_S):
            say(f"stuck {[(type(r.effect.action).__name__, r.last_error) for r in room.waiting()]}")
            return 4
    if not room.drained(DRAIN_S):
        say(f"stuck {[(type(r.effect.action).__name__, r.last_error) for r in room.waiting()]}")
        return 4
    log = room.ask(room.engine_room.log_of(show_id))
    say("same" if room.state == fold(show_id, log) else "different")
    return 0


def live(life: Life, say: Say) -> int:
    """Open, play, close; the exit code."""
    if life.kill_at:
        os.environ[KILL_AT] = life.kill_at
    if life.report:
        os.environ[REPORT] = life.report
    room = Room(
        Path(life.data) / "studio.db",
        Server(life.shop, life.shop_token),
        Server(life.channel, life.channel_token),
    )
    for sentence in room.start():
        say(f"mended {sentence}")
    try:
        code = play(room, life, say)
    finally:
        room.stop()
    if code == 0:
        say("done")
    return code


def in_a_process(life: Life, told: Told) -> None:
    """`live`, as the whole of a process: what it prints goes to a file in its data folder."""
    with (Path(life.data) / "printed.txt").open("ab") as printed:
        os.dup2(printed.fileno(), 1)
        os.dup2(printed.fileno(), 2)
    sys.exit(live(life, told.send))


if __name__ == "__main__":
    sys.exit(live(msgspec.json.decode(sys.argv[1], type=Life), lambda line: print(line, flush=True)))
