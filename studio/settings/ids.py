"""Ids for what a person adds to the settings, made of what it is called."""

import re
import unicodedata
from collections.abc import Iterable

from studio.settings.secrets import environment_names

_LONGEST_ID = 40


def new_id(what: str, name: str, taken: Iterable[str]) -> str:
    """An id for a new `what` ("shop", "channel"), made of its name, that no other has: not even as the environment
    spells it.
    """
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    stem = "-".join(re.findall(r"[a-z0-9]+", plain))[:_LONGEST_ID].strip("-")
    if not stem or stem == "token":  # `shop:token` would be read as the shops' general variable
        stem = what
    used = {_variable(what, each) for each in taken}
    found, number = stem, 2
    while _variable(what, found) in used:
        found, number = f"{stem}-{number}", number + 1
    return found


def _variable(what: str, id_: str) -> str:
    return next(environment_names(f"{what}:{id_}"), "")
