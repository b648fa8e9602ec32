"""A YouTube on this computer: a real HTTP server with broadcasts, chats, viewers and a quota, which accepts and answers nothing
that Google's own discovery document does not allow.

`complaints` are requests and answers that it does not allow: a test that leaves one there fails. `polls` are its books of how
fast each chat was read; who reads faster than it was told is refused, and noted in `too_early`. `fail` and `lose` make trouble.
"""

import json
import socket
import threading
from collections import Counter, deque
from dataclasses import dataclass, field
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import parse_qsl, urlsplit

from tests.real.youtube.discovery import Method, methods, wrong_request, wrong_with
from tests.real.youtube.state import READ_ONLY, Account, Broadcast, YouTubeState, stamp

LONGEST_TEXT = 200
REASONS = {
    "quotaExceeded": (403, "youtube.quota"),
    "dailyLimitExceeded": (403, "usageLimits"),
    "rateLimitExceeded": (403, "youtube.liveChat"),
    "userRateLimitExceeded": (403, "usageLimits"),
    "authError": (401, "global"),
    "authorizationRequired": (401, "youtube.common"),
    "insufficientPermissions": (403, "global"),
    "forbidden": (403, "youtube.liveChat"),
    "liveChatDisabled": (403, "youtube.liveChat"),
    "liveChatEnded": (403, "youtube.liveChat"),
    "liveChatNotFound": (404, "youtube.liveChat"),
    "liveChatMessageNotFound": (404, "youtube.liveChat"),
    "modificationNotAllowed": (403, "youtube.liveChat"),
    "messageTextInvalid": (400, "youtube.liveChat"),
    "messageTextRequired": (400, "youtube.liveChat"),
    "pageTokenInvalid": (400, "youtube.liveChat"),
    "invalidPageToken": (400, "youtube.parameter"),
    "liveStreamingNotEnabled": (403, "youtube.liveBroadcast"),
    "accessNotConfigured": (403, "usageLimits"),
    "processingFailure": (400, "youtube.api"),
    "backendError": (503, "youtube.api"),
    "badRequest": (400, "global"),
}


class Refused(Exception):
    """An error of YouTube's, by its reason."""


