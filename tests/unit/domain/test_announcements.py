"""What viewers are told: in whose words, how often, and how much of it fits."""

import msgspec
import pytest
from babel.core import get_global
from babel.numbers import get_currency_precision
from hypothesis import example, given
from hypothesis import strategies as st

from studio.domain import commands as cmd
from studio.domain import events as ev
from studio.domain.announcement_log import announcement_lines
from studio.domain.announcement_rules import (
    BUILT_IN,
    LANGUAGES,
    MAX_TEMPLATE,
    PLACEHOLDERS,
    RECOMMENDED,
    AnnouncementKind,
    AnnouncementRules,
    ChannelRule,
    KindRule,
    default_text,
    filled,
    problem,
    rules_problem,
    text_for,
)
from studio.domain.announcements import Occasion, fitted, link_placed, told, units
from studio.domain.decide import decide
from studio.domain.effects import Say
from studio.domain.money import Money, plain_amount
from studio.domain.promo import PromoCode, PromoKind, PromoScope
from studio.domain.show import ShowState, apply, fold
from tests.unit.domain.show_builder import MINUTE, T0, Show, item, plan

Kind = AnnouncementKind
LINK = "https://shop.example/go/abc"


def ruled(rules: AnnouncementRules, channels: tuple[str, ...] = ("live",)) -> Show:
    """A show on air that was planned with these rules."""
    return Show(channels=channels, announcements=rules)


def says(show: Show) -> list[tuple[str, str]]:
    return [(e.action.channel, e.action.text) for e in show.effects if isinstance(e.action, Say)]


def confirmed(show: Show, promo_id: str = "promo-1", minutes: int = 10) -> PromoCode:
    show.do(cmd.IssuePromo(promo_id, plan("NORD20", scope=PromoScope.ALL, minutes=minutes)))
    promo = show.state.promos[promo_id].promo
    show.append(ev.PromoConfirmed(promo_id, "s", promo.starts_at_ms, promo.ends_at_ms))
    return promo


# --- who is told what ---------------------------------------------------------------------------------------------


def test_without_rules_everything_is_announced_every_time_in_the_words_of_always():
    show = Show()
    show.do(cmd.PinItem("i1"))
    show.do(cmd.PinItem("i4"))
    show.do(cmd.PinItem("i1"))
    assert says(show) == [
        ("live", "Now on air: Item 1 {link}"),
        ("live", "Now on air: Item 4 {link}"),
        ("live", "Now on air: Item 1 {link}"),
    ]


def test_each_channel_is_told_in_its_own_language_and_words_and_a_silent_one_not_at_all():
    rules = AnnouncementRules(
        texts={"nb": {Kind.PINNED: "Se her: {title} {link}"}},
        channels={
            "oslo": ChannelRule(language="nb"),
            "berlin": ChannelRule(language="de"),
            "own": ChannelRule(language="de", texts={Kind.PINNED: "{title}! {link}"}),
            "quiet": ChannelRule(on=False),
        },
    )
    show = ruled(rules, ("live", "oslo", "berlin", "own", "quiet"))
    show.do(cmd.PinItem("i1"))
    assert says(show) == [
        ("live", "Now on air: Item 1 {link}"),
        ("oslo", "Se her: Item 1 {link}"),
        ("berlin", "Jetzt live: Item 1 {link}"),
        ("own", "Item 1! {link}"),
    ]


def test_what_is_switched_off_is_not_announced_and_the_rest_is():
    show = ruled(AnnouncementRules(kinds={Kind.PINNED: KindRule(on=False)}))
    show.do(cmd.PinItem("i1"))
    confirmed(show)
    assert [text for _, text in says(show)] == [
        f"Code NORD20: 20 % off, for 10 min, until {_clock(T0 + 10 * MINUTE)}"
    ]


def _clock(at_ms: int) -> str:
    minutes = at_ms // MINUTE % (24 * 60)
    return f"{minutes // 60:02}:{minutes % 60:02}"


def test_price_and_pieces_left_are_those_of_the_moment_it_went_on_air():
    rules = AnnouncementRules(
        texts={"en": {Kind.PINNED: "{title}, {price}, only {left} left {link}"}},
        channels={"oslo": ChannelRule(language="nb", texts={Kind.PINNED: "{title} {price}"})},
    )
    show = ruled(rules, ("live", "oslo"))
    went = ev.ItemWentOnAir("i1", "p1", "", Money(4950, "EUR"), 3)
    show.append(went)
    assert says(show) == [
        ("live", "Item 1, 49.50 EUR, only 3 left {link}"),
        ("oslo", "Item 1 49,50 EUR"),
    ]


