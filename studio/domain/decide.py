"""`decide`: whether a command may be carried out, and what then happened. Pure: same input, same answer."""

from collections.abc import Callable
from typing import Any

from studio.domain import commands as cmd
from studio.domain import events as ev
from studio.domain import promo as promos
from studio.domain.announcement_rules import cleaned, rules_problem
from studio.domain.commands import Refused
from studio.domain.decide_plan import DECIDE_PLAN
from studio.domain.decide_promo import (
    code_in_use,
    end_promo,
    extend,
    issue_new,
    issue_plan,
    issue_planned,
    issued_at_end,
    issued_before,
    promo_of,
)
from studio.domain.deciding import GONE, Answer, Facts
from studio.domain.ids import derived_id
from studio.domain.lineup import ItemKind, ItemStatus, LineUpItem
from studio.domain.lineup_file import MAX_ITEMS
from studio.domain.question import QuestionStatus
from studio.domain.show import ShowPhase, ShowState
from studio.domain.undo import redo, undo

MAX_TEXT = 500


_NOT_ON_AIR = Refused("The show is not on air yet: start it first.", "not-on-air")
_OVER = Refused("The show is over.", "over")


def _on_air_needed(state: ShowState) -> Refused | None:
    if state.phase is ShowPhase.PLANNED:
        return _NOT_ON_AIR
    return _OVER if state.phase is ShowPhase.ENDED else None


def _plan_show(state: ShowState, command: cmd.PlanShow, _now: int, _facts: Facts) -> Answer:
    if state.seq:
        return Refused("This show is set up already.", "exists")
    return [
        ev.ShowPlanned(
            command.lineup,
            command.shop,
            command.channels,
            command.rehearsal,
            command.time_zone,
            command.starts_at_ms,
            command.announcements and cleaned(command.announcements),
            command.goals,
            command.promos,
            command.series,
            command.template,
        )
    ]


def _change_shop(state: ShowState, command: cmd.ChangeShop, _now: int, _facts: Facts) -> Answer:
    if not state.seq:
        return Refused("There is no show yet: make a line-up first.", "no-show")
    if command.shop == state.shop:
        return []
    if state.phase is not ShowPhase.PLANNED:
        return Refused("The show has begun: its orders and codes belong to its shop.", "begun")
    return [ev.ShopChanged(command.shop, state.shop)]


def _start_show(state: ShowState, c: cmd.StartShow, _now: int, _facts: Facts) -> Answer:
    if not state.seq:
        return Refused("There is no show to start: make a line-up first.", "no-show")
    if state.phase is not ShowPhase.PLANNED:
        return Refused("The show is on air already." if state.phase is ShowPhase.ON_AIR else _OVER.sentence)
    if not state.items:
        return Refused("The line-up is empty: add an item first.", "empty")
    if state.template:
        return Refused("This is a template: make a show from it, and start that.", "template")
    if state.archived:
        return Refused("This show is archived: bring it back into the list first.", "archived")
    return [ev.ShowStarted(c.open_warnings)]


def _end_show(state: ShowState, _c: cmd.EndShow, now: int, _facts: Facts) -> Answer:
    return _on_air_needed(state) or [*issued_at_end(state, now), ev.ShowEnded()]


def _sold_out(item: LineUpItem, deliberate: bool, facts: Facts) -> Refused | None:
    left = facts.sellable.get(item.product_id)
    if left is None or deliberate or left - item.safety_stock > 0:
        return None
    return Refused(f"“{item.title}” is sold out. Hold the button to pin it all the same.", "sold-out")


def _go_on_air(state: ShowState, item: LineUpItem | None, now: int, facts: Facts, deliberate: bool) -> Answer:
    if refused := _on_air_needed(state):
        return refused
    if item is None:
        return Refused("There is no further item in the line-up.", "no-item")
    if item.id == state.on_air_id:
        return Refused(f"“{item.title}” is on air already.", "same")
    if item.kind is ItemKind.PRODUCT and not item.product_id:
        return Refused(
            f"“{item.title}” was not found in the shop (SKU {item.sku}): pin it by search, or skip it.",
            "unknown-product",
        )
    if refused := _sold_out(item, deliberate, facts):
        return refused
    events: list[ev.Event] = [_went_on_air(state, item, facts)]
    plan = item.promo
    if plan and plan.armed and not issued_before(state, plan):
        promo = promo_of(state, derived_id(plan.id, "armed"), plan, (), item, now)
        if not promos.problem(promo) and not code_in_use(state, promo.code):
            events.append(ev.PromoIssued(promo))
    return events


