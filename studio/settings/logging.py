"""The studio's own log: JSON lines in the data folder, rotated, without secrets; and what becomes of bugs."""

import asyncio
import faulthandler
import io
import logging
import logging.handlers
import re
import sys
import threading
from collections.abc import Callable, Mapping, MutableMapping
from pathlib import Path
from types import TracebackType
from typing import Any

import structlog

from studio.settings.secrets import MASK, Secret

MAX_BYTES = 5_000_000
KEPT_FILES = 5
LEVEL_VARIABLE = "HOST_STUDIO_LOG"
LONGEST_TEXT = 20_000
"""Longer texts are cut in the log: somebody else's 100 kB message is theirs to keep."""

_SHORTEST_SECRET = 6  # masking shorter ones would make a log unreadable and protect nothing

_SECRET_NAME = re.compile(
    r"authorization|token|secret|passw|api[-_]?key|cookie|signature|credential|x-.*-hmac|vendure-auth",
    re.IGNORECASE,
)
_PATTERNS = (
    # Authorization: Bearer abc, Basic abc, and the same inside JSON or a repr
    (re.compile(r"\b(Bearer|Basic|Token|OAuth)(\s+)[A-Za-z0-9._~+/=-]{6,}", re.IGNORECASE), rf"\1\2{MASK}"),
    # https://name:word@host
    (
        re.compile(r"(\b[a-z][a-z0-9+.-]{0,20}://)[^\s/@:]{0,200}:[^\s/@]{0,500}@", re.IGNORECASE),
        rf"\1{MASK}@",
    ),
    # ?access_token=abc, &key=abc, "api_key": "abc", password=abc, Set-Cookie: abc
    (
        re.compile(
            r"""((?:[?&](?:key|sig|auth)|(?:token|secret|passw(?:or)?d|api[-_]?key|authorization|cookie))"""
            r"""["']?\s*[=:]\s*["']?)(?!["']?\s*(?:Bearer|Basic|Token|OAuth)\b)[^\s"'&,;)}\]]{3,}""",
            re.IGNORECASE,
        ),
        rf"\1{MASK}",
    ),
)

OnBug = Callable[[str, BaseException], None]
"""Called in whatever thread the bug showed up in, with where that was and the exception, after it was logged."""


class Redactor:
    """A structlog processor that masks secrets: by the name of a field, by what one looks like, and those it was told.

    It is the last before the line is written, so that tracebacks and other libraries' lines pass it too.
    """

    def __init__(self) -> None:
        self._known: frozenset[str] = frozenset()

    def learn(self, secret: str) -> None:
        """From now on this very text is masked wherever it turns up. May be called from any thread."""
        if len(secret) >= _SHORTEST_SECRET:
            self._known |= {str(secret)}

    def __call__(self, _logger: object, _method: str, event: MutableMapping[str, Any]) -> Mapping[str, Any]:
        """Masks a whole event."""
        return {name: self._masked(value, name) for name, value in event.items()}

    def text(self, text: str) -> str:
        """The text with every secret masked, cut where it is very long."""
        if len(text) > LONGEST_TEXT:
            text = f"{text[:LONGEST_TEXT]}… ({len(text) - LONGEST_TEXT} more characters)"
        for secret in self._known:
            text = text.replace(secret, MASK)
        for pattern, mask in _PATTERNS:
            text = pattern.sub(mask, text)
        return text

    def _masked(self, value: Any, name: str = "") -> Any:
        if isinstance(value, Secret) or (value is not None and _SECRET_NAME.search(name)):
            return MASK
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, Mapping):
            return {str(key): self._masked(each, str(key)) for key, each in value.items()}
        if isinstance(value, (list, tuple, set, frozenset)):
            return [self._masked(each) for each in value]
        if value is None or isinstance(value, (bool, int, float)):
            return value
        return self.text(value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value))


