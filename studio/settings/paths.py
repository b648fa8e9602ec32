"""Where the studio keeps its things: one folder, chosen by the command line, the environment or the system."""

import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import platformdirs

VARIABLE = "HOST_STUDIO_DATA"
APPLICATION = "host-studio"


class DataFolderError(Exception):
    """The data folder cannot be used. Its message is a sentence that says what to do."""


@dataclass(frozen=True, slots=True)
class Paths:
    """The files below one data folder. Copying the folder copies everything but the tokens."""

    data: Path

    @property
    def settings(self) -> Path:
        """What a person has set."""
        return self.data / "settings.json"

    @property
    def window_state(self) -> Path:
        """Where windows and splitters stood."""
        return self.data / "window-state.json"

    @property
    def shop_troubles(self) -> Path:
        """The last errors of each shop."""
        return self.data / "shop-troubles.json"

    @property
    def channel_troubles(self) -> Path:
        """The last errors of each channel."""
        return self.data / "channel-troubles.json"

    @property
    def channel_quotas(self) -> Path:
        """What was asked of the platforms today."""
        return self.data / "channel-quotas.json"

    @property
    def database(self) -> Path:
        """Shows, feeds and the outbox."""
        return self.data / "studio.db"

    @property
    def backups(self) -> Path:
        """Copies of the database, and damaged ones that were put aside."""
        return self.data / "backups"

    @property
    def logs(self) -> Path:
        """The folder of the studio's own log."""
        return self.data / "logs"

    @property
    def lock(self) -> Path:
        """Held by the studio that has this folder open."""
        return self.data / "studio.lock"

    @property
    def rehearsals(self) -> Path:
        """Rehearsals keep their data apart from real shows."""
        return self.data / "rehearsals"

    def prepare(self) -> None:
        """Makes the folders, readable for their owner only, and makes sure that they can be written.

        Raises DataFolderError.
        """
        try:
            for folder in (self.data, self.backups, self.logs, self.rehearsals):
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=self.data):
                pass
        except (FileExistsError, NotADirectoryError) as error:
            raise DataFolderError(
                f"“{self.data}” cannot be the data folder: {error.filename} is a file. Choose another with --data-dir."
            ) from error
        except OSError as error:
            raise DataFolderError(
                f"The data folder “{self.data}” cannot be written ({error.strerror or error}). "
                f"Make it writable, or choose another with --data-dir or {VARIABLE}."
            ) from error


def choose(data_dir: str | Path | None = None, environment: Mapping[str, str] | None = None) -> Paths:
    """The paths below `data_dir` (the command line's), else `HOST_STUDIO_DATA`, else the system's place for data.

    Nothing is made yet; `~` is understood, and a relative folder is meant from where the studio was started.
    """
    environment = os.environ if environment is None else environment
    wanted = (
        data_dir or environment.get(VARIABLE) or platformdirs.user_data_path(APPLICATION, appauthor=False)
    )
    return Paths(Path(wanted).expanduser().absolute())
