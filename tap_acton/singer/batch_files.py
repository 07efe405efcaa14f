"""The files of BATCH messages: what `batch_config` asks for, their formats, and where they go."""

from __future__ import annotations

import contextlib
import gzip
import io
import json
import re
from functools import partial
from pathlib import Path
from types import NoneType
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from singer_sdk.helpers._batch import (
    DEFAULT_BATCH_SIZE,
    BaseBatchFileEncoding,
    BatchConfig,
    StorageTarget,
)
from singer_sdk.singerlib.json import serialize_json
from upath import UPath

from tap_acton.config import parse_json_object
from tap_acton.errors import ConfigError
from tap_acton.files import replace_file
from tap_acton.kinds import Choice, Integer, Kind, Text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import pyarrow as pa

__all__ = ["check_batches", "read_batch_config", "write_batch"]

_SETTING = "batch_config"
_COMPRESSIONS = {
    "jsonl": ("none", "gzip"),
    "parquet": ("none", "gzip", "snappy", "zstd"),
}
_FORMAT = Choice(words=tuple(_COMPRESSIONS))
_SIZE = Integer(minimum=1, maximum=10_000_000)
_EXAMPLE = (
    'Example: {"encoding": {"format": "jsonl", "compression": "gzip"}, '
    '"storage": {"root": "file:///tmp/batches"}, "batch_size": 10000}.'
)
_LOCAL = ("", "file", "local")


def read_batch_config(given: Any) -> BatchConfig | None:
    """Return what the setting `batch_config` asks for, checked; None if it is not set.

    Args:
        given: An object, or its JSON as a text.

    Raises:
        ConfigError: It cannot be used. The error names the part of it and never its value.
    """
    if isinstance(given, str) and given:
        given = parse_json_object(given, f"setting {_SETTING!r}")
    if not given:
        return None
    config = _section(given, "", ("encoding", "storage", "batch_size"))
    encoding = _section(config.get("encoding"), "encoding", ("format", "compression"))
    storage = _section(config.get("storage"), "storage", ("root", "prefix", "params"))
    format_ = _part(encoding, "encoding.format", _FORMAT)
    compression = Choice(words=_COMPRESSIONS[format_])
    return BatchConfig(
        encoding=BaseBatchFileEncoding(
            format=format_, compression=_part(encoding, "encoding.compression", compression, "none")
        ),
        storage=StorageTarget(
            root=_part(storage, "storage.root", Text()),
            prefix=_part(storage, "storage.prefix", Text(), ""),
            params=_section(storage.get("params") or {}, "storage.params"),
        ),
        batch_size=_part(config, "batch_size", _SIZE, DEFAULT_BATCH_SIZE),
    )


def check_batches(config: BatchConfig) -> None:
    """Find out whether files can be written, with one that is removed again.

    Raises:
        ConfigError: They cannot: pyarrow is missing, or the storage cannot be written.
    """
    if config.encoding.format == "parquet":
        try:
            import pyarrow.parquet  # noqa: F401 - is it there?
        except ImportError:
            raise ConfigError(
                f"Setting {_SETTING!r} asks for parquet, which needs pyarrow",
                next_step="Install tap-acton[parquet], or set encoding.format to jsonl.",
            ) from None
    probe = _store(config.storage, f"{config.storage.prefix}.tap-acton-{uuid4()}", b"")
    with contextlib.suppress(Exception):  # who may write need not be allowed to delete
        probe.unlink()


def write_batch(
    config: BatchConfig, stream: str, schema: Mapping[str, Any], lines: Sequence[str]
) -> str:
    """Write records into one file, and return its address. The file is whole, or not there.

    Args:
        config: What to write, and where.
        stream: The stream's name, as in its messages.
        schema: The schema of its SCHEMA message.
        lines: The records, as JSON.

    Raises:
        ConfigError: The storage cannot be written, or a value does not fit into parquet.
    """
    encoding, storage = config.encoding, config.storage
    if encoding.format == "parquet":
        data, suffix = _parquet(lines, stream, schema, encoding.compression), "parquet"
    else:
        data, suffix = _jsonl(lines, encoding.compression), "jsonl"
        suffix += ".gz" if encoding.compression == "gzip" else ""
    plain = re.sub(r"[^\w.-]", "-", stream)  # an alias may hold anything
    return _store(storage, f"{storage.prefix}tap-acton--{plain}-{uuid4()}.{suffix}", data).as_uri()


def _section(given: Any, name: str, parts: Sequence[str] | None = None) -> dict[str, Any]:
    if not isinstance(given, dict):
        where = f"{name} of setting {_SETTING!r}" if name else f"Setting {_SETTING!r}"
        raise ConfigError(f"{where} must be an object", next_step=_EXAMPLE)
    for part in given:
        if parts is not None and part not in parts:
            where = f"{name}.{part}" if name else part
            raise ConfigError(f"Setting {_SETTING!r} has no part {where!r}", next_step=_EXAMPLE)
    return given