class Log:
    """The log of one run. Make one at the start and close it last."""

    def __init__(
        self, folder: Path, redactor: Redactor, *, level: str = "INFO", console: bool = False
    ) -> None:
        """Sends structlog and the standard library's logging to `folder/studio.log`.

        `console` also writes to standard error. An unknown level is INFO. A full disk costs lines, never the show.
        """
        self.file = folder / "studio.log"
        shared: list[Any] = [
            structlog.contextvars.merge_contextvars,
            structlog.stdlib.add_log_level,
            structlog.stdlib.add_logger_name,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.stdlib.PositionalArgumentsFormatter(),
            structlog.processors.StackInfoRenderer(),
        ]
        structlog.configure(
            processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
            logger_factory=structlog.stdlib.LoggerFactory(),
            wrapper_class=structlog.stdlib.BoundLogger,
        )
        formatter = structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                redactor,
                structlog.processors.JSONRenderer(ensure_ascii=False),
            ],
        )
        self._handlers: list[logging.Handler] = [_QuietFile(self.file)]
        if console:
            self._handlers.append(logging.StreamHandler(sys.stderr))
        root = logging.getLogger()
        self._level_before = root.level
        known = logging.getLevelNamesMapping()
        root.setLevel(known.get(level.upper(), logging.INFO))
        for handler in self._handlers:
            handler.setFormatter(formatter)
            root.addHandler(handler)
        for chatty in ("httpx", "httpcore", "asyncio", "qasync"):
            logging.getLogger(chatty).setLevel(logging.WARNING)
        self._faults_before = faulthandler.is_enabled()
        self._faults = self._open_faults(folder / "crash.log")

    def close(self) -> None:
        """Writes out what is held back and lets go of the files."""
        root = logging.getLogger()
        for handler in self._handlers:
            root.removeHandler(handler)
            handler.close()
        root.setLevel(self._level_before)
        structlog.reset_defaults()
        if self._faults is not None:
            faulthandler.disable()
            self._faults.close()
            if self._faults_before and sys.__stderr__ is not None:
                faulthandler.enable(sys.__stderr__)

    @staticmethod
    def _open_faults(path: Path) -> io.TextIOWrapper | None:
        """Where the interpreter itself writes when it dies of a signal: no Python code runs then."""
        try:
            file = path.open("a", encoding="utf-8")
        except OSError:
            logging.getLogger(__name__).warning("%s cannot be written: crashes leave no trace", path)
            return None
        faulthandler.enable(file)
        return file


class _QuietFile(logging.handlers.RotatingFileHandler):
    """A rotated file that says once on standard error that it cannot be written, and lets the show go on."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        super().__init__(path, maxBytes=MAX_BYTES, backupCount=KEPT_FILES, encoding="utf-8", delay=True)
        self._complained = False

    def handleError(self, record: logging.LogRecord) -> None:
        """Called by logging when a line could not be written."""
        error = sys.exc_info()[1]
        if isinstance(error, OSError):
            self._complain(error)
        else:
            super().handleError(record)

    def close(self) -> None:
        """Closes the file, also when what is left to write does not fit on the disk."""
        try:
            super().close()
        except OSError as error:
            self._complain(error)

    def _complain(self, error: OSError) -> None:
        if not self._complained and sys.stderr is not None:
            sys.stderr.write(f"The log {self.baseFilename} cannot be written: {error.strerror or error}\n")
        self._complained = True


class BugHooks:
    """Sees to it that no exception is silent: in the main thread, other threads, destructors and event loops."""

    def __init__(self, on_bug: OnBug | None = None) -> None:
        """Takes over the interpreter's hooks; `on_bug` may show a notice."""
        self._on_bug = on_bug
        self._log = structlog.get_logger("studio.bug")
        self._before = (sys.excepthook, threading.excepthook, sys.unraisablehook)
        sys.excepthook = self._exception
        threading.excepthook = self._thread
        sys.unraisablehook = self._unraisable

    def watch(self, loop: asyncio.AbstractEventLoop) -> None:
        """The same for what fails in an event loop with nobody waiting for it."""
        loop.set_exception_handler(self._loop)

    def remove(self) -> None:
        """Puts the hooks back as they were."""
        sys.excepthook, threading.excepthook, sys.unraisablehook = self._before

    def _report(self, where: str, error: BaseException) -> None:
        self._log.error("bug", where=where, exc_info=error)
        if self._on_bug is not None:
            self._on_bug(where, error)

    def _exception(
        self, kind: type[BaseException], error: BaseException, trace: TracebackType | None
    ) -> None:
        if issubclass(kind, KeyboardInterrupt):
            self._before[0](kind, error, trace)
            return
        self._report("main thread", error)

    def _thread(self, args: threading.ExceptHookArgs) -> None:
        if args.exc_value is not None and not issubclass(args.exc_type, SystemExit):
            self._report(f"thread {args.thread.name if args.thread else 'unknown'}", args.exc_value)

    def _unraisable(self, args: "sys.UnraisableHookArgs") -> None:
        if args.exc_value is not None:
            self._report(f"{args.err_msg or 'destructor'}: {type(args.object).__name__}", args.exc_value)

    def _loop(self, _loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        error = context.get("exception")
        message = str(context.get("message", "event loop"))
        if isinstance(error, BaseException):
            self._report(f"event loop: {message}", error)
        else:
            self._log.error("bug", where="event loop", message=message)
