"""The properties of a connection string: the tap's settings by CData's names, and a few more."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tap_acton.config import read_settings
from tap_acton.kinds import Choice, Flag, Integer, Text
from tap_acton.settings import Setting, Settings, setting, settings_of, settings_table
from tap_acton.sql.connection_string import folded, parse
from tap_acton.sql.errors import translated
from tap_acton.sql.exceptions import InterfaceError
from tap_acton.sql.name_lists import NameList, names_in, pairs_in

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["ConnectorSettings", "held_properties", "property_table", "read_properties"]

_FOREVER = 2**31


def _unused(title: str, reason: str, property: str | None = None) -> Any:  # noqa: A002
    return setting(f"Accepted without effect: {reason}.", title=title, property=property)


_NO_POOL = "connections are not pooled; each is cheap to open"


@dataclass(frozen=True, kw_only=True)
class ConnectorSettings:
    """What only the connector knows."""

    max_rows: int = setting(
        "Most rows that a SELECT without LIMIT, TOP and GROUP BY gives; -1 for all.",
        Integer(minimum=-1, maximum=_FOREVER),
        title="Max rows",
        default=-1,
    )
    readonly: bool = setting(
        "Refuses statements that write, before anything else is said of them.",
        Flag(),
        title="Readonly",
        default=False,
    )
    other: str | None = setting(
        "More properties, as a connection string of their own.", title="Other"
    )
    logfile: str | None = setting(
        "File to which what this connection does is appended. Its folder must be there. It never "
        "holds a secret.",
        title="Logfile",
    )
    verbosity: int = setting(
        "What the Logfile tells: 1 statements, counts of rows, durations and errors, with "
        "e-mail addresses in statements hidden; 2 also requests; 3 also parameters, headers and "
        "the beginning of bodies; 4 also connections and TLS; 5 also whole bodies. From 3 on it "
        "holds data of people.",
        Integer(minimum=1, maximum=5),
        title="Verbosity",
        default=1,
    )
    max_log_file_size: str = setting(
        "Size at which a new Logfile begins, such as 10 MB. The older ones get .1, .2, and so on.",
        property="MaxLogFileSize",
        title="Max log file size",
        default="100 MB",
    )
    max_log_file_count: int = setting(
        "Log files that are kept; 0 or less for 1,000.",
        Integer(minimum=-1, maximum=1000),
        title="Max log file count",
        default=-1,
    )
    log_modules: str | None = _unused("Log modules", "the log is not divided")
    location: str | None = _unused("Location", "tables come from the account, not from files")
    browsable_schemas: str | None = setting(
        "Schemas that the sys_* tables tell of, with commas between; all if empty. There is one, "
        "ActOn.",
        NameList(check=names_in),
        title="Browsable schemas",
    )
    tables: str | None = setting(
        "Tables that can be named, and that sys_tables tells of, with commas between; all if "
        "empty. A name may stand in brackets: `Optout,[List_My List]`. Views stay as they are.",
        NameList(check=names_in),
        title="Tables",
    )
    views: str | None = setting(
        "The same of views, which are what cannot be written.",
        NameList(check=names_in),
        title="Views",
    )
    pseudo_columns: str | None = setting(
        "Pseudo-columns that are columns, so that `*` has them: `Messages=Type`, more of them "
        "with semicolons between; `*=*` for all.",
        NameList(check=pairs_in),
        title="Pseudo columns",
    )
    row_scan_depth: int = setting(
        "Rows of a list that tell the types of its columns, at most the first 1,000, with a "
        "warning where more are wanted; 0 for so many.",
        Integer(minimum=0, maximum=_FOREVER),
        title="Row scan depth",
        default=100,
    )
    type_detection_scheme: str = setting(
        "RowScan finds the types of a list's columns in its first rows: a number, a boolean or a "
        "day only if every cell is written so that it can be had back; a later cell that does "
        "not fit is given as a text. None leaves all texts.",
        Choice(words=("None", "RowScan")),
        title="Type detection scheme",
        default="RowScan",
    )
    user_defined_views: str | None = setting(
        'JSON file of views of one\'s own, as {"Name": {"query": "SELECT …"}}; they are tables of '
        "the schema UserViews. CREATE LOCAL VIEW adds to it. Else UserDefinedViews.json beside the "
        "tokens' file.",
        title="User-defined views",
    )
    auto_cache: bool = setting(
        "Reads each table that a SELECT names into the cache, whole, and answers from there; again "
        "when it is older than CacheTolerance.",
        Flag(),
        title="Auto cache",
        default=False,
    )
    cache_location: str | None = setting(
        "SQLite file of the cache, one for an account, or the folder in which each account has its "
        "own; a name without an ending is a folder. If not set, the user's data folder. It holds "
        "data of people, unencrypted.",
        title="Cache location",
    )
    cache_provider: str | None = setting(
        "Refused if a cache is used: the cache is an SQLite file.", title="Cache provider"
    )
    cache_connection: str | None = setting(
        "Refused if a cache is used: the cache is an SQLite file.",
        title="Cache connection",
        secret=True,
    )
    cache_tolerance: int = setting(
        "Seconds for which AutoCache takes a table as it is in the cache.",
        Integer(minimum=0, maximum=_FOREVER),
        title="Cache tolerance",
        default=600,
    )
    cache_metadata: str | None = _unused(
        "Cache metadata", "columns are asked for once for a connection"
    )
    offline: bool = setting(
        "Answers SELECT from the cache alone, and refuses all else: nothing is sent, not even to "
        "log in.",
        Flag(),
        title="Offline",
        default=False,
    )
    rtk: str | None = _unused("RTK", "nothing here needs a licence", "RTK")
    batch_size: str | None = _unused("Batch size", "rows go as Act-On takes them")
    connection_life_time: str | None = _unused("Connection life time", _NO_POOL)
    connect_on_open: str | None = _unused("Connect on open", "connecting checks the login anyway")
    pool_idle_timeout: str | None = _unused("Pool idle timeout", _NO_POOL)
    pool_max_size: str | None = _unused("Pool max size", _NO_POOL)
    pool_min_size: str | None = _unused("Pool min size", _NO_POOL)
    pool_wait_time: str | None = _unused("Pool wait time", _NO_POOL)
    use_connection_pooling: str | None = _unused("Use connection pooling", _NO_POOL)
    support_enhanced_sql: str | None = setting(
        "Accepted without effect: what Act-On does not filter is always filtered here.",
        property="SupportEnhancedSQL",
        title="Support enhanced SQL",
        kind=Text(),
    )


def property_table() -> Iterator[Setting]:
    """Yield every property, in the order in which a user should read them."""
    for entry in (*settings_table(), *settings_of(ConnectorSettings)):
        if entry.property:
            yield entry


def held_properties(settings: Settings, own: ConnectorSettings) -> list[tuple[Setting, Any]]:
    """Return every property with its value, secrets among them."""
    names = {entry.name for entry in settings_of(ConnectorSettings)}
    return [
        (entry, getattr(own if entry.name in names else settings, entry.name))
        for entry in property_table()
    ]


def read_properties(
    connection_string: str, given: Mapping[str, Any]
) -> tuple[Settings, ConnectorSettings]:
    """Return the settings of a connection.

    Args:
        connection_string: Names and values.
        given: More of them by name; these win.

    Raises:
        InterfaceError: A name is unknown, or a value does not fit.
    """
    known = {folded(entry.property): entry for entry in property_table()}
    values: dict[str, Any] = {}
    for name, value in (*_expanded(connection_string), *given.items()):
        entry = known.get(folded(name))
        if entry is None:
            raise InterfaceError(f"There is no property {name!r}.{_nearest(name, known)}")
        values[entry.name] = value
    own = {entry.name: entry for entry in settings_of(ConnectorSettings)}
    config = {name: value for name, value in values.items() if name not in own}
    config["initiate_oauth"] = config.get("initiate_oauth") or "OFF"
    with translated():
        settings = read_settings(config, needs_token=False)
    return settings, ConnectorSettings(
        **{
            name: _read(own[name], value)
            for name, value in values.items()
            if name in own and value not in (None, "")
        }
    )


def _expanded(connection_string: str) -> Iterator[tuple[str, str]]:
    for name, value in parse(connection_string):
        yield name, value
        if folded(name) == "other":
            yield from parse(value)


def _read(entry: Setting, value: Any) -> Any:
    try:
        return entry.kind.read(str(value))
    except ValueError as expected:
        raise InterfaceError(f"Property {entry.property!r} must be {expected}.") from None


def _nearest(name: str, known: Mapping[str, Setting]) -> str:
    near = difflib.get_close_matches(folded(name), known, n=1)
    return f" Did you mean {known[near[0]].property!r}?" if near else ""