def _part(section: Mapping[str, Any], name: str, kind: Kind, default: Any = None) -> Any:
    value = section.get(name.rpartition(".")[2])
    if value in (None, ""):
        if default is None:
            raise ConfigError(f"Setting {_SETTING!r} needs {name}", next_step=_EXAMPLE)
        return default
    try:
        return kind.read(value)
    except ValueError as expected:
        raise ConfigError(f"Setting {_SETTING!r}: {name} must be {expected}") from None


def _store(storage: StorageTarget, name: str, data: bytes) -> UPath:
    try:
        path: UPath = UPath(storage.root, **storage.params) / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.protocol in _LOCAL:
            replace_file(Path(path.path), data)
        else:
            path.write_bytes(data)  # object stores show a file when it is whole
    except Exception as error:  # noqa: BLE001 - each kind of storage has errors of its own
        raise ConfigError(
            f"Files cannot be written to storage.root of setting 'batch_config': {_reason(error)}",
            next_step="Name a folder that can be written, with space left.",
        ) from None
    return path


def _reason(error: Exception) -> str:
    """Say what went wrong without quoting addresses or credentials."""
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return str(error) if isinstance(error, ImportError) else type(error).__name__


def _jsonl(lines: Sequence[str], compression: str | None) -> bytes:
    data = "".join(f"{line}\n" for line in lines).encode()
    return gzip.compress(data, 6) if compression == "gzip" else data


def _parquet(
    lines: Sequence[str], stream: str, schema: Mapping[str, Any], compression: str | None
) -> bytes:
    import pyarrow as pa  # an optional dependency
    import pyarrow.parquet as pq

    fields = [pa.field(name, _arrow(each)) for name, each in schema["properties"].items()]
    rows = [json.loads(line) for line in lines]
    for name in {name for row in rows for name in row} - schema["properties"].keys():
        raise _misfit(name, stream, "is not in its SCHEMA")
    columns = [_column(field, rows, stream) for field in fields]
    file = io.BytesIO()
    pq.write_table(pa.table(columns, schema=pa.schema(fields)), file, compression=compression)
    return file.getvalue()


def _column(field: pa.Field, rows: Sequence[Mapping[str, Any]], stream: str) -> pa.Array:
    import pyarrow as pa

    fit = _fitter(field.type)
    try:
        return pa.array([fit(row.get(field.name)) for row in rows], field.type)
    except (TypeError, ValueError, OverflowError):  # pyarrow's own are kinds of these
        raise _misfit(field.name, stream, f"is not {field.type}, as its SCHEMA says") from None


def _misfit(column: str, stream: str, what: str) -> ConfigError:
    return ConfigError(
        f"A value of {column!r} in stream {stream!r} {what}, and parquet takes nothing else",
        next_step="Change it in 'stream_maps', say with str() or int(), or set "
        f"encoding.format of {_SETTING!r} to jsonl.",
    )


def _arrow(schema: Mapping[str, Any]) -> pa.DataType:
    import pyarrow as pa

    given = schema.get("type") or ()
    kinds = ({given} if isinstance(given, str) else set(given)) - {"null"}
    if kinds == {"object"} and schema.get("properties"):
        return pa.struct([(name, _arrow(each)) for name, each in schema["properties"].items()])
    if kinds == {"array"}:
        return pa.list_(_arrow(schema.get("items") or {}))
    if kinds and kinds <= {"integer", "number"}:
        return pa.float64() if "number" in kinds else pa.int64()
    return pa.bool_() if kinds == {"boolean"} else pa.string()


def _fitter(kind: pa.DataType) -> Callable[[Any], Any]:
    """Return what makes a value of JSON fit a type, or raises TypeError.

    pyarrow alone would make 1 of true, and a list of letters of a text.
    """
    import pyarrow as pa

    if pa.types.is_string(kind):
        return _text
    if pa.types.is_struct(kind):
        return partial(_object, {field.name: _fitter(field.type) for field in kind})
    if pa.types.is_list(kind):
        return partial(_list, _fitter(kind.value_type))
    if pa.types.is_boolean(kind):
        return partial(_plain, (NoneType, bool))
    return partial(
        _plain, (NoneType, int, float) if pa.types.is_floating(kind) else (NoneType, int)
    )


def _text(value: Any) -> str | None:
    return value if isinstance(value, str | None) else serialize_json(value)


def _object(members: Mapping[str, Callable[[Any], Any]], value: Any) -> dict[str, Any] | None:
    if not isinstance(value, dict | None):
        raise TypeError
    return value and {name: fit(value.get(name)) for name, fit in members.items()}


def _list(fit: Callable[[Any], Any], value: Any) -> list[Any] | None:
    if not isinstance(value, list | None):
        raise TypeError
    return value and [fit(each) for each in value]


def _plain(types: tuple[type, ...], value: Any) -> Any:
    if type(value) not in types:  # a bool is an int to isinstance
        raise TypeError
    return value
