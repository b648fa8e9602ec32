"""What the screen of the stage says."""

from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication

from studio.settings.secrets import Kept, Whereabouts
from studio.ui.connections.stage_port import ObsFailure, ObsStep

NAME = "stage"


def tr(text: str) -> str:
    """A text of this screen in the language of the studio."""
    return QCoreApplication.translate("Stage", text)


def stage_title() -> str:
    """What the screen is called."""
    return QCoreApplication.translate("Stage", "Stage")


@dataclass(frozen=True, slots=True)
class FieldWords:
    """How a field is called, and what stands under it while it is right."""

    label: str
    help: str = ""
    placeholder: str = ""


def field_words(name: str) -> FieldWords:
    """The words for a field of the form."""
    translate = QCoreApplication.translate
    return {
        "obs": FieldWords(translate("Stage", "Show the pinned product in OBS")),
        "address": FieldWords(
            translate("Stage", "Address"),
            translate("Stage", "In OBS: Tools, WebSocket Server Settings, Enable WebSocket server."),
            "ws://127.0.0.1:4455",
        ),
        "password": FieldWords(translate("Stage", "Password")),
        "scene": FieldWords(
            translate("Stage", "Scene"),
            translate("Stage", "Where the studio's sources are put; empty: the scene that is on air then."),
            translate("Stage", "The scene on air"),
        ),
        "overlay": FieldWords(translate("Stage", "Serve the overlay page on this computer")),
        "overlay_address": FieldWords(translate("Stage", "Address of the page")),
        "brand": FieldWords(
            translate("Stage", "Brand colour"),
            translate("Stage", "Of the promo code and the card's edge; the text on it is made readable."),
            "#c084fc",
        ),
        "font": FieldWords(
            translate("Stage", "Font"),
            translate("Stage", "One that is installed where the page is shown; empty: the page's own."),
            translate("Stage", "The page's own"),
        ),
        "logo": FieldWords(
            translate("Stage", "Logo"),
            translate("Stage", "PNG, JPEG, WebP, GIF or AVIF, at most 2 MB. No SVG."),
            translate("Stage", "None"),
        ),
        "unsure_s": FieldWords(
            translate("Stage", "Price and code leave after"),
            translate(
                "Stage", "When the shop is not heard for so long: what viewers see is never older than that."
            ),
        ),
        "few": FieldWords(
            translate("Stage", "“Only N left” from"),
            translate("Stage", "When so many can still be sold, or fewer. 0: never before it is sold out."),
        ),
    }[name]


def step_words(step: ObsStep) -> str:
    """What is being done now."""
    translate = QCoreApplication.translate
    return {
        ObsStep.CONNECT: translate("Stage", "Connecting to OBS…"),
        ObsStep.LOOK: translate("Stage", "Asking OBS about itself…"),
        ObsStep.CHANGE: translate("Stage", "Changing what stands in OBS…"),
    }[step]


def failure_words(failure: ObsFailure) -> str:
    """What went wrong in a few words; what to do, the connector says."""
    translate = QCoreApplication.translate
    return {
        ObsFailure.UNREACHABLE: translate("Stage", "OBS does not answer"),
        ObsFailure.PASSWORD: translate("Stage", "OBS does not let the studio in"),
        ObsFailure.NOT_OBS: translate("Stage", "What answers there is not OBS"),
        ObsFailure.REFUSED: translate("Stage", "OBS did not do it"),
    }[failure]


def password_words(where: Whereabouts, keys_stay: bool) -> tuple[str, str]:
    """What stands in the empty field of the password, and under it."""
    translate = QCoreApplication.translate
    if where.kept is Kept.ENVIRONMENT:
        text = translate("Stage", "Comes from the variable {name}, which wins over what is entered here.")
        return translate("Stage", "From the environment"), text.replace("{name}", where.variable)
    if where.kept is Kept.KEYRING:
        return (
            translate("Stage", "Kept. Type to replace it"),
            translate("Stage", "Kept in this computer's keyring."),
        )
    if where.kept is Kept.SESSION:
        return (
            translate("Stage", "Known. Type to replace it"),
            translate("Stage", "Known until the studio is closed, then asked for again."),
        )
    told = (
        translate("Stage", "It stands beside the address in OBS. Kept in this computer's keyring only.")
        if keys_stay
        else translate("Stage", "Kept until the studio is closed: this computer's keyring cannot be used.")
    )
    return translate("Stage", "Paste the password"), told


def paste_words() -> tuple[tuple[str, str], ...]:
    """How the overlay page gets into a stream: a step and what is done in it."""
    translate = QCoreApplication.translate
    return (
        (
            "1",
            translate(
                "Stage", "In OBS, “Set up in OBS” does it. Elsewhere: add a browser source to a scene."
            ),
        ),
        ("2", translate("Stage", "Paste the address of the page as its URL.")),
        ("3", translate("Stage", "Width and height: 1920 × 1080, or 1080 × 1920 for a vertical stream.")),
        ("4", translate("Stage", "Leave the rest as it is; the page is transparent where nothing is shown.")),
    )
