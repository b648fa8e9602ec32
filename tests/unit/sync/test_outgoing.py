"""The rules of what goes out next."""

from hypothesis import given
from hypothesis import strategies as st

from studio.control.ports import OutboxRow
from studio.domain.effects import Effect, EffectKind, FeatureProduct, Say, UpdatePromo
from studio.sync.outgoing import Expire, Now, Send, Wait, next_step

NOW = Now(show_ms=1_000_000, known=True, wall_ms=5_000_000)


def row(seq: int, kind: EffectKind, not_after_ms: int | None = None, **fields) -> OutboxRow:
    action = {
        EffectKind.STATE: FeatureProduct(f"p{seq}"),
        EffectKind.RECORD: UpdatePromo("promo", "CODE", 9),
        EffectKind.MOMENT: Say("live", "hello"),
    }[kind]
    supersedes = "feature" if kind is EffectKind.STATE else ""
    effect = Effect(
        f"e{seq}", "show", f"ev{seq}", seq, 0, "shop", kind, action, seq, None, not_after_ms, supersedes
    )
    return OutboxRow(effect, **fields)


rows = st.lists(
    st.tuples(
        st.sampled_from(EffectKind),
        st.none() | st.integers(990_000, 1_010_000),
        st.integers(0, 2),
        st.sampled_from(["", "", "", "unsure"]),
        st.sampled_from([0, 4_999_000, 5_001_000]),
    ),
    max_size=8,
).map(
    lambda drawn: [
        row(n, kind, last, attempts=attempts, held=held, next_wall_ms=due)
        for n, (kind, last, attempts, held, due) in enumerate(drawn, 1)
    ]
)


@given(rows, st.booleans(), st.booleans())
def test_whatever_waits_the_next_step_keeps_order_and_drops_nothing_that_was_attempted(
    waiting, known, ignore
):
    now = Now(NOW.show_ms, known, NOW.wall_ms)
    step = next_step(waiting, now, ignore)
    live = [r for r in waiting if r.held != "unsure"]
    match step:
        case Expire(rows=over):
            assert all(r.attempts == 0 and r.effect.not_after_ms <= now.show_ms for r in over)
            assert known or all(r.effect.kind is EffectKind.MOMENT for r in over)
        case Send(row=sent, superseded=older):
            before = live[: live.index(sent)]
            assert all(r.effect.kind is EffectKind.STATE for r in before)
            later_states = [r for r in live[live.index(sent) + 1 :] if r.effect.kind is EffectKind.STATE]
            if sent.effect.kind is EffectKind.STATE:
                assert not later_states
                assert list(older) == [r for r in live if r.effect.kind is EffectKind.STATE and r is not sent]
            else:
                assert older == ()
        case Wait(wall_ms=until):
            assert until is None or until > now.wall_ms
            if until is None:
                assert not live


def test_a_code_does_not_lapse_by_a_guessed_time_nor_is_it_sent():
    code = row(1, EffectKind.RECORD, not_after_ms=999_999)
    guessed = Now(NOW.show_ms, known=False, wall_ms=NOW.wall_ms)
    assert isinstance(next_step([code], guessed), Wait)
    assert next_step([code], NOW) == Expire((code,))


def test_what_needs_a_token_stops_the_target_and_still_expires():
    held = row(1, EffectKind.RECORD, held="token")
    late = row(2, EffectKind.MOMENT, not_after_ms=999_999)
    assert next_step([held, late], NOW) == Expire((late,))
    assert isinstance(next_step([held, row(3, EffectKind.MOMENT)], NOW), Wait)


def test_what_is_not_to_leave_yet_lets_the_others_pass():
    early = row(1, EffectKind.RECORD)
    early = OutboxRow(
        Effect(
            **{f: getattr(early.effect, f) for f in early.effect.__struct_fields__}
            | {"not_before_ms": 2_000_000}
        )
    )
    other = row(2, EffectKind.RECORD)
    assert next_step([early, other], NOW) == Send(other)
    assert next_step([early], NOW) == Wait(NOW.wall_ms + 1_000)


def test_a_code_that_may_have_ended_waits_until_the_shops_time_is_known():
    code = row(1, EffectKind.RECORD, NOW.show_ms + 60_000)
    guess = Now(NOW.show_ms, known=False, wall_ms=NOW.wall_ms)
    assert isinstance(next_step([code], guess, ignore_waits=True), Wait)
    assert next_step([code], NOW) == Send(code)
    tried = row(1, EffectKind.RECORD, NOW.show_ms + 60_000, attempts=1)
    assert next_step([tried], guess) == Send(tried)
