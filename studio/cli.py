"""The command line: `host-studio [--data-dir D] [rehearse | shop-server | report | webhooks | doctor]`."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from studio.settings.paths import Paths
    from studio.ui.main_window import MainWindow

DESCRIPTION = "The desktop studio in front of which a presenter sells on a live stream."


CANNOT = 2
"""The exit code of what cannot be done; a sentence on standard error says why."""


def _positive(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0 < value < 1e6:
        raise argparse.ArgumentTypeError(f"“{text}” is not a number above zero")
    return value


def _port(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= 65_535):
        raise argparse.ArgumentTypeError(f"“{text}” is not a port: 1 to 65535")
    return int(text)


def _report_arguments(report: argparse.ArgumentParser) -> None:
    report.add_argument("show", metavar="SHOW", help="the show's id, its title, or “last”")
    report.add_argument(
        "--out",
        type=Path,
        required=True,
        metavar="FILE",
        help="what to write: .html, .pdf, .xlsx, a folder for .csv tables, .vtt, .txt (YouTube) or .csv for chapters",
    )
    report.add_argument(
        "--format",
        choices=(
            "html", "xlsx", "csv", "chapters_youtube", "chapters_vtt", "chapters_csv", "pdf",
        ),
        default="",
        help="what it is, where its ending does not say it",
    )  # fmt: skip
    report.add_argument(
        "--offset",
        type=float,
        default=0.0,
        metavar="SECONDS",
        help="by how much the replay's picture is behind: its chapters begin so much later",
    )


def parser() -> argparse.ArgumentParser:
    """The whole command line."""
    main_parser = argparse.ArgumentParser("host-studio", description=DESCRIPTION, allow_abbrev=False)
    main_parser.add_argument(
        "--data-dir", type=Path, metavar="D", help="where shows and settings are kept (or HOST_STUDIO_DATA)"
    )
    commands = main_parser.add_subparsers(dest="command", metavar="COMMAND")

    _add_rehearse(
        commands.add_parser("rehearse", help="play a whole show against a demo shop and a simulated audience")
    )
    commands.add_parser("shop-server", help="start the demo shop alone", add_help=False)

    _report_arguments(commands.add_parser("report", help="write a show's report without a window"))

    webhooks = commands.add_parser("webhooks", help="have a shop's webhooks heard on this computer")
    webhooks.add_argument("shop", metavar="SHOP", help="the shop's id or name in the settings")
    heard = webhooks.add_mutually_exclusive_group()
    heard.add_argument("--port", type=_port, default=None, metavar="N", help="where a tunnel leads to (8765)")
    heard.add_argument("--off", dest="port", action="store_const", const=0, help="hear them no more")

    commands.add_parser("doctor", help="check versions, paths, display, database, shop and keyring")
    return main_parser


def _add_rehearse(rehearse: argparse.ArgumentParser) -> None:
    rehearse.add_argument(
        "--seed", type=int, default=None, metavar="N", help="the audience's intentions follow it"
    )
    rehearse.add_argument("--minutes", type=_positive, default=None, metavar="M", help="planned length (20)")
    rehearse.add_argument(
        "--speed", type=_positive, default=None, metavar="X", help="0.1 to 120 times real time"
    )
    rehearse.add_argument(
        "--viewers", type=int, default=None, metavar="N", help="viewers at the show's height"
    )
    rehearse.add_argument(
        "--headless", action="store_true", help="no display: a scripted host plays the show"
    )
    rehearse.add_argument(
        "--out",
        type=Path,
        default=None,
        metavar="DIR",
        help="pictures, report and figures (rehearsal-output)",
    )
    rehearse.add_argument(
        "--fault", action="append", default=[], metavar="NAME", help="what goes wrong; may be repeated"
    )
    rehearse.add_argument(
        "--shop", metavar="URL", help="a shop that runs already and speaks the Studio Shop API v1"
    )
    rehearse.add_argument(
        "--lineup",
        type=Path,
        default=None,
        metavar="FILE",
        help="a show's own line-up with its products, as the studio writes it for its Rehearse button (lineup.json)",
    )
    rehearse.add_argument("--resume", action="store_true", help="go on with the rehearsal that was cut off")


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code. Bad usage ends with 2 and a sentence."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    # The shop's own program knows its options, and its --help.
    given, rest = parser().parse_known_args(_up_to_shop_server(arguments))
    if rest:
        parser().error(f"unknown: {' '.join(rest)}")
    try:
        if given.command == "shop-server":
            return _shop_server(given.data_dir, arguments[arguments.index("shop-server") + 1 :])
        return _run(given)
    except KeyboardInterrupt:
        return 130


def _up_to_shop_server(arguments: list[str]) -> list[str]:
    at = arguments.index("shop-server") if "shop-server" in arguments else len(arguments)
    before = [a for n, a in enumerate(arguments[:at]) if arguments[n - 1 : n] != ["--data-dir"]]
    named = any(not argument.startswith("-") for argument in before)
    return arguments if named else arguments[: at + 1]


def _plain_tracebacks() -> None:
    """Before the studio's own log is open: a traceback on the console never shows variables, which may hold tokens."""
    import structlog

    renderer = structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
    structlog.configure(
        processors=[structlog.processors.add_log_level, structlog.processors.TimeStamper("iso"), renderer]
    )


