"""What stands in the form of the stage, and what is wrong with it."""

from dataclasses import dataclass, field, replace
from typing import Final, Self

import msgspec

from studio.settings.schema import ObsSettings, StageSettings
from studio.ui.connections.drafts import YES, fits, no_such_file
from studio.ui.connections.stage_words import tr

LIVE_FIELDS: Final = ("brand", "font", "logo")
"""How the overlay is dressed: seen at once, all else when a show is opened."""


@dataclass(frozen=True, slots=True)
class StageDraft:
    """The stage as it stands in the form; `password` is what was typed, and never shown by a repr."""

    saved: StageSettings
    values: dict[str, str]
    password: str = field(default="", repr=False)

    @classmethod
    def of(cls, saved: StageSettings) -> Self:
        """As it is saved."""
        return cls(saved, values_of(saved))

    @property
    def dirty(self) -> bool:
        """Whether something of it is not saved."""
        return bool(self.password) or self.values != values_of(self.saved)

    def changed(self, name: str, value: str) -> Self:
        """With another value in a field."""
        if name == "password":
            return replace(self, password=value)
        return replace(self, values={**self.values, name: value})

    def onto(self, saved: StageSettings) -> Self:
        """What was typed, over what is saved now."""
        before = values_of(self.saved)
        typed = {name: value for name, value in self.values.items() if value != before[name]}
        return replace(self, saved=saved, values={**values_of(saved), **typed})

    def settings(self) -> StageSettings:
        """What is saved; only for what has no `problems`."""
        values = {name: value.strip() for name, value in self.values.items()}
        return StageSettings(
            obs=ObsSettings(
                enabled=values["obs"] == YES,
                address=values["address"] or ObsSettings().address,
                scene=values["scene"],
            ),
            overlay=values["overlay"] == YES,
            unsure_s=int(values["unsure_s"]),
            few=int(values["few"]),
            brand=values["brand"].lower(),
            font=values["font"],
            logo=values["logo"],
        )


def values_of(settings: StageSettings) -> dict[str, str]:
    """The fields of the form for what is saved."""
    obs = settings.obs
    return {
        "obs": YES if obs.enabled else "",
        "address": obs.address,
        "scene": obs.scene,
        "overlay": YES if settings.overlay else "",
        "brand": settings.brand,
        "font": settings.font,
        "logo": settings.logo,
        "unsure_s": str(settings.unsure_s),
        "few": str(settings.few),
    }


def problems(draft: StageDraft) -> dict[str, str]:
    """What is wrong, by the field's name."""
    values = {name: value.strip() for name, value in draft.values.items()}
    found = {
        "address": ""
        if not values["address"] or fits(ObsSettings, "address", values["address"])
        else tr("Write the address like ws://127.0.0.1:4455: Tools, WebSocket Server Settings in OBS."),
        "scene": "" if fits(ObsSettings, "scene", values["scene"]) else tr("This name is too long."),
        "brand": ""
        if fits(StageSettings, "brand", values["brand"])
        else tr("Write a colour like #c084fc, or choose one."),
        "font": "" if fits(StageSettings, "font", values["font"]) else tr("This name is too long."),
        "logo": tr("There is no such file: choose one, or leave the field empty.")
        if no_such_file(values["logo"])
        else "",
    }
    return {name: sentence for name, sentence in found.items() if sentence}


def needs_reopening(opened: StageSettings | None, saved: StageSettings) -> bool:
    """Whether the open show still has the stage in another way than it is saved."""
    if opened is None:
        return False
    dress = {name: getattr(saved, name) for name in LIVE_FIELDS}
    return msgspec.structs.replace(opened, **dress) != saved
