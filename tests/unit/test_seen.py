"""The rows of one reading: each once, and in memory that does not grow with them."""

from __future__ import annotations

import subprocess
import sys
import tracemalloc
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tap_acton.resources.pages import Batch, Position
from tap_acton.resources.paging import OffsetPaging
from tap_acton.resources.seen import LastMarks, Seen

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tap_acton.resources.pages import Page

ROOT = Path(__file__).parents[2]
PAGE = 1000
MB = 1_000_000


def batch_of(keys: range, total: int | None = None) -> Batch:
    return Batch(
        records=[{"id": key} for key in keys],
        identities=[f"l-0001:{key:x}" for key in keys],
        marks=[f"{key:016x}" for key in keys],
        total=total,
    )


def test_of_rows_that_come_again_only_the_new_ones_are_given() -> None:
    seen = Seen()
    assert seen.new(batch_of(range(5)), repeats_from=None)[1] == [0, 1, 2, 3, 4]
    records, numbers = seen.new(batch_of(range(3, 7)), repeats_from=0)
    assert (records, numbers) == ([{"id": 5}, {"id": 6}], [2, 3])
    assert seen.rows == 7


@pytest.mark.parametrize("size", [1, 7, 300], ids=["one by one", "by seven", "at once"])
def test_equal_rows_without_ids_get_numbers_in_turn(size: int) -> None:
    seen, numbers = Seen(), []
    for start in range(0, 300, size):
        rows = min(size, 300 - start)
        batch = replace(
            batch_of(range(rows)),
            identities=["equal"] * rows,
            renumbered=lambda record, number: {**record, "number": number},
        )
        records, _ = seen.new(batch, repeats_from=0)
        numbers += [record.get("number") for record in records]
    assert numbers == [None, *range(2, 301)]
    assert seen.rows == 1


def pages_of(rows: int) -> Iterator[Page]:
    def fetch(params: dict[str, str]) -> Batch:
        offset, count = int(params["offset"]), int(params["count"])
        return batch_of(range(offset, min(rows, offset + count)), total=rows)

    return OffsetPaging().pages(fetch, page_size=PAGE, filtered=False, resume=Position())


def read(rows: int) -> int:
    """Read a table of so many rows, and return the most bytes that this process ever took."""
    assert sum(len(page.records) for page in pages_of(rows)) == rows
    status = Path("/proc/self/status").read_text()
    return 1024 * int(status.partition("VmHWM:")[2].split()[0])


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="Linux alone tells it")
def test_a_reading_takes_the_same_memory_however_long_it_is() -> None:
    code = (
        "from tests.unit.test_seen import read; read(1_000); print(*map(read, (120_000, 500_000)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT
    )
    shorter, longer = map(int, done.stdout.split())
    assert longer - shorter < 2 * MB


def test_a_page_of_the_last_hundred_thousand_rows_is_known_wherever_it_begins() -> None:
    marks = LastMarks()
    for start in range(0, 250_000, PAGE):
        marks.add(batch_of(range(start, start + PAGE)).marks)
    known = (batch_of(range(at, at + PAGE)).marks for at in range(150_000, 249_000, 997))
    assert all(map(marks.meet, known))
    assert not marks.meet(batch_of(range(100_000, 101_000)).marks)
    assert not marks.meet(batch_of(range(250_000, 251_000)).marks)


@pytest.mark.parametrize("size", [1, 7, 64])
def test_a_small_page_is_known_by_its_first_row_alone(size: int) -> None:
    marks = LastMarks()
    marks.add(batch_of(range(500, 500 + size)).marks)
    assert all(marks.meet(batch_of(range(at, at + size)).marks) for at in range(500, 500 + size))
    assert not marks.meet(batch_of(range(499, 499 + size)).marks)
    assert not marks.meet(batch_of(range(500 + size, 500 + 2 * size)).marks)
    assert not marks.meet([])


@pytest.mark.parametrize("size", [1, PAGE], ids=["one by one", "by the page"])
def test_marks_take_little_memory(size: int) -> None:
    marks = LastMarks()
    tracemalloc.start()
    try:
        for start in range(0, 20_000, size):
            marks.add(batch_of(range(start, start + size)).marks)
        assert tracemalloc.get_traced_memory()[0] < MB // 5
    finally:
        tracemalloc.stop()
