"""The pictures of the demo shop's products: files of one or several folders, read once each."""

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
    """Pictures by file name, in the first folder that has it; only what lies in the folders themselves can be asked for."""

    def __init__(self, *folders: Path) -> None:
        found = [file for folder in reversed(folders) if folder.is_dir() for file in folder.iterdir()]
        self._files = {file.name: file for file in found if file.suffix in _TYPES}
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
