"""The parts of files that are made from the code; `make generate` writes them anew.

Each has a test that compares, so that nobody can forget it.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks import results
from benchmarks.__main__ import ratios
from tap_acton.resources.catalog import RESOURCES
from tap_acton.resources.custom_objects import CUSTOM_OBJECT_TEMPLATE
from tap_acton.resources.lists import LIST_TEMPLATE
from tap_acton.resources.messages import MESSAGE_EVENTS
from tap_acton.resources.segments import (
    EARLY_SEGMENT_TEMPLATE,
    LIST_SEGMENT_TEMPLATE,
    SEGMENT_TEMPLATE,
)
from tap_acton.sql import functions
from tap_acton.sql.errors import in_words_of_properties
from tap_acton.sql.properties import property_table
from tests.generated_plugin import (
    HUB_FILE,
    SETTINGS_FILE,
    hub_text,
    settings_page,
    write_meltano,
)
from tests.generated_tables import table_sections

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tap_acton.resources.model import Resource

__all__ = [
    "connection_table",
    "costly_streams",
    "function_tables",
    "performance_table",
    "stream_table",
]

ROOT = Path(__file__).parent.parent
_OF_AN_ACCOUNT = {
    "list_<name>": LIST_TEMPLATE,
    "segment_<name>, of a list": LIST_SEGMENT_TEMPLATE,
    "segment_<name>, of the contacts": SEGMENT_TEMPLATE,
    "segment_<name>, older API": EARLY_SEGMENT_TEMPLATE,
    "custom_<object>": CUSTOM_OBJECT_TEMPLATE,
}
_CONTESTANTS = ("tap-acton", "plain SDK tap", "dlt rest_api", "Airbyte CDK")
_SHOWN = (
    ("CPU of a record with 20 columns, µs", "throughput", "20 columns", "cpu_us_per_record"),
    ("CPU of a record with 60 columns, µs", "throughput", "60 columns", "cpu_us_per_record"),
    ("share of 5 requests a second, a list page by page", "ceiling", "200 ms", None),
    ("the same, reports of many messages", "fanout", "reports, 200 ms", None),
    ("peak memory for 200,000 rows, MB", "memory", "200,000 rows", "peak_mb"),
)
"""What README.md shows: what it is, the question, the case, and the figure or the ratio."""
_EVENTS_COST = "messages + 7 * messages that moved + rows / 999"


def connection_table() -> str:
    """Return the table of properties in docs/connection-string.md."""
    rows = ["| Property | Default | What it does |", "|---|---|---|"]
    for entry in property_table():
        default = "OFF" if entry.name == "initiate_oauth" else entry.default
        shown = "" if default in (None, ()) else f"`{default}`"
        words = in_words_of_properties(entry.description).replace("|", "\\|")
        rows.append(f"| `{entry.property}` | {shown} | {words} |")
    return "\n".join(rows) + "\n"


def function_tables() -> str:
    """Return the tables of docs/sql-functions.md."""
    sections = {**functions.TABLE, "Rows": functions.ROWS}
    return "\n".join(_function_table(title, section) for title, section in sections.items())


def _function_table(title: str, section: Sequence[functions.Documented]) -> str:
    rows = [f"## {title}", "", "| Function | Gives | Type |", "|---|---|---|"]
    for each in section:
        result = functions.RESULTS.get(each.name, "")
        words = each.words.replace("|", "\\|")
        rows.append(f"| `{each.usage}` | {words} | {result} |")
    return "\n".join(rows) + "\n"


def stream_table() -> str:
    """Return the table of docs/streams.md."""
    rows = [
        "| Stream | Endpoint | Key | Reads | Requests | Evidence | CData's table |",
        "|---|---|---|---|---|---|---|",
    ]
    named = {**RESOURCES, **_OF_AN_ACCOUNT}
    rows += [_stream_row(name, resource) for name, resource in named.items()]
    return "\n".join(rows) + "\n"


def performance_table() -> str:
    """Return the table of README.md: a few of the results that benchmarks have kept."""
    kept = results.read()
    rows = [f"| | {' | '.join(_CONTESTANTS)} |", "|---" * (len(_CONTESTANTS) + 1) + "|"]
    for what, question, case, figure in _SHOWN:
        found = {
            each["contestant"]: each["figures"][figure] if figure else each["ratio"]
            for each in kept[question]["outcomes"]
            if each["case"] == case
        }
        shown = [
            f"{found[name]:.0%}" if not figure else f"{found[name]:.3g}" for name in _CONTESTANTS
        ]
        rows.append(f"| {what} | {' | '.join(shown)} |")
    return "\n".join(rows) + "\n"


def costly_streams() -> list[str]:
    """Return the names of the streams that nobody gets without asking for them."""
    return [name for name, resource in RESOURCES.items() if resource.is_costly]


def _stream_row(name: str, resource: Resource) -> str:
    stream, _, remark = name.partition(", ")
    shown = (
        f"`{stream}`" + (f" ({remark})" if remark else "") + (" *" if resource.is_costly else "")
    )
    method = "POST" if resource.paging.in_body else "GET"
    cells = (
        shown,
        f"[`{method} {resource.path}`]({resource.doc})",
        ", ".join(resource.keys),
        _reads(resource),
        f"`{_EVENTS_COST if resource is MESSAGE_EVENTS else resource.cost}`",
        resource.evidence.value,
        f"`{_table(name, resource)}`",
    )
    return f"| {' | '.join(cells)} |"


def _reads(resource: Resource) -> str:
    if resource.replication_key is None:
        return "everything"
    look_back = ", with look-back" if resource.looks_back else ""
    return f"changes by `{resource.replication_key}`{look_back}"


def _table(name: str, resource: Resource) -> str:
    return f"{resource.table}_<name>" if name in _OF_AN_ACCOUNT else resource.table


def _write_between(file: Path, mark: str, text: str) -> None:
    head, _, rest = file.read_text().partition(f"<!-- {mark} -->\n")
    tail = rest.partition(f"<!-- /{mark} -->")[2]
    file.write_text(f"{head}<!-- {mark} -->\n{text}<!-- /{mark} -->{tail}")


if __name__ == "__main__":
    write_meltano()
    HUB_FILE.write_text(hub_text())
    SETTINGS_FILE.write_text(settings_page())
    _write_between(ROOT / "docs" / "connection-string.md", "properties", connection_table())
    _write_between(ROOT / "docs" / "sql-functions.md", "functions", function_tables())
    _write_between(ROOT / "docs" / "streams.md", "streams", stream_table())
    _write_between(ROOT / "docs" / "sql-tables.md", "tables", table_sections())
    results.keep({}, ratios())
    _write_between(ROOT / "README.md", "performance", performance_table())
