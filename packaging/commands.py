"""The command line of bootstrap.py: setup, run and test."""

import argparse
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import checks
import environment
import system_libraries
from setup_error import SetupError

ROOT = Path(__file__).resolve().parent.parent


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="bootstrap.py", description="Sets Host Studio up in .venv, runs it, and tests it."
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="setup|run|test")
    commands.add_parser("setup", help="only set up")
    commands.add_parser("run", help="set up and rehearse a show, or pass what follows -- to host-studio")
    test = commands.add_parser("test", help="set up and pass every check and test")
    test.add_argument(
        "--smoke", action="store_true", help="only the short walk; leaves pictures in test-artifacts/"
    )
    test.add_argument(
        "--real",
        action="store_true",
        help="also the tests that need servers of other houses; with CI=true always",
    )
    return parser


def _split(arguments: Sequence[str]) -> tuple[list[str], list[str] | None]:
    """What stands before and after the first ``--``; None after it when there is none."""
    if "--" not in arguments:
        return list(arguments), None
    at = list(arguments).index("--")
    return list(arguments[:at]), list(arguments[at + 1 :])


def has_display() -> bool:
    """Whether a window can be shown here: always on Windows and macOS, else by X11 or Wayland."""
    if not sys.platform.startswith("linux"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def in_ci() -> bool:
    """Whether this is a machine that tests every change (`CI=true`): there nothing is left out."""
    return os.environ.get("CI", "").lower() in ("1", "true")


def _set_up() -> environment.Environment:
    system_libraries.provide(has_display())
    return environment.provide(ROOT)


def _surroundings() -> dict[str, str]:
    """This environment, with UTF-8 where it names no encoding at all, as in a bare container: Qt wants one."""
    surroundings = dict(os.environ)
    if sys.platform.startswith("linux") and not any(
        surroundings.get(name) for name in ("LC_ALL", "LC_CTYPE", "LANG")
    ):
        surroundings["LC_CTYPE"] = "C.UTF-8"
    return surroundings


def _run(env: environment.Environment, arguments: list[str] | None) -> int:
    """Becomes host-studio: without arguments a rehearsal from the project's folder, else with these from here."""
    if arguments is None:
        os.chdir(ROOT)
        arguments = ["rehearse"] if has_display() else ["rehearse", "--headless"]
    command = [str(env.python), "-m", "studio", *arguments]
    sys.stdout.flush()
    if os.name == "posix":
        os.execve(command[0], command, _surroundings())  # noqa: S606 - signals and exit code are the studio's own
    with subprocess.Popen(command) as studio:
        while True:
            try:
                return studio.wait()
            except KeyboardInterrupt:  # the console sends Ctrl C to the studio too: it leaves in good order
                continue


def run_command_line(arguments: Sequence[str]) -> int:
    """Runs bootstrap.py with these arguments; returns the exit code."""
    own, passed_on = _split(arguments)
    options = _parser().parse_args(own)
    if options.command == "setup" and passed_on is not None:
        _parser().error("setup takes nothing after --")
    try:
        env = _set_up()
        if options.command == "run":
            return _run(env, passed_on)
        if options.command == "test":
            real = options.real or (in_ci() and not options.smoke and passed_on is None)
            if real:
                system_libraries.provide_servers()
            return checks.run(ROOT, env, smoke=options.smoke, real=real, pytest_arguments=passed_on)
    except SetupError as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped. The same command goes on where this one left off.", file=sys.stderr)
        return 130
    print(f"Set up. Start with: {Path(sys.executable).name} packaging/bootstrap.py run")
    return 0
