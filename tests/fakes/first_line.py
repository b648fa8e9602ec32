"""What a process says first: a future that tells, in place of looking again and again."""

import subprocess
import threading
from collections import deque
from concurrent.futures import Future
from pathlib import Path

_LAST_LINES = 40


def first_line(process: "subprocess.Popen[bytes]", log: Path, word: str = "") -> "Future[str]":
    """The first line with `word` in it that the process says on its standard output, which is a pipe. It fails with
    EOFError, which names the last lines, when the output ends without one. All of the output goes to `log` until it ends:
    the pipe never fills.
    """
    assert process.stdout is not None, "its standard output is no pipe"
    said, kept, told = process.stdout, log.open("ab", buffering=0), Future[str]()
    last: deque[str] = deque(maxlen=_LAST_LINES)

    def read() -> None:
        with said, kept:
            for line in said:
                kept.write(line)
                text = line.decode(errors="replace").strip()
                last.append(text)
                if word in text and not told.done():
                    told.set_result(text)
        if not told.done():
            told.set_exception(EOFError("\n".join([f"the output ended without {word!r}:", *last])))

    threading.Thread(target=read, name=f"reads {log.name}", daemon=True).start()
    return told
