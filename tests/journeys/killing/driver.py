"""The studio that is killed: plays the script of one show from wherever its log stands, and says what is on disk.

    python -m tests.journeys.killing.driver --data DIR --show ID --tag TAG --shop URL --channel URL --asked ID ...

Tokens: HOST_STUDIO_SHOP_TOKEN, HOST_STUDIO_CHANNEL_TOKEN. Says one line each: `mended SENTENCE`, `opened SEQ`, `ack STEP COMMAND SEQ` (on disk),
`refused STEP SENTENCE`, and at the end `same` (its state is the fold of its log) and `done`.
"""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from studio.domain.show import fold
from tests.journeys.killing.script import Script, command_ids
from tests.journeys.rooms import Room, Server

DRAIN_S = 60.0


def say(line: str) -> None:
    """Without a buffer: what was said was said, also when the process dies."""
    os.write(1, f"{line}\n".encode())


def play(room: Room, show_id: str, script: Script) -> int:
    """Play what is left of the script; the exit code."""
    opened = room.open(show_id, whole_feeds=True)
    say(f"opened {opened.state.seq}")
    room.clock_measured()
    history = room.engine_room.history
    for step in script.steps[script.steps_done(list(opened.log)) :]:
        before = room.state.seq
        refused = room.do(step.command)
        if refused is not None:
            say(f"refused {step.name}: {refused.sentence}")
            return 3
        logged = command_ids(history.events(show_id, before))
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


def main(argv: Sequence[str]) -> int:
    """Open, play, close."""
    parser = argparse.ArgumentParser("driver")
    for name in ("--data", "--show", "--tag", "--shop", "--channel"):
        parser.add_argument(name, required=True)
    parser.add_argument("--asked", action="append", default=[])
    given = parser.parse_args(argv)
    room = Room(
        Path(given.data) / "studio.db",
        Server(given.shop, os.environ["HOST_STUDIO_SHOP_TOKEN"]),
        Server(given.channel, os.environ["HOST_STUDIO_CHANNEL_TOKEN"]),
    )
    for sentence in room.start():
        say(f"mended {sentence}")
    try:
        code = play(room, given.show, Script(given.show, given.tag, tuple(given.asked)))
    finally:
        room.stop()
    if code == 0:
        say("done")
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
