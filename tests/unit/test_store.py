"""The settings file: what it keeps, from whom, and what it says when it cannot be used."""

from __future__ import annotations

import fcntl
import json
import shutil
import stat
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from tap_acton.auth.store import FileStore
from tap_acton.auth.tokens import Memory, TokenSet
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
MEMORY = Memory(username="me@acton.example").holding(
    TokenSet(access_token="access-1", refresh_token="refresh-1", issued_at=1.0, expires_at=2.0)
)


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


def test_a_file_that_is_not_there_is_an_empty_memory(store: FileStore) -> None:
    assert store.load() == Memory()


def test_to_look_at_a_file_makes_none(store: FileStore, path: Path) -> None:
    store.load()
    assert not path.parent.exists()


def test_what_is_saved_is_loaded(saved: FileStore) -> None:
    assert saved.load() == MEMORY


def test_another_process_loads_it(saved: FileStore, path: Path) -> None:
    assert FileStore(path, PASSPHRASE).load() == MEMORY


def test_a_save_replaces_what_was_kept(saved: FileStore) -> None:
    save(saved, MEMORY.forgetting())
    assert saved.load() == MEMORY.forgetting()


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


@pytest.mark.parametrize("secret", ["access-1", "refresh-1", "me@acton.example", PASSPHRASE])
def test_nothing_confidential_is_on_disk_in_plain_text(saved: FileStore, secret: str) -> None:
    assert secret.encode() not in saved.path.read_bytes()


def test_two_files_of_one_passphrase_have_different_keys(tmp_path: Path) -> None:
    one, two = (FileStore(tmp_path / name, PASSPHRASE) for name in ("one", "two"))
    for store in (one, two):
        save(store, MEMORY)
    salts = {json.loads(store.path.read_bytes())["salt"] for store in (one, two)}
    assert len(salts) == 2


def test_the_file_is_readable_by_its_owner_only(saved: FileStore) -> None:
    assert stat.S_IMODE(saved.path.stat().st_mode) == 0o600


def test_a_folder_that_is_made_is_its_owners_only(saved: FileStore) -> None:
    assert stat.S_IMODE(saved.path.parent.stat().st_mode) == 0o700


def test_the_repr_shows_no_passphrase(saved: FileStore) -> None:
    assert PASSPHRASE not in repr(saved)


def test_a_wrong_passphrase_is_said_to_be_that(saved: FileStore, path: Path) -> None:
    with pytest.raises(SettingsFileKeyError, match=r"other credentials.*client_secret"):
        FileStore(path, "another secret").load()


def test_a_wrong_passphrase_does_not_spoil_the_file(saved: FileStore, path: Path) -> None:
    with pytest.raises(SettingsFileKeyError):
        FileStore(path, "another secret").load()
    assert FileStore(path, PASSPHRASE).load() == MEMORY


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"{", id="cut JSON"),
        pytest.param(b"[]", id="no object"),
        pytest.param(b"{}", id="an empty object"),
        pytest.param(b"\xff\xfe", id="no text"),
        pytest.param(b'{"access_token": "x"}', id="another program's"),
        pytest.param(b'{"version":1,"salt":"?","check":"","secrets":""}', id="no salt"),
        pytest.param(b'{"version":1,"salt":7,"check":7,"secrets":7}', id="numbers"),
    ],
)
def test_a_file_that_is_not_ours_is_said_to_be_that(path: Path, content: bytes) -> None:
    path.parent.mkdir()
    path.write_bytes(content)
    with pytest.raises(SettingsFileCorruptError, match=r"damaged.*log in again"):
        FileStore(path, PASSPHRASE).load()


@pytest.mark.parametrize("keep", [1, 50, 120, 200, -2])
def test_a_truncated_file_is_corrupt(saved: FileStore, keep: int) -> None:
    saved.path.write_bytes(saved.path.read_bytes()[:keep])
    with pytest.raises(SettingsFileCorruptError):
        saved.load()


def test_a_changed_file_is_corrupt(saved: FileStore) -> None:
    file = json.loads(saved.path.read_bytes())
    file["secrets"] = file["secrets"][:40] + "AAAA" + file["secrets"][44:]
    saved.path.write_text(json.dumps(file))
    with pytest.raises(SettingsFileCorruptError):
        saved.load()


def test_a_file_of_a_later_version_is_said_to_be_that(saved: FileStore) -> None:
    file = json.loads(saved.path.read_bytes())
    saved.path.write_text(json.dumps({**file, "version": 2}))
    with pytest.raises(SettingsFileCorruptError, match="version is 2"):
        saved.load()


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


def test_the_lock_is_free_after_a_failure(store: FileStore, path: Path) -> None:
    with pytest.raises(RuntimeError, match="inside"), store.locked():
        raise RuntimeError("inside")
    save(FileStore(path, PASSPHRASE, lock_timeout_s=0.01), MEMORY)


def test_threads_that_share_a_store_keep_each_other_out(store: FileStore) -> None:
    def count() -> None:
        for _ in range(5):
            with store.locked():
                memory = store.load()
                store.save(memory.holding(TokenSet(access_token="a", issued_at=0.0)))

    threads = [threading.Thread(target=count) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert store.load().generation == 20


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
