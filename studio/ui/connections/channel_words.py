"""What the screen of the channels says: of platforms and their fields, of how a channel is, and of what went wrong."""

from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication

from studio.control.ports import ChannelCapabilities, Quota
from studio.ui.connections.channel_port import ChannelFailure, ChannelStep, ChannelTest, Feed, SignedIn
from studio.ui.connections.wording import Wording
from studio.ui.icons import IconName
from studio.ui.studio import Link
from studio.ui.texts import Texts


def tr(text: str) -> str:
    """A text of this screen in the language of the studio."""
    return QCoreApplication.translate("Channels", text)


def channel_wording() -> Wording:
    """What the screen of the channels calls its things."""
    return Wording(
        name="channels",
        title=tr("Channels"),
        icon="chat",
        reading=tr("Reading the channels…"),
        unreadable=tr("The channels cannot be read ({why})."),
        nothing=tr(
            "No channel is connected yet: chat and viewers come from there, and answers go back.\n\n"
            "Twitch needs your login and a sign-in. YouTube needs a client ID of yours and a sign-in. Facebook needs the "
            "page and its token. TikTok, Instagram and a hundred others come through Social Stream Ninja. Any bridge of "
            "your own can speak the native frame."
        ),
        add=tr("Add a channel"),
        unnamed=tr("New channel"),
        copy_of=tr("Copy of {name}"),
        saved=tr("“{name}” is saved."),
        remove_title=tr("Remove “{name}”?"),
        remove=tr(
            "Its settings and its sign-in are forgotten on this computer. Nothing changes at the platform."
        ),
        key_forgotten=tr("The token is forgotten. Sign in again, or enter another, before the next show."),
        elsewhere=tr("Open the shops or the channels first."),
        choose_first=tr("Choose a channel first."),
        actions={
            "shop.test": tr("Sign on at the channel and listen for some seconds; nothing is written there"),
            "shop.save": tr("Keep what was changed of this channel"),
            "shop.add": tr("Add a channel"),
            "shop.duplicate": tr("Add a channel like this one, without its token"),
            "shop.remove": tr("Forget this channel and its token; asks first"),
        },
    )


@dataclass(frozen=True, slots=True)
class FieldWords:
    """How a platform calls a field: its label, what stands in it while it is empty, and what it is for."""

    label: str
    placeholder: str = ""
    help: str = ""


# long: a table of words, one for each field of each platform
def field_words(kind: str, name: str) -> FieldWords:
    """The words for a field of a platform; those of any platform where it has none of its own."""
    own = {
        ("native", "base_url"): FieldWords(
            tr("Address"), "https://bridge.example", tr("Of the bridge that speaks the native frame.")
        ),
        ("twitch", "account"): FieldWords(tr("Channel"), "nordhuslive", tr("The login, as in twitch.tv/login.")),
        ("twitch", "client_id"): FieldWords(
            tr("Client ID"), "", tr("Of an app that you register at dev.twitch.tv, as a public client.")
        ),
        ("twitch", "key"): FieldWords(tr("Token"), "", ""),
        ("youtube", "account"): FieldWords(
            tr("Broadcast (optional)"), tr("The one that is live"), tr("The id behind watch?v= when it must be this one.")
        ),
        ("youtube", "client_id"): FieldWords(
            tr("Client ID"),
            "….apps.googleusercontent.com",
            tr("Of a project of yours in Google's console, for a desktop app, with “YouTube Data API v3” switched on."),
        ),
        ("youtube", "client_secret"): FieldWords(tr("Client secret"), "", tr("It stands beside the client ID.")),
        ("youtube", "quota"): FieldWords(
            tr("Units a day"), "10000", tr("What Google lets this project ask; 10,000 unless you were given more.")
        ),
        ("facebook", "account"): FieldWords(
            tr("Page or live video"), "1234567890", tr("The number of the page, or of one live video.")
        ),
        ("facebook", "key"): FieldWords(
            tr("Page access token"), "", tr("With the rights to read and to answer the page's comments.")
        ),
        ("social", "account"): FieldWords(
            tr("Session"), "", tr("The session ID of Social Stream Ninja, in its settings. Keep it to yourself.")
        ),
        ("social", "listen_port"): FieldWords(
            tr("Port of this computer (optional)"),
            tr("Off: the session is listened to instead"),
            tr("Messages are posted to this computer then; the secret in their address is made when you save."),
        ),
        ("social", "chat_url"): FieldWords(
            tr("Address of its messages"), "wss://…", tr("Empty is Social Stream Ninja's own.")
        ),
    }  # fmt: skip
    common = {
        "kind": FieldWords(tr("Platform")),
        "name": FieldWords(tr("Name"), tr("What you call this channel")),
        "enabled": FieldWords(tr("Use this channel"), "", tr("New shows read and answer it.")),
        "base_url": FieldWords(tr("Address"), "", tr("Empty is the platform's own.")),
        "account": FieldWords(tr("Account")),
        "client_id": FieldWords(tr("Client ID")),
        "client_secret": FieldWords(tr("Client secret")),
        "key": FieldWords(tr("Token"), "", ""),
        "chat_url": FieldWords(tr("Address of the chat"), "wss://…", tr("Empty is the platform's own.")),
        "listen_port": FieldWords(tr("Port of this computer (optional)")),
        "quota": FieldWords(tr("Units a day")),
        "ca_file": FieldWords(
            tr("Certificate file"), "", tr("One more authority to trust (PEM), for a bridge of yours.")
        ),
        "language": FieldWords(
            tr("Language of announcements"), tr("That of the show"), tr("As a code: en, de, nb.")
        ),
        "announce": FieldWords(
            tr("Announce here"), "", tr("What is pinned and which code runs is said in this chat.")
        ),
    }  # fmt: skip
    return own.get((kind, name)) or common[name]


