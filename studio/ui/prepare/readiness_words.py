"""The checks before a show in words: a title, a sentence, and what the button says that mends it."""

import re
from collections.abc import Callable, Sequence
from typing import Final

from PySide6.QtCore import QCoreApplication

from studio.domain.checks import Check, CheckKind, CheckState, Fix, Reach, Subject
from studio.domain.readiness import STALE_MS
from studio.ui.texts import Texts, length
from studio.ui.widgets.clock import age_text
from studio.ui.widgets.text import clean_text, isolate, without_isolates

NAMED: Final = 3
"""So many items are named in a sentence; the others are counted."""
_NAME: Final = 48
_PLACE: Final = re.compile(r"\{(\w+)\}")
_TOLD: Final = 240


def tr(text: str) -> str:
    """In the language of the studio."""
    return QCoreApplication.translate("Readiness", text)


def state_word(state: CheckState) -> str:
    """How a check stands, for who does not see its dot."""
    return {
        CheckState.OK: tr("ready"),
        CheckState.WARNING: tr("to look at"),
        CheckState.TROUBLE: tr("trouble"),
        CheckState.CHECKING: tr("checking"),
    }[state]


def fix_text(check: Check) -> str:
    """What the button of a check says; empty where there is none."""
    return {
        Fix.NONE: "",
        Fix.ITEM: tr("Show"),
        Fix.ADD_ITEMS: tr("Add items"),
        Fix.SHOPS: tr("Shops…"),
        Fix.REFRESH_STOCK: tr("Read stock"),
        Fix.TAKE_PRICES: tr("Take over"),
        Fix.STOCK_CHECK: tr("Check…"),
        Fix.PROMOS: tr("Codes…"),
        Fix.CHANNELS: tr("Channels…"),
        Fix.STAGE: tr("Stage…"),
        Fix.PROMPTER: tr("Prompter"),
        Fix.DATA_FOLDER: tr("Folder…"),
    }[check.fix]


def fix_help(check: Check) -> str:
    """What the button of a check does, in a sentence."""
    return {
        Fix.NONE: "",
        Fix.ITEM: tr("Go to the item in the line-up where this is mended"),
        Fix.ADD_ITEMS: tr("Go to the catalogue: what is added there comes into the line-up"),
        Fix.SHOPS: tr("Open the settings of the shops"),
        Fix.REFRESH_STOCK: tr("Ask the shop for the stock of the line-up now"),
        Fix.TAKE_PRICES: tr("Plan with the shop's prices of now; undo takes it back"),
        Fix.STOCK_CHECK: tr("See demand and stock of every item, and what can be done"),
        Fix.PROMOS: tr("Open the planned codes"),
        Fix.CHANNELS: tr("Open the settings of the channels"),
        Fix.STAGE: tr("Open the settings of OBS and the overlay"),
        Fix.PROMPTER: tr("Show the prompter and choose where it stands"),
        Fix.DATA_FOLDER: tr("Open the folder of the studio's data, to make room on its disk"),
    }[check.fix]


def title_of(check: Check) -> str:
    """What a check is about, in two or three words that say how it stands."""
    well = check.state in (CheckState.OK, CheckState.CHECKING)
    plain, wrong = _TITLES[check.kind]
    if check.kind is CheckKind.STAGE and not well and [s.title for s in check.subjects] == ["obs"]:
        return tr("OBS not connected")
    if check.kind is CheckKind.STOCK and check.fix is Fix.REFRESH_STOCK:
        return tr("Stock unknown")
    if check.kind is CheckKind.STOCK and check.open and all(s.variants for s in check.subjects):
        return tr("Variants sold out")
    return tr(plain if well else wrong)


_TITLES: Final = {
    CheckKind.LINE_UP: ("Line-up", "Line-up is empty"),
    CheckKind.SHOP: ("Shop", "Shop does not answer"),
    CheckKind.ITEMS: ("Items at the shop", "Items not for sale"),
    CheckKind.SKUS: ("SKUs", "SKU not found"),
    CheckKind.PRICES: ("Prices as planned", "Prices have changed"),
    CheckKind.SHOW_PRICES: ("Show prices", "Show price is another"),
    CheckKind.STOCK: ("Stock", "Stock below target"),
    CheckKind.PROMOS: ("Promo codes", "Promo codes conflict"),
    CheckKind.LOW_PRICE: ("30-day low price", "30-day low price missing"),
    CheckKind.CHANNELS: ("Channels", "Channels not ready"),
    CheckKind.STAGE: ("Stage", "Stage not connected"),
    CheckKind.CLOCK: ("Clock", "Clock is off"),
    CheckKind.LENGTH: ("Length", "Length is not as planned"),
    CheckKind.DISK: ("Disk", "Disk is nearly full"),
    CheckKind.DISPLAY: ("Prompter", "No display for the prompter"),
}