def _shop_server(data_dir: Path | None, arguments: list[str]) -> int:
    from studio.rehearsal.shop_server import main as shop_server
    from studio.settings.paths import choose

    if not any(argument.split("=")[0] == "--data" for argument in arguments):
        arguments = [*arguments, "--data", str(choose(data_dir).data / "shop-server")]
    return shop_server(arguments) or 0


def _run(given: argparse.Namespace) -> int:
    from studio.settings.paths import DataFolderError, choose

    paths = choose(given.data_dir)
    try:
        if given.command == "doctor":
            from studio.doctor import main as doctor

            return doctor(paths)
        paths.prepare()
    except DataFolderError as error:
        return _cannot(error)
    if given.command is None:
        return _open_studio(paths)
    window = _rehearsal_window(given) if given.command == "rehearse" else None
    _plain_tracebacks()
    from studio.control.ports import StoreFull
    from studio.instance import AlreadyOpenError
    from studio.rehearsal.director import RehearsalError
    from studio.rehearsal.launch import LaunchError
    from studio.report_command import ReportError, write_report
    from studio.settings.file import SettingsNotSavedError
    from studio.settings.secrets import KeyringSecrets
    from studio.store.errors import StoreError
    from studio.webhooks_command import WebhooksError, set_up_webhooks

    try:
        if given.command == "webhooks":
            print(set_up_webhooks(paths, given.shop, given.port, KeyringSecrets()))
            return 0
        if given.command == "rehearse":
            from studio.rehearse import rehearse_command

            return rehearse_command(paths, given, window)
        print(write_report(paths, given.show, given.out, given.format, round(given.offset * 1000)))
    except (
        AlreadyOpenError, LaunchError, RehearsalError, ReportError, SettingsNotSavedError, StoreError, StoreFull, WebhooksError,
    ) as error:  # fmt: skip
        return _cannot(error)
    return 0


def _cannot(error: Exception) -> int:
    print(error, file=sys.stderr)
    return CANNOT


def _rehearsal_window(given: argparse.Namespace) -> "MainWindow | None":
    """The window, on the screen while shop and audience are started; None where nobody looks."""
    from studio.display import has_display

    if given.headless or not has_display():
        return None
    from studio.opening import open_window

    return open_window(rehearsal=True)


def _open_studio(paths: "Paths") -> int:
    from studio.opening import open_window

    window = open_window(paths.settings, paths.window_state)
    # The window is on the screen: only now comes what takes its time to import.
    _plain_tracebacks()
    from studio.open_studio import open_command

    return open_command(paths, window)


if __name__ == "__main__":
    sys.exit(main())
