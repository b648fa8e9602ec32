"""What the overlay page is told: the words of a view, and until when they hold by the shop's clock."""

import hashlib
import io
import re
import urllib.parse

import msgspec

from studio.domain.stage import StageView
from studio.stage.words import stage_texts

GRACE_MS = 1_000
"""A price that holds with a code only leaves so many real ms after the code's end, when nothing newer has come."""
LONGEST_TITLE = 300
LONGEST_QUESTION = 500
LONGEST_LINK = 300
"""A longer address would make a code of dots too small for a phone in front of a screen."""
_QUIET_MODULES = 4  # ISO/IEC 18004, 6.3.8
_DARK = "#10131a"
# Embeddings and isolates could turn what stands beside them around; joiners stay, emoji are made of them.
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]+")
_LABELS = {
    "en": ("Code", "ends in", "Scan to buy", "Question"),
    "de": ("Code", "endet in", "Scannen & kaufen", "Frage"),
    "nb": ("Kode", "slutter om", "Skann og kjøp", "Spørsmål"),
}


class Labels(msgspec.Struct, frozen=True):
    """The words beside what the shop and the host say."""

    code: str
    ends: str
    scan: str
    question: str


class PageView(msgspec.Struct, frozen=True):
    """What is to be seen; empty texts are not. `picture` and `qr` are addresses below the page's own; `picture` is None
    where there is none, and empty while it is still to come. `starts` and `ends` are the code's window, UTC ms of the
    shop's clock.
    """

    lang: str
    labels: Labels
    title: str = ""
    price: str = ""
    struck: str = ""
    left: str = ""
    gone: bool = False
    picture: str | None = None
    qr: str = ""
    code: str = ""
    off: str = ""
    starts: int | None = None
    ends: int | None = None
    question: str = ""


class PageMessage(msgspec.Struct, frozen=True):
    """All that the page is told, at each change and as its heartbeat. `page` and `dress` change with the page's files and
    its dress; without a message for `unsure` ms it hides itself; `shop` is the shop's UTC ms now, None while it is not
    known, and `rate` its ms per real ms.
    """

    page: str
    dress: str
    unsure: int
    shop: int | None
    rate: float
    view: PageView


def page_view(view: StageView, clock: tuple[int, float] | None, picture: str | None = None) -> PageView:
    """The view as it may be seen now. Without the shop's time no price and no code stands, and after its end no code."""
    texts = stage_texts(view)
    shown = PageView(
        lang=_language(view.language),
        labels=_labels(view.language),
        title=plain(texts.title, LONGEST_TITLE),
        price=texts.price,
        struck=texts.struck,
        left=texts.left,
        gone=view.card is not None and view.card.left is not None and view.card.left <= 0,
        picture=picture if view.card is not None else None,
        qr=f"q/{link_name(texts.link)}.svg" if _fits(texts.link) else "",
        code=texts.code,
        off=texts.off,
        starts=view.code.promo.starts_at_ms if view.code else None,
        ends=texts.code_ends_at_ms,
        question=plain(texts.question, LONGEST_QUESTION),
    )
    if clock is None:
        return _without_code(_without_price(shown))
    if shown.ends is None:
        return shown
    (now, rate), ends = clock, shown.ends
    if now >= ends + GRACE_MS * rate:
        shown = _without_price(shown)
    return _without_code(shown) if now >= ends else shown


def _without_price(shown: PageView) -> PageView:
    return msgspec.structs.replace(shown, price="", struck="")


def _without_code(shown: PageView) -> PageView:
    return msgspec.structs.replace(shown, code="", off="", starts=None, ends=None)


def plain(text: str, most: int) -> str:
    """A text without controls, at most so many characters long."""
    text = _CONTROLS.sub(" ", text.encode("utf-8", "replace").decode()).strip()
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def link_name(link: str) -> str:
    """The name a link's QR code is served under."""
    return hashlib.sha256(link.encode("utf-8", "replace")).hexdigest()[:32]


def qr_svg(link: str) -> bytes:
    """The QR code of a link (ISO/IEC 18004), with the quiet space around it that scanners need."""
    import segno  # late: it is rarely wanted

    out = io.BytesIO()
    segno.make(link, error="m", micro=False).save(
        out,
        kind="svg",
        border=_QUIET_MODULES,
        dark=_DARK,
        light="#ffffff",
        xmldecl=False,
        omitsize=True,
        nl=False,
    )
    return out.getvalue()


def _fits(link: str) -> bool:
    """Whether it is an address that a phone would open, and short enough."""
    if not link or len(link) > LONGEST_LINK:
        return False
    try:
        parts = urllib.parse.urlsplit(link)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.netloc)


def _labels(language: str) -> Labels:
    return Labels(*_LABELS.get(language[:2], _LABELS["en"]))


def _language(language: str) -> str:
    return (
        language.replace("_", "-")
        if re.fullmatch(r"[A-Za-z]{2,8}([-_][A-Za-z0-9]{1,8})*", language)
        else "en"
    )