def _went_on_air(state: ShowState, item: LineUpItem, facts: Facts) -> ev.ItemWentOnAir:
    left = facts.sellable.get(item.product_id)
    return ev.ItemWentOnAir(
        item.id,
        item.product_id,
        state.on_air_id,
        facts.prices.get(item.product_id),
        None if left is None else max(0, left - item.safety_stock),
    )


def _next(state: ShowState, c: cmd.NextItem, now: int, facts: Facts) -> Answer:
    return _go_on_air(state, state.next_item, now, facts, c.deliberate)


def _previous(state: ShowState, c: cmd.PreviousItem, now: int, facts: Facts) -> Answer:
    return _go_on_air(state, state.previous_item, now, facts, c.deliberate)


def _pin_item(state: ShowState, c: cmd.PinItem, now: int, facts: Facts) -> Answer:
    item = state.item(c.item_id)
    return GONE if item is None else _go_on_air(state, item, now, facts, c.deliberate)


def _pin_product(state: ShowState, c: cmd.PinProduct, now: int, facts: Facts) -> Answer:
    planned = next((i for i in state.items if i.product_id == c.item.product_id), None)
    if planned is not None:
        return _go_on_air(state, planned, now, facts, c.deliberate)
    if len(state.items) >= MAX_ITEMS:
        return Refused(f"A line-up holds {MAX_ITEMS} items: take one out first.", "full")
    answer = _go_on_air(state, c.item, now, facts, c.deliberate)
    if isinstance(answer, Refused):
        return answer
    at = state.on_air_id or (state.runs[-1].item_id if state.runs else "")
    return [ev.ItemAdded(c.item, state.index(at) + 1), *answer]


def _unpin(state: ShowState, _c: cmd.Unpin, _now: int, _facts: Facts) -> Answer:
    if state.on_air is None or state.on_air_since_ms is None:
        return Refused("Nothing is pinned.", "nothing")
    return [ev.Unpinned(state.on_air_id, state.pinned_product_id, state.on_air_since_ms)]


def _clear_stage(state: ShowState, _c: cmd.ClearStage, _now: int, _facts: Facts) -> Answer:
    events: list[ev.Event] = [ev.StageCleared()]
    if state.prompted:
        was = state.prompted
        events.append(ev.QuestionPrompted("", "", 0, was.question_id, was.text, was.asked))
    return events


def _skip(state: ShowState, c: cmd.SkipItem, _now: int, _facts: Facts) -> Answer:
    item = state.item(c.item_id)
    if item is None:
        return GONE
    status = state.status(c.item_id)
    if c.skip and status is ItemStatus.PLANNED:
        return [ev.ItemSkipped(c.item_id)]
    if not c.skip and status is ItemStatus.SKIPPED:
        return [ev.ItemUnskipped(c.item_id)]
    return Refused(f"“{item.title}” is {status.value.replace('_', ' ')} and can't be skipped.", "status")


def _claim(state: ShowState, c: cmd.ClaimQuestion, _now: int, _facts: Facts) -> Answer:
    status = state.question_status(c.question_id)
    if status is QuestionStatus.CLAIMED:
        return [ev.QuestionReleased(c.question_id)]
    return [ev.QuestionClaimed(c.question_id)]


def _text_problem(text: str) -> Refused | None:
    if not text.strip():
        return Refused("Write an answer first.", "empty")
    if len(text) > MAX_TEXT:
        return Refused(f"An answer has at most {MAX_TEXT} characters; this one has {len(text)}.", "too-long")
    return None


def _answer(state: ShowState, c: cmd.AnswerQuestion, _now: int, _facts: Facts) -> Answer:
    if state.question_status(c.question_id) is QuestionStatus.ANSWERED and not c.text:
        return Refused("This question is answered already.", "same")
    events: list[ev.Event] = []
    if c.reply_id:
        if refused := _text_problem(c.text):
            return refused
        if c.reply_id in state.replies:
            return Refused("This answer was written already.", "same")
        events.append(ev.ReplyWritten(c.reply_id, c.text.strip(), c.channel, c.message_id, c.author))
    events.append(ev.QuestionAnswered(c.question_id, c.reply_id))
    if state.prompted and state.prompted.question_id == c.question_id:
        was = state.prompted
        events.append(ev.QuestionPrompted("", "", 0, was.question_id, was.text, was.asked))
    return events