def sentence_of(check: Check, texts: Texts) -> str:
    """How a check stands and of what."""
    return _SENTENCES[check.kind](check, texts)


def warning_of(check: Check, texts: Texts) -> str:
    """A check in one sentence, as it is kept in the show's log when it was passed over."""
    return without_isolates(f"{title_of(check)}: {sentence_of(check, texts)}")


def _named(subjects: Sequence[Subject], texts: Texts, say: Callable[[Subject], str] | None = None) -> str:
    """The first few by name, then how many more."""
    told = [say(subject) if say else _name(subject.title) for subject in subjects[:NAMED]]
    if len(subjects) > NAMED:
        told.append(tr("{n} more").replace("{n}", texts.number(len(subjects) - NAMED)))
    return ", ".join(told)


def _name(text: str) -> str:
    return isolate(clean_text(text, _NAME))


def _with(text: str, **values: str) -> str:
    """The text with these in their places, all at once: a name may hold braces."""
    return _PLACE.sub(lambda found: values.get(found[1], found[0]), text)


def _line_up(check: Check, texts: Texts) -> str:
    if check.open:
        return tr("Add what is to be shown.")
    return _with(tr("{n} items"), n=texts.number(check.count))


def _shop(check: Check, _texts: Texts) -> str:
    if not check.subjects:
        return tr("No shop is connected: products, stock and codes come from there.")
    subject = check.subjects[0]
    if check.state is CheckState.CHECKING:
        return _with(tr("{shop} is being asked…"), shop=_name(subject.title))
    if subject.reach is Reach.ASKING:
        return (subject.sentence and clean_text(subject.sentence, _TOLD)) or tr("It asks for a key.")
    if subject.reach is Reach.DOWN:
        return (subject.sentence and clean_text(subject.sentence, _TOLD)) or tr("It cannot be reached.")
    if check.number is None or check.number > STALE_MS:
        age = age_text(check.number) if check.number is not None else tr("never")
        return _with(tr("stock is old: heard {age}"), age=age)
    return _with(tr("answers, stock {age}"), age=age_text(check.number))


def _items(check: Check, texts: Texts) -> str:
    if check.state is CheckState.CHECKING:
        return tr("The shop's products are being read…")
    if check.open:
        return _with(tr("Not there, or off sale: {items}"), items=_named(check.subjects, texts))
    return _with(tr("{n} found and for sale"), n=texts.number(check.count))


def _skus(check: Check, texts: Texts) -> str:
    if not check.subjects:
        return tr("every product is known")

    def say(subject: Subject) -> str:
        sku = clean_text(subject.sentence, 24)
        return f"{_name(subject.title)} ({sku})" if sku and sku != subject.title else _name(subject.title)

    told = _named(check.subjects, texts, say)
    if check.state is CheckState.CHECKING:
        return _with(tr("Looked up at the shop: {items}"), items=told)
    return _with(tr("The shop has no product for {items}"), items=told)


def _change(texts: Texts) -> Callable[[Subject], str]:
    # No-break spaces: the two prices are read together.
    return lambda s: f"{_name(s.title)} {texts.money(s.before)}\u00a0→\u00a0{texts.money(s.after)}"


def _prices(check: Check, texts: Texts) -> str:
    if check.open:
        return _named(check.subjects, texts, _change(texts))
    if not check.count:
        return tr("none was noted when the items were planned")
    return _with(tr("{n} unchanged since planning"), n=texts.number(check.count))


def _show_prices(check: Check, texts: Texts) -> str:
    if check.open:
        told = _named(check.subjects, texts, _change(texts))
        return _with(tr("The shop will charge otherwise: {items}"), items=told)
    if not check.count:
        return tr("none is set: the shop's prices hold")
    return _with(tr("{n} as the shop will charge"), n=texts.number(check.count))


def _enough(count: int, unexpected: int, texts: Texts) -> str:
    """Nobody can say that what has no target, and was never on air, has enough."""
    if not unexpected:
        return _with(tr("{n} with enough"), n=texts.number(count))
    pattern = tr("{n} with enough, {m} without an expected demand")
    if not count:
        pattern = tr("{m} in stock, without an expected demand")
    return _with(pattern, n=texts.number(count), m=texts.number(unexpected))


def _stock(check: Check, texts: Texts) -> str:
    if check.fix is Fix.REFRESH_STOCK or (check.state is CheckState.CHECKING and check.subjects):
        return _with(tr("Nothing known of {items}"), items=_named(check.subjects, texts))
    if not check.open:
        return _enough(check.count, check.number or 0, texts)

    def say(subject: Subject) -> str:
        name = _name(subject.title)
        if subject.variants:
            sizes = ", ".join(_name(each) for each in subject.variants[:NAMED])
            return _with(tr("{name}: {variants} sold out"), name=name, variants=sizes)
        if not subject.left:
            return _with(tr("{name} sold out"), name=name)
        left, wanted = texts.number(subject.left), texts.number(subject.wanted)
        return _with(tr("{name} {left} of {wanted}"), name=name, left=left, wanted=wanted)

    return _named(check.subjects, texts, say)


