"""The pictures of the demo shop's products: files of one folder, read once each."""

import hashlib
from pathlib import Path
from typing import NamedTuple

_TYPES = {".webp": "image/webp", ".png": "image/png", ".jpg": "image/jpeg"}


class Picture(NamedTuple):
    """A picture as it is sent."""

    body: bytes
    media_type: str
    tag: str


class Pictures:
    """Pictures by file name; only what lies in the folder itself can be asked for."""

    def __init__(self, folder: Path) -> None:
        files = folder.iterdir() if folder.is_dir() else iter(())
        self._files = {file.name: file for file in files if file.suffix in _TYPES}
        self._read: dict[str, Picture] = {}

    def get(self, name: str) -> Picture | None:
        """The picture of that name, or None."""
        file = self._files.get(name)
        if file is None:
            return None
        if name not in self._read:
            body = file.read_bytes()
            tag = hashlib.blake2b(body, digest_size=8).hexdigest()
            self._read[name] = Picture(body, _TYPES[file.suffix], f'"{tag}"')
        return self._read[name]
