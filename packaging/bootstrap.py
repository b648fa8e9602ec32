#!/usr/bin/env python3
"""Sets Host Studio up, runs it and tests it with nothing but a Python 3.11-3.13.

    python3 packaging/bootstrap.py setup
    python3 packaging/bootstrap.py run [-- ARGS]
    python3 packaging/bootstrap.py test [--smoke] [--real] [-- PYTEST-ARGS]

This file must also be readable for older and newer Pythons, so that they can say which one is wanted; what
needs a supported Python is in the modules beside it.
"""

import os
import subprocess
import sys

SUPPORTED = ((3, 13), (3, 12), (3, 11))
REEXECUTED = "HOST_STUDIO_BOOTSTRAP_REEXECUTED"


def _candidates():
    """Command lines that may start a supported Python, the newest first."""
    for major, minor in SUPPORTED:
        if os.name == "nt":
            yield ["py", "-%d.%d" % (major, minor)]  # noqa: UP031
        yield ["python%d.%d" % (major, minor)]  # noqa: UP031


def _is_supported(command):
    probe = "import sys; print(list(sys.version_info[:2]))"
    try:
        out = subprocess.check_output([*command, "-c", probe], stderr=subprocess.DEVNULL, timeout=60)
    except (OSError, subprocess.SubprocessError):
        return False
    return out.decode("ascii", "replace").strip() in [str(list(version)) for version in SUPPORTED]


def _with_a_supported_python():
    """Returns when this Python will do; otherwise goes on with one that does, or says what is wanted."""
    if sys.version_info[:2] in SUPPORTED:
        return
    version = "%d.%d" % sys.version_info[:2]  # noqa: UP031
    if not os.environ.get(REEXECUTED):
        for command in _candidates():
            if _is_supported(command):
                print("This is Python " + version + "; going on with " + " ".join(command) + ".", flush=True)
                environment = dict(os.environ)
                environment[REEXECUTED] = "1"
                here = os.path.abspath(__file__)  # noqa: PTH100 - older Pythons read this
                sys.exit(subprocess.call([*command, here, *sys.argv[1:]], env=environment))
    sys.exit(
        "Host Studio needs Python 3.11, 3.12 or 3.13; this is Python "
        + version
        + " and none of those was found.\n"
        "Install one (Debian and Ubuntu: apt install python3 python3-venv; macOS and Windows: python.org),\n"
        "then run the same command with it, for example: python3.13 packaging/bootstrap.py run"
    )


def main():
    """Runs the command line and returns its exit code."""
    _with_a_supported_python()
    sys.dont_write_bytecode = True
    from commands import run_command_line

    return run_command_line(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