def _promos(check: Check, texts: Texts) -> str:
    if not check.count:
        return tr("none planned")
    planned = _with(tr("{n} planned"), n=texts.number(check.count))
    if check.state is CheckState.CHECKING:
        return _with(tr("{planned}, being looked at…"), planned=planned)
    if not check.open and check.number:
        unsure = texts.number(check.number)
        return _with(tr("{planned}, windows valid; in use: {n} unknown"), planned=planned, n=unsure)
    if not check.open:
        return _with(tr("{planned}, windows valid, none in use"), planned=planned)
    first = clean_text(check.subjects[0].title, _TOLD)
    more = len(check.subjects) - 1
    return first if not more else _with(tr("{first} And {n} more."), first=first, n=texts.number(more))


def _low_price(check: Check, texts: Texts) -> str:
    if check.open:
        return _named(check.subjects, texts)
    if not check.count:
        return tr("no discount is planned")
    return _with(tr("known for {n} discounted items"), n=texts.number(check.count))


def _channels(check: Check, texts: Texts) -> str:
    names = _named(check.subjects, texts)
    if check.open and not check.count:
        return tr("None is connected: no chat, no viewers, no announcements.")
    if check.state is CheckState.CHECKING:
        return _with(tr("{channels}: connecting…"), channels=names)
    if not check.open:
        return _with(tr("{channels} ready"), channels=names)

    def say(subject: Subject) -> str:
        word = tr("not signed in") if subject.reach is Reach.ASKING else tr("no answer")
        return f"{_name(subject.title)}: {word}"

    return _named(check.subjects, texts, say)


_STAGES: Final = {"obs": "OBS", "overlay": "overlay page"}


def _stage_name(subject: Subject) -> str:
    return tr(_STAGES[subject.title]) if subject.title in _STAGES else _name(subject.title)


def _stage(check: Check, texts: Texts) -> str:
    names = _named(check.subjects, texts, _stage_name)
    if not check.count:
        return tr("not used: viewers see no card")
    if check.state is CheckState.CHECKING:
        return _with(tr("{stages}: connecting…"), stages=names)
    if not check.open:
        return _with(tr("{stages} connected"), stages=names)
    told = [clean_text(s.sentence, _TOLD) for s in check.subjects if s.sentence]
    return told[0] if told else _with(tr("{stages}: card and price will not show"), stages=names)


def _clock(check: Check, texts: Texts) -> str:
    if check.state is CheckState.CHECKING:
        return tr("the shop's time is being asked…")
    if not check.count:
        return tr("The shop's time is not known: codes would not be shown.")
    if check.number is None:
        return tr("the show's time is known")
    off = texts.number(abs(check.number) / 1000, 1)
    if not check.open:
        return _with(tr("{n} s off the shop"), n=off)
    return _with(
        tr("This computer is {age} off the shop: set its clock by the internet."),
        age=length(abs(check.number)),
    )


def _length(check: Check, _texts: Texts) -> str:
    if check.planned is None:
        return length(check.number)
    told = _with(tr("{length} of {planned}"), length=length(check.number), planned=length(check.planned))
    if not check.open:
        return told
    off = length(abs((check.number or 0) - check.planned))
    over = (check.number or 0) > check.planned
    return f"{told}: {_with(tr('{off} too long') if over else tr('{off} too short'), off=off)}"


def _disk(check: Check, texts: Texts) -> str:
    if check.number is None:
        return tr("being looked at…")
    free = _with(tr("{n} GB free"), n=texts.number(check.number / 1e9, 1))
    return _with(tr("{free}: make room for the show's data"), free=free) if check.open else free


def _display(check: Check, texts: Texts) -> str:
    if check.open:
        return tr("There is one display: plug in another, or place the prompter as a window.")
    if check.count > 1:
        return _with(tr("{n} displays"), n=texts.number(check.count))
    return tr("has its place")


_SENTENCES: Final[dict[CheckKind, Callable[[Check, Texts], str]]] = {
    CheckKind.LINE_UP: _line_up,
    CheckKind.SHOP: _shop,
    CheckKind.ITEMS: _items,
    CheckKind.SKUS: _skus,
    CheckKind.PRICES: _prices,
    CheckKind.SHOW_PRICES: _show_prices,
    CheckKind.STOCK: _stock,
    CheckKind.PROMOS: _promos,
    CheckKind.LOW_PRICE: _low_price,
    CheckKind.CHANNELS: _channels,
    CheckKind.STAGE: _stage,
    CheckKind.CLOCK: _clock,
    CheckKind.LENGTH: _length,
    CheckKind.DISK: _disk,
    CheckKind.DISPLAY: _display,
}
