"""Ids of the rows read: each is new once, and their number costs no memory."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import tempfile
import tracemalloc
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tap_acton.resources.ids import Ids

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

PAGE = 1000
MB = 1_000_000
_SPREAD = 0x9E3779B97F4A7C15


def numbered(number: int) -> str:
    return f"l-0001:{number:x}"


def random_like(number: int) -> str:
    return f"{number * _SPREAD % 2**64:016x}"


def mail(number: int) -> str:
    return f"{number}@example.com"


def output_of(code: str, **environment: str) -> str:
    """Return what another Python prints that runs the code."""
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ | environment,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
        timeout=60,
    )
    return done.stdout


KINDS = [
    pytest.param(numbered, id="hexadecimal"),
    pytest.param(lambda number: f"m-{number}", id="decimal"),
    pytest.param(lambda number: f"L:{number:X}", id="capital letters"),
    pytest.param(lambda number: f"{number:04d}\x1fsent", id="two keys"),
    pytest.param(random_like, id="without order"),
    pytest.param(mail, id="addresses"),
]


def grown_by(kind: Callable[[int], str], rows: int, ids: Ids) -> int:
    """Return the bytes by which ids grow at the most while these rows are added."""
    tracemalloc.start()
    try:
        for start in range(0, rows, PAGE):
            assert not ids.add([kind(number) for number in range(start, start + PAGE)])
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("most_hashes", [10**6, 100], ids=["in memory", "in the file"])
def test_an_id_is_new_once_at_any_distance(kind: Callable[[int], str], most_hashes: int) -> None:
    ids = Ids(most_hashes=most_hashes)
    every = [kind(number) for number in range(12_000)]
    for start in range(0, len(every), PAGE):
        assert not ids.add(every[start : start + PAGE])
    assert ids.add([*every, "another", "another"]) == [*range(12_000), 12_001]
    assert all(each in ids for each in every)
    assert "a third" not in ids
    assert kind(12_000) not in ids


TEXTS = st.one_of(
    st.text(max_size=6),
    st.from_regex(r"[a-c]?:?[0-9a-f]{1,4}", fullmatch=True),
    st.integers(0, 9_999).map(numbered),
)


@settings(max_examples=50)
@given(st.lists(st.lists(TEXTS, max_size=40), max_size=10), st.sampled_from([0, 5, 1000]))
def test_ids_are_told_apart_as_by_a_set(batches: list[list[str]], most_hashes: int) -> None:
    ids, known = Ids(most_hashes=most_hashes), set[str]()
    for batch in batches:
        expected = []
        for place, each in enumerate(batch):
            if each in known:
                expected.append(place)
            known.add(each)
        assert ids.add(batch) == expected


def test_numbered_ids_take_a_byte_or_two_each() -> None:
    grown_by(numbered, PAGE, Ids())  # makes what all share
    assert grown_by(numbered, 100_000, Ids()) < 200_000


def test_numbers_in_no_order_take_little_more() -> None:
    rows = 40_000
    assert grown_by(lambda number: numbered(number * 9_999 % rows), rows, Ids()) < MB


def test_ids_without_numbers_stay_within_their_bound() -> None:
    bound = grown_by(random_like, 10_000, Ids(most_hashes=5_000))
    assert grown_by(random_like, 40_000, Ids(most_hashes=5_000)) < bound + MB / 2


def test_the_file_is_the_users_alone_and_has_no_name_while_it_is_used(tmp_path: Path) -> None:
    code = (
        "import os\n"
        "from tap_acton.resources.hash_file import HashFile\n"
        "hashes = HashFile()\n"
        "hashes.add(range(0, 600_000, 2))\n"
        "assert hashes.among(range(-1, 4)) == {0, 2}\n"
        "files = [f'/proc/self/fd/{fd}' for fd in range(3, 20)]\n"
        "mine = [file for file in files if os.path.exists(file) or os.path.islink(file)]\n"
        "print([(os.readlink(file), oct(os.stat(file).st_mode)) for file in mine])\n"
        f"print(os.listdir({str(tmp_path)!r}))\n"
    )
    files, names = output_of(code, SQLITE_TMPDIR=str(tmp_path)).splitlines()
    assert str(tmp_path) in files
    assert "0o100600" in files
    assert names == "[]"


def test_without_a_temporary_folder_ids_stay_in_memory_and_the_user_is_told(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", None)
    monkeypatch.setattr(tempfile, "_candidate_tempdir_list", list)
    ids = Ids(most_hashes=10)
    every = [mail(number) for number in range(100)]
    with caplog.at_level(logging.WARNING, logger="tap-acton"):
        assert not ids.add(every[:50])
        assert not ids.add(every[50:])
    assert ids.add(every) == list(range(100))
    assert len(caplog.records) == 1
    assert "stay in memory" in caplog.text


def test_a_full_disk_ends_the_reading_with_what_to_do() -> None:
    code = (
        "import resource\n"
        "from tap_acton.errors import ConfigError\n"
        "from tap_acton.resources.ids import Ids\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (10**6, 10**6))\n"
        "ids = Ids(most_hashes=30_000)\n"
        "try:\n"
        "    for start in range(0, 400_000, 20_000):\n"
        "        ids.add([f'{each}@example.com' for each in range(start, start + 20_000)])\n"
        "except ConfigError as error:\n"
        "    print(error)\n"
    )
    said = output_of(code)
    assert "The temporary folder does not hold the ids" in said
    assert "TMPDIR" in said