def test_the_pieces_left_are_noted_when_an_item_goes_on_air_less_what_is_kept_back():
    show = Show(item(1, safety_stock=2), item(2))
    show.sellable = {"p1": 7}
    show.do(cmd.PinItem("i1"))
    show.do(cmd.PinItem("i2"))
    assert [e.event.left for e in show.log if isinstance(e.event, ev.ItemWentOnAir)] == [5, None]


def test_the_last_minute_of_a_code_and_a_sold_out_product_are_announced_in_time_or_not_at_all():
    show = ruled(AnnouncementRules(channels={"berlin": ChannelRule(language="de")}), ("live", "berlin"))
    show.do(cmd.PinItem("i1"))
    promo = confirmed(show)
    show.effects.clear()
    show.pass_minutes(9)
    show.append(ev.PromoEnding("promo-1", promo.ends_at_ms))
    show.append(ev.SoldOut("p1"))
    ends = _clock(promo.ends_at_ms)
    assert says(show) == [
        ("live", f"Code NORD20 ends in 1 min, at {ends}: 20 % off"),
        ("berlin", f"Code NORD20 endet in 1 Min., um {ends}: 20 % Rabatt"),
        ("live", "Sold out: Item 1"),
        ("berlin", "Ausverkauft: Item 1"),
    ]
    assert [e.not_after_ms for e in show.effects] == [promo.ends_at_ms] * 2 + [show.now + 2 * MINUTE] * 2


def test_a_codes_link_leads_to_the_product_it_is_for():
    rules = AnnouncementRules(texts={"en": {Kind.PROMO_LIVE: "{code} for {title}: {link}"}})
    show = ruled(rules)
    show.do(cmd.PinItem("i1"))
    show.do(cmd.IssuePlannedPromo("promo-2", "i2"))
    promo = show.state.promos["promo-2"].promo
    show.append(ev.PromoConfirmed("promo-2", "s", promo.starts_at_ms, promo.ends_at_ms))
    said = show.effects[-1].action
    assert said == Say("live", "NORD20 for Item 2: {link}", "p2", "NORD20")


# --- how often ----------------------------------------------------------------------------------------------------


def test_the_same_product_is_not_announced_again_before_its_pause_is_over():
    show = ruled(AnnouncementRules(kinds={Kind.PINNED: KindRule(cooldown_s=120)}))
    show.do(cmd.PinItem("i1"))
    show.pass_minutes(1)
    show.do(cmd.PinItem("i4"))
    show.do(cmd.PinItem("i1"))
    assert [text for _, text in says(show)] == ["Now on air: Item 1 {link}", "Now on air: Item 4 {link}"]
    assert show.state.on_air_id == "i1", "only the announcement is held back"
    show.pass_minutes(1)
    show.do(cmd.PinItem("i4"))
    show.do(cmd.PinItem("i1"))
    assert len(says(show)) == 3, "two minutes after the first time, item 1 is; item 4 is not"
    assert says(show)[-1] == ("live", "Now on air: Item 1 {link}")


def test_an_announcement_that_never_went_out_starts_no_pause():
    show = ruled(AnnouncementRules(kinds={Kind.PINNED: KindRule(cooldown_s=600)}))
    show.do(cmd.PinItem("i1"))
    show.do(cmd.Undo())
    assert [e.event.outcome for e in show.log if isinstance(e.event, ev.EffectSettled)] == ["withdrawn"] * 2
    show.do(cmd.PinItem("i1"))
    assert len(says(show)) == 2
    show.attempted = {e.id for e in show.effects}
    show.do(cmd.Undo())
    show.do(cmd.PinItem("i1"))
    assert len(says(show)) == 2, "the second one had gone out"


def test_undo_withdraws_exactly_what_was_announced_whatever_the_rules_are_by_then():
    rules = AnnouncementRules(kinds={Kind.PINNED: KindRule(cooldown_s=600)})
    show = ruled(rules, ("one", "two"))
    show.do(cmd.PinItem("i1"))
    made = {e.id for e in show.effects}
    assert len(made) == 3
    show.append(ev.AnnouncementsSet(AnnouncementRules(kinds={Kind.PINNED: KindRule(on=False)}), rules))
    show.do(cmd.Undo())
    assert {e.event.effect_id for e in show.log if isinstance(e.event, ev.EffectSettled)} == made
    assert not show.state.on_air_id


