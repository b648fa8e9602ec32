"""Runs a server that ends with whoever started it: `python leash.py USER FOLDER COMMAND...`.

The server runs as USER ("" for the same), and FOLDER ("" for none) goes when it ends.

The starter holds the other end of this process's standard input. When that closes, however the starter ended, the
server is told to end, and is killed when it does not.
"""

import os
import shutil
import signal
import subprocess
import sys
import threading

_PATIENCE_S = 15


def run(command: list[str], user: str, folder: str) -> int:
    """Run the command until it ends or nobody holds the leash any more; its exit code."""
    # Ctrl C goes to the whole group; the starter decides when the server ends.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    who = {"user": user, "group": user, "extra_groups": []} if user else {}
    server = subprocess.Popen(command, stdin=subprocess.DEVNULL, **who)

    def hold() -> None:
        while os.read(0, 1):
            pass
        server.terminate()
        try:
            server.wait(_PATIENCE_S)
        except subprocess.TimeoutExpired:
            server.kill()

    threading.Thread(target=hold, daemon=True).start()
    code = server.wait()
    if folder:
        shutil.rmtree(folder, ignore_errors=True)
    return code


if __name__ == "__main__":
    raise SystemExit(run(sys.argv[3:], sys.argv[1], sys.argv[2]))
