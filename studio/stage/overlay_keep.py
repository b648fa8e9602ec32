"""Where the overlay's token and port outlive a restart: a small file that only its person reads."""

import contextlib
import os
import secrets
import stat
from pathlib import Path
from typing import Annotated

import msgspec

TOKEN_BYTES = 16
"""128 bits, in the address of the page."""
_LONGEST = 1_000
_NOFOLLOW = getattr(os, "O_NOFOLLOW", 0)  # Windows has none


class Kept(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What stands in the file."""

    token: Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9_-]{22}$")]
    port: Annotated[int, msgspec.Meta(ge=1, le=65_535)]

    def __repr__(self) -> str:
        return f"Kept(port={self.port})"


class KeepRefused(Exception):
    """The file is nothing that the studio trusts, or cannot be written; `sentence` says what to do."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


def new_token() -> str:
    """A token that nobody guesses."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def read_kept(file: Path) -> Kept | None:
    """What was kept; None when there is no file, or one that was not written by this studio. Raises `KeepRefused` for a
    link, and when the file cannot be read.
    """
    try:
        _refuse_link(file)
        handle = os.open(file, os.O_RDONLY | _NOFOLLOW)
        with os.fdopen(handle, "rb") as opened:
            if not stat.S_ISREG(os.fstat(handle).st_mode):
                raise KeepRefused(_strange(file))
            body = opened.read(_LONGEST)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise KeepRefused(_unusable(file, error)) from error
    try:
        return msgspec.json.decode(body, type=Kept)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None


def write_kept(file: Path, kept: Kept) -> None:
    """Replace the file by one that only its person can read (0600), all at once. Raises `KeepRefused` for a link, and when
    it cannot be written.
    """
    beside = file.with_name(f".{file.name}.{secrets.token_hex(4)}")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        _refuse_link(file)
        handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _NOFOLLOW, 0o600)
        try:
            with os.fdopen(handle, "wb") as opened:
                opened.write(msgspec.json.encode(kept))
                opened.flush()
                os.fsync(handle)
            beside.replace(file)
        except BaseException:
            with contextlib.suppress(OSError):
                beside.unlink()
            raise
    except OSError as error:
        raise KeepRefused(_unusable(file, error)) from error


def is_private(file: Path) -> bool:
    """Whether only its person can read it. Windows keeps a person's folders for themselves, and has no such bits."""
    return os.name == "nt" or stat.S_IMODE(file.lstat().st_mode) & 0o077 == 0


def _refuse_link(file: Path) -> None:
    if file.is_symlink():
        raise KeepRefused(_strange(file))


def _strange(file: Path) -> str:
    return (
        f"The overlay's address is not kept: {file} is a link or no plain file. Delete it; the studio then makes a new "
        "address for the browser source in OBS."
    )


def _unusable(file: Path, error: OSError) -> str:
    reason = error.strerror or type(error).__name__
    return f"The overlay is not shown: its address cannot be kept in {file} ({reason}). See that this file can be written."
