"""What the stand-in of YouTube knows: accounts, broadcasts, their chats, and what a day may cost."""

import secrets
import threading
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from studio.control.clock import SystemWallClock
from studio.control.ports import WallClock

HISTORY = 75
"""So many entries of the past come with the first page."""
FULL, READ_ONLY = (
    "https://www.googleapis.com/auth/youtube",
    "https://www.googleapis.com/auth/youtube.readonly",
)


def stamp(at_ms: int) -> str:
    """A moment as Google writes it."""
    return datetime.fromtimestamp(at_ms / 1000, UTC).isoformat(timespec="microseconds")


@dataclass(frozen=True)
class Account:
    """Who signed in, and what for."""

    channel_id: str
    name: str
    scope: str = FULL


@dataclass
class Broadcast:
    """A broadcast and its chat. `viewers` None: the number is hidden."""

    id: str
    channel_id: str
    chat_id: str
    title: str = "Autumn favourites"
    status: str = "live"
    viewers: int | None = 0
    ends_at_ms: int | None = None
    offline_at_ms: int | None = None
    chat_enabled: bool = True
    started_at_ms: int = 0
    entries: list[dict[str, Any]] = field(default_factory=list)

    @property
    def live(self) -> bool:
        return self.status == "live"


class YouTubeState:
    """Safe to use from any thread. `skew_ms`: its clock against this computer's."""

    def __init__(
        self, polling_ms: int = 40, limit: int = 100_000_000, clock: WallClock | None = None
    ) -> None:
        self.clock = clock or SystemWallClock()
        self.lock = threading.RLock()
        self.changed = threading.Condition(self.lock)
        self.polling_ms = polling_ms
        self.limit = limit
        self.used = 0
        self.skew_ms = 0
        self.history = HISTORY
        self.host = Account("UC-host", "Nordlys Hjem")
        self.accounts: dict[str, Account] = {}
        self.token = self.sign_in(self.host)
        self.broadcasts: list[Broadcast] = []
        self.generation = 0

    def now_ms(self) -> int:
        """UTC ms, by its own clock."""
        return self.clock.now_ms() + self.skew_ms

    # -- accounts

    def sign_in(self, account: Account) -> str:
        """A new access token of an account."""
        token = f"ya29.{secrets.token_urlsafe(24)}"
        self.accounts[token] = account
        return token

    def renew(self) -> str:
        """The host's token is replaced; the one before does not hold any more."""
        with self.lock:
            account = self.accounts.pop(self.token, self.host)
            self.token = self.sign_in(account)
            return self.token

    # -- broadcasts

    def start(self, viewers: int | None = 12, account: Account | None = None) -> Broadcast:
        """A broadcast goes live."""
        with self.changed:
            key = secrets.token_urlsafe(8)
            owner = account or self.host
            made = Broadcast(f"vid-{key}", owner.channel_id, f"chat-{key}", viewers=viewers)
            made.started_at_ms = self.now_ms()
            self.broadcasts.append(made)
            return made

    def end(self, broadcast: Broadcast, *, told: bool = True) -> None:
        """It is over; `told`: the chat says so as its last entry."""
        with self.changed:
            if told:
                self._entry(broadcast, "chatEndedEvent", None)
            broadcast.status = "complete"
            broadcast.viewers = None
            self.changed.notify_all()

    def of_chat(self, chat_id: str) -> Broadcast | None:
        """The broadcast with this chat."""
        return next((each for each in self.broadcasts if each.chat_id == chat_id), None)

    def message(self, message_id: str) -> tuple[Broadcast, dict[str, Any]] | None:
        """The newest entry of this id, wherever it is."""
        for broadcast in self.broadcasts:
            for entry in reversed(broadcast.entries):
                if entry.get("id") == message_id:
                    return broadcast, entry
        return None

    # -- chat

    def write(self, text: str, author: str = "Kari", broadcast: Broadcast | None = None) -> str:
        """A viewer writes; the message's id."""
        with self.changed:
            return self.post(broadcast or self.broadcasts[-1], Account(f"UC-{author}", author), text)["id"]

    def post(self, broadcast: Broadcast, account: Account, text: str) -> dict[str, Any]:
        """An account writes."""
        details = {"textMessageDetails": {"messageText": text}, "displayMessage": text}
        return self._entry(broadcast, "textMessageEvent", account, **details)

    def event(self, kind: str, author: str | None = "Kari", /, **snippet: Any) -> str:
        """Something else happens in the chat; the entry's id."""
        with self.changed:
            account = Account(f"UC-{author}", author) if author is not None else None
            return self._entry(self.broadcasts[-1], kind, account, **snippet)["id"]

    def bury(self, message_id: str) -> None:
        """A message is deleted: its id comes again, with nothing in it."""
        with self.changed:
            found = self.message(message_id)
            assert found is not None
            broadcast, entry = found
            place = next(n for n, each in enumerate(broadcast.entries) if each is entry)
            broadcast.entries[place] = {}  # the places of pages stay what they were
            grave = {**_head(message_id), "snippet": self._snippet("tombstone", broadcast, None)}
            broadcast.entries.append(grave)
            self.changed.notify_all()

    def _entry(self, broadcast: Broadcast, kind: str, account: Account | None, **more: Any) -> dict[str, Any]:
        entry: dict[str, Any] = {
            **_head(f"LCC.{secrets.token_urlsafe(12)}"),
            "snippet": self._snippet(kind, broadcast, account, **more),
        }
        if account is not None:
            entry["authorDetails"] = {
                "channelId": account.channel_id,
                "channelUrl": f"http://www.youtube.com/channel/{account.channel_id}",
                "displayName": account.name,
                "profileImageUrl": "https://yt3.ggpht.com/default.jpg",
                "isVerified": False,
                "isChatOwner": account.channel_id == broadcast.channel_id,
                "isChatSponsor": False,
                "isChatModerator": False,
            }
        with self.changed:
            broadcast.entries.append(entry)
            self.changed.notify_all()
        return entry

    def _snippet(
        self, kind: str, broadcast: Broadcast, account: Account | None, **more: Any
    ) -> dict[str, Any]:
        silent = kind in ("tombstone", "chatEndedEvent")
        author = {"authorChannelId": account.channel_id} if account is not None else {}
        return {
            "type": kind,
            "liveChatId": broadcast.chat_id,
            "publishedAt": stamp(self.now_ms()),
            "hasDisplayContent": not silent,
            **author,
            **more,
        }

    # -- pages

    def place(self, broadcast: Broadcast, index: int) -> str:
        """The token of a place in the chat."""
        return urlsafe_b64encode(f"{broadcast.chat_id}|{self.generation}|{index}".encode()).decode()

    def page(self, broadcast: Broadcast, token: str, most: int) -> tuple[list[dict[str, Any]], str] | None:
        """The entries behind a place and the next one; None for a token that does not hold (any more)."""
        start = max(0, len(broadcast.entries) - self.history)
        if token:
            try:
                chat_id, generation, index = urlsafe_b64decode(token).decode().split("|")
            except ValueError:
                return None
            if (chat_id, generation) != (broadcast.chat_id, str(self.generation)):
                return None
            start = int(index)
        end = min(len(broadcast.entries), start + most)
        found = [entry for entry in broadcast.entries[start:end] if entry]
        return found, self.place(broadcast, end)

    def forget_places(self) -> None:
        """No token of a page holds any more."""
        with self.lock:
            self.generation += 1


def _head(entry_id: str) -> dict[str, Any]:
    return {"kind": "youtube#liveChatMessage", "etag": secrets.token_hex(6), "id": entry_id}
