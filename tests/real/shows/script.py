"""What the host of a full show does: the same commands in the same order, whoever carries on with it."""

import msgspec

from studio.domain import commands as cmd
from studio.domain.ids import derived_id
from studio.domain.lineup import ItemKind, LineUp, LineUpItem
from studio.domain.promo import PromoKind, PromoPlan, PromoScope
from tests.journeys.killing.script import Step

ITEMS, TALK, ARMED_AT, SOLD_OUT = 14, 5, 6, (3, 10)
"""The line-up has so many items: one is talk, one has a code that is armed, and two sell out."""
WELCOME, ARMED, LATE, BEFORE = "WELCOME10", "ONLYNOW20", "THREEOFF", "LASTWEEK5"
CODES = (WELCOME, ARMED, LATE)
EXTENSION_MS = 20_000
KILLED_AT = "sender.answered:9"
"""When the shop has made the armed code, and the studio has heard of it and noted nothing: seven items were put on air, the
talk among them, and one code was made before.
"""


class Played(msgspec.Struct, frozen=True):
    """What a script is made for: its show, its shop's id, and the products of the line-up with their titles."""

    show: str
    shop: str
    products: tuple[tuple[str, str], ...]


def _plan(show_id: str, code: str, kind: PromoKind, scope: PromoScope, **changes: object) -> PromoPlan:
    plan = PromoPlan(
        derived_id(show_id, "plan", code), code, kind, scope=scope, minutes=1, per_customer_limit=None
    )
    return msgspec.structs.replace(plan, **changes)


def _lineup(played: Played) -> LineUp:
    items = [
        LineUpItem(derived_id(played.show, "item", n), ItemKind.PRODUCT, title, 60_000, product_id=product)
        for n, (product, title) in enumerate(played.products)
    ]
    items.insert(TALK, LineUpItem(derived_id(played.show, "talk"), ItemKind.TALK, "Your questions", 60_000))
    armed = _plan(
        played.show, ARMED, PromoKind.PERCENT, PromoScope.PRODUCT, percent=20, minutes=30, armed=True
    )
    items[ARMED_AT] = msgspec.structs.replace(items[ARMED_AT], promo=armed)
    assert len(items) == ITEMS
    return LineUp("A full show", "EUR", tuple(items))


def steps(played: Played) -> tuple[Step, ...]:
    """The commands of the show, and when each waits until the shop has them."""
    show = played.show
    found = [
        Step("plan", cmd.PlanShow(_lineup(played), played.shop, ())),
        Step("start", cmd.StartShow()),
    ]
    welcome = _plan(show, WELCOME, PromoKind.PERCENT, PromoScope.ALL, percent=10)
    late = _plan(show, LATE, PromoKind.FIXED, PromoScope.LINEUP, amount_minor=300)
    armed_id = derived_id(derived_id(show, "plan", ARMED), "armed")
    also = {
        1: Step("issue", cmd.IssuePromo(derived_id(show, WELCOME), welcome), settled=True),
        7: Step("issue late", cmd.IssuePromo(derived_id(show, LATE), late), settled=True),
        8: Step("extend", cmd.ExtendPromo(derived_id(show, LATE), EXTENSION_MS), settled=True),
        9: Step("end armed", cmd.EndPromo(armed_id), settled=True),
    }
    for number in range(ITEMS):
        found.append(Step(f"next {number}", cmd.NextItem(), settled=True))
        if number in also:
            found.append(also[number])
    return (*found, Step("end", cmd.EndShow(), settled=True))


def steps_before(played: Played) -> tuple[Step, ...]:
    """The show of the week before, whose code is still good."""
    plan = _plan(played.show, BEFORE, PromoKind.PERCENT, PromoScope.ALL, percent=5, hours_after_show=24)
    lineup = msgspec.structs.replace(_lineup(played), title="The week before")
    return (
        Step("plan", cmd.PlanShow(lineup, played.shop, ())),
        Step("start", cmd.StartShow()),
        Step("issue", cmd.IssuePromo(derived_id(played.show, BEFORE), plan), settled=True),
        Step("end", cmd.EndShow(), settled=True),
    )
