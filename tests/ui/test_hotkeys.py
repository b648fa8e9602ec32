"""Keys as data: changed by a person, refused where two would clash, and never lost."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.ui.action_list import ACTIONS
from studio.ui.hotkeys import RESERVED, KeyBindings, KeyConflictError, key_cap, portable

IDS = [spec.id for spec in ACTIONS]
KEYS = ["F2", "F3", "Ctrl+Y", "Q", "Alt+N", "Shift+F7", "F12", "Esc", "J", "Ctrl+K"]


def all_keys(bindings: KeyBindings) -> list[str]:
    return [key for action_id in IDS for key in bindings.keys(action_id)]


def test_no_two_actions_come_with_the_same_key(qapp) -> None:
    keys = all_keys(KeyBindings())
    assert len(keys) == len(set(keys))
    assert all(keys)
    assert not RESERVED & set(keys)


def test_every_default_key_is_spelled_as_qt_spells_it(qapp) -> None:
    assert not [(spec.id, key) for spec in ACTIONS for key in spec.default_keys if portable(key) != key]


def test_the_keys_of_the_design_are_there(qapp) -> None:
    bindings = KeyBindings()
    wanted = {
        "item.next": ("F12", "PgDown"), "item.previous": ("Shift+F12", "PgUp"), "unpin": ("Esc",), "promo.issue": ("F9",),
        "stage.clear": ("Ctrl+Shift+X",), "reply.focus": ("/",), "question.next": ("J",), "question.previous": ("K",),
        "question.answered": ("A",), "question.claim": ("C",), "question.hide": ("H",), "palette": ("Ctrl+K",),
        "help": ("F1",), "undo": ("Ctrl+Z",), "search": ("Ctrl+F",),
    }  # fmt: skip
    assert {action_id: bindings.keys(action_id) for action_id in wanted} == wanted


def test_a_key_of_another_action_is_refused_with_a_sentence_that_names_it(qapp) -> None:
    bindings = KeyBindings()
    with pytest.raises(KeyConflictError, match="F9 already belongs to “Issue promo…”"):
        bindings.bind("item.next", ["F2", "F9"])
    assert bindings.keys("item.next") == ("F12", "PgDown")


@pytest.mark.parametrize("key", ["Space", "Tab", "Shift+Tab", "NoSuchKey", ""])
def test_keys_that_cannot_command_are_refused(qapp, key: str) -> None:
    bindings = KeyBindings()
    with pytest.raises(KeyConflictError):
        bindings.bind("item.next", [key])
    assert bindings.is_default("item.next")


def test_a_changed_key_is_told_and_saved_and_a_default_is_not(qapp, qtbot) -> None:
    bindings = KeyBindings()
    with qtbot.waitSignal(bindings.changed) as told:
        bindings.bind("item.next", ["f2"])
    assert told.args == ["item.next"]
    assert bindings.owner("F2") == "item.next"
    assert bindings.owner("F12") is None
    assert bindings.to_dict() == {"item.next": ["F2"]}
    bindings.reset("item.next")
    assert bindings.to_dict() == {}


def test_an_action_can_do_without_a_key(qapp) -> None:
    bindings = KeyBindings()
    bindings.bind("theme.toggle", [])
    again = KeyBindings()
    assert again.load(bindings.to_dict()) == []
    assert again.keys("theme.toggle") == ()


def test_two_actions_that_swapped_their_keys_are_loaded_so(qapp) -> None:
    bindings = KeyBindings()
    saved = {"promo.issue": ["F12"], "item.next": ["F9"]}
    assert bindings.load(saved) == []
    assert bindings.keys("promo.issue") == ("F12",)
    assert bindings.to_dict() == saved


def test_a_damaged_settings_file_costs_only_the_damaged_entries(qapp) -> None:
    bindings = KeyBindings()
    problems = bindings.load(
        {
            "item.next": ["F2"],
            "undo": "Ctrl+Z",
            "nosuch": ["F3"],
            "redo": ["F9"],
            "help": ["Hyper+Q"],
            "search": [7],
        }
    )
    assert len(problems) == 5
    assert bindings.keys("item.next") == ("F2",)
    for untouched in ("undo", "redo", "help", "search"):
        assert bindings.is_default(untouched)


@given(saved=st.dictionaries(st.sampled_from(IDS), st.lists(st.sampled_from(KEYS), max_size=3), max_size=8))
def test_whatever_is_loaded_no_key_ever_belongs_to_two_actions(saved: dict[str, list[str]]) -> None:
    bindings = KeyBindings()
    bindings.load(saved)
    keys = all_keys(bindings)
    assert len(keys) == len(set(keys))
    again = KeyBindings()
    assert again.load(bindings.to_dict()) == []
    assert again.to_dict() == bindings.to_dict()


def test_resetting_all_brings_back_every_key(qapp) -> None:
    bindings = KeyBindings()
    bindings.load({"promo.issue": ["F12"], "item.next": ["F9"]})
    bindings.reset_all()
    assert bindings.to_dict() == {}


def test_a_key_whose_default_was_given_away_cannot_be_reset_in_silence(qapp) -> None:
    bindings = KeyBindings()
    bindings.bind("item.next", ["F2"])
    bindings.bind("promo.issue", ["F12"])
    with pytest.raises(KeyConflictError, match="F12"):
        bindings.reset("item.next")


def test_key_caps_read_as_printed_on_the_keys(qapp) -> None:
    assert [key_cap(key) for key in ("F12", "Ctrl+Z", "Ctrl+Shift+X", "/", "Ctrl++")] == [
        "F12", "Ctrl Z", "Ctrl Shift X", "/", "Ctrl +",
    ]  # fmt: skip