def test_between_two_announcements_in_a_channel_lies_the_gap_but_a_code_is_always_told():
    show = ruled(AnnouncementRules(gap_s=30))
    show.do(cmd.PinItem("i1"))
    show.now += 10_000
    show.do(cmd.PinItem("i4"))
    promo = confirmed(show)
    show.now += 29_000
    show.append(ev.SoldOut("p4"))
    assert [text.split()[0] for _, text in says(show)] == ["Now", "Code"]
    show.now += 1_000
    show.append(ev.SoldOut("p4"))
    assert [text.split()[0] for _, text in says(show)] == ["Now", "Code", "Sold"]
    assert promo.code in says(show)[1][1]


# --- the rules in the log -----------------------------------------------------------------------------------------


def test_rules_are_changed_during_a_show_and_back_by_undo():
    show = Show()
    rules = AnnouncementRules(kinds={Kind.PINNED: KindRule(on=False)})
    assert show.do(cmd.SetAnnouncements(rules)) is None
    assert show.state.announcements == rules
    show.do(cmd.PinItem("i1"))
    assert says(show) == []
    show.do(cmd.Undo())
    assert show.do(cmd.SetAnnouncements(rules)) is None
    assert show.log[-1].event != ev.AnnouncementsSet(rules, rules), "what changes nothing is no event"
    show.do(cmd.Undo())
    assert show.state.announcements == BUILT_IN
    show.do(cmd.PinItem("i1"))
    assert len(says(show)) == 1


def test_wrong_rules_are_refused_with_a_sentence_and_change_nothing():
    show = Show()
    wrong = AnnouncementRules(texts={"en": {Kind.PINNED: "Look: {titel}"}})
    refused = show.do(cmd.SetAnnouncements(wrong))
    assert refused.sentence == (
        "Nothing is known as {titel} here. These can be used: {title}, {price}, {left}, {link}."
    )
    assert show.state.announcements == BUILT_IN
    assert decide(ShowState("none"), cmd.SetAnnouncements(BUILT_IN), T0).reason == "no-show"


@pytest.mark.parametrize(
    ("rules", "words"),
    [
        (AnnouncementRules(gap_s=-1), "0 to 3600"),
        (AnnouncementRules(kinds={Kind.PINNED: KindRule(cooldown_s=100_000)}), "0 to 86400"),
        (AnnouncementRules(texts={"norsk!": {}}), "is no language"),
        (AnnouncementRules(channels={"a": ChannelRule(language="??")}), "is no language"),
        (AnnouncementRules(channels={"a": ChannelRule(texts={Kind.SOLD_OUT: " "})}), "Write a text"),
        (AnnouncementRules(channels={str(n): ChannelRule() for n in range(101)}), "at most 100"),
    ],
)
def test_each_wrong_rule_has_its_sentence(rules: AnnouncementRules, words: str):
    assert words in rules_problem(rules)
    assert not rules_problem(RECOMMENDED)


@pytest.mark.parametrize(
    ("kind", "text", "words"),
    [
        (Kind.PINNED, "", "Write a text"),
        (Kind.PINNED, "x" * (MAX_TEMPLATE + 1), "at most 400"),
        (Kind.PINNED, "{code}", "Nothing is known as {code}"),
        (Kind.PINNED, "{title", "stands alone"),
        (Kind.PINNED, "{}", "such as {title}"),
        (Kind.PROMO_LIVE, "A code for all of you", "Put {code} into it"),
        (Kind.PROMO_LIVE, "{title!r} {code}", "such as {code}"),
    ],
)
def test_a_wrong_placeholder_is_told_where_it_is_edited(kind: AnnouncementKind, text: str, words: str):
    assert words in problem(kind, text)


@pytest.mark.parametrize("kind", list(Kind))
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_built_in_text_is_right(kind: AnnouncementKind, language: str):
    assert problem(kind, default_text(kind, language)) == ""
    assert problem(kind, default_text(kind, language, long=True)) == ""


