"""`replace_file` leaves the old file or the new one, never a part."""

from __future__ import annotations

import stat
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tap_acton.files import replace_file

if TYPE_CHECKING:
    from pathlib import Path

# With a limit on the size of files, writing fails as it does on a full disk.
FULL_DISK = """
import resource, sys
from pathlib import Path
from tap_acton.files import replace_file
resource.setrlimit(resource.RLIMIT_FSIZE, (10, 10))
try:
    replace_file(Path(sys.argv[1]), b"new" * 100)
except OSError:
    sys.exit(7)
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "file"


@pytest.fixture
def unfinished(file: Path) -> int:
    """Try to replace a file on a disk that is full; return the exit code."""
    file.write_bytes(b"old")
    return subprocess.run([sys.executable, "-c", FULL_DISK, str(file)], check=False).returncode


def test_a_file_that_was_not_there_is_made(file: Path) -> None:
    replace_file(file, b"new")
    assert file.read_bytes() == b"new"


def test_a_file_is_replaced_whole(file: Path) -> None:
    file.write_bytes(b"old and longer")
    replace_file(file, b"new")
    assert file.read_bytes() == b"new"


def test_a_file_is_readable_by_its_owner_only(file: Path) -> None:
    file.touch(mode=0o666)
    replace_file(file, b"new")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_whoever_has_the_old_file_open_goes_on_reading_it(file: Path) -> None:
    file.write_bytes(b"old")
    with file.open("rb") as reader:
        replace_file(file, b"new")
        assert reader.read() == b"old"


def test_nothing_is_left_beside_the_file(file: Path) -> None:
    replace_file(file, b"new")
    assert list(file.parent.iterdir()) == [file]


def test_a_full_disk_is_an_os_error(unfinished: int) -> None:
    assert unfinished == 7


def test_a_full_disk_leaves_the_old_file(file: Path, unfinished: int) -> None:
    assert file.read_bytes() == b"old"


def test_a_full_disk_leaves_nothing_beside_the_file(file: Path, unfinished: int) -> None:
    assert list(file.parent.iterdir()) == [file]


def test_a_folder_that_is_not_there_is_an_os_error(file: Path) -> None:
    with pytest.raises(FileNotFoundError):
        replace_file(file / "below", b"new")
