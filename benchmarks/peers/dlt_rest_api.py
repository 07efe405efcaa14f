"""dlt's `rest_api` source, into compressed JSON lines in a folder of its own.

Prints how many rows were normalised and loaded. `dlt_rest_api.py config.json`.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

_EVENTS = ("SENT", "SUPPRESSED", "OPENED", "CLICKED", "BOUNCED", "OPT_OUT", "SPAM")
_OFFSETS = {
    "type": "offset",
    "limit": 1000,
    "offset": 0,
    "limit_param": "count",
    "total_path": "totalCount",
}
_ONE_PAGE = {"type": "single_page"}
Resources = list[dict[str, Any]]


def main() -> None:
    """Extract, normalise, load; then say how much."""
    config = json.loads(Path(sys.argv[1]).read_text())
    os.environ["RUNTIME__DLTHUB_TELEMETRY"] = "false"
    os.environ["RUNTIME__LOG_LEVEL"] = "ERROR"
    import dlt  # the environment must be set before it is loaded
    from dlt.sources.rest_api import rest_api_source

    folder = Path(config["folder"])
    pipeline = dlt.pipeline(
        pipeline_name="bench",
        pipelines_dir=str(folder / "pipelines"),
        destination=dlt.destinations.filesystem(bucket_url=(folder / "loaded").as_uri()),
        dataset_name="bench",
    )
    source = rest_api_source(
        {
            "client": {
                "base_url": config["api_url"],
                "auth": {"type": "bearer", "token": config["auth_token"]},
                "paginator": _OFFSETS,
            },
            "resources": RESOURCES[config["kind"]](config),
        }
    )
    pipeline.run(source, loader_file_format="jsonl")
    counts = pipeline.last_trace.last_normalize_info.row_counts
    records = sum(count for table, count in counts.items() if table in _TABLES)
    sys.stdout.write(json.dumps({"type": "COUNT", "records": records}) + "\n")


def _of_list(config: dict[str, Any]) -> Resources:
    names = config["headings"]
    endpoint = {
        "path": f"/api/1/list/{config['list_id']}",
        "params": {"datequalifiers": "true"},
        "data_selector": "data",
    }
    named = {"map": lambda row: dict(zip(names, row, strict=True))}
    return [{"name": "list_rows", "endpoint": endpoint, "processing_steps": [named]}]


def _of_reports(_config: dict[str, Any]) -> Resources:
    return [
        resource
        for kind in ("sent", "triggered")
        for resource in (
            _messages(kind),
            _child(kind, f"{kind}_reports", "/report", "$", _ONE_PAGE),
        )
    ]


def _of_events(_config: dict[str, Any]) -> Resources:
    found = []
    for kind in ("sent", "triggered"):
        found.append(_messages(kind))
        found += [
            _child(kind, f"{kind}_{event.lower()}", f"/report/{event}", "result", _OFFSETS)
            for event in _EVENTS
        ]
    return found


def _messages(kind: str) -> dict[str, Any]:
    endpoint = {
        "path": "/api/1/message",
        "params": {"type": kind.upper()},
        "data_selector": "msgresult",
    }
    return {"name": kind, "endpoint": endpoint}


def _child(
    parent: str, name: str, tail: str, selector: str, paginator: dict[str, Any]
) -> dict[str, Any]:
    path = f"/api/1/message/{{resources.{parent}.msgId}}{tail}"
    return {
        "name": name,
        "parallelized": True,
        "max_table_nesting": 0,
        "include_from_parent": ["msgId"],
        "endpoint": {"path": path, "data_selector": selector, "paginator": paginator},
    }


RESOURCES: dict[str, Callable[[dict[str, Any]], Resources]] = {
    "list": _of_list,
    "reports": _of_reports,
    "events": _of_events,
}
_TABLES = {"list_rows"} | {
    f"{kind}{tail}"
    for kind in ("sent", "triggered")
    for tail in ("", "_reports", *(f"_{event.lower()}" for event in _EVENTS))
}

if __name__ == "__main__":
    main()