def test_a_wrong_text_that_came_in_past_the_editor_falls_back_to_the_one_behind_it():
    rules = AnnouncementRules(
        texts={"en": {Kind.PINNED: "Look: {title}"}, "de": {Kind.PINNED: "{titel}"}},
        channels={
            "a": ChannelRule(texts={Kind.PINNED: "{nonsense}"}),
            "b": ChannelRule(language="de-AT"),
            "c": ChannelRule(language="fr"),
        },
    )
    assert text_for(rules, Kind.PINNED, "a", "en") == "Look: {title}"
    assert text_for(rules, Kind.PINNED, "b", "en") == "Jetzt live: {title} {link}"
    assert text_for(rules, Kind.PINNED, "c", "en") == "Now on air: {title} {link}"


def test_kinds_of_another_studio_do_not_come_into_the_log():
    foreign: dict = {"farewell": "Bye", Kind.PINNED: "Hi {title}"}
    rules = AnnouncementRules(
        kinds={"farewell": KindRule()},  # type: ignore[dict-item]
        texts={"en": foreign},
        channels={"live": ChannelRule(texts=foreign)},
    )
    show = ruled(rules)
    show.do(cmd.SetAnnouncements(msgspec.structs.replace(rules, gap_s=5)))
    assert show.state.announcements.gap_s == 5
    assert msgspec.json.decode(msgspec.json.encode(show.log), type=list[ev.Logged]) == show.log
    show.do(cmd.PinItem("i1"))
    assert says(show) == [("live", "Hi Item 1")]


def test_logs_of_before_there_were_rules_are_read_and_mean_the_same():
    show = Show()
    show.do(cmd.PinItem("i1"))
    old = msgspec.to_builtins(show.log)
    for entry in old:
        for name in ("announcements", "price", "left", "said"):
            entry["event"].pop(name, None)
    log = msgspec.convert(old, list[ev.Logged])
    assert fold("show-1", log) == show.state
    assert apply(fold("show-1", log[:-1]), log[-1]).said[0].effect_id == show.effects[-1].id


# --- the list of what was said ------------------------------------------------------------------------------------


def test_the_list_says_what_was_said_where_and_what_became_of_it():
    show = ruled(BUILT_IN, ("one", "two"))
    show.do(cmd.PinItem("i1"))
    _shop, one, two = show.effects
    assert [line.outcome for line in announcement_lines(show.state)] == [None, None]
    assert announcement_lines(show.state)[0].text == "Now on air: Item 1 …"
    show.append(
        ev.EffectSettled(
            one.id, one.target, "Say", ev.Outcome.DELIVERED, said="Now on air: Item 1 https://s.example"
        )
    )
    show.append(ev.EffectSettled(two.id, two.target, "Say", ev.Outcome.REFUSED, "The chat is closed."))
    lines = announcement_lines(show.state)
    assert [(line.channel, line.text, line.outcome, line.sentence) for line in lines] == [
        ("one", "Now on air: Item 1 https://s.example", "delivered", ""),
        ("two", "Now on air: Item 1 …", "refused", "The chat is closed."),
    ]
    assert {line.at_ms for line in lines} == {T0}
    assert {(line.kind, line.subject) for line in lines} == {(Kind.PINNED, "p1")}


# --- what fits ----------------------------------------------------------------------------------------------------


def test_words_are_cut_and_the_link_and_the_code_never():
    text = "Code NORD20 gives you a lovely discount on wool blankets of all sizes {link} only today"
    short = fitted(text, LINK, 70, "NORD20")
    assert short == f"Code NORD20 gives you a lovely discount… {LINK}"
    last = fitted("Something long stands before the code and the link: NORD20 {link}", LINK, 50, "NORD20")
    assert last == f"Something long… NORD20 {LINK}"
    assert fitted("Look here: {link} NORD20 and many more words behind it", LINK, 35, "NORD20") == (
        f"{LINK} NORD20"
    )


def test_where_only_one_fits_it_is_the_code():
    assert fitted("Use NORD20 here: {link}", LINK, 20, "NORD20") == "Use NORD20 here:"
    assert fitted("Now on air: Blanket {link}", "https://shop.example/" + "x" * 300, 200) == (
        "Now on air: Blanket"
    )


def test_an_emoji_is_never_torn_and_counts_as_platforms_count_it():
    family = "\U0001f469\u200d\U0001f469\u200d\U0001f467"
    assert units(family) == 8
    assert fitted(f"aa{family}", "", 8) == "aa…"
    assert units(fitted("\U0001f525" * 200, "", 200)) <= 200


