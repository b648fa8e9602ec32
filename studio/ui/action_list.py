"""Everything a person can do, named once: menus, buttons, keys, the palette and the help are all made from this."""

from dataclasses import dataclass

from PySide6.QtCore import QT_TRANSLATE_NOOP


@dataclass(frozen=True, slots=True)
class ActionSpec:
    """One action. `text`, `tooltip` and `group` are English sources for the translation context `Actions`.

    `default_keys` are portable key names (`Ctrl+Shift+X`), the first is shown on buttons.
    `repeatable`: a held or a quickly repeated key acts every time (moving through a list).
    `hold`: acts only after a press held on purpose. `handled`: its key is given out by the workspace itself
    (Esc closes the innermost thing first), so it is shown but not bound as a shortcut.
    """

    id: str
    text: str
    tooltip: str
    default_keys: tuple[str, ...]
    group: str
    repeatable: bool = False
    hold: bool = False
    handled: bool = False
    checkable: bool = False


_T = QT_TRANSLATE_NOOP
_SHOW = str(_T("Actions", "Show"))
_PROMO = str(_T("Actions", "Promo codes"))
_QUESTIONS = str(_T("Actions", "Questions and chat"))
_STUDIO = str(_T("Actions", "Studio"))
_PREPARE = str(_T("Actions", "Prepare"))
_LINEUP = str(_T("Actions", "Line-up"))
_SHOPS = str(_T("Actions", "Shops and channels"))


def _spec(
    action_id: str, text: object, tooltip: object, keys: str, group: str, *,
    repeatable: bool = False, hold: bool = False, handled: bool = False, checkable: bool = False,
) -> ActionSpec:  # fmt: skip
    found = tuple(keys.split()) if keys else ()
    return ActionSpec(
        action_id, str(text), str(tooltip), found, group,
        repeatable=repeatable, hold=hold, handled=handled, checkable=checkable,
    )  # fmt: skip


