"""`SELECT … INTO [csv://path;delimiter=tab]`: rows in a file, with a heading."""

from __future__ import annotations

import csv
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tap_acton.sql.exceptions import OperationalError, ProgrammingError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = ["write_csv"]

_SCHEME = "csv://"
_DELIMITERS = {"tab": "\t", "comma": ",", "semicolon": ";", "pipe": "|", "space": " "}


def write_csv(target: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    """Write rows and return how many; the file is whole, or as it was before.

    Args:
        target: `csv://[filename=]path[;delimiter=tab]`; a delimiter is a word or a character.
        columns: The heading.
        rows: The rows; a moment is written in ISO's form, NULL as nothing.

    Raises:
        ProgrammingError: The target is written differently.
        OperationalError: The file cannot be written.
    """
    path, delimiter = _read(target)
    part = path.with_name(f".{path.name}.{os.getpid()}")
    count = 0
    try:
        with part.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, delimiter=delimiter)
            writer.writerow(columns)
            for row in rows:
                writer.writerow(row)
                count += 1
        part.replace(path)
    except OSError as error:
        raise OperationalError(f"{path} cannot be written: {error.strerror}.") from None
    finally:
        part.unlink(missing_ok=True)
    return count


def _read(target: str) -> tuple[Path, str]:
    name, *options = target.split(";")
    path = name[len(_SCHEME) :].removeprefix("filename=").strip()
    if not name.casefold().startswith(_SCHEME) or not path:
        raise ProgrammingError("SELECT … INTO needs a file: INTO [csv://path;delimiter=tab].")
    delimiter = ","
    for option in filter(str.strip, options):
        word, _, value = option.partition("=")
        delimiter = _DELIMITERS.get(value.strip().casefold(), value)
        if word.strip().casefold() != "delimiter" or len(delimiter) != 1:
            raise ProgrammingError(f"SELECT … INTO does not know {option!r}, but delimiter=tab.")
    return Path(path), delimiter