def test_a_text_without_spaces_is_cut_within_its_word():
    assert fitted("毛" * 300, "", 50) == "毛" * 49 + "…"


def test_braces_and_line_breaks_in_a_title_are_harmless():
    title = "Lamp {link}\r\nPRIVMSG {code} {0.__class__}\x07"
    text = filled("Now: {title} {link}", {"title": title})
    assert text == "Now: Lamp (link) PRIVMSG (code) (0.__class__) {link}"
    assert link_placed(text, "") == "Now: Lamp (link) PRIVMSG (code) (0.__class__)"


words = st.text(max_size=80)
templates = st.lists(
    st.sampled_from([f"{{{name}}}" for names in PLACEHOLDERS.values() for name in names]) | words, max_size=8
).map(" ".join)
codes = st.from_regex(r"[A-Z0-9][A-Z0-9-]{2,23}", fullmatch=True)


@given(
    kind=st.sampled_from(list(Kind)), template=templates, title=words, code=codes,
    link=st.just("") | st.from_regex(r"https://[a-z]{1,9}\.example/[A-Za-z0-9_/-]{0,150}", fullmatch=True),
    limit=st.integers(1, 600), amount=st.integers(0, 10**9), ends=st.integers(-(2**40), 2**60),
)  # fmt: skip
@example(Kind.PINNED, "{title} {link}", "{link}{title}", "ABC", "https://a.example/", 20, 0, 0)
def test_whatever_the_text_and_the_title_nothing_breaks_and_what_matters_stays(
    kind, template, title, code, link, limit, amount, ends
):
    promo = PromoCode(
        "1", code, PromoKind.FIXED, 0, amount, "EUR", PromoScope.ALL, (), 0, ends, None, None
    )  # fmt: skip
    price = Money(amount, "JPY")
    occasion = Occasion(kind, "s", 0, title, "p", promo, ends, price, amount)
    rules = AnnouncementRules(channels={"c": ChannelRule(texts={kind: template})})
    wrong = problem(kind, template)
    text = told(occasion, rules, "c", "en", "Nowhere/Land", 0)
    if wrong:
        assert text == told(occasion, BUILT_IN, "c", "en", "Nowhere/Land", 0)
    used = default_text(kind, "en", long=ends > 3 * 60 * MINUTE) if wrong else template
    said = fitted(text, link, limit, code)
    assert units(said) <= limit
    assert said == said.strip()
    assert "{link}" not in said
    assert said.isprintable() or "\u200d" in said or "\u200c" in said
    has_code, has_link = "{code}" in used, "{link}" in used and bool(link)
    both = units(f"{code} {link}") if has_code and has_link else units(code if has_code else link)
    if (has_code or has_link) and both <= limit:
        assert not has_code or code in said
        assert not has_link or link in said
    elif has_code and len(code) <= limit:
        assert code in said


@pytest.mark.parametrize(
    ("amount", "currency", "shown"),
    [(8_900, "EUR", "89.00"), (500, "JPY", "500"), (199_000, "HUF", "1990.00"), (7_120, "KWD", "7.120")],
)
def test_prices_and_amounts_off_are_told_in_the_units_of_their_currency(amount, currency, shown):
    rules = AnnouncementRules(texts={"en": {Kind.PINNED: "{title} {price}"}})
    price = Money(amount, currency)
    assert told(Occasion(Kind.PINNED, "p", 0, "It", price=price), rules, "c", "en", "UTC", 0) == (
        f"It {shown} {currency}"
    )
    promo = PromoCode(
        "1", "ABC", PromoKind.FIXED, 0, amount, currency, PromoScope.ALL, (), 0, MINUTE, None, None
    )
    live = Occasion(Kind.PROMO_LIVE, "1", 0, promo=promo, ends_at_ms=MINUTE)
    assert f"{shown} {currency} off" in told(live, BUILT_IN, "c", "en", "UTC", 0)


def test_every_money_in_use_has_the_digits_by_which_the_shops_amounts_are_read():
    tender = {
        code
        for kinds in get_global("territory_currencies").values()
        for code, _since, until, is_tender in kinds
        if until is None and is_tender
    }
    assert len(tender) > 140
    for code in tender:
        _, _, after = plain_amount(123_456, code).partition(".")
        assert len(after) == get_currency_precision(code), code