ACTIONS: tuple[ActionSpec, ...] = (
    _spec("show.start", _T("Actions", "Start the show"), _T("Actions", "Go on air: the clock starts and the line-up is live"), "Ctrl+Return", _SHOW),
    _spec("show.end", _T("Actions", "End the show"), _T("Actions", "Hold to end the show: codes go on until their end, the review opens"), "Ctrl+Shift+End", _SHOW, hold=True),
    _spec("item.next", _T("Actions", "Next item"), _T("Actions", "Put the next item of the line-up on air, product or talk"), "F12 PgDown", _SHOW),
    _spec("item.previous", _T("Actions", "Previous item"), _T("Actions", "Go back to the item before this one"), "Shift+F12 PgUp", _SHOW),
    _spec("item.pin", _T("Actions", "Pin the selected item"), _T("Actions", "Put the item selected in the line-up on air now"), "Return", _SHOW, handled=True),
    _spec("item.skip", _T("Actions", "Skip the selected item"), _T("Actions", "Leave the selected item out of this show; undo brings it back"), "Ctrl+Del", _SHOW),
    _spec("unpin", _T("Actions", "Unpin"), _T("Actions", "Take the product off the air; undo pins it again"), "Esc", _SHOW, handled=True),
    _spec("stage.clear", _T("Actions", "Clear the stage"), _T("Actions", "Panic key: take card and promo off the stage at once"), "Ctrl+Shift+X", _SHOW),
    _spec("stage.preview", _T("Actions", "What viewers see"), _T("Actions", "Show or hide a small picture of the broadcast, as OBS sends it"), "Ctrl+Shift+P", _SHOW, checkable=True),
    _spec("prompter.toggle", _T("Actions", "Prompter"), _T("Actions", "Show or hide the prompter on its monitor"), "F11", _SHOW, checkable=True),
    _spec("promo.issue", _T("Actions", "Issue promo…"), _T("Actions", "Issue the prepared promo code, or make one"), "F9", _PROMO),
    _spec("promo.extend", _T("Actions", "Extend the promo"), _T("Actions", "Give the live promo code more minutes"), "Shift+F9", _PROMO),
    _spec("promo.end", _T("Actions", "End the promo early"), _T("Actions", "End the live promo code now"), "Ctrl+Shift+F9", _PROMO),
    _spec("reply.focus", _T("Actions", "Reply"), _T("Actions", "Write a reply to the selected question, or to all channels"), "/", _QUESTIONS),
    _spec("question.next", _T("Actions", "Next question"), _T("Actions", "Select the next question"), "J", _QUESTIONS, repeatable=True),
    _spec("question.previous", _T("Actions", "Previous question"), _T("Actions", "Select the question before"), "K", _QUESTIONS, repeatable=True),
    _spec("question.answered", _T("Actions", "Mark answered"), _T("Actions", "The selected question was answered"), "A", _QUESTIONS),
    _spec("question.claim", _T("Actions", "Claim"), _T("Actions", "Take the selected question, so that nobody else answers it"), "C", _QUESTIONS),
    _spec("question.hide", _T("Actions", "Hide"), _T("Actions", "Hide the selected question; undo shows it again"), "H", _QUESTIONS),
    _spec("question.prompter", _T("Actions", "On the prompter"), _T("Actions", "Show the selected question to the presenter"), "P", _QUESTIONS),
    _spec("undo", _T("Actions", "Undo"), _T("Actions", "Take back the last decision, or reverse it once it reached the viewers"), "Ctrl+Z", _STUDIO),
    _spec("redo", _T("Actions", "Redo"), _T("Actions", "Do again what was undone"), "Ctrl+Shift+Z", _STUDIO),
    _spec("palette", _T("Actions", "Any command…"), _T("Actions", "Find a command or a product by its name"), "Ctrl+K", _STUDIO),
    _spec("search", _T("Actions", "Search"), _T("Actions", "Search products, line-up and chat"), "Ctrl+F", _STUDIO),
    _spec("help", _T("Actions", "Keys"), _T("Actions", "Show every key, and change them"), "F1", _STUDIO),
    _spec("theme.toggle", _T("Actions", "Dark or light"), _T("Actions", "Switch between the dark and the light theme"), "Ctrl+Shift+L", _STUDIO),
    _spec("workspace.shows", _T("Actions", "Shows"), _T("Actions", "Go to the list of shows; the open show stays open"), "Ctrl+0", _STUDIO, checkable=True),
    _spec("workspace.prepare", _T("Actions", "Prepare"), _T("Actions", "Go to the Prepare workspace"), "Ctrl+1", _STUDIO, checkable=True),
    _spec("workspace.host", _T("Actions", "On air"), _T("Actions", "Go to the On air workspace"), "Ctrl+2", _STUDIO, checkable=True),
    _spec("workspace.moderate", _T("Actions", "Moderate"), _T("Actions", "Go to the Moderate workspace"), "Ctrl+3", _STUDIO, checkable=True),
    _spec("workspace.review", _T("Actions", "Review"), _T("Actions", "Go to the Review workspace"), "Ctrl+4", _STUDIO, checkable=True),
    _spec("chart.table", _T("Actions", "Chart as a table"), _T("Actions", "Show the figures of the charts as a table"), "Ctrl+T", _STUDIO, checkable=True),
    _spec("chart.live", _T("Actions", "Charts to live"), _T("Actions", "Bring the charts back to the present"), "", _STUDIO),
    _spec("notices.dismiss", _T("Actions", "Dismiss notice"), _T("Actions", "Put away the notice on top"), "Ctrl+D", _STUDIO),
    _spec("notices.history", _T("Actions", "Notices…"), _T("Actions", "Show the notices of this show"), "Ctrl+Shift+D", _STUDIO),
    _spec("shops", _T("Actions", "Shops…"), _T("Actions", "Connect shops, test them, and see what they can do"), "Ctrl+,", _SHOPS),
    _spec("channels", _T("Actions", "Channels…"), _T("Actions", "Connect channels, sign in, test them, and see how each is"), "", _SHOPS),
    _spec("stage", _T("Actions", "Stage…"), _T("Actions", "Set up OBS and the overlay page, and see how they are"), "", _SHOPS),
    _spec("announcements", _T("Actions", "Announcements…"), _T("Actions", "What viewers are told by itself, in which words, and what was said"), "Ctrl+Shift+A", _SHOPS),
    _spec("shop.test", _T("Actions", "Test connection"), _T("Actions", "Ask the shop who it is and what it can do; nothing is written"), "F5", _SHOPS),
    _spec("shop.save", _T("Actions", "Save"), _T("Actions", "Keep what was changed of this shop"), "Ctrl+S", _SHOPS),
    _spec("shop.add", _T("Actions", "Add"), _T("Actions", "Add a shop"), "Ctrl+N", _SHOPS),
    _spec("shop.duplicate", _T("Actions", "Duplicate"), _T("Actions", "Add a shop like this one, without its key"), "", _SHOPS),
    _spec("shop.remove", _T("Actions", "Remove"), _T("Actions", "Forget this shop and its key; asks first"), "", _SHOPS),
    _spec("prepare.check", _T("Actions", "Check again"), _T("Actions", "Look again at everything that should be ready before the show"), "Ctrl+R", _PREPARE),
    _spec("lineup.segment", _T("Actions", "Add a segment…"), _T("Actions", "Put talk, questions or a draw into the line-up, without a product"), "Ins", _LINEUP, handled=True),
    _spec("lineup.up", _T("Actions", "Move up"), _T("Actions", "Move the selected items of the line-up one place up"), "Alt+Up", _LINEUP, handled=True),
    _spec("lineup.down", _T("Actions", "Move down"), _T("Actions", "Move the selected items of the line-up one place down"), "Alt+Down", _LINEUP, handled=True),
    _spec("lineup.duplicate", _T("Actions", "Duplicate the items"), _T("Actions", "Put the selected items into the line-up once more"), "Ctrl+Shift+C", _LINEUP, handled=True),
    _spec("lineup.copy", _T("Actions", "Copy the items"), _T("Actions", "Copy the selected items, to paste them here or in another show"), "Ctrl+C", _LINEUP, handled=True),
    _spec("lineup.cut", _T("Actions", "Cut the items"), _T("Actions", "Take the selected items out of the line-up, to paste them elsewhere"), "Ctrl+X", _LINEUP, handled=True),
    _spec("lineup.paste", _T("Actions", "Paste the items"), _T("Actions", "Put copied items into the line-up behind the selected one"), "Ctrl+V", _LINEUP, handled=True),
    _spec("lineup.remove", _T("Actions", "Remove the items"), _T("Actions", "Take the selected items out of the line-up; undo brings them back"), "Del", _LINEUP, handled=True),
    _spec("quit", _T("Actions", "Quit"), _T("Actions", "Close the studio; what is not sent yet goes on next time"), "Ctrl+Q", _STUDIO),
)  # fmt: skip
"""The actions of the studio in the order of the help page."""