def missing_words(kind: str, name: str) -> str:
    """What to fill in, in a field that a platform cannot do without."""
    own = {
        ("twitch", "account"): tr("Enter the channel's login, as in twitch.tv/login."),
        ("facebook", "account"): tr("Enter the number of the page, or of the live video."),
        ("social", "account"): tr("Enter the session ID of Social Stream Ninja, or a port below."),
    }
    return own.get((kind, name)) or tr("This is needed: fill it in.")


def state_words(link: Link | None, *, enabled: bool) -> tuple[str, IconName, str]:
    """How a channel is, in a word, with a sign and the sign's colour. None: no show is open that uses it."""
    if not enabled:
        return tr("off"), "offline", "muted"
    states: dict[Link | None, tuple[str, IconName, str]] = {
        None: (tr("ready"), "chat", "muted"),
        Link.OK: (tr("connected"), "check", "next"),
        Link.CONNECTING: (tr("connecting"), "clock", "muted"),
        Link.STALE: (tr("silent"), "clock", "warning"),
        Link.DOWN: (tr("down"), "warning", "warning"),
        Link.ASKING: (tr("needs a token"), "question", "warning"),
    }
    return states[link]


def step_words(step: ChannelStep) -> str:
    """What is being tried now."""
    return {
        ChannelStep.CONNECT: tr("Signing on at the channel…"),
        ChannelStep.LISTEN: tr("Listening to the chat, for 10 s at the most…"),
        ChannelStep.VIEWERS: tr("Waiting for the number of viewers…"),
    }[step]


