"""A stand-in for Facebook's Graph API: a real HTTP server that knows one page and its broadcasts.

    with GraphServer() as graph:
        graph.write("Steph", "How much is it?")
        http = HttpClient(graph.url + "/v23.0", ...)      nodes and edges, as Meta's own SDK asks for them
        stream = HttpClient(graph.url, ...)               /{video}/live_comments as server-sent events

It is as strict as Facebook where it matters: tokens, unknown fields, unknown ids, cursors. `fail` has the next requests answered
with an error; `cut` breaks every stream.
"""

import base64
import json
import re
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qsl, urlsplit

PAGE = "1001"
TOKEN = "page-token-of-the-test"
_FIELDS = {
    "video": {"id", "status", "live_views", "broadcast_start_time", "title", "creation_time"},
    "comment": {"id", "message", "created_time", "from", "parent", "is_hidden", "can_hide"},
    "page": {"id", "name"},
}


class GraphError(Exception):
    """What Facebook answers with."""

    def __init__(
        self,
        code: int,
        message: str = "It went wrong",
        *,
        subcode: int = 0,
        status: int = 400,
        headers: dict[str, str] | None = None,
        **more: Any,
    ) -> None:
        error: dict[str, Any] = {
            "message": message,
            "type": "OAuthException",
            "code": code,
            "fbtrace_id": "AbC",
        }
        if subcode:
            error["error_subcode"] = subcode
        self.body: Any = {"error": error | more}
        self.status, self.headers = status, headers or {}


class Gone(GraphError):
    def __init__(self, node: str) -> None:
        super().__init__(
            100,
            f"Unsupported get request. Object with ID '{node}' does not exist, cannot be loaded due to missing "
            "permissions, or does not support this operation",
            subcode=33,
        )


@dataclass
class Comment:
    id: str
    author_id: str
    author: str
    message: str
    at: float
    video: str
    parent: str = ""
    is_hidden: bool = False
    streamed: bool = True


@dataclass
class Failure:
    matches: re.Pattern[str]
    error: GraphError
    times: int


