"""Views of the user's own: queries under a name, in a JSON file.

The file is `{"Name": {"query": "SELECT …"}, …}`.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import platformdirs

from tap_acton.files import replace_file
from tap_acton.sql.exceptions import OperationalError, ProgrammingError

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["UserViews", "default_file"]


def default_file() -> Path:
    """Return the file that is used if no other is named."""
    return platformdirs.user_config_path("tap-acton", appauthor=False) / "UserDefinedViews.json"


class UserViews:
    """Finds views by name, in any case; each time in the file, which others may change too.

    Args:
        path: The file. It may be missing until a view is made.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def names(self) -> list[str]:
        """Return the names of all views.

        Raises:
            OperationalError: The file cannot be read, or is no file of views.
        """
        return list(self._read())

    def query(self, name: str) -> str:
        """Return the query of a view.

        Raises:
            OperationalError: The file cannot be read, or is no file of views.
            ProgrammingError: There is no view of this name.
        """
        views = self._read()
        text: str = views[_found(views, name)]["query"]
        return text

    def create(self, name: str, query: str) -> None:
        """Add a view.

        Raises:
            OperationalError: The file cannot be read or written.
            ProgrammingError: There is one of this name.
        """
        views = self._read()
        if name.casefold() in (each.casefold() for each in views):
            raise ProgrammingError(
                f"There is a view {name!r} already. ALTER LOCAL VIEW changes it."
            )
        self._write({**views, name: {"query": query}})

    def alter(self, name: str, query: str) -> None:
        """Change what a view gives.

        Raises:
            OperationalError: The file cannot be read or written.
            ProgrammingError: There is no view of this name.
        """
        views = self._read()
        views[_found(views, name)]["query"] = query
        self._write(views)

    def drop(self, name: str) -> None:
        """Forget a view.

        Raises:
            OperationalError: The file cannot be read or written.
            ProgrammingError: There is no view of this name.
        """
        views = self._read()
        del views[_found(views, name)]
        self._write(views)

    def _read(self) -> dict[str, dict[str, Any]]:
        try:
            views = json.loads(self._path.read_text(encoding="utf-8-sig"))
        except FileNotFoundError:
            return {}
        except OSError as error:
            raise OperationalError(
                f"The views in {self._path} cannot be read: {error.strerror}."
            ) from None
        except ValueError:
            raise OperationalError(f"{self._path} is no JSON. {_FORM}") from None
        if not isinstance(views, dict) or not all(map(_is_view, views.values())):
            raise OperationalError(f"{self._path} is no file of views. {_FORM}")
        return views

    def _write(self, views: dict[str, dict[str, Any]]) -> None:
        text = json.dumps(views, indent=2, ensure_ascii=False) + "\n"
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            replace_file(self._path, text.encode())
        except OSError as error:
            raise OperationalError(
                f"The views in {self._path} cannot be written: {error.strerror}."
            ) from None


_FORM = 'UserDefinedViews must name one such as {"Name": {"query": "SELECT …"}}.'


def _is_view(value: Any) -> bool:
    return isinstance(value, dict) and isinstance(value.get("query"), str)


def _found(views: dict[str, Any], name: str) -> str:
    for each in views:
        if each.casefold() == name.casefold():
            return each
    raise ProgrammingError(f"There is no view {name!r} in the schema UserViews.")
