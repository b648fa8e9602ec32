"""A show for tests: commands in, log and effects out, with time under the test's hand."""

from studio.domain import commands as cmd
from studio.domain import events as ev
from studio.domain.announcement_rules import AnnouncementRules
from studio.domain.commands import Refused
from studio.domain.decide import Facts, decide
from studio.domain.effects import Effect, effects_of
from studio.domain.ids import derived_id
from studio.domain.lineup import ItemKind, LineUp, LineUpItem
from studio.domain.promo import PromoKind, PromoPlan, PromoScope
from studio.domain.show import ShowState, apply, fold
from studio.domain.undo import undone_command

T0 = 1_790_000_000_000
MINUTE = 60_000


def plan(code: str = "NORD20", **changes) -> PromoPlan:
    fields = {
        "id": f"plan-{code}", "code": code, "kind": PromoKind.PERCENT, "percent": 20, "scope": PromoScope.PRODUCT,
        "minutes": 10,
    }  # fmt: skip
    return PromoPlan(**{**fields, **changes})


def item(n: int, kind: ItemKind = ItemKind.PRODUCT, promo: PromoPlan | None = None, **changes) -> LineUpItem:
    fields = {
        "id": f"i{n}", "kind": kind, "title": f"Item {n}", "planned_ms": 5 * MINUTE,
        "product_id": f"p{n}" if kind is ItemKind.PRODUCT else "", "promo": promo,
    }  # fmt: skip
    return LineUpItem(**{**fields, **changes})


def lineup(*items: LineUpItem) -> LineUp:
    chosen = items or (item(1), item(2, promo=plan()), item(3, ItemKind.TALK), item(4))
    return LineUp("Autumn Home Live #14", "EUR", chosen, "en", 20 * MINUTE)


class Show:
    """Drives one show through `decide` as the desk does, without disk."""

    def __init__(
        self,
        *items: LineUpItem,
        started: bool = True,
        channels: tuple[str, ...] = ("live",),
        announcements: AnnouncementRules | None = None,
    ) -> None:
        self.state = ShowState("show-1")
        self.log: list[ev.Logged] = []
        self.effects: list[Effect] = []
        self.attempted: set[str] = set()
        self.sellable: dict[str, int] = {}
        self.now = T0
        self._commands = 0
        self.do(cmd.PlanShow(lineup(*items), "demo", channels, rehearsal=True, announcements=announcements))
        if started:
            self.do(cmd.StartShow())

    def do(self, command) -> Refused | None:
        facts = Facts(self.sellable, frozenset(self.attempted))
        answer = decide(self.state, command, self.now, facts)
        if isinstance(answer, Refused):
            return answer
        undoes = ""
        if isinstance(command, cmd.Undo):
            undone = undone_command(self.state, self.now, self.attempted, command.skip_irrevocable)
            undoes = undone.command_id if undone else ""
        elif isinstance(command, cmd.Redo):
            undoes = self.state.redoable[-1].command_id
        self._commands += 1
        for event in answer:
            self.append(event, f"c{self._commands}", undoes)
        return None

    def append(self, event: ev.Event, command_id: str = "", undoes: str = "") -> None:
        seq = self.state.seq + 1
        logged = ev.Logged(
            derived_id("event", seq),
            "show-1",
            seq,
            self.now,
            self.now,
            "host",
            "seat-1",
            command_id,
            event,
            undoes,
        )
        before = self.state
        self.state = apply(before, logged)
        self.log.append(logged)
        self.effects += effects_of(logged, before, self.state)
        assert fold("show-1", self.log) == self.state

    def pass_minutes(self, minutes: float) -> None:
        self.now += round(minutes * MINUTE)

    def pending(self) -> list[Effect]:
        return [e for e in self.effects if e.id not in self.state.settled]

    def actions(self) -> list[str]:
        return [type(e.action).__name__ for e in self.pending()]
