"""The settings file: what it keeps, from whom, and what it says when it cannot be used.

What it promises as any store does is in `test_store_contract.py`.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import stat
import subprocess
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from tap_acton.auth.file_store import FileStore
from tap_acton.auth.tokens import Memory
from tap_acton.errors import (
    SettingsFileAccessError,
    SettingsFileCorruptError,
    SettingsFileError,
    SettingsFileKeyError,
    SettingsFileLockedError,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PASSPHRASE = "the client's secret"
MEMORY = Memory(generation=1, spent=("mark",))
SOMEBODY = 12_345
"""A user of the system who is neither we nor root."""
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files to other users")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "folder" / "tokens.json"


@pytest.fixture
def store(path: Path) -> FileStore:
    return FileStore(path, PASSPHRASE)


@pytest.fixture
def saved(store: FileStore) -> FileStore:
    save(store, MEMORY)
    return store


def save(store: FileStore, memory: Memory) -> None:
    with store.locked():
        store.save(memory)


@contextmanager
def held_by_another(path: Path) -> Iterator[None]:
    """Hold the lock as another process does: by a descriptor that is not ours."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.with_name(path.name + ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def test_to_look_at_a_file_makes_none(store: FileStore, path: Path) -> None:
    store.load()
    assert not path.parent.exists()


def test_a_copy_opens_with_the_same_passphrase(saved: FileStore, tmp_path: Path) -> None:
    copy = tmp_path / "elsewhere.json"
    shutil.copy(saved.path, copy)
    assert FileStore(copy, PASSPHRASE).load() == MEMORY


def test_a_save_after_another_process_began_a_new_file_opens_for_both(
    saved: FileStore, path: Path
) -> None:
    path.unlink()
    other = FileStore(path, PASSPHRASE)
    save(other, Memory())
    saved.load()
    save(saved, MEMORY)
    assert other.load() == MEMORY


def test_the_file_is_readable_by_its_owner_only(saved: FileStore) -> None:
    assert stat.S_IMODE(saved.path.stat().st_mode) == 0o600


def test_a_folder_that_is_made_is_its_owners_only(saved: FileStore) -> None:
    assert stat.S_IMODE(saved.path.parent.stat().st_mode) == 0o700


def test_the_repr_shows_no_passphrase(saved: FileStore) -> None:
    assert PASSPHRASE not in repr(saved)


def test_a_file_that_is_no_text_is_corrupt(path: Path) -> None:
    path.parent.mkdir()
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(SettingsFileCorruptError, match=r"damaged.*log in again"):
        FileStore(path, PASSPHRASE).load()


def test_a_file_that_cannot_be_read_is_said_to_be_that(path: Path) -> None:
    path.mkdir(parents=True)
    with pytest.raises(SettingsFileAccessError, match=r"Cannot read.*oauth_settings_location"):
        FileStore(path, PASSPHRASE).load()


def test_a_file_that_cannot_be_written_is_said_to_be_that(path: Path) -> None:
    path.mkdir(parents=True)
    with pytest.raises(SettingsFileAccessError, match=r"Cannot write.*oauth_settings_location"):
        save(FileStore(path, PASSPHRASE), MEMORY)


