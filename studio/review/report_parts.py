"""The report's parts beside its first figures: all figures, channels, advice, open questions, what was passed over."""

from dataclasses import dataclass

from studio.domain.kpi import unanswered
from studio.domain.show import ShowPhase
from studio.review.advised import advised
from studio.review.figure_rows import FigureRow, figure_rows, in_words
from studio.review.formats import Formats, plain
from studio.review.labels import Formula, Labels
from studio.review.material import Material
from studio.review.more_words import MoreWords

_MOST_QUESTIONS = 30
_MOST_CHANNELS = 50
_LONGEST = 300
_STAGE = "stage"
_NONE = "–"


@dataclass(frozen=True, slots=True)
class AllFigures:
    """The table: a row's cells behind its name. `heads` are those of the columns that there is anything for."""

    heads: list[Formula]
    rows: list[tuple[Formula, str, list[str]]]
    before: str


@dataclass(frozen=True, slots=True)
class OpenQuestions:
    """The questions that nobody answered: text, how often asked, when first. `more` says how many are left out, `nothing`
    why there are none.
    """

    rows: list[tuple[str, str, str]]
    more: str
    nothing: str


@dataclass(frozen=True, slots=True)
class Parts:
    """What the template is given; `advice` and `warnings` are sentences."""

    words: MoreWords
    figures: AllFigures
    channels: list[list[str]]
    advice: list[str]
    no_advice: str
    questions: OpenQuestions
    warnings: list[str]

    @property
    def channel_heads(self) -> list[Formula]:
        """The heads of the channels' table behind the name, viewers' first ones aside."""
        return [self.words.messages, self.words.chatters, self.words.channel_orders, self.words.channel_net]

    @property
    def formulas(self) -> list[Formula]:
        """All formulas of these parts, each once."""
        rows = [formula for formula, _, _ in self.figures.rows]
        return [*rows, *self.figures.heads, *self.channel_heads, self.words.clicks]


def parts_of(material: Material, formats: Formats, words: Labels, more: MoreWords) -> Parts:
    """The parts of a show's report."""
    return Parts(
        more,
        _figures(material, formats, words, more),
        _channels(material, formats, more),
        [advised(a, material.state.currency, formats, words.language) for a in material.advice],
        more.no_advice if material.state.phase is ShowPhase.ENDED else more.advice_later,
        _questions(material, formats, more),
        [plain(sentence, _LONGEST) for sentence in material.state.open_warnings],
    )


def _figures(material: Material, formats: Formats, words: Labels, more: MoreWords) -> AllFigures:
    rows = figure_rows(material, words, more)
    currency = material.state.currency
    split = material.figures.replay is not None
    goals = any(row.goal is not None for row in rows)
    previous = material.previous
    heads = [
        *([more.on_air, more.replay] if split else []),
        *([more.goal] if goals else []),
        *([more.before] if previous is not None else []),
    ]
    told: list[tuple[Formula, str, list[str]]] = []
    for row in rows:
        cells: list[str] = []
        if split:
            parts = (row.on_air, row.replay)
            cells += [_NONE if p is None else in_words(p, row.kind, currency, formats) for p in parts]
        if goals:
            cells.append(_goal(row, currency, formats, more))
        if previous is not None:
            cells.append(_before(row, currency, formats))
        told.append((row.formula, in_words(row.value, row.kind, currency, formats), cells))
    name = "" if previous is None else f"{plain(previous.title, 120)}, {formats.day(previous.started_at_ms)}"
    return AllFigures(heads, told, name)


def _goal(row: FigureRow, currency: str, formats: Formats, more: MoreWords) -> str:
    if row.goal is None:
        return _NONE
    goal = in_words(row.goal, row.kind, currency, formats)
    return (
        goal
        if row.goal_share is None
        else more.of_goal.format(share=formats.percent(row.goal_share), goal=goal)
    )


def _before(row: FigureRow, currency: str, formats: Formats) -> str:
    if row.before is None:
        return _NONE
    before = in_words(row.before, row.kind, currency, formats)
    grown = row.change
    if grown is None:
        return before
    sign = "+" if grown > 0 else ""
    return f"{before} ({sign}{formats.percent(grown)})"


def _channels(material: Material, formats: Formats, more: MoreWords) -> list[list[str]]:
    return [
        [
            more.stage if c.channel == _STAGE else plain(c.channel),
            formats.number(c.peak),
            formats.number(c.average),
            formats.number(c.messages),
            formats.number(c.chatters),
            formats.number(c.orders),
            formats.money(c.revenue),
        ]
        for c in material.figures.channels[:_MOST_CHANNELS]
    ]


def _questions(material: Material, formats: Formats, more: MoreWords) -> OpenQuestions:
    left = unanswered(material.state, material.questions)
    rows = [
        (plain(q.text, _LONGEST), formats.number(q.asked), formats.clock(q.asked_at_ms))
        for q in left[:_MOST_QUESTIONS]
    ]
    beyond = len(left) - len(rows)
    asked = material.figures.questions.asked or any(not q.withdrawn for q in material.questions)
    return OpenQuestions(
        rows,
        more.more_questions.format(n=formats.number(beyond)) if beyond else "",
        more.none_unanswered if asked else more.none_asked,
    )
