"""What the two screens call the things they both have: shops on the one, channels on the other."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from studio.ui.icons import IconName

Translate = Callable[[str], str]
"""A text in the language of the studio."""


@dataclass(frozen=True, slots=True)
class Wording:
    """The sentences of one screen. `unreadable` has `{why}` in it, `saved` and `remove_title` `{name}`; `actions` says
    what each of the shared actions does here.
    """

    name: str
    title: str
    icon: IconName
    reading: str
    unreadable: str
    nothing: str
    add: str
    unnamed: str
    copy_of: str
    saved: str
    remove_title: str
    remove: str
    key_forgotten: str
    elsewhere: str
    choose_first: str
    actions: Mapping[str, str]
