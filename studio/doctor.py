"""`host-studio doctor`: looks at everything the studio stands on and says what is wrong and what to do.

It makes the data folder when there is none and changes nothing else, opens no window (Qt is tried in a process of its own, which may die of a missing library) and
never shows a token.
"""

import asyncio
import enum
import os
import platform
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Coroutine, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from studio.instance import AlreadyOpenError, InstanceLock
from studio.settings.channels import channel_secret, general_channel
from studio.settings.file import settings_file
from studio.settings.paths import DataFolderError, Paths
from studio.settings.schema import ChannelSettings, Settings, ShopSettings
from studio.settings.secrets import MASK, Kept, KeyringSecrets, Whereabouts
from studio.settings.shops import general_shop, secret_name

ENOUGH_SPACE = 1_000_000_000
CLOCK_TOLERANCE_S = 5
LISTEN_S = 5.0
"""How long the doctor listens to a channel."""
_PACKAGES = ("PySide6-Essentials", "qasync", "httpx", "msgspec", "sqlite-utils", "keyring")


class Level(enum.StrEnum):
    """How bad a finding is. Only *failed* makes the doctor's exit code 1."""

    OK = "ok"
    WARNING = "warning"
    FAILED = "FAILED"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at, and a sentence about it that says what to do when it is not well."""

    name: str
    level: Level
    sentence: str


ShopProbe = Callable[[ShopSettings, KeyringSecrets], Coroutine[None, None, Finding]]
ChannelProbe = Callable[[ChannelSettings, KeyringSecrets], Coroutine[None, None, Finding]]


def examine(
    paths: Paths,
    secrets: KeyringSecrets,
    probe: ShopProbe | None = None,
    try_channel: ChannelProbe | None = None,
) -> list[Finding]:
    """Looks at everything. `probe` tries one shop, `try_channel` one channel; they are `probe_shop` and `probe_channel`
    unless a test knows better.
    """
    findings = [*versions(), *_folder(paths)]
    settings, found = _settings(paths)
    findings += found
    findings += [_database(paths), display(), _keyring(secrets)]
    findings += _shops(settings, secrets, probe or probe_shop)
    findings += _channels(settings, secrets, try_channel or probe_channel)
    return findings


def main(paths: Paths) -> int:
    """What the command line runs: writes the findings to standard output and returns the exit code."""
    findings = examine(paths, KeyringSecrets())
    text = f"{rendered(findings)}\n"
    encoding = sys.stdout.encoding or "utf-8"
    sys.stdout.write(text.encode(encoding, "replace").decode(encoding))
    return exit_code(findings)


def exit_code(findings: Iterable[Finding]) -> int:
    """0 when the studio can work here, 1 when something has to be done first."""
    return int(any(finding.level is Level.FAILED for finding in findings))


def rendered(findings: Iterable[Finding]) -> str:
    """The findings as lines for a terminal."""
    return "\n".join(f"{finding.level:8} {finding.name:12} {finding.sentence}" for finding in findings)


def versions() -> Iterator[Finding]:
    """What is installed, and whether it is a mixture that is known to crash."""
    system = f"{platform.system()} {platform.release()} ({platform.machine()})"
    try:
        own = metadata.version("host-studio")
    except metadata.PackageNotFoundError:
        own = "not installed"
    yield Finding("studio", Level.OK, f"Host Studio {own} on Python {platform.python_version()}, {system}.")
    if not (3, 11) <= sys.version_info[:2] <= (3, 13):
        yield Finding(
            "python",
            Level.FAILED,
            "Python 3.11, 3.12 or 3.13 is needed; run packaging/bootstrap.py with one.",
        )
    found: list[str] = []
    for name in _PACKAGES:
        try:
            found.append(f"{name} {metadata.version(name)}")
        except metadata.PackageNotFoundError:
            yield Finding(
                "packages", Level.FAILED, f"{name} is not installed; run packaging/bootstrap.py setup."
            )
    yield Finding("packages", Level.OK, f"{', '.join(found)}, SQLite {sqlite3.sqlite_version}.")
    if "PySide6-Essentials 6.12.0" in found and sys.version_info < (3, 12):
        yield Finding(
            "packages",
            Level.FAILED,
            "PySide6 6.12.0 crashes on Python 3.11 after some minutes; run packaging/bootstrap.py setup, which installs 6.11.",
        )


def _folder(paths: Paths) -> Iterator[Finding]:
    try:
        paths.prepare()
    except DataFolderError as error:
        yield Finding("data", Level.FAILED, str(error))
        return
    free = shutil.disk_usage(paths.data).free
    if free < ENOUGH_SPACE:
        yield Finding(
            "data",
            Level.WARNING,
            f"Only {free // 1_000_000} MB are free for “{paths.data}”: make room before a show.",
        )
    else:
        yield Finding("data", Level.OK, f"“{paths.data}”, {free // 1_000_000_000} GB free.")
    try:
        InstanceLock(paths.lock).release()
    except AlreadyOpenError as error:
        who = f"process {error.pid}" if error.pid is not None else "another process"
        yield Finding("open", Level.OK, f"A studio is open here ({who}).")
    except OSError as error:
        yield Finding(
            "open",
            Level.FAILED,
            f"“{paths.lock}” cannot be locked ({error.strerror}); is it a network drive?",
        )


def _settings(paths: Paths) -> tuple[Settings, list[Finding]]:
    """Reads a copy: what cannot be understood is said, and the file stays where it is."""
    import tempfile

    if not paths.settings.is_file():
        return Settings(), [Finding("settings", Level.OK, "Nothing was set yet; the defaults hold.")]
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / paths.settings.name
        try:
            shutil.copy(paths.settings, copy)
        except OSError as error:
            sentence = f"“{paths.settings}” cannot be read ({error.strerror}); make it readable."
            return Settings(), [Finding("settings", Level.FAILED, sentence)]
        loaded = settings_file(copy).load()
    problems = [
        sentence
        for sentence in loaded.sentences
        if "is kept as" not in sentence or "could not be read" in sentence
    ]
    if problems:
        return loaded.value, [Finding("settings", Level.WARNING, sentence) for sentence in problems]
    return loaded.value, [Finding("settings", Level.OK, f"“{paths.settings}” is in order.")]


def _database(paths: Paths) -> Finding:
    from studio.store.connections import open_reader, quick_check, refuse_strangers, versions_in_file
    from studio.store.errors import StoreError
    from studio.store.migrations import latest

    path = paths.database
    try:
        versions = versions_in_file(path)
        if versions is None:
            return Finding("database", Level.OK, "There is none yet; the first show makes it.")
        refuse_strangers(path, *versions, latest())
        with closing(open_reader(path)) as connection:
            damage = quick_check(connection)
        size = path.stat().st_size / 1_000_000
    except StoreError as error:
        return Finding("database", Level.FAILED, str(error))
    except (sqlite3.Error, OSError) as error:
        damage, versions, size = str(error), (0, 0), 0.0
    if damage:
        sentence = f"“{path}” is damaged ({damage}). Open the studio: it keeps the file and restores the newest backup."
        return Finding("database", Level.FAILED, sentence)
    return Finding("database", Level.OK, f"“{path}” is in order ({size:.1f} MB, version {versions[1]}).")


def display() -> Finding:
    """Tries Qt in a process of its own, as a window would be opened here."""
    environment = dict(os.environ)
    shown = not sys.platform.startswith("linux") or any(
        environment.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY")
    )
    if not shown:
        environment.setdefault("QT_QPA_PLATFORM", "offscreen")
    try:
        run = subprocess.run(
            [sys.executable, "-m", "studio.ui.display_probe"],
            capture_output=True,
            env=environment,
            timeout=60,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return Finding("display", Level.FAILED, f"Qt could not be tried ({type(error).__name__}).")
    if run.returncode != 0:
        said = run.stderr.decode("utf-8", "replace").strip().splitlines()
        sentence = f"Qt cannot open a window ({said[-1][:300] if said else f'exit code {run.returncode}'})."
        return Finding(
            "display",
            Level.FAILED,
            f"{sentence} Run packaging/bootstrap.py setup, which names what is missing.",
        )
    version, plugin, screens = run.stdout.decode("utf-8", "replace").split("|", 2)
    if plugin == "offscreen":
        return Finding(
            "display",
            Level.WARNING,
            f"Qt {version} works, but there is no display: only --headless can run here.",
        )
    return Finding("display", Level.OK, f"Qt {version} on {plugin}: {screens}.")


def _keyring(secrets: KeyringSecrets) -> Finding:
    return Finding("keyring", Level.OK if secrets.persistent else Level.WARNING, secrets.sentence)


def _shops(settings: Settings, secrets: KeyringSecrets, probe: ShopProbe) -> Iterator[Finding]:
    """Every shop of the settings. One that is not for new shows need not be well: that is a warning."""
    wanted = settings.active_shop
    if not settings.shops and not wanted:
        yield Finding("shop", Level.OK, "No shop is set up; a rehearsal brings its own.")
    if wanted and settings.shop() is None:
        sentence = f"The active shop “{wanted}” is not among the shops; choose one in the settings."
        yield Finding("shop", Level.FAILED, sentence)
    secrets.general_shop = general_shop(settings)
    for shop in settings.shops:
        found = asyncio.run(probe(shop, secrets))
        if found.level is Level.FAILED and shop.id != wanted:
            found = Finding(found.name, Level.WARNING, found.sentence)
        yield found


async def probe_shop(shop: ShopSettings, secrets: KeyringSecrets) -> Finding:
    """Tries a shop as its screen does: who it is, whether everything can be read, and whether both clocks agree."""
    from studio.control.clock import SystemWallClock
    from studio.shop_factory import KINDS
    from studio.shop_probe import probe

    name = secret_name(shop.id)
    found = await probe(shop, secrets.get(name) or "", SystemWallClock())
    platform = KINDS[shop.kind].title if shop.kind in KINDS else shop.kind
    who, key = f"{shop.name} ({platform}, {shop.base_url})", _key(secrets.where(name))
    if found.failure is not None:
        return Finding("shop", Level.FAILED, f"{who}: {found.sentence} {key}")
    answers = f"{who} answers: “{found.name}”, {found.product_count} products in {found.currency}. {key}"
    if found.problems:
        return Finding("shop", Level.WARNING, f"{answers} {found.problems[0]}")
    ahead = (found.clock_ahead_ms or 0) / 1000 if found.clock_rate == 1 else 0
    if abs(ahead) > CLOCK_TOLERANCE_S:
        side = "behind" if ahead > 0 else "ahead"
        return Finding(
            "shop",
            Level.WARNING,
            f"{answers} This computer's clock is {abs(ahead):.0f} s {side}: countdowns follow the shop's.",
        )
    return Finding("shop", Level.OK, answers)


def _channels(settings: Settings, secrets: KeyringSecrets, probe: ChannelProbe) -> Iterator[Finding]:
    """Every channel that is switched on. A show goes on without one, so that none of them fails the studio."""
    if not settings.channels:
        yield Finding("channel", Level.OK, "No channel is set up: shows have no chat and no viewers.")
    secrets.general_channel = general_channel(settings)
    for channel in settings.channels:
        if channel.enabled:
            yield asyncio.run(probe(channel, secrets))
        else:
            yield Finding("channel", Level.OK, f"{channel.name} is switched off.")


async def probe_channel(channel: ChannelSettings, secrets: KeyringSecrets) -> Finding:
    """Tries a channel as its screen does: whether it knows us, and whether its chat can be read. Says nothing there."""
    from studio.channel_factory import KINDS
    from studio.channel_probe import probe
    from studio.channel_quotas import Quotas
    from studio.control.clock import SystemWallClock
    from studio.ui.connections.channel_port import Feed

    found = await probe(channel, secrets, SystemWallClock(), Quotas(), listen_s=LISTEN_S)
    platform = KINDS[channel.kind].title if channel.kind in KINDS else channel.kind
    who, key = f"{channel.name} ({platform})", _key(secrets.where(channel_secret(channel.id)))
    if found.failure is not None:
        return Finding("channel", Level.WARNING, f"{who}: {found.sentence} {key}")
    said = {
        Feed.CHAT: "its chat is read.",
        Feed.ALIVE: "it is alive.",
        Feed.OFF: f"it knows us. {found.sentence}",
    }.get(found.feed or Feed.SILENT, f"its chat is open; nobody said anything in {LISTEN_S:.0f} s.")
    return Finding("channel", Level.OK, f"{who}: {said} {key}")


def _key(where: Whereabouts) -> str:
    """Where a key or token comes from, without it."""
    return {
        Kept.ENVIRONMENT: f"Its key {MASK} comes from the variable {where.variable}.",
        Kept.KEYRING: f"Its key {MASK} is in the keyring.",
        Kept.SESSION: f"Its key {MASK} is known for this session.",
        Kept.NOWHERE: "No key is known for it here.",
    }[where.kept]
