"""What the host of a killed show does: the same commands in the same order, whoever carries on with it."""

from dataclasses import dataclass

import msgspec

from studio.domain import commands as cmd
from studio.domain.commands import Command
from studio.domain.events import Logged
from studio.domain.ids import derived_id
from studio.domain.lineup import ItemKind, LineUp, LineUpItem
from studio.domain.promo import PromoKind, PromoPlan, PromoScope

CHANNEL = "live"
_HOUR_MS = 3_600_000
_PRODUCTS = (
    ("linen-throw-fjord", "Linen throw “Fjord”"),
    ("ceramic-mug-set", "Ceramic mug set of 4"),
    ("beeswax-candle-trio", "Beeswax candle trio"),
    ("wool-blanket-nord", "Wool blanket “Nord”"),
    ("oak-serving-board", "Oak serving board"),
    ("stoneware-teapot", "Stoneware teapot"),
    ("hand-cream", "Hand cream, three scents"),
    ("felt-slippers", "Felt slippers"),
    ("gift-box-winter", "Gift box “Winter”"),
)
_BY_SEARCH = ("night-lamp-fyr", "Night lamp “Fyr”")


@dataclass(frozen=True)
class Step:
    """One command. With `settled` the host waits until the outbox is empty before the next one; without, the next
    one comes at once, so that pins overtake each other.
    """

    name: str
    command: Command
    settled: bool = False


class Script:
    """The commands of one show. `tag` is of capital letters and digits, and makes codes and texts this show's own."""

    def __init__(self, show_id: str, tag: str, asked: tuple[str, ...]) -> None:
        self._show_id = show_id
        self._tag = tag
        self._asked = asked
        self.steps = tuple(self._all())

    def steps_done(self, log: list[Logged]) -> int:
        """How many steps the log holds: every command of a person is one group of events."""
        return len(command_ids(log))

    def _id(self, *parts: str | int) -> str:
        return derived_id(self._show_id, *parts)

    def _plan(self, name: str, minutes: int = 120, **changes: object) -> PromoPlan:
        plan = PromoPlan(
            self._id("plan", name),
            f"{self._tag}-{name}",
            PromoKind.PERCENT,
            20,
            scope=PromoScope.ALL,
            minutes=minutes,
        )
        return msgspec.structs.replace(plan, **changes)

    def _lineup(self) -> LineUp:
        items = [
            LineUpItem(self._id("item", n), ItemKind.PRODUCT, title, 60_000, product_id=product)
            for n, (product, title) in enumerate(_PRODUCTS)
        ]
        items[2] = msgspec.structs.replace(items[2], promo=self._plan("ARMED", armed=True))
        items[4] = msgspec.structs.replace(items[4], promo=self._plan("PLANNED"))
        items.insert(5, LineUpItem(self._id("talk"), ItemKind.TALK, "Your questions", 60_000))
        return LineUp(f"Killed show {self._tag}", "EUR", tuple(items))

    def _reply(self, number: int, settled: bool = False) -> Step:
        text = f"{self._tag}: yes, answer {number}."
        command = cmd.Reply(self._id("reply", number), text, CHANNEL, self._asked[number], "Viewer")
        return Step(f"reply {number}", command, settled)

    def _all(self) -> list[Step]:
        on = Step("next", cmd.NextItem(deliberate=True))
        delivered = Step("next, delivered", cmd.NextItem(deliberate=True), settled=True)
        question = self._id("question")
        armed = derived_id(self._id("plan", "ARMED"), "armed")
        planned, spot, undone = (self._id("promo", name) for name in ("planned", "spot", "undone"))
        late = cmd.IssuePromo(self._id("promo", "late"), self._plan("LATE", hours_after_show=24))
        item = self._id("item", 4)
        searched = LineUpItem(
            self._id("searched"), ItemKind.PRODUCT, _BY_SEARCH[1], 60_000, product_id=_BY_SEARCH[0]
        )
        added = LineUpItem(self._id("added"), ItemKind.TALK, "Thank you", 30_000)
        answer = cmd.AnswerQuestion(
            question, self._id("answer"), f"{self._tag}: in three days.", CHANNEL, self._asked[0], "Viewer"
        )
        return [
            Step("plan", cmd.PlanShow(self._lineup(), "demo", (CHANNEL,), rehearsal=True)),
            Step("start", cmd.StartShow()),
            delivered,
            on,
            on,
            Step("issue planned", cmd.IssuePlannedPromo(planned, item), settled=True),
            self._reply(1),
            Step("claim", cmd.ClaimQuestion(question)),
            Step("prompt", cmd.PromptQuestion(question, "When will it be here?", 3)),
            Step("answer", answer, settled=True),
            Step("extend", cmd.ExtendPromo(planned, _HOUR_MS)),
            on,
            Step("undo a pin", cmd.Undo()),
            delivered,
            Step("unpin", cmd.Unpin()),
            Step("previous", cmd.PreviousItem(deliberate=True), settled=True),
            Step("issue on the spot", cmd.IssuePromo(spot, self._plan("SPOT"))),
            Step("end armed", cmd.EndPromo(armed), settled=True),
            on,
            on,
            on,
            Step("clear the stage", cmd.ClearStage()),
            Step("skip", cmd.SkipItem(self._id("item", 8))),
            Step("say", cmd.Reply(self._id("say"), f"{self._tag}: welcome, everybody."), settled=True),
            Step("issue by mistake", cmd.IssuePromo(undone, self._plan("UNDONE"))),
            Step("undo a code", cmd.Undo(), settled=True),
            Step("pin by search", cmd.PinProduct(searched, deliberate=True)),
            Step("add", cmd.AddItem(added, 2)),
            Step("move", cmd.MoveItem(added.id, 12)),
            self._reply(2),
            Step("extend again", cmd.ExtendPromo(spot, _HOUR_MS), settled=True),
            Step("unpin again", cmd.Unpin()),
            on,
            Step("issue until after the show", late),
            Step("end early", cmd.EndPromo(planned)),
            Step("end", cmd.EndShow(), settled=True),
        ]


def command_ids(log: list[Logged]) -> list[str]:
    """The commands of persons, in order."""
    return list(dict.fromkeys(logged.command_id for logged in log if logged.command_id))