def _hide(state: ShowState, c: cmd.HideQuestion, _now: int, _facts: Facts) -> Answer:
    if state.question_status(c.question_id) is QuestionStatus.HIDDEN:
        return Refused("This question is hidden already.", "same")
    return [ev.QuestionHidden(c.question_id)]


def _prompt(state: ShowState, c: cmd.PromptQuestion, _now: int, _facts: Facts) -> Answer:
    was = state.prompted
    if was is None:
        if not c.question_id:
            return []
        return [ev.QuestionPrompted(c.question_id, c.text, c.asked)]
    return [ev.QuestionPrompted(c.question_id, c.text, c.asked, was.question_id, was.text, was.asked)]


def _reply(state: ShowState, c: cmd.Reply, _now: int, _facts: Facts) -> Answer:
    if refused := _text_problem(c.text):
        return refused
    if not state.channels:
        return Refused("No channel is connected that could take this.", "no-channel")
    if c.reply_id in state.replies:
        return Refused("This was written already.", "same")
    return [ev.ReplyWritten(c.reply_id, c.text.strip(), c.channel, c.message_id, c.author)]


def _set_announcements(state: ShowState, c: cmd.SetAnnouncements, _now: int, _facts: Facts) -> Answer:
    if not state.seq:
        return Refused("There is no show yet: make a line-up first.", "no-show")
    rules = cleaned(c.rules)
    if sentence := rules_problem(rules):
        return Refused(sentence, "invalid")
    return [] if rules == state.announcements else [ev.AnnouncementsSet(rules, state.announcements)]


def _resolve(state: ShowState, c: cmd.ResolveUnsure, _now: int, _facts: Facts) -> Answer:
    settled = state.settled.get(c.effect_id)
    if settled is None or settled.outcome is not ev.Outcome.UNSURE:
        return Refused("Nobody is unsure about this any more.", "same")
    return [ev.UnsureResolved(c.effect_id, c.resend)]


def _undo(state: ShowState, c: cmd.Undo, now: int, facts: Facts) -> Answer:
    return undo(state, now, facts.attempted, c.skip_irrevocable)


def _redo(state: ShowState, _c: cmd.Redo, now: int, facts: Facts) -> Answer:
    return redo(state, now, facts.attempted)


_DECIDE: dict[type, Callable[[ShowState, Any, int, Facts], Answer]] = {
    cmd.PlanShow: _plan_show,
    cmd.ChangeShop: _change_shop,
    cmd.StartShow: _start_show,
    cmd.EndShow: _end_show,
    cmd.NextItem: _next,
    cmd.PreviousItem: _previous,
    cmd.PinItem: _pin_item,
    cmd.PinProduct: _pin_product,
    cmd.Unpin: _unpin,
    cmd.ClearStage: _clear_stage,
    cmd.SkipItem: _skip,
    cmd.IssuePlannedPromo: issue_planned,
    cmd.IssuePromo: issue_new,
    cmd.ExtendPromo: extend,
    cmd.EndPromo: end_promo,
    cmd.ClaimQuestion: _claim,
    cmd.AnswerQuestion: _answer,
    cmd.HideQuestion: _hide,
    cmd.PromptQuestion: _prompt,
    cmd.Reply: _reply,
    cmd.SetAnnouncements: _set_announcements,
    cmd.ResolveUnsure: _resolve,
    cmd.Undo: _undo,
    cmd.Redo: _redo,
    cmd.IssuePromoPlan: issue_plan,
    **DECIDE_PLAN,
}


def decide(state: ShowState, command: cmd.Command, now_ms: int, facts: Facts | None = None) -> Answer:
    """What happens when `command` is given at `now_ms` (the shop's UTC ms), or why it does not.

    An empty list means that nothing needs to happen.
    """
    return _DECIDE[type(command)](state, command, now_ms, facts or Facts())