# long: a table of words, two for each failure
def failure_words(failure: ChannelFailure) -> tuple[str, str]:
    """What went wrong in a few words, and what to do about it."""
    return {
        ChannelFailure.ADDRESS: (
            tr("The settings cannot be used"),
            tr("Correct what is named below, then test again."),
        ),
        ChannelFailure.CERTIFICATE_FILE: (
            tr("The certificate file cannot be used"),
            tr("Choose the authority's certificate as a PEM file, or leave the field empty."),
        ),
        ChannelFailure.UNREACHABLE: (
            tr("The channel cannot be reached"),
            tr("Check the network, and the address where you entered one."),
        ),
        ChannelFailure.TIMEOUT: (
            tr("No answer in time"),
            tr("Check the network and test again; the platform may be slow at the moment."),
        ),
        ChannelFailure.UNTRUSTED: (
            tr("The server's certificate is not trusted"),
            tr("Check this computer's date. A bridge of yours may need its authority's certificate file."),
        ),
        ChannelFailure.KEY_MISSING: (
            tr("The channel asks for a token"),
            tr("Sign in, or enter the token, then test again."),
        ),
        ChannelFailure.KEY_REFUSED: (
            tr("The channel does not accept the token"),
            tr("It is wrong, over or was revoked: sign in again, or enter another."),
        ),
        ChannelFailure.RIGHT_MISSING: (
            tr("The token lacks a right"),
            tr("Sign in again and allow all that is asked for, or enter a token with this right."),
        ),
        ChannelFailure.UNKNOWN_ACCOUNT: (
            tr("The platform does not know this account"),
            tr("Check how it is written, then test again."),
        ),
        ChannelFailure.BUSY: (
            tr("The platform asks for patience"),
            tr("Too much was asked in a short time, or today. Test again later."),
        ),
        ChannelFailure.OTHER_PLATFORM: (
            tr("What answers there is not this platform"),
            tr("Check the address, and whether the right platform is chosen."),
        ),
        ChannelFailure.PORT: (
            tr("The port cannot be used"),
            tr("Another program has it: choose another port, or close that program."),
        ),
        ChannelFailure.REFUSED: (
            tr("The platform refuses"),
            tr("Its own words stand below."),
        ),
    }[failure]


def feed_words(found: ChannelTest, texts: Texts) -> tuple[str, str, str]:
    """What the feed said: a sign, a sentence, its colour."""
    seconds = texts.number(max(1, round(found.listened_ms / 1000)))
    match found.feed:
        case Feed.CHAT:
            text = tr("The chat is read: {n} messages came in {s} s.")
            if found.messages == 1:
                text = tr("The chat is read: a message came within {s} s.")
            return "✓", text.replace("{n}", texts.number(found.messages)).replace("{s}", seconds), "next"
        case Feed.ALIVE:
            return "✓", tr("The chat is read: the channel is alive."), "next"
        case Feed.OFF:
            return "→", tr("It is not live at the moment. Everything else is in order."), "muted"
        case _:
            text = tr("The chat is open. Nobody said anything in {s} s.")
            return "→", text.replace("{s}", seconds), "muted"


def can_sentences(can: ChannelCapabilities, texts: Texts) -> list[str]:
    """What the channel can do."""
    longest = tr("A message there has at most {n} characters.").replace("{n}", texts.number(can.max_length))
    told = [
        (can.reply, tr("Answers go to one message, or to everybody.")),
        (can.hide, tr("Messages can be hidden from everybody.")),
        (can.viewers, tr("The number of viewers is told.")),
        (can.keyed, tr("What was sent is never said twice: each message has a key.")),
        (can.read_back and not can.keyed, tr("After a broken connection it is looked up whether a message arrived.")),
        (can.reply, longest),
    ]  # fmt: skip
    return [sentence for able, sentence in told if able]


def cannot_sentences(can: ChannelCapabilities) -> list[str]:
    """What it cannot, and what that means."""
    told = [
        (can.reply, tr("It is read only: answer there by hand.")),
        (can.hide, tr("Hiding a message hides it in the studio only.")),
        (can.viewers, tr("Its viewers are not counted: they are missing from the sum.")),
        (
            can.keyed or can.read_back or not can.reply,
            tr("A message that got no answer is marked unsure, and you decide whether to say it again."),
        ),
    ]
    return [sentence for able, sentence in told if not able]


def signed_in_words(signed: SignedIn | None, texts: Texts) -> str:
    """Whether somebody is signed in, and until when."""
    if signed is None:
        return tr("Nobody is signed in.")
    if signed.renews:
        return tr("Signed in; it is renewed by itself.")
    if signed.until_ms is None:
        return tr("Signed in.")
    until = f"{texts.day(signed.until_ms)}, {texts.clock(signed.until_ms)}"
    return tr("Signed in until {until}.").replace("{until}", until)


def quota_words(quota: Quota, texts: Texts) -> str:
    """How much of what may be asked today is used up."""
    left = max(0, quota.limit - quota.used)
    return (
        tr("{used} of {limit} units used today, {left} left.")
        .replace("{used}", texts.number(quota.used))
        .replace("{limit}", texts.number(quota.limit))
        .replace("{left}", texts.number(left))
    )
