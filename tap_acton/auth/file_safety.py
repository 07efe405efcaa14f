"""Other users of the machine: what they may do to a settings file, where the system tells (POSIX).

They cannot read it, as it is encrypted, nor make one that opens, as they lack the passphrase. They
can swap it for an older copy or a link, wherever its folder lets them.
"""

from __future__ import annotations

import logging
import os
import shlex
import stat
from typing import TYPE_CHECKING

from tap_acton.errors import SettingsFileAccessError

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["refuse_if_planted", "warn_if_open"]

logger = logging.getLogger("tap-acton")

_WRITE = stat.S_IWGRP | stat.S_IWOTH
_READ = stat.S_IRGRP | stat.S_IROTH


def refuse_if_planted(path: Path) -> None:
    """Refuse a file or link that another user has put where others may write.

    A file of another user elsewhere is fine: a container's volume keeps its owner.

    Raises:
        SettingsFileAccessError: It is one.
    """
    found, folder = _status(path), _status(path.parent)
    if not found or not folder or not folder.st_mode & _WRITE:
        return
    if found.st_uid not in {os.geteuid(), 0}:
        raise SettingsFileAccessError(
            f"The settings file {path} belongs to another user, in a folder that others can write",
            next_step="Remove it, or make it yours with chown, and set oauth_settings_location to "
            "a file in a folder of your own.",
        )


def warn_if_open(path: Path) -> None:
    """Log a warning if others can replace the file, and one if they can read it."""
    folder, file = _status(path.parent), _status(path)
    if folder and folder.st_mode & _WRITE and not folder.st_mode & stat.S_ISVTX:
        _warn("replaced", path, f"chmod go-w {shlex.quote(str(path.parent))}")
    if file and file.st_mode & _READ:
        _warn("read", path, f"chmod 600 {shlex.quote(str(path))}")


def _warn(what: str, path: Path, command: str) -> None:
    logger.warning("The settings file %s can be %s by other users. Run: %s", path, what, command)


def _status(path: Path) -> os.stat_result | None:
    if os.name != "posix":
        return None
    try:
        return path.lstat()
    except OSError:
        return None  # there is none yet; or whoever opens it says what is wrong
