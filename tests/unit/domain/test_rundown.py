"""The rundown says where the show stands against its plan."""

from studio.domain import commands as cmd
from studio.domain.rundown import rundown
from tests.unit.domain.show_builder import MINUTE, T0, Show


def test_on_plan_the_offset_is_zero():
    show = Show()
    for _ in range(4):
        show.do(cmd.NextItem())
        show.pass_minutes(5)
    assert rundown(show.state, show.now).offset_ms == 0


def test_an_item_that_runs_over_puts_the_show_behind():
    show = Show()
    show.do(cmd.NextItem())
    show.pass_minutes(7)
    now = rundown(show.state, show.now)
    assert now.offset_ms == 2 * MINUTE
    assert now.projected_end_ms == T0 + 22 * MINUTE
    assert now.rows[1].starts_at_ms == show.now
    assert now.rows[1].is_next


def test_skipping_puts_the_show_ahead():
    show = Show()
    show.do(cmd.NextItem())
    show.do(cmd.SkipItem("i2"))
    assert rundown(show.state, show.now).offset_ms == -5 * MINUTE


def test_before_the_show_starts_are_planned_from_now():
    show = Show(started=False)
    starts = [r.planned_start_ms for r in rundown(show.state, T0).rows]
    assert starts == [T0, T0 + 5 * MINUTE, T0 + 10 * MINUTE, T0 + 15 * MINUTE]
