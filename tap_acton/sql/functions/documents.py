"""Functions over JSON and XML, and the tables that texts in JSON, XML or CSV are.

Each row of such a table is one value; where it has fields, as JSON, so that JSON_EXTRACT reads it.
"""

from __future__ import annotations

import csv
import io
import json
import re
import statistics
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET
from xml.parsers import expat

from tap_acton.sql.functions.table import Function, number_of, text_of, whole_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["FUNCTIONS", "TABLES"]

_CHILDREN = (0, 1, 2)
_COMPACT = (",", ":")
_STEP = re.compile(
    r"""\.(?P<name>[^.*\[\]]+)|\[(?P<quote>['"])(?P<quoted>.*?)(?P=quote)\]"""
    r"""|\[(?P<number>-?\d+)\]|\[(?P<from>\d*)\.\.(?P<to>\d*)\]|(?P<all>\[[*x]\]|\.\*)"""
)

_MANY = re.compile(r"\[[*x]\]|\.\.")
"""A path with it leads to several elements."""


def _json_extract(text: str, path: str) -> Any:
    """What is at a path like `$.a.b[0]`; objects and arrays as JSON, NULL if nothing is there."""
    found = _at(text, path)
    if not found:
        return None
    return _shown(found if _MANY.search(path) else found[0])


def _json_count(text: str, path: str) -> int:
    """How many elements are at a path."""
    return len(_elements(text, path))


def _json_avg(text: str, path: str) -> float | None:
    """The mean of the numbers at a path."""
    return _over(text, path, statistics.fmean)


def _json_max(text: str, path: str) -> float | None:
    """The greatest of the numbers at a path."""
    return _over(text, path, max)


def _json_min(text: str, path: str) -> float | None:
    """The least of the numbers at a path."""
    return _over(text, path, min)


def _json_sum(text: str, path: str) -> float | None:
    """The sum of the numbers at a path."""
    return _over(text, path, sum)


def _xml_extract(text: str, xpath: str, separator: str = ",") -> str | None:
    """The texts of what an XPath like `/a/b[@id='1']/@name` finds; NULL if nothing is there."""
    elements, attribute = _matches(text, xpath)
    if attribute:
        texts = [each.get(attribute) for each in elements]
        found = [each for each in texts if each is not None]
    else:
        found = ["".join(each.itertext()) for each in elements]
    return separator.join(found) if found else None


def _string_split(text: Any, delimiter: Any) -> Iterator[str]:
    """The parts of a text."""
    yield from text_of(text).split(text_of(delimiter))


def _jsontable(text: Any, path: Any = "$") -> Iterator[Any]:
    """The elements at a path; objects as JSON."""
    for value in _elements(text_of(text), text_of(path)):
        yield _shown(value)


def _csvtable(text: Any, delimiter: Any = ",") -> Iterator[str]:
    """The rows of a CSV whose first row names its columns, each as JSON."""
    mark = text_of(delimiter)
    if len(mark) != 1:
        raise ValueError("the delimiter must be one character")
    for row in csv.DictReader(io.StringIO(text_of(text), newline=""), delimiter=mark):
        yield _shown({name: value for name, value in row.items() if name is not None})


def _xmltable(text: Any, xpath: Any = "/*/*", child_type: Any = 0) -> Iterator[str]:
    """What an XPath finds, each as JSON of its elements (0), attributes (1) or both (2)."""
    kind = whole_of(child_type)
    if kind not in _CHILDREN:
        raise ValueError("child_type must be 0, 1 or 2")
    elements, _ = _matches(text_of(text), text_of(xpath))
    for element in elements:
        attributes = dict(element.attrib) if kind else {}
        children = {} if kind == 1 else {each.tag: "".join(each.itertext()) for each in element}
        yield _shown(attributes | children)


def _shown(value: Any) -> Any:
    return (
        json.dumps(value, ensure_ascii=False, separators=_COMPACT)
        if isinstance(value, dict | list)
        else value
    )


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        raise ValueError("the text is no JSON") from None


def _at(text: str, path: str) -> list[Any]:
    found, place = [_parsed(text)], 1
    path = path if path.startswith("$") else f"$.{path}"
    while place < len(path):
        step = _STEP.match(path, place)
        if step is None:
            raise ValueError(f"{path!r} is no path; write it like $.a.b[0], $.a[*].b or $.a[1..3]")
        found = [inner for value in found for inner in _inner(value, step)]
        place = step.end()
    return found


def _inner(value: Any, step: re.Match[str]) -> list[Any]:
    name = step["name"] or step["quoted"]
    if step["all"]:
        return list(value.values()) if isinstance(value, dict) else _listed(value)
    if step["to"] is not None:
        last = int(step["to"]) + 1 if step["to"] else None
        return _listed(value)[int(step["from"] or 0) : last]
    if step["number"]:
        number, elements = int(step["number"]), _listed(value)
        return [elements[number]] if -len(elements) <= number < len(elements) else []
    return [value[name]] if isinstance(value, dict) and name in value else []


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _elements(text: str, path: str) -> list[Any]:
    found = _at(text, path)
    return found[0] if len(found) == 1 and isinstance(found[0], list) else found


def _over(text: str, path: str, answer: Callable[[list[float]], float]) -> float | None:
    values = [each for each in _elements(text, path) if each is not None]
    try:
        numbers = [number_of(each) for each in values]
    except ValueError as error:
        raise ValueError(f"an element must be {error}") from None
    return float(answer(numbers)) if numbers else None


def _document(text: str) -> ET.Element:
    builder = ET.TreeBuilder()
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = builder.start
    parser.EndElementHandler = builder.end
    parser.CharacterDataHandler = builder.data
    parser.StartDoctypeDeclHandler = _refuse
    try:
        parser.Parse(text, True)  # noqa: FBT003 - expat's own signature
    except expat.ExpatError as error:
        raise ValueError(f"the text is no XML: {error}") from None
    return builder.close()


def _refuse(*_: Any) -> None:
    raise ValueError("XML with a document type is not read, for it may hold entities")


def _matches(text: str, xpath: str) -> tuple[list[ET.Element], str]:
    """Return the elements that a path finds, and the attribute of them that it ends with."""
    steps, _, attribute = xpath.strip().partition("/@")
    document = ET.Element("document")
    document.append(_document(text))
    steps = steps.removesuffix("/text()")
    relative = f".{steps}" if steps.startswith("/") else f".//{steps}"
    try:
        return document.findall(relative), attribute
    except (SyntaxError, TypeError, KeyError, StopIteration):  # ElementPath's ways to say so
        raise ValueError(f"{xpath!r} is no XPath that is known here") from None


FUNCTIONS = (
    Function(_json_extract),
    Function(_json_count, "INTEGER"),
    *(Function(call, "DOUBLE") for call in (_json_avg, _json_max, _json_min, _json_sum)),
    Function(_xml_extract),
)
TABLES: tuple[Callable[..., Iterator[Any]], ...] = (
    _string_split,
    _jsontable,
    _csvtable,
    _xmltable,
)