@dataclass
class GraphServer:
    """`resumes`: a stream honours Last-Event-ID; `unread`: the comments edge is empty."""

    resumes: bool = True
    unread: bool = False
    token: str = TOKEN
    videos: dict[str, dict[str, Any]] = field(
        default_factory=lambda: {
            "77": {
                "id": "77",
                "status": "LIVE",
                "live_views": 128,
                "broadcast_start_time": "2026-11-21T20:00:00+0000",
            }
        }
    )
    comments: list[Comment] = field(default_factory=list)
    deleted: list[tuple[str, str]] = field(default_factory=list)
    usage: dict[str, str] = field(default_factory=dict)
    requests: list[tuple[str, str, dict[str, str]]] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)
    last_event_ids: list[str] = field(default_factory=list)
    streams: int = 0

    def __enter__(self) -> Self:
        server = self
        self._news = threading.Condition()
        self._epoch = 0
        self._number = 0
        self._waits: list[tuple[Callable[[], bool], threading.Event]] = []

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                self._serve({})

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("content-length", "0")))
                self._serve(_form(body, self.headers.get("content-type", "")))

            def _serve(self, form: dict[str, str]) -> None:
                parts = urlsplit(self.path)
                asked = dict(parse_qsl(parts.query)) | form
                bearer = self.headers.get("authorization", "").removeprefix("Bearer ")
                token = asked.pop("access_token", "") or bearer
                try:
                    if parts.path.endswith("/live_comments"):
                        server.check(self.command, parts.path, asked, token)
                        server.stream(self, parts.path, asked)
                        return
                    answer, status, headers = server.answer(self.command, parts.path, asked, token), 200, {}
                except GraphError as error:
                    answer, status, headers = error.body, error.status, error.headers
                data = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
                self.send_response(status)
                kind = "text/html" if isinstance(answer, bytes) else "application/json; charset=UTF-8"
                for name, value in (server.usage | {"Content-Type": kind} | headers).items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(data)))
                try:
                    self.end_headers()
                    self.wfile.write(data)
                except ConnectionError:  # who asked has gone
                    self.close_connection = True

            def log_message(self, *args: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.01,), name="graph stand-in"
        )
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.cut()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    # -- what happens at Facebook

    def write(
        self,
        author: str,
        message: str,
        *,
        author_id: str = "",
        parent: str = "",
        streamed: bool = True,
        video: str = "77",
        at: float | None = None,
    ) -> str:
        """A comment; without `streamed` the stream leaves it out, as Facebook does when there are too many."""
        with self._news:
            self._number += 1
            made = Comment(
                id=f"9001_{self._number}",
                author_id=author_id or f"u-{author}",
                author=author,
                message=message,
                at=time.time() if at is None else at,
                video=video,
                parent=parent,
                streamed=streamed,
            )
            self.comments.append(made)
            self._news.notify_all()
            return made.id

    def burst(self, messages: list[str], at: float) -> None:
        """Many comments at once: nobody reads between them."""
        with self._news:
            for message in messages:
                self.write("Ana", message, at=at)

    def delete(self, comment_id: str) -> None:
        with self._news:
            self.comments = [each for each in self.comments if each.id != comment_id]

    def fail(self, error: GraphError, matches: str = "", times: int = 1) -> None:
        """The next requests whose `METHOD /path` matches are answered so."""
        with self._news:
            self.failures.append(Failure(re.compile(matches), error, times))

    def heal(self) -> None:
        with self._news:
            self.failures.clear()

    def cut(self) -> None:
        """Every stream breaks off."""
        with self._news:
            self._epoch += 1
            self._news.notify_all()

    def streaming(self, timeout: float = 30) -> None:
        """Wait until somebody reads a stream."""
        with self._news:
            assert self._news.wait_for(lambda: self.streams > 0, timeout), "nobody reads the stream"

    def asked_for(self, pattern: str, times: int = 1, timeout: float = 30) -> None:
        """Wait until requests like this came so often since the beginning."""

        def enough() -> bool:
            return self.count(pattern) >= times

        with self._news:
            assert self._news.wait_for(enough, timeout), f"{pattern} was asked {self.count(pattern)} times"

    def count(self, pattern: str) -> int:
        return sum(1 for method, path, _ in self.requests if re.search(pattern, f"{method} {path}"))

    # -- the API

    def check(self, method: str, path: str, asked: dict[str, str], token: str) -> None:
        with self._news:
            self.requests.append((method, path, asked))
            self._news.notify_all()
            for failure in self.failures:
                if failure.matches.search(f"{method} {path}"):
                    failure.times -= 1
                    if failure.times <= 0:
                        self.failures.remove(failure)
                    raise failure.error
        if not token:
            raise GraphError(104, "An access token is required to request this resource.")
        if token != self.token:
            raise GraphError(190, "Error validating access token: it is not valid.", subcode=467, status=401)

    def answer(self, method: str, path: str, asked: dict[str, str], token: str) -> Any:
        self.check(method, path, asked, token)
        found = re.fullmatch(r"/v\d+\.\d+/(.*)", path)
        if found is None:
            raise GraphError(2500, "Unknown path components: " + path)
        parts = [part for part in found.group(1).split("/") if part]
        with self._news:
            match method, parts:
                case "GET", []:
                    return self._many(asked)
                case "GET", ["me"]:
                    return _picked({"id": PAGE, "name": "Nordic Home"}, asked, "page")
                case "GET", [page, "live_videos"] if page in (PAGE, "me"):
                    wanted = json.loads(asked["broadcast_status"])
                    live = [video for video in self.videos.values() if video["status"] in wanted]
                    return {"data": [_picked(video, asked, "video") for video in live]}
                case "GET", [node, "live_videos"] if node in self.videos:
                    raise GraphError(
                        100, "(#100) Tried accessing nonexisting field (live_videos) on node type (LiveVideo)"
                    )
                case "GET", [node, "comments"]:
                    return self._edge(node, asked)
                case "GET", [node]:
                    return self._node(node, asked)
                case "POST", [node, "comments"]:
                    return self._say(node, asked)
                case "POST", [node]:
                    return self._change(node, asked)
                case _:
                    raise GraphError(100, "Unsupported request")

    def _find(self, comment_id: str) -> Comment:
        for each in self.comments:
            if each.id == comment_id:
                return each
        raise Gone(comment_id)

    def _many(self, asked: dict[str, str]) -> Any:
        ids = asked["ids"].split(",")
        if len(ids) > 50:
            raise GraphError(100, "(#100) Too many IDs. Maximum: 50")
        there = {each.id for each in self.comments}
        if missing := [each for each in ids if each not in there]:
            raise GraphError(
                803, f"(#803) Some of the aliases you requested do not exist: {','.join(missing)}"
            )
        return {each: self._node(each, asked) for each in ids}

    def _node(self, node: str, asked: dict[str, str]) -> Any:
        if node in self.videos:
            return _picked(self.videos[node], asked, "video")
        if node == PAGE:
            return _picked({"id": PAGE, "name": "Nordic Home"}, asked, "page")
        return _picked(_told(self._find(node)), asked, "comment")

    def _edge(self, node: str, asked: dict[str, str]) -> Any:
        if node in self.videos:
            of = [each for each in self.comments if each.video == node]
            if asked.get("filter", "toplevel") == "toplevel":
                of = [each for each in of if not each.parent]
        else:
            self._find(node)
            of = [each for each in self.comments if each.parent == node]
        if self.unread:
            of = []
        if asked.get("order") == "reverse_chronological":
            of = of[::-1]
        keys = [each.id for each in of]
        start = 0
        if after := asked.get("after"):
            last = base64.b64decode(after).decode()
            start = keys.index(last) + 1 if last in keys else len(keys)
        limit = min(int(asked.get("limit", "25")), 100)
        page = of[start : start + limit]
        told: dict[str, Any] = {"data": [_picked(_told(each), asked, "comment") for each in page]}
        if page:
            told["paging"] = {"cursors": {"before": _cursor(page[0]), "after": _cursor(page[-1])}}
            if start + limit < len(of):
                told["paging"]["next"] = f"{self.url}/v23.0/{node}/comments?access_token={TOKEN}&after=x"
        return told

    def _say(self, node: str, asked: dict[str, str]) -> Any:
        message = asked.get("message", "")
        if not message.strip():
            raise GraphError(100, "(#100) Missing message or attachment")
        video = node if node in self.videos else self._find(node).video
        parent = "" if node in self.videos else node
        return {"id": self.write("Nordic Home", message, author_id=PAGE, parent=parent, video=video)}

    def _change(self, node: str, asked: dict[str, str]) -> Any:
        self._find(node).is_hidden = asked["is_hidden"].lower() == "true"
        return {"success": True}

    def _has_news(self, epoch: int, at: int) -> bool:
        return self._epoch != epoch or self._number > at

    def stream(self, handler: BaseHTTPRequestHandler, path: str, asked: dict[str, str]) -> None:
        video = path.split("/")[1]
        if video not in self.videos:
            raise Gone(video)
        if asked["comment_rate"] not in ("one_per_two_seconds", "ten_per_second", "one_hundred_per_second"):
            raise GraphError(100, "(#100) comment_rate must be one of the known values")
        with self._news:
            last = handler.headers.get("last-event-id", "")
            self.last_event_ids.append(last)
            epoch, at = self._epoch, int(last) if last and self.resumes else self._number
        handler.close_connection = True
        try:
            handler.send_response(200)
            handler.send_header("Content-Type", "text/event-stream")
            handler.send_header("Connection", "close")
            handler.end_headers()
            handler.wfile.write(b": ping\n\n")
            with self._news:
                self.streams += 1
                self._news.notify_all()
            while True:
                with self._news:
                    self._news.wait_for(partial(self._has_news, epoch, at), 5)
                    if self._epoch != epoch:
                        return
                    new = [each for each in self.comments if _number(each) > at and each.streamed]
                    new = [each for each in new if each.video == video]
                    at = self._number
                for each in new:
                    data = json.dumps(_picked(_told(each), asked, "comment"))
                    handler.wfile.write(f"id: {_number(each)}\ndata: {data}\n\n".encode())
                if not new:
                    handler.wfile.write(b": ping\n\n")
        except ConnectionError:
            pass
        finally:
            with self._news:
                self.streams = max(0, self.streams - 1)


