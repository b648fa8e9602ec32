"""What went wrong in a show, in a few words each."""

from collections.abc import Callable, Mapping

from studio.domain.alerts import Alert, AlertKind
from studio.ui.review.kpis import translate
from studio.ui.texts import Texts
from studio.ui.widgets.text import clean_text

_SUBJECT = 40


def alert_words(alert: Alert, channel_names: Mapping[str, str], texts: Texts) -> str:
    """The words of an alert: of a channel its name, of a code the code."""
    one, many = _PATTERNS[alert.kind](alert)
    pattern = one if alert.count == 1 else many
    subject = alert.subject
    if alert.kind in _OF_CHANNELS:
        subject = channel_names.get(subject, subject)
    # The subject last: whatever stands in a title is not taken for a place to be filled.
    return (
        pattern.replace("{n}", texts.number(alert.count))
        .replace("{length}", alert.lasted)
        .replace("{subject}", clean_text(subject, _SUBJECT))
    )


_OF_CHANNELS = (
    AlertKind.LINK_LOST, AlertKind.LINK_BACK, AlertKind.CHAT_LOST, AlertKind.NOT_TAKEN, AlertKind.TOO_LATE, AlertKind.UNSURE,
)  # fmt: skip


def _one(text: str) -> tuple[str, str]:
    return text, text


def _open_warnings(_alert: Alert) -> tuple[str, str]:
    tr = translate
    return tr("Review", "started with 1 open warning"), tr("Review", "started with {n} open warnings")


def _lost(alert: Alert) -> tuple[str, str]:
    tr = translate
    return _one(tr("Review", "{subject} lost") if alert.subject else tr("Review", "shop lost"))


def _back(alert: Alert) -> tuple[str, str]:
    tr = translate
    if alert.subject:
        return _one(tr("Review", "{subject} back after {length}"))
    return _one(tr("Review", "shop back after {length}"))


def _chat_lost(alert: Alert) -> tuple[str, str]:
    tr = translate
    if not alert.count:
        return _one(tr("Review", "{subject}: messages missing"))
    return tr("Review", "{subject}: 1 message missing"), tr("Review", "{subject}: {n} messages missing")


def _pin(alert: Alert) -> tuple[str, str]:
    tr = translate
    return _one(
        tr("Review", "{subject} not featured by the shop")
        if alert.subject
        else tr("Review", "pin not taken off by the shop")
    )


_PATTERNS: dict[AlertKind, Callable[[Alert], tuple[str, str]]] = {
    AlertKind.OPEN_WARNINGS: _open_warnings,
    AlertKind.SOLD_OUT: lambda _a: _one(translate("Review", "{subject} sold out")),
    AlertKind.CAST_CUT: lambda _a: _one(translate("Review", "broadcast cut off")),
    AlertKind.LINK_LOST: _lost,
    AlertKind.LINK_BACK: _back,
    AlertKind.CHAT_LOST: _chat_lost,
    AlertKind.CODE_REFUSED: lambda _a: _one(translate("Review", "{subject} refused")),
    AlertKind.CODE_LAPSED: lambda _a: _one(translate("Review", "{subject} never reached the shop")),
    AlertKind.CODE_KEPT: lambda _a: _one(translate("Review", "end of {subject} not moved")),
    AlertKind.PIN_REFUSED: _pin,
    AlertKind.NOT_TAKEN: lambda _a: (
        translate("Review", "message refused by {subject}"), translate("Review", "{n} messages refused by {subject}"),
    ),
    AlertKind.TOO_LATE: lambda _a: (
        translate("Review", "message too late for {subject}"), translate("Review", "{n} messages too late for {subject}"),
    ),
    AlertKind.UNSURE: lambda _a: (
        translate("Review", "message to {subject} unsure"), translate("Review", "{n} messages to {subject} unsure"),
    ),
}  # fmt: skip