@dataclass(frozen=True)
class Answer:
    """What goes back; `hang_up`: nothing but the end of the connection."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    hang_up: bool = False


@dataclass(frozen=True)
class Poll:
    """One answered look at a chat: how long after the answer before (by the stand-in's clock), and what was told then."""

    chat_id: str
    after_ms: int | None
    told_ms: int


def error_answer(reason: str, headers: dict[str, str] | None = None) -> Answer:
    """As Google writes errors."""
    code, domain = REASONS[reason]
    message = f"The request was refused: {reason}."
    error = {
        "code": code,
        "message": message,
        "errors": [{"message": message, "domain": domain, "reason": reason}],
    }
    return Answer(code, json.dumps({"error": error}).encode(), headers or {})


class StandIn:
    """Runs in threads of its own; `url` is its address. Of one answer `most_checked` entries are checked: all, unless a
    flood is played.
    """

    def __init__(self, state: YouTubeState | None = None, most_checked: int = 2_000) -> None:
        self.state = state or YouTubeState()
        self._most_checked = most_checked
        self.complaints: list[str] = []
        self.polls: list[Poll] = []
        self.too_early = 0
        self.asked: Counter[str] = Counter()
        self._troubles: dict[str, deque[tuple[bool, Answer]]] = {}
        self._last_poll: dict[tuple[str, str], tuple[int, int]] = {}
        self._ended_read: set[str] = set()
        self._server: ThreadingHTTPServer | None = None
        self.url = ""

    def __enter__(self) -> Self:
        server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"stand_in": self}))
        server.daemon_threads = True
        self._server = server
        self.url = f"http://127.0.0.1:{server.server_address[1]}"
        threading.Thread(target=server.serve_forever, name="youtube", args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.shutdown()
        self._server.server_close()

    # -- trouble

    def fail(self, method: str, reason: str, times: int = 1, headers: dict[str, str] | None = None) -> None:
        """The next requests of a method are refused, and do nothing."""
        self._trouble(method, False, error_answer(reason, headers), times)

    def break_down(self, method: str, answer: Answer, times: int = 1) -> None:
        """The next requests of a method are answered so, and do nothing."""
        self._trouble(method, False, answer, times)

    def lose(self, method: str, answer: Answer = Answer(hang_up=True), times: int = 1) -> None:
        """The next requests of a method are carried out, and their answers are lost."""
        self._trouble(method, True, answer, times)

    def _trouble(self, method: str, carried_out: bool, answer: Answer, times: int) -> None:
        with self.state.lock:
            self._troubles.setdefault(method, deque()).extend([(carried_out, answer)] * times)

    def wait_for(self, method: str, count: int, timeout_s: float = 30) -> None:
        """Wait (in a thread) until a method was asked so often in all."""
        with self.state.changed:
            assert self.state.changed.wait_for(lambda: self.asked[method] >= count, timeout_s)

    def later(self) -> None:
        """So much time has passed that everybody may look again."""
        with self.state.lock:
            self._last_poll.clear()

    # -- requests

    def answer(self, verb: str, target: str, headers: dict[str, str], body: bytes) -> Answer:
        """The answer to a request."""
        url = urlsplit(target)
        query = parse_qsl(url.query, keep_blank_values=True)
        method = methods().get((verb, url.path))
        with self.state.changed:
            if method is None:
                self.complaints.append(f"there is no {verb} {url.path}")
                return Answer(404, b"<html>Not Found</html>", {"content-type": "text/html"})
            self.asked[method.name] += 1
            self.state.changed.notify_all()
            wrong = wrong_request(verb, url.path, tuple(query), body)
            self.complaints += wrong
            waiting = self._troubles.get(method.name)
            carried_out, trouble = waiting.popleft() if waiting else (True, None)
            if trouble is not None and not carried_out:
                return trouble
            try:
                made = self._carry_out(method, dict(query), headers, body, bool(wrong))
            except Refused as refused:
                made = error_answer(str(refused))
            return trouble or made

    def _carry_out(
        self, method: Method, query: dict[str, str], headers: dict[str, str], body: bytes, wrong: bool
    ) -> Answer:
        account = self.state.accounts.get(headers.get("authorization", "").removeprefix("Bearer "))
        if account is None:
            raise Refused("authError" if "authorization" in headers else "authorizationRequired")
        if wrong:
            raise Refused("badRequest")
        if method.verb != "GET" and account.scope == READ_ONLY:
            raise Refused("insufficientPermissions")
        cost = method.cost or 1
        if self.state.used + cost > self.state.limit:
            raise Refused("quotaExceeded")
        self.state.used += cost
        made = getattr(self, "_" + method.name.replace(".", "_"))(account, query, body)
        if method.response is None:
            return Answer(204)
        shown = made | {"items": made["items"][: self._most_checked]} if "items" in made else made
        self.complaints += [f"own answer: {each}" for each in wrong_with(method.response, shown)]
        return Answer(200, json.dumps(made).encode(), {"content-type": "application/json; charset=UTF-8"})

    def _liveBroadcasts_list(self, account: Account, query: dict[str, str], _: bytes) -> Any:
        wanted = query.get("broadcastStatus", "all")
        found = [
            each
            for each in self.state.broadcasts
            if each.channel_id == account.channel_id
            and (wanted == "all" or (wanted == "active") == each.live)
        ]
        return _list("liveBroadcast", [_parts(self._broadcast(each), query) for each in found])

    def _broadcast(self, broadcast: Broadcast) -> dict[str, Any]:
        ends = broadcast.ends_at_ms
        snippet = {
            "publishedAt": stamp(broadcast.started_at_ms),
            "channelId": broadcast.channel_id,
            "title": broadcast.title,
            "description": "",
            "isDefaultBroadcast": False,
        }
        if broadcast.chat_enabled:
            snippet["liveChatId"] = broadcast.chat_id
        if ends is not None:
            snippet["scheduledEndTime"] = stamp(ends)
        return {
            "id": broadcast.id,
            "snippet": snippet,
            "status": {
                "lifeCycleStatus": broadcast.status,
                "privacyStatus": "public",
                "recordingStatus": "recording",
            },
        }

    def _videos_list(self, account: Account, query: dict[str, str], _: bytes) -> Any:
        found = [
            self._video(each) for each in self.state.broadcasts if each.id in query.get("id", "").split(",")
        ]
        return _list("video", [_parts(each, query) for each in found])

    def _video(self, broadcast: Broadcast) -> dict[str, Any]:
        streaming: dict[str, Any] = {"actualStartTime": stamp(broadcast.started_at_ms)}
        if broadcast.live:
            streaming["activeLiveChatId"] = broadcast.chat_id
        else:
            streaming["actualEndTime"] = stamp(self.state.now_ms())
        if broadcast.viewers is not None:
            streaming["concurrentViewers"] = str(broadcast.viewers)
        if broadcast.ends_at_ms is not None:
            streaming["scheduledEndTime"] = stamp(broadcast.ends_at_ms)
        return {
            "id": broadcast.id,
            "snippet": {
                "channelId": broadcast.channel_id,
                "title": broadcast.title,
                "liveBroadcastContent": "live" if broadcast.live else "completed",
            },
            "liveStreamingDetails": streaming,
        }

    def _channels_list(self, account: Account, query: dict[str, str], _: bytes) -> Any:
        return _list(
            "channel", [_parts({"id": account.channel_id, "snippet": {"title": account.name}}, query)]
        )

    def _liveChatMessages_list(self, account: Account, query: dict[str, str], _: bytes) -> Any:
        broadcast = self._chat(query["liveChatId"])
        told = self.state.polling_ms
        key = broadcast.chat_id, account.channel_id
        now = self.state.clock.monotonic_ms()
        before = self._last_poll.get(key)
        if before is not None and now - before[0] < before[1]:
            self.too_early += 1
            raise Refused("rateLimitExceeded")
        page = self.state.page(broadcast, query.get("pageToken", ""), int(query.get("maxResults", "500")))
        if page is None:
            raise Refused("pageTokenInvalid")
        entries, following = page
        self.polls.append(Poll(broadcast.chat_id, None if before is None else now - before[0], told))
        self._last_poll[key] = self.state.clock.monotonic_ms(), told
        answer = {
            **_list("liveChatMessage", [_parts(entry, query) for entry in entries]),
            "nextPageToken": following,
            "pollingIntervalMillis": told,
        }
        if broadcast.offline_at_ms is not None:
            answer["offlineAt"] = stamp(broadcast.offline_at_ms)
        return answer

    def _liveChatMessages_insert(self, account: Account, query: dict[str, str], body: bytes) -> Any:
        snippet = json.loads(body)["snippet"]
        broadcast = self._chat(snippet["liveChatId"])
        text = snippet.get("textMessageDetails", {}).get("messageText", "")
        if not text:
            raise Refused("messageTextRequired")
        if len(text) > LONGEST_TEXT or "\n" in text or snippet["type"] != "textMessageEvent":
            raise Refused("messageTextInvalid")
        return _parts(self.state.post(broadcast, account, text), query)

    def _liveChatMessages_delete(self, account: Account, query: dict[str, str], _: bytes) -> None:
        found = self.state.message(query["id"])
        if found is None or found[1]["snippet"]["type"] == "tombstone":
            raise Refused("liveChatMessageNotFound")
        if found[0].channel_id != account.channel_id:
            raise Refused("forbidden")
        self.state.bury(query["id"])

    def _chat(self, chat_id: str) -> Broadcast:
        broadcast = self.state.of_chat(chat_id)
        if broadcast is None:
            raise Refused("liveChatNotFound")
        if not broadcast.chat_enabled:
            raise Refused("liveChatDisabled")
        # The last entries of a chat that just ended can still be read.
        unread = (
            bool(broadcast.entries)
            and broadcast.entries[-1].get("snippet", {}).get("type") == "chatEndedEvent"
        )
        if not broadcast.live and not (unread and chat_id not in self._ended_read):
            raise Refused("liveChatEnded")
        if not broadcast.live:
            self._ended_read.add(chat_id)
        return broadcast


class _Handler(BaseHTTPRequestHandler):
    stand_in: StandIn
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # head and body leave in one packet
    disable_nagle_algorithm = True

    def _serve(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        headers = {name.lower(): value for name, value in self.headers.items()}
        answer = self.stand_in.answer(self.command, self.path, headers, body)
        if answer.hang_up:
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)
            return
        self.send_response(answer.status)
        for name, value in ({"content-type": "application/json"} | answer.headers).items():
            self.send_header(name, value)
        if answer.status != 204:
            self.send_header("content-length", str(len(answer.body)))
        self.end_headers()
        self.wfile.write(answer.body)

    do_GET = do_POST = do_DELETE = _serve

    def date_time_string(self, timestamp: float | None = None) -> str:
        return formatdate(self.stand_in.state.now_ms() // 1000, usegmt=True)

    def log_message(self, *_: object) -> None:
        """It keeps books instead."""


def _list(kind: str, items: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "kind": f"youtube#{kind}ListResponse",
        "etag": "etag",
        "pageInfo": {"totalResults": len(items), "resultsPerPage": len(items)},
        "items": items,
    }


def _parts(entry: dict[str, Any], query: dict[str, str]) -> dict[str, Any]:
    """Kind, etag and id always, and the parts that were asked for."""
    return {
        name: each
        for name, each in entry.items()
        if name in {"kind", "etag", "id", *query["part"].split(",")}
    }