def test_a_folder_that_cannot_be_made_is_said_before_anything_else(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    store = FileStore(tmp_path / "file" / "tokens.json", PASSPHRASE)
    with (
        pytest.raises(SettingsFileAccessError, match=r"Cannot lock.*oauth_settings_location"),
        store.locked(),
    ):
        pass


def test_a_file_that_another_process_holds_is_said_to_be_that(path: Path) -> None:
    store = FileStore(path, PASSPHRASE, lock_timeout_s=0.01)
    with (
        held_by_another(path),
        pytest.raises(SettingsFileLockedError, match=r"locked by another process.*Wait"),
        store.locked(),
    ):
        pass


def test_a_file_that_another_process_holds_can_be_looked_at(saved: FileStore, path: Path) -> None:
    with held_by_another(path):
        assert saved.load() == MEMORY


# Other users of the machine.


def warnings(path: Path, caplog: pytest.LogCaptureFixture) -> list[str]:
    """Use a file as a run does, and return what is said of it."""
    store = FileStore(path, PASSPHRASE)
    with store.locked():
        store.load()
    return [record.message for record in caplog.records if record.levelname == "WARNING"]


def test_a_file_of_ours_in_a_folder_of_ours_is_nothing_to_warn_of(
    saved: FileStore, caplog: pytest.LogCaptureFixture
) -> None:
    assert warnings(saved.path, caplog) == []


@pytest.mark.parametrize("mode", [0o770, 0o707])
def test_a_folder_that_others_can_write_is_warned_of_once(
    path: Path, caplog: pytest.LogCaptureFixture, mode: int
) -> None:
    path.parent.mkdir()
    path.parent.chmod(mode)
    (warning,) = warnings(path, caplog)
    assert warning.endswith(f"Run: chmod go-w {path.parent}")


def test_a_sticky_folder_is_nothing_to_warn_of(
    path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path.parent.mkdir()
    path.parent.chmod(0o1777)
    assert warnings(path, caplog) == []


def test_a_file_that_others_can_read_is_warned_of_once(
    saved: FileStore, caplog: pytest.LogCaptureFixture
) -> None:
    saved.path.chmod(0o644)
    (warning,) = warnings(saved.path, caplog)
    assert warning.endswith(f"Run: chmod 600 {saved.path}")


def test_the_command_of_a_warning_can_be_pasted(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    folder = tmp_path / "it's a folder"
    folder.mkdir()
    folder.chmod(0o777)
    (warning,) = warnings(folder / "tokens.json", caplog)
    subprocess.run(warning.partition("Run: ")[2], shell=True, check=True)  # noqa: S602 - it is for a shell
    assert stat.S_IMODE(folder.stat().st_mode) == 0o755


@as_root
@pytest.mark.parametrize("mode", [0o777, 0o1777])
def test_a_file_of_another_user_where_others_can_write_is_refused(
    saved: FileStore, mode: int
) -> None:
    saved.path.parent.chmod(mode)
    os.chown(saved.path, SOMEBODY, SOMEBODY)
    with pytest.raises(SettingsFileAccessError, match=r"another user.*chown"):
        saved.load()
    with pytest.raises(SettingsFileAccessError, match="another user"), saved.locked():
        pass


def test_a_link_that_leads_nowhere_else_is_said_to_be_that(tmp_path: Path) -> None:
    link = tmp_path / "tokens.json"
    link.symlink_to(link)
    with pytest.raises(SettingsFileAccessError, match=r"symbolic links.*oauth_settings_location"):
        FileStore(link, PASSPHRASE).load()


@as_root
def test_a_link_of_another_user_where_others_can_write_is_refused(
    saved: FileStore, tmp_path: Path
) -> None:
    public = tmp_path / "public"
    public.mkdir()
    public.chmod(0o1777)
    link = public / "tokens.json"
    link.symlink_to(saved.path)
    os.chown(link, SOMEBODY, SOMEBODY, follow_symlinks=False)
    with pytest.raises(SettingsFileAccessError, match="another user"):
        FileStore(link, PASSPHRASE).load()


@as_root
def test_a_file_of_another_user_where_only_he_can_write_is_used(saved: FileStore) -> None:
    for path in (saved.path, saved.path.parent):
        os.chown(path, SOMEBODY, SOMEBODY)
    assert saved.load() == MEMORY


@pytest.mark.parametrize(
    "error",
    [
        SettingsFileKeyError,
        SettingsFileCorruptError,
        SettingsFileLockedError,
        SettingsFileAccessError,
    ],
)
def test_whatever_is_wrong_with_the_file_is_a_matter_of_configuration(
    error: type[SettingsFileError],
) -> None:
    assert error("x").exit_code == 2
