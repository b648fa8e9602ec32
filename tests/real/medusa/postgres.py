"""A PostgreSQL cluster of a test's own, on loopback, from the computer's own PostgreSQL."""

import os
import secrets
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from tests.real.leashed import Leashed
from tests.real.vendure.server import a_free_port

USER = "studio_test"
_READY_WITHIN_S = 60


def programs() -> Path:
    """Where PostgreSQL's programs are: in `PATH`, or where Debian keeps those of each version."""
    found = shutil.which("initdb")
    if found is not None:
        return Path(found).resolve().parent
    versions = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda p: int(p.parent.parent.name)
    )
    assert versions, (
        "the tests against Medusa need PostgreSQL: `python3 packaging/bootstrap.py test --real` says how to get it"
    )
    return versions[-1].parent


def _someone_else() -> str:
    """PostgreSQL does not run as root: then it runs as the user that its package made."""
    return "postgres" if os.geteuid() == 0 else ""


class Cluster:
    """A cluster in a folder of its own that goes when it ends. Nobody comes in without the password, which is new each
    time; the disk is not waited for.
    """

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="host-studio-postgres-"))
        self.port = a_free_port()
        self._password = secrets.token_hex(24)
        self._server: Leashed | None = None

    def url(self, database: str) -> str:
        """The address of a database, with the password in it."""
        return f"postgres://{USER}:{self._password}@127.0.0.1:{self.port}/{database}"

    def start(self) -> None:
        """Make the cluster and wait until it lets somebody in."""
        user = _someone_else()
        data, log, secret = self.folder / "data", self.folder / "server.log", self.folder / "password"
        secret.write_text(self._password)
        if user:
            for path in (self.folder, secret):
                shutil.chown(path, user, user)
        who: dict[str, Any] = {"user": user, "group": user, "extra_groups": []} if user else {}
        made = subprocess.run(
            [
                str(programs() / "initdb"), "-D", str(data), "-U", USER, f"--pwfile={secret}", "-A", "scram-sha-256",
                "-E", "UTF8", "--locale=C.UTF-8", "--no-sync",
            ],
            cwd=self.folder, capture_output=True, text=True, **who,
        )  # fmt: skip
        assert made.returncode == 0, made.stderr
        secret.unlink()
        settings = {
            "port": self.port,
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": "",
            "fsync": "off",
            "full_page_writes": "off",
            "synchronous_commit": "off",
            "logging_collector": "off",
            "lc_messages": "C",
        }
        self._server = Leashed(
            [
                str(programs() / "postgres"),
                "-D",
                str(data),
                *(word for name, value in settings.items() for word in ("-c", f"{name}={value}")),
            ],
            log,
            folder=self.folder,
            user=user,
            remove=self.folder,
            word="database system is ready to accept connections",
        )
        try:
            self._server.told.result(_READY_WITHIN_S)
        except (EOFError, TimeoutError) as error:
            said = log.read_text()[-2000:] if log.exists() else error  # the folder goes when the server ends
            raise RuntimeError(f"PostgreSQL did not start: {said}") from error

    def make(self, database: str) -> None:
        """A new, empty database."""
        made = subprocess.run(
            [str(programs() / "psql"), "-Atqc", f'create database "{database}"', self.url("postgres")],
            capture_output=True,
            text=True,
        )
        assert made.returncode == 0, made.stderr

    def stop(self) -> None:
        """End it; its folder goes."""
        if self._server is not None:
            self._server.stop()
        shutil.rmtree(self.folder, ignore_errors=True)
