"""What was announced, as a list: when, where, in which words, and what became of it."""

import msgspec

from studio.domain import events as ev
from studio.domain.announcement_rules import LINK, AnnouncementKind
from studio.domain.announcements import link_placed
from studio.domain.show_state import ShowState


class AnnouncementLine(msgspec.Struct, frozen=True):
    """One announcement in one channel. `at_ms` is when it was due (UTC ms of the shop's clock); `text` what was really
    said, or before that what is to be said, then with "…" for the link; `outcome` is None while it waits, `sentence` says
    why it did not go through.
    """

    at_ms: int
    kind: AnnouncementKind
    subject: str
    channel: str
    text: str
    outcome: ev.Outcome | None = None
    sentence: str = ""
    effect_id: str = ""


def announcement_lines(state: ShowState) -> tuple[AnnouncementLine, ...]:
    """All announcements of a show, the oldest first."""
    lines: list[AnnouncementLine] = []
    for said in state.said:
        settled = state.settled.get(said.effect_id)
        planned = link_placed(said.text, "…" if LINK in said.text else "")
        text = (settled.said if settled else "") or planned
        outcome = settled.outcome if settled else None
        sentence = settled.sentence if settled else ""
        lines.append(
            AnnouncementLine(
                said.at_ms, said.kind, said.subject, said.channel, text, outcome, sentence, said.effect_id
            )
        )
    return tuple(lines)