def _number(comment: Comment) -> int:
    return int(comment.id.rsplit("_", 1)[1])


def _cursor(comment: Comment) -> str:
    return base64.b64encode(comment.id.encode()).decode()


def _told(comment: Comment) -> dict[str, Any]:
    told: dict[str, Any] = {
        "id": comment.id,
        "message": comment.message,
        "created_time": time.strftime("%Y-%m-%dT%H:%M:%S+0000", time.gmtime(comment.at)),
        "from": {"name": comment.author, "id": comment.author_id},
        "is_hidden": comment.is_hidden,
        "can_hide": True,
    }
    if comment.parent:
        told["parent"] = {"id": comment.parent}
    return told


def _picked(node: dict[str, Any], asked: dict[str, str], kind: str) -> dict[str, Any]:
    """Only the fields that were asked for, and always the id; an unknown one is an error, as at Facebook."""
    names = [part.partition("{")[0] for part in re.findall(r"[a-z_]+(?:\{[^}]*\})?", asked.get("fields", ""))]
    for name in names:
        if name not in _FIELDS[kind]:
            raise GraphError(100, f"(#100) Tried accessing nonexisting field ({name}) on node type ({kind})")
    wanted = {"id", *(names or ("message", "created_time", "from"))}
    return {name: value for name, value in node.items() if name in wanted}


def _form(body: bytes, kind: str) -> dict[str, str]:
    if "multipart" not in kind:
        return dict(parse_qsl(body.decode(), strict_parsing=bool(body)))
    found = re.findall(rb'name="([^"]+)"\r\n\r\n(.*?)\r\n--', body, re.DOTALL)
    return {name.decode(): value.decode() for name, value in found}
